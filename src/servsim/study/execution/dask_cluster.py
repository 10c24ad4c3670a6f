"""The workers of a Dask cluster (extra: servsim[dask]), each of which answers as we would."""

import logging
import socket
import threading
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any

from servsim.errors import ServsimError, needs_extra
from servsim.model import compilation as kernel
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Horizon
from servsim.study.execution.executors import cancel
from servsim.study.execution.options import SCHEDULER
from servsim.study.execution.replications import Experiment, Job, Outcome, kind_of_answers
from servsim.study.scenario_identity import fingerprint

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER = 5, 15
"""How long a scheduler has to answer, and how long it has to find a worker."""
LOOK_SECONDS = 2.0
"""How often we look whether a scheduler is there that has nothing to tell."""
AHEAD = 1_000
"""Jobs handed to a cluster at once."""
UNLIKE = "does not answer as we do: it has another servsim, or is another kind of machine; install the same there."


class Cluster:
    """Somebody else's workers, each of which answers as we would."""

    outlive = True

    def __init__(self, address: str) -> None:
        """Ask the scheduler; ServsimError where there is none, or no workers, or other workers than are needed."""
        self.address, self.ahead = address, AHEAD
        self.client = client_of(address)
        try:
            self.look_at_workers()
        except BaseException:
            leave(self.client)
            raise
        self.given: dict[str, tuple[Any, Future[Outcome]]] = {}
        self.ended: SimpleQueue[Any] = SimpleQueue()
        threading.Thread(target=self.fetch, daemon=True).start()

    def look_at_workers(self) -> None:
        """See that workers are like us; have one on each machine compile before there are several who would."""
        try:
            self.client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        except TimeoutError:
            raise said(self.address, f"it has no workers; start some with dask worker {self.address}") from None
        try:
            found = self.client.run(kind)
        except Exception as error:  # whatever a worker says that has no servsim, or an old one
            raise said(self.address, f"its workers cannot run servsim ({error}); install it there") from None
        if others := [worker for worker, theirs in found.items() if theirs != kind()]:
            raise said(self.address, f"its worker {others[0]} {UNLIKE}")
        first = {worker.rpartition(":")[0]: worker for worker in found}
        self.client.gather([self.client.submit(compiled, workers=worker, pure=False) for worker in first.values()])

    @property
    def deaths(self) -> tuple[type[Exception], ...]:
        """What a job fails with whose workers died."""
        from distributed import KilledWorker

        return (KilledWorker,)

    def submit(self, experiment: Experiment, job: Job, customers: bool) -> "Future[Outcome]":
        """Have one replication simulated."""
        theirs = self.client.submit(simulated_there, kind(), experiment, job, customers, pure=False)
        ours: Future[Outcome] = Future()
        self.given[theirs.key] = theirs, ours  # a cluster drops what nobody holds on to
        theirs.add_done_callback(self.ended.put)
        return ours

    def fetch(self) -> None:
        """Fetch outcomes until we are dismissed; whatever befalls Dask's client, nobody waits for ever."""
        while True:
            try:
                return self.fetch_what_ends()
            except BaseException as error:
                self.give_up(error)

    def give_up(self, error: BaseException) -> None:
        """End all that is in hand."""
        for theirs, _ in list(self.given.values()):
            self.settle(theirs, None, ConnectionError(str(error)))

    def fetch_what_ends(self) -> None:
        """Fetch outcomes as they are finished, many with one question to the scheduler, until we are dismissed."""
        while (first := self.next_ended()) is not None:
            batch = [first]
            while not self.ended.empty() and (another := self.ended.get()) is not None:
                batch.append(another)
            finished = [theirs for theirs in batch if theirs.status == "finished"]
            try:
                for theirs, outcome in zip(finished, self.client.gather(finished), strict=True):
                    self.settle(theirs, outcome, None)
            except Exception as error:  # no scheduler to fetch from
                for theirs in finished:
                    self.settle(theirs, None, error)
            for theirs in batch:
                if theirs.status != "finished":
                    self.settle(theirs, None, failure(theirs))

    def next_ended(self) -> Any:
        """What ends next, None once we are dismissed. Where the scheduler is gone, all that was given to it ends.

        Dask's client may fail over the scheduler's death, and then never says so.
        """
        while True:
            with suppress(Empty):
                return self.ended.get(timeout=LOOK_SECONDS)
            try:
                insist_answers(self.address)
            except ServsimError as gone:
                self.give_up(gone)

    def settle(self, theirs: Any, outcome: Outcome | None, error: BaseException | None) -> None:
        """Hand an outcome on to whoever waits for it, once."""
        _, ours = self.given.pop(theirs.key, (None, None))
        if ours is None or not ours.set_running_or_notify_cancel():
            return
        if outcome is not None:
            ours.set_result(outcome)
        else:
            ours.set_exception(error or CancelledError())

    def drop(self, futures: Iterable["Future[Outcome]"]) -> None:
        """Have all dropped that has not begun."""
        cancel(futures)

    def said(self, error: Exception) -> Exception:
        """What went wrong with a replication: a sentence where the scheduler is gone."""
        if isinstance(error, CancelledError | OSError):
            return said(self.address, "the scheduler is gone; run the same command again to go on")
        return error

    def dismiss(self, at_once: bool) -> None:
        """Leave the cluster, which then drops what we had asked of it."""
        self.ended.put(None)
        leave(self.client)


def client_of(address: str) -> Any:
    """A scheduler that answers; ServsimError where there is none."""
    try:
        from distributed import Client
    except ImportError:
        raise needs_extra("A cluster", "Dask", "dask") from None
    insist_answers(address)
    for name in [name for name in logging.root.manager.loggerDict if name.startswith(("distributed", "tornado"))]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it we say ourselves
    try:
        return Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError):
        raise said(address, "what answers there is no Dask scheduler") from None


def leave(client: Any) -> None:
    """Close a client. It may fail over a scheduler that went away meanwhile: what we know of that is said already."""
    with suppress(Exception):
        client.close()


def insist_answers(address: str) -> None:
    """ServsimError where nothing listens at an address: Dask itself would try for long, and leave a trace of it."""
    found = SCHEDULER.fullmatch(address)
    assert found is not None  # as Execution has seen
    scheme, host, port = found.groups()
    if scheme not in (None, "tcp", "tls"):
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_CONNECT).close()
    except socket.gaierror:
        raise said(address, f"there is no host {host}") from None
    except OSError as error:
        raise said(address, f"no scheduler answers there ({error.strerror or error})") from None


def said(address: str, what: str) -> ServsimError:
    """What is wrong with a cluster."""
    return ServsimError(f"dask {address}: {what}".rstrip(".") + ".")


def failure(theirs: Any) -> BaseException:
    """Why a job was not finished."""
    error: BaseException | None = theirs.exception() if theirs.status == "error" else None
    return error or CancelledError()


@cache
def kind() -> str:
    """A fingerprint of what a worker must have in common with us."""
    return fingerprint(kind_of_answers())


def compiled() -> None:
    """Compile the model where this has not been done, by simulating an hour."""
    if kernel.COMPILED and not kernel.WARM:
        Experiment(Scenario(horizon=Horizon(weeks=0.01)), 1, "fast").simulated(Job(0, 0))


def simulated_there(asked: str, experiment: Experiment, job: Job, customers: bool) -> Outcome:
    """One replication, simulated by a worker; ServsimError where it has joined since we looked and is not like us."""
    if asked != kind():
        raise ServsimError(f"dask: a worker that joined since {UNLIKE}")
    return experiment.simulated(job, customers)
