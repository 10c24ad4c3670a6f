"""What an owner should make of a sensitivity analysis: how sound the choice is, and which setting to measure first."""

from servsim.show.evaluation_advice import setting_words
from servsim.show.numbers import level, plain, with_unit
from servsim.show.phrases import together, years_words
from servsim.study.objective import VALUE
from servsim.study.sensitivity.sensitivity import Sensitivity
from servsim.study.sensitivity.value_of_information import Plausible


def verdict(s: Sensitivity, over: Plausible) -> str:
    """How often the stated best is good enough, what it falls short by, what is better on average, what to measure."""
    e = s.evaluation
    assert e.best is not None
    best, today = over.standing(e.best), over.standing(e.today)
    near = f", or within {in_units(s, e.smallest_difference)} of the best," if e.smallest_difference else ""
    instead = "" if e.best == e.today else f"; today's {level(e.today)} falls short by {in_units(s, today.loss.mean)}"
    when = f"Over {years_words(e.scenario)}, " if e.objective == VALUE else ""
    parts = [
        f"{when}{setting_words(e, e.best)} is best{near} in {100 * best.good:.0f} % of plausible worlds, and falls "
        f"short of what is best there by {in_units(s, best.loss.mean)} on average{instead}.",
        better_on_average(s, over), measure(s, over),
    ]  # fmt: skip
    return together(*parts)


def in_units(s: Sensitivity, number: float) -> str:
    """An amount of the objective with its unit."""
    return with_unit(number, s.evaluation.objective, s.evaluation.unit(s.evaluation.objective))


def better_on_average(s: Sensitivity, over: Plausible) -> str:
    """The level that is best on average over plausible settings, if it is another one by a difference that matters."""
    e = s.evaluation
    assert e.best is not None
    ahead = over.standing(e.best).loss.mean - over.everything.mean
    if over.choice == e.best or ahead <= e.smallest_difference:
        return ""
    return f"On average over all of them, {setting_words(e, over.choice)} does better by {in_units(s, ahead)}."


def measure(s: Sensitivity, over: Plausible) -> str:
    """Which setting to measure first, and what it would bring."""
    own, worth = s.knowing[0]
    if over.knowing[s.ranges.index(own)].low <= 0:
        return "No setting is shown to be worth measuring by itself: the choice would hardly change."
    return (
        f"Measure {own.key} first: to know it before choosing would bring {in_units(s, worth)} on average; to know "
        f"everything, {in_units(s, over.everything.mean)}."
    )


LITTLE = 0.5
"""Share of what the levels' differences vary by, below which surfaces tell little."""


def small_print(s: Sensitivity, over: Plausible) -> list[str]:
    """How this was found, and how far it can be trusted."""
    e, worlds = s.evaluation, s.figures.shape[1]
    outside = [own for own in s.ranges if not own.contains_stated]
    own_worlds = "a world of its own" if worlds == 1 else f"{worlds} worlds of its own"
    told = f"{100 * max(0.0, over.explained):.0f} % of what the levels' differences vary by"
    rough = " Little is foretold: take shares and worths as rough, or ask for more --points."
    return [
        f"{over.points} plausible settings, each in {own_worlds}, with all levels in the same; seed {e.seed}. Surfaces "
        f"through them foretell {told}.{rough * (over.explained < LITTLE)} As a check from below, with half of the "
        f"settings choosing and the other half judging, knowing everything brings {in_units(s, over.halves)}.",
        *(f"{own.key} is {plain(own.stated)}, outside of its range, {level(own.low)} to {level(own.high)}."
          for own in outside),
        *(["Constraints are held against the stated settings only."] if e.scenario.evaluate.constraints else []),
    ]  # fmt: skip
