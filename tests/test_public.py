"""The front door: what `import servsim` offers, by name, with options, and what it says where a name is wrong."""

import ast
import inspect
import pickle
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

import servsim
from servsim.errors import ScenarioError, ServsimError
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.metrics import NAMES

ROOT = Path(__file__).parent.parent
ENTRIES = ["run", "evaluate", "optimise", "sensitivity", "compare", "worth", "lever_grid", "verify", "simulate"]
OPTIONS = {"engine", "workers", "dask", "store", "progress"}


@pytest.fixture(scope="module")
def shop() -> Scenario:
    """A small shop, two weeks of it."""
    tables = {
        "title": "Small shop", "demand": {"prospects_per_hour": 3.0, "opening_book": 50, "visit_gap_days": 10.0},
        "investment": {"minutes_per_visit": 2.0}, "waiting": {}, "quality": {}, "loyalty": {}, "spending": {},
        "horizon": {"weeks": 2.0, "years": 1},
    }  # fmt: skip
    return checked(tables, "shop")


# Names


def test_every_public_name_is_there_and_tells_what_it_is():
    assert dir(servsim) == sorted(servsim.__all__)
    for name in servsim.__all__:
        assert getattr(servsim, name) is not None
        assert inspect.getdoc(getattr(servsim, name)) or name == "METRICS"


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'forecast'"):
        servsim.forecast  # noqa: B018


@pytest.mark.parametrize("module", [servsim.plots, servsim.histories])
def test_public_modules_offer_what_they_say(module):
    for name in module.__all__:
        assert inspect.getdoc(getattr(module, name))


def test_importing_costs_nothing():
    code = "import sys, servsim; print(sorted({'numpy', 'numba', 'pydantic', 'matplotlib'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def imports_of(text: str) -> set[str]:
    """Modules of servsim that Python text imports from."""
    tree = ast.parse(text)
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {name for name in names if name.split(".")[0] == "servsim"}


def test_examples_and_readme_use_public_names_only():
    texts = [path.read_text() for path in (ROOT / "examples").glob("*.py")]
    texts += re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(texts) > 3
    for text in texts:
        assert imports_of(text) <= {"servsim", "servsim.plots", "servsim.histories"}


# Options


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_takes_the_same_options(name):
    assert inspect.signature(getattr(servsim, name)).parameters.keys() >= OPTIONS | {"execution"}


def test_options_change_no_answer(shop, tmp_path):
    shop = shop.with_settings({"horizon.weeks": 0.5, "horizon.years": 0.02})
    answers = [
        servsim.run(shop, replications=3),
        servsim.run(shop, replications=3, workers=1),
        servsim.run(shop, replications=3, execution=servsim.Execution(workers=2)),
        servsim.run(shop, replications=3, engine="reference", workers=1),
        servsim.run(shop, replications=3, store=tmp_path / "kept.sqlite"),
        servsim.run(shop, replications=3, store=str(tmp_path / "kept.sqlite")),
    ]
    for answer in answers[1:]:
        assert np.array_equal(answer.metrics, answers[0].metrics, equal_nan=True)


def test_a_store_that_is_named_is_filled_read_and_closed(shop, tmp_path):
    told: list[int] = []
    path = tmp_path / "kept.sqlite"
    servsim.run(shop, replications=3, store=path)
    servsim.run(shop, replications=3, store=path, progress=lambda done, asked, seconds: told.append(done))
    assert told[0] == 3  # all of them known at once
    path.rename(tmp_path / "moved.sqlite")


@pytest.mark.parametrize("name", ["run", "evaluate", "sensitivity", "worth", "simulate"])
def test_an_option_that_there_is_not_is_a_type_error(shop, name):
    with pytest.raises(TypeError, match="unexpected keyword argument 'means'"):
        getattr(servsim, name)(shop, means=1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"engine": "slow"}, 'engine is \'slow\'; it must be "fast" or "reference"'),
        ({"workers": 0}, "workers is 0; it must be a whole number of at least 1"),
        ({"workers": 1.5}, "workers is 1.5"),
        ({"dask": 5}, "dask is 5; it must be the address"),
        ({"store": 5}, "store is 5; it must be a path"),
        ({"progress": None}, "progress is None; it must be a function"),
        ({"execution": "fast"}, "execution is 'fast'; it must be a servsim.Execution"),
        ({"seed": -1}, "seed is -1; it must be a whole number between 0"),
        ({"seed": 1.9}, r"seed is 1\.9"),
        ({"replications": 0}, "replications is 0; it must be a whole number of at least 1"),
        ({"replications": "2"}, "replications is '2'"),
        ({"confidence": 2}, r"confidence is 2; it must be above 0\.5 and below 1"),
    ],
)
def test_what_an_option_cannot_be_is_a_sentence(shop, options, said):
    with pytest.raises(ServsimError, match=said):
        servsim.run(shop, **options)


def test_what_a_trace_cannot_be_of_is_a_sentence(shop):
    for options in ({"replication": -1}, {"replication": 1.5}, {"seed": "a"}):
        with pytest.raises(ServsimError, match="must be a whole number"):
            servsim.simulate(shop, **options)


def test_an_option_overrules_the_execution(shop, tmp_path):
    path = tmp_path / "kept.sqlite"
    servsim.run(shop, replications=2, execution=servsim.Execution(workers=1), store=path)
    assert path.exists()


# Scenarios and results


def test_a_scenario_says_what_it_is_in_a_line(shop):
    assert repr(shop) == "<Scenario 'Small shop': 50 customers, 2 agents, 1 year>"


def test_settings_are_changed_by_their_keys(shop):
    changed = shop.with_settings({"staff.agents": 3, "investment.minutes_per_visit": 6.5})
    assert (changed.staff.agents, changed.investment.minutes_per_visit, shop.staff.agents) == (3, 6.5, 2)
    with pytest.raises(ScenarioError, match=r"Did you mean staff\.agents"):
        shop.with_settings({"staff.agnts": 3})


def test_results_are_read_by_name_and_say_the_nearest(shop):
    year = servsim.run(shop, replications=2)
    assert year["revenue"].unit == "EUR/year"
    found = servsim.evaluate(shop, levels=(1.0, 2.0), replications=2, objective="revenue")
    assert found[2, "retention"] == found.at(2, "retention")
    changed = servsim.compare(shop, shop.with_settings({"staff.agents": 3}), replications=2)
    assert changed["revenue"] == changed.difference("revenue")
    for read in (lambda: year["retenton"], lambda: found[2, "retenton"], lambda: changed["retenton"]):
        with pytest.raises(servsim.UnknownMetricError, match=r'^"retenton" is no metric; did you mean retention\?$'):
            read()
    assert issubclass(servsim.UnknownMetricError, KeyError | ServsimError)


def test_a_trace_has_named_columns_and_a_frame(shop):
    trace = servsim.simulate(shop, seed=4, replication=2)
    assert np.array_equal(trace.rows, fast.simulate(trace.world.sheet).rows)
    assert len(trace) == len(trace["tick"])
    assert repr(trace).startswith("<SimulatedTrace of 'Small shop', seed 4, replication 2: ")
    assert np.array_equal(trace.of("BOUGHT"), trace.of(Happening.BOUGHT))
    frame = trace.to_frame()
    assert list(frame.columns) == ["minutes", "happening", "who", "name", "agent", "segment", "value", "unit"]
    assert len(frame) == len(trace)
    bought = frame[frame["happening"] == "BOUGHT"]
    assert set(bought["unit"]) == {"EUR"}
    assert bought["value"].sum() == pytest.approx(trace.of("BOUGHT")[:, 4].sum() / 1e6)
    assert frame["minutes"].is_monotonic_increasing
    with pytest.raises(KeyError, match="must be one of tick, happening, who, agent, value"):
        trace["time"]
    with pytest.raises(KeyError, match="did you mean ABANDONED"):
        trace.of("ABANDONNED")


def test_both_engines_tell_the_same_trace(shop):
    assert np.array_equal(servsim.simulate(shop, engine="reference").rows, servsim.simulate(shop).rows)


def test_what_settings_cannot_be_is_a_scenario_error(shop):
    assert shop.with_settings({"opening.always": True, "money.currency": "CHF"}).money.currency == "CHF"
    for values in ({"staff.agents": "x"}, {"staff.agents": None}, {"staff.agents": True}, {"staff.agents": [1]}):
        with pytest.raises(ScenarioError, match=r"staff\.agents"):
            shop.with_settings(values)
    assert str(shop) == repr(shop)


def test_a_level_or_segment_that_is_not_there_is_a_sentence(shop):
    found = servsim.evaluate(shop, levels=(1.0, 2.0), replications=2, objective="revenue")
    with pytest.raises(ServsimError, match="9 is no level of this; it must be one of 1, 2"):
        found[9, "revenue"]
    with pytest.raises(ServsimError, match="'nobody' is no segment of this; it has none"):
        servsim.run(shop, replications=2).of_segment("nobody")


# Metrics of one's own


def late(reading) -> float:
    """The share of visits that were given up."""
    return reading.count(Happening.ABANDONED) / max(1, reading.count(Happening.ARRIVED))


LATE = servsim.Metric("my_abandoned_share", "visits given up, of all", "1", -1, late)


class Served:
    """Visits that ended served, a week, as heard from the trace."""

    name = "my_served"
    meaning = "visits that end served"
    unit = "1/week"
    better = 1

    def __init__(self) -> None:
        self.many, self.last = 0, 0

    def add(self, rows: np.ndarray) -> None:
        self.many += int((rows[:, 1] == Happening.FINISHED).sum())
        self.last = max(self.last, int(rows[:, 0].max(initial=0)))

    def read(self) -> float:
        return self.many / 2


class LastPayment:
    """The week of the last payment, all years heard."""

    name = "last_payment"
    meaning = "when somebody last paid"
    unit = "money"
    better = 0
    whole = True

    def __init__(self) -> None:
        self.last = 0

    def add(self, rows: np.ndarray) -> None:
        self.last = max(self.last, int(rows[rows[:, 1] == Happening.BOUGHT, 0].max(initial=0)))

    def read(self) -> float:
        return self.last / (7 * 24 * 3_600_000)


OWN = [LATE, Served, LastPayment]


def test_metrics_of_ones_own_are_as_those_that_are_there(shop):
    year = servsim.run(shop, replications=4, metrics=OWN)
    assert year.names == (*NAMES, "my_abandoned_share", "my_served", "last_payment")
    assert np.array_equal(year.sample("my_abandoned_share"), year.sample("abandoned_share"))
    assert np.array_equal(year.sample("my_served"), year.sample("served"))
    assert (year.sample("last_payment") > 50).all()
    assert year["last_payment"].unit == "EUR"
    assert year.to_dict()["metrics"]["my_served"] == year["served"].to_dict() | {"unit": "1/week"}
    plain = servsim.run(shop, replications=4)
    assert np.array_equal(year.metrics[:, : len(NAMES)], plain.metrics, equal_nan=True)
    assert {row["metric"] for row in year.rows()} == set(year.names)


class Spoils(LastPayment):
    """Wipes out what it hears."""

    name = "spoils"

    def add(self, rows: np.ndarray) -> None:
        rows[:] = 0


def test_one_cannot_spoil_what_others_hear(shop):
    alone = servsim.run(shop, replications=2, metrics=[LastPayment, Served])
    beside = servsim.run(shop, replications=2, metrics=[Spoils, LastPayment, Served])
    for name in ("last_payment", "my_served", "value", "revenue"):
        assert np.array_equal(alone.sample(name), beside.sample(name))


def test_they_are_read_by_evaluate_and_compare(shop):
    found = servsim.evaluate(shop, levels=(1.0, 2.0), replications=3, objective="revenue", metrics=OWN)
    assert np.array_equal(found.sample(2, "my_served"), found.sample(2, "served"))
    assert "my_served" in found.to_dict()["levels"][0]["metrics"]
    changed = servsim.compare(shop, shop.with_settings({"staff.agents": 1}), replications=3, metrics=OWN)
    assert changed["my_served"].mean == changed["served"].mean
    assert "my_served" in changed.to_dict()["differences"]


def test_they_are_shown_beside_the_others(shop):
    from rich.console import Console

    from servsim.show.side_by_side import comparison_table
    from servsim.show.tables import run_table

    console = Console(width=100, record=True, file=StringIO())
    console.print(run_table(servsim.run(shop, replications=3, metrics=OWN)))
    console.print(comparison_table(servsim.compare(shop, shop, replications=3, metrics=OWN)))
    assert console.export_text().count("my_served") == 2


@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_they_are_equal_under_one_worker_and_two(shop, engine):
    short = shop.with_settings({"horizon.weeks": 0.5, "horizon.years": 0.02})
    one, two = (
        servsim.run(short, replications=4, metrics=OWN, engine=engine, workers=many) for many in (1, 2)
    )  # fmt: skip
    assert np.array_equal(one.metrics, two.metrics, equal_nan=True)


def test_they_are_equal_on_a_cluster(shop):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        there = servsim.run(shop, replications=3, metrics=OWN, dask=cluster.scheduler_address)
    here = servsim.run(shop, replications=3, metrics=OWN, workers=1)
    assert np.array_equal(there.metrics, here.metrics, equal_nan=True)


def test_they_are_never_stored(shop, tmp_path):
    path = tmp_path / "kept.sqlite"
    first = servsim.run(shop, replications=2, metrics=OWN, store=path)
    second = servsim.run(shop, replications=2, metrics=OWN, store=path)
    assert np.array_equal(first.metrics, second.metrics, equal_nan=True)
    told: list[int] = []
    servsim.run(shop, replications=2, store=path, progress=lambda done, *_: told.append(done))
    assert told[0] == 0


def test_what_other_processes_cannot_import_is_said(shop):
    local = servsim.Metric("local", "by a lambda", "1", 0, lambda reading: 1.0)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(local)
    assert servsim.run(shop, replications=2, metrics=[local])["local"].mean == 1.0
    with pytest.raises(ServsimError, match=r'"local" cannot be sent to other processes .* at the top of'):
        servsim.run(shop, replications=4, metrics=[local], engine="reference", workers=2)


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ([servsim.Metric("revenue", "mine", "1", 0, late)], 'there is a metric of the name "revenue"'),
        ([LATE, LATE], 'there is a metric of the name "my_abandoned_share"'),
        ([late], "it lacks name"),
        ([Served()], "not an object of it"),
        (["revenue"], "must be a servsim.Metric"),
        ([type("Named", (Served,), {"name": 5})], "name of .* is 5; it must be text"),
        ([type("Bettered", (Served,), {"better": "up"})], "better of \"my_served\" is 'up'; it must be 1, 0 or -1"),
        ([type("Reads", (Served,), {"read": lambda self: "many"})], "\"my_served\" comes to 'many'; read\\(\\) must"),
        ([servsim.Metric("none", "nothing", "1", 0, lambda reading: None)], '"none" comes to None'),
    ],
)
def test_what_is_no_metric_is_refused(shop, metrics, said):
    with pytest.raises(ServsimError, match=said):
        servsim.run(shop, replications=2, metrics=metrics)


def test_results_are_compared_and_kept_in_sets_without_an_error(shop):
    """Each is itself alone: two answers to one question are two results, whose numbers numpy compares."""
    one, other = (servsim.run(shop, replications=2) for _ in range(2))
    assert one == one
    assert one != other
    assert len({one, other}) == 2


def test_no_result_with_arrays_in_it_is_compared_field_by_field():
    """`==` of arrays has no truth, so that comparing field by field would raise."""
    found = [
        (path.name, each.name)
        for path in sorted(Path(servsim.__file__).parent.joinpath("study").rglob("*.py"))
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(each, ast.ClassDef)
        and any(
            ast.unparse(mark).startswith("dataclass(frozen=True") and "eq=False" not in ast.unparse(mark)
            for mark in each.decorator_list
        )
        and any(
            isinstance(line, ast.AnnAssign) and re.search(r"^np.ndarray|, np.ndarray\]", ast.unparse(line.annotation))
            for line in each.body
        )
    ]
    assert found == [("yearly_projection.py", "Yearly")]  # a function of arrays
