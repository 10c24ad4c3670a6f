"""The records that an owner of a simulated desk would have: visits, receipts, answers to a survey, and shifts.

They have what a desk's own clocks, tills and letters see, in whole seconds and points, and nothing else: who turned
away at the door or found no place is not there, nor how long somebody who was served would have waited, nor a segment,
nor which of the customers were there from the beginning. Customers are numbered as they first come.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.study.histories.customers import AGENT, TICK, WHAT, World
from servsim.study.histories.event_log import stamp
from servsim.study.histories.visits import Fate, Visit, visits
from servsim.units import TICKS_PER_SECOND

SEEN = {Fate.SERVED: "served", Fate.ABANDONED: "gave up", Fate.SENT_HOME: "sent home"}
"""What a desk sees of a visit that is over; balkers and the blocked it does not see."""
COLUMNS = {
    "visits": ("arrived", "service start", "left", "outcome", "agent", "customer id"),
    "receipts": ("date", "customer id", "amount"),
    "survey": ("date", "customer id", "satisfaction score"),
    "shifts": ("agent", "shift start", "shift end"),
}
"""The files, and the columns of each."""


@dataclass
class Numbers:
    """Customers by the order in which they first come."""

    known: dict[int, int] = field(default_factory=dict)

    def of(self, who: int) -> str:
        """A customer's number."""
        return f"C{self.known.setdefault(who, len(self.known) + 1):06}"


def owners_records(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each file, in the order of time."""
    rows = world.rows(lambda piece: np.ones(len(piece), bool))
    numbers = Numbers()
    seen = [visit for visit in visits(world, rows) if visit.fate in SEEN and visit.left is not None]
    told = [(visit, numbers.of(visit.who)) for visit in seen]
    return {
        "visits": [of_visit(visit, who) for visit, who in told],
        "receipts": [(day(visit), who, f"{visit.spent:.2f}") for visit, who in told if visit.spent > 0],
        "survey": [
            (day(visit), who, round(visit.satisfaction)) for visit, who in told if visit.satisfaction is not None
        ],
        "shifts": list(shifts(world, rows)),
    }


def of_visit(visit: Visit, who: str) -> tuple[Any, ...]:
    """A visit as the desk's clock has it."""
    end = visit.finished if visit.finished is not None else visit.left
    agent = "" if visit.agent is None else f"agent {visit.agent}"
    return second(visit.arrived), second(visit.started), second(end), SEEN[visit.fate], agent, who


def second(tick: int | None) -> str:
    """An instant to the second; nothing where it never was."""
    return "" if tick is None else stamp(tick // TICKS_PER_SECOND * TICKS_PER_SECOND)[:19].replace("T", " ")


def day(visit: Visit) -> str:
    """The date on which a visit began."""
    return second(visit.arrived)[:10]


def shifts(world: World, rows: np.ndarray) -> Iterator[tuple[str, str, str]]:
    """From when until when each agent was there; who is still there at the end has no shift yet."""
    came: dict[int, int] = {}
    desk_agents = int(world.sheet[0]["desk_agents"])
    for tick, what, agent in rows[np.isin(rows[:, WHAT], (H.CAME_ON, H.WENT_OFF))][:, (TICK, WHAT, AGENT)].tolist():
        if agent >= desk_agents:
            continue
        if what == H.CAME_ON:
            came[agent] = tick
        elif agent in came:
            yield f"agent {agent}", second(came.pop(agent)), second(tick)
