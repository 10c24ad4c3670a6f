"""A day at the desk: how many wait, and what the agents do, from opening to closing."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from servsim.show.plots.elements import call, one_world
from servsim.show.plots.style import (
    BLUE,
    GREEN,
    ORANGE,
    SKY,
    VERMILLION,
    YELLOW,
    Mark,
    Plot,
    Size,
    drawing,
    outlined,
    thick,
)
from servsim.study.histories.customers import World, day_words
from servsim.study.histories.day import Day, Doing, Spell, Steps
from servsim.units import HOUR

Wanted = Callable[[Spell], bool]


def does(doing: Doing, attentive: bool | None = None) -> Wanted:
    """The spells of one kind, of those only in which the agent is attentive, or is not, where that is asked."""
    return lambda spell: spell.doing == doing and attentive in (None, spell.attentive)


LOOKS: dict[str, tuple[Wanted, str, str]] = {
    "with a customer": (does(Doing.VISITING, attentive=True), SKY, ""),
    "with a customer, inattentive": (does(Doing.VISITING, attentive=False), SKY, "////"),
    "on a promise": (does(Doing.FOLLOWING_UP), YELLOW, "xx"),
    "calling": (does(Doing.CALLING), GREEN, "++"),
    "with a colleague": (does(Doing.HELPING), BLUE, "\\\\"),
    "after a visit": (does(Doing.WRITING), ORANGE, "//"),
    "held by the manager's talk": (does(Doing.HELD), VERMILLION, ".."),
    "inattentive": (does(Doing.INATTENTIVE), "#999999", "--"),
    "on a break": (does(Doing.BREAK), "#bbbbbb", ".."),
    "free": (does(Doing.IDLE), "#ebebeb", ""),
}
"""What agents do: which spells, their colour, their hatching; off is nothing at all."""
OUTLINED_AT_MOST = 80
"""Spells of one agent that are drawn with an outline, which would cover more of them."""
STEPS, TICKS = (1, 2, 3, 6), 13
"""Hours between two ticks, and ticks at most."""
LANES_AT_MOST = 10
"""Agents of whom each has a line of their own; more are counted."""


def day_plot(day: Day, world: World, size: Size = "paper") -> Plot:
    """Above the queue, below the agents: one line for each, or how many of them do what where they are many."""
    with drawing(size, 1.15) as plot:
        above, below = plot.subplots(2, sharex=True, height_ratios=(2, 3))
        marks = draw_queue(above, day)
        few = day.desk_agents <= LANES_AT_MOST
        marks |= draw_lanes(below, day) if few else draw_counts(below, day)
        opens, closes = hours(day)
        below.set_xlim(opens, closes)
        below.xaxis.set_major_locator(MultipleLocator(next(step for step in STEPS if (closes - opens) / step <= TICKS)))
        below.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: f"{hour:.0f}:00"))
        call(below.xaxis, f"Time of day ({day_words(day.scenario, day.number)})")
        plot.finish(day.scenario.title, f"{one_world(world)}, day {day.number}", told(day), marks)
    return plot


def hours(day: Day) -> tuple[float, float]:
    """From which full hour to which somebody is at the desk or waits."""
    here = [(s.begins, s.ends) for some in day.agents.values() for s in some if s.doing != Doing.OFF]
    here += [(visit.arrived, visit.arrived) for visit in day.visits]
    begins, ends = min(first for first, _ in here), max(last for _, last in here)
    return float(np.floor((begins - day.begins) / HOUR)), float(np.ceil((ends - day.begins) / HOUR))


def in_hours(day: Day, instants: np.ndarray) -> np.ndarray:
    """Instants as hours of the day."""
    result: np.ndarray = (instants - day.begins) / HOUR
    return result


def draw_steps(axes: Axes, day: Day, steps: Steps, below: np.ndarray | float = 0, **look: Any) -> None:
    """An area under a number that changes at instants."""
    instants = in_hours(day, np.append(steps[0], day.ends))
    levels = np.append(steps[1], steps[1][-1])
    axes.fill_between(instants, below, below + levels, step="post", **look)


def draw_queue(axes: Axes, day: Day) -> dict[str, Mark]:
    """How many wait; callers upon those at the counter, where there are any."""
    calls = any(visit.by_phone for visit in (*day.earlier, *day.visits))
    everybody, counter = day.queue(), day.queue(by_phone=False)
    thin = thick(0.1)
    look = outlined(ORANGE, "//" if calls else "", thin)
    draw_steps(axes, day, everybody, **look)
    found: dict[str, Mark] = {}
    if everybody[1].any():
        found["waits on the telephone" if calls else "waits"] = Patch(**look)
    if calls and counter[1].any():
        look = outlined(BLUE, "", thin)
        draw_steps(axes, day, counter, **look)
        found["waits at the counter"] = Patch(**look)
    call(axes.yaxis, "In the queue (customers)")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_ylim(0, max(1.05 * everybody[1].max(), 1))
    return found


def draw_lanes(axes: Axes, day: Day) -> dict[str, Mark]:
    """What each agent does, line by line."""
    found: dict[str, Mark] = {}
    many = max(map(len, day.agents.values())) > OUTLINED_AT_MOST
    for words, (wanted, colour, hatch) in LOOKS.items():
        look = outlined(colour, hatch, 0 if many else thick(0.2))
        for agent in range(day.desk_agents):
            own = [spell for spell in day.agents[agent] if wanted(spell)]
            if own:
                spans = [((s.begins - day.begins) / HOUR, (s.ends - s.begins) / HOUR) for s in own]
                axes.broken_barh(spans, (agent - 0.4, 0.8), **look)
                found[words] = Patch(**{**look, "linewidth": thick(0.2)})
    call(axes.yaxis, "Agent (number)")
    axes.set(ylim=(day.desk_agents - 0.5, -0.5), yticks=range(day.desk_agents))
    axes.grid(axis="y", visible=False)
    return found


def draw_counts(axes: Axes, day: Day) -> dict[str, Mark]:
    """How many agents do what, one upon the other."""
    counts = {words: day.counted(wanted) for words, (wanted, _, _) in LOOKS.items()}
    instants = np.unique(np.concatenate([steps[0] for steps in counts.values()]))
    below = np.zeros(len(instants) + 1)
    found: dict[str, Mark] = {}
    for words, steps in counts.items():
        if steps[1].any():
            _, colour, hatch = LOOKS[words]
            look = outlined(colour, hatch, thick(0.1))
            levels = at_each(steps, instants)
            draw_steps(axes, day, (instants, levels), below, **look)
            below = below + np.append(levels, levels[-1])
            found[words] = Patch(**look)
    call(axes.yaxis, "Agents at the desk (number)")
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_ylim(0, 1.02 * below.max())
    return dict(reversed(found.items()))


def at_each(steps: Steps, instants: np.ndarray) -> np.ndarray:
    """A number that changes at instants, read at others; none of them is before the first."""
    result: np.ndarray = steps[1][np.searchsorted(steps[0], instants, "right") - 1]
    return result


def told(day: Day) -> str:
    """The plot in a sentence."""
    fates = ", ".join(f"{count} {fate.value}" for fate, count in day.fates().items() if count)
    when = day_words(day.scenario, day.number)
    return f"{when}: {len(day.visits)} visits, {fates}; at most {day.queue()[1].max()} wait at once."
