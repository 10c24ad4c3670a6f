"""From what pydantic found to one clear sentence for each mistake: what it is, what it must be, a way out."""

import difflib
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from servsim.scenario.places import Path
from servsim.scenario.scenario import Scenario


def dotted(path: Path) -> str:
    """A path as a person writes it; items of a list are counted from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path)


def as_written(value: Any) -> str:
    """A value as TOML writes it, cut where it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, str):
        return '"' + (value if len(value) <= 40 else value[:37] + "…") + '"'
    text = repr(value) if not isinstance(value, list) else f"[{', '.join(as_written(item) for item in value)}]"
    return text if len(text) <= 60 else text[:57] + "…"


def bare(annotation: Any) -> list[Any]:
    """The types an annotation allows, without None and without Annotated's marks."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return bare(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [kind for part in typing.get_args(annotation) for kind in bare(part)]
    return [] if annotation is type(None) else [annotation]


def table_of(annotation: Any) -> type[BaseModel] | None:
    """The table class an annotation allows, if any; the item's table for a list of tables."""
    for kind in bare(annotation):
        if typing.get_origin(kind) is list:
            return table_of(typing.get_args(kind)[0])
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def table_at(path: Path) -> type[BaseModel] | None:
    """The table class that a path of keys and items leads to; None where it leads to a setting or to nothing."""
    table: type[BaseModel] | None = Scenario
    for part in path:
        if isinstance(part, int):
            continue
        field = table.model_fields.get(part) if table else None
        table = table_of(field.annotation) if field else None
    return table


def field_at(path: Path) -> FieldInfo | None:
    """The setting that a path of keys leads to; None where there is none."""
    keys = tuple(part for part in path if isinstance(part, str))
    table = table_at(keys[:-1]) if keys else None
    return table.model_fields.get(keys[-1]) if table else None


def limits(marks: list[Any]) -> str:
    """What annotated limits say: between 0 and 1, above 0, at least 1."""
    low = next((m for m in marks if isinstance(m, annotated_types.Ge | annotated_types.Gt)), None)
    high = next((m for m in marks if isinstance(m, annotated_types.Le | annotated_types.Lt)), None)
    at_least = f"at least {low.ge}" if isinstance(low, annotated_types.Ge) else f"above {low.gt}" if low else ""
    at_most = f"at most {high.le}" if isinstance(high, annotated_types.Le) else f"below {high.lt}" if high else ""
    if isinstance(low, annotated_types.Ge) and isinstance(high, annotated_types.Le):
        return f" between {low.ge} and {high.le}"
    return " " + " and ".join(part for part in (at_least, at_most) if part) if at_least or at_most else ""


NAMES = {int: "a whole number", float: "a number", str: "text in quotes", bool: "true or false"}


def need(annotation: Any, marks: list[Any]) -> str:
    """What a setting must be, said positively."""
    if typing.get_origin(annotation) is typing.Annotated:
        inner, *own = typing.get_args(annotation)
        own = [mark for m in own for mark in (m.metadata if isinstance(m, FieldInfo) else [m])]
        return need(inner, [*own, *marks])
    kinds = bare(annotation)
    kind = kinds[0]
    if typing.get_origin(kind) is Literal:
        return "one of " + ", ".join(as_written(choice) for choice in typing.get_args(kind))
    if typing.get_origin(kind) is list:
        least = next((m.min_length for m in marks if isinstance(m, annotated_types.MinLen)), None)
        most = next((m.max_length for m in marks if isinstance(m, annotated_types.MaxLen)), None)
        count = f"{least} " if least == most and least else f"{least} to {most} " if most and least else ""
        return f"a list of {count}items, each {need(typing.get_args(kind)[0], [])}"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"a table of {', '.join(kind.model_fields)}"
    longest = next((m.max_length for m in marks if isinstance(m, annotated_types.MaxLen)), None)
    if kind is str and longest:
        return f"text in quotes of 1 to {longest} characters"
    return NAMES[kind] + limits(marks)


def all_settings(table: type[BaseModel] = Scenario, path: Path = ()) -> Iterator[Path]:
    """The path of every setting and table of a scenario file, those of segments left out."""
    for name, field in table.model_fields.items():
        yield (*path, name)
        inner = table_of(field.annotation)
        if inner is not None and name != "segments":
            yield from all_settings(inner, (*path, name))


def nearest(path: Path) -> str:
    """A close setting that exists, as a question; empty where nothing is close."""
    wrong = str(path[-1])
    table = table_at(path[:-1])
    here = list(table.model_fields) if table else []
    close = difflib.get_close_matches(wrong, here, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {dotted((*path[:-1], close[0]))}?"
    elsewhere = {str(other[-1]): other for other in reversed(list(all_settings()))}
    close = difflib.get_close_matches(wrong, list(elsewhere), n=1, cutoff=0.75)
    return f" Did you mean {dotted(elsewhere[close[0]])}?" if close else ""


def sentence(error: ErrorDetails) -> str:
    """One mistake that pydantic found, said for the person who made it."""
    path: Path = error["loc"]
    name = dotted(path)
    if error["type"] == "extra_forbidden":
        return f"{name} is not a setting.{nearest(path)}"
    field = field_at(path)
    if error["type"] == "value_error":
        must = str(error["ctx"]["error"])
    elif field is not None and not isinstance(path[-1], int):
        must = need(field.annotation, list(field.metadata))
    else:
        must = item_need(path)
    if error["type"] == "missing":
        return f"{name} is missing; it must be {must}."
    return f"{name} is {as_written(error['input'])}; it must be {must}."


def item_need(path: Path) -> str:
    """What one item of a list must be."""
    field = field_at(path)
    if field is None:
        return "a table"
    kind = next(kind for kind in bare(field.annotation) if typing.get_origin(kind) is list)
    return need(typing.get_args(kind)[0], [])
