"""A service desk, told as a story.

Customers arrive, wait for an agent, are served, and leave, happier or less; most come back, some do not. At home they
find out what was done wrong, and complain or swallow it; some complaints are for the manager. They tell others, who
come because of it or stay away. Colleagues want something of the desk too. Agents come on shift, do one thing at a
time, lose and regain their attention, take breaks, and go home when the work in hand is finished. While nobody waits
they do what was promised and call customers back.

Time is counted in whole ticks of one millisecond. An instant has two halves. First, all that was due happens, in no
particular order. Then the desk settles: the doors close, free agents turn to who is first in the queue, and newcomers
who were not served at once decide whether to wait. So someone whose patience ends at the very instant an agent becomes
free has already left.

Nothing here is random and no number is written here. What the world brings and what people decide are `rules`,
functions of the sheet and of uniform(seed, replication, who, visit, purpose): the same customer has the same patience
in every scenario that shares a seed, whatever the desk does.

Each part of the story has a room in `story`; read them from `people` to `settling`, or begin here, with `life`. `fast`
tells the same as one compiled loop, with rooms of the same names. The two must return the same trace, happening for
happening (tests/test_twins.py). Change them together; if they disagree, this one is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from servsim.event_codes import Call, Happening
from servsim.model.compilation import readable
from servsim.model.reference.end_of_instant import Settling
from servsim.model.reference.state import Count, Customer, Story
from servsim.model.rules import advertising, demand, outreach, recognition, training, waiting
from servsim.model.rules import internal_requests as internal
from servsim.model.rules.millionths import millionths
from servsim.model.trace import Trace, canonical, insist_fits, stocks_of, stops_of
from servsim.units import NEVER


@dataclass
class Desk(Settling):
    """The desk in one world, told from its beginning to any instant and on from there."""

    def __post_init__(self) -> None:
        """Open the book, put everyone's story on the clock."""
        self.end = int(self.sheet[0]["end"])
        self.stocks = stocks_of(self.sheet)
        self.sheet = readable(self.sheet)
        self.clock.settle = self.settle
        self.agents = [self.agent(number) for number in range(int(self.sheet[0]["all_agents"]))]
        for agent in self.agents:
            self.clock.process(self.shifts(agent))
        for key in range(int(self.sheet[0]["opening_book"])):
            self.clock.process(self.life(self.member(key), demand.first_visit(self.sheet, self.segment(key), key)))
        self.members = Count(len(self.book))
        for layer in range(int(self.sheet[0]["layers"])):
            self.clock.process(self.prospects(layer))
        if internal.has_colleagues(self.sheet):
            self.clock.process(self.colleagues())
        if training.trains(self.sheet):
            self.clock.process(self.months())
        if waiting.goes_home_at_closing(self.sheet):
            self.clock.process(self.doors())
        if outreach.calls_back(self.sheet):
            self.clock.process(self.chances_to_call())

    def member(self, key: int) -> Customer:
        """A customer of the opening book."""
        customer = self.newborn(key, in_book=True)
        customer.gap = float(demand.usual_gap(self.sheet, customer.segment, key))
        customer.served = demand.visits_behind(self.sheet, customer.segment)
        customer.known = int(recognition.known_today(self.sheet, customer.segment, key))
        self.enters(customer)
        self.note(Happening.MEMBER, key, value=millionths(customer.satisfaction))
        return customer

    def prospects(self, layer: int) -> Story:
        """Day after day, the candidates of a layer come through the door one after the other."""
        return self.arrivals(
            lambda day, number, reached: demand.candidate(
                self.sheet, day, layer, number, reached, demand.rate_of_day(self.sheet, day)
            ),
            lambda day, number: self.candidate(int(demand.prospect_key(day, layer, number)), layer),
        )

    def candidate(self, key: int, layer: int) -> None:
        """A candidate comes, if advertising brings this one, unless warned, or a customer already."""
        if advertising.comes(self.sheet, key, layer, self.now) and self.considers(key):
            self.clock.process(self.life(self.newborn(key, in_book=False), self.now))

    def life(self, customer: Customer, arrival: int) -> Story:
        """Visit after visit, until the customer does not come again."""
        self.comes_at(customer, arrival)
        while (yield from self.at_home(customer)):
            if customer.away:
                self.won_back(customer)
            customer.comes, customer.thinks, customer.call_for = NEVER, NEVER, Call.NOTHING
            self.inside += 1
            comes = yield from self.come(customer)
            self.inside -= 1
            self.comes_at(customer, comes)
            customer.visit += 1
            self.may_be_called(customer)

    def at_home(self, customer: Customer) -> Story:
        """Until it is time to come: mistakes come to light, dates fall due, years pass. False if nobody comes."""
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
            elif customer.thinks <= self.now:
                self.thinks_it_over(customer)
            else:
                return True
        return False

    def next_thing(self, customer: Customer) -> int:
        """When something next happens to a customer who is not at the desk."""
        due = customer.promise.due if customer.promise and customer.promise.is_due else NEVER
        return min(customer.comes, customer.light, customer.thinks, due)

    def tell(self, until: int) -> np.ndarray:
        """Let everything happen before an instant; the rows noted since the last telling, in canonical order."""
        while self.stocks and self.stocks[0] <= until:
            instant = self.stocks.pop(0)
            self.happen(instant)
            self.take_stock(instant)
        self.happen(until)
        told, self.rows = canonical(self.rows), []
        return told

    def happen(self, until: int) -> None:
        """Let everything happen before an instant."""
        while self.clock.peek() < until:
            self.clock.step()
            insist_fits(len(self.rows), self.now)

    def take_stock(self, instant: int) -> None:
        """Write down who is in the book at an instant, before anything happens at it, and how satisfied."""
        for customer in self.book.values():
            self.rows.append((instant, Happening.REMAINS, customer.key, -1, millionths(customer.satisfaction)))


def pieces(sheet: np.ndarray, length: int) -> Iterator[np.ndarray]:
    """The trace of the sheet's world in pieces of so many ticks, as it comes."""
    desk = Desk(sheet)
    return (desk.tell(until) for until in stops_of(sheet, length))


def simulate(sheet: np.ndarray) -> Trace:
    """The whole trace of the sheet's world."""
    desk = Desk(sheet)
    return Trace(desk.tell(desk.end))
