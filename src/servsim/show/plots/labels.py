"""Names beside points, where there is room for them."""

from collections.abc import Sequence

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from servsim.show.plots.style import POINTS, large

PLACES = ((1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1), (1, 0), (-1, 0))
"""Where a name may stand, seen from its point; the first that is free is taken."""
AWAY = 0.4
"""How far a name is from its point, in heights of text."""
SIDES = {1: ("left", "bottom"), 0: ("center", "center"), -1: ("right", "top")}
"""How a text is aligned that stands on this side."""


def put_names(axes: Axes, points: Sequence[tuple[float, float, str]]) -> None:
    """Write names beside points (across, up, name), the first first; one that finds no room is left out."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    half = large(0.5) * figure.dpi / POINTS
    marks = [around(axes, across, up, half) for across, up, _ in points]
    taken: list[Bbox] = []
    for across, up, name in points:
        for place in PLACES:
            text = axes.annotate(
                name, (across, up), tuple(AWAY * rcParams["font.size"] * side for side in place),
                textcoords="offset points", ha=SIDES[place[0]][0], va=SIDES[place[1]][1], fontsize="small",
            )  # fmt: skip
            box = text.get_window_extent()
            if inside(axes.bbox, box) and not box.count_overlaps([*marks, *taken]):
                taken.append(box)
                break
            text.remove()


def around(axes: Axes, across: float, up: float, half: float) -> Bbox:
    """The room that a point's mark takes; half: of its breadth, in dots."""
    x, y = axes.transData.transform((across, up))
    return Bbox.from_extents(x - half, y - half, x + half, y + half)


def inside(room: Bbox, box: Bbox) -> bool:
    """Does a box lie within some room?"""
    return bool(room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 and box.y1 <= room.y1)
