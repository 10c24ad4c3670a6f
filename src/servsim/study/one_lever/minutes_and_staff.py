"""Minutes and staff are one decision: the best level with today's staff beside the best with an agent more and fewer.

A minute more per visit costs nothing but the queue while agents are paid by the hour, so that the best level depends on
how many there are. All of it is simulated in the replications in which the levels were compared, so that every
difference is paired. What an hour of staff brings is read from the same replications.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Unpack

import numpy as np

from servsim.scenario.read import with_level
from servsim.scenario.scenario import Scenario
from servsim.study.execution.gathering_and_shards import Gathering
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import Interval, interval
from servsim.study.objective import VALUE, Constraint, Seen, constraints_of
from servsim.study.one_lever.race import PILOT, PILOT_REPLICATIONS
from servsim.study.one_lever.result import Evaluation
from servsim.study.one_lever.staff_variants import STAFF, brought_by_an_hour, discounted_hours, with_agents
from servsim.study.yearly_projection import value_of, worst_year, yearly

BESIDE = 2
"""Levels on either side of the best one that are looked at with other staff; further on while it gets better."""
REPLICATIONS = 12
"""Replications of a look, at most; no more than all levels that matter have with today's staff."""
CLEARLY = (0.75, 1.25)
"""What an hour brings is clearly less, or more, than it costs beyond these multiples of its cost."""


@dataclass(frozen=True, eq=False)
class Crew:
    """Levels tried with so many agents more than today (fewer: below 0): each with its months in common replications.

    months: (replications, months, COLUMNS) of each level. breaks: whether a level breaks a constraint there on average.
    advised: the level that more replications than these have shown to be best; None where there are no more.
    """

    more: int
    scenario: Scenario
    months: dict[float, np.ndarray]
    breaks: dict[float, bool]
    advised: float | None = None

    def value(self, level: float) -> np.ndarray:
        """(replications,) the money of all years at a level, in today's money."""
        return value_of(self.months[level])

    def unserved(self, level: float) -> float:
        """The largest share of those who come that leaves unserved in a whole year, on average over replications."""
        years = yearly(self.months[level])
        return worst_year(years, "unserved_share")[1] if years.shape[1] else 0.0

    @cached_property
    def best(self) -> float | None:
        """The level advised, else that with the highest mean of those that break nothing; None where all do."""
        if self.advised is not None:
            return self.advised
        kept = [level for level in self.months if not self.breaks[level]]
        return max(kept, key=lambda level: float(self.value(level).mean())) if kept else None


@dataclass(frozen=True)
class Hour:
    """What an hour of an agent more brings at a level, in today's money of the hour, and what it costs."""

    level: float
    brings: Interval
    costs: float

    @property
    def is_short(self) -> bool:
        """Does it clearly bring more than it costs, so that staff is short?"""
        return self.brings.low > CLEARLY[1] * self.costs

    @property
    def is_idle(self) -> bool:
        """Does it clearly bring less than it costs?"""
        return self.brings.high < CLEARLY[0] * self.costs

    def to_dict(self) -> dict[str, Any]:
        """The hour as JSON has it."""
        return {
            "level": self.level, "brings": self.brings.to_dict(), "costs": self.costs,
            "staff_is_short": self.is_short, "hours_are_idle": self.is_idle,
        }  # fmt: skip


@dataclass(frozen=True)
class Staffing:
    """An evaluation with other staff beside it: crews with fewer agents first, today's among them."""

    evaluation: Evaluation
    crews: tuple[Crew, ...]
    interrupted: bool = False

    def crew(self, more: int) -> Crew | None:
        """The crew with so many agents more; None where it was not tried."""
        return next((crew for crew in self.crews if crew.more == more), None)

    @cached_property
    def best(self) -> Crew:
        """The crew whose best level brings most."""
        return max(
            (crew for crew in self.crews if crew.best is not None), key=lambda own: own.value(level_of(own)).mean()
        )

    @property
    def compared(self) -> int:
        """How many pairs of staff and level today's best is compared with."""
        return max(1, sum(len(crew.months) for crew in self.crews) - 1)

    def against_today(self, crew: Crew, level: float) -> Interval:
        """What a level brings with a crew, against the best one with today's staff; all of them at once."""
        today = self.crew(0)
        assert today is not None
        return self.gap(crew.value(level) - today.value(level_of(today)))

    def gap(self, sample: np.ndarray) -> Interval:
        """The interval of a paired difference; one of all pairs of staff and level."""
        return interval(sample, self.evaluation.currency, self.evaluation.confidence, self.compared)

    @property
    def change_is_shown(self) -> bool:
        """Is another crew shown to bring more than today's at its best?"""
        return self.best.more != 0 and self.against_today(self.best, level_of(self.best)).low > 0

    @cached_property
    def not_told_apart(self) -> list[tuple[Crew, float]]:
        """The pairs of staff and level that are not shown to be worse than the best pair, itself among them."""
        top = self.best.value(level_of(self.best))
        return [
            (crew, level)
            for crew in self.crews
            for level in crew.months
            if self.is_as_good(crew, level, top) and not crew.breaks[level]
        ]

    def is_as_good(self, crew: Crew, level: float, top: np.ndarray) -> bool:
        """Is a pair not shown to be worse than the best one? Among today's levels the evaluation has said so."""
        if crew is self.best and crew.more == 0:
            return level in self.evaluation.not_worse
        return not self.gap(crew.value(level) - top).high < 0

    def hour(self, level: float) -> Hour | None:
        """What an hour more brings at a level; None where nobody could be added there.

        Value gained and wages paid by one agent more, by discounted hours paid: Δ value / Δ hours + wage.
        """
        own, more = self.crew(0), self.crew(1)
        if own is None or more is None or level not in own.months or level not in more.months:
            return None
        e, months = self.evaluation, own.months[level].shape[1]
        gained = interval(more.value(level) - own.value(level), e.currency, e.confidence)
        added = discounted_hours(more.scenario, months) - discounted_hours(own.scenario, months)
        return Hour(level, brought_by_an_hour(e.scenario, gained, added), e.scenario.staff.wage_per_hour)

    @cached_property
    def hours(self) -> list[Hour]:
        """What an hour more brings at today's level and at the best one."""
        e = self.evaluation
        levels = dict.fromkeys((e.today, e.today if e.best is None else e.best))
        return [hour for level in levels if (hour := self.hour(level)) is not None]

    def to_dict(self) -> dict[str, Any]:
        """Other staff, and the worth of an hour, as JSON has them."""
        return {
            "staff": {
                "crews": [self.crew_dict(crew) for crew in self.crews],
                "best_pair": {"agents_more": self.best.more, "level": self.best.best, "shown": self.change_is_shown},
                "not_told_apart": [{"agents_more": crew.more, "level": level} for crew, level in self.not_told_apart],
                "interrupted": self.interrupted,
            },
            "hour": [hour.to_dict() for hour in self.hours],
        }

    def crew_dict(self, crew: Crew) -> dict[str, Any]:
        """One crew as JSON has it."""
        return {
            "agents_more": crew.more,
            "best": crew.best,
            "levels": [
                {"level": level, "breaks": crew.breaks[level], "vs_best": self.against_today(crew, level).to_dict()}
                for level in crew.months
            ],
        }


def level_of(crew: Crew) -> float:
    """The best level of a crew that has one."""
    assert crew.best is not None
    return crew.best


@executed
def staffing(evaluation: Evaluation, *, execution: Execution = HERE, **options: Unpack[Options]) -> Staffing | None:
    """An evaluation with other staff beside it; None where it is not after money over the years, or has no best level.

    Nor where its lever is staff itself, or where no agent can be added and none taken away.
    """
    e = evaluation
    is_apt = e.objective == VALUE and e.looks_ahead and e.best is not None and not e.interrupted
    others = {more: other for more in (-1, 1) if (other := with_agents(e.scenario, more)) is not None}
    if not is_apt or e.lever.startswith(STAFF) or not others:
        return None
    look = Look(e, execution)
    crews = []
    with look.pool:
        for more, other in others.items():
            if (crew := look.at(more, other)) is None:
                break
            crews.append(crew)
    return Staffing(e, tuple(sorted([look.today(), *crews], key=lambda crew: crew.more)), look.pool.interrupted)


class Look:
    """A look at other staff, while it is going on."""

    def __init__(self, evaluation: Evaluation, execution: Execution) -> None:
        """Nothing is simulated yet."""
        self.evaluation = evaluation
        self.pool = Pool([], evaluation.seed, execution, far=True)
        self.pilot, self.gathering = Gathering(self.pool, PILOT), Gathering(self.pool)
        asked = evaluation.scenario.evaluate.model_copy(update={"objective": evaluation.objective})
        self.constraints: list[Constraint] = constraints_of(evaluation.scenario, asked)
        assert evaluation.best is not None
        self.own = sorted({evaluation.today, evaluation.best, *evaluation.not_worse})
        self.replications = min(REPLICATIONS, *map(evaluation.replications_of, self.own))

    def today(self) -> Crew:
        """Today's staff, at levels that were simulated in enough replications."""
        e = self.evaluation
        places = {level: e.levels.index(level) for level in self.own}
        months = {level: e.months[place][: self.replications] for level, place in places.items()}
        breaks = {level: bool(e.breaks[place]) for level, place in places.items()}
        return Crew(0, e.scenario, months, breaks, e.best)

    def at(self, more: int, scenario: Scenario) -> Crew | None:
        """Other staff at the levels that matter there; None where interrupted."""
        levels = self.evaluation.levels
        places = {level: self.pool.add(with_level(scenario, self.evaluation.lever, level)) for level in levels}
        if not self.pilot.until(places.values(), PILOT_REPLICATIONS):
            return None
        top = int(np.argmax([value_of(self.pilot.months(places[level])).mean() for level in levels]))
        near = {levels.index(self.evaluation.today)} | around(top, levels)
        while True:
            chosen = [levels[number] for number in sorted(near)]
            if not self.gathering.until([places[level] for level in chosen], self.replications):
                return None
            crew = self.crew(more, scenario, {level: places[level] for level in chosen})
            further = around(levels.index(crew.best), levels, 1) - near if crew.best is not None else set()
            if not further:
                return crew
            near |= further

    def crew(self, more: int, scenario: Scenario, places: dict[float, int]) -> Crew:
        """What was found with other staff so far."""
        months = {level: self.gathering.months(place) for level, place in places.items()}
        breaks = {level: self.breaks(self.gathering.seen(place)) for level, place in places.items()}
        return Crew(more, scenario, months, breaks)

    def breaks(self, own: Seen) -> bool:
        """Does a level break a constraint on average, beyond tolerance?"""
        e = self.evaluation
        today = e.seen(e.today, self.replications)
        tolerance = e.scenario.evaluate.tolerance
        return any(
            each.slack(own, today).mean() < -tolerance * each.scale(today) for each in self.constraints
        )  # fmt: skip


def around(place: int, levels: Sequence[float], beside: int = BESIDE) -> set[int]:
    """The places of a level and of those beside it."""
    return set(range(max(0, place - beside), min(len(levels), place + beside + 1)))
