"""What an evaluation found: levels of one lever on the same replications, the best of them, and how sure that is.

Every interval of a difference belongs to one Bonferroni family over all pairs of levels, those included that a run may
add, so that choosing the best of them does not bias it. Source: paired t under common random numbers, Law (2015),
chapter 10. That a race ends when it is decided costs them two points of coverage at worst, where levels are alike and
the smallest difference is a fifth of a standard deviation; the race leaves more than that of its own half of the doubt.
They cover too little where levels differ in rare replications only, of which a first stage has seen hardly any.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from servsim.errors import ServsimError
from servsim.scenario.scenario import Scenario
from servsim.study.intervals_and_tables import Interval, Tidy, defined, interval, t_quantile
from servsim.study.metric_intervals import averaged, metric_interval, yearly_interval
from servsim.study.metrics import BY_NAME, UserMetric, names_with, place_of, unit_of_own
from servsim.study.objective import Seen
from servsim.study.one_lever.payback import Ahead, Payback, look_ahead, payback
from servsim.study.scenario_identity import answer_to
from servsim.study.yearly_projection import (
    MONTHS,
    YEARLY_NAMES,
    cumulative_cash,
    worst_year,
    yearly,
    years_as_json,
)


@dataclass(frozen=True)
class Guarantee:
    """With this probability the best level is the best, or within the difference of it, and all intervals hold."""

    probability: float
    difference: float
    unit: str

    def to_dict(self) -> dict[str, Any]:
        """The guarantee as JSON has it."""
        return {"probability": self.probability, "difference": self.difference, "unit": self.unit}


@dataclass(frozen=True, eq=False)
class Evaluation(Tidy):
    """Levels of a lever in replications that they share.

    metrics: for each level, (replications, metrics) from replication 0 on; levels that were soon seen to be worse have
    fewer. best: None where every level breaks a constraint. contenders: levels that might have taken part. breaks: for
    each level, the constraints that it is known to break; broken_since: the first year in which it does, 0 for the
    window. smallest_difference: 0 where none is known. months: for each level, (replications, months, COLUMNS), no
    months where the question needs no money over the years.
    """

    scenario: Scenario
    seed: int
    lever: str
    objective: str
    confidence: float
    smallest_difference: float
    levels: tuple[float, ...]
    today: float
    metrics: tuple[np.ndarray, ...]
    best: float | None
    contenders: int
    breaks: tuple[tuple[str, ...], ...]
    guarantee: Guarantee | None
    interrupted: bool = False
    months: tuple[np.ndarray, ...] = ()
    broken_since: tuple[tuple[int, ...], ...] = ()
    own_metrics: tuple[UserMetric, ...] = ()
    """A user's own, whose columns are behind those of NAMES."""

    @property
    def names(self) -> tuple[str, ...]:
        """All its metrics, a user's own at the end."""
        return names_with(self.own_metrics)

    def __getitem__(self, asked: tuple[float, str]) -> Interval:
        """A metric at a level: found[6, "revenue"]."""
        return self.at(*asked)

    @property
    def replications(self) -> int:
        """Replications in which every level was simulated."""
        return min(len(table) for table in self.metrics)

    def place(self, level: float) -> int:
        """Where a level is among those that were simulated; ServsimError with them where it is none of these."""
        if level not in self.levels:
            raise ServsimError(
                f"{level!r} is no level of this; it must be one of {', '.join(f'{each:g}' for each in self.levels)}."
            )
        return self.levels.index(level)

    def replications_of(self, level: float) -> int:
        """Replications in which a level was simulated."""
        return len(self.metrics[self.place(level)])

    def unit(self, metric: str) -> str:
        """A metric's unit."""
        return unit_of_own(metric, self.own_metrics, self.scenario.money.currency)

    def sample(self, level: float, metric: str) -> np.ndarray:
        """(replications,) a metric at a level in each of its replications."""
        column: np.ndarray = self.metrics[self.place(level)][:, place_of(metric, self.own_metrics)]
        return column

    def is_known(self, metric: str) -> bool:
        """Is a metric defined at every level in every replication?"""
        return all(bool(np.isfinite(self.sample(level, metric)).all()) for level in self.levels)

    def at(self, level: float, metric: str) -> Interval:
        """A metric at a level, by itself."""
        table = self.metrics[self.place(level)]
        return metric_interval(metric, table, self.scenario, self.confidence, own=self.own_metrics)

    def gap(self, level: float, other: float, metric: str) -> np.ndarray:
        """(shared replications,) a metric at a level less the same at another, replication by replication."""
        shared = min(self.replications_of(level), self.replications_of(other))
        one, two = (
            averaged(metric, self.metrics[self.place(each)][:shared], self.scenario, self.own_metrics)
            for each in (level, other)
        )
        return one - two

    def difference(self, level: float, other: float, metric: str | None = None) -> Interval:
        """The mean of that gap; its interval is of the family over all pairs of levels."""
        metric = metric or self.objective
        return interval(self.gap(level, other, metric), self.unit(metric), self.of_pairs, self.pairs)

    @property
    def pairs(self) -> int:
        """How many intervals of differences hold together."""
        return max(1, self.contenders * (self.contenders - 1) // 2)

    @property
    def of_pairs(self) -> float:
        """The confidence of that family: where a race decides, it spends the other half of the doubt."""
        return 1 - (1 - self.confidence) / 2 if self.smallest_difference else self.confidence

    @property
    def better(self) -> int:
        """1 where more of the objective is better, −1 where less is."""
        return BY_NAME[self.objective].better

    @property
    def gain(self) -> Interval | None:
        """What the best level brings over today's, in the objective."""
        return None if self.best is None else self.difference(self.best, self.today)

    @cached_property
    def not_worse(self) -> list[float]:
        """Levels that are not shown to be worse than the best, nor to break a constraint."""
        return [
            level
            for level, broken in zip(self.levels, self.breaks, strict=True)
            if level == self.best or (self.best is not None and not broken and self.reaches(level, self.best))
        ]

    def reaches(self, level: float, best: float) -> bool:
        """Does the interval of a level against the best one reach 0, or where there is none, may it?"""
        change = self.difference(level, best)
        end = change.high if self.better > 0 else -change.low
        return not end < 0

    @property
    def resolved(self) -> float:
        """The smallest difference from the best that these replications could have told apart, among levels not
        worse.
        """
        rivals = [level for level in self.not_worse if level != self.best] or [
            level for level in self.levels if level != self.best
        ]
        if self.best is None or self.replications < 2 or not rivals:
            return np.nan
        spans = []
        for level in rivals:
            gap = self.gap(level, self.best, self.objective)
            t = t_quantile(self.of_pairs, len(gap) - 1, self.pairs)
            spans.append(t * gap.std(ddof=1) / np.sqrt(len(gap)))
        return float(max(spans))

    def marginal(self, level: float) -> Interval | None:
        """What the next unit of the lever brings from a level on, by the level above it; None from the last one."""
        above = [other for other in self.levels if other > level]
        if not above:
            return None
        step = above[0] - level
        change = self.difference(above[0], level)
        return Interval(change.mean / step, change.low / step, change.high / step, change.unit)

    # Over the years

    @property
    def looks_ahead(self) -> bool:
        """Is there a projection by years, at every level in two replications at least?"""
        return bool(self.months) and self.replications >= 2 and all(own.shape[1] for own in self.months)

    def seen(self, level: float, replications: int) -> Seen:
        """What constraints are read from, of so many replications."""
        place = self.place(level)
        return Seen(self.metrics[place], self.months[place]).first(replications)

    @cached_property
    def yearly(self) -> tuple[np.ndarray, ...]:
        """For each level, (replications, years, YEARLY) the metrics of every whole year."""
        return tuple(map(yearly, self.months))

    def worst_year(self, level: float, metric: str) -> tuple[int, float]:
        """The year, from 1 on, in which a metric of YEARLY is largest at a level on average, and how large."""
        return worst_year(self.yearly[self.place(level)], metric)

    def of_year(self, level: float, year: int, metric: str) -> Interval:
        """A metric of YEARLY at a level in a year, from 1 on."""
        sample = self.yearly[self.place(level)][:, year - 1, YEARLY_NAMES.index(metric)]
        return yearly_interval(metric, sample, self.scenario, self.confidence)

    def years(self, level: float) -> list[dict[str, Any]]:
        """The projection of a level, year by year, as JSON has it."""
        many = self.months[self.place(level)].shape[1] // MONTHS
        return years_as_json(many, partial(self.of_year, level))

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.scenario.money.currency

    def payback(self, level: float) -> Payback:
        """When a level has paid for itself, against today's."""
        own, today = (self.months[self.levels.index(each)] for each in (level, self.today))
        shared = min(len(own), len(today))
        gaps = cumulative_cash(own[:shared]) - cumulative_cash(today[:shared])
        return payback(gaps, self.confidence, self.currency)

    @cached_property
    def look_ahead(self) -> Ahead | None:
        """What is best by then, of today's level and those that keep the constraints, in the replications that all
        share.

        None where there is no projection.
        """
        if not self.looks_ahead:
            return None
        kept = [place for place, level in enumerate(self.levels) if level == self.today or not self.breaks[place]]
        months = np.stack([self.months[place][: self.replications] for place in kept])
        levels, rate = tuple(self.levels[place] for place in kept), self.scenario.money.discount_rate
        return look_ahead(months, levels, self.today, rate, self.confidence, self.currency)

    def over_the_years(self) -> dict[str, Any]:
        """The projection of today's level and of the best, the payback, and the looks, as JSON has them."""
        ahead, best = self.look_ahead, self.best
        shown = sorted({self.today, self.today if best is None else best})
        return {
            "years": [{"level": level, "years": self.years(level)} for level in shown] if ahead else None,
            "payback": self.payback(best).to_dict() if ahead and best is not None and best != self.today else None,
            "look_ahead": ahead.to_dict() if ahead else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """The evaluation as `servsim evaluate --json` prints it."""
        marginal = self.marginal(self.today)
        return {
            **answer_to(self.scenario, self.seed),
            "lever": self.lever,
            "objective": self.objective,
            "confidence": self.confidence,
            "smallest_difference": self.smallest_difference,
            "levels": [self.level_dict(level) for level in self.levels],
            "today": self.today,
            "best": self.best,
            "not_worse": self.not_worse,
            "gain": self.gain.to_dict() if self.gain else None,
            "marginal": marginal.to_dict() if marginal else None,
            "guarantee": self.guarantee.to_dict() if self.guarantee else None,
            "resolved": defined(self.resolved),
            **self.over_the_years(),
            "interrupted": self.interrupted,
        }

    def level_dict(self, level: float) -> dict[str, Any]:
        """One level as JSON has it."""
        return {
            "level": level,
            "replications": self.replications_of(level),
            "metrics": {name: self.at(level, name).to_dict() for name in self.names},
            "vs_today": self.difference(level, self.today).to_dict(),
            "breaks": list(self.breaks[self.place(level)]),
            "broken_since_year": list(self.broken_since[self.place(level)]) if self.broken_since else [],
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each level, world and metric."""
        return [
            {"lever": self.lever, "level": level, "replication": number, "metric": name, "value": defined(value),
             "unit": self.unit(name)}
            for level, table in zip(self.levels, self.metrics, strict=True)
            for number, row in enumerate(table)
            for name, value in zip(self.names, row, strict=True)
        ]  # fmt: skip
