"""Numbers and phrases as a person reads them: digits, percent, signs, lists, ranges, years."""

import math
from collections.abc import Sequence

from servsim.engine_parameters import window_of
from servsim.scenario.scenario import Scenario
from servsim.study.intervals_and_tables import Interval
from servsim.study.objective import is_share as is_share
from servsim.units import YEAR


def plain(number: float) -> str:
    """A number with as many digits as can matter: 1,234,567 and 123.4 and 1.23 and 0.062."""
    if not math.isfinite(number):
        return "–"
    size = abs(number)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 or size == 0 else 3
    return f"{number:,.{digits}f}"


def cell_text(number: float, metric: str) -> str:
    """A metric in its table cell; shares in percent."""
    if not math.isfinite(number):
        return "–"
    return f"{100 * number:.1f} %" if is_share(metric) else plain(number)


def signed(number: float, metric: str = "") -> str:
    """A difference, with its sign; of shares in percentage points."""
    if not math.isfinite(number):
        return "–"
    if is_share(metric):
        return f"{100 * number:+.1f} pp"
    return ("+" if number > 0 else "") + plain(number)


SCALES = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


def scale_of(number: float) -> tuple[float, str]:
    """In what an amount of money is counted, and how that is called: thousands, k; nothing for less."""
    return next(((scale, name) for scale, name in SCALES if abs(number) >= scale), (1.0, ""))


def short(number: float, beside: float = 0.0) -> str:
    """An amount of money short enough for a sentence: 41 k, 1.52 M, 830; counted as a larger one beside it."""
    (scale, name), size = scale_of(max(abs(number), abs(beside))), abs(number)
    if not name:
        return f"{number:.0f}"
    digits = 0 if size >= 100 * scale else 1 if size >= 10 * scale else 2
    return f"{number / scale:.{digits}f} {name}"


def compact(number: float, metric: str, unit: str) -> str:
    """A metric for a narrow column: money short, all else as usual."""
    is_money = unit not in ("1", "min", "0–10", "customers", "1/week", "1/year", "h/month", "min/year")
    return short(number) if is_money and math.isfinite(number) else cell_text(number, metric)


def level(value: float) -> str:
    """A level of a lever, as it is written in a scenario."""
    return f"{value:g}"


def unit_words(unit: str, metric: str) -> str:
    """A unit as a table shows it; nothing for plain ratios."""
    if is_share(metric):
        return "a year" if "year" in unit or metric == "retention" else ""
    return "" if unit == "1" else rate_words(unit)


def rate_words(unit: str) -> str:
    """A unit in which something comes, as people say it: a week, h a month, EUR a year; any other as it is."""
    what, _, time = unit.partition("/")
    if time not in ("week", "month", "year"):
        return unit
    return f"{'' if what == '1' else what} a {time}".lstrip()


def amount(number: float, metric: str, beside: float = 0.0) -> str:
    """A difference of a metric, short enough for a sentence; counted as a larger one beside it."""
    if is_share(metric):
        return signed(number, metric).lstrip("+")
    return short(number, beside) if max(abs(number), abs(beside)) >= 100 else plain(number)


def with_unit(number: float, metric: str, unit: str) -> str:
    """The same with its unit."""
    words = unit_words(unit, metric)
    return f"{amount(number, metric)} {words}".rstrip() if not is_share(metric) else amount(number, metric)


def ends(change: Interval, metric: str, sign: int = 1) -> str:
    """Between what a difference lies; sign: −1 where less is told as a number above nought."""
    low, high = sorted((sign * change.low, sign * change.high))
    return f"{amount(low, metric, high)} to {amount(high, metric, low)}"


def more_or_less(change: Interval, metric: str) -> tuple[str, str]:
    """A change in money that is shown to be one, such as 160 k CAD more, and between what it lies."""
    sign, more = (1, "more") if change.mean > 0 else (-1, "less")
    return f"{with_unit(abs(change.mean), metric, change.unit)} {more}", ends(change, metric, sign)


def with_half(own: Interval, per: float = 1.0) -> str:
    """A mean and half its interval, both divided by the same, with the digits that can be known: 63.6 ± 0.5."""
    mean, half = own.mean / per, own.half / per
    if not math.isfinite(half) or half == 0:
        return plain(mean)
    digits = next((digits for digits, least in enumerate((10.0, 0.1, 0.01)) if half >= least), 3)
    return f"{mean:,.{digits}f} ± {half:,.{digits}f}"


def sure(confidence: float) -> str:
    """How sure an interval is that stands in a sentence."""
    return f"{how_sure(confidence)}:"


def how_sure(confidence: float) -> str:
    """How sure something is, in words."""
    return f"{100 * confidence:.3g} % sure"


def is_shown(change: Interval) -> bool:
    """Is a difference shown to be one: does its interval leave out nought?"""
    return change.low > 0 or change.high < 0


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
    """When metrics are counted: next year, where that is what the window is."""
    horizon = scenario.horizon
    if horizon.warmup_weeks:
        return f"in the {many(horizon.weeks - horizon.warmup_weeks, 'week')} after the warm-up"
    return "next year" if window_of(scenario) == YEAR else f"in the first {many(horizon.weeks, 'week')}"


def many(number: float, what: str) -> str:
    """So many of something: 1 week, 2 weeks, 2.5 weeks, 1,000 customers."""
    return f"{number:,g} {what}{'' if number == 1 else 's'}" if number < 1e6 else f"{number:,.0f} {what}s"


def ordinal(number: int) -> str:
    """A place in a row: 1st, 2nd, 3rd, 4th, 11th, 21st."""
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else last}"
