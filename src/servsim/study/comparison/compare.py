"""`compare`: two scenarios on the same replications, what became of the same customers in each, lives of some."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Unpack

import numpy as np

from servsim.engine_parameters import window_of
from servsim.errors import ScenarioError, insist_whole
from servsim.event_codes import Happening, Reason
from servsim.model.trace import Engine
from servsim.scenario.scenario import Scenario
from servsim.study.comparison.paired_customers import (
    FATES,
    KEPT,
    LOST,
    LOST_BY_B,
    PARTS,
    SAVED,
    Pairs,
    Shared,
    fate_of,
    paired,
    parts_of_the_difference,
)
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.replications import Job, Outcome
from servsim.study.execution.scheduler import Pool
from servsim.study.histories.customers import WHAT, WHO, World
from servsim.study.intervals_and_tables import Interval, Tidy, defined, interval
from servsim.study.metric_intervals import averaged, metric_interval
from servsim.study.metrics import UserMetric, names_with, unit_of_own
from servsim.study.scenario_identity import digest_of
from servsim.study.yearly_projection import COLUMNS, YEARLY_NAMES, looks_ahead, yearly, yearly_unit, years_as_json


@dataclass(frozen=True, eq=False)
class Comparison(Tidy):
    """(2, replications, metrics) metrics of two scenarios in replications that they share, and customers in pairs.

    months: (2, replications, months, COLUMNS) all years, no months where money over the years means nothing.
    """

    a: Scenario
    b: Scenario
    seed: int
    confidence: float
    metrics: np.ndarray
    pairs: Pairs
    months: np.ndarray
    interrupted: bool = False
    own_metrics: tuple[UserMetric, ...] = ()
    """A user's own, whose columns are behind those of NAMES."""

    @property
    def names(self) -> tuple[str, ...]:
        """All its metrics, a user's own at the end."""
        return names_with(self.own_metrics)

    def __getitem__(self, metric: str) -> Interval:
        """B less A in a metric."""
        return self.difference(metric)

    def unit(self, metric: str) -> str:
        """A metric's unit."""
        return unit_of_own(metric, self.own_metrics, self.currency)

    @property
    def replications(self) -> int:
        """Replications in which both were simulated."""
        return int(self.metrics.shape[1])

    @property
    def currency(self) -> str:
        """The currency of both."""
        return self.a.money.currency

    def difference(self, metric: str) -> Interval:
        """B less A, replication by replication."""
        a, b = (
            averaged(metric, table, scenario, self.own_metrics)
            for table, scenario in zip(self.metrics, (self.a, self.b), strict=True)
        )
        return interval(b - a, self.unit(metric), self.confidence)

    def of(self, which: int, metric: str) -> Interval:
        """A metric of A (0) or B (1) by itself."""
        scenario = (self.a, self.b)[which]
        return metric_interval(metric, self.metrics[which], scenario, self.confidence, own=self.own_metrics)

    @property
    def looks_ahead(self) -> bool:
        """Is money of all years compared?"""
        return self.months.shape[2] > 0

    def sources(self) -> dict[str, Interval]:
        """Where the difference in value comes from, part by part; nothing where there is no value."""
        if not self.looks_ahead:
            return {}
        parts = parts_of_the_difference(self.a, self.b, self.months, self.pairs)
        return {part: interval(parts[:, place], self.currency, self.confidence) for place, part in enumerate(PARTS)}

    @cached_property
    def years(self) -> np.ndarray:
        """(2, replications, years, YEARLY) the metrics of every whole year; no years where they mean nothing."""
        return yearly(self.months)

    def of_year(self, year: int, metric: str) -> Interval:
        """B less A of a metric of YEARLY in a year, from 1 on, replication by replication."""
        sample = self.years[:, :, year - 1, YEARLY_NAMES.index(metric)]
        return interval(sample[1] - sample[0], yearly_unit(metric, self.currency), self.confidence)

    def years_dict(self) -> list[dict[str, Any]] | None:
        """The differences year by year as JSON has them; None where there are none."""
        return years_as_json(self.years.shape[2], self.of_year) or None

    def customers(self) -> dict[str, Any]:
        """Customers of both opening books by what became of them: how many, why, and what they spent."""
        return self.pairs.to_dict(self.currency, self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as `servsim compare --json` prints it."""
        return {
            "a": self.a.title,
            "b": self.b.title,
            "digests": [digest_of(self.a), digest_of(self.b)],
            "seed": self.seed,
            "confidence": self.confidence,
            "replications": self.replications,
            "interrupted": self.interrupted,
            "differences": {name: self.difference(name).to_dict() for name in self.names},
            "sources": {part: gap.to_dict() for part, gap in self.sources().items()},
            "years": self.years_dict(),
            "customers": self.customers(),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each scenario, world and metric."""
        return [
            {"scenario": "ab"[which], "replication": number, "metric": name,
             "value": defined(float(self.metrics[which, number, place])), "unit": self.unit(name)}
            for which in (0, 1)
            for number in range(self.replications)
            for place, name in enumerate(self.names)
        ]  # fmt: skip


@executed
def compare(
    a: Scenario,
    b: Scenario,
    *,
    replications: int | None = None,
    seed: int = 1,
    metrics: Sequence[UserMetric] = (),
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Comparison:
    """Simulate two scenarios on the same replications: the same people come, with the same patience and the same cases.

    They go on until the end of the years where money means something there in both. metrics: your own, as in `run`.

    Returns a `Comparison`: `found["revenue"]` is the Interval of B less A, `metrics` (2, replications, metrics). Raises
    ScenarioError where currencies, or years of money, differ. Source: paired t under common random numbers.
    """
    if replications is not None:
        insist_whole("replications", replications, 1)
    far = looks_ahead(a) and looks_ahead(b)
    insist_alike(a, b, far)
    n = replications or a.evaluate.replications
    with Pool([a, b], seed, execution, far=far, metrics=metrics) as pool:
        outcomes = pool.outcomes([Job(place, number) for number in range(n) for place in (0, 1)], customers=True)
    shared = shared_replications(outcomes)
    found = np.array([[pair[which].metrics for pair in shared] for which in (0, 1)])
    table = found.reshape(2, len(shared), pool.width)
    months = np.array([[pair[which].months for pair in shared] for which in (0, 1)])
    years = months.reshape(2, len(shared), -1 if far and shared else 0, len(COLUMNS))
    return Comparison(a, b, seed, a.evaluate.confidence, table, paired(shared), years, pool.interrupted, pool.metrics)


def insist_alike(a: Scenario, b: Scenario, far: bool) -> None:
    """ScenarioError where amounts of both cannot be compared; far: whether they are those of all years."""
    if a.money.currency != b.money.currency:
        raise ScenarioError(
            [f"money.currency is {a.money.currency} in A and {b.money.currency} in B; it must be the same."]
        )
    over_the_years = "it must be the same where money over the years is compared."
    if far and a.horizon.years != b.horizon.years:
        raise ScenarioError(
            [f"horizon.years is {a.horizon.years:g} in A and {b.horizon.years:g} in B; {over_the_years}"]
        )
    if far and window_of(a) != window_of(b):
        raise ScenarioError(
            [f"horizon.weeks is {a.horizon.weeks:g} in A and {b.horizon.weeks:g} in B; {over_the_years}"]
        )


def shared_replications(outcomes: Sequence[Outcome]) -> Shared:
    """Outcomes of the replications in which both scenarios were finished, in the order of their numbers."""
    found = {(outcome.job.scenario, outcome.job.replication): outcome for outcome in outcomes}
    numbers = sorted(number for place, number in found if place == 0 and (1, number) in found)
    return [(found[0, number], found[1, number]) for number in numbers]


KINDS = (SAVED, LOST_BY_B, KEPT, LOST)
"""Whose lives are told, one of each fate, in this order."""
OWN_REASONS = [int(Reason.NATURAL), int(Reason.CHANCE)]
"""Reasons that are the customer's own, and nothing that the desk did."""
LIVES = 3
"""How many lives are told; where there is nobody of a kind, the next one has a turn."""


@dataclass(frozen=True, eq=False)
class TwoLives:
    """One customer: the key, the fate, and the segment and the rows of this customer's life, each in A and in B."""

    key: int
    fate: str
    segments: tuple[int, int]
    rows: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Lives:
    """Some customers' lives in a replication of two scenarios, and the newcomers who became customers in it.

    replication: its number. won_by_both, won_by_a, won_by_b: newcomers, who are the same people in both by their keys.
    """

    replication: int
    told: list[TwoLives]
    won_by_both: int
    won_by_a: int
    won_by_b: int


def lives(c: Comparison, engine: Engine = "fast") -> Lives | None:
    """Lives in the first replication that the scenarios share, told once more for each; None where they share none."""
    world = c.pairs.world
    if world is None:
        return None
    picks = picked(c.pairs)
    wanted = those(list(picks))
    one, other = (World(scenario, c.seed, world, engine) for scenario in (c.a, c.b))
    in_a, in_b = one.rows(wanted), other.rows(wanted)
    told = [
        TwoLives(key, FATES[fate], (one.segment(key), other.segment(key)), (of(key, in_a), of(key, in_b)))
        for key, fate in picks.items()
    ]
    a, b = won(in_a), won(in_b)
    return Lives(world, told, len(a & b), len(a - b), len(b - a))


def of(key: int, rows: np.ndarray) -> np.ndarray:
    """The rows of one customer."""
    return rows[rows[:, WHO] == key]


def won(rows: np.ndarray) -> set[int]:
    """The keys of those who became customers."""
    return set(rows[rows[:, WHAT] == Happening.WON, WHO].tolist())


def those(keys: list[int]) -> Callable[[np.ndarray], np.ndarray]:
    """The rows of some customers, and of whoever is won."""
    return lambda piece: np.isin(piece[:, WHO], keys) | (piece[:, WHAT] == Happening.WON)


def picked(pairs: Pairs) -> dict[int, int]:
    """The keys of those whose lives are told, and their places in FATES: one of each kind, as far as there are any."""
    fates, (in_a, in_b) = fate_of(pairs.first), pairs.first
    gains = pairs.first_spent[1] - pairs.first_spent[0]
    choices = {
        SAVED: middle_one(np.flatnonzero(fates == SAVED), in_a, gains),
        LOST_BY_B: middle_one(np.flatnonzero(fates == LOST_BY_B), in_b, -gains),
        KEPT: most_different(np.flatnonzero(fates == KEPT), gains),
        LOST: most_different(np.flatnonzero(fates == LOST), gains),
    }
    found = [(key, kind) for kind in KINDS if (key := choices[kind]) is not None]
    return dict(found[:LIVES])


def middle_one(keys: np.ndarray, reasons: np.ndarray, gains: np.ndarray) -> int | None:
    """Of those lost for the commonest reason that is not their own, the middle one by what they spend more where they
    are kept; None of nobody.
    """
    if not len(keys):
        return None
    counts = np.bincount(reasons[keys], minlength=len(Reason))
    blamed = counts.copy()
    blamed[OWN_REASONS] = 0
    reason = (blamed if blamed.any() else counts).argmax()
    keys = keys[reasons[keys] == reason]
    order = np.lexsort((keys, gains[keys]))
    return int(keys[order[(len(keys) - 1) // 2]])


def most_different(keys: np.ndarray, gains: np.ndarray) -> int | None:
    """Whose spending differs most, the first of equals; None where nobody's differs."""
    differ = np.abs(gains[keys])
    return int(keys[differ.argmax()]) if differ.any() else None
