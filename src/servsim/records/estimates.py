"""Settings out of a log's tallies: the same for the log itself and for every draw of its days."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from servsim.records.cut_lognormal import uncut
from servsim.records.days import PER_HOUR
from servsim.records.patience import from_totals, mean_of, patience_of
from servsim.records.shrinkage import drawn_to_one
from servsim.records.tallies import HOURS, Tallies
from servsim.records.turnarounds import moments

LEAST_DAYS = 20
"""Days from which on their busyness can be told."""
LEAST_GONE = 20
"""Who gave up, from which on patience can be told."""
LEAST_KNOWN = 50
"""Known customers who gave up, from which on trying again can be told."""
USUAL_RETRY = 0.5
"""Assumed chance of trying again, where nobody knows who comes [c]."""
LEAST_WORK, MOST_VARIED = 1.0, 5.0
"""Seconds of work after a visit below which there is none; and how varied a scenario lets it be."""
MINUTE = 60.0


@dataclass(frozen=True)
class Care:
    """What the visits in a log took beyond the transaction: mean and standard deviation, in minutes."""

    mean: float = 0.0
    sd: float = 0.0


NO_CARE = Care()


def settings_from(tallies: Tallies, weights: np.ndarray, care: Care = NO_CARE) -> dict[str, float]:
    """The settings that are one number, from days that count so many times each; what cannot be told is not there."""
    found: dict[str, float] = {}
    found |= service_from(tallies, weights, care)
    found |= after_work_from(tallies, weights)
    found |= patience_from(tallies, weights)
    retry = retry_from(tallies, weights)
    if retry is not None:
        found["waiting.retry_probability"] = retry
    found["demand.prospects_per_hour"] = prospects_per_hour(tallies, weights, retry)
    if len(tallies.counts) >= LEAST_DAYS:
        found["demand.busyness_cv"] = busyness(tallies, weights)
    return found


def prospects_per_hour(tallies: Tallies, weights: np.ndarray, retry: float | None) -> float:
    """Visits in an opening hour of a usual week, less those that are second tries."""
    week, hours = usual_week(tallies, weights)
    share = float(weights @ tallies.unserved) / max(1.0, float(weights @ tallies.counts.sum(axis=1)))
    again = (USUAL_RETRY if retry is None else retry) * share
    return float(week.sum() / hours.sum()) * (1 - again)


def usual_week(tallies: Tallies, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(7, hours) visits on an average day of each weekday, from all its days where none was drawn; and hours open."""
    weekday, opened = tallies.days.weekday, tallies.days.open
    by_hour = tallies.counts.reshape(-1, HOURS, PER_HOUR).sum(axis=2)
    week = np.zeros((7, HOURS))
    for number in np.unique(weekday):
        own = weekday == number
        some = weights[own] if weights[own].sum() else np.ones(own.sum())
        week[number] = some @ by_hour[own] / some.sum()
    return week, opened.reshape(7, HOURS, PER_HOUR).mean(axis=2)


def busyness(tallies: Tallies, weights: np.ndarray) -> float:
    """The coefficient of variation of a day's factor, from how hours of a day go up and down together.

    cv² = Σ cov(h, k) / Σ λ(h) λ(k) over hours h ≠ k: chance within an hour, and what belongs to single hours, drop out.
    Pooling each hour's own variance would blame the day for both.
    """
    by_hour = tallies.counts.reshape(-1, HOURS, PER_HOUR).sum(axis=2).astype(float)
    weekday, above, below = tallies.days.weekday, 0.0, 0.0
    for number in np.unique(weekday):
        own = (weekday == number) & (weights > 0)
        w, n = weights[own], weights[own].sum()
        if own.sum() < 2:
            continue
        mean = w @ by_hour[own] / n
        off = by_hour[own] - mean
        square = np.square(off.sum(axis=1)) - np.square(off).sum(axis=1)  # over all pairs of different hours
        above += float(w @ square) * own.sum() / (own.sum() - 1)
        below += n * float(mean.sum() ** 2 - np.square(mean).sum())
    return float(np.sqrt(max(0.0, above / below))) if below else 0.0


def service_from(tallies: Tallies, weights: np.ndarray, care: Care) -> dict[str, float]:
    """Mean and variation of the transaction: the log's, less the care that is in it."""
    number, total, square = (weights @ one for one in tallies.services)
    n = number.sum()
    if n < 2:
        return {}
    factor = hour_factors(number, total, square)
    mean = float(total.sum() / n)
    within = max(0.0, float((square / factor**2).sum() / n) - mean**2)
    mean, sd = uncut(mean, float(np.sqrt(within)), tallies.cut)
    core = mean / MINUTE - care.mean
    variance = max(0.0, (sd / MINUTE) ** 2 - care.sd**2)
    return {"service.core_minutes": core, "service.core_cv": float(np.sqrt(variance)) / core if core > 0 else 0.0}


def hour_factors(number: np.ndarray, total: np.ndarray, square: np.ndarray) -> np.ndarray:
    """(hours,) how much longer services are in each hour, drawn towards 1 as far as chance explains it.

    The variance by chance of an hour's mean is that of one service ÷ their number.
    """
    n, mean = number.sum(), total.sum() / number.sum()
    some = number >= 10
    variance = max(0.0, square.sum() / n - mean**2)
    ratio = np.where(some, total / np.maximum(number, 1), mean) / mean
    factor = drawn_to_one(ratio, variance / np.maximum(number, 1) / mean**2, number * some)
    return factor / float(number @ factor / n)


def after_work_from(tallies: Tallies, weights: np.ndarray) -> dict[str, float]:
    """Work after a visit, where enough of it is told."""
    work = tallies.after
    found = moments(work.lengths, weights @ work.ended, weights @ work.cut)
    if found is None or found[0] < LEAST_WORK:
        return {}
    mean, sd = found
    variation = float(min(MOST_VARIED, sd / mean))
    return {"after_visit_work.after_visit_minutes": float(mean) / MINUTE, "after_visit_work.after_visit_cv": variation}


def patience_from(tallies: Tallies, weights: np.ndarray) -> dict[str, float]:
    """Patience, as far as those who gave up tell it."""
    gone, stayed = weights @ tallies.gone, weights @ tallies.stayed
    unknown = float(weights @ tallies.gone_unknown)
    if gone.sum() >= LEAST_GONE and unknown < gone.sum():
        shape, scale, at_once = patience_of(tallies.lengths, gone, stayed, tallies.resolution)
        return {
            "waiting.patience_minutes": mean_of(shape, scale) / MINUTE,
            "waiting.patience_shape": shape,
            "waiting.leave_at_once_share": at_once,
        }
    if unknown >= LEAST_GONE and stayed.sum() and stayed @ tallies.lengths > 0:
        mean, _, _ = from_totals(float(stayed @ tallies.lengths), float(stayed.sum()), unknown)
        return {"waiting.patience_minutes": mean / MINUTE}
    return {}


def retry_from(tallies: Tallies, weights: np.ndarray) -> float | None:
    """Share of those who gave up who are back within an hour because of it: less the same of those who were served."""
    gone, gone_back, served, served_back = tallies.back @ weights
    if gone < LEAST_KNOWN or served < LEAST_KNOWN:
        return None
    return float(np.clip(gone_back / gone - served_back / served, 0.0, 1.0))


Settings = Mapping[str, float]
"""Settings that are one number, by their keys."""
