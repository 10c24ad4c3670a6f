"""What goes wrong in the compiled loop and is put right: mistakes, complaints, promises, calls."""

import numpy as np

from servsim.event_codes import By, Call, Happening, Purpose, Reason, Remedy
from servsim.model.compilation import aside, inner
from servsim.model.fast.known_customers import (
    comes_at,
    gone,
    lost,
    loyal_satisfaction,
    may_be_called,
    may_be_forgotten,
    next_visit,
    note_satisfaction,
    won_back,
)
from servsim.model.fast.state import (
    BEGUN,
    DATE,
    IN_PREPARATION,
    NOTHING_PROMISED,
    NOW,
    PREPARED,
    PREPARED_WORK,
    WORK,
    note,
    schedule,
)
from servsim.model.fast.word_of_mouth import tells
from servsim.model.heap import push
from servsim.model.rules import dispatch, loyalty, outreach, promises, recovery, word_of_mouth
from servsim.units import NEVER


@inner
def finds_out(sheet, s, place):
    """A mistake that nobody noticed comes to light."""
    s.people[place].light = NEVER
    fails(sheet, s, place, np.int64(Reason.MISTAKE))


@aside
def fails(sheet, s, place, reason):
    """The business has failed a customer, who complains or swallows it."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    note(s, Happening.FAILED, key, -1, reason)
    before = loyal_satisfaction(sheet, s, place)
    customer.failure, customer.failed = reason, s.n[NOW]
    if customer.complains == 0 and customer.unrecovered == 0:
        customer.before = customer.satisfaction - customer.relief
    customer.satisfaction = recovery.after_failure(sheet, segment, customer.satisfaction, reason)
    note_satisfaction(sheet, s, place)
    if customer.complains == 1:
        return
    if recovery.voices(sheet, segment, key, number, reason):
        note(s, Happening.COMPLAINED, key, -1, 0)
        customer.complains, customer.call_for = 1, 0
        comes_at(sheet, s, place, recovery.complaint_visit(sheet, key, number, s.n[NOW]))
        return
    knew = customer.unrecovered == 1 and customer.told == 1
    customer.unrecovered, customer.told = 1, knew or reason == Reason.BROKEN_PROMISE
    tells(sheet, s, place, word_of_mouth.about(reason))
    if customer.in_book == 0:
        if customer.comes == NEVER:
            gone(s, place)
        return
    leaves_over_failure(sheet, s, place, before, loyalty.silence(reason), reason)
    if customer.away == 1:
        comes_at(sheet, s, place, customer.comes)
    may_be_called(sheet, s, place)


@aside
def leaves_over_failure(sheet, s, place, before, purpose, reason):
    """A customer of the book, who was satisfied at `before`, stays in spite of a failure, or leaves over it."""
    customer = s.people[place]
    after = loyal_satisfaction(sheet, s, place)
    why = loyalty.leaves_over_failure(
        sheet, customer.segment, customer.key, customer.visit, customer.gap, customer.served,
        before, after, customer.should, s.n[NOW], purpose, reason,
    )  # fmt: skip
    if why != Reason.NONE:
        lost(sheet, s, place, why)


@aside
def complained(sheet, s, place, remedy, by):
    """What an extra visit to complain leads to; the instant of the next visit, NEVER if there is none."""
    customer = s.people[place]
    customer.complains = 0
    was_in_book = customer.in_book == 1
    remedied(sheet, s, place, remedy, by)
    tells(sheet, s, place, word_of_mouth.about_complaint(remedy))
    if customer.in_book == 1:
        return next_visit(sheet, s, place)
    return customer.comes if was_in_book else gone(s, place)


@inner
def remedied(sheet, s, place, remedy, by):
    """What became of a complaint: the customer is won over again, or let down a second time."""
    customer = s.people[place]
    if customer.is_due == 0:
        customer.promise = 0
    customer.unrecovered = customer.told = remedy == Remedy.FAILED
    if remedy == Remedy.RECOVERED:
        recovered(sheet, s, place, by)
    elif remedy == Remedy.FAILED:
        note(s, Happening.LET_DOWN, customer.key, -1, by)
        before = loyal_satisfaction(sheet, s, place)
        customer.satisfaction = recovery.after_double_deviation(
            sheet, customer.segment, customer.satisfaction, customer.failure
        )
        note_satisfaction(sheet, s, place)
        if customer.in_book == 1:
            stay, reason = np.int64(Purpose.STAY), np.int64(Reason.UNRECOVERED)
            leaves_over_failure(sheet, s, place, before, stay, reason)


@inner
def recovered(sheet, s, place, by):
    """A failure is put right in the customer's eyes."""
    customer = s.people[place]
    note(s, Happening.RECOVERED, customer.key, -1, by)
    customer.unrecovered = 0
    customer.satisfaction, customer.relief = recovery.after_recovery(
        sheet, customer.segment, customer.satisfaction, customer.relief, customer.before
    )
    note_satisfaction(sheet, s, place)


@inner
def promise(sheet, s, place, agent):
    """A visit ends with something to be done by a date, unless something is to be done already."""
    customer = s.people[place]
    segment, key, number, now = customer.segment, customer.key, customer.visit, s.n[NOW]
    undone = customer.promise != NOTHING_PROMISED and (customer.promise != BEGUN or customer.work > now)
    if customer.is_due == 1 or undone or not promises.calls_for_action(sheet, segment, key, number):
        return
    customer.due = promises.date(sheet, segment, now)
    note(s, Happening.PROMISED, key, agent, customer.due - now)
    customer.promise, customer.is_due, customer.promised_in = IN_PREPARATION, 1, number
    customer.work = promises.prepared(sheet, segment, key, number, now)
    schedule(sheet, s, customer.due, DATE, place, key)
    schedule(sheet, s, customer.work, PREPARED, place, key)


@inner
def is_prepared(s, place, key):
    """Once everything is there, the work can be done."""
    customer = s.people[place]
    if customer.key == key and customer.promise == IN_PREPARATION and customer.work == s.n[NOW]:
        customer.promise = PREPARED_WORK
        first, second = dispatch.work_rank(customer.due, key)
        s.n[WORK] = push(s.work, s.n[WORK], first, second, 0, place)


@aside
def falls_due(sheet, s, place):
    """The date has come: the promise was kept, or is broken."""
    customer = s.people[place]
    customer.is_due = 0
    if customer.promise != BEGUN or customer.work > customer.due:
        fails(sheet, s, place, np.int64(Reason.BROKEN_PROMISE))
        return
    note(s, Happening.KEPT, customer.key, -1, 0)
    customer.satisfaction = promises.after_keeping(sheet, customer.segment, customer.satisfaction)
    note_satisfaction(sheet, s, place)


@aside
def answers(sheet, s, place):
    """What a call changes for the customer."""
    customer = s.people[place]
    segment, key, number, now = customer.segment, customer.key, customer.visit, s.n[NOW]
    called_for = customer.call_for
    customer.call_for = 0
    still_hurt = customer.unrecovered == 1 and called_for != Call.LAPSED
    if still_hurt and outreach.call_recovers(sheet, segment, key, number, called_for, now - customer.failed):
        recovered(sheet, s, place, By.CALL)
    if called_for == Call.LAPSED:
        if outreach.call_wins_back(sheet, segment, key, number):
            won_back(sheet, s, place)
            comes_at(sheet, s, place, outreach.returns(sheet, segment, key, number, now))
        may_be_forgotten(s, place)
    elif called_for == Call.OVERDUE:
        sooner = outreach.reminded(sheet, segment, key, number, now)
        if sooner < customer.comes:
            comes_at(sheet, s, place, sooner)
