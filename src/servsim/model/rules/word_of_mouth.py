"""Word of mouth: praise that brings prospects, warnings that keep candidates away and cool friends."""

import math

import numpy as np

from servsim.event_codes import Kind, Purpose, Reason, Remedy
from servsim.model.calendar import later
from servsim.model.compilation import kernel
from servsim.model.durations import exponential
from servsim.model.random_numbers import drawn
from servsim.model.rules.demand import KIND_BITS
from servsim.model.rules.quality_and_satisfaction import judges, lowered
from servsim.units import DAY

AFTER_VISIT, AFTER_MISTAKE, AFTER_BROKEN_PROMISE, IN_VAIN = range(4)
"""What people are told about; in vain was a visit unserved, or a complaint that was not put right."""
MOST_TOLD = 8
"""People told after one visit at most, so that an instant never needs room without limit."""
TOLD_BITS = 4
ABOUT_BITS = 2


@kernel
def tells(sheet, segment):
    """Do customers tell others at all?"""
    return sheet[segment].word_of_mouth_on == 1


@kernel
def about(reason):
    """What a swallowed failure gives to talk about."""
    return AFTER_BROKEN_PROMISE if reason == Reason.BROKEN_PROMISE else AFTER_MISTAKE


@kernel
def about_complaint(remedy):
    """What a visit with a complaint gives to talk about."""
    return IN_VAIN if remedy == Remedy.FAILED else AFTER_VISIT


@kernel
def tellings(sheet, segment, who, visit, topic, satisfaction):
    """(how many people are told, whether they are warned): Poisson, by how satisfied the customer is.

    Mean `praises` above `delighted_above`, `warnings` below `disappointed_below`, else `mentions`; at most 8. Praise is
    about three times as common as warnings (East, Hammond and Wright 2007, 15 studies), a dissatisfied customer tells
    more people (Goodman): both at once because few are dissatisfied. U-shape: Anderson (1998). Evidence: b for the
    ratio, c for the sizes. Nothing good is said of a failure, or of having come in vain.
    """
    own = sheet[segment]
    is_warning = judges(sheet, segment) and satisfaction < own.disappointed_below
    if is_warning:
        mean = own.warnings
    elif topic != AFTER_VISIT:
        mean = 0.0
    else:
        mean = own.praises if satisfaction > own.delighted_above else own.mentions
    return poisson(mean, drawn(sheet, who, (visit << ABOUT_BITS) | topic, Purpose.TELLINGS)), is_warning


@kernel
def poisson(mean, u):
    """The Poisson number with this mean at quantile u, at most MOST_TOLD."""
    probability = math.exp(-mean)
    below = probability
    count = 0
    while u >= below and count < MOST_TOLD:
        count += 1
        probability *= mean / count
        below += probability
    return count


@kernel
def occasion(visit, topic, number):
    """Which telling this is: the number-th person told about something in a visit."""
    return (((visit << ABOUT_BITS) | topic) << TOLD_BITS) | number


@kernel
def refers(sheet, segment, who, telling):
    """Does this telling bring a prospect? Few who mean to refer do (Kumar et al. 2007). Evidence: b, c for 5 %."""
    return drawn(sheet, who, telling, Purpose.REFERRAL) < sheet[segment].referral_share


@kernel
def referred_key(sheet, who, telling):
    """The name of a referred customer: a hash of the referrer's name and of the telling, the same in every world."""
    u = drawn(sheet, who, telling, Purpose.NEW_NAME)
    return (np.int64(Kind.REFERRED) << KIND_BITS) | np.int64(u * 2.0**53)


@kernel
def referral_arrives(sheet, segment, who, telling, now):
    """The instant at which a referred customer comes: an exponential delay on the profile's clock. Evidence: c."""
    u = drawn(sheet, who, telling, Purpose.REFERRAL_DELAY)
    return later(sheet, now, exponential(sheet[segment].referral_days, u))


@kernel
def deters(sheet, segment, who, telling):
    """Does this warning keep somebody away?

    Warnings matter about as much as praise (East, Hammond and Lomax 2008). Evidence: b for that, c for 5 %.
    """
    return drawn(sheet, who, telling, Purpose.DETERRENCE) < sheet[segment].deterred_share


@kernel
def deterred_until(sheet, now):
    """The instant at which somebody who was warned has forgotten it."""
    return now + max(np.int64(1), np.int64(sheet[0].deterred_days * DAY))


@kernel
def warned_friend(sheet, segment, who, telling):
    """The name of the friend who is warned; −1 where a stranger is.

    Friends are looked for in the opening book, by name: those who joined since are strangers. Evidence: c.
    """
    if drawn(sheet, who, telling, Purpose.FRIEND) >= sheet[segment].friend_share:
        return np.int64(-1)
    friend = np.int64(drawn(sheet, who, telling, Purpose.WHICH_FRIEND) * sheet[0].opening_book)
    return friend if friend < sheet[0].opening_book and friend != who else np.int64(-1)


@kernel
def word_arrives(sheet, segment, who, telling, now):
    """The instant at which a friend hears the warning: as soon as a referred customer comes. Evidence: c."""
    u = drawn(sheet, who, telling, Purpose.WORD_DELAY)
    return later(sheet, now, exponential(sheet[segment].referral_days, u))


@kernel
def after_warning(sheet, segment, satisfaction):
    """Satisfaction of a customer whom a friend has warned. Evidence: c for 0.2 points."""
    return lowered(sheet, segment, satisfaction, sheet[segment].friend_loss)


@kernel
def is_deterred(sheet, segment, who, deterred):
    """Has this candidate been warned, so many of all potential customers being so? They stay away."""
    if sheet[segment].word_of_mouth_on == 0 or sheet[0].potential_customers == 0:
        return False
    return drawn(sheet, who, 0, Purpose.CONSIDERS) * strangers_today(sheet) < deterred


@kernel
def strangers_today(sheet):
    """Potential customers who are none today: demand is stated for as many."""
    return sheet[0].potential_customers - sheet[0].opening_book


@kernel
def is_customer_already(sheet, segment, who, deterred, members):
    """Is this candidate one of the customers won since today, there being so many `members`? They come by themselves.

    So growth slows as the pool empties: new = (a + b N) (1 − (max(0, N − N₀) + deterred) / (pool − N₀)), N₀ the opening
    book. Source: Bass (1969), imitation. Evidence: a for the form.
    """
    if sheet[segment].word_of_mouth_on == 0 or sheet[0].potential_customers == 0:
        return False
    won = max(members - sheet[0].opening_book, 0)
    return drawn(sheet, who, 0, Purpose.CONSIDERS) * strangers_today(sheet) < deterred + won
