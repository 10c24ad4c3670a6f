"""What each segment of customers lives through and pays, side by side."""

from textwrap import wrap

from rich.table import Table

from servsim.show.formatting import cell_text, unit_words, window_words
from servsim.show.tables import blank_table, with_lines_below
from servsim.study.metrics import OWN
from servsim.study.money import margin_of
from servsim.study.run import Run

WIDEST_NAME = 14
"""Characters of a segment's name in a line of the table's head."""


def segments_parts(run: Run) -> list[Table | str]:
    """A column for each segment, and what its contribution is; nothing where there are no segments."""
    if not run.scenario.segments:
        return []
    found = [run.of_segment(segment.name) for segment in run.scenario.segments]
    heads = ("\n".join(wrap(segment.name, WIDEST_NAME)) for segment in run.scenario.segments)
    title = f"By segment: {window_words(run.scenario)}"
    table = blank_table(title, *with_lines_below("mean of", *heads, "unit"))
    table.columns[-1].justify = "left"
    for own in OWN:
        means = [metrics[own.name].mean for metrics in found]
        if any(mean == mean and mean for mean in means):
            unit = unit_words(found[0][own.name].unit, own.like)
            table.add_row(own.head, *(cell_text(mean, own.like) for mean in means), unit)
    return [table, contribution_words(run)] if any(run.sample("revenue")) else [table]


def contribution_words(run: Run) -> str:
    """What contribution is, and why no segment has a profit."""
    margin = f"{100 * margin_of(run.scenario):.3g} %"
    return f"contribution: the margin on revenue, {margin} of it, before wages and other costs, which segments share."
