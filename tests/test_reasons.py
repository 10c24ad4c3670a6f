"""Reasons: what a customer who is lost was lost for, which is what exceeds the ordinary.

Who would have left had they been satisfied at 8, too, left for reasons of their own (`Reason.CHANCE`); who moves away
or needs it no longer, left naturally. Everybody else left for what fell short most. Who leaves is another matter: a
reason is read off the same uniform.
"""

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules import LOYAL, MANY, NO_CV, is_about, rows

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Purpose, Reason
from servsim.model import fast
from servsim.model.random_numbers import drawn
from servsim.model.rules import loyalty
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.verification.random_scenarios import random_scenario
from servsim.units import MILLIONTHS, YEAR

OF_THEIR_OWN = {Reason.CHANCE, Reason.NATURAL}
"""Reasons that nothing at the desk gives."""
OF_A_VISIT = {Reason.WAIT, Reason.ABANDONED, Reason.INATTENTION, Reason.CARE, Reason.EXPECTATION}

# The rule


MARKETS = rows(
    ("today's market", {}),
    ("rivals who become better", {"competitors": {"rival_drift": 2.0}}),
    ("rivals who become worse", {"competitors": {"rival_drift": -4.0}}),
    ("customers who expect more every year, at higher prices",
     {"quality": {"should_drift": 1.0}, "competitors": {"rival_drift": 1.0}, "spending": {"price_level": 1.4}}),
)  # fmt: skip
SOMEBODY = {
    "who": st.integers(0, 10**6), "number": st.integers(0, 100), "gap": st.floats(1, 1000), "served": st.integers(0, 30),
    "satisfaction": st.floats(0, 10), "should": st.floats(0, 10), "now": st.integers(0, 5 * YEAR),
    "reason": st.sampled_from(sorted(OF_A_VISIT)),
}  # fmt: skip
"""A customer after a visit, in which this fell short most."""


@pytest.mark.parametrize("tables", MARKETS)
@given(**SOMEBODY)
def test_who_leaves_is_who_draws_more_than_the_chance_of_staying(
    world, tables, who, number, gap, served, satisfaction, should, now, reason
):
    """Whatever the reason, and to the last bit."""
    sheet = world(**LOYAL, **tables)
    natural, u = (drawn(sheet, who, number, purpose) for purpose in (Purpose.NATURAL, Purpose.STAY))
    days = loyalty.decides_for(sheet, 0, who, number, gap, now)
    stays = loyalty.staying(sheet, 0, days, satisfaction, served, False, should, now)
    leaves = natural >= loyalty.natural_staying(sheet, 0, days) or u >= stays
    why = loyalty.leaves(sheet, 0, who, number, gap, served, satisfaction, should, now, reason)
    assert (why != Reason.NONE) == leaves


@pytest.mark.parametrize("tables", MARKETS)
@given(**SOMEBODY)
def test_the_reason_is_told_by_the_same_uniform(
    world, tables, who, number, gap, served, satisfaction, should, now, reason
):
    sheet = world(**LOYAL, **tables)
    u = drawn(sheet, who, number, Purpose.STAY)
    pulled = (sheet, 0, loyalty.decides_for(sheet, 0, who, number, gap, now))
    now_and_here = (served, False, should, now)
    bounds = [
        (loyalty.staying(*pulled, satisfaction, *now_and_here), Reason.NONE),
        (loyalty.staying_against(*pulled, satisfaction, served, False, 1.0), Reason.COMPETITOR),
        (loyalty.staying(*pulled, 8.0, *now_and_here), reason),
        (1.0, Reason.CHANCE),
    ]
    expected = next(named for bound, named in bounds if u < bound)
    if drawn(sheet, who, number, Purpose.NATURAL) >= loyalty.natural_staying(*pulled):
        expected = Reason.NATURAL
    assert loyalty.leaves(sheet, 0, who, number, gap, served, satisfaction, should, now, reason) == expected


@pytest.mark.parametrize(("satisfaction", "gap"), list(product([0.0, 4.0, 7.0, 8.0, 9.0], [36.5, 180.0])))
def test_shares_move_in_proportion_to_what_exceeds_the_ordinary(world, satisfaction, gap):
    """Of all visits a · (p(8) − p(S)) end for what fell short, none above 8, and the rest of 1 − p(S) by chance."""
    sheet = world(**LOYAL)
    natural, ordinary = 0.95 ** (gap / 365), (0.8 / 0.95) ** (gap / 365)
    stays = ordinary / (ordinary + (1 - ordinary) * math.exp(-0.5 * (satisfaction - 8)))

    def leaves_for(reason: Reason) -> Callable[[int], bool]:
        return lambda who: loyalty.leaves(sheet, 0, who, 0, gap, 10, satisfaction, 7.0, 0, Reason.CARE) == reason

    assert is_about(leaves_for(Reason.CARE), natural * max(0.0, ordinary - stays))
    assert is_about(leaves_for(Reason.CHANCE), natural * (1 - max(ordinary, stays)))
    assert is_about(leaves_for(Reason.NONE), natural * stays)


def test_a_visit_that_was_a_little_worse_gives_nobody_else_a_reason(world):
    """From satisfaction 8 down, some more leave, all of them for what fell short; nobody's reason changes again."""
    sheet = world(**LOYAL)
    found = [
        np.array([loyalty.leaves(sheet, 0, who, 0, 365.0, 10, s, 7.0, 0, Reason.WAIT) for who in range(MANY)])
        for s in (9.0, 8.0, 7.9, 7.0, 5.0)
    ]
    for better, worse in pairwise(found[1:]):
        moved = better != worse
        assert moved.any()
        assert set(better[moved]) == {Reason.NONE}
        assert set(worse[moved]) == {Reason.WAIT}
    assert set(found[0]) == set(found[1]) == {Reason.NONE, *OF_THEIR_OWN}


def asked_for(rules: Any, monkeypatch: pytest.MonkeyPatch) -> list[Purpose]:
    """What these rules draw for from now on."""
    purposes: list[Purpose] = []

    def noted(sheet: np.ndarray, who: int, visit: int, purpose: int) -> float:
        purposes.append(Purpose(purpose))
        return float(drawn(sheet, who, visit, purpose))

    monkeypatch.setattr(rules, "drawn", noted)
    return purposes


def test_a_reason_takes_no_draw_of_its_own(world, plain, monkeypatch):
    sheet = world(**LOYAL, competitors={"rival_drift": 2.0}).view(np.recarray)
    rules = plain("rules/loyalty")
    purposes = asked_for(rules, monkeypatch)
    seen = set()
    for who, satisfaction in product(range(400), (2.0, 9.0)):
        purposes.clear()
        why = rules.leaves(sheet, 0, who, 0, 365.0, 10, satisfaction, 7.0, YEAR, Reason.WAIT)
        seen.add(Reason(why))
        assert purposes == [Purpose.NATURAL] if why == Reason.NATURAL else [Purpose.NATURAL, Purpose.STAY]
    assert seen == {Reason.NONE, Reason.NATURAL, Reason.COMPETITOR, Reason.WAIT, Reason.CHANCE}
    purposes.clear()
    rules.leaves_over_failure(sheet, 0, 7, 0, 36.5, 10, 8.0, 6.0, 7.0, 0, Purpose.STAY_AFTER_MISTAKE, Reason.MISTAKE)
    assert purposes == [Purpose.STAY_AFTER_MISTAKE]


@pytest.mark.parametrize("before", [3.0, 8.0, 10.0])
@pytest.mark.parametrize("loss", [0.5, 3.0])
def test_who_leaves_over_a_failure_leaves_for_it_however_satisfied(world, before, loss):
    """Without it all of them would stay where they are asked: so it is the reason for everybody who does not."""
    sheet = world(**LOYAL)

    def why(who: int, after: float) -> int:
        stay = Purpose.STAY_AFTER_MISTAKE
        return loyalty.leaves_over_failure(sheet, 0, who, 0, 365.0, 10, before, after, 7.0, 0, stay, Reason.MISTAKE)

    assert {why(who, before) for who in range(MANY)} == {Reason.NONE}
    assert {why(who, before - loss) for who in range(MANY)} == {Reason.NONE, Reason.MISTAKE}


# Desks with one fault, or none


def desk(**tables: Any) -> Scenario:
    """Everybody is seen to at once, for long enough, with all attention, and expects no more; and what is changed."""
    usual: dict[str, dict[str, Any]] = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 1.0, "opening_book": 1000, "visit_gap_days": 10.0},
        "staff": {"agents": 30},
        "service": {"core_minutes": 10.0, "step_cv": NO_CV},
        "investment": {"minutes_per_visit": 10.0},
        "waiting": {},
        "quality": {"perception_sd": 0.0, "opening_satisfaction": 9.0, "first_expectation": 8.0},
        "loyalty": {"yearly_retention": 0.3, "natural_churn": 0.2},
        "spending": {},
        "horizon": {"weeks": 8.0},
    }
    whole = {name: {**usual.get(name, {}), **tables.get(name, {})} for name in usual | tables}
    return checked(whole, "a desk")


def reasons(scenario: Scenario) -> Counter[Reason]:
    """How many are lost for which reason in one replication."""
    return Counter(Reason(value) for value in fast.simulate(to_sheet(scenario)).of(H.LOST)[:, 4].tolist())


FAULTS = rows(
    ("none", {}, set()),
    ("none, though something better is had for more minutes", {"investment": {"minutes_per_visit": 5.0}}, set()),
    ("a wait that nobody leaves", {"staff": {"agents": 1}, "waiting": {"patience_distribution": "never"},
                                   "demand": {"prospects_per_hour": 0.2, "opening_book": 400}}, {Reason.WAIT}),
    ("a wait that some leave", {"staff": {"agents": 2}}, {Reason.WAIT, Reason.ABANDONED}),
    ("a queue that some do not join", {"staff": {"agents": 2}, "waiting": {"balk_scale_minutes": 10.0, "wait_weight": 0.0}},
     {Reason.ABANDONED}),
    ("too little time", {"investment": {"minutes_per_visit": 1.0}}, {Reason.CARE}),
    ("no time at all", {"investment": {"minutes_per_visit": 0.0}}, {Reason.CARE}),
    ("agents who are elsewhere",
     {"staff": {"agents": 100, "attentive_minutes": 2.0, "inattentive_minutes": 60.0, "while_serving": "half_there"},
      "investment": {"minutes_per_visit": 5.0}, "waiting": {"on": False}}, {Reason.INATTENTION}),
    ("customers who are used to better",
     {"quality": {"opening_expectation": 10.0, "first_expectation": 10.0, "disconfirmation": 1.5},
      "investment": {"minutes_per_visit": 5.0}}, {Reason.EXPECTATION}),
    ("mistakes", {"mistakes": {"mistake_share": 0.3, "listening_effect": 0.0, "catch_share": 0.0},
                  "recovery": {"voice_share": 0.0}}, {Reason.MISTAKE}),
)  # fmt: skip
"""A desk's fault, and the reasons that it gives."""


@pytest.mark.parametrize(("tables", "given_by_it"), FAULTS)
def test_a_desk_with_one_fault_gives_that_reason_and_no_other(tables, given_by_it):
    found = reasons(desk(**tables))
    assert set(found) == OF_THEIR_OWN | given_by_it
    assert all(found[reason] >= 5 for reason in given_by_it)


@pytest.mark.parametrize("number", range(40))
def test_nobody_who_is_satisfied_leaves_for_a_visit(number):
    """In random replications in which nothing is won over, whose relief makes nobody more loyal than they are satisfied."""
    drawn_one = random_scenario(np.random.default_rng(number), storm=number % 2 == 1)
    trace = fast.simulate(to_sheet(drawn_one.model_copy(update={"recovery": None, "segments": []}), number))
    judged = {(who, tick): value for tick, _, who, _, value in trace.of(H.JUDGED).tolist()}
    for tick, _, who, _, why in trace.of(H.LOST).tolist():
        if why in OF_A_VISIT:
            assert judged[who, tick] < 8 * MILLIONTHS


@pytest.mark.parametrize("minutes", [0.0, 1.0, 2.0, 3.0])
def test_steady_quality_below_8_loses_what_it_falls_short_and_no_more(minutes):
    """Customers held at the quality of every visit, all with ten visits behind them: three counts of all visits."""
    steady = {"investment": {"minutes_per_visit": minutes}, "waiting": {"on": False},
              "demand": {"prospects_per_hour": 0.0, "opening_book": 3000, "gap_between_cv": 0.0}}  # fmt: skip
    (points,) = set(fast.simulate(to_sheet(desk(**steady, horizon={"weeks": 0.5}))).of(H.FINISHED)[:, 4].tolist())
    level = points / MILLIONTHS
    held = {"opening_satisfaction": level, "opening_expectation": level}
    trace = fast.simulate(to_sheet(desk(**steady, quality=held)))
    visits, found = len(trace.of(H.FINISHED)), Counter(trace.of(H.LOST)[:, 4].tolist())
    natural, ordinary = 0.8 ** (10 / 365), (0.3 / 0.8) ** (10 / 365)
    stays = ordinary / (ordinary + (1 - ordinary) * math.exp(-0.5 * (level - 8)))
    expected = {Reason.CARE: natural * (ordinary - stays), Reason.CHANCE: natural * (1 - ordinary),
                Reason.NATURAL: 1 - natural}  # fmt: skip
    assert level < 8
    assert set(found) == set(expected)
    for reason, share in expected.items():
        assert abs(found[reason] - visits * share) <= 3.5 * math.sqrt(visits * share)
