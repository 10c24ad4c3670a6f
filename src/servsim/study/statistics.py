"""Intervals over replications. They cover the noise of simulation only, never doubt about the settings."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval, and the unit of all three; NaN where there is none."""

    mean: float
    low: float
    high: float
    unit: str

    def to_dict(self) -> dict[str, float | str | None]:
        """The interval as JSON has it: undefined is null."""
        return {"mean": defined(self.mean), "low": defined(self.low), "high": defined(self.high), "unit": self.unit}


def defined(number: float) -> float | None:
    """A number, or None where it is NaN or infinite."""
    return float(number) if np.isfinite(number) else None


def t_quantile(confidence: float, degrees: int, comparisons: int = 1) -> float:
    """Half-width in standard errors of two-sided t intervals that hold together, by Bonferroni."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 1 - (1 - confidence) / 2 / comparisons))


def interval(sample: np.ndarray, unit: str, confidence: float, comparisons: int = 1) -> Interval:
    """Mean ± t · s/√n over independent replications; replications in which the figure is undefined are left out."""
    sample = sample[np.isfinite(sample)]
    n = len(sample)
    if n == 0:
        return Interval(np.nan, np.nan, np.nan, unit)
    mean = float(sample.mean())
    if n == 1:
        return Interval(mean, np.nan, np.nan, unit)
    half = t_quantile(confidence, n - 1, comparisons) * float(sample.std(ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, unit)
