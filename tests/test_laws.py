"""Laws: both engines keep them all, and each of them notices a trace that was doctored against it."""

from pathlib import Path

import numpy as np
import pytest

from servsim.model.laws import LAWS, RANGES, broken_laws
from servsim.model.trace import Trace, canonical
from servsim.scenario.read import read_scenario
from servsim.sheet import to_sheet
from servsim.study.engines import engine_named
from servsim.study.tally import Tally
from servsim.units import HOUR, MILLIONTHS, MINUTE
from servsim.words import Happening as H  # noqa: N817 as short as in the figures
from servsim.words import Kind, Reason

HOME = Path(__file__).parent.parent / "scenarios"
SCENARIOS = {
    "salon": ("salon", ["horizon.weeks=4"]),
    "public-office": ("public-office", ["horizon.weeks=2"]),
    "crowded-salon": ("salon", ["horizon.weeks=2", "staff.agents=2", "waiting.waiting_places=2",
                                "waiting.at_closing=send_home", "waiting.leave_at_once_share=0.1",
                                "staff.while_serving=pause", "horizon.warmup_weeks=1"]),
}  # fmt: skip

ENGINES = ("reference", "fast")

# A Monday from nine to five, but for an hour at noon, at a desk of three agents, of whom Tim serves nobody. Ada and Bea
# are in the book; Cem, Dot, Eve, Fay and Gus are new.

ADA, BEA = 0, 1
CEM, DOT, EVE, FAY, GUS = (int(Kind.PROSPECT) << 60 | number for number in range(5))
ANN, BOB, TIM = range(3)
NOBODY = -1
TABLES = {
    "opening": {"monday": "09:00-12:00, 13:00-17:00"},
    "demand": {"opening_book": 2},
    "staff": {"agents": 3},
    "horizon": {"weeks": 1 / 7},
}
END = 24 * HOUR


def at(minute: float) -> int:
    """An instant so many minutes after nine."""
    return 9 * HOUR + round(minute * MINUTE)


def points(amount: float) -> int:
    """Points, shares or money as the trace counts them."""
    return round(amount * MILLIONTHS)


STORY = {
    "ada is a member": (0, H.MEMBER, ADA, NOBODY, points(7)),
    "bea is a member": (0, H.MEMBER, BEA, NOBODY, points(7)),
    "ann comes on": (at(0), H.CAME_ON, NOBODY, ANN, 0),
    "bob comes on": (at(0), H.CAME_ON, NOBODY, BOB, 0),
    "tim comes on": (at(0), H.CAME_ON, NOBODY, TIM, 0),
    "ada comes": (at(10), H.ARRIVED, ADA, NOBODY, 0),
    "ada is served": (at(10), H.STARTED, ADA, ANN, 0),
    "cem comes": (at(12), H.ARRIVED, CEM, NOBODY, 0),
    "cem is served": (at(12), H.STARTED, CEM, BOB, 0),
    "dot comes": (at(13), H.ARRIVED, DOT, NOBODY, 0),
    "eve comes": (at(14), H.ARRIVED, EVE, NOBODY, 0),
    "eve turns away": (at(14), H.BALKED, EVE, NOBODY, 0),
    "eve is gone": (at(14), H.GONE, EVE, NOBODY, 0),
    "dot gives up": (at(18), H.ABANDONED, DOT, NOBODY, 5 * MINUTE),
    "dot will try again": (at(18), H.RETRIES, DOT, NOBODY, 0),
    "bea comes": (at(19), H.ARRIVED, BEA, NOBODY, 0),
    "ada is done": (at(20), H.FINISHED, ADA, ANN, points(8)),
    "care for ada": (at(20), H.CARED, ADA, ANN, 2 * MINUTE),
    "ada judges": (at(20), H.JUDGED, ADA, NOBODY, points(7.5)),
    "ada pays": (at(20), H.BOUGHT, ADA, NOBODY, points(50)),
    "bea is served": (at(20), H.STARTED, BEA, ANN, 1 * MINUTE),
    "cem is done": (at(30), H.FINISHED, CEM, BOB, points(9)),
    "cem judges": (at(30), H.JUDGED, CEM, NOBODY, points(8)),
    "cem pays": (at(30), H.BOUGHT, CEM, NOBODY, points(40)),
    "cem is won": (at(30), H.WON, CEM, NOBODY, points(0.8)),
    "bob is lost in thought": (at(35), H.LOST_ATTENTION, NOBODY, BOB, 0),
    "bea is done": (at(40), H.FINISHED, BEA, ANN, points(3)),
    "bea judges": (at(40), H.JUDGED, BEA, NOBODY, points(5)),
    "bea is lost": (at(40), H.LOST, BEA, NOBODY, Reason.CARE),
    "bob is back": (at(45), H.REGAINED_ATTENTION, NOBODY, BOB, 0),
    "dot comes again": (at(50), H.ARRIVED, DOT, NOBODY, 1),
    "dot is served": (at(50), H.STARTED, DOT, ANN, 0),
    "dot is done": (at(60), H.FINISHED, DOT, ANN, points(6)),
    "dot judges": (at(60), H.JUDGED, DOT, NOBODY, points(6)),
    "dot does not buy": (at(60), H.DECLINED, DOT, NOBODY, 0),
    "dot is gone": (at(60), H.GONE, DOT, NOBODY, 0),
    "ann goes to lunch": (at(180), H.WENT_OFF, NOBODY, ANN, 0),
    "bob goes to lunch": (at(180), H.WENT_OFF, NOBODY, BOB, 0),
    "tim goes to lunch": (at(180), H.WENT_OFF, NOBODY, TIM, 0),
    "tim drifts off as he goes": (at(180), H.LOST_ATTENTION, NOBODY, TIM, 0),
    "ann is back from lunch": (at(240), H.CAME_ON, NOBODY, ANN, 0),
    "bob is back from lunch": (at(240), H.CAME_ON, NOBODY, BOB, 0),
    "tim is back from lunch": (at(240), H.CAME_ON, NOBODY, TIM, 0),
    "ada comes again": (at(250), H.ARRIVED, ADA, NOBODY, 1),
    "ada is served again": (at(250), H.STARTED, ADA, ANN, 0),
    "ada is done again": (at(260), H.FINISHED, ADA, ANN, points(9)),
    "ada judges again": (at(260), H.JUDGED, ADA, NOBODY, points(8)),
    "fay comes": (at(470), H.ARRIVED, FAY, NOBODY, 0),
    "fay is served": (at(470), H.STARTED, FAY, BOB, 0),
    "gus comes": (at(475), H.ARRIVED, GUS, NOBODY, 0),
    "ann goes home": (at(480), H.WENT_OFF, NOBODY, ANN, 0),
    "tim goes home": (at(480), H.WENT_OFF, NOBODY, TIM, 0),
    "bob goes home late": (at(490), H.WENT_OFF, NOBODY, BOB, 0),
    "fay is done": (at(490), H.FINISHED, FAY, BOB, points(6)),
    "ada remains": (END, H.REMAINS, ADA, NOBODY, points(8)),
    "cem remains": (END, H.REMAINS, CEM, NOBODY, points(8)),
    "ada's outlook": (END, H.OUTLOOK, ADA, NOBODY, points(0.75)),
    "cem's outlook": (END, H.OUTLOOK, CEM, NOBODY, points(0.8)),
}
"""A day that keeps every law; at its end Gus is still waiting and agents have gone home."""

WAITING = "who is served or leaves was waiting"
FOLLOWS = "what follows a visit has its end"
DOORS = "nobody comes while the doors are closed"
IN_TURN = "the book is entered and left in turn"
REMAINING = "the closing book is who remains"
SATISFIED = "satisfaction stays as last judged"

DOCTORINGS = [
    ("a row later than the end", "rows are within the horizon", {"ada pays": (END, H.BOUGHT, ADA, NOBODY, points(50))}),
    ("the book before the end", "rows are within the horizon", {"ada remains": (at(60), H.REMAINS, ADA, NOBODY, 0)}),
    ("a happening twice", "rows are in order", {"again": (at(20), H.BOUGHT, ADA, NOBODY, points(60))}),
    ("too satisfied", "values are within their ranges", {"dot judges": (at(60), H.JUDGED, DOT, NOBODY, points(10.1))}),
    ("lost for no reason", "values are within their ranges", {"bea is lost": (at(40), H.LOST, BEA, NOBODY, 0)}),
    ("money back", "values are within their ranges", {"ada pays": (at(20), H.BOUGHT, ADA, NOBODY, -1)}),
    ("two agents for ada", "nobody is served twice at once", {"again": (at(11), H.STARTED, ADA, BOB, MINUTE)}),
    ("a visit without beginning", "nobody is served twice at once", {"ada is served": None}),
    ("ada comes while here", "who comes is not here", {"again": (at(15), H.ARRIVED, ADA, NOBODY, 1)}),
    ("eve leaves twice", "who comes is not here", {"again": (at(15), H.SENT_HOME, EVE, NOBODY, MINUTE)}),
    ("served before coming", WAITING, {"ada comes": (at(10.5), H.ARRIVED, ADA, NOBODY, 0)}),
    ("served after leaving", WAITING, {"again": (at(45), H.STARTED, EVE, BOB, 31 * MINUTE)}),
    ("served without coming", WAITING, {"cem comes": None}),
    ("a wait told short", "waits are counted right", {"bea is served": (at(20), H.STARTED, BEA, ANN, MINUTE - 1)}),
    ("patience told long", "waits are counted right", {"dot gives up": (at(18), H.ABANDONED, DOT, NOBODY, 6 * MINUTE)}),
    ("a number left out", "visits are numbered", {"dot comes again": (at(50), H.ARRIVED, DOT, NOBODY, 2)}),
    ("a visit left out", "visits are numbered", {"dot comes": None, "dot gives up": None, "dot will try again": None}),
    ("back from gone", "nobody comes back for good", {"again": (at(70), H.ARRIVED, EVE, NOBODY, 1)}),
    ("back from lost", "nobody comes back for good", {"again": (at(70), H.ARRIVED, BEA, NOBODY, 1)}),
    ("a retry after service", FOLLOWS, {"again": (at(60), H.RETRIES, DOT, NOBODY, 0)}),
    ("paid without service", FOLLOWS, {"again": (at(18), H.BOUGHT, DOT, NOBODY, 1)}),
    ("paid too late", FOLLOWS, {"ada pays": (at(21), H.BOUGHT, ADA, NOBODY, points(50))}),
    ("won while waiting", FOLLOWS, {"cem is won": (at(29), H.WON, CEM, NOBODY, points(0.8))}),
    ("a guest after closing", DOORS, {"gus comes": (at(480), H.ARRIVED, GUS, NOBODY, 0)}),
    ("a visit without end", "arrivals add up", {"fay is done": None, "again": (at(475), H.ARRIVED, FAY, NOBODY, 1)}),
    ("an end without visit", "arrivals add up", {"dot comes": None}),
    ("a wait that was none", "waits make the queue", {"dot gives up": (at(18), H.ABANDONED, DOT, NOBODY, 0)}),
    ("a longer queue", "waits make the queue", {"bea comes": (at(18.5), H.ARRIVED, BEA, NOBODY, 0)}),
    ("won though a member", IN_TURN, {"again": (at(20), H.WON, ADA, NOBODY, points(0.8))}),
    ("lost though a prospect", IN_TURN, {"again": (at(60), H.LOST, DOT, NOBODY, 2)}),
    ("won back", IN_TURN, {"again": (at(41), H.WON, BEA, NOBODY, points(0.8))}),
    ("a member too few", "the opening book is the sheets", {"bea is a member": None}),
    ("a member too late", "the opening book is the sheets", {"bea is a member": (1, H.MEMBER, BEA, NOBODY, points(7))}),
    ("lost from the books", "the book adds up", {"cem remains": None, "cem's outlook": None}),
    ("no outlook", "the book adds up", {"cem's outlook": None}),
    ("bea instead of ada", REMAINING, {"ada remains": (END, H.REMAINS, BEA, NOBODY, points(5))}),
    ("as after an earlier visit", SATISFIED, {"ada remains": (END, H.REMAINS, ADA, NOBODY, points(7.5))}),
    ("ann serves two", "nobody serves two", {"cem is served": (at(12), H.STARTED, CEM, ANN, 0)}),
    ("passed on", "who finishes a visit began it", {"ada is done": (at(20), H.FINISHED, ADA, BOB, points(8))}),
    ("on twice", "shifts alternate", {"again": (at(1), H.CAME_ON, NOBODY, ANN, 0)}),
    ("off without on", "shifts alternate", {"bob comes on": None}),
    ("a fourth agent", "shifts follow the roster", {"again": (at(0), H.CAME_ON, NOBODY, 3, 0)}),
    ("home too early", "shifts follow the roster", {"ann goes home": (at(479), H.WENT_OFF, NOBODY, ANN, 0)}),
    ("served by nobody here", "nobody serves while away", {"ann comes on": (at(11), H.CAME_ON, NOBODY, ANN, 0)}),
    ("served over lunch", "nobody serves while away", {"bea is served": (at(170), H.STARTED, BEA, ANN, 151 * MINUTE),
                                                       "bea is done": (at(190), H.FINISHED, BEA, ANN, points(3))}),
    ("served at lunch", "nobody serves while away", {"ada is served again": (at(200), H.STARTED, ADA, ANN, 0)}),
    ("left in mid-visit", "nobody serves while away", {"bob goes home late": (at(480), H.WENT_OFF, NOBODY, BOB, 0)}),
    ("left for ever", "nobody serves while away", {"fay is done": None}),
    ("lost twice", "attention alternates", {"again": (at(36), H.LOST_ATTENTION, NOBODY, BOB, 0)}),
    ("back from nowhere", "attention alternates", {"bob is lost in thought": None}),
    ("lost at home", "attention alternates", {"again": (at(500), H.LOST_ATTENTION, NOBODY, ANN, 0)}),
    ("served absently", "nobody begins a visit inattentive", {"fay is served": (at(40), H.STARTED, FAY, BOB, 0)}),
    ("busy with nobody", "busy time is the sum of visits", {"ada is done": (at(20), H.FINISHED, EVE, ANN, points(8))}),
]  # fmt: skip
"""What was done, the law that must notice, the rows that were added, changed or taken away (None)."""


def told(story: dict) -> Trace:
    """A story as a trace."""
    return Trace(canonical([row for row in story.values() if row is not None]))


@pytest.fixture(scope="module")
def day(world):
    """The sheet of the story's day."""
    return world(**TABLES)


@pytest.fixture(scope="module")
def worlds() -> dict:
    """(sheet, trace) of each scenario and engine."""
    result = {}
    for name, (file, overrides) in SCENARIOS.items():
        sheet = to_sheet(read_scenario(HOME / f"{file}.toml", overrides))
        for engine in ENGINES:
            result[name, engine] = sheet, engine_named(engine).simulate(sheet)
    return result


# What keeps them


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_engines_keep_every_law(worlds, scenario, engine):
    assert broken_laws(*worlds[scenario, engine]) == []


def test_the_story_keeps_every_law(day):
    assert broken_laws(day, told(STORY)) == []


def test_an_empty_trace_breaks_no_law_but_that_of_the_opening_book(day):
    (only,) = broken_laws(day, told({}))
    assert only.startswith("the opening book is the sheets: ")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_money_adds_up(worlds, scenario, engine):
    sheet, trace = worlds[scenario, engine]
    tally = Tally(sheet, warmup=0, discount_rate=0.1)
    tally.add(trace.rows)
    tally.close()
    bought = trace.of(H.BOUGHT)
    assert tally.revenue.sum() == bought[:, 4].sum() > 0
    assert tally.counts[H.BOUGHT] == len(bought)


# What breaks them


@pytest.mark.parametrize(("law", "changes"), [row[1:] for row in DOCTORINGS], ids=[row[0] for row in DOCTORINGS])
def test_a_doctored_story_breaks_the_law(day, law, changes):
    assert any(breach.startswith(f"{law}: ") for breach in broken_laws(day, told(STORY | changes)))


def test_every_law_has_a_doctored_story():
    laws = {law.__name__.replace("_", " ") for law in LAWS}
    assert {row[1] for row in DOCTORINGS} == laws


def test_rows_that_change_places_are_noticed(day):
    rows = told(STORY).rows.copy()
    rows[[10, 11]] = rows[[11, 10]]
    first, *_ = broken_laws(day, Trace(rows))
    assert first.startswith("rows are in order: row 11 (")
    assert first.endswith(") belongs before the row before it.")


SAID = {
    "two agents for ada": ": the customer is already being served.",
    "a visit without beginning": ": the customer is not being served.",
    "ada comes while here": ": the customer is still here.",
    "eve leaves twice": ": the customer was not here.",
    "won though a member": ": the customer is already in the book.",
    "lost though a prospect": ": the customer is not in the book.",
    "won back": ": the customer has been in the book before.",
    "ann serves two": ": the agent is already serving.",
    "on twice": ": the agent is already here.",
    "off without on": ": the agent is not here.",
    "a fourth agent": ": the roster asks for 3 agents.",
    "lost twice": ": the agent is already inattentive.",
    "back from nowhere": ": the agent is already attentive.",
    "a wait told short": f": the customer came at {at(19)}.",
    "a number left out": " is the customer's visit 1.",
}
"""What was done → how the sentence about it ends."""


@pytest.mark.parametrize("done", SAID)
def test_a_breach_says_what_is_wrong(day, done):
    law, changes = next(row[1:] for row in DOCTORINGS if row[0] == done)
    breaches = [breach for breach in broken_laws(day, told(STORY | changes)) if breach.startswith(law)]
    assert any(breach.endswith(SAID[done]) for breach in breaches), breaches


def test_a_breach_names_its_row(day):
    (breach,) = broken_laws(day, told(STORY | {"again": (at(44), H.LOST_ATTENTION, NOBODY, BOB, 0)}))
    assert breach == (
        "attention alternates: row 29 (LOST_ATTENTION at 35040000, customer -1, agent 1, value 0): "
        "the agent is already inattentive."
    )


@pytest.mark.parametrize("edge", ["lowest", "highest"])
@pytest.mark.parametrize("what", RANGES, ids=[what.name for what in RANGES])
def test_values_may_be_at_the_ends_of_their_ranges_and_not_beyond(day, what, edge):
    value = RANGES[what][edge == "highest"]
    for beyond in (0, 1 if edge == "highest" else -1):
        breaches = broken_laws(day, told({"it": (at(10), what, ADA, ANN, value + beyond)}))
        assert any(breach.startswith("values are within") for breach in breaches) == bool(beyond)


def test_a_law_says_at_most_five_sentences(worlds):
    sheet, trace = worlds["salon", "fast"]
    later = trace.rows + np.array([1, 0, 0, 0, 0])
    outside = [breach for breach in broken_laws(sheet, Trace(later)) if breach.startswith("rows are within")]
    assert len(outside) == 5


SEEN = (H.MEMBER, H.CAME_ON, H.WENT_OFF, H.LOST_ATTENTION, H.ARRIVED, H.BALKED, H.ABANDONED, H.FINISHED, H.WON,
        H.LOST, H.STARTED, H.REMAINS, H.OUTLOOK)  # fmt: skip
"""Happenings of which none can go missing in the midst of a trace unnoticed."""


@pytest.mark.parametrize("happening", SEEN, ids=[happening.name for happening in SEEN])
def test_a_row_that_is_missing_is_noticed(worlds, happening):
    sheet, trace = worlds["salon", "fast"]
    places = np.flatnonzero(trace.column("happening") == happening)
    for place in places[:: max(1, len(places) // 3)][:3]:
        assert broken_laws(sheet, Trace(np.delete(trace.rows, place, axis=0)))


@pytest.mark.parametrize("happening", H, ids=[happening.name for happening in H])
def test_a_row_that_is_told_twice_is_noticed(worlds, happening):
    sheet, trace = worlds["crowded-salon", "fast"]
    place = np.flatnonzero(trace.column("happening") == happening)[0]
    breaches = broken_laws(sheet, Trace(np.insert(trace.rows, place, trace.rows[place], axis=0)))
    assert any(breach.endswith("says again what the row before it says.") for breach in breaches)
