"""Where in a scenario file a key was written: no TOML library says, so growing beginnings of the file are parsed."""

import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every key and item below a parsed value, the value itself first."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of the statement that first names each path of a TOML text that is known to parse."""
    lines = text.splitlines()
    found: dict[Path, int] = {}
    begins = 1
    for end in range(1, len(lines) + 1):
        if begins == end and not lines[end - 1].split("#")[0].strip():
            begins = end + 1
            continue
        try:
            parsed = tomllib.loads("\n".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
        for path in paths(parsed):
            found.setdefault(path, begins)
        begins = end + 1
    return found


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a path, or of the nearest table around it that was written."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None
