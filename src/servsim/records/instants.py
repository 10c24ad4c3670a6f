"""Instants out of columns: clocks put on their dates and past midnight, without what stands for nothing."""

import numpy as np

from servsim.records.columns import common_value
from servsim.records.roles import Roles
from servsim.records.values import A_DAY, Values

ONE_IN_FIVE = 0.2
"""One instant in more than this share of rows is no instant, but stands for none."""
IN_TIME = ("menu_start", "arrived", "menu_end", "queue_start", "queue_end", "started", "ended")
"""The order in which things happen in a visit."""
HALF_A_DAY = A_DAY / 2


def instants(values: Values, roles: Roles, said: list[str]) -> dict[str, np.ndarray]:
    """(rows,) for each role that is an instant of a visit: seconds since 1970, NaN where it is not known."""
    found = {
        role: without_fillers(values.arrays[role].copy(), roles[role].name, said) for role in IN_TIME if role in values
    }
    for role in list(found):
        if role not in values.clocks:
            continue
        if "date" not in values:
            del found[role]
            said.append(f"{roles[role].name} is a clock, and no column has the date; it is not used.")
        else:
            found[role] += np.floor(values.arrays["date"] / A_DAY) * A_DAY
    past_midnight(found, values.clocks, said)
    return found


def without_fillers(instant: np.ndarray, name: str, said: list[str]) -> np.ndarray:
    """Instants without the one that stands for none: found in more than a fifth of all rows, or 0."""
    filler = common_value(instant, ONE_IN_FIVE)
    if filler is not None:
        share = float((instant == filler).mean())
        said.append(f"{name}: one and the same value in {share:.0%} of rows; it is taken to mean that there is none.")
        instant[instant == filler] = np.nan
    return instant


def past_midnight(found: dict[str, np.ndarray], clocks: frozenset[str], said: list[str]) -> None:
    """Move clocks that are far before what comes before them in a visit to the next day."""
    moved, before = 0, None
    for role in IN_TIME:
        if role not in found:
            continue
        instant = found[role]
        if before is not None and role in clocks:
            late = instant < before - HALF_A_DAY
            instant[late] += A_DAY
            moved += int(late.sum())
        before = instant if before is None else np.where(np.isnan(instant), before, instant)
    if moved:
        said.append(f"{moved:,} times are earlier than what comes before them; they are taken to be past midnight.")


def changed_clocks(arrived: np.ndarray) -> list[str]:
    """A warning where visits fall into the hours in which clocks may be changed: days of 23 and of 25 hours."""
    from datetime import date, timedelta

    days, hours = np.floor(arrived / A_DAY).astype(int), arrived % A_DAY / 3600
    odd = set()
    for day in np.unique(days[(hours >= 1) & (hours < 4)]).tolist():
        that = date(1970, 1, 1) + timedelta(days=day)
        if that.month in (3, 10) and that.weekday() == 6 and (that + timedelta(days=7)).month != that.month:
            odd.add(that.isoformat())
    return [
        f"{', '.join(sorted(odd))} may have had 23 or 25 hours, and there were visits at night: times are taken as the "
        "clock on the wall, so that lengths across the change are an hour off."
    ] if odd else []  # fmt: skip
