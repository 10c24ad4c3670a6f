"""Forecasts from records whose months differ: held-back hours lie in their 90 % bands. A long proof."""

import numpy as np
import pytest

from servsim.records.fit import fit
from servsim.scenario.read import checked
from servsim.study.histories.customers import World
from servsim.study.histories.owners_records import COLUMNS, owners_records

pytestmark = pytest.mark.nightly
DESKS, MONTHS, WEEKS = 4, 6, 4
DRIFT = {"service.core_minutes": 0.07, "demand.prospects_per_hour": 0.06, "staff.availability": 0.06}
"""How much months of a bank differed, as coefficients of variation [a bank in 1999; b]."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
PROFILE = [0.0] * 8 + [0.6, 1.2, 1.5, 1.1, 0.8, 1.0, 1.3, 1.1, 0.8, 0.6] + [0.0] * 6


def usual(number):
    """A desk of five to eight agents that is nearly full, as a scenario has it."""
    rng = np.random.default_rng(2000 + number)
    service, agents = rng.uniform(3, 6), int(rng.integers(5, 9))
    return {
        "opening": dict.fromkeys(WEEKDAYS, "08:00-18:00"),
        "demand": {"prospects_per_hour": float(agents * 60 / service * rng.uniform(0.85, 1.0)), "busyness_cv": 0.15,
                   "profile": PROFILE},
        "staff": {"agents": agents, "availability": 1.0},
        "service": {"core_minutes": float(service), "core_cv": 1.2},
        "waiting": {"patience_distribution": "weibull", "patience_minutes": float(rng.uniform(4, 9)), "patience_shape": 0.85},
        "horizon": {"weeks": float(WEEKS), "years": 1.0},
    }  # fmt: skip


def months_that_differ(number):
    """Half a year of visits of a desk, each month with settings of its own."""
    pandas = pytest.importorskip("pandas")
    rng, each = np.random.default_rng(3000 + number), []
    for month in range(MONTHS):
        raw = usual(number)
        for key, spread in DRIFT.items():
            table, _, name = key.partition(".")
            raw[table][name] *= float(np.exp(rng.normal(0, spread)))
        visits = owners_records(World(checked(raw, "test"), number, month))["visits"]
        frame = pandas.DataFrame(visits, columns=COLUMNS["visits"]).drop(columns="customer id")
        for name in ("arrived", "service start", "left"):
            moved = pandas.to_datetime(frame[name]) + pandas.Timedelta(weeks=WEEKS * month)
            frame[name] = moved.dt.strftime("%Y-%m-%d %H:%M:%S").fillna("")
        each.append(frame)
    return pandas.concat(each)


def test_hours_held_back_lie_in_their_bands():
    """Measured: 34 of 40 hours of four desks with --for forecast, 29 as if months were the same."""
    inside = {}
    for purpose in ("forecast", "same-months"):
        found = [fit(months_that_differ(number), purpose=purpose, draws=50).verdict.main for number in range(DESKS)]
        inside[purpose] = float(np.concatenate([(s.observed >= s.low) & (s.observed <= s.high) for s in found]).mean())
    assert inside["forecast"] >= 0.8, inside
    assert inside["forecast"] > inside["same-months"]
