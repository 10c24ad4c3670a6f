"""Joint draws of all settings that records tell of: days drawn again, all estimated anew, and months that differ."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

import numpy as np

from servsim.records.calibration import AVAILABILITY, Availability, drawn_share
from servsim.records.estimates import MINUTE, USUAL_RETRY, Care, Settings, settings_from
from servsim.records.over_the_year import LEAST_DAYS_OF_MONTH, month_profile, months_of, relative
from servsim.records.patience import mean_of
from servsim.records.tallies import Tallies

WEEKS_FROM = 20
"""Weeks from which on whole weeks are drawn, and not days: what holds over neighbouring days then stays together.

Of fewer the spread itself is too uncertain: with ten, a simulated desk's patience was four of its own standard
deviations off, of which it was two and a half off in truth (tests/test_records_recovery.py).
"""
LEAST_MONTHS = 4
"""Months from which on it is seen how much they differ, if each has enough days."""
OF_MONTHS = {"service.core_minutes": 0.07, "demand.prospects_per_hour": 0.06, AVAILABILITY: 0.06}
"""How much months differ, as a coefficient of variation, where a log is too short to say [a bank in 1999; b]."""


SECOND = 1.0


class Purpose(StrEnum):
    """What the scenario is for: levers in the months of the log, or months to come, which differ in who comes, too."""

    SAME_MONTHS = "same-months"
    FORECAST = "forecast"


MOVES = {
    Purpose.SAME_MONTHS: ("service.core_minutes",),
    Purpose.FORECAST: ("service.core_minutes", "demand.prospects_per_hour", AVAILABILITY),
}
"""Settings that a month moves, by what the scenario is for."""


def drawn(
    tallies: Tallies, care: Care, many: int, purpose: Purpose | None, seed: int, staff: Availability | None = None
) -> dict[str, np.ndarray]:
    """(draws,) of each setting that every draw can tell: the bootstrap over weeks or days. Source: Efron (1979).

    purpose: None for the days' own chance alone, without months. staff: who was there, and what it is calibrated to;
    each draw has its own share of them.
    """
    rng = np.random.default_rng(seed)
    blocks = blocks_of(tallies)
    each: list[Settings] = []
    whole = settings_from(tallies, np.ones(len(blocks)), care)
    for _ in range(many):
        picked = np.bincount(rng.integers(0, blocks.max() + 1, blocks.max() + 1), minlength=blocks.max() + 1)
        each.append(one_draw(tallies, picked[blocks].astype(float), care, whole, staff, rng))
    keys = [key for key in each[0] if all(key in one for one in each)] if each else []
    found = {key: np.array([one[key] for one in each]) for key in keys}
    spread = month_spread(tallies)
    for key, values in unknown(tallies, found, many, rng).items():
        found[key] = values
    for key in MOVES[purpose] if purpose is not None else ():
        if key in found:
            found[key] = found[key] * np.exp(rng.normal(0.0, spread[key], many))
    return found


def one_draw(
    tallies: Tallies,
    weights: np.ndarray,
    care: Care,
    whole: Settings,
    staff: Availability | None,
    rng: np.random.Generator,
) -> dict[str, float]:
    """All settings from days that count so many times each; whole: from all of them."""
    if tallies.resolution > SECOND:
        tallies = replace(tallies, lengths=rounded_otherwise(tallies, rng))
    own = settings_from(tallies, weights, care)
    if staff is not None and staff.matched:
        own[AVAILABILITY] = drawn_share(staff, tallies, weights, whole, own)
    return own


def rounded_otherwise(tallies: Tallies, rng: np.random.Generator) -> np.ndarray:
    """Waits told in whole minutes as they may have been: nobody says whether down, up or to the nearest."""
    part = rng.uniform(-0.5, 0.5) * tallies.resolution
    found: np.ndarray = np.where(tallies.lengths > 0, tallies.lengths + part, 0.0)
    return found


RETRY, PATIENCE_MINUTES, PATIENCE_SHAPE, LEAVE_AT_ONCE = (0.0, 0.7), (6.0, 24.0), (0.7, 1.5), (0.0, 0.1)
"""Ranges of what a log may not tell, and is assumed then [c]."""


def unknown(
    tallies: Tallies, found: Mapping[str, np.ndarray], many: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """(draws,) of what the log does not tell, over all that is plausible, and of prospects, which hang on it.

    Prospects are visits less second tries. Where nobody knows how long those waited who gave up, they may have waited
    not at all or twice as long as those who were served, and up to a tenth may have left at once; patience is then the
    Weibull of each draw's shape that would have let as many give up: scale^shape = Σ wait^shape ÷ who gave up.
    """
    if not tallies.unserved.sum():
        return {}
    more: dict[str, np.ndarray] = {}
    if "waiting.retry_probability" not in found:
        retry = rng.uniform(*RETRY, many)
        share = tallies.unserved.sum() / tallies.counts.sum()
        more["waiting.retry_probability"] = retry
        all_visits = found["demand.prospects_per_hour"] / (1 - USUAL_RETRY * share)
        more["demand.prospects_per_hour"] = all_visits * (1 - retry * share)
    if "waiting.patience_shape" not in found:
        more["waiting.patience_shape"] = rng.uniform(*PATIENCE_SHAPE, many)
        more["waiting.patience_minutes"] = rng.uniform(*PATIENCE_MINUTES, many)
        if "waiting.patience_minutes" in found:
            at_once = rng.uniform(*LEAVE_AT_ONCE, many)
            more["waiting.leave_at_once_share"] = at_once
            more["waiting.patience_minutes"] = readings_of_patience(
                tallies, more["waiting.patience_shape"], at_once, rng
            )
    return more


def readings_of_patience(
    tallies: Tallies, shapes: np.ndarray, at_once: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """(draws,) mean patience in minutes of each shape and share that leaves at once, waits of who gave up unknown."""
    stayed, gone = tallies.stayed.sum(axis=0), float(tallies.unserved.sum())
    waited = gone + float(stayed[tallies.lengths > 0].sum())
    found = []
    for shape, share, times in zip(shapes, at_once, rng.uniform(0.0, 2.0, len(shapes)), strict=True):
        left = max(0.05 * gone, gone - share * waited)
        hazard = float(stayed @ (tallies.lengths / MINUTE) ** shape)
        scale = (hazard * (1 + times * left / stayed.sum()) / left) ** (1 / shape)
        found.append(mean_of(shape, scale))
    return np.array(found)


def blocks_of(tallies: Tallies) -> np.ndarray:
    """(days,) the block of each day: its week where there are enough of them, else the day itself."""
    week = (tallies.days.day + 3) // 7
    numbers = np.unique(week)
    return np.searchsorted(numbers, week) if len(numbers) >= WEEKS_FROM else np.arange(len(week))


def month_spread(tallies: Tallies) -> Mapping[str, float]:
    """How much months differ beyond chance, from the log where it has enough months, else as elsewhere."""
    names, number = np.unique(months_of(tallies.days), return_inverse=True)
    if len(names) < LEAST_MONTHS or np.bincount(number).min() < LEAST_DAYS_OF_MONTH:
        return OF_MONTHS
    services = tallies.services[:2].sum(axis=2)
    season = np.array(month_profile(tallies.days) or [1.0] * 12)[months_of(tallies.days) % 12]
    by_day = {
        "service.core_minutes": services[1] / np.maximum(1, services[0]),
        "demand.prospects_per_hour": tallies.counts.sum(axis=1) / np.maximum(season, 1e-3),
    }
    return OF_MONTHS | {key: between(relative(values, tallies.days.weekday), number) for key, values in by_day.items()}


def between(each: np.ndarray, month: np.ndarray) -> float:
    """The coefficient of variation between months of what days have, less what chance between days makes of it."""
    months = np.unique(month)
    means = np.array([each[month == one].mean() for one in months])
    noise = np.mean([each[month == one].var(ddof=1) / (month == one).sum() for one in months])
    return float(np.sqrt(max(0.0, means.var(ddof=1) - noise)))
