"""A smooth surface over plausible settings, through metrics that were simulated at some of them.

Few replications at each of many points say more than many replications at a few: the surface takes from its neighbours
what a point lacks. It is a sum of Legendre polynomials of single settings and of pairs, shrunk the more the higher
their degree (ridge); how much, is what best foretells each point from all others. Sources: Sudret (2008), Reliability
Engineering and System Safety 93, for polynomials as the surface of a sensitivity analysis; Hoerl and Kennard (1970),
Technometrics 12, for ridge; Allen (1974), Technometrics 16, for leaving one out.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from servsim.study.sensitivity.plausible_settings import Range

ALONE, TOGETHER = 5, 4
"""The highest degree of a single setting's polynomials, and of two settings' product."""
FADING = (0.1, 0.15, 0.25, 0.4, 0.6)
"""How much less a polynomial counts for each degree."""
PENALTIES = tuple(10.0**power for power in np.arange(-7, 2.1, 0.5))
"""What counting may cost, in shares of the largest singular value squared."""
QUANTILES = 64
"""Values of a setting over which a mean is taken."""

Term = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Basis:
    """The polynomials over some ranges."""

    ranges: tuple[Range, ...]

    @cached_property
    def terms(self) -> list[Term]:
        """Which settings each polynomial is of, and of what degree in each; the constant first."""
        places = range(len(self.ranges))
        alone: list[Term] = [((place, degree),) for place in places for degree in range(1, ALONE + 1)]
        pairs: list[Term] = [
            ((one, low), (other, high))
            for one, other in combinations(places, 2)
            for low in range(1, TOGETHER)
            for high in range(1, TOGETHER + 1 - low)
        ]
        return [(), *alone, *pairs]

    @cached_property
    def degrees(self) -> np.ndarray:
        """(terms,) the degree of each polynomial."""
        return np.array([sum(degree for _, degree in term) for term in self.terms])

    def powers(self, settings: np.ndarray) -> np.ndarray:
        """(points, ranges, degrees) Legendre polynomials of each setting, its range being −1 to 1."""
        low = np.array([own.low for own in self.ranges])
        high = np.array([own.high for own in self.ranges])
        return np.polynomial.legendre.legvander(2 * (settings - low) / (high - low) - 1, ALONE)

    def columns(self, powers: np.ndarray) -> np.ndarray:
        """(points, terms) the polynomials, from those of each setting."""
        found = np.ones((len(powers), len(self.terms)))
        for number, term in enumerate(self.terms):
            for place, degree in term:
                found[:, number] *= powers[:, place, degree]
        return found

    def at(self, settings: np.ndarray) -> np.ndarray:
        """(points, terms) the polynomials at settings, (points, ranges)."""
        return self.columns(self.powers(settings))

    def knowing(self, place: int) -> np.ndarray:
        """(quantiles, terms) the polynomials at values of one setting that are alike likely, on average over others."""
        middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
        powers = self.powers(np.column_stack([own.at(middles) for own in self.ranges]))
        mixed = np.repeat(powers.mean(axis=0, keepdims=True), QUANTILES, axis=0)
        mixed[:, place] = powers[:, place]
        return self.columns(mixed)


class Ridge:
    """Ridge regression on polynomials that count the less the higher their degree, for any penalty.

    A penalty is in shares of the largest singular value squared.
    """

    def __init__(self, basis: Basis, columns: np.ndarray, fading: float) -> None:
        """columns: (points, terms), the constant first; fading: how much less they count for each degree."""
        self.columns, self.weights = columns, fading ** basis.degrees[1:]
        self.middle = columns[:, 1:].mean(axis=0)
        weighted = (columns[:, 1:] - self.middle) * self.weights
        self.left, self.size, self.right = np.linalg.svd(weighted, full_matrices=False)

    def square(self, penalty: float) -> np.ndarray:
        """(singular values,) squared, the penalty added."""
        squares: np.ndarray = self.size**2 + max(penalty * float(self.size.max(initial=0.0)) ** 2, 1e-300)
        return squares

    def own(self, penalty: float) -> np.ndarray:
        """(points,) how much a point's own metric counts in what the surface says there: its leverage."""
        own: np.ndarray = (self.left**2) @ (self.size**2 / self.square(penalty)) + 1 / len(self.columns)
        return own

    def missed(self, metrics: np.ndarray, penalty: float) -> np.ndarray:
        """(points, metrics) by how much a metric is missed where the surface is fitted to all other points."""
        centred = metrics - metrics.mean(axis=0)
        kept = self.size**2 / self.square(penalty)
        missed: np.ndarray = centred - self.left @ (kept[:, None] * (self.left.T @ centred))
        return missed / np.maximum(1 - self.own(penalty), 1e-9)[:, None]

    def fitting(self, penalty: float) -> np.ndarray:
        """(terms, points) what turns metrics into the coefficients of their surface."""
        slopes = self.weights[:, None] * ((self.right.T * (self.size / self.square(penalty))) @ self.left.T)
        constant = 1 / len(self.columns) - self.middle @ slopes
        return np.concatenate([constant[None], slopes])


@dataclass(frozen=True, eq=False)
class Surface:
    """A surface for each of some metrics.

    coefficients: (terms, metrics). again: (resamples, terms, metrics) those of surfaces through the same points, with
    what the surface misses drawn anew from what it misses anywhere, all metrics of a point together (Davison and
    Hinkley 1997, section 6.2.3). explained: (metrics,) the share of a metric's variance between points that is
    foretold, each point left out in its turn.
    """

    coefficients: np.ndarray
    again: np.ndarray
    explained: np.ndarray


def fitted(
    basis: Basis,
    columns: np.ndarray,
    metrics: np.ndarray,
    resamples: int = 0,
    chance: np.random.Generator | None = None,
) -> Surface:
    """The surfaces that foretell left-out points best; columns: (points, terms), metrics: (points, metrics)."""
    spread = ((metrics - metrics.mean(axis=0)) ** 2).sum(axis=0)
    safe = np.where(spread > 0, spread, np.inf)
    tried = [
        (((ridge.missed(metrics, penalty) ** 2).sum(axis=0) / safe), ridge, penalty)
        for ridge in (Ridge(basis, columns, fading) for fading in FADING)
        for penalty in PENALTIES
    ]
    errors, ridge, penalty = min(tried, key=lambda each: float(each[0].sum()))
    fitting = ridge.fitting(penalty)
    coefficients = fitting @ metrics
    return Surface(coefficients, resampled(ridge, penalty, metrics, resamples, chance), 1 - errors)


def resampled(
    ridge: Ridge, penalty: float, metrics: np.ndarray, resamples: int, chance: np.random.Generator | None
) -> np.ndarray:
    """(resamples, terms, metrics) the coefficients of surfaces with what is missed drawn anew."""
    points, many = metrics.shape
    if chance is None or not resamples:
        return np.empty((0, ridge.columns.shape[1], many))
    fitting = ridge.fitting(penalty)
    surface = ridge.columns @ (fitting @ metrics)
    missed = (metrics - surface) / np.sqrt(np.maximum(1 - ridge.own(penalty), 1e-9))[:, None]
    missed -= missed.mean(axis=0)
    drawn = missed[chance.integers(0, points, (points, resamples))]  # (points, resamples, metrics)
    flat = fitting @ (surface[:, None, :] + drawn).reshape(points, resamples * many)
    return flat.reshape(-1, resamples, many).transpose(1, 0, 2)
