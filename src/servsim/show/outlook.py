"""What can be said of a scenario before it is simulated: the week at the desk, what is on, when it has settled."""

from itertools import groupby

from rich.table import Table

from servsim.scenario.messages import as_read, as_written
from servsim.scenario.tables.money_horizon_levers import WEEKS_PER_YEAR
from servsim.show.implied import TOO_LONG, implied_parts
from servsim.show.numbers import level, plain
from servsim.show.phrases import listed
from servsim.show.table import blank_table
from servsim.study.check.before_simulation import Outlook
from servsim.study.check.first_year import is_looked_at
from servsim.study.follow.settled_book import Change, SettledBook
from servsim.study.follow.settling import LOOKS
from servsim.study.yearly_projection import looks_ahead

LOAD = (
    "The load takes every visit that customers mean to make as served, once and at its planned length, and adds what "
    "colleagues ask for. Tries after leaving unserved and other work come on top; visits given up fall away. `servsim "
    "run` shows how busy agents get (occupancy) and who is not served (unserved_share)."
)
"""What the load is made of."""


def outlook_parts(look: Outlook) -> list[Table | str]:
    """What `servsim check` shows."""
    table = blank_table(f"{look.scenario.title}: as planned", "a week at the desk", "", "unit")
    table.columns[2].justify = "left"
    for words, number, unit in (
        ("doors open", look.open_hours, "h"),
        ("agents' time by the roster", look.paid_hours, "h"),
        ("visits to reckon with", look.visits, ""),
        ("length of a visit as planned", look.visit_minutes, "min"),
        ("load (time asked for, of time paid for)", look.load, ""),
    ):
        table.add_row(words, plain(number), unit)
    lines: list[Table | str] = [
        table,
        f"On: {', '.join(look.on) or 'nothing'}.",
        f"Off: {', '.join(look.off) or 'nothing'}.",
    ]
    settled = [settling(look)] if look.settled else []
    warnings = [f"Warning: {warning}" for warning in look.warnings]
    return [*year_parts(look), *warnings, *book_parts(look), *lines, LOAD, counting(look), *settled]


def year_parts(look: Outlook) -> list[Table | str]:
    """What the settings imply for the first year, or why that is not shown; nothing where there is a warm-up."""
    if not is_looked_at(look.scenario):
        return []
    return [*implied_parts(look.year, look.book), ""] if look.year else [TOO_LONG, ""]


def counting(look: Outlook) -> str:
    """How long figures are counted, and how long money."""
    horizon = look.scenario.horizon
    window = "a year" if horizon.weeks == WEEKS_PER_YEAR else f"{level(round(horizon.weeks, 2))} weeks"
    counted = f"Figures count {window} (horizon.weeks)"
    if not looks_ahead(look.scenario):
        return f"{counted}."
    return f"{counted}; value adds up {level(horizon.years)} years (horizon.years), all of them simulated."


def settling(look: Outlook) -> str:
    """When the desk has settled, beside what is left out."""
    horizon = look.scenario.horizon
    never = f"not within {level(horizon.weeks / 2)} weeks"
    by = [
        f"{name} {never if weeks is None else f'after {level(round(weeks, 1))} weeks'}"
        for name, weeks in look.settled.items()
    ]
    return (
        f"Settled (MSER-5 on daily means of {LOOKS} worlds): {listed(by)}. horizon.warmup_weeks leaves out "
        f"{level(horizon.warmup_weeks)}."
    )


def book_parts(look: Outlook) -> list[str]:
    """The settled book as lines of a file, where today's is far from it; or that none is offered."""
    if look.wants_book and look.book is None:
        return ["No settled book is offered: nobody is won, nobody is lost, or the search would take too long."]
    if look.book is None or not look.book.is_far:
        return []
    return [
        "To open with the settled book, put these lines in place of those in the file:",
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
