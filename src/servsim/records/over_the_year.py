"""What moves over months and years: a season where records have a year of it, and a trend, which no scenario has."""

from datetime import date, timedelta

import numpy as np

from servsim.records.days import Days, date_at
from servsim.records.shrinkage import drawn_to_one

LEAST_DAYS_OF_MONTH = 10
LEAST_WEEKS = 8
SURE, LIKELY = 0.9995, 0.975
"""Quantiles of chance beyond which a trend is spoken of, and between which its range lies."""
A_WEEK, WEEKS_A_YEAR = 7, 365.25 / 7


def relative(totals: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """(days,) totals, each over the mean of its weekday."""
    usual = np.array([totals[weekday == day].mean() if (weekday == day).any() else 1.0 for day in range(7)])
    found: np.ndarray = totals / usual[weekday]
    return found


def months_of(days: Days) -> np.ndarray:
    """(days,) months since 1970."""
    return days.day.astype("datetime64[D]").astype("datetime64[M]").astype(int)


def month_profile(days: Days) -> list[float] | None:
    """Visits in January to December beside each other, as far as chance between days does not explain it.

    None where a month has fewer than LEAST_DAYS_OF_MONTH days, or where months do not differ. A year's trend is in it.
    """
    month, each = months_of(days) % 12, relative(days.counts.sum(axis=1).astype(float), days.weekday)
    number = np.bincount(month, minlength=12)
    if number.min() < LEAST_DAYS_OF_MONTH:
        return None
    mean = np.bincount(month, each, 12) / number
    within = float(np.square(each - mean[month]).sum() / (len(each) - 12))
    factor = drawn_to_one(mean, within / number, number.astype(float))
    return None if (factor == 1).all() else [round(float(one), 3) for one in factor]


def trend(days: Days) -> tuple[float, float, float] | None:
    """(growth a year, its 95 % ends) of visits, by a line through the logarithms of weeks; None where it is unsure.

    Weeks are taken to vary by chance around the line: Student's t.
    """
    from scipy.special import stdtrit

    week = days.day // A_WEEK
    numbers, place = np.unique(week, return_inverse=True)
    each = relative(days.counts.sum(axis=1).astype(float), days.weekday)
    mean = np.bincount(place, each) / np.bincount(place)
    if len(numbers) < LEAST_WEEKS or not (mean > 0).all():
        return None
    when, height = (numbers - numbers.mean()) / WEEKS_A_YEAR, np.log(mean)
    slope = float(when @ height / (when @ when))
    rest = height - height.mean() - slope * when
    error = float(np.sqrt(rest @ rest / (len(numbers) - 2) / (when @ when)))
    sure, likely = stdtrit(len(numbers) - 2, (SURE, LIKELY)) * error
    if abs(slope) <= sure:
        return None
    low, high = slope - likely, slope + likely
    return float(np.expm1(slope)), float(np.expm1(low)), float(np.expm1(high))


def trend_sentence(days: Days) -> list[str]:
    """What an owner must know of a trend; nothing where there is none to speak of."""
    found = trend(days)
    if found is None:
        return []
    growth, low, high = found
    return [
        f"Visits went {'up' if growth > 0 else 'down'} at a rate of {abs(growth):.0%} a year (95 %: {low:+.0%} to "
        f"{high:+.0%}) within these records; the scenario has their mean, and no trend."
    ]


def monday_after(days: Days) -> date:
    """The date on which the scenario begins: the first Monday after the records."""
    last = date_at(int(days.day[-1]))
    return last + timedelta(days=A_WEEK - last.weekday())
