"""Loyalty: whether a customer comes back after a visit, and if not, why."""

import math

import numpy as np

from servsim.event_codes import Purpose, Reason
from servsim.model.compilation import kernel, part
from servsim.model.random_numbers import drawn
from servsim.model.rules.competitors import USUAL, pull
from servsim.model.rules.demand import next_visit
from servsim.model.rules.quality_and_satisfaction import SATISFIED, expected, judges
from servsim.units import DAY, DAYS_PER_YEAR, NEVER, YEAR

SETTLED = 10
"""Visits after which tenure no longer adds to loyalty."""
SELDOM = DAYS_PER_YEAR / 2
"""Usual gap, in days, above which a customer thinks again at home."""
YEARS_PLACE = 20
"""Bits of an occasion that number the visit; those above count the years before it."""


@kernel
def natural_staying(sheet, segment, gap_days):
    """Chance of not leaving for reasons of one's own in g days: (1 − h)^(g/365), h the natural churn a year.

    Source: by definition of a yearly rate. Evidence: theorem; c for a churn of 5 %.
    """
    return math.exp(gap_days / DAYS_PER_YEAR * sheet[segment].log_natural)


@part
def staying(sheet, segment, gap_days, satisfaction, served, unrecovered, should, now):
    """Chance of staying for us when deciding for so many days, as rivals pull now."""
    asked = expected(sheet, segment, should, now) if judges(sheet, segment) else USUAL
    rivals = pull(sheet, segment, asked, now)
    return staying_against(sheet, segment, gap_days, satisfaction, served, unrecovered, rivals)


@kernel
def staying_against(sheet, segment, gap_days, satisfaction, served, unrecovered, rivals):
    """Chance of staying for us for g days: e^x / (e^x + pull), the rivals' pull being 1 while nothing changes.

    x = γ0 + γ1 S + γ2 (min(n, 10) − 10) − γ3 unrecovered − γ4 log(price level); with a pull of 1 it is logistic(x).

    γ0 = logit((R / (1 − h))^(g/365)) − 8 γ1, so that customers held at S = 8 stay at R a year. Source: Rust and Zahorik
    (1993), individual logit; Bolton (1998), tenure strengthens; γ1 = 0.5 per point from Heskett et al. (1994) as an
    upper bound of 0.9; γ3 = 1 from the repurchase of resolved and unresolved complaints, 70 and 46 % (Goodman).
    Evidence: b for γ1 and γ3, c for γ2 and γ4.
    """
    own = sheet[segment]
    at_eight = math.exp(gap_days / DAYS_PER_YEAR * own.log_at_eight)
    score = own.satisfaction_slope * (satisfaction - SATISFIED) + own.tenure_slope * (min(served, SETTLED) - SETTLED)
    score -= own.unrecovered_weight * unrecovered + own.price_slope * own.log_price
    return at_eight / (at_eight + (1.0 - at_eight) * math.exp(-score) * rivals)


@kernel
def only_tried(sheet, segment, who, visit, served):
    """Does a customer with so many visits behind them, this one among them, not come again however good it was?

    u < ε after each of the first visits, so that lives of newcomers are a mixture: some are short whatever the desk
    does. Source: by definition; of first-time customers of salons 30 to 50 % come again (trade figures). Evidence: b
    for the loss being early, c for its size.
    """
    own = sheet[segment]
    return served <= own.early_visits and drawn(sheet, who, visit, Purpose.TRIED) < own.early_loss


@part
def leaves(sheet, segment, who, visit, gap, served, satisfaction, should, now, reason):
    """Why this customer does not come back after this visit; Reason.NONE for one who stays.

    `gap` is their usual one, in days. `reason` is what fell short most in the visit. It is the cause where the same
    customer would have stayed had they been satisfied at 8, with the same tenure, price and rivals, by the same
    uniform; who leaves even then leaves by chance, for reasons of their own, as do those who only tried it. Before that
    comes who leaves naturally, or would have stayed had rivals remained as they were. So shares of causes move in
    proportion to what exceeds the ordinary. Source: the counterfactual by definition. Evidence: theorem.
    """
    if sheet[segment].loyalty_on == 0:
        return np.int64(Reason.NONE)
    if only_tried(sheet, segment, who, visit, served):
        return np.int64(Reason.CHANCE)
    days = decides_for(sheet, segment, who, visit, gap, now)
    return decides(sheet, segment, who, visit, days, served, satisfaction, should, now, reason)


@kernel
def leaves_at_home(sheet, segment, who, visit, comes, served, satisfaction, should, now, reason):
    """The same for a customer who thinks again at home, for a year, some whole years before `comes`, their next visit.

    `reason` is what fell short most in the last visit.
    """
    occasion = visit + ((comes - now) // YEAR << YEARS_PLACE)
    return decides(sheet, segment, who, occasion, DAYS_PER_YEAR, served, satisfaction, should, now, reason)


@part
def decides(sheet, segment, who, occasion, days, served, satisfaction, should, now, reason):
    """Why a customer leaves who decides for so many days; Reason.NONE for one who stays. `leaves` has the causes."""
    if drawn(sheet, who, occasion, Purpose.NATURAL) >= natural_staying(sheet, segment, days):
        return np.int64(Reason.NATURAL)
    u = drawn(sheet, who, occasion, Purpose.STAY)
    if u < staying(sheet, segment, days, satisfaction, served, False, should, now):
        return np.int64(Reason.NONE)
    if u < staying_against(sheet, segment, days, satisfaction, served, False, 1.0):
        return np.int64(Reason.COMPETITOR)
    return (
        reason if u < staying(sheet, segment, days, SATISFIED, served, False, should, now) else np.int64(Reason.CHANCE)
    )


@kernel
def decides_for(sheet, segment, who, visit, gap, now):
    """Days for which a customer decides after a visit: the usual gap; where that is above half a year, until they
    think again, at home or at the next visit.

    Source: by definition of a yearly rate, which so comes out at any gap. Evidence: theorem.
    """
    if gap <= SELDOM:
        return gap
    comes = next_visit(sheet, segment, who, visit, gap, now)
    return (min(comes, thinks_again(sheet, segment, gap, now, comes)) - now) / DAY


@kernel
def thinks_again(sheet, segment, gap, now, comes):
    """The instant at which a customer of the book next decides at home whether to come again; NEVER before `comes`.

    Who usually comes less often than twice a year decides whole years before the next visit, too. Otherwise nobody who
    comes every ten years could be lost in nine years of ten. Source: assumed. Evidence: c.
    """
    if gap <= SELDOM or comes >= NEVER or sheet[segment].loyalty_on == 0:
        return np.int64(NEVER)
    years = (comes - now - 1) // YEAR
    return comes - years * YEAR if years > 0 else np.int64(NEVER)


@kernel
def leaves_over_failure(sheet, segment, who, visit, gap, served, before, after, should, now, purpose, reason):
    """Why a customer does not come back after a failure that was not put right; Reason.NONE for one who does.

    P(stay) = p(after, unrecovered) / p(before), with p as in `staying` and the satisfactions around the failure: what
    it adds to the chance of leaving at a visit, for a usual gap, but a year at most. So extra visits by themselves
    drive nobody away, and who leaves here leaves for the failure: without it, all would stay. Source: assumed.
    Evidence: c for the form.
    """
    if sheet[segment].loyalty_on == 0:
        return np.int64(Reason.NONE)
    days = min(gap, DAYS_PER_YEAR)
    usual = staying(sheet, segment, days, before, served, False, should, now)
    unrecovered = sheet[segment].recovery_on == 1
    now_that = staying(sheet, segment, days, after, served, unrecovered, should, now)
    if drawn(sheet, who, visit, purpose) * usual >= now_that:
        return reason
    return np.int64(Reason.NONE)


@kernel
def silence(reason):
    """What the draw is for, by which a customer leaves over a failure without a word."""
    broken = reason == Reason.BROKEN_PROMISE
    return np.int64(Purpose.STAY_AFTER_BROKEN_PROMISE if broken else Purpose.STAY_AFTER_MISTAKE)


@kernel
def becomes_customer(sheet, segment, who, visit, gap, served, satisfaction, should, now):
    """Does a prospect who just bought come back, and so enter the book? Without loyalty nobody is won."""
    if sheet[segment].loyalty_on == 0:
        return False
    chance = np.int64(Reason.CHANCE)
    return leaves(sheet, segment, who, visit, gap, served, satisfaction, should, now, chance) == Reason.NONE


@kernel
def yearly_retention(sheet, segment, gap, satisfaction, served, should, now):
    """The yearly retention that a customer's present satisfaction and usual gap imply now; 1 without loyalty."""
    if sheet[segment].loyalty_on == 0:
        return 1.0
    days = min(gap, DAYS_PER_YEAR)
    stay = staying(sheet, segment, days, satisfaction, served, False, should, now)
    stays = natural_staying(sheet, segment, days) * stay
    return math.exp(DAYS_PER_YEAR / days * math.log(stays))
