"""Closed forms: what textbook desks do, for the simulation to be held against; queues, loyalty, and things gone wrong.

Every function is a formula with its source; times are in any one unit, and rates are per that unit.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

DAYS_PER_YEAR = 365.0

LimitedMean = Callable[[float], float]
"""x → E[min(X, x)] = ∫₀ˣ P(X > u) du of a duration X: all that a queue needs to know of it."""


class Queue(NamedTuple):
    """A queue in its steady state: share of those who join that do not start at once, mean wait, share lost."""

    waited: float
    wait: float
    lost: float


# Poisson arrivals, exponential service


def erlang_b(agents: int, load: float) -> float:
    """Share blocked in M/G/c/c, whatever the service's law. Source: Erlang (1917); Sevastyanov (1957) for any law."""
    return 1.0 / inverse_erlang_b(agents, load)


def inverse_erlang_b(agents: int, load: float) -> float:
    """1/B, from 1/B₀ = 1 and 1/Bₙ = 1 + (n / load) / Bₙ₋₁; infinite where blocking is beyond all bounds rare."""
    inverse = 1.0
    for n in range(1, agents + 1):
        inverse = 1.0 + inverse * n / load
    return inverse


def erlang_c(rate: float, service: float, agents: int) -> Queue:
    """M/M/c: P(wait) = B / (1 − ρ (1 − B)), Wq = P(wait) · service / (c − load), without end from ρ = 1 on.

    Source: Erlang (1917).
    """
    load = rate * service
    if load >= agents:
        return Queue(1.0, math.inf, 0.0)
    blocked = erlang_b(agents, load)
    waited = blocked / (1.0 - load / agents * (1.0 - blocked))
    return Queue(waited, waited * service / (agents - load), 0.0)


def erlang_c_quantile(rate: float, service: float, agents: int, share: float) -> float:
    """Wait that this share of M/M/c's customers does not exceed: P(wait > t) = P(wait) exp(−(c/service − rate) t)."""
    waited = erlang_c(rate, service, agents).waited
    return max(0.0, math.log(waited / (1.0 - share)) / (agents / service - rate))


def birth_death(births: Iterable[float], deaths: Iterable[float]) -> list[float]:
    """Steady state of a birth–death process: pₙ = p₀ Π birthₖ₋₁ / deathₖ. Source: Kleinrock (1975), chapter 3."""
    weights = [1.0]
    for birth, death in zip(births, deaths, strict=True):
        weights.append(weights[-1] * birth / death)
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def seen_queue(rate: float, service: float, agents: int, joins: Sequence[float]) -> Queue:
    """M/M/c whose newcomers join with probability joins[q] when all agents are busy and q wait; nobody joins beyond.

    By the birth–death process and Little's law. With joins all 1 it is M/M/c/c+K, K waiting places.
    """
    births = [rate] * agents + [rate * join for join in joins]
    deaths = [min(n, agents) / service for n in range(1, len(births) + 1)]
    p = birth_death(births, deaths)
    queueing = math.fsum(join * p[agents + q] for q, join in enumerate(joins))
    joining = math.fsum(p[:agents]) + queueing
    waiting = math.fsum(q * p[agents + q] for q in range(len(joins) + 1))
    return Queue(queueing / joining, waiting / (rate * joining), 1.0 - joining)


def waiting_places(rate: float, service: float, agents: int, places: int) -> Queue:
    """M/M/c/c+K: who finds all agents busy and K waiting is lost. Source: Kleinrock (1975), chapter 3."""
    return seen_queue(rate, service, agents, [1.0] * places)


def balking(rate: float, service: float, agents: int, scale: float) -> Queue:
    """M/M/c joined with probability exp(−(q + 1) · service / (c · scale)) when all are busy and q wait.

    Source: Haight (1957) for M/M/1; `seen_queue`.
    """
    step, joins, weight = service / (agents * scale), [1.0], 1.0
    while weight > 1e-18:
        joins.append(joins[-1] * math.exp(-step))
        weight *= joins[-1] * rate * service / agents
    return seen_queue(rate, service, agents, joins[1:])


def erlang_a(rate: float, service: float, agents: int, patience: LimitedMean) -> Queue:
    """M/M/c+G, customers who leave when patience ends; exponential patience is Erlang A.

    H(x) = E[min(patience, x)], g(x) = rate·H(x) − c·x/service, J = ∫ exp g, K = ∫ H exp g, D = 1/B(c − 1) + rate·J:
    P(wait) = rate·J/D, P(abandon) = (1 + (rate − c/service)·J)/D, Wq = rate·K/D, all scaled by the peak of exp g.
    Source: Baccelli and Hébuterne (1981); Zeltyn and Mandelbaum (2005).
    """
    speed = agents / service

    def exponent(x: float) -> float:
        return rate * patience(x) - speed * x

    top, peak, end = reach(exponent, service)
    j = integral(lambda x: math.exp(exponent(x) - peak), end, top)
    k = integral(lambda x: patience(x) * math.exp(exponent(x) - peak), end, top)
    one = math.exp(-peak)
    whole = one * inverse_erlang_b(agents - 1, rate * service) + rate * j
    return Queue(rate * j / whole, rate * k / whole, (one + (rate - speed) * j) / whole)


def reach(exponent: Callable[[float], float], unit: float) -> tuple[float, float, float]:
    """(where a concave function that starts at 0 is largest, its value there, where it has fallen by 40)."""
    from scipy.optimize import brentq, minimize_scalar

    far = unit
    while exponent(far) > -40.0:
        far *= 2.0
    best = minimize_scalar(lambda x: -exponent(x), bounds=(0.0, far), method="bounded", options={"xatol": 1e-9 * far})
    top, peak = (float(best.x), -float(best.fun)) if best.fun < 0 else (0.0, 0.0)
    while exponent(far) > peak - 40.0:
        far *= 2.0
    return top, peak, float(brentq(lambda x: exponent(x) - peak + 40.0, top, far))


def integral(function: Callable[[float], float], end: float, top: float = 0.0) -> float:
    """∫ from 0 to an end, of a function that is largest at the top."""
    from scipy.integrate import quad

    places = sorted({top, *(end * 2.0**-n for n in range(1, 12))} - {0.0, end})
    return float(quad(function, 0.0, end, points=places, limit=2000, epsrel=1e-10, epsabs=0.0)[0])


# What a duration is like


def exponential(mean: float) -> LimitedMean:
    """E[min(X, x)] = mean · (1 − exp(−x/mean))."""
    return lambda x: -mean * math.expm1(-x / mean)


def fixed(mean: float) -> LimitedMean:
    """E[min(X, x)] = min(mean, x)."""
    return lambda x: min(mean, x)


def weibull(mean: float, shape: float) -> LimitedMean:
    """E[min(X, x)] = mean · P(1/shape, (x/scale)^shape), P the regularised lower incomplete gamma function."""
    from scipy.special import gamma, gammainc

    scale = mean / gamma(1.0 + 1.0 / shape)
    return lambda x: float(mean * gammainc(1.0 / shape, (x / scale) ** shape))


def lognormal(mean: float, cv: float) -> LimitedMean:
    """E[min(X, x)] = mean · Φ(z − σ) + x · (1 − Φ(z)), z = (log x − μ)/σ. Source: Klugman et al. (2012), appendix A."""
    from scipy.special import ndtr

    sigma = math.sqrt(math.log(1.0 + cv * cv))

    def limited(x: float) -> float:
        z = (math.log(x / mean) / sigma + sigma / 2.0) if x > 0.0 else -math.inf
        return float(mean * ndtr(z - sigma) + (x * ndtr(-z) if x > 0.0 else 0.0))

    return limited


# One agent, any service


def pollaczek_khinchine(rate: float, mean: float, cv: float) -> float:
    """Wq of M/G/1: rate · E[S²] / (2 (1 − ρ)), E[S²] = mean² (1 + cv²). Source: Pollaczek (1930), Khinchine (1932)."""
    return rate * mean * mean * (1.0 + cv * cv) / (2.0 * (1.0 - rate * mean))


def in_a_row(*parts: tuple[float, float]) -> tuple[float, float]:
    """(mean, cv) of a sum of independent durations, each given as (mean, cv)."""
    mean = math.fsum(mean for mean, _ in parts)
    return mean, math.sqrt(math.fsum((part * cv) ** 2 for part, cv in parts)) / mean


def scaled(cv: float, factor_cv: float) -> float:
    """Coefficient of variation of a duration times an independent factor: 1 + cv² = (1 + cv₁²)(1 + cv₂²)."""
    return math.sqrt((1.0 + cv * cv) * (1.0 + factor_cv * factor_cv) - 1.0)


def setup_queue(rate: float, mean: float, square: float, delay: float, delay_square: float) -> float:
    """Wq of M/G/1 in which the first customer of a busy period finds a delay D before the agent, for B, is occupied.

    Wq = rate·E[B²] / (2 (1 − rate·E[B])) + (2 E[D] + rate·E[D²]) / (2 (1 + rate·E[D])). Levy and Kleinrock (1986).
    """
    busy = rate * square / (2.0 * (1.0 - rate * mean))
    return busy + (2.0 * delay + rate * delay_square) / (2.0 * (1.0 + rate * delay))


def on_off_delay(rate: float, off_rate: float, on_rate: float) -> tuple[float, float]:
    """(E[D], E[D²]) of the delay that the first customer of a busy period finds, the last one having ended attentive.

    The agent's clock runs on while nobody is there: an exponential idle time later the agent is inattentive with
    probability f/(rate + f + r), and stays so for 1/r more. (Two-state Markov chain at an exponential instant.)
    """
    inattentive = off_rate / (rate + off_rate + on_rate)
    return inattentive / on_rate, 2.0 * inattentive / on_rate**2


def on_off_pausing(rate: float, mean: float, cv: float, off_rate: float, on_rate: float) -> float:
    """Wq of M/G/1 with an agent who is inattentive now and then, on a clock of its own, and whose work then pauses.

    Visits last Gaver's completion time C, because they begin attentive and end attentive: E[C] = E[S](1 + f/r),
    E[C²] = E[S²](1 + f/r)² + 2 E[S] f/r². Source: Gaver (1962) for C; `setup_queue` for who comes to an idle desk. For
    exponential service it is the on/off desk of White and Christie (1958): see `white_christie`.
    """
    longer = 1.0 + off_rate / on_rate
    square = mean * mean * (1.0 + cv * cv) * longer**2 + 2.0 * mean * off_rate / on_rate**2
    return setup_queue(rate, mean * longer, square, *on_off_delay(rate, off_rate, on_rate))


def white_christie(rate: float, service: float, off_rate: float, on_rate: float) -> float:
    """Mean number at an on/off M/M/1: rate/(f + r) · ((f + r)² + μ f) / (r μ − rate (f + r)).

    Source: White and Christie (1958).
    """
    both, speed = off_rate + on_rate, 1.0 / service
    return rate / both * (both**2 + speed * off_rate) / (on_rate * speed - rate * both)


def on_off_half_there(rate: float, service: float, off_rate: float, on_rate: float) -> float:
    """Wq of M/M/1 with an agent who works on while inattentive, but turns to nobody new before attention is back.

    A visit S that ends inattentive (I = 1) keeps the agent for X, exponential(r), more: B = S + I·X in `setup_queue`,
    E[I] = f/(μ + f + r), E[S·I] = f/(f + r) · (1/μ − μ/(μ + f + r)²). Derived; checked against the Markov chain.
    """
    both, speed = off_rate + on_rate, 1.0 / service
    ends_off = off_rate / (speed + both)
    with_end_off = off_rate / both * (service - speed / (speed + both) ** 2)
    square = 2.0 * service**2 + 2.0 * with_end_off / on_rate + 2.0 * ends_off / on_rate**2
    return setup_queue(rate, service + ends_off / on_rate, square, *on_off_delay(rate, off_rate, on_rate))


# Demand that varies, and demand that comes again


def arrivals_between(rates: Sequence[float], start: float, end: float) -> float:
    """∫ of a rate that is constant over each hour and repeats itself after the last, from one hour to another."""
    return math.fsum(
        rates[hour % len(rates)] * (min(end, hour + 1) - max(start, hour)) for hour in range(int(start), math.ceil(end))
    )


def infinite_server_load(rates: Sequence[float], service: LimitedMean, instant: float) -> float:
    """Mean number in service in Mt/G/∞ that opens empty at 0: m(t) = ∫₀ᵗ rate(t − u) P(S > u) du.

    With a rate that is constant over each hour h, m(t) = Σ rateₕ (H(t − h) − H(t − h − 1)), H(x) = E[min(S, x)].
    Source: Eick, Massey and Whitt (1993).
    """
    return math.fsum(
        rates[hour % len(rates)] * (service(instant - hour) - service(max(0.0, instant - hour - 1)))
        for hour in range(math.ceil(instant))
    )


def mean_load(rates: Sequence[float], service: LimitedMean, start: float, end: float) -> float:
    """`infinite_server_load`, averaged from one hour to another."""
    from scipy.integrate import quad

    corners = [hour for hour in range(math.ceil(start), math.ceil(end)) if start < hour < end]
    area = quad(lambda t: infinite_server_load(rates, service, t), start, end, points=corners or None, limit=200)[0]
    return float(area) / (end - start)


def feedback(rate: float, probability: float, limit: float = math.inf) -> float:
    """Arrivals where everyone comes again with a probability, so many times at most: rate · Σ pᵏ → rate / (1 − p).

    Source: Jackson (1957); with exponential service the desk is M/M/c at this rate, however long they stay away.
    """
    return rate * (1.0 - probability ** (limit + 1.0)) / (1.0 - probability)


def book_visits(book: float, gap: float, between_cv: float) -> float:
    """Visits per unit of time of a book whose gaps have long been going on: book · E[1/gap], E[1/gap] = (1 + cv²)/gap.

    A renewal process looked at on an ordinary day has its rate from the start: Cox (1962). Usual gaps are lognormal.
    """
    return book * (1.0 + between_cv * between_cv) / gap


# Loyalty


def staying_per_visit(yearly: float, gap_days: float) -> float:
    """Chance per visit of staying that makes a yearly retention: yearly^(gap/365)."""
    return float(yearly ** (gap_days / DAYS_PER_YEAR))


def retention_of_regulars(yearly: float, gap_days: float) -> float:
    """Share still there after a year of equal gaps, a whole number of them: the yearly retention itself."""
    return float(staying_per_visit(yearly, gap_days) ** round(DAYS_PER_YEAR / gap_days))


def retention_of_irregulars(yearly: float, gap_days: float) -> float:
    """Share still there after a year of visits that are a Poisson process: E[p^N] = exp(−(365/gap)(1 − p)).

    Source: the generating function of a Poisson number of visits, each survived with chance p = `staying_per_visit`.
    """
    return math.exp(-DAYS_PER_YEAR / gap_days * (1.0 - staying_per_visit(yearly, gap_days)))


def natural_share(yearly: float, natural_churn: float, gap_days: float) -> float:
    """Of those lost, the share who move away or need it no longer, these being looked at first: (1 − a) / (1 − p)."""
    natural = staying_per_visit(1.0 - natural_churn, gap_days)
    return (1.0 - natural) / (1.0 - staying_per_visit(yearly, gap_days))


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
