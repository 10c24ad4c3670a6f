"""Questions while they are being answered: one for each tab, in a thread of its own, stopped when nobody waits."""

import asyncio
import json
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from servsim.errors import ServsimError
from servsim.page import json_answer as told
from servsim.page.progressive_answer import Sides, beside, rounds
from servsim.page.question import Question, RefusedError
from servsim.page.replication_cache import Memory
from servsim.page.resumable_replications import Ongoing
from servsim.study.execution.options import Execution

AT_ONCE = 12
"""Questions that are answered at the same time at most."""
PROGRESS_SECONDS = 0.25
"""How often the page is told how far its question is."""

Tell = Callable[[dict[str, Any]], None]


class SupersededError(Exception):
    """Nobody waits for this answer any more."""


class Answers:
    """The questions being answered, by the tab that asks."""

    def __init__(self) -> None:
        """Nobody asks, nothing is known."""
        self.memory = Memory()
        self.ongoing = Ongoing(self.memory)
        self.waiting: dict[str, threading.Event] = {}

    def begin(self, tab: str) -> threading.Event:
        """A tab asks, its question before is stopped; RefusedError where too many ask. Set what is returned to stop."""
        self.stop(tab)
        if tab not in self.waiting and len(self.waiting) >= AT_ONCE:
            raise RefusedError(
                [("", f"{AT_ONCE} questions are being answered already; close a tab, or wait for one of them.")]
            )
        stop = self.waiting[tab] = threading.Event()
        return stop

    def stop(self, tab: str) -> None:
        """A tab does not wait for the answer to its question any more."""
        if tab in self.waiting:
            self.waiting[tab].set()

    def end(self, tab: str, stop: threading.Event) -> None:
        """A question is answered, or nobody waits for it any more; where none is left, no replication is to go on."""
        stop.set()
        if self.waiting.get(tab) is stop:
            del self.waiting[tab]
        if not self.waiting:
            self.ongoing.clear()

    def stop_all(self) -> None:
        """Nobody waits for anything any more."""
        for stop in self.waiting.values():
            stop.set()

    def execution(self, stop: threading.Event, tell: Tell | None = None) -> Execution:
        """By what means a question is answered until it is stopped, and who is told how far it is."""
        told_at = monotonic()

        def progress(done: int, total: int, seconds: float) -> None:
            nonlocal told_at
            if stop.is_set():
                raise SupersededError
            if tell is not None and monotonic() > told_at + PROGRESS_SECONDS:
                told_at = monotonic()
                tell({"kind": "progress", "done": done, "total": total})

        return Execution(store=self.memory, progress=progress)

    def answer(self, question: Question, stop: threading.Event, tell: Tell) -> None:
        """Tell all there is to a question, round by round, then what is looked at beside it, unless it is stopped."""
        try:
            tell(told.asked(question))
            for part in rounds(question, self.ongoing, self.execution(stop, tell)):
                tell(told.sides(part) if isinstance(part, Sides) else told.curve(part))
            tell({"kind": "done"})
            if found := beside(question, self.ongoing, self.execution(stop)):
                tell(told.beside(found))
        except SupersededError:
            tell({"kind": "superseded"})
        except ServsimError as error:
            tell(mistakes(error))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            broke = "This question broke something in servsim; what it was is said where `servsim page` runs."
            tell(mistakes(ServsimError(broke)))

    async def lines(self, tab: str, question: Question) -> AsyncIterator[str]:
        """The answer as lines of JSON, while somebody reads them."""
        try:
            stop = self.begin(tab)
        except RefusedError as error:
            yield json.dumps(mistakes(error)) + "\n"
            return
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

        def tell(what: dict[str, Any] | None) -> None:
            with suppress(RuntimeError):  # the server is gone, and nobody reads any more
                loop.call_soon_threadsafe(queue.put_nowait, what)

        def work() -> None:
            self.answer(question, stop, tell)
            tell(None)

        threading.Thread(target=work, daemon=True).start()
        try:
            while (line := await queue.get()) is not None:
                yield json.dumps(line, allow_nan=False) + "\n"
        finally:
            self.end(tab, stop)


def mistakes(error: ServsimError) -> dict[str, Any]:
    """What is wrong with a question, as JSON: each mistake, and the setting it belongs to."""
    found = (
        error.messages if isinstance(error, RefusedError) else [("", message) for message in str(error).splitlines()]
    )
    return {"kind": "refused", "errors": [{"key": key, "text": text} for key, text in found]}
