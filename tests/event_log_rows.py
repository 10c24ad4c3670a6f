"""What an outsider has of a replication: the scenario file as it is written, and the exported event log, row by row."""

import csv
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WEEK, YEAR = 7 * DAY, 365 * DAY
MONTH = YEAR // 12
"""In ticks of a millisecond."""
FOREVER = 1 << 62


@dataclass(frozen=True)
class Row:
    """A row of the log: when, what happened (and whether it is the end of something that lasts), to whom, and its value."""

    tick: int
    what: str
    begins: bool
    case: str
    kind: str
    segment: str
    pathway: str
    agent: str
    value: str

    @property
    def number(self) -> float:
        """Its value as a number of the row's unit."""
        return float(self.value)

    @property
    def ticks(self) -> int:
        """Its value, written in minutes, in ticks."""
        return round(self.number * MINUTE)


def rows_of(log: Path) -> Iterator[Row]:
    """The rows of an event log."""
    with log.open(encoding="utf-8", newline="") as file:
        for each in csv.DictReader(file):
            yield Row(
                round(float(each["time"]) * MINUTE), each["concept:name"], each["lifecycle:transition"] == "start",
                each["case:concept:name"], each["case:kind"], each["case:segment"], each["pathway"],
                each["org:resource"], each["value"],
            )  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """A scenario file, as TOML; what it leaves out is what the model card says."""

    tables: dict[str, Any]

    @staticmethod
    def of(file: Path) -> "Settings":
        """The settings in a file."""
        return Settings(tomllib.loads(file.read_text(encoding="utf-8")))

    def get(self, table: str, key: str, default: Any) -> Any:
        """A setting."""
        return self.tables.get(table, {}).get(key, default)

    @property
    def segments(self) -> list[dict[str, Any]]:
        """The tables of each segment."""
        return self.tables.get("segments", [])

    def own(self, segment: dict[str, Any], table: str, key: str, default: Any) -> Any:
        """A setting as the customers of a segment live by it."""
        return segment.get(table, {}).get(key, self.get(table, key, default))

    def by_name(self, name: str, table: str, key: str, default: Any) -> Any:
        """A setting as the customers of the segment of this name live by it; of a table switched off, what it is without."""
        segment = next((one for one in self.segments if one["name"] == name), {})
        return self.own(segment, table, key, default) if self.lives_by(segment, table) else default

    def lives_by(self, segment: dict[str, Any], table: str) -> bool:
        """Is a mechanism switched on for the customers of a segment?"""
        return (table in self.tables or table in segment) and self.own(segment, table, "on", True)

    def on(self, *tables: str) -> bool:
        """Is one of these mechanisms switched on, for some of the customers at least?"""
        return any(self.lives_by(segment, table) for table in tables for segment in self.segments or [{}])

    @cached_property
    def window(self) -> tuple[int, int]:
        """Its first instant, and the one after its last."""
        warmup, weeks = self.get("horizon", "warmup_weeks", 0), self.get("horizon", "weeks", 365 / 7)
        return round(warmup * WEEK), whole_ticks(weeks * WEEK)

    @property
    def looks_ahead(self) -> bool:
        """Is money counted over years: does anybody spend, and is no steady state asked for?"""
        return self.on("spending") and not self.get("horizon", "warmup_weeks", 0)

    @property
    def years_end(self) -> int:
        """The instant at which they end."""
        return whole_ticks(self.get("horizon", "years", 10.0) * YEAR)

    @property
    def length(self) -> int:
        """Of the window, in ticks."""
        return self.window[1] - self.window[0]

    def in_window(self, tick: int) -> bool:
        """Does this instant belong to the window?"""
        return self.window[0] <= tick < self.window[1]

    def within(self, start: int, end: int) -> tuple[int, int]:
        """The part of a span that lies in the window; empty, its end being its start, where there is none."""
        start = max(start, self.window[0])
        return start, max(start, min(end, self.window[1]))


def whole_ticks(ticks: float) -> int:
    """A tick that has begun is simulated to its end; what floats leave of one is none."""
    return math.ceil(ticks - 1e-3)


def ratio(above: float, below: float) -> float:
    """A share or a mean; undefined of nothing."""
    return above / below if below else float("nan")
