"""The end of an instant: the queue, who turns to whom, and who does not wait."""

from heapq import heappop, heappush
from typing import Any

from servsim.event_codes import Call, Happening
from servsim.model import calendar
from servsim.model.reference.agent_work import Work
from servsim.model.reference.state import Agent, Customer, Request, Story
from servsim.model.rules import dispatch, manager, outreach, phone, recognition, waiting
from servsim.units import NEVER


class Settling(Work):
    """The end of an instant: the queue, who turns to whom, and who does not wait."""

    def settle(self) -> None:
        """Close the doors, let agents leave, let free agents turn to what is first, let who was not served decide."""
        self.take_warnings()
        if self.month_ends:
            self.learn()
        if self.doors_close:
            self.send_home()
        self.let_leave()
        self.step_in()
        if not self.newcomers and (not self.free or not (self.waiting or self.requests or self.work or self.calls)):
            return
        newcomers, self.newcomers = self.newcomers, []
        for customer in newcomers:
            customer.waits = True
            customer.noticed = phone.is_noticed(customer.phones, self.attentive_here)
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

    def step_in(self) -> None:
        """Free managers turn to those who wait for them."""
        while self.managers_queue and (boss := self.next_agent(self.managers)):
            heappop(self.managers)
            _, customer = heappop(self.managers_queue)
            self.begins_work(boss)
            self.turn_to(customer, boss)

    def dispatch(self) -> None:
        """The first of the free agents turns to what is first, and so on."""
        while agent := self.next_agent(self.free):
            customer, work, listed = self.next_customer(), self.next_work(), self.next_call()
            request = self.requests[0][1] if self.requests else None
            due = work.promise.due if work and work.promise else NEVER
            turns_to = dispatch.turns_to(
                self.sheet, self.now, customer is not None, request is not None, self.comes_first(request, customer),
                work is not None, due, listed is not None,
                listed is not None and outreach.protected(self.sheet, self.now, self.calling),
            )  # fmt: skip
            if turns_to == dispatch.NOBODY:
                return
            if turns_to == dispatch.CUSTOMER and customer:
                agent = self.own_agent(customer) or agent
            self.begins_work(agent)
            if turns_to == dispatch.CUSTOMER and customer:
                heappop(self.queue)
                self.leave_queue(customer)
                customer.crowd, customer.neglected = self.waiting, self.neglected()
                self.turn_to(customer, agent)
            elif turns_to == dispatch.REQUEST and request:
                heappop(self.requests)
                self.helps(agent, request)
            elif turns_to == dispatch.FOLLOW_UP and work and work.promise:
                heappop(self.work)
                self.follow_up(agent, work, work.promise)
            elif listed:
                heappop(self.calls)
                self.call(agent, listed)

    def rank(self, customer: Customer) -> tuple[int, int]:
        """A customer's place in the queue."""
        return dispatch.rank(
            self.sheet, customer.segment, customer.joined, customer.key, customer.visit,
            customer.complains, customer.served, customer.gap,
        )  # fmt: skip

    def comes_first(self, request: Request | None, customer: Customer | None) -> bool:
        """Does the first of the colleagues come before the first of the customers?"""
        if request is None or customer is None:
            return request is not None
        return bool(dispatch.request_rank(self.sheet, request.joined, request.key) < self.rank(customer))

    def own_agent(self, customer: Customer) -> Agent | None:
        """The agent of a customer's last visit, where such customers get their own, and the agent is free."""
        if not recognition.wants_own_agent(self.sheet, customer.segment, customer.known):
            return None
        agent = self.agents[int(recognition.place_of(customer.known))]
        return agent if agent.free and recognition.name_of(agent.number, agent.hires) == customer.known else None

    def next_agent(self, free: list[tuple[Any, Agent]]) -> Agent | None:
        """Who is first among the free; entries of those who have since lost attention or left are dropped."""
        while free:
            readiness, agent = free[0]
            if agent.free and readiness == dispatch.readiness(self.sheet, agent.free_since, agent.number):
                return agent
            heappop(free)
        return None

    def next_customer(self) -> Customer | None:
        """The first in the queue; entries of those who have since left are dropped."""
        while self.queue:
            rank, customer = self.queue[0]
            if customer.waits and rank == self.rank(customer):
                return customer
            heappop(self.queue)
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
        if self.month != calendar.month_of(self.now):
            self.month, self.spent = int(calendar.month_of(self.now)), 0
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
