"""The agents: shifts, attention, breaks, what they learn, and who is free."""

from heapq import heappush

from servsim.event_codes import Happening
from servsim.model import calendar
from servsim.model.reference.known_customers import People
from servsim.model.reference.state import Agent, Story
from servsim.model.rules import attention_lapses as attention
from servsim.model.rules import breaks, dispatch, manager, training
from servsim.model.rules import load_and_fatigue as load
from servsim.model.rules.millionths import millionths
from servsim.units import NEVER


class Agents(People):
    """The agents: shifts, attention, breaks, what they learn, and who is free."""

    def agent(self, number: int) -> Agent:
        """A member of staff, with what they know today."""
        return Agent(
            number, knowledge=float(training.knowledge_today(self.sheet, number)),
            cases=int(training.cases_today(self.sheet)),
        )  # fmt: skip

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
        agent.tiredness, agent.tired_since = 0.0, self.now
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

    def begins_work(self, agent: Agent) -> None:
        """A free agent begins something, rested since the last."""
        agent.free, agent.leaving, agent.busy = False, False, True
        self.tires(agent, was_busy=False)

    def work_ends(self, agent: Agent, work: int) -> int:
        """When work is done that an agent begins now."""
        ends, _ = attention.visit_under_attention(
            self.sheet, agent.number, agent.day, agent.spell, agent.spell_ends, self.now, work
        )
        return int(ends)

    def off_the_desk(self, agent: Agent, ends: int, who: int, what: Happening, work: int) -> Story:
        """An agent works on a promise or after a visit, or calls a customer, until it is done."""
        yield self.clock.until(ends)
        self.note(what, who, agent.number, work)
        if what == Happening.HUNG_UP:
            self.calling -= 1
        self.work_in_hand_is_done(agent)

    def work_in_hand_is_done(self, agent: Agent) -> None:
        """The agent is free for what comes next, takes the break that is due, or may leave if the shift is over."""
        agent.busy = False
        self.tires(agent, was_busy=True)
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

    def tires(self, agent: Agent, was_busy: bool) -> None:
        """What the time since the agent last began or ended something has done."""
        agent.tiredness = float(
            load.tiredness_after(self.sheet, agent.tiredness, was_busy, self.now - agent.tired_since)
        )
        agent.tired_since = self.now

    def months(self) -> Story:
        """Month after month ends; what it taught is taken in when the instant settles."""
        while (ends := int(calendar.next_month(self.now))) < self.end:
            yield self.clock.until(ends)
            self.month_ends = True

    def learn(self) -> None:
        """A month is over: agents have learnt and forgotten, and some are replaced by newcomers."""
        self.month_ends = False
        for agent in (agent for agent in self.agents if not manager.is_manager(self.sheet, agent.number)):
            if training.is_replaced(self.sheet, agent.number, calendar.month_of(self.now)):
                self.note(Happening.REPLACED, agent=agent.number)
                agent.hires += 1
                agent.knowledge, agent.cases = training.newcomer(self.sheet)
            else:
                agent.knowledge = float(training.knowledge_after(self.sheet, agent.knowledge))
            self.note(Happening.LEARNED, agent=agent.number, value=millionths(agent.knowledge))
