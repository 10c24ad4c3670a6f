"""How much money changes with a number: least squares within every replication, then over replications."""

from dataclasses import dataclass

import numpy as np

from servsim.study.intervals_and_tables import Interval, interval, t_quantile

Part = slice
ALL, LOWER, UPPER = slice(None), slice(None, 3), slice(2, None)
"""Which points: all of them; of five, today's with those below it, and with those above it."""


@dataclass(frozen=True)
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
