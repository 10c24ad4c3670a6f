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
    "staff": {
        "agents": 3, "attentive_minutes": 20.0, "inattentive_minutes": 4.0, "agent_knowledge": [0.9, 0.2],
        "agent_speed": [0.8, 1.0, 1.25], "choice": "resolves_most", "break_minutes": 10.0, "break_after_minutes": 60.0,
    },
    "service": {"core_minutes": 9.0, "difficulty_cv": 0.5},
    "investment": {"minutes_per_visit": 4.0, "recovery_minutes": 4.0, "relationship_hours_per_month": 3.0},
    "waiting": {
        "patience_minutes": 10.0, "balk_scale_minutes": 40.0, "leave_at_once_share": 0.1, "retry_probability": 0.5,
        "waiting_places": 4, "at_closing": "send_home",
    },
    "quality": {"opening_satisfaction": 5.0},
    "loyalty": {"yearly_retention": 0.5},
    "spending": {"conversion": 0.4, "second_thought_probability": 0.5},
    "mistakes": {"mistake_share": 0.5, "catch_share": 0.4},
    "recovery": {"voice_share": 0.7, "complaint_order": "first", "paradox_loyalty": 0.5},
    "manager": {
        "escalated_share": 0.3, "manager_free_minutes": 20.0, "manager_away_minutes": 20.0, "agent_held": True,
    },
    "promises": {"follow_up_minutes": 5.0},
    "outreach": {"call_when": "block", "block_from_hour": 10, "call_first": "overdue", "win_back_share": 0.3},
    "horizon": {"weeks": 10.0},
}  # fmt: skip
"""A desk with everything switched on."""

MECHANISMS = (
    "investment", "waiting", "quality", "loyalty", "spending", "mistakes", "recovery", "manager", "promises",
    "outreach",
)  # fmt: skip
DRAWS = range(6)


def digest(raw: dict[str, Any]) -> str:
    """The fingerprint of the world of some settings."""
    return fast.simulate(to_sheet(checked(raw, "test"))).digest()


def without(*names: str) -> dict[str, Any]:
    """The desk without some tables, named as in "manager", or some settings, named as in "staff.choice"."""
    return {
        table: {key: value for key, value in settings.items() if f"{table}.{key}" not in names}
        for table, settings in DESK.items()
        if table not in names
    }


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
    left_out = digest(without(table))
    for number in DRAWS:
        assert digest({**DESK, table: {**at_random(table, number), "on": False}}) == left_out


@pytest.mark.parametrize("table", sorted(set(MECHANISMS) - {"manager"}))
def test_a_table_switched_off_in_all_segments_is_a_table_left_out(table):
    """But for which agent resolves most: there the mistakes of the desk's own table count, whoever comes."""
    rest = without("staff.choice")
    left_out = digest({name: settings for name, settings in rest.items() if name != table})
    inner = table_of(Scenario.model_fields[table].annotation)
    assert inner is not None
    desk_wide = {key for key, field in inner.model_fields.items() if (field.json_schema_extra or {}).get("desk")}
    for number in DRAWS:
        settings = {key: value for key, value in at_random(table, number).items() if key not in desk_wide}
        segments = [{"name": name, "share": 0.5, table: {**settings, "on": False}} for name in ("a", "b")]
        assert digest({**rest, "segments": segments}) == left_out


@pytest.mark.parametrize("table", MECHANISMS)
def test_a_table_switched_on_changes_the_world(table):
    assert digest(DESK) != digest(without(table))


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
    ("staff", {"break_minutes": 0.0}, ("break_after_minutes",)),
    ("mistakes", {"mistake_share": 0.0},
     ("listening_effect", "inattention_effect", "catch_share", "clarify_minutes", "clarified_loss", "light_days",
      "mistake_loss")),
    ("mistakes", {"catch_share": 0.0}, ("clarify_minutes", "clarified_loss")),
    ("recovery", {"voice_share": 0.0}, ("voice_openness", "double_deviation", "complaint_order")),
    ("recovery", {"recovery_rate": 0.0}, ("recovery_ceiling", "delay_decay")),
    ("recovery", {"recovery_ceiling": 0.0}, ("recovery_rate", "delay_decay")),
    ("recovery", {"recovered_lift": 0.0}, ("paradox_loyalty",)),
    ("manager", {"escalated_share": 0.0, "personal_below": 0.0},
     ("manager_minutes", "manager_cv", "manager_distribution", "manager_failure", "agent_held",
      "manager_wage_per_hour")),
    ("manager", {"manager_away_minutes": 0.0}, ("manager_free_minutes",)),
    ("manager", {"manager_distribution": "exponential"}, ("manager_cv",)),
    ("promises", {"promise_share": 0.0},
     ("quoted_days", "preparation_days", "preparation_cv", "follow_up_minutes", "follow_up_cv", "pressing_hours",
      "kept_gain", "broken_loss", "distance_loss")),
    ("promises", {"preparation_days": 0.0}, ("preparation_cv",)),
    ("outreach", {"call_when": "idle"}, ("block_from_hour", "block_hours", "block_agents")),
    ("outreach", {"reminder_share": 0.0, "win_back_share": 0.0}, ("reminder_days",)),
]  # fmt: skip
"""Settings whose off value makes others of the same table idle."""


@pytest.mark.parametrize(("table", "off", "idle"), SWITCHES, ids=lambda part: str(part)[:40])
def test_a_setting_at_its_off_value_makes_others_idle(table, off, idle):
    reference = digest(with_table(table, off))
    assert reference != digest(DESK)
    for number in DRAWS:
        drawn = {key: value for key, value in at_random(table, number).items() if key in idle}
        assert digest(with_table(table, {**drawn, **off})) == reference


def test_who_is_won_back_comes_as_soon_as_one_who_is_reminded():
    """So the days until then count where calls remind nobody."""
    nobody = with_table("outreach", {"reminder_share": 0.0})
    assert digest(with_table("outreach", {"reminder_share": 0.0, "reminder_days": 1.0})) != digest(nobody)


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
    assert digest(with_table("staff", {"roster": {"every_day": [3.0] * 24}})) == digest(DESK)


def test_segments_that_differ_in_nothing_change_only_names():
    """Two segments with the same settings are the desk without segments: the draw of the segment disturbs no other."""
    alike = [{"name": "a", "share": 0.3}, {"name": "b", "share": 0.7}]
    assert digest({**DESK, "segments": alike}) == digest(DESK)


IDLE = [
    ("investment", "investment", ("recovery_minutes", "relationship_hours_per_month")),
    ("recovery", "investment", ("recovery_minutes",)),
    ("outreach", "investment", ("relationship_hours_per_month",)),
    ("investment.relationship_hours_per_month", "outreach", tuple(DESK["outreach"])),
    ("recovery", "manager",
     ("escalated_share", "personal_below", "manager_minutes", "manager_cv", "manager_distribution", "manager_failure",
      "agent_held")),
    ("manager", "recovery", ()),
    ("quality", "mistakes", ("clarified_loss", "mistake_loss")),
    ("quality", "recovery", ("recovered_lift", "paradox_loyalty", "double_deviation")),
    ("quality", "promises", ("kept_gain", "broken_loss", "distance_loss")),
    ("loyalty", "recovery", ("unrecovered_weight", "paradox_loyalty")),
]  # fmt: skip
"""What is left out, a table, and settings of it that need what is left out."""


@pytest.mark.parametrize(("left_out", "table", "idle"), IDLE, ids=lambda part: str(part)[:40])
def test_settings_are_idle_without_what_they_need(left_out, table, idle):
    rest = without(left_out)
    reference = digest(rest)
    own = {"on": False} if left_out == table else {}
    for number in DRAWS:
        drawn = {key: value for key, value in at_random(table, number).items() if key in idle}
        assert digest({**rest, table: {**rest.get(table, {}), **drawn, **own}}) == reference


@pytest.mark.parametrize(("left_out", "off"), [
    ("promises", {"promises": {"promise_share": 0.0}}),
    ("outreach", {"investment": {"relationship_hours_per_month": 0.0}}),
    ("investment.recovery_minutes", {"investment": {"recovery_minutes": 0.0}}),
    ("staff.break_minutes", {"staff": {"break_minutes": 0.0}}),
], ids=lambda part: str(part)[:40])  # fmt: skip
def test_what_is_at_its_off_value_might_as_well_be_left_out(left_out, off):
    ((table, settings),) = off.items()
    assert digest(with_table(table, settings)) == digest(without(left_out))


def test_mistakes_that_nobody_makes_might_as_well_be_left_out_where_nothing_is_promised():
    """Where there are promises, the table also says how long a complaint about a broken one takes."""
    rest = without("promises")
    assert digest({**rest, "mistakes": {**DESK["mistakes"], "mistake_share": 0.0}}) == digest(
        without("promises", "mistakes")
    )


def test_a_manager_whom_nobody_complains_to_only_comes_and_goes():
    """Without a recovery table no complaint reaches the manager, whose rows are all that the table adds."""
    rest = without("recovery", "manager")
    plain = fast.simulate(to_sheet(checked(rest, "test"))).rows.tolist()
    for number in DRAWS:
        trace = fast.simulate(
            to_sheet(checked({**rest, "manager": at_random("manager", number) | {"on": True}}, "test"))
        )
        assert [row for row in trace.rows.tolist() if row[3] < DESK["staff"]["agents"]] == plain


AGENTS = [
    ("usual knowledge", "staff.agent_knowledge", {"knowledge": 0.5}),
    ("a list of usual knowledge", "staff.agent_knowledge", {"agent_knowledge": [0.5] * 3}),
    ("as fast as usual", "staff.agent_speed", {"agent_speed": [1.0]}),
    ("the third agent as the file says of all others", "staff.knowledge", {"agent_knowledge": [0.9, 0.2, 0.5]}),
    ("knowledge of agents who are not there", "staff.knowledge", {"agent_knowledge": [0.9, 0.2, 0.5, 1.0, 0.1]}),
    ("speed of agents who are not there", "staff.knowledge", {"agent_speed": [0.8, 1.0, 1.25, 99.0, 0.01]}),
    ("served by who is free longest", "staff.choice", {"choice": "longest_free"}),
]  # fmt: skip


@pytest.mark.parametrize(("left_out", "said"), [case[1:] for case in AGENTS], ids=[case[0] for case in AGENTS])
def test_saying_of_agents_what_holds_anyway_changes_nothing(left_out, said):
    rest = without(left_out)
    assert digest({**rest, "staff": {**rest["staff"], **said}}) == digest(rest)


@pytest.mark.parametrize("choice", ["fastest", "most_accurate", "resolves_most"])
def test_among_agents_alike_there_is_no_choice(choice):
    rest = without("staff.agent_knowledge", "staff.agent_speed", "staff.choice")
    alike = {"choice": choice, "knowledge": 0.7}
    assert digest({**rest, "staff": {**rest["staff"], **alike}}) == digest(
        {**rest, "staff": {**rest["staff"], "knowledge": 0.7}}
    )


@pytest.mark.parametrize("priority", [-100, 3, 100])
def test_priority_alike_for_all_is_none(priority):
    assert digest(with_table("waiting", {"priority": priority})) == digest(DESK)
    alike = [{"name": name, "share": 0.5, "waiting": {"priority": priority}} for name in ("a", "b")]
    assert digest({**DESK, "segments": alike}) == digest(DESK)


def test_priority_that_differs_changes_the_world():
    groups = [{"name": name, "share": 0.5, "waiting": {"priority": place}} for place, name in enumerate(("a", "b"))]
    assert digest({**DESK, "segments": groups}) != digest(DESK)


COUNTS: dict[str, dict[str, Any]] = {
    "staff": {
        "knowledge": 0.9, "agent_knowledge": [0.1], "agent_speed": [2.0], "choice": "fastest", "break_minutes": 20.0,
        "break_after_minutes": 45.0,
    },
    "investment": {"recovery_minutes": 9.0, "relationship_hours_per_month": 6.0},
    "mistakes": {
        "mistake_share": 0.2, "listening_effect": 3.0, "inattention_effect": 9.0, "catch_share": 0.9,
        "clarify_minutes": 6.0, "clarified_loss": 2.0, "light_days": 5.0, "mistake_loss": 4.0, "correction_share": 2.0,
    },
    "recovery": {
        "voice_share": 0.4, "voice_openness": 0.1, "recovery_rate": 1.0, "recovery_ceiling": 0.2, "delay_decay": 3.0,
        "recovered_lift": 2.0, "paradox_loyalty": 0.0, "double_deviation": 3.0, "unrecovered_weight": 9.0,
        "complaint_order": "last",
    },
    "manager": {
        "managers": 2, "escalated_share": 0.9, "personal_below": 8.0, "manager_minutes": 30.0, "manager_cv": 0.1,
        "manager_distribution": "exponential", "manager_failure": 1.0, "agent_held": False,
        "manager_free_minutes": 60.0, "manager_away_minutes": 5.0,
    },
    "promises": {
        "promise_share": 0.2, "quoted_days": 1.0, "preparation_days": 0.5, "preparation_cv": 2.0,
        "follow_up_minutes": 15.0, "follow_up_cv": 0.0, "pressing_hours": 0.0, "kept_gain": 1.0, "broken_loss": 3.0,
        "distance_loss": 0.5,
    },
    "outreach": {
        "call_minutes": 8.0, "call_first": "lapsed", "call_when": "idle", "block_from_hour": 9, "block_hours": 3,
        "block_agents": 3, "overdue_factor": 0.5, "reminder_share": 0.9, "reminder_days": 1.0, "win_back_share": 0.9,
        "lapsed_days": 2.0,
    },
}  # fmt: skip
"""Another value for every setting of what goes wrong and is put right."""


@pytest.mark.parametrize(("table", "key"), [(table, key) for table, keys in COUNTS.items() for key in keys])
def test_each_setting_counts(table, key):
    assert digest(with_table(table, {key: COUNTS[table][key]})) != digest(DESK)


@pytest.mark.parametrize("table", ["mistakes", "recovery", "manager", "promises", "outreach"])
def test_no_setting_is_forgotten(table):
    """A manager's wage is money, which no world knows."""
    inner = table_of(Scenario.model_fields[table].annotation)
    assert inner is not None
    assert set(COUNTS[table]) == set(inner.model_fields) - {"on", "manager_wage_per_hour"}
