"""Recovery: simulated desks, exported as their owners' records and fitted, are found again, also from worse records.

A long proof: `pytest -m nightly tests/test_records_recovery.py`; run as a script it writes docs/proof/records.md.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from servsim.records.fit import fit
from servsim.scenario.read import checked
from servsim.study.histories.customers import World
from servsim.study.histories.event_log import COLUMNS as EVENTS
from servsim.study.histories.event_log import events
from servsim.study.histories.owners_records import COLUMNS, owners_records

pytestmark = pytest.mark.nightly
DESKS, WEEKS, DRAWS = 20, 10.0, 100
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
TABLE = Path(__file__).parent.parent / "docs" / "proof" / "records.md"


def truth(number):
    """Settings of a desk, and how many agents it needs to be nearly full; every other desk has work after visits."""
    rng = np.random.default_rng(1000 + number)
    found = {
        "demand.prospects_per_hour": rng.uniform(15, 60), "demand.busyness_cv": rng.uniform(0.05, 0.25),
        "service.core_minutes": rng.uniform(2, 8), "service.core_cv": rng.uniform(0.5, 1.4),
        "waiting.patience_minutes": rng.uniform(2, 12), "waiting.patience_shape": rng.uniform(0.7, 1.5),
        "waiting.leave_at_once_share": rng.choice([0.0, 0.05, 0.1]),
    }  # fmt: skip
    load = found["demand.prospects_per_hour"] * found["service.core_minutes"] / 60
    agents = max(1, round(load * rng.uniform(0.85, 1.0)))
    if number % 2:
        found["after_visit_work.after_visit_minutes"] = rng.uniform(0.2, 2)
    found["staff.availability"] = 1.0
    return {key: float(value) for key, value in found.items()}, agents


@cache
def world(number):
    """Ten weeks of a desk."""
    settings, agents = truth(number)
    raw = {"opening": dict.fromkeys(WEEKDAYS, "08:00-18:00"), "demand": {}, "staff": {"agents": agents}, "service": {},
           "waiting": {"patience_distribution": "weibull"}, "horizon": {"weeks": WEEKS, "years": 1.0}}  # fmt: skip
    for key, value in settings.items():
        table, _, name = key.partition(".")
        raw.setdefault(table, {})[name] = value
    return World(checked(raw, "test"), number)


def frame(number, name):
    """One of the owner's files."""
    return pytest.importorskip("pandas").DataFrame(owners_records(world(number))[name], columns=COLUMNS[name])


def with_shifts(number):
    """Visits and shifts, as they are."""
    return [frame(number, "visits"), frame(number, "shifts")]


def visits_alone(number):
    """Visits without shifts."""
    return [frame(number, "visits")]


def event_log(number):
    """What `servsim export` writes, of visits."""
    return [pytest.importorskip("pandas").DataFrame(events(world(number)), columns=EVENTS)]


def ids_missing(number):
    """Visits of which four in ten have neither customer nor agent."""
    visits = frame(number, "visits")
    lost = np.random.default_rng(number).random(len(visits)) < 0.4
    visits.loc[lost, ["agent", "customer id"]] = ""
    return [visits, frame(number, "shifts")]


def waits_in_minutes(number):
    """Visits with waits told in whole minutes, as many systems round them down."""
    import pandas

    visits = frame(number, "visits")
    came, start, left = (pandas.to_datetime(visits[name]) for name in ("arrived", "service start", "left"))
    waited = (start.fillna(left) - came).dt.total_seconds()
    told = {"arrived": visits["arrived"], "wait minutes": waited // 60, "outcome": visits["outcome"],
            "service seconds": (left - start).dt.total_seconds(), "customer id": visits["customer id"]}  # fmt: skip
    return [pandas.DataFrame(told), frame(number, "shifts")]


def without_waits_of_those_who_left(number):
    """Visits that do not say when those went who gave up."""
    visits = frame(number, "visits")
    visits.loc[visits["outcome"] != "served", "left"] = ""
    return [visits, frame(number, "shifts")]


WAYS = (with_shifts, visits_alone, event_log, ids_missing, waits_in_minutes, without_waits_of_those_who_left)
NOT_TOLD = {
    "ids_missing": ("staff.availability",),
    "waits_in_minutes": ("waiting.leave_at_once_share", "staff.availability"),
    "without_waits_of_those_who_left": ("waiting.leave_at_once_share", "waiting.patience_minutes", "staff.availability"),
    "event_log": ("staff.availability",), "visits_alone": ("staff.availability",),
}  # fmt: skip
"""What records of a kind cannot tell, or only together with something else: it has no draws, or is calibrated."""


def recovered(way, number):
    """By setting: how far the fit is off, in standard deviations of its draws; is the truth in its 90 % range; how wide
    that is, against the truth. What has no draws is not there."""
    settings, _ = truth(number)
    found = fit(*way(number), draws=DRAWS, holdout=0)
    told = {}
    for key, value in settings.items():
        if key not in found.draws:
            continue
        draws = found.draws[key]
        low, high = np.quantile(draws, (0.05, 0.95))
        off = (found.desk.settings.get(key, float(np.median(draws))) - value) / max(float(draws.std()), 1e-9)
        told[key] = off, low - 1e-9 <= value <= high + 1e-9, (high - low) / max(value, 0.01)
    return told


@cache
def all_desks(way):
    """What is recovered of each desk."""
    return [recovered(way, number) for number in range(DESKS)]


def of(way, key):
    """(desks, 3) what is recovered of a setting, where there are draws of it."""
    return np.array([one[key] for one in all_desks(way) if key in one], dtype=float).reshape(-1, 3)


def told_of(way):
    """(n, 3) what is recovered of all settings that records of a kind can tell."""
    keys = {key for one in all_desks(way) for key in one} - set(NOT_TOLD.get(way.__name__, ()))
    return {key: of(way, key) for key in sorted(keys)}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_twenty_desks_are_found_again(way):
    """docs/proof/records.md has what was measured."""
    each = told_of(way)
    every = np.concatenate(list(each.values()))
    assert (np.abs(every[:, 0]) <= 2).mean() >= 0.9
    assert 0.8 <= every[:, 1].mean() <= 0.97
    assert (np.abs(every[:, 0]) > 4).sum() <= 1
    for key, some in each.items():
        assert abs(some[:, 0].mean()) <= 0.5, key


def lines():
    """The table of the proof, as Markdown."""
    yield "| records | setting | desks | mean off, in sd | furthest off | in its 90 % range | width ÷ truth |"
    yield "|---|---|---|---|---|---|---|"
    for way in WAYS:
        keys = sorted({key for one in all_desks(way) for key in one})
        for key in keys:
            some = of(way, key)
            note = " (not told)" if key in NOT_TOLD.get(way.__name__, ()) else ""
            yield (
                f"| {way.__name__.replace('_', ' ')} | `{key}`{note} | {len(some)} | {some[:, 0].mean():+.2f} | "
                f"{np.abs(some[:, 0]).max():.1f} | {some[:, 1].mean():.0%} | {np.median(some[:, 2]):.2f} |"
            )
        every = np.concatenate(list(told_of(way).values()))
        within = (np.abs(every[:, 0]) <= 2).mean()
        yield f"| {way.__name__.replace('_', ' ')} | **all that is told** | {len(every)} | {every[:, 0].mean():+.2f} | "\
              f"{np.abs(every[:, 0]).max():.1f} | {every[:, 1].mean():.0%}, {within:.0%} within two sd | |"  # fmt: skip


if __name__ == "__main__":
    for line in lines():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
