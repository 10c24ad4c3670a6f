"""Histories read off one replication: its trace, customers, visits and days, and when and why customers left.

from servsim import histories, read_scenario
world = histories.World(read_scenario("scenarios/salon.toml"))
histories.waits_of(world).minutes
"""

from servsim.study.histories.customers import World, life
from servsim.study.histories.day import day_of, first_day
from servsim.study.histories.departures import cohorts, fates
from servsim.study.histories.event_log import SimulatedTrace, events, simulate
from servsim.study.histories.time_of_day import TimeOfDay, time_of_day
from servsim.study.histories.visits import waits_of

__all__ = [
    "SimulatedTrace", "TimeOfDay", "World", "cohorts", "day_of", "events", "fates", "first_day", "life", "simulate",
    "time_of_day", "waits_of",
]  # fmt: skip
