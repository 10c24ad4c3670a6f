"""Which plots a report shows, and what is said below each."""

from collections.abc import Callable
from functools import partial

from servsim.show.plots.convergence import convergence_plot
from servsim.show.plots.day_at_the_desk import day_plot
from servsim.show.plots.frontier import frontier_plot
from servsim.show.plots.metrics_by_level import levels_plot
from servsim.show.plots.payback import payback_plot
from servsim.show.plots.saved import saved_plot
from servsim.show.plots.staff_time import minutes_plot
from servsim.show.plots.style import Plot
from servsim.show.plots.survival import survival_plot
from servsim.show.plots.tornado import needs_ranges, tornado_plot
from servsim.show.plots.value_waterfall import sources_plot
from servsim.show.plots.waiting_times import waits_plot
from servsim.show.plots.yearly_projection import years_plot
from servsim.study.follow.day import day_of, first_day
from servsim.study.follow.waits import waits_of
from servsim.study.histories.customers import World
from servsim.study.report_contents import Findings

Captioned = tuple[str, Callable[[], Plot]]
"""What is said below a plot, and how it is made."""


def parts(found: Findings) -> dict[str, list[Captioned]]:
    """The plots of each part of a report; some of them may refuse to be made."""
    e, c, world = found.evaluation, found.comparison, found.world
    why: list[Captioned] = [] if c is None else [
        ("Where the difference in money between today (A) and the best level (B) comes from.",
         partial(sources_plot, c)),
        ("The same customers under both: who stays only with the best level, and who only with today's.",
         partial(saved_plot, c)),
    ]  # fmt: skip
    front: list[Captioned] = [("Retention against profit: where more of one costs some of the other.",
                               partial(frontier_plot, e))] if e.is_known("retention") else []  # fmt: skip
    return {
        "answer": [("What each level brings. Bands are intervals of the mean.", partial(levels_plot, e))],
        "years": [
            ("When the best level has paid for itself: the money that it brings over today's, added up.",
             partial(payback_plot, e)),
            ("What each year is projected to be.", partial(years_plot, e)),
        ],
        "why": [*why, *front],
        "time": [("Where the agents' time goes.", partial(minutes_plot, e))],
        "today": [
            ("One day at the desk as it is today: who waits, and what the agents do.", partial(a_day, world)),
            ("How long visits wait, and how long they would.", partial(all_waits, world)),
            ("How long customers stay in the book.", partial(survival_plot, world)),
        ],
        "sure": [
            ("What the answer rests on: settings that nobody knows exactly, at both ends of their ranges.",
             partial(a_tornado, found)),
            ("How the estimate settles from world to world.", partial(convergence_plot, e)),
        ],
    }  # fmt: skip


def a_day(world: World) -> Plot:
    """The first usual day of a world."""
    return day_plot(day_of(world, first_day(world)), world)


def a_tornado(found: Findings) -> Plot:
    """What the answer rests on."""
    return tornado_plot(needs_ranges(found.evaluation, found.doubt))


def all_waits(world: World) -> Plot:
    """The waits of a world."""
    return waits_plot(waits_of(world))
