"""A scenario as a file of which every line says where its number is from."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from textwrap import wrap
from typing import Any

from servsim.records.tables import Raw

WIDTH = 120
ORDER = ("opening", "demand", "staff", "service", "after_visit_work", "investment", "waiting")
"""Tables that come first, in the order of a scenario file."""


def written(raw: Raw, comments: Mapping[str, str], head: list[str]) -> str:
    """TOML of a scenario. comments: by key, where a number is from; a table's own key has what is true of it all."""
    lines = [part for line in head for part in wrap(line, WIDTH - 2, initial_indent="# ", subsequent_indent="# ")]
    lines += ["", *values(raw, "", comments)]
    names = [name for name in ORDER if name in raw] + [name for name in raw if name not in ORDER]
    for name in names:
        if isinstance(raw[name], dict):
            lines += table(raw[name], name, comments)
        elif is_tables(raw[name]):
            for number, one in enumerate(raw[name]):
                said = comment_lines(comments.get(name, "")) if number == 0 else []
                lines += ["", *said, f"[[{name}]]", *values(one, name, comments)]
                for below, inner in one.items():
                    if isinstance(inner, dict):
                        lines += table(inner, f"{name}.{below}", comments)
    return "\n".join(lines) + "\n"


def table(content: Raw, path: str, comments: Mapping[str, str]) -> list[str]:
    """A table with its header, its values, and the tables in it."""
    lines = ["", *comment_lines(comments.get(path, "")), f"[{path}]", *values(content, path, comments)]
    for name, inner in content.items():
        if isinstance(inner, dict):
            lines += table(inner, f"{path}.{name}", comments)
    return lines


def values(content: Raw, path: str, comments: Mapping[str, str]) -> Iterator[str]:
    """A line for each value, its comment behind it, or above it where both are too long for a line."""
    for name, value in content.items():
        if isinstance(value, dict) or is_tables(value):
            continue
        said = comments.get(f"{path}.{name}" if path else name, "")
        plain = f"{bare(name)} = {toml(value)}"
        if len(plain) > WIDTH and isinstance(value, list):
            yield from comment_lines(said)
            yield f"{bare(name)} = ["
            yield from wrap(", ".join(map(toml, value)) + ",", WIDTH, initial_indent="    ", subsequent_indent="    ")
            yield "]"
        elif said and len(plain) + len(said) + 4 <= WIDTH:
            yield f"{plain}  # {said}"
        else:
            yield from comment_lines(said)
            yield plain


def comment_lines(said: str) -> list[str]:
    """A comment, in as many lines as it needs."""
    return wrap(said, WIDTH - 2, initial_indent="# ", subsequent_indent="# ") if said else []


def is_tables(value: Any) -> bool:
    """Is a value a list of tables?"""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def bare(name: str) -> str:
    """A key, in quotes where it needs them."""
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else json.dumps(name)


def toml(value: Any) -> str:
    """A value as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return repr(int(value)) if isinstance(value, int) else repr(float(value))
