"""The default scenario answers as it should, and moves as it should when the desk does."""

import pytest

from servsim import evaluate, read_scenario
from servsim.study.one_lever.result import Evaluation

REPLICATIONS = 10
BUSY = "tests/desks/old-salon.toml"


def salon(levels: tuple[float, ...], *overrides: str, desk: str = "scenarios/salon.toml") -> Evaluation:
    """The salon's value over three years at a few levels, on ten common replications."""
    scenario = read_scenario(desk, ["horizon.years=3", *overrides])
    return evaluate(scenario, levels=levels, replications=REPLICATIONS, smallest_difference=0.0, finer=0)


def test_the_best_level_lies_inside_the_range():
    e = salon((0, 6, 20))
    assert e.best == 6
    assert e.difference(6, 0).low > 0
    assert e.difference(6, 20).low > 0
    assert e.gain.low > 0


def test_the_best_level_lies_inside_the_range_over_ten_years_too():
    e = salon((0, 6, 20), "horizon.years=10")
    assert e.best == 6
    assert e.difference(6, 0).low > 0
    assert e.difference(6, 20).low > 0


def test_fewer_agents_mean_fewer_minutes():
    """With four agents, 12 minutes bring more over 3 than they do with two."""
    four, two = (salon((3, 12), f"staff.agents={agents}") for agents in (4, 2))
    assert four.difference(12, 3).low > max(0, two.difference(12, 3).high)


def test_with_endless_staff_value_saturates():
    """Nobody waits, so more care never costs loyalty: it brings ever less, but does not harm it."""
    e = salon((0, 10, 40), "staff.agents=40", "staff.wage_per_hour=0")
    first, last = e.difference(10, 0), e.difference(40, 10)
    assert last.low > -0.01 * e.at(10, "value").mean
    assert last.mean < 0.2 * first.mean
    assert e.at(40, "wait_mean").mean < 0.01


def test_if_nobody_cares_about_quality_the_best_is_zero():
    e = salon((0, 3, 6), "loyalty.satisfaction_slope=0", "spending.conversion_slope=0")
    assert e.best == 0
    assert e.difference(6, 0).high < 0


def test_if_nobody_minds_waiting_more_minutes_pay():
    """On a busier desk, among people who wait without end and without complaint, 12 minutes beat 6; else they do not."""
    patient = ("waiting.patience_distribution=never", "waiting.balk_scale_minutes=0", "waiting.wait_weight=0")
    real, unhurried = salon((6, 12), desk=BUSY), salon((6, 12), *patient, desk=BUSY)
    assert real.difference(12, 6).mean < 0
    assert unhurried.difference(12, 6).low > 0


def test_without_loyalty_nobody_is_won_and_nobody_is_lost():
    e = salon((0, 6), "loyalty.on=false")
    assert e.at(6, "customers_lost").mean == 0
    assert e.at(6, "customers_won").mean == 0
    assert e.at(6, "retention").mean == 1


@pytest.mark.parametrize("agents", [1, 60])
def test_extreme_staffing_gives_extreme_desks(agents):
    """Among 1,500 customers."""
    staffed = (f"staff.agents={agents}", "demand.opening_book=1500", "horizon.weeks=8", "horizon.years=0.2")
    e = salon((3,), *staffed)
    unserved = e.at(3, "abandoned_share").mean + e.at(3, "balked_share").mean
    assert (unserved > 0.5 and e.at(3, "occupancy").mean > 0.8) if agents == 1 else unserved < 1e-3
