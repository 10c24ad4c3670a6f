"""Steady state: when a desk has settled, and the opening book that today's policy leads to."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.engine_parameters import in_world, to_sheet
from servsim.event_codes import Happening
from servsim.model.compilation import readable
from servsim.model.rules.demand import of_opening_book, segment_of, usual_gap, visits_behind
from servsim.model.rules.quality_and_satisfaction import expected_before
from servsim.scenario.scenario import Scenario, as_segments
from servsim.scenario.tables.money_horizon_levers import WEEKS_PER_YEAR
from servsim.study.execution.replications import PIECE, engine_named
from servsim.study.expected_visits import weekly_visits
from servsim.study.histories.customers import TICK, VALUE, WHAT, WHO, World
from servsim.study.histories.opening_book import (
    LARGEST_BOOK,
    Book,
    Change,
    book_of,
    own_after,
    with_book,
)
from servsim.study.histories.visits import ENDS
from servsim.units import DAY, MILLIONTHS, WEEK, YEAR

YEARS = 10
"""Years that a try looks ahead, and the fewest where that takes too long."""
FEWEST_YEARS = 5
VISITS = 300_000
"""Visits of all replications of a try together, as far as its replications and years can be chosen."""
VISITS_AT_MOST = 500_000
"""Visits of the shortest try above which no settled book is looked for."""
REPLICATIONS = 8
"""Replications of a try at most."""
TRIES = 4
SEED = 1
ROWS_AT_MOST = 6_000_000
"""Rows of a try after which it is given up: its desk grows too large."""

JOINED = [Happening.WON, Happening.WON_BACK]
IS_TOLD = np.isin(np.arange(max(Happening) + 1), [*JOINED, Happening.LOST, Happening.FINISHED, Happening.REMAINS])
MEMBER = np.dtype([("segment", "i8"), ("gap", "f8"), ("served", "i8"), ("satisfaction", "f8"), ("should", "f8")])
"""Who remains at the end: segment, usual gap in days, visits they have behind them, satisfaction, and what they think
should happen."""


@dataclass(frozen=True)
class SettledBook:
    """Today's book beside the one that today's policy leads to."""

    scenario: Scenario
    today: Book
    settled: Book

    @property
    def is_far(self) -> bool:
        """Is today's so far from it that it should be said?"""
        return self.today.is_far_from(self.settled)

    @property
    def more_often(self) -> float:
        """How much more often settled customers come than a file can say of a book of as many, as a share.

        Gaps and the segments' shares are stated once, for newcomers and for today's customers; who comes often stays.
        """
        return self.settled.visits / book_of(with_book(self.scenario, self.settled)).visits - 1.0

    def changes(self) -> Iterator[Change]:
        """Every setting of a book, as a file has it."""
        yield Change(None, "demand.opening_book", self.today.customers, self.settled.customers)
        segments = self.scenario.segments
        for number, (today, settled) in enumerate(zip(self.today.own, self.settled.own, strict=True)):
            name = segments[number].name if segments else None
            yield Change(name, "demand.opening_tenure", today.tenure, settled.tenure)
            for setting in ("satisfaction", "expectation"):
                before, after = getattr(today, setting), getattr(settled, setting)
                if before is not None and after is not None:
                    yield Change(name, f"quality.opening_{setting}", before, after)

    def to_dict(self) -> dict[str, Any]:
        """What `servsim check --json` prints of it."""
        return {"is_far": self.is_far, "settings": [vars(change) for change in self.changes()]}


def settled_book(scenario: Scenario) -> SettledBook | None:
    """Today's book beside the settled one; None where there is none, or none that is found in a moment."""
    today = opening = book_of(scenario)
    if today.customers == 0:
        return None
    for number in range(TRIES):
        led = led_to(with_book(scenario, opening), number * REPLICATIONS)
        if led is None:
            return None
        opening, before = led, opening
        if not before.is_far_from(opening):
            break
    return SettledBook(scenario, today, opening)


def extent(scenario: Scenario) -> tuple[int, int]:
    """(years, replications) of a try: as many as VISITS allow; no replication where even the shortest would take too
    long.
    """
    yearly = max(1.0, weekly_visits(scenario) * WEEKS_PER_YEAR)
    replications = min(REPLICATIONS, int(VISITS / yearly / YEARS))
    if replications:
        return YEARS, replications
    return max(FEWEST_YEARS, int(VISITS / yearly)), int(yearly * FEWEST_YEARS <= VISITS_AT_MOST)


def led_to(scenario: Scenario, first: int) -> Book | None:
    """The book that a scenario leads to; None where its customers die out, grow without end, or are too many.

    first: the number of the first replication.
    """
    years, replications = extent(scenario)
    sheet = to_sheet(as_it_is(scenario, years))
    sheets = [in_world(sheet, SEED, first + number) for number in range(replications)]
    told = rows_of(sheets)
    if not told:
        return None
    won, lost, number = np.sum([moves(rows, scenario.demand.opening_book, years) for rows in told], axis=0)
    found = np.concatenate([members(readable(sheet), rows) for sheet, rows in zip(sheets, told, strict=True)])
    if won == 0 or lost == 0 or len(found) == 0:
        return None
    each = float(won / lost * number / replications / len(found))
    by_segment = [found[found["segment"] == segment] for segment in range(len(sheet))]
    lived = enumerate(zip(as_segments(scenario), by_segment, strict=True))
    book = Book(tuple(own_after(readable(sheet), segment, own, some, each) for segment, (own, some) in lived))
    return book if 1 <= book.customers <= LARGEST_BOOK else None


def rows_of(sheets: list[np.ndarray]) -> list[np.ndarray]:
    """The rows of each replication that say who comes and goes, is served, and remains; none where there are too
    many.
    """
    told, left = [], ROWS_AT_MOST
    for sheet in sheets:
        kept = []
        for rows in engine_named("fast").pieces(sheet, PIECE):
            kept.append(rows[IS_TOLD[rows[:, WHAT]]])
            left -= len(rows)
            if left < 0:
                return []
        told.append(np.concatenate(kept))
    return told


def as_it_is(scenario: Scenario, years: int) -> Scenario:
    """The scenario for so many years in which rivals and expectations stay as they are, and nobody opens next door."""
    horizon = scenario.horizon.model_copy(
        update={"weeks": years * WEEKS_PER_YEAR, "warmup_weeks": 0.0, "drift_years": 0.0}
    )
    rivals = scenario.competitors and scenario.competitors.model_copy(update={"newcomer_quality": 0.0})
    return scenario.model_copy(update={"horizon": horizon, "competitors": rivals})


def moves(rows: np.ndarray, book: int, years: int) -> tuple[int, int, float]:
    """(won, lost, mean number) of customers in the later half of so many years that opened with such a book."""
    middle, end = years * YEAR // 2, years * YEAR
    change = np.isin(rows[:, WHAT], JOINED).astype(np.int64) - (rows[:, WHAT] == Happening.LOST)
    share_left = (end - np.maximum(rows[:, TICK], middle)) / (end - middle)
    later = change[rows[:, TICK] >= middle]
    return int((later > 0).sum()), int((later < 0).sum()), float(book + (change * share_left).sum())


def members(sheet: Any, rows: np.ndarray) -> np.ndarray:
    """(members,) MEMBER: who remains at the end, in the order of their keys."""
    remain = rows[rows[:, WHAT] == Happening.REMAINS]
    found = np.array([at_first(sheet, int(who)) for who in remain[:, WHO]], MEMBER)
    found["satisfaction"] = remain[:, VALUE] / MILLIONTHS
    visits = rows[(rows[:, WHAT] == Happening.FINISHED) & np.isin(rows[:, WHO], remain[:, WHO])]
    visits = visits[np.lexsort((visits[:, TICK], visits[:, WHO]))]
    who, first, many = np.unique(visits[:, WHO], return_index=True, return_counts=True)
    place, quality = np.searchsorted(remain[:, WHO], who), visits[:, VALUE] / MILLIONTHS
    for number in range(many.max(initial=0)):
        came = many > number
        ratchet(sheet, found, place[came], quality[first[came] + number])
    found["served"][place] += many
    return found


def at_first(sheet: Any, who: int) -> tuple[int, float, int, float, float]:
    """A MEMBER before anything is lived."""
    segment, in_book = int(segment_of(sheet, who)), bool(of_opening_book(who))
    served = int(visits_behind(sheet, segment)) if in_book else 0
    gap = float(usual_gap(sheet, segment, who))
    return segment, gap, served, math.nan, float(expected_before(sheet, segment, in_book))


def ratchet(sheet: Any, found: np.ndarray, place: np.ndarray, quality: np.ndarray) -> None:
    """What these members think should happen after one more visit of such quality; for many, as `quality.judged`."""
    segment = found["segment"][place]
    by_price = (sheet["price_expectation"] * sheet["log_price"])[segment]
    asked = np.clip(found["should"][place] + by_price, 0.0, 10.0)
    found["should"][place] += sheet["should_ratchet"][segment] * np.maximum(0.0, quality - asked)


LOOKS, VISITS_LOOKED_AT = 10, 3_000_000
BATCH = 5
FEW = 50
"""Days; a shorter horizon is cut into SPANS of equal length instead."""
SPANS = 250

SERIES = ("waits", "satisfaction", "customers")
WAITS = list(ENDS)
MOVES = [Happening.WON, Happening.WON_BACK, Happening.LOST]


def settled(scenario: Scenario) -> dict[str, float | None]:
    """Weeks until waits, satisfaction and customers have settled: MSER-5 on the mean over replications of what a day
    shows.

    None: not within half of the horizon. What is never seen is left out, and so are days on which nothing is. Nothing
    is found where one replication alone has too many visits to look at.
    """
    replications = [World(scenario, replication=number) for number in range(looks_at(scenario))]
    if not replications:
        return {}
    count, total = (np.sum(each, axis=0) for each in zip(*map(days_of, replications), strict=True))
    end = int(replications[0].sheet[0]["end"])
    return {name: weeks_out(count[i], total[i], span_of(end) / WEEK) for i, name in enumerate(SERIES) if count[i].any()}


def looks_at(scenario: Scenario) -> int:
    """How many replications may be looked at: as many as VISITS_LOOKED_AT allow."""
    weeks = scenario.horizon.weeks + scenario.horizon.warmup_weeks
    return min(LOOKS, int(VISITS_LOOKED_AT / max(1.0, weekly_visits(scenario) * weeks)))


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
