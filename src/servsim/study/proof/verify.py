"""`verify`: the proof that an installation simulates what it says.

Theory: small desks with known answers, held against `closed_forms`. Twins: random scenarios and tie storms, told by
both engines, row by row the same. Laws: what must hold of every one of those traces.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.model.trace import Trace, first_difference
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Means, Progress, quiet
from servsim.study.identity import model_version
from servsim.study.proof.theory import FALSE_ALARM, FULL, Effort, Finding, bound, theory
from servsim.study.verification.random_scenarios import random_scenario
from servsim.study.verification.textbook_desks import cases
from servsim.study.work.engines import engine_named


@dataclass(frozen=True)
class Twins:
    """Random scenarios told by both engines: how many, their rows, where traces part, and which laws they break."""

    scenarios: int
    storms: int
    rows: int
    differences: tuple[str, ...]
    broken: tuple[str, ...]


Simulate = Callable[[np.ndarray], Trace]
"""An engine: the sheet of a world → its trace."""


def twin_scenario(seed: int, number: int) -> Scenario:
    """The number-th random scenario of a seed; odd ones are tie storms."""
    return random_scenario(np.random.default_rng([seed, number]), storm=number % 2 == 1)


def twins(
    count: int, seed: int, progress: Progress = quiet, story: Simulate | None = None, loop: Simulate | None = None
) -> Twins:
    """Tell random scenarios with both engines; compare the traces row by row and hold the loop's to the laws."""
    from servsim.model.invariants.catalogue import broken_laws

    story, loop = story or engine_named("reference").simulate, loop or engine_named("fast").simulate
    rows, differences, broken = 0, [], []
    for number in range(count):
        sheet = to_sheet(twin_scenario(seed, number), seed, number)
        told, looped = story(sheet), loop(sheet)
        rows += len(told)
        if told != looped:
            differences.append(f"scenario {number}: {first_difference(told, looped)}")
        broken += [f"scenario {number}: {breach}" for breach in broken_laws(sheet, looped)]
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
        """Standard errors within which every figure must lie."""
        return bound(len(self.theory), self.effort.worlds)

    @property
    def failures(self) -> tuple[str, ...]:
        """What is not as it should be, each in a few words."""
        off = tuple(f"{finding.name} {finding.figure}" for finding in self.theory if not finding.passed)
        parts = (("theory", off), ("twins", self.twins.differences), ("laws", self.twins.broken))
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
            "laws": {
                "passed": not self.twins.broken,
                "traces": self.twins.scenarios,
                "broken": list(self.twins.broken),
            },
        }


def verify(effort: Effort = FULL, *, seed: int = 1, means: Means = HERE) -> Proof:
    """Prove the installation: theory, twins and laws."""
    desks = cases()
    worlds = len(desks) * effort.worlds
    whole = worlds + effort.twins
    found = theory(desks, effort, seed, replace(means, progress=lambda done, _, s: means.progress(done, whole, s)))
    pairs = twins(effort.twins, seed, lambda done, _, s: means.progress(worlds + done, whole, s))
    return Proof(seed, effort, tuple(found), pairs)
