"""[uncertain] draws: settings that are uncertain together, as joint draws out of a file beside the scenario."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DRAWS = "draws"
LEAST, MOST = 2, 10_000
"""How many joint draws there may be."""


def is_draw(key: str) -> bool:
    """Is a key of [uncertain], flattened, one of joint draws, draws.service.core_minutes?"""
    return key.startswith(f"{DRAWS}.")


def drawn_settings(uncertain: Mapping[str, Any]) -> dict[str, list[float]]:
    """The draws of each setting that has them; draws of the same place belong together."""
    return {key.removeprefix(f"{DRAWS}."): value for key, value in uncertain.items() if is_draw(key)}


def read_draws(file: Path, name: str) -> dict[str, list[float]]:
    """The draws in a CSV file, by setting: names of settings in its first row, a joint draw in each of the others.

    ValueError with what is wrong with it, to be said after the name.
    """
    path = file.parent / name
    try:
        with path.open(newline="", encoding="utf-8-sig") as opened:
            rows = list(csv.reader(opened))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no CSV"
        raise ValueError(
            f"which cannot be read ({reason}); it must be a file of joint draws beside the scenario"
        ) from None
    if not LEAST < len(rows) <= MOST + 1:
        raise ValueError(f"which has {max(0, len(rows) - 1)} draws; it must have between {LEAST} and {MOST:,}")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]) or not all(map(is_number, row)):
            raise ValueError(f"whose row {number} is not {len(rows[0])} numbers; each row must be one joint draw")
    return {key: [float(row[place]) for row in rows[1:]] for place, key in enumerate(rows[0])}


def is_number(cell: str) -> bool:
    """Is a cell a finite number?"""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
