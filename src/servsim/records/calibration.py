"""How much of those who seem to be there is there for visitors: so that the log's own abandonment comes out.

Who answered tells who was there only roughly: gaps are taken for absence or for idleness, and work after a visit is not
seen. So one factor on all agents, and the gap that counts as presence, are chosen so that the log's own days, lived
again, lose as many as the log did. What is so chosen is marked as calibrated, and agrees with the log by construction.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from servsim.records.days import Days
from servsim.records.estimates import Settings
from servsim.records.replay import Hours, day_scenario, lived_again, stacked
from servsim.records.staff import Presence

MOST_DAYS = 12
"""Days on which it is tried, evenly picked."""
STEPS = 9
"""Halvings of the range of the factor."""
LOWEST, HIGHEST = 0.5, 2.0
LEAST_GONE = 0.01
"""Share who gave up from which on that share is matched, if patience is known; else the mean wait is."""
SEED = 1
Live = Callable[[float], Hours]
"""Days lived again with a factor on their agents."""


@dataclass(frozen=True, eq=False)
class Availability:
    """The factor on agents, the presence that it is for, and what of the log it makes come out.

    error: the mean difference by hour, in the share who gave up, that is left. matched: "abandonment", "wait" or
    nothing, where the log has neither.
    """

    factor: float
    presence: Presence
    error: float
    matched: str

    @property
    def is_reached(self) -> bool:
        """Does what is matched come out with a factor within its range?"""
        return not self.matched or 1.02 * LOWEST < self.factor < 0.98 * HIGHEST


def calibrated(
    some: list[Presence], days: Days, log: Hours, settings: Settings, core_profile: list[float] | None
) -> Availability:
    """The presence and factor with which the log's own days come out best by hour, once their total does."""
    picked = np.unique(np.linspace(0, len(days.day) - 1, min(MOST_DAYS, len(days.day))).astype(int))
    seen = log.some(picked)
    tells = seen.gone_share >= LEAST_GONE and "waiting.patience_minutes" in settings
    matched = "abandonment" if tells else "wait" if seen.known.sum() and seen.wait > 1 else ""
    if not matched:
        return Availability(1.0, some[0], float("nan"), "")
    found = []
    for presence in some:

        def live(factor: float, agents: np.ndarray = presence.counts[picked]) -> Hours:
            return stacked([
                lived_again(day_scenario(settings, core_profile, came, own * factor, days.open[weekday]), SEED + number)
                for number, (came, own, weekday) in enumerate(
                    zip(seen.came, agents, days.weekday[picked], strict=True))
            ])  # fmt: skip

        factor = solved(live, seen, matched)
        found.append(Availability(factor, presence, error_by_hour(live(factor), seen), matched))
    return min(found, key=lambda one: one.error)


def solved(live: Live, seen: Hours, matched: str) -> float:
    """The factor at which as many give up, or wait as long, as in the log: by halving, for more agents lose fewer."""
    low, high = LOWEST, HIGHEST
    for _ in range(STEPS):
        middle = float(np.sqrt(low * high))
        again = live(middle)
        loses_more = again.gone_share > seen.gone_share if matched == "abandonment" else again.wait > seen.wait
        low, high = (middle, high) if loses_more else (low, middle)
    return float(np.sqrt(low * high))


def error_by_hour(again: Hours, seen: Hours) -> float:
    """The mean difference by hour in the share who gave up, hours weighed by who came."""
    weight = seen.came.sum(axis=0)
    share = seen.gone.sum(axis=0) / np.maximum(1.0, weight)
    came = again.came.sum(axis=(0, 1))
    lived = again.gone.sum(axis=(0, 1)) / np.maximum(1.0, came)
    return float(np.abs(share - lived) @ weight / max(1.0, weight.sum()))
