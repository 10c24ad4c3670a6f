"""The people in the compiled loop: who is known, what they think, when they come, and whether to call them."""

import numpy as np

from servsim.event_codes import Call, Happening, Reason
from servsim.model.compilation import aside, inner
from servsim.model.fast.state import (
    ARRIVAL,
    CALLS,
    LAPSED,
    LISTED,
    MEMBERS,
    NOW,
    PEOPLE,
    THINKS,
    VACANT,
    add,
    note,
    schedule,
)
from servsim.model.heap import push
from servsim.model.rules import after_visit_work, competitors, demand, loyalty, outreach, recognition, recovery
from servsim.model.rules import quality_and_satisfaction as quality
from servsim.model.rules.millionths import millionths
from servsim.units import NEVER


@inner
def newborn(sheet, s, key, in_book):
    """A place for a person who has not been here in this world."""
    if s.n[VACANT] > 0:
        s.n[VACANT] -= 1
        place = s.vacant[s.n[VACANT]]
    else:
        place = s.n[PEOPLE]
        s.n[PEOPLE] += 1
    customer = s.people[place]
    segment = demand.segment_of(sheet, key)
    customer.key, customer.segment, customer.in_book = key, segment, in_book
    customer.satisfaction = quality.before_the_first_visit(sheet, segment, in_book)
    customer.will = customer.should = quality.expected_before(sheet, segment, in_book)
    customer.served = demand.visits_behind(sheet, segment) if in_book else 0
    customer.visit = customer.tries = customer.declined = customer.waits = customer.inside = 0
    customer.complains = customer.unrecovered = customer.told = customer.failure = customer.call_for = 0
    customer.promise = customer.is_due = customer.away = 0
    customer.known = recognition.known_today(sheet, segment, key) if in_book else recognition.NOBODY
    customer.written = after_visit_work.NOTHING_WRITTEN
    customer.relief = customer.gap = 0.0
    customer.comes = customer.thinks = customer.light = customer.listed = np.int64(NEVER)
    customer.reason = np.int64(Reason.CHANCE)
    if in_book:
        customer.gap = demand.usual_gap(sheet, segment, key)
    return place


@inner
def forget(s, place):
    """The place of a person who is gone for good is used again."""
    s.people[place].key = -1
    s.people[place].in_book = 0
    s.vacant[s.n[VACANT]] = place
    s.n[VACANT] += 1


@inner
def may_be_forgotten(s, place):
    """A person who is not in the book, will not come, and need not be called is forgotten."""
    customer = s.people[place]
    if customer.in_book == 0 and customer.comes == NEVER and customer.light == NEVER and customer.call_for == 0:
        forget(s, place)


@inner
def is_at_home(s, place, key):
    """Is this person, at this place, not at the desk?"""
    return s.people[place].key == key and s.people[place].inside == 0


@inner
def comes_at(sheet, s, place, instant):
    """Put a customer's next visit on the calendar, or when to think again about it, whichever is sooner."""
    customer = s.people[place]
    customer.comes = instant
    customer.thinks = np.int64(NEVER)
    if customer.in_book == 1 and customer.complains == 0:
        customer.thinks = loyalty.thinks_again(sheet, customer.segment, customer.gap, s.n[NOW], instant)
    if customer.thinks < NEVER:
        schedule(sheet, s, customer.thinks, THINKS, place, customer.key)
    elif instant < NEVER:
        schedule(sheet, s, instant, ARRIVAL, place, customer.key)


@inner
def judge(sheet, s, place, points):
    """The customer makes up their mind about a visit; how far expectation darkened it."""
    customer = s.people[place]
    if not quality.judges(sheet, customer.segment):
        return 0.0
    customer.satisfaction, customer.will, customer.should, disappointment = quality.judged(
        sheet, customer.segment, customer.served,
        customer.satisfaction, customer.will, customer.should, points, s.n[NOW],
    )  # fmt: skip
    customer.relief = recovery.fading_relief(customer.served, customer.relief)
    note_satisfaction(sheet, s, place)
    return disappointment


@inner
def note_satisfaction(sheet, s, place):
    """Write down how satisfied the customer is now, where customers judge."""
    if quality.judges(sheet, s.people[place].segment):
        note(s, Happening.JUDGED, s.people[place].key, -1, millionths(s.people[place].satisfaction))


@inner
def loyal_satisfaction(sheet, s, place):
    """The customer's satisfaction as far as it makes them stay."""
    customer = s.people[place]
    return recovery.loyal_satisfaction(sheet, customer.segment, customer.satisfaction, customer.relief)


@inner
def outlook(sheet, s, place):
    """The yearly retention that a customer's present satisfaction implies."""
    customer = s.people[place]
    satisfaction = loyal_satisfaction(sheet, s, place)
    return loyalty.yearly_retention(
        sheet, customer.segment, customer.gap, satisfaction, customer.served, customer.should, s.n[NOW]
    )


@aside
def won_back(sheet, s, place):
    """A customer who was lost is in the book again."""
    s.people[place].in_book, s.people[place].away = 1, 0
    add(s, MEMBERS, 1)
    note(s, Happening.WON_BACK, s.people[place].key, -1, millionths(outlook(sheet, s, place)))


@inner
def next_visit(sheet, s, place):
    """When a customer of the book comes again."""
    customer = s.people[place]
    return demand.next_visit(sheet, customer.segment, customer.key, customer.visit, customer.gap, s.n[NOW])


@aside
def lost(sheet, s, place, why):
    """A customer leaves the book, may be called for a while, and may come back from a rival."""
    customer = s.people[place]
    add(s, MEMBERS, -1)
    note(s, Happening.LOST, customer.key, -1, why)
    customer.in_book = customer.promise = customer.is_due = 0
    customer.light = customer.thinks = np.int64(NEVER)
    customer.comes = competitors.comes_back(
        sheet, customer.segment, customer.key, customer.visit, customer.gap, s.n[NOW], why
    )
    customer.away = customer.comes < NEVER
    worth_a_call = outreach.may_be_won_back(sheet, customer.segment, why)
    customer.call_for = np.int64(Call.LAPSED if worth_a_call else Call.NOTHING)


@aside
def thinks_it_over(sheet, s, place):
    """Long before the next visit a customer decides whether to come again."""
    customer = s.people[place]
    note(s, Happening.THOUGHT_AGAIN, customer.key, -1, 0)
    satisfaction = loyal_satisfaction(sheet, s, place)
    why = loyalty.leaves_at_home(
        sheet, customer.segment, customer.key, customer.visit, customer.comes, customer.served,
        satisfaction, customer.should, s.n[NOW], np.int64(customer.reason),
    )  # fmt: skip
    if why != Reason.NONE:
        lost(sheet, s, place, why)
    comes_at(sheet, s, place, customer.comes)
    if why != Reason.NONE:
        may_be_called(sheet, s, place)
        may_be_forgotten(s, place)


@inner
def gone(s, place):
    """A prospect will not come again, unless something that went wrong comes to light."""
    customer = s.people[place]
    customer.promise = customer.is_due = 0
    if customer.light == NEVER:
        note(s, Happening.GONE, customer.key, -1, 0)
    return np.int64(NEVER)


@inner
def may_be_called(sheet, s, place):
    """Put a customer who has left, or swallowed a failure, on the list of those to call; others once overdue."""
    customer = s.people[place]
    if not outreach.is_called_back(sheet, customer.segment) or customer.complains == 1:
        return
    if customer.in_book == 1:
        was_late = customer.call_for == Call.OVERDUE
        customer.call_for = outreach.listed_for(customer.unrecovered == 1, customer.told == 1)
        if was_late and customer.call_for == Call.OVERDUE:
            return
    if customer.call_for == Call.NOTHING:
        return
    customer.listed = outreach.listed_at(sheet, customer.segment, customer.gap, customer.call_for, s.n[NOW])
    if customer.listed >= customer.comes:
        customer.call_for = 0
    else:
        schedule(sheet, s, customer.listed, LISTED, place, customer.key)
        if customer.call_for == Call.LAPSED:
            ends = outreach.lapse_ends(sheet, customer.segment, customer.listed)
            schedule(sheet, s, ends, LAPSED, place, customer.key)


@aside
def is_listed(sheet, s, place, key):
    """From this instant on the customer is on the list, if there is still something to call for."""
    customer = s.people[place]
    if customer.key == key and customer.call_for != Call.NOTHING and customer.listed == s.n[NOW]:
        s.n[CALLS] = push(s.calls, s.n[CALLS], outreach.urgency(sheet, customer.call_for), customer.listed, key, place)


@aside
def lapses(sheet, s, place, key):
    """A lost customer is not called any more."""
    customer = s.people[place]
    if customer.key != key or customer.call_for != Call.LAPSED:
        return
    if s.n[NOW] >= outreach.lapse_ends(sheet, customer.segment, customer.listed):
        customer.call_for = 0
        may_be_forgotten(s, place)
