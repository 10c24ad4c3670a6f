"""What runs for ten years: each mechanism with a clock by itself, on a small desk, with it and without it.

    python benchmarks/clocks.py            rewrites docs/clocks.md, which is part of the model card
    python benchmarks/clocks.py --print    only shows it

The desk opens with the book that it leads to without the mechanism (`servsim check` offers such a one), so that nothing
moves but what the mechanism moves. Replications are the same with and without. About three minutes.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from servsim.engine_parameters import in_world, to_sheet
from servsim.event_codes import Happening
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario, merged
from servsim.scenario.tables.money_horizon_levers import WEEKS_PER_YEAR
from servsim.show.model_card.markdown import code, table, wrapped
from servsim.study.daily_totals import Days
from servsim.study.execution.replications import PIECE, engine_named
from servsim.study.histories.opening_book import with_book
from servsim.study.histories.steady_state import settled_book
from servsim.study.yearly_projection import YEARLY_NAMES, months_of, yearly
from servsim.units import MILLIONTHS, YEAR

PAGE = Path(__file__).parent.parent / "docs" / "clocks.md"
YEARS = 10
SHOWN = (1, 3, 5, 10)
REPLICATIONS = 60
SEED = 9
"""Replications other than those in which books settle."""

Tables = dict[str, Any]

DESK: Tables = {
    "demand": {"prospects_per_hour": 0.2, "opening_book": 400, "visit_gap_days": 30.0},
    "staff": {"agents": 2},
    "service": {"core_minutes": 12.0, "core_cv": 0.5},
    "investment": {"minutes_per_visit": 5.0},
    "waiting": {"patience_minutes": 20.0},
    "quality": {"opening_satisfaction": 7.0, "should_ratchet": 0.0},
    "loyalty": {"yearly_retention": 0.8, "tenure_slope": 0.0},
    "spending": {},
    "horizon": {"years": YEARS, "weeks": YEARS * WEEKS_PER_YEAR},
}
"""A desk with time to spare, on which nothing has a clock."""
RIVALS: Tables = {"competitors": {"rival_drift": 0.0}}
STAFF: Tables = {"training": {"hours_per_month": 0.0, "turnover": 0.0, "forgotten_share": 0.0, "learning_rate": 1.0}}
LEAVING: Tables = merged(STAFF, {"training": {"turnover": 0.25}})
HASTE: Tables = {
    "investment": {"minutes_per_visit": 1.0},
    "word_of_mouth": {"praises": 0.0, "mentions": 0.0, "deterred_share": 0.0, "potential_customers": 2000},
}
"""A desk that disappoints people in a small town, who warn others."""
ALWAYS: Tables = {"horizon": {"drift_years": YEARS}}


@dataclass(frozen=True)
class Clock:
    """A mechanism with a clock: its setting, at which value, and what was ever measured; nothing where that is said."""

    setting: str
    value: float
    measured: str
    beside: Tables = field(default_factory=dict)
    """Tables that the desk has with it and without it."""
    also: Tables = field(default_factory=dict)
    """What goes with the mechanism and not with the desk without it."""
    remark: str = ""

    @property
    def without(self) -> Scenario:
        """The desk without it, settled."""
        desk = checked(merged(DESK, self.beside), self.setting)
        book = settled_book(desk)
        return with_book(desk, book.settled) if book else desk

    def within(self, desk: Scenario) -> Scenario:
        """The desk with it."""
        name, _, key = self.setting.partition(".")
        raw = desk.model_dump(exclude_unset=True, exclude_none=True)
        return checked(merged(merged(raw, {name: {**raw.get(name, {}), key: self.value}}), self.also), self.setting)


CLOCKS = (
    Clock(
        "competitors.rival_drift", 0.05,
        "Nobody has measured how fast rivals become better; the size is assumed, and so is that it ends.", RIVALS,
    ),
    Clock("competitors.rival_drift", 0.05, "", RIVALS, ALWAYS, "for ten years"),
    Clock(
        "competitors.newcomer_quality", 7.0,
        "That a better rival takes customers, the best served first, was measured at banks (Buell, Campbell and Frei "
        "2016); how good a newcomer at this desk is, and for how long people go over, is assumed.",
        RIVALS, remark="from week 26",
    ),
    Clock(
        "quality.should_drift", 0.05, "Nobody has measured it; the size is assumed, and so is that it ends.",
    ),
    Clock("quality.should_drift", 0.05, "", {}, ALWAYS, "for ten years"),
    Clock(
        "quality.should_ratchet", 0.1,
        "That what will and what should happen work in opposite ways was found once (Boulding et al. 1993); that the "
        "second rises with good visits, by how much and for how long, is assumed. It goes by a customer's visits, not "
        "by the calendar, and so does not end: a customer won in year 8 is as satisfied after twenty visits as one won "
        "today.",
    ),
    Clock(
        "training.hours_per_month", 1.0,
        "Two small studies of trained listening (61 and 33 people, by their own account) found that it lasted; neither "
        "says anything of years.", STAFF,
    ),
    Clock(
        "training.forgotten_share", 0.2,
        "Nobody has measured what desk staff forget in a year; the share is assumed.", STAFF,
    ),
    Clock(
        "training.turnover", 0.25,
        "Turnover of service desks is known year by year, 5 to 60 %, and goes on for as long as there are desks; what "
        "newcomers lack is assumed.", STAFF,
    ),
    Clock(
        "training.learning_rate", 0.85,
        "Learning curves are measured over cases, some hundreds of them (Wright 1936; Yelle 1979); after those nobody "
        "becomes faster here either.", LEAVING, remark="with a turnover of 25 %",
    ),
    Clock(
        "word_of_mouth.deterred_share", 0.05,
        "How often people warn others, and that it counts, was measured (East, Hammond and Wright 2007; East, Hammond "
        "and Lomax 2008); that a warning lasts for half a year is assumed.", HASTE,
        remark="at a desk that disappoints, in a town of 2,000",
    ),
    Clock(
        "loyalty.tenure_slope", 0.05,
        "That long custom binds was measured over 22 months of telephone contracts (Bolton 1998); here ten visits "
        "are as good as any more.",
    ),
    Clock(
        "spending.spend_growth", 0.02,
        "Said to go on for years (Reichheld and Sasser 1990), and not found in 16,000 customers of four firms "
        "(Reinartz and Kumar 2002); off by default, with a cap.",
    ),
)  # fmt: skip
"""Every mechanism with a clock."""

METRICS = ("customers, %", "satisfaction, points", "retention, pp", "revenue, %")
DIGITS = (1, 2, 1, 1)


def years_of(scenario: Scenario, number: int) -> np.ndarray:
    """(METRICS, years) one replication: customers at a year's end, satisfaction judged by in it, retention, revenue."""
    sheet = in_world(to_sheet(scenario), SEED, number, YEARS * YEAR)
    days, judged = Days(sheet, YEARS * YEAR), np.zeros((2, YEARS))
    for rows in engine_named("fast").pieces(sheet, PIECE):
        days.add(rows)
        said = rows[rows[:, 1] == Happening.JUDGED]
        judged += [np.bincount(said[:, 0] // YEAR, own, YEARS) for own in (said[:, 4] / MILLIONTHS, None)]
    days.close()
    of_year = dict(zip(YEARLY_NAMES, yearly(months_of(scenario, days)).T, strict=True))
    return np.array([of_year["customers_end"], judged[0] / judged[1], of_year["retention_rate"], of_year["revenue"]])


def replications_of(scenario: Scenario) -> np.ndarray:
    """(replications, METRICS, years) of a scenario."""
    return np.array([years_of(scenario, number) for number in range(REPLICATIONS)])


@dataclass(frozen=True)
class Seen:
    """What a mechanism does: (METRICS, years) means of the differences that it makes, and their standard errors.

    Of customers and revenue in per cent, of retention in percentage points, of satisfaction in points. drift: by how
    much customers of the desk without it move in ten years, in per cent.
    """

    clock: Clock
    mean: np.ndarray
    error: np.ndarray
    drift: float


def seen(clock: Clock) -> Seen:
    """Ten years with and without."""
    desk = clock.without
    without, within = replications_of(desk), replications_of(clock.within(desk))
    unit = np.array([without[:, 0].mean(0) / 100, np.ones(YEARS), np.full(YEARS, 0.01), without[:, 3].mean(0) / 100])
    gap = (within - without) / unit
    drift = 100 * (without[:, 0, -1].mean() / desk.demand.opening_book - 1)
    return Seen(clock, gap.mean(axis=0), gap.std(axis=0, ddof=1) / np.sqrt(REPLICATIONS), float(drift))


def row_of(found: Seen) -> tuple[str, ...]:
    """A line of the table: of each metric the differences after the years that are shown."""
    clock = found.clock
    name = f"{code(clock.setting)} = {clock.value:g}" + (f", {clock.remark}" if clock.remark else "")
    return name, *(differences(own, digits) for own, digits in zip(found.mean, DIGITS, strict=True))


def differences(own: np.ndarray, digits: int) -> str:
    """What a mechanism makes of a metric after the years that are shown; no sign where it makes nothing of it."""
    rounded = [round(float(own[year - 1]), digits) for year in SHOWN]
    return " / ".join(f"{number:+.{digits}f}".replace("-", "−") if number else "0" for number in rounded)


def page() -> str:
    """The page: what was done, the table, and what was ever measured."""
    found = [seen(clock) for clock in CLOCKS]
    errors = np.max([each.error for each in found], axis=(0, 2))
    moved = max(abs(each.drift) for each in found)
    lead = (
        f"Each mechanism with a clock by itself, for {YEARS} years: a small desk with time to spare, with it and "
        f"without it, in {REPLICATIONS} common replications. The desk opens with the book to which it leads without "
        "the mechanism: "
        f"then its customers change by {moved:.1f} % at most in {YEARS} years. Retention and revenue are those of the "
        f"year. Each cell: after {', '.join(map(str, SHOWN[:-1]))} and {SHOWN[-1]} years. Written by `python "
        "benchmarks/clocks.py`."
    )
    doubt = (
        f"Standard errors are at most {errors[0]:.1f} % of customers, {errors[1]:.2f} points, {errors[2]:.1f} pp and "
        f"{errors[3]:.1f} % of revenue."
    )
    measured = "\n".join(
        wrapped(f"{code(clock.setting)}: {clock.measured}", "- ", "  ") for clock in CLOCKS if clock.measured
    )
    head = ("with it, against without", *METRICS)
    parts = (
        wrapped(lead),
        table(head, map(row_of, found)),
        wrapped(doubt),
        "What was ever measured beyond one year:",
        measured,
    )
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    text = page()
    if "--print" in sys.argv[1:]:
        sys.stdout.write(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
