"""Inquiries: what a command or a call asked, and of which of a store's questions its answer was made.

One inquiry, such as an evaluation, has many questions: one scenario under one seed each. A question may be of several
inquiries. Stores of before have questions alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from servsim.scenario.scenario import Scenario
from servsim.study.scenario_identity import digest_of, fingerprint
from servsim.study.store.database import INQUIRIES, Storage

if TYPE_CHECKING:
    from servsim.study.store.catalogue import Question

COLUMNS = "key, what, title, file, seed, first, last"


@dataclass(frozen=True)
class Asking:
    """Who asks: the command or the function, the scenario's title, its file where there is one, the seed."""

    key: str
    what: str
    title: str
    file: str
    seed: int


@dataclass(frozen=True)
class Inquiry:
    """An inquiry as a store has it. questions: their numbers there."""

    key: str
    what: str
    title: str
    file: str
    seed: int
    first: str
    last: str
    questions: frozenset[int]

    @property
    def words(self) -> str:
        """What was asked, and of what: evaluate salon.toml."""
        return f"{self.what} {self.file or self.title}"

    def among(self, asked: "Sequence[Question]") -> "list[Question]":
        """Its questions, of these."""
        return [each for each in asked if each.number in self.questions]

    def to_dict(self, asked: "Sequence[Question]") -> dict[str, Any]:
        """The inquiry as `servsim results list --json` prints it, with the keys of its questions, of these."""
        told = ("key", "what", "title", "file", "seed", "first", "last")
        own = self.among(asked)
        return {
            **{name: getattr(self, name) for name in told},
            "questions": [each.key for each in own],
            "replications": sum(each.replications for each in own),
        }


def asking_of(what: str, file: str, arguments: Mapping[str, Any]) -> Asking:
    """Who asks, by the arguments of the function that answers: scenarios, or results that scenarios are in."""
    about = [each for value in arguments.values() if (each := scenario_in(value)) is not None]
    seeds = [arguments.get("seed"), *(getattr(value, "seed", None) for value in arguments.values())]
    seed = next((each for each in seeds if isinstance(each, int)), 1)
    title = " / ".join(dict.fromkeys(each.title for each in about))
    key = fingerprint([what, file, title, [digest_of(each) for each in about], seed])[:32]
    return Asking(key, what, title, file, seed)


def scenario_in(value: Any) -> Scenario | None:
    """The scenario that a value is, or has."""
    found = value if isinstance(value, Scenario) else getattr(value, "scenario", None)
    return found if isinstance(found, Scenario) else None


def note(storage: Storage, asking: Asking, questions: Iterable[int]) -> None:
    """Note, within a transaction, that the answer is made of these questions, too."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    number = noted(storage, (asking.key, asking.what, asking.title, asking.file, asking.seed, now, now))
    for question in questions:
        storage.insist("INSERT OR IGNORE INTO asked (inquiry, question) VALUES (?, ?)", (number, question))


def noted(storage: Storage, row: tuple[Any, ...]) -> int:
    """The number of an inquiry in a file, put there where it was not."""
    storage.insist(
        f"INSERT INTO inquiry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
        " first = min(first, excluded.first), last = max(last, excluded.last)",
        row,
    )
    return int(storage.rows("SELECT id FROM inquiry WHERE key = ?", (row[0],))[0][0])


def inquiries(storage: Storage) -> list[Inquiry]:
    """Everything that was asked, the latest last; nothing in a file of before, or where all its questions are gone."""
    if INQUIRIES not in storage.tables():
        return []
    of: dict[int, set[int]] = {}
    for inquiry, number in storage.rows("SELECT inquiry, question FROM asked JOIN question ON id = question"):
        of.setdefault(inquiry, set()).add(number)
    rows = storage.rows(f"SELECT id, {COLUMNS} FROM inquiry ORDER BY last, id")
    return [
        Inquiry(key, what, title, file, seed, first, last, frozenset(of[number]))
        for number, key, what, title, file, seed, first, last in rows if number in of
    ]  # fmt: skip


def copy_inquiries(theirs: Storage, storage: Storage) -> None:
    """Copy, within a transaction, the inquiries of another file whose questions have been copied already."""
    if INQUIRIES not in theirs.tables():
        return
    for number, *row in theirs.rows(f"SELECT id, {COLUMNS} FROM inquiry"):
        keys = theirs.rows("SELECT key FROM asked JOIN question ON id = question WHERE inquiry = ?", (number,))
        ours = noted(storage, tuple(row))
        for (key,) in keys:
            storage.insist(
                "INSERT OR IGNORE INTO asked (inquiry, question) SELECT ?, id FROM question WHERE key = ?", (ours, key)
            )


def forget_unanswered(storage: Storage) -> None:
    """Take out, within a transaction, what was asked of questions that are forgotten."""
    storage.insist("DELETE FROM asked WHERE question NOT IN (SELECT id FROM question)")
    storage.insist("DELETE FROM inquiry WHERE id NOT IN (SELECT inquiry FROM asked)")
