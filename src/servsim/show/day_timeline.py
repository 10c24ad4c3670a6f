"""A day at the desk as a timeline: the doors, the shifts, and one line for every visit, work, call and event at home.

The table has a clause for each happening, whose subject is the customer, or the agent where nobody else is concerned.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from servsim.dated_calendar import open_spans
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.scenario.scenario import Scenario
from servsim.show.formatting import capital, listed
from servsim.show.life_story import Told, episodes
from servsim.show.trace_words import Line, by_telephone, lines_of, minutes, plural, when
from servsim.study.histories.customers import BOOKKEEPING, OF_THE_MONTH, day_words
from servsim.units import DAY, MILLIONTHS, MINUTE

CLAUSES: dict[H, str] = {
    H.ARRIVED: "came (visit {it.value})",
    H.REFERRED: "had been told of it by {it.other}",
    H.STAYED_AWAY: "had been warned and stayed away",
    H.ASKED: "asked for something",
    H.HELPING: "waited {it.minutes} for {it.agent}",
    H.HELPED: "was helped with {it.minutes} of work",
    H.WRITES_UP: "",
    H.WROTE_UP: "left {it.minutes} of work to {it.agent}",
    H.RECOGNISED: "was recognised",
    H.PRAISED: "spoke well of it to {it.people}",
    H.WARNED: "warned {it.people}",
    H.DETERRED: "kept {it.people} away",
    H.COOLED: "was warned by a friend",
    H.PICKED_UP: "",
    H.RANG_OFF: "",
    H.BLOCKED: "found no place to wait and left",
    H.BALKED: "did not want to wait and left",
    H.ABANDONED: "gave up after {it.minutes}",
    H.SENT_HOME: "was sent home at closing after {it.minutes}",
    H.STARTED: "waited {it.minutes} for {it.agent}",
    H.FINISHED: "was served for {it.lasted}",
    H.CARED: " with {it.minutes} of care",
    H.CLARIFIED: "had a mistake put right on the spot in {it.minutes}",
    H.SOOTHED: "was given {it.minutes} to make up for a failure",
    H.OVERLOOKED: "took home a mistake that nobody had noticed",
    H.ESCALATED: "was left to the manager by {it.agent}",
    H.STEPPED_IN: "waited {it.minutes} for {it.agent}",
    H.STEPPED_BACK: "talked with {it.agent} for {it.minutes}",
    H.PROMISED: "was promised something by {it.date}",
    H.TOOK_UP: "had the promised follow-up begun by {it.agent}",
    H.FOLLOWED_UP: "had it finished with {it.minutes} of work",
    H.CALLED: "was called by {it.agent} {it.call}",
    H.HUNG_UP: "hung up after {it.minutes}",
    H.JUDGED: "is satisfied at {it.points}",
    H.BOUGHT: "spent {it.money}",
    H.DECLINED: "bought nothing",
    H.RETRIES: "will try again",
    H.FAILED: "found out about {it.failure}",
    H.COMPLAINED: "will complain",
    H.RECOVERED: "was won over again",
    H.LET_DOWN: "had complained in vain",
    H.KEPT: "saw a promise kept",
    H.THOUGHT_AGAIN: "thought again, at home, whether to come another time",
    H.WON: "became a customer",
    H.LOST: "left the business {it.reason}",
    H.GONE: "will not come again",
    H.WON_BACK: "was won back",
    H.CAME_ON: "came on at {it.clock}",
    H.WENT_OFF: "went home at {it.clock}",
    H.LOST_ATTENTION: "was lost in thought for {it.lasted}",
    H.WENT_ON_BREAK: "took a break of {it.lasted}",
    H.REPLACED: "left the business, and a newcomer took the place",
    H.LEARNED: "knows {it.share} of what there is to know from now on",
    H.RELEASED: "was free again after {it.minutes} of staying while the manager talked",
}
RINGS = {
    H.ARRIVED: "called (visit {it.value})",
    H.BLOCKED: "found all lines taken and rang off",
    H.ABANDONED: "rang off after {it.minutes}",
    H.SENT_HOME: "was on the line for {it.minutes} when the desk closed",
    H.STARTED: "waited {it.minutes} on the line for {it.agent}",
}
"""What is said instead of those who telephone."""
SPANS = {
    H.STARTED: (H.FINISHED, "visit", "visits"),
    H.STEPPED_IN: (H.STEPPED_BACK, "talk", "talks"),
    H.TOOK_UP: (H.FOLLOWED_UP, "follow-up", "follow-ups"),
    H.CALLED: (H.HUNG_UP, "call", "calls"),
    H.HELPING: (H.HELPED, "request", "requests"),
    H.WRITES_UP: (H.WROTE_UP, "piece of work after a visit", "pieces of work after visits"),
    H.WENT_ON_BREAK: (H.CAME_BACK, "break", "breaks"),
    H.LOST_ATTENTION: (H.REGAINED_ATTENTION, "lapse of attention", "lapses of attention"),
}
"""What an agent does for a while: how it begins, how it ends, and what it is called, once and more often."""
AT_OTHER_WORK = ("time at other work", "times at other work")
"""What a lapse of attention is where managers are concerned."""
ALL_DAY = ("did nothing", "was there all day")
"""What an agent did who neither came nor went, without or with rows of the day."""
ALONE = (H.LOST_ATTENTION, H.WENT_ON_BREAK, H.RELEASED, *OF_THE_MONTH)
"""What an agent's timeline tells by itself."""
UNSERVED = (H.BLOCKED, H.BALKED, H.ABANDONED, H.SENT_HOME)
WAITED = (H.STARTED, H.ABANDONED, H.SENT_HOME)


def timeline(rows: np.ndarray, scenario: Scenario, day: int, agent: int | None = None) -> list[Told]:
    """A day, from rows of it and its neighbours: all of it, or what one agent did; a summary comes first."""
    lines = lines_of(rows, scenario)
    staff = by(lines, lambda line: line.agent_number)
    for own in staff.values():
        measure(own)
    visits = [episode for own in by(lines, lambda line: line.who).values() for episode in on_the_day(own, day, agent)]
    told = [paragraph(episode) for episode in visits]
    if agent is None:
        told = [*doors(scenario, day), *(shift(own, day) for own in staff.values() if at_work(own, day)), *told]
        told += [spell(line) for own in staff.values() for line in today(own, day) if line.what in OF_THE_MONTH]
        first = Told(day * DAY, day_words(scenario, day), " ".join([summary(visits), *book(lines, day)]))
    else:
        told += [spell(line) for line in today(staff[agent], day) if line.what in ALONE]
        first = shift(staff[agent], day)
    return [first, *sorted(told, key=lambda one: one.tick)]


def by(lines: Iterable[Line], key: Callable[[Line], int]) -> dict[int, list[Line]]:
    """Rows by customer or by agent, in order; those of nobody left out."""
    result: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if key(line) >= 0:
            result[key(line)].append(line)
    return dict(sorted(result.items()))


def measure(own: list[Line]) -> None:
    """Let the beginning and the end of whatever an agent does for a while know how long it lasts."""
    for begin, (end, *_) in SPANS.items():
        begun: Line | None = None
        for line in own:
            if line.what == begin:
                begun = line
            elif begun and line.what in (end, H.WENT_OFF):
                begun.lasts = line.lasts = line.tick - begun.tick
                begun = None


def today(own: list[Line], day: int) -> list[Line]:
    """Rows of the day itself."""
    return [line for line in own if line.tick // DAY == day]


def at_work(own: list[Line], day: int) -> list[Line]:
    """Rows of the day that tell of an agent being there."""
    return [line for line in today(own, day) if line.what not in OF_THE_MONTH]


# Customers


def on_the_day(own: list[Line], day: int, agent: int | None) -> list[list[Line]]:
    """A customer's episodes that begin on the day; of an agent's, what comes from the agent's first part on."""
    parts = episodes(line for line in own if line.what not in BOOKKEEPING)
    if agent is not None:
        parts = [part[first:] for part in parts for first in first_with(part, agent)]
    return [part for part in parts if part[0].tick // DAY == day]


def first_with(episode: list[Line], agent: int) -> list[int]:
    """Where in an episode an agent first takes part; empty if not at all."""
    return [place for place, line in enumerate(episode) if line.agent_number == agent][:1]


def paragraph(episode: list[Line]) -> Told:
    """An episode in one line."""
    clauses = [clause for line in episode if (clause := clause_of(line, episode))]
    first = episode[0]
    return Told(first.tick, when(first.tick), f"{capital(first.customer)} {listed(clauses)}.")


def clause_of(line: Line, episode: list[Line]) -> str:
    """What is said of one row; nothing if another row of its episode says it."""
    beside = [other for other in episode if other.tick == line.tick]
    rings = line.what in RINGS and by_telephone(line, episode)
    clause = (RINGS if rings else CLAUSES)[line.what].format(it=line)
    if line.what == H.FINISHED:
        care = "".join(CLAUSES[H.CARED].format(it=other) for other in beside if other.what == H.CARED)
        judged = any(other.what == H.JUDGED for other in episode)
        return clause + care + (f" (quality {line.points})" if judged else "")
    if line.what == H.JUDGED:
        levels = [other for other in beside if other.what == H.JUDGED]
        return "is satisfied at " + ", then ".join(other.points for other in levels) if line is levels[0] else ""
    if line.what in (H.STARTED, H.STEPPED_IN, H.HELPING) and line.value == 0:
        return f"had {line.agent} pick up at once" if rings else f"found {line.agent} free"
    if line.what == H.ABANDONED and line.value == 0:
        return "rang off at once" if rings else "left at once"
    if line.what == H.COOLED:
        warned = [other for other in beside if other.what == H.COOLED]
        return "" if line is not warned[0] else clause if len(warned) == 1 else "was warned by friends"
    return "" if line.what == H.CARED else clause


def summary(visits: list[list[Line]]) -> str:
    """What the day came to."""
    lines = [line for visit in visits for line in visit]
    count = Counter(line.what for line in lines)
    waits = [line.value for line in lines if line.what in WAITED]
    takings = sum(line.value for line in lines if line.what == H.BOUGHT) / MILLIONTHS
    unserved = sum(count[what] for what in UNSERVED)
    said = [f"{plural(count[H.ARRIVED], 'visit')}, {count[H.STARTED]} served, {unserved} left unserved"]
    said += [f"longest wait {minutes(max(waits))}"] if waits else []
    said += [f"takings {lines[0].cast.money(takings)}"] if lines else []
    said += [f"{plural(count[what], *names)}" for what, names in FATES.items() if count[what]]
    return "; ".join(said) + "."


FATES = {
    H.WON: ("customer won", "customers won"),
    H.LOST: ("customer lost", "customers lost"),
    H.WON_BACK: ("customer won back", "customers won back"),
    H.COMPLAINED: ("complaint", "complaints"),
    H.REFERRED: ("referral", "referrals"),
    H.STAYED_AWAY: ("candidate who stayed away", "candidates who stayed away"),
    H.PICKED_UP: ("answered telephone call", "answered telephone calls"),
    H.ASKED: ("request of a colleague", "requests of colleagues"),
}
"""What a day's summary counts besides."""


def book(lines: list[Line], day: int) -> list[str]:
    """Who is in the book, where the day is the first or the last."""
    members = [line for line in lines if line.what == H.MEMBER and line.tick // DAY == day]
    remain = [line for line in lines if line.what == H.REMAINS and (line.tick - 1) // DAY == day]
    said = [f"The book opens with {plural(len(members), 'customer')}, satisfied at {average(members):.1f}."]
    said = said if members else []
    if remain:
        said.append(f"The book closes with {plural(len(remain), 'customer')}, satisfied at {average(remain):.1f}.")
    return said


def average(lines: list[Line]) -> float:
    """The mean of values that are counted in millionths."""
    return sum(line.value for line in lines) / max(len(lines), 1) / MILLIONTHS


# The desk


def doors(scenario: Scenario, day: int) -> list[Told]:
    """When the doors open and close."""
    turns = [
        (day * DAY + minute * MINUTE, f"The doors {verb}.")
        for span in open_spans(scenario, day)
        for minute, verb in zip(span, ("open", "close"), strict=True)
    ]
    return [Told(tick, when(tick), text) for tick, text in turns] or [
        Told(day * DAY, when(day * DAY), "The doors stay closed.")
    ]


def shift(own: list[Line], day: int) -> Told:
    """An agent's day in one line: when they came and went, and what took how long."""
    lines = at_work(own, day)
    turns = [line for line in lines if line.what in (H.CAME_ON, H.WENT_OFF)]
    presence = listed([CLAUSES[line.what].format(it=line) for line in turns]) or ALL_DAY[bool(lines)]
    done = []
    for begin, (_, *names) in SPANS.items():
        names = [*AT_OTHER_WORK] if begin == H.LOST_ATTENTION and of_a_manager(own[0]) else names
        spans = [line.lasts for line in lines if line.what == begin and line.lasts]
        done += [f"{plural(len(spans), *names)} ({minutes(sum(spans))})"] if spans else []
    held = sum(line.value for line in lines if line.what == H.RELEASED)
    done += [f"{minutes(held)} of staying while the manager talked"] if held else []
    tick = turns[0].tick if turns else day * DAY
    return Told(tick, when(tick), f"{own[0].Agent} {presence}{': ' if done else ''}{', '.join(done)}.")


def of_a_manager(line: Line) -> bool:
    """Is this a manager's row?"""
    return line.agent_number >= line.cast.agents


def spell(line: Line) -> Told:
    """One thing that concerns an agent alone."""
    elsewhere = line.what == H.LOST_ATTENTION and of_a_manager(line)
    clause = f"was at other work for {line.lasted}" if elsewhere else CLAUSES[line.what].format(it=line)
    return Told(line.tick, when(line.tick), f"{line.Agent} {clause}.")
