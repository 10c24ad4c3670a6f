"""Shapes: the few that a film's frames are drawn of, with Pillow. No state is told by colour alone.

It draws twice as large as asked, for a frame that is made smaller afterwards and so has smooth edges.
"""

import math
from functools import cache
from pathlib import Path

import matplotlib
from PIL import Image, ImageColor, ImageDraw, ImageFont

INK, PALE, PAPER, ROOM, WOOD, AISLE = "#1b3a57", "#6b7785", "#ffffff", "#faf6ee", "#d9c7a7", "#efe6d6"
SHIRT, SKIN, CALM, TENSE, CROSS, ABSENT, REST = (
    "#3d7ab8", "#fbe3c8", "#00825f", "#e69f00", "#c8410b", "#8a8f98", "#8d6a9f"
)  # fmt: skip
TRACK, WATER, EDGE = "#dfdcd5", "#b8cfe4", "#9c8458"
FINE = 2
"""How many times larger than asked everything is drawn."""

Point = tuple[float, float]


@cache
def letters(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """The font that comes with matplotlib, which has most of the world's alphabets."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, size)


class Pen:
    """Shapes on a picture; places and sizes in pixels of the finished frame."""

    def __init__(self, picture: Image.Image) -> None:
        """A pen for a picture."""
        self.draw = ImageDraw.Draw(picture)

    def at(self, x: float, y: float) -> Point:
        """A place on the larger picture."""
        return x * FINE, y * FINE

    def text(
        self, words: str, x: float, y: float, size: float, color: str = INK, align: str = "left", bold: bool = False,
        room: float = math.inf,
    ) -> None:  # fmt: skip
        """Words whose middle is at this height, cut where there is no more room."""
        font = letters(round(size * FINE), bold)
        shown = words
        while len(shown) > 1 and font.getlength(shown if shown == words else shown + "…") > room * FINE:
            shown = shown[:-1]
        anchor = {"left": "lm", "center": "mm", "right": "rm"}[align]
        self.draw.text(self.at(x, y), shown if shown == words else shown + "…", color, font, anchor)

    def box(
        self, x: float, y: float, w: float, h: float, fill: str | None = None, line: str | None = None,
        width: float = 1.2, round_by: float = 0.0,
    ) -> None:  # fmt: skip
        """A rectangle with round corners."""
        corners = [self.at(x, y), self.at(x + max(w, 1), y + max(h, 1))]
        self.draw.rounded_rectangle(corners, round_by * FINE, fill, line, thick(width))

    def circle(
        self, x: float, y: float, r: float, fill: str | None = None, line: str | None = None, width: float = 1.2
    ) -> None:
        """A circle."""
        self.draw.ellipse([self.at(x - r, y - r), self.at(x + r, y + r)], fill, line, thick(width))

    def arc(self, x: float, y: float, r: float, begins: float, ends: float, line: str, width: float) -> None:
        """A part of a circle, from and to so many degrees clockwise from three o'clock."""
        self.draw.arc([self.at(x - r, y - r), self.at(x + r, y + r)], begins, ends, line, thick(width))

    def path(self, points: list[Point], line: str = INK, width: float = 1.2) -> None:
        """A line through some points."""
        self.draw.line([self.at(x, y) for x, y in points], line, thick(width), "curve")

    def area(self, points: list[Point], fill: str) -> None:
        """A filled polygon."""
        self.draw.polygon([self.at(x, y) for x, y in points], fill)

    # What these make

    def face(self, x: float, y: float, r: float, smile: float, opened: bool, cross: bool) -> None:
        """A mouth from a frown (−1) to a smile (1), and eyes, open or closed."""
        w = max(r * 0.14, 0.7)
        for side in (-1, 1):
            if opened:
                self.circle(x + side * r * 0.36, y - r * 0.12, max(r * 0.12, 0.6), INK)
            else:
                self.path([(x + side * r * 0.5, y - r * 0.1), (x + side * r * 0.2, y - r * 0.1)], width=w)
            if cross:
                self.path([(x + side * r * 0.56, y - r * 0.5), (x + side * r * 0.18, y - r * 0.34)], width=w)
        mouth = [(x + r * 0.42 * at / 4, y + r * (0.42 + smile * (0.15 - 0.27 * (at / 4) ** 2))) for at in range(-4, 5)]
        self.path(mouth, width=w)

    def receiver(self, x: float, y: float, size: float, color: str) -> None:
        """A telephone receiver."""
        self.arc(x, y + size * 0.35, size * 0.95, 205, 335, color, size * 0.34)
        for side in (-1, 1):
            self.circle(x + side * size * 0.72, y + size * 0.12, size * 0.32, color)

    def figure(
        self, x: float, y: float, s: float, shirt: str = SHIRT, hollow: bool = False, phone: bool = False,
        smile: float = 0.4, opened: bool = True, cross: bool = False,
    ) -> None:  # fmt: skip
        """A person: head, shoulders, face; hollow for who is here for the first time, with a receiver for a call."""
        top = y - s * 0.75
        if phone:
            self.box(x - s, top - s * 0.95, s * 2, s * 2.1, PAPER, shirt, max(s * 0.12, 1), s * 0.4)
            self.receiver(x, top + s * 1.6, s * 0.55, shirt)
        else:
            for grown, color in ((0.0, shirt), (max(s * 0.14, 1), PAPER if hollow else shirt)):
                w, low = s * 0.95 - grown, y + s * 1.15 - grown
                self.draw.pieslice(
                    [self.at(x - w, y - s * 0.08 + grown), self.at(x + w, 2 * low - y + s * 0.08)], 180, 360, color
                )
        self.circle(x, top, s * 0.68, SKIN, INK, max(s * 0.08, 0.6))
        self.face(x, top, s * 0.68, smile, opened, cross)

    def patience(self, x: float, y: float, s: float, share: float) -> None:
        """What is left of somebody's patience, as a ring that runs out; an exclamation mark when it is nearly gone."""
        top, width = y - s * 0.75, max(s * 0.24, 1.4)
        color = CALM if share > 0.5 else TENSE if share > 0.2 else CROSS
        self.circle(x, top, s * 1.12, None, TRACK, width)
        self.arc(x, top, s * 1.12, -90, -90 + 360 * share, color, width)
        if share <= 0.2:
            self.text("!", x + s * 1.15, top - s * 0.85, max(s * 1.2, 9), CROSS, "center", bold=True)

    def sign(self, x: float, y: float, s: float, mood: str, book: str) -> None:
        """The sign beside a face that leaves: plus, dot, minus; a star for who was won, a cross for who was lost."""
        r = max(s * 0.62, 4)
        arm, w = r * 0.55, max(r * 0.3, 1.1)
        self.circle(x, y, r + 1, PAPER)
        self.circle(x, y, r, INK if book == "lost" else {"happy": CALM, "neutral": PALE}.get(mood, CROSS))
        if book == "won":
            turns = [(turn * math.pi / 5 - math.pi / 2, r * (0.3 if turn % 2 else 0.72)) for turn in range(10)]
            self.area([(x + math.cos(turn) * far, y + math.sin(turn) * far) for turn, far in turns], PAPER)
        elif book == "lost":
            for side in (-0.8, 0.8):
                self.path([(x - arm * 0.8, y - side * arm), (x + arm * 0.8, y + side * arm)], PAPER, w)
        elif mood == "neutral":
            self.circle(x, y, r * 0.28, PAPER)
        else:
            self.path([(x - arm, y), (x + arm, y)], PAPER, w)
            if mood == "happy":
                self.path([(x, y - arm), (x, y + arm)], PAPER, w)

    def thought(self, x: float, y: float, s: float) -> None:
        """What somebody has who is lost in thought."""
        self.circle(x + s * 1.25, y - s * 1.75, s * 0.72, PAPER, ABSENT)
        self.circle(x + s * 0.72, y - s * 1.05, s * 0.16, PAPER, ABSENT, 1)
        for side in (-1, 0, 1):
            self.circle(x + s * (1.25 + side * 0.32), y - s * 1.75, s * 0.1, ABSENT)

    def cup(self, x: float, y: float, s: float) -> None:
        """A break."""
        self.circle(x + s * 0.62, y + s * 0.1, s * 0.4, None, REST, s * 0.18)
        self.box(x - s * 0.7, y - s * 0.4, s * 1.2, s * 1.2, REST, round_by=s * 0.25)


def thick(width: float) -> int:
    """The width of a line on the larger picture."""
    return max(round(width * FINE), 1)


def palette() -> Image.Image:
    """The colours of a GIF: all that there are, and those on the way from one to what it stands on."""
    grounds, strong = (PAPER, ROOM, AISLE, WOOD, SKIN), (INK, PALE, SHIRT, CALM, TENSE, CROSS, ABSENT, REST, EDGE)
    flat = [*grounds, *strong, TRACK, WATER]
    pairs = [(one, ground, share) for one in strong for ground in grounds for share in (0.25, 0.5, 0.75)]
    pairs += [(INK, one, 0.5) for one in strong[1:]] + [(one, PAPER, 0.12) for one in strong]
    colours = [ImageColor.getrgb(one) for one in flat] + [blend(*pair) for pair in pairs]
    picture = Image.new("P", (1, 1))
    picture.putpalette([channel for colour in colours[:256] for channel in colour[:3]])
    return picture


def blend(one: str, other: str, share: float) -> tuple[int, ...]:
    """So much of one colour over another."""
    pairs = zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True)
    return tuple(round(a * share + b * (1 - share)) for a, b in pairs)
