"""The closed forms of the world around the desk, against brute force: chains solved, lives drawn, sums and optima found.

Where lives are drawn, their mean lies within three standard errors of the form, and these are at most 2 % of it.
"""

import math
import re

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.optimize import minimize_scalar
from scipy.signal import lfilter
from scipy.sparse import csc_array
from scipy.sparse.linalg import spsolve

from servsim.study.verification import market_formulas as forms
from servsim.study.verification import queueing_formulas as failure_forms
from servsim.study.verification import queueing_formulas as known


def meets(drawn: np.ndarray, expected: float) -> None:
    """Independent draws have the expected mean, and enough of them are drawn to tell."""
    error = np.std(drawn, ddof=1) / math.sqrt(len(drawn))
    assert error <= 0.02 * abs(expected)
    assert abs(np.mean(drawn) - expected) <= 3 * error


def drawing(seed: int = 1) -> np.random.Generator:
    """Draws that are the same in every test run."""
    return np.random.default_rng(seed)


def slope(function, at: float, step: float = 1e-6) -> float:
    """Per cent that a function changes by for one per cent of its argument."""
    more, less = function(at * (1 + step)), function(at * (1 - step))
    return (math.log(more) - math.log(less)) / (math.log1p(step) - math.log1p(-step))


# Word of mouth


def family_sizes(law: str, referrals: float, generations: int, families: int = 300_000) -> np.ndarray:
    """(families,) members after so many generations, each bringing a Poisson or geometric number of others."""
    draws = drawing()
    newest = np.ones(families, dtype=np.int64)
    total = newest.copy()
    for _ in range(generations):
        rate = newest * referrals if law == "poisson" else referrals * draws.standard_gamma(newest)
        newest = draws.poisson(rate)
        total += newest
    return total


@pytest.mark.parametrize("law", ["poisson", "geometric"])
@pytest.mark.parametrize(("referrals", "generations"), [(0.6, 3), (1.0, 4), (1.3, 5)])
def test_families_after_some_generations(law, referrals, generations):
    meets(family_sizes(law, referrals, generations), forms.referral_total_after(referrals, generations))
    assert forms.referral_total_after(referrals, 0) == pytest.approx(1.0)


def test_families_that_die_out():
    meets(family_sizes("poisson", 0.6, generations=80), forms.referral_total(0.6))
    assert forms.referral_total(0.6) == pytest.approx(forms.referral_total_after(0.6, 100)) == pytest.approx(2.5)
    assert forms.referral_total(0.0) == 1.0


def chain_law(up: np.ndarray, down: np.ndarray, start: int, time: float) -> np.ndarray:
    """Probabilities of 0 … n at a time, of a birth–death chain that cannot leave them: exp(Q t), dense."""
    moves = np.diag(up[:-1], 1) + np.diag(down[1:], -1)
    return expm((moves - np.diag(moves.sum(axis=1))) * time)[start]


@pytest.mark.parametrize(
    ("rate", "brings", "leaves", "start", "time"),
    [
        (2.0, 0.3, 0.5, 10, 3.0),
        (2.0, 0.3, 0.5, 0, 60.0),
        (1.0, 0.4, 0.4, 8, 4.0),
        (1.0, 0.5, 0.2, 5, 4.0),
        (0.0, 0.3, 0.5, 12, 2.0),
        (3.0, 0.0, 0.2, 4, 5.0),
        (3.0, 0.0, 0.0, 4, 5.0),
        (3.0, 0.2, 0.5, 4, 0.0),
    ],
)
def test_the_book_is_a_birth_death_chain(rate, brings, leaves, start, time):
    n = np.arange(401.0)
    p = chain_law(rate + brings * n, leaves * n, start, time)
    mean = forms.book_mean(rate, brings, leaves, start, time)
    assert mean == pytest.approx(p @ n, rel=1e-8)
    assert forms.book_variance(rate, brings, leaves, start, time) == pytest.approx(
        p @ (n - mean) ** 2, rel=1e-6, abs=1e-8
    )


def test_a_book_settles_where_as_many_come_as_leave():
    assert forms.book_mean(2.0, 0.3, 0.5, 100.0, 1e3) == pytest.approx(2.0 / 0.2)
    almost = forms.book_mean(2.0, 0.5 + 1e-9, 0.5, 7.0, 3.0), forms.book_variance(2.0, 0.5 + 1e-9, 0.5, 7.0, 3.0)
    assert almost == pytest.approx(
        (forms.book_mean(2.0, 0.5, 0.5, 7.0, 3.0), forms.book_variance(2.0, 0.5, 0.5, 7.0, 3.0))
    )


def test_a_book_from_nothing_is_negative_binomial():
    rate, brings, leaves, time = 2.0, 0.3, 0.5, 4.0
    mean = forms.book_mean(rate, brings, leaves, 0.0, time)
    size = rate / brings
    law = stats.nbinom(size, size / (size + mean))
    n = np.arange(201.0)
    assert chain_law(rate + brings * n, leaves * n, 0, time) == pytest.approx(law.pmf(n), abs=1e-10)
    assert forms.book_variance(rate, brings, leaves, 0.0, time) == pytest.approx(law.var())


# A pool of people who could be customers


def pools_drawn(rate, brings, pool, start, time, leaves, replications=20_000) -> np.ndarray:
    """(replications,) customers at a time: candidates come, and count unless they, drawn from the pool, are customers."""
    draws = drawing(2)
    clock, customers = np.zeros(replications), np.full(replications, start)
    while (clock < time).any():
        speeds = np.stack([rate + brings * customers, leaves * customers])
        clock = clock + draws.exponential(1.0 / np.maximum(speeds.sum(axis=0), 1e-12))
        comes = draws.random(replications) * speeds.sum(axis=0) < speeds[0]
        counts = draws.integers(0, pool, replications) >= customers
        change = np.where(comes, counts.astype(int), -1)
        customers = customers + np.where(clock < time, change, 0)
    return customers


@pytest.mark.parametrize("leaves", [0.0, 0.3])
@pytest.mark.parametrize(("rate", "brings", "pool", "start", "time"), [(1.0, 0.5, 20, 0, 3.0), (0.5, 1.0, 30, 4, 4.0)])
def test_a_pool_drawn(rate, brings, pool, start, time, leaves):
    drawn = pools_drawn(rate, brings, pool, start, time, leaves)
    meets(drawn, forms.pool_mean(rate, brings, pool, start, time, leaves))
    law = forms.pool_law(rate, brings, pool, start, time, leaves)
    seen = np.bincount(drawn, minlength=pool + 1)
    often = law * len(drawn) >= 10
    z = (seen - law * len(drawn))[often] / np.sqrt(law * len(drawn))[often]
    assert stats.chi2.sf((z**2).sum(), often.sum() - 1) > 0.001


def test_the_law_of_a_pool_is_a_law():
    law = forms.pool_law(3.0, 0.4, 300, 20, 5.0, 0.1)
    n = np.arange(301.0)
    assert law.sum() == pytest.approx(1.0)
    assert law == pytest.approx(chain_law((3.0 + 0.4 * n) * (1 - n / 300), 0.1 * n, 20, 5.0), abs=1e-12)
    assert forms.pool_mean(3.0, 0.4, 300, 20, 0.0) == 20


def test_a_pool_that_people_leave_settles():
    up = [(1.0 + 0.5 * n) * (1 - n / 20) for n in range(20)]
    settled = known.birth_death(up, [0.3 * n for n in range(1, 21)])
    assert forms.pool_law(1.0, 0.5, 20, 0, 100.0, 0.3) == pytest.approx(settled, abs=1e-9)
    assert forms.pool_mean(1.0, 0.5, 20, 0, 200.0) == pytest.approx(20)


def bass_gaps(pools: list[int]) -> np.ndarray:
    """How much too high Bass's formula is, as a share of the pool, from one customer in a hundred on."""
    sizes = [(0.03 * pool, 0.38, pool, pool // 100, 6.0) for pool in pools]
    return np.array([(forms.bass(*size) - forms.pool_mean(*size)) / size[2] for size in sizes])


def test_chance_matters_less_in_a_larger_pool():
    gaps = bass_gaps([100, 400, 1600, 6400])
    assert (gaps > 0).all()
    assert gaps[-1] < 2e-4
    assert gaps[:-1] / gaps[1:] == pytest.approx([4, 4, 4], rel=0.1)


def test_bass_solves_his_equation():
    for rate, brings, pool, start in [(3.0, 0.38, 100, 0), (0.0, 0.5, 50, 3), (2.0, 0.0, 80, 10), (0.0, 0.0, 80, 10)]:
        found = solve_ivp(
            lambda _, n, a=rate, b=brings, m=pool: (a + b * n) * (1 - n / m), (0, 7.0), [start], rtol=1e-10, atol=1e-10
        )
        assert forms.bass(rate, brings, pool, start, 7.0) == pytest.approx(found.y[0, -1], rel=1e-7)


def test_bass_as_published():
    p, q, t = 0.03, 0.38, 5.0
    fading = math.exp(-(p + q) * t)
    assert forms.bass(p * 1000, q, 1000, 0, t) == pytest.approx(1000 * (1 - fading) / (1 + q / p * fading))


def test_a_pool_without_end_is_a_book():
    assert forms.pool_mean(1.0, 0.3, 4000, 5, 3.0, 0.4) == pytest.approx(
        forms.book_mean(1.0, 0.3, 0.4, 5, 3.0), rel=2e-3
    )


# Advertising


def test_adstock_is_what_is_left_of_each_month():
    spend = drawing().random(30)
    by_hand = [sum(spend[m - k] * 0.6**k for k in range(m + 1)) + 4.0 * 0.6 ** (m + 1) for m in range(30)]
    assert forms.adstock(spend, 0.6, before=4.0) == pytest.approx(by_hand)
    assert forms.adstock([2.0] * 100, 0.6)[-1] == pytest.approx(forms.settled_adstock(2.0, 0.6)) == pytest.approx(5.0)


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("carry", [0.0, 0.5, 0.9])
def test_a_change_of_spending_works_little_by_little(ratio, carry):
    settled = forms.settled_adstock(700.0, carry)
    months = forms.adstock([700.0 * ratio] * 12, carry, settled) / settled
    assert [forms.advertising_lift(ratio, carry, m) for m in range(12)] == pytest.approx(list(months))
    assert [forms.advertising_lift(ratio, carry, m, 0.1) for m in range(12)] == pytest.approx(list(months**0.1))
    assert forms.advertising_lift(ratio, carry, 10_000, 0.1) == pytest.approx(ratio**0.1)


def test_elasticities_of_the_first_month_and_in_the_long_run():
    for carry in (0.0, 0.5, 0.8):
        at_once = slope(lambda r, c=carry: forms.advertising_lift(r, c, 0, 0.1), 1.0)
        at_last = slope(lambda r, c=carry: forms.advertising_lift(r, c, 500, 0.1), 1.0)
        assert at_once == pytest.approx(0.1 * (1 - carry), rel=1e-5)
        assert at_last == pytest.approx(0.1, rel=1e-5)
        assert at_last / at_once == pytest.approx(forms.long_run(carry), rel=1e-5)


@pytest.mark.parametrize(("scale", "elasticity", "margin"), [(100.0, 0.1, 12.0), (30.0, 0.25, 5.0), (8.0, 0.6, 2.0)])
def test_the_best_advertising_is_a_share_of_what_is_sold(scale, elasticity, margin):
    best = forms.best_advertising(scale, elasticity, margin)
    numeric = minimize_scalar(
        lambda spend: spend - margin * scale * spend**elasticity, bounds=(0.1 * best, 10 * best), method="bounded",
        options={"xatol": 1e-7 * best},
    )  # fmt: skip
    assert best == pytest.approx(numeric.x, rel=1e-4)
    assert best == pytest.approx(elasticity * margin * scale * best**elasticity)
    assert forms.best_advertising(scale, 0.0, margin) == 0.0


# Learning, training, turnover


def test_twice_as_many_cases_take_less_time_each():
    minutes = [forms.case_minutes(n, 5.0, 500, 0.85) for n in (125, 250, 500, 1000, 5000)]
    assert minutes == pytest.approx([5 / 0.85**2, 5 / 0.85, 5, 5, 5])
    assert forms.case_minutes(1, 5.0, 500, 0.85) == pytest.approx(5 * 500 ** -math.log2(0.85))
    assert forms.case_minutes(3, 5.0, 500, 1.0) == 5.0


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 80), (50, 499), (50, 900), (600, 700)])
def test_mean_minutes_of_many_cases(first, last):
    n = np.minimum(np.arange(first, last + 1), 500)
    by_hand = np.mean(5.0 * np.exp(np.log(n / 500) * np.log(0.85) / np.log(2)))
    assert forms.mean_case_minutes(first, last, 5.0, 500, 0.85) == pytest.approx(by_hand)


def test_a_month_is_the_twelfth_part_of_a_year():
    assert forms.monthly_keep(0.2) ** 12 == pytest.approx(0.8)
    k = 0.9
    for _ in range(12):
        k = forms.trained(k, 0.3, forms.monthly_keep(0.2), 0.0, 12.0)
    assert k == pytest.approx(0.3 + 0.6 * 0.8)
    for _ in range(3):
        k = forms.trained(k, 0.3, 1.0, 4.0, 12.0)
    assert 1 - k == pytest.approx((1 - 0.78) * math.exp(-1))


def taught_for_long(hours: float, replaced: float, agents: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """(agents,) knowledge after many years, just before a month's replacements and just after them."""
    draws, k = drawing(3), np.full(agents, 0.6)
    for _ in range(800):
        taught = 1 - (1 - (0.3 + (k - 0.3) * 0.98)) * math.exp(-hours / 12.0)
        k = np.where(draws.random(agents) < replaced, 0.3, taught)
    return taught, k


@pytest.mark.parametrize("hours", [2.0, 40.0])
def test_what_agents_know_who_come_and_go(hours):
    replaced = 1 - forms.monthly_keep(0.25)
    before, after = taught_for_long(hours, replaced)
    settled = forms.settled_knowledge(0.3, 0.98, hours, 12.0, replaced)
    meets(after, settled)
    meets(before, forms.trained(settled, 0.3, 0.98, hours, 12.0))


@pytest.mark.parametrize(("hours", "replaced"), [(0.0, 0.0), (2.0, 0.0), (40.0, 0.0), (0.0, 0.1), (2.0, 1.0)])
def test_what_agents_know_who_are_all_alike(hours, replaced):
    _, after = taught_for_long(hours, replaced, agents=3)
    assert after == pytest.approx(forms.settled_knowledge(0.3, 0.98, hours, 12.0, replaced), rel=1e-5)


def test_who_knows_less_than_a_newcomer_forgets_nothing():
    assert forms.trained(0.2, 0.3, 0.9, 0.0, 12.0) == pytest.approx(0.2)
    assert forms.trained(0.2, 0.3, 0.9, 12.0, 12.0) == pytest.approx(1 - 0.8 / math.e)


def test_knowledge_settles_where_a_month_changes_nothing():
    settled = forms.settled_knowledge(0.3, 0.98, 2.0, 12.0)
    assert forms.trained(settled, 0.3, 0.98, 2.0, 12.0) == pytest.approx(settled)
    assert forms.settled_knowledge(0.3, 0.98, 0.0, 12.0) == pytest.approx(0.3)
    assert forms.settled_knowledge(0.3, 1.0, 2.0, 12.0) == pytest.approx(1.0)


# What a customer is worth


@pytest.mark.parametrize(
    ("retention", "discount", "growth"), [(0.8, 0.1, 0.0), (0.9, 0.05, 0.08), (0.0, 0.1, 0.02), (1.0, 0.1, 0.0)]
)
def test_worth_is_what_will_be_paid(retention, discount, growth):
    paid_last = math.fsum(7.0 * retention**t * (1 + growth) ** (t - 1) / (1 + discount) ** t for t in range(1, 2000))
    paid_first = math.fsum(7.0 * (retention * (1 + growth) / (1 + discount)) ** t for t in range(2000))
    assert forms.worth(7.0, retention, discount, growth) == pytest.approx(paid_last)
    assert forms.worth_paid_first(7.0, retention, discount, growth) == pytest.approx(paid_first)


def test_the_published_multiple():
    assert forms.worth(1.0, 0.8, 0.1) == pytest.approx(2.67, abs=0.005)


@pytest.mark.parametrize("growth", [0.0, 0.05])
def test_one_per_cent_of_retention(growth):
    of_worth = slope(lambda r: forms.worth(1.0, r, 0.1, growth), 0.8)
    of_paid_first = slope(lambda r: forms.worth_paid_first(1.0, r, 0.1, growth), 0.8)
    assert of_worth == pytest.approx(forms.elasticity_to_retention(0.8, 0.1, growth), rel=1e-6)
    assert of_paid_first == pytest.approx(forms.elasticity_to_retention(0.8, 0.1, growth) - 1.0, rel=1e-6)
    assert forms.elasticity_to_retention(0.8, 0.1) == pytest.approx(1.1 / 0.3)


@pytest.mark.parametrize(
    ("fades", "discount", "days"),
    [(0.02, 0.1, 1095), (0.02, 0.0, 1095), (0.0, 0.1, 1095), (0.0, 0.0, 365), (0.7, 0.5, 1), (0.1, 0.1, 0)],
)
def test_money_of_days_is_the_sum_of_them(fades, discount, days):
    taken = [quad(lambda t: 7.0 * math.exp(-fades * t), day, day + 1)[0] for day in range(days)]
    today = math.fsum(money / (1 + discount) ** ((day + 1) / 365) for day, money in enumerate(taken))
    assert forms.worth_of_days(7.0, fades, discount, days) == pytest.approx(today)


def test_money_of_those_who_come_at_random_and_stay_or_do_not():
    """Lives drawn visit by visit: 4 a year on average, 80 % of customers stay after each, over two years."""
    draws, stays, gap, lives = drawing(), 0.8, 365 / 4, 40_000
    now, here, worth = np.zeros(lives), np.ones(lives, bool), np.zeros(lives)
    while (here := here & (now < 730)).any():
        now += draws.exponential(gap, lives)
        worth += np.where(here & (now < 730), 1.1 ** -((np.floor(now) + 1) / 365), 0.0)
        here = here & (draws.random(lives) < stays)
    meets(worth, forms.worth_of_days(1 / gap, (1 - stays) / gap, 0.1, 730))


# Rivals


@pytest.mark.parametrize(("leaving", "returning"), [(0.1, 0.3), (0.9, 0.8), (0.0, 0.2), (0.5, 0.0)])
def test_customers_who_go_to_and_fro(leaving, returning):
    moves = np.array([[1 - leaving, leaving], [returning, 1 - returning]])
    for purchases in (0, 1, 2, 7):
        with_us = np.array([0.7, 0.3]) @ np.linalg.matrix_power(moves, purchases)
        assert forms.win_stay_share_after(leaving, returning, 0.7, purchases) == pytest.approx(with_us[0])
    long_since = np.array([0.7, 0.3]) @ np.linalg.matrix_power(moves, 500)
    assert forms.win_stay_share(leaving, returning) == pytest.approx(long_since[0])


@pytest.mark.parametrize(("soonest", "counts"), [(2, 1.0), (1, 0.7)])
def test_who_may_be_back_sooner_leaves_less(soonest, counts):
    leaving, returning, draws = 0.2, 0.3, drawing(9)
    visits = draws.geometric(leaving, (200, 2000))
    gaps = visits - 1 + draws.geometric(returning, visits.shape) + soonest - 1
    meets(visits.sum(axis=1) / gaps.sum(axis=1), forms.win_stay_share(leaving * counts, returning))


def test_a_small_lead_in_quality_is_a_large_share():
    assert forms.win_stay_share(0.02, 0.04) == pytest.approx(2 / 3)
    assert forms.win_stay_share(0.01, 0.02) == forms.win_stay_share(0.02, 0.04)


def best_of(utilities: list[float], choices: int = 400_000) -> np.ndarray:
    """(choices,) is the first the best, each with a Gumbel's surprise of its own?"""
    return (utilities + drawing(4).gumbel(size=(choices, len(utilities)))).argmax(axis=1) == 0


@pytest.mark.parametrize("demanding", [0.0, 0.4])
@pytest.mark.parametrize("now", [[6.5, 6.0], [7.2, 6.0], [6.5, 6.0, 8.0], []])
def test_customers_choose_the_best(now, demanding):
    at_first, nobody, steepness, utility = [6.5, 6.0], 5.5, 0.5, 1.1
    today = [steepness * nobody, *(steepness * quality + demanding for quality in at_first)]
    later = [steepness * nobody, *(steepness * quality + demanding for quality in now)]
    stays = best_of([utility + math.log(sum(map(math.exp, today))), *later])
    pull = forms.rivals_pull(steepness, nobody, now, at_first, demanding)
    meets(stays, forms.staying_among_rivals(utility, pull))


def test_without_rivals_or_change_staying_is_logistic():
    for utility in (-40.0, -2.0, 0.0, 3.0, 40.0):
        logistic = pytest.approx(1 / (1 + math.exp(-utility)), rel=1e-12)
        assert forms.staying_among_rivals(utility) == logistic
        assert forms.staying_among_rivals(utility, forms.rivals_pull(0.5, 6.0, [], [])) == logistic
        assert forms.staying_among_rivals(utility, forms.rivals_pull(0.5, 6.0, [6.5, 7], [6.5, 7])) == logistic
    assert forms.rivals_pull(2000.0, 6.0, [6.5, 7], [6.5, 7]) == 1.0


def test_rivals_who_improve_alike_pull_less_than_their_gain():
    assert 1 < forms.rivals_pull(0.5, 6.0, [7.5, 7.0], [6.5, 6.0]) < math.exp(0.5)
    assert forms.rivals_pull(0.5, -1e9, [7.5, 7.0], [6.5, 6.0]) == pytest.approx(math.exp(0.5))


def test_own_elasticity():
    def staying(satisfaction: float) -> float:
        return forms.staying_among_rivals(0.5 * satisfaction - 3.0, 1.7)

    assert slope(staying, 8.0) == pytest.approx(forms.own_elasticity(0.5, 8.0, staying(8.0)), rel=1e-6)


# Expectations


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 0.7), (0.4, 0.9), (-1.5, 0.5), (3.0, 0.1)])
def test_what_is_felt_is_an_integral(mean, deviation):
    d = np.linspace(mean - 12 * deviation, mean + 12 * deviation, 400_001)
    felt = np.where(d >= 0, d, 2.0 * d) * stats.norm.pdf(d, mean, deviation)
    assert forms.mean_felt(mean, deviation, 2.0) == pytest.approx(np.trapezoid(felt, d), abs=1e-8)
    assert forms.mean_felt(mean, deviation, 1.0) == pytest.approx(mean)


@pytest.mark.parametrize(("should", "gap"), [(0.0, 0.0), (0.5, 0.0), (0.5, 0.8), (0.5, -0.8), (1.0, 0.5)])
def test_variability_alone_disappoints(should, gap):
    mean_quality, deviation, follows, loss_aversion = 7.0, 0.6, 0.3, 2.0
    quality = mean_quality + deviation * drawing(5).standard_normal((400, 10_000))
    will = lfilter([follows], [1, follows - 1], quality - mean_quality) + mean_quality
    expected = (1 - should) * will[:, 199:-1] + should * (mean_quality - gap)
    d = quality[:, 200:] - expected
    felt = np.where(d >= 0, d, loss_aversion * d).mean(axis=1)
    meets(felt, forms.settled_delight(deviation, follows, loss_aversion, should, gap))


def test_delight_as_written_in_the_model_basis():
    s, w = 0.6, 0.3
    plain = (1 - 2.0) * s * math.sqrt(2 / (2 - w)) / math.sqrt(2 * math.pi)
    assert forms.settled_delight(s, w, 2.0) == pytest.approx(plain)
    half = (1 - 2.0) * s * math.sqrt((8 - 3 * w) / (4 * (2 - w))) / math.sqrt(2 * math.pi)
    assert forms.settled_delight(s, w, 2.0, should=0.5) == pytest.approx(half)
    assert forms.settled_delight(s, w, 1.0) == 0.0


# Colleagues' requests


def two_classes(rates: tuple[float, float], means: tuple[float, float], most: int = 60) -> list[float]:
    """Mean waits of two classes at one agent, the first before the second, exponential: the Markov chain, solved.

    A state is (first waiting, second waiting, 0 idle or whose visit is in hand); beyond the most, nobody comes.
    """
    side = most + 1
    rows, columns, speeds = [], [], []

    def state(first: int, second: int, hand: int) -> int:
        return (first * side + second) * 3 + hand

    def move(here: int, there: int, speed: float) -> None:
        rows.extend((there, here))
        columns.extend((here, here))
        speeds.extend((speed, -speed))

    move(state(0, 0, 0), state(0, 0, 1), rates[0])
    move(state(0, 0, 0), state(0, 0, 2), rates[1])
    for first in range(side):
        for second in range(side):
            for hand in (1, 2):
                here = state(first, second, hand)
                if first < most:
                    move(here, state(first + 1, second, hand), rates[0])
                if second < most:
                    move(here, state(first, second + 1, hand), rates[1])
                after = (first - 1, second, 1) if first else (0, second - 1, 2) if second else (0, 0, 0)
                move(here, state(*after), 1 / means[hand - 1])
    used = np.unique(rows)
    flow = csc_array((speeds, (rows, columns)), shape=(3 * side**2, 3 * side**2))[used][:, used].tolil()
    flow[0] = 1.0
    p = spsolve(flow.tocsc(), np.eye(1, len(used))[0])
    waiting = used // 3
    return [float(p @ (waiting // side)) / rates[0], float(p @ (waiting % side)) / rates[1]]


@pytest.mark.parametrize("means", [(8.0, 5.0), (5.0, 8.0), (6.0, 6.0)])
def test_colleagues_before_or_after_customers(means):
    rates = (0.04, 0.05)
    in_hand = failure_forms.residual(*((rate, mean, 1.0) for rate, mean in zip(rates, means, strict=True)))
    by_formula = failure_forms.priorities(in_hand, [rate * mean for rate, mean in zip(rates, means, strict=True)])
    assert by_formula == pytest.approx(two_classes(rates, means), rel=1e-3)


def test_colleagues_in_turn_with_customers():
    rates, means, cvs, replications, visits = (0.04, 0.03), (8.0, 10.0), (0.7, 1.0), 40, 200_000
    draws = drawing(6)
    who = (draws.random((replications, visits)) >= rates[0] / sum(rates)).astype(int)
    sigma = np.sqrt(np.log1p(np.square(cvs)))[who]
    work = np.array(means)[who] * np.exp(sigma * draws.standard_normal(who.shape) - sigma**2 / 2)
    steps = work[:, :-1] - draws.exponential(1 / sum(rates), (replications, visits - 1))
    walk = np.concatenate([np.zeros((replications, 1)), steps.cumsum(axis=1)], axis=1)
    wait = (walk - np.minimum.accumulate(walk, axis=1))[:, 2000:]
    in_hand = failure_forms.residual(*zip(rates, means, cvs, strict=True))
    (expected,) = failure_forms.priorities(in_hand, [sum(rate * mean for rate, mean in zip(rates, means, strict=True))])
    for whose in (0, 1):
        meets(np.array([row[kind == whose].mean() for row, kind in zip(wait, who[:, 2000:], strict=True)]), expected)


# Tiredness


@pytest.mark.parametrize("busy", [0, 1])
def test_tiring_and_recovering_follow_their_equation(busy):
    found = solve_ivp(lambda _, f: (busy - f) / 90.0, (0, 200.0), [0.4], rtol=1e-10, atol=1e-12)
    assert forms.fatigue(0.4, busy, 200.0, 90.0) == pytest.approx(found.y[0, -1], rel=1e-8)
    assert forms.fatigue(forms.fatigue(0.4, busy, 50.0, 90.0), busy, 150.0, 90.0) == pytest.approx(found.y[0, -1])
    assert forms.fatigue(0.4, busy, 0.0, 90.0) == 0.4


def tired(
    starts: float, ends: float, memory: float, until: float, agents: int = 100_000
) -> tuple[np.ndarray, np.ndarray]:
    """((agents,) busy, (agents,) fatigue) of agents at an instant, whose idle and busy spells are exponential."""
    draws = drawing(7)
    clock, busy, level = np.zeros(agents), np.zeros(agents, dtype=bool), np.full(agents, 0.5)
    while (clock < until).any():
        spell = draws.exponential(1 / np.where(busy, ends, starts))
        ended = spell <= until - clock
        level = busy + (level - busy) * np.exp(-np.where(ended, spell, until - clock) / memory)
        clock, busy = np.where(ended, clock + spell, until), busy ^ ended
    return busy, level


@pytest.mark.parametrize(("starts", "ends", "memory"), [(0.2, 0.1, 20.0), (0.05, 0.1, 8.0)])
def test_how_tired_agents_are(starts, ends, memory):
    a, b = forms.fatigue_law(starts, ends, memory)
    busy, level = tired(starts, ends, memory, until=15 * memory)
    utilisation = starts / (starts + ends)
    meets(level, utilisation)
    meets((level - utilisation) ** 2, utilisation * (1 - utilisation) / (1 + memory * (starts + ends)))
    for whose, law in ((slice(None), (a, b)), (busy, (a + 1, b)), (~busy, (a, b + 1))):
        assert stats.kstest(level[whose], stats.beta(*law).cdf).pvalue > 0.001


def test_tiredness_is_utilisation_whatever_the_spells():
    draws = drawing(8)
    spells = np.stack([draws.lognormal(1.0, 0.8, 200_000), draws.uniform(0, 10, 200_000)], axis=1)
    level, area = 0.5, 0.0
    for on, off in spells:
        for busy, time in ((1.0, on), (0.0, off)):
            area += busy * time + (level - busy) * -30.0 * math.expm1(-time / 30.0)
            level = forms.fatigue(level, busy, time, 30.0)
    assert area / spells.sum() == pytest.approx(spells[:, 0].sum() / spells.sum(), rel=1e-4)


# What has no answer


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda: forms.referral_total(1.0), "referrals is 1; it must be at least 0 and below 1, or there is no end to it."),
        (lambda: forms.referral_total(-0.1), "referrals is -0.1;"),
        (lambda: forms.referral_total(math.nan), "referrals is nan;"),
        (lambda: forms.referral_total_after(0.5, -1), "generations is -1; it must be at least 0."),
        (lambda: forms.book_mean(1.0, 0.2, -0.1, 5.0, 1.0), "leaves is -0.1;"),
        (lambda: forms.book_variance(1.0, 0.2, 0.1, -5.0, 1.0), "start is -5;"),
        (lambda: forms.pool_law(1.0, 0.2, 10, 11, 1.0), "11 of 10 people are customers;"),
        (lambda: forms.pool_mean(1.0, -0.2, 10, 1, 1.0), "brings is -0.2;"),
        (lambda: forms.bass(1.0, 0.2, 10, 11, 1.0), "11 of 10 people are customers;"),
        (lambda: forms.bass(1.0, 0.2, 0.0, 0.0, 1.0), "pool is 0; it must be above 0."),
        (lambda: forms.adstock([1.0], 1.0), "carry is 1;"),
        (lambda: forms.settled_adstock(1.0, 1.0), "carry is 1;"),
        (lambda: forms.advertising_lift(-1.0, 0.5, 0), "ratio is -1;"),
        (lambda: forms.advertising_lift(2.0, 0.5, -1), "month is -1;"),
        (lambda: forms.best_advertising(10.0, 1.0, 2.0), "elasticity is 1;"),
        (lambda: forms.case_minutes(0, 5.0, 500, 0.85), "case is 0; it must be above 0."),
        (lambda: forms.case_minutes(1, 5.0, 500, 0.0), "learning is 0;"),
        (lambda: forms.case_minutes(1, 5.0, 500, 1.2), "learning is 1.2;"),
        (lambda: forms.mean_case_minutes(5, 4, 5.0, 500, 0.85), "the last case is 4; it must not come before the first, 5."),
        (lambda: forms.monthly_keep(1.1), "yearly_loss is 1.1; it must be between 0 and 1."),
        (lambda: forms.trained(0.5, 0.3, 0.9, 1.0, 0.0), "scale is 0;"),
        (lambda: forms.settled_knowledge(0.3, 1.0, 0.0, 12.0), "nothing changes what is known;"),
        (lambda: forms.worth(1.0, 1.2, 0.1), "retention is 1.2;"),
        (lambda: forms.worth(1.0, 1.0, 0.0), "retention · (1 + growth) is 1; it must be at least 0 and below 1."),
        (lambda: forms.elasticity_to_retention(1.0, 0.05, 0.1), "retention · (1 + growth) is 1.1;"),
        (lambda: forms.worth_of_days(1.0, -0.1, 0.1, 365), "fades is -0.1;"),
        (lambda: forms.worth_of_days(1.0, 0.1, -0.1, 365), "discount is -0.1; it must be at least 0."),
        (lambda: forms.win_stay_share(0.0, 0.0), "nobody leaves either of the two;"),
        (lambda: forms.win_stay_share(1.2, 0.1), "leaving is 1.2;"),
        (lambda: forms.win_stay_share_after(0.2, 0.1, 0.5, -1), "purchases is -1;"),
        (lambda: forms.staying_among_rivals(1.0, 0.0), "pull is 0;"),
        (lambda: forms.own_elasticity(0.5, 8.0, 1.1), "staying is 1.1;"),
        (lambda: forms.settled_delight(0.0, 0.3, 2.0), "deviation is 0;"),
        (lambda: forms.settled_delight(0.5, 1.3, 2.0), "follows is 1.3;"),
        (lambda: forms.fatigue(0.5, 1.0, 5.0, 0.0), "memory is 0;"),
        (lambda: forms.fatigue_law(0.0, 0.1, 5.0), "starts is 0;"),
    ],
)  # fmt: skip
def test_what_has_no_answer_is_refused(ask, answer):
    with pytest.raises(ValueError, match=re.escape(answer)):
        ask()
