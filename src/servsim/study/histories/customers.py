"""Customers' lives: the rows of one replication that belong to a customer, or to a day at the desk."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from servsim.dated_calendar import date_of, exceptional_days
from servsim.engine_parameters import to_sheet
from servsim.errors import ServsimError
from servsim.event_codes import Happening, Kind, Reason
from servsim.model.rules.demand import DAY_BITS, KIND_BITS, LAYER_BITS, prospect_key, segment_of
from servsim.model.rules.internal_requests import request_key
from servsim.model.trace import COLUMNS, Engine
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.lists_of_the_day import WEEKDAYS
from servsim.study.execution.replications import PIECE, engine_named
from servsim.units import DAY

TICK, WHAT, WHO, AGENT, VALUE = range(len(COLUMNS))
PROSPECTS = int(prospect_key(0, 0, 0))
"""The least key of those who came in from the street."""
DAY_AND_NUMBER = re.compile(r"(\d{1,6}):(\d{1,8})(?::(\d{1,2}))?", re.ASCII)
COLLEAGUE = re.compile(r"colleague[ -](\d{1,6}):(\d{1,8})", re.ASCII)
FRIEND = re.compile(r"friend-([0-9a-z]{1,11})", re.ASCII)
FRIENDS = 36
"""Base of the numbers in the names of those who were referred."""
OF_THE_MONTH = (Happening.LEARNED, Happening.REPLACED)
"""Rows that tell of agents whether they are there or not."""
BOOKKEEPING = (Happening.MEMBER, Happening.REMAINS)
"""Rows that say who is in the book, at no particular time of a day."""

FIRSTS = {
    "first-lost": (Happening.LOST, None),
    "first-won": (Happening.WON, None),
    "first-complaint": (Happening.COMPLAINED, None),
    "first-recovered": (Happening.RECOVERED, None),
    "first-won-back": (Happening.WON_BACK, None),
    "first-broken-promise": (Happening.FAILED, Reason.BROKEN_PROMISE),
    "first-referred": (Happening.REFERRED, None),
    "first-warned": (Happening.WARNED, None),
    "first-cooled": (Happening.COOLED, None),
}
"""Words for the first customer to whom something happens: the happening, and its value if that matters."""

Wanted = Callable[[np.ndarray], np.ndarray]


def name_of(key: int) -> str:
    """A customer's name in words and on the command line: 17 of the opening book, 3:17 for number 17 of day 3.

    3:17:1 is one who came because of more advertising than usual, friend-2gosa7pa2gv one who was referred, and
    colleague 3:17 asked for something on day 3.
    """
    kind, number = key >> KIND_BITS, key % (1 << KIND_BITS)
    day, layer, within = number >> DAY_BITS, number % (1 << DAY_BITS) >> LAYER_BITS, number % (1 << LAYER_BITS)
    names = {
        Kind.PROSPECT: f"{day}:{within}" + (f":{layer}" if layer else ""),
        Kind.REFERRED: f"friend-{np.base_repr(number, FRIENDS).lower()}",
        Kind.COLLEAGUE: f"colleague {day}:{within}",
    }
    return names.get(Kind(kind), str(key))


def is_colleague(key: int) -> bool:
    """Does this key name somebody in the house, and no customer?"""
    return key >> KIND_BITS == Kind.COLLEAGUE


def person(key: int) -> str:
    """Who that is, within a sentence."""
    return name_of(key) if is_colleague(key) else f"customer {name_of(key)}"


def weekday_words(day: int) -> str:
    """A day of the horizon in words; day 0 is the Monday of week 1."""
    return f"week {day // 7 + 1}, {WEEKDAYS[day % 7].capitalize()}"


def day_words(scenario: Scenario, day: int) -> str:
    """The same with its date and its name, where it has them: week 3, Tuesday, 20 January 2026, stocktaking."""
    date = date_of(scenario, day)
    if date is None:
        return weekday_words(day)
    names = [each.name for each in exceptional_days(scenario).get(day, []) if each.name]
    return ", ".join([weekday_words(day), f"{date.day} {date:%B %Y}", *names])


@dataclass(frozen=True)
class World:
    """One simulated world of a scenario, asked for some of its rows; it is told again for every question."""

    scenario: Scenario
    seed: int = 1
    replication: int = 0
    engine: Engine = "fast"

    @cached_property
    def sheet(self) -> np.ndarray:
        """The sheet of this very world."""
        return to_sheet(self.scenario, self.seed, self.replication)

    @property
    def days(self) -> int:
        """Days of the horizon, the last one perhaps not whole."""
        return int(-(-self.sheet[0]["end"] // DAY))

    def pieces(self) -> Iterator[np.ndarray]:
        """The world's rows, as they come."""
        yield from engine_named(self.engine).pieces(self.sheet, PIECE)

    def rows(self, wanted: Wanted, until: int | None = None) -> np.ndarray:
        """The wanted rows, those before an instant at least."""
        kept = []
        for number, piece in enumerate(self.pieces(), start=1):
            kept.append(piece[wanted(piece)])
            if until is not None and number * PIECE >= until:
                break
        return np.concatenate(kept)

    def first(self, wanted: Wanted) -> np.ndarray | None:
        """The first wanted row; None if there is none."""
        for piece in self.pieces():
            found = np.flatnonzero(wanted(piece))
            if len(found):
                row: np.ndarray = piece[found[0]]
                return row
        return None

    def segment(self, key: int) -> int:
        """Which segment a customer belongs to."""
        return int(segment_of(self.sheet, key))


# A customer


def life(world: World, words: str) -> tuple[int, np.ndarray]:
    """(key, rows) of the customer whom these words mean; ServsimError where there is no such customer."""
    key = customer_named(world, words)
    rows = world.rows(lambda piece: piece[:, WHO] == key) if key < 2**63 else np.empty((0, len(COLUMNS)), np.int64)
    if not len(rows):
        raise ServsimError(f"There is no customer {words} in this world: {who_there_is(world, key)}.")
    return key, rows


def customer_named(world: World, words: str) -> int:
    """The key that these words mean: a number of the book, a name as `name_of` has it, or a first one."""
    if words in FIRSTS:
        return first_one(world, words)
    if match := DAY_AND_NUMBER.fullmatch(words):
        return int(prospect_key(int(match[1]), int(match[3] or 0), int(match[2])))
    if match := COLLEAGUE.fullmatch(words):
        return int(request_key(int(match[1]), int(match[2])))
    if match := FRIEND.fullmatch(words):
        return (int(Kind.REFERRED) << KIND_BITS) + int(match[1], FRIENDS)
    if words.isascii() and words.isdecimal():
        return int(words)
    raise ServsimError(
        f"customer {words} means nobody: give a number of the opening book, a prospect's day:number such as 3:17, "
        f"a name that a story has, such as friend-2gosa7pa2gv or colleague-3:17, or one of {', '.join(FIRSTS)}."
    )


def first_one(world: World, words: str) -> int:
    """The key of the first customer to whom this happens; ServsimError with the words that do find somebody."""
    row = world.first(happens(words))
    if row is not None:
        return int(row[WHO])
    found = {other for piece in world.pieces() for other in FIRSTS if happens(other)(piece).any()}
    others = [other for other in FIRSTS if other in found]
    instead = f"somebody is found by {', '.join(others)}" if others else "nor does any other first-… find anybody"
    raise ServsimError(f"{words} finds nobody in this world; {instead}.")


def happens(words: str) -> Wanted:
    """The rows that a first one is looked for in."""
    what, value = FIRSTS[words]
    return lambda piece: (piece[:, WHAT] == what) & ((piece[:, VALUE] == value) | (value is None))


def who_there_is(world: World, key: int) -> str:
    """Whom one could have asked for instead of this key."""
    size = world.scenario.demand.opening_book
    book = f"customers 0 to {size - 1} are in the opening book" if size else "the opening book is empty"
    day = (key - PROSPECTS) >> DAY_BITS
    if not (PROSPECTS <= key < 2**61 and day < world.days):
        return f"{book}, and prospects came on days 0 to {world.days - 1} (day:number, such as 3:0)"
    least = PROSPECTS + (day << DAY_BITS)
    known = world.rows(
        lambda piece: (piece[:, WHAT] == Happening.ARRIVED) & (piece[:, WHO] >> DAY_BITS == least >> DAY_BITS)
    )
    last = int(known[:, WHO].max()) if len(known) else -1
    came = f"prospects {name_of(least)} to {name_of(last)} came on day {day}" if len(known) else f"none on day {day}"
    return f"{book}, and {came}"


# A day


def day_at_the_desk(world: World, day: int) -> np.ndarray:
    """Rows of a day, of the day before and of the day after; ServsimError where the day has none."""
    if day >= world.days:
        raise ServsimError(f"There is no day {day} in this world: its days are 0 to {world.days - 1}.")
    rows = around(world, day)
    on_the_day = (rows[:, TICK] // DAY == day) & ~np.isin(rows[:, WHAT], BOOKKEEPING)
    if not on_the_day.any():
        raise ServsimError(
            f"Nothing happens on day {day} ({day_words(world.scenario, day)}): {open_days(world.scenario)}."
        )
    return rows


def agents_day(world: World, agent: int, day: int | None) -> tuple[int, np.ndarray]:
    """(day, rows around it) of an agent's or manager's day; if no day is named, of the first."""
    agents, everybody = int(world.sheet[0]["desk_agents"]), int(world.sheet[0]["all_agents"])
    if agent >= everybody:
        bosses = f", and {agents} to {everybody - 1} the managers" if everybody > agents else ""
        serve = f"0 to {agents - 1} are the agents of the desk{bosses}" if everybody else "the desk has none"
        raise ServsimError(f"There is no agent {agent}: {serve}.")
    first = world.first(lambda piece: (piece[:, AGENT] == agent) & ~np.isin(piece[:, WHAT], OF_THE_MONTH))
    if first is None:
        raise ServsimError(f"Agent {agent} is never at the desk within these {world.days} days.")
    first_day = int(first[TICK] // DAY)
    day = first_day if day is None else day
    rows = around(world, day)
    if not ((rows[:, AGENT] == agent) & (rows[:, TICK] // DAY == day)).any():
        raise ServsimError(f"Agent {agent} does nothing on day {day}; the first day with agent {agent} is {first_day}.")
    return day, rows


def around(world: World, day: int) -> np.ndarray:
    """Rows of a day, and of its neighbours for what goes on over midnight."""
    begins, ends = (day - 1) * DAY, (day + 2) * DAY
    return world.rows(lambda piece: (piece[:, TICK] >= begins) & (piece[:, TICK] < ends), ends)


def open_days(scenario: Scenario) -> str:
    """On which days of the week the doors are open."""
    opened = [name.capitalize() for weekday, name in enumerate(WEEKDAYS) if scenario.opening.spans(weekday)]
    return f"the doors open on {', '.join(opened)}"
