"""Quantiles of times that a sheet holds as tables, for distributions whose inverse has no closed form."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from servsim.event_codes import Distribution

QUANTILES = 1025
Z = np.linspace(-8.0, 8.0, QUANTILES)
"""Where quantile tables hold their values, in standard normal deviates; `durations.tabled` reads between them."""


def weibull_scale(mean: float, shape: float) -> float:
    """The scale at which a Weibull of this shape has this mean: mean / Γ(1 + 1/shape)."""
    return mean / math.gamma(1.0 + 1.0 / shape)


def erlang_quantiles(phases: int) -> np.ndarray:
    """Quantiles at Φ(Z) of the sum of so many exponentials, scaled to mean 1."""
    from scipy.special import gammaincinv, ndtr

    return np.asarray(gammaincinv(phases, ndtr(Z)) / phases)


def sample_quantiles(sample: Sequence[float]) -> np.ndarray:
    """The means of QUANTILES equal parts of a sample in ascending order, scaled to mean 1, for `durations.sampled`."""
    found = means_of_parts(np.sort(np.array(sample, float)), QUANTILES)
    return found / found.mean()


def means_of_parts(ordered: np.ndarray, parts: int) -> np.ndarray:
    """The means of equally large parts of a sample in ascending order; a number on a border is shared by both."""
    many = len(ordered)
    sums = np.interp(
        np.linspace(0.0, many, parts + 1), np.arange(many + 1), np.concatenate([[0.0], np.cumsum(ordered)])
    )
    found: np.ndarray = np.diff(sums) * (parts / many)
    return found


def gamma_quantiles(cv: float) -> np.ndarray:
    """Quantiles at Φ(Z) of a gamma law of mean 1: its shape is 1/cv². All of them 1 where it does not vary."""
    from scipy.special import gammaincinv, ndtr

    shape = 1.0 / (cv * cv) if cv * cv > 0.0 else np.inf
    return np.asarray(gammaincinv(shape, ndtr(Z)) / shape) if shape < STEADY else np.ones(QUANTILES)


STEADY = 1e10
"""Shape from which on no day differs from another by as much as a visit."""


def normal_tail(z: np.ndarray) -> np.ndarray:
    """1 − Φ(z)."""
    return np.array([0.5 * math.erfc(x / math.sqrt(2.0)) for x in z])


@lru_cache(64)
def residual_quantiles(distribution: Distribution, cv: float, shape: float) -> np.ndarray:
    """Quantiles at Φ(Z) of the equilibrium residual of a gap of mean 1: P(residual > x) = ∫ₓ^∞ P(gap > t) dt.

    It is the time until the next visit of a customer looked at on an ordinary day, the gap's renewal process having
    gone on for long. Source: Cox (1962), Renewal Theory. Evidence: theorem.
    """
    varies = distribution != Distribution.LOGNORMAL or 1.0 + cv * cv > 1.0  # else so little that no float tells
    if distribution == Distribution.FIXED or not varies:
        return normal_tail(-Z)
    if distribution == Distribution.EXPONENTIAL:
        return -np.log(normal_tail(Z))
    x = np.exp(np.linspace(math.log(1e-12), math.log(1e6), 20_001))
    if distribution == Distribution.LOGNORMAL:
        variance = math.log(1.0 + cv * cv)
        survival = normal_tail((np.log(x) + variance / 2) / math.sqrt(variance))
    else:
        survival = np.exp(-((x / weibull_scale(1.0, shape)) ** shape))
    pieces = (survival[1:] + survival[:-1]) / 2 * np.diff(x)
    below = np.concatenate([[x[0]], x[0] + np.cumsum(pieces)])
    above = np.concatenate([np.cumsum(pieces[::-1])[::-1], [0.0]])
    low = np.interp(np.log(normal_tail(-Z)), np.log(below), np.log(x))
    reached = above > 0
    high = np.interp(-np.log(normal_tail(Z)), -np.log(above[reached]), np.log(x[reached]))
    return np.exp(np.where(Z < 0, low, high))
