"""Quality, expectation and satisfaction: what a visit is worth to the customer who had it."""

import numpy as np

from servsim.event_codes import Purpose
from servsim.model.calendar import drifting_years
from servsim.model.compilation import kernel, part
from servsim.model.durations import normal_quantile
from servsim.model.random_numbers import drawn
from servsim.model.rules.advertising import promised
from servsim.model.rules.transaction_and_care_steps import step_quality

UNSERVED = 0.0
"""The quality of having come in vain."""
SATISFIED = 8.0
"""The satisfaction at which `yearly_retention` is stated, and that of customers who do not judge."""


@kernel
def experience(sheet, segment, minutes, effective, attentive, knowledge):
    """Points of quality, 0 to 10, from six steps' minutes, the share of them that was effective, and attention.

    10 · Σ weight · dimension: reliability = (1 − named) + named · q(action points); responsiveness = ½ q(greet) + ½ the
    attentive share; assurance = ½ q(listen) + ½ q(summarise); empathy = ½ q(acknowledge) + ½ q(empathise).
    Source: SERVQUAL, points 32/22/19/16 (Zeithaml, Parasuraman and Berry 1990). Evidence: b for the weights (a study of
    four services found no stable order), c for which step feeds which dimension. Steps are measured against the same
    difficulty as the case, which therefore cancels. Knowledge
    moves the steepness by 0.8 + 0.4 · knowledge (c).
    """
    own = sheet[segment]
    greet, listen, acknowledge, empathise, summarise, action_points = minutes
    k = own.steepness * effective * (0.8 + 0.4 * knowledge)
    reliability = 1.0 - own.named_share + own.named_share * step_quality(k, action_points, own.standard_action_points)
    responsiveness = 0.5 * step_quality(k, greet, own.standard_greet) + 0.5 * attentive
    assurance = 0.5 * (
        step_quality(k, listen, own.standard_listen) + step_quality(k, summarise, own.standard_summarise)
    )
    empathy = 0.5 * (
        step_quality(k, acknowledge, own.standard_acknowledge) + step_quality(k, empathise, own.standard_empathise)
    )
    weights = own.weights_reliability + own.weights_responsiveness + own.weights_assurance + own.weights_empathy
    return 10.0 * (
        own.weights_reliability * reliability
        + own.weights_responsiveness * responsiveness
        + own.weights_assurance * assurance
        + own.weights_empathy * empathy
    ) / weights  # fmt: skip


@part
def perceived(sheet, segment, who, visit, points):
    """Quality as the customer perceived it: points + noise, within 0 to 10. Evidence: c for a noise of 0.5."""
    noise = sheet[segment].perception_sd
    if noise > 0.0:
        points += noise * normal_quantile(drawn(sheet, who, visit, Purpose.PERCEPTION))
    return min(max(points, 0.0), 10.0)


@kernel
def surprise(sheet, segment, quality, will, should):
    """Points by which a surprise colours a visit: b · v(d), d = quality − ½ (will + should), v(d) = d, κ d if d < 0.

    Source: Oliver (1980); Anderson and Sullivan (1993), falling short counts more than exceeding; κ about 2 (Tversky
    and Kahneman 1992). Evidence: a for the sign, b for κ, c for b = 0.4.
    """
    own = sheet[segment]
    gap = quality - 0.5 * (will + should)
    return own.disconfirmation * (gap if gap >= 0.0 else own.loss_aversion * gap)


@kernel
def judging_weight(served):
    """ω = max(0.1, 1 / (served + 2)): how much one more visit counts.

    Source: Rust et al. (1999), the fall. Evidence: c.
    """
    return max(0.1, 1.0 / (served + 2.0))


@kernel
def expected(sheet, segment, should, now):
    """What a customer thinks should happen by now: should + drift · years + price effect · log(price level), 0 to 10.

    Customers grow used to better things everywhere, and expect more where they pay more. Source: assumed.
    Evidence: c for both.
    """
    own = sheet[segment]
    grown = should + own.should_drift * drifting_years(sheet, now) + own.price_expectation * own.log_price
    return min(max(grown, 0.0), 10.0)


@kernel
def judged(sheet, segment, served, satisfaction, will, should, quality, now):
    """(satisfaction, will, should, disappointment) after a visit of this quality, with `served` visits before it.

    X = clip(quality + b v(d), 0, 10); S ← S + ω (X − S), ω = max(0.1, 1/(served + 2));
    will ← will + w (quality − will); should ← should + ratchet · max(0, quality − should), what drifts beside it kept.
    Steady quality Q leads to S = Q where should is not above Q. Disappointment is the points by which falling short of
    expectation darkened the visit. Source: Boulding et al. (1993) for will and should; Rust et al. (1999) for the
    falling weight ω. Evidence: b for w, c for ω and the ratchet.
    """
    own = sheet[segment]
    asked = expected(sheet, segment, should, now)
    colour = surprise(sheet, segment, quality, will, asked)
    lived = min(max(quality + colour, 0.0), 10.0)
    weight = judging_weight(served)
    return (
        satisfaction + weight * (lived - satisfaction),
        will + own.will_weight * (quality - will),
        should + own.should_ratchet * max(0.0, quality - asked),
        max(0.0, -colour),
    )


@kernel
def before_the_first_visit(sheet, segment, in_book):
    """What satisfaction is before anything was lived: the book's, or a newcomer's expectation."""
    own = sheet[segment]
    if own.quality_on == 0:
        return SATISFIED
    return own.opening_satisfaction if in_book else own.first_expectation


@kernel
def expected_before(sheet, segment, in_book):
    """What will and should are before anything was lived: with what advertising promises newcomers."""
    before = before_the_first_visit(sheet, segment, in_book)
    if not in_book:
        return min(10.0, before + promised(sheet))
    return sheet[segment].opening_expectation if sheet[segment].opening_expectation >= 0.0 else before


@kernel
def lowered(sheet, segment, satisfaction, points):
    """Satisfaction after something has cost so many points of it, where customers judge."""
    return max(0.0, satisfaction - points) if judges(sheet, segment) else satisfaction


@kernel
def judges(sheet, segment):
    """Does this customer judge visits at all?"""
    return sheet[segment].quality_on == np.int64(1)
