"""Service levels in closed form: who is answered in time at textbook desks, and who waits no longer than a target."""

import math
from collections.abc import Callable
from typing import NamedTuple

from servsim.study.verification.queueing_formulas import (
    LimitedMean,
    erlang_c,
    exponential,
    integral,
    inverse_erlang_b,
    reach,
)


class InTime(NamedTuple):
    """Shares of a target: answered within it, of all and of those answered; waited no longer, of all."""

    answered: float
    of_answered: float
    waited: float


def erlang_c_in_time(rate: float, service: float, agents: int, target: float) -> InTime:
    """M/M/c: 1 − P(wait) exp(−(c/service − rate) · target), of whomever, since nobody leaves. Source: Erlang (1917)."""
    share = 1.0 - erlang_c(rate, service, agents).waited * math.exp(-(agents / service - rate) * target)
    return InTime(share, share, share)


def erlang_a_in_time(rate: float, service: float, agents: int, patience: float, target: float) -> InTime:
    """M/M/c+M: `in_time` with exponential patience."""
    return in_time(rate, service, agents, exponential(patience), lambda x: math.exp(-x / patience), target)


def in_time(
    rate: float, service: float, agents: int, patience: LimitedMean, lasts: Callable[[float], float], target: float
) -> InTime:
    """M/M/c+G, whose patience lasts beyond x with chance lasts(x), H(x) = E[min(patience, x)] its integral.

    The wait that a newcomer would have to sit out has density v(x) = rate · exp g(x) / D, g and D as in `erlang_a`.
    Answered: 1 − ∫₀^∞ v + ∫₀^target lasts · v; waited no longer: 1 − lasts(target) ∫_target^∞ v; who is answered at
    all: 1 − ∫₀^∞ v + ∫₀^∞ lasts · v. Source: Zeltyn and Mandelbaum (2005).
    """
    speed = agents / service

    def exponent(x: float) -> float:
        return rate * patience(x) - speed * x

    top, peak, end = reach(exponent, service)

    def weight(x: float) -> float:
        return math.exp(exponent(x) - peak)

    end = max(end, target)
    whole = math.exp(-peak) * inverse_erlang_b(agents - 1, rate * service) + rate * integral(weight, end, top)
    waits = rate * integral(weight, end, top) / whole
    soon = rate * integral(lambda x: lasts(x) * weight(x), target, min(top, target)) / whole
    ever = rate * integral(lambda x: lasts(x) * weight(x), end, top) / whole
    later = waits - rate * integral(weight, target, min(top, target)) / whole
    answered = 1.0 - waits + soon
    return InTime(answered, answered / (1.0 - waits + ever), 1.0 - lasts(target) * later)
