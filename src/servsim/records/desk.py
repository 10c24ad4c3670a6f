"""A desk estimated from some of the days of its records."""

from dataclasses import dataclass

import numpy as np

from servsim.records.calibration import Availability, calibrated
from servsim.records.estimates import NO_CARE, Care, hour_factors, settings_from, usual_week
from servsim.records.read import Records
from servsim.records.replay import Hours
from servsim.records.staff import Presence, presences
from servsim.records.tables import demand_lists, rounded
from servsim.records.tallies import Tallies
from servsim.records.visits import Visits

FLAT = 0.03
"""Between factors of hours that differ by no more, no profile is made."""


@dataclass(frozen=True, eq=False)
class Desk:
    """What days of a log say.

    tallies, hours: the days. settings: those that are one number, care taken out of the transaction. lived: the same
    with care left in, as days are lived again, which had it. core_profile: 24 factors, None where hours do not differ.
    """

    tallies: Tallies
    hours: Hours
    settings: dict[str, float]
    lived: dict[str, float]
    core_profile: list[float] | None
    availability: Availability

    @property
    def week(self) -> tuple[np.ndarray, np.ndarray]:
        """(7, hours) visits on each weekday, and hours open."""
        return usual_week(self.tallies, np.ones(len(self.tallies.counts)))

    @property
    def demand_lists(self) -> dict[str, list[float]]:
        """profile and weekday_profile."""
        return demand_lists(*self.week)

    @property
    def agents(self) -> np.ndarray:
        """(days, hours) agents there for visitors."""
        found: np.ndarray = self.availability.presence.counts * self.availability.factor
        return found


def desk_of(records: Records, visits: Visits, tallies: Tallies, hours: Hours, care: Care) -> Desk:
    """The desk that days of a log show; visits: those of the days."""
    ones = np.ones(len(tallies.counts))
    settings, lived = (known(settings_from(tallies, ones, own), records) for own in (care, NO_CARE))
    number, total, square = (one.sum(axis=0) for one in tallies.services)
    profile = rounded(hour_factors(number, total, square), 3) if number.sum() > 1 else None
    if profile is not None and max(profile) - min(profile) < FLAT:
        profile = None
    readings = presences(records, visits, tallies, lived)
    return Desk(tallies, hours, settings, lived, profile, calibrated(readings, tallies.days, hours, lived, profile))


def known(settings: dict[str, float], records: Records) -> dict[str, float]:
    """Settings without patience where the records look generated, for then it says nothing of people."""
    if not records.signs_of_making:
        return settings
    return {key: value for key, value in settings.items() if not key.startswith("waiting.")}


def presence_on(desk: Desk, records: Records, visits: Visits, tallies: Tallies) -> Presence:
    """Who was there on other days, read as it was on the desk's own."""
    used = desk.availability.presence
    readings = presences(records, visits, tallies, desk.lived)
    return next((one for one in readings if (one.source, one.gap) == (used.source, used.gap)), readings[0])
