"""`verify`: the proof that an installation simulates what it says.

Theory: small desks with known answers, simulated by the compiled loop and held against `closed_forms`. Twins: random
scenarios and tie storms, told by both engines, row by row the same. Laws: what must hold of every one of those traces.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from servsim.model.trace import Trace, first_difference
from servsim.scenario.desk import Opening
from servsim.scenario.question import Horizon
from servsim.scenario.read import checked
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario, as_segments
from servsim.sheet import open_minutes, profile_mass, roster_minutes, to_sheet
from servsim.study import closed_forms as known
from servsim.study.closed_forms import Queue
from servsim.study.engines import Engine, engine_named
from servsim.study.fuzz import random_scenario
from servsim.study.identity import digest_of, model_version
from servsim.study.metrics import NAMES
from servsim.study.outlook import planned
from servsim.study.run import Run
from servsim.study.run import run as project
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


FULL = Effort(worlds=64, share=1.0, sharpness=0.005, twins=1000)
QUICK = Effort(worlds=32, share=1 / 6, sharpness=0.02, twins=60)
"""Sharpness: the largest standard error that counts as proof, as a share of the value."""


# Theory


@dataclass(frozen=True)
class Case:
    """A desk with known answers: its tables, the weeks of each world in a full proof, and figure → expected value.

    A figure is one of `metrics`, or two of them as "blocked/arrivals". Where the weeks are asked for, as in a year's
    retention, they are the same in every proof.
    """

    name: str
    tables: dict[str, Any]
    weeks: float
    expected: dict[str, float]
    warmup: float = 0.2
    asked: bool = False

    def scenario(self, share: float = 1.0) -> Scenario:
        """The desk, with this share of its weeks after the warm-up."""
        weeks = self.weeks if self.asked else self.weeks * share
        horizon = {"weeks": self.warmup + weeks, "warmup_weeks": self.warmup}
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


def queue_figures(queue: Queue) -> dict[str, float]:
    """What the figures of a queue should be."""
    return {"waited_share": queue.waited, "wait_mean": queue.wait}


def cases() -> tuple[Case, ...]:
    """Every desk with known answers."""
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


def erlang_c(agents: int, load: float, weeks: float) -> Case:
    """M/M/c."""
    queue = known.erlang_c(load / MINUTES, MINUTES, agents)
    figures = {
        **queue_figures(queue),
        "wait_p90": known.erlang_c_quantile(load / MINUTES, MINUTES, agents, 0.9),
        "time_in_system_mean": queue.wait + MINUTES,
        "queue_mean": load / MINUTES * queue.wait,
        "occupancy": load / agents,
    }
    return Case(f"M/M/{agents}", desk(load, agents), weeks, figures)


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
    figures = {
        "wait_mean": known.pollaczek_khinchine(0.5 / MINUTES, mean, known.scaled(cv, 0.6)),
        "investment_hours": 0.5 / MINUTES * 24 * 365 / 12 * care,
    }
    return Case("M/G/1, six steps", desk(0.5, 1, service, investment={"minutes_per_visit": care}), weeks, figures)


def impatient() -> Iterable[Case]:
    """Erlang A, and other laws of patience."""
    weibull = {"patience_distribution": "weibull", "patience_shape": 0.6}
    yield erlang_a("M/M/5+M", {"patience_distribution": "exponential"}, known.exponential(2 * MINUTES), weeks=9)
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
    figures = {**queue_figures(queue), "abandoned_share": queue.lost, "occupancy": 1.0 - queue.lost}
    return Case(name, desk(5.0, 5, waiting={"patience_minutes": 2 * MINUTES, **waiting}), weeks, figures)


def mandelbaum_and_zeltyn(weeks: float) -> Case:
    """Their desk of 50 agents, ten times as slow: 3.1 % abandon."""
    queue = known.erlang_a(48.0 / MINUTES, MINUTES, 50, known.exponential(2 * MINUTES))
    figures = {**queue_figures(queue), "abandoned_share": queue.lost}
    return Case("M/M/50+M", desk(48.0, 50, waiting={"patience_minutes": 2 * MINUTES}), weeks, figures)


def limited() -> Iterable[Case]:
    """Queues that not everybody joins."""
    never = {"patience_distribution": "never"}
    blocked = known.erlang_b(5, 4.0)
    figures = {"blocked/arrivals": blocked, "occupancy": 4.0 * (1.0 - blocked) / 5}
    yield Case("M/lognormal/5/5", desk(4.0, 5, lognormal(1.5), waiting={**never, "waiting_places": 0}), 7, figures)
    queue = known.waiting_places(2.0 / MINUTES, MINUTES, 2, 3)
    figures = {**queue_figures(queue), "blocked/arrivals": queue.lost}
    yield Case("M/M/2/5", desk(2.0, 2, waiting={**never, "waiting_places": 3}), 13, figures)
    queue = known.balking(2.0 / MINUTES, MINUTES, 2, 30.0)
    figures = {**queue_figures(queue), "balked_share": queue.lost}
    yield Case("M/M/2, balking", desk(2.0, 2, waiting={**never, "balk_scale_minutes": 30.0}), 18, figures)


def inattentive() -> Iterable[Case]:
    """Agents who are elsewhere now and then."""
    yield pausing("M/M/1, pausing", EXPONENTIAL, cv=1.0, weeks=130)
    yield pausing("M/G/1, pausing", lognormal(1.2), cv=1.2, weeks=500)
    yield half_there(weeks=120)


AWAY = {"agents": 1, "attentive_minutes": 40.0, "inattentive_minutes": 10.0}


def pausing(name: str, service: dict[str, Any], cv: float, weeks: float) -> Case:
    """An agent whose work stands still while away."""
    wait = known.on_off_pausing(0.4 / MINUTES, MINUTES, cv, 1 / 40, 1 / 10)
    figures = {"wait_mean": wait, "time_in_system_mean": wait + MINUTES * 1.25, "occupancy": 0.4 * 1.25}
    return Case(name, {**desk(0.4, 1, service), "staff": AWAY}, weeks, figures)


def half_there(weeks: float) -> Case:
    """An agent who works on while away, and turns to nobody new."""
    wait = known.on_off_half_there(0.4 / MINUTES, MINUTES, 1 / 40, 1 / 10)
    figures = {"wait_mean": wait, "time_in_system_mean": wait + MINUTES, "occupancy": 0.4}
    return Case("M/M/1, half there", {**desk(0.4, 1), "staff": {**AWAY, "while_serving": "half_there"}}, weeks, figures)


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
    figures = {
        "arrivals": known.arrivals_between(rates, start, end) * 168 / (end - start),
        "occupancy": known.mean_load(rates, known.lognormal(1 / 3, 0.7), start, end) / 1000,
    }
    return Case(f"Mt/G/∞ {start:g}–{end:g} h", tables, (end - start) / 168, figures, start / 168, asked=True)


def come_again(agents: int, load: float, probability: float, weeks: float) -> Case:
    """M/M/c with feedback: some come again after a few hours, as Jackson's network has it."""
    again = {"conversion": 0.0, "conversion_slope": 0.0, "second_thought_probability": probability,
             "second_thought_days": 0.1, "second_thought_limit": 100}  # fmt: skip
    arrivals = known.feedback(load / MINUTES, probability, 100)
    figures = {"arrivals": arrivals * 60 * 168, **queue_figures(known.erlang_c(arrivals, MINUTES, agents))}
    return Case(f"M/M/{agents}, feedback", desk(load, agents, spending=again), weeks, figures, warmup=1.0)


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
    jobs = [
        Job(place, place * effort.worlds + number) for place in range(len(desks)) for number in range(effort.worlds)
    ]
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


# Twins and laws


@dataclass(frozen=True)
class Twins:
    """Random scenarios told by both engines: how many, their rows, where traces part, and which laws they break."""

    scenarios: int
    storms: int
    rows: int
    differences: tuple[str, ...]
    broken: tuple[str, ...]


Simulate = Callable[[np.ndarray], Trace]
"""An engine: the sheet of a world → its trace."""


def twin_scenario(seed: int, number: int) -> Scenario:
    """The number-th random scenario of a seed; odd ones are tie storms."""
    return random_scenario(np.random.default_rng([seed, number]), storm=number % 2 == 1)


def twins(
    count: int, seed: int, progress: Progress = quiet, story: Simulate | None = None, loop: Simulate | None = None
) -> Twins:
    """Tell random scenarios with both engines; compare the traces row by row and hold the loop's to the laws."""
    from servsim.model.laws import broken_laws

    story, loop = story or engine_named("reference").simulate, loop or engine_named("fast").simulate
    rows, differences, broken = 0, [], []
    for number in range(count):
        sheet = to_sheet(twin_scenario(seed, number), seed, number)
        told, looped = story(sheet), loop(sheet)
        rows += len(told)
        if told != looped:
            differences.append(f"scenario {number}: {first_difference(told, looped)}")
        broken += [f"scenario {number}: {breach}" for breach in broken_laws(sheet, looped)]
        progress(number + 1, count, 0.0)
    return Twins(count, count // 2, rows, tuple(differences), tuple(broken))


# The proof


@dataclass(frozen=True)
class Proof:
    """What was found, and whether all of it is as it should be."""

    seed: int
    effort: Effort
    theory: tuple[Finding, ...]
    twins: Twins

    @property
    def limit(self) -> float:
        """Standard errors within which every figure must lie."""
        return bound(len(self.theory), self.effort.worlds)

    @property
    def failures(self) -> tuple[str, ...]:
        """What is not as it should be, each in a few words."""
        off = tuple(f"{finding.name} {finding.figure}" for finding in self.theory if not finding.passed)
        parts = (("theory", off), ("twins", self.twins.differences), ("laws", self.twins.broken))
        return tuple(f"{part}: {len(found)}" for part, found in parts if found)

    @property
    def passed(self) -> bool:
        """Is all as it should be?"""
        return not self.failures

    def to_dict(self) -> dict[str, Any]:
        """The proof as `servsim verify --json` prints it."""
        return {
            "passed": self.passed,
            "model": model_version(),
            "seed": self.seed,
            "false_alarm": FALSE_ALARM,
            "limit": self.limit,
            "sharpness": self.effort.sharpness,
            "theory": [finding.to_dict() for finding in self.theory],
            "twins": {
                "passed": not self.twins.differences,
                "scenarios": self.twins.scenarios,
                "storms": self.twins.storms,
                "rows": self.twins.rows,
                "differences": list(self.twins.differences),
            },
            "laws": {
                "passed": not self.twins.broken,
                "traces": self.twins.scenarios,
                "broken": list(self.twins.broken),
            },
        }


def verify(effort: Effort = FULL, *, seed: int = 1, workers: int | None = None, progress: Progress = quiet) -> Proof:
    """Prove the installation: theory, twins and laws."""
    desks = cases()
    worlds = len(desks) * effort.worlds
    whole = worlds + effort.twins
    found = theory(desks, effort, seed, workers=workers, progress=lambda done, _, s: progress(done, whole, s))
    pairs = twins(effort.twins, seed, lambda done, _, s: progress(worlds + done, whole, s))
    return Proof(seed, effort, tuple(found), pairs)


# A scenario's own desk


@dataclass(frozen=True)
class Nearest:
    """The textbook desk nearest to a scenario: arrivals a minute, mean visit and patience in minutes, agents."""

    rate: float
    visit: float
    agents: int
    patience: float | None

    @property
    def load(self) -> float:
        """Work offered, of the time there is."""
        return self.rate * self.visit / self.agents

    @property
    def form(self) -> str:
        """What the textbook calls it."""
        return "Erlang C" if self.patience is None else "Erlang A"

    def queue(self) -> Queue | None:
        """Its steady state; None where nobody leaves a queue that grows for ever."""
        if self.patience is not None:
            return known.erlang_a(self.rate, self.visit, self.agents, known.exponential(self.patience))
        return known.erlang_c(self.rate, self.visit, self.agents) if self.load < 1.0 else None


def come_by_chance(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk without customers who return: as many come as before, all of them new and by chance."""
    waiting = scenario.waiting
    retries = waiting is not None and waiting.on and waiting.retry_probability > 0
    sells = scenario.spending is not None and scenario.spending.on
    if not (scenario.demand.opening_book or sells or retries):
        return scenario
    new = {"opening_book": 0, "prospects_per_hour": per_hour}
    once = waiting and waiting.model_copy(update={"retry_probability": 0.0})
    return scenario.model_copy(update={
        "demand": scenario.demand.model_copy(update=new), "waiting": once, "spending": None, "loyalty": None,
        "quality": None,
    })  # fmt: skip


def patience_exponential(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with the same mean patience, exponential."""
    waiting = scenario.waiting
    if waiting is None or not waiting.on or waiting.patience_distribution == "never":
        return scenario
    return scenario.model_copy(update={"waiting": waiting.model_copy(update={"patience_distribution": "exponential"})})


def everybody_joins(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk that everyone joins and that sends nobody home."""
    all_join = {
        "leave_at_once_share": 0.0,
        "balk_scale_minutes": 0.0,
        "waiting_places": None,
        "at_closing": "serve_out",
    }
    waiting = scenario.waiting
    if waiting is None or not waiting.on:
        return scenario
    return scenario.model_copy(update={"waiting": waiting.model_copy(update=all_join)})


def visits_exponential(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with the same mean visit, exponential: the transaction and all minutes of care in one."""
    plain = {"core_minutes": planned(scenario), "core_distribution": "exponential", "difficulty_cv": 0.0}
    return scenario.model_copy(update={"service": scenario.service.model_copy(update=plain), "investment": None})


def always_attentive(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with agents who are never elsewhere."""
    return scenario.model_copy(update={"staff": scenario.staff.model_copy(update={"inattentive_minutes": 0.0})})


def hours_alike(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with every opening hour like any other, no nights, for as many hours, and a whole number of agents.

    Mean rate and roster are the same; where the roster's mean is not whole both are scaled alike, so that the load is.
    """
    opened = open_minutes(scenario)
    rate = np.diff(profile_mass(scenario, opened))
    factor = np.repeat(scenario.service.core_profile or [1.0] * 24, 60)
    minutes = scenario.service.core_minutes * float((rate.reshape(7, -1) * factor).sum() / rate.sum())
    agents = round(mean_agents(scenario))
    even = {"profile": None, "weekday_profile": None, "busyness_cv": 0.0,
            "prospects_per_hour": scenario.demand.prospects_per_hour * agents / mean_agents(scenario)}  # fmt: skip
    horizon, share = scenario.horizon, float(opened.mean())
    return scenario.model_copy(update={
        "opening": Opening(always=True),
        "demand": scenario.demand.model_copy(update=even),
        "staff": scenario.staff.model_copy(update={"agents": agents, "roster": None}),
        "service": scenario.service.model_copy(update={"core_profile": None, "core_minutes": minutes}),
        "horizon": Horizon(weeks=horizon.weeks * share, warmup_weeks=horizon.warmup_weeks * share),
    })  # fmt: skip


def mean_agents(scenario: Scenario) -> float:
    """Agents that the roster asks for, averaged over opening hours."""
    return float(roster_minutes(scenario)[open_minutes(scenario) > 0].mean())


def one_kind(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with one kind of customer, whose numbers are the means over the segments."""
    if not scenario.segments:
        return scenario
    lived, shares = as_segments(scenario), [segment.share for segment in scenario.segments]
    tables = {name: mean_table([getattr(own, name) for own in lived], shares) for name in SEGMENT_TABLES}
    return scenario.model_copy(update={**tables, "segments": []})


def mean_table(tables: Sequence[BaseModel | None], shares: Sequence[float]) -> BaseModel | None:
    """A table whose numbers are means by share; words and switches are the first's."""
    there = [(table, share) for table, share in zip(tables, shares, strict=True) if table is not None]
    if not there:
        return None
    first, whole = there[0][0], sum(share for _, share in there)
    means: dict[str, Any] = {}
    for name, value in first:
        values = [getattr(table, name) for table, _ in there]
        if isinstance(value, BaseModel):
            means[name] = mean_table(values, [share for _, share in there])
        elif isinstance(value, float):
            means[name] = sum(v * share for v, (_, share) in zip(values, there, strict=True)) / whole
    return first.model_copy(update=means)


Change = Callable[[Scenario, float], Scenario]

CHANGES: tuple[tuple[str, Change], ...] = (
    ("one kind of customer", one_kind),
    ("all by chance, none by habit", come_by_chance),
    ("patience exponential", patience_exponential),
    ("everybody joins the queue", everybody_joins),
    ("visits exponential", visits_exponential),
    ("agents always attentive", always_attentive),
    ("every opening hour alike", hours_alike),
)
"""What a desk loses, one after the other, on its way to the textbook; the second is told the arrivals an open hour."""


@dataclass(frozen=True)
class Beside:
    """A scenario's desk and what is left of it, step by step, beside the nearest closed form."""

    seed: int
    steps: tuple[tuple[str, Run], ...]

    @property
    def last(self) -> Scenario:
        """What is left of the desk in the end: nothing that the textbook does not know."""
        return self.steps[-1][1].scenario

    @property
    def nearest(self) -> Nearest:
        """The closed form's desk."""
        end, waiting = self.last, self.last.waiting
        leaves = waiting is not None and waiting.on and waiting.patience_distribution != "never"
        patience = waiting.patience_minutes if waiting is not None and leaves else None
        return Nearest(end.demand.prospects_per_hour / 60, planned(end), end.staff.agents, patience)

    @property
    def mean_agents(self) -> float:
        """Agents that the scenario's roster asks for, averaged over opening hours."""
        return mean_agents(self.steps[0][1].scenario)

    def to_dict(self) -> dict[str, Any]:
        """The steps as `servsim verify FILE --json` prints them."""
        near, queue = self.nearest, self.nearest.queue() if self.nearest.agents else None
        first = self.steps[0][1]
        return {
            "scenario": first.scenario.title,
            "digest": digest_of(first.scenario),
            "model": model_version(),
            "seed": self.seed,
            "replications": len(first.figures),
            "steps": [
                {"step": name, **{figure: run[figure].to_dict() for figure in BESIDE}} for name, run in self.steps
            ],
            "closed_form": {
                "name": near.form,
                "arrivals_per_hour": 60 * near.rate,
                "visit_minutes": near.visit,
                "agents": near.agents,
                "patience_minutes": near.patience,
                "load": defined(near.load) if near.agents else None,
                "wait_mean": queue.wait if queue else None,
                "abandoned_share": queue.lost if queue else None,
            },
        }


BESIDE = ("wait_mean", "abandoned_share", "occupancy")
"""Figures that are shown after each step."""


def beside(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress = quiet,
) -> Beside:
    """Simulate a scenario, then take its properties away one by one, on the same worlds."""
    n = replications or scenario.evaluate.replications
    steps: list[tuple[str, Run]] = []
    whole = n * (len(CHANGES) + 1)
    for place, (name, change) in enumerate((("as it is", lambda same, _: same), *CHANGES)):
        before = steps[-1][1] if steps else None
        desk = change(before.scenario if before else scenario, arrivals_per_hour(before) if before else 0.0)
        if before is None or desk != before.scenario:
            done = place * n
            found = project(
                desk, replications=n, seed=seed, workers=workers,
                progress=lambda d, _, s, done=done: progress(done + d, whole, s),  # type: ignore[misc]
            )  # fmt: skip
            if found.interrupted:
                raise KeyboardInterrupt
            steps.append((name, found))
    return Beside(seed, tuple(steps))


def arrivals_per_hour(run: Run) -> float:
    """Arrivals an opening hour, of a simulated desk."""
    return run["arrivals"].mean / (float(open_minutes(run.scenario).sum()) / 60)
