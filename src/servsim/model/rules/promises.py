"""Promises: action points with a date, the follow-up work that keeps them, and what a date is worth."""

import numpy as np

from servsim.event_codes import Purpose
from servsim.model.calendar import later
from servsim.model.compilation import kernel
from servsim.model.durations import lognormal, ticks
from servsim.model.random_numbers import drawn
from servsim.model.rules.quality_and_satisfaction import judges
from servsim.units import HOUR


@kernel
def calls_for_action(sheet, segment, who, visit):
    """Does this visit end with something to be done by a date? Evidence: c for 60 %."""
    own = sheet[segment]
    return own.promises_on == 1 and drawn(sheet, who, visit, Purpose.PROMISE) < own.promise_share


@kernel
def date(sheet, segment, now):
    """The instant by which it is promised: the quoted days ahead, on the profile's clock."""
    return later(sheet, now, sheet[segment].quoted_days)


@kernel
def prepared(sheet, segment, who, visit, now):
    """The instant from which the work can be done: lognormal days ahead, on the profile's clock.

    With work that needs no time, P(kept) = Φ((ln quoted − μ) / σ). Source: quoted lead times (Spearman and Zhang 1999).
    Evidence: c for 2 days with a cv of 0.6.
    """
    own = sheet[segment]
    return later(
        sheet,
        now,
        lognormal(own.preparation_days, own.preparation_log_variance, drawn(sheet, who, visit, Purpose.PREPARATION)),
    )


@kernel
def follow_up_work(sheet, segment, who, visit):
    """Work on the promise of a visit, in ticks: lognormal. Evidence: c."""
    own = sheet[segment]
    u = drawn(sheet, who, visit, np.int64(Purpose.FOLLOW_UP))
    return ticks(lognormal(own.follow_up_minutes, own.follow_up_log_variance, u))


@kernel
def presses(sheet, due, now):
    """Is it time to do the work before turning to those who wait?"""
    return sheet[0].pressing_hours > 0.0 and due - now <= sheet[0].pressing_hours * HOUR


@kernel
def distance_loss(sheet, segment, who, visit):
    """Points of quality lost because the promised date is so far ahead. Evidence: c."""
    if not calls_for_action(sheet, segment, who, visit):
        return 0.0
    return sheet[segment].distance_loss * sheet[segment].quoted_days


@kernel
def after_keeping(sheet, segment, satisfaction):
    """Satisfaction after a promise was kept, where customers judge: reliability is what counts most in service.

    Source: SERVQUAL (Zeithaml, Parasuraman and Berry 1990). Evidence: b for the sign, c for the size.
    """
    if not judges(sheet, segment):
        return satisfaction
    return min(10.0, satisfaction + sheet[segment].kept_gain)
