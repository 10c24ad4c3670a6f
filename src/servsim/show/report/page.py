"""The report as one HTML page that needs nothing else, and prints on A4."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from servsim.errors import ServsimError
from servsim.show.by_year import LEGEND, level_by_year
from servsim.show.evaluation_summary import doubts, lines
from servsim.show.plots.style import Plot, as_bytes
from servsim.show.report.parts import parts
from servsim.show.report.settings_section import evidence, groups
from servsim.show.report.tables import as_html
from servsim.show.report.words import heads, question, worlds_told
from servsim.show.staffing import staff_table
from servsim.show.table import level_table
from servsim.study.identity import digest_of, model_version
from servsim.study.report_contents import Findings

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
        worlds=worlds_told(e), groups=written,
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
