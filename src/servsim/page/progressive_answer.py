"""A question answered in rounds of more years and more replications, until the numbers are those of the command line.

Money is of years: the first round says what the first year brings, then the same replications go on for three years,
for five and to the end, and then there are more replications. Every round asks `run` and `evaluate` themselves;
replications of earlier rounds and questions are in the memory, so that each is simulated once. The last round is what
`servsim run` and `servsim evaluate` answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from servsim.page.question import Question
from servsim.page.resumable_replications import Ongoing, cut, stops
from servsim.scenario.read import with_level
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Execution
from servsim.study.objective import asks_years
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.minutes_and_staff import Staffing, staffing
from servsim.study.one_lever.race import FIRST_REPLICATIONS, looks_sparingly, today_of
from servsim.study.one_lever.result import Evaluation
from servsim.study.run import Run, run
from servsim.study.sensitivity.one_at_a_time import Doubt, rests_on
from servsim.study.sensitivity.plausible_settings import ranges_of
from servsim.study.yearly_projection import looks_ahead

REPLICATIONS = (3, 6, 12)
"""Replications of the rounds before the last ones: an interval from two says nothing."""
COARSE = 5
"""Levels of the first curve, today's not counted."""


@dataclass(frozen=True)
class Sides:
    """Today's scenario and the new one, in the same replications; years: of how many the new one will be, in the
    end.
    """

    today: Run
    new: Run
    years: float


@dataclass(frozen=True)
class Curve:
    """The levels of the lever with all that was moved, and with what is so today where that is known and differs.

    years: of how many years money will be, in the end; None where the question needs no money over the years.
    """

    new: Evaluation
    today: Evaluation | None
    years: float | None
    is_first: bool = False
    is_last: bool = False

    @property
    def told(self) -> float | None:
        """Of how many years money is so far."""
        return None if self.years is None else self.new.scenario.horizon.years

    @property
    def is_draft(self) -> bool:
        """Are there levels, or years, to come?"""
        return self.is_first or self.told != self.years


@dataclass(frozen=True)
class Beside:
    """What is looked at once the curve is known: other staff, and what the advice rests on.

    beyond: settings that were moved out of their ranges in [uncertain], where doubt cannot be looked at.
    """

    curve: Evaluation
    staff: Staffing | None
    doubt: Doubt | None
    beyond: tuple[str, ...]


@dataclass(frozen=True)
class Round:
    """How many years of how many replications a round is of; its curve is of some of the levels where it is coarse."""

    years: float
    replications: int
    is_coarse: bool = False


def rounds(question: Question, ongoing: Ongoing, execution: Execution) -> Iterator[Sides | Curve]:
    """Answers of more and more years and replications: the first one soon, from some levels; the last one at the very
    end.

    A curve that is known to the end, as it is when only the lever was moved, comes first and alone.
    """
    last = ongoing.memory.last(question.levels, question.seed)
    shown = drawn = None
    for number, own in enumerate(plan(question)):
        if (sides := replace(own, is_coarse=False)) != shown:
            shown = sides
            yield projected(question, sides, ongoing, execution)
        if last is None and (part := part_drawn(question, own)) != drawn:
            drawn = part
            yield curve(question, part, ongoing, execution)
        elif last is not None and number == 0:
            yield finished(question, last, execution)
    if last is None:
        last = evaluate(question.levels, seed=question.seed, execution=execution)
        ongoing.memory.keep_last(last)
        yield finished(question, last, execution)


def beside(question: Question, ongoing: Ongoing, execution: Execution) -> Beside | None:
    """Other staff and doubt, of the curve as it is known to the end; None where it is not."""
    last = ongoing.memory.last(question.levels, question.seed)
    if last is None or last.best is None:
        return None
    ranges = ranges_of(last.scenario, last.lever)
    beyond = tuple(own.key for own in ranges if not own.contains_stated)
    staff = staffing(last, execution=execution)
    return Beside(last, staff, None if beyond else rests_on(last, execution=execution), beyond)


def plan(question: Question) -> list[Round]:
    """All rounds: a few replications from year to year, then more replications."""
    enough, years = question.new.evaluate.replications, stops(question.new)
    few = min(REPLICATIONS[0], enough)
    more = [*(many for many in REPLICATIONS[1:] if many < enough), enough]
    going_on = [Round(stop, few) for stop in years if is_over_years(question) and len(years) > 1]
    return [Round(years[0], few, True), *dict.fromkeys([*going_on, *(Round(years[-1], many) for many in more)])]


def is_over_years(question: Question) -> bool:
    """Does the curve need money over the years?"""
    return asks_years(question.levels.evaluate) and looks_ahead(question.levels)


def part_drawn(question: Question, own: Round) -> Round:
    """What a round has of the curve: where its search says itself how many replications it takes, it begins with
    few.
    """
    is_coarse = own.is_coarse and len(question.levels.evaluate.levels) > COARSE
    return Round(own.years, min(own.replications, replications_of_all(question)), is_coarse)


def replications_of_all(question: Question) -> int:
    """Replications of every level before the search for the best."""
    asked = question.levels.evaluate
    return FIRST_REPLICATIONS if looks_sparingly(question.levels, asked) else asked.replications


def projected(question: Question, own: Round, ongoing: Ongoing, execution: Execution) -> Sides:
    """Today's metrics and the new ones in a round."""
    sides = [question.today, question.new]
    if own.replications <= REPLICATIONS[0]:
        ongoing.bring(sides, own.years, own.replications, question.seed, execution)
    today, new = (
        run(cut(side, own.years), replications=own.replications, seed=question.seed, execution=execution)
        for side in sides
    )
    return Sides(today, new, question.new.horizon.years)


def curve(question: Question, own: Round, ongoing: Ongoing, execution: Execution) -> Curve:
    """The curve of a round: of some levels in the first one, of all in others, then beside today's."""
    levels = tuple(question.levels.evaluate.levels)
    levels = spread(levels) if own.is_coarse else levels
    new = compared(question.levels, levels, own, question.seed, ongoing, execution)
    beside = question.is_changed and not own.is_coarse
    today = compared(question.today, levels, own, question.seed, ongoing, execution) if beside else None
    return Curve(new, today, years_of(question), is_first=own.is_coarse)


def compared(
    scenario: Scenario, levels: tuple[float, ...], own: Round, seed: int, ongoing: Ongoing, execution: Execution
) -> Evaluation:
    """Levels in the replications of a round, without a search for the best."""
    if not (asks_years(scenario.evaluate) and looks_ahead(scenario)):
        return searched_not(scenario, levels, own.replications, seed, execution)
    lever = scenario.evaluate.lever
    if own.replications <= REPLICATIONS[0]:
        several = [with_level(scenario, lever, level) for level in sorted({today_of(scenario, lever), *levels})]
        ongoing.bring(several, own.years, own.replications, seed, execution)
    return searched_not(cut(scenario, own.years), levels, own.replications, seed, execution)


def searched_not(
    scenario: Scenario, levels: tuple[float, ...], replications: int, seed: int, execution: Execution
) -> Evaluation:
    """Levels in their first replications, without a search for the best."""
    return evaluate(
        scenario,
        levels=levels,
        replications=replications,
        smallest_difference=0.0,
        finer=0,
        seed=seed,
        execution=execution,
    )


def finished(question: Question, last: Evaluation, execution: Execution) -> Curve:
    """The curve when there is nothing more to find out, beside today's in its first replications."""
    today = None
    if question.is_changed:
        levels = tuple(question.today.evaluate.levels)
        today = searched_not(question.today, levels, replications_of_all(question), question.seed, execution)
    return Curve(last, today, years_of(question), is_last=True)


def years_of(question: Question) -> float | None:
    """Of how many years the curve's money is; None where it needs none."""
    return question.levels.horizon.years if is_over_years(question) else None


def spread(levels: tuple[float, ...]) -> tuple[float, ...]:
    """Some of the levels, from the first to the last of them."""
    if len(levels) <= COARSE:
        return levels
    return tuple(levels[round(place * (len(levels) - 1) / (COARSE - 1))] for place in range(COARSE))
