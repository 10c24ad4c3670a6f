"""Scatter: the advice at plausible settings, all of them moved at once, a replication for each.

One setting at a time says what could overturn an answer; only all at once say how far the best level may lie from the
advised one, and which setting it hangs on most. Points are spread evenly over all ranges, and every one has a
replication of its own, the same for all levels there; which levels are looked at goes by what is seen. Source:
value-of-information by regression, as in `plausible`, but with few points and straight lines: a quick look, of which
`swings` confirm the two strongest settings.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.study.sensitivity.plausible_settings import Climb, Elsewhere, Range, candidates, drawn

POINTS, MORE = 16, 32
"""Points to begin with, and where the best level is another one in more than one of these."""
STRIDE = 2
"""Levels between those that are looked at: far enough apart to be told apart in one replication."""
MOVES = 0.25
"""A setting is said to move the answer where it does so by this share of what the strongest does, or more."""
MIDDLE = (0.1, 0.9)
"""Between these quantiles lie 8 of 10 points."""


@dataclass(frozen=True, eq=False)
class Scatter:
    """What plausible settings say of an answer.

    ranges: those that were moved. settings: (points, ranges). best: (points,) the level that is best at each, smoothed
    by a parabola through its neighbours. gain: (points,) what the level that is best as stated brings there over
    today's, in one replication each. strength: (ranges,) by how much each range moves the preference for more rather
    than less of the lever, from its middle to an end.
    """

    ranges: tuple[Range, ...]
    settings: np.ndarray
    best: np.ndarray
    gain: np.ndarray
    strength: np.ndarray

    @property
    def span(self) -> tuple[float, float]:
        """The levels between which the best is in 8 of 10 points."""
        low, high = np.quantile(self.best, MIDDLE, method="inverted_cdf")
        return float(low), float(high)

    @property
    def strongest(self) -> list[Range]:
        """The ranges, the one on which the best level hangs most first."""
        return [self.ranges[place] for place in np.argsort(-self.strength, kind="stable")]

    @property
    def moving(self) -> list[Range]:
        """The ranges that move the best level, by at least MOVES of what the strongest does; that one first."""
        return self.strongest[: np.count_nonzero(self.strength >= MOVES * self.strength.max())]

    @property
    def gains(self) -> tuple[float, float]:
        """Between these lies the gain over today in 8 of 10 points."""
        low, high = np.quantile(self.gain, MIDDLE)
        return float(low), float(high)

    @property
    def in_vain(self) -> float:
        """The share of points at which the answer brings nothing over today, or less."""
        return float((self.gain <= 0).mean())

    def to_dict(self) -> dict[str, Any]:
        """The scatter as JSON has it."""
        many = Counter(self.best.tolist())
        low, high = self.gains
        return {
            "points": len(self.best),
            "best_levels": [{"level": level, "share": many[level] / len(self.best)} for level in sorted(many)],
            "best_in_8_of_10": list(self.span),
            "gain_in_8_of_10": [low, high],
            "no_gain_share": self.in_vain,
            "hangs_on": [own.key for own in self.strongest],
            "moved_by": [{"setting": own.key, "from_records": bool(own.sample)} for own in self.moving],
        }


def scattered(elsewhere: Elsewhere, ranges: tuple[Range, ...]) -> Scatter | None:
    """Look at plausible settings; None where interrupted."""
    climbs: list[Climb] = []
    for points in (POINTS, MORE):
        settings = drawn(ranges, points, elsewhere.evaluation.seed)
        for number in range(len(climbs), points):
            values = tuple(zip(ranges, map(float, settings[number]), strict=True))
            climbs.append(Climb(elsewhere, values, range(number, number + 1), STRIDE))
        if not climbed(elsewhere, climbs):
            return None
        found = scatter_of(elsewhere, ranges, settings, climbs)
        if np.count_nonzero(found.best != elsewhere.evaluation.best) <= 1:
            break
    return found


def climbed(elsewhere: Elsewhere, climbs: list[Climb]) -> bool:
    """Look at levels everywhere until nothing better is next to what was seen; False where interrupted."""
    while going := [climb for climb in climbs if climb.goes_on]:
        if not elsewhere.gather([climb.place for climb in going]):
            return False
        for climb in going:
            climb.step()
    return True


def scatter_of(elsewhere: Elsewhere, ranges: tuple[Range, ...], settings: np.ndarray, climbs: list[Climb]) -> Scatter:
    """What finished climbs say."""
    e = elsewhere.evaluation
    levels = candidates(e)
    assert e.best is not None
    best, today = levels.index(e.best), levels.index(e.today)
    lower, upper = max(0, best - STRIDE), min(len(levels) - 1, best + STRIDE)
    seen = [climb.heights() for climb in climbs]
    more = np.array([own[upper] - own[lower] for own in seen])
    return Scatter(
        ranges, settings,
        np.array([top_of(own, levels) for own in seen]),
        np.array([own[best] - own[today] for own in seen]),
        slopes(ranges, settings, more),
    )  # fmt: skip


def top_of(heights: dict[int, float], levels: Sequence[float]) -> float:
    """The level at the top of a curve of which some places are known: nearest to the top of the parabola through its
    highest and the places next to it, over log(level + 2), in which such curves are nearly even; the highest at an end.
    """
    places = sorted(heights)
    number = max(range(len(places)), key=lambda at: heights[places[at]])
    if number in (0, len(places) - 1):
        return levels[places[number]]
    even = np.log(np.array(levels) - min(0.0, *levels) + 2.0)
    around = places[number - 1 : number + 2]
    curve = np.polynomial.Polynomial.fit(even[around], [heights[place] for place in around], 2).convert().coef
    top = -curve[1] / (2 * curve[2]) if len(curve) == 3 and curve[2] < 0 else even[places[number]]
    return levels[int(np.abs(even - top).argmin())]


def slopes(ranges: tuple[Range, ...], settings: np.ndarray, metric: np.ndarray) -> np.ndarray:
    """(ranges,) by how much a metric moves with each range, from its middle to an end: a plane through points."""
    low, high = (np.array([getattr(own, end) for own in ranges]) for end in ("low", "high"))
    moved = (settings - (low + high) / 2) / ((high - low) / 2)
    design = np.column_stack([np.ones(len(moved)), moved])
    found: np.ndarray = np.abs(np.linalg.lstsq(design, metric)[0][1:])
    return found
