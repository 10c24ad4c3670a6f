"""Textbook desks: small scenarios with known answers, from `queueing_formulas`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import WEEKS_PER_YEAR
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.queueing_formulas import Queue
from servsim.study.verification.service_level_formulas import InTime, erlang_a_in_time, erlang_c_in_time


@dataclass(frozen=True)
class Case:
    """A desk with known answers: its tables, the weeks of each replication in a full proof, and metric → expected
    value.

    A metric is one of `metrics`, or two of them as "blocked/arrivals". Where the weeks are asked for, as in a year's
    retention, they are the same in every proof. Money is counted for some years, or for as long as metrics are.
    """

    name: str
    tables: dict[str, Any]
    weeks: float
    expected: dict[str, float]
    warmup: float = 0.2
    asked: bool = False
    years: float = 0.0

    def scenario(self, share: float = 1.0) -> Scenario:
        """The desk, with this share of its weeks after the warm-up."""
        weeks = self.warmup + (self.weeks if self.asked else self.weeks * share)
        horizon = {"weeks": weeks, "warmup_weeks": self.warmup, "years": max(self.years, weeks / WEEKS_PER_YEAR)}
        return checked({"title": self.name, "opening": {"always": True}, "horizon": horizon, **self.tables}, self.name)


MINUTES = 10.0
"""Mean service time of every desk with known answers."""
EXPONENTIAL: dict[str, Any] = {"core_minutes": MINUTES, "core_distribution": "exponential"}


def lognormal(cv: float) -> dict[str, Any]:
    """Service that is lognormal."""
    return {"core_minutes": MINUTES, "core_distribution": "lognormal", "core_cv": cv}


def desk(load: float, agents: int, service: dict[str, Any] | None = None, **tables: Any) -> dict[str, Any]:
    """Tables of a desk that is offered so much work, in agents; other tables are taken as they are."""
    return {
        "demand": {"prospects_per_hour": 60 * load / MINUTES},
        "staff": {"agents": agents},
        "service": service or EXPONENTIAL,
        **tables,
    }


def queue_metrics(queue: Queue) -> dict[str, float]:
    """What the metrics of a queue should be."""
    return {"waited_share": queue.waited, "wait_mean": queue.wait}


TARGET = MINUTES / 4
"""Minutes within which customers are to be answered."""


def in_time_metrics(shares: InTime) -> dict[str, float]:
    """What the service levels should be."""
    return {
        "service_level": shares.answered,
        "service_level_served": shares.of_answered,
        "waited_within_target": shares.waited,
    }


def textbook() -> Iterable[Case]:
    """Every desk of this kind."""
    return (*queues(), *impatient(), *limited(), *inattentive(), *varying(), *loyal())


def queues() -> Iterable[Case]:
    """Poisson arrivals and endless patience."""
    yield erlang_c(agents=1, load=0.5, weeks=100)
    yield erlang_c(agents=4, load=3.0, weeks=100)
    yield one_agent("M/D/1", {"core_minutes": MINUTES, "core_distribution": "fixed"}, cv=0.0, weeks=50)
    erlang = {"core_minutes": MINUTES, "core_distribution": "erlang", "core_phases": 4}
    yield one_agent("M/E4/1", erlang, cv=0.5, weeks=105)
    yield one_agent("M/lognormal/1", lognormal(1.2), cv=1.2, weeks=450)
    yield six_steps(weeks=110)
    yield work_afterwards(weeks=110)


def erlang_c(agents: int, load: float, weeks: float) -> Case:
    """M/M/c."""
    queue = known.erlang_c(load / MINUTES, MINUTES, agents)
    metrics = {
        **queue_metrics(queue),
        "wait_p90": known.erlang_c_quantile(load / MINUTES, MINUTES, agents, 0.9),
        "time_in_system_mean": queue.wait + MINUTES,
        "queue_mean": load / MINUTES * queue.wait,
        "occupancy": load / agents,
        **in_time_metrics(erlang_c_in_time(load / MINUTES, MINUTES, agents, TARGET)),
    }
    patient = {"patience_distribution": "never", "target_seconds": 60 * TARGET}
    return Case(f"M/M/{agents}", desk(load, agents, waiting=patient), weeks, metrics)


def one_agent(name: str, service: dict[str, Any], cv: float, weeks: float) -> Case:
    """M/G/1: Pollaczek and Khinchine."""
    wait = known.pollaczek_khinchine(0.5 / MINUTES, MINUTES, cv)
    return Case(name, desk(0.5, 1, service), weeks, {"wait_mean": wait})


def six_steps(weeks: float) -> Case:
    """M/G/1 whose visits are a transaction and six steps of care, all of them as hard as the case."""
    steps = ("greet", "listen", "acknowledge", "empathise", "summarise", "action_points")
    minutes, cvs = (0.5, 1.5, 0.5, 0.5, 1.0, 2.0), (0.5, 0.6, 0.5, 0.7, 0.5, 0.8)
    split, step_cv = dict(zip(steps, minutes, strict=True)), dict(zip(steps, cvs, strict=True))
    service = {**lognormal(0.7), "core_minutes": 4.0, "difficulty_cv": 0.6, "split": split, "step_cv": step_cv}
    mean, cv = known.in_a_row((4.0, 0.7), *zip(minutes, cvs, strict=True))
    care = sum(minutes)
    metrics = {
        "wait_mean": known.pollaczek_khinchine(0.5 / MINUTES, mean, known.scaled(cv, 0.6)),
        "investment_hours": 0.5 / MINUTES * 24 * 365 / 12 * care,
    }
    return Case("M/G/1, six steps", desk(0.5, 1, service, investment={"minutes_per_visit": care}), weeks, metrics)


def work_afterwards(weeks: float) -> Case:
    """M/G/1 that each visit holds for a service and for the work after it; the customer is there for the service."""
    service, work = (6.0, 1.0), (4.0, 0.7)
    wait = known.pollaczek_khinchine(0.5 / MINUTES, *known.in_a_row(service, work))
    after = {"after_visit_minutes": work[0], "after_visit_cv": work[1]}
    tables = desk(0.5, 1, {"core_minutes": service[0], "core_distribution": "exponential"}, after_visit_work=after)
    metrics = {
        "wait_mean": wait, "time_in_system_mean": wait + service[0], "occupancy": 0.5,
        "hours_after_visits": 0.5 / MINUTES * 24 * 365 / 12 * work[0],
    }  # fmt: skip
    return Case("M/G/1, work afterwards", tables, weeks, metrics)


def impatient() -> Iterable[Case]:
    """Erlang A, and other laws of patience."""
    weibull = {"patience_distribution": "weibull", "patience_shape": 0.6}
    yield answered_in_time(weeks=9)
    yield erlang_a("M/M/5+fixed", {"patience_distribution": "fixed"}, known.fixed(2 * MINUTES), weeks=36)
    yield erlang_a("M/M/5+Weibull", weibull, known.weibull(2 * MINUTES, 0.6), weeks=9)
    lasting = {"patience_distribution": "lognormal", "patience_cv": 0.7}
    yield erlang_a("M/M/5+lognormal", lasting, known.lognormal(2 * MINUTES, 0.7), weeks=13)
    at_once = known.exponential(2 * MINUTES)
    yield erlang_a("M/M/5+M, ¼ at once", {"leave_at_once_share": 0.25}, lambda x: 0.75 * at_once(x), weeks=11)
    yield mandelbaum_and_zeltyn(weeks=13)


def erlang_a(name: str, waiting: dict[str, Any], patience: known.LimitedMean, weeks: float) -> Case:
    """M/M/5+G, offered all that it can do."""
    queue = known.erlang_a(5.0 / MINUTES, MINUTES, 5, patience)
    metrics = {**queue_metrics(queue), "abandoned_share": queue.lost, "occupancy": 1.0 - queue.lost}
    return Case(name, desk(5.0, 5, waiting={"patience_minutes": 2 * MINUTES, **waiting}), weeks, metrics)


def answered_in_time(weeks: float) -> Case:
    """Erlang A, with who is answered in time."""
    waiting = {"patience_distribution": "exponential", "target_seconds": 60 * TARGET}
    case = erlang_a("M/M/5+M", waiting, known.exponential(2 * MINUTES), weeks)
    shares = erlang_a_in_time(5.0 / MINUTES, MINUTES, 5, 2 * MINUTES, TARGET)
    return replace(case, expected={**case.expected, **in_time_metrics(shares)})


def mandelbaum_and_zeltyn(weeks: float) -> Case:
    """Their desk of 50 agents, ten times as slow: 3.1 % abandon."""
    queue = known.erlang_a(48.0 / MINUTES, MINUTES, 50, known.exponential(2 * MINUTES))
    metrics = {**queue_metrics(queue), "abandoned_share": queue.lost}
    return Case("M/M/50+M", desk(48.0, 50, waiting={"patience_minutes": 2 * MINUTES}), weeks, metrics)


def limited() -> Iterable[Case]:
    """Queues that not everybody joins."""
    never = {"patience_distribution": "never"}
    blocked = known.erlang_b(5, 4.0)
    metrics = {"blocked/arrivals": blocked, "occupancy": 4.0 * (1.0 - blocked) / 5}
    yield Case("M/lognormal/5/5", desk(4.0, 5, lognormal(1.5), waiting={**never, "waiting_places": 0}), 7, metrics)
    queue = known.waiting_places(2.0 / MINUTES, MINUTES, 2, 3)
    metrics = {**queue_metrics(queue), "blocked/arrivals": queue.lost}
    yield Case("M/M/2/5", desk(2.0, 2, waiting={**never, "waiting_places": 3}), 13, metrics)
    queue = known.balking(2.0 / MINUTES, MINUTES, 2, 30.0)
    metrics = {**queue_metrics(queue), "balked_share": queue.lost}
    yield Case("M/M/2, balking", desk(2.0, 2, waiting={**never, "balk_scale_minutes": 30.0}), 18, metrics)


def inattentive() -> Iterable[Case]:
    """Agents who are elsewhere now and then."""
    yield pausing("M/M/1, pausing", EXPONENTIAL, cv=1.0, weeks=130)
    yield pausing("M/G/1, pausing", lognormal(1.2), cv=1.2, weeks=500)
    yield half_there(weeks=120)


AWAY = {"agents": 1, "attentive_minutes": 40.0, "inattentive_minutes": 10.0}


def pausing(name: str, service: dict[str, Any], cv: float, weeks: float) -> Case:
    """An agent whose work stands still while away."""
    wait = known.on_off_pausing(0.4 / MINUTES, MINUTES, cv, 1 / 40, 1 / 10)
    metrics = {"wait_mean": wait, "time_in_system_mean": wait + MINUTES * 1.25, "occupancy": 0.4 * 1.25}
    return Case(name, {**desk(0.4, 1, service), "staff": AWAY}, weeks, metrics)


def half_there(weeks: float) -> Case:
    """An agent who works on while away, and turns to nobody new."""
    wait = known.on_off_half_there(0.4 / MINUTES, MINUTES, 1 / 40, 1 / 10)
    metrics = {"wait_mean": wait, "time_in_system_mean": wait + MINUTES, "occupancy": 0.4}
    return Case("M/M/1, half there", {**desk(0.4, 1), "staff": {**AWAY, "while_serving": "half_there"}}, weeks, metrics)


PROFILE = [1.0, 0.5, 0.5, 0.5, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 14.0, 12.0, 9.0, 11.0, 12.0, 10.0, 8.0, 9.0, 12.0, 8.0,
           5.0, 3.0, 2.0, 1.5]  # fmt: skip
"""Demand by hour of the day, with a lunch break and an evening."""


def varying() -> Iterable[Case]:
    """Arrivals that vary over the day, that come again, or that come by habit."""
    yield on_a_monday(7.5, 10.25, per_hour=800.0)
    yield on_a_monday(10.75, 14.5, per_hour=800.0)
    yield on_a_monday(18.0, 24.0, per_hour=800.0)
    yield come_again(agents=2, load=1.0, probability=0.3, weeks=140)
    yield regulars(weeks=2)


def on_a_monday(start: float, end: float, per_hour: float) -> Case:
    """From one hour to another at a desk where nobody waits: Mt/G/∞."""
    rates = [weight / math.fsum(PROFILE) * 24 * per_hour for weight in PROFILE]
    tables = {
        "demand": {"prospects_per_hour": per_hour, "profile": PROFILE},
        "staff": {"agents": 1000},
        "service": {"core_minutes": 20.0, "core_distribution": "lognormal", "core_cv": 0.7},
    }
    metrics = {
        "arrivals": known.arrivals_between(rates, start, end) * 168 / (end - start),
        "occupancy": known.mean_load(rates, known.lognormal(1 / 3, 0.7), start, end) / 1000,
    }
    return Case(f"Mt/G/∞ {start:g}–{end:g} h", tables, (end - start) / 168, metrics, start / 168, asked=True)


def come_again(agents: int, load: float, probability: float, weeks: float) -> Case:
    """M/M/c with feedback: some come again after a few hours, as Jackson's network has it."""
    again = {"conversion": 0.0, "conversion_slope": 0.0, "second_thought_probability": probability,
             "second_thought_days": 0.1, "second_thought_limit": 100}  # fmt: skip
    arrivals = known.feedback(load / MINUTES, probability, 100)
    metrics = {"arrivals": arrivals * 60 * 168, **queue_metrics(known.erlang_c(arrivals, MINUTES, agents))}
    return Case(f"M/M/{agents}, feedback", desk(load, agents, spending=again), weeks, metrics, warmup=1.0)


def regulars(weeks: float) -> Case:
    """Visits of a book whose customers and gaps both vary, from the first day on."""
    book = {"prospects_per_hour": 0.0, "opening_book": 2000, "visit_gap_days": 30.0, "gap_between_cv": 0.5}
    visits = 7 * known.book_visits(2000, 30.0, 0.5)
    return Case("book, lognormal gaps", {**desk(0.0, 100), "demand": book}, weeks, {"arrivals": visits}, warmup=0.0)


def loyal() -> Iterable[Case]:
    """Customers held at satisfaction 8, where the scenario's yearly retention is what it says."""
    yield held("loyalty, fixed gaps", "fixed", 36.5, known.retention_of_regulars(0.6, 36.5), book=1300)
    yield held("loyalty, random gaps", "exponential", 50.0, known.retention_of_irregulars(0.6, 50.0), book=1300)
    yield buyers(weeks=6)


def held(name: str, law: str, gap: float, retention: float, book: int) -> Case:
    """A book of long standing, looked at for a year."""
    demand = {"prospects_per_hour": 0.0, "opening_book": book, "opening_tenure": 10, "visit_gap_days": gap,
              "gap_distribution": law, "gap_between_cv": 0.0}  # fmt: skip
    at_eight = {"on": False, "opening_satisfaction": 8.0}
    tables = desk(0.0, 5, {"core_minutes": 0.1}, quality=at_eight, loyalty={"yearly_retention": 0.6})
    return Case(name, {**tables, "demand": demand}, 365 / 7, {"retention": retention}, 0.0, asked=True)


def buyers(weeks: float) -> Case:
    """Prospects who buy or not, and come back or not."""
    demand = {"prospects_per_hour": 6.0, "visit_gap_days": 36.5, "gap_between_cv": 0.0}
    spending = {"conversion": 0.4, "second_thought_probability": 0.0}
    at_eight, loyal = {"on": False, "first_expectation": 8.0}, {"yearly_retention": 0.6, "tenure_slope": 0.0}
    tables = desk(0.0, 5, {"core_minutes": 0.1}, quality=at_eight, loyalty=loyal, spending=spending)
    won = 6.0 * 24 * 365 * 0.4 * known.staying_per_visit(0.6, 36.5)
    return Case("buyers won", {**tables, "demand": demand}, weeks, {"customers_won": won}, warmup=0.0)
