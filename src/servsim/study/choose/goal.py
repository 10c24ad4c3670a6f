"""What a search is after: the objective and the constraints, read from worlds that all points share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.study.metrics import BY_NAME, NAMES
from servsim.study.objective import VALUE, Constraint, Seen, constraints_of, direction


@dataclass(frozen=True)
class Goal:
    """The figure that is to be best, what must be kept to, and two figures of which one is bought with the other."""

    objective: str
    constraints: tuple[Constraint, ...]
    front: tuple[str, ...]

    def merit(self, tables: Sequence[np.ndarray]) -> np.ndarray:
        """(points,) the mean of the objective over (worlds, metrics), more being better."""
        return mean_of(tables, self.objective)

    def slack(self, several: Sequence[Seen], today: Seen) -> np.ndarray:
        """(points, constraints) by how much each constraint is kept on average, as a share of its bound."""
        rows = [[each.slack(seen, today).mean() / each.scale(today) for each in self.constraints] for seen in several]
        return np.reshape(rows, (len(rows), len(self.constraints)))

    @property
    def looks_ahead(self) -> bool:
        """Is it after money over the years?"""
        return VALUE in (self.objective, *self.front, *(each.figure for each in self.constraints))

    def traded(self, tables: Sequence[np.ndarray]) -> np.ndarray:
        """(points, 2 or none) the means of the two figures of the front, more being better."""
        return np.reshape([mean_of(tables, name) for name in self.front], (len(self.front), len(tables))).T


def mean_of(tables: Sequence[np.ndarray], figure: str) -> np.ndarray:
    """(points,) a figure's mean over worlds, more being better; NaN where it is undefined in some world."""
    column = NAMES.index(figure)
    return np.array([BY_NAME[figure].better * table[:, column].mean() for table in tables])


def goal_of(scenario: Scenario, asked: Evaluate, front: Sequence[str]) -> Goal:
    """The goal of a question; ScenarioError where it names figures that there are not, or that cannot be better."""
    direction(asked.objective, "optimise.objective")
    for name in front:
        direction(name, "optimise.front")
    constraints = constraints_of(scenario, asked, "optimise.constraints", VALUE in front)
    return Goal(asked.objective, tuple(constraints), tuple(front))


def undominated(traded: np.ndarray) -> np.ndarray:
    """(points,) whether no other point has at least as much of both figures and more of one. traded: (points, 2)."""
    at_least = np.all(traded[:, None, :] <= traded[None, :, :], axis=2)
    more = np.any(traded[:, None, :] < traded[None, :, :], axis=2)
    return np.isfinite(traded).all(axis=1) & ~np.any(at_least & more, axis=1)


def spread(traded: np.ndarray, many: int) -> list[int]:
    """The places of so many points at most, spread over all by their first figure. traded: (points, 2)."""
    order = np.argsort(traded[:, 0], kind="stable")
    parts = np.linspace(0, max(0, len(order) - 1), min(len(order), many))
    return [int(order[place]) for place in np.unique(parts.round().astype(int))]
