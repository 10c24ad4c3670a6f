"""What is to be best, and what must be kept to: metrics by their names."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from servsim.errors import ScenarioError
from servsim.scenario.read import place_of, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.scenario.tables.money_horizon_levers import Evaluate
from servsim.study.metrics import BY_NAME, NAMES
from servsim.study.yearly_projection import YEARLY_NAMES, looks_ahead, yearly
from servsim.units import DAYS_PER_YEAR

CONSTRAINT = re.compile(r"\s*(\w+)\s*(<=|>=)\s*(today|[-+]?[\d_.]+(?:[eE][-+]?\d+)?)\s*(%?)\s*", re.ASCII)
TODAY, VALUE = "today", "value"
A_MOMENT = 1e-6
"""In years: less than this is a rounding of floats."""
SHARES = (
    "occupancy", "retention", "retention_rate", "first_contact_resolution", "service_level", "service_level_served",
    "waited_within_target",
)  # fmt: skip
"""Metrics that are shares although their names do not end so."""


def is_share(metric: str) -> bool:
    """Is this metric read as a percentage?"""
    return metric in SHARES or metric.endswith("_share")


def known_metric(name: str, asker: str, verb: str = "is") -> str:
    """The name of a metric; ScenarioError with the nearest one where there is none of that name."""
    if name in BY_NAME:
        return name
    near = get_close_matches(name, NAMES, n=1)
    hint = f" Did you mean {near[0]}?" if near else " `servsim run` shows them all."
    raise ScenarioError([f'{asker} {verb} "{name}"; it must be the name of a metric.{hint}'])


def direction(name: str, asker: str = "evaluate.objective") -> int:
    """1 where more of a metric is better, −1 where less is; ScenarioError where neither is."""
    better = BY_NAME[known_metric(name, asker)].better
    if better == 0:
        raise ScenarioError([f'{asker} is "{name}"; it must be a metric of which more, or less, is better.'])
    return better


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of some replications of a scenario: (replications, metrics) of the window, (replications, months,
    COLUMNS) of years.

    No months where nobody asked for them.
    """

    metrics: np.ndarray
    months: np.ndarray

    @cached_property
    def years(self) -> np.ndarray:
        """(replications, years, YEARLY) the metrics of every whole year."""
        return yearly(self.months)

    def first(self, replications: int) -> "Seen":
        """So many of them, from the first on."""
        return Seen(self.metrics[:replications], self.months[:replications])


@dataclass(frozen=True)
class Constraint:
    """A metric that must not be above, or not below, a bound; the bound may be what the metric is today.

    year: of which year it is, from 1 on; None: of the window. A constraint as it is written is of the window, and of
    every later year that is simulated (`and_of_years`).
    """

    text: str
    metric: str
    above: bool
    bound: float | None
    year: int | None = None

    def and_of_years(self, years: int, window: float) -> "list[Constraint]":
        """The constraint in the window, so many years long, and in each year, but for one that is the window."""
        known = range(1, years + 1) if self.metric in YEARLY_NAMES else range(0)
        own = [year for year in known if year > 1 or abs(window - 1) > A_MOMENT]
        return [self, *(replace(self, year=year) for year in own)]

    def sample(self, replications: Seen) -> np.ndarray:
        """(replications,) the metric in each replication, in the constraint's time."""
        if self.year is None:
            return replications.metrics[:, NAMES.index(self.metric)]
        return replications.years[:, self.year - 1, YEARLY_NAMES.index(self.metric)]

    def slack(self, replications: Seen, today: Seen) -> np.ndarray:
        """(replications,) by how much the constraint is kept in each replication; today: the same replications as they
        are today.

        A metric that is undefined in a replication breaks nothing there.
        """
        bound = self.sample(today) if self.bound is None else self.bound
        slack: np.ndarray = np.nan_to_num((self.sample(replications) - bound) * (1 if self.above else -1))
        return slack

    def require(self, tables: Sequence[np.ndarray], today: np.ndarray) -> None:
        """ScenarioError where the metric is defined in no replication of these (replications, metrics), or not as it is
        today.
        """
        looked_at = np.concatenate(tables) if self.bound is not None else today
        if len(looked_at) and not np.isfinite(looked_at[:, NAMES.index(self.metric)]).any():
            raise ScenarioError([
                f'a constraint is "{self.text}", but {self.metric} is not defined in this scenario; it must be of a '
                "metric that `servsim run` shows."
            ])  # fmt: skip

    def scale(self, today: Seen) -> float:
        """The size of the bound, of which a tolerance is a share; today: replications as they are today."""
        size = abs(float(np.nanmean(self.sample(today))) if self.bound is None else self.bound)
        return size or 1.0


def asks_years(asked: Evaluate) -> bool:
    """Does a question need money over the years: is it after value, or bound to it?"""
    return asked.objective == VALUE or any(constraint(text).metric == VALUE for text in asked.constraints)


def constraints_of(
    scenario: Scenario, asked: Evaluate, asker: str = "evaluate.constraints", far: bool = False
) -> list[Constraint]:
    """The constraints of a question: as written, of the window, and where years are simulated, of every year too."""
    written = [constraint(text, asker) for text in asked.constraints]
    if not ((far or asks_years(asked)) and looks_ahead(scenario)):
        return written
    years, window = int(scenario.horizon.years + A_MOMENT), scenario.horizon.weeks * 7 / DAYS_PER_YEAR
    return [own for each in written for own in each.and_of_years(years, window)]


def constraint(text: str, asker: str = "evaluate.constraints") -> Constraint:
    """A constraint as it is written; ScenarioError where it cannot be read."""
    match = CONSTRAINT.fullmatch(text)
    if match is None or not (number_like(match[3]) or (match[3] == TODAY and not match[4])):
        raise ScenarioError([
            f'{asker} has "{text}"; it must be METRIC <= BOUND or METRIC >= BOUND, such as "abandoned_share <= 5 %", '
            '"wait_mean <= 4" or "investment_hours <= today".'
        ])  # fmt: skip
    metric = known_metric(match[1], asker, "has")
    bound = None if match[3] == TODAY else bound_of(metric, float(match[3]), bool(match[4]), f'{asker} has "{text}"')
    return Constraint(text.strip(), metric, match[2] == ">=", bound)


def bound_of(metric: str, number: float, percent: bool, says: str) -> float:
    """The bound of a metric; ScenarioError where it is a percentage of what is no share, or a share above 1."""
    if percent and not is_share(metric):
        raise ScenarioError([f"{says}; {metric} is no share: its bound must be a number without %, or today."])
    if not percent and is_share(metric) and number > 1:
        raise ScenarioError([f"{says}; {metric} is a share, at most 1: write {number:g} % or {number / 100:g}."])
    return number / 100 if percent else number


def number_like(text: str) -> bool:
    """Can this be read as a number?"""
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_question(file: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario whose questions name metrics that there are; ScenarioError with the place of those they do not."""
    scenario = read_scenario(file, overrides)
    messages = []
    for path, check in checks_of(scenario):
        try:
            check()
        except ScenarioError as error:
            place = place_of(file, overrides, path)
            messages += [f"{place}: {message}" for message in error.messages]
    if messages:
        raise ScenarioError(messages)
    return scenario


def checks_of(scenario: Scenario) -> Iterator[tuple[tuple[str, str], Callable[[], object]]]:
    """Where the questions of a scenario name metrics, and what refuses those that there are not."""
    levers = scenario.optimise
    for table, asked in (("evaluate", scenario.evaluate), ("optimise", levers)):
        if asked.objective is not None:
            yield (table, "objective"), partial(direction, asked.objective, f"{table}.objective")
        for text in asked.constraints or ():
            yield (table, "constraints"), partial(constraint, text, f"{table}.constraints")
    for name in levers.front or ():
        yield ("optimise", "front"), partial(direction, name, "optimise.front")
