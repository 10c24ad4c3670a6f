"""The laws of visits, and of the book that customers enter and leave. `laws` says what a law is."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Reason
from servsim.model.rules.demand import of_opening_book
from servsim.model.trace_index import (
    DEPARTURES,
    ENTERS,
    LEAVES,
    OF_VISITS,
    SERVED,
    UNSERVED,
    VISIT_ENDS,
    Line,
    Told,
    out_of_turn,
    spans,
    stay_lines,
)
from servsim.units import YEAR

WAITED = frozenset({H.STARTED, H.ABANDONED, H.SENT_HOME})
"""Ends of waiting whose value is the ticks waited."""
WAIT_ENDS = UNSERVED | {H.STARTED}
"""Ends of waiting."""
AT_ONCE = frozenset({H.THOUGHT_AGAIN, H.TOOK_UP, H.RECOGNISED, H.PRAISED, H.WARNED, H.DETERRED, H.COOLED})
"""What may still be told of the very instant at which a customer has left, because it came before that."""
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
    H.JUDGED: DEPARTURES | {H.FAILED, H.RECOVERED, H.KEPT, H.COOLED},
    H.LOST: DEPARTURES | {H.FAILED, H.THOUGHT_AGAIN},
    H.GONE: DEPARTURES | {H.FAILED},
    H.COMPLAINED: frozenset({H.FAILED}),
    H.WON_BACK: frozenset({H.CALLED, H.ARRIVED}),
    H.REFERRED: frozenset({H.ARRIVED}),
    H.RECOGNISED: frozenset({H.FINISHED}),
    H.PICKED_UP: frozenset({H.STARTED}),
    H.RANG_OFF: UNSERVED - {H.BALKED},
    H.PRAISED: SERVED,
    H.WARNED: SERVED | UNSERVED | {H.FAILED},
    H.DETERRED: frozenset({H.WARNED}),
}
"""What comes of something else, and what of it must happen to the customer at the same instant."""

REASONS: dict[int, frozenset[H]] = {
    Reason.NATURAL: DEPARTURES | {H.THOUGHT_AGAIN},
    Reason.WAIT: SERVED | {H.THOUGHT_AGAIN},
    Reason.ABANDONED: UNSERVED | {H.THOUGHT_AGAIN},
    Reason.INATTENTION: SERVED | {H.THOUGHT_AGAIN},
    Reason.CARE: SERVED | {H.THOUGHT_AGAIN},
    Reason.EXPECTATION: SERVED | {H.THOUGHT_AGAIN},
    Reason.CHANCE: SERVED | UNSERVED | {H.THOUGHT_AGAIN},
    Reason.MISTAKE: frozenset({H.FAILED}),
    Reason.BROKEN_PROMISE: frozenset({H.FAILED}),
    Reason.UNRECOVERED: frozenset({H.LET_DOWN}),
    Reason.COMPETITOR: SERVED | UNSERVED | {H.THOUGHT_AGAIN},
}
"""Why customers leave the book, and what must happen to them at that instant."""

QUIET = frozenset({H.MEMBER, H.REMAINS, H.THOUGHT_AGAIN, H.JUDGED, H.BOUGHT, H.WON, H.CARED, H.CLARIFIED,
                   H.SOOTHED, H.RANG_OFF, H.PROMISED, H.TOOK_UP, H.FOLLOWED_UP, H.KEPT, H.RECOGNISED, H.OVERLOOKED,
                   H.PRAISED, H.WARNED, H.DETERRED, H.COOLED})  # fmt: skip
"""What changes nothing about when a customer comes next."""

ORDINARY = frozenset({
    Reason.NATURAL, Reason.WAIT, Reason.INATTENTION, Reason.CARE, Reason.EXPECTATION, Reason.CHANCE, Reason.COMPETITOR,
})  # fmt: skip
"""Reasons for which nobody leaves after an extra visit, which counts only as far as it puts things right."""


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
    """Is this told of people who have left, or of the instant at which they left?"""
    return line.what in AFTERWARDS[left.what] or (line.what in AT_ONCE and line.tick == left.tick)


def what_comes_of_a_visit_has_its_end(told: Told) -> Iterator[str]:
    """Care, buying, judging, being won or lost need an end of a visit at that instant, or what else they come of."""
    for line in told.of(*COMES_OF):
        if not COMES_OF[line.what] & told.causes(line):
            yield f"{line} does not follow from what happened to the customer then."


def care_fits_into_the_visit(told: Told) -> Iterator[str]:
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
        said = told.causes(line)
        reasons = REASONS.get(line.value, frozenset())
        missed = reasons == {H.FAILED} and (line.who, line.tick, line.value) not in failures
        besides = line.value in ORDINARY and (line.who, line.tick) in extra
        if missed or besides or H.COMPLAINED in said or not reasons & said:
            yield f"{line}: nothing of the kind happened to the customer."


def who_thinks_again_is_at_home(told: Told) -> Iterator[str]:
    """Who thinks again is in the book, at home, comes less often than twice a year, and is not about to complain."""
    for line in told.of(H.THOUGHT_AGAIN):
        in_book = told.is_member(line.who, line.tick - 1)
        complains = any(span.opened.tick <= line.tick <= span.until(told.end) for span in told.extra_visits[line.who])
        if not in_book or complains or told.is_at_the_desk(line.who, line.tick) or not told.comes_seldom(line.who):
            yield f"{line}: nobody of the book who comes less often than twice a year was at home, and not to complain."


def years_between_visits_are_thought_over(told: Told) -> Iterator[str]:
    """Who comes less often than twice a year thinks again whole years before the next visit, and only then.

    Where nothing else happened meanwhile that may have changed when they come.
    """
    if not told.everywhere("loyalty_on"):
        return
    for who, lines in told.customers.items():
        if not told.comes_seldom(who):
            continue
        for came_from, comes in absences(told, who, lines):
            years = range(1, (comes.tick - came_from - 1) // YEAR + 1)
            thought = [
                line.tick for line in lines if line.what == H.THOUGHT_AGAIN and came_from < line.tick < comes.tick
            ]
            if thought != [comes.tick - year * YEAR for year in reversed(years)]:
                yield f"{comes}: after {came_from} the customer thought again at {thought}."


def absences(told: Told, who: int, lines: list[Line]) -> Iterator[tuple[int, Line]]:
    """(since, until) the times in the book and at home that nothing interrupted, up to the next visit."""
    since = 0 if of_opening_book(who) else None
    for line in lines:
        if line.what == H.ARRIVED and since is not None and line.tick > since:
            yield since, line
        if line.what in DEPARTURES and told.is_member(who, line.tick) and H.COMPLAINED not in told.said(who, line.tick):
            since = line.tick
        elif line.what not in QUIET:
            since = None


def the_opening_book_is_the_sheets(told: Told) -> Iterator[str]:
    """The book opens with the customers that the sheet says, at tick 0."""
    members = [line.who for line in told.of(H.MEMBER) if line.tick == 0]
    expected = int(told.sheet[0]["opening_book"])
    if told.count(H.MEMBER) != len(members) or members != list(range(expected)):
        yield f"the opening book has {told.count(H.MEMBER)} members, not customers 0 to {expected - 1} at tick 0."


def the_book_adds_up(told: Told) -> Iterator[str]:
    """Opening book + won + won back − lost = customers who remain, whenever stock is taken."""
    for stock in told.stocks:
        enter, leave = (sum(line.tick < stock for line in told.of(*words)) for words in (ENTERS, LEAVES))
        remain = sum(line.tick == stock for line in told.of(H.REMAINS))
        if enter - leave != remain:
            yield f"the book comes to {enter - leave} customers at {stock}, but {remain} remain."


def stock_is_who_remains(told: Told) -> Iterator[str]:
    """Those who entered the book and did not leave it remain, whenever stock is taken, and nobody else."""
    for who, lines in told.customers.items():
        for stock in told.stocks:
            member = told.is_member(who, stock - 1)
            if member != any(line.what == H.REMAINS and line.tick == stock for line in lines):
                before = [line for line in lines if line.tick < stock]
                yield f"customer {who} is {'' if member else 'not '}in the book at {stock}; last: {before[-1:]}."


def satisfaction_stays_as_last_judged(told: Told) -> Iterator[str]:
    """A customer who remains is as satisfied as at the last judgement before stock is taken, or as on the first day."""
    for lines in told.customers.values():
        for line in (line for line in lines if line.what == H.REMAINS):
            known = [other for other in lines if other.what in (H.MEMBER, H.JUDGED) and other.tick < line.tick]
            last = {other.value for other in known if (other.tick, other.what) == (known[-1].tick, known[-1].what)}
            if known and line.value not in last:
                yield f"{line}: the customer's satisfaction was last {known[-1].value}."


def who_judges_judges_everything(told: Told) -> Iterator[str]:
    """Who judges at all does so after every visit, failure, recovery, promise kept and warning, and at no other time.

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
    judged_apart = (H.FAILED, H.RECOVERED, H.LET_DOWN, H.KEPT, H.COOLED)
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
