"""How long visits wait, and how long they would: both distributions, from every wait of one replication."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from servsim.errors import ServsimError
from servsim.event_codes import Happening
from servsim.show.formatting import plain
from servsim.show.plots.elements import call, one_world
from servsim.show.plots.style import BAND, BLUE, INK, ORANGE, SKY, Mark, Plot, Size, drawing, outlined, thick
from servsim.study.histories.visits import ENDS, Waits

FILLS = {Happening.STARTED: (SKY, ""), Happening.ABANDONED: (ORANGE, "//"), Happening.SENT_HOME: ("#999999", "xx")}
"""The colour and the hatching of each way to end a wait."""
BARS = 24
"""Bars of the histogram, about."""
STEPS = (1 / 60, 1 / 12, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60)
"""Minutes that a bar may be wide."""
LONG = 0.99
"""Share of waits that the plot shows; the longest are left out."""


def waits_plot(waits: Waits, size: Size = "paper") -> Plot:
    """A histogram of waits by how they ended, and the share of visits that would still wait, with its band."""
    waited = waits.minutes[waits.minutes > 0]
    if not len(waited):
        raise ServsimError("plot waits needs visits that wait, and in this replication nobody does; try fewer agents.")
    world, confidence = waits.world, waits.world.scenario.evaluate.confidence
    last = float(np.quantile(waited, LONG))
    rows, columns = (1, 2) if size == "slide" else (2, 1)
    with drawing(size, 1.4) as plot:
        left, right = plot.subplots(rows, columns)
        marks = draw_waits(left, waits, last)
        marks |= draw_patience(right, waits, last, confidence)
        for axes in (left, right):
            call(axes.xaxis, "Minutes in the queue")
            axes.set_xlim(0, None)
        plot.finish(world.scenario.title, small_print(waits), told(waits), marks)
    return plot


def draw_waits(axes: Axes, waits: Waits, last: float) -> dict[str, Mark]:
    """Bars of waits that were no start at once, stacked by their ends; what they mean."""
    wide = next((step for step in STEPS if last / step <= BARS), STEPS[-1])
    edges = np.arange(0, last + wide, wide)
    below = np.zeros(len(edges) - 1)
    found: dict[str, Mark] = {}
    for end, (colour, hatch) in FILLS.items():
        minutes = waits.of(end)
        share = 100 * np.histogram(minutes[minutes > 0], edges)[0] / len(waits.minutes)
        if share.any():
            look = outlined(colour, hatch, thick(0.3))
            axes.bar(edges[:-1], share, wide, below, align="edge", **look)
            found[ENDS[end]] = Patch(**look)
            below = below + share
    at_once = 100 * float(np.mean((waits.minutes == 0) & (waits.ended == Happening.STARTED)))
    bar = f"{wide * 60:g} s" if wide < 1 else f"{wide:g} min"
    call(axes.yaxis, f"Visits by their wait (% in every {bar}); {at_once:.0f} % start at once")
    axes.grid(axis="x", visible=False)
    return found


def draw_patience(axes: Axes, waits: Waits, last: float, confidence: float) -> dict[str, Mark]:
    """The share that would still wait, as waits tell it and as the model has it; what the lines mean."""
    call(axes.yaxis, "Would still wait (%)")
    axes.set_ylim(0, 102)
    found: dict[str, Mark] = {}
    seen = waits.patience(confidence)
    if seen:
        seen = seen.until(last)
        axes.fill_between(
            seen.times, 100 * seen.low, 100 * seen.high, step="post", color=BLUE, alpha=BAND, linewidth=0
        )  # fmt: skip
        (line,) = axes.step(seen.times, 100 * seen.share, where="post", color=BLUE)
        found[f"patience told from waits, {100 * confidence:g} % band"] = (Patch(color=BLUE, alpha=BAND), line)
    minutes = np.linspace(0, last, 200)
    longer = [100 * float((waits.willing > each).mean()) for each in minutes]
    axes.plot(minutes, longer, color=INK, linestyle="--")
    found["patience as the model has it"] = Line2D([], [], color=INK, linestyle="--")
    return found


def small_print(waits: Waits) -> str:
    """What was done, and what is censored."""
    served = int((waits.ended != Happening.ABANDONED).sum())
    return (
        f"{one_world(waits.world)}; {len(waits.minutes):,} visits, the longest 1 % not shown. Censored: of {served:,} "
        "who did not give up it is known only that their patience is longer than their wait"
    )


def told(waits: Waits) -> str:
    """The plot in a sentence."""
    shares = {words: 100 * float((waits.ended == end).mean()) for end, words in ENDS.items()}
    ends = ", ".join(f"{share:.0f} % {words}" for words, share in shares.items() if share)
    half, most = (plain(float(wait)) for wait in np.quantile(waits.minutes, (0.5, 0.9)))
    return f"Of all who join, {ends}; half wait {half} min at most, nine in ten {most} min."
