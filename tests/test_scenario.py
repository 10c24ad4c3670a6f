"""A scenario: what a file leaves out, what an override or a level changes, and what each segment lives by."""

import math
import random
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servsim import engine_parameters as sheet
from servsim.errors import ScenarioError
from servsim.scenario.line_numbers import DEEPEST, line_of, lines_of
from servsim.scenario.messages import all_settings, belongs_to_desk, field_at, table_at, table_of
from servsim.scenario.read import checked, read_scenario, value_at, with_level
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario, Segment, as_segments
from servsim.study.check.before_simulation import outlook
from servsim.study.objective import constraint

HERE = Path(__file__).parent
SCENARIOS = sorted((HERE.parent / "scenarios").glob("*.toml"))
SALON = (HERE.parent / "scenarios" / "salon.toml").read_text(encoding="utf-8")

MINIMAL = """\
title = "Front desk"
[opening]
monday = "09:00-18:00"
[demand]
prospects_per_hour = 4
[staff]
agents = 3
[investment]
minutes_per_visit = 2
[waiting]
"""

SEGMENTED = """\
[demand]
profile = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]

[waiting]
patience_minutes = 20
tolerance = 0.5

[service.split]
greet = 1
listen = 4

[[segments]]
name = "walk-in"
share = 0.25
[segments.waiting]
patience_minutes = 5
[segments.service]
split = { greet = 2 }

[[segments]]
name = "regular"
share = 0.75
[segments.loyalty]
yearly_retention = 0.9
"""


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Read a text, with overrides, as a scenario file."""

    def reader(text: str, *overrides: str) -> Scenario:
        file = tmp_path / "desk.toml"
        file.write_text(text, encoding="utf-8")
        return read_scenario(file, overrides)

    return reader


def test_ten_lines_are_a_complete_scenario(read: Any) -> None:
    scenario = read(MINIMAL)
    assert len(MINIMAL.splitlines()) == 10
    assert (scenario.title, scenario.demand.prospects_per_hour, scenario.staff.agents) == ("Front desk", 4, 3)
    assert scenario.opening.spans(0) == [(540, 1080)]
    assert [scenario.opening.spans(day) for day in range(1, 7)] == [[]] * 6


def test_a_table_that_is_there_switches_its_mechanism_on_and_one_left_out_does_not(read: Any) -> None:
    scenario = read(MINIMAL)
    assert scenario.waiting.on
    assert (scenario.quality, scenario.loyalty, scenario.spending) == (None, None, None)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_scenario_in_the_box_can_be_read(file: Path) -> None:
    assert read_scenario(file).title


@pytest.mark.parametrize(
    ("override", "setting", "value"),
    [
        ("staff.agents=5", "staff.agents", 5),
        ("staff.wage_per_hour=30.5", "staff.wage_per_hour", 30.5),
        (" staff . agents = 5 ", "staff.agents", 5),
        ("title=The front desk", "title", "The front desk"),
        ('title="The front desk"', "title", "The front desk"),
        ("title=a = b", "title", "a = b"),
        ("title=", "title", ""),
        ("waiting.patience_distribution=never", "waiting.patience_distribution", "never"),
        ("opening.tuesday=09:00-12:00, 13:00-17:00", "opening.tuesday", "09:00-12:00, 13:00-17:00"),
        ("opening.always=true", "opening.always", True),
        ("waiting.on=false", "waiting.on", False),
        ("loyalty.yearly_retention=0.7", "loyalty.yearly_retention", 0.7),
        ("service.split.greet=2", "service.split.greet", 2),
        ("service.split={greet = 2}", "service.split.greet", 2),
        ("evaluate.levels=[1, 2.5]", "evaluate.levels", [1, 2.5]),
        ("demand.weekday_profile=[1, 1, 1, 1, 1, 0, 0]", "demand.weekday_profile", [1, 1, 1, 1, 1, 0, 0]),
    ],
)
def test_an_override_takes_the_place_of_what_the_file_says(read: Any, override: str, setting: str, value: Any) -> None:
    assert value_at(read(MINIMAL, override), setting) == value


def test_the_last_override_of_a_setting_counts(read: Any) -> None:
    assert read(MINIMAL, "staff.agents=5", "staff.agents=6").staff.agents == 6


def test_an_override_counts_the_places_of_a_list_from_one(read: Any) -> None:
    scenario = read(
        SEGMENTED,
        "segments.1.share=0.5",
        "segments.2.share=0.5",
        "segments.2.waiting.tolerance=0",
        "demand.profile.9=7",
    )
    assert [segment.share for segment in scenario.segments] == [0.5, 0.5]
    assert scenario.segments[1].waiting.tolerance == 0
    assert scenario.demand.profile.every_day[7:11] == [0, 7, 1, 1]


def test_value_at_is_what_the_file_says_or_the_default(read: Any) -> None:
    scenario = read(MINIMAL)
    assert value_at(scenario, "staff.agents") == 3
    assert value_at(scenario, "staff.wage_per_hour") == 25
    assert value_at(scenario, "service.split.listen") == 3


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        ("staff.agnts", "staff.agnts is not a setting. Did you mean staff.agents?"),
        ("optimise.worlds", "optimise.worlds is now called optimise.search_replications."),
        ("patience_minutes", "patience_minutes is not a setting. Did you mean waiting.patience_minutes?"),
        ("staff.agents.x", "staff.agents.x is not a setting."),
        ("segments.share", "segments.share is not a setting."),
        ("", '"" is not a setting.'),
    ],
)
def test_a_lever_that_is_no_setting_is_told_so(read: Any, lever: str, words: str) -> None:
    with pytest.raises(ScenarioError) as told:
        value_at(read(MINIMAL), lever)
    assert str(told.value) == words
    with pytest.raises(ScenarioError) as told:
        with_level(read(MINIMAL), lever, 1)
    assert str(told.value) == words


@pytest.mark.parametrize(
    ("lever", "left_out"),
    [("loyalty.yearly_retention", "loyalty"), ("waiting.waiting_places", "waiting.waiting_places")],
)
def test_a_setting_that_is_left_out_has_no_value(read: Any, lever: str, left_out: str) -> None:
    with pytest.raises(ScenarioError) as told:
        value_at(read(MINIMAL), lever)
    assert str(told.value) == f"{lever} has no value: the scenario leaves {left_out} out; write it down first."


@pytest.mark.parametrize(
    ("lever", "level", "kind"),
    [
        ("staff.agents", 5, int),
        ("staff.agents", 5.0, int),
        ("investment.minutes_per_visit", 4, float),
        ("waiting.waiting_places", 4.0, int),
        ("spending.conversion", 0.25, float),
        ("service.split.greet", 0, float),
    ],
)
def test_with_level_changes_one_setting_and_nothing_else(read: Any, lever: str, level: float, kind: type) -> None:
    before = read(MINIMAL)
    after = with_level(before, lever, level)
    assert value_at(after, lever) == level
    assert type(value_at(after, lever)) is kind
    table = lever.split(".")[0]
    assert after.model_dump(exclude={table}) == before.model_dump(exclude={table})
    assert read(MINIMAL) == before, "the scenario that was given is as it was"


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_todays_level_changes_nothing(file: Path) -> None:
    scenario = read_scenario(file)
    assert with_level(scenario, "staff.agents", value_at(scenario, "staff.agents")) == scenario


@pytest.mark.parametrize(
    ("lever", "level", "words"),
    [
        (
            "staff.agents",
            1.5,
            "staff.agents = 1.5: staff.agents is 1.5; it must be a whole number between 0 and 1,000; "
            "a part of an agent needs a roster by the hour: in [staff.roster], every_day = a list of 24 numbers, "
            "in which 1.5 is one agent all hour and one more for half of it.",
        ),
        (
            "staff.agents",
            -1,
            "staff.agents = -1: staff.agents is -1; it must be a whole number between 0 and 1,000.",
        ),
        (
            "staff.agents",
            float("nan"),
            "staff.agents = nan: staff.agents is nan; it must be a whole number between 0 and 1,000.",
        ),
        (
            "investment.minutes_per_visit",
            float("inf"),
            "investment.minutes_per_visit = inf: "
            "investment.minutes_per_visit is inf; it must be a finite number between 0 and 10,000.",
        ),
        (
            "loyalty.natural_churn",
            0.25,
            "loyalty.natural_churn = 0.25: loyalty.yearly_retention is 0.8; "
            "it must be below 1 − loyalty.natural_churn, 0.75.",
        ),
        (
            "title",
            3,
            "title = 3: title is 3; it must be text in quotes of at most 200 characters.",
        ),
    ],
)
def test_a_level_that_a_setting_cannot_hold_is_told_so(read: Any, lever: str, level: float, words: str) -> None:
    with pytest.raises(ScenarioError) as told:
        with_level(read(MINIMAL), lever, level)
    assert str(told.value) == words


def test_the_nearest_scenario_is_named_where_a_file_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(MINIMAL)
    for name in ("shop.tml", "shop", "Shop.toml", "shp.toml"):
        with pytest.raises(ScenarioError) as caught:
            read_scenario(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name} does not exist. Did you mean {tmp_path / 'shop.toml'}?"
    with pytest.raises(ScenarioError, match="does not exist; `servsim init` writes a scenario to start from"):
        read_scenario(tmp_path / "bakery.toml")


@pytest.mark.parametrize("own", ["", '[evaluate]\nlever = "staff.wage_per_hour"\nlevels = [10, 20]\n'])
def test_another_lever_is_not_tried_at_the_levels_of_the_files_own(tmp_path: Path, own: str) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(MINIMAL + own)
    lever = "staff.wage_per_hour" if own else "investment.minutes_per_visit"
    with pytest.raises(ScenarioError) as caught:
        read_scenario(file, ["evaluate.lever=staff.agents"])
    assert str(caught.value) == (
        f"--set evaluate.lever=staff.agents: evaluate.levels are of another lever, {lever}; say with --levels which of "
        "staff.agents to try (for a plot: --lever staff.agents=LEVELS)."
    )
    assert read_scenario(file, ["evaluate.lever=staff.agents", "evaluate.levels=[1,2]"]).evaluate.levels == [1.0, 2.0]
    assert read_scenario(file, [f"evaluate.lever={lever}"]).evaluate.lever == lever


@pytest.mark.parametrize(
    ("text", "bound"),
    [("abandoned_share <= 5 %", 0.05), ("abandoned_share<=5%", 0.05), ("retention >= 62.5 %", 0.625),
     ("abandoned_share <= 0.05", 0.05), ("wait_mean <= 4", 4.0), ("occupancy <= today", None)],
)  # fmt: skip
def test_a_bound_of_a_share_may_be_a_percentage(text: str, bound: float | None) -> None:
    assert constraint(text).bound == bound
    assert constraint(text).text == text


@pytest.mark.parametrize(
    ("text", "words"),
    [("abandoned_share <= 5", "abandoned_share is a share, at most 1: write 5 % or 0.05."),
     ("wait_mean <= 5 %", "wait_mean is no share: its bound must be a number without %, or today."),
     ("costs <= today %", 'it must be METRIC <= BOUND or METRIC >= BOUND, such as "abandoned_share <= 5 %", ')],
)  # fmt: skip
def test_a_bound_that_cannot_be_meant_is_answered_with_a_way_out(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(f'evaluate.constraints has "{text}"; {words}')):
        constraint(text)


@pytest.mark.parametrize(
    ("agents", "tables", "words"),
    [(1, "[waiting]\n", r"4\.00 times the time it has: even if no minute were wasted it could not serve all"),
     (1, "", r"4\.00 times the time it has and nobody leaves the queue: it grows for ever"), (5, "[waiting]\n", "")],
)  # fmt: skip
def test_a_desk_that_is_asked_for_too_much_is_told_so(tmp_path: Path, agents: int, tables: str, words: str) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(
        '[opening]\nmonday = "09:00-12:00"\n[demand]\nprospects_per_hour = 24\nopening_book = 0\n[service]\n'
        f"core_minutes = 10\n[staff]\nagents = {agents}\n{tables}"
    )
    look = outlook(read_scenario(file), str(file))
    told = [warning for warning in look.warnings if "times the time" in warning]
    assert look.planned.load == pytest.approx(4 / agents)
    assert (len(told) == 1 and re.search(words, told[0])) if words else not told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mistakes]\n[quality]\non = false\nsteepness = 4.0\n",
         "[quality] is off, so quality.steepness counts for nothing: [mistakes] reckons with the usual ones."),
        ("[mistakes]\n[quality]\nsteepness = 4.0\n", ""),
        ("[quality]\non = false\nsteepness = 4.0\n", ""),
        ("[mistakes]\n[investment]\n",
         "[investment] is on without [quality]: minutes cost time and bring fewer mistakes."),
        ('[opening]\nmonday = "09:00-11:00"\n[staff.roster]\nmonday = [' + ", ".join(["1"] * 24) + "]\n",
         "staff.roster names 24 hours a week, 22 of them while the doors are closed: only 2 are worked and paid; "
         "widen [opening] or shorten the roster."),
        ('[opening]\nmonday = "00:00-24:00"\n[staff.roster]\nevery_day = [' + ", ".join(["1"] * 24) + "]\n", ""),
    ],
)  # fmt: skip
def test_what_is_stated_and_counts_for_nothing_is_said(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(text)
    found = outlook(read_scenario(file), str(file)).warnings
    assert words in found if words else not [each for each in found if "roster" in each or "for nothing" in each]


def test_a_scenario_without_segments_is_lived_by_everybody(read: Any) -> None:
    scenario = read(MINIMAL)
    assert as_segments(scenario) == [scenario]


def test_a_segment_lives_by_what_it_names_and_by_the_file_in_all_else(read: Any) -> None:
    scenario = read(SEGMENTED)
    walk_in, regular = as_segments(scenario)
    assert (walk_in.waiting.patience_minutes, regular.waiting.patience_minutes) == (5, 20)
    assert (walk_in.waiting.tolerance, regular.waiting.tolerance) == (0.5, 0.5)
    assert (walk_in.service.split.greet, regular.service.split.greet) == (2, 1)
    assert (walk_in.service.split.listen, regular.service.split.listen) == (4, 4)
    assert walk_in.loyalty is None
    assert regular.loyalty.yearly_retention == 0.9
    for lived in (walk_in, regular):
        assert lived.model_dump(exclude=set(SEGMENT_TABLES)) == scenario.model_dump(exclude=set(SEGMENT_TABLES))


def test_a_level_reaches_every_segment_that_does_not_name_the_setting(read: Any) -> None:
    walk_in, regular = as_segments(with_level(read(SEGMENTED), "waiting.patience_minutes", 8))
    assert (walk_in.waiting.patience_minutes, regular.waiting.patience_minutes) == (5, 8)


@pytest.mark.parametrize("own", ["", "[segments.demand]\nvisit_gap_days = 20\n"])
def test_segments_need_no_profile(read: Any, own: str) -> None:
    (lived,) = as_segments(read(f'[[segments]]\nname = "everybody"\nshare = 1\n{own}'))
    assert lived.demand.profile is None


SETTINGS = list(all_settings()) + [("segments", 0, *path) for path in all_settings(Segment)]


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: ".".join(map(str, path)))
def test_every_setting_has_a_sentence(path: tuple[str, ...]) -> None:
    description = field_at(path).description or ""
    assert description[:1].isupper(), description
    assert description.rstrip(")")[-1] in ".", description
    assert "\n" not in description


def test_every_number_and_word_of_the_model_is_one_field_of_the_sheet() -> None:
    names = [name for name, _, _ in sheet.fields()] + [name for name, *_ in sheet.DERIVED]
    assert len(names) == len(set(names)), "a field of the sheet is named twice"
    held = {path for _, _, path in sheet.fields()}
    expected = {
        path
        for path in all_settings()
        if path[0] in sheet.TABLES and path[1:] and table_at(path) is None and path[1] not in sheet.DERIVED_LISTS
    } - set(sheet.MONEY_ONLY)
    assert held == expected


def test_beside_every_cv_stands_the_variance_of_the_lognormals_logarithm() -> None:
    row = sheet.to_sheet(checked({"service": {"difficulty_cv": 0.6, "step_cv": {"greet": 0.0}}}, "test"))[0]
    assert len(sheet.variations()) == sum("log_variance" in name for name in sheet.sheet_type().names)
    assert row["difficulty_log_variance"] == pytest.approx(math.log(1.36))
    assert row["step_log_variance_greet"] == 0.0


DESK_WIDE = sorted(
    {path[0] for path in all_settings() if path[0] in SEGMENT_TABLES and path[1:] and belongs_to_desk(path)}
    - {"demand"}
)
"""Tables that segments may switch off, and that have settings of the whole desk."""


@pytest.mark.parametrize("table", DESK_WIDE)
def test_what_belongs_to_the_desk_is_the_same_in_every_row(table: str) -> None:
    """Rules read it from row 0: the first segment must not take it away from the others by having no use for it."""
    inner = table_of(Scenario.model_fields[table].annotation)
    assert inner is not None
    settings_of_desk = {
        name: ANOTHER[name] for name in inner.model_fields if name in ANOTHER and belongs_to_desk((table, name))
    }
    segments = [{"name": "a", "share": 0.5, table: {"on": False}}, {"name": "b", "share": 0.5}]
    first, second = sheet.to_sheet(checked({table: settings_of_desk, "segments": segments}, "test"))
    assert settings_of_desk
    assert {name: first[name] for name in settings_of_desk} == {name: second[name] for name in settings_of_desk}


ANOTHER: dict[str, Any] = {
    "relationship_hours_per_month": 9.0, "waiting_places": 7, "at_closing": "send_home", "queue_policy": "by_value",
    "price_level": 2.0, "complaint_order": "first", "pressing_hours": 9.0, "call_minutes": 9.0, "deterred_days": 9.0,
    "potential_customers": 99, "rival_drift": 0.9, "newcomer_quality": 9.0, "newcomer_week": 9.0,
    "own_agent_first": True, "phone_order": "first",
}  # fmt: skip
"""Another value than the default for settings of the desk in tables that segments may switch off."""


def test_a_setting_keeps_its_name_in_the_sheet() -> None:
    for name, _, path in sheet.fields():
        assert name in (path[-1], "_".join(path[1:]), f"{path[0]}_on"), path


DESIGN = (
    "opening", "demand", "staff", "service", "investment", "waiting", "quality", "loyalty", "word_of_mouth", "spending",
    "mistakes", "recovery", "manager", "promises", "outreach", "competitors", "internal", "recognition", "phone", "load",
    "after_visit_work", "advertising", "training", "budget", "money", "segments", "exceptions", "horizon", "evaluate", "optimise",
)  # fmt: skip
"""The tables of a scenario file, as section 7 of the design spells them."""


def test_tables_are_spelled_and_ordered_as_in_the_design() -> None:
    tables = [name for name, field in Scenario.model_fields.items() if table_of(field.annotation)]
    assert [name for name in DESIGN if name in tables] == tables


def test_a_segment_may_differ_in_tables_of_the_scenario_only() -> None:
    assert set(SEGMENT_TABLES) <= set(Scenario.model_fields)


def test_lines_are_those_of_the_statement_that_names_a_key() -> None:
    text = SALON_LIKE.replace("\n", "\r\n")
    for written in (SALON_LIKE, text):
        lines = lines_of(written)
        assert {path: lines[path] for path in LINES} == LINES
        assert lines[("demand", "profile", 23)] == 5


SALON_LIKE = '''\
title = """
[staff]
"""
[demand]
profile = [  # ] not yet
    0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1,

    1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
]
service.split = { greet = 1,    listen = 2 }   # a table of [demand], wrongly

[[segments]]
name = "walk-in"
    [segments.waiting]
    patience_minutes = 5
[[segments]]
[ segments . "waiting" ]
patience_minutes = [
    5]
[service.split]
'''

LINES = {
    ("title",): 1,
    ("demand",): 4,
    ("demand", "profile"): 5,
    ("demand", "profile", 0): 5,
    ("demand", "service", "split", "listen"): 10,
    ("segments",): 12,
    ("segments", 0): 12,
    ("segments", 0, "name"): 13,
    ("segments", 0, "waiting"): 14,
    ("segments", 0, "waiting", "patience_minutes"): 15,
    ("segments", 1): 16,
    ("segments", 1, "waiting"): 17,
    ("segments", 1, "waiting", "patience_minutes", 0): 18,
    ("service", "split"): 20,
}


def test_the_line_of_what_was_not_written_is_that_of_the_table_around_it() -> None:
    lines = lines_of(SALON_LIKE)
    assert line_of(lines, ("segments", 1, "share")) == 16
    assert line_of(lines, ("segments", 1, "waiting", "tolerance")) == 17
    assert line_of(lines, ("loyalty", "yearly_retention")) is None


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path into a parsed value that places looks for, outer ones first."""
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    below = [deeper for key, item in inner for deeper in paths(item, (*path, key))]
    return [path, *below] if len(path) <= DEEPEST else []


def naive_lines_of(text: str) -> dict[tuple[str | int, ...], int]:
    """The same lines, by parsing every beginning of the text: what the next line brings was written since the last."""
    found: dict[tuple[str | int, ...], int] = {(): 0}
    lines, begins = text.split("\n"), 1
    for end in range(1, len(lines) + 1):
        try:
            value = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        for path in paths(value):
            found.setdefault(path, begins)
        begins = end + 1
    return {path: line for path, line in found.items() if path}


def is_toml(text: str) -> bool:
    """Whether a text can be parsed at all."""
    try:
        return tomllib.loads(text) is not None
    except (ValueError, RecursionError):
        return False


TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in [*SCENARIOS, *sorted((HERE / "bad").glob("*.toml"))]}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in TEXTS.items() if is_toml(text)])
def test_lines_are_those_found_by_parsing_every_beginning_of_a_file(text: str) -> None:
    assert lines_of(text) == naive_lines_of(text)


KINDS = ("-1e300", "1e300", "nan", "true", '"x"', "[]", "[1]", "[[1]]", "{}", "{ x = 1 }", "[{}]", "2026-01-31")


@pytest.mark.parametrize("value", KINDS)
@pytest.mark.parametrize("around", [None, "segments"])
def test_every_setting_takes_or_refuses_every_kind_of_value_in_a_sentence(value: str, around: str | None) -> None:
    for path in all_settings(Segment if around else Scenario):
        raw: Any = tomllib.loads(f"value = {value}")["value"]
        for key in reversed(path):
            raw = {key: raw}
        if around:
            raw = {around: [{"name": "everybody", "share": 1, **raw}]}
        try:
            checked(raw, "desk.toml")
        except ScenarioError as error:
            for message in error.messages:
                assert re.fullmatch(r"desk\.toml: \S.* (is|are|must|add|belongs) .*[.?]", message), message
                assert "None" not in message


def mutilated(text: str, seed: int, wounds: int) -> str:
    """A text with some of its characters or lines deleted, doubled, or swapped with others."""
    chance = random.Random(seed)
    for _ in range(wounds):
        pieces = list(text) if chance.random() < 0.6 else text.splitlines(keepends=True)
        if not pieces:
            return text
        here, there = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        wound = chance.choice(("delete", "double", "swap"))
        if wound == "delete":
            del pieces[here : here + chance.randint(1, 4)]
        elif wound == "double":
            pieces.insert(there, pieces[here])
        else:
            pieces[here], pieces[there] = pieces[there], pieces[here]
        text = "".join(pieces)
    return text


@given(seed=st.integers(0, 2**32), wounds=st.integers(1, 12))
@settings(max_examples=300, deadline=None, database=None)
def test_no_mutilated_scenario_brings_a_traceback(seed: int, wounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "salon.toml"
        file.write_text(mutilated(SALON, seed, wounds), encoding="utf-8")
        try:
            assert isinstance(read_scenario(file), Scenario)
        except ScenarioError as error:
            assert all(message.startswith(str(file)) for message in error.messages)  # noqa: PT017


@given(text=st.text(max_size=60), override=st.text(max_size=60))
@settings(max_examples=300, deadline=None, database=None)
def test_no_text_and_no_override_brings_a_traceback(text: str, override: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "desk.toml"
        file.write_text(text, encoding="utf-8", errors="replace")
        for overrides in ([], [override], [f"staff.{override}"], [f"title={override}"], [f"segments={override}"]):
            try:
                read_scenario(file, overrides)
            except ScenarioError as error:
                assert error.messages  # noqa: PT017
