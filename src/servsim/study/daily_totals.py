"""Days: what a trace adds up to day by day, as far as money and a projection need it.

Of later years nothing else is looked at: what the desk is like, metrics say of the window (`tally`). Everything counts
on the day on which it happens.
"""

from collections.abc import Iterator
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np

from servsim.event_codes import Happening
from servsim.model.calendar import business_time, day_begins, day_of
from servsim.model.compilation import entry, kernel, readable
from servsim.model.rules.demand import of_opening_book
from servsim.units import DAY, MINUTE, MINUTES_PER_WEEK

(ARRIVED, ABANDONED, BALKED, TURNED_AWAY, JOINED, WAITED, MEMBERS, WON, WON_BACK, LOST, REVENUE, PRESENT, TALKING,
 INVESTED, ASKING, COLLEAGUES_WAIT, PLACES) = range(17)  # fmt: skip
"""Places in a day's row: visits that came, gave up, balked, were turned away; visits whose wait is over, and ticks
waited; customers of the opening book, won, won back, lost; millionths of money; ticks of agents' presence, of managers'
talks, of staff time beyond transactions; colleagues who wait at its end more than at its beginning, and ticks that they
waited while the doors were open."""

COUNTED = np.full(max(Happening) + 1, -1)
"""The place that a row with this happening adds 1 to; −1 where it is not counted."""
COUNTED[[
    Happening.ARRIVED, Happening.ABANDONED, Happening.BALKED, Happening.BLOCKED, Happening.SENT_HOME,
    Happening.STARTED, Happening.MEMBER, Happening.WON, Happening.WON_BACK, Happening.LOST,
]] = [ARRIVED, ABANDONED, BALKED, TURNED_AWAY, TURNED_AWAY, JOINED, MEMBERS, WON, WON_BACK, LOST]  # fmt: skip
SUMMED = np.full(max(Happening) + 1, -1)
"""The place that a row with this happening adds its value to; −1 where values are not added up."""
SUMMED[[
    Happening.STARTED, Happening.ABANDONED, Happening.SENT_HOME, Happening.BOUGHT, Happening.STEPPED_BACK,
    Happening.CARED, Happening.CLARIFIED, Happening.SOOTHED, Happening.FOLLOWED_UP, Happening.HUNG_UP,
    Happening.RELEASED, Happening.WROTE_UP,
]] = [WAITED, WAITED, WAITED, REVENUE, TALKING, *[INVESTED] * 7]  # fmt: skip

IGNORED, ADDED, MORE = range(3)
"""What is done with a row: nothing; it is only counted or added up; more is done."""
ALL = np.where((COUNTED >= 0) | (SUMMED >= 0), ADDED, IGNORED)
"""What is done with rows of each happening where a projection is drawn up."""
ALL[[
    Happening.ABANDONED, Happening.SENT_HOME, Happening.BOUGHT, Happening.LOST, Happening.WON_BACK, Happening.CAME_ON,
    Happening.WENT_OFF, Happening.ASKED, Happening.HELPING,
]] = MORE  # fmt: skip
OF_MONEY = ALL.copy()
"""The same where only money is asked for, and what single customers spend and how long they stay."""
OF_MONEY[[
    Happening.ARRIVED, Happening.ABANDONED, Happening.BALKED, Happening.BLOCKED, Happening.SENT_HOME,
    Happening.STARTED, Happening.MEMBER, Happening.WON, Happening.CARED, Happening.CLARIFIED, Happening.SOOTHED,
    Happening.FOLLOWED_UP, Happening.HUNG_UP, Happening.RELEASED, Happening.WROTE_UP,
]] = IGNORED  # fmt: skip


class Days:
    """Sums over a trace from tick 0 on, day by day, until an end.

    rows: (days, PLACES) ticks, customers, millionths. spent, stayed: (opening book,) millionths of money, and ticks in
    the book, of each of today's customers; until it is closed, those of who is in the book now are not above 0.
    """

    def __init__(self, sheet: np.ndarray, end: int, heard: np.ndarray = ALL) -> None:
        """Nothing has been counted yet. heard: what is done with rows of each happening, ALL or OF_MONEY."""
        self.sheet, self.end, self.heard = sheet, end, heard
        self.rows = np.zeros((-(-end // DAY), PLACES), np.int64)
        self.here_since = np.zeros(int(sheet[0]["desk_agents"]), np.int64)
        self.spent = np.zeros(int(sheet[0]["opening_book"]), np.int64)
        self.stayed = np.zeros(len(self.spent), np.int64)

    def longer(self, end: int) -> "Days":
        """The same as far as it was counted, to be gone on with until a later end; not for one that is closed."""
        found = Days(self.sheet, end, self.heard)
        found.rows[: len(self.rows)] = self.rows
        found.here_since, found.spent, found.stayed = copy(self.here_since), copy(self.spent), copy(self.stayed)
        return found

    def add(self, rows: np.ndarray) -> None:
        """Count one more piece of the trace."""
        add_rows(readable(self.sheet), rows, self.heard, self.rows, self.here_since, self.spent, self.stayed)

    def close(self) -> None:
        """Count what is still going on at the end: agents present, customers in the book, colleagues who wait."""
        for since in self.here_since[self.here_since > 0].tolist():
            add_presence(self.rows, since - 1, self.end)
        self.stayed[self.stayed <= 0] += self.end
        waiting = np.cumsum(self.rows[:, ASKING])
        whole = np.diff(opened_until(self.sheet, np.arange(len(self.rows) + 1) * DAY))
        self.rows[1:, COLLEAGUES_WAIT] += waiting[:-1] * whole[1:]
        self.rows[-1:, COLLEAGUES_WAIT] -= waiting[-1:] * (whole[-1:] - self.opened[-1:])

    @cached_property
    def ends(self) -> np.ndarray:
        """(days + 1,) the instants between days, from 0 to the end."""
        ends: np.ndarray = np.minimum(np.arange(len(self.rows) + 1) * DAY, self.end)
        return ends

    @cached_property
    def opened(self) -> np.ndarray:
        """(days,) ticks within opening hours."""
        return np.diff(opened_until(self.sheet, self.ends))

    @cached_property
    def scheduled(self) -> np.ndarray:
        """(days,) ticks of agents' time on shift."""
        return np.diff(asked_until(self.sheet, self.ends))

    @cached_property
    def paid(self) -> np.ndarray:
        """(days,) ticks of agents' time that the roster asks for, there or not."""
        return np.diff(paid_until(self.sheet, self.ends))


def opened_until(sheet: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Ticks within opening hours from tick 0 to each of some instants."""
    return integral(sheet[0], "open", ends)


def asked_until(sheet: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Ticks of agents' time on shift from tick 0 to each of some instants."""
    return integral(sheet[0], "roster", ends)


def paid_until(sheet: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Ticks of agents' time that the roster asks for, there or not, from tick 0 to each of some instants."""
    return integral(sheet[0], "paid", ends)


def integral(row: Any, what: str, ends: np.ndarray) -> np.ndarray:
    """Integrals of doors ("open"), or agents there ("roster") or paid, from tick 0 to each of some instants."""
    if row["dated_until"]:
        return integral_by_date(row, row[f"piece_{what}"].astype(np.int64), ends)
    minutes = row[what]
    sums = np.concatenate([[0], np.cumsum(minutes, dtype=np.int64)])
    weeks, rest = np.divmod(ends // MINUTE, MINUTES_PER_WEEK)
    result: np.ndarray = (weeks * sums[-1] + sums[rest]) * MINUTE + minutes[rest].astype(np.int64) * (ends % MINUTE)
    return result


def integral_by_date(row: Any, values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The same where days have dates, of what each piece of a day is worth."""
    before = np.concatenate([[0], np.cumsum(values[:-1] * np.diff(row["piece_start"].astype(np.int64)))])
    first, last = before[row["kind_first"]], before[row["kind_last"]]
    day, rest = np.divmod(ends, DAY)
    kinds = row["day_kind"][: day.max(initial=0) + 1]
    days = np.concatenate([[0], np.cumsum((last - first)[kinds])]) * MINUTE
    return np.array([
        days[number] + sum(
            int(values[piece]) * max(0, min(part, int(end) * MINUTE) - int(start) * MINUTE)
            for piece, start, end in pieces_of(row, kinds[number]) if part
        )
        for number, part in zip(day.tolist(), rest.tolist(), strict=True)
    ], np.int64)  # fmt: skip


def pieces_of(row: Any, kind: int) -> Iterator[tuple[int, int, int]]:
    """(number, first minute, minute behind the last) of each piece of a kind of day."""
    for piece in range(row["kind_first"][kind], row["kind_last"][kind]):
        yield piece, row["piece_start"][piece], row["piece_start"][piece + 1]


@kernel
def add_presence(days, since, until):
    """Count an agent's presence, day by day."""
    while since < until:
        day = day_of(since)
        ends = min(day_begins(day + 1), until)
        days[day, PRESENT] += ends - since
        since = ends


@entry
@kernel
def add_rows(sheet, rows, heard, days, here_since, spent, stayed):
    """Count a piece of a trace. Of a customer in the book, `stayed` is less than it will be by the end."""
    day, ends = np.int64(-1), np.int64(0)
    for i in range(len(rows)):
        what = rows[i, 1]
        if heard[what] == IGNORED:
            continue
        now = rows[i, 0]
        if now >= ends:
            day = day_of(now)
            ends = day_begins(day + 1)
        if COUNTED[what] >= 0:
            days[day, COUNTED[what]] += 1
        if SUMMED[what] >= 0:
            days[day, SUMMED[what]] += rows[i, 4]
        if heard[what] == ADDED:
            continue
        who, agent = rows[i, 2], rows[i, 3]
        if what == Happening.ABANDONED or what == Happening.SENT_HOME:
            days[day, JOINED] += 1
        elif what == Happening.BOUGHT:
            if of_opening_book(who):
                spent[who] += rows[i, 4]
        elif what == Happening.LOST:
            if of_opening_book(who):
                stayed[who] += now
        elif what == Happening.WON_BACK:
            if of_opening_book(who):
                stayed[who] -= now
        elif what == Happening.CAME_ON:
            if agent < len(here_since):
                here_since[agent] = now + 1
        elif what == Happening.WENT_OFF:
            if agent < len(here_since):
                add_presence(days, here_since[agent] - 1, now)
                here_since[agent] = 0
        elif what == Happening.ASKED or what == Happening.HELPING:
            way = 1 if what == Happening.ASKED else -1
            days[day, ASKING] += way
            days[day, COLLEAGUES_WAIT] += way * (business_time(sheet, ends) - business_time(sheet, now))
