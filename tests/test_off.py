"""Off means off: what is switched off changes no number, whatever its other settings say; switched on, it does."""

from typing import Any

import numpy as np
import pytest

from servsim.errors import ScenarioError
from servsim.model import fast
from servsim.scenario.complain import table_of
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.sheet import to_sheet
from servsim.study.fuzz import drawn_table

DESK: dict[str, Any] = {
    "opening": {"monday": "09:00-12:00", "tuesday": "09:00-13:00"},
    "demand": {"prospects_per_hour": 8.0, "opening_book": 60, "visit_gap_days": 6.0, "busyness_cv": 0.3},
    "staff": {"agents": 2, "attentive_minutes": 20.0, "inattentive_minutes": 4.0},
    "service": {"core_minutes": 9.0, "difficulty_cv": 0.5},
    "investment": {"minutes_per_visit": 4.0},
    "waiting": {
        "patience_minutes": 10.0, "balk_scale_minutes": 40.0, "leave_at_once_share": 0.1, "retry_probability": 0.5,
        "waiting_places": 4, "at_closing": "send_home",
    },
    "quality": {"opening_satisfaction": 5.0},
    "loyalty": {"yearly_retention": 0.5},
    "spending": {"conversion": 0.4, "second_thought_probability": 0.5},
    "horizon": {"weeks": 5.0},
}  # fmt: skip
"""A desk with everything switched on."""

MECHANISMS = ("investment", "waiting", "quality", "loyalty", "spending")
DRAWS = range(6)


def digest(raw: dict[str, Any]) -> str:
    """The fingerprint of the world of some settings."""
    return fast.simulate(to_sheet(checked(raw, "test"))).digest()


def with_table(table: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The desk with other settings in a table."""
    return {**DESK, table: {**DESK[table], **settings}}


def at_random(table: str, number: int) -> dict[str, Any]:
    """Random settings of a whole table, such as a file may hold."""
    inner = table_of(Scenario.model_fields[table].annotation)
    assert inner is not None
    rng = np.random.default_rng(number)
    while True:
        drawn = drawn_table(rng, inner, (table,), 0.0)
        try:
            checked({**DESK, table: drawn}, "drawn")
        except ScenarioError:
            continue
        return drawn


@pytest.mark.parametrize("table", MECHANISMS)
def test_a_table_switched_off_is_a_table_left_out(table):
    without = digest({name: settings for name, settings in DESK.items() if name != table})
    for number in DRAWS:
        assert digest({**DESK, table: {**at_random(table, number), "on": False}}) == without


@pytest.mark.parametrize("table", MECHANISMS)
def test_a_table_switched_on_changes_the_world(table):
    assert digest(DESK) != digest({name: settings for name, settings in DESK.items() if name != table})


@pytest.mark.parametrize("table", MECHANISMS)
def test_on_is_the_default(table):
    assert digest(with_table(table, {"on": True})) == digest(DESK)


SWITCHES = [
    ("staff", {"inattentive_minutes": 0.0}, ("attentive_minutes", "while_serving", "half_there_effect")),
    ("waiting", {"retry_probability": 0.0}, ("retry_days", "retry_limit")),
    ("waiting", {"retry_limit": 0}, ("retry_days", "retry_probability")),
    ("spending", {"second_thought_probability": 0.0}, ("second_thought_days", "second_thought_limit")),
    ("investment", {"minutes_per_visit": 0.0}, ()),
    ("demand", {"opening_book": 0, "prospects_per_hour": 0.0}, ("busyness_cv", "visit_gap_days", "opening_tenure")),
    ("waiting", {"patience_distribution": "never", "wait_weight": 0.0},
     ("patience_minutes", "patience_shape", "patience_cv", "tolerance", "unnoticed_weight", "pause_weight")),
    ("service", {"core_distribution": "fixed"}, ("core_cv", "core_phases")),
    ("quality", {"disconfirmation": 0.0}, ("loss_aversion", "will_weight", "should_ratchet")),
    ("loyalty", {"satisfaction_slope": 0.0, "tenure_slope": 0.0}, ()),
]  # fmt: skip
"""Settings whose off value makes others of the same table idle."""


@pytest.mark.parametrize(("table", "off", "idle"), SWITCHES, ids=lambda part: str(part)[:40])
def test_a_setting_at_its_off_value_makes_others_idle(table, off, idle):
    reference = digest(with_table(table, off))
    assert reference != digest(DESK)
    for number in DRAWS:
        drawn = {key: value for key, value in at_random(table, number).items() if key in idle}
        assert digest(with_table(table, {**drawn, **off})) == reference


def test_the_steps_split_and_variation_are_idle_without_minutes():
    """With no minutes invested, how they would be shared changes nothing."""
    none = {**DESK, "investment": {"minutes_per_visit": 0.0}}
    for number in DRAWS:
        drawn = {key: at_random("service", number).get(key) for key in ("split", "step_cv")}
        drawn = {key: value for key, value in drawn.items() if value}
        assert digest({**none, "service": {**DESK["service"], **drawn}}) == digest(none)


def test_a_profile_of_ones_is_no_profile():
    even = {"profile": [1.0] * 24, "weekday_profile": [1.0] * 7}
    assert digest(with_table("demand", even)) == digest(DESK)
    assert digest(with_table("service", {"core_profile": [1.0] * 24})) == digest(DESK)


def test_a_roster_that_says_what_agents_says_changes_nothing():
    assert digest(with_table("staff", {"roster": {"every_day": [2.0] * 24}})) == digest(DESK)


def test_segments_that_differ_in_nothing_change_only_names():
    """Two segments with the same settings are the desk without segments: the draw of the segment disturbs no other."""
    alike = [{"name": "a", "share": 0.3}, {"name": "b", "share": 0.7}]
    assert digest({**DESK, "segments": alike}) == digest(DESK)
