"""The workers of a Dask cluster (extra: servsim[dask]), each of which answers as we would.

A task costs our client some milliseconds, whatever is in it. So several replications go into one, as many as a worker
simulates in about a second.
"""

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, takewhile
from queue import Empty, SimpleQueue
from time import monotonic, perf_counter
from typing import Any

from servsim.errors import ServsimError
from servsim.model import compilation as kernel
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Horizon
from servsim.study.execution.dask_client import client_of, insist_answers, leave, said, workers_of
from servsim.study.execution.executors import cancel
from servsim.study.execution.replications import Experiment, Job, Outcome, kind_of_answers
from servsim.study.scenario_identity import fingerprint

SECONDS_TO_ANSWER = 15
"""How long a scheduler has to find a worker."""
LOOK_SECONDS = 2.0
"""How often we look whether a scheduler is there that has nothing to tell."""
SECONDS_IN_TASK, MOST_IN_TASK = 1.0, 50
"""How long a worker is to be busy with a task, and how many replications are in one at most."""
TASKS_AHEAD = 2
"""Tasks given to a cluster at once, for each worker: one in hand, one to go on with."""
UNLIKE = "does not answer as we do: it has another servsim, or is another kind of machine; install the same there."


@dataclass
class Asked:
    """A replication that somebody waits for."""

    experiment: Experiment
    job: Job
    customers: bool
    ours: "Future[Outcome]" = field(default_factory=Future)

    @property
    def shared(self) -> tuple[int, bool]:
        """What replications of one task have in common."""
        return id(self.experiment), self.customers


class Cluster:
    """Somebody else's workers, each of which answers as we would."""

    outlive = True

    def __init__(self, address: str) -> None:
        """Ask the scheduler; ServsimError where there is none, or no workers, or other workers than are needed."""
        self.address = address
        self.client = client_of(address)
        try:
            self.look_at_workers()
            self.count_workers()
        except BaseException:
            leave(self.client)
            raise
        self.seconds: float | None = None
        self.asked: deque[Asked] = deque()
        self.given: dict[str, tuple[Any, Sequence[Asked]]] = {}
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

    def count_workers(self) -> None:
        """Ask how many there are, who come and go.

        We are asked for twice what they can have at once in the fullest tasks, so that the next are full, too.
        """
        self.workers, self.counted = workers_of(self.client), monotonic()
        self.ahead = 2 * TASKS_AHEAD * self.workers * MOST_IN_TASK

    def submit(self, experiment: Experiment, job: Job, customers: bool) -> "Future[Outcome]":
        """Have one replication simulated, as soon as there is somebody for it."""
        self.asked.append(asked := Asked(experiment, job, customers))
        return asked.ours

    def begin(self) -> None:
        """Give the cluster what its workers can have at once of that which was submitted.

        Before a task has shown how long a replication takes, each has one.
        """
        while self.asked and len(self.given) < TASKS_AHEAD * self.workers:
            self.give(self.next_task(in_task(len(self.asked), self.workers, self.seconds)))

    def next_task(self, most: int) -> list[Asked]:
        """What is asked for first, up to so much, of one scenario."""
        first = self.asked[0]
        task = list(takewhile(lambda asked: asked.shared == first.shared, islice(self.asked, most)))
        for _ in task:
            self.asked.popleft()
        return [asked for asked in task if not asked.ours.cancelled()]

    def give(self, task: Sequence[Asked]) -> None:
        """Have the replications of one task simulated."""
        if not task:
            return None
        jobs = [asked.job for asked in task]
        try:
            theirs = self.client.submit(
                simulated_there, kind(), task[0].experiment, jobs, task[0].customers, pure=False
            )  # fmt: skip
        except Exception as error:
            if self.client.status == "running":
                raise
            return answer(task, [ConnectionError(str(error))] * len(task))
        self.given[theirs.key] = theirs, task  # a cluster drops what nobody holds on to
        return theirs.add_done_callback(self.ended.put)

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
            self.fail(theirs, ConnectionError(str(error)))

    def fetch_what_ends(self) -> None:
        """Fetch outcomes as they are finished, many with one question to the scheduler, until we are dismissed."""
        while (first := self.next_ended()) is not None:
            batch = [first]
            while not self.ended.empty() and (another := self.ended.get()) is not None:
                batch.append(another)
            finished = [theirs for theirs in batch if theirs.status == "finished"]
            try:
                for theirs, (seconds, outcomes) in zip(finished, self.client.gather(finished), strict=True):
                    self.seconds = seconds / len(outcomes)
                    self.settle(theirs, outcomes)
                if monotonic() > self.counted + LOOK_SECONDS:
                    self.count_workers()
            except Exception as error:  # no scheduler to fetch from
                for theirs in finished:
                    self.fail(theirs, error)
            for theirs in batch:
                if theirs.status != "finished":
                    self.fail(theirs, failure(theirs))

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

    def settle(self, theirs: Any, outcomes: Sequence[Outcome | BaseException]) -> None:
        """Hand on what came of a task to whoever waits for it, once."""
        _, task = self.given.pop(theirs.key, (None, ()))
        answer(task, outcomes)

    def fail(self, theirs: Any, error: BaseException) -> None:
        """End a task of which nothing came."""
        _, task = self.given.get(theirs.key, (None, ()))
        self.settle(theirs, [error] * len(task))

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


def answer(task: Sequence[Asked], outcomes: Sequence[Outcome | BaseException]) -> None:
    """Hand on what came of the replications of a task, to whoever still waits for it."""
    for asked, outcome in zip(task, outcomes, strict=False):
        if not asked.ours.set_running_or_notify_cancel():
            continue
        if isinstance(outcome, BaseException):
            asked.ours.set_exception(outcome)
        else:
            asked.ours.set_result(outcome)


def in_task(asked: int, workers: int, seconds: float | None) -> int:
    """How many of the replications asked for go into the next task: no more than a worker's share, nor than it
    simulates in a while.

    seconds: how long one takes, None where this is not known yet.
    """
    if seconds is None:
        return 1
    return max(1, min(int(SECONDS_IN_TASK / max(seconds, 1e-6)), MOST_IN_TASK, -(-asked // workers)))


def failure(theirs: Any) -> BaseException:
    """Why a task was not finished."""
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


def simulated_there(
    asked: str, experiment: Experiment, jobs: Sequence[Job], customers: bool
) -> tuple[float, list[Outcome | Exception]]:
    """Replications, simulated by a worker: how long they took in seconds, and what came of each.

    ServsimError where the worker has joined since we looked and is not like us.
    """
    if asked != kind():
        raise ServsimError(f"dask: a worker that joined since {UNLIKE}")
    began = perf_counter()
    outcomes = [what_comes_of(experiment, job, customers) for job in jobs]
    return perf_counter() - began, outcomes


def what_comes_of(experiment: Experiment, job: Job, customers: bool) -> Outcome | Exception:
    """One replication, or what went wrong with it, so that the others of its task are not lost."""
    try:
        return experiment.simulated(job, customers)
    except Exception as error:
        return error
