"""Who simulates replications: threads or processes here; `dask_cluster` has those elsewhere."""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import Pipe, get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Protocol

from servsim.study.execution.replications import Experiment, Halted, Job, Outcome

LANES_AHEAD = 8
"""Jobs handed out at once, for each worker: enough to keep all busy, few enough to stop soon."""


class Hands(Protocol):
    """Workers of any kind.

    ahead: jobs that they may have at once. outlive: whether the others go on where one dies. deaths: what the jobs of
    one who died fail with.
    """

    ahead: int
    outlive: bool

    @property
    def deaths(self) -> tuple[type[Exception], ...]:
        """What the jobs of a worker who died fail with."""

    def submit(self, experiment: Experiment, job: Job, customers: bool) -> "Future[Outcome]":
        """Have one replication simulated."""

    def begin(self) -> None:
        """Nothing more is submitted for now: begin with it."""

    def drop(self, futures: Iterable["Future[Outcome]"]) -> None:
        """Have all dropped that has not begun."""

    def said(self, error: Exception) -> Exception:
        """What went wrong with a replication: a sentence where it is the workers' fault."""

    def dismiss(self, at_once: bool) -> None:
        """Send everybody home; what has not begun is dropped, and at once, what has begun, too."""


class Threads:
    """Threads of this process."""

    outlive = True
    deaths: tuple[type[Exception], ...] = ()

    def __init__(self, lanes: int) -> None:
        """None is started before it has something to do."""
        self.ahead = LANES_AHEAD * lanes
        self.halt = threading.Event()
        self.executor = ThreadPoolExecutor(lanes)

    def submit(self, experiment: Experiment, job: Job, customers: bool) -> "Future[Outcome]":
        """Have one replication simulated."""
        return self.executor.submit(simulated, experiment, job, customers, self.halt.is_set)

    def begin(self) -> None:
        """It has begun."""

    def drop(self, futures: Iterable["Future[Outcome]"]) -> None:
        """Have all dropped that has not begun."""
        cancel(futures)

    def said(self, error: Exception) -> Exception:
        """The error itself."""
        return error

    def dismiss(self, at_once: bool) -> None:
        """Send everybody home; at once means at the end of a replication's present piece."""
        if at_once:
            self.halt.set()
        self.executor.shutdown(cancel_futures=True)


class Processes:
    """Processes of this machine, each on the other end of a pipe that nobody writes to: they end when it does."""

    outlive = False
    deaths: tuple[type[Exception], ...] = (BrokenProcessPool,)

    def __init__(self, lanes: int) -> None:
        """None is started before it has something to do."""
        self.ahead = LANES_AHEAD * lanes
        self.theirs, self.ours = Pipe(duplex=False)
        self.executor = ProcessPoolExecutor(
            lanes, mp_context=get_context("spawn"), initializer=settle_in, initargs=(self.theirs,)
        )

    def submit(self, experiment: Experiment, job: Job, customers: bool) -> "Future[Outcome]":
        """Have one replication simulated; BrokenProcessPool where a worker has died."""
        with deaf_children():
            return self.executor.submit(simulated, experiment, job, customers)

    def begin(self) -> None:
        """It has begun."""

    def drop(self, futures: Iterable["Future[Outcome]"]) -> None:
        """Have all dropped that has not begun, by the executor: it stumbles over what others have dropped."""
        self.executor.shutdown(wait=False, cancel_futures=True)

    def said(self, error: Exception) -> Exception:
        """The error itself."""
        return error

    def dismiss(self, at_once: bool) -> None:
        """Send everybody home."""
        if at_once:
            self.ours.close()
        self.executor.shutdown(cancel_futures=True)
        self.ours.close()
        self.theirs.close()


def cancel(futures: Iterable["Future[Outcome]"]) -> None:
    """Drop what has not begun."""
    for future in futures:
        future.cancel()


@contextmanager
def deaf_children() -> Iterator[None]:
    """Processes that are started in here do not hear Ctrl-C, not even while they load servsim; it is kept for us."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def simulated(experiment: Experiment, job: Job, customers: bool, halted: Halted | None = None) -> Outcome:
    """One replication, simulated by a worker."""
    return experiment.simulated(job, customers, halted)


def settle_in(pipe: Connection) -> None:
    """A worker process begins: it leaves Ctrl-C to its parent, and ends when that does, or when it is sent home."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=leave_with_parent, args=(pipe,), daemon=True).start()


def leave_with_parent(pipe: Connection) -> None:
    """End this process as soon as its parent is gone or has closed its end of the pipe."""
    parent = parent_process()
    wait([pipe] if parent is None else [pipe, parent.sentinel])
    os._exit(1)
