"""Who comes: prospects through the door, customers of the book by themselves."""

import numpy as np

from servsim.event_codes import Kind, Purpose
from servsim.model.calendar import clock, later, moment
from servsim.model.compilation import kernel, part
from servsim.model.durations import exponential, length, lognormal, tabled
from servsim.model.random_numbers import drawn
from servsim.units import DAY, NEVER, YEAR

KIND_BITS = 60
DAY_BITS = 36
LAYER_BITS = 28


@kernel
def prospect_key(day, layer, number):
    """The name of the number-th candidate of a day, in a layer of the stream of candidates."""
    return (
        (np.int64(Kind.PROSPECT) << KIND_BITS) | (np.int64(day) << DAY_BITS) | (np.int64(layer) << LAYER_BITS) | number
    )


@kernel
def day_key(day):
    """The name of a day."""
    return (np.int64(Kind.DAY) << KIND_BITS) | np.int64(day)


@kernel
def of_opening_book(who):
    """Was this customer in the book when the horizon opened? Their keys are the numbers from 0."""
    return who >> KIND_BITS == Kind.BOOK


@kernel
def busyness(sheet, day):
    """How busy this day is: a lognormal or gamma factor with mean 1 and cv `busyness_cv`.

    With a gamma factor a day's prospects are negative binomial. Source: Avramidis, Deslauriers and L'Ecuyer (2004);
    Jongbloed and Koole (2001), gamma. Evidence: b.
    """
    own = sheet[0]
    if own.busyness_cv == 0.0:
        return 1.0
    u = drawn(sheet, day_key(day), 0, Purpose.BUSYNESS)
    return length(own.busyness_law, 1.0, own.busyness_log_variance, 0.0, 1.0, own.busyness_table, u)


@kernel
def rate_of_day(sheet, day):
    """Candidates of a layer in a day of the profile's clock, as busy as this day is."""
    return sheet[0].candidates_per_day * busyness(sheet, day)


@part
def candidate(sheet, day, layer, number, reached, rate):
    """(place on the profile's clock, instant) of the number-th candidate of a day in a layer of the stream, the one
    before it being at `reached`, and the day's rate being `rate`.

    A non-homogeneous Poisson process by inversion: Λ(T_k) = Λ(day) + (E_1 + … + E_k) / (candidates per day · busyness),
    E exponential with mean 1; NEVER when the day brings no more. Source: Çinlar (1975). Evidence: theorem; the daily
    factor: Brown et al. (2005), b.
    """
    if rate <= 0.0:
        return reached, np.int64(NEVER)
    u = drawn(sheet, prospect_key(day, layer, number), 0, Purpose.CANDIDATE)
    return next_of_day(sheet, day, reached + exponential(1.0, u) / rate)


@kernel
def in_first_year(sheet, now):
    """Prospects who come now, as a multiple of those who come in later years. Source: by definition."""
    return sheet[0].first_year_prospects if now < YEAR else 1.0


@part
def next_of_day(sheet, day, reached):
    """(place on the profile's clock, instant) of what comes at this place; NEVER if that is after the day."""
    if reached >= clock(sheet, (day + 1) * DAY):
        return reached, np.int64(NEVER)
    return reached, moment(sheet, reached)


@kernel
def segment_of(sheet, who):
    """Which segment this customer belongs to, by the segments' shares."""
    if len(sheet) == 1:
        return 0
    u = drawn(sheet, who, 0, Purpose.SEGMENT)
    for segment in range(len(sheet) - 1):
        u -= sheet[segment].share
        if u < 0.0:
            return segment
    return len(sheet) - 1


@kernel
def usual_gap(sheet, segment, who):
    """This customer's own mean gap between visits, in days: lognormal between customers.

    Heterogeneous visit rates are the core of every repeat-buying model (NBD; Fader, Hardie and Lee 2005). Evidence: a;
    the lognormal and its cv of 0.5: c.
    """
    own = sheet[segment]
    u = drawn(sheet, who, 0, Purpose.PERSONAL_GAP)
    return lognormal(own.visit_gap_days, own.gap_between_log_variance, u)


@part
def own_gap(sheet, segment, who, visit):
    """The gap after this visit as a multiple of the customer's usual one.

    Service visits are regular: gaps of a salon's customers have cv 0.70 (bookings, Canada, 2018). Evidence: b.
    """
    own = sheet[segment]
    u = drawn(sheet, who, visit, Purpose.GAP)
    return length(own.gap_distribution, 1.0, own.gap_log_variance, own.gap_scale, own.gap_shape, own.core_table, u)


@part
def next_visit(sheet, segment, who, visit, usual, now):
    """The instant of a customer's next visit: one gap around the `usual` one, on the profile's clock."""
    return later(sheet, now, own_gap(sheet, segment, who, visit) * usual)


@kernel
def first_visit(sheet, segment, who):
    """The instant of the first visit of a customer of the opening book: the equilibrium residual of the usual gap.

    Source: Cox (1962), Renewal Theory. Evidence: theorem.
    """
    residual = tabled(sheet[segment].residual_table, drawn(sheet, who, 0, Purpose.FIRST_VISIT))
    return moment(sheet, residual * usual_gap(sheet, segment, who))


@kernel
def visits_behind(sheet, segment):
    """Visits that a customer of the opening book has behind them."""
    return sheet[segment].opening_tenure
