"""Climb: the best level elsewhere, looked for from the stated best on, as far as it gets better."""

from collections.abc import Sequence

from servsim.study.doubt.elsewhere import Elsewhere, Place, Settings
from servsim.study.one_lever.result import Evaluation


class Climb:
    """Some settings while the best level there is looked for."""

    def __init__(self, elsewhere: Elsewhere, settings: Settings, worlds: Sequence[int], stride: int = 1) -> None:
        """Today's level, the best, and those a stride away from it are to be looked at, in these worlds."""
        evaluation = elsewhere.evaluation
        self.elsewhere, self.settings, self.worlds, self.stride = elsewhere, settings, worlds, stride
        self.candidates = candidates(evaluation)
        assert evaluation.best is not None
        best = self.candidates.index(evaluation.best)
        self.seen = {self.candidates.index(evaluation.today), *self.around(best)}
        self.goes_on = True

    def around(self, place: int) -> set[int]:
        """A candidate and those a stride away; where there is none so far, the last one."""
        last = len(self.candidates) - 1
        return {min(max(near, 0), last) for near in (place - self.stride, place, place + self.stride)}

    @property
    def place(self) -> Place:
        """The levels that are looked at."""
        return Place(self.settings, tuple(self.candidates[place] for place in sorted(self.seen)), self.worlds)

    def heights(self) -> dict[int, float]:
        """The objective at the levels that were looked at, by their places, more being better."""
        means = self.elsewhere.evaluation.better * self.elsewhere.figures(self.place).mean(axis=0)
        return dict(zip(sorted(self.seen), map(float, means), strict=True))

    def step(self) -> None:
        """Look around what is best until now; nothing goes on where that was seen."""
        heights = self.heights()
        more = self.around(max(heights, key=lambda place: heights[place]))
        self.goes_on = not more <= self.seen
        self.seen |= more


def candidates(evaluation: Evaluation) -> list[float]:
    """The levels among which a choice is made: today's, and all that keep the constraints as far as is known."""
    return [
        level for level, broken in zip(evaluation.levels, evaluation.breaks, strict=True)
        if not broken or level == evaluation.today
    ]  # fmt: skip
