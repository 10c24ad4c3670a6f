"""Columns of a table: what kind of thing each holds, told from all its cells together and never from one alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from servsim.records.cells import DateParts, bare_number, clock, date_parts, is_missing
from servsim.records.dates import possible_orders
from servsim.records.source import Rows, Source

MOST_LABELS = 20
"""Kinds of text up to which a column is one of labels, which may be shown."""
LEAST_ROWS_OF_A_LABEL = 5
"""A label that fewer rows have may be somebody's own, and is not shown."""
MOST_DATES = 50_000
"""Different dates that are kept to find their order."""
ALIKE = 0.6
"""Share of the known cells that must be of one kind, for the column to be of it."""


SHOWN = 3
"""Rows that are named where very many are odd."""


class Kind(StrEnum):
    """What a column holds."""

    MOMENT = "date and time"
    DATE = "date"
    CLOCK = "clock"
    NUMBER = "number"
    LABEL = "label"
    TEXT = "text"
    EMPTY = "nothing"


@dataclass
class Column:
    """One column, while its table is read for the first time and after.

    many: cells by kind. labels: how many rows have each text, as long as there are few. dates: written parts. marks:
    which decimal and thousands signs numbers have. first: the largest first part of a clock. zeros, packed: cells that
    are 0, or may be dates without marks.
    """

    name: str
    place: int
    many: Counter[Kind] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    dates: set[tuple[int, int, int, bool]] = field(default_factory=set)
    offsets: set[str] = field(default_factory=set)
    marks: Counter[str] = field(default_factory=Counter)
    first: int = 0
    zeros: int = 0
    packed: int = 0

    def see(self, cell: str, many: int = 1) -> None:
        """So many more cells with one text."""
        text = cell.strip()
        if is_missing(text):
            self.many[Kind.EMPTY] += many
            return
        if len(self.labels) <= MOST_LABELS or text in self.labels:
            self.labels[text] += many
        parts = date_parts(text)
        if parts:
            self.see_date(parts, many)
        if parts and not parts.packed:
            return
        if (bare := bare_number(text)) is not None:
            self.see_number(bare, many)
        elif clock(text):
            self.many[Kind.CLOCK] += many
            self.first = max(self.first, int(text.split(":")[0]))
        elif not parts:
            self.many[Kind.TEXT] += many

    def see_date(self, parts: DateParts, many: int) -> None:
        """More dates; those without marks are numbers, too, until all are looked at."""
        if parts.packed:
            self.packed += many
        else:
            self.many[Kind.DATE if parts.seconds is None else Kind.MOMENT] += many
            self.offsets.add(parts.offset)
        if len(self.dates) < MOST_DATES:
            self.dates.add((*parts[:3], parts.packed))

    def see_number(self, bare: str, many: int) -> None:
        """More numbers."""
        self.many[Kind.NUMBER] += many
        self.zeros += 0 if bare.strip("0.,+-") else many
        self.marks[mark_of(bare)] += many

    @property
    def known(self) -> int:
        """Cells that hold something."""
        return sum(self.many.values()) - self.many[Kind.EMPTY]

    @property
    def kind(self) -> Kind:
        """What most of its cells are; zeros among dates and clocks stand for nothing."""
        counts = Counter(self.many)
        del counts[Kind.EMPTY]
        if not counts:
            return Kind.EMPTY
        if any(counts[kind] > counts[Kind.NUMBER] - self.zeros for kind in (Kind.MOMENT, Kind.DATE, Kind.CLOCK)):
            counts[Kind.NUMBER] -= self.zeros
        kind, most = counts.most_common(1)[0]
        if most < ALIKE * sum(counts.values()):
            kind = Kind.TEXT
        if kind is Kind.NUMBER and self.is_packed_dates():
            return Kind.DATE
        return Kind.LABEL if kind is Kind.TEXT and len(self.labels) <= MOST_LABELS else kind

    def is_packed_dates(self) -> bool:
        """Are its numbers dates written without marks: all of six or eight digits, and days in some order?"""
        packed = [one for one in self.dates if one[3]]
        numbers = self.many[Kind.NUMBER] - self.zeros
        return self.packed >= 0.99 * numbers > 0 and bool(possible_orders(packed))

    @property
    def decimal(self) -> str:
        """The decimal sign of its numbers: a comma only where one is shown to be."""
        return "," if self.marks["decimal comma"] > self.marks["decimal point"] else "."

    @property
    def shown_labels(self) -> list[str]:
        """The labels that may be shown, the most common first; none of a column of anything else."""
        if self.kind is not Kind.LABEL:
            return []
        return [label for label, many in self.labels.most_common() if many >= LEAST_ROWS_OF_A_LABEL]


def mark_of(bare: str) -> str:
    """Which decimal sign a number shows: none where it has no mark, or one that may be of thousands.

    1.234,5 shows a comma, 1,234.5 a point, 12,5 a comma; 1,234 shows nothing, for a comma before three digits is
    usually of thousands, and 1.234 shows a point, for a point before three digits usually is not, unless there are two.
    """
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        return "decimal comma" if bare.rfind(",") > bare.rfind(".") else "decimal point"
    if commas == 1 and len(bare) - bare.find(",") - 1 != 3:
        return "decimal comma"
    if commas == 1 and bare.lstrip("+-").startswith("0,"):
        return "decimal comma"
    if points == 1:
        return "decimal point"
    return "decimal comma" if points > 1 else "decimal point" if commas > 1 else "none"


def columns_of(source: Source) -> tuple[list[Column], int, list[int]]:
    """The columns of a table, how many rows it has, and the numbers of the first rows that do not fit its columns."""
    columns = [Column(name, place) for place, name in enumerate(source.head)]
    rows = 0
    unfit: list[int] = []
    for number, piece in numbered_pieces(source):
        fitting = [row for row in piece if row]
        if len(fitting) < len(piece) and len(unfit) < SHOWN:
            unfit += [number + place for place, row in enumerate(piece) if not row]
        kept = [row for row in fitting if any(row)]
        rows += len(kept)
        for column, cells in zip(columns, zip(*kept, strict=True), strict=False):
            for cell, many in Counter(cells).items():
                column.see(cell, many)
    return columns, rows, unfit


def numbered_pieces(source: Source) -> Iterator[tuple[int, Rows]]:
    """The pieces of a table, each with the number of its first row in the file."""
    number = source.first
    for piece in source.pieces():
        yield number, piece
        number += len(piece)


def common_value(values: np.ndarray, share: float) -> float | None:
    """The value that more than a share of the known ones have; None where there is none, or very few are known."""
    known = values[~np.isnan(values)]
    if len(known) < 20:
        return None
    found, many = np.unique(known, return_counts=True)
    return float(found[many.argmax()]) if many.max() > share * len(values) else None
