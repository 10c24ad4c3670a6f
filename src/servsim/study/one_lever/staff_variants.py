"""Other staff: the same desk with an agent more or fewer in every hour in which anybody is there."""

from typing import Any

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.errors import ScenarioError
from servsim.opening_hours_and_rates import paid_minutes
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.daily_totals import paid_until
from servsim.study.intervals_and_tables import Interval
from servsim.study.yearly_projection import middles
from servsim.units import DAY, HOUR, MONTH

STAFF = "staff."
"""How the names of levers begin that say how many agents there are, or what they cost."""


def with_agents(scenario: Scenario, more: int) -> Scenario | None:
    """The scenario with so many agents more, or fewer where that is below 0; None where that cannot be.

    In hours with a roster of its own too: none is added where nobody is there, and the last one is never taken away.
    """
    if more == 0:
        return scenario
    raw = scenario.model_dump(exclude_unset=True, exclude_none=True)
    staff = raw.setdefault("staff", {})
    staff["agents"] = changed(scenario.staff.agents, more)
    if scenario.staff.roster:
        staff["roster"] = {
            day: [changed(count, more) for count in counts] for day, counts in staff["roster"].items()
        }  # fmt: skip
    for each in raw.get("exceptions", []):
        if "roster" in each:
            each["roster"] = [changed(count, more) for count in each["roster"]]
    try:
        other = checked(raw, "staff")
    except ScenarioError:
        return None
    return None if np.array_equal(paid_hours(other), paid_hours(scenario)) else other


def changed(count: Any, more: int) -> Any:
    """How many agents are there in an hour in which so many are today."""
    return count if count == 0 else max(min(count, 1), count + more)


def paid_hours(scenario: Scenario) -> np.ndarray:
    """(7,) hours that agents are paid for on each day of the week by the roster, without overtime."""
    hours: np.ndarray = paid_minutes(scenario).reshape(7, -1).sum(axis=1) / 60
    return hours


def discounted_hours(scenario: Scenario, months: int) -> float:
    """Hours paid by the roster in so many months, each month's discounted as its money is, at its middle."""
    worth = (1.0 + scenario.money.discount_rate) ** -middles(months)
    return float((paid_by_month(scenario, months) * worth).sum())


def brought_by_an_hour(scenario: Scenario, gained: Interval, hours: float) -> Interval:
    """What an hour brings where so many more, discounted, gain such an amount of value with their wages paid."""
    wage = scenario.staff.wage_per_hour
    mean, low, high = (end / hours + wage for end in (gained.mean, gained.low, gained.high))
    return Interval(mean, low, high, f"{scenario.money.currency}/h")


def paid_by_month(scenario: Scenario, months: int) -> np.ndarray:
    """(months,) the same in each of so many months; a day belongs to the month in which it begins."""
    days = np.arange(months * MONTH // DAY + 1)
    paid = np.diff(paid_until(to_sheet(scenario), np.append(days, len(days)) * DAY)) / HOUR
    hours: np.ndarray = np.bincount(days * DAY // MONTH, paid)[:months]
    return hours
