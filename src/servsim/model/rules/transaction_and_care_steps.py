"""Service: the transaction, and the six steps of care around it."""

import math

import numpy as np

from servsim.event_codes import Purpose
from servsim.model.calendar import quarter_of
from servsim.model.compilation import kernel, part
from servsim.model.durations import length, lognormal, ticks
from servsim.model.random_numbers import drawn


@part
def difficulty(sheet, segment, who, visit):
    """How hard this case is: one lognormal factor with mean 1 on everything in the visit.

    Makes totals as variable as real ones, cv about 0.7 and above (Brown et al. 2005). Evidence: b for 0.6.
    """
    own = sheet[segment]
    if own.difficulty_cv == 0.0:
        return 1.0
    return lognormal(1.0, own.difficulty_log_variance, drawn(sheet, who, visit, Purpose.DIFFICULTY))


@part
def core_minutes(sheet, segment, who, visit, now):
    """Minutes of a transaction that begins now, for a case of difficulty 1: one draw times the quarter-hour's factor.

    Lognormal service: Brown et al. (2005). Evidence: a; a sample of the desk's own times is what it is. Means that
    differ between hours: the same bank's calls. b.
    """
    own = sheet[segment]
    u = drawn(sheet, who, visit, Purpose.CORE)
    return own.core_profile[quarter_of(now)] * length(
        own.core_distribution, own.core_minutes, own.core_log_variance, 0.0, 1.0, own.core_table, u
    )


@part
def minutes_per_part(sheet, segment):
    """Minutes planned for each part of the split."""
    own = sheet[segment]
    total = (own.split_greet + own.split_listen + own.split_acknowledge
             + own.split_empathise + own.split_summarise + own.split_action_points)  # fmt: skip
    return own.minutes_per_visit / total


@kernel
def planned_step(sheet, segment, parts):
    """Minutes planned for a step that gets so many parts of the split; 0 without investment."""
    return parts * minutes_per_part(sheet, segment) if sheet[segment].investment_on == 1 else 0.0


@part
def step_minutes(sheet, segment, who, visit, cut):
    """Minutes of the six steps for a case of difficulty 1, in order: greet … action points; all 0 without investment.

    `cut` is the share of the plan that agents take in the crowd.

    The plan is `minutes_per_visit` shared out by `split`; each step is lognormal around its plan with its own cv.
    Evidence: c for the split and the cvs.
    """
    own = sheet[segment]
    if own.investment_on == 0 or own.minutes_per_visit == 0.0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    unit = minutes_per_part(sheet, segment) * cut
    return (
        step(sheet, who, visit, Purpose.GREET, own.split_greet * unit, own.step_log_variance_greet),
        step(sheet, who, visit, Purpose.LISTEN, own.split_listen * unit, own.step_log_variance_listen),
        step(sheet, who, visit, Purpose.ACKNOWLEDGE, own.split_acknowledge * unit, own.step_log_variance_acknowledge),
        step(sheet, who, visit, Purpose.EMPATHISE, own.split_empathise * unit, own.step_log_variance_empathise),
        step(sheet, who, visit, Purpose.SUMMARISE, own.split_summarise * unit, own.step_log_variance_summarise),
        step(sheet, who, visit, Purpose.ACTION_POINTS, own.split_action_points * unit,
             own.step_log_variance_action_points),
    )  # fmt: skip


@part
def quickness(knowledge):
    """Factor on the time of the six steps: 1.1 − 0.2 · knowledge; 1 at the usual 0.5. Evidence: c."""
    return 1.1 - 0.2 * knowledge


@part
def step(sheet, who, visit, purpose, planned, log_variance):
    """Minutes of one step around its plan."""
    return lognormal(planned, log_variance, drawn(sheet, who, visit, np.int64(purpose)))


@part
def step_quality(steepness, minutes, standard):
    """Quality of a step, 0 to 1: 1 − exp(−steepness · minutes / standard), 0.9 at the standard when steepness is 2.303.

    Diminishing returns to time with a customer. Source: Anand, Paç and Veeraraghavan (2011) for the trade-off.
    Evidence: a for the sign and the bend, c for the curve.
    """
    return 1.0 - math.exp(-steepness * minutes / standard)


@part
def work_ticks(minutes):
    """Work of so many minutes in ticks; none where there is none to do."""
    return np.int64(0) if minutes <= 0.0 else ticks(minutes)
