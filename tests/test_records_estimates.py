"""Estimates from records: each is held against numbers that were drawn from a known law."""

import tomllib
from dataclasses import replace
from math import gamma

import numpy as np
import pytest

from servsim.records.cut_lognormal import uncut
from servsim.records.days import Days, days_of, open_quarters, weekday_of
from servsim.records.demand_over_the_week import less_chance, week_of
from servsim.records.draws import Purpose, drawn
from servsim.records.estimates import NO_CARE, Care, busyness, hour_factors, retry_from, settings_from
from servsim.records.kinds import segments_of
from servsim.records.over_the_year import monday_after, month_profile, trend, trend_sentence
from servsim.records.patience import from_totals, mean_of, patience_of
from servsim.records.scenario_text import written
from servsim.records.scores import wait_weight
from servsim.records.tables import opening
from servsim.records.tallies import AfterWork, Tallies, resolution_of, tallied
from servsim.records.turnarounds import moments, turnarounds
from servsim.records.visits import Visits
from servsim.scenario.tables.opening_demand_staff_service import WEEKDAYS
from servsim.scenario.tables.waiting_quality_loyalty_spending import Quality, Waiting

MONDAY = 19_422  # 6 March 2023


def waits(shape, scale, at_once, many=20_000, step=1.0, seed=1):
    """(lengths, gone, stayed) of waits of which some end in service after an exponential time."""
    rng = np.random.default_rng(seed)
    patience = np.where(rng.random(many) < at_once, 0.0, scale * rng.weibull(shape, many))
    offered = rng.exponential(200, many)
    seen = np.round(np.minimum(patience, offered) / step) * step
    lengths, place = np.unique(seen, return_inverse=True)
    gave_up = patience < offered
    return lengths, np.bincount(place, gave_up, len(lengths)), np.bincount(place, ~gave_up, len(lengths))


@pytest.mark.parametrize(
    ("shape", "scale", "at_once"), [(0.8, 300, 0), (1, 500, 0), (1.6, 120, 0), (0.8, 300, 0.1), (1.5, 200, 0.05)]
)
def test_patience_is_had_from_censored_waits(shape, scale, at_once):
    found = patience_of(*waits(shape, scale, at_once), 1.0)
    assert found[0] == pytest.approx(shape, rel=0.05)
    assert found[1] == pytest.approx(scale, rel=0.05)
    assert found[2] == pytest.approx(at_once, abs=0.01)


def test_the_mean_wait_of_those_who_left_is_not_patience():
    lengths, gone, stayed = waits(1.0, 600, 0)
    shape, scale, _ = patience_of(lengths, gone, stayed, 1.0)
    assert gone @ lengths / gone.sum() < 0.5 * mean_of(shape, scale)
    assert mean_of(2.0, 100.0) == pytest.approx(100 * gamma(1.5))


def test_waits_told_in_minutes_still_tell_patience():
    lengths, gone, stayed = waits(1.0, 400, 0, step=60.0)
    assert resolution_of(np.repeat(lengths, (gone + stayed).astype(int))) == 60
    shape, scale, _ = patience_of(lengths, gone, stayed, 60.0)
    assert mean_of(shape, scale) == pytest.approx(400, rel=0.1)


def test_who_leaves_at_once_is_told_from_waits_in_minutes_too():
    shape, scale, at_once = patience_of(*waits(1.0, 400, 0.1, step=60.0), 60.0)
    assert (shape, scale, at_once) == (
        pytest.approx(1, abs=0.1),
        pytest.approx(400, rel=0.1),
        pytest.approx(0.1, abs=0.03),
    )


def test_what_a_log_does_not_tell_is_drawn_from_all_that_is_plausible():
    """Nobody knows who comes, or how long those who left waited: trying again and patience have their whole ranges."""
    tallies = a_log(np.tile(np.repeat([0, 5, 0], [36, 36, 24]), (30, 1)))
    told = {"gone_unknown": np.full(30, 36.0), "stayed": np.full((30, 1), 144.0), "lengths": np.array([60.0])}
    tallies = Tallies(**{**vars(tallies), **told})
    found = drawn(tallies, NO_CARE, 400, Purpose.SAME_MONTHS, 1)
    retry, prospects = found["waiting.retry_probability"], found["demand.prospects_per_hour"]
    assert (retry.min(), retry.max()) == (pytest.approx(0, abs=0.02), pytest.approx(0.7, abs=0.02))
    assert prospects == pytest.approx(20 * (1 - 0.2 * retry))
    at_once, shape = found["waiting.leave_at_once_share"], found["waiting.patience_shape"]
    assert (at_once.min(), at_once.max()) == (pytest.approx(0, abs=0.01), pytest.approx(0.1, abs=0.01))
    left = 36 - at_once * 180
    low, high = (
        ((144 + times * left) / left) ** (1 / shape) * [gamma(1 + 1 / one) for one in shape] for times in (0, 2)
    )
    assert (low * 0.999 <= found["waiting.patience_minutes"]).all()
    assert (found["waiting.patience_minutes"] <= high * 1.001).all()


def test_without_the_waits_of_those_who_left_patience_is_time_waited_by_those_who_left():
    lengths, gone, stayed = waits(1.0, 400, 0)
    mean, low, high = from_totals(float(stayed @ lengths), float(stayed.sum()), float(gone.sum()))
    assert low < 400 < high
    assert mean == pytest.approx(400, rel=0.1)


def a_log(counts):
    """Days with (days, quarters) visits, open where anybody comes, as tallies of nothing but who came."""
    many = len(counts)
    opened = np.tile(counts.sum(axis=0) > 0, (7, 1))
    days = Days(MONDAY + np.arange(many), counts, opened, (), 0)
    empty = np.zeros((many, 1))
    return Tallies(
        days, counts, np.zeros((3, many, 24)), np.zeros(1), empty, empty, np.zeros(many), np.zeros((4, many)), 1.0, np.inf,
        AfterWork(np.zeros(1), empty, empty),
    )  # fmt: skip


@pytest.mark.parametrize("cv", [0.0, 0.15, 0.3])
def test_busyness_is_how_hours_of_a_day_go_together(cv):
    """Not what belongs to single hours: those vary by a factor of their own here, which pooling would count as well."""
    rng = np.random.default_rng(2)
    rate = np.concatenate([np.zeros(36), np.full(36, 12.0), np.zeros(24)])
    day = rng.gamma(1 / cv**2, cv**2, (300, 1)) if cv else np.ones((300, 1))
    hour = np.repeat(rng.gamma(1 / 0.04, 0.04, (300, 24)), 4, axis=1)
    counts = rng.poisson(rate * day * hour)
    found = busyness(a_log(counts), np.ones(300))
    assert found == pytest.approx(cv, abs=0.03)


def test_hours_in_which_chance_explains_it_all_have_one_factor():
    rng = np.random.default_rng(3)
    number = np.full(24, 1000.0)
    alike, apart = (
        rng.exponential(180, (24, 1000)),
        rng.exponential(180, (24, 1000)) * np.linspace(0.7, 1.3, 24)[:, None],
    )
    flat = hour_factors(number, alike.sum(axis=1), np.square(alike).sum(axis=1))
    steep = hour_factors(number, apart.sum(axis=1), np.square(apart).sum(axis=1))
    assert np.abs(flat - 1).max() < 0.05
    assert np.corrcoef(steep, np.linspace(0.7, 1.3, 24))[0, 1] > 0.97
    assert (number * steep).sum() == pytest.approx(number.sum())


@pytest.mark.parametrize("cv", [0.5, 1.0, 1.4])
def test_what_a_cut_took_from_a_long_tail_is_put_back(cv):
    rng = np.random.default_rng(7)
    log_variance = np.log1p(cv**2)
    lengths = 450 * np.exp(rng.normal(-log_variance / 2, np.sqrt(log_variance), 2_000_000))
    seen = np.minimum(lengths, 20 * np.median(lengths))
    mean, sd = uncut(seen.mean(), seen.std(), 20 * np.median(lengths))
    assert mean == pytest.approx(450, rel=0.005)
    assert sd / mean == pytest.approx(cv, rel=0.015)
    assert seen.std() / seen.mean() < 0.96 * cv or cv < 1.2


def visits_at(seconds, days, served=None, service=60.0, wait=5.0, customer=None):
    """Visits at seconds after midnight of days."""
    arrived = np.sort((MONDAY + np.asarray(days)) * 86_400.0 + np.asarray(seconds))
    many = len(arrived)
    served = np.ones(many, bool) if served is None else served
    customer = np.full(many, -1) if customer is None else customer
    return Visits(arrived, np.full(many, wait), served, np.where(served, service, np.nan), np.full(many, 1), customer,
                  np.full(many, -1), np.full(many, np.nan), np.full(many, np.nan))  # fmt: skip


def test_doors_are_open_while_people_come_and_a_holiday_is_left_out():
    rng = np.random.default_rng(4)
    days = np.concatenate([np.full(200, day) for day in range(28) if day % 7 < 5 and day != 9] + [np.full(20, 9)])
    found = days_of(visits_at(rng.uniform(9 * 3600, 17.5 * 3600, len(days)), days))
    assert opening(found.open)["monday"] == "09:00-17:30"
    assert opening(found.open)["sunday"] == ""
    assert found.left_out == ("2023-03-15 (20 visits)",)
    assert len(found.day) == 19
    assert weekday_of(np.array([MONDAY])) == 0


def test_a_lunch_break_is_seen_and_a_quiet_quarter_is_not():
    counts = np.zeros((20, 96), int)
    counts[:, 36:48] = counts[:, 54:72] = 10
    assert opening(np.tile(open_quarters(counts), (7, 1)))["monday"] == "09:00-12:00, 13:30-18:00"
    counts[:, 40] = 0
    assert opening(np.tile(open_quarters(counts), (7, 1)))["monday"] == "09:00-12:00, 13:30-18:00"


def a_week(rates, many=8, seed=8):
    """(days, quarters) visits of some weeks by (7, quarters) rates, weekdays, and when it is open: nine to five."""
    opened = np.zeros((7, 96), bool)
    opened[:5, 36:68] = opened[5, 36:48] = True
    counts = np.random.default_rng(seed).poisson(np.tile(rates * opened, (many, 1)))
    weekday = np.tile(np.arange(7), many)
    return counts[weekday < 6], weekday[weekday < 6], opened


def rates_of(lists):
    """(7, quarters) rates as a scenario has them."""
    profile, week = lists["profile"], lists.get("weekday_profile", [1.0] * 7)
    if isinstance(profile, dict):
        return np.array(
            [np.repeat(profile.get(day, [0.0] * 24), 96 // len(profile.get(day, [0] * 24))) for day in WEEKDAYS]
        )
    return np.outer(week, np.repeat(profile, 96 // len(profile)))


DAYS = np.array([1, 2, 3, 2, 1, 4, 1.0])[:, None]


@pytest.mark.parametrize(("rates", "length"), [
    (DAYS * np.repeat(np.arange(24) + 5.0, 4), 24),
    (100 * DAYS * (np.repeat(np.arange(24) + 5.0, 4) * np.tile([0.7, 0.9, 1.1, 1.3], 24)), 96),
])  # fmt: skip
def test_profiles_multiply_to_the_visits_of_each_hour_or_quarter_hour(rates, length):
    counts, weekday, opened = a_week(rates)
    lists = week_of(counts, weekday, opened).lists
    assert len(lists["profile"]) == length
    again, true = rates_of(lists) * opened, rates * opened
    assert again / again.sum() == pytest.approx(true / true.sum(), rel=0.25 if length == 24 else 0.03)


def test_weekdays_that_have_days_of_another_shape_have_lists_of_their_own():
    rates = np.full((7, 96), 30.0)
    rates[2] = np.linspace(5, 80, 96)
    counts, weekday, opened = a_week(rates)
    lists = week_of(counts, weekday, opened).lists
    assert list(lists["profile"]) == list(WEEKDAYS[:6])
    again, true = rates_of(lists) * opened, rates * opened
    assert again / again.sum() == pytest.approx(true / true.sum(), rel=0.2)


def test_a_day_is_lived_again_without_its_own_chance_but_with_its_own_surges():
    flat = np.full((7, 96), 3.0)
    counts, weekday, opened = a_week(flat)
    week = week_of(counts, weekday, opened)
    smooth = less_chance(counts, weekday, week)
    assert smooth.sum(axis=1) == pytest.approx(counts.sum(axis=1))
    assert smooth[0, 36:68].std() < 0.3 * counts[0, 36:68].std()
    counts[3, 44:48] += 40
    assert less_chance(counts, weekday, week_of(counts, weekday, opened))[3, 44:48].sum() > 130


def test_work_after_a_visit_is_how_soon_an_agent_serves_while_somebody_waits():
    """Four agents of whom each needs 30 ± 30 s after a visit: about as long is found, whatever the queue hides."""
    rng = np.random.default_rng(9)
    free, rows = [(0.0, agent) for agent in range(4)], []
    for came in np.cumsum(rng.exponential(58, 6000)):
        at, agent = min(free)
        start = max(at, came)
        service = rng.exponential(200)
        free[free.index((at, agent))] = (start + service + rng.exponential(30), agent)
        rows.append((came, start - came, service, agent))
    came, wait, service, agent = (np.array(one) for one in zip(*rows, strict=True))
    none = np.full(len(came), np.nan)
    nobody = np.full(len(came), -1)
    visits = Visits(came, wait, np.ones(len(came), bool), service, agent, nobody, nobody, none, none)
    _, seconds, is_over = turnarounds(visits)
    lengths, place = np.unique(seconds, return_inverse=True)
    found = moments(lengths, np.bincount(place, is_over), np.bincount(place, ~is_over))
    assert found == (pytest.approx(30, rel=0.06), pytest.approx(30, rel=0.12))
    told = replace(visits, after=np.full(len(came), 45.0))
    assert (turnarounds(told)[1] == 45).all()
    assert moments(lengths[:2], np.ones(2), np.ones(2)) is None


def test_todays_care_is_taken_out_of_the_mean_and_of_the_variance():
    rng = np.random.default_rng(5)
    days = np.repeat(np.arange(20), 200)
    length = 60 * (rng.gamma(4, 1.0, len(days)) + rng.gamma(25, 0.12, len(days)))  # 4 ± 2 and 3 ± .6 minutes
    visits = visits_at(rng.uniform(32_400, 64_800, len(days)), days, service=1.0)
    visits = Visits(
        **{
            **{
                name: getattr(visits, name)
                for name in ("arrived", "wait", "served", "agent", "customer", "kind", "score", "after")
            },
            "service": length,
        }
    )
    tallies = tallied(visits, days_of(visits))
    found = settings_from(tallies, np.ones(20), Care(3.0, 0.6))
    assert found["service.core_minutes"] == pytest.approx(4, rel=0.03)
    assert found["service.core_cv"] == pytest.approx(0.5, rel=0.05)


def test_trying_again_is_what_those_who_gave_up_do_more_than_those_who_were_served():
    back = np.array([[100.0], [40.0], [1000.0], [100.0]])
    tallies = a_log(np.ones((1, 96), int))
    tallies = Tallies(**{**vars(tallies), "back": back})
    assert retry_from(tallies, np.ones(1)) == pytest.approx(0.3)
    assert retry_from(Tallies(**{**vars(tallies), "back": back / 10}), np.ones(1)) is None


def test_draws_move_together_and_months_widen_what_they_move():
    rng = np.random.default_rng(6)
    counts = np.concatenate([np.zeros((40, 36), int), rng.poisson(5, (40, 36)), np.zeros((40, 24), int)], axis=1)
    tallies = a_log(counts)
    same, later = (drawn(tallies, NO_CARE, 100, purpose, 1)["demand.prospects_per_hour"] for purpose in Purpose)
    assert same.std() / same.mean() == pytest.approx(1 / np.sqrt(counts.sum()), rel=0.4)
    assert later.std() / later.mean() == pytest.approx(0.06, rel=0.3)
    again = drawn(tallies, NO_CARE, 100, Purpose.SAME_MONTHS, 1)
    assert again["demand.prospects_per_hour"].tolist() == same.tolist()


def test_a_scenario_is_written_as_it_is_read():
    raw = {
        "title": 'A "desk"', "opening": {"monday": "09:00-12:00"}, "demand": {"profile": [0.123] * 24, "x": 1.5},
        "staff": {"agents": 0, "roster": {"monday": [0, 1] * 12}}, "evaluate": {"levels": [1, 2], "on": True},
        "segments": [{"name": "a", "share": 0.5, "waiting": {"priority": 1}}, {"name": "b", "share": 0.5}],
    }  # fmt: skip
    text = written(raw, {"demand.x": "fitted: " + "very " * 40 + "well", "opening": "fitted"}, ["Made."])
    assert tomllib.loads(text) == raw
    assert max(map(len, text.splitlines())) <= 120


def days_with(totals, first=MONDAY):
    """Days of which each has its visits in one quarter of an hour."""
    counts = np.zeros((len(totals), 96), np.int64)
    counts[:, 40] = totals
    return Days(first + np.arange(len(totals)), counts, np.ones((7, 96), bool), (), 0)


def test_months_differ_where_chance_does_not_explain_it():
    rng = np.random.default_rng(11)
    days = np.arange(MONDAY, MONDAY + 730)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    season = 1 + 0.4 * np.sin(np.arange(12))
    found = month_profile(days_with(rng.poisson(100 * season[month])))
    assert found == pytest.approx(season / season[month].mean(), rel=0.05)
    assert month_profile(days_with(rng.poisson(100, 300))) is None
    flat = month_profile(days_with(rng.poisson(100, 730)))
    assert flat is None or max(abs(one - 1) for one in flat) < 0.02
    assert monday_after(days_with([1, 1])).isoformat() == "2023-03-13"


def test_a_trend_is_said_and_chance_is_none():
    rng = np.random.default_rng(12)
    grows = days_with(rng.poisson(100 * 1.3 ** (np.arange(365) / 365)))
    growth, low, high = trend(grows)
    assert low < 0.3 < high
    assert growth == pytest.approx(0.3, abs=0.06)
    assert trend_sentence(grows)[0].startswith("Visits went up at a rate of ")
    assert trend(days_with(rng.poisson(100, 365))) is None
    assert trend(days_with(rng.poisson(100 * np.linspace(1, 2, 28)))) is None


@pytest.mark.parametrize(("weight", "is_sure"), [(2.0, True), (0.0, False)])
def test_scores_tell_what_a_wait_costs_if_it_is_more_than_their_noise(weight, is_sure):
    rng = np.random.default_rng(13)
    wait, many = rng.exponential(600, 5000), 5000
    waiting, quality = Waiting(informed=True, tolerance=0.2), Quality()
    lost = weight * (1 + quality.disconfirmation * quality.loss_aversion) * np.maximum(0, wait / 1200 - 0.2)
    points = np.clip(9 - lost + rng.normal(0, 1, many), 0, 10)
    stars = 1 + points * 0.4
    none = np.full(many, np.nan)
    visits = Visits(np.arange(many) * 100.0, wait, np.ones(many, bool), none, np.full(many, -1), np.full(many, -1),
                    np.full(many, -1), stars, none)  # fmt: skip
    found = wait_weight(visits, 20.0, waiting, quality)
    assert found.is_sure is is_sure
    assert found.points == pytest.approx(weight, abs=0.3 if weight else 3 * found.error)
    assert wait_weight(visits.where(np.arange(many) < 50), 20.0, waiting, quality) is None


@pytest.mark.parametrize("down", [np.floor, np.round, np.ceil])
def test_waits_told_in_minutes_have_ranges_that_hold_however_they_were_rounded(down):
    rng = np.random.default_rng(14)
    patience, offered = 300 * rng.weibull(1.2, 30_000), rng.exponential(300, 30_000)
    told = 60 * down(np.minimum(patience, offered) / 60)
    days = np.repeat(np.arange(30), 1000)
    visits = visits_at(rng.uniform(32_400, 64_800, 30_000), days)
    visits = replace(visits, wait=told, served=offered < patience)
    tallies = tallied(visits, days_of(visits))
    assert tallies.resolution == 60
    draws = drawn(tallies, NO_CARE, 100, Purpose.SAME_MONTHS, 1)["waiting.patience_minutes"]
    low, high = np.quantile(draws, (0.02, 0.98))
    assert low < mean_of(1.2, 300) / 60 < high
    assert high - low > 0.5


def kinds_at(lengths, many=3000):
    """Visits of three kinds, the third seldom, with mean services of so many seconds."""
    rng = np.random.default_rng(15)
    kind = rng.choice(3, many, p=[0.6, 0.37, 0.03])
    visits = visits_at(rng.uniform(32_400, 64_800, many), np.repeat(np.arange(10), many // 10))
    return replace(visits, kind=kind, kinds=("short", "long", "rare"), service=rng.exponential(np.array(lengths)[kind]))


def test_kinds_are_segments_where_their_services_differ():
    found = segments_of(kinds_at([120, 480, 60]), {"service.core_minutes": 4.2})
    assert [one["name"] for one in found] == ["short", "long"]
    assert sum(one["share"] for one in found) == pytest.approx(1, abs=1e-3)
    assert [one["service"]["core_minutes"] for one in found] == pytest.approx([2, 8], rel=0.1)
    assert "waiting" not in found[0]
    assert segments_of(kinds_at([200, 200, 200]), {"service.core_minutes": 4.0}) == []
    alone = replace(kinds_at([120, 480, 60]), kind=np.full(3000, -1), kinds=())
    assert segments_of(alone, {"service.core_minutes": 4.2}) == []
