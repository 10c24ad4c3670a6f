"""Durations: each law's quantiles are those of the textbook, and a duration becomes ticks in one place."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from servsim.duration_quantile_tables import Z, erlang_quantiles, residual_quantiles, weibull_scale
from servsim.event_codes import Distribution
from servsim.model import durations
from servsim.model.durations import exponential, length, lognormal, normal_quantile, tabled, ticks, weibull
from servsim.units import MINUTE, NEVER, WEEK

MIDDLES = (np.arange(10_000) + 0.5) / 10_000
TINY = 2.0 ** -np.arange(1.0, 54.0)
ALL_U = np.concatenate([MIDDLES, TINY, 1 - TINY])
NO_TABLE = np.zeros(len(Z))
UNIFORM = st.floats(0, 1, exclude_max=True)

LAWS = {
    "exponential": (Distribution.EXPONENTIAL, 0.7, 1.0, stats.expon),
    "lognormal": (
        Distribution.LOGNORMAL,
        0.7,
        1.0,
        stats.lognorm(math.sqrt(math.log(1.49)), scale=1 / math.sqrt(1.49)),
    ),
    "lognormal, wide": (
        Distribution.LOGNORMAL,
        3.0,
        1.0,
        stats.lognorm(math.sqrt(math.log(10)), scale=1 / math.sqrt(10)),
    ),
    "weibull, early": (Distribution.WEIBULL, 0.7, 0.5, stats.weibull_min(0.5, scale=0.5)),
    "weibull, regular": (Distribution.WEIBULL, 0.7, 2.0, stats.weibull_min(2.0, scale=2 / math.sqrt(math.pi))),
    "erlang 1": (Distribution.ERLANG, 1, 1.0, stats.gamma(1, scale=1.0)),
    "erlang 3": (Distribution.ERLANG, 3, 1.0, stats.gamma(3, scale=1 / 3)),
    "erlang 100": (Distribution.ERLANG, 100, 1.0, stats.gamma(100, scale=0.01)),
}
"""Name → (law, cv or phases, shape, scipy's distribution of the same law with mean 1)."""

GAPS = {
    "fixed": (Distribution.FIXED, 0.7, 1.5),
    "exponential": (Distribution.EXPONENTIAL, 0.7, 1.5),
    "lognormal, regular": (Distribution.LOGNORMAL, 0.1, 1.5),
    "lognormal": (Distribution.LOGNORMAL, 0.7, 1.5),
    "lognormal, wide": (Distribution.LOGNORMAL, 3.0, 1.5),
    "weibull, early": (Distribution.WEIBULL, 0.7, 0.25),
    "weibull": (Distribution.WEIBULL, 0.7, 1.5),
    "weibull, regular": (Distribution.WEIBULL, 0.7, 20.0),
}
"""Name → (law, cv, shape) of gaps with mean 1."""


def quantiles(law: Distribution, mean: float, cv: float, shape: float, us: np.ndarray) -> np.ndarray:
    """A law's durations at many u."""
    table = erlang_quantiles(int(cv)) if law == Distribution.ERLANG else NO_TABLE
    scale = weibull_scale(mean, shape)
    return np.array([length(int(law), mean, math.log(1 + cv * cv), scale, shape, table, u) for u in us])


def residual_chance(law: Distribution, cv: float, shape: float, x: np.ndarray) -> np.ndarray:
    """P(residual ≤ x) = ∫₀ˣ P(gap > t) dt by quadrature, the gap having mean 1."""
    survival = {
        Distribution.FIXED: lambda t: (t < 1.0) * 1.0,
        Distribution.EXPONENTIAL: stats.expon.sf,
        Distribution.LOGNORMAL: lambda t: stats.lognorm.sf(
            t, math.sqrt(math.log1p(cv * cv)), scale=1 / math.sqrt(1 + cv * cv)
        ),
        Distribution.WEIBULL: lambda t: stats.weibull_min.sf(t, shape, scale=weibull_scale(1.0, shape)),
    }[law]
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.concatenate([[0.0], x])
    width = np.diff(edges)[:, None]
    t = edges[:-1, None] + width * (nodes + 1) / 2
    return np.cumsum((survival(t) * weights * width / 2).sum(axis=1))


# The inverse normal


def test_normal_quantile_is_scipys_to_the_last_digits():
    found = np.array([normal_quantile(u) for u in ALL_U])
    np.testing.assert_allclose(found, special.ndtri(ALL_U), rtol=2e-15)


def test_normal_quantile_at_0_is_a_number():
    assert normal_quantile(0.0) == pytest.approx(special.ndtri(2.0**-54), rel=1e-15)


def test_normal_quantile_at_one_half_is_0():
    assert normal_quantile(0.5) == 0


@pytest.mark.parametrize("edge", [0.075, 0.925, math.exp(-25)])
def test_normal_quantile_has_no_step_where_its_formulas_meet(edge):
    below, at, above = np.nextafter(edge, 0), edge, np.nextafter(edge, 1)
    assert normal_quantile(below) == pytest.approx(normal_quantile(at), rel=1e-14)
    assert normal_quantile(above) == pytest.approx(normal_quantile(at), rel=1e-14)


# The laws


@pytest.mark.parametrize(("law", "cv", "shape", "truth"), LAWS.values(), ids=LAWS)
def test_quantiles_are_scipys(law, cv, shape, truth):
    us = ALL_U[(ALL_U > 1e-5) & (ALL_U < 1 - 1e-5)]
    found = quantiles(law, 12.0, cv, shape, us)
    error = 3e-5 if law == Distribution.ERLANG else 1e-15
    np.testing.assert_allclose(found, 12 * truth.ppf(us), rtol=1e-13, atol=12 * error)


@pytest.mark.parametrize(("law", "cv", "shape", "truth"), LAWS.values(), ids=LAWS)
def test_mean_and_median_are_the_laws(law, cv, shape, truth):
    found = quantiles(law, 12.0, cv, shape, MIDDLES)
    np.testing.assert_allclose(found.mean(), 12 * truth.ppf(MIDDLES).mean(), rtol=2e-5)
    np.testing.assert_allclose(quantiles(law, 12.0, cv, shape, [0.5])[0], 12 * truth.median(), rtol=3e-5)
    assert truth.mean() == pytest.approx(1)


@pytest.mark.parametrize("cv", [0.1, 0.7, 3.0])
def test_lognormal_has_the_cv_it_is_given(cv):
    weights, z = np.polynomial.hermite_e.hermegauss(20)[::-1]
    values = np.array([lognormal(12.0, math.log(1 + cv * cv), u) for u in special.ndtr(z)])
    mean = (weights * values).sum() / weights.sum()
    square = (weights * values**2).sum() / weights.sum()
    assert mean == pytest.approx(12, rel=1e-6)
    assert math.sqrt(square - mean**2) / mean == pytest.approx(cv, rel=1e-4)


def test_erlang_table_is_off_by_less_than_2_in_1000_at_the_farthest_tails():
    tails = np.concatenate([10.0 ** -np.arange(5, 16), 1 - 10.0 ** -np.arange(5, 16)])
    for phases in (1, 2, 3, 10, 100):
        table = erlang_quantiles(phases)
        found = np.array([tabled(table, u) for u in tails])
        np.testing.assert_allclose(found, special.gammaincinv(phases, tails) / phases, rtol=2e-3)


@pytest.mark.parametrize(
    ("law", "mean", "cv", "expected"),
    [
        pytest.param(Distribution.FIXED, 12.0, 0.7, 12.0, id="fixed"),
        pytest.param(Distribution.LOGNORMAL, 12.0, 0.0, 12.0, id="lognormal without variation"),
        pytest.param(Distribution.LOGNORMAL, 0.0, 0.7, 0.0, id="lognormal of nothing"),
        pytest.param(Distribution.EXPONENTIAL, 12.0, 0.7, 12 * math.log(10), id="exponential"),
    ],
)
def test_nine_tenths_are_no_longer_than(law, mean, cv, expected):
    assert length(int(law), mean, math.log(1 + cv * cv), 0.0, 1.0, NO_TABLE, 0.9) == pytest.approx(expected, rel=1e-14)


def test_never_is_never():
    assert ticks(length(int(Distribution.NEVER), 12.0, 0.4, 0.0, 1.0, NO_TABLE, 0.5)) == NEVER


@pytest.mark.parametrize(("law", "cv", "shape", "truth"), LAWS.values(), ids=LAWS)
def test_durations_are_finite_and_not_negative_at_the_ends(law, cv, shape, truth):
    ends = quantiles(law, 12.0, cv, shape, np.array([0.0, 1 - 2.0**-53]))
    assert (np.isfinite(ends) & (ends >= 0)).all()


@given(st.sampled_from(list(LAWS.values())), UNIFORM, UNIFORM)
def test_a_larger_u_makes_no_shorter_duration(row, u, other):
    law, cv, shape, _ = row
    low, high = quantiles(law, 12.0, cv, shape, np.sort([u, other]))
    assert low <= high * (1 + 1e-15)


# Residual gaps


@pytest.mark.parametrize(("law", "cv", "shape"), GAPS.values(), ids=GAPS)
def test_residual_quantiles_are_those_of_quadrature(law, cv, shape):
    table = residual_quantiles(law, cv, shape)
    found = np.array([tabled(table, u) for u in MIDDLES])
    np.testing.assert_allclose(residual_chance(law, cv, shape, found), MIDDLES, atol=3e-5)


def test_fixed_gap_is_uniform_left_over():
    np.testing.assert_allclose(residual_quantiles(Distribution.FIXED, 0.7, 1.5), special.ndtr(Z), rtol=1e-13)


def test_exponential_gap_is_left_over_as_long_as_ever():
    np.testing.assert_allclose(
        residual_quantiles(Distribution.EXPONENTIAL, 0.7, 1.5), -special.log_ndtr(-Z), rtol=1e-13, atol=2e-16
    )


@pytest.mark.parametrize("cv", [0.1, 0.7, 1.0])
def test_mean_residual_grows_with_the_variance_of_the_gap(cv):
    table = residual_quantiles(Distribution.LOGNORMAL, cv, 1.5)
    mean = np.mean([tabled(table, u) for u in MIDDLES])
    assert mean == pytest.approx((1 + cv * cv) / 2, rel=2e-3)


# Ticks


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param(0.0, 1, id="nothing takes a tick"),
        pytest.param(1e-9, 1, id="next to nothing takes a tick"),
        pytest.param(1.49 / MINUTE, 1, id="rounded down"),
        pytest.param(1.5 / MINUTE, 2, id="half a tick is rounded up"),
        pytest.param(2.5 / MINUTE, 3, id="half a tick is rounded up, not to even"),
        pytest.param(1.0, MINUTE, id="a minute"),
        pytest.param(1040.0 * 7 * 24 * 60, 1040 * WEEK, id="the longest horizon"),
        pytest.param(2.0**61 / MINUTE, NEVER, id="for ever"),
        pytest.param(1e300, NEVER, id="for ever and ever"),
        pytest.param(math.inf, NEVER, id="infinity"),
    ],
)
def test_minutes_become_ticks(minutes, expected):
    assert ticks(minutes) == expected


@given(st.floats(0, 2.0**60 / MINUTE))
def test_ticks_are_the_nearest_and_at_least_one(minutes):
    found = int(ticks(minutes))
    assert found >= 1
    assert found == 1 or abs(found - minutes * MINUTE) <= 0.5


@given(st.floats(0, math.inf), st.floats(0, math.inf))
def test_more_minutes_are_no_fewer_ticks(one, other):
    assert ticks(min(one, other)) <= ticks(max(one, other))


def test_never_leaves_room_to_be_added_to_any_instant():
    assert 1040 * WEEK < 2**61 <= NEVER
    assert NEVER + 1040 * WEEK < 2**63


# With and without the compiler


def test_python_makes_the_durations_that_the_compiler_makes(plain):
    without = plain("durations")
    table = erlang_quantiles(3)
    for u in np.concatenate([[0.0], TINY, 1 - TINY, MIDDLES[::100]]):
        assert without.normal_quantile(u) == normal_quantile(u)
        assert without.exponential(12.0, u) == exponential(12.0, u)
        assert without.lognormal(12.0, 0.4, u) == lognormal(12.0, 0.4, u)
        assert without.weibull(12.0, 0.8, u) == weibull(12.0, 0.8, u)
        assert without.tabled(table, u) == tabled(table, u)


def test_a_table_is_read_in_a_straight_line_between_its_values():
    table = erlang_quantiles(3)
    for left, right in pairwise(range(500, 520)):
        middle = special.ndtr((Z[left] + Z[right]) / 2)
        assert tabled(table, middle) == pytest.approx((table[left] + table[right]) / 2, rel=1e-12)


def test_tables_reach_as_far_as_their_readers_think():
    assert (Z[0], Z[-1]) == (-durations.TABLE_REACH, durations.TABLE_REACH)


@pytest.mark.parametrize("cv", [1e-300, 1e-12, 1e-8, 2e-8, 1e-4])
def test_gaps_that_hardly_vary_are_as_good_as_fixed(cv):
    with warnings.catch_warnings(action="error"):
        table = residual_quantiles(Distribution.LOGNORMAL, cv, 1.5)
    assert table == pytest.approx(residual_quantiles(Distribution.FIXED, 0.0, 1.5), abs=2e-3)
