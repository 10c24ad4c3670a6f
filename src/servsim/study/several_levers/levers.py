"""Levers: settings that may be changed together, each within its range, and the places between their ends."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.messages import field_at
from servsim.scenario.read import value_at, with_settings
from servsim.scenario.roster_spans import roster_span
from servsim.scenario.scenario import Scenario

Values = tuple[float, ...]
"""A value for each lever, in their order."""
GRAINS = 50
"""About how many values of a lever are told apart."""


@dataclass(frozen=True)
class Lever:
    """A setting that may be changed: its key, the ends of its range, today's value, whether it is a whole number."""

    key: str
    low: float
    high: float
    today: float
    whole: bool

    @property
    def grain(self) -> float:
        """The step between values that are told apart: 1, 2 or 5 times a power of ten; 1 for whole numbers."""
        if self.whole:
            return 1.0
        step = (self.high - self.low) / GRAINS
        power = 10.0 ** math.floor(math.log10(step))
        return next(power * round_step for round_step in (1, 2, 5, 10) if step <= 1.01 * power * round_step)

    def at(self, places: np.ndarray) -> np.ndarray:
        """(points,) the round values, or the ends, nearest to (points,) places; the ends are at 0 and 1."""
        wanted = self.low + np.clip(places, 0, 1) * (self.high - self.low)
        digits = max(0, 1 - math.floor(math.log10(self.grain)))
        values = np.clip(np.round(np.round(wanted / self.grain) * self.grain, digits), self.low, self.high)
        for end in (self.low, self.high):
            values = np.where(np.abs(end - wanted) < np.abs(values - wanted), end, values)
        return values

    def place(self, value: float) -> float:
        """The place of a value: 0 at the low end, 1 at the high end."""
        return (value - self.low) / (self.high - self.low)

    @property
    def farther_end(self) -> float:
        """The end that is farther from today's value."""
        return self.low if self.today - self.low > self.high - self.today else self.high


@dataclass(frozen=True)
class Space:
    """A scenario and the levers by which it may be changed."""

    scenario: Scenario
    levers: tuple[Lever, ...]

    @property
    def today(self) -> Values:
        """The levers as they are."""
        return tuple(lever.today for lever in self.levers)

    def at(self, places: np.ndarray) -> list[Values]:
        """The values nearest to (points, levers) points of the unit cube, each once."""
        columns = [lever.at(places[:, number]) for number, lever in enumerate(self.levers)]
        return list(dict.fromkeys(zip(*(column.tolist() for column in columns), strict=True)))

    def places(self, points: Iterable[Values]) -> np.ndarray:
        """(points, levers) values as points of the unit cube; today's may lie outside."""
        rows = [[lever.place(value) for lever, value in zip(self.levers, point, strict=True)] for point in points]
        return np.reshape(rows, (len(rows), len(self.levers)))

    def changed(self, values: Values, lever: int, value: float) -> Values:
        """The values with one of them changed."""
        return (*values[:lever], value, *values[lever + 1 :])

    def settings(self, values: Values) -> dict[str, float]:
        """The values by the keys of their levers."""
        return {lever.key: value for lever, value in zip(self.levers, values, strict=True)}

    def scenario_at(self, values: Values) -> Scenario:
        """The scenario with its levers at these values; ScenarioError where they contradict each other."""
        return with_settings(self.scenario, self.settings(values))


def space_of(scenario: Scenario) -> Space:
    """The levers that a scenario's [optimise] names; ScenarioError where it names none."""
    ranges = scenario.optimise.levers
    if not ranges:
        raise ScenarioError([
            "optimise.levers is empty; it must name what may be changed, such as "
            "investment.minutes_per_visit = [0, 20] (or --lever investment.minutes_per_visit=0..20)."
        ])  # fmt: skip
    return Space(scenario, tuple(lever_of(scenario, key, *map(float, ends)) for key, ends in ranges.items()))


def lever_of(scenario: Scenario, key: str, low: float, high: float) -> Lever:
    """A lever with its range."""
    path = tuple(key.split("."))
    field = field_at(path)
    whole = roster_span(path) is not None or (field is not None and field.annotation in (int, int | None))
    return Lever(key, low, high, float(value_at(scenario, key)), whole)
