"""Published results about what is best for the business, as paired experiments: Q5, Q7 and Q16 of `test_literature`."""

import numpy as np
import pytest
from test_literature import bounds, over_replications, surely_more, usual_house

from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.verification.market_formulas import elasticity_to_retention, worth, worth_paid_first

# An M/M/s+M desk whose satisfied customers return: how many agents?


AGENTS = np.arange(5, 13)


def profits(returns_count: bool) -> np.ndarray:
    """(agents, replications) a year's profit with so many agents, where visits do or do not decide who comes again.

    As first set, returns were counted by money and what a formula made of the book at its end: its best was the most
    agents tried, 12.
    """
    return np.array([
        over_replications(
            usual_house(
                demand={"opening_book": 3000},
                staff={"agents": int(agents)},
                service={"core_distribution": "exponential"},
                loyalty={"on": returns_count},
            ),
            "profit",
        )
        for agents in AGENTS
    ])  # fmt: skip


@pytest.mark.nightly
def test_more_agents_are_best_where_returns_are_counted():
    counted, classical = (AGENTS[profits(returns).argmax(axis=0)] for returns in (True, False))
    assert surely_more(counted - classical)


# Anand, Paç and Veeraraghavan (2011): how many minutes?


MINUTES = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0])


def best_minutes(per_hour: float, slope: float = 0.5) -> np.ndarray:
    """(replications,) minutes of care per visit that are worth most in three years, for two agents to whom so many are new an hour.

    As first set, `value` was a year's money and what a formula made of the book at its end, and the load that of 500 or
    of 1500 customers in the opening book. Over three years the book settles at what newcomers make of it.
    """
    values = np.array([
        over_replications(
            usual_house(
                demand={"opening_book": 500, "prospects_per_hour": per_hour},
                investment={"minutes_per_visit": float(minutes)},
                loyalty={"satisfaction_slope": slope},
                horizon={"years": 3.0},
            ),
            "value",
        )
        for minutes in MINUTES
    ])  # fmt: skip
    return MINUTES[values.argmax(axis=0)]


@pytest.mark.nightly
def test_the_best_minutes_fall_with_load():
    assert surely_more(best_minutes(1.0) - best_minutes(4.0))


@pytest.mark.nightly
def test_the_best_minutes_rise_with_what_they_mean_to_customers():
    assert surely_more(best_minutes(2.0, slope=0.9) - best_minutes(2.0, slope=0.25))


# Gupta, Lehmann and Stuart (2004): one per cent of retention, of margin and of what a new customer costs


RETENTION, MARGIN, INTEREST, SPENDING = 0.8, 0.5, 0.1, 500.0


def twenty_years(book: int, prospects: float, retention: float, margin: float, spending: float) -> Scenario:
    """Customers who stay whatever is done for them; neither visits nor agents cost anything.

    The book of the first test was 4000, with ten agents, when first set: cut for speed.
    """
    tables = {
        "demand": {"prospects_per_hour": prospects, "opening_book": book},
        "staff": {"agents": 6, "wage_per_hour": 0.0},
        "loyalty": {"yearly_retention": retention, "tenure_slope": 0.0},
        "spending": {},
        "advertising": {"budget_per_month": spending, "elasticity": 0.0},
        "money": {"margin": margin, "discount_rate": INTEREST},
        "horizon": {"years": 20.0},
    }
    return checked(tables, "Twenty years")


def elasticities(book: int, prospects: float, spending: float) -> np.ndarray:
    """(3, replications) per cent more value for one per cent more retention, more margin, less advertising for as many."""
    today = over_replications(twenty_years(book, prospects, RETENTION, MARGIN, spending), "value")
    better = [
        twenty_years(book, prospects, RETENTION * 1.01, MARGIN, spending),
        twenty_years(book, prospects, RETENTION, MARGIN * 1.01, spending),
        twenty_years(book, prospects, RETENTION, MARGIN, spending * 0.99),
    ]
    return np.array([(over_replications(scenario, "value") / today - 1) / 0.01 for scenario in better])


def by_form(form) -> float:
    """Per cent more worth for one per cent more retention."""
    return (form(1.0, RETENTION * 1.01, INTEREST) / form(1.0, RETENTION, INTEREST) - 1) / 0.01


@pytest.mark.nightly
def test_retention_is_worth_what_the_forms_say():
    """Customers pay all year, so between the form for payments at its beginning and that for its end."""
    of_retention, of_margin, _ = elasticities(book=3000, prospects=0.0, spending=0.0)
    low, high = bounds(of_retention)
    assert by_form(worth_paid_first) < low < high < by_form(worth)
    assert by_form(worth) == pytest.approx(elasticity_to_retention(RETENTION, INTEREST), rel=0.05)
    assert of_margin == pytest.approx(np.ones_like(of_margin))


@pytest.mark.nightly
def test_retention_outweighs_margin_and_what_new_customers_cost():
    of_retention, of_margin, of_spending = elasticities(book=1000, prospects=0.2, spending=SPENDING)
    assert surely_more(of_retention - of_margin)
    assert surely_more(of_margin - of_spending)
