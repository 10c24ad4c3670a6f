"""One visit, from its start: how long it takes, what it gives, what went wrong and what fell short in it."""

import numpy as np

from servsim.event_codes import Reason, Remedy
from servsim.model.calendar import rostered
from servsim.model.compilation import kernel, part
from servsim.model.rules.after_visit_work import minutes_afterwards, notes_gain
from servsim.model.rules.attention_lapses import HALF_THERE, visit_under_attention
from servsim.model.rules.internal_requests import mistakes_of_neglect
from servsim.model.rules.load_and_fatigue import cut, hurry, mistakes_of_fatigue
from servsim.model.rules.manager import becomes_personal
from servsim.model.rules.mistakes import CAUGHT, clarifying_minutes, correction, mistake
from servsim.model.rules.phone import by_phone, reaching, transaction_factor
from servsim.model.rules.promises import distance_loss
from servsim.model.rules.quality_and_satisfaction import SATISFIED, experience, judges, perceived
from servsim.model.rules.recognition import greeting_gain, is_recognised
from servsim.model.rules.recovery import is_recovered, recovers, soothing_minutes
from servsim.model.rules.training import pace
from servsim.model.rules.transaction_and_care_steps import core_minutes, difficulty, quickness, step_minutes, work_ticks
from servsim.model.rules.waiting import wait_loss


@part
def visit(sheet, segment, who, number, agent, day, spell, attentive_until, knowledge, cases, tiredness, name, now,
          waited, noticed, crowd, neglected, known, written, complains, failed, satisfaction):  # fmt: skip
    """A visit that starts now, all of it: (instant it ends, ticks of care, of clarifying, of recovery, quality, what
    fell short most, by how many points, mistake, remedy, whether the customer was recognised, ticks of work that it
    leaves, instant at which that is done).

    All is known at the start, because difficulty, steps, mistakes and the agent's attention are keyed draws. What is
    shared is handed in: the wait, whether the customer was noticed, how many still wait, how neglected colleagues are.
    So is what the agent is like (knowledge, customers served, tiredness, name), by whom the customer is `known`, which
    of their visits was `written` up last, and the complaint, if it is one: a failure found out at `failed` by a
    customer with such satisfaction.
    """
    phones, agents = by_phone(sheet, segment, who, number), rostered(sheet, now)
    case = difficulty(sheet, segment, who, number)
    minutes = step_minutes(sheet, segment, who, number, cut(sheet, crowd, agents))
    total = minutes[0] + minutes[1] + minutes[2] + minutes[3] + minutes[4] + minutes[5]
    care = work_ticks(case * total * quickness(knowledge))
    core = core_minutes(sheet, segment, who, number, now) * correction(sheet, segment, complains)
    core *= transaction_factor(sheet, segment, phones) * pace(sheet, cases) * hurry(sheet, crowd, agents, tiredness)
    work = max(care + work_ticks(case * core / sheet[0].speed_of[agent]), 1)
    ends, inattentive = visit_under_attention(sheet, agent, day, spell, attentive_until, now, work)

    reaches = reaching(sheet, segment, phones)
    strain = mistakes_of_fatigue(sheet, tiredness) * mistakes_of_neglect(sheet, neglected)
    wrong = mistake(
        sheet, segment, who, number, minutes[1] * reaches, minutes[4] * reaches, knowledge,
        inattentive / (ends - now), strain,
    )  # fmt: skip
    clarifying = work_ticks(clarifying_minutes(sheet, segment, who, number)) if wrong == CAUGHT else np.int64(0)
    remedy, soothing = np.int64(Remedy.NOTHING), np.int64(0)
    if complains and recovers(sheet, segment):
        remedy, soothing = handled(sheet, segment, who, number, now - failed, satisfaction)
    if clarifying + soothing > 0:
        work += clarifying + soothing
        ends, inattentive = visit_under_attention(sheet, agent, day, spell, attentive_until, now, work)
    after, done = np.int64(0), ends
    if remedy != Remedy.ESCALATED:  # else the manager takes the case from here, and its notes
        after = work_ticks(case * minutes_afterwards(sheet, segment, who, number))
    if after > 0:  # from the visit's start, for it may end with an agent who is half there
        done, _ = visit_under_attention(sheet, agent, day, spell, attentive_until, now, work + after)
    recognised = is_recognised(sheet, segment, who, number, known, name)
    if not judges(sheet, segment):
        return (
            ends, care, clarifying, soothing, 0.0, np.int64(Reason.CHANCE), 0.0, wrong, remedy, recognised, after, done
        )  # fmt: skip

    away = inattentive / (ends - now)
    half_there = sheet[0].while_serving == HALF_THERE
    effective = 1.0 - (1.0 - sheet[0].half_there_effect) * away if half_there else 1.0
    paused = 0 if half_there else inattentive
    at_best = experience(sheet, segment, minutes, reaches, 1.0, knowledge)
    points = experience(sheet, segment, minutes, reaches * effective, 1.0 - away, knowledge) if away > 0.0 else at_best
    wait = wait_loss(sheet, segment, waited, paused, noticed, phones)
    reason, size = worst(wait, at_best - points, SATISFIED - at_best)
    loss = wait + distance_loss(sheet, segment, who, number)
    if wrong == CAUGHT:
        loss += sheet[segment].clarified_loss
    points += greeting_gain(sheet, segment, recognised) + notes_gain(sheet, segment, who, written) - loss
    points = perceived(sheet, segment, who, number, points)
    return ends, care, clarifying, soothing, points, reason, size, wrong, remedy, recognised, after, done


@kernel
def handled(sheet, segment, who, number, delay, satisfaction):
    """(remedy, ticks of recovery) of a complaint: left to the manager, or soothed by the agent for so many minutes."""
    if becomes_personal(sheet, who, number, satisfaction):
        return np.int64(Remedy.ESCALATED), np.int64(0)
    minutes = soothing_minutes(sheet, segment)
    recovered = is_recovered(sheet, segment, who, number, minutes, delay)
    return np.int64(Remedy.RECOVERED if recovered else Remedy.FAILED), work_ticks(minutes)


@kernel
def worst(wait, inattention, care):
    """(reason, points) of the largest shortfall in a visit; the first named where two are equal.

    Care falls short by the points that it lacks to what satisfies, not to what cannot be had: a visit that would be 9
    of 10 without a wait has one fault, the wait.
    """
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
