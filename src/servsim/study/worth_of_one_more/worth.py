"""`worth`: what one customer more or fewer, one newcomer and one mistake change in the money of the years."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from math import hypot
from typing import Any, Unpack

from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.study.cost_estimate import affordable
from servsim.study.execution.gathering_and_shards import Gathering, places_in
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import Interval, Tidy, defined
from servsim.study.one_lever.staff_variants import brought_by_an_hour
from servsim.study.scenario_identity import answer_to, digest_of
from servsim.study.worth_of_one_more.least_squares import (
    ALL,
    LOWER,
    UPPER,
    Part,
    Sample,
    is_known,
    is_told_apart,
    sample_of,
)
from servsim.study.worth_of_one_more.scenarios_with_more_or_fewer import (
    CUSTOMERS,
    FAILURES,
    HOURS,
    LEVELS,
    PROSPECTS,
    WON,
    Question,
    books,
    broken_promises,
    hours,
    members,
    mistakes,
    newcomers,
    on_an_empty_desk,
)
from servsim.study.yearly_projection import looks_ahead

FIRST_REPLICATIONS = MORE_REPLICATIONS = 10
"""Replications of every point to begin with, and those that are then added at a time."""
MOST_REPLICATIONS = 100
"""Replications of every point at most, where no other number is asked for."""
CUSTOMER, EMPTY_DESK, NEWCOMER, HOUR = "customer", "empty_desk", "newcomer", "hour"
MISTAKE, PROMISE = "mistake", "broken_promise"
COUNTED = {
    CUSTOMER: CUSTOMERS, EMPTY_DESK: CUSTOMERS, NEWCOMER: PROSPECTS, MISTAKE: FAILURES, PROMISE: FAILURES, HOUR: HOURS,
}  # fmt: skip
"""What can be asked, and of what one more is looked at."""


@dataclass(frozen=True, eq=False)
class Worth(Tidy):
    """What one more is worth: money over the years at several points in common replications, for each thing that was
    asked.

    segment: whose customers are looked at; None for all of the book. most: replications of a point at most.
    """

    scenario: Scenario
    segment: str | None
    seed: int
    confidence: float
    most: int
    samples: dict[str, Sample]
    interrupted: bool = False

    @property
    def currency(self) -> str:
        """The currency of every worth."""
        return self.scenario.money.currency

    def replications_of(self, asked: str) -> int:
        """Replications of every point of what was asked."""
        return len(self.samples.get(asked, ()))

    def of(self, asked: str, counted: str | None = None, part: Part = ALL) -> Interval | None:
        """Money gained for one more of what was counted; None where it was not asked, or in fewer than two
        replications.
        """
        if self.replications_of(asked) < 2:
            return None
        return self.samples[asked].money_for_one(counted or COUNTED[asked], self.currency, self.confidence, part)

    @cached_property
    def customer(self) -> Interval | None:
        """One customer more or fewer in today's book."""
        return self.of(CUSTOMER)

    @cached_property
    def losing_one(self) -> Interval | None:
        """One customer fewer costs, in a book up to a fifth smaller; None where only more were looked at."""
        return self.of(CUSTOMER, part=LOWER) if self.is_two_sided else None

    @cached_property
    def one_more(self) -> Interval | None:
        """One customer more brings, in a book up to a fifth larger."""
        return self.of(CUSTOMER, part=UPPER if self.is_two_sided else ALL)

    @property
    def is_two_sided(self) -> bool:
        """Were books simulated that are smaller than today's, and as many that are larger?"""
        return CUSTOMER in self.samples and len(self.samples[CUSTOMER].set_at) == len(LEVELS)

    @cached_property
    def sides_differ(self) -> bool:
        """Is losing one shown to cost another amount than one more brings?"""
        return (
            self.is_two_sided
            and self.replications_of(CUSTOMER) >= 2
            and is_told_apart(self.samples[CUSTOMER].change(CUSTOMERS, self.currency, self.confidence))
        )

    @cached_property
    def empty_desk(self) -> Interval | None:
        """One customer more on a desk with so many agents that nobody is in anybody's way."""
        return self.of(EMPTY_DESK)

    @property
    def is_crowded(self) -> bool:
        """Is a customer shown to be worth less here than on an empty desk, for being in the way of others?"""
        own, alone = self.customer, self.empty_desk
        return bool(own and alone and alone.mean - own.mean > hypot(own.half, alone.half))

    @cached_property
    def newcomer(self) -> Interval | None:
        """One more prospect in the first year."""
        return self.of(NEWCOMER)

    @cached_property
    def newcomer_won(self) -> Interval | None:
        """One more prospect who becomes a customer in the first year."""
        return self.of(NEWCOMER, WON)

    @cached_property
    def mistake(self) -> Interval | None:
        """One mistake less that a customer finds out, of those of all years."""
        return self.one_less(MISTAKE)

    @cached_property
    def broken_promise(self) -> Interval | None:
        """One promise less that is broken, of those of all years."""
        return self.one_less(PROMISE)

    def one_less(self, asked: str) -> Interval | None:
        """One failure less brings what one more costs."""
        found = self.of(asked)
        return found and Interval(-found.mean, -found.high, -found.low, found.unit)

    @cached_property
    def hour(self) -> Interval | None:
        """One hour more of an agent: what it brings, its wage not yet paid."""
        gained = self.of(HOUR)
        return gained and brought_by_an_hour(self.scenario, gained, 1.0)

    def to_dict(self) -> dict[str, Any]:
        """The answer as `servsim worth --json` prints it."""
        return {
            **answer_to(self.scenario, self.seed),
            "confidence": self.confidence,
            "replications": max((len(sample) for sample in self.samples.values()), default=0),
            "interrupted": self.interrupted,
            "years": self.scenario.horizon.years,
            "segment": self.segment,
            CUSTOMER: self.customer_dict(),
            NEWCOMER: self.newcomer_dict(),
            MISTAKE: self.asked_dict(MISTAKE, one_less=self.mistake) if self.mistake else None,
            PROMISE: self.asked_dict(PROMISE, one_less=self.broken_promise) if self.broken_promise else None,
            HOUR: self.hour_dict(),
        }

    def hour_dict(self) -> dict[str, Any] | None:
        """What an hour of an agent brings, and what it costs, as JSON has it."""
        if not self.hour:
            return None
        return {**self.asked_dict(HOUR, brings=self.hour), "costs": self.scenario.staff.wage_per_hour}

    def customer_dict(self) -> dict[str, Any] | None:
        """What a customer is worth, as JSON has it."""
        if not self.customer:
            return None
        losing, alone = self.losing_one, self.empty_desk
        return {
            **self.asked_dict(CUSTOMER, worth=self.customer, one_more=self.one_more),
            "losing_one": losing and losing.to_dict(),
            "sides_differ": self.sides_differ,
            "empty_desk": alone and alone.to_dict(),
            "crowded": self.is_crowded,
        }

    def newcomer_dict(self) -> dict[str, Any] | None:
        """What a newcomer is worth, as JSON has it."""
        if not self.newcomer:
            return None
        return self.asked_dict(NEWCOMER, worth=self.newcomer, each_won=self.newcomer_won)

    def asked_dict(self, asked: str, **worths: Interval | None) -> dict[str, Any]:
        """Worths with what they rest on; the first of them is the one that says how well it is known."""
        first = next(iter(worths.values()))
        assert first is not None
        return {
            **{name: own and own.to_dict() for name, own in worths.items()},
            "told_apart": is_told_apart(first),
            "known_well": is_known(first),
            "points": list(self.samples[asked].set_at),
            "replications": self.replications_of(asked),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows: for each question, point and world the money over the years, and what was counted."""
        return [
            {"asked": asked, "point": float(sample.set_at[point]), "replication": world, "metric": name,
             "value": defined(float(table[world, point])), "unit": self.currency if name == "value" else "1"}
            for asked, sample in self.samples.items()
            for point in range(len(sample.set_at))
            for world in range(len(sample))
            for name, table in {"value": sample.values, **sample.counted}.items()
        ]  # fmt: skip


def questions_of(scenario: Scenario, segment: str | None = None) -> dict[str, Question]:
    """What is asked of a scenario; of one segment only what its customers are worth."""
    insist(scenario, segment)
    if segment is not None:
        customer = members(scenario, segment)
        return {CUSTOMER: customer, EMPTY_DESK: on_an_empty_desk(customer)}
    found: dict[str, Question | None] = {}
    if scenario.demand.opening_book:
        found[CUSTOMER] = customer = books(scenario)
        found[EMPTY_DESK] = on_an_empty_desk(customer)
    found |= {NEWCOMER: newcomers(scenario), MISTAKE: mistakes(scenario), PROMISE: broken_promises(scenario)}
    found[HOUR] = hours(scenario)
    return {name: question for name, question in found.items() if question is not None}


def insist(scenario: Scenario, segment: str | None) -> None:
    """ScenarioError where there is no money over the years, no such segment, or nobody to ask about."""
    if not looks_ahead(scenario):
        warm = scenario.horizon.warmup_weeks
        raise ScenarioError([
            f"horizon.warmup_weeks is {warm:g}; it must be 0 where the worth of a customer is asked: money is counted "
            "from today on." if warm else
            "spending is left out or off; without [spending] nobody brings money, and no worth can be told."
        ])  # fmt: skip
    names = [own.name for own in scenario.segments]
    if segment is not None and segment not in names:
        near = get_close_matches(segment, names, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join(names)}." if names else ""
        must = "it must be the name of a segment." if names else "it cannot be asked: the scenario has no [[segments]]."
        raise ScenarioError([f'segment is "{segment}"; {must}{hint}'])
    if scenario.demand.opening_book == 0 and (segment is not None or newcomers(scenario) is None):
        rest = "; leave out the segment to hear what a newcomer is worth" if newcomers(scenario) else ""
        raise ScenarioError([
            f"demand.opening_book is 0; it must be at least 1 where the worth of a customer is asked{rest}."
        ])  # fmt: skip


def points_of(scenario: Scenario, segment: str | None = None) -> list[Scenario]:
    """Every scenario that is simulated, once."""
    every = [one for question in questions_of(scenario, segment).values() for one in question.scenarios]
    return list({digest_of(one): one for one in every}.values())


def affordable_worth(scenario: Scenario, file: str, segment: str | None, replications: int | None) -> Scenario:
    """The scenario, if all of its points fit time and memory; else ScenarioError with the estimates."""
    points = points_of(scenario, segment)
    largest = max(points, key=lambda one: one.demand.opening_book)
    affordable(largest, file, replications or FIRST_REPLICATIONS, len(points))
    return scenario


@executed
def worth(
    scenario: Scenario,
    *,
    segment: str | None = None,
    replications: int | None = None,
    seed: int = 1,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Worth:
    """What one customer more or fewer is worth, one newcomer, and one mistake less: how money changes with them.

    Replications are added until each is known to a fifth, to `replications` (100) of every point at most.
    """
    asked, most = questions_of(scenario, segment), replications or MOST_REPLICATIONS
    samples: dict[str, Sample] = {}

    def told(interrupted: bool) -> Worth:
        return Worth(scenario, segment, seed, scenario.evaluate.confidence, most, dict(samples), interrupted)

    with Pool([], seed, execution, far=True) as pool:
        gathering, places = Gathering(pool), places_in(pool)
        for name, question in asked.items():
            if pool.interrupted:
                break
            own, goes_on, reached = [places(one) for one in question.scenarios], True, 0
            while goes_on and reached < most:
                reached = min(reached + MORE_REPLICATIONS, most)
                goes_on = gathering.until(own, reached)
                samples[name] = sample_of(question, gathering, own, reached)
                found = told(pool.interrupted)
                own_worth = found.hour if name == HOUR else found.of(name)
                goes_on = goes_on and not (own_worth and is_known(own_worth))
    return told(pool.interrupted)
