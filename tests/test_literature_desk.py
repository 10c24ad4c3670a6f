"""Published results about load at the desk, as paired experiments: Q6, Q8, Q9 and Q19 of `test_literature`."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from test_literature import bounds, differences, over_replications, surely_more, usual_house

from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.units import DAYS_PER_MONTH

# Hopp, Iravani and Yuen (2007): discretionary completion


def at_their_discretion(agents: int) -> Scenario:
    """5 minutes of a transaction and 15 of care, which a crowd makes agents leave out altogether; nobody leaves."""
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 30.0},
        "staff": {"agents": agents},
        "service": {"core_minutes": 5.0, "core_distribution": "exponential"},
        "investment": {"minutes_per_visit": 15.0},
        "quality": {},
        "load": {"queue_cut": 1.0, "speed_up": 0.0, "fatigue_slowdown": 0.0},
        "horizon": {"weeks": 3.2, "warmup_weeks": 0.2},
    }
    return checked(tables, f"{agents} agents")


@pytest.mark.parametrize("agents", [4, 5])
def test_one_agent_more_may_lengthen_the_time_at_the_desk(agents):
    """Agents who have the time take it: they serve better, and customers are there for longer."""
    more, less = at_their_discretion(agents + 1), at_their_discretion(agents)
    assert surely_more(differences(more, less, "time_in_system_mean"))
    assert surely_more(differences(more, less, "quality_mean"))


def test_but_not_where_a_crowd_cuts_the_steps_by_a_fifth_alone():
    """That is the setting as it is by itself: what one agent more takes off the wait outweighs the longer steps."""
    more, less = (usual_house(staff={"agents": agents}, load={}) for agents in (3, 2))
    assert surely_more(-differences(more, less, "time_in_system_mean"))


# KC and Terwiesch (2009), Berry Jaeker and Tucker (2017), Tan and Netessine (2014): service and workload


def under_load(load: float) -> Scenario:
    """Four agents who would be busy so much of the time; what was done wrong takes a whole transaction again.

    Transactions are alike by themselves. With lengths of cv 0.7, as first set, 12 replications showed the fall (0.02 to 0.13
    minutes) but not the rise (−0.03 to 0.07); 60 replications do (0.01 to 0.04).
    """
    tables = {
        "demand": {"prospects_per_hour": 16 * load},
        "staff": {"agents": 4},
        "service": {"core_distribution": "fixed"},
        "investment": {},
        "quality": {},
        "waiting": {},
        "mistakes": {"correction_share": 1.0},
        "load": {},
        "horizon": {"weeks": 26.0},
    }
    return checked(tables, f"load {load}")


def transaction_minutes(scenario: Scenario) -> np.ndarray:
    """(replications,) mean length of a transaction."""
    per_week = over_replications(scenario, "hours_core") * 60 / (DAYS_PER_MONTH / 7)
    return per_week / over_replications(scenario, "served")


QUIET, BUSY, OVERLOADED = 0.3, 0.8, 1.3


def test_transactions_become_shorter_and_then_longer_with_load():
    """Customers who wait hurry agents, a day without rest slows them: 10, 9.95 and 9.98 minutes, so by little."""
    quiet, busy, overloaded = (transaction_minutes(under_load(load)) for load in (QUIET, BUSY, OVERLOADED))
    assert surely_more(quiet - busy)
    assert surely_more(overloaded - busy)


@pytest.mark.parametrize(("more", "less"), [(BUSY, QUIET), (OVERLOADED, BUSY)])
def test_mistakes_become_more_with_load(more, less):
    assert surely_more(differences(under_load(more), under_load(less), "mistakes_share"))


@pytest.mark.parametrize(("more", "less"), [(BUSY, QUIET), (OVERLOADED, BUSY)])
def test_quality_has_no_best_load(more, less):
    """It falls from a load of 0.3 on, where the literature has it rise first: nobody here is too idle to care."""
    assert surely_more(-differences(under_load(more), under_load(less), "quality_mean"))


# Whitt (2006): the fluid limit of an overloaded desk


AGENTS, SERVICE_MINUTES, PATIENCE_MINUTES, LOAD = 100, 10.0, 12.0, 1.2
LAWS = {
    "exponential": {"core_distribution": "exponential"},
    "lognormal": {"core_distribution": "lognormal", "core_cv": 2.0},
    "fixed": {"core_distribution": "fixed"},
}
PATIENCE_CV = 0.7
PATIENCE = {
    "exponential": {"patience_distribution": "exponential"},
    "lognormal": {"patience_distribution": "lognormal", "patience_cv": PATIENCE_CV},
}


def overloaded(service: str, patience: str) -> Scenario:
    """A fifth more customers than a hundred agents can serve."""
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": LOAD * AGENTS * 60 / SERVICE_MINUTES},
        "staff": {"agents": AGENTS},
        "service": {"core_minutes": SERVICE_MINUTES, **LAWS[service]},
        "waiting": {"patience_minutes": PATIENCE_MINUTES, **PATIENCE[patience]},
        "horizon": {"weeks": 0.6, "warmup_weeks": 0.1},
    }
    return checked(tables, f"{service} service, {patience} patience")


def fluid_wait(patience: str) -> float:
    """Minutes after which the share that is too much has lost patience: G(w) = 1 − 1/ρ."""
    share = 1 - 1 / LOAD
    if patience == "exponential":
        return -PATIENCE_MINUTES * math.log(1 - share)
    variance = math.log(1 + PATIENCE_CV**2)
    return PATIENCE_MINUTES * math.exp(-variance / 2 + math.sqrt(variance) * float(norm.ppf(share)))


@pytest.mark.parametrize("patience", PATIENCE)
@pytest.mark.parametrize("service", LAWS)
def test_who_is_too_many_leaves_whatever_the_service(service, patience):
    low, high = bounds(over_replications(overloaded(service, patience), "abandoned_share"))
    assert abs(low - (1 - 1 / LOAD)) < 0.01
    assert abs(high - (1 - 1 / LOAD)) < 0.01
    low, high = bounds(over_replications(overloaded(service, patience), "wait_served_mean") / fluid_wait(patience))
    assert 0.9 < low < high < 1.1
