"""The film as a GIF: its frames drawn with Pillow, a day in about twenty seconds, one picture or two side by side."""

import math
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from servsim.show.film.film_data import COLLEAGUE, COLLEAGUES, COUNTER, MANAGER, TELEPHONE, Reel
from servsim.show.film.layout import Box, Plan, between
from servsim.show.film.positions import NOWHERE, Figure, last_at, longest_lines, place_at, scene
from servsim.show.film.shapes import (
    ABSENT,
    AISLE,
    CROSS,
    EDGE,
    FINE,
    INK,
    PALE,
    PAPER,
    REST,
    ROOM,
    SHIRT,
    WATER,
    WOOD,
    Pen,
    palette,
)
from servsim.show.trace_words import clock
from servsim.study.histories.day import Doing
from servsim.study.histories.visits import Fate
from servsim.units import TICKS_PER_SECOND

LINES = {COUNTER: "waiting", TELEPHONE: "on the line", MANAGER: "for the manager", COLLEAGUES: "colleagues"}
WITH = {Doing.VISITING: "with", Doing.FOLLOWING_UP: "follow-up for", Doing.CALLING: "calling", Doing.HELPING: "helping",
        Doing.WRITING: "notes on",        Doing.HELD: "stays with", Doing.TALKING: "talks with"}  # fmt: skip
ALONE = {Doing.OFF: "away", Doing.BREAK: "on a break"}
ENDINGS = {Fate.ABANDONED: ("gave up", "rang off"), Fate.BALKED: ("did not want to wait", ""),
           Fate.BLOCKED: ("no place", "no line"), Fate.SENT_HOME: ("sent home", "cut off")}  # fmt: skip
"""How a visit ended, at the counter and on the telephone."""


class Frame:
    """One picture of one reel at an instant."""

    def __init__(
        self, picture: Image.Image, reel: Reel, plan: Plan, t: float, pace: float, queue: list[tuple[float, int]],
        most: int,
    ) -> None:  # fmt: skip
        """A picture to be painted; `queue` is how many wait from each instant on, `most` the height of their curve."""
        self.pen, self.reel, self.plan, self.t, self.pace = Pen(picture), reel, plan, t, pace
        self.queue, self.most = queue, max(most, 1)

    def paint(self) -> None:
        """Everything, from the back to the front."""
        figures, more = scene(self.reel, self.t, self.pace, self.plan)
        self.room()
        self.head()
        self.lines(figures, more)
        for number, agent in enumerate(self.reel["agents"]):
            self.desk(agent, number)
        for figure in figures:
            if figure.fade > 0.3:
                self.person(figure, len(figures))
        self.curve()

    def room(self) -> None:
        """The floor, the way out and the door."""
        plan, pen, f = self.plan, self.pen, self.plan.font
        pen.box(0, plan.head, plan.w, plan.floor - plan.head, ROOM)
        pen.box(0, plan.floor, plan.w, plan.aisle, AISLE)
        is_open = any(opens <= self.t < closes for opens, closes in self.reel["open"])
        w, h, top = f * 2.8, plan.aisle * 0.82, plan.floor + plan.aisle * 0.09
        pen.box(plan.door.x - w / 2, top, w, h, PAPER if is_open else WOOD, INK, 2, 3)
        pen.circle(plan.door.x + w * 0.32, top + h * 0.55, f * 0.16, INK)
        pen.text("open" if is_open else "closed", plan.door.x, top + f * 0.75, f * 0.68, align="center", bold=True)

    def head(self) -> None:
        """The clock and the counters."""
        plan, pen, f = self.plan, self.pen, self.plan.font
        x, y, r = f * 2.4, plan.head / 2 if plan.wide else f * 2.2, f * 1.55
        pen.circle(x, y, r, None, INK, 2)
        for turn, reach, width in ((self.t / 43200, 0.55, 2.6), (self.t / 3600, 0.85, 1.6)):
            angle = 2 * math.pi * turn
            pen.path([(x, y), (x + math.sin(angle) * r * reach, y - math.cos(angle) * r * reach)], width=width)
        pen.text(clock(round(self.t * TICKS_PER_SECOND)), x + r * 1.4, y - f * 0.5, f * 1.6, bold=True)
        pen.text(self.reel["weekday"], x + r * 1.4, y + f * 0.95, f * 0.9, PALE)
        boxes = self.counters()
        left, middle = (f * 11, plan.head / 2) if plan.wide else (f * 0.5, f * 6)
        each = (plan.w - left - f * 0.5) / len(boxes)
        for place, (label, number, color) in enumerate(boxes):
            at = left + each * (place + 0.5)
            pen.text(number, at, middle - f * 0.5, f * 1.5, color, "center", bold=True)
            pen.text(label, at, middle + f * 0.95, f * 0.8, PALE, "center", room=each - 4)

    def counters(self) -> list[tuple[str, str, str]]:
        """(label, number, colour) of all that is counted."""
        came = [one for one in self.reel["people"] if one["came"] <= self.t and one["fate"] != COLLEAGUE]
        left = [one for one in came if one["left"] is not None and one["left"] <= self.t]
        served = sum(one["fate"] == "served" for one in left)
        waiting = sum(place_at(one, self.t) in (COUNTER, TELEPHONE) for one in came)
        unserved = len(left) - served
        told = [("arrived", sum(one["came"] >= 0 for one in came), INK), ("served", served, INK),
                ("unserved", unserved, CROSS if unserved else INK), ("waiting now", waiting, INK)]  # fmt: skip
        if any(one["spent"] for one in self.reel["people"]):
            told.append((f"takings, {self.reel['currency']}", round(sum(one["spent"] for one in left)), INK))
        return [(label, f"{number:,}", color) for label, number, color in told]

    def lines(self, figures: list[Figure], more: dict[int, int]) -> None:
        """The strips in which people wait."""
        pen, f = self.pen, self.plan.font
        for line, row in self.plan.lines.items():
            x, y, w, h = row.box
            pen.box(x + 3, y + 3, w - 6, h - 6, PAPER, AISLE, round_by=8)
            many = sum(one.place == line for one in figures) + more.get(line, 0)
            left = x + f * (2.4 if line == TELEPHONE else 1)
            if line == TELEPHONE:
                pen.receiver(x + f * 1.4, y + f * 1.1, f * 0.5, PALE)
            pen.text(LINES[line] + (f": {many}" if many else ""), left, y + f * 1.2, f * 0.85, PALE)
            if line in more:
                pen.text(f"and {more[line]} more", x + w - f, y + f * 1.2, f * 0.85, CROSS, "right", bold=True)

    def desk(self, agent: Reel, number: int) -> None:
        """An agent at the desk, and what the agent does."""
        plan, pen, s = self.plan, self.pen, self.plan.size
        _, word, attentive, who = agent["spells"][max(last_at(agent["spells"], self.t), 0)]
        doing, cell, spot = Doing(word), plan.cell(number), plan.desk(number)
        absent, away = doing is Doing.INATTENTIVE or not attentive, doing is Doing.OFF
        x, y = cell.x + cell.w / 2, spot.y
        pen.box(cell.x + 3, cell.y + 3, cell.w - 6, cell.h - 6, None if away else PAPER, AISLE, round_by=8)
        pen.box(
            x - s * 1.2,
            y - s * 0.1,
            s * 2.4,
            s * 1.3,
            None if away else WOOD,
            ABSENT if away else EDGE,
            1.2,
            s * 0.2,
        )
        if doing is Doing.BREAK:
            pen.cup(x + s * 2.6, y, s)
        elif not away:
            pen.figure(x + s * 2.6, y, s, ABSENT if absent else INK, smile=0 if absent else 0.4, opened=not absent)
            if absent:
                pen.thought(x + s * 2.6, y, s)
        self.words(cell, y + s * 1.3 + plan.letters, agent, (doing, absent, who))

    def words(self, cell: Box, low: float, agent: Reel, does: tuple[Doing, bool, str]) -> None:
        """An agent's name, and what the agent does, in words."""
        doing, absent, who = does
        elsewhere = ("at other work" if agent["manager"] else "lost in thought") + (f", with {who}" if who else "")
        said = elsewhere if absent else f"{WITH[doing]} {who}" if who else ALONE.get(doing, "free")
        size, x = self.plan.letters, cell.x + cell.w / 2
        if cell.h >= 40:
            self.pen.text(agent["name"], x, low, size, INK, "center", bold=True, room=cell.w - 10)
            self.pen.text(said, x, low + size * 1.35, size, CROSS if absent else PALE, "center", room=cell.w - 10)

    def person(self, one: Figure, many: int) -> None:
        """Somebody who comes, waits, is served or leaves."""
        who, pen, s = one.person, self.pen, one.size
        waits = one.place in (COUNTER, TELEPHONE) and bool(who["patience"])
        left = between(0, 1 - (self.t - who["came"]) / who["patience"], 1) if waits else 1.0
        mood = who["mood"] if one.gone or one.place == NOWHERE else ""
        smile = 1 if mood == "happy" else -1 if mood == "unhappy" or left <= 0.2 else 0 if mood or left <= 0.5 else 0.5
        shirt = REST if who["fate"] == COLLEAGUE else SHIRT
        pen.figure(one.x, one.y, s, shirt, who["new"], who["phone"], smile, cross=mood == "unhappy")
        if waits:
            pen.patience(one.x, one.y, s, left)
        if mood and who["fate"] != COLLEAGUE:
            pen.sign(one.x + s * 0.95, one.y - s * 1.5, s, mood, who["book"])
            words = f"+{who['spent']:.0f}" if who["spent"] else ENDINGS.get(who["fate"], ("", ""))[who["phone"]]
            if many < 24:
                pen.text(
                    words, one.x, one.y + s * 1.85, max(s * 0.8, 8.5), CROSS if mood == "unhappy" else INK, "center"
                )

    def curve(self) -> None:
        """How many wait over the day, and where in it the film is."""
        plan, pen, f = self.plan, self.pen, self.plan.font
        begins, ends = self.reel["begins"], self.reel["ends"]
        base, h = plan.h - f * 0.6, plan.strip - f * 1.7

        def at(t: float) -> float:
            return f + (plan.w - 2 * f) * (between(begins, t, ends) - begins) / max(ends - begins, 1)

        for (since, many), (until, _) in zip(self.queue, [*self.queue[1:], (ends, 0)], strict=True):
            if many:
                pen.box(at(since), base - h * many / self.most, at(until) - at(since), h * many / self.most, WATER)
        pen.path([(f, base), (plan.w - f, base)], PALE, 1)
        pen.path([(at(self.t), base - h - 3), (at(self.t), base)], INK, 2)
        pen.text("waiting over the day", f, base - h - f * 0.5, f * 0.72, PALE)


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
