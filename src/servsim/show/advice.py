"""The advice in words: one paragraph that an owner can act on, and what it rests on."""

import math

from servsim.scenario.complain import fits
from servsim.sheet import is_on
from servsim.show.numbers import is_share, level, plain, short, signed, unit_words
from servsim.show.phrases import listed
from servsim.study.choose.evaluation import Evaluation

MINUTES = "investment.minutes_per_visit"
LEVERS = {
    MINUTES: ("Invest", "minutes per visit"),
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
    """What to do, what it brings with its interval, what it takes, and where it stops paying."""
    if e.replications < 2:
        return "No advice: fewer than two worlds were finished at every level."
    if e.best is None:
        return f"No level keeps {listed(sorted({text for broken in e.breaks for text in broken}))}: try others."
    early = "Interrupted, and so from fewer worlds than asked for:" if e.interrupted else ""
    best = e.best
    parts = (early, verdict(e, best), effects(e, best), in_cash(e, best), effort(e, best), next_step(e),
             turning_point(e, best))  # fmt: skip
    return " ".join(part for part in parts if part)


def setting_words(e: Evaluation, value: float) -> str:
    """The lever at a level, in words."""
    return f"{level(value)} {LEVERS[e.lever][1]}" if e.lever in LEVERS else f"{e.lever} = {level(value)}"


def verdict(e: Evaluation, best: float) -> str:
    """Which level to choose, or why today's may stay."""
    if best == e.today:
        return f"Stay at {setting_words(e, e.today)}: no other level is better by {e.objective}."
    if e.today in e.not_worse:
        return f"Stay at {setting_words(e, e.today)}: {level(best)} did best, but today's is not shown to be worse."
    verb = LEVERS[e.lever][0] if e.lever in LEVERS else "Set"
    broken = listed(list(e.breaks[e.levels.index(e.today)]))
    now = f"{level(e.today)}, which does not keep to {broken}" if broken else level(e.today)
    return f"{verb} {setting_words(e, best)} (today: {now})."


def effects(e: Evaluation, best: float) -> str:
    """What the best level changes against today's: retention, revenue, and the objective with its interval."""
    if best == e.today:
        return ""
    parts = [retention_words(e, best)] if math.isfinite(e.at(e.today, "retention").mean) else []
    money = ("revenue", "value") if is_on(e.scenario, "spending") else ()
    names = [name for name in dict.fromkeys((*money, e.objective)) if name != "retention"]
    parts += [gain_words(e, best, name) for name in names if e.is_known(name)]
    told = "; ".join(parts)
    return f"With {level(best)} instead, {told[:1].lower()}{told[1:]}." if e.today in e.not_worse else f"{told}."


def in_cash(e: Evaluation, best: float) -> str:
    """How much of a gain in value is cash, and how much what the customers of the closing book are worth."""
    if e.objective != "value" or best == e.today or e.today in e.not_worse or not e.is_known("closing_book"):
        return ""
    cash, book = (e.difference(best, e.today, name) for name in ("cash", "closing_book"))
    return (
        f"Of that, {with_unit(cash.mean, 'cash', cash.unit)} ({amount(cash.low, 'cash')} to "
        f"{amount(cash.high, 'cash')}) is cash while the desk is simulated; {amount(book.mean, 'closing_book')} is "
        "what the customers in the book at its end are worth from then on."
    )


def retention_words(e: Evaluation, best: float) -> str:
    """Retention today and at the best level."""
    before, after = e.at(e.today, "retention").mean, e.at(best, "retention").mean
    verb = (
        "Retention goes" if abs(after - before) < 5e-4 else "Retention rises" if after > before else "Retention falls"
    )
    return f"{verb} from {100 * before:.0f} % to {100 * after:.0f} % a year"


def gain_words(e: Evaluation, best: float, metric: str) -> str:
    """A figure's change from today to the best level, with its interval."""
    change = e.difference(best, e.today, metric)
    share = f"{100 * e.confidence:.0f} % CI"
    if change.low <= 0 <= change.high:
        return (
            f"{metric} is not shown to change ({share} {amount(change.low, metric)} to {amount(change.high, metric)})"
        )
    verb, sign = ("rises", 1) if change.mean > 0 else ("falls", -1)
    low, high = sorted((sign * change.low, sign * change.high))
    return (
        f"{metric} {verb} by {with_unit(abs(change.mean), metric, change.unit)}"
        f" ({share} {amount(low, metric)} to {amount(high, metric)})"
    )


def amount(number: float, metric: str) -> str:
    """A difference of a figure, short enough for a sentence."""
    if is_share(metric):
        return signed(number, metric).lstrip("+")
    return short(number) if abs(number) >= 100 else plain(number)


def with_unit(number: float, metric: str, unit: str) -> str:
    """The same with its unit."""
    words = unit_words(unit, metric)
    return f"{amount(number, metric)} {words}".rstrip() if not is_share(metric) else amount(number, metric)


def effort(e: Evaluation, best: float) -> str:
    """The staff time that the best level takes, or the money where the lever is no time; and what today's takes."""
    takes = "would take" if best != e.today and e.today in e.not_worse else "takes"
    if not e.lever.startswith("investment."):
        costs, today = e.at(best, "costs"), e.at(e.today, "costs").mean
        now = "" if best == e.today else f" (today: {short(today)})"
        return f"That {takes} {with_unit(costs.mean, 'costs', costs.unit)} of wages and budgets{now}."
    hours, today = e.at(best, "investment_hours").mean, e.at(e.today, "investment_hours").mean
    if hours == 0:
        return ""
    now = "" if best == e.today else f" (today: {plain(today)})"
    return f"That {takes} {plain(hours)} staff hours a month beyond the transactions{now}."


def next_step(e: Evaluation) -> str:
    """What the next level above today's would bring."""
    above = [value for value in e.levels if value > e.today]
    if e.lever != MINUTES or not above or any(e.breaks):
        return ""
    worth = e.difference(above[0], e.today)
    if worth.low <= 0 <= worth.high:
        return ""
    verb = "brings" if worth.mean * e.better > 0 else "costs"
    low, high = sorted((abs(worth.low), abs(worth.high)))
    spread = f"{amount(low, e.objective)} to {amount(high, e.objective)}"
    step = f"The step from {level(e.today)} to {level(above[0])} minutes"
    return f"{step} {verb} {with_unit(abs(worth.mean), e.objective, worth.unit)} ({spread})."


def turning_point(e: Evaluation, best: float) -> str:
    """From which level on the objective is shown to fall, if the best lies inside the range."""
    beyond = [value for value in e.levels if value > best and value not in e.not_worse]
    if any(e.breaks[e.levels.index(value)] for value in beyond):
        return ""
    if best == max(e.levels) and fits(tuple(e.lever.split(".")), with_one_more(best)):
        return "The best level is the largest one tried: try larger ones."
    if e.lever != MINUTES:
        return ""
    if not beyond:
        return ""
    return (
        f"From {level(min(beyond))} minutes on it is worse than at {level(best)}: the queue costs more than care earns."
    )


def with_one_more(value: float) -> float:
    """A level above this one, whole where this is."""
    return int(value) + 1 if float(value).is_integer() else value + 1


def caveats(e: Evaluation) -> list[str]:
    """How sure that is, and what the numbers do not say."""
    share = f"{100 * e.confidence:.0f} %"
    return [
        f"{worlds_words(e)}, seed {e.seed}; best = {'highest' if e.better > 0 else 'lowest'} mean {e.objective}; "
        f"~ not shown worse than the best; {share} intervals hold for all pairs of levels at once.",
        *constraint_lines(e),
        guarantee_words(e),
        "Intervals cover the noise of simulation only, not doubt about the scenario's settings.",
    ]


def worlds_words(e: Evaluation) -> str:
    """In how many worlds levels were simulated."""
    counts = [e.worlds(value) for value in e.levels]
    few, many = min(counts), max(counts)
    return f"{few} common worlds" if few == many else f"{few} to {many} common worlds of each level"


def constraint_lines(e: Evaluation) -> list[str]:
    """Which levels break which constraint."""
    texts = dict.fromkeys(text.strip() for text in e.scenario.evaluate.constraints)
    lines = []
    for text in texts:
        broken = [level(value) for value, own in zip(e.levels, e.breaks, strict=True) if text in own]
        lines.append(f"{text}: {f'broken (!) by {listed(broken)}' if broken else 'kept by every level'}.")
    return lines


def of_which(e: Evaluation) -> str:
    """Among which levels the best was looked for."""
    asked = e.scenario.evaluate
    return f"level that keeps to this, give or take {100 * asked.tolerance:g} %" if any(e.breaks) else "of these levels"


def guarantee_words(e: Evaluation) -> str:
    """The guarantee; without one, why there is none and what could be told apart."""
    if e.guarantee and e.best is not None:
        return (
            f"With {100 * e.guarantee.probability:.0f} % probability {level(e.best)} is the best {of_which(e)}, or "
            f"within {with_unit(e.guarantee.difference, e.objective, e.guarantee.unit)} of it, and all intervals "
            f"of {e.objective} hold."
        )
    if not e.smallest_difference:
        return (
            "No guarantee that no other level is better: say with --smallest-difference which difference of "
            f"{e.objective} matters to you."
        )
    return no_guarantee(e)


def no_guarantee(e: Evaluation) -> str:
    """Why nobody can promise that the best is the best, though it was asked for."""
    if e.interrupted:
        return "No guarantee: it was interrupted; the same command goes on where it was."
    coarse = math.isfinite(e.resolved) and e.resolved > e.smallest_difference
    apart = f" (but to within {plain(e.resolved)})" if coarse else ""
    return (
        f"No guarantee: the worlds allowed did not suffice to be sure of the best to within "
        f"{plain(e.smallest_difference)}{apart}; more --budget would."
    )
