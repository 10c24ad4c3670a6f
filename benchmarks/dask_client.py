"""How many workers of a Dask cluster one client keeps busy: its own processor time for a replication, against theirs.

    python benchmarks/dask_client.py [FILE] [REPLICATIONS]

The client's time counts all of its threads, and what it keeps in the store.
"""

import sys
import tempfile
import warnings
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

from distributed.deploy.subprocess import SubprocessCluster

from servsim.scenario.read import read_scenario
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Experiment, Job
from servsim.study.execution.scheduler import Pool
from servsim.study.store.store import Store

SALON = Path(__file__).parent.parent / "scenarios" / "salon.toml"


def main() -> None:
    """Print both times, and how many workers they make."""
    path, many = Path(sys.argv[1]) if len(sys.argv) > 1 else SALON, int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    desk = read_scenario(path)
    warnings.simplefilter("ignore")
    for far in (False, True):
        alone = Experiment(desk, 1, "fast", far=far)
        alone.simulated(Job(0, 0))
        began = perf_counter()
        for number in range(20):
            alone.simulated(Job(0, number))
        theirs = (perf_counter() - began) / 20
        with (
            SubprocessCluster(n_workers=1, threads_per_worker=2) as cluster,
            tempfile.TemporaryDirectory() as folder,
            closing(Store(Path(folder, "worlds.sqlite"))) as store,
            Pool([desk], 1, Execution(dask=cluster.scheduler_address, store=store), far=far) as pool,
        ):
            pool.outcomes([Job(0, number) for number in range(100)])
            before = process_time()
            pool.outcomes([Job(0, number) for number in range(100, 100 + many)])
            ours = (process_time() - before) / many
        sys.stdout.write(
            f"{'years' if far else 'window'}: a replication takes {1e3 * theirs:.1f} ms, of the client "
            f"{1e3 * ours:.3f} ms: it keeps {theirs / ours:.0f} workers busy\n"
        )


if __name__ == "__main__":
    main()
