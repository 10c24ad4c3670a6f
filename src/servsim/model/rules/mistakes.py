"""Mistakes: the wrong thing is delivered, caught and clarified in the visit, or found out later."""

import math

from servsim.event_codes import Purpose
from servsim.model.compilation import kernel, part
from servsim.model.durations import exponential, ticks
from servsim.model.random_numbers import drawn
from servsim.model.rules.transaction_and_care_steps import step_quality
from servsim.units import DAY, MINUTE

MINUTES_PER_DAY = DAY / MINUTE

STANDARD = 0.9
"""Quality of a step at its standard minutes, as `quality.steepness` usually has it: where shares are stated."""

NONE, CAUGHT, OVERLOOKED = 0, 1, 2
"""What became of the mistakes in a visit."""


@kernel
def mistake_probability(sheet, segment, listened, knowledge, away, strain):
    """P(mistake) = share · exp(−a (q(listen) − 0.9)) · (1.5 − knowledge) · (1 + δ · share of inattention) · strain.

    At most 1; strain is the factor of fatigue and of neglected colleagues. At the standard minutes of listening,
    knowledge 0.5, full attention and no strain it is `mistake_share`. Source: first-contact resolution of 67 to 86 % in
    service centres (SQM), two thirds of repeat calls caused by agents' errors. Evidence: b for the share, c for what
    moves it.
    """
    own = sheet[segment]
    quality = step_quality(own.steepness, listened, own.standard_listen)
    factor = math.exp(own.listening_effect * (STANDARD - quality)) * (1.5 - knowledge)
    return min(1.0, own.mistake_share * factor * (1.0 + own.inattention_effect * away) * strain)


@kernel
def catch_probability(sheet, segment, summarised):
    """P(caught) = catch share · q(summarise) / 0.9, at most 1. Source: assumed. Evidence: c."""
    own = sheet[segment]
    return min(1.0, own.catch_share * step_quality(own.steepness, summarised, own.standard_summarise) / STANDARD)


@part
def mistake(sheet, segment, who, visit, listened, summarised, knowledge, away, strain):
    """NONE, CAUGHT or OVERLOOKED: what went wrong in a visit with so many minutes of listening and of summing up."""
    if sheet[segment].mistakes_on == 0:
        return NONE
    probability = mistake_probability(sheet, segment, listened, knowledge, away, strain)
    if drawn(sheet, who, visit, Purpose.MISTAKE) >= probability:
        return NONE
    caught = drawn(sheet, who, visit, Purpose.CATCH) < catch_probability(sheet, segment, summarised)
    return CAUGHT if caught else OVERLOOKED


@kernel
def clarifying_minutes(sheet, segment, who, visit):
    """Minutes of clarifying a mistake that was caught: exponential. Evidence: c."""
    return exponential(sheet[segment].clarify_minutes, drawn(sheet, who, visit, Purpose.CLARIFYING))


@kernel
def comes_to_light(sheet, segment, who, visit, now):
    """The instant at which the customer finds out a mistake that nobody noticed.

    An exponential delay by the clock on the wall: mistakes come to light at home, at any hour. A return after a while
    makes Erlang-R of a desk (Yom-Tov and Mandelbaum 2014). Evidence: c for two days.
    """
    days = exponential(sheet[segment].light_days, drawn(sheet, who, visit, Purpose.COMES_TO_LIGHT))
    return now + ticks(days * MINUTES_PER_DAY)


@kernel
def correction(sheet, segment, complains):
    """Work of a visit as a share of a transaction: 1, or what putting a mistake right takes."""
    return sheet[segment].correction_share if complains and sheet[segment].mistakes_on == 1 else 1.0
