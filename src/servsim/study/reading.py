"""A finished tally beside its scenario, asked for rates, ratios and money."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.sheet import hourly_training_cost, monthly_advertising
from servsim.study import tally as t
from servsim.study.tally import Tally
from servsim.units import DAY, DAYS_PER_MONTH, DAYS_PER_YEAR, HOUR, MILLIONTHS, WEEK
from servsim.words import Happening

UNDEFINED = math.nan
"""A figure that does not exist in a run, such as the mean wait of nobody; null in JSON."""


def margin_of(scenario: Scenario) -> float:
    """Share of revenue left after the cost of what is sold, which does not rise with its price."""
    margin, spending = scenario.money.margin, scenario.spending
    return margin + (1.0 - margin) * (1.0 - 1.0 / spending.price_level) if spending else margin


@dataclass(frozen=True)
class Reading:
    """A finished tally beside the scenario it belongs to; figures ask it for rates and ratios."""

    tally: Tally
    scenario: Scenario

    def count(self, *happenings: Happening) -> int:
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

    @property
    def margin(self) -> float:
        """Share of revenue left after the cost of what is sold."""
        return margin_of(self.scenario)

    def revenue(self) -> float:
        """What customers paid in the time that counts."""
        return self.sum(t.REVENUE) / MILLIONTHS

    def profit(self) -> float:
        """Margin on revenue less wages, the manager's time, advertising and training, in the time that counts."""
        return float(self.revenue() * self.margin - self.paid() - self.budgets())

    def paid(self) -> float:
        """Wages, and what managers' talks cost, in the time that counts."""
        wages = self.wages(self.tally.scheduled_ticks, self.sum(t.PRESENT))
        return float(wages + self.managers_cost(self.sum(t.TALKING)))

    def budgets(self) -> float:
        """What advertising and training cost in the time that counts."""
        return float((self.advertising() + self.training()) * self.months(self.ticks))

    def months(self, ticks: Any) -> Any:
        """So many ticks in months."""
        return ticks / DAY / DAYS_PER_MONTH

    def advertising(self) -> float:
        """What is spent on advertising in a month."""
        return monthly_advertising(self.scenario)

    def training(self) -> float:
        """What training costs in a month, wages and fees."""
        sheet = self.tally.sheet[0]
        return float(sheet["training_hours"] * sheet["desk_agents"]) * hourly_training_cost(self.scenario)

    def managers_cost(self, talking: Any) -> Any:
        """What so many ticks of managers' talks cost; managers are paid for nothing else here."""
        manager = self.scenario.manager
        return talking / HOUR * (manager.manager_wage_per_hour if manager else 0.0)

    def beyond(self) -> int:
        """Staff time beyond transactions, in ticks: care, clarifying, recovery, promises, calls, managers' talks."""
        places = (t.CARE, t.CLARIFYING, t.SOOTHING, t.FOLLOWING_UP, t.CALLING, t.HELD, t.TALKING)
        return sum(self.sum(place) for place in places)

    def at_work(self) -> int:
        """Agents' time with customers and colleagues, on promises and calls, in ticks."""
        places = (t.BUSY, t.FOLLOWING_UP, t.CALLING, t.HELPING, t.HELD)
        return sum(self.sum(place) for place in places)

    def core(self) -> int:
        """Agents' time on the transactions themselves, in ticks."""
        return self.sum(t.VISITING) - self.sum(t.CARE) - self.sum(t.CLARIFYING) - self.sum(t.SOOTHING)

    def hours(self, ticks: int) -> float:
        """Hours a month."""
        return self.monthly(ticks / HOUR)

    def has(self, *tables: str) -> bool:
        """Is any of these mechanisms switched on, for any segment?"""
        return any(bool(self.tally.sheet[f"{table}_on"].any()) for table in tables)

    def daily_profit(self) -> np.ndarray:
        """(days,) the same of every day from the first."""
        revenue = self.tally.revenue / MILLIONTHS
        wages = self.wages(self.tally.scheduled, self.tally.present) + self.managers_cost(self.tally.talks)
        days = np.diff(np.minimum(np.arange(len(revenue) + 1) * DAY, self.tally.end))
        budgets = (self.advertising() + self.training()) * self.months(days)
        profit: np.ndarray = revenue * self.margin - wages - budgets
        return profit

    def discount(self, ticks: np.ndarray | int) -> np.ndarray:
        """What one unit of money at an instant is worth today."""
        years = np.asarray(ticks) / DAY / DAYS_PER_YEAR
        return np.asarray((1.0 + self.scenario.money.discount_rate) ** -years)

    @cached_property
    def cash(self) -> float:
        """Profit of the horizon in today's money, each day's at its end."""
        ends = (np.arange(len(self.tally.present)) + 1) * DAY
        return float((self.daily_profit() * self.discount(ends)).sum())

    def worth(self, margins: int, segment: int | None = None) -> float:
        """Σ m r / (1 + i − r) over customers: margin on what they spend less what their visits cost in staff time.

        Of one segment, or of all. Customers are taken to spend as newcomers do: what `spend_growth` adds is left out.

        A visit costs the wage of the time an agent spends on it; idle time is paid in `cash`, whoever stays. Of the
        visits customers mean to make, the share counts that the run served in the end, after however many tries.
        """
        worth = self.tally.worth.sum(axis=0) if segment is None else self.tally.worth[segment]
        visits = float(worth[margins + 1])
        if visits == 0 or self.count(Happening.FINISHED) == 0:
            return 0.0
        if not math.isfinite(visits):  # nobody ever leaves and nothing is discounted
            return UNDEFINED
        cost_per_visit = self.scenario.staff.wage_per_hour * self.sum(t.BUSY) / HOUR / self.count(Happening.FINISHED)
        served = self.count(Happening.FINISHED) / (self.count(Happening.ARRIVED) - self.count(Happening.RETRIES))
        margin = worth[margins] * self.margin
        return float(served * (margin - cost_per_visit * visits))

    def closing_book(self) -> float:
        """What the closing book is worth in today's money."""
        return self.worth(t.MARGINS) * float(self.discount(self.tally.end))

    def retention(self) -> float:
        """Share of the opening book still in it after a year; from a shorter horizon, its yearly equivalent."""
        opening = self.count(Happening.MEMBER)
        years = min(1.0, self.tally.end / t.YEAR)
        return ratio(opening - self.sum(t.OPENING_LOST), opening) ** (1 / years)

    def own(self, segment: int, place: int) -> float:
        """The mean of a sum of one segment."""
        return ratio(int(self.tally.segments[segment, place]), int(self.tally.segments[segment, place + 1]))

    def gap_between_spenders(self, place: int) -> float:
        """The mean of a sum of segments among the highest spenders less that among the lowest; undefined among equals.

        Spenders are told apart by what a customer of their segment spends in a year as the scenario has it.
        """
        sheet, own = self.tally.sheet, self.tally.segments
        spend = sheet["spending_on"] * sheet["basket_mean"] / sheet["visit_gap_days"]
        most, least = own[spend == spend.max()].sum(axis=0), own[spend == spend.min()].sum(axis=0)
        if spend.max() == spend.min():
            return UNDEFINED
        return ratio(most[place], most[place + 1]) - ratio(least[place], least[place + 1])

    def knowledge(self) -> float:
        """What agents of the desk know at the end, on average."""
        agents = self.tally.agents[: int(self.tally.sheet[0]["desk_agents"]), t.KNOWLEDGE]
        return ratio(float(agents.sum()) / MILLIONTHS, len(agents))

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
