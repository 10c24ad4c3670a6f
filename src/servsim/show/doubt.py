"""What an evaluation rests on, in its closing sentence."""

from servsim.show.advice import amount, setting_words, with_unit
from servsim.show.numbers import level
from servsim.show.phrases import listed
from servsim.study.choose.evaluation import Evaluation
from servsim.study.doubt.swings import Doubt, End, Swing
from servsim.study.doubt.uncertain import ranges_of

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
    return [f"{words}{kept} `servsim sensitivity` looks closer."]


def overturned(doubt: Doubt) -> str:
    """At which end of which range the advice would be another one, and what keeping to it would cost there."""
    (swing, end), others = doubt.overturning[0], doubt.overturning[1:]
    words = f"It rests most on {swing.range.key}: {at_end(doubt.evaluation, swing, end)}."
    more = [f"{other.range.key} at {level(its.value)}" for other, its in others]
    return f"{words} {listed(more)} would overturn it, too." if more else words


def at_end(e: Evaluation, swing: Swing, end: End) -> str:
    """What would be best at an end of a range, and by how much the stated best would fall short."""
    assert e.best is not None
    short = with_unit(end.regret.mean, e.objective, end.regret.unit)
    spread = f"{amount(end.regret.low, e.objective)} to {amount(end.regret.high, e.objective)}"
    return (
        f"at {level(end.value)} (stated: {level(swing.range.stated)}) {setting_words(e, end.best_level)} would be best,"
        f" and {level(e.best)} would fall short by {short} ({spread})"
    )


def not_overturned(doubt: Doubt) -> str:
    """That no end overturns it, and on which setting the gain depends most."""
    e, widest = doubt.evaluation, doubt.swings[0]
    words = "No end of a range in [uncertain] overturns it, one setting at a time"
    if e.best == e.today:
        return f"{words}."
    gains = [f"{with_unit(end.gain.mean, e.objective, end.gain.unit)} at {level(end.value)}" for end in widest.ends]
    return f"{words}; the gain depends most on {widest.range.key}: {listed(gains)}."
