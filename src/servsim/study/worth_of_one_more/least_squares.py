"""How much money changes with a number: least squares within every replication, then over replications."""

from dataclasses import dataclass

import numpy as np

from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.intervals_and_tables import Interval, interval, t_quantile
from servsim.study.worth_of_one_more.scenarios_with_more_or_fewer import Question, Seen
from servsim.study.yearly_projection import value_of

Part = slice
ALL, LOWER, UPPER = slice(None), slice(None, 3), slice(2, None)
"""Which points: all of them; of five, today's with those below it, and with those above it."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Money over the years at some points in common replications, and what was counted there.

    set_at: (points,) what the points differ in. values: (replications, points). counted: (replications, points) by
    name.
    """

    set_at: np.ndarray
    values: np.ndarray
    counted: dict[str, np.ndarray]

    def __len__(self) -> int:
        """Replications."""
        return len(self.values)

    def slopes(self, own: np.ndarray, part: Part = ALL) -> np.ndarray:
        """(replications,) by how much something changes with what the points differ in: the least-squares slope."""
        at = self.set_at[part] - self.set_at[part].mean()
        slopes: np.ndarray = own[:, part] @ at / (at @ at)
        return slopes

    def money_for_one(self, name: str, unit: str, confidence: float, part: Part = ALL) -> Interval:
        """Money gained for one more of what was counted."""
        gained, more = self.slopes(self.values, part), self.slopes(self.counted[name], part)
        return ratio(gained, more, unit, confidence)

    def change(self, name: str, unit: str, confidence: float) -> Interval:
        """How much less money one more brings above today's number than below it, in the same replications."""
        gained = self.slopes(self.values, LOWER) - self.slopes(self.values, UPPER)
        return ratio(gained, self.slopes(self.counted[name]), unit, confidence)


def ratio(gained: np.ndarray, more: np.ndarray, unit: str, confidence: float) -> Interval:
    """The ratio of two means over replications, with its t interval from what the ratio leaves unexplained in each
    replication.

    Undefined where more is not shown to differ from nought. Source: Cochran (1977), Sampling Techniques, 6.4.
    """
    counted = interval(more, "1", confidence)
    if not len(more) or counted.mean == 0 or counted.low <= 0 <= counted.high:
        return Interval(np.nan, np.nan, np.nan, unit)
    mean, n = float(gained.mean() / counted.mean), len(gained)
    if n == 1:
        return Interval(mean, np.nan, np.nan, unit)
    left = gained - mean * more
    half = t_quantile(confidence, n - 1) * float(left.std(ddof=1) / np.sqrt(n)) / abs(counted.mean)
    return Interval(mean, mean - half, mean + half, unit)


KNOWN_TO = 0.2
"""How well a worth is to be known: half its interval as a share of it."""


def is_known(worth: Interval) -> bool:
    """Is a worth known as well as it should be?"""
    return bool(worth.half <= KNOWN_TO * abs(worth.mean))


def is_told_apart(worth: Interval) -> bool:
    """Is a worth told apart from nothing?"""
    return worth.low > 0 or worth.high < 0


def sample_of(question: Question, gathering: Gathering, places: list[int], most: int) -> Sample:
    """What is seen of a question in the replications that all of its points have."""
    replications = min([most, *(len(gathering.table(place)) for place in places)])
    seen = [
        Seen(gathering.table(p)[:replications], gathering.months(p)[:replications], gathering.pool.seed) for p in places
    ]
    if not replications:
        return Sample(np.array(question.set_at), np.empty((0, len(places))), {})
    counted = {
        name: np.stack([count(point, own) for point, own in enumerate(seen)], axis=1)
        for name, count in question.counts.items()
    }
    return Sample(np.array(question.set_at), np.stack([value_of(own.months) for own in seen], axis=1), counted)
