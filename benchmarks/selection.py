"""What do common replications and a race save, and how alike are neighbouring levels? Two tables, as Markdown.

    python benchmarks/selection.py [--quick] [--apart]

Economy: simulated replications that `evaluate` takes for its guarantee on the salon, beside those that as many
replications for every level would take for the same (Clark and Yang 1986). Pairing: how the value of levels half a
minute and a minute apart goes together in common replications. With --apart, what pairs them better when it is switched
off. About half an hour; quick: ten minutes.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np
from desks import FOLDER
from questions import say

from servsim.scenario.read import read_scenario, with_level
from servsim.scenario.scenario import MECHANISMS, Scenario
from servsim.study.execution.options import HERE, Execution
from servsim.study.execution.replications import Experiment, Job, Outcome
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import t_quantile
from servsim.study.metrics import NAMES
from servsim.study.one_lever.race import FIRST_REPLICATIONS, Contest
from servsim.study.one_lever.result import Evaluation

LEVER = "investment.minutes_per_visit"
DIFFERENCES = (10_000, 20_000, 40_000)
"""Smallest differences of the salon's value, in CAD; that of two good levels has a standard deviation of about 20,000
over ten years."""
BLOCK, APART = 1 << 20, 1 << 24
"""Replications between two evaluations, and between two levels that are to have none in common."""
EVERYTHING = (
    "mistakes.mistake_share=0.1", "mistakes.catch_share=0.5", "recovery.voice_share=0.5",
    "investment.recovery_minutes=5", "manager.escalated_share=0.2", "promises.promise_share=0.2",
    "promises.quoted_days=3", "outreach.overdue_factor=1.5", "investment.relationship_hours_per_month=8",
    "word_of_mouth.on=true", "competitors.on=true", "advertising.budget_per_month=200", "training.hours_per_month=2",
    "internal.on=true", "recognition.on=true", "phone.on=true", "load.on=true",
)  # fmt: skip
"""Switches every mechanism of the salon on, but for one sum for advertising and training."""
DESKS: tuple[tuple[str, str, tuple[str, ...], float], ...] = (
    ("every mechanism", "salon", EVERYTHING, 8.0),
    ("salon, today", "salon", (), 3.0),
    ("salon, near the best", "salon", (), 8.0),
    ("competitor", "competitor", (), 5.0),
    ("public office", "public-office", (), 3.0),
    ("bank, eight weeks", "bank-1999-relationship", ("horizon.weeks=8", "horizon.years=0.16"), 0.5),
)
SWITCHES = {
    "nobody leaves the queue": ("waiting.patience_distribution=never", "waiting.balk_scale_minutes=0"),
    "nobody tries again": ("waiting.retry_probability=0",),
    "nobody balks": ("waiting.balk_scale_minutes=0",),
    "agents always attentive": ("staff.inattentive_minutes=0",),
    "customers come equally often": ("demand.gap_between_cv=0",),
    "visits last the same": ("service.core_cv=0", "service.difficulty_cv=0"),
    "customers spend the same": ("spending.basket_cv=0",),
    "nobody is lost": ("loyalty.on=false",),
    "an agent more": ("staff.agents=4",),
}
"""What chance and crowds do in the salon, each to be switched off by itself."""


class Memory:
    """A store in memory."""

    def __init__(self) -> None:
        """Empty."""
        self.kept: dict[tuple[str, int], Outcome] = {}

    def known(
        self, experiment: Experiment, place: int, replications: Sequence[int], customers: bool
    ) -> Iterator[Outcome]:
        """What is kept of these."""
        for number in replications:
            if (experiment.key, number) in self.kept:
                yield replace(self.kept[experiment.key, number], job=Job(place, number))

    def keep(self, finished: Sequence[tuple[Experiment, Outcome]]) -> None:
        """Keep these."""
        self.kept |= {(replications.key, outcome.job.replication): outcome for replications, outcome in finished}


class WorldsApart(Pool):
    """Workers who simulate other replications for each scenario, so that no two of them have one in common."""

    def outcomes(self, jobs: Sequence[Job], customers: bool = False) -> list[Outcome]:
        """As if these were the replications that were asked for."""
        moved = [Job(job.scenario, job.replication + APART * (job.scenario + 1)) for job in jobs]
        return [replace(outcome, job=job) for job, outcome in zip(jobs, super().outcomes(moved), strict=True)]


def economy(evaluations: int) -> Iterator[tuple[Any, ...]]:
    """For each smallest difference: replications of a race and of equal allocation, common and apart, and what they
    save.
    """
    salon = read_scenario(FOLDER / "salon.toml")
    stores = {common: Execution(store=Memory()) for common in (True, False)}
    for difference in reversed(DIFFERENCES):
        say(f"a smallest difference of {difference:,} …")
        asked = {"smallest_difference": difference, "budget_replications": 1_000_000, "finer": 0}
        question = salon.evaluate.model_copy(update=asked)
        found = {
            common: [contested(salon, question, number, common, stores[common]) for number in range(evaluations)]
            for common in stores
        }
        raced = {common: np.mean([sum(map(len, e.metrics)) for e in found[common]]) for common in stores}
        equal = {common: np.mean([equally(e) for e in found[common]]) for common in stores}
        yield difference, *(f"{count:,.0f}" for count in (raced[True], equal[True], raced[False], equal[False])), (
            f"{equal[True] / raced[True]:.1f}"
        ), f"{raced[False] / raced[True]:.1f}", f"{equal[False] / raced[True]:.1f}"  # fmt: skip


def contested(scenario: Scenario, question: Any, number: int, common: bool, execution: Execution) -> Evaluation:
    """An evaluation in replications of its own, which levels share or do not."""
    contest = Contest(scenario, question, 1, execution, number * BLOCK)
    if not common:
        apart = WorldsApart([each.scenario for each in contest.pool.replications], 1, execution, far=True)
        contest.pool = contest.gathering.pool = contest.pilot.pool = apart
    return contest.run()


def equally(e: Evaluation) -> int:
    """Replications of all levels together, if all have as many as the pair that is hardest to tell apart needs.

    n = t² S² / δ² with t at α/2 / (k − 1), one-sided, from the same first stage. Source: Clark and Yang (1986).
    """
    first = FIRST_REPLICATIONS
    metrics = [e.sample(level, e.objective)[:first] for level in e.levels]
    t = t_quantile(e.confidence, first - 1, len(e.levels) - 1)
    hardest = max(np.var(one - other, ddof=1) for one, other in combinations(metrics, 2))
    return len(e.levels) * max(first, ceil(t**2 * hardest / e.smallest_difference**2))


def paired(scenario: Scenario, level: float, replications: int) -> tuple[str, ...]:
    """Correlation of value with that half a minute and a minute on; variance of the difference beside replications
    apart.
    """
    levels = [with_level(scenario, LEVER, level + more) for more in (0.0, 0.5, 1.0)]
    with Pool(levels, 1, HERE, far=True) as pool:
        outcomes = pool.outcomes([Job(place, number) for place in range(len(levels)) for number in range(replications)])
    value = np.reshape([outcome.metrics[NAMES.index("value")] for outcome in outcomes], (len(levels), replications))
    cells = []
    for other in value[1:]:
        apart = value[0].var(ddof=1) + other.var(ddof=1)
        cells += [f"{np.corrcoef(value[0], other)[0, 1]:.2f}", f"{(other - value[0]).var(ddof=1) / apart:.2f}"]
    return tuple(cells)


def pairing(replications: int) -> Iterator[tuple[Any, ...]]:
    """For each desk: how neighbouring levels go together."""
    for name, file, overrides, level in DESKS:
        say(f"{name} …")
        yield name, f"{level:g}", *paired(read_scenario(FOLDER / f"{file}.toml", overrides), level, replications)


def switched_off(replications: int) -> Iterator[tuple[Any, ...]]:
    """How neighbouring levels of the salon go together without one thing, and with all tables but one."""
    for name, overrides in SWITCHES.items():
        say(f"{name} …")
        yield f"salon: {name}", "8", *paired(read_scenario(FOLDER / "salon.toml", overrides), 8.0, replications)
    for table in MECHANISMS:
        if any(setting.startswith(f"{table}.") for setting in EVERYTHING) and table not in ("investment", "mistakes"):
            say(f"without {table} …")
            overrides = (*EVERYTHING, f"{table}.on=false")
            yield f"without {table}", "8", *paired(read_scenario(FOLDER / "salon.toml", overrides), 8.0, replications)


def markdown(heads: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> str:
    """A table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def main() -> None:
    """Ask and show."""
    parser = argparse.ArgumentParser(description="What do common replications and a race save?")
    parser.add_argument("--quick", action="store_true", help="fewer evaluations and replications: about ten minutes")
    parser.add_argument("--apart", action="store_true", help="also switch off one thing after the other")
    asked = parser.parse_args()
    replications = 60 if asked.quick else 200
    ways = (
        "race, common replications",
        "equal, common",
        "race, apart",
        "equal, apart",
        "race saves",
        "common saves",
        "both",
    )
    sys.stdout.write(markdown(("difference", *ways), economy(3 if asked.quick else 8)))
    alike = ("correlation at ½ min", "variance", "correlation at 1 min", "variance")
    sys.stdout.write("\n" + markdown(("desk", "level", *alike), pairing(replications)))
    if asked.apart:
        sys.stdout.write("\n" + markdown(("switched off", "level", *alike), switched_off(replications)))


if __name__ == "__main__":
    main()
