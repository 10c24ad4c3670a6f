"""The store: every finished world kept at once in one SQLite file, and found again by all that it depends on.

A row is one world. Its question is a fingerprint of the whole scenario, seed, engine, version of the model, kind of
machine and list of figures (`Worlds.key`): change any of them, and nothing old is found.
"""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from servsim.study.control_variates import CONTROLS
from servsim.study.identity import machine, model_version, settings_of
from servsim.study.keep.kept import ADD_WHAT_IT_LACKS, COLUMNS_OF_A_WORLD, FIGURES, DamageError, outcomes_of, row_of
from servsim.study.metrics import NAMES, OWN
from servsim.study.store.database import LIVES, YEARS, Storage, StoreError
from servsim.study.work.worlds import Outcome, Worlds
from servsim.study.yearly_projection import COLUMNS

__all__ = ["Store", "StoreError", "usual_place"]

AT_ONCE = 500
"""Replications looked up with one question to SQLite."""
MARKS = ", ".join("?" * (1 + len(COLUMNS_OF_A_WORLD) + len(NAMES)))
KEEP = f"""INSERT INTO world (question, {", ".join(COLUMNS_OF_A_WORLD)}, {FIGURES})
    VALUES ({MARKS}) {ADD_WHAT_IT_LACKS}"""


def usual_place() -> Path:
    """Where a person's store is: what SERVSIM_STORE says, else a file among the person's data."""
    from platformdirs import user_data_path

    named = os.environ.get("SERVSIM_STORE")
    return Path(named) if named else user_data_path("servsim", appauthor=False) / "worlds.sqlite"


def now() -> str:
    """The present second, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """The finished worlds in one file.

    Once something goes wrong in the midst of answering, the answer goes on without the store. unkept: worlds that were
    finished since. is_readable: whether what is kept can still be trusted.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the file, or make it; StoreError where it is not ours, damaged, or out of reach."""
        self.storage = Storage(path)
        self.path = self.storage.path
        self.questions: dict[str, int] = {}
        self.is_readable = True
        self.unkept = 0
        self.why = ""
        if not self.storage.may_write:
            self.why = f"{self.path} may not be written to: what it holds is used, nothing is added."

    @property
    def trouble(self) -> str:
        """What a person should know of the store after an answer, as a sentence; empty where all went well."""
        return self.why if self.unkept or not self.is_readable else ""

    def known(self, worlds: Worlds, place: int, replications: Sequence[int], customers: bool) -> list[Outcome]:
        """Outcomes of those replications that are kept, labelled as jobs of this place; with customers where asked."""
        if not self.is_readable:
            return []
        try:
            return self.found(worlds, place, replications, customers)
        except DamageError as error:
            self.distrust(f"is damaged: {error} is not as it was kept")
        except StoreError as error:
            self.distrust(f"cannot be read: {error.reason}")
        return []

    def found(self, worlds: Worlds, place: int, replications: Sequence[int], customers: bool) -> list[Outcome]:
        """The same; DamageError where one is not as it was kept."""
        question = self.question_of(worlds.key)
        if question is None:
            return []
        customers = customers and worlds.scenario.demand.opening_book > 0
        told = LIVES if worlds.goes_on else "customers"
        wanted = {"controls": worlds.controlled, told: customers, YEARS: worlds.goes_on}
        needed = "".join(f" AND {name} IS NOT NULL" for name, is_wanted in wanted.items() if is_wanted)
        asked = ", ".join(name if is_wanted else "NULL" for name, is_wanted in wanted.items())
        outcomes: list[Outcome] = []
        for first in range(0, len(replications), AT_ONCE):
            some = replications[first : first + AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = self.storage.rows(
                f"SELECT replication, own, {asked}, checksum, {FIGURES} FROM world"
                f" WHERE question = ? AND replication IN ({marks}){needed}",
                (question, *some),
            )
            outcomes += outcomes_of(worlds.key, place, rows)
        return outcomes

    def distrust(self, why: str) -> None:
        """Neither read nor write any more."""
        self.is_readable = False
        self.why = f"{self.path} {why}; it is left as it is: move it away, or name another with --store."

    def question_of(self, key: str) -> int | None:
        """The number of a question that is in the file."""
        number = self.questions.get(key)
        if number is None:
            found = self.storage.rows("SELECT id FROM question WHERE key = ?", (key,))
            if not found:
                return None
            number = self.questions[key] = int(found[0][0])
        return number

    def keep(self, finished: Sequence[tuple[Worlds, Outcome]]) -> None:
        """Keep worlds, all of them or none; where that is not possible, no more are kept, and `trouble` says why."""
        if self.why:
            self.unkept += len(finished)
            return
        try:
            with self.storage.transaction():
                self.questions.clear()  # another process may have forgotten one
                for worlds, outcome in finished:
                    row = row_of(worlds.key, outcome, worlds.controlled)
                    self.storage.insist(KEEP, (self.number_of(worlds), *row))
            if self.storage.is_gone():
                self.give_up(f"{self.path} was deleted or moved while it was in use", finished)
        except StoreError as error:
            self.give_up(f"{self.path}: {error.reason}", finished)

    def give_up(self, why: str, lost: Sequence[object]) -> None:
        """Keep nothing more."""
        self.unkept += len(lost)
        self.why = f"{why}; what was kept before stays, what follows is not kept."

    def number_of(self, worlds: Worlds) -> int:
        """The number of a question, put into the file where it is not yet there; asked just now."""
        if worlds.key not in self.questions:
            names = json.dumps(
                {"figures": NAMES, "own": [own.name for own in OWN], "controls": CONTROLS, "months": COLUMNS}
            )
            settings = json.dumps(settings_of(worlds.scenario), ensure_ascii=False)
            self.storage.insist(
                "INSERT INTO question (key, digest, title, model, seed, engine, machine, first, last, names, settings)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET last = excluded.last",
                (worlds.key, worlds.digest, worlds.scenario.title, model_version(), worlds.seed, worlds.engine,
                 machine(), now(), now(), names, settings),
            )  # fmt: skip
        found = self.question_of(worlds.key)
        assert found is not None
        return found

    def close(self) -> None:
        """Let go of the file."""
        self.storage.close()
