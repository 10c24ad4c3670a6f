"""The desks that are measured: a textbook desk in servsim and in Ciw, crowds, and books of any size."""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import plain_simpy
from timing import Timing

from servsim.event_codes import Happening
from servsim.model.trace import Engine
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.execution.replications import Experiment, counted
from servsim.study.expected_visits import weekly_visits
from servsim.study.metrics import NAMES, metrics
from servsim.study.verification.queueing_formulas import Queue, erlang_a, exponential
from servsim.units import MINUTE, MINUTES_PER_WEEK

PLAIN_LOOP = Path(__file__).parent / "plain_loop.cpp"
FOLDER = Path(__file__).parent.parent / "scenarios"
"""The scenarios of the repository."""

MINUTES_PER_DAY = MINUTES_PER_WEEK / 7

AGENTS = 10
RATE = 10.5
"""Arrivals a minute at the textbook desk, whose visits take a minute: a load of 1.05."""
PATIENCE = 2.0
"""Mean patience at the textbook desk, in minutes."""

LONGEST_HORIZON = 1040.0
"""Weeks for a desk that is told for as long as it takes."""
LARGEST_BOOK = 1_000_000
LONGEST_GAP = 3650.0
"""Days between the visits of a customer of the largest book; the smaller a book, the more often its customers come."""


@dataclass(frozen=True)
class World:
    """What came of one replication: visits, and the metrics by name."""

    visits: int
    metrics: dict[str, float]


def desk(rate: float, weeks: float, patience: float, **demand: Any) -> Scenario:
    """A desk that is always open: arrivals a minute, exponential visits of a minute, exponential patience."""
    return checked(
        {
            "opening": {"always": True},
            "demand": {"prospects_per_hour": 60 * rate, **demand},
            "staff": {"agents": AGENTS},
            "service": {"core_minutes": 1, "core_distribution": "exponential"},
            "waiting": {"patience_distribution": "exponential", "patience_minutes": patience},
            "horizon": {"weeks": weeks},
        },
        "benchmark",
    )


def textbook(visits: float) -> Scenario:
    """M/M/10+M for about so many visits."""
    return desk(RATE, visits / RATE / MINUTES_PER_WEEK, PATIENCE)


def in_theory() -> Queue:
    """What the textbook desk does, by Erlang A."""
    return erlang_a(RATE, 1.0, AGENTS, exponential(PATIENCE))


def crowd(waiting: int) -> Scenario:
    """A desk at twice its capacity, so patient that so many wait: as many give up as are served, waiting / patience."""
    return desk(2.0 * AGENTS, LONGEST_HORIZON, waiting / AGENTS)


def book(customers: int) -> Scenario:
    """A desk for a book of so many, who come the less often the more they are: 274 visits a day whatever the book."""
    gap = LONGEST_GAP * customers / LARGEST_BOOK
    return desk(0.0, LONGEST_HORIZON, PATIENCE, opening_book=customers, visit_gap_days=gap, gap_between_cv=0.0)


def of_the_repository(path: Path, visits: float) -> Scenario:
    """A scenario of the repository, its horizon cut to about so many visits."""
    whole = read_scenario(path, ["horizon.warmup_weeks=0"])
    weeks = min(whole.horizon.weeks, visits / weekly_visits(whole))
    return read_scenario(path, ["horizon.warmup_weeks=0", f"horizon.weeks={weeks:.4f}"])


def told(scenario: Scenario, sheet: np.ndarray, engine: Engine, replication: int = 0) -> World:
    """One replication told, counted and read, as `servsim run` does it."""
    piece = Experiment(scenario, 1, engine).piece
    reading = counted(scenario, sheet, 1, replication, engine, piece=piece)
    return World(reading.count(Happening.ARRIVED), dict(zip(NAMES, metrics(reading), strict=True)))


def told_by_simpy(visits: float, seed: int) -> World:
    """The textbook desk as a plain script of SimPy simulates it."""
    seen = plain_simpy.told(visits / RATE, RATE, PATIENCE, AGENTS, seed)
    return World(seen.visits, {"wait_mean": seen.waited / seen.visits, "abandoned_share": seen.lost / seen.visits})


def told_by_cpp(visits: float, rounds: int) -> Timing | None:
    """The textbook desk as a loop written by hand in C++ simulates it, with servsim's own draws; None without a
    compiler.
    """
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        return None
    timing = Timing([], [])
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder, "plain_loop"))
        subprocess.run([compiler, "-O3", "-march=native", "-o", program, PLAIN_LOOP], check=True)
        for number in range(rounds):
            asked = [str(number), str(visits / RATE / MINUTES_PER_DAY), str(RATE), str(PATIENCE), str(AGENTS)]
            told = json.loads(subprocess.run([program, *asked], check=True, capture_output=True).stdout)
            visited = told["visits"]
            means = {"wait_mean": told["waited"] / MINUTE / visited, "abandoned_share": told["lost"] / visited}
            timing.seconds.append(told["seconds"])
            timing.results.append(World(visited, means))
    return timing


def ciw_desk(seed: int) -> Any:
    """The textbook desk in Ciw, ready to run."""
    import ciw

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE)],
        service_distributions=[ciw.dists.Exponential(1.0)],
        number_of_servers=[AGENTS],
        reneging_time_distributions=[ciw.dists.Exponential(1.0 / PATIENCE)],
    )
    return ciw.Simulation(network)


def told_by_ciw(visits: float, seed: int) -> Any:
    """The textbook desk, simulated by Ciw for about so many visits."""
    simulation = ciw_desk(seed)
    simulation.simulate_until_max_time(visits / RATE)
    return simulation


def read_from_ciw(simulation: Any) -> World:
    """What Ciw's records say."""
    records = simulation.get_all_records()
    left = sum(record.record_type == "renege" for record in records)
    waited = sum(record.waiting_time for record in records)
    return World(len(records), {"wait_mean": waited / len(records), "abandoned_share": left / len(records)})
