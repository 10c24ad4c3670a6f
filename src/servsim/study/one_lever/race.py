"""A contest between levels of a lever on the same replications: a first stage, then a race among those that may be
best.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.read import value_at, with_level
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate, share_of_revenue
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.options import Execution
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import NAMES, UserMetric, unit_of
from servsim.study.objective import VALUE, Constraint, asks_years, constraints_of, direction
from servsim.study.one_lever.ranking_and_selection import BREAKS, OPEN, ROUND, Race, Rules
from servsim.study.one_lever.result import Evaluation, Guarantee
from servsim.study.yearly_projection import looks_ahead

PILOT = 1 << 40
"""The number of the pilot's first replication. The pilot chooses where finer levels go, in replications that are none
of the race's, so that the race's guarantee does not depend on the choice.
"""
PILOT_REPLICATIONS = 3
"""Enough to see where the best is, and how much it may bring."""
FIRST_REPLICATIONS, STEP = 10, 5
"""Replications of the first stage, and between two looks, of a race over the years."""
RACE_REPLICATIONS = 300
"""Replications of such a race: levels that are not told apart in so many are said not to be, and either may be taken.
"""
OF_GAIN, OF_REVENUE = 0.05, 0.001
"""Where no smallest difference is stated: this share of what the pilot's best brings over today, or of revenue where
that is more. Never a share of value, which may be nought."""


def today_of(scenario: Scenario, lever: str) -> float:
    """Today's level of a lever; ScenarioError where it is no number."""
    today = value_at(scenario, lever)
    if isinstance(today, bool) or not isinstance(today, int | float):
        raise ScenarioError([f"{lever} is {today!r}; a lever must be a setting that is a number."])
    return float(today)


def insist_on_budget(asked: Evaluate, levels: int) -> None:
    """ScenarioError where the budget that is stated for a race does not reach to its beginning."""
    first = levels * asked.replications
    stated = "budget_replications" in asked.model_fields_set and asked.smallest_difference
    if "replications" in asked.model_fields_set and stated and asked.budget_replications < first:
        raise ScenarioError([
            f"The budget (--budget, budget_replications) is {asked.budget_replications:,} replications, and {first:,} "
            f"are simulated to begin with: {levels} levels in {asked.replications} replications each; raise the "
            "budget, or lower the replications."
        ])  # fmt: skip


class Contest:
    """One evaluation while it is going on: the levels, their replications, and the race between them."""

    def __init__(
        self,
        scenario: Scenario,
        asked: Evaluate,
        seed: int,
        execution: Execution,
        first: int = 0,
        metrics: Sequence[UserMetric] = (),
    ) -> None:
        """The levels that are asked for, and today's; first: the number of their first replication."""
        self.scenario, self.asked, self.seed = scenario, asked, seed
        self.better = direction(asked.objective)
        self.objective = NAMES.index(asked.objective)
        self.constraints = constraints_of(scenario, asked)
        self.today = self.todays_level()
        self.contenders = len({self.today, *map(float, asked.levels)}) + asked.finer
        self.pool = Pool([], seed, execution, far=asks_years(asked), metrics=metrics)
        self.is_sparing = looks_sparingly(scenario, asked)
        self.first = FIRST_REPLICATIONS if self.is_sparing else asked.replications
        self.difference = 0.0
        self.gathering, self.pilot = Gathering(self.pool, first), Gathering(self.pool, PILOT + first)
        self.places: dict[float, int] = {}
        for level in sorted({self.today, *map(float, asked.levels)}):
            self.add(level)
        self.race: Race | None = None
        insist_on_budget(asked, self.contenders)

    @property
    def levels(self) -> list[float]:
        """The levels that take part."""
        return sorted(self.places)

    @property
    def alive(self) -> list[float]:
        """The levels that may be best, today's first: where all are alike, it may stay."""
        return self.race.alive if self.race else sorted(self.levels, key=lambda level: level != self.today)

    def add(self, level: float) -> None:
        """One more level takes part."""
        self.places[level] = self.pool.add(self.scenario_at(level))

    def todays_level(self) -> float:
        """The level that is today's."""
        return today_of(self.scenario, self.asked.lever)

    def scenario_at(self, level: float) -> Scenario:
        """The scenario at a level."""
        return with_level(self.scenario, self.asked.lever, level)

    def run(self) -> Evaluation:
        """The whole contest: a pilot where one is needed, the first stage, and the race where a difference matters."""
        with self.pool:
            if (not (self.asked.finer or self.is_sparing) or self.try_out()) and self.begin() and self.difference:
                self.go_on()
        return self.result()

    def try_out(self) -> bool:
        """A pilot: it puts finer levels around its best, and says what matters; False where interrupted."""
        replications = min(PILOT_REPLICATIONS, self.asked.replications)
        if not self.pilot.until(self.places.values(), replications):
            return False
        whole = bool(self.asked.finer) and isinstance(value_at(self.scenario, self.asked.lever), int)
        for level in finer_levels(self.levels, int(np.argmax(self.piloted())), self.asked.finer, whole):
            self.add(level)
        if not self.pilot.until(self.places.values(), replications if self.is_sparing else 0):
            return False
        if self.is_sparing:
            means = self.piloted()
            gain = float(means.max() - means[self.levels.index(self.today)])
            self.difference = difference_of(self.asked, gain, self.revenue(self.pilot))
        return True

    def piloted(self) -> np.ndarray:
        """(levels,) the objective of the pilot, more being better."""
        tables = [self.pilot.table(self.places[level]) for level in self.levels]
        means = np.array([self.better * table[:, self.objective].mean() for table in tables])
        self.require(bool(np.isfinite(means).all()))
        return means

    def revenue(self, gathering: Gathering) -> float:
        """Today's revenue of all years in today's money, in some replications."""
        return gathering.revenue(self.places[self.today], self.scenario.money.discount_rate)

    def begin(self) -> bool:
        """The first stage; False where interrupted."""
        finished = self.gathering.until(self.places.values(), self.first)
        self.require(bool(np.isfinite(self.objectives(self.levels)).all()))
        for each in self.constraints:
            each.require([self.table(level) for level in self.levels], self.table(self.today))
        if finished and not self.is_sparing:
            self.difference = difference_of(self.asked, None, self.revenue(self.gathering))
        return finished

    def require(self, defined: bool) -> None:
        """ScenarioError where the objective is not defined at some level."""
        if not defined:
            raise ScenarioError([
                f'evaluate.objective is "{self.asked.objective}", which is not defined at every level of this '
                "scenario; it must be a metric that `servsim run` shows."
            ])  # fmt: skip

    def go_on(self) -> None:
        """Rounds among those that may be best, until one is known to be or the budget is spent; then today's level."""
        race = self.race = Race(self.rules(), self.alive)
        replications, step = self.first, STEP if self.is_sparing else ROUND
        while True:
            race.look(self.objectives(race.alive), np.array([self.slack_of(level) for level in race.alive]))
            if race.over or self.cost(replications + step) > self.budget:
                break
            replications += step
            running = {*race.alive, self.today} if self.follows_today else race.alive
            if not self.gathering.until([self.places[level] for level in sorted(running)], replications):
                return
        self.gathering.until([self.places[self.today]], replications)

    def rules(self) -> Rules:
        """What the race is run by: half of the doubt is the race's, the other half that of the intervals."""
        tolerances = tuple(map(self.tolerance, self.constraints))
        doubt = (1 - self.asked.confidence) / 2
        return Rules(self.contenders, self.first, self.difference, doubt, tolerances)

    @property
    def budget(self) -> int:
        """Replications of all levels together, at most."""
        stated = "budget_replications" in self.asked.model_fields_set
        return self.asked.budget_replications if stated or not self.is_sparing else len(self.pilot) + RACE_REPLICATIONS

    def cost(self, replications: int) -> int:
        """Replications of all levels together, if the race goes on to so many, and today's level in the end."""
        run_on = {self.today, *self.alive}
        spent = len(self.pilot) + len(self.gathering)
        return spent + sum(replications - self.replications_of(level) for level in run_on)

    def table(self, level: float) -> np.ndarray:
        """(replications, metrics) the metrics of a level."""
        return self.gathering.table(self.places[level])

    def replications_of(self, level: float) -> int:
        """Replications in which a level was simulated."""
        return len(self.table(level))

    def objectives(self, levels: Sequence[float]) -> np.ndarray:
        """(levels, replications) the objective, more being better, at levels with as many replications."""
        return np.array([self.better * self.table(level)[:, self.objective] for level in levels])

    def slack_of(self, level: float) -> np.ndarray:
        """(constraints, replications) by how much each constraint is kept at a level."""
        own, today = (self.gathering.seen(self.places[each]) for each in (level, self.today))
        shared = (
            min(self.replications_of(level), self.replications_of(self.today))
            if self.follows_today
            else self.replications_of(level)
        )
        slack = [each.slack(own.first(shared), today.first(shared)) for each in self.constraints]
        return np.array(slack).reshape(len(slack), shared)

    def tolerance(self, each: Constraint) -> float:
        """How far a level may be on the wrong side of a constraint without harm."""
        return self.asked.tolerance * each.scale(self.gathering.seen(self.places[self.today]).first(self.first))

    @property
    def follows_today(self) -> bool:
        """Is some constraint bound to what is so today, so that today's level is needed to the end?"""
        return any(each.bound is None for each in self.constraints)

    def breaks(self, level: float) -> "tuple[Broken, ...]":
        """The constraints that a level is known to break, or while that is open, breaks on average beyond tolerance.

        Each once, with the first year in which it is so, where it is not so in the window.
        """
        slack = self.slack_of(level)
        known = self.race.known[level] if self.race else [OPEN] * len(slack)
        broken = [
            each
            for each, own, side in zip(self.constraints, slack, known, strict=True)
            if side == BREAKS or (side == OPEN and len(own) and own.mean() < -self.tolerance(each))
        ]
        return tuple(Broken(text, min(each.year or 0 for each in broken if each.text == text))
                     for text in dict.fromkeys(each.text for each in broken))  # fmt: skip

    def best(self) -> float | None:
        """The best of the levels that are left; None where there is none that keeps the constraints."""
        left = [level for level in self.alive if not self.breaks(level)]
        if not left or not min(map(self.replications_of, left)):
            return None
        return left[int(np.argmax(self.objectives(left).mean(axis=1)))]

    def result(self) -> Evaluation:
        """What was found."""
        asked, levels, best = self.asked, self.levels, self.best()
        unit = unit_of(asked.objective, self.scenario.money.currency)
        decided = self.race is not None and self.race.decided and best is not None
        sure = Guarantee(asked.confidence, self.difference, unit) if decided else None
        broken = [self.breaks(level) for level in levels]
        return Evaluation(
            self.scenario, self.seed, asked.lever, asked.objective, asked.confidence, self.difference,
            tuple(levels), self.today, tuple(self.table(level) for level in levels), best,
            self.contenders, tuple(tuple(each.text for each in own) for own in broken), sure, self.pool.interrupted,
            tuple(self.gathering.months(self.places[level]) for level in levels),
            tuple(tuple(each.year for each in own) for own in broken), self.pool.metrics,
        )  # fmt: skip


class Broken(NamedTuple):
    """A constraint that is broken, and since which year; 0: in the window already."""

    text: str
    year: int


def looks_sparingly(scenario: Scenario, asked: Evaluate) -> bool:
    """Is it left to the contest how many replications it takes: is it after money over the years, and no number
    stated?
    """
    return asked.objective == VALUE and looks_ahead(scenario) and "replications" not in asked.model_fields_set


def difference_of(asked: Evaluate, gain: float | None, revenue: float) -> float:
    """The smallest difference that matters; where none is stated, by the gain of a pilot, and none without one."""
    stated, share = asked.smallest_difference, share_of_revenue(asked.smallest_difference)
    if share is not None:
        return share * revenue
    if stated is not None:
        return float(stated)
    return 0.0 if gain is None else max(OF_GAIN * gain, OF_REVENUE * revenue)


def finer_levels(levels: Sequence[float], best: int, many: int, whole: bool) -> list[float]:
    """So many levels at most, evenly put between the best of some levels and its neighbours; whole ones where asked."""
    gaps = [(levels[place], levels[place + 1]) for place in (best - 1, best) if 0 <= place < len(levels) - 1]
    found: set[float] = set()
    for number, (low, high) in enumerate(gaps):
        own = many // len(gaps) + (number < many % len(gaps))
        between = [low + (high - low) * part / (own + 1) for part in range(1, own + 1)]
        short = {float(round(level)) if whole else float(f"{level:.6g}") for level in between}
        found |= {level for level in short if low < level < high}
    return sorted(found)
