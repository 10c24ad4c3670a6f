"""The customers of the business, read from the log: who is in the book when, who is lost and who is won."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from event_log_rows import YEAR, Row, Settings, ratio


@dataclass
class Book:
    """Who is in it, and for how long. Rows of one instant may come in any order: a loss before the return it undoes."""

    settings: Settings
    opening: dict[str, str] = field(default_factory=dict)
    """The segment of each."""
    members: Counter = field(default_factory=Counter)
    """1 for who is in the book."""
    ticks: int = 0
    """In the book within the window, of all customers."""
    after_a_year: list[str] | None = None
    """Who of the opening book is in it a year after it was opened; None where the log ends before."""
    remaining: list[Row] = field(default_factory=list)

    def read(self, rows: Iterable[Row]) -> "Book":
        """All rows."""
        for row in rows:
            if self.after_a_year is None and row.tick >= YEAR:
                self.after_a_year = [case for case in self.opening if self.members[case]]
            if row.what == "member":
                self.opening[row.case] = row.segment
            if row.what in ("member", "won", "won back"):
                self.change(row, 1)
            elif row.what == "lost":
                self.change(row, -1)
            elif row.what == "remains":
                self.remaining.append(row)
        return self

    def change(self, row: Row, by: int) -> None:
        """One more, or one less, for the rest of the window."""
        self.members[row.case] += by
        start, end = self.settings.within(row.tick, self.settings.window[1])
        self.ticks += by * (end - start)

    @property
    def years(self) -> float:
        """Customer-years in the book."""
        return self.ticks / YEAR

    def retention(self, segment: str | None = None) -> float:
        """Of the opening book, or of a segment's, still in it after a year; undefined where the log does not say."""
        if self.after_a_year is None:
            return math.nan
        opened, there = (
            sum(segment in (None, self.opening[case]) for case in some) for some in (self.opening, self.after_a_year)
        )
        return ratio(there, opened)
