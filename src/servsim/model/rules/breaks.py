"""Breaks: when an agent is due for one."""

import numpy as np

from servsim.model.calendar import on_duty, shift_end
from servsim.model.compilation import kernel
from servsim.model.durations import ticks
from servsim.model.rules.manager import is_manager
from servsim.units import MINUTE, NEVER


@kernel
def break_length(sheet):
    """Length of a break, in ticks."""
    return ticks(sheet[0].break_minutes)


@kernel
def shift_lasts_until(sheet, agent, now):
    """The instant until which this agent's shift lasts; now for one who is only kept by the queue."""
    return shift_end(sheet, agent, now) if on_duty(sheet, agent, now) else now


@kernel
def first_break(sheet, agent, came, shift_ends):
    """The instant of a shift's first break; NEVER if none falls into the shift. Managers take theirs at other work.

    Each agent goes one break later than the one before, so that the desk is not empty. Evidence: c.
    """
    if is_manager(sheet, agent):
        return np.int64(NEVER)
    return next_break(sheet, came + np.int64(agent * sheet[0].break_minutes * MINUTE), shift_ends)


@kernel
def next_break(sheet, since, shift_ends):
    """The instant of the next break of an agent at the desk since then; NEVER if none falls into the shift."""
    if sheet[0].break_minutes == 0.0:
        return np.int64(NEVER)
    due = since + ticks(sheet[0].break_after_minutes)
    return due if due < shift_ends else np.int64(NEVER)
