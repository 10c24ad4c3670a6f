"""What is measured: each question is a function that returns its numbers."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from desks import (
    AGENTS,
    FOLDER,
    World,
    book,
    crowd,
    in_theory,
    of_the_repository,
    read_from_ciw,
    textbook,
    told,
    told_by_ciw,
    told_by_cpp,
    told_by_simpy,
)
from timing import Timing, fresh, installed, interleaved, resident, spread

from servsim.engine_parameters import in_world, to_sheet
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.model.trace import Engine
from servsim.scenario.read import read_scenario, with_level
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import PIECE, Job
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import metrics
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.replication_totals import Reading
from servsim.study.trace_totals import Tally
from servsim.units import DAY, MINUTE, WEEK

Numbers = dict[str, Any]

AGREES = 0.08
"""How far a simulated metric may lie from theory: about four standard errors of the shortest runs that are timed."""

REPLICATIONS = 3
"""Replications that an engine simulates one after the other where single ones take milliseconds."""

SALON, ERLANG_A = (FOLDER / name for name in ("salon.toml", "erlang-a.toml"))


def say(text: str) -> None:
    """Tell whoever waits what is being done."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


# Engines


def engines_on_one_desk(quick: bool) -> Numbers:
    """Visits a second of the same M/M/10+M desk, and whether it is the same: mean wait and share lost by Erlang A."""
    many, few, rounds = (300_000, 40_000, 3) if quick else (1_000_000, 100_000, 7)
    works = {
        "fast": world_by("fast", textbook(many)),
        "simpy": lambda number: told_by_simpy(few, number),
        "reference": world_by("reference", textbook(few)),
    }
    if installed("ciw"):
        works["ciw"] = lambda number: told_by_ciw(few, number)
    timings = interleaved(works, rounds)
    theory = in_theory()
    answer = {
        "theory": {"wait_mean": theory.wait, "abandoned_share": theory.lost},
        **{name: speed_of(timing, [as_world(result) for result in timing.results]) for name, timing in timings.items()},
    }
    by_hand = told_by_cpp(many, rounds)
    return answer | ({"cpp": speed_of(by_hand, by_hand.results)} if by_hand else {})


def world_by(engine: Engine, scenario: Scenario) -> Callable[[int], World]:
    """The work of telling and counting one replication after another."""
    sheet = to_sheet(scenario)
    return lambda number: told(scenario, sheet, engine, number)


def as_world(result: Any) -> World:
    """What came of a replication, whoever told it."""
    return result if isinstance(result, World) else read_from_ciw(result)


def speed_of(timing: Timing, replications: list[World]) -> Numbers:
    """Visits a second at best, and the mean metrics of all rounds."""
    best = max(world.visits / seconds for world, seconds in zip(replications, timing.seconds, strict=True))
    means = {
        name: float(np.mean([world.metrics[name] for world in replications]))
        for name in ("wait_mean", "abandoned_share")
    }
    return {"visits_per_second": best, "spread": timing.spread, **means}


def same_desk(one_desk: Numbers) -> bool:
    """Do all engines agree with theory?"""
    theory = one_desk["theory"]
    return all(
        abs(engine[name] / theory[name] - 1.0) < AGREES
        for key, engine in one_desk.items()
        for name in theory
        if key != "theory"
    )


def twins_on_every_scenario(quick: bool) -> Numbers:
    """Visits a second of both engines on every scenario of the repository, and their ratio."""
    visits, rounds = (8_000, 2) if quick else (40_000, 4)
    return {path.stem: twins_on(of_the_repository(path, visits), rounds) for path in sorted(FOLDER.glob("*.toml"))}


def twins_on(scenario: Scenario, rounds: int) -> Numbers:
    """Visits a second of both engines in the same replications, one after the other as every command simulates them."""
    sheet = to_sheet(scenario)
    say(f"  {scenario.title}")

    def replications(engine: Engine) -> list[World]:
        return [told(scenario, sheet, engine, replication) for replication in range(REPLICATIONS)]

    engines: tuple[Engine, ...] = ("fast", "reference")
    timings = interleaved({name: lambda _, name=name: replications(name) for name in engines}, rounds)
    visits = sum(world.visits for world in timings["fast"].results[0])
    speeds = {name: visits / timing.best for name, timing in timings.items()}
    return {
        "visits": visits,
        **speeds,
        "ratio": speeds["fast"] / speeds["reference"],
        "spread": max(timing.spread for timing in timings.values()),
        "same_metrics": all(map(same_metrics, *(timing.results[0] for timing in timings.values()))),
    }


def same_metrics(left: World, right: World) -> bool:
    """Did two engines count the same?"""
    return np.array_equal(list(left.metrics.values()), list(right.metrics.values()), equal_nan=True)


# What a visit costs, and what a customer


def cost_by_visits(quick: bool) -> Numbers:
    """What a visit costs in ever longer runs, and what memory the process and the loop hold at their peak."""
    sizes = [10**4, 10**5, 10**6] if quick else [10**4, 10**5, 10**6, 10**7]
    return {str(size): fresh(long_run, size, 2 if size > 10**6 else 5) for size in sizes}


def long_run(visits: int, rounds: int) -> Numbers:
    """In a process of its own: microseconds a visit at best; bytes at the peak, more than before and in the state."""
    scenario = textbook(visits)
    sheet = to_sheet(scenario)
    told(textbook(100), to_sheet(textbook(100)), "fast")
    before = resident()
    timing = interleaved({"run": lambda _: told_in_pieces(scenario, sheet)}, rounds)["run"]
    told_visits, state = timing.results[0]
    return {
        "microseconds": 1e6 * timing.best / told_visits,
        "spread": timing.spread,
        "more_memory": max(0.0, resident(peak=True) - before),
        "state_bytes": state,
    }


def told_in_pieces(scenario: Scenario, sheet: np.ndarray) -> tuple[int, int]:
    """(visits, bytes of state at the peak) of a replication told and counted in pieces, as `study.engines.counted`
    does.
    """
    desk = fast.Desk(in_world(sheet, 1, 0))
    tally = Tally(desk.sheet, 0)
    told_until, peak = 0, state_bytes(desk)
    while told_until < desk.end:
        told_until = min(told_until + PIECE, desk.end)
        tally.add(desk.tell(told_until))
        peak = max(peak, state_bytes(desk))
    return Reading(tally, scenario).count(Happening.ARRIVED), peak


def state_bytes(desk: fast.Desk) -> int:
    """Bytes of all arrays that the compiled loop works on."""
    return sum(array.nbytes for array in desk.state)


def cost_by_crowd(quick: bool) -> Numbers:
    """What a visit costs while ever more wait."""
    sizes = [10, 100, 1000, 10_000] if quick else [10, 100, 1000, 10_000, 100_000]
    desks = {size: fast.Desk(to_sheet(crowd(size))) for size in sizes}
    for size, desk in desks.items():
        desk.tell(settled_crowd(size))
    timings = goes_on(desks, settled_crowd, 4 * DAY, 3 if quick else 7)
    return {
        str(size): {**cost_of(timings[str(size)]), "waiting": int(desk.state.n[fast.WAITING])}
        for size, desk in desks.items()
    }


def settled_crowd(size: int) -> int:
    """The instant at which a crowd that starts empty has come to within 1 % of its size: five mean patiences."""
    return 5 * size // AGENTS * MINUTE


def cost_by_book(quick: bool) -> Numbers:
    """What a visit costs while the book is ever larger and its customers come ever more rarely."""
    sizes = [1000, 10_000, 100_000, 1_000_000]
    desks = {size: fast.Desk(to_sheet(book(size))) for size in sizes}
    timings = goes_on(desks, lambda _: 0, 8 * WEEK, 3 if quick else 7)
    return {str(size): cost_of(timings[str(size)]) for size in sizes}


def goes_on(desks: dict[int, fast.Desk], begin: Callable[[int], int], ticks: int, rounds: int) -> dict[str, Timing]:
    """Timings of desks that go on, so many ticks in each round."""

    def told_on(size: int, number: int) -> int:
        return arrivals(desks[size].tell(begin(size) + (number + 1) * ticks))

    works = {str(size): lambda number, size=size: told_on(size, number) for size in desks}
    return interleaved(works, rounds)


def arrivals(rows: np.ndarray) -> int:
    """Visits that begin in a piece of a trace."""
    return int((rows[:, 1] == Happening.ARRIVED).sum())


def cost_of(timing: Timing) -> Numbers:
    """Microseconds a visit at best, and how far the rounds lie apart."""
    costs = [1e6 * seconds / visits for seconds, visits in zip(timing.seconds, timing.results, strict=True)]
    return {"microseconds": min(costs), "spread": spread(costs)}


def memory_of_a_customer(quick: bool) -> Numbers:
    """Bytes that one more customer in the book takes, between books of 1e5 and of 1e6."""
    small, large = (fresh(memory_of_a_book, size) for size in (100_000, 1_000_000))
    return {name: (large[name] - small[name]) / 900_000 for name in small}


def memory_of_a_book(size: int) -> Numbers:
    """In a process of its own: bytes of state, and how much more memory the process holds, at its peak on closing."""
    fast.Desk(to_sheet(book(10))).tell(DAY)
    before = resident()
    desk = fast.Desk(to_sheet(book(size)))
    opened = state_bytes(desk)
    desk.tell(8 * WEEK)
    running, held = state_bytes(desk), resident() - before
    desk.stock(desk.end)
    return {
        "state_opened": opened,
        "state_running": running,
        "memory_running": held,
        "memory_closing": resident(peak=True) - before,
    }


# Where the time goes


def shares_of_time(quick: bool) -> Numbers:
    """Seconds of one replication of the salon: the loop, the metrics, and all else."""
    salon = read_scenario(SALON)
    sheet = to_sheet(salon)
    pieces = list(fast.pieces(in_world(sheet, 1, 0), PIECE))
    works: dict[str, Callable[[int], Any]] = {
        "whole": lambda _: told(salon, sheet, "fast"),
        "loop": lambda _: sum(len(piece) for piece in fast.pieces(sheet, PIECE)),
        "metrics": lambda _: counted_and_read(salon, sheet, pieces),
    }
    timings = interleaved(works, 10 if quick else 40)
    seconds = {name: timing.best for name, timing in timings.items()}
    return {
        **seconds,
        "rest": max(0.0, seconds["whole"] - seconds["loop"] - seconds["metrics"]),
        "visits": timings["whole"].results[0].visits,
        "spread": timings["whole"].spread,
    }


def counted_and_read(scenario: Scenario, sheet: np.ndarray, pieces: list[np.ndarray]) -> np.ndarray:
    """The metrics of a trace that has been told."""
    tally = Tally(sheet, 0)
    for rows in pieces:
        tally.add(rows)
    tally.close()
    return metrics(Reading(tally, scenario))


# A person who waits


def starts(quick: bool) -> Numbers:
    """Seconds on the wall of whole commands in fresh processes: with compiled code at hand, and the very first time."""
    run = ["run", str(ERLANG_A), "--set", "horizon.weeks=0.05", "--set", "horizon.warmup_weeks=0", "--quiet"]
    run.append("--no-store")  # else it would be answered from there
    command({}, *run)
    works: dict[str, Callable[[int], Any]] = {
        "help": lambda _: command({}, "--help"),
        "run": lambda _: command({}, *run),
    }
    timings = interleaved(works, 3 if quick else 7, perf_counter)
    first = interleaved({"first": lambda _: first_command(*run)}, 1 if quick else 2, perf_counter)["first"]
    return {name: timing.best for name, timing in {**timings, "first": first}.items()}


def command(environment: dict[str, str], *arguments: str) -> None:
    """`servsim …` in a fresh process."""
    program = "from servsim.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", program, *arguments], env={**os.environ, **environment}, check=True, capture_output=True
    )


def first_command(*arguments: str) -> None:
    """`servsim …` on a machine that has not compiled it yet."""
    with tempfile.TemporaryDirectory() as folder:
        command({"XDG_CACHE_HOME": folder}, *arguments)


def threads(quick: bool) -> Numbers:
    """Seconds on the wall of the salon's levels on the same replications, by one thread and by two."""
    salon = read_scenario(SALON)
    levels = [with_level(salon, salon.evaluate.lever, level) for level in salon.evaluate.levels]
    jobs = [Job(place, world) for world in range(4 if quick else 12) for place in range(len(levels))]
    works = {str(workers): outcomes_by(levels, workers, jobs) for workers in (1, 2)}
    timings = interleaved(works, 3 if quick else 7, perf_counter)
    one, two = timings["1"].best, timings["2"].best
    return {"jobs": len(jobs), "one": one, "two": two, "ratio": one / two}


def outcomes_by(scenarios: list[Scenario], workers: int, jobs: list[Job]) -> Callable[[int], Any]:
    """The work of simulating jobs with so many workers."""
    pool = Pool(scenarios, 1, Execution(workers=workers))
    return lambda _: pool.outcomes(jobs)


def evaluations(quick: bool) -> Numbers:
    """Seconds on the wall of `evaluate` on the salon, on all cores: as it stands, and every level in so many
    replications.
    """
    salon = read_scenario(SALON)
    works: dict[str, Callable[[int], Any]] = {"as it stands": lambda _: evaluate(salon)}
    if not quick:
        works["10"] = lambda _: evaluate(salon, replications=10)
    timings = interleaved(works, 2 if quick else 4, perf_counter)
    asked = {"levels": len(salon.evaluate.levels), "years": salon.horizon.years}
    return {**asked, "seconds": {name: timing.best for name, timing in timings.items()}}
