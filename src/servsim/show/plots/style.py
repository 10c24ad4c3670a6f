"""The one style of all plots: two sizes, colours that everybody can tell apart, and the same file every time.

Colours are those of Okabe and Ito (2008), which the colour-blind can tell apart; what two lines mean is never told by
colour alone, but by the stroke, the mark or the hatching, too, so that a grey copy says the same.
"""

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal, cast

from matplotlib import rcParams, style
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from servsim.files import insist_ending, write_whole

Size = Literal["slide", "paper"]

INK, FAINT = "#000000", "#6b6b6b"
BLUE, VERMILLION, GREEN, SKY, ORANGE, PURPLE, YELLOW = (
    "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#E69F00", "#CC79A7", "#F0E442",
)  # fmt: skip
COLOURS = (BLUE, VERMILLION, GREEN, INK, PURPLE)
STROKES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
"""How lines of one plot differ: by both."""
Mark = Artist | tuple[Artist, ...]
"""What stands for something in the explanation of a plot."""

SMALL, LARGE = 0.75, 1.2
"""Size of the small print and of titles, of that of other text."""
POINTS = 72
"""To the inch."""
BREADTH, LEADING, MARGIN = 0.58, 1.25, 6
"""Breadth of a letter and distance of lines, in heights of text; letters that find no room beside marks."""
BAND = 0.22
"""How dark the band of an interval is."""
RESOLUTION = {"slide": 144, "paper": 220}
"""Points to the inch of a PNG."""
FORMATS = (".svg", ".png", ".pdf")
DATES = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
"""What keeps the day of drawing out of a file."""


@dataclass(frozen=True)
class Measures:
    """What a size means: inches for the whole plot, points for text, lines and marks."""

    width: float
    height: float
    text: float
    line: float
    mark: float


SIZES: dict[str, Measures] = {
    "slide": Measures(13.333, 7.5, 17, 3.0, 9),
    "paper": Measures(6.3, 4.4, 8.5, 1.4, 4),
}
"""A slide of 16:9, read from the last row; a page of A4 between its margins."""


def look(size: Size) -> dict[str, Any]:
    """The settings of matplotlib for a size; its own font, so that a plot is the same on every machine."""
    of = SIZES[size]
    return {
        "font.family": "DejaVu Sans", "font.size": of.text, "axes.titlesize": of.text, "axes.labelsize": of.text,
        "xtick.labelsize": 0.9 * of.text, "ytick.labelsize": 0.9 * of.text, "legend.fontsize": 0.9 * of.text,
        "figure.titlesize": LARGE * of.text, "figure.titleweight": "bold", "lines.linewidth": of.line,
        "lines.markersize": of.mark, "axes.linewidth": 0.4 * of.line, "grid.linewidth": 0.3 * of.line,
        "hatch.linewidth": 0.3 * of.line, "hatch.color": "#00000066", "xtick.major.width": 0.4 * of.line,
        "ytick.major.width": 0.4 * of.line, "xtick.major.size": 0.35 * of.text, "ytick.major.size": 0.35 * of.text,
        "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#d9d9d9",
        "axes.axisbelow": True, "axes.ymargin": 0.08, "axes.edgecolor": FAINT, "legend.frameon": False,
        "legend.handlelength": 2.4, "legend.columnspacing": 1.4, "figure.constrained_layout.h_pad": 0.006 * of.text,
        "figure.constrained_layout.w_pad": 0.006 * of.text, "svg.hashsalt": "servsim", "svg.fonttype": "path",
        "pdf.fonttype": 42, "savefig.dpi": RESOLUTION[size],
    }  # fmt: skip


class Plot(Figure):
    """A figure in the style of the house, which it keeps until it is drawn; `alt` tells it to who cannot see it."""

    def __init__(self, size: Size, height: float) -> None:
        """A blank one; height in parts of the usual."""
        of = SIZES[size]
        super().__init__(figsize=(of.width, of.height * (1 if size == "slide" else height)), layout="constrained")
        self.size = size
        self.alt = ""

    @property
    def measures(self) -> Measures:
        """What its size means."""
        return SIZES[self.size]

    def draw(self, renderer: RendererBase) -> None:
        """Draw it in its style, for matplotlib makes ticks when it draws them."""
        with style.context(["default", look(self.size)]):
            super().draw(renderer)

    def finish(self, title: str, note: str, alt: str, marks: Mapping[str, Mark]) -> None:
        """Give it its title, the small print at its foot, the sentence for who cannot see it, and what marks mean."""
        self.alt = alt
        self.suptitle(self.wrapped(title, LARGE), x=0.01, ha="left")
        words, line = self.wrapped(note, SMALL), LEADING * SMALL * self.measures.text / POINTS / self.get_figheight()
        points = SMALL * self.measures.text
        self.text(0.99, 0.2 * line, words, ha="right", va="bottom", fontsize=points, color=FAINT)
        self.explain({self.wrapped(words, 1): mark for words, mark in marks.items()}, line * (words.count("\n") + 1.4))

    def wrapped(self, text: str, size: float) -> str:
        """Text in lines as long as the plot is wide; size: of its letters, of that of usual text."""
        letters = int(self.get_figwidth() * POINTS / (BREADTH * size * self.measures.text)) - MARGIN
        return "\n".join(textwrap.fill(line, letters) for line in text.splitlines())

    def explain(self, marks: Mapping[str, Mark], foot: float) -> None:
        """Say below the plot what its marks mean, in as few lines as there is room for; foot: what is taken already."""
        below = foot
        for columns in range(len(marks), 0, -1):
            legend = self.legend(
                cast(list[Artist], list(marks.values())), list(marks), loc="lower left", ncols=columns,
                borderaxespad=0, bbox_to_anchor=(0.005, foot),
            )  # fmt: skip
            box = legend.get_window_extent()
            below = foot + box.height / self.bbox.height
            if box.width < 0.99 * self.bbox.width or columns == 1:
                break
            legend.remove()
        self.set_layout_engine(ConstrainedLayoutEngine(rect=(0, below, 1, 1 - below)))

    def _repr_png_(self) -> bytes:
        """How a notebook shows it."""
        return as_bytes(self, ".png")


def thick(times: float) -> float:
    """Points of a line so many times as thick as usual, in the plot that is being drawn."""
    return times * float(rcParams["lines.linewidth"])


def large(times: float) -> float:
    """Points of a mark so many times as large as usual, in the plot that is being drawn."""
    return times * float(rcParams["lines.markersize"])


def outlined(colour: str, hatch: str, line: float) -> dict[str, Any]:
    """How an area looks that is told from others by its colour and its hatching."""
    return {"facecolor": colour, "hatch": hatch, "edgecolor": INK, "linewidth": line}


@contextmanager
def drawing(size: Size, height: float = 1.0) -> Iterator[Plot]:
    """A blank plot; whatever is drawn meanwhile has the style of the house."""
    with style.context(["default", look(size)]):
        yield Plot(size, height)


def save(plot: Plot, path: str | PathLike[str]) -> None:
    """Write a plot as its file's ending says, whole or not at all; ServsimError unless that is .svg, .png or .pdf."""
    place = Path(path)
    insist_ending(place, FORMATS)
    drawn = as_bytes(plot, place.suffix)
    write_whole(place, lambda draft: draft.write_bytes(drawn))


def as_bytes(plot: Plot, ending: str) -> bytes:
    """A plot as a file has it; the same bytes for the same result."""
    from io import BytesIO

    file = BytesIO()
    with style.context(["default", look(plot.size)]):
        plot.savefig(file, format=ending[1:], metadata=DATES[ending], dpi=RESOLUTION[plot.size])
    return file.getvalue()
