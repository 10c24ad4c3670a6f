"""The store exported as tidy rows, and stores of several machines or shards merged into one."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servsim.csv_files import save_table
from servsim.errors import needs_extra
from servsim.study.intervals_and_tables import defined
from servsim.study.metrics import BY_NAME, OWN, unit_of
from servsim.study.scenario_identity import distinctions
from servsim.study.store.catalogue import BATCH, Question, opened, questions, replications_of
from servsim.study.store.database import Storage, StoreError
from servsim.study.store.inquiries import copy_inquiries, inquiries
from servsim.study.store.store import ADD_WHAT_IT_LACKS, COLUMNS_OF_A_WORLD, DamageError, sound, unsealed

COLUMNS = (
    "question", "digest", "scenario", "model", "seed", "engine", "asked", "changed", "replication", "segment", "metric",
    "value", "unit",
)  # fmt: skip
"""The columns of every export; behind them one for each setting in which not all of its scenarios agree, by its key.

changed: the settings in which a scenario is not as most of them are, such as the lever of an evaluation, or a doubt.
"""
WHOLE = {"model": "int64", "seed": "int64", "replication": "int64", "value": "double"}
"""Columns of a Parquet file that are numbers; the others are words, each of which is written once."""
ROWS_AT_ONCE = 100_000
FORMATS = (".csv", ".parquet")

Row = tuple[Any, ...]


def rows(storage: Storage, asked: Sequence[Question]) -> Iterator[Row]:
    """The rows of questions, replication by replication; undefined values are None, segment is empty for the whole
    desk.
    """
    told = inquiries(storage)
    for each, settings, changed in zip(asked, differing(asked), stands_apart(asked), strict=True):
        by = "; ".join(inquiry.words for inquiry in told if each.number in inquiry.questions)
        identity = (each.key, each.digest, each.title, each.model, each.seed, each.engine, by, changed)
        metrics = [("", name, unit) for name, unit in units(each)]
        own = [(segment.name, *pair) for segment in each.scenario.segments for pair in own_units(each)]
        for replication, table, segments in replications_of(storage, each):
            for (segment, name, unit), value in zip(metrics + own, [*table, *segments.flat], strict=True):
                yield (*identity, replication, segment, name, defined(float(value)), unit, *settings)


def differing(asked: Sequence[Question]) -> list[list[Any]]:
    """Of each question, its values of the settings in which not all agree; lists as JSON has them."""
    return [[written(value) for value in own.values()] for own in distinctions([each.settings for each in asked])]


def stands_apart(asked: Sequence[Question]) -> list[str]:
    """Of each question, the settings in which it is not as most are, by their keys."""
    names, values = columns(asked)[len(COLUMNS) :], differing(asked)
    usual = [Counter(column).most_common(1)[0][0] for column in zip(*values, strict=True)]
    return [
        ", ".join(name for name, value, most in zip(names, own, usual, strict=True) if value != most) for own in values
    ]


def columns(asked: Sequence[Question]) -> list[str]:
    """The columns of an export of these questions."""
    return [*COLUMNS, *(distinctions([each.settings for each in asked])[0] if asked else ())]


def written(value: Any) -> Any:
    """A setting as a cell has it."""
    return json.dumps(value) if isinstance(value, list | bool) else value


def units(asked: Question) -> list[tuple[str, str]]:
    """Each metric of a question with its unit; empty where this version no longer knows the metric."""
    currency = asked.scenario.money.currency
    return [(name, unit_of(name, currency) if name in BY_NAME else "") for name in asked.names["figures"]]


def own_units(asked: Question) -> list[tuple[str, str]]:
    """The same of the metrics that each segment has."""
    known = {own.name: own.unit.replace("money", asked.scenario.money.currency) for own in OWN}
    return [(name, known.get(name, "")) for name in asked.names["own"]]


def export(storage: Storage, asked: Sequence[Question], path: Path, suffix: str) -> None:
    """Write rows to a file of the kind that the suffix says; ServsimError where it cannot be written here."""
    if suffix == ".parquet":
        write_parquet(rows(storage, asked), columns(asked), numbers_among(asked), path)
        return
    save_table(path, columns(asked), rows(storage, asked))


def numbers_among(asked: Sequence[Question]) -> dict[str, str]:
    """The columns that hold numbers, with their kind: settings, too, where every question has one, or none."""
    settings = dict(zip(columns(asked)[len(COLUMNS) :], zip(*differing(asked), strict=True), strict=True))
    numeric = (name for name, own in settings.items() if all(isinstance(each, float | int | None) for each in own))
    return WHOLE | dict.fromkeys(numeric, "double")


def write_parquet(found: Iterable[Row], names: Sequence[str], numbers: Mapping[str, str], path: Path) -> None:
    """Write rows as Parquet, a part of them at a time."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise needs_extra("Parquet", "pyarrow", "frames") from None
    words = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    schema = pyarrow.schema([(name, numbers.get(name, words)) for name in names])
    with ParquetWriter(path, schema) as writer:
        for part in parts(found):
            cells = zip(*part, strict=True)
            arrays = [pyarrow.array(column, field.type) for column, field in zip(cells, schema, strict=True)]
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


METRIC = re.compile(r"[a-z][a-z0-9_]{0,60}", re.ASCII)
"""What a metric may be called: names of columns come out of files that somebody else may have written."""


@dataclass(frozen=True)
class Merged:
    """Replications of a part, the questions they are of, and how many of the replications were not there before."""

    replications: int
    questions: int
    new: int


def merge(storage: Storage, part: Path) -> Merged:
    """Copy the replications of another store, all of them or none; StoreError where it is damaged, or no store of
    ours.
    """
    if part.exists() and part.samefile(storage.path):
        raise StoreError(f"{part} is the store that the others are to be merged into.")
    with opened(part, "read") as theirs:
        asked = questions(theirs)
        storage.widen({name for each in asked for name in metrics_of(each)})
        before = count(storage)
        with storage.transaction():
            for each in asked:
                copy(theirs, each, storage)
            copy_inquiries(theirs, storage)
        return Merged(sum(each.replications for each in asked), len(asked), count(storage) - before)


def metrics_of(asked: Question) -> list[str]:
    """The metrics of a question; DamageError where one has no name that we would give."""
    for name in asked.names["figures"]:
        if not METRIC.fullmatch(name):
            raise DamageError(f"question {asked.key[:8]}")
    return asked.names["figures"]


def count(storage: Storage) -> int:
    """Replications in a store."""
    return int(storage.rows("SELECT count(*) FROM world")[0][0])


def copy(theirs: Storage, asked: Question, storage: Storage) -> None:
    """Copy a question and its replications; what is there already stays, and gets what it lacks."""
    number = copied_question(theirs, asked, storage)
    metrics = ", ".join(f'"{name}"' for name in metrics_of(asked))
    have = theirs.columns()
    found = ", ".join(name if name in have else "NULL" for name in COLUMNS_OF_A_WORLD)
    marks = ", ".join("?" * (1 + len(COLUMNS_OF_A_WORLD) + len(asked.names["figures"])))
    columns = ", ".join(COLUMNS_OF_A_WORLD)
    put = f"INSERT INTO world (question, {columns}, {metrics}) VALUES ({marks}) {ADD_WHAT_IT_LACKS}"
    last = -1
    while rows := theirs.rows(
        f"SELECT {found}, {metrics} FROM world WHERE question = ? AND replication > ?"
        f" ORDER BY replication LIMIT {BATCH}",
        (asked.number, last),
    ):
        for row in rows:
            check(asked.key, row)
            storage.insist(put, (number, *row))
        last = rows[-1][0]


def copied_question(theirs: Storage, asked: Question, storage: Storage) -> int:
    """The number of a question in our file, put there where it was not."""
    columns = "key, digest, title, model, seed, engine, machine, first, last, names, settings"
    row = theirs.rows(f"SELECT {columns} FROM question WHERE id = ?", (asked.number,))[0]
    storage.insist(
        f"INSERT INTO question ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
        " first = min(first, excluded.first), last = max(last, excluded.last)",
        row,
    )
    return int(storage.rows("SELECT id FROM question WHERE key = ?", (asked.key,))[0][0])


def check(key: str, row: tuple[Any, ...]) -> None:
    """DamageError where a row is not as it was kept."""
    replication, own, *seals, checksum = row[: len(COLUMNS_OF_A_WORLD)]
    sound(key, replication, row[len(COLUMNS_OF_A_WORLD) :], own, checksum)
    for seal in seals:
        if seal is not None:
            unsealed(key, replication, seal)
