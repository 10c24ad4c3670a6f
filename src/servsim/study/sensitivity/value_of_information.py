"""The value of information: the advice over all plausible settings, what knowing them is worth, and Sobol indices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.study.intervals_and_tables import Interval, defined
from servsim.study.sensitivity.metamodel import Basis, fitted
from servsim.study.sensitivity.plausible_settings import Range, drawn, shares

READINGS = 1024
"""Plausible settings at which a surface is read."""
RESAMPLES = 200
"""Surfaces with other noise that an interval is taken from."""
LEAST = 16
"""Points below which nothing is said."""


@dataclass(frozen=True)
class Standing:
    """A level over all plausible settings.

    best: the share of them in which it is best. good: in which it is best, or worse by no more than the smallest
    difference that matters. loss: how much worse it is than what is best there, on average.
    """

    level: float
    best: float
    good: float
    loss: Interval

    def to_dict(self) -> dict[str, Any]:
        """The standing as JSON has it."""
        return {"level": self.level, "best": self.best, "good": self.good, "loss": self.loss.to_dict()}


@dataclass(frozen=True)
class Plausible:
    """What the advice is worth where nobody knows.

    standings: for each level. choice: the level that is best on average. knowing: for each range, what the choice would
    gain by knowing that setting; everything: by knowing all; halves: the same as far as half of the points can tell.
    explained: the share of what the levels' differences vary by between points that the surfaces foretell, each point
    left out in its turn. points: how many.
    """

    points: int
    standings: tuple[Standing, ...]
    choice: float
    knowing: tuple[Interval, ...]
    everything: Interval
    halves: float
    explained: float

    def standing(self, level: float) -> Standing:
        """How a level stands."""
        return next(own for own in self.standings if own.level == level)

    def to_dict(self, ranges: Sequence[Range]) -> dict[str, Any]:
        """All that as JSON has it."""
        return {
            "points": self.points,
            "explained": defined(self.explained),
            "levels": [own.to_dict() for own in self.standings],
            "best_on_average": self.choice,
            "knowing": [
                {"setting": own.key, **worth.to_dict()} for own, worth in zip(ranges, self.knowing, strict=True)
            ],
            "knowing_everything": self.everything.to_dict(),
            "knowing_everything_by_halves": self.halves,
        }


class SurfaceReading:
    """Surfaces of all levels, and everything that is read from them; many surfaces at once, as (surfaces, …)."""

    def __init__(self, ranges: tuple[Range, ...], seed: int) -> None:
        """The places at which they are read."""
        self.basis = Basis(ranges)
        self.everywhere = self.basis.at(drawn(ranges, READINGS, seed + 1))
        self.alone = [self.basis.knowing(place) for place in range(len(ranges))]

    def numbers(self, surfaces: np.ndarray) -> np.ndarray:
        """(surfaces, levels + 1 + ranges) what every level falls short by, what it would bring to know everything, and
        to know each setting; surfaces: (surfaces, terms, levels)."""
        losses = shortfalls(gains(self.everywhere, surfaces)).mean(axis=1)
        known = [gains(alone, surfaces) for alone in self.alone]
        worths = [each.max(axis=2).mean(axis=1) - each.mean(axis=1).max(axis=1) for each in known]
        return np.column_stack([losses, losses.min(axis=1), *worths])

    def halves(self, columns: np.ndarray, metrics: np.ndarray, chance: np.random.Generator) -> float:
        """What knowing everything would bring where one half of the points chooses and the other half judges."""
        first = chance.permutation(len(columns)) < len(columns) // 2
        surfaces = [fitted(self.basis, columns[half], metrics[half]).coefficients for half in (first, ~first)]
        one, other = gains(self.everywhere, np.array(surfaces))
        rows = np.arange(len(one))
        judged = (one[rows, other.argmax(axis=1)] + other[rows, one.argmax(axis=1)]) / 2
        return max(0.0, float(judged.mean() - ((one + other) / 2).mean(axis=0).max()))


def gains(columns: np.ndarray, surfaces: np.ndarray) -> np.ndarray:
    """(surfaces, readings, levels) surfaces read at once; columns: (readings, terms)."""
    many, terms, levels = surfaces.shape
    flat = columns @ surfaces.transpose(1, 0, 2).reshape(terms, many * levels)
    return flat.reshape(len(columns), many, levels).transpose(1, 0, 2)


def shortfalls(gain: np.ndarray) -> np.ndarray:
    """How much worse than the best level every level is; the last axis are levels."""
    behind: np.ndarray = gain.max(axis=-1, keepdims=True) - gain
    return behind


def plausible(
    ranges: tuple[Range, ...],
    settings: np.ndarray,
    metrics: np.ndarray,
    levels: Sequence[float],
    best: float,
    *,
    smallest_difference: float,
    confidence: float,
    unit: str,
    seed: int,
) -> Plausible:
    """What points say of the advice. settings: (points, ranges); metrics: (points, levels) the objective, more better;
    best: the level that is best as stated."""
    ahead = metrics - metrics[:, [list(levels).index(best)]]
    reading, chance = SurfaceReading(ranges, seed), np.random.default_rng(seed)
    columns = reading.basis.at(settings)
    surface = fitted(reading.basis, columns, ahead, RESAMPLES, chance)
    numbers = reading.numbers(np.concatenate([surface.coefficients[None], surface.again]))
    spans = reflected(numbers[0], numbers[1:], confidence, unit)
    (everywhere,) = gains(reading.everywhere, surface.coefficients[None])
    shares = np.bincount(everywhere.argmax(axis=1), minlength=len(levels)) / len(everywhere)
    good = (shortfalls(everywhere) <= smallest_difference).mean(axis=0)
    moved = ahead.std(axis=0) > 0
    return Plausible(
        len(settings),
        tuple(map(Standing, levels, shares.tolist(), good.tolist(), spans)),
        levels[int(everywhere.mean(axis=0).argmax())],
        tuple(spans[len(levels) + 1 :]),
        spans[len(levels)],
        reading.halves(columns, ahead, chance),
        float(surface.explained[moved].mean()) if moved.any() else np.nan,
    )


def reflected(numbers: np.ndarray, again: np.ndarray, confidence: float, unit: str = "1") -> list[Interval]:
    """Numbers never below 0, less their bias, with reflected bootstrap intervals; again: (resamples, numbers)."""
    low, high = np.quantile(again, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    mirrored = np.maximum(0.0, 2 * numbers - np.array([again.mean(axis=0), high, low]))
    return [Interval(float(mean), float(least), float(most), unit) for mean, least, most in mirrored.T]


READINGS = 512
"""Places at which a surface is read, for each of two samples; a power of two."""


@dataclass(frozen=True)
class Index:
    """A setting's share of a metric's variance, by itself and in all."""

    key: str
    first: Interval
    total: Interval

    def to_dict(self) -> dict[str, Any]:
        """The index as JSON has it."""
        return {"setting": self.key, "first": self.first.to_dict(), "total": self.total.to_dict()}


@dataclass(frozen=True)
class Indices:
    """The indices of one metric over the ranges. explained: the share of its variance that the surface foretells; the
    indices share that out. deviation: the metric's standard deviation over plausible settings. mean: its mean."""

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
    of: str, ranges: tuple[Range, ...], settings: np.ndarray, metric: np.ndarray, confidence: float, seed: int
) -> Indices | None:
    """The indices of a metric, (points,), simulated at settings, (points, ranges); None where it never differs."""
    if not metric.std() > 1e-12 * max(1.0, float(np.abs(metric).max())):
        return None
    basis = Basis(ranges)
    columns, column = basis.at(settings), metric[:, None]
    surface = fitted(basis, columns, column, RESAMPLES, np.random.default_rng(seed))
    samples = read(basis, np.hstack([surface.coefficients, *surface.again]), seed)
    deviation = float(samples[0][0].std())
    if deviation <= 1e-9 * float(metric.std()):  # nothing but noise
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
