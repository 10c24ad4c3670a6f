"""Every minute of an agent's presence is accounted for, once."""

import numpy as np
import pytest

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.scenario.read import checked, read_scenario
from servsim.study import tally_places as t
from servsim.study.execution.replications import counted
from servsim.study.metrics import NAMES, metrics
from servsim.study.trace_totals import Tally
from servsim.study.verification.random_scenarios import random_scenario
from servsim.units import HOUR, MINUTE

ALL_TIME = range(t.IDLE, t.SUMS)
"""Places of what agents do with their time."""


def tallied(sheet: np.ndarray, warmup: int = 0) -> Tally:
    """A replication, told and counted."""
    tally = Tally(sheet, warmup)
    tally.add(fast.simulate(sheet).rows)
    tally.close()
    return tally


@pytest.mark.parametrize("number", range(60))
def test_all_time_is_accounted_for_in_random_replications(number):
    sheet = to_sheet(random_scenario(np.random.default_rng(number), storm=number % 2 == 0), number)
    for warmup in (0, int(sheet[0]["end"]) // 3):
        tally = tallied(sheet, warmup)
        assert sum(tally.sums[place] for place in ALL_TIME) == tally.sums[t.PRESENT]
        assert all(tally.sums[place] >= 0 for place in ALL_TIME)


@pytest.mark.parametrize("number", range(0, 60, 3))
def test_time_at_work_is_what_the_trace_says(number):
    """Without pauses, visits, follow-ups, calls, requests and work after visits last as long as their rows say; visits are all else."""
    scenario = random_scenario(np.random.default_rng(number), storm=number % 2 == 0)
    calm = scenario.model_copy(update={"staff": scenario.staff.model_copy(update={"inattentive_minutes": 0.0})})
    sheet = to_sheet(calm, number)
    trace, tally = fast.simulate(sheet), tallied(sheet)
    assert tally.sums[t.VISITING] == tally.sums[t.BUSY]
    assert tally.sums[t.INATTENTIVE] == 0
    for place, begun, done in (
        (t.FOLLOWING_UP, Happening.TOOK_UP, Happening.FOLLOWED_UP), (t.CALLING, Happening.CALLED, Happening.HUNG_UP),
        (t.HELPING, Happening.HELPING, Happening.HELPED), (t.WRITING, Happening.WRITES_UP, Happening.WROTE_UP),
    ):  # fmt: skip
        finished, unfinished = trace.of(done), len(trace.of(begun)) - len(trace.of(done))
        assert tally.sums[place] >= finished[:, 4].sum()
        assert unfinished > 0 or tally.sums[place] == finished[:, 4].sum()


DESK = {
    "opening": {"monday": "09:00-17:00"},
    "demand": {"prospects_per_hour": 0.0, "opening_book": 40, "visit_gap_days": 7.0, "gap_distribution": "fixed",
               "gap_between_cv": 0.0},
    "staff": {"agents": 2},
    "service": {"core_minutes": 6.0, "core_distribution": "fixed"},
    "horizon": {"weeks": 1.0},
}  # fmt: skip


def hours(tables: dict) -> dict[str, float]:
    """Metrics of a desk's one day, its hours as hours of that week."""
    scenario = checked({**DESK, **tables}, "desk")
    reading = counted(scenario, to_sheet(scenario), 1, 0, "fast")
    values = dict(zip(NAMES, metrics(reading), strict=True))
    return {name: value / (365 / 12 / 7) if name.startswith("hours_") else value for name, value in values.items()}


def test_a_day_by_hand():
    """Forty customers once a week, six minutes each: four hours of work, twelve of idleness, minutes of overtime."""
    day = hours({})
    assert day["hours_core"] == pytest.approx(day["served"] * 0.1)
    assert 16 <= day["hours_core"] + day["hours_idle"] < 16 + 2 * 0.1


def test_breaks_by_hand():
    """Eight hours, a break of half an hour after three: agent 0 at 12:00 and 15:30, agent 1 half an hour later."""
    staff = {"agents": 2, "break_minutes": 30.0, "break_after_minutes": 180.0}
    scenario = checked({**DESK, "demand": {"prospects_per_hour": 0.0}, "staff": staff}, "desk")
    trace = fast.simulate(to_sheet(scenario))
    began = [(row[3], row[0] / HOUR) for row in trace.of(Happening.WENT_ON_BREAK).tolist()]
    assert began == [(0, 12.0), (1, 12.5), (0, 15.5), (1, 16.0)]
    back = [row[0] / HOUR for row in trace.of(Happening.CAME_BACK).tolist()]
    assert back == [12.5, 13.0, 16.0, 16.5]
    assert hours({"staff": staff, "demand": {"prospects_per_hour": 0.0}})["hours_break"] == pytest.approx(2)


def test_the_work_in_hand_is_finished_before_a_break():
    """A customer of an hour's work comes before the break: it begins when the visit ends, and is as long as ever."""
    staff = {"agents": 1, "break_minutes": 20.0, "break_after_minutes": 120.0}
    service = {"core_minutes": 60.0, "core_distribution": "fixed"}
    scenario = checked({**DESK, "staff": staff, "service": service}, "desk")
    trace = fast.simulate(to_sheet(scenario))
    breaks, back = trace.of(Happening.WENT_ON_BREAK)[:, 0], trace.of(Happening.CAME_BACK)[:, 0]
    visits = list(zip(trace.of(Happening.STARTED)[:, 0], trace.of(Happening.FINISHED)[:, 0], strict=False))
    assert len(breaks) > 0
    for began, ended in zip(breaks, back, strict=False):
        assert ended - began == 20 * MINUTE
        assert not any(start < began < end or began < start < ended for start, end in visits)
        assert any(end == began for _, end in visits)


def test_overtime_is_presence_after_the_shift():
    """Who serves at closing stays until the visit ends, and the time counts as presence and is paid as overtime."""
    scenario = read_scenario("scenarios/salon.toml", ["horizon.weeks=4"])
    reading = counted(scenario, to_sheet(scenario), 1, 0, "fast")
    assert reading.sum(t.PRESENT) > reading.tally.scheduled_ticks
