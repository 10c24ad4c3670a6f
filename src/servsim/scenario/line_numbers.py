"""Where in a scenario file a key was written: no TOML library says, so its statements are parsed one by one."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

DEEPEST = 8
"""How many keys and items a path has at most; no setting lies deeper."""

MARKS = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""+|\Z)'  # text of many lines, with quotes or without
    r"|'''.*?(?:'''+|\Z)"
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''  # text on one line
    r'|["\'].*'  # text without an end
    r"|#[^\n]*|[\n\[\]{}]",
    re.DOTALL,
)
"""What tells where a statement ends: text and comments, in which nothing else counts, brackets, and ends of lines."""
DEEPER = {"[": 1, "{": 1, "]": -1, "}": -1}

DEEP_KEY = re.compile(r"(?<![\w.\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){64}")
"""The beginning of a key of so many parts that tomllib would need minutes for it."""

NEEDS = {
    "Expected newline": "a line must end after its value, and text must be in quotes",
    "Invalid value (at end": "a value must follow each =, and a list must end with ]",
    "Invalid value": "a value must be a number such as 0.5, true or false, text in quotes, or a list in brackets",
    "Unclosed array": "a list must have commas between its items and end with ]",
    "Unclosed inline table": "a table in braces must have commas between its keys and end with }",
    "Unterminated": "text must end with the quotation mark it began with",
    "Expected \"'''": "text must end with the quotation mark it began with",
    "Expected \"'": "text must end on its line, with the quotation mark it began with",
    r"character '\n'": "text must end on its line, with the quotation mark it began with",
    "Unescaped": r"a backslash in text must be written \\",
    "hex value": r"a backslash in text must be written \\",
    "scalar value": r"a backslash in text must be written \\",
    "character '\\": "text must be free of control characters",
    "date or datetime": "a date must be in the calendar",
    "twice": "each table must be written once",
    "overwrite": "each key and each table must be written once",
    "uplicate": "each key and each table must be written once",
    "namespace": "each key and each table must be written once",
    "nested": "lists and tables must be nested less deep",
    "recursion": "lists and tables must be nested less deep",
    "digits": "a number must have fewer digits",
}
"""What each of tomllib's complaints, known by some of its words, asks of the person who wrote the file."""


def parsed_file(text: str) -> dict[str, Any]:
    """The settings of a TOML text; ValueError or RecursionError where it is none."""
    if deep := DEEP_KEY.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise ValueError(f"Key nested too deep (at line {line}, column 1)")
    return tomllib.loads(text)


def not_toml(text: str, error: Exception) -> tuple[int, str]:
    """The line at which a text stops being TOML, and a sentence about it."""
    problem = str(error)
    _, _, place = problem.partition(" (at line ")
    number = place.split(",")[0]
    line = int(number) if number else unfinished(text)
    lines = text.split("\n")
    must = next((need for words, need in NEEDS.items() if words in problem), "a line must be key = value or [table]")
    return line, f"`{shown(lines[line - 1])}` cannot be read; {as_meant(lines[line - 1]) or must}."


NOT_A_NUMBER = re.compile(r"[^=#]+=\s*(?=\d+[.,\d]*\s*%|\d+,)(\d{1,12})(?:[.,](\d{1,12}))?\s*(%?)\s*(?:#.*)?", re.ASCII)
"""A line with a number that TOML does not know: 0,5 or 80 %."""


THOUSANDS = re.compile(r"[^=#]+=\s*([1-9]\d{0,2}(?:,\d{3}){1,3})\s*(?:#.*)?", re.ASCII)
"""A line with a number whose thousands have commas between them."""
OF_MONEY = re.compile(r"[^=#]+=\s*[€$£]\s*(\d{1,12}(?:\.\d{1,12})?)\s*(?:#.*)?", re.ASCII)
"""A line with a number that has the sign of a currency before it."""
UNQUOTED_HOURS = re.compile(r"\s*(\w+\s*=)\s*(\d{1,2}(?::\d\d)?\s*[-–—]\s*\d{1,2}(?::\d\d)?)\s*(?:#.*)?", re.ASCII)
"""A line with hours that are not in quotes."""
NO_EQUALS_SIGN = re.compile(r"\s*(\w{1,40})\s+(-?\d[\d.]{0,12}|true|false)\s*(?:#.*)?", re.ASCII)
"""A line with a key and a value, and nothing between them."""


def as_meant(line: str) -> str:
    """What to write instead of a line that TOML does not know, where it can be told; empty where it cannot."""
    if found := THOUSANDS.fullmatch(line):
        return f"thousands must be written without commas: {found[1].replace(',', '')}"
    if found := OF_MONEY.fullmatch(line):
        return f"a number must be written without the sign of a currency: {found[1]}"
    if found := UNQUOTED_HOURS.fullmatch(line):
        return f'hours must be in quotes: {found[1]} "{found[2]}"'
    if found := NO_EQUALS_SIGN.fullmatch(line):
        return f"there must be = between a key and its value: {found[1]} = {found[2]}"
    return as_number(line)


def as_number(line: str) -> str:
    """How the number is written that a line has with a comma, or in percent; empty where it has none."""
    found = NOT_A_NUMBER.fullmatch(line.strip())
    if not found:
        return ""
    whole, part, percent = found.groups()
    number = float(f"{whole}.{part or 0}")
    if percent:
        return f"a share must be written as a number: {number / 100:.12g}"
    return f"a number must be written with a point: {number:.12g}"


def shown(line: str) -> str:
    """A line as it can be printed: cut where it is long, a dot for each control character."""
    written = "".join(char if char.isprintable() else "·" for char in line.strip())
    return written if len(written) <= 60 else written[:57] + "…"


def unfinished(text: str) -> int:
    """The line on which the last statement begins: the one that cannot be read to its end."""
    return max((line for line, statement in statements(text) if statement.strip()), default=1)


def statements(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every statement, empty line and comment; of the rest, where a statement has no end."""
    text = text.replace("\r\n", "\n")
    begin, line, depth = 0, 1, 0
    for mark in MARKS.finditer(text):
        depth = max(0, depth + DEEPER.get(mark[0], 0))
        if mark[0] == "\n" and not depth:
            yield line, text[begin : mark.start()]
            line += text.count("\n", begin, mark.end())
            begin = mark.end()
    yield line, text[begin:]


def parsed(statement: str) -> dict[str, Any] | None:
    """A statement by itself, as TOML reads it; None where it has no end yet."""
    try:
        return tomllib.loads(statement)
    except (ValueError, RecursionError):
        return None


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of the statement that first names each path of a TOML text that is known to parse."""
    found: dict[Path, int] = {}
    tables: dict[Path, int] = {}
    table: Path = ()
    for line, statement in statements(text):
        value = parsed(statement) or {}
        if statement.lstrip().startswith("["):
            table = header(value, tables)
            named = beginnings(table)
        else:
            named = paths(value, table)
        for path in named:
            found.setdefault(path, line)
    return found


def header(named: Any, tables: dict[Path, int]) -> Path:
    """The path of a [table] or [[table]] statement; how many of each [[table]] there are is kept in tables."""
    path: Path = ()
    while named and len(path) < DEEPEST:
        ((key, named),) = named.items()
        path = (*path, key)
        if isinstance(named, list):
            tables[path] = tables.get(path, 0) + 1
            named = None
        if path in tables:
            path = (*path, tables[path] - 1)
    return path


def beginnings(path: Path) -> Iterator[Path]:
    """Every path that leads to a path, and the path itself."""
    return (path[:end] for end in range(1, len(path) + 1))


def paths(value: Any, path: Path) -> Iterator[Path]:
    """The path of every key and item below a parsed value, outer ones first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner if len(path) < DEEPEST else ():
        yield (*path, key)
        yield from paths(item, (*path, key))


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a path, or of the nearest table around it that was written."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)
