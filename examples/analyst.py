"""For analysts: tidy data, an interval of your own, two levers at once, plots in a folder.

Run it with `python examples/analyst.py [FOLDER]`; it needs `pip install .[frames]` for pandas.
"""

# %% One evaluation, as a tidy table: one row for each level, world and metric
import sys
import tempfile
from pathlib import Path

from servsim import evaluate, lever_grid, read_scenario, run
from servsim.plots import convergence_plot, frontier_plot, heat_plot, save

folder = Path(sys.argv[1]) if sys.argv[1:] and Path(sys.argv[1]).is_dir() else Path(tempfile.mkdtemp())
salon = read_scenario("scenarios/salon.toml", ["horizon.weeks=13", "horizon.years=2"])
answer = evaluate(salon, levels=(3, 6, 9), replications=8, finer=0, smallest_difference=0)
table = answer.to_frame()
print(table.groupby(["metric", "level"])["value"].agg(["mean", "std"]).loc[["retention", "wait_mean", "value"]])

# %% The years ahead, as a tidy table: one row for each replication, year and metric
years = run(salon, replications=8).to_frame_of_years()
print(years.groupby(["metric", "year"])["value"].agg(["mean", "std"]).loc[["customers_end", "profit"]])

# %% Levels share their replications, so differences are paired: see what that is worth
wide = table[table.metric == "value"].pivot(index="replication", columns="level", values="value")
paired, unpaired = (wide[9] - wide[3]).std(), (wide[9].var() + wide[3].var()) ** 0.5
print(
    f"Standard deviation of 9 less 3 minutes: {paired:,.0f} paired, {unpaired:,.0f} if the replications were different."
)

# %% Two levers at once
both = lever_grid(salon, (("investment.minutes_per_visit", (3, 6, 9)), ("staff.agents", (2, 3, 4))), replications=4)
minutes, agents = both.best
print(f"Best of both: {minutes:g} minutes and {agents:g} agents, {both.at(both.best).mean:,.0f} CAD.")

# %% Plots, for a paper and for a slide
for name, plot in {
    "heat.svg": heat_plot(both),
    "frontier.pdf": frontier_plot(answer),
    "convergence.png": convergence_plot(answer, size="slide"),
}.items():
    save(plot, folder / name)
print(f"heat.svg, frontier.pdf and convergence.png are in {folder}.")
heat_plot(both)
