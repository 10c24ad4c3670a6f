"""Saved and lost: the customers of today's book who stay under one of two scenarios only, by the reason they left."""

import numpy as np
from matplotlib.patches import Patch

from servsim.errors import ServsimError
from servsim.event_codes import Reason
from servsim.show.comparison import CAUSES
from servsim.show.numbers import plain
from servsim.show.plots.axes import call
from servsim.show.plots.bars import draw_bars, name_bars
from servsim.show.plots.small_print import sure
from servsim.show.plots.style import SKY, VERMILLION, Plot, Size, drawing
from servsim.study.confidence_intervals import Interval, interval
from servsim.study.contrast.compare import Comparison
from servsim.study.contrast.why import LOST_BY_B, SAVED

RARE = 0.05
"""Customers per world, fewer than which are not shown."""


def saved_plot(c: Comparison, size: Size = "paper") -> Plot:
    """Bars to the right: saved by B, by why A loses them; to the left: lost by B, by why. Customers per world."""
    saved = {reason: gap(c, c.pairs.reasons[:, reason, Reason.NONE]) for reason in CAUSES}
    lost = {reason: gap(c, -c.pairs.reasons[:, Reason.NONE, reason]) for reason in CAUSES}
    reasons = [reason for reason in CAUSES if max(saved[reason].mean, -lost[reason].mean) >= RARE]
    if not reasons:
        raise ServsimError("plot saved needs customers who stay in one of the two scenarios only, and there are none.")
    reasons.sort(key=lambda reason: saved[reason].mean - lost[reason].mean)
    with drawing(size) as plot:
        axes = plot.subplots()
        right = draw_bars(axes, [saved[reason] for reason in reasons], 1, (SKY, ""))
        left = draw_bars(axes, [lost[reason] for reason in reasons], 1, (VERMILLION, "//"))
        name_bars(axes, [CAUSES[reason] for reason in reasons])
        axes.xaxis.set_major_formatter(lambda number, _: f"{abs(number):g}")
        call(axes.xaxis, "Customers of today's book (number per world)")
        totals = gap(c, c.pairs.counts[:, SAVED]), gap(c, c.pairs.counts[:, LOST_BY_B])
        marks = {f"saved by B: {within(totals[0])}": Patch(**right), f"lost by B: {within(totals[1])}": Patch(**left)}
        plot.finish(f"A: {c.a.title}\nB: {c.b.title}", saved_small_print(c), saved_told(c, saved, lost), marks)
    return plot


def gap(c: Comparison, counts: np.ndarray) -> Interval:
    """Customers per world with their interval."""
    return interval(counts, "customers", c.confidence)


def within(total: Interval) -> str:
    """A number of customers and half its interval."""
    return f"{plain(total.mean)} ± {plain(total.high - total.mean)}"


def saved_small_print(c: Comparison) -> str:
    """What was done, in one line."""
    return (
        f"why A lost those whom B saves, and B those whom A keeps; {c.replications} common worlds, seed {c.seed}; "
        f"{sure(c.confidence)}"
    )


def saved_told(c: Comparison, saved: dict[Reason, Interval], lost: dict[Reason, Interval]) -> str:
    """The plot in a sentence."""
    why = (
        f"{CAUSES[reason]}: {plain(saved[reason].mean)} saved, {plain(abs(lost[reason].mean))} lost"
        for reason in CAUSES
        if saved[reason].mean or lost[reason].mean
    )
    titles = f"A: {c.a.title}, B: {c.b.title}"
    return f"Customers of today's book per world who stay under one scenario only, {titles}. {'; '.join(why)}."
