"""Money: what a desk takes and what it costs, of any stretch of time, and what that is worth today.

    profit = margin · revenue − wages − managers − colleagues' waiting − advertising − training − fixed costs

Rates and prices are real: of today's money. The discount is a day's, at its end.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.engine_parameters import is_on
from servsim.opening_hours_and_rates import hourly_training_cost, monthly_advertising
from servsim.scenario.scenario import Scenario
from servsim.study import daily_totals as d
from servsim.study.daily_totals import Days
from servsim.units import DAY, DAYS_PER_MONTH, DAYS_PER_YEAR, HOUR, MILLIONTHS

COSTS = ("wages", "managers", "colleagues", "advertising", "training", "fixed")
"""What is paid: agents' wages, managers, the waiting of colleagues, budgets, and what is paid whatever happens."""


@dataclass(frozen=True)
class Used:
    """What some stretch of time takes: ticks of it, agents paid for, on shift and present, opening, talks, colleagues'
    waiting.

    All of them numbers, or all of them arrays.
    """

    ticks: Any
    paid: Any
    scheduled: Any
    present: Any
    opened: Any
    talking: Any
    colleagues_wait: Any


def margin_of(scenario: Scenario) -> float:
    """Share of revenue left after the cost of what is sold, which does not rise with its price."""
    margin, spending = scenario.money.margin, scenario.spending
    return margin + (1.0 - margin) * (1.0 - 1.0 / spending.price_level) if spending else margin


def costs_of(scenario: Scenario, training_hours: float, used: Used) -> tuple[Any, ...]:
    """What each of COSTS comes to; training_hours: in a month, of all agents together."""
    months = used.ticks / DAY / DAYS_PER_MONTH
    return (
        wages(scenario, used.paid, used.present - used.scheduled),
        managers(scenario, used.opened, used.talking),
        used.colleagues_wait / HOUR * colleagues_wage(scenario),
        monthly_advertising(scenario) * months,
        training_hours * hourly_training_cost(scenario) * months,
        scenario.money.fixed_costs_per_month * months,
    )


def wages(scenario: Scenario, paid: Any, beyond: Any) -> Any:
    """What agents cost whose roster takes so many ticks, there or not, and who stay for so many beyond their shifts."""
    staff = scenario.staff
    return (paid + staff.overtime_factor * beyond) / HOUR * staff.wage_per_hour


def managers(scenario: Scenario, opened: Any, talking: Any) -> Any:
    """What managers cost: for their shifts, which are the opening hours, or only for their talks."""
    manager = scenario.manager
    if manager is None or not manager.on:
        return 0.0 * opened
    hours = manager.managers * opened if manager.paid_hours == "shifts" else talking
    return hours / HOUR * manager.manager_wage_per_hour


def colleagues_wage(scenario: Scenario) -> float:
    """What an hour costs in which a colleague waits; nothing where none ask."""
    if not is_on(scenario, "internal") or scenario.internal is None:
        return 0.0
    own = scenario.internal.wage_per_hour
    return scenario.staff.wage_per_hour if own is None else own


def used_daily(days: Days) -> Used:
    """What each day takes."""
    rows = days.rows
    return Used(
        np.diff(days.ends), days.paid, days.scheduled, rows[:, d.PRESENT], days.opened, rows[:, d.TALKING],
        rows[:, d.COLLEAGUES_WAIT],
    )  # fmt: skip


def daily_money(scenario: Scenario, days: Days) -> tuple[np.ndarray, np.ndarray]:
    """(days,) revenue, and (days, COSTS) what is paid."""
    sheet = days.sheet[0]
    costs = costs_of(scenario, float(sheet["training_hours"] * sheet["desk_agents"]), used_daily(days))
    return days.rows[:, d.REVENUE] / MILLIONTHS, np.stack(costs, axis=1)


def discount(rate: float, ticks: np.ndarray) -> np.ndarray:
    """What one unit of money at an instant is worth today: (1 + i)^−years."""
    worth: np.ndarray = (1.0 + rate) ** -(ticks / DAY / DAYS_PER_YEAR)
    return worth


def daily_discount(scenario: Scenario, days: int) -> np.ndarray:
    """(days,) the same of each day, at its end."""
    return discount(scenario.money.discount_rate, (np.arange(days) + 1) * DAY)
