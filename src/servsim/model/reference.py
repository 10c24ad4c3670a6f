"""A service desk, told as a story.

Customers arrive, wait for an agent, are served, and leave, happier or less; most come back, some do not. Agents come
on shift, serve one customer at a time, lose and regain their attention, and go home when the visit in hand is finished.

Time is counted in whole ticks of one millisecond. An instant has two halves. First, all that was due happens, in no
particular order. Then the desk settles: the doors close, free agents turn to who is first in the queue, and newcomers
who were not served at once decide whether to wait. So someone whose patience ends at the very instant an agent becomes
free has already left.

Nothing here is random and no number is written here. What the world brings and what people decide are `rules`,
functions of the sheet and of uniform(seed, replication, who, visit, purpose): the same customer has the same patience
in every scenario that shares a seed, whatever the desk does.

`fast` tells the same story as one compiled loop. The two must return the same trace, happening for happening
(tests/test_twins.py). Change them together; if they disagree, this one is right.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

import numpy as np
import simpy

from servsim.model import calendar
from servsim.model.kernel import readable
from servsim.model.rules import attention, demand, dispatch, loyalty, quality, spending, waiting
from servsim.model.rules.amounts import millionths
from servsim.model.rules.visit import main_reason, visit
from servsim.model.trace import Row, Trace, canonical, told_in_pieces
from servsim.units import NEVER
from servsim.words import Happening, Reason

Story = Generator[simpy.Event, Any, Any]


class Clock(simpy.Environment):
    """A SimPy clock that lets the desk settle once all that was due at an instant has happened."""

    def __init__(self) -> None:
        super().__init__()
        self.settle = lambda: None

    def step(self) -> None:
        """Let the next event happen; after the last one of an instant, settle."""
        super().step()
        if self.peek() > self.now:
            self.settle()

    def until(self, instant: int) -> simpy.Timeout:
        """Wait for an instant that is not past."""
        return self.timeout(instant - self.now)


@dataclass(slots=True, eq=False)
class Customer:
    """A person: what is remembered between visits, and what is going on in this one."""

    key: int
    segment: int
    satisfaction: float
    will: float
    should: float
    in_book: bool
    gap: float = 0.0
    served: int = 0
    visit: int = 0
    tries: int = 0
    declined: int = 0
    joined: int = 0
    waits: bool = False
    noticed: bool = True
    turn: simpy.Event | None = None


@dataclass(slots=True, eq=False)
class Agent:
    """A member of staff: on shift or not, attentive or not, free or busy until a known instant."""

    number: int
    here: bool = False
    attentive: bool = False
    leaving: bool = False
    free: bool = False
    free_since: int = 0
    busy_until: int = 0
    day: int = -1
    spell: int = -1
    spell_ends: int = NEVER


@dataclass
class Desk:
    """The desk in one world: a clock, the people at it, and what has been noted so far."""

    sheet: np.ndarray
    clock: Clock = field(default_factory=Clock)
    rows: list[Row] = field(default_factory=list)
    book: dict[int, Customer] = field(default_factory=dict)
    newcomers: list[Customer] = field(default_factory=list)
    queue: list[tuple[Any, Customer]] = field(default_factory=list)
    free: list[tuple[Any, Agent]] = field(default_factory=list)
    leaving: list[Agent] = field(default_factory=list)
    waiting: int = 0
    attentive_here: int = 0
    doors_close: bool = False

    def __post_init__(self) -> None:
        """Open the book, put everyone's story on the clock."""
        self.end = int(self.sheet[0]["end"])
        self.sheet = readable(self.sheet)
        self.clock.settle = self.settle
        for number in range(int(self.sheet[0]["roster"].max())):
            self.clock.process(self.shifts(Agent(number)))
        for key in range(int(self.sheet[0]["opening_book"])):
            self.clock.process(self.life(self.member(key), demand.first_visit(self.sheet, self.segment(key), key)))
        self.clock.process(self.prospects())
        if waiting.goes_home_at_closing(self.sheet):
            self.clock.process(self.doors())

    @property
    def now(self) -> int:
        """The present instant."""
        return int(self.clock.now)

    def note(self, what: Happening, who: int = -1, agent: int = -1, value: int = 0) -> None:
        """One line of the trace."""
        self.rows.append((self.now, what, who, agent, value))

    # Who comes

    def segment(self, key: int) -> int:
        """Which segment a customer belongs to."""
        return int(demand.segment_of(self.sheet, key))

    def newborn(self, key: int, in_book: bool) -> Customer:
        """A person who has not been here in this world."""
        segment = self.segment(key)
        before = quality.before_the_first_visit(self.sheet, segment, in_book)
        return Customer(key, segment, before, before, before, in_book)

    def member(self, key: int) -> Customer:
        """A customer of the opening book."""
        customer = self.newborn(key, in_book=True)
        customer.gap = float(demand.usual_gap(self.sheet, customer.segment, key))
        customer.served = demand.visits_behind(self.sheet, customer.segment)
        self.book[key] = customer
        self.note(Happening.MEMBER, key, value=millionths(customer.satisfaction))
        return customer

    def prospects(self) -> Story:
        """Day after day, candidates come through the door one after the other."""
        day = 0
        while calendar.day_begins(day) < self.end:
            number, reached = 0, calendar.clock(self.sheet, calendar.day_begins(day))
            while True:
                reached, instant = demand.candidate(self.sheet, day, number, reached)
                if instant == NEVER:
                    break
                yield self.clock.until(instant)
                key = demand.prospect_key(day, 0, number)
                self.clock.process(self.life(self.newborn(key, in_book=False), instant))
                number += 1
            day += 1
            yield self.clock.until(calendar.day_begins(day))

    def life(self, customer: Customer, arrival: int) -> Story:
        """Visit after visit, until the customer does not come again."""
        while arrival < self.end:
            yield self.clock.until(arrival)
            arrival = yield from self.come(customer)
            customer.visit += 1

    # A visit

    def come(self, customer: Customer) -> Story:
        """One coming to the desk; the instant of the next."""
        customer.joined = self.now
        self.note(Happening.ARRIVED, customer.key, value=customer.visit)
        customer.turn = self.clock.event()
        self.newcomers.append(customer)
        outcome = yield customer.turn
        if outcome is None:
            outcome = yield from self.wait(customer)
        if isinstance(outcome, Agent):
            return (yield from self.serve(customer, outcome))
        waited = self.now - customer.joined
        self.note(outcome, customer.key, value=waited)
        return self.unserved(customer)

    def wait(self, customer: Customer) -> Story:
        """Wait until an agent turns to the customer, the doors close, or patience ends; what it was."""
        customer.turn = turn = self.clock.event()
        patience = waiting.patience(self.sheet, customer.segment, customer.key, customer.visit)
        if patience >= NEVER:
            return (yield turn)
        yield turn | self.clock.timeout(patience)
        if turn.triggered:
            return turn.value
        self.leave_queue(customer)
        return Happening.ABANDONED

    def serve(self, customer: Customer, agent: Agent) -> Story:
        """The agent serves the customer; the instant of the next visit."""
        now, waited = self.now, self.now - customer.joined
        self.note(Happening.STARTED, customer.key, agent.number, waited)
        agent.busy_until, care, points, reason, size = visit(
            self.sheet, customer.segment, customer.key, customer.visit,
            agent.number, agent.day, agent.spell, agent.spell_ends, now, waited, customer.noticed,
        )  # fmt: skip
        yield self.clock.until(agent.busy_until)
        self.note(Happening.FINISHED, customer.key, agent.number, millionths(points))
        if care > 0:
            self.note(Happening.CARED, customer.key, agent.number, care)
        self.visit_in_hand_is_done(agent)
        return self.served(customer, points, reason, size)

    # After a visit

    def served(self, customer: Customer, points: float, reason: int, size: float) -> int:
        """What a served visit leads to; the instant of the next, NEVER if there is none."""
        disappointment = self.judge(customer, points)
        customer.served += 1
        customer.tries = 0
        if customer.in_book:
            self.spend(customer)
            return self.next_visit_or_lost(customer, main_reason(reason, size, disappointment))
        if not spending.sells(self.sheet, customer.segment):
            return self.gone(customer)
        if not spending.buys(self.sheet, customer.segment, customer.key, customer.visit, points):
            return self.declined(customer)
        self.spend(customer)
        customer.gap = float(demand.usual_gap(self.sheet, customer.segment, customer.key))
        if not loyalty.becomes_customer(
            self.sheet, customer.segment, customer.key, customer.visit,
            customer.gap, customer.served, customer.satisfaction,
        ):  # fmt: skip
            return self.gone(customer)
        customer.in_book = True
        self.book[customer.key] = customer
        self.note(Happening.WON, customer.key, value=millionths(self.outlook(customer)))
        return self.next_visit(customer)

    def unserved(self, customer: Customer) -> int:
        """What coming in vain leads to; the instant of the next visit, NEVER if there is none."""
        again = waiting.next_try(self.sheet, customer.segment, customer.key, customer.visit, customer.tries, self.now)
        if again < NEVER:
            self.note(Happening.RETRIES, customer.key)
            customer.tries += 1
            return int(again)
        customer.tries = 0
        if not customer.in_book:
            return self.gone(customer)
        self.judge(customer, quality.UNSERVED)
        return self.next_visit_or_lost(customer, Reason.ABANDONED)

    def judge(self, customer: Customer, points: float) -> float:
        """The customer makes up their mind about a visit; how far expectation darkened it."""
        if not quality.judges(self.sheet, customer.segment):
            return 0.0
        customer.satisfaction, customer.will, customer.should, disappointment = quality.judged(
            self.sheet, customer.segment, customer.served, customer.satisfaction, customer.will, customer.should, points
        )
        self.note(Happening.JUDGED, customer.key, value=millionths(customer.satisfaction))
        return float(disappointment)

    def spend(self, customer: Customer) -> None:
        """The customer pays."""
        basket = spending.basket(self.sheet, customer.segment, customer.key, customer.visit)
        if basket > 0.0:
            self.note(Happening.BOUGHT, customer.key, value=millionths(basket))

    def declined(self, customer: Customer) -> int:
        """A prospect does not buy today, and perhaps comes again."""
        self.note(Happening.DECLINED, customer.key)
        customer.declined += 1
        again = spending.second_thought(
            self.sheet, customer.segment, customer.key, customer.visit, customer.declined, self.now
        )
        return int(again) if again < NEVER else self.gone(customer)

    def gone(self, customer: Customer) -> int:
        """A prospect will not come again."""
        self.note(Happening.GONE, customer.key)
        return NEVER

    def next_visit_or_lost(self, customer: Customer, reason: int) -> int:
        """A customer of the book stays, or leaves it for a reason."""
        why = loyalty.leaves(
            self.sheet, customer.segment, customer.key, customer.visit,
            customer.gap, customer.served, customer.satisfaction, reason,
        )  # fmt: skip
        if why == Reason.NONE:
            return self.next_visit(customer)
        del self.book[customer.key]
        self.note(Happening.LOST, customer.key, value=int(why))
        return NEVER

    def next_visit(self, customer: Customer) -> int:
        """When a customer of the book comes again."""
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        return int(demand.next_visit(*who, customer.gap, self.now))

    def outlook(self, customer: Customer) -> float:
        """The yearly retention that a customer's present satisfaction implies."""
        return float(
            loyalty.yearly_retention(self.sheet, customer.segment, customer.gap, customer.satisfaction, customer.served)
        )

    # The agents

    def shifts(self, agent: Agent) -> Story:
        """Shift after shift, come on and leave; who is serving then leaves when the visit in hand is done."""
        while True:
            start = calendar.shift_start(self.sheet, agent.number, self.now)
            if start >= self.end:
                return
            yield self.clock.until(start)
            agent.leaving = False
            if not agent.here:
                self.come_on(agent)
            end = calendar.shift_end(self.sheet, agent.number, self.now)
            if end >= self.end:
                return
            yield self.clock.until(end)
            self.may_leave(agent)

    def come_on(self, agent: Agent) -> None:
        """An agent begins a shift, attentive; spells are counted through the day."""
        self.note(Happening.CAME_ON, agent=agent.number)
        today = calendar.day_of(self.now)
        agent.day, agent.spell = today, agent.spell + 1 if agent.day == today else 0
        agent.here = agent.attentive = True
        self.attentive_here += 1
        self.set_free(agent)
        self.clock.process(self.attention(agent))

    def go_off(self, agent: Agent) -> None:
        """An agent goes home."""
        self.note(Happening.WENT_OFF, agent=agent.number)
        self.attentive_here -= agent.attentive
        agent.here = agent.attentive = agent.free = agent.leaving = False

    def may_leave(self, agent: Agent) -> None:
        """An agent whose shift is over leaves when the desk settles, unless with a customer or kept by the queue."""
        if agent.here and not agent.leaving and agent.busy_until <= self.now:
            agent.leaving = True
            self.leaving.append(agent)

    def attention(self, agent: Agent) -> Story:
        """Spell after spell of one shift: attentive, then not, then attentive again."""
        shift = (agent.day, agent.spell)
        while True:
            lasts = attention.attentive_spell(self.sheet, agent.number, agent.day, agent.spell)
            agent.spell_ends = self.now + lasts
            if agent.spell_ends >= self.end:
                return
            yield self.clock.until(agent.spell_ends)
            if (agent.day, agent.spell) != shift or not agent.here:
                return
            self.note(Happening.LOST_ATTENTION, agent=agent.number)
            agent.attentive = agent.free = False
            self.attentive_here -= 1
            yield self.clock.timeout(attention.inattentive_spell(self.sheet, agent.number, agent.day, agent.spell))
            if (agent.day, agent.spell) != shift or not agent.here:
                return
            self.note(Happening.REGAINED_ATTENTION, agent=agent.number)
            agent.attentive = True
            self.attentive_here += 1
            agent.spell += 1
            shift = (agent.day, agent.spell)
            self.set_free(agent)

    def visit_in_hand_is_done(self, agent: Agent) -> None:
        """The agent is free for the next customer, or may leave if the shift is over."""
        if agent.number < calendar.rostered(self.sheet, self.now):
            self.set_free(agent)
        else:
            self.may_leave(agent)

    def set_free(self, agent: Agent) -> None:
        """An agent who is attentive and has nobody in hand waits for a customer."""
        if agent.attentive and not agent.free and agent.busy_until <= self.now:
            agent.free, agent.free_since = True, self.now
            heappush(self.free, (dispatch.readiness(agent.free_since, agent.number), agent))

    # The end of an instant

    def settle(self) -> None:
        """Close the doors, let agents leave, let free agents turn to who is first, let who was not served decide."""
        if self.doors_close:
            self.send_home()
        self.let_leave()
        if not self.newcomers and (not self.waiting or not self.free):
            return
        newcomers, self.newcomers = self.newcomers, []
        for customer in newcomers:
            customer.waits, customer.noticed = True, self.attentive_here > 0
            heappush(self.queue, (dispatch.rank(customer.joined, customer.key), customer))
        self.waiting += len(newcomers)
        self.dispatch()
        self.let_leave()
        undecided = sorted((dispatch.rank(c.joined, c.key), c) for c in newcomers if c.waits)
        self.waiting -= len(undecided)
        for _, customer in undecided:
            self.decide(customer)

    def let_leave(self) -> None:
        """Agents whose shift is over go home, or stay for those who still wait behind closed doors."""
        kept = waiting.stays_for_the_queue(self.sheet, self.now, self.waiting)
        for agent in [agent for agent in self.leaving if agent.leaving]:
            if kept:
                self.set_free(agent)
            else:
                self.go_off(agent)
        self.leaving = [agent for agent in self.leaving if agent.leaving]

    def dispatch(self) -> None:
        """The first in the queue is served by the agent who has been free longest, and so on."""
        while (agent := self.next_agent()) and (customer := self.next_customer()):
            heappop(self.free)
            heappop(self.queue)
            agent.free = agent.leaving = False
            self.leave_queue(customer)
            self.turn_to(customer, agent)

    def next_agent(self) -> Agent | None:
        """The agent who has been free longest; entries of those who have since lost attention or left are dropped."""
        while self.free:
            readiness, agent = self.free[0]
            if agent.free and readiness == dispatch.readiness(agent.free_since, agent.number):
                return agent
            heappop(self.free)
        return None

    def next_customer(self) -> Customer | None:
        """The first in the queue; entries of those who have since left are dropped."""
        while self.queue:
            rank, customer = self.queue[0]
            if customer.waits and rank == dispatch.rank(customer.joined, customer.key):
                return customer
            heappop(self.queue)
        return None

    def decide(self, customer: Customer) -> None:
        """A newcomer who was not served at once finds a place and waits, or goes."""
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        agents = calendar.rostered(self.sheet, self.now)
        outcome = None
        if waiting.finds_no_place(self.sheet, self.waiting):
            outcome = Happening.BLOCKED
        elif waiting.leaves_at_once(*who):
            outcome = Happening.ABANDONED
        elif waiting.balks(*who, self.waiting, agents):
            outcome = Happening.BALKED
        if outcome is None:
            self.waiting += 1
        else:
            customer.waits = False
        self.turn_to(customer, outcome)

    def turn_to(self, customer: Customer, outcome: Agent | Happening | None) -> None:
        """Tell a customer what comes next: an agent, a reason to leave, or to wait (None)."""
        assert customer.turn is not None
        customer.turn.succeed(outcome)

    def leave_queue(self, customer: Customer) -> None:
        """A customer waits no longer."""
        customer.waits = False
        self.waiting -= 1

    def doors(self) -> Story:
        """Every closing time, the desk is told to send home who still waits."""
        while (closing := calendar.closing(self.sheet, self.now)) < self.end:
            yield self.clock.until(closing)
            self.doors_close = True

    def send_home(self) -> None:
        """Everyone who still waits goes home."""
        self.doors_close = False
        for _, customer in self.queue:
            if customer.waits:
                self.leave_queue(customer)
                self.turn_to(customer, Happening.SENT_HOME)
        self.queue.clear()

    # Telling it

    def tell(self, until: int) -> np.ndarray:
        """Let everything happen before an instant; the rows noted since the last telling, in canonical order."""
        while self.clock.peek() < until:
            self.clock.step()
        if until >= self.end:
            self.close_the_book()
        told, self.rows = canonical(self.rows), []
        return told

    def close_the_book(self) -> None:
        """Write down who is in the book at the end, how satisfied, and how likely to be there in a year."""
        for customer in self.book.values():
            satisfaction, outlook = millionths(customer.satisfaction), millionths(self.outlook(customer))
            self.rows.append((self.end, Happening.REMAINS, customer.key, -1, satisfaction))
            self.rows.append((self.end, Happening.OUTLOOK, customer.key, -1, outlook))


def pieces(sheet: np.ndarray, length: int) -> Iterator[np.ndarray]:
    """The trace of the sheet's world in pieces of so many ticks, as it comes."""
    return told_in_pieces(Desk(sheet), length)


def simulate(sheet: np.ndarray) -> Trace:
    """The whole trace of the sheet's world."""
    desk = Desk(sheet)
    return Trace(desk.tell(desk.end))
