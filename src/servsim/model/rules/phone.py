"""The telephone: which visits are calls, and what is different in them."""

from servsim.event_codes import Purpose
from servsim.model.compilation import kernel, part
from servsim.model.random_numbers import drawn


@part
def by_phone(sheet, segment, who, visit):
    """Does this customer call on this visit, instead of coming?"""
    own = sheet[segment]
    return own.phone_on == 1 and drawn(sheet, who, visit, Purpose.BY_PHONE) < own.phone_share


@kernel
def usual_patience(sheet, segment, phones):
    """How long customers wait on average at the counter, or on the telephone, in minutes.

    Callers' patience is a few times the mean service time (Brown et al. 2005). Evidence: b for 4 minutes.
    """
    return sheet[segment].phone_patience_minutes if phones else sheet[segment].patience_minutes


@kernel
def transaction_factor(sheet, segment, phones):
    """Length of a transaction by telephone as a multiple of one at the counter. Evidence: c."""
    return sheet[segment].phone_core_factor if phones else 1.0


@kernel
def reaching(sheet, segment, phones):
    """Share of the minutes of the six steps that reaches the customer. Evidence: c for 80 % by telephone."""
    return sheet[segment].phone_effect if phones else 1.0


@kernel
def is_noticed(phones, attentive):
    """Is a newcomer noticed, so many attentive agents being there? Nobody sees a caller."""
    return attentive > 0 and not phones
