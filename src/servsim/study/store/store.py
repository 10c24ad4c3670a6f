"""The store: every finished replication kept at once in one SQLite file, as a row under checksums, and found again."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from servsim.study.control_variates import CONTROLS
from servsim.study.execution.replications import NO_MONTHS, NOBODYS, UNCONTROLLED, Experiment, Job, Outcome
from servsim.study.metrics import NAMES, OWN
from servsim.study.scenario_identity import machine, model_version, settings_of
from servsim.study.store.database import LIVES, YEARS, YOUNGER, Storage, StoreError, usual_place
from servsim.study.store.inquiries import Asking, asking_of, note
from servsim.study.yearly_projection import COLUMNS

VALUE = '"value"'
METRICS = ", ".join(f'"{name}"' for name in NAMES)
COLUMNS_OF_A_WORLD = ("replication", "own", "controls", "customers", *YOUNGER, "checksum")
"""The columns beside the metrics."""
CHECK_BYTES = 4
ADD_WHAT_IT_LACKS = f"""ON CONFLICT (question, replication) DO UPDATE SET
    controls = coalesce(controls, excluded.controls), customers = coalesce(customers, excluded.customers),
    {LIVES} = coalesce({LIVES}, excluded.{LIVES}),
    checksum = CASE WHEN {YEARS} IS NULL THEN excluded.checksum ELSE checksum END,
    {VALUE} = coalesce({VALUE}, excluded.{VALUE}), {YEARS} = coalesce({YEARS}, excluded.{YEARS})"""
"""What a replication lacks that was kept before is added; what it has stays. `value` comes with the years, and with it
the checksum of the metrics.
"""


class DamageError(Exception):
    """What it names is not as it was kept."""


def row_of(key: str, outcome: Outcome, controlled: bool) -> tuple[Any, ...]:
    """What COLUMNS_OF_A_WORLD say of a replication, and its metrics, as they are kept."""
    replication = outcome.job.replication
    own, is_far = outcome.own.tobytes(), len(outcome.months) > 0
    customers = sealed(key, replication, packed(outcome)) if len(outcome.fate) else None
    return (
        replication, own,
        sealed(key, replication, outcome.controls.tobytes()) if controlled else None,
        None if is_far else customers,
        sealed(key, replication, zlib.compress(outcome.months.tobytes(), 1)) if is_far else None,
        customers if is_far else None,
        checksum_of(key, replication, outcome.metrics, own),
        *(None if metric != metric else float(metric) for metric in outcome.metrics),
    )  # fmt: skip


def outcomes_of(key: str, place: int, rows: Sequence[tuple[Any, ...]]) -> list[Outcome]:
    """Rows as outcomes of a scenario's place; DamageError where one is not as it was kept."""
    found = []
    for replication, own, controls, customers, years, checksum, *values in rows:
        metrics = sound(key, replication, values, own, checksum)
        sums = np.frombuffer(unsealed(key, replication, controls)) if controls else UNCONTROLLED
        fate, spent, stayed = unpacked(unsealed(key, replication, customers)) if customers else NOBODYS
        months = monthly(unsealed(key, replication, years)) if years else NO_MONTHS
        if not years:  # an answer must not depend on who has asked for the years before
            metrics[NAMES.index("value")] = np.nan
        segments = np.frombuffer(own).reshape(-1, len(OWN))
        found.append(Outcome(Job(place, replication), metrics, segments, sums, fate, spent, stayed, months))
    return found


def monthly(data: bytes) -> np.ndarray:
    """(months, COLUMNS) of what was kept of them."""
    return np.frombuffer(zlib.decompress(data)).reshape(-1, len(COLUMNS))


def sound(key: str, replication: int, values: Sequence[float | None], own: bytes, checksum: int) -> np.ndarray:
    """(metrics,) a replication's metrics; DamageError where they, or what kind of thing they are, is not as it was."""
    try:
        metrics = np.array(values, float)
        if checksum == checksum_of(key, replication, metrics, own):
            return metrics
    except (TypeError, ValueError):
        pass
    raise damaged(key, replication)


def damaged(key: str, replication: int) -> DamageError:
    """Which replication is not as it was kept."""
    return DamageError(f"replication {replication!r:.20} of question {key[:8]}")


def checksum_of(key: str, replication: int, metrics: np.ndarray, own: bytes) -> int:
    """A checksum of what is kept of every replication; each NaN counts as the same."""
    same = np.where(np.isnan(metrics), np.nan, metrics)
    return zlib.crc32(own, zlib.crc32(same.tobytes(), label(key, replication)))


def label(key: str, replication: int) -> int:
    """A checksum of which replication it is."""
    return zlib.crc32(f"{key} {replication}".encode())


def sealed(key: str, replication: int, data: bytes) -> bytes:
    """Data behind its checksum."""
    return zlib.crc32(data, label(key, replication)).to_bytes(CHECK_BYTES, "little") + data


def unsealed(key: str, replication: int, data: bytes) -> bytes:
    """What was sealed; DamageError where it is not as it was."""
    content = data[CHECK_BYTES:] if isinstance(data, bytes) else b""
    if sealed(key, replication, content) != data:
        raise damaged(key, replication)
    return content


def packed(outcome: Outcome) -> bytes:
    """The fate, the spending and the stay of the opening book, made small."""
    return zlib.compress(outcome.fate.tobytes() + outcome.spent.tobytes() + outcome.stayed.tobytes(), 1)


def unpacked(packed: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What was packed."""
    data = zlib.decompress(packed)
    many = len(data) // 17
    spent, stayed = np.frombuffer(data[many:], np.int64).reshape(2, many)
    return np.frombuffer(data[:many], np.int8), spent, stayed


__all__ = ["Store", "StoreError", "usual_place"]

AT_ONCE = 500
"""Replications looked up with one question to SQLite."""
MARKS = ", ".join("?" * (1 + len(COLUMNS_OF_A_WORLD) + len(NAMES)))
KEEP = f"""INSERT INTO world (question, {", ".join(COLUMNS_OF_A_WORLD)}, {METRICS})
    VALUES ({MARKS}) {ADD_WHAT_IT_LACKS}"""


def now() -> str:
    """The present second, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """The finished replications in one file.

    Once something goes wrong in the midst of answering, the answer goes on without the store. unkept: replications that
    were finished since. is_readable: whether what is kept can still be trusted.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the file, or make it; StoreError where it is not ours, damaged, or out of reach."""
        self.storage = Storage(path)
        self.path = self.storage.path
        self.questions: dict[str, int] = {}
        self.asker = ("", "")
        """The command that asks, and the file it names; without one, the function that answers is noted."""
        self.asking: Asking | None = None
        self.noted: set[int] = set()
        self.met: set[int] = set()
        self.is_readable = True
        self.unkept = 0
        self.why = ""
        if not self.storage.may_write:
            self.why = f"{self.path} may not be written to: what it holds is used, nothing is added."

    @property
    def trouble(self) -> str:
        """What a person should know of the store after an answer, as a sentence; empty where all went well."""
        return self.why if self.unkept or not self.is_readable else ""

    @contextmanager
    def inquiry(self, what: str, arguments: Mapping[str, Any]) -> Iterator[None]:
        """What is kept and found in here is noted as of this inquiry; one within another is a part of it."""
        if self.asking is not None:
            yield
            return
        self.asking = asking_of(self.asker[0] or what, self.asker[1], arguments)
        self.noted, self.met = set(), set()
        try:
            yield
        finally:
            self.note_what_was_found()
            self.asking = None

    def note_what_was_found(self) -> None:
        """Note the questions that the answer is made of and that nothing was kept of meanwhile."""
        if self.why or not self.met - self.noted:
            return
        try:
            with self.storage.transaction():
                self.note(self.met)
        except StoreError as error:
            self.give_up(f"{self.path}: {error.reason}", ())

    def note(self, questions: set[int]) -> None:
        """Note, within a transaction, that the answer is made of these questions, too."""
        if self.asking is not None and questions - self.noted:
            note(self.storage, self.asking, sorted(questions - self.noted))
            self.noted |= questions

    def known(self, experiment: Experiment, place: int, replications: Sequence[int], customers: bool) -> list[Outcome]:
        """Outcomes of those replications that are kept, labelled as jobs of this place; with customers where asked."""
        if not self.is_readable:
            return []
        try:
            return self.found(experiment, place, replications, customers)
        except DamageError as error:
            self.distrust(f"is damaged: {error} is not as it was kept")
        except StoreError as error:
            self.distrust(f"cannot be read: {error.reason}")
        return []

    def found(self, experiment: Experiment, place: int, replications: Sequence[int], customers: bool) -> list[Outcome]:
        """The same; DamageError where one is not as it was kept."""
        question = self.question_of(experiment.key)
        if question is None:
            return []
        customers = customers and experiment.scenario.demand.opening_book > 0
        told = LIVES if experiment.goes_on else "customers"
        wanted = {"controls": experiment.controlled, told: customers, YEARS: experiment.goes_on}
        needed = "".join(f" AND {name} IS NOT NULL" for name, is_wanted in wanted.items() if is_wanted)
        asked = ", ".join(name if is_wanted else "NULL" for name, is_wanted in wanted.items())
        outcomes: list[Outcome] = []
        for first in range(0, len(replications), AT_ONCE):
            some = replications[first : first + AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = self.storage.rows(
                f"SELECT replication, own, {asked}, checksum, {METRICS} FROM world"
                f" WHERE question = ? AND replication IN ({marks}){needed}",
                (question, *some),
            )
            outcomes += outcomes_of(experiment.key, place, rows)
        if outcomes:
            self.met.add(question)
        return outcomes

    def distrust(self, why: str) -> None:
        """Neither read nor write any more."""
        self.is_readable = False
        self.why = f"{self.path} {why}; it is left as it is: move it away, or name another store."

    def question_of(self, key: str) -> int | None:
        """The number of a question that is in the file."""
        number = self.questions.get(key)
        if number is None:
            found = self.storage.rows("SELECT id FROM question WHERE key = ?", (key,))
            if not found:
                return None
            number = self.questions[key] = int(found[0][0])
        return number

    def keep(self, finished: Sequence[tuple[Experiment, Outcome]]) -> None:
        """Keep replications, all of them or none; where that is not possible, no more are kept, and `trouble` says
        why.
        """
        if self.why:
            self.unkept += len(finished)
            return
        try:
            with self.storage.transaction():
                self.questions.clear()  # another process may have forgotten one
                numbers = [self.number_of(experiment) for experiment, _ in finished]
                for number, (experiment, outcome) in zip(numbers, finished, strict=True):
                    row = row_of(experiment.key, outcome, experiment.controlled)
                    self.storage.insist(KEEP, (number, *row))
                self.note({*numbers})
            if self.storage.is_gone():
                self.give_up(f"{self.path} was deleted or moved while it was in use", finished)
        except StoreError as error:
            self.give_up(f"{self.path}: {error.reason}", finished)

    def give_up(self, why: str, lost: Sequence[object]) -> None:
        """Keep nothing more."""
        self.unkept += len(lost)
        self.why = f"{why}; what was kept before stays, what follows is not kept."

    def number_of(self, experiment: Experiment) -> int:
        """The number of a question, put into the file where it is not yet there; asked just now."""
        if experiment.key not in self.questions:
            names = json.dumps(
                {"figures": NAMES, "own": [own.name for own in OWN], "controls": CONTROLS, "months": COLUMNS}
            )
            settings = json.dumps(settings_of(experiment.scenario), ensure_ascii=False)
            self.storage.insist(
                "INSERT INTO question (key, digest, title, model, seed, engine, machine, first, last, names, settings)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET last = excluded.last",
                (experiment.key, experiment.digest, experiment.scenario.title, model_version(), experiment.seed,
                 experiment.engine, machine(), now(), now(), names, settings),
            )  # fmt: skip
        found = self.question_of(experiment.key)
        assert found is not None
        return found

    def close(self) -> None:
        """Let go of the file."""
        self.storage.close()
