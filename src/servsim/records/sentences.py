"""Where each number of a fitted scenario is from, in the words that stand beside it."""

import numpy as np

from servsim.records.calibration import AVAILABILITY
from servsim.records.desk import Desk
from servsim.records.estimates import LEAST_DAYS, LEAST_GONE, Care
from servsim.records.staff import StaffFrom
from servsim.records.turnarounds import LEAST_AWAY, MEDIANS_AWAY

UNITS = {
    "demand.prospects_per_hour": ("", 1.0), "demand.busyness_cv": ("", 1.0), "service.core_minutes": (" s", 60.0),
    "service.core_cv": ("", 1.0), "waiting.patience_minutes": (" min", 1.0), "waiting.patience_shape": ("", 1.0),
    "waiting.leave_at_once_share": ("", 1.0), "waiting.retry_probability": ("", 1.0),
    "after_visit_work.after_visit_minutes": (" s", 60.0), "after_visit_work.after_visit_cv": ("", 1.0),
    "staff.availability": ("", 1.0), "waiting.wait_weight": (" points", 1.0),
}  # fmt: skip
"""In which unit a range is told, and how many of it a setting's own unit has."""
MINUTES_FROM = 10
"""Minutes from which on a service's length is told in minutes, and not in seconds."""


def comments(desk: Desk, draws: dict[str, np.ndarray], care: Care) -> dict[str, str]:
    """A sentence for each setting that records tell of, and for what they cannot tell."""
    t = desk.tallies
    days, services = len(t.counts), int(t.services[0].sum())
    gone, waited = int(t.unserved.sum()), int(t.gone.sum() + t.stayed[:, t.lengths > 0].sum())
    basis = {
        "demand.prospects_per_hour": f"{days} days, {int(t.counts.sum()):,} visits",
        "demand.busyness_cv": f"{days} days, how hours of a day go together",
        "service.core_minutes": f"{days} days, {services:,} services",
        "service.core_cv": f"{services:,} services",
        "waiting.patience_minutes": f"{waited:,} who waited, {gone:,} of whom gave up",
        "waiting.patience_shape": "the same",
        "waiting.leave_at_once_share": "who left within 2 s, above what patience explains",
        "waiting.retry_probability": "back within an hour, less the same after service",
        "after_visit_work.after_visit_minutes": work_words(desk),
        "after_visit_work.after_visit_cv": "the same",
        "waiting.wait_weight": "scores of visits against their waits, a disappointment taken out of them",
    }
    found = {key: f"fitted: {basis[key]}{interval(key, draws)}" for key in desk.settings if key in basis}
    if desk.availability.matched:
        found[AVAILABILITY] = f"{calibrated_words(desk)}{interval(AVAILABILITY, draws)}"
    if care.mean:
        found["service.core_minutes"] += f"; less {care.mean:g} min of today's care, which the log contains"
    found |= {key: f"{said}{interval(key, draws)}" for key, said in assumed(desk).items() if key not in found}
    return found | lists(desk)


def work_words(desk: Desk) -> str:
    """What work after a visit is from."""
    work = desk.tallies.after
    if not work.cut.any():
        return f"{int(work.ended.sum()):,} visits of which a column tells it"
    return (
        f"{int(work.ended.sum()):,} times that somebody waited until the agent served again; who is slower than "
        f"{MEDIANS_AWAY} medians and {LEAST_AWAY} s is away"
    )


def calibrated_words(desk: Desk) -> str:
    """What the share of agents who are there is calibrated to."""
    staff = desk.availability
    what = {"abandonment": "abandonment", "wait": "mean wait"}[staff.matched]
    if staff.is_reached:
        return f"calibrated: so that the log's own {what} comes out"
    return f"calibrated: but no share between a half and two makes the log's own {what} come out"


def interval(key: str, draws: dict[str, np.ndarray]) -> str:
    """The range that 90 % of draws have."""
    if key not in draws:
        return ""
    unit, factor = UNITS[key]
    if key == "service.core_minutes" and np.median(draws[key]) >= MINUTES_FROM:
        unit, factor = " min", 1.0
    low, high = np.quantile(draws[key], (0.05, 0.95)) * factor
    return f"; 90 %: {low:.3g} to {high:.3g}{unit}"


def assumed(desk: Desk) -> dict[str, str]:
    """What is assumed where the log cannot tell."""
    t = desk.tallies
    why = f"fewer than {LEAST_GONE} gave up" if t.unserved.sum() < LEAST_GONE else "these records do not tell it"
    return {
        "demand.busyness_cv": f"assumed: fewer than {LEAST_DAYS} days; .1 to .3 is common",
        "waiting.patience_minutes": f"assumed: {why}",
        "waiting.patience_shape": "assumed: waits of those who gave up are not known",
        "waiting.retry_probability": "assumed: no column says who comes again; .5 is usual",
        "service.core_minutes": "assumed: no column says how long service takes",
        "service.core_cv": "assumed",
    }


def lists(desk: Desk) -> dict[str, str]:
    """Where opening hours, profiles and the roster are from."""
    days, staff = desk.tallies.days, desk.availability
    closed = f"; {days.closed:,} visits outside of them are left out" if days.closed else ""
    left_out = f"; left out as holidays or broken days: {', '.join(days.left_out)}" if days.left_out else ""
    return {
        "opening": f"fitted: quarter hours in which somebody comes on half of a weekday's days{closed}{left_out}",
        "demand.profile": "fitted: visits over the day, quarter-hours and weekdays apart where it is no chance",
        "demand.weekday_profile": "fitted: weekdays beside each other",
        "demand.month_profile": "fitted: months beside each other, as far as chance does not explain it",
        "segments": "fitted: kinds of visits, with which hours come out better than without",
        "horizon.start": "the first Monday after the records",
        "demand": "In profile and weekday_profile only proportions count.",
        "demand.opening_book": "assumed: records of visits do not tell who is a customer",
        "staff.agents": "on days without a line in the roster",
        "staff.roster": roster_words(desk),
        "service.core_distribution": "assumed",
        "service.core_profile": "fitted: each hour's mean over the day's, drawn towards 1 as far as chance explains it",
        "waiting.patience_distribution": "assumed",
        "waiting.at_closing": "assumed",
        "waiting.retry_limit": "assumed",
        "title": "",
        **({} if staff.matched else {"staff": "Not calibrated: the log has neither abandonment nor waits."}),
    }


def roster_words(desk: Desk) -> str:
    """Where the roster is from."""
    staff = desk.availability
    sources = {
        StaffFrom.SHIFTS: "fitted: from shifts",
        StaffFrom.ANSWERS: f"fitted: staff inferred from who answered, there through gaps of at most "
        f"{staff.presence.gap:g} minutes: it leaks outcome into input",
        StaffFrom.WAITS: "fitted: as many as would make people wait as they did (Erlang A, hour by hour)",
    }
    return sources[staff.presence.source]
