"""What is plausible where [uncertain] says that nobody knows: settings within their ranges, and scenarios of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.read import place_of, value_at, with_settings
from servsim.scenario.scenario import Scenario
from servsim.study.objective import read_question


@dataclass(frozen=True)
class Range:
    """Where a setting may lie: anywhere between two ends alike, or by a triangle over them whose top is the likeliest.

    stated: what the scenario says it is. whole: whether it is a whole number.
    """

    key: str
    low: float
    high: float
    likely: float | None
    stated: float
    whole: bool = False

    @property
    def contains_stated(self) -> bool:
        """Does the scenario state a value within the range?"""
        return self.low <= self.stated <= self.high

    def at(self, share: np.ndarray) -> np.ndarray:
        """The setting below which it lies with these probabilities; whole numbers rounded."""
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
        if key == lever or not works(scenario, key):
            continue
        stated = value_at(scenario, key)
        likely = float(ends[1]) if len(ends) == 3 else None
        found.append(Range(key, float(ends[0]), float(ends[-1]), likely, float(stated), isinstance(stated, int)))
    return tuple(found)


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
    """(points, ranges) plausible settings: drawn from their ranges, independently of one another."""
    scattered = shares(points, len(ranges), seed)
    return np.column_stack([own.at(column) for own, column in zip(ranges, scattered.T, strict=True)])


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
                place = place_of(file, overrides, ("uncertain", *own.key.split(".")))
                messages.append(f"{place}: uncertain.{own.key} reaches {value:g}, where {told(error)}")
    if messages:
        raise ScenarioError(messages)
    return scenario


def told(error: ScenarioError) -> str:
    """The first message of an error, without its place."""
    return error.messages[0].partition(": ")[2]
