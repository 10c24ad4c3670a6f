"""Random scenarios, drawn from the settings' own types, limits and defaults, so that a new setting is drawn unasked.

Half of what twins are tried on are tie storms: every duration is a few ticks, so that many things are due at the same
instant. What a setting's declaration cannot say stands in `special`.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal, get_args, get_origin

import annotated_types
import numpy as np
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from servsim.dated_calendar import dated_days, is_dated
from servsim.errors import ScenarioError
from servsim.opening_hours_and_rates import most_lift, open_minutes, profile_mass
from servsim.scenario.messages import LISTED, bare, table_of
from servsim.scenario.read import checked
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario, as_segments
from servsim.scenario.tables.base import Mechanism, declared
from servsim.scenario.tables.lists_of_the_day import EVERY_DAY, LENGTHS, Profile
from servsim.scenario.tables.money_horizon_levers import WEEKS_PER_YEAR
from servsim.units import MINUTE, MINUTES_PER_WEEK, WEEK

START = date(2026, 12, 21)
"""The Monday on which horizons with dates begin: they see the end of a month and of a year."""
VISITS = 3000
"""Visits that a random scenario brings at most, about, where nothing else is asked for."""
LONGEST_WEEKS = 5.0
TRIES = 1000
"""Settings drawn at most before the reason why they do not fit together is raised."""
SPREAD = 4.0
"""Settings are drawn between default / SPREAD and default · SPREAD."""
USUAL = {"min": 5.0, "d": 7.0, "customers": 100.0}
"""Stands in for a default of 0, by unit; 1 for other units."""
QUIET = 2000.0
"""Prospects an hour below which a tie storm is none."""
HOURS = ("", "09:00-17:00", "08:30-12:00, 13:30-18:15", "00:00-24:00", "22:00-24:00", "00:00-01:07")
MINUTES_OPEN = ("00:00-00:01", "00:00-00:01, 00:02-00:03", "00:01-00:03")
"""Opening hours of a tie storm in which doors and shifts turn within the horizon too."""

Path = tuple[str, ...]
Limits = tuple[float, bool, float]
Rng = np.random.Generator


def random_scenario(rng: Rng, storm: bool, visits: int = VISITS) -> Scenario:
    """A small scenario that is in order, every mechanism on or off at random; the same for generators in one state.

    visits: how many it brings at most, about; where they are fewer it is the same scenario, and shorter, but that a
    storm may be a calmer one.
    """
    for _ in range(TRIES):
        with suppress(ScenarioError):
            return with_room(shortened(rng, checked(drawn_settings(rng, storm), "random"), storm, visits))
    return shortened(rng, checked(drawn_settings(rng, storm), "random"), storm, visits)


def with_room(scenario: Scenario) -> Scenario:
    """The scenario, if a sheet has room for all its kinds of days: ScenarioError."""
    if is_dated(scenario):
        dated_days(scenario)
    return scenario


def drawn_settings(rng: Rng, storm: bool) -> dict[str, Any]:
    """The tables of a scenario as a file would hold them; they need not fit together."""
    opening = drawn_opening(rng, storm)
    days_per_tick = 7 / (int(open_minutes(checked({"opening": opening}, "opening")).sum()) * MINUTE) if storm else 0.0
    tables = {
        name: drawn_table(rng, table, (name,), days_per_tick)
        for name, field in Scenario.model_fields.items()
        if name not in ("opening", *LISTED, "horizon", "evaluate")
        and (table := table_of(field.annotation))
        and (rng.random() < 0.75 or (storm and name in ("demand", "service")))
    }
    dated = {"horizon": {"start": START}, "exceptions": drawn_exceptions(rng, storm)} if rng.random() < 0.4 else {}
    if not dated:
        tables.get("demand", {}).pop("month_profile", None)
    return {"opening": opening, **tables, **dated, "segments": drawn_segments(rng, days_per_tick)}


def drawn_exceptions(rng: Rng, storm: bool) -> list[dict[str, Any]]:
    """Up to six days by date, early in the horizon, some of them several days or each year; in storms its first."""
    found = []
    for _ in range(int(rng.integers(0, 7))):
        first = START + timedelta(days=0 if storm else int(rng.integers(-3, int(7 * LONGEST_WEEKS))))
        hours = str(rng.choice(MINUTES_OPEN if storm else HOURS))
        settings: dict[str, Any] = {
            "until": first + timedelta(days=int(rng.integers(0, 9))), "every_year": bool(rng.random() < 0.5),
            "hours": hours, "busyness": float(rng.choice([0.0, 0.5, 2.0])),
            "roster": weights(rng, int(rng.choice(LENGTHS))),
        }  # fmt: skip
        found.append({"date": first} | {key: value for key, value in settings.items() if rng.random() < 0.5})
    return found


def drawn_opening(rng: Rng, storm: bool) -> dict[str, Any]:
    """Hours of some days, or always; in storms Monday's first minutes, where time begins."""
    if rng.random() < (0.6 if storm else 0.2):
        return {"always": True}
    if storm:
        return {"monday": str(rng.choice(MINUTES_OPEN)), "sunday": "23:00-24:00"}
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return {"monday": "09:30-10:30"} | {day: str(rng.choice(HOURS)) for day in days if rng.random() < 0.7}


def drawn_segments(rng: Rng, days_per_tick: float) -> list[dict[str, Any]]:
    """Up to three segments, each with settings of its own."""
    shares = rng.dirichlet(np.ones(int(rng.integers(1, 4)))).round(3)
    shares[-1] = 1 - shares[:-1].sum()
    if rng.random() < 0.4:
        return []
    return [
        {"name": f"group {number}", "share": float(share)}
        | {name: drawn_table(rng, table, (name,), days_per_tick, own=True)
           for name in SEGMENT_TABLES
           if (table := table_of(Scenario.model_fields[name].annotation)) and rng.random() < 0.4}
        for number, share in enumerate(shares)
    ]  # fmt: skip


def drawn_table(
    rng: Rng, table: type[BaseModel], path: Path, days_per_tick: float, own: bool = False
) -> dict[str, Any]:
    """Settings of a table, most of them named; a segment's own leave out what belongs to the whole desk."""
    named: dict[str, Any] = {"on": bool(rng.random() < 0.9)} if issubclass(table, Mechanism) else {}
    for name, field in table.model_fields.items():
        asked = bool(rng.random() < 0.75) or (days_per_tick > 0 and declared(field, "unit") in ("min", "d", "1/h"))
        if name != "on" and asked and not (own and declared(field, "desk")):
            value = drawn_value(rng, table, (*path, name), days_per_tick)
            named |= {} if value is None else {name: value}
    return named


@cache
def kind_of(table: type[BaseModel], name: str) -> tuple[Any, Any, list[Any], Limits, type[BaseModel] | None]:
    """What a setting or table is: its type without None, that type's origin, marks, limits, and a table's class."""
    field = table.model_fields[name]
    kind, marks = bare(field.annotation, list(field.metadata))
    return kind, get_origin(kind), marks, limits(marks), table_of(field.annotation)


def drawn_value(rng: Rng, table: type[BaseModel], path: Path, days_per_tick: float) -> Any:
    """A value of a setting or table in a table; None where it is left out."""
    kind, origin, marks, within, inner = kind_of(table, path[-1])
    if inner is not None:
        own = drawn_table(rng, inner, path, days_per_tick)
        return own.get(EVERY_DAY, own) if inner is Profile and rng.random() < 0.5 else own
    if origin is Literal:
        return str(rng.choice(get_args(kind)))
    if origin is list:
        return drawn_list(rng, get_args(kind)[0], marks)
    if kind is bool:
        return bool(rng.random() < 0.5)
    if kind is str:
        return None
    number = drawn_number(rng, table.model_fields[path[-1]], path, within, days_per_tick)
    return round(number) if kind is int else float(f"{number:.4g}")


def drawn_list(rng: Rng, inner: Any, marks: list[Any]) -> list[float]:
    """Numbers over the day or for weekdays, where a list has lengths of its own; else up to six within their limits."""
    shortest = next((mark.min_length for mark in marks if isinstance(mark, annotated_types.MinLen)), 1)
    if shortest > 1:
        return weights(rng, int(rng.choice(LENGTHS)) if shortest == min(LENGTHS) else shortest)
    low, _, high = limits(bare(inner, [])[1])
    return [float(f"{rng.uniform(max(low, 0.2), min(high, 3)):.4g}") for _ in range(rng.integers(1, 7))]


def weights(rng: Rng, length: int) -> list[float]:
    """Small numbers in whole sixtieths, some of them 0: agents by the hour that turn at odd minutes, or a profile."""
    parts = rng.integers(1, 60, length) * (rng.random(length) < 0.4) / 60
    return [float(number) for number in rng.choice([0, 1, 1, 2, 2, 3], length) + parts]


def drawn_number(rng: Rng, field: FieldInfo, path: Path, within: Limits, days_per_tick: float) -> float:
    """A number around the default, log-uniform; a share anywhere; now and then exactly the least allowed."""
    unit = str(declared(field, "unit"))
    low, closed, high = within
    if closed and rng.random() < 0.08:
        return low
    if path in SPECIAL:
        return SPECIAL[path](rng, days_per_tick > 0)
    if days_per_tick and (unit in ("min", "d") or path[:2] == ("quality", "standard")):
        return few_ticks(rng) * (days_per_tick if unit == "d" else 1 / MINUTE)
    default = field.get_default(call_default_factory=True)
    if high <= 1:
        return float(rng.uniform(low, high))
    middle = float(default or USUAL.get(unit, 1.0))
    return min(max(log_uniform(rng, middle / SPREAD, middle * SPREAD), low), high)


def limits(marks: list[Any]) -> Limits:
    """(least, whether it is allowed itself, most) of a number."""
    low, closed, high = 0.0, False, np.inf
    for mark in marks:
        if isinstance(mark, annotated_types.Ge | annotated_types.Gt):
            closed = isinstance(mark, annotated_types.Ge)
            low = float(mark.ge if closed else mark.gt)  # type: ignore[union-attr, arg-type]
        if isinstance(mark, annotated_types.Le | annotated_types.Lt):
            high = float(mark.le if isinstance(mark, annotated_types.Le) else mark.lt)  # type: ignore[arg-type]
    return low, closed, high


def log_uniform(rng: Rng, low: float, high: float) -> float:
    """A number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def few_ticks(rng: Rng) -> int:
    """A duration in a tie storm: mostly a handful of ticks, sometimes more."""
    return round(log_uniform(rng, 1, 12 if rng.random() < 0.7 else 200))


SPECIAL: dict[Path, Callable[[Rng, bool], float]] = {
    ("demand", "prospects_per_hour"): lambda rng, storm: log_uniform(rng, *((5e4, 1e6) if storm else (0.5, 200))),
    ("demand", "busyness_cv"): lambda rng, storm: rng.uniform(0, 0.6),
    ("demand", "opening_book"): lambda rng, storm: rng.uniform(0, 60 if storm else 400),
    ("staff", "agents"): lambda rng, storm: rng.uniform(0, 6),
    ("waiting", "waiting_places"): lambda rng, storm: rng.uniform(0, 7),
    ("quality", "opening_satisfaction"): lambda rng, storm: rng.uniform(0, 10),
    ("quality", "first_expectation"): lambda rng, storm: rng.uniform(0, 10),
    ("internal", "requests_per_hour"): lambda rng, storm: log_uniform(rng, *((1e5, 1e6) if storm else (0.2, 20))),
    ("word_of_mouth", "praises"): lambda rng, storm: rng.uniform(0, 1),
    ("word_of_mouth", "warnings"): lambda rng, storm: rng.uniform(0, 3),
    ("word_of_mouth", "mentions"): lambda rng, storm: rng.uniform(0, 1),
    ("word_of_mouth", "referral_share"): lambda rng, storm: rng.uniform(0, 0.5),
    ("word_of_mouth", "potential_customers"): lambda rng, storm: rng.uniform(10, 1000),
    ("competitors", "newcomer_quality"): lambda rng, storm: rng.uniform(0, 10),
    ("competitors", "newcomer_week"): lambda rng, storm: 0.0 if storm else rng.uniform(0, LONGEST_WEEKS),
    ("advertising", "elasticity"): lambda rng, storm: rng.uniform(0, 1),
    ("loyalty", "natural_churn"): lambda rng, storm: rng.uniform(0, 0.3),
    ("loyalty", "yearly_retention"): lambda rng, storm: rng.uniform(0.01, 0.98),
    ("loyalty", "satisfaction_slope"): lambda rng, storm: rng.uniform(1, 5) if storm else rng.uniform(0, 2),
}
"""Settings whose sensible range is not around their default."""


def shortened(rng: Rng, scenario: Scenario, storm: bool, visits: int) -> Scenario:
    """The scenario with a horizon, and if need be a demand, that bring few enough visits; drift may end within it."""
    weeks = log_uniform(rng, 1000, 6000) / WEEK if storm else LONGEST_WEEKS
    mass = profile_mass(scenario, open_minutes(scenario))
    most = log_uniform(rng, visits / (3 if storm else 10), visits)
    if storm and not scenario.opening.always:
        weeks = float(rng.uniform(1.01, 3.5)) * MINUTE / WEEK
        while scenario.demand.prospects_per_hour > QUIET and happenings(scenario, mass, weeks) > most:
            scenario = calmer(scenario)
    while happenings(scenario, mass, weeks) > most:
        weeks *= 0.9
    horizon = {"weeks": weeks, "drift_years": float(rng.uniform(0, 2)) * weeks / WEEKS_PER_YEAR}
    return scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update=horizon)})


def calmer(scenario: Scenario) -> Scenario:
    """The scenario with fewer customers, and longer spells of attention and between breaks."""
    demand, staff = scenario.demand, scenario.staff
    fewer = {"prospects_per_hour": demand.prospects_per_hour * 0.8, "opening_book": demand.opening_book * 4 // 5}
    longer = {
        "attentive_minutes": staff.attentive_minutes * 1.3,
        "break_after_minutes": min(staff.break_after_minutes * 1.3, 1440.0),
    }
    changed: dict[str, Any] = {"demand": demand.model_copy(update=fewer), "staff": staff.model_copy(update=longer)}
    if scenario.internal:
        rarer = {"requests_per_hour": scenario.internal.requests_per_hour * 0.8}
        changed["internal"] = scenario.internal.model_copy(update=rarer)
    return scenario.model_copy(update=changed)


def happenings(scenario: Scenario, mass: np.ndarray, weeks: float) -> float:
    """About how many visits, and tenths of spells of attention and of breaks, a horizon brings."""
    days = 7 * (weeks // 1) + np.interp(weeks % 1 * MINUTES_PER_WEEK, np.arange(len(mass)), mass)
    prospects = most_lift(scenario) * scenario.demand.prospects_per_hour * open_minutes(scenario).sum() / 60 / 7 * days
    staff = scenario.staff
    minutes, agents = weeks * MINUTES_PER_WEEK, max(staff.agents, 4 if staff.roster else 0)
    spells = minutes / (staff.attentive_minutes + staff.inattentive_minutes) if staff.inattentive_minutes else 0.0
    spells += minutes / (staff.break_after_minutes + staff.break_minutes) if staff.break_minutes else 0.0
    shares = [segment.share for segment in scenario.segments] or [1.0]
    visits = sum(
        share * visits_of(own, prospects, days) for share, own in zip(shares, as_segments(scenario), strict=True)
    )
    internal = scenario.internal
    requests = internal.requests_per_hour * open_minutes(scenario).sum() / 60 / 7 * days if internal else 0.0
    return visits + requests + spells * agents / 10


def visits_of(own: Scenario, prospects: float, days: float) -> float:
    """About how many visits prospects and book bring in so many days of the profile's clock, and those they bring."""
    demand, waiting, spending = own.demand, own.waiting, own.spending
    returns = days * (1 + demand.gap_between_cv**2) / demand.visit_gap_days
    tries = repeats(waiting.retry_probability, waiting.retry_limit) if waiting else 1.0
    thoughts = repeats(spending.second_thought_probability, spending.second_thought_limit) if spending else 1.0
    won = prospects / 2 if spending and own.loyalty else 0.0
    told = own.word_of_mouth
    brought = min(max(told.praises, told.mentions) * told.referral_share, 0.9) if told else 0.0
    visits = (1 + tries) / 2 * ((1 + thoughts) / 2 * prospects + returns * (demand.opening_book + won / 2))
    return visits / (1 - brought)


def repeats(probability: float, limit: int) -> float:
    """Σ p^k for k from 0 to a limit: how often somebody comes who comes again with probability p."""
    return float(limit + 1) if probability == 1 else (1 - probability ** (limit + 1)) / (1 - probability)
