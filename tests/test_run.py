"""`run`: control variates have the mean they are said to have and cover as they should; a run stops when it is told to."""

from dataclasses import replace

import numpy as np
import pytest

from servsim.errors import ScenarioError
from servsim.scenario.read import checked, read_scenario
from servsim.study.control_variates import CONTROLS, controls_of
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import controlled, interval
from servsim.study.metrics import NAMES
from servsim.study.run import Run, run

DESK = {
    "demand": {"prospects_per_hour": 3.0, "opening_book": 60, "visit_gap_days": 20.0, "busyness_cv": 0.2},
    "staff": {"agents": 1},
    "service": {"core_minutes": 12.0, "difficulty_cv": 0.4},
    "waiting": {},
    "quality": {},
    "loyalty": {},
    "spending": {},
    "horizon": {"weeks": 8.0, "years": 0.2},
}


def desk(**tables):
    """A small desk with some tables of its own."""
    return checked({**DESK, **tables}, "desk")


def outcomes(scenario, replications, controlled=True):
    """Replications of a scenario."""
    with Pool([scenario], 3, controlled=controlled) as pool:
        return pool.outcomes([Job(0, number) for number in range(replications)])


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"horizon": {"weeks": 8.0, "warmup_weeks": 3.0}},
        {"word_of_mouth": {}, "advertising": {"budget_per_month": 500.0}},
        {"segments": [
            {"name": "much", "share": 0.3, "spending": {"basket_mean": 90.0}, "demand": {"visit_gap_days": 10.0}},
            {"name": "little", "share": 0.7},
        ]},
    ],
)  # fmt: skip
def test_controls_have_mean_nought(tables):
    sums = np.array([outcome.controls for outcome in outcomes(desk(**tables), 300)])
    moves = sums.std(axis=0) > 0
    z = sums.mean(axis=0)[moves] / (sums.std(axis=0, ddof=1)[moves] / np.sqrt(len(sums)))
    assert moves.all()
    assert np.abs(z).max() < 4.0, dict(zip(CONTROLS, z, strict=True))


def test_controls_change_no_world():
    plain, with_them = outcomes(desk(), 5, controlled=False), outcomes(desk(), 5)
    assert all(np.array_equal(a.metrics, b.metrics, equal_nan=True) for a, b in zip(plain, with_them, strict=True))
    assert all(outcome.controls.size == 0 for outcome in plain)


def test_a_control_that_explains_all_leaves_no_doubt():
    chance = np.random.default_rng(1).normal(size=(30, 2))
    found = controlled(7 + chance @ [2.0, -3.0], chance, "1", 0.95)
    assert found.mean == pytest.approx(7)
    assert found.high - found.low < 1e-9


def test_the_fit_is_that_of_the_textbook():
    generator = np.random.default_rng(2)
    chance = generator.normal(size=(25, 1))
    sample = 5 + chance[:, 0] + generator.normal(size=25)
    slope = np.cov(chance[:, 0], sample)[0, 1] / chance[:, 0].var(ddof=1)
    assert controlled(sample, chance, "1", 0.95).mean == pytest.approx(sample.mean() - slope * chance.mean())


@pytest.mark.parametrize("explained", [0.0, 0.3, 0.8])
def test_controlled_intervals_cover_as_often_as_they_say(explained):
    generator, hits, tries = np.random.default_rng(4), 0, 3000
    for _ in range(tries):
        chance = generator.normal(size=(20, 3))
        sample = np.sqrt(explained / 3) * chance.sum(axis=1) + np.sqrt(1 - explained) * generator.normal(size=20)
        found = controlled(sample, chance, "1", 0.95)
        hits += found.low <= 0 <= found.high
    assert abs(hits / tries - 0.95) < 3 * np.sqrt(0.95 * 0.05 / tries)


def test_few_replications_or_idle_controls_leave_the_plain_interval():
    sample = np.random.default_rng(5).normal(size=19)
    chance = np.random.default_rng(6).normal(size=(19, 3))
    assert controlled(sample, chance, "1", 0.95) == interval(sample, "1", 0.95)
    assert controlled(sample, np.zeros((19, 3)), "1", 0.95) == interval(sample, "1", 0.95)
    assert controlled(sample, np.zeros((19, 0)), "1", 0.95) == interval(sample, "1", 0.95)


def test_controls_narrow_what_they_are_for():
    salon = read_scenario("scenarios/salon.toml", ["horizon.weeks=12", "horizon.years=0.25"])
    found = run(salon, replications=60, seed=2)
    plain = replace(found, controls=np.empty((60, 0)))
    for metric in ("revenue", "profit", "occupancy"):
        assert found[metric].high - found[metric].low < 0.9 * (plain[metric].high - plain[metric].low)
        assert plain[metric].low < found[metric].mean < plain[metric].high
    assert found["quality_mean"] == plain["quality_mean"]
    assert controls_of("quality_mean") == ()


def test_a_run_goes_on_until_all_metrics_are_known_well_enough():
    found = run(desk(), replications=20, precision={"revenue": 0.02, "wait_mean": 0.03}, budget=2000)
    assert found.stopped == "precision"
    assert 20 < len(found.metrics) < 2000
    assert found.known_to("revenue") <= 0.02 / 1.02
    assert found.known_to("wait_mean") <= 0.03 / 1.03
    shorter = replace(found, metrics=found.metrics[:-10], controls=found.controls[:-10])
    assert not shorter.is_precise()


def test_two_metrics_at_once_are_harder_than_one():
    found = run(desk(), replications=20)
    alone, together = (
        replace(found, precision=dict.fromkeys(names, 0.1)) for names in (["revenue"], ["revenue", "value"])
    )
    assert together.known_to("revenue") > alone.known_to("revenue")


def test_a_run_stops_at_its_budget_and_says_so():
    found = run(desk(), replications=5, precision={"revenue": 0.0001}, budget=17)
    assert (found.stopped, len(found.metrics)) == ("budget", 17)
    assert found.to_dict()["stopped"] == "budget"


def test_a_metric_that_is_not_there_cannot_be_precise():
    with pytest.raises(ScenarioError, match="Did you mean revenue"):
        run(desk(), precision={"revenu": 0.1})
    closed = run(
        desk(demand={"prospects_per_hour": 1.0, "opening_book": 0}),
        replications=3,
        precision={"retention": 0.1},
        budget=3,
    )
    assert closed.stopped == "budget"


def test_a_run_in_pieces_is_the_run_at_once():
    piecewise = run(desk(), replications=4, precision={"revenue": 1e-6}, budget=14)
    at_once: Run = run(desk(), replications=14)
    assert np.array_equal(piecewise.metrics, at_once.metrics, equal_nan=True)
    assert piecewise.months.tobytes() == at_once.months.tobytes()
    assert at_once.months.shape[:2] == (14, 3)
    assert piecewise["value"] == at_once["value"]
    assert set(at_once.to_dict()["metrics"]) == set(NAMES)
