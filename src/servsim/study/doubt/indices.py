"""How much of what a figure varies over the plausible settings is due to each of them.

First: the share of the variance that would go if the setting were known. Total: the share that would stay if all others
were known; more than the first where settings work together. Source: Saltelli and others (2010), Computer Physics
Communications 181, as scipy.stats has it, read from a surface.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.study.confidence_intervals import Interval
from servsim.study.doubt.surface import Basis, fitted
from servsim.study.doubt.uncertain import Range, shares
from servsim.study.sensitivity.value_of_information import RESAMPLES, reflected

READINGS = 512
"""Places at which a surface is read, for each of two samples; a power of two."""


@dataclass(frozen=True)
class Index:
    """A setting's share of a figure's variance, by itself and in all."""

    key: str
    first: Interval
    total: Interval

    def to_dict(self) -> dict[str, Any]:
        """The index as JSON has it."""
        return {"setting": self.key, "first": self.first.to_dict(), "total": self.total.to_dict()}


@dataclass(frozen=True)
class Indices:
    """The indices of one figure over the ranges. explained: the share of its variance that the surface foretells; the
    indices share that out. deviation: the figure's standard deviation over plausible settings. mean: its mean."""

    of: str
    each: tuple[Index, ...]
    mean: float
    deviation: float
    explained: float

    def to_dict(self) -> dict[str, Any]:
        """The indices as JSON has them."""
        return {
            "of": self.of, "mean": self.mean, "deviation": self.deviation, "explained": self.explained,
            "settings": [own.to_dict() for own in self.each],
        }  # fmt: skip


def indices(
    of: str, ranges: tuple[Range, ...], settings: np.ndarray, figure: np.ndarray, confidence: float, seed: int
) -> Indices | None:
    """The indices of a figure, (points,), simulated at settings, (points, ranges); None where it never differs."""
    if not figure.std() > 1e-12 * max(1.0, float(np.abs(figure).max())):
        return None
    basis = Basis(ranges)
    columns, column = basis.at(settings), figure[:, None]
    surface = fitted(basis, columns, column, RESAMPLES, np.random.default_rng(seed))
    samples = read(basis, np.hstack([surface.coefficients, *surface.again]), seed)
    deviation = float(samples[0][0].std())
    if deviation <= 1e-9 * float(figure.std()):  # nothing but noise
        return None
    first, total = (reflected(values[0], values[1:], confidence) for values in sobol(*samples))
    each = tuple(map(Index, (own.key for own in ranges), first, total))
    return Indices(of, each, float(samples[0][0].mean()), deviation, float(surface.explained[0]))


def read(basis: Basis, coefficients: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(surfaces, readings) in one sample and in another, and (ranges, surfaces, readings) in the first one with a
    setting of the second; coefficients: (terms, surfaces)."""
    scattered = shares(READINGS, 2 * len(basis.ranges), seed + 2)
    one, other = (
        basis.powers(np.column_stack([own.at(column) for own, column in zip(basis.ranges, half.T, strict=True)]))
        for half in np.split(scattered, 2, axis=1)
    )
    mixed = []
    for place in range(len(basis.ranges)):
        powers = one.copy()
        powers[:, place] = other[:, place]
        mixed.append((basis.columns(powers) @ coefficients).T)
    return (basis.columns(one) @ coefficients).T, (basis.columns(other) @ coefficients).T, np.array(mixed)


def sobol(one: np.ndarray, other: np.ndarray, mixed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(surfaces, ranges) first-order and total indices."""
    from scipy.stats import sobol_indices

    found = sobol_indices(func={"f_A": one, "f_B": other, "f_AB": mixed}, n=one.shape[1])
    return np.reshape(found.first_order, (len(one), -1)), np.reshape(found.total_order, (len(one), -1))
