"""Closed forms for what goes on around the desk: word of mouth, rivals, advertising, training, tiredness, worth.

As in `queueing_formulas`, every function is a formula with its source, times are in any one unit, and rates are per
that unit. Colleagues' requests, served before or after customers, are `queueing_formulas.priorities`; served in turn
with them, they are its one class. What has no answer, such as customers who each bring one more, is refused with a
ValueError.
"""

import math
from collections.abc import Sequence

import numpy as np

from servsim.study.verification.queueing_formulas import DAYS_PER_YEAR, feedback


def must(holds: bool, need: str) -> None:
    """Refuses arguments for which there is no answer, saying what is needed."""
    if not holds:
        raise ValueError(f"{need}.")


def not_negative(**values: float) -> None:
    """Refuses a value below 0, or none at all, by its name."""
    for name, value in values.items():
        must(value >= 0.0, f"{name} is {value:g}; it must be at least 0")


def above_0(**values: float) -> None:
    """Refuses a value that is not above 0, by its name."""
    for name, value in values.items():
        must(value > 0.0, f"{name} is {value:g}; it must be above 0")


def shares(**values: float) -> None:
    """Refuses a value outside 0 … 1, by its name."""
    for name, value in values.items():
        must(0.0 <= value <= 1.0, f"{name} is {value:g}; it must be between 0 and 1")


def fading(**values: float) -> None:
    """Refuses a value outside 0 … 1, or 1, with which a sum would have no end, by its name."""
    for name, value in values.items():
        must(0.0 <= value < 1.0, f"{name} is {value:g}; it must be at least 0 and below 1, or there is no end to it")


def grown(rate: float, time: float) -> float:
    """∫ exp(rate · u) du from 0 to a time: (exp(rate · time) − 1) / rate, which is the time itself at rate 0."""
    return math.expm1(rate * time) / rate if rate else time


# Word of mouth


def referral_total(referrals: float) -> float:
    """Customers brought by one in all, the first and those brought by others included: 1 / (1 − m).

    Each brings m on average: the mean total progeny of a branching process, whatever the law. Source: Harris (1963),
    chapter 1.
    """
    fading(referrals=referrals)
    return feedback(1.0, referrals)


def referral_total_after(referrals: float, generations: int) -> float:
    """The same after so many generations: (1 − m^(g + 1)) / (1 − m), which is g + 1 at m = 1. Harris (1963)."""
    not_negative(referrals=referrals, generations=generations)
    return generations + 1.0 if referrals == 1.0 else feedback(1.0, referrals, generations)


def book_of_newcomers(rate: float, gap: float, stays: float, early: float, time: float) -> float:
    """Customers at a time who come back with chance `early` after each of two first visits, then with `stays`.

    Nobody was there at the beginning; newcomers arrive at a rate, and gaps are exponential. Of those who made one visit
    n₁ = a q g (1 − e^(−t/g)); n₂' = n₁ q/g − n₂ (1 − p)/g of all others: lives are a mixture of geometric ones. Source:
    two linear equations.
    """
    waits, leaves = 1.0 / gap, (1.0 - stays) / gap
    once = rate * early * gap * (1.0 - math.exp(-waits * time))
    fading = (math.exp(-leaves * time) - math.exp(-waits * time)) / (waits - leaves)
    return once + rate * early**2 * ((1.0 - math.exp(-leaves * time)) / leaves - fading)


def book_mean(rate: float, brings: float, leaves: float, start: float, time: float) -> float:
    """Mean book N(t) where customers come at a rate a, each brings b others and leaves at rate d.

    E N(t) = N₀ e^(gt) + a G, g = b − d, G = (e^(gt) − 1) / g; at b = d it is N₀ + a t, and for b < d it settles at
    a / (d − b). Birth, death and immigration. Source: Kendall (1948); Bailey (1964), chapter 8.
    """
    not_negative(rate=rate, brings=brings, leaves=leaves, start=start, time=time)
    growth = brings - leaves
    return start * math.exp(growth * time) + rate * grown(growth, time)


def book_variance(rate: float, brings: float, leaves: float, start: float, time: float) -> float:
    """Variance of that book: N₀ (b + d) e^(gt) G + a G (1 + b G); from an empty start it is negative binomial.

    Source: Kendall (1948).
    """
    not_negative(rate=rate, brings=brings, leaves=leaves, start=start, time=time)
    by_now = grown(brings - leaves, time)
    of_the_old = start * (brings + leaves) * math.exp((brings - leaves) * time) * by_now
    return of_the_old + rate * by_now * (1.0 + brings * by_now)


def pool_law(rate: float, brings: float, pool: int, start: int, time: float, leaves: float = 0.0) -> np.ndarray:
    """(pool + 1,) probabilities of 0 … M customers at a time, in a pool of M people who are customers or could be.

    Candidates come at rate a and each of N customers brings one at rate b, but only those who are not customers yet
    count: N goes up at rate (a + b N)(1 − N/M), and down at rate d N. Bass (1969) as a Markov chain, with p = a/M and
    q = b, by the exponential of its generator: Kolmogorov's forward equations.
    """
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import expm_multiply

    not_negative(rate=rate, brings=brings, leaves=leaves, start=start, time=time)
    above_0(pool=pool)
    must(start <= pool, f"{start} of {pool} people are customers; it must be all of them at most")
    n = np.arange(pool + 1.0)
    up, down = (rate + brings * n) * (1.0 - n / pool), leaves * n
    forward = diags_array([up[:-1], -(up + down), down[1:]], offsets=[-1, 0, 1], format="csr")
    return np.asarray(expm_multiply(forward * time, np.eye(1, pool + 1, start)[0]))


def pool_mean(rate: float, brings: float, pool: int, start: int, time: float, leaves: float = 0.0) -> float:
    """Mean number of customers in `pool_law`, exact for a finite pool."""
    return float(pool_law(rate, brings, pool, start, time, leaves) @ np.arange(pool + 1.0))


def bass(rate: float, brings: float, pool: float, start: float, time: float) -> float:
    """Customers where N′ = (a + b N)(1 − N/M) without chance, the limit of `pool_mean` in a large pool.

    N/M = (n + p (1 − n) H) / (1 − q (1 − n) H), n = N₀/M, p = a/M, q = b, H = (1 − e^(−(p + q) t)) / (p + q). In a
    finite pool it is too high: N′ is concave in N (Jensen). Source: Bass (1969), for any number at the start.
    """
    not_negative(rate=rate, brings=brings, start=start, time=time)
    above_0(pool=pool)
    must(start <= pool, f"{start:g} of {pool:g} people are customers; it must be all of them at most")
    p, n = rate / pool, start / pool
    reach = (1.0 - n) * grown(-(p + brings), time)
    return pool * (n + p * reach) / (1.0 - brings * reach)


# Advertising


def adstock(spend: Sequence[float], carry: float, before: float = 0.0) -> np.ndarray:
    """(months,) A of each month, Aₘ = xₘ + φ Aₘ₋₁ from A before the first. Source: Koyck (1954); Broadbent (1979)."""
    fading(carry=carry)
    seen = []
    for monthly in spend:
        before = monthly + carry * before
        seen.append(before)
    return np.array(seen)


def settled_adstock(spend: float, carry: float) -> float:
    """A = x / (1 − φ) of a spend that has long been the same."""
    fading(carry=carry)
    return spend / (1.0 - carry)


def advertising_lift(ratio: float, carry: float, month: int, elasticity: float = 1.0) -> float:
    """Response in a month as a share of that before, when a settled spend is multiplied by r at the start of month 0.

    (r + (1 − r) φ^(m + 1))^ε → r^ε. So ε is the elasticity in the long run, and (1 − φ) ε that in the first month:
    `long_run`. With ε = 1 it is the ratio of the adstocks.
    """
    not_negative(ratio=ratio, month=month)
    fading(carry=carry)
    return float((ratio + (1.0 - ratio) * carry ** (month + 1)) ** elasticity)


def long_run(carry: float) -> float:
    """Elasticity in the long run as a multiple of that in the first month: 1 / (1 − φ). Source: Koyck (1954)."""
    return settled_adstock(1.0, carry)


def best_advertising(scale: float, elasticity: float, margin: float) -> float:
    """Spend A that is worth most where sales are k A^ε: (ε · margin · k)^(1 / (1 − ε)), so that A = ε · margin · sales.

    The optimum of margin · k A^ε − A, margin per unit sold. Source: Dorfman and Steiner (1954).
    """
    fading(elasticity=elasticity)
    not_negative(scale=scale, margin=margin)
    return float((elasticity * margin * scale) ** (1.0 / (1.0 - elasticity)))


# Learning, training, turnover


def case_minutes(case: int, settled: float, settled_case: int, learning: float) -> float:
    """Minutes of the n-th case: T (n/s)^(log₂ LR) up to case s, T from there on.

    Twice as many cases take LR times as long each. Source: Wright (1936), with the end that Yelle (1979) describes.
    """
    above_0(case=case, settled_case=settled_case, learning=learning)
    shares(learning=learning)
    return float(settled * (min(case, settled_case) / settled_case) ** math.log2(learning))


def mean_case_minutes(first: int, last: int, settled: float, settled_case: int, learning: float) -> float:
    """Mean minutes of the cases from one to another, both included: the sum of `case_minutes` by their number."""
    must(first <= last, f"the last case is {last}; it must not come before the first, {first}")
    minutes = (case_minutes(case, settled, settled_case, learning) for case in range(first, last + 1))
    return math.fsum(minutes) / (last - first + 1)


def monthly_keep(yearly_loss: float) -> float:
    """Share kept in a month of what loses such a share in a year: (1 − loss)^(1/12)."""
    shares(yearly_loss=yearly_loss)
    return float((1.0 - yearly_loss) ** (1.0 / 12.0))


def trained(knowledge: float, newcomer: float, keep: float, hours: float, scale: float) -> float:
    """Knowledge a month later: what is above a newcomer's fades, k′ = k₀ + (k − k₀) keep, then hours teach.

    k″ = 1 − (1 − k′) e^(−h/h₀): section 18 of the model basis, keep = `monthly_keep` of what is forgotten in a year.
    Who knows less than a newcomer has nothing to forget: k′ = k.
    """
    not_negative(hours=hours)
    above_0(scale=scale)
    shares(knowledge=knowledge, newcomer=newcomer, keep=keep)
    kept = knowledge - max(0.0, knowledge - newcomer) * (1.0 - keep)
    return 1.0 - (1.0 - kept) * math.exp(-hours / scale)


def settled_knowledge(newcomer: float, keep: float, hours: float, scale: float, replaced: float = 0.0) -> float:
    """Mean knowledge in the long run, of agents replaced by newcomers with a chance q at the end of every month.

    What is above a newcomer's is (1 − q) (A k + B), A = keep · e^(−h/h₀), B = (1 − k₀)(1 − e^(−h/h₀)) as each month
    begins: k₀ + (1 − q) B / (1 − (1 − q) A); just before the replacements it is `trained` of that. q = 1 −
    `monthly_keep` of the yearly turnover. Derived.
    """
    shares(replaced=replaced)
    taught = trained(newcomer, newcomer, keep, hours, scale) - newcomer
    lasts = (1.0 - replaced) * keep * math.exp(-hours / scale)
    must(lasts < 1.0, "nothing changes what is known; it must be forgotten, taught or replaced to settle")
    return newcomer + (1.0 - replaced) * taught / (1.0 - lasts)


# What a customer is worth


def worth(margin: float, retention: float, discount: float, growth: float = 0.0) -> float:
    """Worth of a customer who pays m at the end of each period survived: Σ m rᵗ (1 + g)^(t − 1) / (1 + i)ᵗ from t = 1.

    m r / (1 + i − r (1 + g)). Source: Gupta and Lehmann (2003).
    """
    shares(retention=retention)
    lasts, most = retention * (1.0 + growth), 1.0 + discount
    must(0.0 <= lasts < most, f"retention · (1 + growth) is {lasts:g}; it must be at least 0 and below {most:g}")
    return margin * retention / (1.0 + discount - retention * (1.0 + growth))


def worth_paid_first(margin: float, retention: float, discount: float, growth: float = 0.0) -> float:
    """The same for payments at the start of each period, the first now: m (1 + i) / (1 + i − r (1 + g)), from t = 0."""
    return margin + (1.0 + growth) * worth(margin, retention, discount, growth)


def elasticity_to_retention(retention: float, discount: float, growth: float = 0.0) -> float:
    """Per cent more `worth` for one per cent more retention: (1 + i) / (1 + i − r (1 + g)).

    Of `worth_paid_first` it is one less, because nothing that retention does can change the first payment.
    """
    return worth_paid_first(1.0, retention, discount, growth)


def worth_of_days(rate: float, fades: float, discount: float, days: int) -> float:
    """Today's money of what comes in all day long, rate · e^(−f t) after t days, for whole days and each at its end.

    rate · (1 − e^(−f))/f · v (1 − (v e^(−f))ⁿ) / (1 − v e^(−f)), v = (1 + i)^(−1/365), i the interest of a year. With
    f = 0 it is an annuity. The visits of one who comes at random, λ a day, and stays with chance p after each fade by
    f = λ (1 − p): a thinned Poisson process. Derived.
    """
    not_negative(rate=rate, fades=fades, discount=discount, days=days)
    daily = math.log1p(discount) / DAYS_PER_YEAR
    lasts = -(fades + daily)
    return rate * grown(-fades, 1.0) * math.exp(-daily) * grown(lasts, days) / grown(lasts, 1.0)


# Rivals


def win_stay_share(leaving: float, returning: float) -> float:
    """Share of purchases made with us in the long run, against one rival: q / (p + q).

    A customer of ours goes over with chance p after each purchase, one of the rival's comes back with chance q after
    each there, and both buy as often: a chain of two states. With p and q the chances of a bad visit it is Gans (2002).
    Who leaves buys at the rival once at least, so is back no sooner than two usual gaps later. Where they may be back
    after one, without having bought elsewhere, p is to be taken as p (1 − q).
    """
    shares(leaving=leaving, returning=returning)
    must(leaving + returning > 0.0, "nobody leaves either of the two; one must be left for shares to settle")
    return returning / (leaving + returning)


def win_stay_share_after(leaving: float, returning: float, start: float, purchases: int) -> float:
    """The share after so many purchases, from another share at the start: π + (s₀ − π) (1 − p − q)ⁿ."""
    shares(start=start)
    not_negative(purchases=purchases)
    settled = win_stay_share(leaving, returning)
    return float(settled + (start - settled) * (1.0 - leaving - returning) ** purchases)


def rivals_pull(
    steepness: float, nobody: float, now: Sequence[float], at_first: Sequence[float], demanding: float = 0.0
) -> float:
    """How much better it has become to go elsewhere: (e^(b n) + e^h Σ e^(b qⱼ(t))) / (e^(b n) + e^h Σ e^(b qⱼ(0))).

    n is how good it is to go to nobody, q how good each rival is, now and at first, h how much more log odds rivals
    have with those who demand more; 1 where nothing has changed. A rival who opens later is one more of those now.
    Retention as it is known today has today's rivals in it.
    """
    from scipy.special import logsumexp

    def elsewhere(rivals: Sequence[float]) -> float:
        return float(logsumexp([steepness * nobody, *(steepness * quality + demanding for quality in rivals)]))

    return math.exp(elsewhere(now) - elsewhere(at_first))


def staying_among_rivals(utility: float, pull: float = 1.0) -> float:
    """Chance of staying: e^x / (e^x + pull), the logistic function of x at a pull of 1.

    Multinomial logit. Source: Guadagni and Little (1983).
    """
    from scipy.special import expit

    above_0(pull=pull)
    return float(expit(utility - math.log(pull)))


def own_elasticity(coefficient: float, attribute: float, staying: float) -> float:
    """Per cent more staying for one per cent more of an attribute x with weight β in the utility: β x (1 − P).

    Source: Guadagni and Little (1983).
    """
    shares(staying=staying)
    return coefficient * attribute * (1.0 - staying)


# Expectations


def mean_felt(mean: float, deviation: float, loss_aversion: float) -> float:
    """E[v(d)] of a normal d, v(d) = d above 0 and κ d below: μ + (1 − κ)(σ φ(z) − μ Φ(−z)), z = μ/σ."""
    from scipy.stats import norm

    above_0(deviation=deviation)
    z = mean / deviation
    return float(mean + (1.0 - loss_aversion) * (deviation * norm.pdf(z) - mean * norm.cdf(-z)))


def settled_delight(
    deviation: float, follows: float, loss_aversion: float, should: float = 0.0, gap: float = 0.0
) -> float:
    """E[v(d)] in the long run, d = quality − expectation, of normal quality with a standard deviation s.

    The will expectation follows quality with a weight w, so d has mean 0 and variance s² · 2/(2 − w), and the mean is
    (1 − κ) s √(2/(2 − w)) / √(2π): variability alone disappoints. With a share h of the expectation in a should that
    stays fixed, a gap below the mean quality, d has mean h · gap and variance s² (1 + (1 − h)² w/(2 − w)); for h = ½,
    s² (8 − 3w) / (4 (2 − w)). Section 7 of the model basis.
    """
    shares(follows=follows, should=should)
    spread = 1.0 + (1.0 - should) ** 2 * follows / (2.0 - follows)
    return mean_felt(should * gap, deviation * math.sqrt(spread), loss_aversion)


# Tiredness


def fatigue(before: float, busy: float, time: float, memory: float) -> float:
    """Fatigue after a time in which the agent was busy (1) or idle (0) throughout: F′ = (busy − F) / T.

    busy + (F₀ − busy) e^(−t/T); its mean over a long time is the share of it that was busy, for busy is F + T F′.
    """
    not_negative(time=time)
    above_0(memory=memory)
    shares(before=before, busy=busy)
    return busy + (before - busy) * math.exp(-time / memory)


def fatigue_law(starts: float, ends: float, memory: float) -> tuple[float, float]:
    """Law of the fatigue of an agent whose idle and busy spells are exponential, ending at rates u and e: Beta(uT, eT).

    Its mean is the utilisation u / (u + e), its variance ρ (1 − ρ) / (1 + T (u + e)). While busy it is
    Beta(uT + 1, eT), while idle Beta(uT, eT + 1): who is served meets a more tired agent than who looks at any time.
    Source: Horsthemke and Lefever (1984), chapter 9, dichotomous noise.
    """
    above_0(starts=starts, ends=ends, memory=memory)
    return starts * memory, ends * memory
