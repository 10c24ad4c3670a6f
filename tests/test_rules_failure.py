"""Rules of failure and repair: mistakes, complaints, the manager, promises, breaks, calls, and who turns to what.

Expected values come from the equations of the docstrings written anew, from closed forms, from scipy, or from a scan.
"""

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from test_rules import (
    ALWAYS,
    CALM,
    CARED_FOR,
    LOYAL,
    MANY,
    NO_CV,
    SOME,
    TODAY,
    is_about,
    judged,
    rank,
    rows,
    staying,
    usual_gap,
    visited,
    why_leaves,
    why_leaves_over_failure,
    yearly_retention,
)

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Call, Happening, Purpose, Reason, Remedy
from servsim.model import calendar, fast
from servsim.model.random_numbers import drawn
from servsim.model.rules import attention_lapses as attention
from servsim.model.rules import breaks, dispatch, loyalty, manager, mistakes, outreach, promises, recovery
from servsim.model.rules import transaction_and_care_steps as service
from servsim.scenario.read import checked
from servsim.units import DAY, DAYS_PER_YEAR, HOUR, MILLIONTHS, MINUTE, MONTH, NEVER

NUMBER = 3
"""The visit that rules are asked about, so that its number is seen to count."""
NOW = DAY + 10 * HOUR
OFFICE = {"opening": dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], "09:00-17:00")}
TENTHS = {"steepness": math.log(10)}
"""Quality of a step is exactly 0.9 at its standard minutes."""


def are_spread(values: np.ndarray, law: stats.rv_continuous) -> bool:
    """Could these values be draws of a law, by Kolmogorov and Smirnov?"""
    return stats.kstest(values, law.cdf).pvalue > 0.001


def of_many(rule: Callable[[int], float]) -> np.ndarray:
    """What a rule says of many customers."""
    return np.array([rule(who) for who in range(MANY)], float)


def lognormal(mean: float, cv: float) -> stats.rv_continuous:
    """The lognormal law with this mean and coefficient of variation."""
    sigma = math.sqrt(math.log(1 + cv**2))
    return stats.lognorm(s=sigma, scale=mean / math.exp(sigma**2 / 2))


# What is decided by one draw

DECISIONS = rows(
    ("a mistake", Purpose.MISTAKE,
     lambda p: {"mistakes": {"mistake_share": p, "catch_share": 0.0}, "quality": TENTHS},
     lambda sheet, who: mistakes.mistake(sheet, 0, who, NUMBER, 3.0, 1.0, 0.5, 0.0, 1.0) == mistakes.OVERLOOKED),
    ("a mistake is caught", Purpose.CATCH,
     lambda p: {"mistakes": {"mistake_share": 1.0, "listening_effect": 0.0, "catch_share": p}, "quality": TENTHS},
     lambda sheet, who: mistakes.mistake(sheet, 0, who, NUMBER, 3.0, 1.0, 0.5, 0.0, 1.0) == mistakes.CAUGHT),
    ("a mistake is voiced", Purpose.VOICE_MISTAKE,
     lambda p: {"recovery": {"voice_share": p, "voice_openness": 0.0}},
     lambda sheet, who: recovery.voices(sheet, 0, who, NUMBER, Reason.MISTAKE)),
    ("a broken promise is voiced", Purpose.VOICE_BROKEN_PROMISE,
     lambda p: {"recovery": {"voice_share": p, "voice_openness": 0.0}},
     lambda sheet, who: recovery.voices(sheet, 0, who, NUMBER, Reason.BROKEN_PROMISE)),
    ("a customer is recovered", Purpose.RECOVERY,
     lambda p: {"recovery": {"recovery_ceiling": p}},
     lambda sheet, who: recovery.is_recovered(sheet, 0, who, NUMBER, 1e6, 0)),
    ("a complaint is for the manager", Purpose.PERSONAL,
     lambda p: {"recovery": {}, "manager": {"escalated_share": p}},
     lambda sheet, who: manager.becomes_personal(sheet, who, NUMBER, 4.0)),
    ("the manager wins a customer over", Purpose.MANAGER_RECOVERY,
     lambda p: {"recovery": {"recovery_rate": 0.0}, "manager": {"manager_failure": 1 - p}},
     lambda sheet, who: manager.wins_over(sheet, 0, who, NUMBER, 0)),
    ("a visit calls for action", Purpose.PROMISE,
     lambda p: {"promises": {"promise_share": p}},
     lambda sheet, who: promises.calls_for_action(sheet, 0, who, NUMBER)),
    ("a call recovers", Purpose.CALL_RECOVERS,
     lambda p: {"recovery": {"recovery_ceiling": p}, "outreach": {"call_minutes": 1e4}},
     lambda sheet, who: outreach.call_recovers(sheet, 0, who, NUMBER, Call.DISGRUNTLED, 0)),
    ("a call recovers by chance", Purpose.CALL_RECOVERS_BY_CHANCE,
     lambda p: {"recovery": {"recovery_ceiling": p}, "outreach": {"call_minutes": 1e4}},
     lambda sheet, who: outreach.call_recovers(sheet, 0, who, NUMBER, Call.OVERDUE, 0)),
    ("a call wins back", Purpose.CALL_WINS_BACK,
     lambda p: {"outreach": {"win_back_share": p}},
     lambda sheet, who: outreach.call_wins_back(sheet, 0, who, NUMBER)),
    ("a call reminds", Purpose.CALL_REMINDS,
     lambda p: {"outreach": {"reminder_share": p}},
     lambda sheet, who: outreach.reminded(sheet, 0, who, NUMBER, NOW) < NEVER),
)  # fmt: skip


@pytest.mark.parametrize(("purpose", "tables", "happens"), DECISIONS)
def test_it_happens_to_those_whose_draw_lies_below_its_probability(world, purpose, tables, happens):
    before: set[int] = set()
    for probability in (0.0, 0.25, 0.75, 1.0):
        sheet = world(**tables(probability))
        these = {who for who in range(SOME) if happens(sheet, who)}
        assert these == {who for who in range(SOME) if drawn(sheet, who, NUMBER, purpose) < probability}
        assert these >= before, "who passed at a smaller probability passes at a larger one"
        before = these
    assert len(before) == SOME


@pytest.mark.parametrize(("purpose", "tables", "happens"), DECISIONS)
def test_nothing_happens_where_its_table_is_off(world, purpose, tables, happens):
    off = {name: settings | {"on": False} for name, settings in tables(1.0).items() if name != "quality"}
    sheet = world(**off)
    if purpose in (Purpose.VOICE_MISTAKE, Purpose.VOICE_BROKEN_PROMISE):
        assert all(happens(sheet, who) for who in range(20)), "where nobody tries to recover customers, all come"
    elif purpose in (
        Purpose.MISTAKE, Purpose.CATCH, Purpose.PERSONAL, Purpose.PROMISE, Purpose.CALL_RECOVERS,
        Purpose.CALL_RECOVERS_BY_CHANCE,
    ):  # fmt: skip
        assert not any(happens(sheet, who) for who in range(20))


# Mistakes


def error_share(
    share: float, listened: float, knowledge: float, away: float, listening: float, elsewhere: float
) -> float:
    """P(mistake) where a step's quality is 1 − 10^(−minutes / 3)."""
    factor = math.exp(listening * (0.1 ** (listened / 3) - 0.1))
    return min(1.0, share * factor * (1.5 - knowledge) * (1 + elsewhere * away))


@given(*[st.floats(0, 1)] * 3, st.floats(0, 60), *[st.floats(0, 10)] * 2)
def test_probability_of_a_mistake(world, share, knowledge, away, listened, listening, elsewhere):
    settings = {"mistake_share": share, "listening_effect": listening, "inattention_effect": elsewhere}
    sheet = world(mistakes=settings, quality=TENTHS)
    found = mistakes.mistake_probability(sheet, 0, listened, knowledge, away, 1.0)
    assert found == pytest.approx(error_share(share, listened, knowledge, away, listening, elsewhere), abs=1e-12)


@pytest.mark.parametrize(("listened", "knowledge", "away", "expected"), rows(
    ("at the standard it is the share", 3.0, 0.5, 0.0, 0.08),
    ("nobody listened", 0.0, 0.5, 0.0, 0.08 * math.exp(0.9)),
    ("listened for ever", 1e6, 0.5, 0.0, 0.08 * math.exp(-0.1)),
    ("no knowledge: half as many again", 3.0, 0.0, 0.0, 0.12),
    ("all there is to know: half as many", 3.0, 1.0, 0.0, 0.04),
    ("elsewhere all the time: twice as many", 3.0, 0.5, 1.0, 0.16),
))  # fmt: skip
def test_mistakes_at_the_edges(world, listened, knowledge, away, expected):
    sheet = world(mistakes={}, quality=TENTHS)
    assert mistakes.mistake_probability(sheet, 0, listened, knowledge, away, 1.0) == pytest.approx(expected)


def test_more_listening_and_knowledge_mean_fewer_mistakes_and_inattention_more(world):
    sheet = world(mistakes={}, quality=TENTHS)
    for place, falls in ((0, True), (1, True), (2, False)):
        found = []
        for step in np.linspace(0, 1, 11):
            given_ = [3.0, 0.5, 0.5]
            given_[place] = float(step)
            found.append(mistakes.mistake_probability(sheet, 0, *given_, 1.0))
        assert found == sorted(found, reverse=falls)
        assert len(set(found)) == 11


@pytest.mark.parametrize(("share", "summarised", "expected"), rows(
    ("nobody summed up", 0.7, 0.0, 0.0), ("at the standard it is the share", 0.7, 1.0, 0.7),
    ("twice the standard", 0.7, 2.0, 0.7 * 0.99 / 0.9), ("summed up for ever", 0.7, 1e6, 0.7 / 0.9),
    ("at most all", 0.95, 1e6, 1.0), ("none is caught", 0.0, 1e6, 0.0),
))  # fmt: skip
def test_probability_that_a_mistake_is_caught(world, share, summarised, expected):
    sheet = world(mistakes={"catch_share": share}, quality=TENTHS)
    assert mistakes.catch_probability(sheet, 0, summarised) == pytest.approx(expected)


@pytest.mark.parametrize(("outcome", "expected"), rows(
    ("none", mistakes.NONE, 1 - 0.4), ("caught", mistakes.CAUGHT, 0.4 * 0.7), ("overlooked", mistakes.OVERLOOKED, 0.4 * 0.3),
))  # fmt: skip
def test_what_becomes_of_mistakes(world, outcome, expected):
    sheet = world(mistakes={"mistake_share": 0.4, "catch_share": 0.7}, quality=TENTHS)
    assert is_about(lambda who: mistakes.mistake(sheet, 0, who, 0, 3.0, 1.0, 0.5, 0.0, 1.0) == outcome, expected)


def test_clarifying_is_exponential_and_scales_with_its_mean(world):
    three, six = (world(mistakes={"clarify_minutes": minutes}) for minutes in (3.0, 6.0))
    minutes = of_many(lambda who: mistakes.clarifying_minutes(three, 0, who, NUMBER))
    assert are_spread(minutes, stats.expon(scale=3))
    assert of_many(lambda who: mistakes.clarifying_minutes(six, 0, who, NUMBER)) == pytest.approx(2 * minutes)
    assert mistakes.clarifying_minutes(world(mistakes={"clarify_minutes": 0.0}), 0, 7, 0) == 0


@pytest.mark.parametrize("hours", rows(("a desk that never closes", ALWAYS), ("office hours", OFFICE)))
def test_mistakes_come_to_light_after_exponential_days_of_real_time(world, hours):
    sheet = world(**hours, mistakes={"light_days": 2.0})
    days = of_many(lambda who: (mistakes.comes_to_light(sheet, 0, who, NUMBER, NOW) - NOW) / DAY)
    assert are_spread(days, stats.expon(scale=2))
    assert days == pytest.approx(
        of_many(lambda who: -2 * math.log1p(-drawn(sheet, who, NUMBER, Purpose.COMES_TO_LIGHT))), abs=1 / DAY
    )
    slower = world(**hours, mistakes={"light_days": 4.0})
    twice = of_many(lambda who: (mistakes.comes_to_light(slower, 0, who, NUMBER, NOW) - NOW) / DAY)
    assert twice == pytest.approx(2 * days, abs=3 / DAY)


def test_mistakes_come_to_light_at_night_and_on_sundays_too(world):
    sheet = world(**OFFICE, mistakes={"light_days": 2.0})
    instants = [mistakes.comes_to_light(sheet, 0, who, NUMBER, NOW) for who in range(200)]
    assert {calendar.is_open(sheet, instant) for instant in instants} == {True, False}
    assert {int(calendar.day_of(instant)) % 7 for instant in instants} == set(range(7))


def test_a_mistake_comes_to_light_a_tick_later_at_the_earliest(world):
    sheet = world(**OFFICE, mistakes={"light_days": 1e-12})
    assert mistakes.comes_to_light(sheet, 0, 7, NUMBER, NOW) == NOW + 1


@pytest.mark.parametrize(("tables", "complains", "expected"), rows(
    ("a usual visit", {"mistakes": {"correction_share": 0.3}}, False, 1),
    ("a complaint", {"mistakes": {"correction_share": 0.3}}, True, 0.3),
    ("mistakes off", {"mistakes": {"correction_share": 0.3, "on": False}}, True, 1),
    ("left out", {}, True, 1),
))  # fmt: skip
def test_work_of_putting_it_right(world, tables, complains, expected):
    assert mistakes.correction(world(**tables), 0, complains) == expected


# Days are counted on the profile's clock

LATER = rows(
    ("a date", lambda days: {"promises": {"quoted_days": days}},
     lambda sheet, who: promises.date(sheet, 0, NOW),
     lambda sheet, who: 1.0),
    ("work is prepared", lambda days: {"promises": {"preparation_days": days, "preparation_cv": 0.8}},
     lambda sheet, who: promises.prepared(sheet, 0, who, NUMBER, NOW),
     lambda sheet, who: lognormal(1, 0.8).ppf(drawn(sheet, who, NUMBER, Purpose.PREPARATION))),
    ("a customer who was reminded comes", lambda days: {"outreach": {"reminder_days": days, "reminder_share": 1.0}},
     lambda sheet, who: outreach.reminded(sheet, 0, who, NUMBER, NOW),
     lambda sheet, who: -math.log1p(-drawn(sheet, who, NUMBER, Purpose.REMINDER_DELAY))),
    ("a customer who was won back comes", lambda days: {"outreach": {"reminder_days": days, "reminder_share": 0.0}},
     lambda sheet, who: outreach.returns(sheet, 0, who, NUMBER, NOW),
     lambda sheet, who: -math.log1p(-drawn(sheet, who, NUMBER, Purpose.RETURN_DELAY))),
    ("a customer is overdue",
     lambda days: {"outreach": {"overdue_factor": days}, "investment": {"relationship_hours_per_month": 1.0}},
     lambda sheet, who: overdue_at(sheet, who, NOW),
     usual_gap),
)  # fmt: skip


@pytest.mark.parametrize(("tables", "instant", "spread"), LATER)
@pytest.mark.parametrize("days", [1.0, 2.7])
def test_it_is_so_many_days_later_on_the_profiles_clock(world, tables, instant, spread, days):
    sheet = world(**OFFICE, **tables(days))
    for who in range(200):
        at = instant(sheet, who)
        elapsed = calendar.clock(sheet, at) - calendar.clock(sheet, NOW)
        assert calendar.is_open(sheet, at)
        assert elapsed == pytest.approx(days * spread(sheet, who), abs=2 * 7 / (5 * 8 * HOUR))


# Complaint and recovery


@pytest.mark.parametrize(("tables", "reason", "expected"), rows(
    ("a mistake", {"mistakes": {"mistake_loss": 2.5}}, Reason.MISTAKE, 2.5),
    ("a broken promise", {"promises": {"broken_loss": 1.25}}, Reason.BROKEN_PROMISE, 1.25),
))  # fmt: skip
def test_points_that_a_failure_costs(world, tables, reason, expected):
    sheet = world(quality={}, recovery={"double_deviation": 2.0}, **tables)
    assert recovery.failure_loss(sheet, 0, reason) == expected
    assert recovery.after_failure(sheet, 0, 7.0, reason) == 7 - expected
    assert recovery.after_failure(sheet, 0, 1.0, reason) == 0
    assert recovery.after_double_deviation(sheet, 0, 7.0, reason) == 7 - 2 * expected
    assert recovery.after_double_deviation(sheet, 0, 1.0, reason) == 0


def test_who_does_not_judge_is_as_satisfied_after_anything(world):
    sheet = world(mistakes={}, recovery={}, promises={})
    for reason in (Reason.MISTAKE, Reason.BROKEN_PROMISE):
        assert recovery.after_failure(sheet, 0, 8.0, reason) == 8
        assert recovery.after_double_deviation(sheet, 0, 8.0, reason) == 8
    assert recovery.after_recovery(sheet, 0, 8.0, 0.0, 9.0) == (8, 0)
    assert promises.after_keeping(sheet, 0, 8.0) == 8


@pytest.mark.parametrize(("minutes", "expected"), rows(
    ("none planned", 0.0, 0.0), ("the standard", 8.0, 0.9), ("half of it", 4.0, 1 - math.sqrt(0.1)), ("for ever", 1e4, 1.0),
))  # fmt: skip
def test_openness_is_the_quality_of_greeting_and_listening_as_planned(world, minutes, expected):
    sheet = world(investment={"minutes_per_visit": minutes}, quality=TENTHS)
    assert recovery.openness(sheet, 0) == pytest.approx(expected)


def test_openness_is_the_mean_of_both_steps(world):
    split = {"split": {"greet": 0.5, "listen": 0.0}}
    sheet = world(investment={"minutes_per_visit": 5.0}, service=split, quality=TENTHS)
    assert service.planned_step(sheet, 0, 0.5) == pytest.approx(0.5), "half a part of five, of five minutes"
    assert recovery.openness(sheet, 0) == pytest.approx(0.45)


@pytest.mark.parametrize(("settings", "minutes", "share"), rows(
    ("at the standard it is the share", {}, 8.0, 0.4),
    ("nobody greets or listens", {}, 0.0, 0.4 * (1 - 0.5 * 0.9)),
    ("for ever", {}, 1e4, 0.4 * 1.05),
    ("openness does not count", {"voice_openness": 0.0}, 0.0, 0.4),
    ("openness counts so much that nobody speaks up", {"voice_openness": 5.0}, 0.0, 0.0),
    ("at most all", {"voice_share": 1.0, "voice_openness": 5.0}, 1e4, 1.0),
))  # fmt: skip
@pytest.mark.parametrize("reason", [Reason.MISTAKE, Reason.BROKEN_PROMISE])
def test_who_speaks_up(world, settings, minutes, share, reason):
    sheet = world(recovery=settings, investment={"minutes_per_visit": minutes}, quality=TENTHS)
    assert is_about(lambda who: recovery.voices(sheet, 0, who, NUMBER, reason), share)


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("within 0", {"recovery": {"voice_openness": 5.0}}, 0.0),
    ("within 1", {"recovery": {"voice_share": 1.0, "voice_openness": 5.0}, "investment": {"minutes_per_visit": 1e4}}, 1.0),
    ("nobody tries to recover customers", {}, 1.0),
))  # fmt: skip
def test_the_chance_of_speaking_up_is_a_chance(world, tables, expected):
    assert recovery.voice_probability(world(**tables), 0) == expected


BROUGHT_BACK = {
    "mistakes": {"mistake_share": 0.6, "catch_share": 0.4, "inattention_effect": 9.0},
    "staff": {"knowledge": 0.2, "inattentive_minutes": 3.0},
    "investment": {"minutes_per_visit": 3.0},
    "service": {"step_cv": NO_CV},
}


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("complaints of some", {"recovery": {}}, None),
    ("complaints of all", {}, None),
    ("without mistakes", {"mistakes": {"on": False}, "recovery": {}}, 0.0),
))  # fmt: skip
def test_how_many_visits_bring_an_extra_one_is_what_becomes_of_many(world, tables, expected):
    sheet = world(**BROUGHT_BACK | tables)
    minutes = service.step_minutes(sheet, 0, 7, 0, 1.0)

    def comes_back(who: int) -> bool:
        """Is this customer's visit, as planned and with an attentive agent, followed by a complaint?"""
        what = mistakes.mistake(sheet, 0, who, NUMBER, minutes[1], minutes[4], 0.2, 0.0, 1.0)
        return what == mistakes.OVERLOOKED and recovery.voices(sheet, 0, who, NUMBER, Reason.MISTAKE)

    found = recovery.brought_back_probability(sheet, 0)
    assert is_about(comes_back, found)
    assert found == expected if expected is not None else found > 0.05


@pytest.mark.parametrize("hours", [9, 10, 16.99, 24 * 4 + 12])
def test_complaints_are_brought_at_once_if_the_doors_are_open(world, hours):
    sheet, now = world(**OFFICE), round(hours * HOUR)
    assert {recovery.complaint_visit(sheet, who, NUMBER, now) for who in range(20)} == {now + 1}


@pytest.mark.parametrize(("now", "opens", "closes"), rows(
    ("before opening", 3 * HOUR, 9 * HOUR, 17 * HOUR),
    ("as the doors close", 17 * HOUR, DAY + 9 * HOUR, DAY + 17 * HOUR),
    ("at night", 20 * HOUR, DAY + 9 * HOUR, DAY + 17 * HOUR),
    ("on Sunday", 6 * DAY + 12 * HOUR, 7 * DAY + 9 * HOUR, 7 * DAY + 17 * HOUR),
))  # fmt: skip
def test_complaints_of_what_was_found_out_behind_closed_doors_are_spread_over_a_days_business(
    world, now, opens, closes
):
    """Five days of eight hours share the seven of the profile's clock: its day is 5.7 hours of Monday to Friday."""
    sheet, day = world(**OFFICE), 5 / 7 * (closes - opens)
    at = of_many(lambda who: recovery.complaint_visit(sheet, who, NUMBER, now))
    assert are_spread((at - opens) / day, stats.uniform())
    assert opens <= at.min() < at.max() < opens + day < closes
    assert (at < opens + MINUTE).mean() < 0.02, "nobody queues for the bell"
    assert (at - opens) / day == pytest.approx(
        of_many(lambda who: drawn(sheet, who, NUMBER, Purpose.COMPLAINT_DELAY)), abs=2 / day
    )


@given(st.integers(0, 60 * DAY), st.integers(0, 10**6))
def test_complaints_are_brought_later_and_within_opening_hours(world, now, who):
    sheet = world(opening={"monday": "08:00-12:00, 13:00-18:00", "thursday": "22:00-24:00", "friday": "00:00-00:05"})
    at = recovery.complaint_visit(sheet, who, NUMBER, now)
    assert at > now
    assert calendar.is_open(sheet, at)


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("both tables", {"recovery": {}, "investment": {"recovery_minutes": 6.0}}, 6),
    ("without recovery", {"investment": {"recovery_minutes": 6.0}}, 0),
    ("recovery off", {"recovery": {"on": False}, "investment": {"recovery_minutes": 6.0}}, 0),
    ("investment off", {"recovery": {}, "investment": {"recovery_minutes": 6.0, "on": False}}, 0),
    ("by default", {"recovery": {}, "investment": {}}, 0),
))  # fmt: skip
def test_minutes_for_every_complaint(world, tables, expected):
    sheet = world(**tables)
    assert recovery.soothing_minutes(sheet, 0) == expected
    assert recovery.recovers(sheet, 0) == (tables.get("recovery", {"on": False}) == {})


@given(st.floats(0, 1), st.floats(0, 5), st.floats(0, 10), st.floats(0, 1e4), st.integers(0, 400 * DAY))
def test_probability_of_recovery(world, ceiling, rate, decay, minutes, delay):
    settings = {"recovery_ceiling": ceiling, "recovery_rate": rate, "delay_decay": decay}
    found = recovery.recovery_probability(world(recovery=settings), 0, minutes, delay)
    expected = ceiling * -math.expm1(-rate * minutes) * math.exp(-decay * delay / (24 * 3600 * 1000))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("minutes", "days", "expected"), rows(
    ("no minutes", 0.0, 0, 0.0), ("endless minutes at once", 1e4, 0, 0.9),
    ("half of the ceiling", math.log(2) / 0.12, 0, 0.45), ("and a week later", math.log(2) / 0.12, 7, 0.45 * math.exp(-1.05)),
))  # fmt: skip
def test_recovery_at_the_edges(world, minutes, days, expected):
    assert recovery.recovery_probability(world(recovery={}), 0, minutes, days * DAY) == pytest.approx(expected)


@pytest.mark.parametrize(("gain", "wage"), [(10.0, 0.4), (50.0, 0.5), (3.0, 0.4)])
def test_the_best_minutes_of_recovery_are_those_of_the_docstring(world, gain, wage):
    sheet = world(recovery={})
    loss = optimize.minimize_scalar(
        lambda minutes: wage * minutes - gain * recovery.recovery_probability(sheet, 0, minutes, 0),
        bounds=(0, 100), method="bounded",
    )  # fmt: skip
    assert loss.x == pytest.approx(max(0.0, math.log(gain * 0.9 * 0.12 / wage) / 0.12), abs=1e-3)


@pytest.mark.parametrize(("satisfaction", "relief", "before", "expected"), rows(
    ("as before the failure, and half a point", 5.0, 0.0, 7.0, (7.5, 0.5)),
    ("more satisfied by the visit than before", 7.4, 0.0, 7.0, (7.9, 0.5)),
    ("more satisfied only by relief: new relief takes its place", 7.4, 0.4, 7.0, (7.5, 0.5)),
    ("more satisfied even without relief", 7.4, 0.2, 7.0, (7.7, 0.5)),
    ("at most 10", 5.0, 0.0, 9.8, (10, 0.2)),
    ("no more than 10 to begin with", 5.0, 0.0, 10.0, (10, 0)),
))  # fmt: skip
def test_satisfaction_after_recovery(world, satisfaction, relief, before, expected):
    sheet = world(quality={}, recovery={"recovered_lift": 0.5})
    assert recovery.after_recovery(sheet, 0, satisfaction, relief, before) == pytest.approx(expected)


@given(st.floats(0, 10), st.floats(0, 5), st.floats(0, 10), st.integers(1, 12))
def test_relief_never_adds_up(world, satisfaction, lift, loss, times):
    """However often a customer is failed and won over again: at most one lift above what it would be without."""
    sheet = world(quality={}, mistakes={"mistake_loss": loss}, recovery={"recovered_lift": lift})
    start, relief = satisfaction, 0.0
    for _ in range(times):
        before = satisfaction - relief
        satisfaction = recovery.after_failure(sheet, 0, satisfaction, Reason.MISTAKE)
        satisfaction, relief = recovery.after_recovery(sheet, 0, satisfaction, relief, before)
        assert satisfaction - relief == pytest.approx(start)
        assert satisfaction == pytest.approx(min(10.0, start + lift))


def test_relief_never_adds_up_at_a_desk(world):
    """Every visit is good for the same points, every failure is put right at once: nobody is more than pleased by both."""
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 0.0, "opening_book": 200, "visit_gap_days": 7.0},
        "staff": {"agents": 20},
        "service": {"core_minutes": 1.0, "step_cv": NO_CV},
        "investment": {"minutes_per_visit": 1.0, "recovery_minutes": 20.0},
        "quality": {"perception_sd": 0.0, "disconfirmation": 0.0, "opening_satisfaction": 5.0, "first_expectation": 5.0},
        "mistakes": {"mistake_share": 0.8, "catch_share": 0.0, "light_days": 0.01, "mistake_loss": 0.5},
        "recovery": {"voice_share": 1.0, "recovery_rate": 5.0, "recovery_ceiling": 1.0, "delay_decay": 0.0,
                     "recovered_lift": 2.0, "paradox_loyalty": 1.0},
        "horizon": {"weeks": 12.0},
    }  # fmt: skip
    trace = fast.simulate(to_sheet(checked(tables, "test")))
    good_for = trace.of(Happening.FINISHED)[:, 4].max() / MILLIONTHS
    pleased = trace.of(Happening.JUDGED)[:, 4].max() / MILLIONTHS
    assert len(trace.of(Happening.RECOVERED)) > 5 * len(trace.of(Happening.MEMBER))
    assert good_for < 5
    assert 6 < pleased <= 7


@pytest.mark.parametrize(
    ("share", "expected"), rows(("never more loyal", 0.0, 7.0), ("half", 0.5, 7.25), ("all", 1.0, 7.5))
)
def test_relief_makes_loyal_as_far_as_the_file_says(world, share, expected):
    sheet = world(quality={}, recovery={"paradox_loyalty": share})
    assert recovery.loyal_satisfaction(sheet, 0, 7.5, 0.5) == pytest.approx(expected)
    assert recovery.loyal_satisfaction(sheet, 0, 7.0, 0.0) == 7


def test_relief_fades_as_satisfaction_forgets(world):
    """Two customers who live the same visits, one of them with relief, differ by what is left of it."""
    sheet = world(quality={})
    one, other, relief = (7.0, 7.0, 7.0), (7.5, 7.0, 7.0), 0.5
    for served in range(12):
        one = judged(sheet, served, *one, 6.0)[:3]
        other = judged(sheet, served, *other, 6.0)[:3]
        relief = recovery.fading_relief(served, relief)
        assert other[0] - one[0] == pytest.approx(relief)


# The manager


@pytest.mark.parametrize(
    ("agent", "expected"), rows(("the last agent", 2, False), ("a manager", 3, True), ("the second", 4, True))
)
def test_managers_are_counted_after_the_agents(world, agent, expected):
    sheet = world(staff={"agents": 3}, manager={"managers": 2})
    assert manager.is_manager(sheet, agent) == expected
    assert (sheet["desk_agents"][0], sheet["all_agents"][0]) == (3, 5)


@pytest.mark.parametrize(("satisfaction", "share"), rows(
    ("below the limit, everybody", 3.999, 1.0), ("at the limit, a share", 4.0, 0.25), ("happy, the same share", 9.0, 0.25),
))  # fmt: skip
def test_which_complaints_are_for_the_manager(world, satisfaction, share):
    sheet = world(recovery={}, manager={"escalated_share": 0.25, "personal_below": 4.0})
    assert is_about(lambda who: manager.becomes_personal(sheet, who, NUMBER, satisfaction), share)


def test_without_a_manager_nothing_is_for_the_manager(world):
    for tables in ({}, {"manager": {"escalated_share": 1.0, "on": False}}):
        assert not manager.becomes_personal(world(**tables), 7, 0, 0.0)


@pytest.mark.parametrize(("settings", "law"), rows(
    ("lognormal", {"manager_cv": 0.8}, lognormal(10, 0.8)),
    ("exponential", {"manager_distribution": "exponential"}, stats.expon(scale=10)),
))  # fmt: skip
def test_length_of_a_managers_talk(world, settings, law):
    sheet = world(manager={"manager_minutes": 10.0, **settings})
    assert are_spread(of_many(lambda who: manager.talk(sheet, who, NUMBER) / MINUTE), law)


def test_a_talk_without_variation_takes_its_minutes_and_at_least_a_tick(world):
    assert manager.talk(world(manager={"manager_cv": 0.0}), 7, 0) == 10 * MINUTE
    assert manager.talk(world(manager={"manager_cv": 0.0, "manager_minutes": 1e-9}), 7, 0) == 1


@pytest.mark.parametrize(("held", "expected"), [(True, True), (False, False)])
def test_the_agent_is_held_if_the_file_says_so(world, held, expected):
    assert manager.holds_agent(world(manager={"agent_held": held})) == expected


@pytest.mark.parametrize(("settings", "days"), rows(
    ("by default", {}, 0), ("a week late", {}, 7), ("a long talk", {"manager_minutes": 60.0}, 0),
    ("no better than an agent", {"manager_failure": 1.0}, 1), ("never fails", {"manager_failure": 0.0}, 30),
))  # fmt: skip
def test_the_manager_fails_where_the_agent_would_in_a_share_of_cases(world, settings, days):
    sheet = world(recovery={}, manager=settings)
    minutes, left = settings.get("manager_minutes", 10.0), settings.get("manager_failure", 0.5)
    agents = 0.9 * -math.expm1(-0.12 * minutes) * math.exp(-0.15 * days)
    assert is_about(lambda who: manager.wins_over(sheet, 0, who, NUMBER, days * DAY), 1 - left * (1 - agents))


def test_a_manager_who_is_no_better_wins_over_as_many_as_an_agent_in_the_same_minutes(world):
    sheet = world(recovery={}, manager={"manager_failure": 1.0, "manager_minutes": 6.0})
    expected = recovery.recovery_probability(sheet, 0, 6.0, DAY)
    assert is_about(lambda who: manager.wins_over(sheet, 0, who, NUMBER, DAY), expected)


def test_managers_have_spells_of_their_own(world):
    tables = {"staff": {"agents": 1, "inattentive_minutes": 3.0, "attentive_minutes": 30.0}}
    sheet = world(**tables, manager={"manager_free_minutes": 20.0, "manager_away_minutes": 40.0})
    for agent, free, away in ((0, 30, 3), (1, 20, 40)):
        assert are_spread(
            of_many(lambda n, a=agent: attention.attentive_spell(sheet, a, 0, n) / MINUTE), stats.expon(scale=free)
        )
        assert are_spread(
            of_many(lambda n, a=agent: attention.inattentive_spell(sheet, a, 0, n) / MINUTE), stats.expon(scale=away)
        )
    there = world(**tables, manager={"manager_away_minutes": 0.0})
    assert attention.attentive_spell(there, 1, 0, 0) == NEVER
    assert attention.attentive_spell(there, 0, 0, 0) < NEVER


# Promises


@pytest.mark.parametrize(("quoted", "mean", "cv"), rows(
    ("by default", 2.7, 2.0, 0.6), ("on the mean day", 2.0, 2.0, 0.6), ("in good time", 8.0, 2.0, 0.6), ("in a hurry", 0.5, 2.0, 1.2),
))  # fmt: skip
def test_promises_are_kept_as_often_as_the_work_is_prepared_in_time(world, quoted, mean, cv):
    settings = {"quoted_days": quoted, "preparation_days": mean, "preparation_cv": cv}
    sheet = world(**ALWAYS, promises=settings)
    sigma = math.sqrt(math.log(1 + cv**2))
    kept = stats.norm.cdf((math.log(quoted) - (math.log(mean) - sigma**2 / 2)) / sigma)
    assert is_about(lambda who: promises.prepared(sheet, 0, who, NUMBER, NOW) <= promises.date(sheet, 0, NOW), kept)


def test_preparation_and_work_have_their_laws(world):
    sheet = world(**ALWAYS, promises={"preparation_cv": 0.6, "follow_up_cv": 0.9})
    days = of_many(lambda who: (promises.prepared(sheet, 0, who, NUMBER, NOW) - NOW) / DAY)
    work = of_many(lambda who: promises.follow_up_work(sheet, 0, who, NUMBER) / MINUTE)
    assert are_spread(days, lognormal(2, 0.6))
    assert are_spread(work, lognormal(10, 0.9))
    assert abs(np.corrcoef(np.log(days), np.log(work))[0, 1]) < 4 / math.sqrt(MANY)


def test_what_needs_no_preparation_is_prepared_a_tick_later(world):
    sheet = world(**ALWAYS, promises={"preparation_days": 0.0})
    assert promises.prepared(sheet, 0, 7, 0, NOW) == NOW + 1


@pytest.mark.parametrize(("hours", "ahead", "expected"), rows(
    ("in good time", 2.0, 2 * HOUR + 1, False), ("two hours before", 2.0, 2 * HOUR, True), ("at the date", 2.0, 0, True),
    ("too late", 2.0, -DAY, True), ("never presses", 0.0, HOUR, False), ("never, not even too late", 0.0, -DAY, False),
))  # fmt: skip
def test_work_presses_so_many_hours_before_its_date(world, hours, ahead, expected):
    assert promises.presses(world(promises={"pressing_hours": hours}), NOW + ahead, NOW) == expected


@pytest.mark.parametrize(("settings", "expected"), rows(
    ("by default", {"promise_share": 1.0}, 0.27), ("nothing promised", {"promise_share": 0.0}, 0),
    ("ten days ahead", {"promise_share": 1.0, "quoted_days": 10.0, "distance_loss": 0.3}, 3),
    ("off", {"promise_share": 1.0, "on": False}, 0),
))  # fmt: skip
def test_points_lost_to_a_distant_date(world, settings, expected):
    assert promises.distance_loss(world(promises=settings), 0, 7, NUMBER) == pytest.approx(expected)


def test_the_date_costs_points_in_those_visits_that_end_with_one(world):
    sheet = world(promises={"promise_share": 0.5})
    for who in range(200):
        promised = promises.calls_for_action(sheet, 0, who, NUMBER)
        assert (promises.distance_loss(sheet, 0, who, NUMBER) > 0) == promised


@pytest.mark.parametrize(("satisfaction", "expected"), rows(("a gain", 7.0, 7.2), ("at most 10", 9.9, 10)))
def test_satisfaction_after_a_promise_was_kept(world, satisfaction, expected):
    assert promises.after_keeping(world(quality={}, promises={}), 0, satisfaction) == pytest.approx(expected)


# Calling customers back

HOURS = {"investment": {"relationship_hours_per_month": 1.0}}


def overdue_at(sheet: np.ndarray, who: int, now: int) -> int:
    """When a customer who has just been here is overdue."""
    return int(outreach.overdue_at(sheet, 0, usual_gap(sheet, who), now))


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("hours and a use for them", HOURS | {"outreach": {}}, True),
    ("no hours", {"investment": {}, "outreach": {}}, False),
    ("no investment", {"outreach": {}}, False),
    ("investment off", {"investment": HOURS["investment"] | {"on": False}, "outreach": {}}, False),
    ("no use for them", HOURS, False),
    ("outreach off", HOURS | {"outreach": {"on": False}}, False),
))  # fmt: skip
def test_where_customers_are_called_back(world, tables, expected):
    sheet = world(**tables)
    assert outreach.calls_back(sheet) == expected
    assert outreach.is_called_back(sheet, 0) == expected
    assert outreach.may_be_won_back(sheet, 0, Reason.CARE) == expected


@pytest.mark.parametrize(("switches", "expected"), rows(
    ("nobody", (False, False), (False, False)), ("the first segment", (True, False), (True, False)),
    ("only another segment", (False, True), (False, True)), ("all", (True, True), (True, True)),
))  # fmt: skip
def test_which_segments_are_called_back(world, switches, expected):
    segments = [{"name": str(place), "share": 0.5, "outreach": {"on": on}} for place, on in enumerate(switches)]
    sheet = world(**HOURS, outreach={}, segments=segments)
    assert outreach.calls_back(sheet) == any(expected)
    assert tuple(outreach.is_called_back(sheet, place) for place in range(2)) == expected
    assert tuple(outreach.may_be_won_back(sheet, place, Reason.CARE) for place in range(2)) == expected


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason != Reason.NONE])
def test_who_moved_away_is_not_called(world, reason):
    sheet = world(**HOURS, outreach={})
    assert outreach.may_be_won_back(sheet, 0, reason) == (reason != Reason.NATURAL)


@pytest.mark.parametrize(("hours", "minutes", "calls"), rows(
    ("fifteen of four minutes fill an hour", 1.0, 4.0, 15), ("a rest too short for a call is left", 1.0, 7.0, 8),
    ("no time for one call", 0.05, 4.0, 0), ("one call that fits exactly", 0.1, 6.0, 1), ("a whole week", 40.0, 10.0, 240),
))  # fmt: skip
def test_calls_that_a_months_budget_allows(world, hours, minutes, calls):
    sheet = world(investment={"relationship_hours_per_month": hours}, outreach={"call_minutes": minutes})
    assert outreach.call_work(sheet) == minutes * MINUTE
    made = spent = 0
    while outreach.within_budget(sheet, spent):
        made, spent = made + 1, spent + outreach.call_work(sheet)
    assert made == calls


def test_a_month_is_a_twelfth_of_a_year():
    assert 12 * MONTH == DAYS_PER_YEAR * DAY
    months = [calendar.month_of(tick) for tick in (0, MONTH - 1, MONTH, 2 * MONTH - 1, 12 * MONTH)]
    assert months == [0, 0, 1, 1, 12]


BLOCKS = st.tuples(st.integers(0, 23), st.integers(1, 24))


def in_blocks(sheet_of: Callable, block: tuple[int, int], agents: int = 1) -> np.ndarray:
    """The sheet of a desk with a protected block of each day."""
    begins, hours = block
    settings = {"call_when": "block", "block_from_hour": begins, "block_hours": hours, "block_agents": agents}
    return sheet_of(**HOURS, outreach=settings)


def hours_of(block: tuple[int, int]) -> set[int]:
    """The hours of the day that lie in a block, which may go on after midnight."""
    begins, hours = block
    return {hour % 24 for hour in range(begins, begins + hours)}


@given(BLOCKS, st.integers(0, 3 * 365 * DAY))
def test_a_block_is_protected_in_its_hours_of_every_day(world, block, now):
    sheet = in_blocks(world, block)
    assert outreach.protected(sheet, now, 0) == (now // HOUR % 24 in hours_of(block))


@pytest.mark.parametrize(("tick", "expected"), rows(
    ("a tick before", 23 * HOUR - 1, False), ("as it begins", 23 * HOUR, True), ("at midnight", DAY, True),
    ("in its last tick", DAY + 2 * HOUR - 1, True), ("as it ends", DAY + 2 * HOUR, False), ("at noon", 12 * HOUR, False),
))  # fmt: skip
def test_a_block_over_midnight(world, tick, expected):
    assert outreach.protected(in_blocks(world, (23, 3)), tick, 0) == expected


@pytest.mark.parametrize(
    ("calling", "expected"), rows(("nobody calls", 0, True), ("one of two", 1, True), ("two of two", 2, False))
)
def test_a_block_is_for_so_many_agents(world, calling, expected):
    assert outreach.protected(in_blocks(world, (14, 1), agents=2), 14 * HOUR, calling) == expected


def test_where_calls_wait_for_idle_agents_nothing_is_protected(world):
    sheet = world(**HOURS, outreach={"block_from_hour": 0, "block_hours": 24, "block_agents": 1000})
    assert not any(outreach.protected(sheet, hour * HOUR, 0) for hour in range(24))


@given(BLOCKS, st.integers(0, 3 * 365 * DAY))
def test_the_next_chance_to_call_is_what_a_scan_finds(world, block, now):
    """By the hour, because months and blocks begin with one."""
    sheet, begins = in_blocks(world, block), block[0]
    chances = (hour for hour in itertools.count(now // HOUR + 1) if hour % 24 == begins or hour % 730 == 0)
    assert outreach.next_chance(sheet, now) == next(chances) * HOUR


@given(st.integers(0, 3 * 365 * DAY))
def test_without_blocks_the_next_chance_is_the_next_month(world, now):
    chance = outreach.next_chance(world(**HOURS, outreach={}), now)
    assert now < chance <= now + MONTH
    assert chance % MONTH == 0


@pytest.mark.parametrize(("first", "expected"), rows(
    ("disgruntled", "disgruntled", [Call.DISGRUNTLED, Call.LAPSED, Call.OVERDUE]),
    ("lapsed", "lapsed", [Call.LAPSED, Call.DISGRUNTLED, Call.OVERDUE]),
    ("overdue", "overdue", [Call.OVERDUE, Call.DISGRUNTLED, Call.LAPSED]),
))  # fmt: skip
def test_whom_to_call_first(world, first, expected):
    sheet = world(**HOURS, outreach={"call_first": first})
    calls = [Call.OVERDUE, Call.LAPSED, Call.DISGRUNTLED]
    assert sorted(calls, key=lambda call: outreach.urgency(sheet, call)) == expected
    assert len({int(outreach.urgency(sheet, call)) for call in calls}) == 3


@pytest.mark.parametrize(("unrecovered", "known", "expected"), rows(
    ("a failure that the desk knows of", True, True, Call.DISGRUNTLED),
    ("one that the customer swallowed", True, False, Call.OVERDUE),
    ("one that was put right", False, True, Call.OVERDUE),
    ("none", False, False, Call.OVERDUE),
))  # fmt: skip
def test_what_a_customer_of_the_book_is_called_for(unrecovered, known, expected):
    assert outreach.listed_for(unrecovered, known) == expected


@pytest.mark.parametrize(("call_for", "days"), rows(
    ("a failure that the desk knows of, at once", Call.DISGRUNTLED, 0.0),
    ("who is overdue, then", Call.OVERDUE, 1.5 * 4.0),
    ("who has left, when one who stayed would be overdue", Call.LAPSED, 1.5 * 4.0),
))  # fmt: skip
def test_from_when_on_a_customer_can_be_called(world, call_for, days):
    sheet = world(**OFFICE, **HOURS, outreach={"overdue_factor": 1.5})
    at = outreach.listed_at(sheet, 0, 4.0, call_for, NOW)
    assert at == NOW + 1 if days == 0 else calendar.is_open(sheet, at)
    assert calendar.clock(sheet, at) - calendar.clock(sheet, NOW) == pytest.approx(days, abs=1e-6)


def test_who_can_be_called_at_once_can_be_called_at_night(world):
    """The list is not the call: agents call from it when they are there."""
    assert (
        outreach.listed_at(world(**OFFICE, **HOURS, outreach={}), 0, 4.0, Call.DISGRUNTLED, 20 * HOUR) == 20 * HOUR + 1
    )


def test_a_lost_customer_is_called_for_so_many_days_of_the_calendar(world):
    sheet = world(**HOURS, **OFFICE, outreach={"lapsed_days": 10.5})
    assert outreach.lapse_ends(sheet, 0, NOW) == NOW + 10 * DAY + 12 * HOUR


@pytest.mark.parametrize("days", [0, 1, 7])
@pytest.mark.parametrize("called_for", [Call.DISGRUNTLED, Call.OVERDUE])
def test_a_call_recovers_as_an_agent_does_in_its_minutes(world, days, called_for):
    sheet = world(recovery={}, outreach={"call_minutes": 9.0})
    expected = 0.9 * -math.expm1(-0.12 * 9) * math.exp(-0.15 * days)
    assert is_about(lambda who: outreach.call_recovers(sheet, 0, who, NUMBER, called_for, days * DAY), expected)


def test_a_second_call_that_brings_up_the_failure_is_another_chance(world):
    sheet = world(recovery={"recovery_ceiling": 0.5}, outreach={"call_minutes": 1e4})
    calls = [of_many(lambda who, why=why: outreach.call_recovers(sheet, 0, who, NUMBER, why, 0))
             for why in (Call.DISGRUNTLED, Call.OVERDUE)]  # fmt: skip
    assert abs(np.corrcoef(*calls)[0, 1]) < 4 / math.sqrt(MANY)


@pytest.mark.parametrize("called_for", [Call.DISGRUNTLED, Call.OVERDUE])
def test_without_recovery_no_call_recovers(world, called_for):
    sheet = world(outreach={"call_minutes": 1e4})
    assert not any(outreach.call_recovers(sheet, 0, who, 0, called_for, 0) for who in range(50))


def test_who_is_reminded_comes_after_exponential_days(world):
    sheet = world(**ALWAYS, outreach={"reminder_share": 0.3, "reminder_days": 7.0})
    days = of_many(lambda who: (outreach.reminded(sheet, 0, who, NUMBER, NOW) - NOW) / DAY)
    reminded = days[days < 10**4]
    assert are_spread(reminded, stats.expon(scale=7))
    assert len(reminded) / MANY == pytest.approx(0.3, abs=3 * math.sqrt(0.21 / MANY))


# Breaks


def breaks_of(sheet: np.ndarray, agent: int, came: int, ends: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of every break of a shift in which all breaks begin when they are due."""
    due = breaks.first_break(sheet, agent, came, ends)
    while due < NEVER:
        back = due + breaks.break_length(sheet)
        yield int(due), int(back)
        due = breaks.next_break(sheet, back, ends)


@pytest.mark.parametrize(("settings", "agent", "expected"), rows(
    ("none by default", {}, 0, []),
    ("one in the middle", {"break_minutes": 30.0}, 0, [(13.0, 13.5)]),
    ("the next agent's as that one ends", {"break_minutes": 30.0}, 1, [(13.5, 14.0)]),
    ("every two hours", {"break_minutes": 60.0, "break_after_minutes": 120.0}, 0, [(11.0, 12.0), (14.0, 15.0)]),
    ("due as the shift ends: none", {"break_minutes": 30.0, "break_after_minutes": 480.0}, 0, []),
    ("due a tick before: one", {"break_minutes": 30.0, "break_after_minutes": 480 - 1 / MINUTE}, 0, [(17 - 1 / HOUR, 17.5 - 1 / HOUR)]),
    ("too late for the ninth agent", {"break_minutes": 30.0}, 8, []),
    ("a manager takes none", {"break_minutes": 30.0}, 9, []),
))  # fmt: skip
def test_breaks_of_a_shift_from_nine_to_five(world, settings, agent, expected):
    sheet = world(staff={"agents": 9, **settings}, manager={})
    hours = [(round(begin * HOUR), round(end * HOUR)) for begin, end in expected]
    assert list(breaks_of(sheet, agent, 9 * HOUR, 17 * HOUR)) == hours


def test_breaks_at_a_desk_that_never_closes_go_on(world):
    sheet = world(staff={"agents": 1, "break_minutes": 15.0, "break_after_minutes": 45.0})
    first = list(itertools.islice(breaks_of(sheet, 0, 0, NEVER), 3))
    assert first == [(minute * MINUTE, (minute + 15) * MINUTE) for minute in (45, 105, 165)]


# Dispatch

C, F, K, N = dispatch.CUSTOMER, dispatch.FOLLOW_UP, dispatch.CALL, dispatch.NOBODY
TURNS = {
    # calls:            none, possible, protected
    ("nobody", "no work"): (N, K, K),
    ("nobody", "work"): (F, F, K),
    ("nobody", "pressing work"): (F, F, K),
    ("customers", "no work"): (C, C, K),
    ("customers", "work"): (C, C, K),
    ("customers", "pressing work"): (F, F, K),
}
"""What a free agent turns to, in every case there is."""


def turns_to(sheet: np.ndarray, customers: bool, work: bool, due: int, may_call: bool, protected: bool) -> int:
    """What a free agent turns to where no colleague asks for anything."""
    return dispatch.turns_to(sheet, NOW, customers, False, False, work, due, may_call, protected)


@pytest.mark.parametrize(("waits", "work"), TURNS)
@pytest.mark.parametrize(("place", "may_call", "protected"), rows(
    ("no calls", 0, False, False), ("calls", 1, True, False), ("protected calls", 2, True, True),
    ("a protected block without anybody to call", 0, False, True),
))  # fmt: skip
def test_what_a_free_agent_turns_to(world, waits, work, place, may_call, protected):
    sheet = world(promises={"pressing_hours": 2.0})
    due = {"no work": NEVER, "work": NOW + 2 * HOUR + 1, "pressing work": NOW + 2 * HOUR}[work]
    found = turns_to(sheet, waits == "customers", work != "no work", due, may_call, protected)
    assert found == TURNS[waits, work][place]


def test_work_that_never_presses_waits_for_customers_even_when_it_is_late(world):
    sheet = world(promises={"pressing_hours": 0.0})
    assert turns_to(sheet, True, True, NOW - DAY, True, False) == C


TWO_CLASSES = [
    {"name": "usual", "share": 0.5},
    {"name": "dear", "share": 0.5, "waiting": {"priority": 2}},
]
QUEUE = [
    # name, segment, joined, complains
    ("usual", 0, 1, False),
    ("usual, later", 0, 5, False),
    ("dear", 1, 4, False),
    ("complains", 0, 2, True),
    ("dear, complains", 1, 6, True),
]
"""Who waits; names are in no order that any rule knows."""


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("in turn, complaints are visits like others", {"recovery": {}, "waiting": {}},
     ["dear", "dear, complains", "usual", "complains", "usual, later"]),
    ("complaints first", {"recovery": {"complaint_order": "first"}, "waiting": {}},
     ["complains", "dear, complains", "dear", "usual", "usual, later"]),
    ("complaints last", {"recovery": {"complaint_order": "last"}, "waiting": {}},
     ["dear", "usual", "usual, later", "complains", "dear, complains"]),
    ("recovery off", {"recovery": {"complaint_order": "first", "on": False}, "waiting": {}},
     ["dear", "dear, complains", "usual", "complains", "usual, later"]),
))  # fmt: skip
def test_classes_of_the_queue(world, tables, expected):
    sheet = world(**tables, segments=TWO_CLASSES)
    ranked = sorted(QUEUE, key=lambda one: rank(sheet, one[1], one[2], 77 - one[2], one[3]))
    assert [name for name, *_ in ranked] == expected


def test_priority_counts_only_where_customers_wait(world):
    segments = [
        {"name": "usual", "share": 0.5},
        {"name": "dear", "share": 0.5, "waiting": {"priority": 2, "on": False}},
    ]
    sheet = world(waiting={}, segments=segments)
    assert rank(sheet, 1, 5, 1) > rank(sheet, 0, 4, 1)


@given(
    st.lists(
        st.tuples(st.integers(-100, 100), st.integers(0, 1040 * 7 * DAY), st.integers(0, 2**62)), min_size=2, max_size=2
    )
)
def test_rank_is_priority_then_time_then_name(world, pair):
    segments = [{"name": str(place), "share": 0.5, "waiting": {"priority": one[0]}} for place, one in enumerate(pair)]
    sheet = world(segments=segments)
    ranks = [rank(sheet, place, joined, who) for place, (_, joined, who) in enumerate(pair)]
    plain = [(-priority, joined, who) for priority, joined, who in pair]
    assert (ranks[0] < ranks[1]) == (plain[0] < plain[1])


@pytest.mark.parametrize("priority", [-100, 100])
@pytest.mark.parametrize(("order", "sign"), [("first", -1), ("last", 1)])
def test_complaints_go_before_or_after_every_priority(world, priority, order, sign):
    segments = [{"name": "a", "share": 0.5, "waiting": {"priority": priority}}, {"name": "b", "share": 0.5}]
    sheet = world(recovery={"complaint_order": order}, segments=segments)
    latest = 1040 * 7 * DAY
    complaint = rank(sheet, 1, latest if sign < 0 else 0, 9, True)
    other = rank(sheet, 0, 0 if sign < 0 else latest, 9)
    assert (complaint < other) == (sign < 0)


def test_managers_and_work_go_by_time_and_then_by_name():
    assert sorted([(5, 2), (5, 1), (4, 9)], key=lambda one: dispatch.managers_rank(*one)) == [(4, 9), (5, 1), (5, 2)]
    assert sorted([(5, 2), (5, 1), (4, 9)], key=lambda one: dispatch.work_rank(*one)) == [(4, 9), (5, 1), (5, 2)]


SPEEDS, KNOWLEDGE = [1.5, 1.0, 0.5, 1.5], [0.0, 1.0, 0.5, 0.25]
"""Four agents; at a mistake share of 0.4 they resolve 0.6, 0.8, 0.3 and 0.75 visits in a visit's time."""


@pytest.mark.parametrize(("choice", "expected"), rows(
    ("who has been free longest", "longest_free", [3, 2, 1, 0]),
    ("the fastest; of two alike, who has been free longest", "fastest", [3, 0, 1, 2]),
    ("who makes fewest mistakes", "most_accurate", [1, 2, 3, 0]),
    ("who resolves most in the same time", "resolves_most", [1, 3, 0, 2]),
))  # fmt: skip
def test_which_free_agent_serves(world, choice, expected):
    staff = {"agents": 4, "choice": choice, "agent_speed": SPEEDS, "agent_knowledge": KNOWLEDGE}
    sheet = world(staff=staff, mistakes={"mistake_share": 0.4})
    free_since = [4, 3, 2, 1]
    assert sorted(range(4), key=lambda agent: dispatch.readiness(sheet, free_since[agent], agent)) == expected


def test_without_mistakes_who_resolves_most_is_who_is_fastest(world):
    staff = {"agents": 4, "agent_speed": SPEEDS, "agent_knowledge": KNOWLEDGE}
    fastest, resolving = (world(staff={**staff, "choice": choice}) for choice in ("fastest", "resolves_most"))
    assert all(dispatch.readiness(fastest, 5, agent) == dispatch.readiness(resolving, 5, agent) for agent in range(4))


@pytest.mark.parametrize("choice", ["fastest", "most_accurate", "resolves_most"])
def test_agents_alike_are_chosen_by_how_long_they_are_free(world, choice):
    sheet = world(staff={"agents": 3, "choice": choice, "knowledge": 0.7}, mistakes={})
    ready = [dispatch.readiness(sheet, since, agent) for since, agent in ((1, 2), (2, 0), (2, 1))]
    assert ready == sorted(ready)


def test_managers_are_chosen_by_how_long_they_are_free(world):
    staff = {"agents": 1, "choice": "fastest", "agent_speed": [9.0]}
    assert dispatch.readiness(world(staff=staff, manager={}), 5, 1) == (5, 1)


# A visit in which something goes wrong

SURE = {"mistake_share": 1.0, "listening_effect": 0.0, "inattention_effect": 0.0}


def test_a_mistake_that_is_caught_takes_minutes_and_costs_points(world):
    sheet = world(**CARED_FOR, mistakes=SURE | {"catch_share": 1.0, "clarified_loss": 0.5})
    told = visited(sheet)
    clarifying = service.work_ticks(mistakes.clarifying_minutes(sheet, 0, 7, 0))
    assert (told.wrong, told.clarifying, told.soothing) == (mistakes.CAUGHT, clarifying, 0)
    assert told.ends == HOUR + 18 * MINUTE + clarifying
    assert told.points == pytest.approx(9.305 - 0.5)


def test_a_mistake_that_is_overlooked_changes_nothing_at_the_desk(world):
    told = visited(world(**CARED_FOR, mistakes=SURE | {"catch_share": 0.0}))
    assert (told.wrong, told.clarifying, told.ends) == (mistakes.OVERLOOKED, 0, HOUR + 18 * MINUTE)
    assert told.points == pytest.approx(9.305)


def test_a_date_costs_points_in_the_visit_that_ends_with_it(world):
    told = visited(world(**CARED_FOR, promises={"promise_share": 1.0, "quoted_days": 3.0}))
    assert told.points == pytest.approx(9.305 - 0.3)


SOOTHED = {"minutes_per_visit": 8.0, "recovery_minutes": 6.0}


@pytest.mark.parametrize(("tables", "satisfaction", "expected"), rows(
    ("recovered", {"recovery": {"recovery_rate": 5.0, "recovery_ceiling": 1.0}}, 7.0, (8 + 10 + 6, 6, Remedy.RECOVERED)),
    ("in vain", {"recovery": {"recovery_ceiling": 0.0}}, 7.0, (8 + 10 + 6, 6, Remedy.FAILED)),
    ("correcting is half a transaction", {"recovery": {"recovery_ceiling": 0.0}, "mistakes": {"mistake_share": 0.0}}, 7.0,
     (8 + 5 + 6, 6, Remedy.FAILED)),
    ("for the manager", {"recovery": {}, "manager": {}}, 3.9, (8 + 10, 0, Remedy.ESCALATED)),
    ("nobody tries to recover customers", {}, 7.0, (8 + 10, 0, Remedy.NOTHING)),
    ("nobody does, so no manager either", {"manager": {}}, 3.9, (8 + 10, 0, Remedy.NOTHING)),
))  # fmt: skip
def test_a_complaint(world, tables, satisfaction, expected):
    minutes, soothing, remedy = expected
    told = visited(world(**CALM, investment=SOOTHED, **tables), complains=True, satisfaction=satisfaction)
    assert (told.ends - HOUR, told.soothing, told.remedy) == (minutes * MINUTE, soothing * MINUTE, remedy)


def test_a_visit_without_a_complaint_is_not_soothed(world):
    told = visited(world(**CALM, investment=SOOTHED, recovery={}, manager={}), satisfaction=0.0)
    assert (told.ends - HOUR, told.soothing, told.remedy) == (18 * MINUTE, 0, Remedy.NOTHING)


def test_the_delay_of_a_complaint_is_counted_from_finding_out(world):
    sheet = world(
        **CALM, investment=SOOTHED, recovery={"recovery_rate": 5.0, "recovery_ceiling": 1.0, "delay_decay": 0.1}
    )
    last = -10 * DAY * math.log(drawn(sheet, 7, 0, Purpose.RECOVERY))
    assert visited(sheet, complains=True, failed=HOUR - int(last * 0.99)).remedy == Remedy.RECOVERED
    assert visited(sheet, complains=True, failed=HOUR - int(last * 1.01)).remedy == Remedy.FAILED


def test_a_complaint_pauses_while_the_agent_is_elsewhere(world):
    staff = {"inattentive_minutes": 3.0, "attentive_minutes": 1e5}
    sheet = world(**CALM, investment=SOOTHED, recovery={}, staff=staff)
    lapse = int(attention.inattentive_spell(sheet, 0, 0, 0))
    assert visited(sheet, complains=True, attentive_until=HOUR + 20 * MINUTE).ends == HOUR + 24 * MINUTE + lapse


# Loyalty after a failure


def odds(probability: float) -> float:
    """p / (1 − p)."""
    return probability / (1 - probability)


@pytest.mark.parametrize("weight", [0.0, 1.0, 2.5])
def test_an_unrecovered_failure_divides_the_odds_of_staying(world, weight):
    sheet = world(**LOYAL, recovery={"unrecovered_weight": weight})
    for satisfaction in (0.0, 5.0, 10.0):
        spared, failed = (staying(sheet, 36.5, satisfaction, 10, unrecovered) for unrecovered in (False, True))
        assert odds(spared) / odds(failed) == pytest.approx(math.exp(weight))


def test_the_usual_weight_is_that_of_complaints_resolved_and_unresolved():
    assert math.log(odds(0.70) / odds(0.46)) == pytest.approx(1.0, abs=0.02)


SWALLOWED = rows(
    ("a mistake", Reason.MISTAKE, Purpose.STAY_AFTER_MISTAKE),
    ("a broken promise", Reason.BROKEN_PROMISE, Purpose.STAY_AFTER_BROKEN_PROMISE),
)
BY_LOYALTY = rows(
    ("recovery on: the failure weighs", {"recovery": {"unrecovered_weight": 2.0}}, True),
    ("recovery off", {"recovery": {"unrecovered_weight": 2.0, "on": False}}, False),
    ("left out", {}, False),
)


@pytest.mark.parametrize(("reason", "purpose"), SWALLOWED)
def test_each_failure_that_is_swallowed_has_a_draw_of_its_own(reason, purpose):
    assert loyalty.silence(reason) == purpose


@pytest.mark.parametrize(("tables", "unrecovered"), BY_LOYALTY)
@pytest.mark.parametrize(("reason", "purpose"), SWALLOWED)
@pytest.mark.parametrize("after", [7.0, 4.0, 0.0])
def test_who_swallows_a_failure_stays_as_often_as_it_makes_staying_less_likely(
    world, reason, purpose, after, tables, unrecovered
):
    """P(stay) = p(after) / p(before): staying as usual, and then in spite of the failure, is staying after it."""
    sheet = world(**LOYAL, **tables)
    stay = staying(sheet, 36.5, after, 6, unrecovered) / staying(sheet, 36.5, 7.0, 6)
    whys = [why_leaves_over_failure(sheet, who, NUMBER, 6, 7.0, after, reason) for who in range(MANY)]
    assert whys == [reason if drawn(sheet, who, NUMBER, purpose) >= stay else Reason.NONE for who in range(MANY)]
    assert is_about(lambda who: whys[who] == Reason.NONE, stay)
    assert (stay < 1) == (unrecovered or after < 7)


@pytest.mark.parametrize("reason", [Reason.UNRECOVERED, Reason.ABANDONED])
def test_who_complained_in_vain_leaves_by_the_draw_of_the_visit(world, reason):
    sheet = world(**LOYAL, recovery={"unrecovered_weight": 1.5})
    stay = staying(sheet, 20.0, 3.0, 4, True) / staying(sheet, 20.0, 5.0, 4)
    for who in range(500):
        why = loyalty.leaves_over_failure(sheet, 0, who, NUMBER, 20.0, 4, 5.0, 3.0, *TODAY, Purpose.STAY, reason)
        assert why == (reason if drawn(sheet, who, NUMBER, Purpose.STAY) >= stay else Reason.NONE)


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0.5, 2000), st.integers(0, 30))
def test_a_failure_that_costs_nothing_drives_nobody_away(world, satisfaction, more, gap, served):
    sheet = world(**LOYAL, recovery={"unrecovered_weight": 0.0})
    after = max(satisfaction, more)
    around = (gap, served, satisfaction, after, *TODAY, Purpose.STAY, Reason.MISTAKE)
    assert {loyalty.leaves_over_failure(sheet, 0, who, NUMBER, *around) for who in range(20)} == {Reason.NONE}


def test_the_more_a_failure_costs_the_more_leave(world):
    gone: set[int] = set()
    for weight in (0.0, 1.0, 3.0, 10.0):
        sheet = world(**LOYAL, recovery={"unrecovered_weight": weight})
        these = {
            who for who in range(MANY) if why_leaves_over_failure(sheet, who, NUMBER, 10, 8.0, 6.0, Reason.MISTAKE)
        }
        assert gone < these, "who leaves over less leaves over more"
        gone = these


def test_a_visit_by_itself_knows_nothing_of_failures(world):
    light, heavy = (world(**LOYAL, recovery={"unrecovered_weight": weight}) for weight in (0.0, 10.0))
    for who in range(MANY):
        assert why_leaves(light, who, NUMBER, 10, 5.0, Reason.CARE) == why_leaves(
            heavy, who, NUMBER, 10, 5.0, Reason.CARE
        )


def test_without_loyalty_nobody_leaves_over_a_failure(world):
    sheet = world(recovery={"unrecovered_weight": 10.0})
    whys = {why_leaves_over_failure(sheet, who, 0, 10, 10.0, 0.0, Reason.MISTAKE) for who in range(100)}
    assert whys == {Reason.NONE}


def test_extra_visits_by_themselves_drive_nobody_away():
    """Where nobody judges and nobody tries to recover, three complaints for a visit leave the yearly retention as it is."""
    book, retention = 6000, 0.6
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 0.0, "opening_book": book, "visit_gap_days": 36.5, "gap_distribution": "fixed",
                   "gap_between_cv": 0.0},
        "staff": {"agents": 60, "inattentive_minutes": 0.0},
        "service": {"core_minutes": 0.1, "step_cv": NO_CV},
        "investment": {"minutes_per_visit": 8.0},
        "loyalty": {"yearly_retention": retention},
        "mistakes": {"mistake_share": 1.0, "listening_effect": 0.0, "catch_share": 0.25, "light_days": 1e-3},
        "horizon": {"weeks": 365 / 7},
    }  # fmt: skip
    trace = fast.simulate(to_sheet(checked(tables, "test")))
    visits, complaints = len(trace.of(Happening.FINISHED)), len(trace.of(Happening.COMPLAINED))
    assert complaints / (visits - complaints) == pytest.approx(3, rel=0.05)
    stayed = 1 - len(trace.of(Happening.LOST)) / book
    assert abs(stayed - retention) <= 3 * math.sqrt(retention * (1 - retention) / book)


def test_the_outlook_knows_nothing_of_failures(world):
    assert yearly_retention(world(**LOYAL, recovery={"unrecovered_weight": 9.0}), 7, 8.0, 10) == pytest.approx(0.8)
