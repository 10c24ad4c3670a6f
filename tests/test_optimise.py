"""Several levers at once: the search against brute force, its finals against `evaluate`, and what it says of itself."""

import json
import re
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from servsim.cli.commands import app
from servsim.errors import ScenarioError
from servsim.scenario.read import checked, read_scenario, with_settings
from servsim.scenario.scenario import Scenario
from servsim.show.formatting import listed, with_unit
from servsim.show.optimisation import UNCHANGED, can_be_wider, finalists_table, front_names, proposal, reservations
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import NAMES
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.several_levers.levers import Lever, Space, space_of
from servsim.study.several_levers.metamodel import Guide, Known
from servsim.study.several_levers.optimise import Finals, asked_of, optimise
from servsim.study.several_levers.result import Optimisation
from servsim.study.several_levers.search import SEARCH, Search, goal_of, spread, undominated

MINUTES, AGENTS = "investment.minutes_per_visit", "staff.agents"
LISTEN, RECOVERY = "service.split.listen", "investment.recovery_minutes"
DESK = {
    "opening": {"monday": "09:00-13:00", "thursday": "09:00-13:00"},
    "demand": {"prospects_per_hour": 1.0, "opening_book": 120, "visit_gap_days": 12.0},
    "staff": {"agents": 2, "wage_per_hour": 20.0},
    "service": {"core_minutes": 12.0, "difficulty_cv": 0.3},
    "investment": {"minutes_per_visit": 1.0},
    "waiting": {"patience_minutes": 15.0},
    "quality": {},
    "loyalty": {},
    "spending": {"basket_mean": 60.0},
    "horizon": {"weeks": 26.0, "years": 1.0},
    "evaluate": {"smallest_difference": 1500.0, "replications": 10},
}
"""A counter that is open for two mornings a week."""
FEW = {"optimise": {"points": 40, "search_replications": 4, "levers": {MINUTES: [0, 10], AGENTS: [1, 4]}}}


def desk(**tables: object) -> Scenario:
    """The counter, with some tables in place of its own."""
    return checked({**DESK, **FEW, **tables}, "test")


@cache
def found(*constraints: str) -> Optimisation:
    """Minutes and agents, set together."""
    return optimise(desk(), constraints=list(constraints))


@cache
def grid() -> tuple[dict[tuple[float, float], np.ndarray], np.ndarray]:
    """(replications, metrics) of every whole minute with every number of agents, in the replications of the finals; today's."""
    points = list(product(map(float, range(11)), map(float, range(1, 5))))
    with Pool([with_settings(desk(), {MINUTES: m, AGENTS: a}) for m, a in points], 1, far=True) as pool:
        gathering = Gathering(pool)
        gathering.until(range(len(points)), 10)
    tables = {point: gathering.table(place) for place, point in enumerate(points)}
    return tables, tables[1.0, 2.0]


def mean(table: np.ndarray, metric: str) -> float:
    """A metric's mean over replications."""
    return float(table[:, NAMES.index(metric)].mean())


# Levers


def at(lever: Lever, place: float) -> float:
    """The value of a lever at a place."""
    return float(lever.at(np.array([place]))[0])


@given(st.floats(-100, 100), st.floats(0.01, 1000), st.floats(-0.5, 1.5), st.booleans())
def test_a_lever_has_about_fifty_values_within_its_ends(low, width, place, whole):
    low, high = (round(low), round(low) + max(1, round(width))) if whole else (low, low + width)
    lever = Lever("x", low, high, low, whole)
    value = at(lever, place)
    assert low - 1e-6 <= value <= high + 1e-6
    assert value == pytest.approx(at(lever, lever.place(value)), rel=1e-6, abs=1e-9)
    assert not whole or value == round(value)
    assert whole or 20 <= (high - low) / lever.grain <= 52


def test_values_of_a_lever_are_round():
    assert at(Lever(MINUTES, 0, 20, 5, False), 0.3712) == 7.5
    assert at(Lever("budget.training_share", 0, 1, 0, False), 0.3712) == 0.38
    assert at(Lever(AGENTS, 1, 4, 2, True), 0.49) == 2
    assert at(Lever(MINUTES, 0.3, 20, 5, False), 0) == 0.3
    assert at(Lever("budget.money_per_month", 0, 1500, 600, False), 0.3712) == 550


def test_settings_that_contradict_each_other_one_by_one_are_changed_together():
    loyal = desk(loyalty={"yearly_retention": 0.8, "natural_churn": 0.05})
    changed = with_settings(loyal, {"loyalty.natural_churn": 0.3, "loyalty.yearly_retention": 0.6})
    assert (changed.loyalty.natural_churn, changed.loyalty.yearly_retention) == (0.3, 0.6)
    with pytest.raises(ScenarioError, match=r"yearly_retention is 0\.8"):
        with_settings(loyal, {"loyalty.natural_churn": 0.3})


def test_only_the_proportions_of_the_split_count_so_that_one_step_is_no_lever():
    usual = {
        step: getattr(desk().service.split, step)
        for step in ("greet", "listen", "acknowledge", "empathise", "summarise", "action_points")
    }
    doubled = with_settings(desk(), {f"service.split.{step}": 2 * value for step, value in usual.items()})
    with Pool([desk(), doubled], 1) as pool:
        one, other = (outcome.metrics for outcome in pool.outcomes([Job(0, 0), Job(1, 0)]))
    assert one == pytest.approx(other, rel=1e-9, nan_ok=True)
    with pytest.raises(ScenarioError, match="it must leave out one"):
        desk(optimise={"levers": {f"service.split.{step}": [0, 5] for step in usual}})


def test_a_search_without_levers_is_answered_in_a_sentence():
    with pytest.raises(ScenarioError, match=r"optimise.levers is empty; it must name what may be changed"):
        optimise(desk(optimise={}))


# The metamodel and the front, on functions whose best is known


def hill(points: list[tuple[float, ...]]) -> np.ndarray:
    """A curved ridge with its top of 0 at (0.3, 0.6, 0.5)."""
    x, y, z = np.array(points).T
    return -4 * (x - 0.3) ** 2 - 3 * (y - 0.3 - x) ** 2 - (z - 0.5) ** 2


def climbed(seed: int, tried: int, beyond: float = 1.0) -> list[tuple[float, ...]]:
    """The points a guide tries on the hill, y being kept below a bound."""
    space = Space(desk(), tuple(Lever(name, 0, 1, 0.9, False) for name in "xyz"))
    guide = Guide(space, np.random.default_rng(seed))
    points = [(0.9, 0.9, 0.9), (0.0, 0.9, 0.9), (0.9, 0.0, 0.9), (0.9, 0.9, 0.0), (0.5, 0.5, 0.5), (0.1, 0.8, 0.3)]
    while len(points) < tried:
        slack = np.array([[beyond - y] for _, y, _ in points])
        batch = guide.batch(Known(points, slack, hill(points)[:, None]), 4)
        assert not set(batch) & set(points)
        points += batch
        guide.learn(bool(hill(batch).max() > hill(points[:-4]).max()))
    return points


@pytest.mark.parametrize("seed", range(4))
def test_the_guide_finds_a_known_top(seed):
    assert hill(climbed(seed, 46)).max() > -0.002


@pytest.mark.parametrize("seed", range(4))
def test_the_guide_finds_a_known_top_on_the_bound(seed):
    points = [point for point in climbed(seed, 46, beyond=0.4) if point[1] <= 0.4]
    top = max(hill([(x / 1000, 0.4, 0.5)])[0] for x in range(1000))
    assert hill(points).max() > top - 0.004


def test_the_guide_tries_the_same_again():
    assert climbed(1, 22) == climbed(1, 22)
    assert climbed(1, 22) != climbed(2, 22)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_undominated_is_what_it_says(pairs):
    expected = [not any(c >= a and d >= b and (c, d) != (a, b) for c, d in pairs) for a, b in pairs]
    assert undominated(np.array(pairs, float)).tolist() == expected


def test_a_front_is_thinned_from_end_to_end():
    traded = np.array([[5, 1], [1, 5], [2, 4], [3, 3], [4, 2.0]])
    assert spread(traded, 3) == [1, 3, 0]
    assert sorted(spread(traded, 9)) == [0, 1, 2, 3, 4]
    assert spread(np.empty((0, 2)), 3) == []


# The whole, against brute force


def test_as_good_as_the_best_of_all_whole_minutes_and_agents():
    tables, today = grid()
    best = max(mean(table, "value") for table in tables.values())
    o = found()
    reached = o.finals.at(o.finals.best, "value").mean
    assert best > mean(today, "value") + 4 * 1500
    assert reached >= best - 1500
    assert o.guarantee.difference == 1500
    assert o.gain.mean == pytest.approx(reached - mean(today, "value"), abs=1500)


def test_as_good_as_the_best_that_costs_no_more_than_today():
    tables, today = grid()
    bound = mean(today, "costs")
    best = max(mean(table, "value") for table in tables.values() if mean(table, "costs") <= bound)
    o = found("costs <= today")
    assert best < max(mean(table, "value") for table in tables.values()) - 1500
    assert o.finals.at(o.finals.best, "value").mean >= best - 1500
    assert o.finals.at(o.finals.best, "costs").mean <= 1.02 * bound
    assert o.best[1] <= 2


@cache
def without_a_best() -> Optimisation:
    """What is left where nothing keeps a constraint."""
    return optimise(desk(), constraints=["retention >= 0.999"], points=8)


def test_a_constraint_that_nothing_keeps_leaves_no_best():
    o = without_a_best()
    assert o.best is None
    assert o.finalists
    assert o.to_dict()["best"] is None
    assert re.fullmatch(
        r"No point that was tried keeps retention >= 0\.999\. Nearest comes (today|column \d), with retention [\d.]+ % "
        r"a year: try wider ranges, other levers, or a bound that is easier to keep\.",
        proposal(o),
    )
    assert "retention >= 0.999: broken (!) by today, 1" in " ".join(reservations(o))
    assert not [line for line in reservations(o) if "guarantee" in line]
    assert finalists_table(o, o.finals).row_count > 5


def test_todays_column_has_todays_values_though_it_breaks_a_constraint():
    o = without_a_best()
    today, *others = ([*column.cells][:2] for column in finalists_table(o, o.finals).columns[1:])
    assert today == ["1", "2"]
    dots = any(UNCHANGED in values for values in others)
    assert (f"{UNCHANGED} in a column: as today." in reservations(o)) >= dots


@pytest.mark.parametrize(
    ("key", "low", "high", "end", "expected"),
    [
        ("budget.training_share", 0.0, 1.0, 1.0, False), ("budget.training_share", 0.0, 1.0, 0.0, False),
        ("budget.training_share", 0.0, 0.9, 0.9, True), ("staff.agents", 0.0, 4.0, 0.0, False),
        ("staff.agents", 1.0, 4.0, 4.0, True), (MINUTES, 0.0, 10.0, 10.0, True), (MINUTES, 0.0, 10.0, 0.0, False),
    ],
)  # fmt: skip
def test_a_wider_range_is_only_asked_for_where_there_can_be_one(key, low, high, end, expected):
    assert can_be_wider(Lever(key, low, high, low, key == AGENTS), end) is expected


def test_the_first_point_is_todays_and_no_point_is_tried_twice():
    points = [point.values for point in found().points]
    assert points[0] == (1.0, 2.0)
    assert len(set(points)) == len(points)
    assert 40 <= len(points) <= 50
    assert all(len(point.metrics) == 4 for point in found().points)


def test_a_range_with_few_values_is_tried_out_to_its_end():
    o = optimise(desk(), levers={AGENTS: (1, 4)}, points=40)
    assert sorted(point.values for point in o.points) == [(1.0,), (2.0,), (3.0,), (4.0,)]


def test_a_lever_that_does_nothing_stays_at_todays_value_and_is_named():
    idle = desk(optimise={"points": 24, "search_replications": 3, "levers": {MINUTES: [0, 10], RECOVERY: [0, 30]}})
    o = optimise(idle)
    assert o.idle == (RECOVERY,)
    assert o.best[1] == 0
    assert o.best[0] != 1


def test_what_brings_nothing_that_matters_is_put_back():
    scenario = desk(evaluate={"smallest_difference": 1e9, "replications": 5})
    with Pool([], 1, far=True) as pool:
        search = Search(space_of(scenario), goal_of(scenario, asked_of(scenario), ()), pool, 3, 1)
        assert search.run(20)
        assert search.tidy(0.0)
        tried = search.proposal
        assert search.tidy(1e9)
    assert tried != search.proposal
    assert search.proposal == (1.0, 2.0)


def test_finalists_lie_apart_and_are_never_todays():
    space, finalists = space_of(desk()), found().finalists
    places = space.places(finalists)
    assert (1.0, 2.0) not in finalists
    assert len(set(finalists)) == len(finalists)
    for number in range(2, len(finalists)):
        assert (np.abs(places[:number] - places[number]).max(axis=1) >= 0.1).all()


def test_finals_are_held_as_evaluate_compares_levels():
    levels = (1.0, 4.0, 6.0)
    alone = evaluate(desk(), lever=MINUTES, levels=levels)
    space = Space(desk(), (Lever(MINUTES, 0, 10, 1.0, False),))
    together = Finals(space, [(4.0,), (6.0,)], alone_asked(), 1, Execution()).run()
    assert together.levels[together.levels.index(together.best)] == {1.0: 0, 4.0: 1, 6.0: 2}[alone.best]
    for one, other in zip(alone.metrics, together.metrics, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert alone.gain == together.gain


def alone_asked():
    """The counter's own question, as its [optimise] asks it."""
    return asked_of(desk())


def test_one_who_just_keeps_a_constraint_keeps_it():
    """Today's costs are today's: on the very bound, where chance must not decide."""
    space = Space(desk(), (Lever(LISTEN, 0, 9, 3.0, False),))
    asked = alone_asked().model_copy(update={"constraints": ["costs <= today"]})
    e = Finals(space, [(3.5,), (4.0,)], asked, 1, Execution()).run()
    assert e.breaks == ((), (), ())


def test_the_search_and_the_finals_have_no_world_in_common(monkeypatch):
    asked: list[Job] = []
    outcomes = Pool.outcomes
    monkeypatch.setattr(Pool, "outcomes", lambda self, jobs, *rest: asked.extend(jobs) or outcomes(self, jobs, *rest))
    optimise(desk(), points=6)
    replications = {job.replication for job in asked}
    assert {world for world in replications if world >= SEARCH} == {SEARCH + number for number in range(4)}
    assert max(world for world in replications if world < SEARCH) < 2000


# The front


@cache
def with_a_front() -> Optimisation:
    """The counter's question, and what retention costs."""
    return optimise(desk(), front=("retention", "profit"), points=30)


def test_a_front_buys_one_metric_with_the_other():
    o = with_a_front()
    traded = [(o.of(point, "retention").mean, o.of(point, "profit").mean) for point in o.front]
    assert len(traded) >= 3
    assert traded == sorted(traded, key=lambda pair: (pair[0], -pair[1]))
    assert [profit for _, profit in traded] == sorted((profit for _, profit in traded), reverse=True)
    assert all(len(point.metrics) >= 10 for point in o.front)
    assert found().front == ()


def test_a_finalist_on_the_front_keeps_its_number():
    o = with_a_front()
    names = front_names(o)
    finalists = {o.values(number): number for number in o.finals.levels}
    assert len(set(names)) == len(names)
    for name, point in zip(names, o.front, strict=True):
        number = 0.0 if name == "today" else float(name) if name.isdigit() else None
        assert finalists.get(point.values) == number
    assert any(name.isdigit() or name == "today" for name in names)


def test_a_column_breaks_a_constraint_first_in_some_year():
    o = found("retention >= 30 %")
    e = o.finals
    breaks = tuple(() if level in (0.0, e.best) else ("retention >= 30 %",) for level in e.levels)
    since = tuple(() if not own else (3,) for own in breaks)
    told = replace(o, finals=replace(e, breaks=breaks, broken_since=since))
    others = [f"{level:g}" for level in e.levels if level not in (0.0, e.best)]
    assert f"retention >= 30 %: broken (!) by {listed(others)}, first in year 3" in " ".join(reservations(told))


def test_the_head_of_the_table_says_how_many_years_of_money_it_shows():
    o = found()
    assert finalists_table(o, o.finals).title == "A service desk: value of one year, EUR"


# The same again, and Ctrl-C


def test_any_number_of_workers_finds_the_same():
    told = [optimise(desk(), points=12, execution=Execution(workers=workers)).to_dict() for workers in (1, 2)]
    assert told[0] == told[1]
    assert told[0] != optimise(desk(), points=12, seed=2).to_dict()


def interrupted_after(replications: int) -> Optimisation:
    """What is left of a search when Ctrl-C comes after so many replications."""
    told = [0]

    def press(done: int, total: int, seconds: float) -> None:
        told[0] += 1
        if done and told[0] > replications:
            raise KeyboardInterrupt

    return optimise(desk(), points=20, execution=Execution(workers=1, progress=press))


@pytest.mark.parametrize("replications", [1, 30, 60])
def test_ctrl_c_in_the_search_keeps_the_points_that_are_whole(replications):
    o = interrupted_after(replications)
    assert o.interrupted
    assert o.finals is None
    assert o.best is None
    assert len(o.points) < 20
    assert all(len(point.metrics) == 4 for point in o.points)
    json.dumps(o.to_dict(), allow_nan=False)


def test_ctrl_c_in_the_finals_keeps_their_replications():
    o = interrupted_after(140)
    assert o.interrupted
    assert len(o.points) >= 20
    assert o.finals.interrupted
    assert o.guarantee is None
    json.dumps(o.to_dict(), allow_nan=False)


# What a person types and reads


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The counter as a file."""
    path = tmp_path / "counter.toml"
    path.write_text("\n".join(
        f"[{table}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in own.items())
        for table, own in DESK.items()
    ))  # fmt: skip
    return path


def servsim(*words: str):
    """The command, as typed."""
    return CliRunner().invoke(app, ["optimise", *words, "--no-store", "--quiet"])


def test_the_command_says_what_to_set_and_what_it_brings(file):
    result = servsim(str(file), "--lever", f"{MINUTES}=0..10", "--lever", f"{AGENTS}=1..4", "--points", "24",
                     "--constraint", "costs <= today", "--front", "retention,profit")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    for words in ("minutes_per_visit", "vs today", "costs <= today: ", "what the search did not try", "retention"):
        assert words in " ".join(result.stdout.split())


def test_json_and_csv_hold_the_same_numbers(file, tmp_path):
    table = tmp_path / "all.csv"
    result = servsim(str(file), "--lever", f"{MINUTES}=0..10", "--points", "8", "--json", "--csv", str(table))
    told = json.loads(result.stdout)
    assert list(told["levers"][0].values()) == [MINUTES, 0, 10, 1]
    assert told["search"]["points"] >= 8
    assert told["finalists"][0]["settings"] == {MINUTES: 1}
    lines = table.read_text().splitlines()
    head = lines[0].split(",")
    values = [float(row["value"]) for line in lines[1:] if (row := dict(zip(head, line.split(","), strict=True)))
              and (row["stage"], row["point"], row["metric"]) == ("finals", "0", "value")]  # fmt: skip
    assert np.mean(values) == pytest.approx(told["finalists"][0]["metrics"]["value"]["mean"])


@pytest.mark.parametrize(("words", "said"), [
    (["--lever", "staff.agents"], "--lever staff.agents: it must be KEY=LOW..HIGH, such as staff.agents=1..4."),
    (["--lever", "staff.agnts=1..4"], "optimise.levers.staff.agnts is not a numeric setting. Did you mean optimise.levers.staff.agents?"),
    (["--lever", "staff.agents=4..1"], "optimise.levers.staff.agents is [4, 1]; it must be ascending numbers, [low, high]."),
    (["--lever", "staff.agents=1..2", "--front", "retention,profits"], 'optimise.front is "profits"; it must be the name of a metric. Did you mean profit?'),
    (["--lever", "staff.agents=1..2", "--constraint", "costs < 3"], 'optimise.constraints has "costs < 3"; it must be METRIC <= BOUND'),
    (["--lever", "staff.agents=1..2", "--objective", "arrivals"], 'optimise.objective is "arrivals"; it must be a metric of which more, or less, is better.'),
    ([], "optimise.levers is empty; it must name what may be changed"),
])  # fmt: skip
def test_a_mistake_is_answered_in_a_sentence(file, words, said):
    result = servsim(str(file), *words)
    assert isinstance(result.exception, ScenarioError | Exception)
    assert said in str(result.exception)


def test_more_points_than_fit_time_are_refused(file):
    result = servsim(
        str(file), "--lever", f"{AGENTS}=1..4", "--points", "10000", "--set", "demand.prospects_per_hour=10000"
    )
    assert "this would simulate about" in str(result.exception)


# The scenario of the repository


@cache
def workshop() -> Optimisation:
    """The repository's own question, asked as `servsim optimise` asks it."""
    return optimise(read_scenario("scenarios/several-levers.toml"))


def comment() -> str:
    """All that the scenario opens with, as one line."""
    lines = Path("scenarios/several-levers.toml").read_text().split("\ntitle = ")[0].splitlines()
    return " ".join(line.lstrip("# ") for line in lines)


@pytest.mark.nightly
def test_the_scenario_opens_with_its_answer():
    o, text = workshop(), comment()
    e, best = o.finals, o.settings(o.best)
    assert f"{best[MINUTES]:g} minutes a visit, not 5" in text
    assert f"{100 * best['budget.training_share']:.0f} % of the budget for training" in text
    assert o.guarantee is not None
    assert f"{o.gain.mean / 1000:.0f} k EUR more over ten years" in text
    stay = [100 * e.at(level, "retention").mean for level in (e.best, e.today)]
    assert "{:.0f} % of the customers stay instead of {:.0f} %".format(*stay) in text
    assert f"{e.at(e.best, 'costs').mean / 1000:.0f} k EUR a year" in text
    assert best["budget.money_per_month"] < 600
    assert o.binding == ["costs <= today"]


@pytest.mark.nightly
def test_a_third_agent_costs_more_than_today():
    o = workshop()
    agents = [lever.key for lever in o.levers].index(AGENTS)
    third = [point for point in o.points if point.values[agents] >= 3]
    assert len(third) >= 5
    assert all(mean(point.metrics, "costs") > mean(o.points[0].metrics, "costs") for point in third)


@pytest.mark.nightly
def test_the_advice_says_what_changes_and_what_need_not():
    o = workshop()
    words = proposal(o)
    assert words.startswith("Invest 6.5 minutes of care per visit (today: 5), ")
    for part in (
        "Leave agents at 2.",
        "Of the 6.5 minutes: greet ",
        "Next year about ",
        " k EUR more left over (95 % sure: ",
        "are still there after a year instead of 69",
        f"the model projects {with_unit(o.gain.mean, 'value', 'EUR')} more in today's money",
        "ll money counted, it is ahead of today's from month ",
        " k EUR a year (today: 241.8",
    ):
        assert part in words
    whole = " ".join(reservations(o))
    assert "costs <= today: kept by all of these; it binds: the best only just keeps it." in whole
    assert "With 95 % probability no other of these is better, or by " in whole
    assert "Intervals cover" not in whole
