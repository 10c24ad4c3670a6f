"""Elements that plots share: axes, bars, marks, labels beside points, small print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis, YAxis
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox, ScaledTranslation

from servsim.show.evaluation_advice import setting_words
from servsim.show.formatting import is_share, level, rate_words
from servsim.show.plots.style import BLUE, FAINT, INK, POINTS, VERMILLION, large, outlined, thick
from servsim.study.histories.customers import World
from servsim.study.intervals_and_tables import Interval
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation


def best_mark() -> dict[str, Any]:
    """A star."""
    return {"marker": "*", "color": VERMILLION, "markeredgecolor": INK, "markersize": large(2.2), "linestyle": "",
            "markeredgewidth": 0.1 * large(1), "zorder": 5}  # fmt: skip


def today_mark() -> dict[str, Any]:
    """A diamond."""
    return {"marker": "D", "color": INK, "markerfacecolor": "white", "markersize": large(1.2), "linestyle": "",
            "zorder": 4}  # fmt: skip


def today_line() -> dict[str, Any]:
    """Where today is, all over a plot."""
    return {"color": FAINT, "linestyle": "--", "linewidth": thick(0.6)}


def plain_mark(filled: bool) -> dict[str, Any]:
    """A dot, filled or not."""
    return {"marker": "o", "color": BLUE, "markerfacecolor": BLUE if filled else "white", "linestyle": "", "zorder": 3}


def breaking_mark() -> dict[str, Any]:
    """A cross: this is not allowed."""
    return {"marker": "X", "color": FAINT, "markersize": large(1.4), "linestyle": "", "zorder": 3}


PLACES = ((1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0))
"""Where a name may stand, seen from its point; the first that is free is taken."""
AWAY = 0.4
"""How far a name is from its point, in heights of text."""
SIDES = {1: ("left", "bottom"), 0: ("center", "center"), -1: ("right", "top")}
"""How a text is aligned that stands on this side."""


def put_names(
    axes: Axes, points: Sequence[tuple[float, float, str]], lines: Sequence[tuple[float, float, float, float]] = ()
) -> None:
    """Write names beside points (across, up, name), the first first; one that finds no room is left out.

    lines: from one point to another (across, up, across, up); a name stands on one only where there is no other room.
    """
    metric = axes.get_figure(root=True)
    assert metric is not None
    metric.draw_without_rendering()
    half = large(0.5) * metric.dpi / POINTS
    marks = [around(axes, across, up, half) for across, up, _ in points]
    strokes = [Path(axes.transData.transform([line[:2], line[2:]])) for line in lines]
    taken: list[Bbox] = []
    for across, up, name in points:
        free = []
        for place in PLACES:
            text = write_beside(axes, across, up, name, place)
            box = text.get_window_extent()
            if inside(axes.bbox, box) and not box.count_overlaps([*marks, *taken]):
                free.append((sum(stroke.intersects_bbox(box, filled=False) for stroke in strokes), place, box))
            text.remove()
        if free:
            _, place, box = min(free, key=lambda own: own[0])
            write_beside(axes, across, up, name, place)
            taken.append(box)


def write_beside(axes: Axes, across: float, up: float, name: str, place: tuple[int, int]) -> Annotation:
    """A name on one side of its point, on a white ground."""
    return axes.annotate(
        name, (across, up), tuple(AWAY * rcParams["font.size"] * side for side in place),
        textcoords="offset points", ha=SIDES[place[0]][0], va=SIDES[place[1]][1], fontsize="small",
        path_effects=[withStroke(linewidth=thick(1.5), foreground="white")],
    )  # fmt: skip


def around(axes: Axes, across: float, up: float, half: float) -> Bbox:
    """The room that a point's mark takes; half: of its breadth, in dots."""
    x, y = axes.transData.transform((across, up))
    return Bbox.from_extents(x - half, y - half, x + half, y + half)


def inside(room: Bbox, box: Bbox) -> bool:
    """Does a box lie within some room?"""
    return bool(room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 and box.y1 <= room.y1)


NAMES = {
    "wait_mean": "Mean wait", "unserved_share": "Not served", "abandoned_share": "Gave up", "revenue": "Revenue",
    "satisfaction_mean": "Satisfaction", "quality_mean": "Quality", "customers_end": "Customers in the end",
    "investment_hours": "Staff time invested",
}  # fmt: skip
"""What an axis calls a metric; others by their own name."""
UNITS = {
    "min": "minutes", "h/month": "hours a month", "min/year": "minutes a year", "0–10": "0 to 10", "1": "",
}  # fmt: skip
"""Units in words; others as they are."""
LEVERS = {
    "investment.minutes_per_visit": "Minutes invested per visit",
    "investment.recovery_minutes": "Minutes taken for every complaint",
    "investment.relationship_hours_per_month": "Hours a month for calling customers back",
    "staff.agents": "Agents at the desk",
    "promises.quoted_days": "Promised days ahead (days)",
}
"""What an axis calls a lever; others by the name and the unit of their setting."""
NAMED_IN_KEYS = ("minutes", "hours", "days", "weeks", "per_hour", "per_month", "agents", "places")
SAID = ("1/year", "1/point", "1/visit", "1/min", "1/d")
"""Units that the keys of settings say, and rates whose unit would say nothing beside a key."""
GAP = 0.5
"""Between an upright axis and its name, in heights of text."""
LARGE = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


@dataclass(frozen=True)
class Measure:
    """How an axis shows a metric: what numbers are divided by, and what is written beside it."""

    per: float
    label: str


def named(metric: str) -> str:
    """A metric's name as an axis or a sentence begins with it."""
    return NAMES.get(metric, metric.replace("_", " ").capitalize())


def measure(metric: str, unit: str, largest: float, over: str = "") -> Measure:
    """How to show a metric: shares in percent, amounts of thousands and more in thousands and more.

    over: how many years `value` adds up, in words.
    """
    if is_share(metric):
        yearly = " a year" if metric.startswith("retention") else ""
        return Measure(0.01, f"{named(metric)} (%{yearly})")
    words = UNITS.get(unit, rate_words(unit))
    per, large = next(((scale, name) for scale, name in LARGE if largest >= 2 * scale), (1.0, ""))
    inside = " ".join(part for part in (large, words) if part)
    name = f"{named(metric)} of {over}" if over and metric == VALUE else named(metric)
    return Measure(per, f"{name} ({inside})" if inside else name)


def label_metric(axis: Axis, metric: str, unit: str, largest: float, over: str = "") -> None:
    """Name an axis after a metric and its unit, and write its numbers in that unit; over: as `measure` has it."""
    shown = measure(metric, unit, largest, over)
    call(axis, shown.label)
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda number, _: f"{number / shown.per:,.10g}".replace("-", "−")))


def call(axis: Axis, words: str) -> None:
    """Give an axis its name; an upright one has it on top, where it need not be read sideways."""
    axis.set_label_text(words)
    if isinstance(axis, YAxis):
        above = ScaledTranslation(0, GAP * rcParams["font.size"] / POINTS, axis.axes.figure.dpi_scale_trans)
        axis.set_label_coords(0, 1, axis.axes.transAxes + above)
        axis.label.set(rotation=0, horizontalalignment="left", verticalalignment="bottom")


def label_lever(axis: Axis, lever: str, levels: tuple[float, ...]) -> None:
    """Name an axis after a lever."""
    axis.set_label_text(lever_words(lever))
    whole = all(value == int(value) for value in levels)
    axis.set_major_locator(MaxNLocator(8, integer=whole, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda number, _: level(round(number, 10)).replace("-", "−")))


def lever_words(lever: str) -> str:
    """What an axis calls a lever."""
    from servsim.show.model_card.settings import settings

    if lever in LEVERS:
        return LEVERS[lever]
    unit = next((setting.unit for setting in settings() if setting.path == lever), "")
    table, _, key = lever.partition(".")
    words = f"{table}: {key}".replace("_", " ").replace(".", ", ").capitalize()
    return words if not unit or unit in SAID or key.endswith(NAMED_IN_KEYS) else f"{words} ({UNITS.get(unit, unit)})"


def instead_of_today(e: Evaluation, value: float) -> str:
    """A level against today's, in words: 6 minutes of care per visit instead of 3."""
    return f"{setting_words(e, value)} instead of {level(e.today)}"


def largest_of(*numbers: np.ndarray) -> float:
    """The largest size among some numbers, undefined ones left out; 0 where there are none."""
    sizes = np.abs(np.concatenate([np.ravel(some) for some in numbers]))
    return float(np.max(sizes[np.isfinite(sizes)], initial=0.0))


def one_world(world: World) -> str:
    """Which replication is shown, where it is one."""
    return f"one replication: seed {world.seed}, replication {world.replication}"


def sure(confidence: float) -> str:
    """How sure intervals are."""
    return f"{100 * confidence:g} % intervals"


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
