"""Days of a log: which are usual, when doors are open on each weekday, and how many came in each quarter of an hour."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from servsim.errors import ServsimError
from servsim.records.visits import Visits

QUARTERS = 96
PER_HOUR = 4
QUIET, BUSY = 1 / 3, 3.0
"""A day with less, or more, than so many times its weekday's median is a holiday or a broken day, and left out."""
HALF_THE_DAYS, OF_THE_MEDIAN_HOUR = 0.5, 0.05
"""Open is a quarter of an hour in which such a share of the weekday's median hour comes on so many of its days."""
ENOUGH = 3.0
"""Visits that a stretch of time must have on average, for its emptiness to say that doors are closed."""
GAP_QUARTERS = 3
"""A closed stretch that is no longer is none."""
SURELY = 10.0
"""Visits that a closed stretch must lack, over all days, for it to be closed."""
SHORTEST = 3
"""An open stretch of fewer quarters, with others beside it, is none."""
SELDOM = 0.02
"""A weekday with less than this share of the busiest weekday's visits is closed: its visits are slips of the clock."""


@dataclass(frozen=True, eq=False)
class Days:
    """The usual days of a log, and when the desk is open.

    day: (days,) since 1970. counts: (days, quarters) visits. open: (7, quarters) is the desk open. left_out: days that
    are not usual. closed: visits outside of the opening hours.
    """

    day: np.ndarray
    counts: np.ndarray
    open: np.ndarray
    left_out: tuple[str, ...]
    closed: int

    @property
    def weekday(self) -> np.ndarray:
        """(days,) 0 is Monday."""
        return weekday_of(self.day)

    def some(self, chosen: np.ndarray) -> "Days":
        """Some of the days, with the same opening hours."""
        return Days(self.day[chosen], self.counts[chosen], self.open, self.left_out, self.closed)


def weekday_of(day: np.ndarray) -> np.ndarray:
    """The weekday of days since 1970, whose first was a Thursday; 0 is Monday."""
    return (day + 3) % 7


def date_at(day: int) -> date:
    """A day since 1970."""
    return date(1970, 1, 1) + timedelta(days=day)


def date_of(day: int) -> str:
    """A day as people write it."""
    return date_at(day).isoformat()


def days_of(visits: Visits) -> Days:
    """The usual days of a log; ServsimError where there are too few to say anything."""
    every = np.arange(visits.day[0], visits.day[-1] + 1)
    if len(every) > 40_000:
        ends = f"{date_of(int(every[0]))} and {date_of(int(every[-1]))}"
        raise ServsimError(f"visits lie between {ends}; dates so far apart are slips to mend.")
    counts = np.zeros((len(every), QUARTERS), np.int64)
    np.add.at(counts, (visits.day - every[0], (visits.second // 900).astype(int)), 1)
    totals, weekday = counts.sum(axis=1), weekday_of(every)
    usual = np.zeros(len(every), bool)
    medians = np.array([middle(totals[weekday == number]) for number in range(7)])
    for number in np.flatnonzero(medians > SELDOM * medians.max()):
        own = weekday == number
        usual |= own & (totals >= QUIET * medians[number]) & (totals <= BUSY * medians[number])
    if usual.sum() < 2:
        raise ServsimError("visits of fewer than two usual days are too few; servsim fit needs some weeks.")
    opened = np.array([open_quarters(counts[usual & (weekday == number)]) for number in range(7)])
    missed = ~usual & (medians[weekday] > SELDOM * medians.max())
    left_out = tuple(f"{date_of(int(every[at]))} ({totals[at]:,} visits)" for at in np.flatnonzero(missed))
    kept = counts[usual] * opened[weekday[usual]]
    return Days(every[usual], kept, opened, left_out, int(counts[usual].sum() - kept.sum()))


def middle(totals: np.ndarray) -> float:
    """The median of a weekday's totals without its days of nobody; 0 where most have nobody."""
    return float(np.median(totals)) if len(totals) and np.median(totals) > 0 else 0.0


def open_quarters(counts: np.ndarray) -> np.ndarray:
    """(quarters,) when doors are open on days of one weekday; counts: (days, quarters).

    Where few come, stretches are longer than a quarter, up to two hours, so that an empty one means something.
    """
    if not counts.sum():
        return np.zeros(QUARTERS, bool)
    hours = counts.reshape(len(counts), -1, PER_HOUR).sum(axis=2)
    median_hour = float(np.median(hours[hours > 0]))
    width = next((one for one in (1, 2, 4, 8) if median_hour * one / PER_HOUR >= ENOUGH), 8)
    stretches = counts.reshape(len(counts), -1, width).sum(axis=2)
    enough = stretches >= max(1.0, OF_THE_MEDIAN_HOUR * median_hour * width / PER_HOUR)
    found = np.repeat(enough.mean(axis=0) >= HALF_THE_DAYS, width)
    if not found.any():
        found = np.repeat(hours.sum(axis=0) > 0, PER_HOUR)
    edge = 1 if width < PER_HOUR else PER_HOUR
    somebody = np.repeat(counts.reshape(len(counts), -1, edge).sum(axis=(0, 2)) > 0, edge)
    known = np.flatnonzero(found & somebody)
    found[: known[0]] = found[known[-1] + 1 :] = False
    return without_gaps(found, len(counts) * median_hour / PER_HOUR)


def without_gaps(opened: np.ndarray, each: float) -> np.ndarray:
    """Opening quarters with short closed stretches between them filled, and short open ones taken away.

    each: visits to expect of a quarter, over all days. A stretch in which so few are to be expected says nothing.
    """
    found, places = opened.copy(), np.flatnonzero(opened)
    for before, after in pairwise(places.tolist()):
        if after - before <= max(GAP_QUARTERS, SURELY / each) + 1:
            found[before:after] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[0], found, [0]])))
    for start, end in edges.reshape(-1, 2):
        if end - start < SHORTEST and found.sum() > end - start:
            found[start:end] = False
    return found
