"""Dispatch: who is served next, and by whom."""

from servsim.model.kernel import kernel


@kernel
def rank(joined, who):
    """A customer's place in the queue, fixed at joining: first come, first served; at one instant the smaller key."""
    return joined, who


@kernel
def readiness(free_since, agent):
    """An agent's place among the free: who has been free longest; at one instant the lower number."""
    return free_since, agent
