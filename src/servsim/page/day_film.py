"""The desk on a day, as the film shows it: today's and the new one, on the same day of the same world."""

from typing import Any

from servsim.page.question import Question
from servsim.page.question_size_limits import filmed
from servsim.scenario.scenario import Scenario
from servsim.show.film.film_data import reel
from servsim.show.film.html import LEGEND, comparison, kinds, summary
from servsim.study.histories.customers import World
from servsim.study.histories.day import Day, day_of, first_day


def films(question: Question, day: int | None) -> dict[str, Any]:
    """The reels of a day, by default the usual one, today's first; the new one only where something was moved."""
    replications = [world_of(question.today, question)]
    if question.new != question.today:
        replications.append(world_of(question.new, question))
    number = first_day(replications[0]) if day is None else day
    days = [day_of(world, number) for world in replications]
    reels = [reel(found, world) for found, world in zip(days, replications, strict=True)]
    seen = set().union(*(kinds(one) for one in reels))
    return {
        "day": number,
        "when": reels[0]["when"],
        "world": reels[0]["world"],
        "films": [{"reel": one, "summary": summary(one)} for one in reels],
        "comparison": compared(days),
        "legend": {kind: words for kind, words in LEGEND.items() if kind in seen},
    }


def compared(days: list[Day]) -> str:
    """How those fared who came at the same instant to both desks."""
    return comparison(*days) if len(days) == 2 else ""


def world_of(scenario: Scenario, question: Question) -> World:
    """The first world of a scenario; ScenarioError where too many come to be seen."""
    filmed(scenario, question.preset.name)
    return World(scenario, question.seed)
