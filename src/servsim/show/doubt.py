"""What an evaluation rests on, in its closing sentence."""

from servsim.show.advice import amount, setting_words, with_unit
from servsim.show.numbers import is_share, level
from servsim.show.phrases import listed
from servsim.study.choose.evaluation import Evaluation
from servsim.study.doubt.swings import Doubt, End, Swing
from servsim.study.doubt.uncertain import ranges_of
from servsim.study.statistics import Interval

LEFT_OUT = "Doubt about the settings is not looked at: give ranges in [uncertain], and see `servsim sensitivity`."


def closing(e: Evaluation, doubt: Doubt | None) -> list[str]:
    """The assumption that could overturn the advice, or that there is none among those in [uncertain]."""
    if e.best is None or e.replications < 2:
        return []
    if not ranges_of(e.scenario, e.lever):
        return [LEFT_OUT]
    if doubt is None or not doubt.swings or (doubt.interrupted and not doubt.overturning):
        return ["The ranges in [uncertain] were not looked at."]
    words = overturned(doubt) if doubt.overturning else not_overturned(doubt)
    kept = " Whether constraints are kept there was not looked at." if e.scenario.evaluate.constraints else ""
    return [f"{words}{unproven(doubt)}{kept} `servsim sensitivity` looks closer."]


def overturned(doubt: Doubt) -> str:
    """At which end of which range the advice would be another one, and what keeping to it would cost there."""
    (swing, end), others = doubt.overturning[0], doubt.overturning[1:]
    words = f"It rests most on {swing.range.key}: {at_end(doubt.evaluation, swing, end)}."
    more = [f"{other.range.key} at {level(its.value)} (best there: {level(its.best_level)})" for other, its in others]
    return f"{words} {listed(more)} would overturn it, too." if more else words


def at_end(e: Evaluation, swing: Swing, end: End) -> str:
    """What would be best at an end of a range, and by how much the stated best would fall short."""
    assert e.best is not None
    short = with_unit(end.regret.mean, e.objective, end.regret.unit)
    spread = f"{amount(end.regret.low, e.objective)} to {amount(end.regret.high, e.objective)}"
    there = f"at {level(end.value)} (stated: {level(swing.range.stated)}), {setting_words(e, end.best_level)}"
    return f"{there} would be best, and the {level(e.best)} advised would fall short by {short} ({spread})"


def not_overturned(doubt: Doubt) -> str:
    """That no end overturns it, and on which setting the gain depends most."""
    e, widest = doubt.evaluation, doubt.swings[0]
    looked = f"in a short look at {doubt.worlds} worlds, one setting at a time"
    words = f"No end of a range in [uncertain] is shown to overturn it, {looked}"
    what, of = (f"{e.objective} today", "today") if e.best == e.today else (f"the gain in {e.objective}", "gain")
    at = [(end, getattr(end, of)) for end in widest.ends]
    amounts = [f"{moved(e, own, of)} at {level(end.value)}" for end, own in at]
    return f"{words}; {what} depends most on {widest.range.key}: {listed(amounts)}."


def moved(e: Evaluation, own: Interval, of: str) -> str:
    """A gain, or with its sign what a change of today's amounts to."""
    sign = "+" if of == "today" and own.mean > 0 and not is_share(e.objective) else ""
    return sign + with_unit(own.mean, e.objective, own.unit)


def unproven(doubt: Doubt) -> str:
    """The ends at which the advice is not shown to bring anything over today's level."""
    e = doubt.evaluation
    if e.best == e.today:
        return ""
    ends = [
        f"{swing.range.key} at {level(end.value)}" for swing in doubt.swings for end in swing.ends
        if e.better * end.gain.mean <= 0 or end.gain.low <= 0 <= end.gain.high
    ]  # fmt: skip
    return f" No gain over today is shown with {listed(ends)}." if ends else ""
