"""Dispatch: who is served next and by whom, and what comes before whom."""

from servsim.model.kernel import kernel
from servsim.model.rules.manager import is_manager
from servsim.model.rules.promises import presses
from servsim.model.rules.recovery import FIRST, IN_TURN, LAST

HEAD_START = 2**52
"""Ticks by which a class goes before the next: longer than any horizon."""
ABOVE_ALL = 200
"""Classes that lie between complaints that go first and the last of all others."""
NOBODY, CUSTOMER, FOLLOW_UP, CALL = range(4)
"""What a free agent turns to."""


@kernel
def rank(sheet, segment, joined, who, complains):
    """A customer's place in the queue, fixed at joining: by class, then first come, at one instant the smaller key.

    Classes are the segments' priorities, and complaints before or after all of them where the scenario says so;
    non-preemptive, with the mean waits of Cobham (1954). Evidence: theorem.
    """
    order = sheet[0].complaint_order if complains and sheet[segment].recovery_on == 1 else IN_TURN
    ahead = sheet[segment].priority if sheet[segment].waiting_on == 1 else 0
    if order == FIRST:
        ahead = ABOVE_ALL
    elif order == LAST:
        ahead = -ABOVE_ALL
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
def turns_to(sheet, now, customer_waits, work_waits, due, may_call, protected):
    """What a free agent turns to: calls in a protected block, work that presses, customers, other work, other calls.

    Calls and work are done when nobody waits, at the price that who comes the next moment waits for them.
    """
    if may_call and protected:
        return CALL
    if work_waits and (not customer_waits or presses(sheet, due, now)):
        return FOLLOW_UP
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
