"""What just happened, in one sentence for each turn of a day."""

from collections.abc import Iterator

from servsim.event_codes import Happening as H  # noqa: N817 as short as in the figures
from servsim.event_codes import Reason
from servsim.show.phrases import capital, listed
from servsim.show.trace_words import REASONS, Cast, cast_of, minutes, points
from servsim.study.follow.day import Day
from servsim.study.follow.spells import Doing, Spell
from servsim.study.follow.visits import Fate, Visit
from servsim.study.histories.customers import person
from servsim.units import MILLIONTHS, MINUTE

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
        for span in day.scenario.opening.spans(day.number % 7)
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
