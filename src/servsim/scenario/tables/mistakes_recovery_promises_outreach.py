"""When things go wrong and are put right: mistakes, complaints, the manager, promises, calling back."""

from typing import Literal

from servsim.scenario.tables.base import Mechanism, setting


class Mistakes(Mechanism):
    """The wrong thing is delivered: caught and clarified in the visit, or found out later. Left out: never."""

    mistake_share: float = setting(0.08, grade="b", ge=0, le=1)
    """Share of visits with a mistake, at the standard minutes of listening and full attention."""
    listening_effect: float = setting(1.0, grade="c", ge=0, le=10)
    """How strongly listening prevents mistakes: a factor exp(−this · (quality of listening − 0.9))."""
    inattention_effect: float = setting(1.0, grade="c", ge=0, le=10)
    """How strongly inattention causes them: a factor 1 + this · share of the visit in which the agent was elsewhere."""
    catch_share: float = setting(0.7, grade="c", ge=0, le=1)
    """Share of mistakes that summing up catches, at its standard minutes."""
    clarify_minutes: float = setting(3.0, "min", grade="c", ge=0, le=1e4)
    """What clarifying a mistake that was caught takes, on average."""
    clarified_loss: float = setting(0.5, "points", grade="c", ge=0, le=10)
    """Points of quality lost by a mistake that was caught and clarified."""
    light_days: float = setting(2.0, "d", grade="c", gt=0, le=365)
    """Days until the customer finds out a mistake that nobody noticed, on average."""
    mistake_loss: float = setting(2.0, "points", grade="c", ge=0, le=10)
    """Points of satisfaction lost when a customer finds out a mistake."""
    correction_share: float = setting(0.5, grade="c", ge=0, le=10)
    """What putting it right takes in the extra visit, as a share of a transaction."""


class Recovery(Mechanism):
    """What becomes of a failure that a customer finds out. Left out: all come to have it put right, and no more."""

    voice_share: float = setting(0.4, grade="b", ge=0, le=1)
    """Share of failures that customers complain of, where they are greeted and listened to for the standard minutes."""
    voice_openness: float = setting(0.5, grade="c", ge=0, le=5)
    """How much a good greeting and listening encourage to complain rather than to leave in silence."""
    recovery_rate: float = setting(0.12, "1/min", grade="c", ge=0, le=5)
    """How fast minutes of recovery work: chance = ceiling · (1 − exp(−this · minutes))."""
    recovery_ceiling: float = setting(0.9, grade="c", ge=0, le=1)
    """Share of complaints that endless patience would put right at once."""
    delay_decay: float = setting(0.15, "1/d", grade="c", ge=0, le=10)
    """How fast that chance fades with the days between failure and recovery."""
    recovered_lift: float = setting(0.5, "points", grade="c", ge=0, le=5)
    """Points by which a recovered customer is more satisfied than before the failure."""
    paradox_loyalty: float = setting(0.0, grade="a", ge=0, le=1)
    """Share of that lift that also makes them more loyal (0: recovery never beats no failure)."""
    double_deviation: float = setting(1.5, grade="c", ge=0, le=10)
    """Points lost by complaining in vain, as a multiple of those lost by the failure."""
    unrecovered_weight: float = setting(1.0, grade="b", ge=0, le=10)
    """How strongly a failure not put right drives customers away: log odds; 1: the odds of leaving are 2.7 times."""
    complaint_order: Literal["in_turn", "first", "last"] = setting("in_turn", desk=True)
    """When customers with a complaint are served: in turn, before all others, or after them."""


class Manager(Mechanism):
    """Stepping back: what has become personal goes to a manager. Left out: agents handle everything."""

    managers: int = setting(1, "managers", ge=1, le=10, desk=True)
    """Managers in the house in opening hours."""
    escalated_share: float = setting(0.07, grade="c", ge=0, le=1, desk=True)
    """Share of complaints that go to the manager whatever the customer thinks of the business."""
    personal_below: float = setting(4.0, "points", grade="c", ge=0, le=10, desk=True)
    """Satisfaction below which every complaint goes to the manager."""
    manager_minutes: float = setting(10.0, "min", grade="c", gt=0, le=1e4, desk=True)
    """Length of a manager's talk with a customer, on average."""
    manager_cv: float = setting(1.0, grade="c", ge=0, le=5, desk=True)
    """Coefficient of variation of that talk."""
    manager_distribution: Literal["lognormal", "exponential"] = setting("lognormal", desk=True)
    """How the talk's length varies."""
    manager_failure: float = setting(0.5, grade="c", ge=0, le=1, desk=True)
    """What is left of the chance of failing when the manager speaks instead of an agent."""
    agent_held: bool = setting(False, desk=True)
    """Whether the agent stays with the customer until the manager has finished."""
    manager_free_minutes: float = setting(20.0, "min", grade="c", gt=0, le=1e5, desk=True)
    """How long a manager can be spoken to, on average, before turning to other work."""
    manager_away_minutes: float = setting(40.0, "min", grade="c", ge=0, le=1e5, desk=True)
    """How long a manager is then at other work, on average; 0: can always be spoken to."""
    manager_wage_per_hour: float = setting(50.0, "money/h", ge=0, le=1e6, desk=True)
    """What a manager's hour costs the business."""
    paid_hours: Literal["shifts", "talks"] = setting("shifts", desk=True)
    """Which hours managers are paid for here: all opening hours, or only their talks with customers."""


class Promises(Mechanism):
    """Action points with a date, and the work that keeps them. Left out: nothing is promised."""

    promise_share: float = setting(0.6, grade="c", ge=0, le=1)
    """Share of visits that end with something to be done by a date; one open promise per customer."""
    quoted_days: float = setting(2.7, "d", grade="c", gt=0, le=365)
    """The date that is named: so many days ahead."""
    preparation_days: float = setting(2.0, "d", grade="c", ge=0, le=365)
    """Days until the work can be done (parts, papers, other departments), on average."""
    preparation_cv: float = setting(0.6, grade="c", ge=0, le=5)
    """Coefficient of variation of those days."""
    follow_up_minutes: float = setting(10.0, "min", grade="c", gt=0, le=1e4)
    """Staff time of the work, on average."""
    follow_up_cv: float = setting(0.6, grade="c", ge=0, le=5)
    """Coefficient of variation of the work."""
    pressing_hours: float = setting(2.0, "h", grade="c", ge=0, le=1000, desk=True)
    """How long before its date work goes before those who wait; 0: it is done when nobody waits."""
    kept_gain: float = setting(0.2, "points", grade="c", ge=0, le=10)
    """Points of satisfaction gained by a promise kept."""
    broken_loss: float = setting(1.5, "points", grade="c", ge=0, le=10)
    """Points of satisfaction lost by a promise broken."""
    distance_loss: float = setting(0.1, "points/d", grade="c", ge=0, le=10)
    """Points of quality lost for each day that the date is ahead."""


class Outreach(Mechanism):
    """What relationship hours are used for: calling customers back. Left out: nobody is called."""

    call_minutes: float = setting(4.0, "min", grade="c", gt=0, le=1e4, desk=True)
    """Length of a call."""
    call_first: Literal["disgruntled", "lapsed", "overdue"] = setting("disgruntled", desk=True)
    """Whom to call first: who has a failure that the desk knows of, who left the book, or who has not come for long."""
    call_when: Literal["idle", "block"] = setting("idle", desk=True)
    """When to call: while nobody waits, or also in a protected block of every day."""
    block_from_hour: int = setting(14, "h", ge=0, le=23, desk=True)
    """Hour of the day at which the protected block begins."""
    block_hours: int = setting(1, "h", ge=1, le=24, desk=True)
    """Length of the protected block."""
    block_agents: int = setting(1, "agents", ge=1, le=1000, desk=True)
    """Agents who call in the protected block whoever waits."""
    overdue_factor: float = setting(1.5, grade="c", ge=0.1, le=100)
    """A customer is overdue after so many usual gaps without a visit."""
    reminder_share: float = setting(0.3, grade="c", ge=0, le=1)
    """Share of overdue customers whom a call brings back soon."""
    reminder_days: float = setting(7.0, "d", grade="c", gt=0, le=365)
    """Days until they come, and until those come who were won back, on average."""
    win_back_share: float = setting(0.08, grade="c", ge=0, le=1)
    """Share of customers lost whom a call wins back."""
    lapsed_days: float = setting(90.0, "d", grade="c", gt=0, le=3650)
    """How long a customer who left, and is missed, may be called."""
