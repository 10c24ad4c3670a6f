"""Where everybody is in a film of a day: pure functions of the reel, the instant and the pace.

This is scene.js once more, for the GIF, and a test compares the two: change them together. Instants are seconds after
midnight, the pace is in seconds of the day for one of the film. People glide because each is where they have been on
average in the last moment.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from servsim.show.film.film_data import COLLEAGUE, COLLEAGUES, COUNTER, MANAGER, TELEPHONE, Reel
from servsim.show.film.layout import Plan, between, mix

NOWHERE = -9
"""The place of who is not there."""
GLIDE, EXIT = 0.6, 2.6
"""Seconds of the film that a step takes, and the way out, unless a film runs too fast for that."""


@dataclass
class Figure:
    """Somebody at an instant: where, how large, how much of the way out is behind them, and how visible they are."""

    person: Reel
    place: int
    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    gone: float = 0.0
    fade: float = 1.0


def last_at(some: list[list[Any]], t: float) -> int:
    """The place in a sorted list of [instant, …] of the last that is not after an instant; −1 if there is none."""
    return bisect_right(some, t, key=lambda one: one[0]) - 1


def place_at(person: Reel, t: float) -> int:
    """What a person does at an instant: a line (negative), an agent's number, or NOWHERE."""
    if t < person["came"] or (person["left"] is not None and t >= person["left"]):
        return NOWHERE
    at = last_at(person["stays"], t)
    return NOWHERE if at < 0 else int(person["stays"][at][1])


def ends_of(person: Reel) -> list[tuple[float, int, float]]:
    """A person's stays as (from, where, until)."""
    left = math.inf if person["left"] is None else person["left"]
    stays = person["stays"]
    untils = [since for since, _ in stays[1:]] + [left] * bool(stays)
    return [(since, where, until) for (since, where), until in zip(stays, untils, strict=True)]


def longest_lines(reel: Reel) -> dict[int, int]:
    """The most that ever wait in each line at once."""
    longest = {}
    for line in (COUNTER, TELEPHONE, MANAGER, COLLEAGUES):
        spans = [(since, until) for one in reel["people"] for since, where, until in ends_of(one) if where == line]
        turns = sorted([(since, 1) for since, _ in spans] + [(until, -1) for _, until in spans])
        many = most = 0
        for _, change in turns:
            many += change
            most = max(most, many)
        if most:
            longest[line] = most
    return longest


def scene(reel: Reel, t: float, pace: float, plan: Plan) -> tuple[list[Figure], dict[int, int]]:
    """Everybody to be drawn at an instant, and how many more are in a line than there is room for."""
    glide, way = min(GLIDE * pace, reel["step"]), min(EXIT * pace, reel["way"])
    ahead: dict[int, float] = {}
    more: dict[int, int] = {}
    figures = []
    for person in reel["people"]:
        if person["came"] > t:
            break
        if person["left"] is not None and person["left"] + way < t:
            continue
        figure = placed(person, t, (glide, way), plan, ahead, more)
        if figure:
            figures.append(figure)
    return figures, more


def placed(
    person: Reel, t: float, lasts: tuple[float, float], plan: Plan, ahead: dict[int, float], more: dict[int, int]
) -> Figure | None:
    """One person at an instant, if to be seen; those in lines are counted in `ahead`, and in `more` without room.

    `lasts`: seconds that a step takes, and the way out.
    """
    (glide, way), shown, spots = lasts, True, []
    if not person["phone"]:
        spots.append((plan.door, -math.inf, person["came"]))
    for since, where, until in ends_of(person):
        if since > t or until <= t - glide:
            continue
        if where >= 0:
            spots.append((plan.desk(where), since, until))
            continue
        row, slot = plan.lines[where], ahead.get(where, 0.0)
        ahead[where] = slot + (1 if t < until else between(0, 1 - (t - until) / glide, 1))
        shown = t >= until or slot < row.room
        if not shown:
            more[where] = more.get(where, 0) + 1
        spots.append((row.slot(min(slot, row.room - 1)), since, until))
    if not shown or (person["phone"] and person["came"] == t):
        return None
    figure = Figure(person, place_at(person, t))
    leaves = person["left"] is not None and person["left"] <= t
    if leaves:
        figure.gone = between(0, (t - person["left"]) / way, 1)
        spots.append((plan.way_out(person), person["left"], math.inf))
    weights = [max(min(t, until) - max(t - glide, since), 0.0) for _, since, until in spots]
    for name in ("x", "y", "size"):
        parts = (getattr(spot, name) * weight for (spot, _, _), weight in zip(spots, weights, strict=True))
        setattr(figure, name, sum(parts) / sum(weights))
    fades = person["phone"] or person["fate"] == COLLEAGUE
    if leaves and not fades:
        figure.x = mix(figure.x, plan.door.x, between(0, (figure.gone - 0.25) / 0.75, 1))
    if leaves:
        figure.fade = between(0, (1 - figure.gone) * (2 if fades else 5), 1)
    elif person["phone"]:
        figure.fade = between(0.05, (t - person["came"]) / glide, 1)
    return figure
