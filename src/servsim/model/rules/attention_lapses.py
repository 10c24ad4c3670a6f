"""Attention: each agent is attentive for a while, then lost in thought or in a screen, and back again."""

import numpy as np

from servsim.event_codes import Kind, Purpose
from servsim.model.compilation import kernel, part
from servsim.model.durations import exponential, ticks
from servsim.model.random_numbers import drawn
from servsim.model.rules.manager import is_manager
from servsim.units import NEVER

HALF_THERE = 1
"""Place of "half_there" among the choices of staff.while_serving."""
SPELL_BITS = 32


@kernel
def agent_key(agent):
    """The name of an agent."""
    return (np.int64(Kind.AGENT) << 60) | np.int64(agent)


@part
def attentive_spell(sheet, agent, day, spell):
    """How long this agent stays attentive, in ticks: exponential; keyed by the day the shift began and the spell.

    The on/off process of White and Christie (1958). A manager is attentive while not at other work. Evidence: c for 30
    minutes on and 3 off, a manager 20 and 40.
    """
    if minutes_away(sheet, agent) == 0.0:
        return np.int64(NEVER)
    mean = sheet[0].manager_free_minutes if is_manager(sheet, agent) else sheet[0].attentive_minutes
    return ticks(exponential(mean, drawn(sheet, agent_key(agent), (day << SPELL_BITS) | spell, Purpose.ATTENTIVE)))


@part
def inattentive_spell(sheet, agent, day, spell):
    """How long this agent is then inattentive, in ticks: exponential."""
    u = drawn(sheet, agent_key(agent), (day << SPELL_BITS) | spell, Purpose.INATTENTIVE)
    return ticks(exponential(minutes_away(sheet, agent), u))


@part
def minutes_away(sheet, agent):
    """How long an agent is inattentive, or a manager at other work, on average; 0: never."""
    return sheet[0].manager_away_minutes if is_manager(sheet, agent) else sheet[0].inattentive_minutes


@part
def visit_under_attention(sheet, agent, day, spell, attentive_until, now, work):
    """(instant at which work begun now by an attentive agent is done, ticks of inattention on the way).

    "pause": work stands still while the agent is inattentive, so that it takes E[C] = E[S] (1 + f/r), f lapses a
    minute, 1/r minutes each. "half_there": work goes on, but a share of it does not reach the customer. Source: Gaver
    (1962). Evidence: theorem; c for which of the two people do.
    """
    paused = np.int64(0)
    inattentive = np.int64(0)
    begin, rest = now, work
    while attentive_until - begin < rest:
        lapse = inattentive_spell(sheet, agent, day, spell)
        if sheet[0].while_serving == HALF_THERE:
            lapse_here = min(lapse, rest - (attentive_until - begin))
            inattentive += lapse_here
            rest -= attentive_until - begin + lapse_here
        else:
            inattentive += lapse
            paused += lapse
            rest -= attentive_until - begin
        begin = attentive_until + lapse
        spell += 1
        attentive_until = begin + attentive_spell(sheet, agent, day, spell)
    return now + work + paused, inattentive
