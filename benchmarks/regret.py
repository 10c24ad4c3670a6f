"""Does the advice come true? The level that `evaluate` advises, held against all levels simulated in other
replications.

    python benchmarks/regret.py [NAME ...]      prints a line of the table of docs/proof/regret.md for each question
    python benchmarks/regret.py --random        the same of twenty random relationship scenarios

Regret is how much less money over the years the advised level brings than the best one, in replications that were not
used for advising: half of them choose the best, the other half judge it, and the other way round, so that the highest
of several noisy means does not flatter itself. It must not be above the tolerance, 5 % of what can be gained over today
or 0.5 % of revenue, whichever is more; replications are added until its standard error is a quarter of that. The same
replications go on to twenty years, for the regret of an advice for ten.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from servsim.engine_parameters import is_on
from servsim.errors import ServsimError
from servsim.scenario.read import read_scenario, with_level
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate, Horizon
from servsim.study.cost_estimate import affordable
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.options import HERE, Execution
from servsim.study.execution.scheduler import Pool
from servsim.study.expected_visits import weekly_visits
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.verification.random_scenarios import random_scenario
from servsim.study.yearly_projection import MONTHS, cumulative_cash, discounted_revenue

ROOT = Path(__file__).parent.parent
AGENTS = ("--lever", "staff.agents")
JUDGES = 1 << 41
"""The number of the first replication that judges: far from those in which advice is given."""
FIRST, STEP, MOST = 12, 12, 120
"""Replications to begin with, more at a time, and at most."""
LONG = 20.0
"""Years that the judging replications last."""
OF_GAIN, OF_REVENUE, SHARP = 0.05, 0.005, 0.25


@dataclass(frozen=True)
class Question:
    """A scenario and what is asked of it beside its own question; near: only levels so many steps from the advised."""

    name: str
    file: str
    overrides: tuple[str, ...] = ()
    near: int | None = None


Asked = tuple[str, Scenario, int | None]
"""A question by its name, with its scenario, and how near to the advised level others are looked at."""


def agents(name: str, file: str, levels: str) -> Question:
    """How many agents, in a scenario that asks something else."""
    asked = ("evaluate.lever=staff.agents", f"evaluate.levels={levels}", "evaluate.finer=0", "evaluate.objective=value",
             'evaluate.smallest_difference="0.25 % of revenue"')  # fmt: skip
    return Question(f"{name}, agents", file, asked)


VALUE = ("evaluate.objective=value",)
QUESTIONS = (
    Question("old salon", "tests/desks/old-salon.toml"),
    Question("salon", "scenarios/salon.toml"),
    Question("recovery", "scenarios/recovery.toml"),
    Question("calling-back", "scenarios/calling-back.toml"),
    Question("colleagues", "scenarios/colleagues.toml"),
    Question("competitor", "scenarios/competitor.toml"),
    Question("manager", "scenarios/manager.toml"),
    Question("phone-or-counter", "scenarios/phone-or-counter.toml"),
    Question("promises", "scenarios/promises.toml"),
    Question("regulars", "scenarios/regulars.toml"),
    Question("train-or-advertise", "scenarios/train-or-advertise.toml"),
    Question("public-office", "scenarios/public-office.toml", VALUE),
    agents("old salon", "tests/desks/old-salon.toml", "[2,3,4,5,6,7]"),
    agents("salon", "scenarios/salon.toml", "[1,2,3,4]"),
    agents("recovery", "scenarios/recovery.toml", "[2,3,4,5]"),
    agents("public-office", "scenarios/public-office.toml", "[1,2,3,4]"),
    agents("shop", "src/servsim/templates/shop.toml", "[1,2,3,4,5]"),
    Question("bank-1999-relationship", "scenarios/bank-1999-relationship.toml", near=2),
)
LEFT_OUT = {
    "a-bad-month": "its lever is what happened, no decision",
    "losing-one": "its lever is how many customers there are, no decision",
    "equal-or-by-value": "a queue policy is no number; `compare` asks",
    "several-levers": "several levers; `optimise` asks",
    "bank-1999-quarters": "no customers with a memory, no money",
    "flower-shop": "its question is of days by date; who comes again is not told apart",
    "support-line": "its question is a service level; `optimise` asks for its roster",
    "bank-1999": "no customers with a memory, no money",
    "bank-1999-fitted": "no customers with a memory, no money",
    "erlang-a": "a textbook queue, no money",
}
"""Scenarios that are not held against their years, and why."""


@dataclass(frozen=True)
class Verdict:
    """What the judging replications say of an advice: money in thousands; the regret with its standard error."""

    name: str
    levels: str
    today: float
    advised: float
    not_worse: tuple[float, ...]
    best: float
    attainable: float
    tolerance: float
    regret: float
    error: float
    regret_long: float
    attainable_long: float
    advising: int
    judging: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Is the regret within the tolerance?"""
        return self.regret <= self.tolerance

    def row(self) -> str:
        """A line of the table."""
        k = [f"{number / 1e3:,.1f}" for number in (self.attainable, self.tolerance, self.regret, self.error)]
        long = f"{self.regret_long / 1e3:,.1f} of {self.attainable_long / 1e3:,.1f}"
        cells = (self.name, f"{self.today:g}", f"{self.advised:g}", f"{self.best:g}", *k, long,
                 "yes" if self.holds else "**no**", f"{self.advising}, {self.judging}")  # fmt: skip
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| question | today | advised | best | attainable | tolerance | regret | se | over 20 years | holds |"
    " replications |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


RANDOM_SEED, MANY = 14, 20
"""What random relationship scenarios are drawn by, and how many; written down before any was looked at."""
NEEDED = ("investment", "waiting", "quality", "loyalty", "spending")
"""Mechanisms without which nobody can be kept by taking time for them, or nobody pays."""
VISITS_AT_MOST = 200_000.0
"""Visits in ten years, so that twenty scenarios can be judged within the hour."""


def random_questions() -> Iterator[Asked]:
    """The first random scenarios of the seed that are relationships: how many minutes should a visit get?"""
    found, number = 0, 0
    while found < MANY:
        drawn = random_scenario(np.random.default_rng([RANDOM_SEED, number]), storm=False)
        number += 1
        scenario = relationship(drawn)
        if scenario is not None:
            found += 1
            yield f"random {number - 1}", scenario, None


def relationship(drawn: Scenario) -> Scenario | None:
    """A random scenario with ten years, and a lever on minutes; None where it is no relationship, or too large."""
    if drawn.segments or not all(is_on(drawn, name) for name in NEEDED) or drawn.demand.opening_book == 0:
        return None
    scenario = drawn.model_copy(update={"horizon": Horizon(), "evaluate": Evaluate(), "uncertain": {}})
    if weekly_visits(scenario) * 52 * scenario.horizon.years > VISITS_AT_MOST:
        return None
    try:
        return affordable(scenario, "random", 100, 12)
    except ServsimError:
        return None


def read(question: Question) -> Scenario:
    """The scenario with its question."""
    return read_scenario(ROOT / question.file, question.overrides)


def judged(name: str, scenario: Scenario, near: int | None = None, execution: Execution = HERE) -> Verdict:
    """Ask for advice, then simulate all levels in other replications until the regret is known well enough."""
    began = time.monotonic()
    e = evaluate(scenario, execution=execution)
    assert e.best is not None
    chosen = [level for level in e.levels if is_near(level, e.best, e.levels, near) or level == e.today]
    years = max(LONG, scenario.horizon.years)
    longer = scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update={"years": years})})
    with Pool([with_level(longer, e.lever, level) for level in chosen], e.seed, execution, far=True) as pool:
        gathering, replications = Gathering(pool, JUDGES), 0
        while True:
            replications += FIRST if not replications else STEP
            gathering.until(range(len(chosen)), replications)
            months = np.stack([gathering.months(place) for place in range(len(chosen))])
            sums = cumulative_cash(months)
            value, long = sums[..., round(scenario.horizon.years * MONTHS) - 1], sums[..., -1]
            usual = months[:, :, : round(scenario.horizon.years * MONTHS)]
            revenue = discounted_revenue(usual, scenario.money.discount_rate)[chosen.index(e.today)].mean()
            today, advised = chosen.index(e.today), chosen.index(e.best)
            regret, error = fair_regret(value, advised)
            attainable = max(0.0, float(value.mean(axis=1).max() - value[today].mean()))
            tolerance = max(OF_GAIN * attainable, OF_REVENUE * float(revenue))
            if error <= SHARP * tolerance or replications >= MOST:
                break
    return Verdict(
        name, ", ".join(f"{level:g}" for level in chosen), e.today, e.best, tuple(e.not_worse),
        chosen[int(value.mean(axis=1).argmax())], attainable, tolerance, regret, error,
        float(long.mean(axis=1).max() - long[advised].mean()), float(long.mean(axis=1).max() - long[today].mean()),
        sum(map(len, e.metrics)), replications * len(chosen), time.monotonic() - began,
    )  # fmt: skip


def is_near(level: float, best: float, levels: tuple[float, ...], near: int | None) -> bool:
    """Is a level no more than so many steps from the best?"""
    return near is None or abs(levels.index(level) - levels.index(best)) <= near


def fair_regret(value: np.ndarray, advised: int) -> tuple[float, float]:
    """The regret of one of (levels, replications), and its standard error: half of the replications choose, the others
    judge.
    """
    replications = value.shape[1]
    gaps = []
    for chooses in (np.arange(replications) % 2 == 0, np.arange(replications) % 2 == 1):
        best = int(value[:, chooses].mean(axis=1).argmax())
        gaps.append(value[best, ~chooses] - value[advised, ~chooses])
    found = np.concatenate(gaps)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))


def main(words: list[str]) -> None:
    """Hold the questions that are named, or all, against their years."""
    sys.stdout.write(f"{HEAD}\n")
    asked = random_questions() if "--random" in words else stated_questions(words)
    for name, scenario, near in asked:
        sys.stdout.write(f"{judged(name, scenario, near).row()}\n")
        sys.stdout.flush()


def stated_questions(names: Sequence[str] = ()) -> Iterator[Asked]:
    """The questions of the repository's scenarios, or those that are named."""
    return ((each.name, read(each), each.near) for each in QUESTIONS if not names or each.name in names)


if __name__ == "__main__":
    main(sys.argv[1:])
