"""`verify`: the proof that an installation simulates what it says, textbook desks held against theory among it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.model.trace import Trace, first_difference
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Execution, Options, Progress, executed, quiet
from servsim.study.execution.replications import Job, engine_named
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import defined
from servsim.study.metrics import NAMES
from servsim.study.scenario_identity import model_version
from servsim.study.verification.failure_desks import failing
from servsim.study.verification.market_desks import around
from servsim.study.verification.random_scenarios import random_scenario
from servsim.study.verification.textbook_desks import Case, textbook

FALSE_ALARM = 0.001
"""Chance that a correct installation fails the theory: over all metrics together, by Šidák's bound."""


@dataclass(frozen=True)
class Effort:
    """How hard to look: replications per desk, the share of each desk's full horizon, how sharp, how many twins."""

    replications: int
    share: float
    sharpness: float
    twins: int


FULL = Effort(replications=64, share=1.0, sharpness=0.005, twins=1000)
QUICK = Effort(replications=32, share=1 / 6, sharpness=0.02, twins=60)
"""Sharpness: the largest standard error that counts as proof, as a share of the value."""


@dataclass(frozen=True)
class Finding:
    """A metric of a desk, simulated, beside its known value."""

    name: str
    metric: str
    expected: float
    simulated: float
    standard_error: float
    passed: bool

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        gap = self.simulated - self.expected
        return gap / self.standard_error if self.standard_error else math.copysign(math.inf, gap) if gap else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {
            "name": self.name,
            "metric": self.metric,
            "expected": defined(self.expected),
            "simulated": defined(self.simulated),
            "standard_error": defined(self.standard_error),
            "z": defined(self.z),
            "passed": self.passed,
        }


def cases() -> tuple[Case, ...]:
    """Every desk with known answers."""
    return (*textbook(), *failing(), *around())


def bound(metrics: int, replications: int, false_alarm: float = FALSE_ALARM) -> float:
    """Standard errors within which all metrics lie together with probability 1 − false alarm: t, Šidák (1967)."""
    from scipy.stats import t

    each = 1.0 - (1.0 - false_alarm) ** (1.0 / metrics)
    return float(t.isf(each / 2.0, replications - 1))


def sample_of(table: np.ndarray, metric: str) -> np.ndarray:
    """(replications,) a metric, or the ratio of two, from (replications, metrics)."""
    over, _, under = metric.partition("/")
    column: np.ndarray = table[:, NAMES.index(over)]
    return column / table[:, NAMES.index(under)] if under else column


def finding(case: Case, metric: str, sample: np.ndarray, limit: float, sharpness: float) -> Finding:
    """What a metric's replications say: it passes if it is sharp, and no further off than the limit in standard
    errors.
    """
    mean, error = float(sample.mean()), float(sample.std(ddof=1) / math.sqrt(len(sample)))
    expected = case.expected[metric]
    sharp = error <= sharpness * abs(expected)
    near = abs(mean - expected) <= limit * error
    return Finding(case.name, metric, expected, mean, error, sharp and near)


@executed
def theory(
    desks: Sequence[Case],
    effort: Effort,
    seed: int,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> list[Finding]:
    """Every metric of every desk, simulated and held against its known value."""
    jobs = [
        Job(place, place * effort.replications + number)
        for place in range(len(desks))
        for number in range(effort.replications)
    ]
    with Pool([case.scenario(effort.share) for case in desks], seed, execution, far=True) as pool:
        outcomes = pool.outcomes(jobs)
    if pool.interrupted:
        raise KeyboardInterrupt
    limit = bound(sum(len(case.expected) for case in desks), effort.replications)
    tables = np.array([outcome.metrics for outcome in outcomes]).reshape(len(desks), effort.replications, len(NAMES))
    return [
        finding(case, metric, sample_of(table, metric), limit, effort.sharpness)
        for case, table in zip(desks, tables, strict=True)
        for metric in case.expected
    ]


@dataclass(frozen=True)
class Twins:
    """Random scenarios told by both engines: how many, their rows, where traces part, which invariants break."""

    scenarios: int
    storms: int
    rows: int
    differences: tuple[str, ...]
    broken: tuple[str, ...]


Simulate = Callable[[np.ndarray], Trace]
"""An engine: the sheet of a replication → its trace."""


def twin_scenario(seed: int, number: int) -> Scenario:
    """The number-th random scenario of a seed; odd ones are tie storms."""
    return random_scenario(np.random.default_rng([seed, number]), storm=number % 2 == 1)


def twins(
    count: int, seed: int, progress: Progress = quiet, story: Simulate | None = None, loop: Simulate | None = None
) -> Twins:
    """Tell random scenarios with both engines; compare the traces row by row and hold the loop's to the invariants."""
    from servsim.model.invariants.catalogue import broken_invariants

    story, loop = story or engine_named("reference").simulate, loop or engine_named("fast").simulate
    rows, differences, broken = 0, [], []
    for number in range(count):
        sheet = to_sheet(twin_scenario(seed, number), seed, number)
        told, looped = story(sheet), loop(sheet)
        rows += len(told)
        if told != looped:
            differences.append(f"scenario {number}: {first_difference(told, looped)}")
        broken += [f"scenario {number}: {breach}" for breach in broken_invariants(sheet, looped)]
        progress(number + 1, count, 0.0)
    return Twins(count, count // 2, rows, tuple(differences), tuple(broken))


# The proof


@dataclass(frozen=True)
class Proof:
    """What was found, and whether all of it is as it should be."""

    seed: int
    effort: Effort
    theory: tuple[Finding, ...]
    twins: Twins

    @property
    def limit(self) -> float:
        """Standard errors within which every metric must lie."""
        return bound(len(self.theory), self.effort.replications)

    @property
    def failures(self) -> tuple[str, ...]:
        """What is not as it should be, each in a few words."""
        off = tuple(f"{finding.name} {finding.metric}" for finding in self.theory if not finding.passed)
        parts = (("theory", off), ("twins", self.twins.differences), ("invariants", self.twins.broken))
        return tuple(f"{part}: {len(found)}" for part, found in parts if found)

    @property
    def passed(self) -> bool:
        """Is all as it should be?"""
        return not self.failures

    def to_dict(self) -> dict[str, Any]:
        """The proof as `servsim verify --json` prints it."""
        return {
            "passed": self.passed,
            "model": model_version(),
            "seed": self.seed,
            "false_alarm": FALSE_ALARM,
            "limit": self.limit,
            "sharpness": self.effort.sharpness,
            "theory": [finding.to_dict() for finding in self.theory],
            "twins": {
                "passed": not self.twins.differences,
                "scenarios": self.twins.scenarios,
                "storms": self.twins.storms,
                "rows": self.twins.rows,
                "differences": list(self.twins.differences),
            },
            "invariants": {
                "passed": not self.twins.broken,
                "traces": self.twins.scenarios,
                "broken": list(self.twins.broken),
            },
        }


@executed
def verify(effort: Effort = FULL, *, seed: int = 1, execution: Execution = HERE, **options: Unpack[Options]) -> Proof:
    """Prove the installation: theory, twins and invariants.

    effort: `verify.FULL` or `verify.QUICK`. Returns a `Proof`, of which `passed` says whether all of it holds. Source:
    closed forms, each with its own; Šidák's bound over all metrics together.
    """
    desks = cases()
    replications = len(desks) * effort.replications
    whole = replications + effort.twins
    found = theory(
        desks, effort, seed, replace(execution, progress=lambda done, _, s: execution.progress(done, whole, s))
    )
    pairs = twins(effort.twins, seed, lambda done, _, s: execution.progress(replications + done, whole, s))
    return Proof(seed, effort, tuple(found), pairs)
