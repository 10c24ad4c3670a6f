"""Why customers left: the opening book of one scenario or two, by the reason each customer was lost for."""

from collections.abc import Sequence

from matplotlib.patches import Patch

from servsim.errors import ServsimError
from servsim.event_codes import Reason
from servsim.show.comparison import CAUSES
from servsim.show.phrases import window_words
from servsim.show.plots.axes import call
from servsim.show.plots.bars import draw_bars, name_bars
from servsim.show.plots.small_print import sure
from servsim.show.plots.style import ORANGE, SKY, Mark, Plot, Size, drawing
from servsim.study.follow.fates import Fates

FILLS = ((SKY, ""), (ORANGE, "//"))
"""Of the first scenario and of the second."""


def reasons_plot(*some: Fates, size: Size = "paper") -> Plot:
    """Bars of the share of the opening book that was lost for each reason; two scenarios side by side."""
    reasons = [reason for reason in CAUSES if any(own.counts[:, reason].any() for own in some)]
    if not reasons:
        raise ServsimError(
            "plot reasons needs customers who leave: an opening book (demand.opening_book) and a [loyalty] table."
        )
    reasons.sort(key=lambda reason: sum(own.share(reason).mean for own in some))
    with drawing(size) as plot:
        axes = plot.subplots()
        marks: dict[str, Mark] = {}
        for row, (own, fill) in enumerate(zip(some, FILLS, strict=False)):
            shares = [own.share(reason) for reason in reasons]
            marks[own.scenario.title] = Patch(**draw_bars(axes, shares, 0.01, fill, row, len(some)))
        name_bars(axes, [CAUSES[reason] for reason in reasons])
        call(axes.xaxis, "Lost from the opening book (% of its customers)")
        title = f"{some[0].scenario.title}: why customers left" if len(some) == 1 else "Why customers left"
        plot.finish(title, reasons_small_print(some), reasons_told(some, reasons), marks if len(some) > 1 else {})
    return plot


def reasons_small_print(some: Sequence[Fates]) -> str:
    """What was done, in one line."""
    first = some[0].scenario
    worlds = min(len(own.counts) for own in some)
    doubt = sure(first.evaluate.confidence)
    return f"{window_words(first)}; {worlds} worlds, seed {some[0].seed}; means with {doubt}"


def reasons_told(some: Sequence[Fates], reasons: Sequence[Reason]) -> str:
    """The plot in a sentence."""
    parts = []
    for own in some:
        shares = (f"{CAUSES[reason]} {100 * own.share(reason).mean:.1f} %" for reason in reversed(reasons))
        parts.append(f"{own.scenario.title}: {', '.join(shares)}")
    return f"Lost from the opening book. {'; '.join(parts)}."
