"""`verify`: the proof that an installation simulates what it says.

Theory: small desks with known answers, simulated by the compiled loop and held against `closed_forms`. Twins: random
scenarios and tie storms, told by both engines, row by row the same. Laws: what must hold of every one of those traces.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.model.trace import Trace, first_difference
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.sheet import to_sheet
from servsim.study import closed_forms as known
from servsim.study.closed_forms import Queue
from servsim.study.engines import Engine, engine_named
from servsim.study.fuzz import random_scenario
from servsim.study.metrics import NAMES
from servsim.study.statistics import defined
from servsim.study.workers import Job, Pool, Progress, quiet

FALSE_ALARM = 0.001
"""Chance that a correct installation fails the theory: over all figures together, by Šidák's bound."""


@dataclass(frozen=True)
class Effort:
    """How hard to look: worlds per desk, the share of each desk's full horizon, how sharp, how many twins."""

    worlds: int
    share: float
    sharpness: float
    twins: int


FULL = Effort(worlds=64, share=1.0, sharpness=0.005, twins=600)
QUICK = Effort(worlds=32, share=1 / 8, sharpness=0.02, twins=60)
"""Sharpness: the largest standard error that counts as proof, as a share of the value."""


# Theory


@dataclass(frozen=True)
class Case:
    """A desk with known answers: its tables, the weeks of each world in a full proof, and figure → expected value.

    A figure is one of `metrics`, or two of them as "blocked/arrivals".
    """

    name: str
    tables: dict[str, Any]
    weeks: float
    expected: dict[str, float]
    warmup: float = 0.2

    def scenario(self, share: float = 1.0) -> Scenario:
        """The desk, with this share of its horizon after the warm-up."""
        horizon = {"weeks": self.warmup + self.weeks * share, "warmup_weeks": self.warmup}
        return checked({"title": self.name, "opening": {"always": True}, "horizon": horizon, **self.tables}, self.name)


MINUTES = 10.0
"""Mean service time of every desk with known answers."""
EXPONENTIAL: dict[str, Any] = {"core_minutes": MINUTES, "core_distribution": "exponential"}
LOGNORMAL: dict[str, Any] = {"core_minutes": MINUTES, "core_distribution": "lognormal", "core_cv": 1.5}


def desk(load: float, agents: int, service: dict[str, Any] | None = None, **tables: Any) -> dict[str, Any]:
    """Tables of a desk that is offered so much work, in agents; other tables are taken as they are."""
    return {
        "demand": {"prospects_per_hour": 60 * load / MINUTES},
        "staff": {"agents": agents},
        "service": service or EXPONENTIAL,
        **tables,
    }


def queue_figures(queue: Queue) -> dict[str, float]:
    """What the figures of a queue should be."""
    return {"waited_share": queue.waited, "wait_mean": queue.wait}


def cases() -> tuple[Case, ...]:
    """Every desk with known answers."""
    return (*queues(), *one_agent(), *impatient(), *limited(), *attention(), *demand(), *loyalty())


def queues() -> Iterable[Case]:
    """Erlang C."""
    for agents, load in ((1, 0.5), (4, 3.0)):
        queue = known.erlang_c(load / MINUTES, MINUTES, agents)
        figures = {
            **queue_figures(queue),
            "wait_p90": known.erlang_c_quantile(load / MINUTES, MINUTES, agents, 0.9),
            "time_in_system_mean": queue.wait + MINUTES,
            "queue_mean": load / MINUTES * queue.wait,
            "occupancy": load / agents,
        }
        yield Case(f"M/M/{agents}", desk(load, agents), 16 if agents == 1 else 24, figures)


def one_agent() -> Iterable[Case]:
    """Pollaczek and Khinchine."""
    services: dict[str, tuple[dict[str, Any], float, float]] = {
        "M/D/1": ({"core_minutes": MINUTES, "core_distribution": "fixed"}, MINUTES, 0.0),
        "M/E4/1": ({"core_minutes": MINUTES, "core_distribution": "erlang", "core_phases": 4}, MINUTES, 0.5),
        "M/lognormal/1": (LOGNORMAL, MINUTES, 1.5),
    }
    for name, (service, mean, cv) in services.items():
        wait = known.pollaczek_khinchine(0.5 / MINUTES, mean, cv)
        yield Case(name, desk(0.5, 1, service), 8 + 16 * cv**2, {"wait_mean": wait})
    yield six_steps()


def six_steps() -> Case:
    """M/G/1 whose visits are a transaction and six steps of care, all of them as hard as the case."""
    steps = {"greet": 0.5, "listen": 0.6, "acknowledge": 0.5, "empathise": 0.7, "summarise": 0.5, "action_points": 0.8}
    minutes = {"greet": 0.5, "listen": 1.5, "acknowledge": 0.5, "empathise": 0.5, "summarise": 1.0, "action_points": 2.0}
    core = {"core_minutes": 4.0, "core_distribution": "lognormal", "core_cv": 0.7}
    mean, cv = known.in_a_row((4.0, 0.7), *((minutes[step], steps[step]) for step in steps))
    service = {**core, "difficulty_cv": 0.6, "split": minutes, "step_cv": steps}
    tables = desk(0.5, 1, service, investment={"minutes_per_visit": sum(minutes.values())})
    wait = known.pollaczek_khinchine(0.5 / MINUTES, mean, known.scaled(cv, 0.6))
    care = 0.5 / MINUTES * 60 * 24 * 365 / 12 * sum(minutes.values()) / 60
    return Case("M/G/1, six steps", tables, 10, {"wait_mean": wait, "investment_hours": care})


def impatient() -> Iterable[Case]:
    """Erlang A, and other laws of patience."""
    laws: dict[str, tuple[dict[str, Any], known.LimitedMean]] = {
        "M/M/5+M": ({"patience_distribution": "exponential"}, known.exponential(20.0)),
        "M/M/5+fixed": ({"patience_distribution": "fixed"}, known.fixed(20.0)),
        "M/M/5+Weibull": ({"patience_distribution": "weibull", "patience_shape": 0.6}, known.weibull(20.0, 0.6)),
        "M/M/5+lognormal": ({"patience_distribution": "lognormal", "patience_cv": 0.7}, known.lognormal(20.0, 0.7)),
        "M/M/5+M, 1 in 4 at once": ({"leave_at_once_share": 0.25}, lambda x: 0.75 * known.exponential(20.0)(x)),
    }
    for name, (waiting, patience) in laws.items():
        queue = known.erlang_a(5.0 / MINUTES, MINUTES, 5, patience)
        figures = {**queue_figures(queue), "abandoned_share": queue.lost, "occupancy": 1.0 - queue.lost}
        yield Case(name, desk(5.0, 5, waiting={"patience_minutes": 20.0, **waiting}), 8, figures)
    queue = known.erlang_a(48.0 / MINUTES, MINUTES, 50, known.exponential(20.0))
    figures = {**queue_figures(queue), "abandoned_share": queue.lost}
    yield Case("M/M/50+M", desk(48.0, 50, waiting={"patience_minutes": 20.0}), 16, figures)


def limited() -> Iterable[Case]:
    """Erlang B, waiting places, and a queue that deters."""
    never: dict[str, Any] = {"patience_distribution": "never"}
    blocked = known.erlang_b(5, 4.0)
    yield Case(
        "M/lognormal/5/5", desk(4.0, 5, LOGNORMAL, waiting={**never, "waiting_places": 0}), 4,
        {"blocked/arrivals": blocked, "occupancy": 4.0 * (1.0 - blocked) / 5},
    )  # fmt: skip
    queue = known.waiting_places(2.0 / MINUTES, MINUTES, 2, 3)
    figures = {**queue_figures(queue), "blocked/arrivals": queue.lost}
    yield Case("M/M/2/5", desk(2.0, 2, waiting={**never, "waiting_places": 3}), 6, figures)
    queue = known.balking(2.0 / MINUTES, MINUTES, 2, 30.0)
    figures = {**queue_figures(queue), "balked_share": queue.lost}
    yield Case("M/M/2, balking", desk(2.0, 2, waiting={**never, "balk_scale_minutes": 30.0}), 8, figures)


def attention() -> Iterable[Case]:
    """Agents who are inattentive now and then."""
    staff = {"agents": 1, "attentive_minutes": 40.0, "inattentive_minutes": 10.0}
    rate = 0.4 / MINUTES
    for name, service, cv in (("M/M/1 on/off, pause", EXPONENTIAL, 1.0), ("M/G/1 on/off, pause", LOGNORMAL, 1.5)):
        wait = known.on_off_pausing(rate, MINUTES, cv, 1 / 40, 1 / 10)
        figures = {"wait_mean": wait, "time_in_system_mean": wait + MINUTES * 1.25, "occupancy": 0.4 * 1.25}
        yield Case(name, {**desk(0.4, 1, service), "staff": staff}, 24 * cv**2, figures)
    wait = known.on_off_half_there(rate, MINUTES, 1 / 40, 1 / 10)
    figures = {"wait_mean": wait, "time_in_system_mean": wait + MINUTES, "occupancy": 0.4}
    yield Case("M/M/1 on/off, half there", {**desk(0.4, 1), "staff": {**staff, "while_serving": "half_there"}}, 24, figures)


PROFILE = [1.0, 0.5, 0.5, 0.5, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 14.0, 12.0, 9.0, 11.0, 12.0, 10.0, 8.0, 9.0, 12.0, 8.0,
           5.0, 3.0, 2.0, 1.5]  # fmt: skip
"""Demand by hour of the day, with a lunch break and an evening."""


def demand() -> Iterable[Case]:
    """Arrivals that vary over the day, that come again, or that come by habit."""
    rates = [weight / math.fsum(PROFILE) * 24 * 60 for weight in PROFILE]
    for start, end in ((7.5, 9.25), (12.0, 13.0), (20.0, 24.0)):
        figures = {"arrivals": known.arrivals_between(rates, start, end) * 168 / (end - start)}
        if start < 10:
            figures["occupancy"] = known.mean_load(rates, known.lognormal(1.5, 0.7), start, end) / 600
        yield profile_case(start, end, figures)
    yield come_again()
    yield book_of_regulars()


def profile_case(start: float, end: float, figures: dict[str, float]) -> Case:
    """Monday from one hour to another at a desk where nobody waits: Mt/G/∞."""
    tables = {
        "demand": {"prospects_per_hour": 60.0, "profile": PROFILE},
        "staff": {"agents": 600},
        "service": {"core_minutes": 90.0, "core_distribution": "lognormal", "core_cv": 0.7},
    }
    return Case(f"Mt/G/∞ {start:g}–{end:g} h", tables, (end - start) / 168, figures, warmup=start / 168)


def come_again() -> Case:
    """M/M/2 with feedback: three in ten come again, some hours later."""
    again = {"conversion": 0.0, "conversion_slope": 0.0, "second_thought_probability": 0.3, "second_thought_days": 0.1,
             "second_thought_limit": 100}  # fmt: skip
    arrivals = known.feedback(1.0 / MINUTES, 0.3, 100)
    queue = known.erlang_c(arrivals, MINUTES, 2)
    figures = {"arrivals": arrivals * 60 * 168, **queue_figures(queue)}
    return Case("M/M/2, feedback", desk(1.0, 2, spending=again), 14, figures, warmup=1.0)


def book_of_regulars() -> Case:
    """Visits of a book whose customers and gaps both vary, from the first day on."""
    book = {"prospects_per_hour": 0.0, "opening_book": 2000, "visit_gap_days": 30.0, "gap_cv": 0.7, "gap_between_cv": 0.5}
    tables = {**desk(0.0, 100), "demand": book}
    return Case("book, lognormal gaps", tables, 2, {"arrivals": 7 * known.book_visits(2000, 30.0, 0.5)}, warmup=0.0)


def loyalty() -> Iterable[Case]:
    """Customers held at satisfaction 8, all of them of long standing."""
    for law, gap, retention in (
        ("fixed", 36.5, known.retention_of_regulars(0.6, 36.5)),
        ("exponential", 50.0, known.retention_of_irregulars(0.6, 50.0)),
    ):
        book = {"prospects_per_hour": 0.0, "opening_book": 500, "opening_tenure": 10, "visit_gap_days": gap,
                "gap_distribution": law, "gap_between_cv": 0.0}  # fmt: skip
        held = {"on": False, "opening_satisfaction": 8.0}
        service = {"core_minutes": 0.1}
        tables = {**desk(0.0, 5, service, quality=held, loyalty={"yearly_retention": 0.6}), "demand": book}
        yield Case(f"retention, {law} gaps", tables, 365 / 7, {"retention": retention}, warmup=0.0)
    yield buyers()


def buyers() -> Case:
    """Prospects who buy or not, and come back or not."""
    demand = {"prospects_per_hour": 6.0, "visit_gap_days": 36.5, "gap_between_cv": 0.0}
    spending = {"conversion": 0.4, "basket_mean": 50.0, "second_thought_probability": 0.0}
    held = {"on": False, "first_expectation": 8.0}
    loyal = {"yearly_retention": 0.6, "tenure_slope": 0.0}
    bought = 6.0 * 24 * 365 * 0.4
    figures = {"customers_won": bought * known.staying_per_visit(0.6, 36.5)}
    tables = {**desk(0.0, 5, {"core_minutes": 0.1}, quality=held, loyalty=loyal, spending=spending), "demand": demand}
    return Case("buyers won", tables, 4, figures, warmup=0.0)


@dataclass(frozen=True)
class Finding:
    """A figure of a desk, simulated, beside its known value."""

    name: str
    figure: str
    expected: float
    simulated: float
    standard_error: float
    passed: bool

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        gap = self.simulated - self.expected
        return gap / self.standard_error if self.standard_error else math.copysign(math.inf, gap) if gap else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        return {
            "name": self.name,
            "figure": self.figure,
            "expected": defined(self.expected),
            "simulated": defined(self.simulated),
            "standard_error": defined(self.standard_error),
            "z": defined(self.z),
            "passed": self.passed,
        }


def bound(figures: int, worlds: int, false_alarm: float = FALSE_ALARM) -> float:
    """Standard errors within which all figures lie together with probability 1 − false alarm: t, Šidák (1967)."""
    from scipy.stats import t

    each = 1.0 - (1.0 - false_alarm) ** (1.0 / figures)
    return float(t.isf(each / 2.0, worlds - 1))


def sample_of(table: np.ndarray, figure: str) -> np.ndarray:
    """(worlds,) a figure, or the ratio of two, from (worlds, metrics)."""
    over, _, under = figure.partition("/")
    column: np.ndarray = table[:, NAMES.index(over)]
    return column / table[:, NAMES.index(under)] if under else column


def finding(case: Case, figure: str, sample: np.ndarray, limit: float, sharpness: float) -> Finding:
    """What a figure's worlds say: it passes if it is sharp, and no further off than the limit in standard errors."""
    mean, error = float(sample.mean()), float(sample.std(ddof=1) / math.sqrt(len(sample)))
    expected = case.expected[figure]
    sharp = error <= sharpness * abs(expected)
    near = abs(mean - expected) <= limit * error
    return Finding(case.name, figure, expected, mean, error, sharp and near)


def theory(
    desks: Sequence[Case],
    effort: Effort,
    seed: int,
    engine: Engine = "fast",
    workers: int | None = None,
    progress: Progress = quiet,
) -> list[Finding]:
    """Every figure of every desk, simulated and held against its known value."""
    pool = Pool([case.scenario(effort.share) for case in desks], seed, engine, workers)
    jobs = [Job(place, number) for place in range(len(desks)) for number in range(effort.worlds)]
    outcomes = pool.outcomes(jobs, progress)
    if pool.interrupted:
        raise KeyboardInterrupt
    limit = bound(sum(len(case.expected) for case in desks), effort.worlds)
    tables = np.array([outcome.figures for outcome in outcomes]).reshape(len(desks), effort.worlds, len(NAMES))
    return [
        finding(case, figure, sample_of(table, figure), limit, effort.sharpness)
        for case, table in zip(desks, tables, strict=True)
        for figure in case.expected
    ]
