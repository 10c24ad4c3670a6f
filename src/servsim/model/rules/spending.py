"""Spending: whether a prospect buys, what a customer spends, and who comes back to buy after all."""

import math

import numpy as np

from servsim.event_codes import Purpose
from servsim.model.calendar import later
from servsim.model.compilation import kernel, part
from servsim.model.durations import exponential, length
from servsim.model.random_numbers import drawn
from servsim.units import DAYS_PER_YEAR, NEVER

NEUTRAL = 7.0
"""The quality at which `conversion` is stated."""


@kernel
def sells(sheet, segment):
    """Is there anything for this customer to buy?"""
    return sheet[segment].spending_on == 1


@kernel
def buys(sheet, segment, who, visit, quality):
    """Does a served prospect buy? P = clip(conversion · price level^(−price slope) + slope · (quality − 7), 0, 1).

    Quality counts where it is judged. Source: assumed. Evidence: c.
    """
    own = sheet[segment]
    if own.spending_on == 0:
        return False
    lift = own.conversion_slope * (quality - NEUTRAL) if own.quality_on == 1 else 0.0
    willing = own.conversion * math.exp(-own.price_slope * own.log_price)
    return drawn(sheet, who, visit, Purpose.CONVERSION) < min(max(willing + lift, 0.0), 1.0)


@kernel
def growth(sheet, segment, served, gap):
    """How much more than a newcomer a customer spends: min((1 + g)^years, cap), years = visits before · gap / 365.

    Off where g is 0. Source: loyal customers spend more and more (Reichheld and Sasser 1990), or do not (Reinartz and
    Kumar 2002). Evidence: b, contested.
    """
    own = sheet[segment]
    if own.spend_growth == 0.0:
        return 1.0
    return math.exp(min(math.log(1.0 + own.spend_growth) * served * gap / DAYS_PER_YEAR, math.log(own.spend_cap)))


@kernel
def yearly_spend(sheet, segment, served, gap):
    """What a customer with this usual gap, in days, is likely to spend in a year."""
    own = sheet[segment]
    if own.spending_on == 0 or gap <= 0.0:
        return 0.0
    return own.basket_mean * own.price_level * growth(sheet, segment, served, gap) * DAYS_PER_YEAR / gap


@part
def basket(sheet, segment, who, visit, served, gap):
    """What a customer spends on a visit, the last of so many served: lognormal, or as in a sample of receipts.

    cv 0.74 in a salon's receipts (Canada, 2018). Evidence: b.
    """
    own = sheet[segment]
    if own.spending_on == 0:
        return 0.0
    mean = own.basket_mean * own.price_level * growth(sheet, segment, served - 1, gap)
    u = drawn(sheet, who, visit, Purpose.BASKET)
    return length(own.basket_distribution, mean, own.basket_log_variance, 0.0, 1.0, own.basket_table, u)


@kernel
def second_thought(sheet, segment, who, visit, declined, now):
    """The instant at which a prospect who did not buy comes again; NEVER if not.

    Whoever enters may buy tomorrow even if not today. Evidence: c. The delay is exponential, on the profile's clock.
    """
    own = sheet[segment]
    if own.spending_on == 0 or declined > own.second_thought_limit:
        return np.int64(NEVER)
    if drawn(sheet, who, visit, Purpose.SECOND_THOUGHT) >= own.second_thought_probability:
        return np.int64(NEVER)
    u = drawn(sheet, who, visit, Purpose.SECOND_THOUGHT_DELAY)
    return later(sheet, now, exponential(own.second_thought_days, u))
