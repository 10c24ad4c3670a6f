"""An opening book: how many customers there are today, how loyal and how satisfied, segment by segment."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.model.compilation import readable
from servsim.model.rules.loyalty import SETTLED, natural_staying, staying
from servsim.model.rules.quality_and_satisfaction import SATISFIED, before_the_first_visit, expected_before, judges
from servsim.scenario.scenario import Scenario, as_segments
from servsim.units import DAYS_PER_YEAR

FAR_CUSTOMERS = 0.1
"""Share of the settled number by which a book is far from it."""
FAR_SATISFACTION = 0.3
"""Points by which its satisfaction is far from the settled."""
FAR_STAYING = 0.1
"""Share of customers who stay a year by which its tenure is far from the settled."""
LONGEST_TENURE, LARGEST_BOOK, BEST = 1000, 10_000_000, 10.0
"""What `demand.opening_tenure`, `demand.opening_book` and `quality.opening_expectation` may be at most."""


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


@dataclass(frozen=True)
class Change:
    """A setting of an opening book: of which segment (None: of the file), what it is today, and in the settled book."""

    segment: str | None
    setting: str
    today: float
    settled: float


def are_far(one: Own, other: Own) -> bool:
    """Does a segment stay or judge otherwise than in another book?"""
    judge = one.satisfaction is not None and other.satisfaction is not None
    apart = judge and abs((one.satisfaction or 0.0) - (other.satisfaction or 0.0)) > FAR_SATISFACTION
    return apart or abs(one.staying - other.staying) > FAR_STAYING


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
    """Customers of one segment as a file can open with those whom a replication leads to, each counted so many times.

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
        round(min(BEST, float(members["should"].mean())), 2) if judge else None,
        float(by_tenure[min(tenure, SETTLED)]),
        float((DAYS_PER_YEAR / members["gap"]).sum()) * each,
    )


def staying_by_tenure(sheet: Any, segment: int) -> np.ndarray:
    """(SETTLED + 1,) the share who stay a year, satisfied at 8, by the visits that they have behind them."""
    gap = min(float(sheet[segment]["visit_gap_days"]), DAYS_PER_YEAR)
    visits = min(SETTLED, max(1, round(DAYS_PER_YEAR / gap)))
    natural = natural_staying(sheet, segment, gap)
    own = sheet[segment]
    stay = [
        (1.0 - own["early_loss"] * (served <= own["early_visits"]))
        * natural
        * staying(sheet, segment, gap, SATISFIED, served, False, SATISFIED, 0)
        for served in range(1, SETTLED + visits + 1)
    ]
    return np.array([math.prod(stay[served : served + visits]) for served in range(SETTLED + 1)])


def as_loyal(by_tenure: np.ndarray, served: np.ndarray) -> int:
    """The tenure of customers who are alike and of whom as many stay a year as of these; nearest to their mean."""
    off = np.abs(by_tenure - by_tenure[served].mean())
    alike = np.flatnonzero(off <= off.min() + 1e-9)
    return int(alike[np.abs(alike - served.mean()).argmin()])


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
