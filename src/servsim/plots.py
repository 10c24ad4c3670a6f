"""Plots of results: functions that take a result and return a `Plot`, at slide and at paper size.

from servsim import evaluate, plots, read_scenario
plots.save(plots.levels_plot(evaluate(read_scenario("scenarios/salon.toml")), size="slide"), "levels.svg")
"""

from servsim.show.plots import (
    Plot,
    convergence_plot,
    day_plot,
    front_plot,
    frontier_plot,
    heat_plot,
    levels_plot,
    minutes_plot,
    payback_plot,
    reasons_plot,
    save,
    saved_plot,
    sources_plot,
    survival_plot,
    time_of_day_plot,
    tornado_plot,
    waits_plot,
    years_plot,
)

__all__ = [
    "Plot", "convergence_plot", "day_plot", "front_plot", "frontier_plot", "heat_plot", "levels_plot", "minutes_plot",
    "payback_plot", "reasons_plot", "save", "saved_plot", "sources_plot", "survival_plot", "time_of_day_plot",
    "tornado_plot", "waits_plot", "years_plot",
]  # fmt: skip
