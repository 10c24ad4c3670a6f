"""A trace cut for reading: as lines, by customer, colleague and agent, and by what belongs together in it.

Laws read traces; this is how a trace is laid out for them. It knows neither the engines nor the rules, only how names
are made. Within an instant a trace is in the order of `words.Happening`, not of what led to what: WENT_OFF comes before
the FINISHED that made the agent free to go, and STARTED comes last. Only WON_BACK is moved: it opens its instant among
a customer's lines, for who comes back by themselves may be lost again at once.
"""

from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Kind
from servsim.model.calendar import business_time, later, minute_of_week
from servsim.model.compilation import readable
from servsim.model.rules.demand import KIND_BITS, segment_of, usual_gap
from servsim.model.trace import Trace, stocks_of
from servsim.units import DAY, YEAR

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
HALF_THERE = 1
"""Place of "half_there" among the choices of staff.while_serving."""
WORK: dict[int, H] = {
    H.STARTED: H.FINISHED,
    H.TOOK_UP: H.FOLLOWED_UP,
    H.CALLED: H.HUNG_UP,
    H.STEPPED_IN: H.STEPPED_BACK,
    H.HELPING: H.HELPED,
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
    """A trace beside its sheet, as lines, and cut by who and by agent, by both, and by who and instant."""

    sheet: np.ndarray
    trace: Trace
    lines: list[Line] = field(default_factory=list)
    customers: dict[int, list[Line]] = field(default_factory=dict)
    colleagues: dict[int, list[Line]] = field(default_factory=dict)
    agents: dict[int, list[Line]] = field(default_factory=dict)
    pairs: dict[tuple[int, int], list[Line]] = field(default_factory=dict)
    words: dict[tuple[int, int], set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Cut the trace."""
        self.end = int(self.sheet[0]["end"])
        self.stocks = stocks_of(self.sheet)
        for number, row in enumerate(self.trace.rows.tolist()):
            line = Line(number, *row)
            self.lines.append(line)
            if line.who >= 0:
                people = self.colleagues if kind_of(line.who) == Kind.COLLEAGUE else self.customers
                people.setdefault(line.who, []).append(line)
                self.words.setdefault((line.who, line.tick), set()).add(line.what)
            if line.agent >= 0:
                self.agents.setdefault(line.agent, []).append(line)
            if line.who >= 0 and line.agent >= 0:
                self.pairs.setdefault((line.who, line.agent), []).append(line)
        for lines in self.customers.values():
            lines.sort(key=lambda line: (line.tick, line.what != H.WON_BACK))

    def of(self, *happenings: int) -> Iterator[Line]:
        """The lines of these happenings."""
        return (line for line in self.lines if line.what in happenings)

    def count(self, *happenings: int) -> int:
        """How many lines there are of these happenings."""
        return sum(1 for _ in self.of(*happenings))

    def said(self, who: int, tick: int) -> set[int]:
        """What happens to a customer at an instant."""
        return self.words.get((who, tick), set())

    def causes(self, line: Line) -> set[int]:
        """What may have led to a line: what happens to the customer then, except a visit that goes on later."""
        said = self.said(line.who, line.tick)
        goes_on = H.ESCALATED in said and line.what not in OF_VISITS | {H.ESCALATED, H.RECOGNISED}
        return said - {H.FINISHED} if goes_on else said

    # The sheet

    def somewhere(self, setting: str) -> bool:
        """Is this switched on for some customers?"""
        return bool((self.sheet[setting] > 0).any())

    def everywhere(self, setting: str) -> bool:
        """Is this switched on for all customers?"""
        return bool((self.sheet[setting] > 0).all())

    def number(self, setting: str) -> float:
        """A setting of the whole desk."""
        return float(self.sheet[0][setting])

    @property
    def pauses(self) -> bool:
        """Does work stand still while an agent is inattentive?"""
        return self.number("while_serving") != HALF_THERE

    def is_open(self, tick: int) -> bool:
        """Are the doors open?"""
        return bool(self.sheet[0]["open"][minute_of_week(tick)])

    def open_time(self, since: int, until: int) -> int:
        """How long the doors are open between two instants, in ticks."""
        return int(business_time(self.clock, until) - business_time(self.clock, since))

    def on_the_clock(self, tick: int, days: float) -> int:
        """The instant so many days after another on the profile's clock."""
        return int(later(self.clock, tick, days))

    @cached_property
    def clock(self) -> np.ndarray:
        """The sheet, as the calendar reads it."""
        return readable(self.sheet)

    def is_manager(self, agent: int) -> bool:
        """Does this number belong to a manager? They are counted after the agents of the desk."""
        return bool(self.number("desk_agents") <= agent < self.number("all_agents"))

    def is_on_duty(self, agent: int, tick: int) -> bool:
        """Does the roster ask for this agent, or are the doors open for this manager?"""
        rostered = int(self.sheet[0]["roster"][minute_of_week(tick)])
        return self.is_open(tick) if self.is_manager(agent) else agent < rostered

    # Customers

    def segment(self, who: int) -> int:
        """Which segment a customer belongs to."""
        return int(segment_of(self.clock, who))

    @cached_property
    def stays(self) -> dict[int, list[Span]]:
        """For each customer, from coming to the desk to leaving it."""
        return {who: list(spans(stay_lines(lines), {H.ARRIVED}, DEPARTURES)) for who, lines in self.customers.items()}

    def seen_to(self, who: int, tick: int) -> int:
        """The instant at which something that falls due is seen to: at once, or when the customer leaves the desk."""
        stays = self.stays[who]
        return next((stay.until(self.end) for stay in stays if stay.opened.tick < tick <= stay.until(self.end)), tick)

    def is_at_the_desk(self, who: int, tick: int) -> bool:
        """Is a customer at the desk at this instant, coming and leaving included?"""
        return any(stay.opened.tick <= tick <= stay.until(self.end) for stay in self.stays[who])

    @cached_property
    def extra_visits(self) -> dict[int, list[Span]]:
        """For each customer, from a complaint to the departure that settles it; who is unserved may try again."""
        departures = {
            who: [stay.closed for stay in stays if stay.closed and H.RETRIES not in self.said(who, stay.closed.tick)]
            for who, stays in self.stays.items()
        }
        return {
            who: [Span(line, next((last for last in departures[who] if last.tick > line.tick), None))
                  for line in lines if line.what == H.COMPLAINED]
            for who, lines in self.customers.items()
        }  # fmt: skip

    def not_put_right(self, who: int, tick: int) -> list[Line]:
        """What had gone wrong for a customer before an instant: swallowed, or complained of in vain.

        An ordinary visit makes up for it, and so does being won over. What fell due in a visit comes after it.
        """
        lines, settled = self.customers[who], [left for _, left in self.extra_visits[who] if left]
        ordinary = [stay.closed for stay in self.stays[who] if stay.closed and stay.closed not in settled]
        mended = [
            *(line for line in lines if line.what == H.RECOVERED),
            *(left for left in ordinary if left.what in SERVED),
        ]
        since = max((line.tick for line in mended if line.tick < tick), default=0)
        return [line for line in lines if since <= line.tick < tick and (
            line.what == H.LET_DOWN or (line.what in UNSERVED and line in settled)
            or (line.what == H.FAILED and H.COMPLAINED not in self.said(who, line.tick)))]  # fmt: skip

    def is_member(self, who: int, tick: int) -> bool:
        """Is a customer in the book when this instant is over?"""
        turns = [line for line in self.customers[who] if line.tick <= tick and line.what in ENTERS | LEAVES]
        return bool(turns) and turns[-1].what in ENTERS

    @cached_property
    def members(self) -> "Tide":
        """How many customers are in the book."""
        turns = [(line.tick - (line.what == H.MEMBER), 1 if line.what in ENTERS else -1)
                 for line in self.lines if line.what in ENTERS | LEAVES]  # fmt: skip
        return Tide(turns)

    @cached_property
    def deterred(self) -> "Tide":
        """How many people have been warned and have not forgotten it."""
        lasts = max(1, int(self.number("deterred_days") * DAY))
        warned = [(line.tick, line.value) for line in self.of(H.DETERRED)]
        return Tide([*warned, *((tick + lasts, -many) for tick, many in warned)])

    def comes_no_more(self, who: int, since: int, until: int) -> bool:
        """Has a customer left for good between two instants, or at them? Who never buys leaves without a word."""
        if any(line.what in (H.LOST, H.GONE) and since <= line.tick <= until for line in self.customers[who]):
            return True
        left = [stay.closed.tick for stay in self.stays[who] if stay.closed and since <= stay.closed.tick <= until]
        return any(
            not self.is_member(who, tick) and not {H.DECLINED, H.RETRIES} & self.said(who, tick) for tick in left
        )

    def comes_seldom(self, who: int) -> bool:
        """Does a customer usually come less often than twice a year?"""
        return bool(usual_gap(self.clock, self.segment(who), who) > YEAR / DAY / 2)

    # Agents

    @cached_property
    def work(self) -> dict[int, list[Span]]:
        """For each agent, all that was begun, and where it was ended."""
        return {agent: sorted(span for begins, ends in WORK.items() for span in spans(lines, {begins}, {ends}))
                for agent, lines in self.agents.items()}  # fmt: skip

    @cached_property
    def holds(self) -> dict[int, list[Span]]:
        """For each agent, the times spent with customers left to the manager, until the manager's talk was over."""
        held: dict[int, list[Span]] = defaultdict(list)
        for lines in self.customers.values():
            for span in spans(lines, {H.ESCALATED}, {H.STEPPED_BACK}):
                if span.opened.value:
                    held[span.opened.agent].append(span)
        return {agent: sorted(some) for agent, some in held.items()}

    @cached_property
    def breaks(self) -> dict[int, list[Span]]:
        """For each agent, the breaks; going home ends them."""
        return {agent: list(spans(leaving_last(lines), {H.WENT_ON_BREAK}, {H.CAME_BACK, H.WENT_OFF}))
                for agent, lines in self.agents.items()}  # fmt: skip

    @cached_property
    def lapses(self) -> dict[int, list[Span]]:
        """For each agent, the spells of inattention."""
        return {agent: list(spans(leaving_last(lines), {H.LOST_ATTENTION}, {H.REGAINED_ATTENTION, H.WENT_OFF}))
                for agent, lines in self.agents.items()}  # fmt: skip

    @cached_property
    def shifts(self) -> dict[int, list[Span]]:
        """For each agent, from coming on to going off."""
        return {agent: list(spans(lines, {H.CAME_ON}, {H.WENT_OFF})) for agent, lines in self.agents.items()}

    def elsewhere(self, agent: int, piece: Span) -> int:
        """How long an agent was inattentive during a piece of work."""
        begin, end = piece.opened.tick, piece.until(self.end)
        lapses = self.lapses[agent]
        first = max(bisect(lapses, begin, key=lambda lapse: lapse.opened.tick) - 1, 0)
        last = bisect(lapses, end, key=lambda lapse: lapse.opened.tick)
        parts = (min(end, lapse.until(self.end)) - max(begin, lapse.opened.tick) for lapse in lapses[first:last])
        return sum(part for part in parts if part > 0)

    def worked(self, agent: int, piece: Span) -> int:
        """How long an agent was at work in a piece of work, pauses left out where work pauses with attention."""
        lasted = self.length([piece])
        return lasted - self.elsewhere(agent, piece) if self.pauses else lasted

    def length(self, *parts: Iterable[Span]) -> int:
        """How long all of this lasted."""
        return sum(span.until(self.end) - span.opened.tick for some in parts for span in some)


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
