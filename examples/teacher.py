"""For teachers: a queue from the textbook, then the same desk with customers who remember.

Run it with `python examples/teacher.py`, or cell by cell in front of a class.
"""

# %% Erlang A: 50 agents, patience of two minutes. The textbook says that 3.1 % give up and the mean wait is 3.7 s
from servsim import read_scenario, run
from servsim.histories import World, waits_of
from servsim.plots import survival_plot, waits_plot

textbook = run(read_scenario("scenarios/erlang-a.toml", ["horizon.weeks=0.3"]), replications=4)
share, wait = textbook["abandoned_share"], textbook["wait_mean"]
print(f"Gave up: {100 * share.mean:.2f} % ({100 * share.low:.2f} to {100 * share.high:.2f}); the book says 3.1 %.")
print(f"Mean wait: {60 * wait.mean:.2f} s ({60 * wait.low:.2f} to {60 * wait.high:.2f}); the book says 3.7 s.")

# %% People who give up have told how patient they are; the others only that they are more patient than that
salon = read_scenario("scenarios/salon.toml", ["horizon.weeks=26"])
world = World(salon)
waits = waits_of(world)
known = waits.patience(0.95)
print(f"Who would still wait after 20 minutes: {100 * known.after(20):.0f} %, as told from waits;")
print(f"and as the model has it: {100 * (waits.willing > 20).mean():.0f} %.")
waits_plot(waits, size="slide")

# %% Now customers remember. What does a minute of care do to waiting, and what to retention?
for minutes in (0, 3, 9, 20):
    year = run(
        read_scenario("scenarios/salon.toml", [f"investment.minutes_per_visit={minutes}", "horizon.years=1"]),
        replications=4,
    )
    print(
        f"{minutes:>2} minutes: wait {year['wait_mean'].mean:.1f} min, retention {100 * year['retention'].mean:.0f} %"
    )

# %% Who stays, and how long?
survival_plot(world, size="slide")
