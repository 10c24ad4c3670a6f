"""Results as a notebook shows them: their tables, their sentences, and the plot of an evaluation."""

import base64
from typing import Any

from markupsafe import Markup
from rich.table import Table

from servsim.show.comparison import why_parts
from servsim.show.evaluation_summary import doubts, lines
from servsim.show.plots.metrics_by_level import levels_plot
from servsim.show.plots.style import as_bytes
from servsim.show.report.html_report import as_html
from servsim.show.segments_table import segments_parts
from servsim.show.side_by_side import comparison_table, sides
from servsim.show.tables import level_table, run_table
from servsim.show.worth_of_one_more import worth_parts
from servsim.show.year_table import run_by_year
from servsim.study.comparison.compare import Comparison
from servsim.study.one_lever.result import Evaluation
from servsim.study.run import Run
from servsim.study.worth_of_one_more.worth import Worth

IMAGE = Markup('<img src="data:image/png;base64,{data}" alt="{alt}" style="max-width: 100%; width: 44em">')


def html(result: Any) -> str | None:
    """A result as HTML; None of a result that has no look of its own."""
    shown = parts(result)
    return None if shown is None else str(Markup("\n").join(map(part, shown)))


def parts(result: Any) -> list[Table | str] | None:
    """What there is to show of a result, one under the other."""
    if isinstance(result, Evaluation):
        plots = [picture(result)] if result.replications > 1 else []
        told = [": ".join(part for part in line if part) for line in (*lines(result), *doubts(result, None, False))]
        return [level_table(result), *told[:1], *plots, *told[1:]]
    if isinstance(result, Comparison):
        return [sides(result), comparison_table(result), *why_parts(result)]
    if isinstance(result, Worth):
        return [part for part in worth_parts(result) if part != ""]
    if isinstance(result, Run):
        return [run_table(result), *run_by_year(result), *segments_parts(result)]
    return None


def part(shown: Table | str) -> Markup:
    """A table, a picture or a sentence as HTML."""
    if isinstance(shown, Markup):
        return shown
    return as_html(shown) if isinstance(shown, Table) else Markup("<p>{}</p>").format(shown)


def picture(e: Evaluation) -> Markup:
    """The plot of the levels."""
    plot = levels_plot(e)
    return IMAGE.format(data=base64.b64encode(as_bytes(plot, ".png")).decode(), alt=plot.alt)
