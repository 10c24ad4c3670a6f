"""Spans of a roster as levers: staff.roster.weekdays.10-14 is how many agents are there from ten to two."""

from typing import Any, NamedTuple

from servsim.scenario.line_numbers import Path
from servsim.scenario.messages import as_read
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.lists_of_the_day import MINUTES_PER_DAY, MOST_AGENTS_AT_ONCE, Roster
from servsim.scenario.tables.opening_demand_staff_service import span_of

ROSTER = ("staff", "roster")
SPAN_NEED = f"a whole number between 0 and {MOST_AGENTS_AT_ONCE:,}"


class RosterSpan(NamedTuple):
    """A span of a line of the roster, in minutes after midnight."""

    line: str
    start: int
    end: int

    def places(self, counts: list[float]) -> range | None:
        """Where it is in the line's list; None where it begins or ends within an item."""
        length = MINUTES_PER_DAY // len(counts)
        whole = self.start % length == 0 == self.end % length
        return range(self.start // length, self.end // length) if whole else None


def roster_span(path: Path) -> RosterSpan | None:
    """The span of the roster that a lever's path names; None where it names none."""
    if len(path) != 4 or path[:2] != ROSTER or path[2] not in Roster.model_fields:
        return None
    try:
        return RosterSpan(str(path[2]), *span_of(str(path[3])))
    except ValueError:
        return None


def agents_today(scenario: Scenario, span: RosterSpan) -> list[float] | None:
    """Agents in each item of a span of the roster; None where the line is left out, or an item is cut."""
    counts: list[float] | None = getattr(scenario.staff.roster, span.line, None)
    places = span.places(counts) if counts else None
    return [counts[place] for place in places] if counts and places else None


def what_is_wrong(scenario: Scenario, span: RosterSpan) -> str | None:
    """Why a span cannot be a lever, in a clause; None where it can."""
    counts: list[float] | None = getattr(scenario.staff.roster, span.line, None)
    if not counts:
        return f"it needs the list staff.roster.{span.line}: it must be written down first"
    own = agents_today(scenario, span)
    if own is None:
        return f"it begins or ends within an item of staff.roster.{span.line}: it must fit its {len(counts)} items"
    if len(set(own)) > 1 or not own[0].is_integer():
        return f"it has {', '.join(map(as_read, own))} agents today: it must have one whole number in all its items"
    return None


def with_agents_in(raw: dict[str, Any], span: RosterSpan, agents: float) -> None:
    """Put so many agents into a span of the roster of parsed settings."""
    counts = list(raw["staff"]["roster"][span.line])
    for place in span.places(counts) or ():
        counts[place] = agents
    raw["staff"] = {**raw["staff"], "roster": {**raw["staff"]["roster"], span.line: counts}}


def fits_span(agents: float) -> bool:
    """Can so many agents be in a span?"""
    return float(agents).is_integer() and 0 <= agents <= MOST_AGENTS_AT_ONCE
