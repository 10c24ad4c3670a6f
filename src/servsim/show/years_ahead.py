"""What a level brings, in words: next year, in the years ahead, and when it has paid back."""

import math
from collections.abc import Sequence

import numpy as np

from servsim.engine_parameters import horizon_of, is_on, window_of
from servsim.show.formatting import (
    ends,
    is_shown,
    level,
    listed,
    many,
    more_or_less,
    ranged,
    sentence,
    sure,
    with_unit,
    years_words,
)
from servsim.study.objective import VALUE
from servsim.study.one_lever.payback import Payback
from servsim.study.one_lever.result import Evaluation
from servsim.study.yearly_projection import MONTHS


def in_the_window(e: Evaluation, best: float, when: str = "") -> list[str]:
    """What a level changes against today's in the window: the objective, money, who is served, who stays.

    when: how the clause on money says when that is, where nothing else says it.
    """
    told = [gain_words(e, best, e.objective)] if e.objective not in (VALUE, "cash", *CUSTOMERS) else []
    if is_on(e.scenario, "spending") and e.is_known("cash"):
        told.append(f"{when} {left_over(e, best)}".lstrip())
    return told + [of_hundred(e, best, name) for name in shown_of_customers(e, best)]


def left_over(e: Evaluation, best: float) -> str:
    """The window's money, all costs paid."""
    change = e.difference(best, e.today, "cash")
    doubt = f"{sure(e.confidence)} {ends(change, 'cash')}"
    if not is_shown(change):
        return f"the money left over is not shown to change ({doubt} {change.unit})"
    brings, between = more_or_less(change, "cash")
    return f"about {brings} left over ({sure(e.confidence)} {between})"


CUSTOMERS = {
    "unserved_share": ("who come", "leave unserved"),
    "retention": ("customers of today", "are still there after a year"),
}
"""Shares of customers, told of a hundred: of whom, and what they do."""


def shown_of_customers(e: Evaluation, best: float) -> list[str]:
    """The shares of customers that there are, and that are not nought."""
    there = [name for name in CUSTOMERS if e.is_known(name)]
    return [name for name in there if max(e.at(value, name).mean for value in (e.today, best)) >= A_HALF]


A_HALF = 0.005
"""Of one in a hundred."""


def of_hundred(e: Evaluation, best: float, metric: str) -> str:
    """How many of a hundred do so at a level and today, and how sure the difference is."""
    who, what = CUSTOMERS[metric]
    change = e.difference(best, e.today, metric)
    before, after = (100 * e.at(value, metric).mean for value in (e.today, best))
    sign, more = (-1, "fewer") if change.high < 0 else (1, "more")
    low, high = sorted((100 * sign * change.low, 100 * sign * change.high))
    doubt = f"{low:.1f} to {high:.1f} {more}"
    if not is_shown(change):
        return f"of 100 {who}, {after:.0f} {what}, about as now ({doubt})"
    digits = 0 if round(before) != round(after) else 1
    return f"of 100 {who}, {after:.{digits}f} {what} instead of {before:.{digits}f} ({doubt})"


def gain_words(e: Evaluation, best: float, metric: str) -> str:
    """A metric's change from today to the best level, with its interval."""
    change = e.difference(best, e.today, metric)
    if not is_shown(change):
        return f"{metric} is not shown to change ({sure(e.confidence)} {ends(change, metric)})"
    verb, sign = ("rises", 1) if change.mean > 0 else ("falls", -1)
    by = with_unit(abs(change.mean), metric, change.unit)
    return f"{metric} {verb} by {by} ({sure(e.confidence)} {ends(change, metric, sign)})"


ENOUGH = 10
"""Replications of which it can be said what happens in 8 of 10."""


def over_the_years(e: Evaluation, best: float) -> str:
    """What a level brings over all years against today's, as the model projects it, and when it has paid back."""
    if not (e.looks_ahead and e.is_known(VALUE)) or best == e.today:
        return ""
    paid = e.payback(best)
    returns = sentence(payback_words(e, paid))
    if horizon_of(e.scenario) == window_of(e.scenario):
        return returns
    brings = sentence(projected(e, best, paid))
    return f"{brings} {returns}" if is_shown(e.difference(best, e.today, VALUE)) else brings


def projected(e: Evaluation, best: float, paid: Payback) -> str:
    """What all years bring, in today's money."""
    change = e.difference(best, e.today, VALUE)
    stayed = f"if all else stayed as it is for {years_words(e.scenario)}"
    if not is_shown(change):
        doubt = f"{sure(e.confidence)} {ends(change, VALUE)} {change.unit} in today's money"
        return f"{stayed}, the model does not show that it would bring more or less ({doubt})"
    brings, between = more_or_less(change, VALUE)
    doubt = f"{sure(e.confidence)} {between}"
    return f"{stayed}, the model projects {brings} in today's money ({doubt}){mostly(paid)}"


def mostly(paid: Payback) -> str:
    """After which year more than half of it comes; nothing where that is the first."""
    by_year = paid.mean[MONTHS - 1 :: MONTHS]
    late = np.flatnonzero(by_year < paid.mean[-1] / 2) + 1
    return f", more than half of it after year {late[-1]}" if paid.mean[-1] > 0 and len(late) else ""


def payback_words(e: Evaluation, paid: Payback) -> str:
    """From which month on a level is ahead of today's, how sure that is, and how deep one is behind before."""
    if not paid.is_shown:
        return f"it is not shown to pay back within {years_words(e.scenario)}{earliest(paid)}"
    assert paid.month is not None
    if not paid.high:
        return "it is ahead of today's at once"
    low, high = month(paid.low), month(paid.high)
    between = f"{sure(e.confidence)} {low} to {high}" if low != high else ""
    doubt = "; ".join(part for part in (between, usually(e, paid)) if part)
    on = f"from month {month(paid.month)} on{f' ({doubt})' if doubt else ''}"
    return f"all money counted, it is ahead of today's {on}{behind(paid)}"


def earliest(paid: Payback) -> str:
    """From when on it may be ahead, where it may be."""
    return f", and hardly before month {month(paid.low)}" if paid.low else ""


def month(crossing: float | None) -> str:
    """The month in which a crossing lies, the first being 1."""
    return "–" if crossing is None else f"{max(1, math.ceil(crossing))}"


def usually(e: Evaluation, paid: Payback) -> str:
    """Between which months it is in 8 of 10 replications, where there are enough of them."""
    shared = min(e.replications_of(e.today), e.replications_of(e.today if e.best is None else e.best))
    early, late = paid.usual
    if shared < ENOUGH or early is None or month(early) == month(late):
        return ""
    if late is None:
        return f"in 1 of 10 replications by month {month(early)}, in {100 * paid.never:.0f} % of them not at all"
    return f"in 8 of 10 replications between {month(early)} and {month(late)}"


def behind(paid: Payback) -> str:
    """How deep one is behind before, where that is shown."""
    if not paid.deepest.high < 0:
        return ""
    most = with_unit(-paid.deepest.mean, VALUE, paid.deepest.unit)
    return f"; at its lowest, in month {paid.lowest}, it is {most} behind ({ends(paid.deepest, VALUE, -1)})"


def looks(e: Evaluation) -> list[str]:
    """Whether the best level stays so for who looks less far, or at another discount rate; none where nobody can say.

    The whole horizon at the stated rate is left out: that is the advice, from more replications.
    """
    ahead = e.look_ahead
    if e.objective != VALUE or e.best is None or ahead is None or len(e.levels) < 2 or any(e.breaks):
        return []
    groups: Groups = {}
    for look in ahead.looks[:-1]:
        groups.setdefault(look.told_apart_not, ([], []))[0].append(level(look.years))
    for look in ahead.rates:
        if look.rate != e.scenario.money.discount_rate:
            groups.setdefault(look.told_apart_not, ([], []))[1].append(level(100 * look.rate))
    words = [*stays(e, e.best, groups), *leaves(e, e.best, groups)]
    caveat = (
        f"This was looked at in {many(ahead.replications, 'replication')} only, and how sure the advice is does not "
        "cover it."
    )
    return [" ".join([*words, caveat])]


Levels = tuple[float, ...]
"""Levels that are best alike."""
Groups = dict[Levels, tuple[list[str], list[str]]]
"""The same, and for how many years and at which rates in percent they are so."""


def stays(e: Evaluation, best: float, groups: Groups) -> list[str]:
    """How far ahead, and at which rates, the best level is among those that are best there; which these are."""
    own = {levels: names for levels, names in groups.items() if best in levels}
    if not own:
        return []
    years, rates = ([name for names in own.values() for name in names[which]] for which in (0, 1))
    begin = looking(by_number(years), by_number(rates))
    if set(own) == {(best,)}:
        return [f"{begin}, {level(best)} stays best."]
    sets = [f"{whenever(*names)} {alike(levels, e.levels)}" for levels, names in own.items()]
    return [f"{begin}, {level(best)} stays among the best: {'; '.join(sets)}."]


def alike(levels: Levels, among: Sequence[float]) -> str:
    """Which levels are best alike, as a clause ends."""
    return f"{'these are' if len(levels) > 1 else 'it is'} {ranged(levels, among)}"


def leaves(e: Evaluation, best: float, groups: Groups) -> list[str]:
    """For whom it is not, and whether all levels that cannot be told apart from it are not."""
    return [
        f"{looking(*names)}, {'it is not' if set(levels) & set(e.not_worse) else 'the advice changes'}: best "
        f"{'are' if len(levels) > 1 else 'is'} {ranged(levels, e.levels)}."
        for levels, names in groups.items() if best not in levels
    ]  # fmt: skip


def by_number(names: Sequence[str]) -> list[str]:
    """Numbers as they are written, the smallest first."""
    return sorted(names, key=float)


def looking(years: Sequence[str], rates: Sequence[str]) -> str:
    """How far ahead and at which rates, as a sentence begins with it."""
    ahead = f"Looking {in_years(years)} ahead" if years else ""
    at = f"{'or with' if ahead else 'With'} later money discounted by {in_percent(rates)} a year" if rates else ""
    return ", ".join(part for part in (ahead, at) if part)


def whenever(years: Sequence[str], rates: Sequence[str]) -> str:
    """The same within that sentence, before the levels that are best then."""
    return " and ".join([f"for {in_years(years)}"] * bool(years) + [f"at {in_percent(rates)} a year"] * bool(rates))


def in_years(lengths: Sequence[str]) -> str:
    """Lengths that one may look: 3, 5 or 10 years."""
    return f"{listed(lengths, 'or')} {'year' if list(lengths) == ['1'] else 'years'}"


def in_percent(rates: Sequence[str]) -> str:
    """Discount rates: 5 or 15 %."""
    return f"{listed(rates, 'or')} %"
