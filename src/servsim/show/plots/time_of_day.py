"""Metrics by the time of day: who comes, how many agents are there, and what share gives up, hour by hour."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from servsim.errors import ServsimError
from servsim.show.plots.elements import call, sure
from servsim.show.plots.style import BLUE, ORANGE, SKY, Mark, Plot, Size, drawing, outlined, thick
from servsim.study.histories.time_of_day import TimeOfDay

FEW_BARS = 14
"""Parts of the day of which each is named; of more, every second, fourth and so on."""


def time_of_day_plot(found: TimeOfDay, size: Size = "paper") -> Plot:
    """Visits, the agents who are there and at work, and the share that gives up, one below the other."""
    if not found.parts:
        raise ServsimError("nothing to plot: in no part of the day are the doors open.")
    with drawing(size, 1.5) as plot:
        visits, agents, outcome = plot.subplots(3, 1, sharex=True)
        marks = draw_visits(visits, found) | draw_agents(agents, found) | draw_outcome(outcome, found)
        name_times(outcome, found)
        plot.finish(found.scenario.title, small_print(found), told(found), marks)
    return plot


def draw_visits(axes: Axes, found: TimeOfDay) -> dict[str, Mark]:
    """Bars of visits an hour; what they mean."""
    bars = outlined(SKY, "", thick(0.3))
    axes.bar(np.array(found.parts), means(found, "arrivals") * 60 / found.minutes, 1.0, align="edge", **bars)
    call(axes.yaxis, "Visits an hour")
    axes.grid(axis="x", visible=False)
    return {"visits": Patch(**bars)}


def draw_agents(axes: Axes, found: TimeOfDay) -> dict[str, Mark]:
    """Bars of the agents who are there, and of those at work; what they mean."""
    there = means(found, "agents_present")
    marks: dict[str, Mark] = {}
    for words, agents, colour in (
        ("agents there", there, "#ebebeb"),
        ("of them at work", there * np.nan_to_num(means(found, "occupancy")), BLUE),
    ):
        bars = outlined(colour, "", thick(0.3))
        axes.bar(np.array(found.parts), agents, 1.0, align="edge", **bars)
        marks[words] = Patch(**bars)
    call(axes.yaxis, "Agents")
    axes.grid(axis="x", visible=False)
    return marks


def draw_outcome(axes: Axes, found: TimeOfDay) -> dict[str, Mark]:
    """The share that gives up with its interval; what it means."""
    share = [found.at(part, "abandoned_share") for part in found.parts]
    mean, half = (100 * np.array([getattr(each, what) for each in share]) for what in ("mean", "half"))
    middles = np.array(found.parts) + 0.5
    axes.errorbar(middles, mean, np.nan_to_num(half), color=ORANGE, marker="o", linestyle="-", capsize=thick(1.0))
    axes.set_ylim(0, None)
    call(axes.yaxis, "Give up (%)")
    return {f"give up, {sure(found.scenario.evaluate.confidence)}": Line2D([], [], color=ORANGE, marker="o")}


def means(found: TimeOfDay, name: str) -> np.ndarray:
    """(parts of the day,) the mean of a metric."""
    return np.array([found.at(part, name).mean for part in found.parts])


def name_times(axes: Axes, found: TimeOfDay) -> None:
    """Times of day below the axis, as many as there is room for."""
    every = max(1, -(-len(found.parts) // FEW_BARS))
    shown = found.parts[::every]
    axes.set_xticks(shown, [found.begins(part) for part in shown])
    call(axes.xaxis, "Time of day at which visits come")


def small_print(found: TimeOfDay) -> str:
    """What was done."""
    many = len(found.values)
    days = f"by the {found.by}, means of days on which it is open"
    return f"{many} replication{'' if many == 1 else 's'}, seed {found.seed}; {days}"


def told(found: TimeOfDay) -> str:
    """The plot in a sentence."""
    visits, share = means(found, "arrivals"), means(found, "abandoned_share")
    busiest = found.parts[int(np.nanargmax(visits))]
    words = f"Most visits come from {found.begins(busiest)} on"
    if not np.nan_to_num(share).any():
        return f"{words}; nobody gives up."
    worst = int(np.nanargmax(share))
    from_then = f"from {found.begins(found.parts[worst])} on, {100 * share[worst]:.0f} % of those who come then"
    return f"{words}; most give up {from_then}."
