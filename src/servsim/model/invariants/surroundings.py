"""The invariants of the world around the desk. `catalogue` says what an invariant is.

What people tell each other, rivals, candidates, training, colleagues, the telephone and recognition.
"""

from bisect import bisect, bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Kind, Reason
from servsim.model.rules.demand import DAY_BITS, KIND_BITS, LAYER_BITS, of_opening_book
from servsim.model.trace_index import TraceIndex
from servsim.model.trace_spans import DEPARTURES, OF_COLLEAGUES, UNSERVED, Line, Span, Tide, kind_of, spans
from servsim.units import DAY, MILLIONTHS, MONTH, WEEK, YEAR

TOLD_OTHERS = frozenset({H.PRAISED, H.WARNED})
"""What customers say to others."""
TO_TELL_OF = DEPARTURES | {H.FAILED}
"""What gives customers something to tell, each time once."""


# What people tell each other


def who_tells_has_something_to_tell(told: TraceIndex) -> Iterator[str]:
    """Customers tell others once of each thing that happens to them, and warn only after judging it to be bad."""
    for who, lines in told.customers.items():
        had = Counter(line.tick for line in lines if line.what in TO_TELL_OF)
        spoke = Counter(line.tick for line in lines if line.what in TOLD_OTHERS)
        yield from (f"customer {who} speaks of too much at {tick}." for tick in spoke if spoke[tick] > had[tick])
        for line in lines:
            if line.what == H.WARNED and not is_disappointed(told, line):
                yield f"{line}: the customer was not disappointed."


def is_disappointed(told: TraceIndex, line: Line) -> bool:
    """Did a customer's satisfaction fall below the limit at this instant?"""
    limit = float(told.sheet[told.segment(line.who)]["disappointed_below"]) * MILLIONTHS
    judged = [other.value for other in told.at(line.who, line.tick, H.JUDGED)]
    return bool(judged) and min(judged) <= limit


def no_more_are_deterred_than_were_warned(told: TraceIndex) -> Iterator[str]:
    """Each warning keeps away at most as many people as were told."""
    warned, deterred = (sums(told, what) for what in (H.WARNED, H.DETERRED))
    for (who, tick), (many, rows) in deterred.items():
        told_many, told_rows = warned.get((who, tick), (0, 0))
        if many > told_many or rows > told_rows:
            yield f"customer {who} deterred {many} people at {tick}, having warned {told_many}."


def sums(told: TraceIndex, what: int) -> dict[tuple[int, int], tuple[int, int]]:
    """For each customer and instant, (sum of the values, number of rows) of a happening."""
    found: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in told.of(what):
        many, rows = found[line.who, line.tick]
        found[line.who, line.tick] = many + line.value, rows + 1
    return dict(found)


def who_refers_had_praised(told: TraceIndex) -> Iterator[str]:
    """Who is referred comes because a customer praised the business before, and told no fewer people than come."""
    praised: dict[int, list[Line]] = defaultdict(list)
    referred: Counter[int] = Counter()
    for line in told.of(H.PRAISED):
        praised[line.who].append(line)
    for line in told.of(H.REFERRED):
        referred[line.value] += 1
        many = sum(praise.value for praise in praised[line.value] if praise.tick < line.tick)
        if referred[line.value] > many:
            yield f"{line}: customer {line.value} had told {many} people."


def who_is_named_a_referral_was_referred(told: TraceIndex) -> Iterator[str]:
    """Whose key says that they were referred are, once, as they come for the first time; nobody else is."""
    for who, lines in told.customers.items():
        came = [line.tick for line in lines if line.what == H.ARRIVED][:1]
        expected = came if kind_of(who) == Kind.REFERRED else []
        if [line.tick for line in lines if line.what == H.REFERRED] != expected:
            yield f"customer {who} {'was not' if expected else 'was'} referred as they came, or not only then."


def who_stays_away_was_warned(told: TraceIndex) -> Iterator[str]:
    """Candidates stay away only while somebody is deterred, and are never heard of otherwise; customers come."""
    for line in told.of(H.STAYED_AWAY):
        if told.deterred.before(line.tick) <= 0:
            yield f"{line}: nobody was deterred."
        elif kind_of(line.who) == Kind.BOOK or len(told.customers[line.who]) > 1:
            yield f"{line}: the customer was no candidate."


def nobody_new_comes_where_nobody_is_left(told: TraceIndex) -> Iterator[str]:
    """Newcomers come only while customers and deterred are fewer than all potential customers."""
    pool = told.number("potential_customers")
    if pool == 0 or not told.everywhere("word_of_mouth_on"):
        return
    for line in told.of(H.ARRIVED):
        if line.value == 0 and kind_of(line.who) != Kind.BOOK:
            others = told.members.before(line.tick) + told.deterred.before(line.tick)
            if others >= pool:
                yield f"{line}: {others} of {pool:.0f} potential customers were customers already, or deterred."


def friends_are_in_the_book(told: TraceIndex) -> Iterator[str]:
    """Friends who are warned are of the opening book and still in it, and no more are than people were warned."""
    size, warned = told.number("opening_book"), Tide([(line.tick, line.value) for line in told.of(H.WARNED)])
    for cooled, line in enumerate(told.of(H.COOLED), start=1):
        many = warned.before(line.tick)
        back = H.WON_BACK in told.said(line.who, line.tick)
        if line.who >= size or not (told.is_member(line.who, line.tick - 1) or back):
            yield f"{line}: the friend was not in the book."
        elif cooled > many:
            yield f"{line}: {many} people had been warned."


def friends_cool_by_no_more_than_that(told: TraceIndex) -> Iterator[str]:
    """Who judges nothing else at the instant of a warning loses the points of the sheet for each, down to 0."""
    for lines in told.customers.values():
        cooled = Counter(line.tick for line in lines if line.what == H.COOLED)
        for tick, times in cooled.items():
            judged = [line for line in lines if line.what in (H.MEMBER, H.JUDGED)]
            now = [line.value for line in judged if line.tick == tick]
            last = [line for line in judged if line.tick < tick]
            if len(now) != times or not last:
                continue
            before = [line.value for line in last if line.tick == last[-1].tick]
            loss = float(told.sheet[told.segment(lines[0].who)]["friend_loss"]) * MILLIONTHS
            if max(now) > max(before) or min(now) < max(0.0, min(before) - times * (loss + 1)) - 1:
                yield f"customer {lines[0].who} was warned {times} times at {tick}, and went from {before} to {now}."


# Rivals and candidates


def who_comes_back_had_a_rival(told: TraceIndex) -> Iterator[str]:
    """Customers come back by themselves from rivals only, where some do, and not who left for reasons of their own."""
    returns = told.somewhere("competitors_on") and told.somewhere("return_share")
    for line in told.of(H.WON_BACK):
        if H.CALLED not in told.said(line.who, line.tick):
            losses = [past for past in told.customers[line.who] if past.what == H.LOST and past.tick < line.tick]
            if not returns or not losses or losses[-1].value == Reason.NATURAL:
                yield f"{line}: the customer was not with a rival."


def nobody_is_lost_to_rivals_as_they_were(told: TraceIndex) -> Iterator[str]:
    """Rivals are a reason to leave only where they have become better, or a newcomer has opened."""
    better = told.number("rival_drift") > 0
    opens = told.number("newcomer_week") * WEEK if told.number("newcomer_quality") > 0 else told.end
    for line in told.of(H.LOST):
        if line.value == Reason.COMPETITOR and not (
            told.somewhere("competitors_on") and (better or line.tick >= opens)
        ):
            yield f"{line}: rivals were no better than today."


def candidates_come_on_their_day(told: TraceIndex) -> Iterator[str]:
    """Candidates and requests come on the day of their name; of later layers, where advertising or the year is why."""
    layers, advertises = told.number("layers"), told.somewhere("advertising_on")
    for line in told.of(H.ARRIVED, H.STAYED_AWAY, H.ASKED):
        named = kind_of(line.who) == Kind.COLLEAGUE or (kind_of(line.who) == Kind.PROSPECT and line.value == 0)
        within = line.who % (1 << DAY_BITS)
        if named and line.who % (1 << KIND_BITS) >> DAY_BITS != line.tick // DAY:
            yield f"{line}: that is another day's name."
        elif named and within >> LAYER_BITS >= (layers if advertises or line.tick < YEAR else 1):
            yield f"{line}: nothing brings that many."


# What agents know


def everybody_learns_as_months_end(told: TraceIndex) -> Iterator[str]:
    """Where agents are trained, all of the desk learn as each month ends, and at no other time."""
    ends = range(MONTH, told.end, MONTH) if told.number("training_on") else range(0)
    expected = Counter((tick, agent) for tick in ends for agent in range(int(told.number("desk_agents"))))
    learnt = Counter((line.tick, line.agent) for line in told.of(H.LEARNED))
    for tick, agent in sorted((expected - learnt) + (learnt - expected)):
        yield f"agent {agent} {'did not learn' if expected[tick, agent] else 'learnt'} at {tick}."


def who_is_replaced_is_a_newcomer(told: TraceIndex) -> Iterator[str]:
    """At an agent's place that changes hands the newcomer knows what newcomers know."""
    learnt = {(line.tick, line.agent): line.value for line in told.of(H.LEARNED)}
    newcomer = told.number("newcomer_knowledge") * MILLIONTHS
    for line in told.of(H.REPLACED):
        if abs(learnt.get((line.tick, line.agent), -MILLIONTHS) - newcomer) > 1:
            yield f"{line}: that is not what the newcomer knows."


def knowledge_changes_for_a_reason(told: TraceIndex) -> Iterator[str]:
    """Without hours of training nobody knows more, and where nothing is forgotten nobody knows less; but newcomers."""
    replaced = {(line.tick, line.agent) for line in told.of(H.REPLACED)}
    taught, forgets = told.number("training_hours") > 0, told.number("forgotten_share") > 0
    for agent, lines in told.agents.items():
        known = float(told.sheet[0]["knowledge_of"][agent]) * MILLIONTHS
        for line in lines:
            if line.what == H.LEARNED:
                more, less = line.value > known + 1 and not taught, line.value < known - 1 and not forgets
                if (more or less) and (line.tick, agent) not in replaced:
                    yield f"{line}: the agent knew {known:.0f}, and nothing was {'taught' if more else 'forgotten'}."
                known = line.value


# Colleagues and the telephone


def requests_are_helped_once(told: TraceIndex) -> Iterator[str]:
    """Each request is asked once, while the doors are open, and then helped once at most; nights are no waiting."""
    for who, lines in told.colleagues.items():
        asked, *rest = lines
        if asked.what != H.ASKED or len({line.what for line in lines}) < len(lines):
            yield f"request {who} is not asked first, or not only once."
        elif not told.is_open(asked.tick):
            yield f"{asked}: the doors were closed."
        elif rest and rest[0].what in OF_COLLEAGUES and (rest[0].what, rest[0].value) != (
            H.HELPING, told.open_time(asked.tick, rest[0].tick),
        ):  # fmt: skip
            yield f"{rest[0]}: the colleague asked at {asked.tick}."


def calls_are_visits(told: TraceIndex) -> Iterator[str]:
    """Telephone calls are told beside the visit's beginning or end, with the same agent and the same wait."""
    for who, lines in told.customers.items():
        for arrived, ended in spans(lines, {H.ARRIVED}, UNSERVED | {H.STARTED}):
            word = H.PICKED_UP if ended and ended.what == H.STARTED else H.RANG_OFF
            same = told.at(who, ended.tick, word) if ended else []
            if ended and any(line[4:] != (ended.agent, ended.tick - arrived.tick) for line in same):
                yield f"{same[0]}: it was answered otherwise, {ended}."
            elif ended and not same and ended.what != H.BALKED and all_phone(told):
                yield f"{ended}: everybody calls."


def all_phone(told: TraceIndex) -> bool:
    """Do all customers call on all visits?"""
    return told.everywhere("phone_on") and bool((told.sheet["phone_share"] == 1).all())


# Who serves whom


def who_is_recognised_has_been_served(told: TraceIndex) -> Iterator[str]:
    """Only who was served before is recognised, and where there are no notes only by the agent of the last visit.

    Of the opening book nobody knows from the trace who served them last.
    """
    by_heart = not (told.sheet["notes_share"] > 0).any()
    for line in told.of(H.RECOGNISED):
        visits = told.visits[line.who]
        visits = visits[: bisect_left(visits, line.tick, key=lambda past: past.tick)]
        if len(visits) < 2 and not of_opening_book(line.who):
            yield f"{line}: the customer had not been served before."
        elif by_heart and len(visits) > 1 and not is_the_same(told, *visits[-2:]):
            yield f"{line}: somebody else had served the customer at {visits[-2].tick}."


def is_the_same(told: TraceIndex, before: Line, line: Line) -> bool:
    """Is the agent of a visit the same person as that of another, and not a newcomer at the same place?"""
    return before.agent == line.agent and not is_replaced(told, line.agent, before.tick, line.tick)


def is_replaced(told: TraceIndex, agent: int, since: int, until: int) -> bool:
    """Has an agent's place changed hands after one instant, and before another is over?"""
    return any(since < tick <= until for tick in told.replaced[agent])


def regulars_get_their_own_agent(told: TraceIndex) -> Iterator[str]:
    """Where customers get the agent of their last visit first, none other serves them while that one is idle."""
    if not told.number("own_agent_first") or not told.everywhere("recognition_on"):
        return
    for lines in told.customers.values():
        for before, line in pairwise(line for line in lines if line.what == H.STARTED):
            other = before.agent != line.agent and not is_replaced(told, before.agent, before.tick, line.tick)
            if other and is_idle(told, before.agent, line.tick):
                yield f"{line}: agent {before.agent}, who served the customer last, had nothing to do."


def is_idle(told: TraceIndex, agent: int, tick: int) -> bool:
    """Is an agent here with nothing in hand, just before and just after an instant, and attentive?"""
    here = at(told.shifts[agent], tick)
    taken = (at(some.get(agent, []), tick) for some in (told.work, told.holds, told.breaks, told.lapses))
    return bool(here and here.opened.tick < tick < here.until(told.end)) and not any(
        piece and piece.until(told.end) >= tick for piece in taken
    )


def at(pieces: list[Span], tick: int) -> Span | None:
    """The last of these pieces that begins by an instant."""
    place = bisect(pieces, tick, key=lambda piece: piece.opened.tick)
    return pieces[place - 1] if place else None
