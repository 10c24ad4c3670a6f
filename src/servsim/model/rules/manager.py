"""Stepping back: what has become personal is handled by a manager, a second and scarcer resource."""

import numpy as np

from servsim.event_codes import Distribution, Purpose
from servsim.model.compilation import kernel
from servsim.model.durations import exponential, lognormal, ticks
from servsim.model.random_numbers import drawn
from servsim.model.rules.recovery import recovery_probability


@kernel
def is_manager(sheet, agent):
    """Is this number a manager's? They are counted after the agents of the desk."""
    return agent >= sheet[0].desk_agents


@kernel
def becomes_personal(sheet, who, visit, satisfaction):
    """Does this complaint go to the manager? A share of all, and everybody whose satisfaction is below a limit.

    Source: 1 to 5 % of complaints reach the management by themselves (Goodman). Evidence: b for the order of size, c
    for 7 % and for the limit.
    """
    if sheet[0].manager_on == 0:
        return False
    if satisfaction < sheet[0].personal_below:
        return True
    return drawn(sheet, who, visit, Purpose.PERSONAL) < sheet[0].escalated_share


@kernel
def holds_agent(sheet):
    """Does the agent stay with the customer until the manager has finished?"""
    return sheet[0].agent_held == 1


@kernel
def talk(sheet, who, visit):
    """Length of a manager's talk, in ticks. Evidence: c for 10 minutes with a cv of 1."""
    u = drawn(sheet, who, visit, Purpose.MANAGER)
    if sheet[0].manager_distribution == Distribution.EXPONENTIAL:
        return ticks(exponential(sheet[0].manager_minutes, u))
    return ticks(lognormal(sheet[0].manager_minutes, sheet[0].manager_log_variance, u))


@kernel
def wins_over(sheet, segment, who, visit, delay):
    """Does the manager win the customer over? P = 1 − left · (1 − P(recovered by an agent in the same minutes)).

    The manager's word carries more. Source: interactional justice (Gelbrich and Roschk 2011). Evidence: a for the sign,
    c for half of the failures.
    """
    agents_chance = recovery_probability(sheet, segment, sheet[0].manager_minutes, delay)
    failing = sheet[0].manager_failure * (1.0 - agents_chance)
    return drawn(sheet, who, visit, np.int64(Purpose.MANAGER_RECOVERY)) < 1.0 - failing
