"""The order of day, month and year in a column: from the column as a whole, never row by row."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from servsim.errors import ServsimError

Written = tuple[int, int, int, bool]
"""Three parts of a date, and whether they were written without marks."""
ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}
"""Where year, month and day are among the parts."""
ODD_AT_MOST = 0.01
"""Share of dates that may be impossible in the order that all others have: slips of the pen."""
CENTURY = 70
"""Years of two digits from here on are of the last century."""


@lru_cache(maxsize=100_000)
def day_of(parts: tuple[int, int, int], order: str) -> int | None:
    """The number of a day, 1 January 1970 being 0; None where there is no such day."""
    year, month, day = (parts[place] for place in ORDERS[order])
    if year < 100:
        year += 1900 if year >= CENTURY else 2000
    try:
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None


def possible_orders(dates: Iterable[Written]) -> list[str]:
    """The orders in which nearly all dates are days."""
    written = list(dates)
    found = []
    for order in ORDERS:
        if wrong_width(written, order):
            continue
        impossible = sum(day_of(one[:3], order) is None for one in written)
        if impossible <= ODD_AT_MOST * len(written):
            found.append(order)
    return found


def tightest(dates: list[Written], orders: list[str]) -> list[str]:
    """The orders left once those are out in which the years are days and the days scatter over decades.

    Between day and month nothing is decided so: whoever guesses there makes twelve months of three.
    """
    spans = {order: span(dates, order) for order in orders}
    return [order for order in orders if spans[order] <= 3 * min(spans.values())
            or (order != "ymd" and "ymd" not in orders)]  # fmt: skip


def span(dates: list[Written], order: str) -> int:
    """Days from the first date to the last."""
    days = [day for one in dates if (day := day_of(one[:3], order)) is not None]
    return max(days) - min(days) + 1


def wrong_width(dates: list[Written], order: str) -> bool:
    """Does a part have more digits than a day or a month, or is a year of four digits elsewhere than it should be?"""
    year = ORDERS[order][0]
    return any(one[place] > 31 for one in dates for place in range(3) if place != year)


def order_of(dates: Iterable[Written], where: str, asked: str | None) -> str:
    """The one order of a column's dates; ServsimError where there is none, or more than one and none was asked for."""
    written = list(dates)
    orders = tightest(written, possible_orders(written))
    if asked is not None:
        if asked not in possible_orders(written):
            raise ServsimError(f"{where} has dates that are none in the order {asked}; leave --dates out to find it.")
        return asked
    if len(orders) == 1:
        return orders[0]
    if not orders:
        raise ServsimError(
            f"{where} has dates of several orders, or none that exist; all must be written in one order."
        )
    if len({tuple(day_of(one[:3], order) for one in written) for order in orders}) == 1:
        return orders[0]
    raise ServsimError(
        f"{where} has dates of which no part is above 12, or that may be read as {' or '.join(orders)}; say which with "
        f"--dates {orders[0]} or --dates {orders[1]}."
    )
