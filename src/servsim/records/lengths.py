"""How long visits waited and were served: by their own times before a column of lengths says so, in seconds."""

import numpy as np

from servsim.records.outcomes import GAVE_UP, SERVED
from servsim.records.roles import Roles
from servsim.records.values import A_DAY, Values

CLOCKS_APART = 5.0
"""Seconds by which two clocks in one table may differ; a wait below 0 by no more is none."""
CLOCKS_SHARE = 0.001
"""Share of rows in which they must differ, to be spoken of."""
LONGEST_HOUR, TIMES_MEDIAN = 3600.0, 20.0
"""What is longer than an hour and than so many medians is no service but a forgotten call, and is cut to that."""
APART, APART_SHARE = 60.0, 0.05
"""A column of lengths disagrees with its own two times where it is off by so many seconds in such a share of rows."""


def waits(
    values: Values, times: dict[str, np.ndarray], roles: Roles, arrived: np.ndarray, fate: np.ndarray, said: list[str]
) -> np.ndarray:
    """How long each visit waited: by its own two times before a column of lengths says so."""
    unknown = np.full(values.rows, np.nan)
    ends = times.get("queue_end", unknown)
    started, left = times.get("started", unknown), times.get("ended", unknown)
    served = fate == SERVED
    until = np.where(served, np.where(np.isnan(started), ends, started), np.where(np.isnan(ends), left, ends))
    if "queue_end" in times and "started" in times:
        two_clocks(started[served] - ends[served], roles, said)
    by_times = until - arrived
    by_times = np.where((by_times < 0) & (by_times >= -CLOCKS_APART), 0.0, by_times)
    if "wait" not in values:
        return by_times
    ended = served | (fate == GAVE_UP)
    return checked_lengths(by_times, values.arrays["wait"], roles["wait"].name, "wait", ended, said)


def two_clocks(apart: np.ndarray, roles: Roles, said: list[str]) -> None:
    """Say where the end of the wait and the start of service, which are one, are not written as one."""
    known = apart[~np.isnan(apart)]
    if known.size and (known != 0).mean() > CLOCKS_SHARE:
        end, start = roles["queue_end"].name, roles["started"].name
        said.append(
            f"{end} and {start} are two clocks, {np.median(np.abs(known[known != 0])):.0f} s apart in "
            f"{(known != 0).mean():.0%} of rows; {start} is used."
        )


def services(
    values: Values, times: dict[str, np.ndarray], roles: Roles, fate: np.ndarray, said: list[str]
) -> np.ndarray:
    """How long each served visit was served; 0 is not known."""
    unknown = np.full(values.rows, np.nan)
    by_times = times.get("ended", unknown) - times.get("started", unknown)
    if "service" in values:
        by_times = checked_lengths(
            by_times, values.arrays["service"], roles["service"].name, "service", fate == SERVED, said
        )
    return np.where((fate == SERVED) & (by_times > 0), by_times, np.nan)


def checked_lengths(
    by_times: np.ndarray, written: np.ndarray, name: str, what: str, some: np.ndarray, said: list[str]
) -> np.ndarray:
    """Lengths by two times where both are known, else as written; said where the two disagree."""
    both = some & ~np.isnan(by_times) & ~np.isnan(written)
    if both.sum() >= 20:
        written, unit = in_seconds(written, by_times, both)
        if unit:
            said.append(f"{name} is in {unit}, by the times beside it.")
        apart = float((np.abs(by_times - written)[both] > APART).mean())
        if apart > APART_SHARE:
            said.append(f"{name} disagrees with its own two times in {apart:.0%} of rows; the times are used.")
    elif (known := written[~np.isnan(written)]).size and known.max() < 1 and (known % 1 > 0).mean() > 0.5:
        written = written * A_DAY
        said.append(f"{name} is all below 1; it is taken to be the {what} in parts of a day.")
    return np.where(np.isnan(by_times), written, by_times)


UNITS = {1.0: "", 60.0: "minutes", 3600.0: "hours", A_DAY: "parts of a day", 0.001: "milliseconds"}


def in_seconds(written: np.ndarray, by_times: np.ndarray, both: np.ndarray) -> tuple[np.ndarray, str]:
    """Written lengths in seconds, and their unit where it is another: that in which most agree with their times."""
    long = both & (by_times > 30)  # of shorter ones rounding makes any unit fit
    if not long.any():
        return written, ""
    agree = {
        factor: float((np.abs(by_times - written * factor)[long] < 0.1 * by_times[long]).mean()) for factor in UNITS
    }
    best = max(agree, key=lambda factor: (round(agree[factor], 2), factor == 1.0))
    if best == 1.0 or agree[best] < 0.5:
        return written, ""
    return written * best, UNITS[best]


def longest(known: np.ndarray) -> float:
    """Seconds beyond which no service is believed; the same before and after they are cut, for that moves no median."""
    return max(LONGEST_HOUR, TIMES_MEDIAN * float(np.median(known)))


def without_outliers(service: np.ndarray, said: list[str]) -> np.ndarray:
    """Services cut to the longest that can be one; said: how many, and what they were."""
    known = service[~np.isnan(service)]
    if not known.size:
        return service
    most = longest(known)
    long = known[known > most]
    if long.size:
        said.append(
            f"{long.size:,} of {known.size:,} services are longer than {most / 60:,.0f} min, the longest "
            f"{long.max() / 60:,.0f} min; they are counted as {most / 60:,.0f} min."
        )
    return np.where(service > most, most, service)
