"""Visits, each from coming to leaving, how long they wait, and how long they would have waited."""

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from servsim.event_codes import Happening, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.compilation import readable
from servsim.model.rules.phone import by_phone
from servsim.model.rules.quality_and_satisfaction import judges
from servsim.model.rules.waiting import leaves_at_once, patience
from servsim.study.histories.customers import TICK, VALUE, WHAT, WHO, World, is_colleague, name_of
from servsim.study.histories.departures import Staying, staying
from servsim.units import MILLIONTHS, MINUTE, NEVER, WEEK


class Fate(StrEnum):
    """What became of a visit."""

    SERVED = "served"
    ABANDONED = "abandoned"
    BALKED = "balked"
    BLOCKED = "blocked"
    SENT_HOME = "sent home"
    INSIDE = "still inside"


UNSERVED = {H.ABANDONED: Fate.ABANDONED, H.BALKED: Fate.BALKED, H.BLOCKED: Fate.BLOCKED, H.SENT_HOME: Fate.SENT_HOME}
"""The ends of visits that never began."""


@dataclass(frozen=True)
class Visit:
    """One coming to the desk; instants are None where they were not reached before the rows end."""

    who: int
    number: int
    """Which visit of this customer, from 0."""
    segment: int
    by_phone: bool
    patience: int | None
    """Ticks that this customer would wait on this visit, 0 for who does not wait at all; None: for ever."""
    arrived: int
    started: int | None = None
    agent: int | None = None
    finished: int | None = None
    """When the agent was done; the customer may then stay for the manager."""
    stepped_in: int | None = None
    """When the manager's talk began."""
    manager: int | None = None
    left: int | None = None
    fate: Fate = Fate.INSIDE
    quality: float | None = None
    """0 to 10; None where nobody judges, or nobody was served."""
    satisfaction: float | None = None
    """0 to 10, after the visit; None where it was not judged."""
    spent: float = 0.0
    """Money."""
    reason: Reason = Reason.NONE
    """Why the customer left the book with this visit."""
    then: frozenset[H] = frozenset()
    """All that was told of the customer as they left: WON, LOST, RETRIES, BOUGHT …"""

    @property
    def name(self) -> str:
        """The customer's name, as a person types it."""
        return name_of(self.who)

    @property
    def waited_until(self) -> int | None:
        """The instant at which the wait in the queue was over."""
        return self.left if self.started is None else self.started


@dataclass(frozen=True)
class Request:
    """What a colleague asks of the desk; instants are None where they were not reached before the rows end."""

    who: int
    asked: int
    started: int | None = None
    agent: int | None = None
    helped: int | None = None

    @property
    def name(self) -> str:
        """Which colleague, as a person types it."""
        return name_of(self.who)


def visits(world: World, rows: np.ndarray) -> list[Visit]:
    """All visits that begin in these rows, in the order of coming."""
    found = [visit for who, own in by_who(rows).items() if not is_colleague(who) for visit in visits_of(world, own)]
    return sorted(found, key=lambda visit: (visit.arrived, visit.who))


def requests(rows: np.ndarray) -> list[Request]:
    """All that colleagues ask in these rows, in the order of asking."""
    found = [request_of(own) for who, own in by_who(rows).items() if is_colleague(who) and own[0][WHAT] == H.ASKED]
    return sorted(found, key=lambda request: (request.asked, request.who))


def by_who(rows: np.ndarray) -> dict[int, list[list[int]]]:
    """Rows by the person they are about."""
    people: dict[int, list[list[int]]] = defaultdict(list)
    for row in rows[rows[:, WHO] >= 0].tolist():
        people[row[WHO]].append(row)
    return people


def request_of(own: list[list[int]]) -> Request:
    """A colleague's request, from all its rows."""
    turns = {what: (tick, agent) for tick, what, _, agent, _ in own}
    started, agent = turns.get(H.HELPING, (None, None))
    return Request(own[0][WHO], own[0][TICK], started, agent, turns.get(H.HELPED, (None, None))[0])


def visits_of(world: World, own: list[list[int]]) -> list[Visit]:
    """A customer's visits, from all rows of that customer."""
    found: list[Visit] = []
    beside: dict[int, list[list[int]]] = defaultdict(list)
    for row in own:
        tick, what, who, agent, value = row
        if what == H.ARRIVED:
            found.append(newcomer(world, who, value, tick))
        elif found and found[-1].left in (None, tick):
            found[-1] = after(found[-1], tick, H(what), agent, value)
        beside[tick].append(row)
    return [visit if visit.left is None else departed(world, visit, beside[visit.left]) for visit in found]


def patience_of(sheet: np.ndarray, segment: int, who: int, visit: int) -> int:
    """Ticks that a visit would wait, as the rules have it."""
    return 0 if leaves_at_once(sheet, segment, who, visit) else int(patience(sheet, segment, who, visit))


def newcomer(world: World, who: int, number: int, tick: int) -> Visit:
    """A visit as it begins, with what only the rules know."""
    sheet, segment = readable(world.sheet), world.segment(who)
    ticks = patience_of(sheet, segment, who, number)
    calls = bool(by_phone(sheet, segment, who, number))
    return Visit(who, number, segment, calls, ticks if ticks < NEVER else None, tick)


def after(visit: Visit, tick: int, what: H, agent: int, value: int) -> Visit:
    """A visit after one more row of its customer."""
    if what in UNSERVED:
        return replace(visit, left=tick, fate=UNSERVED[what])
    if what == H.STARTED:
        return replace(visit, started=tick, agent=agent)
    if what == H.FINISHED:
        return replace(visit, finished=tick, left=tick, fate=Fate.SERVED, quality=value / MILLIONTHS)
    if what == H.ESCALATED:
        return replace(visit, left=None)
    if what == H.STEPPED_IN:
        return replace(visit, stepped_in=tick, manager=agent)
    if what == H.STEPPED_BACK:
        return replace(visit, left=tick)
    return visit


def departed(world: World, visit: Visit, beside: list[list[int]]) -> Visit:
    """A visit that is over, with what was told of the customer at that instant."""
    told: dict[int, list[int]] = defaultdict(list)
    for _, what, _, _, value in beside:
        told[what].append(value)
    judging = judges(readable(world.sheet), visit.segment)
    return replace(
        visit,
        quality=visit.quality if judging else None,
        satisfaction=last_level(told) / MILLIONTHS if told[H.JUDGED] else None,
        spent=sum(told[H.BOUGHT]) / MILLIONTHS,
        reason=Reason(told[H.LOST][0]) if told[H.LOST] else Reason.NONE,
        then=frozenset(H(what) for what, values in told.items() if values),
    )


def last_level(told: dict[int, list[int]]) -> int:
    """Satisfaction when an instant is over at which it was judged, perhaps twice: rows have it by size, not in order.

    It ends at the highest where something was made good, at the lowest where something failed; between them where both.
    """
    levels = sorted(told[H.JUDGED])
    rose, fell = (
        any(told[what] for what in some) for some in ((H.RECOVERED, H.KEPT), (H.FAILED, H.LET_DOWN, H.COOLED))
    )
    return levels[len(levels) // 2] if rose == fell else levels[-1] if rose else levels[0]


ENDS = {Happening.STARTED: "served", Happening.ABANDONED: "gave up", Happening.SENT_HOME: "sent home at closing"}
"""How a wait ends; who balks or finds no place does not begin one."""
ASKED = 5000
"""Visits, evenly picked, that are asked for their patience."""


@dataclass(frozen=True, eq=False)
class Waits:
    """Every wait of a world after its warm-up.

    minutes, ended: (visits,) how long each lasted, and the happening that ended it. willing: (asked,) minutes that
    visits would wait before giving up, for ever being infinite.
    """

    world: World
    minutes: np.ndarray
    ended: np.ndarray
    willing: np.ndarray

    def of(self, end: int) -> np.ndarray:
        """Minutes of the waits that ended so."""
        some: np.ndarray = self.minutes[self.ended == end]
        return some

    def patience(self, confidence: float) -> Staying | None:
        """Share that still waits, against minutes, as a desk can know it; None where nobody gave up.

        Whoever is served, or sent home, would have waited longer, and nobody knows how long: such waits are censored.
        Who is served at once has told nothing, not even whether they would have waited at all.
        """
        told = (self.ended != Happening.STARTED) | (self.minutes > 0)
        gave_up = self.ended[told] == Happening.ABANDONED
        return staying(self.minutes[told], gave_up, confidence) if gave_up.any() else None


def waits_of(world: World) -> Waits:
    """All waits of a world, visits counted as metrics count them: by the instant they arrive."""
    warmup = world.scenario.horizon.warmup_weeks * WEEK
    rows = world.rows(lambda piece: np.isin(piece[:, WHAT], [*ENDS, Happening.ARRIVED]))
    came = rows[:, WHAT] == Happening.ARRIVED
    over = rows[~came & (rows[:, TICK] - rows[:, VALUE] >= warmup)]
    return Waits(world, over[:, VALUE] / MINUTE, over[:, WHAT], willing(world, rows[came]))


def willing(world: World, came: np.ndarray) -> np.ndarray:
    """(asked,) minutes of patience of some of the visits that came, evenly picked; came: their rows."""
    picked = came[np.linspace(0, len(came) - 1, min(ASKED, len(came))).astype(int)]
    sheet = readable(world.sheet)
    found = np.array(
        [patience_of(sheet, world.segment(who), who, visit) for who, visit in picked[:, [WHO, VALUE]].tolist()]
    )
    return np.where(found < NEVER, found / MINUTE, np.inf)
