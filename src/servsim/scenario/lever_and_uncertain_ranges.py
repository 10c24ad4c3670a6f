"""Ranges: settings, each with numbers between which it may lie, as [optimise] and [uncertain] have them."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from servsim.scenario.line_numbers import Path
from servsim.scenario.messages import (
    as_written,
    did_you_mean,
    dotted,
    every_setting,
    field_at,
    fits,
    nearest,
    need_at,
    table_of,
)
from servsim.scenario.roster_spans import SPAN_NEED, RosterSpan, fits_span, roster_span, what_is_wrong
from servsim.scenario.scenario import Scenario, Segment
from servsim.scenario.tables.lists_of_the_day import Roster
from servsim.scenario.tables.opening_demand_staff_service import Steps
from servsim.scenario.uncertain_draws import DRAWS, drawn_settings, is_draw
from servsim.scenario.ways_out import way_out
from servsim.scenario.where_to_find import where

Complaint = tuple[Path, str]
SPLIT = ("service", "split")
OF_LEVERS = ("optimise", "levers")


@cache
def numeric_settings() -> frozenset[Path]:
    """The path of every setting that is one number."""
    return frozenset(
        path
        for path in every_setting()
        if (field := field_at(path)) is not None and field.annotation in (int, float, int | None)
        and path[0] not in ("evaluate", "horizon", "optimise", "uncertain")
    )  # fmt: skip


def levers(scenario: Scenario) -> Iterator[Complaint]:
    """What is wrong with the ranges of [optimise]: no numeric setting, no two ascending ends, an end out of bounds."""
    for key, ends in scenario.optimise.levers.items():
        yield from range_of(scenario, OF_LEVERS, key, ends, 2)
    if {".".join((*SPLIT, step)) for step in Steps.model_fields} <= scenario.optimise.levers.keys():
        path, only = OF_LEVERS, "only their proportions count"
        yield path, f"optimise.levers is of every step of service.split; {only}, so it must leave out one."


def uncertain(scenario: Scenario) -> Iterator[Complaint]:
    """The same of the ranges of [uncertain], which may have a likeliest value between their ends."""
    draws = drawn_settings(scenario.uncertain)
    for key, ends in scenario.uncertain.items():
        if not is_draw(key):
            yield from range_of(scenario, ("uncertain",), key, ends, 3)
        if key in draws:
            yield (
                ("uncertain", *key.split(".")),
                f"uncertain.{key} is a range, and there are draws of it; leave one out.",
            )
    yield from joint_draws(scenario, draws)


def joint_draws(scenario: Scenario, draws: dict[str, Any]) -> Iterator[Complaint]:
    """What is wrong with joint draws: no numeric setting, not as many of each, a value out of bounds."""
    where_written = ("uncertain", DRAWS)
    many = {len(values) if isinstance(values, list) else 0 for values in draws.values()}
    if len(many) > 1 or many & {0, 1}:
        yield where_written, "uncertain.draws are not as many of each setting; there must be as many, at least 2."
        return
    for key, values in draws.items():
        path = tuple(key.split("."))
        if path not in numeric_settings():
            yield where_written, f"uncertain.draws has {key}, which is not a numeric setting.{did_you_mean(near(path))}"
        elif left_out(scenario, path):
            yield where_written, f"uncertain.draws has {key}, which has no value: it must be written down first."
        elif not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            yield where_written, f"uncertain.draws has {key} with what is no number; all must be numbers."
        else:
            ends = {int(end) if float(end).is_integer() else end for end in (min(values), max(values))}
            for end in ends:
                if not fits(path, end):
                    yield where_written, f"uncertain.draws has {key} at {as_written(end)}; it must be {need_at(path)}."


def near(path: Path) -> list[Path]:
    """Numeric settings whose names are like this one."""
    return [found for found in nearest(path) if found in numeric_settings()]


def range_of(scenario: Scenario, table: Path, key: str, ends: Any, most: int) -> Iterator[Complaint]:
    """What is wrong with one range: its setting, its shape, or an end of it."""
    written, path = (*table, *key.split(".")), tuple(key.split("."))
    if table == OF_LEVERS and (span := roster_span(path)):
        yield from span_range(scenario, written, span, ends)
        return
    if path not in numeric_settings():
        meant = [(*table, *near) for near in nearest(path) if near in numeric_settings()]
        yield written, f"{dotted(written)} is not a numeric setting.{did_you_mean(meant)}"
        return
    if not ascending(ends, most):
        shape = "[low, high]" if most == 2 else "[low, high] or [low, likely, high]"
        yield written, f"{dotted(written)} is {as_written(ends)}; it must be ascending numbers, {shape}."
        return
    for place, end in enumerate(ends):
        if not fits(path, int(end) if float(end).is_integer() else end):
            must = f"{need_at(path)}{way_out(path, end)}"
            yield (*written, place), f"{dotted((*written, place))} is {as_written(end)}; it must be {must}."
    if left_out(scenario, path):
        yield written, f"{dotted(written)} is a range, but {key} has no value: it must be written down first."


def span_range(scenario: Scenario, written: Path, span: RosterSpan, ends: Any) -> Iterator[Complaint]:
    """What is wrong with the range of a span of the roster."""
    wrong = what_is_wrong(scenario, span)
    if not ascending(ends, 2) or not all(map(fits_span, ends)):
        yield written, f"{dotted(written)} is {as_written(ends)}; it must be [low, high], each {SPAN_NEED}."
    elif wrong:
        yield written, f"{dotted(written)} is a range, but {wrong}."


def ascending(ends: Any, most: int) -> bool:
    """Are these two numbers, or as many as are allowed, the last above the first and none below the one before it?"""
    if not isinstance(ends, list) or not 2 <= len(ends) <= most:
        return False
    if not all(isinstance(end, int | float) and not isinstance(end, bool) and abs(end) < 1e300 for end in ends):
        return False
    return bool(ends == sorted(ends) and ends[0] < ends[-1])


def left_out(scenario: Scenario, path: Path) -> bool:
    """Is there no value at a path, because it or a table around it is left out?"""
    value: Any = scenario
    for key in path:
        value = getattr(value, str(key))
        if value is None:
            return True
    return False


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, so that editors complete and check them."""
    schema = Scenario.model_json_schema()
    schema["properties"]["uncertain"].setdefault("properties", {})[DRAWS] = {
        "type": "string",
        "description": "A CSV file beside this one with joint draws of settings, as `servsim fit` writes it.",
    }
    for ranges in (schema["properties"]["uncertain"], schema["$defs"]["Optimise"]["properties"]["levers"]):
        add_ranges(ranges)
    add_roster_spans(schema["$defs"]["Optimise"]["properties"]["levers"])
    for name, field in (*Scenario.model_fields.items(), ("segments", None)):
        if model := Segment if field is None else table_of(field.annotation):
            add_where(schema["$defs"][model.__name__], name)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def add_where(table: dict[str, Any], name: str) -> None:
    """Say beside each setting of a table where a business finds its number."""
    for key, declared in table["properties"].items():
        if text := where(f"{name}.{key}"):
            declared["where"] = text


def add_roster_spans(levers: dict[str, Any]) -> None:
    """Say in the JSON Schema that spans of a roster may be levers: staff.roster.weekdays.10-14 = [1, 6]."""
    ends = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
    line = {"type": "object", "additionalProperties": ends}
    levers["properties"]["staff"]["properties"]["roster"] = {
        "type": "object", "additionalProperties": False, "properties": dict.fromkeys(Roster.model_fields, line),
        "description": "Agents in a span of the day, such as 10-14, between two numbers.",
    }  # fmt: skip


def add_ranges(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema which settings may have a range: two or three numbers in place of one, table by table."""
    for path in sorted(numeric_settings()):
        inside = schema
        for key in path[:-1]:
            empty = {"type": "object", "additionalProperties": False, "properties": {}}
            inside = inside.setdefault("properties", {}).setdefault(key, empty)
        field = field_at(path)
        inside["properties"][path[-1]] = {
            "type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3,
            "description": field.description if field else "",
        }  # fmt: skip
    schema["additionalProperties"] = False
