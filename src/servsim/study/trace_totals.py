"""The tally: what a trace adds up to, piece by piece. Metrics are readings of it (`metrics`).

Visits count by the instant they arrive, from the end of the warm-up on; all else by the instant it happens. A visit's
start and end meet at its agent, who serves one customer at a time, so no customer need be remembered.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from servsim.event_codes import By, Happening, Reason
from servsim.model.calendar import business_time
from servsim.model.compilation import entry, kernel, part, readable
from servsim.model.rules.attention_lapses import HALF_THERE
from servsim.model.rules.demand import of_opening_book, segment_of
from servsim.study import tally_places as t
from servsim.study.daily_totals import ALL, Days, asked_until, paid_until
from servsim.units import MILLIONTHS, TICKS_PER_SECOND, YEAR


@dataclass
class Tally:
    """Sums over a trace from tick 0 to the end of the window.

    counts: (happenings,) rows of each happening that count. sums: (SUMS,) ticks, customers, millionths. waits:
    (seconds,) histogram of waits of all who joined. long_waits: seconds of those that its last place holds. days: what
    money needs, day by day. reasons: (reasons,) customers lost. fate: (opening book,) the reason each of them was lost
    for, 0 for those who remain. segments: (segments, …) what is counted for each. heard: what of it days count.
    """

    sheet: np.ndarray
    warmup: int
    heard: np.ndarray = field(default_factory=lambda: ALL)

    def __post_init__(self) -> None:
        """Nothing has been counted yet."""
        self.end = int(self.sheet[0]["window"])
        agents = int(self.sheet[0]["all_agents"])
        self.counts = np.zeros(t.HAPPENINGS, np.int64)
        self.sums = np.zeros(t.SUMS, np.int64)
        self.waits = np.zeros(t.LONGEST_WAIT + 1, np.int64)
        self.long_waits: list[np.ndarray] = []
        self.days = Days(self.sheet, self.end, self.heard)
        self.reasons = np.zeros(len(Reason), np.int64)
        self.fate = np.zeros(int(self.sheet[0]["opening_book"]), np.int8)
        self.agents = np.zeros((agents, t.AGENT_SUMS), np.int64)
        self.agents[:, t.KNOWLEDGE] = np.rint(self.sheet[0]["knowledge_of"][:agents] * MILLIONTHS)
        self.segments = np.zeros((len(self.sheet), t.OWN_SUMS), np.int64)

    def add(self, rows: np.ndarray) -> None:
        """Count one more piece of the trace."""
        long = self.waits[t.LONGEST_WAIT]
        add_rows(readable(self.sheet), rows, self.warmup, self.counts, self.sums, self.waits, self.reasons,
                 self.fate, self.agents, self.segments)  # fmt: skip
        if self.waits[t.LONGEST_WAIT] > long:
            self.long_waits.append(seconds_of_long_waits(rows, self.warmup))
        self.days.add(rows)

    def close(self) -> None:
        """Count what is still going on at the end: waits, visits in hand, agents present, the book."""
        opened = business_time(readable(self.sheet), self.end)
        self.sums[t.OPEN_WAIT] += self.sums[t.WAITING] * opened
        self.sums[t.ASKED_WAIT] += self.sums[t.ASKING] * opened
        pauses = int(self.sheet[0]["while_serving"] != HALF_THERE)
        for agent in self.agents[: int(self.sheet[0]["desk_agents"])]:
            if agent[t.VISIT_SINCE]:
                self.sums[t.BUSY] += self.end - max(agent[t.VISIT_SINCE] - 1, self.warmup)
            if agent[t.HERE_SINCE]:
                count_time(agent, self.sums, self.end, self.warmup, pauses)
                add_presence(self.sums, agent[t.HERE_SINCE] - 1, self.end, self.warmup)
        count_book_time(self.sums, self.end, self.warmup)
        self.days.close()

    def joined(self) -> int:
        """Visits of all who joined the queue or started at once, and whose wait is over."""
        return int(self.sums[t.JOINED])

    def wait_reached(self, share: float) -> int:
        """Seconds that this share of those who joined, and whose wait is over, did not wait longer than."""
        many = share * self.joined()
        second = int(second_reached(self.waits, many))
        if second < t.LONGEST_WAIT:
            return second
        longer = np.sort(np.concatenate(self.long_waits))
        return int(longer[math.ceil(many - self.waits[: t.LONGEST_WAIT].sum()) - 1])

    def open_ticks(self) -> int:
        """Ticks within opening hours from the end of the warm-up to the end."""
        sheet = readable(self.sheet)
        return int(business_time(sheet, self.end) - business_time(sheet, self.warmup))

    @property
    def colleagues_wait(self) -> int:
        """Ticks that colleagues waited while the doors were open, from the end of the warm-up to the end."""
        return int(self.sums[t.ASKED_WAIT])

    @cached_property
    def scheduled_ticks(self) -> int:
        """Ticks of agents' time on shift from the end of the warm-up to the end."""
        return int(np.diff(asked_until(self.sheet, np.array([self.warmup, self.end])))[0])

    @cached_property
    def paid_ticks(self) -> int:
        """Ticks of agents' time that the roster asks for, there or not, from the end of the warm-up to the end."""
        return int(np.diff(paid_until(self.sheet, np.array([self.warmup, self.end])))[0])


def seconds_of_long_waits(rows: np.ndarray, warmup: int) -> np.ndarray:
    """(n,) whole seconds of the waits that count in a piece of a trace, and that the histogram does not distinguish."""
    over = rows[np.isin(rows[:, 1], t.WAITS) & (rows[:, 4] >= t.LONGEST_WAIT * TICKS_PER_SECOND)]
    return (over[over[:, 0] - over[:, 4] >= warmup, 4] // TICKS_PER_SECOND).astype(np.int32)


@part
def count_time(agent, sums, now, warmup, pauses):
    """Count what an agent has done since it was last counted.

    Time is inattentive where work stands still meanwhile, or where there is none.
    """
    lasted = max(0, now - max(agent[t.SINCE], warmup))
    agent[t.SINCE] = now
    if agent[t.RESTS] == 1:
        sums[t.ON_BREAK] += lasted
    elif agent[t.AWAY] == 1 and (agent[t.DOING] == t.IDLE or (pauses == 1 and agent[t.DOING] != t.HELD)):
        sums[t.INATTENTIVE] += lasted
        if agent[t.DOING] != t.IDLE and agent[t.DOING] != t.VISITING:
            sums[t.PAUSED] += lasted
    else:
        sums[agent[t.DOING]] += lasted


@part
def add_presence(sums, since, until, warmup):
    """Count an agent's presence."""
    sums[t.PRESENT] += max(0, until - max(since, warmup))


@part
def does_now(agent, what, value, now):
    """What an agent does from this row on."""
    if what == Happening.CAME_ON:
        agent[t.DOING], agent[t.SINCE], agent[t.AWAY], agent[t.RESTS] = t.IDLE, now, 0, 0
    elif what == Happening.LOST_ATTENTION:
        agent[t.AWAY] = 1
    elif what == Happening.REGAINED_ATTENTION:
        agent[t.AWAY] = 0
    elif what == Happening.WENT_ON_BREAK:
        agent[t.RESTS] = 1
    elif what == Happening.CAME_BACK:
        agent[t.RESTS] = 0
    elif what == Happening.STARTED:
        agent[t.DOING] = t.VISITING
    elif what == Happening.TOOK_UP:
        agent[t.DOING] = t.FOLLOWING_UP
    elif what == Happening.CALLED:
        agent[t.DOING] = t.CALLING
    elif what == Happening.HELPING:
        agent[t.DOING] = t.HELPING
    elif what == Happening.WRITES_UP:
        agent[t.DOING] = t.WRITING
    elif what == Happening.ESCALATED:
        agent[t.DOING] = t.HELD if value == 1 else t.IDLE
    elif what != Happening.WENT_OFF:
        agent[t.DOING] = t.IDLE


@kernel
def count_book_time(sums, now, warmup):
    """Count the time that the book's customers have been in it, up to now."""
    sums[t.BOOK_TIME] += sums[t.BOOK] * max(0, now - max(sums[t.BOOK_SINCE], warmup))
    sums[t.BOOK_SINCE] = now


@kernel
def count_wait(sheet, counts, sums, waits, what, now, wait):
    """Count the wait of a visit that joined."""
    counts[what] += 1
    sums[t.JOINED] += 1
    sums[t.WAIT] += wait
    waits[min(wait // TICKS_PER_SECOND, t.LONGEST_WAIT)] += 1


@part
def is_in_time(sheet, segment, wait):
    """Is a wait no longer than the target of the customer's segment?"""
    return wait <= sheet[segment].target_seconds * TICKS_PER_SECOND


@part
def count_waiting(sheet, sums, what, since):
    """Count who waits in the queue, and who of the colleagues, from an instant on that is not within the warm-up.

    Opening hours waited are those until the end less those until now, of one more who waits; of one less the reverse.
    """
    if t.QUEUES[what] != 0:
        sums[t.OPEN_WAIT] -= t.QUEUES[what] * business_time(sheet, since)
        sums[t.WAITING] += t.QUEUES[what]
    elif what == Happening.ASKED or what == Happening.HELPING:
        more = 1 if what == Happening.ASKED else -1
        sums[t.ASKED_WAIT] -= more * business_time(sheet, since)
        sums[t.ASKING] += more


@kernel
def found_no_place(rows, i):
    """Is this row of a caller about one who found no line free? That is told before, in the same instant."""
    now, who = rows[i, 0], rows[i, 2]
    while i > 0 and rows[i - 1, 0] == now:
        i -= 1
        if rows[i, 1] == Happening.BLOCKED and rows[i, 2] == who:
            return True
    return False


@kernel
def count_own(segments, segment, place, amount):
    """Count an amount for a customer's segment, and that it was counted."""
    segments[segment, place] += amount
    segments[segment, place + 1] += 1


@kernel
def add_own(sheet, segments, what, who, value):
    """Add a row that counts to what its happening comes to in the customer's segment: what was paid, else one."""
    if t.OWN_SUMMED[what] >= 0:
        segments[segment_of(sheet, who), t.OWN_SUMMED[what]] += value if what == Happening.BOUGHT else 1


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
        if 0 <= agent < desk_agents and t.CHANGES[what] == 1:
            if agents[agent, t.HERE_SINCE] > 0:
                count_time(agents[agent], sums, now, warmup, pauses)
            does_now(agents[agent], what, value, now)
        count_waiting(sheet, sums, what, max(now, warmup))
        if what == Happening.STARTED:
            arrived = now - value
            agents[agent, t.VISIT_SINCE], agents[agent, t.VISIT_ARRIVED] = now + 1, arrived
            agents[agent, t.VISIT_COUNTS] = arrived >= warmup
            if arrived >= warmup:
                count_wait(sheet, counts, sums, waits, what, now, value)
                sums[t.WAIT_SERVED] += value
                sums[t.STARTED_AT_ONCE] += value == 0
                segment = segment_of(sheet, who)
                in_time = is_in_time(sheet, segment, value)
                sums[t.ANSWERED_IN_TIME] += in_time
                segments[segment, t.OWN_IN_TIME] += in_time
                count_own(segments, segment, t.OWN_WAIT, value)
        elif what == Happening.FINISHED:
            sums[t.BUSY] += max(0, now - max(agents[agent, t.VISIT_SINCE] - 1, warmup))
            agents[agent, t.VISIT_SINCE] = 0
            agents[agent, t.LAST_COUNTS] = agents[agent, t.VISIT_COUNTS]
            if agents[agent, t.VISIT_COUNTS] == 1:
                counts[what] += 1
                sums[t.IN_SYSTEM] += now - agents[agent, t.VISIT_ARRIVED]
                sums[t.QUALITY] += value
                add_own(sheet, segments, what, who, value)
        elif what == Happening.ABANDONED or what == Happening.SENT_HOME:
            if now - value >= warmup:
                count_wait(sheet, counts, sums, waits, what, now, value)
                segment = segment_of(sheet, who)
                sums[t.LEFT_IN_TIME] += is_in_time(sheet, segment, value)
                sums[t.WAIT_ABANDONED] += value if what == Happening.ABANDONED else 0
                count_own(segments, segment, t.OWN_WAIT, value)
                add_own(sheet, segments, what, who, value)
        elif what == Happening.PICKED_UP or what == Happening.RANG_OFF:
            if now - value >= warmup:
                counts[what] += 1
                sums[t.PHONE_WAIT] += value
                sums[t.PHONE_TURNED_AWAY] += what == Happening.RANG_OFF and value == 0 and found_no_place(rows, i)
        elif what == Happening.MEMBER:
            counts[what] += 1
            sums[t.BOOK] += 1
            add_own(sheet, segments, what, who, value)
        elif what == Happening.CAME_ON:
            if agent < desk_agents:
                agents[agent, t.HERE_SINCE] = now + 1
        elif what == Happening.WENT_OFF:
            if agent < desk_agents:
                add_presence(sums, agents[agent, t.HERE_SINCE] - 1, now, warmup)
                agents[agent, t.HERE_SINCE] = 0
        else:
            if what == Happening.LEARNED:
                agents[agent, t.KNOWLEDGE] = value
            elif what == Happening.WON or what == Happening.LOST or what == Happening.WON_BACK:
                count_book_time(sums, now, warmup)
                sums[t.BOOK] += -1 if what == Happening.LOST else 1
            if (what == Happening.LOST or what == Happening.WON_BACK) and of_opening_book(who):
                fate[who] = value if what == Happening.LOST else 0
                if now < YEAR:
                    less = 1 if what == Happening.LOST else -1
                    sums[t.OPENING_LOST] += less
                    segments[segment_of(sheet, who), t.OWN_OPENING_LOST] += less
            if now < warmup:
                continue
            counts[what] += agents[agent, t.LAST_COUNTS] if t.OF_THE_VISIT[what] == 1 else 1
            add_own(sheet, segments, what, who, value)
            if t.SUMMED[what] >= 0:
                sums[t.SUMMED[what]] += value
            if what == Happening.FAILED:
                sums[t.BROKEN] += value == Reason.BROKEN_PROMISE
            elif what == Happening.RECOVERED:
                sums[t.BY_CALL] += value == By.CALL
            elif what == Happening.LOST:
                reasons[value] += 1
            elif what == Happening.REMAINS:
                count_own(segments, segment_of(sheet, who), t.OWN_SATISFACTION, value)
