"""`compare`: two scenarios on the same worlds, and what became of the same customers in each."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.study.identity import digest_of
from servsim.study.means import HERE, Means
from servsim.study.metrics import NAMES, unit_of
from servsim.study.statistics import Interval, defined, interval
from servsim.study.tidy import Tidy
from servsim.study.workers import Pool
from servsim.study.worlds import Job, Outcome
from servsim.words import Reason

FATES = ("kept_by_both", "lost_by_both", "saved_by_b", "lost_by_b")


@dataclass(frozen=True)
class Comparison(Tidy):
    """(2, replications, metrics) figures of two scenarios in worlds that they share, and customers by their two fates.

    `fates` is (reasons, reasons): customers of the opening book per world, by the reason they were lost for in A (rows)
    and in B (columns), Reason.NONE for those who remain.
    """

    a: Scenario
    b: Scenario
    seed: int
    confidence: float
    figures: np.ndarray
    fates: np.ndarray
    interrupted: bool = False

    @property
    def replications(self) -> int:
        """Worlds in which both were simulated."""
        return int(self.figures.shape[1])

    def difference(self, metric: str) -> Interval:
        """B less A, world by world."""
        place = NAMES.index(metric)
        gap = self.figures[1, :, place] - self.figures[0, :, place]
        return interval(gap, unit_of(metric, self.a.money.currency), self.confidence)

    def of(self, which: int, metric: str) -> Interval:
        """A figure of A (0) or B (1) by itself."""
        scenario = (self.a, self.b)[which]
        sample = self.figures[which, :, NAMES.index(metric)]
        return interval(sample, unit_of(metric, scenario.money.currency), self.confidence)

    def customers(self) -> dict[str, Any]:
        """Customers of the opening book by what became of them, per world, and the reasons of those who differ."""
        kept = int(Reason.NONE)
        saved, lost = self.fates[kept + 1 :, kept], self.fates[kept, kept + 1 :]
        counts = (self.fates[kept, kept], self.fates[1:, 1:].sum(), saved.sum(), lost.sum())
        return {
            **dict(zip(FATES, map(float, counts), strict=True)),
            "reasons": {"saved_by_b": reasons(saved), "lost_by_b": reasons(lost)},
        }

    def to_dict(self) -> dict[str, Any]:
        """The comparison as `servsim compare --json` prints it."""
        return {
            "a": self.a.title,
            "b": self.b.title,
            "digests": [digest_of(self.a), digest_of(self.b)],
            "seed": self.seed,
            "confidence": self.confidence,
            "replications": self.replications,
            "interrupted": self.interrupted,
            "differences": {name: self.difference(name).to_dict() for name in NAMES},
            "customers": self.customers(),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each scenario, world and figure."""
        return [
            {"scenario": "ab"[which], "replication": number, "metric": name,
             "value": defined(float(self.figures[which, number, place])), "unit": unit_of(name, self.a.money.currency)}
            for which in (0, 1)
            for number in range(self.replications)
            for place, name in enumerate(NAMES)
        ]  # fmt: skip


def reasons(counts: np.ndarray) -> dict[str, float]:
    """Customers by reason, those that occur."""
    return {Reason(place + 1).name.lower(): float(count) for place, count in enumerate(counts) if count}


def compare(
    a: Scenario,
    b: Scenario,
    *,
    replications: int | None = None,
    seed: int = 1,
    means: Means = HERE,
) -> Comparison:
    """Simulate two scenarios on the same worlds: the same people come, with the same patience and the same cases."""
    if a.money.currency != b.money.currency:
        raise ScenarioError(
            [f"money.currency is {a.money.currency} in A and {b.money.currency} in B; it must be the same."]
        )
    n = replications or a.evaluate.replications
    with Pool([a, b], seed, means) as pool:
        outcomes = pool.outcomes([Job(place, number) for number in range(n) for place in (0, 1)], customers=True)
    table = shared_worlds(outcomes)
    fates = fate_table(outcomes) / max(1, table.shape[1])
    return Comparison(a, b, seed, a.evaluate.confidence, table, fates, pool.interrupted)


def shared_worlds(outcomes: list[Outcome]) -> np.ndarray:
    """(2, replications, metrics) figures of the worlds in which both scenarios were finished."""
    found = {(outcome.job.scenario, outcome.job.replication): outcome.figures for outcome in outcomes}
    numbers = sorted(number for place, number in found if place == 0 and (1, number) in found)
    table = [[found[place, number] for number in numbers] for place in (0, 1)]
    return np.array(table).reshape(2, len(numbers), len(NAMES))


def fate_table(outcomes: list[Outcome]) -> np.ndarray:
    """Customers of both opening books by the reasons they were lost for in A and in B, over all shared worlds."""
    fates = {(outcome.job.replication, outcome.job.scenario): outcome.fate for outcome in outcomes}
    table = np.zeros((len(Reason), len(Reason)))
    for number, which in fates:
        if which == 0 and (number, 1) in fates:
            in_a, in_b = fates[number, 0], fates[number, 1]
            both = min(len(in_a), len(in_b))
            np.add.at(table, (in_a[:both].astype(int), in_b[:both].astype(int)), 1)
    return table
