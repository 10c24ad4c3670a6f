"""The advice in words: one paragraph that an owner can act on, and what it rests on."""

import math

from servsim.show.numbers import level, plain, short
from servsim.study.evaluate import Evaluation
from servsim.study.metrics import BY_NAME

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
    return " ".join(part for part in (verdict(e), effects(e), effort(e), turning_point(e)) if part)


def setting_words(e: Evaluation, value: float) -> str:
    """The lever at a level, in words."""
    return f"{level(value)} {LEVERS[e.lever][1]}" if e.lever in LEVERS else f"{e.lever} = {level(value)}"


def verdict(e: Evaluation) -> str:
    """Which level to choose, or why today's may stay."""
    if e.best == e.today:
        return f"Stay at {setting_words(e, e.today)}: none of the other levels has a better {e.objective}."
    if e.today in e.not_worse:
        return f"Stay at {setting_words(e, e.today)}: {level(e.best)} did best, but today's is not shown to be worse."
    verb = LEVERS[e.lever][0] if e.lever in LEVERS else "Set"
    return f"{verb} {setting_words(e, e.best)} (today: {level(e.today)})."


def effects(e: Evaluation) -> str:
    """What the best level changes against today's: retention, revenue, and the objective with its interval."""
    if e.best == e.today:
        return ""
    parts = [retention_words(e)] if math.isfinite(e.at(e.today, "retention").mean) else []
    parts += [gain_words(e, name) for name in dict.fromkeys(("revenue", "value", e.objective)) if name != "retention"]
    return f"{'; '.join(parts)}."


def retention_words(e: Evaluation) -> str:
    """Retention today and at the best level."""
    before, after = e.at(e.today, "retention").mean, e.at(e.best, "retention").mean
    verb = (
        "Retention goes" if abs(after - before) < 5e-4 else "Retention rises" if after > before else "Retention falls"
    )
    return f"{verb} from {100 * before:.0f} % to {100 * after:.0f} % a year"


def gain_words(e: Evaluation, metric: str) -> str:
    """A figure's change from today to the best level, with its interval."""
    change = e.difference(e.best, e.today, metric)
    if change.low <= 0 <= change.high:
        span = f"{short(change.low)} to {short(change.high)}"
        return f"{metric} is not shown to change ({100 * e.confidence:.0f} % CI {span})"
    verb = "rises" if change.mean > 0 else "falls"
    sign = 1 if change.mean > 0 else -1
    low, high = sorted((sign * change.low, sign * change.high))
    return (
        f"{metric} {verb} by {short(abs(change.mean))} {change.unit}"
        f" ({100 * e.confidence:.0f} % CI {short(low)} to {short(high)})"
    )


def effort(e: Evaluation) -> str:
    """The staff time that the best level takes, and what today's takes."""
    hours, today = e.at(e.best, "investment_hours").mean, e.at(e.today, "investment_hours").mean
    if hours == 0:
        return ""
    now = "" if e.best == e.today else f" (today: {plain(today)})"
    return f"That takes {plain(hours)} staff hours a month beyond the transactions{now}."


def turning_point(e: Evaluation) -> str:
    """From which level on the objective is shown to fall, if the best lies inside the range."""
    beyond = [value for value in e.levels if value > e.best and value not in e.not_worse]
    if e.lever != MINUTES:
        return ""
    if e.best == max(e.levels):
        return "The best level is the largest one tried: try larger ones."
    return f"From {level(min(beyond))} minutes on, the queue costs more than the care earns." if beyond else ""


def caveats(e: Evaluation) -> list[str]:
    """What the numbers do not say."""
    better = BY_NAME[e.objective].better
    lines = [
        f"{e.replications} common worlds; best = {'highest' if better > 0 else 'lowest'} mean {e.objective}; "
        f"~ not shown worse than the best; {100 * e.confidence:.0f} % intervals hold for all pairs of levels at once.",
        "Intervals cover the noise of simulation only, not doubt about the scenario's settings.",
    ]
    if e.smallest_difference and e.resolved > e.smallest_difference:
        lines.append(
            f"Differences down to {plain(e.resolved)} can be told apart, not yet {plain(e.smallest_difference)}: "
            "more --replications would."
        )
    return lines
