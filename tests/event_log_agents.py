"""What agents and managers do all day, read from the log: one's time between two of one's rows is all of one kind."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from event_log_rows import DAY, Row, Settings
from event_log_week import Week

WORK = ("visit", "follow-up", "call", "request", "after-visit work")
HELD = "held"
"""Staying with a customer while the manager speaks."""


@dataclass
class Agent:
    """One at the desk: since when all is as it is, and how it is."""

    since: int = 0
    here: bool = False
    absent: bool = False
    resting: bool = False
    work: str = ""


@dataclass
class Staff:
    """Time in the window, in ticks: of each agent's kinds of time, with whom all of it is paid as overtime."""

    settings: Settings
    week: Week
    time: Counter = field(default_factory=Counter)
    """Agents' time by what they do, all of it ("present"), and that with work in hand, pauses included ("occupied")."""
    overtime: Counter = field(default_factory=Counter)
    talks: Counter = field(default_factory=Counter)
    """Of each day, in ticks."""
    agents: dict[str, Agent] = field(default_factory=dict)

    def read(self, rows: Iterable[Row]) -> "Staff":
        """All rows, and what is going on at the end."""
        for row in rows:
            name = row.agent or (row.case if row.kind == "agent" else "")
            if name:
                agent = self.agents.setdefault(name, Agent())
                self.spend(name, agent, row.tick)
                self.change(agent, row)
            if row.what == "manager's talk" and not row.begins and self.settings.in_window(row.tick):
                self.talks[row.tick // DAY] += row.ticks
        for name, agent in self.agents.items():
            self.spend(name, agent, self.settings.window[1])
        return self

    def spend(self, name: str, agent: Agent, until: int) -> None:
        """Count the time since the last row of an agent."""
        start, end = self.settings.within(agent.since, until)
        agent.since = until
        if not agent.here or name.startswith("manager"):
            return
        self.time["present"] += end - start
        self.time["occupied"] += (end - start) * bool(agent.work)
        self.time[self.kind(agent)] += end - start
        self.late(int(name.split()[1]), start, end)

    def kind(self, agent: Agent) -> str:
        """What an agent's time goes into: in the end every tick at the desk is of one kind."""
        stands_still = self.settings.get("staff", "while_serving", "pause") == "pause" and agent.work != HELD
        if agent.resting:
            return "break"
        return "inattentive" if agent.absent and (stands_still or not agent.work) else agent.work or "idle"

    def late(self, number: int, start: int, end: int) -> None:
        """Count what of an agent's time at the desk lies outside of the shift."""
        while start < end:
            day = start // DAY
            until = min(end, (day + 1) * DAY)
            self.overtime[day] += until - start - self.week.shift(number).between(start, until)
            start = until

    def change(self, agent: Agent, row: Row) -> None:
        """What a row says of an agent from now on."""
        if row.what == "shift":
            agent.here, agent.absent, agent.resting, agent.work = row.begins, False, False, ""
        elif row.what == "inattention":
            agent.absent = row.begins
        elif row.what == "break":
            agent.resting = row.begins
        elif row.what in WORK:
            agent.work = row.what if row.begins else ""
        elif row.what == "escalated":
            agent.work = HELD if self.settings.get("manager", "agent_held", False) else ""
        elif row.what == "released":
            agent.work = ""
