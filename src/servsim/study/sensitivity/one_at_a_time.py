"""Swings: what becomes of an answer when one setting is at an end of its range, and all others are as stated.

Every end is looked at in the replications that the answer was found in, so that all differences are paired.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.intervals_and_tables import Interval, interval
from servsim.study.one_lever.result import Evaluation
from servsim.study.sensitivity.all_at_once import Scatter, climbed, scattered
from servsim.study.sensitivity.plausible_settings import Climb, Elsewhere, Place, Range, candidates, ranges_of

SHORT = 8
"""Replications of a short look: in common replications, what could overturn an answer is seen in a few."""
CONFIRMED = 2
"""Settings whose ends are looked at by themselves: those on which the best level hangs most."""


@dataclass(frozen=True)
class End:
    """The answer with one setting at an end of its range.

    today, best: by how much the objective changes there at today's level, and at the level that is best as stated.
    gain: what the latter brings over today's level there; gain_change: how much that differs from the gain as stated.
    best_level: the level that is best there. regret: how much worse the stated best is than that one, never below 0 on
    average; its interval holds for all levels looked at.
    """

    value: float
    today: Interval
    best: Interval
    gain: Interval
    gain_change: Interval
    best_level: float
    regret: Interval

    def overturns(self, smallest_difference: float) -> bool:
        """Is another level shown to be better there, by a difference that matters?"""
        return self.regret.low > 0 and self.regret.mean > smallest_difference

    def to_dict(self) -> dict[str, Any]:
        """The end as JSON has it."""
        intervals = ("today", "best", "gain", "gain_change", "regret")
        return {
            "value": self.value, "best_level": self.best_level,
            **{name: getattr(self, name).to_dict() for name in intervals},
        }  # fmt: skip


@dataclass(frozen=True)
class Swing:
    """One setting, from one end of its range to the other."""

    range: Range
    low: End
    high: End

    @property
    def ends(self) -> tuple[End, End]:
        """Both ends."""
        return self.low, self.high

    def width(self, of: str = "gain_change") -> float:
        """How far `today`, `best` or `gain_change` moves over the range and the stated value."""
        changes = [0.0, *(getattr(end, of).mean for end in self.ends)]
        return float(max(changes) - min(changes))

    def to_dict(self) -> dict[str, Any]:
        """The swing as JSON has it."""
        return {**self.range.to_dict(), "ends": [end.to_dict() for end in self.ends]}


@dataclass(frozen=True)
class Doubt:
    """What an evaluation rests on: a swing for each range, the widest in the gain first.

    replications: how many of them every end was looked at in. scatter: what all settings at once say; None where only
    single ones were moved.
    """

    evaluation: Evaluation
    swings: tuple[Swing, ...]
    replications: int
    interrupted: bool = False
    scatter: Scatter | None = None

    @property
    def overturning(self) -> list[tuple[Swing, End]]:
        """The ends at which another level is shown to be better by a difference that matters, the worst first."""
        found = [
            (swing, end) for swing in self.swings for end in swing.ends
            if end.overturns(self.evaluation.smallest_difference)
        ]  # fmt: skip
        return sorted(found, key=lambda pair: -pair[1].regret.mean)

    @property
    def strongest(self) -> list[Swing]:
        """The swings of the settings that the best level hangs on, most first; by the gain where that is not known."""
        order = [own.key for own in self.scatter.strongest] if self.scatter else []
        return sorted(self.swings, key=lambda swing: order.index(swing.range.key) if order else 0)

    def to_dict(self) -> dict[str, Any]:
        """The doubt as JSON has it."""
        return {
            "replications": self.replications,
            "plausible": self.scatter.to_dict() if self.scatter else None,
            "overturned_by": [
                {"setting": swing.range.key, "value": end.value, "best": end.best_level, "cost": end.regret.to_dict()}
                for swing, end in self.overturning
            ],
            "swings": [swing.to_dict() for swing in self.swings],
            "interrupted": self.interrupted,
        }


@executed
def rests_on(
    evaluation: Evaluation,
    *,
    replications: int = SHORT,
    confirmed: int = CONFIRMED,
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Doubt | None:
    """What an evaluation rests on; None where it has no best level, or its scenario no [uncertain] that counts.

    First all settings at once (`scatter`): how far the best level may lie from the advised one, and on which settings
    that hangs. Then a short look, in so many `replications`, at both ends of each of the strongest, so many as are to
    be `confirmed`: today's level, the best, those around it, and further on while it gets better.
    """
    ranges = ranges_of(evaluation.scenario, evaluation.lever)
    if evaluation.best is None or not ranges or evaluation.replications < 2:
        return None
    elsewhere = Elsewhere(evaluation, execution)
    with elsewhere.pool:
        scatter = scattered(elsewhere, ranges)
        if scatter is None:
            return Doubt(evaluation, (), 0, interrupted=True)
        strongest = tuple(scatter.strongest[:confirmed])
        numbers = range(min(replications, evaluation.replications))
        ends = [Climb(elsewhere, ((own, value),), numbers) for own in strongest for value in (own.low, own.high)]
        climbed(elsewhere, ends)
    return replace(doubt_of(elsewhere, strongest, [end.place for end in ends]), scatter=scatter)


def ends_of(evaluation: Evaluation, ranges: Sequence[Range], replications: int) -> list[Place]:
    """Every end of every range, with all levels."""
    levels, numbers = tuple(candidates(evaluation)), range(min(replications, evaluation.replications))
    return [Place(((own, value),), levels, numbers) for own in ranges for value in (own.low, own.high)]


def doubt_of(elsewhere: Elsewhere, ranges: Sequence[Range], places: Sequence[Place]) -> Doubt:
    """The swings of the ranges both ends of which are finished; places: low and high end of each range."""
    evaluation = elsewhere.evaluation
    swings = [
        Swing(own, *(end_of(elsewhere, place) for place in pair))
        for own, *pair in zip(ranges, places[::2], places[1::2], strict=True)
        if all(map(elsewhere.is_finished, pair))
    ]
    widest = sorted(swings, key=lambda swing: (-swing.width(), -swing.width("today")))
    return Doubt(evaluation, tuple(widest), len(places[0].replications), elsewhere.pool.interrupted)


def end_of(elsewhere: Elsewhere, place: Place) -> End:
    """What the replications of one end say."""
    e, metrics = elsewhere.evaluation, elsewhere.metrics(place)
    assert e.best is not None
    columns = {level: metrics[:, number] for number, level in enumerate(place.levels)}
    stated = {level: e.sample(level, e.objective)[: len(metrics)] for level in (e.today, e.best)}
    gain, gain_stated = columns[e.best] - columns[e.today], stated[e.best] - stated[e.today]
    better = {level: float(e.better * column.mean()) for level, column in columns.items()}
    allowed = [level for level in columns if level == e.best or not e.breaks[e.levels.index(level)]]
    best_level = max(allowed, key=lambda level: (better[level], level == e.best))
    worse = e.better * (columns[best_level] - columns[e.best])

    def span(sample: np.ndarray, comparisons: int = 1) -> Interval:
        return interval(sample, e.unit(e.objective), e.confidence, comparisons)

    return End(
        place.settings[0][1], span(columns[e.today] - stated[e.today]), span(columns[e.best] - stated[e.best]),
        span(gain), span(gain - gain_stated), best_level, span(worse, max(1, len(columns) - 1)),
    )  # fmt: skip
