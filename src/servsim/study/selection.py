"""Selection: which level is best, with a guarantee, in as few worlds as it takes.

KN, the fully sequential procedure of Kim and Nelson (2001), under common random numbers: every level is simulated in
the same worlds, and a level leaves the race as soon as another one is far enough ahead of it. If the levels' figures
are normal, the one that remains is with probability 1 − α the best, or within the smallest difference δ of it:

    η = ½ ((2 α / (k − 1))^(−2 / (n₀ − 1)) − 1),   h² = 2 η (n₀ − 1),   S²ᵢₗ = variance of n₀ first paired differences,
    i leaves after r worlds if some l is left with  Σ (Xₗ − Xᵢ) > max(0, δ/2 (h² S²ᵢₗ / δ² − r)).

Constraints are decided in the same manner (Andradóttir and Kim 2010): a level keeps one, or breaks it, as soon as the
sum of its slack leaves the same kind of region, made with a tolerance in place of δ. Only a level that is known to keep
all of them can send another one away. Looking only now and then, in rounds, makes the procedure a little safer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

OPEN, KEEPS, BREAKS = 0, 1, 2
"""What is known of a level and a constraint."""


def width(share: float, first: int) -> float:
    """h² of a comparison that may go wrong with this probability, after a first stage of so many worlds."""
    return ((2 * share) ** (-2 / (first - 1)) - 1) * (first - 1)


def edge(h2: float, variance: np.ndarray, difference: float, worlds: int) -> np.ndarray:
    """How far a sum must be from nought after so many worlds to be decided."""
    return np.maximum(0.0, difference / 2 * (h2 * variance / difference**2 - worlds))


@dataclass(frozen=True)
class Rules:
    """What a race is run by.

    contenders: levels that may take part, those included that are added later. first: worlds of the first stage.
    difference: the smallest one that matters. share: probability with which the race may go wrong. tolerances:
    (constraints,) how far a level may be on the wrong side of each without harm.
    """

    contenders: int
    first: int
    difference: float
    share: float
    tolerances: tuple[float, ...] = ()

    @property
    def h2_of_levels(self) -> float:
        """h² of the comparison of two levels."""
        share = self.share / 2 if self.tolerances else self.share
        return width(share / max(1, self.contenders - 1), self.first)

    @property
    def h2_of_constraints(self) -> float:
        """h² of the question whether a level keeps a constraint."""
        return width(self.share / 2 / (self.contenders * len(self.tolerances)), self.first)


class Race:
    """The levels still in the race, and what is known of their constraints."""

    def __init__(self, rules: Rules, levels: Sequence[float]) -> None:
        """All levels are in."""
        self.rules = rules
        self.alive = list(levels)
        self.known = {level: np.zeros(len(rules.tolerances), int) for level in levels}

    @property
    def decided(self) -> bool:
        """Is there nothing left to find out?"""
        return not self.alive or (len(self.alive) == 1 and self.keeps_all(self.alive[0]))

    def keeps_all(self, level: float) -> bool:
        """Is a level known to keep every constraint?"""
        return bool((self.known[level] == KEEPS).all())

    def look(self, objective: np.ndarray, slack: np.ndarray) -> None:
        """Send away whom the worlds until now allow.

        objective: (alive, worlds), more is better. slack: (alive, constraints, worlds), positive where a constraint is
        kept. Worlds must be the same for all.
        """
        self.judge(slack)
        keeping = [place for place, level in enumerate(self.alive) if not (self.known[level] == BREAKS).any()]
        ahead = [place for place in keeping if self.keeps_all(self.alive[place])]
        self.alive = [self.alive[place] for place in keeping if not self.beaten(objective, place, ahead)]

    def judge(self, slack: np.ndarray) -> None:
        """Decide which constraints are kept; what was decided once stays so."""
        first, worlds = self.rules.first, slack.shape[-1]
        for place, level in enumerate(self.alive):
            for number, tolerance in enumerate(self.rules.tolerances):
                if self.known[level][number] != OPEN:
                    continue
                own = slack[place, number]
                limit = edge(self.rules.h2_of_constraints, np.var(own[:first], ddof=1), tolerance, worlds)
                if abs(total := float(own.sum())) >= limit:
                    self.known[level][number] = KEEPS if total >= 0 else BREAKS

    def beaten(self, objective: np.ndarray, place: int, ahead: list[int]) -> bool:
        """Is some other level far enough ahead of this one?"""
        others = [other for other in ahead if other != place]
        if not others:
            return False
        lead = objective[others] - objective[place]
        variances = np.var(lead[:, : self.rules.first], axis=1, ddof=1)
        limits = edge(self.rules.h2_of_levels, variances, self.rules.difference, objective.shape[1])
        sums = lead.sum(axis=1)
        alike = (sums == 0) & (limits == 0) & (np.array(others) < place)  # the first of two that are always equal stays
        return bool((sums > limits).any() or alike.any())


def worlds_needed(rules: Rules, deviation: float) -> int:
    """Worlds after which two levels can no longer both be in, given the standard deviation of their difference."""
    return math.ceil(rules.h2_of_levels * deviation**2 / rules.difference**2)
