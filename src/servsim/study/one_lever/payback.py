"""How far one looks: what is best by then, and when an investment has paid for itself. From one and the same
replications.

Horizon and discount rate are preferences, not facts that nobody knows: so they are rows of a table here, and none of
them is a range of [uncertain]. Nothing of this is covered by the race's guarantee, which is of the whole horizon.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.study.intervals_and_tables import Interval, defined, interval, t_quantile
from servsim.study.yearly_projection import LOOKS, MONTHS, at_rate, cumulative_cash

RATES = (0.05, 0.10, 0.15)
"""Discount rates that one may have."""
USUAL = (0.1, 0.9)
"""Between these quantiles lie 8 of 10 replications."""


@dataclass(frozen=True)
class Look:
    """What is best by then: looking so many years ahead, at such a discount rate.

    told_apart_not: the levels that are not told apart from the best one, itself among them, in the order of levels.
    gain: what the best brings over today by then.
    """

    years: float
    rate: float
    best: float
    told_apart_not: tuple[float, ...]
    gain: Interval

    def to_dict(self) -> dict[str, Any]:
        """The look as JSON has it."""
        return {
            "years": self.years, "discount_rate": self.rate, "best": self.best,
            "not_told_apart": list(self.told_apart_not), "gain": self.gain.to_dict(),
        }  # fmt: skip


@dataclass(frozen=True)
class Ahead:
    """Looks of several lengths at the stated discount rate, and of the whole horizon at several rates."""

    looks: tuple[Look, ...]
    rates: tuple[Look, ...]
    replications: int

    @property
    def changes(self) -> bool:
        """Does the advice hang on how far one looks, or on the rate: do two of the sets have no level in common?"""
        sets = [set(look.told_apart_not) for look in (*self.looks, *self.rates)]
        return any(not one & other for one in sets for other in sets)

    def to_dict(self) -> dict[str, Any]:
        """All looks as JSON has them."""
        return {
            "replications": self.replications,
            "changes": self.changes,
            "by_years": [look.to_dict() for look in self.looks],
            "by_discount_rate": [look.to_dict() for look in self.rates],
        }


def look_ahead(
    months: np.ndarray, levels: tuple[float, ...], today: float, rate: float, confidence: float, unit: str
) -> Ahead:
    """Looks at (levels, replications, months, COLUMNS) of replications that all levels share, two of them at least."""
    cash, years = cumulative_cash(months), months.shape[2] / MONTHS
    lengths = sorted({*(float(length) for length in LOOKS if length <= years), years})

    def look(length: float, at: float, sums: np.ndarray) -> Look:
        return look_at(length, at, sums, levels, today, confidence, unit)

    return Ahead(
        tuple(look(length, rate, cash[..., round(length * MONTHS) - 1]) for length in lengths),
        tuple(look(years, at, at_rate(months, rate, at)) for at in RATES),
        months.shape[1],
    )


def look_at(
    years: float,
    rate: float,
    sums: np.ndarray,
    levels: tuple[float, ...],
    today: float,
    confidence: float,
    unit: str,
) -> Look:
    """What (levels, replications) sums of money by then say: the best on average, and which are not shown to be
    worse.
    """
    place = int(sums.mean(axis=1).argmax())
    t = t_quantile(confidence, sums.shape[1] - 1, max(1, len(levels) - 1))
    behind = sums[place] - sums
    error = behind.std(axis=1, ddof=1) / np.sqrt(sums.shape[1])
    near = behind.mean(axis=1) <= t * error
    apart_not = tuple(level for level, is_near in zip(levels, near, strict=True) if is_near)
    gain = interval(sums[place] - sums[levels.index(today)], unit, confidence, max(1, len(levels) - 1))
    return Look(years, rate, levels[place], apart_not, gain)


@dataclass(frozen=True, eq=False)
class Payback:
    """When one level has paid for itself, against another: the month from which cumulative money stays above nought.

    month: that of the mean; None: not within the horizon. low, high: its interval, None where it is open above.
    deepest: the lowest that cumulative money falls, 0 at best, in the month `lowest`. usual: between these months lies
    the crossing in 8 of 10 replications, None: not within the horizon. never: the share of those that do not cross.
    mean, lower, upper: (months,) cumulative money at the end of every month, with its pointwise interval.
    """

    month: float | None
    low: float | None
    high: float | None
    deepest: Interval
    lowest: int
    usual: tuple[float | None, float | None]
    never: float
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    @property
    def is_shown(self) -> bool:
        """Is it shown to pay back within the horizon?"""
        return self.high is not None

    def to_dict(self) -> dict[str, Any]:
        """The payback as JSON has it, in months."""
        return {
            "month": self.month, "low": self.low, "high": self.high, "shown": self.is_shown,
            "deepest": {**self.deepest.to_dict(), "month": self.lowest}, "in_8_of_10": list(self.usual),
            "never_share": self.never,
            "cumulative": [
                {"month": number, "mean": float(mean), "low": defined(low), "high": defined(high)}
                for number, (mean, low, high) in enumerate(zip(self.mean, self.lower, self.upper, strict=True), 1)
            ],
        }  # fmt: skip


def payback(gaps: np.ndarray, confidence: float, unit: str) -> Payback:
    """The payback of (replications, months) cumulative money more than otherwise, in two replications at least.

    The interval inverts the pointwise t band of the mean, looking only after its deepest month: the crossings of the
    upper and of the lower curve (Fieller's idea for the root of a mean curve). Where the lower one ends below nought,
    it is open above.
    """
    mean = gaps.mean(axis=0)
    half = t_quantile(confidence, len(gaps) - 1) * gaps.std(axis=0, ddof=1) / np.sqrt(len(gaps))
    lowest = int(np.append(0.0, mean).argmin())
    own = np.array([crossing(row, int(np.append(0.0, row).argmin())) for row in gaps])
    deepest = interval(gaps[:, lowest - 1], unit, confidence) if lowest else Interval(0.0, 0.0, 0.0, unit)
    low, high = np.quantile(own, USUAL, method="inverted_cdf")
    return Payback(
        defined(crossing(mean, lowest)), defined(crossing(mean + half, lowest)), defined(crossing(mean - half, lowest)),
        deepest, lowest, (defined(low), defined(high)), float(np.isinf(own).mean()), mean, mean - half, mean + half,
    )  # fmt: skip


def crossing(curve: np.ndarray, lowest: int) -> float:
    """The month, between ends of months, from which (months,) cumulative money stays above nought; inf where it ends
    below. Looked for after the month `lowest`, 0 being today."""
    after = np.append(0.0, curve)[lowest:]
    below = np.flatnonzero(after <= 0)
    if not len(below):
        return float(lowest)
    last = int(below[-1])
    if last == len(after) - 1:
        return float(np.inf)
    return lowest + last + float(after[last] / (after[last] - after[last + 1]))
