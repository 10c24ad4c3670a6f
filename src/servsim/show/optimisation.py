"""An optimisation in tables and words: finalists, frontier, what to set, what it brings and how sure that is."""

from collections.abc import Sequence
from string import ascii_lowercase

from rich.table import Table

from servsim.scenario.messages import fits
from servsim.scenario.tables.opening_demand_staff_service import Steps
from servsim.show.evaluation_advice import (
    LEVERS,
    MINUTES,
    broken_by,
    counts_words,
    effects,
    is_better,
    limits_words,
    no_guarantee,
)
from servsim.show.formatting import (
    cell_text,
    compact,
    is_share,
    level,
    listed,
    rate_words,
    scale_of,
    together,
    unit_words,
    with_half,
    with_unit,
    years_words,
)
from servsim.show.tables import blank_table, mark, objective_cells, unsigned
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.several_levers.levers import Lever, Values
from servsim.study.several_levers.result import Optimisation, Point

COLUMNS = 6
"""Points that fit beside the names of levers into 80 columns."""
SHOWN = ("retention", "investment_hours", "costs")
"""Beside the objective and the constraints, what a point does to customers, and what it takes."""
UNCHANGED = "·"
"""In place of a value that is today's."""


def finalists_table(o: Optimisation, e: Evaluation) -> Table:
    """One column for each finalist, the best first, after today's; its levers, the objective, and what it takes."""
    ranked = sorted(
        e.levels, key=lambda value: (value != e.today, value != e.best, -e.better * e.at(value, o.objective).mean)
    )
    shown = ranked[:COLUMNS]
    table = levers_table(o, [heading(e, value) for value in shown], [o.values(value) for value in shown])
    cells = [objective_cells(e, value) for value in shown]
    for name, row in zip((o.objective, "  vs today", "  ±"), zip(*cells, strict=True), strict=True):
        table.add_row(name, *row)
    for name in dict.fromkeys((*SHOWN, *(each.metric for each in o.goal.constraints))):
        if name != o.objective and e.is_known(name):
            table.add_row(name, *(compact(e.at(value, name).mean, name, o.unit(name)) for value in shown))
    return table


def heading(e: Evaluation, value: float) -> str:
    """A finalist's column: its number, and how it stands."""
    return mark(e, value) if value == e.today else f"{level(value)} {mark(e, value)}".rstrip()


def proposals_table(o: Optimisation) -> Table:
    """What an interrupted search proposes, one column for each point after today's, in the search's replications."""
    found = {point.values: point for point in o.points}
    points = [o.points[0], *(found[values] for values in o.finalists if values in found)][:COLUMNS]
    table = levers_table(o, ["today", *map(str, range(1, len(points)))], [point.values for point in points])
    for name in dict.fromkeys((o.objective, *SHOWN)):
        add_metric(table, o, points, name)
    return table


def front_table(o: Optimisation) -> Table:
    """One column for each point of the front: the two metrics with their intervals, and the levers."""
    table = levers_table(o, front_names(o), [point.values for point in o.front], " against ".join(o.goal.front))
    for name in o.goal.front:
        add_metric(table, o, o.front, name)
        spans = [o.of(point, name) for point in o.front]
        table.add_row("  ±", *(half_width(own.half, name, o.unit(name)) for own in spans))
    return table


def front_names(o: Optimisation) -> list[str]:
    """What the points of the front are called: finalists by their number, others by a letter."""
    known = {o.values(value): level(value) for value in (o.finals.levels if o.finals else ())} | {o.today: "today"}
    letters = iter(ascii_lowercase)
    return [known.get(point.values) or next(letters) for point in o.front]


def half_width(half: float, metric: str, unit: str) -> str:
    """Half the width of an interval, for a narrow column."""
    return unsigned(half, metric) if is_share(metric) else compact(half, metric, unit)


def add_metric(table: Table, o: Optimisation, points: Sequence[Point], name: str) -> None:
    """One more row: a metric's mean at each point, where it is defined at some."""
    means = [o.of(point, name).mean for point in points]
    if any(mean == mean for mean in means):
        table.add_row(name, *(compact(mean, name, o.unit(name)) for mean in means))


def levers_table(o: Optimisation, heads: Sequence[str], points: Sequence[Values], what: str = "") -> Table:
    """A table with the levers as its first rows; what is as today is a dot, in all columns but today's own."""
    over = f" of {years_words(o.scenario)}" if o.objective == VALUE and not what else ""
    unit = unit_words(o.unit(o.objective), o.objective)
    title = f"{o.scenario.title}: {what or o.objective}{over}, {unit}".rstrip(", ")
    table = blank_table(title, "", *heads)
    table.padding = 0  # names of levers are long, and six columns must stand beside them
    for number, name in enumerate(lever_names(o)):
        values = [values[number] for values in points]
        today = o.levers[number].today
        table.add_row(name, *(
            level(value) if point == o.today or value != today else UNCHANGED
            for point, value in zip(points, values, strict=True)
        ))  # fmt: skip
    table.add_section()
    return table


def lever_names(o: Optimisation) -> list[str]:
    """The levers' names without their tables; with these, where two would be called alike or a step is meant."""
    last = [own.key.rpartition(".")[2] for own in o.levers]
    return [
        ".".join(own.key.split(".")[-2:]) if own.key.count(".") > 1 else own.key if last.count(name) > 1 else name
        for own, name in zip(o.levers, last, strict=True)
    ]


SPLIT = "service.split."
A_LITTLE = 1e-6
"""By how much of its end a range is made wider to see whether it can be."""


def proposal(o: Optimisation) -> str:
    """What to set, what that brings with its interval, and what it takes."""
    e = o.finals
    if e is None:
        return f"No advice yet: of {o.scenario.optimise.points} points {len(o.points)} were tried."
    if e.replications < 2:
        return "No advice yet: fewer than two replications of every finalist were finished."
    if e.best is None or o.best is None:
        return nothing_keeps(o, e)
    if e.best == e.today:
        return f"Stay as you are: no point that was tried {is_better(e)}."
    if e.today in e.not_worse:
        return "Stay as you are: what did best is not shown to be better than today."
    parts = (todo(o, o.best), unchanged(o, o.best), steps(o, o.best), effects(e, e.best), effort(o, e, e.best),
             lighter(o, e, e.best))  # fmt: skip
    return together(*parts)


def nothing_keeps(o: Optimisation, e: Evaluation) -> str:
    """That no point keeps the constraints, which comes nearest to them, and a way out."""
    least = {value: o.slack(e, value).min() for value in e.levels}
    near = max(least, key=lambda value: least[value])
    metrics = dict.fromkeys(each.metric for each in o.goal.constraints)
    there = listed([f"{name} {amount_of(o, e, near, name)}" for name in metrics])
    wider = "wider ranges, " if any(can_be_wider(own, end) for own in o.levers for end in (own.low, own.high)) else ""
    return (
        f"No point that was tried keeps {listed(o.asked.constraints)}. Nearest comes {called(e, near)}, with {there}: "
        f"try {wider}other levers, or a bound that is easier to keep."
    )


def amount_of(o: Optimisation, e: Evaluation, value: float, name: str) -> str:
    """A metric of a finalist with its unit."""
    return f"{cell_text(e.at(value, name).mean, name)} {unit_words(o.unit(name), name)}".rstrip()


def called(e: Evaluation, value: float) -> str:
    """A finalist by the number of its column."""
    return "today" if value == e.today else f"column {level(value)}"


def can_be_wider(own: Lever, end: float) -> bool:
    """Could the range of a lever reach beyond this end of it?"""
    step = 1.0 if own.whole else max(1.0, abs(end)) * A_LITTLE
    beyond = end + (step if end == own.high else -step)
    return fits(tuple(own.key.split(".")), int(beyond) if own.whole else beyond)


def todo(o: Optimisation, best: Values) -> str:
    """Every lever that moves, with its value and today's."""
    parts = []
    for own, name, value in zip(o.levers, lever_names(o), best, strict=True):
        if value == own.today:
            continue
        verb, words = LEVERS.get(own.key, ("set", ""))
        what = f"{level(value)} {words}" if words else f"{name} to {level(value)}"
        parts.append(f"{verb.lower()} {what} (today: {level(own.today)})")
    sentence = listed(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def unchanged(o: Optimisation, best: Values) -> str:
    """The levers that had better stay, and those that change nothing at all."""
    names = dict(zip((own.key for own in o.levers), lever_names(o), strict=True))
    today = o.settings(o.today)
    stay = [f"{names[key]} at {level(today[key])}" for key in o.unchanged(best) if key not in o.idle]
    idle = [names[key] for key in o.idle]
    parts = [f"Leave {listed(stay)}." if stay else "", f"{listed(idle)} changes nothing here." if idle else ""]
    return together(*parts)


def steps(o: Optimisation, best: Values) -> str:
    """The minutes of each step that a new split comes to; nothing where the split stays."""
    if all(value == own.today for own, value in zip(o.levers, best, strict=True) if own.key.startswith(SPLIT)):
        return ""
    values, scenario = o.settings(best), o.scenario
    weights = {step: values.get(SPLIT + step, getattr(scenario.service.split, step)) for step in Steps.model_fields}
    today = scenario.investment.minutes_per_visit if scenario.investment else 0.0
    minutes, whole = values.get(MINUTES, today), sum(weights.values())
    each = [f"{step.replace('_', ' ')} {minutes * weight / whole:.1f}" for step, weight in weights.items()]
    return f"Of the {level(minutes)} minutes: {', '.join(each)}."


def effort(o: Optimisation, e: Evaluation, best: float) -> str:
    """The staff hours that the best takes, and what it costs, beside today's."""
    hours, hours_today = (with_half(e.at(value, "investment_hours")) for value in (best, e.today))
    scale, name = scale_of(e.at(best, "costs").mean)
    costs, costs_today = (with_half(e.at(value, "costs"), scale) for value in (best, e.today))
    unit = f"{name} {rate_words(o.unit('costs'))}".lstrip()
    care = f"Care takes {hours} staff hours a month in all (today: {hours_today})"
    return f"{care}, and all costs come to {costs} {unit} (today: {costs_today})."


def lighter(o: Optimisation, e: Evaluation, best: float) -> str:
    """A finalist that changes fewer levers than the best and is not shown to be worse, if there is one."""
    stays = {value: o.unchanged(o.values(value)) for value in e.not_worse if value != e.today}
    least = max(stays, key=lambda value: (len(stays[value]), e.better * e.at(value, o.objective).mean))
    more = [name for name in stays[least] if name not in stays[best]]
    if len(stays[least]) <= len(stays[best]):
        return ""
    names = dict(zip((own.key for own in o.levers), lever_names(o), strict=True))
    left = listed([names[key] for key in more])
    return f"Column {level(least)} changes less and is not shown to be worse: it leaves {left} as today, too."


def reservations(o: Optimisation) -> list[str]:
    """How that was found, how sure it is, and what the numbers do not say."""
    tried = (
        f"{len(o.points)} points tried in {o.scenario.optimise.search_replications} common replications, seed {o.seed}"
    )
    e = o.finals
    if e is None:
        luck = "in these the best are partly lucky: the finalists were not yet compared in others."
        return [f"{tried}; {luck}", *legend(o)]
    return [
        f"{tried}; {len(o.finalists)} finalists and today compared in {counts_words(e)} others. In the table: ~ cannot "
        "be told apart from the best, and the true difference from today is at most ± away from the one shown, in all "
        f"columns at once, with {100 * e.confidence:.3g} % confidence.",
        *constraint_lines(o, e),
        *legend(o),
        *(f"{own.key} is at the end of its range, {level(own.low)} to {level(own.high)}: try a wider one."
          for own in o.at_the_end if o.best is not None and can_be_wider(own, o.settings(o.best)[own.key])),
        *([guarantee_words(o, e)] if e.best is not None else []),
        limits_words(e),
    ]  # fmt: skip


def legend(o: Optimisation) -> list[str]:
    """What stands in place of a value that is today's, where it does."""
    return [f"{UNCHANGED} in a column: as today."] if any(map(o.unchanged, o.finalists)) else []


def constraint_lines(o: Optimisation, e: Evaluation) -> list[str]:
    """Of each constraint, who breaks it, and whether it stops the best from being better."""
    binds = "; it binds: the best only just keeps it"
    return [
        f"{text}: {broken_by(e, text, column)}{binds if text in o.binding else ''}."
        for text in dict.fromkeys(o.asked.constraints)
    ]


def column(value: float) -> str:
    """A finalist's column, by its head."""
    return level(value) if value else "today"


def guarantee_words(o: Optimisation, e: Evaluation) -> str:
    """The guarantee among finalists; without one, why there is none."""
    missed = "what the search did not try it may have missed."
    if e.guarantee and e.best is not None:
        within = with_unit(e.guarantee.difference, o.objective, e.guarantee.unit)
        return (
            f"With {100 * e.guarantee.probability:.3g} % probability no other of these is better, or by {within} "
            f"at most, and every ± holds; {missed}"
        )
    if not e.smallest_difference:
        return f"No guarantee: say which difference of {o.objective} matters to you (smallest_difference); {missed}"
    return f"{no_guarantee(e)[:-1]}; {missed}"
