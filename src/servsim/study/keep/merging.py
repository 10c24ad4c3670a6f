"""Stores of several machines, or of the shards of one question, put into one; what is copied is checked."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from servsim.study.keep.kept import ADD_WHAT_IT_LACKS, COLUMNS_OF_A_WORLD, DamageError, insist_sound, unsealed
from servsim.study.store.catalogue import BATCH, Question, opened, questions
from servsim.study.store.database import Storage, StoreError

FIGURE = re.compile(r"[a-z][a-z0-9_]{0,60}", re.ASCII)
"""What a figure may be called: names of columns come out of files that somebody else may have written."""


@dataclass(frozen=True)
class Merged:
    """Worlds of a part, the questions they are of, and how many of the worlds were not there before."""

    worlds: int
    questions: int
    new: int


def merge(storage: Storage, part: Path) -> Merged:
    """Copy the worlds of another store, all of them or none; StoreError where it is damaged, or no store of ours."""
    if part.exists() and part.samefile(storage.path):
        raise StoreError(f"{part} is the store that the others are to be merged into.")
    with opened(part, "read") as theirs:
        asked = questions(theirs)
        storage.widen({name for each in asked for name in figures_of(each)})
        before = count(storage)
        with storage.transaction():
            for each in asked:
                copy(theirs, each, storage)
        return Merged(sum(each.worlds for each in asked), len(asked), count(storage) - before)


def figures_of(asked: Question) -> list[str]:
    """The figures of a question; DamageError where one has no name that we would give."""
    for name in asked.names["figures"]:
        if not FIGURE.fullmatch(name):
            raise DamageError(f"question {asked.key[:8]}")
    return asked.names["figures"]


def count(storage: Storage) -> int:
    """Worlds in a store."""
    return int(storage.rows("SELECT count(*) FROM world")[0][0])


def copy(theirs: Storage, asked: Question, storage: Storage) -> None:
    """Copy a question and its worlds; what is there already stays, and gets what it lacks."""
    number = copied_question(theirs, asked, storage)
    figures = ", ".join(f'"{name}"' for name in figures_of(asked))
    have = theirs.columns()
    found = ", ".join(name if name in have else "NULL" for name in COLUMNS_OF_A_WORLD)
    marks = ", ".join("?" * (1 + len(COLUMNS_OF_A_WORLD) + len(asked.names["figures"])))
    columns = ", ".join(COLUMNS_OF_A_WORLD)
    put = f"INSERT INTO world (question, {columns}, {figures}) VALUES ({marks}) {ADD_WHAT_IT_LACKS}"
    last = -1
    while rows := theirs.rows(
        f"SELECT {found}, {figures} FROM world WHERE question = ? AND replication > ?"
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
    insist_sound(key, replication, np.array(row[len(COLUMNS_OF_A_WORLD) :], float), own, checksum)
    for seal in seals:
        if seal is not None:
            unsealed(key, replication, seal)
