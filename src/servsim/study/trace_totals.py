"""The tally: what a trace adds up to, piece by piece. Metrics are readings of it (`metrics`).

Visits count by the instant they arrive, from the end of the warm-up on; all else by the instant it happens. A visit's
start and end meet at its agent, who serves one customer at a time, so no customer need be remembered.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from servsim.event_codes import By, Happening, Reason
from servsim.model.calendar import business_time
from servsim.model.compilation import entry, kernel, part, readable
from servsim.model.rules.attention_lapses import HALF_THERE
from servsim.model.rules.demand import of_opening_book, segment_of
from servsim.study.daily_totals import ALL, COLLEAGUES_WAIT, Days, integral
from servsim.units import DAY, MILLIONTHS, TICKS_PER_SECOND, YEAR

HAPPENINGS = max(Happening) + 1
LONGEST_WAIT = 86_400
"""Seconds that the histogram of waits distinguishes; longer ones share its last place."""

CHANGES = np.zeros(HAPPENINGS, np.int8)
"""Whether an agent does something else from a row with this happening on."""
CHANGES[[
    Happening.CAME_ON, Happening.WENT_OFF, Happening.LOST_ATTENTION, Happening.REGAINED_ATTENTION,
    Happening.WENT_ON_BREAK, Happening.CAME_BACK, Happening.STARTED, Happening.FINISHED, Happening.TOOK_UP,
    Happening.FOLLOWED_UP, Happening.CALLED, Happening.HUNG_UP, Happening.ESCALATED, Happening.RELEASED,
    Happening.HELPING, Happening.HELPED,
]] = 1  # fmt: skip

(WAIT, WAIT_SERVED, STARTED_AT_ONCE, JOINED, BUSY, PRESENT, IN_SYSTEM, QUALITY, CARE, BOOK_TIME, BOOK, BOOK_SINCE,
 OPENING_LOST, SATISFACTION, REVENUE, CLARIFYING, SOOTHING, TALKING, BY_CALL, BROKEN, REQUEST_WAIT, PHONE_WAIT,
 OPEN_WAIT, IDLE, VISITING, FOLLOWING_UP, CALLING, HELPING, HELD, ON_BREAK, INATTENTIVE, SUMS) = range(32)  # fmt: skip
"""Places in `sums`: ticks, customers, or millionths, all of them whole. From IDLE on: what agents of the desk do with
their time, every tick of their presence in one of them."""

SUMMED = np.full(HAPPENINGS, -1)
"""The place in `sums` of what rows with this happening add up to; −1 where their values are not added up."""
SUMMED[[
    Happening.BOUGHT, Happening.CARED, Happening.CLARIFIED, Happening.SOOTHED, Happening.STEPPED_BACK,
    Happening.HELPING, Happening.REMAINS,
]] = [REVENUE, CARE, CLARIFYING, SOOTHING, TALKING, REQUEST_WAIT, SATISFACTION]  # fmt: skip

VISIT_SINCE, VISIT_ARRIVED, VISIT_COUNTS, HERE_SINCE, DOING, SINCE, AWAY, RESTS, KNOWLEDGE, AGENT_SUMS = range(10)
"""Places in a row of `agents`: when the visit in hand began, when its customer came, whether it counts; 0 or the
instant after which the agent's presence is still to be counted, plus 1; what the agent does, counted up to when,
whether inattentive, whether on a break; what the agent knows, in millionths."""

OWN_WAIT, OWN_JOINED, OWN_SATISFACTION, OWN_REMAINING, OWN_SUMS = range(5)
"""Places in a row of `segments`: ticks waited, visits that joined; satisfaction of those in the book at the end, how
many they are."""


@dataclass
class Tally:
    """Sums over a trace from tick 0 to the end of the window.

    counts: (happenings,) rows of each happening that count. sums: (SUMS,) ticks, customers, millionths.
    waits: (seconds,) histogram of waits of all who joined. days: what money needs, day by day. reasons: (reasons,)
    customers lost. fate: (opening book,) the reason each of them was lost for, 0 for those who remain. segments:
    (segments, …) what is counted for each. heard: what of it days count.
    """

    sheet: np.ndarray
    warmup: int
    heard: np.ndarray = field(default_factory=lambda: ALL)

    def __post_init__(self) -> None:
        """Nothing has been counted yet."""
        self.end = int(self.sheet[0]["window"])
        agents = int(self.sheet[0]["all_agents"])
        self.counts = np.zeros(HAPPENINGS, np.int64)
        self.sums = np.zeros(SUMS, np.int64)
        self.waits = np.zeros(LONGEST_WAIT + 1, np.int64)
        self.days = Days(self.sheet, self.end, self.heard)
        self.reasons = np.zeros(len(Reason), np.int64)
        self.fate = np.zeros(int(self.sheet[0]["opening_book"]), np.int8)
        self.agents = np.zeros((agents, AGENT_SUMS), np.int64)
        self.agents[:, KNOWLEDGE] = np.rint(self.sheet[0]["knowledge_of"][:agents] * MILLIONTHS)
        self.segments = np.zeros((len(self.sheet), OWN_SUMS), np.int64)

    def add(self, rows: np.ndarray) -> None:
        """Count one more piece of the trace."""
        add_rows(readable(self.sheet), rows, self.warmup, self.counts, self.sums, self.waits, self.reasons,
                 self.fate, self.agents, self.segments)  # fmt: skip
        self.days.add(rows)

    def close(self) -> None:
        """Count what is still going on at the end: visits in hand, agents present, the book."""
        pauses = int(self.sheet[0]["while_serving"] != HALF_THERE)
        for agent in self.agents[: int(self.sheet[0]["desk_agents"])]:
            if agent[VISIT_SINCE]:
                self.sums[BUSY] += self.end - max(agent[VISIT_SINCE] - 1, self.warmup)
            if agent[HERE_SINCE]:
                count_time(agent, self.sums, self.end, self.warmup, pauses)
                add_presence(self.sums, agent[HERE_SINCE] - 1, self.end, self.warmup)
        count_book_time(self.sums, self.end, self.warmup)
        self.days.close()

    def joined(self) -> int:
        """Visits of all who joined the queue or started at once, and whose wait is over."""
        return int(self.sums[JOINED])

    def open_ticks(self) -> int:
        """Ticks within opening hours from the end of the warm-up to the end."""
        sheet = readable(self.sheet)
        return int(business_time(sheet, self.end) - business_time(sheet, self.warmup))

    @property
    def colleagues_wait(self) -> int:
        """Ticks that colleagues waited while the doors were open, on days after the one on which the warm-up ends."""
        first = -(-self.warmup // DAY)
        return int(self.days.rows[first:, COLLEAGUES_WAIT].sum())

    @cached_property
    def scheduled_ticks(self) -> int:
        """Ticks of agents' time that the roster asks for from the end of the warm-up to the end."""
        return int(np.diff(integral(self.sheet[0]["roster"], np.array([self.warmup, self.end])))[0])


@part
def count_time(agent, sums, now, warmup, pauses):
    """Count what an agent has done since it was last counted.

    Time is inattentive where work stands still meanwhile, or where there is none.
    """
    lasted = max(0, now - max(agent[SINCE], warmup))
    agent[SINCE] = now
    if agent[RESTS] == 1:
        sums[ON_BREAK] += lasted
    elif agent[AWAY] == 1 and (agent[DOING] == IDLE or (pauses == 1 and agent[DOING] != HELD)):
        sums[INATTENTIVE] += lasted
    else:
        sums[agent[DOING]] += lasted


@part
def add_presence(sums, since, until, warmup):
    """Count an agent's presence."""
    sums[PRESENT] += max(0, until - max(since, warmup))


@part
def does_now(agent, what, value, now):
    """What an agent does from this row on."""
    if what == Happening.CAME_ON:
        agent[DOING], agent[SINCE], agent[AWAY], agent[RESTS] = IDLE, now, 0, 0
    elif what == Happening.LOST_ATTENTION:
        agent[AWAY] = 1
    elif what == Happening.REGAINED_ATTENTION:
        agent[AWAY] = 0
    elif what == Happening.WENT_ON_BREAK:
        agent[RESTS] = 1
    elif what == Happening.CAME_BACK:
        agent[RESTS] = 0
    elif what == Happening.STARTED:
        agent[DOING] = VISITING
    elif what == Happening.TOOK_UP:
        agent[DOING] = FOLLOWING_UP
    elif what == Happening.CALLED:
        agent[DOING] = CALLING
    elif what == Happening.HELPING:
        agent[DOING] = HELPING
    elif what == Happening.ESCALATED:
        agent[DOING] = HELD if value == 1 else IDLE
    elif what != Happening.WENT_OFF:
        agent[DOING] = IDLE


@kernel
def count_book_time(sums, now, warmup):
    """Count the time that the book's customers have been in it, up to now."""
    sums[BOOK_TIME] += sums[BOOK] * max(0, now - max(sums[BOOK_SINCE], warmup))
    sums[BOOK_SINCE] = now


@kernel
def count_wait(sheet, counts, sums, waits, what, now, wait):
    """Count the wait of a visit that joined, and how much of it fell within opening hours."""
    counts[what] += 1
    sums[JOINED] += 1
    sums[WAIT] += wait
    if wait > 0:
        sums[OPEN_WAIT] += business_time(sheet, now) - business_time(sheet, now - wait)
    waits[min(wait // TICKS_PER_SECOND, LONGEST_WAIT)] += 1


@kernel
def count_own(sheet, segments, who, place, amount):
    """Count an amount for a customer's segment, and that it was counted."""
    segment = segment_of(sheet, who)
    segments[segment, place] += amount
    segments[segment, place + 1] += 1


@entry
@kernel
def second_reached(waits, many):
    """The second by which so many waits are over; few seconds are looked at, since few wait long."""
    over = waits[0]
    second = 0
    while over < many:
        second += 1
        over += waits[second]
    return second


@entry
@kernel
def add_rows(
    sheet, rows, warmup, counts, sums, waits, reasons, fate, agents, segments,
):  # fmt: skip
    """Count a piece of a trace."""
    desk_agents, pauses = sheet[0].desk_agents, sheet[0].while_serving != HALF_THERE
    for i in range(len(rows)):
        now, what, who, agent, value = rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4]
        if 0 <= agent < desk_agents and CHANGES[what] == 1:
            if agents[agent, HERE_SINCE] > 0:
                count_time(agents[agent], sums, now, warmup, pauses)
            does_now(agents[agent], what, value, now)
        if what == Happening.STARTED:
            arrived = now - value
            agents[agent, VISIT_SINCE], agents[agent, VISIT_ARRIVED] = now + 1, arrived
            agents[agent, VISIT_COUNTS] = arrived >= warmup
            if arrived >= warmup:
                count_wait(sheet, counts, sums, waits, what, now, value)
                sums[WAIT_SERVED] += value
                sums[STARTED_AT_ONCE] += value == 0
                count_own(sheet, segments, who, OWN_WAIT, value)
        elif what == Happening.FINISHED:
            sums[BUSY] += max(0, now - max(agents[agent, VISIT_SINCE] - 1, warmup))
            agents[agent, VISIT_SINCE] = 0
            if agents[agent, VISIT_COUNTS] == 1:
                counts[what] += 1
                sums[IN_SYSTEM] += now - agents[agent, VISIT_ARRIVED]
                sums[QUALITY] += value
        elif what == Happening.ABANDONED or what == Happening.SENT_HOME:
            if now - value >= warmup:
                count_wait(sheet, counts, sums, waits, what, now, value)
                count_own(sheet, segments, who, OWN_WAIT, value)
        elif what == Happening.PICKED_UP or what == Happening.RANG_OFF:
            if now - value >= warmup:
                counts[what] += 1
                sums[PHONE_WAIT] += value
        elif what == Happening.MEMBER:
            counts[what] += 1
            sums[BOOK] += 1
        elif what == Happening.CAME_ON:
            if agent < desk_agents:
                agents[agent, HERE_SINCE] = now + 1
        elif what == Happening.WENT_OFF:
            if agent < desk_agents:
                add_presence(sums, agents[agent, HERE_SINCE] - 1, now, warmup)
                agents[agent, HERE_SINCE] = 0
        else:
            if what == Happening.LEARNED:
                agents[agent, KNOWLEDGE] = value
            elif what == Happening.WON or what == Happening.LOST or what == Happening.WON_BACK:
                count_book_time(sums, now, warmup)
                sums[BOOK] += -1 if what == Happening.LOST else 1
            if (what == Happening.LOST or what == Happening.WON_BACK) and of_opening_book(who):
                fate[who] = value if what == Happening.LOST else 0
                if now < YEAR:
                    sums[OPENING_LOST] += 1 if what == Happening.LOST else -1
            if now < warmup:
                continue
            counts[what] += 1
            if SUMMED[what] >= 0:
                sums[SUMMED[what]] += value
            if what == Happening.FAILED:
                sums[BROKEN] += value == Reason.BROKEN_PROMISE
            elif what == Happening.RECOVERED:
                sums[BY_CALL] += value == By.CALL
            elif what == Happening.LOST:
                reasons[value] += 1
            elif what == Happening.REMAINS:
                count_own(sheet, segments, who, OWN_SATISFACTION, value)
