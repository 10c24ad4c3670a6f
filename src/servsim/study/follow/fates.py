"""Why customers of the opening book left, world by world."""

from dataclasses import dataclass

import numpy as np

from servsim.event_codes import Reason
from servsim.scenario.scenario import Scenario
from servsim.study.confidence_intervals import Interval, interval
from servsim.study.execution.options import HERE, Means
from servsim.study.work.workers import Pool
from servsim.study.work.worlds import Job


@dataclass(frozen=True)
class Fates:
    """(worlds, reasons) customers of the opening book by the reason they were lost for; Reason.NONE: they remain."""

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
        return interval(self.counts[:, reason] / self.book, "1", self.scenario.evaluate.confidence)


def fates(scenario: Scenario, *, replications: int | None = None, seed: int = 1, means: Means = HERE) -> Fates:
    """Simulate a scenario, and count why customers of its opening book left by the end of the horizon."""
    n = replications or scenario.evaluate.replications
    with Pool([scenario], seed, means) as pool:
        outcomes = pool.outcomes([Job(0, number) for number in range(n)], customers=True)
    counts = [np.bincount(outcome.fate, minlength=len(Reason)) for outcome in outcomes]
    return Fates(scenario, seed, np.array(counts).reshape(-1, len(Reason)), pool.interrupted)
