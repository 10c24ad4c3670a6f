"""The worlds of a scenario under one seed, and what comes of simulating one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from servsim.engine_parameters import in_world, to_sheet
from servsim.scenario.scenario import Scenario
from servsim.study.control_variates import CONTROLS, Controls
from servsim.study.execution.options import Engine
from servsim.study.identity import digest_of, fingerprint, machine, model_version, settings_of
from servsim.study.metrics import NAMES, OWN, figures, own_figures
from servsim.study.replication_totals import Reading
from servsim.study.work.engines import counted, warmup_of
from servsim.study.yearly_projection import COLUMNS, looks_ahead

SHEETS_AT_HAND = 64
"""How many sheets are kept, a quarter of a megabyte each."""

NOBODYS = np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0, np.int64)
"""Fate, spending and stay of nobody."""
NO_MONTHS = np.empty((0, len(COLUMNS)))
"""Months where nobody asked for them."""
UNCONTROLLED = np.zeros(0)
"""Controls where there are none."""

Halted = Callable[[], bool]
"""Asked between two pieces of a world: is nobody waiting for it any more?"""


class WorldHaltedError(Exception):
    """Nobody waits for this world any more."""


@dataclass(frozen=True)
class Job:
    """One world to simulate: of which of the scenarios at hand, and which replication."""

    scenario: int
    replication: int


@dataclass(frozen=True)
class Outcome:
    """What came of a world.

    figures: (metrics,). own: (segments, own metrics). controls: (controls,). fate, spent: (opening book,) the reason
    each customer was lost for in the window, and the millionths of money that each of them spent; stayed: the ticks
    that each of them was in the book, both as far as the world went. months: (months, COLUMNS) all years. Controls,
    what is told of customers, and months are empty where nobody asked for them.
    """

    job: Job
    figures: np.ndarray
    own: np.ndarray
    controls: np.ndarray
    fate: np.ndarray
    spent: np.ndarray
    stayed: np.ndarray
    months: np.ndarray


@dataclass(frozen=True, eq=False)
class Worlds:
    """All worlds of a scenario under a seed as an engine tells them, one for each replication number."""

    scenario: Scenario
    seed: int
    engine: Engine
    controlled: bool = False
    """Whether controls are added up, too."""
    far: bool = False
    """Whether worlds go on until the end of the years, where money means something there."""

    @cached_property
    def digest(self) -> str:
        """The fingerprint of the scenario's settings."""
        return digest_of(self.scenario)

    @cached_property
    def key(self) -> str:
        """A fingerprint of everything that a world's figures depend on, beside its number."""
        return fingerprint([settings_of(self.scenario), self.seed, self.engine, *kind_of_answers()])[:32]

    def simulated(self, job: Job, customers: bool = True, halted: Halted | None = None) -> Outcome:
        """What comes of one world; customers: whether each customer's fate and spending is told, too."""
        controls = self.controls(job) if self.controlled else None
        listener = Listening(controls, halted)
        reading = counted(
            self.scenario, sheet_of(self), self.seed, job.replication, self.engine, listener, self.goes_on
        )
        return outcome_of(job, reading, controls, customers)

    @cached_property
    def goes_on(self) -> bool:
        """Do worlds go on after the window?"""
        return self.far and looks_ahead(self.scenario)

    def controls(self, job: Job) -> Controls:
        """What adds up the controls of one world."""
        return Controls(in_world(sheet_of(self), self.seed, job.replication), warmup_of(self.scenario))

    def __eq__(self, other: object) -> bool:
        """Worlds are the same where their keys are."""
        return isinstance(other, Worlds) and self.key == other.key

    def __hash__(self) -> int:
        """By the key."""
        return hash(self.key)


@dataclass(frozen=True)
class Listening:
    """Hears a world as it is told, for its controls; and stops it when nobody waits for it any more."""

    controls: Controls | None
    halted: Halted | None

    def add(self, rows: np.ndarray) -> None:
        """Hear one more piece; WorldHaltedError where it is to be the last."""
        if self.halted is not None and self.halted():
            raise WorldHaltedError
        if self.controls is not None:
            self.controls.add(rows)


def outcome_of(job: Job, reading: Reading, controls: Controls | None, customers: bool) -> Outcome:
    """What a world comes to as it was counted."""
    sums = controls.sums if controls else UNCONTROLLED
    days = reading.years or reading.tally.days
    told = (reading.tally.fate, days.spent, days.stayed) if customers else NOBODYS
    return Outcome(job, figures(reading) + 0.0, own_figures(reading) + 0.0, sums, *told, reading.months)


def kind_of_answers() -> list[Any]:
    """What two processes must have in common for the answers of one to be those of the other."""
    return [model_version(), machine(), [*NAMES], [own.name for own in OWN], [*CONTROLS], [*COLUMNS]]


@lru_cache(SHEETS_AT_HAND)
def sheet_of(worlds: Worlds) -> np.ndarray:
    """The sheet of a scenario, made once for many of its worlds."""
    return to_sheet(worlds.scenario)
