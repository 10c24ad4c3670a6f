"""Tables in text files: encoding, delimiter or fixed width, and whether there is a line of names, found by trial."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from servsim.errors import ServsimError
from servsim.records.cells import looks_like_data
from servsim.records.source import NOTHING, Rows, Source, in_pieces, named_columns

SAMPLE_BYTES, SAMPLE_LINES = 1 << 18, 300
DELIMITERS = ("\t", ";", "|", ",")
"""In the order of trust: a comma is also a decimal sign."""
ALIKE = 0.9
"""Share of lines that must have as many cells as most have, for a delimiter to be one."""
BLANKS = " "
"""Stands for columns that blanks keep apart."""
ONE_COLUMN = ""


def text_source(path: Path) -> Source:
    """The table in a text file; ServsimError where it is none."""
    encoding = encoding_of(path)
    lines = sample(path, encoding)
    if not lines:
        raise ServsimError(f"{path} has no text in it; it must have a row for each visit.")
    delimiter = delimiter_of(lines)
    rows = list(islice(cells_of_lines(path, encoding, delimiter), SAMPLE_LINES))
    width = Counter(len(row) for row in rows if any(row)).most_common(1)[0][0]
    has_names = is_head(rows)
    names = named_columns(rows[0] if has_names else [""] * width)
    said = [f"{path.name}: {delimiter_words(delimiter)}, {encoding.removesuffix('-sig')}."]
    if not has_names:
        said.append(f"{path.name}: the first row is data, no names; columns are called column 1 to column {width}.")
    return Source(path.name, names, 2 if has_names else 1,
                  partial(pieces, path, encoding, delimiter, len(names), has_names), tuple(said))  # fmt: skip


def encoding_of(path: Path) -> str:
    """How a file's letters are written: by its mark, else UTF-16 where every other byte is none, else UTF-8, else
    Western European."""
    with path.open("rb") as file:
        data = file.read(SAMPLE_BYTES)
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    for mark, encoding in marks.items():
        if data.startswith(mark):
            return encoding
    if data[1::2].count(0) > len(data) // 4:
        return "utf-16-le"
    if data[::2].count(0) > len(data) // 4:
        return "utf-16-be"
    if data.startswith(b"PK\x03\x04") or b"\x00" in data:
        raise ServsimError(f"{path} is no text; it must be CSV, or a workbook or Parquet file by its usual ending.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def sample(path: Path, encoding: str) -> list[str]:
    """The first lines of a file that are not empty."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(SAMPLE_BYTES)
    return [line for line in text.splitlines() if line.strip()][:SAMPLE_LINES]


def delimiter_of(lines: list[str]) -> str:
    """What keeps columns apart: the first sign that makes all lines alike, the line of names included; else blanks."""
    for sign in DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=sign)]
        usual, many = Counter(widths).most_common(1)[0]
        if usual > 1 and widths[0] == usual and many >= ALIKE * len(widths):
            return sign
    words = Counter(len(line.split()) for line in lines)
    usual, many = words.most_common(1)[0]
    return BLANKS if usual > 1 and many == len(lines) else ONE_COLUMN


def delimiter_words(delimiter: str) -> str:
    """What keeps columns apart, in words."""
    words = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", BLANKS: "blanks (fixed width)"}
    return f"columns apart by {words[delimiter]}" if delimiter else "one column"


def is_head(rows: Rows) -> bool:
    """Is the first row one of names: nothing in it looks like data, but below it something does, or all is words?"""
    first = [cell for cell in rows[0] if cell.strip()]
    return bool(first) and not any(looks_like_data(cell) for cell in first)


def cells_of_lines(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Every row as cells; an empty one has none."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        if delimiter in (BLANKS, ONE_COLUMN):
            yield from (line.split() if delimiter else [line.strip().strip('"')] for line in file)
            return
        reader = csv.reader(file, delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            raise ServsimError(
                f"{path}: line {reader.line_num} cannot be read ({error}); save the table anew."
            ) from None


def pieces(path: Path, encoding: str, delimiter: str, width: int, has_names: bool) -> Iterator[Rows]:
    """The rows of data, in pieces."""
    rows = islice(cells_of_lines(path, encoding, delimiter), int(has_names), None)
    yield from in_pieces(fitted(row, width) for row in rows)


def fitted(row: list[str], width: int) -> list[str]:
    """A row as long as the table has columns: padded, or freed of empty cells; NOTHING where it is too long."""
    if len(row) <= width:
        return [*row, *[""] * (width - len(row))]
    return NOTHING if any(map(str.strip, row[width:])) else row[:width]
