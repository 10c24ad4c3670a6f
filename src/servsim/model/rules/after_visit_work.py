"""After-visit work: notes, orders and clearing up, which hold the agent once the customer has gone."""

import math

import numpy as np

from servsim.event_codes import Purpose
from servsim.model.compilation import kernel
from servsim.model.durations import lognormal
from servsim.model.random_numbers import drawn
from servsim.model.rules.transaction_and_care_steps import step_quality

NOTHING_WRITTEN = -1
"""The visit last written up, of a customer of whom nothing has been."""
STEEPNESS = math.log(10.0)
"""How fast notes come to tell all that there is to know: nine tenths of it at their standard minutes."""


@kernel
def minutes_afterwards(sheet, segment, who, visit):
    """Minutes of work that a case of difficulty 1 leaves: lognormal around `after_visit_minutes`; 0 where it is off.

    Wrap-up is part of the handling time of every call centre, often a third of it. Evidence: b for that it is there,
    c for 2 minutes and their cv.
    """
    own = sheet[segment]
    if own.after_visit_work_on == 0 or own.after_visit_minutes == 0.0:
        return 0.0
    u = drawn(sheet, who, visit, Purpose.AFTER_VISIT)
    return lognormal(own.after_visit_minutes, own.after_visit_log_variance, u)


@kernel
def last_written_up(visit, work, before):
    """The visit of which a customer's notes are: this one, if it left any work; else that of before."""
    return np.int64(visit) if work > 0 else np.int64(before)


@kernel
def notes_gain(sheet, segment, who, written):
    """Points of quality that notes of an earlier visit bring: gain · (1 − exp(−ln 10 · minutes / standard)).

    The agent knows what was asked, agreed and delivered; difficulty cancels, as it does in the steps. A gain of 0: the
    work only costs. Being remembered counts as empathy does (SERVQUAL). Evidence: a for the sign, c for curve and size.
    """
    own = sheet[segment]
    if written == NOTHING_WRITTEN or own.after_visit_work_on == 0 or own.after_visit_gain == 0.0:
        return 0.0
    minutes = minutes_afterwards(sheet, segment, who, written)
    return own.after_visit_gain * step_quality(STEEPNESS, minutes, own.after_visit_standard)
