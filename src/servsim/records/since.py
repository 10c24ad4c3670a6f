"""`fit --since`: what newer records say otherwise than a scenario that was fitted to older ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from servsim.errors import ServsimError, insist_whole
from servsim.records.days import days_of
from servsim.records.desk import known
from servsim.records.draws import OF_MONTHS, drawn
from servsim.records.estimates import settings_from, usual_week
from servsim.records.fit import care_of, insist_core, insist_services, less_the_book
from servsim.records.read import Records, read_records
from servsim.records.tallies import tallied
from servsim.scenario.read import read_scenario, value_at
from servsim.scenario.scenario import Scenario
from servsim.scenario.uncertain_draws import drawn_settings

BY_CHANCE = 3.0
"""Standard errors that two fits of one desk may differ by: of a dozen settings, one does so in thirty comparisons."""


@dataclass(frozen=True)
class Change:
    """A setting before, in the scenario, and now, in newer records.

    by_chance: how far these may differ though nothing has changed.
    """

    key: str
    before: float
    now: float
    by_chance: float

    @property
    def is_shown(self) -> bool:
        """Is it more than chance?"""
        return abs(self.now - self.before) > self.by_chance


@dataclass(frozen=True)
class Since:
    """Newer records beside a scenario: what both tell, in the order of the draws."""

    name: str
    records: Records
    changes: tuple[Change, ...]


def since(
    *files: Any,
    scenario: str | Path | Scenario,
    columns: Mapping[str, str] | None = None,
    dates: str | None = None,
    draws: int = 200,
    seed: int = 1,
) -> Since:
    """Compare newer records with a scenario that `fit` has made.

    Files, columns, dates, draws and seed as for `fit`. Raises ServsimError with what is wrong with a file, or where the
    scenario has no joint draws. How many agents were there is not compared: that is the roster's.
    """
    insist_whole("draws", draws, 2, 10_000)
    name = scenario.title if isinstance(scenario, Scenario) else str(scenario)
    older = scenario if isinstance(scenario, Scenario) else read_scenario(scenario)
    before = drawn_settings(older.uncertain)
    if not before:
        raise ServsimError(f"{name} has no joint draws; --since needs a scenario that servsim fit has made.")
    records = read_records(files, columns, dates)
    days = days_of(records.visits)
    tallies, care = tallied(records.visits, days), care_of(older)
    insist_services(records, int(tallies.services[0].sum()))
    alike = np.ones(len(tallies.counts))
    now = known(settings_from(tallies, alike, care), records)
    insist_core(now, care)
    now, samples = less_the_book(
        now, usual_week(tallies, alike)[1].sum(), drawn(tallies, care, draws, None, seed), older
    )
    both = [key for key in samples if key in before and key in now]
    return Since(name, records, tuple(
        Change(key, value_at(older, key), now[key], BY_CHANCE * error(key, samples[key], before[key]))
        for key in both
    ))  # fmt: skip


def error(key: str, now: np.ndarray, before: list[float]) -> float:
    """The standard error of a difference between two fits.

    Draws of what months move hold the months' differences, too, which are changes as well; such a setting is taken to
    have been as well known before as it is now.
    """
    older = now if key in OF_MONTHS else np.asarray(before)
    return float(np.hypot(now.std(), older.std()))
