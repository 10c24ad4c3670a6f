"""A trace cut for reading: as lines, by customer, colleague and agent, and by what belongs together in it.

Laws read traces; this is how a trace is laid out for them. It knows neither the engines nor the rules, only how names
are made. Within an instant a trace is in the order of `event_codes.Happening`, not of what led to what: WENT_OFF comes
before the FINISHED that made the agent free to go, and STARTED comes last. Only WON_BACK is moved: it opens its instant
among a customer's lines, for who comes back by themselves may be lost again at once.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Kind
from servsim.model.calendar import business_time, is_open, later, rostered
from servsim.model.compilation import readable
from servsim.model.rules.demand import segment_of, usual_gap
from servsim.model.trace import Trace, stocks_of
from servsim.model.trace_spans import (
    DEPARTURES,
    ENTERS,
    LEAVES,
    OF_VISITS,
    SERVED,
    UNSERVED,
    WORK,
    Line,
    Span,
    Tide,
    kind_of,
    leaving_last,
    spans,
    stay_lines,
)
from servsim.units import DAY, YEAR

HALF_THERE = 1
"""Place of "half_there" among the choices of staff.while_serving."""


@dataclass
class TraceIndex:
    """A trace beside its sheet, as lines, and cut by who and by agent, by both, and by who and instant."""

    sheet: np.ndarray
    trace: Trace
    lines: list[Line] = field(default_factory=list)
    customers: dict[int, list[Line]] = field(default_factory=dict)
    colleagues: dict[int, list[Line]] = field(default_factory=dict)
    agents: dict[int, list[Line]] = field(default_factory=dict)
    pairs: dict[tuple[int, int], list[Line]] = field(default_factory=dict)
    moments: dict[tuple[int, int], list[Line]] = field(default_factory=dict)
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
                self.moments.setdefault((line.who, line.tick), []).append(line)
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

    def at(self, who: int, tick: int, what: int) -> list[Line]:
        """The lines of a happening to a customer at an instant."""
        return [line for line in self.moments.get((who, tick), []) if line.what == what]

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
        return bool(is_open(self.clock, tick))

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
        return self.is_open(tick) if self.is_manager(agent) else agent < int(rostered(self.clock, tick))

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

    @cached_property
    def turns(self) -> dict[int, list[Line]]:
        """For each customer, where the book is entered or left."""
        return {who: [line for line in lines if line.what in ENTERS | LEAVES] for who, lines in self.customers.items()}

    @cached_property
    def visits(self) -> dict[int, list[Line]]:
        """For each customer, where a visit begins."""
        return {who: [line for line in lines if line.what == H.STARTED] for who, lines in self.customers.items()}

    def is_member(self, who: int, tick: int) -> bool:
        """Is a customer in the book when this instant is over?"""
        turns = self.turns[who]
        place = bisect(turns, tick, key=lambda line: line.tick)
        return place > 0 and turns[place - 1].what in ENTERS

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

    @cached_property
    def replaced(self) -> dict[int, list[int]]:
        """For each agent, the instants at which a newcomer takes the place."""
        return {agent: [line.tick for line in lines if line.what == H.REPLACED] for agent, lines in self.agents.items()}

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
