"""Load: agents cut steps short and hurry as the queue grows, and tire as the day goes on."""

import math

from servsim.model.compilation import kernel
from servsim.units import MINUTE

NEUTRAL = 0.6
"""Fatigue at which mistakes are as usual."""
TIRED = 0.85
"""Fatigue above which agents become slower."""


@kernel
def cut(sheet, waiting, agents):
    """What is left of the six steps while so many wait for so many agents: 1 − cut · min(1, waiting / (2 agents)).

    Discretionary completion: quality is a fourth buffer beside capacity, inventory and time. Source: Hopp, Iravani and
    Yuen (2007). Evidence: a for the sign, c for the size.
    """
    if sheet[0].load_on == 0:
        return 1.0
    return 1.0 - sheet[0].queue_cut * min(1.0, waiting / (2.0 * max(agents, 1)))


@kernel
def hurry(sheet, waiting, agents, tiredness):
    """Factor on the time of a transaction: hurried by the queue, slowed by fatigue.

    1 / ((1 + β min(1, waiting / agents)) (1 − β_F max(0, F − 0.85) / 0.15)). Workers speed up with load, and overwork
    slows them. Source: KC and Terwiesch (2009); Berry Jaeker and Tucker (2017). Evidence: b for the signs, c for the
    sizes.
    """
    if sheet[0].load_on == 0:
        return 1.0
    speed = 1.0 + sheet[0].speed_up * min(1.0, waiting / max(agents, 1))
    return 1.0 / (speed * (1.0 - sheet[0].fatigue_slowdown * max(0.0, tiredness - TIRED) / (1.0 - TIRED)))


@kernel
def tiredness_after(sheet, tiredness, busy, lasted):
    """Fatigue, 0 to 1, after so many ticks of work (busy) or of rest: dF/dt = (busy − F) / T.

    Source: assumed. Evidence: c.
    """
    if sheet[0].load_on == 0:
        return 0.0
    goal = 1.0 if busy else 0.0
    return goal + (tiredness - goal) * math.exp(-lasted / (sheet[0].fatigue_minutes * MINUTE))


@kernel
def mistakes_of_fatigue(sheet, tiredness):
    """Factor on mistakes: exp(γ (F − 0.6)). Source: KC and Terwiesch (2009). Evidence: b for the sign, c for γ."""
    return math.exp(sheet[0].fatigue_mistakes * (tiredness - NEUTRAL)) if sheet[0].load_on == 1 else 1.0
