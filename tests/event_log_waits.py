"""Those who come to the desk, read from the log: who joined the queue, how long they waited, and what became of them."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from event_log_rows import FOREVER, MINUTE, Row, Settings, ratio
from event_log_week import Week

NEVER_JOINED = ("blocked", "balked")
UNSERVED = ("abandoned", "sent home", *NEVER_JOINED)
MARKS = ("recognised", "clarified", "overlooked")


@dataclass
class Visit:
    """One coming to the desk: by whom, when the queue was left and how, and when the work was done."""

    segment: str
    phone: bool
    arrived: int
    left: int | None = None
    how: str = ""
    done: int | None = None
    quality: float = 0.0
    marks: set[str] = field(default_factory=set)
    """What else was said of it when it ended."""

    @property
    def wait(self) -> int:
        """In ticks, once it is over."""
        return self.left - self.arrived


def visits_of(rows: Iterable[Row], comes: str = "arrived", begins: str = "visit") -> list[Visit]:
    """Every visit; or, where colleagues come for their requests, every request."""
    visits, here = [], {}
    for row in rows:
        if row.what == comes:
            here[row.case] = Visit(row.segment, row.pathway == "phone", row.tick)
            visits.append(here[row.case])
        elif row.what in UNSERVED or (row.what == begins and row.begins):
            here[row.case].left, here[row.case].how = row.tick, row.what
        elif row.what == begins:
            here[row.case].done, here[row.case].quality = row.tick, row.number
        elif row.what in MARKS:
            here[row.case].marks.add(row.what)
    return visits


def mean(numbers: Iterable[float]) -> float:
    """Undefined of none."""
    found = list(numbers)
    return ratio(math.fsum(found), len(found))


def quantile(waits: list[int], tenths: int) -> float:
    """The shortest wait than which so many tenths waited no longer, in minutes: to the second, as a clock shows it."""
    return sorted(waits)[-(-tenths * len(waits) // 10) - 1] // 1000 / 60 if waits else math.nan


class Queue:
    """What counts: visits that began in the window, requests that were answered in it, and all who stood in the queue."""

    def __init__(self, settings: Settings, week: Week, rows: list[Row]) -> None:
        """From the rows of a log."""
        self.settings, self.week = settings, week
        self.everybody = visits_of(row for row in rows if row.kind == "customer")
        self.visits = [one for one in self.everybody if settings.in_window(one.arrived)]
        self.joined = [one for one in self.visits if one.left is not None and one.how not in NEVER_JOINED]
        self.started = [one for one in self.joined if one.how == "visit"]
        self.served = [one for one in self.started if one.done is not None]
        self.requests = visits_of((row for row in rows if row.kind == "colleague"), "asked", "request")

    def share_served(self, *marks: str) -> float:
        """Of the visits served, those of which one of these was said."""
        return ratio(sum(bool(one.marks & set(marks)) for one in self.served), len(self.served))

    def wait_mean(self, wanted: Callable[[Visit], bool] = lambda one: True) -> float:
        """Of those who joined, in minutes."""
        return mean(one.wait for one in self.joined if wanted(one)) / MINUTE

    def queue_mean(self) -> float:
        """Open time for which customers stood in the queue, of open time: theirs, too, who stand there at the end."""
        stood = sum(self.open_time(one) for one in self.everybody if one.how not in NEVER_JOINED)
        return ratio(stood, self.week.open.between(*self.settings.window))

    def open_time(self, one: Visit, start: int = 0, end: int = FOREVER) -> int:
        """How much of a wait is in the window, in a part of it, and while the doors are open."""
        left = self.settings.window[1] if one.left is None else one.left
        start, end = self.settings.within(max(start, one.arrived), min(end, left))
        return self.week.open.between(start, end)

    def request_wait_mean(self) -> float:
        """Of the requests taken up in the window: how long the doors were open meanwhile, in minutes."""
        taken = [one for one in self.requests if one.left is not None and self.settings.in_window(one.left)]
        return mean(self.week.open.between(one.arrived, one.left) for one in taken) / MINUTE
