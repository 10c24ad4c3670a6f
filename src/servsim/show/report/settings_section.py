"""The settings of a scenario as a report tells them: table by table, what was written and what is by default."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from servsim.engine_parameters import table_class
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario
from servsim.show.model_card.settings import TABLES, Setting, settings, with_commas
from servsim.study.scenario_identity import ASKED


@dataclass(frozen=True)
class Line:
    """A setting as this scenario has it; given: whether its file, or `--set`, says so."""

    setting: Setting
    value: str
    given: bool
    unit: str


@dataclass(frozen=True)
class Group:
    """A table of the scenario, or of one of its segments: its name, what it is about, its settings."""

    name: str
    about: str
    lines: list[Line]


def groups(scenario: Scenario) -> list[Group]:
    """Every table that is there, in the order of the file's description; segments with what is their own."""
    currency = scenario.money.currency
    found = [Group(table, about(table), list(lines(scenario, table, currency))) for table in TABLES]
    for segment in scenario.segments:
        own = [line for table in SEGMENT_TABLES for line in lines(segment, table, currency) if line.given]
        found.append(
            Group(f"segment {segment.name}", f"{100 * segment.share:g} % of customers; what is their own.", own)
        )
    return [group for group in found if group.lines]


def about(table: str) -> str:
    """What a table is about, in its own words."""
    return (table_class(table).__doc__ or "").strip().splitlines()[0]


def lines(holder: Any, table: str, currency: str) -> Iterator[Line]:
    """The settings of a table that have a value; none where the scenario or segment leaves the table out."""
    own = getattr(holder, table)
    if own is None:
        return
    for setting in settings():
        if setting.table == table:
            value, given = found(own, setting.key.split("."), table in holder.model_fields_set)
            if value not in (None, "", []) and (given or not is_taken_for_granted(setting)):
                yield Line(setting, written(value), given, setting.unit.replace("money", currency))


def is_taken_for_granted(setting: Setting) -> bool:
    """Need nobody be told of this default: that a table which is there works, or what another command would ask?"""
    return setting.key == "on" or (setting.table in ASKED and setting.table != "evaluate")


def found(table: Any, keys: list[str], given: bool) -> tuple[Any, bool]:
    """The value at the end of some keys, and whether it was given."""
    for key in keys:
        if table is None:
            return None, False
        table, given = getattr(table, key), given and key in table.model_fields_set
    return table, given


def written(value: Any) -> str:
    """A value as a file has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return with_commas(value)
    if isinstance(value, list | tuple) and len(value) > MOST_ITEMS:
        return f"{len(value):,} numbers from {written(min(value))} to {written(max(value))}"
    if isinstance(value, list | tuple):
        return ", ".join(map(written, value))
    return str(value)


MOST_ITEMS = 100
"""Of a list that is written out; no profile has more, a sample may."""


def evidence(some: list[Group]) -> dict[str, int]:
    """How many of the numbers in use were written for this desk, and how many are defaults of each grade."""
    numbers = [line for group in some for line in group.lines if line.setting.is_number]
    counts = {"given": sum(line.given for line in numbers)}
    for grade in ("a", "b", "c", ""):
        counts[grade or "none"] = sum(line.setting.grade == grade and not line.given for line in numbers)
    return counts
