"""The invariants of visits. `catalogue` says what an invariant is."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Reason
from servsim.model.trace_index import TraceIndex
from servsim.model.trace_spans import (
    DEPARTURES,
    OF_VISITS,
    SERVED,
    UNSERVED,
    VISIT_ENDS,
    Line,
    out_of_turn,
    spans,
    stay_lines,
)

WAITED = frozenset({H.STARTED, H.ABANDONED, H.SENT_HOME})
"""Ends of waiting whose value is the ticks waited."""
WAIT_ENDS = UNSERVED | {H.STARTED}
"""Ends of waiting."""
AT_ONCE = frozenset({
    H.THOUGHT_AGAIN, H.TOOK_UP, H.RECOGNISED, H.PRAISED, H.WARNED, H.DETERRED, H.COOLED, H.WRITES_UP,
})  # fmt: skip
"""What may still be told of the very instant at which a customer has left, because it came before that."""
AFTERWARDS: dict[int, frozenset[H]] = {
    H.GONE: frozenset({H.FOLLOWED_UP, H.WROTE_UP}),
    H.LOST: frozenset({H.FOLLOWED_UP, H.WROTE_UP, H.HUNG_UP, H.CALLED}),
}
"""What may still be told of a customer who has left: work in hand is finished, and who is lost may be called."""

COMES_OF: dict[int, frozenset[H]] = {
    H.CARED: frozenset({H.FINISHED}),
    H.CLARIFIED: frozenset({H.FINISHED}),
    H.SOOTHED: frozenset({H.FINISHED}),
    H.ESCALATED: frozenset({H.FINISHED}),
    H.OVERLOOKED: SERVED,
    H.PROMISED: SERVED,
    H.BOUGHT: SERVED,
    H.DECLINED: SERVED,
    H.WON: SERVED,
    H.LET_DOWN: SERVED,
    H.RECOVERED: SERVED | {H.CALLED},
    H.RETRIES: UNSERVED,
    H.JUDGED: DEPARTURES | {H.FAILED, H.RECOVERED, H.KEPT, H.COOLED},
    H.LOST: DEPARTURES | {H.FAILED, H.THOUGHT_AGAIN},
    H.GONE: DEPARTURES | {H.FAILED},
    H.COMPLAINED: frozenset({H.FAILED}),
    H.WON_BACK: frozenset({H.CALLED, H.ARRIVED}),
    H.REFERRED: frozenset({H.ARRIVED}),
    H.RECOGNISED: frozenset({H.FINISHED}),
    H.WRITES_UP: frozenset({H.FINISHED}),
    H.PICKED_UP: frozenset({H.STARTED}),
    H.RANG_OFF: UNSERVED - {H.BALKED},
    H.PRAISED: SERVED,
    H.WARNED: SERVED | UNSERVED | {H.FAILED},
    H.DETERRED: frozenset({H.WARNED}),
}
"""What comes of something else, and what of it must happen to the customer at the same instant."""


def nobody_is_served_twice_at_once(told: TraceIndex) -> Iterator[str]:
    """A customer's visits begin and end in turn."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, {H.STARTED}, {H.FINISHED}):
            already = "already" if line.what == H.STARTED else "not"
            yield f"{line}: the customer is {already} being served."


def who_comes_is_not_here(told: TraceIndex) -> Iterator[str]:
    """A customer arrives again only after having left the desk, the manager's talk included."""
    for lines in told.customers.values():
        for line in out_of_turn(stay_lines(lines), {H.ARRIVED}, DEPARTURES):
            yield f"{line}: the customer {'is still' if line.what == H.ARRIVED else 'was not'} here."


def who_is_served_or_leaves_was_waiting(told: TraceIndex) -> Iterator[str]:
    """A visit begins, and a wait ends, only for a customer who has arrived and not yet left."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, {H.ARRIVED}, WAIT_ENDS):
            if line.what != H.ARRIVED:
                yield f"{line}: the customer was not waiting."


def waits_are_counted_right(told: TraceIndex) -> Iterator[str]:
    """The ticks waited are those from arrival to the end of the wait."""
    for lines in told.customers.values():
        for arrived, ended in spans(lines, {H.ARRIVED}, WAIT_ENDS):
            if ended and ended.what in WAITED and ended.value != ended.tick - arrived.tick:
                yield f"{ended}: the customer came at {arrived.tick}."


def visits_are_numbered(told: TraceIndex) -> Iterator[str]:
    """A customer's visits are numbered 0, 1, 2 … without gap."""
    for lines in told.customers.values():
        visits = (line for line in lines if line.what == H.ARRIVED)
        for number, line in enumerate(visits):
            if line.value != number:
                yield f"{line} is the customer's visit {number}."


def nobody_comes_back_for_good(told: TraceIndex) -> Iterator[str]:
    """Nothing new is told of a customer after GONE, or after LOST until the customer is won back."""
    for lines in told.customers.values():
        left: Line | None = None
        for line in lines:
            if line.what == H.WON_BACK and left and left.what == H.LOST:
                left = None
            elif left and not may_still_be_told(line, left):
                yield f"{line}: the customer had left for good."
            left = line if line.what in AFTERWARDS else left


def may_still_be_told(line: Line, left: Line) -> bool:
    """Is this told of people who have left, or of the instant at which they left?"""
    return line.what in AFTERWARDS[left.what] or (line.what in AT_ONCE and line.tick == left.tick)


def what_comes_of_a_visit_has_its_end(told: TraceIndex) -> Iterator[str]:
    """Care, buying, judging, being won or lost need an end of a visit at that instant, or what else they come of."""
    for line in told.of(*COMES_OF):
        if not COMES_OF[line.what] & told.causes(line):
            yield f"{line} does not follow from what happened to the customer then."


def care_fits_into_the_visit(told: TraceIndex) -> Iterator[str]:
    """The six steps, clarifying and recovery take no longer than the visit did, its pauses left out."""
    parts: Counter[tuple[int, int]] = Counter()
    for line in told.of(*OF_VISITS):
        parts[line.who, line.tick] += line.value
    for agent in told.agents:
        for visit in told.work[agent]:
            if visit.closed and visit.closed.what == H.FINISHED:
                taken, lasted = parts[visit.closed.who, visit.closed.tick], told.worked(agent, visit)
                if taken > lasted:
                    yield f"{visit.closed}: the visit took {lasted} ticks of work, but its parts {taken}."


def nobody_comes_while_the_doors_are_closed(told: TraceIndex) -> Iterator[str]:
    """Arrivals fall within opening hours."""
    for line in told.of(H.ARRIVED):
        if not told.is_open(line.tick):
            yield f"{line}: the doors were closed."


def arrivals_add_up(told: TraceIndex) -> Iterator[str]:
    """Arrivals = served + abandoned + balked + blocked + sent home + still inside."""
    inside = sum(is_inside(lines) for lines in told.customers.values())
    arrived, ended = told.count(H.ARRIVED), told.count(*VISIT_ENDS)
    if arrived != ended + inside:
        yield f"{arrived} arrived, but {ended} visits ended and {inside} customers are inside at the end."


def is_inside(lines: list[Line]) -> bool:
    """Is a customer at the desk when the trace ends?"""
    last = next((line.what for line in reversed(lines) if line.what in VISIT_ENDS or line.what == H.ARRIVED), None)
    return last == H.ARRIVED


def waits_make_the_queue(told: TraceIndex) -> Iterator[str]:
    """Little's law as an identity: the integral of the queue's length is the sum of all waits."""
    waits = sum(line.value for line in told.lines if line.what in WAITED) + still_waited(told)
    if queue_time(told) != waits:
        yield f"the queue's length adds up to {queue_time(told)} ticks, but the waits to {waits}."


def queue_time(told: TraceIndex) -> int:
    """∫ (arrivals − ends of waiting) dt, in customer ticks."""
    steps = [(line.tick, 1 if line.what == H.ARRIVED else -1) for line in told.lines
             if line.what == H.ARRIVED or line.what in WAIT_ENDS]  # fmt: skip
    instants, changes = np.array([*steps, (told.end, 0)], np.int64).T
    return int((np.cumsum(changes)[:-1] * np.diff(instants)).sum())


def still_waited(told: TraceIndex) -> int:
    """Ticks waited so far by those who wait when the horizon ends."""
    waits = (span for lines in told.customers.values() for span in spans(lines, {H.ARRIVED}, WAIT_ENDS))
    return sum(told.end - arrived.tick for arrived, ended in waits if ended is None)


def every_visit_leads_on(told: TraceIndex) -> Iterator[str]:
    """A customer who is not in the book when a visit is over is lost, is gone, or has a reason to come again."""
    for left in (stay.closed for stays in told.stays.values() for stay in stays if stay.closed):
        said = {H.LOST, H.GONE, H.RETRIES, H.DECLINED, H.COMPLAINED} & told.said(left.who, left.tick)
        in_book = told.is_member(left.who, left.tick)
        if not said and not in_book and not is_unsuspecting(told.customers[left.who], left.tick):
            yield f"{left}: what became of the customer is not told."


def is_unsuspecting(lines: list[Line], tick: int) -> bool:
    """Was something overlooked that the customer has not found out when an instant is over?"""
    past = [(line.what, line.value) for line in lines if line.tick <= tick]
    turns = [turn for turn in past if turn in ((H.OVERLOOKED, 0), (H.FAILED, Reason.MISTAKE), (H.DECLINED, 0))]
    return turns[-1:] == [(H.OVERLOOKED, 0)]
