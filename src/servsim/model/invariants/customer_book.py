"""The invariants of the book that customers enter and leave, and of what they judge and buy.

`catalogue` says what an invariant is.
"""

from collections import Counter
from collections.abc import Iterator

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Reason
from servsim.model.rules.demand import of_opening_book
from servsim.model.trace_index import TraceIndex
from servsim.model.trace_spans import DEPARTURES, ENTERS, LEAVES, SERVED, UNSERVED, Line, out_of_turn
from servsim.units import YEAR

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
                   H.PRAISED, H.WARNED, H.DETERRED, H.COOLED, H.WRITES_UP, H.WROTE_UP})  # fmt: skip
"""What changes nothing about when a customer comes next."""

ORDINARY = frozenset({
    Reason.NATURAL, Reason.WAIT, Reason.INATTENTION, Reason.CARE, Reason.EXPECTATION, Reason.CHANCE, Reason.COMPETITOR,
})  # fmt: skip
"""Reasons for which nobody leaves after an extra visit, which counts only as far as it puts things right."""


def the_book_is_entered_and_left_in_turn(told: TraceIndex) -> Iterator[str]:
    """Only who is not in the book is won, once, only who is in it is lost, and only who was lost is won back."""
    for lines in told.customers.values():
        for line in out_of_turn(lines, ENTERS, LEAVES):
            yield f"{line}: the customer is {'already' if line.what in ENTERS else 'not'} in the book."
        for number, line in enumerate(line for line in lines if line.what in ENTERS):
            if (number > 0) != (line.what == H.WON_BACK):
                yield f"{line}: the customer has {'' if number else 'not '}been in the book before."


def who_is_lost_has_the_reason(told: TraceIndex) -> Iterator[str]:
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


def who_thinks_again_is_at_home(told: TraceIndex) -> Iterator[str]:
    """Who thinks again is in the book, at home, comes less often than twice a year, and is not about to complain."""
    for line in told.of(H.THOUGHT_AGAIN):
        in_book = told.is_member(line.who, line.tick - 1)
        complains = any(span.opened.tick <= line.tick <= span.until(told.end) for span in told.extra_visits[line.who])
        if not in_book or complains or told.is_at_the_desk(line.who, line.tick) or not told.comes_seldom(line.who):
            yield f"{line}: nobody of the book who comes less often than twice a year was at home, and not to complain."


def years_between_visits_are_thought_over(told: TraceIndex) -> Iterator[str]:
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


def absences(told: TraceIndex, who: int, lines: list[Line]) -> Iterator[tuple[int, Line]]:
    """(since, until) the times in the book and at home that nothing interrupted, up to the next visit."""
    since = 0 if of_opening_book(who) else None
    for line in lines:
        if line.what == H.ARRIVED and since is not None and line.tick > since:
            yield since, line
        if line.what in DEPARTURES and told.is_member(who, line.tick) and H.COMPLAINED not in told.said(who, line.tick):
            since = line.tick
        elif line.what not in QUIET:
            since = None


def the_opening_book_is_the_sheets(told: TraceIndex) -> Iterator[str]:
    """The book opens with the customers that the sheet says, at tick 0."""
    members = [line.who for line in told.of(H.MEMBER) if line.tick == 0]
    expected = int(told.sheet[0]["opening_book"])
    if told.count(H.MEMBER) != len(members) or members != list(range(expected)):
        yield f"the opening book has {told.count(H.MEMBER)} members, not customers 0 to {expected - 1} at tick 0."


def the_book_adds_up(told: TraceIndex) -> Iterator[str]:
    """Opening book + won + won back − lost = customers who remain, whenever stock is taken."""
    for stock in told.stocks:
        enter, leave = (sum(line.tick < stock for line in told.of(*words)) for words in (ENTERS, LEAVES))
        remain = sum(line.tick == stock for line in told.of(H.REMAINS))
        if enter - leave != remain:
            yield f"the book comes to {enter - leave} customers at {stock}, but {remain} remain."


def stock_is_who_remains(told: TraceIndex) -> Iterator[str]:
    """Those who entered the book and did not leave it remain, whenever stock is taken, and nobody else."""
    for who, lines in told.customers.items():
        for stock in told.stocks:
            member = told.is_member(who, stock - 1)
            if member != any(line.what == H.REMAINS and line.tick == stock for line in lines):
                before = [line for line in lines if line.tick < stock]
                yield f"customer {who} is {'' if member else 'not '}in the book at {stock}; last: {before[-1:]}."


def satisfaction_stays_as_last_judged(told: TraceIndex) -> Iterator[str]:
    """A customer who remains is as satisfied as at the last judgement before stock is taken, or as on the first day."""
    for lines in told.customers.values():
        for line in (line for line in lines if line.what == H.REMAINS):
            known = [other for other in lines if other.what in (H.MEMBER, H.JUDGED) and other.tick < line.tick]
            last = {other.value for other in known if (other.tick, other.what) == (known[-1].tick, known[-1].what)}
            if known and line.value not in last:
                yield f"{line}: the customer's satisfaction was last {known[-1].value}."


def who_judges_judges_everything(told: TraceIndex) -> Iterator[str]:
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


def occasions(told: TraceIndex, who: int) -> Counter[int]:
    """How often there is something to judge at which instant."""
    judged_apart = (H.FAILED, H.RECOVERED, H.LET_DOWN, H.KEPT, H.COOLED)
    found = Counter(line.tick for line in told.customers[who] if line.what in judged_apart)
    for stay in told.stays[who]:
        if stay.closed:
            said = told.said(who, stay.closed.tick)
            in_book = told.is_member(who, stay.closed.tick) or H.LOST in said
            found[stay.closed.tick] += stay.closed.what in SERVED or (in_book and H.RETRIES not in said)
    return found


def who_is_served_buys_or_declines(told: TraceIndex) -> Iterator[str]:
    """Money comes of every visit in which something was for sale, unless the customer declined; never of another."""
    extra = {line for some in told.extra_visits.values() for _, line in some}
    asked = told.everywhere("spending_on") and told.everywhere("basket_mean")
    for left in (stay.closed for stays in told.stays.values() for stay in stays if stay.closed):
        answered = len({H.BOUGHT, H.DECLINED} & told.said(left.who, left.tick))
        if left.what == H.FINISHED and left not in extra and (answered > 1 or (asked and answered == 0)):
            yield f"{left}: the customer {'bought and declined' if answered else 'neither bought nor declined'}."
