"""Published results of service research, as paired experiments: the same people in both replications.

A result counts as reproduced where the mean of paired differences over replications is beyond 0 with one-sided confidence of
99 %. Settings were fixed before anything was simulated; where one was changed afterwards (Q5, Q8, Q16), or what was
looked at (Q20), the test says so. Where a result does not come out, the test is of what does. Q1 to Q20 are those of
section 24 of the model's basis; those that are not in this file are in test_literature_desk, test_literature_loyalty
and test_literature_worth. "No": the model has no such mechanism.

| Q | result | how | outcome |
|---|---|---|---|
| Q1 Hall, Porteus | capacity goes with the base; who is easily left invests more | | no: rivals do not respond |
| Q2 Gans | share of purchases q/(p + q), a matter of the ratio | loyalty: to and fro | holds, by the form |
| Q3 Afèche et al. | deny access to who is worth little | | no: nobody is refused for what they are worth |
| Q4 fluid staffing | new and returning customers are better served jointly | | no: there is one queue |
| Q5 returns count | more agents are best | worth: best number | holds |
| Q6 Hopp et al. | more staff, longer time at the desk | desk: steps cut | holds if all may be cut, not if a fifth |
| Q7 Anand et al. | best minutes fall with load, rise with intensity | worth: best minutes | holds |
| ” | more rivals: slower and dearer | | no: no price follows, and today's rivals cancel |
| Q8 KC, Terwiesch | service time falls, then rises with load; errors rise | desk: three loads | holds, by ½ % |
| Q9 Tan, Netessine | quality is best at a medium load | desk: three loads | does not: idleness does no harm |
| Q10 Oliva, Sterman | a surge lowers quality for good | | no: no surge, and standards at the desk do not erode |
| Q11 Aflaki, Popescu | constant minutes win under loss aversion | loyalty: step_cv | holds, without it as well |
| Q12 Rust et al. | less variance wins; a good visit wins the new more | loyalty: perception_sd, tenure | holds |
| Q13 Boulding et al. | over-promising does harm on balance | loyalty: promised_points | holds |
| ” | will, once raised, lifts what is perceived | | no: a promise only disappoints |
| Q14 de Matos et al. | recovered: more satisfied, not more loyal | here | holds |
| Q15 de Véricourt, Zhou | who resolves most per hour first | here | holds |
| Q16 Gupta et al. | retention outweighs margin and acquisition | worth: elasticities | holds, between two forms |
| Q17 Kumar et al. | big spenders are not the big referrers | loyalty: correlation | by the basket, not by the year |
| Q18 Erlang-R | who ignores returns misses the later peak | here | holds |
| Q19 Whitt | overload: 1 − 1/ρ abandon, whatever the service | desk: 100 agents, ρ = 1.2 | holds |
| Q20 weariness | loyalty by past waits: demand oscillates | loyalty: strict customers | if returns are in step |
| Buell et al. | the best served leave for a better rival | loyalty: newcomer | in proportion, not in numbers |
"""

import math
from collections import Counter
from functools import cache

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import reference
from servsim.model.compilation import readable
from servsim.model.rules.demand import busyness
from servsim.model.trace import Trace
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario, merged
from servsim.study.execution.replications import counted
from servsim.study.metrics import NAMES, metrics


def bounds(gaps: np.ndarray) -> tuple[float, float]:
    """Mean of paired differences less, and more, what chance explains: each bound holds with 99 % confidence."""
    half = stats.t.isf(0.01, len(gaps) - 1) * np.std(gaps, ddof=1) / math.sqrt(len(gaps))
    return float(np.mean(gaps) - half), float(np.mean(gaps) + half)


def surely_more(gaps: np.ndarray) -> bool:
    """Are differences above 0 on average, beyond doubt?"""
    return bounds(gaps)[0] > 0


def metrics_of(scenario: Scenario, world: int, far: bool = False) -> dict[str, float]:
    """Every metric of one replication; far: of all years of it, which `value` needs."""
    return metrics_as_written(scenario.model_dump_json(), world, far)


@cache
def metrics_as_written(text: str, world: int, far: bool) -> dict[str, float]:
    """The same of a scenario in JSON, by which it is remembered: several tests look at the same replications."""
    scenario = Scenario.model_validate_json(text)
    return dict(zip(NAMES, metrics(counted(scenario, to_sheet(scenario), 1, world, "fast", far=far)), strict=True))


def over_replications(scenario: Scenario, metric: str, replications: int = 12) -> np.ndarray:
    """(replications,) a metric in each replication."""
    return np.array([metrics_of(scenario, world, far=metric == "value")[metric] for world in range(replications)])


def differences(more: Scenario, less: Scenario, metric: str, replications: int = 12) -> np.ndarray:
    """(replications,) a metric of one scenario less that of another, in the same replications."""
    return over_replications(more, metric, replications) - over_replications(less, metric, replications)


def usual_house(**changes) -> Scenario:
    """A desk as the settings have it by themselves, with a book of 1000 customers, and what is changed."""
    tables = {"demand": {"opening_book": 1000}} | {
        table: {} for table in ("investment", "quality", "waiting", "loyalty", "spending")
    }
    return checked(merged(tables, changes), "A usual house")


# De Matos, Henrique and Rossi (2007): the service recovery paradox


def book_of_customers(mistake_share: float, paradox_loyalty: float = 0.0) -> Scenario:
    """Customers who come once in the month looked at; whatever goes wrong is found out, brought back and put right."""
    recovery = {"voice_share": 1.0, "voice_openness": 0.0, "recovery_rate": 5.0, "recovery_ceiling": 1.0,
                "delay_decay": 0.0, "paradox_loyalty": paradox_loyalty}  # fmt: skip
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": 0.0, "opening_book": 1000, "visit_gap_days": 30.0, "gap_between_cv": 0.0,
                   "gap_distribution": "fixed"},
        "staff": {"agents": 20},
        "investment": {"minutes_per_visit": 8.0, "recovery_minutes": 15.0},
        "quality": {},
        "loyalty": {},
        "mistakes": {"mistake_share": mistake_share, "catch_share": 0.0, "light_days": 0.5},
        "recovery": recovery,
        "horizon": {"weeks": 30 / 7},
    }  # fmt: skip
    return checked(tables, f"{mistake_share:.0%} mistakes")


@cache
def ends(
    mistake_share: float, paradox_loyalty: float, world: int
) -> tuple[dict[int, int], dict[int, float], dict[int, float]]:
    """(times recovered, after every complaint; satisfaction at the end; yearly retention to expect then), by customer."""
    desk = reference.Desk(to_sheet(book_of_customers(mistake_share, paradox_loyalty), 1, world))
    trace = Trace(desk.tell(desk.end))
    complained, recovered = (
        Counter(trace.of(what)[:, 2].tolist()) for what in (Happening.COMPLAINED, Happening.RECOVERED)
    )
    satisfied = {customer.key: customer.satisfaction for customer in desk.book.values()}
    loyal = {customer.key: desk.outlook(customer, desk.end) for customer in desk.book.values()}
    return {who: n for who, n in recovered.items() if complained[who] == n}, satisfied, loyal


def recovered_beside_unfailed(times: range, paradox_loyalty: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """(satisfaction, loyalty) of customers who were failed and won over so many times, less the same ones' never failed.

    Customers still in the book in both replications are compared, and averaged replication by replication. Both have made one visit of
    their own accord.
    """
    satisfaction, loyalty = [], []
    for world in range(12):
        recovered, satisfied, loyal = ends(0.3, paradox_loyalty, world)
        _, satisfied_else, loyal_else = ends(0.0, 0.0, world)
        both = [who for who, n in recovered.items() if n in times and who in satisfied and who in satisfied_else]
        satisfaction.append(np.mean([satisfied[who] - satisfied_else[who] for who in both]))
        loyalty.append(np.mean([loyal[who] - loyal_else[who] for who in both]))
    return np.array(satisfaction), np.array(loyalty)


ONCE, AGAIN = range(1, 2), range(2, 100)
ROUNDING = 1e-9
"""Of satisfaction and loyalty."""


def test_recovered_customers_are_more_satisfied_but_not_more_loyal():
    satisfaction, loyalty = recovered_beside_unfailed(ONCE)
    assert surely_more(satisfaction)
    assert bounds(loyalty)[1] <= ROUNDING


def test_nor_are_customers_who_were_recovered_again():
    satisfaction, loyalty = recovered_beside_unfailed(AGAIN)
    assert surely_more(satisfaction)
    assert bounds(loyalty)[1] <= ROUNDING


def test_they_are_more_loyal_where_a_scenario_says_so():
    assert surely_more(recovered_beside_unfailed(ONCE, paradox_loyalty=1.0)[1])


def test_no_more_remain_of_customers_who_were_failed_and_recovered():
    """Recovery makes up for the failure, and brings nothing beyond that."""
    assert bounds(differences(book_of_customers(0.3), book_of_customers(0.0), "customers_end"))[1] <= 0


# De Véricourt and Zhou (2005): customers who return until their matter is resolved


FAST_AND_WRONG = {"agent_speed": [1.5] * 3 + [1.0] * 3, "agent_knowledge": [0.0] * 3 + [1.0] * 3}
"""Resolve 0.15 and 0.7 of a matter in the time of a transaction."""
FAST_AND_RIGHT_ENOUGH = {"agent_speed": [3.0] * 3 + [1.0] * 3, "agent_knowledge": [0.5] * 3 + [1.0] * 3}
"""Resolve 1.2 and 0.7."""


def until_resolved(choice: str, agents: dict, per_hour: float) -> Scenario:
    """Six agents of two kinds; who was served wrongly is back within minutes."""
    mistakes = {"mistake_share": 0.6, "listening_effect": 0.0, "catch_share": 0.0, "light_days": 0.001,
                "correction_share": 1.0}  # fmt: skip
    tables = {
        "opening": {"always": True},
        "demand": {"prospects_per_hour": per_hour},
        "staff": {"agents": 6, "choice": choice, **agents},
        "service": {"core_minutes": 10.0, "core_distribution": "exponential"},
        "mistakes": mistakes,
        "horizon": {"weeks": 3.2, "warmup_weeks": 0.2},
    }
    return checked(tables, choice)


def at_the_desk(scenario: Scenario, world: int) -> float:
    """Mean number of customers who wait or are served, by Little's law."""
    found = metrics_of(scenario, world)
    return found["arrivals"] * found["time_in_system_mean"] / (7 * 24 * 60)


@pytest.mark.parametrize("per_hour", [4.0, 8.0])
@pytest.mark.parametrize(("rival", "agents"), [("fastest", FAST_AND_WRONG), ("most_accurate", FAST_AND_RIGHT_ENOUGH)])
def test_those_who_resolve_most_per_hour_should_serve_first(rival, agents, per_hour):
    gaps = [
        at_the_desk(until_resolved(rival, agents, per_hour), world)
        - at_the_desk(until_resolved("resolves_most", agents, per_hour), world)
        for world in range(12)
    ]
    assert surely_more(np.array(gaps))


# Yom-Tov and Mandelbaum (2014): Erlang-R


RETURN_HOURS, WRONG, SERVICE_HOURS = 2.0, 0.5, 1 / 6
"""How long until what was done wrong comes to light, how often that happens, and the length of a visit."""


def offered(rates: np.ndarray, with_delay: bool) -> np.ndarray:
    """(hours,) agents that visits keep busy, from hourly arrivals of new customers, the desk opening empty.

    With the delay it is Erlang-R: dR₁ = λ + δ R₂ − μ R₁, dR₂ = p μ R₁ − δ R₂; without, all returns come at once.
    """
    if not with_delay:
        return rates * SERVICE_HOURS / (1 - WRONG)
    serve, back = 1 / SERVICE_HOURS, 1 / RETURN_HOURS

    def flows(t: float, load: np.ndarray) -> list[float]:
        busy, away = load
        new = rates[min(int(t), len(rates) - 1)]
        return [new + back * away - serve * busy, WRONG * serve * busy - back * away]

    found = solve_ivp(flows, (0, len(rates)), [0, 0], t_eval=np.arange(len(rates)) + 0.5, max_step=0.1)
    return found.y[0]


def staffed(load: np.ndarray) -> np.ndarray:
    """(hours,) agents for such a load: the load and its square root."""
    return load + np.sqrt(load)


def desk_that_follows(agents: np.ndarray, **demand) -> Scenario:
    """A desk with so many agents in each hour of the week, where half of the visits lead to another."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    roster = {day: agents[24 * place : 24 * place + 24].tolist() for place, day in enumerate(days)}
    mistakes = {"mistake_share": WRONG, "listening_effect": 0.0, "catch_share": 0.0, "light_days": RETURN_HOURS / 24,
                "correction_share": 1.0}  # fmt: skip
    tables = {
        "opening": {"always": True},
        "demand": demand,
        "staff": {"roster": roster},
        "service": {"core_minutes": 60 * SERVICE_HOURS, "core_distribution": "exponential"},
        "mistakes": mistakes,
        "horizon": {"weeks": 1.0},
    }
    return checked(tables, "Erlang-R")


def more_wait_without_the_delay(rates: np.ndarray, world: int, **demand) -> float:
    """Share who wait where the roster takes returns to come at once, less that where it knows the delay; equal hours."""
    late, at_once = staffed(offered(rates, True)), staffed(offered(rates, False))
    rosters = (at_once * late.sum() / at_once.sum(), late)
    without, knowing = (metrics_of(desk_that_follows(agents, **demand), world)["waited_share"] for agents in rosters)
    return without - knowing


def test_returns_come_late_after_a_busy_day_begins():
    gaps = []
    for world in range(20):
        demand = {"prospects_per_hour": 30.0, "busyness_cv": 0.5}
        sheet = readable(to_sheet(desk_that_follows(np.ones(168), **demand), 1, world))
        rates = np.repeat([30.0 * busyness(sheet, day) for day in range(7)], 24)
        gaps.append(more_wait_without_the_delay(rates, world, **demand))
    assert surely_more(np.array(gaps))


def test_returns_come_late_after_the_peak_of_the_day():
    profile = [0.5] * 8 + [1.0, 3.0, 3.0, 1.0] + [0.5] * 12
    demand = {"prospects_per_hour": 30.0, "profile": profile}
    rates = np.tile(np.array(profile) / np.mean(profile) * 30.0, 7)
    gaps = [more_wait_without_the_delay(rates, world, **demand) for world in range(20)]
    assert surely_more(np.array(gaps))
