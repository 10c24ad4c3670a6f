"""A scenario file, read; a setting, overridden; a level, applied."""

import tomllib
from collections.abc import Iterable
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from servsim.errors import ScenarioError
from servsim.scenario.checks import complaints
from servsim.scenario.complain import as_written, field_at, nearest, sentence
from servsim.scenario.places import Path, line_of, lines_of
from servsim.scenario.scenario import Scenario

LARGEST_FILE = 1_000_000


def read_scenario(file: str | File, overrides: Iterable[str] = ()) -> Scenario:
    """The scenario in a TOML file, with overrides such as "staff.agents=3" put in its place.

    Raises ScenarioError with one message for each mistake: file, line, key, value, what it must be.
    """
    text = text_of(File(file))
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([not_toml(str(file), str(error))]) from None
    origins: dict[Path, str] = {}
    for override in overrides:
        apply(raw, override, origins)
    return checked(raw, str(file), text, origins)


def text_of(file: File) -> str:
    """The text of a file; ScenarioError where there is none to be had."""
    try:
        if file.is_dir():
            raise ScenarioError([f"{file} is a folder; it must be a scenario file such as scenarios/salon.toml."])
        data = file.read_bytes()[: LARGEST_FILE + 1]
        if len(data) > LARGEST_FILE:
            raise ScenarioError([f"{file} is larger than {LARGEST_FILE:,} bytes; it must be a scenario file."])
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError([f"{file} does not exist; `servsim init` writes a scenario to start from."]) from None
    except UnicodeDecodeError as error:
        raise ScenarioError([f"{file} is not UTF-8 text (byte {error.start}); save it as UTF-8."]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError([f"{file} cannot be read: {reason}."]) from None


def not_toml(file: str, error: str) -> str:
    """tomllib's complaint, with its line in front where it names one."""
    what, _, place = error.partition(" (at line ")
    line = place.split(",")[0]
    where = f"{file}:{line}" if line.isdigit() else file
    return f"{where}: this is not TOML: {what[0].lower()}{what[1:]}."


def apply(raw: dict[str, Any], override: str, origins: dict[Path, str]) -> None:
    """Put one override, key=value, into the parsed file and remember where it came from."""
    key, equals, value = override.partition("=")
    names = [part.strip() for part in key.split(".")]
    if not equals or not all(names):
        raise ScenarioError([f"--set {override}: it must be key=value, such as --set staff.agents=3."])
    path = place(raw, names, tomlish(value), override)
    for end in range(1, len(path) + 1):
        if path[:end] not in origins:
            origins[path[:end]] = f"--set {override}"


def place(raw: Any, names: list[str], value: Any, override: str) -> Path:
    """Set a value at the end of a path of keys, making tables on the way; the path with list places from 0."""
    path: list[str | int] = []
    for depth, name in enumerate(names):
        last = depth == len(names) - 1
        if isinstance(raw, list):
            if not (name.isdigit() and 1 <= int(name) <= len(raw)):
                raise ScenarioError([f"--set {override}: {name} must be a place from 1 to {len(raw)}."])
            step: str | int = int(name) - 1
        elif isinstance(raw, dict):
            step = name
        else:
            raise ScenarioError([f"--set {override}: {'.'.join(names[:depth])} is a setting, not a table."])
        path.append(step)
        if last:
            raw[step] = value
        else:
            raw = raw.setdefault(step, {}) if isinstance(raw, dict) else raw[step]  # type: ignore[call-overload]
    return tuple(path)


def tomlish(value: str) -> Any:
    """A value as TOML reads it, or the text itself where TOML would want quotes."""
    try:
        return tomllib.loads(f"value = {value.strip()}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        return value.strip()


def checked(raw: dict[str, Any], file: str, text: str = "", origins: dict[Path, str] | None = None) -> Scenario:
    """The scenario of parsed settings; ScenarioError with every mistake and its place."""
    origins = origins or {}
    try:
        scenario = Scenario.model_validate(raw)
        found = list(complaints(scenario))
    except ValidationError as error:
        found = [(detail["loc"], sentence(detail)) for detail in error.errors(include_url=False)]
    if not found:
        return scenario
    lines = lines_of(text)
    messages = []
    for path, message in found:
        line = line_of(lines, path)
        where = origins.get(path) or (f"{file}:{line}" if line else file)
        messages.append((line or 0, f"{where}: {message}"))
    raise ScenarioError([message for _, message in sorted(messages)])


def value_at(scenario: Scenario, lever: str) -> Any:
    """Today's value of a setting; ScenarioError where its table is left out or there is no such setting."""
    value: Any = scenario
    parts = lever.split(".")
    if field_at(tuple(parts)) is None:
        raise ScenarioError([f"{lever} is not a setting.{nearest(tuple(parts))}"])
    for number, part in enumerate(parts):
        value = getattr(value, part)
        if value is None:
            missing = ".".join(parts[: number + 1])
            raise ScenarioError(
                [f"{lever} has no value today: the scenario leaves {missing} out; write it down first."]
            )
    return value


def with_level(scenario: Scenario, lever: str, level: float) -> Scenario:
    """The scenario with one setting at another value, checked as a file is."""
    raw = scenario.settings()
    field = field_at(tuple(lever.split(".")))
    whole = field is not None and field.annotation in (int, int | None)
    if whole and level != int(level):
        raise ScenarioError([f"{lever} is {as_written(level)}; it must be a whole number."])
    place(raw, lever.split("."), int(level) if whole else float(level), f"{lever}={level}")
    return checked(raw, f"{lever} = {as_written(level)}")
