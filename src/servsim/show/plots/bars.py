"""Bars that lie, one for each of some named things, with their intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from servsim.show.plots.style import INK, large, outlined, thick
from servsim.study.confidence_intervals import Interval

BREADTH = 0.8
"""Of all bars of one name together."""


def draw_bars(
    axes: Axes, intervals: Sequence[Interval], per: float, fill: tuple[str, str], row: int = 0, rows: int = 1
) -> dict[str, Any]:
    """A bar from nought to each mean, the first name below, in the given row of each name; how they look.

    per: what numbers are divided by.
    """
    deep = BREADTH / rows
    up = np.arange(len(intervals)) + deep * ((rows - 1) / 2 - row)
    look = outlined(*fill, thick(0.3))
    means = np.array([each.mean for each in intervals]) / per
    halves = np.array([each.high - each.mean for each in intervals]) / per
    axes.barh(up, means, deep, **look)
    for mean, place, half in zip(means, up, halves, strict=True):
        draw_doubt(axes, mean, place, half)
    return look


def draw_doubt(axes: Axes, mean: float, place: float, half: float) -> None:
    """The interval at the end of a bar, if there is one."""
    if half > 0:
        axes.errorbar(
            mean, place, xerr=half, fmt="none", ecolor=INK, capsize=large(0.5), elinewidth=thick(0.6)
        )  # fmt: skip


def name_bars(axes: Axes, names: Sequence[str], begin: float = 0.0) -> None:
    """Write the names beside the bars, and a line where bars begin."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(axis="y", visible=False)
    axes.axvline(begin, color=INK, linewidth=thick(0.4))
