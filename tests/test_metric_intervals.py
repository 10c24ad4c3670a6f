"""Intervals of metrics: within what the metric can be, as wide as they must be where nothing varies, and of the mean of
what was counted, not of a power of it.
"""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

import servsim
from servsim.scenario.read import checked
from servsim.study.metric_intervals import metric_interval, wilson
from servsim.study.metrics import BY_NAME, METRICS, NAMES

SHORT = {
    "demand": {"prospects_per_hour": 3.0, "opening_book": 30},
    "waiting": {"patience_minutes": 5.0},
    "quality": {}, "loyalty": {}, "spending": {}, "horizon": {"weeks": 0.5, "years": 0.02},
}  # fmt: skip


def desk(**tables):
    """A desk, by its tables."""
    return checked(tables, "desk")


@pytest.fixture(scope="module")
def few():
    """Small runs of a busy, an idle and a short desk: as few replications as tables are made of."""
    changes = [{}, {"staff": {"agents": 30}}, {"service": {"core_minutes": 200.0}}, {"horizon": {"weeks": 0.1}}]
    return [
        servsim.run(desk(**(SHORT | change)), replications=3, seed=seed, controls=False)
        for change in changes
        for seed in range(4)
    ]


@pytest.mark.parametrize("metric", METRICS, ids=NAMES)
def test_no_interval_holds_what_cannot_be(metric, few):
    for found in few:
        own = found[metric.name]
        if math.isfinite(own.low):
            assert metric.bounds[0] <= own.low <= own.mean <= own.high <= metric.bounds[1]


def test_every_share_has_bounds_and_every_amount_a_floor():
    unbounded = {metric.name for metric in METRICS if metric.bounds == (-math.inf, math.inf)}
    assert unbounded == {"wait_gap", "satisfaction_gap", "profit", "cash", "value"}
    assert all(metric.bounds == (0, 1) for metric in METRICS if metric.name.endswith("_share"))


@pytest.mark.parametrize(("hits", "many"), [(0, 40), (40, 40), (0, 100_000), (3, 12)])
def test_a_share_that_never_varies_has_the_score_interval(hits, many):
    known = binomtest(hits, many).proportion_ci(0.95, method="wilson")
    own = wilson(hits / many, many, "1", 0.95)
    assert (own.low, own.high) == pytest.approx((known.low, known.high), abs=1e-12)


def test_none_of_few_arrivals_does_not_mean_never():
    """Patient customers at an idle desk: none gives up, of as many as came in all replications together."""
    found = servsim.run(desk(**(SHORT | {"staff": {"agents": 30}})), replications=4, controls=False)
    arrived = found.sample("arrivals").sum() * 0.5
    assert found["abandoned_share"].mean == 0
    assert found["abandoned_share"].high == pytest.approx(wilson(0.0, arrived, "1", 0.95).high)


def test_nobody_lost_in_few_weeks_does_not_mean_that_nobody_is_ever_lost():
    """At 95 %: 3.84 customers in all replications together, a limit for what is rare."""
    found = servsim.run(
        desk(**(SHORT | {"loyalty": {"yearly_retention": 0.999, "natural_churn": 0.0001}})),
        replications=4,
        controls=False,
    )
    assert found["customers_lost"].mean == 0
    assert found["customers_lost"].high == pytest.approx(3.841 / (4 * 0.5 * 7 / 365), rel=1e-3)


@pytest.mark.parametrize("book", [5, 20, 2000])
def test_retention_from_a_quarter_is_that_of_all_customers_together(book):
    """However few customers a replication has: (Σ there / Σ at first)^(1 / years)."""
    weeks = 13
    shop = desk(demand={"opening_book": book, "prospects_per_hour": 0.1, "visit_gap_days": 10.0},
                service={"core_minutes": 1.0}, loyalty={"yearly_retention": 0.8},
                horizon={"weeks": weeks, "years": 0.3})  # fmt: skip
    found = servsim.run(shop, replications=max(6, 2_000 // book), controls=False)
    years = weeks * 7 / 365
    there = (found.sample("retention") ** years).mean()
    assert found["retention"].mean == pytest.approx(there ** (1 / years), rel=0.003)
    assert found["retention"].low < 0.8 < found["retention"].high


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("abandoned_share", {"staff": {"agents": 3}}), ("abandoned_share", {"service": {"core_minutes": 60.0}}),
        ("waited_share", {"service": {"core_minutes": 60.0}}), ("balked_share", {"waiting": {"balk_scale_minutes": 200.0}}),
        ("retention", {}), ("retention_rate", {}), ("wait_mean", {}), ("wait_p90", {}), ("queue_mean", {}),
        ("hours_idle", {"service": {"core_minutes": 30.0}}), ("occupancy", {"service": {"core_minutes": 60.0}}),
        ("customers_lost", {}), ("unserved_share", {"waiting": {"patience_minutes": 60.0}}),
    ],
)  # fmt: skip
def test_intervals_cover_as_often_as_they_say(name, tables):
    """95 % intervals of 20 replications hold the mean of 6,000 in 90 to 98 of 100; of shares near 0 and 1, too."""
    shop = desk(**(SHORT | tables))
    many = servsim.run(shop, replications=6000, controls=False)
    truth = metric_interval(name, many.metrics, shop, 0.95).mean
    found = [metric_interval(name, many.metrics[i : i + 20], shop, 0.95) for i in range(0, 6000, 20)]
    held = np.mean([own.low <= truth <= own.high for own in found])
    assert 0.90 <= held <= 0.98, f"{name}, {truth:.4f} in truth: {held:.3f} of 95 % intervals hold it"
    assert BY_NAME[name].bounds[0] <= min(own.low for own in found)
