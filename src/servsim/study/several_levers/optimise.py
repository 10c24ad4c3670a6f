"""`optimise`: several levers at once. A search proposes, and its finalists are compared with today in other
replications.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.study.cost_estimate import affordable
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.scheduler import Pool
from servsim.study.objective import VALUE, Constraint, asks_years
from servsim.study.one_lever.race import Contest, difference_of, insist_on_budget
from servsim.study.several_levers.levers import Space, Values, space_of
from servsim.study.several_levers.result import Optimisation, Point
from servsim.study.several_levers.search import Goal, Search, goal_of, undominated

FINALIST = "finalist"
"""What takes the place of a lever here; its levels are the finalists' numbers."""


class Finals(Contest):
    """A contest between today's setting, which is level 0, and the finalists of a search, numbered from 1."""

    def __init__(
        self, space: Space, finalists: Sequence[Values], asked: Evaluate, seed: int, execution: Execution
    ) -> None:
        """All of them take part."""
        self.space, self.settings = space, [space.today, *finalists]
        levels = list(map(float, range(len(self.settings))))
        asked = asked.model_copy(update={"lever": FINALIST, "levels": levels, "finer": 0})
        super().__init__(space.scenario, asked, seed, execution)

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
        """(constraints, replications) by how much each constraint is kept, its bound moved by half of what is
        harmless.
        """
        moved = np.array([self.tolerance(each) for each in self.constraints])
        return super().slack_of(level) + moved[:, None]

    def front(self, goal: Goal, points: Sequence[Values]) -> dict[Values, np.ndarray]:
        """Points that trade one metric for another, with their (replications, metrics) here, by the first of the
        metrics.

        Those that turn out to have no more of either metric than another point are left out; all, where interrupted.
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


SHARED = (
    "objective", "constraints", "tolerance", "confidence", "smallest_difference", "replications", "budget_replications",
)  # fmt: skip
"""What [optimise] may say otherwise than [evaluate]."""
LEEWAY = 0.5
"""What putting levers back to today's values may cost the proposal at most, in smallest differences."""


@executed
def optimise(
    scenario: Scenario,
    *,
    levers: Mapping[str, tuple[float, float]] | None = None,
    objective: str | None = None,
    constraints: Sequence[str] | None = None,
    smallest_difference: float | str | None = None,
    front: tuple[str, str] | None = None,
    points: int | None = None,
    replications: int | None = None,
    budget: int | None = None,
    confidence: float | None = None,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Optimisation:
    """Set several levers together; whatever is left out is as the scenario's [optimise] and [evaluate] say.

    The search tries `points` points in few replications. Its finalists and today's setting are then compared in
    `replications` others, and in more where a smallest difference is stated, until one is best or `budget` is spent.

    Returns an `Optimisation`: `points` tried, `finals` (an `Evaluation`) beside today's. Raises ScenarioError where a
    lever or a range cannot be. Source: the metamodel's and the race's, in `metamodel` and `ranking_and_selection`.
    """
    given: dict[str, Any] = {
        "levers": levers and {key: [*ends] for key, ends in levers.items()}, "objective": objective,
        "constraints": constraints and list(constraints), "smallest_difference": smallest_difference,
        "front": front and list(front), "points": points, "replications": replications, "budget_replications": budget,
        "confidence": confidence,
    }  # fmt: skip
    raw = scenario.model_dump(exclude_unset=True, exclude_none=True)
    raw["optimise"] = {**raw.get("optimise", {}), **{key: value for key, value in given.items() if value is not None}}
    return answer(checked(raw, "optimise"), seed, execution)


def asked_of(scenario: Scenario) -> Evaluate:
    """The question of a scenario's [optimise]: as [evaluate] has it, but for what it says itself."""
    own = {key: value for key in SHARED if (value := getattr(scenario.optimise, key)) is not None}
    return scenario.evaluate.model_copy(update=own)


def affordable_search(scenario: Scenario, file: str) -> Scenario:
    """The scenario, if its search and its finals fit time and memory; else ScenarioError with the estimates."""
    own, asked = scenario.optimise, asked_of(scenario)
    finals = asked.replications * (own.finalists + 1)
    race = asked.budget_replications if asked.smallest_difference != 0 else 0
    far = asks_years(asked) or VALUE in (own.front or ())
    return affordable(scenario, file, 1, own.points * own.search_replications + max(finals, race), far)


def told_of(execution: Execution, replications: int) -> Execution:
    """The same means, whoever watches being told of so many replications at least."""

    def progress(done: int, asked: int, seconds: float) -> None:
        execution.progress(done, max(asked, replications), seconds)

    return replace(execution, progress=progress)


def answer(scenario: Scenario, seed: int, execution: Execution) -> Optimisation:
    """Search, compare the finalists, and draw up the front where one is asked for."""
    own, asked, space = scenario.optimise, asked_of(scenario), space_of(scenario)
    goal = goal_of(scenario, asked, own.front or ())
    insist_on_budget(asked, own.finalists + 1)
    with Pool([], seed, told_of(execution, own.points * own.search_replications), far=goal.looks_ahead) as pool:
        search = Search(space, goal, pool, own.search_replications, seed)
        finished = search.run(own.points)
        pays = search.gain() if search.tried and asked.objective == VALUE else None
        matters = difference_of(asked, pays, search.revenue())
        asked = asked.model_copy(update={"smallest_difference": matters})
        finished = finished and search.tidy(LEEWAY * matters)
    finalists = search.finalists(own.finalists)
    finals = Finals(space, finalists, asked, seed, execution)
    final = finals.run() if finished else None
    front = finals.front(goal, search.traders()) if goal.front and final and not final.interrupted else {}
    return Optimisation(
        scenario, seed, space.levers, asked, goal, tuple(Point(point, search.table(point)) for point in search.tried),
        tuple(finalists), final, tuple(search.idle()), tuple(Point(*found) for found in front.items()),
        pool.interrupted or finals.pool.interrupted,
    )  # fmt: skip
