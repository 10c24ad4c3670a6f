"""Days by date that are not as their weekday is: holidays, short days, a sale."""

import datetime

from servsim.scenario.tables.base import Name, Table, setting
from servsim.scenario.tables.lists_of_the_day import Counts
from servsim.scenario.tables.opening_demand_staff_service import Hours


class ExceptionalDay(Table):
    """A day, or several in a row, on which hours, demand or roster are not those of the weekday.

    Of several exceptions on one day the last that names hours, or a roster, counts; their busyness is multiplied.
    """

    name: Name = setting("", max_length=80)
    """What the day is called: Christmas, stocktaking, sale."""
    date: datetime.date
    """The day, or the first of several, such as 2026-12-25; it needs horizon.start."""
    until: datetime.date | None = None
    """The last of several days in a row, itself included."""
    every_year: bool = False
    """Whether it comes again on the same dates of each year; 29 February in leap years alone."""
    hours: Hours | None = None
    """Opening hours, "" for a closed day; left out: as on the weekday."""
    busyness: float = setting(1.0, ge=0, le=100)
    """Demand as a multiple of what the same minutes of the weekday bring: visits of new people and returns."""
    roster: Counts | None = None
    """Agents over the day, by the hour, half hour or quarter-hour; left out: as on the weekday."""
