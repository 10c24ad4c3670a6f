"""Many worlds at once: threads for the compiled engine, processes for the reference; the same results in any order."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from time import monotonic

import numpy as np

from servsim.errors import ServsimError
from servsim.scenario.scenario import Scenario
from servsim.sheet import to_sheet
from servsim.study.engines import Engine, counted
from servsim.study.metrics import figures, own_figures


@dataclass(frozen=True)
class Job:
    """One world to simulate: which of the scenarios at hand, and which replication of it."""

    scenario: int
    replication: int


@dataclass(frozen=True)
class Outcome:
    """What came of a job: (metrics,) figures, the fate of each customer of the opening book, figures of segments."""

    job: Job
    figures: np.ndarray
    fate: np.ndarray
    own: np.ndarray


Progress = Callable[[int, int, float], None]
"""Told after each job: how many are done, of how many, and the seconds it has taken."""


def quiet(done: int, total: int, seconds: float) -> None:
    """No progress shown."""


class Pool:
    """The scenarios at hand and the workers that simulate them."""

    def __init__(self, scenarios: Sequence[Scenario], seed: int, engine: Engine, workers: int | None = None) -> None:
        """Make each scenario's sheet once; `workers` of None means one for each core."""
        self.work = (tuple(scenarios), tuple(to_sheet(scenario) for scenario in scenarios), seed, engine)
        self.engine = engine
        self.workers = workers or os.cpu_count() or 1
        self.interrupted = False

    def outcomes(self, jobs: Sequence[Job], progress: Progress = quiet) -> list[Outcome]:
        """The outcomes of the jobs that were finished; all of them unless interrupted, in the order of the jobs."""
        started = monotonic()
        done: dict[Job, Outcome] = {}
        try:
            for outcome in self.finished(jobs):
                done[outcome.job] = outcome
                progress(len(done), len(jobs), monotonic() - started)
        except KeyboardInterrupt:
            self.interrupted = True
        return [done[job] for job in jobs if job in done]

    def finished(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Outcomes as they come."""
        if self.workers == 1 or len(jobs) == 1:
            yield from (simulated(self.work, job) for job in jobs)
            return
        if self.engine == "fast":  # compile once, before there are several who would
            yield simulated(self.work, jobs[0])
            jobs = jobs[1:]
        yield from self.gathered(self.executor(), jobs)

    def executor(self) -> Executor:
        """Threads for the engine that releases the interpreter's lock, processes for the one that cannot."""
        if self.engine == "fast":
            return ThreadPoolExecutor(self.workers)
        return ProcessPoolExecutor(
            self.workers, mp_context=get_context("spawn"), initializer=settle_in, initargs=(self.work,)
        )

    def begun(self, executor: Executor, job: Job) -> "Future[Outcome]":
        """A job handed to a worker; a thread shares the work, a process has its own copy."""
        if self.engine == "fast":
            return executor.submit(simulated, self.work, job)
        return executor.submit(simulated_there, job)

    def gathered(self, executor: Executor, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Outcomes as they come; on the way out, however early, what has not begun is dropped."""
        try:
            for future in as_completed([self.begun(executor, job) for job in jobs]):
                yield future.result()
        except BrokenProcessPool:
            raise ServsimError("a worker process was killed; run again with --workers 1 to see why.") from None
        finally:
            executor.shutdown(cancel_futures=True)


Work = tuple[tuple[Scenario, ...], tuple[np.ndarray, ...], int, Engine]


def simulated(work: Work, job: Job) -> Outcome:
    """One job done."""
    scenarios, sheets, seed, engine = work
    reading = counted(scenarios[job.scenario], sheets[job.scenario], seed, job.replication, engine)
    return Outcome(job, figures(reading), reading.tally.fate, own_figures(reading))


HERE: list[Work] = []
"""In a worker process: what it works on."""


def settle_in(work: Work) -> None:
    """A worker process begins: it keeps its work, ignores Ctrl-C, and ends when its parent does."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    HERE.append(work)
    threading.Thread(target=leave_with_parent, daemon=True).start()


def leave_with_parent() -> None:
    """End this process as soon as its parent is gone."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def simulated_there(job: Job) -> Outcome:
    """One job done in a worker process."""
    return simulated(HERE[0], job)
