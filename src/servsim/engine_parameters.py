"""The sheet: a scenario as bare numbers, one row for each segment of customers; the only thing an engine is given.

A setting keeps its name: `waiting.patience_minutes` in a file is `sheet[segment].patience_minutes` in a rule, and a
switch is its table's name with `_on`. Words become the numbers of `event_codes.Distribution`, or their place in the
setting's list. What belongs to the whole desk is the same in every row; rules read it from row 0. The type is the same
for every scenario, so that the compiler sees one kind of sheet.
"""

import math
import types
import typing
from functools import cache
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from servsim.dated_calendar import DATED_DAYS, DATED_WEEKS, MOST_KINDS, MOST_PIECES, describe_dates
from servsim.duration_quantile_tables import (
    QUANTILES,
    erlang_quantiles,
    gamma_quantiles,
    residual_quantiles,
    sample_quantiles,
    weibull_scale,
)
from servsim.event_codes import Distribution
from servsim.opening_hours_and_rates import (
    GUIDE_PLACES,
    guide_of,
    monthly_advertising,
    monthly_training_hours,
    most_lift,
    open_minutes,
    paid_minutes,
    profile_mass,
    staffed_minutes,
    steady_minutes,
)
from servsim.scenario.messages import belongs_to_desk
from servsim.scenario.scenario import MECHANISMS, Scenario, as_segments
from servsim.scenario.tables.lists_of_the_day import QUARTERS, by_quarters
from servsim.scenario.tables.opening_demand_staff_service import MOST_AGENTS
from servsim.units import DAYS_PER_YEAR, MINUTES_PER_WEEK, WEEK, YEAR

TABLES = ("demand", "staff", "service", *MECHANISMS)
DERIVED_LISTS = (
    "profile", "weekday_profile", "month_profile", "roster", "core_profile", "agent_knowledge", "agent_speed",
    "rival_quality", "core_sample", "basket_sample",
)  # fmt: skip
MONEY_ONLY = (("internal", "wage_per_hour"), ("manager", "paid_hours"))
"""Settings that no rule reads: they change what a replication is worth, not what happens in it."""
MOST_MANAGERS = 10
MOST_PEOPLE = MOST_AGENTS + MOST_MANAGERS
"""Who works at the desk at most, managers counted after agents."""
ROSTERS = ("roster", "paid", "piece_roster", "piece_paid")
"""Where the sheet has how many agents are there, and how many are paid: in the usual week, and by date."""
ROUNDING = 1e-3
"""Ticks: less than this is a rounding of floats."""
MOST_RIVALS = 10
TYPICAL_RIVALS = [6.5, 6.0]
"""How good two rivals are where a scenario does not say. Evidence: c."""

DATED = [
    ("dated_until", "i8"),
    ("dated_mass", "f8"),
    ("lead_mass", "f8"),
    ("lead_opened", "i8"),
    ("week_mass", "f8", (DATED_WEEKS + 1,)),
    ("week_opened", "i4", (DATED_WEEKS + 1,)),
    ("day_kind", "i2", (DATED_DAYS,)),
    ("kind_factor", "f8", (MOST_KINDS,)),
    ("kind_first", "i2", (MOST_KINDS,)),
    ("kind_last", "i2", (MOST_KINDS,)),
    ("piece_mass", "f8", (MOST_PIECES,)),
    ("piece_start", "i2", (MOST_PIECES,)),
    ("piece_open", "i2", (MOST_PIECES,)),
    ("piece_roster", "i2", (MOST_PIECES,)),
    ("piece_paid", "i2", (MOST_PIECES,)),
    ("piece_opened", "i2", (MOST_PIECES,)),
]
"""Days by date: until which tick they have one, and what the profile's clock shows then; by how much it, and the
minutes open, are ahead of usual weeks from then on; sums before each week; kinds of days, and their pieces."""
DERIVED = [
    ("seed", "u8"),
    ("replication", "u8"),
    ("end", "i8"),
    ("window", "i8"),
    ("drift_ends", "i8"),
    ("share", "f8"),
    ("candidates_per_day", "f8"),
    ("patience_scale", "f8"),
    ("gap_scale", "f8"),
    ("core_table", "f8", (QUANTILES,)),
    ("core_profile", "f8", (QUARTERS,)),
    ("residual_table", "f8", (QUANTILES,)),
    ("busyness_table", "f8", (QUANTILES,)),
    ("basket_distribution", "i8"),
    ("basket_table", "f8", (QUANTILES,)),
    ("mass", "f8", (MINUTES_PER_WEEK + 1,)),
    ("guide", "i2", (GUIDE_PLACES + 2,)),
    ("open", "i2", (MINUTES_PER_WEEK,)),
    ("opened", "i2", (MINUTES_PER_WEEK + 1,)),
    ("desk_agents", "i8"),
    ("all_agents", "i8"),
    ("calls_back", "i8"),
    ("knowledge_of", "f8", (MOST_PEOPLE,)),
    ("speed_of", "f8", (MOST_PEOPLE,)),
    ("preference_of", "i8", (MOST_PEOPLE,)),
    ("rivals", "i8"),
    ("rival_quality", "f8", (MOST_RIVALS,)),
    ("log_price", "f8"),
    ("log_natural", "f8"),
    ("log_at_eight", "f8"),
    ("usual_spend", "f8"),
    ("spend_ratio", "f8"),
    ("training_hours", "f8"),
    ("layers", "i8"),
    ("requests_per_day", "f8"),
    ("roster", "i2", (MINUTES_PER_WEEK,)),
    ("steady", "i2", (MINUTES_PER_WEEK,)),
    ("paid", "i2", (MINUTES_PER_WEEK,)),
    *DATED,
]
"""What no setting says by itself: the world's key, the ticks at which it, its window and its drifts end, and tables
made once per scenario."""


def settings_of(table: str, model: type[BaseModel]) -> list[tuple[str, str, tuple[str, ...]]]:
    """(field of the sheet, its type, path in the scenario) of every setting in a table."""
    rows: list[tuple[str, str, tuple[str, ...]]] = []
    for name, field in model.model_fields.items():
        if name in DERIVED_LISTS or (table, name) in MONEY_ONLY:
            continue
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            rows += [(f"{name}_{key}", "f8", (table, name, key)) for key in inner.model_fields]
        elif name == "on":
            rows.append((f"{table}_on", "i8", (table, name)))
        else:
            rows.append((name, "f8" if inner is float or float in typing.get_args(inner) else "i8", (table, name)))
    return rows


@cache
def table_class(name: str) -> type[BaseModel]:
    """The class of a scenario's table."""
    annotation = Scenario.model_fields[name].annotation
    options = typing.get_args(annotation) if typing.get_origin(annotation) in (typing.Union, types.UnionType) else ()
    return typing.cast(type[BaseModel], options[0] if options else annotation)


@cache
def fields() -> list[tuple[str, str, tuple[str, ...]]]:
    """(field, type, path in the scenario) of every setting that the sheet holds."""
    return [row for name in TABLES for row in settings_of(name, table_class(name))]


def log_variance(cv: str) -> str:
    """The field beside a coefficient of variation: log(1 + cv²), the variance of a lognormal's logarithm."""
    return cv.replace("_cv", "_log_variance")


@cache
def variations() -> list[str]:
    """Every field that is a coefficient of variation."""
    return [name for name, _, _ in fields() if "_cv" in name]


@cache
def sheet_type() -> np.dtype:
    """The one type of every sheet's rows."""
    beside = [(log_variance(name), "f8") for name in variations()]
    return np.dtype([(name, kind) for name, kind, _ in fields()] + beside + DERIVED, align=True)


def number(value: Any, choices: tuple[str, ...]) -> float:
    """A setting's value as the sheet holds it: words by number, switches as 0 or 1, no limit as −1."""
    if value is None:
        return -1
    if isinstance(value, str):
        return Distribution[value.upper()] if value.upper() in Distribution.__members__ else choices.index(value)
    return float(value) if isinstance(value, float) else int(value)


def is_on(own: Scenario, name: str) -> bool:
    """Is a table there, and not switched off?"""
    table = getattr(own, name)
    return table is not None and getattr(table, "on", True)


@cache
def choices_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """The words a setting may be, in the order of its list; none for a number or a table."""
    field = table_class(path[0]).model_fields[path[1]]
    return typing.get_args(field.annotation) if typing.get_origin(field.annotation) is Literal else ()


def to_sheet(scenario: Scenario, seed: int = 1, replication: int = 0) -> np.ndarray:
    """The scenario as numbers, for one replication: a structured array with one row for each segment, in file order."""
    lived = as_segments(scenario)
    sheet = np.zeros(len(lived), sheet_type())
    somewhere = {name: any(is_on(own, name) for own in lived) for name in TABLES}
    defaults = {name: table_class(name)() for name in TABLES}
    for row, own in zip(sheet, lived, strict=True):
        for name, _, path in fields():
            counts = somewhere[path[0]] if belongs_to_desk(path) else is_on(own, path[0])
            value: Any = (getattr(own, path[0]) if counts else None) or defaults[path[0]]
            for key in path[1:]:
                value = getattr(value, key)
            row[name] = 0 if path[1] == "on" and not counts else number(value, choices_of(path))
        for cv in variations():
            row[log_variance(cv)] = math.log(1.0 + row[cv] * row[cv])
        row["log_natural"] = math.log(1.0 - row["natural_churn"])
        row["log_at_eight"] = math.log(row["yearly_retention"] / (1.0 - row["natural_churn"]))
        row["patience_scale"] = weibull_scale(row["patience_minutes"], row["patience_shape"])
        row["gap_scale"] = weibull_scale(1.0, row["gap_shape"])
        row["core_profile"] = by_quarters(own.service.core_profile or [1.0] * QUARTERS)
        if row["core_distribution"] == Distribution.ERLANG:
            row["core_table"] = erlang_quantiles(row["core_phases"])
        if own.service.core_sample:
            row["core_distribution"] = Distribution.SAMPLE
            row["core_table"] = sample_quantiles(own.service.core_sample)
        row["basket_distribution"] = Distribution.LOGNORMAL
        if own.spending and own.spending.basket_sample:
            row["basket_distribution"] = Distribution.SAMPLE
            row["basket_table"] = sample_quantiles(own.spending.basket_sample)
        row["residual_table"] = residual_quantiles(
            Distribution(row["gap_distribution"]), row["gap_cv"], row["gap_shape"]
        )
    sheet["share"] = [segment.share for segment in scenario.segments] or [1.0]
    sheet["end"] = sheet["window"] = window_of(scenario)
    sheet["drift_ends"] = math.ceil(scenario.horizon.drift_years * YEAR)
    sheet["open"] = opened = open_minutes(scenario)
    sheet["opened"] = np.concatenate([[0], np.cumsum(opened, dtype=np.int64)])
    sheet["mass"] = profile_mass(scenario, opened)
    sheet["guide"] = guide_of(sheet[0]["mass"])
    sheet["roster"] = staffed_minutes(scenario)
    sheet["paid"] = paid_minutes(scenario)
    sheet["steady"] = steady_minutes(sheet[0]["roster"], opened)
    describe_dates(sheet, scenario)
    describe_agents(sheet, scenario)
    calling = (sheet["outreach_on"] * sheet["investment_on"]).any() and sheet[0]["relationship_hours_per_month"] > 0
    sheet["calls_back"] = int(calling)
    if sheet[0]["busyness_law"] == Distribution.GAMMA:
        sheet["busyness_table"] = gamma_quantiles(float(sheet[0]["busyness_cv"]))
    sheet["candidates_per_day"] = scenario.demand.prospects_per_hour * opened.sum() / 60 / 7
    describe_rivals(sheet, scenario)
    sheet["usual_spend"] = usual_spend(sheet)
    describe_budgets(sheet, scenario)
    internal = scenario.internal
    per_hour = internal.requests_per_hour if internal and internal.on else 0.0
    sheet["requests_per_day"] = per_hour * opened.sum() / 60 / 7
    return in_world(sheet, seed, replication)


def describe_rivals(sheet: np.ndarray, scenario: Scenario) -> None:
    """How many rivals there are today, and how good; the log of the price level."""
    rivals = (scenario.competitors and scenario.competitors.rival_quality) or TYPICAL_RIVALS
    sheet["rivals"] = len(rivals)
    sheet["rival_quality"][:, : len(rivals)] = rivals
    for row in sheet:
        row["log_price"] = math.log(row["price_level"]) if row["spending_on"] else 0.0


def usual_spend(sheet: np.ndarray) -> float:
    """What a customer spends in a year, averaged over segments."""
    per_visit = sheet["spending_on"] * sheet["basket_mean"] * sheet["price_level"]
    visits = DAYS_PER_YEAR * (1.0 + sheet["gap_between_cv"] ** 2) / sheet["visit_gap_days"]
    return float((sheet["share"] * per_visit * visits).sum())


def describe_budgets(sheet: np.ndarray, scenario: Scenario) -> None:
    """What is spent on advertising, as a multiple of the usual; hours of training a month; layers of prospects."""
    sheet["spend_ratio"] = monthly_advertising(scenario) / sheet[0]["usual_per_month"]
    sheet["training_hours"] = monthly_training_hours(scenario, int(sheet[0]["desk_agents"]))
    sheet["layers"] = math.ceil(most_lift(scenario))


def in_world(sheet: np.ndarray, seed: int, replication: int, end: int | None = None) -> np.ndarray:
    """A copy of the sheet for another replication; one that ends at another instant, where it is given."""
    copy = sheet.copy()
    copy["seed"], copy["replication"] = seed, replication
    copy["end"] = sheet["end"] if end is None else end
    return copy


def window_of(scenario: Scenario) -> int:
    """The tick at which the window ends, in which metrics are counted."""
    return round_up(scenario.horizon.weeks * WEEK)


def horizon_of(scenario: Scenario) -> int:
    """The tick at which the years end, over which money is counted."""
    return max(window_of(scenario), round_up(scenario.horizon.years * YEAR))


def round_up(ticks: float) -> int:
    """The next whole tick; what a rounding of floats adds to a whole one is no tick."""
    return math.ceil(ticks - ROUNDING)


def describe_agents(sheet: np.ndarray, scenario: Scenario) -> None:
    """How many agents there are, managers counted after them, what each can do, and whom dispatch prefers."""
    staff, manager = scenario.staff, scenario.manager
    sheet["desk_agents"] = agents = int(max(sheet[0][name].max() for name in ROSTERS))
    sheet["all_agents"] = agents + (manager.managers if manager and manager.on else 0)
    sheet["knowledge_of"] = knowledge = for_every_agent(staff.agent_knowledge, staff.knowledge)
    sheet["speed_of"] = speed = for_every_agent(staff.agent_speed, 1.0)
    scores = {"fastest": speed, "most_accurate": knowledge, "resolves_most": speed * resolved(scenario, knowledge)}
    if staff.choice in scores:  # 0 for the best; agents alike share a place
        sheet["preference_of"] = np.unique(-scores[staff.choice], return_inverse=True)[1]


def for_every_agent(own: list[float] | None, others: float) -> np.ndarray:
    """What a list says of the first agents, and what holds for all others."""
    values = np.full(MOST_PEOPLE, others)
    values[: len(own or [])] = own or []
    return values


def resolved(scenario: Scenario, knowledge: np.ndarray) -> np.ndarray:
    """About what share of visits agents of such knowledge serve without a mistake."""
    mistakes = scenario.mistakes
    share = mistakes.mistake_share if mistakes and mistakes.on else 0.0
    return 1.0 - np.minimum(share * (1.5 - knowledge), 1.0)
