"""Complaint and recovery: whether a failure is voiced, whether the customer is won over again, and what remains."""

import math

from servsim.event_codes import Purpose, Reason
from servsim.model.calendar import is_open, later
from servsim.model.compilation import kernel
from servsim.model.random_numbers import drawn
from servsim.model.rules.mistakes import STANDARD, catch_probability, mistake_probability
from servsim.model.rules.quality_and_satisfaction import judges, judging_weight, lowered
from servsim.model.rules.transaction_and_care_steps import planned_step, step_quality
from servsim.units import DAY

IN_TURN, FIRST, LAST = range(3)
"""Places among the choices of recovery.complaint_order."""


@kernel
def recovers(sheet, segment):
    """Does anybody try to win customers over again after a failure?"""
    return sheet[segment].recovery_on == 1


@kernel
def failure_loss(sheet, segment, reason):
    """Points of satisfaction that a failure costs when it is found out. Evidence: c."""
    own = sheet[segment]
    return own.broken_loss if reason == Reason.BROKEN_PROMISE else own.mistake_loss


@kernel
def after_failure(sheet, segment, satisfaction, reason):
    """Satisfaction after finding out a failure, where customers judge."""
    return lowered(sheet, segment, satisfaction, failure_loss(sheet, segment, reason))


@kernel
def openness(sheet, segment):
    """How easy it is made to speak up: the mean quality of greeting and listening, as planned."""
    own = sheet[segment]
    greet = step_quality(own.steepness, planned_step(sheet, segment, own.split_greet), own.standard_greet)
    listen = step_quality(own.steepness, planned_step(sheet, segment, own.split_listen), own.standard_listen)
    return 0.5 * (greet + listen)


@kernel
def voice_probability(sheet, segment):
    """Chance that a customer comes to have a failure put right, rather than swallow it.

    P = voice share · (1 + o (½ (q(greet) + q(listen)) − 0.9)), within 0 to 1; everybody where nobody tries to recover
    customers. Source: Goodman (TARP): half complain at the front line, 5 to 30 % of quality problems. Evidence: b for
    0.4, c for the encouragement.
    """
    own = sheet[segment]
    if own.recovery_on == 0:
        return 1.0
    share = own.voice_share * (1.0 + own.voice_openness * (openness(sheet, segment) - STANDARD))
    return min(max(share, 0.0), 1.0)


@kernel
def brought_back_probability(sheet, segment):
    """Chance that a visit leads to an extra one, at planned minutes, usual knowledge and full attention."""
    own = sheet[segment]
    if own.mistakes_on == 0:
        return 0.0
    listened = planned_step(sheet, segment, own.split_listen)
    summarised = planned_step(sheet, segment, own.split_summarise)
    wrong = mistake_probability(sheet, segment, listened, sheet[0].knowledge, 0.0, 1.0)
    return wrong * (1.0 - catch_probability(sheet, segment, summarised)) * voice_probability(sheet, segment)


@kernel
def voices(sheet, segment, who, visit, reason):
    """Does the customer come to have this failure put right?"""
    purpose = Purpose.VOICE_BROKEN_PROMISE if reason == Reason.BROKEN_PROMISE else Purpose.VOICE_MISTAKE
    return drawn(sheet, who, visit, purpose) < voice_probability(sheet, segment)


@kernel
def complaint_visit(sheet, who, visit, now):
    """The instant at which a customer comes to complain: at once if the doors are open, else within a day's business.

    Not at the opening bell, where all who found out overnight would meet. Evidence: c.
    """
    if is_open(sheet, now):
        return later(sheet, now, 0.0)
    return later(sheet, now, drawn(sheet, who, visit, Purpose.COMPLAINT_DELAY))


@kernel
def soothing_minutes(sheet, segment):
    """Minutes that the business takes for every complaint."""
    own = sheet[segment]
    return own.recovery_minutes if own.recovery_on == 1 and own.investment_on == 1 else 0.0


@kernel
def recovery_probability(sheet, segment, minutes, delay):
    """P(recovered) = ceiling · (1 − exp(−κ · minutes)) · exp(−δ · days of delay), the delay in ticks.

    The best minutes are ln(gain · ceiling · κ / wage a minute) / κ. Source: justice in complaint handling (Orsingher et
    al. 2010; Gelbrich and Roschk 2011) for the signs. Evidence: c for the form, κ = 0.12, 0.9 and δ = 0.15.
    """
    own = sheet[segment]
    return (
        own.recovery_ceiling
        * (1.0 - math.exp(-own.recovery_rate * minutes))
        * math.exp(-own.delay_decay * (delay / DAY))
    )


@kernel
def is_recovered(sheet, segment, who, visit, minutes, delay):
    """Do so many minutes, so long after the failure, win the customer over again?"""
    return drawn(sheet, who, visit, Purpose.RECOVERY) < recovery_probability(sheet, segment, minutes, delay)


@kernel
def after_recovery(sheet, segment, satisfaction, relief, before):
    """(satisfaction, the part of it that is only relief) of a recovered customer, who was at `before` without relief.

    Recovered customers can be more satisfied than before the failure, but are not more loyal (de Matos, Henrique and
    Rossi 2007, a meta-analysis). Evidence: a for both, c for half a point.
    """
    if not judges(sheet, segment):
        return satisfaction, 0.0
    level = max(satisfaction - relief, before)
    lifted = min(10.0, level + sheet[segment].recovered_lift)
    return lifted, lifted - level


@kernel
def after_double_deviation(sheet, segment, satisfaction, reason):
    """Satisfaction of a customer who complained in vain: the second failure weighs more than the first.

    Source: Bitner, Booms and Tetreault (1990). Evidence: c for a factor of 1.5.
    """
    loss = sheet[segment].double_deviation * failure_loss(sheet, segment, reason)
    return lowered(sheet, segment, satisfaction, loss)


@kernel
def fading_relief(served, relief):
    """What is left of relief after one more judged visit: it fades as satisfaction takes in new visits."""
    return relief * (1.0 - judging_weight(served))


@kernel
def loyal_satisfaction(sheet, segment, satisfaction, relief):
    """Satisfaction as far as it makes a customer stay: without relief, or with the share that the scenario says."""
    return satisfaction - (1.0 - sheet[segment].paradox_loyalty) * relief
