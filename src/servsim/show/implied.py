"""What a file's settings imply for its first year, as an owner can compare it with their own business."""

import math
from collections.abc import Iterator

from rich.table import Table

from servsim.scenario.scenario import as_segments
from servsim.show.numbers import level, scale_of, with_half
from servsim.show.table import blank_table
from servsim.study.check.first_year import FEW, FirstYear
from servsim.study.check.first_year_against_stated import sentences
from servsim.study.confidence_intervals import Interval
from servsim.study.follow.settled_book import SettledBook

SHOWN = {
    "retention": ("of 100, still there in a year", "loyalty.yearly_retention"),
    "customers_end": ("customers {after}", ""),
    "newcomers_stay": ("newcomers who come again, of 100", "loyalty.early_loss"),
    "visits": ("visits a year, served or not", "demand.visit_gap_days"),
    "unserved_share": ("visits not served, of 100", "staff.agents"),
    "wait_mean": ("mean wait, min", "staff.roster"),
    "occupancy": ("agents at work, of 100 minutes", "service.core_minutes"),
    "revenue": ("revenue a year, {unit}", "spending.basket_mean"),
    "wages_share": ("wages, of 100 {currency} of revenue", "staff.wage_per_hour"),
    "profit": ("profit a year, {unit}", "money.fixed_costs_per_month"),
}
"""What a figure is called, and the setting to change first where it is not the owner's."""
HALF = 0.5
"""Of newcomers who come again: where fewer do though none are lost early, more are to buy."""
LONGEST_NAME = 34
"""Columns for words beside numbers and settings."""
PER = {"1": 0.01}
"""What figures of a unit are divided by; money by its own size."""
TOO_LONG = (
    "What these settings imply for the first year is not shown: with so many visits it would take too long here. "
    "`servsim run` shows it."
)


def implied_parts(year: FirstYear, book: SettledBook | None) -> list[Table | str]:
    """The table of a first year, how sure it is, and what an owner should ask themselves."""
    table = blank_table("What these settings imply", "", "about", "if not so, change")
    table.columns[0].no_wrap, table.columns[0].overflow, table.columns[0].max_width = False, "fold", LONGEST_NAME
    table.columns[2].justify = "left"
    for row in rows(year, book):
        table.add_row(*row)
    question, *others = sentences(year, book)
    return [question, table, legend(year), *others]


def rows(year: FirstYear, book: SettledBook | None) -> Iterator[tuple[str, str, str]]:
    """Words, number and setting of every figure that applies; customers today and once settled around those to come."""
    opening, currency = year.scenario.demand.opening_book, year.scenario.money.currency
    if opening:
        yield "customers today", f"{opening:,}", "demand.opening_book"
    for name, own in year.known():
        per, unit = counted_in(own)
        words = SHOWN[name][0].format(after=after(year), unit=unit, currency=currency)
        yield words, about(own, per), setting_of(year, name, own)
        if name == "retention":
            yield from ((f"  {segment}", about(stay, PER["1"]), "") for segment, stay in year.staying.items())
        if name == "customers_end" and book is not None:
            yield "customers once settled", f"{book.settled.customers:,}", ""


def setting_of(year: FirstYear, name: str, own: Interval) -> str:
    """What to change first where a figure is not the owner's."""
    if name == "visits" and not year.scenario.demand.opening_book:
        return "demand.prospects_per_hour"
    early = any(each.loyalty and each.loyalty.early_loss for each in as_segments(year.scenario))
    if name == "newcomers_stay" and own.mean < HALF and not early:
        return "spending.conversion"
    return SHOWN[name][1]


def counted_in(own: Interval) -> tuple[float, str]:
    """What a figure is divided by, and the unit of what is left: shares in 100, money in thousands or millions."""
    if own.unit in ("1", "1/year") or "/year" not in own.unit:
        return PER.get(own.unit, 1.0), own.unit
    per, name = scale_of(own.mean)
    return per, f"{name} {own.unit.removesuffix('/year')}".strip()


def about(own: Interval, per: float) -> str:
    """A mean and half its interval; where there is none, the mean in three digits."""
    if math.isfinite(own.half):
        return with_half(own, per)
    mean = own.mean / per
    return f"{mean:,.0f}" if abs(mean) >= 100 else f"{mean:.3g}"


def after(year: FirstYear) -> str:
    """When the window is over."""
    return "in a year" if year.is_year else f"after {weeks_of(year)} weeks"


def weeks_of(year: FirstYear) -> str:
    """How many weeks the window has."""
    return level(round(year.scenario.horizon.weeks, 2))


def legend(year: FirstYear) -> str:
    """Of how many worlds the figures are, and what profit is."""
    return " ".join([from_what(year), *([of_profit(year)] if "profit" in dict(year.known()) else [])])


def from_what(year: FirstYear) -> str:
    """In how many worlds, and how far their averages may be off."""
    weeks = weeks_of(year)
    one, many = ("year", "years") if year.is_year else (f"stretch of {weeks} weeks", f"stretches of {weeks} weeks")
    if year.worlds < FEW:
        few = f"{year.worlds} simulated {many}" if year.worlds > 1 else f"one simulated {one}"
        return f"From {few}, as more would take too long here: good for a first look only."
    sure = f"{100 * year.scenario.evaluate.confidence:.3g} % sure"
    return (
        f"Averages over {year.worlds} simulated {many}; ± is how far a longer simulation may move them ({sure}). "
        f"A single {one} varies more."
    )


def of_profit(year: FirstYear) -> str:
    """What profit is, and whether rent is part of it."""
    if year.scenario.money.fixed_costs_per_month:
        return "Profit is what is left after goods, wages and fixed costs."
    return "Profit is what is left after goods and wages; the file states no fixed costs, such as rent."
