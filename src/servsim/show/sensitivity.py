"""What an answer rests on, in tables and sentences: one setting at a time, all at once, which to measure first."""

from rich.table import Table

from servsim.scenario.messages import field_at
from servsim.scenario.where_to_find import is_measurable, where
from servsim.show.evaluation_advice import setting_words
from servsim.show.formatting import (
    amount,
    cell_text,
    compact,
    is_share,
    level,
    listed,
    plain,
    rate_words,
    signed,
    together,
    with_unit,
    years_words,
)
from servsim.show.tables import blank_table
from servsim.study.intervals_and_tables import Interval
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.sensitivity.all_at_once import Scatter
from servsim.study.sensitivity.one_at_a_time import Doubt, End, Swing
from servsim.study.sensitivity.plausible_settings import Range, ranges_of
from servsim.study.sensitivity.sensitivity import POINTS, REPLICATIONS, Sensitivity
from servsim.study.sensitivity.value_of_information import Indices, Plausible


def verdict(s: Sensitivity, over: Plausible) -> str:
    """How often the stated best is good enough, what it falls short by, what is better on average, what to measure."""
    e = s.evaluation
    assert e.best is not None
    best, today = over.standing(e.best), over.standing(e.today)
    near = f", or within {in_units(s, e.smallest_difference)} of the best," if e.smallest_difference else ""
    instead = "" if e.best == e.today else f"; today's {level(e.today)} falls short by {in_units(s, today.loss.mean)}"
    when = f"Over {years_words(e.scenario)}, " if e.objective == VALUE else ""
    parts = [
        f"{when}{setting_words(e, e.best)} is best{near} in {100 * best.good:.0f} % of plausible settings, and falls "
        f"short of what is best there by {in_units(s, best.loss.mean)} on average{instead}.",
        better_on_average(s, over), measure(s, over),
    ]  # fmt: skip
    return together(*parts)


def in_units(s: Sensitivity, number: float) -> str:
    """An amount of the objective with its unit."""
    return with_unit(number, s.evaluation.objective, s.evaluation.unit(s.evaluation.objective))


def better_on_average(s: Sensitivity, over: Plausible) -> str:
    """The level that is best on average over plausible settings, if it is another one by a difference that matters."""
    e = s.evaluation
    assert e.best is not None
    ahead = over.standing(e.best).loss.mean - over.everything.mean
    if over.choice == e.best or ahead <= e.smallest_difference:
        return ""
    return f"On average over all of them, {setting_words(e, over.choice)} does better by {in_units(s, ahead)}."


def measure(s: Sensitivity, over: Plausible) -> str:
    """Which setting to measure first, how, and what it would bring; which ones nobody can measure."""
    shown = [(own, worth) for own, worth in s.knowing if over.knowing[s.ranges.index(own)].low > 0]
    if not shown:
        return "No setting is shown to be worth measuring by itself: the choice would hardly change."
    everything = f"to know everything before choosing would bring {in_units(s, over.everything.mean)} on average"
    vain = [own.key for own, _ in shown if not is_measurable(own.key)]
    first = next(((own, worth) for own, worth in shown if is_measurable(own.key)), None)
    said = [f"Nobody can measure {listed(vain)}: leave the range as wide as your doubt."] if vain else []
    if first is None:
        return together(*said, f"No other setting is shown to be worth measuring: {everything}.")
    own, worth = first
    how = where(own.key)
    return together(
        f"Measure {own.key} first{f' ({how})' if how else ''}: to know it before choosing would bring "
        f"{in_units(s, worth)} on average; to know everything, {in_units(s, over.everything.mean)}.",
        *said,
    )


def few(s: Sensitivity) -> str:
    """That this is a first look only, where it is from less than is usual, and what to ask for; else nothing."""
    looked = (
        ("plausible settings", len(s.settings), POINTS, "--points"),
        ("replications of every end of a range", s.doubt.replications if s.doubt else REPLICATIONS, REPLICATIONS,
         "--replications"),
    )  # fmt: skip
    short = [each for each in looked if each[1] < each[2]]
    if not short:
        return ""
    seen = listed([f"{there} {what}" for what, there, _, _ in short])
    ask = " ".join(f"{option} {usual}" for _, _, usual, option in short)
    return f"A first look only, from {seen}: chance may have decided what follows. Take {ask}, or more, to rely on it."


LITTLE = 0.5
"""Share of what the levels' differences vary by, below which surfaces tell little."""


def small_print(s: Sensitivity, over: Plausible) -> list[str]:
    """How this was found, and how far it can be trusted."""
    e, replications = s.evaluation, s.metrics.shape[1]
    outside = [own for own in s.ranges if not own.contains_stated]
    from_records = sum(bool(own.sample) for own in s.ranges)
    own_replications = "a replication of its own" if replications == 1 else f"{replications} replications of its own"
    told = f"{100 * max(0.0, over.explained):.0f} % of how much the levels' differences vary"
    rough = " That is little: take shares and worths as rough, or ask for more --points."
    return [
        f"{over.points} plausible settings, each in {own_replications}, with all levels in the same; seed {e.seed}. "
        "A formula "
        f"fitted to them foretells {told}.{rough * (over.explained < LITTLE)} As a check from below, with half of the "
        f"settings choosing and the other half judging, knowing everything brings {in_units(s, over.halves)}.",
        *(f"{own.key} is {plain(own.stated)}, outside of its range, {level(own.low)} to {level(own.high)}."
          for own in outside),
        *([f"{from_records} of these {len(s.ranges)} settings have joint draws, as records give them; the others have "
           "ranges that are assumed."] if from_records else []),
        *(["Constraints are held against the stated settings only."] if e.scenario.evaluate.constraints else []),
    ]  # fmt: skip


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
    said = (best_words(doubt, doubt.scatter), gain_words(e, doubt.scatter), kept)
    return [together(*said, known_words(doubt.scatter), "`servsim sensitivity` looks closer.")]


def known_words(scatter: Scatter) -> str:
    """How many of the settings that move the answer come from records, and which are assumed."""
    moving = scatter.moving
    known, assumed = ([own.key for own in moving if bool(own.sample) is sampled] for sampled in (True, False))
    told = f"Settings that move the best level: {len(moving)}"
    if not known:
        return f"{told}, none from your records (`servsim fit` takes some from a log)."
    others = f", the others assumed ({listed(assumed)})" if assumed else ""
    return f"{told}, {len(known)} from your records ({listed(known)}){others}."


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
    looked = f"{doubt.replications} common replications for every end; {STATED} as stated"
    if not (wrong := doubt.overturning):
        return [f"{looked}.", "No end of a range is shown to overturn the advice, one setting at a time."]
    ends = (f"{swing.range.key} at {level(end.value)}: {at_end(doubt.evaluation, end)}." for swing, end in wrong)
    return [f"{looked}; ! another level shown better.", *ends]


def levels_table(s: Sensitivity, over: Plausible) -> Table:
    """How often each level is best over all plausible settings, and by how much it falls short on average."""
    e = s.evaluation
    near = [f"within {short(e.smallest_difference, s)}"] if e.smallest_difference else []
    heads = ("level", "best in", *near, "falls short by", interval_head(s))
    table = blank_table(f"All settings at once, {rate_words(e.unit(e.objective))}", *heads)
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
    unit = rate_words(s.evaluation.unit(s.evaluation.objective))
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
        return cell_text(own.mean, e.objective) if own.of == "today" and is_share(e.objective) else short(own.mean, s)

    about = [
        f"{own.of}: {WHAT[own.of].format(e.objective)}, {mean(own)} on average, give or take {short(own.deviation, s)}"
        for own in s.indices
    ]
    return (
        f"{'; '.join(about)} (one standard deviation between plausible cases). By such a share its square would shrink "
        "if the setting were known; in all: with what it does together with others, too."
    )
