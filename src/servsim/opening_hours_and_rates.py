"""Opening hours, rosters and rates: what holds in each minute of a week, and what is spent in a month."""

import math

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.units import MINUTES_PER_WEEK

GUIDE_PLACES = 8192
"""Into how many equal parts of the profile's week the guide cuts the search for a moment."""


def open_minutes(scenario: Scenario) -> np.ndarray:
    """1 for each minute of the week in which the doors are open, else 0."""
    opened = np.zeros((7, 24 * 60), np.int16)
    for weekday in range(7):
        for start, end in scenario.opening.spans(weekday):
            opened[weekday, start:end] = 1
    return opened.ravel()


def profile_mass(scenario: Scenario, opened: np.ndarray) -> np.ndarray:
    """Λ at each minute of the week, in days of the profile's clock: from 0 to 7."""
    hourly = np.array(scenario.demand.profile or [1.0] * 24)
    daily = np.array(scenario.demand.weekday_profile or [1.0] * 7)
    rate = np.repeat(np.outer(daily, hourly).ravel(), 60) * opened
    mass = np.concatenate([[0.0], np.cumsum(rate)])
    return mass * (7.0 / mass[-1])


def guide_of(mass: np.ndarray) -> np.ndarray:
    """For each part of the profile's week, the last minute that begins before it, where the search for a moment starts.

    Parts are reckoned by the very product that `calendar.moment` uses, so that no rounding comes between them.
    """
    parts = (mass * (GUIDE_PLACES / 7.0)).astype(np.int64)
    return np.maximum(np.searchsorted(parts, np.arange(GUIDE_PLACES + 2)) - 1, 0)


def roster_minutes(scenario: Scenario, share: float = 1.0) -> np.ndarray:
    """Agents asked for in each minute of the week, or a share of them.

    The fractional agent of an hour, the 0.63 of 4.63, is there at its end while the roster rises and at its beginning
    otherwise, so that the part-timer's time adjoins the fuller hour.
    """
    counts = np.full(7 * 24, float(scenario.staff.agents))
    for weekday in range(7):
        day = scenario.staff.roster.counts(weekday) if scenario.staff.roster else None
        if day is not None:
            counts[weekday * 24 : weekday * 24 + 24] = day
    counts *= share
    minutes = np.repeat(np.floor(counts).astype(np.int16), 60).reshape(-1, 60)
    for hour, count in enumerate(counts):
        part = round((count - math.floor(count)) * 60)
        rising = counts[(hour + 1) % len(counts)] > count
        minutes[hour, 60 - part :] += rising
        minutes[hour, :part] += not rising
    return minutes.ravel()


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


def agents_of(scenario: Scenario) -> int:
    """How many agents there are: the most who are paid, or there, at once."""
    return int(max(paid_minutes(scenario).max(), staffed_minutes(scenario).max()))


def steady_minutes(roster: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """For each minute of the week, in how many minutes the roster or the doors next change; a week if they never do."""
    changes = np.flatnonzero((roster != np.roll(roster, 1)) | (opened != np.roll(opened, 1)))
    if len(changes) == 0:
        return np.full(MINUTES_PER_WEEK, MINUTES_PER_WEEK)
    following = np.append(changes, changes[0] + MINUTES_PER_WEEK)
    minutes = np.arange(MINUTES_PER_WEEK)
    return following[np.searchsorted(changes, minutes, side="right")] - minutes


def paid_hours_per_week(sheet: np.ndarray) -> float:
    """Agent hours a week that the roster asks for."""
    return float(sheet[0]["paid"].sum()) / 60


def staffed_hours_per_week(sheet: np.ndarray) -> float:
    """Agent hours a week that are there by the roster."""
    return float(sheet[0]["roster"].sum()) / 60


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
