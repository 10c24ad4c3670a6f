"""The two engines by name, and one world told and counted."""

from importlib import import_module
from typing import Any, Protocol

import numpy as np

from servsim.engine_parameters import horizon_of, in_world
from servsim.errors import ServsimError
from servsim.event_codes import Happening
from servsim.model.trace import stops_of
from servsim.scenario.scenario import Scenario
from servsim.study.daily_totals import ALL, OF_MONEY, Days
from servsim.study.execution.options import Engine
from servsim.study.expected import weekly_visits
from servsim.study.replication_totals import Reading
from servsim.study.trace_totals import Tally
from servsim.units import WEEK

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


class Telling:
    """One world of a scenario, told by an engine and counted as it is told: until some instant, and on from there.

    A listener hears its window, too. far: whether it goes on after the window until the end of the years. Of that, only
    days are counted. told: the instant until which it is told; end: the one at which it ends.
    """

    def __init__(
        self,
        scenario: Scenario,
        sheet: np.ndarray,
        seed: int,
        replication: int,
        engine: Engine,
        listener: Listener | None = None,
        far: bool = False,
    ) -> None:
        """Nothing is told yet."""
        world = in_world(sheet, seed, replication, horizon_of(scenario) if far else None)
        self.scenario, self.listener, self.far = scenario, listener, far
        self.tally = Tally(world, warmup_of(scenario), ALL if far else OF_MONEY)
        self.years = self.tally.days
        self.told, self.end, self.referred = 0, int(world[0]["end"]), 0
        self.has_word_of_mouth = bool(world["word_of_mouth_on"].any())
        length = WEEK if self.has_word_of_mouth else PIECE
        self.pieces = zip(stops_of(world, length), engine_named(engine).pieces(world, length), strict=True)

    def go_on(self, until: int) -> None:
        """Tell on until an instant, or a little longer: to the end of the piece that it is in."""
        if self.told < until:
            for stop, rows in self.pieces:
                self.count(stop, rows)
                if until <= stop < self.end:
                    break

    def count(self, until: int, rows: np.ndarray) -> None:
        """Count one more piece, which goes until an instant."""
        tally = self.tally
        (tally if until <= tally.end else self.years).add(rows)
        if self.listener is not None:
            self.listener.add(rows[: len(rows) if until <= tally.end else 0])
        if until == tally.end:
            self.years = self.years.longer(self.end)
            tally.close()
        if self.has_word_of_mouth:
            self.referred += int(np.count_nonzero(rows[:, 1] == Happening.REFERRED))
            if self.referred > REFERRED_AT_MOST:
                watch(self.referred, weekly_visits(self.scenario) * until / WEEK, -(-until // WEEK))
        self.told = until

    def reading(self) -> Reading:
        """What was counted of a world that is told to its end."""
        self.years.close()
        return Reading(self.tally, self.scenario, self.years if self.far else None)

    def reading_until(self, end: int) -> Reading:
        """What would have been counted if it had ended at an instant after the window, but for single customers.

        It must be told until then, and then be the end, or lie between two days. The world can go on.
        """
        days = Days(self.years.sheet, end)
        days.rows[:] = self.years.rows[: len(days.rows)]
        days.here_since[:] = self.years.here_since
        days.close()
        return Reading(self.tally, self.scenario, days)


def counted(
    scenario: Scenario,
    sheet: np.ndarray,
    seed: int,
    replication: int,
    engine: Engine,
    listener: Listener | None = None,
    far: bool = False,
) -> Reading:
    """One world of a scenario, told to its end by an engine and counted as it is told (`Telling`)."""
    telling = Telling(scenario, sheet, seed, replication, engine, listener, far)
    telling.go_on(telling.end)
    return telling.reading()


def watch(referred: int, expected: float, week: int) -> None:
    """Stop a world in which word of mouth grows without end: ServsimError with what it has brought."""
    if referred > REFERRED_AT_MOST + REFERRED_FOR_EACH * expected:
        raise ServsimError(
            f"stopped: by week {week} word of mouth had brought {referred:,} prospects, where {expected:,.0f} visits "
            "were to be expected in all: it grows without end. Lower word_of_mouth.praises, mentions or "
            "referral_share, or word_of_mouth.potential_customers."
        )
