"""The question: what is invested, what money is worth, how far to look, and which levels to compare."""

import datetime
import re
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from servsim.scenario.tables.base import Mechanism, Name, Need, Ranges, Table, setting
from servsim.units import DAYS_PER_YEAR

WEEKS_PER_YEAR = DAYS_PER_YEAR / 7

SHARE_OF_REVENUE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*of\s+revenue\s*", re.ASCII)
LARGEST = 1e300
"""Below this any whole number is a float, too."""
DIFFERENCE_NEED = 'a number of at least 0, or a share such as "1 % of revenue"'


def difference(value: Any) -> float | str:
    """A difference of the objective as it is written; ValueError with what it must be."""
    if isinstance(value, str) and SHARE_OF_REVENUE.fullmatch(value):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LARGEST:
        raise ValueError(DIFFERENCE_NEED)
    return float(value)


Difference = Annotated[
    float | str, PlainValidator(difference, json_schema_input_type=float | str), Need(DIFFERENCE_NEED)
]


def share_of_revenue(written: float | str | None) -> float | None:
    """The share of revenue that a difference is written as; None where it is written as a number, or left out."""
    found = SHARE_OF_REVENUE.fullmatch(written) if isinstance(written, str) else None
    return float(found[1]) / 100 if found else None


class Investment(Mechanism):
    """The time the business decides to invest in its customers. Left out: none."""

    minutes_per_visit: float = setting(5.0, "min", ge=0, le=1e4)
    """Minutes planned for the six steps of every visit, on top of the transaction."""
    recovery_minutes: float = setting(0.0, "min", ge=0, le=1e4)
    """Minutes taken for every complaint to win the customer over again; they need a [recovery] table."""
    relationship_hours_per_month: float = setting(0.0, "h/month", ge=0, le=1e5, desk=True)
    """Staff hours a month for calling customers back; they need an [outreach] table."""


class Money(Table):
    """How money is counted."""

    currency: Name = setting("EUR", min_length=1, max_length=8, desk=True)
    """The currency of every amount in this file."""
    margin: float = setting(0.5, ge=0, le=1, desk=True)
    """Share of revenue left after the cost of what is sold, before wages."""
    discount_rate: float = setting(0.10, "1/year", ge=0, le=1, desk=True)
    """Interest, above inflation, at which money of later years is worth less today: all prices are today's."""
    fixed_costs_per_month: float = setting(0.0, "money/month", ge=0, le=1e12, desk=True)
    """Rent and whatever else is paid each month whatever happens at the desk."""


class Horizon(Table):
    """How far the projection looks, from today's book: a window that an owner recognises, and years of money."""

    start: datetime.date | None = setting(None, desk=True)
    """The Monday on which the horizon begins, such as 2026-01-05; only exceptions and months need it. Wall time."""
    weeks: float = setting(WEEKS_PER_YEAR, "weeks", gt=0, le=1040, desk=True)
    """Length of the window in which metrics are counted; left out: one year of 365 days."""
    years: float = setting(10.0, "years", gt=0, le=50, desk=True)
    """Years of money that `value` adds up, all of them simulated, the window included."""
    warmup_weeks: float = setting(0.0, "weeks", ge=0, le=1040, desk=True)
    """Weeks left out of every metric: only for questions about the desk's steady state; see `servsim check`."""
    drift_years: float = setting(3.0, "years", grade="c", ge=0, le=50, desk=True)
    """Years after which rivals and expectations drift no further: nobody has measured such a drift for longer."""


class Evaluate(Table):
    """What `servsim evaluate` compares."""

    lever: str = "investment.minutes_per_visit"
    """The setting to vary: table and key, joined by a dot."""
    levels: Annotated[list[float], Field(min_length=1, max_length=200)] = Field(
        default_factory=lambda: [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0]
    )
    """The values to try; today's value is always one of them."""
    objective: str = "value"
    """What is to be best: value, profit, revenue, retention, or any other metric of which more, or less, is better."""
    constraints: Annotated[list[str], Field(max_length=20)] = Field(default_factory=list)
    """What a level must keep to, such as "abandoned_share <= 5 %" or "investment_hours <= today"."""
    tolerance: float = setting(0.02, "of the bound", gt=0, le=0.5)
    """How far a level may be on the wrong side of a constraint without harm, as a share of its bound."""
    confidence: float = setting(0.95, gt=0.5, lt=1)
    """How sure the answer is, and its intervals."""
    smallest_difference: Difference | None = setting(None, "the objective's")
    """A difference of the objective too small to care about, or "1 % of revenue"; 0: none, and then no guarantee."""
    replications: int = setting(20, "replications", ge=2, le=100_000)
    """Simulated replications of every level to begin with; left out where the objective is value: as it takes."""
    budget_replications: int = setting(2000, "replications", ge=2, le=10_000_000)
    """Simulated replications of all levels together, at most; left out where replications are: some 300."""
    finer: int = setting(0, "levels", ge=0, le=20)
    """Levels put between the best of a first try and its neighbours."""


class Optimise(Table):
    """What `servsim optimise` may change, and how long it searches. What is not said here is as [evaluate] says."""

    levers: Ranges = Field(default_factory=dict)
    """Settings that may be changed, or spans of a roster, each with its range: staff.roster.weekdays.10-14 = [1, 6]."""
    objective: str | None = None
    """What is to be best; left out: evaluate.objective."""
    constraints: Annotated[list[str], Field(max_length=20)] | None = None
    """What a setting of the levers must keep to, such as "costs <= today"; left out: evaluate.constraints."""
    tolerance: float | None = setting(None, "of the bound", gt=0, le=0.5)
    """How far it may be on the wrong side of a constraint without harm; left out: evaluate.tolerance."""
    confidence: float | None = setting(None, gt=0.5, lt=1)
    """How sure the answer is, and its intervals; left out: evaluate.confidence."""
    smallest_difference: Difference | None = setting(None, "the objective's")
    """A difference of the objective too small to care about; left out: evaluate.smallest_difference."""
    points: int = setting(120, "points", ge=2, le=10_000)
    """Settings of the levers that the search tries."""
    search_replications: int = setting(6, "replications", ge=1, le=1000)
    """Simulated replications, the same for all, in which the search tries them."""
    finalists: int = setting(5, "points", ge=1, le=20)
    """The best of them, which are then compared in other replications, as evaluate compares levels."""
    replications: int | None = setting(None, "replications", ge=2, le=100_000)
    """Simulated replications of every finalist to begin with; left out: evaluate.replications."""
    budget_replications: int | None = setting(None, "replications", ge=2, le=10_000_000)
    """Simulated replications of all finalists, after which their race stops; left out: evaluate.budget_replications."""
    front: Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    """Two metrics, such as retention and profit, of which it is shown how one is bought with the other."""
