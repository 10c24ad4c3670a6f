"""The scenarios that differ in how many there are of something, and how many that is.

Paired replications differ by as much whether ten customers more come or a hundred, so the change is a large one: 10 and
20 %.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from servsim.engine_parameters import in_world, is_on, to_sheet
from servsim.model.compilation import readable
from servsim.model.rules.advertising import lift
from servsim.model.rules.demand import segment_of
from servsim.opening_hours_and_rates import monthly_advertising, monthly_training_hours
from servsim.scenario.read import checked, with_settings
from servsim.scenario.scenario import Scenario, as_segments
from servsim.scenario.tables.opening_demand_staff_service import MOST_AGENTS
from servsim.study.expected_visits import weekly_prospects
from servsim.study.metrics import NAMES
from servsim.study.one_lever.staff_variants import discounted_hours, with_agents
from servsim.study.yearly_projection import MONTHS, PLACE
from servsim.units import DAYS_PER_YEAR, MONTH

LEVELS = (0.8, 0.9, 1.0, 1.1, 1.2)
"""What there is today, 10 and 20 % less of it, and more."""
MORE = 0.2
"""How many customers of a segment are added: as many as make so much of the book, and of its visits, at most."""
TIMES = 10
"""How many agents a desk has on which nobody is in anybody's way, as a multiple of its own."""
NEVER_COMES = {"visit_gap_days": 3650.0, "gap_between_cv": 0.0, "gap_distribution": "lognormal", "gap_cv": 3.0}
"""The longest gap that there is: in ten years a visit for every second customer."""
COUNTED_ONE_BY_ONE = 20_000
"""Customers of a book up to which those of a segment are counted; of more, so many are there as are to be expected."""

MOST_FIRST_YEAR = 10.0
"""Prospects of the first year at most, as a multiple of later ones."""

CUSTOMERS, PROSPECTS, WON, FAILURES, HOURS = "customers", "prospects", "won", "failures", "hours"


@dataclass(frozen=True, eq=False)
class Seen:
    """What is seen of a point: (replications, metrics) metrics, (replications, months, COLUMNS) years, and the
    replications' seed.
    """

    metrics: np.ndarray
    months: np.ndarray
    seed: int


Count = Callable[[int, Seen], np.ndarray]
"""How many of something there are at a point, by its place: (replications,)."""


@dataclass(frozen=True)
class Question:
    """Scenarios that differ in one thing, in what units they are set, and what is counted in their replications."""

    scenarios: tuple[Scenario, ...]
    set_at: tuple[float, ...]
    counts: Mapping[str, Count]


def changed(scenario: Scenario, change: Callable[[dict[str, Any]], None]) -> Scenario:
    """The scenario with a change to what its file says, checked as a file is."""
    raw = scenario.model_dump(exclude_unset=True, exclude_none=True)
    change(raw)
    return checked(raw, scenario.title)


def as_many_as(numbers: tuple[float, ...], point: int, seen: Seen) -> np.ndarray:
    """As many in every replication as were set."""
    return np.full(len(seen.months), numbers[point])


# Customers


def books(scenario: Scenario) -> Question:
    """Today's book, 10 and 20 % smaller and larger; the first customers of all of them are the same people."""
    now = scenario.demand.opening_book
    step = max(1, round(0.1 * now))
    sizes = [size for size in range(now - 2 * step, now + 3 * step, step) if size >= 0]
    scenarios = tuple(with_settings(scenario, {"demand.opening_book": size}) for size in sizes)
    return of_customers(scenarios, tuple(map(float, sizes)))


def of_customers(scenarios: tuple[Scenario, ...], sizes: tuple[float, ...]) -> Question:
    """Books of several sizes."""
    return Question(scenarios, sizes, {CUSTOMERS: partial(as_many_as, sizes)})


def members(scenario: Scenario, name: str) -> Question:
    """Today's book, and one with more customers of a segment, who change nothing else.

    They are a segment of their own, whose prospects do not buy; there are more prospects, so that of all others as many
    come as today. Where they are not to be there, they come once in ten years or not at all, and spend nothing: so
    everybody else is the same person in both, and meets the same prospects.
    """
    book, more = scenario.demand.opening_book, members_added(scenario, name)
    share = more / (book + more)
    pair = tuple(changed(scenario, partial(add_members, scenario, name, more, come)) for come in (False, True))
    place = [segment.name for segment in scenario.segments].index(name) + 1
    return Question(pair, (0.0, share * (book + more)), {CUSTOMERS: partial(how_many_members, pair[1], place)})


def members_added(scenario: Scenario, name: str) -> int:
    """How many customers of a segment are a fifth of the book, or make a fifth of its visits, whichever is fewer."""
    lived = dict(zip((segment.name for segment in scenario.segments), as_segments(scenario), strict=True))
    visits = sum(segment.share / lived[segment.name].demand.visit_gap_days for segment in scenario.segments)
    fewer = min(1.0, visits * lived[name].demand.visit_gap_days)
    return max(1, round(MORE * scenario.demand.opening_book * fewer))


def add_members(scenario: Scenario, name: str, more: int, come: bool, raw: dict[str, Any]) -> None:
    """Add so many customers of a segment to what a file says, who come, or never do."""
    book, names = scenario.demand.opening_book, [segment.name for segment in scenario.segments]
    share, place = more / (book + more), names.index(name)
    for segment in raw["segments"]:
        segment["share"] *= 1.0 - share
    own = deepcopy(raw["segments"][place])
    spending = {
        **own.get("spending", {}),
        "conversion": 0.0,
        "conversion_slope": 0.0,
        "second_thought_probability": 0.0,
    }
    added = next(other for other in ("added", "more", "others more") if other not in names)
    own.update(name=added, share=share, spending=spending)
    if not come:
        own["demand"], spending["basket_mean"] = {**own.get("demand", {}), **NEVER_COMES}, 0.0
    raw["segments"].insert(place + 1, own)
    raw["demand"]["opening_book"] = book + more
    raw["demand"]["prospects_per_hour"] = scenario.demand.prospects_per_hour / (1.0 - share)


def how_many_members(scenario: Scenario, place: int, point: int, seen: Seen) -> np.ndarray:
    """How many of the book belong to the segment at a place, in every replication; none at the first point."""
    replications, book = len(seen.months), scenario.demand.opening_book
    if point == 0 or book > COUNTED_ONE_BY_ONE:
        return np.full(replications, point * scenario.segments[place].share * book)
    sheet = to_sheet(scenario)
    found = []
    for world in range(replications):
        own = readable(in_world(sheet, seen.seed, world))
        found.append(sum(segment_of(own, who) == place for who in range(book)))
    return np.array(found, float)


def on_an_empty_desk(question: Question) -> Question:
    """The smallest and the largest of its points with so many agents that nobody is in anybody's way."""
    ends = (question.scenarios[0], question.scenarios[-1])
    last = len(question.set_at) - 1

    def ends_only(count: Count, point: int, seen: Seen) -> np.ndarray:
        return count(last * point, seen)

    counts = {name: partial(ends_only, count) for name, count in question.counts.items()}
    set_at = (question.set_at[0], question.set_at[-1])
    return Question(tuple(changed(end, partial(add_agents, end)) for end in ends), set_at, counts)


def add_agents(scenario: Scenario, raw: dict[str, Any]) -> None:
    """Ten times the agents, as able as today's, trained as much; what a shared budget bought is bought all the same."""
    staff, agents = raw.setdefault("staff", {}), int(to_sheet(scenario)[0]["desk_agents"])
    times = max(1, min(TIMES, MOST_AGENTS // max(agents, scenario.staff.agents, 1)))
    staff["agents"] = times * scenario.staff.agents
    for line, counts in staff.get("roster", {}).items():
        staff["roster"][line] = [times * count for count in counts]
    for each in raw.get("exceptions", []):
        if "roster" in each:
            each["roster"] = [times * count for count in each["roster"]]
    for key, usual in (("agent_knowledge", scenario.staff.knowledge), ("agent_speed", 1.0)):
        if own := staff.get(key):
            staff[key] = (own + [usual] * (agents - len(own)))[: max(agents, 1)] * times
    if scenario.budget and scenario.budget.on:
        raw["budget"]["on"] = False
        if is_on(scenario, "advertising"):
            raw["advertising"]["budget_per_month"] = monthly_advertising(scenario)
        if is_on(scenario, "training"):
            raw["training"]["hours_per_month"] = monthly_training_hours(scenario, agents)


# Newcomers


def newcomers(scenario: Scenario) -> Question | None:
    """Today's prospects, and a fifth more in the first year, all others the same; None where there is none, or no room.

    A point in between would add nothing to the slope.
    """
    more = LEVELS[-1] * scenario.demand.first_year_prospects
    if scenario.demand.prospects_per_hour == 0 or more > MOST_FIRST_YEAR:
        return None
    come = expected_prospects(scenario)
    numbers = (come, LEVELS[-1] * come)
    pair = (scenario, with_settings(scenario, {"demand.first_year_prospects": more}))
    return Question(pair, numbers, {PROSPECTS: partial(as_many_as, numbers), WON: won_in_first_year})


def expected_prospects(scenario: Scenario) -> float:
    """How many prospects come in the first year, or until the horizon, by themselves and by advertising."""
    sheet = readable(to_sheet(scenario))
    monthly = [lift(sheet, month * MONTH) for month in range(MONTHS)]
    within = min(1.0, scenario.horizon.years) * DAYS_PER_YEAR / 7
    return float(weekly_prospects(scenario) * within * np.mean(monthly) * scenario.demand.first_year_prospects)


def won_in_first_year(point: int, seen: Seen) -> np.ndarray:
    """How many prospects became customers in the first year."""
    won: np.ndarray = seen.months[:, :MONTHS, PLACE["won"]].sum(axis=1)
    return won


# Hours


def hours(scenario: Scenario) -> Question | None:
    """Today's staff, and an agent more in every hour; None where there is no room for one."""
    more = with_agents(scenario, 1)
    if more is None:
        return None
    pair = (scenario, more)

    def paid(point: int, seen: Seen) -> np.ndarray:
        return np.full(len(seen.months), discounted_hours(pair[point], seen.months.shape[1]))

    return Question(pair, (0.0, 1.0), {HOURS: paid})


# Failures


def mistakes(scenario: Scenario) -> Question | None:
    """Mistakes a fifth rarer and more frequent in all years; None where none is made, or none is complained of."""
    lived = as_segments(scenario)
    made = [own.mistakes.mistake_share for own in lived if own.mistakes and own.mistakes.on]
    if not any(made) or not any(is_on(own, "recovery") for own in lived):
        return None
    return failures_at(scenario, (LEVELS[0], min(LEVELS[-1], 1 / max(made))), "mistakes", "mistake_share", 1.0)


def broken_promises(scenario: Scenario) -> Question | None:
    """Work on promises ready a fifth sooner and later in all years; None where nothing is promised, or all is ready."""
    lived = [own.promises for own in as_segments(scenario) if own.promises and own.promises.on]
    if not any(own.promise_share and own.preparation_days for own in lived):
        return None
    return failures_at(scenario, (LEVELS[0], LEVELS[-1]), "promises", "preparation_days", MOST_DAYS)


MOST_DAYS = 3650.0
"""Days of preparation at most."""


def failures_at(scenario: Scenario, levels: tuple[float, float], table: str, key: str, most: float) -> Question:
    """A setting at two levels, and the failures that customers find out there.

    The window is the whole horizon here, so that failures of all years are counted.
    """
    years = scenario.horizon.years
    weeks = min(max(years * DAYS_PER_YEAR / 7, scenario.horizon.weeks), 1040.0)
    own = getattr(scenario, table)
    usual = getattr(own, key) if own else None

    def failures(point: int, seen: Seen) -> np.ndarray:
        return seen.metrics[:, NAMES.index("failures")] * years

    def change(level: float, raw: dict[str, Any]) -> None:
        raw.setdefault("horizon", {})["weeks"] = weeks
        for part in (raw, *raw.get("segments", [])):
            if table in part:
                stated = part[table].get(key, usual if part is raw else None)
                if stated is not None:
                    part[table][key] = min(most, level * stated)

    return Question(tuple(changed(scenario, partial(change, level)) for level in levels), levels, {FAILURES: failures})
