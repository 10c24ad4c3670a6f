"""What results are made of: intervals over replications, which cover the noise of simulation only, and tables."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval, and the unit of all three; NaN where there is none."""

    mean: float
    low: float
    high: float
    unit: str

    @property
    def half(self) -> float:
        """Half its width."""
        return (self.high - self.low) / 2

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


REPLICATIONS_PER_CONTROL = 5
"""Replications that each control variate needs, and one more such lot: with fewer the fit costs more than it brings.
Whether controls are used must depend on nothing that a run shows: to choose the narrower interval would cover too
little.
"""


def interval(sample: np.ndarray, unit: str, confidence: float, comparisons: int = 1) -> Interval:
    """Mean ± t · s/√n over independent replications; those in which the metric is undefined are left out."""
    sample = sample[np.isfinite(sample)]
    n = len(sample)
    if n == 0:
        return Interval(np.nan, np.nan, np.nan, unit)
    mean = float(sample.mean())
    if n == 1:
        return Interval(mean, np.nan, np.nan, unit)
    half = t_quantile(confidence, n - 1, comparisons) * float(sample.std(ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, unit)


def controlled(
    sample: np.ndarray, controls: np.ndarray, unit: str, confidence: float, comparisons: int = 1
) -> Interval:
    """The interval of a mean with the help of controls, (replications, q) deviations from known means.

    The intercept of the least-squares fit of the sample on its controls, with n − q − 1 degrees of freedom; controls
    that never move are left out. Source: Lavenberg and Welch (1981).
    """
    controls = controls[:, np.ptp(controls, axis=0) > 0] if len(controls) else controls
    n, q = len(sample), controls.shape[1]
    design = np.column_stack([np.ones(n), controls / np.abs(controls).max(axis=0, initial=0)])
    if (
        not q
        or n < REPLICATIONS_PER_CONTROL * (q + 1)
        or not np.isfinite(sample).all()
        or np.linalg.matrix_rank(design) <= q
    ):
        return interval(sample, unit, confidence, comparisons)
    fit = np.linalg.lstsq(design, sample)[0]
    left = sample - design @ fit
    error = float(np.sqrt(left @ left / (n - q - 1) * np.linalg.inv(design.T @ design)[0, 0]))
    mean, half = float(fit[0]), t_quantile(confidence, n - q - 1, comparisons) * error
    return Interval(mean, mean - half, mean + half, unit)


def within(found: Interval, least: float, most: float) -> Interval:
    """An interval cut to what its number can be."""
    low, high = (float(np.clip(end, least, most)) for end in (found.low, found.high))
    return Interval(float(np.clip(found.mean, least, most)), low, high, found.unit)


SHOWN_BY = "servsim.show.notebook_display"
"""The module that tells notebooks how results look."""


class Tidy:
    """A result that can be told in tidy rows: one for each replication and metric."""

    def rows(self) -> list[dict[str, Any]]:
        """The rows; undefined values are None."""
        raise NotImplementedError

    def _repr_html_(self) -> str | None:
        """The result as a notebook shows it; what shows it is named here and not imported, for it knows of this."""
        html: str | None = import_module(SHOWN_BY).html(self)
        return html

    def to_frame(self) -> Any:
        """`rows` as a pandas DataFrame (extra: servsim[frames])."""
        from pandas import DataFrame

        return DataFrame(self.rows())
