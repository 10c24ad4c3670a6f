"""Dispatch: who is served next and by whom, and what comes before whom."""

import math

import numpy as np

from servsim.model.compilation import kernel, part
from servsim.model.rules.manager import is_manager
from servsim.model.rules.phone import by_phone
from servsim.model.rules.promises import presses
from servsim.model.rules.recovery import FIRST, IN_TURN, LAST
from servsim.model.rules.spending import yearly_spend

HEAD_START = 2**52
"""Ticks by which a class goes before the next: longer than any horizon."""
ABOVE_ALL = 1000
"""Classes that lie between complaints that go first and the last of all others."""
ABOVE_OTHERS = 250
"""Classes that lie between callers who go first and those at the counter."""
BY_SEGMENT, EQUAL, BY_VALUE = range(3)
"""Places among the choices of waiting.queue_policy."""
VALUABLE = 100
"""The highest class of customers by what they spend."""
NOBODY, CUSTOMER, FOLLOW_UP, CALL, REQUEST = range(5)
"""What a free agent turns to."""


@part
def class_of(sheet, segment, served, gap):
    """A customer's class: the segment's priority, none, or by what they spend in a year.

    Who has not bought yet, and whose usual gap is therefore 0, counts as one of the average; so does a segment without
    [waiting].
    """
    waits = sheet[segment].waiting_on == 1
    if sheet[0].queue_policy == EQUAL:
        return np.int64(0)
    if sheet[0].queue_policy == BY_SEGMENT:
        return np.int64(sheet[segment].priority) if waits else np.int64(0)
    return value_class(yearly_spend(sheet, segment, served, gap) if waits and gap > 0.0 else sheet[0].usual_spend)


@kernel
def value_class(spend):
    """The class of who spends so much in a year: half octaves of 1 + spend."""
    return np.int64(min(2.0 * math.log(1.0 + spend) / math.log(2.0), VALUABLE))


@part
def rank(sheet, segment, joined, who, visit, complains, served, gap):
    """A customer's place in the queue, fixed at joining: by class, then first come, at one instant the smaller key.

    Callers go before or after those at the counter, and complaints before or after all, where the scenario says so;
    non-preemptive, with the mean waits of Cobham (1954). Evidence: theorem.
    """
    order = sheet[0].complaint_order if complains and sheet[segment].recovery_on == 1 else IN_TURN
    ahead = class_of(sheet, segment, served, gap)
    if sheet[0].phone_order != IN_TURN and by_phone(sheet, segment, who, visit):
        ahead += ABOVE_OTHERS if sheet[0].phone_order == FIRST else -ABOVE_OTHERS
    if order == FIRST:
        ahead = ABOVE_ALL
    elif order == LAST:
        ahead = -ABOVE_ALL
    return joined - ahead * HEAD_START, who


@kernel
def request_rank(sheet, joined, who):
    """A colleague's place in the queue, among customers: priority 0 is that of an average customer."""
    ahead = sheet[0].request_priority
    if sheet[0].queue_policy == BY_VALUE:
        ahead += value_class(sheet[0].usual_spend)
    return joined - ahead * HEAD_START, who


@kernel
def managers_rank(joined, who):
    """A customer's place in the manager's queue: first come, first served."""
    return joined, who


@kernel
def work_rank(due, who):
    """A promise's place in the work to be done: the earliest date first."""
    return due, who


@kernel
def turns_to(sheet, now, customer_waits, request_waits, request_first, work_waits, due, may_call, protected):
    """What a free agent turns to: calls in a protected block, work that presses, who waits, other work, other calls.

    `request_first` says whether the first of the colleagues comes before the first of the customers.

    Calls and work are done when nobody waits, at the price that who comes the next moment waits for them.
    """
    if may_call and protected:
        return CALL
    if work_waits and (not (customer_waits or request_waits) or presses(sheet, due, now)):
        return FOLLOW_UP
    if request_waits and (request_first or not customer_waits):
        return REQUEST
    if customer_waits:
        return CUSTOMER
    return CALL if may_call else NOBODY


@kernel
def readiness(sheet, free_since, agent):
    """An agent's place among the free: whom the scenario prefers, who has been free longest, the lower number.

    Sending customers to whom resolves most per hour beats the fastest and the most accurate (de Véricourt and Zhou
    2005). Evidence: theorem, where customers return until their matter is resolved.
    """
    if is_manager(sheet, agent):
        return free_since, agent
    return free_since + sheet[0].preference_of[agent] * HEAD_START, agent
