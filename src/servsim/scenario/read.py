"""A scenario file, read; a setting, overridden; a level, applied."""

import sys
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache, partial
from numbers import Real
from operator import eq
from pathlib import Path as File
from typing import Any, Self, TextIO

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from servsim.errors import ScenarioError
from servsim.files import SCENARIO, keep_in_mind
from servsim.scenario.consistency import complaints
from servsim.scenario.lever_and_uncertain_ranges import numeric_settings
from servsim.scenario.line_numbers import Path, line_of, lines_of, not_toml, parsed_file
from servsim.scenario.messages import as_written, every_setting, not_a_setting
from servsim.scenario.roster_spans import agents_today, roster_span, what_is_wrong, with_agents_in
from servsim.scenario.samples import with_samples
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.lists_of_the_day import EVERY_DAY
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.scenario.uncertain_draws import DRAWS, read_draws
from servsim.scenario.ways_out import sentence

LARGEST_FILE = 1_000_000
STANDARD_INPUT = "-"
"""What stands in a file's place for standard input."""
LEVER: str = Evaluate.model_fields["lever"].default
LEVER_PATH: Path = ("evaluate", "lever")


def read_scenario(file: str | File, overrides: Iterable[str] = ()) -> Scenario:
    """The scenario in a TOML file, - for standard input, with overrides such as "staff.agents=3" put in its place.

    Raises ScenarioError with one message for each mistake: file, line, key, value, what it must be.
    """
    text = text_of(File(file))
    try:
        raw = parsed_file(text)
    except (ValueError, RecursionError) as error:
        line, message = not_toml(text, error)
        raise ScenarioError([f"{called(file)}:{line}: {message}"]) from None
    lever = lever_in(raw)
    origins: dict[Path, str] = {}
    for override in overrides:
        origins[apply(raw, override)] = typed(override)
    refuse_levels_of(lever, lever_in(raw), origins)
    folder = File() if is_standard_input(file) else File(file).parent
    put_draws(raw, File(file), text, origins)
    return checked(raw, called(file), text, origins, with_samples(raw, folder))


def put_draws(raw: dict[str, Any], file: File, text: str, origins: Mapping[Path, str]) -> None:
    """Put the joint draws of [uncertain] in the place of their file's name, so that a scenario has all it needs."""
    uncertain = raw.get("uncertain")
    if not isinstance(uncertain, dict) or not isinstance(name := uncertain.get(DRAWS), str):
        return
    path: Path = ("uncertain", DRAWS)
    try:
        uncertain[DRAWS] = read_draws(file, name)
    except ValueError as error:
        line = line_of(lines_of(text), path)
        where = origin(origins, path) or (f"{called(file)}:{line}" if line else called(file))
        raise ScenarioError([f"{where}: uncertain.draws is {as_written(name)}, {error}."]) from None


class Option(str):
    """An override for which there is an option of its own, by whose name mistakes in it are said."""

    option: str

    def __new__(cls, option: str, override: str) -> Self:
        """What the option stands for, key=value."""
        asked = super().__new__(cls, override)
        asked.option = option
        return asked


def typed(override: str) -> str:
    """An override as a person typed it."""
    return override.option if isinstance(override, Option) else f"--set {override}"


def lever_in(raw: dict[str, Any]) -> Any:
    """The lever that parsed settings ask about."""
    asked = raw.get("evaluate")
    return asked.get("lever", LEVER) if isinstance(asked, dict) else LEVER


def refuse_levels_of(own: Any, lever: Any, origins: Mapping[Path, str]) -> None:
    """ScenarioError where another lever is asked about than the file's own, whose levels it would be tried at."""
    is_known = isinstance(lever, str) and tuple(lever.split(".")) in numeric_settings()
    if lever == own or not is_known or any(origins.get(path) for path in (("evaluate",), ("evaluate", "levels"))):
        return
    raise ScenarioError([
        f"{origin(origins, LEVER_PATH)}: evaluate.levels are of another lever, {own}; say with --levels which of "
        f"{lever} to try (for a plot: --lever {lever}=LEVELS)."
    ])  # fmt: skip


def place_of(file: str | File, overrides: Iterable[str], path: Path) -> str:
    """Where a setting of a file that can be read was written: its override, else the file and the line."""
    text = text_of(File(file))
    raw = parsed_file(text)
    label = origin({apply(raw, override): typed(override) for override in overrides}, path)
    line = line_of(lines_of(text), path)
    return label or (f"{called(file)}:{line}" if line else called(file))


def called(file: str | File) -> str:
    """What messages call the place that a scenario is read from: its path, or standard input."""
    return "standard input" if is_standard_input(file) else str(file)


def is_standard_input(file: str | File) -> bool:
    """Does - stand in a file's place?"""
    return str(file) == STANDARD_INPUT


def text_of(file: File) -> str:
    """The text of a file, or of standard input; ScenarioError where there is none to be had."""
    name = called(file)
    try:
        data = bytes_of(file)
        if len(data) > LARGEST_FILE:
            raise ScenarioError([f"{name} is too large; a scenario file must be at most {LARGEST_FILE:,} bytes."])
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError([missing(file)]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ScenarioError([f"{name}:{line}: this line is not UTF-8 text; the file must be saved as UTF-8."]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError([f"{name} cannot be read: {reason}."]) from None


def bytes_of(file: File) -> bytes:
    """What a file, or standard input, begins with: up to one byte more than a scenario may have."""
    if is_standard_input(file):
        return piped(sys.stdin)
    if file.is_dir():
        raise ScenarioError([f"{file} is a folder; it must be a scenario file such as scenarios/salon.toml."])
    with file.open("rb") as opened:
        keep_in_mind(file, SCENARIO)
        return opened.read(LARGEST_FILE + 1)


@lru_cache(maxsize=1)
def piped(stdin: TextIO | None) -> bytes:
    """What standard input begins with, kept: it gives its bytes once, and a scenario's text is asked for again."""
    if stdin is None:
        raise ScenarioError(["standard input cannot be read: it is closed."])
    found = stdin.buffer.read(LARGEST_FILE + 1)
    if not found.strip():
        raise ScenarioError(["standard input is empty; it must be a scenario: cat shop.toml | servsim run -"])
    return found


def missing(file: File) -> str:
    """That a file is not there, and the scenario beside its place whose name is most like its own."""
    names = {other.stem.lower(): other for other in file.parent.glob("*.toml")}
    if near := get_close_matches(file.stem.lower(), names, n=1):
        return f"{file} does not exist. Did you mean {names[near[0]]}?"
    return f"{file} does not exist; `servsim init` writes a scenario to start from."


def apply(raw: dict[str, Any], override: str) -> Path:
    """Put one override, key=value, into the parsed file; the path it went to."""
    key, equals, value = override.partition("=")
    names = [part.strip() for part in key.split(".")]
    if not equals or not all(names):
        raise ScenarioError([f"--set {override}: it must be key=value, such as --set staff.agents=3."])
    return place(raw, names, tomlish(value), override)


def place(raw: Any, names: list[str], value: Any, override: str) -> Path:
    """Set a value at the end of a path of keys, making tables on the way; the path with list places from 0."""
    path: list[str | int] = []
    for name, following in zip(names, [*names[1:], ""], strict=True):
        path.append(step_into(raw, name, ".".join(names[: len(path)]), typed(override)))
        if not following:
            raw[path[-1]] = value
        elif isinstance(raw, dict):
            raw = raw.setdefault(name, [] if following.isdecimal() else {})
        else:
            raw = raw[path[-1]]
    return tuple(path)


def step_into(raw: Any, name: str, here: str, label: str) -> str | int:
    """The key or the place (from 0) that a name stands for in what was parsed; ScenarioError where there is none."""
    if isinstance(raw, dict):
        return name
    if not isinstance(raw, list):
        raise ScenarioError([f"{label}: {here} is {as_written(raw)}; it must be a table to have {name} in it."])
    if not raw:
        raise ScenarioError([f"{label}: {here} is empty; it must have items before one of them can be changed."])
    places = [str(number) for number in range(1, len(raw) + 1)]
    if name not in places:
        raise ScenarioError([f"{label}: {here}.{name} is not in the list; its place must be from 1 to {len(raw)}."])
    return places.index(name)


def tomlish(value: str) -> Any:
    """A value as TOML reads it, or the text itself where TOML would want quotes."""
    try:
        return tomllib.loads(f"value = {value.strip()}")["value"]
    except (ValueError, RecursionError):
        return value.strip()


def checked(
    raw: dict[str, Any],
    file: str,
    text: str = "",
    origins: dict[Path, str] | None = None,
    before: Iterable[tuple[Path, str]] = (),
) -> Scenario:
    """The scenario of parsed settings; ScenarioError with every mistake and its place, the first of very many.

    before: what was found wrong already.
    """
    found: list[tuple[Path, str | ErrorDetails]] = [*before]
    try:
        scenario = Scenario.model_validate(raw)
        found += complaints(scenario)
    except ValidationError as error:
        found += [(detail["loc"], detail) for detail in map(partial(as_in_file, raw), error.errors(include_url=False))]
    if not found:
        return scenario
    lines = lines_of(text)
    placed = []
    for path, mistake in found:
        label = origin(origins or {}, path)
        line = None if label else line_of(lines, path)
        placed.append((line or 0, label or (f"{file}:{line}" if line else file), mistake))
    placed.sort(key=lambda each: each[0])
    raise ScenarioError(told(placed) + more(file, len(placed) - MOST_TOLD))


def as_in_file(raw: dict[str, Any], detail: ErrorDetails) -> ErrorDetails:
    """A mistake at the place where it is written: in a list that stands alone for its table's line of every day."""
    path: list[str | int] = []
    here: Any = raw
    for part in detail["loc"]:
        if part == EVERY_DAY and isinstance(here, list):
            continue
        path.append(part)
        inside = isinstance(here, list) and isinstance(part, int) and part < len(here)
        here = here[part] if inside else here.get(part) if isinstance(here, dict) else None
    return {**detail, "loc": tuple(path)}


MOST_TOLD = 100
"""Mistakes that are told: who mends so many finds the rest afterwards."""


def told(placed: list[tuple[int, str, str | ErrorDetails]]) -> list[str]:
    """The messages about mistakes, line by line, no more than anybody reads."""
    messages = [
        (line, f"{where}: {mistake if isinstance(mistake, str) else sentence(mistake)}")
        for line, where, mistake in placed[:MOST_TOLD]
    ]
    return [message for _, message in sorted(messages)]


def more(file: str, many: int) -> list[str]:
    """How many mistakes are not told."""
    return [f"{file}: {many:,} more mistake{'s are' if many > 1 else ' is'} not shown."] if many > 0 else []


def origin(origins: Mapping[Path, str], path: Path) -> str | None:
    """The override that wrote what is at a path, something around it, or a part of it."""
    return next((label for set_at, label in origins.items() if all(map(eq, set_at, path))), None)


def known(lever: str) -> list[str]:
    """The keys of a setting; ScenarioError where there is no such setting."""
    parts = tuple(lever.split("."))
    if parts not in every_setting():
        raise ScenarioError([not_a_setting(parts)])
    return list(parts)


def value_at(scenario: Scenario, lever: str) -> Any:
    """Today's value of a setting; ScenarioError where its table is left out or there is no such setting."""
    value: Any = scenario
    if span := roster_span(tuple(lever.split("."))):
        if wrong := what_is_wrong(scenario, span):
            raise ScenarioError([f"{lever} has no value: {wrong}."])
        return int((agents_today(scenario, span) or [0.0])[0])
    parts = known(lever)
    for number, part in enumerate(parts, 1):
        value = getattr(value, part)
        if value is None:
            left_out = ".".join(parts[:number])
            raise ScenarioError([f"{lever} has no value: the scenario leaves {left_out} out; write it down first."])
    return value


def with_level(scenario: Scenario, lever: str, level: float) -> Scenario:
    """The scenario with one setting at another value, checked as a file is."""
    return with_settings(scenario, {lever: level})


def exactly(value: Any) -> Any:
    """A number as a file would have it, a whole one without a fraction; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    number: Any = value
    return int(number) if float(number).is_integer() else float(number)


def with_settings(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The scenario with some settings at other values, all at once, checked as a file is."""
    raw = scenario.model_dump(exclude_unset=True, exclude_none=True)
    exact = {lever: exactly(value) for lever, value in values.items()}
    for lever, value in exact.items():
        if span := roster_span(tuple(lever.split("."))):
            value_at(scenario, lever)  # a span that cannot be changed is said here
            with_agents_in(raw, span, value)
        else:
            place(raw, known(lever), value, f"{lever}={value}")
    return checked(raw, ", ".join(f"{lever} = {as_written(value)}" for lever, value in exact.items()))
