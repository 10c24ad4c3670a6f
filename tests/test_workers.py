"""Workers: the same table whatever their number, order and deaths; none outlives its parent; Ctrl-C is heard."""

import ctypes
import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing import active_children
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest
from test_cli import SERVSIM, TINY
from test_store import tiny

from servsim.cli.output import announce_compiling
from servsim.errors import ServsimError
from servsim.model import compilation as kernel
from servsim.study.execution import dask_cluster as cluster
from servsim.study.execution import interruption
from servsim.study.execution import scheduler as crew
from servsim.study.execution.executors import Processes, Threads
from servsim.study.execution.gathering_and_shards import shard_of
from servsim.study.execution.interruption import Impatience, Interruption, is_usual
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Experiment, Job, Outcome
from servsim.study.execution.scheduler import Pool
from servsim.study.run import run
from servsim.study.scenario_identity import settings_of
from servsim.study.store.database import Storage
from servsim.study.store.store import Store

posix = pytest.mark.skipif(os.name == "nt", reason="needs the signals of POSIX")
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
JOBS = [Job(0, number) for number in range(24)]


def bits(outcomes: list[Outcome]) -> list[bytes]:
    """All that there is of some outcomes, to the last bit."""
    return [b"".join((o.metrics.tobytes(), o.own.tobytes(), o.fate.tobytes(), o.spent.tobytes())) for o in outcomes]


def told(execution: Execution, jobs: list[Job] = JOBS, customers: bool = True) -> list[bytes]:
    """What comes of jobs by such means."""
    with Pool([tiny()], 1, execution) as pool:
        return bits(pool.outcomes(jobs, customers))


@pytest.fixture(scope="module")
def alone() -> list[bytes]:
    """What comes of the jobs where one thread does them all."""
    return told(Execution(workers=1))


@pytest.mark.parametrize(("engine", "workers"), [("fast", 3), pytest.param("reference", 2, marks=pytest.mark.nightly)])
def test_many_workers_tell_what_one_tells(alone, engine, workers):
    assert told(Execution(engine, workers)) == alone


def test_customers_are_told_where_they_are_asked_for(alone):
    """A book of a hundred thousand would otherwise be carried about, and kept in memory, for nothing."""
    with Pool([tiny()], 1, Execution(workers=2)) as pool:
        few = pool.outcomes(JOBS)
        assert all(len(outcome.fate) == len(outcome.spent) == 0 for outcome in few)
        assert bits(pool.outcomes(JOBS, customers=True)) == alone


# Deaths.


def kill_one_at(count: int) -> Callable[[int, int, float], None]:
    """Kill a worker process when so many replications are done."""

    def progress(done: int, asked: int, seconds: float) -> None:
        if done == count:
            active_children()[0].kill()

    return progress


@posix
def test_a_worker_process_that_is_killed_is_replaced(alone):
    deaths = []
    with Pool(
        [tiny()], 1, Execution("reference", 2, progress=lambda *far: (deaths.append(far[0]), kill_one_at(5)(*far)))
    ) as pool:
        assert bits(pool.outcomes(JOBS, customers=True)) == alone
    assert max(deaths) == len(JOBS)


@posix
def test_workers_that_are_killed_again_and_again_are_a_sentence(monkeypatch):
    monkeypatch.setattr(crew, "DEATHS_AT_MOST", 1)

    def dies(self: Processes, experiment: Experiment, job: Job, customers: bool):
        return self.executor.submit(os._exit, 9)

    monkeypatch.setattr(Processes, "submit", dies)
    with (
        Pool([tiny()], 1, Execution("reference", 2)) as pool,
        pytest.raises(ServsimError, match="end again and again"),
    ):
        pool.outcomes(JOBS)


def test_a_world_that_fails_does_not_lose_those_that_are_finished(tmp_path, monkeypatch):
    """Those that came with it are kept before its error is told."""
    genuine = Experiment.simulated

    def fails(self: Experiment, job: Job, *rest) -> Outcome:
        if job.replication == 5:
            time.sleep(0.3)
            raise ServsimError("this replication cannot be told.")
        return genuine(self, job, *rest)

    monkeypatch.setattr(Experiment, "simulated", fails)
    with closing(Store(tmp_path / "worlds.sqlite")) as store:
        with (
            Pool([tiny()], 1, Execution(workers=2, store=store)) as pool,
            pytest.raises(ServsimError, match="cannot be told"),
        ):
            pool.outcomes(JOBS[:8])
        assert len(store.known(Experiment(tiny(), 1, "fast"), 0, range(24), customers=False)) == 7


def children_of(pid: int) -> set[int]:
    """The processes that a process has started, and theirs."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended meanwhile
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_running(pid: int) -> bool:
    """Is a process there, and not merely waiting to be buried?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to come true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


TWO_YEARS = ["--set", "horizon.weeks=100", "--set", "horizon.years=2"]
LONG = ["--replications", "20000", *TWO_YEARS, "--json"]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A small scenario in a folder of its own."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


def started(*args: object, **more: object) -> subprocess.Popen[str]:
    """A command at work."""
    return subprocess.Popen(
        [*SERVSIM, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


@linux
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_no_worker_outlives_a_parent_that_is_killed(scenario, engine):
    process = started("run", scenario, *LONG, "--engine", engine, "--workers", "2", "--no-store")
    if engine == "reference":
        wait_until(lambda: len(children_of(process.pid)) >= 3)  # two workers, and who tracks what they share
    else:
        time.sleep(1)
    children = children_of(process.pid)
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: not any(map(is_running, children)), 20)


# Ctrl-C.


def rows_kept(path: Path) -> int:
    """Replications in a store that another process writes to; 0 where there is none yet."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            return int(file.execute("SELECT count(*) FROM world").fetchone()[0])
    except sqlite3.Error:
        return 0


@posix
@pytest.mark.parametrize(("engine", "number", "often"), [
    ("fast", signal.SIGINT, 1), ("fast", signal.SIGTERM, 1), ("fast", signal.SIGINT, 2),
    pytest.param("reference", signal.SIGINT, 2, marks=pytest.mark.nightly),
])  # fmt: skip
def test_an_interrupted_question_tells_its_true_n_and_goes_on_where_it_was(
    typed, scenario, tmp_path, engine, number, often
):
    path = tmp_path / "worlds.sqlite"
    process = started("run", scenario, *LONG, "--engine", engine, "--workers", "2", "--store", path)
    wait_until(lambda: rows_kept(path) >= 3)
    for _ in range(often):
        process.send_signal(number)
        time.sleep(0.05)
    start = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - start < 10
    assert process.returncode == 130
    assert "Traceback" not in err
    kept = rows_kept(path)
    assert f"{kept:,} of 20,000 replications are finished; run the same command again to go on." in " ".join(
        err.split()
    )
    if out:
        assert json.loads(out)["replications"] == kept
        assert json.loads(out)["interrupted"] is True
    same = ["run", scenario, *TWO_YEARS, "--replications", kept, "--json"]
    assert typed(*same, "--store", path, "--engine", engine) == typed(*same, "--no-store")
    # Of two workers one may have finished a later world while the other's was given up: that one is told now.
    assert kept <= rows_kept(path) <= kept + 1


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("words", "seconds"), [(("run", "--quiet"), 0.4), (("check", "--quiet"), 0.8), (("evaluate",), 1.2)]
)
def test_who_interrupts_while_libraries_are_loaded_hears_a_sentence(scenario, words, seconds, number):
    process = started(*words, scenario, *(["--no-store"] if words[0] != "check" else []))
    time.sleep(seconds)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "nterrupted" in err


@posix
def test_ctrl_c_for_all_processes_at_once_leaves_no_traceback(scenario):
    """As a terminal sends it: to the workers, too, whether they have begun or still load servsim."""
    words = ("run", scenario, *LONG, "--no-store", "--engine", "reference", "--workers", "2")
    process = subprocess.Popen([*SERVSIM, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)  # fmt: skip
    time.sleep(4)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err


@posix
def test_ctrl_c_before_anything_is_finished_ends_at_once(scenario):
    process = started("run", scenario, "--replications", "2", "--set", "horizon.weeks=1000", "--set", "horizon.years=20", "--set",
                      "demand.prospects_per_hour=500", "--set", "staff.agents=200", "--no-store", "--engine", "reference")  # fmt: skip
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - start < crew.LAST_WAIT_SECONDS + 5
    assert "Traceback" not in err
    assert "0 of 2 replications are finished; none are kept." in err


def press() -> None:
    """Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def early(heard: list[str]) -> None:
    """Ctrl-C before it may be heard."""
    with Interruption() as stop:
        press()
        heard.append("after it")
        with stop.heard():
            heard.append("never")


def waiting(heard: list[str]) -> None:
    """Ctrl-C while it may be heard."""
    with Interruption() as stop, stop.heard():
        press()
        time.sleep(1)
        heard.append("never")


def twice(heard: list[str]) -> None:
    """Ctrl-C twice while it may not be heard."""
    with Interruption():
        press()
        heard.append("after it")
        press()
        time.sleep(1)
        heard.append("never")


def in_a_call_from_c(heard: list[str]) -> None:
    """Ctrl-C where C calls Python, as the compiler does: it is lost there, and what follows fails."""
    with Interruption() as stop, stop.heard():
        ctypes.CFUNCTYPE(None)(press)()
        heard.append("after it")
        time.sleep(5)
        heard.append("never")


def torn_apart(heard: list[str]) -> None:
    """Something fails for having lost it."""
    with Interruption() as stop, stop.heard():
        ctypes.CFUNCTYPE(None)(press)()
        heard.append("after it")
        raise RuntimeError("no compiled object yet")


def never_heard(heard: list[str]) -> None:
    """Ctrl-C with nothing after it in which it may be heard."""
    with Interruption():
        press()
        heard.append("after it")


@posix
@pytest.mark.parametrize(
    ("what", "before"),
    [
        (early, 1),
        (waiting, 0),
        (twice, 1),
        (never_heard, 1),
        (in_a_call_from_c, 1),
        (torn_apart, 1),
    ],
)
def test_ctrl_c_is_heard_where_it_may_be_and_otherwise_remembered(what, before):
    heard: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        what(heard)
    assert heard == ["after it"] * before
    assert is_usual(signal.getsignal(signal.SIGINT))


@posix
def test_one_more_ctrl_c_within_a_second_is_the_same_and_later_another(monkeypatch):
    """What is finished is told, however impatient somebody is; then Python's own way is back."""
    impatient = Impatience()
    impatient(signal.SIGINT, None)
    monkeypatch.setattr(interruption, "monotonic", lambda: impatient.until + 0.1)
    with pytest.raises(KeyboardInterrupt):
        impatient(signal.SIGINT, None)
    with Interruption():
        pass
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@posix
def test_a_signal_that_somebody_else_minds_is_left_to_them():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@posix
def test_ctrl_c_between_a_world_and_its_place_in_the_store_loses_nothing(tmp_path):
    """It comes in the midst of keeping: the world is kept, shown, and nothing more is simulated."""
    with closing(Store(tmp_path / "worlds.sqlite")) as store:
        genuine = store.number_of

        def number_of(experiment: Experiment) -> int:
            os.kill(os.getpid(), signal.SIGINT)
            return genuine(experiment)

        store.number_of = number_of
        with Pool([tiny()], 1, Execution(workers=1, store=store)) as pool:
            assert len(pool.outcomes(JOBS)) == 1
            assert pool.interrupted
            assert pool.outcomes([Job(0, 99)]) == []
        assert len(store.known(Experiment(tiny(), 1, "fast"), 0, range(24), customers=False)) == 1


def test_threads_leave_a_world_that_nobody_waits_for(monkeypatch):
    """At the end of its present piece, so that a command ends soon after Ctrl-C though its replications are long."""
    hands = Threads(1)
    endless = Experiment(
        tiny(horizon={"weeks": 1000, "years": 20}, demand={"prospects_per_hour": 60.0}), 1, "reference"
    )
    future = hands.submit(endless, Job(0, 0), False)
    start = time.monotonic()
    time.sleep(0.2)
    hands.dismiss(at_once=True)
    assert time.monotonic() - start < 30
    assert type(future.exception()).__name__ == "WorldHaltedError"


# Shards.


@pytest.mark.parametrize("command", [
    ["run", "--replications", "7"],
    ["evaluate", "--replications", "5", "--set", "evaluate.smallest_difference=200", "--set",
     "evaluate.budget_replications=60"],
    ["compare", "--to", "staff.agents=1", "--replications", "5"],
], ids=lambda command: command[0])  # fmt: skip
def test_shards_merged_are_the_undisturbed_answer(typed, scenario, tmp_path, command):
    """To the last bit; what the shards had finished is not simulated again."""
    name, *options = command
    whole, merged = tmp_path / "whole.sqlite", tmp_path / "merged.sqlite"
    undisturbed = typed(name, scenario, *options, "--json", "--store", whole)
    parts = [tmp_path / f"part{number}.sqlite" for number in (1, 2, 3)]
    for number, part in enumerate(parts, 1):
        assert typed(name, scenario, *options, "--shard", f"{number}/3", "--store", part)[:2] == (0, "")
    assert typed("results", "merge", *parts, "--store", merged)[0] == 0
    from_shards = rows_kept(merged)
    assert from_shards == {"run": 7, "evaluate": 15, "compare": 10}[name]
    assert typed(name, scenario, *options, "--json", "--store", merged) == undisturbed
    assert rows_kept(merged) == rows_kept(whole)
    assert (rows_kept(whole) > from_shards) == (name == "evaluate")


def test_a_shard_whose_store_is_full_is_an_error(typed, scenario, tmp_path, monkeypatch):
    genuine = Storage.prepare

    def prepare(self: Storage) -> None:
        genuine(self)
        self.insist("PRAGMA max_page_count = 1")

    monkeypatch.setattr(Storage, "prepare", prepare)
    code, out, err = typed("run", scenario, "--replications", "90", "--shard", "1/1", "--store", tmp_path / "s.sqlite")
    assert (code, out) == (2, "")
    assert "s.sqlite: the disk is full; what was kept before stays, what follows is not kept." in " ".join(err.split())


@pytest.mark.parametrize("words", ["0/3", "4/3", "1", "a/b", "1/0", "-1/2", "1/3/5", ""])
def test_a_shard_that_is_none_is_a_sentence(words):
    with pytest.raises(ServsimError, match="it must be I/N with I from 1 to N, such as 3/10"):
        shard_of(words)


# Somebody's cluster.


@pytest.fixture(scope="module")
def dask():
    """A scheduler and two workers, each a process of its own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as found:  # fmt: skip
        yield found


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_tells_what_one_thread_tells(alone, dask):
    assert told(Execution(dask=dask.scheduler_address)) == alone


@posix
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_worker_that_is_killed_changes_nothing(alone, dask):
    jobs = [Job(0, number) for number in range(150)]
    pids: list[int] = []

    def progress(done: int, asked: int, seconds: float) -> None:
        if done >= 20 and not pids:
            pids.extend(nanny.pid for nanny in dask.workers.values())
            os.kill(pids[0], signal.SIGKILL)

    assert told(Execution(dask=dask.scheduler_address, progress=progress), jobs) == told(Execution(workers=1), jobs)
    assert pids


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_of_others_is_a_sentence(dask, monkeypatch):
    monkeypatch.setattr(cluster, "fingerprint", lambda _: "another kind")
    cluster.kind.cache_clear()
    try:
        with Pool([tiny()], 1, Execution(dask=dask.scheduler_address)) as pool, pytest.raises(ServsimError) as said:
            pool.outcomes(JOBS)
    finally:
        cluster.kind.cache_clear()
    assert str(said.value).startswith(f"dask {dask.scheduler_address}: its worker tcp://")
    assert "does not answer as we do: it has another servsim, or is another kind of machine" in str(said.value)


def test_a_worker_that_joined_later_and_is_of_another_kind_is_a_sentence():
    with pytest.raises(ServsimError, match="a worker that joined since does not answer as we do"):
        cluster.simulated_there("another kind", Experiment(tiny(), 1, "fast"), [Job(0, 0)], False)


def test_a_task_has_a_second_of_replications_and_no_more_than_a_workers_share():
    """And before it is known how long one takes, one."""
    assert cluster.in_task(10_000, 64, None) == 1
    assert [cluster.in_task(10_000, 64, seconds) for seconds in (0.0, 0.01, 0.05, 0.3, 7.0)] == [50, 50, 20, 3, 1]
    assert [cluster.in_task(asked, 64, 0.01) for asked in (1, 64, 65, 640, 6_400)] == [1, 1, 2, 10, 50]


def test_what_goes_wrong_with_one_replication_of_a_task_leaves_the_others_as_they_are(monkeypatch):
    experiment, as_it_is = Experiment(tiny(), 1, "fast"), Experiment.simulated

    def simulated(self, job, customers):
        if job.replication == 1:
            raise ServsimError("that one")
        return as_it_is(self, job, customers)

    monkeypatch.setattr(Experiment, "simulated", simulated)
    seconds, told = cluster.simulated_there(cluster.kind(), experiment, [Job(0, number) for number in range(3)], False)
    assert seconds > 0
    assert [getattr(each, "job", None) for each in told] == [Job(0, 0), None, Job(0, 2)]
    assert str(told[1]) == "that one"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("address", "reason"), [
    ("tcp://127.0.0.1:9", "no scheduler answers there"), ("nowhere.invalid:8786", "there is no host nowhere.invalid"),
])  # fmt: skip
def test_an_address_without_a_scheduler_is_a_sentence(monkeypatch, address, reason):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1)
    with Pool([tiny()], 1, Execution(dask=address)) as pool, pytest.raises(ServsimError) as said:
        pool.outcomes(JOBS)
    assert str(said.value).startswith(f"dask {address}: {reason}")


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_without_workers_is_a_sentence(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1)
    with (
        distributed.LocalCluster(n_workers=0, processes=True, dashboard_address=None, silence_logs=50) as empty,
        Pool([tiny()], 1, Execution(dask=empty.scheduler_address)) as pool,
        pytest.raises(ServsimError) as said,
    ):
        pool.outcomes(JOBS)
    address = empty.scheduler_address
    assert str(said.value) == f"dask {address}: it has no workers; start some with dask worker {address}."


@posix
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dask_itself_fails", [False, True])
def test_a_scheduler_that_goes_away_is_a_sentence_and_what_was_finished_is_kept(
    tmp_path, monkeypatch, dask_itself_fails
):  # fmt: skip
    """And where Dask's client fails over it, as it may: it walks through its futures while others are asked for."""
    client = pytest.importorskip("distributed").Client
    if dask_itself_fails:
        monkeypatch.setattr(client, "_reconnect", AsyncMock(side_effect=RuntimeError("changed during iteration")))
    address = tmp_path / "address.json"
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", address],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", address, "--no-nanny", "--no-dashboard",
         "--nthreads", "1", "--death-timeout", "60"],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: address.exists() and address.read_text().endswith("}"))
        where = json.loads(address.read_text())["address"]
        with closing(Store(tmp_path / "worlds.sqlite")) as store:
            execution = Execution(
                dask=where, store=store, progress=lambda done, *_: scheduler.kill() if done >= 10 else None
            )
            with Pool([tiny()], 1, execution) as pool, pytest.raises(ServsimError) as said:
                pool.outcomes([Job(0, number) for number in range(2000)])
            kept = store.storage.rows("SELECT count(*) FROM world")[0][0]
        assert str(said.value) == f"dask {where}: the scheduler is gone; run the same command again to go on."
        assert 10 <= kept == pool.simulated < 2000
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()


def test_dask_that_is_not_installed_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with Pool([tiny()], 1, Execution(dask="tcp://127.0.0.1:1")) as pool, pytest.raises(ServsimError) as said:
        pool.outcomes(JOBS)
    assert str(said.value) == "A cluster needs Dask; install it with pip install '.[dask]' in servsim's folder."


def test_one_worker_on_each_machine_compiles_before_there_are_several_who_would(monkeypatch):
    """And where the model is compiled already, nobody does."""
    asked = []
    client = SimpleNamespace(
        wait_for_workers=lambda *_, **__: None,
        run=lambda what: {name: cluster.kind() for name in ("tcp://a:1", "tcp://a:2", "tcp://b:1")},
        submit=lambda what, workers, pure: asked.append((what, workers)),
        gather=lambda futures: None,
    )
    somebody = cluster.Cluster.__new__(cluster.Cluster)
    somebody.address, somebody.client = "tcp://s:1", client
    somebody.look_at_workers()
    assert sorted(worker for _, worker in asked) == ["tcp://a:2", "tcp://b:1"]
    monkeypatch.setattr(Experiment, "simulated", lambda *_: pytest.fail("compiled again"))
    monkeypatch.setattr(cluster.kernel, "WARM", True)
    cluster.compiled()


# Where the store cannot be used.


def test_a_named_store_that_cannot_be_used_ends_the_command_the_usual_one_does_not(
    typed, scenario, tmp_path, monkeypatch
):  # fmt: skip
    text = tmp_path / "text.sqlite"
    text.write_text("no replications")
    code, out, err = typed("run", scenario, "--store", text)
    assert (code, out) == (2, "")
    assert err.startswith(f"{text} is damaged or not a store of servsim")
    monkeypatch.setenv("SERVSIM_STORE", str(text))
    code, out, err = typed("run", scenario)
    assert code == 0
    assert " ".join(err.split()).startswith(f"Nothing is kept: {text} is damaged or not a store of servsim")
    assert (0, out, "") == typed("run", scenario, "--no-store")
    assert text.read_text() == "no replications"


def test_a_damaged_world_is_said_simulated_anew_and_left_as_it_is(typed, scenario, tmp_path):
    path = tmp_path / "worlds.sqlite"
    whole = typed("run", scenario, "--json", "--store", path)
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE world SET retention = 0.123 WHERE replication = 2")
        file.commit()
    before = path.read_bytes()
    code, out, err = typed("run", scenario, "--json", "--store", path)
    assert (code, out) == whole[:2]
    assert "is damaged: replication 2 of question" in " ".join(err.split())
    assert path.read_bytes() == before


@pytest.mark.skipif(not kernel.COMPILED, reason="nothing is compiled here")
def test_compiling_is_announced_once_where_nothing_is_compiled_yet(typed, scenario, monkeypatch):
    announce_compiling.cache_clear()
    monkeypatch.setattr(kernel, "WARM", False)
    said = [typed("run", scenario, "--no-store", *words)[2] for words in (["--quiet"], [], [])]
    announce_compiling.cache_clear()
    assert said == ["", "Compiling the model for this machine (once, about a minute) …\n", ""]


def test_settings_are_told_to_workers_as_they_are():
    """A scenario that has been sent to a process is the same scenario, unset settings of its segments included."""
    segments = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "waiting": {}}]
    scenario = tiny(segments=segments, waiting={"patience_minutes": 33.0})
    sent = pickle.loads(pickle.dumps(Experiment(scenario, 1, "fast")))
    assert settings_of(sent.scenario) == settings_of(scenario)
    assert sent.key == Experiment(scenario, 1, "fast").key
    assert run(sent.scenario, replications=2).metrics.tobytes() == run(scenario, replications=2).metrics.tobytes()


def test_an_address_that_cannot_be_one_is_said_at_once():
    for address in ("127.0.0.1", "tcp://127.0.0.1", "127.0.0.1:99999", "here:there", ""):
        with pytest.raises(ServsimError, match=r"it must be the address of a scheduler, host:port or tcp://host:port"):
            Execution(dask=address)


def test_a_script_without_its_guard_is_told_so(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import servsim\n"
        "desk = servsim.Scenario().with_settings({'horizon.weeks': 0.1, 'horizon.years': 0.01})\n"
        "servsim.run(desk, replications=2, engine='reference', workers=2)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "servsim must be called under its `if __name__ == '__main__':`." in done.stderr
    assert done.stderr.splitlines()[-1].endswith("one worker alone (workers=1, --workers 1) shows what else is wrong.")
