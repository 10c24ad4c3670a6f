"""The projection year by year, as a table: metrics as rows, years as columns."""

from collections.abc import Callable, Sequence

import numpy as np
from rich.table import Table

from servsim.show.formatting import is_share, level, scale_of, unit_words, with_half
from servsim.show.tables import blank_table
from servsim.study.intervals_and_tables import Interval
from servsim.study.one_lever.result import Evaluation
from servsim.study.run import Run
from servsim.study.yearly_projection import LOOKS, MONTHS

SHOWN = {
    "cash": "cash", "revenue": "revenue", "profit": "profit", "customers_end": "customers", "retention_rate": "staying",
    "unserved_share": "unserved", "wait_mean": "wait",
}  # fmt: skip
"""What an owner asks of a year, and what it is called where there is little room."""
FEW = 5
"""So many years are shown one by one; of more, those that one may look ahead, and the last."""
LEGEND = (
    "cash: the year's profit in today's money; customers: in the book at the end of the year; staying: of all in the "
    "book, newcomers too (retention_rate)."
)

OfYear = Callable[[int, str], Interval]
"""A metric of YEARLY in a year."""


def run_by_year(run: Run) -> list[Table | str]:
    """The years of a run; nothing where money over the years means nothing, or where no year is whole."""
    many = run.years.shape[1]
    if not many or not len(run.metrics):
        return []
    title = f"By year, with {100 * run.confidence:.3g} % intervals"
    plain = (
        [" Plain means: year 1 may differ a little from the table above, which control variates narrow."]
        if run.is_controlled
        else []
    )
    return [years_table(title, many, run.of_year), "".join([LEGEND, *plain])]


def level_by_year(e: Evaluation, value: float) -> list[Table]:
    """The years of a level of an evaluation; nothing where none were simulated."""
    many = e.months[e.levels.index(value)].shape[1] // MONTHS if e.looks_ahead else 0
    today = " (today)" if value == e.today else ""

    def of_year(year: int, metric: str) -> Interval:
        return e.of_year(value, year, metric)

    return [years_table(f"{e.lever} = {level(value)}{today}, by year", many, of_year)] if many else []


def years_table(title: str, many: int, of_year: OfYear) -> Table:
    """A row for each metric that is defined and not nought, a column for each year that is shown."""
    years = years_shown(many)
    table = blank_table(title, "", *(f"year {year}" for year in years))
    for name in SHOWN:
        own = [of_year(year, name) for year in years]
        means = np.array([each.mean for each in own])
        if np.isfinite(means).any() and np.nan_to_num(means).any():
            per, unit = counted_in(name, own[0].unit, float(np.nanmax(np.abs(means))))
            table.add_row(f"{SHOWN[name]}, {unit}".removesuffix(", "), *(with_half(each, per) for each in own))
    return table


def years_shown(many: int) -> Sequence[int]:
    """All years where they are few, else some of them and the last."""
    return range(1, many + 1) if many <= FEW else sorted({many, *(year for year in LOOKS if year < many)})


COUNTED = {"min": "min", "customers": ""}
"""Units that are no money, and how they are written beside a name."""


def counted_in(metric: str, unit: str, largest: float) -> tuple[float, str]:
    """What a row's numbers are divided by, and the unit of what is left."""
    if is_share(metric):
        return 0.01, "%"
    words = unit_words(unit, metric).removesuffix(" a year")
    if words in COUNTED:
        return 1.0, COUNTED[words]
    per, name = scale_of(largest)
    return per, f"{name} {words}".strip()
