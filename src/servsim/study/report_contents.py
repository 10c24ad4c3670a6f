"""Findings: everything that a report tells of a question, gathered on the same replications."""

from dataclasses import dataclass
from typing import Unpack

from servsim.scenario.read import with_level
from servsim.scenario.scenario import Scenario
from servsim.study.comparison.compare import Comparison, compare
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.histories.customers import World
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.minutes_and_staff import Staffing, staffing
from servsim.study.one_lever.result import Evaluation
from servsim.study.sensitivity.one_at_a_time import Doubt, rests_on


@dataclass(frozen=True)
class Findings:
    """What a report tells of a question.

    comparison: today's level beside the best, where another one is best. staff: other staff, where money over the years
    is asked for. doubt: what could overturn the answer, where the scenario has ranges. world: one replication of the
    scenario as it is today.
    """

    evaluation: Evaluation
    comparison: Comparison | None
    staff: Staffing | None
    doubt: Doubt | None
    world: World

    @property
    def scenario(self) -> Scenario:
        """What it is all about."""
        return self.evaluation.scenario

    @property
    def parts(self) -> tuple[Evaluation | Comparison | Staffing | Doubt | None, ...]:
        """What was simulated."""
        return self.evaluation, self.comparison, self.staff, self.doubt

    @property
    def interrupted(self) -> bool:
        """Is it only what was finished before Ctrl-C?"""
        return any(part is not None and part.interrupted for part in self.parts)


@executed
def findings(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Findings:
    """Evaluate a scenario's lever, compare today's level with the best, and look at what the answer rests on."""
    e = evaluate(scenario, replications=replications, seed=seed, execution=execution)
    comparison = None
    if e.best not in (None, e.today) and not e.interrupted:
        titles = [
            f"today, {e.lever}={level:g}" if level == e.today else f"{e.lever}={level:g}" for level in (e.today, e.best)
        ]
        today, best = (
            with_level(scenario, e.lever, level).model_copy(update={"title": title})
            for level, title in zip((e.today, e.best), titles, strict=True)
        )
        comparison = compare(today, best, replications=replications, seed=seed, execution=execution)
    staff = staffing(e, execution=execution)
    doubt = None if e.interrupted or (staff and staff.interrupted) else rests_on(e, execution=execution)
    return Findings(e, comparison, staff, doubt, World(scenario, seed, 0, execution.engine))
