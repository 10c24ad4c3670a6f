"""The finals of a search: its finalists and today's setting, compared in worlds in which nothing was searched."""

from collections.abc import Sequence

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.study.choose.goal import Goal, undominated
from servsim.study.execution.options import Means
from servsim.study.objective import Constraint
from servsim.study.ranking_and_selection.race import Contest
from servsim.study.several_levers.levers import Space, Values

FINALIST = "finalist"
"""What takes the place of a lever here; its levels are the finalists' numbers."""


class Finals(Contest):
    """A contest between today's setting, which is level 0, and the finalists of a search, numbered from 1."""

    def __init__(self, space: Space, finalists: Sequence[Values], asked: Evaluate, seed: int, means: Means) -> None:
        """All of them take part."""
        self.space, self.settings = space, [space.today, *finalists]
        levels = list(map(float, range(len(self.settings))))
        asked = asked.model_copy(update={"lever": FINALIST, "levels": levels, "finer": 0})
        super().__init__(space.scenario, asked, seed, means)

    def todays_level(self) -> float:
        """Today's is the first."""
        return 0.0

    def scenario_at(self, level: float) -> Scenario:
        """The scenario with its levers as a finalist has them."""
        return self.space.scenario_at(self.settings[int(level)])

    def tolerance(self, each: Constraint) -> float:
        """Half of what is without harm: the other half is in the slack, so that who just keeps a constraint keeps it.

        A search drives its finalists to the very bound, where the usual region of doubt would have them break it by
        chance. This one lies between the bound and the tolerance beyond it.
        """
        return super().tolerance(each) / 2

    def slack_of(self, level: float) -> np.ndarray:
        """(constraints, worlds) by how much each constraint is kept, its bound moved by half of what is harmless."""
        moved = np.array([self.tolerance(each) for each in self.constraints])
        return super().slack_of(level) + moved[:, None]

    def front(self, goal: Goal, points: Sequence[Values]) -> dict[Values, np.ndarray]:
        """Points that trade one figure for another, with their (worlds, metrics) here, by the first of the figures.

        Those that turn out to have no more of either figure than another point are left out; all, where interrupted.
        """
        places = {point: self.places[level] for level, point in enumerate(self.settings)}
        places |= {point: self.pool.add(self.space.scenario_at(point)) for point in points if point not in places}
        with self.pool:
            if not self.gathering.until([places[point] for point in points], self.asked.replications):
                return {}
        tables = [self.gathering.table(places[point])[: self.asked.replications] for point in points]
        traded = goal.traded(tables)
        best = undominated(traded)
        return {points[place]: tables[place] for place in np.argsort(traded[:, 0], kind="stable") if best[place]}
