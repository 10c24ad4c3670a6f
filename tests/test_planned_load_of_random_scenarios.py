"""The load that `check` plans, beside how long agents are at work in long runs of random desks where nobody leaves."""

import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

import servsim
from servsim.errors import ScenarioError
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.check.before_simulation import outlook
from servsim.study.verification.random_scenarios import drawn_settings

PLANNED = ("opening", "demand", "staff", "service", "investment", "quality", "mistakes", "recovery", "internal",
           "phone")  # fmt: skip
"""Mechanisms whose work the plan knows. What the others do is known to nobody before it is simulated: whether people
leave the queue, come to stay, buy at a second try or tell others ([waiting], [loyalty], [spending], [competitors],
[word_of_mouth], [advertising]), how the queue hurries agents and the months teach them ([load], [training]), and whom
there will be to call, to take to the manager or to promise something ([outreach], [manager], [promises]: nothing is
promised to who will not come again, or has a promise already); [recognition] and [budget] are no work."""
SEGMENTS = ("demand", "service", "investment", "phone")
WORK = ("hours_core", "hours_care", "hours_clarifying", "hours_recovery", "hours_promises", "hours_relationship",
        "hours_internal", "hours_after_visits", "hours_inattentive", "hours_break", "hours_idle")  # fmt: skip
"""What agents' time at the desk consists of."""
VISITS, REPLICATIONS, WARMUP = 3000, 12, 4.0
"""In a replication, about; weeks."""
SLACK, SURE = 0.01, 5.0
"""What gaps between visits that are counted from their ends, and the like, may do, as a share; standard errors."""
WEEKS_PER_MONTH = 365 / 7 / 12


def predictable(drawn: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The drawn tables as far as they can be planned."""
    tables = {name: drawn.get(name, {}) for name in PLANNED if name in drawn or name in ("demand", "staff")}
    tables["segments"] = [
        {key: own for key, own in one.items() if key in ("name", "share", *SEGMENTS)} for one in drawn["segments"]
    ]
    tables["demand"] |= {"first_year_prospects": 1.0}
    tables["demand"].pop("month_profile", None)  # days by date have a plan of their own in test_dated_days
    for each in (tables, *tables["segments"]):
        plain(each, "mistakes" in tables)
    staff = tables["staff"]
    # Who serves which visit is known to nobody: agents are alike. Nobody is elsewhere for long: there would be no time left.
    staff |= {"agent_knowledge": [staff.get("knowledge", 0.5)], "agent_speed": [1.0], "break_minutes": 5.0}
    staff["inattentive_minutes"] = (
        0.0 if "mistakes" in tables else float(rng.uniform(0, 0.3) * staff.get("attentive_minutes", 30))
    )
    return tables


def plain(tables: dict[str, Any], mistakes: bool) -> None:
    """Everybody's settings, or those of a segment, without what makes a mean hang on more than means."""
    if "demand" in tables:  # no customer comes so often that the length of a visit matters
        tables["demand"] |= {"gap_between_cv": min(tables["demand"].get("gap_between_cv", 0.5), 0.7)}
    if "service" in tables:  # nor does it matter in which hour a visit begins that came in another
        tables["service"].pop("core_profile", None)
    if mistakes:  # they hang on the minutes that a visit gets, in curves: here those that are planned
        tables["service"] = tables.get("service", {}) | {"difficulty_cv": 0.0, "step_cv": dict.fromkeys(STEPS, 0.0)}
        if "phone" in tables:
            tables["phone"] |= {"phone_effect": 1.0}
    if "mistakes" in tables:  # they come to light well before the warm-up is over, and not one at nearly every visit
        share, effect = tables["mistakes"].get("mistake_share", 0.08), tables["mistakes"].get("listening_effect", 1.0)
        tables["mistakes"] |= {
            "light_days": 0.5,
            "mistake_share": min(share, 0.15),
            "listening_effect": min(effect, 0.5),
        }


STEPS = ("greet", "listen", "acknowledge", "empathise", "summarise", "action_points")


def load_of(scenario: Scenario) -> tuple[float, float]:
    """(load, agents' hours there in a week), as `servsim check --json` has them."""
    answer = outlook(scenario, "random").to_dict()
    return answer["load"], answer["staffed_hours_per_week"]


def desk(number: int) -> Scenario:
    """A random desk that is busy and has time to spare, for as many weeks as bring some thousand visits."""
    rng = np.random.default_rng([65, number])
    while True:
        with suppress(ScenarioError):
            tables = predictable(drawn_settings(rng, storm=False), rng)
            load, there = load_of(checked(tables, "random"))
            if 0 < load < math.inf and there > 1:
                break
    scale = float(rng.uniform(0.2, 0.6)) / load
    demand = tables["demand"]
    demand["prospects_per_hour"] = demand.get("prospects_per_hour", 2.0) * scale
    demand["opening_book"] = round(demand.get("opening_book", 0) * scale)
    if "internal" in tables:
        tables["internal"]["requests_per_hour"] = tables["internal"].get("requests_per_hour", 1.0) * scale
    visits = outlook(checked(tables, "random"), "random").to_dict()["visits_per_week"]
    weeks = min(400, max(4, round(VISITS / max(visits, 1.0))))
    return checked(
        {**tables, "horizon": {"weeks": 1.0 + weeks + weeks // 4, "warmup_weeks": 1.0 + weeks // 4}}, "random"
    )


@pytest.mark.nightly
@pytest.mark.parametrize("number", range(200))
def test_agents_are_at_work_for_as_long_as_is_planned(number):
    scenario = desk(number)
    load, there = load_of(scenario)
    found = servsim.run(scenario, replications=REPLICATIONS, controls=False)
    at_desk = np.nansum([found.sample(name) for name in WORK], axis=0) / WEEKS_PER_MONTH
    worked = found.sample("occupancy") * at_desk
    error = worked.std(ddof=1) / math.sqrt(REPLICATIONS)
    assert abs(worked.mean() - load * there) <= SURE * error + SLACK * load * there
