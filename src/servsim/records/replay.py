"""Days lived again: a log's own calls and agents, and the fitted service and patience, hour by hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from servsim.event_codes import Happening
from servsim.records.days import PER_HOUR, Days
from servsim.records.tables import Raw, opening, with_settings
from servsim.records.tallies import HOURS
from servsim.records.visits import Visits
from servsim.scenario.scenario import Scenario
from servsim.study.histories.customers import TICK, VALUE, WHAT, World
from servsim.units import DAY, HOUR, TICKS_PER_SECOND

COPIES = 7
"""Times that a day is lived in one simulated week."""
ENDS = (Happening.STARTED, Happening.ABANDONED, Happening.SENT_HOME)
NAMES = ("came", "gone", "waited", "known", "waiting")
"""Of the tables of Hours."""
OWN = ("service.", "waiting.", "after_visit_work.", "staff.")
"""Settings that a day lived again has of the desk; who comes, and who serves, are the day's own."""


@dataclass(frozen=True, eq=False)
class Hours:
    """What happened to who came in each hour of some days, each (days, hours).

    came, gone: visits, and those of them who gave up. waited: seconds that all of known wait waited; known: how many
    these are; waiting: those of them who waited at all.
    """

    came: np.ndarray
    gone: np.ndarray
    waited: np.ndarray
    known: np.ndarray
    waiting: np.ndarray

    @property
    def gone_share(self) -> float:
        """Share who gave up, of all."""
        return float(self.gone.sum() / max(1.0, self.came.sum()))

    @property
    def wait(self) -> float:
        """Mean wait in seconds, of all."""
        return float(self.waited.sum() / max(1.0, self.known.sum()))

    def some(self, days: np.ndarray) -> "Hours":
        """Some of the days."""
        return Hours(self.came[days], self.gone[days], self.waited[days], self.known[days], self.waiting[days])


def hours_of(visits: Visits, days: Days) -> Hours:
    """What a log says of its usual days, in opening hours."""
    some = visits.on(days.day)
    day, quarter = np.searchsorted(days.day, some.day), (some.second // 900).astype(int)
    inside = days.open[days.weekday[day], quarter]
    return counted(
        len(days.day), day[inside], quarter[inside] // PER_HOUR, ~some.served[inside], some.wait[inside]
    )  # fmt: skip


def counted(days: int, day: np.ndarray, hour: np.ndarray, gone: np.ndarray, wait: np.ndarray) -> Hours:
    """Visits by the day and hour in which they came."""
    known = ~np.isnan(wait)

    def table(weight: np.ndarray) -> np.ndarray:
        return np.bincount(day * HOURS + hour, weights=weight, minlength=days * HOURS).reshape(days, HOURS)

    some = np.ones(len(day))
    return Hours(table(some), table(gone), table(np.nan_to_num(wait)), table(known), table(known & (wait > 0)))


def day_scenario(
    desk: Mapping[str, float],
    core_profile: list[float] | None,
    came: np.ndarray,
    agents: np.ndarray,
    opened: np.ndarray,
    segments: Sequence[Raw] = (),
) -> Scenario:
    """A day as a scenario: (quarters,) visits, agents and opening of its own, and the desk's other settings."""
    raw = {
        "title": "A day lived again",
        "opening": opening(np.tile(opened, (7, 1))),
        "demand": {
            "prospects_per_hour": max(1e-3, float(came.sum() / opened.sum() * PER_HOUR)),
            "profile": (came * opened).tolist() if came.any() else [1.0] * len(opened),
        },
        "staff": {"agents": 0, "roster": {"every_day": np.minimum(1000.0, np.round(agents, 2)).tolist()}},
        "service": {"core_profile": core_profile} if core_profile else {},
        "waiting": {"patience_distribution": "weibull"},
        "horizon": {"weeks": 1.0},
        **({"segments": list(segments)} if segments else {}),
    }
    own = {key: value for key, value in desk.items() if key.startswith(OWN) and key != "waiting.retry_probability"}
    return Scenario.model_validate(with_settings(raw, own))


def lived_again(scenario: Scenario, seed: int) -> Hours:
    """COPIES of a day, simulated."""
    world = World(scenario, seed)
    over = world.rows(lambda piece: np.isin(piece[:, WHAT], ENDS))
    came = over[:, TICK] - over[:, VALUE]
    gone = over[:, WHAT] != Happening.STARTED
    return counted(COPIES, came // DAY, came % DAY // HOUR, gone, over[:, VALUE] / TICKS_PER_SECOND)


def stacked(each: list[Hours]) -> Hours:
    """(days, copies, hours) of several days lived again."""
    return Hours(*(np.array([getattr(one, name) for one in each]) for name in NAMES))
