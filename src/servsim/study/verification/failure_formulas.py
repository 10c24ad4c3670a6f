"""Closed forms for when things go wrong: mistakes, complaints, the manager, priorities, promises, breaks.

As in `closed_forms`, every function is a formula with its source, times are in any one unit, and rates are per that
unit.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

STANDARD = 0.9
"""Quality of a step at its standard minutes, where shares are stated."""
STEEPNESS = 2.303
"""How fast the quality of a step usually grows with its minutes."""


# Who comes first


def residual(*classes: tuple[float, float, float]) -> float:
    """Work left of the visit that a newcomer finds in hand at one agent: Σ rate·E[S²]/2 over (rate, mean, cv)."""
    return math.fsum(rate * mean * mean * (1.0 + cv * cv) / 2.0 for rate, mean, cv in classes)


def priorities(in_hand: float, loads: Sequence[float]) -> list[float]:
    """Mean wait of each class, first class first, where a visit in hand is finished: W₀ / ((1 − σₖ₋₁)(1 − σₖ)).

    σₖ is the load of classes 1 to k as a share of all agents. W₀, the wait until the next agent is free, is `residual`
    for one agent (Cobham 1954), and P(wait) · service / c for c agents and one exponential law of service (Kella and
    Yechiali 1985).
    """
    reached = [math.fsum(loads[:k]) for k in range(len(loads) + 1)]
    return [in_hand / ((1.0 - before) * (1.0 - after)) for before, after in pairwise(reached)]


# Mistakes and complaints


def step_quality(minutes: float, standard: float) -> float:
    """Quality of a step that gets so many minutes: 1 − exp(−2.303 · minutes / standard)."""
    return -math.expm1(-STEEPNESS * minutes / standard)


def mistaken(share: float, effect: float, listening: float) -> float:
    """Chance of a mistake after listening of such quality: share · exp(effect · (0.9 − quality)), at most 1."""
    return min(1.0, share * math.exp(effect * (STANDARD - listening)))


def caught(share: float, summing_up: float) -> float:
    """Chance that summing up of such quality catches a mistake: share · quality / 0.9."""
    return min(1.0, share * summing_up / STANDARD)


def voiced(share: float, openness: float, quality: float) -> float:
    """Chance that a failure is complained of: share · (1 + openness · (quality of greeting and listening − 0.9))."""
    return min(1.0, share * (1.0 + openness * (quality - STANDARD)))


def recovered(ceiling: float, speed: float, minutes: float, fading: float = 1.0) -> float:
    """Chance that minutes of recovery win a customer over: ceiling · (1 − exp(−speed · minutes)) · what time left."""
    return -ceiling * math.expm1(-speed * minutes) * fading


def minutes_per_issue(setup: float, minutes: float, resolved: float) -> float:
    """Staff time until an issue is resolved: (set-up + minutes) / P(resolved), every visit being like the first.

    Visits per issue are geometric. Where more minutes resolve more, it is least at some minutes above 0.
    """
    return (setup + minutes) / resolved


def best_recovery_minutes(gain: float, ceiling: float, speed: float, wage: float) -> float:
    """Minutes m that are worth most, gain · P(recovered) − wage · m: log(gain · ceiling · speed / wage) / speed."""
    return max(0.0, math.log(gain * ceiling * speed / wage) / speed)


# The manager


def fading_in_service(mean: float, decay: float) -> float:
    """E[exp(−decay · S)] of an exponential duration S."""
    return 1.0 / (1.0 + decay * mean)


def fading_in_queue(rate: float, service: float, decay: float) -> float:
    """E[exp(−decay · W)] of the wait in M/M/1: with chance ρ it is exponential, with mean service / (1 − ρ)."""
    load = rate * service
    return 1.0 - load + load * fading_in_service(service / (1.0 - load), decay)


# Promises and breaks


def kept_share(quoted: float, mean: float, cv: float) -> float:
    """P(C ≤ quoted) of a lognormal C: Φ((log quoted − μ) / σ). Source: Spearman and Zhang (1999)."""
    from scipy.special import ndtr

    variance = math.log(1.0 + cv * cv)
    return float(ndtr((math.log(quoted / mean) + variance / 2.0) / math.sqrt(variance)))


def on_break_share(after: float, lasts: float, service: float) -> float:
    """Share of time on a break, of an agent who is always busy: lasts / (after + service + lasts).

    A break falls due in the midst of an exponential visit, which then lasts as long as a new one. Renewal theory.
    """
    return lasts / (after + service + lasts)
