"""What to expect of a trace before it is told: how much happens in a week, and how many people are remembered."""

from dataclasses import dataclass

import numpy as np

from servsim.engine_parameters import is_on
from servsim.opening_hours_and_rates import staffed_minutes
from servsim.scenario.scenario import Scenario, as_segments
from servsim.study.expected_visits import weekly_prospects, weekly_requests, weekly_visits
from servsim.study.planned_load import planned_load
from servsim.units import DAYS_PER_YEAR

ROWS_PER_VISIT = 10
LEAST_UNSERVED = 0.25
"""Of visits, where the desk has time for all: some meet a crowd."""
SHORTEST_SPELL = 1e-3
"""Minutes: shorter ones are rounded up to a tick or more."""
REQUEST_AS_CUSTOMER = 0.5
"""Memory of a request that waits, as a share of a customer's."""
YEARS_STAYED = 5.0
"""How long newcomers are reckoned to stay where customers leave at all."""


@dataclass(frozen=True)
class Happenings:
    """Rows of the trace a week of one kind: how many, what they are called, and the settings that make them many."""

    rows: float
    name: str
    settings: str


def weekly_happenings(scenario: Scenario, weeks: float) -> list[Happenings]:
    """What a week's trace is made of, over so many weeks; at most, where tries follow on tries."""
    visits, again = weekly_visits(scenario, weeks), tries(scenario)
    staff, investment = scenario.staff, scenario.investment
    minutes = float(staffed_minutes(scenario).sum())
    spell = max(staff.attentive_minutes + staff.inattentive_minutes, SHORTEST_SPELL)
    between = max(staff.break_after_minutes + staff.break_minutes, SHORTEST_SPELL)
    calls = 0.0
    if scenario.outreach and is_on(scenario, "outreach") and investment and investment.on:
        calls = investment.relationship_hours_per_month / 4 * 60 / max(scenario.outreach.call_minutes, SHORTEST_SPELL)
    return [
        Happenings(
            ROWS_PER_VISIT * visits * again, "visits", "demand" if again == 1.0 else "demand, waiting.retry_limit"
        ),
        Happenings(3 * weekly_requests(scenario), "requests of colleagues", "internal.requests_per_hour"),
        Happenings(
            2 * minutes / spell if staff.inattentive_minutes else 0.0, "lapses of attention",
            "staff.agents, or lengthen staff.attentive_minutes",
        ),
        Happenings(
            2 * minutes / between if staff.break_minutes else 0.0, "breaks",
            "staff.agents, or lengthen staff.break_after_minutes",
        ),
        Happenings(2 * calls, "calls to customers", "investment.relationship_hours_per_month"),
    ]  # fmt: skip


def tries(scenario: Scenario) -> float:
    """How often a customer comes for one visit at most, on average: Σ (unserved · P(tries again))ᵏ, k to the limit.

    Unserved are those for whom there is no time, when all tries are counted, and a quarter at least.
    """
    lived = as_segments(scenario)
    if not any(own.waiting and own.waiting.on and own.waiting.retry_probability for own in lived):
        return 1.0
    load = planned_load(scenario).load
    return max(tries_of(own, load) for own in lived)


def tries_of(own: Scenario, load: float) -> float:
    """The same of one segment, at a load that counts every visit once."""
    waiting = own.waiting
    if waiting is None or not waiting.on or waiting.retry_probability == 0.0 or load == 0.0:
        return 1.0
    found, again = 1.0, np.arange(waiting.retry_limit + 1)
    for _ in range(waiting.retry_limit):
        unserved = max(LEAST_UNSERVED, 1.0 - 1.0 / (load * found))
        found = float(((unserved * waiting.retry_probability) ** again).sum())
    return found


def remembered(scenario: Scenario, weeks: float) -> float:
    """How many customers are known to the desk at once at most: the book, who joins it, and who waits for ever."""
    load = planned_load(scenario).load
    visits = weekly_visits(scenario, weeks)
    patient = any(not is_on(own, "waiting") for own in as_segments(scenario))
    undone = weeks * (1.0 - 1.0 / load) if load > 1.0 else 0.0
    backlog = (visits * undone if patient else 0.0) + REQUEST_AS_CUSTOMER * weekly_requests(scenario) * undone
    joining = sum(own.spending.conversion for own in as_segments(scenario) if own.spending and own.spending.on)
    leaves = any(is_on(own, "loyalty") for own in as_segments(scenario))
    staying = min(weeks, YEARS_STAYED * DAYS_PER_YEAR / 7) if leaves else weeks
    return scenario.demand.opening_book + backlog + min(1.0, joining) * weekly_prospects(scenario) * staying
