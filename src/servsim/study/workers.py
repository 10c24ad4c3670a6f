"""Many worlds at once: threads for the compiled engine, processes for the reference, or somebody else's cluster.

The same results whatever the number, the order and the deaths of workers: a world depends on its key alone, and results
are put in the order they were asked for. What is finished is kept in the store at once.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from time import monotonic
from types import TracebackType
from typing import Self

from servsim.errors import ServsimError
from servsim.model import kernel
from servsim.scenario.scenario import Scenario
from servsim.study.means import HERE, Means
from servsim.study.worlds import Job, Outcome, Worlds

DEATHS_AT_MOST = 3
"""How often workers may die in a row, nothing being finished meanwhile, before we ask for help."""
LANES_AHEAD = 8
"""Jobs handed out at once, for each worker: enough to keep all busy, few enough to stop soon."""
CLUSTER_AHEAD = 1_000
"""Jobs handed to a cluster at once."""
LAST_WAIT_SECONDS = 5
"""How long after Ctrl-C we wait for worlds that are nearly finished."""


class Pool:
    """The scenarios at hand, and the workers that simulate their worlds for as long as the pool is open."""

    def __init__(self, scenarios: Sequence[Scenario], seed: int, means: Means = HERE) -> None:
        """Nothing is started before it is needed."""
        self.seed, self.means = seed, means
        self.worlds: list[Worlds] = []
        self.interrupted = False
        self.asked = self.done = self.simulated = 0
        self.started = monotonic()
        self.crew: Executor | None = None
        for scenario in scenarios:
            self.add(scenario)

    def __enter__(self) -> Self:
        """The pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send the workers home."""
        self.dismiss()

    def add(self, scenario: Scenario) -> int:
        """One more scenario at hand; its place."""
        self.worlds.append(Worlds(scenario, self.seed, self.means.engine))
        return len(self.worlds) - 1

    @property
    def lanes(self) -> int:
        """Worlds at once on this machine."""
        return self.means.workers or os.cpu_count() or 1

    def outcomes(self, jobs: Sequence[Job], customers: bool = False) -> list[Outcome]:
        """The outcomes of the jobs that were finished; all of them unless interrupted, in the order of the jobs.

        What the store has is not simulated again. customers: whether each customer's fate and spending is kept, too.
        """
        self.asked += len(jobs)
        have = self.recalled(jobs, customers)
        self.tell(len(have))

        def finish(outcomes: Sequence[Outcome]) -> None:
            for outcome in outcomes:
                have[outcome.job] = outcome
            self.keep(outcomes, customers)
            self.simulated += len(outcomes)
            self.tell(len(outcomes))

        try:
            self.simulate([job for job in jobs if job not in have], finish)
        except KeyboardInterrupt:
            self.interrupted = True
        return [have[job] for job in jobs if job in have]

    def recalled(self, jobs: Sequence[Job], customers: bool) -> dict[Job, Outcome]:
        """What the store has of the jobs."""
        if self.means.store is None:
            return {}
        numbers: dict[int, list[int]] = {}
        for job in jobs:
            numbers.setdefault(job.scenario, []).append(job.replication)
        found = {}
        for place, replications in numbers.items():
            for outcome in self.means.store.known(self.worlds[place], place, replications, customers):
                found[outcome.job] = outcome
        return found

    def keep(self, outcomes: Sequence[Outcome], customers: bool) -> None:
        """Put finished worlds into the store."""
        if self.means.store is not None:
            self.means.store.keep([(self.worlds[outcome.job.scenario], outcome) for outcome in outcomes], customers)

    def tell(self, more: int) -> None:
        """So many more are done."""
        self.done += more
        self.means.progress(self.done, self.asked, monotonic() - self.started)

    def simulate(self, jobs: Sequence[Job], finish: Callable[[Sequence[Outcome]], None]) -> None:
        """Simulate jobs, handing on what is finished as it comes."""
        here = len(jobs)
        if self.means.dask is None and self.lanes > 1 and len(jobs) > 1:
            here = 0 if kernel.WARM or not kernel.COMPILED or self.simulated else 1
        for job in jobs[:here]:  # all of them, or one that compiles before there are several who would
            finish([self.worlds[job.scenario].simulated(job)])
        Crew(self, finish).work(jobs[here:])

    def executor(self) -> Executor:
        """The workers, called together when they are needed first."""
        if self.crew is None:
            self.crew = self.call_together()
        return self.crew

    def call_together(self) -> Executor:
        """Threads for the engine that releases the interpreter's lock, processes for the one that cannot."""
        if self.means.dask is not None:
            from servsim.study.cluster import cluster

            return cluster(self.means.dask)
        if self.means.engine == "fast":
            return ThreadPoolExecutor(self.lanes)
        return ProcessPoolExecutor(self.lanes, mp_context=get_context("spawn"), initializer=settle_in)

    def dismiss(self) -> None:
        """Send the workers home; what has not begun is dropped."""
        if self.crew is not None:
            self.crew.shutdown(cancel_futures=True)
            self.crew = None


class Crew:
    """Jobs in the hands of a pool's workers."""

    def __init__(self, pool: Pool, finish: Callable[[Sequence[Outcome]], None]) -> None:
        """Nobody has anything in hand."""
        self.pool, self.finish = pool, finish
        self.in_hand: dict[Future[Outcome], Job] = {}
        self.deaths = 0

    def work(self, jobs: Sequence[Job]) -> None:
        """Have jobs done; after Ctrl-C, what is nearly finished is waited for."""
        waiting = iter(jobs)
        try:
            self.hand_out(waiting)
            while self.in_hand:
                self.collect(None)
                self.hand_out(waiting)
        except KeyboardInterrupt:
            for future in list(self.in_hand):
                if future.cancel():
                    del self.in_hand[future]
            self.collect(LAST_WAIT_SECONDS)
            raise

    def hand_out(self, waiting: Iterator[Job]) -> None:
        """Give workers what they can have at once."""
        ahead = CLUSTER_AHEAD if self.pool.means.dask else LANES_AHEAD * self.pool.lanes
        while len(self.in_hand) < ahead and (job := next(waiting, None)) is not None:
            self.give(job)

    def give(self, job: Job) -> None:
        """Give a job to a worker."""
        worlds = self.pool.worlds[job.scenario]
        self.in_hand[self.pool.executor().submit(simulated, worlds, job)] = job

    def collect(self, seconds: float | None) -> None:
        """Take what is finished; jobs whose worker died are given to another."""
        done, _ = wait(self.in_hand, seconds, FIRST_COMPLETED if seconds is None else "ALL_COMPLETED")
        outcomes, lost = [], []
        for future in done:
            job = self.in_hand.pop(future)
            with suppress(BrokenProcessPool):
                outcomes.append(future.result())
                continue
            lost.append(job)
        if outcomes:
            self.deaths = 0
            self.finish(outcomes)
        if lost:
            self.replace([*lost, *self.in_hand.values()])

    def replace(self, jobs: list[Job]) -> None:
        """Call new workers for jobs whose workers died."""
        self.deaths += 1
        if self.deaths > DEATHS_AT_MOST:
            raise ServsimError("worker processes are killed again and again; run with --workers 1 to see why.")
        self.pool.dismiss()
        self.in_hand.clear()
        for job in jobs:
            self.give(job)


def simulated(worlds: Worlds, job: Job) -> Outcome:
    """One world, simulated by a worker."""
    return worlds.simulated(job)


def settle_in() -> None:
    """A worker process begins: it ignores Ctrl-C, and ends when its parent does."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=leave_with_parent, daemon=True).start()


def leave_with_parent() -> None:
    """End this process as soon as its parent is gone."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
