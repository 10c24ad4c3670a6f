"""When a desk has settled: what a question about its steady state must leave out."""

import numpy as np

from servsim.event_codes import Happening
from servsim.scenario.scenario import Scenario
from servsim.study.follow.waits import ENDS
from servsim.study.histories.customers import TICK, VALUE, WHAT, World
from servsim.units import DAY, WEEK

LOOKS = 10
BATCH = 5
FEW = 50
"""Days; a shorter horizon is cut into SPANS of equal length instead."""
SPANS = 250

SERIES = ("waits", "satisfaction", "customers")
WAITS = list(ENDS)
MOVES = [Happening.WON, Happening.WON_BACK, Happening.LOST]


def settled(scenario: Scenario) -> dict[str, float | None]:
    """Weeks until waits, satisfaction and customers have settled: MSER-5 on the mean over worlds of what a day shows.

    None: not within half of the horizon. What is never seen is left out, and so are days on which nothing is.
    """
    worlds = [World(scenario, replication=number) for number in range(LOOKS)]
    count, total = (np.sum(each, axis=0) for each in zip(*map(days_of, worlds), strict=True))
    end = int(worlds[0].sheet[0]["end"])
    return {name: weeks_out(count[i], total[i], span_of(end) / WEEK) for i, name in enumerate(SERIES) if count[i].any()}


def days_of(world: World) -> tuple[np.ndarray, np.ndarray]:
    """(3, days) how often each of SERIES is seen on each day, and the sum of what is seen.

    A wait belongs to the day of its end, a satisfaction to that on which it is judged. Of the book that moves, each day
    shows by how much it has grown since the opening.
    """
    rows = world.rows(lambda piece: np.isin(piece[:, WHAT], [*WAITS, Happening.JUDGED, *MOVES]))
    end = int(world.sheet[0]["end"])
    days = -(-end // span_of(end))
    at, what, value = np.minimum(rows[:, TICK] // span_of(end), days - 1), rows[:, WHAT], rows[:, VALUE]
    waits, judged, moves = np.isin(what, WAITS), what == Happening.JUDGED, np.isin(what, MOVES)

    def by_day(some: np.ndarray, amounts: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(at[some], amounts, days)

    grown = np.cumsum(by_day(moves, np.where(what[moves] == Happening.LOST, -1, 1)))
    counts = by_day(waits), by_day(judged), np.full(days, moves.any())
    return np.array(counts), np.array([by_day(waits, value[waits]), by_day(judged, value[judged]), grown])


def span_of(end: int) -> int:
    """Ticks of a day, or of what stands for it in a short horizon."""
    return int(DAY) if end >= FEW * DAY else max(1, end // SPANS)


def weeks_out(count: np.ndarray, total: np.ndarray, span: float) -> float | None:
    """Weeks to leave out of a series of (days,) counts and sums, a day being a span of weeks; None: not settled."""
    days = np.flatnonzero(count)
    left_out = truncation(total[days] / count[days])
    return None if left_out is None else float(days[left_out]) * span if left_out else 0.0


def truncation(series: np.ndarray) -> int | None:
    """MSER-5: how many of the first observations to leave out; None where the series has not settled.

    Equation: d that minimises sum over j > d of (Z_j - mean_d)^2 / (m - d)^2, d <= m / 2; Z are the m means of five
    observations each, mean_d is that of those after d. With d at its limit the series is still on its way.
    Source: White and Robinson 2010.
    """
    means = series[: len(series) // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    most = len(means) // 2
    if most == 0:
        return None
    errors = [((means[d:] - means[d:].mean()) ** 2).sum() / (len(means) - d) ** 2 for d in range(most + 1)]
    best = int(np.argmin(errors))
    return BATCH * best if best < most else None
