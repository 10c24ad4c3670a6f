"""What a question would cost: visits of the window, or of all years where money over the years is asked for."""

import re
from typing import Any

import pytest

from servsim.errors import ScenarioError
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study import cost_estimate as budget
from servsim.study.cost_estimate import affordable, affordable_evaluation, replications_of_evaluation
from servsim.study.expected_visits import weekly_visits

DESK = {
    "demand": {"prospects_per_hour": 2.5, "opening_book": 0},
    "horizon": {"weeks": 10.0, "years": 2.0},
    "spending": {},
}
"""A hundred visits in each week of forty hours."""
WINDOW = 1000.0
YEARS = 100 * 2 * 365 / 7


def desk(**tables: Any) -> Scenario:
    """The desk, with other tables."""
    return checked(DESK | tables, "desk")


def visits_of(scenario: Scenario, monkeypatch: pytest.MonkeyPatch, **how: Any) -> tuple[float, str]:
    """(visits of one replication, what may be lowered) as a refusal says of a question that is too large by any measure."""
    monkeypatch.setattr(budget, "VISITS_AT_MOST", 1)
    asked = affordable_evaluation if how.pop("evaluation", False) else affordable
    with pytest.raises(ScenarioError, match="this would simulate") as refused:
        asked(scenario, "desk.toml", 1, **how)
    found = re.search(r"replications of ([\d.e+]+)\).*; lower (.*)\.$", str(refused.value))
    assert found
    return float(found[1]), found[2]


@pytest.mark.parametrize(
    ("tables", "how", "visits"),
    [
        ({}, {}, YEARS),
        ({}, {"far": False}, WINDOW),
        ({"spending": {"on": False}}, {}, WINDOW),
        ({"horizon": {"weeks": 10.0, "warmup_weeks": 1.0}}, {}, WINDOW),
        ({"horizon": {"weeks": 10.0, "years": 0.2}}, {}, WINDOW),
        ({"evaluate": {"objective": "value"}}, {"evaluation": True}, YEARS),
        ({"evaluate": {"objective": "wait_mean"}}, {"evaluation": True}, WINDOW),
        ({"evaluate": {"objective": "wait_mean", "constraints": ["value >= today"]}}, {"evaluation": True}, YEARS),
    ],
)  # fmt: skip
def test_years_count_where_money_of_years_is_asked_for(tables, how, visits, monkeypatch):
    found, _ = visits_of(desk(**tables), monkeypatch, **how)
    assert found == pytest.approx(visits, rel=0.05)


@pytest.mark.parametrize(
    ("far", "lower"),
    [
        (True, "demand, horizon.years, horizon.weeks, replications or the budget"),
        (False, "demand, horizon.weeks, replications or the budget"),
    ],
)
def test_what_may_be_lowered_is_what_was_counted(far, lower, monkeypatch):
    assert visits_of(desk(), monkeypatch, far=far)[1] == lower


def test_a_world_that_fits_is_affordable_as_it_is():
    scenario = desk()
    assert affordable(scenario, "desk.toml", 20) is scenario


def test_a_pool_of_people_is_used_up_over_the_weeks_that_are_counted():
    """Where all newcomers bring one another, the pool comes once: a tenth of it in each of ten weeks."""
    talk = {"loyalty": {}, "word_of_mouth": {"mentions": 2.0, "referral_share": 0.6, "potential_customers": 500}}
    scenario = desk(**talk)
    assert weekly_visits(scenario) == pytest.approx(100 + 500 / 10)
    assert weekly_visits(scenario, 100.0) == pytest.approx(100 + 500 / 100)


@pytest.mark.parametrize(
    ("asked", "replications", "expected"),
    [
        ({}, None, 11 * 3 + 300),
        ({"levels": list(range(50))}, None, 51 * (3 + 10)),
        ({"budget_replications": 5000}, None, 5000),
        ({"budget_replications": 50}, None, 11 * (3 + 10)),
        ({"replications": 30}, None, 11 * 30),
        ({}, 40, 11 * 40),
        ({"smallest_difference": "1 % of revenue"}, None, 11 * 3 + 300),
        ({"smallest_difference": "1 % of revenue", "replications": 30}, None, 2000),
        ({"objective": "revenue"}, None, 11 * 20),
        ({"objective": "revenue", "smallest_difference": 5.0}, None, 2000),
        ({"objective": "revenue", "smallest_difference": 5.0, "finer": 3}, 1000, 14 * 1000),
    ],
)
def test_replications_of_an_evaluation_are_those_of_its_first_look_or_of_its_race(asked, replications, expected):
    """Of ten levels and today's, which may be none of them."""
    assert replications_of_evaluation(desk(evaluate=asked), replications) == expected
