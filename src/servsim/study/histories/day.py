"""A day at the desk as data: its visits, what each agent did spell by spell, how many waited and worked."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from servsim.event_codes import Happening
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.calendar import on_duty
from servsim.model.compilation import readable
from servsim.model.rules.attention_lapses import HALF_THERE
from servsim.scenario.scenario import Scenario
from servsim.study.histories.customers import AGENT, OF_THE_MONTH, TICK, WHAT, Wanted, World, day_at_the_desk
from servsim.study.histories.visits import Fate, Request, Visit, requests, visits
from servsim.units import DAY, WEEK


class Doing(StrEnum):
    """What an agent or manager does for a while."""

    OFF = "off"
    IDLE = "free"
    VISITING = "visiting"
    INATTENTIVE = "inattentive"
    BREAK = "break"
    FOLLOWING_UP = "following up"
    CALLING = "calling"
    HELPING = "helping a colleague"
    WRITING = "writing up"
    """Does what a visit has left to do."""
    HELD = "held"
    """Stays with a customer while the manager talks."""
    TALKING = "manager's talk"


BEGINS = {H.STARTED: Doing.VISITING, H.TOOK_UP: Doing.FOLLOWING_UP, H.CALLED: Doing.CALLING, H.HELPING: Doing.HELPING,
          H.STEPPED_IN: Doing.TALKING, H.WRITES_UP: Doing.WRITING}  # fmt: skip
"""What agents and managers begin."""
ENDS = (H.FINISHED, H.FOLLOWED_UP, H.HUNG_UP, H.HELPED, H.STEPPED_BACK, H.RELEASED, H.WROTE_UP)
"""The ends of it."""
TURNS: dict[int, tuple[str, bool]] = {
    H.CAME_ON: ("here", True),
    H.WENT_OFF: ("here", False),
    H.LOST_ATTENTION: ("attentive", False),
    H.REGAINED_ATTENTION: ("attentive", True),
    H.WENT_ON_BREAK: ("resting", True),
    H.CAME_BACK: ("resting", False),
}
"""What these rows turn, and to what."""


@dataclass(frozen=True)
class Spell:
    """What an agent does between two instants, and with whom; −1 with nobody.

    Inattentive is an agent whose work stands still meanwhile, or who has none: as the metrics count it. Who serves
    inattentively all the same is visiting, and not attentive.
    """

    begins: int
    ends: int
    doing: Doing
    attentive: bool = True
    who: int = -1


@dataclass
class Agent:
    """An agent while rows are read."""

    pauses: bool
    here: bool
    attentive: bool = True
    resting: bool = False
    work: Doing = Doing.IDLE
    who: int = -1

    def reads(self, what: H, who: int, value: int) -> None:
        """One more row of this agent."""
        if what == H.CAME_ON:
            self.attentive, self.resting = True, False
        if what in TURNS:
            setattr(self, *TURNS[what])
        elif what in BEGINS:
            self.work, self.who = BEGINS[what], who
        elif what == H.ESCALATED and value == 1:
            self.work, self.who = Doing.HELD, who
        elif what in ENDS:
            self.work, self.who = Doing.IDLE, -1

    def spell(self, begins: int, ends: int) -> Spell:
        """What the agent does now, for so long."""
        if not self.here:
            return Spell(begins, ends, Doing.OFF)
        if self.resting:
            return Spell(begins, ends, Doing.BREAK)
        idles = self.work == Doing.IDLE or (self.pauses and self.work != Doing.HELD)
        doing = Doing.INATTENTIVE if idles and not self.attentive else self.work
        return Spell(begins, ends, doing, self.attentive, self.who)


def spells(sheet: np.ndarray, rows: np.ndarray, agent: int, begins: int, ends: int) -> list[Spell]:
    """All that an agent does between two instants, without gap or overlap, from rows that begin some time before.

    `rows` must reach back further than any visit, shift or break lasts, but for shifts without end.
    """
    own = rows[(rows[:, AGENT] == agent) & ~np.isin(rows[:, WHAT], OF_THE_MONTH)]
    return list(joined(told(at_first(sheet, own, agent, begins), own, begins, ends)))


def at_first(sheet: np.ndarray, own: np.ndarray, agent: int, begins: int) -> Agent:
    """An agent before the first of these rows: what the first turn of each kind turns from."""
    first: dict[str, bool] = {}
    for what in own[:, WHAT].tolist():
        if what in TURNS:
            attribute, value = TURNS[what]
            first.setdefault(attribute, not value)
    since = int(own[0, TICK]) if len(own) else begins
    here = first.get("here", bool(on_duty(readable(sheet), agent, since)))
    pauses = bool(sheet[0]["while_serving"] != HALF_THERE)
    return Agent(pauses, here, here is False or first.get("attentive", True), here and first.get("resting", False))


def told(agent: Agent, own: np.ndarray, begins: int, ends: int) -> Iterator[Spell]:
    """Spell after spell within two instants, as the rows of an agent tell them."""
    since = begins
    for tick, what, who, _, value in own.tolist():
        if since < min(tick, ends):
            yield agent.spell(since, min(tick, ends))
            since = tick
        agent.reads(H(what), who, value)
    if since < ends:
        yield agent.spell(since, ends)


def joined(some: Iterator[Spell]) -> Iterator[Spell]:
    """Spells, those in which the same goes on made one."""
    last: Spell | None = None
    for spell in some:
        if last and (last.doing, last.attentive, last.who) == (spell.doing, spell.attentive, spell.who):
            last = Spell(last.begins, spell.ends, last.doing, last.attentive, last.who)
            continue
        if last:
            yield last
        last = spell
    if last:
        yield last


Steps = tuple[np.ndarray, np.ndarray]
"""(instants, levels), both int64: from each instant on there are so many, up to the next; the first is the day's."""


@dataclass(frozen=True)
class Day:
    """A day at the desk: its visits in the order of their coming, and what each agent did from its begin to its end.

    `earlier` are visits of the day before that were not over when the day began. Instants are ticks from the beginning
    of the horizon.
    """

    scenario: Scenario
    number: int
    ends: int
    """The first instant after the day, or the end of the horizon."""
    visits: list[Visit]
    earlier: list[Visit] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    """What colleagues asked on the day, or had asked the day before and not been given."""
    agents: dict[int, list[Spell]] = field(default_factory=dict)
    """Spells by agent; managers come after the agents of the desk."""
    desk_agents: int = 0

    @property
    def begins(self) -> int:
        """The first instant of the day."""
        return self.number * DAY

    def fates(self) -> dict[Fate, int]:
        """How many of the day's visits came to what; together they are the day's arrivals."""
        return {fate: sum(visit.fate is fate for visit in self.visits) for fate in Fate}

    def queue(self, by_phone: bool | None = None) -> Steps:
        """How many wait for an agent over the day; only callers, or only those at the counter, where that is asked."""
        waits = [v for v in (*self.earlier, *self.visits) if by_phone is None or v.by_phone is by_phone]
        return steps(((visit.arrived, visit.waited_until) for visit in waits), self.begins, self.ends)

    def busy(self) -> Steps:
        """How many agents of the desk have a customer, a colleague or a promise in hand over the day."""
        return self.counted(lambda spell: spell.who >= 0)

    def doing(self, *doing: Doing) -> Steps:
        """How many agents of the desk do one of these things over the day."""
        return self.counted(lambda spell: spell.doing in doing)

    def counted(self, wanted: Callable[[Spell], bool]) -> Steps:
        """How many agents of the desk are in a wanted spell over the day."""
        own = (spell for agent, some in self.agents.items() if agent < self.desk_agents for spell in some)
        return steps(((spell.begins, spell.ends) for spell in own if wanted(spell)), self.begins, self.ends)


def steps(spans: Iterable[tuple[int, int | None]], begins: int, ends: int) -> Steps:
    """How many spans are open over a while; None for the end of one that stays open."""
    turns = defaultdict(int, {begins: 0})
    for opens, closes in spans:
        turns[max(opens, begins)] += 1
        turns[max(ends if closes is None else closes, begins)] -= 1
    instants = np.array(sorted(tick for tick in turns if tick < ends), np.int64)
    return instants, np.cumsum([turns[tick] for tick in instants.tolist()], dtype=np.int64)


def first_day(world: World) -> int:
    """A day to look at where none is asked for: the first with visits after the first week, else the first at all.

    In the first week the opening book comes in as it was set up; later visits come of earlier ones.
    """
    for since in (WEEK, 0):
        row = world.first(came_since(since))
        if row is not None:
            return int(row[TICK] // DAY)
    return 0


def came_since(since: int) -> Wanted:
    """The rows of those who come from an instant on."""
    return lambda rows: (rows[:, WHAT] == Happening.ARRIVED) & (rows[:, TICK] >= since)


def day_of(world: World, number: int) -> Day:
    """A day of a world; ServsimError where nothing happens on it."""
    rows = day_at_the_desk(world, number)
    begins, ends = number * DAY, min((number + 1) * DAY, int(world.sheet[0]["end"]))
    known = visits(world, rows)
    return Day(
        world.scenario, number, ends,
        [visit for visit in known if begins <= visit.arrived < ends],
        [visit for visit in known if visit.arrived < begins and (visit.left is None or visit.left >= begins)],
        [ask for ask in requests(rows) if ask.asked < ends and (ask.helped is None or ask.helped >= begins)],
        {agent: spells(world.sheet, rows, agent, begins, ends) for agent in range(int(world.sheet[0]["all_agents"]))},
        int(world.sheet[0]["desk_agents"]),
    )  # fmt: skip
