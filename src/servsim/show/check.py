"""`check` in words: what can be said of a scenario before it is simulated, and what it implies for its first year."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.table import Table

from servsim.scenario.messages import as_read, as_written
from servsim.scenario.scenario import as_segments
from servsim.scenario.tables.money_horizon_levers import WEEKS_PER_YEAR
from servsim.show.formatting import level, listed, many, plain, scale_of, with_half
from servsim.show.tables import blank_table
from servsim.study.check.before_simulation import Outlook
from servsim.study.check.first_year import FEW, FirstYear, is_looked_at
from servsim.study.check.first_year_against_stated import sentences, staff_setting
from servsim.study.histories.opening_book import Change
from servsim.study.histories.steady_state import SettledBook, looks_at
from servsim.study.intervals_and_tables import Interval
from servsim.study.yearly_projection import looks_ahead

SHOWN = {
    "retention": ("of 100, still there in a year", "loyalty.yearly_retention"),
    "customers_end": ("customers {after}", ""),
    "newcomers_stay": ("newcomers who come again, of 100", "loyalty.early_loss"),
    "visits": ("visits a year, served or not", "demand.visit_gap_days"),
    "unserved_share": ("visits not served, of 100", "staff.agents"),
    "wait_mean": ("mean wait, min", "staff.agents"),
    "occupancy": ("agents at work, of 100 minutes", "service.core_minutes"),
    "revenue": ("revenue a year, {unit}", "spending.basket_mean"),
    "wages_share": ("wages, of 100 {currency} of revenue", "staff.wage_per_hour"),
    "profit": ("profit a year, {unit}", "money.fixed_costs_per_month"),
}
"""What a metric is called, and the setting to change first where it is not the owner's."""
HALF = 0.5
"""Of newcomers who come again: where fewer do though none are lost early, more are to buy."""
LONGEST_NAME = 34
"""Columns for words beside numbers and settings."""
PER = {"1": 0.01}
"""What metrics of a unit are divided by; money by its own size."""
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
    """Words, number and setting of every metric that applies; customers today and once settled around those to come."""
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
    """What to change first where a metric is not the owner's."""
    if name == "visits" and not year.scenario.demand.opening_book:
        return "demand.prospects_per_hour"
    early = any(each.loyalty and each.loyalty.early_loss for each in as_segments(year.scenario))
    if name == "newcomers_stay" and own.mean < HALF and not early:
        return "spending.conversion"
    setting = SHOWN[name][1]
    return staff_setting(year.scenario) if setting == "staff.agents" else setting


def counted_in(own: Interval) -> tuple[float, str]:
    """What a metric is divided by, and the unit of what is left: shares in 100, money in thousands or millions."""
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
    """Of how many replications the metrics are, and what profit is."""
    return " ".join([from_what(year), *([of_profit(year)] if "profit" in dict(year.known()) else [])])


def from_what(year: FirstYear) -> str:
    """In how many replications, and how far their averages may be off."""
    weeks = weeks_of(year)
    one, many = ("year", "years") if year.is_year else (f"stretch of {weeks} weeks", f"stretches of {weeks} weeks")
    if year.replications < FEW:
        few = f"{year.replications} simulated {many}" if year.replications > 1 else f"one simulated {one}"
        return f"From {few}, as more would take too long here: good for a first look only."
    sure = f"{100 * year.scenario.evaluate.confidence:.3g} % sure"
    return (
        f"Averages over {year.replications} simulated {many}; ± is how far a longer simulation may move them ({sure}). "
        f"A single {one} varies more."
    )


def of_profit(year: FirstYear) -> str:
    """What profit is, and whether rent is part of it."""
    if year.scenario.money.fixed_costs_per_month:
        return "Profit is what is left after goods, wages and fixed costs."
    return "Profit is what is left after goods and wages; the file states no fixed costs, such as rent."


LOAD = (
    "The load takes every visit that customers mean to make as served, once and at its planned length, and adds what "
    "visits leave to do, what colleagues ask for and what is promised. Tries after leaving unserved and other work "
    "come on top; visits given up fall away. `servsim run` shows how busy agents get (occupancy) and who is not served "
    "(unserved_share)."
)
"""What the load is made of."""


def outlook_parts(look: Outlook) -> list[Table | str]:
    """What `servsim check` shows."""
    table = blank_table(f"{look.scenario.title}: as planned", "a week at the desk", "", "unit")
    table.columns[2].justify = "left"
    for words, number, unit in (
        ("doors open", look.open_hours, "h"),
        ("agents' time by the roster", look.planned.paid_hours, "h"),
        *there(look),
        ("visits to reckon with", look.planned.visits, ""),
        ("length of a visit as planned", look.planned.visit_minutes, "min"),
        ("load (time asked for, of agents' time there)", look.planned.load, ""),
    ):
        table.add_row(words, plain(number), unit)
    lines: list[Table | str] = [
        table,
        f"Tables that are on: {tables_named(look.on)}.",
        f"Tables that are off or left out: {tables_named(look.off)}.",
    ]
    settled = [settling(look)] if look.settled else []
    warnings = [f"Warning: {warning}" for warning in look.warnings]
    return [*year_parts(look), *warnings, *book_parts(look), *lines, visit_words(look), LOAD, counting(look), *settled]


def tables_named(names: Sequence[str]) -> str:
    """Tables as a file writes them, and what is switched by a setting of [staff]: [load] is no load."""
    own = [INATTENTION if name == "inattention" else f"[{name}]" for name in names]
    return ", ".join(own) or "none"


INATTENTION = "inattention (staff.inattentive_minutes)"
"""What is no table, but on or off as tables are."""


def visit_words(look: Outlook) -> str:
    """Of what the planned length of a visit consists."""
    own = [
        f"{plain(minutes)} {VISIT[part]}" for part, minutes in look.planned.visit_parts.items() if minutes > A_SECOND
    ]
    return f"A visit as planned: {' + '.join(own)} = {plain(look.planned.visit_minutes)} min."


VISIT = {
    "core": "transaction (service.core_minutes, as agents and hours make it)",
    "care": "care (investment.minutes_per_visit)",
    "mistakes": "clearing up and putting right",
    "pauses": "pauses (staff.inattentive_minutes)",
}
"""What the parts of a visit are called, and where they come from."""
A_SECOND = 1 / 60
"""In minutes; parts that are shorter are left out."""


def there(look: Outlook) -> list[tuple[str, float, str]]:
    """For how much of the time paid for agents are there, where that differs."""
    planned = look.planned
    differs = planned.staffed_hours != planned.paid_hours
    return [("of it there (staff.availability)", planned.staffed_hours, "h")] if differs else []


def year_parts(look: Outlook) -> list[Table | str]:
    """What the settings imply for the first year, or why that is not shown; nothing where there is a warm-up."""
    if not is_looked_at(look.scenario):
        return []
    return [*implied_parts(look.year, look.book), ""] if look.year else [TOO_LONG, ""]


def counting(look: Outlook) -> str:
    """How long metrics are counted, and how long money."""
    horizon = look.scenario.horizon
    window = "a year" if horizon.weeks == WEEKS_PER_YEAR else many(round(horizon.weeks, 2), "week")
    counted = f"Metrics count {window} (horizon.weeks)"
    if not looks_ahead(look.scenario):
        return f"{counted}."
    return f"{counted}; value adds up {level(horizon.years)} years (horizon.years), all of them simulated."


def settling(look: Outlook) -> str:
    """When the desk has settled, beside what is left out."""
    horizon = look.scenario.horizon
    never = f"not within {many(horizon.weeks / 2, 'week')}"
    by = [
        f"{name} {never if weeks is None else 'after ' + many(round(weeks, 1), 'week')}"
        for name, weeks in look.settled.items()
    ]
    looks = many(looks_at(look.scenario), "replication")
    return (
        f"Settled (MSER-5 on daily means of {looks}): {listed(by)}. horizon.warmup_weeks leaves out "
        f"{level(horizon.warmup_weeks)}."
    )


def book_parts(look: Outlook) -> list[str]:
    """The settled book as lines of a file, where today's is far from it; or that none is offered."""
    if look.wants_book and look.book is None:
        return ["No settled book is offered: nobody is won, nobody is lost, or the search would take too long."]
    if look.book is None or not look.book.is_far:
        return []
    return [
        "If you open with the settled book, put these lines in place of those in the file:",
        "\n".join(book_lines(look.book)),
        "",
    ]


def book_lines(book: SettledBook) -> list[str]:
    """The settled book as a file has it, today's values beside it."""
    lines = []
    for segment, own in groupby(book.changes(), lambda change: change.segment):
        if segment is not None:
            lines += ["[[segments]]", f"name = {as_written(segment)}"]
        for table, settings in groupby(own, lambda change: change.setting.partition(".")[0]):
            lines += [f"[segments.{table}]" if segment is not None else f"[{table}]", *map(book_line, settings)]
    return lines


def book_line(change: Change) -> str:
    """One setting of it."""
    written = f"{change.setting.partition('.')[2]} = {as_read(change.settled)}"
    return f"{written:<28}# today {as_read(change.today)}"
