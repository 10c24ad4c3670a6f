"""A log day by day, as sums from which every estimate is made, so that days can be weighed, and drawn again."""

from dataclasses import dataclass

import numpy as np

from servsim.records.days import Days
from servsim.records.lengths import longest
from servsim.records.turnarounds import turnarounds
from servsim.records.values import NOBODY
from servsim.records.visits import Visits

AN_HOUR = 3600.0
HOURS = 24
LONGEST_WAIT = 4 * 3600
"""Longer waits count as such."""


@dataclass(frozen=True, eq=False)
class AfterWork:
    """Work after visits. lengths: (lengths,) whole seconds. ended, cut: (days, lengths) how much work ended after so
    long, and of how much it is not known beyond it."""

    lengths: np.ndarray
    ended: np.ndarray
    cut: np.ndarray


@dataclass(frozen=True, eq=False)
class Tallies:
    """Sums for each of the days.

    counts: (days, quarters) visits. services: (3, days, hours) number, sum and sum of squares of served seconds, by the
    hour in which service begins. lengths: (waits,) seconds. gone, stayed: (days, waits) how many gave up after so long,
    and how many were served after it. gone_unknown: (days,) who gave up after nobody knows how long. back: (4, days)
    known customers who gave up, those of them who were back within an hour, and the same of those who were served.
    resolution: seconds in which waits are told. cut: seconds at which longer services were cut.
    after: work after visits.
    """

    days: Days
    counts: np.ndarray
    services: np.ndarray
    lengths: np.ndarray
    gone: np.ndarray
    stayed: np.ndarray
    gone_unknown: np.ndarray
    back: np.ndarray
    resolution: float
    cut: float
    after: AfterWork

    @property
    def unserved(self) -> np.ndarray:
        """(days,) how many gave up."""
        total: np.ndarray = self.gone.sum(axis=1) + self.gone_unknown
        return total

    def some(self, chosen: np.ndarray) -> "Tallies":
        """The sums of some of the days."""
        return Tallies(
            self.days.some(chosen), self.counts[chosen], self.services[:, chosen], self.lengths, self.gone[chosen],
            self.stayed[chosen], self.gone_unknown[chosen], self.back[:, chosen], self.resolution, self.cut,
            AfterWork(self.after.lengths, self.after.ended[chosen], self.after.cut[chosen]),
        )  # fmt: skip


def tallied(visits: Visits, days: Days) -> Tallies:
    """The sums of a log over its usual days."""
    some = visits.on(days.day)
    place = np.searchsorted(days.day, some.day)
    many = len(days.day)
    resolution = resolution_of(some.wait)
    waits = np.minimum(some.wait, LONGEST_WAIT)
    lengths = np.unique(waits[~np.isnan(waits)])
    gone, stayed = np.zeros((many, len(lengths))), np.zeros((many, len(lengths)))
    known = ~np.isnan(waits)
    at = np.searchsorted(lengths, waits[known])
    np.add.at(gone, (place[known], at), ~some.served[known])
    np.add.at(stayed, (place[known], at), some.served[known])
    served = some.service[~np.isnan(some.service)]
    unknown = np.bincount(place, weights=~some.served & ~known, minlength=many)
    return Tallies(days, days.counts, services_of(some, place, many), lengths, gone, stayed, unknown,
                   returns(some, place, many), resolution, longest(served) if served.size else np.inf,
                   after_work(some, place, many))  # fmt: skip


def after_work(visits: Visits, place: np.ndarray, many: int) -> AfterWork:
    """Work after visits by the day of the visit."""
    which, seconds, is_over = turnarounds(visits)
    lengths, at = np.unique(seconds, return_inverse=True)
    ended, cut = np.zeros((many, len(lengths))), np.zeros((many, len(lengths)))
    np.add.at(ended, (place[which], at), is_over)
    np.add.at(cut, (place[which], at), ~is_over)
    return AfterWork(lengths, ended, cut)


def resolution_of(waits: np.ndarray) -> float:
    """In what steps waits are told: minutes where all are whole minutes, else seconds."""
    known = waits[~np.isnan(waits) & (waits > 0)]
    return 60.0 if len(known) > 20 and (known % 60 == 0).mean() > 0.99 else 1.0


def services_of(visits: Visits, place: np.ndarray, many: int) -> np.ndarray:
    """(3, days, hours) number, sum and sum of squares of services."""
    known = ~np.isnan(visits.service)
    begun = visits.second[known] + np.nan_to_num(visits.wait[known])
    hour = (begun // AN_HOUR).astype(int) % HOURS
    found = np.zeros((3, many, HOURS))
    for power in range(3):
        np.add.at(found[power], (place[known], hour), visits.service[known] ** power)
    return found


def returns(visits: Visits, place: np.ndarray, many: int) -> np.ndarray:
    """(4, days) known customers who gave up, who were then back within an hour, and the same of who was served."""
    found = np.zeros((4, many))
    known = np.flatnonzero(visits.customer != NOBODY)
    order = known[np.lexsort((visits.arrived[known], visits.customer[known]))]
    over = visits.arrived + np.nan_to_num(visits.wait) + np.nan_to_num(visits.service)
    soon = np.zeros(len(visits), bool)
    first, second = order[:-1], order[1:]
    soon[first] = (visits.customer[first] == visits.customer[second]) & (
        visits.arrived[second] - over[first] <= AN_HOUR
    )
    for row, served in ((0, False), (2, True)):
        own = known[visits.served[known] == served]
        found[row] = np.bincount(place[own], minlength=many)
        found[row + 1] = np.bincount(place[own], weights=soon[own], minlength=many)
    return found
