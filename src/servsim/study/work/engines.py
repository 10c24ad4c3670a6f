"""The two engines by name, and one world told and counted."""

from importlib import import_module
from typing import Any, Protocol

import numpy as np

from servsim.errors import ServsimError
from servsim.scenario.scenario import Scenario
from servsim.sheet import in_world
from servsim.study.expected import weekly_visits
from servsim.study.reading import Reading
from servsim.study.tally import Tally
from servsim.study.work.means import Engine
from servsim.units import WEEK
from servsim.words import Happening

PIECE = 4 * WEEK
"""How much of a trace is held in memory at once."""

REFERRED_AT_MOST, REFERRED_FOR_EACH = 20_000, 20
"""Referred prospects in a world at most: so many, and so many for each visit that was to be expected."""


def engine_named(name: Engine) -> Any:
    """The module that tells the story: `pieces(sheet, length)` and `simulate(sheet)`."""
    return import_module(f"servsim.model.{name}")


def warmup_of(scenario: Scenario) -> int:
    """The tick from which on figures count."""
    return round(scenario.horizon.warmup_weeks * WEEK)


class Listener(Protocol):
    """Whoever wants to hear a world as it is told."""

    def add(self, rows: np.ndarray) -> None:
        """Hear one more piece of its trace."""


def counted(
    scenario: Scenario, sheet: np.ndarray, seed: int, replication: int, engine: Engine, listener: Listener | None = None
) -> Reading:
    """One world of a scenario, told by an engine and counted as it is told; a listener hears it, too."""
    world = in_world(sheet, seed, replication)
    tally = Tally(world, warmup_of(scenario), scenario.money.discount_rate)
    tells = bool(world["word_of_mouth_on"].any())
    referred = 0
    for week, rows in enumerate(engine_named(engine).pieces(world, WEEK if tells else PIECE), 1):
        tally.add(rows)
        if listener is not None:
            listener.add(rows)
        if tells:
            referred += int(np.count_nonzero(rows[:, 1] == Happening.REFERRED))
            if referred > REFERRED_AT_MOST:
                watch(referred, weekly_visits(scenario) * week, week)
    tally.close()
    return Reading(tally, scenario)


def watch(referred: int, expected: float, week: int) -> None:
    """Stop a world in which word of mouth grows without end: ServsimError with what it has brought."""
    if referred > REFERRED_AT_MOST + REFERRED_FOR_EACH * expected:
        raise ServsimError(
            f"stopped: by week {week} word of mouth had brought {referred:,} prospects, where {expected:,.0f} visits "
            "were to be expected in all: it grows without end. Lower word_of_mouth.praises, mentions or "
            "referral_share, or word_of_mouth.potential_customers."
        )
