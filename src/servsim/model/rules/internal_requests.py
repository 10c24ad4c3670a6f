"""Internal requests: what colleagues ask of the desk, and what keeping them waiting does to answers."""

import numpy as np

from servsim.event_codes import Distribution, Kind, Purpose
from servsim.model.calendar import business_time
from servsim.model.compilation import kernel
from servsim.model.durations import exponential, lognormal, ticks
from servsim.model.random_numbers import drawn
from servsim.model.rules.demand import DAY_BITS, KIND_BITS, next_of_day
from servsim.units import MINUTE, NEVER

STEP = 10.0
"""Minutes of waiting for which `neglect_effect` is stated."""


@kernel
def has_colleagues(sheet):
    """Does anybody in the house ask the desk for something?"""
    return sheet[0].internal_on == 1


@kernel
def request_key(day, number):
    """The name of the number-th request of a day."""
    return (np.int64(Kind.COLLEAGUE) << KIND_BITS) | (np.int64(day) << DAY_BITS) | number


@kernel
def request(sheet, day, number, reached):
    """(place on the profile's clock, instant) of a day's number-th request, the one before it being at `reached`.

    Poisson on the profile's clock; NEVER when the day brings no more. Evidence: c: colleagues need the desk when it is
    busy.
    """
    rate = sheet[0].requests_per_day
    if rate <= 0.0:
        return reached, np.int64(NEVER)
    u = drawn(sheet, request_key(day, number), 0, Purpose.REQUEST)
    return next_of_day(sheet, day, reached + exponential(1.0, u) / rate)


@kernel
def request_work(sheet, who):
    """Work on a request, in ticks. Evidence: c."""
    u = drawn(sheet, who, 0, Purpose.REQUEST_WORK)
    if sheet[0].request_distribution == Distribution.EXPONENTIAL:
        return ticks(exponential(sheet[0].request_minutes, u))
    return ticks(lognormal(sheet[0].request_minutes, sheet[0].request_log_variance, u))


@kernel
def waited(sheet, joined, now):
    """How long a colleague has waited, in ticks; nights, when they are at home too, do not count."""
    return business_time(sheet, now) - business_time(sheet, joined)


@kernel
def used_to(sheet, usual, wait):
    """The wait, in ticks, that colleagues are used to after one more: a running average."""
    return usual + sheet[0].neglect_memory * (wait - usual)


@kernel
def neglect(sheet, usual, oldest):
    """How neglected colleagues are, in ticks: what they are used to, or have been waiting since, whichever is more."""
    return max(usual, float(oldest))


@kernel
def mistakes_of_neglect(sheet, neglected):
    """Factor on mistakes where colleagues are kept waiting: 1 + effect · minutes / 10.

    Who serves those who serve customers serves customers. Source: the service-profit chain (Heskett et al. 1994).
    Evidence: b for the sign, c for 1 % in 10 minutes.
    """
    if sheet[0].internal_on == 0:
        return 1.0
    return 1.0 + sheet[0].neglect_effect * (neglected / MINUTE / STEP)
