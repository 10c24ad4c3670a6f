"""`compare`: two scenarios on the same worlds, what became of the same customers in each, and what money it brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from servsim.engine_parameters import window_of
from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.study.confidence_intervals import Interval, defined, interval
from servsim.study.contrast.why import Pairs, Shared, paired
from servsim.study.contrast.why_value import PARTS, parts_of_the_difference
from servsim.study.data_frames import Tidy
from servsim.study.execution.options import HERE, Means
from servsim.study.identity import digest_of
from servsim.study.metrics import NAMES, unit_of
from servsim.study.work.workers import Pool
from servsim.study.work.worlds import Job, Outcome
from servsim.study.yearly_projection import COLUMNS, YEARLY_NAMES, looks_ahead, yearly, yearly_unit, years_as_json


@dataclass(frozen=True)
class Comparison(Tidy):
    """(2, replications, metrics) figures of two scenarios in worlds that they share, and customers in pairs.

    months: (2, replications, months, COLUMNS) all years, no months where money over the years means nothing.
    """

    a: Scenario
    b: Scenario
    seed: int
    confidence: float
    figures: np.ndarray
    pairs: Pairs
    months: np.ndarray
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

    @property
    def looks_ahead(self) -> bool:
        """Is money of all years compared?"""
        return self.months.shape[2] > 0

    def sources(self) -> dict[str, Interval]:
        """Where the difference in value comes from, part by part; nothing where there is no value."""
        if not self.looks_ahead:
            return {}
        parts = parts_of_the_difference(self.a, self.b, self.months, self.pairs)
        return {part: interval(parts[:, place], self.currency, self.confidence) for place, part in enumerate(PARTS)}

    @cached_property
    def years(self) -> np.ndarray:
        """(2, replications, years, YEARLY) the figures of every whole year; no years where they mean nothing."""
        return yearly(self.months)

    def of_year(self, year: int, metric: str) -> Interval:
        """B less A of a figure of YEARLY in a year, from 1 on, world by world."""
        sample = self.years[:, :, year - 1, YEARLY_NAMES.index(metric)]
        return interval(sample[1] - sample[0], yearly_unit(metric, self.currency), self.confidence)

    def years_dict(self) -> list[dict[str, Any]] | None:
        """The differences year by year as JSON has them; None where there are none."""
        return years_as_json(self.years.shape[2], self.of_year) or None

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
            "sources": {part: gap.to_dict() for part, gap in self.sources().items()},
            "years": self.years_dict(),
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
    """Simulate two scenarios on the same worlds: the same people come, with the same patience and the same cases.

    They go on until the end of the years where money means something there in both.
    """
    far = looks_ahead(a) and looks_ahead(b)
    insist_alike(a, b, far)
    n = replications or a.evaluate.replications
    with Pool([a, b], seed, means, far=far) as pool:
        outcomes = pool.outcomes([Job(place, number) for number in range(n) for place in (0, 1)], customers=True)
    shared = shared_worlds(outcomes)
    figures = np.array([[pair[which].figures for pair in shared] for which in (0, 1)])
    table = figures.reshape(2, len(shared), len(NAMES))
    months = np.array([[pair[which].months for pair in shared] for which in (0, 1)])
    years = months.reshape(2, len(shared), -1 if far and shared else 0, len(COLUMNS))
    return Comparison(a, b, seed, a.evaluate.confidence, table, paired(shared), years, pool.interrupted)


def insist_alike(a: Scenario, b: Scenario, far: bool) -> None:
    """ScenarioError where amounts of both cannot be compared; far: whether they are those of all years."""
    if a.money.currency != b.money.currency:
        raise ScenarioError(
            [f"money.currency is {a.money.currency} in A and {b.money.currency} in B; it must be the same."]
        )
    over_the_years = "it must be the same where money over the years is compared."
    if far and a.horizon.years != b.horizon.years:
        raise ScenarioError(
            [f"horizon.years is {a.horizon.years:g} in A and {b.horizon.years:g} in B; {over_the_years}"]
        )
    if far and window_of(a) != window_of(b):
        raise ScenarioError(
            [f"horizon.weeks is {a.horizon.weeks:g} in A and {b.horizon.weeks:g} in B; {over_the_years}"]
        )


def shared_worlds(outcomes: Sequence[Outcome]) -> Shared:
    """Outcomes of the worlds in which both scenarios were finished, in the order of their numbers."""
    found = {(outcome.job.scenario, outcome.job.replication): outcome for outcome in outcomes}
    numbers = sorted(number for place, number in found if place == 0 and (1, number) in found)
    return [(found[0, number], found[1, number]) for number in numbers]
