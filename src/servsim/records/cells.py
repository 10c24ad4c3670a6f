"""Single cells: whether something is missing, a number, a clock, a date; what Python values look like as text."""

import math
import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

MISSING = frozenset(
    ["", "null", "na", "n/a", "#n/a", "nan", "none", "nil", "nat", "-", "--", "?", "missing", "no_server", "(blank)"]
)
"""What stands where nothing is known, in small letters."""
NUMBER = re.compile(r"[-+]?[\d.,' \u00a0\u202f]*\d[\d.,' \u00a0\u202f]*", re.ASCII)
SIGNS = re.compile(r"[€$£¥%]|\b(?:eur|usd|gbp|chf|clp)\b", re.IGNORECASE)
"""What may stand beside a number."""
CLOCK = re.compile(r"(\d{1,4}):(\d{2})(?::(\d{2}))?(?:[.,](\d+))?\s*([ap]\.?m\.?)?", re.ASCII | re.IGNORECASE)
"""h:mm, h:mm:ss, mm:ss.0, with am or pm."""
MOMENT = re.compile(
    r"(\d{1,4})[-/.](\d{1,2}|[A-Za-z]{3,9})[-/.](\d{2,4})"
    r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*([ap]\.?m\.?)?)?\s*(Z|[-+]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
"""A date in three parts, perhaps with a time and the distance from UTC."""
ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?", re.ASCII)
PACKED = re.compile(r"(\d{6}|\d{8})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?", re.ASCII)
"""yymmdd or yyyymmdd."""
MONTHS = {name: number for number, names in enumerate((
    ("jan", "ene", "gen"), ("feb", "fev"), ("mar", "mär", "mrz"), ("apr", "abr", "avr"), ("may", "mai", "mag", "mei"),
    ("jun", "jui", "giu"), ("jul", "lug"), ("aug", "ago", "aou"), ("sep", "set"), ("oct", "okt", "ott", "out"),
    ("nov",), ("dec", "dez", "dic"),
), 1) for name in names}  # fmt: skip
"""Months by their first three letters."""


class DateParts(NamedTuple):
    """A date as its three written parts, seconds of the day (None: a date only) and the offset from UTC as written."""

    first: int
    second: int
    third: int
    seconds: float | None
    offset: str
    packed: bool = False


def is_missing(cell: str) -> bool:
    """Does a cell say that nothing is known?"""
    return cell.strip().lower() in MISSING


def date_parts(cell: str) -> DateParts | None:
    """The parts of a date, whatever their order; None where it is none."""
    text = cell.strip()
    if match := ISO.fullmatch(text):  # what most programs write, and ten times sooner read
        year, month, day = whole_day(match[1])
        return DateParts(year, month, day, int(match[2]) * 3600 + int(match[3]) * 60 + float(match[4] or 0), "")
    return None if text[:1].isalpha() else other_parts(text)


@lru_cache(maxsize=20_000)
def whole_day(text: str) -> tuple[int, int, int]:
    """Year, month and day of yyyy-mm-dd."""
    year, month, day = map(int, text.split("-"))
    return year, month, day


@lru_cache(maxsize=20_000)
def other_parts(text: str) -> DateParts | None:
    """The parts of a date that is not written as most programs do."""
    if match := MOMENT.fullmatch(text):
        first, second, third, hour, minute, second_of, fraction, half, offset = match.groups()
        number = MONTHS.get(second[:3].lower(), 0) if second.isalpha() else int(second)
        seconds = None if hour is None else clock_seconds(hour, minute, second_of, fraction, half)
        return DateParts(int(first), number, int(third), seconds, offset or "")
    if match := PACKED.fullmatch(text):
        digits, hour, minute, second_of = match.groups()
        wide = len(digits) - 4
        seconds = None if hour is None else clock_seconds(hour, minute, second_of, None, None)
        parts = int(digits[:wide]), int(digits[wide : wide + 2]), int(digits[wide + 2 :])
        return DateParts(*parts, seconds, "", packed=True)
    return None


def clock_seconds(hour: str, minute: str, second: str | None, fraction: str | None, half: str | None) -> float:
    """Seconds after midnight."""
    hours = int(hour)
    if half:
        hours = hours % 12 + 12 * (half[0].lower() == "p")
    return hours * 3600 + int(minute) * 60 + int(second or 0) + float(f"0.{fraction or 0}")


@lru_cache(maxsize=20_000)
def clock(cell: str) -> tuple[float, float, bool] | None:
    """(seconds if the first part is hours, seconds if it is minutes, has it three parts); None where it is no clock."""
    match = CLOCK.fullmatch(cell.strip())
    if match is None:
        return None
    first, second, third, fraction, half = match.groups()
    as_hours = clock_seconds(first, second, third, fraction, half)
    if third is not None or half:
        return as_hours, as_hours, True
    return int(first) * 3600 + int(second) * 60, int(first) * 60 + int(second) + float(f"0.{fraction or 0}"), False


@lru_cache(maxsize=20_000)
def bare_number(cell: str) -> str | None:
    """The digits and marks of a number, without currency, % and blanks; None where it is no number."""
    text = cell.strip()
    if text[:1].isalpha() and not SIGNS.match(text):
        return None
    text = SIGNS.sub("", text).strip()
    if not NUMBER.fullmatch(text):
        return None
    return re.sub(r"[' \u00a0\u202f]", "", text)


def number(cell: str, decimal: str) -> float:
    """A number by its column's decimal sign; NaN where it is none."""
    bare = bare_number(cell)
    if bare is None:
        return math.nan
    other = "," if decimal == "." else "."
    try:
        return float(bare.replace(other, "").replace(decimal, "."))
    except ValueError:
        return math.nan


def looks_like_data(cell: str) -> bool:
    """Is a cell a number, a clock or a date, and thus no name of a column?"""
    return bare_number(cell) is not None or clock(cell) is not None or date_parts(cell) is not None


def shape_of(cell: str) -> str:
    """What may be said of a cell that may not be shown."""
    text = cell.strip()
    return f"a text of {len(text)} character{'' if len(text) == 1 else 's'}"


def as_text(cell: Any) -> str:
    """A value of a program's as a file would have it."""
    if cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return repr(cell.total_seconds())
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
