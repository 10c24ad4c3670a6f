"""The settings that are moved first: which of them a scenario has, how far they go, and the levels of their curves."""

import math
from collections.abc import Iterator
from typing import Any

from servsim.engine_parameters import is_on
from servsim.errors import ScenarioError
from servsim.scenario.line_numbers import Path
from servsim.scenario.messages import bare, field_at, fits
from servsim.scenario.read import value_at
from servsim.scenario.scenario import Scenario
from servsim.study.metrics import BY_NAME

LEADING = {
    "investment.minutes_per_visit": "Minutes of care in every visit",
    "staff.agents": "Agents at the desk",
    "waiting.patience_minutes": "Patience of those who wait",
    "demand.prospects_per_hour": "New people who come",
    "demand.visit_gap_days": "Days between a customer's visits",
    "service.core_minutes": "The transaction itself",
    "spending.basket_mean": "What a visit brings in",
    "staff.wage_per_hour": "Wage",
    "investment.recovery_minutes": "Minutes for every complaint",
    "investment.relationship_hours_per_month": "Hours for calling customers back",
    "after_visit_work.after_visit_minutes": "Minutes of work after every visit",
    "promises.quoted_days": "Days until what is promised",
    "manager.escalated_share": "Complaints that go to the manager",
    "budget.training_share": "Share of the budget for training",
    "internal.request_priority": "Priority of colleagues",
    "recognition.notes_share": "Chance of being known from notes",
}
"""What to move, in the order of the page, and what it is called there."""
NEEDS = {
    "investment.recovery_minutes": "recovery",
    "investment.relationship_hours_per_month": "outreach",
    "internal.request_priority": "internal",
}
"""The mechanism without which a setting does nothing."""
SHOWN_AT_MOST = 8
"""Levers on top of the page; all others are among the settings."""
MARKS = 200
"""Into how many steps a slider is divided at most."""
SMALL_RANGE = 10
"""Up to which largest value a lever is tried over all that it can be."""
NOT_OF_MONEY = ("unserved_share", "wait_mean")
"""What is to be small where nobody spends anything: with patience that ends, and without."""


def own_lever(scenario: Scenario) -> str:
    """The lever that a scenario asks about, if it has it; else the first that it has."""
    lever = scenario.evaluate.lever
    return lever if number_at(scenario, lever) is not None else next(leading(scenario))


def leading(scenario: Scenario) -> Iterator[str]:
    """The levers of the list that move something in a scenario."""
    for key in LEADING:
        if number_at(scenario, key) is not None and moves(scenario, key):
            yield key


def moves(scenario: Scenario, key: str) -> bool:
    """Does a lever change anything in a scenario that has it?"""
    table = key.split(".")[0]
    if key == "staff.agents" and scenario.staff.roster:
        return False
    if key == "demand.visit_gap_days" and not (scenario.demand.opening_book or is_on(scenario, "loyalty")):
        return False
    return is_on(scenario, table) and is_on(scenario, NEEDS.get(key, table))


def levers(scenario: Scenario) -> list[str]:
    """What is on top of the page: the lever that is asked about, and the first of the others."""
    return list(dict.fromkeys([own_lever(scenario), *leading(scenario)]))[:SHOWN_AT_MOST]


def number_at(scenario: Scenario, key: str) -> float | None:
    """A setting that is a number and can be moved; None for any other."""
    try:
        value = value_at(scenario, key)
    except ScenarioError:
        return None
    return None if isinstance(value, bool) or not isinstance(value, int | float) else value


def evaluate_overrides(scenario: Scenario, lever: str = "") -> list[str]:
    """What must be overridden in [evaluate] to draw a scenario's curve over a lever; nothing where it is its own."""
    asked, lever = scenario.evaluate, lever or own_lever(scenario)
    found = []
    if lever != asked.lever:
        levels = ", ".join(f"{level:.10g}" for level in levels_of(scenario, lever))
        found += [f"evaluate.lever={lever}", f"evaluate.levels=[{levels}]"]
    if not is_on(scenario, "spending") and "money" in BY_NAME[asked.objective].unit:
        found += [f"evaluate.objective={NOT_OF_MONEY[not is_on(scenario, 'waiting')]}",
                  "evaluate.smallest_difference=0"]  # fmt: skip
    return found


def levels_of(scenario: Scenario, lever: str) -> list[float]:
    """Levels of a lever for which the scenario names none: evenly around today's, or over all that it can be."""
    today, path = number_at(scenario, lever), tuple(lever.split("."))
    if today is None:
        raise ScenarioError([f"{lever} cannot be a lever here; it must be a number that the scenario has."])
    if is_whole(path):
        step = max(1, round(abs(today) / 8))
        levels: list[float] = [int(today) + step * place for place in range(-3, 6)]
    else:
        limit = limits(path)
        small = limit["most"] <= SMALL_RANGE and math.isfinite(limit["least"])
        size = nice((limit["most"] - limit["least"]) / 10) if small else nice(abs(today) / 5 or 0.25)
        first = round(limit["least"] / size) if small else round(today / size) - 4
        levels = [tidy(size * place) for place in range(first, first + (11 if small else 10))]
    return [level for level in levels if is_level(path, level)]


def is_level(path: Path, level: float) -> bool:
    """Can a lever be at a level, and is there something to see there?"""
    return fits(path, level) and not (path == ("staff", "agents") and level == 0)


def is_whole(path: Path) -> bool:
    """Must a setting be a whole number?"""
    field = field_at(path)
    return field is not None and bare(field.annotation, [])[0] is int


def tidy(number: float) -> float:
    """A number without the dust that comes of adding steps."""
    return float(f"{number:.10g}")


def nice(size: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not below a size."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(tidy(step * power) for step in (1, 2, 5, 10) if step * power >= size * (1 - 1e-9))


def slider(scenario: Scenario, lever: str) -> dict[str, float]:
    """How far a lever's slider goes, and in which steps: {"min", "max", "step"}."""
    today, path = number_at(scenario, lever) or 0.0, tuple(lever.split("."))
    limit = limits(path)
    levels = scenario.evaluate.levels if lever == scenario.evaluate.lever else []
    usual = 0.0 if today else 5.0 if is_whole(path) else 1.0
    most = min(nice_top(max(3 * today, *levels, usual)), limit["most"])
    least = limit["least"] if limit["least"] > -most else -most
    step = nice((most - least) / MARKS)
    if is_whole(path):
        step = max(1.0, step)
    if not limit["closed"] or lever == "staff.agents":
        least += step
    return {"min": tidy(least), "max": most, "step": step}


def nice_top(size: float) -> float:
    """The end of a slider: a round number that is not below a size."""
    step = nice(size / 10)
    return tidy(math.ceil(size / step - 1e-9) * step)


def limits(path: Path) -> dict[str, Any]:
    """The limits of a number: {"least", "most", "closed"}; closed says whether it may be the least itself."""
    field = field_at(path)
    assert field is not None
    _, marks = bare(field.annotation, list(field.metadata))
    found = {name: getattr(mark, name) for mark in marks for name in ("ge", "gt", "le", "lt") if hasattr(mark, name)}
    least = found.get("ge", found.get("gt", -math.inf))
    return {"least": least, "most": found.get("le", found.get("lt", math.inf)), "closed": "gt" not in found}
