"""Day factors: gamma beside the lognormal; a published centre of 13 hours; and how much customers' usual gaps may differ."""

import math

import numpy as np
import pytest
from scipy import stats

from servsim import run
from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import fast, reference
from servsim.model.rules.demand import busyness, usual_gap
from servsim.scenario.read import checked
from servsim.study.check.before_simulation import hardly_away
from servsim.study.expected_visits import weekly_visits
from servsim.study.verification import queueing_formulas as known
from servsim.units import DAY

GAMMA = {"busyness_law": "gamma"}
EVERY_DAY = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "08:00-21:00")

# Gamma


@pytest.mark.parametrize("cv", [0.05, 0.3, 1.0, 1.9])
def test_a_days_factor_is_gamma_with_mean_1_and_the_cv_of_the_file(world, cv):
    sheet = world(demand={"busyness_cv": cv, **GAMMA})
    factors = np.array([busyness(sheet, day) for day in range(20_000)])
    assert (
        stats.ks_1samp(factors, stats.gamma(1 / cv**2, scale=cv**2).cdf).statistic
        < 1.63 / math.sqrt(len(factors)) + 1e-3
    )
    assert abs(factors.mean() - 1) < 4 * cv / math.sqrt(len(factors))
    table = sheet[0]["busyness_table"]
    z = np.linspace(-8, 8, 160_001)
    weights = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    assert weights @ np.interp(z, np.linspace(-8, 8, len(table)), table) == pytest.approx(1, abs=2e-4)


def test_days_that_hardly_differ_are_alike(world):
    for cv in (1e-9, 1e-200):
        assert busyness(world(demand={"busyness_cv": cv, **GAMMA}), 3) == pytest.approx(1, abs=1e-7)
    assert busyness(world(demand={"busyness_cv": 0.0, **GAMMA}), 3) == 1


def test_a_days_prospects_are_negative_binomial():
    """Poisson with a gamma mean. Source: Jongbloed and Koole (2001)."""
    tables = {"opening": EVERY_DAY, "demand": {"prospects_per_hour": 3.0, "busyness_cv": 0.6, **GAMMA}, "staff": {"agents": 50},
              "horizon": {"weeks": 200.0, "years": 4.0}}  # fmt: skip
    came = fast.simulate(to_sheet(checked(tables, "test"))).of(Happening.ARRIVED)[:, 0]
    counts = np.bincount(came // DAY, minlength=1400)
    shape, mean = 1 / 0.36, 39.0
    law = stats.nbinom(shape, shape / (shape + mean))
    assert stats.ks_1samp(counts, law.cdf).statistic < 1.63 / math.sqrt(len(counts))
    assert counts.var() == pytest.approx(law.var(), rel=0.15)


def test_both_engines_tell_the_same_days():
    tables = {
        "demand": {"prospects_per_hour": 9.0, "busyness_cv": 0.8, **GAMMA},
        "waiting": {},
        "horizon": {"weeks": 3.0},
    }
    sheet = to_sheet(checked(tables, "test"))
    assert fast.simulate(sheet).digest() == reference.simulate(sheet).digest()


# A published centre: Γ(10, 10) days of 13 hours

AGENTS = [4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4]
PUBLISHED_DAYS = 1000
CALLS = [100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60]


def centre(weeks: float):
    """Calls by the hour and agents by the hour, from eight to nine; a tenth of those who must wait leave at once."""
    before, after = [0.0] * 8, [0.0] * 3
    return checked({
        "opening": EVERY_DAY,
        "demand": {"prospects_per_hour": sum(CALLS) / 13, "profile": [*before, *map(float, CALLS), *after],
                   "busyness_cv": math.sqrt(0.1), **GAMMA},
        "staff": {"roster": {"every_day": [*before, *map(float, AGENTS), *after]}},
        "service": {"core_minutes": 100 / 60, "core_distribution": "exponential"},
        "waiting": {"patience_minutes": 1000 / 60, "leave_at_once_share": 0.1, "target_seconds": 20.0},
        "horizon": {"weeks": weeks, "years": weeks / 52},
    }, "centre")  # fmt: skip


@pytest.mark.parametrize(("weeks", "sharp"), [
    pytest.param(8.0, 0.08, id="short"),
    pytest.param(104.0, 0.02, id="long", marks=pytest.mark.nightly),
])  # fmt: skip
def test_a_published_centre_of_13_hours(weeks, sharp):
    """11.8 to 12.0 s a call, .853 within 20 s, .034 to .035 lost, each of expected calls: sums over sums.

    Those are taken to be of a thousand days, and have an error of their own. An event simulation written for this check alone
    gave 12.48 ± .09 s, .8548 ± .0007 and .0365 ± .0002 in 90,000 days (one standard error each).
    """
    found = run(centre(weeks), replications=40, controls=False, workers=1, store=None)
    calls = found.sample("arrivals")
    for name, low, high, exact, sharp_of_exact, unit in (
        ("wait_mean", 11.8, 12.0, 12.48, 0.09, 60.0),
        ("waited_within_target", 0.8525, 0.8535, 0.8548, 0.0007, 1.0),
        ("abandoned_share", 0.034, 0.035, 0.0365, 0.0002, 1.0),
    ):  # fmt: skip
        sample = found.sample(name) * unit
        whole = float((sample * calls).sum() / calls.sum())
        error = float((calls * (sample - whole)).std(ddof=1) / calls.mean() / math.sqrt(len(calls)))
        assert error < sharp * whole, (name, whole, error)
        theirs = error * math.sqrt(len(calls) * weeks * 7 / PUBLISHED_DAYS)
        assert low - 3 * math.hypot(error, theirs) < whole < high + 3 * math.hypot(error, theirs), (name, whole, error)
        assert abs(whole - exact) < 3 * math.hypot(error, sharp_of_exact), (name, whole, error)


# Usual gaps that differ widely


@pytest.mark.parametrize("cv", [0.5, 3.0, 6.0])
def test_usual_gaps_have_their_mean_and_rates_theirs_however_they_differ(world, cv):
    """E[gap] is the file's and E[1/gap] = (1 + cv²)/gap: in the middle half of draws, and in means of logarithms."""
    sheet = world(demand={"visit_gap_days": 90.0, "gap_between_cv": cv, "opening_book": 10})
    logs = np.log([usual_gap(sheet, 0, who) for who in range(40_000)])
    variance = math.log(1 + cv**2)
    assert abs(logs.mean() - (math.log(90.0) - variance / 2)) < 4 * math.sqrt(variance / len(logs))
    assert logs.var() == pytest.approx(variance, rel=4 * math.sqrt(2 / len(logs)))
    assert stats.ks_1samp(logs, stats.norm(math.log(90.0) - variance / 2, math.sqrt(variance)).cdf).statistic < 0.009


def test_a_book_whose_gaps_differ_widely_comes_as_often_as_is_reckoned():
    """Visits of a renewal process of each customer: book · (1 + cv²)/gap, at a cv of 5."""
    tables = {
        "opening": {"always": True}, "staff": {"agents": 300}, "service": {"core_minutes": 0.01},
        "demand": {"prospects_per_hour": 0.0, "opening_book": 4000, "visit_gap_days": 3650.0, "gap_between_cv": 5.0},
        "horizon": {"weeks": 8.0, "years": 0.2},
    }  # fmt: skip
    scenario = checked(tables, "wide")
    expected = 7 * known.book_visits(4000, 3650.0, 5.0)
    assert weekly_visits(scenario) == pytest.approx(expected)
    for controls in (False, True):
        found = run(scenario, replications=60, controls=controls, workers=1, store=None)["arrivals"]
        assert found.low - 0.02 * expected < expected < found.high + 0.02 * expected


@pytest.mark.parametrize(("demand", "warns"), [
    ({"opening_book": 100, "gap_between_cv": 2.0, "visit_gap_days": 365.0}, False),
    ({"opening_book": 100, "gap_between_cv": 5.0, "visit_gap_days": 365.0}, False),
    ({"opening_book": 100, "gap_between_cv": 8.0, "visit_gap_days": 30.0}, True),
    ({"opening_book": 0, "gap_between_cv": 8.0, "visit_gap_days": 30.0}, False),
])  # fmt: skip
def test_check_warns_of_customers_who_would_come_all_day_long(demand, warns):
    said = hardly_away(checked({"demand": demand}, "test"))
    assert len(said) == warns
    if warns:
        assert "% of regular customers' visits would be of some who come more than 8 times a day" in said[0]
