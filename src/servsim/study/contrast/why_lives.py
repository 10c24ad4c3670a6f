"""Lives of the same customers in two scenarios: which of them are told, and what happened to them in each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from servsim.event_codes import Happening, Reason
from servsim.study.contrast.compare import Comparison
from servsim.study.contrast.why import FATES, KEPT, LOST, LOST_BY_B, SAVED, Pairs, fate_of
from servsim.study.execution.options import Engine
from servsim.study.histories.customers import WHAT, WHO, World

KINDS = (SAVED, LOST_BY_B, KEPT, LOST)
"""Whose lives are told, one of each fate, in this order."""
OWN_REASONS = [int(Reason.NATURAL), int(Reason.CHANCE)]
"""Reasons that are the customer's own, and nothing that the desk did."""
LIVES = 3
"""How many lives are told; where there is nobody of a kind, the next one has a turn."""


@dataclass(frozen=True)
class TwoLives:
    """One customer: the key, the fate, and the segment and the rows of this customer's life, each in A and in B."""

    key: int
    fate: str
    segments: tuple[int, int]
    rows: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Lives:
    """Some customers' lives in a world of two scenarios, and the newcomers who became customers in it.

    world: its number. won_by_both, won_by_a, won_by_b: newcomers, who are the same people in both by their keys.
    """

    world: int
    told: list[TwoLives]
    won_by_both: int
    won_by_a: int
    won_by_b: int


def lives(c: Comparison, engine: Engine = "fast") -> Lives | None:
    """Lives in the first world that the scenarios share, told once more for each; None where they share none."""
    world = c.pairs.world
    if world is None:
        return None
    picks = picked(c.pairs)
    wanted = those(list(picks))
    one, other = (World(scenario, c.seed, world, engine) for scenario in (c.a, c.b))
    in_a, in_b = one.rows(wanted), other.rows(wanted)
    told = [
        TwoLives(key, FATES[fate], (one.segment(key), other.segment(key)), (of(key, in_a), of(key, in_b)))
        for key, fate in picks.items()
    ]
    a, b = won(in_a), won(in_b)
    return Lives(world, told, len(a & b), len(a - b), len(b - a))


def of(key: int, rows: np.ndarray) -> np.ndarray:
    """The rows of one customer."""
    return rows[rows[:, WHO] == key]


def won(rows: np.ndarray) -> set[int]:
    """The keys of those who became customers."""
    return set(rows[rows[:, WHAT] == Happening.WON, WHO].tolist())


def those(keys: list[int]) -> Callable[[np.ndarray], np.ndarray]:
    """The rows of some customers, and of whoever is won."""
    return lambda piece: np.isin(piece[:, WHO], keys) | (piece[:, WHAT] == Happening.WON)


def picked(pairs: Pairs) -> dict[int, int]:
    """The keys of those whose lives are told, and their places in FATES: one of each kind, as far as there are any."""
    fates, (in_a, in_b) = fate_of(pairs.first), pairs.first
    gains = pairs.first_spent[1] - pairs.first_spent[0]
    choices = {
        SAVED: middle_one(np.flatnonzero(fates == SAVED), in_a, gains),
        LOST_BY_B: middle_one(np.flatnonzero(fates == LOST_BY_B), in_b, -gains),
        KEPT: most_different(np.flatnonzero(fates == KEPT), gains),
        LOST: most_different(np.flatnonzero(fates == LOST), gains),
    }
    found = [(key, kind) for kind in KINDS if (key := choices[kind]) is not None]
    return dict(found[:LIVES])


def middle_one(keys: np.ndarray, reasons: np.ndarray, gains: np.ndarray) -> int | None:
    """Of those lost for the commonest reason that is not their own, the middle one by what they spend more where they
    are kept; None of nobody.
    """
    if not len(keys):
        return None
    counts = np.bincount(reasons[keys], minlength=len(Reason))
    blamed = counts.copy()
    blamed[OWN_REASONS] = 0
    reason = (blamed if blamed.any() else counts).argmax()
    keys = keys[reasons[keys] == reason]
    order = np.lexsort((keys, gains[keys]))
    return int(keys[order[(len(keys) - 1) // 2]])


def most_different(keys: np.ndarray, gains: np.ndarray) -> int | None:
    """Whose spending differs most, the first of equals; None where nobody's differs."""
    differ = np.abs(gains[keys])
    return int(keys[differ.argmax()]) if differ.any() else None
