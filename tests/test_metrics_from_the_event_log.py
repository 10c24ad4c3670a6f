"""Every metric, as `run` has it and as an outsider reads it from the scenario file and the event log of `export`."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from metrics_from_the_event_log import Outsider
from test_events import ADA, BOB, NINE, logged
from test_story import ALL_ON

import servsim
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.study.histories.event_log import COLUMNS
from servsim.study.metrics import NAMES, OWN
from servsim.study.verification.random_scenarios import random_scenario
from servsim.units import MILLIONTHS, MINUTE

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.toml"))
YEAR = 365 / 7
"""In weeks."""
EVE = BOB + 1

Tables = dict[str, Any]
Alike = Callable[..., None]


def horizon(weeks: float, **more: float) -> Tables:
    """A window that is all of the years, so that `value` is in the log, too."""
    return {"horizon": {"weeks": weeks, "years": weeks / YEAR, **more}}


@pytest.fixture
def alike(typed, tmp_path) -> Alike:
    """Read a file both ways, and say where the two differ: by more than 1e-9, which of a count is nothing."""

    def compared(file: Path, *overrides: str, seed: int = 1) -> None:
        log, words = tmp_path / "log.csv", [word for each in overrides for word in ("--set", each)]
        assert typed("export", file, "-o", log, "--seed", seed, "--quiet", *words)[0] == 0
        scenario = servsim.read_scenario(file, overrides)
        run = servsim.run(scenario, replications=1, controls=False, seed=seed)
        written = tmp_path / "read.toml"
        written.write_text(tomli_w.dumps(scenario.model_dump(mode="json", exclude_unset=True, exclude_none=True)))
        read = Outsider(written, log)
        there = {name: float(run.sample(name)[0]) for name in NAMES if name not in read.beyond_the_log}
        assert not differences(read.metrics(), there)
        for number, (segment, own) in enumerate(read.own_metrics().items()):
            here = {one.name: run.own[0, number, place] for place, one in enumerate(OWN)}
            assert not differences(own, {name: here[name] for name in here if name not in read.beyond_the_log}), segment

    return compared


@pytest.fixture
def tables_alike(alike, tmp_path) -> Alike:
    """The same of the tables of a scenario."""

    def compared(tables: Tables) -> None:
        file = tmp_path / "scenario.toml"
        file.write_text(tomli_w.dumps(tables))
        alike(file)

    return compared


def differences(read: dict[str, float], there: dict[str, float]) -> dict[str, tuple[float, float]]:
    """(as the outsider reads it, as it is there) of each metric for which they differ."""
    return {
        name: (read[name], value)
        for name, value in there.items()
        if not (math.isnan(value) and math.isnan(read[name]))
        and not math.isclose(read[name], value, rel_tol=1e-9, abs_tol=1e-12)
    }


def test_an_outsider_reads_a_small_log_as_one_does_by_hand(tmp_path):
    tables = {"opening": {"monday": "09:00-10:00"}, "staff": {"agents": 1, "wage_per_hour": 60.0}, **horizon(10 / 168)}
    some = logged(
        (NINE, H.CAME_ON, -1, 0, 0),
        (NINE, H.ARRIVED, ADA, -1, 0),
        (NINE, H.STARTED, ADA, 0, 0),
        (NINE + 5 * MINUTE, H.ARRIVED, BOB, -1, 0),
        (NINE + 20 * MINUTE, H.FINISHED, ADA, 0, 8 * MILLIONTHS),
        (NINE + 20 * MINUTE, H.STARTED, BOB, 0, 15 * MINUTE),
        (NINE + 50 * MINUTE, H.ARRIVED, EVE, -1, 0),
        **tables,
    )
    file, log = tmp_path / "small.toml", tmp_path / "small.csv"
    file.write_text(tomli_w.dumps(tables))
    with log.open("w", newline="") as opened:
        csv.writer(opened).writerows([COLUMNS, *some])
    read = Outsider(file, log).metrics()
    by_hand = {
        "arrivals": 3 * 16.8, "served": 16.8, "wait_mean": 7.5, "wait_served_mean": 7.5, "wait_p50": 0, "wait_p90": 15,
        "waited_share": 0.5, "queue_mean": (15 + 10) / 60, "occupancy": 1, "time_in_system_mean": 20, "hours_core": 73,
        "hours_idle": 0, "costs": 60 * 876, "cash": -60 / 1.1 ** (1 / 365),
    }  # fmt: skip
    assert {name: read[name] for name in by_hand} == pytest.approx(by_hand)


# Desks, each with what the others lack

OTHERWISE = {
    **ALL_ON,
    "staff": {
        "roster": {"monday": [0] * 9 + [0.5, 2, 3.25, 0, 1, 2.4, 1, 1] + [0] * 7, "every_day": [1.5] * 24},
        "inattentive_minutes": 4, "while_serving": "half_there", "agent_knowledge": [0.9, 0.2], "overtime_factor": 2,
        "break_minutes": 20, "break_after_minutes": 60,
    },
    "waiting": {"patience_minutes": 20, "leave_at_once_share": 0.1, "queue_policy": "by_value"},
    "manager": {"escalated_share": 0.5, "paid_hours": "talks", "managers": 2},
    "outreach": {"call_when": "block", "block_from_hour": 10, "win_back_share": 0.5},
    "internal": {"requests_per_hour": 3, "wage_per_hour": 40, "request_priority": -1},
    "spending": {"price_level": 1.3, "spend_growth": 0.1},
    "money": {"margin": 0.4, "discount_rate": 0.3, "fixed_costs_per_month": 900},
    "budget": {"money_per_month": 2000, "training_share": 0.25},
    "segments": [
        {"name": "few", "share": 0.3, "phone": {"on": False}},
        {"name": "many", "share": 0.7, "spending": {"basket_mean": 20}, "quality": {"on": False}},
    ],
    **horizon(5),
}  # fmt: skip
"""Everything on, and set another way than usual."""
ALWAYS = {"opening": {"always": True}}
CROWD = {**ALWAYS, "demand": {"prospects_per_hour": 9}, "staff": {"agents": 1}}
"""More than one agent can serve, and nobody leaves: before long all wait for more than a day."""
SMALL = {
    "opening": {"tuesday": "10:00-11:30"}, "demand": {"prospects_per_hour": 4, "opening_book": 25, "visit_gap_days": 9},
    "investment": {}, "waiting": {}, "quality": {}, "loyalty": {}, "spending": {},
}  # fmt: skip
"""Open for an hour and a half a week."""
NOBODY = {
    **CROWD,
    "waiting": {"patience_minutes": 600}, "spending": {}, "loyalty": {}, "internal": {},
    "staff": {"roster": {"sunday": [0] * 23 + [1], "every_day": [0] * 24}},
    **horizon(0.4),
}  # fmt: skip
"""Who would serve comes on Sunday night, when all is over."""
LATER = 1 + (24 + 10.5) / 168
"""The second Tuesday, half past ten, in weeks."""
STEADY = {
    **ALL_ON,
    "mistakes": {"mistake_share": 0.6, "catch_share": 0.5},
    "horizon": {"weeks": 4, "warmup_weeks": LATER},
}

DESKS = {
    "everything on": {**ALL_ON, **horizon(6)},
    "everything on, the other way": OTHERWISE,
    "a crowd that waits for days": {**CROWD, **horizon(1)},
    "a crowd of callers, and few places": {
        **CROWD,
        "phone": {"phone_share": 1},
        "waiting": {"waiting_places": 3},
        **horizon(0.5),
    },
    "nobody serves": NOBODY,
    "a warm-up that ends amid the day": STEADY,
    "a crowd's warm-up": {
        **CROWD,
        "internal": {"requests_per_hour": 2},
        "spending": {},
        "horizon": {"weeks": 1, "warmup_weeks": 0.4},
    },
    "a single hour": {**ALL_ON, **ALWAYS, **horizon(1 / 168)},
    "closed most of the week": {**SMALL, **horizon(9)},
    "a year": {**SMALL, **horizon(YEAR)},
    "a book of one": {**SMALL, "demand": {"opening_book": 1, "visit_gap_days": 3}, **horizon(3)},
    "no book": {**SMALL, "demand": {"prospects_per_hour": 3}, **horizon(YEAR)},
    "nobody to spend or to lose": {"waiting": {"at_closing": "send_home"}, "horizon": {"weeks": 2}},
}
"""By what is special in each."""


@pytest.mark.parametrize("desk", DESKS)
def test_the_event_log_tells_the_metrics_of(desk, tables_alike):
    tables_alike(DESKS[desk])


@pytest.mark.nightly
@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_the_event_log_tells_the_metrics_of_a_few_weeks_of_every_scenario(file, alike):
    weeks = 0.1 if file.stem == "erlang-a" else 3.0
    alike(file, f"horizon.weeks={weeks}", f"horizon.years={weeks / YEAR}", seed=2)


@pytest.mark.nightly
def test_the_event_log_tells_the_metrics_of_a_salons_year(alike):
    alike(SCENARIOS[0].with_name("salon.toml"), "horizon.years=1")


@pytest.mark.nightly
@pytest.mark.parametrize("number", range(50))
def test_the_event_log_tells_the_metrics_of_a_random_scenario(number, tables_alike):
    drawn = random_scenario(np.random.default_rng([64, number]), storm=number % 2 == 1)
    tables = drawn.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    tables_alike({**tables, "horizon": {**tables["horizon"], "years": drawn.horizon.weeks / YEAR}})


@pytest.mark.nightly
@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("warmup", [0.0, 0.013, 1.3])
def test_the_event_log_tells_the_metrics_with_any_warm_up_of(desk, warmup, tables_alike):
    window = DESKS[desk]["horizon"]["weeks"] + warmup
    tables_alike({**DESKS[desk], "horizon": {"weeks": window, "years": window / YEAR, "warmup_weeks": warmup}})


@pytest.mark.nightly
@pytest.mark.parametrize("desk", ["closed most of the week", "a book of one"])
def test_the_event_log_tells_the_metrics_of_ten_years_of(desk, tables_alike):
    tables_alike({**DESKS[desk], **horizon(10 * YEAR)})
