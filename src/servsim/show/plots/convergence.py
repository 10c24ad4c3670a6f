"""How an estimate settles: its mean and its interval against the number of replications."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from servsim.errors import ServsimError
from servsim.show.evaluation_advice import setting_words
from servsim.show.formatting import compact, unit_words, years_words
from servsim.show.plots.elements import call, instead_of_today, label_metric, largest_of, named
from servsim.show.plots.style import BAND, BLUE, FAINT, Plot, Size, drawing, thick
from servsim.study.intervals_and_tables import t_quantile
from servsim.study.one_lever.result import Evaluation
from servsim.study.run import Run

ROOM, FIRST = 3, 3
"""The axis reaches so many times as far as the widest interval, the first of them left out."""


def convergence_plot(result: Run | Evaluation, metric: str = "", size: Size = "paper") -> Plot:
    """A metric of a run, or an evaluation's gain of the best level over today's, world after world."""
    if isinstance(result, Run):
        metric = metric or result.scenario.evaluate.objective
        return draw_settling(result.sample(metric), metric, result[metric].unit, "", result, size)
    metric = metric or result.objective
    today, best = result.today, result.best
    sample, words = result.sample(today, metric), f", {setting_words(result, today)} (today)"
    if best not in (None, today):
        sample, words = result.gap(best, today, metric), f", {instead_of_today(result, best)}"
    return draw_settling(sample, metric, result.unit(metric), words, result, size)


def draw_settling(sample: np.ndarray, metric: str, unit: str, words: str, result: Run | Evaluation, size: Size) -> Plot:
    """The running mean of a sample, with the interval that so many replications would have given."""
    counts, means, halves = settling(sample[np.isfinite(sample)], result.confidence)
    if len(counts) == 0:
        raise ServsimError(f"plot convergence needs two replications or more in which there is {metric}.")
    with drawing(size) as plot:
        axes = plot.subplots()
        axes.axhline(means[-1], color=FAINT, linestyle="--", linewidth=thick(0.6))
        axes.fill_between(counts, means - halves, means + halves, color=BLUE, alpha=BAND, linewidth=0)
        (line,) = axes.plot(counts, means, color=BLUE)
        spread = ROOM * halves[min(FIRST, len(halves) - 1) :].max()
        if spread > 0:
            axes.set_ylim(means[-1] - spread, means[-1] + spread)
        label_metric(axes.yaxis, metric, unit, largest_of(means), years_words(result.scenario))
        call(axes.xaxis, "Simulated replications")
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        share = f"{100 * result.confidence:g} %"
        ends = f"{compact(means[-1], metric, unit)} ± {compact(halves[-1], metric, unit)} {unit_words(unit, metric)}"
        plot.finish(
            f"{result.scenario.title}{words}", f"{counts[-1]} replications, seed {result.seed}",
            f"{named(metric)}{words}: {ends.rstrip()} ({share} interval) after {counts[-1]} replications.",
            {
                f"mean and {share} interval after so many replications": (Patch(color=BLUE, alpha=BAND), line),
                "mean of all": Line2D([], [], color=FAINT, linestyle="--"),
            },
        )  # fmt: skip
    return plot


def settling(sample: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(replications,) numbers of replications from 2 on; the mean and half the t interval of the first so many."""
    counts = np.arange(2, len(sample) + 1)
    halves = [t_quantile(confidence, int(n) - 1) * sample[:n].std(ddof=1) / np.sqrt(n) for n in counts]
    return counts, np.cumsum(sample)[1:] / counts, np.array(halves)
