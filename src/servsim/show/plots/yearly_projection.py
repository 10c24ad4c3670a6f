"""The years ahead: what is projected of each of them, with its interval."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from servsim.errors import ServsimError
from servsim.show.evaluation_advice import replications_words
from servsim.show.formatting import capital, is_share, level, many, scale_of, with_half
from servsim.show.plots.elements import call, label_metric, largest_of, today_mark
from servsim.show.plots.style import BAND, BLUE, FAINT, Mark, Plot, Size, drawing, large
from servsim.study.intervals_and_tables import Interval
from servsim.study.one_lever.result import Evaluation
from servsim.study.run import Run
from servsim.study.yearly_projection import MONTHS

SHOWN = {
    "customers_end": "Customers at the end of the year", "profit": "", "retention_rate": "", "unserved_share": "",
}  # fmt: skip
"""The metrics that are drawn, and what their axes are called where that is not the metric's own name."""


@dataclass(frozen=True)
class Line:
    """A projection: what it is called, a metric of it in a year, and how it looks."""

    name: str
    of_year: Callable[[int, str], Interval]
    look: dict[str, Any]


OTHER = {"color": BLUE, "marker": "o"}
"""How a projection looks that is not today's beside another."""


def years_plot(result: Run | Evaluation, size: Size = "paper") -> Plot:
    """Customers, profit, retention and who is not served in each year: of a run, or of today's level and the best."""
    many, lines = years_of(result), lines_of(result)
    if many < 2:
        raise ServsimError(
            "plot years needs two years of money or more: horizon.years of 2, a [spending] table, no "
            "horizon.warmup_weeks."
        )
    years = range(1, many + 1)
    table = {name: [[line.of_year(year, name) for year in years] for line in lines] for name in SHOWN}
    names = [name for name, some in table.items() if any(abs(each.mean) > 0 for own in some for each in own)]
    with drawing(size, 1.1) as plot:
        grid = plot.subplots(2, 2, sharex=True)
        for axes, name in zip(grid.flat, names, strict=False):
            draw_metric(axes, name, lines, table[name])
        for axes in list(grid.flat)[len(names) :]:
            axes.set_visible(False)
        for axes in grid[-1]:
            call(axes.xaxis, "Year")
            axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        plot.finish(result.scenario.title, small_print(result), told(lines, table, many), marks(lines, result))
    return plot


def years_of(result: Run | Evaluation) -> int:
    """Whole years of which there is a projection."""
    if isinstance(result, Run):
        return result.years.shape[1] if len(result.metrics) else 0
    return result.months[0].shape[1] // MONTHS if result.looks_ahead else 0


def lines_of(result: Run | Evaluation) -> list[Line]:
    """A run's projection, or that of today's level and of the best."""
    if isinstance(result, Run):
        return [Line("mean", result.of_year, OTHER)]
    e = result

    def of(value: float) -> Callable[[int, str], Interval]:
        return lambda year, metric: e.of_year(value, year, metric)

    today = Line(f"today, {level(e.today)}", of(e.today), dashed())
    return [today] if e.best in (None, e.today) else [today, Line(f"best, {level(e.best)}", of(e.best), OTHER)]


def dashed() -> dict[str, Any]:
    """How today's level looks beside another one."""
    return {**today_mark(), "color": FAINT, "markersize": large(1), "linestyle": "--"}


def draw_metric(axes: Axes, name: str, lines: list[Line], table: list[list[Interval]]) -> None:
    """The means and bands of a metric, a line for each projection."""
    for line, own in zip(lines, table, strict=True):
        years = np.arange(1, len(own) + 1)
        low, high = np.array([each.low for each in own]), np.array([each.high for each in own])
        axes.fill_between(years, low, high, color=line.look["color"], alpha=BAND, linewidth=0)
        axes.plot(years, [each.mean for each in own], **line.look)
    flat = np.array([(each.low, each.mean, each.high) for own in table for each in own])
    label_metric(axes.yaxis, name, table[0][0].unit, largest_of(flat))
    if SHOWN[name]:
        call(axes.yaxis, SHOWN[name])
    if is_share(name) and np.nanmin(flat) < np.nanmax(flat) / 2:
        axes.set_ylim(bottom=0)


def marks(lines: list[Line], result: Run | Evaluation) -> dict[str, Mark]:
    """What the lines mean."""
    interval = f"with its {100 * result.confidence:g} % interval"
    return {
        f"{line.name}, {interval}": (Patch(color=line.look["color"], alpha=BAND), Line2D([], [], **line.look))
        for line in lines
    }


def small_print(result: Run | Evaluation) -> str:
    """What was done, in one line."""
    if isinstance(result, Run):
        return (
            f"{many(len(result.metrics), 'replication')}, seed {result.seed}; money in today's prices, not discounted"
        )
    return f"{replications_words(result)}, seed {result.seed}; money in today's prices, not discounted"


def told(lines: list[Line], table: dict[str, list[list[Interval]]], many: int) -> str:
    """The plot in a sentence."""
    said = []
    for line, customers, profit in zip(lines, table["customers_end"], table["profit"], strict=True):
        scale, name = scale_of(profit[-1].mean)
        people, money = (
            [with_half(own[place], per) for place in (0, -1)] for own, per in ((customers, 1), (profit, scale))
        )
        name_of = f"{line.name}: " if len(lines) > 1 else ""
        said.append(
            f"{name_of}{people[0]} customers after year 1 and {people[1]} after year "
            f"{many}; profit {money[0]} and {money[1]} {f'{name} {profit[0].unit}'.lstrip()}"
        )
    return f"The years ahead. {capital('; '.join(said))}."
