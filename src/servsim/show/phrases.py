"""Words put together as sentences have them."""

from collections.abc import Sequence

from servsim.engine_parameters import window_of
from servsim.scenario.scenario import Scenario
from servsim.show.numbers import level
from servsim.units import YEAR

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a list within a sentence: a, b and c."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def capital(text: str) -> str:
    """Text with its first letter as at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def sentence(*clauses: str) -> str:
    """Clauses as one sentence; nothing of none."""
    said = [clause for clause in clauses if clause]
    return f"{capital('; '.join(said))}." if said else ""


def together(*sentences: str) -> str:
    """Sentences after one another; those that say nothing are left out."""
    return " ".join(each for each in sentences if each)


def ranged(levels: Sequence[float], among: Sequence[float]) -> str:
    """Levels as a sentence has them, more than two neighbours as a range: 3, 5 and 6, 3 to 6."""
    runs: list[list[float]] = []
    for before, value in zip((None, *among), among, strict=False):
        if value in levels:
            if before in levels and runs:
                runs[-1].append(value)
            else:
                runs.append([value])
    words = [[f"{level(run[0])} to {level(run[-1])}"] if len(run) > 2 else [*map(level, run)] for run in runs]
    return listed([word for own in words for word in own])


def years_words(scenario: Scenario) -> str:
    """How long money is looked at: ten years."""
    years = scenario.horizon.years
    number = NUMBERS[int(years) - 1] if years in range(1, len(NUMBERS) + 1) else level(years)
    return f"{number} {'year' if years == 1 else 'years'}"


def window_words(scenario: Scenario) -> str:
    """When figures are counted: next year, where that is what the window is."""
    horizon = scenario.horizon
    if horizon.warmup_weeks:
        return f"in the {level(horizon.weeks - horizon.warmup_weeks)} weeks after the warm-up"
    return "next year" if window_of(scenario) == YEAR else f"in the first {level(horizon.weeks)} weeks"
