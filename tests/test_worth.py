"""What one more is worth: held against plain arithmetic where nobody waits, and said to be unknown where it is."""

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import servsim
from servsim.cli.commands import app
from servsim.errors import ScenarioError
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.show.notebook_display import html
from servsim.show.worth_of_one_more import rows_of, worth_parts, worth_words
from servsim.study.execution.replications import Job
from servsim.study.execution.scheduler import Pool
from servsim.study.worth_of_one_more.least_squares import Sample, ratio
from servsim.study.worth_of_one_more.scenarios_with_more_or_fewer import (
    CUSTOMERS,
    FAILURES,
    PROSPECTS,
    WON,
    books,
    members,
    members_added,
    newcomers,
)
from servsim.study.worth_of_one_more.worth import (
    CUSTOMER,
    EMPTY_DESK,
    MISTAKE,
    NEWCOMER,
    PROMISE,
    Worth,
    affordable_worth,
    questions_of,
    worth,
)

GAP, KEPT, RATE, MARGIN, BASKET, YEARS = 20.0, 0.6, 0.1, 0.5, 40.0, 2
ENDLESS: dict[str, Any] = {
    "title": "Endless staff",
    "opening": {"always": True},
    "demand": {"prospects_per_hour": 0.2, "opening_book": 300, "visit_gap_days": GAP, "gap_distribution": "exponential",
               "gap_between_cv": 0.0},
    "staff": {"agents": 4, "wage_per_hour": 10.0},
    "service": {"core_minutes": 0.05},
    "loyalty": {"yearly_retention": KEPT, "natural_churn": 0.0, "tenure_slope": 0.0},
    "spending": {"basket_mean": BASKET, "conversion": 0.5, "conversion_slope": 0.0, "second_thought_probability": 0.0},
    "money": {"margin": MARGIN, "discount_rate": RATE, "currency": "CHF"},
    "horizon": {"years": float(YEARS)},
}  # fmt: skip
"""Nobody waits and nobody judges, so that customers are worth what they buy by themselves."""
CROWDED: dict[str, Any] = {
    **ENDLESS, "title": "One agent", "opening": {"monday": "09:00-17:00", "thursday": "09:00-17:00"},
    "staff": {"agents": 1}, "service": {"core_minutes": 12.0}, "waiting": {"patience_minutes": 10.0}, "quality": {},
    "demand": {**ENDLESS["demand"], "visit_gap_days": 14.0, "prospects_per_hour": 1.0}, "horizon": {"years": 1.0},
}  # fmt: skip
"""A desk that is asked for more than it can do."""


def desk(tables: dict[str, Any] = ENDLESS, **changed: Any) -> Scenario:
    """A desk, some of its settings changed."""
    own = {name: {**tables.get(name, {}), **new} if isinstance(new, dict) else new for name, new in changed.items()}
    return checked({**tables, **own}, "test")


def discounted(day: np.ndarray) -> np.ndarray:
    """Today's money of a franc at the end of a day, from 0."""
    return (1 + RATE) ** (-(day + 1) / 365)


def standard_error(own: Any, replications: int) -> float:
    """An interval's standard error: half of it, over Student's 97.5 % quantile."""
    return own.half / {10: 2.262, 20: 2.093, 4: 3.182}[replications]


def worth_of_a_customer(basket: float = BASKET) -> float:
    """A customer who comes at random: on day t they are still there with chance exp(−λ (1 − p) t)."""
    day, visits = np.arange(365 * YEARS), 1 / GAP
    falls = visits * (1 - KEPT ** (GAP / 365))
    still_there = np.exp(-falls * day) * (1 - np.exp(-falls)) / falls
    return float((MARGIN * basket * visits * still_there * discounted(day)).sum())


def worth_of_who_buys() -> float:
    """A newcomer of any day of the first year who buys, and with chance p comes back like a customer, day by day."""
    stays = KEPT ** (GAP / 365)
    falls, total = (1 - stays) / GAP, 0.0
    for first in range(365):
        later = np.arange(first, 365 * YEARS)
        still_there = np.exp(-falls * np.maximum(later - first - 0.5, 0.0))
        weight = np.where(later == first, 0.5, 1.0)
        back = stays / GAP * (still_there * weight * discounted(later)).sum()
        total += float(discounted(np.array(first)) + back)
    return MARGIN * BASKET * total / 365


@cache
def endless() -> Worth:
    """Endless staff, ten replications and more."""
    return worth(desk(), replications=20)


def within(own: Any, right: float, replications: int) -> bool:
    """Is it right within three standard errors?"""
    return abs(own.mean - right) < 3 * standard_error(own, replications)


def test_where_nobody_waits_a_customer_is_worth_what_arithmetic_says():
    w = endless()
    assert within(w.customer, worth_of_a_customer(), w.replications_of(CUSTOMER))
    assert w.customer.half < 0.1 * w.customer.mean
    assert w.customer.unit == "CHF"


def test_where_nobody_waits_losing_one_costs_what_one_more_brings():
    w = endless()
    assert not w.sides_differ
    assert within(w.losing_one, worth_of_a_customer(), w.replications_of(CUSTOMER))
    assert within(w.one_more, worth_of_a_customer(), w.replications_of(CUSTOMER))


def test_where_nobody_waits_an_empty_desk_changes_nothing():
    w = endless()
    assert not w.is_crowded
    assert within(w.empty_desk, worth_of_a_customer(), w.replications_of(EMPTY_DESK))


def test_a_prospect_is_worth_half_of_who_buys():
    w = endless()
    assert within(w.newcomer, 0.5 * worth_of_who_buys(), w.replications_of(NEWCOMER))
    stays = KEPT ** (GAP / 365)
    assert within(w.newcomer_won, worth_of_who_buys() / stays, w.replications_of(NEWCOMER))


def test_prospects_of_the_first_year_are_counted_as_they_come():
    asked = newcomers(desk())
    assert asked is not None
    assert asked.set_at == pytest.approx((0.2 * 24 * 365, 1.2 * 0.2 * 24 * 365))
    assert newcomers(desk(demand={"prospects_per_hour": 0.0})) is None
    assert newcomers(desk(demand={"first_year_prospects": 9.0})) is None


RICH = [{"name": "many", "share": 0.8}, {"name": "rich", "share": 0.2, "spending": {"basket_mean": 200.0}}]


def test_a_customer_of_a_segment_is_worth_what_their_own_basket_says():
    w = worth(desk(segments=RICH), segment="rich", replications=10)
    assert within(w.customer, worth_of_a_customer(200.0), w.replications_of(CUSTOMER))
    assert within(w.empty_desk, worth_of_a_customer(200.0), w.replications_of(EMPTY_DESK))
    assert w.losing_one is None
    assert set(w.samples) == {CUSTOMER, EMPTY_DESK}


def test_customers_of_a_segment_are_added_to_a_book_that_stays_as_it_is():
    asked = members(desk(segments=RICH), "rich")
    absent, there = asked.scenarios
    assert [own.name for own in there.segments] == ["many", "rich", "added"]
    assert asked.set_at == pytest.approx((0, 60))
    book = there.demand.opening_book
    assert [book * own.share for own in there.segments] == pytest.approx([240, 60, 60])
    assert there.demand.prospects_per_hour * (1 - there.segments[2].share) == pytest.approx(0.2)
    assert absent.segments[2].share == there.segments[2].share


def test_who_comes_often_is_added_in_smaller_numbers():
    often = [{"name": "many", "share": 0.5}, {"name": "often", "share": 0.5, "demand": {"visit_gap_days": 5.0}}]
    assert members_added(desk(segments=often), "often") == round(0.2 * 300 * (0.5 / 20 + 0.5 / 5) * 5)
    assert members_added(desk(segments=often), "many") == 60


def test_a_larger_book_leaves_those_who_are_there_the_same_people():
    asked = books(desk())
    assert asked.set_at == (240, 270, 300, 330, 360)
    with Pool([asked.scenarios[0], asked.scenarios[-1]], 1) as pool:
        small, large = pool.outcomes([Job(0, 0), Job(1, 0)], customers=True)
    assert len(small.spent) == 240
    assert (large.spent[:240] == small.spent).all()
    assert (large.fate[:240] == small.fate).all()


def test_small_books_have_points_too():
    assert books(desk(demand={"opening_book": 1})).set_at == (0, 1, 2, 3)
    assert books(desk(demand={"opening_book": 5})).set_at == (3, 4, 5, 6, 7)


def test_on_a_crowded_desk_a_customer_is_worth_less_than_on_an_empty_one():
    w = worth(desk(CROWDED), replications=10)
    assert w.is_crowded
    assert w.customer.mean < w.empty_desk.low
    assert "here one customer more takes the place of others." in worth_words(w)[0]
    assert any("if nobody ever had to wait" in what for what, _ in rows_of(w))


# What is said of numbers made by hand


def told(scenario: Scenario | None = None, most: int = 100, segment: str | None = None, **samples: Sample) -> Worth:
    """An answer from samples made by hand."""
    return Worth(scenario or desk(), segment, 1, 0.95, most, samples)


def sample(slopes: list[float], at: tuple[float, ...] = (80.0, 90.0, 100.0, 110.0, 120.0), **counted: Any) -> Sample:
    """Money that changes by a slope in each replication."""
    set_at = np.array(at)
    values = np.array([1000.0 + own * set_at for own in slopes])
    as_set = {CUSTOMERS: np.tile(set_at, (len(slopes), 1))}
    return Sample(set_at, values, counted or as_set)


def test_the_worth_is_the_mean_of_the_replications_slopes():
    w = told(customer=sample([400.0, 500.0, 600.0]))
    assert w.customer.mean == pytest.approx(500)
    assert w.customer.half == pytest.approx(4.303 * 100 / np.sqrt(3), rel=1e-3)
    assert not w.sides_differ


def test_a_kink_at_todays_book_is_told_as_two_metrics():
    at = np.array([80.0, 90.0, 100.0, 110.0, 120.0])
    bent = np.where(at < 100, 6.0 * (at - 100), 2.0 * (at - 100))
    values = np.array([bent + shift for shift in (0.0, 5.0, 9.0)]) + np.array([[0, 0.1, 0, -0.1, 0]])
    w = told(customer=Sample(at, values, {CUSTOMERS: np.tile(at, (3, 1))}))
    assert w.losing_one.mean == pytest.approx(6)
    assert w.one_more.mean == pytest.approx(2)
    assert w.sides_differ
    assert [what for what, _ in rows_of(w)] == ["losing one customer", "one customer more"]
    assert worth_words(w)[0].startswith("Losing one customer of today's book costs about 6.00 CHF")


def test_what_may_be_nothing_is_said_to_be_so_in_json():
    assert not told(customer=sample([-300.0, 500.0, 700.0])).to_dict()["customer"]["told_apart"]
    assert told(customer=sample([300.0, 500.0, 700.0])).to_dict()["customer"]["told_apart"]


def test_what_is_not_told_apart_from_nothing_is_said_to_be():
    w = told(customer=sample([-400.0, 500.0, 100.0]))
    assert not w.to_dict()["customer"]["told_apart"]
    low, high = (f"{end:,.0f}" for end in (w.customer.low, w.customer.high))
    assert worth_words(w)[0] == (
        f"What one customer of today's book is worth is not told apart from nothing: {low} to {high} CHF over two years "
        "in today's money (95 % sure, 3 replications)."
    )


def test_a_worth_below_nought_is_a_cost():
    w = told(customer=sample([-400.0, -410.0, -420.0]), empty_desk=sample([300.0, 310.0, 305.0]))
    assert w.is_crowded
    said = worth_words(w)[0]
    assert said.startswith("One customer more in today's book would cost about 410 CHF over two years in today's money")
    assert "With so many agents that nobody has to wait it would be 305 (" in said


def test_a_wide_interval_is_said_to_be_one():
    wide = told(most=3, customer=sample([400.0, 500.0, 600.0]))
    assert "The worth of a customer is not known to a fifth: --replications 12 would halve" in worth_words(wide)[2]
    assert "not known" not in worth_words(told(customer=sample([499.0, 500.0, 501.0])))[2]


def test_a_mistake_less_is_worth_what_a_mistake_more_costs():
    found = np.array([[80.0, 120.0], [90.0, 130.0]])
    w = told(mistake=Sample(np.array([0.8, 1.2]), 5000 - 3 * found, {FAILURES: found}))
    assert w.mistake.mean == pytest.approx(3)
    assert w.mistake.low == pytest.approx(3)


def test_each_newcomer_won_is_a_ratio_of_means():
    values, won = np.array([[0.0, 90.0], [0.0, 210.0]]), np.array([[0.0, 1.0], [0.0, 2.0]])
    own = Sample(np.array([100.0, 110.0]), values, {PROSPECTS: np.array([[100.0, 110.0]] * 2), WON: won})
    w = told(newcomer=own)
    assert w.newcomer.mean == pytest.approx(15)
    assert ratio(np.array([90.0, 210.0]), np.array([10.0, 11.0]), "CHF", 0.95).mean == pytest.approx(150 / 10.5)


def test_nothing_counted_is_worth_nothing_that_could_be_told():
    own = ratio(np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 0.5]), "CHF", 0.95)
    assert np.isnan(own.mean)


def test_of_one_world_nothing_is_told():
    w = told(customer=sample([400.0]))
    assert w.to_dict()["customer"] is None
    assert worth_parts(w) == ["Nothing can be told: fewer than two replications were finished."]


# Refusals, JSON, tables


def test_without_money_over_the_years_there_is_no_worth():
    with pytest.raises(ScenarioError, match=r"without \[spending\] nobody brings money"):
        worth(desk(spending={"on": False}))
    with pytest.raises(ScenarioError, match=r"horizon\.warmup_weeks is 4; it must be 0"):
        worth(desk(horizon={"warmup_weeks": 4.0}))


def test_without_customers_newcomers_can_be_asked_about_and_nobody_else():
    empty = desk(demand={"opening_book": 0})
    w = worth(empty, replications=2)
    assert w.customer is None
    assert w.newcomer is not None
    assert worth_words(w)[0].startswith("The opening book is empty")
    with pytest.raises(ScenarioError, match="opening_book is 0; it must be at least 1 where the worth of a customer"):
        worth(desk(demand={"opening_book": 0, "prospects_per_hour": 0.0}))
    with pytest.raises(ScenarioError, match="leave out the segment to hear what a newcomer is worth"):
        worth(desk(demand={"opening_book": 0}, segments=RICH), segment="rich")


def test_a_segment_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(ScenarioError, match=r'segment is "rch"; .* Did you mean rich\?'):
        worth(desk(segments=RICH), segment="rch")
    with pytest.raises(ScenarioError, match=r"the scenario has no \[\[segments\]\]"):
        worth(desk(), segment="rich")


def test_what_cannot_be_afforded_is_refused():
    huge = desk(demand={"opening_book": 800_000})
    with pytest.raises(ScenarioError, match=r"shop.toml: this would simulate about"):
        affordable_worth(huge, "shop.toml", None, None)


def test_a_full_answer_is_tidy_and_can_be_shown():
    w = endless()
    found = w.to_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["customer"]["points"] == [240, 270, 300, 330, 360]
    assert found["mistake"] is None
    rows = w.rows()
    of_customers = [row for row in rows if row["asked"] == CUSTOMER and row["metric"] == "value"]
    assert len(of_customers) == 5 * w.replications_of(CUSTOMER)
    assert {row["unit"] for row in of_customers} == {"CHF"}
    assert "Worth over two years" in html(w)
    assert servsim.worth is worth


def test_the_command_prints_one_screen():
    done = CliRunner().invoke(app, [
        "worth", "scenarios/recovery.toml", "--replications", "2", "--set", "horizon.years=1", "--quiet", "--no-store",
    ])  # fmt: skip
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "one mistake less that a customer finds out" in done.stdout


def test_mistakes_are_asked_about_where_customers_complain():
    recovery = read_scenario("scenarios/recovery.toml", ["horizon.years=1"])
    w = worth(recovery, replications=2)
    assert MISTAKE in w.samples
    share = recovery.mistakes.mistake_share
    assert w.samples[MISTAKE].set_at == pytest.approx([0.8, min(1.2, 1 / share)])
    assert (np.diff(w.samples[MISTAKE].counted[FAILURES], axis=1) > 0).all()


def test_a_broken_promise_has_a_worth_without_any_mistakes():
    promises = read_scenario("scenarios/promises.toml", ["horizon.years=1"])
    w = worth(promises, replications=2)
    assert list(w.samples[PROMISE].set_at) == [0.8, 1.2]
    assert (np.diff(w.samples[PROMISE].counted[FAILURES], axis=1) > 0).all()
    assert "one broken promise less" in dict(rows_of(w))
    assert w.to_dict()["broken_promise"]["one_less"]["mean"] == pytest.approx(w.broken_promise.mean)
    assert PROMISE not in questions_of(
        checked(promises.model_dump(exclude_unset=True) | {"promises": {"on": False}}, "none")
    )


@pytest.mark.parametrize(
    "asked", ["lose with one customer", "one complaint cost", "broken promise", "newcomer", "hour"]
)
def test_the_questions_that_owners_ask_stand_in_the_help(asked):
    assert asked in " ".join(CliRunner().invoke(app, ["worth", "--help"]).stdout.split())
