"""What no single setting can get wrong: how settings must fit together."""

import math
from collections.abc import Iterator
from datetime import timedelta

from pydantic import BaseModel

from servsim.scenario.lever_and_uncertain_ranges import Complaint, levers, numeric_settings, uncertain
from servsim.scenario.line_numbers import Path
from servsim.scenario.messages import (
    as_read,
    as_written,
    belongs_to_desk,
    desk_setting,
    did_you_mean,
    dotted,
    fits,
    nearest,
    need_at,
)
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario, Segment, as_segments
from servsim.scenario.tables.lists_of_the_day import WEEKDAYS, Profile, at_minute
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.scenario.tables.opening_demand_staff_service import MOST_AGENTS
from servsim.scenario.ways_out import way_out
from servsim.units import DAY, DAYS_PER_YEAR

NEEDS_START = "it needs horizon.start, the Monday on which the horizon begins: write start = 2026-01-05 in [horizon]"
QUARTER_MINUTES = 15
A_SECOND, A_MOMENT, ROUNDING = 1 / 86_400, 1 / 8_640_000, 1e-6
"""In days, and in hundredths of a year: less than this is a rounding of floats."""

A_TICK = math.ceil(1e12 / DAY) / 1e12
"""In days, rounded up: what is shorter is no time at all."""


def complaints(scenario: Scenario) -> Iterator[Complaint]:
    """Every way in which the settings of a valid file contradict each other."""
    yield from desk(scenario)
    yield from pool(scenario)
    yield from segments(scenario)
    yield from dates(scenario)
    yield from question(scenario)
    yield from levers(scenario)
    yield from uncertain(scenario)
    found: dict[Path, str] = {}
    for number, lived in enumerate(as_segments(scenario)):
        for path, complaint in people(lived):
            found[as_lived(scenario, number, path)] = complaint
    yield from ((path, f"{dotted(path)} {complaint}") for path, complaint in found.items())


def desk(scenario: Scenario) -> Iterator[Complaint]:
    """Open at some time, popular at some open time, staffed at some open time."""
    hours = {(day, minute) for day in range(7) for start, end in scenario.opening.spans(day)
             for minute in range(start - start % QUARTER_MINUTES, end, QUARTER_MINUTES)}  # fmt: skip
    if not hours:
        yield ("opening",), f"the desk is closed all week; give hours to at least one of {', '.join(WEEKDAYS)}."
        return
    yield from demand(scenario, hours)
    if most := max(agents_at(scenario, day, minute) for day, minute in hours):
        yield from available(scenario, max([most, *(max(each.roster) for each in scenario.exceptions if each.roster)]))
        return
    if scenario.staff.roster is None:
        yield ("staff", "agents"), "staff.agents is 0; it must be at least 1 where no staff.roster says otherwise."
    else:
        yield ("staff", "roster"), "staff.roster is 0 in every opening hour; it must be above 0 in at least one."


def available(scenario: Scenario, most: float) -> Iterator[Complaint]:
    """Of so many agents on the roster at most, some are there, and not more than a desk can have."""
    share = scenario.staff.availability
    path, there = ("staff", "availability"), f"staff.availability is {share:g}"
    if most * share > MOST_AGENTS:
        made = f"{most * share:,.0f} agents of {most:,.0f}"
        yield path, f"{there}, which makes {made}; there must be at most {MOST_AGENTS:,}."
    if not round(60 * most * share):
        yield path, f"{there}, so that nobody is ever there; it must be above 0, as 0.85 where 15 % are away."


def pool(scenario: Scenario) -> Iterator[Complaint]:
    """More people who could be customers than are today."""
    book = scenario.demand.opening_book
    tables = [own.word_of_mouth for own in as_segments(scenario) if own.word_of_mouth and own.word_of_mouth.on]
    told = tables[0] if tables else None
    if told and 0 < told.potential_customers <= book:
        path = ("word_of_mouth", "potential_customers")
        least = f"it must be above demand.opening_book, {book}, or 0"
        yield path, f"{dotted(path)} is {told.potential_customers}; {least}."


def demand(scenario: Scenario, hours: set[tuple[int, int]]) -> Iterator[Complaint]:
    """Some demand in some quarter-hour in which the doors are open, of (weekday, its first minute)."""
    if scenario.demand.month_profile and not any(scenario.demand.month_profile):
        path = ("demand", "month_profile")
        yield path, "demand.month_profile is 0 in every month; it must be above 0 in at least one."
    own, days = scenario.demand.profile or Profile(), scenario.demand.weekday_profile or [1.0] * 7
    profiles = [own.weights(day) for day in range(7)]
    if not any(at_minute(profiles[day], minute) for day, minute in hours):
        yield ("demand", "profile"), "demand.profile is 0 in every opening hour; it must be above 0 in at least one."
    elif not any(days[day] for day, _ in hours):
        path = ("demand", "weekday_profile")
        yield path, "demand.weekday_profile is 0 on every open day; it must be above 0 on at least one."
    elif not any(at_minute(profiles[day], minute) * days[day] for day, minute in hours):
        path = ("demand", "weekday_profile")
        yield path, "demand.profile or demand.weekday_profile is 0 in every opening hour; both must be above 0 in one."


def dates(scenario: Scenario) -> Iterator[Complaint]:
    """A horizon that begins on a Monday, and with a date where anything else has one; days in their order."""
    start = scenario.horizon.start
    if start and start.weekday():
        monday = start - timedelta(days=start.weekday())
        said = f"is {start}, a {WEEKDAYS[start.weekday()].capitalize()}; it must be a Monday: write {monday}"
        yield ("horizon", "start"), f"horizon.start {said}."
    if start is None and scenario.demand.month_profile:
        yield ("demand", "month_profile"), f"demand.month_profile is of months; {NEEDS_START}."
    for number, each in enumerate(scenario.exceptions):
        if start is None:
            yield ("exceptions", number, "date"), f"exceptions.{number + 1}.date is {each.date}; {NEEDS_START}."
        if each.until and each.until < each.date:
            said = f"exceptions.{number + 1}.until is {each.until}; it must not be before {each.date}, its date"
            yield ("exceptions", number, "until"), f"{said}."
        if each.every_year and each.until and each.until >= each.date + timedelta(days=365):
            said = f"exceptions.{number + 1}.until is {each.until}; it must be less than a year after {each.date}"
            yield ("exceptions", number, "until"), f"{said}, since it comes every year."


def agents_at(scenario: Scenario, weekday: int, minute: int) -> float:
    """Agents the scenario asks for around a minute of a weekday; 4.63 is four all hour and one for 63 % of it."""
    counts = scenario.staff.roster.counts(weekday) if scenario.staff.roster else None
    return float(scenario.staff.agents) if counts is None else at_minute(counts, minute)


def segments(scenario: Scenario) -> Iterator[Complaint]:
    """Shares that add up, names that differ, and nothing of the desk's own."""
    if not scenario.segments:
        return
    total = sum(segment.share for segment in scenario.segments)
    if abs(total - 1) > 1e-6:
        yield ("segments",), f"the shares of the segments add up to {total:.8g}; they must add up to 1."
    names = [segment.name for segment in scenario.segments]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield ("segments", number, "name"), f"two segments are called {as_written(name)}; their names must differ."
    for number, segment in enumerate(scenario.segments):
        for path in own_settings(segment):
            if belongs_to_desk(path):
                yield ("segments", number, *path), desk_setting(("segments", number, *path))


def own_settings(segment: Segment) -> Iterator[Path]:
    """The settings that a segment names."""
    for table in SEGMENT_TABLES:
        own: BaseModel | None = getattr(segment, table)
        yield from ((table, key) for key in (own.model_fields_set if own else ()))


def as_lived(scenario: Scenario, number: int, path: Path) -> Path:
    """Where a setting that a segment lives by is written: with the segment, or with all customers."""
    own = scenario.segments and getattr(scenario.segments[number], str(path[0])) is not None
    return ("segments", number, *path) if own else path


def people(scenario: Scenario) -> Iterator[Complaint]:
    """Gaps that take time, retention within natural churn, weights that weigh something, steps that get minutes."""
    loyalty, told, gap = scenario.loyalty, scenario.word_of_mouth, scenario.demand.visit_gap_days
    if gap < A_TICK:
        least = f"at least {A_TICK:.4g}, a thousandth of a second"
        yield ("demand", "visit_gap_days"), f"is {as_read(gap)}; it must be {least}."
    if told and told.on and told.disappointed_below > told.delighted_above:
        above = f"at most word_of_mouth.delighted_above, {as_read(told.delighted_above)}"
        yield ("word_of_mouth", "disappointed_below"), f"is {as_read(told.disappointed_below)}; it must be {above}."
    if loyalty and loyalty.yearly_retention >= 1 - loyalty.natural_churn:
        most = f"below 1 − loyalty.natural_churn, {1 - loyalty.natural_churn:.8g}"
        yield ("loyalty", "yearly_retention"), f"is {as_read(loyalty.yearly_retention)}; it must be {most}."
    if not any(scenario.service.split.model_dump().values()):
        yield ("service", "split"), "is 0 for every step; it must be above 0 for at least one."
    if scenario.quality:
        if not any(scenario.quality.weights.model_dump().values()):
            yield ("quality", "weights"), "is 0 for every part; it must be above 0 for at least one."
        for step, minutes in scenario.quality.standard:
            if minutes <= 0:
                yield ("quality", "standard", step), f"is {as_read(minutes)}; it must be a number above 0."


def question(scenario: Scenario) -> Iterator[Complaint]:
    """A warm-up within the horizon, a lever that can be moved, levels that differ and that the lever can hold."""
    horizon, evaluate = scenario.horizon, scenario.evaluate
    if horizon.warmup_weeks >= horizon.weeks:
        weeks = f"{as_read(horizon.warmup_weeks)}; it must be below horizon.weeks, {as_read(horizon.weeks)}"
        yield ("horizon", "warmup_weeks"), f"horizon.warmup_weeks is {weeks}."
    elif (horizon.weeks - horizon.warmup_weeks) * 7 < A_MOMENT:
        more = f"more than horizon.warmup_weeks, {as_read(horizon.warmup_weeks)}"
        least = f"it must be at least a hundredth of a second {more}"
        yield ("horizon", "weeks"), f"horizon.weeks is {as_read(horizon.weeks)}; {least}."
    yield from years(scenario)
    twice = sorted({level for level in evaluate.levels if evaluate.levels.count(level) > 1})
    for level in twice:
        yield ("evaluate", "levels"), f"evaluate.levels has {as_read(level)} more than once; its values must differ."
    lever = tuple(evaluate.lever.split("."))
    if lever in numeric_settings():
        yield from misfits(evaluate, lever)
    else:
        numeric = [path for path in nearest(lever) if path in numeric_settings()]
        yield (
            ("evaluate", "lever"),
            (
                f"evaluate.lever is {as_written(evaluate.lever)}; it must be a numeric setting such as "
                f'"investment.minutes_per_visit" or "staff.agents".{did_you_mean(numeric)}'
            ),
        )


def years(scenario: Scenario) -> Iterator[Complaint]:
    """Years that the window is a part of, where money is counted over them."""
    horizon = scenario.horizon
    spends = any(own.spending is not None and own.spending.on for own in as_segments(scenario))
    if spends and not horizon.warmup_weeks and horizon.years * DAYS_PER_YEAR < horizon.weeks * 7 - A_SECOND:
        least = math.ceil(horizon.weeks * 7 / DAYS_PER_YEAR * 100 - ROUNDING) / 100
        said = f"it must be at least {as_read(least)}, since horizon.weeks is {as_read(horizon.weeks)}"
        yield ("horizon", "years"), f"horizon.years is {as_read(horizon.years)}; {said}."


def misfits(evaluate: Evaluate, lever: Path) -> Iterator[Complaint]:
    """Levels in the file that the lever cannot hold."""
    if "levels" not in evaluate.model_fields_set:
        return
    for place, level in enumerate(evaluate.levels):
        if not fits(lever, int(level) if level.is_integer() else level):
            path = ("evaluate", "levels", place)
            must = f"{need_at(lever)}{way_out(lever, level)}"
            yield path, f"{dotted(path)} is {as_read(level)}; {evaluate.lever} must be {must}."
