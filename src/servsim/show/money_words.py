"""Money in words: what value and today's money are, how revenue becomes profit, what chance does to a single year."""

import numpy as np

from servsim.engine_parameters import is_on
from servsim.scenario.scenario import Scenario
from servsim.show.formatting import plain, window_words, years_words
from servsim.show.metric_words import called
from servsim.study.run import Run

TWENTY = 20
"""Replications of which it can be said what 1 in 20 is."""


def discounted(scenario: Scenario) -> str:
    """What makes later money today's."""
    return f"at today's prices, later years discounted by {100 * scenario.money.discount_rate:g} % a year"


def todays_money(scenario: Scenario) -> str:
    """What today's money is."""
    return f"Today's money: {discounted(scenario)}"


def value_words(scenario: Scenario, replications: str) -> str:
    """What the money over the years is, and why another command may show a slightly other value of the same desk."""
    return (
        f"value: the profit of {years_words(scenario)} in today's money ({discounted(scenario)}), all costs paid; the "
        f"average of {replications} replications. Other commands average over others, so theirs may differ a little."
    )


def money_lines(run: Run) -> list[str]:
    """How a run's money hangs together, and what chance does to it; nothing where nothing is sold."""
    scenario = run.scenario
    if not is_on(scenario, "spending") or not len(run.metrics):
        return []
    ahead = [cash_words(scenario), value_words(scenario, f"{len(run.metrics)}")] if len(run.months[0]) else []
    return [adds_up(run), *ahead, risk_line(run)]


def adds_up(run: Run) -> str:
    """How revenue becomes profit: goods are what lies between them beside costs."""
    revenue, costs, profit = (run[name].mean for name in ("revenue", "costs", "profit"))
    return (
        f"Revenue {plain(revenue)} − goods {plain(revenue - costs - profit)} (revenue without money.margin) − costs "
        f"{plain(costs)} = profit {plain(profit)} {run.scenario.money.currency} a year."
    )


def cash_words(scenario: Scenario) -> str:
    """What the window's profit in today's money is, beside its profit."""
    return f"{called('cash')}: the profit of {window_words(scenario).removeprefix('in ')}, discounted as value is."


def risk_line(run: Run) -> str:
    """What chance makes of a single year, apart from doubt about the mean; of few replications, their ends."""
    tails, told = len(run.metrics) >= TWENTY, []
    for name in ("revenue", "profit"):
        low, middle, high = run.risk(name)
        if not tails:
            low, high = (float(end(run.sample(name))) for end in (np.min, np.max))
        told.append(f"{name} {plain(low)} to {plain(high)}, {plain(middle)} in the middle")
    which = "1 in 20 is below, 1 in 20 above" if tails else f"the lowest and the highest of {len(run.metrics)}"
    return f"Single replications, as chance has it: {'; '.join(told)} ({which})."
