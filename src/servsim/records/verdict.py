"""How well a desk predicts days that it has not seen: the last ones of its records, lived again with their own calls.

Beside it stand the noise of the log, that of the desk against itself, and the naive rival "as it was": the weekday's
share in the days that were fitted. Agreement on fitted days is no validation, and is not shown.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from servsim.records.calibration import LEAST_GONE
from servsim.records.days import Days
from servsim.records.demand_over_the_week import less_chance
from servsim.records.desk import Desk, desk_of, presence_on
from servsim.records.draws import Purpose, drawn
from servsim.records.estimates import NO_CARE
from servsim.records.read import Records
from servsim.records.replay import COPIES, NAMES, Hours, day_scenario, lived_again, stacked
from servsim.records.tables import divided
from servsim.records.tallies import Tallies

LEAST_FITTED, LEAST_HELD = 5, 2
"""Usual days that are needed to fit, and to look at."""
LIVES = 300
"""Days lived again at most, over all draws."""
LEAST_IN_HOUR = 30
"""Visits of an hour of the day, over all days held back, for it to be compared."""
BAND = (0.05, 0.95)
IN_BAND, OF_NAIVE, ALIKE, ONE_SIGN = 0.85, 0.6, 0.7, 0.8
"""Bounds of the verdict: hours in their band, error by day of the naive one, correlation by hour, hours of one sign."""
OF_FLOOR = 1.25
"""An error by day of so many times that of the desk against itself is chance, whatever the naive rival does."""


class Worth(StrEnum):
    """What a desk is good for."""

    PREDICTS = "predicts"
    SHAPE = "shape only"
    NOT_LEVELS = "do not use for levels"


@dataclass(frozen=True, eq=False)
class Seen:
    """One measure in the records and in the desk.

    hour: those of the day that are compared. observed, predicted, low, high: (hours,) the records', the desk's mean and
    the ends of its 90 % band. by_day: (3, days) the records', the desk's and the naive rival's. noise: by hour, the
    mean error that chance alone makes in the log; floor: that of the desk against itself; day_floor: the same by day.
    """

    measure: str
    unit: str
    hour: np.ndarray
    observed: np.ndarray
    predicted: np.ndarray
    low: np.ndarray
    high: np.ndarray
    by_day: np.ndarray
    noise: float
    floor: float
    day_floor: float

    @property
    def in_band(self) -> float:
        """Share of hours that lie in their band."""
        return float(((self.observed >= self.low) & (self.observed <= self.high)).mean())

    @property
    def error(self) -> float:
        """The mean error by hour."""
        return float(np.abs(self.predicted - self.observed).mean())

    @property
    def day_errors(self) -> tuple[float, float]:
        """The mean error by day, of the desk and of the naive rival."""
        own, naive = np.abs(self.by_day[1:] - self.by_day[0]).mean(axis=1)
        return float(own), float(naive)

    @property
    def alike(self) -> tuple[float, float]:
        """The correlation by hour and by day."""
        return correlation(self.observed, self.predicted), correlation(self.by_day[0], self.by_day[1])

    @property
    def bias(self) -> tuple[float, float]:
        """By how much the desk is higher on average, and the share of hours in which it is off to the same side."""
        off = self.predicted - self.observed
        return float(off.mean()), float((np.sign(off) == np.sign(off.mean())).mean())


@dataclass(frozen=True, eq=False)
class Verdict:
    """The verdict, the desk that it is of, the days held back, and what it rests on."""

    worth: Worth
    main: Seen
    others: tuple[Seen, ...]
    desk: Desk
    held: Days

    @property
    def lines(self) -> list[str]:
        """The verdict in sentences."""
        s, (own, naive), (by_hour, by_day) = self.main, self.main.day_errors, self.main.alike
        return [
            f"Verdict on the last {len(self.held.day)} days, fitted without them: {self.worth.value}.",
            f"By hour the {s.measure} is off by {told(s.error, s)} on average (chance in the records alone: "
            f"{told(s.noise, s)}; the desk against itself: {told(s.floor, s)}), {s.in_band:.0%} of hours lie in their "
            f"90 % band, r = {by_hour:.2f}. By day it is off by {told(own, s)}, \"as it was\" by {told(naive, s)}, "
            f"the desk against itself by {told(s.day_floor, s)}; r = {by_day:.2f}.",
            *self.remedy,
        ]  # fmt: skip

    @property
    def remedy(self) -> list[str]:
        """What would help where it does not predict."""
        s, (bias, _) = self.main, self.main.bias
        side = "more" if bias > 0 else "less"
        if self.worth is Worth.PREDICTS:
            return []
        if self.worth is Worth.SHAPE:
            return [f"It has {told(abs(bias), s)} {side} than the records in nearly all hours: fewer or more agents by "
                    "one factor would remove that (a file of shifts tells which)."]  # fmt: skip
        worst = np.argsort(-np.abs(s.predicted - s.observed))[:3]
        hours = ", ".join(f"{s.hour[at]}:00 ({told(s.predicted[at], s)} for {told(s.observed[at], s)})" for at in worst)
        return [f"Worst are {hours}; the likely cause is who was there, which these records tell least well."]


def told(value: float, seen: Seen) -> str:
    """A measure with its unit."""
    return f"{100 * value:.1f} points" if seen.unit == "points" else f"{value:.1f} {seen.unit}"


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's r; 0 where one of them does not vary."""
    if len(one) < 2 or not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def verdict_of(
    records: Records, days: Days, tallies: Tallies, hours: Hours, holdout: float, purpose: Purpose, seed: int
) -> Verdict | None:
    """Fit the first days and look at the last; None where there are too few, or nothing to compare in them."""
    many = len(days.day)
    held = max(LEAST_HELD, round(holdout * many))
    if many - held < LEAST_FITTED:
        return None
    first, last = np.arange(many - held), np.arange(many - held, many)
    visits, later = records.visits.on(days.day[first]), records.visits.on(days.day[last])
    desk = desk_of(records, visits, tallies.some(first), hours.some(first), NO_CARE)
    seen = hours.some(last)
    if not desk.availability.matched:
        return None
    agents = presence_on(desk, records, later, tallies.some(last)).counts
    lives = lived(desk, tallies.some(last), agents, purpose, seed)
    naive_from = hours.some(first), days.some(first).weekday
    weekday = days.some(last).weekday
    shares = seen_share(lives, seen, naive_from, weekday)
    waits = seen_waits(lives, seen, naive_from, weekday)
    main, other = (shares, waits) if seen.gone_share >= LEAST_GONE else (waits, shares)
    return Verdict(worth_of(main), main, (other,), desk, days.some(last))


def lived(desk: Desk, held: Tallies, agents: np.ndarray, purpose: Purpose, seed: int) -> Hours:
    """(days, lives, hours) of the days held back, lived again: some copies with each of some draws of the settings."""
    days = held.days
    many = int(np.clip(LIVES // len(days.day), 4, 25))
    samples = drawn(desk.tallies, NO_CARE, many, purpose, seed, desk.availability)
    each = []
    expected = less_chance(held.counts, days.weekday, desk.demand)
    for number, (came, own, weekday) in enumerate(zip(expected, agents, days.weekday, strict=True)):
        copies = [
            lived_again(
                day_scenario(settings, desk.core_profile, came, own, days.open[weekday]), seed + number * many + draw
            )
            for draw, settings in enumerate(each_draw(desk, samples, many))
        ]
        each.append(Hours(*(np.concatenate([getattr(one, name) for one in copies]) for name in NAMES)))
    assert each[0].came.shape[0] == many * COPIES
    return stacked(each)


def each_draw(desk: Desk, samples: dict[str, np.ndarray], many: int) -> list[dict[str, float]]:
    """The desk's settings as each of some draws has them."""
    return [{**desk.lived, **{key: float(values[draw]) for key, values in samples.items()}} for draw in range(many)]


def seen_share(lives: Hours, seen: Hours, before: tuple[Hours, np.ndarray], weekday: np.ndarray) -> Seen:
    """The share who gave up."""
    return compared("share who gave up", "points", (lives.gone, lives.came), (seen.gone, seen.came),
                    (before[0].gone, before[0].came), before[1], weekday)  # fmt: skip


def seen_waits(lives: Hours, seen: Hours, before: tuple[Hours, np.ndarray], weekday: np.ndarray) -> Seen:
    """The mean wait."""
    return compared("mean wait", "s", (lives.waited, lives.known), (seen.waited, seen.known),
                    (before[0].waited, before[0].known), before[1], weekday)  # fmt: skip


Ratio = tuple[np.ndarray, np.ndarray]
"""What is counted, and of how many."""


def compared(
    measure: str, unit: str, lives: Ratio, seen: Ratio, before: Ratio, before_weekday: np.ndarray, weekday: np.ndarray
) -> Seen:
    """A measure by hour and by day. lives: (days, lives, hours); seen and before: (days, hours)."""
    total = seen[1].sum(axis=0)
    hour = np.flatnonzero(total >= min(LEAST_IN_HOUR, total.max()))
    observed = divided(seen[0].sum(axis=0), total)[hour]
    each = divided(lives[0].sum(axis=0), lives[1].sum(axis=0))[:, hour]
    predicted = divided(lives[0].sum(axis=(0, 1)), lives[1].sum(axis=(0, 1)))[hour]
    low, high = np.quantile(each, BAND, axis=0)
    naive = [usual(before, before_weekday == day) for day in weekday]
    by_day = np.array([
        divided(seen[0].sum(axis=1), seen[1].sum(axis=1)),
        divided(lives[0].sum(axis=(1, 2)), lives[1].sum(axis=(1, 2))),
        naive,
    ])  # fmt: skip
    by_chance = np.sqrt(observed * (1 - observed) / total[hour]) if unit == "points" else each.std(axis=0)
    mean_of_normal = np.sqrt(2 / np.pi)  # mean absolute deviation of a normal, in its standard deviations
    floor = float(np.abs(each - each.mean(axis=0)).mean())
    day_lives = divided(lives[0].sum(axis=2), lives[1].sum(axis=2))
    day_floor = float(np.abs(day_lives - day_lives.mean(axis=1, keepdims=True)).mean())
    noise = float(by_chance.mean() * mean_of_normal)
    return Seen(measure, unit, hour, observed, predicted, low, high, by_day, noise, floor, day_floor)


def usual(before: Ratio, own: np.ndarray) -> float:
    """A weekday's measure in the days that were fitted; of all of them where it was not among them."""
    own = own if own.any() else np.ones(len(own), bool)
    return float(before[0][own].sum() / max(1.0, before[1][own].sum()))


def worth_of(seen: Seen) -> Worth:
    """What a desk is good for, by how it did."""
    own, naive = seen.day_errors
    as_good_as_can_be = own <= OF_FLOOR * seen.day_floor  # of few visits a day no desk can tell more
    if seen.in_band >= IN_BAND and (own < OF_NAIVE * naive or as_good_as_can_be):
        return Worth.PREDICTS
    if seen.alike[0] >= ALIKE and seen.bias[1] >= ONE_SIGN:
        return Worth.SHAPE
    return Worth.NOT_LEVELS
