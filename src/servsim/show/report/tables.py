"""Tables of the terminal as HTML: their words unchanged, their heads and captions said to be such."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from rich.table import Table

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
