"""Tables as CSV that a spreadsheet may open: words that it would take for a formula are guarded, numbers are not."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet takes for a formula (owasp.org/www-community/attacks/CSV_Injection)."""


def guarded(cell: Any) -> Any:
    """A cell behind an apostrophe, where it is words that begin as a formula does; a number as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def write_table(file: TextIO, head: Sequence[str], rows: Iterable[Iterable[Any]]) -> int:
    """Write a table with its head to an open file; how many rows there were."""
    writer = csv.writer(file)
    writer.writerow(map(guarded, head))
    many = 0
    for row in rows:
        writer.writerow(map(guarded, row))
        many += 1
    return many


def save_table(path: Path, head: Sequence[str], rows: Iterable[Iterable[Any]]) -> int:
    """Write a table to a file; how many rows there were."""
    with path.open("w", newline="", encoding="utf-8") as file:
        return write_table(file, head, rows)
