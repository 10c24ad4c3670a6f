"""Work after a visit: a column that has it, else how soon an agent serves again while somebody waits."""

import numpy as np

from servsim.records.values import NOBODY
from servsim.records.visits import Visits

LONGEST, LONGEST_TOLD = 1200, 3600
"""Seconds at which turnarounds, and work that a column tells, are cut."""
LEAST_AWAY, MEDIANS_AWAY = 120, 6
"""An agent who has not served again for so many seconds, and so many medians, though somebody waits, is away."""
COMPLETE = 0.95
"""Share of services with an agent, and of those who gave up with a wait, below which nothing is told."""
LEAST = 200
"""Turnarounds from which on they say how long the work takes."""


def turnarounds(visits: Visits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(place of the visit, whole seconds, whether it ended then) of the work after each visit that tells it.

    While somebody waits, an agent who is free serves: until then he is at work on the visit before. Where nobody waits
    any longer, or LONGEST has passed, how long it would have been is not known. Source: fit by Kaplan and Meier (1958).
    Nothing is told where some services have no agent, for then the next one of an agent may be missing; or where waits
    of those who gave up are not known, for who is still there would be there because the agent was soon back.
    """
    if not np.isnan(visits.after).all():
        place = np.flatnonzero(~np.isnan(visits.after) & visits.served)
        return place, np.round(np.clip(visits.after[place], 0, LONGEST_TOLD)), np.ones(len(place), bool)
    if not is_complete(visits):
        return np.empty(0, int), np.empty(0), np.empty(0, bool)
    place, start, end = busy_spans(visits)
    again = np.full(len(place), np.inf)
    same = visits.agent[place][1:] == visits.agent[place][:-1]
    again[:-1][same] = start[1:][same]
    is_waited_for, nobody_from = queue_at(visits, end)
    until = np.minimum(np.minimum(again, nobody_from), end + LONGEST)
    told = is_waited_for & (again >= end)
    return place[told], np.round(until - end)[told], (again <= np.minimum(nobody_from + 1, end + LONGEST))[told]


def busy_spans(visits: Visits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(place of the visit, start, end) of all services by known agents, agent by agent in the order of time."""
    known = np.flatnonzero((visits.agent != NOBODY) & ~np.isnan(visits.service) & ~np.isnan(visits.wait))
    start = visits.arrived[known] + visits.wait[known]
    order = np.lexsort((start, visits.agent[known]))
    return known[order], start[order], (start + visits.service[known])[order]


def is_complete(visits: Visits) -> bool:
    """Do nearly all services have an agent, and nearly all who gave up a wait?"""
    served, gone = visits.served, ~visits.served
    named = (visits.agent[served] != NOBODY).mean() if served.any() else 0.0
    waits = (~np.isnan(visits.wait[gone])).mean() if gone.any() else 1.0
    return bool(min(named, waits) >= COMPLETE)


def queue_at(visits: Visits, instants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(is somebody waiting, from when on nobody is) at each instant."""
    waited = visits.wait > 0
    came = visits.arrived[waited]
    changes = np.concatenate([came, came + visits.wait[waited]])
    order = np.lexsort((np.repeat([0, 1], len(came)), changes))
    instant, queue = changes[order], np.cumsum(np.where(order < len(came), 1, -1))
    before = np.searchsorted(instant, instants, side="right") - 1
    waiting = (before >= 0) & (queue[np.maximum(before, 0)] > 0) if len(queue) else np.zeros(len(instants), bool)
    empty = np.append(instant[queue == 0], np.inf)
    return waiting, empty[np.searchsorted(empty, instants, side="right").clip(max=len(empty) - 1)]


def moments(lengths: np.ndarray, ended: np.ndarray, cut: np.ndarray) -> tuple[float, float] | None:
    """(mean, standard deviation) in seconds of the work, by Kaplan and Meier; None where too few tell it.

    lengths: increasing. ended, cut: how many ended after so long, and of how many it is not known beyond it.
    S(t) is constant from a second to the next. Nothing is beyond the longest, or beyond the length from which on an
    agent is away, and not at work, where work is read from turnarounds.
    """
    if ended.sum() < LEAST:
        return None
    left = (ended + cut)[::-1].cumsum()[::-1]
    survival = np.cumprod(1 - np.divide(ended, left, out=np.zeros_like(ended), where=left > 0))
    if cut.any():
        median = lengths[np.searchsorted(-survival, -0.5).clip(max=len(lengths) - 1)]
        lengths = np.minimum(lengths, max(LEAST_AWAY, MEDIANS_AWAY * median))
    step = np.diff(lengths)
    middle = (lengths[1:] + lengths[:-1]) / 2
    first = lengths[0] + float(step @ survival[:-1])
    square = lengths[0] ** 2 + float((2 * middle * step) @ survival[:-1])
    return first, float(np.sqrt(max(0.0, square - first**2)))
