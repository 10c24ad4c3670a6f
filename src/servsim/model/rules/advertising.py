"""Advertising: how many more prospects it brings, and what it makes them expect."""

import math

from servsim.event_codes import Purpose
from servsim.model.calendar import month_of
from servsim.model.compilation import kernel, part
from servsim.model.random_numbers import drawn
from servsim.model.rules.demand import in_first_year


@kernel
def lift(sheet, now):
    """Prospects who come now, as a multiple of those who would with the usual advertising.

    max(least effect, r + (1 − r) φ^(m+1))^ε · (1 + pull · promised points) in month m, at most the layers: adstock A_m
    = x_m + φ A_(m−1) (Koyck) as a multiple of what the usual spending keeps up, r the spending as a multiple of the
    usual. ε is the elasticity in the long term, (1 − φ) ε that of the first month. Source: Sethuraman, Tellis and
    Briesch (2011), a meta-analysis: 0.24 and 0.12; 0.09 for the first month in another. Evidence: a for ε and φ, c for
    the least effect and for what a promise brings.
    """
    if sheet[0].advertising_on == 0:
        return 1.0
    ratio = sheet[0].spend_ratio
    carried = (1.0 - ratio) * power(sheet[0].carry_over, month_of(now) + 1)
    stock = max(sheet[0].least_effect, ratio + carried)
    lifted = power(stock, sheet[0].elasticity) * (1.0 + sheet[0].promise_pull * sheet[0].promised_points)
    return min(lifted, float(sheet[0].layers))


@kernel
def power(base, exponent):
    """base^exponent for a base that is not negative."""
    return math.exp(exponent * math.log(base)) if base > 0.0 else 0.0


@part
def comes(sheet, who, layer, now):
    """Does a candidate of this layer of the stream come? u < lift − layer, so that nobody's arrival moves with it."""
    share = lift(sheet, now) * in_first_year(sheet, now) - layer
    return share >= 1.0 or drawn(sheet, who, 0, Purpose.LIFT) < share


@kernel
def promised(sheet):
    """Points by which advertising raises what newcomers expect, think will and should happen.

    Source: Boulding et al. (1993), the two pull in opposite directions; here a promise only disappoints. Evidence: c.
    """
    return sheet[0].promised_points if sheet[0].advertising_on == 1 else 0.0
