"""Where things are in the picture of a desk: rectangles, sizes and places, in pixels.

This is `layout` of scene.js once more, for the GIF, and a test compares the two: change them together.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from servsim.show.film.film_data import COLLEAGUES, COUNTER, MANAGER, TELEPHONE, Reel


class Spot(NamedTuple):
    """A place, and the size of a figure there."""

    x: float
    y: float
    size: float


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Row:
    """A strip in which a line forms; the first in it is nearest to the desks."""

    box: Box
    top: float
    size: float
    across: int
    room: int
    font: float

    def at(self, number: int) -> Spot:
        """The middle of a slot."""
        down, along = divmod(number, self.across)
        column = self.across - 1 - along if down % 2 else along
        right = self.box.x + self.box.w - self.font * 0.5
        return Spot(right - (column + 0.5) * self.size * 2.9, self.top + (down + 0.5) * self.size * 4, self.size)

    def slot(self, slot: float) -> Spot:
        """The middle of a slot that need not be a whole number, since people move up."""
        a, b, share = self.at(math.floor(slot)), self.at(math.floor(slot) + 1), slot % 1
        return Spot(mix(a.x, b.x, share), mix(a.y, b.y, share), self.size)


@dataclass(frozen=True)
class Plan:
    """Rectangles, sizes and places for a picture of w × h; `longest` as `longest_lines` has it."""

    w: float
    h: float
    desks: int
    longest: dict[int, int] = field(default_factory=dict)

    @cached_property
    def wide(self) -> bool:
        """Do desks stand beside the lines rather than above them?"""
        return self.w >= 640

    @cached_property
    def font(self) -> float:
        """The height of letters, from which all else is measured."""
        return between(11, self.w / 62, 16)

    @cached_property
    def head(self) -> float:
        """The height of clock and counters."""
        return self.font * (4.6 if self.wide else 8.2)

    @cached_property
    def strip(self) -> float:
        """The height of the curve of the queue."""
        return self.font * 3.6

    @cached_property
    def aisle(self) -> float:
        """The height of the way out."""
        return between(52, self.h * 0.14, 84)

    @cached_property
    def floor(self) -> float:
        """Where the room ends and the way out begins."""
        return self.h - self.strip - self.aisle

    @cached_property
    def door(self) -> Spot:
        """The middle of the door, and the size of who walks through it."""
        return Spot(self.font * 2.6, self.floor + self.aisle * 0.5, between(9, self.font * 0.95, 14))

    @cached_property
    def areas(self) -> tuple[Box, Box]:
        """(the lines', the desks')."""
        gap = self.font * 0.6
        top, tall = self.head + gap, self.floor - self.head - 2 * gap
        if self.wide:
            split = self.w * 0.44
            return Box(gap, top, split - gap, tall), Box(split + gap, top, self.w - split - 2 * gap, tall)
        split = tall * 0.54
        return Box(gap, top + split, self.w - 2 * gap, tall - split), Box(gap, top, self.w - 2 * gap, split - gap)

    @cached_property
    def grid(self) -> tuple[float, int, int]:
        """(size of figures, across, down) of desks in as large cells as fit."""
        best, area, many = (0.0, 1, 1), self.areas[1], max(self.desks, 1)
        for across in range(1, many + 1):
            down = math.ceil(many / across)
            best = max(best, (min(area.w / across / 9.6, area.h / down / 6.8), across, down), key=lambda one: one[0])
        return best

    @cached_property
    def size(self) -> float:
        """The size of whoever is at a desk."""
        return min(self.grid[0], self.font * 2)

    @cached_property
    def letters(self) -> float:
        """The height of letters at a desk."""
        return between(7, self.cell(0).h * 0.095, self.font)

    def cell(self, number: int) -> Box:
        """The rectangle of a desk."""
        (_, across, down), area = self.grid, self.areas[1]
        w, h = area.w / across, area.h / down
        return Box(area.x + number % across * w, area.y + number // across * h, w, h)

    def desk(self, number: int) -> Spot:
        """Where a customer stands at an agent's desk."""
        cell = self.cell(number)
        lift = cell.h / 2 + self.size * 0.1 - self.letters * 1.45
        return Spot(cell.x + cell.w / 2 - self.size * 2.6, cell.y + lift, self.size)

    @cached_property
    def lines(self) -> dict[int, Row]:
        """A strip for each line that ever forms, one above the other, with figures small enough for the longest."""
        area, rows = self.areas[0], {}
        lines = [line for line in (COUNTER, TELEPHONE, MANAGER, COLLEAGUES) if self.longest.get(line)]
        y, whole = area.y, sum(1 + math.sqrt(self.longest[line]) for line in lines)
        for line in lines:
            h = area.h * (1 + math.sqrt(self.longest[line])) / whole
            rows[line] = row_for(Box(area.x, y, area.w, h), self.longest[line], self.font)
            y += h
        return rows

    def way_out(self, person: Reel) -> Spot:
        """Where in the aisle the way out of a person begins."""
        x = self.door.x + self.w * 0.2
        if person["stays"]:
            where = person["stays"][-1][1]
            x = self.desk(where).x if where >= 0 else self.lines[where].box.x + self.lines[where].box.w * 0.7
        return Spot(x, self.door.y, self.door.size)


def row_for(box: Box, many: int, font: float) -> Row:
    """A line's strip, with figures as large as fit so many; where it is low, its words stand beside them."""
    low, size = box.h < font * 7, font * 1.5
    space = box.h - font * (0.8 if low else 2.6)
    while size > 4.5:
        across = max(math.floor((box.w - font) / (size * 2.9)), 1)
        down = max(math.floor(space / (size * 4)), 1)
        if across * down >= many and size * 3.6 <= space:
            break
        size -= 0.5
    return Row(box, box.y + font * (0.4 if low else 1.9), size, across, across * down, font)


def between(low: float, x: float, high: float) -> float:
    """A number, held between two others."""
    return min(max(x, low), high)


def mix(a: float, b: float, share: float) -> float:
    """So much of the way from one number to another."""
    return a + (b - a) * share
