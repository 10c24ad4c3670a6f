"""A customer's life in sentences, one paragraph for each visit and for each thing that happens between visits.

Sentences stand in the tables of `trace_words`. What depends on what came before is told by the methods of `Life`. Every
number is one of the trace, or the time between two of its rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from servsim.event_codes import By, Call, Reason
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.scenario.scenario import Scenario, as_segments
from servsim.show.formatting import capital
from servsim.show.trace_words import (
    RANK,
    RINGS,
    SENTENCES,
    Cast,
    Line,
    by_telephone,
    lines_of,
    points,
    steps,
    times,
    when,
    with_durations,
)
from servsim.study.histories.customers import BOOKKEEPING, PROSPECTS, is_colleague, name_of
from servsim.units import MILLIONTHS, WEEK

BEGINS = {H.ARRIVED: "visit", H.ESCALATED: "visit", H.TOOK_UP: "work", H.CALLED: "call", H.ASKED: "request",
          H.WRITES_UP: "writing"}  # fmt: skip
ENDS = {H.BLOCKED: "visit", H.BALKED: "visit", H.ABANDONED: "visit", H.SENT_HOME: "visit", H.FINISHED: "visit",
        H.STEPPED_BACK: "visit", H.FOLLOWED_UP: "work", H.HUNG_UP: "call", H.HELPED: "request",
        H.WROTE_UP: "writing"}  # fmt: skip
"""What goes on with a customer for a while, from which row to which."""


@dataclass(frozen=True)
class Told:
    """One paragraph: the instant it begins with, that instant in words, and the sentences."""

    tick: int
    when: str
    text: str


def episodes(lines: Iterable[Line]) -> list[list[Line]]:
    """A customer's rows, those of one visit, work or call together, and those of one instant."""
    result: list[list[Line]] = []
    going_on: set[str] = set()
    for line in lines:
        if not going_on and not (result and result[-1][-1].tick == line.tick):
            result.append([])
        result[-1].append(line)
        going_on.discard(ENDS.get(line.what, ""))
        if line.what in BEGINS:
            going_on.add(BEGINS[line.what])
    return [in_order_of_telling(episode) for episode in result]


def in_order_of_telling(episode: list[Line]) -> list[Line]:
    """Instant by instant, what led to what; satisfaction that falls twice at an instant is told from above."""
    sinking = {line.tick for line in episode if line.what in (H.FAILED, H.LET_DOWN, H.COOLED)}
    sinking -= {line.tick for line in episode if line.what in (H.KEPT, H.RECOVERED)}

    def place(line: Line) -> tuple[int, int, int]:
        return line.tick, RANK[line.what], -line.value if line.tick in sinking else line.value

    return with_durations(sorted(episode, key=place))


def as_judged(levels: list[int], beside: list[Line], broken_loss: float) -> list[int]:
    """Levels of satisfaction as they followed each other, where a date fell due as a complaint was dealt with.

    Who was won over was most satisfied then, and lost what a broken promise costs; who was let down, least.
    """
    said = {other.what for other in beside}
    if len(levels) != 3 or not (said >= {H.RECOVERED, H.FAILED} or said >= {H.LET_DOWN, H.KEPT}):
        return levels
    low, middle, high = sorted(levels)
    if H.KEPT in said:
        return [high, low, middle]
    after = high - broken_loss * MILLIONTHS
    return [low, high, middle] if abs(middle - after) <= abs(low - after) else [middle, high, low]


def life_story(rows: np.ndarray, scenario: Scenario, segment: int = 0) -> list[Told]:
    """The life of the customer whose rows these are, who belongs to a segment, from head to end."""
    lines = lines_of(rows, scenario)
    quality = as_segments(scenario)[segment].quality
    promises = as_segments(scenario)[segment].promises
    life = Life(lines, quality is not None and quality.on, promises.broken_loss if promises else 0.0)
    name = f", of the segment {scenario.segments[segment].name!r}," if scenario.segments else ""
    told = [Told(0, "at the beginning", life.head(name))]
    for episode in episodes(line for line in lines if line.what not in BOOKKEEPING):
        told.append(Told(episode[0].tick, when(episode[0].tick), " ".join(life.sentences(episode))))
    return [*told, Told(lines[-1].tick, "at the end", " ".join(life.ending()))]


@dataclass
class Life:
    """One customer's rows, and what must be remembered while they are told."""

    lines: list[Line]
    judges: bool
    broken_loss: float = 0.0
    cast: Cast = field(init=False)
    satisfaction: int | None = None
    complains: bool = False
    due: int = -1
    before: H | None = None

    def __post_init__(self) -> None:
        """Whoever is in the book at the beginning is satisfied somehow; others have yet to judge."""
        self.cast = self.lines[0].cast
        if self.lines[0].what == H.MEMBER and self.judges:
            self.satisfaction = self.lines[0].value

    def happened(self, *what: H) -> list[Line]:
        """All rows of some happenings."""
        return [line for line in self.lines if line.what in what]

    def head(self, segment: str) -> str:
        """Who this is."""
        key = self.lines[0].who
        if is_colleague(key):
            return f"{capital(name_of(key))} works in the house."
        if key < PROSPECTS:
            level = f", satisfied at {points(self.satisfaction)} of 10" if self.satisfaction is not None else ""
            return f"Customer {name_of(key)}{segment} is in the book{level}."
        return f"Customer {name_of(key)}{segment} is a prospect, who has not been here before."

    def sentences(self, episode: list[Line]) -> list[str]:
        """What is said of one episode."""
        said = [self.sentence(line, episode) for line in episode]
        return [sentence for sentence in said if sentence]

    def sentence(self, line: Line, episode: list[Line]) -> str:
        """What is said of one row, among those of its episode."""
        beside = [other for other in episode if other.tick == line.tick]
        rings = line.what in RINGS and by_telephone(line, episode)
        begun = (RINGS if rings else SENTENCES)[line.what].format(it=line)
        tell = TOLD_BY.get(line.what)
        said = tell(self, line, begun, beside) if tell else begun
        if line.what in ENDS or line.what in (H.RETRIES, H.DECLINED):
            self.before = line.what
        return said

    def arrived(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Why they come this time."""
        by = "".join(SENTENCES[H.REFERRED].format(it=other) for other in beside if other.what == H.REFERRED)
        why = " to complain" if self.complains else " after all" if self.before == H.DECLINED else by
        back = " again" if any(other.what == H.WON_BACK for other in beside) else ""
        again = " again" if self.before == H.RETRIES else back
        return f"{begun}{again}{why} (visit {line.value})."

    def won_back(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Whether it took a call, or they came by themselves."""
        called = any(other.what == H.CALLED for other in beside)
        return begun if called else begun.replace("were won back", "had been elsewhere, came back by themselves")

    def cooled(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Who is warned by several friends at one instant is said so once."""
        warned = [other for other in beside if other.what == H.COOLED]
        several = begun.replace("A friend", "Friends") if len(warned) > 1 else begun
        return several if line is warned[0] else ""

    def warned(self, line: Line, begun: str, beside: list[Line]) -> str:
        """How many were warned, and how many of them stay away."""
        warnings = [other for other in beside if other.what == H.WARNED]
        many, away = (sum(other.value for other in beside if other.what == what) for what in (H.WARNED, H.DETERRED))
        if not away or line is not warnings[-1]:
            return f"{begun}."
        who = "who" if many == 1 else "all of whom" if away == many else f"{away} of whom"
        return f"{begun}, {who}{SENTENCES[H.DETERRED]}."

    def unserved(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Who came to complain and is not served gives it up, unless they try again."""
        self.complains = self.complains and any(other.what == H.RETRIES for other in beside)
        at_once = "They had no time to wait and left at once."
        if any(other.what == H.RANG_OFF for other in beside):
            at_once = "They had no time to wait and rang off at once."
        return at_once if line.what == H.ABANDONED and line.value == 0 else begun

    def at_once(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Who need not wait is not said to wait."""
        if any(other.what == H.PICKED_UP for other in beside) and not line.value:
            return f"{line.Agent} picked up at once."
        return begun if line.value else f"{line.Agent} turned to them at once."

    def finished(self, line: Line, begun: str, beside: list[Line]) -> str:
        """How long the visit took, with how much care, and what it was worth, where customers judge."""
        self.complains = False
        care = "".join(SENTENCES[H.CARED].format(it=other) for other in beside if other.what == H.CARED)
        worth = f" and was worth {line.points} of 10" if self.judges else ""
        return f"{begun}{care}{',' if care and worth else ''}{worth}."

    def nothing(self, line: Line, begun: str, beside: list[Line]) -> str:
        """What another row has told already."""
        return ""

    def escalated(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Whether the agent stays until the manager has finished."""
        return f"{begun}, but stayed with them." if line.value else f"{begun}."

    def promised(self, line: Line, begun: str, beside: list[Line]) -> str:
        """A date to be remembered."""
        self.due = line.tick + line.value
        return begun

    def followed_up(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Whether the work was done in time."""
        return f"{begun}, {'in time' if line.tick <= self.due else 'too late'}."

    def failed(self, line: Line, begun: str, beside: list[Line]) -> str:
        """What went wrong, and whether the desk gets to know of it."""
        found = (
            "The date came, and what had been promised was not done."
            if line.value == Reason.BROKEN_PROMISE
            else "At home they found out that something had been done wrong."
        )
        if self.complains:
            return f"{found} They were going to complain anyway."
        self.complains = any(other.what == H.COMPLAINED for other in beside)
        return found if self.complains else f"{found} They said nothing to the desk."

    def recovered(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Who won them over."""
        return {By.AGENT: "They were won over again.", By.MANAGER: "The manager won them over again.",
                By.CALL: "The call won them over again."}[By(line.value)]  # fmt: skip

    def let_down(self, line: Line, begun: str, beside: list[Line]) -> str:
        """Who could not win them over."""
        tried = "Not even the manager could put it right" if line.value == By.MANAGER else "It was not put right"
        return f"{tried}: they had complained in vain."

    def judged(self, line: Line, begun: str, beside: list[Line]) -> str:
        """How satisfaction has changed, said once for all that changed it at an instant."""
        levels = as_judged([other.value for other in beside if other.what == H.JUDGED], beside, self.broken_loss)
        if line is not next(other for other in beside if other.what == H.JUDGED):
            return ""
        old, self.satisfaction = self.satisfaction, levels[-1]
        first = f"They were satisfied at {points(levels[0])}. " if old is None else ""
        levels = levels if old is None else [old, *levels]
        return (first + (f"Their satisfaction {steps(levels)}." if len(levels) > 1 else "")).strip()

    def called(self, line: Line, begun: str, beside: list[Line]) -> str:
        """What the call was about, and whether it was in vain."""
        changed = {other.what for other in beside} & {H.RECOVERED, H.WON_BACK}
        vain = {Call.DISGRUNTLED: " They were not won over.", Call.LAPSED: " They did not want to come back."}
        return begun + ("" if changed else vain.get(Call(line.value), ""))

    def lost(self, line: Line, begun: str, beside: list[Line]) -> str:
        """For good, unless they are won back."""
        returns = any(other.tick >= line.tick for other in self.happened(H.WON_BACK))
        return f"{begun}." if returns else f"{begun}, and will not be back."

    def remains(self, line: Line, begun: str, beside: list[Line]) -> str:
        """How satisfied they are at the end."""
        return f"{begun}, satisfied at {line.points}." if self.judges else f"{begun}."

    def ending(self) -> list[str]:
        """How it ends, and what it came to."""
        if is_colleague(self.lines[0].who):
            words = {H.ASKED: "They are still waiting.", H.HELPING: "They are still being helped."}
            return [words.get(self.lines[-1].what, "They got what they had asked for.")]
        remain = self.happened(H.REMAINS)
        fate = [self.sentence(line, remain) for line in remain] or [self.outcome()]
        visits, served = len(self.happened(H.ARRIVED)), len(self.happened(H.FINISHED))
        spent = sum(line.value for line in self.happened(H.BOUGHT)) / MILLIONTHS
        if not visits:
            return [*fate, "They did not come once."]
        was_served = f"were served {times(served)}" if served else "were never served"
        paid = f"spent {self.cast.money(spent)}" if spent else "spent nothing"
        return [*fate, f"In all they came {times(visits)}, {was_served} and {paid}."]

    def outcome(self) -> str:
        """How it ends for those who are not in the book."""
        fates = self.happened(H.LOST, H.GONE, H.STAYED_AWAY)
        if fates and fates[-1].what == H.LOST:
            week = fates[-1].tick // WEEK + 1
            return f"They are no longer in the book: they left in week {week}, {fates[-1].reason}."
        return "They never became a customer." if fates else "They have not become a customer yet."


TOLD_BY: dict[H, Callable[[Life, Line, str, list[Line]], str]] = {
    H.ARRIVED: Life.arrived, H.BLOCKED: Life.unserved, H.BALKED: Life.unserved, H.ABANDONED: Life.unserved,
    H.SENT_HOME: Life.unserved, H.STARTED: Life.at_once, H.FINISHED: Life.finished, H.CARED: Life.nothing,
    H.ESCALATED: Life.escalated, H.STEPPED_IN: Life.at_once, H.PROMISED: Life.promised,
    H.FOLLOWED_UP: Life.followed_up, H.FAILED: Life.failed, H.RECOVERED: Life.recovered, H.LET_DOWN: Life.let_down,
    H.REFERRED: Life.nothing, H.PICKED_UP: Life.nothing, H.RANG_OFF: Life.nothing, H.WON_BACK: Life.won_back,
    H.HELPING: Life.at_once, H.COOLED: Life.cooled, H.WARNED: Life.warned, H.DETERRED: Life.nothing,
    H.JUDGED: Life.judged, H.CALLED: Life.called, H.LOST: Life.lost, H.REMAINS: Life.remains,
}  # fmt: skip
"""What a method of `Life` tells, given the words that the table has for it."""
