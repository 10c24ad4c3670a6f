"""Estimates as tables of a scenario: the one place that knows how fine a scenario's lists are.

Estimates are by the quarter of an hour and by weekday; a scenario's lists are by the hour, and of demand one for all
weekdays beside a weight for each.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from servsim.records.days import QUARTERS
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


def demand_lists(week: np.ndarray, hours: np.ndarray) -> Raw:
    """profile and weekday_profile whose product is nearest to (7, hours) visits a week, hours open known.

    Visits of each hour and of each weekday come out right: iterative proportional fitting.
    """
    by_day = np.where(hours.sum(axis=1) > 0, 1.0, 0.0)
    by_hour = np.zeros(week.shape[1])
    for _ in range(50):
        by_hour = divided(week.sum(axis=0), by_day @ hours)
        by_day = divided(week.sum(axis=1), hours @ by_hour)
    scale = by_day[by_day > 0].mean()
    return {"profile": rounded(by_hour * scale, 2), "weekday_profile": rounded(by_day / scale, 3)}


def divided(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """The quotient, 0 where nothing is below."""
    return np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below > 0)


def roster(counts: np.ndarray, weekday: np.ndarray, hours: np.ndarray) -> Raw:
    """[staff.roster] of (days, hours) agents: the mean of each weekday that there is, in hours in which it is open."""
    return {
        WEEKDAYS[day]: rounded(counts[weekday == day].mean(axis=0) * (hours[day] > 0), 2)
        for day in np.unique(weekday).tolist()
    }


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
