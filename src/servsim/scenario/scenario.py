"""A scenario: every table of a file, and the scenario as each segment of customers lives it."""

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

from pydantic import Field

from servsim.scenario.tables.base import Name, Ranges, Table, setting
from servsim.scenario.tables.exceptions import ExceptionalDay
from servsim.scenario.tables.mistakes_recovery_promises_outreach import Manager, Mistakes, Outreach, Promises, Recovery
from servsim.scenario.tables.money_horizon_levers import Evaluate, Horizon, Investment, Money, Optimise
from servsim.scenario.tables.opening_demand_staff_service import Demand, Opening, Service, Staff, office_hours
from servsim.scenario.tables.phone_recognition_load_requests import AfterVisitWork, Internal, Load, Phone, Recognition
from servsim.scenario.tables.waiting_quality_loyalty_spending import Loyalty, Quality, Spending, Waiting
from servsim.scenario.tables.word_of_mouth_competitors_training import (
    Advertising,
    Budget,
    Competitors,
    Training,
    WordOfMouth,
)

READ_BY = "servsim.scenario.read"
"""What checks settings: named here and not imported, for it knows of this."""


class Segment(Table):
    """A group of customers who differ: its name, its share, and whichever settings are its own."""

    name: Annotated[Name, Field(min_length=1, max_length=40)]
    """What the group is called in tables."""
    share: float = setting(..., gt=0, le=1)
    """Share of prospects, and of the opening book, who belong to it."""
    demand: Demand | None = None
    """What differs in demand: the visit gap and its variation, and the tenure."""
    service: Service | None = None
    """What differs in service."""
    investment: Investment | None = None
    """What differs in the minutes invested."""
    waiting: Waiting | None = None
    """What differs in waiting."""
    quality: Quality | None = None
    """What differs in quality."""
    loyalty: Loyalty | None = None
    """What differs in loyalty."""
    spending: Spending | None = None
    """What differs in spending."""
    mistakes: Mistakes | None = None
    """What differs in mistakes."""
    recovery: Recovery | None = None
    """What differs in recovery."""
    promises: Promises | None = None
    """What differs in promises."""
    outreach: Outreach | None = None
    """What differs in outreach."""
    word_of_mouth: WordOfMouth | None = None
    """What differs in word of mouth."""
    competitors: Competitors | None = None
    """What differs in what competitors mean."""
    recognition: Recognition | None = None
    """What differs in recognition."""
    phone: Phone | None = None
    """What differs in visits by telephone."""
    after_visit_work: AfterVisitWork | None = None
    """What differs in the work after a visit."""


SEGMENT_TABLES = tuple(name for name in Segment.model_fields if name not in ("name", "share"))
"""Tables in which segments may differ."""
MECHANISMS = (
    "investment", "waiting", "quality", "loyalty", "spending", "mistakes", "recovery", "manager", "promises",
    "outreach", "word_of_mouth", "competitors", "advertising", "training", "budget", "internal", "recognition", "phone",
    "load", "after_visit_work",
)  # fmt: skip
"""Tables that switch a mechanism on by being there."""


class Scenario(Table):
    """A service desk, its customers, and the question asked about them."""

    title: Annotated[Name, Field(max_length=200)] = "A service desk"
    """What tables and plots are headed with."""
    opening: Opening = Field(default_factory=office_hours)
    """When the doors are open; left out: Monday to Friday, nine to five."""
    demand: Demand = Field(default_factory=Demand)
    """Who comes."""
    staff: Staff = Field(default_factory=Staff)
    """Who serves."""
    service: Service = Field(default_factory=Service)
    """The transaction."""
    investment: Investment | None = None
    """The minutes invested."""
    waiting: Waiting | None = None
    """How customers wait."""
    quality: Quality | None = None
    """What a visit is worth."""
    loyalty: Loyalty | None = None
    """Whether customers stay."""
    word_of_mouth: WordOfMouth | None = None
    """What customers tell others."""
    spending: Spending | None = None
    """What customers spend."""
    mistakes: Mistakes | None = None
    """What goes wrong in a visit."""
    recovery: Recovery | None = None
    """What becomes of failures."""
    manager: Manager | None = None
    """Who handles what has become personal."""
    promises: Promises | None = None
    """What is promised by a date."""
    outreach: Outreach | None = None
    """Who is called back."""
    competitors: Competitors | None = None
    """Who else serves them."""
    internal: Internal | None = None
    """What colleagues ask of the desk."""
    recognition: Recognition | None = None
    """Who is recognised."""
    phone: Phone | None = None
    """Who calls instead of coming."""
    load: Load | None = None
    """What a crowd and a long day do to agents."""
    after_visit_work: AfterVisitWork | None = None
    """What a visit leaves the agent to do."""
    advertising: Advertising | None = None
    """What is spent on being known."""
    training: Training | None = None
    """How agents learn, forget and are replaced."""
    budget: Budget | None = None
    """One sum for advertising and training."""
    money: Money = Field(default_factory=Money)
    """How money is counted."""
    segments: Annotated[list[Segment], Field(max_length=50)] = Field(default_factory=list)
    """Groups of customers who differ."""
    exceptions: Annotated[list[ExceptionalDay], Field(max_length=1000)] = Field(default_factory=list)
    """Days by date that are not as their weekday is."""
    horizon: Horizon = Field(default_factory=Horizon)
    """How far to look."""
    evaluate: Evaluate = Field(default_factory=Evaluate)
    """What to compare."""
    optimise: Optimise = Field(default_factory=Optimise)
    """What to set together."""
    uncertain: Ranges = Field(default_factory=dict)
    """What nobody knows exactly: a setting's key with two ends, or three numbers with the likeliest in the middle."""

    def settings(self) -> dict[str, Any]:
        """Every setting with its value, tables that were left out left out."""
        return self.model_dump(exclude_none=True)

    def with_settings(self, values: Mapping[str, float]) -> "Scenario":
        """The scenario with some settings at other values, by their keys, checked as a file is: ScenarioError if wrong.

        scenario.with_settings({"staff.agents": 3, "investment.minutes_per_visit": 6.5})
        """
        changed: Scenario = import_module(READ_BY).with_settings(self, values)
        return changed

    def __repr__(self) -> str:
        """Its title and its size, in a line."""
        years = f"{self.horizon.years:g} year{'' if self.horizon.years == 1 else 's'}"
        counts = ((self.demand.opening_book, "customer"), (self.staff.agents, "agent"))
        many = ", ".join(f"{number:,} {what}{'' if number == 1 else 's'}" for number, what in counts)
        return f"<Scenario {self.title!r}: {many}, {years}>"

    __str__ = __repr__


def merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The base with whatever is named in own put in its place, table by table."""
    result = dict(base)
    for key, value in own.items():
        result[key] = merged(result[key], value) if isinstance(value, dict) and key in result else value
    return result


def as_segments(scenario: Scenario) -> list[Scenario]:
    """The scenario as each segment lives it, in the order of the file; the scenario itself where there are none."""
    if not scenario.segments:
        return [scenario]
    base = scenario.settings()
    return [
        Scenario.model_validate(merged(base, segment.model_dump(include=set(SEGMENT_TABLES), exclude_unset=True)))
        for segment in scenario.segments
    ]
