"""Samples: durations and amounts as they were, read from a file beside the scenario and kept as its settings.

A scenario holds the numbers and not the name of a file, so that its identity, what is sent to other processes and what
a store keeps all depend on the content.
"""

from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import numpy as np

from servsim.duration_quantile_tables import QUANTILES, means_of_parts
from servsim.files import SCENARIO, keep_in_mind
from servsim.scenario.line_numbers import Path
from servsim.scenario.messages import as_written, dotted

SAMPLES = (("service", "core_sample"), ("spending", "basket_sample"))
"""Settings that may name a file."""
LARGEST_SAMPLE = 50_000_000
"""Bytes."""
ROWS = "each row of it must be a number above 0, such as 3.5"
HEAD = 1
"""The row that may be a heading."""
DIGITS = 10
"""What is kept of a number."""


def with_samples(raw: dict[str, Any], folder: File) -> list[tuple[Path, str]]:
    """Put the numbers in place of every file of a sample that parsed settings name; what is wrong with which."""
    wrong = []
    for path, table, key in named(raw):
        try:
            table[key] = numbers_in(folder / table[key])
        except ValueError as error:
            wrong.append((path, f"{dotted(path)} is {as_written(table.pop(key))}; {error}."))
    return wrong


def named(raw: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any], str]]:
    """The path of every sample that stands as a text, of the desk and of segments, the table that holds it, its key."""
    segments = raw.get("segments")
    holders: list[tuple[Path, Any]] = [((), raw)]
    if isinstance(segments, list):
        holders += [(("segments", number), segment) for number, segment in enumerate(segments)]
    for start, holder in holders:
        for table, key in SAMPLES:
            own = holder.get(table) if isinstance(holder, dict) else None
            if isinstance(own, dict) and isinstance(own.get(key), str):
                yield (*start, table, key), own, key


def numbers_in(file: File) -> list[float]:
    """The numbers in a file, one in each row; ValueError with what is wrong with it, and in which row."""
    keep_in_mind(file, SCENARIO)
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_SAMPLE + 1)
    except FileNotFoundError:
        raise ValueError(f"{file} does not exist; it must be a CSV file beside the scenario") from None
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_SAMPLE:
        raise ValueError(f"{file} is too large; it must be at most {LARGEST_SAMPLE:,} bytes")
    found = list(rows(data.decode("utf-8-sig", "replace"), file))
    if not found:
        raise ValueError(f"{file} has no numbers; {ROWS}")
    return as_sample(found)


def rows(text: str, file: File) -> Iterator[float]:
    """The number in each row; rows that are empty say nothing, and the first may be a heading."""
    for row, line in enumerate(text.splitlines(), 1):
        cell = line.strip().strip('"')
        if not cell:
            continue
        try:
            number = float(cell)
        except ValueError:
            if row == HEAD:
                continue
            number = -1.0
        if not 0.0 < number < float("inf"):
            raise ValueError(f"row {row} of {file} is {as_written(line.strip())}; {ROWS}")
        yield number


def as_sample(numbers: list[float]) -> list[float]:
    """Numbers in ascending order; of very many, the means of so many equal parts of them, whose mean is the same."""
    ordered = np.sort(np.array(numbers))
    found = ordered if len(ordered) <= QUANTILES else means_of_parts(ordered, QUANTILES)
    return [float(f"{number:.{DIGITS}g}") for number in found.tolist()]
