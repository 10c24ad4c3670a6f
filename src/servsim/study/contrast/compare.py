"""`compare`: two scenarios on the same worlds, what became of the same customers in each, and what that was worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.study.contrast.why import Pairs, Shared, paired
from servsim.study.contrast.why_value import PARTS, parts_of_the_difference
from servsim.study.identity import digest_of
from servsim.study.metrics import NAMES, unit_of
from servsim.study.statistics import Interval, defined, interval
from servsim.study.tidy import Tidy
from servsim.study.work.means import HERE, Means
from servsim.study.work.workers import Pool
from servsim.study.work.worlds import Job, Outcome


@dataclass(frozen=True)
class Comparison(Tidy):
    """(2, replications, metrics) figures of two scenarios in worlds that they share, and customers in pairs."""

    a: Scenario
    b: Scenario
    seed: int
    confidence: float
    figures: np.ndarray
    pairs: Pairs
    interrupted: bool = False

    @property
    def replications(self) -> int:
        """Worlds in which both were simulated."""
        return int(self.figures.shape[1])

    @property
    def currency(self) -> str:
        """The currency of both."""
        return self.a.money.currency

    def difference(self, metric: str) -> Interval:
        """B less A, world by world."""
        place = NAMES.index(metric)
        gap = self.figures[1, :, place] - self.figures[0, :, place]
        return interval(gap, unit_of(metric, self.currency), self.confidence)

    def of(self, which: int, metric: str) -> Interval:
        """A figure of A (0) or B (1) by itself."""
        sample = self.figures[which, :, NAMES.index(metric)]
        return interval(sample, unit_of(metric, self.currency), self.confidence)

    def sources(self) -> dict[str, dict[str, Interval]]:
        """Where the difference in value comes from, each of PARTS in cash, in the closing book, and in both."""
        parts = parts_of_the_difference(self.a, self.b, self.figures, self.pairs)
        return {
            part: {
                "cash": interval(parts[:, place, 0], self.currency, self.confidence),
                "closing_book": interval(parts[:, place, 1], self.currency, self.confidence),
                "value": interval(parts[:, place].sum(axis=1), self.currency, self.confidence),
            }
            for place, part in enumerate(PARTS)
        }

    def customers(self) -> dict[str, Any]:
        """Customers of both opening books by what became of them: how many, why, and what they spent."""
        return self.pairs.to_dict(self.currency, self.confidence)

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
            "sources": {
                part: {where: gap.to_dict() for where, gap in gaps.items()} for part, gaps in self.sources().items()
            },
            "customers": self.customers(),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each scenario, world and figure."""
        return [
            {"scenario": "ab"[which], "replication": number, "metric": name,
             "value": defined(float(self.figures[which, number, place])), "unit": unit_of(name, self.currency)}
            for which in (0, 1)
            for number in range(self.replications)
            for place, name in enumerate(NAMES)
        ]  # fmt: skip


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
    shared = shared_worlds(outcomes)
    figures = np.array([[pair[which].figures for pair in shared] for which in (0, 1)])
    table = figures.reshape(2, len(shared), len(NAMES))
    return Comparison(a, b, seed, a.evaluate.confidence, table, paired(shared), pool.interrupted)


def shared_worlds(outcomes: Sequence[Outcome]) -> Shared:
    """Outcomes of the worlds in which both scenarios were finished, in the order of their numbers."""
    found = {(outcome.job.scenario, outcome.job.replication): outcome for outcome in outcomes}
    numbers = sorted(number for place, number in found if place == 0 and (1, number) in found)
    return [(found[0, number], found[1, number]) for number in numbers]
