"""One SQLite file of ours: opened, refused where it is not ours, waited for while another process writes.

A file that is not ours, or damaged, is never written to. SQLite's write-ahead log lets several processes share one; a
process that is killed leaves what it had committed. Whatever goes wrong is said in one sentence.
"""

import os
import sqlite3
import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from servsim.errors import ServsimError
from servsim.files import PRIVATE, SCENARIO, STORE, in_use, keep_in_mind
from servsim.study.metrics import NAMES

MARK = 0x73657276
"""Tells our files from all others: "serv" as SQLite's application id."""
LAYOUT = 2
"""The layout of the tables; a file of another one is left alone."""
PATIENCE_SECONDS = 30.0
"""How long one process waits while another one writes."""
A_WAIT_SECONDS = 0.2
"""How long SQLite waits by itself, during which Ctrl-C is not heard."""
YEARS, LIVES = "years", "lives"
"""Columns younger than the layout: all months of a replication, and what is told of today's customers until their end,
beside `customers`, which is that until the end of the window.
"""
YOUNGER = (YEARS, LIVES)
HEADER = struct.Struct(">16sH42xI4xI28x")
"""The first hundred bytes of a database (sqlite.org/fileformat): what it is, page size, our layout, our mark."""
MAGIC = b"SQLite format 3\0"

TABLES = (
    "CREATE TABLE IF NOT EXISTS question (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE NOT NULL,"
    " digest TEXT NOT NULL, title TEXT NOT NULL, model INTEGER NOT NULL, seed INTEGER NOT NULL, engine TEXT NOT NULL,"
    " machine TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, names TEXT NOT NULL, settings TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS world (question INTEGER NOT NULL REFERENCES question, replication INTEGER NOT NULL,"
    " own BLOB NOT NULL, controls BLOB, customers BLOB, checksum INTEGER NOT NULL,"
    " PRIMARY KEY (question, replication))",
    "CREATE TABLE IF NOT EXISTS inquiry (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE NOT NULL,"
    " what TEXT NOT NULL, title TEXT NOT NULL, file TEXT NOT NULL, seed INTEGER NOT NULL, first TEXT NOT NULL,"
    " last TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS asked (inquiry INTEGER NOT NULL REFERENCES inquiry, question INTEGER NOT NULL,"
    " PRIMARY KEY (inquiry, question))",
)
INQUIRIES = "asked"
"""A table that is younger than the layout: a file of before, which may only be read, has none."""

DAMAGED = "is damaged or not a store of servsim; it is left as it is: move it away, or name another store."
INSTEAD = "name another store, or none (--no-store)."
DAMAGES = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR", "SQLITE_MISMATCH", "SQLITE_CONSTRAINT")
"""SQLite's names for what is wrong with the file itself; text that is none has no name."""
NO_LOCKS = "its file system cannot lock files as a store needs it (a network drive?)"
REASONS = {
    "SQLITE_BUSY": f"another process has been writing to it for more than {PATIENCE_SECONDS:.0f} seconds",
    "SQLITE_CANTOPEN": "it cannot be opened or made",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_PROTOCOL": NO_LOCKS,
    "SQLITE_NOLFS": "its file system cannot hold files that large",
    "SQLITE_READONLY": "it may not be written to",
    "SQLITE_IOERR": "the disk cannot be read or written",
}
"""What goes wrong, by the beginning of SQLite's name for it."""


Purpose = Literal["make", "use", "read"]
"""What a file is opened for: to be used, and made where there is none; to be used if it is there; to read only."""


class StoreError(ServsimError):
    """The store cannot be used: one sentence that says why, and what to do. reason: the why alone."""

    def __init__(self, message: str, reason: str = "") -> None:
        """The sentence."""
        super().__init__(message)
        self.reason = reason or message.rstrip(".")


class Storage:
    """The file. may_write: whether more than reading is possible."""

    def __init__(self, path: str | Path, purpose: Purpose = "make") -> None:
        """Open the file; StoreError where it is not ours, damaged, or out of reach."""
        self.path = Path(path)
        self.lock = threading.RLock()
        self.may_write = purpose != "read"
        try:
            self.look(purpose == "make")
            keep_in_mind(self.path, STORE)
            self.file = self.opened()
        except OSError as error:
            raise self.said(error) from None
        try:
            self.prepare()
            self.identity = self.identity_now()
        except OSError as error:
            self.file.close()
            raise self.said(error) from None
        except StoreError:
            self.file.close()
            raise

    def look(self, may_make: bool) -> None:
        """Refuse, before SQLite touches it, what is not a store of ours."""
        if not self.path.exists():
            if not may_make:
                raise StoreError(f"{self.path}: there is no store yet.")
            self.make()
            return
        if self.may_write and in_use(self.path, (SCENARIO,)):
            raise StoreError(f"{self.path} is the scenario that is read; name another file with --store.")
        if not self.path.is_file():
            raise StoreError(f"{self.path} is not a file; a store must be one, such as worlds.sqlite.")
        with self.path.open("rb") as opened:
            head = opened.read(HEADER.size)
        if not head:
            return
        magic, page, layout, mark = HEADER.unpack(head.ljust(HEADER.size, b"\0"))
        if magic != MAGIC or self.path.stat().st_size % max(page, 512):
            raise StoreError(f"{self.path} {DAMAGED}")
        if mark != MARK:
            raise StoreError(f"{self.path} is a database of another program; it is left as it is: name another store.")
        if layout != LAYOUT:
            raise StoreError(f"{self.path} is a store of another version of servsim; name another store.")

    def make(self) -> None:
        """Make an empty file that only its owner may read; the folder, too, if it is the usual one."""
        folder = self.path.parent
        if self.path == own_place():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not folder.is_dir():
            raise StoreError(f"{self.path} cannot be made: there is no folder {folder}; make it, or {INSTEAD}")
        with suppress(OSError):  # which SQLite meets, too, and says
            self.path.touch(PRIVATE)

    def opened(self) -> sqlite3.Connection:
        """A connection to the file; to read only where it, or its folder, may not be written to."""
        if self.path.exists() and not (writable(self.path) and writable(self.path.parent)):
            self.may_write = False
        how = "mode=rwc" if self.may_write else "mode=ro" if self.is_logged() else "mode=ro&immutable=1"
        try:
            return sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{how}",
                uri=True, timeout=A_WAIT_SECONDS, isolation_level=None, check_same_thread=False,
            )  # fmt: skip
        except sqlite3.Error as error:
            raise self.said(error) from None

    def is_logged(self) -> bool:
        """Is there something in the write-ahead log, or may there be soon?"""
        log, shared = (self.path.with_name(self.path.name + end) for end in ("-wal", "-shm"))
        return shared.exists() or (log.exists() and log.stat().st_size > 0)

    def prepare(self) -> None:
        """Make the tables of a new file, and columns for metrics that are younger than the file."""
        if not self.may_write:
            self.rows("SELECT 1 FROM world, question LIMIT 1")
            return
        self.widen(NAMES)
        self.insist("PRAGMA journal_mode = WAL")
        self.insist("PRAGMA synchronous = FULL")

    def widen(self, metrics: Iterable[str]) -> None:
        """Have a column for each of these metrics."""
        if {*metrics, *YOUNGER} <= self.columns() and INQUIRIES in self.tables():
            return
        with self.transaction():  # before the log is switched on, so that the header tells whose file it is
            for statement in (f"PRAGMA application_id = {MARK}", f"PRAGMA user_version = {LAYOUT}", *TABLES):
                self.insist(statement)
            for name in sorted(set(metrics) - self.columns()):
                self.insist(f'ALTER TABLE world ADD COLUMN "{name}" REAL')
            for name in sorted(set(YOUNGER) - self.columns()):
                self.insist(f"ALTER TABLE world ADD COLUMN {name} BLOB")

    def columns(self) -> set[str]:
        """The columns that the file has for a replication."""
        return {str(row[1]) for row in self.rows("PRAGMA table_info(world)")}

    def tables(self) -> set[str]:
        """The tables that the file has."""
        return {str(row[0]) for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows that a question to SQLite is answered with."""
        with self.lock:
            try:
                return self.insist(statement, values).fetchall()
            except (sqlite3.Error, UnicodeDecodeError) as error:  # found out only while rows are read
                raise self.said(error) from None

    def insist(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Have a statement done, waiting while another process is in the way; StoreError where it cannot be done."""
        until = monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self.file.execute(statement, values)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                if name_of(error) != "SQLITE_BUSY" or monotonic() > until:
                    raise self.said(error) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done in here is done wholly or not at all."""
        with self.lock:
            self.insist("BEGIN IMMEDIATE")
            try:
                yield
                self.insist("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a transaction that SQLite has ended by itself
                    self.file.execute("ROLLBACK")
                raise

    def size(self) -> int:
        """Bytes on the disk, those of the log included."""
        log = self.path.with_name(self.path.name + "-wal")
        return self.path.stat().st_size + (log.stat().st_size if log.exists() else 0)

    def shrink(self) -> None:
        """Give back to the disk what was forgotten."""
        with self.lock:
            self.insist("VACUUM")
            self.insist("PRAGMA wal_checkpoint(TRUNCATE)")

    def identity_now(self) -> tuple[int, int]:
        """Which file is at the path; OSError where there is none."""
        found = self.path.stat()
        return found.st_dev, found.st_ino

    def is_gone(self) -> bool:
        """Has the file been deleted, or another put in its place, since we opened it?"""
        try:
            return self.identity_now() != self.identity
        except OSError:
            return True

    def said(self, error: Exception) -> StoreError:
        """What went wrong with the file, as a sentence."""
        if name_of(error) in DAMAGES or "decode" in str(error):
            return StoreError(f"{self.path} {DAMAGED}", "it is damaged")
        why = reason_of(error)
        return StoreError(f"{self.path} cannot be used as a store: {why}; {INSTEAD}", why)

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self.file.close()


def usual_place() -> Path:
    """Where a person's store is: what SERVSIM_STORE says, else a file among the person's data."""
    named = os.environ.get("SERVSIM_STORE")
    return Path(named) if named else own_place()


def own_place() -> Path:
    """A file among the person's data."""
    from platformdirs import user_data_path

    return user_data_path("servsim", appauthor=False) / "worlds.sqlite"


def writable(path: Path) -> bool:
    """May this process write here?"""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def name_of(error: Exception) -> str:
    """SQLite's name for what went wrong, without its details; empty where it was not SQLite."""
    name = getattr(error, "sqlite_errorname", "")
    return "_".join(name.split("_")[:2])


def reason_of(error: Exception) -> str:
    """Why, in words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    detail = getattr(error, "sqlite_errorname", "")
    if detail.startswith("SQLITE_IOERR") and ("LOCK" in detail or "SHM" in detail):
        return NO_LOCKS
    return REASONS.get(name_of(error), str(error))
