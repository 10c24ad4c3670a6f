"""The frontier: what profit costs in retention, and the other way round, over what was tried."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from servsim.errors import ServsimError
from servsim.scenario.scenario import Scenario
from servsim.show.evaluation_advice import replications_words
from servsim.show.formatting import level, years_words
from servsim.show.optimisation import front_names, proposal
from servsim.show.plots.elements import (
    best_mark,
    label_metric,
    largest_of,
    lever_words,
    named,
    plain_mark,
    put_names,
    sure,
    today_line,
    today_mark,
)
from servsim.show.plots.style import FAINT, Mark, Plot, Size, drawing, thick
from servsim.study.intervals_and_tables import Interval
from servsim.study.metrics import BY_NAME
from servsim.study.one_lever.result import Evaluation
from servsim.study.several_levers.result import Optimisation


@dataclass(frozen=True)
class Tried:
    """Something that was tried: its name, two metrics, and whether it is today's or the best."""

    name: str
    across: Interval
    up: Interval
    is_today: bool = False
    is_best: bool = False


def frontier_plot(e: Evaluation, size: Size = "paper", across: str = "profit", up: str = "retention") -> Plot:
    """Two metrics of every level against each other; filled are those that no other is shown to beat in both."""
    if not (e.is_known(across) and e.is_known(up)):
        raise ServsimError(f"plot frontier needs {up} and {across} at every level; {up} needs customers in a book.")
    some = [
        Tried(level(value), e.at(value, across), e.at(value, up), value == e.today, value == e.best)
        for value in e.levels
    ]
    note = f"numbers: {lever_words(e.lever)}. {replications_words(e)}, seed {e.seed}"
    levels = {one.name: value for one, value in zip(some, e.levels, strict=True)}

    def gaps(one: Tried, other: Tried) -> list[Interval]:
        return [e.difference(levels[one.name], levels[other.name], metric) for metric in (across, up)]

    return draw_frontier(some, gaps, across, up, e.scenario, e.confidence, note, size)


def front_plot(o: Optimisation, size: Size = "paper") -> Plot:
    """Two metrics of the points of an optimisation's front, and of today's setting and the best, against each other."""
    e = o.finals
    if not o.front or e is None:
        raise ServsimError(f"plot front has nothing to show: {proposal(o)}")
    up, across = o.goal.front
    marked = {o.values(own): own for own in (e.today, e.best) if own is not None}
    names = [", ".join(map(level, own.values)) for own in o.front] if len(o.levers) <= FEW else front_names(o)
    some = [
        Tried(name, o.of(point, across), o.of(point, up))
        for name, point in zip(names, o.front, strict=True) if point.values not in marked
    ]  # fmt: skip
    some += [
        Tried("today" if own == e.today else "best", e.at(own, across), e.at(own, up), own == e.today, own == e.best)
        for own in marked.values()
    ]
    keys = ", ".join(lever.key for lever in o.levers)
    called = "as `servsim optimise` names them" if len(o.levers) > FEW else keys
    note = f"points: {called}; {len(o.front[0].metrics)} common replications of each point of the front, seed {o.seed}"
    return draw_frontier(some, unpaired, across, up, o.scenario, o.asked.confidence, note, size, path=False)


FEW = 3
"""Levers up to which a point is called by their values; above, as in the table of the front."""


Gaps = Callable[[Tried, Tried], list[Interval]]
"""By how much one is ahead of another in both metrics."""


def unpaired(one: Tried, other: Tried) -> list[Interval]:
    """The same where they were not tried in the same replications."""
    both = ((one.across, other.across), (one.up, other.up))
    gaps = [(a.mean - b.mean, hypot(a.half, b.half), a.unit) for a, b in both]
    return [Interval(mean, mean - half, mean + half, unit) for mean, half, unit in gaps]


def draw_frontier(
    some: Sequence[Tried], gaps: Gaps, across: str, up: str, scenario: Scenario, confidence: float, note: str,
    size: Size, path: bool = True,
) -> Plot:  # fmt: skip
    """All that was tried, one mark each, with its name; crosses are the intervals of both metrics.

    path: whether what was tried has an order, in which a line joins it.
    """
    front = unbeaten(some, gaps, BY_NAME[across].better, BY_NAME[up].better)
    with drawing(size) as plot:
        axes = plot.subplots()
        if path:
            axes.plot([one.across.mean for one in some], [one.up.mean for one in some], **today_line())
        for one in some:
            draw_cross(axes, one)
            axes.plot(one.across.mean, one.up.mean, **mark_of(one, one in front))
        for axis, metric, intervals in (
            (axes.xaxis, across, [one.across for one in some]),
            (axes.yaxis, up, [one.up for one in some]),
        ):
            largest = largest_of(np.array([(i.low, i.high) for i in intervals]))
            label_metric(axis, metric, intervals[0].unit, largest, years_words(scenario))
        plot.finish(scenario.title, note, told(front, across, up), meaning(some, front, confidence))
        put_names(axes, [(one.across.mean, one.up.mean, one.name) for one in by_rank(some, front)], lines(some, path))
    return plot


def lines(some: Sequence[Tried], path: bool) -> list[tuple[float, float, float, float]]:
    """The arms of all crosses, and the path, if there is one, from point to point."""
    means = [(one.across.mean, one.up.mean) for one in some]
    return [
        *((one.across.low, one.up.mean, one.across.high, one.up.mean) for one in some),
        *((one.across.mean, one.up.low, one.across.mean, one.up.high) for one in some),
        *((*a, *b) for a, b in pairwise(means) if path),
    ]


def unbeaten(some: Sequence[Tried], gaps: Gaps, across: int, up: int) -> list[Tried]:
    """Those of whom it is not shown that another one is better in both metrics: means alone would count noise."""

    def beats(one: Tried, other: Tried) -> bool:
        both = zip(gaps(one, other), (across, up), strict=True)
        return all((gap.low if better > 0 else -gap.high) > 0 for gap, better in both)

    return [one for one in some if not any(beats(other, one) for other in some if other is not one)]


def draw_cross(axes: Axes, one: Tried) -> None:
    """The intervals of both metrics."""
    line: dict[str, Any] = {"color": FAINT, "linewidth": thick(0.4)}
    axes.plot([one.across.low, one.across.high], [one.up.mean] * 2, **line)
    axes.plot([one.across.mean] * 2, [one.up.low, one.up.high], **line)


def mark_of(one: Tried, is_unbeaten: bool) -> dict[str, Any]:
    """How its mark looks."""
    return best_mark() if one.is_best else today_mark() if one.is_today else plain_mark(is_unbeaten)


def by_rank(some: Sequence[Tried], front: Sequence[Tried]) -> list[Tried]:
    """Those first whose names matter most, should there not be room for all."""
    return sorted(some, key=lambda one: (not (one.is_best or one.is_today), one not in front))


NOT_BEATEN = "no other is shown to beat it in both"


def meaning(some: Sequence[Tried], front: Sequence[Tried], confidence: float) -> dict[str, Mark]:
    """What the marks mean."""
    found: dict[str, Mark] = {sure(confidence): Line2D([], [], color=FAINT, marker="+", linestyle="")}
    for is_one, words, mark in (
        (any(one in front and not (one.is_best or one.is_today) for one in some), NOT_BEATEN, plain_mark(filled=True)),
        (
            any(one not in front and not (one.is_best or one.is_today) for one in some),
            "shown to be beaten in both",
            plain_mark(filled=False),
        ),
        (any(one.is_today and not one.is_best for one in some), "today", today_mark()),
        (any(one.is_best for one in some), "best", best_mark()),
    ):
        if is_one:
            found[words] = Line2D([], [], **mark)
    return found


def told(front: Sequence[Tried], across: str, up: str) -> str:
    """The plot in a sentence."""
    names = ", ".join(one.name for one in front)
    return f"{named(up)} against {named(across).lower()}. Of these no other is shown to be better in both: {names}."
