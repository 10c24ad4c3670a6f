"""Plausible settings: drawn within the ranges of [uncertain], with the objective and the best level at each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.read import place_of, value_at, with_level, with_settings
from servsim.scenario.scenario import Scenario
from servsim.scenario.uncertain_draws import DRAWS, drawn_settings, is_draw
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import NAMES
from servsim.study.objective import VALUE, read_question
from servsim.study.one_lever.result import Evaluation


@dataclass(frozen=True)
class Range:
    """Where a setting may lie: anywhere between two ends alike, or by a triangle over them whose top is the likeliest.

    stated: what the scenario says it is. whole: whether it is a whole number. sample: its values in joint draws, where
    it has those: then low and high are the ends of 9 of 10 of them, and it lies where one of them does.
    """

    key: str
    low: float
    high: float
    likely: float | None
    stated: float
    whole: bool = False
    sample: tuple[float, ...] = field(default=(), compare=False, repr=False)

    @property
    def contains_stated(self) -> bool:
        """Does the scenario state a value within the range?"""
        return self.low <= self.stated <= self.high

    def at(self, share: np.ndarray) -> np.ndarray:
        """The setting below which it lies with these probabilities; whole numbers rounded."""
        if self.sample:
            return np.quantile(self.sample, share, method="inverted_cdf")
        width = self.high - self.low
        if self.likely is None:
            values = self.low + width * share
        else:
            left = (self.likely - self.low) / width
            rising = self.low + width * np.sqrt(left * share)
            falling = self.high - width * np.sqrt((1 - left) * (1 - share))
            values = np.where(share < left, rising, falling)
        return np.clip(np.rint(values) if self.whole else values, self.low, self.high)

    def to_dict(self) -> dict[str, Any]:
        """The range as JSON has it."""
        return {"setting": self.key, "stated": self.stated, "low": self.low, "likely": self.likely, "high": self.high}


def ranges_of(scenario: Scenario, lever: str) -> tuple[Range, ...]:
    """The ranges of [uncertain] in the order of the file, without the lever and without what is switched off."""
    found = []
    for key, ends in scenario.uncertain.items():
        if key == lever or is_draw(key) or not works(scenario, key):
            continue
        stated = value_at(scenario, key)
        likely = float(ends[1]) if len(ends) == 3 else None
        found.append(Range(key, float(ends[0]), float(ends[-1]), likely, float(stated), isinstance(stated, int)))
    return *found, *joint_ranges(scenario, lever)


NINE_OF_TEN = (0.05, 0.95)
"""Between these quantiles of joint draws a setting is said to lie."""


def joint_ranges(scenario: Scenario, lever: str) -> Iterator[Range]:
    """The settings that have joint draws which differ, in their order."""
    for key, values in drawn_settings(scenario.uncertain).items():
        if key == lever or not works(scenario, key) or min(values) == max(values):
            continue
        low, high = map(float, np.quantile(values, NINE_OF_TEN))
        if low == high:
            low, high = min(values), max(values)
        stated = value_at(scenario, key)
        yield Range(key, low, high, None, float(stated), isinstance(stated, int), tuple(values))


def works(scenario: Scenario, key: str) -> bool:
    """Is the table of a setting there, and not switched off?"""
    table = getattr(scenario, key.partition(".")[0])
    return table is not None and getattr(table, "on", True)


def shares(points: int, dimensions: int, seed: int) -> np.ndarray:
    """(points, dimensions) evenly scattered over the unit cube: a Sobol sequence, scrambled by the seed.

    Fewer points are a beginning of more. Best for a power of two. Source: Owen (1998), Journal of Complexity 14.
    """
    from scipy.stats import qmc

    sobol = qmc.Sobol(dimensions, rng=np.random.default_rng(seed))
    return np.asarray(sobol.random_base2(max(0, (points - 1).bit_length()))[:points])


def drawn(ranges: Sequence[Range], points: int, seed: int) -> np.ndarray:
    """(points, ranges) plausible settings: drawn from their ranges, independently of one another, but joint draws
    whole: one share, a dimension of its own behind those of the ranges, says which of them a point has."""
    alone = [own for own in ranges if not own.sample]
    scattered = shares(points, len(alone) + (len(alone) < len(ranges)), seed)
    columns = iter(scattered.T)
    return np.column_stack([
        np.asarray(own.sample)[np.minimum(len(own.sample) - 1, (scattered[:, -1] * len(own.sample)).astype(int))]
        if own.sample else own.at(next(columns))
        for own in ranges
    ])  # fmt: skip


def possible(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with settings at values that [uncertain] allows; ScenarioError where they cannot be together."""
    try:
        return with_settings(scenario, values)
    except ScenarioError as error:
        raise ScenarioError([f"[uncertain] allows what cannot be: {told(error)}"]) from None


def read_doubtful(file: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario with its question, every range of which can be reached; ScenarioError with the place of those not."""
    scenario = read_question(file, overrides)
    messages = []
    for own in ranges_of(scenario, scenario.evaluate.lever):
        for value in (own.low, own.high):
            try:
                with_settings(scenario, {own.key: value})
            except ScenarioError as error:
                written = ("uncertain", DRAWS) if own.sample else ("uncertain", *own.key.split("."))
                place = place_of(file, overrides, written)
                messages.append(f"{place}: uncertain.{own.key} reaches {value:g}, where {told(error)}")
    if messages:
        raise ScenarioError(messages)
    return scenario


def told(error: ScenarioError) -> str:
    """The first message of an error, without its place."""
    return error.messages[0].partition(": ")[2]


Settings = tuple[tuple[Range, float], ...]
"""Some settings, each with its value."""


@dataclass(frozen=True)
class Place:
    """Levels of the lever that are wanted at some settings, in some replications."""

    settings: Settings
    levels: tuple[float, ...]
    replications: Sequence[int]


class Elsewhere:
    """The objective of an evaluation's scenario at other settings, as far as it was simulated."""

    def __init__(self, evaluation: Evaluation, execution: Execution) -> None:
        """Nothing is simulated yet."""
        self.evaluation, self.objective = evaluation, NAMES.index(evaluation.objective)
        self.pool = Pool([], evaluation.seed, execution, far=evaluation.objective == VALUE)
        self.scenarios: dict[Settings, Scenario] = {}
        self.numbers: dict[tuple[Settings, float], int] = {}
        self.found: dict[Job, float] = {}

    def gather(self, places: Iterable[Place]) -> bool:
        """Simulate what is not there yet, place by place; False where interrupted."""
        jobs = [job for place in places for job in self.jobs(place) if job not in self.found]
        for outcome in self.pool.outcomes(jobs):
            self.found[outcome.job] = float(outcome.metrics[self.objective])
        return not self.pool.interrupted

    def jobs(self, place: Place) -> list[Job]:
        """The replications of a place."""
        numbers = [self.number(place.settings, level) for level in place.levels]
        return [Job(number, world) for world in place.replications for number in numbers]

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
        """Were all its replications simulated, and is the objective defined in them?"""
        return all(np.isfinite(self.found.get(job, np.nan)) for job in self.jobs(place))

    def metrics(self, place: Place) -> np.ndarray:
        """(replications, levels) the objective at a place that is finished."""
        return np.array([self.found[job] for job in self.jobs(place)]).reshape(
            len(place.replications), len(place.levels)
        )


class Climb:
    """Some settings while the best level there is looked for."""

    def __init__(self, elsewhere: Elsewhere, settings: Settings, replications: Sequence[int], stride: int = 1) -> None:
        """Today's level, the best, and those a stride away from it are to be looked at, in these replications."""
        evaluation = elsewhere.evaluation
        self.elsewhere, self.settings, self.replications, self.stride = elsewhere, settings, replications, stride
        self.candidates = candidates(evaluation)
        assert evaluation.best is not None
        best = self.candidates.index(evaluation.best)
        self.seen = {self.candidates.index(evaluation.today), *self.around(best)}
        self.goes_on = True

    def around(self, place: int) -> set[int]:
        """A candidate and those a stride away; where there is none so far, the last one."""
        last = len(self.candidates) - 1
        return {min(max(near, 0), last) for near in (place - self.stride, place, place + self.stride)}

    @property
    def place(self) -> Place:
        """The levels that are looked at."""
        return Place(self.settings, tuple(self.candidates[place] for place in sorted(self.seen)), self.replications)

    def heights(self) -> dict[int, float]:
        """The objective at the levels that were looked at, by their places, more being better."""
        means = self.elsewhere.evaluation.better * self.elsewhere.metrics(self.place).mean(axis=0)
        return dict(zip(sorted(self.seen), map(float, means), strict=True))

    def step(self) -> None:
        """Look around what is best until now; nothing goes on where that was seen."""
        heights = self.heights()
        more = self.around(max(heights, key=lambda place: heights[place]))
        self.goes_on = not more <= self.seen
        self.seen |= more


def candidates(evaluation: Evaluation) -> list[float]:
    """The levels among which a choice is made: today's, and all that keep the constraints as far as is known."""
    return [
        level for level, broken in zip(evaluation.levels, evaluation.breaks, strict=True)
        if not broken or level == evaluation.today
    ]  # fmt: skip
