"""The worlds of a scenario under one seed, and what comes of simulating one of them."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from servsim.scenario.scenario import Scenario
from servsim.sheet import to_sheet
from servsim.study.controls import CONTROLS, controls_of
from servsim.study.engines import counted
from servsim.study.identity import digest_of, fingerprint, machine, model_version
from servsim.study.means import Engine
from servsim.study.metrics import NAMES, OWN, figures, own_figures

SHEETS_AT_HAND = 64
"""How many sheets are kept, a quarter of a megabyte each."""


@dataclass(frozen=True)
class Job:
    """One world to simulate: of which of the scenarios at hand, and which replication."""

    scenario: int
    replication: int


@dataclass(frozen=True)
class Outcome:
    """What came of a world.

    figures: (metrics,). own: (segments, own metrics). controls: (controls,). fate, spent: (opening book,) the reason
    each customer was lost for, and the millionths of money that each of them spent.
    """

    job: Job
    figures: np.ndarray
    own: np.ndarray
    controls: np.ndarray
    fate: np.ndarray
    spent: np.ndarray


@dataclass(frozen=True, eq=False)
class Worlds:
    """All worlds of a scenario under a seed as an engine tells them, one for each replication number."""

    scenario: Scenario
    seed: int
    engine: Engine

    @cached_property
    def digest(self) -> str:
        """The fingerprint of the scenario's settings."""
        return digest_of(self.scenario)

    @cached_property
    def key(self) -> str:
        """A fingerprint of everything that a world's figures depend on, beside its number."""
        figures = [*NAMES, *(own.name for own in OWN), *CONTROLS]
        return fingerprint([self.settings, self.seed, self.engine, model_version(), machine(), figures])[:32]

    @property
    def settings(self) -> str:
        """The scenario as JSON, the digest of which names it."""
        return self.scenario.model_dump_json(exclude_none=True, exclude={"title", "evaluate", "optimise", "uncertain"})

    def simulated(self, job: Job) -> Outcome:
        """What comes of one world."""
        reading = counted(self.scenario, sheet_of(self), self.seed, job.replication, self.engine)
        tally = reading.tally
        return Outcome(
            job, figures(reading) + 0.0, own_figures(reading) + 0.0, controls_of(reading), tally.fate, tally.spent
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        """Worlds are the same where their keys are."""
        return isinstance(other, Worlds) and self.key == other.key

    def __hash__(self) -> int:
        """By the key."""
        return hash(self.key)


@lru_cache(SHEETS_AT_HAND)
def sheet_of(worlds: Worlds) -> np.ndarray:
    """The sheet of a scenario, made once for many of its worlds."""
    return to_sheet(worlds.scenario)
