"""The end of an instant in the compiled loop: the queue, who turns to whom, and who does not wait."""

import numpy as np

from servsim.event_codes import Call, Happening
from servsim.model import calendar
from servsim.model.compilation import aside, inner, within
from servsim.model.fast.after_visit import leave_unserved
from servsim.model.fast.agent_work import call, follow_up, serve, step_in
from servsim.model.fast.agents import begins_work, go_off, learn, set_free, still_free
from servsim.model.fast.internal_requests import comes_first, helps
from servsim.model.fast.state import (
    ATTENTIVE_HERE,
    CALL_MONTH,
    CALLING,
    CALLS,
    CLOSING,
    FREE,
    INSIDE,
    LEAVING,
    MONTH_IS_OVER,
    NEWCOMERS,
    NOW,
    PATIENCE_ENDS,
    PREPARED_WORK,
    QUEUE,
    REQUESTS,
    ROWS,
    SPENT,
    TOLD,
    WAITING,
    WORK,
    schedule,
)
from servsim.model.fast.word_of_mouth import take_warnings
from servsim.model.heap import pop, push
from servsim.model.rules import dispatch, manager, outreach, phone, recognition, waiting
from servsim.units import NEVER


@within
def settle(sheet, s):
    """Close the doors, let agents leave, let free agents turn to what is first, let who was not served decide."""
    take_warnings(sheet, s)
    if s.n[MONTH_IS_OVER] == 1:
        learn(sheet, s)
    if s.n[CLOSING] == 1:
        send_home(sheet, s)
    let_leave(sheet, s)
    step_in(sheet, s)
    if s.n[NEWCOMERS] == 0 and (s.n[FREE] == 0 or s.n[WAITING] + s.n[REQUESTS] + s.n[WORK] + s.n[CALLS] == 0):
        return
    for i in range(s.n[NEWCOMERS]):
        join(sheet, s, s.newcomers[i])
    dispatch_all(sheet, s)
    let_leave(sheet, s)
    for i in range(undecided(sheet, s)):
        decide(sheet, s, s.newcomers[i])
    s.n[NEWCOMERS] = 0


@inner
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


@inner
def rank_of(sheet, s, place):
    """A customer's place in the queue."""
    customer = s.people[place]
    return dispatch.rank(
        sheet, customer.segment, customer.joined, customer.key, customer.visit,
        customer.complains == 1, customer.served, customer.gap,
    )  # fmt: skip


@inner
def join(sheet, s, place):
    """A newcomer stands in the queue, for the moment."""
    customer = s.people[place]
    customer.waits = 1
    phones = phone.by_phone(sheet, customer.segment, customer.key, customer.visit)
    customer.noticed = phone.is_noticed(phones, s.n[ATTENTIVE_HERE])
    if s.n[QUEUE] == len(s.queue):
        only_the_waiting(sheet, s)
    first, second = rank_of(sheet, s, place)
    s.n[QUEUE] = push(s.queue, s.n[QUEUE], first, second, 0, place)
    s.n[WAITING] += 1


@inner
def still_waits(sheet, s, i):
    """Does entry i of the queue stand for someone who waits? A place may be somebody else's by now."""
    place = s.queue[i].carried
    first, second = rank_of(sheet, s, place)
    return s.people[place].waits == 1 and first == s.queue[i].first and second == s.queue[i].second


@aside
def only_the_waiting(sheet, s):
    """Drop from the queue's heap all who have left."""
    size, s.n[QUEUE] = s.n[QUEUE], 0
    for i in range(size):
        if still_waits(sheet, s, i):
            a, b, c, place = s.queue[i].first, s.queue[i].second, s.queue[i].third, s.queue[i].carried
            s.n[QUEUE] = push(s.queue, s.n[QUEUE], a, b, c, place)


@within
def dispatch_all(sheet, s):
    """The first of the free agents turns to what is first, and so on."""
    while True:
        while s.n[FREE] > 0 and not still_free(sheet, s, s.free, 0):
            s.n[FREE] = pop(s.free, s.n[FREE])
        while s.n[QUEUE] > 0 and not still_waits(sheet, s, 0):
            s.n[QUEUE] = pop(s.queue, s.n[QUEUE])
        if s.n[FREE] == 0 or s.n[QUEUE] + s.n[REQUESTS] + s.n[WORK] + s.n[CALLS] == 0:
            return
        while s.n[WORK] > 0 and not still_to_do(s, 0):
            s.n[WORK] = pop(s.work, s.n[WORK])
        may_call = next_call(sheet, s)
        due = s.work[0].first if s.n[WORK] > 0 else np.int64(NEVER)
        turns_to = dispatch.turns_to(
            sheet, s.n[NOW], s.n[QUEUE] > 0, s.n[REQUESTS] > 0,
            comes_first(sheet, s, s.queue[0].first, s.queue[0].second, s.n[QUEUE] > 0), s.n[WORK] > 0, due, may_call,
            may_call and outreach.protected(sheet, s.n[NOW], s.n[CALLING]),
        )  # fmt: skip
        if turns_to == dispatch.NOBODY:
            return
        number = s.free[0].carried
        if turns_to == dispatch.CUSTOMER:
            number = own_agent(sheet, s, s.queue[0].carried, number)
        begins_work(sheet, s, number)
        if turns_to == dispatch.CUSTOMER:
            place = s.queue[0].carried
            s.n[QUEUE] = pop(s.queue, s.n[QUEUE])
            s.people[place].waits = 0
            s.n[WAITING] -= 1
            serve(sheet, s, place, number)
        elif turns_to == dispatch.REQUEST:
            helps(sheet, s, number)
        elif turns_to == dispatch.FOLLOW_UP:
            place = s.work[0].carried
            s.n[WORK] = pop(s.work, s.n[WORK])
            follow_up(sheet, s, number, place)
        else:
            place = s.calls[0].carried
            s.n[CALLS] = pop(s.calls, s.n[CALLS])
            call(sheet, s, number, place)


@inner
def own_agent(sheet, s, place, other):
    """The agent of a customer's last visit, where such customers get their own, and the agent is free; else another."""
    customer = s.people[place]
    if not recognition.wants_own_agent(sheet, customer.segment, customer.known):
        return other
    number = recognition.place_of(customer.known)
    agent = s.agents[number]
    return number if agent.free == 1 and recognition.name_of(number, agent.hires) == customer.known else other


@inner
def next_call(sheet, s):
    """Is there a customer to call, and time left for it this month? Who need not be called any more is dropped."""
    if s.n[CALLS] == 0:
        return False
    if s.n[CALL_MONTH] != calendar.month_of(s.n[NOW]):
        s.n[CALL_MONTH], s.n[SPENT] = calendar.month_of(s.n[NOW]), 0
    if not outreach.within_budget(sheet, s.n[SPENT]):
        return False
    while s.n[CALLS] > 0 and not still_to_call(sheet, s, 0):
        s.n[CALLS] = pop(s.calls, s.n[CALLS])
    return s.n[CALLS] > 0


@inner
def still_to_call(sheet, s, i):
    """Does entry i of the list stand for a customer who is still to be called, for the same reason?"""
    customer = s.people[s.calls[i].carried]
    return (
        customer.key == s.calls[i].third
        and customer.call_for != Call.NOTHING
        and customer.listed == s.calls[i].second
        and outreach.urgency(sheet, customer.call_for) == s.calls[i].first
    )


@inner
def still_to_do(s, i):
    """Does entry i of the work stand for a promise on which nobody has begun?"""
    customer = s.people[s.work[i].carried]
    return customer.key == s.work[i].second and customer.promise == PREPARED_WORK and customer.due == s.work[i].first


@inner
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


@within
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


@inner
def patience_ends(sheet, s, place, joined):
    """A customer who still waits gives up."""
    if s.people[place].waits == 1 and s.people[place].joined == joined:
        s.n[WAITING] -= 1
        leave_unserved(sheet, s, place, Happening.ABANDONED)


@aside
def send_home(sheet, s):
    """Everyone who still waits goes home."""
    s.n[CLOSING] = 0
    for i in range(s.n[QUEUE]):
        if still_waits(sheet, s, i):
            s.n[WAITING] -= 1
            leave_unserved(sheet, s, s.queue[i].carried, Happening.SENT_HOME)
    s.n[QUEUE] = 0


@inner
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
