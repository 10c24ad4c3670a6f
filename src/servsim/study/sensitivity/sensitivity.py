"""`sensitivity`: what an evaluation rests on. One setting at a time, and all at once over what is plausible."""

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.intervals_and_tables import Tidy
from servsim.study.objective import asks_years
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.result import Evaluation
from servsim.study.scenario_identity import answer_to
from servsim.study.sensitivity.one_at_a_time import Doubt, doubt_of, ends_of
from servsim.study.sensitivity.plausible_settings import Elsewhere, Place, Range, candidates, drawn, possible, ranges_of
from servsim.study.sensitivity.value_of_information import LEAST, Indices, Plausible, indices, plausible

POINTS = 128
"""Plausible settings that are simulated."""
PER_POINT = 1
"""Replications of each of them, no other's: the surface does the averaging."""
REPLICATIONS = 10
"""Replications of every end of a range, the first ones of the evaluation."""


@dataclass(frozen=True, eq=False)
class Sensitivity(Tidy):
    """What an evaluation rests on.

    doubt: a swing for every range. settings: (points, ranges) those drawn. metrics: (points, replications, levels) the
    objective there. plausible: what they say of the advice; indices: of the objective at today's level, and of what the
    best level brings over it; both empty where too few points were finished.
    """

    evaluation: Evaluation
    ranges: tuple[Range, ...]
    doubt: Doubt | None
    levels: tuple[float, ...]
    settings: np.ndarray
    metrics: np.ndarray
    plausible: Plausible | None
    indices: tuple[Indices, ...]
    interrupted: bool = False

    @property
    def knowing(self) -> list[tuple[Range, float]]:
        """The ranges by what it would be worth to know them, the most first."""
        worths = [own.mean for own in self.plausible.knowing] if self.plausible else []
        return sorted(zip(self.ranges, worths, strict=False), key=lambda pair: -pair[1])

    def to_dict(self) -> dict[str, Any]:
        """The sensitivity as `servsim sensitivity --json` prints it."""
        e = self.evaluation
        return {
            **answer_to(e.scenario, e.seed),
            "lever": e.lever,
            "objective": e.objective,
            "unit": e.unit(e.objective),
            "confidence": e.confidence,
            "smallest_difference": e.smallest_difference,
            "today": e.today,
            "best": e.best,
            "gain": e.gain.to_dict() if e.gain else None,
            "uncertain": [own.to_dict() for own in self.ranges],
            "tornado": self.doubt.to_dict() if self.doubt else None,
            "indices": [own.to_dict() for own in self.indices],
            "plausible": self.plausible.to_dict(self.ranges) if self.plausible else None,
            "interrupted": self.interrupted,
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each point, level and world; the drawn settings beside."""
        e, (points, many, _) = self.evaluation, self.metrics.shape
        keys = [own.key for own in self.ranges]
        return [
            {"point": point, **dict(zip(keys, map(float, self.settings[point]), strict=True)), "lever": e.lever,
             "level": level, "replication": point * many + each, "metric": e.objective,
             "value": float(self.metrics[point, each, number]), "unit": e.unit(e.objective)}
            for point in range(points)
            for each in range(many)
            for number, level in enumerate(self.levels)
        ]  # fmt: skip


@executed
def sensitivity(
    scenario: Scenario,
    *,
    points: int = POINTS,
    replications_per_point: int = PER_POINT,
    replications: int = REPLICATIONS,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Sensitivity:
    """Evaluate a scenario, then look at every end of its ranges in so many `replications`, and at so many `points`
    drawn from all of them, each in `replications_per_point` of its own."""
    ranges = ranges_of(scenario, scenario.evaluate.lever)
    if not ranges:
        raise ScenarioError([
            f"{scenario.title}: [uncertain] gives no range to a setting that counts; write for example "
            "loyalty.yearly_retention = [0.7, 0.9] there."
        ])  # fmt: skip
    for row in drawn(ranges, points, seed):
        possible(scenario, {own.key: value for own, value in zip(ranges, row, strict=True)})
    return Analysis(evaluate(scenario, seed=seed, execution=execution), ranges, points, replications_per_point).run(
        replications, execution
    )


def affordable_analysis(scenario: Scenario, file: str, points: int, replications: int) -> None:
    """ScenarioError where so many replications of every level, at points and at ends of ranges, would cost too much."""
    from servsim.study.cost_estimate import affordable, levels_at_most, replications_of_evaluation

    ends = 2 * len(ranges_of(scenario, scenario.evaluate.lever))
    elsewhere = levels_at_most(scenario) * (points + ends * replications)
    affordable(scenario, file, 1, replications_of_evaluation(scenario) + elsewhere, asks_years(scenario.evaluate))


class Analysis:
    """One sensitivity analysis while it is going on."""

    def __init__(self, evaluation: Evaluation, ranges: tuple[Range, ...], points: int, per_point: int) -> None:
        """What the evaluation found, and the settings to look at."""
        self.evaluation, self.ranges, self.per_point = evaluation, ranges, per_point
        self.levels = tuple(candidates(evaluation))
        self.settings = drawn(ranges, points, evaluation.seed)

    def run(self, replications: int, execution: Execution) -> Sensitivity:
        """The whole of it, or what Ctrl-C left."""
        e = self.evaluation
        if e.best is None or e.interrupted or e.replications < 2:
            return self.result(None, [], np.empty((0, self.per_point, len(self.levels))), e.interrupted)
        elsewhere = Elsewhere(e, execution)
        ends, points = ends_of(e, self.ranges, replications), self.places()
        with elsewhere.pool:
            elsewhere.gather([*ends, *points])
        finished = [number for number, place in enumerate(points) if elsewhere.is_finished(place)]
        metrics = np.array([elsewhere.metrics(points[number]) for number in finished])
        metrics = metrics.reshape(len(finished), self.per_point, len(self.levels))
        return self.result(doubt_of(elsewhere, self.ranges, ends), finished, metrics, elsewhere.pool.interrupted)

    def places(self) -> list[Place]:
        """The drawn settings, each in replications of its own."""
        return [
            Place(tuple(zip(self.ranges, map(float, row), strict=True)), self.levels,
                  range(number * self.per_point, (number + 1) * self.per_point))
            for number, row in enumerate(self.settings)
        ]  # fmt: skip

    def result(self, doubt: Doubt | None, finished: list[int], metrics: np.ndarray, interrupted: bool) -> Sensitivity:
        """What is found from what was simulated."""
        e, settings, means = self.evaluation, self.settings[finished], metrics.mean(axis=1)
        over, found = None, []
        if len(finished) >= LEAST and e.best is not None:
            over = plausible(
                self.ranges, settings, e.better * means, self.levels, e.best, seed=e.seed, confidence=e.confidence,
                smallest_difference=e.smallest_difference, unit=e.unit(e.objective),
            )  # fmt: skip
            today, best = (means[:, self.levels.index(level)] for level in (e.today, e.best))
            found = [
                indices(of, self.ranges, settings, metric, e.confidence, e.seed)
                for of, metric in (("today", today), ("gain", best - today))
            ]
        return Sensitivity(
            e, self.ranges, doubt, self.levels, settings, metrics, over,
            tuple(own for own in found if own is not None), interrupted,
        )  # fmt: skip
