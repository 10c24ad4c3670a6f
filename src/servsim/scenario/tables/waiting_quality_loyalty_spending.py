"""The customers: how they wait, what they find good, whether they stay, and what they spend."""

from typing import Literal

from pydantic import Field

from servsim.scenario.tables.base import Mechanism, Sample, Table, setting, with_mean
from servsim.scenario.tables.opening_demand_staff_service import Steps


class Waiting(Mechanism):
    """How long customers wait, and what waiting does to them. Left out: everybody waits for ever and minds nothing."""

    patience_distribution: Literal["exponential", "weibull", "lognormal", "fixed", "never"] = "exponential"
    """How patience varies; never: nobody leaves the queue."""
    patience_minutes: float = setting(12.0, "min", grade="c", gt=0, le=1e5)
    """How long customers wait before they leave unserved, on average; with never, what felt waits are held against."""
    patience_shape: float = setting(1.0, grade="b", ge=0.25, le=10)
    """Shape of patience, where it is weibull; below 1, many leave early."""
    patience_cv: float = setting(0.7, grade="b", gt=0, le=3)
    """Coefficient of variation of patience, where it is lognormal."""
    leave_at_once_share: float = setting(0.0, grade="c", ge=0, le=1)
    """Share of customers who leave at once when they would have to wait."""
    balk_scale_minutes: float = setting(0.0, "min", grade="c", ge=0, le=1e5)
    """A customer who sees the queue turns away with 1 − exp(−expected wait / this); 0: the queue is not seen."""
    waiting_places: int | None = setting(None, "places", ge=0, le=1_000_000, desk=True)
    """How many can wait at once; left out: no limit."""
    at_closing: Literal["serve_out", "send_home"] = setting("serve_out", desk=True)
    """What happens to those still waiting when the doors close."""
    queue_policy: Literal["by_segment", "equal", "by_value"] = setting("by_segment", desk=True)
    """Who is served first: whose segment has priority, who came first, or who spends most in a year."""
    priority: int = setting(0, ge=-100, le=100)
    """Whose visits are served before those of lower priority, whoever came first; a visit in hand is finished."""
    retry_probability: float = setting(0.0, grade="c", ge=0, le=1)
    """Chance that an unserved customer tries again (0.5 is usual)."""
    retry_days: float = setting(1.0, "d", grade="c", gt=0, le=365)
    """Days until an unserved customer tries again, on average."""
    retry_limit: int = setting(3, "tries", grade="c", ge=0, le=100)
    """How often an unserved customer tries again at most."""
    target_seconds: float = setting(20.0, "s", ge=0, le=86_400)
    """The wait that service levels are counted within (80 % in 20 seconds is a telephone's custom)."""
    tolerance: float = setting(0.25, grade="c", ge=0, le=1)
    """Share of the average patience that passes before a wait is minded at all."""
    wait_weight: float = setting(2.0, "points", grade="c", ge=0, le=10)
    """Points of quality lost when the felt wait is one average patience beyond tolerance."""
    unnoticed_weight: float = setting(0.25, grade="c", ge=0, le=2)
    """How much longer a wait feels when no attentive agent was there to notice the customer."""
    uninformed_weight: float = setting(0.15, grade="c", ge=0, le=2)
    """How much longer a wait feels when nobody says how long it will take."""
    pause_weight: float = setting(0.5, grade="c", ge=0, le=2)
    """How much a pause during the visit counts, against a wait of the same length."""
    informed: bool = False
    """Whether those who wait are told how long it will take."""


class Weights(Table):
    """What counts in a visit; only the proportions matter. SERVQUAL points without tangibles [b]."""

    reliability: float = setting(0.36, grade="b", ge=0, le=100)
    """Doing what was agreed."""
    responsiveness: float = setting(0.25, grade="b", ge=0, le=100)
    """Being greeted, and having the agent's attention."""
    assurance: float = setting(0.21, grade="b", ge=0, le=100)
    """Being listened to, and hearing it summed up."""
    empathy: float = setting(0.18, grade="b", ge=0, le=100)
    """Being understood."""


class Quality(Mechanism):
    """What a visit is worth to the customer, and how expectation and satisfaction follow. Left out: nobody judges."""

    weights: Weights = Field(default_factory=Weights)
    """What counts in a visit."""
    standard: Steps = Field(default_factory=Steps)
    """Minutes at which each step reaches 0.9 of what it can give."""
    steepness: float = setting(2.303, grade="c", ge=0.1, le=10)
    """How soon a minute more is of no more use: 1 − exp(−this · minutes / standard); 2.303: 0.9 at the standard."""
    named_share: float = setting(0.5, grade="c", ge=0, le=1)
    """Share of reliability that comes from naming the action points."""
    perception_sd: float = setting(0.5, "points", grade="c", ge=0, le=5)
    """Noise between what happened and what the customer perceived, standard deviation."""
    opening_satisfaction: float = setting(7.0, "points", ge=0, le=10)
    """Satisfaction of today's customers."""
    opening_expectation: float | None = setting(None, "points", ge=0, le=10)
    """What today's customers expect; left out: as good as they are satisfied."""
    first_expectation: float = setting(7.0, "points", grade="c", ge=0, le=10)
    """What a newcomer expects, and would be satisfied with, before the first visit."""
    disconfirmation: float = setting(0.4, grade="c", ge=0, le=2)
    """How strongly a surprise colours the judgement of a visit."""
    loss_aversion: float = setting(2.0, grade="b", ge=0, le=10)
    """How much more a disappointment counts than a pleasant surprise."""
    will_weight: float = setting(0.3, grade="b", ge=0, le=1)
    """How fast what customers think will happen follows what did happen."""
    should_ratchet: float = setting(0.1, grade="c", ge=0, le=1)
    """How fast what customers think should happen rises after a better visit; it never falls."""
    should_drift: float = setting(0.0, "points/year", grade="c", ge=0, le=5)
    """How much more customers think should happen every year, whatever they live through (0.05 is usual)."""
    price_expectation: float = setting(2.0, "points", grade="c", ge=0, le=10)
    """How much more customers think should happen where spending.price_level is higher: points per unit of its log."""


class Loyalty(Mechanism):
    """Whether a customer comes back after a visit. Left out: nobody is won and nobody is lost."""

    yearly_retention: float = setting(0.8, "1/year", gt=0, lt=1)
    """Share of customers satisfied at 8 of 10 who are still there after a year."""
    natural_churn: float = setting(0.05, "1/year", grade="c", ge=0, lt=1)
    """Share who leave within a year whatever the desk does: they move away, or have no need any more."""
    satisfaction_slope: float = setting(0.5, "1/point", grade="b", ge=0, le=5)
    """How strongly satisfaction keeps customers: log odds per point; 0.5: the odds of leaving fall by 39 % a point."""
    tenure_slope: float = setting(0.05, "1/visit", grade="c", ge=0, le=1)
    """How strongly each earlier visit, up to ten, keeps customers: log odds; 0.05: the odds of leaving fall by 5 %."""
    early_loss: float = setting(0.0, grade="c", ge=0, le=1)
    """Chance that a customer does not come again after each first visit, however good it was (0.5 is common)."""
    early_visits: int = setting(1, "visits", grade="c", ge=1, le=100)
    """How many visits count as the first ones."""


class Spending(Mechanism):
    """Whether prospects buy, and how much customers spend. Left out: nobody buys."""

    basket_mean: float = setting(50.0, "money", ge=0, le=1e7)
    """What a customer spends on a visit, on average."""
    basket_cv: float = setting(0.7, grade="b", ge=0, le=10)
    """Coefficient of variation of what a customer spends (0.74 in a salon's receipts)."""
    basket_sample: Sample | None = setting(None, "money")
    """What customers spent on their visits: a CSV file with one amount in each row; basket_mean stretches them."""
    price_level: float = setting(1.0, gt=0.1, le=10, desk=True)
    """Prices, as a multiple of today's."""
    price_slope: float = setting(1.0, grade="c", ge=0, le=10)
    """How strongly prices drive people away: fall of the log odds of staying, and log share who buy, per log price."""
    spend_growth: float = setting(0.0, "1/year", grade="b", ge=0, le=1)
    """More that a customer spends per year of loyalty (contested; 0.02 is usual)."""
    spend_cap: float = setting(1.5, grade="c", ge=1, le=10)
    """Up to what multiple that goes."""
    conversion: float = setting(0.5, grade="c", ge=0, le=1)
    """Share of served prospects who buy, after a visit of quality 7."""
    conversion_slope: float = setting(0.05, "1/point", grade="c", ge=0, le=1)
    """Change of that share per point of quality."""
    second_thought_probability: float = setting(0.2, grade="c", ge=0, le=1)
    """Chance that a prospect who did not buy comes again."""
    second_thought_days: float = setting(14.0, "d", grade="c", gt=0, le=3650)
    """Days until a prospect who did not buy comes again, on average."""
    second_thought_limit: int = setting(3, "visits", grade="c", ge=0, le=100)
    """How often a prospect who did not buy comes again at most."""

    _mean = with_mean("basket_sample", "basket_mean")
