"""The reel: a day at the desk as a film needs it, in plain numbers and words that JSON can carry.

Instants are seconds after midnight of the day. Where somebody is, is a number: that of an agent, who is then the one at
work with them, or one of the lines in which they wait.
"""

from itertools import zip_longest
from statistics import median
from typing import Any

from servsim.errors import ServsimError
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the figures
from servsim.event_codes import Reason
from servsim.model.rules.demand import of_opening_book
from servsim.scenario.tables.opening_demand_staff_service import WEEKDAYS
from servsim.show.film.said import said
from servsim.show.trace_words import Cast, cast_of
from servsim.study.follow.day import Day
from servsim.study.follow.spells import Doing
from servsim.study.follow.visits import Fate, Request, Visit
from servsim.study.histories.customers import World, name_of, weekday_words
from servsim.units import MINUTE, TICKS_PER_SECOND

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
        "when": weekday_words(day.number),
        "weekday": WEEKDAYS[day.number % 7].capitalize(),
        "currency": day.scenario.money.currency,
        "begins": begins,
        "ends": ends,
        "pace": pace(begins, ends, len(people)),
        "step": shortest_step(day),
        "way": WALKERS * (ends - begins) / max(len(people), 1),
        "open": [[opens * 60, closes * 60] for opens, closes in day.scenario.opening.spans(day.number % 7)],
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
    opens = [day.begins + minute * MINUTE for span in day.scenario.opening.spans(day.number % 7) for minute in span]
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
