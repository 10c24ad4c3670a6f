"""`evaluate`: how much to invest. The best level of one lever, on the same worlds for every level."""

from collections.abc import Sequence

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.question import Evaluate
from servsim.scenario.read import value_at, with_level
from servsim.scenario.scenario import Scenario
from servsim.study.evaluation import Evaluation, Guarantee
from servsim.study.gathering import Gathering
from servsim.study.means import HERE, Means
from servsim.study.metrics import NAMES, unit_of
from servsim.study.objective import constraint, direction
from servsim.study.selection import Race, Rules
from servsim.study.workers import Pool

ROUND = 10
"""Worlds between two looks at the race."""
PILOT = 1 << 40
"""The number of the pilot's first world. The pilot chooses where finer levels go, in worlds that are none of the
race's, so that the race's guarantee does not depend on the choice."""
PILOT_WORLDS = 5


def evaluate(
    scenario: Scenario,
    *,
    lever: str | None = None,
    levels: tuple[float, ...] | None = None,
    objective: str | None = None,
    constraints: Sequence[str] | None = None,
    smallest_difference: float | None = None,
    replications: int | None = None,
    budget: int | None = None,
    finer: int | None = None,
    confidence: float | None = None,
    seed: int = 1,
    means: Means = HERE,
) -> Evaluation:
    """Compare levels of a lever; whatever is left out is as the scenario's [evaluate] says.

    Every level is simulated in the first `replications` worlds. Where a smallest difference is stated, a race then goes
    on among those that may be best, until one is left or `budget` worlds are spent.
    """
    given = {
        "lever": lever, "levels": levels and list(levels), "objective": objective, "finer": finer,
        "constraints": constraints and list(constraints), "smallest_difference": smallest_difference,
        "replications": replications, "budget_replications": budget, "confidence": confidence,
    }  # fmt: skip
    asked = scenario.evaluate.model_copy(update={key: value for key, value in given.items() if value is not None})
    return Contest(scenario, asked, seed, means).run()


def today_of(scenario: Scenario, lever: str) -> float:
    """Today's level of a lever; ScenarioError where it is no number."""
    today = value_at(scenario, lever)
    if isinstance(today, bool) or not isinstance(today, int | float):
        raise ScenarioError([f"{lever} is {today!r}; a lever must be a setting that is a number."])
    return float(today)


def levels_of(scenario: Scenario) -> list[Scenario]:
    """The scenario at each level that its [evaluate] names, today's among them."""
    lever = scenario.evaluate.lever
    levels = sorted({today_of(scenario, lever), *map(float, scenario.evaluate.levels)})
    return [with_level(scenario, lever, level) for level in levels]


class Contest:
    """One evaluation while it is going on: the levels, their worlds, and the race between them."""

    def __init__(self, scenario: Scenario, asked: Evaluate, seed: int, means: Means) -> None:
        """The levels that are asked for, and today's."""
        self.scenario, self.asked, self.seed = scenario, asked, seed
        self.better = direction(asked.objective)
        self.objective = NAMES.index(asked.objective)
        self.constraints = [constraint(text) for text in asked.constraints]
        self.today = today_of(scenario, asked.lever)
        self.contenders = len({self.today, *map(float, asked.levels)}) + asked.finer
        self.pool = Pool([], seed, means)
        self.gathering = Gathering(self.pool)
        self.places: dict[float, int] = {}
        for level in sorted({self.today, *map(float, asked.levels)}):
            self.add(level)
        self.alive: list[float] = []
        self.decided = False

    @property
    def levels(self) -> list[float]:
        """The levels that take part."""
        return sorted(self.places)

    def add(self, level: float) -> None:
        """One more level takes part."""
        self.places[level] = self.pool.add(with_level(self.scenario, self.asked.lever, level))

    def run(self) -> Evaluation:
        """The whole contest."""
        with self.pool:
            if not self.asked.finer or self.add_finer():
                self.race()
        return self.result()

    def add_finer(self) -> bool:
        """Put finer levels around the best of a pilot; False where interrupted."""
        pilot = Gathering(self.pool, PILOT)
        if not pilot.until(self.places.values(), min(PILOT_WORLDS, self.asked.replications)):
            return False
        means = [self.better * pilot.table(self.places[level])[:, self.objective].mean() for level in self.levels]
        self.require(bool(np.isfinite(means).all()))
        whole = isinstance(value_at(self.scenario, self.asked.lever), int)
        for level in finer_levels(self.levels, int(np.argmax(means)), self.asked.finer, whole):
            self.add(level)
        return True

    def require(self, defined: bool) -> None:
        """ScenarioError where the objective is not defined at some level."""
        if not defined:
            raise ScenarioError([
                f'evaluate.objective is "{self.asked.objective}", which is not defined at every level of this '
                "scenario; it must be a figure that `servsim run` shows."
            ])  # fmt: skip

    def race(self) -> None:
        """The first stage, and then rounds until the best is known or the budget spent."""
        worlds, difference = self.asked.replications, self.asked.smallest_difference
        if not self.gathering.until(self.places.values(), worlds):
            return
        self.alive = self.levels
        self.require(bool(np.isfinite(self.figures_of(self.alive)).all()))
        if not difference:
            return
        race = Race(self.rules(), self.levels)
        while True:
            race.look(self.figures_of(race.alive), np.array([self.slack_of(level) for level in race.alive]))
            self.alive, self.decided = race.alive, race.decided
            if race.decided or self.cost(worlds + ROUND) > self.asked.budget_replications:
                break
            worlds += ROUND
            running = {*self.alive, self.today} if self.follows_today else self.alive
            if not self.gathering.until([self.places[level] for level in sorted(running)], worlds):
                return
        self.gathering.until([self.places[self.today], *(self.places[level] for level in self.alive)], worlds)

    def rules(self) -> Rules:
        """What the race is run by."""
        today = self.gathering.table(self.places[self.today])
        tolerances = tuple(self.asked.tolerance * each.scale(today) for each in self.constraints)
        doubt = (1 - self.asked.confidence) / 2
        return Rules(self.contenders, self.asked.replications, self.asked.smallest_difference, doubt, tolerances)

    def cost(self, worlds: int) -> int:
        """Worlds of all levels together, if the race goes on to so many, and today's level in the end."""
        run_on = {self.today, *self.alive}
        return len(self.gathering) + sum(worlds - len(self.gathering.table(self.places[level])) for level in run_on)

    def figures_of(self, levels: Sequence[float]) -> np.ndarray:
        """(levels, worlds) the objective, more being better."""
        return np.array([self.better * self.gathering.table(self.places[level])[:, self.objective] for level in levels])

    def slack_of(self, level: float) -> np.ndarray:
        """(constraints, worlds) by how much each constraint is kept at a level."""
        table, today = self.gathering.table(self.places[level]), self.gathering.table(self.places[self.today])
        shared = min(len(table), len(today)) if self.follows_today else len(table)
        slack = [each.slack(table[:shared], today[:shared]) for each in self.constraints]
        return np.array(slack).reshape(len(slack), shared)

    @property
    def follows_today(self) -> bool:
        """Is some constraint bound to what is so today, so that today's level is needed to the end?"""
        return any(each.bound is None for each in self.constraints)

    def breaks(self, level: float) -> tuple[str, ...]:
        """The constraints that a level breaks on average, beyond the tolerance."""
        today = self.gathering.table(self.places[self.today])
        return tuple(
            each.text
            for each, slack in zip(self.constraints, self.slack_of(level), strict=True)
            if len(slack) and slack.mean() < -self.asked.tolerance * each.scale(today)
        )

    def best(self) -> float | None:
        """The best of the levels that are left; None where there is none that keeps the constraints."""
        left = [level for level in self.alive if self.decided or not self.breaks(level)]
        if not left:
            return None
        return left[int(np.argmax(self.figures_of(left).mean(axis=1)))]

    def result(self) -> Evaluation:
        """What was found."""
        asked, levels, best = self.asked, self.levels, self.best()
        unit = unit_of(asked.objective, self.scenario.money.currency)
        sure = (
            Guarantee(asked.confidence, asked.smallest_difference, unit) if self.decided and best is not None else None
        )
        return Evaluation(
            self.scenario, self.seed, asked.lever, asked.objective, asked.confidence, asked.smallest_difference,
            tuple(levels), self.today, tuple(self.gathering.table(self.places[level]) for level in levels), best,
            self.contenders, tuple(self.breaks(level) for level in levels), sure, self.pool.interrupted,
        )  # fmt: skip


def finer_levels(levels: Sequence[float], best: int, many: int, whole: bool) -> list[float]:
    """So many levels at most, evenly put between the best of some levels and its neighbours; whole ones where asked."""
    gaps = [(levels[place], levels[place + 1]) for place in (best - 1, best) if 0 <= place < len(levels) - 1]
    found: list[float] = []
    for number, (low, high) in enumerate(gaps):
        own = many // len(gaps) + (number < many % len(gaps))
        found += [low + (high - low) * part / (own + 1) for part in range(1, own + 1)]
    rounded = {float(round(level)) for level in found} if whole else {float(f"{level:.6g}") for level in found}
    return sorted(rounded - set(levels))
