"""What a store holds: the questions that were asked, their settings, their replications; and how to forget them.

A question's key is a fingerprint of all that its row says (`Experiment.key`), so that a damaged row is known.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from servsim.scenario.scenario import Scenario
from servsim.study.metrics import NAMES, OWN
from servsim.study.run import Run
from servsim.study.scenario_identity import fingerprint, model_version
from servsim.study.store.database import YOUNGER, Purpose, Storage, StoreError
from servsim.study.store.inquiries import forget_unanswered, inquiries
from servsim.study.store.store import DamageError, sound

BATCH = 1_000
"""Replications read at once."""


@dataclass(frozen=True)
class Question:
    """One scenario under one seed: what a store knows of it. replications, size: how many are kept, in how many
    bytes.
    """

    number: int
    key: str
    digest: str
    title: str
    model: int
    seed: int
    engine: str
    machine: str
    first: str
    last: str
    names: dict[str, list[str]] = field(repr=False)
    settings: dict[str, Any] = field(repr=False)
    replications: int
    size: int

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario; StoreError where it is not one of this version of servsim."""
        try:
            return Scenario.model_validate_json(json.dumps({**self.settings, "title": self.title}))
        except ValidationError:
            raise StoreError(f"{self.key[:8]} was asked of another version of servsim, with other settings.") from None

    @property
    def is_sound(self) -> bool:
        """Does the key still fit what it is a fingerprint of?"""
        names = [self.names[what] for what in ("figures", "own", "controls", "months") if what in self.names]
        return fingerprint([self.settings, self.seed, self.engine, self.model, self.machine, *names])[:32] == self.key

    @property
    def is_written(self) -> bool:
        """Is what the key says nothing of still text, and a day and time where it must be?"""
        for moment in (self.first, self.last):
            datetime.fromisoformat(moment)  # ValueError where it is none
        return isinstance(self.title, str) and isinstance(self.digest, str)

    @property
    def is_old(self) -> bool:
        """Was it another version of the model that answered? No answer of this one uses its replications."""
        return self.model != model_version()

    def to_dict(self) -> dict[str, Any]:
        """The question as `servsim results --json` prints it."""
        told = ("key", "digest", "title", "model", "seed", "engine", "machine", "first", "last", "replications", "size")
        return {name: getattr(self, name) for name in told}


@contextmanager
def opened(path: Path, purpose: Purpose = "use") -> Iterator[Storage]:
    """A store's file; a damaged row is a StoreError, too."""
    storage = Storage(path, purpose)
    try:
        yield storage
    except DamageError as error:
        raise StoreError(f"{path} is damaged: {error} is not as it was kept; it is left as it is.") from None
    finally:
        storage.close()


def questions(storage: Storage) -> list[Question]:
    """Everything that was asked, the latest last."""
    beside = [name for name in ("controls", "customers", *YOUNGER) if name in storage.columns()]
    size = " + ".join(["length(own)", *(f"coalesce(length({name}), 0)" for name in beside)])
    rows = storage.rows(
        "SELECT id, key, digest, title, model, seed, engine, machine, first, last, names, settings, count(replication),"
        f" coalesce(sum({size}), 0)"
        " FROM question LEFT JOIN world ON question = id GROUP BY id ORDER BY last, id"
    )
    return [question_of(row) for row in rows]


def question_of(row: Sequence[Any]) -> Question:
    """A row as a question; DamageError where it is not as it was kept."""
    try:
        names, settings = json.loads(row[10]), json.loads(row[11])
        size = row[13] + row[12] * 8 * (2 + len(names["figures"]))
        asked = Question(*row[:10], names, settings, row[12], size)  # type: ignore[call-arg]
        if asked.is_sound and asked.is_written:
            return asked
    except (ValueError, TypeError, KeyError):
        pass
    raise DamageError(f"question {str(row[1])[:8]}")


def questions_of(storage: Storage, key: str) -> list[Question]:
    """All questions of the inquiry whose key begins so, the latest last; else the one question of `question`."""
    found = [each for each in inquiries(storage) if key and each.key.startswith(key)]
    if len(found) > 1:
        raise StoreError(f"{key}: {len(found)} inquiries begin so; say which: {', '.join(e.key[:8] for e in found)}.")
    if not found:
        return [question(storage, key)]
    return [each for each in questions(storage) if each.number in found[0].questions]


def question(storage: Storage, key: str) -> Question:
    """The question whose key, or whose scenario's digest, begins so; StoreError where there is none, or several."""
    found = [each for each in questions(storage) if key and (each.key.startswith(key) or each.digest.startswith(key))]
    if len(found) == 1:
        return found[0]
    if not found:
        raise StoreError(f"{key}: no question in {storage.path} begins so; `servsim results list` shows them.")
    keys = ", ".join(each.key[:8] for each in found[:8]) + (", …" if len(found) > 8 else "")
    raise StoreError(f"{key}: {len(found)} questions begin so; say which: {keys}.")


def replications_of(storage: Storage, asked: Question) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Replication, (metrics,) and (segments, own metrics) of each replication; DamageError where one is not as it
    was.
    """
    metrics = ", ".join(f'"{name}"' for name in asked.names["figures"])
    last = -1
    while True:
        rows = storage.rows(
            f"SELECT replication, own, checksum, {metrics} FROM world WHERE question = ? AND replication > ?"
            f" ORDER BY replication LIMIT {BATCH}",
            (asked.number, last),
        )
        for replication, own, checksum, *values in rows:
            table = sound(asked.key, replication, values, own, checksum)
            yield replication, table, np.frombuffer(own).reshape(-1, len(asked.names["own"]))
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def run_of(storage: Storage, asked: Question) -> Run:
    """The replications that are kept of a question as the run they are part of; metrics it did not have are
    undefined.
    """
    replications = list(replications_of(storage, asked))
    n, segments = len(replications), len(asked.scenario.segments)
    metrics = in_order([table for _, table, _ in replications], asked.names["figures"], NAMES).reshape(n, len(NAMES))
    own = in_order([own for _, _, own in replications], asked.names["own"], [each.name for each in OWN])
    return Run(
        asked.scenario, asked.seed, asked.scenario.evaluate.confidence, metrics, own.reshape(n, segments, len(OWN)),
        np.zeros((n, 0)),
    )  # fmt: skip


def in_order(tables: Sequence[np.ndarray], have: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Tables whose last axis has these names, by the names wanted; NaN where there is none."""
    stacked = np.array(tables) if len(tables) else np.empty((0, len(have)))
    gap = np.full(stacked.shape[:-1], np.nan)
    columns = [stacked[..., have.index(name)] if name in have else gap for name in wanted]
    return np.stack(columns, axis=-1)


def forget(storage: Storage, asked: Iterable[Question]) -> int:
    """Take questions and their replications out of the file; the bytes by which it becomes smaller."""
    before = storage.size()
    with storage.transaction():
        for each in asked:
            storage.insist("DELETE FROM world WHERE question = ?", (each.number,))
            storage.insist("DELETE FROM question WHERE id = ?", (each.number,))
        forget_unanswered(storage)
    with suppress(StoreError):  # no room, or no leave, to write the file anew: the space is used again later
        storage.shrink()
    return before - storage.size()
