"""The advice in words: what to do, what it brings and by when, what it takes, and how sure that is."""

import math
from collections.abc import Callable

from servsim.engine_parameters import is_on
from servsim.scenario.messages import fits
from servsim.show.formatting import amount as amount
from servsim.show.formatting import (
    capital,
    ends,
    how_sure,
    is_shown,
    level,
    listed,
    ranged,
    rate_words,
    scale_of,
    sentence,
    together,
    window_words,
    with_half,
    years_words,
)
from servsim.show.formatting import with_unit as with_unit
from servsim.show.money_words import todays_money as todays_money
from servsim.show.money_words import value_words
from servsim.show.years_ahead import in_the_window, over_the_years
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.yearly_projection import MONTHS

MINUTES = "investment.minutes_per_visit"
LEVERS = {
    MINUTES: ("Invest", "minutes of care per visit"),
    "investment.recovery_minutes": ("Take", "minutes for every complaint"),
    "investment.relationship_hours_per_month": ("Spend", "hours a month on calling customers back"),
    "promises.quoted_days": ("Promise", "days ahead"),
    "staff.agents": ("Have", "agents at the desk"),
    "budget.training_share": ("Spend", "of the budget on training"),
    "budget.money_per_month": ("Spend", "a month on advertising and training"),
    "advertising.budget_per_month": ("Spend", "a month on advertising"),
    "training.hours_per_month": ("Give every agent", "hours of training a month"),
    "internal.request_priority": ("Give colleagues", "as their priority"),
}
"""What to do with a lever, and what its level counts; others are called by their name."""


def advice(e: Evaluation) -> str:
    """What to do, what that changes in the window and over the years, what it takes, and where it stops paying."""
    if e.replications < 2:
        return "No advice: fewer than two replications were finished at every level."
    if e.best is None:
        return f"No level keeps {listed(sorted({text for broken in e.breaks for text in broken}))}: try others."
    early = "Interrupted, and so from fewer replications than asked for." if e.interrupted else ""
    best = e.best
    parts = (early, choice(e, best), over_the_years(e, best), told_apart(e, best), effort(e, best), next_step(e, best),
             turning_point(e, best), beyond(e, best))  # fmt: skip
    return together(*parts)


def setting_words(e: Evaluation, value: float) -> str:
    """The lever at a level, in words."""
    if e.lever not in LEVERS:
        return f"{e.lever} = {level(value)}"
    counted = LEVERS[e.lever][1]
    first, *others = counted.split(" ")
    return " ".join([level(value), first.removesuffix("s") if value == 1 else first, *others])


def choice(e: Evaluation, best: float) -> str:
    """Which level to choose, or why today's may stay, and what the best one changes in the window."""
    changes = "; ".join(in_the_window(e, best, window_words(e.scenario))) if best != e.today else ""
    if not changes:
        return f"{todo(e, best)}."
    return f"{todo(e, best)}{f'. With {level(best)} instead' if e.today in e.not_worse else ''}: {changes}."


def todo(e: Evaluation, best: float) -> str:
    """Which level to choose, or why today's may stay."""
    if best == e.today:
        return f"Stay at {setting_words(e, e.today)}: no other level that was tried {is_better(e)}"
    if e.today in e.not_worse:
        return f"Stay at {setting_words(e, e.today)}: {level(best)} did best, but today's is not shown to be worse"
    verb = LEVERS[e.lever][0] if e.lever in LEVERS else "Set"
    broken = listed(list(e.breaks[e.levels.index(e.today)]))
    today = f"{level(e.today)}, which does not keep to {broken}" if broken else level(e.today)
    return f"{verb} {setting_words(e, best)} instead of {today}"


def is_better(e: Evaluation) -> str:
    """What it would mean for another level to be better."""
    return f"brings more over {years_words(e.scenario)}" if e.objective == VALUE else f"is better by {e.objective}"


def effects(e: Evaluation, best: float) -> str:
    """What the best level changes against today's, in the window and over the years."""
    if best == e.today:
        return ""
    parts = (sentence(*in_the_window(e, best, window_words(e.scenario))), over_the_years(e, best))
    return together(*parts)


def told_apart(e: Evaluation, best: float) -> str:
    """Which levels are not shown to be worse than the best, and which of them is nearest to today's."""
    if len(e.not_worse) < 2:
        return ""
    near = f"{ranged(e.not_worse, e.levels)} cannot be told apart"
    if best == e.today or e.today in e.not_worse:
        return f"{near}."
    nearest = min(e.not_worse, key=lambda value: (abs(value - e.today), value != best))
    if nearest == best:
        return f"{near}: {level(best)} did best on average, and changes least."
    return f"{near}: {level(best)} did best on average, {level(nearest)} changes least."


def effort(e: Evaluation, best: float) -> str:
    """The staff time that the best level takes, or the money where the lever is no time; and what today's takes."""
    would = best != e.today and e.today in e.not_worse
    metric = "investment_hours" if e.lever.startswith("investment.") else "costs"
    own, today = e.at(best, metric), e.at(e.today, metric)
    if own.mean == today.mean == 0:
        return ""
    scale, name = scale_of(own.mean) if metric == "costs" else (1.0, "")
    now = "" if best == e.today else f" (today: {with_half(today, scale)})"
    if metric == "costs":
        come = "would come" if would else "come"
        return f"All costs {come} to {with_half(own, scale)} {f'{name} {rate_words(own.unit)}'.lstrip()}{now}."
    return f"Care {'would take' if would else 'takes'} {with_half(own)} staff hours a month in all{now}."


def next_step(e: Evaluation, best: float) -> str:
    """What the next level above today's would bring, where the best is none below."""
    above = [value for value in e.levels if value > e.today]
    if e.lever != MINUTES or not above or any(e.breaks) or best < e.today or best == above[0]:
        return ""
    worth = e.difference(above[0], e.today)
    if not is_shown(worth):
        return ""
    sign = 1 if worth.mean > 0 else -1
    verb = "would bring" if worth.mean * e.better > 0 else "would cost"
    step = f"The step from {level(e.today)} to {level(above[0])} minutes{' alone' if best > e.today else ''}"
    over = f" over {years_words(e.scenario)}" if e.objective == VALUE else f" of {e.objective}"
    brings = with_unit(abs(worth.mean), e.objective, worth.unit)
    return f"{step} {verb} {brings}{over} ({ends(worth, e.objective, sign)})."


def turning_point(e: Evaluation, best: float) -> str:
    """From which level above today's on the objective is shown to be worse, if the best lies inside the range."""
    worse = [value for value in e.levels if value > best and value not in e.not_worse]
    if e.lever != MINUTES or not worse or e.today in worse or any(e.breaks[e.levels.index(value)] for value in worse):
        return ""
    return f"{level(min(worse))} and more do worse than {level(best)}."


def unserved_warning(e: Evaluation, best: float) -> str:
    """That many leave unserved in some year at the level that is advised: then staff is short, whatever the minutes."""
    if not is_on(e.scenario, "waiting") or not e.is_known("unserved_share"):
        return ""
    in_years = e.looks_ahead and e.months[0].shape[1] >= MONTHS
    year, share = e.worst_year(best, "unserved_share") if in_years else (0, e.at(best, "unserved_share").mean)
    if not share > TOO_MANY:
        return ""
    when = f" by year {year}" if year > 1 else ""
    leave = f"{100 * share:.0f} of 100 who come leave unserved{when}"
    return f"{leave}: too few staff for {setting_words(e, best)}."


TOO_MANY = 0.15
"""Share of those who come that may leave unserved before it is said that staff is short."""


def beyond(e: Evaluation, best: float) -> str:
    """That the best level is the last one tried, where there could be others beyond."""
    if len(e.levels) < 2 or any(e.breaks):
        return ""
    for end, step, which in ((max(e.levels), 1, "largest"), (min(e.levels), -1, "smallest")):
        if best == end and can_go_on(e.lever, best, step):
            return last_one(e, best, which)
    return ""


def last_one(e: Evaluation, best: float, which: str, with_whom: str = "") -> str:
    """That a best level is the largest or the smallest of those tried, and what to do; with_whom: at which staff."""
    further = "larger" if which == "largest" else "smaller"
    where = f" {with_whom}" if with_whom else ""
    return f"{setting_words(e, best)} is the {which} level tried{where}: try {further} ones, too (--levels)."


def can_go_on(lever: str, value: float, step: int) -> bool:
    """Can a lever have a value a step, or a little, beyond this one?"""
    path = tuple(lever.split("."))
    further = (int(value) + step if float(value).is_integer() else value + step, value + step * A_LITTLE)
    return any(fits(path, each) for each in further)


A_LITTLE = 0.01
"""So little beyond the last level there may be room where there is none a whole step beyond."""


def marks_words(e: Evaluation) -> str:
    """What the marks and the intervals of the table mean, and in which replications levels met."""
    mean, sure = "highest" if e.better > 0 else "lowest", how_sure(e.confidence)
    apart = "~: cannot be told apart from it; " if any(value != e.best for value in e.not_worse) else ""
    return (
        f"best: {mean} average; {apart}±: how far 'vs today' may be off, {sure} for all "
        f"levels at once. All levels ran in the same {counts_words(e)} replications, seed {e.seed}."
    )


def counts_words(e: Evaluation) -> str:
    """How many replications levels were simulated in."""
    counts = [e.replications_of(value) for value in e.levels]
    few, many = min(counts), max(counts)
    return f"{few}" if few == many else f"{few} to {many}"


def replications_words(e: Evaluation) -> str:
    """In how many replications levels were simulated."""
    counts = counts_words(e)
    return f"{counts} common replications" if counts.isdigit() else f"{counts} common replications of each level"


def constraint_lines(e: Evaluation) -> list[str]:
    """Which levels break which constraint, and in which year first."""
    texts = dict.fromkeys(text.strip() for text in e.scenario.evaluate.constraints)
    return [f"{text}: {broken_by(e, text)}." for text in texts]


def broken_by(e: Evaluation, text: str, named: Callable[[float], str] = level) -> str:
    """Which levels break a constraint; those that break it in the window first. named: what a level is called."""
    since: dict[int, list[str]] = {}
    for place, (value, broken) in enumerate(zip(e.levels, e.breaks, strict=True)):
        if text in broken:
            year = e.broken_since[place][broken.index(text)] if e.broken_since else 0
            since.setdefault(year, []).append(named(value))
    said = [f"by {listed(own)}{f', first in year {year}' if year else ''}" for year, own in sorted(since.items())]
    return f"broken (!) {'; '.join(said)}" if said else "kept by all of these"


def of_which(e: Evaluation) -> str:
    """Among which levels the best was looked for."""
    asked = e.scenario.evaluate
    return f"level that keeps to this, give or take {100 * asked.tolerance:g} %," if any(e.breaks) else "level tried"


def guarantee_words(e: Evaluation) -> str:
    """The guarantee; without one, why there is none and what could be told apart."""
    if e.guarantee and e.best is not None:
        within = with_unit(e.guarantee.difference, e.objective, e.guarantee.unit)
        return (
            f"{100 * e.guarantee.probability:.3g} % sure: no {of_which(e)} beats {level(e.best)} by more than "
            f"{within}, and every ± holds."
        )
    if not e.smallest_difference:
        return (
            "No guarantee that no other level is better: say which difference of "
            f"{e.objective} matters to you (smallest_difference)."
        )
    return no_guarantee(e)


def no_guarantee(e: Evaluation) -> str:
    """Why nobody can promise that the best is the best, though it was asked for."""
    if e.interrupted:
        return "No guarantee: it was interrupted; the same command goes on where it was."
    coarse = math.isfinite(e.resolved) and e.resolved > e.smallest_difference
    apart = f" (but to within {in_units(e, e.resolved)})" if coarse else ""
    return (
        "No guarantee: the replications allowed did not suffice to be sure of the best to within "
        f"{in_units(e, e.smallest_difference)}{apart}; a larger budget would."
    )


def in_units(e: Evaluation, number: float) -> str:
    """An amount of the objective with its unit."""
    return with_unit(number, e.objective, e.unit(e.objective))


def limits_words(e: Evaluation) -> str:
    """What today's money is, and what the numbers leave out."""
    value = value_words(e.scenario, counts_words(e)) if e.looks_ahead and e.is_known(VALUE) else ""
    return together(f"{todays_money(e.scenario)}." if e.looks_ahead and not value else "", capital(value), CHANCE_ONLY)


CHANCE_ONLY = "All ranges allow for chance in the simulation only, not for doubt about the settings."
"""What ranges cover."""
