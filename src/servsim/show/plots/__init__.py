"""Plots: functions that take a result and return a matplotlib Metric, at slide and at paper size.

from servsim.show.plots import levels_plot, save
save(levels_plot(advice, size="slide"), Path("levels.svg"))
"""

from servsim.show.plots.convergence import convergence_plot
from servsim.show.plots.day_at_the_desk import day_plot
from servsim.show.plots.departures import reasons_plot, saved_plot
from servsim.show.plots.frontier import front_plot, frontier_plot
from servsim.show.plots.lever_heatmap import heat_plot
from servsim.show.plots.metrics_by_level import levels_plot
from servsim.show.plots.payback import payback_plot
from servsim.show.plots.staff_time import minutes_plot
from servsim.show.plots.style import Plot, save
from servsim.show.plots.survival import survival_plot
from servsim.show.plots.time_of_day import time_of_day_plot
from servsim.show.plots.tornado import tornado_plot
from servsim.show.plots.value_waterfall import sources_plot
from servsim.show.plots.waiting_times import waits_plot
from servsim.show.plots.yearly_projection import years_plot

__all__ = [
    "Plot", "convergence_plot", "day_plot", "front_plot", "frontier_plot", "heat_plot", "levels_plot", "minutes_plot",
    "payback_plot", "reasons_plot", "save", "saved_plot", "sources_plot", "survival_plot", "time_of_day_plot",
    "tornado_plot", "waits_plot", "years_plot",
]  # fmt: skip
