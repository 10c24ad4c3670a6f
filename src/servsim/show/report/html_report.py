"""The report as one HTML page that needs nothing else and prints on A4: its plots, tables and sentences."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape
from rich.table import Table

from servsim.errors import ServsimError
from servsim.show.evaluation_summary import doubts, lines, staff_table
from servsim.show.formatting import level, listed, unit_words, window_words, years_words
from servsim.show.plots.convergence import convergence_plot
from servsim.show.plots.day_at_the_desk import day_plot
from servsim.show.plots.departures import saved_plot
from servsim.show.plots.elements import lever_words, named
from servsim.show.plots.frontier import frontier_plot
from servsim.show.plots.metrics_by_level import levels_plot
from servsim.show.plots.payback import payback_plot
from servsim.show.plots.staff_time import minutes_plot
from servsim.show.plots.style import Plot, as_bytes
from servsim.show.plots.survival import survival_plot
from servsim.show.plots.tornado import needs_ranges, tornado_plot
from servsim.show.plots.value_waterfall import sources_plot
from servsim.show.plots.waiting_times import waits_plot
from servsim.show.plots.yearly_projection import years_plot
from servsim.show.report.settings_section import evidence, groups
from servsim.show.tables import LEVEL_COLUMNS, level_table
from servsim.show.year_table import LEGEND, level_by_year
from servsim.study.histories.customers import World
from servsim.study.histories.day import day_of, first_day
from servsim.study.histories.visits import waits_of
from servsim.study.metrics import BY_NAME
from servsim.study.objective import VALUE
from servsim.study.one_lever.result import Evaluation
from servsim.study.report_contents import Findings
from servsim.study.scenario_identity import digest_of, model_version

Captioned = tuple[str, Callable[[], Plot]]
"""What is said below a plot, and how it is made."""


def parts(found: Findings) -> dict[str, list[Captioned]]:
    """The plots of each part of a report; some of them may refuse to be made."""
    e, c, world = found.evaluation, found.comparison, found.world
    why: list[Captioned] = [] if c is None else [
        ("Where the difference in money between today (A) and the best level (B) comes from.",
         partial(sources_plot, c)),
        ("The same customers under both: who stays only with the best level, and who only with today's.",
         partial(saved_plot, c)),
    ]  # fmt: skip
    front: list[Captioned] = [("Retention against profit: where more of one costs some of the other.",
                               partial(frontier_plot, e))] if e.is_known("retention") else []  # fmt: skip
    return {
        "answer": [("What each level brings. Bands are intervals of the mean.", partial(levels_plot, e))],
        "years": [
            ("When the best level has paid for itself: the money that it brings over today's, added up.",
             partial(payback_plot, e)),
            ("What each year is projected to be.", partial(years_plot, e)),
        ],
        "why": [*why, *front],
        "time": [("Where the agents' time goes.", partial(minutes_plot, e))],
        "today": [
            ("One day at the desk as it is today: who waits, and what the agents do.", partial(a_day, world)),
            ("How long visits wait, and how long they would.", partial(all_waits, world)),
            ("How long customers stay in the book.", partial(survival_plot, world)),
        ],
        "sure": [
            ("What the answer rests on: settings that nobody knows exactly, at both ends of their ranges.",
             partial(a_tornado, found)),
            ("How the estimate settles from world to world.", partial(convergence_plot, e)),
        ],
    }  # fmt: skip


def a_day(world: World) -> Plot:
    """The first usual day of a replication."""
    return day_plot(day_of(world, first_day(world)), world)


def a_tornado(found: Findings) -> Plot:
    """What the answer rests on."""
    return tornado_plot(needs_ranges(found.evaluation, found.doubt))


def all_waits(world: World) -> Plot:
    """The waits of a replication."""
    return waits_plot(waits_of(world))


POINTS_AT_MOST = 2000
"""Points of a plot above which it is a picture of dots, which is then smaller than one of lines."""


@dataclass(frozen=True)
class Picture:
    """A plot in the page: its address, which holds all of it; the text for who cannot see it; its caption."""

    source: str
    alt: str
    caption: str


def report_page(found: Findings, command: str) -> str:
    """The HTML of a report; command: what a person types to get the same numbers again."""
    e, written = found.evaluation, groups(found.scenario)
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters["coded"] = coded
    return page.from_string(part("report.html")).render(
        css=Markup(part("report.css")), title=e.scenario.title, question=question(e), advice=lines(e, found.staff),
        caveats=doubts(e, found.doubt), levels=as_html(level_table(e)), heads=heads(e),
        staff=as_html(staff_table(found.staff)) if found.staff else "",
        years=[as_html(table) for value in sorted({e.today, e.today if e.best is None else e.best})
               for table in level_by_year(e, value)], years_legend=f"{LEGEND[:1].upper()}{LEGEND[1:]}",
        replications=replications_told(e), groups=written,
        pictures={name: list(pictures(some)) for name, some in parts(found).items()}, evidence=evidence(written),
        command=command, version=version("servsim"), model=model_version(), seed=e.seed, digest=digest_of(e.scenario),
    )  # fmt: skip


def part(name: str) -> str:
    """A file that belongs to the report."""
    return (files("servsim.show.report") / name).read_text(encoding="utf-8")


def coded(text: str) -> Markup:
    """Text for a page, in which `what a person types` looks like it."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def pictures(some: list[tuple[str, Callable[[], Plot]]]) -> Iterator[Picture]:
    """Plots with their captions; those of which this scenario has nothing to show are left out."""
    for caption, make in some:
        try:
            plot = make()
        except ServsimError:
            continue
        yield Picture(address(plot), plot.alt, caption)


def address(plot: Plot) -> str:
    """A plot as an address that holds all of it."""
    ending, kind = (".png", "png") if points(plot) > POINTS_AT_MOST else (".svg", "svg+xml")
    return f"data:image/{kind};base64,{base64.b64encode(as_bytes(plot, ending)).decode()}"


def points(plot: Plot) -> int:
    """How many points a plot has, about."""
    lines = [line.get_path() for axes in plot.axes for line in axes.lines]
    areas = [path for axes in plot.axes for area in axes.collections for path in area.get_paths()]
    return sum(len(np.asarray(path.vertices)) for path in [*lines, *areas])


def question(e: Evaluation) -> str:
    """What was asked."""
    metric = BY_NAME[e.objective]
    most = "highest" if e.better > 0 else "lowest"
    words = lever_words(e.lever)
    book = e.scenario.demand.opening_book
    customers = f"today's book of {book:,} customers" if book else "an empty book"
    keeps = e.scenario.evaluate.constraints
    bound = f" A level must keep {listed(list(keeps))}." if keeps else ""
    return (
        f"{words}: which level gives the {most} {named(e.objective).lower()} ({metric.meaning}) {when(e)}, beginning "
        f"with {customers}? Tried were {len(e.levels)} levels from {level(min(e.levels))} to {level(max(e.levels))}; "
        f"today's is {level(e.today)}.{bound}"
    )


def when(e: Evaluation) -> str:
    """In what time the objective is counted."""
    return f"over {years_words(e.scenario)}" if e.objective == VALUE else window_words(e.scenario)


def heads(e: Evaluation) -> str:
    """What the columns of the table of levels mean."""
    columns = [(head, name) for head, name in LEVEL_COLUMNS if name != e.objective and e.is_known(name)]
    told = [(head, BY_NAME[name].meaning, unit_words(e.unit(name), name)) for head, name in columns]
    told.append((e.objective, BY_NAME[e.objective].meaning, unit_words(e.unit(e.objective), e.objective)))
    other = f" All but {VALUE} is counted {window_words(e.scenario)}." if e.objective == VALUE else ""
    meanings = "; ".join(f"{head}: {meaning}{f' ({unit})' if unit else ''}" for head, meaning, unit in told)
    return (
        f"{meanings}; vs today: what the level brings more than today's; ±: how far the truth may lie from that. "
        f"~ marks levels that cannot be told apart from the best, ! levels that break a constraint.{other}"
    )


def replications_told(e: Evaluation) -> str:
    """How many replications were simulated, in all."""
    return f"{sum(e.replications_of(value) for value in e.levels):,}"


WHOLE = Markup(
    '<div class="wide short" role="region" aria-label="{caption}" tabindex="0">\n<table>\n'
    "<caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
)
ROW = Markup('<tr{kind}><th scope="row">{head}</th>{cells}</tr>')


def as_html(table: Table) -> Markup:
    """A table; rows that are bold in the terminal are so here."""
    columns = [[words(cell) for cell in column.cells] for column in table.columns]
    rows = [
        ROW.format(kind=kind_of(row.style), head=first, cells=joined("<td>{}</td>", cells))
        for row, (first, *cells) in zip(table.rows, zip(*columns, strict=True), strict=True)
    ]
    heads = joined('<th scope="col">{}</th>', (words(column.header) for column in table.columns))
    return WHOLE.format(caption=words(table.title), heads=heads, rows=Markup("\n").join(rows))


def kind_of(style: Any) -> Markup:
    """What makes a row bold that is to be looked at; nothing for others."""
    return Markup(' style="font-weight: bold"') if "bold" in str(style or "") else Markup("")


def joined(form: str, cells: Iterable[str]) -> Markup:
    """Cells one after the other, each in its tags."""
    return Markup("").join(Markup(form).format(cell) for cell in cells)


def words(cell: Any) -> str:
    """A cell's text, its padding taken out."""
    return " ".join(str(cell or "").split())
