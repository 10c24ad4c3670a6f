"""`evaluate`: how much to invest. The best level of one lever, on the same replications for every level."""

from collections.abc import Sequence
from typing import Unpack

from servsim.scenario.read import checked, with_level
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.metrics import UserMetric
from servsim.study.one_lever.race import Contest, today_of
from servsim.study.one_lever.result import Evaluation


@executed
def evaluate(
    scenario: Scenario,
    *,
    lever: str | None = None,
    levels: tuple[float, ...] | None = None,
    objective: str | None = None,
    constraints: Sequence[str] | None = None,
    smallest_difference: float | str | None = None,
    replications: int | None = None,
    budget: int | None = None,
    finer: int | None = None,
    confidence: float | None = None,
    seed: int = 1,
    metrics: Sequence[UserMetric] = (),
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Evaluation:
    """Compare levels of a lever; whatever is left out is as the scenario's [evaluate] says.

    Every level is simulated in the first `replications` replications. Where a smallest difference is stated, a race
    then goes on among those that may be best, until one is left or `budget` replications are spent. Levels that are
    given are the only ones, unless `finer` is, too. metrics: your own, as in `run`; the objective is one of METRICS.

    Returns an `Evaluation`: `best`, `gain` and `difference(level, other)` are in the objective's unit, `found[6,
    "revenue"]` is an Interval, `sample(level, metric)` (replications,). Raises ScenarioError where lever, levels,
    objective or constraints cannot be. Source: paired t under common random numbers; the race is fully sequential
    ranking and selection, Kim and Nelson (2001).
    """
    if levels is not None and finer is None:
        finer = 0
    given = {
        "lever": lever, "levels": None if levels is None else list(levels), "objective": objective, "finer": finer,
        "constraints": None if constraints is None else list(constraints), "smallest_difference": smallest_difference,
        "replications": replications, "budget_replications": budget, "confidence": confidence,
    }  # fmt: skip
    raw = scenario.model_dump(exclude_unset=True, exclude_none=True)
    raw["evaluate"] = {**raw.get("evaluate", {}), **{key: value for key, value in given.items() if value is not None}}
    return Contest(scenario, checked(raw, "evaluate()").evaluate, seed, execution, metrics=metrics).run()


def levels_of(scenario: Scenario) -> list[Scenario]:
    """The scenario at each level that its [evaluate] names, today's among them."""
    lever = scenario.evaluate.lever
    levels = sorted({today_of(scenario, lever), *map(float, scenario.evaluate.levels)})
    return [with_level(scenario, lever, level) for level in levels]
