"""What an evaluation rests on, in a few sentences: what hangs on doubt is said before what hangs on noise."""

from servsim.scenario.messages import field_at
from servsim.show.evaluation_advice import setting_words
from servsim.show.numbers import amount, level, with_unit
from servsim.show.phrases import together
from servsim.study.doubt.scatter import Scatter
from servsim.study.doubt.swings import Doubt, End, Swing
from servsim.study.doubt.uncertain import Range, ranges_of
from servsim.study.one_lever.result import Evaluation

LEFT_OUT = "Doubt about the settings is not looked at: give ranges in [uncertain], and see `servsim sensitivity`."
LONG = 70
"""Characters of what a setting means, beyond which it is only named."""


def closing(e: Evaluation, doubt: Doubt | None) -> list[str]:
    """How far the best level may lie from the advised one, on which settings that hangs, and what the gain may be."""
    if e.best is None or e.replications < 2:
        return []
    if not ranges_of(e.scenario, e.lever):
        return [LEFT_OUT]
    if doubt is None or doubt.scatter is None or not doubt.swings:
        return ["The ranges in [uncertain] were not looked at."]
    kept = "Whether constraints are kept there was not looked at." if e.scenario.evaluate.constraints else ""
    said = (best_words(doubt, doubt.scatter), gain_words(e, doubt.scatter), kept, "`servsim sensitivity` looks closer.")
    return [together(*said)]


def best_words(doubt: Doubt, scatter: Scatter) -> str:
    """Between which levels the best lies where settings are plausible, and on which of them that hangs."""
    e, (low, high) = doubt.evaluation, scatter.span
    many = f"Of {len(scatter.best)} cases within [uncertain], 8 in 10"
    first, *others = doubt.strongest
    if low == high == e.best:
        return f"{many} keep {setting_words(e, low)} as the best. {ends_words(doubt, first)}"
    where = setting_words(e, low) if low == high else f"{level(low)} to {setting_words(e, high)}"
    then = [f"then on {meaning(swing.range)}" for swing in others]
    hangs = ", ".join([f"It hangs most on {meaning(first.range)}", *then])
    return f"{many} have the best at {where}. {hangs}. {ends_words(doubt, first)}"


def ends_words(doubt: Doubt, swing: Swing) -> str:
    """What would be best at both ends of a range, and what keeping to the advice would cost there."""
    key, stated = swing.range.key, level(swing.range.stated)
    return " ".join(
        f"If {key if number == 0 else 'it'} were {level(end.value)}{f', not {stated}' if number == 0 else ''}, "
        f"{at_end(doubt.evaluation, end)}."
        for number, end in enumerate(swing.ends)
    )


def at_end(e: Evaluation, end: End) -> str:
    """What would be best at an end of a range, and by how much the stated best would fall short."""
    assert e.best is not None
    at = f"{setting_words(e, end.best_level)} would be best"
    if end.best_level == e.best or not end.regret.low > 0:
        return at if end.best_level == e.best else f"{at}, though not shown to be better than {level(e.best)}"
    short = with_unit(end.regret.mean, e.objective, end.regret.unit)
    spread = f"{amount(end.regret.low, e.objective)} to {amount(end.regret.high, e.objective)}"
    return f"{at}, ahead of {level(e.best)} by {short} ({spread})"


def gain_words(e: Evaluation, scatter: Scatter) -> str:
    """What the advice may bring over today where settings are plausible."""
    if e.best == e.today:
        return ""
    low, high = scatter.gains
    unit = with_unit(high, e.objective, e.unit(e.objective))
    none = f"; in {100 * scatter.in_vain:.0f} %, nothing or a loss" if scatter.in_vain else ""
    assert e.best is not None
    return f"In 8 of 10 cases {level(e.best)} gains {amount(low, e.objective)} to {unit} over today{none}."


def meaning(own: Range) -> str:
    """A setting by its key, and what it means where that is short."""
    field = field_at(tuple(own.key.split(".")))
    said = (field.description or "" if field else "").partition(":")[0].partition(";")[0].partition(".")[0]
    return f"{own.key} ({said[:1].lower()}{said[1:]})" if 0 < len(said) <= LONG else own.key
