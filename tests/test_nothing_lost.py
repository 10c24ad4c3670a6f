"""A campaign killed with -9 at random moments ends in the table of the undisturbed one, and nothing kept is done again."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from test_cli import TINY

from servsim.study.store.catalogue import opened, questions, replications_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs kill -9")

CAMPAIGN = """
import sys
from servsim.cli import main
from servsim.study.execution.scheduler import Pool

genuine, log = Pool.simulate, open(sys.argv.pop(1), "a", buffering=1)

def simulate(pool, jobs, *rest):
    for job in jobs:
        print(pool.experiments[job.scenario].key, job.replication, file=log)
    genuine(pool, jobs, *rest)

Pool.simulate = simulate
main()
"""
"""servsim itself, but that it notes which replications it is about to simulate."""

World = tuple[str, int]


class Campaign:
    """An evaluation that goes on until it is finished, however often it is killed."""

    def __init__(self, folder: Path, *options: str, years: float) -> None:
        """A folder for the scenario and the store."""
        self.scenario, self.store, self.log = folder / "tiny.toml", folder / "worlds.sqlite", folder / "log"
        self.scenario.write_text(TINY)
        self.asked = [
            "evaluate", str(self.scenario), "--set", f"horizon.years={years}", "--replications", "60", "--json",
            "--smallest-difference", "300", "--budget", "400", "--no-picture", "--quiet",
        ]  # fmt: skip
        self.options = options

    def undisturbed(self) -> str:
        """What is printed where nothing is kept, and nobody is killed."""
        return subprocess.run(
            [sys.executable, "-c", CAMPAIGN, os.devnull, *self.asked, "--no-store"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    def start(self) -> subprocess.Popen[str]:
        """Start, or go on."""
        return subprocess.Popen(
            [sys.executable, "-c", CAMPAIGN, str(self.log), *self.asked, "--store", str(self.store), *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def kept(self) -> set[World]:
        """The replications that are in the store, by their question's key, every one of them as it was kept."""
        if not self.store.exists() or not self.store.stat().st_size:
            return set()
        with opened(self.store) as storage:
            assert storage.rows("PRAGMA integrity_check") == [("ok",)]
            return {(each.key, number) for each in questions(storage) for number, *_ in replications_of(storage, each)}

    def begun(self) -> list[World]:
        """The replications that the last session was about to simulate."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [(key, int(number)) for key, number in (line.split() for line in lines if line.count(" ") == 1)]

    def session(self, disturb: Callable[[subprocess.Popen[str]], None]) -> str | None:
        """What a session prints; None where it was killed. Nothing kept before is simulated, nothing twice."""
        before = self.kept()
        process = self.start()
        disturb(process)
        out, err = process.communicate(timeout=600)
        begun = self.begun()
        assert not before & set(begun)
        assert all(count == 1 for count in Counter(begun).values())
        assert self.kept() >= before
        if process.returncode == -signal.SIGKILL:
            return None
        assert process.returncode == 0, err
        return out

    def rows(self) -> int:
        """Replications in the store right now."""
        try:
            with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as file:
                return int(file.execute("SELECT count(*) FROM world").fetchone()[0])
        except sqlite3.Error:
            return 0


def kill_after_some(campaign: Campaign, moments: random.Random) -> Callable[[subprocess.Popen[str]], None]:
    """Kill at a random moment after the session's first replication; now and then before anything is done."""

    def disturb(process: subprocess.Popen[str]) -> None:
        if moments.random() < 0.15:
            time.sleep(moments.uniform(0.0, 1.5))
        else:
            before = campaign.rows()
            while campaign.rows() == before and process.poll() is None:
                time.sleep(0.005)
            time.sleep(moments.uniform(0.0, 0.4))
        process.kill()

    return disturb


def disturbed(campaign: Campaign, kills: int, seed: int) -> tuple[str, int]:
    """(what is printed in the end, how often it was killed) of a campaign that is killed so many times."""
    moments, killed = random.Random(seed), 0
    while killed < kills:
        out = campaign.session(kill_after_some(campaign, moments))
        if out is not None:  # it was quicker than we were
            return out, killed
        killed += 1
    out = campaign.session(lambda process: None)
    assert out is not None
    return out, killed


def test_a_campaign_that_is_killed_three_times_goes_on_where_it_was(tmp_path):
    campaign = Campaign(tmp_path, "--workers", "2", years=2)
    out, killed = disturbed(campaign, 3, seed=1)
    assert killed == 3
    assert out == campaign.undisturbed()


@pytest.mark.nightly
@pytest.mark.parametrize("options", [
    ["--workers", "1"], ["--workers", "4"], ["--workers", "2", "--engine", "reference"],
], ids=" ".join)  # fmt: skip
def test_a_campaign_that_is_killed_twenty_times_loses_nothing(tmp_path, options):
    campaign = Campaign(tmp_path, *options, years=1.2 if "reference" in options else 20)
    out, killed = disturbed(campaign, 20, seed=2)
    assert killed == 20
    assert out == campaign.undisturbed()


@pytest.mark.nightly
@pytest.mark.filterwarnings("ignore")
def test_a_campaign_whose_cluster_workers_are_killed_loses_nothing(tmp_path):
    """And then the campaign itself is, five times; each time a worker of the cluster dies, too."""
    distributed = pytest.importorskip("distributed")
    moments = random.Random(3)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as found:  # fmt: skip
        campaign = Campaign(tmp_path, "--dask", found.scheduler_address, years=20)

        def kill_a_worker(process: subprocess.Popen[str]) -> None:
            before = campaign.rows()
            while campaign.rows() == before and process.poll() is None:
                time.sleep(0.01)
            nanny = moments.choice(list(found.workers.values()))
            if nanny.pid:
                os.kill(nanny.pid, signal.SIGKILL)
            time.sleep(moments.uniform(0.0, 0.5))

        for _ in range(5):
            if campaign.session(lambda process: (kill_a_worker(process), process.kill())) is not None:
                break
        out = campaign.session(kill_a_worker)
    assert out == campaign.undisturbed()
