"""The store: what is kept comes back bit for bit, nothing else does, and whatever is wrong with the file is a sentence."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servsim.errors import ServsimError
from servsim.scenario.messages import belongs_to_desk, every_setting, field_at, fits, table_of
from servsim.scenario.read import checked
from servsim.scenario.scenario import MECHANISMS, SEGMENT_TABLES, Scenario
from servsim.study.control_variates import CONTROLS
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import NO_MONTHS, Experiment, Job, Outcome
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import NAMES, OWN
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.run import run
from servsim.study.scenario_identity import ASKED
from servsim.study.store import database as storage
from servsim.study.store.catalogue import opened, questions, replications_of
from servsim.study.store.export_and_merge import merge
from servsim.study.store.store import Store, StoreError, usual_place
from servsim.study.yearly_projection import COLUMNS

TABLES = {
    "title": "Tiny",
    "opening": {"monday": "09:00-12:00"},
    "demand": {"prospects_per_hour": 3.0, "opening_book": 30, "visit_gap_days": 14.0},
    "investment": {}, "waiting": {}, "quality": {}, "loyalty": {}, "spending": {},
    "horizon": {"weeks": 3, "years": 0.1},
    "evaluate": {"replications": 4},
}  # fmt: skip
SEGMENTS = [{"name": "a", "share": 0.25}, {"name": "b", "share": 0.75, "waiting": {"patience_minutes": 30.0}}]


def tiny(**tables: Any) -> Scenario:
    """A small scenario with some tables changed."""
    return checked({**TABLES, **tables}, "tiny")


VALUE = NAMES.index("value")


def outcome(experiment: Experiment, replication: int = 0, book: int = 0) -> Outcome:
    """An outcome with all kinds of numbers in it, as if this replication had been simulated; with years where they are asked."""
    rng = np.random.default_rng(replication)
    metrics = rng.standard_normal(len(NAMES)) * 10.0 ** rng.integers(-300, 300, len(NAMES))
    metrics[:5] = np.nan, np.inf, 0.0, 5e-324, 3.0
    own = rng.standard_normal((len(experiment.scenario.segments), len(OWN)))
    controls = np.full(len(CONTROLS), replication / 7) if experiment.controlled else np.zeros(0)
    fate, spent = np.arange(book, dtype=np.int8), np.arange(book) * 2**50 - replication % 9
    months = rng.standard_normal((14, len(COLUMNS))) if experiment.goes_on else NO_MONTHS
    metrics[VALUE] = metrics[VALUE] if experiment.goes_on else np.nan
    return Outcome(Job(0, replication), metrics, own, controls, fate, spent, spent[::-1], months)


def same(one: Outcome, other: Outcome) -> bool:
    """Are two outcomes the same to the last bit?"""
    arrays = ("metrics", "own", "controls", "fate", "spent", "stayed", "months")
    return one.job == other.job and all(
        (a := getattr(one, name)).tobytes() == (b := getattr(other, name)).tobytes() and a.shape == b.shape
        for name in arrays
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store is to be."""
    return tmp_path / "worlds.sqlite"


@pytest.fixture
def full(path: Path) -> tuple[Path, Experiment]:
    """A closed store with three replications."""
    experiment = Experiment(tiny(), 1, "fast")
    with closing(Store(path)) as store:
        store.keep([(experiment, outcome(experiment, number)) for number in range(3)])
    return path, experiment


def recalled(store: Store, experiment: Experiment, many: int = 10, customers: bool = False) -> list[int]:
    """The numbers of the replications that a store has, of the first ones."""
    return [found.job.replication for found in store.known(experiment, 0, range(many), customers)]


# What is kept comes back.


@pytest.mark.parametrize("far", [False, True])
@pytest.mark.parametrize("controlled", [False, True])
@pytest.mark.parametrize("segments", [[], SEGMENTS])
def test_what_is_kept_comes_back_bit_for_bit(path, controlled, segments, far):
    experiment = Experiment(tiny(segments=segments), 1, "fast", controlled, far)
    kept = [outcome(experiment, number, book=30) for number in (0, 7, 2**40)]
    with closing(Store(path)) as store:
        store.keep([(experiment, each) for each in kept])
    with closing(Store(path)) as store:
        found = store.known(experiment, 0, [7, 2**40, 0, 5], customers=True)
    assert len(found) == 3
    assert all(
        same(one, other) for one, other in zip(sorted(found, key=lambda o: o.job.replication), kept, strict=True)
    )


@pytest.mark.parametrize("far", [False, True])
def test_a_simulated_world_comes_back_as_it_was(path, far):
    job, scenario = Job(0, 3), tiny(segments=SEGMENTS)
    with closing(Store(path)) as store:
        (fresh,) = Pool([scenario], 1, Execution(workers=1, store=store), far=far).outcomes([job], customers=True)
        pool = Pool([scenario], 1, Execution(workers=1, store=store), far=far)
        (again,) = pool.outcomes([job], customers=True)
    assert pool.simulated == 0
    assert same(fresh, again)
    assert len(fresh.fate) == 30
    assert len(fresh.months) == (2 if far else 0)


def test_nothing_is_simulated_twice(path):
    with closing(Store(path)) as store:
        few = run(tiny(), replications=3, execution=Execution(workers=1, store=store))
        counts = []
        more = run(
            tiny(),
            replications=5,
            execution=Execution(workers=1, store=store, progress=lambda *far: counts.append(far[0])),
        )
    assert counts == [3, 4, 5]
    assert (more.metrics[:3].tobytes(), len(more.metrics)) == (few.metrics.tobytes(), 5)
    assert more.metrics.tobytes() == run(tiny(), replications=5, execution=Execution(workers=1)).metrics.tobytes()


def test_what_a_kept_world_lacks_is_added_to_it(path):
    """Customers and controls take space, and are kept where they were asked for."""
    plain, controlled = Experiment(tiny(), 1, "fast"), Experiment(tiny(), 1, "fast", controlled=True)
    assert plain.key == controlled.key
    with closing(Store(path)) as store:
        store.keep([(plain, outcome(plain))])
        assert (recalled(store, plain, customers=True), recalled(store, controlled)) == ([], [])
        store.keep([(controlled, outcome(controlled))])
        assert (recalled(store, plain, customers=True), recalled(store, controlled)) == ([], [0])
        store.keep([(plain, outcome(plain, book=30))])
        assert recalled(store, controlled, customers=True) == [0]
        (found,) = store.known(controlled, 0, [0], customers=True)
        assert same(found, outcome(controlled, book=30))


@pytest.fixture
def near_and_far() -> tuple[Experiment, Experiment]:
    """The same replications as far as the window goes, and to the end of the years."""
    return Experiment(tiny(), 1, "fast"), Experiment(tiny(), 1, "fast", far=True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1)])
def test_a_world_with_its_years_is_found_by_who_asks_for_them_and_by_who_does_not(path, near_and_far, order):
    """Whoever of the two was kept first; each gets what it would have got without the other."""
    near, far = near_and_far
    assert near.key == far.key
    with closing(Store(path)) as store:
        for number, place in enumerate(order):
            assert recalled(store, far) == ([0] if 1 in order[:number] else [])
            store.keep([(near_and_far[place], outcome(near_and_far[place]))])
        for replications in near_and_far:
            (found,) = store.known(replications, 0, [0], customers=False)
            assert same(found, outcome(replications))
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*), count(years) FROM world").fetchone() == (1, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)])
def test_what_todays_customers_pay_is_told_as_far_as_it_was_asked_for(path, near_and_far, order):
    """Until the end of the window, or of the years: neither passes for the other, whichever was asked for first."""
    with closing(Store(path)) as store:
        for place in order:
            with Pool([tiny()], 1, Execution(workers=1, store=store), far=bool(place)) as pool:
                (found,) = pool.outcomes([Job(0, 0)], customers=True)
            assert same(found, near_and_far[place].simulated(Job(0, 0)))
        for replications in near_and_far:
            (found,) = store.known(replications, 0, [0], customers=True)
            assert same(found, replications.simulated(Job(0, 0)))


@pytest.mark.parametrize("tables", [{"spending": {"on": False}}, {"horizon": {"weeks": 3, "warmup_weeks": 1}}])
def test_where_years_mean_nothing_there_are_none_to_lack(path, tables):
    experiment = Experiment(tiny(**tables), 1, "fast", far=True)
    with closing(Store(path)) as store:
        store.keep([(experiment, outcome(experiment))])
        assert recalled(store, experiment) == [0]


def test_an_answer_does_not_depend_on_who_has_asked_for_the_years_before(path):
    """After a run over the years a question about waits has its replications, and no value, as it has without a store."""
    question = {"levels": (5.0,), "objective": "wait_mean", "replications": 2}
    with closing(Store(path)) as store:
        before = evaluate(tiny(), **question)
        looked = run(tiny(), replications=2, execution=Execution(workers=1, store=store))
        told = []
        execution = Execution(workers=1, store=store, progress=lambda *far: told.append(far[0]))
        after = evaluate(tiny(), **question, execution=execution)
    assert told == [2]
    assert np.isfinite(looked.sample("value")).all()
    assert np.isnan(after.sample(5.0, "value")).all()
    assert after.metrics[0].tobytes() == before.metrics[0].tobytes()
    assert after.to_dict() == before.to_dict()


def test_without_a_book_there_are_no_customers_to_lack(path):
    experiment = Experiment(tiny(demand={"opening_book": 0}), 1, "fast")
    with closing(Store(path)) as store:
        store.keep([(experiment, outcome(experiment))])
        assert recalled(store, experiment, customers=True) == [0]


def test_two_processes_share_a_file(path, tmp_path):
    """Both write all the time; every replication of both is there, once."""
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path; from test_store import *\n"
        "store, replications = Store(sys.argv[1]), Experiment(tiny(), 1, 'fast')\n"
        "for n in range(int(sys.argv[2]), 300, 2): store.keep([(replications, outcome(replications, n)), (replications, outcome(replications, 1000))])\n"
        "assert not store.trouble, store.trouble"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(path), number]) for number in ("0", "1")]
    assert [process.wait(120) for process in both] == [0, 0]
    with closing(Store(path)) as store:
        experiment = Experiment(tiny(), 1, "fast")
        assert sorted(recalled(store, experiment, 1001)) == [*range(300), 1000]


def test_a_metric_younger_than_the_file_gets_a_column(full):
    """A servsim with one metric more asks another question; both go on in the same file."""
    path, replications = full
    with closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM world")
        file.execute(f'ALTER TABLE world DROP COLUMN "{NAMES[-1]}"')
        file.commit()
    with closing(Store(path)) as store:
        store.keep([(replications, outcome(replications, 9))])
        assert recalled(store, replications) == [9]


# Stores of earlier versions.

OF_MODEL_2 = Path(__file__).parent / "stores" / "model-2.sqlite"
"""Made by the code of commit a66fac7, whose model had the version 2: three replications of a question, two of another."""


@pytest.fixture
def old(path: Path) -> Path:
    """A store that an earlier version of servsim has made."""
    shutil.copy(OF_MODEL_2, path)
    return path


def test_an_older_store_opens_and_what_it_holds_stays_as_it_is(old):
    with opened(old, "read") as storage_then:
        assert "years" not in storage_then.columns()
        then = {each.key: list(replications_of(storage_then, each)) for each in questions(storage_then)}
    with closing(Store(old)) as store:
        assert "years" in store.storage.columns()
        store.keep([(Experiment(tiny(), 1, "fast", far=True), outcome(Experiment(tiny(), 1, "fast", far=True)))])
        assert not store.trouble
    with opened(old) as storage_now:
        now = {each.key: list(replications_of(storage_now, each)) for each in questions(storage_now)}
    assert sorted(map(len, then.values())) == [2, 3]
    assert len(now) == len(then) + 1
    for key, replications in then.items():
        for (number, metrics, own), (number_now, metrics_now, own_now) in zip(replications, now[key], strict=True):
            assert (number, metrics.tobytes(), own.tobytes()) == (number_now, metrics_now.tobytes(), own_now.tobytes())


@pytest.mark.parametrize("far", [False, True])
def test_replications_of_an_older_model_are_not_found(old, far):
    """The same settings, the same seed: what is found is what this model has told."""
    as_then = tiny(horizon={"weeks": 3})
    experiment = Experiment(as_then, 1, "fast", far=far)
    with closing(Store(old)) as store:
        assert recalled(store, experiment) == []
        store.keep([(experiment, outcome(experiment, 5))])
        assert recalled(store, experiment) == [5]


@pytest.mark.skipif(os.name == "nt", reason="needs the permissions of POSIX")
def test_an_older_store_that_may_not_be_written_to_is_read(old):
    """It has no column of years, and gets none; nothing in it is of this model."""
    before = old.read_bytes()
    with locked(old):
        with opened(old) as storage_then:
            assert sorted(each.replications for each in questions(storage_then)) == [2, 3]
        with closing(Store(old)) as store:
            assert recalled(store, Experiment(tiny(horizon={"weeks": 3}), 1, "fast", far=True)) == []
            assert not store.trouble
    assert old.read_bytes() == before


# Whatever is wrong with the file is a sentence.


def refused(path: Path) -> str:
    """What is said of a file that cannot be opened; it is byte for byte as it was, and nothing lies beside it."""
    before, beside = path.read_bytes(), sorted(os.listdir(path.parent))
    with pytest.raises(StoreError) as said:
        Store(path)
    assert (path.read_bytes(), sorted(os.listdir(path.parent))) == (before, beside)
    return str(said.value)


def test_a_text_file_is_refused(path):
    path.write_text("These are not replications.\n" * 300)
    assert refused(path) == (
        f"{path} is damaged or not a store of servsim; it is left as it is: move it away, or name another store."
    )


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_another_programs_database_is_refused_though_it_was_left_in_the_midst_of_writing(path, tmp_path, journal):
    original = tmp_path / "theirs" / "original.sqlite"
    original.parent.mkdir()
    with closing(sqlite3.connect(original)) as file:
        file.execute(f"PRAGMA journal_mode = {journal}")
        file.execute("CREATE TABLE world (replication)")
        file.commit()
        for end in ("", "-wal"):
            if Path(f"{original}{end}").exists():
                shutil.copy(f"{original}{end}", f"{path}{end}")
        said = refused(path)
    assert said == f"{path} is a database of another program; it is left as it is: name another store."


def test_another_layout_is_refused(full):
    path, _ = full
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")
    assert refused(path) == f"{path} is a store of another version of servsim; name another store."


@pytest.mark.parametrize("left", [100, 1000, 4096, -1000, -5000])
def test_a_truncated_file_is_left_as_it_is(full, left):
    """At the latest when replications are looked up in what is gone."""
    path, replications = full
    path.write_bytes(path.read_bytes()[:left])
    before = path.read_bytes()
    try:
        with closing(Store(path)) as store:
            assert recalled(store, replications) in ([], [0, 1, 2])
            store.keep([(replications, outcome(replications, 9))])
            said = store.trouble
    except StoreError as error:
        said = str(error)
    assert "damaged" in said
    assert path.read_bytes() == before


def test_a_directory_is_refused(tmp_path):
    with pytest.raises(StoreError, match=r"is not a file; a store must be one, such as worlds\.sqlite\.$"):
        Store(tmp_path)


def test_an_empty_file_is_a_store_to_be(path):
    path.touch()
    with closing(Store(path)) as store:
        store.keep([(Experiment(tiny(), 1, "fast"), outcome(Experiment(tiny(), 1, "fast")))])
        assert not store.trouble


def places_of(path: Path, needle: bytes) -> list[int]:
    """Where some bytes are in a file."""
    data, found = path.read_bytes(), []
    at = data.find(needle)
    while at >= 0:
        found.append(at)
        at = data.find(needle, at + 1)
    return found


def test_a_flipped_bit_in_a_metric_is_noticed_and_never_read(full):
    path, replications = full
    metric = np.array(outcome(replications, 1).metrics[20:21], ">f8").tobytes()
    (at,) = places_of(path, metric)
    data = bytearray(path.read_bytes())
    data[at + 7] ^= 1
    path.write_bytes(data)
    with closing(Store(path)) as store:
        assert recalled(store, replications) == []
        store.keep([(replications, outcome(replications, 9))])
        assert store.trouble == (
            f"{path} is damaged: replication 1 of question {replications.key[:8]} is not as it was kept; it is left as it is: move "
            "it away, or name another store."
        )
    assert path.read_bytes() == bytes(data)


CHANGES = ["replication = replication + 5", "own = x'00'", "checksum = checksum + 1", "controls = x'00'",
           '"retention" = NULL', '"retention" = 0.5',
           "own = 'text'", "own = 5", "controls = 'text'", "controls = 5", "checksum = 'many'",
           '"retention" = \'text\'', '"retention" = x\'ff\'', '"retention" = CAST(x\'ff\' AS TEXT)']  # fmt: skip
OF_A_WINDOW, OF_YEARS = ["customers = x'0102030405'"], ["years = x'0102030405'", "lives = x'01'", '"value" = NULL']


@pytest.mark.parametrize(("far", "change"), [
    *((False, change) for change in CHANGES + OF_A_WINDOW), *((True, change) for change in CHANGES + OF_YEARS)
])  # fmt: skip
def test_no_column_can_change_unnoticed(path, far, change):
    experiment = Experiment(tiny(), 1, "fast", controlled=True, far=far)
    with closing(Store(path)) as store:
        store.keep([(experiment, outcome(experiment, 1, book=30))])
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"UPDATE world SET {change}")
        file.commit()
    with closing(Store(path)) as store:
        assert recalled(store, experiment, customers=True) == []
        assert "damaged" in store.trouble


@pytest.mark.parametrize("change", [
    "title = CAST(x'ff' AS TEXT)", "title = x'ff'", "digest = x'07'", "last = 'yesterday'", "first = x'00'", "seed = 'one'",
    "settings = 5", "settings = CAST(x'ff' AS TEXT)", "names = '[]'", "names = '{\"figures\": 3}'", "model = x'01'",
])  # fmt: skip
def test_a_question_that_is_not_as_it_was_written_is_a_sentence(full, tmp_path, change):
    """Where a bit has made another kind of thing of a column, too."""
    path, _ = full
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"UPDATE question SET {change}")
        file.commit()
    with pytest.raises(StoreError, match="is damaged"), opened(path) as file:
        questions(file)
    with pytest.raises(StoreError, match="is damaged"), opened(tmp_path / "other.sqlite", "make") as file:
        merge(file, path)


def test_a_world_does_not_pass_for_another_questions(full):
    """A fault that moves a row to another question is noticed by the row's checksum."""
    path, _ = full
    other = Experiment(tiny(), 2, "fast")
    with closing(Store(path)) as store:
        store.keep([(other, outcome(other, 9))])
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE world SET question = (SELECT max(id) FROM question) WHERE replication = 0")
        file.commit()
    with closing(Store(path)) as store:
        assert recalled(store, other) == []
        assert "is not as it was kept" in store.trouble


@given(at=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_wherever_a_bit_flips_no_world_comes_back_otherwise_than_it_was(tmp_path_factory, at, bit):
    path = tmp_path_factory.mktemp("flip") / "worlds.sqlite"
    experiment = Experiment(tiny(), 1, "fast", far=True)
    with closing(Store(path)) as store:
        store.keep([(experiment, outcome(experiment, number, book=30)) for number in range(2)])
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)
    try:
        with closing(Store(path)) as store:
            found = store.known(experiment, 0, range(10), customers=True)
    except StoreError:
        return
    assert all(same(each, outcome(experiment, each.job.replication, book=30)) for each in found)


# Out of reach, full, held, gone.


@contextmanager
def as_nobody() -> Iterator[None]:
    """As somebody who may not do everything, where the tests are run by somebody who may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """A store in a folder that may not be written to, as a person meets it who may not do everything."""
    for above in path.parents:
        if above.owner() == path.owner() and above != Path("/tmp"):
            above.chmod(0o755)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with as_nobody():
            yield
    finally:
        path.parent.chmod(0o755)


@pytest.fixture
def locked_folder(full) -> Iterator[tuple[Path, Experiment]]:
    """A store that may not be written to, and its replications."""
    with locked(full[0]):
        yield full


@pytest.mark.skipif(os.name == "nt", reason="needs the permissions of POSIX")
def test_a_store_that_may_not_be_written_to_is_read(locked_folder):
    path, replications = locked_folder
    before = path.read_bytes()
    with closing(Store(path)) as store:
        assert recalled(store, replications) == [0, 1, 2]
        assert not store.trouble
        store.keep([(replications, outcome(replications, 9))])
        assert store.trouble == f"{path} may not be written to: what it holds is used, nothing is added."
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    missing = tmp_path / "no" / "such"
    with pytest.raises(StoreError) as said:
        Store(missing / "kept.sqlite")
    assert f"there is no folder {missing}" in str(said.value)
    assert not missing.parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="needs the permissions of POSIX")
def test_a_folder_that_may_not_be_written_to_is_a_sentence(locked_folder):
    new = locked_folder[0].with_name("new.sqlite")
    with pytest.raises(StoreError) as said:
        Store(new)
    assert str(said.value) == (
        f"{new} cannot be used as a store: it cannot be opened or made; name another store, or none (--no-store)."
    )


def test_a_full_disk_is_a_sentence_and_what_was_kept_before_stays(full):
    path, replications = full
    with closing(Store(path)) as store:
        store.storage.insist(f"PRAGMA max_page_count = {store.storage.rows('PRAGMA page_count')[0][0]}")
        store.keep([(replications, outcome(replications, number)) for number in range(100, 200)])
        assert store.trouble == f"{path}: the disk is full; what was kept before stays, what follows is not kept."
        assert store.unkept == 100
        assert recalled(store, replications) == [0, 1, 2]
    with closing(Store(path)) as store:
        assert recalled(store, replications, 200) == [0, 1, 2]


@pytest.mark.skipif(os.name == "nt", reason="needs limits of POSIX")
def test_a_file_that_may_not_grow_is_a_sentence_and_the_answer_comes(path, tmp_path):
    """A true write that fails, in a process of its own: 60 kB are allowed."""
    code = (
        "import resource, sys; sys.path.insert(0, 'tests')\n"
        "from test_store import *\n"
        "store = Store(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "found = run(tiny(), replications=200, execution=Execution(workers=2, store=store))\n"
        "print(len(found.metrics), store.trouble)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=120
    )  # fmt: skip
    replications, _, said = done.stdout.strip().partition(" ")
    assert replications == "200"
    assert said.startswith(f"{path}: the disk ")
    with closing(Store(path)) as store:
        kept = run(tiny(), replications=200, execution=Execution(workers=1, store=store))
        assert not store.trouble
    assert kept.metrics.tobytes() == run(tiny(), replications=200).metrics.tobytes()


def test_a_file_that_another_process_holds_for_too_long_is_a_sentence(full, monkeypatch):
    path, replications = full
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.3)
    with closing(sqlite3.connect(path)) as other, closing(Store(path)) as store:
        other.execute("BEGIN IMMEDIATE")
        store.keep([(replications, outcome(replications, 9))])
        assert store.trouble.startswith(f"{path}: another process has been writing to it for more than 30 seconds;")
        assert recalled(store, replications) == [0, 1, 2]


def test_a_store_can_be_opened_and_read_while_another_process_writes(full):
    path, replications = full
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE question SET title = 'changing'")
        with closing(Store(path)) as store:
            assert recalled(store, replications) == [0, 1, 2]


@pytest.mark.skipif(os.name == "nt", reason="Windows does not delete a file in use")
@pytest.mark.parametrize("again", [False, True])
def test_a_store_that_is_deleted_while_in_use_is_a_sentence(full, again):
    path, replications = full
    with closing(Store(path)) as store:
        path.unlink()
        if again:
            Store(path).close()
        store.keep([(replications, outcome(replications, 9))])
        assert store.trouble == (
            f"{path} was deleted or moved while it was in use; what was kept before stays, what follows is not kept."
        )


@pytest.mark.parametrize("name", ["SQLITE_PROTOCOL", "SQLITE_IOERR_SHMMAP", "SQLITE_IOERR_LOCK"])
def test_a_network_drive_that_cannot_lock_is_a_sentence(path, monkeypatch, name):
    def fails(*_: Any, **__: Any) -> None:
        error = sqlite3.OperationalError("locking protocol")
        error.sqlite_errorname = name
        raise error

    monkeypatch.setattr(storage.sqlite3, "connect", fails)
    with pytest.raises(StoreError) as said:
        Store(path)
    assert str(said.value) == (
        f"{path} cannot be used as a store: its file system cannot lock files as a store needs it (a network drive?); "
        "name another store, or none (--no-store)."
    )


def test_nothing_of_a_batch_is_kept_where_something_goes_wrong_in_it(full):
    path, replications = full
    with closing(Store(path)) as store:
        with pytest.raises(AttributeError):
            store.keep([(replications, outcome(replications, 8)), (replications, None)])
        assert recalled(store, replications) == [0, 1, 2]
        store.keep([(replications, outcome(replications, 9))])
        assert recalled(store, replications) == [0, 1, 2, 9]


def test_another_process_may_forget_a_question_meanwhile(full):
    path, replications = full
    with closing(Store(path)) as store, closing(sqlite3.connect(path)) as other:
        assert recalled(store, replications) == [0, 1, 2]
        other.executescript("DELETE FROM world; DELETE FROM question;")
        store.keep([(replications, outcome(replications, 9))])
        assert recalled(store, replications) == [9]


def test_the_usual_place_is_the_persons_own(monkeypatch):
    monkeypatch.delenv("SERVSIM_STORE")
    assert usual_place().name == "worlds.sqlite"
    assert usual_place().parent.name == "servsim"


# Not fooled.


def everything(**tables: Any) -> dict[str, Any]:
    """A scenario's tables with every mechanism there, and two segments that differ in all they may differ in."""
    segments = [
        {"name": "a", "share": 0.25},
        {"name": "b", "share": 0.75, **{name: {} for name in SEGMENT_TABLES}},
    ]
    return {**TABLES, **{name: {} for name in MECHANISMS}, "segments": segments, **tables}


def scenario_with(path: tuple[str, ...], value: Any, segment: bool = False) -> Scenario:
    """The scenario with everything, and one setting of the desk or of the second segment at such a value."""
    raw = Scenario.model_validate(everything()).model_dump(exclude_unset=True)
    table = raw["segments"][1] if segment else raw
    for name in path[:-1]:
        table = table.setdefault(name, {})
    table[path[-1]] = value
    return Scenario.model_validate(raw)


SETTINGS = [path for path in every_setting() if table_of(field_at(path).annotation) is None]
OF_SEGMENTS = [path for path in SETTINGS if len(path) == 2 and path[0] in SEGMENT_TABLES and not belongs_to_desk(path)]
NUMBERS = st.one_of(
    st.floats(0, 1), st.floats(0, 1e4), st.integers(0, 10), st.integers(0, 10_000), st.just(0.5), st.just(2.0)
)
VALUES = st.one_of(
    NUMBERS, st.booleans(), st.lists(NUMBERS, max_size=24), st.just([1.0] * 24), st.just([1.0] * 7), st.text(max_size=8),
    st.sampled_from(["09:00-12:00", "09:00-10:00,11:00-12:00", "", "CHF", "equal", "first", "weibull", "fixed", "never"]),
    st.lists(st.text(max_size=8), max_size=3), st.lists(st.floats(0, 10), max_size=7),
)  # fmt: skip


RANGES = {
    ("optimise", "levers"): {"staff.agents": [1, 3]}, ("uncertain",): {"waiting.patience_minutes": [5.0, 9.0]},
    ("horizon", "start"): date(2027, 1, 4), ("demand", "month_profile"): [1.0] * 11 + [2.0],
}  # fmt: skip


def another(path: tuple[str, ...]) -> Any:
    """Some value that a setting can hold and that is not its value in the scenario with everything."""
    here: Any = Scenario.model_validate(everything())
    for name in path:
        here = getattr(here, name, None)
    if path in RANGES:
        return RANGES[path]
    tried = [
        not here if isinstance(here, bool) else None, 0.25, 0.75, 1, 2, 3, 0, 5.5, 17.0, 600, 2.5, "other", "11:00-12:00",
        "fixed", "never", "exponential", "weibull", "lognormal", "erlang", "send_home", "serve", "equal", "first", "last",
        "by_value", "by_segment", "half_there", "pause", "block", "idle", "phone", "counter", "CHF", [0.5], [1.0, 2.0],
        [1.0] * 7, [0.5] * 7, [2.0] * 24, [2.0] * 6, [1] * 24, ["wait_mean <= 5"], ["value", "profit"],
    ]  # fmt: skip
    for value in tried:
        if value is not None and value != here and fits(path, value):
            return value
    literals = getattr(field_at(path).annotation, "__args__", ())
    for value in literals:
        if value != here and fits(path, value):
            return value
    raise AssertionError(f"no other value of {path} known here")


@pytest.mark.parametrize("path", SETTINGS, ids=".".join)
def test_a_changed_setting_never_finds_an_old_world_and_a_changed_question_does(path, tmp_path_factory):
    """Each setting there is. What is only shown or asked does not matter to a replication."""
    old, new = (
        Experiment(s, 1, "fast") for s in (Scenario.model_validate(everything()), scenario_with(path, another(path)))
    )
    is_asked = path[0] in ASKED
    assert (old.key == new.key, old.digest == new.digest) == (is_asked, is_asked)


@pytest.mark.parametrize("path", OF_SEGMENTS, ids=".".join)
def test_a_segment_that_names_a_setting_is_not_one_that_takes_the_desks(path):
    """Though it names the default: the desk's own may be another, or become it."""
    default = getattr(getattr(Scenario.model_validate(everything()).segments[1], path[0]), path[1])
    old = Experiment(Scenario.model_validate(everything()), 1, "fast")
    keys = {old.key}
    for value in (default, another(path)):
        keys.add(Experiment(scenario_with(path, value, segment=True), 1, "fast").key)
    assert len(keys) == 3


@given(path=st.sampled_from(SETTINGS), one=VALUES, other=VALUES)
def test_two_values_of_a_setting_find_each_others_replications_only_where_they_are_the_same(path, one, other):
    if not (fits(path, one) and fits(path, other)):
        return
    a, b = (scenario_with(path, value) for value in (one, other))
    is_same = path[0] in ASKED or a == b
    assert (Experiment(a, 1, "fast").key == Experiment(b, 1, "fast").key) == is_same


def test_an_old_world_is_found_by_the_same_question_alone(full, monkeypatch):
    """Seed, engine, version of the model, kind of machine, list of metrics: all of them belong to the question."""
    path, replications = full
    scenario = replications.scenario
    with closing(Store(path)) as store:
        assert recalled(store, Experiment(tiny(title="Renamed", evaluate={"replications": 9}), 1, "fast")) == [0, 1, 2]
        assert recalled(store, Experiment(scenario, 2, "fast")) == []
        assert recalled(store, Experiment(scenario, 1, "reference")) == []
        for name, value in (
            ("replications.model_version", lambda: 0), ("replications.machine", lambda: "Other"), ("replications.NAMES", NAMES[:-1]),
            ("replications.OWN", OWN[:-1]), ("replications.CONTROLS", CONTROLS[:-1]), ("replications.COLUMNS", COLUMNS[:-1]),
        ):  # fmt: skip
            with monkeypatch.context() as changed:
                changed.setattr(f"servsim.study.execution.{name}", value)
                assert recalled(store, Experiment(scenario, 1, "fast")) == [], name
        assert recalled(store, Experiment(scenario, 1, "fast")) == [0, 1, 2]


def test_scenarios_that_live_alike_but_are_written_otherwise_are_the_same(full):
    path, _ = full
    with closing(Store(path)) as store:
        written_out = checked(Scenario.model_validate(TABLES).settings(), "tiny")
        assert recalled(store, Experiment(written_out, 1, "fast")) == [0, 1, 2]


def test_an_error_is_a_servsim_error():
    assert issubclass(StoreError, ServsimError)
