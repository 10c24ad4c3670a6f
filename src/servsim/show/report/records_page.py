"""What records say, as one HTML page: the verdict, records against desk, what was fitted and from what."""

from functools import partial
from importlib.metadata import version

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from servsim.records.fit import Fit
from servsim.show.plots.records_and_desk import records_plot
from servsim.show.records import NO_VERDICT, recognised_lines, with_unit
from servsim.show.report.html_report import Captioned, part, pictures


def records_page(found: Fit) -> str:
    """The page of a fit."""
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    verdict = found.verdict
    plots: list[Captioned] = []
    if verdict is not None:
        plots = [
            (f"The {seen.measure} on days that the fit had not seen.", partial(records_plot, verdict, seen))
            for seen in (verdict.main, *verdict.others)
        ]
    settings = [(key, with_unit(key, value), found.comments.get(key, "")) for key, value in found.desk.settings.items()]
    lists = [(key, "", found.comments[key]) for key in ("opening", "staff.roster", "service.core_profile")]
    return page.from_string(part("records.html")).render(
        css=Markup(part("report.css")), title=found.raw["title"], verdict=verdict.lines if verdict else [NO_VERDICT],
        pictures=list(pictures(plots)), settings=settings + lists, said=found.said,
        read="\n".join(recognised_lines(found.records)), text=found.text, version=version("servsim"),
    )  # fmt: skip
