"""Where a difference in money over the years comes from: its parts, one after the other, from nought to the whole."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from servsim.errors import ServsimError
from servsim.show.comparison import SOURCES, is_something
from servsim.show.formatting import short, years_words
from servsim.show.plots.elements import call, draw_doubt, label_metric, largest_of, name_bars, sure
from servsim.show.plots.style import FAINT, SKY, VERMILLION, Plot, Size, drawing, outlined, thick
from servsim.study.comparison.compare import Comparison
from servsim.study.intervals_and_tables import Interval

WHOLE = "in today's money"


def sources_plot(c: Comparison, size: Size = "paper") -> Plot:
    """A bar for each part of the difference, beginning where the one above it ends; below, the whole."""
    parts = {SOURCES[name]: gap for name, gap in c.sources().items() if is_something(gap)}
    if not parts:
        raise ServsimError(
            "plot sources needs two scenarios that differ in money over the years: with [spending], without "
            "horizon.warmup_weeks."
        )
    bars = {**dict(sorted(parts.items(), key=lambda part: -part[1].mean)), WHOLE: c.difference("value")}
    with drawing(size) as plot:
        axes = plot.subplots()
        begins = [0.0, *np.cumsum([each.mean for each in bars.values()])[:-2].tolist(), 0.0]
        for place, (begin, each) in enumerate(zip(reversed(begins), reversed(bars.values()), strict=True)):
            draw_part(axes, place, begin, each)
            if place:
                axes.plot(2 * [begin + each.mean], [place - 1.4, place + 0.4], color=FAINT, linewidth=thick(0.3))
        name_bars(axes, list(bars)[::-1])
        label_metric(axes.xaxis, "value", c.currency, largest_of(np.array(begins)))
        call(axes.xaxis, axes.get_xlabel().replace("Value", f"Money over {years_words(c.a)}, B less A"))
        note = f"{c.replications} common replications, seed {c.seed}; {sure(c.confidence)} of each part"
        marks = {words: Patch(**outlined(*fill, 0.5)) for words, fill in FILLS.items()}
        plot.finish(f"A: {c.a.title}\nB: {c.b.title}", note, told(c, bars), marks)
    return plot


FILLS = {"adds to it": (SKY, ""), "takes from it": (VERMILLION, "//")}


def draw_part(axes: Axes, place: int, begin: float, part: Interval) -> None:
    """A bar from where the parts before it end, with its interval."""
    fill = FILLS["adds to it" if part.mean >= 0 else "takes from it"]
    axes.barh(place, part.mean, 0.8, begin, **outlined(*fill, thick(0.3)))
    draw_doubt(axes, begin + part.mean, place, part.high - part.mean)


def told(c: Comparison, bars: dict[str, Interval]) -> str:
    """The plot in a sentence."""
    parts = ", ".join(f"{words} {short(part.mean)}" for words, part in bars.items())
    return f"The difference in money over {years_words(c.a)}: {parts}."
