"""Records, read: every table recognised, what it says as visits and shifts, and a sentence for each decision."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from servsim.errors import ServsimError
from servsim.records.columns import SHOWN, Column, columns_of
from servsim.records.happenings import as_visit_rows
from servsim.records.made_up import signs
from servsim.records.roles import BY_KEY, Roles, roles_of
from servsim.records.shapes import Shape, refuse_later, shape_of
from servsim.records.source import Source, source_of
from servsim.records.values import MOMENTS, Values, values_of
from servsim.records.visits import Visits, visits_of

ORDERS = ("dmy", "mdy", "ymd")


@dataclass(frozen=True)
class Recognised:
    """One table: how messages call it, what a row of it is, how many it has, and what its columns are for."""

    name: str
    shape: Shape
    rows: int
    columns: tuple[tuple[str, str], ...]
    """(column, what it is for)."""


@dataclass(frozen=True, eq=False)
class Shifts:
    """Who was there: hashes of agents, and from when until when, in seconds since 1970."""

    agent: np.ndarray
    start: np.ndarray
    end: np.ndarray


@dataclass(frozen=True, eq=False)
class Records:
    """All that was read. said: a sentence for each thing that was decided or left out."""

    visits: Visits
    tables: tuple[Recognised, ...]
    said: tuple[str, ...]
    shifts: Shifts | None = None
    signs_of_making: tuple[str, ...] = ()
    """Why it looks as if a program had made these records; empty where it does not."""


@dataclass
class Found:
    """Records while table after table is read."""

    visits: list[Visits] = field(default_factory=list)
    shifts: list[Shifts] = field(default_factory=list)
    tables: list[Recognised] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def read_records(files: Sequence[Any], columns: Mapping[str, str] | None = None, dates: str | None = None) -> Records:
    """Records out of files or DataFrames.

    columns: names of columns by role, where they are not recognised. dates: dmy, mdy or ymd where no date tells.
    Raises ServsimError where a table cannot be read, is of a kind that cannot be used, or no table has visits.
    """
    if dates is not None and dates not in ORDERS:
        raise ServsimError(f"--dates is {dates}; it must be one of {', '.join(ORDERS)}.")
    found = Found()
    for file in files:
        read_table(source_of(file), columns or {}, dates, found)
    if not found.visits:
        raise ServsimError("none of these files has a row for each visit; servsim fit needs one that has.")
    if len(found.visits) > 1:
        raise ServsimError("more than one of these files has visits; put them into one file, or fit one of them.")
    visits = found.visits[0]
    made = signs(visits)
    if made:
        found.said.append(f"this looks generated: {'; '.join(made)}. Patience cannot be had from it.")
    shifts = found.shifts[0] if found.shifts else None
    return Records(visits, tuple(found.tables), tuple(found.said), shifts, tuple(made))


def read_table(source: Source, asked: Mapping[str, str], dates: str | None, found: Found) -> None:
    """Read one table into what was found."""
    columns, rows, unfit = columns_of(source)
    if not rows:
        raise ServsimError(f"{source.name} has a line of names but no rows; it must have a row for each visit.")
    roles = used_roles(roles_of(columns, asked, source.name))
    shape = shape_of(roles, source)
    found.said += source.said
    if unfit:
        shown = ", ".join(map(str, unfit[:SHOWN])) + (" and more" if len(unfit) > SHOWN else "")
        found.said.append(f"{source.name}: rows {shown} "
                          f"have more cells than there are columns; they are left out.")  # fmt: skip
    refuse_later(shape, roles, source)
    found.tables.append(recognised(source.name, shape, rows, roles))
    values = values_of(source, roles, dates)
    found.said += unread(values, roles, source.name)
    if shape is Shape.SHIFTS:
        found.shifts.append(shifts_of(values))
        return
    if shape is Shape.HAPPENINGS:
        values, roles = as_visit_rows(values, roles, source.name, found.said)
    found.visits.append(visits_of(values, roles, source.name, found.said))


def used_roles(roles: Roles) -> Roles:
    """Roles without a date that no clock needs, for every time has its own."""
    from servsim.records.columns import Kind

    times = [column for role, column in roles.items() if role in MOMENTS and role != "date"]
    if any(column.kind is Kind.MOMENT for column in times) and not any(column.kind is Kind.CLOCK for column in times):
        return {role: column for role, column in roles.items() if role != "date"}
    return roles


def recognised(name: str, shape: Shape, rows: int, roles: Roles) -> Recognised:
    """A table with what was made of it."""
    order: list[tuple[str, Column]] = sorted(roles.items(), key=lambda pair: pair[1].place)
    return Recognised(name, shape, rows, tuple((column.name, BY_KEY[role].meaning) for role, column in order))


def unread(values: Values, roles: Roles, table: str) -> list[str]:
    """A sentence for each column some cells of which are not what the column is."""
    return [
        f"{table}, column {roles[role].name}: {many:,} cell{' is' if many == 1 else 's are'} no "
        f"{roles[role].kind.value}; taken as missing."
        for role, many in values.unread.items() if many
    ]  # fmt: skip


def shifts_of(values: Values) -> Shifts:
    """The shifts of a table that has them."""
    agent = values.arrays.get("agent", np.arange(values.rows))
    start, end = values.arrays["shift_start"].copy(), values.arrays["shift_end"].copy()
    if "date" in values:
        for role, instant in (("shift_start", start), ("shift_end", end)):
            if role in values.clocks:
                instant += values.arrays["date"]
    end[end < start] += 86_400.0
    known = ~np.isnan(start) & ~np.isnan(end)
    return Shifts(agent[known], start[known], end[known])


def column_map(file: Path) -> dict[str, str]:
    """What --columns names: a TOML file with lines such as arrived = "Call Start"; ServsimError where it is none."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ServsimError(f"--columns {file} cannot be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError):
        raise ServsimError(f'--columns {file} is no TOML; it must have lines such as arrived = "Call Start".') from None
    for key, name in found.items():
        if key not in BY_KEY:
            raise ServsimError(
                f"--columns {file}: {key} is no role of a column; it must be one of {', '.join(BY_KEY)}."
            )
        if not isinstance(name, str):
            raise ServsimError(f"--columns {file}: {key} is {name!r}; it must be the name of a column in quotes.")
    return found
