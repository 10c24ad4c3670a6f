"""Twins: the SimPy story and the compiled loop tell the same trace, happening for happening."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from heapq import heappush
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servsim.engine_parameters import in_world, to_sheet
from servsim.event_codes import Happening
from servsim.model import fast, reference
from servsim.model.reference.state import Clock
from servsim.model.trace import Trace, first_difference, stops_of
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.verification.random_scenarios import VISITS, random_scenario
from servsim.units import MINUTE, WEEK, YEAR

SCENARIOS = sorted(Path("scenarios").glob("*.toml"))
RELAXED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "derandomize": True}
WORLD = st.tuples(st.integers(0, 2**32 - 1), st.booleans())


SHORT = 600
"""Visits that a random scenario other than a storm brings at most, about, by day: a fifth of what it brings by night."""


def scenario_of(world: tuple[int, bool], visits: int = SHORT) -> Scenario:
    """The random scenario with this number, a tie storm, which is soon told, or an ordinary one of so many visits."""
    number, storm = world
    return random_scenario(np.random.default_rng(number), storm, VISITS if storm else visits)


def assert_twins(scenario: Scenario, seed: int = 1) -> None:
    """Both engines tell the same trace."""
    sheet = to_sheet(scenario, seed)
    assert not first_difference(reference.simulate(sheet), fast.simulate(sheet)), scenario.settings()


@settings(max_examples=30, **RELAXED)
@given(WORLD)
def test_engines_agree_on_random_scenarios(world):
    assert_twins(scenario_of(world), seed=world[0])


@pytest.mark.nightly
@settings(max_examples=1500, **RELAXED)
@given(WORLD)
def test_engines_agree_on_very_many_random_scenarios(world):
    assert_twins(scenario_of(world, VISITS), seed=world[0])


def weeks_of_work(path: Path) -> list[str]:
    """Overrides that cut a scenario of the repository to a few thousand visits."""
    weeks = 0.03 if path.stem == "erlang-a" else 0.6 if path.stem.startswith("bank") else 2
    return [f"horizon.weeks={weeks:g}", "horizon.warmup_weeks=0"]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_engines_agree_on_every_scenario_of_the_repository(path):
    assert_twins(read_scenario(path, weeks_of_work(path)))


class Shuffled(Clock):
    """A clock that takes what is due at one instant in random order."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)

    def schedule(self, event, priority=1, delay=0) -> None:
        heappush(self._queue, (self._now + delay, priority, self.chance.random(), event))


# Replications that go on after their window


def window_of(sheet: np.ndarray) -> int:
    """The instant at which the window ends."""
    return int(sheet[0]["window"])


def until(rows: np.ndarray, instant: int) -> np.ndarray:
    """What a trace says of the time before an instant, and of who is in the book at it."""
    return rows[(rows[:, 0] < instant) | ((rows[:, 0] == instant) & (rows[:, 1] == Happening.REMAINS))]


def assert_same_window(sheet: np.ndarray, end: int, engines: tuple = (fast, reference)) -> None:
    """Of a replication that goes on until an end engines tell the same, and of its window what they tell of that alone."""
    window, longer = window_of(sheet), in_world(sheet, int(sheet[0]["seed"]), 0, end)
    alone, whole = ([engine.simulate(world) for engine in engines] for world in (sheet, longer))
    for window_alone, trace in zip(alone, whole, strict=True):
        assert not first_difference(trace, whole[0])
        assert not first_difference(Trace(until(trace.rows, window)), window_alone)
        assert len(trace) >= len(window_alone)
        assert set(trace.of(Happening.REMAINS)[:, 0].tolist()) <= {window, end}


@settings(max_examples=8, **RELAXED)
@given(WORLD, st.integers(1, 3))
def test_random_replications_that_go_on_have_the_same_window(world, times):
    sheet = to_sheet(scenario_of(world), seed=world[0])
    assert_same_window(sheet, (times + 1) * window_of(sheet) + times)


@pytest.mark.nightly
@settings(max_examples=500, **RELAXED)
@given(WORLD, st.integers(1, 5))
def test_very_many_random_replications_that_go_on_have_the_same_window(world, times):
    sheet = to_sheet(scenario_of(world, VISITS), seed=world[0])
    assert_same_window(sheet, (times + 1) * window_of(sheet) + times)


@pytest.mark.parametrize("name", ["salon", "competitor", "manager", "train-or-advertise", "promises", "public-office"])
def test_years_that_follow_change_nothing_of_a_window(name):
    """The loop's three years of a desk, cut after its first quarter."""
    assert_same_window(to_sheet(read_scenario(f"scenarios/{name}.toml", ["horizon.weeks=13"])), 3 * YEAR, (fast,))


def test_years_of_a_desk_with_everything_are_the_same_story():
    """Both engines' year, cut after ten weeks; in between drift ends."""
    from test_off import DESK

    horizon = {"weeks": 10.0, "drift_years": 0.5}
    assert_same_window(to_sheet(checked({**DESK, "horizon": horizon}, "everything")), YEAR)


def assert_pieces_end_where_stock_is_taken(sheet: np.ndarray, parts: int, times: int) -> None:
    """Each piece tells what happens before its stop, from the stop before it on, and the stock that is taken there."""
    window = window_of(sheet)
    longer = in_world(sheet, int(sheet[0]["seed"]), 0, (times + 1) * window + times)
    length = max(1, int(longer[0]["end"]) // parts)
    stops = stops_of(longer, length)
    assert stops == sorted(set(stops))
    assert {window, int(longer[0]["end"])} <= set(stops)
    assert max(np.diff([0, *stops])) <= length
    whole = fast.simulate(longer).rows
    for engine in (fast, reference):
        told = np.zeros((0, 5), np.int64)
        for stop, piece in zip(stops, engine.pieces(longer, length), strict=True):
            told = np.concatenate([told, piece])
            assert np.array_equal(told, until(whole, stop))


@settings(max_examples=8, **RELAXED)
@given(WORLD, st.integers(1, 9), st.integers(0, 3))
def test_replications_that_go_on_are_told_in_pieces_that_end_where_stock_is_taken(world, parts, times):
    assert_pieces_end_where_stock_is_taken(to_sheet(scenario_of(world), seed=world[0]), parts, times)


@pytest.mark.nightly
@settings(max_examples=100, **RELAXED)
@given(WORLD, st.integers(1, 9), st.integers(0, 3))
def test_very_many_that_go_on_are_told_in_pieces_that_end_where_stock_is_taken(world, parts, times):
    assert_pieces_end_where_stock_is_taken(to_sheet(scenario_of(world, VISITS), seed=world[0]), parts, times)


def assert_order_changes_nothing(number: int) -> None:
    """What is due at one instant of a tie storm may be taken in any order."""
    sheet = to_sheet(scenario_of((number, True)))
    desk = reference.Desk(sheet, Shuffled(number))
    assert np.array_equal(desk.tell(desk.end), reference.simulate(sheet).rows)


@settings(max_examples=15, **RELAXED)
@given(WORLD)
def test_the_order_within_an_instant_changes_nothing(world):
    assert_order_changes_nothing(world[0])


@pytest.mark.nightly
@settings(max_examples=200, **RELAXED)
@given(WORLD)
def test_the_order_within_very_many_instants_changes_nothing(world):
    assert_order_changes_nothing(world[0])


def assert_same_in_pieces(sheet: np.ndarray, parts: int) -> None:
    """Told in so many pieces it is what is told at once."""
    length = max(1, int(sheet[0]["end"]) // parts)
    whole = fast.simulate(sheet).rows
    for engine in (fast, reference):
        assert np.array_equal(np.concatenate(list(engine.pieces(sheet, length))), whole)


@settings(max_examples=10, **RELAXED)
@given(WORLD, st.integers(1, 9))
def test_told_in_pieces_it_is_the_same_story(world, parts):
    assert_same_in_pieces(to_sheet(scenario_of(world)), parts)


@pytest.mark.nightly
@settings(max_examples=150, **RELAXED)
@given(WORLD, st.integers(1, 9))
def test_told_in_pieces_very_many_are_the_same_story(world, parts):
    assert_same_in_pieces(to_sheet(scenario_of(world, VISITS)), parts)


def test_storms_are_storms():
    """Half of the rows of tie storms share their instant with another row, or the fuzz would prove little."""
    shared = total = 0
    for number in range(40):
        ticks = fast.simulate(to_sheet(scenario_of((number, True)))).column("tick")
        counts = np.unique(ticks, return_counts=True)[1]
        shared += int(counts[counts > 1].sum())
        total += len(ticks)
    assert shared > total / 2


DIGESTS = """
import json, sys
import numpy as np
from servsim.model import fast, reference
from servsim.engine_parameters import to_sheet
from servsim.study.verification.random_scenarios import VISITS, random_scenario
replications = [to_sheet(random_scenario(np.random.default_rng(n), n % 2 == 0, 600)) for n in (3, 4, 5, 6)]
for w in replications: w["end"] = np.minimum(w["end"], 3 * 86_400_000)
print(json.dumps([[engine.simulate(w).digest() for w in replications] for engine in (fast, reference)]))
"""


def test_without_the_compiler_it_is_the_same_story(capsys):
    exec(DIGESTS, {})
    compiled = capsys.readouterr().out
    plain = subprocess.run(
        [sys.executable, "-c", DIGESTS], capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    ).stdout  # fmt: skip
    assert json.loads(compiled) == json.loads(plain)
    assert json.loads(plain)[0] == json.loads(plain)[1]


def test_the_order_of_the_book_is_not_the_order_of_memory():
    """Growing arrays in the middle of a crowded instant loses nobody: a thousand arrive within a few ticks."""
    overrides = ["demand.prospects_per_hour=1000000", "horizon.weeks=0.0001", "opening.always=true"]
    assert_twins(read_scenario("scenarios/salon.toml", overrides))


def test_engines_agree_when_a_break_is_shorter_than_the_queue():
    """Agents whom the queue kept are still there when the doors open again, and simply go on."""
    from mutations import LUNCH

    for seed in range(20):
        assert_twins(checked(LUNCH, "lunch"), seed)


def test_engines_agree_when_a_break_ends_after_the_shift():
    """An agent whom the queue kept beyond the shift plans no break, even where breaks and visits end together."""
    tick = 1 / MINUTE
    crowd = {
        "opening": {"monday": "00:00-00:01, 00:02-00:03"},
        "demand": {"prospects_per_hour": 450_000.0},
        "service": {"core_minutes": 20 * tick, "core_distribution": "fixed"},
        "staff": {"agents": 2, "break_minutes": 7 * tick, "break_after_minutes": 20 * tick},
        "horizon": {"weeks": 2 * MINUTE / WEEK},
    }
    for seed in range(2):
        assert_twins(checked(crowd, "crowd"), seed)


def test_every_planted_slip_has_its_line():
    from mutations import PACKAGE, SLIPS, texts_of_the_loop

    loop = "\n".join(texts_of_the_loop(PACKAGE / "model").values())
    assert {slip for slip, (right, _) in SLIPS.items() if loop.count(right) != 1} == set()


@pytest.mark.nightly
def test_planted_slips_are_caught():
    from mutations import survivors

    assert not survivors()


@pytest.mark.nightly
def test_an_edited_rule_is_never_answered_from_a_stale_cache(tmp_path):
    """A copy of the package answers, a rule in it is edited, and both engines answer otherwise."""
    from mutations import PACKAGE

    shutil.copytree(PACKAGE, tmp_path / "servsim")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def answers() -> list[list[str]]:
        command = [sys.executable, "-c", DIGESTS]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
        return json.loads(done.stdout)

    before = answers()
    rule = tmp_path / "servsim" / "model" / "rules" / "dispatch.py"
    rule.write_text(rule.read_text().replace("return joined - ahead", "return -joined - ahead"))
    fast_after, reference_after = answers()
    assert before[0] == before[1]
    assert fast_after == reference_after
    assert fast_after != before[0]


def test_the_cache_is_named_after_every_compiled_source(tmp_path, monkeypatch):
    from servsim.model import compilation as kernel

    shutil.copytree(kernel.PACKAGE, tmp_path / "servsim")
    monkeypatch.setattr(kernel, "PACKAGE", tmp_path / "servsim")
    stamps = {kernel.source_stamp()}
    model = tmp_path / "servsim" / "model"
    compiled = [path for path in model.rglob("*.py") if "from servsim.model.compilation import" in path.read_text()]
    told = [
        path for path in compiled if path.parent.name == "reference" or path.name in ("trace_index.py", "__init__.py")
    ]
    compiled = [path for path in compiled if path not in told]
    compiled += [
        model / "compilation.py",
        tmp_path / "servsim" / "study" / "trace_totals.py",
        tmp_path / "servsim" / "engine_parameters.py",
        tmp_path / "servsim" / "opening_hours_and_rates.py",
    ]
    for path in compiled:
        path.write_text(path.read_text() + "\n")
        stamps.add(kernel.source_stamp())
    assert len(stamps) == len(compiled) + 1
    assert {"due_events.py", "end_of_instant.py"} <= {path.name for path in compiled}
    for path in [*told, model / "invariants" / "catalogue.py"]:
        path.write_text(path.read_text() + "\n")
    assert kernel.source_stamp() in stamps


def test_without_a_writable_home_the_cache_falls_back(tmp_path, monkeypatch):
    from servsim.model import compilation as kernel

    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(kernel.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    folder = kernel.cache_folder()
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "temporary")
    folder.parent.chmod(0o770)
    assert kernel.cache_folder() is None or os.name == "nt"
    monkeypatch.setattr(kernel.tempfile, "gettempdir", lambda: str(tmp_path / "file"))
    assert kernel.cache_folder() is None
    monkeypatch.setattr(kernel, "FOLDER", None)
    assert kernel.kernel(lambda number: number + 1)(1) == 2


def test_what_was_compiled_of_older_sources_is_removed_but_not_what_was_used_lately(tmp_path):
    from servsim.model import compilation as kernel

    for age in range(12):
        folder = tmp_path / f"{age:016x}"
        folder.mkdir()
        (folder / "warm").touch()
        os.utime(folder, (0, 0))
        os.utime(folder / "warm", (time.time() - age * 40_000, time.time() - age * 40_000))
    (tmp_path / "worlds.sqlite").touch()
    (tmp_path / "elsewhere").mkdir()
    os.utime(tmp_path / "elsewhere", (0, 0))
    kernel.forget_old(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [*(f"{age:016x}" for age in range(kernel.KEPT)), "elsewhere", "worlds.sqlite"]


@pytest.mark.parametrize("crowd", [300, 3000])
def test_a_crowd_that_goes_home_at_one_instant_finds_room_in_the_trace(crowd):
    """As many wait when the doors close as leave more rows than the loop usually has room for."""
    tables = {
        "opening": {"monday": "09:00-10:00"}, "demand": {"prospects_per_hour": float(crowd)}, "staff": {"agents": 1},
        "service": {"core_minutes": 50.0}, "waiting": {"patience_distribution": "never", "at_closing": "send_home"},
        "horizon": {"weeks": 1.0},
    }  # fmt: skip
    trace = fast.simulate(to_sheet(checked(tables, "crowd")))
    assert len(trace.of(Happening.SENT_HOME)) > 0.9 * crowd
