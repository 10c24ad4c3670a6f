"""The week that a scenario file describes: when the doors are open, and how many agents are on duty."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, pairwise

from event_log_rows import MINUTE, WEEK, Settings

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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


class Week:
    """Open or closed, and the agents on duty."""

    def __init__(self, settings: Settings) -> None:
        """As the file says."""
        self.settings = settings
        self.shifts: dict[int, Weekly] = {}

    @cached_property
    def is_open(self) -> list[int]:
        """1 for each minute in which the doors are open."""
        opening = self.settings.tables.get("opening", dict.fromkeys(DAYS[:5], "09:00-17:00"))
        minutes = [int(opening.get("always", False))] * (7 * 1440)
        for day, name in enumerate(DAYS):
            for span in filter(None, map(str.strip, opening.get(name, "").split(","))):
                start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-"))
                minutes[day * 1440 + start : day * 1440 + end] = [1] * (end - start)
        return minutes

    @cached_property
    def open(self) -> Weekly:
        """1 while the doors are open."""
        return Weekly(self.is_open)

    @cached_property
    def asked_for(self) -> list[float]:
        """Agents in each hour of the week."""
        roster = self.settings.get("staff", "roster", {})
        always = [float(self.settings.get("staff", "agents", 2))] * 24
        lines = [[day, "weekdays", "every_day"] if day in DAYS[:5] else [day, "every_day"] for day in DAYS]
        return [count for names in lines for count in next((roster[name] for name in names if name in roster), always)]

    @cached_property
    def on_duty(self) -> list[int]:
        """Agents in each minute who are there by the roster: of those in each hour, the share available."""
        return self.by_minute([count * self.settings.get("staff", "availability", 1.0) for count in self.asked_for])

    def by_minute(self, agents: list[float]) -> list[int]:
        """Agents in each minute, of so many in each hour: nobody while the doors are closed.

        4.63 is four all hour and one for 63 % of it, at its end where the next hour has more, else at its beginning.
        """
        counts = []
        for hour, count in enumerate(agents):
            part = round(count % 1 * 60)
            late = agents[(hour + 1) % len(agents)] > count
            extra = [0] * (60 - part) + [1] * part if late else [1] * part + [0] * (60 - part)
            counts += [int(count) + one for one in extra]
        return [count * is_open for count, is_open in zip(counts, self.is_open, strict=True)]

    @cached_property
    def duty(self) -> Weekly:
        """Agents on duty."""
        return Weekly(self.on_duty)

    @cached_property
    def paid(self) -> Weekly:
        """Agents who are paid, there or not."""
        return Weekly(self.by_minute(self.asked_for))

    @cached_property
    def agents(self) -> int:
        """How many there are: the most who are ever paid, or on duty, at once."""
        return max(*self.on_duty, *self.paid.levels)

    def shift(self, agent: int) -> Weekly:
        """1 where an agent, by number, is on duty."""
        if agent not in self.shifts:
            self.shifts[agent] = Weekly([int(agent < count) for count in self.on_duty])
        return self.shifts[agent]
