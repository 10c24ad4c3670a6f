"""The invariants of whose turn it is: nobody is passed over. `catalogue` says what an invariant is."""

from collections import defaultdict
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.rules.dispatch import BY_SEGMENT, BY_VALUE, VALUABLE, value_class
from servsim.model.rules.recovery import FIRST, IN_TURN
from servsim.model.trace_index import TraceIndex
from servsim.model.trace_spans import UNSERVED, Line, spans

TURNED_TO = frozenset({H.STARTED, H.HELPING})
"""Ends of a wait that an agent brings about."""


class Wait(NamedTuple):
    """A wait for an agent: since when, of whom, till when, what class at least and at most, and what ended it."""

    since: int
    who: int
    until: int
    least: tuple[int, int, int]
    most: tuple[int, int, int]
    ended: Line | None


def nobody_is_passed_over(told: TraceIndex) -> Iterator[str]:
    """Nobody's visit, and no work on a request, begins while somebody waits who comes before.

    Complaints and callers go where the scenario says, then the higher class goes before the lower, as far as the sheet
    tells it, and within a class who came first, then the smaller key.
    """
    queues: dict[tuple[object, object], list[tuple[int, int, int]]] = defaultdict(list)
    waits, joined = sorted(all_waits(told), key=lambda wait: wait.since), 0
    for turn in sorted((wait for wait in waits if wait.ended), key=lambda wait: wait.until):
        while joined < len(waits) and waits[joined].since <= turn.until:
            wait = waits[joined]
            heappush(queues[wait.least, wait.most], (wait.since, wait.who, wait.until))
            joined += 1
        if turn.ended and turn.ended.what in TURNED_TO:
            for who in passed_over(queues, turn):
                yield f"{turn.ended}: {who} had waited, and came first."


def passed_over(queues: dict[tuple[object, object], list[tuple[int, int, int]]], turn: Wait) -> Iterator[int]:
    """The first of each class who go on waiting, although they come before the one whose turn it was."""
    for (least, most), queue in queues.items():
        while queue and queue[0][2] <= turn.until:
            heappop(queue)
        if queue:
            level = least == most == turn.least == turn.most
            if least > turn.most or (level and queue[0][:2] < (turn.since, turn.who)):  # type: ignore[operator]
                yield queue[0][1]


def all_waits(told: TraceIndex) -> Iterator[Wait]:
    """Every wait of which it is known how the desk ranks it."""
    priority = int(told.number("request_priority"))
    if told.number("queue_policy") == BY_VALUE:
        priority += class_of_the_average(told)
    for who, lines in told.colleagues.items():
        for asked, helped in spans(lines, {H.ASKED}, {H.HELPING}):
            until = helped.tick if helped else told.end
            yield Wait(asked.tick, who, until, (0, 0, priority), (0, 0, priority), helped)
    for who, lines in told.customers.items():
        for arrived, ended in spans(lines, {H.ARRIVED}, UNSERVED | {H.STARTED}):
            known = class_of(told, who, arrived, ended)
            if known:
                yield Wait(arrived.tick, who, ended.tick if ended else told.end, *known, ended)


Class = tuple[int, int, int]


def class_of(told: TraceIndex, who: int, arrived: Line, ended: Line | None) -> tuple[Class, Class] | None:
    """A visit's class at least and at most: as a complaint, as a call, as one of its kind; None if that is not told."""
    own = told.sheet[told.segment(who)]
    order, calls = int(told.number("complaint_order")), int(told.number("phone_order"))
    if order != IN_TURN and own["recovery_on"] and complains(told, who, arrived.tick):
        same = (1 if order == FIRST else -1, 0, 0)
        return same, same
    if calls != IN_TURN and own["phone_on"] and not ended:
        return None
    rings = bool(ended and {H.PICKED_UP, H.RANG_OFF} & told.said(who, ended.tick))
    place = 0 if calls == IN_TURN or not rings else 1 if calls == FIRST else -1
    policy, least, most = int(told.number("queue_policy")), 0, 0
    if own["waiting_on"] and policy == BY_SEGMENT:
        least = most = int(own["priority"])
    elif policy == BY_VALUE:
        least, most = (0, VALUABLE) if own["waiting_on"] else (class_of_the_average(told),) * 2
    return (0, place, least), (0, place, most)


def class_of_the_average(told: TraceIndex) -> int:
    """The class, by value, of whoever is ranked as an average customer."""
    return int(value_class(told.number("usual_spend")))


def complains(told: TraceIndex, who: int, tick: int) -> bool:
    """Does a customer who comes at this instant come to complain?"""
    return any(
        begun.tick < tick and (left is None or tick <= left.tick) for begun, left in told.extra_visits.get(who, [])
    )
