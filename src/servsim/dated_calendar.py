"""Days by date: which day of the horizon is like its weekday, which is an exception, and how busy its month is.

A horizon begins on a Monday, so that its days are weekdays whether or not they have dates. Where a scenario has
exceptions or a profile over the months, each day is of some kind: a shape (what holds minute by minute, in pieces in
which nothing changes) and a factor on demand. Time is wall time: a day has 24 hours, also where clocks are changed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from servsim.errors import ScenarioError
from servsim.opening_hours_and_rates import (
    agents_over,
    open_minutes,
    paid_minutes,
    roster_minutes,
    staffed_minutes,
    week_rate,
)
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.exceptions import ExceptionalDay
from servsim.scenario.tables.lists_of_the_day import MINUTES_PER_DAY
from servsim.scenario.tables.opening_demand_staff_service import minutes_open
from servsim.units import DAY

DATED_WEEKS = 2608
"""Weeks for which days are looked up by date: the longest horizon, 50 years. What lies beyond is as the usual week."""
DATED_DAYS = 7 * DATED_WEEKS
MOST_KINDS, MOST_PIECES = 512, 2048
"""Kinds of days, and pieces of all their shapes, that a sheet has room for."""
DAYS_OF_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Shape = tuple[int, str | None, tuple[float, ...] | None]
"""A weekday, and opening hours and roster where they are not the weekday's."""


def is_dated(scenario: Scenario) -> bool:
    """Are there days that are not as every week has them?"""
    return bool(scenario.exceptions or scenario.demand.month_profile)


def date_of(scenario: Scenario, day: int) -> date | None:
    """The date of a day of the horizon; None where the horizon has no date."""
    start = scenario.horizon.start
    return start + timedelta(days=day) if start else None


def in_year(day: date, year: int) -> date | None:
    """The same date in another year; None for 29 February where the year has none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def spans_of(exception: ExceptionalDay, first_year: int, last_year: int) -> Iterator[tuple[date, date]]:
    """(first, last) day of every time that an exception comes, within some years where it comes every year."""
    first, last = exception.date, exception.until or exception.date
    if not exception.every_year:
        yield first, last
        return
    for year in range(first_year, last_year + 1):
        begins = in_year(first, year)
        ends = in_year(last, year + last.year - first.year) or in_year(last - timedelta(days=1), year)
        if begins and ends:
            yield begins, ends


def days_of(scenario: Scenario, exception: ExceptionalDay) -> Iterator[int]:
    """The days of the horizon, as far as days have dates, on which an exception falls."""
    start = scenario.horizon.start
    if start is None:
        return
    years = start.year - 1, start.year + DATED_DAYS // 365 + 1
    for first, last in spans_of(exception, *years):
        yield from range(max((first - start).days, 0), min((last - start).days + 1, DATED_DAYS))


def exceptional_days(scenario: Scenario) -> dict[int, list[ExceptionalDay]]:
    """The exceptions that fall on each day of the horizon that has any, in the order of the file."""
    found: dict[int, list[ExceptionalDay]] = {}
    for exception in scenario.exceptions:
        for day in days_of(scenario, exception):
            found.setdefault(day, []).append(exception)
    return found


def shape_of(weekday: int, exceptions: list[ExceptionalDay]) -> Shape:
    """What holds on a day: the last exception that names hours, or a roster, says them."""
    hours = [each.hours for each in exceptions if each.hours is not None]
    rosters = [tuple(each.roster) for each in exceptions if each.roster is not None]
    return weekday, hours[-1] if hours else None, rosters[-1] if rosters else None


def open_spans(scenario: Scenario, day: int) -> list[tuple[int, int]]:
    """Open spans of a day of the horizon, in minutes after midnight."""
    exceptions = exceptional_days(scenario).get(day, []) if scenario.exceptions else []
    _, hours, _ = shape_of(day % 7, exceptions)
    return scenario.opening.spans(day % 7) if hours is None else minutes_open(hours)


def month_factors(scenario: Scenario) -> list[float]:
    """Demand in each month as a multiple of the mean over a year of 365 days."""
    profile = scenario.demand.month_profile
    if not profile:
        return [1.0] * 12
    mean = sum(days * weight for days, weight in zip(DAYS_OF_MONTHS, profile, strict=True)) / 365
    return [weight / mean for weight in profile]


@dataclass
class Minutes:
    """A shape minute by minute: doors, agents there and paid, and how fast the profile's clock runs at factor 1."""

    open: np.ndarray
    roster: np.ndarray
    paid: np.ndarray
    rate: np.ndarray


def usual_week(scenario: Scenario) -> Minutes:
    """The week without exceptions, minute by minute; its roster and its rate also where the doors are closed."""
    opened, rate = open_minutes(scenario), week_rate(scenario)
    there = roster_minutes(scenario, scenario.staff.availability)
    return Minutes(opened, there, roster_minutes(scenario), rate * (7.0 / (rate * opened).sum()))


def minutes_of_shape(usual: Minutes, shape: Shape, availability: float) -> Minutes:
    """A shape minute by minute. A weekday's demand is that of its profile, also in hours that are an exception."""
    weekday, hours, roster = shape
    day = slice(weekday * MINUTES_PER_DAY, (weekday + 1) * MINUTES_PER_DAY)
    opened, there, paid = usual.open[day], usual.roster[day], usual.paid[day]
    if hours is not None:
        opened = np.zeros(MINUTES_PER_DAY, np.int16)
        for start, end in minutes_open(hours):
            opened[start:end] = 1
    if roster is not None:
        part = [count * availability for count in roster]
        there, paid = agents_over([part], after=part[-1]), agents_over([list(roster)], after=roster[-1])
    return Minutes(opened, there * opened, paid * opened, usual.rate[day] * opened)


@dataclass
class Kinds:
    """Kinds of days, each a shape and a factor; shapes as pieces in which nothing changes, one after the other."""

    usual: Minutes
    availability: float
    known: dict[tuple[Shape, float], int] = field(default_factory=dict)
    shapes: dict[Shape, tuple[int, int]] = field(default_factory=dict)
    """The first piece of each shape, and the one behind its last, which holds its sums."""
    pieces: list[tuple[int, int, int, int, int, float]] = field(default_factory=list)
    """(start, open, agents there, agents paid, open minutes before, days of the clock before)."""

    def kind(self, shape: Shape, factor: float) -> int:
        """The number of a kind; on a day without demand its factor counts for nothing."""
        if shape not in self.shapes:
            self.add(shape)
        factor = factor if self.pieces[self.shapes[shape][1]][-1] > 0 else 1.0
        return self.known.setdefault((shape, factor), len(self.known))

    def add(self, shape: Shape) -> None:
        """Cut a new shape into pieces."""
        own = minutes_of_shape(self.usual, shape, self.availability)
        changes = np.any([np.diff(each) != 0 for each in (own.open, own.roster, own.paid, own.rate)], axis=0)
        starts = [0, *(np.flatnonzero(changes) + 1).tolist()]
        first, opened, mass = len(self.pieces), 0, 0.0
        for start, end in zip(starts, [*starts[1:], MINUTES_PER_DAY], strict=True):
            here = int(own.open[start]), int(own.roster[start]), int(own.paid[start])
            self.pieces.append((start, *here, opened, mass))
            opened += int(own.open[start]) * (end - start)
            mass += float(own.rate[start]) * (end - start)
        self.pieces.append((MINUTES_PER_DAY, 0, 0, 0, opened, mass))
        self.shapes[shape] = first, len(self.pieces) - 1


@dataclass(frozen=True)
class DatedDays:
    """The kind of every day that has a date, and what each kind is."""

    kinds: Kinds
    of_day: np.ndarray

    @property
    def factors(self) -> np.ndarray:
        """(kinds,) factors on demand."""
        return np.array([factor for _, factor in self.kinds.known])

    @property
    def places(self) -> np.ndarray:
        """(kinds, 2) the first piece of each kind's shape, and the one behind its last."""
        return np.array([self.kinds.shapes[shape] for shape, _ in self.kinds.known])

    @property
    def sums(self) -> np.ndarray:
        """(kinds, 2) minutes open, and days of the profile's clock, of a whole day of each kind."""
        last = [self.kinds.pieces[place] for place in self.places[:, 1]]
        return np.array([(opened, mass) for *_, opened, mass in last]) * np.stack([np.ones(len(last)), self.factors], 1)

    def agents(self) -> np.ndarray:
        """(kinds, 2) minutes of agents who are there, and of those who are paid, on a day of each kind."""
        pieces = np.array([piece[:4] for piece in self.kinds.pieces])
        minutes = pieces[:-1, 2:] * np.diff(pieces[:, 0])[:, None]
        return np.array([minutes[first:last].sum(axis=0) for first, last in self.places])


def dated_days(scenario: Scenario) -> DatedDays:
    """Every day that has a date, by its kind; ScenarioError where there are too many kinds."""
    kinds, factors = Kinds(usual_week(scenario), scenario.staff.availability), month_factors(scenario)
    days = np.arange(DATED_DAYS)
    months = (np.datetime64(scenario.horizon.start, "D") + days).astype("datetime64[M]").astype(int) % 12
    exceptions = exceptional_days(scenario)
    usual = np.array([[kinds.kind((weekday, None, None), factor) for factor in factors] for weekday in range(7)])
    of_day = usual[days % 7, months]
    for day, here in exceptions.items():
        factor = factors[months[day]] * float(np.prod([each.busyness for each in here]))
        of_day[day] = kinds.kind(shape_of(day % 7, here), factor)
    if len(kinds.known) > MOST_KINDS or len(kinds.pieces) > MOST_PIECES:
        raise ScenarioError([
            f"exceptions make {len(kinds.known):,} kinds of days with {len(kinds.pieces):,} turns of doors, roster and "
            f"demand; there may be {MOST_KINDS} kinds and {MOST_PIECES:,} turns: use fewer exceptions, or lists by the "
            "hour."
        ])  # fmt: skip
    return DatedDays(kinds, of_day)


PIECES = ("piece_start", "piece_open", "piece_roster", "piece_paid", "piece_opened", "piece_mass")
"""What the sheet has of a piece, in the order of `Kinds.pieces`."""


def describe_dates(sheet: np.ndarray, scenario: Scenario) -> None:
    """What holds on each day by date, where days have dates; else nothing is looked up by date."""
    if not is_dated(scenario):
        return
    found = dated_days(scenario)
    kinds, pieces, sums = len(found.factors), np.array(found.kinds.pieces), found.sums[found.of_day]
    sheet["day_kind"] = found.of_day
    sheet["kind_factor"][:, :kinds] = found.factors
    sheet["kind_first"][:, :kinds], sheet["kind_last"][:, :kinds] = found.places.T
    for place, name in enumerate(PIECES):
        sheet[name][:, : len(pieces)] = pieces[:, place]
    opened, mass = sums_by_week(sums[:, 0]), sums_by_week(sums[:, 1])
    sheet["week_opened"], sheet["week_mass"] = opened, mass
    sheet["dated_until"] = DATED_DAYS * DAY
    sheet["lead_opened"] = opened[-1] - DATED_WEEKS * open_minutes(scenario).sum()
    sheet["lead_mass"] = mass[-1] - 7.0 * DATED_WEEKS
    sheet["dated_mass"] = mass[-1]


def sums_by_week(daily: np.ndarray) -> np.ndarray:
    """Sums before each week, added day by day from the week's beginning as `model.dated_days` adds them."""
    return np.concatenate([[0.0], np.cumsum(daily)])[::7]


@dataclass(frozen=True)
class MeanWeek:
    """What a week has on average over the window: hours open, agents' hours there and paid, days of the clock."""

    open_hours: float
    staffed_hours: float
    paid_hours: float
    clock_days: float


def mean_week(scenario: Scenario) -> MeanWeek:
    """The mean week of a scenario's window; the usual one where no days have dates."""
    if not is_dated(scenario):
        opened, staffed, paid = (
            float(minutes(scenario).sum()) / 60 for minutes in (open_minutes, staffed_minutes, paid_minutes)
        )
        return MeanWeek(opened, staffed, paid, 7.0)
    found = dated_days(scenario)
    days = found.of_day[: max(1, math.ceil(scenario.horizon.weeks * 7))]
    weeks = len(days) / 7
    minutes, mass = found.sums[days].sum(axis=0)
    staffed, paid = found.agents()[days].sum(axis=0) / 60 / weeks
    return MeanWeek(minutes / 60 / weeks, float(staffed), float(paid), mass / weeks)
