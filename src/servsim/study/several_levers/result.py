"""What an optimisation found: the points a search tried, and its finalists beside today's setting in other
replications.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.study.intervals_and_tables import Interval, Tidy, defined
from servsim.study.metric_intervals import metric_interval
from servsim.study.metrics import NAMES, unit_of
from servsim.study.one_lever.result import Evaluation, Guarantee
from servsim.study.scenario_identity import answer_to
from servsim.study.several_levers.levers import Lever, Space, Values
from servsim.study.several_levers.search import Goal

CLOSE = 0.01
"""How near to its bound a constraint binds, as a share of the bound."""


@dataclass(frozen=True, eq=False)
class Point:
    """A value for each lever, and the metrics there: (replications, metrics)."""

    values: Values
    metrics: np.ndarray

    def sample(self, metric: str) -> np.ndarray:
        """(replications,) a metric in each replication."""
        column: np.ndarray = self.metrics[:, NAMES.index(metric)]
        return column


@dataclass(frozen=True, eq=False)
class Optimisation(Tidy):
    """Several levers, set together.

    asked: objective, constraints and confidence. points: those that the search tried, today's first, in the
    replications of the search. finals: the finalists in replications of their own, level 0 being today's and level n
    the n-th of `finalists`; None where the search was interrupted. idle: keys of levers that changed nothing. front:
    points of which no other has more of both of the goal's front metrics, in the finals' replications.
    """

    scenario: Scenario
    seed: int
    levers: tuple[Lever, ...]
    asked: Evaluate
    goal: Goal
    points: tuple[Point, ...]
    finalists: tuple[Values, ...]
    finals: Evaluation | None
    idle: tuple[str, ...]
    front: tuple[Point, ...]
    interrupted: bool = False

    @property
    def objective(self) -> str:
        """The metric that is to be best."""
        return self.goal.objective

    @property
    def today(self) -> Values:
        """The levers as they are."""
        return tuple(lever.today for lever in self.levers)

    @property
    def best(self) -> Values | None:
        """The best of the finalists and today's; None where none keeps the constraints, or where interrupted before."""
        return None if self.finals is None or self.finals.best is None else self.values(self.finals.best)

    @property
    def guarantee(self) -> Guarantee | None:
        """How sure it is that none of the other finalists is better."""
        return self.finals.guarantee if self.finals else None

    @property
    def gain(self) -> Interval | None:
        """What the best brings over today's, in the objective."""
        return self.finals.gain if self.finals else None

    def values(self, level: float) -> Values:
        """The levers as a level of the finals has them: today's, or a finalist's."""
        return (self.today, *self.finalists)[int(level)]

    def unchanged(self, values: Values) -> list[str]:
        """The keys of levers that are as today."""
        return [own.key for own, value in zip(self.levers, values, strict=True) if value == own.today]

    def unit(self, metric: str) -> str:
        """A metric's unit."""
        return unit_of(metric, self.scenario.money.currency)

    @property
    def binding(self) -> list[str]:
        """The constraints that the best just keeps."""
        e = self.finals
        if e is None or e.best is None:
            return []
        slack = self.slack(e, e.best)
        near = [each.text for each, own in zip(self.goal.constraints, slack, strict=True) if own < CLOSE]
        return list(dict.fromkeys(near))

    def slack(self, e: Evaluation, level: float) -> np.ndarray:
        """(constraints,) by how much a finalist keeps each, as a share of its bound."""
        shared = min(e.replications_of(level), e.replications_of(e.today))
        own, today = (e.seen(each, shared) for each in (level, e.today))
        found: np.ndarray = self.goal.slack([own], today)[0]
        return found

    @property
    def at_the_end(self) -> list[Lever]:
        """The levers that the best has moved to an end of their range."""
        return [
            lever
            for lever, value in zip(self.levers, self.best or (), strict=False)
            if value in (lever.low, lever.high) and value != lever.today
        ]

    def of(self, point: Point, metric: str) -> Interval:
        """A metric at a point, by itself."""
        return metric_interval(metric, point.metrics, self.scenario, self.asked.confidence)

    def settings(self, values: Values) -> dict[str, float]:
        """Values by the keys of their levers."""
        return Space(self.scenario, self.levers).settings(values)

    def to_dict(self) -> dict[str, Any]:
        """The optimisation as `servsim optimise --json` prints it."""
        e = self.finals
        return {
            **answer_to(self.scenario, self.seed),
            "levers": [{"key": own.key, "low": own.low, "high": own.high, "today": own.today} for own in self.levers],
            "objective": self.objective,
            "constraints": self.asked.constraints,
            "confidence": self.asked.confidence,
            "smallest_difference": e.smallest_difference if e else None,
            "search": self.search_dict(),
            "finalists": [self.finalist_dict(e, level) for level in e.levels] if e else [],
            "best": self.settings(self.best) if self.best else None,
            "not_worse": [self.settings(self.values(level)) for level in e.not_worse] if e else [],
            "gain": self.gain.to_dict() if self.gain else None,
            "guarantee": self.guarantee.to_dict() if self.guarantee else None,
            "resolved": defined(e.resolved) if e else None,
            "binding": self.binding,
            "idle": list(self.idle),
            "front": {"metrics": list(self.goal.front), "points": [self.front_dict(point) for point in self.front]},
            "interrupted": self.interrupted,
        }

    def search_dict(self) -> dict[str, Any]:
        """What the search tried, and what it proposes."""
        return {
            "points": len(self.points),
            "replications": len(self.points[0].metrics) if self.points else 0,
            "proposed": [self.settings(values) for values in self.finalists],
        }

    def finalist_dict(self, e: Evaluation, level: float) -> dict[str, Any]:
        """A finalist, or today's setting, as JSON has it."""
        own = e.level_dict(level)
        return {"settings": self.settings(self.values(level)), **{key: own[key] for key in own if key != "level"}}

    def front_dict(self, point: Point) -> dict[str, Any]:
        """A point of the front as JSON has it."""
        metrics = {name: self.of(point, name).to_dict() for name in self.goal.front}
        return {"settings": self.settings(point.values), "replications": len(point.metrics), "metrics": metrics}

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each point, world and metric: of the search, the finals and the front."""
        return [
            {"stage": stage, "point": number, **self.settings(point.values), "replication": world, "metric": name,
             "value": defined(value), "unit": self.unit(name)}
            for stage, number, point in self.stages()
            for world, row in enumerate(point.metrics)
            for name, value in zip(NAMES, row, strict=True)
        ]  # fmt: skip

    def stages(self) -> Iterator[tuple[str, int, Point]]:
        """Every point of every stage, with its number there."""
        e = self.finals
        finals = (
            [Point(self.values(level), table) for level, table in zip(e.levels, e.metrics, strict=True)] if e else []
        )
        for stage, points in (("search", self.points), ("finals", finals), ("front", self.front)):
            yield from ((stage, number, point) for number, point in enumerate(points))
