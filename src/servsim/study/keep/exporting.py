"""Kept worlds as tidy rows in a file: one row for each world and figure, the question's identity beside it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from servsim.errors import needs_extra
from servsim.study.confidence_intervals import defined
from servsim.study.metrics import BY_NAME, OWN, unit_of
from servsim.study.store.catalogue import Question, worlds_of
from servsim.study.store.database import Storage

COLUMNS = (
    "question", "digest", "scenario", "model", "seed", "engine", "replication", "segment", "metric", "value", "unit",
)  # fmt: skip
WHOLE = {"model": "int64", "seed": "int64", "replication": "int64", "value": "double"}
"""Columns of a Parquet file that are numbers; the others are words, each of which is written once."""
ROWS_AT_ONCE = 100_000
FORMATS = (".csv", ".parquet")

Row = tuple[Any, ...]


def rows(storage: Storage, asked: Iterable[Question]) -> Iterator[Row]:
    """The rows of questions, world by world; undefined values are None, segment is empty for the whole desk."""
    for each in asked:
        identity = (each.key, each.digest, each.title, each.model, each.seed, each.engine)
        figures = [("", name, unit) for name, unit in units(each)]
        own = [(segment.name, *pair) for segment in each.scenario.segments for pair in own_units(each)]
        for replication, table, segments in worlds_of(storage, each):
            for (segment, name, unit), value in zip(figures + own, [*table, *segments.flat], strict=True):
                yield (*identity, replication, segment, name, defined(float(value)), unit)


def units(asked: Question) -> list[tuple[str, str]]:
    """Each figure of a question with its unit; empty where this version no longer knows the figure."""
    currency = asked.scenario.money.currency
    return [(name, unit_of(name, currency) if name in BY_NAME else "") for name in asked.names["figures"]]


def own_units(asked: Question) -> list[tuple[str, str]]:
    """The same of the figures that each segment has."""
    known = {own.name: own.unit.replace("money", asked.scenario.money.currency) for own in OWN}
    return [(name, known.get(name, "")) for name in asked.names["own"]]


def export(storage: Storage, asked: Sequence[Question], path: Path, suffix: str) -> None:
    """Write rows to a file of the kind that the suffix says; ServsimError where it cannot be written here."""
    if suffix == ".parquet":
        write_parquet(rows(storage, asked), path)
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(storage, asked))


def write_parquet(found: Iterable[Row], path: Path) -> None:
    """Write rows as Parquet, a part of them at a time."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise needs_extra("Parquet", "pyarrow", "frames") from None
    words = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    schema = pyarrow.schema([(name, WHOLE.get(name, words)) for name in COLUMNS])
    with ParquetWriter(path, schema) as writer:
        for part in parts(found):
            columns = list(zip(*part, strict=True))
            arrays = [pyarrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def parts(found: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows, so many at a time."""
    part: list[Row] = []
    for row in found:
        part.append(row)
        if len(part) == ROWS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part
