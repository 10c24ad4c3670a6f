"""Customers who come less often than twice a year: they think again at home, so that a stated retention comes out."""

from typing import Any

import numpy as np
import pytest

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening, Purpose, Reason
from servsim.model import fast, reference
from servsim.model.invariants.catalogue import broken_invariants
from servsim.model.random_numbers import drawn
from servsim.model.rules import demand, loyalty
from servsim.model.trace import Trace, first_difference
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.verification.random_scenarios import random_scenario
from servsim.units import DAY, NEVER, YEAR

WHAT, WHO = 1, 2
"""Columns of a trace."""
KEPT = 0.8
SELDOM: dict[str, Any] = {
    "opening": {"always": True},
    "demand": {"prospects_per_hour": 0.0, "opening_book": 4000, "gap_between_cv": 0.0},
    "service": {"core_minutes": 0.1},
    "staff": {"agents": 20},
    "loyalty": {"yearly_retention": KEPT, "natural_churn": 0.05, "tenure_slope": 0.0},
    "horizon": {"weeks": 52.2, "years": 10},
}


def book(gap: float, **tables: dict[str, Any]) -> np.ndarray:
    """The sheet of a book of customers who usually come so many days apart, for ten years."""
    merged = {name: {**SELDOM.get(name, {}), **tables.get(name, {})} for name in {**SELDOM, **tables}}
    merged["demand"]["visit_gap_days"] = gap
    merged["horizon"] = {"weeks": 10 * 365 / 7, "years": 10}
    return to_sheet(checked(merged, f"every {gap:g} days"), seed=3)


# The retention that is stated comes out


@pytest.mark.parametrize("spread", [0.0, 0.5])
@pytest.mark.parametrize("gap", [30.0, 75.0, 182.0, 183.0, 365.0, 366.0, 1095.0, 3650.0])
def test_a_stated_retention_comes_out_in_every_year_at_any_gap(gap, spread):
    """Within three standard errors of .8 and half a point; customers can be lost in years without a visit, too."""
    lost = fast.simulate(book(gap, demand={"gap_between_cv": spread})).of(Happening.LOST)
    many = SELDOM["demand"]["opening_book"]
    for years in (1, 3, 10):
        left = 1.0 - (lost[:, 0] < years * YEAR).sum() / many
        noise = np.sqrt((1.0 - left) / (many * left)) * left ** (1 / years) / years
        assert left ** (1 / years) == pytest.approx(KEPT, abs=3 * noise + 0.005)


def test_who_comes_every_three_years_decides_once_a_year():
    """Equal gaps of three years: each decision is for a year exactly, whenever it falls, so that R^n stay n years."""
    sheet = book(1095.0, demand={"gap_distribution": "fixed"})
    trace = fast.simulate(sheet)
    decided = [*trace.of(Happening.FINISHED).tolist(), *trace.of(Happening.THOUGHT_AGAIN).tolist()]
    for who in range(200):
        instants = sorted(tick for tick, _, by, *_ in decided if by == who)
        assert np.abs(np.diff(instants) - YEAR).max(initial=0) < DAY
        assert instants[0] < YEAR + DAY


# The rule


def test_nobody_thinks_again_who_comes_twice_a_year_or_has_no_next_visit():
    sheet = book(1000.0)
    assert loyalty.thinks_again(sheet, 0, 182.0, 0, 5 * YEAR) == NEVER
    assert loyalty.thinks_again(sheet, 0, 1000.0, 0, NEVER) == NEVER
    off = book(1000.0, loyalty={"on": False})
    assert loyalty.thinks_again(off, 0, 1000.0, 0, 5 * YEAR) == NEVER


@pytest.mark.parametrize(
    ("comes", "thinks"),
    [(0.4, NEVER), (1.0, NEVER), (1.25, 0.25), (2.0, 1.0), (3.5, 0.5)],
)
def test_thinking_again_comes_whole_years_before_the_next_visit(comes, thinks):
    expected = NEVER if thinks == NEVER else 7 + round(thinks * YEAR)
    assert loyalty.thinks_again(book(1000.0), 0, 1000.0, 7, 7 + round(comes * YEAR)) == expected


@pytest.mark.parametrize("gap", [30.0, 182.0, 400.0, 3000.0])
def test_a_customer_decides_until_thinking_again(gap):
    sheet = book(gap)
    for who in range(50):
        days = loyalty.decides_for(sheet, 0, who, 2, gap, 0)
        away = demand.next_visit(sheet, 0, who, 2, gap, 0) / DAY
        if gap < 183:
            assert days == gap
        else:
            assert 0 < days <= 365
            assert (away - days) / 365 == pytest.approx(round((away - days) / 365), abs=1e-9)


def test_thinking_again_is_a_decision_of_its_own():
    """Its uniforms are those of no visit and of no other year, and it is for a year."""
    sheet, who, visit, now = book(1000.0), 5, 3, 11
    stays = loyalty.natural_staying(sheet, 0, 365.0), loyalty.staying(sheet, 0, 365.0, 6.0, 10, False, 7.0, now)
    found = set()
    for who in range(300):
        for years in (1, 2):
            comes = now + years * YEAR
            why = loyalty.leaves_at_home(sheet, 0, who, visit, comes, 10, 6.0, 7.0, now, int(Reason.WAIT))
            occasion = visit + (years << loyalty.YEARS_PLACE)
            natural, stay = (drawn(sheet, who, occasion, purpose) for purpose in (Purpose.NATURAL, Purpose.STAY))
            assert (why == Reason.NONE) == (natural < stays[0] and stay < stays[1])
            assert (why == Reason.NATURAL) == (natural >= stays[0])
            found.add(int(why))
    assert found == {Reason.NONE, Reason.NATURAL, Reason.WAIT, Reason.CHANCE}


def test_a_failure_counts_as_for_a_year_at_most():
    sheet = book(1000.0, mistakes={}, recovery={})
    around = (3, 10, 8.0, 5.0, 7.0, 0, int(Purpose.STAY), int(Reason.MISTAKE))
    for who in range(200):
        visit, served, *rest = around
        whys = [loyalty.leaves_over_failure(sheet, 0, who, visit, gap, served, *rest) for gap in (365.0, 3000.0)]
        assert whys[0] == whys[1]


# Both engines, and the invariants


def unusual(number: int) -> Scenario:
    """A random scenario, four years of it, whose customers come seldom."""
    rng = np.random.default_rng(number)
    raw = random_scenario(rng, False).model_dump(exclude_unset=True, exclude_none=True)
    raw.setdefault("demand", {}).update(opening_book=150, prospects_per_hour=0.02)
    for table in (raw, *raw.get("segments", [])):
        table.setdefault("demand", {})["visit_gap_days"] = float(rng.uniform(150, 1500))
    raw["loyalty"] = {**raw.get("loyalty", {}), "on": True}
    raw["horizon"] = {**raw.get("horizon", {}), "weeks": 160.0, "years": 4.0, "warmup_weeks": 0.0, "drift_years": 0.0}
    raw.setdefault("staff", {})["attentive_minutes"] = 3000.0
    if "internal" in raw:
        raw["internal"]["requests_per_hour"] = 0.05
    if "word_of_mouth" in raw:
        raw["word_of_mouth"]["potential_customers"] = 500
    return Scenario.model_validate(raw)


def assert_twins_at_home(number: int) -> Trace:
    """Both engines tell the same, and keep every invariant."""
    sheet = to_sheet(unusual(number), seed=number)
    trace = reference.simulate(sheet)
    assert not first_difference(trace, fast.simulate(sheet))
    assert broken_invariants(sheet, trace) == []
    return trace


def test_engines_agree_on_customers_who_come_seldom():
    """And enough of them leave at home that it would be seen."""
    at_home = 0
    for number in range(3):
        trace = assert_twins_at_home(number)
        thought = {(tick, who) for tick, _, who, *_ in trace.of(Happening.THOUGHT_AGAIN).tolist()}
        at_home += sum((tick, who) in thought for tick, _, who, *_ in trace.of(Happening.LOST).tolist())
    assert at_home > 60


@pytest.mark.nightly
def test_engines_agree_on_very_many_customers_who_come_seldom():
    for number in range(3, 300):
        assert_twins_at_home(number)


@pytest.fixture(scope="module")
def told() -> tuple[np.ndarray, Trace]:
    """A small book of customers who come seldom."""
    sheet = book(900.0, demand={"opening_book": 60})
    return sheet, fast.simulate(sheet)


def test_a_thought_that_is_missing_is_noticed(told):
    sheet, trace = told
    came = {who for _, _, who, *_ in trace.of(Happening.ARRIVED).tolist()}
    place = next(
        row for row in np.flatnonzero(trace.rows[:, WHAT] == Happening.THOUGHT_AGAIN) if trace.rows[row, WHO] in came
    )
    breaches = broken_invariants(sheet, Trace(np.delete(trace.rows, place, axis=0)))
    assert any(breach.startswith("years between visits are thought over") for breach in breaches)


def test_a_thought_at_another_time_is_noticed(told):
    sheet, trace = told
    arrived = trace.of(Happening.ARRIVED)[0]
    rows = [*trace.rows.tolist(), [arrived[0] - 5, Happening.THOUGHT_AGAIN, arrived[2], -1, 0]]
    breaches = broken_invariants(sheet, Trace(np.array(sorted(rows), np.int64)))
    assert any(breach.startswith("years between visits are thought over") for breach in breaches)


def test_who_is_lost_at_home_had_thought_again(told):
    sheet, trace = told
    lost = {(tick, who) for tick, _, who, *_ in trace.of(Happening.LOST).tolist()}
    place = next(
        row for row in np.flatnonzero(trace.rows[:, WHAT] == Happening.THOUGHT_AGAIN)
        if (trace.rows[row, 0], trace.rows[row, WHO]) in lost
    )  # fmt: skip
    breaches = broken_invariants(sheet, Trace(np.delete(trace.rows, place, axis=0)))
    assert any(breach.startswith("who is lost has the reason") for breach in breaches)
