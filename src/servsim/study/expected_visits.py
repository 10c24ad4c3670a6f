"""What to expect of a week before it is simulated."""

from typing import Any

from servsim.dated_calendar import mean_week
from servsim.engine_parameters import is_on, to_sheet
from servsim.model.compilation import readable
from servsim.model.rules.competitors import USUAL
from servsim.model.rules.loyalty import SETTLED, yearly_retention
from servsim.model.rules.quality_and_satisfaction import before_the_first_visit
from servsim.model.rules.recovery import brought_back_probability
from servsim.opening_hours_and_rates import most_lift, open_minutes
from servsim.scenario.scenario import Scenario, as_segments
from servsim.units import DAYS_PER_YEAR

SHORTEST_DAYS = 1 / 24
"""Days from a mistake to the extra visit, below which no estimate distinguishes."""

MOST_BROUGHT = 0.95
"""Reproduction above which no estimate distinguishes; `engines` stops what grows beyond it."""


def weekly_visits(scenario: Scenario, weeks: float | None = None) -> float:
    """Visits a week to reckon with: prospects, returns of the opening book, and extra visits to put mistakes right.

    weeks: over how many, where that is more than the window.
    """
    return float(sum(newcomers + returns for newcomers, returns in newcomers_and_returns(scenario, weeks)))


def newcomers_and_returns(scenario: Scenario, weeks: float | None = None) -> list[tuple[float, float]]:
    """(visits of newcomers, of the opening book) a week of each segment, with the extra visits that they lead to.

    Newcomers are as many as advertising brings in the month in which it brings most.
    """
    demand, weeks = scenario.demand, weeks or scenario.horizon.weeks
    shares = [segment.share for segment in scenario.segments] or [1.0]
    prospects = weekly_prospects(scenario) * most_lift(scenario)
    brings = reproduction(scenario)
    grown = prospects / (1.0 - min(brings, MOST_BROUGHT))
    if scenario.word_of_mouth and scenario.loyalty and (pool := scenario.word_of_mouth.potential_customers):
        grown = min(grown, prospects + pool / weeks)
    return [
        (share * grown * newcomers, share * demand.opening_book * weekly_returns(own) * returns)
        for share, own, (newcomers, returns) in zip(shares, as_segments(scenario), extra_visits(scenario), strict=True)
    ]


def weekly_returns(scenario: Scenario) -> float:
    """Visits a week of a customer, averaged over those whose usual gaps differ."""
    return 7 * (1 + scenario.demand.gap_between_cv**2) / scenario.demand.visit_gap_days * pace(scenario)


def weekly_prospects(scenario: Scenario) -> float:
    """Prospects a week by themselves, before advertising and word of mouth."""
    usual = float(scenario.demand.prospects_per_hour * open_minutes(scenario).sum() / 60)
    return usual * pace(scenario)


def pace(scenario: Scenario) -> float:
    """How fast the profile's clock runs over the window, exceptions and months counted: 1 in usual weeks."""
    return mean_week(scenario).clock_days / 7


def weekly_requests(scenario: Scenario) -> float:
    """What colleagues ask of the desk in a week."""
    internal = scenario.internal
    if internal is None or not internal.on:
        return 0.0
    return internal.requests_per_hour * float(open_minutes(scenario).sum()) / 60 * pace(scenario)


def reproduction(scenario: Scenario) -> float:
    """How many others a newcomer brings by praise while nobody is missing in the pool, at today's satisfaction.

    m = visits of a newcomer · people told · share who come; visits = 1 + P(becomes a customer) p / (1 − p), p the
    chance of coming again after a visit. With m below 1 the newcomers are 1 / (1 − m) for each who comes by themselves;
    with m of 1 or more they grow without end. The mean over segments, to which newcomers belong by chance. Source:
    Harris (1963).
    """
    if not any(is_on(own, "word_of_mouth") for own in as_segments(scenario)):
        return 0.0
    sheet = readable(to_sheet(scenario))
    return sum(float(sheet[segment]["share"]) * brought(sheet, segment) for segment in range(len(sheet)))


def brought(sheet: Any, segment: int) -> float:
    """The same for one segment; who comes often makes more visits in the same time, hence 1 + cv² of the usual gaps."""
    own = sheet[segment]
    if own["word_of_mouth_on"] == 0:
        return 0.0
    satisfied = before_the_first_visit(sheet, segment, True)
    told = own["praises"] if satisfied > own["delighted_above"] else own["mentions"]
    visits = 1.0
    if own["loyalty_on"] == 1 and own["spending_on"] == 1:
        gap = own["visit_gap_days"]
        stays = yearly_retention(sheet, segment, gap, satisfied, SETTLED, USUAL, 0) ** (gap / DAYS_PER_YEAR)
        won = own["conversion"] * (1.0 - own["early_loss"]) * (1.0 + own["gap_between_cv"] ** 2)
        visits += won * stays / max(1.0 - stays, 1e-9)
    return float(visits * told * own["referral_share"])


def extra_visits(scenario: Scenario) -> list[tuple[float, float]]:
    """(of a newcomer's, of a customer's) visits that one leads to, itself included, in each segment: 1 / (1 − P).

    P is the chance of being brought back; of who comes often anyway, that the mistake comes to light before that.
    """
    lived, weeks = as_segments(scenario), scenario.horizon.weeks
    if not any(is_on(own, "mistakes") for own in lived):
        return [(1.0, 1.0)] * len(lived)
    sheet = readable(to_sheet(scenario))
    found = []
    for segment, own in enumerate(lived):
        brought_back = float(brought_back_probability(sheet, segment))
        light = max(own.mistakes.light_days, SHORTEST_DAYS) if own.mistakes else SHORTEST_DAYS
        gap = 7 / weekly_returns(own)
        most = 1.0 + weeks * 7 / light
        found.append((chain(brought_back, most), chain(brought_back * gap / (gap + light), most)))
    return found


def chain(again: float, most: float) -> float:
    """Visits that lead to another with such a chance, and that to another: no more than fit into the window."""
    return most if again >= 1.0 else min(most, 1.0 / (1.0 - again))
