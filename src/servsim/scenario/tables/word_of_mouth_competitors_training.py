"""The world around the desk: what customers tell others, who else serves them, what is advertised and taught."""

from typing import Annotated

from pydantic import Field

from servsim.scenario.tables.base import Mechanism, setting

Qualities = Annotated[list[Annotated[float, Field(ge=0, le=10)]], Field(min_length=1, max_length=10)]


class WordOfMouth(Mechanism):
    """What customers tell others after a visit or a failure. Left out: nobody tells anybody."""

    delighted_above: float = setting(8.0, "points", grade="c", ge=0, le=10)
    """Satisfaction above which customers praise."""
    disappointed_below: float = setting(4.0, "points", grade="c", ge=0, le=10)
    """Satisfaction below which customers warn."""
    praises: float = setting(0.1, "people/visit", grade="c", ge=0, le=3)
    """How many people a delighted customer tells after a visit, on average."""
    warnings: float = setting(0.3, "people/visit", grade="c", ge=0, le=3)
    """How many people a disappointed customer tells after a visit or a failure, on average."""
    mentions: float = setting(0.02, "people/visit", grade="c", ge=0, le=3)
    """How many people all others tell something good after a visit, on average."""
    referral_share: float = setting(0.05, grade="c", ge=0, le=1)
    """Share of those told something good who come as prospects because of it."""
    referral_days: float = setting(14.0, "d", grade="c", gt=0, le=3650)
    """Days until they come, on average."""
    deterred_share: float = setting(0.05, grade="c", ge=0, le=1)
    """Share of those warned who stay away for a while."""
    deterred_days: float = setting(180.0, "d", grade="c", gt=0, le=3650, desk=True)
    """How long they stay away."""
    friend_share: float = setting(0.2, grade="c", ge=0, le=1)
    """Share of those warned who are customers themselves."""
    friend_loss: float = setting(0.2, "points", grade="c", ge=0, le=10)
    """Points of satisfaction lost by a customer who is warned by a friend."""
    potential_customers: int = setting(10_000, "people", grade="c", ge=0, le=2_000_000_000, desk=True)
    """People who could be customers: who is one already, or was warned, is not won a second time; 0: no end to them."""


class Competitors(Mechanism):
    """Others who serve the same customers. Left out: the business next door stays as it is today."""

    rival_quality: Qualities | None = setting(None, "points", desk=True)
    """How good each rival is today; left out: two rivals, of 6.5 and 6."""
    rival_drift: float = setting(0.05, "points/year", grade="c", ge=-5, le=5, desk=True)
    """How much better rivals become in a year."""
    newcomer_quality: float = setting(0.0, "points", grade="c", ge=0, le=10, desk=True)
    """How good a rival is who opens later; 0: none opens."""
    newcomer_week: float = setting(26.0, "weeks", grade="c", ge=0, le=1040, desk=True)
    """When that rival opens."""
    without_quality: float = setting(6.0, "points", grade="c", ge=0, le=10)
    """How good it is to go to nobody at all, on the same scale."""
    demanding_weight: float = setting(0.2, "1/point", grade="c", ge=0, le=2)
    """How much more rivals mean to customers who are used to more than 7 points: log odds of leaving, per point."""
    return_share: float = setting(0.0, grade="c", ge=0, le=1)
    """Chance that a lost customer leaves the rival after a visit there, and comes back."""


class Advertising(Mechanism):
    """What is spent on being known. Left out: prospects come as they do today."""

    budget_per_month: float = setting(500.0, "money/month", ge=0, le=1e9, desk=True)
    """What is spent from today on."""
    usual_per_month: float = setting(500.0, "money/month", ge=1, le=1e9, desk=True)
    """What was spent until today: the spending at which demand.prospects_per_hour is stated."""
    elasticity: float = setting(0.2, grade="a", ge=0, le=1, desk=True)
    """Per cent more prospects for one per cent more advertising, once it has had its time; half of it in a month."""
    carry_over: float = setting(0.5, grade="a", ge=0, le=0.99, desk=True)
    """Share of a month's effect that is still there a month later."""
    least_effect: float = setting(0.01, grade="c", gt=0, le=1, desk=True)
    """What a desk that is not advertised is still known for, as a share of the usual advertising."""
    promised_points: float = setting(0.0, "points", grade="c", ge=0, le=10, desk=True)
    """Points by which advertising raises what newcomers expect."""
    promise_pull: float = setting(0.05, "1/point", grade="c", ge=0, le=1, desk=True)
    """Share by which more prospects come for each point that advertising promises."""


class Training(Mechanism):
    """How agents learn, forget and are replaced. Left out: they know what they know."""

    hours_per_month: float = setting(0.25, "h/month", ge=0, le=200, desk=True)
    """Hours of training for each agent, outside the desk's hours, paid like others; 0.25 keeps knowledge at 0.5."""
    fee_per_hour: float = setting(20.0, "money/h", ge=0, le=1e5, desk=True)
    """What an agent's hour of training costs beside the wage."""
    training_scale: float = setting(12.0, "h", grade="c", gt=0, le=1000, desk=True)
    """Hours after which 63 % of what an agent does not know is learnt."""
    forgotten_share: float = setting(0.2, "1/year", grade="c", ge=0, lt=1, desk=True)
    """Share of knowledge above a newcomer's that is lost in a year."""
    turnover: float = setting(0.25, "1/year", grade="b", ge=0, lt=1, desk=True)
    """Share of agents who leave within a year and are replaced at once by newcomers."""
    newcomer_knowledge: float = setting(0.3, grade="c", ge=0, le=1, desk=True)
    """Knowledge of an agent who is new."""
    learning_rate: float = setting(0.85, grade="b", ge=0.5, le=1, desk=True)
    """Time a transaction takes after twice as many customers served, as a share of the time before."""
    newcomer_cases: int = setting(50, "customers", grade="c", ge=1, le=100_000, desk=True)
    """Customers served elsewhere, in effect, by an agent who is new."""
    settled_cases: int = setting(500, "customers", grade="b", ge=1, le=100_000, desk=True)
    """Customers served after which an agent becomes no faster."""


class Budget(Mechanism):
    """One monthly sum for advertising and training together, in place of what their own tables say."""

    money_per_month: float = setting(1000.0, "money/month", ge=0, le=1e9, desk=True)
    """What is spent on both."""
    training_share: float = setting(0.5, ge=0, le=1, desk=True)
    """Share of it that goes into training; the rest is for advertising."""
