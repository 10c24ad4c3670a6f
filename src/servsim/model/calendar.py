"""The week: when the doors are open, who is on the roster, and the profile's clock.

The profile's clock runs fast when the desk is popular and stands still while it is closed; its unit is a day, seven to
the usual week. Arrivals and returns are read off it, so that a return lands where the profile says and never at the
opening bell: next = Λ⁻¹(Λ(now) + days), with Λ(t) = ∫ rate / (mean rate per day), piecewise linear over minutes.

Where days have dates, `dated_days` says what holds on each of them.

Source: Çinlar (1975), inversion of the integrated rate; exact for piecewise constant rates. Evidence: theorem.
"""

import math

import numpy as np

from servsim.model import dated_days
from servsim.model.compilation import kernel, part
from servsim.units import DAY, HOUR, MINUTE, MINUTES_PER_WEEK, MONTH, NEVER, QUARTER, WEEK, YEAR


@part
def minute_of_week(tick):
    """Which of the week's 10,080 minutes this instant is in; Monday midnight is 0."""
    return (tick % WEEK) // MINUTE


@part
def has_date(sheet, tick):
    """Is what holds at this instant looked up by its date? Never, where days have none."""
    return tick < sheet[0].dated_until


@part
def clock(sheet, tick):
    """Λ: what the profile's clock shows at this instant, in days."""
    if has_date(sheet, tick):
        return dated_days.clock(sheet, tick)
    minute = minute_of_week(tick)
    mass = sheet[0].mass
    share = (tick % MINUTE) / MINUTE
    return 7.0 * (tick // WEEK) + mass[minute] + share * (mass[minute + 1] - mass[minute]) + sheet[0].lead_mass


@part
def moment(sheet, days):
    """Λ⁻¹: the instant at which the profile's clock shows so many days; always within opening hours."""
    if days >= 1e9:
        return np.int64(NEVER)
    if days < sheet[0].dated_mass:
        return dated_days.moment(sheet, days)
    return in_usual_week(sheet, days - sheet[0].lead_mass)


@part
def in_usual_week(sheet, days):
    """The same where every week is the usual one."""
    mass = sheet[0].mass
    week = math.floor(days / 7.0)
    rest = days - 7.0 * week
    guide = sheet[0].guide
    parts = len(guide) - 2
    place = min(int(rest * (parts / 7.0)), parts)
    low = dated_days.last_at_most(
        mass, rest, np.int64(guide[place]), min(np.int64(guide[place + 1]) + 1, MINUTES_PER_WEEK)
    )
    rise = mass[low + 1] - mass[low]
    if rise <= 0.0:  # rounding at the week's very end: the last open minute
        while mass[low + 1] - mass[low] <= 0.0:
            low -= 1
        rest = mass[low + 1]
        rise = mass[low + 1] - mass[low]
    within = min(np.int64((rest - mass[low]) / rise * MINUTE), np.int64(MINUTE - 1))
    return np.int64(week) * WEEK + low * MINUTE + max(within, np.int64(0))


@part
def later(sheet, now, days):
    """The instant so many days from now on the profile's clock: later than now, and within opening hours."""
    instant = moment(sheet, clock(sheet, now) + days)
    return instant if instant > now else open_from(sheet, now + 1)


@kernel
def open_from(sheet, tick):
    """The first instant from this one on at which the doors are open."""
    if is_open(sheet, tick):
        return tick
    minute = tick // MINUTE
    while not is_open(sheet, minute * MINUTE):
        minute += 1
    return minute * MINUTE


@part
def is_open(sheet, tick):
    """Are the doors open at this instant?"""
    if has_date(sheet, tick):
        return dated_days.doors(sheet, tick) > 0
    return sheet[0].open[minute_of_week(tick)] > 0


@part
def business_time(sheet, tick):
    """How long the doors have been open since the beginning, in ticks."""
    if has_date(sheet, tick):
        return dated_days.time_open(sheet, tick)
    opened, minute = sheet[0].opened, minute_of_week(tick)
    whole = (tick // WEEK) * np.int64(opened[MINUTES_PER_WEEK]) + opened[minute] + sheet[0].lead_opened
    return whole * MINUTE + (tick % MINUTE if sheet[0].open[minute] > 0 else 0)


@kernel
def closing(sheet, now):
    """The next instant after now at which the doors close; NEVER where they do not."""
    at, last = now, max(now, sheet[0].dated_until) + WEEK
    while at < last:
        opened = is_open(sheet, at)
        at = next_turn(sheet, at)
        if opened and not is_open(sheet, at):
            return at
    return np.int64(NEVER)


@part
def next_turn(sheet, tick):
    """The first whole minute after an instant at which doors or roster may change; until then they are the same."""
    if has_date(sheet, tick):
        return dated_days.piece_ends(sheet, tick)
    minute = tick // MINUTE
    return (minute + np.int64(sheet[0].steady[minute % MINUTES_PER_WEEK])) * MINUTE


@part
def rostered(sheet, tick):
    """How many agents the roster asks for at this instant; agent a is on shift where a is below that."""
    if has_date(sheet, tick):
        return dated_days.agents(sheet, tick)
    return sheet[0].roster[minute_of_week(tick)]


@part
def on_duty(sheet, agent, tick):
    """Is it this agent's shift? Managers, counted after the agents of the desk, are there while the doors are open."""
    return agent < rostered(sheet, tick) if agent < sheet[0].desk_agents else is_open(sheet, tick)


@kernel
def shift_start(sheet, agent, now):
    """The first instant from now on at which this agent is on shift; NEVER where the roster never asks for it."""
    if on_duty(sheet, agent, now):
        return now
    return roster_turns(sheet, agent, now, True)


@kernel
def shift_end(sheet, agent, now):
    """The first instant after now at which this agent, on shift now, is not; NEVER where the shift does not end."""
    return roster_turns(sheet, agent, now, False)


@kernel
def roster_turns(sheet, agent, now, on):
    """The first whole minute after now at which the roster asks for this agent (on), or does not; NEVER if none."""
    at, last = now, max(now, sheet[0].dated_until) + WEEK
    while at < last:
        at = next_turn(sheet, at)
        if on_duty(sheet, agent, at) == on:
            return at
    return np.int64(NEVER)


@part
def day_of(tick):
    """The number of the day this instant is in; day 0 is a Monday."""
    return tick // DAY


@kernel
def month_of(tick):
    """The number of the month, a twelfth of 365 days, that this instant is in."""
    return tick // MONTH


@kernel
def next_month(now):
    """The first instant of the next month."""
    return (month_of(now) + 1) * MONTH


@part
def drifting_years(sheet, now):
    """For how many years what drifts has drifted by now: no longer than `horizon.drift_years`."""
    return min(now, sheet[0].drift_ends) / YEAR


@kernel
def hour_of(tick):
    """Which hour of the day, 0 to 23, this instant is in."""
    return (tick % DAY) // HOUR


@kernel
def quarter_of(tick):
    """Which quarter-hour of the day, 0 to 95, this instant is in."""
    return (tick % DAY) // QUARTER


@kernel
def day_begins(day):
    """The first instant of a day."""
    return day * DAY
