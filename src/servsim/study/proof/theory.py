"""Theory: textbook desks, simulated by the compiled loop and held against what is known of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.study.confidence_intervals import defined
from servsim.study.execution.options import HERE, Means
from servsim.study.metrics import NAMES
from servsim.study.verification.textbook_desks import Case
from servsim.study.work.workers import Pool
from servsim.study.work.worlds import Job

FALSE_ALARM = 0.001
"""Chance that a correct installation fails the theory: over all figures together, by Šidák's bound."""


@dataclass(frozen=True)
class Effort:
    """How hard to look: worlds per desk, the share of each desk's full horizon, how sharp, how many twins."""

    worlds: int
    share: float
    sharpness: float
    twins: int


FULL = Effort(worlds=64, share=1.0, sharpness=0.005, twins=1000)
QUICK = Effort(worlds=32, share=1 / 6, sharpness=0.02, twins=60)
"""Sharpness: the largest standard error that counts as proof, as a share of the value."""


@dataclass(frozen=True)
class Finding:
    """A figure of a desk, simulated, beside its known value."""

    name: str
    figure: str
    expected: float
    simulated: float
    standard_error: float
    passed: bool

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        gap = self.simulated - self.expected
        return gap / self.standard_error if self.standard_error else math.copysign(math.inf, gap) if gap else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {
            "name": self.name,
            "figure": self.figure,
            "expected": defined(self.expected),
            "simulated": defined(self.simulated),
            "standard_error": defined(self.standard_error),
            "z": defined(self.z),
            "passed": self.passed,
        }


def bound(figures: int, worlds: int, false_alarm: float = FALSE_ALARM) -> float:
    """Standard errors within which all figures lie together with probability 1 − false alarm: t, Šidák (1967)."""
    from scipy.stats import t

    each = 1.0 - (1.0 - false_alarm) ** (1.0 / figures)
    return float(t.isf(each / 2.0, worlds - 1))


def sample_of(table: np.ndarray, figure: str) -> np.ndarray:
    """(worlds,) a figure, or the ratio of two, from (worlds, metrics)."""
    over, _, under = figure.partition("/")
    column: np.ndarray = table[:, NAMES.index(over)]
    return column / table[:, NAMES.index(under)] if under else column


def finding(case: Case, figure: str, sample: np.ndarray, limit: float, sharpness: float) -> Finding:
    """What a figure's worlds say: it passes if it is sharp, and no further off than the limit in standard errors."""
    mean, error = float(sample.mean()), float(sample.std(ddof=1) / math.sqrt(len(sample)))
    expected = case.expected[figure]
    sharp = error <= sharpness * abs(expected)
    near = abs(mean - expected) <= limit * error
    return Finding(case.name, figure, expected, mean, error, sharp and near)


def theory(
    desks: Sequence[Case],
    effort: Effort,
    seed: int,
    means: Means = HERE,
) -> list[Finding]:
    """Every figure of every desk, simulated and held against its known value."""
    jobs = [
        Job(place, place * effort.worlds + number) for place in range(len(desks)) for number in range(effort.worlds)
    ]
    with Pool([case.scenario(effort.share) for case in desks], seed, means, far=True) as pool:
        outcomes = pool.outcomes(jobs)
    if pool.interrupted:
        raise KeyboardInterrupt
    limit = bound(sum(len(case.expected) for case in desks), effort.worlds)
    tables = np.array([outcome.figures for outcome in outcomes]).reshape(len(desks), effort.worlds, len(NAMES))
    return [
        finding(case, figure, sample_of(table, figure), limit, effort.sharpness)
        for case, table in zip(desks, tables, strict=True)
        for figure in case.expected
    ]
