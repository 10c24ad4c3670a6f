"""Is the pair of staff and minutes that `evaluate` names the best? Held against all pairs simulated in other
replications.

    python benchmarks/staffing.py [NAME ...]      prints a line of the table of docs/proof/staffing.md for each scenario

Every level with today's staff, one agent more and one fewer is simulated for ten years in replications that were not
used for advising. The best pair by brute force must be the one named, or one that is said not to be told apart from it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from servsim.scenario.read import read_scenario, with_level
from servsim.scenario.scenario import Scenario
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.options import HERE, Execution
from servsim.study.execution.scheduler import Pool
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.minutes_and_staff import Staffing, level_of, staffing
from servsim.study.one_lever.staff_variants import with_agents
from servsim.study.yearly_projection import value_of

ROOT = Path(__file__).parent.parent
NAMES = ("tests/desks/old-salon", "scenarios/salon", "scenarios/recovery", "scenarios/competitor", "scenarios/manager",
         "scenarios/promises")  # fmt: skip
JUDGES = 1 << 41
"""The number of the first replication that judges: far from those in which advice is given."""
REPLICATIONS = 24
HEAD = (
    "| scenario | agents today | named | not told apart | best by brute force | falls short, k | se, k | holds |"
    "\n|---|---|---|---|---|---|---|---|"
)

Pair = tuple[int, float]
"""Agents more than today, and a level."""


def brute_force(s: Staffing, replications: int, execution: Execution = HERE) -> dict[Pair, np.ndarray]:
    """(replications,) the money of all years of every pair, in replications that were not used for advising."""
    e = s.evaluation
    crews = {more: other for more in (-1, 0, 1) if (other := with_agents(e.scenario, more)) is not None}
    pairs = [(more, level) for more in crews for level in e.levels]
    with Pool([with_level(crews[more], e.lever, level) for more, level in pairs], e.seed, execution, far=True) as pool:
        gathering = Gathering(pool, JUDGES)
        gathering.until(range(len(pairs)), replications)
        return {pair: value_of(gathering.months(place)) for place, pair in enumerate(pairs)}


def judged(
    name: str, scenario: Scenario, replications: int = REPLICATIONS, execution: Execution = HERE
) -> tuple[str, bool]:
    """A line of the table, and whether the pair named holds."""
    s = staffing(evaluate(scenario, execution=execution), execution=execution)
    assert s is not None
    found = brute_force(s, replications, execution)
    named, near = (s.best.more, level_of(s.best)), {(crew.more, level) for crew, level in s.not_told_apart}
    best = max(found, key=lambda pair: float(found[pair].mean()))
    gap = found[best] - found[named]
    holds = best == named or best in near
    others = ", ".join(words(pair) for pair in sorted(near - {named}))
    error = gap.std(ddof=1) / np.sqrt(len(gap))
    cells = (name, f"{scenario.staff.agents:g}", words(named), others or "–", words(best), f"{gap.mean() / 1e3:,.1f}",
             f"{error / 1e3:,.1f}", "yes" if holds else "**no**")  # fmt: skip
    return f"| {' | '.join(cells)} |", holds


def words(pair: Pair) -> str:
    """A pair in few words."""
    return f"{pair[0]:+d} × {pair[1]:g}"


def main(names: Sequence[str]) -> None:
    """Judge the scenarios that are named, or all."""
    sys.stdout.write(f"{HEAD}\n")
    for path in NAMES:
        if not names or Path(path).name in names:
            row, _ = judged(Path(path).name, read_scenario(ROOT / f"{path}.toml"))
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
