"""A row of the trace in words: instants, durations, money, people and reasons as a sentence needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from servsim.engine_parameters import staffed_minutes
from servsim.event_codes import Call, Happening, Reason
from servsim.scenario.scenario import Scenario
from servsim.show.formatting import capital
from servsim.study.histories.customers import person, weekday_words
from servsim.units import DAY, HOUR, MILLIONTHS, MINUTE

REASONS = {
    Reason.NONE: "for no reason",
    Reason.NATURAL: "because they moved away or no longer needed it",
    Reason.WAIT: "because of the wait",
    Reason.ABANDONED: "because they had come and were not served",
    Reason.INATTENTION: "because the agent was not attentive",
    Reason.CARE: "because too little time was taken for them",
    Reason.EXPECTATION: "because they were used to better",
    Reason.CHANCE: "for reasons of their own",
    Reason.MISTAKE: "because of the mistake",
    Reason.BROKEN_PROMISE: "because of the broken promise",
    Reason.UNRECOVERED: "because what had gone wrong was not put right",
    Reason.COMPETITOR: "because somebody else had become better",
}
CALLS = {
    Call.NOTHING: "for nothing in particular",
    Call.DISGRUNTLED: "because something had gone wrong and was not put right",
    Call.LAPSED: "because they had left",
    Call.OVERDUE: "because they had not come for longer than usual",
}


def clock(tick: int) -> str:
    """The time of day of an instant."""
    return f"{tick % DAY // HOUR:02}:{tick % HOUR // MINUTE:02}"


def when(tick: int) -> str:
    """An instant in words: week 3, Tuesday 10:42."""
    return f"{weekday_words(tick // DAY)} {clock(tick)}"


def minutes(ticks: int) -> str:
    """A duration: a moment, 0.4 minutes, 8.1 minutes, 41 minutes."""
    length = ticks / MINUTE
    if length < 0.05:
        return "a moment"
    return f"{length:.1f} minutes" if length < 9.95 else f"{length:,.0f} minutes"


def points(millionths: int) -> str:
    """Points of quality or satisfaction."""
    return f"{millionths / MILLIONTHS:.1f}"


def steps(levels: Sequence[int]) -> str:
    """How satisfaction went from each level to the next: rose from 5.9 to 6.0, then fell to 4.0."""
    said: list[str] = []
    for old, new in pairwise(levels):
        before, now = points(old), points(new)
        start = "" if said else f" from {before}"
        change = f"{'rose' if new > old else 'fell'}{start} to {now}"
        said.append(f"stayed at {now}" if before == now else change)
    return ", then ".join(said)


def plural(number: int, one: str, more: str = "") -> str:
    """1 visit, 2 visits; 1 lapse of attention, 2 lapses of attention."""
    return f"{number} {one}" if number == 1 else f"{number} {more or one + 's'}"


def times(number: int) -> str:
    """How often."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


@dataclass(frozen=True)
class Cast:
    """What money and staff are called: agents by their numbers, managers too where there are several."""

    currency: str
    agents: int
    managers: int

    def agent(self, number: int) -> str:
        """A member of staff."""
        if number < self.agents:
            return f"agent {number}"
        return "the manager" if self.managers == 1 else f"manager {number}"

    def money(self, amount: float) -> str:
        """An amount of money."""
        return f"{amount:,.2f} {self.currency}"


def cast_of(scenario: Scenario) -> Cast:
    """The cast of a scenario."""
    bosses = scenario.manager.managers if scenario.manager and scenario.manager.on else 0
    return Cast(scenario.money.currency, int(staffed_minutes(scenario).max()), bosses)


@dataclass
class Line:
    """A row of the trace, each of its columns also in words."""

    tick: int
    happening: int
    who: int
    agent_number: int
    value: int
    cast: Cast
    lasts: int = 0

    @property
    def what(self) -> Happening:
        """The happening."""
        return Happening(self.happening)

    @property
    def clock(self) -> str:
        """The time of day."""
        return clock(self.tick)

    @property
    def agent(self) -> str:
        """Who of the staff, within a sentence."""
        return self.cast.agent(self.agent_number)

    @property
    def Agent(self) -> str:  # noqa: N802 as it stands in a sentence
        """Who of the staff, at the beginning of a sentence."""
        return capital(self.agent)

    @property
    def minutes(self) -> str:
        """The value as a duration."""
        return minutes(self.value)

    @property
    def lasted(self) -> str:
        """How long it went on, or had gone on."""
        return minutes(self.lasts)

    @property
    def points(self) -> str:
        """The value as points."""
        return points(self.value)

    @property
    def money(self) -> str:
        """The value as money."""
        return self.cast.money(self.value / MILLIONTHS)

    @property
    def share(self) -> str:
        """The value as a share of one."""
        return f"{100 * self.value / MILLIONTHS:.0f} %"

    @property
    def date(self) -> str:
        """The instant so many ticks ahead."""
        return when(self.tick + self.value)

    @property
    def reason(self) -> str:
        """The value as a reason to leave."""
        return REASONS[Reason(self.value)]

    @property
    def failure(self) -> str:
        """The value as what a customer finds out."""
        return "a broken promise" if self.value == Reason.BROKEN_PROMISE else "a mistake at home"

    @property
    def call(self) -> str:
        """The value as what a call is for."""
        return CALLS[Call(self.value)]

    @property
    def customer(self) -> str:
        """Whom it is about."""
        return person(self.who)

    @property
    def other(self) -> str:
        """The value as the customer whom it names."""
        return person(self.value)

    @property
    def people(self) -> str:
        """The value as a number of people."""
        return plural(self.value, "person", "people")


def lines_of(rows: np.ndarray, scenario: Scenario) -> list[Line]:
    """Rows of a trace as lines."""
    cast = cast_of(scenario)
    return [Line(tick, what, who, agent, value, cast) for tick, what, who, agent, value in rows.tolist()]
