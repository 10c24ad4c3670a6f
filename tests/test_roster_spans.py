"""Spans of a roster as levers: what they change, how mistakes are said, and that the smallest roster is found."""

import itertools
from typing import Any

import pytest

from servsim.errors import ScenarioError
from servsim.scenario.lever_and_uncertain_ranges import scenario_schema
from servsim.scenario.read import checked, value_at, with_settings
from servsim.scenario.scenario import Scenario
from servsim.study.run import run
from servsim.study.several_levers.optimise import optimise

NOON = [0] * 9 + [4, 4, 4] + [0] * 12


def desk(levers: dict[str, Any] | None = None, **tables: Any) -> Scenario:
    """A desk on Monday mornings, with four agents and a rush from ten to eleven."""
    base = {
        "opening": {"monday": "09:00-12:00"},
        "demand": {"prospects_per_hour": 20.0, "profile": [0] * 9 + [1, 3, 1] + [0] * 12},
        "staff": {"roster": {"monday": NOON, "weekdays": [2] * 96}},
        "waiting": {"patience_minutes": 3.0},
        "service": {"core_minutes": 5.0},
        "horizon": {"weeks": 3.0},
    }
    return checked(base | tables | {"optimise": {"levers": levers or {}}}, "desk.toml")


def test_a_span_is_changed_where_it_is_and_nowhere_else() -> None:
    changed = with_settings(desk(), {"staff.roster.monday.10-12": 1, "staff.roster.weekdays.08:15-08:45": 3})
    roster = changed.staff.roster
    assert roster.monday == [0] * 9 + [4, 1, 1] + [0] * 12
    assert roster.weekdays == [2] * 33 + [3, 3] + [2] * 61
    assert desk().staff.roster.monday == NOON
    assert value_at(changed, "staff.roster.monday.10-12") == 1


@pytest.mark.parametrize(
    ("key", "ends", "message"),
    [
        ("staff.roster.monday.9-11", [1, 2.5], "is [1, 2.5]; it must be [low, high], each a whole number between 0 and 1,000."),
        ("staff.roster.monday.9-11", [3, 1], "is [3, 1]; it must be [low, high], each a whole number between 0 and 1,000."),
        ("staff.roster.friday.9-11", [1, 3], "is a range, but it needs the list staff.roster.friday: it must be written down first."),
        ("staff.roster.monday.8-11", [1, 3], "is a range, but it has 0, 4, 4 agents today: it must have one whole number in all its items."),
        ("staff.roster.monday.09:15-11:00", [1, 3],
         "is a range, but it begins or ends within an item of staff.roster.monday: it must fit its 24 items."),
        ("staff.roster.monday.noon", [1, 3], "is not a numeric setting."),
    ],
)  # fmt: skip
def test_mistakes_are_said_in_a_sentence(key: str, ends: list[float], message: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        desk({key: ends})
    (said,) = refused.value.messages
    assert said.startswith("desk.toml: optimise.levers.staff.roster.")
    assert said.endswith(message)


def test_editors_know_spans() -> None:
    levers = scenario_schema()["$defs"]["Optimise"]["properties"]["levers"]["properties"]
    assert "monday" in levers["staff"]["properties"]["roster"]["properties"]


def test_the_smallest_roster_that_keeps_a_level_is_found() -> None:
    """All 3 x 4 rosters, tried one by one in many replications, against what the search proposes."""
    keys, values = ("staff.roster.monday.9-10", "staff.roster.monday.10-12"), ((1, 2, 3), (1, 2, 3, 4))
    scenario = desk({key: [min(own), max(own)] for key, own in zip(keys, values, strict=True)}, horizon={"weeks": 8.0})
    kept = {}
    for pair in itertools.product(*values):
        own = with_settings(scenario, dict(zip(keys, pair, strict=True)))
        found = run(own, replications=12)
        kept[pair] = found["abandoned_share"].mean, pair[0] + 2 * pair[1]
    enough = [hours for share, hours in kept.values() if share <= 0.15]
    found = optimise(scenario, objective="costs", constraints=["abandoned_share <= 15 %"], points=12, replications=8)
    share, hours = kept[tuple(int(value) for value in found.best)]
    assert share <= 0.15 * 1.1
    assert hours <= min(enough) + 1
