"""`run`: a scenario's projection, every figure with its interval."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.study.identity import digest_of, model_version
from servsim.study.means import HERE, Means
from servsim.study.metrics import NAMES, OWN, unit_of
from servsim.study.statistics import Interval, defined, interval
from servsim.study.tidy import Tidy
from servsim.study.workers import Pool
from servsim.study.worlds import Job

RISK = (0.05, 0.5, 0.95)
"""Quantiles across replications that are shown as risk."""


@dataclass(frozen=True)
class Run(Tidy):
    """A projection: (replications, metrics) figures, one row for each world; (replications, segments, own metrics)."""

    scenario: Scenario
    seed: int
    confidence: float
    figures: np.ndarray
    own: np.ndarray
    interrupted: bool = False

    def __getitem__(self, metric: str) -> Interval:
        """A figure's mean and interval over replications."""
        return interval(self.sample(metric), unit_of(metric, self.scenario.money.currency), self.confidence)

    def sample(self, metric: str) -> np.ndarray:
        """(replications,) a figure in each world."""
        column: np.ndarray = self.figures[:, NAMES.index(metric)]
        return column

    def of_segment(self, segment: str) -> dict[str, Interval]:
        """The figures of one segment, by name of the figure."""
        number = [own.name for own in self.scenario.segments].index(segment)
        currency = self.scenario.money.currency
        return {
            own.name: interval(self.own[:, number, place], own.unit.replace("money", currency), self.confidence)
            for place, own in enumerate(OWN)
        }

    def risk(self, metric: str) -> tuple[float, ...]:
        """The figure's quantiles RISK across worlds: what a single year may bring, not doubt about the mean."""
        sample = self.sample(metric)
        finite = sample[np.isfinite(sample)]
        return tuple(float(q) for q in np.quantile(finite, RISK)) if len(finite) else (np.nan,) * len(RISK)

    def to_dict(self) -> dict[str, Any]:
        """The run as `servsim run --json` prints it."""
        return {
            "scenario": self.scenario.title,
            "digest": digest_of(self.scenario),
            "model": model_version(),
            "seed": self.seed,
            "replications": len(self.figures),
            "confidence": self.confidence,
            "interrupted": self.interrupted,
            "metrics": {name: self[name].to_dict() for name in NAMES},
            "segments": {
                own.name: {name: figure.to_dict() for name, figure in self.of_segment(own.name).items()}
                for own in self.scenario.segments
            },
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each world and figure."""
        currency = self.scenario.money.currency
        return [
            {"replication": number, "metric": name, "value": defined(value), "unit": unit_of(name, currency)}
            for number, row in enumerate(self.figures)
            for name, value in zip(NAMES, row, strict=True)
        ]


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int = 1,
    confidence: float | None = None,
    means: Means = HERE,
) -> Run:
    """Project a scenario from today's book: so many independent worlds, every figure with its t interval."""
    n = replications or scenario.evaluate.replications
    with Pool([scenario], seed, means) as pool:
        outcomes = pool.outcomes([Job(0, number) for number in range(n)])
    table = np.array([outcome.figures for outcome in outcomes]).reshape(-1, len(NAMES))
    own = np.array([outcome.own for outcome in outcomes]).reshape(len(outcomes), len(scenario.segments), len(OWN))
    return Run(scenario, seed, confidence or scenario.evaluate.confidence, table, own, pool.interrupted)
