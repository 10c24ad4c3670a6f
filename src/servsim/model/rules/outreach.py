"""Outreach: relationship hours, spent on calling customers back."""

import numpy as np

from servsim.event_codes import Call, Purpose, Reason
from servsim.model.calendar import hour_of, later, next_month
from servsim.model.compilation import kernel
from servsim.model.durations import exponential, ticks
from servsim.model.random_numbers import drawn
from servsim.model.rules.recovery import recovery_probability
from servsim.units import DAY, HOUR, NEVER

BLOCK = 1
"""Place of "block" among the choices of outreach.call_when."""


@kernel
def calls_back(sheet):
    """Are there relationship hours to be spent?"""
    return sheet[0].calls_back == 1


@kernel
def is_called_back(sheet, segment):
    """Are customers of this segment called?"""
    return sheet[0].calls_back == 1 and sheet[segment].outreach_on == 1


@kernel
def call_work(sheet):
    """Length of a call, in ticks."""
    return ticks(sheet[0].call_minutes)


@kernel
def within_budget(sheet, spent):
    """Is there time left this month for one more call, `spent` being the ticks of this month's calls?"""
    return spent + call_work(sheet) <= sheet[0].relationship_hours_per_month * HOUR


@kernel
def protected(sheet, now, calling):
    """Is this a protected block in which more agents should call than the `calling` who do?"""
    if sheet[0].call_when != BLOCK or calling >= sheet[0].block_agents:
        return False
    return (hour_of(now) - sheet[0].block_from_hour) % 24 < sheet[0].block_hours


@kernel
def next_chance(sheet, now):
    """The next instant after now at which calls may become possible by themselves: a new month, or a block begins."""
    month = next_month(now)
    if sheet[0].call_when != BLOCK:
        return month
    block = now // DAY * DAY + sheet[0].block_from_hour * HOUR
    return min(month, block if block > now else block + DAY)


@kernel
def urgency(sheet, reason):
    """A call's place by what it is for: whom the scenario says first, then in the order of words.Call."""
    return np.int64(0) if reason == sheet[0].call_first + 1 else np.int64(reason)


@kernel
def may_be_won_back(sheet, segment, reason):
    """Is it worth calling who left for this reason? Not those who moved away."""
    return is_called_back(sheet, segment) and reason != Reason.NATURAL


@kernel
def lapse_ends(sheet, segment, listed):
    """The instant from which a lost customer is called no more."""
    return listed + np.int64(sheet[segment].lapsed_days * DAY)


@kernel
def overdue_at(sheet, segment, gap, now):
    """The instant at which a customer with this usual gap, who has just been here, is overdue."""
    return later(sheet, now, sheet[segment].overdue_factor * gap)


@kernel
def call_recovers(sheet, segment, who, visit, called_for, delay):
    """Does a call win over a customer with a failure that was not put right? As recovery does, in a call's minutes.

    Whether the call was made for that, or brought it up by chance.
    """
    if sheet[segment].recovery_on == 0:
        return False
    known = called_for == Call.DISGRUNTLED
    purpose = np.int64(Purpose.CALL_RECOVERS if known else Purpose.CALL_RECOVERS_BY_CHANCE)
    probability = recovery_probability(sheet, segment, sheet[0].call_minutes, delay)
    return drawn(sheet, who, visit, purpose) < probability


@kernel
def call_wins_back(sheet, segment, who, visit):
    """Does a call win back a customer who has left? Evidence: c for 8 %."""
    return drawn(sheet, who, visit, Purpose.CALL_WINS_BACK) < sheet[segment].win_back_share


@kernel
def returns(sheet, segment, who, visit, now):
    """The instant at which a customer who was won back comes: as soon as one who was reminded. Evidence: c."""
    return later(sheet, now, exponential(sheet[segment].reminder_days, drawn(sheet, who, visit, Purpose.RETURN_DELAY)))


@kernel
def reminded(sheet, segment, who, visit, now):
    """The instant at which an overdue customer comes because of a call; NEVER if the call changes nothing.

    Evidence: c for 30 % within a week; that contacts reactivate is a (Kumar, Bhagwat and Zhang 2015), the size is not.
    """
    own = sheet[segment]
    if drawn(sheet, who, visit, Purpose.CALL_REMINDS) >= own.reminder_share:
        return np.int64(NEVER)
    return later(sheet, now, exponential(own.reminder_days, drawn(sheet, who, visit, Purpose.REMINDER_DELAY)))


@kernel
def listed_for(unrecovered, known):
    """What a customer of the book is called for: a failure not put right, if the desk knows of it, or being overdue."""
    return np.int64(Call.DISGRUNTLED) if unrecovered and known else np.int64(Call.OVERDUE)


@kernel
def listed_at(sheet, segment, gap, call_for, now):
    """The instant from which a customer with this usual gap can be called.

    Who complained in vain, or was promised something in vain, at once; of all others the desk learns nothing until they
    are overdue, those who have left for good included.
    """
    return now + 1 if call_for == Call.DISGRUNTLED else overdue_at(sheet, segment, gap, now)
