"""Days by date: holidays, short days, a sale, months; the clock that follows them, and what a year then brings."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from servsim.dated_calendar import date_of, mean_week, month_factors, open_spans
from servsim.engine_parameters import sheet_type, to_sheet
from servsim.errors import ScenarioError
from servsim.event_codes import Happening
from servsim.model import calendar, fast, reference
from servsim.model.compilation import readable
from servsim.opening_hours_and_rates import open_minutes
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.check.before_simulation import exceptions_out_of_horizon
from servsim.study.daily_totals import asked_until, opened_until
from servsim.study.expected_visits import weekly_prospects
from servsim.study.histories.customers import day_words
from servsim.study.one_lever.staff_variants import with_agents
from servsim.study.planned_load import planned_load
from servsim.units import DAY, HOUR, MINUTE, NEVER, WEEK

START = date(2026, 12, 21)
OFFICE = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00")
CHRISTMAS = {
    "name": "Christmas",
    "date": date(2020, 12, 25),
    "until": date(2020, 12, 26),
    "every_year": True,
    "hours": "",
}
EVE = {"date": date(2026, 12, 24), "hours": "09:30-12:00", "roster": [0] * 10 + [3] * 14}
SALE = {"date": date(2026, 12, 28), "until": date(2027, 1, 2), "busyness": 2.0}
DAYS = [CHRISTMAS, EVE, SALE]


def scenario(exceptions: list[dict[str, Any]] | None = None, **tables: Any) -> Scenario:
    """A desk in office hours with days by date."""
    horizon = {"start": START, "weeks": 4.0} | tables.pop("horizon", {})
    return checked({"opening": OFFICE, "exceptions": exceptions or [], "horizon": horizon, **tables}, "test")


def sheet(exceptions: list[dict[str, Any]] | None = None, **tables: Any) -> Any:
    """The same as the calendar reads it."""
    return readable(to_sheet(scenario(exceptions, **tables)))


def at(day: int, hour: float) -> int:
    """An instant of a day of the horizon."""
    return day * DAY + round(hour * HOUR)


@pytest.mark.parametrize(
    ("day", "hour", "is_open"),
    [
        pytest.param(0, 9, True, id="a usual Monday"),
        pytest.param(3, 9.25, False, id="Christmas Eve, before its own hours"),
        pytest.param(3, 9.5, True, id="Christmas Eve"),
        pytest.param(3, 12, False, id="Christmas Eve, after them"),
        pytest.param(4, 12, False, id="Christmas, a Friday"),
        pytest.param(7, 12, True, id="the Monday after it"),
        pytest.param(369, 12, False, id="Christmas of the next year, a Saturday anyway"),
        pytest.param(1465, 12, False, id="Christmas of 2030, a Wednesday"),
        pytest.param(1464, 11, True, id="the day before it: the eve was of one year only"),
    ],
)
def test_doors_are_as_the_date_says(day: int, hour: float, is_open: bool) -> None:
    assert bool(calendar.is_open(sheet(DAYS), at(day, hour))) is is_open


def test_shifts_and_closing_follow_the_dates() -> None:
    own = sheet(DAYS, staff={"agents": 2})
    assert own[0]["desk_agents"] == 3
    assert calendar.shift_start(own, 2, 0) == at(3, 10)
    assert calendar.shift_end(own, 2, at(3, 10)) == at(3, 12)
    assert calendar.shift_start(own, 2, at(3, 12)) == NEVER
    assert calendar.shift_start(own, 0, at(3, 9.6)) == at(3, 10)
    assert calendar.closing(own, at(2, 17)) == at(3, 12)
    assert calendar.closing(own, at(3, 12)) == at(7, 17)


def test_a_part_of_an_agent_in_a_list_of_a_day_is_there_for_part_of_the_quarter() -> None:
    counts = [0.0] * 40 + [1.4] + [2.0] * 55
    own = sheet([{"date": date(2026, 12, 22), "roster": counts}], staff={"agents": 1})
    assert calendar.shift_start(own, 1, 0) == at(1, 10) + 9 * MINUTE


def test_a_night_that_ends_after_midnight_may_end_early() -> None:
    nights = {"opening": {"friday": "22:00-24:00", "saturday": "00:00-03:00", "monday": "09:00-10:00"}}
    usual, early = (
        readable(to_sheet(checked({**nights, "exceptions": some, "horizon": {"start": START}}, "test")))
        for some in ([SALE], [SALE, {"date": date(2026, 12, 26), "hours": "00:00-01:00"}])
    )
    assert calendar.closing(usual, at(4, 22)) == at(5, 3)
    assert calendar.closing(early, at(4, 22)) == at(5, 1)


def test_the_last_of_several_exceptions_names_the_hours_and_their_busyness_is_multiplied() -> None:
    twice = [
        {"date": date(2026, 12, 22), "hours": "", "busyness": 3.0},
        {"date": date(2026, 12, 22), "hours": "09:00-17:00", "busyness": 0.5},
    ]
    own = sheet(twice)
    assert calendar.is_open(own, at(1, 12))
    assert calendar.clock(own, at(2, 0)) - calendar.clock(own, at(1, 0)) == pytest.approx(1.5 * 7 / 5)


def test_the_clock_stands_still_on_a_holiday_and_runs_faster_in_a_sale() -> None:
    own = sheet(DAYS)
    passed = np.diff([calendar.clock(own, day * DAY) for day in range(16)])
    open_day = 7 / 5
    expected = [open_day] * 3 + [open_day * 2.5 / 8, 0, 0, 0] + [2 * open_day] * 5 + [0, 0] + [open_day] * 1
    assert passed[:15].tolist() == pytest.approx(expected)


def test_moment_undoes_clock_and_falls_within_opening_hours() -> None:
    own = sheet(
        DAYS, demand={"month_profile": [1, 2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 3], "profile": {"friday": [1, 3] * 48}}
    )
    rng = np.random.default_rng(1)
    for days in rng.uniform(0, 7 * 60, 300).tolist():
        instant = calendar.moment(own, days)
        assert calendar.is_open(own, instant)
        assert calendar.clock(own, instant) <= days + 1e-9
        assert calendar.clock(own, instant + 1) >= days - 1e-9


def test_where_dates_end_the_usual_week_goes_on() -> None:
    own, usual = sheet(DAYS), readable(to_sheet(scenario()))
    end = int(own[0]["dated_until"])
    assert end % WEEK == 0
    assert usual[0]["dated_until"] == 0
    for tick in (end - 1, end, end + at(2, 12.5)):
        assert calendar.is_open(own, tick) == calendar.is_open(usual, tick)
    lead = calendar.clock(own, end) - calendar.clock(usual, end)
    assert calendar.clock(own, end + at(2, 12.5)) - calendar.clock(usual, end + at(2, 12.5)) == pytest.approx(lead)
    instant = calendar.moment(own, calendar.clock(own, end + at(2, 12.5)))
    assert abs(instant - end - at(2, 12.5)) <= 1
    opened = calendar.business_time(own, end) - calendar.business_time(own, end - WEEK)
    assert opened == 40 * HOUR


def test_days_that_are_as_usual_change_nothing_but_how_they_are_looked_up() -> None:
    tables = {"demand": {"opening_book": 40, "visit_gap_days": 7.0}, "waiting": {}, "horizon": {"weeks": 2.0}}
    same = {"date": date(2026, 12, 22), "hours": "09:00-17:00", "busyness": 1.0}
    usual, dated = (fast.simulate(to_sheet(scenario(some, **tables))).rows for some in ([], [same]))
    assert usual.shape == dated.shape
    assert (usual[:, 1:4] == dated[:, 1:4]).all()
    assert np.abs(usual[:, 0] - dated[:, 0]).max() <= 1


def test_engines_agree_on_days_by_date() -> None:
    own = to_sheet(scenario(
        DAYS, demand={"opening_book": 40, "visit_gap_days": 7.0, "month_profile": [2] + [1] * 11}, waiting={},
        staff={"agents": 1}, horizon={"weeks": 3.0},
    ))  # fmt: skip
    assert (fast.simulate(own).rows == reference.simulate(own).rows).all()


def test_opened_and_rostered_time_is_what_a_scan_by_minutes_finds() -> None:
    own = to_sheet(scenario(DAYS, staff={"agents": 2}))
    minutes = np.arange(0, 9 * DAY, MINUTE)
    doors = np.array([bool(calendar.is_open(readable(own), tick)) for tick in minutes.tolist()])
    agents = np.array([int(calendar.rostered(readable(own), tick)) for tick in minutes.tolist()])
    ends = np.array([0, DAY, at(3, 10.5), at(3, 11.75) + 7, 9 * DAY])
    scanned = [int((doors * np.clip(end - minutes, 0, MINUTE)).sum()) for end in ends]
    assert opened_until(own, ends).tolist() == scanned
    assert [int(calendar.business_time(readable(own), int(end))) for end in ends] == scanned
    assert asked_until(own, ends).tolist() == [int((agents * np.clip(end - minutes, 0, MINUTE)).sum()) for end in ends]


# What a year brings

HOLIDAYS = [
    {"date": date(2027, month, day), "every_year": True, "hours": ""}
    for month, day in ((1, 1), (3, 26), (3, 29), (5, 6), (5, 17), (12, 25))
] + [{"date": date(2026, 12, 24), "every_year": True, "hours": "09:00-12:00"}]


def open_hours_by_date(weeks: int) -> float:
    """Hours open from the start, counted date by date."""
    short = {(12, 24): 3.0} | {(each["date"].month, each["date"].day): 0.0 for each in HOLIDAYS[:-1]}
    dates = [date.fromordinal(START.toordinal() + day) for day in range(7 * weeks)]
    return sum(short.get((each.month, each.day), 8.0) for each in dates if each.weekday() < 5)


def test_a_year_with_holidays_has_the_open_hours_of_its_dates() -> None:
    own = scenario(HOLIDAYS, horizon={"weeks": 52.0})
    hours = open_hours_by_date(52)
    assert opened_until(to_sheet(own), np.array([52 * WEEK]))[0] == hours * HOUR
    assert hours < 52 * open_minutes(own).sum() / 60
    assert mean_week(own).open_hours * 52 == pytest.approx(hours)
    assert weekly_prospects(own) * 52 == pytest.approx(2.0 * hours)


def test_the_plan_of_a_week_counts_holidays_and_the_sale() -> None:
    """Two of 20 working days are off and five bring twice as much: 23 days' visits, and 18 days' pay."""
    closed = [{"date": date(2026, 12, 24), "until": date(2026, 12, 25), "hours": ""}]
    plan = planned_load(scenario([*closed, SALE], staff={"agents": 3}))
    assert plan.paid_hours == pytest.approx(3 * 18 * 8 / 4)
    assert plan.visits == pytest.approx(2.0 * 23 * 8 / 4)


def test_one_agent_more_is_there_on_exceptional_days_too() -> None:
    own = with_agents(scenario([EVE], staff={"agents": 2, "roster": {"every_day": [2] * 24}}), 1)
    assert own is not None
    assert own.exceptions[0].roster == [0] * 10 + [4] * 14


def test_returns_at_fixed_gaps_are_as_many_as_days_of_the_open_hours() -> None:
    """With one gap of 7 days of the clock, a customer comes once in 40 open hours: no chance is left but the first."""
    own = to_sheet(scenario(
        HOLIDAYS, horizon={"weeks": 52.0}, staff={"agents": 40},
        demand={"prospects_per_hour": 0.0, "opening_book": 20, "visit_gap_days": 7.0, "gap_distribution": "fixed", "gap_between_cv": 0.0},
        service={"core_minutes": 0.01, "core_distribution": "fixed"},
    ))  # fmt: skip
    rows = fast.simulate(own).rows
    weeks = open_hours_by_date(52) / 40
    counts = np.bincount(rows[rows[:, 1] == Happening.ARRIVED][:, 2])
    assert set(counts.tolist()) <= {int(weeks), int(weeks) + 1}


@pytest.mark.parametrize("many", [3, pytest.param(60, marks=pytest.mark.nightly)])
def test_a_poisson_desk_has_the_visits_of_its_open_hours(many: int) -> None:
    own = to_sheet(scenario(HOLIDAYS, horizon={"weeks": 52.0}, service={"core_minutes": 0.01}))
    counts = []
    for replication in range(many):
        own["replication"] = replication
        rows = fast.simulate(own).rows
        counts.append(int((rows[:, 1] == Happening.ARRIVED).sum()))
    expected = many * 2.0 * open_hours_by_date(52)
    assert sum(counts) == pytest.approx(expected, abs=4 * expected**0.5)


def test_months_weigh_as_they_say_and_a_year_keeps_its_visits() -> None:
    profile = [1.0] * 11 + [3.0]
    factors = month_factors(scenario(demand={"month_profile": profile}))
    assert factors[11] / factors[0] == pytest.approx(3)
    assert sum(
        days * each for days, each in zip((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), factors, strict=True)
    ) == pytest.approx(365)
    own = sheet(demand={"month_profile": profile})
    passed = np.diff([calendar.clock(own, day * DAY) for day in (7, 8, 14, 15)])
    assert passed[0] / passed[2] == pytest.approx(3)


# What is said


def test_days_have_dates_and_names() -> None:
    own = scenario(DAYS)
    assert date_of(own, 4) == date(2026, 12, 25)
    assert day_words(own, 4) == "week 1, Friday, 25 December 2026, Christmas"
    assert open_spans(own, 3) == [(570, 720)]
    assert open_spans(own, 4) == []
    assert open_spans(own, 7) == [(540, 1020)]


def test_an_exception_outside_the_horizon_is_said() -> None:
    own = scenario([{"date": date(2020, 5, 1), "hours": ""}, EVE])
    assert exceptions_out_of_horizon(own) == [
        "exceptions.1 is of 2020-05-01, and no day of it is within the horizon: it counts for nothing."
    ]


def test_29_february_comes_in_leap_years_alone() -> None:
    own = sheet([{"date": date(2028, 2, 29), "every_year": True, "hours": ""}])
    first = (date(2028, 2, 29) - START).days
    assert not calendar.is_open(own, at(first, 12))
    assert calendar.is_open(own, at((date(2029, 2, 28) - START).days, 12))
    assert calendar.is_open(own, at((date(2029, 3, 1) - START).days, 12))


def test_too_many_kinds_of_days_are_refused_with_a_sentence() -> None:
    lists = [{"date": date.fromordinal(START.toordinal() + day), "roster": [1.5, day + 2.5] * 48} for day in range(28)]
    with pytest.raises(ScenarioError, match="there may be 512 kinds and 2,048 turns"):
        to_sheet(scenario(lists, opening={"always": True}))


def test_a_file_with_dates_is_read_and_written(tmp_path: Any) -> None:
    file = tmp_path / "shop.toml"
    file.write_text('[horizon]\nstart = 2026-12-21\n[[exceptions]]\ndate = 2026-12-25\nhours = ""\n')
    own = read_scenario(file, ["exceptions.1.busyness=2"])
    assert own.exceptions[0].busyness == 2
    assert Scenario.model_validate_json(own.model_dump_json(exclude_none=True)) == own


def test_the_sheet_stays_small() -> None:
    assert sheet_type().itemsize < 400_000
