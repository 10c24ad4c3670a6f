"""The event log of a world: every happening as a row that other tools read, and the visits as animations want them.

Two kinds of tools read it as it is. *vidigi*, which animates desks, reads `entity_id`, `event_type`, `event`, `time` in
minutes, `pathway` and `resource_id`, counted from 1. It wants one arrival and at most one departure of each entity, and
the queue as a row of its own: so its entity is a visit, and not a customer, and rows outside of visits have none.
*Process-mining tools* such as pm4py read the names of XES (IEEE 1849): `case:concept:name`, `concept:name`,
`time:timestamp`, `lifecycle:transition`, `org:resource`. There the case is the customer, whose whole life is one; with
`entity_id` for the case it is the visit. Day 0 of the horizon is Monday, 1 January 2001.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple, Unpack

import numpy as np

from servsim.errors import insist_whole
from servsim.event_codes import By, Call, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.compilation import readable
from servsim.model.rules.phone import by_phone
from servsim.model.trace import COLUMNS as TRACE_COLUMNS
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.histories.customers import World, is_colleague, name_of
from servsim.units import MILLIONTHS, MINUTE

FIRST_MONDAY = datetime(2001, 1, 1)
COMPLETE, START = "complete", "start"
ARRIVAL, DEPARTURE = ("arrival_departure", "arrival"), ("arrival_departure", "depart")
"""vidigi's words, which it compares letter by letter."""

ACTIVITIES: dict[H, tuple[str, str]] = {
    H.CAME_ON: ("shift", START), H.WENT_OFF: ("shift", COMPLETE),
    H.LOST_ATTENTION: ("inattention", START), H.REGAINED_ATTENTION: ("inattention", COMPLETE),
    H.WENT_ON_BREAK: ("break", START), H.CAME_BACK: ("break", COMPLETE),
    H.STARTED: ("visit", START), H.FINISHED: ("visit", COMPLETE),
    H.TOOK_UP: ("follow-up", START), H.FOLLOWED_UP: ("follow-up", COMPLETE),
    H.CALLED: ("call", START), H.HUNG_UP: ("call", COMPLETE),
    H.STEPPED_IN: ("manager's talk", START), H.STEPPED_BACK: ("manager's talk", COMPLETE),
    H.HELPING: ("request", START), H.HELPED: ("request", COMPLETE),
    H.WRITES_UP: ("after-visit work", START), H.WROTE_UP: ("after-visit work", COMPLETE),
}  # fmt: skip
"""Happenings that begin or end something that lasts; all others are done as they happen, and named after themselves."""
USES = {
    H.STARTED: ("resource_use", "visit"), H.FINISHED: ("resource_use_end", "visit_ends"),
    H.STEPPED_IN: ("resource_use", "managers_talk"), H.STEPPED_BACK: ("resource_use_end", "managers_talk_ends"),
    H.HELPING: ("resource_use", "request"), H.HELPED: ("resource_use_end", "request_ends"),
}  # fmt: skip
"""vidigi's words for the use of an agent."""
WAITS_FOR = {H.ARRIVED: "wait", H.ESCALATED: "wait_for_manager", H.ASKED: "request_waits"}
"""What begins a wait, and its name."""
WAIT_ENDS = (H.STARTED, H.ABANDONED, H.SENT_HOME, H.STEPPED_IN, H.HELPING)
LEAVES = (H.FINISHED, H.STEPPED_BACK, H.HELPED, H.BLOCKED, H.BALKED, H.ABANDONED, H.SENT_HOME)
"""After these nobody is at the desk any more, but who is left to the manager."""

MINUTES = (
    H.ABANDONED, H.SENT_HOME, H.RANG_OFF, H.CARED, H.CLARIFIED, H.SOOTHED, H.FOLLOWED_UP, H.HUNG_UP, H.STEPPED_BACK,
    H.RELEASED, H.HELPED, H.WROTE_UP, H.PROMISED, H.PICKED_UP, H.STARTED, H.STEPPED_IN, H.HELPING,
)  # fmt: skip
POINTS, SHARES = (H.MEMBER, H.FINISHED, H.JUDGED, H.REMAINS), (H.WON, H.WON_BACK, H.LEARNED)
NUMBERS = {H.ARRIVED: "visit", H.PRAISED: "people", H.WARNED: "people", H.DETERRED: "people"}
NAMED = {H.FAILED: Reason, H.LOST: Reason, H.RECOVERED: By, H.LET_DOWN: By, H.CALLED: Call}
"""What the values of happenings are."""


class Event(NamedTuple):
    """A row of the event log; the names of its columns are in COLUMNS."""

    entity_id: str
    event_type: str
    event: str
    time: float
    pathway: str
    resource_id: int | str
    case: str
    activity: str
    timestamp: str
    transition: str
    resource: str
    kind: str
    segment: str
    value: Any
    unit: str


COLUMNS = (
    "entity_id", "event_type", "event", "time", "pathway", "resource_id",
    "case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition", "org:resource",
    "case:kind", "case:segment", "value", "unit",
)  # fmt: skip


def events(world: World) -> Iterator[Event]:
    """All events of a world, in the order of time; no more than a piece of the trace is in memory at once."""
    log = Log(world)
    for piece in world.pieces():
        for row in piece.tolist():
            yield from log.read(*row)
    yield from log.settled()


@dataclass
class Stay:
    """Somebody at the desk: the entity's name, how they came, and what they wait for."""

    entity: str
    pathway: str
    waits_for: str = ""
    is_told: bool = False
    """Whether a row has told that the wait has begun."""


@dataclass
class Log:
    """An event log while the trace is read: who is at the desk, and whose wait or departure an instant still owes."""

    world: World
    tick: int = -1
    stays: dict[int, Stay] = field(default_factory=dict)
    joining: list[int] = field(default_factory=list)
    leaving: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """What the world's sheet says of all rows."""
        self.sheet = readable(self.world.sheet)
        self.phones = bool(self.world.sheet["phone_on"].any())
        self.desk_agents = int(self.world.sheet[0]["desk_agents"])
        self.segments = [segment.name for segment in self.world.scenario.segments]
        self.segment_of = lru_cache(100_000)(self.world.segment)

    def read(self, tick: int, what: int, who: int, agent: int, value: int) -> Iterator[Event]:
        """The events of one more row."""
        if tick > self.tick:
            yield from self.settled()
            self.tick = tick
        happening = H(what)
        if happening in (H.ARRIVED, H.ASKED):
            self.stays[who] = self.newcomer(who, value)
        stay = self.stays.get(who)
        if stay and happening in WAIT_ENDS:
            yield from self.wait_over(who, stay)
        yield self.told(happening, who, agent, value)
        if stay and happening in WAITS_FOR:
            stay.waits_for, stay.is_told = WAITS_FOR[happening], False
            self.joining.append(who)
            self.leaving = [other for other in self.leaving if other != who]
        elif stay and happening in LEAVES:
            stay.waits_for = ""
            self.leaving.append(who)

    def settled(self) -> Iterator[Event]:
        """What an instant owes when it is over: the waits that begin, and then the departures."""
        for who in self.joining:
            stay = self.stays[who]
            if stay.waits_for:
                stay.is_told = True
                yield self.event(who, ("queue", stay.waits_for), spoken(stay.waits_for), START)
        for who in self.leaving:
            yield self.event(who, DEPARTURE, "leave")
            del self.stays[who]
        self.joining, self.leaving = [], []

    def newcomer(self, who: int, number: int) -> Stay:
        """Somebody who comes to the desk."""
        if is_colleague(who):
            return Stay(name_of(who), "colleague")
        calls = self.phones and by_phone(self.sheet, self.segment_of(who), who, number)
        return Stay(f"{name_of(who)}#{number}", "phone" if calls else "walk-in")

    def wait_over(self, who: int, stay: Stay) -> Iterator[Event]:
        """The end of a wait, if one had begun before this instant."""
        waited, stay.waits_for = stay.waits_for, ""
        if waited and stay.is_told:
            yield self.event(who, ("", ""), spoken(waited))

    def told(self, what: H, who: int, agent: int, value: int) -> Event:
        """A happening as an event."""
        activity, transition = ACTIVITIES.get(what, (what.name.lower().replace("_", " "), COMPLETE))
        seen = ARRIVAL if what in (H.ARRIVED, H.ASKED) else USES.get(what, ("", "")) if who in self.stays else ("", "")
        return self.event(who, seen, activity, transition, agent, *self.valued(what, value))

    def valued(self, what: H, value: int) -> tuple[Any, str]:
        """(value, unit) of a happening."""
        if what in MINUTES:
            return round(value / MINUTE, 6), "min"
        if what in POINTS or what in SHARES:
            return value / MILLIONTHS, "points" if what in POINTS else "share"
        if what == H.BOUGHT:
            return value / MILLIONTHS, self.world.scenario.money.currency
        if what in NAMED:
            return NAMED[what](value).name.lower().replace("_", " "), NAMED[what].__name__.lower()
        if what == H.REFERRED:
            return name_of(value), "customer"
        return (value, NUMBERS[what]) if what in NUMBERS else ("", "")

    def event(
        self, who: int, seen: tuple[str, str], activity: str, transition: str = COMPLETE, agent: int = -1,
        value: Any = "", unit: str = "",
    ) -> Event:  # fmt: skip
        """A row: `seen` is what vidigi is to see of it, if anything."""
        stay = self.stays.get(who)
        boss = agent >= self.desk_agents
        resource = "" if agent < 0 else f"{'manager' if boss else 'agent'} {agent}"
        number = "" if agent < 0 or not seen[0] else agent - self.desk_agents * boss + 1
        kind = "agent" if who < 0 else "colleague" if is_colleague(who) else "customer"
        segment = self.segments[self.segment_of(who)] if self.segments and kind == "customer" else ""
        return Event(
            stay.entity if stay else "", *seen, round(self.tick / MINUTE, 6), stay.pathway if stay else "", number,
            name_of(who) if who >= 0 else resource, activity, stamp(self.tick), transition, resource, kind, segment,
            value, unit,
        )  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedTrace:
    """Everything that happened in one replication of a scenario, a row each, in the order of time.

    rows: (n, 5) int64 with the columns `tick` (milliseconds since Monday 0:00), `happening` (a `Happening`), `who` (a
    customer's or colleague's key, −1 for none), `agent` (−1 for none) and `value`, whose unit depends on the happening:
    `to_frame` says it in words. Source: the engine's trace; what is counted from it are METRICS.
    """

    world: World
    rows: np.ndarray

    def __len__(self) -> int:
        """How many rows."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Of what, and how long."""
        of = f"{self.world.scenario.title!r}, seed {self.world.seed}, replication {self.world.replication}"
        return f"<SimulatedTrace of {of}: {len(self):,} rows>"

    def __getitem__(self, column: str) -> np.ndarray:
        """(n,) one of the columns tick, happening, who, agent, value; KeyError with their names where there is none."""
        if column not in TRACE_COLUMNS:
            raise KeyError(f"{column!r} is no column of a trace; it must be one of {', '.join(TRACE_COLUMNS)}.")
        return self.rows[:, TRACE_COLUMNS.index(column)]

    def of(self, happening: H | str) -> np.ndarray:
        """(m, 5) the rows of one happening, such as "ABANDONED"; KeyError with the nearest name where there is none."""
        names = [each.name for each in H]
        if isinstance(happening, str) and happening not in names:
            near = get_close_matches(happening.upper(), names, n=1)
            raise KeyError(f"{happening!r} is no happening{f'; did you mean {near[0]}?' if near else '.'}")
        if happening not in [*names, *H]:
            raise KeyError(f"{happening!r} is no happening; it must be one of servsim.Happening.")
        what = H[happening] if isinstance(happening, str) else happening
        return self.rows[self["happening"] == what]

    def to_frame(self) -> Any:
        """A pandas DataFrame (extra: servsim[frames]): minutes, happening, customer, agent, segment, value, unit."""
        from pandas import DataFrame

        log = Log(self.world)
        told = [(row[0] / MINUTE, log.told(H(row[1]), *row[2:])) for row in self.rows.tolist()]
        return DataFrame(
            [(at, H(row[1]).name, row[2], one.case, row[3], one.segment, one.value, one.unit)
             for (at, one), row in zip(told, self.rows.tolist(), strict=True)],
            columns=["minutes", "happening", "who", "name", "agent", "segment", "value", "unit"],
        )  # fmt: skip


@executed
def simulate(
    scenario: Scenario,
    *,
    seed: int = 1,
    replication: int = 0,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> SimulatedTrace:
    """The trace of one replication of a scenario until its window ends, the warm-up included: that of it in `run`.

    Raises ServsimError where seed or replication are no whole numbers of at least 0.
    """
    insist_whole("seed", seed, 0)
    insist_whole("replication", replication, 0)
    world = World(scenario, seed, replication, execution.engine)
    return SimulatedTrace(world, np.concatenate([np.empty((0, len(TRACE_COLUMNS)), np.int64), *world.pieces()]))


def stamp(tick: int) -> str:
    """An instant as a date and a time of day."""
    return (FIRST_MONDAY + timedelta(milliseconds=tick)).isoformat(timespec="milliseconds")


def spoken(name: str) -> str:
    """A word of vidigi's as an activity."""
    return name.replace("_", " ")
