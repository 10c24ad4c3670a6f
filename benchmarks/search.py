"""How few points does the search need? Our guide beside optimisers of SciPy, on three desks in the same replications.

    python benchmarks/search.py            # about twenty minutes
    python benchmarks/search.py --seeds 1  # a first look

Of every way it is told how far from today's value towards the best that any of them found it came after so many points,
averaged over seeds. All begin with the same points; a constraint broken costs as much as our guide takes it to cost.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property

import numpy as np
from scipy.optimize import NonlinearConstraint, differential_evolution, minimize
from scipy.stats import qmc

from servsim.scenario.read import checked, read_scenario
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.scheduler import Pool
from servsim.study.objective import Seen
from servsim.study.several_levers.levers import Values, space_of
from servsim.study.several_levers.metamodel import FEARED
from servsim.study.several_levers.optimise import asked_of
from servsim.study.several_levers.search import SEARCH, Search, goal_of

REPLICATIONS, POINTS, LOOKS = 4, 120, (40, 60, 80, 120)
LEVERS = {
    "several-levers": {},
    "salon": {
        "objective": "profit",
        "levers": {"investment.minutes_per_visit": [0, 20], "staff.agents": [1, 6], "service.split.listen": [0, 9]},
    },
    "manager": {
        "constraints": ["unserved_share <= 0.1"],
        "levers": {
            "investment.minutes_per_visit": [0, 20], "investment.recovery_minutes": [0, 40], "staff.agents": [1, 6],
            "service.split.listen": [0, 9], "service.split.empathise": [0, 4],
        },
    },
}  # fmt: skip
"""Scenarios of the repository, each with what its [optimise] is given."""


class EnoughError(Exception):
    """All points are spent."""


class Desk:
    """A scenario whose points are simulated once for all who ask, and who asked for what."""

    def __init__(self, name: str) -> None:
        """Nobody has asked yet."""
        raw = read_scenario(f"scenarios/{name}.toml").model_dump(exclude_unset=True, exclude_none=True)
        self.scenario = checked({**raw, "optimise": {**raw.get("optimise", {}), "front": None, **LEVERS[name]}}, name)
        self.space = space_of(self.scenario)
        self.goal = goal_of(self.scenario, asked_of(self.scenario), ())
        self.pool = Pool([], 1, far=self.goal.looks_ahead)
        self.gathering = Gathering(self.pool, SEARCH)
        self.known: dict[Values, tuple[float, np.ndarray]] = {}

    @cached_property
    def today(self) -> Seen:
        """What is known of today's setting."""
        place = self.pool.add(self.scenario)
        self.gathering.until([place], REPLICATIONS)
        return self.gathering.seen(place)

    def look_up(self, points: list[Values]) -> None:
        """Simulate points that nobody has asked for before."""
        new = {point: self.pool.add(self.space.scenario_at(point)) for point in points if point not in self.known}
        self.gathering.until(new.values(), REPLICATIONS)
        tables = [self.gathering.table(place) for place in new.values()]
        slack = self.goal.slack([self.gathering.seen(place) for place in new.values()], self.today)
        self.known |= dict(zip(new, zip(self.goal.merit(tables), slack, strict=True), strict=True))


class Account:
    """What one way has tried, and the best it had after each point."""

    def __init__(self, desk: Desk, seed: int) -> None:
        """Begin with the points with which all begin."""
        self.desk, self.seed = desk, seed
        self.tried: dict[Values, None] = {}
        self.path: list[float] = []
        search = Search(desk.space, desk.goal, desk.pool, REPLICATIONS, seed)
        self.first = search.beginning(POINTS)
        self.ask(self.first)
        self.size = float(np.ptp([desk.known[point][0] for point in self.first])) or 1.0

    def ask(self, points: list[Values]) -> list[float]:
        """What points are worth, less what breaking constraints costs; EnoughError when all points are spent."""
        self.desk.look_up(points)
        for point in points:
            if point in self.tried:
                continue
            if len(self.path) == POINTS:
                raise EnoughError
            self.tried[point] = None
            merit, slack = self.desk.known[point]
            before = self.path[-1] if self.path else -np.inf
            self.path.append(max(before, merit) if (slack >= 0).all() else before)
        return [self.worth(point) for point in points]

    def worth(self, point: Values) -> float:
        """What a point is worth, less what breaking constraints costs."""
        merit, slack = self.desk.known[point]
        size = getattr(self, "size", 1.0)
        return float(merit - FEARED * size * np.maximum(0.0, -slack).sum())

    def at(self, place: np.ndarray) -> Values:
        """The point at a place of the unit cube."""
        return self.desk.space.at(place[None, :])[0]

    @property
    def best(self) -> np.ndarray:
        """The place of the best of the first points."""
        return self.desk.space.places([max(self.first, key=self.worth)])[0].clip(0, 1)


def by_guide(account: Account) -> None:
    """As `servsim optimise` searches."""
    desk = account.desk
    search = Search(desk.space, desk.goal, desk.pool, REPLICATIONS, account.seed)
    search.run(POINTS)
    account.ask(list(search.tried))


def by_evolution(account: Account) -> None:
    """Differential evolution, a generation at once."""
    population = np.clip(account.desk.space.places(account.first), 0, 1)
    differential_evolution(
        lambda places: [-worth for worth in account.ask([account.at(place) for place in places.T])],
        [(0, 1)] * population.shape[1], init=population, vectorized=True, updating="deferred", maxiter=1000, tol=0,
        polish=False, rng=account.seed,
    )  # fmt: skip


def by_cobyqa(account: Account) -> None:
    """COBYQA (Ragonneau 2022), quadratic models in a trust region, with its constraints as they are; anew when done."""
    desk, chance, begin = account.desk, np.random.default_rng(account.seed), account.best

    def slack(place: np.ndarray) -> np.ndarray:
        account.ask([account.at(place)])
        return desk.known[account.at(place)][1]

    for _ in range(POINTS):
        minimize(
            lambda place: -account.ask([account.at(place)])[0] / account.size, begin, method="COBYQA",
            bounds=[(0, 1)] * len(begin), options={"initial_tr_radius": 0.25, "final_tr_radius": 0.01},
            constraints=[NonlinearConstraint(slack, 0, np.inf)] if desk.goal.constraints else [],
        )  # fmt: skip
        begin = chance.random(len(begin))


def by_spreading(account: Account) -> None:
    """Points spread over all (Latin hypercube), and nothing else."""
    many = 4 * POINTS
    account.ask(desk_points(account, qmc.LatinHypercube(len(account.desk.space.levers), rng=account.seed).random(many)))


def desk_points(account: Account, places: np.ndarray) -> list[Values]:
    """As many of these points as are left to try."""
    new = [point for point in account.desk.space.at(places) if point not in account.tried]
    return new[: POINTS - len(account.path)]


WAYS: dict[str, Callable[[Account], None]] = {
    "our guide": by_guide, "COBYQA": by_cobyqa, "differential evolution": by_evolution, "spread": by_spreading,
}  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = ArgumentParser()
    parser.add_argument("--seeds", type=int, default=4)
    seeds = parser.parse_args().seeds
    say("desk", "way", *(f"after {look}" for look in LOOKS))
    say(*["---"] * (2 + len(LOOKS)))
    for name in LEVERS:
        desk = Desk(name)
        paths = {way: [path_of(way, desk, seed) for seed in range(seeds)] for way in WAYS}
        low = float(desk.goal.merit([desk.today.metrics])[0])
        best = max(merit for merit, slack in desk.known.values() if (slack >= 0).all())
        for way, found in paths.items():
            share = [np.mean([max(path[look - 1], low) - low for path in found]) / (best - low) for look in LOOKS]
            say(name, way, *(f"{100 * each:.0f} %" for each in share))


def say(*cells: str) -> None:
    """Print a row."""
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def path_of(way: str, desk: Desk, seed: int) -> list[float]:
    """The best that a way had after each point."""
    sys.stderr.write(f"{way}, seed {seed}\n")
    account = Account(desk, seed)
    with suppress(EnoughError):
        WAYS[way](account)
    return (account.path + account.path[-1:] * POINTS)[:POINTS]


if __name__ == "__main__":
    main()
