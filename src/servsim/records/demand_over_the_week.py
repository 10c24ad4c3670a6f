"""Who comes when, over a week: the visits of each weekday and quarter of an hour, as finely as they tell.

What single quarters have beside their hour, and single weekdays beside all others, is drawn towards nothing as far as
chance explains it: a desk of few visits has hours and one profile, a large one quarter-hours of each weekday.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.records.days import PER_HOUR
from servsim.records.shrinkage import drawn_to_one
from servsim.records.tables import divided, over_the_day, rounded
from servsim.scenario.tables.opening_demand_staff_service import WEEKDAYS

DIGITS = 3


@dataclass(frozen=True, eq=False)
class Week:
    """Visits an hour over a week, as far as they are no chance.

    by_day: (7,) and over_day: (quarters,) factors whose product is of every weekday. apart: (7, quarters) what single
    weekdays have beside it, 1 where that is chance. opened: (7, quarters).
    """

    by_day: np.ndarray
    over_day: np.ndarray
    apart: np.ndarray
    opened: np.ndarray

    @property
    def rates(self) -> np.ndarray:
        """(7, quarters) visits an hour, 0 in hours that are closed."""
        is_open = np.repeat(by_the_hour(self.opened) > 0, PER_HOUR, axis=1)
        found: np.ndarray = np.outer(self.by_day, self.over_day) * self.apart * is_open
        return found

    @property
    def lists(self) -> dict[str, Any]:
        """profile, and weekday_profile where one profile is of all weekdays."""
        days = np.flatnonzero(self.by_day)
        if (self.apart != 1).any():
            rates = self.rates
            return {"profile": {WEEKDAYS[day]: over_the_day(rates[day], DIGITS) for day in days}}
        scale = self.by_day[days].mean()
        differ = {"weekday_profile": rounded(self.by_day / scale, DIGITS)} if self.by_day[days].std() else {}
        return {"profile": over_the_day(self.over_day * scale, DIGITS), **differ}


def week_of(counts: np.ndarray, weekday: np.ndarray, opened: np.ndarray) -> Week:
    """A week out of (days, quarters) visits on (days,) weekdays; opened: (7, quarters)."""
    seen = np.array([counts[weekday == day].sum(axis=0) for day in range(7)], dtype=float)
    hours = opened * np.bincount(weekday, minlength=7)[:, None] / PER_HOUR
    by_day, by_hour = factors(by_the_hour(seen), by_the_hour(hours))
    over_day = np.repeat(by_hour, PER_HOUR)
    over_day = over_day * beyond_chance(seen.sum(axis=0), by_day @ hours * over_day)
    apart = beyond_chance(seen, np.outer(by_day, over_day) * hours)
    return Week(by_day, over_day, apart, opened)


def less_chance(counts: np.ndarray, weekday: np.ndarray, week: Week) -> np.ndarray:
    """(days, quarters) visits to expect on days as these were: their own, less what is chance within a day.

    Each day has as many in all as it had. To live a day again with its counts themselves would have their chance twice.
    """
    usual = (week.rates * week.opened)[weekday]
    expected = usual * divided(counts.sum(axis=1), usual.sum(axis=1))[:, None]
    hours = beyond_chance(by_the_hour(counts), by_the_hour(expected))
    expected = expected * np.repeat(hours, PER_HOUR, axis=1)
    expected = expected * beyond_chance(counts, expected)
    scale = divided(counts.sum(axis=1), expected.sum(axis=1))[:, None]
    return np.where(scale > 0, expected * scale, counts)


def by_the_hour(quarters: np.ndarray) -> np.ndarray:
    """(days, hours) sums of (days, quarters)."""
    sums: np.ndarray = quarters.reshape(len(quarters), -1, PER_HOUR).sum(axis=2)
    return sums


def factors(seen: np.ndarray, hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(7,) and (hours,) factors whose product is nearest to visits an hour open: iterative proportional fitting.

    The visits of each hour and of each weekday come out right. Source: Deming and Stephan (1940), Ann. Math. Stat. 11.
    """
    by_day, by_hour = np.where(hours.sum(axis=1) > 0, 1.0, 0.0), np.zeros(seen.shape[1])
    for _ in range(50):
        by_hour = divided(seen.sum(axis=0), by_day @ hours)
        by_day = divided(seen.sum(axis=1), hours @ by_hour)
    return by_day, by_hour


def beyond_chance(seen: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """By how much visits differ from what was expected of them, as far as Poisson's chance does not explain it."""
    some = expected > 0
    safe = np.where(some, expected, 1.0)
    return np.where(some, drawn_to_one(np.where(some, seen / safe, 1.0), 1 / safe, expected), 1.0)
