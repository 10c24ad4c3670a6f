"""Estimates as tables of a scenario: opening hours, rosters and settings as a file has them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from servsim.records.days import PER_HOUR, QUARTERS
from servsim.scenario.tables.opening_demand_staff_service import WEEKDAYS, clock

Raw = dict[str, Any]
"""A table of a scenario, or a scenario, as TOML has it."""


def opening(opened: np.ndarray) -> Raw:
    """[opening] of open quarters: (7, quarters)."""
    hours = {}
    for weekday, name in enumerate(WEEKDAYS):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], opened[weekday].astype(int), [0]]))).reshape(-1, 2)
        hours[name] = ", ".join(f"{quarters(start)}-{quarters(end)}" for start, end in edges)
    return hours


def quarters(number: int) -> str:
    """A quarter of an hour after midnight as a clock shows it."""
    return clock(int(number) * 24 * 60 // QUARTERS)


def divided(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """The quotient, 0 where nothing is below."""
    return np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below > 0)


def roster(counts: np.ndarray, weekday: np.ndarray, opened: np.ndarray) -> Raw:
    """[staff.roster] of (days, quarters) agents: the mean of each weekday that there is, while it is open."""
    return {
        WEEKDAYS[day]: over_the_day(counts[weekday == day].mean(axis=0) * opened[day], 2)
        for day in np.unique(weekday).tolist()
    }


def over_the_day(quarters: np.ndarray, digits: int) -> list[float]:
    """A list over the day: by the quarter-hour, or by the hour where all quarters of each are alike."""
    found = rounded(quarters, digits)
    hours = found[::PER_HOUR]
    return hours if found == [value for value in hours for _ in range(PER_HOUR)] else found


def rounded(values: np.ndarray, digits: int) -> list[float]:
    """A list as a file has it: whole numbers without a fraction."""
    return [int(one) if float(one).is_integer() else float(one) for one in np.round(values, digits)]


def with_settings(tables: Raw, settings: Mapping[str, float]) -> Raw:
    """Tables with settings that are one number put in their places."""
    found = {name: dict(table) if isinstance(table, dict) else table for name, table in tables.items()}
    for key, value in settings.items():
        table, _, name = key.partition(".")
        found.setdefault(table, {})[name] = value
    return found
