"""Two levers at once: the objective at every pair of levels, as a map."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from servsim.show.formatting import compact, level, unit_words, with_unit, years_words
from servsim.show.plots.elements import call, lever_words, measure, named
from servsim.show.plots.style import INK, Mark, Plot, Size, drawing, thick
from servsim.study.objective import VALUE
from servsim.study.one_lever.two_lever_grid import LeverGrid, Pair

COLOURS = "cividis"
"""A scale that gets lighter all the way, in grey and for the colour-blind, too."""
DARK = 0.45
"""Up to which part of the scale white is easier to read than black."""
CELLS_WITH_NUMBERS = 14
"""Columns up to which numbers find room in their cells."""


def heat_plot(h: LeverGrid, size: Size = "paper") -> Plot:
    """The mean at every pair, darker being less; a star is the best, a frame today's, dots are not told apart."""
    (one, rows), (other, columns) = h.levers
    means = np.array([h.at(pair).mean for pair in h.pairs]).reshape(len(rows), len(columns)).T
    unit = h.at(h.best).unit
    shown = measure(h.objective, unit, float(np.nanmax(np.abs(means))), years_words(h.scenario))
    with drawing(size, 1.05) as plot:
        axes = plot.subplots()
        image = axes.imshow(means / shown.per, cmap=COLOURS, origin="lower", aspect="auto")
        axes.grid(visible=False)
        axes.set_xticks(range(len(rows)), [level(value) for value in rows])
        axes.set_yticks(range(len(columns)), [level(value) for value in columns])
        call(axes.xaxis, lever_words(one))
        call(axes.yaxis, lever_words(other))
        bar = plot.colorbar(image, ax=axes, label=shown.label)
        bar.outline.set_visible(False)
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.10g}".replace("-", "−")))
        write_cells(axes, h, means / shown.per, 0 if shown.per > 1 and abs(means / shown.per).max() >= 100 else 1)
        halves = with_unit(max(h.at(pair).half for pair in h.pairs), h.objective, unit)
        apart = "; told apart with all pairs of cells compared at once" if dotted(h) else ""
        note = (
            f"{h.replications} common replications of each pair, seed {h.seed}; each mean ± {halves} at most "
            f"({100 * h.scenario.evaluate.confidence:g} %){apart}"
        )
        plot.finish(h.scenario.title, note, told(h), marks(h))
    return plot


def write_cells(axes: Axes, h: LeverGrid, numbers: np.ndarray, digits: int) -> None:
    """In every cell its number, and how it stands."""
    (_, rows), (_, columns) = h.levers
    least, most = np.nanmin(numbers), np.nanmax(numbers)
    for across, row in enumerate(rows):
        for up, column in enumerate(columns):
            number, pair = numbers[up, across], (row, column)
            dark = number < least + DARK * (most - least)
            said = [f"{number:,.{digits}f}".replace("-", "−")] if len(rows) <= CELLS_WITH_NUMBERS else []
            said += ["★"] if pair == h.best else ["•"] if pair in h.not_worse else []
            axes.text(across, up, " ".join(said), ha="center", va="center", color="white" if dark else INK,
                      fontsize="small", fontweight="bold" if pair == h.best else None)  # fmt: skip
            if pair == h.today:
                axes.add_patch(frame(across, up, "white" if dark else INK, thick(1)))


def frame(across: int, up: int, colour: str, line: float) -> Rectangle:
    """A frame around a cell."""
    return Rectangle(
        (across - 0.46, up - 0.46), 0.92, 0.92, fill=False, edgecolor=colour, linewidth=line, linestyle="--"
    )


def marks(h: LeverGrid) -> dict[str, Mark]:
    """What the signs mean."""
    found: dict[str, Mark] = {
        f"best: {words(h.best)}": Line2D([], [], marker="$★$", color=INK, linestyle=""),
        f"today: {words(h.today)}": Rectangle((0, 0), 1, 1, fill=False, edgecolor=INK, linestyle="--"),
    }
    if dotted(h):
        found["cannot be told apart from the best"] = Line2D([], [], marker="o", markersize=3, color=INK, linestyle="")
    return found


def dotted(h: LeverGrid) -> list[Pair]:
    """The cells with a dot: not told apart from the best."""
    return [pair for pair in h.not_worse if pair != h.best]


def words(pair: Pair) -> str:
    """A pair, across and up."""
    return f"{level(pair[0])} and {level(pair[1])}"


def told(h: LeverGrid) -> str:
    """The plot in a sentence."""
    (one, _), (other, _) = h.levers
    over = f" of {years_words(h.scenario)}" if h.objective == VALUE else ""
    best, today = (f"{words(pair)} ({amount(h, pair)})" for pair in (h.best, h.today))
    levers = f"{lever_words(one)} and {lever_words(other)}".lower()
    return f"{named(h.objective)}{over} over {levers}: best at {best}, today {today}."


def amount(h: LeverGrid, pair: Pair) -> str:
    """The objective at a pair with its unit and its interval."""
    own = h.at(pair)
    mean, half = (compact(number, h.objective, own.unit) for number in (own.mean, own.half))
    return f"{mean} ± {half} {unit_words(own.unit, h.objective)}".rstrip()
