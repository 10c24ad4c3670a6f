"""Kinds of visits that differ: segments of a scenario, where hours come out better with them than without."""

from collections.abc import Mapping

import numpy as np

from servsim.records.calibration import AVAILABILITY, Availability, Live, error_by_hour
from servsim.records.estimates import LEAST_GONE, MINUTE
from servsim.records.patience import mean_of, weibull
from servsim.records.replay import Hours
from servsim.records.shrinkage import drawn_to_one
from servsim.records.tables import Raw
from servsim.records.tallies import LONGEST_WAIT, resolution_of
from servsim.records.visits import Visits

LEAST_SHARE = 0.05
"""Share of visits from which on a kind is a segment; all others are one."""
LEAST_SERVICES = 50
OTHERS = "all others"
TRIES = 8
"""Times that days are lived again with segments and without."""
SURE = 2.0
"""Standard errors by which hours must come out better with segments."""


def segments_of(visits: Visits, settings: Mapping[str, float]) -> list[Raw]:
    """Kinds as segments, each with its share, its transaction and, where enough gave up, its patience.

    None where there are no two kinds, or where their services differ by no more than chance.
    """
    names = [*visits.kinds, OTHERS]
    large = [bool(name) and (visits.kind == number).mean() >= LEAST_SHARE for number, name in enumerate(visits.kinds)]
    number = np.where(np.array([*large, False])[visits.kind], visits.kind, len(visits.kinds))
    some = [one for one in np.unique(number).tolist() if (number == one).mean() >= LEAST_SHARE]
    services = [visits.service[(number == one) & ~np.isnan(visits.service)] for one in some]
    if len(some) < 2 or min(map(len, services)) < LEAST_SERVICES:
        return []
    many = np.array([len(own) for own in services], dtype=float)
    mean = np.array([own.mean() for own in services])
    ratio = mean / (many @ mean / many.sum())
    factor = drawn_to_one(ratio, np.array([own.var() for own in services]) / many / mean**2, many)
    if (factor == 1).all():
        return []
    whole = sum(float((number == one).sum()) for one in some)
    return [
        {
            "name": names[one], "share": round(float((number == one).sum()) / whole, 4),
            "service": {
                "core_minutes": round(settings["service.core_minutes"] * float(longer), 4),
                "core_cv": round(float(own.std() / own.mean()), 4),
            },
            **patience_in(visits.where(number == one)),
        }
        for one, own, longer in zip(some, services, factor, strict=True)
    ]  # fmt: skip


def patience_in(visits: Visits) -> Raw:
    """[segments.waiting] of one kind; nothing where too few gave up to tell it apart."""
    known = ~np.isnan(visits.wait)
    wait, served = np.minimum(visits.wait[known], LONGEST_WAIT), visits.served[known]
    if (~served).sum() < LEAST_GONE:
        return {}
    lengths, at = np.unique(wait, return_inverse=True)
    gone, stayed = np.bincount(at, ~served), np.bincount(at, served)
    shape, scale = weibull(lengths, gone, stayed, resolution_of(wait), 0.0)
    return {
        "waiting": {"patience_minutes": round(mean_of(shape, scale) / MINUTE, 4), "patience_shape": round(shape, 4)}
    }


def are_better(alike: Live, apart: Live, settings: Mapping[str, float], found: Availability, seen: Hours) -> bool:
    """Do hours come out better with segments, by more than the noise of living days again?"""
    own = {**settings, AVAILABILITY: found.share}
    gain = [error_by_hour(alike(own, seed), seen) - error_by_hour(apart(own, seed), seen) for seed in range(TRIES)]
    return float(np.mean(gain)) > SURE * float(np.std(gain, ddof=1)) / np.sqrt(TRIES)
