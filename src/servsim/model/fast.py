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
from servsim.model.rules import attention, demand, dispatch, loyalty, quality, spending, visit, waiting
from servsim.model.rules.amounts import millionths
from servsim.model.trace import Trace, canonical, told_in_pieces
from servsim.units import NEVER
from servsim.words import Happening, Reason

ARRIVAL, CANDIDATE, PATIENCE_ENDS, VISIT_ENDS, SPELL_ENDS, SHIFT_BEGINS, SHIFT_ENDS, DOORS_CLOSE = range(8)
"""What is due: in the calendar what concerns customers known to the desk, in the duties what concerns the desk."""

(NOW, UNSETTLED, CALENDAR, DUTIES, QUEUE, FREE, ROWS, TOLD, NEWCOMERS, PEOPLE, VACANT, WAITING, ATTENTIVE_HERE,
 LEAVING, CLOSING, DAY, NUMBER, NUMBERS) = range(18)  # fmt: skip
"""Places in `n`: the clock, how much of each array is in use, and the counts that the desk keeps."""

CUSTOMER = np.dtype([
    ("key", "i8"), ("joined", "i8"), ("satisfaction", "f8"), ("will", "f8"), ("should", "f8"), ("gap", "f8"),
    ("segment", "i4"), ("served", "i4"), ("visit", "i4"), ("tries", "i2"), ("declined", "i2"),
    ("in_book", "i1"), ("waits", "i1"), ("noticed", "i1"),
])  # fmt: skip
AGENT = np.dtype([
    ("here", "i8"), ("attentive", "i8"), ("leaving", "i8"), ("free", "i8"), ("free_since", "i8"), ("busy_until", "i8"),
    ("day", "i8"), ("spell", "i8"), ("spell_ends", "i8"), ("customer", "i8"), ("care", "i8"), ("reason", "i8"),
    ("points", "f8"), ("shortfall", "f8"),
])  # fmt: skip


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
    customer.visit = customer.tries = customer.declined = customer.waits = 0
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
    agent.busy_until, agent.care, agent.points, agent.reason, agent.shortfall = visit.visit(
        sheet, customer.segment, customer.key, customer.visit,
        number, agent.day, agent.spell, agent.spell_ends, now, waited, customer.noticed == 1,
    )  # fmt: skip
    agent.customer = place
    schedule_duty(sheet, s, agent.busy_until, VISIT_ENDS, number, 0)


@part
def visit_ends(sheet, s, number):
    """The visit in hand is done."""
    agent = s.agents[number]
    place, points, reason, size = agent.customer, agent.points, agent.reason, agent.shortfall
    key = s.people[place].key
    note(s, Happening.FINISHED, key, number, millionths(points))
    if agent.care > 0:
        note(s, Happening.CARED, key, number, agent.care)
    if number < calendar.rostered(sheet, s.n[NOW]):
        set_free(s, number)
    else:
        may_leave(s, number)
    comes_again(sheet, s, place, served(sheet, s, place, points, reason, size))


@part
def leave_unserved(sheet, s, place, outcome):
    """A customer leaves without having been served."""
    customer = s.people[place]
    customer.waits = 0
    note(s, outcome, customer.key, -1, s.n[NOW] - customer.joined)
    comes_again(sheet, s, place, unserved(sheet, s, place))


@part
def comes_again(sheet, s, place, instant):
    """Put a customer's next visit on the calendar; who has none and is not in the book is forgotten."""
    s.people[place].visit += 1
    if instant < NEVER:
        schedule(sheet, s, instant, ARRIVAL, place, 0)
    elif s.people[place].in_book == 0:
        forget(s, place)


# After a visit


@part
def served(sheet, s, place, points, reason, size):
    """What a served visit leads to; the instant of the next, NEVER if there is none."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    disappointment = judge(sheet, s, place, points)
    customer.served += 1
    customer.tries = 0
    if customer.in_book == 1:
        spend(sheet, s, place)
        return next_visit_or_lost(sheet, s, place, visit.main_reason(reason, size, disappointment))
    if not spending.sells(sheet, segment):
        return gone(s, place)
    if not spending.buys(sheet, segment, key, number, points):
        return declined(sheet, s, place)
    spend(sheet, s, place)
    customer.gap = demand.usual_gap(sheet, segment, key)
    if not loyalty.becomes_customer(sheet, segment, key, number, customer.gap, customer.served, customer.satisfaction):
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
    note(s, Happening.JUDGED, customer.key, -1, millionths(customer.satisfaction))
    return disappointment


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
    """A prospect will not come again."""
    note(s, Happening.GONE, s.people[place].key, -1, 0)
    return np.int64(NEVER)


@part
def next_visit_or_lost(sheet, s, place, reason):
    """A customer of the book stays, or leaves it for a reason."""
    customer = s.people[place]
    segment, key, number = customer.segment, customer.key, customer.visit
    why = loyalty.leaves(sheet, segment, key, number, customer.gap, customer.served, customer.satisfaction, reason)
    if why == Reason.NONE:
        return demand.next_visit(sheet, segment, key, number, customer.gap, s.n[NOW])
    customer.in_book = 0
    note(s, Happening.LOST, key, -1, why)
    return np.int64(NEVER)


@part
def outlook(sheet, s, place):
    """The yearly retention that a customer's present satisfaction implies."""
    customer = s.people[place]
    return loyalty.yearly_retention(sheet, customer.segment, customer.gap, customer.satisfaction, customer.served)


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
    s.n[ATTENTIVE_HERE] += 1
    set_free(s, number)
    begin_spell(sheet, s, number)


@part
def go_off(s, number):
    """An agent goes home."""
    agent = s.agents[number]
    note(s, Happening.WENT_OFF, -1, number, 0)
    s.n[ATTENTIVE_HERE] -= agent.attentive
    agent.here = agent.attentive = agent.free = 0
    stays(s, number)


@part
def may_leave(s, number):
    """An agent whose shift is over leaves when the desk settles, unless with a customer or kept by the queue."""
    agent = s.agents[number]
    if agent.here == 1 and agent.leaving == 0 and agent.busy_until <= s.n[NOW]:
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
        agent.attentive = agent.free = 0
        s.n[ATTENTIVE_HERE] -= 1
        lasts = attention.inattentive_spell(sheet, number, agent.day, agent.spell)
        schedule_duty(sheet, s, s.n[NOW] + lasts, SPELL_ENDS, number, spell)
    else:
        note(s, Happening.REGAINED_ATTENTION, -1, number, 0)
        agent.attentive = 1
        s.n[ATTENTIVE_HERE] += 1
        agent.spell += 1
        set_free(s, number)
        begin_spell(sheet, s, number)


@part
def set_free(s, number):
    """An agent who is attentive and has nobody in hand waits for a customer."""
    agent = s.agents[number]
    if agent.attentive == 1 and agent.free == 0 and agent.busy_until <= s.n[NOW]:
        agent.free, agent.free_since = 1, s.n[NOW]
        if s.n[FREE] == len(s.free):
            only_the_free(s)
        since, which = dispatch.readiness(agent.free_since, number)
        s.n[FREE] = push(s.free, s.n[FREE], since, which, 0, number)


@part
def still_free(s, i):
    """Does entry i of the free stand for an agent who is free since then?"""
    agent = s.agents[s.free[i, 3]]
    first, second = dispatch.readiness(agent.free_since, s.free[i, 3])
    return agent.free == 1 and first == s.free[i, 0] and second == s.free[i, 1]


@part
def only_the_free(s):
    """Drop from the free agents' heap all who have since lost attention, left, or begun a visit."""
    size, s.n[FREE] = s.n[FREE], 0
    for i in range(size):
        if still_free(s, i):
            a, b, c, number = s.free[i, 0], s.free[i, 1], s.free[i, 2], s.free[i, 3]
            s.n[FREE] = push(s.free, s.n[FREE], a, b, c, number)


# The end of an instant


@part
def settle(sheet, s):
    """Close the doors, let agents leave, let free agents turn to who is first, let who was not served decide."""
    if s.n[CLOSING] == 1:
        send_home(sheet, s)
    let_leave(sheet, s)
    if s.n[NEWCOMERS] == 0 and (s.n[WAITING] == 0 or s.n[FREE] == 0):
        return
    for i in range(s.n[NEWCOMERS]):
        join(s, s.newcomers[i])
    dispatch_all(sheet, s)
    let_leave(sheet, s)
    for i in range(undecided(s)):
        decide(sheet, s, s.newcomers[i])
    s.n[NEWCOMERS] = 0


@part
def let_leave(sheet, s):
    """Agents whose shift is over go home, or stay for those who still wait behind closed doors."""
    if s.n[LEAVING] == 0:
        return
    kept = waiting.stays_for_the_queue(sheet, s.n[NOW], s.n[WAITING])
    for number in range(len(s.agents)):
        if s.agents[number].leaving == 1:
            if kept:
                set_free(s, number)
            else:
                go_off(s, number)


@part
def join(s, place):
    """A newcomer stands in the queue, for the moment."""
    customer = s.people[place]
    customer.waits = 1
    customer.noticed = s.n[ATTENTIVE_HERE] > 0
    if s.n[QUEUE] == len(s.queue):
        only_the_waiting(s)
    first, second = dispatch.rank(customer.joined, customer.key)
    s.n[QUEUE] = push(s.queue, s.n[QUEUE], first, second, 0, place)
    s.n[WAITING] += 1


@part
def still_waits(s, i):
    """Does entry i of the queue stand for someone who waits? A place may be somebody else's by now."""
    customer = s.people[s.queue[i, 3]]
    first, second = dispatch.rank(customer.joined, customer.key)
    return customer.waits == 1 and first == s.queue[i, 0] and second == s.queue[i, 1]


@part
def only_the_waiting(s):
    """Drop from the queue's heap all who have left."""
    size, s.n[QUEUE] = s.n[QUEUE], 0
    for i in range(size):
        if still_waits(s, i):
            a, b, c, place = s.queue[i, 0], s.queue[i, 1], s.queue[i, 2], s.queue[i, 3]
            s.n[QUEUE] = push(s.queue, s.n[QUEUE], a, b, c, place)


@part
def dispatch_all(sheet, s):
    """The first in the queue is served by the agent who has been free longest, and so on."""
    while True:
        while s.n[FREE] > 0 and not still_free(s, 0):
            s.n[FREE] = pop(s.free, s.n[FREE])
        while s.n[QUEUE] > 0 and not still_waits(s, 0):
            s.n[QUEUE] = pop(s.queue, s.n[QUEUE])
        if s.n[FREE] == 0 or s.n[QUEUE] == 0:
            return
        number, place = s.free[0, 3], s.queue[0, 3]
        s.n[FREE] = pop(s.free, s.n[FREE])
        s.n[QUEUE] = pop(s.queue, s.n[QUEUE])
        s.agents[number].free = 0
        stays(s, number)
        s.people[place].waits = 0
        s.n[WAITING] -= 1
        serve(sheet, s, place, number)


@part
def undecided(s):
    """Move the newcomers who were not served to the front, by rank; how many they are."""
    count = 0
    for i in range(s.n[NEWCOMERS]):
        place = s.newcomers[i]
        if s.people[place].waits == 1:
            at = count
            rank = dispatch.rank(s.people[place].joined, s.people[place].key)
            while at > 0 and rank < dispatch.rank(
                s.people[s.newcomers[at - 1]].joined, s.people[s.newcomers[at - 1]].key
            ):
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
        if still_waits(s, i):
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
        come(s, index)
    elif what == CANDIDATE:
        come(s, newborn(sheet, s, index, False))
        next_candidate(sheet, s)
    elif what == PATIENCE_ENDS:
        patience_ends(sheet, s, index, check)
    elif what == VISIT_ENDS:
        visit_ends(sheet, s, index)
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
        s.n[ROWS] + 8 * (customers + agents) < len(s.rows)
        and s.n[CALENDAR] + customers + 8 < len(s.calendar)
        and s.n[DUTIES] + 2 * agents + 8 < len(s.duties)
        and s.n[PEOPLE] + 2 < len(s.people)
        and s.n[NEWCOMERS] + 2 < len(s.newcomers)
        and 2 * (s.n[WAITING] + s.n[NEWCOMERS]) + 8 < len(s.queue)
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
        schedule(sheet, s, demand.first_visit(sheet, s.people[place].segment, key), ARRIVAL, place, 0)
    s.n[TOLD] = s.n[ROWS]
    for number in range(len(s.agents)):
        s.agents[number].day = s.agents[number].spell = -1
        s.agents[number].spell_ends = NEVER
        schedule_duty(sheet, s, calendar.shift_start(sheet, number, 0), SHIFT_BEGINS, number, 0)
    s.reached[0] = calendar.clock(sheet, 0)
    next_candidate(sheet, s)
    if waiting.goes_home_at_closing(sheet):
        schedule_duty(sheet, s, calendar.closing(sheet, 0), DOORS_CLOSE, 0, 0)


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
    book, agents = int(sheet[0]["opening_book"]), int(sheet[0]["roster"].max())
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
    )


def fields_readable(array: np.ndarray) -> np.ndarray:
    """A structured array in the form the loop reads, compiled or not."""
    return array if COMPILED else array.view(np.recarray)


def grown(state: State) -> State:
    """The state with more room in every array that is more than half full."""
    n = state.n
    crowd = n[WAITING] + n[NEWCOMERS] + 2 * len(state.agents) + 8
    used: dict[str, int] = {
        "calendar": n[CALENDAR] + crowd, "duties": n[DUTIES] + crowd, "queue": 2 * crowd, "rows": n[ROWS] + 8 * crowd,
        "newcomers": n[NEWCOMERS] + 2, "people": n[PEOPLE] + 2, "vacant": n[PEOPLE] + 2,
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
