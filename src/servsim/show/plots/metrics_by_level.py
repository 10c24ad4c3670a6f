"""What the lever does: value, retention, revenue and waiting at every level, with today's and the best one marked."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from servsim.show.evaluation_advice import advice, replications_words
from servsim.show.formatting import is_share, level, many, years_words
from servsim.show.plots.elements import (
    best_mark,
    breaking_mark,
    label_lever,
    label_metric,
    largest_of,
    named,
    plain_mark,
    today_line,
    today_mark,
)
from servsim.show.plots.style import BAND, BLUE, Mark, Plot, Size, drawing
from servsim.study.one_lever.result import Evaluation

SHOWN = ("retention", "revenue", "wait_mean")
"""Metrics that stand beside the objective, where they are known."""
FROM_NOUGHT = ("wait_mean",)
"""Metrics beside shares whose axis begins at nought, unless all of them are far from it."""
GRID = {1: (1, 1), 2: (1, 2), 3: (1, 3), 4: (2, 2)}
"""Rows and columns of so many panels."""


def levels_plot(e: Evaluation, size: Size = "paper") -> Plot:
    """The objective, retention, revenue and mean wait against the lever, their intervals as bands."""
    names = shown(e)
    rows, columns = GRID[len(names)] if size == "slide" or len(names) != 3 else (3, 1)
    with drawing(size, (0.75, 1.1, 1.5)[rows - 1]) as plot:
        grid = plot.subplots(rows, columns, squeeze=False, sharex=True)
        for axes, name in zip(grid.flat, names, strict=True):
            draw_levels(axes, e, name)
        for axes in grid[-1]:
            label_lever(axes.xaxis, e.lever, e.levels)
        plot.align_ylabels()
        told = (
            f"{advice(e)} Shown: {', '.join(named(name).lower() for name in names)} at {many(len(e.levels), 'level')}."
        )
        plot.finish(e.scenario.title, f"{replications_words(e)}, seed {e.seed}", told, marks(e))
    return plot


def shown(e: Evaluation) -> list[str]:
    """The metrics that an evaluation can show."""
    names = dict.fromkeys((e.objective, *SHOWN))
    return [name for name in names if e.is_known(name) and any(e.sample(value, name).any() for value in e.levels)]


def draw_levels(axes: Axes, e: Evaluation, name: str) -> None:
    """A metric's mean and band over the levels; levels that are not shown to be worse than the best are filled."""
    intervals = [e.at(value, name) for value in e.levels]
    means = np.array([each.mean for each in intervals])
    low, high = np.array([each.low for each in intervals]), np.array([each.high for each in intervals])
    for begins, ends in runs(e):
        axes.axvspan(begins, ends, color="#eeeeee", linewidth=0, zorder=0)
    axes.axvline(e.today, **today_line(), zorder=1)
    axes.fill_between(e.levels, low, high, color=BLUE, alpha=BAND, linewidth=0)
    axes.plot(e.levels, means, color=BLUE)
    for value, mean in zip(e.levels, means, strict=True):
        axes.plot(value, mean, **standing(e, value))
    label_metric(axes.yaxis, name, e.unit(name), largest_of(low, means, high), years_words(e.scenario))
    if (is_share(name) or name in FROM_NOUGHT) and low.min() < max(means) / 2:
        axes.set_ylim(bottom=0)


def standing(e: Evaluation, value: float) -> dict[str, Any]:
    """How the mark of a level looks: a star for the best, a diamond for today's, a cross where a constraint breaks."""
    if value == e.best:
        return best_mark()
    if value == e.today:
        return today_mark()
    if e.breaks[e.levels.index(value)]:
        return breaking_mark()
    return plain_mark(filled=value in e.not_worse)


def runs(e: Evaluation) -> list[tuple[float, float]]:
    """Ranges of neighbouring levels none of which is shown to be worse than the best."""
    found: list[list[float]] = []
    for before, value in zip((None, *e.levels), e.levels, strict=False):
        if value in e.not_worse:
            if before is not None and before in e.not_worse:
                found[-1].append(value)
            else:
                found.append([value])
    return [(run[0], run[-1]) for run in found if len(run) > 1]


def marks(e: Evaluation) -> dict[str, Mark]:
    """What the marks mean."""
    band = Patch(color=BLUE, alpha=BAND, linewidth=0)
    found: dict[str, Mark] = {f"mean and {100 * e.confidence:g} % interval": (band, Line2D([], [], color=BLUE))}
    if e.today != e.best:
        found[f"today, {level(e.today)}"] = Line2D([], [], **{**today_mark(), **today_line()})
    if e.best is not None:
        found[f"best{' and today' if e.today == e.best else ''}, {level(e.best)}"] = Line2D([], [], **best_mark())
    plain = [value for value in e.levels if value not in (e.best, e.today)]
    if any(e.breaks[e.levels.index(value)] for value in plain):
        found["breaks a constraint"] = Line2D([], [], **breaking_mark())
    if any(value in e.not_worse and not e.breaks[e.levels.index(value)] for value in plain):
        found["cannot be told apart from the best"] = Line2D([], [], **plain_mark(filled=True))
    return found
