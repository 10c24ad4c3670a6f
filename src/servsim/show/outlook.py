"""What can be said of a scenario before it is simulated: the week at the desk, what is on, when it has settled."""

from rich.table import Table

from servsim.show.numbers import level, plain
from servsim.show.phrases import listed
from servsim.show.table import blank_table
from servsim.study.follow.settling import WORLDS
from servsim.study.outlook import Outlook

LOAD = (
    "The load takes every visit that customers mean to make as served, once and at its planned length, and adds what "
    "colleagues ask for. Tries after leaving unserved and other work come on top; visits given up fall away. `servsim "
    "run` shows how busy agents get (occupancy) and who is not served (unserved_share)."
)
"""What the load is made of."""


def outlook_parts(look: Outlook) -> list[Table | str]:
    """What `servsim check` shows."""
    table = blank_table(look.scenario.title, "a week at the desk", "", "unit")
    table.columns[2].justify = "left"
    for words, number, unit in (
        ("doors open", look.open_hours, "h"),
        ("agents' time paid for", look.paid_hours, "h"),
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
    return [*lines, LOAD, *settled, *(f"Warning: {warning}" for warning in look.warnings)]


def settling(look: Outlook) -> str:
    """When the desk has settled, beside what is left out."""
    horizon = look.scenario.horizon
    never = f"not within {level(horizon.weeks / 2)} weeks"
    by = [
        f"{name} {never if weeks is None else f'after {level(round(weeks, 1))} weeks'}"
        for name, weeks in look.settled.items()
    ]
    return (
        f"Settled (MSER-5 on daily means of {WORLDS} worlds): {listed(by)}. horizon.warmup_weeks leaves out "
        f"{level(horizon.warmup_weeks)}."
    )
