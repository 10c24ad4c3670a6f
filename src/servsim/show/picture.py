"""The picture of an evaluation: what the minutes do to value, retention and waiting, at a glance."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from servsim.show.advice import MINUTES, worlds_words
from servsim.show.numbers import is_share, level, short
from servsim.study.evaluation import Evaluation

INK, BEST, TODAY, SHADE = "#1b3a57", "#c0392b", "#7f8c8d", "#1b3a57"
NAMES = {"value": "Value", "retention": "Retention a year", "wait_mean": "Mean wait", "profit": "Profit",
         "revenue": "Revenue"}  # fmt: skip


def evaluation_figure(e: Evaluation) -> Figure:
    """Objective, retention and waiting against the lever; today's and the best level marked, intervals as bands."""
    shown = [name for name in dict.fromkeys((e.objective, "retention", "wait_mean")) if e.is_known(name)]
    layout = ConstrainedLayoutEngine(rect=(0, 0.03, 1, 0.97))
    picture = Figure(figsize=(8.0, 1.2 + 2.0 * len(shown)), layout=layout)
    picture.suptitle(e.scenario.title, fontweight="bold")
    for row, name in enumerate(shown):
        axes = picture.add_subplot(len(shown), 1, row + 1)
        draw_curve(axes, e, name)
        mark_levels(axes, e, labelled=row == 0)
        if row == len(shown) - 1:
            axes.set_xlabel("Minutes invested per visit" if e.lever == MINUTES else e.lever)
        else:
            axes.tick_params(labelbottom=False)
    picture.align_ylabels()
    picture.text(0.99, 0.005, footnote(e), ha="right", va="bottom", fontsize=7, color=TODAY)
    return picture


def draw_curve(axes: Axes, e: Evaluation, name: str) -> None:
    """A figure's mean against the level, its interval as a band."""
    intervals = [e.at(value, name) for value in e.levels]
    scale = 100 if is_share(name) else 1
    axes.plot(e.levels, [scale * i.mean for i in intervals], "o-", color=INK, markersize=4, linewidth=1.6)
    axes.fill_between(
        e.levels, [scale * i.low for i in intervals], [scale * i.high for i in intervals], color=SHADE, alpha=0.18,
        linewidth=0,
    )  # fmt: skip
    unit = "%" if is_share(name) else e.unit(name)
    axes.set_ylabel(f"{NAMES.get(name, name)}\n({unit})")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: short(y) if abs(y) >= 1000 else f"{y:g}"))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if scale == 100 or name == "wait_mean":
        axes.set_ylim(bottom=0)


def mark_levels(axes: Axes, e: Evaluation, labelled: bool) -> None:
    """Today's level and the best as upright lines, levels not shown worse as a shaded range."""
    axes.axvline(e.today, color=TODAY, linestyle="--", linewidth=1.2)
    if e.best is not None:
        axes.axvline(e.best, color=BEST, linewidth=1.4)
    if len(e.not_worse) > 1:
        axes.axvspan(min(e.not_worse), max(e.not_worse), color=BEST, alpha=0.08, linewidth=0)
    if labelled:
        top = axes.get_xaxis_transform()
        if e.today != e.best:
            axes.text(e.today, 1.02, f"today {level(e.today)}", transform=top, ha="center", color=TODAY, fontsize=9)
        if e.best is not None:
            axes.text(e.best, 1.02, f"best {level(e.best)}", transform=top, ha="center", color=BEST, fontsize=9)


def footnote(e: Evaluation) -> str:
    """What was done, in one line."""
    share = f"{100 * e.confidence:.0f} %"
    note = f"{worlds_words(e)}, bands are {share} intervals of the mean"
    return note + ("; shaded: not shown worse than the best" if len(e.not_worse) > 1 else "")


def save(picture: Figure, path: Path) -> None:
    """Write a picture as its file's ending says: png, svg or pdf."""
    picture.savefig(path, dpi=150)
