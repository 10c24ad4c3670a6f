"""A metric in words: what it is called on the page, and its numbers as a person reads them."""

import math
from collections.abc import Callable
from typing import Any

from servsim.engine_parameters import window_of
from servsim.scenario.scenario import Scenario
from servsim.show.formatting import compact, is_share, level, many, signed, window_words
from servsim.study.intervals_and_tables import Interval
from servsim.study.objective import VALUE
from servsim.units import YEAR

Told = dict[str, Any]

CALLED = {
    "cash": "Cash", "customers_end": "Customers", "unserved_share": "Leave unserved", "wait_mean": "Mean wait",
    "retention": "Customers who stay",
}  # fmt: skip
"""What the metrics that are shown first are called; others are called by their name."""
FEW_PEOPLE = 10
"""Customers from which on a tenth of one does not matter."""


def label(name: str, scenario: Scenario, years: float) -> str:
    """What a metric is called on the page: money by the years that are told, out of so many; all else by the window."""
    if name == VALUE:
        return f"Money of {years_told(scenario.horizon.years, years)}"
    called = CALLED.get(name, name.replace("_", " ").capitalize())
    if name == "customers_end":
        return f"{called} {end_of_window(scenario)}"
    return f"{called} {window_words(scenario)}" if name == "cash" else called


def years_told(told: float, years: float) -> str:
    """Years as far as they are told: the first year only, the first 3 years, 10 years."""
    if told == years:
        return "one year" if years == 1 else f"{level(years)} years"
    return "the first year only" if told == 1 else f"the first {level(told)} years"


def end_of_window(scenario: Scenario) -> str:
    """When the window ends: in a year, where that is how long it is."""
    return "in a year" if window_of(scenario) == YEAR else f"after {many(scenario.horizon.weeks, 'week')}"


def few_digits(number: float, name: str, unit: str) -> str:
    """A metric for a narrow column; people in whole ones, unless they are few."""
    return f"{number:,.0f}" if unit == "customers" and abs(number) >= FEW_PEOPLE else compact(number, name, unit)


def with_words(found: Interval, name: str, said: Callable[[float, str, str], str] = few_digits) -> Told:
    """An interval as it is, and as a person reads it."""
    mean, *ends = (said(number, name, found.unit) for number in (found.mean, found.low, found.high))
    known = math.isfinite(found.low) and found.low != found.high
    return found.to_dict() | {"text": mean, "span": " to ".join(ends) if known else ""}


def change(gap: Interval, name: str) -> Told:
    """A difference as it is, as a person reads it, and whether it is shown to be one."""
    return with_words(gap, name, difference) | {"shown": bool(gap.low > 0 or gap.high < 0)}


def difference(number: float, name: str, unit: str) -> str:
    """A difference with its sign; of shares in percentage points."""
    if is_share(name) or not math.isfinite(number):
        return signed(number, name)
    return ("+" if number > 0 else "") + few_digits(number, name, unit)


def unit_drawn(name: str, unit: str) -> str:
    """A unit as it stands above a curve; nothing where the curve's name says it."""
    if is_share(name):
        return "%"
    return f"{unit} in today's money" if name == VALUE else unit.removesuffix("customers")
