"""The week that a scenario file describes: when the doors are open, and how many agents are on duty."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from event_log_rows import MINUTE, WEEK, Settings

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


FIFTY_YEARS = 2608 * 7
"""Days for which an exception counts: as long as a horizon may be."""


class Weekly:
    """A number of each minute of the week, every week the same: where it changes, what it is then, its sum until then."""

    def __init__(self, minutes: Sequence[int]) -> None:
        """From the first minute of Monday on."""
        self.starts = [0, *(minute for minute in range(1, len(minutes)) if minutes[minute] != minutes[minute - 1])]
        self.levels = [minutes[start] for start in self.starts]
        lengths = [end - start for start, end in pairwise([*self.starts, len(minutes)])]
        self.before = [0, *accumulate(length * level for length, level in zip(lengths, self.levels, strict=True))]

    def until(self, tick: int) -> int:
        """Its sum over all ticks from the first one to this one."""
        weeks, within = divmod(tick, WEEK)
        place = bisect_right(self.starts, within // MINUTE) - 1
        since = within - self.starts[place] * MINUTE
        return (weeks * self.before[-1] + self.before[place]) * MINUTE + self.levels[place] * since

    def between(self, start: int, end: int) -> int:
        """Its sum over the ticks of a span."""
        return self.until(end) - self.until(start)


class Daily:
    """A number of each minute that differs from day to day, and its sum until any tick."""

    def __init__(self, days: Sequence[Sequence[int]]) -> None:
        """From the first day on, minute by minute."""
        self.days = days
        self.before = [0, *accumulate(map(sum, days))]

    def until(self, tick: int) -> int:
        """Its sum over all ticks from the first one to this one."""
        day, within = divmod(tick, 1440 * MINUTE)
        minute, part = divmod(within, MINUTE)
        if day == len(self.days):
            return self.before[day] * MINUTE
        return (self.before[day] + sum(self.days[day][:minute])) * MINUTE + self.days[day][minute] * part

    def between(self, start: int, end: int) -> int:
        """Its sum over the ticks of a span."""
        return self.until(end) - self.until(start)


class Week:
    """Open or closed, and the agents on duty, in every week or, where the file has exceptions, day by day."""

    def __init__(self, settings: Settings) -> None:
        """As the file says."""
        self.settings = settings
        self.shifts: dict[int, Weekly | Daily] = {}

    @cached_property
    def is_open(self) -> list[int]:
        """1 for each minute in which the doors are open."""
        opening = self.settings.tables.get("opening", dict.fromkeys(DAYS[:5], "09:00-17:00"))
        minutes = [int(opening.get("always", False))] * (7 * 1440)
        for day, name in enumerate(DAYS):
            for span in filter(None, map(str.strip, opening.get(name, "").split(","))):
                start, end = ends_of(span)
                minutes[day * 1440 + start : day * 1440 + end] = [1] * (end - start)
        return minutes

    @cached_property
    def exceptions(self) -> list[list[dict]] | None:
        """The exceptions of each day up to the horizon's end; None where the file has none."""
        listed = self.settings.tables.get("exceptions", [])
        if not listed:
            return None
        return [self.on_day(day) for day in range(-(-self.end // (1440 * MINUTE)))]

    def on_day(self, day: int) -> list[dict]:
        """The exceptions of a day."""
        today = self.settings.get("horizon", "start", None) + timedelta(days=day)
        return [each for each in self.settings.tables["exceptions"] if falls_on(each, today)]

    @property
    def end(self) -> int:
        """The instant at which the log ends."""
        return max(self.settings.window[1], self.settings.years_end if self.settings.looks_ahead else 0)

    def says(self, day: int) -> dict[str, Any]:
        """The hours, and the roster, that a day has instead of its weekday's: those of the last exception with any."""
        return {key: each[key] for each in self.on_day(day) for key in ("hours", "roster") if key in each}

    def days(self, usual: list[int], of: Callable[[int, dict[str, Any]], list[int]]) -> Weekly | Daily:
        """A number by the week, or day by day with what an exceptional day has instead: of(weekday, what it says)."""
        if self.exceptions is None:
            return Weekly(usual)
        week = [usual[day * 1440 : day * 1440 + 1440] for day in range(7)]
        found = []
        for day in range(len(self.exceptions)):
            says = self.says(day)
            found.append(of(day % 7, says) if says else week[day % 7])
        return Daily(found)

    def doors_on(self, weekday: int, says: dict[str, Any]) -> list[int]:
        """1 for each minute of an exceptional day in which the doors are open."""
        if "hours" not in says:
            return self.is_open[weekday * 1440 : weekday * 1440 + 1440]
        minutes = [0] * 1440
        for span in filter(None, map(str.strip, says["hours"].split(","))):
            start, end = ends_of(span)
            minutes[start:end] = [1] * (end - start)
        return minutes

    def agents_on(self, weekday: int, says: dict[str, Any], share: float) -> list[int]:
        """Agents in each minute of an exceptional day; after a list of its own there are as many as at its end."""
        opened = self.doors_on(weekday, says)
        if "roster" in says:
            asked = [count * share for count in says["roster"]]
            counts = in_minutes([(count, 1440 // len(asked)) for count in asked], asked[-1])
        else:
            counts = self.stated(share)[weekday * 1440 : weekday * 1440 + 1440]
        return [count * door for count, door in zip(counts, opened, strict=True)]

    @cached_property
    def open(self) -> Weekly | Daily:
        """1 while the doors are open."""
        return self.days(self.is_open, self.doors_on)

    @cached_property
    def asked_for(self) -> list[list[float]]:
        """Agents in each hour, half hour or quarter-hour of each weekday."""
        roster = self.settings.get("staff", "roster", {})
        always = [float(self.settings.get("staff", "agents", 2))] * 24
        lines = [[day, "weekdays", "every_day"] if day in DAYS[:5] else [day, "every_day"] for day in DAYS]
        return [next((roster[name] for name in names if name in roster), always) for names in lines]

    @cached_property
    def availability(self) -> float:
        """The share of the agents asked for who are there."""
        return self.settings.get("staff", "availability", 1.0)

    def stated(self, share: float) -> list[int]:
        """Agents that the roster names in each minute of the week, or of the share of them that is there."""
        blocks = [(count * share, 1440 // len(day)) for day in self.asked_for for count in day]
        return in_minutes(blocks, blocks[0][0])

    @cached_property
    def duty(self) -> Weekly | Daily:
        """Agents on duty: nobody while the doors are closed."""
        return self.counted(lambda count: count, self.availability)

    def usually(self, share: float) -> list[int]:
        """Agents in each minute of the usual week, or of the share of them that is there."""
        return [count * door for count, door in zip(self.stated(share), self.is_open, strict=True)]

    def counted(self, of: Callable[[int], int], share: float) -> Weekly | Daily:
        """A number that follows from how many agents there are."""
        usual = [of(count) for count in self.usually(share)]
        return self.days(usual, lambda weekday, says: [of(count) for count in self.agents_on(weekday, says, share)])

    @cached_property
    def paid(self) -> Weekly | Daily:
        """Agents who are paid, there or not."""
        return self.counted(lambda count: count, 1.0)

    @cached_property
    def agents(self) -> int:
        """How many there are: the most who are ever paid, or on duty, at once."""
        most = max(max(self.usually(share)) for share in (1.0, self.availability))
        if self.exceptions is None:
            return most
        here = {(day % 7, str(says)): says for day in range(FIFTY_YEARS) if (says := self.says(day))}
        return max([
            most,
            *(max(self.agents_on(weekday, says, share))
              for (weekday, _), says in here.items() for share in (1.0, self.availability)),
        ])  # fmt: skip

    def shift(self, agent: int) -> Weekly | Daily:
        """1 where an agent, by number, is on duty."""
        if agent not in self.shifts:
            self.shifts[agent] = self.counted(lambda count: int(agent < count), self.availability)
        return self.shifts[agent]


def ends_of(span: str) -> list[int]:
    """From when until when, in minutes after midnight: 09:00-12:30."""
    return [int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-")]


def in_minutes(blocks: list[tuple[float, int]], after: float) -> list[int]:
    """Agents in each minute, of blocks of so many agents for so many minutes; after: how many there are then.

    4.63 is four all hour and one for 63 % of it, at its end where the next hour has more, else at its beginning.
    """
    counts = []
    for (count, length), following in zip(blocks, [*(count for count, _ in blocks[1:]), after], strict=True):
        part = round(count % 1 * length)
        extra = [0] * (length - part) + [1] * part if following > count else [1] * part + [0] * (length - part)
        counts += [int(count) + one for one in extra]
    return counts


def falls_on(exception: dict, day: date) -> bool:
    """Is a day one of an exception's?"""
    first, last = exception["date"], exception.get("until", exception["date"])
    if not exception.get("every_year", False):
        return first <= day <= last
    first, last, today = ((one.month, one.day) for one in (first, last, day))
    return first <= today <= last if first <= last else today >= first or today <= last
