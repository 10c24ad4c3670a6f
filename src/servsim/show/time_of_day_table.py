"""Metrics by the hour or quarter-hour of the day, as a table: times as rows, metrics as columns."""

from rich.table import Table

from servsim.show.formatting import how_sure, plain, window_words
from servsim.show.tables import blank_table, with_lines_below
from servsim.study.histories.time_of_day import MEASURES, TimeOfDay

LEGEND = "Visits count in the time in which they came; a day: one on which the doors are then open."


def time_of_day_table(found: TimeOfDay) -> Table:
    """A row for each part of the day in which the doors are ever open."""
    words = "hour" if found.by == "hour" else "quarter-hour"
    title = f"By the {words} of the day: {window_words(found.scenario)}"
    table = blank_table(title, *with_lines_below("from", *(measure.head for measure in MEASURES)))
    for part in found.parts:
        table.add_row(
            found.begins(part), *(cell(found.at(part, measure.name).mean, measure.unit) for measure in MEASURES)
        )
    return table


def cell(mean: float, unit: str) -> str:
    """A mean as the table shows it, a share in percent; a dash where there was nothing to count."""
    if mean != mean:
        return "–"
    return f"{100 * mean:.1f}" if unit == "1" else plain(mean)


def legend(found: TimeOfDay) -> str:
    """What is counted, and how well the least sure share of those who give up is known."""
    halves = [found.at(part, "abandoned_share").half for part in found.parts]
    known = [half for half in halves if half == half]
    many = f"{len(found.values)} replication{'' if len(found.values) == 1 else 's'}"
    confidence = how_sure(found.scenario.evaluate.confidence)
    doubt = f"; who give up are known to ± {100 * max(known):.2g} points or better ({confidence})" if known else ""
    return f"{LEGEND} {many}{doubt}."
