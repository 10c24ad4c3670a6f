"""The invariants of agents and managers: what they do, when they are there. `catalogue` says what an invariant is."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model.durations import ticks
from servsim.model.trace_index import TraceIndex
from servsim.model.trace_spans import BREAKS, ENDS, WORK, Line, leaving_last, out_of_turn, spans


def agents_do_one_thing_at_a_time(told: TraceIndex) -> Iterator[str]:
    """What an agent or manager begins is ended before the next thing begins, be it a visit, a call or a request."""
    for lines in told.agents.values():
        for line in out_of_turn(lines, WORK, ENDS):
            yield f"{line}: the agent is {'already' if line.what in WORK else 'not'} at work."


def who_ends_something_began_it(told: TraceIndex) -> Iterator[str]:
    """One agent does a thing from its beginning to its end, for one customer or colleague."""
    for lines in told.agents.values():
        for began, ended in spans(lines, WORK, ENDS):
            if ended and (ended.what, ended.who) != (WORK[began.what], began.who):
                yield f"{ended}: the agent began something else, {began}."


def agents_serve_and_managers_talk(told: TraceIndex) -> Iterator[str]:
    """Managers speak to those left to them and do nothing else; agents of the desk do all the rest."""
    for line in told.lines:
        if line.agent >= 0 and line.what not in (H.CAME_ON, H.WENT_OFF, H.LOST_ATTENTION, H.REGAINED_ATTENTION):
            talks = line.what in (H.STEPPED_IN, H.STEPPED_BACK)
            if talks != told.is_manager(line.agent):
                yield f"{line}: the agent is {'not ' if talks else ''}a manager."


def nobody_begins_anything_while_held_or_on_a_break(told: TraceIndex) -> Iterator[str]:
    """Work, waiting for the manager's talk to end, and breaks of one agent do not overlap."""
    for agent in told.agents:
        pieces = [*told.work[agent], *told.holds.get(agent, []), *told.breaks[agent]]
        for before, after in pairwise(sorted(pieces, key=lambda piece: piece.opened.tick)):
            if after.opened.tick < before.until(told.end):
                yield f"{after.opened}: the agent was not free, because of {before.opened}."


def who_is_held_is_released(told: TraceIndex) -> Iterator[str]:
    """An agent who waits for the manager's talk to end is released when it does, and told how long it took."""
    released = Counter((line.agent, line.tick, line.value) for line in told.of(H.RELEASED))
    held = Counter((agent, last.tick, last.tick - first.tick)
                   for agent, some in told.holds.items() for first, last in some if last)  # fmt: skip
    for agent, tick, waited in sorted((released - held) + (held - released)):
        word = "was not released" if held[agent, tick, waited] else "was not held"
        yield f"agent {agent} {word} at {tick} after {waited} ticks."


def shifts_alternate(told: TraceIndex) -> Iterator[str]:
    """An agent comes on, goes off, comes on."""
    for lines in told.agents.values():
        for line in out_of_turn(lines, {H.CAME_ON}, {H.WENT_OFF}):
            yield f"{line}: the agent is {'already' if line.what == H.CAME_ON else 'not'} here."


def shifts_follow_the_roster(told: TraceIndex) -> Iterator[str]:
    """An agent comes on when the roster asks for it, and goes off only when it does not; managers as the doors open."""
    for line in told.of(H.CAME_ON, H.WENT_OFF):
        asked = told.is_on_duty(line.agent, line.tick)
        if asked != (line.what == H.CAME_ON):
            yield f"{line}: the agent is {'' if asked else 'not '}on duty."
        elif asked and line.tick > 0 and told.is_on_duty(line.agent, line.tick - 1):
            yield f"{line}: the agent has been on duty for a while."


def managers_stay_for_who_is_inside(told: TraceIndex) -> Iterator[str]:
    """A manager goes home only when no customer is at the desk."""
    going = [line for line in told.of(H.WENT_OFF) if told.is_manager(line.agent)]
    stays = [stay for some in told.stays.values() for stay in some] if going else []
    came = sorted(stay.opened.tick for stay in stays)
    left = sorted(stay.closed.tick for stay in stays if stay.closed)
    for line in going:
        inside = bisect(came, line.tick) - bisect(left, line.tick)
        if inside > 0:
            yield f"{line}: {inside} customers were at the desk."


def nobody_works_while_away(told: TraceIndex) -> Iterator[str]:
    """Work begins and ends within one shift of its agent, overtime included, and so does waiting for the manager."""
    for agent, shifts in told.shifts.items():
        begun = [shift.opened.number for shift in shifts]
        for work in [*told.work[agent], *told.holds.get(agent, [])]:
            shift = bisect(begun, work.opened.number)
            if shift == 0 or work.until(told.end) > shifts[shift - 1].until(told.end):
                yield f"{work.opened}: the agent was away, or went before the work was done."


def breaks_alternate(told: TraceIndex) -> Iterator[str]:
    """An agent who is here goes on a break and comes back in turn; going home ends a break too."""
    for lines in told.agents.values():
        here = on_break = False
        for line in leaving_last(lines):
            if line.what in (H.WENT_ON_BREAK, H.CAME_BACK) and (not here or on_break == (line.what == H.WENT_ON_BREAK)):
                yield f"{line}: the agent was {'' if on_break else 'not '}on a break, or not here."
            here = line.what != H.WENT_OFF if line.what in (H.CAME_ON, H.WENT_OFF) else here
            on_break = line.what == H.WENT_ON_BREAK if line.what in BREAKS else on_break


def breaks_are_as_long_as_they_should_be(told: TraceIndex) -> Iterator[str]:
    """An agent comes back when the break is over, no sooner and no later, unless the agent goes home before."""
    lasts = int(ticks(told.number("break_minutes")))
    for pause in (pause for breaks in told.breaks.values() for pause in breaks):
        over, ended = pause.opened.tick + lasts, pause.until(told.end)
        early = pause.closed and pause.closed.what == H.CAME_BACK and ended < over
        if early or ended > over:
            yield f"{pause.opened}: the break ends at {over}, not at {ended}."


def attention_alternates(told: TraceIndex) -> Iterator[str]:
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


def nobody_begins_anything_inattentive(told: TraceIndex) -> Iterator[str]:
    """Work begins only with an agent who is attentive, a talk with a manager who is not at other work.

    Work after a visit goes on from the visit, which an agent who is half there may end.
    """
    for lines in told.agents.values():
        absent = False
        for line in lines:
            if line.what in WORK and line.what != H.WRITES_UP and absent:
                yield f"{line}: the agent was inattentive."
            elif line.what in (H.LOST_ATTENTION, H.REGAINED_ATTENTION, H.CAME_ON):
                absent = line.what == H.LOST_ATTENTION


def work_takes_its_time(told: TraceIndex) -> Iterator[str]:
    """A follow-up, a call, a request or work after a visit lasts as long as the work on it, and as the agent was
    elsewhere meanwhile.
    """
    for agent, work in told.work.items():
        for piece in work:
            if piece.closed and piece.closed.what in (H.FOLLOWED_UP, H.HUNG_UP, H.HELPED, H.WROTE_UP):
                lasted = told.worked(agent, piece)
                if piece.closed.value != lasted:
                    yield f"{piece.closed}: it took {lasted} ticks of work since {piece.opened}."


def busy_time_is_the_sum_of_its_parts(told: TraceIndex) -> Iterator[str]:
    """The time each agent is busy is the time that customers and colleagues account for, one by one."""
    parts: Counter[int] = Counter()
    for (_, agent), lines in told.pairs.items():
        parts[agent] += told.length(*(spans(lines, {begins}, {ends}) for begins, ends in WORK.items()))
    for agent, lines in told.agents.items():
        busy = told.length(spans(lines, WORK, ENDS))
        if busy != parts[agent]:
            yield f"agent {agent} was busy for {busy} ticks, but people account for {parts[agent]}."


def the_shift_is_long_enough(told: TraceIndex) -> Iterator[str]:
    """Time here = work + held + breaks + rest, and the rest is not negative."""
    for agent, shifts in told.shifts.items():
        here = told.length(shifts)
        taken = told.length(told.work[agent], told.holds.get(agent, []), told.breaks[agent])
        if taken > here:
            yield f"agent {agent} was here for {here} ticks, but work, waiting and breaks took {taken}."
