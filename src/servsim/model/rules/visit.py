"""One visit, from its start: how long it takes, what it gives, and what fell short in it."""

import numpy as np

from servsim.model.kernel import kernel
from servsim.model.rules.attention import HALF_THERE, visit_under_attention
from servsim.model.rules.quality import experience, judges, perceived
from servsim.model.rules.service import core_minutes, difficulty, step_minutes, work_ticks
from servsim.model.rules.waiting import wait_loss
from servsim.words import Reason


@kernel
def visit(sheet, segment, who, number, agent, day, spell, attentive_until, now, waited, noticed):
    """(instant it ends, ticks of care, quality, what fell short most, by how many points) of a visit that starts now.

    All of it is known at the start, because difficulty, steps and the agent's attention are keyed draws; everything
    shared that it needs (the wait, whether the customer was noticed) is handed in.
    """
    case = difficulty(sheet, segment, who, number)
    minutes = step_minutes(sheet, segment, who, number)
    care = work_ticks(case * (minutes[0] + minutes[1] + minutes[2] + minutes[3] + minutes[4] + minutes[5]))
    work = care + work_ticks(case * core_minutes(sheet, segment, who, number, now))
    ends, inattentive = visit_under_attention(sheet, agent, day, spell, attentive_until, now, max(work, 1))
    if not judges(sheet, segment):
        return ends, care, 0.0, np.int64(Reason.CHANCE), 0.0

    away = inattentive / (ends - now)
    half_there = sheet[0].while_serving == HALF_THERE
    effective = 1.0 - (1.0 - sheet[0].half_there_effect) * away if half_there else 1.0
    paused = 0 if half_there else inattentive
    at_best = experience(sheet, segment, minutes, 1.0, 1.0)
    points = experience(sheet, segment, minutes, effective, 1.0 - away) if away > 0.0 else at_best
    wait = wait_loss(sheet, segment, waited, paused, noticed)
    reason, size = worst(wait, at_best - points, 10.0 - at_best)
    return ends, care, perceived(sheet, segment, who, number, points - wait), reason, size


@kernel
def worst(wait, inattention, care):
    """(reason, points) of the largest shortfall in a visit; the first named where two are equal."""
    reason, size = np.int64(Reason.CHANCE), 0.0
    if wait > size:
        reason, size = np.int64(Reason.WAIT), wait
    if inattention > size:
        reason, size = np.int64(Reason.INATTENTION), inattention
    if care > size:
        reason, size = np.int64(Reason.CARE), care
    return reason, size


@kernel
def main_reason(reason, size, disappointment):
    """The largest single contributor to a bad visit, once the customer has compared it with what was expected."""
    return np.int64(Reason.EXPECTATION) if disappointment > size else np.int64(reason)
