"""When the best level has paid for itself: the money that it brings over today's, added up month by month."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from servsim.errors import ServsimError
from servsim.show.evaluation_advice import advice, replications_words
from servsim.show.formatting import compact, sentence
from servsim.show.plots.elements import call, instead_of_today, label_metric, largest_of, today_mark
from servsim.show.plots.style import BAND, BLUE, INK, ORANGE, VERMILLION, Mark, Plot, Size, drawing, large, thick
from servsim.show.years_ahead import month, payback_words
from servsim.study.one_lever.payback import Payback
from servsim.study.one_lever.result import Evaluation
from servsim.study.yearly_projection import MONTHS

NEAR, LEAST = 2.5, 12
"""The near look reaches so many times as far as the payback's interval, and so many months at least."""
MOST = 0.6
"""A near look that takes more of the whole is left out."""


def payback_plot(e: Evaluation, size: Size = "paper") -> Plot:
    """Cumulative money of the best level less today's, its band, where it crosses nought and where it is deepest.

    Where the crossing is soon, it is drawn once more, from near.
    """
    best = paying(e)
    paid = e.payback(best)
    months = len(paid.mean)
    near = near_months(paid)
    views = [near, months] if near < MOST * months else [months]
    rows, columns = (1, len(views)) if size == "slide" else (len(views), 1)
    with drawing(size, 0.5 + 0.35 * len(views)) as plot:
        grid = plot.subplots(rows, columns, squeeze=False)
        for axes, last in zip(grid.flat, views, strict=True):
            draw_until(axes, paid, last)
        mark(grid[0, 0], paid, views[0])
        title = f"{e.scenario.title}: {instead_of_today(e, best)}"
        note = f"{replications_words(e)}, seed {e.seed}; cash added up, in today's money; intervals month by month"
        plot.finish(title, note, sentence(payback_words(e, paid)), marks(e, paid))
    return plot


def paying(e: Evaluation) -> float:
    """The level that is to pay back; ServsimError where there is none, or no money over the years."""
    if not e.looks_ahead:
        raise ServsimError(
            'plot payback needs money over the years: evaluate.objective = "value", a [spending] table, no '
            "horizon.warmup_weeks."
        )
    if e.best is None or e.best == e.today:
        raise ServsimError(f"plot payback has nothing to show: {advice(e)}")
    return e.best


def near_months(paid: Payback) -> int:
    """How many months the near look takes; all of them where it is not shown to pay back."""
    months = len(paid.mean)
    return months if paid.high is None else min(months, max(LEAST, int(NEAR * paid.high)))


def draw_until(axes: Axes, paid: Payback, last: int) -> None:
    """The curve until a month, in months, or where these are many, in years."""
    per, words = unit_of(last)
    when = np.arange(last + 1) / per
    low, mean, high = (np.append(0.0, own)[: last + 1] for own in (paid.lower, paid.mean, paid.upper))
    axes.axhline(0, color=INK, linewidth=thick(0.5))
    axes.fill_between(when, low, high, color=BLUE, alpha=BAND, linewidth=0)
    axes.plot(when, mean, color=BLUE)
    if paid.low is not None and paid.low < last:
        axes.axvspan(paid.low / per, last if paid.high is None else paid.high / per, color=ORANGE, alpha=BAND)
    label_metric(axes.yaxis, "cash", paid.deepest.unit, largest_of(low, high))
    call(axes.yaxis, axes.get_ylabel().replace("Cash", "Ahead of today's by"))
    call(axes.xaxis, f"{words} from now")
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.set_xlim(0, last / per)


def unit_of(last: int) -> tuple[int, str]:
    """Months of a step of an axis that reaches so many months, and what these are called."""
    return (1, "Months") if last <= 4 * MONTHS else (MONTHS, "Years")


def mark(axes: Axes, paid: Payback, last: int) -> None:
    """Where it is deepest, and where it has paid back."""
    per, _ = unit_of(last)
    if paid.deepest.high < 0:
        axes.plot(paid.lowest / per, paid.mean[paid.lowest - 1], **deepest_mark())
    if paid.month is not None:
        axes.plot(paid.month / per, 0, **crossing_mark())


def crossing_mark() -> dict[str, Any]:
    """Where it has paid back."""
    return {**today_mark(), "markersize": large(1.4), "zorder": 5}


def deepest_mark() -> dict[str, Any]:
    """Where it is deepest."""
    return {"marker": "v", "color": VERMILLION, "markeredgecolor": INK, "markersize": large(1.6), "linestyle": "",
            "zorder": 5}  # fmt: skip


def marks(e: Evaluation, paid: Payback) -> dict[str, Mark]:
    """What the marks mean."""
    share = f"{100 * e.confidence:g} %"
    found: dict[str, Mark] = {f"mean and {share} interval": (Patch(color=BLUE, alpha=BAND), Line2D([], [], color=BLUE))}
    if paid.month is not None:
        until = "later than shown" if paid.high is None else month(paid.high)
        words = f"ahead from month {month(paid.month)} on ({share}: {month(paid.low)} to {until})"
        found[words] = (Patch(color=ORANGE, alpha=BAND), Line2D([], [], **crossing_mark()))
    if paid.deepest.high < 0:
        most = compact(paid.deepest.mean, "cash", paid.deepest.unit).replace("-", "−")
        found[f"deepest: {most} {paid.deepest.unit}, month {paid.lowest}"] = Line2D([], [], **deepest_mark())
    return found
