"""Money over the years: months and years as a plain reading of the trace has them, and what they must not depend on.

The reading in this file knows the trace and the scenario, and nothing of what servsim adds up: it goes through the rows
one by one, day by day and minute by minute.
"""

import math
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pytest

from servsim import evaluate, run
from servsim.engine_parameters import horizon_of, in_world, to_sheet, window_of
from servsim.errors import ScenarioError
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.model import fast, reference
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.execution.replications import Experiment, Job, Outcome
from servsim.study.metrics import NAMES
from servsim.study.yearly_projection import COLUMNS, MONTHS, YEARLY_NAMES, at_rate, cumulative_cash, value_of, yearly

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MONTH = 730 * HOUR
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ENGINES = {"fast": fast, "reference": reference}
SEED = 5

WORKDAYS = {"monday": "09:00-13:00", "tuesday": "09:00-13:00", "wednesday": "", "thursday": "09:00-12:30,14:00-16:00",
            "friday": "10:15-13:00", "saturday": "08:00-09:00"}  # fmt: skip
FEW = {"prospects_per_hour": 1.5, "opening_book": 40, "visit_gap_days": 9.0}
MANY = FEW | {"prospects_per_hour": 4.0}
A_DESK = {
    "opening": WORKDAYS, "demand": FEW, "staff": {"agents": 2}, "investment": {}, "waiting": {}, "quality": {},
    "loyalty": {}, "spending": {"basket_mean": 40.0}, "horizon": {"weeks": 3.0, "years": 0.3},
}  # fmt: skip
NIGHTS = {"monday": "20:00-23:50", "tuesday": "20:00-24:00", "wednesday": "", "thursday": "20:00-23:50", "friday": ""}
LONG = {"core_minutes": 90.0, "core_cv": 0.8}
MANAGED = {
    "mistakes": {"mistake_share": 0.4},
    "recovery": {},
    "manager": {"managers": 2, "escalated_share": 0.6, "agent_held": True},
}
ONE_AGENT = {"agents": 1, "wage_per_hour": 31.0}
KINDS = [
    {"name": "private", "share": 0.7, "spending": {"basket_mean": 20.0}},
    {
        "name": "firms",
        "share": 0.2,
        "demand": {"visit_gap_days": 3.0},
        "spending": {"basket_mean": 400.0, "basket_cv": 1.0},
    },
    {"name": "who only ask", "share": 0.1, "spending": {"on": False}},
]
DESKS: dict[str, dict[str, Any]] = {
    "a small desk": {},
    "overtime past midnight": {"opening": NIGHTS, "service": LONG, "demand": MANY, "staff": ONE_AGENT,
                               "waiting": {"balk_scale_minutes": 30.0}},
    "open around the clock": {"opening": {"always": True}, "demand": {**FEW, "prospects_per_hour": 0.3}},
    "managers paid for shifts": MANAGED,
    "managers paid for talks": MANAGED | {"manager": {**MANAGED["manager"], "paid_hours": "talks"}},
    "colleagues who wait": {"internal": {"requests_per_hour": 2.0, "request_minutes": 30.0, "request_priority": -10},
                            "staff": ONE_AGENT, "demand": MANY},
    "colleagues who cost more": {"internal": {"requests_per_hour": 3.0, "request_minutes": 40.0, "wage_per_hour": 77.0},
                                 "staff": {"agents": 1}},
    "segments": {"segments": KINDS},
    "word of mouth": {"word_of_mouth": {}, "demand": {**FEW, "opening_book": 80}},
    "lost and won back": {"outreach": {}, "competitors": {}, "promises": {}, "investment": {"relationship_hours_per_month": 20.0}},
    "budgets, rent and a price": {
        "advertising": {"budget_per_month": 300.0}, "training": {"hours_per_month": 3.0, "fee_per_hour": 15.0},
        "money": {"margin": 0.6, "discount_rate": 0.07, "fixed_costs_per_month": 812.5},
        "spending": {"basket_mean": 40.0, "price_level": 1.25},
    },
    "a roster": {"staff": {"agents": 1, "wage_per_hour": 22.0, "overtime_factor": 1.5,
                           "roster": {"weekdays": [0] * 9 + [1, 3, 2, 1] + [1] * 11, "thursday": [2] * 24}}},
    "send home, no interest": {"waiting": {"at_closing": "send_home", "waiting_places": 3}, "staff": {"agents": 1},
                               "demand": MANY, "money": {"discount_rate": 0.0}},
    "a window that ends at noon": {"horizon": {"weeks": 3.37, "years": 0.3}},
    "years that end in a month": {"horizon": {"weeks": 2.0, "years": 0.2719}},
    "years that end with the window": {"horizon": {"weeks": 0.21 * 365 / 7, "years": 0.21}},
    "a month and a day": {"horizon": {"weeks": 1.0, "years": 31.5 / 365}},
}  # fmt: skip
"""What differs from A_DESK."""
SHOWS = {
    "overtime past midnight": ("wages", "balked"), "managers paid for shifts": ("managers", "invested"),
    "managers paid for talks": ("managers",), "colleagues who wait": ("colleagues",),
    "colleagues who cost more": ("colleagues",), "lost and won back": ("won_back", "lost"),
    "budgets, rent and a price": ("advertising", "training", "fixed"),
    "send home, no interest": ("turned_away", "abandoned"), "word of mouth": ("won", "lost"),
}  # fmt: skip
"""Columns that the desk is there for: something happens in them."""


@cache
def desk(name: str) -> Scenario:
    """A desk by its name."""
    return checked({**A_DESK, **DESKS[name]}, name)


@cache
def rows_of(name: str, replication: int, far: bool, engine: str = "fast") -> np.ndarray:
    """The trace of a replication, to the end of the years or of the window."""
    scenario = desk(name)
    end = horizon_of(scenario) if far else None
    return ENGINES[engine].simulate(in_world(to_sheet(scenario), SEED, replication, end)).rows


@cache
def told(name: str, replication: int, far: bool, engine: str = "fast") -> Outcome:
    """What servsim makes of it."""
    return Experiment(desk(name), SEED, engine, far=far).simulated(Job(0, replication))


# The plain reading.


def spans(scenario: Scenario, weekday: int) -> list[tuple[int, int]]:
    """When the doors are open on a weekday, in ticks after midnight."""
    if scenario.opening.always:
        return [(0, DAY)]

    def tick(clock: str) -> int:
        hours, minutes = clock.split(":")
        return int(hours) * HOUR + int(minutes) * MINUTE

    written = getattr(scenario.opening, WEEKDAYS[weekday])
    return [tuple(map(tick, span.split("-"))) for span in written.split(",") if span]


def open_ticks(scenario: Scenario, since: int, until: int) -> int:
    """Ticks between two instants at which the doors are open."""
    total = 0
    for day in range(since // DAY, until // DAY + 1):
        for opens, closes in spans(scenario, day % 7):
            total += max(0, min(until, day * DAY + closes) - max(since, day * DAY + opens))
    return total


def agents_at(scenario: Scenario, weekday: int, hour: int) -> int:
    """Agents on the roster in an hour of a weekday."""
    roster = scenario.staff.roster
    if roster is None:
        return scenario.staff.agents
    own = getattr(roster, WEEKDAYS[weekday]) or (roster.weekdays if weekday < 5 else None) or roster.every_day
    return scenario.staff.agents if own is None else int(own[hour])


def scheduled_ticks(scenario: Scenario, day: int, end: int) -> int:
    """Agents' time on a day that the roster asks for: of each hour, as far as the doors are open and the end is not."""
    total = 0
    for hour in range(24):
        since = day * DAY + hour * HOUR
        until = max(since, min(since + HOUR, end))
        total += agents_at(scenario, day % 7, hour) * open_ticks(scenario, since, until)
    return total


def desk_agents(scenario: Scenario) -> int:
    """Agents of the desk: as many as are ever there at once."""
    return max(
        agents_at(scenario, weekday, hour)
        for weekday in range(7)
        for hour in range(24)
        if any(opens < (hour + 1) * HOUR and closes > hour * HOUR for opens, closes in spans(scenario, weekday))
    )


COUNTED = {
    H.ARRIVED: ["arrived"], H.ABANDONED: ["abandoned", "joined"], H.BALKED: ["balked"], H.BLOCKED: ["turned_away"],
    H.SENT_HOME: ["turned_away", "joined"], H.STARTED: ["joined"], H.WON: ["won"], H.WON_BACK: ["won_back"],
    H.LOST: ["lost"],
}  # fmt: skip
SUMMED = {
    H.STARTED: "waited", H.ABANDONED: "waited", H.SENT_HOME: "waited", H.BOUGHT: "paid", H.STEPPED_BACK: "talked",
    H.CARED: "invested", H.CLARIFIED: "invested", H.SOOTHED: "invested", H.FOLLOWED_UP: "invested",
    H.HUNG_UP: "invested", H.RELEASED: "invested", H.WROTE_UP: "invested",
}  # fmt: skip


def read_days(scenario: Scenario, rows: Iterable[list[int]], end: int) -> list[dict[str, float]]:
    """What happens on each day: visits, customers, ticks, millionths."""
    names = [
        *{name for several in COUNTED.values() for name in several},
        *SUMMED.values(),
        "present",
        "asked_wait",
        "book",
    ]
    days = [dict.fromkeys(names, 0) for _ in range(-(-end // DAY))]
    here: dict[int, int] = {}
    asked: dict[int, int] = {}
    book, reached = 0, 0

    def there(since: int, until: int) -> None:
        for day in range(since // DAY, (until - 1) // DAY + 1):
            days[day]["present"] += min(until, (day + 1) * DAY) - max(since, day * DAY)

    def waits(since: int, until: int) -> None:
        for day in range(since // DAY, -(-until // DAY)):
            days[day]["asked_wait"] += open_ticks(scenario, max(since, day * DAY), min(until, (day + 1) * DAY))

    for tick, what, who, agent, value in rows:
        while reached < min(tick // DAY, len(days)):
            days[reached]["book"] = book
            reached += 1
        for name in COUNTED.get(what, []):
            days[tick // DAY][name] += 1
        if what in SUMMED:
            days[tick // DAY][SUMMED[what]] += value
        if what in (H.MEMBER, H.WON, H.WON_BACK, H.LOST):
            book += -1 if what == H.LOST else 1
        if what == H.CAME_ON and agent < desk_agents(scenario):
            here[agent] = tick
        if what == H.WENT_OFF and agent in here:
            there(here.pop(agent), tick)
        if what == H.ASKED:
            asked[who] = tick
        if what == H.HELPING:
            waits(asked.pop(who), tick)
    for since in here.values():
        there(since, end)
    for since in asked.values():
        waits(since, end)
    for day in days[reached:]:
        day["book"] = book
    return days


def money_of(scenario: Scenario, day: dict[str, float], number: int, end: int) -> dict[str, float]:
    """What a day brings and costs."""
    since, until = number * DAY, min((number + 1) * DAY, end)
    month = (until - since) / DAY / (365 / 12)
    staff, manager, internal = scenario.staff, scenario.manager, scenario.internal
    advertising, training, spending = scenario.advertising, scenario.training, scenario.spending
    revenue = day["paid"] / 1e6
    price = spending.price_level if spending else 1.0
    scheduled = scheduled_ticks(scenario, number, end)
    over = day["present"] - scheduled
    managing = day["talked"]
    if manager and manager.paid_hours == "shifts":
        managing = manager.managers * open_ticks(scenario, since, until)
    waits_for = staff.wage_per_hour if internal is None or internal.wage_per_hour is None else internal.wage_per_hour
    return {
        "revenue": revenue,
        "margin": revenue - revenue / price * (1 - scenario.money.margin),
        "wages": (scheduled + staff.overtime_factor * over) / HOUR * staff.wage_per_hour,
        "managers": managing / HOUR * manager.manager_wage_per_hour if manager else 0.0,
        "colleagues": day["asked_wait"] / HOUR * waits_for,
        "advertising": advertising.budget_per_month * month if advertising else 0.0,
        "training": training.hours_per_month * desk_agents(scenario) * (staff.wage_per_hour + training.fee_per_hour) * month
        if training
        else 0.0,
        "fixed": scenario.money.fixed_costs_per_month * month,
    }  # fmt: skip


COSTS = ("wages", "managers", "colleagues", "advertising", "training", "fixed")


@cache
def read(name: str, replication: int) -> tuple[list[dict[str, float]], float]:
    """The months of a replication, and the money of all its days in today's money."""
    scenario = desk(name)
    end, rate = horizon_of(scenario), scenario.money.discount_rate
    days = read_days(scenario, rows_of(name, replication, far=True).tolist(), end)
    months = [dict.fromkeys(COLUMNS, 0.0) for _ in range((len(days) - 1) * DAY // MONTH + 1)]
    value = 0.0
    for number, day in enumerate(days):
        money = money_of(scenario, day, number, end)
        cash = (money["margin"] - sum(money[cost] for cost in COSTS)) / (1 + rate) ** ((number + 1) / 365)
        month = months[number * DAY // MONTH]
        happened = {key: amount for key, amount in day.items() if key in COLUMNS}
        happened["invested"] += day["talked"]
        for key, amount in {**happened, **money, "cash": cash, "customer_days": day["book"]}.items():
            month[key] += amount
        month["customers"] = day["book"]
        value += cash
    return months, value


def table_of(months: list[dict[str, float]]) -> np.ndarray:
    """(months, COLUMNS) the same as servsim has it."""
    return np.array([[month[name] for name in COLUMNS] for month in months])


# Months as they are read.


@pytest.mark.parametrize("replication", [0, 1])
@pytest.mark.parametrize("name", DESKS)
def test_every_column_of_every_month_is_what_the_trace_says(name, replication):
    found, plain = told(name, replication, far=True).months, table_of(read(name, replication)[0])
    assert found.shape == plain.shape
    for place, column in enumerate(COLUMNS):
        np.testing.assert_allclose(found[:, place], plain[:, place], rtol=1e-9, atol=1e-7, err_msg=column)


@pytest.mark.parametrize("name", SHOWS)
def test_something_happens_in_what_a_desk_is_there_for(name):
    months = told(name, 0, far=True).months
    assert all(months[:, COLUMNS.index(column)].any() for column in SHOWS[name])


def test_nights_go_past_midnight_and_colleagues_wait_overnight_and_at_the_end():
    """So that the cases above are what they are called."""
    nights = rows_of("overtime past midnight", 0, far=True)
    assert any(tick % DAY < 6 * HOUR for tick, what, *_ in nights.tolist() if what == H.WENT_OFF)
    for name in ("colleagues who wait", "colleagues who cost more"):
        rows = rows_of(name, 0, far=True).tolist()
        asked = {who: tick for tick, what, who, *_ in rows if what == H.ASKED}
        helped = {who: tick for tick, what, who, *_ in rows if what == H.HELPING}
        assert any(asked[who] // DAY < tick // DAY for who, tick in helped.items())
    assert asked.keys() - helped.keys()


@pytest.mark.parametrize("name", DESKS)
def test_value_is_the_profit_of_every_day_in_todays_money(name):
    for replication in range(2):
        metrics = told(name, replication, far=True).metrics
        assert metrics[NAMES.index("value")] == pytest.approx(read(name, replication)[1], rel=1e-9)


def test_the_reference_engine_has_the_same_months():
    for name in ("overtime past midnight", "a window that ends at noon"):
        assert told(name, 0, far=True, engine="reference").months.tobytes() == told(name, 0, far=True).months.tobytes()


# The window.


TOLD_BY = [(name, "fast") for name in DESKS]
TOLD_BY += [(name, "reference") for name in ("a small desk", "colleagues who wait", "a window that ends at noon")]


@pytest.mark.parametrize(("name", "engine"), TOLD_BY)
def test_a_far_world_cut_at_the_window_is_one_that_ends_there(name, engine):
    """Row for row; stock is taken there in both."""
    near, far, window = rows_of(name, 0, False, engine), rows_of(name, 0, True, engine), window_of(desk(name))
    cut = far[(far[:, 0] < window) | ((far[:, 0] == window) & (far[:, 1] == H.REMAINS))]
    assert cut.tobytes() == near.tobytes()
    assert (near[:, 0] == window).sum() == told(name, 0, far=False).metrics[NAMES.index("customers_end")]


@pytest.mark.parametrize("name", DESKS)
def test_metrics_of_the_window_are_the_same_whether_or_not_the_world_goes_on(name):
    """All but value, to the bit; those of segments and the controls, too."""
    near, far = (Experiment(desk(name), SEED, "fast", True, far).simulated(Job(0, 3)) for far in (False, True))
    others = [place for place, metric in enumerate(NAMES) if metric != "value"]
    assert near.metrics[others].tobytes() == far.metrics[others].tobytes()
    assert (near.own.tobytes(), near.controls.tobytes()) == (far.own.tobytes(), far.controls.tobytes())
    assert near.fate.tobytes() == far.fate.tobytes()
    assert math.isnan(near.metrics[NAMES.index("value")])
    assert math.isfinite(far.metrics[NAMES.index("value")])
    assert len(near.months) == 0


def test_where_the_years_end_with_the_window_value_is_its_cash():
    found = dict(zip(NAMES, told("years that end with the window", 0, far=True).metrics, strict=True))
    assert found["value"] == pytest.approx(found["cash"], rel=1e-12)


# Years.

A_YEAR = {"horizon": {"weeks": 365 / 7, "years": 2.3}}


@cache
def two_years() -> tuple[Scenario, Outcome, np.ndarray]:
    """A desk with managers and colleagues whose window is its first year: its metrics and (years, YEARLY)."""
    tables = {**A_DESK, **MANAGED, "internal": {}, "outreach": {}, "promises": {}, **A_YEAR}
    scenario = checked(tables, "two years")
    outcome = Experiment(scenario, SEED, "fast", far=True).simulated(Job(0, 0))
    return scenario, outcome, yearly(outcome.months)


def test_a_year_is_twelve_months_and_what_is_left_over_is_none():
    _, outcome, years = two_years()
    assert outcome.months.shape[0] == math.ceil(2.3 * MONTHS)
    assert years.shape == (2, len(YEARLY_NAMES))
    for number, year in enumerate(years):
        months = dict(zip(COLUMNS, outcome.months[12 * number : 12 * number + 12].T, strict=True))
        found = dict(zip(YEARLY_NAMES, year, strict=True))
        costs = sum(months[cost].sum() for cost in COSTS)
        assert found == pytest.approx({
            "cash": months["cash"].sum(), "revenue": months["revenue"].sum(), "costs": costs,
            "profit": months["margin"].sum() - costs, "customers_end": months["customers"][-1],
            "retention_rate": math.exp(-months["lost"].sum() / (months["customer_days"].sum() / 365)),
            "customers_won": months["won"].sum(), "customers_lost": months["lost"].sum(),
            "arrivals": months["arrived"].sum(),
            "unserved_share": sum(months[how].sum() for how in ("abandoned", "balked", "turned_away")) / months["arrived"].sum(),
            "abandoned_share": months["abandoned"].sum() / months["arrived"].sum(),
            "balked_share": months["balked"].sum() / months["arrived"].sum(),
            "wait_mean": months["waited"].sum() / MINUTE / months["joined"].sum(),
            "investment_hours": months["invested"].sum() / HOUR / 12,
        })  # fmt: skip


PER_YEAR = {"arrivals": 365 / 7}
"""Metrics of the window that are for another time than a year."""
CLOSELY = {"retention_rate": 1e-2}
"""Time in the book is counted by days in years, by ticks in the window."""


@pytest.mark.parametrize("name", YEARLY_NAMES)
def test_the_first_year_says_what_the_window_says_where_that_is_the_first_year(name):
    """The desk is empty at the end of both, so that nothing is under way."""
    _, outcome, years = two_years()
    window = outcome.metrics[NAMES.index(name)] * PER_YEAR.get(name, 1.0)
    assert years[0, YEARLY_NAMES.index(name)] == pytest.approx(window, rel=CLOSELY.get(name, 1e-9))


def months_of(**columns: list[float]) -> np.ndarray:
    """(1, months, COLUMNS) months of one replication that have these columns, and nothing in others."""
    table = np.zeros((1, len(next(iter(columns.values()))), len(COLUMNS)))
    for name, values in columns.items():
        table[0, :, COLUMNS.index(name)] = values
    return table


def test_a_year_in_which_nobody_comes_has_no_shares():
    years = yearly(
        months_of(revenue=[5.0] * 12 + [7.0] * 12, arrived=[0.0] * 12 + [2.0] * 12, balked=[0.0] * 23 + [6.0])
    )
    shares = years[0, :, YEARLY_NAMES.index("balked_share")]
    assert years[0, :, YEARLY_NAMES.index("revenue")].tolist() == [60, 84]
    assert np.isnan(shares[0])
    assert shares[1] == 0.25


def test_less_than_a_year_has_no_years():
    assert yearly(months_of(revenue=[1.0] * 11)).shape == (1, 0, len(YEARLY_NAMES))


def test_money_until_the_end_of_each_month_adds_up_to_value():
    table = months_of(cash=[5.0, -7.0, 1.0])
    assert cumulative_cash(table).tolist() == [[5, -2, -1]]
    assert value_of(table).tolist() == [-1]


@pytest.mark.parametrize("name", ["budgets, rent and a price", "send home, no interest", "a small desk"])
def test_value_at_another_rate_is_nearly_that_of_a_world_with_that_rate(name):
    """At the stated rate it is value itself; at another, each month is moved at its middle: to a thousandth of revenue."""
    stated = desk(name).money.discount_rate
    months = told(name, 0, far=True).months
    assert at_rate(months, stated, stated) == told(name, 0, far=True).metrics[NAMES.index("value")]
    for rate in (0.05, 0.15):
        money = {**DESKS[name].get("money", {}), "discount_rate": rate}
        other = Experiment(checked({**A_DESK, **DESKS[name], "money": money}, name), SEED, "fast", far=True)
        value = other.simulated(Job(0, 0)).metrics[NAMES.index("value")]
        revenue = months[:, COLUMNS.index("revenue")].sum()
        assert at_rate(months, stated, rate) == pytest.approx(value, abs=revenue / 1000)


# Where there is no value.


def null_value(result: Any) -> bool:
    """Is value undefined in every replication, and null in what is printed?"""
    return bool(np.isnan(result.sample("value")).all()) and result.to_dict()["metrics"]["value"]["mean"] is None


@pytest.mark.parametrize("tables", [
    {"spending": {"on": False}}, {"horizon": {"weeks": 3.0, "warmup_weeks": 1.0}},
    {"segments": [{"name": "a", "share": 0.5, "spending": {"on": False}}, {"name": "b", "share": 0.5, "spending": {"on": False}}]},
], ids=["nobody spends", "a warm-up", "no segment spends"])  # fmt: skip
def test_where_money_over_the_years_means_nothing_there_is_no_value_and_no_years(tables):
    found = run(checked({**A_DESK, **tables}, "test"), replications=2, controls=False)
    assert null_value(found)
    assert found.months.shape[1] == 0
    assert found.to_dict()["years"] is None


def test_a_run_has_value_and_years_where_they_mean_something():
    found = run(checked({**A_DESK, "horizon": {"weeks": 3.0, "years": 1.1}}, "test"), replications=3, controls=False)
    assert found["value"].mean == pytest.approx(value_of(found.months).mean())
    assert [year["year"] for year in found.to_dict()["years"]] == [1]
    assert found.of_year(1, "revenue").mean == pytest.approx(
        found.months[:, :12, COLUMNS.index("revenue")].sum(axis=1).mean()
    )


LOOKS = {"horizon": {"weeks": 3.0, "years": 0.1}}


@pytest.mark.parametrize(("asked", "far"), [
    ({"objective": "wait_mean"}, False), ({"objective": "cash"}, False), ({"objective": "value"}, True),
    ({"objective": "wait_mean", "constraints": ["value >= today"]}, True),
    ({"objective": "wait_mean", "constraints": ["profit >= today"]}, False),
], ids=str)  # fmt: skip
def test_only_who_asks_about_value_has_the_years_simulated(asked, far):
    e = evaluate(checked({**A_DESK, **LOOKS, "evaluate": asked}, "test"), levels=(3,), replications=2)
    assert [len(months[0]) for months in e.months] == [2 if far else 0] * 2
    assert np.isfinite(e.sample(3, "value")).all() == far
    assert (e.level_dict(3)["metrics"]["value"]["mean"] is None) == (not far)
    assert (e.to_dict()["look_ahead"] is None) == (not far)


@pytest.mark.parametrize("weeks", [52.15, 100.0, 3.0, 365 / 7 + 1e-3])
def test_the_least_years_that_are_asked_for_are_enough(weeks):
    """What a person is told to write is then taken."""
    tables = {"spending": {}, "horizon": {"weeks": weeks, "years": 0.01}}
    with pytest.raises(ScenarioError, match="must be at least") as said:
        checked(tables, "test")
    least = float(str(said.value).split("at least ")[1].split(",")[0])
    assert horizon_of(checked({**tables, "horizon": {"weeks": weeks, "years": least}}, "test")) >= weeks * 7 * DAY


# What must not move the best level, and what hardly may.

SETTLED = {
    "opening": {"monday": "09:00-13:00", "tuesday": "", "wednesday": "", "thursday": "13:00-17:00", "friday": ""},
    "demand": {"prospects_per_hour": 0.6, "opening_book": 75, "visit_gap_days": 21.0}, "service": {"core_minutes": 12.0},
    "investment": {"minutes_per_visit": 2.0}, "waiting": {}, "quality": {}, "loyalty": {},
    "spending": {"basket_mean": 40.0},
}  # fmt: skip
"""A desk whose book hardly grows or shrinks, with a best level between two others."""
LEVELS = (0.0, 2.0, 4.0, 6.0, 8.0, 12.0)


def evaluated(years: float, **staff: float) -> Any:
    """The levels of the settled desk over so many years, each in twelve replications."""
    tables = {**SETTLED, "staff": {"agents": 1, **staff}, "horizon": {"weeks": 4.0, "years": years}}
    return evaluate(checked(tables, "settled"), levels=LEVELS, replications=12, smallest_difference=0.0)


@cache
def at_wages(overtime_factor: float) -> tuple[Any, Any]:
    """The same at a wage of 5 and of 60, the roster being the same at every level."""
    low, high = (evaluated(1.0, wage_per_hour=wage, overtime_factor=overtime_factor) for wage in (5.0, 60.0))
    return low, high


def test_a_wage_that_is_paid_whatever_the_level_moves_no_difference_between_levels():
    """Where overtime is not paid, wages are the roster's: the higher wage costs as much more at every level."""
    low, high = at_wages(0.0)
    assert low.best == high.best
    for level in LEVELS:
        assert high.difference(level, 2.0).mean == pytest.approx(low.difference(level, 2.0).mean, abs=1e-6)
        assert low.at(level, "value").mean - high.at(level, "value").mean == pytest.approx(WAGES_OF_A_YEAR, rel=1e-9)


WAGES_OF_A_YEAR = (60 - 5) * 4 * sum(1.1 ** -((day + 1) / 365) for day in range(365) if day % 7 in (0, 3))
"""What the higher wage costs more: four hours on Mondays and Thursdays, in today's money."""


def test_a_wage_that_is_paid_for_what_a_level_makes_last_longer_does_move_them():
    """So that the test above can fail."""
    low, high = at_wages(1.25)
    assert high.difference(12.0, 2.0).mean < low.difference(12.0, 2.0).mean - 100


@pytest.mark.parametrize("years", [2, 3])
def test_one_more_year_moves_the_best_by_one_level_at_most(years):
    book = settled_for(years)
    assert abs(LEVELS.index(settled_for(years + 1).best) - LEVELS.index(book.best)) <= 1
    sizes = [year["customers_end"]["mean"] for year in book.years(book.best)]
    assert max(sizes) < 1.15 * min(sizes)


@cache
def settled_for(years: float) -> Any:
    """The settled desk over so many years."""
    return evaluated(years)
