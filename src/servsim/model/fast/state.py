"""What the compiled loop knows: arrays for people, agents, queues and what is due, and the room in them."""

from typing import NamedTuple

import numpy as np

from servsim.model import calendar
from servsim.model.compilation import inner, readable
from servsim.model.heap import ENTRY, pop, push, replace
from servsim.model.trace import TooMuchError
from servsim.units import WEEK

(LIGHT, DATE, THINKS, ARRIVAL, PATIENCE_ENDS, PREPARED, LISTED, LAPSED, REFERRAL, HEARS, FORGOTTEN,
 CANDIDATE, WORK_ENDS, SPELL_ENDS, SHIFT_BEGINS, SHIFT_ENDS, BREAK_BEGINS, BREAK_ENDS, DOORS_CLOSE,
 CHANCE, ASKS, MONTH_ENDS) = range(22)  # fmt: skip
"""What is due: in the calendar what concerns customers known to the desk, in the duties what concerns the desk.

What comes to light at home, dates that fall due, and thinking again come before an arrival at the same instant.
"""

VISIT, TALK, FOLLOW_UP, CALL, REQUEST, WRITING = range(6)
"""What an agent is at work on."""

NOTHING_PROMISED, IN_PREPARATION, PREPARED_WORK, BEGUN = range(4)
"""How far a promise is."""

(NOW, UNSETTLED, CALENDAR, DUTIES, QUEUE, FREE, ROWS, TOLD, NEWCOMERS, PEOPLE, VACANT, WAITING, ATTENTIVE_HERE,
 LEAVING, CLOSING, INSIDE, MANAGERS_QUEUE, MANAGERS, WORK, CALLS, CALLING, CALL_MONTH, SPENT, CASES,
 REQUESTS, WARNED, MONTH_IS_OVER, MEMBERS, MEMBERS_BEFORE, MEMBERS_CHANGED, DETERRED, DETERRED_BEFORE,
 DETERRED_CHANGED, TAKEN, NUMBERS) = range(35)  # fmt: skip
"""Places in `n`: the clock, how much of each array is in use, and the counts that the desk keeps.

Of members and of people deterred, decisions may know only what they were before the present instant. While a duty is
being done it is taken: still the first of the duties, it leaves its place to what it leads to.
"""

CUSTOMER = np.dtype([
    ("key", "i8"), ("joined", "i8"), ("satisfaction", "f8"), ("will", "f8"), ("should", "f8"), ("gap", "f8"),
    ("segment", "i4"), ("served", "i4"), ("visit", "i4"), ("tries", "i2"), ("declined", "i2"),
    ("in_book", "i1"), ("waits", "i1"), ("noticed", "i1"), ("inside", "i1"),
    ("complains", "i1"), ("unrecovered", "i1"), ("told", "i1"), ("failure", "i1"), ("call_for", "i1"),
    ("promise", "i1"), ("is_due", "i1"), ("away", "i1"), ("reason", "i1"), ("known", "i4"), ("written", "i4"),
    ("comes", "i8"), ("thinks", "i8"), ("light", "i8"), ("failed", "i8"), ("before", "f8"), ("relief", "f8"),
    ("due", "i8"), ("work", "i8"), ("listed", "i8"), ("promised_in", "i4"),
])  # fmt: skip
AGENT = np.dtype([
    ("here", "i8"), ("attentive", "i8"), ("leaving", "i8"), ("free", "i8"), ("free_since", "i8"), ("busy", "i8"),
    ("day", "i8"), ("spell", "i8"), ("spell_ends", "i8"),
    ("break_due", "i8"), ("break_ends", "i8"), ("on_break", "i8"),
    ("doing", "i8"), ("customer", "i8"), ("work", "i8"), ("care", "i8"), ("clarifying", "i8"), ("soothing", "i8"),
    ("reason", "i8"), ("wrong", "i8"), ("remedy", "i8"), ("recognised", "i8"), ("points", "f8"), ("shortfall", "f8"),
    ("after", "i8"), ("done", "i8"),
    ("knowledge", "f8"), ("cases", "i8"), ("hires", "i8"), ("tiredness", "f8"), ("tired_since", "i8"),
])  # fmt: skip
STREAM = np.dtype([("day", "i8"), ("number", "i8"), ("reached", "f8"), ("rate", "f8")])
"""How far a stream of arrivals is: the day, the next number in it, the place on the profile's clock; the day's rate."""
CASE = np.dtype([
    ("open", "i8"), ("customer", "i8"), ("agent", "i8"), ("since", "i8"), ("reason", "i8"), ("wrong", "i8"),
    ("points", "f8"), ("shortfall", "f8"),
])  # fmt: skip
"""A visit that ended with the agent stepping back: what it was like, until the manager has spoken."""


class State(NamedTuple):
    """Everything the loop knows; arrays that are full are replaced between runs of the loop."""

    n: np.ndarray
    streams: np.ndarray
    neglect: np.ndarray
    calendar: np.ndarray
    duties: np.ndarray
    queue: np.ndarray
    free: np.ndarray
    rows: np.ndarray
    newcomers: np.ndarray
    vacant: np.ndarray
    people: np.ndarray
    agents: np.ndarray
    managers_queue: np.ndarray
    managers: np.ndarray
    work: np.ndarray
    calls: np.ndarray
    cases: np.ndarray
    requests: np.ndarray
    warned: np.ndarray


@inner
def add(s, what, change):
    """A number of people changes, of whom decisions may know only what they were before the present instant."""
    if s.n[NOW] > s.n[what + 2]:
        s.n[what + 1], s.n[what + 2] = s.n[what], s.n[NOW]
    s.n[what] += change


@inner
def before_now(s, what):
    """What such a number was when the instant before this one was over."""
    return s.n[what] if s.n[NOW] > s.n[what + 2] else s.n[what + 1]


@inner
def note(s, what, who, agent, value):
    """One line of the trace."""
    row = s.n[ROWS]
    s.rows[row, 0], s.rows[row, 1], s.rows[row, 2], s.rows[row, 3], s.rows[row, 4] = s.n[NOW], what, who, agent, value
    s.n[ROWS] = row + 1


@inner
def schedule(sheet, s, instant, what, index, check):
    """Put something on the calendar, unless it lies beyond the horizon."""
    if instant < sheet[0].end:
        s.n[CALENDAR] = push(s.calendar, s.n[CALENDAR], instant, what, index, check)


@inner
def schedule_duty(sheet, s, instant, what, index, check):
    """The same among the duties: few, and so quick to keep in order, however many customers there are."""
    if instant >= sheet[0].end:
        return
    if s.n[TAKEN] == 1:
        s.n[TAKEN] = 0
        replace(s.duties, s.n[DUTIES], instant, what, index, check)
    else:
        s.n[DUTIES] = push(s.duties, s.n[DUTIES], instant, what, index, check)


@inner
def done_with_duty(s):
    """What was taken from the duties is done; it goes if nothing has taken its place."""
    if s.n[TAKEN] == 1:
        s.n[TAKEN] = 0
        s.n[DUTIES] = pop(s.duties, s.n[DUTIES])


@inner
def turn_the_day(sheet, stream):
    """A stream of arrivals goes on with the next day."""
    stream.day += 1
    stream.number = 0
    stream.reached = calendar.clock(sheet, calendar.day_begins(stream.day))


def blank(sheet: np.ndarray) -> State:
    """A state in which nothing has happened, with room for the opening book."""
    book, agents = int(sheet[0]["opening_book"]), int(sheet[0]["all_agents"])
    return State(
        n=np.zeros(NUMBERS, np.int64),
        streams=readable(np.zeros(int(sheet[0]["layers"]) + 1, STREAM)),
        neglect=np.zeros(1),
        calendar=readable(np.zeros(book + 64, ENTRY)),
        duties=readable(np.zeros(4 * agents + 64, ENTRY)),
        queue=readable(np.zeros(64, ENTRY)),
        free=readable(np.zeros(4 * agents + 16, ENTRY)),
        rows=np.zeros((book + page(agents), 5), np.int64),
        newcomers=np.zeros(64, np.int64),
        vacant=np.zeros(book + 64, np.int64),
        people=readable(np.zeros(book + 64, CUSTOMER)),
        agents=readable(np.zeros(agents, AGENT)),
        managers_queue=readable(np.zeros(64, ENTRY)),
        managers=readable(np.zeros(64, ENTRY)),
        work=readable(np.zeros(64, ENTRY)),
        calls=readable(np.zeros(64, ENTRY)),
        cases=readable(np.zeros(64, CASE)),
        requests=readable(np.zeros(64, ENTRY)),
        warned=np.zeros(64, np.int64),
    )


BYTES_AT_MOST = 4_000_000_000
"""Memory that customers and what is due may take at most."""
ROWS_EACH = 32
"""Rows that one customer or agent can cause in an instant at most, and things to come."""


def page(agents: int) -> int:
    """How many rows the loop writes at a stretch."""
    return ROWS_EACH * 2 * agents + 8192


def crowd(state: State) -> int:
    """How many customers and agents can be concerned in the present instant."""
    n = state.n
    return int(n[NEWCOMERS] + (n[WAITING] if n[CLOSING] else 0) + 2 * len(state.agents) + 8)


def grown(state: State) -> State:
    """The state with more room in every array that is nearly full."""
    n, many = state.n, crowd(state)
    used: dict[str, int] = {
        "calendar": n[CALENDAR] + ROWS_EACH * many, "duties": n[DUTIES] + many,
        "queue": 2 * (n[WAITING] + n[NEWCOMERS]) + 8, "rows": n[ROWS] + ROWS_EACH * many,
        "newcomers": n[NEWCOMERS] + 2, "people": n[PEOPLE] + 2, "vacant": n[PEOPLE] + 2, "work": n[WORK] + 2,
        "calls": n[CALLS] + 2, "cases": n[CASES] + 2, "managers_queue": n[CASES] + 2, "requests": n[REQUESTS] + 2,
        "warned": n[WARNED] + 2,
    }  # fmt: skip
    found = state._replace(**{name: longer(getattr(state, name), size) for name, size in used.items()})
    if sum(array.nbytes for array in found) > BYTES_AT_MOST:
        raise TooMuchError(
            f"stopped in week {n[NOW] // WEEK + 1}: so many customers and requests are to be remembered that they need "
            f"{BYTES_AT_MOST / 1e9:.0f} GB. Lower demand.prospects_per_hour, demand.opening_book or "
            "internal.requests_per_hour, or see to it that those who wait give up: add a [waiting] table."
        )
    return found


def longer(array: np.ndarray, used: int) -> np.ndarray:
    """The array, a quarter as long again where less than a tenth of it is left."""
    if used + len(array) // 10 < len(array):
        return array
    more = np.zeros((len(array) * 5 // 4 + 64, *array.shape[1:]), array.dtype)
    more[: len(array)] = array
    return readable(more) if array.dtype.names else more
