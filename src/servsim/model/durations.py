"""Distributions by inverse transform: one uniform makes one duration, and a duration becomes ticks in one place."""

import math

import numpy as np

from servsim.event_codes import Distribution
from servsim.model.compilation import kernel, part
from servsim.units import MINUTE, NEVER

SMALLEST = 2.0**-54
LONGEST = 2.0**61
TABLE_REACH = 8.0
"""A quantile table spans this many standard deviations of Φ⁻¹(u) to each side."""


@kernel
def tail_quantile(r):
    """AS 241 beyond |u − ½| = 0.425, at r = sqrt(−log(min(u, 1 − u)))."""
    if r <= 5.0:
        r -= 1.6
        above = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r
            + 1.27045825245236838258e0) * r + 3.64784832476320460504e0) * r + 5.76949722146069140550e0) * r
            + 4.63033784615654529590e0) * r + 1.42343711074968357734e0)  # fmt: skip
        below = (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
            + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1) * r + 1.67638483018380384940e0) * r
            + 2.05319162663775882187e0) * r + 1.0)  # fmt: skip
    else:
        r -= 5.0
        above = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) * r
            + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1) * r + 1.78482653991729133580e0) * r
            + 5.46378491116411436990e0) * r + 6.65790464350110377720e0)  # fmt: skip
        below = (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) * r
            + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2) * r + 1.36929880922735805310e-1) * r
            + 5.99832206555887937690e-1) * r + 1.0)  # fmt: skip
    return above / below


@part
def normal_quantile(u):
    """Φ⁻¹(u), to about 16 digits. Source: Wichura (1988), Algorithm AS 241, PPND16."""
    u = max(u, SMALLEST)
    q = u - 0.5
    if abs(q) > 0.425:
        tail = tail_quantile(math.sqrt(-math.log(min(u, 1.0 - u))))
        return tail if q > 0.0 else -tail
    r = 0.180625 - q * q
    above = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
        + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745) * r + 3.387132872796366608)  # fmt: skip
    below = (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
        + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252) * r + 1.0)  # fmt: skip
    return q * above / below


@part
def exponential(mean, u):
    """−mean · log(1 − u)."""
    return -mean * math.log(1.0 - u)


@part
def lognormal(mean, log_variance, u):
    """exp(μ + σ Φ⁻¹(u)), μ = log(mean) − σ²/2; the mean itself where σ is 0.

    The variance σ² = log(1 + cv²) of the logarithm is what the sheet keeps beside every cv.
    """
    if log_variance == 0.0 or mean == 0.0:
        return mean
    return mean * math.exp(math.sqrt(log_variance) * normal_quantile(u) - 0.5 * log_variance)


@kernel
def weibull(scale, shape, u):
    """scale · (−log(1 − u))^(1/shape); the mean is scale · Γ(1 + 1/shape)."""
    hazard = -math.log(1.0 - u)
    return 0.0 if hazard == 0.0 else scale * math.exp(math.log(hazard) / shape)


@kernel
def tabled(table, u):
    """A quantile of unit mean, read from a table that is even in Φ⁻¹(u) and interpolated in it."""
    last = len(table) - 1
    place = (normal_quantile(u) + TABLE_REACH) / (2.0 * TABLE_REACH) * last
    place = min(max(place, 0.0), float(last))
    left = min(int(place), last - 1)
    return table[left] + (place - left) * (table[left + 1] - table[left])


@kernel
def sampled(table, u):
    """One of a sample, of unit mean, that was cut into equally likely parts: the mean of the part that u is in."""
    return table[min(int(u * len(table)), len(table) - 1)]


@part
def length(distribution, mean, log_variance, scale, shape, table, u):
    """One draw of a scenario's distribution, in the unit of its mean; only its own parameters are read."""
    if distribution == Distribution.FIXED:
        return mean
    elif distribution == Distribution.EXPONENTIAL:
        return exponential(mean, u)
    elif distribution == Distribution.LOGNORMAL:
        return lognormal(mean, log_variance, u)
    elif distribution == Distribution.WEIBULL:
        return weibull(scale, shape, u)
    elif distribution == Distribution.ERLANG or distribution == Distribution.GAMMA:
        return mean * tabled(table, u)
    elif distribution == Distribution.SAMPLE:
        return mean * sampled(table, u)
    return LONGEST


@part
def ticks(minutes):
    """Minutes as ticks, rounded once and at least one; NEVER where it is longer than any horizon."""
    exact = minutes * MINUTE
    if exact >= LONGEST:
        return np.int64(NEVER)
    return max(np.int64(1), np.int64(math.floor(exact + 0.5)))
