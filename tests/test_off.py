"""Off means off: what is switched off changes no number, whatever its other settings say; switched on, it does."""

from typing import Any

import numpy as np
import pytest

from servsim.engine_parameters import MONEY_ONLY, to_sheet
from servsim.errors import ScenarioError
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.scenario.messages import table_of
from servsim.scenario.read import checked
from servsim.scenario.scenario import MECHANISMS, SEGMENT_TABLES, Scenario
from servsim.scenario.tables.base import Mechanism
from servsim.study.verification.random_scenarios import drawn_table
from servsim.units import DAY

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
    "quality": {"opening_satisfaction": 5.0, "should_drift": 2.0},
    "loyalty": {"yearly_retention": 0.5},
    "spending": {"conversion": 0.4, "second_thought_probability": 0.5, "price_level": 1.1, "spend_growth": 0.5},
    "mistakes": {"mistake_share": 0.5, "catch_share": 0.4},
    "recovery": {"voice_share": 0.7, "complaint_order": "first", "paradox_loyalty": 0.5},
    "manager": {
        "escalated_share": 0.3, "manager_free_minutes": 20.0, "manager_away_minutes": 20.0, "agent_held": True,
    },
    "promises": {"follow_up_minutes": 5.0},
    "outreach": {"call_when": "block", "block_from_hour": 10, "call_first": "overdue", "win_back_share": 0.3},
    "word_of_mouth": {
        "praises": 1.0, "warnings": 1.5, "mentions": 0.5, "delighted_above": 6.0, "referral_share": 0.2,
        "referral_days": 5.0, "deterred_share": 0.5, "deterred_days": 20.0, "friend_share": 0.6, "friend_loss": 0.5,
        "potential_customers": 400,
    },
    "competitors": {"rival_drift": 3.0, "newcomer_quality": 8.0, "newcomer_week": 3.0, "return_share": 0.4},
    "advertising": {"elasticity": 0.6, "promised_points": 1.0},
    "training": {"turnover": 0.99, "newcomer_cases": 5, "settled_cases": 200},
    "budget": {"money_per_month": 2000.0},
    "internal": {
        "requests_per_hour": 3.0, "request_minutes": 6.0, "request_priority": 1, "neglect_effect": 0.1,
        "neglect_memory": 0.2,
    },
    "recognition": {"notes_share": 0.3, "recognised_gain": 1.0, "own_agent_first": True},
    "phone": {"phone_order": "first", "phone_core_factor": 1.3},
    "after_visit_work": {"after_visit_minutes": 3.0, "after_visit_gain": 1.5},
    "load": {"queue_cut": 0.5, "speed_up": 0.3, "fatigue_minutes": 30.0, "fatigue_mistakes": 2.0},
    "horizon": {"weeks": 10.0},
}  # fmt: skip
"""A desk with everything switched on."""

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


def some_at_random(rest: dict[str, Any], table: str, number: int, keys: tuple[str, ...]) -> dict[str, Any]:
    """Random settings of these keys of a table that fit the others, as `rest` has them."""
    while True:
        drawn = {key: value for key, value in at_random(table, number).items() if key in keys}
        try:
            checked({**rest, table: {**rest.get(table, {}), **drawn}}, "drawn")
        except ScenarioError:
            number += len(DRAWS)
            continue
        return drawn


def test_the_desk_has_every_mechanism_there_is():
    annotations = {name: table_of(field.annotation) for name, field in Scenario.model_fields.items()}
    tables = {name for name, inner in annotations.items() if inner is not None and issubclass(inner, Mechanism)}
    assert set(MECHANISMS) == tables <= set(DESK)


@pytest.mark.parametrize("table", MECHANISMS)
def test_a_table_switched_off_is_a_table_left_out(table):
    left_out = digest(without(table))
    for number in DRAWS:
        assert digest({**DESK, table: {**at_random(table, number), "on": False}}) == left_out


@pytest.mark.parametrize("table", sorted(set(MECHANISMS) & set(SEGMENT_TABLES)))
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
    ("quality", {"disconfirmation": 0.0}, ("loss_aversion", "will_weight")),
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
    ("quality", {"should_drift": 0.0}, ()),
    ("spending", {"price_level": 1.0}, ("price_slope",)),
    ("spending", {"spend_growth": 0.0}, ("spend_cap",)),
    ("spending", {"spend_cap": 1.0}, ("spend_growth",)),
    ("word_of_mouth", {"praises": 0.0, "mentions": 0.0}, ("referral_share", "delighted_above")),
    ("word_of_mouth", {"referral_share": 0.0, "friend_share": 0.0}, ("referral_days", "friend_loss")),
    ("word_of_mouth", {"deterred_share": 0.0}, ("deterred_days",)),
    ("word_of_mouth", {"friend_share": 0.0}, ("friend_loss",)),
    ("word_of_mouth", {"warnings": 0.0}, ("deterred_share", "deterred_days", "friend_share", "friend_loss")),
    ("word_of_mouth", {"potential_customers": 0}, ("deterred_days",)),
    ("competitors", {"newcomer_quality": 0.0}, ("newcomer_week",)),
    ("competitors", {"rival_drift": 0.0, "newcomer_quality": 0.0},
     ("rival_quality", "newcomer_week", "without_quality", "demanding_weight")),
    ("competitors", {"return_share": 0.0}, ()),
    ("advertising", {"elasticity": 0.0}, ("budget_per_month", "usual_per_month", "carry_over", "least_effect")),
    ("advertising", {"promised_points": 0.0}, ("promise_pull",)),
    ("advertising", {"promise_pull": 0.0}, ()),
    ("training", {"turnover": 0.0}, ("learning_rate", "newcomer_cases", "settled_cases")),
    ("training", {"turnover": 0.0, "forgotten_share": 0.0},
     ("newcomer_knowledge", "learning_rate", "newcomer_cases", "settled_cases")),
    ("training", {"learning_rate": 1.0}, ("newcomer_cases", "settled_cases")),
    ("internal", {"requests_per_hour": 0.0},
     ("request_minutes", "request_cv", "request_distribution", "request_priority", "neglect_effect", "neglect_memory")),
    ("internal", {"request_distribution": "exponential"}, ("request_cv",)),
    ("internal", {"neglect_effect": 0.0}, ("neglect_memory",)),
    ("recognition", {"recognised_share": 0.0, "notes_share": 0.0}, ("recognised_gain",)),
    ("recognition", {"own_agent_first": False}, ()),
    ("phone", {"phone_share": 0.0}, ("phone_order", "phone_patience_minutes", "phone_core_factor", "phone_effect")),
    ("after_visit_work", {"after_visit_minutes": 0.0}, ("after_visit_cv", "after_visit_gain", "after_visit_standard")),
    ("after_visit_work", {"after_visit_gain": 0.0}, ("after_visit_standard",)),
    ("demand", {"busyness_cv": 0.0}, ("busyness_law",)),
    ("load", {"fatigue_slowdown": 0.0, "fatigue_mistakes": 0.0}, ("fatigue_minutes",)),
]  # fmt: skip
"""Settings whose off value makes others of the same table idle."""


@pytest.mark.parametrize(("table", "off", "idle"), SWITCHES, ids=lambda part: str(part)[:40])
def test_a_setting_at_its_off_value_makes_others_idle(table, off, idle):
    reference = digest(with_table(table, off))
    assert reference != digest(DESK)
    for number in DRAWS:
        drawn = some_at_random(with_table(table, off), table, number, idle)
        assert digest(with_table(table, {**drawn, **off})) == reference


def test_what_should_happen_is_idle_where_it_colours_no_visit_and_no_rival_is_the_better_for_it():
    """Rivals pull the more at customers who are used to better, so that the ratchet counts where there are some."""
    rest = without("competitors")
    blind = {**rest, "quality": {**rest["quality"], "disconfirmation": 0.0}}
    for number in DRAWS:
        drawn = {key: at_random("quality", number).get(key) for key in ("should_ratchet", "should_drift")}
        drawn = {key: value for key, value in drawn.items() if value is not None}
        assert digest({**blind, "quality": {**blind["quality"], **drawn}}) == digest(blind)


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


@pytest.mark.parametrize("times", [2, 4])
def test_lists_of_half_and_quarter_hours_that_say_what_hours_say_change_nothing(times):
    def finer(values):
        return [value for value in values for _ in range(times)]

    rush, counts, factors = [1.0] * 12 + [3.0] + [1.0] * 11, [2.0] * 11 + [3.0] + [2.0] * 12, [1.0] * 10 + [1.5] * 14
    hourly = with_table("demand", {"profile": rush}) | {
        "staff": DESK["staff"] | {"roster": {"every_day": counts}},
        "service": DESK["service"] | {"core_profile": factors},
    }
    days = {"every_day": finer(rush), "weekdays": rush, "monday": finer(rush), "sunday": rush}
    fine = with_table("demand", {"profile": days}) | {
        "staff": DESK["staff"] | {"roster": {"every_day": finer(counts), "tuesday": counts}},
        "service": DESK["service"] | {"core_profile": finer(factors)},
    }
    assert digest(hourly) != digest(DESK)
    assert digest(fine) == digest(hourly)


def test_a_roster_that_says_what_agents_says_changes_nothing():
    assert digest(with_table("staff", {"roster": {"every_day": [3.0] * 24}})) == digest(DESK)


def test_who_is_available_all_the_time_is_as_the_roster_says():
    assert digest(with_table("staff", {"availability": 1.0})) == digest(DESK)
    assert digest(with_table("staff", {"availability": 0.8})) != digest(DESK)


def test_a_sample_makes_the_law_of_the_transaction_idle():
    sampled = with_table("service", {"core_sample": [4.0, 9.0, 14.0]})
    assert digest(sampled) != digest(DESK)
    law = {"core_distribution": "exponential", "core_cv": 2.0, "core_phases": 7}
    assert digest({**sampled, "service": {**sampled["service"], **law}}) == digest(sampled)
    receipts = with_table("spending", {"basket_sample": [30.0, 70.0]})
    assert digest(receipts) != digest(DESK)
    assert digest({**receipts, "spending": {**receipts["spending"], "basket_cv": 3.0}}) == digest(receipts)


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
    ("loyalty", "competitors", tuple(DESK["competitors"])),
    ("spending", "quality", ("price_expectation",)),
    ("spending.price_level", "quality", ("price_expectation",)),
    ("spending.price_level", "spending", ("price_slope",)),
    ("quality", "recognition", ("recognised_gain",)),
    ("quality", "word_of_mouth",
     ("warnings", "disappointed_below", "deterred_share", "deterred_days", "friend_share", "friend_loss")),
    ("mistakes", "load", ("fatigue_mistakes",)),
    ("mistakes", "internal", ("neglect_effect", "neglect_memory")),
    ("waiting", "phone", ("phone_patience_minutes",)),
    ("investment", "phone", ("phone_effect",)),
    ("investment", "load", ("queue_cut",)),
]  # fmt: skip
"""What is left out, a table, and settings of it that need what is left out."""


@pytest.mark.parametrize(("left_out", "table", "idle"), IDLE, ids=lambda part: str(part)[:40])
def test_settings_are_idle_without_what_they_need(left_out, table, idle):
    rest = without(left_out)
    reference = digest(rest)
    own = {"on": False} if left_out == table else {}
    for number in DRAWS:
        drawn = some_at_random(rest, table, number, idle)
        assert digest({**rest, table: {**rest.get(table, {}), **drawn, **own}}) == reference


@pytest.mark.parametrize(("left_out", "off"), [
    ("promises", {"promises": {"promise_share": 0.0}}),
    ("outreach", {"investment": {"relationship_hours_per_month": 0.0}}),
    ("investment.recovery_minutes", {"investment": {"recovery_minutes": 0.0}}),
    ("staff.break_minutes", {"staff": {"break_minutes": 0.0}}),
    ("quality.should_drift", {"quality": {"should_drift": 0.0}}),
    ("spending.price_level", {"spending": {"price_level": 1.0}}),
    ("spending.spend_growth", {"spending": {"spend_growth": 0.0}}),
    ("word_of_mouth", {"word_of_mouth": {
        "praises": 0.0, "warnings": 0.0, "mentions": 0.0, "potential_customers": 0,
    }}),
    ("competitors", {"competitors": {"rival_drift": 0.0, "newcomer_quality": 0.0, "return_share": 0.0}}),
    ("advertising", {"advertising": {"elasticity": 0.0, "promised_points": 0.0}}),
    ("internal", {"internal": {"requests_per_hour": 0.0}}),
    ("recognition", {"recognition": {"recognised_share": 0.0, "notes_share": 0.0, "own_agent_first": False}}),
    ("phone", {"phone": {"phone_share": 0.0}}),
    ("load", {"load": {"queue_cut": 0.0, "speed_up": 0.0, "fatigue_slowdown": 0.0, "fatigue_mistakes": 0.0}}),
], ids=lambda part: str(part)[:40])  # fmt: skip
def test_what_is_at_its_off_value_might_as_well_be_left_out(left_out, off):
    ((table, settings),) = off.items()
    assert digest(with_table(table, settings)) == digest(without(left_out))


STEADY = {
    **DESK, "quality": {**DESK["quality"], "should_drift": 0.0}, "competitors": {**DESK["competitors"], "rival_drift": 0.0},
}  # fmt: skip
"""The desk in a replication where nothing drifts."""
DAY_YEARS = 1 / 365


def test_where_drift_is_over_at_once_nothing_drifts():
    assert digest(STEADY) != digest(DESK)
    assert digest({**DESK, "horizon": {"weeks": 10.0, "drift_years": 0.0}}) == digest(STEADY)


@pytest.mark.parametrize("days", [70, 365, 3650])
def test_drift_that_outlasts_the_world_is_drift_without_end(days):
    assert digest({**DESK, "horizon": {"weeks": 10.0, "drift_years": days * DAY_YEARS}}) == digest(DESK)


@pytest.mark.parametrize("days", [1, 20, 40])
def test_a_world_knows_nothing_of_the_end_of_drift_before_it_comes(days):
    """Until then it is the world that drifts on; afterwards it is another."""
    ends = to_sheet(checked({**DESK, "horizon": {"weeks": 10.0, "drift_years": days * DAY_YEARS}}, "test"))
    early, late = (fast.simulate(sheet).rows for sheet in (ends, to_sheet(checked(DESK, "test"))))
    before, of_all = (rows[rows[:, 0] < days * DAY] for rows in (early, late))
    assert np.array_equal(before, of_all)
    assert not np.array_equal(early, late)


@pytest.mark.parametrize(("table", "settings"), [
    ("money", {"margin": 0.1, "discount_rate": 0.5, "fixed_costs_per_month": 1e4}),
    ("staff", {"overtime_factor": 3.0}),
    ("manager", {"manager_wage_per_hour": 99.0, "paid_hours": "talks"}),
    ("internal", {"wage_per_hour": 99.0}),
    ("horizon", {"years": 1.0}),
], ids=lambda part: part if isinstance(part, str) else "")  # fmt: skip
def test_what_is_money_and_how_long_it_is_counted_changes_no_world(table, settings):
    assert digest({**DESK, table: {**DESK.get(table, {}), **settings}}) == digest(DESK)


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


def test_a_common_sum_takes_the_place_of_what_advertising_and_training_say():
    for number in DRAWS:
        other = {"budget_per_month": 1e4 * number, "hours_per_month": 10.0 * number}
        tables = {"advertising": "budget_per_month", "training": "hours_per_month"}
        changed = {table: {**DESK[table], key: other[key]} for table, key in tables.items()}
        assert digest({**DESK, **changed}) == digest(DESK)


def test_a_common_sum_that_is_what_both_say_changes_nothing():
    """The usual 500 for advertising, and ten hours of three agents at 25 + 20."""
    rest = without("budget")
    rest["training"] = {**rest["training"], "hours_per_month": 10.0}
    both = {"money_per_month": 500.0 + 1350.0, "training_share": 1350.0 / 1850.0}
    assert digest({**rest, "budget": both}) == digest(rest)


def test_a_common_sum_for_nothing_is_idle():
    rest = without("advertising", "training", "budget")
    for number in DRAWS:
        assert digest({**rest, "budget": at_random("budget", number) | {"on": True}}) == digest(rest)


def test_advertising_without_effect_may_cost_what_it_will():
    """Where training is left out its share of a common sum teaches nobody."""
    rest = without("training", "advertising")
    idle = {"elasticity": 0.0, "promised_points": 0.0}
    for number in DRAWS:
        drawn = at_random("advertising", number) | idle | {"on": True}
        assert digest({**rest, "advertising": drawn}) == digest(rest)


def test_training_that_changes_nobody_only_notes_what_agents_know():
    rest = without("training", "budget")
    idle = {"hours_per_month": 0.0, "forgotten_share": 0.0, "turnover": 0.0}
    plain = fast.simulate(to_sheet(checked(rest, "test"))).rows.tolist()
    for number in DRAWS:
        drawn = at_random("training", number) | idle | {"on": True}
        rows = fast.simulate(to_sheet(checked({**rest, "training": drawn}, "test"))).rows.tolist()
        assert [row for row in rows if row[1] != Happening.LEARNED] == plain


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
    """Where no colleagues ask, whose priority is another."""
    rest = without("internal")
    assert digest({**rest, "waiting": {**rest["waiting"], "priority": priority}}) == digest(rest)
    alike = [{"name": name, "share": 0.5, "waiting": {"priority": priority}} for name in ("a", "b")]
    assert digest({**rest, "segments": alike}) == digest(rest)


def test_priority_that_differs_changes_the_world():
    groups = [{"name": name, "share": 0.5, "waiting": {"priority": place}} for place, name in enumerate(("a", "b"))]
    assert digest({**DESK, "segments": groups}) != digest(DESK)


IN_CLASSES = [{"name": name, "share": 0.5, "waiting": {"priority": place}} for place, name in enumerate(("a", "b"))]
"""Two groups alike, but for their priority."""


def test_equal_customers_have_no_priority():
    by_time = with_table("waiting", {"queue_policy": "equal"})
    assert digest(by_time) == digest(DESK)
    assert digest({**by_time, "segments": IN_CLASSES}) == digest(DESK) != digest({**DESK, "segments": IN_CLASSES})


def test_customers_by_value_have_no_priority_but_what_they_spend():
    by_value = with_table("waiting", {"queue_policy": "by_value"})
    assert digest({**by_value, "segments": IN_CLASSES}) == digest(by_value) != digest(DESK)
    free = {**by_value["spending"], "basket_mean": 0.0}
    by_time = {**with_table("waiting", {"queue_policy": "equal"}), "spending": free}
    assert digest({**by_value, "spending": free}) == digest(by_time)


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
    "quality": {"should_drift": 4.0, "price_expectation": 9.0},
    "spending": {"price_level": 2.0, "price_slope": 5.0, "spend_growth": 1.0, "spend_cap": 1.1},
    "word_of_mouth": {
        "delighted_above": 9.0, "disappointed_below": 2.0, "praises": 2.0, "warnings": 0.5, "mentions": 1.0,
        "referral_share": 0.5, "referral_days": 20.0, "deterred_share": 0.1, "deterred_days": 5.0, "friend_share": 0.1,
        "friend_loss": 3.0, "potential_customers": 200,
    },
    "competitors": {
        "rival_quality": [9.0, 2.0, 4.0], "rival_drift": -2.0, "newcomer_quality": 3.0, "newcomer_week": 8.0,
        "without_quality": 2.0, "demanding_weight": 2.0, "return_share": 0.9,
    },
    "advertising": {
        "budget_per_month": 3000.0, "usual_per_month": 100.0, "elasticity": 0.1, "carry_over": 0.9, "least_effect": 1.0,
        "promised_points": 4.0, "promise_pull": 0.5,
    },
    "training": {
        "hours_per_month": 50.0, "fee_per_hour": 1.0, "training_scale": 2.0, "forgotten_share": 0.9, "turnover": 0.5,
        "newcomer_knowledge": 0.7, "learning_rate": 0.5, "newcomer_cases": 100, "settled_cases": 5000,
    },
    "budget": {"money_per_month": 5000.0, "training_share": 0.1},
    "internal": {
        "requests_per_hour": 6.0, "request_minutes": 3.0, "request_cv": 2.0, "request_distribution": "exponential",
        "request_priority": -1, "neglect_effect": 0.01, "neglect_memory": 1.0,
    },
    "recognition": {"recognised_share": 0.2, "notes_share": 0.9, "recognised_gain": 3.0, "own_agent_first": False},
    "phone": {
        "phone_share": 0.7, "phone_order": "last", "phone_patience_minutes": 1.0, "phone_core_factor": 0.5,
        "phone_effect": 0.2,
    },
    "load": {
        "queue_cut": 0.9, "speed_up": 2.0, "fatigue_minutes": 10.0, "fatigue_slowdown": 0.9, "fatigue_mistakes": 9.0,
    },
}  # fmt: skip
"""Another value for every setting of what goes wrong and is put right, of the world around and of the house."""
ELSEWHERE = {
    ("advertising", "budget_per_month"): without("budget"),
    ("training", "hours_per_month"): without("budget"),
    ("advertising", "least_effect"): with_table("budget", {"money_per_month": 10.0}),
}
"""Settings that count at another desk: where there is no common sum, or a small one."""


@pytest.mark.parametrize(("table", "key"), [(table, key) for table, keys in COUNTS.items() for key in keys])
def test_each_setting_counts(table, key):
    rest = ELSEWHERE.get((table, key), DESK)
    assert digest({**rest, table: {**rest[table], key: COUNTS[table][key]}}) != digest(rest)


@pytest.mark.parametrize("table", [
    "mistakes", "recovery", "manager", "promises", "outreach", "word_of_mouth", "competitors", "advertising", "training",
    "budget", "internal", "recognition", "phone", "load",
])  # fmt: skip
def test_no_setting_is_forgotten(table):
    """What managers and colleagues are paid is money, which no replication knows."""
    inner = table_of(Scenario.model_fields[table].annotation)
    assert inner is not None
    money = {"manager_wage_per_hour", *(key for owner, key in MONEY_ONLY if owner == table)}
    assert set(COUNTS[table]) == set(inner.model_fields) - {"on"} - money
