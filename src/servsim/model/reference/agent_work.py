"""A visit from arrival to departure, the manager's talks, work on promises, and calls."""

from heapq import heappush

from servsim.event_codes import By, Happening, Remedy
from servsim.model.reference.after_visit import Afterwards
from servsim.model.reference.state import Agent, Customer, Promise, Story
from servsim.model.rules import after_visit_work, dispatch, manager, outreach, phone, promises, recognition, waiting
from servsim.model.rules.millionths import millionths
from servsim.model.rules.visit_length_and_quality import visit
from servsim.units import NEVER


class Work(Afterwards):
    """A visit from arrival to departure, the manager's talks, work on promises, and calls."""

    def come(self, customer: Customer) -> Story:
        """One coming to the desk; the instant of the next."""
        customer.joined = self.now
        customer.phones = phone.by_phone(self.sheet, customer.segment, customer.key, customer.visit)
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
        if customer.phones:
            self.note(Happening.RANG_OFF, customer.key, value=waited)
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

    def leave_queue(self, customer: Customer) -> None:
        """A customer waits no longer."""
        customer.waits = False
        self.waiting -= 1

    def serve(self, customer: Customer, agent: Agent) -> Story:
        """The agent serves the customer; the instant of the next visit."""
        now, waited = self.now, self.now - customer.joined
        self.note(Happening.STARTED, customer.key, agent.number, waited)
        if customer.phones:
            self.note(Happening.PICKED_UP, customer.key, agent.number, waited)
        name = recognition.name_of(agent.number, agent.hires)
        ends, care, clarifying, soothing, points, reason, size, wrong, remedy, recognised, after, done = visit(
            self.sheet, customer.segment, customer.key, customer.visit,
            agent.number, agent.day, agent.spell, agent.spell_ends, agent.knowledge, agent.cases, agent.tiredness, name,
            now, waited, customer.noticed, customer.crowd, customer.neglected, customer.known,
            customer.written, customer.complains, customer.failed, customer.satisfaction,
        )  # fmt: skip
        agent.cases += 1
        customer.known = int(name)
        yield self.clock.until(ends)
        self.note(Happening.FINISHED, customer.key, agent.number, millionths(points))
        if recognised:
            self.note(Happening.RECOGNISED, customer.key, agent.number)
        for what, ticks in (
            (Happening.CARED, care), (Happening.CLARIFIED, clarifying), (Happening.SOOTHED, soothing)
        ):  # fmt: skip
            if ticks > 0:
                self.note(what, customer.key, agent.number, ticks)
        by = By.AGENT
        if remedy == Remedy.ESCALATED:
            remedy, by = (yield from self.step_back(customer, agent)), By.MANAGER
        else:
            self.turns_away(customer, agent, int(after), int(done))
        return self.served(customer, agent, points, reason, size, wrong, remedy, by)

    def turns_away(self, customer: Customer, agent: Agent, after: int, done: int) -> None:
        """The customer has gone; the agent does what the visit has left to do, if anything."""
        customer.written = int(after_visit_work.last_written_up(customer.visit, after, customer.written))
        if after == 0:
            self.work_in_hand_is_done(agent)
            return
        self.note(Happening.WRITES_UP, customer.key, agent.number)
        self.clock.process(self.off_the_desk(agent, done, customer.key, Happening.WROTE_UP, after))

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

    def follow_up(self, agent: Agent, customer: Customer, promise: Promise) -> None:
        """An agent begins to do what was promised."""
        self.note(Happening.TOOK_UP, customer.key, agent.number)
        work = promises.follow_up_work(self.sheet, customer.segment, customer.key, promise.visit)
        promise.done = self.work_ends(agent, work)
        self.clock.process(self.off_the_desk(agent, promise.done, customer.key, Happening.FOLLOWED_UP, work))

    def call(self, agent: Agent, customer: Customer) -> None:
        """An agent begins to call a customer, who is won over, comes back, comes sooner, or nothing of the kind."""
        self.note(Happening.CALLED, customer.key, agent.number, customer.call_for)
        work = outreach.call_work(self.sheet)
        self.spent += work
        self.calling += 1
        self.answers(customer)
        ends = self.work_ends(agent, work)
        self.clock.process(self.off_the_desk(agent, ends, customer.key, Happening.HUNG_UP, work))

    def chances_to_call(self) -> Story:
        """The desk wakes when calls become possible by themselves."""
        while (chance := outreach.next_chance(self.sheet, self.now)) < self.end:
            yield self.clock.until(chance)
