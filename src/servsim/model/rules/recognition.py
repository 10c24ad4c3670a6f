"""Recognition: whether a returning customer is greeted by someone who knows them."""

import numpy as np

from servsim.event_codes import Purpose
from servsim.model.compilation import kernel
from servsim.model.random_numbers import drawn

NOBODY = -1
"""The agent of the last visit of who has not been here."""
PEOPLE_BITS = 10


@kernel
def name_of(agent, hires):
    """Who is at an agent's place: the number, and how often the place has changed hands."""
    return (hires << PEOPLE_BITS) | agent


@kernel
def place_of(name):
    """The number of an agent with this name."""
    return name & ((1 << PEOPLE_BITS) - 1)


@kernel
def known_today(sheet, segment, who):
    """The name of the agent who served a customer of the opening book last: any of the desk's. Evidence: c."""
    own = sheet[segment]
    if own.recognition_on == 0 or own.opening_tenure == 0 or sheet[0].desk_agents == 0:
        return np.int64(NOBODY)
    return np.int64(drawn(sheet, who, 0, Purpose.LAST_AGENT) * sheet[0].desk_agents)


@kernel
def wants_own_agent(sheet, segment, name):
    """Does the customer whose turn it is get the agent of the last visit, if free?"""
    return name != NOBODY and sheet[segment].recognition_on == 1 and sheet[0].own_agent_first == 1


@kernel
def is_recognised(sheet, segment, who, visit, known, name):
    """Is a customer, whom the agent called `known` served last, recognised by the agent with this name?

    Evidence: c for both shares.
    """
    own = sheet[segment]
    if own.recognition_on == 0 or known == NOBODY:
        return False
    share = own.notes_share
    if known == name:
        share += own.recognised_share * (1.0 - own.notes_share)
    return drawn(sheet, who, visit, Purpose.RECOGNISED) < share


@kernel
def greeting_gain(sheet, segment, recognised):
    """Points of quality gained by being recognised. Empathy counts (SERVQUAL). Evidence: a for the sign, c for 0.3."""
    return sheet[segment].recognised_gain if recognised else 0.0
