"""How large a question of the page may be: much smaller than what the command line allows, so that it stays quick."""

from collections.abc import Iterable
from functools import lru_cache

from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.study.cost_estimate import affordable, replications_of_levels, replications_of_race, weeks_told
from servsim.study.execution.replications import Experiment
from servsim.study.expected_visits import weekly_visits
from servsim.study.yearly_projection import looks_ahead

VISITS_OF_A_WORLD = 4_000_000
"""Visits of one replication at most, in all its years: about six seconds, in which it can be stopped every four weeks.
"""
VISITS_AT_MOST = 500_000_000
"""Visits of all replications of a question at most, before the search for the best begins."""
REPLICATIONS_AT_MOST = 5_000
"""Replications of a question at most, the search for the best included."""
LEVELS_AT_MOST = 60
"""Levels of a curve at most."""
BOOK_AT_MOST = 200_000
"""Customers of an opening book at most."""
TURNS_AT_MOST = 5_000_000
"""How often agents may turn away, rest and be asked for something in one replication."""
FILMED_AT_MOST = 4_000
"""Visits of a day that a film can show."""
REMEMBERED = 512
"""Scenarios of which the size is remembered."""


def bounded(scenarios: Iterable[Scenario], name: str) -> None:
    """Nothing, if the page can answer for these scenarios; else ScenarioError with what is too large."""
    for scenario in scenarios:
        asked, weeks = scenario.evaluate, weeks_told(scenario)
        replications = replications_of_levels(scenario)
        at_most(LEVELS_AT_MOST, len(asked.levels), "levels", "name fewer in evaluate.levels")
        at_most(REPLICATIONS_AT_MOST, replications, "replications", "lower evaluate.replications")
        at_most(
            REPLICATIONS_AT_MOST, replications_of_race(scenario), "replications", "lower evaluate.budget_replications"
        )
        at_most(BOOK_AT_MOST, scenario.demand.opening_book, "customers", "lower demand.opening_book")
        at_most(TURNS_AT_MOST, turns(scenario) * weeks, "turns of agents and colleagues in each replication",
                f"raise staff.attentive_minutes, or lower {lasting(scenario)}")  # fmt: skip
        visits = visits_a_week(Experiment(scenario, 1, "fast"), name) * weeks
        at_most(VISITS_OF_A_WORLD, visits, "visits in each replication", f"lower demand or {lasting(scenario)}")
        at_most(VISITS_AT_MOST, visits * replications, "visits in all replications",
                f"lower demand, {lasting(scenario)} or "
                "evaluate.replications")  # fmt: skip


def lasting(scenario: Scenario) -> str:
    """The setting that says how long a replication lasts."""
    return "horizon.years" if looks_ahead(scenario) else "horizon.weeks"


def at_most(limit: int, number: float, what: str, way_out: str) -> None:
    """ScenarioError where a number of things is above its limit."""
    if number > limit:
        raise ScenarioError([
            f"This is too large for the page: about {number:,.0f} {what}, where the limit is {limit:,}; {way_out}, or "
            "use the command line, which allows more."
        ])  # fmt: skip


@lru_cache(REMEMBERED)
def visits_a_week(experiment: Experiment, name: str) -> float:
    """Visits a week to reckon with; ScenarioError where word of mouth would grow without end."""
    scenario = experiment.scenario
    affordable(scenario, name, 1)
    return weekly_visits(scenario, weeks_told(scenario))


def turns(scenario: Scenario) -> float:
    """How often a week agents and managers turn away and back, at most, and how often colleagues ask."""
    staff, manager, internal = scenario.staff, scenario.manager, scenario.internal
    roster = staff.roster.model_dump(exclude_none=True).values() if staff.roster else ()
    exceptional = [most for each in scenario.exceptions for most in each.roster or ()]
    agents = max([staff.agents, *(most for counts in roster for most in counts), *exceptional])
    hours = sum(end - start for day in range(7) for start, end in scenario.opening.spans(day)) / 60
    spells = 60 / (staff.attentive_minutes + staff.inattentive_minutes) if staff.inattentive_minutes else 0.0
    spells += 60 / (staff.break_after_minutes + staff.break_minutes) if staff.break_minutes else 0.0
    away = manager.managers * 60 / (manager.manager_free_minutes + manager.manager_away_minutes) if manager else 0.0
    return hours * (
        2 * agents * staff.availability * spells + 2 * away + (internal.requests_per_hour if internal else 0.0)
    )


def filmed(scenario: Scenario, name: str) -> None:
    """Nothing, if a film can show a day of this desk; else ScenarioError."""
    days = sum(bool(scenario.opening.spans(day)) for day in range(7))
    visits = visits_a_week(Experiment(scenario, 1, "fast"), name) / days
    if visits > FILMED_AT_MOST:
        raise ScenarioError([f"About {visits:,.0f} visits come on a day; a film can show {FILMED_AT_MOST:,} at most."])
