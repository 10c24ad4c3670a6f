"""The agents in the compiled loop: shifts, attention, breaks, and who is free."""

import numpy as np

from servsim.event_codes import Happening
from servsim.model import calendar
from servsim.model.compilation import aside, inner
from servsim.model.fast.state import (
    ATTENTIVE_HERE,
    BREAK_BEGINS,
    BREAK_ENDS,
    FREE,
    LEAVING,
    MANAGERS,
    MONTH_IS_OVER,
    NOW,
    SHIFT_BEGINS,
    SHIFT_ENDS,
    SPELL_ENDS,
    WORK_ENDS,
    note,
    schedule_duty,
)
from servsim.model.heap import push
from servsim.model.rules import attention_lapses as attention
from servsim.model.rules import breaks, dispatch, manager, training
from servsim.model.rules import load_and_fatigue as load
from servsim.model.rules.millionths import millionths
from servsim.units import NEVER


@inner
def is_at_work(sheet, s, number, doing, customer, ends):
    """An agent is at work until an instant."""
    s.agents[number].doing, s.agents[number].customer = doing, customer
    schedule_duty(sheet, s, ends, WORK_ENDS, number, 0)


@inner
def busy_with(sheet, s, number, doing, key):
    """Put an agent to work that begins now; when it is done."""
    agent = s.agents[number]
    ends, _ = attention.visit_under_attention(
        sheet, number, agent.day, agent.spell, agent.spell_ends, s.n[NOW], agent.work
    )
    is_at_work(sheet, s, number, doing, key, ends)
    return ends


@inner
def shift_begins(sheet, s, number):
    """An agent's shift begins; who is still here from the last one simply goes on."""
    stays(s, number)
    if s.agents[number].here == 0:
        come_on(sheet, s, number)
    schedule_duty(sheet, s, calendar.shift_end(sheet, number, s.n[NOW]), SHIFT_ENDS, number, 0)


@inner
def shift_ends(sheet, s, number):
    """An agent's shift ends; who is serving leaves when the visit in hand is done."""
    may_leave(s, number)
    schedule_duty(sheet, s, calendar.shift_start(sheet, number, s.n[NOW]), SHIFT_BEGINS, number, 0)


@aside
def come_on(sheet, s, number):
    """An agent begins a shift, attentive; spells are counted through the day."""
    agent = s.agents[number]
    note(s, Happening.CAME_ON, -1, number, 0)
    today = calendar.day_of(s.n[NOW])
    agent.spell = agent.spell + 1 if agent.day == today else 0
    agent.day = today
    agent.here = agent.attentive = 1
    agent.tiredness, agent.tired_since = 0.0, s.n[NOW]
    s.n[ATTENTIVE_HERE] += notices(sheet, s, number)
    set_free(sheet, s, number)
    begin_spell(sheet, s, number)
    ends = breaks.shift_lasts_until(sheet, number, s.n[NOW])
    plan_break(sheet, s, number, breaks.first_break(sheet, number, s.n[NOW], ends))


@inner
def notices(sheet, s, number):
    """Does this agent notice who waits? Managers and those on a break do not see the queue."""
    agent = s.agents[number]
    return agent.attentive == 1 and agent.on_break == 0 and not manager.is_manager(sheet, number)


@aside
def go_off(sheet, s, number):
    """An agent goes home."""
    agent = s.agents[number]
    note(s, Happening.WENT_OFF, -1, number, 0)
    s.n[ATTENTIVE_HERE] -= notices(sheet, s, number)
    agent.here = agent.attentive = agent.free = agent.on_break = 0
    agent.break_due = agent.break_ends = np.int64(NEVER)
    stays(s, number)


@inner
def may_leave(s, number):
    """An agent whose shift is over leaves when the desk settles, unless at work or kept by the queue."""
    agent = s.agents[number]
    if agent.here == 1 and agent.leaving == 0 and agent.busy == 0:
        agent.leaving = 1
        s.n[LEAVING] += 1


@inner
def stays(s, number):
    """An agent who might have left has something to do, or has gone."""
    s.n[LEAVING] -= s.agents[number].leaving
    s.agents[number].leaving = 0


@inner
def begin_spell(sheet, s, number):
    """An attentive spell begins."""
    agent = s.agents[number]
    agent.spell_ends = s.n[NOW] + attention.attentive_spell(sheet, number, agent.day, agent.spell)
    schedule_duty(sheet, s, agent.spell_ends, SPELL_ENDS, number, spell_name(s, number))


@inner
def spell_name(s, number):
    """Which spell of which day the agent is in."""
    return (s.agents[number].day << 32) | s.agents[number].spell


@inner
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


@inner
def plan_break(sheet, s, number, due):
    """An agent will be due for a break."""
    s.agents[number].break_due = due
    schedule_duty(sheet, s, due, BREAK_BEGINS, number, 0)


@inner
def break_begins(sheet, s, number):
    """A break falls due; it begins when the work in hand is done."""
    agent = s.agents[number]
    if agent.break_due == s.n[NOW] and agent.busy == 0:
        begin_break(sheet, s, number)


@aside
def begin_break(sheet, s, number):
    """An agent takes a break."""
    agent = s.agents[number]
    note(s, Happening.WENT_ON_BREAK, -1, number, 0)
    s.n[ATTENTIVE_HERE] -= notices(sheet, s, number)
    agent.break_due, agent.on_break, agent.free = np.int64(NEVER), 1, 0
    agent.break_ends = s.n[NOW] + breaks.break_length(sheet)
    schedule_duty(sheet, s, agent.break_ends, BREAK_ENDS, number, 0)


@aside
def break_ends(sheet, s, number):
    """The break ends, unless the agent has gone home."""
    agent = s.agents[number]
    if agent.break_ends != s.n[NOW]:
        return
    note(s, Happening.CAME_BACK, -1, number, 0)
    agent.on_break, agent.break_ends = 0, np.int64(NEVER)
    s.n[ATTENTIVE_HERE] += notices(sheet, s, number)
    set_free(sheet, s, number)
    ends = breaks.shift_lasts_until(sheet, number, s.n[NOW])
    plan_break(sheet, s, number, breaks.next_break(sheet, s.n[NOW], ends))


@inner
def work_in_hand_is_done(sheet, s, number):
    """The agent is free for what comes next, takes the break that is due, or may leave if the shift is over."""
    s.agents[number].busy = 0
    tires(sheet, s, number, True)
    if not calendar.on_duty(sheet, number, s.n[NOW]):
        may_leave(s, number)
    elif s.agents[number].break_due <= s.n[NOW]:
        begin_break(sheet, s, number)
    else:
        set_free(sheet, s, number)


@inner
def begins_work(sheet, s, number):
    """A free agent begins something, rested since the last."""
    s.agents[number].free, s.agents[number].busy = 0, 1
    stays(s, number)
    tires(sheet, s, number, False)


@inner
def tires(sheet, s, number, was_busy):
    """What the time since the agent last began or ended something has done."""
    agent = s.agents[number]
    agent.tiredness = load.tiredness_after(sheet, agent.tiredness, was_busy, s.n[NOW] - agent.tired_since)
    agent.tired_since = s.n[NOW]


@aside
def learn(sheet, s):
    """A month is over: agents have learnt and forgotten, and some are replaced by newcomers."""
    s.n[MONTH_IS_OVER] = 0
    for number in range(sheet[0].desk_agents):
        agent = s.agents[number]
        if training.is_replaced(sheet, number, calendar.month_of(s.n[NOW])):
            note(s, Happening.REPLACED, -1, number, 0)
            agent.hires += 1
            agent.knowledge, agent.cases = training.newcomer(sheet)
        else:
            agent.knowledge = training.knowledge_after(sheet, agent.knowledge)
        note(s, Happening.LEARNED, -1, number, millionths(agent.knowledge))


@inner
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


@inner
def still_free(sheet, s, free, i):
    """Does entry i of the free stand for an agent who is free since then?"""
    agent = s.agents[free[i].carried]
    first, second = dispatch.readiness(sheet, agent.free_since, free[i].carried)
    return agent.free == 1 and first == free[i].first and second == free[i].second


@aside
def only_the_free(sheet, s, free, size):
    """Drop from a heap of free agents all who have since lost attention, left, or begun something; how many remain."""
    left = 0
    for i in range(size):
        if still_free(sheet, s, free, i):
            a, b, c, number = free[i].first, free[i].second, free[i].third, free[i].carried
            left = push(free, left, a, b, c, number)
    return left
