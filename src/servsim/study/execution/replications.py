"""Engines by name, and the replications of a scenario under one seed: one told, counted, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from servsim.engine_parameters import horizon_of, in_world, to_sheet
from servsim.errors import ServsimError
from servsim.event_codes import Happening
from servsim.model.trace import Engine, stops_of
from servsim.opening_hours_and_rates import open_minutes
from servsim.scenario.scenario import Scenario
from servsim.study.control_variates import CONTROLS, Controls
from servsim.study.daily_totals import ALL, OF_MONEY, Days
from servsim.study.expected_happenings import weekly_happenings
from servsim.study.expected_visits import weekly_visits
from servsim.study.metrics import NAMES, OWN, Metric, UserMetric, insist_number, metrics, own_metrics
from servsim.study.metrics import Listener as Hears
from servsim.study.replication_totals import Reading
from servsim.study.scenario_identity import digest_of, fingerprint, machine, model_version, settings_of
from servsim.study.trace_totals import Tally
from servsim.study.yearly_projection import COLUMNS, looks_ahead
from servsim.units import HOUR, WEEK

PIECE = 4 * WEEK
"""How much of a trace is held in memory at once, where little happens in a week."""
ROWS_IN_PIECE = 60_000
"""Rows that a piece is to have at most: so few stay in the processor's cache until the last has counted them."""

REFERRED_AT_MOST, REFERRED_FOR_EACH = 20_000, 20
"""Referred prospects in a replication at most: so many, and so many for each visit that was to be expected."""


def engine_named(name: Engine) -> Any:
    """The module that tells the story: `pieces(sheet, length)` and `simulate(sheet)`."""
    return import_module(f"servsim.model.{name}")


def warmup_of(scenario: Scenario) -> int:
    """The tick from which on metrics count."""
    return round(scenario.horizon.warmup_weeks * WEEK)


def open_share(scenario: Scenario) -> float:
    """Share of the week in which the doors are open, and nearly everything happens."""
    return float(open_minutes(scenario).mean())


def piece_of(rows: float) -> int:
    """How long a piece of a trace is that has so many rows a week, were it open all week, in ticks.

    Whole hours, four weeks at most.
    """
    return int(min(PIECE, max(1, ROWS_IN_PIECE * (WEEK // HOUR) // max(rows, 1.0)) * HOUR))


class Listener(Protocol):
    """Whoever wants to hear a replication as it is told."""

    def add(self, rows: np.ndarray) -> None:
        """Hear one more piece of its window; no rows where it is beyond."""

    def beyond(self, rows: np.ndarray) -> None:
        """Hear one more piece of the years after the window."""


class Telling:
    """One replication of a scenario, told by an engine and counted as it is told: until some instant, and on from
    there.

    A listener hears its window, too. far: whether it goes on after the window until the end of the years. Of that, only
    days are counted. told: the instant until which it is told; end: the one at which it ends.
    """

    def __init__(
        self,
        scenario: Scenario,
        sheet: np.ndarray,
        seed: int,
        replication: int,
        engine: Engine,
        listener: Listener | None = None,
        far: bool = False,
        piece: int = PIECE,
    ) -> None:
        """Nothing is told yet. piece: how much of the trace is held in memory at once, in ticks."""
        world = in_world(sheet, seed, replication, horizon_of(scenario) if far else None)
        self.scenario, self.listener, self.far = scenario, listener, far
        self.tally = Tally(world, warmup_of(scenario), ALL if far else OF_MONEY)
        self.years = self.tally.days
        self.told, self.end, self.referred = 0, int(world[0]["end"]), 0
        self.has_word_of_mouth = bool(world["word_of_mouth_on"].any())
        length = min(piece, WEEK if self.has_word_of_mouth else PIECE)
        self.pieces = zip(stops_of(world, length), engine_named(engine).pieces(world, length), strict=True)

    def go_on(self, until: int) -> None:
        """Tell on until an instant, or a little longer: to the end of the piece that it is in."""
        if self.told < until:
            for stop, rows in self.pieces:
                self.count(stop, rows)
                if until <= stop < self.end:
                    break

    def count(self, until: int, rows: np.ndarray) -> None:
        """Count one more piece, which goes until an instant."""
        tally = self.tally
        (tally if until <= tally.end else self.years).add(rows)
        if self.listener is not None:
            in_window = until <= tally.end
            self.listener.add(rows[: len(rows) if in_window else 0])
            self.listener.beyond(rows[: 0 if in_window else len(rows)])
        if until == tally.end:
            self.years = self.years.longer(self.end)
            tally.close()
        if self.has_word_of_mouth:
            self.referred += int(np.count_nonzero(rows[:, 1] == Happening.REFERRED))
            if self.referred > REFERRED_AT_MOST:
                watch(self.referred, weekly_visits(self.scenario) * until / WEEK, -(-until // WEEK))
        self.told = until

    def reading(self) -> Reading:
        """What was counted of a replication that is told to its end."""
        self.years.close()
        return Reading(self.tally, self.scenario, self.years if self.far else None)

    def reading_until(self, end: int) -> Reading:
        """What would have been counted if it had ended at an instant after the window, but for single customers.

        It must be told until then, and then be the end, or lie between two days. The world can go on.
        """
        days = Days(self.years.sheet, end)
        days.rows[:] = self.years.rows[: len(days.rows)]
        days.here_since[:] = self.years.here_since
        days.close()
        return Reading(self.tally, self.scenario, days)


def counted(
    scenario: Scenario,
    sheet: np.ndarray,
    seed: int,
    replication: int,
    engine: Engine,
    listener: Listener | None = None,
    far: bool = False,
    piece: int = PIECE,
) -> Reading:
    """One replication of a scenario, told to its end by an engine and counted as it is told (`Telling`)."""
    telling = Telling(scenario, sheet, seed, replication, engine, listener, far, piece)
    telling.go_on(telling.end)
    return telling.reading()


def watch(referred: int, expected: float, week: int) -> None:
    """Stop a replication in which word of mouth grows without end: ServsimError with what it has brought."""
    if referred > REFERRED_AT_MOST + REFERRED_FOR_EACH * expected:
        raise ServsimError(
            f"stopped: by week {week} word of mouth had brought {referred:,} prospects, where {expected:,.0f} visits "
            "were to be expected in all: it grows without end. Lower word_of_mouth.praises, mentions or "
            "referral_share, or word_of_mouth.potential_customers."
        )


SHEETS_AT_HAND = 64
"""How many sheets are kept, a third of a megabyte each."""

NOBODYS = np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0, np.int64)
"""Fate, spending and stay of nobody."""
NO_MONTHS = np.empty((0, len(COLUMNS)))
"""Months where nobody asked for them."""
UNCONTROLLED = np.zeros(0)
"""Controls where there are none."""

Halted = Callable[[], bool]
"""Asked between two pieces of a replication: is nobody waiting for it any more?"""


class WorldHaltedError(Exception):
    """Nobody waits for this replication any more."""


@dataclass(frozen=True)
class Job:
    """One replication to simulate: of which of the scenarios at hand, and which replication."""

    scenario: int
    replication: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a replication.

    metrics: (metrics,) those of NAMES, and a user's own. own: (segments, own metrics). controls: (controls,). fate,
    spent: (opening book,) the reason each customer was lost for in the window, and the millionths of money that each of
    them spent; stayed: the ticks that each of them was in the book, both as far as the world went. months: (months,
    COLUMNS) all years. Controls, what is told of customers, and months are empty where nobody asked for them.
    """

    job: Job
    metrics: np.ndarray
    own: np.ndarray
    controls: np.ndarray
    fate: np.ndarray
    spent: np.ndarray
    stayed: np.ndarray
    months: np.ndarray


@dataclass(frozen=True, eq=False)
class Experiment:
    """All replications of a scenario under a seed as an engine tells them, one for each replication number."""

    scenario: Scenario
    seed: int
    engine: Engine
    controlled: bool = False
    """Whether controls are added up, too."""
    far: bool = False
    """Whether replications go on until the end of the years, where money means something there."""
    metrics: tuple[UserMetric, ...] = ()
    """A user's own, which no store keeps."""

    @cached_property
    def digest(self) -> str:
        """The fingerprint of the scenario's settings."""
        return digest_of(self.scenario)

    @cached_property
    def key(self) -> str:
        """A fingerprint of everything that a replication's metrics depend on, beside its number."""
        return fingerprint([settings_of(self.scenario), self.seed, self.engine, *kind_of_answers()])[:32]

    def simulated(self, job: Job, customers: bool = True, halted: Halted | None = None) -> Outcome:
        """What comes of one replication; customers: whether each customer's fate and spending is told, too."""
        controls = self.controls(job) if self.controlled else None
        heard = {metric: metric() for metric in self.metrics if not isinstance(metric, Metric)}
        listener = Listening(controls, halted, tuple(heard.values()), warmup_of(self.scenario))
        reading = counted(
            self.scenario, sheet_of(self), self.seed, job.replication, self.engine, listener, self.goes_on, self.piece
        )
        own = [
            insist_number(metric, metric.read(reading) if isinstance(metric, Metric) else heard[metric].read())
            for metric in self.metrics
        ]
        return outcome_of(job, reading, controls, customers, own)

    @cached_property
    def goes_on(self) -> bool:
        """Do replications go on after the window?"""
        return self.far and looks_ahead(self.scenario)

    @cached_property
    def piece(self) -> int:
        """How much of a trace is held in memory at once, in ticks."""
        rows = sum(each.rows for each in weekly_happenings(self.scenario, self.scenario.horizon.weeks))
        return piece_of(rows / open_share(self.scenario))

    def controls(self, job: Job) -> Controls:
        """What adds up the controls of one replication."""
        return Controls(in_world(sheet_of(self), self.seed, job.replication), warmup_of(self.scenario))

    def __eq__(self, other: object) -> bool:
        """Replications are the same where their keys are."""
        return isinstance(other, Experiment) and self.key == other.key

    def __hash__(self) -> int:
        """By the key."""
        return hash(self.key)


@dataclass(frozen=True)
class Listening:
    """Hears a replication as it is told, for its controls and a user's own metrics; and stops it when nobody waits."""

    controls: Controls | None
    halted: Halted | None
    own: tuple[Hears, ...] = ()
    warmup: int = 0

    def add(self, rows: np.ndarray) -> None:
        """Hear one more piece; WorldHaltedError where it is to be the last."""
        if self.halted is not None and self.halted():
            raise WorldHaltedError
        if self.controls is not None:
            self.controls.add(rows)
        for each in self.own:
            each.add(rows[rows[:, 0] >= self.warmup])

    def beyond(self, rows: np.ndarray) -> None:
        """Hear one more piece of the years after the window."""
        for each in self.own:
            if getattr(each, "whole", False):
                each.add(rows.copy())


def outcome_of(
    job: Job, reading: Reading, controls: Controls | None, customers: bool, own: Sequence[float] = ()
) -> Outcome:
    """What a replication comes to as it was counted."""
    sums = controls.sums if controls else UNCONTROLLED
    days = reading.years or reading.tally.days
    told = (reading.tally.fate, days.spent, days.stayed) if customers else NOBODYS
    found = np.append(metrics(reading) + 0.0, own)
    return Outcome(job, found, own_metrics(reading) + 0.0, sums, *told, reading.months)


def kind_of_answers() -> list[Any]:
    """What two processes must have in common for the answers of one to be those of the other."""
    return [model_version(), machine(), [*NAMES], [own.name for own in OWN], [*CONTROLS], [*COLUMNS]]


@lru_cache(SHEETS_AT_HAND)
def sheet_of(experiment: Experiment) -> np.ndarray:
    """The sheet of a scenario, made once for many of its replications."""
    return to_sheet(experiment.scenario)
