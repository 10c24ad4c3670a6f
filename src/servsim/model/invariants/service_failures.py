"""The invariants of what goes wrong and is put right, of promises and calls. `catalogue` says what an invariant is."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from servsim.event_codes import By, Call, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.trace_index import TraceIndex
from servsim.model.trace_spans import SERVED, Line, out_of_turn, spans
from servsim.units import HOUR, MONTH

SALES = frozenset({H.BOUGHT, H.DECLINED, H.WON})
"""What comes of an offer."""
HANDLING = frozenset({H.SOOTHED, H.ESCALATED, H.LET_DOWN, H.RECOVERED})
"""What is done about a complaint, and what becomes of it."""
WON_OVER: dict[int, H] = {By.AGENT: H.FINISHED, By.MANAGER: H.STEPPED_BACK, By.CALL: H.CALLED}
"""Who tried to win a customer over, and what must happen to the customer at that instant."""

KNOWN: tuple[tuple[int, int], ...] = (
    (H.LET_DOWN, By.AGENT), (H.LET_DOWN, By.MANAGER), (H.FAILED, Reason.BROKEN_PROMISE),
)  # fmt: skip
"""What had gone wrong for a customer as far as the desk knows; mistakes are swallowed unseen."""


# When things go wrong


def mistakes_come_to_light_once(told: TraceIndex) -> Iterator[str]:
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


def nobody_finds_out_at_the_desk(told: TraceIndex) -> Iterator[str]:
    """Mistakes come to light, and dates fall due, before a customer comes or once the customer has left."""
    for line in told.of(H.FAILED, H.KEPT):
        if told.seen_to(line.who, line.tick) != line.tick:
            yield f"{line}: the customer was at the desk."


def complaints_are_answered(told: TraceIndex) -> Iterator[str]:
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


def answers(told: TraceIndex, left: Line) -> int:
    """How many words there are on what became of a complaint when the customer left."""
    return len({H.RECOVERED, H.LET_DOWN} & told.said(left.who, left.tick))


def who_is_won_over_had_been_failed(told: TraceIndex) -> Iterator[str]:
    """Recovery, the manager and being let down belong to a complaint's visit; only a call wins over who swallowed it.

    Who is called is in the book, with a failure that was not put right, whatever the call is for.
    """
    for line in told.of(*HANDLING):
        if line.what in (H.RECOVERED, H.LET_DOWN) and WON_OVER.get(line.value) not in told.causes(line):
            yield f"{line}: somebody else tried to win the customer over."
        if (line.what, line.value) == (H.RECOVERED, By.CALL):
            if not told.is_member(line.who, line.tick - 1) or not told.not_put_right(line.who, line.tick):
                yield f"{line}: there was nothing to be put right."
        elif not any(begun.tick < line.tick <= (left.tick if left else told.end)
                     for begun, left in told.extra_visits[line.who]):  # fmt: skip
            yield f"{line}: the customer had not complained."


def an_extra_visit_sells_nothing(told: TraceIndex) -> Iterator[str]:
    """Who comes to have a failure put right is not sold anything."""
    left = {(line.who, line.tick) for some in told.extra_visits.values() for _, line in some if line}
    for line in told.of(*SALES):
        if (line.who, line.tick) in left:
            yield f"{line}: the customer came to complain."


def who_waits_for_the_manager_is_heard_once(told: TraceIndex) -> Iterator[str]:
    """Each customer left to the manager is spoken to once, by one manager, and then goes."""
    for lines in told.customers.values():
        for opens, closes in ((H.ESCALATED, H.STEPPED_IN), (H.STEPPED_IN, H.STEPPED_BACK)):
            for line in out_of_turn(lines, {opens}, {closes}):
                yield f"{line}: the customer {'is still' if line.what == opens else 'was not'} waiting for that."
            for began, ended in spans(lines, {opens}, {closes}):
                if ended and ended.value != ended.tick - began.tick:
                    yield f"{ended}: it was {ended.tick - began.tick} ticks since {began}."


# Promises and calls


def promises_come_to_their_date(told: TraceIndex) -> Iterator[str]:
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


def is_done(told: TraceIndex, chapter: list[Line], due: int) -> bool:
    """Was the work on a promise done by its date?"""
    begun = next((line for line in chapter if line.what == H.TOOK_UP), None)
    work = begun and next((span for span in told.work[begun.agent] if span.opened == begun), None)
    return bool(work and work.closed and work.closed.tick <= due)


def work_is_done_on_promises(told: TraceIndex) -> Iterator[str]:
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


def who_is_called_is_at_home(told: TraceIndex) -> Iterator[str]:
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


def nobody_is_called_before_they_are_overdue(told: TraceIndex) -> Iterator[str]:
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


def calls_stay_within_the_month(told: TraceIndex) -> Iterator[str]:
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
