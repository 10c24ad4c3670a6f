"""The cells of columns as arrays: instants, lengths, numbers, labels, and identities that nobody can read back."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from servsim.errors import ServsimError
from servsim.records.cells import clock, date_parts, is_missing, number
from servsim.records.columns import Column, Kind, numbered_pieces
from servsim.records.dates import day_of, order_of
from servsim.records.source import Source

A_DAY = 86_400.0
NOBODY = -1
"""Stands for an identity that is not known."""
IDENTITIES = ("customer", "agent", "case")
WORDS = ("outcome", "kind", "activity", "lifecycle")
MOMENTS = (
    "arrived", "menu_start", "menu_end", "queue_start", "queue_end", "started", "ended", "date", "shift_start",
    "shift_end",
)  # fmt: skip
"""Roles by how their cells are read; all others are lengths or numbers."""
LENGTHS = ("wait", "service", "after_work")


@dataclass
class Values:
    """The cells of the columns that have a role, by role.

    arrays: seconds since 1970 of date and time, seconds after midnight of a clock, seconds or numbers of all else, NaN
    where missing; whole numbers for identities and words, NOBODY where missing. clocks: roles that have no date of
    their own. words: what the numbers of labels stand for. unread: cells by role that are not what their column holds.
    """

    rows: int
    arrays: dict[str, np.ndarray]
    clocks: frozenset[str]
    words: dict[str, list[str]]
    unread: dict[str, int]
    said: list[str] = field(default_factory=list)

    def __contains__(self, role: str) -> bool:
        """Is there a column of this role?"""
        return role in self.arrays


Read = Callable[[str], float | int]


class Names:
    """Texts as numbers: as they come for labels, by a salted hash that is kept nowhere for identities."""

    def __init__(self, is_secret: bool) -> None:
        """No text yet."""
        self.salt = secrets.token_bytes(16) if is_secret else b""
        self.words: dict[str, int] = {}

    def read(self, cell: str) -> int:
        """The number of a text."""
        text = cell.strip()
        if is_missing(text) or not text.strip("0"):
            return NOBODY if self.salt or is_missing(text) else self.words.setdefault(text, len(self.words))
        if not self.salt:
            return self.words.setdefault(text, len(self.words))
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), key=self.salt, digest_size=8).digest()
        return int.from_bytes(digest, "big") >> 2


def values_of(source: Source, roles: Mapping[str, Column], order: str | None = None) -> Values:
    """The cells of all columns with a role. ServsimError where dates may mean two things, or times are of two zones."""
    names = {role: Names(role in IDENTITIES) for role in roles if role in (*IDENTITIES, *WORDS)}
    reads: dict[str, Read] = {
        role: names[role].read if role in names else reader(role, column, source.name, order)
        for role, column in roles.items()
    }
    parts: dict[str, list[np.ndarray]] = {role: [] for role in roles}
    unread = dict.fromkeys(roles, 0)
    for _, piece in numbered_pieces(source):
        kept = [row for row in piece if row and any(row)]
        for role, column in roles.items():
            read_piece(kept, column.place, reads[role], parts[role], unread, role, role in names)
    arrays = {role: np.concatenate(some) if some else np.empty(0) for role, some in parts.items()}
    clocks = frozenset(role for role, column in roles.items() if role in MOMENTS and column.kind is Kind.CLOCK)
    words = {role: list(own.words) for role, own in names.items() if not own.salt}
    return Values(max((len(one) for one in arrays.values()), default=0), arrays, clocks, words, unread)


def read_piece(
    rows: list[list[str]],
    place: int,
    read: Read,
    into: list[np.ndarray],
    unread: dict[str, int],
    role: str,
    whole: bool,
) -> None:
    """Read one column of some rows, each different text once."""
    cells = [row[place] for row in rows]
    known = {cell: read(cell) for cell in set(cells)}
    found = np.array([known[cell] for cell in cells], np.int64 if whole else np.float64)
    if not whole:
        unread[role] += sum(
            not is_missing(cells[at]) and cells[at].strip() != "0" for at in np.flatnonzero(np.isnan(found)).tolist()
        )
    into.append(found)


def reader(role: str, column: Column, table: str, order: str | None) -> Read:
    """How a column's cells are read."""
    if role in MOMENTS:
        return moment_reader(column, table, order)
    if column.kind is Kind.CLOCK:
        return length_reader(column)
    return number_reader(column, unit_of(column) if role in LENGTHS else 1.0)


def moment_reader(column: Column, table: str, asked: str | None) -> Read:
    """Dates, with or without time, as seconds since 1970; clocks as seconds after midnight."""
    if len(column.offsets - {"Z", "+00:00", "+0000"}) + bool(column.offsets & {"Z", "+00:00", "+0000"}) > 1:
        raise ServsimError(
            f"{table}, column {column.name} has times of several zones; all must be in one, "
            "that of the desk's own clock."
        )
    if column.kind is Kind.CLOCK:
        return lambda cell: found[0] if (found := clock(cell)) else np.nan
    found_order = order_of(column.dates, f"{table}, column {column.name}", asked)

    def read(cell: str) -> float:
        parts = date_parts(cell)
        day = None if parts is None else day_of(parts[:3], found_order)
        return np.nan if parts is None or day is None else day * A_DAY + (parts.seconds or 0.0)

    return read


def number_reader(column: Column, factor: float) -> Read:
    """Numbers times a factor."""
    decimal = column.decimal
    return lambda cell: np.nan if is_missing(cell) else number(cell, decimal) * factor


UNITS = (
    (("hour", "hours", "hrs", "h", "stunden", "horas"), 3600.0), (("ms", "millis", "milliseconds"), 0.001),
    (("min", "mins", "minute", "minutes", "minuten", "minutos"), 60.0), (("days", "tage", "dias"), A_DAY),
)  # fmt: skip
"""Words in a column's name, and how many seconds each unit has; without one it is seconds."""


def unit_of(column: Column) -> float:
    """Seconds in the unit of a column's numbers, by its name."""
    from servsim.records.roles import plain

    words = plain(column.name).split()
    return next((seconds for names, seconds in UNITS if any(name in words for name in names)), 1.0)


def length_reader(column: Column) -> Read:
    """Lengths as h:mm:ss, or as mm:ss where a first part is above 23 or a fraction follows, in seconds."""
    is_minutes = column.first > 23 or any("." in label for label in column.labels)

    def read(cell: str) -> float:
        found = clock(cell)
        return np.nan if found is None else found[1] if is_minutes else found[0]

    return read
