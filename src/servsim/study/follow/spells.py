"""What an agent does, spell by spell: free, with a customer, lost in thought, on a break, away."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the figures
from servsim.model.calendar import on_duty
from servsim.model.compilation import readable
from servsim.model.rules.attention_lapses import HALF_THERE
from servsim.study.histories.customers import AGENT, OF_THE_MONTH, TICK, WHAT


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
    HELD = "held"
    """Stays with a customer while the manager talks."""
    TALKING = "manager's talk"


BEGINS = {H.STARTED: Doing.VISITING, H.TOOK_UP: Doing.FOLLOWING_UP, H.CALLED: Doing.CALLING, H.HELPING: Doing.HELPING,
          H.STEPPED_IN: Doing.TALKING}  # fmt: skip
"""What agents and managers begin."""
ENDS = (H.FINISHED, H.FOLLOWED_UP, H.HUNG_UP, H.HELPED, H.STEPPED_BACK, H.RELEASED)
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

    Inattentive is an agent whose work stands still meanwhile, or who has none: as the figures count it. Who serves
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
