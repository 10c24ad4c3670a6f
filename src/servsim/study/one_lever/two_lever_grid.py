"""Two levers at once: the objective at every pair of their levels, on the same replications."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Unpack

import numpy as np

from servsim.errors import ServsimError
from servsim.scenario.read import with_level
from servsim.scenario.scenario import Scenario
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import Interval, interval
from servsim.study.metrics import NAMES, unit_of
from servsim.study.objective import VALUE, direction
from servsim.study.one_lever.race import today_of

LeverLevels = tuple[str, tuple[float, ...]]
"""A setting, and the values to try."""
Pair = tuple[float, float]
"""A level of the first lever, and one of the second."""


@dataclass(frozen=True, eq=False)
class LeverGrid:
    """An objective over two levers. tables: (pairs, replications, metrics), the pairs in the order of `pairs`."""

    scenario: Scenario
    seed: int
    levers: tuple[LeverLevels, LeverLevels]
    objective: str
    today: Pair
    tables: np.ndarray
    interrupted: bool = False

    @cached_property
    def pairs(self) -> list[Pair]:
        """Every level of the first lever with every one of the second."""
        return list(product(self.levers[0][1], self.levers[1][1]))

    @property
    def replications(self) -> int:
        """Replications in which all pairs were simulated."""
        return int(self.tables.shape[1])

    @property
    def better(self) -> int:
        """1 where more of the objective is better, −1 where less is."""
        return direction(self.objective)

    def sample(self, pair: Pair) -> np.ndarray:
        """(replications,) the objective at a pair."""
        column: np.ndarray = self.tables[self.pairs.index(pair), :, NAMES.index(self.objective)]
        return column

    def at(self, pair: Pair) -> Interval:
        """The objective at a pair, by itself."""
        unit = unit_of(self.objective, self.scenario.money.currency)
        return interval(self.sample(pair), unit, self.scenario.evaluate.confidence)

    @cached_property
    def best(self) -> Pair:
        """The pair with the best mean."""
        return max(self.pairs, key=lambda pair: self.better * self.at(pair).mean)

    @cached_property
    def not_worse(self) -> list[Pair]:
        """Pairs that are not shown to be worse than the best; one Bonferroni family over all twos of them."""
        many = len(self.pairs)
        family, confidence, best = (
            max(1, many * (many - 1) // 2),
            self.scenario.evaluate.confidence,
            self.sample(self.best),
        )
        gaps = {pair: interval(self.better * (self.sample(pair) - best), "", confidence, family) for pair in self.pairs}
        return [pair for pair, gap in gaps.items() if pair == self.best or not gap.high < 0]


@executed
def lever_grid(
    scenario: Scenario,
    levers: tuple[LeverLevels, LeverLevels],
    *,
    replications: int | None = None,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> LeverGrid:
    """Simulate all pairs of levels of two levers, today's among them, in the same replications.

    levers: two of (key, levels). Returns a `LeverGrid` with the objective at every pair. Raises ServsimError where both
    are one lever, ScenarioError where a level cannot be.
    """
    (one, some), (other, others) = levers
    if one == other:
        raise ServsimError(f"{one} is both levers; they must be two settings.")
    today = (today_of(scenario, one), today_of(scenario, other))
    rows, columns = tuple(sorted({today[0], *some})), tuple(sorted({today[1], *others}))
    pairs = [with_level(with_level(scenario, one, row), other, column) for row, column in product(rows, columns)]
    with Pool(pairs, seed, execution, far=scenario.evaluate.objective == VALUE) as pool:
        gathering = Gathering(pool)
        gathering.until(range(len(pairs)), replications or scenario.evaluate.replications)
    tables, objective = np.array([gathering.table(place) for place in range(len(pairs))]), scenario.evaluate.objective
    if np.isnan(tables[:, :, NAMES.index(objective)]).any():
        raise ServsimError(f"{objective} is not defined at every pair of levels; ask for another evaluate.objective.")
    return LeverGrid(scenario, seed, ((one, rows), (other, columns)), objective, today, tables, pool.interrupted)
