"""The planned load: what a week asks of the agents, beside the time that the roster gives."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from servsim.engine_parameters import to_sheet
from servsim.model.compilation import readable
from servsim.model.rules.mistakes import catch_probability, mistake_probability
from servsim.model.rules.recovery import brought_back_probability, soothing_minutes
from servsim.model.rules.transaction_and_care_steps import planned_step, quickness
from servsim.opening_hours_and_rates import open_minutes, paid_hours_per_week, profile_mass, staffed_hours_per_week
from servsim.scenario.scenario import Scenario
from servsim.study.expected_visits import newcomers_and_returns, weekly_requests
from servsim.units import MINUTES_PER_WEEK


@dataclass(frozen=True)
class PlannedLoad:
    """What a week asks of the agents, if every visit that customers mean to make is served once, as planned.

    visits: a week. visit_minutes: their mean length. after_hours: what they leave to do once the customer has gone.
    promised_hours, requested_hours: what promises and colleagues ask for in a week. paid_hours: what the roster gives;
    staffed_hours: for how many of them somebody is there.
    """

    visits: float
    visit_minutes: float
    after_hours: float
    promised_hours: float
    requested_hours: float
    paid_hours: float
    staffed_hours: float

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
    minutes = [visit_minutes(scenario, sheet, segment) for segment in range(len(sheet))]
    lapses = pauses(scenario)
    promised = sum(promised_minutes(sheet[segment], *each) for segment, each in enumerate(streams))
    return PlannedLoad(
        visits=float(sum(visits)),
        visit_minutes=lapses * weighted(minutes, visits),
        after_hours=lapses * float(np.dot(visits, after_minutes(sheet))) / 60,
        promised_hours=lapses * promised / 60,
        requested_hours=lapses * requested_hours(scenario),
        paid_hours=paid_hours_per_week(sheet),
        staffed_hours=staffed_hours_per_week(sheet),
    )


def weighted(values: list[float], weights: list[float]) -> float:
    """A mean by weights; by equal ones where all are nought."""
    return float(np.average(values, weights=weights if sum(weights) else None))


def visit_minutes(scenario: Scenario, sheet: np.ndarray, segment: int) -> float:
    """Mean length of a segment's visit as planned: transaction and care, and what mistakes add to them.

    Agents differ: 1 / Σ wₐ / minutesₐ, w the share of the roster's time that is theirs, is what a visit takes where all
    of them are at work.
    """
    rules, own = readable(sheet), sheet[segment]
    factor = hour_factor(scenario, own["core_profile"]) * phone_factor(own) * correction_factor(rules, segment)
    core = float(own["core_minutes"]) * factor
    care = float(own["minutes_per_visit"]) if own["investment_on"] else 0.0
    speed, knowledge = own["speed_of"], own["knowledge_of"]
    shares = agents_shares(sheet)
    served = sum(
        share / (core / float(speed[agent]) + care * quickness(knowledge[agent])) for agent, share in enumerate(shares)
    )
    return 1.0 / served + added_by_mistakes(rules, segment)


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
    """Factor of the hours on a transaction's length, of all visits of a week."""
    return hour_factor(scenario, np.array(scenario.service.core_profile or [1.0] * 24))


def hour_factor(scenario: Scenario, profile: np.ndarray) -> float:
    """The same of a profile, one factor for each hour of the day."""
    rate = np.diff(profile_mass(scenario, open_minutes(scenario)))
    hours = np.arange(MINUTES_PER_WEEK) // 60 % 24
    return float(np.average(profile[hours], weights=rate))


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
