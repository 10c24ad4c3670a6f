"""Records beside the desk that was fitted to them, on days that the fit had not seen: by hour and by day."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from servsim.records.verdict import Seen, Verdict
from servsim.show.plots.elements import call
from servsim.show.plots.style import BLUE, INK, ORANGE, SKY, Mark, Plot, Size, drawing

RECORDS, DESK, NAIVE = "the records", "the desk", "as it was"


def records_plot(verdict: Verdict, seen: Seen, size: Size = "paper") -> Plot:
    """A measure in the records and in the desk, by hour with its band and by day with the naive rival."""
    rows, columns = (1, 2) if size == "slide" else (2, 1)
    with drawing(size, 1.4) as plot:
        by_hour, by_day = plot.subplots(rows, columns)
        marks = draw_hours(by_hour, seen) | draw_days(by_day, seen)
        title = f"The {seen.measure}: records and desk"
        note = f"{len(verdict.held.day)} days that the fit had not seen, lived again with their own calls and agents"
        plot.finish(title, note, told(seen), marks)
    return plot


def scaled(seen: Seen, values: np.ndarray) -> np.ndarray:
    """A measure as an axis has it: shares in %."""
    found: np.ndarray = values * (100 if seen.unit == "points" else 1)
    return found


def unit(seen: Seen) -> str:
    """The unit of an axis."""
    return "%" if seen.unit == "points" else seen.unit


def draw_hours(axes: Axes, seen: Seen) -> dict[str, Mark]:
    """By the hour in which visitors came."""
    low, high = scaled(seen, seen.low), scaled(seen, seen.high)
    axes.fill_between(seen.hour, low, high, color=SKY, alpha=0.4, linewidth=0)
    (desk,) = axes.plot(seen.hour, scaled(seen, seen.predicted), "-", color=BLUE)
    (records,) = axes.plot(seen.hour, scaled(seen, seen.observed), "o", color=INK)
    call(axes.xaxis, "Hour of the day in which they came")
    call(axes.yaxis, f"{seen.measure.capitalize()} ({unit(seen)})")
    axes.set_ylim(0, None)
    band = Patch(facecolor=SKY, alpha=0.4)
    return {RECORDS: records, DESK: desk, "90 % of lives of the desk": band}


def draw_days(axes: Axes, seen: Seen) -> dict[str, Mark]:
    """Day by day."""
    day = np.arange(1, seen.by_day.shape[1] + 1)
    observed, predicted, naive = scaled(seen, seen.by_day)
    (rival,) = axes.plot(day, naive, ":", color=ORANGE)
    axes.plot(day, predicted, "-", color=BLUE)
    axes.plot(day, observed, "o", color=INK)
    call(axes.xaxis, "Day, of those held back")
    call(axes.yaxis, f"{seen.measure.capitalize()} ({unit(seen)})")
    axes.set_ylim(0, None)
    return {f'"{NAIVE}", the rival': rival}


def told(seen: Seen) -> str:
    """The plot in a sentence."""
    own, naive = (float(error) for error in scaled(seen, np.array(seen.day_errors)))
    return (
        f"The {seen.measure} by hour in the records and in the desk, which is off by "
        f"{float(scaled(seen, np.array(seen.error))):.1f} {unit(seen)} on average, and by day, where it is off by "
        f"{own:.1f} {unit(seen)} and the naive rival by {naive:.1f} {unit(seen)}."
    )
