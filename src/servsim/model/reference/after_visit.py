"""What follows a visit, served or not: judging, buying, staying, coming again."""

from servsim.event_codes import By, Happening, Purpose, Reason
from servsim.model.reference.service_failures import Failures
from servsim.model.reference.state import Agent, Customer
from servsim.model.rules import demand, loyalty, mistakes, recovery, spending, waiting, word_of_mouth
from servsim.model.rules import quality_and_satisfaction as quality
from servsim.model.rules.millionths import millionths
from servsim.model.rules.visit_length_and_quality import main_reason
from servsim.units import NEVER


class Afterwards(Failures):
    """What follows a visit, served or not: judging, buying, staying, coming again."""

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
            self.tells(customer, word_of_mouth.AFTER_VISIT)
            comes = self.bought_or_not(customer, points, main_reason(reason, size, disappointment))
        if comes < NEVER and not customer.away:
            self.promise(customer, agent)
        return comes

    def bought_or_not(self, customer: Customer, points: float, reason: int) -> int:
        """Customers spend, and stay or not; prospects buy or not, and become customers or not."""
        customer.reason = reason
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
            customer.gap, customer.served, self.loyal_satisfaction(customer), customer.should, self.now,
        ):  # fmt: skip
            return self.gone(customer)
        self.enters(customer)
        self.note(Happening.WON, customer.key, value=millionths(self.outlook(customer, self.now)))
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
        self.tells(customer, word_of_mouth.IN_VAIN)
        if not in_vain:
            customer.reason = Reason.ABANDONED
            return self.next_visit_or_lost(customer, Reason.ABANDONED)
        customer.unrecovered, customer.told = recovery.recovers(self.sheet, customer.segment), False
        self.leaves_over_failure(customer, before, Purpose.STAY, Reason.ABANDONED)
        return self.next_visit(customer) if customer.in_book else customer.comes

    def spend(self, customer: Customer) -> None:
        """The customer pays."""
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        basket = spending.basket(*who, customer.served, customer.gap)
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

    def next_visit_or_lost(self, customer: Customer, reason: int) -> int:
        """A customer of the book stays, or leaves it for a reason."""
        why = loyalty.leaves(
            self.sheet, customer.segment, customer.key, customer.visit,
            customer.gap, customer.served, self.loyal_satisfaction(customer), customer.should, self.now, reason,
        )  # fmt: skip
        if why == Reason.NONE:
            return self.next_visit(customer)
        self.lost(customer, int(why))
        return customer.comes
