"""A day at the desk as data: its visits, what each agent did, and how many waited and worked at each instant."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from servsim.event_codes import Happening
from servsim.scenario.scenario import Scenario
from servsim.study.follow.spells import Doing, Spell, spells
from servsim.study.follow.visits import Fate, Request, Visit, requests, visits
from servsim.study.histories.customers import TICK, WHAT, Wanted, World, day_at_the_desk
from servsim.units import DAY, WEEK

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
