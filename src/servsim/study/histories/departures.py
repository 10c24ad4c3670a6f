"""When and why customers left: survival by cohort, and reasons of the opening book."""

from dataclasses import dataclass
from typing import Unpack
from warnings import catch_warnings

import numpy as np

from servsim.event_codes import Happening, Reason
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.histories.customers import TICK, WHAT, WHO, World
from servsim.study.intervals_and_tables import Interval, interval, within
from servsim.study.metrics import SHARE
from servsim.units import WEEK


@dataclass(frozen=True, eq=False)
class Fates:
    """(replications, reasons) customers of the opening book by the reason they were lost for; Reason.NONE: they
    remain.
    """

    scenario: Scenario
    seed: int
    counts: np.ndarray
    interrupted: bool = False

    @property
    def book(self) -> int:
        """Customers of the opening book."""
        return self.scenario.demand.opening_book

    def share(self, reason: Reason) -> Interval:
        """Of the opening book, the share that is lost for a reason."""
        found = interval(self.counts[:, reason] / self.book, "1", self.scenario.evaluate.confidence)
        return within(found, *SHARE)


@executed
def fates(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Fates:
    """Simulate a scenario, and count why customers of its opening book left by the end of the horizon."""
    n = replications or scenario.evaluate.replications
    with Pool([scenario], seed, execution) as pool:
        outcomes = pool.outcomes([Job(0, number) for number in range(n)], customers=True)
    counts = [np.bincount(outcome.fate, minlength=len(Reason)) for outcome in outcomes]
    return Fates(scenario, seed, np.array(counts).reshape(-1, len(Reason)), pool.interrupted)


QUARTER = 13
"""Weeks."""
ENOUGH = 10
"""Customers; where fewer are left to be seen, one who leaves makes the curve jump, and it ends."""
COHORTS_AT_MOST = 4
"""Of newcomers; of a longer horizon each takes several quarters."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Customers who entered the book together: (customers,) weeks that each was seen in it, and whether lost."""

    name: str
    weeks: np.ndarray
    lost: np.ndarray

    def staying(self, confidence: float) -> "Staying":
        """The share still in the book against the weeks since it entered, as long as enough of them are to be seen."""
        enough = np.sort(self.weeks)[::-1][min(ENOUGH, len(self.weeks)) - 1]
        return staying(self.weeks, self.lost, confidence).until(float(enough))


@dataclass(frozen=True, eq=False)
class Staying:
    """From each of some times on, from 0, the share of a group that is still there, with its band."""

    times: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def until(self, time: float) -> "Staying":
        """The same up to a time."""
        upto = self.times <= time
        return Staying(self.times[upto], self.share[upto], self.low[upto], self.high[upto])

    def after(self, time: float) -> float:
        """The share that is still there after so long."""
        return float(self.share[np.searchsorted(self.times, time, "right") - 1])


def cohorts(world: World) -> list[Cohort]:
    """The opening book of a replication, and those who were won in each quarter or longer piece of its horizon.

    A year's 365 days are four quarters of whole weeks and a day, which belongs to the last.
    """
    since, seen, lost, opening = memberships(world)
    found = [Cohort("opening book", seen[opening], lost[opening])] if opening.any() else []
    weeks = world.scenario.horizon.weeks
    whole = max(1.0, np.floor(weeks))
    length = QUARTER * max(1, int(np.ceil(whole / QUARTER / COHORTS_AT_MOST)))
    begins = np.arange(0, whole, length)
    for begin, end in zip(begins, [*begins[1:], weeks], strict=True):
        own = ~opening & (since >= begin) & (since < end)
        if own.any():
            found.append(Cohort(f"won in weeks {begin + 1:g} to {np.ceil(end):g}", seen[own], lost[own]))
    return found


def memberships(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(customers,) of all who were ever in the book: week of entry, weeks seen, whether lost, whether from the opening.

    The first time in the book counts.
    """
    wanted = (Happening.MEMBER, Happening.WON, Happening.LOST)
    rows = world.rows(lambda piece: np.isin(piece[:, WHAT], wanted))
    entered = first_of_each(rows[rows[:, WHAT] != Happening.LOST])
    left = first_of_each(rows[rows[:, WHAT] == Happening.LOST])
    ends = np.full(len(entered), int(world.sheet[0]["end"]))
    place = np.searchsorted(entered[:, WHO], left[:, WHO])
    ends[place] = left[:, TICK]
    lost = np.zeros(len(entered), bool)
    lost[place] = True
    weeks = (ends - entered[:, TICK]) / WEEK
    return entered[:, TICK] / WEEK, weeks, lost, entered[:, WHAT] == Happening.MEMBER


def first_of_each(rows: np.ndarray) -> np.ndarray:
    """The first row of every customer, by customer."""
    _, places = np.unique(rows[:, WHO], return_index=True)
    result: np.ndarray = rows[places]
    return result


def staying(times: np.ndarray, left: np.ndarray, confidence: float) -> Staying:
    """The share that is still there against time, of a group of whom each left at, or was last seen at, a time."""
    from scipy.stats import CensoredData, ecdf

    sample = CensoredData(uncensored=times[left], right=times[~left])
    sf = ecdf(sample).sf
    with catch_warnings(action="ignore"):  # where nobody or everybody has left there is no such interval
        band = sf.confidence_interval(confidence, method="log-log")
    ends = (
        np.where(np.isnan(each.probabilities), sf.probabilities, each.probabilities) for each in (band.low, band.high)
    )
    columns = (sf.quantiles, sf.probabilities, *ends)
    return Staying(*(np.concatenate([[first], own]) for first, own in zip((0.0, 1.0, 1.0, 1.0), columns, strict=True)))
