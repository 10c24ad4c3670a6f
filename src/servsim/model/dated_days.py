"""Days by date, as the engines look them up: each of a kind, each kind in pieces in which nothing changes.

The week of `calendar` holds where no day has a date. Where days have one, these functions take its place until
`dated_until`; behind it the week goes on. A piece is a part of a day with the same doors, roster and demand; the piece
behind a shape's last holds the sums of its day.
"""

import numpy as np

from servsim.model.compilation import kernel, part
from servsim.units import DAY, MINUTE, WEEK


@part
def last_at_most(values, value, low, high):
    """The last place from `low` on and before `high` whose value is at most this one; values never fall."""
    while high - low > 1:
        middle = (low + high) // 2
        if values[middle] <= value:
            low = middle
        else:
            high = middle
    return low


@kernel
def piece_at(sheet, tick):
    """The piece of its day that an instant is in."""
    kind = sheet[0].day_kind[tick // DAY]
    minute = (tick % DAY) // MINUTE
    starts = sheet[0].piece_start
    return last_at_most(starts, minute, np.int64(sheet[0].kind_first[kind]), np.int64(sheet[0].kind_last[kind]))


@kernel
def piece_begins(sheet, tick):
    """The first instant of the piece that an instant is in."""
    return tick // DAY * DAY + np.int64(sheet[0].piece_start[piece_at(sheet, tick)]) * MINUTE


@kernel
def piece_ends(sheet, tick):
    """The first instant after the piece that an instant is in."""
    return tick // DAY * DAY + np.int64(sheet[0].piece_start[piece_at(sheet, tick) + 1]) * MINUTE


@kernel
def doors(sheet, tick):
    """1 where the doors are open at this instant, else 0."""
    return sheet[0].piece_open[piece_at(sheet, tick)]


@kernel
def agents(sheet, tick):
    """How many agents the roster asks for at this instant."""
    return sheet[0].piece_roster[piece_at(sheet, tick)]


@kernel
def mass_of_day(sheet, day):
    """How far the profile's clock runs on a day, in its days."""
    kind = sheet[0].day_kind[day]
    return sheet[0].kind_factor[kind] * sheet[0].piece_mass[sheet[0].kind_last[kind]]


@kernel
def clock(sheet, tick):
    """Λ: what the profile's clock shows at this instant, in days."""
    today = tick // DAY
    shown = sheet[0].week_mass[tick // WEEK]
    for day in range(today - today % 7, today):
        shown += mass_of_day(sheet, day)
    piece, begins = piece_at(sheet, tick), piece_begins(sheet, tick)
    mass = sheet[0].piece_mass
    share = (tick - begins) / (piece_ends(sheet, tick) - begins)
    within = mass[piece] + share * (mass[piece + 1] - mass[piece])
    return shown + sheet[0].kind_factor[sheet[0].day_kind[today]] * within


@kernel
def moment(sheet, days):
    """Λ⁻¹: the instant at which the profile's clock shows so many days; always within opening hours."""
    weeks = sheet[0].week_mass
    low = last_at_most(weeks, days, np.int64(0), np.int64(len(weeks) - 1))
    day, shown, before = low * 7, weeks[low], weeks[low]
    for ahead in range(low * 7, low * 7 + 7):  # the last day with demand that begins before it
        if shown > days:
            break
        if mass_of_day(sheet, ahead) > 0.0:
            day, before = ahead, shown
        shown += mass_of_day(sheet, ahead)
    return day * DAY + within_day(sheet, day, days - before)


@kernel
def within_day(sheet, day, days):
    """How long after its midnight a day's own part of the profile's clock shows so many days, in ticks."""
    kind = sheet[0].day_kind[day]
    rest = days / sheet[0].kind_factor[kind]
    mass = sheet[0].piece_mass
    low = last_at_most(mass, rest, np.int64(sheet[0].kind_first[kind]), np.int64(sheet[0].kind_last[kind]))
    while mass[low + 1] - mass[low] <= 0.0:  # rounding at the day's very end: the last piece with demand
        low -= 1
        rest = mass[low + 1]
    begins = np.int64(sheet[0].piece_start[low]) * MINUTE
    lasts = np.int64(sheet[0].piece_start[low + 1]) * MINUTE - begins
    within = min(np.int64((rest - mass[low]) / (mass[low + 1] - mass[low]) * lasts), lasts - 1)
    return begins + max(within, np.int64(0))


@kernel
def time_open(sheet, tick):
    """How long the doors have been open since the beginning, in ticks."""
    today = tick // DAY
    whole = np.int64(sheet[0].week_opened[tick // WEEK])
    for day in range(today - today % 7, today):
        whole += np.int64(sheet[0].piece_opened[sheet[0].kind_last[sheet[0].day_kind[day]]])
    piece = piece_at(sheet, tick)
    whole += np.int64(sheet[0].piece_opened[piece])
    return whole * MINUTE + (tick - piece_begins(sheet, tick) if sheet[0].piece_open[piece] > 0 else 0)
