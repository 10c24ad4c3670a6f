"""Figures: what a tally says, each with its unit, its better direction and one sentence."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.study import tally as t
from servsim.study.tally import Tally
from servsim.units import DAY, DAYS_PER_MONTH, DAYS_PER_YEAR, HOUR, MILLIONTHS, MINUTE, WEEK
from servsim.words import Happening as H

UNDEFINED = math.nan
"""A figure that does not exist in a run, such as the mean wait of nobody; null in JSON."""


@dataclass(frozen=True)
class Reading:
    """A finished tally beside the scenario it belongs to; figures ask it for rates and ratios."""

    tally: Tally
    scenario: Scenario

    def count(self, *happenings: H) -> int:
        """How many rows of these happenings count."""
        return int(sum(self.tally.counts[h] for h in happenings))

    def sum(self, place: int) -> int:
        """One of the tally's sums."""
        return int(self.tally.sums[place])

    @property
    def ticks(self) -> int:
        """Length of what is counted."""
        return self.tally.end - self.tally.warmup

    def weekly(self, amount: float) -> float:
        """An amount as a rate per week."""
        return amount / (self.ticks / WEEK)

    def monthly(self, amount: float) -> float:
        """An amount as a rate per month."""
        return amount / (self.ticks / DAY / DAYS_PER_MONTH)

    def yearly(self, amount: float) -> float:
        """An amount as a rate per year."""
        return amount / (self.ticks / DAY / DAYS_PER_YEAR)

    def wages(self, scheduled: Any, present: Any) -> Any:
        """What agents cost whose shifts take so many ticks and who are there for so many: wages and overtime."""
        staff = self.scenario.staff
        return (scheduled + staff.overtime_factor * (present - scheduled)) / HOUR * staff.wage_per_hour

    def revenue(self) -> float:
        """What customers paid in the time that counts."""
        return self.sum(t.REVENUE) / MILLIONTHS

    def profit(self) -> float:
        """Margin on revenue less wages, in the time that counts."""
        wages = self.wages(self.tally.scheduled_ticks(), self.sum(t.PRESENT))
        return float(self.revenue() * self.scenario.money.margin - wages)

    def daily_profit(self) -> np.ndarray:
        """(days,) the same of every day from the first."""
        revenue = self.tally.revenue / MILLIONTHS
        profit: np.ndarray = revenue * self.scenario.money.margin - self.wages(
            self.tally.scheduled(), self.tally.present
        )
        return profit

    def discount(self, ticks: np.ndarray | int) -> np.ndarray:
        """What one unit of money at an instant is worth today."""
        years = np.asarray(ticks) / DAY / DAYS_PER_YEAR
        return np.asarray((1.0 + self.scenario.money.discount_rate) ** -years)

    def cash(self) -> float:
        """Profit of the horizon in today's money, each day's at its end."""
        ends = (np.arange(len(self.tally.present)) + 1) * DAY
        return float((self.daily_profit() * self.discount(ends)).sum())

    def worth(self, margins: int) -> float:
        """Σ m r / (1 + i − r) over customers: margin on what they spend less what their visits cost in staff time.

        A visit costs the wage of the time an agent spends on it; idle time is paid in `cash`, whoever stays. Of the
        visits customers mean to make, the share counts that the run served in the end, after however many tries.
        """
        visits = float(self.tally.worth[margins + 1])
        if visits == 0 or self.count(H.FINISHED) == 0:
            return 0.0
        if not math.isfinite(visits):  # nobody ever leaves and nothing is discounted
            return UNDEFINED
        cost_per_visit = self.scenario.staff.wage_per_hour * self.sum(t.BUSY) / HOUR / self.count(H.FINISHED)
        served = self.count(H.FINISHED) / (self.count(H.ARRIVED) - self.count(H.RETRIES))
        margin = self.tally.worth[margins] * self.scenario.money.margin
        return float(served * (margin - cost_per_visit * visits))

    def closing_book(self) -> float:
        """What the closing book is worth in today's money."""
        return self.worth(t.MARGINS) * float(self.discount(self.tally.end))

    def retention(self) -> float:
        """Share of the opening book still in it after a year; from a shorter horizon, its yearly equivalent."""
        opening = self.count(H.MEMBER)
        years = min(1.0, self.tally.end / t.YEAR)
        return ratio(opening - self.sum(t.OPENING_LOST), opening) ** (1 / years)

    def wait_quantile(self, share: float) -> float:
        """Wait that this share of those who joined did not exceed, in minutes; to the second."""
        joined = self.tally.joined()
        if joined == 0:
            return UNDEFINED
        return t.second_reached(self.tally.waits, share * joined) / 60

    def customer_years(self) -> float:
        """Years that customers have been in the book, added up."""
        return self.sum(t.BOOK_TIME) / DAY / DAYS_PER_YEAR


def ratio(part: float, whole: float) -> float:
    """A share or a mean; undefined of nothing."""
    return part / whole if whole else UNDEFINED


@dataclass(frozen=True)
class Metric:
    """A figure: its name, what it means, its unit ("money" stands for the currency), whether more is better."""

    name: str
    meaning: str
    unit: str
    better: int
    read: Callable[[Reading], float]


METRICS = (
    Metric("arrivals", "visits that come to the desk", "1/week", 0, lambda r: r.weekly(r.count(H.ARRIVED))),
    Metric("served", "visits served to the end", "1/week", 1, lambda r: r.weekly(r.count(H.FINISHED))),
    Metric("abandoned", "visits that left the queue unserved", "1/week", -1, lambda r: r.weekly(r.count(H.ABANDONED))),
    Metric("balked", "visits that saw the queue and did not join", "1/week", -1, lambda r: r.weekly(r.count(H.BALKED))),
    Metric("blocked", "visits that found no place to wait", "1/week", -1, lambda r: r.weekly(r.count(H.BLOCKED))),
    Metric("sent_home", "visits still waiting at closing", "1/week", -1, lambda r: r.weekly(r.count(H.SENT_HOME))),
    Metric("abandoned_share", "abandoned, of arrivals", "1", -1, lambda r: ratio(r.count(H.ABANDONED), r.count(H.ARRIVED))),
    Metric("balked_share", "balked, of arrivals", "1", -1, lambda r: ratio(r.count(H.BALKED), r.count(H.ARRIVED))),
    Metric("unserved_share", "not served for any of these reasons, of arrivals", "1", -1, lambda r: ratio(r.count(H.ABANDONED, H.BALKED, H.BLOCKED, H.SENT_HOME), r.count(H.ARRIVED))),
    Metric("wait_mean", "time in queue, all who joined", "min", -1, lambda r: ratio(r.sum(t.WAIT) / MINUTE, r.tally.joined())),
    Metric("wait_p50", "half of those who joined waited no longer", "min", -1, lambda r: r.wait_quantile(0.5)),
    Metric("wait_p90", "nine in ten of those who joined waited no longer", "min", -1, lambda r: r.wait_quantile(0.9)),
    Metric("wait_served_mean", "time in queue, served only", "min", -1, lambda r: ratio(r.sum(t.WAIT_SERVED) / MINUTE, r.count(H.STARTED))),
    Metric("waited_share", "of those who joined, did not start at once", "1", -1, lambda r: 1 - ratio(r.sum(t.STARTED_AT_ONCE), r.tally.joined())),
    Metric("queue_mean", "customers waiting, averaged over opening hours", "1", -1, lambda r: ratio(r.sum(t.WAIT), r.tally.open_ticks())),
    Metric("occupancy", "agents' time with customers, of time at the desk", "1", 0, lambda r: ratio(r.sum(t.BUSY), r.sum(t.PRESENT))),
    Metric("time_in_system_mean", "from arrival to departure, served only", "min", -1, lambda r: ratio(r.sum(t.IN_SYSTEM) / MINUTE, r.count(H.FINISHED))),
    Metric("quality_mean", "quality of served visits", "0–10", 1, lambda r: judged(r, ratio(r.sum(t.QUALITY) / MILLIONTHS, r.count(H.FINISHED)))),
    Metric("satisfaction_mean", "satisfaction of the closing book", "0–10", 1, lambda r: judged(r, ratio(r.sum(t.SATISFACTION) / MILLIONTHS, r.count(H.REMAINS)))),
    Metric("retention", "opening book still in it after a year", "1", 1, lambda r: r.retention()),
    Metric("retention_rate", "exp(−lost / customer-years in the book)", "1/year", 1, lambda r: math.exp(-ratio(r.count(H.LOST), r.customer_years()))),
    Metric("customers_lost", "customers who left the book", "1/year", -1, lambda r: r.yearly(r.count(H.LOST))),
    Metric("customers_won", "prospects who entered the book", "1/year", 1, lambda r: r.yearly(r.count(H.WON))),
    Metric("customers_end", "customers in the closing book", "customers", 1, lambda r: float(r.count(H.REMAINS))),
    Metric("investment_hours", "staff time spent beyond the transaction", "h/month", 0, lambda r: r.monthly(r.sum(t.CARE) / HOUR)),
    Metric("minutes_per_relationship", "the same, per customer and year in the book", "min/year", 0, lambda r: ratio(r.sum(t.CARE) / MINUTE, r.customer_years())),
    Metric("revenue", "what customers pay", "money/year", 1, lambda r: r.yearly(r.revenue())),
    Metric("profit", "margin on revenue less wages", "money/year", 1, lambda r: r.yearly(r.profit())),
    Metric("cash", "profit of the horizon, discounted", "money", 1, lambda r: r.cash()),
    Metric("closing_book", "worth of the closing book, discounted", "money", 1, lambda r: r.closing_book()),
    Metric("value", "cash and closing book", "money", 1, lambda r: r.cash() + r.closing_book()),
    Metric("customer_value", "worth of a customer when won", "money", 1, lambda r: ratio(r.worth(t.WON_MARGINS), r.count(H.WON))),
)  # fmt: skip
"""Every figure, in the order tables show them."""

NAMES = tuple(metric.name for metric in METRICS)
BY_NAME = {metric.name: metric for metric in METRICS}


def judged(reading: Reading, figure: float) -> float:
    """A figure about judgement; undefined where nobody judges."""
    return figure if reading.tally.sheet["quality_on"].any() else UNDEFINED


def figures(reading: Reading) -> np.ndarray:
    """(metrics,) every figure of a run, in the order of METRICS; NaN where undefined."""
    return np.array([metric.read(reading) for metric in METRICS])


def unit_of(name: str, currency: str) -> str:
    """A figure's unit, with the scenario's currency."""
    return BY_NAME[name].unit.replace("money", currency)
