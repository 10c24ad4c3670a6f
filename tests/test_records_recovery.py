"""Recovery: simulated desks, exported as their owners' records and fitted, are found again. A long proof."""

import numpy as np
import pytest

from servsim.records.fit import fit
from servsim.scenario.read import checked
from servsim.study.histories.customers import World
from servsim.study.histories.owners_records import COLUMNS, owners_records

pytestmark = pytest.mark.nightly
DESKS = 20
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def truth(number):
    """Settings of a desk, and how many agents it needs to be nearly full."""
    rng = np.random.default_rng(1000 + number)
    found = {
        "demand.prospects_per_hour": rng.uniform(15, 60), "demand.busyness_cv": rng.uniform(0.05, 0.25),
        "service.core_minutes": rng.uniform(2, 8), "service.core_cv": rng.uniform(0.5, 1.4),
        "waiting.patience_minutes": rng.uniform(2, 12), "waiting.patience_shape": rng.uniform(0.7, 1.5),
        "waiting.leave_at_once_share": rng.choice([0.0, 0.05, 0.1]),
    }  # fmt: skip
    load = found["demand.prospects_per_hour"] * found["service.core_minutes"] / 60
    return {key: float(value) for key, value in found.items()}, max(1, round(load * rng.uniform(0.85, 1.0)))


def recovered(number):
    """Of each setting: how far the fit is off, in bootstrap standard deviations; and whether its 90 % range has it."""
    pandas = pytest.importorskip("pandas")
    settings, agents = truth(number)
    raw = {"opening": dict.fromkeys(WEEKDAYS, "08:00-18:00"), "demand": {}, "staff": {"agents": agents}, "service": {},
           "waiting": {"patience_distribution": "weibull"}, "horizon": {"weeks": 10.0, "years": 1.0}}  # fmt: skip
    for key, value in settings.items():
        table, _, name = key.partition(".")
        raw[table][name] = value
    records = owners_records(World(checked(raw, "test"), number))
    files = [pandas.DataFrame(records[name], columns=COLUMNS[name]) for name in ("visits", "shifts")]
    found = fit(*files, draws=100, holdout=0)
    off, inside = {}, {}
    for key, value in settings.items():
        draws, spread = found.draws[key], max(float(found.draws[key].std()), 1e-9)
        off[key] = (found.desk.settings[key] - value) / spread
        low, high = np.quantile(draws, (0.05, 0.95))
        inside[key] = low - 1e-9 <= value <= high + 1e-9
    return off, inside


def test_twenty_desks_are_found_again():
    """Measured: 91 % within two standard deviations, none beyond four, 87 % within their 90 % ranges, no mean above 0.4."""
    each = [recovered(number) for number in range(DESKS)]
    off = {key: np.array([one[key] for one, _ in each]) for key in each[0][0]}
    inside = np.array([list(one.values()) for _, one in each])
    every = np.concatenate(list(off.values()))
    assert (np.abs(every) <= 2).mean() >= 0.9
    assert 0.8 <= inside.mean() <= 0.97
    assert (np.abs(every) <= 4).all()
    for key, some in off.items():
        assert abs(some.mean()) <= 0.5, key
