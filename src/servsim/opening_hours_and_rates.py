"""Opening hours, rosters and rates: what holds in each minute of a week, and what is spent in a month."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.lists_of_the_day import MINUTES_PER_DAY, Profile
from servsim.units import MINUTES_PER_WEEK

GUIDE_PLACES = 8192
"""Into how many equal parts of the profile's week the guide cuts the search for a moment."""
COUNTS_AT_HAND = 4096
"""Of so many counts of agents it is remembered how many are there in each minute."""


def open_minutes(scenario: Scenario) -> np.ndarray:
    """1 for each minute of the week in which the doors are open, else 0."""
    opened = np.zeros((7, 24 * 60), np.int16)
    for weekday in range(7):
        for start, end in scenario.opening.spans(weekday):
            opened[weekday, start:end] = 1
    return opened.ravel()


def week_rate(scenario: Scenario) -> np.ndarray:
    """Relative demand in each minute of the week, were the doors open."""
    daily = np.array(scenario.demand.weekday_profile or [1.0] * 7)
    own = scenario.demand.profile or Profile()
    return np.concatenate([daily[day] * minutes_of(own.weights(day)) for day in range(7)])


def profile_mass(scenario: Scenario, opened: np.ndarray) -> np.ndarray:
    """Λ at each minute of the week, in days of the profile's clock: from 0 to 7."""
    mass = np.concatenate([[0.0], np.cumsum(week_rate(scenario) * opened)])
    return mass * (7.0 / mass[-1])


def minutes_of(values: Sequence[float]) -> np.ndarray:
    """A list over the day, minute by minute."""
    return np.repeat(np.array(values), MINUTES_PER_DAY // len(values))


def guide_of(mass: np.ndarray) -> np.ndarray:
    """For each part of the profile's week, the last minute that begins before it, where the search for a moment starts.

    Parts are reckoned by the very product that `calendar.moment` uses, so that no rounding comes between them.
    """
    parts = (mass * (GUIDE_PLACES / 7.0)).astype(np.int64)
    return np.maximum(np.searchsorted(parts, np.arange(GUIDE_PLACES + 2)) - 1, 0)


def roster_minutes(scenario: Scenario, share: float = 1.0) -> np.ndarray:
    """Agents asked for in each minute of the week, or a share of them.

    The fractional agent of an hour, the 0.63 of 4.63, is there at its end while the roster rises and at its beginning
    otherwise, so that the part-timer's time adjoins the fuller hour; so too in half and quarter-hours.
    """
    roster, always = scenario.staff.roster, [float(scenario.staff.agents)] * 24
    days = [(roster and roster.counts(weekday)) or always for weekday in range(7)]
    days = [[count * share for count in day] for day in days]
    return agents_over(days, after=days[0][0])


def agents_over(days: list[list[float]], after: float) -> np.ndarray:
    """Agents in each minute of some days, from lists over the day; after: how many there are then."""
    counts = [count for day in days for count in day]
    lengths = [MINUTES_PER_DAY // len(day) for day in days for _ in day]
    return np.concatenate([
        agents_in(count, length, rising=following > count)
        for count, length, following in zip(counts, lengths, [*counts[1:], after], strict=True)
    ])  # fmt: skip


@lru_cache(COUNTS_AT_HAND)
def agents_in(count: float, length: int, rising: bool) -> np.ndarray:
    """Agents in each of so many minutes, of which a part of an agent is there at the end (rising) or the beginning."""
    minutes = np.full(length, math.floor(count), np.int16)
    part = round((count - math.floor(count)) * length)
    minutes[length - part :] += rising
    minutes[:part] += not rising
    minutes.setflags(write=False)
    return minutes


def paid_minutes(scenario: Scenario) -> np.ndarray:
    """Agents asked for, and paid, in each minute of the week in which the doors are open; 0 in others."""
    return roster_minutes(scenario) * open_minutes(scenario)


def staffed_minutes(scenario: Scenario) -> np.ndarray:
    """Agents who are there in each minute of the week by the roster: of those who are paid, the share available.

    Shrinkage is taken off the count of every hour, as staffing tools do, and not off single agents' days: whoever is
    away, so many are there. The part of an agent that is left is there for part of the hour, as a roster's is; the last
    of the agents is the one who comes and goes.
    """
    return roster_minutes(scenario, scenario.staff.availability) * open_minutes(scenario)


def steady_minutes(roster: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """For each minute of the week, in how many minutes the roster or the doors next change; a week if they never do."""
    changes = np.flatnonzero((roster != np.roll(roster, 1)) | (opened != np.roll(opened, 1)))
    if len(changes) == 0:
        return np.full(MINUTES_PER_WEEK, MINUTES_PER_WEEK)
    following = np.append(changes, changes[0] + MINUTES_PER_WEEK)
    minutes = np.arange(MINUTES_PER_WEEK)
    return following[np.searchsorted(changes, minutes, side="right")] - minutes


MOST_LAYERS = 16
"""Of the stream of prospects: advertising brings at most so many times as many."""
MOST_TRAINING = 200.0
"""Hours a month."""


def most_lift(scenario: Scenario) -> float:
    """Prospects as a multiple of those with the usual advertising in later years, in the month that brings most."""
    own, lifted = scenario.advertising, scenario.demand.first_year_prospects
    if own is not None and own.on:
        stock = max(1.0, monthly_advertising(scenario) / own.usual_per_month)
        lifted *= stock**own.elasticity * (1.0 + own.promise_pull * own.promised_points)
    return float(min(lifted, MOST_LAYERS))


def monthly_advertising(scenario: Scenario) -> float:
    """What is spent on advertising in a month; 0 where it is switched off."""
    own, both = scenario.advertising, scenario.budget
    if own is None or not own.on:
        return 0.0
    if both and both.on:
        return both.money_per_month * (1.0 - both.training_share)
    return own.budget_per_month


def monthly_training_hours(scenario: Scenario, agents: int) -> float:
    """Hours of training in a month for each of so many agents; 0 where it is switched off."""
    own, both = scenario.training, scenario.budget
    if own is None or not own.on:
        return 0.0
    if both and both.on:
        hour = agents * hourly_training_cost(scenario)
        return min(both.money_per_month * both.training_share / hour, MOST_TRAINING) if hour else MOST_TRAINING
    return own.hours_per_month


def hourly_training_cost(scenario: Scenario) -> float:
    """What an hour of training costs for one agent: the wage and the fee."""
    return scenario.staff.wage_per_hour + (scenario.training.fee_per_hour if scenario.training else 0.0)
