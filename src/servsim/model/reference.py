"""A service desk, told as a story.

Customers arrive, wait for an agent, are served, and leave, happier or less; most come back, some do not. At home they
find out what was done wrong, and complain or swallow it; some complaints are for the manager. Agents come on shift, do
one thing at a time, lose and regain their attention, take breaks, and go home when the work in hand is finished. While
nobody waits they do what was promised and call customers back.

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
from servsim.model.rules import (
    attention,
    breaks,
    demand,
    dispatch,
    loyalty,
    manager,
    mistakes,
    outreach,
    promises,
    quality,
    recovery,
    spending,
    waiting,
)
from servsim.model.rules.amounts import millionths
from servsim.model.rules.visit import main_reason, visit
from servsim.model.trace import Row, Trace, canonical, told_in_pieces
from servsim.units import NEVER
from servsim.words import By, Call, Happening, Purpose, Reason, Remedy

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
class Promise:
    """An action point: made in a visit, due at an instant; the work on it is done at another, or nobody has begun."""

    visit: int
    due: int
    is_due: bool = True
    done: int = NEVER


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
    comes: int = NEVER
    calls: int = 0
    light: int = NEVER
    complains: bool = False
    unrecovered: bool = False
    known: bool = False
    failure: int = Reason.NONE
    failed: int = 0
    before: float = 0.0
    relief: float = 0.0
    promise: Promise | None = None
    call_for: int = Call.NOTHING
    listed: int = NEVER


@dataclass(slots=True, eq=False)
class Agent:
    """A member of staff: on shift or not, attentive or not, on a break or not, free or busy until a known instant."""

    number: int
    here: bool = False
    attentive: bool = False
    leaving: bool = False
    free: bool = False
    free_since: int = 0
    busy: bool = False
    day: int = -1
    spell: int = -1
    spell_ends: int = NEVER
    break_due: int = NEVER
    break_ends: int = NEVER
    on_break: bool = False


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
    inside: int = 0
    attentive_here: int = 0
    doors_close: bool = False
    managers_queue: list[tuple[Any, Customer]] = field(default_factory=list)
    managers: list[tuple[Any, Agent]] = field(default_factory=list)
    work: list[tuple[Any, Customer]] = field(default_factory=list)
    calls: list[tuple[Any, Customer]] = field(default_factory=list)
    calling: int = 0
    month: int = 0
    spent: int = 0

    def __post_init__(self) -> None:
        """Open the book, put everyone's story on the clock."""
        self.end = int(self.sheet[0]["end"])
        self.sheet = readable(self.sheet)
        self.clock.settle = self.settle
        for number in range(int(self.sheet[0]["all_agents"])):
            self.clock.process(self.shifts(Agent(number)))
        for key in range(int(self.sheet[0]["opening_book"])):
            self.clock.process(self.life(self.member(key), demand.first_visit(self.sheet, self.segment(key), key)))
        self.clock.process(self.prospects())
        if waiting.goes_home_at_closing(self.sheet):
            self.clock.process(self.doors())
        if outreach.calls_back(self.sheet):
            self.clock.process(self.chances_to_call())

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
        customer.comes = arrival
        while (yield from self.at_home(customer)):
            customer.comes, customer.call_for = NEVER, Call.NOTHING
            self.inside += 1
            comes = yield from self.come(customer)
            self.inside -= 1
            customer.comes = comes
            customer.visit += 1
            self.may_be_called(customer)

    def at_home(self, customer: Customer) -> Story:
        """Until it is time to come: mistakes come to light, dates fall due. False if the customer does not come."""
        calls = customer.calls
        while (soonest := self.next_thing(customer)) < self.end:
            if soonest > self.now:
                yield self.clock.until(soonest)
            if customer.calls != calls:
                return False  # the desk has called, and the story went on otherwise
            if customer.light <= self.now:
                self.finds_out(customer)
            elif customer.promise and customer.promise.is_due and customer.promise.due <= self.now:
                self.falls_due(customer, customer.promise)
            else:
                return True
        return False

    def next_thing(self, customer: Customer) -> int:
        """When something next happens to a customer who is not at the desk."""
        due = customer.promise.due if customer.promise and customer.promise.is_due else NEVER
        return min(customer.comes, customer.light, due)

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
        ends, care, clarifying, soothing, points, reason, size, wrong, remedy = visit(
            self.sheet, customer.segment, customer.key, customer.visit,
            agent.number, agent.day, agent.spell, agent.spell_ends, now, waited, customer.noticed,
            customer.complains, customer.failed, customer.satisfaction,
        )  # fmt: skip
        yield self.clock.until(ends)
        self.note(Happening.FINISHED, customer.key, agent.number, millionths(points))
        for what, ticks in (
            (Happening.CARED, care), (Happening.CLARIFIED, clarifying), (Happening.SOOTHED, soothing)
        ):  # fmt: skip
            if ticks > 0:
                self.note(what, customer.key, agent.number, ticks)
        by = By.AGENT
        if remedy == Remedy.ESCALATED:
            remedy, by = (yield from self.step_back(customer, agent)), By.MANAGER
        else:
            self.work_in_hand_is_done(agent)
        return self.served(customer, agent, points, reason, size, wrong, remedy, by)

    def step_back(self, customer: Customer, agent: Agent) -> Story:
        """The manager handles the complaint; what became of it. The agent stays or turns to others."""
        held = manager.holds_agent(self.sheet)
        self.note(Happening.ESCALATED, customer.key, agent.number, int(held))
        customer.joined = since = self.now
        if not held:
            self.work_in_hand_is_done(agent)
        heappush(self.managers_queue, (dispatch.managers_rank(customer.joined, customer.key), customer))
        customer.turn = self.clock.event()
        boss = yield customer.turn
        self.note(Happening.STEPPED_IN, customer.key, boss.number, self.now - customer.joined)
        delay = self.now - customer.failed
        talk = manager.talk(self.sheet, customer.key, customer.visit)
        yield self.clock.timeout(talk)
        self.note(Happening.STEPPED_BACK, customer.key, boss.number, talk)
        self.work_in_hand_is_done(boss)
        if held:
            self.note(Happening.RELEASED, agent=agent.number, value=self.now - since)
            self.work_in_hand_is_done(agent)
        won_over = manager.wins_over(self.sheet, customer.segment, customer.key, customer.visit, delay)
        return Remedy.RECOVERED if won_over else Remedy.FAILED

    # After a visit

    def served(
        self, customer: Customer, agent: Agent, points: float, reason: int, size: float, wrong: int, remedy: int, by: By
    ) -> int:
        """What a served visit leads to; the instant of the next, NEVER if there is none."""
        disappointment = self.judge(customer, points)
        customer.served += 1
        customer.tries = 0
        if wrong == mistakes.OVERLOOKED:
            self.note(Happening.OVERLOOKED, customer.key, agent.number)
            customer.light = mistakes.comes_to_light(
                self.sheet, customer.segment, customer.key, customer.visit, self.now
            )
        if customer.complains:
            comes = self.complained(customer, remedy, by)
        else:
            customer.unrecovered = False
            comes = self.bought_or_not(customer, points, main_reason(reason, size, disappointment))
        if comes < NEVER:
            self.promise(customer, agent)
        return comes

    def bought_or_not(self, customer: Customer, points: float, reason: int) -> int:
        """Customers spend, and stay or not; prospects buy or not, and become customers or not."""
        if customer.in_book:
            self.spend(customer)
            return self.next_visit_or_lost(customer, reason)
        if not spending.sells(self.sheet, customer.segment):
            return self.gone(customer)
        if not spending.buys(self.sheet, customer.segment, customer.key, customer.visit, points):
            customer.light = NEVER
            return self.declined(customer)
        self.spend(customer)
        customer.gap = float(demand.usual_gap(self.sheet, customer.segment, customer.key))
        if not loyalty.becomes_customer(
            self.sheet, customer.segment, customer.key, customer.visit,
            customer.gap, customer.served, self.loyal_satisfaction(customer),
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
        in_vain, customer.complains = customer.complains, False
        if not customer.in_book:
            return self.gone(customer)
        before = self.loyal_satisfaction(customer)
        self.judge(customer, quality.UNSERVED)
        if not in_vain:
            return self.next_visit_or_lost(customer, Reason.ABANDONED)
        customer.unrecovered, customer.known = recovery.recovers(self.sheet, customer.segment), False
        self.leaves_over_failure(customer, before, Purpose.STAY, Reason.ABANDONED)
        return self.next_visit(customer) if customer.in_book else NEVER

    def judge(self, customer: Customer, points: float) -> float:
        """The customer makes up their mind about a visit; how far expectation darkened it."""
        if not quality.judges(self.sheet, customer.segment):
            return 0.0
        customer.satisfaction, customer.will, customer.should, disappointment = quality.judged(
            self.sheet, customer.segment, customer.served, customer.satisfaction, customer.will, customer.should, points
        )
        customer.relief = recovery.fading_relief(customer.served, customer.relief)
        self.note_satisfaction(customer)
        return float(disappointment)

    def note_satisfaction(self, customer: Customer) -> None:
        """Write down how satisfied the customer is now, where customers judge."""
        if quality.judges(self.sheet, customer.segment):
            self.note(Happening.JUDGED, customer.key, value=millionths(customer.satisfaction))

    def loyal_satisfaction(self, customer: Customer) -> float:
        """The customer's satisfaction as far as it makes them stay."""
        return float(recovery.loyal_satisfaction(self.sheet, customer.segment, customer.satisfaction, customer.relief))

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
        """A prospect will not come again, unless something that went wrong comes to light."""
        customer.promise = None
        if customer.light == NEVER:
            self.note(Happening.GONE, customer.key)
        return NEVER

    def next_visit_or_lost(self, customer: Customer, reason: int) -> int:
        """A customer of the book stays, or leaves it for a reason."""
        why = loyalty.leaves(
            self.sheet, customer.segment, customer.key, customer.visit,
            customer.gap, customer.served, self.loyal_satisfaction(customer), reason,
        )  # fmt: skip
        if why == Reason.NONE:
            return self.next_visit(customer)
        self.lost(customer, int(why))
        return NEVER

    def lost(self, customer: Customer, why: int) -> None:
        """A customer leaves the book; who left because of the desk may be called for a while."""
        del self.book[customer.key]
        self.note(Happening.LOST, customer.key, value=why)
        customer.in_book = False
        customer.comes = customer.light = NEVER
        customer.promise = None
        may_be_won_back = outreach.may_be_won_back(self.sheet, customer.segment, why)
        customer.call_for = Call.LAPSED if may_be_won_back else Call.NOTHING

    def next_visit(self, customer: Customer) -> int:
        """When a customer of the book comes again."""
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        return int(demand.next_visit(*who, customer.gap, self.now))

    def outlook(self, customer: Customer) -> float:
        """The yearly retention that a customer's present satisfaction implies."""
        return float(
            loyalty.yearly_retention(
                self.sheet, customer.segment, customer.gap, self.loyal_satisfaction(customer), customer.served
            )
        )

    # When things go wrong

    def finds_out(self, customer: Customer) -> None:
        """A mistake that nobody noticed comes to light."""
        customer.light = NEVER
        self.fails(customer, Reason.MISTAKE)

    def fails(self, customer: Customer, reason: Reason) -> None:
        """The business has failed a customer, who complains or swallows it."""
        self.note(Happening.FAILED, customer.key, value=reason)
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        before, customer.failure, customer.failed = self.loyal_satisfaction(customer), reason, self.now
        if not (customer.complains or customer.unrecovered):
            customer.before = customer.satisfaction - customer.relief
        customer.satisfaction = recovery.after_failure(self.sheet, customer.segment, customer.satisfaction, reason)
        self.note_satisfaction(customer)
        if customer.complains:
            return
        if recovery.voices(*who, reason):
            self.note(Happening.COMPLAINED, customer.key)
            customer.complains, customer.call_for = True, Call.NOTHING
            customer.comes = int(recovery.complaint_visit(self.sheet, customer.key, customer.visit, self.now))
            return
        customer.known = (customer.unrecovered and customer.known) or reason == Reason.BROKEN_PROMISE
        customer.unrecovered = True
        if not customer.in_book:
            if customer.comes == NEVER:
                self.gone(customer)
            return
        self.leaves_over_failure(customer, before, loyalty.silence(reason), reason)
        self.may_be_called(customer)

    def leaves_over_failure(self, customer: Customer, before: float, purpose: int, reason: Reason) -> None:
        """A customer of the book, who was satisfied at `before`, stays in spite of a failure, or leaves over it."""
        why = loyalty.leaves_over_failure(
            self.sheet, customer.segment, customer.key, customer.visit, customer.gap, customer.served,
            before, self.loyal_satisfaction(customer), purpose, reason,
        )  # fmt: skip
        if why != Reason.NONE:
            self.lost(customer, int(why))

    def complained(self, customer: Customer, remedy: int, by: By) -> int:
        """What an extra visit to complain leads to; the instant of the next visit, NEVER if there is none."""
        customer.complains = False
        was_in_book = customer.in_book
        self.remedied(customer, remedy, by)
        if customer.in_book:
            return self.next_visit(customer)
        return NEVER if was_in_book else self.gone(customer)

    def remedied(self, customer: Customer, remedy: int, by: By) -> None:
        """What became of a complaint: the customer is won over again, or let down a second time."""
        if customer.promise and not customer.promise.is_due:
            customer.promise = None
        customer.unrecovered = customer.known = remedy == Remedy.FAILED
        if remedy == Remedy.RECOVERED:
            self.recovered(customer, by)
        elif remedy == Remedy.FAILED:
            self.note(Happening.LET_DOWN, customer.key, value=by)
            before = self.loyal_satisfaction(customer)
            customer.satisfaction = recovery.after_double_deviation(
                self.sheet, customer.segment, customer.satisfaction, customer.failure
            )
            self.note_satisfaction(customer)
            if customer.in_book:
                self.leaves_over_failure(customer, before, Purpose.STAY, Reason.UNRECOVERED)

    def recovered(self, customer: Customer, by: By) -> None:
        """A failure is put right in the customer's eyes."""
        self.note(Happening.RECOVERED, customer.key, value=by)
        customer.unrecovered = False
        customer.satisfaction, customer.relief = recovery.after_recovery(
            self.sheet, customer.segment, customer.satisfaction, customer.relief, customer.before
        )
        self.note_satisfaction(customer)

    # Promises

    def promise(self, customer: Customer, agent: Agent) -> None:
        """A visit ends with something to be done by a date, unless something is to be done already."""
        old = customer.promise
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        if (old and (old.is_due or old.done > self.now)) or not promises.calls_for_action(*who):
            return
        due = promises.date(self.sheet, customer.segment, self.now)
        self.note(Happening.PROMISED, customer.key, agent.number, due - self.now)
        customer.promise = Promise(customer.visit, due)
        self.clock.process(self.preparation(customer, customer.promise, promises.prepared(*who, self.now)))

    def preparation(self, customer: Customer, promise: Promise, ready: int) -> Story:
        """Once everything is there, the work can be done."""
        if ready < self.end:
            yield self.clock.until(ready)
            heappush(self.work, (dispatch.work_rank(promise.due, customer.key), customer))

    def falls_due(self, customer: Customer, promise: Promise) -> None:
        """The date has come: the promise was kept, or is broken."""
        promise.is_due = False
        if promise.done > promise.due:
            self.fails(customer, Reason.BROKEN_PROMISE)
            return
        self.note(Happening.KEPT, customer.key)
        customer.satisfaction = promises.after_keeping(self.sheet, customer.segment, customer.satisfaction)
        self.note_satisfaction(customer)

    def follow_up(self, agent: Agent, customer: Customer, promise: Promise) -> None:
        """An agent begins to do what was promised."""
        self.note(Happening.TOOK_UP, customer.key, agent.number)
        work = promises.follow_up_work(self.sheet, customer.segment, customer.key, promise.visit)
        promise.done = self.work_ends(agent, work)
        self.clock.process(self.off_the_desk(agent, promise.done, customer.key, Happening.FOLLOWED_UP, work))

    def work_ends(self, agent: Agent, work: int) -> int:
        """When work is done that an agent begins now."""
        ends, _ = attention.visit_under_attention(
            self.sheet, agent.number, agent.day, agent.spell, agent.spell_ends, self.now, work
        )
        return int(ends)

    def off_the_desk(self, agent: Agent, ends: int, who: int, what: Happening, work: int) -> Story:
        """An agent works on a promise, or calls a customer, until it is done."""
        yield self.clock.until(ends)
        self.note(what, who, agent.number, work)
        if what == Happening.HUNG_UP:
            self.calling -= 1
        self.work_in_hand_is_done(agent)

    # Calling customers back

    def may_be_called(self, customer: Customer) -> None:
        """Put a customer who has left, or swallowed a failure, on the list of those to call; others once overdue."""
        if not outreach.is_called_back(self.sheet, customer.segment) or customer.complains:
            return
        if customer.in_book:
            was_late = customer.call_for == Call.OVERDUE
            customer.call_for = outreach.listed_for(customer.unrecovered, customer.known)
            if was_late and customer.call_for == Call.OVERDUE:
                return
        if customer.call_for == Call.NOTHING:
            return
        customer.listed = int(
            outreach.listed_at(self.sheet, customer.segment, customer.gap, customer.call_for, self.now)
        )
        if customer.listed >= customer.comes:
            customer.call_for = Call.NOTHING
        elif customer.listed < self.end:
            self.clock.process(self.listing(customer, customer.listed))

    def listing(self, customer: Customer, listed: int) -> Story:
        """From this instant on the customer is on the list, if there is still something to call for."""
        yield self.clock.until(listed)
        if customer.call_for != Call.NOTHING and customer.listed == listed:
            heappush(self.calls, (self.call_rank(customer), customer))

    def call_rank(self, customer: Customer) -> tuple[int, int, int]:
        """A customer's place on the list of those to call."""
        return outreach.urgency(self.sheet, customer.call_for), customer.listed, customer.key

    def call(self, agent: Agent, customer: Customer) -> None:
        """An agent begins to call a customer, who is won over, comes back, comes sooner, or nothing of the kind."""
        self.note(Happening.CALLED, customer.key, agent.number, customer.call_for)
        work = outreach.call_work(self.sheet)
        self.spent += work
        self.calling += 1
        self.answers(customer)
        ends = self.work_ends(agent, work)
        self.clock.process(self.off_the_desk(agent, ends, customer.key, Happening.HUNG_UP, work))

    def answers(self, customer: Customer) -> None:
        """What a call changes for the customer."""
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        called_for, customer.call_for = customer.call_for, Call.NOTHING
        still_hurt = customer.unrecovered and called_for != Call.LAPSED
        if still_hurt and outreach.call_recovers(*who, called_for, self.now - customer.failed):
            self.recovered(customer, By.CALL)
        if called_for == Call.LAPSED:
            if outreach.call_wins_back(*who):
                customer.in_book = True
                self.book[customer.key] = customer
                self.note(Happening.WON_BACK, customer.key, value=millionths(self.outlook(customer)))
                self.comes_otherwise(customer, int(outreach.returns(*who, self.now)))
        elif called_for == Call.OVERDUE:
            sooner = int(outreach.reminded(*who, self.now))
            if sooner < customer.comes:
                self.comes_otherwise(customer, sooner)

    def comes_otherwise(self, customer: Customer, arrival: int) -> None:
        """A call has changed when the customer comes: the story goes on from here."""
        customer.calls += 1
        customer.comes = arrival
        self.clock.process(self.life(customer, arrival))

    def chances_to_call(self) -> Story:
        """The desk wakes when calls become possible by themselves."""
        while (chance := outreach.next_chance(self.sheet, self.now)) < self.end:
            yield self.clock.until(chance)

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
        self.attentive_here += self.notices(agent)
        self.set_free(agent)
        self.clock.process(self.attention(agent))
        ends = breaks.shift_lasts_until(self.sheet, agent.number, self.now)
        self.plan_break(agent, breaks.first_break(self.sheet, agent.number, self.now, ends))

    def notices(self, agent: Agent) -> bool:
        """Does this agent notice who waits? Managers and those on a break do not see the queue."""
        return agent.attentive and not agent.on_break and not manager.is_manager(self.sheet, agent.number)

    def go_off(self, agent: Agent) -> None:
        """An agent goes home."""
        self.note(Happening.WENT_OFF, agent=agent.number)
        self.attentive_here -= self.notices(agent)
        agent.here = agent.attentive = agent.free = agent.leaving = agent.on_break = False
        agent.break_due = agent.break_ends = NEVER

    def may_leave(self, agent: Agent) -> None:
        """An agent whose shift is over leaves when the desk settles, unless at work or kept by the queue."""
        if agent.here and not agent.leaving and not agent.busy:
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
            self.attentive_here -= self.notices(agent)
            agent.attentive = agent.free = False
            yield self.clock.timeout(attention.inattentive_spell(self.sheet, agent.number, agent.day, agent.spell))
            if (agent.day, agent.spell) != shift or not agent.here:
                return
            self.note(Happening.REGAINED_ATTENTION, agent=agent.number)
            agent.attentive = True
            self.attentive_here += self.notices(agent)
            agent.spell += 1
            shift = (agent.day, agent.spell)
            self.set_free(agent)

    def plan_break(self, agent: Agent, due: int) -> None:
        """An agent will be due for a break."""
        agent.break_due = int(due)
        if due < self.end:
            self.clock.process(self.pause(agent, agent.break_due))

    def pause(self, agent: Agent, due: int) -> Story:
        """A break falls due; it begins when the work in hand is done."""
        yield self.clock.until(due)
        if agent.break_due == due and not agent.busy:
            self.begin_break(agent)

    def begin_break(self, agent: Agent) -> None:
        """An agent takes a break."""
        self.note(Happening.WENT_ON_BREAK, agent=agent.number)
        self.attentive_here -= self.notices(agent)
        agent.break_due, agent.on_break, agent.free = NEVER, True, False
        agent.break_ends = self.now + int(breaks.break_length(self.sheet))
        self.clock.process(self.rest(agent, agent.break_ends))

    def rest(self, agent: Agent, ends: int) -> Story:
        """The break ends, unless the agent has gone home."""
        if ends >= self.end:
            return
        yield self.clock.until(ends)
        if agent.break_ends != ends:
            return
        self.note(Happening.CAME_BACK, agent=agent.number)
        agent.on_break, agent.break_ends = False, NEVER
        self.attentive_here += self.notices(agent)
        self.set_free(agent)
        ends = breaks.shift_lasts_until(self.sheet, agent.number, self.now)
        self.plan_break(agent, breaks.next_break(self.sheet, self.now, ends))

    def work_in_hand_is_done(self, agent: Agent) -> None:
        """The agent is free for what comes next, takes the break that is due, or may leave if the shift is over."""
        agent.busy = False
        if not calendar.on_duty(self.sheet, agent.number, self.now):
            self.may_leave(agent)
        elif agent.break_due <= self.now:
            self.begin_break(agent)
        else:
            self.set_free(agent)

    def set_free(self, agent: Agent) -> None:
        """An agent who is attentive, not on a break, and has nobody in hand waits for something to do."""
        if agent.attentive and not agent.free and not agent.on_break and not agent.busy:
            agent.free, agent.free_since = True, self.now
            free = self.managers if manager.is_manager(self.sheet, agent.number) else self.free
            heappush(free, (dispatch.readiness(self.sheet, agent.free_since, agent.number), agent))

    # The end of an instant

    def settle(self) -> None:
        """Close the doors, let agents leave, let free agents turn to what is first, let who was not served decide."""
        if self.doors_close:
            self.send_home()
        self.let_leave()
        self.step_in()
        if not self.newcomers and (not self.free or not (self.waiting or self.work or self.calls)):
            return
        newcomers, self.newcomers = self.newcomers, []
        for customer in newcomers:
            customer.waits, customer.noticed = True, self.attentive_here > 0
            heappush(self.queue, (self.rank(customer), customer))
        self.waiting += len(newcomers)
        self.dispatch()
        self.let_leave()
        undecided = sorted((self.rank(c), c) for c in newcomers if c.waits)
        self.waiting -= len(undecided)
        for _, customer in undecided:
            self.decide(customer)

    def let_leave(self) -> None:
        """Agents whose shift is over go home, or stay for those who still wait behind closed doors.

        A manager stays for all who are still at the desk.
        """
        kept = waiting.stays_for_the_queue(self.sheet, self.now, self.waiting)
        for agent in [agent for agent in self.leaving if agent.leaving]:
            is_manager = manager.is_manager(self.sheet, agent.number)
            if (is_manager and self.inside > 0) or (kept and not is_manager):
                self.set_free(agent)
            else:
                self.go_off(agent)
        self.leaving = [agent for agent in self.leaving if agent.leaving]

    def rank(self, customer: Customer) -> tuple[int, int]:
        """A customer's place in the queue."""
        return dispatch.rank(self.sheet, customer.segment, customer.joined, customer.key, customer.complains)

    def step_in(self) -> None:
        """Free managers turn to those who wait for them."""
        while self.managers_queue and (boss := self.next_agent(self.managers)):
            heappop(self.managers)
            _, customer = heappop(self.managers_queue)
            boss.free, boss.leaving, boss.busy = False, False, True
            self.turn_to(customer, boss)

    def dispatch(self) -> None:
        """The first of the free agents turns to what is first, and so on."""
        while agent := self.next_agent(self.free):
            customer, work, listed = self.next_customer(), self.next_work(), self.next_call()
            due = work.promise.due if work and work.promise else NEVER
            turns_to = dispatch.turns_to(
                self.sheet, self.now, customer is not None, work is not None, due, listed is not None,
                listed is not None and outreach.protected(self.sheet, self.now, self.calling),
            )  # fmt: skip
            if turns_to == dispatch.NOBODY:
                return
            heappop(self.free)
            agent.free, agent.leaving, agent.busy = False, False, True
            if turns_to == dispatch.CUSTOMER and customer:
                heappop(self.queue)
                self.leave_queue(customer)
                self.turn_to(customer, agent)
            elif turns_to == dispatch.FOLLOW_UP and work and work.promise:
                heappop(self.work)
                self.follow_up(agent, work, work.promise)
            elif listed:
                heappop(self.calls)
                self.call(agent, listed)

    def next_agent(self, free: list[tuple[Any, Agent]]) -> Agent | None:
        """Who is first among the free; entries of those who have since lost attention or left are dropped."""
        while free:
            readiness, agent = free[0]
            if agent.free and readiness == dispatch.readiness(self.sheet, agent.free_since, agent.number):
                return agent
            heappop(free)
        return None

    def next_work(self) -> Customer | None:
        """To whom the earliest date was promised; what has been done, or is not owed any more, is dropped."""
        while self.work:
            (due, _), customer = self.work[0]
            if customer.promise and customer.promise.due == due and customer.promise.done == NEVER:
                return customer
            heappop(self.work)
        return None

    def next_call(self) -> Customer | None:
        """Whom to call next, if there is time left for it this month; who need not be called any more is dropped."""
        if not self.calls:
            return None
        if self.month != outreach.month_of(self.now):
            self.month, self.spent = int(outreach.month_of(self.now)), 0
        if not outreach.within_budget(self.sheet, self.spent):
            return None
        while self.calls:
            rank, customer = self.calls[0]
            if customer.call_for != Call.NOTHING and rank == self.call_rank(customer) and not self.lapsed(customer):
                return customer
            heappop(self.calls)
        return None

    def lapsed(self, customer: Customer) -> bool:
        """Is it too long ago that this customer was lost?"""
        ends = outreach.lapse_ends(self.sheet, customer.segment, customer.listed)
        return bool(customer.call_for == Call.LAPSED and self.now >= ends)

    def next_customer(self) -> Customer | None:
        """The first in the queue; entries of those who have since left are dropped."""
        while self.queue:
            rank, customer = self.queue[0]
            if customer.waits and rank == self.rank(customer):
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
