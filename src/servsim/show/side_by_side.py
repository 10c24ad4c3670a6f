"""Two scenarios side by side: which is A and which B, and every metric of both with its difference."""

from rich.table import Table

from servsim.show.formatting import cell_text, is_share, signed, window_words
from servsim.show.money_words import value_words
from servsim.show.tables import (
    DIFFERS,
    HOW_TO_NAME,
    blank_table,
    retention_lines,
    rows_under_headings,
    unit_in_a_row,
    unsigned,
)
from servsim.study.comparison.compare import Comparison

POINTS = "pp: percentage points; from 7 % to 9 % is +2 pp."
"""How differences of shares are counted."""


def comparison_table(c: Comparison, names: bool = True) -> Table:
    """Every metric of A and B, and their difference replication by replication; by name, or in words."""
    title = f"A and B {window_words(c.a)}"
    table = blank_table(title, "metric", "A", "B", "B − A", "±", "unit")
    table.min_width = len(title)
    table.columns[5].justify = "left"
    rows: dict[str, tuple[str, ...]] = {}
    styles: dict[str, str | None] = {}
    for place, name in enumerate(c.names):
        change = c[name]
        if change.mean == change.mean and c.metrics[:, :, place].any():
            half, differs = change.half, change.low > 0 or change.high < 0
            styles[name] = "bold" if differs else None
            rows[name] = (
                name + DIFFERS * differs,
                *(cell_text(c.of(which, name).mean, name) for which in (0, 1)),
                signed(change.mean, name), unsigned(half, name) if half else "–",
                unit_in_a_row(name, change.unit, c.a),
            )  # fmt: skip
    if not names:
        table.columns[0].header = ""
        rows_under_headings(table, rows, styles)
        return table
    for name, row in rows.items():
        table.add_row(*row, style=styles[name])
    return table


def sides(c: Comparison) -> str:
    """Which scenario is A, and which B."""
    return f"A: {c.a.title}\nB: {c.b.title}"


def comparison_lines(c: Comparison, names: bool = True) -> list[str]:
    """In how many replications, and what the marks mean."""
    sure = f"the {100 * c.confidence:.0f} % interval of B − A leaves out 0"
    return [
        f"{c.replications} common replications, seed {c.seed};{DIFFERS} shown to differ: {sure}; what has no{DIFFERS} "
        "may be noise.",
        *([POINTS] if any(is_share(name) and c[name].mean == c[name].mean for name in c.names) else []),
        *([value_words(c.a, f"{c.replications}")] if c.looks_ahead else []),
        *(retention_lines(c.metrics) if names else [HOW_TO_NAME]),
    ]  # fmt: skip
