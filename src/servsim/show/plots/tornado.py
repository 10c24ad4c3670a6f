"""Which assumption moves the answer most: each setting at both ends of its range, all others as stated."""

from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from servsim.errors import ServsimError
from servsim.show.evaluation_advice import advice, setting_words
from servsim.show.formatting import level, years_words
from servsim.show.plots.elements import (
    draw_doubt,
    instead_of_today,
    label_metric,
    largest_of,
    lever_words,
    name_bars,
    sure,
)
from servsim.show.plots.style import INK, ORANGE, SKY, VERMILLION, Mark, Plot, Size, drawing, large, outlined, thick
from servsim.show.sensitivity import closing
from servsim.study.intervals_and_tables import Interval
from servsim.study.one_lever.result import Evaluation
from servsim.study.sensitivity.one_at_a_time import Doubt, End

FILLS = {"at the low end": (SKY, ""), "at the high end": (ORANGE, "//")}


def tornado_plot(doubt: Doubt, size: Size = "paper") -> Plot:
    """What the best level brings over today's at both ends of each range, the widest swing on top.

    Where today's level is the best, it is what the objective changes by. Crosses: another level is shown to be better.
    """
    e, stated = doubt.evaluation, as_stated(doubt)
    with drawing(size, LEAST + EACH * len(doubt.swings)) as plot:
        axes = plot.subplots()
        names = []
        for place, swing in enumerate(reversed(doubt.swings)):
            names.append(f"{lever_words(swing.range.key)}\n{level(swing.low.value)} … {level(swing.high.value)}")
            both = [(amount(doubt, end), end, fill) for end, fill in zip(swing.ends, FILLS.values(), strict=True)]
            for there, end, fill in sorted(both, key=lambda own: -abs(own[0].mean - stated)):  # the longer one behind
                axes.barh(place, there.mean - stated, 0.7, stated, **outlined(*fill, thick(0.3)))
                draw_doubt(axes, there.mean, place, there.high - there.mean)
                if end.overturns(e.smallest_difference):
                    axes.plot(there.mean, place, **cross())
        name_bars(axes, names, stated)
        ends = [amount(doubt, end).mean for swing in doubt.swings for end in swing.ends]
        largest = largest_of(np.array([stated, *ends]))
        label_metric(axes.xaxis, e.objective, e.unit(e.objective), largest, years_words(e.scenario))
        note = (
            f"one setting at a time, the others as stated; {doubt.replications} common replications of each end, "
            f"seed {e.seed}; "
            f"{sure(e.confidence)}"
        )
        plot.finish(f"{e.scenario.title}: {what(doubt)}", note, " ".join(closing(e, doubt)), marks(doubt))
    return plot


LEAST, EACH = 0.55, 0.06
"""Height of the plot, and of each setting in it, in parts of the usual."""


def needs_ranges(e: Evaluation, doubt: Doubt | None) -> Doubt:
    """The doubt about an evaluation; ServsimError where there is none that could be drawn."""
    if e.best is None:
        raise ServsimError(f"plot tornado has nothing to show: {advice(e)}")
    if doubt is None or not doubt.swings:
        raise ServsimError("plot tornado needs ranges in [uncertain], such as loyalty.yearly_retention = [0.7, 0.9].")
    return doubt


def as_stated(doubt: Doubt) -> float:
    """What the bars begin at: the gain as stated, in the replications of the ends; 0 where there is nothing to gain."""
    first = doubt.swings[0].low
    return 0.0 if doubt.evaluation.best == doubt.evaluation.today else first.gain.mean - first.gain_change.mean


def amount(doubt: Doubt, end: End) -> Interval:
    """What a bar reaches to, with the interval of its length."""
    if doubt.evaluation.best == doubt.evaluation.today:
        return end.today
    half = end.gain_change.half
    return Interval(end.gain.mean, end.gain.mean - half, end.gain.mean + half, end.gain.unit)


def what(doubt: Doubt) -> str:
    """What is shown of the objective."""
    e = doubt.evaluation
    if e.best is None or e.best == e.today:
        return f"change at {setting_words(e, e.today)} (today)"
    return f"gain by {instead_of_today(e, e.best)}"


def cross() -> dict[str, Any]:
    """The mark of an end that overturns the advice."""
    return {"marker": "X", "color": VERMILLION, "markeredgecolor": INK, "markersize": large(1.8), "linestyle": "",
            "zorder": 6}  # fmt: skip


def marks(doubt: Doubt) -> dict[str, Mark]:
    """What the marks mean."""
    found: dict[str, Mark] = {words: Patch(**outlined(*fill, 0.5)) for words, fill in FILLS.items()}
    if doubt.overturning:
        found["another level is shown to be better"] = Line2D([], [], **cross())
    return found
