"""How much of those who seem to be there is there for visitors: so that the log's own abandonment comes out.

Who answered tells who was there only roughly: gaps are taken for absence or for idleness, and work after a visit is not
seen. So the share of agents who are there, and the gap that counts as presence, are chosen so that the log's own days,
lived again, lose as many as the log did. What is so chosen is marked as calibrated, and agrees with the log by
construction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from servsim.records.days import Days
from servsim.records.estimates import Settings
from servsim.records.replay import Hours, day_scenario, lived_again, stacked
from servsim.records.staff import Presence
from servsim.records.tables import Raw
from servsim.records.tallies import Tallies

DAYS, VISITS = (12, 60), 6000
"""Days on which it is tried: the fewest and most, and the visits that they should have."""
STEPS = 5
"""Halvings of the range of the share."""
LOWEST, HIGHEST = 0.5, 2.0
LEAST_GONE = 0.01
"""Share who gave up from which on that share is matched, if patience is known; else the mean wait is."""
SEED, TINY = 1, 1e-6
AVAILABILITY = "staff.availability"
MOVED_BY = (AVAILABILITY, "service.core_minutes", "waiting.patience_minutes")
"""Settings that what is matched hangs on."""
A_STEP = 1.1
"""Factor on each of them by which that is seen."""
ALIKE = 1.15
"""Presences of which the error is so many times the least do about as well."""
LEAST_SLOPE = 0.2
"""Below it what is matched says nothing of who was there."""


class Live(Protocol):
    """Days of a log lived again with some settings, the first of them with this seed."""

    def __call__(self, settings: Settings, seed: int = SEED) -> Hours: ...


@dataclass(frozen=True, eq=False)
class Availability:
    """The share of agents that is there, the presence that it is for, and what of the log it makes come out.

    error: the mean differences by hour and by day, in the share who gave up, that are left. matched: "abandonment",
    "wait" or nothing, where the log has neither. slopes: by how many per cent what is matched moves with one per cent
    of each setting that it hangs on; empty where nothing is matched.
    """

    share: float
    presence: Presence
    error: float
    matched: str
    slopes: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_reached(self) -> bool:
        """Does what is matched come out with a share within its range?"""
        return not self.matched or 1.02 * LOWEST < self.share < 0.98 * HIGHEST


def calibrated(
    some: list[Presence],
    tallies: Tallies,
    came: np.ndarray,
    log: Hours,
    settings: Settings,
    core_profile: list[float] | None,
) -> Availability:
    """The presence and share with which the log's own days come out best by hour and day, once their total does.

    Of presences that do about as well it is the one of which the share is nearest to 1: it leaves least to explain.

    came: (days, quarters) visits to expect on each of them.
    """
    picked = picked_of(tallies.days)
    seen = log.some(picked)
    tells = seen.gone_share >= LEAST_GONE and "waiting.patience_minutes" in settings
    matched = "abandonment" if tells else "wait" if seen.known.sum() and seen.wait > 1 else ""
    if not matched:
        return Availability(1.0, some[0], float("nan"), "")
    found = []
    for presence in some:
        live = living(tallies.days, came, presence, picked, core_profile)
        share = solved(live, settings, seen, matched)
        best = {**settings, AVAILABILITY: share}
        again = live(best)
        error = error_by_hour(again, seen) + error_by_day(again, seen)
        found.append((live, best, Availability(share, presence, error, matched)))
    least = min(one[2].error for one in found)
    alike = [one for one in found if one[2].error <= ALIKE * least]
    live, best, chosen = min(alike, key=lambda one: abs(np.log(one[2].share)))
    return replace(chosen, slopes={key: slope(live, best, key, matched) for key in MOVED_BY if key in best})


def picked_of(days: Days) -> np.ndarray:
    """Places of the days on which a desk is tried: as many as have VISITS between them, evenly picked."""
    wanted = int(np.clip(VISITS * len(days.day) / max(1, days.counts.sum()), *DAYS))
    return np.unique(np.linspace(0, len(days.day) - 1, min(wanted, len(days.day))).astype(int))


def living(
    days: Days,
    came: np.ndarray,
    presence: Presence,
    picked: np.ndarray,
    core_profile: list[float] | None,
    segments: Sequence[Raw] = (),
) -> Live:
    """Some days of a log, to be lived again with any settings."""
    some, visits, agents = days.some(picked), came[picked], presence.counts[picked]

    def live(settings: Settings, seed: int = SEED) -> Hours:
        return stacked([
            lived_again(day_scenario(settings, core_profile, own, there, some.open[weekday], segments), seed + number)
            for number, (own, there, weekday) in enumerate(zip(visits, agents, some.weekday, strict=True))
        ])  # fmt: skip

    return live


def solved(live: Live, settings: Settings, seen: Hours, matched: str) -> float:
    """The share at which as many give up, or wait as long, as in the log: by halving, for more agents lose fewer.

    Within the last step it is a line in logarithms: a roster's parts of an agent are there in steps, too.
    """
    target = np.log(max(outcome(seen, matched), TINY))
    low, high, ends = np.log(LOWEST), np.log(HIGHEST), {}

    def off(place: float) -> float:
        again = live({**settings, AVAILABILITY: float(np.exp(place))})
        return float(np.log(max(outcome(again, matched), TINY)) - target)

    for _ in range(STEPS):
        middle = (low + high) / 2
        ends[middle] = off(middle)
        low, high = (middle, high) if ends[middle] > 0 else (low, middle)
    above, below = (ends.get(place) for place in (low, high))
    if above is None or below is None or above <= below:
        return float(np.exp((low + high) / 2))
    return float(np.exp(low + (high - low) * above / (above - below)))


def outcome(hours: Hours, matched: str) -> float:
    """What is matched: the share who gave up, or the mean wait."""
    return hours.gone_share if matched == "abandonment" else hours.wait


def slope(live: Live, settings: Settings, key: str, matched: str) -> float:
    """d log of what is matched / d log of a setting, by a step to either side."""
    most = HIGHEST if key == AVAILABILITY else np.inf
    places = settings[key] / A_STEP, min(most, settings[key] * A_STEP)
    low, high = (np.log(max(outcome(live({**settings, key: place}), matched), TINY)) for place in places)
    return float((high - low) / np.log(places[1] / places[0]))


def drawn_share(found: Availability, tallies: Tallies, weights: np.ndarray, settings: Settings, own: Settings) -> float:
    """The share that agents are there in a draw of the days, which has settings of its own.

    To first order in logarithms: log a' = log a + (log v'/v − Σ slope · log(s'/s)) / slope of a, v what is matched.
    """
    steep = found.slopes.get(AVAILABILITY, 0.0)
    if abs(steep) < LEAST_SLOPE:
        return found.share
    usual, here = (matched_in(tallies, some, found.matched) for some in (np.ones(len(weights)), weights))
    rest = np.log(max(here, TINY) / max(usual, TINY))
    for key, tilt in found.slopes.items():
        if key != AVAILABILITY and own.get(key, 0.0) > 0:
            rest -= tilt * np.log(own[key] / settings[key])
    return float(np.clip(found.share * np.exp(rest / steep), LOWEST, HIGHEST))


def matched_in(tallies: Tallies, weights: np.ndarray, matched: str) -> float:
    """What is matched, in days that count so many times each."""
    if matched == "abandonment":
        return float(weights @ tallies.unserved / max(1.0, weights @ tallies.counts.sum(axis=1)))
    waited = weights @ (tallies.gone + tallies.stayed)
    return float(waited @ tallies.lengths / max(1.0, waited.sum()))


def error_by_hour(again: Hours, seen: Hours) -> float:
    """The mean difference by hour in the share who gave up, hours weighed by who came."""
    return apart(seen.gone.sum(axis=0), seen.came.sum(axis=0), again.gone.sum(axis=(0, 1)), again.came.sum(axis=(0, 1)))


def error_by_day(again: Hours, seen: Hours) -> float:
    """The same by day."""
    return apart(seen.gone.sum(axis=1), seen.came.sum(axis=1), again.gone.sum(axis=(1, 2)), again.came.sum(axis=(1, 2)))


def apart(gone: np.ndarray, came: np.ndarray, gone_again: np.ndarray, came_again: np.ndarray) -> float:
    """The mean difference of two shares, weighed by who came."""
    off = np.abs(gone / np.maximum(1.0, came) - gone_again / np.maximum(1.0, came_again))
    return float(off @ came / max(1.0, came.sum()))
