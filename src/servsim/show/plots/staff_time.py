"""Where the staff's minutes go: hours at the desk by what agents do, at every level of the lever."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from servsim.show.evaluation_advice import replications_words
from servsim.show.formatting import level, plain
from servsim.show.plots.elements import call, label_lever, sure, today_line
from servsim.show.plots.style import INK, Mark, Plot, Size, drawing, outlined, thick
from servsim.study.one_lever.result import Evaluation

PARTS = {
    "hours_core": ("the transaction", "#56B4E9", ""),
    "hours_care": ("care: the six steps", "#E69F00", "//"),
    "hours_clarifying": ("mistakes caught", "#CC79A7", "\\\\"),
    "hours_recovery": ("recovery of complaints", "#D55E00", ".."),
    "hours_promises": ("promises", "#F0E442", "xx"),
    "hours_relationship": ("calls to customers", "#009E73", "++"),
    "hours_after_visits": ("work after visits", "#F5B878", "--"),
    "hours_internal": ("colleagues", "#0072B2", "\\\\"),
    "hours_inattentive": ("inattentive", "#999999", "--"),
    "hours_break": ("breaks", "#bbbbbb", ".."),
    "hours_idle": ("free", "#ebebeb", ""),
}
"""What agents of the desk do with their time: in words, its colour, its hatching. Together it is all their time."""


def minutes_plot(e: Evaluation, size: Size = "paper") -> Plot:
    """Mean hours a month of every kind, one upon the other; together they are the hours at the desk."""
    hours = {name: hours_of(e, name) for name in PARTS if any(hours_of(e, name))}
    with drawing(size) as plot:
        axes = plot.subplots()
        draw_parts(axes, e, hours)
        label_lever(axes.xaxis, e.lever, e.levels)
        call(axes.yaxis, "Agents' time at the desk (hours a month)")
        kinds: dict[str, Mark] = {PARTS[name][0]: key(name) for name in reversed(hours)}
        lines = {words: Line2D([], [], **stroke) for words, (_, stroke) in upright(e).items()}
        note = f"{replications_words(e)}, seed {e.seed}; means, {doubt(e, hours)}"
        plot.finish(e.scenario.title, note, told(e, hours), {**kinds, **lines})
    return plot


def hours_of(e: Evaluation, name: str) -> np.ndarray:
    """(levels,) mean hours a month of one kind; nought where its mechanism is switched off."""
    return np.nan_to_num([e.at(value, name).mean for value in e.levels])


def draw_parts(axes: Axes, e: Evaluation, hours: dict[str, np.ndarray]) -> None:
    """One area for each kind, the transaction below."""
    below = np.zeros(len(e.levels))
    for name, some in hours.items():
        _, colour, hatch = PARTS[name]
        axes.fill_between(e.levels, below, below + some, **outlined(colour, hatch, thick(0.3)), zorder=2)
        below = below + some
    for value, stroke in upright(e).values():
        axes.axvline(value, **stroke, zorder=3)
    axes.set(xlim=(min(e.levels), max(e.levels)), ylim=(0, 1.001 * below.max()))


def upright(e: Evaluation) -> dict[str, tuple[float, dict[str, Any]]]:
    """Where today is, and the best level: what it is called, the level, and how its line looks."""
    found = {f"today, {level(e.today)}": (e.today, {**today_line(), "color": INK})}
    if e.best is not None and e.best != e.today:
        found[f"best, {level(e.best)}"] = (e.best, {**today_line(), "color": INK, "linestyle": "-"})
    return found


def key(name: str) -> Mark:
    """What stands for a kind."""
    _, colour, hatch = PARTS[name]
    return Patch(**outlined(colour, hatch, 0.5))


def doubt(e: Evaluation, hours: dict[str, np.ndarray]) -> str:
    """How well the parts are known."""
    halves = [e.at(value, name).half for name in hours for value in e.levels]
    return f"each within ± {plain(float(np.nanmax(halves)))} h ({sure(e.confidence)})"


def told(e: Evaluation, hours: dict[str, np.ndarray]) -> str:
    """The plot in a sentence."""
    today = e.levels.index(e.today)
    parts = ", ".join(f"{PARTS[name][0]} {plain(float(some[today]))}" for name, some in hours.items())
    return f"Hours a month at the desk today: {parts}."
