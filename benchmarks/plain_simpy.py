"""The textbook desk (M/M/c+M) as a user of SimPy writes it: processes, a resource, a wait for the turn or the patience.

It knows nothing of servsim: the seconds it takes are what the same question costs without.
"""

import random
from dataclasses import dataclass

import simpy


@dataclass
class Seen:
    """What the script writes down."""

    visits: int = 0
    lost: int = 0
    waited: float = 0.0


def customer(env: simpy.Environment, desk: simpy.Resource, patience: float, seen: Seen):
    """Comes, waits until served or out of patience, is served for a minute on average."""
    came = env.now
    seen.visits += 1
    with desk.request() as turn:
        found = yield turn | env.timeout(random.expovariate(1.0 / patience))
        seen.waited += env.now - came
        if turn in found:
            yield env.timeout(random.expovariate(1.0))
        else:
            seen.lost += 1


def arrivals(env: simpy.Environment, desk: simpy.Resource, rate: float, patience: float, seen: Seen):
    """One customer after another, so many a minute."""
    while True:
        yield env.timeout(random.expovariate(rate))
        env.process(customer(env, desk, patience, seen))


def told(minutes: float, rate: float, patience: float, agents: int, seed: int) -> Seen:
    """The desk for so many minutes."""
    random.seed(seed)
    env, seen = simpy.Environment(), Seen()
    desk = simpy.Resource(env, agents)
    env.process(arrivals(env, desk, rate, patience, seen))
    env.run(until=minutes)
    return seen
