"""Why customers left, by reason, and which of them stay under one of two scenarios only."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patches import Patch

from servsim.errors import ServsimError
from servsim.event_codes import Reason
from servsim.show.comparison import CAUSES
from servsim.show.formatting import many, plain, window_words
from servsim.show.plots.elements import call, draw_bars, name_bars, sure
from servsim.show.plots.style import ORANGE, SKY, VERMILLION, Mark, Plot, Size, drawing
from servsim.study.comparison.compare import Comparison
from servsim.study.comparison.paired_customers import LOST_BY_B, SAVED
from servsim.study.histories.departures import Fates
from servsim.study.intervals_and_tables import Interval, interval

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
    replications = min(len(own.counts) for own in some)
    doubt = sure(first.evaluate.confidence)
    return f"{window_words(first)}; {many(replications, 'replication')}, seed {some[0].seed}; means with {doubt}"


def reasons_told(some: Sequence[Fates], reasons: Sequence[Reason]) -> str:
    """The plot in a sentence."""
    parts = []
    for own in some:
        shares = (f"{CAUSES[reason]} {100 * own.share(reason).mean:.1f} %" for reason in reversed(reasons))
        parts.append(f"{own.scenario.title}: {', '.join(shares)}")
    return f"Lost from the opening book. {'; '.join(parts)}."


RARE = 0.05
"""Customers per replication, fewer than which are not shown."""


def saved_plot(c: Comparison, size: Size = "paper") -> Plot:
    """Bars to the right: saved by B, by why A loses them; to the left: lost by B, by why. Customers per replication."""
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
        call(axes.xaxis, "Customers of today's book (number per replication)")
        totals = gap(c, c.pairs.counts[:, SAVED]), gap(c, c.pairs.counts[:, LOST_BY_B])
        marks = {f"saved by B: {within(totals[0])}": Patch(**right), f"lost by B: {within(totals[1])}": Patch(**left)}
        plot.finish(f"A: {c.a.title}\nB: {c.b.title}", saved_small_print(c), saved_told(c, saved, lost), marks)
    return plot


def gap(c: Comparison, counts: np.ndarray) -> Interval:
    """Customers per replication with their interval."""
    return interval(counts, "customers", c.confidence)


def within(total: Interval) -> str:
    """A number of customers and half its interval."""
    return f"{plain(total.mean)} ± {plain(total.high - total.mean)}"


def saved_small_print(c: Comparison) -> str:
    """What was done, in one line."""
    return (
        f"why A lost those whom B saves, and B those whom A keeps; {c.replications} common replications, "
        f"seed {c.seed}; "
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
    return f"Customers of today's book per replication who stay under one scenario only, {titles}. {'; '.join(why)}."
