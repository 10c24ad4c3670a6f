"""The book that today's policy leads to: what to open with, so that no growth or decline is shown that nobody decided.

Worlds go on for years while rivals and expectations stay as they are. In the later half of them customers are won at
some rate, and each is lost at some rate: the settled number is that of which as many are lost as are won. From the book
that was found it is tried again, until a try ends where it began.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from servsim.model.kernel import readable
from servsim.model.rules.demand import of_opening_book, segment_of, usual_gap, visits_behind
from servsim.model.rules.loyalty import SETTLED, natural_staying, staying
from servsim.model.rules.quality import SATISFIED, before_the_first_visit, expected_before, judges
from servsim.scenario.question import WEEKS_PER_YEAR
from servsim.scenario.scenario import Scenario, as_segments
from servsim.sheet import in_world, to_sheet
from servsim.study.expected import weekly_visits
from servsim.study.follow.lives import TICK, VALUE, WHAT, WHO
from servsim.study.work.engines import PIECE, engine_named
from servsim.units import DAYS_PER_YEAR, MILLIONTHS, YEAR
from servsim.words import Happening

YEARS = 10
"""Years that a try looks ahead, and the fewest where that takes too long."""
FEWEST_YEARS = 5
VISITS = 200_000
"""Visits of all worlds of a try together, as far as its worlds and years can be chosen."""
VISITS_AT_MOST = 500_000
"""Visits of the shortest try above which no settled book is looked for."""
WORLDS = 8
"""Worlds of a try at most."""
TRIES = 4
SEED = 1
LONGEST_TENURE = 1000
"""Visits behind a customer at most, as `demand.opening_tenure` may have it."""

FAR_CUSTOMERS = 0.1
"""Share of the settled number by which a book is far from it."""
FAR_SATISFACTION = 0.3
"""Points by which its satisfaction is far from the settled."""
FAR_STAYING = 0.1
"""Share of customers who stay a year by which its tenure is far from the settled."""

JOINED = [Happening.WON, Happening.WON_BACK]
IS_TOLD = np.isin(np.arange(max(Happening) + 1), [*JOINED, Happening.LOST, Happening.FINISHED, Happening.REMAINS])
MEMBER = np.dtype([("segment", "i8"), ("gap", "f8"), ("served", "i8"), ("satisfaction", "f8"), ("should", "f8")])
"""Who remains at the end: segment, usual gap in days, visits they have behind them, satisfaction, and what they think
should happen."""


@dataclass(frozen=True)
class Own:
    """Customers of one segment as a file can open with them; None where they do not judge."""

    customers: float
    tenure: int
    satisfaction: float | None
    expectation: float | None
    staying: float
    """Share of them who stay a year by their tenure, all being satisfied at 8."""
    visits: float
    """Visits a year that they mean to make, all together."""


@dataclass(frozen=True)
class Book:
    """A book to open with, segment by segment."""

    own: tuple[Own, ...]

    @property
    def customers(self) -> int:
        """How many are in it."""
        return round(sum(own.customers for own in self.own))

    @property
    def visits(self) -> float:
        """Visits a year that they mean to make."""
        return sum(own.visits for own in self.own)

    @property
    def satisfaction(self) -> float | None:
        """How satisfied they are, where they judge, over segments."""
        judging = [(own.customers, own.satisfaction) for own in self.own if own.satisfaction is not None]
        many = sum(customers for customers, _ in judging)
        return sum(customers * points for customers, points in judging) / many if many else None

    def is_far_from(self, settled: "Book") -> bool:
        """Would growth, decline or a change of hearts be seen on the way from this book to that one?"""
        apart = abs(self.customers - settled.customers) > FAR_CUSTOMERS * settled.customers
        return apart or any(map(are_far, self.own, settled.own))


def are_far(one: Own, other: Own) -> bool:
    """Does a segment stay or judge otherwise than in another book?"""
    judge = one.satisfaction is not None and other.satisfaction is not None
    apart = judge and abs((one.satisfaction or 0.0) - (other.satisfaction or 0.0)) > FAR_SATISFACTION
    return apart or abs(one.staying - other.staying) > FAR_STAYING


@dataclass(frozen=True)
class Change:
    """A setting of an opening book: of which segment (None: of the file), what it is today, and in the settled book."""

    segment: str | None
    setting: str
    today: float
    settled: float


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
    years, worlds = extent(scenario)
    today = opening = book_of(scenario)
    if today.customers == 0 or worlds == 0:
        return None
    for number in range(TRIES):
        led = led_to(with_book(scenario, opening), years, range(number * worlds, (number + 1) * worlds))
        if led is None:
            return None
        opening, before = led, opening
        if not before.is_far_from(opening):
            break
    return SettledBook(scenario, today, opening)


def extent(scenario: Scenario) -> tuple[int, int]:
    """(years, worlds) of a try: as many as VISITS allow; no world where even the shortest would take too long."""
    yearly = max(1.0, weekly_visits(scenario) * WEEKS_PER_YEAR)
    worlds = min(WORLDS, int(VISITS / yearly / YEARS))
    if worlds:
        return YEARS, worlds
    return max(FEWEST_YEARS, int(VISITS / yearly)), int(yearly * FEWEST_YEARS <= VISITS_AT_MOST)


# Books


def book_of(scenario: Scenario) -> Book:
    """The book that a scenario opens with."""
    sheet = readable(to_sheet(scenario))
    return Book(tuple(own_today(sheet, segment, own) for segment, own in enumerate(as_segments(scenario))))


def own_today(sheet: Any, segment: int, own: Scenario) -> Own:
    """Customers of one segment as a scenario opens with them."""
    judge, tenure = judges(sheet, segment), own.demand.opening_tenure
    customers = float(sheet[segment]["share"]) * own.demand.opening_book
    each = DAYS_PER_YEAR / own.demand.visit_gap_days * (1 + own.demand.gap_between_cv**2)
    return Own(
        customers,
        tenure,
        float(before_the_first_visit(sheet, segment, True)) if judge else None,
        float(expected_before(sheet, segment, True)) if judge else None,
        float(staying_by_tenure(sheet, segment)[min(tenure, SETTLED)]),
        customers * each,
    )


def own_after(sheet: Any, segment: int, own: Scenario, members: np.ndarray, each: float) -> Own:
    """Customers of one segment as a file can open with those whom a world leads to, each counted so many times.

    They are alike in a file, though in truth some have come for years and some are new. The tenure is the one with
    which as many stay a year; where tenure makes customers spend more, it is the mean.
    """
    if len(members) == 0:
        return replace(own_today(sheet, segment, own), customers=0.0, visits=0.0)
    by_tenure = staying_by_tenure(sheet, segment)
    up_to = np.minimum(members["served"], SETTLED)
    tenure = min(round(float(members["served"].mean())), LONGEST_TENURE)
    if own.spending is None or own.spending.spend_growth == 0.0:
        tenure = as_loyal(by_tenure, up_to)
    judge = judges(sheet, segment)
    return Own(
        len(members) * each,
        tenure,
        round(float(members["satisfaction"].mean()), 2) if judge else None,
        round(float(members["should"].mean()), 2) if judge else None,
        float(by_tenure[min(tenure, SETTLED)]),
        float((DAYS_PER_YEAR / members["gap"]).sum()) * each,
    )


def as_loyal(by_tenure: np.ndarray, served: np.ndarray) -> int:
    """The tenure of customers who are alike and of whom as many stay a year as of these; nearest to their mean."""
    off = np.abs(by_tenure - by_tenure[served].mean())
    alike = np.flatnonzero(off <= off.min() + 1e-9)
    return int(alike[np.abs(alike - served.mean()).argmin()])


def staying_by_tenure(sheet: Any, segment: int) -> np.ndarray:
    """(SETTLED + 1,) the share who stay a year, satisfied at 8, by the visits that they have behind them."""
    gap = float(sheet[segment]["visit_gap_days"])
    visits = min(SETTLED, max(1, round(DAYS_PER_YEAR / gap)))
    natural = natural_staying(sheet, segment, gap)
    stay = [
        natural * staying(sheet, segment, gap, SATISFIED, served, False, SATISFIED, 0)
        for served in range(1, SETTLED + visits + 1)
    ]
    return np.array([math.prod(stay[served : served + visits]) for served in range(SETTLED + 1)])


def with_book(scenario: Scenario, book: Book) -> Scenario:
    """The scenario, opening with another book."""
    raw = scenario.model_dump(exclude_unset=True, exclude_none=True)
    raw.setdefault("demand", {})["opening_book"] = book.customers
    for table, own in zip(raw.get("segments") or [raw], book.own, strict=True):
        table.setdefault("demand", {})["opening_tenure"] = own.tenure
        if own.satisfaction is not None:
            opinion = {"opening_satisfaction": own.satisfaction, "opening_expectation": own.expectation}
            table.setdefault("quality", {}).update(opinion)
    return Scenario.model_validate(raw)


# Where a book leads


def led_to(scenario: Scenario, years: int, replications: range) -> Book | None:
    """The book that a scenario leads to; None where its customers die out, or grow without end."""
    calm = as_it_is(scenario, years)
    sheet = to_sheet(calm)
    worlds = [in_world(sheet, SEED, number) for number in replications]
    told = [rows_of(world) for world in worlds]
    won, lost, number = np.sum([moves(rows, scenario.demand.opening_book, years) for rows in told], axis=0)
    found = np.concatenate([members(readable(world), rows) for world, rows in zip(worlds, told, strict=True)])
    if won == 0 or lost == 0 or len(found) == 0:
        return None
    each = float(won / lost * number / len(replications) / len(found))
    by_segment = [found[found["segment"] == segment] for segment in range(len(sheet))]
    lived = enumerate(zip(as_segments(scenario), by_segment, strict=True))
    book = Book(tuple(own_after(readable(sheet), segment, own, some, each) for segment, (own, some) in lived))
    return book if book.customers else None


def as_it_is(scenario: Scenario, years: int) -> Scenario:
    """The scenario for so many years in which rivals and expectations stay as they are, and nobody opens next door."""
    horizon = scenario.horizon.model_copy(
        update={"weeks": years * WEEKS_PER_YEAR, "warmup_weeks": 0.0, "drift_years": 0.0}
    )
    rivals = scenario.competitors and scenario.competitors.model_copy(update={"newcomer_quality": 0.0})
    return scenario.model_copy(update={"horizon": horizon, "competitors": rivals})


def rows_of(world: np.ndarray) -> np.ndarray:
    """The rows of a world that say who comes and goes, is served, and remains."""
    return np.concatenate([rows[IS_TOLD[rows[:, WHAT]]] for rows in engine_named("fast").pieces(world, PIECE)])


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
