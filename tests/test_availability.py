"""Who is paid and who is there: staff.availability, the share of the roster that is at the desk."""

from typing import Any

import numpy as np
import pytest

from servsim import run
from servsim.engine_parameters import to_sheet
from servsim.errors import ScenarioError
from servsim.model import fast, reference
from servsim.opening_hours_and_rates import paid_minutes, staffed_minutes
from servsim.scenario.read import checked
from servsim.study.check.before_simulation import outlook
from servsim.study.planned_load import planned_load

DESK: dict[str, Any] = {
    "opening": {"monday": "09:00-12:00", "tuesday": "08:00-16:00"},
    "demand": {"prospects_per_hour": 12.0},
    "service": {"core_minutes": 12.0},
    "waiting": {"patience_minutes": 10.0},
    "horizon": {"weeks": 3.0, "years": 0.1},
}


def desk(**staff: Any):
    """The desk with such staff."""
    return checked({**DESK, "staff": staff}, "test")


def of_an_hour(**staff: Any) -> list[int]:
    """(agents there in the first minute of Monday's first hour, agents in its last, minutes of agents in it)."""
    minutes = staffed_minutes(desk(**staff))[9 * 60 : 10 * 60]
    return [int(minutes[0]), int(minutes[-1]), int(minutes.sum())]


@pytest.mark.parametrize(("staff", "expected"), [
    ({"agents": 2}, [2, 2, 120]),
    ({"agents": 2, "availability": 0.85}, [2, 1, 102]),
    ({"agents": 20, "availability": 0.85}, [17, 17, 17 * 60]),
    ({"agents": 1, "availability": 0.5}, [1, 0, 30]),
    ({"agents": 3, "availability": 1.25}, [4, 3, 225]),
    ({"roster": {"every_day": [1.5] * 24}, "availability": 0.8}, [2, 1, 72]),
])  # fmt: skip
def test_of_the_agents_of_an_hour_the_share_is_there(staff, expected):
    assert of_an_hour(**staff) == expected


@pytest.mark.parametrize("availability", [0.3, 0.85, 1.4])
def test_pay_does_not_depend_on_who_is_there(availability):
    assert (paid_minutes(desk(agents=3, availability=availability)) == paid_minutes(desk(agents=3))).all()
    trained = {"training": {}} if availability < 1 else {}  # who lends a hand is trained like others
    costs = [
        run(checked({**DESK, "demand": {"prospects_per_hour": 0.0}, "staff": {"agents": 3, **some}, **trained}, "costs"),
            replications=1, controls=False, workers=1, store=None).sample("costs")[0]
        for some in ({}, {"availability": availability})
    ]  # fmt: skip
    assert costs[0] == pytest.approx(costs[1], rel=1e-12)
    assert costs[0] > 3 * 25 * 11 * 52


@pytest.mark.parametrize("availability", [0.85, 1.3])
def test_time_at_the_desk_is_the_share_of_what_is_paid(availability):
    quiet = {**DESK, "demand": {"prospects_per_hour": 0.0}, "staff": {"agents": 3, "availability": availability}}
    idle = run(checked(quiet, "idle"), replications=1, controls=False, workers=1, store=None).sample("hours_idle")[0]
    assert idle == pytest.approx(availability * 3 * 11 * 365 / 84, rel=0.002)


def test_three_quarters_of_four_agents_are_three():
    fewer, three = to_sheet(desk(agents=4, availability=0.75)), to_sheet(desk(agents=3))
    assert fast.simulate(fewer).digest() == fast.simulate(three).digest()
    assert fewer[0]["paid"].sum() * 3 == three[0]["paid"].sum() * 4


@pytest.mark.parametrize("availability", [0.4, 0.73, 1.37, 2.0])
def test_both_engines_tell_the_same(availability):
    sheet = to_sheet(desk(agents=2, availability=availability, inattentive_minutes=3.0, break_minutes=5.0))
    told = fast.simulate(sheet)
    assert told.digest() == reference.simulate(sheet).digest()
    assert len(told.rows) > 500


def test_waits_fall_as_more_are_there():
    waits = [
        run(desk(agents=3, availability=share), replications=20, controls=False, workers=1, store=None)
        .sample("wait_mean")
        .mean()
        for share in (0.7, 0.85, 1.0, 1.2)
    ]
    assert all(np.diff(waits) < 0)


def test_the_planned_load_is_of_the_time_that_is_there():
    whole, part = planned_load(desk(agents=4)), planned_load(desk(agents=4, availability=0.75))
    assert part.load == pytest.approx(whole.load / 0.75)
    assert (part.paid_hours, part.staffed_hours) == (44, 33)
    told = outlook(desk(agents=4, availability=0.75), "test").to_dict()
    assert (told["paid_hours_per_week"], told["staffed_hours_per_week"]) == (44, 33)


@pytest.mark.parametrize(("staff", "said"), [
    ({"agents": 700, "availability": 1.5}, "staff.availability is 1.5, which makes 1,050 agents of 700; there must be at most 1,000."),
    ({"agents": 1, "availability": 0.0}, "staff.availability is 0, so that nobody is ever there; it must be above 0, as 0.85"),
    ({"agents": 1, "availability": 3.0}, "staff.availability is 3.0; it must be a number between 0 and 2"),
])  # fmt: skip
def test_what_no_desk_can_have_is_refused(staff, said):
    with pytest.raises(ScenarioError, match=said.replace(".", r"\.")):
        desk(**staff)
