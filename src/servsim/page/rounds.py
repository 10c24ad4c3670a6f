"""A question answered in rounds of more and more worlds, until the numbers are those of the command line.

Every round asks `run` and `evaluate` themselves; worlds of earlier rounds and questions are in the memory, so that each
is simulated once. The last round is what `servsim run` and `servsim evaluate` answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from servsim.page.memory import Memory
from servsim.page.question import Question
from servsim.scenario.scenario import Scenario
from servsim.study.choose.evaluate import evaluate
from servsim.study.choose.evaluation import Evaluation
from servsim.study.run import Run, run
from servsim.study.work.means import Means

WORLDS = (3, 6, 12)
"""Worlds of the rounds before the last ones: an interval from two says nothing."""
COARSE = 5
"""Levels of the first curve, today's not counted."""


@dataclass(frozen=True)
class Sides:
    """Today's scenario and the new one, in the same worlds."""

    today: Run
    new: Run


@dataclass(frozen=True)
class Curve:
    """The levels of the lever with all that was moved, and with what is so today where that is known and differs."""

    new: Evaluation
    today: Evaluation | None
    is_first: bool = False
    is_last: bool = False


def rounds(question: Question, memory: Memory, means: Means) -> Iterator[Sides | Curve]:
    """Answers from more and more worlds: the first one soon, from some of the levels; the last one at the very end.

    A curve that is known to the end, as it is when only the lever was moved, comes first and alone.
    """
    enough, last = question.new.evaluate.replications, memory.last(question.levels, question.seed)
    for number, worlds in enumerate([*(few for few in WORLDS if few < enough), enough]):
        yield Sides(
            projected(question.today, question, worlds, means), projected(question.new, question, worlds, means)
        )
        if last is None:
            yield drawn(question, number, worlds, means)
        elif number == 0:
            yield finished(question, last, means)
    if last is None:
        last = evaluate(question.levels, seed=question.seed, means=means)
        memory.keep_last(last)
        yield finished(question, last, means)


def drawn(question: Question, number: int, worlds: int, means: Means) -> Curve:
    """The curve of a round: of some levels in the first one, of all in others, then beside today's."""
    levels = tuple(question.levels.evaluate.levels)
    if number == 0:
        return Curve(compared(question.levels, question, spread(levels), worlds, means), None, is_first=True)
    new = compared(question.levels, question, levels, worlds, means)
    return Curve(new, compared(question.today, question, levels, worlds, means) if question.is_changed else None)


def finished(question: Question, last: Evaluation, means: Means) -> Curve:
    """The curve when there is nothing more to find out, beside today's in its first worlds."""
    if not question.is_changed:
        return Curve(last, None, is_last=True)
    asked = question.today.evaluate
    return Curve(last, compared(question.today, question, tuple(asked.levels), asked.replications, means), is_last=True)


def projected(scenario: Scenario, question: Question, worlds: int, means: Means) -> Run:
    """A scenario's figures in its first worlds."""
    return run(scenario, replications=worlds, seed=question.seed, means=means)


def compared(
    scenario: Scenario, question: Question, levels: tuple[float, ...], worlds: int, means: Means
) -> Evaluation:
    """Levels in their first worlds, without a search for the best."""
    return evaluate(
        scenario, levels=levels, replications=worlds, smallest_difference=0.0, finer=0, seed=question.seed, means=means
    )


def spread(levels: tuple[float, ...]) -> tuple[float, ...]:
    """Some of the levels, from the first to the last of them."""
    if len(levels) <= COARSE:
        return levels
    return tuple(levels[round(place * (len(levels) - 1) / (COARSE - 1))] for place in range(COARSE))
