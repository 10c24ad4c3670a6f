"""Many worlds at once, none of them twice: what the store has is looked up, what it has not is simulated and kept.

The same results whatever the number, the order and the deaths of workers: a world depends on its key alone, and results
are put in the order they were asked for.
"""

import os
from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import Self

from servsim.model import compilation as kernel
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Means
from servsim.study.work.crew import Crew, Finish
from servsim.study.work.hands import Hands, Processes, Threads
from servsim.study.work.interruption import Interruption
from servsim.study.work.worlds import Job, Outcome, Worlds


class Pool:
    """The scenarios at hand, and the workers that simulate their worlds for as long as the pool is open.

    interrupted: whether Ctrl-C was pressed; from then on nothing more is simulated. asked, done: worlds asked for so
    far, and those that are there. simulated: those that no store had.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        seed: int,
        means: Means = HERE,
        controlled: bool = False,
        far: bool = False,
    ) -> None:
        """Nothing is started before it is needed. far: whether worlds go on until the end of the years."""
        self.seed, self.means, self.controlled, self.far = seed, means, controlled, far
        self.worlds: list[Worlds] = []
        self.interrupted = False
        self.asked = self.done = self.simulated = 0
        self.started = monotonic()
        self.crew = Crew(self.worlds, self.call_together)
        for scenario in scenarios:
            self.add(scenario)

    def __enter__(self) -> Self:
        """The pool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send the workers home."""
        self.crew.dismiss()

    def add(self, scenario: Scenario) -> int:
        """One more scenario at hand; its place."""
        self.worlds.append(Worlds(scenario, self.seed, self.means.engine, self.controlled, self.far))
        return len(self.worlds) - 1

    @property
    def lanes(self) -> int:
        """Worlds at once on this machine."""
        return self.means.workers or os.cpu_count() or 1

    def outcomes(self, jobs: Sequence[Job], customers: bool = False) -> list[Outcome]:
        """The outcomes of the jobs that were finished; all of them unless interrupted, in the order of the jobs.

        customers: whether each customer's fate and spending is told, too.
        """
        self.asked += len(jobs)
        have = self.recalled(jobs, customers)
        self.tell(len(have))

        def finish(outcomes: Sequence[Outcome]) -> None:
            have.update((outcome.job, outcome) for outcome in outcomes)
            self.simulated += len(outcomes)
            self.keep(outcomes)
            self.tell(len(outcomes))

        try:
            with Interruption() as stop:
                self.simulate([job for job in jobs if job not in have], customers, finish, stop)
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

    def keep(self, outcomes: Sequence[Outcome]) -> None:
        """Put finished worlds into the store."""
        if self.means.store is not None:
            self.means.store.keep([(self.worlds[outcome.job.scenario], outcome) for outcome in outcomes])

    def tell(self, more: int) -> None:
        """So many more are done."""
        self.done += more
        self.means.progress(self.done, self.asked, monotonic() - self.started)

    def simulate(self, jobs: Sequence[Job], customers: bool, finish: Finish, stop: Interruption) -> None:
        """Simulate jobs, handing on what is finished as it comes."""
        if self.interrupted:
            return
        here = self.to_do_here(len(jobs))
        for job in jobs[:here]:
            with stop.heard():
                outcome = self.worlds[job.scenario].simulated(job, customers)
            finish([outcome])
        self.crew.work(jobs[here:], customers, finish, stop)

    def to_do_here(self, jobs: int) -> int:
        """How many jobs this thread does itself: all where it is alone; one that compiles for those who come after."""
        if self.means.dask is not None:
            return 0
        if self.lanes == 1 or jobs == 1:
            return jobs
        return 0 if kernel.WARM or not kernel.COMPILED or self.simulated else 1

    def call_together(self) -> Hands:
        """Somebody's cluster; threads for the engine that releases the interpreter's lock, processes for the other."""
        if self.means.dask is not None:
            from servsim.study.work.cluster import Cluster

            return Cluster(self.means.dask)
        return Threads(self.lanes) if self.means.engine == "fast" else Processes(self.lanes)
