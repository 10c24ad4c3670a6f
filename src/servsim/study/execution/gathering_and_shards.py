"""Replications gathered scenario by scenario, and one shard of a question's first ones for arrays of jobs."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from servsim.errors import ServsimError
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.objective import Seen
from servsim.study.scenario_identity import digest_of
from servsim.study.yearly_projection import COLUMNS, discounted_revenue


class Gathering:
    """The metrics and months of a pool's scenarios in replications from a first number on, as far as they were
    simulated.
    """

    def __init__(self, pool: Pool, first: int = 0) -> None:
        """Nothing is simulated yet."""
        self.pool, self.first = pool, first
        self.tables: dict[int, np.ndarray] = {}
        self.ledgers: dict[int, list[np.ndarray]] = {}

    def table(self, place: int) -> np.ndarray:
        """(replications, metrics) the metrics of a scenario."""
        return self.tables.get(place, np.empty((0, self.pool.width)))

    def months(self, place: int) -> np.ndarray:
        """(replications, months, COLUMNS) the years of a scenario, month by month; no months where nobody asked for
        them.
        """
        ledgers = self.ledgers.get(place, [])
        return np.stack(ledgers) if ledgers else np.empty((0, 0, len(COLUMNS)))

    def revenue(self, place: int, rate: float) -> float:
        """A scenario's mean revenue of all years in today's money; 0 where no years are simulated."""
        months = self.months(place)
        return float(discounted_revenue(months, rate).mean()) if months.size else 0.0

    def seen(self, place: int) -> Seen:
        """What constraints are read from."""
        return Seen(self.table(place), self.months(place))

    def __len__(self) -> int:
        """Replications of all scenarios together."""
        return sum(len(table) for table in self.tables.values())

    def until(self, places: Iterable[int], replications: int) -> bool:
        """Simulate so many replications of each scenario, those that are there included; False where interrupted.

        What Ctrl-C leaves are replications without a gap that all of these scenarios share.
        """
        places = list(places)
        jobs = [
            Job(place, self.first + number)
            for number in range(replications)
            for place in places
            if number >= len(self.table(place))
        ]
        found = {outcome.job: outcome for outcome in self.pool.outcomes(jobs)}
        reached = replications
        for job in jobs:
            if job not in found:
                reached = min(reached, job.replication - self.first)
        for place in places:
            more = [found[Job(place, self.first + n)] for n in range(len(self.table(place)), reached)]
            metrics = np.reshape([outcome.metrics for outcome in more], (len(more), self.pool.width))
            self.tables[place] = np.concatenate([self.table(place), metrics])
            self.ledgers.setdefault(place, []).extend(outcome.months for outcome in more)
        return not self.pool.interrupted


PART = re.compile(r"(\d{1,7})/(\d{1,7})", re.ASCII)


@dataclass(frozen=True)
class Shard:
    """Part `number`, from 1, of so many."""

    number: int
    of: int


@dataclass(frozen=True)
class Share:
    """What a shard has done: replications finished, replications asked for, whether it was interrupted."""

    finished: int
    asked: int
    interrupted: bool


def shard_of(words: str) -> Shard:
    """A shard as it is written; ServsimError where it is none."""
    match = PART.fullmatch(words)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ServsimError(f"--shard {words}: it must be I/N with I from 1 to N, such as 3/10.")
    return Shard(int(match[1]), int(match[2]))


def simulate(
    shard: Shard,
    scenarios: Sequence[Scenario],
    replications: int | None,
    seed: int,
    execution: Execution,
    customers: bool = False,
    controlled: bool = False,
    far: bool = True,
) -> Share:
    """Simulate every so-manieth world of the first stage, each of them under every scenario; far: all its years."""
    n = replications or scenarios[0].evaluate.replications
    jobs = [Job(place, number) for number in range(shard.number - 1, n, shard.of) for place in range(len(scenarios))]
    with Pool(scenarios, seed, execution, controlled, far) as pool:
        finished = len(pool.outcomes(jobs, customers))
    return Share(finished, len(jobs), pool.interrupted)


def places_in(pool: Pool) -> Callable[[Scenario], int]:
    """Where a scenario is in a pool, to which it is added where it is not there yet."""
    found: dict[str, int] = {}

    def place(scenario: Scenario) -> int:
        digest = digest_of(scenario)
        if digest not in found:
            found[digest] = pool.add(scenario)
        return found[digest]

    return place
