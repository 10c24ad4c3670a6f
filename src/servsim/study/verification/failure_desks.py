"""Desks with known answers at which things go wrong, from `queueing_formulas`; `verify.cases` has all."""

from collections.abc import Iterable
from typing import Any

from servsim.study.verification import queueing_formulas as forms
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.textbook_desks import EXPONENTIAL, MINUTES, Case, desk, queue_metrics

WEEK = 7 * 24 * 60.0
"""Minutes."""
MONTH = 730.0
"""Hours."""
STEPS = ("greet", "listen", "acknowledge", "empathise", "summarise", "action_points")
"""The six steps of a visit."""


def failing() -> Iterable[Case]:
    """Every desk of this kind."""
    yield come_to_complain(agents=2, load=1.0, probability=0.3, weeks=100)
    yield stepping_back(load=0.5, weeks=75)
    yield held_until_then(load=0.3, weeks=60)
    yield first_come_all_the_same(agents=2, load=1.2, weeks=85)
    yield quick_ones_first(weeks=110)
    yield always_busy(weeks=3)
    yield funnel(weeks=10)
    yield kept(weeks=2)
    yield from (per_issue(minutes, weeks=3) for minutes in (1.2, 2.2, 5.0))


def mistakes(share: float, **others: Any) -> dict[str, Any]:
    """Mistakes that nobody notices in the visit, that come to light after an hour, and cost a whole visit more."""
    return {"mistake_share": share, "listening_effect": 0.0, "catch_share": 0.0, "light_days": 0.05,
            "correction_share": 1.0, **others}  # fmt: skip


# Complaints, and the manager as a second station


def come_to_complain(agents: int, load: float, probability: float, weeks: float) -> Case:
    """M/M/c with feedback: who was served wrongly comes again after a while, and is served like anybody."""
    arrivals = known.feedback(load / MINUTES, probability)
    queue = known.erlang_c(arrivals, MINUTES, agents)
    metrics = {
        "arrivals": arrivals * WEEK,
        **queue_metrics(queue),
        "mistakes_share": probability,
    }
    tables = desk(load, agents, mistakes=mistakes(probability))
    return Case(f"M/M/{agents}, mistakes", tables, weeks, metrics)


def with_a_manager(load: float, agents: int, escalated: float, **manager: Any) -> dict[str, Any]:
    """A desk that serves half of its customers wrongly, and a manager for a share of those who come to complain."""
    recovery = {"voice_share": 1.0, "voice_openness": 0.0, "recovery_rate": 0.12, "recovery_ceiling": 0.9,
                "delay_decay": 10.0}  # fmt: skip
    always_there = {"personal_below": 0.0, "manager_minutes": MINUTES, "manager_distribution": "exponential",
                    "manager_away_minutes": 0.0}  # fmt: skip
    return desk(
        load, agents, mistakes=mistakes(0.5), recovery=recovery,
        manager={"escalated_share": escalated, **always_there, **manager},
    )  # fmt: skip


def stepping_back(load: float, weeks: float) -> Case:
    """M/M/2 → M/M/1 with feedback, where the agent turns to others: each station as if alone (Jackson 1957)."""
    visits = known.feedback(load / MINUTES, 0.5)
    to_manager = 0.8 * 0.5 * visits
    metrics = {
        "arrivals": visits * WEEK,
        **queue_metrics(known.erlang_c(visits, MINUTES, 2)),
        "escalated": to_manager * 60 * MONTH * 12,
        "hours_manager": to_manager * MINUTES * MONTH,
    }
    return Case("M/M/2, a manager", with_a_manager(load, 2, escalated=0.8), weeks, metrics)


def held_until_then(load: float, weeks: float) -> Case:
    """M/M/∞ → M/M/1 with feedback, where the agent stays: held for the manager's queue and talk.

    Customers wait for nobody but the manager, whose queue they find in its steady state however long they were served;
    what fades of a recovery fades in both.
    """
    visits = known.feedback(load / MINUTES, 0.5)
    complaints = 0.5 * visits
    wait = known.erlang_c(complaints, MINUTES, 1).wait
    day = 24 * 60.0
    fading = forms.fading_in_service(MINUTES, 10.0 / day) * forms.fading_in_queue(complaints, MINUTES, 10.0 / day)
    held = complaints * (wait + MINUTES)
    metrics = {
        "hours_recovery": held * MONTH,
        "recovered_share": 1.0 - 0.5 * (1.0 - forms.recovered(0.9, 0.12, MINUTES, fading)),
        "occupancy": (visits * MINUTES + held) / 50,
    }
    return Case("M/M/∞, agent held", with_a_manager(load, 50, escalated=1.0, agent_held=True), weeks, metrics)


# Who comes first


def priority(level: int, **tables: Any) -> dict[str, Any]:
    """A segment of half the customers, who wait as long as it takes."""
    return {"name": f"class {level}", "share": 0.5, **tables,
            "waiting": {"patience_distribution": "never", "priority": level}}  # fmt: skip


def first_come_all_the_same(agents: int, load: float, weeks: float) -> Case:
    """M/M/c, where who comes first does not change how long all wait on average (Kleinrock's conservation law)."""
    tables = desk(load, agents, waiting={}, segments=[priority(1), priority(0)])
    metrics = queue_metrics(known.erlang_c(load / MINUTES, MINUTES, agents))
    return Case(f"M/M/{agents}, priorities", tables, weeks, metrics)


def quick_ones_first(weeks: float) -> Case:
    """M/G/1, where those whose visits are short go before the others, and all wait less on average."""
    rate, short, long = 0.03, 5.0, 15.0
    waits = forms.priorities(forms.residual((rate, short, 0.0), (rate, long, 1.0)), [rate * short, rate * long])
    classes = [
        priority(1, service={"core_minutes": short, "core_distribution": "fixed"}),
        priority(0, service={"core_minutes": long, "core_distribution": "exponential"}),
    ]
    tables = {"demand": {"prospects_per_hour": 120 * rate}, "staff": {"agents": 1}, "waiting": {}, "segments": classes}
    return Case("M/G/1, quick first", tables, weeks, {"wait_mean": sum(waits) / 2})


def always_busy(weeks: float) -> Case:
    """Two agents with more to do than they can, and their breaks."""
    share = forms.on_break_share(50.0, 20.0, MINUTES)
    breaks = {"agents": 2, "break_minutes": 20.0, "break_after_minutes": 50.0}
    metrics = {"hours_break": 2 * MONTH * share, "occupancy": 1.0 - share}
    return Case("breaks, always busy", {**desk(2.6, 2), "staff": breaks}, weeks, metrics, warmup=0.3)


# What minutes and days do


def funnel(weeks: float) -> Case:
    """From mistakes to customers won over again, at a desk where nobody waits."""
    care, recovery = 5.0, 8.0
    quality = forms.step_quality(care, 8.0)
    wrong, voice = forms.mistaken(0.6, 1.0, quality), forms.voiced(0.8, 0.5, quality)
    overlooked = wrong * (1.0 - forms.caught(0.7, quality))
    visits = known.feedback(3.0 / MINUTES, overlooked * voice)
    metrics = {
        "arrivals": visits * WEEK,
        "mistakes_share": wrong,
        "failures": visits * overlooked * 365 * 24 * 60,
        "complaints/failures": voice,
        "recovered_share": forms.recovered(0.9, 0.12, recovery),
        "hours_recovery": visits * overlooked * voice * recovery * MONTH,
        "hours_clarifying": visits * (wrong - overlooked) * 3.0 * MONTH,
    }
    service = {**EXPONENTIAL, "step_cv": dict.fromkeys(("listen", "summarise"), 0.0)}
    tables = desk(
        3.0, 50, service, investment={"minutes_per_visit": care, "recovery_minutes": recovery},
        mistakes={"mistake_share": 0.6, "light_days": 0.05}, recovery={"voice_share": 0.8},
    )  # fmt: skip
    return Case("complaint funnel", tables, weeks, metrics)


def kept(weeks: float) -> Case:
    """Promises of a book of customers, kept wherever the work could be begun in time."""
    demand = {"prospects_per_hour": 0.0, "opening_book": 1000}
    promises = {"promise_share": 1.0, "follow_up_minutes": 0.01, "follow_up_cv": 0.0}
    tables = {**desk(0.0, 100), "demand": demand, "promises": promises}
    metrics = {"promises_kept_share": forms.kept_share(2.7, 2.0, 0.6)}
    return Case("promises kept", tables, weeks, metrics, warmup=0.0, asked=True)


def per_issue(minutes: float, weeks: float) -> Case:
    """A desk where listening prevents mistakes, and every mistake costs a visit more."""
    setup, per_hour, agents = 4.0, 6.0, 50
    resolved = 1.0 - forms.mistaken(0.2, 3.0, forms.step_quality(minutes, 3.0))
    split = {step: float(step == "listen") for step in STEPS}
    service = {"core_minutes": setup, "core_distribution": "fixed", "split": split, "step_cv": {"listen": 0.0}}
    tables = {
        "demand": {"prospects_per_hour": per_hour},
        "staff": {"agents": agents},
        "service": service,
        "investment": {"minutes_per_visit": minutes},
        "mistakes": mistakes(0.2, listening_effect=3.0),
    }
    issue = forms.minutes_per_issue(setup, minutes, resolved)
    metrics = {"arrivals": per_hour * 168 / resolved, "occupancy": per_hour / 60 * issue / agents}
    return Case(f"{minutes:g} min of listening", tables, weeks, metrics)
