"""The story of `reference` as one compiled loop: the same rules, the same words, the same trace.

The loop takes what is due while the time is equal, then settles, then puts the instant's rows in canonical order. It
allocates nothing: when an array might not hold what comes next, it stops, `grown` makes room, and it goes on where it
was. Customers live in `people`; the place of one who is gone for good is used again.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from servsim.model import calendar
from servsim.model.heap import pop, push
from servsim.model.kernel import COMPILED, kernel, mark_warm, part, readable
from servsim.model.rules import (
    attention,
    breaks,
    demand,
    dispatch,
    loyalty,
    manager,
    mistakes,
    outreach,
    promises,
    quality,
    recovery,
    spending,
    visit,
    waiting,
)
from servsim.model.rules.amounts import millionths
from servsim.model.trace import Trace, canonical, told_in_pieces
from servsim.units import NEVER
from servsim.words import By, Call, Happening, Reason, Remedy

(LIGHT, DATE, ARRIVAL, PATIENCE_ENDS, PREPARED, LISTED, LAPSED,
 CANDIDATE, WORK_ENDS, SPELL_ENDS, SHIFT_BEGINS, SHIFT_ENDS, BREAK_BEGINS, BREAK_ENDS, DOORS_CLOSE,
 CHANCE) = range(16)  # fmt: skip
"""What is due: in the calendar what concerns customers known to the desk, in the duties what concerns the desk.

What comes to light at home, and dates that fall due, come before an arrival at the same instant.
"""

VISIT, TALK, FOLLOW_UP, CALL = range(4)
"""What an agent is at work on."""

NOTHING_PROMISED, IN_PREPARATION, PREPARED_WORK, BEGUN = range(4)
"""How far a promise is."""

(NOW, UNSETTLED, CALENDAR, DUTIES, QUEUE, FREE, ROWS, TOLD, NEWCOMERS, PEOPLE, VACANT, WAITING, ATTENTIVE_HERE,
 LEAVING, CLOSING, DAY, NUMBER, INSIDE, MANAGERS_QUEUE, MANAGERS, WORK, CALLS, CALLING, CALL_MONTH, SPENT, CASES,
 NUMBERS) = range(27)  # fmt: skip
"""Places in `n`: the clock, how much of each array is in use, and the counts that the desk keeps."""

CUSTOMER = np.dtype([
    ("key", "i8"), ("joined", "i8"), ("satisfaction", "f8"), ("will", "f8"), ("should", "f8"), ("gap", "f8"),
    ("segment", "i4"), ("served", "i4"), ("visit", "i4"), ("tries", "i2"), ("declined", "i2"),
    ("in_book", "i1"), ("waits", "i1"), ("noticed", "i1"), ("inside", "i1"),
    ("complains", "i1"), ("unrecovered", "i1"), ("failure", "i1"), ("call_for", "i1"), ("promise", "i1"),
    ("is_due", "i1"),
    ("comes", "i8"), ("light", "i8"), ("failed", "i8"), ("before", "f8"), ("relief", "f8"),
    ("due", "i8"), ("work", "i8"), ("listed", "i8"), ("promised_in", "i4"),
])  # fmt: skip
AGENT = np.dtype([
    ("here", "i8"), ("attentive", "i8"), ("leaving", "i8"), ("free", "i8"), ("free_since", "i8"), ("busy", "i8"),
    ("day", "i8"), ("spell", "i8"), ("spell_ends", "i8"),
    ("break_due", "i8"), ("break_ends", "i8"), ("on_break", "i8"), ("wants_break", "i8"),
    ("doing", "i8"), ("customer", "i8"), ("work", "i8"), ("care", "i8"), ("clarifying", "i8"), ("soothing", "i8"),
    ("reason", "i8"), ("wrong", "i8"), ("remedy", "i8"), ("points", "f8"), ("shortfall", "f8"),
])  # fmt: skip
CASE = np.dtype([
    ("open", "i8"), ("customer", "i8"), ("agent", "i8"), ("since", "i8"), ("reason", "i8"), ("wrong", "i8"),
    ("points", "f8"), ("shortfall", "f8"),
])  # fmt: skip
"""A visit that ended with the agent stepping back: what it was like, until the manager has spoken."""


class State(NamedTuple):
    """Everything the loop knows; arrays that are full are replaced between runs of the loop."""

    n: np.ndarray
    reached: np.ndarray
    calendar: np.ndarray
    duties: np.ndarray
    queue: np.ndarray
    free: np.ndarray
    rows: np.ndarray
    newcomers: np.ndarray
    vacant: np.ndarray
    people: np.ndarray
    agents: np.ndarray
    managers_queue: np.ndarray
    managers: np.ndarray
    work: np.ndarray
    calls: np.ndarray
    cases: np.ndarray


@part
def note(s, what, who, agent, value):
    """One line of the trace."""
    row = s.n[ROWS]
    s.rows[row, 0], s.rows[row, 1], s.rows[row, 2], s.rows[row, 3], s.rows[row, 4] = s.n[NOW], what, who, agent, value
    s.n[ROWS] = row + 1


@part
def schedule(sheet, s, instant, what, index, check):
    """Put something on the calendar, unless it lies beyond the horizon."""
    if instant < sheet[0].end:
        s.n[CALENDAR] = push(s.calendar, s.n[CALENDAR], instant, what, index, check)


@part
def schedule_duty(sheet, s, instant, what, index, check):
    """The same among the duties: few, and so quick to keep in order, however many customers there are."""
    if instant < sheet[0].end:
        s.n[DUTIES] = push(s.duties, s.n[DUTIES], instant, what, index, check)


# Who comes


@part
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
    before = quality.before_the_first_visit(sheet, segment, in_book)
    customer.key, customer.segment, customer.in_book = key, segment, in_book
    customer.satisfaction = customer.will = customer.should = before
    customer.served = demand.visits_behind(sheet, segment) if in_book else 0
    customer.visit = customer.tries = customer.declined = customer.waits = customer.inside = 0
    customer.complains = customer.unrecovered = customer.failure = customer.call_for = 0
    customer.promise = customer.is_due = 0
    customer.relief = 0.0
    customer.comes = customer.light = customer.listed = np.int64(NEVER)
    if in_book:
        customer.gap = demand.usual_gap(sheet, segment, key)
    return place


@part
def forget(s, place):
    """The place of a person who is gone for good is used again."""
    s.people[place].key = -1
    s.people[place].in_book = 0
    s.vacant[s.n[VACANT]] = place
    s.n[VACANT] += 1


@part
def next_candidate(sheet, s):
    """Put the next prospect on the calendar, looking from day to day."""
    while calendar.day_begins(s.n[DAY]) < sheet[0].end:
        s.reached[0], instant = demand.candidate(sheet, s.n[DAY], s.n[NUMBER], s.reached[0])
        if instant < NEVER:
            schedule_duty(sheet, s, instant, CANDIDATE, demand.prospect_key(s.n[DAY], 0, s.n[NUMBER]), 0)
            s.n[NUMBER] += 1
            return
        s.n[DAY] += 1
        s.n[NUMBER] = 0
        s.reached[0] = calendar.clock(sheet, calendar.day_begins(s.n[DAY]))


@part
def come(s, place):
    """A customer comes to the desk."""
    customer = s.people[place]
    customer.joined = s.n[NOW]
    customer.comes, customer.call_for, customer.inside = NEVER, 0, 1
    s.n[INSIDE] += 1
    note(s, Happening.ARRIVED, customer.key, -1, customer.visit)
    s.newcomers[s.n[NEWCOMERS]] = place
    s.n[NEWCOMERS] += 1


# A visit


@part
def serve(sheet, s, place, number):
    """An agent serves a customer."""
    customer, agent, now = s.people[place], s.agents[number], s.n[NOW]
    waited = now - customer.joined
    note(s, Happening.STARTED, customer.key, number, waited)
    (ends, agent.care, agent.clarifying, agent.soothing, agent.points, agent.reason, agent.shortfall, agent.wrong,
     agent.remedy) = visit.visit(
        sheet, customer.segment, customer.key, customer.visit,
        number, agent.day, agent.spell, agent.spell_ends, now, waited, customer.noticed == 1,
        customer.complains == 1, customer.failed, customer.satisfaction,
    )  # fmt: skip
    is_at_work(sheet, s, number, VISIT, place, ends)


@part
def is_at_work(sheet, s, number, doing, customer, ends):
    """An agent is at work until an instant."""
    s.agents[number].doing, s.agents[number].customer = doing, customer
    schedule_duty(sheet, s, ends, WORK_ENDS, number, 0)


@part
def work_ends(sheet, s, number):
    """The work in hand is done."""
    agent = s.agents[number]
    if agent.doing == VISIT:
        visit_ends(sheet, s, number)
        return
    if agent.doing == TALK:
        talk_ends(sheet, s, number)
        return
    if agent.doing == CALL:
        s.n[CALLING] -= 1
    note(s, Happening.HUNG_UP if agent.doing == CALL else Happening.FOLLOWED_UP, agent.customer, number, agent.work)
    work_in_hand_is_done(sheet, s, number)


@part
def visit_ends(sheet, s, number):
    """A visit ends; the agent is free, or steps back for the manager."""
    agent = s.agents[number]
    place, points, reason, size, wrong, remedy = (
        agent.customer, agent.points, agent.reason, agent.shortfall, agent.wrong, agent.remedy
    )  # fmt: skip
    key = s.people[place].key
    note(s, Happening.FINISHED, key, number, millionths(points))
    if agent.care > 0:
        note(s, Happening.CARED, key, number, agent.care)
    if agent.clarifying > 0:
        note(s, Happening.CLARIFIED, key, number, agent.clarifying)
    if agent.soothing > 0:
        note(s, Happening.SOOTHED, key, number, agent.soothing)
    if remedy == Remedy.ESCALATED:
        step_back(sheet, s, number)
    else:
        work_in_hand_is_done(sheet, s, number)
        comes_again(sheet, s, place, served(sheet, s, place, number, points, reason, size, wrong, remedy, By.AGENT))


@part
def step_back(sheet, s, number):
    """The customer waits for the manager; the agent stays or turns to others."""
    agent = s.agents[number]
    customer = s.people[agent.customer]
    note(s, Happening.ESCALATED, customer.key, number, np.int64(manager.holds_agent(sheet)))
    customer.joined = s.n[NOW]
    slot = 0
    while s.cases[slot].open == 1:
        slot += 1
    case = s.cases[slot]
    case.open, case.customer, case.agent, case.since = 1, agent.customer, number, s.n[NOW]
    case.points, case.reason, case.shortfall, case.wrong = agent.points, agent.reason, agent.shortfall, agent.wrong
    s.n[CASES] += 1
    first, second = dispatch.managers_rank(customer.joined, customer.key)
    s.n[MANAGERS_QUEUE] = push(s.managers_queue, s.n[MANAGERS_QUEUE], first, second, 0, slot)
    if not manager.holds_agent(sheet):
        work_in_hand_is_done(sheet, s, number)


@part
def step_in(sheet, s):
    """Free managers turn to those who wait for them."""
    while s.n[MANAGERS_QUEUE] > 0:
        while s.n[MANAGERS] > 0 and not still_free(sheet, s, s.managers, 0):
            s.n[MANAGERS] = pop(s.managers, s.n[MANAGERS])
        if s.n[MANAGERS] == 0:
            return
        number, slot = s.managers[0, 3], s.managers_queue[0, 3]
        s.n[MANAGERS] = pop(s.managers, s.n[MANAGERS])
        s.n[MANAGERS_QUEUE] = pop(s.managers_queue, s.n[MANAGERS_QUEUE])
        turns_to_work(s, number)
        boss, customer = s.agents[number], s.people[s.cases[slot].customer]
        note(s, Happening.STEPPED_IN, customer.key, number, s.n[NOW] - customer.joined)
        boss.work = manager.talk(sheet, customer.key, customer.visit)
        delay = s.n[NOW] - customer.failed
        won_over = manager.wins_over(sheet, customer.segment, customer.key, customer.visit, delay)
        boss.remedy = np.int64(Remedy.RECOVERED if won_over else Remedy.FAILED)
        is_at_work(sheet, s, number, TALK, slot, s.n[NOW] + boss.work)


@part
def talk_ends(sheet, s, number):
    """The manager has spoken."""
    boss, case = s.agents[number], s.cases[s.agents[number].customer]
    place = case.customer
    note(s, Happening.STEPPED_BACK, s.people[place].key, number, boss.work)
    work_in_hand_is_done(sheet, s, number)
    if manager.holds_agent(sheet):
        note(s, Happening.RELEASED, -1, case.agent, s.n[NOW] - case.since)
        work_in_hand_is_done(sheet, s, case.agent)
    case.open = 0
    s.n[CASES] -= 1
    comes_again(sheet, s, place, served(
        sheet, s, place, case.agent, case.points, case.reason, case.shortfall, case.wrong, boss.remedy, By.MANAGER,
    ))  # fmt: skip


@part
def leave_unserved(sheet, s, place, outcome):
    """A customer leaves without having been served."""
    customer = s.people[place]
    customer.waits = 0
    note(s, outcome, customer.key, -1, s.n[NOW] - customer.joined)
    comes_again(sheet, s, place, unserved(sheet, s, place))


@part
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


@part
def comes_at(sheet, s, place, instant):
    """Put a customer's next visit on the calendar."""
    s.people[place].comes = instant
    if instant < NEVER:
        schedule(sheet, s, instant, ARRIVAL, place, s.people[place].key)


@part
def may_be_forgotten(s, place):
    """A person who is not in the book, will not come, and need not be called is forgotten."""
    customer = s.people[place]
    if customer.in_book == 0 and customer.comes == NEVER and customer.light == NEVER and customer.call_for == 0:
        forget(s, place)


@part
def is_at_home(s, place, key):
    """Is this person, at this place, not at the desk?"""
    return s.people[place].key == key and s.people[place].inside == 0


# After a visit


@part
def served(sheet, s, place, agent, points, reason, size, wrong, remedy, by):
    """What a served visit leads to; the instant of the next, NEVER if there is none."""
    customer = s.people[place]
    disappointment = judge(sheet, s, place, points)
    customer.served += 1
    customer.tries = 0
    extra = customer.complains == 1
    customer.complains = 0
    if extra:
        remedied(sheet, s, place, remedy, by)
    if wrong == mistakes.OVERLOOKED:
        note(s, Happening.OVERLOOKED, customer.key, agent, 0)
        customer.light = mistakes.comes_to_light(sheet, customer.segment, customer.key, customer.visit, s.n[NOW])
    reason = visit.main_reason(reason, size, disappointment, remedy)
    comes = bought_or_not(sheet, s, place, extra, points, reason)
    if not extra:
        customer.unrecovered = 0
    if wrong == mistakes.OVERLOOKED and customer.light < NEVER:
        schedule(sheet, s, customer.light, LIGHT, place, customer.key)
    if comes < NEVER:
        promise(sheet, s, place, agent)
    return comes


@part
def bought_or_not(sheet, s, place, extra, points, reason):
    """Customers spend, unless the visit is extra, and stay or not; prospects buy or not, and become customers."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    if customer.in_book == 1:
        if not extra:
            spend(sheet, s, place)
        return next_visit_or_lost(sheet, s, place, reason)
    if extra or not spending.sells(sheet, segment):
        return gone(s, place)
    if not spending.buys(sheet, segment, key, number, points):
        customer.light = NEVER
        return declined(sheet, s, place)
    spend(sheet, s, place)
    customer.gap = demand.usual_gap(sheet, segment, key)
    satisfaction = loyal_satisfaction(sheet, s, place)
    if not loyalty.becomes_customer(sheet, segment, key, number, customer.gap, customer.served, satisfaction):
        return gone(s, place)
    customer.in_book = 1
    note(s, Happening.WON, key, -1, millionths(outlook(sheet, s, place)))
    return demand.next_visit(sheet, segment, key, number, customer.gap, s.n[NOW])


@part
def unserved(sheet, s, place):
    """What coming in vain leads to; the instant of the next visit, NEVER if there is none."""
    customer = s.people[place]
    again = waiting.next_try(sheet, customer.segment, customer.key, customer.visit, customer.tries, s.n[NOW])
    if again < NEVER:
        note(s, Happening.RETRIES, customer.key, -1, 0)
        customer.tries += 1
        return again
    customer.tries = 0
    if customer.complains == 1:
        customer.complains = 0
        customer.unrecovered = recovery.recovers(sheet, customer.segment)
    if customer.in_book == 0:
        return gone(s, place)
    judge(sheet, s, place, quality.UNSERVED)
    return next_visit_or_lost(sheet, s, place, np.int64(Reason.ABANDONED))


@part
def judge(sheet, s, place, points):
    """The customer makes up their mind about a visit; how far expectation darkened it."""
    customer = s.people[place]
    if not quality.judges(sheet, customer.segment):
        return 0.0
    customer.satisfaction, customer.will, customer.should, disappointment = quality.judged(
        sheet, customer.segment, customer.served, customer.satisfaction, customer.will, customer.should, points
    )
    customer.relief = recovery.fading_relief(customer.served, customer.relief)
    note_satisfaction(sheet, s, place)
    return disappointment


@part
def note_satisfaction(sheet, s, place):
    """Write down how satisfied the customer is now, where customers judge."""
    if quality.judges(sheet, s.people[place].segment):
        note(s, Happening.JUDGED, s.people[place].key, -1, millionths(s.people[place].satisfaction))


@part
def loyal_satisfaction(sheet, s, place):
    """The customer's satisfaction as far as it makes them stay."""
    customer = s.people[place]
    return recovery.loyal_satisfaction(sheet, customer.segment, customer.satisfaction, customer.relief)


@part
def spend(sheet, s, place):
    """The customer pays."""
    customer = s.people[place]
    basket = spending.basket(sheet, customer.segment, customer.key, customer.visit)
    if basket > 0.0:
        note(s, Happening.BOUGHT, customer.key, -1, millionths(basket))


@part
def declined(sheet, s, place):
    """A prospect does not buy today, and perhaps comes again."""
    customer = s.people[place]
    note(s, Happening.DECLINED, customer.key, -1, 0)
    customer.declined += 1
    again = spending.second_thought(sheet, customer.segment, customer.key, customer.visit, customer.declined, s.n[NOW])
    return again if again < NEVER else gone(s, place)


@part
def gone(s, place):
    """A prospect will not come again, unless something that went wrong comes to light."""
    customer = s.people[place]
    customer.promise = customer.is_due = 0
    if customer.light == NEVER:
        note(s, Happening.GONE, customer.key, -1, 0)
    return np.int64(NEVER)


@part
def next_visit_or_lost(sheet, s, place, reason):
    """A customer of the book stays, or leaves it for a reason."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    satisfaction = loyal_satisfaction(sheet, s, place)
    why = loyalty.leaves(
        sheet, segment, key, number, customer.gap, customer.served, satisfaction, customer.unrecovered == 1, reason
    )
    if why == Reason.NONE:
        return demand.next_visit(sheet, segment, key, number, customer.gap, s.n[NOW])
    lost(sheet, s, place, why)
    return np.int64(NEVER)


@part
def lost(sheet, s, place, why):
    """A customer leaves the book; who left because of the desk may be called for a while."""
    customer = s.people[place]
    note(s, Happening.LOST, customer.key, -1, why)
    customer.in_book = customer.promise = customer.is_due = 0
    customer.comes = customer.light = np.int64(NEVER)
    customer.call_for = np.int64(Call.LAPSED if outreach.may_be_won_back(sheet, why) else Call.NOTHING)


@part
def outlook(sheet, s, place):
    """The yearly retention that a customer's present satisfaction implies."""
    customer = s.people[place]
    satisfaction = loyal_satisfaction(sheet, s, place)
    return loyalty.yearly_retention(sheet, customer.segment, customer.gap, satisfaction, customer.served)


# When things go wrong


@part
def finds_out(sheet, s, place):
    """A mistake that nobody noticed comes to light."""
    s.people[place].light = NEVER
    fails(sheet, s, place, np.int64(Reason.MISTAKE))


@part
def fails(sheet, s, place, reason):
    """The business has failed a customer, who complains or swallows it."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    note(s, Happening.FAILED, key, -1, reason)
    customer.before, customer.failure, customer.failed = customer.satisfaction, reason, s.n[NOW]
    customer.satisfaction = recovery.after_failure(sheet, segment, customer.satisfaction, reason)
    note_satisfaction(sheet, s, place)
    if customer.complains == 1:
        return
    if recovery.voices(sheet, segment, key, number, reason):
        note(s, Happening.COMPLAINED, key, -1, 0)
        customer.complains, customer.call_for = 1, 0
        comes_at(sheet, s, place, recovery.complaint_visit(sheet, s.n[NOW]))
        return
    customer.unrecovered = 1
    if customer.in_book == 0:
        if customer.comes == NEVER:
            gone(s, place)
        return
    satisfaction = loyal_satisfaction(sheet, s, place)
    why = loyalty.leaves_in_silence(sheet, segment, key, number, customer.gap, customer.served, satisfaction, reason)
    if why != Reason.NONE:
        lost(sheet, s, place, why)
    may_be_called(sheet, s, place)


@part
def remedied(sheet, s, place, remedy, by):
    """What became of a complaint: the customer is won over again, or let down a second time."""
    customer = s.people[place]
    if customer.is_due == 0:
        customer.promise = 0
    customer.unrecovered = remedy == Remedy.FAILED
    if remedy == Remedy.RECOVERED:
        recovered(sheet, s, place, by)
    elif remedy == Remedy.FAILED:
        note(s, Happening.LET_DOWN, customer.key, -1, by)
        customer.satisfaction = recovery.after_double_deviation(
            sheet, customer.segment, customer.satisfaction, customer.failure
        )
        note_satisfaction(sheet, s, place)


@part
def recovered(sheet, s, place, by):
    """A failure is put right in the customer's eyes."""
    customer = s.people[place]
    note(s, Happening.RECOVERED, customer.key, -1, by)
    customer.unrecovered = 0
    customer.satisfaction, customer.relief = recovery.after_recovery(
        sheet, customer.segment, customer.satisfaction, customer.before
    )
    note_satisfaction(sheet, s, place)


# Promises


@part
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


@part
def is_prepared(s, place, key):
    """Once everything is there, the work can be done."""
    customer = s.people[place]
    if customer.key == key and customer.promise == IN_PREPARATION and customer.work == s.n[NOW]:
        customer.promise = PREPARED_WORK
        first, second = dispatch.work_rank(customer.due, key)
        s.n[WORK] = push(s.work, s.n[WORK], first, second, 0, place)


@part
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


@part
def follow_up(sheet, s, number, place):
    """An agent begins to do what was promised."""
    agent, customer = s.agents[number], s.people[place]
    note(s, Happening.TOOK_UP, customer.key, number, 0)
    agent.work = promises.follow_up_work(sheet, customer.segment, customer.key, customer.promised_in)
    customer.promise = BEGUN
    customer.work = busy_with(sheet, s, number, FOLLOW_UP, customer.key)


@part
def busy_with(sheet, s, number, doing, key):
    """Put an agent to work that begins now; when it is done."""
    agent = s.agents[number]
    ends, _ = attention.visit_under_attention(
        sheet, number, agent.day, agent.spell, agent.spell_ends, s.n[NOW], agent.work
    )
    is_at_work(sheet, s, number, doing, key, ends)
    return ends


# Calling customers back


@part
def may_be_called(sheet, s, place):
    """Put a customer who has left, or swallowed a failure, on the list of those to call; others once overdue."""
    customer = s.people[place]
    if not outreach.calls_back(sheet) or customer.complains == 1:
        return
    if customer.in_book == 1:
        customer.call_for = outreach.listed_for(customer.unrecovered == 1)
    if customer.call_for == Call.OVERDUE:
        customer.listed = outreach.overdue_at(sheet, customer.segment, customer.gap, s.n[NOW])
        if customer.listed >= customer.comes:
            customer.call_for = 0
    elif customer.call_for != Call.NOTHING:
        customer.listed = s.n[NOW] + 1
    if customer.call_for != Call.NOTHING:
        schedule(sheet, s, customer.listed, LISTED, place, customer.key)
        if customer.call_for == Call.LAPSED:
            ends = outreach.lapse_ends(sheet, customer.segment, customer.listed)
            schedule(sheet, s, ends, LAPSED, place, customer.key)


@part
def is_listed(sheet, s, place, key):
    """From this instant on the customer is on the list, if there is still something to call for."""
    customer = s.people[place]
    if customer.key == key and customer.call_for != Call.NOTHING and customer.listed == s.n[NOW]:
        s.n[CALLS] = push(s.calls, s.n[CALLS], outreach.urgency(sheet, customer.call_for), customer.listed, key, place)


@part
def lapses(sheet, s, place, key):
    """A lost customer is not called any more."""
    customer = s.people[place]
    if customer.key != key or customer.call_for != Call.LAPSED:
        return
    if s.n[NOW] >= outreach.lapse_ends(sheet, customer.segment, customer.listed):
        customer.call_for = 0
        may_be_forgotten(s, place)


@part
def still_to_call(sheet, s, i):
    """Does entry i of the list stand for a customer who is still to be called, for the same reason?"""
    customer = s.people[s.calls[i, 3]]
    return (
        customer.key == s.calls[i, 2]
        and customer.call_for != Call.NOTHING
        and customer.listed == s.calls[i, 1]
        and outreach.urgency(sheet, customer.call_for) == s.calls[i, 0]
    )


@part
def still_to_do(s, i):
    """Does entry i of the work stand for a promise on which nobody has begun?"""
    customer = s.people[s.work[i, 3]]
    return customer.key == s.work[i, 1] and customer.promise == PREPARED_WORK and customer.due == s.work[i, 0]


@part
def call(sheet, s, number, place):
    """An agent begins to call a customer, who is won over, comes back, comes sooner, or nothing of the kind."""
    agent, customer = s.agents[number], s.people[place]
    note(s, Happening.CALLED, customer.key, number, customer.call_for)
    agent.work = outreach.call_work(sheet)
    s.n[SPENT] += agent.work
    s.n[CALLING] += 1
    busy_with(sheet, s, number, CALL, customer.key)
    answers(sheet, s, place)


@part
def answers(sheet, s, place):
    """What a call changes for the customer."""
    customer = s.people[place]
    segment, key, number, now = customer.segment, customer.key, customer.visit, s.n[NOW]
    called_for = customer.call_for
    customer.call_for = 0
    if called_for == Call.DISGRUNTLED:
        if outreach.call_recovers(sheet, segment, key, number, now - customer.failed):
            recovered(sheet, s, place, By.CALL)
    elif called_for == Call.LAPSED:
        if outreach.call_wins_back(sheet, segment, key, number):
            customer.in_book = 1
            note(s, Happening.WON_BACK, key, -1, millionths(outlook(sheet, s, place)))
            comes_at(sheet, s, place, demand.next_visit(sheet, segment, key, number, customer.gap, now))
        may_be_forgotten(s, place)
    else:
        sooner = outreach.reminded(sheet, segment, key, number, now)
        if sooner < customer.comes:
            comes_at(sheet, s, place, sooner)


# The agents


@part
def shift_begins(sheet, s, number):
    """An agent's shift begins; who is still here from the last one simply goes on."""
    stays(s, number)
    if s.agents[number].here == 0:
        come_on(sheet, s, number)
    schedule_duty(sheet, s, calendar.shift_end(sheet, number, s.n[NOW]), SHIFT_ENDS, number, 0)


@part
def shift_ends(sheet, s, number):
    """An agent's shift ends; who is serving leaves when the visit in hand is done."""
    may_leave(s, number)
    schedule_duty(sheet, s, calendar.shift_start(sheet, number, s.n[NOW]), SHIFT_BEGINS, number, 0)


@part
def come_on(sheet, s, number):
    """An agent begins a shift, attentive; spells are counted through the day."""
    agent = s.agents[number]
    note(s, Happening.CAME_ON, -1, number, 0)
    today = calendar.day_of(s.n[NOW])
    agent.spell = agent.spell + 1 if agent.day == today else 0
    agent.day = today
    agent.here = agent.attentive = 1
    s.n[ATTENTIVE_HERE] += notices(sheet, s, number)
    set_free(sheet, s, number)
    begin_spell(sheet, s, number)
    ends = calendar.shift_end(sheet, number, s.n[NOW])
    plan_break(sheet, s, number, breaks.first_break(sheet, number, s.n[NOW], ends))


@part
def notices(sheet, s, number):
    """Does this agent notice who waits? Managers and those on a break do not see the queue."""
    agent = s.agents[number]
    return agent.attentive == 1 and agent.on_break == 0 and not manager.is_manager(sheet, number)


@part
def go_off(sheet, s, number):
    """An agent goes home."""
    agent = s.agents[number]
    note(s, Happening.WENT_OFF, -1, number, 0)
    s.n[ATTENTIVE_HERE] -= notices(sheet, s, number)
    agent.here = agent.attentive = agent.free = agent.on_break = agent.wants_break = 0
    agent.break_due = agent.break_ends = np.int64(NEVER)
    stays(s, number)


@part
def may_leave(s, number):
    """An agent whose shift is over leaves when the desk settles, unless at work or kept by the queue."""
    agent = s.agents[number]
    if agent.here == 1 and agent.leaving == 0 and agent.busy == 0:
        agent.leaving = 1
        s.n[LEAVING] += 1


@part
def stays(s, number):
    """An agent who might have left has something to do, or has gone."""
    s.n[LEAVING] -= s.agents[number].leaving
    s.agents[number].leaving = 0


@part
def begin_spell(sheet, s, number):
    """An attentive spell begins."""
    agent = s.agents[number]
    agent.spell_ends = s.n[NOW] + attention.attentive_spell(sheet, number, agent.day, agent.spell)
    schedule_duty(sheet, s, agent.spell_ends, SPELL_ENDS, number, spell_name(s, number))


@part
def spell_name(s, number):
    """Which spell of which day the agent is in."""
    return (s.agents[number].day << 32) | s.agents[number].spell


@part
def spell_ends(sheet, s, number, spell):
    """An agent loses attention, or regains it; nothing if the shift in which the spell began is over."""
    agent = s.agents[number]
    if spell != spell_name(s, number) or agent.here == 0:
        return
    if agent.attentive == 1:
        note(s, Happening.LOST_ATTENTION, -1, number, 0)
        s.n[ATTENTIVE_HERE] -= notices(sheet, s, number)
        agent.attentive = agent.free = 0
        lasts = attention.inattentive_spell(sheet, number, agent.day, agent.spell)
        schedule_duty(sheet, s, s.n[NOW] + lasts, SPELL_ENDS, number, spell)
    else:
        note(s, Happening.REGAINED_ATTENTION, -1, number, 0)
        agent.attentive = 1
        s.n[ATTENTIVE_HERE] += notices(sheet, s, number)
        agent.spell += 1
        set_free(sheet, s, number)
        begin_spell(sheet, s, number)


@part
def plan_break(sheet, s, number, due):
    """An agent will be due for a break."""
    s.agents[number].break_due = due
    schedule_duty(sheet, s, due, BREAK_BEGINS, number, 0)


@part
def break_begins(sheet, s, number):
    """A break falls due; it begins when the work in hand is done."""
    agent = s.agents[number]
    if agent.break_due != s.n[NOW]:
        return
    agent.break_due = np.int64(NEVER)
    if agent.busy == 1:
        agent.wants_break = 1
    else:
        begin_break(sheet, s, number)


@part
def begin_break(sheet, s, number):
    """An agent takes a break."""
    agent = s.agents[number]
    note(s, Happening.WENT_ON_BREAK, -1, number, 0)
    s.n[ATTENTIVE_HERE] -= notices(sheet, s, number)
    agent.wants_break, agent.on_break, agent.free = 0, 1, 0
    agent.break_ends = s.n[NOW] + breaks.break_length(sheet)
    schedule_duty(sheet, s, agent.break_ends, BREAK_ENDS, number, 0)


@part
def break_ends(sheet, s, number):
    """The break ends, unless the agent has gone home."""
    agent = s.agents[number]
    if agent.break_ends != s.n[NOW]:
        return
    note(s, Happening.CAME_BACK, -1, number, 0)
    agent.on_break, agent.break_ends = 0, np.int64(NEVER)
    s.n[ATTENTIVE_HERE] += notices(sheet, s, number)
    set_free(sheet, s, number)
    ends = calendar.shift_end(sheet, number, s.n[NOW])
    plan_break(sheet, s, number, breaks.next_break(sheet, s.n[NOW], ends))


@part
def work_in_hand_is_done(sheet, s, number):
    """The agent is free for what comes next, takes the break that is due, or may leave if the shift is over."""
    s.agents[number].busy = 0
    if not calendar.on_duty(sheet, number, s.n[NOW]):
        may_leave(s, number)
    elif s.agents[number].wants_break == 1:
        begin_break(sheet, s, number)
    else:
        set_free(sheet, s, number)


@part
def turns_to_work(s, number):
    """A free agent begins something."""
    s.agents[number].free, s.agents[number].busy = 0, 1
    stays(s, number)


@part
def set_free(sheet, s, number):
    """An agent who is attentive, not on a break, and has nobody in hand waits for something to do."""
    agent = s.agents[number]
    if agent.attentive == 1 and agent.free == 0 and agent.on_break == 0 and agent.busy == 0:
        agent.free, agent.free_since = 1, s.n[NOW]
        since, which = dispatch.readiness(sheet, agent.free_since, number)
        if manager.is_manager(sheet, number):
            if s.n[MANAGERS] == len(s.managers):
                s.n[MANAGERS] = only_the_free(sheet, s, s.managers, s.n[MANAGERS])
            s.n[MANAGERS] = push(s.managers, s.n[MANAGERS], since, which, 0, number)
        else:
            if s.n[FREE] == len(s.free):
                s.n[FREE] = only_the_free(sheet, s, s.free, s.n[FREE])
            s.n[FREE] = push(s.free, s.n[FREE], since, which, 0, number)


@part
def still_free(sheet, s, free, i):
    """Does entry i of the free stand for an agent who is free since then?"""
    agent = s.agents[free[i, 3]]
    first, second = dispatch.readiness(sheet, agent.free_since, free[i, 3])
    return agent.free == 1 and first == free[i, 0] and second == free[i, 1]


@part
def only_the_free(sheet, s, free, size):
    """Drop from a heap of free agents all who have since lost attention, left, or begun something; how many remain."""
    left = 0
    for i in range(size):
        if still_free(sheet, s, free, i):
            a, b, c, number = free[i, 0], free[i, 1], free[i, 2], free[i, 3]
            left = push(free, left, a, b, c, number)
    return left


# The end of an instant


@part
def settle(sheet, s):
    """Close the doors, let agents leave, let free agents turn to what is first, let who was not served decide."""
    if s.n[CLOSING] == 1:
        send_home(sheet, s)
    let_leave(sheet, s)
    step_in(sheet, s)
    if s.n[NEWCOMERS] == 0 and (s.n[FREE] == 0 or s.n[WAITING] + s.n[WORK] + s.n[CALLS] == 0):
        return
    for i in range(s.n[NEWCOMERS]):
        join(sheet, s, s.newcomers[i])
    dispatch_all(sheet, s)
    let_leave(sheet, s)
    for i in range(undecided(sheet, s)):
        decide(sheet, s, s.newcomers[i])
    s.n[NEWCOMERS] = 0


@part
def let_leave(sheet, s):
    """Agents whose shift is over go home, or stay for those who still wait behind closed doors.

    A manager stays for all who are still at the desk.
    """
    if s.n[LEAVING] == 0:
        return
    kept = waiting.stays_for_the_queue(sheet, s.n[NOW], s.n[WAITING])
    for number in range(len(s.agents)):
        if s.agents[number].leaving == 1:
            is_manager = manager.is_manager(sheet, number)
            if (is_manager and s.n[INSIDE] > 0) or (kept and not is_manager):
                set_free(sheet, s, number)
            else:
                go_off(sheet, s, number)


@part
def rank_of(sheet, s, place):
    """A customer's place in the queue."""
    customer = s.people[place]
    return dispatch.rank(sheet, customer.segment, customer.joined, customer.key, customer.complains == 1)


@part
def join(sheet, s, place):
    """A newcomer stands in the queue, for the moment."""
    customer = s.people[place]
    customer.waits = 1
    customer.noticed = s.n[ATTENTIVE_HERE] > 0
    if s.n[QUEUE] == len(s.queue):
        only_the_waiting(sheet, s)
    first, second = rank_of(sheet, s, place)
    s.n[QUEUE] = push(s.queue, s.n[QUEUE], first, second, 0, place)
    s.n[WAITING] += 1


@part
def still_waits(sheet, s, i):
    """Does entry i of the queue stand for someone who waits? A place may be somebody else's by now."""
    place = s.queue[i, 3]
    first, second = rank_of(sheet, s, place)
    return s.people[place].waits == 1 and first == s.queue[i, 0] and second == s.queue[i, 1]


@part
def only_the_waiting(sheet, s):
    """Drop from the queue's heap all who have left."""
    size, s.n[QUEUE] = s.n[QUEUE], 0
    for i in range(size):
        if still_waits(sheet, s, i):
            a, b, c, place = s.queue[i, 0], s.queue[i, 1], s.queue[i, 2], s.queue[i, 3]
            s.n[QUEUE] = push(s.queue, s.n[QUEUE], a, b, c, place)


@part
def dispatch_all(sheet, s):
    """The first of the free agents turns to what is first, and so on."""
    while True:
        while s.n[FREE] > 0 and not still_free(sheet, s, s.free, 0):
            s.n[FREE] = pop(s.free, s.n[FREE])
        while s.n[QUEUE] > 0 and not still_waits(sheet, s, 0):
            s.n[QUEUE] = pop(s.queue, s.n[QUEUE])
        if s.n[FREE] == 0 or s.n[QUEUE] + s.n[WORK] + s.n[CALLS] == 0:
            return
        while s.n[WORK] > 0 and not still_to_do(s, 0):
            s.n[WORK] = pop(s.work, s.n[WORK])
        may_call = next_call(sheet, s)
        due = s.work[0, 0] if s.n[WORK] > 0 else np.int64(NEVER)
        turns_to = dispatch.turns_to(
            sheet, s.n[NOW], s.n[QUEUE] > 0, s.n[WORK] > 0, due, may_call,
            may_call and outreach.protected(sheet, s.n[NOW], s.n[CALLING]),
        )  # fmt: skip
        if turns_to == dispatch.NOBODY:
            return
        number = s.free[0, 3]
        s.n[FREE] = pop(s.free, s.n[FREE])
        turns_to_work(s, number)
        if turns_to == dispatch.CUSTOMER:
            place = s.queue[0, 3]
            s.n[QUEUE] = pop(s.queue, s.n[QUEUE])
            s.people[place].waits = 0
            s.n[WAITING] -= 1
            serve(sheet, s, place, number)
        elif turns_to == dispatch.FOLLOW_UP:
            place = s.work[0, 3]
            s.n[WORK] = pop(s.work, s.n[WORK])
            follow_up(sheet, s, number, place)
        else:
            place = s.calls[0, 3]
            s.n[CALLS] = pop(s.calls, s.n[CALLS])
            call(sheet, s, number, place)


@part
def next_call(sheet, s):
    """Is there a customer to call, and time left for it this month? Who need not be called any more is dropped."""
    if s.n[CALLS] == 0:
        return False
    if s.n[CALL_MONTH] != outreach.month_of(s.n[NOW]):
        s.n[CALL_MONTH], s.n[SPENT] = outreach.month_of(s.n[NOW]), 0
    if not outreach.within_budget(sheet, s.n[SPENT]):
        return False
    while s.n[CALLS] > 0 and not still_to_call(sheet, s, 0):
        s.n[CALLS] = pop(s.calls, s.n[CALLS])
    return s.n[CALLS] > 0


@part
def undecided(sheet, s):
    """Move the newcomers who were not served to the front, by rank; how many they are."""
    count = 0
    for i in range(s.n[NEWCOMERS]):
        place = s.newcomers[i]
        if s.people[place].waits == 1:
            at = count
            rank = rank_of(sheet, s, place)
            while at > 0 and rank < rank_of(sheet, s, s.newcomers[at - 1]):
                s.newcomers[at] = s.newcomers[at - 1]
                at -= 1
            s.newcomers[at] = place
            count += 1
    s.n[WAITING] -= count
    return count


@part
def decide(sheet, s, place):
    """A newcomer who was not served at once finds a place and waits, or goes."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    if waiting.finds_no_place(sheet, s.n[WAITING]):
        leave_unserved(sheet, s, place, Happening.BLOCKED)
    elif waiting.leaves_at_once(sheet, segment, key, number):
        leave_unserved(sheet, s, place, Happening.ABANDONED)
    elif waiting.balks(sheet, segment, key, number, s.n[WAITING], calendar.rostered(sheet, s.n[NOW])):
        leave_unserved(sheet, s, place, Happening.BALKED)
    else:
        s.n[WAITING] += 1
        patience = waiting.patience(sheet, segment, key, number)
        if patience < NEVER:
            schedule(sheet, s, s.n[NOW] + patience, PATIENCE_ENDS, place, customer.joined)


@part
def patience_ends(sheet, s, place, joined):
    """A customer who still waits gives up."""
    if s.people[place].waits == 1 and s.people[place].joined == joined:
        s.n[WAITING] -= 1
        leave_unserved(sheet, s, place, Happening.ABANDONED)


@part
def send_home(sheet, s):
    """Everyone who still waits goes home."""
    s.n[CLOSING] = 0
    for i in range(s.n[QUEUE]):
        if still_waits(sheet, s, i):
            s.n[WAITING] -= 1
            leave_unserved(sheet, s, s.queue[i, 3], Happening.SENT_HOME)
    s.n[QUEUE] = 0


@part
def in_order(s):
    """Put the rows of this instant in canonical order."""
    rows = s.rows
    for i in range(s.n[TOLD] + 1, s.n[ROWS]):
        what, who, agent, value = rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4]
        at = i
        while at > s.n[TOLD] and (what, who, agent, value) < (
            rows[at - 1, 1], rows[at - 1, 2], rows[at - 1, 3], rows[at - 1, 4]
        ):  # fmt: skip
            for column in range(1, 5):
                rows[at, column] = rows[at - 1, column]
            at -= 1
        rows[at, 1], rows[at, 2], rows[at, 3], rows[at, 4] = what, who, agent, value
    s.n[TOLD] = s.n[ROWS]


# The loop


@part
def next_instant(s):
    """The instant of what is due next; NEVER if nothing is."""
    soonest = s.calendar[0, 0] if s.n[CALENDAR] > 0 else np.int64(NEVER)
    return min(soonest, s.duties[0, 0]) if s.n[DUTIES] > 0 else soonest


@part
def take(s):
    """What is due now, taken out: what it is, whom it concerns, and what must still hold of them."""
    if s.n[DUTIES] > 0 and s.duties[0, 0] == s.n[NOW]:
        what, index, check = s.duties[0, 1], s.duties[0, 2], s.duties[0, 3]
        s.n[DUTIES] = pop(s.duties, s.n[DUTIES])
    else:
        what, index, check = s.calendar[0, 1], s.calendar[0, 2], s.calendar[0, 3]
        s.n[CALENDAR] = pop(s.calendar, s.n[CALENDAR])
    return what, index, check


@part
def happen(sheet, s):
    """Something that is due happens."""
    what, index, check = take(s)
    if what == ARRIVAL:
        if is_at_home(s, index, check) and s.people[index].comes == s.n[NOW]:
            come(s, index)
    elif what == CANDIDATE:
        come(s, newborn(sheet, s, index, False))
        next_candidate(sheet, s)
    elif what == PATIENCE_ENDS:
        patience_ends(sheet, s, index, check)
    elif what == WORK_ENDS:
        work_ends(sheet, s, index)
    elif what == LIGHT:
        if is_at_home(s, index, check) and s.people[index].light == s.n[NOW]:
            finds_out(sheet, s, index)
            may_be_forgotten(s, index)
    elif what == DATE:
        if is_at_home(s, index, check) and s.people[index].is_due == 1 and s.people[index].due == s.n[NOW]:
            falls_due(sheet, s, index)
            may_be_forgotten(s, index)
    elif what == PREPARED:
        is_prepared(s, index, check)
    elif what == LISTED:
        is_listed(sheet, s, index, check)
    elif what == LAPSED:
        lapses(sheet, s, index, check)
    elif what == BREAK_BEGINS:
        break_begins(sheet, s, index)
    elif what == BREAK_ENDS:
        break_ends(sheet, s, index)
    elif what == CHANCE:
        schedule_duty(sheet, s, outreach.next_chance(sheet, s.n[NOW]), CHANCE, 0, 0)
    elif what == SPELL_ENDS:
        spell_ends(sheet, s, index, check)
    elif what == SHIFT_BEGINS:
        shift_begins(sheet, s, index)
    elif what == SHIFT_ENDS:
        shift_ends(sheet, s, index)
    elif what == DOORS_CLOSE:
        s.n[CLOSING] = 1
        schedule_duty(sheet, s, calendar.closing(sheet, s.n[NOW]), DOORS_CLOSE, 0, 0)


@part
def has_room(s, customers):
    """Is there room for all that so many customers can cause in one instant?"""
    agents = len(s.agents)
    return (
        s.n[ROWS] + 16 * (customers + agents) < len(s.rows)
        and s.n[CALENDAR] + 5 * (customers + agents) + 8 < len(s.calendar)
        and s.n[DUTIES] + 2 * agents + 8 < len(s.duties)
        and s.n[PEOPLE] + 2 < len(s.people)
        and s.n[NEWCOMERS] + 2 < len(s.newcomers)
        and 2 * (s.n[WAITING] + s.n[NEWCOMERS]) + 8 < len(s.queue)
        and s.n[WORK] + 2 < len(s.work)
        and s.n[CALLS] + 2 < len(s.calls)
        and s.n[CASES] + 2 < len(s.cases)
    )


@kernel
def run(sheet, s, until):
    """Let everything happen before an instant; False if it stopped for want of room and must go on."""
    while True:
        if s.n[UNSETTLED] == 0:
            instant = next_instant(s)
            if instant >= until:
                return True
            s.n[NOW] = instant
            s.n[UNSETTLED] = 1
        while next_instant(s) == s.n[NOW]:
            if not has_room(s, 8):
                return False
            happen(sheet, s)
        if not has_room(s, s.n[NEWCOMERS] + (s.n[WAITING] if s.n[CLOSING] == 1 else 0)):
            return False
        settle(sheet, s)
        in_order(s)
        s.n[UNSETTLED] = 0


@kernel
def open_the_desk(sheet, s):
    """Open the book and put on the calendar what the horizon begins with."""
    for key in range(sheet[0].opening_book):
        place = newborn(sheet, s, key, True)
        note(s, Happening.MEMBER, key, -1, millionths(s.people[place].satisfaction))
        comes_at(sheet, s, place, demand.first_visit(sheet, s.people[place].segment, key))
    s.n[TOLD] = s.n[ROWS]
    for number in range(len(s.agents)):
        s.agents[number].day = s.agents[number].spell = -1
        s.agents[number].spell_ends = s.agents[number].break_due = s.agents[number].break_ends = np.int64(NEVER)
        schedule_duty(sheet, s, calendar.shift_start(sheet, number, 0), SHIFT_BEGINS, number, 0)
    s.reached[0] = calendar.clock(sheet, 0)
    next_candidate(sheet, s)
    if waiting.goes_home_at_closing(sheet):
        schedule_duty(sheet, s, calendar.closing(sheet, 0), DOORS_CLOSE, 0, 0)
    if outreach.calls_back(sheet):
        schedule_duty(sheet, s, outreach.next_chance(sheet, 0), CHANCE, 0, 0)


@kernel
def close_the_book(sheet, s):
    """Write down who is in the book at the end, how satisfied, and how likely to be there in a year."""
    s.n[NOW] = sheet[0].end
    for place in range(s.n[PEOPLE]):
        if s.people[place].in_book == 1:
            note(s, Happening.REMAINS, s.people[place].key, -1, millionths(s.people[place].satisfaction))
            note(s, Happening.OUTLOOK, s.people[place].key, -1, millionths(outlook(sheet, s, place)))


def blank(sheet: np.ndarray) -> State:
    """A state in which nothing has happened, with room for the opening book."""
    book, agents = int(sheet[0]["opening_book"]), int(sheet[0]["all_agents"])
    return State(
        n=np.zeros(NUMBERS, np.int64),
        reached=np.zeros(1),
        calendar=np.zeros((book + 64, 4), np.int64),
        duties=np.zeros((4 * agents + 64, 4), np.int64),
        queue=np.zeros((64, 4), np.int64),
        free=np.zeros((4 * agents + 16, 4), np.int64),
        rows=np.zeros((book + 16 * agents + 4096, 5), np.int64),
        newcomers=np.zeros(64, np.int64),
        vacant=np.zeros(book + 64, np.int64),
        people=fields_readable(np.zeros(book + 64, CUSTOMER)),
        agents=fields_readable(np.zeros(agents, AGENT)),
        managers_queue=np.zeros((64, 4), np.int64),
        managers=np.zeros((64, 4), np.int64),
        work=np.zeros((64, 4), np.int64),
        calls=np.zeros((64, 4), np.int64),
        cases=fields_readable(np.zeros(64, CASE)),
    )


def fields_readable(array: np.ndarray) -> np.ndarray:
    """A structured array in the form the loop reads, compiled or not."""
    return array if COMPILED else array.view(np.recarray)


def grown(state: State) -> State:
    """The state with more room in every array that is more than half full."""
    n = state.n
    crowd = n[WAITING] + n[NEWCOMERS] + 2 * len(state.agents) + 8
    used: dict[str, int] = {
        "calendar": n[CALENDAR] + 5 * crowd, "duties": n[DUTIES] + crowd, "queue": 2 * crowd,
        "rows": n[ROWS] + 16 * crowd,
        "newcomers": n[NEWCOMERS] + 2, "people": n[PEOPLE] + 2, "vacant": n[PEOPLE] + 2, "work": n[WORK] + 2,
        "calls": n[CALLS] + 2, "cases": n[CASES] + 2, "managers_queue": n[CASES] + 2,
    }  # fmt: skip
    return state._replace(**{name: longer(getattr(state, name), size) for name, size in used.items()})


def longer(array: np.ndarray, used: int) -> np.ndarray:
    """The array, half as long again where more than half of it is used."""
    if 2 * used < len(array):
        return array
    more = np.zeros((len(array) * 3 // 2 + 64, *array.shape[1:]), array.dtype)
    more[: len(array)] = array
    return fields_readable(more) if array.dtype.names else more


class Desk:
    """The desk in one world, run up to any instant and on from there."""

    def __init__(self, sheet: np.ndarray) -> None:
        """Open the book, put everyone's story on the calendar."""
        self.end = int(sheet[0]["end"])
        self.sheet: Any = readable(sheet)
        self.state = blank(sheet)
        open_the_desk(self.sheet, self.state)

    def tell(self, until: int) -> np.ndarray:
        """Let everything happen before an instant; the rows noted since the last telling, in canonical order."""
        told = []
        while not run(self.sheet, self.state, until):
            told.append(self.handed_over())
            self.state = grown(self.state)
        told.append(self.handed_over())
        if until >= self.end:
            told.append(self.closing_rows())
            mark_warm()
        return np.concatenate(told)

    def handed_over(self) -> np.ndarray:
        """The rows of settled instants, taken out of the state; those of an instant in progress stay."""
        n, rows = self.state.n, self.state.rows
        done, begun = rows[: n[TOLD]].copy(), rows[n[TOLD] : n[ROWS]].copy()
        rows[: len(begun)] = begun
        n[TOLD], n[ROWS] = 0, len(begun)
        return done

    def closing_rows(self) -> np.ndarray:
        """The rows that close the book, in canonical order."""
        room = np.zeros((2 * int(self.state.n[PEOPLE]) + 1, 5), np.int64)
        self.state = self.state._replace(rows=room)
        close_the_book(self.sheet, self.state)
        return canonical(self.state.rows[: self.state.n[ROWS]])


def pieces(sheet: np.ndarray, length: int) -> Iterator[np.ndarray]:
    """The trace of the sheet's world in pieces of so many ticks, as it comes."""
    return told_in_pieces(Desk(sheet), length)


def simulate(sheet: np.ndarray) -> Trace:
    """The whole trace of the sheet's world."""
    desk = Desk(sheet)
    return Trace(desk.tell(desk.end))
