"""Who was there: from shifts, from who answered, or from how long people waited."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from servsim.records.days import PER_HOUR, QUARTERS, Days
from servsim.records.estimates import Settings
from servsim.records.read import Records, Shifts
from servsim.records.tallies import HOURS, Tallies
from servsim.records.turnarounds import busy_spans
from servsim.records.values import A_DAY, NOBODY
from servsim.records.visits import Visits

GAPS_MINUTES = (5.0, 20.0, 60.0, 240.0)
"""An agent between two visits is taken to be there if the gap is no longer: which of these is calibrated. Where few
come, an agent may be there for hours without a visit."""
AT_ONCE_SHARE = 0.1
"""An agent who serves two at a time in more than this share of visits is no agent, but a room or a ward."""
QUARTER = A_DAY / QUARTERS
SHORTEST_WAIT = 1.0
"""Seconds that the mean wait is taken to be at least: no number of agents makes it 0."""


class StaffFrom(StrEnum):
    """What says who was there."""

    SHIFTS = "shifts"
    ANSWERS = "who answered"
    WAITS = "waits"


@dataclass(frozen=True, eq=False)
class Presence:
    """Agents there. source: what says so. counts: (days, quarters) on average over each quarter-hour. gap: the longest
    that counts as being there, in minutes, where it is of who answered."""

    source: StaffFrom
    counts: np.ndarray
    gap: float = 0.0


def serves_several(visits: Visits) -> bool:
    """Do those who are called agents serve more than one visit at a time?"""
    place, start, end = busy_spans(visits)
    agent = visits.agent[place]
    if len(agent) < 2:
        return True
    same = agent[1:] == agent[:-1]
    return bool((start[1:] < end[:-1] - 2)[same].mean() > AT_ONCE_SHARE) if same.any() else True


def from_answers(visits: Visits, days: Days, gap_minutes: float) -> Presence:
    """Agents there between their visits, through gaps that are no longer."""
    place, start, end = busy_spans(visits)
    agent = visits.agent[place]
    new = np.ones(len(agent), bool)
    new[1:] = (agent[1:] != agent[:-1]) | (start[1:] - end[:-1] > gap_minutes * 60)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(agent)) - 1
    return Presence(StaffFrom.ANSWERS, covered(start[first], end[last], days), gap_minutes)


def from_shifts(shifts: Shifts, days: Days) -> Presence:
    """Agents there by their shifts."""
    return Presence(StaffFrom.SHIFTS, covered(shifts.start, shifts.end, days))


def covered(start: np.ndarray, end: np.ndarray, days: Days) -> np.ndarray:
    """(days, quarters) how many spans cover each quarter of an hour, on average over it."""
    origin, many = days.day[0] * A_DAY, int(days.day[-1] - days.day[0] + 2) * QUARTERS
    found = np.zeros(many)
    for from_when, until in zip((start - origin) / QUARTER, (end - origin) / QUARTER, strict=True):
        low, high = max(0.0, from_when), min(float(many), until)
        if low >= high:
            continue
        first, last = int(low), min(int(high), many - 1)
        if first == last:
            found[first] += high - low
            continue
        found[first] += first + 1 - low
        found[first + 1 : last] += 1
        found[last] += high - last
    by_day: np.ndarray = found.reshape(-1, QUARTERS)[days.day - days.day[0]]
    return by_day


def from_waits(tallies: Tallies, settings: Settings) -> Presence:
    """Agents who would make people wait as they did: Erlang A of each hour of a weekday, the other way round.

    Between two whole numbers of agents, the share of the hour for which the larger is there is interpolated in the mean
    wait. Source: Mandelbaum and Zeltyn (2007); `verification.queueing_formulas.erlang_a`.
    """
    from servsim.study.verification.queueing_formulas import erlang_a, exponential

    work = settings["service.core_minutes"] + settings.get("after_visit_work.after_visit_minutes", 0.0)
    service = work / 60
    patience = settings.get("waiting.patience_minutes", 600.0) / 60
    asked = tallies.gone.sum() + tallies.stayed.sum()
    seconds = float((tallies.gone + tallies.stayed).sum(axis=0) @ tallies.lengths) / max(1.0, asked)
    wait = max(SHORTEST_WAIT, seconds) / 3600
    by_hour = tallies.counts.reshape(-1, HOURS, PER_HOUR).sum(axis=2)
    mean = by_hour.mean(axis=0)
    needed = np.zeros(HOURS)
    for hour in np.flatnonzero(mean > 0):
        load = mean[hour] * service
        agents, before = max(1, int(load * 0.5)), np.inf
        now = erlang_a(mean[hour], service, agents, exponential(patience)).wait
        while now > wait and agents < 1000:
            agents, before = agents + 1, now
            now = erlang_a(mean[hour], service, agents, exponential(patience)).wait
        part = (before - wait) / (before - now) if np.isfinite(before) else 1.0
        needed[hour] = agents - 1 + part
    return Presence(StaffFrom.WAITS, np.repeat(np.where(by_hour > 0, needed, 0.0), PER_HOUR, axis=1))


def presences(records: Records, visits: Visits, tallies: Tallies, settings: Settings) -> list[Presence]:
    """All readings of who was there, of which one is calibrated: one of shifts, several of who answered."""
    if records.shifts is not None:
        return [from_shifts(records.shifts, tallies.days)]
    if (visits.agent != NOBODY).mean() > 0.3 and not serves_several(visits):
        return [from_answers(visits, tallies.days, gap) for gap in GAPS_MINUTES]
    return [from_waits(tallies, settings)]
