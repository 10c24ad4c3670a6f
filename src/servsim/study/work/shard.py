"""One part of a question's first worlds, for arrays of jobs that share nothing: each fills a store of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from servsim.errors import ServsimError
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Means
from servsim.study.work.workers import Pool
from servsim.study.work.worlds import Job

PART = re.compile(r"(\d{1,7})/(\d{1,7})", re.ASCII)


@dataclass(frozen=True)
class Shard:
    """Part `number`, from 1, of so many."""

    number: int
    of: int


@dataclass(frozen=True)
class Share:
    """What a shard has done: worlds finished, worlds asked for, whether it was interrupted."""

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
    means: Means,
    customers: bool = False,
    controlled: bool = False,
    far: bool = True,
) -> Share:
    """Simulate every so-manieth world of the first stage, each of them under every scenario; far: all its years."""
    n = replications or scenarios[0].evaluate.replications
    jobs = [Job(place, number) for number in range(shard.number - 1, n, shard.of) for place in range(len(scenarios))]
    with Pool(scenarios, seed, means, controlled, far) as pool:
        finished = len(pool.outcomes(jobs, customers))
    return Share(finished, len(jobs), pool.interrupted)
