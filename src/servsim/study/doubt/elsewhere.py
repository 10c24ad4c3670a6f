"""The objective elsewhere: at other settings than those stated, level by level, on common worlds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from servsim.scenario.read import with_level
from servsim.scenario.scenario import Scenario
from servsim.study.doubt.uncertain import Range, possible
from servsim.study.execution.options import Means
from servsim.study.metrics import NAMES
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.work.workers import Pool
from servsim.study.work.worlds import Job

Settings = tuple[tuple[Range, float], ...]
"""Some settings, each with its value."""


@dataclass(frozen=True)
class Place:
    """Levels of the lever that are wanted at some settings, in some worlds."""

    settings: Settings
    levels: tuple[float, ...]
    worlds: Sequence[int]


class Elsewhere:
    """The objective of an evaluation's scenario at other settings, as far as it was simulated."""

    def __init__(self, evaluation: Evaluation, means: Means) -> None:
        """Nothing is simulated yet."""
        self.evaluation, self.objective = evaluation, NAMES.index(evaluation.objective)
        self.pool = Pool([], evaluation.seed, means, far=evaluation.objective == VALUE)
        self.scenarios: dict[Settings, Scenario] = {}
        self.numbers: dict[tuple[Settings, float], int] = {}
        self.found: dict[Job, float] = {}

    def gather(self, places: Iterable[Place]) -> bool:
        """Simulate what is not there yet, place by place; False where interrupted."""
        jobs = [job for place in places for job in self.jobs(place) if job not in self.found]
        for outcome in self.pool.outcomes(jobs):
            self.found[outcome.job] = float(outcome.figures[self.objective])
        return not self.pool.interrupted

    def jobs(self, place: Place) -> list[Job]:
        """The worlds of a place."""
        numbers = [self.number(place.settings, level) for level in place.levels]
        return [Job(number, world) for world in place.worlds for number in numbers]

    def number(self, settings: Settings, level: float) -> int:
        """The number of a scenario in the pool."""
        if (settings, level) not in self.numbers:
            if settings not in self.scenarios:
                values = {own.key: value for own, value in settings}
                self.scenarios[settings] = possible(self.evaluation.scenario, values)
            scenario = with_level(self.scenarios[settings], self.evaluation.lever, level)
            self.numbers[settings, level] = self.pool.add(scenario)
        return self.numbers[settings, level]

    def is_finished(self, place: Place) -> bool:
        """Were all its worlds simulated, and is the objective defined in them?"""
        return all(np.isfinite(self.found.get(job, np.nan)) for job in self.jobs(place))

    def figures(self, place: Place) -> np.ndarray:
        """(worlds, levels) the objective at a place that is finished."""
        return np.array([self.found[job] for job in self.jobs(place)]).reshape(len(place.worlds), len(place.levels))
