"""The laws: what must hold of any trace, whatever the scenario and whichever engine told it.

A law is a small function that yields a sentence for each row, customer, agent or sum that breaks it. Laws know neither
the engines nor the rules; they read a trace as a distrustful clerk would, row by row, and are written to be checked by
reading. A law says what cannot be otherwise (nobody serves two at once), never what is likely or good. `told` cuts the
trace for them, and says what the order of rows within an instant means.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice, pairwise

import numpy as np

from servsim.model.durations import ticks
from servsim.model.told import (
    DEPARTURES,
    ENTERS,
    LEAVES,
    SERVED,
    UNSERVED,
    VISIT_ENDS,
    WORK,
    Line,
    Span,
    Told,
    leaving_last,
    out_of_turn,
    spans,
    stay_lines,
)
from servsim.model.trace import Trace
from servsim.units import HOUR, MILLIONTHS, MONTH, NEVER
from servsim.words import By, Call, Reason
from servsim.words import Happening as H  # noqa: N817 as short as in the figures

MOST = 5
"""How many sentences each law says at most about one trace."""

WAITED = frozenset({H.STARTED, H.ABANDONED, H.SENT_HOME})
"""Ends of waiting whose value is the ticks waited."""
WAIT_ENDS = UNSERVED | {H.STARTED}
"""Ends of waiting."""
SALES = frozenset({H.BOUGHT, H.DECLINED, H.WON})
"""What comes of an offer."""
BREAKS = frozenset({H.WENT_ON_BREAK, H.CAME_BACK, H.WENT_OFF})
"""Where a break begins or ends."""
OF_AGENTS = BREAKS | {H.CAME_ON, H.LOST_ATTENTION, H.REGAINED_ATTENTION, H.RELEASED}
"""What is told of an agent and no customer."""
OF_VISITS = frozenset({H.CARED, H.CLARIFIED, H.SOOTHED})
"""Parts of a visit's staff time."""
HANDLING = frozenset({H.SOOTHED, H.ESCALATED, H.LET_DOWN, H.RECOVERED})
"""What is done about a complaint, and what becomes of it."""
BY_THE_WAY = OF_VISITS | {H.OVERLOOKED, H.PROMISED, H.ESCALATED}
"""What is told of the agent who served, once the visit is over."""
ENDS = frozenset(WORK.values())
"""Ends of what agents and managers do."""
OF_BOTH = frozenset(WORK) | ENDS | BY_THE_WAY
"""What is told of a customer and an agent."""

AFTERWARDS: dict[int, frozenset[H]] = {
    H.GONE: frozenset({H.FOLLOWED_UP}),
    H.LOST: frozenset({H.FOLLOWED_UP, H.HUNG_UP, H.CALLED}),
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
    H.JUDGED: DEPARTURES | {H.FAILED, H.RECOVERED, H.KEPT},
    H.LOST: DEPARTURES | {H.FAILED},
    H.GONE: DEPARTURES | {H.FAILED},
    H.COMPLAINED: frozenset({H.FAILED}),
    H.WON_BACK: frozenset({H.CALLED}),
}
"""What comes of something else, and what of it must happen to the customer at the same instant."""

WON_OVER: dict[int, H] = {By.AGENT: H.FINISHED, By.MANAGER: H.STEPPED_BACK, By.CALL: H.CALLED}
"""Who tried to win a customer over, and what must happen to the customer at that instant."""

REASONS: dict[int, frozenset[H]] = {
    Reason.NATURAL: DEPARTURES,
    Reason.WAIT: SERVED,
    Reason.ABANDONED: UNSERVED,
    Reason.INATTENTION: SERVED,
    Reason.CARE: SERVED,
    Reason.EXPECTATION: SERVED,
    Reason.CHANCE: SERVED,
    Reason.MISTAKE: frozenset({H.FAILED}),
    Reason.BROKEN_PROMISE: frozenset({H.FAILED}),
    Reason.UNRECOVERED: frozenset({H.LET_DOWN}),
}
"""Why customers leave the book, and what must happen to them at that instant."""

ORDINARY = frozenset({
    Reason.NATURAL, Reason.WAIT, Reason.INATTENTION, Reason.CARE, Reason.EXPECTATION, Reason.CHANCE,
})  # fmt: skip
"""Reasons for which nobody leaves after an extra visit, which counts only as far as it puts things right."""

KNOWN: tuple[tuple[int, int], ...] = (
    (H.LET_DOWN, By.AGENT), (H.LET_DOWN, By.MANAGER), (H.FAILED, Reason.BROKEN_PROMISE),
)  # fmt: skip
"""What had gone wrong for a customer as far as the desk knows; mistakes are swallowed unseen."""

NEEDS: dict[str, frozenset[H]] = {
    "waiting_on": UNSERVED | {H.RETRIES},
    "quality_on": frozenset({H.JUDGED}),
    "loyalty_on": frozenset({H.WON, H.LOST, H.WON_BACK}),
    "spending_on": frozenset({H.BOUGHT, H.DECLINED}),
    "investment_on": frozenset({H.CARED, H.SOOTHED, H.CALLED}),
    "mistakes_on": frozenset({H.CLARIFIED, H.OVERLOOKED}),
    "recovery_on": frozenset({H.SOOTHED, H.RECOVERED, H.LET_DOWN, H.ESCALATED}),
    "manager_on": frozenset({H.ESCALATED, H.STEPPED_IN}),
    "agent_held": frozenset({H.RELEASED}),
    "promises_on": frozenset({H.PROMISED, H.TOOK_UP}),
    "outreach_on": frozenset({H.CALLED, H.WON_BACK}),
    "break_minutes": frozenset({H.WENT_ON_BREAK}),
}
"""What must be switched on, and what happens only then."""

WITHOUT_VALUE = frozenset({
    H.CAME_ON, H.WENT_OFF, H.LOST_ATTENTION, H.REGAINED_ATTENTION, H.WENT_ON_BREAK, H.CAME_BACK, H.BLOCKED, H.BALKED,
    H.OVERLOOKED, H.DECLINED, H.RETRIES, H.COMPLAINED, H.KEPT, H.GONE, H.TOOK_UP,
})  # fmt: skip
"""Happenings of which there is nothing more to say."""

RANGES: dict[int, tuple[int, int]] = {
    **dict.fromkeys(WITHOUT_VALUE, (0, 0)),
    H.MEMBER: (0, 10 * MILLIONTHS),
    H.FINISHED: (0, 10 * MILLIONTHS),
    H.JUDGED: (0, 10 * MILLIONTHS),
    H.REMAINS: (0, 10 * MILLIONTHS),
    H.WON: (0, MILLIONTHS),
    H.WON_BACK: (0, MILLIONTHS),
    H.OUTLOOK: (0, MILLIONTHS),
    H.LOST: (1, max(Reason)),
    H.FAILED: (Reason.MISTAKE, Reason.BROKEN_PROMISE),
    H.CALLED: (1, max(Call)),
    H.ESCALATED: (0, 1),
    H.RECOVERED: (0, max(By)),
    H.LET_DOWN: (By.AGENT, By.MANAGER),
}
"""Smallest and largest value of a happening, where it is a share, a point or a reason; others are not negative."""


# Rows


def rows_are_in_order(told: Told) -> Iterator[str]:
    """Rows are in canonical order, and no two say the same of the same customer and agent at the same instant.

    Only judgements and failures may come twice at one instant: a visit ends, and a date that fell into it has passed.
    """
    for before, line in pairwise(told.lines):
        twice = line[1:] == before[1:] if line.what == H.FAILED else line[1:5] == before[1:5]
        if twice and line.what != H.JUDGED:
            yield f"{line} says again what the row before it says."
        elif line[1:] < before[1:]:
            yield f"{line} belongs before the row before it."


def rows_are_within_the_horizon(told: Told) -> Iterator[str]:
    """Everything happens before the end, but for the closing book, which is written down at the end."""
    for line in told.lines:
        closing = line.what in (H.REMAINS, H.OUTLOOK)
        if line.tick != told.end if closing else not 0 <= line.tick < told.end:
            yield f"{line} is outside the horizon."


def values_are_within_their_ranges(told: Told) -> Iterator[str]:
    """Satisfaction and quality are 0 to 10, retention 0 to 1, a reason is one of the list, nothing is negative."""
    for line in told.lines:
        low, high = RANGES.get(line.what, (0, NEVER))
        if not low <= line.value <= high:
            yield f"{line} has a value outside its range."


def rows_name_whom_they_are_about(told: Told) -> Iterator[str]:
    """A row names a customer, an agent, or both, as its happening is about; what comes of a visit, who served in it."""
    served: dict[int, int] = {}
    for line in told.lines:
        if (line.who >= 0, line.agent >= 0) != (line.what not in OF_AGENTS, line.what in OF_AGENTS | OF_BOTH):
            yield f"{line} names too many or too few."
        elif line.what == H.FINISHED:
            served[line.who] = line.agent
        elif line.what in BY_THE_WAY and line.agent != served.get(line.who):
            yield f"{line}: the agent had not served the customer."


def what_is_switched_off_does_not_happen(told: Told) -> Iterator[str]:
    """What belongs to a table happens only where some customers have the table."""
    for setting, happenings in NEEDS.items():
        if not told.somewhere(setting):
            for line in told.of(*happenings):
                yield f"{line}: {setting} is 0."


# Visits


def nobody_is_served_twice_at_once(told: Told) -> Iterator[str]:
    """A customer's visits begin and end in turn."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, {H.STARTED}, {H.FINISHED}):
            already = "already" if line.what == H.STARTED else "not"
            yield f"{line}: the customer is {already} being served."


def who_comes_is_not_here(told: Told) -> Iterator[str]:
    """A customer arrives again only after having left the desk, the manager's talk included."""
    for lines in told.customers.values():
        for line in out_of_turn(stay_lines(lines), {H.ARRIVED}, DEPARTURES):
            yield f"{line}: the customer {'is still' if line.what == H.ARRIVED else 'was not'} here."


def who_is_served_or_leaves_was_waiting(told: Told) -> Iterator[str]:
    """A visit begins, and a wait ends, only for a customer who has arrived and not yet left."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, {H.ARRIVED}, WAIT_ENDS):
            if line.what != H.ARRIVED:
                yield f"{line}: the customer was not waiting."


def waits_are_counted_right(told: Told) -> Iterator[str]:
    """The ticks waited are those from arrival to the end of the wait."""
    for lines in told.customers.values():
        for arrived, ended in spans(lines, {H.ARRIVED}, WAIT_ENDS):
            if ended and ended.what in WAITED and ended.value != ended.tick - arrived.tick:
                yield f"{ended}: the customer came at {arrived.tick}."


def visits_are_numbered(told: Told) -> Iterator[str]:
    """A customer's visits are numbered 0, 1, 2 … without gap."""
    for lines in told.customers.values():
        visits = (line for line in lines if line.what == H.ARRIVED)
        for number, line in enumerate(visits):
            if line.value != number:
                yield f"{line} is the customer's visit {number}."


def nobody_comes_back_for_good(told: Told) -> Iterator[str]:
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
    """Is this told of people who have left? Work on a promise may have begun at the very instant of leaving."""
    return line.what in AFTERWARDS[left.what] or (line.what, line.tick) == (H.TOOK_UP, left.tick)


def what_comes_of_a_visit_has_its_end(told: Told) -> Iterator[str]:
    """Care, buying, judging, being won or lost need an end of a visit at that instant, or what else they come of."""
    for line in told.of(*COMES_OF):
        if not COMES_OF[line.what] & causes(told, line):
            yield f"{line} does not follow from what happened to the customer then."


def causes(told: Told, line: Line) -> set[int]:
    """What may have led to a line: what happens to the customer then, but no visit that goes on with the manager."""
    said = told.said(line.who, line.tick)
    goes_on = H.ESCALATED in said and line.what not in OF_VISITS | {H.ESCALATED}
    return said - {H.FINISHED} if goes_on else said


def care_fits_into_the_visit(told: Told) -> Iterator[str]:
    """The six steps, clarifying and recovery take no longer than the visit did, its pauses left out."""
    parts: Counter[tuple[int, int]] = Counter()
    for line in told.of(*OF_VISITS):
        parts[line.who, line.tick] += line.value
    for agent in told.agents:
        for visit in told.work[agent]:
            if visit.closed and visit.closed.what == H.FINISHED:
                taken, lasted = parts[visit.closed.who, visit.closed.tick], worked(told, agent, visit)
                if taken > lasted:
                    yield f"{visit.closed}: the visit took {lasted} ticks of work, but its parts {taken}."


def nobody_comes_while_the_doors_are_closed(told: Told) -> Iterator[str]:
    """Arrivals fall within opening hours."""
    for line in told.of(H.ARRIVED):
        if not told.is_open(line.tick):
            yield f"{line}: the doors were closed."


def arrivals_add_up(told: Told) -> Iterator[str]:
    """Arrivals = served + abandoned + balked + blocked + sent home + still inside."""
    inside = sum(is_inside(lines) for lines in told.customers.values())
    arrived, ended = told.count(H.ARRIVED), told.count(*VISIT_ENDS)
    if arrived != ended + inside:
        yield f"{arrived} arrived, but {ended} visits ended and {inside} customers are inside at the end."


def is_inside(lines: list[Line]) -> bool:
    """Is a customer at the desk when the trace ends?"""
    last = next((line.what for line in reversed(lines) if line.what in VISIT_ENDS or line.what == H.ARRIVED), None)
    return last == H.ARRIVED


def waits_make_the_queue(told: Told) -> Iterator[str]:
    """Little's law as an identity: the integral of the queue's length is the sum of all waits."""
    waits = sum(line.value for line in told.lines if line.what in WAITED) + still_waited(told)
    if queue_time(told) != waits:
        yield f"the queue's length adds up to {queue_time(told)} ticks, but the waits to {waits}."


def queue_time(told: Told) -> int:
    """∫ (arrivals − ends of waiting) dt, in customer ticks."""
    steps = [(line.tick, 1 if line.what == H.ARRIVED else -1) for line in told.lines
             if line.what == H.ARRIVED or line.what in WAIT_ENDS]  # fmt: skip
    instants, changes = np.array([*steps, (told.end, 0)], np.int64).T
    return int((np.cumsum(changes)[:-1] * np.diff(instants)).sum())


def still_waited(told: Told) -> int:
    """Ticks waited so far by those who wait when the horizon ends."""
    waits = (span for lines in told.customers.values() for span in spans(lines, {H.ARRIVED}, WAIT_ENDS))
    return sum(told.end - arrived.tick for arrived, ended in waits if ended is None)


def every_visit_leads_on(told: Told) -> Iterator[str]:
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


# The book


def the_book_is_entered_and_left_in_turn(told: Told) -> Iterator[str]:
    """Only who is not in the book is won, once, only who is in it is lost, and only who was lost is won back."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, ENTERS, LEAVES):
            yield f"{line}: the customer is {'already' if line.what in ENTERS else 'not'} in the book."
        for number, line in enumerate(line for line in lines if line.what in ENTERS):
            if (number > 0) != (line.what == H.WON_BACK):
                yield f"{line}: the customer has {'' if number else 'not '}been in the book before."


def who_is_lost_has_the_reason(told: Told) -> Iterator[str]:
    """The reason for leaving is something that happened at that instant; who complains leaves only over the failure."""
    failures = {(line.who, line.tick, line.value) for line in told.of(H.FAILED)}
    extra = {(line.who, line.tick) for some in told.extra_visits.values() for _, line in some if line}
    for line in told.of(H.LOST):
        said = causes(told, line)
        reasons = REASONS.get(line.value, frozenset())
        missed = reasons == {H.FAILED} and (line.who, line.tick, line.value) not in failures
        besides = line.value in ORDINARY and (line.who, line.tick) in extra
        if missed or besides or H.COMPLAINED in said or not reasons & said:
            yield f"{line}: nothing of the kind happened to the customer."


def the_opening_book_is_the_sheets(told: Told) -> Iterator[str]:
    """The book opens with the customers that the sheet says, at tick 0."""
    members = [line.who for line in told.of(H.MEMBER) if line.tick == 0]
    expected = int(told.sheet[0]["opening_book"])
    if told.count(H.MEMBER) != len(members) or members != list(range(expected)):
        yield f"the opening book has {told.count(H.MEMBER)} members, not customers 0 to {expected - 1} at tick 0."


def the_book_adds_up(told: Told) -> Iterator[str]:
    """Opening book + won + won back − lost = customers who remain = customers with an outlook."""
    book = told.count(*ENTERS) - told.count(*LEAVES)
    remain, outlooks = told.count(H.REMAINS), told.count(H.OUTLOOK)
    if not book == remain == outlooks:
        yield f"the book comes to {book} customers, but {remain} remain and {outlooks} have an outlook."


def the_closing_book_is_who_remains(told: Told) -> Iterator[str]:
    """Those who entered the book and did not leave it remain, each with an outlook, and nobody else."""
    for who, lines in told.customers.items():
        words = {line.what for line in lines}
        member = told.is_member(who, told.end)
        if not member == (H.REMAINS in words) == (H.OUTLOOK in words):
            yield f"customer {who} is {'' if member else 'not '}in the book at the end; {lines[-1]} is the last word."


def satisfaction_stays_as_last_judged(told: Told) -> Iterator[str]:
    """A customer who remains is as satisfied as at the last judgement, or as on the first day."""
    for lines in told.customers.values():
        known = [line for line in lines if line.what in (H.MEMBER, H.JUDGED)]
        last = {line.value for line in known if line.tick == known[-1].tick and line.what == known[-1].what}
        for line in lines:
            if line.what == H.REMAINS and known and line.value not in last:
                yield f"{line}: the customer's satisfaction was last {known[-1].value}."


def who_judges_judges_everything(told: Told) -> Iterator[str]:
    """Who judges at all does so after every visit, failure, recovery and promise kept, and at no other time.

    Being let down is judged beside the visit. Prospects who were not served have nothing to judge.
    """
    for who, lines in told.customers.items():
        judged = Counter(line.tick for line in lines if line.what == H.JUDGED)
        judges = told.everywhere("quality_on") or bool(judged)
        lived = occasions(told, who) if judges else Counter()
        for tick in sorted(judged.keys() | lived.keys()):
            if judged[tick] != lived[tick]:
                yield f"customer {who} judges {judged[tick]} times at {tick}, with {lived[tick]} occasions to do so."


def occasions(told: Told, who: int) -> Counter[int]:
    """How often there is something to judge at which instant."""
    judged_apart = (H.FAILED, H.RECOVERED, H.LET_DOWN, H.KEPT)
    found = Counter(line.tick for line in told.customers[who] if line.what in judged_apart)
    for stay in told.stays[who]:
        if stay.closed:
            said = told.said(who, stay.closed.tick)
            in_book = told.is_member(who, stay.closed.tick) or H.LOST in said
            found[stay.closed.tick] += stay.closed.what in SERVED or (in_book and H.RETRIES not in said)
    return found


def who_is_served_buys_or_declines(told: Told) -> Iterator[str]:
    """Money comes of every visit in which something was for sale, unless the customer declined; never of another."""
    extra = {line for some in told.extra_visits.values() for _, line in some}
    asked = told.everywhere("spending_on") and told.everywhere("basket_mean")
    for left in (stay.closed for stays in told.stays.values() for stay in stays if stay.closed):
        answered = len({H.BOUGHT, H.DECLINED} & told.said(left.who, left.tick))
        if left.what == H.FINISHED and left not in extra and (answered > 1 or (asked and answered == 0)):
            yield f"{left}: the customer {'bought and declined' if answered else 'neither bought nor declined'}."


# When things go wrong


def mistakes_come_to_light_once(told: Told) -> Iterator[str]:
    """A mistake is found out after it was overlooked, and once; not by who was lost or did not buy meanwhile."""
    for lines in told.customers.values():
        overlooked: Line | None = None
        for line in lines:
            if line.what == H.OVERLOOKED:
                overlooked = line
            elif line.what in (H.LOST, H.DECLINED):
                overlooked = None
            elif line.what == H.FAILED and line.value == Reason.MISTAKE:
                if not overlooked or overlooked.tick == line.tick:
                    yield f"{line}: nothing had been overlooked."
                overlooked = None


def nobody_finds_out_at_the_desk(told: Told) -> Iterator[str]:
    """Mistakes come to light, and dates fall due, before a customer comes or once the customer has left."""
    for line in told.of(H.FAILED, H.KEPT):
        if told.seen_to(line.who, line.tick) != line.tick:
            yield f"{line}: the customer was at the desk."


def complaints_are_answered(told: Told) -> Iterator[str]:
    """Who complains comes, and complains again only after that visit, which ends well or badly.

    They come at once, or within a day of the profile's clock if the doors are closed.
    """
    for who, extra_visits in told.extra_visits.items():
        for complained, left in extra_visits:
            for again in told.customers[who]:
                if again.what == H.COMPLAINED and complained.tick < again.tick < (left.tick if left else told.end):
                    yield f"{again}: the last complaint was not dealt with."
            comes = next((stay.opened.tick for stay in told.stays[who] if stay.opened.tick > complained.tick), told.end)
            if comes > told.on_the_clock(complained.tick, 0.0 if told.is_open(complained.tick) else 1.0):
                yield f"{complained}: the customer did not come."
            if left and told.everywhere("recovery_on") and answers(told, left) != (left.what in SERVED):
                yield f"{left}: the customer, who had complained, was neither won over nor let down, or both."


def answers(told: Told, left: Line) -> int:
    """How many words there are on what became of a complaint when the customer left."""
    return len({H.RECOVERED, H.LET_DOWN} & told.said(left.who, left.tick))


def who_is_won_over_had_been_failed(told: Told) -> Iterator[str]:
    """Recovery, the manager and being let down belong to a complaint's visit; only a call wins over who swallowed it.

    Who is called is in the book, with a failure that was not put right, whatever the call is for.
    """
    for line in told.of(*HANDLING):
        if line.what in (H.RECOVERED, H.LET_DOWN) and WON_OVER.get(line.value) not in causes(told, line):
            yield f"{line}: somebody else tried to win the customer over."
        if (line.what, line.value) == (H.RECOVERED, By.CALL):
            if not told.is_member(line.who, line.tick - 1) or not told.not_put_right(line.who, line.tick):
                yield f"{line}: there was nothing to be put right."
        elif not any(begun.tick < line.tick <= (left.tick if left else told.end)
                     for begun, left in told.extra_visits[line.who]):  # fmt: skip
            yield f"{line}: the customer had not complained."


def an_extra_visit_sells_nothing(told: Told) -> Iterator[str]:
    """Who comes to have a failure put right is not sold anything."""
    left = {(line.who, line.tick) for some in told.extra_visits.values() for _, line in some if line}
    for line in told.of(*SALES):
        if (line.who, line.tick) in left:
            yield f"{line}: the customer came to complain."


def who_waits_for_the_manager_is_heard_once(told: Told) -> Iterator[str]:
    """Each customer left to the manager is spoken to once, by one manager, and then goes."""
    for lines in told.customers.values():
        for opens, closes in ((H.ESCALATED, H.STEPPED_IN), (H.STEPPED_IN, H.STEPPED_BACK)):
            for line in out_of_turn(lines, {opens}, {closes}):
                yield f"{line}: the customer {'is still' if line.what == opens else 'was not'} waiting for that."
            for began, ended in spans(lines, {opens}, {closes}):
                if ended and ended.value != ended.tick - began.tick:
                    yield f"{ended}: it was {ended.tick - began.tick} ticks since {began}."


# Promises and calls


def promises_come_to_their_date(told: Told) -> Iterator[str]:
    """At its date each promise is kept or broken, unless the customer has left for good; at the desk, on leaving it.

    It is kept if and only if the work on it was done by the date.
    """
    for lines in told.customers.values():
        for promised, *chapter in since_each(lines, H.PROMISED):
            answered = [line for line in chapter if line.what == H.KEPT
                        or (line.what, line.value) == (H.FAILED, Reason.BROKEN_PROMISE)]  # fmt: skip
            if promised.what != H.PROMISED:
                yield from (f"{line}: nothing had been promised." for line in answered)
                continue
            due = promised.tick + promised.value
            expected = told.seen_to(promised.who, due)
            void = expected >= told.end or told.comes_no_more(promised.who, promised.tick, expected)
            word = H.KEPT if is_done(told, chapter, due) else H.FAILED
            if not (void and not answered) and [line[1:3] for line in answered] != [(expected, word)]:
                yield f"{promised}: it was to be {word.name} at {expected}, once."


def is_done(told: Told, chapter: list[Line], due: int) -> bool:
    """Was the work on a promise done by its date?"""
    begun = next((line for line in chapter if line.what == H.TOOK_UP), None)
    work = begun and next((span for span in told.work[begun.agent] if span.opened == begun), None)
    return bool(work and work.closed and work.closed.tick <= due)


def work_is_done_on_promises(told: Told) -> Iterator[str]:
    """Each promise is worked on once at most, after it was made, and not for customers who have left for good."""
    for who, lines in told.customers.items():
        for promised, *chapter in since_each(lines, H.PROMISED):
            begun = [line for line in (promised, *chapter) if line.what == H.TOOK_UP]
            for line in begun[int(promised.what == H.PROMISED) :]:
                yield f"{line}: there was nothing to do."
            for line in begun[:1]:
                if told.comes_no_more(who, promised.tick, line.tick - 1):
                    yield f"{line}: the customer had left for good."


def since_each(lines: list[Line], what: int) -> Iterator[list[Line]]:
    """Lines in chapters: those before the first of a kind, if any, then each of the kind with what follows it."""
    starts = [place for place, line in enumerate(lines) if line.what == what]
    for begin, end in pairwise(sorted({0, *starts, len(lines)})):
        yield lines[begin:end]


def who_is_called_is_at_home(told: Told) -> Iterator[str]:
    """Customers of the book, and those who left it because of the desk, are called; nobody who is at the desk."""
    for line in told.of(H.CALLED):
        before = [past for past in told.customers[line.who] if past.tick < line.tick]
        losses = [past.value for past in before if past.what == H.LOST]
        if told.is_at_the_desk(line.who, line.tick):
            yield f"{line}: the customer was at the desk."
        elif told.is_member(line.who, line.tick - 1) == (line.value == Call.LAPSED):
            yield f"{line}: that is not what the customer would be called for."
        elif line.value == Call.LAPSED and not losses:
            yield f"{line}: the customer had never been in the book."
        elif line.value == Call.LAPSED and losses[-1] == Reason.NATURAL:
            yield f"{line}: the customer had left for reasons of their own."
        elif line.value == Call.DISGRUNTLED and not any(
            (wrong.what, wrong.value) in KNOWN for wrong in told.not_put_right(line.who, line.tick)
        ):
            yield f"{line}: the desk knew of nothing that had gone wrong."


def nobody_is_called_before_they_are_overdue(told: Told) -> Iterator[str]:
    """Who is called for nothing that the desk knows of has not been here for longer than usual.

    Where usual gaps differ between customers a trace does not tell them, and nothing is said.
    """
    if not (told.sheet["gap_between_log_variance"] == 0).all():
        return
    longer = float((told.sheet["overdue_factor"] * told.sheet["visit_gap_days"]).min())
    for line in told.of(H.CALLED):
        left = [stay.closed.tick for stay in told.stays[line.who] if stay.closed and stay.closed.tick < line.tick]
        if line.value != Call.DISGRUNTLED and left and line.tick < told.on_the_clock(left[-1], longer):
            yield f"{line}: the customer was here at {left[-1]}."


def calls_stay_within_the_month(told: Told) -> Iterator[str]:
    """The calls begun in a month take no longer than the hours set aside for it; one not over yet counts as a tick."""
    on = told.somewhere("outreach_on") and told.somewhere("investment_on")
    limit = told.number("relationship_hours_per_month") * HOUR if on else 0.0
    spent: Counter[int] = Counter()
    for work in told.work.values():
        for call in work:
            if call.opened.what == H.CALLED:
                spent[call.opened.tick // MONTH] += call.closed.value if call.closed else 1
    for month, taken in sorted(spent.items()):
        if taken > limit:
            yield f"calls of month {month} took {taken} ticks, with {limit:.0f} set aside."


# The agents


def agents_do_one_thing_at_a_time(told: Told) -> Iterator[str]:
    """What an agent or manager begins is ended before the next thing begins: visits, follow-ups, calls, talks."""
    for lines in told.agents.values():
        for line in out_of_turn(lines, WORK, ENDS):
            yield f"{line}: the agent is {'already' if line.what in WORK else 'not'} at work."


def who_ends_something_began_it(told: Told) -> Iterator[str]:
    """One agent does a thing from its beginning to its end, for one customer."""
    for lines in told.agents.values():
        for began, ended in spans(lines, WORK, ENDS):
            if ended and (ended.what, ended.who) != (WORK[began.what], began.who):
                yield f"{ended}: the agent began something else, {began}."


def agents_serve_and_managers_talk(told: Told) -> Iterator[str]:
    """Managers speak to those left to them and do nothing else; agents of the desk do all the rest."""
    for line in told.lines:
        if line.agent >= 0 and line.what not in (H.CAME_ON, H.WENT_OFF, H.LOST_ATTENTION, H.REGAINED_ATTENTION):
            talks = line.what in (H.STEPPED_IN, H.STEPPED_BACK)
            if talks != told.is_manager(line.agent):
                yield f"{line}: the agent is {'not ' if talks else ''}a manager."


def nobody_begins_anything_while_held_or_on_a_break(told: Told) -> Iterator[str]:
    """Work, waiting for the manager's talk to end, and breaks of one agent do not overlap."""
    for agent in told.agents:
        pieces = [*told.work[agent], *told.holds.get(agent, []), *told.breaks[agent]]
        for before, after in pairwise(sorted(pieces, key=lambda piece: piece.opened.tick)):
            if after.opened.tick < before.until(told.end):
                yield f"{after.opened}: the agent was not free, because of {before.opened}."


def who_is_held_is_released(told: Told) -> Iterator[str]:
    """An agent who waits for the manager's talk to end is released when it does, and told how long it took."""
    released = Counter((line.agent, line.tick, line.value) for line in told.of(H.RELEASED))
    held = Counter((agent, last.tick, last.tick - first.tick)
                   for agent, some in told.holds.items() for first, last in some if last)  # fmt: skip
    for agent, tick, waited in sorted((released - held) + (held - released)):
        word = "was not released" if held[agent, tick, waited] else "was not held"
        yield f"agent {agent} {word} at {tick} after {waited} ticks."


def shifts_alternate(told: Told) -> Iterator[str]:
    """An agent comes on, goes off, comes on."""
    for lines in told.agents.values():
        for line in out_of_turn(lines, {H.CAME_ON}, {H.WENT_OFF}):
            yield f"{line}: the agent is {'already' if line.what == H.CAME_ON else 'not'} here."


def shifts_follow_the_roster(told: Told) -> Iterator[str]:
    """An agent comes on when the roster asks for it, and goes off only when it does not; managers as the doors open."""
    for line in told.of(H.CAME_ON, H.WENT_OFF):
        asked = told.is_on_duty(line.agent, line.tick)
        if asked != (line.what == H.CAME_ON):
            yield f"{line}: the agent is {'' if asked else 'not '}on duty."
        elif asked and line.tick > 0 and told.is_on_duty(line.agent, line.tick - 1):
            yield f"{line}: the agent has been on duty for a while."


def managers_stay_for_who_is_inside(told: Told) -> Iterator[str]:
    """A manager goes home only when no customer is at the desk."""
    going = [line for line in told.of(H.WENT_OFF) if told.is_manager(line.agent)]
    stays = [stay for some in told.stays.values() for stay in some] if going else []
    came = sorted(stay.opened.tick for stay in stays)
    left = sorted(stay.closed.tick for stay in stays if stay.closed)
    for line in going:
        inside = bisect(came, line.tick) - bisect(left, line.tick)
        if inside > 0:
            yield f"{line}: {inside} customers were at the desk."


def nobody_works_while_away(told: Told) -> Iterator[str]:
    """Work begins and ends within one shift of its agent, overtime included, and so does waiting for the manager."""
    for agent, shifts in told.shifts.items():
        begun = [shift.opened.number for shift in shifts]
        for work in [*told.work[agent], *told.holds.get(agent, [])]:
            shift = bisect(begun, work.opened.number)
            if shift == 0 or work.until(told.end) > shifts[shift - 1].until(told.end):
                yield f"{work.opened}: the agent was away, or went before the work was done."


def breaks_alternate(told: Told) -> Iterator[str]:
    """An agent who is here goes on a break and comes back in turn; going home ends a break too."""
    for lines in told.agents.values():
        here = on_break = False
        for line in leaving_last(lines):
            if line.what in (H.WENT_ON_BREAK, H.CAME_BACK) and (not here or on_break == (line.what == H.WENT_ON_BREAK)):
                yield f"{line}: the agent was {'' if on_break else 'not '}on a break, or not here."
            here = line.what != H.WENT_OFF if line.what in (H.CAME_ON, H.WENT_OFF) else here
            on_break = line.what == H.WENT_ON_BREAK if line.what in BREAKS else on_break


def breaks_are_as_long_as_they_should_be(told: Told) -> Iterator[str]:
    """An agent comes back when the break is over, no sooner and no later, unless the agent goes home before."""
    lasts = int(ticks(told.number("break_minutes")))
    for pause in (pause for breaks in told.breaks.values() for pause in breaks):
        over, ended = pause.opened.tick + lasts, pause.until(told.end)
        early = pause.closed and pause.closed.what == H.CAME_BACK and ended < over
        if early or ended > over:
            yield f"{pause.opened}: the break ends at {over}, not at {ended}."


def attention_alternates(told: Told) -> Iterator[str]:
    """An agent who is here loses and regains attention in turn, and begins each shift attentive."""
    for lines in told.agents.values():
        for line in inattentive_out_of_turn(lines):
            yield f"{line}: the agent is already {'in' if line.what == H.LOST_ATTENTION else ''}attentive."


def inattentive_out_of_turn(lines: list[Line]) -> Iterator[Line]:
    """Lines that lose attention where it is lost, or regain it where it is not; who is away has none to lose."""
    attentive = False
    for line in leaving_last(lines):
        if line.what in (H.LOST_ATTENTION, H.REGAINED_ATTENTION) and attentive == (line.what == H.REGAINED_ATTENTION):
            yield line
        if line.what in (H.CAME_ON, H.REGAINED_ATTENTION):
            attentive = True
        elif line.what in (H.WENT_OFF, H.LOST_ATTENTION):
            attentive = False


def nobody_begins_anything_inattentive(told: Told) -> Iterator[str]:
    """Work begins only with an agent who is attentive, a talk with a manager who is not at other work."""
    for lines in told.agents.values():
        absent = False
        for line in lines:
            if line.what in WORK and absent:
                yield f"{line}: the agent was inattentive."
            elif line.what in (H.LOST_ATTENTION, H.REGAINED_ATTENTION, H.CAME_ON):
                absent = line.what == H.LOST_ATTENTION


def work_takes_its_time(told: Told) -> Iterator[str]:
    """A follow-up or a call lasts as long as the work on it, and as the agent was elsewhere meanwhile."""
    for agent, work in told.work.items():
        for piece in work:
            if piece.closed and piece.closed.what in (H.FOLLOWED_UP, H.HUNG_UP):
                lasted = worked(told, agent, piece)
                if piece.closed.value != lasted:
                    yield f"{piece.closed}: it took {lasted} ticks of work since {piece.opened}."


def worked(told: Told, agent: int, piece: Span) -> int:
    """How long an agent was at work in a piece of work, pauses left out where work pauses with attention."""
    lasted = told.length([piece])
    return lasted - told.elsewhere(agent, piece) if told.pauses else lasted


def busy_time_is_the_sum_of_its_parts(told: Told) -> Iterator[str]:
    """The time each agent is busy is the time that customers spent being served, thought of, called and spoken to."""
    parts: Counter[int] = Counter()
    for (_, agent), lines in told.pairs.items():
        parts[agent] += told.length(*(spans(lines, {begins}, {ends}) for begins, ends in WORK.items()))
    for agent, lines in told.agents.items():
        busy = told.length(spans(lines, WORK, ENDS))
        if busy != parts[agent]:
            yield f"agent {agent} was busy for {busy} ticks, but customers account for {parts[agent]}."


def the_shift_is_long_enough(told: Told) -> Iterator[str]:
    """Time here = work + held + breaks + rest, and the rest is not negative."""
    for agent, shifts in told.shifts.items():
        here = told.length(shifts)
        taken = told.length(told.work[agent], told.holds.get(agent, []), told.breaks[agent])
        if taken > here:
            yield f"agent {agent} was here for {here} ticks, but work, waiting and breaks took {taken}."


LAWS: tuple[Callable[[Told], Iterator[str]], ...] = (
    rows_are_in_order,
    rows_are_within_the_horizon,
    values_are_within_their_ranges,
    rows_name_whom_they_are_about,
    what_is_switched_off_does_not_happen,
    nobody_is_served_twice_at_once,
    who_comes_is_not_here,
    who_is_served_or_leaves_was_waiting,
    waits_are_counted_right,
    visits_are_numbered,
    nobody_comes_back_for_good,
    what_comes_of_a_visit_has_its_end,
    care_fits_into_the_visit,
    nobody_comes_while_the_doors_are_closed,
    arrivals_add_up,
    waits_make_the_queue,
    every_visit_leads_on,
    the_book_is_entered_and_left_in_turn,
    who_is_lost_has_the_reason,
    the_opening_book_is_the_sheets,
    the_book_adds_up,
    the_closing_book_is_who_remains,
    satisfaction_stays_as_last_judged,
    who_judges_judges_everything,
    who_is_served_buys_or_declines,
    mistakes_come_to_light_once,
    nobody_finds_out_at_the_desk,
    complaints_are_answered,
    who_is_won_over_had_been_failed,
    an_extra_visit_sells_nothing,
    who_waits_for_the_manager_is_heard_once,
    promises_come_to_their_date,
    work_is_done_on_promises,
    who_is_called_is_at_home,
    nobody_is_called_before_they_are_overdue,
    calls_stay_within_the_month,
    agents_do_one_thing_at_a_time,
    who_ends_something_began_it,
    agents_serve_and_managers_talk,
    nobody_begins_anything_while_held_or_on_a_break,
    who_is_held_is_released,
    shifts_alternate,
    shifts_follow_the_roster,
    managers_stay_for_who_is_inside,
    nobody_works_while_away,
    breaks_alternate,
    breaks_are_as_long_as_they_should_be,
    attention_alternates,
    nobody_begins_anything_inattentive,
    work_takes_its_time,
    busy_time_is_the_sum_of_its_parts,
    the_shift_is_long_enough,
)
"""Every law, in the order in which a person would check them."""


def broken_laws(sheet: np.ndarray, trace: Trace) -> list[str]:
    """A sentence for each breach of a law in the trace of a sheet's world; empty where all are kept."""
    told = Told(sheet, trace)
    return [f"{law.__name__.replace('_', ' ')}: {breach}" for law in LAWS for breach in islice(law(told), MOST)]
