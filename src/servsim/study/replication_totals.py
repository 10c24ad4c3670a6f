"""The totals of one finished replication beside its scenario, asked for rates, ratios and money."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from servsim.event_codes import Happening
from servsim.scenario.scenario import Scenario
from servsim.study import tally_places as t
from servsim.study.daily_totals import Days
from servsim.study.money import COSTS, Used, costs_of, daily_discount, daily_money, margin_of
from servsim.study.trace_totals import Tally
from servsim.study.yearly_projection import COLUMNS, months_of, value_of
from servsim.units import DAY, DAYS_PER_MONTH, DAYS_PER_YEAR, HOUR, MILLIONTHS, WEEK, YEAR

UNDEFINED = math.nan
"""A metric that does not exist in a run, such as the mean wait of nobody; null in JSON."""


@dataclass(frozen=True)
class Reading:
    """A finished tally beside the scenario it belongs to; metrics ask it for rates and ratios.

    years: the days of all the years that money is counted in, closed; None where nobody asked for them.
    """

    tally: Tally
    scenario: Scenario
    years: Days | None = None

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

    def revenue(self) -> float:
        """What customers paid in the time that counts."""
        return self.sum(t.REVENUE) / MILLIONTHS

    def profit(self) -> float:
        """Margin on revenue less all costs, in the time that counts."""
        return float(self.revenue() * margin_of(self.scenario) - self.costs())

    def costs(self, *kinds: str) -> float:
        """What these COSTS, or all of them, come to in the time that counts."""
        sheet, tally = self.tally.sheet[0], self.tally
        used = Used(
            self.ticks, tally.paid_ticks, tally.scheduled_ticks, self.sum(t.PRESENT), tally.open_ticks(),
            self.sum(t.TALKING), tally.colleagues_wait,
        )  # fmt: skip
        paid = costs_of(self.scenario, float(sheet["training_hours"] * sheet["desk_agents"]), used)
        return float(sum(amount for name, amount in zip(COSTS, paid, strict=True) if not kinds or name in kinds))

    def answered_in_time(self, of: int) -> float:
        """Share of so many visits that an agent turned to within `waiting.target_seconds`: a service level.

        Of all who came it is the service level of most contracts: Cisco's contact centre counts so where abandoned
        calls count against it, RingCentral where it includes them. Of those who were answered, it says nothing of who
        gave up: Erlang C, and every tool that rests on it, knows of nobody who does, so that there the two are one.
        Cisco's "ignore abandoned calls" leaves out only who gave up within the target, and is between the two.
        """
        return ratio(self.sum(t.ANSWERED_IN_TIME), of)

    def in_time(self) -> int:
        """Visits whose wait was no longer than the target, answered or not; who did not join waited for nothing.

        Of all who came: what Cisco counts where abandoned calls count for the service level, and what papers on queues
        call P(W ≤ t).
        """
        return self.sum(t.ANSWERED_IN_TIME) + self.sum(t.LEFT_IN_TIME) + self.count(Happening.BALKED, Happening.BLOCKED)

    def beyond(self) -> int:
        """Staff time beyond transactions, in ticks: care, clarifying, recovery, promises, calls, what visits leave to
        do, managers' talks.
        """
        places = (t.CARE, t.CLARIFYING, t.SOOTHING, t.FOLLOWING_UP, t.CALLING, t.WRITING, t.HELD, t.TALKING)
        return sum(self.sum(place) for place in places)

    def at_work(self) -> int:
        """Agents' time with customers and colleagues, on promises and calls, pauses in it included, in ticks."""
        places = (t.BUSY, t.FOLLOWING_UP, t.CALLING, t.HELPING, t.WRITING, t.HELD, t.PAUSED)
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

    @cached_property
    def cash(self) -> float:
        """Profit of the window in today's money, each day's at its end; of the day on which the warm-up ends, what is
        left of it.
        """
        revenue, costs = daily_money(self.scenario, self.tally.days)
        profit = margin_of(self.scenario) * revenue - costs.sum(axis=1)
        if warm := -(-self.tally.warmup // DAY):
            profit[: warm - 1] = 0.0
            profit[warm - 1] = self.profit() - profit[warm:].sum()
        return float((profit * daily_discount(self.scenario, len(profit))).sum())

    @cached_property
    def months(self) -> np.ndarray:
        """(months, COLUMNS) all years, month by month; no months where nobody asked for them."""
        return np.empty((0, len(COLUMNS))) if self.years is None else months_of(self.scenario, self.years)

    def value(self) -> float:
        """The money of all years in today's money; undefined where nobody asked for them."""
        return UNDEFINED if self.years is None else float(value_of(self.months))

    def retention(self) -> float:
        """Share of the opening book still in it after a year; from a shorter horizon, its yearly equivalent."""
        return self.retained(self.count(Happening.MEMBER), self.sum(t.OPENING_LOST))

    def retained(self, opening: int, lost: int) -> float:
        """Share of an opening book that is kept for a year, where so many of it were lost within the year."""
        return ratio(opening - lost, opening) ** (1 / min(1.0, self.tally.end / YEAR))

    def own_sum(self, segment: int, *places: int) -> int:
        """Sums of one segment, added up."""
        return int(sum(self.tally.segments[segment, place] for place in places))

    def own_retention(self, segment: int) -> float:
        """The same as `retention`, of one segment's customers."""
        return self.retained(self.own_sum(segment, t.OWN_OPENING), self.own_sum(segment, t.OWN_OPENING_LOST))

    def own_revenue(self, segment: int) -> float:
        """What customers of one segment paid in the time that counts."""
        return self.own_sum(segment, t.OWN_REVENUE) / MILLIONTHS

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
        """Wait that this share of those whose wait is over did not exceed, in minutes; to the second."""
        return self.tally.wait_reached(share) / 60 if self.tally.joined() else UNDEFINED

    def customer_years(self) -> float:
        """Years that customers have been in the book, added up."""
        return self.sum(t.BOOK_TIME) / DAY / DAYS_PER_YEAR


def ratio(part: float, whole: float) -> float:
    """A share or a mean; undefined of nothing."""
    return part / whole if whole else UNDEFINED
