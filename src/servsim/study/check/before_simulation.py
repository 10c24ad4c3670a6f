"""`check`: what can be said about a scenario before it is simulated, and quick looks at its first year and its end."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from servsim.dated_calendar import days_of, mean_week
from servsim.engine_parameters import horizon_of, is_on, to_sheet
from servsim.opening_hours_and_rates import open_minutes, paid_minutes, roster_minutes
from servsim.scenario.scenario import MECHANISMS, Scenario, as_segments
from servsim.scenario.tables.lists_of_the_day import WEEKDAYS
from servsim.study.check.first_year import FirstYear, first_year
from servsim.study.check.first_year_against_stated import sentences
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import counted
from servsim.study.expected_visits import reproduction
from servsim.study.histories.opening_book import FAR_CUSTOMERS
from servsim.study.histories.steady_state import SettledBook, looks_at, settled, settled_book
from servsim.study.intervals_and_tables import defined
from servsim.study.planned_load import PlannedLoad, planned_load
from servsim.study.scenario_identity import digest_of
from servsim.study.sensitivity.plausible_settings import ranges_of
from servsim.study.tally_places import OWN_SATISFACTION
from servsim.study.yearly_projection import looks_ahead
from servsim.units import DAY, MILLIONTHS

LITTLE_HOURS = 0.01
"""A week: less is a rounding."""
DRIFT = 0.5
"""Points by which satisfaction may move in the horizon before "today" is no longer today."""


@dataclass(frozen=True)
class Outlook:
    """Hours, visits and offered load of a week, what is switched on, and what an owner should know before running."""

    scenario: Scenario
    open_hours: float
    planned: PlannedLoad
    on: tuple[str, ...]
    off: tuple[str, ...]
    settled: dict[str, float | None]
    """Weeks until the desk has settled, where a steady state is asked for; None: not within half of the horizon."""
    book: SettledBook | None
    """Today's book beside the settled one; None where none is looked for, or none is found."""
    warnings: tuple[str, ...]
    year: FirstYear | None = None
    """What the settings imply for the first year; None where nobody asked, or where no moment is enough."""

    @property
    def wants_book(self) -> bool:
        """Is a settled book looked for: are there customers who may leave, and is money counted over years?"""
        return bool(self.scenario.demand.opening_book) and loses(self.scenario) and looks_ahead(self.scenario)

    def to_dict(self) -> dict[str, Any]:
        """The outlook as `servsim check --json` prints it."""
        return {
            "scenario": self.scenario.title,
            "digest": digest_of(self.scenario),
            "open_hours_per_week": self.open_hours,
            "paid_hours_per_week": self.planned.paid_hours,
            "staffed_hours_per_week": self.planned.staffed_hours,
            "visits_per_week": self.planned.visits,
            "minutes_per_visit": self.planned.visit_minutes,
            "load": defined(self.planned.load),
            "on": list(self.on),
            "off": list(self.off),
            "settled_after_weeks": self.settled,
            "weeks": self.scenario.horizon.weeks,
            "years": self.scenario.horizon.years if looks_ahead(self.scenario) else None,
            "implies": self.year.to_dict() | {"words": sentences(self.year, self.book)} if self.year else None,
            "settled_book": self.book.to_dict() if self.book else None,
            "warnings": list(self.warnings),
        }


def outlook(scenario: Scenario, file: str, execution: Execution | None = None) -> Outlook:
    """Look at a scenario as it stands. means: by which its first year is simulated; None: it is not."""
    from servsim.study.cost_estimate import affordable

    on = tuple(name for name in MECHANISMS if is_on(scenario, name))
    attentive = scenario.staff.inattentive_minutes == 0
    steady = scenario.horizon.warmup_weeks > 0
    affordable(scenario, file, max(1, looks_at(scenario)) if steady else 1, far=False)
    look = Outlook(
        scenario,
        open_hours=mean_week(scenario).open_hours,
        planned=planned_load(scenario),
        on=on + (() if attentive else ("inattention",)),
        off=tuple(name for name in MECHANISMS if name not in on) + (("inattention",) if attentive else ()),
        settled=settled(scenario) if steady else {},
        book=None,
        warnings=(),
    )
    look = replace(
        look,
        book=settled_book(scenario) if look.wants_book else None,
        year=first_year(scenario, execution=execution) if execution else None,
    )
    return replace(look, warnings=tuple(warnings(look)))


def loses(scenario: Scenario) -> bool:
    """May customers of any segment leave?"""
    return any(is_on(own, "loyalty") for own in as_segments(scenario))


def warnings(look: Outlook) -> list[str]:
    """What an owner should know before trusting an answer."""
    scenario = look.scenario
    found = []
    impatient = is_on(scenario, "waiting")
    load = look.planned.load
    if load > 1:
        asked = (
            "nobody is on the roster" if np.isinf(load) else f"the desk is asked for {load:.2f} times the time it has"
        )
        found.append(
            f"{asked}: even if no minute were wasted it could not serve all; add agents or shorten visits."
            if impatient
            else f"{asked} and nobody leaves the queue: it grows for ever; add agents or a [waiting] table."
        )
    if is_on(scenario, "loyalty") and not is_on(scenario, "quality"):
        found.append(
            "[loyalty] is on without [quality]: everybody stays as one satisfied at 8 does, whatever is invested."
        )
    if is_on(scenario, "investment") and not is_on(scenario, "quality"):
        fewer = " fewer mistakes" if is_on(scenario, "mistakes") else ""
        found.append(f"[investment] is on without [quality]: minutes cost time and bring{fewer or ' nothing'}.")
    found += [*unused_quality(scenario), *hours_out_of_opening(scenario), *exceptions_out_of_horizon(scenario),
              *hardly_away(scenario)]  # fmt: skip
    found += [sentence for sentence, idle in (*idle_tables(look), *idle_budgets(look)) if idle]
    brings = reproduction(scenario)
    if brings >= 1.0:
        found.append(f"every newcomer brings about {brings:.2f} others: customers grow until nobody is left to come.")
    if scenario.horizon.warmup_weeks > 0 and not looks_at(scenario):
        found.append("whether the desk has settled after horizon.warmup_weeks is not looked at: with so many visits it "
                     "would take too long here.")  # fmt: skip
    if look.book is not None:
        found += unsettled(look.book)
    elif is_on(scenario, "quality") and scenario.demand.opening_book:
        found += drift(scenario)
    return found + doubtful(scenario)


def unused_quality(scenario: Scenario) -> list[str]:
    """What a table of quality says that is switched off, where mistakes and complaints are reckoned with it."""
    readers = [f"[{name}]" for name in ("mistakes", "recovery") if is_on(scenario, name)]
    stated = scenario.quality.model_fields_set & {"steepness", "standard"} if scenario.quality else set()
    if is_on(scenario, "quality") or not readers or not stated:
        return []
    names = " and ".join(f"quality.{name}" for name in sorted(stated, reverse=True))
    return [f"[quality] is off, so {names} count{'s' * (len(stated) == 1)} for nothing: {' and '.join(readers)} reckon"
            f"{'s' * (len(readers) == 1)} with the usual ones."]  # fmt: skip


def hours_out_of_opening(scenario: Scenario) -> list[str]:
    """Hours of the roster in which the doors are closed: nobody is there, or paid, then.

    A line for several days may well name some on which the doors stay closed.
    """
    if scenario.staff.roster is None:
        return []
    stated, served = (minutes(scenario).reshape(7, -1) / 60 for minutes in (roster_minutes, paid_minutes))
    opened = open_minutes(scenario).reshape(7, -1).any(axis=1)
    meant = opened | np.array([getattr(scenario.staff.roster, day) is not None for day in WEEKDAYS])
    named, worked = float(stated[meant].sum()), float(served[meant].sum())
    if named - worked < LITTLE_HOURS:
        return []
    return [f"staff.roster names {named:g} hours a week, {named - worked:g} of them while the doors are closed: only "
            f"{worked:g} are worked and paid; widen [opening] or shorten the roster."]  # fmt: skip


def exceptions_out_of_horizon(scenario: Scenario) -> list[str]:
    """Exceptions that fall on no day of the horizon."""
    days = horizon_of(scenario) / DAY
    return [
        f"exceptions.{number} is of {each.date}, and no day of it is within the horizon: it counts for nothing."
        for number, each in enumerate(scenario.exceptions, 1)
        if not any(day < days for day in days_of(scenario, each))
    ]


SHORT_DAYS, MUCH = 1 / 8, 0.05
"""Days in which nobody has reason to come again, and from which share of visits on after such gaps that is told."""


def hardly_away(scenario: Scenario) -> list[str]:
    """That many visits would be of customers who come all day long, as a wide spread of usual gaps has it.

    Of visits, the log of the customer's usual gap is normal with mean log(gap) − 1.5 σ², σ² = log(1 + cv²).
    """
    demand = scenario.demand
    sd = math.sqrt(math.log(1.0 + demand.gap_between_cv**2))
    if not sd or not (demand.opening_book or is_on(scenario, "spending")):
        return []
    share = 0.5 * math.erfc(-(math.log(SHORT_DAYS / demand.visit_gap_days) / sd + 1.5 * sd) / math.sqrt(2.0))
    if share < MUCH:
        return []
    times = f"{1 / SHORT_DAYS:.0f} times a day"
    often = f"{100 * share:.0f} % of regular customers' visits would be of some who come more than {times}"
    return [f"demand.gap_between_cv is {demand.gap_between_cv:g}: {often}; lower it, or lengthen "
            "demand.visit_gap_days."]  # fmt: skip


def unsettled(book: SettledBook) -> list[str]:
    """How far today's book is from the one that today's policy leads to, and what no file can say of that."""
    found, more = [], book.more_often
    if book.is_far:
        found.append(f"the opening book is not settled: {way(book)}. Part of every projection is the way there.")
    if abs(more) > FAR_CUSTOMERS:
        found.append(
            f"settled customers come {100 * abs(more):.0f} % {'more' if more > 0 else 'less'} often than a file can "
            "say of today's, as not all of them stay equally long: visits and money still "
            f"{'grow' if more > 0 else 'fall'} by about as much."
        )
    return found


def way(book: SettledBook) -> str:
    """From where to where today's policy leads."""
    before, after = book.today, book.settled
    more = 100 * (after.customers / before.customers - 1)
    words = f"under today's policy {before.customers:,} customers become {after.customers:,} ({more:+.0f} %)"
    if before.satisfaction is None or after.satisfaction is None:
        return words
    return f"{words}, and their satisfaction goes from {before.satisfaction:.1f} to {after.satisfaction:.1f}"


def doubtful(scenario: Scenario) -> list[str]:
    """What is odd about the ranges in [uncertain]."""
    lever = scenario.evaluate.lever
    found = [
        f"{own.key} is {own.stated:g}, outside of its range in [uncertain], {own.low:g} to {own.high:g}."
        for own in ranges_of(scenario, lever)
        if not own.contains_stated
    ]
    if lever in scenario.uncertain:
        found.append(f"{lever} is the lever of [evaluate]: its range in [uncertain] counts for nothing.")
    return found


def idle_tables(look: Outlook) -> list[tuple[str, bool]]:
    """What is switched on and has nothing to work on, and whether it is so."""
    scenario, on = look.scenario, set(look.on)
    minutes = scenario.investment.recovery_minutes if scenario.investment and "investment" in on else 0.0
    hours = scenario.investment.relationship_hours_per_month if scenario.investment and "investment" in on else 0.0
    fails = bool(on & {"mistakes", "promises"})
    return [
        ("[recovery] is on, but nothing goes wrong: add [mistakes] or [promises].", "recovery" in on and not fails),
        ("[recovery] is on with no investment.recovery_minutes: every complaint that stays with an agent is in vain.",
         "recovery" in on and fails and minutes == 0),
        ("investment.recovery_minutes are taken for complaints: add [recovery].", minutes > 0 and "recovery" not in on),
        ("[manager] is on without [recovery]: nobody is sent to the manager.",
         "manager" in on and "recovery" not in on),
        ("[outreach] is on with no investment.relationship_hours_per_month: nobody is called.",
         "outreach" in on and hours == 0),
        ("investment.relationship_hours_per_month are spent on calls: add [outreach].",
         hours > 0 and "outreach" not in on),
    ]  # fmt: skip


def idle_budgets(look: Outlook) -> list[tuple[str, bool]]:
    """The same of what is spent and said around the desk."""
    on = set(look.on)
    both = {"advertising", "training"}
    return [
        ("[budget] is on without [advertising] and [training]: it is spent on nothing.",
         "budget" in on and not both & on),
        ("[budget] is on without [advertising]: only the share for training is spent.",
         "budget" in on and "training" in on and "advertising" not in on),
        ("[budget] is on without [training]: only the share for advertising is spent.",
         "budget" in on and "advertising" in on and "training" not in on),
        ("[internal] is on without [mistakes]: neglecting colleagues costs nothing but their time.",
         "internal" in on and "mistakes" not in on),
        ("[competitors] is on without [loyalty]: nobody leaves for them.",
         "competitors" in on and "loyalty" not in on),
        ("[word_of_mouth] is on without [quality]: everybody tells others what one satisfied at 8 does.",
         "word_of_mouth" in on and "quality" not in on),
        ("[recognition] is on without [quality]: being known is worth nothing.",
         "recognition" in on and "quality" not in on),
    ]  # fmt: skip


def drift(scenario: Scenario) -> list[str]:
    """Whether today's policy, simulated once, leaves the customers of any segment elsewhere than they opened."""
    reading = counted(scenario, to_sheet(scenario), 1, 0, "fast")
    found = []
    for number, own in enumerate(as_segments(scenario)):
        if own.quality is None or not own.quality.on:
            continue
        ends, opening = reading.own(number, OWN_SATISFACTION) / MILLIONTHS, own.quality.opening_satisfaction
        if abs(ends - opening) > DRIFT:
            whose = f" of {scenario.segments[number].name}" if scenario.segments else ""
            found.append(
                f"quality.opening_satisfaction{whose} is {opening:g}, but under today's policy satisfaction ends at "
                f"{ends:.1f}: part of every projection is the way there."
            )
    return found
