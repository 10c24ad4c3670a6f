"""Axes that say what they count, and in which unit."""

from dataclasses import dataclass

import numpy as np
from matplotlib import rcParams
from matplotlib.axis import Axis, YAxis
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from servsim.show.numbers import is_share, level
from servsim.show.plots.style import POINTS
from servsim.study.objective import VALUE

NAMES = {
    "wait_mean": "Mean wait", "unserved_share": "Not served", "abandoned_share": "Gave up", "revenue": "Revenue",
    "satisfaction_mean": "Satisfaction", "quality_mean": "Quality", "customers_end": "Customers in the end",
    "investment_hours": "Staff time invested",
}  # fmt: skip
"""What an axis calls a figure; others by their own name."""
UNITS = {
    "min": "minutes", "1/week": "a week", "1/year": "a year", "1/month": "a month", "h/month": "hours a month",
    "min/year": "minutes a year", "0–10": "0 to 10", "1": "",
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
GAP = 0.5
"""Between an upright axis and its name, in heights of text."""
LARGE = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


@dataclass(frozen=True)
class Measure:
    """How an axis shows a figure: what numbers are divided by, and what is written beside it."""

    per: float
    label: str


def named(metric: str) -> str:
    """A figure's name as an axis or a sentence begins with it."""
    return NAMES.get(metric, metric.replace("_", " ").capitalize())


def measure(metric: str, unit: str, largest: float, over: str = "") -> Measure:
    """How to show a figure: shares in percent, amounts of thousands and more in thousands and more.

    over: how many years `value` adds up, in words.
    """
    if is_share(metric):
        yearly = " a year" if metric.startswith("retention") else ""
        return Measure(0.01, f"{named(metric)} (%{yearly})")
    words = UNITS.get(unit, unit.replace("/year", " a year"))
    per, large = next(((scale, name) for scale, name in LARGE if largest >= 2 * scale), (1.0, ""))
    inside = " ".join(part for part in (large, words) if part)
    name = f"{named(metric)} of {over}" if over and metric == VALUE else named(metric)
    return Measure(per, f"{name} ({inside})" if inside else name)


def label_figure(axis: Axis, metric: str, unit: str, largest: float, over: str = "") -> None:
    """Name an axis after a figure and its unit, and write its numbers in that unit; over: as `measure` has it."""
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
    return f"{words} ({UNITS.get(unit, unit)})" if unit else words


def largest_of(*numbers: np.ndarray) -> float:
    """The largest size among some numbers, undefined ones left out; 0 where there are none."""
    sizes = np.abs(np.concatenate([np.ravel(some) for some in numbers]))
    return float(np.max(sizes[np.isfinite(sizes)], initial=0.0))
