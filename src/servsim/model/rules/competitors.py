"""Competitors: how rivals pull at customers, and who comes back from them."""

import math

import numpy as np

from servsim.event_codes import Purpose, Reason
from servsim.model.calendar import drifting_years, later
from servsim.model.compilation import kernel, part
from servsim.model.random_numbers import drawn
from servsim.model.rules.demand import own_gap
from servsim.units import NEVER, WEEK, YEAR

LEAST = 1e-9
"""Chance of returning below which nobody does: its logarithm could not be told from 0."""
USUAL = 7.0
"""What customers are used to where `demanding_weight` changes nothing."""


@part
def pull(sheet, segment, should, now):
    """How much more rivals and doing without pull now than today; 1 where nothing has changed.

    (e^(β n) + e^h Σ_j e^(β q_j(now))) / (e^(β n) + e^h Σ_j e^(β q_j(0))), β the satisfaction slope, n the quality of
    doing without, q_j that of rival j, h = demanding weight · (should − 7). With it, staying is a multinomial logit
    whose intercept is set in today's market, where `R` was observed. Source: Guadagni and Little (1983); Rust, Lemon
    and Zeithaml (2004); Buell, Campbell and Frei (2016), the best served are the most attracted. Evidence: a for the
    logit, b for the demanding, c for the sizes.
    """
    if sheet[segment].competitors_on == 0:
        return 1.0
    slope, without = sheet[segment].satisfaction_slope, sheet[segment].without_quality
    demanding = math.exp(sheet[segment].demanding_weight * (should - USUAL))
    years = drifting_years(sheet, now)
    today, by_now = 0.0, 0.0
    for rival in range(sheet[0].rivals):
        quality = sheet[0].rival_quality[rival]
        today += math.exp(slope * quality)
        by_now += math.exp(slope * quality_after(quality, sheet[0].rival_drift * years))
    if sheet[0].newcomer_quality > 0.0 and now >= sheet[0].newcomer_week * WEEK:
        since = max(0.0, years - sheet[0].newcomer_week * WEEK / YEAR)
        by_now += math.exp(slope * quality_after(sheet[0].newcomer_quality, sheet[0].rival_drift * since))
    nobody = math.exp(slope * without)
    return (nobody + demanding * by_now) / (nobody + demanding * today)


@kernel
def quality_after(quality, drifted):
    """A rival's quality after so much drift: within 0 to 10."""
    return min(max(quality + drifted, 0.0), 10.0)


@kernel
def comes_back(sheet, segment, who, visit, gap, now, reason):
    """The instant at which a customer who was lost comes back from a rival by themselves; NEVER if not.

    After each visit to the rival, a usual gap apart, with probability `return_share`: the first is where the next one
    here would have been. So who leaves us with probability p a visit gives us the share return / (return + p) of all
    visits. The last of the gaps varies as gaps do. Not who left for reasons of their own. Source: Gans (2002),
    win-stay, lose-shift. Evidence: theorem for the share, c for the probability.
    """
    own = sheet[segment]
    if own.competitors_on == 0 or own.return_share < LEAST or reason == Reason.NATURAL:
        return np.int64(NEVER)
    gaps = 2.0
    if own.return_share < 1.0:
        u = drawn(sheet, who, visit, Purpose.RETURNS_FROM_RIVAL)
        gaps += math.floor(math.log(1.0 - u) / math.log(1.0 - own.return_share))
    return later(sheet, now, (gaps - 1.0 + own_gap(sheet, segment, who, visit)) * gap)
