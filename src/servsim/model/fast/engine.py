"""The story of `reference` as one compiled loop: the same rules, the same words, the same trace.

The loop takes what is due while the time is equal, then settles, then puts the instant's rows in canonical order. It
allocates nothing: when an array might not hold what comes next, it stops, `grown` makes room, and it goes on where it
was. Customers live in `people`; the place of one who is gone for good is used again.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from servsim.event_codes import Happening
from servsim.model import calendar
from servsim.model.compilation import entry, inner, kernel, mark_warm, readable
from servsim.model.fast.due_events import happen, next_candidate, next_instant
from servsim.model.fast.end_of_instant import in_order, settle
from servsim.model.fast.internal_requests import next_request
from servsim.model.fast.known_customers import (
    comes_at,
    newborn,
)
from servsim.model.fast.state import (
    CALENDAR,
    CALLS,
    CASES,
    CHANCE,
    CLOSING,
    DOORS_CLOSE,
    DUTIES,
    MEMBERS,
    MEMBERS_CHANGED,
    MONTH_ENDS,
    NEWCOMERS,
    NOW,
    PEOPLE,
    REQUESTS,
    ROWS,
    ROWS_EACH,
    SHIFT_BEGINS,
    TOLD,
    UNSETTLED,
    WAITING,
    WARNED,
    WORK,
    blank,
    crowd,
    grown,
    note,
    page,
    schedule_duty,
)
from servsim.model.rules import demand, outreach, training, waiting
from servsim.model.rules import internal_requests as internal
from servsim.model.rules.millionths import millionths
from servsim.model.trace import Trace, insist_fits, stocks_of, stops_of
from servsim.units import NEVER


@inner
def has_room(s, customers):
    """Is there room for all that so many customers can cause in one instant?"""
    agents = len(s.agents)
    return (
        s.n[ROWS] + ROWS_EACH * (customers + agents) < len(s.rows)
        and s.n[CALENDAR] + ROWS_EACH * (customers + agents) + 8 < len(s.calendar)
        and s.n[DUTIES] + 2 * agents + 8 < len(s.duties)
        and s.n[PEOPLE] + 2 < len(s.people)
        and s.n[NEWCOMERS] + 2 < len(s.newcomers)
        and 2 * (s.n[WAITING] + s.n[NEWCOMERS]) + 8 < len(s.queue)
        and s.n[WORK] + 2 < len(s.work)
        and s.n[CALLS] + 2 < len(s.calls)
        and s.n[CASES] + 2 < len(s.cases)
        and s.n[REQUESTS] + 2 < len(s.requests)
        and s.n[WARNED] + 2 < len(s.warned)
    )


@entry
@kernel
def run(sheet, s, until):
    """Let everything happen before an instant; False if it stopped for want of room and must go on."""
    while True:
        if s.n[UNSETTLED] == 0:
            instant = next_instant(s)
            if instant >= until:
                return True
            s.n[NOW] = instant
            s.n[UNSETTLED] = 1
        while next_instant(s) == s.n[NOW]:
            if not has_room(s, 8):
                return False
            happen(sheet, s)
        if not has_room(s, s.n[NEWCOMERS] + (s.n[WAITING] if s.n[CLOSING] == 1 else 0)):
            return False
        settle(sheet, s)
        in_order(s)
        s.n[UNSETTLED] = 0


@entry
@kernel
def open_the_desk(sheet, s):
    """Open the book and put on the calendar what the horizon begins with."""
    for key in range(sheet[0].opening_book):
        place = newborn(sheet, s, key, True)
        note(s, Happening.MEMBER, key, -1, millionths(s.people[place].satisfaction))
        comes_at(sheet, s, place, demand.first_visit(sheet, s.people[place].segment, key))
    s.n[TOLD] = s.n[ROWS]
    s.n[MEMBERS], s.n[MEMBERS_CHANGED] = sheet[0].opening_book, -1
    for number in range(len(s.agents)):
        s.agents[number].knowledge = training.knowledge_today(sheet, number)
        s.agents[number].cases = training.cases_today(sheet)
        s.agents[number].day = s.agents[number].spell = -1
        s.agents[number].spell_ends = s.agents[number].break_due = s.agents[number].break_ends = np.int64(NEVER)
        schedule_duty(sheet, s, calendar.shift_start(sheet, number, 0), SHIFT_BEGINS, number, 0)
    for stream in range(len(s.streams)):
        s.streams[stream].reached = calendar.clock(sheet, 0)
    for layer in range(len(s.streams) - 1):
        next_candidate(sheet, s, layer)
    if internal.has_colleagues(sheet):
        next_request(sheet, s)
    if training.trains(sheet):
        schedule_duty(sheet, s, calendar.next_month(0), MONTH_ENDS, 0, 0)
    if waiting.goes_home_at_closing(sheet):
        schedule_duty(sheet, s, calendar.closing(sheet, 0), DOORS_CLOSE, 0, 0)
    if outreach.calls_back(sheet):
        schedule_duty(sheet, s, outreach.next_chance(sheet, 0), CHANCE, 0, 0)


@entry
@kernel
def take_stock(s, places, instant, rows):
    """Write down who is in the book at an instant, before anything happens at it, and how satisfied; how many."""
    members = 0
    for place in places:
        if s.people[place].in_book == 1:
            rows[members, 0], rows[members, 1], rows[members, 2] = instant, Happening.REMAINS, s.people[place].key
            rows[members, 3], rows[members, 4] = -1, millionths(s.people[place].satisfaction)
            members += 1
    return members


class Desk:
    """The desk in one world, run up to any instant and on from there."""

    def __init__(self, sheet: np.ndarray) -> None:
        """Open the book, put everyone's story on the calendar."""
        self.end = int(sheet[0]["end"])
        self.stocks = stocks_of(sheet)
        self.sheet: Any = readable(sheet)
        self.state = blank(sheet)
        open_the_desk(self.sheet, self.state)

    def tell(self, until: int) -> np.ndarray:
        """Let everything happen before an instant; the rows noted since the last telling, in canonical order."""
        told = []
        while self.stocks and self.stocks[0] <= until:
            instant = self.stocks.pop(0)
            told += [*self.happened(instant), self.stock(instant)]
        told += self.happened(until)
        if until >= self.end:
            mark_warm()
        return told[0] if len(told) == 1 else np.concatenate(told)

    def happened(self, until: int) -> list[np.ndarray]:
        """The rows of what happens before an instant, from where the story stands."""
        told, many = [], 0
        while not run(self.sheet, self.state, until):
            told.append(self.handed_over())
            many += len(told[-1])
            insist_fits(many, int(self.state.n[NOW]))
            self.state = grown(self.state)
        return [*told, self.handed_over()]

    def handed_over(self) -> np.ndarray:
        """The rows of settled instants, taken out of the state; those of an instant in progress stay."""
        n, rows = self.state.n, self.state.rows
        done, begun = rows[: n[TOLD]].copy(), rows[n[TOLD] : n[ROWS]].copy()
        usual, needed = page(len(self.state.agents)), len(begun) + ROWS_EACH * crowd(self.state)
        if 2 * needed < usual < len(rows):  # the opening book's rows need no room any more
            rows = np.zeros((usual, 5), np.int64)
            self.state = self.state._replace(rows=rows)
        rows[: len(begun)] = begun
        n[TOLD], n[ROWS] = 0, len(begun)
        return done

    def stock(self, instant: int) -> np.ndarray:
        """The rows of who is in the book, in canonical order."""
        people = self.state.people[: self.state.n[PEOPLE]]
        rows = np.zeros((len(people), 5), np.int64)
        return rows[: take_stock(self.state, np.argsort(people["key"]), instant, rows)]


def pieces(sheet: np.ndarray, length: int) -> Iterator[np.ndarray]:
    """The trace of the sheet's world in pieces of so many ticks, as it comes."""
    desk = Desk(sheet)
    return (desk.tell(until) for until in stops_of(sheet, length))


def simulate(sheet: np.ndarray) -> Trace:
    """The whole trace of the sheet's world."""
    desk = Desk(sheet)
    return Trace(desk.tell(desk.end))
