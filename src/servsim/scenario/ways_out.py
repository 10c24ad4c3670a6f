"""One clear sentence for each mistake that pydantic found: what it is, what it must be, and what to write instead."""

import re
from typing import Any

from pydantic_core import ErrorDetails

from servsim.scenario.line_numbers import Path
from servsim.scenario.messages import (
    as_read,
    as_written,
    bare,
    desk_setting,
    dotted,
    field_at,
    fits,
    need_at,
    not_a_setting,
)

NUMBER = re.compile(r"[€$£]?\s*([+-]?\d{1,12})(?:[.,](\d{1,12}))?\s*([%€$£]?)", re.ASCII)
"""A number as people write it, with a comma or a point, and with a sign of what it counts."""
LEAST_PERCENT = 2
"""A number above 1 and below this is hardly meant as so many percent."""
A_ROSTER = (
    "a part of an agent needs a roster by the hour: in [staff.roster], every_day = a list of 24 numbers, in which 1.5 "
    "is one agent all hour and one more for half of it"
)


def sentence(error: ErrorDetails) -> str:
    """One mistake that pydantic found, said for the person who made it."""
    path: Path = error["loc"]
    if error["type"] == "extra_forbidden":
        return unknown(path, error["input"])
    must = str(error["ctx"]["error"]) if error["type"] == "value_error" else need_at(path)
    if error["type"] == "missing":
        return f"{dotted(path)} is missing; it must be {must}."
    if error["type"] == "finite_number":
        must = must.replace("a number", "a finite number", 1)
    instead = way_out(path, error["input"]) or parts_of_agents(path, error["input"])
    return f"{dotted(path)} is {as_written(error['input'])}; it must be {must}{instead}."


def unknown(path: Path, value: Any) -> str:
    """A key that is no setting where it is: where it belongs, or what it may stand for."""
    if path[0] == "segments" and field_at(path[2:]):
        return desk_setting(path)
    return not_a_setting(path, value)


def way_out(path: Path, value: Any) -> str:
    """What to write instead, to be put behind what a setting must be; empty where nobody can tell."""
    found = next((number for number in meant(path, value) if fits(path, number)), None)
    if found is None:
        return thousands(path, value)
    percent = f"for {as_read(round(100 * found, 10))} %, " if isinstance(value, int | float) and found != value else ""
    return f": {percent}write {as_read(found)}"


def thousands(path: Path, value: Any) -> str:
    """That a point does not stand between thousands, where a whole number is asked for and such a one would do."""
    if not isinstance(value, float) or not 1 < value < 1000:
        return ""
    whole = round(1000 * value)
    is_meant = (
        round(value, 1) != round(value, 3) == value
        and fits(path, whole)
        and not fits(path, value)
        and path[-1] != "agents"
    )
    return f": for {whole:,}, write {whole}" if is_meant else ""


def parts_of_agents(path: Path, value: Any) -> str:
    """That there is another place for 1.5 agents, to be put behind what a setting must be."""
    is_part = path == ("staff", "agents") and isinstance(value, float) and 0 < value < 1000 and not value.is_integer()
    return f"; {A_ROSTER}" if is_part else ""


def meant(path: Path, value: Any) -> list[float]:
    """The numbers that a value may have been meant as: the one in a text, and a share for so many percent."""
    number, percent = value, False
    if isinstance(value, str):
        found = NUMBER.fullmatch(value.strip())
        if not found:
            return []
        number, percent = float(f"{found[1]}.{found[2] or 0}"), found[3] == "%"
    if isinstance(number, bool) or not isinstance(number, int | float) or abs(number) > 1e15:
        return []
    share = [round(number / 100, 12)] if percent or (is_share(path) and LEAST_PERCENT <= number <= 100) else []
    return share if percent else [int(number) if float(number).is_integer() else number, *share]


def is_share(path: Path) -> bool:
    """Is a setting, or an item of a list, a number of at most 1?"""
    field = field_at(path)
    if field is None:
        return False
    marks = bare(field.annotation, list(field.metadata))[1]
    return any(getattr(mark, name, None) == 1 for mark in marks for name in ("le", "lt"))
