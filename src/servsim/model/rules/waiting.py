"""Waiting: who does not join, who gives up, who tries again, and how long a wait feels."""

import math

import numpy as np

from servsim.event_codes import Purpose
from servsim.model.calendar import is_open, later
from servsim.model.compilation import kernel, part
from servsim.model.durations import exponential, length, ticks
from servsim.model.random_numbers import drawn
from servsim.model.rules.phone import by_phone, usual_patience
from servsim.units import MINUTE, NEVER

SEND_HOME = 1
"""Place of "send_home" among the choices of waiting.at_closing."""


@part
def patience(sheet, segment, who, visit):
    """How long this customer waits on this visit before leaving unserved, in ticks.

    Exponential patience is Erlang A (Palm 1943); real patience is closer to a Weibull with shape below 1, fitted at a
    bank's call centre (Brown et al. 2005). Evidence: b for the shapes, c for 12 minutes face to face.
    """
    own = sheet[segment]
    if own.waiting_on == 0:
        return np.int64(NEVER)
    u = drawn(sheet, who, visit, Purpose.PATIENCE)
    at_the_counter = length(
        own.patience_distribution, own.patience_minutes, own.patience_log_variance,
        own.patience_scale, own.patience_shape, own.core_table, u,
    )  # fmt: skip
    phones = by_phone(sheet, segment, who, visit)
    return ticks(at_the_counter * (usual_patience(sheet, segment, phones) / own.patience_minutes))


@kernel
def finds_no_place(sheet, waiting):
    """Are all waiting places taken? `waiting` counts those who wait already."""
    return 0 <= sheet[0].waiting_places <= waiting


@kernel
def leaves_at_once(sheet, segment, who, visit):
    """Does this customer hang up rather than wait at all? A point mass of patience at zero.

    The patience hazard of real callers has a spike at the start (Brown et al. 2005). Evidence: b; the share: c.
    """
    own = sheet[segment]
    if own.waiting_on == 0 or own.leave_at_once_share == 0.0:
        return False
    return drawn(sheet, who, visit, Purpose.LEAVES_AT_ONCE) < own.leave_at_once_share


@kernel
def balks(sheet, segment, who, visit, waiting, agents):
    """Does a customer who sees so many wait for so many agents turn away? P = 1 − exp(−expected wait / scale).

    A caller does not see the queue.

    Expected wait = (waiting + 1) · mean visit / agents: each departure moves the queue by one, and the newcomer starts
    with the (waiting + 1)th. Source: assumed. Evidence: c for the form and the scale; that longer queues deter is a.
    """
    own = sheet[segment]
    if own.waiting_on == 0 or own.balk_scale_minutes == 0.0 or by_phone(sheet, segment, who, visit):
        return False
    if agents == 0:
        return True
    expected = (waiting + 1) * planned_visit_minutes(sheet, segment) / agents
    return drawn(sheet, who, visit, Purpose.BALK) < 1.0 - math.exp(-expected / own.balk_scale_minutes)


@kernel
def planned_visit_minutes(sheet, segment):
    """Mean length of a visit as planned: the transaction and the minutes invested."""
    own = sheet[segment]
    return own.core_minutes + (own.minutes_per_visit if own.investment_on == 1 else 0.0)


@kernel
def goes_home_at_closing(sheet):
    """Are those who still wait sent home when the doors close?"""
    return sheet[0].at_closing == np.int64(SEND_HOME)


@kernel
def stays_for_the_queue(sheet, now, waiting):
    """Does an agent whose shift is over stay, because the doors are closed and the queue is served out?"""
    return waiting > 0 and not is_open(sheet, now) and not goes_home_at_closing(sheet)


@kernel
def next_try(sheet, segment, who, visit, tries, now):
    """The instant at which an unserved customer tries again; NEVER if not.

    P(retry) and its delay: half of those who hang up call again, most within a day (repeat calls of a bank's call
    centre, 1999). Evidence: b for the order of size, c elsewhere. The delay is exponential, on the profile's clock.
    """
    own = sheet[segment]
    if own.waiting_on == 0 or tries >= own.retry_limit:
        return np.int64(NEVER)
    if drawn(sheet, who, visit, Purpose.RETRY) >= own.retry_probability:
        return np.int64(NEVER)
    return later(sheet, now, exponential(own.retry_days, drawn(sheet, who, visit, Purpose.RETRY_DELAY)))


@kernel
def wait_loss(sheet, segment, waited, paused, noticed, phones):
    """Points of quality lost to waiting: weight · max(0, felt / patience − tolerance).

    felt = wait · (1 + unnoticed) · (1 + uninformed) + pause weight · pauses, in minutes; patience: the segment's mean,
    at the counter or on the telephone.
    Source: Maister (1985); Taylor (1994); Hui and Tse (1996) for the signs. Evidence: a for the signs, c for the sizes.
    """
    own = sheet[segment]
    if own.waiting_on == 0:
        return 0.0
    longer = (1.0 if noticed else 1.0 + own.unnoticed_weight) * (
        1.0 if own.informed == 1 else 1.0 + own.uninformed_weight
    )
    felt = (waited * longer + paused * own.pause_weight) / MINUTE
    return own.wait_weight * max(0.0, felt / usual_patience(sheet, segment, phones) - own.tolerance)
