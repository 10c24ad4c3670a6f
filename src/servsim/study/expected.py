"""What to expect of a week before it is simulated."""

from servsim.model.kernel import readable
from servsim.model.rules.recovery import brought_back_probability
from servsim.scenario.scenario import Scenario, as_segments
from servsim.sheet import open_minutes, to_sheet

SHORTEST_DAYS = 1 / 24
"""Days from a mistake to the extra visit, below which no estimate distinguishes."""


def weekly_visits(scenario: Scenario) -> float:
    """Visits a week to reckon with: prospects, returns of the opening book, and extra visits to put mistakes right."""
    demand = scenario.demand
    prospects = demand.prospects_per_hour * open_minutes(scenario).sum() / 60
    per_customer = 7 * (1 + demand.gap_between_cv**2) / demand.visit_gap_days
    return float((prospects + demand.opening_book * per_customer) * extra_visits(scenario))


def extra_visits(scenario: Scenario) -> float:
    """Visits that a visit leads to, itself included: 1 / (1 − P(brought back)) in the worst segment."""
    if not any(own.mistakes and own.mistakes.on for own in as_segments(scenario)):
        return 1.0
    sheet = readable(to_sheet(scenario))
    brought_back = max(float(brought_back_probability(sheet, segment)) for segment in range(len(sheet)))
    days = min(max(own.mistakes.light_days, SHORTEST_DAYS) for own in as_segments(scenario) if own.mistakes)
    most = 1.0 + scenario.horizon.weeks * 7 / days
    return most if brought_back >= 1.0 else min(most, 1.0 / (1.0 - brought_back))
