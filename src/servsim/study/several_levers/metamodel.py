"""Where to look next: a metamodel of the points tried so far, and the candidates of which it promises most.

The metamodel is a cubic radial basis function through all points tried, one column for each constraint, for the
objective, and for each metric of the front. Of a batch, some points are those of which it promises most, others are
promising and far from all tried before, so that the search neither stops at the first hill nor wanders. Source: Regis
and Shoemaker (2007), A stochastic radial basis function method for the global optimization of expensive functions;
constraints in the manner of Regis (2011). Why this one: benchmarks/search.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from servsim.study.several_levers.levers import Space, Values

CANDIDATES = 1500
"""Points of which the metamodel is asked, for each that is tried; a third anywhere, the others near the best."""
TRUST = (1.0, 0.9, 0.75, 0.5)
"""How much a point of a batch counts for what the metamodel promises; the rest, for its distance from all others."""
RADIUS = (0.025, 0.2, 0.4)
"""How far from the best candidates are looked for, as a share of each range: least, to begin with, and most."""
SMOOTHING = 1e-3
"""How much the metamodel may miss the points tried: whole customers make the objective a little rough."""
FEARED = 20.0
"""What breaking a constraint by its whole bound costs, in ranges of the objective."""
WORST = -0.3
"""By what share of its bound a constraint is broken at most, for the metamodel: how far beyond does not matter."""

Aim = Callable[[np.ndarray], np.ndarray]
"""(points,) what points are worth, from (points, 1 + metrics of the front)."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the points tried.

    slack: (points, constraints) by how much each keeps the constraints. wanted: (points, 1 + metrics of the front) the
    objective and those metrics, more being better.
    """

    points: Sequence[Values]
    slack: np.ndarray
    wanted: np.ndarray

    def columns(self) -> np.ndarray:
        """(points, constraints and wanted) what the metamodel learns; what is wanted, from 0 for the middle to 1.

        Of the worse half of all points it learns only that they are no better than the middle: where nobody wants to
        be, it need not be right.
        """
        wanted = np.maximum(self.wanted, np.median(self.wanted, axis=0))
        low, size = wanted.min(axis=0), np.ptp(wanted, axis=0)
        return np.column_stack([np.maximum(self.slack, WORST), (wanted - low) / np.where(size > 0, size, 1.0)])


class Guide:
    """Says which points to try next."""

    def __init__(self, space: Space, chance: np.random.Generator) -> None:
        """Nothing has been found yet."""
        self.space, self.chance = space, chance
        self.radius, self.streak = RADIUS[1], 0

    def learn(self, better: bool) -> None:
        """Look farther after three batches in a row that found better points, nearer after four in vain."""
        self.streak = max(self.streak, 0) + 1 if better else min(self.streak, 0) - 1
        if self.streak in (3, -4):
            self.radius = min(RADIUS[2], self.radius * 2) if better else max(RADIUS[0], self.radius / 2)
            self.streak = 0

    def batch(self, known: Known, many: int) -> list[Values]:
        """The points to try next; fewer, or none, where all there are have been tried."""
        from scipy.interpolate import RBFInterpolator

        columns, places, constraints = known.columns(), self.space.places(known.points), known.slack.shape[1]
        model = RBFInterpolator(places, columns, kernel="cubic", smoothing=SMOOTHING, degree=1)
        taken, chosen = set(known.points), []
        for aim, trust in zip(self.aims(many, known.wanted.shape[1] - 1), TRUST, strict=False):
            centre = places[int(np.argmax(worth(columns, constraints, aim)))]
            candidates = [point for point in self.candidates(centre) if point not in taken]
            if not candidates:
                break
            at = self.space.places(candidates)
            apart = distances(at, self.space.places(taken))
            chosen.append(candidates[int(np.argmax(score(worth(model(at), constraints, aim), apart, trust)))])
            taken.add(chosen[-1])
        return chosen

    def aims(self, many: int, traded: int) -> list[Aim]:
        """What each point of a batch is after: the objective; with a front, every second a mix of its metrics."""
        aims: list[Aim] = [first] * many
        for number in range(1, many if traded else 0, 2):
            aims[number] = mixed(self.chance.dirichlet(np.ones(traded)))
        return aims

    def candidates(self, centre: np.ndarray) -> list[Values]:
        """Points near the best, of which some levers differ from it, and points anywhere; each once."""
        near, levers = CANDIDATES * 2 // 3, len(self.space.levers)
        moved = self.chance.random((near, levers)) < min(1.0, 2 / np.sqrt(levers))
        moved[np.arange(near), self.chance.integers(0, levers, near)] = True
        around = centre + moved * self.chance.normal(0, self.radius, (near, levers))
        anywhere = self.chance.random((CANDIDATES - near, levers))
        return self.space.at(np.concatenate([around, anywhere]))


def first(wanted: np.ndarray) -> np.ndarray:
    """After the objective."""
    objective: np.ndarray = wanted[:, 0]
    return objective


def mixed(shares: np.ndarray) -> Aim:
    """After a mix of the front's metrics, the one that is least by its share counting most. Source: Knowles (2006)."""

    def aim(wanted: np.ndarray) -> np.ndarray:
        weighed = shares * wanted[:, 1:]
        return np.asarray(weighed.min(axis=1) + 0.05 * weighed.sum(axis=1))

    return aim


def worth(columns: np.ndarray, constraints: int, aim: Aim) -> np.ndarray:
    """(points,) what points are worth to an aim, less what breaking constraints costs."""
    broken = np.maximum(0.0, -columns[:, :constraints]).sum(axis=1)
    return aim(columns[:, constraints:]) - FEARED * broken


def score(promise: np.ndarray, distance: np.ndarray, trust: float) -> np.ndarray:
    """(candidates,) how much a candidate deserves to be tried, for its promise and for its distance from all others."""
    middle = np.median(promise)
    promising = np.clip((promise - middle) / max(promise.max() - middle, 1e-12), 0, 1)
    apart = (distance - distance.min()) / max(np.ptp(distance), 1e-12)
    return np.asarray(trust * promising + (1 - trust) * apart)


def distances(places: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(places,) from each place to the nearest of the others."""
    from scipy.spatial import KDTree

    return np.asarray(KDTree(others).query(places)[0])
