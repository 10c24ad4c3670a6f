"""Markdown as code hosts read it: tables, links to headings, prose in lines."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

WIDTH = 120
TIE = "\N{NO-BREAK SPACE}"
WHOLE = re.compile(r"`[^`]+`|\[[^\]]+\]\(")


def code(text: str) -> str:
    """A name as it is typed."""
    return f"`{text}`"


def codes(names: Iterable[str]) -> str:
    """Names as they are typed, one after the other."""
    return ", ".join(map(code, names))


def link(text: str, heading: str) -> str:
    """A link to a heading of this page."""
    return f"[{text}](#{anchor(heading)})"


def anchor(heading: str) -> str:
    """The name that code hosts give a heading: lower case, without signs, a hyphen for each space."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def row(cells: Iterable[Any]) -> str:
    """A row of a table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; a heading that ends with a colon belongs to a column of numbers."""
    line = "|" + "|".join("---:" if name.endswith(":") else "---" for name in head) + "|"
    return "\n".join([row(name.rstrip(":") for name in head), line, *map(row, rows)])


def wrapped(text: str, first: str = "", then: str = "") -> str:
    """Prose in lines of the usual width, which begin as said; code and the words of a link stay on one line."""
    whole = WHOLE.sub(lambda piece: piece[0].replace(" ", TIE), text)
    lines = textwrap.fill(
        whole, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
    return lines.replace(TIE, " ")


def flowing(paragraph: str) -> str:
    """A paragraph of prose in lines of the usual width; tables, lists, headings and quotations as they are."""
    return paragraph if paragraph.startswith(("|", "- ", "#", ">")) else wrapped(" ".join(paragraph.split()))
