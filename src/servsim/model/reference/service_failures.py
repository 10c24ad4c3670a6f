"""What goes wrong and is put right: mistakes, complaints, promises, and what a call changes."""

from heapq import heappush

from servsim.event_codes import By, Call, Happening, Purpose, Reason, Remedy
from servsim.model.reference.internal_requests import Colleagues
from servsim.model.reference.state import Agent, Customer, Promise, Story
from servsim.model.rules import dispatch, loyalty, outreach, promises, recovery, word_of_mouth
from servsim.units import NEVER


class Failures(Colleagues):
    """What goes wrong and is put right: mistakes, complaints, promises, and what a call changes."""

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
            self.comes_at(customer, int(recovery.complaint_visit(self.sheet, customer.key, customer.visit, self.now)))
            return
        customer.told = (customer.unrecovered and customer.told) or reason == Reason.BROKEN_PROMISE
        customer.unrecovered = True
        self.tells(customer, word_of_mouth.about(reason))
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
            before, self.loyal_satisfaction(customer), customer.should, self.now, purpose, reason,
        )  # fmt: skip
        if why != Reason.NONE:
            self.lost(customer, int(why))

    def complained(self, customer: Customer, remedy: int, by: By) -> int:
        """What an extra visit to complain leads to; the instant of the next visit, NEVER if there is none."""
        customer.complains = False
        was_in_book = customer.in_book
        self.remedied(customer, remedy, by)
        self.tells(customer, word_of_mouth.about_complaint(remedy))
        if customer.in_book:
            return self.next_visit(customer)
        return customer.comes if was_in_book else self.gone(customer)

    def remedied(self, customer: Customer, remedy: int, by: By) -> None:
        """What became of a complaint: the customer is won over again, or let down a second time."""
        if customer.promise and not customer.promise.is_due:
            customer.promise = None
        customer.unrecovered = customer.told = remedy == Remedy.FAILED
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

    def answers(self, customer: Customer) -> None:
        """What a call changes for the customer."""
        who = (self.sheet, customer.segment, customer.key, customer.visit)
        called_for, customer.call_for = customer.call_for, Call.NOTHING
        still_hurt = customer.unrecovered and called_for != Call.LAPSED
        if still_hurt and outreach.call_recovers(*who, called_for, self.now - customer.failed):
            self.recovered(customer, By.CALL)
        if called_for == Call.LAPSED:
            if outreach.call_wins_back(*who):
                self.won_back(customer)
                self.comes_otherwise(customer, int(outreach.returns(*who, self.now)))
        elif called_for == Call.OVERDUE:
            sooner = int(outreach.reminded(*who, self.now))
            if sooner < customer.comes:
                self.comes_otherwise(customer, sooner)

    def comes_otherwise(self, customer: Customer, arrival: int) -> None:
        """A call has changed when the customer comes: the story goes on from here."""
        customer.calls += 1
        self.clock.process(self.life(customer, arrival))
