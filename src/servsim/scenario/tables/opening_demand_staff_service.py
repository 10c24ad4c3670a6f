"""The desk: its hours, who comes, who serves, and how long the transaction itself takes."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from servsim.scenario.tables.base import Sample, Table, setting, with_mean
from servsim.scenario.tables.lists_of_the_day import WEEKDAYS, ByWeekday, Roster, Weights

HOURS_NEED = 'hours of the day such as "09:00-18:00" or "09:00-12:00, 13:30-18:00", or "" for a closed day'
SPAN = re.compile(r"(\d\d?)(?::(\d\d))?\s*[-–—−]\s*(\d\d?)(?::(\d\d))?", re.ASCII)
"""From when until when, also written 9 - 17 or with a longer dash."""
A_DAY = 24 * 60
MOST_AGENTS = 1000
"""At the desk at once."""


def minutes_open(hours: str) -> list[tuple[int, int]]:
    """The spans of a day, as minutes after midnight; ValueError where the text is not hours of the day."""
    spans: list[tuple[int, int]] = []
    for part in hours.split(",") if hours.strip() else []:
        start, end = span_of(part.strip())
        if spans and start < spans[-1][1]:
            raise ValueError("spans in the order of the day that do not overlap")
        spans.append((start, end))
    return spans


def span_of(part: str) -> tuple[int, int]:
    """From when until when, in minutes after midnight; ValueError with what it must be."""
    match = SPAN.fullmatch(part)
    if match is None:
        raise ValueError(HOURS_NEED)
    from_hour, from_minute, to_hour, to_minute = (int(digits or 0) for digits in match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if to_hour > 24 and end < start + A_DAY:  # two in the morning, as 26:00
        end -= A_DAY
    if not (from_minute < 60 and to_minute < 60 and start < A_DAY and end <= A_DAY):
        raise ValueError(HOURS_NEED)
    if not start < end:
        rest = f' and "00:00-{clock(end)}" on the next day' if end else ""
        raise ValueError(f'hours of one day; for a night, write "{clock(start)}-24:00" here{rest}')
    return start, end


def clock(minutes: int) -> str:
    """Minutes after midnight as a clock shows them: 09:30."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def hours_of_the_day(hours: str) -> str:
    """Hours once they are known to be readable, in one way of writing them: 09:00-12:00, 13:30-18:00."""
    return ", ".join(f"{clock(start)}-{clock(end)}" for start, end in minutes_open(hours))


Hours = Annotated[str, AfterValidator(hours_of_the_day)]
Weights12 = Annotated[list[Annotated[float, Field(ge=0, le=1e6)]], Field(min_length=12, max_length=12)]
Weights7 = Annotated[list[Annotated[float, Field(ge=0, le=1e6)]], Field(min_length=7, max_length=7)]

Knowledge = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1, max_length=1000)]
Speeds = Annotated[list[Annotated[float, Field(ge=0.01, le=100)]], Field(min_length=1, max_length=1000)]


class Opening(Table):
    """When the doors are open; days left out are closed."""

    always: bool = False
    """Open around the clock, every day."""
    monday: Hours = ""
    """Opening hours on Mondays, such as "09:00-18:00"."""
    tuesday: Hours = ""
    """Opening hours on Tuesdays."""
    wednesday: Hours = ""
    """Opening hours on Wednesdays."""
    thursday: Hours = ""
    """Opening hours on Thursdays."""
    friday: Hours = ""
    """Opening hours on Fridays."""
    saturday: Hours = ""
    """Opening hours on Saturdays."""
    sunday: Hours = ""
    """Opening hours on Sundays."""

    def spans(self, weekday: int) -> list[tuple[int, int]]:
        """Open spans of a weekday (0 is Monday), in minutes after midnight."""
        return [(0, 24 * 60)] if self.always else minutes_open(getattr(self, WEEKDAYS[weekday]))


def office_hours() -> Opening:
    """Monday to Friday, nine to five: the hours of a scenario that names none."""
    return Opening.model_validate(dict.fromkeys(WEEKDAYS[:5], "09:00-17:00"))


class Demand(Table):
    """Who comes: prospects by the hour, the book of today's customers, and how often those return."""

    prospects_per_hour: float = setting(2.0, "1/h", ge=0, le=1e6, desk=True)
    """New people who come, per opening hour, averaged over the week."""
    first_year_prospects: float = setting(1.0, ge=1, le=10, desk=True)
    """How many new people come in the first year, as a multiple of those who come later."""
    profile: ByWeekday | None = setting(None, desk=True)
    """Relative demand over the day, by the hour, half hour or quarter-hour; even over opening hours if left out."""
    weekday_profile: Weights7 | None = setting(None, desk=True)
    """Relative demand on Monday to Sunday; even if left out."""
    month_profile: Weights12 | None = setting(None, desk=True)
    """Relative demand in January to December; even if left out. It needs horizon.start."""
    busyness_cv: float = setting(0.0, grade="b", ge=0, le=2, desk=True)
    """How much busy days differ from quiet ones: coefficient of variation of a day's prospects (0.1 is common)."""
    busyness_law: Literal["lognormal", "gamma"] = setting("lognormal", desk=True)
    """How the factor of a day's prospects varies around 1."""
    opening_book: int = setting(0, "customers", ge=0, le=10_000_000, desk=True)
    """Customers the business has today."""
    opening_tenure: int = setting(10, "visits", ge=0, le=1000)
    """Visits each of today's customers has behind them."""
    visit_gap_days: float = setting(30.0, "d", grade="c", gt=0, le=3650)
    """Days between a customer's visits, averaged over customers; visits a year: 365 · (1 + gap_between_cv²) / this."""
    gap_between_cv: float = setting(0.5, grade="c", ge=0, le=10)
    """How much customers differ in their usual gap: coefficient of variation between customers."""
    gap_distribution: Literal["lognormal", "exponential", "weibull", "fixed"] = "lognormal"
    """How the gaps of one customer vary around the usual gap."""
    gap_cv: float = setting(0.7, grade="b", gt=0, le=3)
    """Coefficient of variation of one customer's gaps, where they are lognormal (0.7 in a salon's bookings)."""
    gap_shape: float = setting(1.5, grade="c", ge=0.25, le=20)
    """Shape of one customer's gaps, where they are weibull (above 1 is more regular than chance)."""


class Staff(Table):
    """Who serves, what they cost, and how attentive they are."""

    agents: int = setting(2, "agents", ge=0, le=1000, desk=True)
    """Agents at the desk in all opening hours, on days that the roster does not name."""
    roster: Roster | None = setting(None, desk=True)
    """Agents over the day by weekday, where that varies."""
    availability: float = setting(1.0, ge=0, le=2, desk=True)
    """Share of the roster's agents who are there in every hour, all of them paid; 0.85: 15 % are away (shrinkage)."""
    wage_per_hour: float = setting(25.0, "money/h", ge=0, le=1e6, desk=True)
    """What an agent's hour costs the business."""
    overtime_factor: float = setting(1.25, grade="c", ge=0, le=10, desk=True)
    """What an hour after the end of the shift costs, as a multiple of the wage."""
    attentive_minutes: float = setting(30.0, "min", grade="c", gt=0, le=1e5, desk=True)
    """How long an agent stays attentive, on average."""
    inattentive_minutes: float = setting(0.0, "min", grade="c", ge=0, le=1e4, desk=True)
    """How long an agent is then lost in thought or in a screen, on average; 0: always attentive (3 is usual)."""
    while_serving: Literal["pause", "half_there"] = setting("pause", desk=True)
    """What inattention does to a visit: it stops, or it goes on with part of the minutes lost."""
    half_there_effect: float = setting(0.4, grade="c", ge=0, le=1, desk=True)
    """Share of the minutes that still reaches the customer while the agent is half there."""
    knowledge: float = setting(0.5, grade="c", ge=0, le=1, desk=True)
    """How well equipped agents are to give clear answers: steps faster and better, fewer mistakes; 0.5 is usual."""
    agent_knowledge: Knowledge | None = setting(None, desk=True)
    """Knowledge of agents 0, 1, 2 … where they differ; agents beyond the list have `knowledge`."""
    agent_speed: Speeds | None = setting(None, desk=True)
    """Speed of agents 0, 1, 2 … at the transaction, where they differ; agents beyond the list have 1."""
    choice: Literal["longest_free", "fastest", "most_accurate", "resolves_most"] = setting("longest_free", desk=True)
    """Which free agent serves: free longest, fastest, fewest mistakes, or most resolved per hour."""
    break_minutes: float = setting(0.0, "min", grade="c", ge=0, le=480, desk=True)
    """Length of an agent's break; 0: none. A break begins when the work in hand is finished."""
    break_after_minutes: float = setting(240.0, "min", grade="c", gt=0, le=1440, desk=True)
    """Time at the desk before a break; each agent's first break comes one break later than the agent's before."""


class Steps(Table):
    """One number for each of the six steps of a visit."""

    greet: float = setting(0.5, grade="c", ge=0, le=1e4)
    """A friendly, personal greeting."""
    listen: float = setting(3.0, grade="c", ge=0, le=1e4)
    """Listening, with signs of listening."""
    acknowledge: float = setting(0.5, grade="c", ge=0, le=1e4)
    """Saying that the matter is understood."""
    empathise: float = setting(1.0, grade="c", ge=0, le=1e4)
    """Feeling with the customer."""
    summarise: float = setting(1.0, grade="c", ge=0, le=1e4)
    """Summing up, so that mistakes show."""
    action_points: float = setting(2.0, grade="c", ge=0, le=1e4)
    """Naming what happens next, and when."""


def usual_step_cv() -> Steps:
    """How variable the steps are: assumed."""
    return Steps(greet=0.5, listen=0.6, acknowledge=0.5, empathise=0.7, summarise=0.5, action_points=0.8)


class Service(Table):
    """The transaction itself, and how the invested minutes are split over the steps of a visit."""

    core_minutes: float = setting(10.0, "min", gt=0, le=1e4)
    """What the transaction takes without any care, on average."""
    core_distribution: Literal["lognormal", "exponential", "erlang", "fixed"] = "lognormal"
    """How the transaction's length varies."""
    core_cv: float = setting(0.7, grade="b", ge=0, le=5)
    """Coefficient of variation of the transaction, where it is lognormal (0.76 at supermarket tills)."""
    core_phases: int = setting(3, ge=1, le=100)
    """Phases of the transaction, where it is erlang."""
    core_sample: Sample | None = setting(None, "min")
    """Transactions as long as they were, in minutes: a CSV file with one in each row; core_minutes stretches them."""
    core_profile: Weights | None = setting(None)
    """Factor on the transaction's length in each hour, half hour or quarter-hour in which it begins; 1 if left out."""
    difficulty_cv: float = setting(0.0, grade="b", ge=0, le=2)
    """How much cases differ: one factor on everything in a visit, coefficient of variation (0.6 is usual)."""
    split: Steps = Field(default_factory=Steps)
    """How the invested minutes are shared among the steps; only the proportions count."""
    step_cv: Steps = Field(default_factory=usual_step_cv)
    """Coefficient of variation of each step around its plan."""

    _mean = with_mean("core_sample", "core_minutes")
