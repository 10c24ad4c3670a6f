"""How long visits wait, and how long they would have: all waits of one world, and the patience behind them."""

from dataclasses import dataclass

import numpy as np

from servsim.event_codes import Happening
from servsim.model.compilation import readable
from servsim.study.follow.survival import Staying, staying
from servsim.study.follow.visits import patience_of
from servsim.study.histories.customers import TICK, VALUE, WHAT, WHO, World
from servsim.units import MINUTE, NEVER, WEEK

ENDS = {Happening.STARTED: "served", Happening.ABANDONED: "gave up", Happening.SENT_HOME: "sent home at closing"}
"""How a wait ends; who balks or finds no place does not begin one."""
ASKED = 5000
"""Visits, evenly picked, that are asked for their patience."""


@dataclass(frozen=True)
class Waits:
    """Every wait of a world after its warm-up.

    minutes, ended: (visits,) how long each lasted, and the happening that ended it. willing: (asked,) minutes that
    visits would wait before giving up, for ever being infinite.
    """

    world: World
    minutes: np.ndarray
    ended: np.ndarray
    willing: np.ndarray

    def of(self, end: int) -> np.ndarray:
        """Minutes of the waits that ended so."""
        some: np.ndarray = self.minutes[self.ended == end]
        return some

    def patience(self, confidence: float) -> Staying | None:
        """Share that still waits, against minutes, as a desk can know it; None where nobody gave up.

        Whoever is served, or sent home, would have waited longer, and nobody knows how long: such waits are censored.
        Who is served at once has told nothing, not even whether they would have waited at all.
        """
        told = (self.ended != Happening.STARTED) | (self.minutes > 0)
        gave_up = self.ended[told] == Happening.ABANDONED
        return staying(self.minutes[told], gave_up, confidence) if gave_up.any() else None


def waits_of(world: World) -> Waits:
    """All waits of a world, visits counted as figures count them: by the instant they arrive."""
    warmup = world.scenario.horizon.warmup_weeks * WEEK
    rows = world.rows(lambda piece: np.isin(piece[:, WHAT], [*ENDS, Happening.ARRIVED]))
    came = rows[:, WHAT] == Happening.ARRIVED
    over = rows[~came & (rows[:, TICK] - rows[:, VALUE] >= warmup)]
    return Waits(world, over[:, VALUE] / MINUTE, over[:, WHAT], willing(world, rows[came]))


def willing(world: World, came: np.ndarray) -> np.ndarray:
    """(asked,) minutes of patience of some of the visits that came, evenly picked; came: their rows."""
    picked = came[np.linspace(0, len(came) - 1, min(ASKED, len(came))).astype(int)]
    sheet = readable(world.sheet)
    found = np.array(
        [patience_of(sheet, world.segment(who), who, visit) for who, visit in picked[:, [WHO, VALUE]].tolist()]
    )
    return np.where(found < NEVER, found / MINUTE, np.inf)
