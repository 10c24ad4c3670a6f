"""The house: colleagues who ask for something, regulars who are known, the telephone, and what load does to agents."""

from typing import Literal

from servsim.scenario.tables.base import Mechanism, setting


class Internal(Mechanism):
    """Requests of colleagues, served by the same agents. Left out: nobody in the house needs the desk."""

    requests_per_hour: float = setting(1.0, "1/h", ge=0, le=1e6, desk=True)
    """Requests per opening hour, averaged over the week."""
    request_minutes: float = setting(8.0, "min", grade="c", gt=0, le=1e4, desk=True)
    """Length of the work on a request, on average."""
    request_cv: float = setting(0.7, grade="c", ge=0, le=5, desk=True)
    """Coefficient of variation of that work, where it is lognormal."""
    request_distribution: Literal["lognormal", "exponential"] = setting("lognormal", desk=True)
    """How the work varies."""
    request_priority: int = setting(0, ge=-100, le=100, desk=True)
    """Priority of requests: above that of customers, before them; below it, after them; 0 is an average customer's."""
    neglect_effect: float = setting(0.01, grade="c", ge=0, le=10, desk=True)
    """How many more mistakes agents make for every 10 minutes that colleagues are kept waiting, as a share."""
    neglect_memory: float = setting(0.05, grade="c", gt=0, le=1, desk=True)
    """How much the wait of the last request counts in what colleagues are used to."""
    wage_per_hour: float | None = setting(None, "money/h", ge=0, le=1e6, desk=True)
    """What an hour costs the business in which a colleague waits for the desk; left out: the staff's wage."""


class Recognition(Mechanism):
    """Returning customers are greeted by someone who knows them. Left out: nobody is recognised."""

    recognised_share: float = setting(0.8, grade="c", ge=0, le=1)
    """Chance of being recognised by the agent of the last visit."""
    notes_share: float = setting(0.0, grade="c", ge=0, le=1)
    """Chance of being recognised by any other agent, from notes."""
    recognised_gain: float = setting(0.3, "points", grade="c", ge=0, le=10)
    """Points of quality gained by being recognised."""
    own_agent_first: bool = setting(False, desk=True)
    """Whether a customer whose turn it is gets the agent of the last visit, if that one is free."""


class Phone(Mechanism):
    """Visits by telephone. Left out: everybody comes to the counter."""

    phone_share: float = setting(0.3, ge=0, le=1)
    """Share of visits made by telephone."""
    phone_order: Literal["in_turn", "first", "last"] = setting("in_turn", desk=True)
    """When callers are served: in turn, before all who stand at the counter, or after them."""
    phone_patience_minutes: float = setting(4.0, "min", grade="b", gt=0, le=1e5)
    """How long callers wait before they hang up, on average."""
    phone_core_factor: float = setting(1.0, grade="c", ge=0.01, le=10)
    """Length of a transaction by telephone, as a multiple of one at the counter."""
    phone_effect: float = setting(0.8, grade="c", ge=0, le=1)
    """Share of the minutes of the six steps that reaches a caller."""


class AfterVisitWork(Mechanism):
    """Notes, orders and clearing up after each visit. Left out: agents are free as soon as the customer has gone."""

    after_visit_minutes: float = setting(2.0, "min", grade="c", ge=0, le=1e4)
    """Work that a visit leaves the agent once the customer has gone, on average; it counts as invested."""
    after_visit_cv: float = setting(0.7, grade="c", ge=0, le=5)
    """Coefficient of variation of the work after a visit."""
    after_visit_gain: float = setting(0.0, "points", grade="c", ge=0, le=10)
    """Points of quality that all there is to note brings to the customer's next visit; 0: the work only costs."""
    after_visit_standard: float = setting(2.0, "min", grade="c", gt=0, le=1e4)
    """Minutes in which nine tenths of what there is to note are noted."""


class Load(Mechanism):
    """What a crowd and a long day do to agents. Left out: they work as planned, however many wait."""

    queue_cut: float = setting(0.2, grade="c", ge=0, le=1, desk=True)
    """Share by which agents cut the six steps short when two customers wait for every agent."""
    speed_up: float = setting(0.1, grade="c", ge=0, le=5, desk=True)
    """How much faster agents work when one customer waits for every agent."""
    fatigue_minutes: float = setting(90.0, "min", grade="c", gt=0, le=1e4, desk=True)
    """How long it takes to tire, and to recover."""
    fatigue_slowdown: float = setting(0.1, grade="c", ge=0, le=0.9, desk=True)
    """How much slower agents are who have had no rest at all."""
    fatigue_mistakes: float = setting(0.5, grade="c", ge=0, le=10, desk=True)
    """How strongly fatigue causes mistakes: a factor exp(this · (fatigue − 0.6))."""
