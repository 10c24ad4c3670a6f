"""Signs that a program made a table for teaching, and no desk did: then it says nothing about people."""

from collections.abc import Iterator

import numpy as np

from servsim.records.visits import Visits

LEAST = 200
"""Visits below which nothing is said."""
LIKELY = 0.01
"""A test that fails to refute at this level leaves its sign standing."""


def signs(visits: Visits) -> list[str]:
    """What makes it look generated: waits alike from shortest to longest and one thing more; else none."""
    waits = visits.wait[visits.served & (visits.wait > 0)]
    if len(waits) < LEAST or not is_even(waits):
        return []
    more = list(others(visits))
    return ["waits of all lengths are equally common", *more] if more else []


def others(visits: Visits) -> Iterator[str]:
    """Signs that are none alone."""
    gone = ~visits.served
    if gone.any() and np.isnan(visits.wait[gone]).all():
        yield "nobody who gave up has a wait"
    hours = np.bincount((visits.second // 3600).astype(int), minlength=24)
    inner = np.trim_zeros(hours)[1:-1]
    if len(inner) >= 4 and inner.max() < 1.3 * inner.min():
        yield "all hours are equally busy"
    both = ~np.isnan(visits.wait) & ~np.isnan(visits.score)
    if both.sum() >= LEAST:
        relation = float(np.corrcoef(visits.wait[both], visits.score[both])[0, 1])
        if abs(relation) < 2 / np.sqrt(both.sum()):
            yield "waits and scores have nothing to do with each other"


def is_even(waits: np.ndarray) -> bool:
    """Are waits spread evenly from the shortest to the longest? Kolmogorov and Smirnov, whole seconds allowed for."""
    from scipy.stats import kstest

    low, high = float(waits.min()), float(waits.max())
    if high - low < 10:
        return False
    share = (waits - low + 0.5) / (high - low + 1)
    return bool(kstest(share, "uniform").pvalue > LIKELY)
