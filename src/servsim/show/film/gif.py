"""The film as a GIF for slides: a day in about twenty seconds, one picture or two side by side under one clock."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from servsim.show.film.drawing import FINE, PAPER, Pen, palette
from servsim.show.film.frame import Frame
from servsim.show.film.layout import Plan, between
from servsim.show.film.positions import longest_lines
from servsim.show.film.reel import COLLEAGUE, Reel

SIZE = (800, 450)
FRAMES, FRAME_MS = 240, 80
"""How many pictures, and how long each is to be seen: GIF counts hundredths of a second."""
TITLE, LABEL = 26, 20
"""The heights of the title, and of what stands above each of two sides."""
NEWCOMERS = 5.0
"""Who may come in a second, on average; where more do, the film is of the busiest part of the day."""


def save_gif(reels: list[Reel], labels: list[str], path: Path, frames: int = FRAMES) -> None:
    """Write a film of one reel, or of two side by side, each with its label."""
    colours = palette()
    begins, ends = stretch(reels, frames)
    pictures = [picture.quantize(palette=colours, dither=Image.Dither.NONE)
                for picture in film(reels, labels, begins, ends, frames)]  # fmt: skip
    pictures[0].save(path, "GIF", save_all=True, append_images=pictures[1:], duration=FRAME_MS, loop=0)


def stretch(reels: list[Reel], frames: int = FRAMES) -> tuple[float, float]:
    """From when to when a GIF runs: the whole day, or as much of it around the longest queue as can be followed."""
    begins, ends = min(reel["begins"] for reel in reels), max(reel["ends"] for reel in reels)
    most = max(len(reel["people"]) for reel in reels)
    lasts = (ends - begins) * min(1.0, NEWCOMERS * frames * FRAME_MS / 1000 / max(most, 1))
    _, middle = max((many, t) for reel in reels for t, many in waiting_steps(reel))
    first = between(begins, middle - lasts / 2, ends - lasts)
    return first, first + lasts


def film(reels: list[Reel], labels: list[str], begins: float, ends: float, frames: int) -> Iterator[Image.Image]:
    """Picture after picture, from an instant to another."""
    pace = (ends - begins) / (frames * FRAME_MS / 1000)
    longest: dict[int, int] = {}
    for reel in reels:
        longest |= {line: max(many, longest.get(line, 0)) for line, many in longest_lines(reel).items()}
    width, top = SIZE[0] // len(reels), TITLE + LABEL * any(labels)
    plan = Plan(width, SIZE[1] - top, max(len(reel["agents"]) for reel in reels), longest)
    queues = [waiting_steps(reel) for reel in reels]
    most = max(many for steps in queues for _, many in steps)
    blank = titled(reels[0], labels, width)
    for number in range(frames):
        t = begins + (ends - begins) * number / max(frames - 1, 1)
        large = blank.copy()
        for side, reel in enumerate(reels):
            part = Image.new("RGB", (width * FINE, (SIZE[1] - top) * FINE), PAPER)
            Frame(part, reel, plan, t, pace, queues[side], most).paint()
            large.paste(part, (side * width * FINE, top * FINE))
        yield large.resize(SIZE, Image.Resampling.LANCZOS)


def titled(reel: Reel, labels: list[str], width: int) -> Image.Image:
    """What all pictures begin as: title, day and world, and what is special about each side."""
    picture = Image.new("RGB", (SIZE[0] * FINE, SIZE[1] * FINE), PAPER)
    pen = Pen(picture)
    words = f"{reel['title']} · {reel['when']} · {reel['world']}"
    pen.text(words, 8, TITLE / 2, 12, bold=True, room=SIZE[0] - 16)
    for side, label in enumerate(labels):
        pen.text(label, side * width + 8, TITLE + LABEL / 2, 12, room=width - 16)
    return picture


def waiting_steps(reel: Reel) -> list[tuple[float, int]]:
    """How many wait for an agent from each instant on."""
    waits = [one for one in reel["people"] if one["fate"] != COLLEAGUE and one["stays"] and one["stays"][0][1] < 0]
    turns = [(one["came"], 1) for one in waits]
    ends = [one["stays"][1][0] if len(one["stays"]) > 1 else one["left"] for one in waits]
    many, steps = 0, [(-1.0, 0)]
    for t, change in sorted([*turns, *((end, -1) for end in ends if end is not None)]):
        many += change
        steps.append((t, many))
    return steps
