"""Patience, from all who waited: whoever was served would have waited longer, and nobody knows how long."""

from math import gamma

import numpy as np

AT_ONCE = 2.0
"""Who leaves within so many seconds may not have waited at all."""
LEAST_LATER = 10
"""Who gave up after that, from which on they can say how many of their kind left before."""
SHAPES = (0.25, 10.0)
"""Between these a scenario's shape must be."""


def patience_of(lengths: np.ndarray, gone: np.ndarray, stayed: np.ndarray, step: float) -> tuple[float, float, float]:
    """(shape, scale in seconds, share that leaves at once) of all who waited.

    A Weibull of those who are still there after AT_ONCE, or after a step where waits are told in longer ones, says how
    many of its kind leave before. Where more left than that, by two standard errors of what was counted, the rest leave
    at once; else all are of one kind.
    """
    soon_is, waited = max(AT_ONCE, step), float(gone.sum() + stayed[lengths > 0].sum())
    soon = float(gone[lengths <= soon_is].sum())
    if soon and gone[lengths > soon_is].sum() >= LEAST_LATER:
        shape, scale = weibull(lengths, gone, stayed, step, soon_is + step / 2)
        expected = 1 - float(np.exp(-(((soon_is + step / 2) / scale) ** shape)))
        share = soon / waited
        excess = (share - expected) / (1 - expected)
        if excess > 2 * np.sqrt(share * (1 - share) / waited):
            return shape, scale, excess
    return *weibull(lengths, gone, stayed, step, 0.0), 0.0


def weibull(
    lengths: np.ndarray, gone: np.ndarray, stayed: np.ndarray, step: float, begin: float
) -> tuple[float, float]:
    """(shape, scale in seconds) of patience by largest likelihood, of all who waited longer than the beginning.

    Σ gone log(S(t − step/2) − S(t + step/2)) + Σ stayed log S(t) − n log S(begin), S(t) = exp(−(t / scale)^shape):
    giving up is known to a step, being served censors. Source: Brown et al. (2005), JASA 100, section 5.
    """
    from scipy.optimize import minimize

    some = lengths > begin if begin else (lengths > 0) | (gone > 0)
    t, left, kept = lengths[some], gone[some], stayed[some]
    low, high = np.maximum(t - step / 2, begin), t + step / 2
    many = float(left.sum() + kept.sum())

    def loss(logs: np.ndarray) -> float:
        shape, scale = np.exp(np.clip(logs, -3, 20))
        before, after, at, first = ((x / scale) ** shape for x in (low, high, t, begin))
        chance = np.maximum(-np.expm1(before - after), 1e-300)
        return float(kept @ at - left @ (np.log(chance) - before) - many * first)

    start = np.log([1.0, max(1.0, (left + kept) @ t) / max(1.0, left.sum())])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3, "maxiter": 400})
    shape, scale = np.exp(found.x)
    return float(np.clip(shape, *SHAPES)), float(scale)


def mean_of(shape: float, scale: float) -> float:
    """The mean of a Weibull: scale Γ(1 + 1 / shape)."""
    return scale * gamma(1 + 1 / shape)


def from_totals(waited_seconds: float, served: float, gave_up: float) -> tuple[float, float, float]:
    """Mean patience in seconds where nobody knows how long those who gave up had waited, with its two readings.

    Time waited ÷ how many gave up, if patience is exponential; who gave up waited not at all, as long as those who were
    served, or twice as long.
    """
    each = waited_seconds / max(1.0, served)
    low = waited_seconds / gave_up
    return low + each, low, low + 2 * each
