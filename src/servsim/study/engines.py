"""The two engines by name, and one world told and counted."""

from importlib import import_module
from typing import Any, Literal

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.sheet import in_world
from servsim.study.metrics import Reading
from servsim.study.tally import Tally
from servsim.units import WEEK

Engine = Literal["reference", "fast"]

PIECE = 4 * WEEK
"""How much of a trace is held in memory at once."""


def engine_named(name: Engine) -> Any:
    """The module that tells the story: `pieces(sheet, length)` and `simulate(sheet)`."""
    return import_module(f"servsim.model.{name}")


def counted(scenario: Scenario, sheet: np.ndarray, seed: int, replication: int, engine: Engine) -> Reading:
    """One world of a scenario, told by an engine and counted as it is told."""
    world = in_world(sheet, seed, replication)
    tally = Tally(world, round(scenario.horizon.warmup_weeks * WEEK), scenario.money.discount_rate)
    for rows in engine_named(engine).pieces(world, PIECE):
        tally.add(rows)
    tally.close()
    return Reading(tally, scenario)
