"""The film: a page that needs nothing else, a GIF, and one scene in Python and in JavaScript."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import servsim_here
from PIL import Image
from test_story import ALL_ON

from servsim.errors import ServsimError
from servsim.scenario.read import checked
from servsim.show.film import film_data as reels
from servsim.show.film.film_data import COLLEAGUES, COUNTER, MANAGER, TELEPHONE, Reel, pace, reel, said
from servsim.show.film.gif import ENDINGS, FRAME_MS, SIZE, save_gif, stretch
from servsim.show.film.html import LEGEND, PACES, comparison, film_page, film_script, part
from servsim.show.film.layout import Plan
from servsim.show.film.positions import NOWHERE, ends_of, longest_lines, place_at, scene
from servsim.study.histories.customers import World
from servsim.study.histories.day import Day, Doing, day_of
from servsim.study.histories.visits import UNSERVED, Fate, Visit
from servsim.units import DAY, MINUTE

SALON = Path(__file__).parent / "desks" / "old-salon.toml"
SERVSIM = [sys.executable, "-c", "from servsim.cli import main; main()"]
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node, which runs the film's JavaScript, is not installed")
MONDAY = 14
HOSTILE = "</script><b>Ada's & Bob's</b> <!-- "


@pytest.fixture(scope="module")
def world() -> World:
    """Three weeks in which everything happens."""
    return World(checked({**ALL_ON, "horizon": {"weeks": 3.0}}, "test"))


@pytest.fixture(scope="module")
def day(world) -> Day:
    """A Monday of it."""
    return day_of(world, MONDAY)


@pytest.fixture(scope="module")
def film(day, world) -> Reel:
    """That Monday as a film."""
    return reel(day, world)


class Elements(HTMLParser):
    """What elements a page has, and the text within each kind."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        within = self.tags[-1] if self.tags else ""
        self.text[within] = self.text.get(within, "") + data


def run_node(script: str) -> str:
    """What a script with the film's JavaScript before it prints."""
    assert NODE
    done = subprocess.run(
        [NODE, "-e", script], capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# The reel


def test_a_reel_is_plain_json(film):
    assert json.loads(json.dumps(film, allow_nan=False)) == film


def test_people_are_in_one_place_after_the_other(film):
    people = film["people"]
    assert [one["came"] for one in people] == sorted(one["came"] for one in people)
    for one in people:
        turns = [since for since, _ in one["stays"]]
        assert turns == sorted(set(turns))
        assert not turns or turns[0] == one["came"]
        assert not turns or one["left"] is None or turns[-1] < one["left"]
        assert all(where < len(film["agents"]) for _, where in one["stays"])


def test_every_line_and_every_fate_is_to_be_seen(film):
    lines = {where for one in film["people"] for _, where in one["stays"]}
    assert {COUNTER, TELEPHONE, COLLEAGUES} <= lines
    assert {one["fate"] for one in film["people"]} >= {"served", "abandoned", "colleague"}


def test_the_manager_has_a_line(world):
    days = [reel(day_of(world, number), world) for number in (0, 1, 7, 8, 14, 15)]
    assert MANAGER in {where for film in days for one in film["people"] for _, where in one["stays"]}


def test_who_leaves_at_once_has_been_nowhere(film):
    balked = next(one for one in film["people"] if one["came"] == one["left"])
    assert balked["stays"] == []


def test_agents_are_with_whom_people_are_with(film):
    """A person's place and an agent's spell say the same of every visit's middle."""
    for one in film["people"]:
        for since, where, until in (stay for stay in ends_of(one) if stay[1] >= 0 and stay[2] < film["ends"]):
            spells = film["agents"][where]["spells"]
            assert [who for begins, _, _, who in spells if begins <= (since + until) / 2][-1] == one["name"]


def test_a_mood_is_of_the_quality_and_of_what_came_of_it():
    served = Visit(1, 0, 0, False, None, 0, 0, 0, 9, left=9, fate=Fate.SERVED)
    assert [reels.mood(replace(served, quality=quality)) for quality in (8.0, 6.0, 4.0, None)] == [
        "happy", "neutral", "unhappy", "neutral"
    ]  # fmt: skip
    assert reels.mood(replace(served, fate=Fate.ABANDONED, quality=None)) == "unhappy"


def test_a_film_runs_no_faster_than_can_be_followed():
    assert pace(0, 36000, 10) == 300
    assert pace(0, 36000, 3000) == 60
    assert pace(0, 36000, 1_000_000) == PACES[0]


def test_too_many_visits_are_a_sentence(world, day, monkeypatch):
    monkeypatch.setattr(reels, "MOST", 5)
    with pytest.raises(ServsimError, match=rf"^Day 14 has {len(day.visits)} visits, of which nobody could follow"):
        reel(day, world)


def test_what_happens_is_said_in_sentences(day):
    told = said(day)
    assert [tick for tick, _ in told] == sorted(tick for tick, _ in told)
    for _, text in told:
        assert re.fullmatch(r"[A-Z][^{}]*[^ .]\.", text), text
        assert "  " not in text
        assert "None" not in text
    arrivals = [
        text
        for _, text in told
        if re.search(r"comes in|calls\.|gets through|leaves at once|sees the queue|no place|lines", text)
    ]
    assert len(arrivals) >= len(day.visits)


def test_all_endings_have_words():
    assert set(ENDINGS) == set(UNSERVED.values())
    assert set(Doing) == {Doing(word) for word in json.loads(doing_in_javascript())}


def doing_in_javascript() -> str:
    """The keys of the table of what agents do in film.js, as JSON."""
    table = re.search(r"const DOING = \{(.*?)\};", part("film.js"), re.DOTALL)
    assert table
    keys = re.findall(r'(?:"([^"]+)"|(\w+)): "', table[1])
    return json.dumps([quoted or bare for quoted, bare in keys])


# The page


def test_the_page_needs_nothing_else(film):
    page = film_page([film], [""])
    assert not re.search(r"https?:|//\w+\.|@import|url\(|fetch\(|XMLHttpRequest|import\(", page)
    attributes = {name for name, _ in Elements(page).attributes}
    assert not attributes & {"src", "href", "srcset", "action"}
    assert len(page) < 250_000


def test_the_reels_in_the_page_are_the_reels(film):
    page = film_page([film, film], ["as it is", "staff.agents=3"], "Ten came.")
    text = re.search(r'<script type="application/json" id="reels">(.*?)</script>', page, re.DOTALL)
    assert text
    assert json.loads(text[1]) == [film, film]
    assert page.count("<canvas role") == 2
    assert "Ten came." in page


def test_names_cannot_break_out_of_the_page(film):
    page = film_page([{**film, "title": HOSTILE}], [HOSTILE])
    elements = Elements(page)
    assert elements.tags.count("script") == 2
    assert "b" not in elements.tags
    assert HOSTILE in elements.text["h1"]
    assert HOSTILE in elements.text["figcaption"]
    assert json.loads(re.search(r'id="reels">(.*?)</script>', page, re.DOTALL)[1])[0]["title"] == HOSTILE


def test_the_page_can_be_used_without_a_mouse_or_eyes(film):
    page = film_page([film], [""])
    assert 'aria-live="off"' in page
    assert re.search(r"<label[^>]*>Time <input type=\"range\"", page)
    assert "prefers-reduced-motion" in page
    assert re.search(
        r'aria-label="A service desk on week 3, Monday: \d+ visits, \d+ served, 3 members of staff."', page
    )


def test_the_legend_says_what_is_to_be_seen_and_no_more(film):
    page = film_page([film], [""])
    shown = set(re.findall(r'data-legend="(\w+)"', page))
    assert {"patient", "phone", "colleague", "absent"} <= shown <= set(LEGEND)
    calm = {**film, "people": [one for one in film["people"] if not one["phone"] and one["fate"] != "colleague"]}
    assert not {"phone", "colleague"} & set(re.findall(r'data-legend="(\w+)"', film_page([calm], [""])))


def test_both_sides_are_compared_by_who_came_when(day):
    none = replace(day, visits=[replace(visit, fate=Fate.ABANDONED) for visit in day.visits])
    served, many = day.fates()[Fate.SERVED], len(day.visits)
    assert comparison(none, day) == (
        f"{many} customers came at the same instant on both sides: {served} of them served only on the right, 0 only on the "
        "left."
    )
    assert comparison(replace(day, visits=day.visits[1:]), day).endswith(
        "Besides, 0 came only on the left and 1 only on the right, because what went before was different."
    )


# The scene


@needs_node
def test_the_javascript_is_javascript(tmp_path):
    script = tmp_path / "film.js"
    script.write_text(film_script(), encoding="utf-8")
    assert NODE
    done = subprocess.run([NODE, "--check", str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@needs_node
@pytest.mark.parametrize("size", [(800, 424), (400, 424), (360, 576), (1600, 680)], ids=str)
def test_scene_and_scene_js_are_one(film, size, tmp_path):
    """Everybody is in the same place, to a millionth of a pixel, whoever reckons it."""
    (tmp_path / "reel.json").write_text(json.dumps(film), encoding="utf-8")
    steps = [film["begins"] + (film["ends"] - film["begins"]) * number / 60 for number in range(61)]
    instants = [*steps, *(one["came"] for one in film["people"])]
    theirs = json.loads(run_node(f"""{part("scene.js")}
        const reel = JSON.parse(require("fs").readFileSync({json.dumps(str(tmp_path / "reel.json"))}));
        const plan = layout({size[0]}, {size[1]}, reel.agents.length, longestLines(reel));
        console.log(JSON.stringify({json.dumps(instants)}.map((t) => {{
          const {{ figures, more }} = scene(reel, t, reel.pace, plan);
          return [figures.map((f) => [f.person.name, f.place, f.x, f.y, f.size, f.gone, f.fade]), more];
        }})));"""))  # fmt: skip
    plan = Plan(*size, len(film["agents"]), longest_lines(film))
    for t, (figures, more) in zip(instants, theirs, strict=True):
        ours, ours_more = scene(film, t, film["pace"], plan)
        assert [(f.person["name"], f.place) for f in ours] == [(name, place) for name, place, *_ in figures]
        assert {str(line): many for line, many in ours_more.items()} == more
        for figure, (_, _, *numbers) in zip(ours, figures, strict=True):
            assert (figure.x, figure.y, figure.size, figure.gone, figure.fade) == pytest.approx(numbers, abs=1e-6)


@needs_node
def test_counters_end_at_what_the_day_came_to(film, day, tmp_path):
    (tmp_path / "reel.json").write_text(json.dumps(film), encoding="utf-8")
    told = json.loads(run_node(f"""{part("scene.js")}
        const reel = JSON.parse(require("fs").readFileSync({json.dumps(str(tmp_path / "reel.json"))}));
        console.log(JSON.stringify([counters(reel, reel.ends), queueSteps(reel), clockTime(34567)]));"""))  # fmt: skip
    count, steps, clock = told
    fates = day.fates()
    assert count["arrived"] == len(day.visits)
    assert count["served"] == fates[Fate.SERVED]
    assert count["unserved"] == len(day.visits) - fates[Fate.SERVED]
    assert count["spent"] == pytest.approx(sum(visit.spent for visit in day.visits), abs=0.01 * len(day.visits))
    assert max(many for _, many in steps) == day.queue()[1].max()
    assert clock == "09:36"


def test_nobody_is_drawn_outside_the_picture(film):
    plan = Plan(800, 424, len(film["agents"]), longest_lines(film))
    for number in range(200):
        t = film["begins"] + (film["ends"] - film["begins"]) * number / 199
        figures, more = scene(film, t, film["pace"], plan)
        assert not more
        for figure in figures:
            assert 0 < figure.x < plan.w
            assert plan.head < figure.y < plan.h - plan.strip


def test_a_line_for_which_there_is_no_room_says_how_many_more():
    people = [{"name": str(n), "came": 0.0, "stays": [[0.0, COUNTER]], "left": None, "patience": None, "phone": False,
               "new": False, "fate": "still inside", "mood": "neutral", "spent": 0.0, "book": ""} for n in range(900)]  # fmt: skip
    crowd = {"people": people, "step": 1.0, "way": 1.0}
    plan = Plan(400, 424, 1, longest_lines(crowd))
    figures, more = scene(crowd, 60.0, 60, plan)
    room = plan.lines[COUNTER].room
    assert len(figures) == room < 900
    assert more == {COUNTER: 900 - room}


def test_a_person_is_nowhere_before_coming_and_after_leaving(film):
    one = next(one for one in film["people"] if one["left"] and one["stays"])
    assert place_at(one, one["came"] - 1) == place_at(one, one["left"]) == NOWHERE
    assert place_at(one, one["came"]) == one["stays"][0][1]


# The GIF


@pytest.mark.parametrize("sides", [1, 2])
def test_a_gif_opens_with_as_many_pictures_as_asked_for(film, tmp_path, sides):
    path = tmp_path / "film.gif"
    save_gif([film] * sides, ["", "staff.agents=3"][:sides], path, frames=5)
    with Image.open(path) as picture:
        assert (picture.format, picture.n_frames, picture.size) == ("GIF", 5, SIZE)
        assert picture.info["duration"] == FRAME_MS
        picture.seek(3)
        assert len(picture.convert("RGB").getcolors(1_000_000) or ()) > 10


def test_a_gif_of_a_crowded_day_is_of_its_busiest_part(film):
    assert stretch([{**film, "people": film["people"][:50]}]) == (film["begins"], film["ends"])
    crowded = {**film, "people": film["people"] * 20}
    begins, ends = stretch([crowded])
    assert film["begins"] <= begins < ends <= film["ends"]
    assert ends - begins < 0.2 * (film["ends"] - film["begins"])


# The command


def servsim(*args: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Ask for a film of the salon's first three weeks."""
    return servsim_here("film", SALON, "--set", "horizon.weeks=3", *args, cwd=folder)


def test_the_command_films_a_day_after_the_first_week(tmp_path):
    done = servsim(folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "Day 8 (week 2, Tuesday) is filmed; choose another with --day." in done.stderr
    assert "Film: old-salon-film.html" in done.stderr
    assert "Walk-in hair salon" in (tmp_path / "old-salon-film.html").read_text(encoding="utf-8")


def test_the_command_films_two_sides_with_the_same_customers(tmp_path):
    done = servsim("--to", "staff.agents=1", "--day", "9", "--output", "two.html", "--quiet", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    page = (tmp_path / "two.html").read_text(encoding="utf-8")
    left, right = json.loads(re.search(r'id="reels">(.*?)</script>', page, re.DOTALL)[1])
    assert (len(left["agents"]), len(right["agents"])) == (3, 1)
    came = [{(one["name"], one["came"]) for one in side["people"]} for side in (left, right)]
    assert len(came[0] & came[1]) > 5
    assert "came at the same instant on both sides" in page


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--output", "day.mp4"), "--output day.mp4: it must end in .html or .gif."),
        (("--day", "6"), "Nothing happens on day 6 (week 1, Sunday): the doors open on"),
        (("--day", "99"), "There is no day 99 in this world: its days are 0 to 20."),
        (
            ("--output", "no/where.html"),
            "no/where.html cannot be written: there is no folder no; make it, or name another.",
        ),
        (("--to", "staff.agnts=3"), "Did you mean staff.agents?"),
    ],
)
def test_a_mistake_is_a_sentence(args, sentence, tmp_path):
    done = servsim(*args, folder=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_visit_over_midnight_stays_to_the_end_of_the_film():
    scenario = checked({"opening": {"always": True}, "staff": {"agents": 1}, "horizon": {"weeks": 1.0}}, "test")
    world = World(scenario)
    late = Visit(1, 0, 0, False, None, DAY - MINUTE, DAY - MINUTE, 0, DAY + MINUTE, left=DAY + MINUTE, fate=Fate.SERVED)
    told = reel(replace(day_of(world, 0), visits=[late], earlier=[]), world)
    assert told["ends"] == DAY / 1000
    assert place_at(told["people"][0], told["ends"]) == 0
