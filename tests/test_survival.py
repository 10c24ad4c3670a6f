"""Cohorts: whom a curve of staying is drawn of, whatever the length of the horizon."""

import numpy as np
import pytest

from servsim.event_codes import Happening
from servsim.scenario.read import checked
from servsim.study.histories.customers import World
from servsim.study.histories.departures import cohorts


def world_of(weeks: float | None) -> World:
    """A small desk that wins customers all the time, looked at for so many weeks, or as long as is usual."""
    horizon = {} if weeks is None else {"horizon": {"weeks": weeks}}
    tables = {"demand": {"prospects_per_hour": 2.0, "opening_book": 20}, "loyalty": {}, "spending": {}}
    return World(checked({"opening": {"always": True}, **tables, **horizon}, "a desk"))


@pytest.mark.parametrize(("weeks", "names"), [
    (0.5, ["1 to 1"]), (6.0, ["1 to 6"]), (13.0, ["1 to 13"]), (30.0, ["1 to 13", "14 to 26", "27 to 30"]),
    (None, ["1 to 13", "14 to 26", "27 to 39", "40 to 53"]), (52.0, ["1 to 13", "14 to 26", "27 to 39", "40 to 52"]),
    (60.0, ["1 to 26", "27 to 52", "53 to 60"]),
])  # fmt: skip
def test_newcomers_of_a_quarter_or_a_longer_piece_are_a_cohort(weeks, names):
    """The 365 days of the usual year are four quarters; nobody is left out."""
    world = world_of(weeks)
    found = cohorts(world)
    assert [cohort.name for cohort in found] == ["opening book", *(f"won in weeks {name}" for name in names)]
    rows = world.rows(lambda piece: np.isin(piece[:, 1], (Happening.MEMBER, Happening.WON)))
    assert sum(len(cohort.weeks) for cohort in found) == len(np.unique(rows[:, 2]))
