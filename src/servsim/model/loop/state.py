"""What the compiled loop knows: arrays for people, agents, queues and what is due, and the room in them."""

from typing import NamedTuple

import numpy as np

from servsim.model.heap import push
from servsim.model.kernel import COMPILED, inner

(LIGHT, DATE, ARRIVAL, PATIENCE_ENDS, PREPARED, LISTED, LAPSED,
 CANDIDATE, WORK_ENDS, SPELL_ENDS, SHIFT_BEGINS, SHIFT_ENDS, BREAK_BEGINS, BREAK_ENDS, DOORS_CLOSE,
 CHANCE) = range(16)  # fmt: skip
"""What is due: in the calendar what concerns customers known to the desk, in the duties what concerns the desk.

What comes to light at home, and dates that fall due, come before an arrival at the same instant.
"""

VISIT, TALK, FOLLOW_UP, CALL = range(4)
"""What an agent is at work on."""

NOTHING_PROMISED, IN_PREPARATION, PREPARED_WORK, BEGUN = range(4)
"""How far a promise is."""

(NOW, UNSETTLED, CALENDAR, DUTIES, QUEUE, FREE, ROWS, TOLD, NEWCOMERS, PEOPLE, VACANT, WAITING, ATTENTIVE_HERE,
 LEAVING, CLOSING, DAY, NUMBER, INSIDE, MANAGERS_QUEUE, MANAGERS, WORK, CALLS, CALLING, CALL_MONTH, SPENT, CASES,
 NUMBERS) = range(27)  # fmt: skip
"""Places in `n`: the clock, how much of each array is in use, and the counts that the desk keeps."""

CUSTOMER = np.dtype([
    ("key", "i8"), ("joined", "i8"), ("satisfaction", "f8"), ("will", "f8"), ("should", "f8"), ("gap", "f8"),
    ("segment", "i4"), ("served", "i4"), ("visit", "i4"), ("tries", "i2"), ("declined", "i2"),
    ("in_book", "i1"), ("waits", "i1"), ("noticed", "i1"), ("inside", "i1"),
    ("complains", "i1"), ("unrecovered", "i1"), ("known", "i1"), ("failure", "i1"), ("call_for", "i1"),
    ("promise", "i1"), ("is_due", "i1"),
    ("comes", "i8"), ("light", "i8"), ("failed", "i8"), ("before", "f8"), ("relief", "f8"),
    ("due", "i8"), ("work", "i8"), ("listed", "i8"), ("promised_in", "i4"),
])  # fmt: skip
AGENT = np.dtype([
    ("here", "i8"), ("attentive", "i8"), ("leaving", "i8"), ("free", "i8"), ("free_since", "i8"), ("busy", "i8"),
    ("day", "i8"), ("spell", "i8"), ("spell_ends", "i8"),
    ("break_due", "i8"), ("break_ends", "i8"), ("on_break", "i8"),
    ("doing", "i8"), ("customer", "i8"), ("work", "i8"), ("care", "i8"), ("clarifying", "i8"), ("soothing", "i8"),
    ("reason", "i8"), ("wrong", "i8"), ("remedy", "i8"), ("points", "f8"), ("shortfall", "f8"),
])  # fmt: skip
CASE = np.dtype([
    ("open", "i8"), ("customer", "i8"), ("agent", "i8"), ("since", "i8"), ("reason", "i8"), ("wrong", "i8"),
    ("points", "f8"), ("shortfall", "f8"),
])  # fmt: skip
"""A visit that ended with the agent stepping back: what it was like, until the manager has spoken."""


class State(NamedTuple):
    """Everything the loop knows; arrays that are full are replaced between runs of the loop."""

    n: np.ndarray
    reached: np.ndarray
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
    if instant < sheet[0].end:
        s.n[DUTIES] = push(s.duties, s.n[DUTIES], instant, what, index, check)


def blank(sheet: np.ndarray) -> State:
    """A state in which nothing has happened, with room for the opening book."""
    book, agents = int(sheet[0]["opening_book"]), int(sheet[0]["all_agents"])
    return State(
        n=np.zeros(NUMBERS, np.int64),
        reached=np.zeros(1),
        calendar=np.zeros((book + 64, 4), np.int64),
        duties=np.zeros((4 * agents + 64, 4), np.int64),
        queue=np.zeros((64, 4), np.int64),
        free=np.zeros((4 * agents + 16, 4), np.int64),
        rows=np.zeros((book + page(agents), 5), np.int64),
        newcomers=np.zeros(64, np.int64),
        vacant=np.zeros(book + 64, np.int64),
        people=fields_readable(np.zeros(book + 64, CUSTOMER)),
        agents=fields_readable(np.zeros(agents, AGENT)),
        managers_queue=np.zeros((64, 4), np.int64),
        managers=np.zeros((64, 4), np.int64),
        work=np.zeros((64, 4), np.int64),
        calls=np.zeros((64, 4), np.int64),
        cases=fields_readable(np.zeros(64, CASE)),
    )


def page(agents: int) -> int:
    """How many rows the loop writes at a stretch."""
    return 32 * agents + 8192


def fields_readable(array: np.ndarray) -> np.ndarray:
    """A structured array in the form the loop reads, compiled or not."""
    return array if COMPILED else array.view(np.recarray)


def grown(state: State) -> State:
    """The state with more room in every array that is nearly full."""
    n = state.n
    crowd = n[WAITING] + n[NEWCOMERS] + 2 * len(state.agents) + 8
    used: dict[str, int] = {
        "calendar": n[CALENDAR] + 5 * crowd, "duties": n[DUTIES] + crowd, "queue": 2 * crowd,
        "rows": n[ROWS] + 16 * crowd,
        "newcomers": n[NEWCOMERS] + 2, "people": n[PEOPLE] + 2, "vacant": n[PEOPLE] + 2, "work": n[WORK] + 2,
        "calls": n[CALLS] + 2, "cases": n[CASES] + 2, "managers_queue": n[CASES] + 2,
    }  # fmt: skip
    return state._replace(**{name: longer(getattr(state, name), size) for name, size in used.items()})


def longer(array: np.ndarray, used: int) -> np.ndarray:
    """The array, a quarter as long again where less than a tenth of it is left."""
    if used + len(array) // 10 < len(array):
        return array
    more = np.zeros((len(array) * 5 // 4 + 64, *array.shape[1:]), array.dtype)
    more[: len(array)] = array
    return fields_readable(more) if array.dtype.names else more
