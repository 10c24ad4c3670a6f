"""A desk estimated from some of the days of its records."""

from dataclasses import dataclass

import numpy as np

from servsim.records.calibration import AVAILABILITY, Availability, calibrated, living, picked_of
from servsim.records.days import Days
from servsim.records.demand_over_the_week import Week, less_chance, week_of
from servsim.records.estimates import NO_CARE, Care, Settings, hour_factors, settings_from, usual_week
from servsim.records.kinds import are_better, segments_of
from servsim.records.read import Records
from servsim.records.replay import Hours
from servsim.records.staff import Presence, presences
from servsim.records.tables import Raw, rounded
from servsim.records.tallies import Tallies
from servsim.records.visits import Visits

FLAT = 0.03
"""Between factors of hours that differ by no more, no profile is made."""


@dataclass(frozen=True, eq=False)
class Desk:
    """What days of a log say.

    tallies, hours: the days. settings: those that are one number, care taken out of the transaction. lived: the same
    with care left in, as days are lived again, which had it. core_profile: 24 factors, None where hours do not differ.
    demand: who comes when, over a week. segments: kinds of visits, where hours come out better with them.
    """

    tallies: Tallies
    hours: Hours
    settings: dict[str, float]
    lived: dict[str, float]
    core_profile: list[float] | None
    availability: Availability
    demand: Week
    segments: tuple[Raw, ...] = ()

    @property
    def week(self) -> tuple[np.ndarray, np.ndarray]:
        """(7, hours) visits on each weekday, and hours open."""
        return usual_week(self.tallies, np.ones(len(self.tallies.counts)))


def desk_of(records: Records, visits: Visits, tallies: Tallies, hours: Hours, care: Care) -> Desk:
    """The desk that days of a log show; visits: those of the days."""
    ones = np.ones(len(tallies.counts))
    settings, lived = (known(settings_from(tallies, ones, own), records) for own in (care, NO_CARE))
    number, total, square = (one.sum(axis=0) for one in tallies.services)
    profile = rounded(hour_factors(number, total, square), 3) if number.sum() > 1 else None
    if profile is not None and max(profile) - min(profile) < FLAT:
        profile = None
    readings = presences(records, visits, tallies, lived)
    week = week_of(tallies.counts, tallies.days.weekday, tallies.days.open)
    came = less_chance(tallies.counts, tallies.days.weekday, week)
    found = calibrated(readings, tallies, came, hours, lived, profile)
    there = {AVAILABILITY: found.share} if found.matched else {}
    kinds = better_apart(visits, tallies.days, came, hours, lived, profile, found)
    return Desk(tallies, hours, settings | there, lived | there, profile, found, week, kinds)


def better_apart(
    visits: Visits,
    days: Days,
    came: np.ndarray,
    hours: Hours,
    lived: Settings,
    profile: list[float] | None,
    found: Availability,
) -> tuple[Raw, ...]:
    """Kinds of visits as segments, if hours come out better with them by more than noise."""
    segments = segments_of(visits, lived) if found.matched else []
    if not segments:
        return ()
    picked = picked_of(days)
    alike, apart = (living(days, came, found.presence, picked, profile, some) for some in ((), segments))
    return tuple(segments) if are_better(alike, apart, lived, found, hours.some(picked)) else ()


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
