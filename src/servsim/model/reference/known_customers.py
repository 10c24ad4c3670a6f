"""The people: who is known, what they think, when they come, and whether to call them."""

from heapq import heappush

from servsim.event_codes import Call, Happening, Reason
from servsim.model.reference.state import Customer, State, Story
from servsim.model.rules import competitors, demand, loyalty, outreach, recovery
from servsim.model.rules import quality_and_satisfaction as quality
from servsim.model.rules.millionths import millionths
from servsim.units import NEVER


class People(State):
    """The people: who is known, what they think, when they come, and whether to call them."""

    def segment(self, key: int) -> int:
        """Which segment a customer belongs to."""
        return int(demand.segment_of(self.sheet, key))

    def newborn(self, key: int, in_book: bool) -> Customer:
        """A person who has not been here in this world."""
        segment = self.segment(key)
        before = quality.before_the_first_visit(self.sheet, segment, in_book)
        asked = quality.expected_before(self.sheet, segment, in_book)
        return Customer(key, segment, before, asked, asked, in_book)

    def enters(self, customer: Customer) -> None:
        """A customer is in the book from now on."""
        customer.in_book, customer.away = True, False
        self.book[customer.key] = customer
        self.members.add(1, self.now)

    def judge(self, customer: Customer, points: float) -> float:
        """The customer makes up their mind about a visit; how far expectation darkened it."""
        if not quality.judges(self.sheet, customer.segment):
            return 0.0
        customer.satisfaction, customer.will, customer.should, disappointment = quality.judged(
            self.sheet, customer.segment, customer.served,
            customer.satisfaction, customer.will, customer.should, points, self.now,
        )  # fmt: skip
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

    def outlook(self, customer: Customer, now: int) -> float:
        """The yearly retention that a customer's present satisfaction implies at an instant."""
        return float(
            loyalty.yearly_retention(
                self.sheet, customer.segment, customer.gap, self.loyal_satisfaction(customer), customer.served,
                customer.should, now,
            )
        )  # fmt: skip

    def next_visit(self, customer: Customer) -> int:
        """When a customer of the book comes again."""
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        return int(demand.next_visit(*who, customer.gap, self.now))

    def comes_at(self, customer: Customer, instant: int) -> None:
        """A customer's next visit is known, and so is when to think again about it."""
        customer.comes = instant
        customer.thinks = NEVER
        if customer.in_book and not customer.complains:
            who = (self.sheet, customer.segment)
            customer.thinks = int(loyalty.thinks_again(*who, customer.gap, self.now, instant))

    def thinks_it_over(self, customer: Customer) -> None:
        """Long before the next visit a customer decides whether to come again."""
        self.note(Happening.THOUGHT_AGAIN, customer.key)
        why = loyalty.leaves_at_home(
            self.sheet, customer.segment, customer.key, customer.visit, customer.comes, customer.served,
            self.loyal_satisfaction(customer), customer.should, self.now, int(customer.reason),
        )  # fmt: skip
        if why == Reason.NONE:
            self.comes_at(customer, customer.comes)
        else:
            self.lost(customer, int(why))
            self.may_be_called(customer)

    def lost(self, customer: Customer, why: int) -> None:
        """A customer leaves the book, may be called for a while, and may come back from a rival."""
        del self.book[customer.key]
        self.members.add(-1, self.now)
        self.note(Happening.LOST, customer.key, value=why)
        customer.in_book = False
        customer.light = customer.thinks = NEVER
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        customer.comes = int(competitors.comes_back(*who, customer.gap, self.now, why))
        customer.away = customer.comes < NEVER
        customer.promise = None
        may_be_won_back = outreach.may_be_won_back(self.sheet, customer.segment, why)
        customer.call_for = Call.LAPSED if may_be_won_back else Call.NOTHING

    def won_back(self, customer: Customer) -> None:
        """A customer who was lost is in the book again."""
        self.enters(customer)
        self.note(Happening.WON_BACK, customer.key, value=millionths(self.outlook(customer, self.now)))

    def gone(self, customer: Customer) -> int:
        """A prospect will not come again, unless something that went wrong comes to light."""
        customer.promise = None
        if customer.light == NEVER:
            self.note(Happening.GONE, customer.key)
        return NEVER

    def may_be_called(self, customer: Customer) -> None:
        """Put a customer who has left, or swallowed a failure, on the list of those to call; others once overdue."""
        if not outreach.is_called_back(self.sheet, customer.segment) or customer.complains:
            return
        if customer.in_book:
            was_late = customer.call_for == Call.OVERDUE
            customer.call_for = outreach.listed_for(customer.unrecovered, customer.told)
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
