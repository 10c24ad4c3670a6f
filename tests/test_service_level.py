"""Service levels: the transient of a day that begins empty, by uniformisation, and what they are for as constraints."""

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import poisson

from servsim import optimise, run
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.verification.service_level_formulas import InTime, erlang_a_in_time, erlang_c_in_time, in_time

RATE, SERVICE, AGENTS, DAY, TARGET, PATIENCE = 4.2, 2.0, 12, 480.0, 20 / 60, 1.0
"""M/M/12 of a telephone day: calls a minute, minutes of a call, agents, minutes of the day, of the target, of patience."""
MOST = {math.inf: 150, PATIENCE: 40}
"""Callers there at most, for all that matters, where patience is without end and where it is short."""
NAMES = ("service_level", "service_level_served", "waited_within_target")


def leaving(there: np.ndarray, patience: float) -> np.ndarray:
    """How fast callers leave, served or not, where so many are there."""
    return np.minimum(there, AGENTS) / SERVICE + np.maximum(there - AGENTS, 0) / patience


def shares_of_a_day(patience: float) -> np.ndarray:
    """(callers,) share of a day that begins empty in which so many are there: uniformisation, Jensen (1953).

    1/T ∫₀ᵀ p(t) dt = 1/(ΛT) Σₖ P(N > k) πₖ, N Poisson with mean ΛT, π the jump chain of a clock of rate Λ.
    """
    there = np.arange(MOST[patience] + 1)
    up, down = np.where(there < there[-1], RATE, 0.0), leaving(there, patience)
    clock = float((up + down).max())
    state, spent = (there == 0).astype(float), np.zeros(len(there))
    for jumps in range(int(poisson.isf(1e-12, clock * DAY)) + 1):
        spent += state * poisson.sf(jumps, clock * DAY)
        state = state + (
            np.append(0.0, state[:-1] * up[:-1]) + np.append(state[1:] * down[1:], 0.0) - state * (up + down)
        ) / clock  # fmt: skip
    return spent / (clock * DAY)


def fates(patience: float, target: float) -> np.ndarray:
    """(callers before, 2) chances that a newcomer who finds so many in the queue is answered, or still waits, by then."""
    size = MOST[patience] - AGENTS + 1
    onward = leaving(np.arange(size) + AGENTS, patience)
    rates = np.zeros((size + 2, size + 2))
    for before in range(size):
        rates[before, before - 1 if before else size] = onward[before]
        rates[before, size + 1] = 1 / patience
        rates[before, before] = -onward[before] - 1 / patience
    chances = expm(rates * target)[:size]
    return np.column_stack([chances[:, size], chances[:, :size].sum(axis=1)])


@cache
def of_a_day(patience: float) -> InTime:
    """The service levels of all who come in a day: each of them finds the desk as it is in the mean (Poisson arrivals)."""
    found = shares_of_a_day(patience)
    at_once, waiting = found[:AGENTS].sum(), found[AGENTS:]
    soon, ever = fates(patience, TARGET), fates(patience, 60.0)
    answered = at_once + waiting @ soon[:, 0]
    return InTime(answered, answered / (at_once + waiting @ ever[:, 0]), 1 - waiting @ soon[:, 1])


def telephone(patience: float, weeks: float, rate: float = RATE) -> Scenario:
    """The day, seven times a week."""
    leaves: dict[str, Any] = {"patience_distribution": "never"}
    if patience < math.inf:
        leaves = {"patience_minutes": patience}
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return checked({
        "opening": dict.fromkeys(days, "09:00-17:00"), "demand": {"prospects_per_hour": 60 * rate},
        "staff": {"agents": AGENTS}, "service": {"core_minutes": SERVICE, "core_distribution": "exponential"},
        "waiting": {**leaves, "target_seconds": 60 * TARGET}, "horizon": {"weeks": weeks, "years": weeks / 52},
    }, "telephone")  # fmt: skip


@pytest.mark.parametrize(("patience", "published"), [
    (math.inf, {"service_level": 0.9004}),
    (PATIENCE, {"service_level": 0.946, "service_level_served": 0.975, "waited_within_target": 0.969}),
])  # fmt: skip
def test_what_a_day_that_begins_empty_comes_to_is_known(patience, published):
    exact = dict(zip(NAMES, of_a_day(patience), strict=True))
    for name, share in published.items():
        assert exact[name] == pytest.approx(share, abs=6e-4 if patience < math.inf else 6e-5)


@pytest.mark.parametrize(("patience", "weeks", "sharp"), [
    pytest.param(math.inf, 6.0, 0.004, id="Erlang C"),
    pytest.param(PATIENCE, 3.0, 0.002, id="Erlang A"),
    pytest.param(math.inf, 30.0, 0.0015, id="Erlang C, long", marks=pytest.mark.nightly),
    pytest.param(PATIENCE, 30.0, 0.0007, id="Erlang A, long", marks=pytest.mark.nightly),
])  # fmt: skip
def test_a_telephone_day_meets_uniformisation(patience, weeks, sharp):
    found = run(telephone(patience, weeks), replications=20, controls=False, workers=1, store=None)
    for name, exact in zip(NAMES, of_a_day(patience), strict=True):
        sample = found.sample(name)
        error = sample.std(ddof=1) / math.sqrt(len(sample))
        assert error < sharp
        assert abs(sample.mean() - exact) < 3 * error, (name, sample.mean(), exact)


def test_erlang_a_is_erlang_c_where_patience_is_long():
    assert erlang_a_in_time(RATE, SERVICE, AGENTS, 1e6, TARGET) == pytest.approx(
        erlang_c_in_time(RATE, SERVICE, AGENTS, TARGET), abs=1e-5
    )


def test_who_never_leaves_is_answered_and_a_target_of_nothing_is_the_share_that_starts_at_once():
    none = erlang_a_in_time(RATE, SERVICE, AGENTS, PATIENCE, 0.0)
    long = erlang_a_in_time(RATE, SERVICE, AGENTS, PATIENCE, 100.0)
    assert none.answered == pytest.approx(none.waited)
    assert long.of_answered == pytest.approx(1)
    assert long.waited == pytest.approx(1)
    assert long.answered < 0.98


def test_a_day_is_better_than_its_steady_state_since_it_begins_empty():
    for patience, steady in (
        (math.inf, erlang_c_in_time(RATE, SERVICE, AGENTS, TARGET)),
        (PATIENCE, erlang_a_in_time(RATE, SERVICE, AGENTS, PATIENCE, TARGET)),
    ):
        for day, later in zip(of_a_day(patience), steady, strict=True):
            assert later < day < later + 0.002


def test_fixed_patience_beyond_the_target_loses_nobody_before_it():
    shares = in_time(RATE, SERVICE, AGENTS, lambda x: min(x, 1.0), lambda x: float(x < 1.0), TARGET)
    assert shares.answered == pytest.approx(shares.waited)
    assert shares.of_answered > shares.answered


def test_the_target_of_a_segment_is_its_own():
    segments = [{"name": "hurried", "share": 0.5}, {"name": "calm", "share": 0.5, "waiting": {"target_seconds": 600}}]
    scenario = checked({**telephone(math.inf, 1.0).settings(), "segments": segments}, "two targets")
    found = run(scenario, replications=4, controls=False, workers=1, store=None)
    assert found.of_segment("hurried")["service_level"].mean < 0.95
    assert found.of_segment("calm")["service_level"].mean == 1.0


@pytest.mark.nightly
def test_the_smallest_roster_that_answers_four_of_five_in_20_seconds_is_found():
    """Of 4 calls a minute for two minutes each, 10 agents answer 70 % in time, 11 answer 85 %."""
    rate = 4.0
    below, above = (erlang_c_in_time(rate, SERVICE, agents, TARGET).answered for agents in (10, 11))
    assert below < 0.75 < 0.83 < above
    asked = {"levers": {"staff.agents": [9, 14]}, "objective": "costs", "constraints": ["service_level >= 80 %"]}
    scenario = checked(
        {**telephone(math.inf, 1.0, rate).settings(), "optimise": {**asked, "replications": 20}}, "roster"
    )
    assert optimise(scenario, workers=1, store=None).best == (11,)
