"""Tables that never cut a number: columns that find no room beside the others stand below them."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table

LEAST = 12
"""Room without which words that may fold are not readable."""


class Stacked(Table):
    """A table that, where the terminal is too narrow, is several below each other; each has the first column."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table as a whole if its numbers fit, else its parts."""
        room = options.max_width
        if sum(map(least, self.columns)) + self.gap * (len(self.columns) - 1) <= room:
            yield from super().__rich_console__(console, options)
            return
        for number, part in enumerate(self.parts(room)):
            if number:
                yield ""
            yield from part.__rich_console__(console, options)

    @property
    def gap(self) -> int:
        """Between two columns: the padding of the left one, and a line."""
        return self.padding[1] + 1

    def parts(self, room: int) -> Iterator[Table]:
        """The table in parts that fit; only the first has the title."""
        first, *others = self.columns
        name = min(least(first), max(1, room - self.gap - max(map(least, others), default=0)))
        for number, some in enumerate(groups(others, room - name, self.gap)):
            yield self.part([first, *some], name, "" if number else self.title)

    def part(self, columns: Sequence[Column], name: int, title: object) -> Table:
        """Some columns as a table of their own, the first of which has so much room for names."""
        table = Table(
            title=str(title) or None, box=self.box, title_justify=self.title_justify, show_edge=self.show_edge,
            pad_edge=self.pad_edge, padding=self.padding,
        )  # fmt: skip
        for number, column in enumerate(columns):
            table.add_column(
                column.header, justify=column.justify, overflow="fold", max_width=column.max_width if number else name
            )
        for row, cells in zip(self.rows, zip(*(column.cells for column in columns), strict=True), strict=True):
            table.add_row(*cells, style=row.style, end_section=row.end_section)
        return table


def groups(columns: Sequence[Column], room: int, gap: int) -> list[list[Column]]:
    """Columns in as few groups as fit beside the names, in their order."""
    found: list[list[Column]] = [[]]
    left = room
    for column in columns:
        if found[-1] and left < gap + least(column):
            found.append([])
            left = room
        found[-1].append(column)
        left -= gap + least(column)
    return found


def least(column: Column) -> int:
    """The room that a column needs: all of what is not to fold, some of what may."""
    lines = [line for text in (column.header, *column.cells) for line in str(text).split("\n")]
    widest = max(map(cell_len, lines))
    return widest if column.no_wrap else min(widest, LEAST)
