"""Intervals of metrics, which know what a metric can be: a share is between 0 and 1, a wait not below 0."""

import math
from collections.abc import Sequence

import numpy as np

from servsim.engine_parameters import window_of
from servsim.scenario.scenario import Scenario
from servsim.study.intervals_and_tables import Interval, controlled, interval, within
from servsim.study.metrics import BOOK, BY_NAME, UserMetric, place_of, unit_of_own
from servsim.study.yearly_projection import yearly_unit
from servsim.units import DAYS_PER_MONTH, DAYS_PER_YEAR, WEEK

TIMES = {"1/week": 1.0, "1/month": 7 / DAYS_PER_MONTH, "1/year": 7 / DAYS_PER_YEAR}
"""Units of what is counted, and how much of such a unit's time a week is."""


def metric_interval(
    metric: str,
    table: np.ndarray,
    scenario: Scenario,
    confidence: float,
    *,
    own: Sequence[UserMetric] = (),
    controls: np.ndarray | None = None,
    comparisons: int = 1,
) -> Interval:
    """A metric's mean over replications, (replications, metrics), and its interval.

    Mean ± t · s/√n, with the help of controls where they are given, cut to what the metric can be. Where a share of so
    many is the same in all replications, Wilson's interval of the pooled count, and where nothing was counted in any,
    its limit for what is rare: none of a thousand does not mean never. Source: Wilson (1927).
    """
    sample, unit = averaged(metric, table, scenario, own), unit_of_own(metric, own, scenario.money.currency)
    if metric not in BY_NAME:
        return interval(sample, unit, confidence, comparisons)
    if len(sample) > 1 and np.ptp(sample) == 0.0:
        sure = 1 - (1 - confidence) / comparisons
        if many := pooled_count(metric, table, scenario):
            return wilson(float(sample[0]), many, unit, sure)
        if unit in TIMES and not sample.any() and BY_NAME[metric].curve is None:
            return Interval(0.0, 0.0, z_squared(sure) / (TIMES[unit] * weeks_counted(scenario) * len(sample)), unit)
    return cut(metric, sample, unit, confidence, controls, comparisons)


def sample_interval(
    metric: str,
    sample: np.ndarray,
    scenario: Scenario,
    unit: str,
    confidence: float,
    *,
    controls: np.ndarray | None = None,
) -> Interval:
    """The same of a metric's own sample, of a part of the desk perhaps: parts under the same controls add up to it."""
    return cut(metric, pseudo_values(metric, sample, scenario), unit, confidence, controls)


def cut(
    metric: str, sample: np.ndarray, unit: str, confidence: float, controls: np.ndarray | None, comparisons: int = 1
) -> Interval:
    """Mean ± t · s/√n, cut to what a metric can be."""
    if controls is None:
        return within(interval(sample, unit, confidence, comparisons), *BY_NAME[metric].bounds)
    return within(controlled(sample, controls, unit, confidence, comparisons), *BY_NAME[metric].bounds)


def averaged(metric: str, table: np.ndarray, scenario: Scenario, own: Sequence[UserMetric] = ()) -> np.ndarray:
    """(replications,) a metric in each replication, as its mean over replications is to be taken.

    A metric that is a curved function of what was counted, such as a yearly share from half a year, is that function of
    the mean of what was counted, not the mean of the function. Its replications stand as jackknife pseudo-values,
    n g(x̄) − (n − 1) g(x̄₋ᵢ), of which means, differences and intervals are taken as of others. Source: Miller (1974).
    """
    sample: np.ndarray = table[:, place_of(metric, own)]
    return pseudo_values(metric, sample, scenario)


def pseudo_values(metric: str, sample: np.ndarray, scenario: Scenario) -> np.ndarray:
    """The same of a metric's own column."""
    curve = BY_NAME[metric].curve if metric in BY_NAME else None
    n = len(sample)
    if curve is None or n < 2 or not np.isfinite(sample).all():
        return sample
    bend, straighten = curve(scenario)
    counted = straighten(sample)
    mean = counted.mean()
    without = (n * mean - counted) / (n - 1)
    pseudo: np.ndarray = n * bend(mean) - (n - 1) * bend(without)
    return pseudo


def yearly_interval(metric: str, sample: np.ndarray, scenario: Scenario, confidence: float) -> Interval:
    """The mean over replications of a metric of YEARLY in one year, and its interval."""
    return sample_interval(metric, sample, scenario, yearly_unit(metric, scenario.money.currency), confidence)


def pooled_count(metric: str, table: np.ndarray, scenario: Scenario) -> float:
    """Of how many a share is, in all replications together; 0 where the metric is no share of something counted."""
    of = BY_NAME[metric].of
    if of == BOOK:
        return float(scenario.demand.opening_book * len(table))
    if not of:
        return 0.0
    return float(np.nansum(table[:, place_of(of)]) * TIMES[BY_NAME[of].unit] * weeks_counted(scenario))


def weeks_counted(scenario: Scenario) -> float:
    """Weeks of the window that count."""
    return window_of(scenario) / WEEK - scenario.horizon.warmup_weeks


def z_squared(confidence: float) -> float:
    """The square of the normal distribution's quantile on both sides."""
    from scipy.special import ndtri

    return float(ndtri(1 - (1 - confidence) / 2)) ** 2


def wilson(share: float, many: float, unit: str, confidence: float) -> Interval:
    """The score interval of a share of so many."""
    z2 = z_squared(confidence) / many
    middle, half = share + z2 / 2, math.sqrt(z2 * share * (1 - share) + z2**2 / 4)
    low, high = ((middle + way * half) / (1 + z2) for way in (-1, 1))
    return Interval(share, max(0.0, min(low, share)), min(1.0, max(high, share)), unit)
