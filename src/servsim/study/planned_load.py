"""The planned load: what a week asks of the agents, beside the time that the roster gives."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.dated_calendar import mean_week
from servsim.engine_parameters import to_sheet
from servsim.model.compilation import readable
from servsim.model.rules.mistakes import catch_probability, mistake_probability
from servsim.model.rules.recovery import brought_back_probability, soothing_minutes
from servsim.model.rules.transaction_and_care_steps import planned_step, quickness
from servsim.opening_hours_and_rates import open_minutes, profile_mass
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.lists_of_the_day import QUARTERS, by_quarters
from servsim.study.expected_visits import newcomers_and_returns, weekly_requests
from servsim.units import MINUTES_PER_WEEK

NO_TIME = 1e-9
"""Minutes that a visit takes at least, where it is divided by: a transaction may take no time at all."""


@dataclass(frozen=True)
class PlannedLoad:
    """What a week asks of the agents, if every visit that customers mean to make is served once, as planned.

    visits: a week. visit_parts: minutes that add up to their mean length. after_hours: what they leave to do once the
    customer has gone. promised_hours, requested_hours: what promises and colleagues ask for in a week. paid_hours: what
    the roster gives; staffed_hours: for how many of them somebody is there.
    """

    visits: float
    visit_parts: dict[str, float]
    after_hours: float
    promised_hours: float
    requested_hours: float
    paid_hours: float
    staffed_hours: float

    @property
    def visit_minutes(self) -> float:
        """The mean length of a visit."""
        return sum(self.visit_parts.values())

    @property
    def asked_hours(self) -> float:
        """Agents' time that a week asks for."""
        return self.visits * self.visit_minutes / 60 + self.after_hours + self.promised_hours + self.requested_hours

    @property
    def load(self) -> float:
        """Time asked for, of agents' time there is; above 1 the queue grows until people leave it. Infinite where
        nobody is there.
        """
        return self.asked_hours / self.staffed_hours if self.staffed_hours else np.inf


def planned_load(scenario: Scenario) -> PlannedLoad:
    """The planned load of a scenario."""
    sheet = to_sheet(scenario)
    streams = newcomers_and_returns(scenario)
    visits = [newcomers + returns for newcomers, returns in streams]
    lapses = pauses(scenario)
    week = mean_week(scenario)
    promised = sum(promised_minutes(sheet[segment], *each) for segment, each in enumerate(streams))
    return PlannedLoad(
        visits=float(sum(visits)),
        visit_parts=visit_parts(scenario, sheet, visits),
        after_hours=lapses * float(np.dot(visits, after_minutes(sheet))) / 60,
        promised_hours=lapses * promised / 60,
        requested_hours=lapses * requested_hours(scenario),
        paid_hours=week.paid_hours,
        staffed_hours=week.staffed_hours,
    )


def weighted(values: list[float], weights: list[float]) -> float:
    """A mean by weights; by equal ones where all are nought."""
    return float(np.average(values, weights=weights if sum(weights) else None))


def visit_parts(scenario: Scenario, sheet: np.ndarray, visits: list[float]) -> dict[str, float]:
    """Minutes of a mean visit of all segments as planned: transaction, care, what mistakes add, pauses in all of it."""
    each = [segment_minutes(scenario, sheet, segment) for segment in range(len(sheet))]
    core, care, mistakes = (weighted(list(minutes), visits) for minutes in zip(*each, strict=True))
    elsewhere = (pauses(scenario) - 1.0) * (core + care + mistakes)
    return {"core": core, "care": care, "mistakes": mistakes, "pauses": elsewhere}


def segment_minutes(scenario: Scenario, sheet: np.ndarray, segment: int) -> tuple[float, float, float]:
    """Mean minutes of a segment's visit as planned: transaction, care, and what mistakes add to them.

    Agents differ: who takes minutesₐ serves wₐ / minutesₐ, w the share of the roster's time that is theirs, of all
    visits where all of them are at work; so a visit takes 1 / Σ wₐ / minutesₐ.
    """
    rules, own = readable(sheet), sheet[segment]
    factor = hour_factor(scenario, own["core_profile"]) * phone_factor(own) * correction_factor(rules, segment)
    planned_care = float(own["minutes_per_visit"]) if own["investment_on"] else 0.0
    shares = agents_shares(sheet)
    agents = range(len(shares))
    core = np.array([float(own["core_minutes"]) * factor / float(own["speed_of"][agent]) for agent in agents])
    care = np.array([planned_care * quickness(own["knowledge_of"][agent]) for agent in agents])
    served = shares / np.maximum(core + care, NO_TIME)
    taken = [float(np.average(minutes, weights=served)) for minutes in (core, care)]
    return taken[0], taken[1], added_by_mistakes(rules, segment)


def after_minutes(sheet: np.ndarray) -> np.ndarray:
    """(segments,) mean minutes of work that a visit leaves once the customer has gone."""
    found: np.ndarray = sheet["after_visit_work_on"] * sheet["after_visit_minutes"]
    return found


def agents_shares(sheet: np.ndarray) -> np.ndarray:
    """(agents,) the share of the roster's time that is each one's; of one, where there is nobody."""
    roster = sheet[0]["roster"]
    minutes = np.array([(roster > agent).sum() for agent in range(max(1, int(roster.max())))], float)
    return minutes / minutes.sum() if minutes.any() else np.ones(1)


def mean_hour_factor(scenario: Scenario) -> float:
    """Factor of the time of day on a transaction's length, of all visits of a week."""
    return hour_factor(scenario, np.array(by_quarters(scenario.service.core_profile or [1.0] * QUARTERS)))


def hour_factor(scenario: Scenario, profile: np.ndarray) -> float:
    """The same of a profile, one factor for each quarter-hour of the day."""
    rate = np.diff(profile_mass(scenario, open_minutes(scenario)))
    quarters = np.arange(MINUTES_PER_WEEK) // 15 % QUARTERS
    return float(np.average(profile[quarters], weights=rate))


def phone_factor(own: Any) -> float:
    """Factor of the telephone on a transaction's length, over visits in both ways."""
    return 1.0 + float(own["phone_share"] * (own["phone_core_factor"] - 1.0)) if own["phone_on"] else 1.0


def correction_factor(rules: Any, segment: int) -> float:
    """Factor on a transaction's length, as visits to have a mistake put right are among all visits."""
    own = rules[segment]
    brought = float(brought_back_probability(rules, segment))
    return 1.0 + brought * (float(own["correction_share"]) - 1.0) if brought else 1.0


def added_by_mistakes(rules: Any, segment: int) -> float:
    """Minutes of clarifying and of recovery, a visit."""
    own = rules[segment]
    if not own["mistakes_on"]:
        return 0.0
    listened, summarised = (planned_step(rules, segment, own[split]) for split in ("split_listen", "split_summarise"))
    wrong = mistake_probability(rules, segment, listened, own["knowledge"], 0.0, 1.0)
    caught = wrong * catch_probability(rules, segment, summarised)
    back = brought_back_probability(rules, segment)
    return float(caught * own["clarify_minutes"] + back * soothing_minutes(rules, segment))


def promised_minutes(own: Any, newcomers: float, returns: float) -> float:
    """Work on what is promised in so many visits, in minutes: to who comes again, and has no promise open."""
    if not own["promises_on"]:
        return 0.0
    again = returns + newcomers * float(own["conversion"] if own["spending_on"] else 0.0)
    gap = float(own["visit_gap_days"])
    return again * gap / (gap + float(own["preparation_days"])) * float(own["promise_share"] * own["follow_up_minutes"])


def requested_hours(scenario: Scenario) -> float:
    """Agents' time that colleagues ask for in a week."""
    return weekly_requests(scenario) * scenario.internal.request_minutes / 60 if scenario.internal else 0.0


def pauses(scenario: Scenario) -> float:
    """How much longer work takes that stands still while agents are inattentive: 1 + lapse / attentive spell."""
    staff = scenario.staff
    return 1.0 + staff.inattentive_minutes / staff.attentive_minutes if staff.while_serving == "pause" else 1.0
