"""A scenario's own desk beside the nearest closed form, losing one property after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Unpack

from pydantic import BaseModel

from servsim.engine_parameters import is_on
from servsim.opening_hours_and_rates import open_minutes, staffed_minutes
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario, as_segments
from servsim.scenario.tables.opening_demand_staff_service import Opening
from servsim.study.execution.options import HERE, Execution, Options, Progress, executed
from servsim.study.intervals_and_tables import defined
from servsim.study.planned_load import PlannedLoad, mean_hour_factor, planned_load
from servsim.study.run import Run
from servsim.study.run import run as project
from servsim.study.scenario_identity import answer_to
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.queueing_formulas import Queue


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
    sells = is_on(scenario, "spending")
    if not (scenario.demand.opening_book or sells or retries or scenario.word_of_mouth or scenario.advertising):
        return scenario
    new = {"opening_book": 0, "prospects_per_hour": per_hour}
    once = waiting and waiting.model_copy(update={"retry_probability": 0.0})
    return scenario.model_copy(update={
        "demand": scenario.demand.model_copy(update=new), "waiting": once, "spending": None, "loyalty": None,
        "quality": None, **dict.fromkeys(("word_of_mouth", "advertising", "budget", "competitors")),
    })  # fmt: skip


def nothing_but_visits(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk that nobody phones, where nothing goes wrong or is promised, with agents alike who need no rest."""
    alike = {"break_minutes": 0.0, "knowledge": 0.5, "agent_knowledge": None, "agent_speed": None,
             "choice": "longest_free"}  # fmt: skip
    tables = dict.fromkeys((
        "mistakes", "recovery", "manager", "promises", "outreach", "training", "internal", "recognition", "phone",
        "load",
    ))  # fmt: skip
    return scenario.model_copy(update={"staff": scenario.staff.model_copy(update=alike), **tables})


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


def planned(scenario: Scenario) -> float:
    """How long a visit holds an agent at a desk that has nothing but visits: the transaction, the minutes invested, and
    the work afterwards.
    """
    investment, after = scenario.investment, scenario.after_visit_work
    care = investment.minutes_per_visit if investment and investment.on else 0.0
    return scenario.service.core_minutes + care + (after.after_visit_minutes if after and after.on else 0.0)


def visits_exponential(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with the same mean visit, exponential: the transaction, all minutes of care and what follows in one."""
    plain = {"core_minutes": planned(scenario), "core_distribution": "exponential", "core_sample": None,
             "difficulty_cv": 0.0}  # fmt: skip
    service = scenario.service.model_copy(update=plain)
    return scenario.model_copy(update={"service": service, "investment": None, "after_visit_work": None})


def always_attentive(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with agents who are never elsewhere."""
    return scenario.model_copy(update={"staff": scenario.staff.model_copy(update={"inattentive_minutes": 0.0})})


def hours_alike(scenario: Scenario, per_hour: float) -> Scenario:
    """The desk with every opening hour like any other, no nights, for as many hours, and a whole number of agents.

    Mean rate and roster are the same; where the roster's mean is not whole both are scaled alike, so that the load is.
    """
    minutes = scenario.service.core_minutes * mean_hour_factor(scenario)
    agents = round(mean_agents(scenario))
    even = {"profile": None, "weekday_profile": None, "month_profile": None, "busyness_cv": 0.0,
            "prospects_per_hour": scenario.demand.prospects_per_hour * agents / mean_agents(scenario)}  # fmt: skip
    horizon, share = scenario.horizon, float(open_minutes(scenario).mean())
    return scenario.model_copy(update={
        "opening": Opening(always=True),
        "exceptions": [],
        "demand": scenario.demand.model_copy(update=even),
        "staff": scenario.staff.model_copy(update={"agents": agents, "roster": None, "availability": 1.0}),
        "service": scenario.service.model_copy(update={"core_profile": None, "core_minutes": minutes}),
        "horizon": horizon.model_copy(
            update={"weeks": horizon.weeks * share, "warmup_weeks": horizon.warmup_weeks * share}
        ),
    })  # fmt: skip


def mean_agents(scenario: Scenario) -> float:
    """Agents who are there by the roster, averaged over opening hours."""
    return float(staffed_minutes(scenario)[open_minutes(scenario) > 0].mean())


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
    ("nothing but visits", nothing_but_visits),
    ("all by chance, none by habit", come_by_chance),
    ("patience exponential", patience_exponential),
    ("everybody joins the queue", everybody_joins),
    ("visits exponential", visits_exponential),
    ("agents always attentive", always_attentive),
    ("every opening hour alike", hours_alike),
)
"""What a desk loses, one after the other, on its way to the textbook; each is told the arrivals an open hour."""


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
    def planned(self) -> PlannedLoad:
        """What a week of the scenario as it is asks of the agents, as `check` has it."""
        return planned_load(self.steps[0][1].scenario)

    @property
    def mean_agents(self) -> float:
        """Agents that the scenario's roster asks for, averaged over opening hours."""
        return mean_agents(self.steps[0][1].scenario)

    def to_dict(self) -> dict[str, Any]:
        """The steps as `servsim verify FILE --json` prints them."""
        near, queue = self.nearest, self.nearest.queue() if self.nearest.agents else None
        first = self.steps[0][1]
        return {
            **answer_to(first.scenario, self.seed),
            "replications": len(first.metrics),
            "steps": [
                {"step": name, **{metric: run[metric].to_dict() for metric in BESIDE}} for name, run in self.steps
            ],
            "planned_load": defined(self.planned.load),
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
"""Metrics that are shown after each step."""


@executed
def beside(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Beside:
    """Simulate a scenario, then take its properties away one by one, on the same replications."""
    n = replications or scenario.evaluate.replications
    steps: list[tuple[str, Run]] = []
    whole = n * (len(CHANGES) + 1)
    for place, (name, change) in enumerate((("as it is", lambda same, _: same), *CHANGES)):
        before = steps[-1][1] if steps else None
        desk = change(before.scenario if before else scenario, arrivals_per_hour(before) if before else 0.0)
        if before is None or desk != before.scenario:
            tell = partial(of_all, execution.progress, place * n, whole)
            found = project(desk, replications=n, seed=seed, execution=replace(execution, progress=tell))
            if found.interrupted:
                raise KeyboardInterrupt
            steps.append((name, found))
        else:  # a desk that has not changed is not simulated again
            execution.progress((place + 1) * n, whole, 0.0)
    return Beside(seed, tuple(steps))


def of_all(progress: Progress, before: int, whole: int, done: int, total: int, seconds: float) -> None:
    """Tell of one part's progress as of the whole's."""
    progress(before + done, whole, seconds)


def arrivals_per_hour(run: Run) -> float:
    """Arrivals an opening hour, of a simulated desk."""
    return run["arrivals"].mean / (float(open_minutes(run.scenario).sum()) / 60)
