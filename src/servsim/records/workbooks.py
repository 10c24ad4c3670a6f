"""Tables in workbooks (.xlsx and their like), wherever in them the table is."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from servsim.errors import ServsimError, needs_extra
from servsim.records.cells import as_text, looks_like_data
from servsim.records.source import Rows, Source, in_pieces, named_columns

LOOK = 50
"""Rows from the top among which a table begins."""


def workbook_source(path: Path) -> Source:
    """The largest table of a workbook; ServsimError where there is none."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise needs_extra(f"{path.name}: reading a workbook", "python-calamine", "fit") from None
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=True) for name in book.sheet_names}
    except (CalamineError, OSError) as error:
        raise ServsimError(f"{path} cannot be read as a workbook ({type(error).__name__}); save it as CSV.") from None
    name, rows = max(sheets.items(), key=lambda sheet: cells_in(sheet[1]))
    if not cells_in(rows):
        raise ServsimError(f"{path} has no cells in it; it must have a row for each visit.")
    place = head_place(rows)
    has_names = not any(looks_like_data(as_text(cell)) for cell in rows[place] if as_text(cell))
    width = len(rows[place])
    names = named_columns([as_text(cell) for cell in rows[place]] if has_names else [""] * width)
    body = rows[place + has_names :]
    which = f"{path.name}: sheet {list(sheets).index(name) + 1} of {len(sheets)}, table from row {place + 1} on."
    return Source(path.name, names, place + 1 + has_names, partial(pieces, body), (which,))


def cells_in(rows: list[list[Any]]) -> int:
    """How many cells are not empty."""
    return sum(cell not in ("", None) for row in rows for cell in row)


def head_place(rows: list[list[Any]]) -> int:
    """The first row that is as full as the fullest near the top: above it are titles."""
    full = [sum(cell not in ("", None) for cell in row) for row in rows[:LOOK]]
    return next(place for place, many in enumerate(full) if many >= 0.8 * max(full))


def pieces(rows: list[list[Any]]) -> Iterator[Rows]:
    """Rows as text cells, in pieces."""
    yield from in_pieces([as_text(cell) for cell in row] for row in rows)
