"""The store: every finished world kept at once in one SQLite file, and found again by all that it depends on.

A row is one world. Its question is a fingerprint of the whole scenario, seed, engine, version of the model, kind of
machine and list of figures (`Worlds.key`): change any of them, and nothing old is found. Several processes may share a
file (write-ahead log). Each row carries a checksum: a damaged one is said to be so, never read.
"""

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from servsim.errors import ServsimError
from servsim.study.identity import machine, model_version
from servsim.study.metrics import NAMES, OWN
from servsim.study.worlds import Job, Outcome, Worlds

MARK = 0x73657276
"""Tells our files from all others: "serv" as SQLite's application id."""
LAYOUT = 1
"""The layout of the tables; a file of another one is left alone."""
PATIENCE_SECONDS = 30
"""How long one process waits while another one writes."""
AT_ONCE = 500
"""Replications looked up with one question to SQLite."""

TABLES = (
    "CREATE TABLE question (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE NOT NULL, digest TEXT NOT NULL,"
    " title TEXT NOT NULL, model INTEGER NOT NULL, seed INTEGER NOT NULL, engine TEXT NOT NULL, machine TEXT NOT NULL,"
    " first TEXT NOT NULL, currency TEXT NOT NULL, segments TEXT NOT NULL, settings TEXT NOT NULL)",
    "CREATE TABLE world (question INTEGER NOT NULL REFERENCES question, replication INTEGER NOT NULL,"
    " own BLOB NOT NULL, controls BLOB NOT NULL, customers BLOB, checksum INTEGER NOT NULL,"
    " PRIMARY KEY (question, replication))",
)
FIGURES = ", ".join(f'"{name}"' for name in NAMES)


class StoreError(ServsimError):
    """The store cannot be used; one sentence that says what to do. is_damage: there is a file, and it is not sound."""

    def __init__(self, message: str, is_damage: bool = False) -> None:
        """The sentence."""
        super().__init__(message)
        self.is_damage = is_damage


def usual_place() -> Path:
    """Where a person's store is: what SERVSIM_STORE says, else a file among the person's data."""
    from platformdirs import user_data_path

    named = os.environ.get("SERVSIM_STORE")
    return Path(named) if named else user_data_path("servsim", appauthor=False) / "worlds.sqlite"


class Store:
    """The finished worlds in one file. `trouble` is why nothing more is kept, once something has gone wrong."""

    def __init__(self, path: str | Path) -> None:
        """Open the file, or make it; StoreError where it is not ours, damaged, or out of reach."""
        self.path = Path(path)
        self.trouble = ""
        self.questions: dict[str, int] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.file = sqlite3.connect(self.path, timeout=PATIENCE_SECONDS, isolation_level=None)
            self.prepare()
        except (OSError, sqlite3.Error) as error:
            raise self.said(error) from None

    def said(self, error: Exception) -> StoreError:
        """What went wrong with the file, as a sentence."""
        name = getattr(error, "sqlite_errorname", "")
        if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT") or name.startswith("SQLITE_CORRUPT"):
            return StoreError(
                f"{self.path} is damaged or not a store of servsim; it is left as it is: move it away, or name another "
                "with --store.",
                is_damage=True,
            )
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return StoreError(f"{self.path} cannot be used as a store: {reason}; name another with --store, or --no-store.")

    def prepare(self) -> None:
        """Make the tables of a new file; refuse a file that is not ours."""
        (mark,), (layout,) = (
            self.file.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        (tables,) = self.file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and mark != MARK:
            self.file.close()
            raise StoreError(
                f"{self.path} is a database of another program; it is left as it is: name another with --store.",
                is_damage=True,
            )
        if tables and layout != LAYOUT:
            self.file.close()
            raise StoreError(
                f"{self.path} is a store of another version of servsim; name another with --store.", is_damage=True
            )
        self.file.execute("PRAGMA journal_mode = WAL")
        self.file.execute("PRAGMA synchronous = FULL")
        self.file.execute("BEGIN IMMEDIATE")
        if not self.file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in (f"PRAGMA application_id = {MARK}", f"PRAGMA user_version = {LAYOUT}", *TABLES):
                self.file.execute(statement)
        have = {row[1] for row in self.file.execute("PRAGMA table_info(world)")}
        for name in NAMES:  # a figure that is younger than the file
            if name not in have:
                self.file.execute(f'ALTER TABLE world ADD COLUMN "{name}" REAL')
        self.file.execute("COMMIT")

    def known(self, worlds: Worlds, place: int, replications: Sequence[int], customers: bool) -> Iterator[Outcome]:
        """Outcomes of those replications that are kept, labelled as jobs of this place; with customers where asked."""
        question = self.question_of(worlds)
        needed = " AND customers IS NOT NULL" if customers else ""
        for first in range(0, len(replications) if question else 0, AT_ONCE):
            some = replications[first : first + AT_ONCE]
            marks = ", ".join("?" * len(some))
            try:
                rows = self.file.execute(
                    f"SELECT replication, own, controls, customers, checksum, {FIGURES} FROM world"
                    f" WHERE question = ? AND replication IN ({marks}){needed}",
                    (question, *some),
                ).fetchall()
            except sqlite3.Error as error:
                raise self.said(error) from None
            for row in rows:
                yield self.outcome(worlds, place, row, customers)

    def question_of(self, worlds: Worlds) -> int | None:
        """The number of a question that is in the file."""
        if worlds.key not in self.questions:
            try:
                found = self.file.execute("SELECT id FROM question WHERE key = ?", (worlds.key,)).fetchone()
            except sqlite3.Error as error:
                raise self.said(error) from None
            if found is None:
                return None
            self.questions[worlds.key] = int(found[0])
        return self.questions[worlds.key]

    def outcome(self, worlds: Worlds, place: int, row: tuple, customers: bool) -> Outcome:
        """A row as it was when it was kept; StoreError where its checksum says that it is not."""
        replication, own, controls, people, checksum, *figures = row
        table = np.array([np.nan if figure is None else figure for figure in figures], float)
        if checksum != checksum_of(table, own, controls):
            raise StoreError(
                f"{self.path} is damaged: world {replication} of {worlds.digest} is not as it was kept; move the file "
                "away, or name another with --store.",
                is_damage=True,
            )
        fate, spent = unpacked(people if customers else None)
        segments = np.frombuffer(own).reshape(-1, len(OWN))
        return Outcome(Job(place, replication), table, segments, np.frombuffer(controls), fate, spent)

    def keep(self, finished: Iterable[tuple[Worlds, Outcome]], customers: bool) -> None:
        """Keep worlds, all of them or none; where that is not possible, say why in `trouble` and keep no more."""
        if self.trouble:
            return
        try:
            self.questions.clear()  # another process may have forgotten one
            self.file.execute("BEGIN IMMEDIATE")
            for worlds, outcome in finished:
                self.insert(worlds, outcome, customers)
            self.file.execute("COMMIT")
        except sqlite3.Error as error:
            if self.file.in_transaction:
                self.file.execute("ROLLBACK")
            self.trouble = f"{self.path}: {error}; what was finished before is kept, what follows is not."

    def insert(self, worlds: Worlds, outcome: Outcome, customers: bool) -> None:
        """Put one world into the file."""
        own, controls = outcome.own.tobytes(), outcome.controls.tobytes()
        figures = [None if np.isnan(figure) else float(figure) for figure in outcome.figures]
        people = packed(outcome) if customers else None
        values = (self.number_of(worlds), outcome.job.replication, own, controls, people,
                  checksum_of(outcome.figures, own, controls), *figures)  # fmt: skip
        marks = ", ".join("?" * len(values))
        self.file.execute(
            f"INSERT INTO world (question, replication, own, controls, customers, checksum, {FIGURES}) VALUES ({marks})"
            " ON CONFLICT (question, replication) DO UPDATE SET customers = coalesce(customers, excluded.customers)",
            values,
        )

    def number_of(self, worlds: Worlds) -> int:
        """The number of a question, put into the file where it is not yet there."""
        if self.question_of(worlds) is None:
            scenario = worlds.scenario
            segments = json.dumps([segment.name for segment in scenario.segments], ensure_ascii=False)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self.file.execute(
                "INSERT OR IGNORE INTO question (key, digest, title, model, seed, engine, machine, first, currency,"
                " segments, settings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (worlds.key, worlds.digest, scenario.title, model_version(), worlds.seed, worlds.engine, machine(), now,
                 scenario.money.currency, segments, worlds.settings),
            )  # fmt: skip
        found = self.question_of(worlds)
        assert found is not None
        return found

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()


def checksum_of(figures: np.ndarray, own: bytes, controls: bytes) -> int:
    """A checksum of what is kept of a world; every NaN counts as the same."""
    same = np.where(np.isnan(figures), np.nan, figures)
    return zlib.crc32(controls, zlib.crc32(own, zlib.crc32(same.tobytes())))


def packed(outcome: Outcome) -> bytes:
    """The fate and spending of the opening book, made small."""
    return zlib.compress(outcome.fate.tobytes() + outcome.spent.tobytes(), 1)


def unpacked(people: bytes | None) -> tuple[np.ndarray, np.ndarray]:
    """What was packed; of nobody, where nothing was."""
    data = zlib.decompress(people) if people else b""
    many = len(data) // 9
    return np.frombuffer(data[:many], np.int8), np.frombuffer(data[many:], np.int64)
