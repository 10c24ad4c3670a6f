"""Lists over the day: one number for each hour, half hour or quarter-hour, the same every day or by weekday."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer

from servsim.scenario.tables.base import Need, Table

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES_PER_DAY = 24 * 60
QUARTERS = 96
"""Quarter-hours of a day."""
LENGTHS = (24, 48, QUARTERS)
"""How many items a list over the day may have: hours, half hours, quarter-hours."""
LIST_NEED = "a list of 24, 48 or 96 items, each a number between 0 and {:,}"
MOST_AGENTS_AT_ONCE, MOST_WEIGHT = 1000, 1_000_000


def over_the_day(values: list[float]) -> list[float]:
    """A list with an item for each hour, half hour or quarter-hour; ValueError with what it must be."""
    if len(values) not in LENGTHS:
        raise ValueError(LIST_NEED.format(MOST_WEIGHT))
    return values


def counts_over_the_day(values: list[float]) -> list[float]:
    """The same of agents."""
    if len(values) not in LENGTHS:
        raise ValueError(LIST_NEED.format(MOST_AGENTS_AT_ONCE))
    return values


def at_minute(values: list[float], minute: int) -> float:
    """What a list over the day says of a minute after midnight."""
    return values[minute * len(values) // MINUTES_PER_DAY]


def by_quarters(values: list[float]) -> list[float]:
    """A list over the day with one item for each quarter-hour: those of hours and half hours are repeated."""
    return [value for value in values for _ in range(QUARTERS // len(values))]


Counts = Annotated[
    list[Annotated[float, Field(ge=0, le=MOST_AGENTS_AT_ONCE)]],
    Field(min_length=min(LENGTHS), max_length=max(LENGTHS)),
    AfterValidator(counts_over_the_day),
    Need(LIST_NEED.format(MOST_AGENTS_AT_ONCE)),
]
"""Agents over the day."""
Weights = Annotated[
    list[Annotated[float, Field(ge=0, le=MOST_WEIGHT)]],
    Field(min_length=min(LENGTHS), max_length=max(LENGTHS)),
    AfterValidator(over_the_day),
    Need(LIST_NEED.format(MOST_WEIGHT)),
]
"""Relative demand, or factors, over the day."""


def closest(table: "Roster | Profile", weekday: int) -> list[float] | None:
    """The line that covers a weekday (0 is Monday): its own, then weekdays, then every_day; None where none does."""
    own: list[float] | None = getattr(table, WEEKDAYS[weekday])
    if own is None and weekday < 5:
        own = table.weekdays
    return table.every_day if own is None else own


class Profile(Table):
    """Relative demand over the day, by weekday; the closest rule wins: a weekday, then weekdays, then every_day.

    Lines share one scale: an item of 2 is twice as busy, minute by minute, as an item of 1 on any day, whatever the
    length of either list. A day that no line covers is even, at 1.
    """

    every_day: Weights | None = None
    """Relative demand in each hour, half hour or quarter-hour (24, 48 or 96) of every day that no other line names."""
    weekdays: Weights | None = None
    """Relative demand over the day from Monday to Friday."""
    monday: Weights | None = None
    """Relative demand over Mondays."""
    tuesday: Weights | None = None
    """Relative demand over Tuesdays."""
    wednesday: Weights | None = None
    """Relative demand over Wednesdays."""
    thursday: Weights | None = None
    """Relative demand over Thursdays."""
    friday: Weights | None = None
    """Relative demand over Fridays."""
    saturday: Weights | None = None
    """Relative demand over Saturdays."""
    sunday: Weights | None = None
    """Relative demand over Sundays."""

    @model_serializer(mode="wrap")
    def written(self, handler: SerializerFunctionWrapHandler) -> Any:
        """The list alone where it is of every day, as most files write it; else the table."""
        table = handler(self)
        named = {day for day, values in table.items() if values is not None}
        return table["every_day"] if named == {EVERY_DAY} else table

    def weights(self, weekday: int) -> list[float]:
        """Relative demand over a weekday (0 is Monday)."""
        found = closest(self, weekday)
        return [1.0] * min(LENGTHS) if found is None else found


EVERY_DAY = "every_day"
"""The line of a table over the day that a list alone stands for."""
PROFILE_NEED = f"{LIST_NEED.format(MOST_WEIGHT)}, or a table of such lists by weekday, such as {{ saturday = [...] }}"


def of_every_day(written: Any) -> Any:
    """A list alone as the line of every day; anything else as it is."""
    return {EVERY_DAY: written} if isinstance(written, list) else written


ByWeekday = Annotated[
    Profile, BeforeValidator(of_every_day, json_schema_input_type=Weights | Profile), Need(PROFILE_NEED)
]
"""A profile as a file writes it: a list for every day, or a table with lists for weekdays."""


class Roster(Table):
    """Agents in each hour, half hour or quarter-hour (24, 48 or 96) of a day; the closest rule wins: a weekday, then
    weekdays, then every_day."""

    every_day: Counts | None = None
    """Agents over every day that no other line names: by the hour, half hour or quarter-hour."""
    weekdays: Counts | None = None
    """Agents over the day from Monday to Friday."""
    monday: Counts | None = None
    """Agents over Mondays; 4.63 is four all hour and one for 63 % of it, and so in half and quarter-hours."""
    tuesday: Counts | None = None
    """Agents over Tuesdays."""
    wednesday: Counts | None = None
    """Agents over Wednesdays."""
    thursday: Counts | None = None
    """Agents over Thursdays."""
    friday: Counts | None = None
    """Agents over Fridays."""
    saturday: Counts | None = None
    """Agents over Saturdays."""
    sunday: Counts | None = None
    """Agents over Sundays."""

    def counts(self, weekday: int) -> list[float] | None:
        """Agents over a weekday (0 is Monday); None where no line covers it."""
        return closest(self, weekday)
