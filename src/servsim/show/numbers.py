"""Numbers as a person reads them: three or four digits, percent for shares, signs for differences."""

import math

from servsim.study.objective import is_share as is_share


def plain(number: float) -> str:
    """A number with as many digits as can matter: 1,234,567 and 123.4 and 1.23 and 0.062."""
    if not math.isfinite(number):
        return "–"
    size = abs(number)
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 or size == 0 else 3
    return f"{number:,.{digits}f}"


def figure(number: float, metric: str) -> str:
    """A figure in its table cell; shares in percent."""
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


def short(number: float) -> str:
    """An amount of money short enough for a sentence: 41 k, 1.52 M, 830."""
    size = abs(number)
    for scale, name in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if size >= scale:
            digits = 0 if size >= 100 * scale else 1 if size >= 10 * scale else 2
            return f"{number / scale:.{digits}f}{name}"
    return f"{number:.0f}"


def compact(number: float, metric: str, unit: str) -> str:
    """A figure for a narrow column: money short, all else as usual."""
    is_money = unit not in ("1", "min", "0–10", "customers", "1/week", "1/year", "h/month", "min/year")
    return short(number) if is_money and math.isfinite(number) else figure(number, metric)


def level(value: float) -> str:
    """A level of a lever, as it is written in a scenario."""
    return f"{value:g}"


def unit_words(unit: str, metric: str) -> str:
    """A unit as a table shows it; nothing for plain ratios."""
    if is_share(metric):
        return "a year" if "year" in unit or metric == "retention" else ""
    return "" if unit == "1" else unit
