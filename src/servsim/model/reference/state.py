"""What the story knows: a clock that settles, the people, and the desk's lists."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from servsim.event_codes import Call, Happening, Reason
from servsim.model import calendar
from servsim.model.rules import after_visit_work, recognition
from servsim.model.trace import Row
from servsim.units import NEVER

Story = Generator[simpy.Event, Any, Any]
Following = Callable[[int, int, float], tuple[float, int]]
"""From a day, a number in it and the place reached on the profile's clock: the next place, and its instant."""
Comes = Callable[[int, int], None]
"""What happens when the number-th of a day comes."""


class Clock(simpy.Environment):
    """A SimPy clock that lets the desk settle once all that was due at an instant has happened."""

    def __init__(self) -> None:
        super().__init__()
        self.settle = lambda: None

    def step(self) -> None:
        """Let the next event happen; after the last one of an instant, settle."""
        super().step()
        if self.peek() > self.now:
            self.settle()

    def until(self, instant: int) -> simpy.Timeout:
        """Wait for an instant that is not past."""
        return self.timeout(instant - self.now)


@dataclass(slots=True)
class Count:
    """A number of people that changes; decisions may know only what it was before the present instant."""

    now: int = 0
    before: int = 0
    changed: int = -1

    def add(self, change: int, instant: int) -> None:
        """It changes at an instant."""
        if instant > self.changed:
            self.before, self.changed = self.now, instant
        self.now += change

    def at(self, instant: int) -> int:
        """What it was when the instant before this one was over."""
        return self.now if instant > self.changed else self.before


@dataclass(slots=True, eq=False)
class Promise:
    """An action point: made in a visit, due at an instant; the work on it is done at another, or nobody has begun."""

    visit: int
    due: int
    is_due: bool = True
    done: int = NEVER


@dataclass(slots=True, eq=False)
class Customer:
    """A person: what is remembered between visits, and what is going on in this one."""

    key: int
    segment: int
    satisfaction: float
    will: float
    should: float
    in_book: bool
    gap: float = 0.0
    served: int = 0
    visit: int = 0
    tries: int = 0
    declined: int = 0
    joined: int = 0
    phones: bool = False
    waits: bool = False
    noticed: bool = True
    turn: simpy.Event | None = None
    comes: int = NEVER
    thinks: int = NEVER
    reason: int = Reason.CHANCE
    calls: int = 0
    light: int = NEVER
    complains: bool = False
    unrecovered: bool = False
    told: bool = False
    failure: int = Reason.NONE
    failed: int = 0
    before: float = 0.0
    relief: float = 0.0
    promise: Promise | None = None
    call_for: int = Call.NOTHING
    listed: int = NEVER
    away: bool = False
    known: int = recognition.NOBODY
    written: int = after_visit_work.NOTHING_WRITTEN
    crowd: int = 0
    neglected: float = 0.0


@dataclass(slots=True, eq=False)
class Request:
    """What a colleague asks of the desk."""

    key: int
    joined: int


@dataclass(slots=True, eq=False)
class Agent:
    """A member of staff: on shift or not, attentive or not, on a break or not, free or busy until a known instant."""

    number: int
    here: bool = False
    attentive: bool = False
    leaving: bool = False
    free: bool = False
    free_since: int = 0
    busy: bool = False
    day: int = -1
    spell: int = -1
    spell_ends: int = NEVER
    break_due: int = NEVER
    break_ends: int = NEVER
    on_break: bool = False
    knowledge: float = 0.0
    cases: int = 0
    hires: int = 0
    tiredness: float = 0.0
    tired_since: int = 0


@dataclass
class State:
    """The desk in one world: a clock, the people at it, and what has been noted so far."""

    sheet: np.ndarray
    clock: Clock = field(default_factory=Clock)
    rows: list[Row] = field(default_factory=list)
    book: dict[int, Customer] = field(default_factory=dict)
    newcomers: list[Customer] = field(default_factory=list)
    queue: list[tuple[Any, Customer]] = field(default_factory=list)
    free: list[tuple[Any, Agent]] = field(default_factory=list)
    leaving: list[Agent] = field(default_factory=list)
    waiting: int = 0
    inside: int = 0
    attentive_here: int = 0
    doors_close: bool = False
    managers_queue: list[tuple[Any, Customer]] = field(default_factory=list)
    managers: list[tuple[Any, Agent]] = field(default_factory=list)
    work: list[tuple[Any, Customer]] = field(default_factory=list)
    calls: list[tuple[Any, Customer]] = field(default_factory=list)
    calling: int = 0
    month: int = 0
    spent: int = 0
    members: Count = field(default_factory=Count)
    deterred: Count = field(default_factory=Count)
    warned: list[int] = field(default_factory=list)
    requests: list[tuple[Any, Request]] = field(default_factory=list)
    usual_neglect: float = 0.0
    month_ends: bool = False
    agents: list[Agent] = field(default_factory=list)
    end: int = 0

    @property
    def now(self) -> int:
        """The present instant."""
        return int(self.clock.now)

    def note(self, what: Happening, who: int = -1, agent: int = -1, value: int = 0) -> None:
        """One line of the trace."""
        self.rows.append((self.now, what, who, agent, value))

    def arrivals(self, following: Following, comes: Comes) -> Story:
        """Day after day, what `following` says comes, one after the other; `comes` is told the day and the number."""
        day = 0
        while calendar.day_begins(day) < self.end:
            number, reached = 0, calendar.clock(self.sheet, calendar.day_begins(day))
            while True:
                reached, instant = following(day, number, reached)
                if instant == NEVER:
                    break
                yield self.clock.until(instant)
                comes(day, number)
                number += 1
            day += 1
            yield self.clock.until(calendar.day_begins(day))

    def life(self, customer: Customer, arrival: int) -> Story:
        """A customer's story, told in `reference`; others begin it, or let it go on otherwise."""
        raise NotImplementedError
