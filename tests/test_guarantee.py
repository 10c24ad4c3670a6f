"""The guarantee kept: hundreds of evaluations of desks whose best is known, each in replications of its own.

A loss system M/M/c/c with c agents: what calls bring less what agents cost, by Erlang's formula. Every evaluation is the
very contest that `evaluate` runs, begun at another replication; only the metrics in question are read, which is quicker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import sqrt

import numpy as np
import pytest

from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import NO_MONTHS, Experiment, Job, Outcome, counted, sheet_of
from servsim.study.intervals_and_tables import interval
from servsim.study.metrics import BY_NAME, NAMES
from servsim.study.objective import constraint
from servsim.study.one_lever.race import Contest
from servsim.study.one_lever.result import Evaluation
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.textbook_desks import desk

EVALUATIONS, APART = 300, 100_000
"""How many evaluations, and how far apart their first replications are: none needs as many."""
HOURS_A_YEAR, CALLS = 24 * 365, 6
"""Calls an hour for each agent's worth of load: a call takes ten minutes."""
BUYER = {"conversion": 1.0, "second_thought_probability": 0.0}


class Shelf:
    """A store that simulates what is not on it and reads a few metrics of it, the others being undefined."""

    def __init__(self, names: Sequence[str]) -> None:
        """Nothing is on it."""
        self.names = names
        self.metrics: dict[tuple[str, int], np.ndarray] = {}

    def known(
        self, experiment: Experiment, place: int, replications: Sequence[int], customers: bool
    ) -> Iterator[Outcome]:
        """All that is asked for."""
        nobody = np.empty(0)
        for number in replications:
            if (experiment.key, number) not in self.metrics:
                self.metrics[experiment.key, number] = self.read(experiment, number)
            metrics = self.metrics[experiment.key, number]
            yield Outcome(Job(place, number), metrics, nobody, nobody, nobody, nobody, nobody, NO_MONTHS)

    def read(self, experiment: Experiment, number: int) -> np.ndarray:
        """(metrics,) the metrics of one replication."""
        reading = counted(experiment.scenario, sheet_of(experiment), experiment.seed, number, experiment.engine)
        metrics = np.full(len(NAMES), np.nan)
        for name in self.names:
            metrics[NAMES.index(name)] = BY_NAME[name].read(reading)
        return metrics


@dataclass(frozen=True)
class Known:
    """A desk and what is asked of it; offered load in agents, hours of a replication, wage and the spending of callers."""

    load: float
    hours: float
    wage: float
    spending: dict[str, float]
    asked: dict[str, object]
    first: int = 20
    today: int = 4

    def scenario(self) -> Scenario:
        """The desk, two hours of warm-up before what counts."""
        tables = desk(
            self.load, self.today, waiting={"patience_distribution": "never", "waiting_places": 0},
            spending={**BUYER, **self.spending}, opening={"always": True}, money={"margin": 1.0},
            horizon={"weeks": (self.hours + 2) / 168, "warmup_weeks": 2 / 168},
            evaluate={"lever": "staff.agents", "objective": "profit", "replications": self.first,
                      "budget_replications": 1_000_000, **self.asked},
        )  # fmt: skip
        tables["staff"]["wage_per_hour"] = self.wage
        tables["demand"]["visit_gap_days"] = 3650
        return checked(tables, "a loss system")

    def profit(self, agents: float) -> float:
        """A year's, expected."""
        served = CALLS * self.load * (1 - known.erlang_b(int(agents), self.load))
        bought = served * self.spending.get("conversion", 1.0) * self.spending["basket_mean"]
        return (bought - self.wage * agents) * HOURS_A_YEAR

    def blocked(self, agents: float) -> float:
        """Calls a week that find all agents busy, expected."""
        return 168 * CALLS * self.load * known.erlang_b(int(agents), self.load)


DESKS = {
    "steep": Known(4, 8, 20, {"basket_mean": 20}, {"levels": [1, 3, 5, 7, 9, 11], "finer": 2, "smallest_difference": 31_000}),
    "flat": Known(20, 4, 70, {"basket_mean": 20}, {"levels": list(range(12, 24)), "smallest_difference": 70_000}, today=15),
    "skewed": Known(
        8, 8, 40, {"basket_mean": 100, "basket_cv": 1.0, "conversion": 0.2},
        {"levels": list(range(1, 13)), "smallest_difference": 100_000},
    ),
    "constrained": Known(
        8, 8, 50, {"basket_mean": 20},
        {"levels": list(range(1, 13)), "smallest_difference": 50_000, "constraints": ["blocked <= 820"], "tolerance": 0.19},
    ),
}  # fmt: skip
"""Of at most 5,000 visits; the smallest difference is at least 0.35 standard deviations of that between best and next."""


@cache
def evaluations(name: str) -> list[Evaluation]:
    """Evaluations of a desk, each in replications that no other one has."""
    scenario = DESKS[name].scenario()
    shelf = Shelf(("profit", "blocked") if scenario.evaluate.constraints else ("profit",))
    execution = Execution(workers=1, store=shelf)
    return [Contest(scenario, scenario.evaluate, 1, execution, number * APART).run() for number in range(EVALUATIONS)]


def is_right(case: Known, e: Evaluation) -> bool:
    """Is the best within the difference of the best of these levels that keep to everything by more than the tolerance?"""
    keeping, good = list(e.levels), e.best is not None and e.guarantee is not None
    for text in e.scenario.evaluate.constraints:
        bound = constraint(text).bound
        slack = {level: bound - case.blocked(level) for level in e.levels}
        tolerance = e.scenario.evaluate.tolerance * bound
        keeping = [level for level in keeping if slack[level] >= tolerance]
        good = good and slack[e.best] >= -tolerance
    return good and case.profit(e.best) >= max(map(case.profit, keeping)) - e.smallest_difference


def all_hold(case: Known, e: Evaluation) -> bool:
    """Do the intervals of all differences hold?"""
    for one, other in combinations(e.levels, 2):
        change = e.difference(one, other)
        if not change.low <= case.profit(one) - case.profit(other) <= change.high:
            return False
    return True


def covering(case: Known, all_of_them: list[Evaluation], level: float) -> int:
    """In how many evaluations the interval of a level by itself holds, over the replications of the first stage."""
    held = 0
    for e in all_of_them:
        profit = interval(e.sample(level, "profit")[: case.first], "", e.confidence)
        held += profit.low <= case.profit(level) <= profit.high
    return held


@pytest.mark.nightly
@pytest.mark.parametrize("name", DESKS)
def test_the_promise_is_kept(name):
    case, found = DESKS[name], evaluations(name)
    promised = found[0].confidence
    spread = min(gap.std() for e in found[:50] for gap in near(e))
    assert case.asked["smallest_difference"] >= 0.35 * spread
    assert np.mean([is_right(case, e) for e in found]) >= promised - 0.02
    assert np.mean([all_hold(case, e) for e in found]) >= found[0].of_pairs - 0.02
    assert np.mean([is_right(case, e) and all_hold(case, e) for e in found]) >= promised - 0.02


def near(e: Evaluation) -> list[np.ndarray]:
    """(replications,) differences between the best and the levels beside it."""
    place = e.levels.index(e.best)
    beside = [e.levels[number] for number in (place - 1, place + 1) if 0 <= number < len(e.levels)]
    return [e.gap(level, e.best, "profit") for level in beside]


@pytest.mark.nightly
@pytest.mark.parametrize("name", DESKS)
def test_an_interval_over_a_fixed_number_of_replications_covers_as_often_as_it_says(name):
    case, found = DESKS[name], evaluations(name)
    nominal = found[0].confidence
    allowed = 3 * sqrt(nominal * (1 - nominal) / EVALUATIONS)
    for level in set.intersection(*(set(e.levels) for e in found)):
        assert abs(covering(case, found, level) / EVALUATIONS - nominal) <= allowed, level


def test_the_profit_of_a_loss_system_is_known():
    """By Erlang's formula, in fifty replications of it."""
    case = DESKS["steep"]
    asked = case.scenario().evaluate.model_copy(
        update={"levels": [7.0], "finer": 0, "replications": 50, "smallest_difference": 0.0}
    )
    e = Contest(case.scenario(), asked, 1, Execution(workers=1, store=Shelf(("profit",)))).run()
    for level in (4, 7):
        profit = e.at(level, "profit")
        assert abs(profit.mean - case.profit(level)) <= profit.high - profit.low


def test_the_smallest_differences_are_of_the_size_that_is_promised_for():
    """And the best of each desk is known: some levels are farther from it, or keep a constraint with some to spare."""
    for name, case in DESKS.items():
        levels = range(12, 24) if name == "flat" else range(1, 13)
        profits = sorted(map(case.profit, levels), reverse=True)
        assert profits[0] - profits[4] > case.asked["smallest_difference"], name
