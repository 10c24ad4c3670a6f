"""A table as it comes from a file or from a program: text cells under column names, read in pieces, again and again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servsim.errors import ServsimError

PIECE = 20_000
"""Rows that are in memory at once."""

Rows = list[list[str]]
"""Some rows of text cells, each as long as the table has columns."""
NOTHING: list[str] = []
"""A row that does not fit the columns, in its place so that those after it keep their numbers."""


@dataclass(frozen=True)
class Source:
    """A table that can be read as often as needed.

    name: what messages call it. head: its columns, named after their place where the table does not name them. first:
    number of its first row of data as the file counts rows, from 1. pieces: its rows from the first on. said: how it
    was read.
    """

    name: str
    head: tuple[str, ...]
    first: int
    pieces: Callable[[], Iterator[Rows]]
    said: tuple[str, ...] = ()


def source_of(what: Any) -> Source:
    """The table in a file by its ending (.csv, .txt, .tsv, .xlsx, .parquet), or in a DataFrame.

    ServsimError where there is none.
    """
    if not isinstance(what, str | Path):
        from servsim.records.frames import frame_source

        return frame_source(what)
    path = Path(what)
    if path.is_dir():
        raise ServsimError(f"{path} is a folder; name the file with the records.")
    if not path.exists():
        raise ServsimError(f"{path} does not exist; name the file with the records.")
    if path.stat().st_size == 0:
        raise ServsimError(f"{path} is empty; it must have a row for each visit.")
    ending = path.suffix.lower()
    if ending in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"):
        from servsim.records.workbooks import workbook_source

        return workbook_source(path)
    if ending in (".parquet", ".pq"):
        from servsim.records.frames import parquet_source

        return parquet_source(path)
    from servsim.records.text_files import text_source

    return text_source(path)


def named_columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Column names, each once and none empty."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return tuple(names)


def in_pieces(rows: Iterator[list[str]]) -> Iterator[Rows]:
    """Rows, so many at a time."""
    piece: Rows = []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece
