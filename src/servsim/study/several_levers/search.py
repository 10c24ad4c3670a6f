"""A search for the best values of several levers, in few points, each simulated in the same replications."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import BY_NAME, NAMES
from servsim.study.objective import VALUE, Constraint, Seen, constraints_of, direction
from servsim.study.several_levers.levers import Space, Values
from servsim.study.several_levers.metamodel import Guide, Known


@dataclass(frozen=True)
class Goal:
    """The metric that is to be best, what must be kept to, and two metrics of which one is bought with the other."""

    objective: str
    constraints: tuple[Constraint, ...]
    front: tuple[str, ...]

    def merit(self, tables: Sequence[np.ndarray]) -> np.ndarray:
        """(points,) the mean of the objective over (replications, metrics), more being better."""
        return mean_of(tables, self.objective)

    def slack(self, several: Sequence[Seen], today: Seen) -> np.ndarray:
        """(points, constraints) by how much each constraint is kept on average, as a share of its bound."""
        rows = [[each.slack(seen, today).mean() / each.scale(today) for each in self.constraints] for seen in several]
        return np.reshape(rows, (len(rows), len(self.constraints)))

    @property
    def looks_ahead(self) -> bool:
        """Is it after money over the years?"""
        return VALUE in (self.objective, *self.front, *(each.metric for each in self.constraints))

    def traded(self, tables: Sequence[np.ndarray]) -> np.ndarray:
        """(points, 2 or none) the means of the two metrics of the front, more being better."""
        return np.reshape([mean_of(tables, name) for name in self.front], (len(self.front), len(tables))).T


def mean_of(tables: Sequence[np.ndarray], metric: str) -> np.ndarray:
    """(points,) a metric's mean over replications, more being better; NaN where it is undefined in some world."""
    column = NAMES.index(metric)
    return np.array([BY_NAME[metric].better * table[:, column].mean() for table in tables])


def goal_of(scenario: Scenario, asked: Evaluate, front: Sequence[str]) -> Goal:
    """The goal of a question; ScenarioError where it names metrics that there are not, or that cannot be better."""
    direction(asked.objective, "optimise.objective")
    for name in front:
        direction(name, "optimise.front")
    constraints = constraints_of(scenario, asked, "optimise.constraints", VALUE in front)
    return Goal(asked.objective, tuple(constraints), tuple(front))


def undominated(traded: np.ndarray) -> np.ndarray:
    """(points,) whether no other point has at least as much of both metrics and more of one. traded: (points, 2)."""
    at_least = np.all(traded[:, None, :] <= traded[None, :, :], axis=2)
    more = np.any(traded[:, None, :] < traded[None, :, :], axis=2)
    return np.isfinite(traded).all(axis=1) & ~np.any(at_least & more, axis=1)


def spread(traded: np.ndarray, many: int) -> list[int]:
    """The places of so many points at most, spread over all by their first metric. traded: (points, 2)."""
    order = np.argsort(traded[:, 0], kind="stable")
    parts = np.linspace(0, max(0, len(order) - 1), min(len(order), many))
    return [int(order[place]) for place in np.unique(parts.round().astype(int))]


SEARCH = 1 << 41
"""The number of the search's first replication: the finalists meet in replications that are none of these, so that
their guarantee does not depend on the search.
"""
BATCH = 4
"""Points tried at once, whatever the number of workers: the same search everywhere."""
APART = 0.1
"""How far finalists are from each other in some lever, as a share of its range: nearer ones would tell the same."""

FRONT_POINTS = 6
"""Points of a front at most."""


class Search:
    """A search while it is going on: the points tried, and their replications."""

    def __init__(self, space: Space, goal: Goal, pool: Pool, replications: int, seed: int) -> None:
        """Nothing is tried yet."""
        self.space, self.goal, self.pool, self.replications = space, goal, pool, replications
        self.chance = np.random.default_rng([seed, SEARCH])
        self.guide = Guide(space, self.chance)
        self.gathering = Gathering(pool, SEARCH)
        self.tried: dict[Values, int] = {}
        self.proposal: Values | None = None

    def run(self, points: int) -> bool:
        """Try so many points; False where interrupted. It ends sooner where there are no more."""
        if not self.try_out(self.beginning(points)):
            return False
        while len(self.tried) < points:
            best = self.ranked()[0]
            batch = self.guide.batch(self.known(), min(BATCH, points - len(self.tried)))
            if not batch:
                break
            if not self.try_out(batch):
                return False
            self.guide.learn(self.ranked()[0] != best)
        return True

    def try_out(self, points: list[Values]) -> bool:
        """Simulate points that are new; False where interrupted: those without all of their replications are
        forgotten.
        """
        new = {point: self.pool.add(self.space.scenario_at(point)) for point in points if point not in self.tried}
        finished = self.gathering.until(new.values(), self.replications)
        self.tried |= {
            point: place for point, place in new.items() if len(self.gathering.table(place)) == self.replications
        }
        return finished

    def beginning(self, points: int) -> list[Values]:
        """Today's values, each lever by itself at its farther end, and points spread over all (Latin hypercube)."""
        from scipy.stats import qmc

        space, levers = self.space, len(self.space.levers)
        alone = [space.changed(space.today, number, lever.farther_end) for number, lever in enumerate(space.levers)]
        spread = qmc.LatinHypercube(levers, rng=self.chance).random(levers + 1)
        return list(dict.fromkeys([space.today, *alone, *space.at(spread)]))[:points]

    def table(self, point: Values) -> np.ndarray:
        """(replications, metrics) the metrics of a point tried."""
        return self.gathering.table(self.tried[point])

    @property
    def tables(self) -> list[np.ndarray]:
        """The metrics of all points tried, today's first."""
        return [self.table(point) for point in self.tried]

    def slack(self) -> np.ndarray:
        """(points, constraints) by how much all points tried keep the constraints."""
        several = [self.gathering.seen(place) for place in self.tried.values()]
        return self.goal.slack(several, several[0])

    def gain(self) -> float:
        """What the best point that keeps all constraints brings over today's, in value; of other metrics, nothing."""
        if self.goal.objective != VALUE or not (keeping := self.keeping()):
            return 0.0
        merit = self.goal.merit([self.table(point) for point in (keeping[0], next(iter(self.tried)))])
        return float(max(0.0, merit[0] - merit[1]))

    def revenue(self) -> float:
        """Today's revenue of all years in today's money; 0 where no years are simulated."""
        today = next(iter(self.tried.values()), None)
        return 0.0 if today is None else self.gathering.revenue(today, self.space.scenario.money.discount_rate)

    def known(self) -> Known:
        """What is known of the points tried; a metric that is undefined somewhere counts as the worst there is."""
        wanted = np.column_stack([self.goal.merit(self.tables), self.goal.traded(self.tables)])
        names = (self.goal.objective, *self.goal.front)
        for name, known in zip(names, np.isfinite(wanted).any(axis=0), strict=True):
            if not known:
                raise ScenarioError([
                    f"{name} is not defined at any point of this search; it must be a metric that `servsim run` shows."
                ])  # fmt: skip
        wanted = np.where(np.isfinite(wanted), wanted, np.nanmin(wanted, axis=0))
        return Known(list(self.tried), self.slack(), wanted)

    def ranked(self) -> list[Values]:
        """The points tried, best first: those that keep all constraints by their objective, then the others."""
        known = self.known()
        least = known.slack.min(axis=1, initial=0.0)
        order = np.lexsort((-known.wanted[:, 0], -least))
        return [known.points[place] for place in order]

    def keeping(self) -> list[Values]:
        """The points tried that keep all constraints, best first."""
        slack = dict(zip(self.tried, self.slack(), strict=True))
        return [point for point in self.ranked() if (slack[point] >= 0).all()]

    def tidy(self, leeway: float) -> bool:
        """Put levers of the best point back to today's values, one by one, while that loses no more than a leeway.

        What brings nothing is not worth changing, but a search moves it all the same. The point that is left is the
        proposal. False where interrupted.
        """
        if not (keeping := self.keeping()):
            return True
        self.proposal = best = keeping[0]
        today = self.space.today
        while True:
            moved = [number for number, value in enumerate(self.proposal) if value != today[number]]
            back = [self.space.changed(self.proposal, number, today[number]) for number in moved]
            if not self.try_out(back):
                return False
            merit = dict(zip(self.tried, self.known().wanted[:, 0], strict=True))
            kept = [point for point in self.keeping() if point in back and merit[point] >= merit[best] - leeway]
            if not kept:
                return True
            self.proposal = kept[0]

    def finalists(self, many: int) -> list[Values]:
        """The points to compare in other replications: the proposal, the best, and the best that are well apart.

        Never today's. Where no point keeps all constraints, those that come nearest.
        """
        if not self.tried:
            return []
        today, ranked = self.space.today, self.keeping() or self.ranked()
        chosen = [point for point in dict.fromkeys([self.proposal or ranked[0], ranked[0]]) if point != today]
        for point in ranked:
            if len(chosen) < many and point != today and self.is_apart(point, chosen):
                chosen.append(point)
        return list(dict.fromkeys(self.without_idle(point) for point in chosen[:many]))

    def without_idle(self, point: Values) -> Values:
        """The point with levers that change nothing as they are today; as it is while the search is going on."""
        idle = self.idle() if self.proposal else []
        return tuple(
            lever.today if lever.key in idle else value for lever, value in zip(self.space.levers, point, strict=True)
        )

    def is_apart(self, point: Values, others: list[Values]) -> bool:
        """Is a point well apart from all others in some lever?"""
        gaps = np.abs(self.space.places(others) - self.space.places([point])).max(axis=1, initial=0.0)
        return bool((gaps >= APART).all())

    def traders(self) -> list[Values]:
        """Some points tried that keep all constraints, of which no other has more of both of the front's metrics."""
        keeping = self.keeping()
        traded = self.goal.traded([self.table(point) for point in keeping])
        best = np.flatnonzero(undominated(traded))
        return [keeping[best[place]] for place in spread(traded[best], FRONT_POINTS)]

    def idle(self) -> list[str]:
        """The keys of levers that changed nothing at all wherever they alone were moved."""
        moved: dict[int, list[bool]] = {}
        for one, other in combinations(self.tried, 2):
            differ = [number for number, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
            if len(differ) == 1:
                alike = np.array_equal(self.table(one), self.table(other), equal_nan=True)
                moved.setdefault(differ[0], []).append(alike)
        return [self.space.levers[number].key for number in sorted(moved) if all(moved[number])]
