"""A row of the trace in words: a sentence for each happening, and instants, durations, money, people and reasons in it.

Sentences stand in the order in which they are told within an instant: `{it.…}` are the words for a row's columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Call, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
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


SENTENCES: dict[H, str] = {
    H.CALLED: "{it.Agent} called them, {it.call}.",
    H.TOOK_UP: "{it.Agent} took up what had been promised.",
    H.FOLLOWED_UP: "The follow-up of {it.minutes} was finished at {it.clock}",
    H.ARRIVED: "They came to the desk",
    H.REFERRED: " because {it.other} had told them about it",
    H.WON_BACK: "They were won back and are in the book again; the chance that they stay for a year is {it.share}.",
    H.STAYED_AWAY: "They had been warned of the business and stayed away.",
    H.ASKED: "They asked the desk for something.",
    H.PICKED_UP: "",
    H.RANG_OFF: "",
    H.BLOCKED: "There was no place left to wait, so they turned round and went.",
    H.BALKED: "They saw that they would have to wait, and left.",
    H.ABANDONED: "They waited {it.minutes}, lost patience and left unserved.",
    H.SENT_HOME: "They waited {it.minutes}; then the doors closed and they were sent home unserved.",
    H.STARTED: "They waited {it.minutes} for {it.agent}.",
    H.HELPING: "They waited {it.minutes} for {it.agent}.",
    H.HELPED: "The work on it took {it.minutes}.",
    H.WROTE_UP: "Once they had gone, {it.minutes} of work were left to {it.agent}.",
    H.RECOGNISED: "{it.Agent} knew who they were.",
    H.FINISHED: "The visit took {it.lasted}",
    H.CARED: ", with {it.minutes} of care",
    H.CLARIFIED: "Something had gone wrong, but it was noticed and put right on the spot in {it.minutes}.",
    H.SOOTHED: "{it.Agent} spent {it.minutes} on making up for the failure.",
    H.ESCALATED: "{it.Agent} stepped back and left it to the manager",
    H.STEPPED_IN: "They waited {it.minutes} for {it.agent}.",
    H.STEPPED_BACK: "They talked for {it.minutes}.",
    H.RECOVERED: "",
    H.LET_DOWN: "",
    H.FAILED: "",
    H.KEPT: "The date came, and the promise had been kept.",
    H.COOLED: "A friend warned them of the business.",
    H.JUDGED: "",
    H.PRAISED: "They spoke well of the business to {it.people}.",
    H.WARNED: "They warned {it.people} of the business",
    H.DETERRED: " will stay away for a while",
    H.BOUGHT: "They spent {it.money}.",
    H.DECLINED: "They bought nothing.",
    H.RETRIES: "They would try again.",
    H.COMPLAINED: "They decided to complain.",
    H.PROMISED: "{it.Agent} promised to have something done by {it.date}.",
    H.HUNG_UP: "They hung up after {it.minutes}.",
    H.THOUGHT_AGAIN: "At home, long before their next visit, they thought again whether to come here.",
    H.WON: "They became a customer; the chance that they stay for a year is {it.share}.",
    H.LOST: "They left the business {it.reason}",
    H.GONE: "They will not come again.",
    H.OVERLOOKED: "What neither they nor {it.agent} noticed, and the desk does not know: something was done wrong.",
    H.WRITES_UP: "",
    H.MEMBER: "",
    H.REMAINS: "They are in the book",
}
"""What is said of each happening to a customer; nothing, or a beginning, where a method of `Life` has the word."""
RANK = {what: place for place, what in enumerate(SENTENCES)}

RINGS = {
    H.ARRIVED: "They called the desk",
    H.STARTED: "They waited on the line for {it.minutes} until {it.agent} picked up.",
    H.BLOCKED: "All lines were taken, so they rang off.",
    H.ABANDONED: "They waited on the line for {it.minutes}, lost patience and rang off.",
    H.SENT_HOME: "They waited on the line for {it.minutes}; then the desk closed, and nobody had picked up.",
}
"""What is said instead of those who telephone."""
ON_THE_LINE = (H.PICKED_UP, H.RANG_OFF)
ANSWERS = (H.STARTED, H.BLOCKED, H.BALKED, H.ABANDONED, H.SENT_HOME)
"""What ends the wait of those who come, beside the words for those who telephone."""


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
    return Cast(scenario.money.currency, int(to_sheet(scenario)[0]["desk_agents"]), bosses)


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
    what: H = field(init=False)

    def __post_init__(self) -> None:
        """The happening is asked for again and again."""
        self.what = H(self.happening)

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


def by_telephone(line: Line, episode: list[Line]) -> bool:
    """Does the visit that begins, goes on or ends with this row of an episode come by telephone?"""
    later = episode[episode.index(line) :] if line.what == H.ARRIVED else [o for o in episode if o.tick == line.tick]
    turns = (other.what for other in later if other.what in ON_THE_LINE or other.what in ANSWERS)
    return next(turns, None) in ON_THE_LINE


def with_durations(episode: list[Line]) -> list[Line]:
    """The rows, those that end a visit knowing when it began."""
    began: dict[int, int] = {}
    for line in episode:
        if line.what == H.STARTED:
            began[line.agent_number] = line.tick
        if line.what == H.FINISHED:
            line.lasts = line.tick - began.get(line.agent_number, line.tick)
    return episode
