"""What a question would cost, estimated before it is asked."""

from servsim.engine_parameters import horizon_of, window_of
from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.study.execution.replications import open_share, piece_of
from servsim.study.expected_happenings import ROWS_PER_VISIT, remembered, weekly_happenings
from servsim.study.expected_visits import reproduction
from servsim.study.objective import asks_years
from servsim.study.yearly_projection import looks_ahead
from servsim.units import WEEK

VISITS_AT_MOST = 2_000_000_000
"""Visits that one command simulates at most: about half an hour of the compiled loop."""
ROWS_EACH = 2
"""Rows that a lapse of attention, a break, a call leaves in the trace."""
BYTES_AT_MOST = 4_000_000_000
"""Memory that one replication may need at most."""
BYTES_PER_CUSTOMER = 400
"""At the peak, when stock is taken of the book."""
BYTES_PER_ROW = 80
"""Of the piece of the trace that is held in memory, and of what it is put together from."""


def affordable(
    scenario: Scenario, file: str, replications: int | None, scenarios: int = 1, far: bool = True
) -> Scenario:
    """The scenario, if it ends, and fits time and memory; else ScenarioError with the estimates.

    far: whether replications go on until the end of the years, where money means something there.
    """
    brings = reproduction(scenario)
    if brings >= 1.0 and scenario.word_of_mouth and scenario.word_of_mouth.potential_customers == 0:
        raise ScenarioError([
            f"{file}: word of mouth would grow without end: every newcomer would bring about {brings:.2f} others; "
            "lower word_of_mouth.praises, mentions or referral_share, or say in word_of_mouth.potential_customers how "
            "many there are."
        ])  # fmt: skip
    total = (replications or scenario.evaluate.replications) * scenarios
    weeks = weeks_told(scenario, far)
    happening = weekly_happenings(scenario, weeks)
    rows = sum(each.rows for each in happening)
    most, limit = max(happening, key=lambda each: each.rows), VISITS_AT_MOST * ROWS_PER_VISIT
    if rows * weeks * total > limit:
        each = ROWS_PER_VISIT if most.name == "visits" else ROWS_EACH
        one = most.rows * weeks / each
        raise ScenarioError([
            f"{file}: this would simulate about {one * total:.2g} {most.name} ({total} replications of {one:.2g}); "
            f"the limit is {limit / each:.2g}; lower {most.settings}, {lengths(scenario, far)}, replications or the "
            "budget."
        ])  # fmt: skip
    memory = BYTES_PER_CUSTOMER * remembered(scenario, weeks) + BYTES_PER_ROW * rows_at_once(scenario, rows, weeks)
    if memory > BYTES_AT_MOST:
        raise ScenarioError([
            f"{file}: one replication would need about {memory / 1e9:.1f} GB of memory; the limit is "
            f"{BYTES_AT_MOST / 1e9:.0f} GB; lower demand.opening_book or demand.prospects_per_hour."
        ])  # fmt: skip
    return scenario


def rows_at_once(scenario: Scenario, rows: float, weeks: float) -> float:
    """Rows of a piece of the trace at most, of so many a week: as many as in open hours, or as there are in all."""
    dense = rows / open_share(scenario)
    return min(dense * piece_of(dense) / WEEK, rows * weeks)


def weeks_told(scenario: Scenario, far: bool = True) -> float:
    """How many weeks a replication is told: where far, to the end of its years, if money over the years means
    something.
    """
    return (horizon_of(scenario) if far and looks_ahead(scenario) else window_of(scenario)) / WEEK


def lengths(scenario: Scenario, far: bool) -> str:
    """The settings that say how long a replication lasts."""
    return "horizon.years, horizon.weeks" if far and looks_ahead(scenario) else "horizon.weeks"


def affordable_evaluation(scenario: Scenario, file: str, replications: int | None, more: int = 0) -> Scenario:
    """The same where levels are compared, and so many `more` scenarios are simulated beside them."""
    beside = more * (replications or scenario.evaluate.replications)
    return affordable(
        scenario, file, 1, replications_of_evaluation(scenario, replications) + beside, asks_years(scenario.evaluate)
    )


def replications_of_evaluation(scenario: Scenario, replications: int | None = None) -> int:
    """Replications that comparing levels takes at most: those that every level begins with, or the whole budget of a
    race.
    """
    return max(replications_of_levels(scenario, replications), replications_of_race(scenario, replications))


def replications_of_levels(scenario: Scenario, replications: int | None = None) -> int:
    """Replications of all levels before a race; where their number is left to the contest, a pilot's among them."""
    from servsim.study.one_lever.race import FIRST_REPLICATIONS, PILOT_REPLICATIONS, looks_sparingly

    spares = replications is None and looks_sparingly(scenario, scenario.evaluate)
    each = PILOT_REPLICATIONS + FIRST_REPLICATIONS if spares else replications or scenario.evaluate.replications
    return each * levels_at_most(scenario)


def replications_of_race(scenario: Scenario, replications: int | None = None) -> int:
    """The whole budget of a race, the replications it begins with included; 0 where there is none."""
    from servsim.study.one_lever.race import PILOT_REPLICATIONS, RACE_REPLICATIONS, looks_sparingly

    asked = scenario.evaluate
    spares = replications is None and looks_sparingly(scenario, asked)
    if spares and "budget_replications" not in asked.model_fields_set:
        return PILOT_REPLICATIONS * levels_at_most(scenario) + RACE_REPLICATIONS
    return asked.budget_replications if spares or asked.smallest_difference else 0


def levels_at_most(scenario: Scenario) -> int:
    """Levels that an evaluation compares: those named, finer ones, and today's where it is not among them."""
    return len(scenario.evaluate.levels) + scenario.evaluate.finer + 1
