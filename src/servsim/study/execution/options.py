"""By what means a question is answered. Nothing of it changes an answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from servsim.model.trace import Engine

if TYPE_CHECKING:
    from servsim.study.execution.replications import Experiment, Outcome

Progress = Callable[[int, int, float], None]
"""Told after each replication: how many are done, of how many, and the seconds it has taken."""


def quiet(done: int, total: int, seconds: float) -> None:
    """No progress shown."""


class Keeper(Protocol):
    """Whoever keeps finished replications: a store on disk, or a memory."""

    def known(
        self, experiment: "Experiment", place: int, replications: Sequence[int], customers: bool
    ) -> "Iterable[Outcome]":
        """Outcomes of those replications that are kept, as jobs of a place in a pool; with customers where asked."""

    def keep(self, finished: "Sequence[tuple[Experiment, Outcome]]") -> None:
        """Keep finished replications."""


@dataclass(frozen=True)
class Means:
    """The engine that tells the replications, who simulates them, where they are kept, and who is told of progress.

    workers: replications at once on this machine; None for one on each core. dask: the address of a Dask scheduler,
    whose workers are used instead. store: where finished replications are kept, and looked up before they are
    simulated.
    """

    engine: Engine = "fast"
    workers: int | None = None
    dask: str | None = None
    store: Keeper | None = None
    progress: Progress = quiet


HERE = Means()
"""The compiled loop on every core of this machine, nothing kept, nothing shown."""
