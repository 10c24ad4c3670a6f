"""The first year as a file has it, in a few replications: numbers that owners know of their own business."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any, Unpack

import numpy as np

from servsim.engine_parameters import is_on, to_sheet, window_of
from servsim.errors import ServsimError
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Reason
from servsim.model.compilation import readable
from servsim.model.rules.demand import segment_of
from servsim.scenario.scenario import Scenario, as_segments
from servsim.study.execution.options import HERE, Execution, Options, executed
from servsim.study.execution.replications import counted
from servsim.study.expected_visits import weekly_visits
from servsim.study.intervals_and_tables import Interval, interval, within
from servsim.study.metric_intervals import pseudo_values
from servsim.study.metrics import AMOUNT, BY_NAME, SHARE, Metric
from servsim.study.replication_totals import UNDEFINED, Reading, ratio
from servsim.units import WEEK, YEAR

VISITS = 800_000
"""Visits of all replications together: about a second of the compiled loop."""
REPLICATIONS = 20
"""Replications at most."""
FEW = 4
"""Replications below which intervals are too wide to be of use."""
SEED = 1

LOYAL, SELLING = ("loyalty",), ("spending",)
METRICS = (
    Metric(
        "retention", "customers of today who are there after a year", "1", 1, BY_NAME["retention"].metric, LOYAL, SHARE
    ),
    Metric("customers_end", "customers at the end", "customers", 1, BY_NAME["customers_end"].metric, LOYAL, AMOUNT),
    Metric(
        "newcomers_stay", "newcomers who come again as customers", "1", 1, lambda r: newcomers_stay(r), LOYAL, SHARE
    ),
    Metric("visits", "visits that come to the desk", "1/year", 0, lambda r: r.yearly(r.count(H.ARRIVED)), (), AMOUNT),
    BY_NAME["unserved_share"],
    BY_NAME["wait_mean"],
    BY_NAME["occupancy"],
    Metric("revenue", "what customers pay", "money/year", 1, BY_NAME["revenue"].metric, SELLING, AMOUNT),
    Metric("wages_share", "agents' and managers' pay, of revenue", "1", -1, lambda r: wages_share(r), SELLING, AMOUNT),
    Metric("profit", "margin on revenue less all costs", "money/year", 1, BY_NAME["profit"].metric, SELLING),
)
"""What is read of every replication, as `run` reads it, in the order in which it is shown."""
CAUSES = {
    "own": (Reason.NATURAL, Reason.CHANCE),
    "satisfaction": (Reason.WAIT, Reason.ABANDONED, Reason.INATTENTION, Reason.CARE, Reason.EXPECTATION),
    "failures": (Reason.MISTAKE, Reason.BROKEN_PROMISE, Reason.UNRECOVERED),
    "rivals": (Reason.COMPETITOR,),
}
"""Why customers of today leave: those who would leave satisfied at 8, too; for less than that; for what went wrong; for
rivals who have become better."""


@dataclass(frozen=True, eq=False)
class FirstYear:
    """Some replications of a scenario's window.

    metrics: (replications, METRICS). lost: (replications, CAUSES) shares of today's customers who have left by the
    window's end. satisfaction: (replications,) of those in the book then. own: (replications, segments) shares of
    today's customers who are there then.
    """

    scenario: Scenario
    metrics: np.ndarray
    lost: np.ndarray
    satisfaction: np.ndarray
    own: np.ndarray

    @property
    def replications(self) -> int:
        """How many replications."""
        return len(self.metrics)

    def __getitem__(self, name: str) -> Interval:
        """A metric's mean and interval; NaN where it does not apply."""
        number = [metric.name for metric in METRICS].index(name)
        unit = METRICS[number].unit.replace("money", self.scenario.money.currency)
        sample = pseudo_values(name, self.metrics[:, number], self.scenario)
        return within(self.of_replications(sample, unit), *METRICS[number].bounds)

    def of_replications(self, sample: np.ndarray, unit: str) -> Interval:
        """The mean of a sample, without an interval where replications are few."""
        found = interval(sample, unit, self.scenario.evaluate.confidence)
        return found if self.replications >= FEW else Interval(found.mean, np.nan, np.nan, unit)

    def known(self) -> Iterator[tuple[str, Interval]]:
        """The metrics that apply to this scenario."""
        return ((metric.name, self[metric.name]) for metric in METRICS if np.isfinite(self[metric.name].mean))

    def leave(self, cause: str) -> Interval:
        """Share of today's customers who leave for one of CAUSES."""
        return within(self.of_replications(self.lost[:, [*CAUSES].index(cause)], "1"), *SHARE)

    @property
    def is_year(self) -> bool:
        """Is the window a year?"""
        return window_of(self.scenario) == YEAR

    @property
    def staying(self) -> dict[str, Interval]:
        """Share of today's customers of each segment who are there after a year; nobody's where the window is none."""
        segments = self.scenario.segments if self.is_year and self.stated_retention is not None else []
        shares = ((own.name, self.of_replications(self.own[:, number], "1")) for number, own in enumerate(segments))
        return {name: share for name, share in shares if np.isfinite(share.mean)}

    @property
    def stated_retention(self) -> float | None:
        """What `loyalty.yearly_retention` says, over segments; None where nobody leaves or nobody is there."""
        if not np.isfinite(self["retention"].mean):
            return None
        shares = [segment.share for segment in self.scenario.segments] or [1.0]
        lived = as_segments(self.scenario)
        return sum(
            share * (own.loyalty.yearly_retention if own.loyalty and own.loyalty.on else 1.0)
            for share, own in zip(shares, lived, strict=True)
        )

    def to_dict(self) -> dict[str, Any]:
        """What `servsim check --json` prints of it."""
        stated = self.stated_retention
        return {
            "replications": self.replications,
            "metrics": {name: own.to_dict() for name, own in self.known()},
            "stated_retention": stated,
            "reasons": {cause: self.leave(cause).to_dict() for cause in CAUSES if stated is not None},
            "segments": {name: share.to_dict() for name, share in self.staying.items()},
        }


def newcomers_stay(reading: Reading) -> float:
    """Share of newcomers who come again as customers, of those of whom it is known."""
    return ratio(reading.count(H.WON), reading.count(H.WON, H.GONE)) if reading.has("spending") else UNDEFINED


def wages_share(reading: Reading) -> float:
    """What agents and managers are paid, of revenue."""
    return ratio(reading.costs("wages", "managers"), reading.revenue())


def is_looked_at(scenario: Scenario) -> bool:
    """Does a first year mean something here: is no steady state asked for?"""
    return scenario.horizon.warmup_weeks == 0


def visits_of(scenario: Scenario) -> float:
    """Visits of one replication to reckon with."""
    return weekly_visits(scenario) * window_of(scenario) / WEEK


def replications_of(scenario: Scenario) -> int:
    """So many replications take a moment; none where even one takes longer."""
    return min(REPLICATIONS, int(VISITS / max(1.0, visits_of(scenario))))


@executed
def first_year(scenario: Scenario, *, execution: Execution = HERE, **options: Unpack[Options]) -> FirstYear | None:
    """A scenario's window in a few replications; None where no moment is enough for one, or none is meant."""
    replications = replications_of(scenario) if is_looked_at(scenario) else 0
    try:
        readings = [*told(scenario, replications, execution)]
    except ServsimError:  # word of mouth grows without end
        return None
    return year_of(scenario, readings) if readings else None


def told(scenario: Scenario, replications: int, execution: Execution) -> Iterator[Reading]:
    """What is counted of so many replications."""
    sheet, began = to_sheet(scenario), monotonic()
    for number in range(replications):
        yield counted(scenario, sheet, SEED, number, execution.engine)
        execution.progress(number + 1, replications, monotonic() - began)


def year_of(scenario: Scenario, readings: list[Reading]) -> FirstYear:
    """What these replications come to."""
    metrics = np.array([[metric.read(reading) for metric in METRICS] for reading in readings])
    lost = np.array([lost_by_cause(reading.tally.fate) for reading in readings])
    judged = is_on_anywhere(scenario, "quality")
    satisfaction = [BY_NAME["satisfaction_mean"].read(reading) if judged else UNDEFINED for reading in readings]
    return FirstYear(scenario, metrics, lost, np.array(satisfaction), np.array([*map(own_staying, readings)]))


def lost_by_cause(fate: np.ndarray) -> list[float]:
    """Shares of an opening book that have left for each of CAUSES, from (customers,) reasons."""
    counts = np.bincount(fate, minlength=len(Reason))
    return [ratio(int(counts[[*reasons]].sum()), len(fate)) for reasons in CAUSES.values()]


def own_staying(reading: Reading) -> list[float]:
    """Share of today's customers of each segment who are there at the window's end."""
    sheet, fate = readable(reading.tally.sheet), reading.tally.fate
    if len(sheet) == 1:
        return [ratio(int((fate == 0).sum()), len(fate))]
    whose = np.array([segment_of(sheet, who) for who in range(len(fate))])
    return [
        ratio(int((fate[whose == number] == 0).sum()), int((whose == number).sum())) for number in range(len(sheet))
    ]


def is_on_anywhere(scenario: Scenario, table: str) -> bool:
    """Is a mechanism switched on for any segment?"""
    return any(is_on(own, table) for own in as_segments(scenario))
