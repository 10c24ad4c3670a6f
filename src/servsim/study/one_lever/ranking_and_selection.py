"""Selection: which level is best, with a guarantee, in as few replications as it takes.

KN, the fully sequential procedure of Kim and Nelson (2001), under common random numbers. Of two levels, that one is
ahead for whose good their difference, summed over the replications that they share, first leaves a region that narrows
down to nothing. With k levels, an error of α in all, a smallest difference δ and a first stage of n₀ replications,

η = ½ ((2 α / (k − 1))^(−2 / (n₀ − 1)) − 1),   h² = 2 η (n₀ − 1),   S² = variance of the difference in n₀ replications,
it leaves the region after r replications if the sum is at least  max(0, δ/2 (h² S² / δ² − r))  to either side.

Whoever is behind another level leaves. A level that is δ worse than the best gets ahead of it with probability
α / (k − 1) at most, if differences are normal; so the last level is the best with probability 1 − α where the best is δ
better than all others. Where others are nearer the last one is the best or one of these; no proof of that is known, but
it fails far less often than α in every configuration that was tried (tests/test_selection.py).

Constraints are decided in the same manner (Andradóttir and Kim 2010): a level keeps one, or breaks it, as soon as the
sum of its slack leaves the same kind of region, with a tolerance in place of δ. Only a level that is known to keep all
of them can send another one away, and it may do so with a lead that it had before that was known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

OPEN, KEEPS, BREAKS = 0, 1, -1
"""What is known of a level and a constraint."""
ROUND = 10
"""Replications between two looks: looking less often is a little safer and keeps more workers busy, but lasts longer.
"""


def width(share: float, first: int) -> float:
    """h² of a comparison that may go wrong with this probability, after a first stage of so many replications."""
    return ((2 * share) ** (-2 / (first - 1)) - 1) * (first - 1)


def side(steps: np.ndarray, h2: float, difference: float, first: int) -> np.ndarray:
    """On which side the sums of (…, replications) steps are out of their region: 1 above, −1 below, 0 while they are
    inside.

    Sums that are nothing in a region that is nothing are above.
    """
    replications, variance = steps.shape[-1], np.var(steps[..., :first], axis=-1, ddof=1)
    limits = np.maximum(0.0, difference / 2 * (h2 * variance / difference**2 - replications))
    sums = steps.sum(axis=-1)
    return np.where(np.abs(sums) < limits, 0, np.where(sums < 0, -1, 1))


@dataclass(frozen=True)
class Rules:
    """What a race is run by.

    contenders: levels that may take part, those included that are added later. first: replications of the first stage.
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
    """The levels still in the race, who got ahead of whom, and what is known of their constraints."""

    def __init__(self, rules: Rules, levels: Sequence[float]) -> None:
        """All levels are in. Of two that are always equal, the first is ahead."""
        self.rules = rules
        self.alive = list(levels)
        self.ahead: set[tuple[float, float]] = set()
        self.known = {level: np.full(len(rules.tolerances), OPEN) for level in levels}

    @property
    def over(self) -> bool:
        """Is there nothing left to find out among those who are in?"""
        return all(self.keeps_all(level) for level in self.alive) and all(
            self.is_settled(*pair) for pair in combinations(self.alive, 2)
        )

    @property
    def decided(self) -> bool:
        """Is one left, or none that keeps the constraints?

        With constraints a race can be over undecided, though hardly ever: where levels got ahead of each other in a
        circle, before it was known that they keep them.
        """
        return self.over and len(self.alive) <= 1

    def keeps_all(self, level: float) -> bool:
        """Is a level known to keep every constraint?"""
        return bool((self.known[level] == KEEPS).all())

    def is_settled(self, one: float, other: float) -> bool:
        """Did one of two levels get ahead of the other?"""
        return (one, other) in self.ahead or (other, one) in self.ahead

    def look(self, objective: np.ndarray, slack: np.ndarray) -> None:
        """Send away whom the replications until now allow.

        objective: (alive, replications), more is better. slack: (alive, constraints, replications), positive where a
        constraint is kept. Replications must be the same for all.
        """
        self.judge(slack)
        self.compare(objective)
        self.alive = self.unbeaten()

    def judge(self, slack: np.ndarray) -> None:
        """Decide which constraints are kept; what was decided once stays so."""
        rules = self.rules
        for number, tolerance in enumerate(rules.tolerances):
            sides = side(slack[:, number], rules.h2_of_constraints, tolerance, rules.first)
            for level, found in zip(self.alive, sides, strict=True):
                if self.known[level][number] == OPEN:
                    self.known[level][number] = found

    def compare(self, objective: np.ndarray) -> None:
        """Decide who is ahead of whom; what was decided once stays so."""
        rules = self.rules
        for place, one in enumerate(self.alive):
            sides = side(objective[place] - objective[place + 1 :], rules.h2_of_levels, rules.difference, rules.first)
            for other, found in zip(self.alive[place + 1 :], sides, strict=True):
                if found and not self.is_settled(one, other):
                    self.ahead.add((one, other) if found > 0 else (other, one))

    def unbeaten(self) -> list[float]:
        """Levels that break nothing and are behind none of these; all of them where each is, in a circle."""
        left = [level for level in self.alive if not (self.known[level] == BREAKS).any()]
        return [level for level in left if not self.is_beaten(level, left)] or left

    def is_beaten(self, level: float, others: Sequence[float]) -> bool:
        """Is some other level, known to keep all constraints, ahead of this one?"""
        return any((other, level) in self.ahead and self.keeps_all(other) for other in others)
