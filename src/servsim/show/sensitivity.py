"""What an answer rests on, in tables: one setting at a time, with bars of text blocks, and all settings at once."""

from rich.table import Table

from servsim.show.doubt import at_end
from servsim.show.evaluation_advice import setting_words
from servsim.show.numbers import compact, figure, is_share, level, signed
from servsim.show.table import blank_table
from servsim.study.confidence_intervals import Interval
from servsim.study.doubt.indices import Indices
from servsim.study.doubt.swings import Doubt, Swing
from servsim.study.sensitivity.sensitivity import Sensitivity
from servsim.study.sensitivity.value_of_information import Plausible

BAR = 14
"""Columns of a bar."""
BLOCK, STATED = "█", "│"
WHAT = {"today": "{} at today's level", "gain": "what the best level brings over it"}
"""Of what there are indices."""


def short(number: float, s: Sensitivity) -> str:
    """An amount of the objective for a narrow column."""
    e = s.evaluation
    if is_share(e.objective):
        return signed(number, e.objective).lstrip("+")
    return compact(number, e.objective, e.unit(e.objective))


def span(interval: Interval, s: Sensitivity) -> str:
    """An interval's ends."""
    return f"{short(interval.low, s)} … {short(interval.high, s)}"


def tornado_table(s: Sensitivity, doubt: Doubt) -> Table:
    """One line for each setting: what the best level brings over today's at both ends, and what is best there."""
    e = s.evaluation
    assert e.best is not None
    what = f"change of {e.objective} at" if e.best == e.today else f"gain in {e.objective} by"
    title = f"{e.scenario.title}: {what} {setting_words(e, e.best)}, one setting at a time"
    table = blank_table(title, "setting", "low", "high", "at low", "at high", "", "best at")
    table.columns[5].justify = table.columns[6].justify = "left"
    stated, values = amounts(doubt)
    scale = (min(stated, *map(min, values)), max(stated, *map(max, values)))
    for swing, (low, high) in zip(doubt.swings, values, strict=True):
        table.add_row(
            swing.range.key, level(swing.low.value), level(swing.high.value), short(low, s), short(high, s),
            bar(min(low, high), max(low, high), stated, scale), best_at(swing, e.smallest_difference),
        )  # fmt: skip
    return table


def amounts(doubt: Doubt) -> tuple[float, list[tuple[float, float]]]:
    """The gain as stated, and at both ends of each range; changes of the objective where there is nothing to gain."""
    e = doubt.evaluation
    if e.best == e.today:
        return 0.0, [(swing.low.today.mean, swing.high.today.mean) for swing in doubt.swings]
    first = doubt.swings[0].low
    return first.gain.mean - first.gain_change.mean, [
        (swing.low.gain.mean, swing.high.gain.mean) for swing in doubt.swings
    ]


def best_at(swing: Swing, smallest_difference: float) -> str:
    """The best level at both ends, marked where it is shown to be better than the stated best."""
    low, high = (f"{level(end.best_level)}{'!' * end.overturns(smallest_difference)}" for end in swing.ends)
    return f"{low:<4} {high}"


def bar(low: float, high: float, stated: float, scale: tuple[float, float]) -> str:
    """A bar from low to high on a scale, with a line where the stated value is."""
    width = (scale[1] - scale[0]) or 1.0
    first, last, middle = (round((value - scale[0]) / width * (BAR - 1)) for value in (low, high, stated))
    signs = [BLOCK if first <= place <= last else " " for place in range(BAR)]
    signs[middle] = STATED
    return "".join(signs)


def tornado_lines(doubt: Doubt) -> list[str]:
    """Which ends overturn the advice."""
    looked = f"{doubt.worlds} common worlds for every end; {STATED} as stated; ! another level is shown to be better."
    if not (wrong := doubt.overturning):
        return [looked, "No end of a range is shown to overturn the advice, one setting at a time."]
    ends = (f"{swing.range.key} at {level(end.value)}: {at_end(doubt.evaluation, end)}." for swing, end in wrong)
    return [looked, *ends]


def levels_table(s: Sensitivity, over: Plausible) -> Table:
    """How often each level is best over all plausible settings, and by how much it falls short on average."""
    e = s.evaluation
    near = [f"within {short(e.smallest_difference, s)}"] if e.smallest_difference else []
    heads = ("level", "best in", *near, "falls short by", interval_head(s))
    table = blank_table(f"All settings at once, {e.unit(e.objective)}", *heads)
    for own in over.standings:
        marks = {"best": e.best, "best on average": over.choice if over.choice != e.best else None, "today": e.today}
        shares = [own.best, own.good] if near else [own.best]
        table.add_row(
            f"{level(own.level):<4} {', '.join(mark for mark, where in marks.items() if where == own.level)}",
            *(f"{100 * share:.0f} %" for share in shares), short(own.loss.mean, s), span(own.loss, s),
            style="bold" if own.level == over.choice else None,
        )  # fmt: skip
    return table


def interval_head(s: Sensitivity) -> str:
    """The head of a column of intervals."""
    return f"{100 * s.evaluation.confidence:.0f} % interval"


def knowing_table(s: Sensitivity, over: Plausible) -> Table:
    """What the choice would gain on average by knowing each setting, the most first."""
    unit = s.evaluation.unit(s.evaluation.objective)
    table = blank_table("What it would bring to know", "setting", unit, interval_head(s))
    worths = dict(zip(s.ranges, over.knowing, strict=True))
    for own, worth in s.knowing:
        table.add_row(own.key, short(worth, s), span(worths[own], s))
    table.add_row("everything", short(over.everything.mean, s), span(over.everything, s))
    return table


def indices_table(s: Sensitivity) -> Table:
    """How much of what varies over plausible settings is due to each: by itself, and together with others."""
    heads = [head for own in s.indices for head in (own.of, "in all")]
    table = blank_table("Shares of what varies over plausible settings", "setting", *heads)
    order = sorted(range(len(s.ranges)), key=lambda place: -s.indices[-1].each[place].total.mean)
    for place in order:
        shares = [share for own in s.indices for share in (own.each[place].first, own.each[place].total)]
        table.add_row(s.ranges[place].key, *(f"{100 * share.mean:.0f} %" for share in shares))
    return table


def indices_line(s: Sensitivity) -> str:
    """Of what these are shares."""
    e = s.evaluation

    def mean(own: Indices) -> str:
        return figure(own.mean, e.objective) if own.of == "today" and is_share(e.objective) else short(own.mean, s)

    about = [
        f"{own.of}: {WHAT[own.of].format(e.objective)}, {mean(own)} on average, deviation {short(own.deviation, s)}"
        for own in s.indices
    ]
    return f"{'; '.join(about)}. Shares of its variance due to a setting by itself; in all: together with others, too."
