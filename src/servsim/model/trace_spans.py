"""Lines of a trace, and from which line to which something lasts: stays, work, shifts, and what is out of turn."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.rules.demand import KIND_BITS

UNSERVED = frozenset({H.BLOCKED, H.BALKED, H.ABANDONED, H.SENT_HOME})
"""Ends of a visit that never began."""
VISIT_ENDS = UNSERVED | {H.FINISHED}
"""Ends of a visit."""
SERVED = frozenset({H.FINISHED, H.STEPPED_BACK})
"""Departures of customers who were served."""
DEPARTURES = VISIT_ENDS | {H.STEPPED_BACK}
"""After these a customer is not at the desk any more; FINISHED only where nothing is left to the manager."""
ENTERS, LEAVES = frozenset({H.MEMBER, H.WON, H.WON_BACK}), frozenset({H.LOST})
"""Into the book and out of it."""
WORK: dict[int, H] = {
    H.STARTED: H.FINISHED,
    H.TOOK_UP: H.FOLLOWED_UP,
    H.CALLED: H.HUNG_UP,
    H.STEPPED_IN: H.STEPPED_BACK,
    H.HELPING: H.HELPED,
    H.WRITES_UP: H.WROTE_UP,
}
"""What agents and managers begin, and what ends it."""
ENDS = frozenset(WORK.values())
"""Ends of what agents and managers do."""
BREAKS = frozenset({H.WENT_ON_BREAK, H.CAME_BACK, H.WENT_OFF})
"""Where a break begins or ends."""
OF_VISITS = frozenset({H.CARED, H.CLARIFIED, H.SOOTHED})
"""Parts of a visit's staff time."""
OF_COLLEAGUES = frozenset({H.ASKED, H.HELPING, H.HELPED})
"""What is told of a colleague."""
OF_AGENTS = BREAKS | {H.CAME_ON, H.LOST_ATTENTION, H.REGAINED_ATTENTION, H.RELEASED, H.REPLACED, H.LEARNED}
"""What is told of an agent and no customer."""


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


class Tide:
    """A number of people that changes by (tick, so many more)."""

    def __init__(self, turns: list[tuple[int, int]]) -> None:
        self.ticks = [tick for tick, _ in sorted(turns)]
        self.levels = [0, *accumulate(change for _, change in sorted(turns))]

    def before(self, tick: int) -> int:
        """What it was when the instant before this one was over."""
        return self.levels[bisect_left(self.ticks, tick)]


def kind_of(who: int) -> int:
    """What a key names, as `words.Kind` has it."""
    return who >> KIND_BITS


def stay_lines(lines: list[Line]) -> list[Line]:
    """A customer's lines without the ends of those visits after which the customer stayed for the manager."""
    escalated = {line.tick for line in lines if line.what == H.ESCALATED}
    return [line for line in lines if not (line.what == H.FINISHED and line.tick in escalated)]


def leaving_last(lines: list[Line]) -> list[Line]:
    """An agent's lines with WENT_OFF last: what turns at the very instant of going home is there to its end."""
    return sorted(lines, key=lambda line: (line.tick, line.what == H.WENT_OFF))


def spans(lines: Iterable[Line], opens: Collection[int], closes: Collection[int]) -> Iterator[Span]:
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


def out_of_turn(lines: Iterable[Line], opens: Collection[int], closes: Collection[int]) -> Iterator[Line]:
    """Lines that open what is open, or close what is closed."""
    is_open = False
    for line in lines:
        if line.what in opens or line.what in closes:
            if is_open == (line.what in opens):
                yield line
            is_open = line.what in opens
