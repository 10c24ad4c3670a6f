"""Years: a projection of one replication by months, and the metrics of each of its years.

A month is a twelfth of 365 days; a day belongs to the month in which it begins; a year is twelve months. `value` is the
money of all of them in today's money, and nothing else: no formula stands for years that were not simulated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from servsim.scenario.scenario import Scenario, as_segments
from servsim.study import daily_totals as d
from servsim.study.daily_totals import Days
from servsim.study.money import COSTS, daily_discount, daily_money, margin_of
from servsim.units import DAY, DAYS_PER_YEAR, HOUR, MINUTE, MONTH

COUNTS = (d.ARRIVED, d.ABANDONED, d.BALKED, d.TURNED_AWAY, d.JOINED, d.WAITED, d.WON, d.WON_BACK, d.LOST)
COLUMNS = (
    "arrived", "abandoned", "balked", "turned_away", "joined", "waited", "won", "won_back", "lost", "invested",
    "customer_days", "customers", "revenue", "margin", *COSTS, "cash",
)  # fmt: skip
"""Columns of a month's row: visits, ticks, customers as in `days`, managers' talks being invested, too; customers at
the end of each day added up, and at the end of the month; money; and profit in today's money."""
PLACE = {name: place for place, name in enumerate(COLUMNS)}
MONTHS = 12


def looks_ahead(scenario: Scenario) -> bool:
    """Does money over the years mean something here: does anybody spend, and is no steady state asked for?"""
    spends = any(own.spending is not None and own.spending.on for own in as_segments(scenario))
    return spends and scenario.horizon.warmup_weeks == 0


def months_of(scenario: Scenario, days: Days) -> np.ndarray:
    """(months, COLUMNS) a closed tally of days, month by month."""
    rows = days.rows
    revenue, costs = daily_money(scenario, days)
    margin = margin_of(scenario) * revenue
    cash = (margin - costs.sum(axis=1)) * daily_discount(scenario, len(rows))
    customers = np.cumsum(rows[:, d.MEMBERS] + rows[:, d.WON] + rows[:, d.WON_BACK] - rows[:, d.LOST])
    invested = rows[:, d.INVESTED] + rows[:, d.TALKING]
    daily = np.column_stack([rows[:, COUNTS], invested, customers, customers, revenue, margin, costs, cash])
    month = np.arange(len(rows)) * DAY // MONTH
    firsts = np.flatnonzero(np.diff(month, prepend=-1))
    table: np.ndarray = np.add.reduceat(daily, firsts, axis=0)
    table[:, PLACE["customers"]] = customers[np.append(firsts[1:], len(rows)) - 1]
    return table


@dataclass(frozen=True)
class Yearly:
    """A metric of a year: its name, unit ("money" stands for the currency), and how it is read of twelve months."""

    name: str
    unit: str
    read: Callable[[Callable[..., np.ndarray]], np.ndarray]


YEARLY = (
    Yearly("cash", "money", lambda y: y("cash")),
    Yearly("revenue", "money/year", lambda y: y("revenue")),
    Yearly("costs", "money/year", lambda y: y(*COSTS)),
    Yearly("profit", "money/year", lambda y: y("margin") - y(*COSTS)),
    Yearly("customers_end", "customers", lambda y: y("customers")),
    Yearly("retention_rate", "1/year", lambda y: np.exp(-share(y("lost"), y("customer_days") / DAYS_PER_YEAR))),
    Yearly("customers_won", "1/year", lambda y: y("won")),
    Yearly("customers_lost", "1/year", lambda y: y("lost")),
    Yearly("arrivals", "1/year", lambda y: y("arrived")),
    Yearly("unserved_share", "1", lambda y: share(y("abandoned", "balked", "turned_away"), y("arrived"))),
    Yearly("abandoned_share", "1", lambda y: share(y("abandoned"), y("arrived"))),
    Yearly("balked_share", "1", lambda y: share(y("balked"), y("arrived"))),
    Yearly("wait_mean", "min", lambda y: share(y("waited") / MINUTE, y("joined"))),
    Yearly("investment_hours", "h/month", lambda y: y("invested") / HOUR / MONTHS),
)
"""What is known of every year. Names that metrics have too mean the same, of a year by itself."""
YEARLY_NAMES = tuple(metric.name for metric in YEARLY)
YEARLY_UNITS = {metric.name: metric.unit for metric in YEARLY}
LOOKS = (1, 2, 3, 5, 10, 20, 30, 50)
"""Years that one may look ahead, and that are shown where not all can be."""


class Figure(Protocol):
    """A metric of a year, as an answer has it."""

    def to_dict(self) -> dict[str, Any]:
        """The metric as JSON has it."""


def yearly_unit(name: str, currency: str) -> str:
    """A yearly metric's unit, with the scenario's currency."""
    return YEARLY_UNITS[name].replace("money", currency)


def years_as_json(many: int, of_year: Callable[[int, str], Figure]) -> list[dict[str, Any]]:
    """So many years, each with all of its metrics, as JSON has them."""
    return [
        {"year": year, **{name: of_year(year, name).to_dict() for name in YEARLY_NAMES}} for year in range(1, many + 1)
    ]


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """A share or a mean; undefined of nothing."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


def yearly(months: np.ndarray) -> np.ndarray:
    """(…, years, YEARLY) the metrics of every whole year of (…, months, COLUMNS)."""
    years = months.shape[-2] // MONTHS
    whole = months[..., : years * MONTHS, :].reshape(*months.shape[:-2], years, MONTHS, len(COLUMNS))
    sums = whole.sum(axis=-2)
    sums[..., PLACE["customers"]] = whole[..., -1, PLACE["customers"]]

    def year(*names: str) -> np.ndarray:
        total: np.ndarray = sum((sums[..., PLACE[name]] for name in names), np.zeros(sums.shape[:-1]))
        return total

    return np.stack([metric.read(year) for metric in YEARLY], axis=-1)


def worst_year(years: np.ndarray, name: str) -> tuple[int, float]:
    """The year, from 1 on, in which a metric is largest on average over (replications, years, YEARLY), and how
    large.
    """
    means = years[..., YEARLY_NAMES.index(name)].mean(axis=0)
    return int(means.argmax()) + 1, float(means.max())


def value_of(months: np.ndarray) -> np.ndarray:
    """(…,) the money of all years in today's money, of (…, months, COLUMNS)."""
    value: np.ndarray = months[..., PLACE["cash"]].sum(axis=-1)
    return value


def cumulative_cash(months: np.ndarray) -> np.ndarray:
    """(…, months) the money until the end of every month, in today's money."""
    return np.cumsum(months[..., PLACE["cash"]], axis=-1)


def discounted_revenue(months: np.ndarray, rate: float) -> np.ndarray:
    """(…,) the revenue of all years in today's money, each month's at its middle."""
    revenue: np.ndarray = (months[..., PLACE["revenue"]] * (1.0 + rate) ** -middles(months.shape[-2])).sum(axis=-1)
    return revenue


def middles(many: int) -> np.ndarray:
    """(months,) the middle of each of so many months, in years."""
    middle: np.ndarray = (np.arange(many) + 0.5) / MONTHS
    return middle


def at_rate(months: np.ndarray, stated: float, rate: float) -> np.ndarray:
    """(…,) the value at another discount rate: each month's profit moves from one to the other at its middle."""
    profit = months[..., PLACE["margin"]] - sum(months[..., PLACE[name]] for name in COSTS)
    middle = middles(months.shape[-2])
    moved = (1.0 + rate) ** -middle - (1.0 + stated) ** -middle
    value: np.ndarray = value_of(months) + (profit * moved).sum(axis=-1)
    return value
