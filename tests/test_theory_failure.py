"""Theory of what goes wrong: mistakes, complaints, the manager, priorities, promises and breaks against closed forms.

Told by both engines where a metric's standard error can be made small in seconds, as in `test_theory`; by the compiled
loop alone, which tells the same, where many levels are compared.
"""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.model.compilation import readable
from servsim.model.rules.demand import segment_of
from servsim.scenario.read import checked
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import NAMES
from servsim.study.verification import queueing_formulas as forms
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.failure_desks import (
    come_to_complain,
    failing,
    first_come_all_the_same,
    mistakes,
    per_issue,
    priority,
    stepping_back,
)
from servsim.study.verification.textbook_desks import MINUTES, Case, desk
from servsim.units import MINUTE

DESKS = {case.name: case for case in failing()}


@pytest.mark.parametrize(
    ("case", "share"),
    [
        (come_to_complain(agents=1, load=0.25, probability=0.3, weeks=100), 0.09),
        (first_come_all_the_same(agents=1, load=0.5, weeks=100), 0.06),
        (DESKS["M/G/1, quick first"], 0.08),
        (DESKS["breaks, always busy"], 0.06),
        (DESKS["complaint funnel"], 0.06),
        (DESKS["promises kept"], 1.0),
        (DESKS["M/M/∞, agent held"], 0.08),
        pytest.param(DESKS["M/M/2, a manager"], 0.13, marks=pytest.mark.nightly),
        pytest.param(DESKS["M/M/2, mistakes"], 0.1, marks=pytest.mark.nightly),
        pytest.param(DESKS["M/M/2, priorities"], 0.12, marks=pytest.mark.nightly),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_goes_wrong(told, case, share):
    told(case, share)


@pytest.mark.parametrize("minutes", [1.2, 2.2, 5.0])
def test_staff_minutes_per_issue(told, minutes):
    told(per_issue(minutes, weeks=2), share=0.15)


# What no metric says: read from the trace


def waits(case: Case, what: Happening, replications: int = 24) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(segments, waits in minutes) of a happening after the warm-up, replication by replication."""
    scenario = case.scenario()
    by_world = []
    for number in range(replications):
        sheet = to_sheet(scenario, seed=3, replication=number)
        rows = fast.simulate(sheet).of(what)
        rows = rows[rows[:, 0] >= scenario.horizon.warmup_weeks * 7 * 24 * 60 * MINUTE]
        segments = np.array([segment_of(readable(sheet), who) for who in rows[:, 2]])
        by_world.append((segments, rows[:, 4] / MINUTE))
    return by_world


def meets(means: list[float], expected: float) -> None:
    """Replications' means lie within three standard errors of the expected value, and these are at most 2 % of it."""
    error = np.std(means, ddof=1) / math.sqrt(len(means))
    assert error <= 0.02 * expected
    assert abs(np.mean(means) - expected) <= 3 * error


def test_the_wait_for_the_manager_is_that_of_a_single_server():
    visits = known.feedback(0.5 / MINUTES, 0.5)
    found = waits(stepping_back(load=0.5, weeks=20), Happening.STEPPED_IN)
    meets([float(minutes.mean()) for _, minutes in found], known.erlang_c(0.8 * 0.5 * visits, MINUTES, 1).wait)


def test_each_class_waits_as_cobham_says():
    tables = desk(1.2, 2, waiting={}, segments=[priority(1), priority(0)])
    queue = known.erlang_c(1.2 / MINUTES, MINUTES, 2)
    first, last = forms.priorities(queue.waited * MINUTES / 2, [0.3, 0.3])
    found = waits(Case("classes", tables, 12.0, {}), Happening.STARTED)
    meets([float(minutes[segments == 0].mean()) for segments, minutes in found], first)
    meets([float(minutes[segments == 1].mean()) for segments, minutes in found], last)


# Minutes that pay


def simulated(scenarios: list, replications: int, metric: str, seed: int = 5) -> np.ndarray:
    """(scenarios, replications) a metric on common replications, by the compiled loop."""
    jobs = [Job(place, number) for place in range(len(scenarios)) for number in range(replications)]
    outcomes = Pool(scenarios, seed, Execution(workers=1)).outcomes(jobs)
    return np.array([outcome.metrics[NAMES.index(metric)] for outcome in outcomes]).reshape(
        len(scenarios), replications
    )


def surely_more(gaps: np.ndarray) -> bool:
    """Is the mean of paired differences above 0, with 99 % confidence?"""
    return bool(np.mean(gaps) > stats.t.isf(0.01, len(gaps) - 1) * np.std(gaps, ddof=1) / math.sqrt(len(gaps)))


def test_a_visit_that_is_too_short_is_also_the_dearer_one():
    listening = [1.2, 1.6, 2.2, 3.0, 5.0]
    desks = [per_issue(minutes, weeks=4) for minutes in listening]
    occupancy = simulated([case.scenario() for case in desks], 24, "occupancy")
    by_formula = [case.expected["occupancy"] for case in desks]
    assert np.argmin(by_formula) == 2
    for place in (0, 1, 3, 4):
        assert surely_more(occupancy[place] - occupancy[2]), f"{listening[place]} minutes are not dearer"


CEILING, SPEED, WAGE, WORTH, WRONG, GAP = 0.9, 0.12, 0.5, 60.0, 0.3, 100.0
"""Of recovery: its ceiling and speed, what a minute costs, what a customer kept is worth; chance of a mistake, days."""
LOYALTY = {"yearly_retention": 0.5, "natural_churn": 0.05}
UNRECOVERED = 3.0


def staying() -> tuple[float, float]:
    """Chances of staying: after the visit one comes for, and after complaining in vain.

    The latter is p(unrecovered) / p: what the failure adds to the chance of leaving, and nothing beyond that.
    """
    natural = known.staying_per_visit(0.95, GAP)
    at_eight = known.staying_per_visit(0.5 / 0.95, GAP)
    return natural * at_eight, 1.0 / (at_eight + (1.0 - at_eight) * math.exp(UNRECOVERED))


def worth_of_one_who_stays(minutes: float) -> float:
    """Worth of a customer who has just come and stays, less the wages of complaints to come before the next visit.

    A mistake comes to light with chance p and leads to a visit, after which who was won over stays, who was let down
    stays with chance s, and there may be another: J = (1 − p) · worth + p · ((r + (1 − r) · s) · J − wage · minutes),
    r the chance of being won over.
    """
    _, let_down = staying()
    chance = forms.recovered(CEILING, SPEED, minutes)
    return ((1 - WRONG) * WORTH - WRONG * WAGE * minutes) / (1 - WRONG * (chance + (1 - chance) * let_down))


def best_minutes() -> float:
    """The best recovery minutes, the gain of a recovery being (1 − s) · J at these minutes themselves."""
    _, let_down = staying()
    minutes = 10.0
    for _ in range(100):
        gain = (1.0 - let_down) * worth_of_one_who_stays(minutes)
        minutes = forms.best_recovery_minutes(gain, CEILING, SPEED, WAGE)
    return minutes


def complaining_once_in_a_while(minutes: float, book: int = 3000):
    """A book, each of whom comes once for a service in the time looked at, and then for what went wrong."""
    demand = {"prospects_per_hour": 0.0, "opening_book": book, "visit_gap_days": GAP, "gap_distribution": "fixed",
              "gap_between_cv": 0.0}  # fmt: skip
    recovery = {"voice_share": 1.0, "voice_openness": 0.0, "recovery_rate": SPEED, "recovery_ceiling": CEILING,
                "delay_decay": 0.0, "unrecovered_weight": UNRECOVERED}  # fmt: skip
    tables = {
        "opening": {"always": True}, "demand": demand, "staff": {"agents": 50}, "service": {"core_minutes": 1.0},
        "mistakes": mistakes(WRONG, light_days=0.01), "recovery": recovery, "loyalty": LOYALTY,
        "investment": {"minutes_per_visit": 0.0, "recovery_minutes": minutes}, "horizon": {"weeks": GAP / 7},
    }  # fmt: skip
    return checked(tables, f"{minutes:g} minutes")


def test_the_best_recovery_minutes_are_a_logarithm():
    best = best_minutes()
    numeric = minimize_scalar(lambda m: -worth_of_one_who_stays(m), bounds=(0, 60), method="bounded")
    assert best == pytest.approx(numeric.x, abs=1e-3)
    assert 10 < best < 20


def test_the_best_recovery_minutes_are_best_in_simulation():
    book, best = 3000, best_minutes()
    levels = [best, best - 8.0, best + 8.0]
    scenarios = [complaining_once_in_a_while(minutes, book) for minutes in levels]
    left = simulated(scenarios, 40, "customers_end")
    hours = simulated(scenarios, 40, "hours_recovery")
    worth = WORTH * left - WAGE * 60 * hours * GAP / (365 / 12)
    stays, _ = staying()
    expected = [book * stays * worth_of_one_who_stays(minutes) for minutes in levels]
    for other in (1, 2):
        gaps = worth[0] - worth[other]
        assert surely_more(gaps)
        error = gaps.std(ddof=1) / math.sqrt(len(gaps))
        assert abs(gaps.mean() - (expected[0] - expected[other])) <= 3 * error
        assert error <= 0.05 * (expected[0] - expected[other])


# The formulas themselves


def test_priorities_change_who_waits_and_not_how_much_work_does():
    classes = [(0.02, 5.0, 0.3), (0.01, 20.0, 1.0), (0.03, 8.0, 1.4)]
    loads = [rate * mean for rate, mean, _ in classes]
    in_hand = forms.residual(*classes)
    waits_of = forms.priorities(in_hand, loads)
    fifo = in_hand / (1 - sum(loads))
    assert waits_of == sorted(waits_of)
    assert math.fsum(load * wait for load, wait in zip(loads, waits_of, strict=True)) == pytest.approx(
        sum(loads) * fifo
    )
    assert forms.priorities(forms.residual((0.05, 10.0, 0.7)), [0.5]) == pytest.approx(
        [known.pollaczek_khinchine(0.05, 10.0, 0.7)]
    )


def test_priorities_of_many_agents_meet_erlang():
    queue = known.erlang_c(0.3, 10.0, 4)
    first, last = forms.priorities(queue.waited * 10.0 / 4, [0.25, 0.5])
    assert (0.1 * first + 0.2 * last) / 0.3 == pytest.approx(queue.wait)


def test_what_fades_in_a_queue_is_its_laplace_transform():
    rate, service, decay = 0.05, 10.0, 0.03
    speed = 1 / service - rate
    grid = np.linspace(0, 3000, 3_000_001)
    density = rate * service * speed * np.exp(-(speed + decay) * grid)
    assert forms.fading_in_queue(rate, service, decay) == pytest.approx(0.5 + np.trapezoid(density, grid))
    assert forms.fading_in_queue(rate, service, 0.0) == 1.0


def test_promises_kept_are_a_lognormal_distribution():
    sigma = math.sqrt(math.log(1 + 0.6**2))
    law = stats.lognorm(sigma, scale=2.0 * math.exp(-sigma * sigma / 2))
    assert forms.kept_share(2.7, 2.0, 0.6) == pytest.approx(law.cdf(2.7))


def test_minutes_per_issue_have_a_least_within():
    def per_issue_at(minutes: float) -> float:
        wrong = forms.mistaken(0.2, 3.0, forms.step_quality(minutes, 3.0))
        return forms.minutes_per_issue(4.0, minutes, 1.0 - wrong)

    best = minimize_scalar(per_issue_at, bounds=(0.5, 10.0), method="bounded").x
    assert 2.0 < best < 2.6
    assert per_issue_at(best / 2) > per_issue_at(best) < per_issue_at(2 * best)


@pytest.mark.parametrize(("gain", "wage"), [(10.0, 0.5), (40.0, 0.5), (40.0, 2.0), (1.0, 5.0)])
def test_recovery_minutes_are_worth_most_where_the_logarithm_says(gain, wage):
    best = forms.best_recovery_minutes(gain, 0.9, 0.12, wage)
    grid = np.linspace(0, 100, 100_001)
    worth = [gain * forms.recovered(0.9, 0.12, m) - wage * m for m in grid[::100]]
    assert best == pytest.approx(grid[::100][np.argmax(worth)], abs=0.11)
