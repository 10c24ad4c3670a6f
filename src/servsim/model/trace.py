"""The trace: everything that happened, one row each, in an order that no engine can influence."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from servsim.errors import ServsimError
from servsim.units import WEEK

COLUMNS = ("tick", "happening", "who", "agent", "value")
"""When, what (event_codes.Happening), which customer or −1, which agent or −1, and what `event_codes` says it means."""

Engine = Literal["reference", "fast"]
"""Who tells a trace: the SimPy story, or the compiled loop."""
Row = tuple[int, int, int, int, int]


ROWS_AT_ONCE = 40_000_000
"""Rows of a piece of a trace at most: with what is made of them, three gigabytes."""


class TooMuchError(ServsimError):
    """More happens in a piece of a trace than memory holds."""


def insist_fits(rows: int, now: int) -> None:
    """TooMuchError where a piece of a trace has more rows than memory holds."""
    if rows > ROWS_AT_ONCE:
        raise TooMuchError(
            f"stopped in week {now // WEEK + 1}: more than {ROWS_AT_ONCE:,} things happened in a few weeks, which is "
            "more than memory holds. Lower what happens most often: demand.prospects_per_hour, demand.opening_book, "
            "waiting.retry_limit, internal.requests_per_hour, or the lapses of attention (longer "
            "staff.attentive_minutes)."
        )


def canonical(rows: list[Row] | np.ndarray) -> np.ndarray:
    """Rows as an (n, 5) int64 array, sorted by all columns from left to right."""
    table = np.array(rows, np.int64).reshape(-1, len(COLUMNS))
    return table[np.lexsort(table.T[::-1])]


@dataclass(frozen=True)
class Trace:
    """A world's happenings in canonical order: (n, 5) int64, columns as in COLUMNS."""

    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and np.array_equal(self.rows, other.rows)

    __hash__ = None  # type: ignore[assignment]

    def column(self, name: str) -> np.ndarray:
        """One column by its name."""
        return self.rows[:, COLUMNS.index(name)]

    def of(self, happening: int) -> np.ndarray:
        """The rows of one happening."""
        return self.rows[self.column("happening") == happening]

    def digest(self) -> str:
        """A fingerprint of every row."""
        return hashlib.sha256(np.ascontiguousarray(self.rows).tobytes()).hexdigest()[:16]


def stocks_of(sheet: np.ndarray) -> list[int]:
    """The instants at which stock is taken of who is in the book: the end of the window, and the end."""
    return sorted({min(int(sheet[0]["window"]), int(sheet[0]["end"])), int(sheet[0]["end"])})


def stops_of(sheet: np.ndarray, length: int) -> list[int]:
    """The instants up to which a world is told in pieces of so many ticks: shorter where stock is taken."""
    stocks = stocks_of(sheet)
    return sorted({*range(length, stocks[-1], length), *stocks})


def first_difference(a: Trace, b: Trace) -> str:
    """Where two traces part, for a person to read; empty where they are equal."""
    for number, (left, right) in enumerate(zip(a.rows.tolist(), b.rows.tolist(), strict=False)):
        if left != right:
            return f"row {number}: {left} against {right}"
    return "" if len(a) == len(b) else f"{len(a)} rows against {len(b)}"
