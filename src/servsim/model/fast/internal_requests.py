"""Colleagues in the compiled loop: what they ask of the desk, and how neglected they are."""

import numpy as np

from servsim.event_codes import Happening
from servsim.model import calendar
from servsim.model.compilation import aside, inner
from servsim.model.fast.agents import busy_with
from servsim.model.fast.state import ASKS, NOW, REQUEST, REQUESTS, note, schedule_duty, turn_the_day
from servsim.model.heap import pop, push
from servsim.model.rules import dispatch
from servsim.model.rules import internal_requests as internal
from servsim.units import NEVER


@aside
def next_request(sheet, s):
    """Put the next request on the calendar, looking from day to day."""
    stream = s.streams[len(s.streams) - 1]
    while calendar.day_begins(stream.day) < sheet[0].end:
        stream.reached, instant = internal.request(sheet, stream.day, stream.number, stream.reached)
        if instant < NEVER:
            schedule_duty(sheet, s, instant, ASKS, internal.request_key(stream.day, stream.number), 0)
            stream.number += 1
            return
        turn_the_day(sheet, stream)


@inner
def asks(sheet, s, key):
    """A colleague asks the desk for something, and waits as long as it takes."""
    note(s, Happening.ASKED, key, -1, 0)
    s.n[REQUESTS] = push(s.requests, s.n[REQUESTS], s.n[NOW], key, 0, 0)
    next_request(sheet, s)


@aside
def helps(sheet, s, number):
    """An agent begins to work on the first of the requests."""
    joined, key = s.requests[0].first, s.requests[0].second
    s.n[REQUESTS] = pop(s.requests, s.n[REQUESTS])
    waited = internal.waited(sheet, joined, s.n[NOW])
    note(s, Happening.HELPING, key, number, waited)
    s.neglect[0] = internal.used_to(sheet, s.neglect[0], waited)
    s.agents[number].work = internal.request_work(sheet, key)
    busy_with(sheet, s, number, REQUEST, key)


@inner
def neglected(sheet, s):
    """How neglected colleagues are."""
    oldest = internal.waited(sheet, s.requests[0].first, s.n[NOW]) if s.n[REQUESTS] > 0 else np.int64(0)
    return internal.neglect(sheet, s.neglect[0], oldest)


@inner
def comes_first(sheet, s, first, second, customer_waits):
    """Does the first of the colleagues come before the first of the customers, who has this rank?"""
    if s.n[REQUESTS] == 0 or not customer_waits:
        return s.n[REQUESTS] > 0
    return dispatch.request_rank(sheet, s.requests[0].first, s.requests[0].second) < (first, second)
