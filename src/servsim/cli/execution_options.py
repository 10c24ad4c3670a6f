"""By what means a command answers: its workers, its store, its progress bar; and what a person should know of them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from servsim.cli.shared_options import EngineName
from servsim.interruption import tidy_first

if TYPE_CHECKING:
    from servsim.scenario.scenario import Scenario
    from servsim.study.execution.options import Execution, Progress
    from servsim.study.store.store import Store


@contextmanager
def answering(
    what: str,
    quiet: bool,
    engine: EngineName = EngineName.fast,
    workers: int | None = None,
    dask: str | None = None,
    store: Path | None = None,
    no_store: bool = False,
    asker: tuple[str, str] = ("", ""),
) -> Iterator["Execution"]:
    """The means of a command; afterwards it is said how far it came, where it was interrupted, and what is not kept.

    The system's request to end (SIGTERM) is taken as Ctrl-C: what is nearly finished is finished, kept and shown.
    asker: the command, and the files it names, as the store remembers them.
    """
    from servsim.cli.output import announce_compiling, notice, progress
    from servsim.study.execution.options import Execution

    announce_compiling(quiet)
    tidy_first()
    kept = None if no_store else store_at(store, quiet)
    if kept is not None:
        kept.asker = asker
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with progress(what, quiet) as tell:
            far = Far(tell)
            try:
                yield Execution(engine.value, workers, dask, kept, far)
            except KeyboardInterrupt:
                far.say(kept)
                raise
        far.say(kept)
    finally:
        signal.signal(signal.SIGTERM, before)
        if kept is not None:
            if kept.trouble:
                notice(kept.trouble)
            kept.close()


class Far:
    """How far a command has come, told on to whoever shows it."""

    def __init__(self, tell: "Progress") -> None:
        """Nothing is done yet."""
        self.tell = tell
        self.done = self.asked = 0

    def __call__(self, done: int, asked: int, seconds: float) -> None:
        """So many replications are done, of so many."""
        self.done, self.asked = done, asked
        self.tell(done, asked, seconds)

    def say(self, kept: "Store | None") -> None:
        """Say how to go on, where not all was finished."""
        from servsim.cli.output import notice

        if self.done < self.asked:
            sure = "; run the same command again to go on."
            again = "; none are kept." if kept is None else "." if kept.trouble else sure
            notice(f"{self.done:,} of {self.asked:,} replications are finished{again}")


def store_at(path: Path | None, quiet: bool) -> "Store | None":
    """The store that is named, or the person's own; without the latter the command goes on and says so."""
    from servsim.cli.output import notice
    from servsim.study.store.store import Store, StoreError, usual_place

    if path is not None:
        return Store(path)
    try:
        return Store(usual_place())
    except StoreError as error:
        notice(f"Nothing is kept: {error}", quiet)
        return None


def simulate_shard(
    shard: str,
    scenarios: list["Scenario"],
    replications: int | None,
    seed: int,
    execution: "Execution",
    customers: bool = False,
    controlled: bool = False,
    far: bool = True,
) -> None:
    """Simulate one part of a question's first replications into the store, and say how many there are."""
    from servsim.cli.output import end_interrupted, notice
    from servsim.errors import ServsimError
    from servsim.study.execution.gathering_and_shards import shard_of, simulate
    from servsim.study.store.store import Store

    if not isinstance(execution.store, Store):
        raise ServsimError("--shard puts replications into a store; name one with --store.")
    done = simulate(shard_of(shard), scenarios, replications, seed, execution, customers, controlled, far)
    if execution.store.trouble:
        raise ServsimError(f"shard {shard} is not kept as a whole.")
    notice(f"Shard {shard}: {done.finished} of {done.asked} replications are in {execution.store.path}.")
    end_interrupted(done.interrupted)
