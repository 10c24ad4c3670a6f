"""Many replications at once, none of them twice: looked up in the store, else given to workers, and kept; Ctrl-C heard
at good moments.

The same results whatever the number, the order and the deaths of workers: a replication depends on its key alone, and
results are put in the order they were asked for.
"""

import os
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from multiprocessing import current_process
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self

from servsim.errors import ServsimError, insist_whole
from servsim.model import compilation as kernel
from servsim.scenario.scenario import Scenario
from servsim.study.execution.dask_cluster import Cluster
from servsim.study.execution.executors import Hands, Processes, Threads
from servsim.study.execution.interruption import Interruption
from servsim.study.execution.options import HERE, Execution
from servsim.study.execution.replications import Experiment, Job, Outcome
from servsim.study.metrics import NAMES, UserMetric, insist_importable, insist_new

UNGUARDED = (
    "this process is a worker that reads the script it was started by: servsim must be called under its "
    "`if __name__ == '__main__':`."
)

DEATHS_AT_MOST = 3
"""How often workers may die over one replication, nothing being finished meanwhile, before we ask for help."""
LAST_WAIT_SECONDS = 5.0
"""How long after Ctrl-C we wait for replications that are nearly finished."""
A_LOOK_SECONDS = 0.2
"""How often we then look which replications were dropped."""

Finish = Callable[[Sequence[Outcome]], None]
"""Told of replications as soon as they are finished."""


class Crew:
    """The workers of a pool. hands: whoever they are, called together when they are needed first."""

    def __init__(self, experiments: Sequence[Experiment], call_together: Callable[[], Hands]) -> None:
        """Nobody has anything in hand."""
        self.experiments, self.call_together = experiments, call_together
        self.hands: Hands | None = None
        self.waiting: deque[Job] = deque()
        self.in_hand: dict[Future[Outcome], Job] = {}
        self.ended: deque[Future[Outcome]] = deque()
        self.bell = Event()
        self.deaths: Counter[Job] = Counter()

    def work(self, jobs: Sequence[Job], customers: bool, finish: Finish, stop: Interruption) -> None:
        """Have jobs done; after Ctrl-C, what is nearly finished is waited for."""
        self.waiting, self.deaths = deque(jobs), Counter()
        try:
            while self.waiting or self.in_hand:
                self.hand_out(customers)
                self.collect(finish, stop, None)
        except KeyboardInterrupt:
            self.finish_what_is_begun(finish, stop)
            raise

    def hand_out(self, customers: bool) -> None:
        """Give workers what they can have at once."""
        self.hands = self.hands or self.call_together()
        for _ in range(min(len(self.waiting), self.hands.ahead - len(self.in_hand))):
            job = self.waiting.popleft()
            try:
                future = self.hands.submit(self.experiments[job.scenario], job, customers)
            except self.hands.deaths:
                return self.replace([job])
            self.in_hand[future] = job
            future.add_done_callback(self.ring)
        return self.hands.begin()

    def ring(self, future: Future[Outcome]) -> None:
        """Say that something has ended; called by whoever ends it."""
        self.ended.append(future)
        self.bell.set()

    def collect(self, finish: Finish, stop: Interruption, seconds: float | None) -> None:
        """Wait for what is finished first, and take it; jobs whose worker died go to another."""
        if not self.in_hand or self.hands is None:
            return
        with stop.heard():
            self.bell.wait(seconds)
        self.bell.clear()
        outcomes, errors, lost = [], [], []
        while self.ended:
            future = self.ended.popleft()
            job = self.in_hand.pop(future, None)
            if job is None or future.cancelled():
                continue  # of a crew that was sent home, or dropped
            try:
                outcomes.append(future.result())
            except self.hands.deaths:
                lost.append(job)
            except Exception as error:
                errors.append(error)
        if outcomes:
            self.deaths.clear()
            finish(outcomes)
        if errors:
            raise self.hands.said(errors[0])
        if lost:
            self.replace(lost)

    def replace(self, lost: list[Job]) -> None:
        """Give jobs whose worker died to others; where one death breaks the whole crew, call another crew."""
        assert self.hands is not None
        if not self.hands.outlive:
            lost = [*lost, *self.in_hand.values()]
        self.deaths.update(lost)
        if max(self.deaths.values()) > DEATHS_AT_MOST:
            raise ServsimError(
                "worker processes end again and again: a script that calls servsim must do so under "
                "`if __name__ == '__main__':`; one worker alone (workers=1, --workers 1) shows what else is wrong."
            )
        self.waiting.extendleft(reversed(lost))
        if not self.hands.outlive:
            self.dismiss()

    def finish_what_is_begun(self, finish: Finish, stop: Interruption) -> None:
        """After Ctrl-C: drop what has not begun, wait a little for what has."""
        if self.hands is not None:
            self.hands.drop(self.in_hand)
        until = monotonic() + LAST_WAIT_SECONDS
        while self.begun() and (left := until - monotonic()) > 0:
            self.collect(finish, stop, min(left, A_LOOK_SECONDS))

    def begun(self) -> bool:
        """Is there something in hand that was not dropped?"""
        self.in_hand = {future: job for future, job in self.in_hand.items() if not future.cancelled()}
        return bool(self.in_hand)

    def dismiss(self) -> None:
        """Send the workers home, at once where they still have something in hand."""
        if self.hands is not None:
            hands, self.hands = self.hands, None
            hands.dismiss(at_once=bool(self.in_hand))
            self.in_hand.clear()


class Pool:
    """The scenarios at hand, and the workers that simulate their replications for as long as the pool is open.

    interrupted: whether Ctrl-C was pressed; from then on nothing more is simulated. asked, done: replications asked for
    so far, and those that are there. simulated: those that no store had.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        seed: int,
        execution: Execution = HERE,
        controlled: bool = False,
        far: bool = False,
        metrics: Sequence[UserMetric] = (),
    ) -> None:
        """Nothing is started before it is needed. metrics: a user's own, which no store has. far: whether
        replications go on until the end of the years.
        """
        insist_whole("seed", seed, 0, (1 << 63) - 1)
        insist_new(metrics)
        self.seed, self.execution, self.controlled, self.far = seed, execution, controlled, far
        self.metrics = tuple(metrics)
        self.experiments: list[Experiment] = []
        self.interrupted = False
        self.asked = self.done = self.simulated = 0
        self.started = monotonic()
        self.crew = Crew(self.experiments, self.call_together)
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
        self.experiments.append(
            Experiment(scenario, self.seed, self.execution.engine, self.controlled, self.far, self.metrics)
        )
        return len(self.experiments) - 1

    @property
    def width(self) -> int:
        """How many metrics a replication has, a user's own among them."""
        return len(NAMES) + len(self.metrics)

    @property
    def lanes(self) -> int:
        """Replications at once on this machine."""
        return self.execution.workers or os.cpu_count() or 1

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
        if self.execution.keeper is None or self.metrics:
            return {}
        numbers: dict[int, list[int]] = {}
        for job in jobs:
            numbers.setdefault(job.scenario, []).append(job.replication)
        found = {}
        for place, replications in numbers.items():
            for outcome in self.execution.keeper.known(self.experiments[place], place, replications, customers):
                found[outcome.job] = outcome
        return found

    def keep(self, outcomes: Sequence[Outcome]) -> None:
        """Put finished replications into the store, unless a user's own metrics are among theirs."""
        if self.execution.keeper is not None and not self.metrics:
            self.execution.keeper.keep([(self.experiments[outcome.job.scenario], outcome) for outcome in outcomes])

    def tell(self, more: int) -> None:
        """So many more are done."""
        self.done += more
        self.execution.progress(self.done, self.asked, monotonic() - self.started)

    def simulate(self, jobs: Sequence[Job], customers: bool, finish: Finish, stop: Interruption) -> None:
        """Simulate jobs, handing on what is finished as it comes."""
        if self.interrupted:
            return
        here = self.to_do_here(len(jobs))
        for job in jobs[:here]:
            with stop.heard():
                outcome = self.experiments[job.scenario].simulated(job, customers)
            finish([outcome])
        self.crew.work(jobs[here:], customers, finish, stop)

    def to_do_here(self, jobs: int) -> int:
        """How many jobs this thread does itself: all where it is alone; one that compiles for those who come after."""
        if self.execution.dask is not None:
            return 0
        if self.lanes == 1 or jobs == 1:
            return jobs
        return 0 if kernel.WARM or not kernel.COMPILED or self.simulated else 1

    def call_together(self) -> Hands:
        """Somebody's cluster; threads for the engine that releases the interpreter's lock, processes for the other."""
        if self.execution.dask is None and self.execution.engine == "fast":
            return Threads(self.lanes)
        if getattr(current_process(), "_inheriting", False) and self.execution.dask is None:
            raise ServsimError(UNGUARDED)
        insist_importable(self.metrics)
        return Processes(self.lanes) if self.execution.dask is None else Cluster(self.execution.dask)
