"""What messages say of a setting: its name and value as they are written, what it must be, which one is nearest."""

import difflib
import json
import re
import types
import typing
from collections.abc import Iterator
from datetime import date, time
from functools import cache, lru_cache
from typing import Any, Literal

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from servsim.scenario.everyday_words import meant_by
from servsim.scenario.line_numbers import Path
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario
from servsim.scenario.tables.base import Need, declared
from servsim.scenario.tables.lists_of_the_day import EVERY_DAY
from servsim.scenario.tables.opening_demand_staff_service import HOURS_NEED, hours_of_the_day
from servsim.visible_text import visible

BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
UNIT = re.compile(r"(_per)?_(s|sec|seconds?|m|mins?|minutes?|h|hours?|d|days?|weeks?|months?|years?)$")
LISTED = ("segments", "exceptions")
"""Lists of tables."""
MOST_DIGITS = 10_000
"""Bits of a whole number up to which Python writes it in decimal digits without complaint."""
PATHS_AT_HAND = 4096
"""Paths of which it is remembered where they lead: more than there are settings, fewer than a file can make up."""
RENAMED: dict[Path, Path] = {
    ("optimise", "worlds"): ("optimise", "search_replications"),
}
"""Settings that had another name once, and what they are called now."""


def dotted(path: Path) -> str:
    """A path as a person writes it; items of a list are counted from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else as_key(part) for part in path)


def as_key(key: str) -> str:
    """A key as TOML writes it: in quotes unless it is a plain word."""
    return key if BARE_KEY.fullmatch(key) else as_written(key)


def as_written(value: Any) -> str:
    """A value as TOML writes it, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return list_as_written(value)
    if isinstance(value, str):
        return visible(json.dumps(value if len(value) <= 40 else value[:37] + "…", ensure_ascii=False))
    if isinstance(value, date | time):
        return value.isoformat()
    text = hex(value) if isinstance(value, int) and value.bit_length() > MOST_DIGITS else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def list_as_written(items: list[Any]) -> str:
    """A short, flat list as TOML writes it; any other by what it holds."""
    many = "" if len(items) == 1 else "s"
    if items and all(isinstance(item, dict) for item in items):
        return f"a list of {len(items)} table{many}"
    flat = not any(isinstance(item, dict | list) for item in items)
    text = f"[{', '.join(as_written(item) for item in items)}]" if flat else ""
    return text if 0 < len(text) <= 60 else f"a list of {len(items)} item{many}"


def as_read(number: float) -> str:
    """A number that was read, without the .0 that a person need not have written."""
    return repr(number).removesuffix(".0")


def bare(annotation: Any, marks: list[Any]) -> tuple[Any, list[Any]]:
    """A type without None and without Annotated, and every mark found on the way to it."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *own = typing.get_args(annotation)
        own = [mark for m in own for mark in (m.metadata if isinstance(m, FieldInfo) else [m])]
        return bare(inner, [*own, *marks])
    if origin in (typing.Union, types.UnionType):
        return bare(next(part for part in typing.get_args(annotation) if part is not type(None)), marks)
    return annotation, marks


def table_of(annotation: Any) -> type[BaseModel] | None:
    """The table class an annotation allows, if any; the item's table for a list of tables."""
    kind, _ = bare(annotation, [])
    if typing.get_origin(kind) is list:
        return table_of(typing.get_args(kind)[0])
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


@lru_cache(PATHS_AT_HAND)
def table_at(path: Path) -> type[BaseModel] | None:
    """The table class that a path of keys and items leads to; None where it leads to a setting or to nothing."""
    table: type[BaseModel] | None = Scenario
    for part in path:
        if isinstance(part, int):
            continue
        field = table.model_fields.get(part) if table else None
        table = table_of(field.annotation) if field else None
    return table


@lru_cache(PATHS_AT_HAND)
def field_at(path: Path) -> FieldInfo | None:
    """The setting that a path of keys leads to; None where there is none."""
    keys = tuple(part for part in path if isinstance(part, str))
    table = table_at(keys[:-1]) if keys else None
    return table.model_fields.get(keys[-1]) if table else None


@lru_cache(PATHS_AT_HAND)
def belongs_to_desk(path: Path) -> bool:
    """Whether a setting or table is the whole desk's, so that no segment can have its own."""
    return path[0] not in SEGMENT_TABLES or bool(declared(field_at(path), "desk"))


def fits(path: Path, value: Any) -> bool:
    """Whether a setting can hold a value."""
    table = table_at(path[:-1])
    try:
        return table is not None and table.model_validate({path[-1]: value}) is not None
    except ValidationError:
        return False


def limits(marks: list[Any]) -> str:
    """What annotated limits say: between 0 and 1, above 0, of at least 1."""
    limit = {name: grouped(getattr(mark, name)) for mark in marks for name in LIMITS if hasattr(mark, name)}
    if limit.keys() >= {"ge", "le"}:
        return f" between {limit['ge']} and {limit['le']}"
    words = [f"{say} {limit[name]}" for name, say in LIMITS.items() if name in limit]
    return f" {' and '.join(words)}" if words else ""


def grouped(limit: Any) -> str:
    """A limit with its thousands apart: 1,000,000."""
    return f"{limit:,}".removesuffix(".0")


def amount(marks: list[Any]) -> str:
    """How many items or characters marks allow: "24 ", "1 to 200 ", "at most 50 ", or nothing."""
    least = next((mark.min_length for mark in marks if hasattr(mark, "min_length")), 0)
    most = next((mark.max_length for mark in marks if hasattr(mark, "max_length")), None)
    if most is None:
        return ""
    return f"{most} " if least == most else f"{least} to {most} " if least else f"at most {most} "


LIMITS = {"ge": "of at least", "gt": "above", "le": "at most", "lt": "below"}
NAMES = {int: "a whole number", float: "a number", bool: "true or false", date: "a date such as 2026-12-25"}


def need(annotation: Any, marks: list[Any], written: str) -> str:
    """What a setting must be, said positively; a table is shown as it is written."""
    kind, marks = bare(annotation, marks)
    if said := [mark.words for mark in marks if isinstance(mark, Need)]:
        return said[0]
    if typing.get_origin(kind) is Literal:
        return "one of " + ", ".join(as_written(choice) for choice in typing.get_args(kind))
    if typing.get_origin(kind) is list:
        (item,) = typing.get_args(kind)
        many = "tables, each written" if table_of(item) else f"items, each {need(item, [], '')}"
        return f"a list of {amount(marks)}{many}" + (f" [[{written}]]" if table_of(item) else "")
    if table_of(kind) or typing.get_origin(kind) is dict:
        return f"a table, written [{written}]"
    if kind is str:
        characters = f" of {amount(marks)}characters" if amount(marks) else ""
        return HOURS_NEED if AfterValidator(hours_of_the_day) in marks else f"text in quotes{characters}"
    return NAMES[kind] + limits(marks)


def need_at(path: Path) -> str:
    """What the setting, table or list item at a path must be."""
    field = field_at(path)
    if field is None:
        return "a table"
    written = ".".join(part for part in path if isinstance(part, str))
    if isinstance(path[-1], int):
        kind, _ = bare(field.annotation, [])
        if typing.get_origin(kind) is not list:  # a list alone in a table's place
            return need_at((*path[:-1], EVERY_DAY, path[-1]))
        return need(typing.get_args(kind)[0], [], f"[{written}]")
    return need(field.annotation, list(field.metadata), written)


def all_settings(table: type[BaseModel] = Scenario, path: Path = ()) -> Iterator[Path]:
    """The path of every setting and table of a scenario file, those inside lists of tables left out."""
    for name, field in table.model_fields.items():
        yield (*path, name)
        inner = table_of(field.annotation)
        if inner is not None and name not in LISTED:
            yield from all_settings(inner, (*path, name))


@cache
def every_setting() -> tuple[Path, ...]:
    """`all_settings`, listed once."""
    return tuple(all_settings())


def nearest(path: Path, value: Any = None) -> list[Path]:
    """Settings that a wrong key may stand for; outside its table, only those that can hold its value."""
    wrong, table = str(path[-1]).lower().rpartition(".")[2], table_at(path[:-1])
    here: list[Path] = [other for key in table.model_fields if (other := (*path[:-1], key)) != path] if table else []
    elsewhere = [other for other in every_setting() if other[:-1] != path[:-1]]
    found = alike(wrong, here)
    found = found or list(meant_by(wrong))
    found = found or [other for other in alike(wrong, elsewhere) if value is None or fits(other, value)]
    found = found or close(wrong, here, 0.71)
    found = found or [other for other in close(wrong, elsewhere, 0.75) if value is None or fits(other, value)]
    return [as_in_segment(other, path) for other in found] if len(found) <= 3 else []


def alike(wrong: str, others: list[Path]) -> list[Path]:
    """Paths that end in a key but for an s, else in the same key but for its unit."""
    if plural := [other for other in others if str(other[-1]).replace("s", "") == wrong.replace("s", "")]:
        return plural
    stem = UNIT.sub("", wrong)
    return [other for other in others if UNIT.sub("", str(other[-1])) == stem]


def close(wrong: str, others: list[Path], cutoff: float) -> list[Path]:
    """Paths that end in the key most like a wrong one."""
    best = difflib.get_close_matches(wrong, [str(other[-1]) for other in others], n=1, cutoff=cutoff)
    return [other for other in others if other[-1] in best]


def as_in_segment(setting: Path, path: Path) -> Path:
    """A setting as it is written where a path is: inside a segment, if it is of those that can differ there."""
    if path[0] != "segments" or len(path) < 3 or setting[0] == "segments" or belongs_to_desk(setting):
        return setting
    return (*path[:2], *setting)


def not_a_setting(path: Path, value: Any = None) -> str:
    """That there is no setting of a name; what it is called now, or what it may stand for."""
    if path in RENAMED:
        return f"{dotted(path)} is now called {dotted(RENAMED[path])}."
    return f"{dotted(path)} is not a setting.{did_you_mean(nearest(path, value))}"


def desk_setting(path: Path) -> str:
    """A setting inside a segment that no segment can have."""
    return f"{dotted(path)} belongs to the whole desk; write it as {dotted(path[2:])} instead."


def did_you_mean(meant: list[Path]) -> str:
    """What may have been meant, asked; empty where nothing is close."""
    *others, last = [dotted(path) for path in meant] or [""]
    return f" Did you mean {', '.join(others)}{' or ' if others else ''}{last}?" if last else ""
