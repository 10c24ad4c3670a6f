"""After-visit work: what a visit leaves the agent to do, what it costs others in waiting, what the customer has of it."""

import math
from typing import Any

import numpy as np
import pytest

from servsim import run
from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import fast, reference
from servsim.model.invariants.catalogue import broken_invariants
from servsim.model.rules import after_visit_work as after
from servsim.scenario.read import checked
from servsim.study.planned_load import planned_load
from servsim.study.verification import queueing_formulas as known
from servsim.units import HOUR, MINUTE

ALWAYS = {"opening": {"always": True}}
WORK = {"after_visit_minutes": 4.0, "after_visit_cv": 0.0}
CALM: dict[str, Any] = {
    **ALWAYS,
    "demand": {"prospects_per_hour": 0.0, "opening_book": 40, "visit_gap_days": 5.0},
    "staff": {"agents": 3},
    "quality": {"perception_sd": 0.0, "disconfirmation": 0.0},
    "horizon": {"weeks": 4.0, "years": 0.1},
}
"""Regular customers who nearly never wait, and whose visits are all worth the same."""


def sheet_of(tables: dict[str, Any], seed: int = 1) -> np.ndarray:
    """A scenario as an engine has it."""
    return to_sheet(checked(tables, "test"), seed)


def busy(**tables: Any) -> dict[str, Any]:
    """A desk of three that is busy for three quarters of the time."""
    return {
        **ALWAYS, "demand": {"prospects_per_hour": 13.5}, "staff": {"agents": 3},
        "service": {"core_minutes": 6.0, "step_cv": dict.fromkeys(
            ("greet", "listen", "acknowledge", "empathise", "summarise", "action_points"), 0.0)},
        "horizon": {"weeks": 1.0, "years": 0.02}, **tables,
    }  # fmt: skip


def rows_of(tables: dict[str, Any], *happenings: Happening) -> np.ndarray:
    """(n, 5) rows of these happenings in the compiled loop's trace."""
    return fast.simulate(sheet_of(tables)).of(*happenings)


# Rules


def test_minutes_have_their_mean_and_are_none_where_it_is_off(world):
    sheet = world(after_visit_work={"after_visit_minutes": 3.0, "after_visit_cv": 0.8})
    drawn = np.array([after.minutes_afterwards(sheet, 0, who, visit) for who in range(4000) for visit in range(3)])
    assert abs(drawn.mean() - 3.0) < 4 * 2.4 / math.sqrt(len(drawn))
    assert drawn.std() / drawn.mean() == pytest.approx(0.8, abs=0.05)
    for off in ({}, {"after_visit_work": {"on": False}}, {"after_visit_work": {"after_visit_minutes": 0.0}}):
        assert after.minutes_afterwards(world(**off), 0, 7, 1) == 0


@pytest.mark.parametrize(("settings", "written", "expected"), [
    ({"after_visit_gain": 2.0, "after_visit_minutes": 2.0}, 0, 1.8),
    ({"after_visit_gain": 2.0, "after_visit_minutes": 4.0}, 0, 1.98),
    ({"after_visit_gain": 2.0, "after_visit_minutes": 4.0}, after.NOTHING_WRITTEN, 0),
    ({"after_visit_gain": 2.0, "after_visit_minutes": 0.0}, 0, 0),
    ({"after_visit_gain": 0.0, "after_visit_minutes": 4.0}, 0, 0),
    ({"after_visit_gain": 2.0, "after_visit_minutes": 4.0, "after_visit_standard": 4.0}, 0, 1.8),
    ({"after_visit_gain": 2.0, "after_visit_minutes": 4.0, "on": False}, 0, 0),
])  # fmt: skip
def test_what_notes_bring(world, settings, written, expected):
    sheet = world(after_visit_work={"after_visit_cv": 0.0, "after_visit_standard": 2.0, **settings})
    assert after.notes_gain(sheet, 0, 7, written) == pytest.approx(expected)


# Waits


@pytest.mark.parametrize(
    "tables", [{}, {"staff": {"agents": 3, "inattentive_minutes": 2.0}}], ids=["attentive", "pausing"]
)
def test_an_agent_is_held_as_by_minutes_of_care(tables):
    """The same visits begin at the same instants, whether four minutes follow the customer's leaving or precede it."""
    care, work = busy(**tables, investment={"minutes_per_visit": 4.0}), busy(**tables, after_visit_work=WORK)
    begun = rows_of(care, Happening.STARTED)
    assert np.array_equal(begun, rows_of(work, Happening.STARTED))
    assert (begun[:, 4] > 0).mean() > 0.2
    later, sooner = (dict(rows_of(each, Happening.FINISHED)[:, [2, 0]].tolist()) for each in (care, work))
    earlier = {later[who] - sooner[who] for who in later.keys() & sooner.keys()}
    assert min(earlier) == 4 * MINUTE
    assert (len(earlier) == 1) == (not tables)


def test_waits_are_those_of_a_queue_with_service_and_work_in_a_row():
    """Pollaczek and Khinchine; and a customer is there for the service alone."""
    tables = {
        **ALWAYS, "demand": {"prospects_per_hour": 3.6}, "staff": {"agents": 1},
        "service": {"core_minutes": 6.0, "core_distribution": "exponential"},
        "after_visit_work": {"after_visit_minutes": 4.0, "after_visit_cv": 0.5},
        "horizon": {"weeks": 12.0, "warmup_weeks": 0.2, "years": 1.0},
    }  # fmt: skip
    found = run(checked(tables, "M/G/1"), replications=30, controls=False, workers=1, store=None)
    mean, cv = known.in_a_row((6.0, 1.0), (4.0, 0.5))
    wait = known.pollaczek_khinchine(0.06, mean, cv)
    for name, exact in (
        ("wait_mean", wait), ("time_in_system_mean", wait + 6.0), ("occupancy", 0.6), ("served", 3.6 * 168),
        ("hours_after_visits", 0.06 * 4 * 24 * 365 / 12), ("investment_hours", 0.06 * 4 * 24 * 365 / 12),
    ):  # fmt: skip
        sample = found.sample(name)
        assert abs(sample.mean() - exact) < 3.5 * sample.std(ddof=1) / math.sqrt(len(sample)), name


def test_the_planned_load_has_it():
    scenario = checked(busy(after_visit_work=WORK), "test")
    assert planned_load(scenario).load == pytest.approx(0.75)
    assert planned_load(scenario).visit_minutes == pytest.approx(6.0)
    assert planned_load(checked(busy(), "test")).load == pytest.approx(0.45)


# The trace


@pytest.mark.parametrize("staff", [{}, {"while_serving": "half_there"}], ids=["pausing", "half there"])
def test_both_engines_tell_the_same_of_a_desk_where_much_else_happens(staff):
    tables = busy(
        demand={"prospects_per_hour": 9.0, "opening_book": 60, "visit_gap_days": 4.0}, opening={"monday": "08:00-18:00"},
        staff={"agents": 3, "inattentive_minutes": 3.0, "break_minutes": 9.0, "break_after_minutes": 70.0, **staff},
        after_visit_work={"after_visit_gain": 1.0}, quality={}, loyalty={}, spending={}, waiting={},
        mistakes={"mistake_share": 0.5}, recovery={}, manager={"escalated_share": 0.5}, promises={}, internal={},
        load={"fatigue_minutes": 30.0, "fatigue_slowdown": 0.3}, horizon={"weeks": 4.0, "years": 0.1},
    )  # fmt: skip
    sheet = sheet_of(tables)
    told = fast.simulate(sheet)
    assert told.digest() == reference.simulate(sheet).digest()
    assert not broken_invariants(sheet, told)
    assert len(told.of(Happening.WROTE_UP)) > 50


def test_every_visit_leaves_its_work_but_one_that_is_left_to_the_manager():
    tables = busy(
        demand={"prospects_per_hour": 9.0}, after_visit_work=WORK, quality={}, mistakes={"mistake_share": 0.9}, recovery={},
        manager={"escalated_share": 0.5},
    )  # fmt: skip
    told = fast.simulate(sheet_of(tables))
    ended = {(row[0], row[2]) for row in told.of(Happening.FINISHED).tolist()}
    written = {(row[0], row[2]) for row in told.of(Happening.WRITES_UP).tolist()}
    escalated = {(row[0], row[2]) for row in told.of(Happening.ESCALATED).tolist()}
    assert escalated
    assert written == ended - escalated
    assert set(told.of(Happening.WROTE_UP)[:, 4].tolist()) == {4 * MINUTE}


def test_notes_make_the_next_visit_better_and_no_first_one():
    """With ten minutes of notes, at a standard of two, the whole gain of a point; nothing without a gain."""
    full = {**WORK, "after_visit_minutes": 10.0, "after_visit_gain": 1.0}
    plain, noted = ({**CALM, "after_visit_work": {**full, "after_visit_gain": gain}} for gain in (0.0, 1.0))
    before = {(row[0], row[2]): row[4] for row in rows_of(plain, Happening.FINISHED).tolist()}
    visits: dict[int, int] = {}
    gains: dict[bool, set[int]] = {False: set(), True: set()}
    for tick, _, who, _, quality in rows_of(noted, Happening.FINISHED).tolist():
        gains[visits.get(who, 0) > 0].add(quality - before[tick, who])
        visits[who] = visits.get(who, 0) + 1
    assert gains == {False: {0}, True: {round(1e6 * (1 - 10.0**-5))}}


def test_it_ends_after_closing_as_overtime():
    tables = {
        "opening": {"monday": "09:00-10:00"}, "demand": {"prospects_per_hour": 8.0}, "staff": {"agents": 1},
        "service": {"core_minutes": 1.0, "core_distribution": "fixed"}, "horizon": {"weeks": 30.0, "years": 0.6},
        "after_visit_work": {"after_visit_minutes": 30.0, "after_visit_cv": 0.0},
    }  # fmt: skip
    told = fast.simulate(sheet_of(tables))
    over, gone = told.of(Happening.WROTE_UP)[:, 0], told.of(Happening.WENT_OFF)[:, 0]
    late = over[over % (24 * HOUR) > 10 * HOUR]
    assert len(late) > 10
    assert set(gone[gone % (24 * HOUR) > 10 * HOUR].tolist()) <= set(late.tolist())
