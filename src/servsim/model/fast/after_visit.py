"""What follows a visit in the compiled loop, served or not: judging, buying, staying, coming again."""

import numpy as np

from servsim.event_codes import Happening, Purpose, Reason
from servsim.model.compilation import aside, inner
from servsim.model.fast.known_customers import (
    comes_at,
    gone,
    judge,
    lost,
    loyal_satisfaction,
    may_be_called,
    may_be_forgotten,
    next_visit,
    outlook,
)
from servsim.model.fast.service_failures import complained, falls_due, finds_out, leaves_over_failure, promise
from servsim.model.fast.state import INSIDE, LIGHT, MEMBERS, NOW, add, note, schedule
from servsim.model.fast.word_of_mouth import tells
from servsim.model.rules import demand, loyalty, mistakes, phone, recovery, spending, waiting, word_of_mouth
from servsim.model.rules import quality_and_satisfaction as quality
from servsim.model.rules import visit_length_and_quality as visit
from servsim.model.rules.millionths import millionths
from servsim.units import NEVER


@inner
def comes_again(sheet, s, place, instant):
    """The customer is at home again until the next visit; what came to light or fell due meanwhile is seen to."""
    customer = s.people[place]
    customer.inside = 0
    s.n[INSIDE] -= 1
    customer.visit += 1
    comes_at(sheet, s, place, instant)
    may_be_called(sheet, s, place)
    if customer.light <= s.n[NOW]:
        finds_out(sheet, s, place)
    if customer.is_due == 1 and customer.due <= s.n[NOW]:
        falls_due(sheet, s, place)
    may_be_forgotten(s, place)


@inner
def served(sheet, s, place, agent, points, reason, size, wrong, remedy, by):
    """What a served visit leads to; the instant of the next, NEVER if there is none."""
    customer = s.people[place]
    disappointment = judge(sheet, s, place, points)
    customer.served += 1
    customer.tries = 0
    if wrong == mistakes.OVERLOOKED:
        note(s, Happening.OVERLOOKED, customer.key, agent, 0)
        customer.light = mistakes.comes_to_light(sheet, customer.segment, customer.key, customer.visit, s.n[NOW])
    if customer.complains == 1:
        comes = complained(sheet, s, place, remedy, by)
    else:
        customer.unrecovered = 0
        tells(sheet, s, place, word_of_mouth.AFTER_VISIT)
        comes = bought_or_not(sheet, s, place, points, visit.main_reason(reason, size, disappointment))
    if wrong == mistakes.OVERLOOKED and customer.light < NEVER:
        schedule(sheet, s, customer.light, LIGHT, place, customer.key)
    if comes < NEVER and customer.away == 0:
        promise(sheet, s, place, agent)
    return comes


@inner
def bought_or_not(sheet, s, place, points, reason):
    """Customers spend, and stay or not; prospects buy or not, and become customers or not."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    customer.reason = reason
    if customer.in_book == 1:
        spend(sheet, s, place)
        return next_visit_or_lost(sheet, s, place, reason)
    if not spending.sells(sheet, segment):
        return gone(s, place)
    if not spending.buys(sheet, segment, key, number, points):
        customer.light = NEVER
        return declined(sheet, s, place)
    spend(sheet, s, place)
    customer.gap = demand.usual_gap(sheet, segment, key)
    satisfaction = loyal_satisfaction(sheet, s, place)
    if not loyalty.becomes_customer(
        sheet, segment, key, number, customer.gap, customer.served, satisfaction, customer.should, s.n[NOW]
    ):
        return gone(s, place)
    customer.in_book = 1
    add(s, MEMBERS, 1)
    note(s, Happening.WON, key, -1, millionths(outlook(sheet, s, place)))
    return next_visit(sheet, s, place)


@inner
def unserved(sheet, s, place):
    """What coming in vain leads to; the instant of the next visit, NEVER if there is none."""
    customer = s.people[place]
    again = waiting.next_try(sheet, customer.segment, customer.key, customer.visit, customer.tries, s.n[NOW])
    if again < NEVER:
        note(s, Happening.RETRIES, customer.key, -1, 0)
        customer.tries += 1
        return again
    customer.tries = 0
    in_vain = customer.complains == 1
    customer.complains = 0
    if customer.in_book == 0:
        return gone(s, place)
    before = loyal_satisfaction(sheet, s, place)
    judge(sheet, s, place, quality.UNSERVED)
    tells(sheet, s, place, word_of_mouth.IN_VAIN)
    if not in_vain:
        customer.reason = np.int64(Reason.ABANDONED)
        return next_visit_or_lost(sheet, s, place, np.int64(Reason.ABANDONED))
    customer.unrecovered, customer.told = recovery.recovers(sheet, customer.segment), 0
    leaves_over_failure(sheet, s, place, before, np.int64(Purpose.STAY), np.int64(Reason.ABANDONED))
    return next_visit(sheet, s, place) if customer.in_book == 1 else customer.comes


@aside
def leave_unserved(sheet, s, place, outcome):
    """A customer leaves without having been served."""
    customer = s.people[place]
    customer.waits = 0
    note(s, outcome, customer.key, -1, s.n[NOW] - customer.joined)
    if phone.by_phone(sheet, customer.segment, customer.key, customer.visit):
        note(s, Happening.RANG_OFF, customer.key, -1, s.n[NOW] - customer.joined)
    comes_again(sheet, s, place, unserved(sheet, s, place))


@inner
def spend(sheet, s, place):
    """The customer pays."""
    customer = s.people[place]
    basket = spending.basket(
        sheet, customer.segment, customer.key, customer.visit, customer.served, customer.gap
    )  # fmt: skip
    if basket > 0.0:
        note(s, Happening.BOUGHT, customer.key, -1, millionths(basket))


@inner
def declined(sheet, s, place):
    """A prospect does not buy today, and perhaps comes again."""
    customer = s.people[place]
    note(s, Happening.DECLINED, customer.key, -1, 0)
    customer.declined += 1
    again = spending.second_thought(sheet, customer.segment, customer.key, customer.visit, customer.declined, s.n[NOW])
    return again if again < NEVER else gone(s, place)


@inner
def next_visit_or_lost(sheet, s, place, reason):
    """A customer of the book stays, or leaves it for a reason."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    satisfaction = loyal_satisfaction(sheet, s, place)
    why = loyalty.leaves(
        sheet, segment, key, number, customer.gap, customer.served, satisfaction, customer.should, s.n[NOW], reason
    )
    if why == Reason.NONE:
        return next_visit(sheet, s, place)
    lost(sheet, s, place, why)
    return customer.comes
