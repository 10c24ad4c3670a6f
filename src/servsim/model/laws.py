"""The laws: what must hold of any trace, whatever the scenario and whichever engine told it.

A law is a small function that yields a sentence for each row, customer, agent or sum that breaks it. Laws know neither
the engines nor the rules; they read a trace as a distrustful clerk would, row by row, and are written to be checked by
reading. A law says what cannot be otherwise (nobody serves two at once), never what is likely or good.

Within an instant a trace is in the order of `words.Happening`, not of what led to what: WENT_OFF comes before the
FINISHED that made the agent free to go, and STARTED comes last.
"""

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from servsim.model.calendar import minute_of_week
from servsim.model.trace import Trace
from servsim.units import MILLIONTHS, NEVER
from servsim.words import Happening as H  # noqa: N817 as short as in the figures
from servsim.words import Reason

MOST = 5
"""How many sentences each law says at most about one trace."""

UNSERVED = frozenset({H.BLOCKED, H.BALKED, H.ABANDONED, H.SENT_HOME})
"""Ends of a visit that never began."""
WAITED = frozenset({H.STARTED, H.ABANDONED, H.SENT_HOME})
"""Ends of waiting whose value is the ticks waited."""
WAIT_ENDS = UNSERVED | {H.STARTED}
"""Ends of waiting."""
VISIT_ENDS = UNSERVED | {H.FINISHED}
"""Ends of a visit."""
ENTERS, LEAVES = frozenset({H.MEMBER, H.WON}), frozenset({H.LOST})
"""Into the book and out of it."""
FOR_GOOD = frozenset({H.GONE, H.LOST})
"""After these a customer does not come again."""

FOLLOWS: dict[int, frozenset[H]] = {
    H.CARED: frozenset({H.FINISHED}),
    H.BOUGHT: frozenset({H.FINISHED}),
    H.DECLINED: frozenset({H.FINISHED}),
    H.WON: frozenset({H.FINISHED}),
    H.RETRIES: UNSERVED,
    H.JUDGED: VISIT_ENDS,
    H.LOST: VISIT_ENDS,
    H.GONE: VISIT_ENDS,
}
"""What may come of a visit, and which end of the visit it needs at the same instant."""

RANGES: dict[int, tuple[int, int]] = {
    H.MEMBER: (0, 10 * MILLIONTHS),
    H.FINISHED: (0, 10 * MILLIONTHS),
    H.JUDGED: (0, 10 * MILLIONTHS),
    H.REMAINS: (0, 10 * MILLIONTHS),
    H.WON: (0, MILLIONTHS),
    H.OUTLOOK: (0, MILLIONTHS),
    H.LOST: (1, max(Reason)),
}
"""Smallest and largest value of a happening, where it is a share, a point or a reason; others are not negative."""


class Line(NamedTuple):
    """A row of the trace with its number."""

    number: int
    tick: int
    what: int
    who: int
    agent: int
    value: int

    def __str__(self) -> str:
        """The row as sentences name it."""
        word = H(self.what).name if self.what in H.__members__.values() else f"happening {self.what}"
        return f"row {self.number} ({word} at {self.tick}, customer {self.who}, agent {self.agent}, value {self.value})"


class Span(NamedTuple):
    """From a row that opens something to the row that closes it; None where it is open at the end."""

    opened: Line
    closed: Line | None

    def until(self, end: int) -> int:
        """The tick at which it is closed, at the latest the end."""
        return self.closed.tick if self.closed else end


@dataclass
class Told:
    """A trace beside its sheet, as lines, and cut by customer and by agent."""

    sheet: np.ndarray
    trace: Trace
    lines: list[Line] = field(default_factory=list)
    customers: dict[int, list[Line]] = field(default_factory=dict)
    agents: dict[int, list[Line]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Cut the trace."""
        self.end = int(self.sheet[0]["end"])
        for number, row in enumerate(self.trace.rows.tolist()):
            line = Line(number, *row)
            self.lines.append(line)
            if line.who >= 0:
                self.customers.setdefault(line.who, []).append(line)
            if line.agent >= 0:
                self.agents.setdefault(line.agent, []).append(line)

    def of(self, what: int) -> Iterator[Line]:
        """The lines of one happening."""
        return (line for line in self.lines if line.what == what)

    def count(self, *happenings: int) -> int:
        """How many lines there are of these happenings."""
        return sum(line.what in happenings for line in self.lines)

    def is_open(self, tick: int) -> bool:
        """Are the doors open?"""
        return bool(self.sheet[0]["open"][minute_of_week(tick)])

    def rostered(self, tick: int) -> int:
        """How many agents the roster asks for."""
        return int(self.sheet[0]["roster"][minute_of_week(tick)])


def spans(lines: Iterable[Line], opens: Iterable[int], closes: Iterable[int]) -> Iterator[Span]:
    """What these lines open and close, one after the other; lines out of turn are passed over."""
    opened = None
    for line in lines:
        if opened and line.what in closes:
            yield Span(opened, line)
            opened = None
        elif not opened and line.what in opens:
            opened = line
    if opened:
        yield Span(opened, None)


def out_of_turn(lines: Iterable[Line], opens: Iterable[int], closes: Iterable[int]) -> Iterator[Line]:
    """Lines that open what is open, or close what is closed."""
    is_open = False
    for line in lines:
        if line.what in opens or line.what in closes:
            if is_open == (line.what in opens):
                yield line
            is_open = line.what in opens


# Rows


def rows_are_in_order(told: Told) -> Iterator[str]:
    """Rows are in canonical order, and no two say the same of the same customer and agent at the same instant."""
    for before, line in pairwise(told.lines):
        if line[1:5] == before[1:5]:
            yield f"{line} says again what the row before it says."
        elif line[1:] < before[1:]:
            yield f"{line} belongs before the row before it."


def rows_are_within_the_horizon(told: Told) -> Iterator[str]:
    """Everything happens before the end, but for the closing book, which is written down at the end."""
    for line in told.lines:
        closing = line.what in (H.REMAINS, H.OUTLOOK)
        if line.tick != told.end if closing else not 0 <= line.tick < told.end:
            yield f"{line} is outside the horizon."


def values_are_within_their_ranges(told: Told) -> Iterator[str]:
    """Satisfaction and quality are 0 to 10, retention 0 to 1, a reason is one of the list, nothing is negative."""
    for line in told.lines:
        low, high = RANGES.get(line.what, (0, NEVER))
        if not low <= line.value <= high:
            yield f"{line} has a value outside its range."


# Customers


def nobody_is_served_twice_at_once(told: Told) -> Iterator[str]:
    """A customer's visits begin and end in turn."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, {H.STARTED}, {H.FINISHED}):
            already = "already" if line.what == H.STARTED else "not"
            yield f"{line}: the customer is {already} being served."


def who_comes_is_not_here(told: Told) -> Iterator[str]:
    """A customer arrives again only after the last visit has ended."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, {H.ARRIVED}, VISIT_ENDS):
            yield f"{line}: the customer {'is still' if line.what == H.ARRIVED else 'was not'} here."


def who_is_served_or_leaves_was_waiting(told: Told) -> Iterator[str]:
    """A visit begins, and a wait ends, only for a customer who has arrived and not yet left."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, {H.ARRIVED}, WAIT_ENDS):
            if line.what != H.ARRIVED:
                yield f"{line}: the customer was not waiting."


def waits_are_counted_right(told: Told) -> Iterator[str]:
    """The ticks waited are those from arrival to the end of the wait."""
    for lines in told.customers.values():
        for arrived, ended in spans(lines, {H.ARRIVED}, WAIT_ENDS):
            if ended and ended.what in WAITED and ended.value != ended.tick - arrived.tick:
                yield f"{ended}: the customer came at {arrived.tick}."


def visits_are_numbered(told: Told) -> Iterator[str]:
    """A customer's visits are numbered 0, 1, 2 … without gap."""
    for lines in told.customers.values():
        visits = (line for line in lines if line.what == H.ARRIVED)
        for number, line in enumerate(visits):
            if line.value != number:
                yield f"{line} is the customer's visit {number}."


def nobody_comes_back_for_good(told: Told) -> Iterator[str]:
    """Nothing is told of a customer after GONE or LOST."""
    for lines in told.customers.values():
        gone = next((place for place, line in enumerate(lines) if line.what in FOR_GOOD), len(lines))
        for line in lines[gone + 1 :]:
            yield f"{line}: the customer had left for good."


def what_follows_a_visit_has_its_end(told: Told) -> Iterator[str]:
    """Buying, declining, care and being won need a served visit at that instant; a retry one that was not served."""
    for lines in told.customers.values():
        end: Line | None = None
        for line in lines:
            if line.what in VISIT_ENDS:
                end = line
            elif line.what in FOLLOWS and not (end and end.tick == line.tick and end.what in FOLLOWS[line.what]):
                yield f"{line} does not follow from a visit that ended so."


def nobody_comes_while_the_doors_are_closed(told: Told) -> Iterator[str]:
    """Arrivals fall within opening hours."""
    for line in told.of(H.ARRIVED):
        if not told.is_open(line.tick):
            yield f"{line}: the doors were closed."


def arrivals_add_up(told: Told) -> Iterator[str]:
    """Arrivals = served + abandoned + balked + blocked + sent home + still inside."""
    inside = sum(is_inside(lines) for lines in told.customers.values())
    arrived, ended = told.count(H.ARRIVED), told.count(*VISIT_ENDS)
    if arrived != ended + inside:
        yield f"{arrived} arrived, but {ended} visits ended and {inside} customers are inside at the end."


def is_inside(lines: list[Line]) -> bool:
    """Is a customer at the desk when the trace ends?"""
    last = next((line.what for line in reversed(lines) if line.what in VISIT_ENDS or line.what == H.ARRIVED), None)
    return last == H.ARRIVED


def waits_make_the_queue(told: Told) -> Iterator[str]:
    """Little's law as an identity: the integral of the queue's length is the sum of all waits."""
    waits = sum(line.value for line in told.lines if line.what in WAITED) + still_waited(told)
    if queue_time(told) != waits:
        yield f"the queue's length adds up to {queue_time(told)} ticks, but the waits to {waits}."


def queue_time(told: Told) -> int:
    """∫ (arrivals − ends of waiting) dt, in customer ticks."""
    steps = [(line.tick, 1 if line.what == H.ARRIVED else -1) for line in told.lines
             if line.what == H.ARRIVED or line.what in WAIT_ENDS]  # fmt: skip
    ticks, changes = np.array([*steps, (told.end, 0)], np.int64).T
    return int((np.cumsum(changes)[:-1] * np.diff(ticks)).sum())


def still_waited(told: Told) -> int:
    """Ticks waited so far by those who wait when the horizon ends."""
    waits = (span for lines in told.customers.values() for span in spans(lines, {H.ARRIVED}, WAIT_ENDS))
    return sum(told.end - arrived.tick for arrived, ended in waits if ended is None)


# The book


def the_book_is_entered_and_left_in_turn(told: Told) -> Iterator[str]:
    """Only who is not in the book is won, only who is in it is lost, and each once."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, ENTERS, LEAVES):
            yield f"{line}: the customer is {'already' if line.what in ENTERS else 'not'} in the book."
        for again in islice((line for line in lines if line.what in ENTERS), 1, None):
            yield f"{again}: the customer has been in the book before."


def the_opening_book_is_the_sheets(told: Told) -> Iterator[str]:
    """The book opens with the customers that the sheet says, at tick 0."""
    members = [line.who for line in told.of(H.MEMBER) if line.tick == 0]
    expected = int(told.sheet[0]["opening_book"])
    if told.count(H.MEMBER) != len(members) or members != list(range(expected)):
        yield f"the opening book has {told.count(H.MEMBER)} members, not customers 0 to {expected - 1} at tick 0."


def the_book_adds_up(told: Told) -> Iterator[str]:
    """Opening book + won − lost = customers who remain = customers with an outlook."""
    book = told.count(H.MEMBER) + told.count(H.WON) - told.count(H.LOST)
    remain, outlooks = told.count(H.REMAINS), told.count(H.OUTLOOK)
    if not book == remain == outlooks:
        yield f"the book comes to {book} customers, but {remain} remain and {outlooks} have an outlook."


def the_closing_book_is_who_remains(told: Told) -> Iterator[str]:
    """Those who entered the book and did not leave it remain, each with an outlook, and nobody else."""
    for who, lines in told.customers.items():
        words = {line.what for line in lines}
        member = bool(words & ENTERS) and not words & LEAVES
        if not member == (H.REMAINS in words) == (H.OUTLOOK in words):
            yield f"customer {who} is {'' if member else 'not '}in the book at the end; {lines[-1]} is the last word."


def satisfaction_stays_as_last_judged(told: Told) -> Iterator[str]:
    """A customer who remains is as satisfied as after the last judgement, or as on the first day."""
    for lines in told.customers.values():
        known = [line.value for line in lines if line.what in (H.MEMBER, H.JUDGED)]
        for line in lines:
            if line.what == H.REMAINS and known and line.value != known[-1]:
                yield f"{line}: the customer's satisfaction was last {known[-1]}."


# The agents


def nobody_serves_two(told: Told) -> Iterator[str]:
    """An agent's visits begin and end in turn."""
    for lines in told.agents.values():
        for line in out_of_turn(lines, {H.STARTED}, {H.FINISHED}):
            yield f"{line}: the agent is {'already' if line.what == H.STARTED else 'not'} serving."


def who_finishes_a_visit_began_it(told: Told) -> Iterator[str]:
    """One agent serves a visit from its beginning to its end."""
    for lines in told.customers.values():
        for began, ended in spans(lines, {H.STARTED}, {H.FINISHED}):
            if ended and ended.agent != began.agent:
                yield f"{ended}: agent {began.agent} began the visit."


def shifts_alternate(told: Told) -> Iterator[str]:
    """An agent comes on, goes off, comes on."""
    for lines in told.agents.values():
        for line in out_of_turn(lines, {H.CAME_ON}, {H.WENT_OFF}):
            yield f"{line}: the agent is {'already' if line.what == H.CAME_ON else 'not'} here."


def shifts_follow_the_roster(told: Told) -> Iterator[str]:
    """An agent comes on when the roster asks for it, and goes off only when it does not."""
    for line in told.lines:
        if line.what in (H.CAME_ON, H.WENT_OFF):
            asked = line.agent < told.rostered(line.tick)
            if asked != (line.what == H.CAME_ON):
                yield f"{line}: the roster asks for {told.rostered(line.tick)} agents."


def nobody_serves_while_away(told: Told) -> Iterator[str]:
    """A visit begins and ends within one shift of its agent, overtime included."""
    for lines in told.agents.values():
        shifts = list(spans(lines, {H.CAME_ON}, {H.WENT_OFF}))
        begun = [shift.opened.number for shift in shifts]
        for visit in spans(lines, {H.STARTED}, {H.FINISHED}):
            shift = bisect(begun, visit.opened.number)
            if shift == 0 or visit.until(told.end) > shifts[shift - 1].until(told.end):
                yield f"{visit.opened}: the agent was away, or went before the visit had ended."


def attention_alternates(told: Told) -> Iterator[str]:
    """An agent who is here loses and regains attention in turn, and begins each shift attentive."""
    for lines in told.agents.values():
        for line in inattentive_out_of_turn(lines):
            yield f"{line}: the agent is already {'in' if line.what == H.LOST_ATTENTION else ''}attentive."


def inattentive_out_of_turn(lines: list[Line]) -> Iterator[Line]:
    """Lines that lose attention where it is lost, or regain it where it is not; who is away has none to lose.

    Whose attention turns at the very instant of going home is there to the end of that instant.
    """
    attentive = False
    for line in sorted(lines, key=lambda line: (line.tick, line.what == H.WENT_OFF)):
        if line.what in (H.LOST_ATTENTION, H.REGAINED_ATTENTION) and attentive == (line.what == H.REGAINED_ATTENTION):
            yield line
        if line.what in (H.CAME_ON, H.REGAINED_ATTENTION):
            attentive = True
        elif line.what in (H.WENT_OFF, H.LOST_ATTENTION):
            attentive = False


def nobody_begins_a_visit_inattentive(told: Told) -> Iterator[str]:
    """A visit begins only with an agent who is attentive."""
    for lines in told.agents.values():
        absent = False
        for line in lines:
            if line.what == H.STARTED and absent:
                yield f"{line}: the agent was inattentive."
            elif line.what in (H.LOST_ATTENTION, H.REGAINED_ATTENTION, H.CAME_ON):
                absent = line.what == H.LOST_ATTENTION


def busy_time_is_the_sum_of_visits(told: Told) -> Iterator[str]:
    """The time each agent is busy is the time that customers spent being served by that agent."""
    served: dict[int, int] = {}
    for lines in told.customers.values():
        for visit in spans(lines, {H.STARTED}, {H.FINISHED}):
            agent = visit.opened.agent
            served[agent] = served.get(agent, 0) + length(visit, told.end)
    for agent, lines in told.agents.items():
        busy, visits = service_time(lines, told.end), served.get(agent, 0)
        if busy != visits:
            yield f"agent {agent} was busy for {busy} ticks, but visits lasted {visits} ticks."


def service_time(lines: list[Line], end: int) -> int:
    """How long the visits in an agent's lines lasted."""
    return sum(length(visit, end) for visit in spans(lines, {H.STARTED}, {H.FINISHED}))


def length(span: Span, end: int) -> int:
    """How long something was open."""
    return span.until(end) - span.opened.tick


LAWS: tuple[Callable[[Told], Iterator[str]], ...] = (
    rows_are_in_order,
    rows_are_within_the_horizon,
    values_are_within_their_ranges,
    nobody_is_served_twice_at_once,
    who_comes_is_not_here,
    who_is_served_or_leaves_was_waiting,
    waits_are_counted_right,
    visits_are_numbered,
    nobody_comes_back_for_good,
    what_follows_a_visit_has_its_end,
    nobody_comes_while_the_doors_are_closed,
    arrivals_add_up,
    waits_make_the_queue,
    the_book_is_entered_and_left_in_turn,
    the_opening_book_is_the_sheets,
    the_book_adds_up,
    the_closing_book_is_who_remains,
    satisfaction_stays_as_last_judged,
    nobody_serves_two,
    who_finishes_a_visit_began_it,
    shifts_alternate,
    shifts_follow_the_roster,
    nobody_serves_while_away,
    attention_alternates,
    nobody_begins_a_visit_inattentive,
    busy_time_is_the_sum_of_visits,
)
"""Every law, in the order in which a person would check them."""


def broken_laws(sheet: np.ndarray, trace: Trace) -> list[str]:
    """A sentence for each breach of a law in the trace of a sheet's world; empty where all are kept."""
    told = Told(sheet, trace)
    return [f"{law.__name__.replace('_', ' ')}: {breach}" for law in LAWS for breach in islice(law(told), MOST)]
