"""What does it cost to keep every replication, and to have others simulate it? A table for the README.

    python benchmarks/store.py [--quick] [--json PATH]

Overhead: seconds of a replication by one worker of each kind, less those of the same replication in this thread. Store:
100,000 short replications (quick: 10,000) written in batches of one, ten and a hundred, looked up again, and kept
with and without waiting for the disk at each batch. All of it takes about three minutes.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from timing import fresh, interleaved, machine, resident

from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.execution.executors import Hands, Processes, Threads
from servsim.study.execution.replications import Experiment, Job, Outcome
from servsim.study.execution.scheduler import Crew, Interruption
from servsim.study.store.store import Store

Numbers = dict[str, Any]
TABLES = {
    "opening": {"monday": "09:00-12:00"},
    "demand": {"prospects_per_hour": 3.0, "opening_book": 30, "visit_gap_days": 14.0},
    "investment": {}, "waiting": {}, "quality": {}, "loyalty": {}, "spending": {},
    "horizon": {"weeks": 6},
}  # fmt: skip
"""A desk whose replications take a millisecond or so: as short as a question may have them."""


def short() -> Experiment:
    """The replications of that desk."""
    desk: Scenario = checked(TABLES, "benchmark")
    return Experiment(desk, 1, "fast")


@contextmanager
def cluster() -> Iterator[Callable[[], Hands]]:
    """A Dask cluster of one worker, a process of its own."""
    from distributed import LocalCluster

    from servsim.study.execution.dask_cluster import Cluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as found:  # fmt: skip
        yield lambda: Cluster(found.scheduler_address)


class Worker:
    """One worker of some kind, who has got going."""

    def __init__(self, call_together: Callable[[], Hands]) -> None:
        """Call it, and have it simulate a little."""
        self.crew = Crew([short()], call_together)
        self.simulate(20)

    def simulate(self, many: int) -> None:
        """Have so many replications simulated, as a pool would."""
        finished: list[Outcome] = []
        with Interruption() as stop:
            self.crew.work([Job(0, number) for number in range(many)], False, finished.extend, stop)
        assert len(finished) == many


def alone(many: int) -> None:
    """Simulate so many replications in this very thread."""
    replications = short()
    for number in range(many):
        replications.simulated(Job(0, number), False)


def overheads(many: int, rounds: int) -> Numbers:
    """Microseconds of a replication in this thread, and what each kind of worker adds; the best of some rounds."""
    alone(20)
    with cluster() as theirs:
        workers = {
            "threads": Worker(lambda: Threads(1)),
            "processes": Worker(lambda: Processes(1)),
            "dask": Worker(theirs),
        }
        works = {"replication": lambda _: alone(many)}
        works |= {name: lambda _, worker=worker: worker.simulate(many) for name, worker in workers.items()}
        timings = interleaved(works, rounds, perf_counter)
        for worker in workers.values():
            worker.crew.dismiss()
    each = {name: 1e6 * timing.best / many for name, timing in timings.items()}
    return {name: cost if name == "replication" else cost - each["replication"] for name, cost in each.items()}


def outcomes(experiment: Experiment, many: int) -> list[Outcome]:
    """So many outcomes, all different: a simulated one with its metrics shifted."""
    one = experiment.simulated(Job(0, 0), False)
    return [replace(one, job=Job(0, number), metrics=one.metrics + number) for number in range(many)]


def written(path: Path, many: int, batch: int, synchronous: str) -> float:
    """Replications a second put into a new store, so many in each transaction."""
    replications = short()
    found = outcomes(replications, many)
    with closing(Store(path)) as store:
        store.storage.insist(f"PRAGMA synchronous = {synchronous}")
        start = perf_counter()
        for first in range(0, many, batch):
            store.keep([(replications, outcome) for outcome in found[first : first + batch]])
        took = perf_counter() - start
        assert not store.trouble, store.trouble
    return many / took


def read(path: Path, many: int) -> Numbers:
    """Replications a second looked up in a store, and bytes of memory that each then takes."""
    replications, before = short(), resident()
    with closing(Store(path)) as store:
        start = perf_counter()
        found = store.known(replications, 0, range(many), customers=False)
        took = perf_counter() - start
    assert len(found) == many
    return {"rate": many / took, "bytes": (resident() - before) / many}


def store(many: int) -> Numbers:
    """Rates, the file's size, and memory."""
    found: Numbers = {"many": many, "write": {}}
    with tempfile.TemporaryDirectory() as folder:
        for batch, synchronous in ((1, "FULL"), (1, "NORMAL"), (10, "FULL"), (100, "FULL"), (100, "NORMAL")):
            path = Path(folder) / f"{batch}-{synchronous}.sqlite"
            found["write"][f"{batch} {synchronous}"] = written(path, many, batch, synchronous)
        found["size"] = path.stat().st_size
        found |= {"read": fresh(read, path, many)}
    return found


def table(answers: Numbers) -> list[str]:
    """The lines for the README."""
    costs, kept = answers["overheads"], answers["store"]
    write, many = kept["write"], f"{kept['many']:,}"
    return [
        "| what | measured |",
        "|---|---|",
        f"| a short replication ({costs['replication'] / 1e3:.1f} ms): overhead by a thread, a process, a Dask worker "
        f"| {costs['threads']:.0f} µs, {costs['processes']:.0f} µs, {costs['dask']:.0f} µs |",
        f"| {many} replications kept one by one, by tens, by hundreds "
        f"| {write['1 FULL']:,.0f}, {write['10 FULL']:,.0f}, {write['100 FULL']:,.0f} a second |",
        f"| the same without waiting for the disk, one by one, by hundreds "
        f"| {write['1 NORMAL']:,.0f}, {write['100 NORMAL']:,.0f} a second |",
        f"| {many} replications looked up; their file; their memory | {kept['read']['rate']:,.0f} a second; "
        f"{kept['size'] / 1e6:.0f} MB; {kept['read']['bytes'] / 1e3:.1f} kB each |",
    ]


def main() -> None:
    """Measure, show, and keep."""
    parser = argparse.ArgumentParser(description="What the store and the workers cost.")
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write every number as JSON")
    asked = parser.parse_args()
    share = 10 if asked.quick else 1
    answers = {"machine": machine(), "overheads": overheads(200, 10 // share + 2), "store": store(100_000 // share)}
    sys.stdout.write("\n".join(table(answers)) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps(answers, indent=1) + "\n")


if __name__ == "__main__":
    main()
