"""Tables that fit 80 columns, and stand below each other in narrower terminals, no number cut."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table

from servsim.scenario.messages import field_at
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.base import declared
from servsim.show.evaluation_advice import LEVERS
from servsim.show.formatting import (
    cell_text,
    compact,
    is_share,
    level,
    rate_words,
    short,
    signed,
    unit_words,
    window_words,
    years_words,
)
from servsim.show.metric_words import by_heading, called
from servsim.study.intervals_and_tables import Interval
from servsim.study.metrics import NAMES
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.run import Run

LEAST = 12
"""Room without which words that may fold are not readable."""


class Stacked(Table):
    """A table that, where the terminal is too narrow, is several below each other; each has the first column."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table as a whole if its numbers fit, else its parts."""
        room = options.max_width
        if sum(map(least, self.columns)) + self.gap * (len(self.columns) - 1) <= room:
            yield from super().__rich_console__(console, options)
            return
        for number, part in enumerate(self.parts(room)):
            if number:
                yield ""
            yield from part.__rich_console__(console, options)

    @property
    def gap(self) -> int:
        """Between two columns: the padding of the left one, and a line."""
        return self.padding[1] + 1

    def parts(self, room: int) -> Iterator[Table]:
        """The table in parts that fit; only the first has the title."""
        first, *others = self.columns
        name = min(least(first), max(1, room - self.gap - max(map(least, others), default=0)))
        for number, some in enumerate(groups(others, room - name, self.gap)):
            yield self.part([first, *some], name, "" if number else self.title)

    def part(self, columns: Sequence[Column], name: int, title: object) -> Table:
        """Some columns as a table of their own, the first of which has so much room for names."""
        table = Table(
            title=str(title) or None, box=self.box, title_justify=self.title_justify, show_edge=self.show_edge,
            pad_edge=self.pad_edge, padding=self.padding,
        )  # fmt: skip
        for number, column in enumerate(columns):
            table.add_column(
                column.header, justify=column.justify, overflow="fold", max_width=column.max_width if number else name
            )
        for row, cells in zip(self.rows, zip(*(column.cells for column in columns), strict=True), strict=True):
            table.add_row(*cells, style=row.style, end_section=row.end_section)
        return table


def groups(columns: Sequence[Column], room: int, gap: int) -> list[list[Column]]:
    """Columns in as few groups as fit beside the names, in their order."""
    found: list[list[Column]] = [[]]
    left = room
    for column in columns:
        if found[-1] and left < gap + least(column):
            found.append([])
            left = room
        found[-1].append(column)
        left -= gap + least(column)
    return found


def least(column: Column) -> int:
    """The room that a column needs: all of what is not to fold, some of what may."""
    lines = [line for text in (column.header, *column.cells) for line in str(text).split("\n")]
    widest = max(map(cell_len, lines))
    return widest if column.no_wrap else min(widest, LEAST)


RETENTIONS = {"retention": "today's book", "retention_rate": "whole book"}
"""Of whom there is which yearly retention."""
WHICH_RETENTION = (
    "retention: the share of today's book that is still in it after a year; retention_rate: the share of all in "
    "the book, newcomers too, that stays for a year."
)
"""What tells the two apart."""
DIFFERS = " *"
"""After the name of a metric of which A and B are shown to differ."""


def blank_table(title: str, *columns: str) -> Table:
    """A table whose first column is words and whose others are numbers."""
    table = Stacked(
        title=title, box=SIMPLE_HEAD, title_justify="left", show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def span(interval: Interval, metric: str) -> str:
    """An interval's ends."""
    if interval.low == interval.high:
        return "–"
    return f"{cell_text(interval.low, metric)} … {cell_text(interval.high, metric)}"


HOW_TO_NAME = "--names shows the metrics by the names that --json, --csv and options have."
"""How the name of a metric is found."""


def rows_under_headings(table: Table, rows: dict[str, tuple[str, ...]], styles: dict[str, str | None]) -> None:
    """Put rows, by the names of their metrics, into a table in words, under headings."""
    for heading, names in by_heading(tuple(rows)):
        table.add_row(heading, style="bold")
        for name in names:
            first, *others = rows[name]
            table.add_row(
                f"  {called(name)}{DIFFERS if first.endswith(DIFFERS) else ''}", *others, style=styles.get(name)
            )


def unit_in_a_row(name: str, unit: str, scenario: Scenario) -> str:
    """A metric's unit at the end of its row; of whom a retention is, and of how many years the value."""
    words = RETENTIONS.get(name) or unit_words(unit, name)
    return f"{words}, {years_words(scenario)}" if name == VALUE else words


def run_table(run: Run, names: bool = True) -> Table:
    """Every metric that is defined and not nought in every replication, with its interval; by name, or in words."""
    title = f"{run.scenario.title}: {window_words(run.scenario)}"
    table = blank_table(title, "metric", "mean", f"{100 * run.confidence:.0f} % interval", "unit")
    table.columns[3].justify = "left"
    rows: dict[str, tuple[str, ...]] = {}
    for name in run.names:
        interval = run[name]
        if run.sample(name).any() and interval.mean == interval.mean:
            unit = unit_in_a_row(name, interval.unit, run.scenario)
            rows[name] = (name, cell_text(interval.mean, name), span(interval, name), unit)
    if not names:
        table.columns[0].header = ""
        rows_under_headings(table, rows, {})
        return table
    for row in rows.values():
        table.add_row(*row)
    return table


def run_lines(run: Run, names: bool = True) -> list[str]:
    """In how many replications, how intervals are made, and what ended the run."""
    how = ", narrowed by control variates" if run.is_controlled else ""
    lines = [f"{len(run.metrics)} simulated replications, seed {run.seed}; intervals are of the mean{how}."]
    known = ", ".join(f"{name} to {100 * run.known_to(name):.2g} %" for name in run.precision)
    if run.stopped == "precision":
        lines.append(f"Stopped as precise as asked: {known}.")
    elif run.stopped == "budget":
        asked = ", ".join(f"{name} to {100 * share:.2g} %" for name, share in run.precision.items())
        lines.append(f"Stopped at the budget of replications: known are {known}; asked for was {asked}.")
    return lines + (retention_lines(run.metrics) if names else [HOW_TO_NAME])


def retention_lines(metrics: np.ndarray) -> list[str]:
    """What tells the two retentions apart, where both are known in (…, metrics) metrics."""
    known = all(np.isfinite(metrics[..., NAMES.index(name)]).any() for name in RETENTIONS)
    return [WHICH_RETENTION] if known else []


LEVEL_COLUMNS = (
    ("unserved", "unserved_share"),
    ("wait", "wait_mean"),
    ("satisf.", "satisfaction_mean"),
    ("retention", "retention"),
)
"""Beside the objective, what a level does to waiting and to customers."""


def level_table(e: Evaluation) -> Table:
    """One line for each level, with today's, the best, and those not shown worse marked."""
    columns = [(head, name) for head, name in LEVEL_COLUMNS if e.objective != name and e.is_known(name)]
    unit = unit_words(e.unit(e.objective), e.objective)
    change = "" if is_share(e.objective) else unit
    years, blank = (f"{years_in_digits(e)}\n", "\n") if e.objective == VALUE else ("", "")
    heads = (
        ("level", declared(field_at(tuple(e.lever.split("."))), "unit")),
        *((head, unit_words(e.unit(name), name)) for head, name in columns),
        (e.objective, f"{years}{unit}"), ("vs today", f"{blank}{change}"), ("±", f"{blank}{change}"),
    )  # fmt: skip
    table = blank_table(f"{e.scenario.title}: {lever_name(e)}", *with_units_below(*heads))
    for value in e.levels:
        cells = [cell_text(e.at(value, name).mean, name) for _, name in columns]
        table.add_row(
            f"{level(value):<4} {mark(e, value)}", *cells, *objective_cells(e, value),
            style="bold" if value == e.best else None,
        )  # fmt: skip
    return table


def lever_name(e: Evaluation) -> str:
    """What the levels are levels of: in words where there are some, else the setting's key."""
    return LEVERS[e.lever][1] if e.lever in LEVERS else e.lever


def years_in_digits(e: Evaluation) -> str:
    """How many years of money `value` adds up, for a narrow column."""
    years = e.scenario.horizon.years
    return f"{level(years)} {'year' if years == 1 else 'years'}"


def with_units_below(*heads: tuple[str, str]) -> list[str]:
    """Heads of columns with their units in short lines below, such as CAD and a year; all of equally many lines."""
    return with_lines_below(*("\n".join([head, in_short_lines(unit)]) for head, unit in heads))


def in_short_lines(unit: str) -> str:
    """A unit with the time in which something comes on a line of its own."""
    return rate_words(unit).replace(" a ", "\na ").replace("/", "\n/")


def with_lines_below(*heads: str) -> list[str]:
    """Heads of columns, all of equally many lines."""
    most = max(head.count("\n") for head in heads)
    return [head + "\n" * (most - head.count("\n")) for head in heads]


def objective_cells(e: Evaluation, value: float) -> tuple[str, str, str]:
    """The objective at a level, its difference from today's, and half the width of that interval."""
    unit, change = e.unit(e.objective), e.difference(value, e.today)
    mean = compact(e.at(value, e.objective).mean, e.objective, unit)
    if value == e.today:
        return mean, "", ""
    gap, half = change.mean, change.half
    if is_share(e.objective):
        return mean, signed(gap, e.objective), unsigned(half, e.objective)
    return mean, ("+" if gap > 0 else "") + compact(gap, e.objective, unit), compact(half, e.objective, unit)


LITTLE = 0.005
"""Amounts below half of a hundredth are nothing."""


def money(gap: Interval) -> str:
    """A difference in money with its sign; nothing where there is none."""
    if not is_something(gap):
        return ""
    return ("+" if gap.mean > 0 else "") + short(gap.mean)


def with_width(gap: Interval) -> tuple[str, str]:
    """A difference in money, and half the width of its interval."""
    half = gap.half
    return money(gap), short(half) if half > LITTLE else ""


def is_something(gap: Interval) -> bool:
    """Is this difference more than nothing?"""
    return abs(gap.mean) > LITTLE


def unsigned(half: float, metric: str) -> str:
    """Half the width of an interval."""
    return signed(half, metric).lstrip("+")


def mark(e: Evaluation, value: float) -> str:
    """How a level stands: best, not shown worse, breaking a constraint, today's."""
    if e.replications < 2:
        return "today" if value == e.today else ""
    broken = e.breaks[e.levels.index(value)]
    signs = "best" if value == e.best else "~" if value in e.not_worse else "!" if broken else ""
    return " ".join(part for part in (signs, "today" if value == e.today else "") if part)
