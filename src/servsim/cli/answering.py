"""By what means a command answers: its workers, its store, its progress bar."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from servsim.cli.options import EngineName

if TYPE_CHECKING:
    from servsim.scenario.scenario import Scenario
    from servsim.study.means import Means
    from servsim.study.store import Store


@contextmanager
def answering(
    what: str,
    quiet: bool,
    engine: EngineName = EngineName.fast,
    workers: int | None = None,
    dask: str | None = None,
    store: Path | None = None,
    no_store: bool = False,
) -> Iterator["Means"]:
    """The means of a command; afterwards it is said what could not be kept."""
    from servsim.cli.output import announce_compiling, notice, progress
    from servsim.study.means import Means

    announce_compiling(quiet)
    kept = None if no_store else store_at(store, quiet)
    with progress(what, quiet) as tell:
        yield Means(engine.value, workers, dask, kept, tell)
    if kept is not None:
        if kept.trouble:
            notice(f"Not kept: {kept.trouble}")
        kept.close()


def store_at(path: Path | None, quiet: bool) -> "Store | None":
    """The store that is named, or the person's own; without the latter the command goes on and says so."""
    from servsim.cli.output import notice
    from servsim.study.store import Store, StoreError, usual_place

    if path is not None:
        return Store(path)
    try:
        return Store(usual_place())
    except StoreError as error:
        if error.is_damage:
            raise
        notice(f"Nothing is kept: {error}", quiet)
        return None


def simulate_shard(
    shard: str,
    scenarios: list["Scenario"],
    replications: int | None,
    seed: int,
    means: "Means",
    customers: bool = False,
) -> None:
    """Simulate one part of a question's first worlds into the store, and say how many there are."""
    from servsim.cli.output import end_interrupted, notice
    from servsim.errors import ServsimError
    from servsim.study.shard import shard_of, simulate

    if means.store is None:
        raise ServsimError("--shard puts worlds into a store; name one with --store.")
    done = simulate(shard_of(shard), scenarios, replications, seed, means, customers)
    notice(f"Shard {shard}: {done.finished} of {done.asked} worlds are in {means.store.path}.")
    end_interrupted(done.interrupted)
