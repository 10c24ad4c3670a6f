"""Metrics by the time of day: what each hour, or quarter-hour, of the day brings, read off whole replications."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, NamedTuple, Unpack

import numpy as np

from servsim.errors import ServsimError, insist_whole
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.trace_spans import UNSERVED, WORK
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.opening_demand_staff_service import clock
from servsim.study.daily_totals import opened_until
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.replications import warmup_of
from servsim.study.histories.customers import AGENT, TICK, VALUE, WHAT, World
from servsim.study.intervals_and_tables import Interval, Tidy, defined, interval, within
from servsim.study.scenario_identity import answer_to
from servsim.units import DAY, HOUR, MINUTE, QUARTER

By = Literal["hour", "quarter"]
LENGTHS: dict[str, int] = {"hour": HOUR, "quarter": QUARTER}
"""How long a part of the day is, in ticks."""
JOINED = (H.STARTED, H.ABANDONED, H.SENT_HOME)
"""Ends of a wait; their value is the ticks waited."""
AT_WORK = {begins: ends for begins, ends in WORK.items() if begins != H.STEPPED_IN}
"""What agents of the desk begin, and what ends it."""


class Counts(NamedTuple):
    """What a part of the day comes to over a replication, (parts,) each: days on which the doors are open in it; visits
    that came in it, those of them who gave up, went unserved, or joined the queue, and ticks they waited; ticks of
    agents' presence, and of their work.
    """

    days: np.ndarray
    came: np.ndarray
    abandoned: np.ndarray
    unserved: np.ndarray
    joined: np.ndarray
    waited: np.ndarray
    present: np.ndarray
    busy: np.ndarray


class Measure(NamedTuple):
    """A metric of a part of the day: its name as elsewhere, unit, head, the most it can be, and how it is reckoned."""

    name: str
    unit: str
    head: str
    most: float
    of: Callable[[Counts, int], np.ndarray]


MEASURES = (
    Measure("arrivals", "1/day", "visits\na day", np.inf, lambda c, length: c.came / c.days),
    Measure("abandoned_share", "1", "give up\n%", 1.0, lambda c, length: c.abandoned / c.came),
    Measure("unserved_share", "1", "unserved\n%", 1.0, lambda c, length: c.unserved / c.came),
    Measure("wait_mean", "min", "mean wait\nmin", np.inf, lambda c, length: c.waited / c.joined / MINUTE),
    Measure("agents_present", "agents", "agents\nthere", np.inf, lambda c, length: c.present / (c.days * length)),
    Measure("occupancy", "1", "at work\n%", 1.0, lambda c, length: c.busy / c.present),
)
"""Visits count in the part of the day in which they came, whenever they were answered or left; a visit that joins and
still waits at the end of the window is none of those who joined. A metric of the visits of a part of the day, such as a
service level, is one more line here, and one more count where those do not do."""
NAMES = tuple(measure.name for measure in MEASURES)


@dataclass(frozen=True, eq=False)
class TimeOfDay(Tidy):
    """Metrics by the time of day. values: (replications, parts of the day, MEASURES); NaN where there was nothing."""

    scenario: Scenario
    seed: int
    by: By
    values: np.ndarray
    interrupted: bool = False

    @property
    def minutes(self) -> int:
        """How long a part of the day is."""
        return LENGTHS[self.by] // MINUTE

    @property
    def parts(self) -> list[int]:
        """The parts of the day in which the doors are ever open, numbered from midnight."""
        return np.flatnonzero(np.isfinite(self.values[:, :, 0]).any(axis=0)).tolist()

    def begins(self, part: int) -> str:
        """When a part of the day begins: 09:15."""
        return clock(part * self.minutes)

    def at(self, part: int, metric: str) -> Interval:
        """A metric in a part of the day, with its interval over replications."""
        measure = MEASURES[NAMES.index(metric)]
        sample = self.values[:, part, NAMES.index(metric)]
        return within(interval(sample, measure.unit, self.scenario.evaluate.confidence), 0.0, measure.most)

    def to_dict(self) -> dict[str, Any]:
        """The answer as `servsim run --by … --json` prints it."""
        return {
            **answer_to(self.scenario, self.seed),
            "replications": len(self.values),
            "confidence": self.scenario.evaluate.confidence,
            "interrupted": self.interrupted,
            "by": self.by,
            "times": [
                {"from": self.begins(part), "metrics": {name: self.at(part, name).to_dict() for name in NAMES}}
                for part in self.parts
            ],
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each replication, part of the day and metric."""
        return [
            {"replication": number, "from": self.begins(part), "metric": measure.name,
             "value": defined(float(own[part, place])), "unit": measure.unit}
            for number, own in enumerate(self.values)
            for part in self.parts
            for place, measure in enumerate(MEASURES)
        ]  # fmt: skip


@executed
def time_of_day(
    scenario: Scenario,
    by: By = "hour",
    *,
    replications: int | None = None,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> TimeOfDay:
    """Simulate the window of a scenario, and count by the hour or quarter-hour of the day; one replication at a time.

    No store keeps what it counts, and workers are not used: it reads every row of the traces.
    """
    if by not in LENGTHS:
        raise ServsimError(f'by is {by!r}; it must be "hour" or "quarter".')
    many = scenario.evaluate.replications if replications is None else replications
    insist_whole("replications", many, 1)
    found: list[np.ndarray] = []
    interrupted = False
    try:
        for number in range(many):
            begun = monotonic()
            found.append(measured(World(scenario, seed, number, execution.engine), LENGTHS[by]))
            execution.progress(number + 1, many, monotonic() - begun)
    except KeyboardInterrupt:
        interrupted = True
    values = np.array(found).reshape(len(found), DAY // LENGTHS[by], len(MEASURES))
    return TimeOfDay(scenario, seed, by, values, interrupted)


def measured(world: World, length: int) -> np.ndarray:
    """(parts of the day, MEASURES) of one replication; NaN in parts in which the doors are never open."""
    counts = counted(world, length)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.stack([measure.of(counts, length) for measure in MEASURES], axis=1)
    found[(counts.days == 0)[:, None] | ~np.isfinite(found)] = np.nan
    return found


def counted(world: World, length: int) -> Counts:
    """What each part of the day comes to in one replication, from the end of the warm-up on."""
    since, until = warmup_of(world.scenario), int(world.sheet[0]["end"])
    visits, work = Visits(since, length), Presence(world, since, until, length)
    for piece in world.pieces():
        visits.add(piece)
        work.add(piece)
    work.close()
    came, abandoned, unserved, joined, waited = visits.sums
    days = days_open(world.sheet, since, until, length)
    return Counts(days, came, abandoned, unserved, joined, waited, work.present, work.busy)


def days_open(sheet: np.ndarray, since: int, until: int, length: int) -> np.ndarray:
    """(parts of the day,) days on which the doors are open in it, from one instant until another."""
    ends = np.arange(since // DAY * DAY, -(-until // DAY) * DAY + 1, length)
    opened = np.diff(opened_until(sheet, np.clip(ends, since, until))) > 0
    days: np.ndarray = opened.reshape(-1, DAY // length).sum(axis=0)
    return days


class Visits:
    """Sums over visits by the part of the day in which they came: (came, abandoned, unserved, joined, waited)."""

    def __init__(self, since: int, length: int) -> None:
        """Nobody has come yet."""
        self.since, self.length = since, length
        self.sums = np.zeros((5, DAY // length), np.int64)

    def add(self, rows: np.ndarray) -> None:
        """Count one more piece of the trace."""
        waited = np.where(np.isin(rows[:, WHAT], JOINED), rows[:, VALUE], 0)
        came = rows[:, TICK] - waited
        what = np.where(came >= self.since, rows[:, WHAT], -1)
        for place, kinds in enumerate(((H.ARRIVED,), (H.ABANDONED,), tuple(UNSERVED), JOINED)):
            self.sums[place] += self.by_part(came[np.isin(what, kinds)])
        joined = np.isin(what, JOINED)
        self.sums[4] += self.by_part(came[joined], waited[joined])

    def by_part(self, ticks: np.ndarray, amounts: np.ndarray | None = None) -> np.ndarray:
        """(parts,) how many of these instants are in each part of the day, or the amounts of them added up."""
        parts = ticks % DAY // self.length
        return np.bincount(parts, amounts, DAY // self.length).astype(np.int64)


class Presence:
    """Ticks that agents of the desk are there, and have work in hand, by the part of the day."""

    def __init__(self, world: World, since: int, until: int, length: int) -> None:
        """Nobody is there."""
        self.agents, self.since, self.until, self.length = int(world.sheet[0]["desk_agents"]), since, until, length
        self.present, self.busy = (np.zeros(DAY // length, np.int64) for _ in range(2))
        self.open_turns = np.full((2, self.agents), -1, np.int64)

    def add(self, rows: np.ndarray) -> None:
        """Count the spans that end in one more piece; those that go on wait for the next."""
        own = rows[(rows[:, AGENT] >= 0) & (rows[:, AGENT] < self.agents)]
        self.count(own, 0, (H.CAME_ON,), (H.WENT_OFF,), self.present)
        self.count(own, 1, AT_WORK.keys(), AT_WORK.values(), self.busy)

    def count(self, rows: np.ndarray, which: int, begins: Iterable[int], ends: Iterable[int], sums: np.ndarray) -> None:
        """Pair, agent by agent, what begins with what ends next, and add up how long it lasts."""
        rows = rows[np.isin(rows[:, WHAT], [*begins, *ends])]
        for agent in np.unique(rows[:, AGENT]).tolist():
            own = rows[rows[:, AGENT] == agent]
            opens = np.isin(own[:, WHAT], [*begins])
            starts, stops = own[opens, TICK], own[~opens, TICK]
            if self.open_turns[which, agent] >= 0:
                starts = np.concatenate([self.open_turns[which, agent : agent + 1], starts])
            self.open_turns[which, agent] = starts[-1] if len(starts) > len(stops) else -1
            sums += self.spread(starts[: len(stops)], stops)

    def close(self) -> None:
        """Count what is still going on at the end."""
        for sums, turns in zip((self.present, self.busy), self.open_turns, strict=True):
            starts = turns[turns >= 0]
            sums += self.spread(starts, np.full(len(starts), self.until))

    def spread(self, starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
        """(parts,) ticks of spans by the part of the day that they are in, those before the window's begin left out."""
        lasted = np.zeros(DAY // self.length, np.int64)
        for sign, ticks in ((1, stops), (-1, starts)):
            days, within_day = np.divmod(np.maximum(ticks, self.since), DAY)
            whole, rest = np.divmod(within_day, self.length)
            later = np.bincount(whole, minlength=len(lasted)).astype(np.int64)
            full = int(days.sum()) + (len(ticks) - np.cumsum(later))  # parts that are behind each instant
            lasted += sign * (full * self.length + np.bincount(whole, rest, len(lasted)).astype(np.int64))
        return lasted
