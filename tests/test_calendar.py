"""The week: the profile's clock and its inverse, doors, shifts, and the candidates of a day."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st
from scipy import stats

from servsim.engine_parameters import in_world, to_sheet
from servsim.errors import ScenarioError
from servsim.model import calendar
from servsim.model.compilation import readable
from servsim.model.rules.demand import busyness, candidate, rate_of_day
from servsim.opening_hours_and_rates import GUIDE_PLACES, steady_minutes
from servsim.scenario.read import checked
from servsim.units import DAY, HOUR, MINUTE, MINUTES_PER_WEEK, NEVER, WEEK

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = ("", "09:00-17:00", "08:30-12:00, 13:30-18:15", "00:00-24:00", "22:00-24:00", "00:00-01:07")
LONGEST = 1040 * WEEK
INSTANT = st.integers(0, LONGEST)
TWO_WEEKS = st.integers(0, 2 * WEEK)
OFFICE = dict.fromkeys(WEEKDAYS[:5], "09:00-17:00")
EVERY_DAY = dict.fromkeys(WEEKDAYS, "09:00-17:00")


WEEKS = st.fixed_dictionaries({
    "hours": st.fixed_dictionaries({day: st.sampled_from(HOURS) for day in WEEKDAYS}),
    "profile": st.lists(st.sampled_from([0, 1, 5, 20]), min_size=24, max_size=24) | st.just([]),
    "agents": st.lists(st.sampled_from([0, 1, 1.5, 2, 2.25]), min_size=24, max_size=24),
})  # fmt: skip
"""Desks with some hours, some profile and some roster."""


def desk(week: dict) -> np.ndarray:
    """The sheet of one of WEEKS, not one that a file could not have; numbers 0 to 2 are the desk's own agents."""
    demand = {"profile": week["profile"], "gap_distribution": "fixed"}
    staff = {"roster": {"every_day": week["agents"]}}
    try:
        sheet = to_sheet(checked({"opening": week["hours"], "demand": demand, "staff": staff}, "test"))
    except ScenarioError:
        reject()
    sheet["desk_agents"] = 3
    return readable(sheet)


def at(weekday: int, hour: float) -> int:
    """An instant of the first week."""
    return weekday * DAY + round(hour * HOUR)


def rate(sheet: np.ndarray, tick: int) -> float:
    """How fast the profile's clock runs, in its days per tick."""
    minute = tick % WEEK // MINUTE
    return float(sheet["mass"][0, minute + 1] - sheet["mass"][0, minute]) / MINUTE


def moved(tick: int, minutes: np.ndarray) -> int:
    """An instant moved into one of certain minutes of its week; there must be one."""
    possible = np.flatnonzero(minutes)
    assume(len(possible))
    return tick // WEEK * WEEK + int(possible[tick // MINUTE % len(possible)]) * MINUTE + tick % MINUTE


def scan(after: int, is_it: Callable[[int], bool]) -> int:
    """The first whole minute after an instant of which something is true, looked for minute by minute."""
    first = after // MINUTE + 1
    minutes = range(first, first + MINUTES_PER_WEEK)
    return next((minute * MINUTE for minute in minutes if is_it(minute % MINUTES_PER_WEEK)), NEVER)


def candidates(sheet: np.ndarray, day: int) -> list[int]:
    """The instants at which a day's candidates come."""
    reached, instants = calendar.clock(sheet, day * DAY), []
    while True:
        reached, instant = candidate(sheet, day, 0, len(instants), reached, rate_of_day(sheet, day))
        if instant == NEVER:
            return instants
        instants.append(int(instant))


# The profile's clock


@given(WEEKS, INSTANT)
def test_moment_undoes_clock_where_the_clock_runs(week, tick):
    sheet = desk(week)
    tick = moved(tick, np.diff(sheet["mass"][0]) > 0)
    assert abs(calendar.moment(sheet, calendar.clock(sheet, tick)) - tick) <= 1


@given(WEEKS, st.floats(0, LONGEST / DAY))
def test_clock_undoes_moment_to_one_tick(week, days):
    sheet = desk(week)
    moment = calendar.moment(sheet, days)
    assert abs(calendar.clock(sheet, moment) - days) <= 2 * rate(sheet, moment) + 1e-11


@given(WEEKS, st.data())
def test_the_guide_leaves_the_search_where_it_ends(week, data):
    """Just before, at and just after what the clock shows at any minute, and anywhere between the guide's parts."""
    sheet = desk(week)
    mass = np.append(sheet["mass"][0], np.arange(GUIDE_PLACES) * 7.0 / GUIDE_PLACES)
    rest = mass[data.draw(st.integers(0, len(mass) - 1))]
    for days in (np.nextafter(rest, 0.0), rest, np.nextafter(rest, 8.0)):
        if days < 7.0:
            minute = np.searchsorted(sheet["mass"][0], days, side="right") - 1
            assert calendar.moment(sheet, float(days)) // MINUTE == minute


@given(WEEKS, st.floats(0, LONGEST / DAY))
def test_moments_fall_within_opening_hours_and_where_demand_is(week, days):
    sheet = desk(week)
    moment = calendar.moment(sheet, days)
    assert calendar.is_open(sheet, moment)
    assert rate(sheet, moment) > 0


@given(WEEKS, INSTANT, st.floats(1e-9, 4000))
def test_later_is_later_and_within_opening_hours(week, now, days):
    sheet = desk(week)
    later = calendar.later(sheet, now, days)
    assert later > now
    assert calendar.is_open(sheet, later)


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        pytest.param(OFFICE, at(0, 12), at(0, 12) + 1, id="while open, a tick later"),
        pytest.param(OFFICE, at(0, 17) - 1, at(1, 9), id="in the last tick of the day, the next morning"),
        pytest.param(OFFICE, at(4, 17) - 1, at(7, 9), id="in the last tick of the week, next Monday"),
        pytest.param(OFFICE, at(0, 20), at(1, 9), id="at night, the next morning"),
        pytest.param({"monday": "09:00-17:00", "sunday": "20:00-24:00"}, -1, at(0, 9), id="before the horizon, Monday"),
    ],
)
def test_later_by_next_to_nothing_is_the_next_instant_with_open_doors(world, hours, now, expected):
    assert calendar.later(world(opening=hours), now, 1e-12) == expected


@given(WEEKS, INSTANT, INSTANT)
def test_clock_never_runs_backwards(week, one, other):
    sheet = desk(week)
    assert calendar.clock(sheet, min(one, other)) <= calendar.clock(sheet, max(one, other))


@given(WEEKS, INSTANT)
def test_clock_shows_seven_days_more_after_a_week(week, tick):
    sheet = desk(week)
    assert calendar.clock(sheet, tick + WEEK) - calendar.clock(sheet, tick) == pytest.approx(7, abs=1e-11)


@given(INSTANT, st.floats(1e-9, 4000))
@example(267465403201, 3781.0000000000005)
@example(512191860000, 162.04284722222224)
def test_gap_at_an_always_open_even_desk_is_exact_to_one_tick(world, now, days):
    """Ticks are cut off, and what the clock shows is rounded: a whole tick may be missed by a hair."""
    sheet = world(opening={"always": True})
    rounding = math.ulp(now / DAY + days) * DAY
    assert abs(int(calendar.later(sheet, now, days)) - now - days * DAY) <= 1 + rounding


def test_a_gap_without_end_never_ends(world):
    assert calendar.later(world(), 0, math.inf) == NEVER


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(0.0, at(0, 9), id="at first, Monday's opening"),
        pytest.param(0.7, at(0, 13), id="half a day's demand is reached at 13:00"),
        pytest.param(1.4 + 1e-9, at(1, 9), id="a whole day's demand, at the next day's opening"),
        pytest.param(7.0, at(7, 9), id="a week's demand, at next Monday's opening"),
        pytest.param(7.7, at(7, 13), id="and so on"),
    ],
)
def test_five_days_of_eight_hours_share_seven_days_of_the_clock(world, days, expected):
    assert abs(int(calendar.moment(world(opening=OFFICE), days)) - expected) <= 10


def test_a_popular_hour_is_a_long_one_on_the_clock(world):
    sheet = world(opening={"monday": "09:00-11:00"}, demand={"profile": [1] * 9 + [1, 3] + [1] * 13})
    assert calendar.clock(sheet, at(0, 10)) == pytest.approx(7 / 4)
    assert abs(int(calendar.moment(sheet, 7 / 4 + 7 / 4 * 1.5)) - at(0, 10.5)) <= 1


# Doors


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        pytest.param(OFFICE, at(0, 8), at(0, 17), id="before opening"),
        pytest.param(OFFICE, at(0, 12), at(0, 17), id="while open"),
        pytest.param(OFFICE, at(0, 17) - 1, at(0, 17), id="a tick before closing"),
        pytest.param(OFFICE, at(0, 17), at(1, 17), id="at closing, the next one"),
        pytest.param(OFFICE, at(4, 17), at(7, 17), id="over the weekend"),
        pytest.param({"monday": "09:00-12:00, 13:00-17:00"}, at(0, 10), at(0, 12), id="a lunch break closes the doors"),
        pytest.param({"monday": "09:00-12:00, 12:00-17:00"}, at(0, 10), at(0, 17), id="spans that touch are one"),
        pytest.param({"monday": "20:00-24:00", "tuesday": "00:00-02:00"}, at(0, 21), at(1, 2), id="over midnight"),
        pytest.param(dict.fromkeys(WEEKDAYS[:2], "00:00-24:00"), at(0, 1), at(2, 0), id="two whole days are one"),
        pytest.param({"sunday": "20:00-24:00", "monday": "00:00-02:00"}, at(6, 21), at(7, 2), id="over the week's end"),
        pytest.param(dict.fromkeys(WEEKDAYS, "00:00-24:00"), at(0, 1), NEVER, id="round the clock"),
        pytest.param({"always": True}, at(0, 1), NEVER, id="always"),
    ],
)
def test_doors_close(world, hours, now, expected):
    assert calendar.closing(world(opening=hours), now) == expected


@pytest.mark.parametrize(
    ("tick", "expected"),
    [
        pytest.param(at(0, 9) - 1, False, id="a tick before opening"),
        pytest.param(at(0, 9), True, id="at opening"),
        pytest.param(at(0, 17) - 1, True, id="a tick before closing"),
        pytest.param(at(0, 17), False, id="at closing"),
        pytest.param(at(5, 12), False, id="on a closed day"),
        pytest.param(at(7, 9), True, id="a week later"),
    ],
)
def test_opening_hours_are_half_open(world, tick, expected):
    assert calendar.is_open(world(opening=OFFICE), tick) == expected


@given(WEEKS, TWO_WEEKS)
def test_closing_is_what_a_scan_finds(week, now):
    sheet = desk(week)
    opened = sheet["open"][0]
    assert calendar.closing(sheet, now) == scan(now, lambda m: opened[m - 1] and not opened[m])


# Shifts


@given(WEEKS, st.integers(0, 2), TWO_WEEKS)
def test_shift_start_is_what_a_scan_finds(week, agent, now):
    sheet = desk(week)
    roster = sheet["roster"][0]
    here = roster[now % WEEK // MINUTE] > agent
    expected = now if here else scan(now, lambda m: roster[m] > agent)
    assert calendar.shift_start(sheet, agent, now) == expected


@given(WEEKS, st.integers(0, 2), TWO_WEEKS)
def test_shift_end_is_what_a_scan_finds(week, agent, now):
    sheet = desk(week)
    roster = sheet["roster"][0]
    now = moved(now, roster > agent)
    assert calendar.shift_end(sheet, agent, now) == scan(now, lambda m: roster[m] <= agent)


@pytest.mark.parametrize(
    ("counts", "agent", "shift"),
    [
        pytest.param([1, 1, 1], 0, (9, 12), id="a whole agent"),
        pytest.param([1, 1.5, 2], 1, (10.5, 12), id="rising: the part is the end of its hour"),
        pytest.param([2, 1.5, 1], 1, (9, 10.5), id="falling: the part is the beginning of its hour"),
        pytest.param([1, 1.5, 1.5], 1, (10, 10.5), id="level: the part is the beginning of its hour"),
        pytest.param([1, 1.5, 1], 1, (10, 10.5), id="a peak: the part is the beginning of its hour"),
        pytest.param([1, 1.25, 1], 1, (10, 10.25), id="a quarter is 15 minutes"),
        pytest.param([0.4, 1, 1], 0, (9.6, 12), id="the first comes late"),
        pytest.param([1, 1, 0.63], 0, (9, 11 + 38 / 60), id="63 % of an hour are 38 minutes"),
    ],
)
def test_a_part_of_an_agent_is_there_for_part_of_the_hour(world, counts, agent, shift):
    roster = {"monday": [0] * 9 + counts + [0] * 12}
    sheet = world(opening={"monday": "09:00-12:00"}, staff={"roster": roster})
    start = calendar.shift_start(sheet, agent, 0)
    assert (start, calendar.shift_end(sheet, agent, start)) == (at(0, shift[0]), at(0, shift[1]))


@pytest.mark.parametrize(
    ("counts", "agent", "shift"),
    [
        pytest.param([1, 1, 1, 1, 2, 2, 2, 2], 1, (10, 11), id="whole agents"),
        pytest.param([1, 1, 1, 1, 1, 1, 2, 2], 1, (10.5, 11), id="from the half hour on"),
        pytest.param([1, 1.8, 2, 2, 2, 2, 2, 2], 1, (9.3, 11), id="rising: four fifths of a quarter are 12 minutes"),
        pytest.param([2, 1.2, 1, 1, 1, 1, 1, 1], 1, (9, 9.3), id="falling: a fifth of a quarter is 3 minutes"),
    ],
)
def test_a_part_of_an_agent_is_there_for_part_of_the_quarter_hour(world, counts, agent, shift):
    sheet = world(
        opening={"monday": "09:00-11:00"},
        staff={"roster": {"monday": [0] * 36 + counts + [0] * 52, "every_day": [9] * 24}},
    )
    start = calendar.shift_start(sheet, agent, 0)
    assert (start, calendar.shift_end(sheet, agent, start)) == (at(0, shift[0]), at(0, shift[1]))


def test_a_roster_goes_on_from_a_day_of_quarters_to_a_day_of_hours(world):
    roster = {"monday": [1] * 95 + [1.4], "tuesday": [2] + [1] * 23}
    sheet = world(opening={"always": True}, staff={"agents": 1, "roster": roster})
    assert (calendar.shift_start(sheet, 1, 0), calendar.shift_end(sheet, 1, DAY)) == (DAY - 6 * MINUTE, DAY + HOUR)


def test_nobody_is_rostered_while_the_doors_are_closed(world):
    sheet = world(opening={"monday": "09:30-12:00"}, staff={"agents": 2})
    sheet["desk_agents"] = 3
    assert calendar.shift_start(sheet, 1, 0) == at(0, 9.5)
    assert calendar.shift_end(sheet, 1, at(0, 10)) == at(0, 12)
    assert calendar.shift_start(sheet, 2, 0) == NEVER


def test_a_shift_at_a_desk_that_never_closes_does_not_end(world):
    sheet = world(opening={"always": True}, staff={"agents": 1}, manager={})
    assert calendar.shift_end(sheet, 0, at(3, 3)) == NEVER
    assert calendar.shift_end(sheet, 1, at(3, 3)) == NEVER


@given(WEEKS, TWO_WEEKS)
def test_managers_are_there_while_the_doors_are_open(week, now):
    sheet = desk(week)
    opened = sheet["open"][0] > 0
    is_there = opened[now % WEEK // MINUTE]
    assert calendar.on_duty(sheet, 3, now) == is_there
    assert calendar.shift_start(sheet, 3, now) == (now if is_there else scan(now, lambda m: opened[m]))
    within = moved(now, opened)
    assert calendar.shift_end(sheet, 3, within) == scan(within, lambda m: not opened[m])


def test_managers_are_there_in_opening_hours_without_a_roster_of_their_own(world):
    roster = {"monday": [0] * 10 + [1] + [0] * 13}
    sheet = world(opening={"monday": "09:00-12:00"}, staff={"roster": roster}, manager={"managers": 2})
    assert (sheet["desk_agents"][0], sheet["all_agents"][0]) == (1, 3)
    shifts = [
        (calendar.shift_start(sheet, agent, 0), calendar.shift_end(sheet, agent, at(0, 10.5))) for agent in (0, 1, 2)
    ]
    assert shifts == [(at(0, 10), at(0, 11)), (at(0, 9), at(0, 12)), (at(0, 9), at(0, 12))]


@given(WEEKS)
def test_steady_minutes_lead_to_the_next_change_of_roster_or_doors(week):
    sheet = desk(week)
    roster, opened = sheet["roster"][0], sheet["open"][0]
    changes = (roster != np.roll(roster, 1)) | (opened != np.roll(opened, 1))
    ahead = np.flatnonzero(changes)
    expected = [
        ((ahead - minute - 1) % MINUTES_PER_WEEK + 1).min(initial=MINUTES_PER_WEEK)
        for minute in range(0, MINUTES_PER_WEEK, 61)
    ]
    assert steady_minutes(roster, opened)[::61].tolist() == expected


# Candidates


@settings(max_examples=40)
@given(WEEKS, st.integers(0, 7 * 1040))
def test_candidates_come_in_order_on_their_day_while_the_doors_are_open(week, day):
    sheet = desk(week)
    instants = candidates(sheet, day)
    assert instants == sorted(instants)
    assert all(instant // DAY == day and calendar.is_open(sheet, instant) for instant in instants)


def test_number_of_candidates_is_poisson_with_the_mean_of_the_day(world):
    sheet = world(opening=EVERY_DAY, demand={"prospects_per_hour": 1.5})
    numbers = np.array([len(candidates(sheet, day)) for day in range(3000)])
    assert numbers.mean() == pytest.approx(12, abs=3 * math.sqrt(12 / 3000))
    expected = stats.poisson(12).pmf(np.arange(4, 22))
    seen = np.array([(numbers == count).sum() for count in range(4, 22)])
    rest = 3000 - seen.sum()
    assert stats.chisquare([*seen, rest], [*3000 * expected, 3000 * (1 - expected.sum())]).pvalue > 0.001


def test_candidates_come_at_the_rate_of_the_profile(world):
    profile = [0] * 9 + [1, 3] + [0] * 13
    sheet = world(opening={"monday": "09:00-11:00"}, demand={"prospects_per_hour": 10, "profile": profile})
    instants = [t % WEEK for week in range(400) for t in candidates(sheet, 7 * week)]
    early = sum(t < at(0, 10) for t in instants)
    assert len(instants) == pytest.approx(8000, abs=3 * math.sqrt(8000))
    assert early == pytest.approx(2000, abs=3 * math.sqrt(2000))
    assert stats.kstest([t - at(0, 9) for t in instants if t < at(0, 10)], stats.uniform(0, HOUR).cdf).pvalue > 0.001


def test_candidates_come_at_the_rate_of_the_quarter_hours_of_their_weekday(world):
    monday, sunday = [1] * 36 + [4, 1, 2, 1, 0, 0, 0, 0] + [1] * 52, [1] * 9 + [1, 3] + [1] * 13
    sheet = world(
        opening={"monday": "09:00-11:00", "sunday": "09:00-11:00"},
        demand={"prospects_per_hour": 10, "profile": {"monday": monday, "every_day": sunday}},
    )
    shares = np.array([4, 1, 2, 1, 0, 0, 0, 0, *[1] * 4, *[3] * 4]) / 24
    instants = [t % WEEK for week in range(400) for day in (0, 6) for t in candidates(sheet, 7 * week + day)]
    edges = [at(day, 9) + quarter * HOUR // 4 for day in (0, 6) for quarter in range(9)]
    counts = np.delete(np.histogram(instants, edges)[0], 8)
    assert len(instants) == pytest.approx(16000, abs=3 * math.sqrt(16000))
    assert counts[shares == 0].sum() == 0
    assert stats.chisquare(counts[shares > 0], len(instants) * shares[shares > 0]).pvalue > 0.001


@pytest.mark.parametrize("cv", [0.15, 0.5])
def test_busyness_has_mean_1_and_the_cv_of_the_file(world, cv):
    sheet = world(demand={"busyness_cv": cv})
    factors = np.array([busyness(sheet, day) for day in range(20_000)])
    assert factors.mean() == pytest.approx(1, abs=3 * cv / math.sqrt(20_000))
    assert factors.std() / factors.mean() == pytest.approx(cv, rel=0.03)


def test_busy_days_spread_the_number_of_candidates(world):
    sheet = world(opening=EVERY_DAY, demand={"prospects_per_hour": 1.5, "busyness_cv": 0.5})
    numbers = np.array([len(candidates(sheet, day)) for day in range(3000)])
    variance = 12 + (0.5 * 12) ** 2
    assert numbers.mean() == pytest.approx(12, abs=3 * math.sqrt(variance / 3000))
    assert numbers.var() == pytest.approx(variance, rel=0.15)


def test_days_without_demand_bring_nobody(world):
    assert candidates(world(demand={"prospects_per_hour": 0}), 0) == []
    assert candidates(world(), 5) == []


def test_each_world_has_candidates_of_its_own(world):
    sheet = world()
    instants = [candidates(readable(in_world(np.asarray(sheet), 1, replication)), 0) for replication in range(3)]
    assert instants[0] != instants[1] != instants[2]
