"""Several levers set together: the tables of finalists and of the front, levers being rows."""

from collections.abc import Sequence
from string import ascii_lowercase

from rich.table import Table

from servsim.show.numbers import compact, is_share, level, unit_words
from servsim.show.phrases import years_words
from servsim.show.table import blank_table, mark, objective_cells, unsigned
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.several_levers.levers import Values
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
    for name in dict.fromkeys((*SHOWN, *(each.figure for each in o.goal.constraints))):
        if name != o.objective and e.is_known(name):
            table.add_row(name, *(compact(e.at(value, name).mean, name, o.unit(name)) for value in shown))
    return table


def heading(e: Evaluation, value: float) -> str:
    """A finalist's column: its number, and how it stands."""
    return mark(e, value) if value == e.today else f"{level(value)} {mark(e, value)}".rstrip()


def proposals_table(o: Optimisation) -> Table:
    """What an interrupted search proposes, one column for each point after today's, in the search's worlds."""
    found = {point.values: point for point in o.points}
    points = [o.points[0], *(found[values] for values in o.finalists if values in found)][:COLUMNS]
    table = levers_table(o, ["today", *map(str, range(1, len(points)))], [point.values for point in points])
    for name in dict.fromkeys((o.objective, *SHOWN)):
        add_figure(table, o, points, name)
    return table


def front_table(o: Optimisation) -> Table:
    """One column for each point of the front: the two figures with their intervals, and the levers."""
    table = levers_table(o, front_names(o), [point.values for point in o.front], " against ".join(o.goal.front))
    for name in o.goal.front:
        add_figure(table, o, o.front, name)
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


def add_figure(table: Table, o: Optimisation, points: Sequence[Point], name: str) -> None:
    """One more row: a figure's mean at each point, where it is defined at some."""
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
