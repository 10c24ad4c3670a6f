"""How far one looks: payback and what is best by then, on numbers that a reader checks on fingers.

And by night: how often the interval of the payback holds, and how often a race over the years ends with the best level,
with their tables in docs/proof.
"""

import math
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_selection import made

from servsim import evaluate
from servsim.scenario.read import checked, with_level
from servsim.study.execution.options import HERE
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.intervals_and_tables import Interval, t_quantile
from servsim.study.one_lever.payback import RATES, Ahead, Look, crossing, look_ahead, payback
from servsim.study.one_lever.race import FIRST_REPLICATIONS, STEP
from servsim.study.one_lever.ranking_and_selection import Race, Rules
from servsim.study.yearly_projection import COLUMNS, MONTHS, at_rate, cumulative_cash, value_of

PROOF = Path(__file__).parent.parent / "docs" / "proof"
NEVER = math.inf

# The crossing of one curve.

CURVES = [
    ("halfway between the second month's end and the third's", [-10, -5, 5, 10], 1, 2.5),
    ("a quarter into the fourth", [-3, -4, -1, 3], 2, 3.25),
    ("at once", [1, 2, 3], 0, 0),
    ("the last crossing, where it dips again", [-2, 4, -4, 4], 3, 3.5),
    ("also where it dips less deeply the second time", [-5, 4, -1, 4], 1, 3.2),
    ("what comes before the deepest month is not looked at", [4, -4, 4], 2, 2.5),
    ("above nought already where the mean is deepest", [-1, 2, 3], 2, 2),
    ("never, and ever deeper", [-1, -2, -3], 3, NEVER),
    ("never, though it rises", [-3, -2, -1], 1, NEVER),
    ("never, if it ends at nought", [-3, -2, 0], 1, NEVER),
    ("never, having been above", [3, 2, -1], 3, NEVER),
    ("nothing ever changes", [0, 0, 0], 0, NEVER),
]  # fmt: skip


@pytest.mark.parametrize(("curve", "lowest", "month"), [pytest.param(*case[1:], id=case[0]) for case in CURVES])
def test_the_month_from_which_money_stays_above_nought(curve, lowest, month):
    assert crossing(np.array(curve, float), lowest) == pytest.approx(month)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(0, 50))
def test_a_higher_curve_never_crosses_later(curve, more):
    """So the interval of a payback is in order, and its month is within it."""
    own = np.array(curve)
    lowest = int(np.append(0.0, own).argmin())
    assert crossing(own + more, lowest) <= crossing(own, lowest) <= crossing(own - more, lowest)


# The payback of several replications; two of them have one degree of freedom.

T1 = t_quantile(0.95, 1)


def paid_back(*replications: Sequence[float]):
    """The payback of replications whose money until the end of each month is more by so much."""
    return payback(np.array(replications, float), 0.95, "EUR")


def test_replications_that_are_alike_cross_when_the_mean_does():
    p = paid_back([-10, -5, 5, 10], [-10, -5, 5, 10])
    assert (p.month, p.low, p.high) == (2.5, 2.5, 2.5)
    assert (p.deepest, p.lowest) == (Interval(-10, -10, -10, "EUR"), 1)
    assert (p.usual, p.never, p.is_shown) == ((2.5, 2.5), 0, True)


def test_the_interval_is_where_the_band_of_the_mean_crosses():
    """A mean of −4, 0, 4 … with a standard error of 1 from the second month on: the band is t to either side."""
    p = paid_back([-4, 1, 5, 9, 13, 17], [-4, -1, 3, 7, 11, 15])
    assert (p.deepest.mean, p.deepest.low, p.lowest) == (-4, -4, 1)
    np.testing.assert_allclose(p.mean, [-4, 0, 4, 8, 12, 16])
    np.testing.assert_allclose(p.upper - p.mean, [0, T1, T1, T1, T1, T1])
    np.testing.assert_allclose(p.mean - p.lower, p.upper - p.mean)
    assert p.month == pytest.approx(2)
    assert p.low == pytest.approx(1 + 4 / (T1 + 4))
    assert 12 < T1 < 16
    assert p.high == pytest.approx(5 + (T1 - 12) / 4)
    assert p.usual == (pytest.approx(1.8), pytest.approx(2.25))


def test_where_the_lower_end_of_the_band_stays_below_nought_it_is_not_shown_to_pay_back():
    p = paid_back([-4, 9], [-4, -1])
    assert p.month == pytest.approx(1.5)
    assert (p.high, p.is_shown) == (None, False)
    assert p.low == pytest.approx(1 + 4 / (8 + 5 * T1))
    assert p.usual == (pytest.approx(1 + 4 / 13), None)
    assert p.never == 0.5
    assert p.to_dict()["high"] is None
    assert p.to_dict()["in_8_of_10"] == [p.usual[0], None]


def test_what_never_pays_back_has_no_month():
    p = paid_back([-1, -2, -30], [-1, -2, -32])
    assert (p.month, p.low, p.high, p.usual, p.never, p.is_shown) == (None, None, None, (None, None), 1, False)
    assert p.lowest == 3
    assert (p.deepest.mean, p.deepest.high) == (-31, pytest.approx(-31 + T1))


def test_what_pays_from_the_first_day_on_is_ahead_at_once():
    p = paid_back([1, 2], [1, 2], [1, 2])
    assert (p.month, p.low, p.high, p.lowest) == (0, 0, 0, 0)
    assert p.deepest == Interval(0, 0, 0, "EUR")


def test_in_eight_of_ten_replications_it_lies_between():
    """Of ten replications that cross at the end of month 2, 3 … 10, and never, one in ten is left out to either side."""
    replications = [[-1] * month + [0] + [1] * (10 - month) for month in range(10)]
    p = paid_back(*replications[1:], [-1] * 11)
    assert p.usual == (2, 10)
    assert p.never == 0.1
    assert paid_back(*replications[2:], [-1] * 11, [-1] * 11).usual == (3, None)


def test_the_curve_is_told_month_by_month():
    told = paid_back([-1, 1], [-3, 5]).to_dict()
    assert [row["month"] for row in told["cumulative"]] == [1, 2]
    assert [row["mean"] for row in told["cumulative"]] == [-2, 3]
    assert told["cumulative"][0]["low"] == pytest.approx(-2 - T1)
    assert told["deepest"] == {
        "mean": -2,
        "low": pytest.approx(-2 - T1),
        "high": pytest.approx(-2 + T1),
        "unit": "EUR",
        "month": 1,
    }


# Looks.

RATE = 0.1


def months(*levels: Sequence[Sequence[float]]) -> np.ndarray:
    """(levels, replications, months, COLUMNS) of which only profit is anything: margin, and the same in today's money."""
    profit = np.array(levels, float)
    table = np.zeros((*profit.shape, len(COLUMNS)))
    table[..., COLUMNS.index("margin")] = profit
    table[..., COLUMNS.index("cash")] = profit * (1 + RATE) ** -((np.arange(profit.shape[2]) + 1) / MONTHS)
    return table


def year_by_year(*years: float) -> list[float]:
    """Months in which so much is earned, year by year, all of it in the first month of the year."""
    return [amount for year in years for amount in (year, *[0] * 11)]


def looked(*levels: Sequence[Sequence[float]]) -> Ahead:
    """Looks at levels 0, 1 … in replications of such months, level 0 being today's."""
    return look_ahead(months(*levels), tuple(map(float, range(len(levels)))), 0.0, RATE, 0.95, "EUR")


def sets(looks: Iterable[Look]) -> list[tuple[float, ...]]:
    """The levels that are not told apart from the best, look by look."""
    return [look.told_apart_not for look in looks]


SURE = (0, 10, 20)
"""Three replications of two levels that differ by as much in each: what differs is told apart."""


def sure(*years: float) -> list[list[float]]:
    """Three replications in which a level earns so much year by year, and some more that all levels do."""
    return [year_by_year(*(year + more for year in years)) for more in SURE]


def test_what_is_best_depends_on_how_far_one_looks():
    """Level 1 costs 5 in the first year and brings 4 and 3 in those that follow."""
    ahead = looked(sure(0, 0, 0), sure(-5, 4, 3))
    assert [look.years for look in ahead.looks] == [1, 2, 3]
    assert [look.best for look in ahead.looks] == [0, 0, 1]
    assert sets(ahead.looks) == [(0,), (0,), (1,)]
    assert ahead.changes
    assert ahead.replications == 3
    gains = [year_by_year(*years) for years in ((0, 0, 0), (0, 0, 0), (-5, 4, 3))]
    expected = [
        sum(amount * 1.1 ** -((month + 1) / 12) for month, amount in enumerate(gain[: 12 * years]))
        for gain, years in zip(gains, (1, 2, 3), strict=True)
    ]
    assert [look.gain.mean for look in ahead.looks] == pytest.approx(expected)


def test_where_the_sets_have_a_level_in_common_nothing_changes():
    """The best is another one by then, but in the first year it is not told apart."""
    noisy = [year_by_year(first, 2, 2) for first in (-9, -1, 4)]
    ahead = looked([year_by_year(0, 0, 0)] * 3, noisy)
    assert [look.best for look in ahead.looks] == [0, 0, 1]
    assert ahead.looks[0].told_apart_not == (0, 1)
    assert not ahead.changes


def test_sets_that_do_not_meet_change_though_a_third_meets_both():
    """In the first year level 0 is best, after two years nobody knows, after three it is level 1."""
    level = [year_by_year(-10, second, 30) for second in (7, 11, 15)]
    ahead = looked([year_by_year(0, 0, 0)] * 3, level)
    assert sets(ahead.looks) == [(0,), (0, 1), (1,)]
    assert ahead.changes


def test_the_rate_may_change_what_is_best_too():
    """5 now against 12 in ten years, which are 7.3 of today at 5 % interest, 4.6 at 10 %, and 2.9 at 15 %."""
    ahead = looked(sure(5, *[0] * 10), sure(0, *[0] * 9, 12))
    assert [look.rate for look in ahead.rates] == list(RATES)
    assert [look.years for look in ahead.rates] == [11, 11, 11]
    assert [look.best for look in ahead.rates] == [1, 0, 0]
    assert [look.years for look in ahead.looks] == [1, 2, 3, 5, 10, 11]
    assert [look.best for look in ahead.looks] == [0, 0, 0, 0, 0, 0]
    assert ahead.changes


def test_levels_are_told_apart_by_an_interval_of_a_family():
    """Two levels behind the best by 1 on average, with a standard error of 1 / t of one comparison, and of two."""
    single = t_quantile(0.95, 2, 1)
    spread = np.array([-1.0, 0.0, 1.0]) * np.sqrt(3) / (single * 1.01)
    behind = [[-1 + step] for step in spread]
    two = look_ahead(months([[0.0]] * 3, behind), (0.0, 1.0), 0.0, 0.0, 0.95, "EUR")
    three = look_ahead(months([[0.0]] * 3, behind, [[-99.0]] * 3), (0.0, 1.0, 2.0), 0.0, 0.0, 0.95, "EUR")
    assert two.looks[0].told_apart_not == (0,)
    assert three.looks[0].told_apart_not == (0, 1)


def test_levels_that_are_always_equal_are_not_told_apart():
    assert sets(looked(sure(1), sure(1), sure(0)).looks) == [(0, 1)]


def test_at_the_stated_rate_the_value_is_the_value_itself():
    """To the last bit, whatever the months."""
    table = np.random.default_rng(1).normal(0, 1e5, (7, 40, len(COLUMNS)))
    for stated in (0.0, 0.03, 0.1, 1.0):
        assert at_rate(table, stated, stated).tobytes() == value_of(table).tobytes()


def test_at_another_rate_each_month_is_discounted_from_its_middle():
    """1 in each of two months: at no interest 2, at 100 % a year 2^(−1/24) and 2^(−3/24)."""
    table = np.zeros((2, len(COLUMNS)))
    table[:, COLUMNS.index("margin")] = table[:, COLUMNS.index("cash")] = 1
    assert at_rate(table, 0.0, 1.0) == pytest.approx(2 ** (-1 / 24) + 2 ** (-3 / 24))


def test_an_answer_tells_all_of_it():
    tables = {**SETTLED, "horizon": {"weeks": 4.0, "years": 2.0}}
    e = evaluate(checked(tables, "settled"), levels=(4.0, 8.0), replications=6, smallest_difference=0.0)
    told = e.to_dict()
    assert [look["years"] for look in told["look_ahead"]["by_years"]] == [1, 2]
    assert [look["discount_rate"] for look in told["look_ahead"]["by_discount_rate"]] == list(RATES)
    assert told["look_ahead"]["by_discount_rate"][1]["gain"] == pytest.approx(told["look_ahead"]["by_years"][1]["gain"])
    gaps = cumulative_cash(e.months[e.levels.index(8)]) - cumulative_cash(e.months[e.levels.index(2)])
    assert e.payback(8).to_dict() == payback(gaps, 0.95, "EUR").to_dict()
    assert told["look_ahead"]["by_years"][1]["gain"]["mean"] == pytest.approx(told["gain"]["mean"])


# By night: how often the interval of the payback holds.

SETTLED = {
    "opening": {"monday": "09:00-13:00", "tuesday": "", "wednesday": "", "thursday": "13:00-17:00", "friday": ""},
    "demand": {"prospects_per_hour": 0.6, "opening_book": 75, "visit_gap_days": 21.0}, "staff": {"agents": 1},
    "service": {"core_minutes": 12.0}, "investment": {"minutes_per_visit": 2.0}, "waiting": {}, "quality": {},
    "loyalty": {}, "spending": {"basket_mean": 40.0}, "horizon": {"weeks": 4.0, "years": 3.0},
}  # fmt: skip
"""A quick desk on which another minute, two or three cost at first and pay back within the three years."""
PAYING = (3.0, 4.0, 5.0)
REPLICATIONS, REPEATS = 6000, 400
SIZES = (10, 15, 30)


@cache
def money_more() -> dict[float, np.ndarray]:
    """(REPLICATIONS, months) of each level: money until the end of each month, more than at today's two minutes."""
    scenario = checked(SETTLED, "settled")
    levels = [with_level(scenario, "investment.minutes_per_visit", level) for level in (2.0, *PAYING)]
    with Pool(levels, 1, HERE, far=True) as pool:
        outcomes = pool.outcomes([Job(place, number) for number in range(REPLICATIONS) for place in range(len(levels))])
    cash = cumulative_cash(np.stack([outcome.months for outcome in outcomes])).reshape(REPLICATIONS, len(levels), -1)
    return {level: cash[:, place] - cash[:, 0] for place, level in enumerate(PAYING, 1)}


def coverage(gaps: np.ndarray, size: int) -> tuple[float, float, float, float]:
    """How often the interval from so many replications holds the truth, the months in which it does not end, its width.

    The truth: when the mean of all replications crosses. Repeats share no replication as long as there are enough.
    """
    truth = crossing(gaps.mean(axis=0), int(np.append(0.0, gaps.mean(axis=0)).argmin()))
    random, found = np.random.default_rng(size), []
    while len(found) < REPEATS:
        shuffled = random.permutation(len(gaps))
        found += [payback(gaps[part], 0.95, "EUR") for part in shuffled[: len(gaps) // size * size].reshape(-1, size)]
    ends = [(NEVER if p.low is None else p.low, NEVER if p.high is None else p.high) for p in found[:REPEATS]]
    held = np.mean([low <= truth <= high for low, high in ends])
    open_above = np.mean([high == NEVER for _, high in ends])
    return truth, float(held), float(open_above), float(np.median([high - low for low, high in ends if high < NEVER]))


def written(name: str, title: str, text: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table of the proof, with the commit it was made on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=PROOF.parent.parent
    )
    lines = [heads, ["---"] * len(heads), *rows]
    table = ["| " + " | ".join(map(str, line)) + " |" for line in lines]
    PROOF.mkdir(exist_ok=True)
    (PROOF / name).write_text(
        "\n".join([f"# {title}", "", f"Made on commit {commit.stdout.strip()}.", "", text, "", *table, ""])
    )


@pytest.mark.nightly
def test_the_interval_of_the_payback_holds_as_often_as_it_should():
    """Nine times in ten at least from fifteen replications on; a band of 95 % in each month promises no more."""
    found = {(level, size): coverage(gaps, size) for level, gaps in money_more().items() for size in SIZES}
    written(
        "payback.md",
        "How often the interval of the payback holds",
        f"A quick desk of three years, today at 2 minutes; the truth is the crossing of the mean of {REPLICATIONS:,} replications, "
        f"held against {REPEATS} intervals of 95 % from so many replications each (tests/test_ahead.py).",
        ("minutes", "true month", "replications", "holds", "open above", "median width, months"),
        [(f"{level:g}", f"{truth:.1f}", size, f"{held:.3f}", f"{100 * beyond:.0f} %", f"{width:.1f}")
         for (level, size), (truth, held, beyond, width) in found.items()],
    )  # fmt: skip
    assert [case for case, (_, held, *_) in found.items() if case[1] >= 15 and held < 0.90] == []


# By night: how often a race over the years ends with the best level.

RACES = 1000
CONFIDENCE = 0.95
LEVELS = (2, 5, 12)
"""How many levels take part."""
ALIKE = {"independent": 0.0, "common": 0.8}
SPREADS = {"equal variances": (1.0, 1.0), "unequal variances": (0.5, 2.0)}
"""Standard deviations of the first level, which is the best, and of the others; or of half of them, and the rest."""
APART = (0.3, 0.6)
"""The smallest difference, in standard deviations of a difference: the less, the longer the race."""


def sparing_race(means: np.ndarray, spread: np.ndarray, alike: float, difference: float, random: np.random.Generator):
    """(is the best level the one that is left, replications of all levels) of a race as `evaluate` runs it over the years."""
    rules = Rules(len(means), FIRST_REPLICATIONS, difference, (1 - CONFIDENCE) / 2)
    race, replications, taken = Race(rules, range(len(means))), FIRST_REPLICATIONS, FIRST_REPLICATIONS * len(means)
    metrics = means[:, None] + spread[:, None] * made(random, np.zeros(len(means)), alike, 4000)
    while True:
        alive = [int(level) for level in race.alive]
        race.look(metrics[alive, :replications], np.empty((len(alive), 0, replications)))
        if race.over:
            return race.alive == [0], taken
        replications += STEP
        taken += STEP * len(race.alive)
        assert replications <= metrics.shape[1]


@pytest.mark.nightly
def test_a_race_over_the_years_ends_with_the_best_level_as_often_as_it_says():
    """All others being worse by exactly the smallest difference: nothing is harder for it."""
    rows, failed = [], []
    for levels in LEVELS:
        for alike_name, alike in ALIKE.items():
            for spread_name, (best, others) in SPREADS.items():
                for apart in APART:
                    spread = np.r_[best, np.where(np.arange(levels - 1) % 2, best, others)]
                    sd = np.sqrt(2 * (1 - alike)) * spread.max()
                    means = np.r_[0.0, np.full(levels - 1, -apart * sd)]
                    random = np.random.default_rng(levels)
                    found = [sparing_race(means, spread, alike, apart * sd, random) for _ in range(RACES)]
                    right, replications = (float(np.mean(column)) for column in zip(*found, strict=True))
                    rows.append(
                        (levels, alike_name, spread_name, apart, f"{right:.3f}", f"{replications / levels:.0f}")
                    )
                    failed += [rows[-1]] if right < CONFIDENCE else []
    written(
        "race.md",
        "How often a race over the years ends with the best level",
        f"{RACES:,} races of normal metrics, all other levels worse by exactly the smallest difference: a first stage of "
        f"{FIRST_REPLICATIONS} replications, {STEP} between two looks, half of the doubt of {CONFIDENCE:.0%} (tests/test_ahead.py).",
        ("levels", "replications", "spread", "smallest difference, sd", "right", "replications of a level, mean"),
        rows,
    )
    assert failed == []
