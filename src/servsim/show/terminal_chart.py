"""A curve in the terminal: the objective against the lever, in the dots of Braille."""

import numpy as np

from servsim.show.formatting import compact, level
from servsim.study.one_lever.result import Evaluation

ROWS, COLUMNS, MARGIN = 6, 66, 11
"""Lines and columns of the curve, and what is left of it for numbers."""
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a Braille sign's dots, from above, left and right."""
BLANK = 0x2800
"""The Braille sign without dots."""


def curve(e: Evaluation) -> list[str]:
    """Lines that show the mean of the objective at every level, with today's and the best; none of a single level."""
    means = [e.at(value, e.objective).mean for value in e.levels]
    if len(means) < 2 or not np.isfinite(means).all():
        return []
    high, low = (compact(end, e.objective, e.unit(e.objective)) for end in (max(means), min(means)))
    heads = [high, *[""] * (ROWS - 2), low]
    lines = [f"{head:>{MARGIN - 2}} │{line}" for head, line in zip(heads, dotted(e.levels, means), strict=True)]
    return [*lines, *below(e)]


def dotted(levels: tuple[float, ...], means: list[float]) -> list[str]:
    """(rows,) the curve through some points, as signs."""
    at = np.interp(np.linspace(levels[0], levels[-1], 2 * COLUMNS), levels, means)
    span = (max(means) - min(means)) or 1.0
    down = np.rint((max(means) - at) / span * (4 * ROWS - 1)).astype(int)
    signs = np.full((ROWS, COLUMNS), BLANK)
    for place, (before, here) in enumerate(zip([down[0], *down[:-1]], down, strict=True)):
        for dot in range(min(before + 1, here), max(before - 1, here) + 1):
            signs[dot // 4, place // 2] |= DOTS[dot % 4][place % 2]
    return ["".join(map(chr, row)) for row in signs]


def below(e: Evaluation) -> list[str]:
    """The axis with a mark at today's level and at the best, and their names, as far as there is room."""
    axis, names = ["─"] * COLUMNS, [" "] * COLUMNS
    marked = {e.best: f"{level(e.best)} best"} if e.best is not None else {}
    marked[e.today] = f"{marked[e.today]}, today" if e.today in marked else f"{level(e.today)} today"
    for value, name in {**marked, e.levels[0]: level(e.levels[0]), e.levels[-1]: level(e.levels[-1]), **marked}.items():
        place = round((value - e.levels[0]) / (e.levels[-1] - e.levels[0]) * (COLUMNS - 1))
        axis[place] = "┴" if value not in marked else "▲"
        put(names, name, place)
    return [f"{'':>{MARGIN - 2}} └{''.join(axis)}", f"{'':>{MARGIN}}{''.join(names).rstrip()}"]


def put(names: list[str], name: str, place: int) -> None:
    """Write a name around a place, if nothing is written there."""
    begin = min(max(0, place - len(name) // 2), COLUMNS - len(name))
    if not "".join(names[max(0, begin - 1) : begin + len(name) + 1]).strip():
        names[begin : begin + len(name)] = name
