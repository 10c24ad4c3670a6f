"""For owners: how many minutes should a visit get, and what would another agent bring?

Run it from this repository with `python examples/owner.py`, or cell by cell in a notebook or an editor.
"""

# %% The shop: a scenario file, and here three years of money instead of ten, so that the answer comes at once
from servsim import advice, compare, evaluate, read_scenario

shop = read_scenario("scenarios/salon.toml", ["horizon.years=3"])

# %% How many minutes should a visit get? A notebook shows the table and the picture
answer = evaluate(shop, levels=(0, 3, 6, 9, 12), replications=6, finer=0, smallest_difference=0)
print(advice(answer))
answer

# %% What would a fourth agent bring, on the very same customers?
more_staff = read_scenario("scenarios/salon.toml", ["horizon.years=3", "staff.agents=4", "title='Four agents'"])
both = compare(shop, more_staff, replications=6)
wait, value = both.difference("wait_mean"), both.difference("value")
print(f"With a fourth agent the mean wait changes by {wait.mean:+.1f} min ({wait.low:+.1f} to {wait.high:+.1f}),")
print(f"and the money of three years by {value.mean:+,.0f} CAD ({value.low:+,.0f} to {value.high:+,.0f}).")
both
