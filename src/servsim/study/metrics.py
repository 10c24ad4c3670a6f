"""Metrics: what a reading says, each with its unit, its better direction and one sentence; and a user's own."""

import math
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from typing import Any, Protocol

import numpy as np

from servsim.engine_parameters import window_of
from servsim.errors import ServsimError
from servsim.event_codes import Happening as H
from servsim.event_codes import Reason
from servsim.scenario.scenario import Scenario
from servsim.study import tally_places as t
from servsim.study.money import margin_of
from servsim.study.replication_totals import UNDEFINED, Reading, ratio
from servsim.units import MILLIONTHS, MINUTE, YEAR

Curve = Callable[[Scenario], tuple[Callable[[Any], Any], Callable[[Any], Any]]]
"""For a scenario, what makes a metric of what was counted, and what makes the count of the metric."""

BOOK = "the opening book"
"""What a share of today's customers is of."""

AMOUNT = (0.0, math.inf)
SHARE = (0.0, 1.0)
RATING = (0.0, 10.0)


def yearly_equivalent(scenario: Scenario) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """From the share that remains after the window to that after a year, and back."""
    years = min(1.0, window_of(scenario) / YEAR)
    return lambda share: np.clip(share, 0.0, None) ** (1 / years), lambda yearly: yearly**years


def rate_of_staying(scenario: Scenario) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """From losses a customer-year to the chance of staying for one, and back."""
    return lambda lost: np.exp(-lost), lambda staying: -np.log(staying)


@dataclass(frozen=True)
class Metric:
    """A metric: its name, what it means, its unit ("money" stands for the currency), whether more is better."""

    name: str
    meaning: str
    unit: str
    better: int
    metric: Callable[[Reading], float]
    needs: tuple[str, ...] = ()
    """Mechanisms one of which must be switched on; none for a metric of every desk."""
    bounds: tuple[float, float] = (-math.inf, math.inf)
    """The least and the most that it can be."""
    of: str = ""
    """Of a share: the metric that says of how many, a rate; or BOOK; empty where that is not counted."""
    curve: Curve | None = None
    """Of a metric that is a curved function of what was counted: that function, and the way back."""

    def read(self, reading: Reading) -> float:
        """The metric of a reading; undefined where the mechanisms it needs are switched off."""
        return self.metric(reading) if not self.needs or reading.has(*self.needs) else UNDEFINED


FAILING = ("mistakes", "promises")
"""Mechanisms that fail customers now and then."""


METRICS = (
    Metric("arrivals", "visits that come to the desk", "1/week", 0, lambda r: r.weekly(r.count(H.ARRIVED)), bounds=AMOUNT),
    Metric("served", "visits served to the end", "1/week", 1, lambda r: r.weekly(r.count(H.FINISHED)), bounds=AMOUNT),
    Metric("abandoned", "visits that left the queue unserved", "1/week", -1, lambda r: r.weekly(r.count(H.ABANDONED)), bounds=AMOUNT),
    Metric("balked", "visits that saw that they would have to wait, and left", "1/week", -1, lambda r: r.weekly(r.count(H.BALKED)), bounds=AMOUNT),
    Metric("blocked", "visits that found no place to wait", "1/week", -1, lambda r: r.weekly(r.count(H.BLOCKED)), bounds=AMOUNT),
    Metric("sent_home", "visits still waiting at closing", "1/week", -1, lambda r: r.weekly(r.count(H.SENT_HOME)), bounds=AMOUNT),
    Metric("abandoned_share", "abandoned, of arrivals", "1", -1, lambda r: ratio(r.count(H.ABANDONED), r.count(H.ARRIVED)), bounds=SHARE, of="arrivals"),
    Metric("balked_share", "balked, of arrivals", "1", -1, lambda r: ratio(r.count(H.BALKED), r.count(H.ARRIVED)), bounds=SHARE, of="arrivals"),
    Metric("unserved_share", "not served for any of these reasons, of arrivals", "1", -1, lambda r: ratio(r.count(H.ABANDONED, H.BALKED, H.BLOCKED, H.SENT_HOME), r.count(H.ARRIVED)), bounds=SHARE, of="arrivals"),
    Metric("wait_mean", "time in queue, all who joined and whose wait is over", "min", -1, lambda r: ratio(r.sum(t.WAIT) / MINUTE, r.tally.joined()), bounds=AMOUNT),
    Metric("wait_gap", "wait of the segment that spends most, less that of the one that spends least", "min", 0, lambda r: r.gap_between_spenders(t.OWN_WAIT) / MINUTE),
    Metric("callers", "visits by telephone", "1/week", 0, lambda r: r.weekly(r.count(H.PICKED_UP, H.RANG_OFF)), needs=("phone",), bounds=AMOUNT),
    Metric("phone_wait_mean", "time in queue of callers who found a line free", "min", -1, lambda r: ratio(r.sum(t.PHONE_WAIT) / MINUTE, r.count(H.PICKED_UP, H.RANG_OFF) - r.sum(t.PHONE_TURNED_AWAY)), needs=("phone",), bounds=AMOUNT),
    Metric("phone_lost_share", "not served, of callers", "1", -1, lambda r: ratio(r.count(H.RANG_OFF), r.count(H.PICKED_UP, H.RANG_OFF)), needs=("phone",), bounds=SHARE, of="callers"),
    Metric("requests", "what colleagues ask of the desk", "1/week", 0, lambda r: r.weekly(r.count(H.ASKED)), needs=("internal",), bounds=AMOUNT),
    Metric("request_wait_mean", "until an agent turns to a colleague", "min", -1, lambda r: ratio(r.sum(t.REQUEST_WAIT) / MINUTE, r.count(H.HELPING)), needs=("internal",), bounds=AMOUNT),
    Metric("wait_p50", "half of those who joined and whose wait is over waited no longer", "min", -1, lambda r: r.wait_quantile(0.5), bounds=AMOUNT),
    Metric("wait_p90", "nine in ten of those who joined and whose wait is over waited no longer", "min", -1, lambda r: r.wait_quantile(0.9), bounds=AMOUNT),
    Metric("wait_served_mean", "time in queue, served only", "min", -1, lambda r: ratio(r.sum(t.WAIT_SERVED) / MINUTE, r.count(H.STARTED)), bounds=AMOUNT),
    Metric("wait_abandoned_mean", "time in queue of those who left it unserved", "min", 0, lambda r: ratio(r.sum(t.WAIT_ABANDONED) / MINUTE, r.count(H.ABANDONED)), bounds=AMOUNT),
    Metric("service_level", "answered within waiting.target_seconds, of all arrivals", "1", 1, lambda r: r.answered_in_time(r.count(H.ARRIVED)), bounds=SHARE, of="arrivals"),
    Metric("service_level_served", "answered within waiting.target_seconds, of those who were answered", "1", 1, lambda r: r.answered_in_time(r.count(H.STARTED)), bounds=SHARE, of="served"),
    Metric("waited_within_target", "waited no longer than waiting.target_seconds, served or not, of all arrivals", "1", 1, lambda r: ratio(r.in_time(), r.count(H.ARRIVED)), bounds=SHARE, of="arrivals"),
    Metric("waited_share", "of those who joined, did not start at once", "1", -1, lambda r: 1 - ratio(r.sum(t.STARTED_AT_ONCE), r.tally.joined()), bounds=SHARE, of="served"),
    Metric("queue_mean", "customers waiting, averaged over opening hours; those who still wait at the end count, too", "1", -1, lambda r: ratio(r.sum(t.OPEN_WAIT), r.tally.open_ticks()), bounds=AMOUNT),
    Metric("occupancy", "agents' time at work, pauses in it included, of time at the desk", "1", 0, lambda r: ratio(r.at_work(), r.sum(t.PRESENT)), bounds=SHARE),
    Metric("time_in_system_mean", "from arrival to departure, served only", "min", -1, lambda r: ratio(r.sum(t.IN_SYSTEM) / MINUTE, r.count(H.FINISHED)), bounds=AMOUNT),
    Metric("quality_mean", "quality of served visits", "0–10", 1, lambda r: ratio(r.sum(t.QUALITY) / MILLIONTHS, r.count(H.FINISHED)), needs=("quality",), bounds=RATING),
    Metric("satisfaction_mean", "satisfaction of customers at the end", "0–10", 1, lambda r: ratio(r.sum(t.SATISFACTION) / MILLIONTHS, r.count(H.REMAINS)), needs=("quality",), bounds=RATING),
    Metric("satisfaction_gap", "satisfaction of the segment that spends most, less that of the one that spends least", "points", 0, lambda r: r.gap_between_spenders(t.OWN_SATISFACTION) / MILLIONTHS, needs=("quality",)),
    Metric("recognised_share", "greeted by someone who knows them, of served visits", "1", 1, lambda r: ratio(r.count(H.RECOGNISED), r.count(H.FINISHED)), needs=("recognition",), bounds=SHARE, of="served"),
    Metric("knowledge_mean", "knowledge of agents at the end", "1", 1, lambda r: r.knowledge(), needs=("training",), bounds=SHARE),
    Metric("retention", "opening book still in it after a year", "1", 1, lambda r: r.retention(), bounds=SHARE, of=BOOK, curve=yearly_equivalent),
    Metric("retention_rate", "exp(−lost / customer-years in the book)", "1/year", 1, lambda r: math.exp(-ratio(r.count(H.LOST), r.customer_years())), bounds=SHARE, curve=rate_of_staying),
    Metric("customers_lost", "customers who left the book", "1/year", -1, lambda r: r.yearly(r.count(H.LOST)), bounds=AMOUNT),
    Metric("customers_won", "prospects who entered the book", "1/year", 1, lambda r: r.yearly(r.count(H.WON)), bounds=AMOUNT),
    Metric("lost_to_rivals", "customers who would have stayed had rivals remained as they were", "1/year", -1, lambda r: r.yearly(int(r.tally.reasons[Reason.COMPETITOR])), needs=("competitors",), bounds=AMOUNT),
    Metric("referrals", "prospects who came because a customer told them", "1/year", 1, lambda r: r.yearly(r.count(H.REFERRED)), needs=("word_of_mouth",), bounds=AMOUNT),
    Metric("deterred", "candidates who stayed away, having been warned", "1/year", -1, lambda r: r.yearly(r.count(H.STAYED_AWAY)), needs=("word_of_mouth",), bounds=AMOUNT),
    Metric("customers_end", "customers in the book at the end", "customers", 1, lambda r: float(r.count(H.REMAINS)), bounds=AMOUNT),
    Metric("investment_hours", "staff time spent beyond the transaction", "h/month", 0, lambda r: r.hours(r.beyond()), bounds=AMOUNT),
    Metric("minutes_per_relationship", "the same, per customer and year in the book", "min/year", 0, lambda r: ratio(r.beyond() / MINUTE, r.customer_years()), bounds=AMOUNT),
    Metric("mistakes_share", "with a mistake, of served visits", "1", -1, lambda r: ratio(r.count(H.CLARIFIED, H.OVERLOOKED), r.count(H.FINISHED)), needs=("mistakes",), bounds=SHARE, of="served"),
    Metric("first_contact_resolution", "without a mistake that nobody noticed, of served visits", "1", 1, lambda r: 1 - ratio(r.count(H.OVERLOOKED), r.count(H.FINISHED)), needs=("mistakes",), bounds=SHARE, of="served"),
    Metric("failures", "mistakes and broken promises that customers found out", "1/year", -1, lambda r: r.yearly(r.count(H.FAILED)), needs=FAILING, bounds=AMOUNT),
    Metric("complaints", "failures that customers complained of", "1/year", 0, lambda r: r.yearly(r.count(H.COMPLAINED)), needs=FAILING, bounds=AMOUNT),
    Metric("recovered_share", "won over again, of complaints handled", "1", 1, lambda r: ratio(r.count(H.RECOVERED) - r.sum(t.BY_CALL), r.count(H.RECOVERED, H.LET_DOWN) - r.sum(t.BY_CALL)), needs=FAILING, bounds=SHARE, of="complaints"),
    Metric("escalated", "complaints that went to the manager", "1/year", 0, lambda r: r.yearly(r.count(H.ESCALATED)), needs=("manager",), bounds=AMOUNT),
    Metric("promises_due", "promises whose date has come, or that were kept before", "1/year", 0, lambda r: r.yearly(r.count(H.KEPT) + r.sum(t.BROKEN)), needs=("promises",), bounds=AMOUNT),
    Metric("promises_kept_share", "kept, of promises whose date has come", "1", 1, lambda r: ratio(r.count(H.KEPT), r.count(H.KEPT) + r.sum(t.BROKEN)), needs=("promises",), bounds=SHARE, of="promises_due"),
    Metric("calls", "calls to customers", "1/month", 0, lambda r: r.monthly(r.count(H.CALLED)), needs=("outreach",), bounds=AMOUNT),
    Metric("won_back", "customers lost who came back", "1/year", 1, lambda r: r.yearly(r.count(H.WON_BACK)), needs=("outreach", "competitors"), bounds=AMOUNT),
    Metric("hours_core", "agents' time on transactions", "h/month", 0, lambda r: r.hours(r.core()), bounds=AMOUNT),
    Metric("hours_care", "on the six steps", "h/month", 0, lambda r: r.hours(r.sum(t.CARE)), bounds=AMOUNT),
    Metric("hours_clarifying", "on mistakes caught in the visit", "h/month", 0, lambda r: r.hours(r.sum(t.CLARIFYING)), needs=("mistakes",), bounds=AMOUNT),
    Metric("hours_recovery", "on complaints, and held while the manager speaks", "h/month", 0, lambda r: r.hours(r.sum(t.SOOTHING) + r.sum(t.HELD)), needs=("recovery",), bounds=AMOUNT),
    Metric("hours_promises", "on what was promised", "h/month", 0, lambda r: r.hours(r.sum(t.FOLLOWING_UP)), needs=("promises",), bounds=AMOUNT),
    Metric("hours_relationship", "on calls to customers", "h/month", 0, lambda r: r.hours(r.sum(t.CALLING)), needs=("outreach",), bounds=AMOUNT),
    Metric("hours_after_visits", "on what visits leave to do once the customer has gone", "h/month", 0, lambda r: r.hours(r.sum(t.WRITING)), needs=("after_visit_work",), bounds=AMOUNT),
    Metric("hours_internal", "on colleagues' requests", "h/month", 0, lambda r: r.hours(r.sum(t.HELPING)), needs=("internal",), bounds=AMOUNT),
    Metric("hours_inattentive", "lost in thought or in a screen, with no work going on", "h/month", -1, lambda r: r.hours(r.sum(t.INATTENTIVE)), bounds=AMOUNT),
    Metric("hours_break", "on breaks", "h/month", 0, lambda r: r.hours(r.sum(t.ON_BREAK)) if r.scenario.staff.break_minutes else UNDEFINED, bounds=AMOUNT),
    Metric("hours_idle", "with nothing to do", "h/month", 0, lambda r: r.hours(r.sum(t.IDLE)), bounds=AMOUNT),
    Metric("hours_manager", "managers' talks with customers", "h/month", 0, lambda r: r.hours(r.sum(t.TALKING)), needs=("manager",), bounds=AMOUNT),
    Metric("advertising_cost", "what is spent on advertising", "money/year", 0, lambda r: r.yearly(r.costs("advertising")), needs=("advertising",), bounds=AMOUNT),
    Metric("training_cost", "wages and fees of training", "money/year", 0, lambda r: r.yearly(r.costs("training")), needs=("training",), bounds=AMOUNT),
    Metric("costs", "wages, managers, colleagues' waiting, advertising, training and fixed costs", "money/year", -1, lambda r: r.yearly(r.costs()), bounds=AMOUNT),
    Metric("revenue", "what customers pay", "money/year", 1, lambda r: r.yearly(r.revenue()), bounds=AMOUNT),
    Metric("profit", "margin on revenue less costs", "money/year", 1, lambda r: r.yearly(r.profit())),
    Metric("cash", "profit of the window, discounted", "money", 1, lambda r: r.cash),
    Metric("value", "profit of all years of the horizon, discounted", "money", 1, lambda r: r.value()),
)  # fmt: skip
"""Every metric, in the order tables show them."""


@dataclass(frozen=True)
class Own:
    """A metric of one segment: its name, what tables call it, its unit, and how it is read.

    like: the metric of the whole desk that it is the same of.
    """

    name: str
    head: str
    unit: str
    read: Callable[[Reading, int], float]
    like: str = ""

    def __post_init__(self) -> None:
        """Most have the name of the whole's."""
        object.__setattr__(self, "like", self.like or self.name)


OWN = (
    Own("wait_mean", "time in queue", "min", lambda r, s: r.own(s, t.OWN_WAIT) / MINUTE),
    Own("satisfaction_mean", "satisfaction at the end", "0–10", lambda r, s: r.own(s, t.OWN_SATISFACTION) / MILLIONTHS if r.has("quality") else UNDEFINED),
    Own("customers_end", "customers at the end", "customers", lambda r, s: float(r.own_sum(s, t.OWN_REMAINING))),
    Own("served", "visits served", "1/week", lambda r, s: r.weekly(r.own_sum(s, t.OWN_SERVED))),
    Own("abandoned", "visits that left the queue", "1/week", lambda r, s: r.weekly(r.own_sum(s, t.OWN_ABANDONED))),
    Own("unserved_share", "not served, of all who came", "1", lambda r, s: ratio(r.own_sum(s, t.OWN_ABANDONED, t.OWN_TURNED_AWAY), r.own_sum(s, t.OWN_ARRIVED))),
    Own("service_level", "answered in time", "1", lambda r, s: ratio(r.own_sum(s, t.OWN_IN_TIME), r.own_sum(s, t.OWN_ARRIVED))),
    Own("retention", "today's book kept for a year", "1", lambda r, s: r.own_retention(s)),
    Own("customers_lost", "customers lost", "1/year", lambda r, s: r.yearly(r.own_sum(s, t.OWN_LOST))),
    Own("revenue", "revenue", "money/year", lambda r, s: r.yearly(r.own_revenue(s))),
    Own("contribution", "contribution", "money/year", lambda r, s: r.yearly(r.own_revenue(s) * margin_of(r.scenario)), like="revenue"),
)  # fmt: skip
"""Every metric that is read for each segment. Contribution is margin on revenue, before all costs: wages and fixed costs
are of the desk as a whole, so that no segment has a profit."""

NAMES = tuple(metric.name for metric in METRICS)
BY_NAME = {metric.name: metric for metric in METRICS}


def metrics(reading: Reading) -> np.ndarray:
    """(metrics,) every metric of a run, in the order of METRICS; NaN where undefined."""
    return np.array([metric.read(reading) for metric in METRICS])


def own_metrics(reading: Reading) -> np.ndarray:
    """(segments, own metrics) every metric of each segment, in the order of OWN; no rows where there are no
    segments.
    """
    segments = len(reading.scenario.segments)
    return np.array([[own.read(reading, number) for own in OWN] for number in range(segments)]).reshape(-1, len(OWN))


class UnknownMetricError(ServsimError, KeyError):
    """There is no metric of that name."""

    __str__ = Exception.__str__


class Listener(Protocol):
    """A user's own metric that reads the trace: made anew for every replication, which it hears piece by piece.

    name, meaning, unit and better are as those of a `Metric`. Rows are (n, 5) int64 with the columns of a trace, from
    the end of the warm-up to the end of the window; to the end of all simulated years where it has `whole = True`.
    """

    name: str
    meaning: str
    unit: str
    better: int

    def add(self, rows: np.ndarray) -> None:
        """Hear one more piece of the trace."""

    def read(self) -> float:
        """What it comes to; NaN where undefined."""


UserMetric = Metric | type[Listener]
"""A function of the reading, as a `Metric`; or a class whose objects hear the trace."""


def insist_new(metrics: Sequence[UserMetric]) -> None:
    """ServsimError where a user's own metric lacks something, or has a name that is taken."""
    names = [*NAMES]
    for metric in metrics:
        needs = ("name", "unit", "better", *(() if isinstance(metric, Metric) else ("add", "read")))
        lacks = [each for each in needs if not hasattr(metric, each)]
        if lacks or not isinstance(metric, Metric | type):
            raise ServsimError(
                f"metrics: {metric!r} must be a servsim.Metric, or a class with name, meaning, unit, better, add(rows) and "
                f"read(){f'; it lacks {lacks[0]}' if lacks else ', not an object of it'}."
            )
        for each in ("name", "meaning", "unit"):
            if not isinstance(getattr(metric, each, ""), str) or (each == "name" and not metric.name):
                raise ServsimError(f"metrics: {each} of {metric!r} is {getattr(metric, each)!r}; it must be text.")
        if metric.better not in (-1, 0, 1):
            raise ServsimError(f'metrics: better of "{metric.name}" is {metric.better!r}; it must be 1, 0 or -1.')
        if metric.name in names:
            raise ServsimError(f'metrics: there is a metric of the name "{metric.name}"; give yours another one.')
        names.append(metric.name)


def insist_number(metric: UserMetric, found: object) -> float:
    """What a user's own metric comes to, as a number; ServsimError where it is none."""
    if isinstance(found, Real):
        return float(found)
    raise ServsimError(
        f'metrics: "{metric.name}" comes to {found!r}; read() must return a number, NaN where undefined.'
    )


def insist_importable(metrics: Iterable[UserMetric]) -> None:
    """ServsimError where another process could not import a user's own metric."""
    for metric in metrics:
        try:
            pickle.dumps(metric)
        except Exception as error:
            raise ServsimError(
                f'metrics: "{metric.name}" cannot be sent to other processes ({error}): define it by a name at the top of '
                "a file that can be imported, not in a function, a notebook or as a lambda; or leave out engine and dask."
            ) from None


def names_with(own: Sequence[UserMetric]) -> tuple[str, ...]:
    """Every metric by name, in the order of the columns: a user's own stand behind all others."""
    return (*NAMES, *(metric.name for metric in own))


def place_of(name: str, own: Sequence[UserMetric] = ()) -> int:
    """The column of a metric, a user's own or not; UnknownMetricError with the nearest name."""
    names = names_with(own)
    if name in names:
        return names.index(name)
    near = get_close_matches(str(name), names, n=1)
    hint = f"did you mean {near[0]}?" if near else "servsim.METRICS has them all."
    raise UnknownMetricError(f'"{name}" is no metric; {hint}')


def unit_of_own(name: str, own: Sequence[UserMetric], currency: str) -> str:
    """The unit of a metric, a user's own or not, in a currency."""
    units = {metric.name: metric.unit.replace("money", currency) for metric in own}
    return units[name] if name in units else unit_of(name, currency)


def unit_of(name: str, currency: str) -> str:
    """A metric's unit, with the scenario's currency."""
    return BY_NAME[name].unit.replace("money", currency)
