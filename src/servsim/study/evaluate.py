"""`evaluate`: how much to invest. Levels of one lever on the same worlds, compared in pairs.

Every interval of a difference belongs to one Bonferroni family over all pairs of levels, so that choosing the best of
them does not bias it. Source: paired t under common random numbers, Law (2015), chapter 10.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.read import value_at, with_level
from servsim.scenario.scenario import Scenario
from servsim.study.engines import Engine
from servsim.study.identity import digest_of, model_version
from servsim.study.metrics import NAMES, unit_of
from servsim.study.statistics import Interval, defined, interval, t_quantile
from servsim.study.tidy import Tidy
from servsim.study.workers import Job, Pool, Progress, quiet


@dataclass(frozen=True)
class Evaluation(Tidy):
    """(levels, replications, metrics) figures of a lever's levels, in worlds that they share."""

    scenario: Scenario
    seed: int
    lever: str
    objective: str
    confidence: float
    smallest_difference: float
    levels: tuple[float, ...]
    today: float
    figures: np.ndarray
    interrupted: bool = False

    @property
    def replications(self) -> int:
        """Worlds in which every level was simulated."""
        return int(self.figures.shape[1])

    @property
    def best(self) -> float:
        """The level with the best mean of the objective."""
        return self.levels[int(np.nanargmax(self.sample(self.objective).mean(axis=1)))]

    def unit(self, metric: str) -> str:
        """A figure's unit."""
        return unit_of(metric, self.scenario.money.currency)

    def sample(self, metric: str) -> np.ndarray:
        """(levels, replications) a figure at each level in each world."""
        column: np.ndarray = self.figures[:, :, NAMES.index(metric)]
        return column

    def at(self, level: float, metric: str) -> Interval:
        """A figure at a level, by itself."""
        return interval(self.sample(metric)[self.levels.index(level)], self.unit(metric), self.confidence)

    def difference(self, level: float, other: float, metric: str | None = None) -> Interval:
        """A figure at a level less the same at another, world by world; of the family over all pairs of levels."""
        metric = metric or self.objective
        sample = self.sample(metric)
        gap = sample[self.levels.index(level)] - sample[self.levels.index(other)]
        return interval(gap, self.unit(metric), self.confidence, self.pairs)

    @property
    def pairs(self) -> int:
        """How many intervals of differences hold together."""
        return max(1, len(list(combinations(self.levels, 2))))

    @property
    def gain(self) -> Interval:
        """What the best level brings over today's, in the objective."""
        return self.difference(self.best, self.today)

    @property
    def not_worse(self) -> list[float]:
        """Levels that are not shown to be worse than the best."""
        return [level for level in self.levels if level == self.best or self.difference(level, self.best).high >= 0]

    @property
    def resolved(self) -> float:
        """The smallest difference from the best that these replications could have told apart."""
        best = self.levels.index(self.best)
        gaps = np.delete(self.sample(self.objective) - self.sample(self.objective)[best], best, axis=0)
        if self.replications < 2 or len(gaps) == 0:
            return np.nan
        t = t_quantile(self.confidence, self.replications - 1, self.pairs)
        return float(t * gaps.std(axis=1, ddof=1).max() / np.sqrt(self.replications))

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as `servsim evaluate --json` prints it."""
        return {
            "scenario": self.scenario.title,
            "digest": digest_of(self.scenario),
            "model": model_version(),
            "seed": self.seed,
            "lever": self.lever,
            "objective": self.objective,
            "confidence": self.confidence,
            "smallest_difference": self.smallest_difference,
            "levels": [self.level_dict(level) for level in self.levels],
            "today": self.today,
            "best": self.best,
            "not_worse": self.not_worse,
            "gain": self.gain.to_dict(),
            "guarantee": None,
            "resolved": defined(self.resolved),
            "interrupted": self.interrupted,
        }

    def level_dict(self, level: float) -> dict[str, Any]:
        """One level as JSON has it."""
        return {
            "level": level,
            "replications": self.replications,
            "metrics": {name: self.at(level, name).to_dict() for name in NAMES},
            "vs_today": self.difference(level, self.today).to_dict(),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each level, world and figure."""
        return [
            {"lever": self.lever, "level": level, "replication": number, "metric": name,
             "value": defined(self.sample(name)[place, number]), "unit": self.unit(name)}
            for place, level in enumerate(self.levels)
            for number in range(self.replications)
            for name in NAMES
        ]  # fmt: skip


def levels_of(scenario: Scenario, lever: str, levels: tuple[float, ...]) -> tuple[float, tuple[float, ...]]:
    """(today's level, all levels in order, today's among them)."""
    today = value_at(scenario, lever)
    if isinstance(today, bool) or not isinstance(today, int | float):
        raise ScenarioError([f"{lever} is {today!r}; a lever must be a setting that is a number."])
    return float(today), tuple(sorted({float(today), *levels}))


def evaluate(
    scenario: Scenario,
    *,
    lever: str | None = None,
    levels: tuple[float, ...] | None = None,
    objective: str | None = None,
    replications: int | None = None,
    seed: int = 1,
    confidence: float | None = None,
    engine: Engine = "fast",
    workers: int | None = None,
    progress: Progress = quiet,
) -> Evaluation:
    """Compare levels of a lever on the same worlds; whatever is left out is as the scenario's [evaluate] says."""
    asked = scenario.evaluate
    lever = lever or asked.lever
    today, tried = levels_of(scenario, lever, levels or tuple(asked.levels))
    n = replications or asked.replications
    pool = Pool([with_level(scenario, lever, level) for level in tried], seed, engine, workers)
    jobs = [Job(place, number) for number in range(n) for place in range(len(tried))]
    outcomes = pool.outcomes(jobs, progress)
    return Evaluation(
        scenario, seed, lever, objective or asked.objective, confidence or asked.confidence,
        asked.smallest_difference, tried, today, shared_worlds(outcomes, len(tried)), pool.interrupted,
    )  # fmt: skip


def shared_worlds(outcomes: list[Any], scenarios: int) -> np.ndarray:
    """(scenarios, replications, metrics) figures of the worlds in which every scenario was finished."""
    worlds: dict[int, dict[int, np.ndarray]] = {}
    for outcome in outcomes:
        worlds.setdefault(outcome.job.replication, {})[outcome.job.scenario] = outcome.figures
    whole = [worlds[number] for number in sorted(worlds) if len(worlds[number]) == scenarios]
    table = [[world[place] for world in whole] for place in range(scenarios)]
    return np.array(table).reshape(scenarios, len(whole), len(NAMES))
