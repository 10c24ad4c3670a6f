"""Rules: one table for each, what is given → what is expected. Chances are shares of many customers, times by hand."""

import math
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servsim.event_codes import Kind, Reason, Remedy
from servsim.model.rules import attention_lapses as attention
from servsim.model.rules import demand, dispatch, loyalty, spending, training, waiting
from servsim.model.rules import quality_and_satisfaction as quality
from servsim.model.rules import transaction_and_care_steps as service
from servsim.model.rules import visit_length_and_quality as visit
from servsim.model.rules.millionths import millionths
from servsim.model.rules.mistakes import NONE
from servsim.units import DAY, DAYS_PER_YEAR, HOUR, MINUTE, NEVER, YEAR

MANY = 4000
SOME = 1000
ALWAYS = {"opening": {"always": True}}


def mean_of(rule: Callable[[int], float]) -> tuple[float, float]:
    """A rule's mean over many customers, and three standard errors of it."""
    values = np.array([rule(who) for who in range(MANY)], float)
    return values.mean(), 3 * values.std() / math.sqrt(MANY) + 1e-12


def is_about(rule: Callable[[int], float], expected: float) -> bool:
    """Is a rule's mean over many customers what is expected, within three standard errors?"""
    mean, error = mean_of(rule)
    return abs(mean - expected) <= error


def rows(*table: tuple) -> list:
    """A table of rows whose first column is their name."""
    return [pytest.param(*row[1:], id=row[0]) for row in table]


# Waiting


@pytest.mark.parametrize(("settings", "minutes", "twelve"), rows(
    ("exponential", {}, 12, math.exp(-1)),
    ("weibull, early", {"patience_distribution": "weibull", "patience_shape": 0.5}, 12, math.exp(-math.sqrt(2))),
    ("weibull, regular", {"patience_distribution": "weibull", "patience_shape": 2.0}, 12, math.exp(-math.pi / 4)),
    ("lognormal", {"patience_distribution": "lognormal", "patience_cv": 1.0}, 12, 0.33854),
    ("shorter", {"patience_minutes": 6.0}, 6, math.exp(-2)),
))  # fmt: skip
def test_patience_has_its_mean_and_its_share_of_those_who_wait_twelve_minutes(world, settings, minutes, twelve):
    sheet = world(waiting=settings)
    assert is_about(lambda who: waiting.patience(sheet, 0, who, 0) / MINUTE, minutes)
    assert is_about(lambda who: waiting.patience(sheet, 0, who, 0) > 12 * MINUTE, twelve)


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("fixed", {"waiting": {"patience_distribution": "fixed"}}, 12 * MINUTE),
    ("fixed at half a second", {"waiting": {"patience_distribution": "fixed", "patience_minutes": 1 / 120}}, 500),
    ("never", {"waiting": {"patience_distribution": "never"}}, NEVER),
    ("left out", {}, NEVER),
    ("off", {"waiting": {"on": False}}, NEVER),
))  # fmt: skip
def test_patience_that_is_the_same_for_all(world, tables, expected):
    sheet = world(**tables)
    assert {int(waiting.patience(sheet, 0, who, 0)) for who in range(20)} == {expected}


def test_patience_is_another_on_another_visit_and_no_other_at_another_desk(world):
    few, many = world(waiting={}, staff={"agents": 1}), world(waiting={}, staff={"agents": 9})
    assert waiting.patience(few, 0, 7, 0) == waiting.patience(many, 0, 7, 0) != waiting.patience(few, 0, 7, 1)


@pytest.mark.parametrize(("tables", "waits", "expected"), rows(
    ("no limit", {"waiting": {}}, 1_000_000, False),
    ("no places", {"waiting": {"waiting_places": 0}}, 0, True),
    ("one place free", {"waiting": {"waiting_places": 2}}, 1, False),
    ("the last place taken", {"waiting": {"waiting_places": 2}}, 2, True),
    ("off", {"waiting": {"waiting_places": 0, "on": False}}, 5, False),
    ("left out", {}, 5, False),
))  # fmt: skip
def test_who_finds_no_place(world, tables, waits, expected):
    assert waiting.finds_no_place(world(**tables), waits) == expected


@pytest.mark.parametrize(("tables", "share"), rows(
    ("by default, nobody", {"waiting": {}}, 0),
    ("some", {"waiting": {"leave_at_once_share": 0.3}}, 0.3),
    ("all", {"waiting": {"leave_at_once_share": 1.0}}, 1),
    ("off", {"waiting": {"leave_at_once_share": 1.0, "on": False}}, 0),
))  # fmt: skip
def test_who_leaves_at_once(world, tables, share):
    sheet = world(**tables)
    assert is_about(lambda who: waiting.leaves_at_once(sheet, 0, who, 0), share)


SEEN = {"waiting": {"balk_scale_minutes": 30.0}, "service": {"core_minutes": 10.0}}


@pytest.mark.parametrize(("tables", "waits", "agents", "share"), rows(
    ("nobody waits, one agent: 10 minutes", SEEN, 0, 1, 1 - math.exp(-1 / 3)),
    ("two wait, one agent: 30 minutes", SEEN, 2, 1, 1 - math.exp(-1)),
    ("two wait, three agents: 10 minutes", SEEN, 2, 3, 1 - math.exp(-1 / 3)),
    ("five minutes invested: 15 minutes", SEEN | {"investment": {"minutes_per_visit": 5.0}}, 0, 1, 1 - math.exp(-0.5)),
    ("investment off: 10 minutes", SEEN | {"investment": {"on": False}}, 0, 1, 1 - math.exp(-1 / 3)),
    ("nobody there", SEEN, 0, 0, 1),
    ("a queue without end", SEEN, 10**6, 1, 1),
    ("the queue is not seen", {"waiting": {}}, 99, 1, 0),
    ("the queue is not seen, nobody there", {"waiting": {}}, 99, 0, 0),
    ("off", {"waiting": {"balk_scale_minutes": 30.0, "on": False}}, 99, 0, 0),
))  # fmt: skip
def test_who_balks(world, tables, waits, agents, share):
    sheet = world(**tables)
    assert is_about(lambda who: waiting.balks(sheet, 0, who, 0, waits, agents), share)


def test_who_balks_at_a_short_queue_balks_at_a_longer_one(world):
    sheet = world(**SEEN)
    for who in range(200):
        decisions = [waiting.balks(sheet, 0, who, 0, waits, 2) for waits in range(10)]
        assert decisions == sorted(decisions)


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("the transaction alone", {"service": {"core_minutes": 7.0}}, 7),
    ("and the minutes invested", {"service": {"core_minutes": 7.0}, "investment": {"minutes_per_visit": 5.0}}, 12),
    ("investment off", {"investment": {"minutes_per_visit": 5.0, "on": False}}, 10),
))  # fmt: skip
def test_minutes_of_a_visit_as_planned(world, tables, expected):
    assert waiting.planned_visit_minutes(world(**tables), 0) == expected


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("send home", {"waiting": {"at_closing": "send_home"}}, True),
    ("serve out", {"waiting": {"at_closing": "serve_out"}}, False),
    ("off", {"waiting": {"at_closing": "send_home", "on": False}}, False),
    ("left out", {}, False),
))  # fmt: skip
def test_who_goes_home_at_closing(world, tables, expected):
    assert waiting.goes_home_at_closing(world(**tables)) == expected


@pytest.mark.parametrize(("tables", "hour", "waits", "expected"), rows(
    ("closed, one waits", {"waiting": {}}, 17, 1, True),
    ("closed, nobody waits", {"waiting": {}}, 17, 0, False),
    ("still open", {"waiting": {}}, 16, 1, False),
    ("who waits goes home", {"waiting": {"at_closing": "send_home"}}, 17, 1, False),
    ("waiting left out", {}, 17, 1, True),
))  # fmt: skip
def test_who_stays_for_the_queue(world, tables, hour, waits, expected):
    assert waiting.stays_for_the_queue(world(**tables), hour * HOUR, waits) == expected


TRIES = {"waiting": {"retry_probability": 0.5, "retry_days": 2.0, "retry_limit": 3}, **ALWAYS}


@pytest.mark.parametrize(("tables", "tries", "share"), rows(
    ("first try", TRIES, 0, 0.5),
    ("last try", TRIES, 2, 0.5),
    ("tried enough", TRIES, 3, 0),
    ("no limit worth naming", {"waiting": {"retry_probability": 1.0, "retry_limit": 100}}, 99, 1),
    ("none allowed", {"waiting": {"retry_probability": 1.0, "retry_limit": 0}}, 0, 0),
    ("by default, nobody", {"waiting": {}}, 0, 0),
    ("off", {"waiting": {"retry_probability": 1.0, "on": False}}, 0, 0),
))  # fmt: skip
def test_who_tries_again(world, tables, tries, share):
    sheet = world(**tables)
    assert is_about(lambda who: waiting.next_try(sheet, 0, who, 0, tries, HOUR) < NEVER, share)


def test_tries_are_apart_by_their_mean_in_days(world):
    sheet = world(**ALWAYS, waiting={"retry_probability": 1.0, "retry_days": 2.0})
    assert is_about(lambda who: (waiting.next_try(sheet, 0, who, 0, 0, HOUR) - HOUR) / DAY, 2)


def wait_loss(sheet: np.ndarray, waited: float, paused: float, noticed: bool, phones: bool = False) -> float:
    """Points lost to so many minutes of waiting and of pauses, at the counter if nothing is said."""
    return waiting.wait_loss(sheet, 0, waited * MINUTE, paused * MINUTE, noticed, phones)


@pytest.mark.parametrize(("settings", "waited", "paused", "noticed", "expected"), rows(
    ("no wait", {"informed": True}, 0, 0, True, 0),
    ("a wait within tolerance", {"informed": True}, 3, 0, True, 0),
    ("one patience beyond tolerance", {"informed": True}, 15, 0, True, 2),
    ("a quarter of it", {"informed": True}, 6, 0, True, 0.5),
    ("uninformed, a wait is 1.15 times as long", {}, 12, 0, True, 1.8),
    ("unnoticed, 1.25 times", {"informed": True}, 12, 0, False, 2),
    ("both", {}, 12, 0, False, 2.375),
    ("pauses count half", {"informed": True}, 0, 12, True, 0.5),
    ("wait and pauses", {"informed": True}, 9, 12, True, 2),
    ("twice the weight", {"informed": True, "wait_weight": 4.0}, 15, 0, True, 4),
    ("twice the patience", {"informed": True, "patience_minutes": 24.0}, 30, 0, True, 2),
    ("no tolerance", {"informed": True, "tolerance": 0.0}, 12, 0, True, 2),
    ("off", {"on": False}, 600, 600, False, 0),
))  # fmt: skip
def test_points_lost_to_waiting(world, settings, waited, paused, noticed, expected):
    sheet = world(waiting=settings)
    assert wait_loss(sheet, waited, paused, noticed) == pytest.approx(expected, abs=1e-12)


# Attention


def test_spells_last_as_long_as_the_file_says(world):
    sheet = world(staff={"attentive_minutes": 30.0, "inattentive_minutes": 3.0})
    assert is_about(lambda spell: attention.attentive_spell(sheet, 0, 0, spell) / MINUTE, 30)
    assert is_about(lambda spell: attention.inattentive_spell(sheet, 0, 0, spell) / MINUTE, 3)


def test_without_inattention_attention_never_ends(world):
    assert attention.attentive_spell(world(staff={"inattentive_minutes": 0.0}), 0, 0, 0) == NEVER


def test_each_agent_day_and_spell_is_another(world):
    sheet = world(staff={"inattentive_minutes": 3.0})
    keys = [(agent, day, spell) for agent in range(5) for day in range(5) for spell in range(5)]
    assert len({int(attention.attentive_spell(sheet, *key)) for key in keys}) == len(keys)


def lapses(sheet: np.ndarray, until: int, begin: int, end: int) -> np.ndarray:
    """For every tick from begin to end whether agent 0 is inattentive, attentive at first until some tick."""
    away, spell = np.zeros(end - begin, bool), 0
    while until < end:
        back = until + int(attention.inattentive_spell(sheet, 0, 0, spell))
        away[max(0, until - begin) : back - begin] = True
        spell += 1
        until = back + int(attention.attentive_spell(sheet, 0, 0, spell))
    return away


def visit_tick_by_tick(away: np.ndarray, work: int, pauses: bool) -> tuple[int, int]:
    """(ticks a visit takes, ticks of them that are inattentive), lived through one tick after the other."""
    done = ticks = inattentive = 0
    while done < work:
        inattentive += away[ticks]
        done += not (pauses and away[ticks])
        ticks += 1
    return ticks, inattentive


@pytest.mark.parametrize("mode", ["pause", "half_there"])
@given(st.integers(1, 60), st.integers(0, 40), st.integers(0, 9))
def test_a_visit_under_attention_is_what_it_is_tick_by_tick(world, mode, work, attentive, seed):
    minutes = {"attentive_minutes": 6 / MINUTE, "inattentive_minutes": 4 / MINUTE, "while_serving": mode}
    sheet, now = world(seed, staff=minutes), 1000
    ends, inattentive = attention.visit_under_attention(sheet, 0, 0, 0, now + attentive, now, work)
    away = lapses(sheet, now + attentive, now, now + 2000)
    assert (ends - now, inattentive) == visit_tick_by_tick(away, work, mode == "pause")


@pytest.mark.parametrize(("attentive", "mode", "later", "inattentive"), rows(
    ("attention outlasts the work", 11, "pause", 0, 0),
    ("work ends as attention ends", 10, "pause", 0, 0),
    ("one tick too long waits for a whole lapse", 9, "pause", "lapse", "lapse"),
    ("attention outlasts half-there work", 11, "half_there", 0, 0),
    ("half-there work ends as attention ends", 10, "half_there", 0, 0),
    ("one tick too long is one tick half there", 9, "half_there", 0, 1),
    ("attention that never ends", NEVER - 1000, "pause", 0, 0),
))  # fmt: skip
def test_work_of_ten_ticks_at_the_edge_of_attention(world, attentive, mode, later, inattentive):
    sheet = world(staff={"attentive_minutes": 30.0, "inattentive_minutes": 3.0, "while_serving": mode})
    lapse = int(attention.inattentive_spell(sheet, 0, 0, 0))
    later, inattentive = (lapse if ticks == "lapse" else ticks for ticks in (later, inattentive))
    expected = (1000 + 10 + later, inattentive)
    assert attention.visit_under_attention(sheet, 0, 0, 0, 1000 + attentive, 1000, 10) == expected


# Service


def test_difficulty_has_mean_1_and_its_cv(world):
    sheet = world(service={"difficulty_cv": 0.6})
    assert is_about(lambda who: service.difficulty(sheet, 0, who, 0), 1)
    assert is_about(lambda who: service.difficulty(sheet, 0, who, 0) ** 2, 1.36)


def test_without_variation_every_case_is_the_same(world):
    assert service.difficulty(world(), 0, 7, 0) == 1


NO_CV = dict.fromkeys(["greet", "listen", "acknowledge", "empathise", "summarise", "action_points"], 0.0)
EXACT = {"service": {"step_cv": NO_CV}}
GREETING_ONLY = {"service": {"step_cv": NO_CV, "split": NO_CV | {"greet": 2.0}}}


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("eight minutes, as split by default", EXACT | {"investment": {"minutes_per_visit": 8.0}}, (0.5, 3, 0.5, 1, 1, 2)),
    ("four minutes, half of each", EXACT | {"investment": {"minutes_per_visit": 4.0}}, (0.25, 1.5, 0.25, 0.5, 0.5, 1)),
    ("all of it greeting", GREETING_ONLY | {"investment": {"minutes_per_visit": 4.0}}, (4, 0, 0, 0, 0, 0)),
    ("none planned", EXACT | {"investment": {"minutes_per_visit": 0.0}}, (0,) * 6),
    ("off", EXACT | {"investment": {"minutes_per_visit": 8.0, "on": False}}, (0,) * 6),
    ("left out", EXACT, (0,) * 6),
))  # fmt: skip
def test_minutes_of_the_six_steps(world, tables, expected):
    assert service.step_minutes(world(**tables), 0, 7, 0, 1.0) == pytest.approx(expected)


@pytest.mark.parametrize(("place", "plan", "cv"), rows(
    ("greet", 0, 0.5, 0.5), ("listen", 1, 3, 0.6), ("acknowledge", 2, 0.5, 0.5),
    ("empathise", 3, 1, 0.7), ("summarise", 4, 1, 0.5), ("action points", 5, 2, 0.8),
))  # fmt: skip
def test_each_step_varies_around_its_plan_by_its_own_cv(world, place, plan, cv):
    sheet = world(investment={"minutes_per_visit": 8.0})
    assert is_about(lambda who: service.step_minutes(sheet, 0, who, 0, 1.0)[place], plan)
    assert is_about(lambda who: service.step_minutes(sheet, 0, who, 0, 1.0)[place] ** 2, plan**2 * (1 + cv**2))


def test_steps_vary_independently(world):
    sheet = world(investment={"minutes_per_visit": 8.0})
    steps = np.log([service.step_minutes(sheet, 0, who, 0, 1.0) for who in range(MANY)])
    assert np.abs(np.corrcoef(steps.T) - np.eye(6)).max() < 4 / math.sqrt(MANY)


HOURLY = [1.0] * 9 + [1.5] + [1.0] * 14


@pytest.mark.parametrize(("settings", "hour", "mean"), rows(
    ("lognormal", {}, 9, 10),
    ("exponential", {"core_distribution": "exponential"}, 9, 10),
    ("erlang", {"core_distribution": "erlang"}, 9, 10),
    ("fixed", {"core_distribution": "fixed"}, 9, 10),
    ("longer in the first hour", {"core_profile": HOURLY}, 9, 15),
    ("but not in the next", {"core_profile": HOURLY}, 10, 10),
    ("in a quarter-hour of its own", {"core_profile": [1.0] * 37 + [1.3] + [1.0] * 58}, 9.25, 13),
    ("and not in the one after it", {"core_profile": [1.0] * 37 + [1.3] + [1.0] * 58}, 9.5, 10),
))  # fmt: skip
def test_core_minutes_have_their_mean(world, settings, hour, mean):
    sheet = world(service=settings)
    assert is_about(lambda who: service.core_minutes(sheet, 0, who, 0, int(hour * HOUR)), mean)


@pytest.mark.parametrize(("minutes", "expected"), rows(
    ("none", 0.0, 0), ("half the standard", 1.5, 1 - math.sqrt(0.1)), ("the standard", 3.0, 0.9),
    ("twice the standard", 6.0, 0.99), ("for ever", 1e6, 1),
))  # fmt: skip
def test_quality_of_a_step_is_nine_tenths_at_its_standard(minutes, expected):
    assert service.step_quality(2.303, minutes, 3.0) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("minutes", "expected"), rows(
    ("none", 0.0, 0), ("a minute", 1.0, MINUTE), ("next to none", 1e-9, 1), ("less than none", -1.0, 0),
))  # fmt: skip
def test_work_in_ticks(minutes, expected):
    assert service.work_ticks(minutes) == expected


# Quality

STANDARD = (0.5, 3.0, 0.5, 1.0, 1.0, 2.0)
NOTHING = (0.0,) * 6
FOR_EVER = (1e6,) * 6
ONLY = dict.fromkeys(["reliability", "responsiveness", "assurance", "empathy"], 0.0)
GREETED = (0.5, 0.0, 0.0, 0.0, 0.0, 0.0)
HALF = 1 - math.sqrt(0.1)


def experience(sheet: np.ndarray, minutes: tuple, effective: float, attentive: float, knowledge: float = 0.5) -> float:
    """Quality of a visit with so many minutes of the six steps, by an agent of usual knowledge if nothing is said."""
    return quality.experience(sheet, 0, tuple(map(float, minutes)), effective, attentive, knowledge)


@pytest.mark.parametrize(("settings", "minutes", "effective", "attentive", "expected"), rows(
    ("all steps at their standard", {}, STANDARD, 1.0, 1.0, 9.305),
    ("for ever", {}, FOR_EVER, 1.0, 1.0, 10),
    ("no minutes", {}, NOTHING, 1.0, 1.0, 3.05),
    ("no minutes, no attention", {}, NOTHING, 1.0, 0.0, 1.8),
    ("half the minutes reach the customer", {"weights": ONLY | {"assurance": 1.0}}, STANDARD, 0.5, 1.0, 10 * HALF),
    ("none of the minutes reach the customer", {}, STANDARD, 0.0, 1.0, 3.05),
    ("reliability alone", {"weights": ONLY | {"reliability": 1.0}}, STANDARD, 1.0, 1.0, 9.5),
    ("reliability, all named", {"weights": ONLY | {"reliability": 1.0}, "named_share": 1.0}, NOTHING, 1.0, 1.0, 0),
    ("responsiveness alone", {"weights": ONLY | {"responsiveness": 1.0}}, GREETED, 1.0, 1.0, 9.5),
    ("responsiveness, half attentive", {"weights": ONLY | {"responsiveness": 1.0}}, GREETED, 1.0, 0.5, 7),
    ("assurance needs both its steps", {"weights": ONLY | {"assurance": 1.0}}, (0, 3, 0, 0, 0, 0), 1.0, 1.0, 4.5),
    ("empathy needs both its steps", {"weights": ONLY | {"empathy": 1.0}}, (0, 0, 0, 1, 0, 0), 1.0, 1.0, 4.5),
    ("only proportions count", {"weights": ONLY | {"reliability": 36.0, "assurance": 36.0}}, STANDARD, 1.0, 1.0, 9.25),
))  # fmt: skip
def test_experience(world, settings, minutes, effective, attentive, expected):
    found = experience(world(quality=settings), minutes, effective, attentive)
    assert found == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(
    ("knowledge", "longer"), rows(("none", 0.0, 0.8), ("usual", 0.5, 1.0), ("all of it", 1.0, 1.2))
)
def test_knowledge_counts_like_more_effective_minutes(world, knowledge, longer):
    sheet = world(quality={})
    expected = experience(sheet, tuple(longer * minutes for minutes in STANDARD), 1.0, 1.0)
    assert experience(sheet, STANDARD, 1.0, 1.0, knowledge) == pytest.approx(expected)
    assert experience(sheet, NOTHING, 1.0, 1.0, knowledge) == experience(sheet, NOTHING, 1.0, 1.0)


@pytest.mark.parametrize(("points", "sd", "expected"), rows(
    ("as it was", 7.5, 0.0, 7.5), ("not below 0", -3.0, 0.0, 0), ("not above 10", 10.5, 0.0, 10),
    ("far below 0, with noise", -30.0, 0.5, 0), ("far above 10, with noise", 40.0, 0.5, 10),
))  # fmt: skip
def test_perception_stays_within_0_and_10(world, points, sd, expected):
    assert quality.perceived(world(quality={"perception_sd": sd}), 0, 7, 0, points) == expected


def test_perception_is_noisy_and_fair(world):
    sheet = world(quality={"perception_sd": 0.5})
    assert is_about(lambda who: quality.perceived(sheet, 0, who, 0, 5.0), 5)
    assert is_about(lambda who: (quality.perceived(sheet, 0, who, 0, 5.0) - 5) ** 2, 0.25)


@pytest.mark.parametrize(("lived", "will", "should", "expected"), rows(
    ("as expected", 7.0, 7.0, 7.0, 0),
    ("a point better", 8.0, 7.0, 7.0, 0.4),
    ("a point worse counts twice", 6.0, 7.0, 7.0, -0.8),
    ("half of each expectation", 7.0, 6.0, 8.0, 0),
    ("what should be is not met", 6.0, 6.0, 8.0, -0.8),
))  # fmt: skip
def test_surprise(world, lived, will, should, expected):
    assert quality.surprise(world(quality={}), 0, lived, will, should) == pytest.approx(expected)


def judged(
    sheet: np.ndarray, served: int, satisfaction: float, will: float, should: float, lived: float, now: int = 0
) -> tuple:
    """What a visit of this quality makes of a customer, today if nothing is said."""
    return quality.judged(sheet, 0, served, satisfaction, will, should, lived, now)


@pytest.mark.parametrize(("served", "before", "lived", "expected"), rows(
    ("at rest", 10, (7, 7, 7), 7, (7, 7, 7, 0)),
    ("a better visit lifts all three", 10, (7, 7, 7), 8, (7.14, 7.3, 7.1, 0)),
    ("a worse one leaves what should be", 10, (7, 7, 7), 6, (6.82, 6.7, 7, 0.8)),
    ("the first visit counts half", 0, (7, 7, 7), 8, (7.7, 7.3, 7.1, 0)),
    ("the second a third", 1, (7, 7, 7), 8, (7 + 1.4 / 3, 7.3, 7.1, 0)),
    ("the ninth a tenth", 8, (7, 7, 7), 8, (7.14, 7.3, 7.1, 0)),
    ("delight is at most 10", 10, (8, 5, 5), 9.5, (8.2, 6.35, 5.45, 0)),
    ("despair is at least 0", 10, (5, 9, 9), 1, (4.5, 6.6, 9, 6.4)),
))  # fmt: skip
def test_judgement(world, served, before, lived, expected):
    found = judged(world(quality={}), served, *map(float, before), float(lived))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("steady", [0.0, 3.0, 7.0, 9.0, 10.0])
@pytest.mark.parametrize("before", [(5.0, 5.0, 0.0), (9.0, 9.0, 0.0), (2.0, 10.0, 0.0)])
def test_steady_quality_leads_to_that_satisfaction(world, steady, before):
    sheet, (satisfaction, will, should) = world(quality={}), before
    for served in range(400):
        satisfaction, will, should, _ = judged(sheet, served, satisfaction, will, should, steady)
    assert (satisfaction, will) == pytest.approx((steady, steady), abs=1e-6)
    assert should <= steady + 1e-12


def test_who_once_had_better_stays_less_satisfied(world):
    sheet, (satisfaction, will, should) = world(quality={}), (7.0, 7.0, 9.0)
    for _ in range(400):
        satisfaction, will, should, _ = judged(sheet, 10, satisfaction, will, should, 7.0)
    assert (satisfaction, will, should) == pytest.approx((7 - 0.8, 7, 9))


@pytest.mark.parametrize(("tables", "in_book", "expected"), rows(
    ("in the book", {"quality": {"opening_satisfaction": 6.5}}, True, 6.5),
    ("new", {"quality": {"first_expectation": 6.0}}, False, 6),
    ("nobody judges, in the book", {"quality": {"opening_satisfaction": 6.5, "on": False}}, True, 8),
    ("nobody judges, new", {}, False, 8),
))  # fmt: skip
def test_satisfaction_before_the_first_visit(world, tables, in_book, expected):
    assert quality.before_the_first_visit(world(**tables), 0, in_book) == expected


def test_coming_in_vain_is_worth_nothing():
    assert quality.UNSERVED == 0


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("on", {"quality": {}}, True), ("off", {"quality": {"on": False}}, False), ("left out", {}, False),
))  # fmt: skip
def test_who_judges(world, tables, expected):
    assert quality.judges(world(**tables), 0) == expected


# A visit as a whole

CALM = {
    "service": {"core_distribution": "fixed", "step_cv": NO_CV},
    "quality": {"perception_sd": 0.0, "steepness": math.log(10)},
    "waiting": {"informed": True},
}
CARED_FOR = CALM | {"investment": {"minutes_per_visit": 8.0}}
VISIT = ("ends", "care", "clarifying", "soothing", "points", "reason", "size", "wrong", "remedy", "recognised", "after",
         "done")  # fmt: skip


def visited(
    sheet: np.ndarray, who: int = 7, attentive_until: int = NEVER, waited: int = 0, agent: int = 0, cases: int = 500,
    tiredness: float = 0.0, name: int = 0, crowd: int = 0, neglected: float = 0.0, known: int = -1,
    written: int = -1, complains: bool = False, failed: int = 0, satisfaction: float = 7.0,
) -> SimpleNamespace:  # fmt: skip
    """A first visit that begins at one o'clock on Monday morning; if nothing is said, nobody waits and nobody is known."""
    told = visit.visit(
        sheet, 0, who, 0, agent, 0, 0, attentive_until, training.knowledge_today(sheet, agent), cases, tiredness, name, HOUR,
        waited, True, crowd, neglected, known, written, complains, failed, satisfaction,
    )  # fmt: skip
    return SimpleNamespace(**dict(zip(VISIT, told, strict=True)))


@pytest.mark.parametrize(("tables", "waited", "expected"), rows(
    ("eight minutes of care: nothing falls short of satisfying", CARED_FOR, 0, (18, 8, 9.305, Reason.CHANCE, 0)),
    ("no care", CALM, 0, (10, 0, 3.05, Reason.CARE, 4.95)),
    ("after a short wait", CARED_FOR, 3.6, (18, 8, 9.205, Reason.WAIT, 0.1)),
    ("after a long wait", CARED_FOR, 15, (18, 8, 7.305, Reason.WAIT, 2)),
    ("after a long one without care", CALM, 15, (10, 0, 1.05, Reason.CARE, 4.95)),
    ("after one that costs more than care lacks", CALM, 33, (10, 0, 0, Reason.WAIT, 5)),
    ("nobody judges", CARED_FOR | {"quality": {"on": False}}, 15, (18, 8, 0, Reason.CHANCE, 0)),
))  # fmt: skip
def test_a_visit_to_an_attentive_agent(world, tables, waited, expected):
    minutes, care, points, reason, size = expected
    told = visited(world(**tables), waited=round(waited * MINUTE))
    assert (told.ends, told.care) == (HOUR + minutes * MINUTE, care * MINUTE)
    assert (told.points, told.reason, told.size) == (
        pytest.approx(points, abs=1e-9), reason, pytest.approx(size, abs=1e-9)
    )  # fmt: skip
    assert (told.clarifying, told.soothing, told.wrong, told.remedy) == (0, 0, NONE, Remedy.NOTHING)


def test_care_is_the_six_steps_for_a_case_as_hard_as_it_is(world):
    sheet = world(investment={"minutes_per_visit": 8.0}, service={"difficulty_cv": 0.6})
    for who in range(20):
        minutes = service.difficulty(sheet, 0, who, 0) * sum(service.step_minutes(sheet, 0, who, 0, 1.0))
        care = visited(sheet, who).care
        assert abs(care - minutes * MINUTE) <= 0.5 + 1e-6


def test_a_visit_that_takes_no_time_takes_a_tick(world):
    sheet = world(service={"core_minutes": 1e-9, "core_distribution": "fixed"})
    assert visited(sheet).ends == HOUR + 1


def test_a_pause_makes_a_visit_longer_and_less_attentive(world):
    sheet = world(**CARED_FOR | {"waiting": None}, staff={"inattentive_minutes": 3.0, "attentive_minutes": 1e5})
    lapse = int(attention.inattentive_spell(sheet, 0, 0, 0))
    told = visited(sheet, attentive_until=HOUR + MINUTE)
    away = lapse / (18 * MINUTE + lapse)
    assert told.ends == HOUR + 18 * MINUTE + lapse
    assert told.points == pytest.approx(9.305 - 10 * 0.25 * 0.5 * away)


def test_half_there_makes_a_visit_no_longer_but_less_effective(world):
    staff = {"inattentive_minutes": 1e4, "attentive_minutes": 1e5, "while_serving": "half_there"}
    sheet = world(**CARED_FOR, staff=staff)
    told = visited(sheet, attentive_until=HOUR + 9 * MINUTE)
    steps = tuple(service.step_minutes(sheet, 0, 7, 0, 1.0))
    assert told.ends == HOUR + 18 * MINUTE
    assert told.points == pytest.approx(experience(sheet, steps, 1 - 0.6 / 2, 0.5))
    assert (told.reason, told.size) == (Reason.INATTENTION, pytest.approx(9.305 - told.points))


@pytest.mark.parametrize(("staff", "care", "core"), rows(
    ("usual", {}, 8, 10),
    ("all there is to know: a tenth less care", {"knowledge": 1.0}, 7.2, 10),
    ("nothing: a tenth more", {"knowledge": 0.0}, 8.8, 10),
    ("twice as fast at the transaction", {"agent_speed": [2.0]}, 8, 5),
    ("half as fast, and all there is to know", {"agent_speed": [0.5], "agent_knowledge": [1.0]}, 7.2, 20),
    ("another agent is faster", {"agent_speed": [1.0, 2.0], "agent_knowledge": [0.5, 1.0]}, 8, 10),
))  # fmt: skip
def test_a_visit_takes_what_its_agent_needs(world, staff, care, core):
    told = visited(world(**CARED_FOR, staff=staff))
    assert (told.care, told.ends - HOUR) == (care * MINUTE, (care + core) * MINUTE)


@pytest.mark.parametrize(("wait", "inattention", "care", "expected"), rows(
    ("nothing fell short", 0.0, 0.0, 0.0, (Reason.CHANCE, 0)),
    ("the wait", 2.0, 1.0, 1.0, (Reason.WAIT, 2)),
    ("inattention", 1.0, 2.0, 1.0, (Reason.INATTENTION, 2)),
    ("care", 1.0, 1.0, 2.0, (Reason.CARE, 2)),
    ("wait and inattention alike: the wait", 2.0, 2.0, 1.0, (Reason.WAIT, 2)),
    ("inattention and care alike: inattention", 1.0, 2.0, 2.0, (Reason.INATTENTION, 2)),
    ("all alike: the wait", 2.0, 2.0, 2.0, (Reason.WAIT, 2)),
))  # fmt: skip
def test_what_fell_short_most(wait, inattention, care, expected):
    assert visit.worst(wait, inattention, care) == expected


@pytest.mark.parametrize(("size", "disappointment", "expected"), rows(
    ("not disappointed", 1.0, 0.0, Reason.WAIT),
    ("less than waited", 1.0, 0.9, Reason.WAIT),
    ("as much as waited", 1.0, 1.0, Reason.WAIT),
    ("more than waited", 1.0, 1.1, Reason.EXPECTATION),
    ("nothing fell short, but disappointed", 0.0, 0.1, Reason.EXPECTATION),
))  # fmt: skip
def test_main_reason(size, disappointment, expected):
    assert visit.main_reason(Reason.WAIT, size, disappointment) == expected


# Loyalty


SAME_GAP = {"demand": {"gap_between_cv": 0.0, "visit_gap_days": 36.5}}
LOYAL = SAME_GAP | {"loyalty": {"yearly_retention": 0.8, "natural_churn": 0.05}}


TODAY = (7.0, 0)
"""What a customer thinks should happen, and the instant: as it is in today's market."""


def staying(
    sheet: np.ndarray, gap: float, satisfaction: float, served: int, unrecovered: bool = False, should: float = 7.0,
    now: int = 0,
) -> float:  # fmt: skip
    """Chance per visit of staying for us, today if nothing is said."""
    return loyalty.staying(sheet, 0, gap, float(satisfaction), served, unrecovered, should, now)


def why_leaves(
    sheet: np.ndarray, who: int, number: int, served: int, satisfaction: float, reason: Reason
) -> int:  # fmt: skip
    """Why a customer does not come back after a visit in which this fell short."""
    return loyalty.leaves(sheet, 0, who, number, usual_gap(sheet, who), served, satisfaction, *TODAY, reason)


def why_leaves_over_failure(
    sheet: np.ndarray, who: int, number: int, served: int, before: float, after: float, reason: Reason
) -> int:
    """Why a customer who swallows this failure, or complained in vain, does not come back."""
    gap, purpose = usual_gap(sheet, who), loyalty.silence(reason)
    return loyalty.leaves_over_failure(sheet, 0, who, number, gap, served, before, after, *TODAY, purpose, reason)


def is_won(sheet: np.ndarray, who: int, number: int, served: int, satisfaction: float) -> bool:
    """Does a prospect who just bought enter the book?"""
    return loyalty.becomes_customer(sheet, 0, who, number, usual_gap(sheet, who), served, satisfaction, *TODAY)


def yearly_retention(sheet: np.ndarray, who: int, satisfaction: float, served: int) -> float:
    """The yearly retention to expect of a customer."""
    return loyalty.yearly_retention(sheet, 0, usual_gap(sheet, who), satisfaction, served, *TODAY)


@pytest.mark.parametrize(("gap", "satisfaction", "served", "expected"), rows(
    ("a visit a year, satisfied", 365.0, 8, 10, 0.8 / 0.95),
    ("ten visits a year, satisfied", 36.5, 8, 10, (0.8 / 0.95) ** 0.1),
    ("tenure beyond ten adds nothing", 365.0, 8, 50, 0.8 / 0.95),
    ("two points less: odds fall by e", 365.0, 6, 10, 1 / (1 + math.e * (0.95 / 0.8 - 1))),
    ("two points more: odds rise by e", 365.0, 10, 10, 1 / (1 + (0.95 / 0.8 - 1) / math.e)),
    ("ten visits fewer: odds fall by the square root of e", 365.0, 8, 0, 1 / (1 + math.exp(0.5) * (0.95 / 0.8 - 1))),
))  # fmt: skip
def test_chance_of_staying(world, gap, satisfaction, served, expected):
    assert staying(world(**LOYAL), gap, satisfaction, served) == pytest.approx(expected)


@pytest.mark.parametrize(("gap", "expected"), rows(
    ("a visit a year", 365.0, 0.95), ("ten visits a year", 36.5, 0.95**0.1), ("a visit in two years", 730.0, 0.9025),
))  # fmt: skip
def test_chance_of_not_leaving_naturally(world, gap, expected):
    assert loyalty.natural_staying(world(**LOYAL), 0, gap) == pytest.approx(expected)


@pytest.mark.parametrize("gap", [3.65, 36.5, 365.0, 1000.0])
@pytest.mark.parametrize(("retention", "natural"), [(0.8, 0.05), (0.5, 0.3), (0.99, 0.0)])
def test_customers_held_at_8_stay_at_the_yearly_retention_of_the_file(world, gap, retention, natural):
    tables = {"demand": {"gap_between_cv": 0.5, "visit_gap_days": gap}}
    sheet = world(**tables, loyalty={"yearly_retention": retention, "natural_churn": natural})
    assert yearly_retention(sheet, 7, 8.0, 10) == pytest.approx(retention)


def test_a_year_of_visits_leaves_the_yearly_retention(world):
    sheet = world(**LOYAL)
    stays = [all(why_leaves(sheet, who, number, 10, 8.0, Reason.CARE) == Reason.NONE for number in range(10))
             for who in range(MANY)]  # fmt: skip
    assert np.mean(stays) == pytest.approx(0.8, abs=3 * math.sqrt(0.16 / MANY))


HALF = {"yearly_retention": 0.5, "natural_churn": 0.3}
"""Of who does not leave naturally 5/7 stay at satisfaction 8, so that 0.2 leave all the same."""


@pytest.mark.parametrize(("settings", "satisfaction", "reason", "share"), rows(
    ("naturally, however satisfied", HALF, 1e3, Reason.NATURAL, 0.3),
    ("not naturally where nobody does", HALF | {"natural_churn": 0.0}, 8.0, Reason.NATURAL, 0),
    ("satisfied, for reasons of their own", HALF, 8.0, Reason.CHANCE, 0.2),
    ("satisfied, not for what fell short most", HALF, 8.0, Reason.CARE, 0),
    ("two points less: odds fall by e, for what fell short", HALF, 6.0, Reason.CARE, 0.5 - 0.7 / (1 + 0.4 * math.e)),
    ("as many as ever for reasons of their own", HALF, 6.0, Reason.CHANCE, 0.2),
    ("two points more: fewer for reasons of their own", HALF, 10.0, Reason.CHANCE, 0.7 - 0.7 / (1 + 0.4 / math.e)),
    ("nobody for what fell short", HALF, 10.0, Reason.CARE, 0),
))  # fmt: skip
def test_who_leaves_after_a_visit_a_year_and_why(world, settings, satisfaction, reason, share):
    """Whoever decides for a year, all at once."""
    sheet = world(demand={"gap_between_cv": 0.0, "visit_gap_days": 1000.0}, loyalty=settings)
    soon = 2 * YEAR

    def why(who: int) -> int:
        return loyalty.leaves_at_home(sheet, 0, who, 0, soon, 10, satisfaction, *TODAY, Reason.CARE)

    assert is_about(lambda who: why(who) == reason, share)


def test_hated_but_without_loyalty_nobody_leaves(world):
    sheet = world(loyalty={"on": False})
    assert {why_leaves(sheet, who, 0, 10, 0.0, Reason.CARE) for who in range(MANY)} == {Reason.NONE}


@pytest.mark.parametrize(("tables", "share"), rows(
    ("as a customer of ten visits would stay", LOYAL, 0.8**0.1), ("without loyalty nobody is won", SAME_GAP, 0),
))  # fmt: skip
def test_who_becomes_a_customer(world, tables, share):
    sheet = world(**tables)
    assert is_about(lambda who: is_won(sheet, who, 0, 10, 8.0), share)


def test_without_loyalty_customers_stay_for_ever(world):
    assert yearly_retention(world(), 7, 0.0, 0) == 1


# Spending

JUDGING = {"quality": {}, "spending": {"conversion": 0.5, "conversion_slope": 0.05}}


@pytest.mark.parametrize(("tables", "points", "share"), rows(
    ("a visit of quality 7", JUDGING, 7.0, 0.5),
    ("two points better", JUDGING, 9.0, 0.6),
    ("two points worse", JUDGING, 5.0, 0.4),
    ("never below 0", {"quality": {}, "spending": {"conversion": 0.1, "conversion_slope": 1.0}}, 0.0, 0),
    ("never above 1", {"quality": {}, "spending": {"conversion": 0.9, "conversion_slope": 1.0}}, 10.0, 1),
    ("quality counts only where it is judged", {"spending": {"conversion": 0.5, "conversion_slope": 1.0}}, 0.0, 0.5),
    ("off", {"spending": {"conversion": 1.0, "on": False}}, 7.0, 0),
    ("left out", {}, 7.0, 0),
))  # fmt: skip
def test_who_buys(world, tables, points, share):
    sheet = world(**tables)
    assert is_about(lambda who: spending.buys(sheet, 0, who, 0, points), share)


@pytest.mark.parametrize(("tables", "mean", "square"), rows(
    ("lognormal", {"spending": {"basket_mean": 50.0, "basket_cv": 0.7}}, 50, 2500 * 1.49),
    ("always the same", {"spending": {"basket_mean": 50.0, "basket_cv": 0.0}}, 50, 2500),
    ("nothing to pay", {"spending": {"basket_mean": 0.0}}, 0, 0),
    ("off", {"spending": {"on": False}}, 0, 0),
))  # fmt: skip
def test_baskets(world, tables, mean, square):
    sheet = world(**tables)
    assert is_about(lambda who: spending.basket(sheet, 0, who, 0, 10, 30.0), mean)
    assert is_about(lambda who: spending.basket(sheet, 0, who, 0, 10, 30.0) ** 2, square)


THINKS = {"spending": {"second_thought_probability": 0.25, "second_thought_limit": 3}}


@pytest.mark.parametrize(("tables", "declined", "share"), rows(
    ("after the first no", THINKS, 1, 0.25),
    ("after the third", THINKS, 3, 0.25),
    ("after the fourth", THINKS, 4, 0),
    ("none allowed", {"spending": {"second_thought_probability": 1.0, "second_thought_limit": 0}}, 1, 0),
    ("off", {"spending": {"second_thought_probability": 1.0, "on": False}}, 1, 0),
))  # fmt: skip
def test_who_comes_again_on_second_thought(world, tables, declined, share):
    sheet = world(**tables)
    assert is_about(lambda who: spending.second_thought(sheet, 0, who, 0, declined, HOUR) < NEVER, share)


def test_second_thoughts_take_their_mean_in_days(world):
    sheet = world(**ALWAYS, spending={"second_thought_probability": 1.0})
    assert is_about(lambda who: (spending.second_thought(sheet, 0, who, 0, 1, HOUR) - HOUR) / DAY, 14)


@pytest.mark.parametrize(("tables", "expected"), rows(
    ("on", {"spending": {}}, True), ("off", {"spending": {"on": False}}, False), ("left out", {}, False),
))  # fmt: skip
def test_where_something_is_sold(world, tables, expected):
    assert spending.sells(world(**tables), 0) == expected


# Demand

THREE = [{"name": "few", "share": 0.1}, {"name": "some", "share": 0.3}, {"name": "most", "share": 0.6}]


@pytest.mark.parametrize(("segment", "share"), rows(("few", 0, 0.1), ("some", 1, 0.3), ("most", 2, 0.6)))
def test_segments_have_their_shares(world, segment, share):
    sheet = world(segments=THREE)
    assert is_about(lambda who: demand.segment_of(sheet, who) == segment, share)


def next_visit(sheet: np.ndarray, who: int, number: int) -> int:
    """When a customer comes again who was here at one o'clock on Monday morning."""
    return int(demand.next_visit(sheet, 0, who, number, usual_gap(sheet, who), HOUR))


def first_visit(sheet: np.ndarray, who: int) -> int:
    """When a customer of the opening book first comes."""
    return int(demand.first_visit(sheet, 0, who))


def usual_gap(sheet: np.ndarray, who: int) -> float:
    """A customer's own mean gap between visits, in days."""
    return demand.usual_gap(sheet, 0, who)


@pytest.mark.parametrize(("between", "within"), rows(
    ("customers differ", 0.5, {"gap_distribution": "fixed"}),
    ("lognormal gaps", 0.0, {"gap_cv": 0.7}),
    ("exponential gaps", 0.0, {"gap_distribution": "exponential"}),
    ("weibull gaps", 0.0, {"gap_distribution": "weibull", "gap_shape": 0.7}),
))  # fmt: skip
def test_gaps_between_visits_have_their_mean(world, between, within):
    sheet = world(**ALWAYS, demand={"visit_gap_days": 30.0, "gap_between_cv": between, **within})
    assert is_about(lambda who: (next_visit(sheet, who, 0) - HOUR) / DAY, 30)


def test_fixed_gaps_are_the_customers_own(world):
    sheet = world(**ALWAYS, demand={"gap_distribution": "fixed"})
    gaps = {next_visit(sheet, 7, number) - HOUR for number in range(10)}
    assert max(abs(gap - usual_gap(sheet, 7) * DAY) for gap in gaps) <= 1


@pytest.mark.parametrize(("settings", "mean"), rows(
    ("fixed gaps: half a gap", {"gap_distribution": "fixed"}, 15),
    ("exponential gaps: a gap", {"gap_distribution": "exponential"}, 30),
    ("lognormal gaps: half of 1 + cv²", {"gap_cv": 0.7}, 30 * 1.49 / 2),
))  # fmt: skip
def test_the_book_is_found_in_the_midst_of_its_gaps(world, settings, mean):
    sheet = world(**ALWAYS, demand={"visit_gap_days": 30.0, "gap_between_cv": 0.0, **settings})
    assert is_about(lambda who: first_visit(sheet, who) / DAY, mean)


def test_the_book_visits_as_often_in_its_first_days_as_it_ever_will(world):
    sheet = world(**ALWAYS, demand={"visit_gap_days": 30.0, "gap_between_cv": 0.0, "gap_cv": 0.7})
    assert is_about(lambda who: first_visit(sheet, who) < 3 * DAY, 0.1)


@pytest.mark.parametrize(("who", "expected"), rows(
    ("the first of the book", 0, True), ("a large book", 10_000_000, True),
    ("a prospect", demand.prospect_key(0, 0, 0), False), ("a late one", demand.prospect_key(7280, 0, 10**6), False),
    ("an agent", attention.agent_key(0), False), ("a day", demand.day_key(0), False),
))  # fmt: skip
def test_who_was_in_the_opening_book(who, expected):
    assert demand.of_opening_book(who) == expected


def test_everybody_has_a_name_of_their_own():
    prospects = [demand.prospect_key(day, layer, number) for day in (0, 1, 7280) for layer in (0, 1, 255)
                 for number in (0, 1, 2**28 - 1)]  # fmt: skip
    others = [0, 1, attention.agent_key(0), attention.agent_key(999), demand.day_key(0), demand.day_key(7280)]
    names = [int(name) for name in prospects + others]
    assert len(set(names)) == len(names)
    assert all(0 <= name < 2**63 for name in names)
    assert {int(name) >> 60 for name in prospects} == {Kind.PROSPECT}


def test_a_customer_of_the_opening_book_has_visits_behind(world):
    assert demand.visits_behind(world(demand={"opening_tenure": 4}), 0) == 4


# Dispatch and amounts


def rank(sheet: np.ndarray, segment: int, joined: int, who: int, complains: bool = False) -> tuple[int, int]:
    """The place in the queue of a customer of ten visits, who comes every 30 days."""
    return dispatch.rank(sheet, segment, joined, who, 0, complains, 10, 30.0)


def test_who_joined_first_is_first_and_then_the_smaller_name(world):
    sheet, order = world(), [(5, 2), (5, 1), (4, 9)]
    assert sorted(order, key=lambda one: rank(sheet, 0, *one)) == [(4, 9), (5, 1), (5, 2)]


def test_who_has_been_free_longest_serves_and_then_the_lower_number(world):
    sheet, order = world(staff={"agents": 10}), [(5, 2), (5, 1), (4, 9)]
    assert sorted(order, key=lambda one: dispatch.readiness(sheet, *one)) == [(4, 9), (5, 1), (5, 2)]


@pytest.mark.parametrize(("amount", "expected"), rows(
    ("nothing", 0.0, 0), ("one", 1.0, 1_000_000), ("half a millionth", 0.5e-6, 1), ("less", 0.4e-6, 0),
    ("a million", 1e6, 10**12), ("a debt", -1.0, -1_000_000),
))  # fmt: skip
def test_millionths(amount, expected):
    assert millionths(amount) == expected


def test_a_year_has_as_many_days_for_all_rules():
    assert DAYS_PER_YEAR == 365
