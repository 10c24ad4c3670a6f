"""Replications that go on: told for a year, then for three, five, ten, each time from where they stood, not begun
again.
"""

import math
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from time import monotonic

import numpy as np

from servsim.engine_parameters import horizon_of, window_of
from servsim.page.replication_cache import Memory, key_of
from servsim.scenario.read import with_level
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import (
    Experiment,
    Halted,
    Job,
    Outcome,
    Telling,
    WorldHaltedError,
    outcome_of,
    sheet_of,
)
from servsim.study.yearly_projection import looks_ahead
from servsim.units import YEAR

STOPS = (1, 3, 5, 10)
"""Years after which it is shown what the years until then bring."""
BYTES_AT_MOST = 200_000_000
"""How much of replications that can go on is kept; beyond, those told longest ago go, and would be begun again."""
BYTES_EACH, BYTES_PER_CUSTOMER = 2_000_000, 400
"""What such a replication takes, and what each customer of its opening book adds."""


def stops(scenario: Scenario) -> list[float]:
    """The years after which it is shown what a scenario brings: the first, which holds the window, to the last."""
    years = scenario.horizon.years
    if not looks_ahead(scenario):
        return [years]
    first = max(STOPS[0], math.ceil(window_of(scenario) / YEAR))
    return [*sorted({float(stop) for stop in (first, *STOPS) if first <= stop < years}), years]


def cut(scenario: Scenario, years: float) -> Scenario:
    """The scenario with so many of its years only, but with those that its window takes."""
    reached = [stop for stop in stops(scenario) if stop <= years]
    stop = reached[-1] if reached else stops(scenario)[0]
    return scenario if stop == scenario.horizon.years else with_level(scenario, "horizon.years", stop)


class World:
    """A replication as far as it is told, with its controls."""

    def __init__(self, experiment: Experiment, replication: int) -> None:
        """Nothing is told yet."""
        self.job = Job(0, replication)
        self.controls = experiment.controls(self.job)
        self.telling = Telling(
            experiment.scenario, sheet_of(experiment), experiment.seed, replication, experiment.engine, self, True
        )
        self.size = BYTES_EACH + BYTES_PER_CUSTOMER * experiment.scenario.demand.opening_book

    def add(self, rows: np.ndarray) -> None:
        """Hear one more piece of the window."""
        self.controls.add(rows)

    def beyond(self, rows: np.ndarray) -> None:
        """Of the years after the window only days are counted."""

    def until(self, end: int, halted: Halted) -> Outcome:
        """What comes of it until the end of a year; WorldHaltedError between two pieces where nobody waits for it."""
        while self.telling.told < min(end, self.telling.end):
            if halted():
                raise WorldHaltedError
            self.telling.go_on(self.telling.told + 1)
        return outcome_of(self.job, self.telling.reading_until(end), self.controls, False)


class Ongoing:
    """Replications that stand at the end of a year and can go on, shared by all questions that are being answered.

    A replication is in one hand at a time: who takes it up puts it back. size: the bytes of those that stand.
    """

    def __init__(self, memory: Memory) -> None:
        """None is told. memory: where that goes which comes of them."""
        self.memory = memory
        self.lock = threading.Lock()
        self.standing: OrderedDict[tuple[str, int], World] = OrderedDict()
        self.size = 0

    def bring(
        self, scenarios: Sequence[Scenario], years: float, replications: int, seed: int, execution: Execution
    ) -> None:
        """Have the first replications of scenarios told for so many years, as far as the memory does not know them."""
        jobs = self.unknown([own for own in scenarios if looks_ahead(own)], years, replications, seed, execution)
        halt, begun = threading.Event(), monotonic()
        with ThreadPoolExecutor(execution.workers or os.cpu_count() or 1) as hands:
            futures = [hands.submit(self.told, *job, halt.is_set) for job in jobs]
            try:
                for done, future in enumerate(as_completed(futures), 1):
                    self.memory.keep([future.result()])
                    execution.progress(done, len(jobs), monotonic() - begun)
            finally:
                halt.set()
                hands.shutdown(cancel_futures=True)

    def unknown(
        self, scenarios: Iterable[Scenario], years: float, replications: int, seed: int, execution: Execution
    ) -> list[tuple[Experiment, Experiment, int]]:
        """Replications to tell: whole ones, the same for so many years only, and their numbers; each of them once."""
        whole = {
            key_of(own): own for own in (Experiment(each, seed, execution.engine, True, True) for each in scenarios)
        }
        found = []
        for own in whole.values():
            asked = Experiment(cut(own.scenario, years), seed, execution.engine, True, True)
            known = {one.job.replication for one in self.memory.known(asked, 0, range(replications), False)}
            found += [(own, asked, number) for number in range(replications) if number not in known]
        return sorted(found, key=lambda job: job[2])

    def told(
        self, whole: Experiment, asked: Experiment, replication: int, halted: Halted
    ) -> tuple[Experiment, Outcome]:
        """A replication, told for the years that are asked for."""
        world = self.taken(whole, replication)
        try:
            found = asked, world.until(horizon_of(asked.scenario), halted)
        except WorldHaltedError:
            self.put_back(whole, world)
            raise
        self.put_back(whole, world)
        return found

    def taken(self, whole: Experiment, replication: int) -> World:
        """A replication that stands somewhere, taken up, if it can go on to the end; else a new one."""
        with self.lock:
            world = self.standing.pop((key_of(whole), replication), None)
            self.size -= world.size if world else 0
        if world is None or world.telling.end < horizon_of(whole.scenario):
            return World(whole, replication)
        return world

    def put_back(self, whole: Experiment, world: World) -> None:
        """Keep a replication that has not come to its end; where it gets too much, drop those told longest ago."""
        if world.telling.told >= world.telling.end:
            return
        with self.lock:
            before = self.standing.pop((key_of(whole), world.job.replication), None)
            self.standing[key_of(whole), world.job.replication] = world
            self.size += world.size - (before.size if before else 0)
            while self.size > BYTES_AT_MOST:
                self.size -= self.standing.popitem(last=False)[1].size

    def clear(self) -> None:
        """Drop all of them."""
        with self.lock:
            self.standing.clear()
            self.size = 0
