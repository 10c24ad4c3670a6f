"""What agents do in the compiled loop: visits, managers' talks, work on promises, calls."""

import numpy as np

from servsim.event_codes import By, Happening, Remedy
from servsim.model.compilation import aside, inner, within
from servsim.model.fast.after_visit import comes_again, served
from servsim.model.fast.agents import begins_work, busy_with, is_at_work, still_free, work_in_hand_is_done
from servsim.model.fast.internal_requests import neglected
from servsim.model.fast.service_failures import answers
from servsim.model.fast.state import (
    BEGUN,
    CALL,
    CALLING,
    CASES,
    FOLLOW_UP,
    MANAGERS,
    MANAGERS_QUEUE,
    NOW,
    SPENT,
    TALK,
    VISIT,
    WAITING,
    WRITING,
    note,
)
from servsim.model.heap import pop, push
from servsim.model.rules import after_visit_work, dispatch, manager, outreach, phone, promises, recognition
from servsim.model.rules import visit_length_and_quality as visit
from servsim.model.rules.millionths import millionths

END_OF = (
    Happening.FINISHED, Happening.STEPPED_BACK, Happening.FOLLOWED_UP, Happening.HUNG_UP, Happening.HELPED,
    Happening.WROTE_UP,
)  # fmt: skip
"""What ends each kind of work, from VISIT on."""


@inner
def serve(sheet, s, place, number):
    """An agent serves a customer."""
    customer, agent, now = s.people[place], s.agents[number], s.n[NOW]
    waited = now - customer.joined
    note(s, Happening.STARTED, customer.key, number, waited)
    if phone.by_phone(sheet, customer.segment, customer.key, customer.visit):
        note(s, Happening.PICKED_UP, customer.key, number, waited)
    name = recognition.name_of(number, agent.hires)
    (ends, agent.care, agent.clarifying, agent.soothing, agent.points, agent.reason, agent.shortfall, agent.wrong,
     agent.remedy, agent.recognised, agent.after, agent.done) = visit.visit(
        sheet, customer.segment, customer.key, customer.visit,
        number, agent.day, agent.spell, agent.spell_ends, agent.knowledge, agent.cases, agent.tiredness, name,
        now, waited, customer.noticed == 1, s.n[WAITING], neglected(sheet, s), customer.known,
        customer.written, customer.complains == 1, customer.failed, customer.satisfaction,
    )  # fmt: skip
    agent.cases += 1
    customer.known = name
    is_at_work(sheet, s, number, VISIT, place, ends)


@within
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
    note(s, END_OF[agent.doing], agent.customer, number, agent.work)
    work_in_hand_is_done(sheet, s, number)


@within
def visit_ends(sheet, s, number):
    """A visit ends; the agent is free, or steps back for the manager."""
    agent = s.agents[number]
    place, points, reason, size, wrong, remedy = (
        agent.customer, agent.points, agent.reason, agent.shortfall, agent.wrong, agent.remedy
    )  # fmt: skip
    key = s.people[place].key
    note(s, Happening.FINISHED, key, number, millionths(points))
    if agent.recognised == 1:
        note(s, Happening.RECOGNISED, key, number, 0)
    if agent.care > 0:
        note(s, Happening.CARED, key, number, agent.care)
    if agent.clarifying > 0:
        note(s, Happening.CLARIFIED, key, number, agent.clarifying)
    if agent.soothing > 0:
        note(s, Happening.SOOTHED, key, number, agent.soothing)
    if remedy == Remedy.ESCALATED:
        step_back(sheet, s, number)
    else:
        turns_away(sheet, s, number)
        comes_again(sheet, s, place, served(sheet, s, place, number, points, reason, size, wrong, remedy, By.AGENT))


@inner
def turns_away(sheet, s, number):
    """The customer has gone; the agent does what the visit has left to do, if anything."""
    agent = s.agents[number]
    customer = s.people[agent.customer]
    customer.written = after_visit_work.last_written_up(customer.visit, agent.after, customer.written)
    if agent.after == 0:
        work_in_hand_is_done(sheet, s, number)
        return
    note(s, Happening.WRITES_UP, customer.key, number, 0)
    agent.work = agent.after
    is_at_work(sheet, s, number, WRITING, customer.key, agent.done)


@aside
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


@inner
def step_in(sheet, s):
    """Free managers turn to those who wait for them."""
    while s.n[MANAGERS_QUEUE] > 0:
        while s.n[MANAGERS] > 0 and not still_free(sheet, s, s.managers, 0):
            s.n[MANAGERS] = pop(s.managers, s.n[MANAGERS])
        if s.n[MANAGERS] == 0:
            return
        number, slot = s.managers[0].carried, s.managers_queue[0].carried
        s.n[MANAGERS] = pop(s.managers, s.n[MANAGERS])
        s.n[MANAGERS_QUEUE] = pop(s.managers_queue, s.n[MANAGERS_QUEUE])
        begins_work(sheet, s, number)
        boss, customer = s.agents[number], s.people[s.cases[slot].customer]
        note(s, Happening.STEPPED_IN, customer.key, number, s.n[NOW] - customer.joined)
        boss.work = manager.talk(sheet, customer.key, customer.visit)
        delay = s.n[NOW] - customer.failed
        won_over = manager.wins_over(sheet, customer.segment, customer.key, customer.visit, delay)
        boss.remedy = np.int64(Remedy.RECOVERED if won_over else Remedy.FAILED)
        is_at_work(sheet, s, number, TALK, slot, s.n[NOW] + boss.work)


@aside
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


@aside
def follow_up(sheet, s, number, place):
    """An agent begins to do what was promised."""
    agent, customer = s.agents[number], s.people[place]
    note(s, Happening.TOOK_UP, customer.key, number, 0)
    agent.work = promises.follow_up_work(sheet, customer.segment, customer.key, customer.promised_in)
    customer.promise = BEGUN
    customer.work = busy_with(sheet, s, number, FOLLOW_UP, customer.key)


@aside
def call(sheet, s, number, place):
    """An agent begins to call a customer, who is won over, comes back, comes sooner, or nothing of the kind."""
    agent, customer = s.agents[number], s.people[place]
    note(s, Happening.CALLED, customer.key, number, customer.call_for)
    agent.work = outreach.call_work(sheet)
    s.n[SPENT] += agent.work
    s.n[CALLING] += 1
    busy_with(sheet, s, number, CALL, customer.key)
    answers(sheet, s, place)
