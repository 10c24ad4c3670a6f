"""The film's data: a day at the desk in plain numbers and words that JSON can carry, and what is said of each turn."""

from collections.abc import Iterator
from itertools import zip_longest
from statistics import median
from typing import Any

from servsim.dated_calendar import open_spans
from servsim.errors import ServsimError
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Reason
from servsim.model.rules.demand import of_opening_book
from servsim.scenario.tables.lists_of_the_day import WEEKDAYS
from servsim.show.formatting import capital, listed
from servsim.show.trace_words import REASONS, Cast, cast_of, minutes, points
from servsim.study.histories.customers import World, day_words, name_of, person
from servsim.study.histories.day import Day, Doing, Spell
from servsim.study.histories.visits import Fate, Request, Visit
from servsim.units import MILLIONTHS, MINUTE, TICKS_PER_SECOND

Said = tuple[int, str]
"""An instant, and a sentence."""

UNSERVED = {
    Fate.ABANDONED: ("gives up after {}", "rings off after {}"),
    Fate.SENT_HOME: ("is sent home at closing after {}", "is cut off at closing after {}"),
    Fate.BALKED: ("sees the queue and does not join it", ""),
    Fate.BLOCKED: ("finds no place to wait", "finds all lines taken"),
}
"""What is said of those who are not served, at the counter and on the telephone."""
ALONE = {Doing.INATTENTIVE: "is lost in thought", Doing.BREAK: "takes a break", Doing.OFF: "goes home"}
"""What is said of agents who have nobody in hand."""
WITH = {
    Doing.FOLLOWING_UP: "does what was promised to {}",
    Doing.CALLING: "calls {}",
    Doing.HELPING: "helps {}",
    Doing.WRITING: "writes up the visit of {}",
    Doing.TALKING: "talks with {}",
}
"""What is said of agents at work for somebody, but for visits."""
AT_OTHER_WORK = "is at other work"
"""What a manager is who is not there for customers."""


def said(day: Day) -> list[Said]:
    """All that is said of a day, in order; at an instant, first who leaves, then whom the agent turns to."""
    cast = cast_of(day.scenario)
    visits = (*day.earlier, *day.visits)
    told = [(visit.left, f"{capital(person(visit.who))} {leaving(visit, cast)}.") for visit in visits if visit.left]
    told += [one for visit in visits for one in coming(visit, cast)]
    told += [one for agent, some in day.agents.items() for one in of_agent(day, agent, some, cast)]
    told += [
        (day.begins + minute * MINUTE, f"The doors {verb}.")
        for span in open_spans(day.scenario, day.number)
        for minute, verb in zip(span, ("open", "close"), strict=True)
    ]
    return sorted((one for one in told if one[0] >= day.begins), key=lambda one: one[0])


def coming(visit: Visit, cast: Cast) -> Iterator[Said]:
    """How a visit begins: coming, and being turned to."""
    who = capital(person(visit.who))
    if visit.arrived not in (visit.started, visit.left):
        yield visit.arrived, f"{who} {'calls' if visit.by_phone else 'comes in'}."
    if visit.started is not None and visit.agent is not None:
        waited = visit.started - visit.arrived
        found = f"{'gets through to' if visit.by_phone else 'comes in and finds'} {cast.agent(visit.agent)}"
        at_once = f"{who} {found} at once." if visit.by_phone else f"{who} {found} free."
        served = f"{capital(cast.agent(visit.agent))} turns to {person(visit.who)} after {minutes(waited)}."
        yield visit.started, served if waited else at_once


def leaving(visit: Visit, cast: Cast) -> str:
    """How a visit ends."""
    again = ", and will try again" if H.RETRIES in visit.then else ""
    for_good = f", and leaves for good {REASONS[visit.reason]}" if visit.reason != Reason.NONE else again
    if visit.fate is not Fate.SERVED:
        waited = (visit.left or 0) - visit.arrived
        said = UNSERVED[visit.fate][visit.by_phone].format(minutes(waited))
        return ("leaves at once" if visit.fate is Fate.ABANDONED and not waited else said) + for_good
    happened = [f"spends {cast.money(visit.spent)}"] if visit.spent else []
    happened += ["becomes a customer"] if H.WON in visit.then else []
    judged = (
        f", satisfied at {points(round(visit.satisfaction * MILLIONTHS))}" if visit.satisfaction is not None else ""
    )
    return listed([*happened, "rings off" if visit.by_phone else "leaves"]) + judged + for_good


def of_agent(day: Day, agent: int, some: list[Spell], cast: Cast) -> Iterator[Said]:
    """What is said of an agent: coming, going, being elsewhere, and work that is no visit."""
    here = some[0].doing is not Doing.OFF
    for spell in some[1:]:
        if not here and spell.doing is not Doing.OFF:
            yield spell.begins, f"{capital(cast.agent(agent))} comes on."
        here = spell.doing is not Doing.OFF
        clause = WITH.get(spell.doing, "").format(person(spell.who)) if spell.who >= 0 else ALONE.get(spell.doing, "")
        elsewhere = spell.doing is Doing.INATTENTIVE
        clause = (
            AT_OTHER_WORK if elsewhere and agent >= day.desk_agents else ALONE[spell.doing] if elsewhere else clause
        )
        if clause:
            yield spell.begins, f"{capital(cast.agent(agent))} {clause}."


COUNTER, TELEPHONE, MANAGER, COLLEAGUES = -1, -2, -3, -4
"""The lines in which people wait: at the counter, on the telephone, for the manager, and as colleagues."""

COLLEAGUE = "colleague"
"""The fate of those whose coming is no visit."""

HAPPY, UNHAPPY = 7.0, 5.0
"""Quality from which on a customer leaves happy, and below which unhappy; between them neither."""
SECONDS_LONG = 75.0
"""How long a film runs where few come."""
NEWCOMERS = 5.0
"""Who may come in a second of the film, on average, where many do."""
PACES = (30, 60, 120, 300, 600, 1200, 3600)
"""Seconds of the day in one second of the film, to choose from."""
MOST = 10_000
"""How many visits a film may have, so that a browser can hold and play it."""
WALKERS = 6
"""How many may be on the way out at once, on average, however fast a film runs."""
MARGIN = 5 * 60
"""Seconds that a film begins before the first thing happens, and ends after the last."""

Reel = dict[str, Any]


def reel(day: Day, world: World) -> Reel:
    """A day as a film shows it; `world` is where the day was. ServsimError where there is too much to be seen."""
    if len(day.visits) > MOST:
        raise ServsimError(
            f"Day {day.number} has {len(day.visits):,} visits, of which nobody could follow the film; the most is "
            f"{MOST:,}: lower demand.prospects_per_hour."
        )
    cast = cast_of(day.scenario)
    here = [agent for agent, some in day.agents.items() if any(spell.doing is not Doing.OFF for spell in some)]
    place: dict[int | None, int] = {agent: number for number, agent in enumerate(here)}
    people = [visitor(visit, day, place) for visit in (*day.earlier, *day.visits)]
    people += [colleague(request, day, place) for request in day.requests]
    begins, ends = runs(day)
    return {
        "title": day.scenario.title,
        "world": f"seed {world.seed}, replication {world.replication}",
        "when": day_words(day.scenario, day.number),
        "weekday": WEEKDAYS[day.number % 7].capitalize(),
        "currency": day.scenario.money.currency,
        "begins": begins,
        "ends": ends,
        "pace": pace(begins, ends, len(people)),
        "step": shortest_step(day),
        "way": WALKERS * (ends - begins) / max(len(people), 1),
        "open": [[opens * 60, closes * 60] for opens, closes in open_spans(day.scenario, day.number)],
        "people": sorted(people, key=lambda one: one["came"]),
        "agents": [agent_of(day, agent, cast) for agent in here],
        "said": [[seconds(tick, day), text] for tick, text in said(day) if tick < day.ends],
    }


def seconds(tick: int, day: Day) -> float:
    """An instant in seconds after midnight."""
    return round((tick - day.begins) / TICKS_PER_SECOND, 1)


def runs(day: Day) -> tuple[float, float]:
    """From when to when a film of the day runs: a little longer than the doors are open and anybody is there."""
    there = [tick for some in day.agents.values() for spell in some if spell.doing is not Doing.OFF
             for tick in (spell.begins, spell.ends)]  # fmt: skip
    turns = [tick for visit in day.visits for tick in (visit.arrived, visit.left or day.ends)]
    opens = [day.begins + minute * MINUTE for span in open_spans(day.scenario, day.number) for minute in span]
    instants = [min(max(tick, day.begins), day.ends) for tick in (*there, *turns, *opens)]
    first, last = seconds(min(instants), day) - MARGIN, seconds(max(instants), day) + MARGIN
    return max(first, 0.0), min(last, seconds(day.ends, day))


def pace(begins: float, ends: float, many: int) -> int:
    """How fast a film of so many people runs unless it is told otherwise."""
    fastest = min((ends - begins) / SECONDS_LONG, NEWCOMERS * (ends - begins) / max(many, 1))
    return max((choice for choice in PACES if choice <= fastest), default=PACES[0])


def shortest_step(day: Day) -> float:
    """Seconds of the day that a step may take at most, so that nobody is still on the way when the visit is over."""
    lengths = [visit.finished - visit.started for visit in day.visits if visit.finished and visit.started is not None]
    return median(lengths) / TICKS_PER_SECOND / 4 if lengths else MARGIN


def visitor(visit: Visit, day: Day, place: dict[int | None, int]) -> Reel:
    """A visit as a film shows it."""
    line = TELEPHONE if visit.by_phone else COUNTER
    turns = [(visit.arrived, line), (visit.started, place.get(visit.agent, line))]
    if visit.finished != visit.left:
        turns += [(visit.finished, MANAGER), (visit.stepped_in, place.get(visit.manager, MANAGER))]
    return somebody(visit.name, turns, visit.left, day) | {
        "patience": None if visit.patience is None else visit.patience / TICKS_PER_SECOND,
        "phone": visit.by_phone,
        "new": visit.number == 0 and not of_opening_book(visit.who),
        "fate": visit.fate.value,
        "mood": mood(visit),
        "spent": round(visit.spent, 2),
        "book": "won" if H.WON in visit.then else "lost" if H.LOST in visit.then else "",
    }


def colleague(request: Request, day: Day, place: dict[int | None, int]) -> Reel:
    """A colleague's request as a film shows it; it is neither counted nor paid for."""
    turns = [(request.asked, COLLEAGUES), (request.started, place.get(request.agent, COLLEAGUES))]
    return somebody(request.name, turns, request.helped, day) | {"fate": COLLEAGUE, "mood": "neutral"}


def somebody(name: str, turns: list[tuple[int | None, int]], left: int | None, day: Day) -> Reel:
    """A person who is here or there from some instants on, and leaves; who leaves at once has been nowhere."""
    reached = [(tick, where) for tick, where in turns if tick is not None and tick != left]
    stays = [stay for stay, after in zip_longest(reached, reached[1:]) if after is None or after[0] > stay[0]]
    return {
        "name": name,
        "came": seconds(turns[0][0] or 0, day),
        "stays": [[seconds(tick, day), where] for tick, where in stays],
        "left": None if left is None else seconds(left, day),
        "patience": None,
        "phone": False,
        "new": False,
        "spent": 0.0,
        "book": "",
    }


def mood(visit: Visit) -> str:
    """How a customer looks on leaving: by the quality of the visit, where it is judged; who came in vain is unhappy."""
    if visit.fate is not Fate.SERVED or visit.reason not in (Reason.NONE, Reason.NATURAL, Reason.CHANCE):
        return "unhappy"
    if visit.quality is None:
        return "neutral"
    return "happy" if visit.quality >= HAPPY else "unhappy" if visit.quality < UNHAPPY else "neutral"


def agent_of(day: Day, agent: int, cast: Cast) -> Reel:
    """What an agent does as a film shows it: [from when on, what, whether attentive, with whom]."""
    return {
        "name": cast.agent(agent).removeprefix("the "),
        "manager": agent >= day.desk_agents,
        "spells": [
            [
                seconds(spell.begins, day),
                spell.doing.value,
                spell.attentive,
                name_of(spell.who) if spell.who >= 0 else "",
            ]
            for spell in day.agents[agent]
        ],
    }
