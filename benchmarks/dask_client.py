"""How many workers of a Dask cluster one client keeps busy.

    python benchmarks/dask_client.py [WORKERS] [SECONDS]

The workers are simulated: a replication of the salon is told once, and each of them then sleeps for as long as that
took and answers with it. All of them always busy would do so many replications in a second; the client, which hands
them out, fetches what comes of them and keeps it in a store, does fewer.
"""

import sys
import tempfile
import time
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from distributed import Client
from distributed.deploy.subprocess import SubprocessCluster

from servsim.scenario.read import read_scenario
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Experiment, Job, Outcome
from servsim.study.execution.scheduler import Pool
from servsim.study.store.store import Store

SALON = Path(__file__).parent.parent / "scenarios" / "salon.toml"
ONE_PROCESS = {"worker_class": "distributed.Worker", "dashboard_address": ":0"}


def asleep(seconds: float, outcome: Outcome) -> None:
    """Have replications take so long and end in that, in the process of a worker."""

    def simulated(self: Experiment, job: Job, *others: object) -> Outcome:
        time.sleep(seconds)
        return replace(outcome, job=job)

    Experiment.simulated = simulated  # type: ignore[method-assign,assignment]


def measured(far: bool, workers: int, seconds: float) -> str:
    """What a client does with so many workers for about so long."""
    desk = read_scenario(SALON)
    alone = Experiment(desk, 1, "fast", far=far)
    outcome = alone.simulated(Job(0, 0))
    began = time.perf_counter()
    for number in range(20):
        alone.simulated(Job(0, number))
    each = (time.perf_counter() - began) / 20
    many = round(workers * seconds / each)
    with (
        SubprocessCluster(n_workers=1, threads_per_worker=workers, **ONE_PROCESS) as cluster,
        tempfile.TemporaryDirectory() as folder,
        closing(Store(Path(folder, "worlds.sqlite"))) as store,
        Pool([desk], 1, Execution(dask=cluster.scheduler_address, store=store), far=far) as pool,
    ):
        with Client(cluster.scheduler_address, set_as_default=False) as other:
            other.wait_for_workers(1)
            other.run(asleep, each, outcome)
        pool.outcomes([Job(0, number) for number in range(5 * workers)])
        began, before = time.perf_counter(), time.process_time()
        found = pool.outcomes([Job(0, number) for number in range(5 * workers, 5 * workers + many)])
        took, ours = time.perf_counter() - began, time.process_time() - before
    assert len(found) == many
    busy, own = many * each / workers / took, ours / many
    return (
        f"{'the years' if far else 'the window'}: a replication takes {1e3 * each:.1f} ms; {workers} workers are busy "
        f"{100 * busy:.0f} % of the time; the client's own time for one is {1e3 * own:.3f} ms, which is enough for "
        f"{each / own:.0f}\n"
    )


def main() -> None:
    """Print both kinds of replications."""
    workers, seconds = (
        (int(sys.argv[1]) if len(sys.argv) > 1 else 64),
        float(sys.argv[2]) if len(sys.argv) > 2 else 20.0,
    )
    warnings.simplefilter("ignore")
    for far in (False, True):
        sys.stdout.write(measured(far, workers, seconds))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
