"""Theory of the changing world: word of mouth, rivals, advertising, training, the house and worth against closed forms.

Told by the compiled loop, which tells what the story tells (`test_twins`), so that standard errors are small in a
moment.
"""

import math
from functools import partial

import numpy as np
import pytest
from conftest import meets_the_textbook
from test_theory_failure import meets, simulated

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.scenario.read import checked
from servsim.study.verification import market_formulas as forms
from servsim.study.verification import queueing_formulas as failing
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.market_desks import (
    AT_ONCE,
    MONTH_WEEKS,
    around,
    book,
    drifting,
    families,
    income,
    money_of_years,
    most_valued_first,
    newcomer,
    staying,
)
from servsim.study.verification.textbook_desks import MINUTES, Case, desk
from servsim.units import DAY, MINUTE, MONTH

DESKS = {case.name: case for case in around()}
nightly = pytest.mark.nightly
told = partial(meets_the_textbook, engine="fast")


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("families of the told", 0.2),
        ("advertised more", 1.0),
        ("taught for a year", 1.0),
        ("learning curve", 1.0),
        ("M/G/1, house first", 0.08),
        ("M/G/1, callers first", 0.1),
        ("one agent in three", 0.3),
        ("their own agent", 0.2),
        ("M/M/1/0, tiring", 0.4),
        ("income of a book", 1.0),
        ("customers who come seldom", 1.0),
        ("a book of newcomers", 1.0),
        pytest.param("advertised less", 1.0, marks=nightly),
        pytest.param("taught for long", 1.0, marks=nightly),
        pytest.param("loss aversion", 1.0, marks=nightly),
        pytest.param("M/M/5+G, callers", 0.06, marks=nightly),
        pytest.param("a book that grows", 1.0, marks=nightly),
        pytest.param("a finite pool", 1.0, marks=nightly),
        pytest.param("win-stay, lose-shift", 0.3, marks=nightly),
        pytest.param("M/M/2, house last", 0.12, marks=nightly),
    ],
)
def test_the_world_around(name, share):
    told(DESKS[name], share)


@nightly
@pytest.mark.parametrize("rivals", [drifting, newcomer])
def test_rivals_who_become_better(rivals):
    told(rivals(many=800))


@pytest.mark.parametrize("years", [2, pytest.param(10, marks=nightly)])
def test_money_of_years_that_are_simulated(years):
    told(money_of_years(many=400, years=years))


def test_colleagues_in_turn_with_customers_wait_as_long_as_they():
    rate, requests, minutes, cv = 0.03, 0.04, 6.0, 0.7
    in_hand = failing.residual((rate, MINUTES, 1.0), (requests, minutes, cv))
    (wait,) = failing.priorities(in_hand, [rate * MINUTES + requests * minutes])
    internal = {"requests_per_hour": 60 * requests, "request_minutes": minutes, "request_cv": cv}
    tables = desk(rate * MINUTES, 1, internal=internal)
    told(Case("in turn", tables, 6.0, {"request_wait_mean": wait, "wait_mean": wait}))


@pytest.mark.parametrize("referrals", [0.2, 0.4])
def test_who_is_told_tells_others(referrals):
    told(families(referrals, weeks=1.0))


# What no metric says: read from the trace


def trace_of(tables: dict, weeks: float, number: int = 0):
    """What happens at a desk that is always open, in one replication."""
    scenario = checked({"opening": {"always": True}, "horizon": {"weeks": weeks}, **tables}, "a desk")
    return fast.simulate(to_sheet(scenario, seed=3, replication=number))


def test_a_newcomers_cases_are_wrights():
    training = {"turnover": 0.999, "newcomer_cases": 5, "settled_cases": 40, "learning_rate": 0.8}
    tables = {"demand": {"prospects_per_hour": 1.0}, "staff": {"agents": 1}, "training": training,
              "service": {"core_minutes": MINUTES, "core_distribution": "fixed"}}  # fmt: skip
    trace = trace_of(tables, 12 * MONTH_WEEKS)
    begun, done = trace.of(Happening.STARTED)[:, 0], trace.of(Happening.FINISHED)[:, 0]
    lasted = (done - begun[: len(done)]) / MINUTE
    replaced = trace.of(Happening.REPLACED)[:, 0]
    assert len(replaced) > 3
    for first in np.searchsorted(begun, replaced):
        expected = [forms.case_minutes(5 + case, MINUTES, 40, 0.8) for case in range(60)]
        assert lasted[first : first + 60] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("ratio", "elasticity"), [(5.0, 0.7), (0.2, 0.7), (0.0, 0.3)])
def test_prospects_follow_the_adstock_month_by_month(ratio, elasticity):
    spent = {"usual_per_month": 300.0, "budget_per_month": 300.0 * ratio, "elasticity": elasticity, "carry_over": 0.6}
    tables = {**desk(0.0, 20, AT_ONCE), "demand": {"prospects_per_hour": 20.0}, "advertising": spent}
    ticks = trace_of(tables, 6 * MONTH_WEEKS).of(Happening.ARRIVED)[:, 0]
    seen = np.bincount(ticks // MONTH, minlength=6)
    expected = [20.0 * 730 * forms.advertising_lift(ratio, 0.6, month, elasticity) for month in range(6)]
    assert np.all(np.abs(seen - expected) <= 3.5 * np.sqrt(expected))


def test_share_of_visits_falls_to_that_of_win_stay_purchase_by_purchase():
    many, gap, back, visits = 2000, 7.0, 0.3, 6
    leave = 1.0 - known.staying_per_visit(1e-6, gap)
    tables = {**desk(0.0, 20, AT_ONCE), "demand": book(many, gap, "fixed"), "loyalty": staying(1e-6),
              "competitors": {"rival_drift": 0.0, "return_share": back}}  # fmt: skip
    replications = [trace_of(tables, visits * gap / 7, number).of(Happening.ARRIVED)[:, 0] for number in range(24)]
    shares = [np.bincount(ticks // int(gap * DAY), minlength=visits) / many for ticks in replications]
    for purchases in range(visits):
        share = forms.win_stay_share_after(leave, back, 1.0, purchases)
        meets([float(by_purchase[purchases]) for by_purchase in shares], share)


def test_rivals_who_stay_as_they_are_change_nothing():
    tables = {**desk(0.0, 5, AT_ONCE), "demand": book(300, 36.5, "lognormal"), "loyalty": {"yearly_retention": 0.6}}
    assert trace_of({**tables, "competitors": {"rival_drift": 0.0}}, 52.0) == trace_of(tables, 52.0)


# The same on average, or more of it, in common replications


def in_order(policy: str):
    """A desk where half of the customers spend more and the other half have priority."""
    case = most_valued_first(agents=2, load=1.2, weeks=8)
    spenders, others = case.tables["segments"]
    case.tables["waiting"]["queue_policy"] = policy
    case.tables["segments"] = [spenders, {**others, "waiting": {"priority": 1}}]
    return case.scenario()


def test_who_is_first_does_not_change_how_long_all_wait():
    policies = ["equal", "by_value", "by_segment"]
    equal, by_value, by_segment = simulated([in_order(policy) for policy in policies], 24, "wait_mean")
    wait = known.erlang_c(1.2 / MINUTES, MINUTES, 2).wait
    for waits in (by_value, by_segment):
        gaps = waits - equal
        error = np.std(gaps, ddof=1) / math.sqrt(len(gaps))
        assert error <= 0.02 * wait
        assert abs(np.mean(gaps)) <= 3 * error


def test_worth_rises_with_retention_as_its_elasticity_says():
    levels = (0.57, 0.63)
    cash = simulated([income(1000, kept).scenario() for kept in levels], 48, "cash")
    more = math.log(levels[1] / levels[0])
    worth = [math.log(forms.worth_paid_first(1.0, kept, 0.1)) for kept in levels]
    elasticity = (worth[1] - worth[0]) / more
    assert elasticity == pytest.approx(forms.elasticity_to_retention(0.6, 0.1) - 1.0, rel=0.01)
    meets(list(np.log(cash[1] / cash[0]) / more), elasticity)
