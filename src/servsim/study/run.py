"""`run`: a scenario's projection, every metric with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Unpack

import numpy as np

from servsim.errors import ServsimError, insist_whole
from servsim.scenario.scenario import Scenario
from servsim.study.control_variates import controls_of
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.replications import Job, Outcome
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import Interval, Tidy, defined
from servsim.study.metric_intervals import metric_interval, sample_interval, yearly_interval
from servsim.study.metrics import NAMES, OWN, UserMetric, names_with, place_of, unit_of_own
from servsim.study.objective import known_metric
from servsim.study.scenario_identity import answer_to
from servsim.study.yearly_projection import COLUMNS, YEARLY_NAMES, yearly, yearly_unit, years_as_json

ROUND = 10
"""Replications between two looks at the precision."""

Stopped = Literal["replications", "precision", "budget", "interrupted"]
"""What ends a run: the replications it was to have, the precision it was to reach, the replications it was allowed,
Ctrl-C.
"""

RISK = (0.05, 0.5, 0.95)
"""Quantiles across replications that are shown as risk."""


@dataclass(frozen=True, eq=False)
class Run(Tidy):
    """A projection from so many independent replications.

    metrics: (replications, metrics). own: (replications, segments, own metrics). controls: (replications, controls)
    deviations from known means; none where they are not to be used. months: (replications, months, COLUMNS) all years,
    no months where money over the years means nothing. precision: how well metrics were to be known, as
    shares of their means. stopped: what ended the run.
    """

    scenario: Scenario
    seed: int
    confidence: float
    metrics: np.ndarray
    own: np.ndarray
    controls: np.ndarray
    precision: dict[str, float] = field(default_factory=dict)
    stopped: Stopped = "replications"
    months: np.ndarray = field(default_factory=lambda: np.empty((0, 0, len(COLUMNS))))
    own_metrics: tuple[UserMetric, ...] = ()
    """A user's own, whose columns are behind those of NAMES."""

    @property
    def names(self) -> tuple[str, ...]:
        """All its metrics, a user's own at the end."""
        return names_with(self.own_metrics)

    def unit(self, metric: str) -> str:
        """A metric's unit."""
        return unit_of_own(metric, self.own_metrics, self.scenario.money.currency)

    @property
    def interrupted(self) -> bool:
        """Was it stopped by Ctrl-C?"""
        return self.stopped == "interrupted"

    def __getitem__(self, metric: str) -> Interval:
        """A metric's mean and interval over replications."""
        return self.interval(metric)

    def interval(self, metric: str, comparisons: int = 1) -> Interval:
        """The same, as one of so many intervals that hold together; with control variates where they pay."""
        controls = self.controls_of(metric)
        return metric_interval(
            metric, self.metrics, self.scenario, self.confidence,
            own=self.own_metrics, controls=controls, comparisons=comparisons,
        )  # fmt: skip

    def controls_of(self, metric: str) -> np.ndarray | None:
        """(replications, controls) those of a metric; None where there are none."""
        return self.controls[:, controls_of(metric)] if self.controls.size and metric in NAMES else None

    @property
    def is_controlled(self) -> bool:
        """Do control variates help to know some metric?"""
        return bool(self.controls.size) and any(abs(self[name].mean - self.sample(name).mean()) > 0 for name in NAMES)

    def known_to(self, metric: str) -> float:
        """Half the width of a metric's interval, as a share of its mean; of all metrics with a precision at once."""
        found = self.interval(metric, max(1, len(self.precision)))
        return found.half / abs(found.mean) if found.mean else np.inf

    def is_precise(self) -> bool:
        """Are the metrics known as well as was asked?

        Half-width ≤ γ / (1 + γ) of the mean makes the relative error at most γ. Source: Law (2015), section 9.4.1.
        """
        return all(self.known_to(metric) <= share / (1 + share) for metric, share in self.precision.items())

    def sample(self, metric: str) -> np.ndarray:
        """(replications,) a metric in each replication."""
        column: np.ndarray = self.metrics[:, place_of(metric, self.own_metrics)]
        return column

    @cached_property
    def years(self) -> np.ndarray:
        """(replications, years, YEARLY) the metrics of every whole year; no years where they mean nothing."""
        return yearly(self.months)

    def of_year(self, year: int, metric: str) -> Interval:
        """A metric of YEARLY in a year, from 1 on."""
        sample = self.years[:, year - 1, YEARLY_NAMES.index(metric)]
        return yearly_interval(metric, sample, self.scenario, self.confidence)

    def years_dict(self) -> list[dict[str, Any]] | None:
        """The projection year by year as JSON has it; None where there is none."""
        return years_as_json(self.years.shape[1], self.of_year) or None

    def of_segment(self, segment: str) -> dict[str, Interval]:
        """The metrics of one segment, by name of the metric."""
        names = [own.name for own in self.scenario.segments]
        if segment not in names:
            raise ServsimError(
                f"{segment!r} is no segment of this; {f'it must be one of {names}' if names else 'it has none'}."
            )
        number = names.index(segment)
        currency = self.scenario.money.currency
        return {
            own.name: sample_interval(
                own.like, self.own[:, number, place], self.scenario, own.unit.replace("money", currency),
                self.confidence, controls=self.controls_of(own.like),
            )
            for place, own in enumerate(OWN)
        }  # fmt: skip

    def risk(self, metric: str) -> tuple[float, ...]:
        """The metric's quantiles RISK across replications: what a single year may bring, not doubt about the mean."""
        sample = self.sample(metric)
        finite = sample[np.isfinite(sample)]
        return tuple(float(q) for q in np.quantile(finite, RISK)) if len(finite) else (np.nan,) * len(RISK)

    def quantiles(self, metric: str) -> dict[str, float | None]:
        """The same as JSON has it: by the share of replications below."""
        return {f"{share:g}": defined(q) for share, q in zip(RISK, self.risk(metric), strict=True)}

    def to_dict(self) -> dict[str, Any]:
        """The run as `servsim run --json` prints it."""
        return {
            **answer_to(self.scenario, self.seed),
            "replications": len(self.metrics),
            "confidence": self.confidence,
            "interrupted": self.interrupted,
            "stopped": self.stopped,
            "precision": self.precision,
            "metrics": {name: self[name].to_dict() for name in self.names},
            "risk": {name: self.quantiles(name) for name in self.names},
            "years": self.years_dict(),
            "segments": {
                own.name: {name: metric.to_dict() for name, metric in self.of_segment(own.name).items()}
                for own in self.scenario.segments
            },
        }

    def rows(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each replication and metric."""
        return [
            {"replication": number, "metric": name, "value": defined(value), "unit": self.unit(name)}
            for number, row in enumerate(self.metrics)
            for name, value in zip(self.names, row, strict=True)
        ]

    def rows_of_years(self) -> list[dict[str, Any]]:
        """Tidy rows, one for each replication, year and metric of YEARLY."""
        return [
            {"replication": number, "year": year, "metric": name, "value": defined(value), "unit": unit}
            for number, world in enumerate(self.years)
            for year, row in enumerate(world, 1)
            for (name, unit), value in zip(self.yearly_units().items(), row, strict=True)
        ]

    def to_frame_of_years(self) -> Any:
        """`rows_of_years` as a pandas DataFrame (extra: servsim[frames])."""
        from pandas import DataFrame

        return DataFrame(self.rows_of_years())

    def yearly_units(self) -> dict[str, str]:
        """The metrics of a year, each with its unit."""
        return {name: yearly_unit(name, self.scenario.money.currency) for name in YEARLY_NAMES}


@executed
def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    precision: dict[str, float] | None = None,
    budget: int | None = None,
    controls: bool = True,
    seed: int = 1,
    confidence: float | None = None,
    metrics: Sequence[UserMetric] = (),
    execution: Execution = HERE,
    **options: Unpack[Options],
) -> Run:
    """Project a scenario from today's book: independent replications, every metric with its interval.

    precision: run on until each of these metrics is known to such a share of its mean, all of them at once, or until
    `budget` replications are spent. controls: whether control variates may narrow intervals. metrics: your own, each a
    `Metric` or a class that hears the trace (`Listener`); no store keeps them.

    Returns a `Run`: `found["revenue"]` is an Interval with its unit, `found.sample("revenue")` (replications,) one
    number each. Raises ScenarioError where `precision` names no metric, ServsimError where one of your own cannot be
    used. Source: independent replications with t intervals, control variates by Lavenberg and Welch (1981).
    """
    if replications is not None:
        insist_whole("replications", replications, 1)
    if confidence is not None and not 0.5 < confidence < 1:
        raise ServsimError(f"confidence is {confidence!r}; it must be above 0.5 and below 1.")
    asked = scenario.evaluate
    wanted, most = replications or asked.replications, budget or asked.budget_replications
    precision = {known_metric(name, "precision"): share for name, share in (precision or {}).items()}
    with Pool([scenario], seed, execution, controls, far=True, metrics=metrics) as pool:
        outcomes: list[Outcome] = []
        while True:
            outcomes += pool.outcomes([Job(0, number) for number in range(len(outcomes), wanted)])
            found = gathered(scenario, seed, confidence or asked.confidence, outcomes, precision, pool.metrics)
            if pool.interrupted:
                return replace(found, stopped="interrupted")
            if not precision:
                return found
            if found.is_precise():
                return replace(found, stopped="precision")
            if wanted >= most:
                return replace(found, stopped="budget")
            wanted = min(wanted + ROUND, most)


def gathered(
    scenario: Scenario,
    seed: int,
    confidence: float,
    outcomes: list[Outcome],
    precision: dict[str, float],
    own_metrics: tuple[UserMetric, ...] = (),
) -> Run:
    """A run of these replications."""
    n = len(outcomes)
    metrics = np.array([outcome.metrics for outcome in outcomes]).reshape(n, len(NAMES) + len(own_metrics))
    own = np.array([outcome.own for outcome in outcomes]).reshape(n, len(scenario.segments), len(OWN))
    controls = np.array([outcome.controls for outcome in outcomes]).reshape(n, -1 if n else 0)
    months = np.stack([outcome.months for outcome in outcomes]) if n else np.empty((0, 0, len(COLUMNS)))
    return Run(scenario, seed, confidence, metrics, own, controls, precision, months=months, own_metrics=own_metrics)
