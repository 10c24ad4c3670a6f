"""Why B beats A: customers paired by their keys, parts that add up to the difference, lives told side by side."""

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import COMMAND, servsim_here
from rich.table import Table

from servsim.engine_parameters import horizon_of, in_world, to_sheet
from servsim.errors import ScenarioError
from servsim.event_codes import Happening as H  # noqa: N817 as short as in the metrics
from servsim.event_codes import Reason
from servsim.model import fast
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.show.comparison import SOURCES, why_parts
from servsim.show.paired_lives import in_short, lives_json, lives_parts
from servsim.show.trace_words import times
from servsim.study.comparison.compare import Comparison, compare, lives, picked, shared_replications
from servsim.study.comparison.paired_customers import (
    FATES,
    PARTS,
    Pairs,
    fate_of,
    for_each,
    paired,
    parts_of_the_difference,
)
from servsim.study.execution.replications import Job, Outcome
from servsim.study.histories.customers import TICK, VALUE, WHAT, WHO, World
from servsim.study.intervals_and_tables import t_quantile
from servsim.study.metrics import NAMES
from servsim.study.money import COSTS
from servsim.study.yearly_projection import COLUMNS, PLACE, YEARLY_NAMES
from servsim.units import HOUR, MILLIONTHS, WEEK, YEAR

DESK: dict[str, Any] = {
    "title": "Corner shop",
    "opening": {"monday": "09:00-12:00", "thursday": "09:00-12:00"},
    "demand": {"opening_book": 60, "visit_gap_days": 7.0, "prospects_per_hour": 3.0},
    "staff": {"agents": 1, "wage_per_hour": 20.0, "overtime_factor": 1.0},
    "investment": {}, "waiting": {}, "quality": {}, "loyalty": {"yearly_retention": 0.3}, "spending": {},
    "money": {"currency": "CHF", "margin": 0.5, "discount_rate": 0.4},
    "horizon": {"weeks": 10.0, "years": 2.0},
}  # fmt: skip
"""One agent who is asked for too much, so that a second one saves customers."""
OTHERS: dict[str, dict[str, Any]] = {
    "a second agent": {"staff": {"agents": 2}},
    "more care, nothing discounted": {"investment": {"minutes_per_visit": 9.0}, "money": {"discount_rate": 0.0}},
    "a higher margin and wage": {"money": {"margin": 0.8}, "staff": {"wage_per_hour": 31.0}},
    "higher prices": {"spending": {"price_level": 1.2}},
    "advertising": {"advertising": {"budget_per_month": 900.0}},
    "training": {"training": {"hours_per_month": 4.0, "fee_per_hour": 70.0}},
    "a manager": {"mistakes": {"mistake_share": 0.5}, "recovery": {}, "manager": {"manager_wage_per_hour": 80.0}},
    "colleagues who ask": {"internal": {"requests_per_hour": 2.0, "wage_per_hour": 70.0}},
    "a higher rent": {"money": {"fixed_costs_per_month": 400.0}},
    "a lower discount": {"money": {"discount_rate": 0.1}},
    "two segments": {"segments": [{"name": "old", "share": 0.4, "spending": {"basket_mean": 90.0}},
                                  {"name": "new", "share": 0.6, "spending": {"basket_mean": 15.0}}]},
    "a smaller book": {"demand": {"opening_book": 40}},
    "no book": {"demand": {"opening_book": 0}},
    "nobody is lost": {"loyalty": {"on": False}},
}  # fmt: skip
"""What differs in B."""


def desk(**tables: Any) -> Scenario:
    """The corner shop, some of its tables changed."""
    changed = {
        name: {**DESK.get(name, {}), **settings} if isinstance(settings, dict) else settings
        for name, settings in tables.items()
    }
    return checked({**DESK, **changed}, "test")


@cache
def compared(name: str, swapped: bool = False) -> Comparison:
    """The corner shop as it is and another one, in three replications."""
    a, b = desk(), desk(**OTHERS[name])
    return compare(*((b, a) if swapped else (a, b)), replications=3)


def parts(c: Comparison) -> np.ndarray:
    """(replications, parts) where the difference comes from."""
    return parts_of_the_difference(c.a, c.b, c.months, c.pairs)


def gap(c: Comparison, name: str) -> np.ndarray:
    """(replications,) B less A."""
    place = NAMES.index(name)
    return c.metrics[1, :, place] - c.metrics[0, :, place]


def far_rows(c: Comparison, which: int, world: int) -> np.ndarray:
    """The trace of a replication of A or of B, of all years."""
    scenario = (c.a, c.b)[which]
    sheet = in_world(to_sheet(scenario), c.seed, world, horizon_of(scenario))
    return np.concatenate([piece.copy() for piece in fast.pieces(sheet, WEEK)])


def outcome(which: int, world: int, fate: list[int], spent: list[float], stayed: list[int] | None = None) -> Outcome:
    """What came of a replication, as far as its customers are concerned; if not said, they stay for one tick."""
    nothing = np.zeros(0)
    amounts = np.array([round(amount * MILLIONTHS) for amount in spent])
    stays = np.array(stayed or [1] * len(fate))
    return Outcome(Job(which, world), nothing, nothing, nothing, np.array(fate, np.int8), amounts, stays, nothing)


def pairs_of(*replications: tuple[list[int], list[float], list[int], list[float]]) -> Pairs:
    """Customers by (reason in A, spent in A, reason in B, spent in B) of each replication."""
    return paired(
        [(outcome(0, number, a, a_spent), outcome(1, number, b, b_spent))
         for number, (a, a_spent, b, b_spent) in enumerate(replications)]
    )  # fmt: skip


CARE, WAIT, NATURAL, CHANCE = int(Reason.CARE), int(Reason.WAIT), int(Reason.NATURAL), int(Reason.CHANCE)
FIVE = ([0, CARE, CARE, 0, WAIT], [10, 5, 6, 20, 3], [0, WAIT, 0, CARE, 0], [12.5, 5, 16, 7, 9])
"""Kept by both, lost by both, saved by B, lost by B, saved by B."""
TWO = ([0, 0], [4, 4], [0, 0], [5, 3])
"""Both kept by both."""


# Customers in pairs


def test_every_customer_has_one_of_four_fates():
    both = np.array([[0, CARE, CARE, 0], [0, NATURAL, 0, WAIT]])
    assert [FATES[place] for place in fate_of(both)] == ["kept_by_both", "lost_by_both", "saved_by_b", "lost_by_b"]


def test_customers_and_what_they_spent_by_hand():
    pairs = pairs_of(FIVE, TWO)
    said = pairs.to_dict("EUR", 0.95)
    assert [said[fate] for fate in FATES] == [1.5, 0.5, 1.0, 0.5]
    assert said["reasons"] == {
        "saved_by_b": {"wait": 0.5, "care": 0.5},
        "lost_by_b": {"care": 0.5},
        "lost_by_both": {"a": {"care": 0.5}, "b": {"wait": 0.5}},
    }
    saved = said["spent"]["saved_by_b"]
    assert [saved["per_replication"][side]["mean"] for side in ("a", "b", "difference")] == [4.5, 12.5, 8.0]
    assert [saved["each"][side]["mean"] for side in ("a", "b", "difference")] == [4.5, 12.5, 8.0]
    kept = said["spent"]["kept_by_both"]
    assert kept["per_replication"]["difference"]["mean"] == pytest.approx(1.25)
    assert kept["each"]["difference"]["mean"] == pytest.approx(2.5 / 3)
    assert {kept["each"]["a"]["unit"], kept["per_replication"]["b"]["unit"]} == {"EUR"}


def test_the_interval_of_a_ratio_is_the_delta_methods():
    amounts, counts = np.array([10.0, 30.0, 5.0]), np.array([1.0, 4.0, 1.0])
    left = amounts - 7.5 * counts
    half = t_quantile(0.9, 2) * np.sqrt((left**2).sum() / 2 / 3) / 2
    each = for_each(amounts, counts, "EUR", 0.9)
    assert (each.mean, each.high - each.mean) == (7.5, pytest.approx(half))
    assert np.isnan(for_each(amounts * 0, counts * 0, "EUR", 0.9).mean)


def test_of_unlike_books_those_are_paired_who_are_in_both():
    pairs = pairs_of(([0, CARE, 0], [1, 2, 3], [CARE], [4]))
    assert pairs.counts.tolist() == [[0, 0, 0, 1]]
    assert pairs.spent.tolist() == [[[0, 0, 0, 1]], [[0, 0, 0, 4]]]


def test_replications_that_only_one_of_them_finished_are_left_out():
    done = [outcome(1, 2, [0], [1]), outcome(0, 1, [0], [1]), outcome(0, 2, [0], [1]), outcome(1, 0, [0], [1])]
    assert [(a.job, b.job) for a, b in shared_replications(done)] == [(Job(0, 2), Job(1, 2))]
    nobody = paired([])
    assert (nobody.world, nobody.counts.shape) == (None, (0, 4))
    assert nobody.to_dict("EUR", 0.95)["spent"]["saved_by_b"]["each"]["a"]["mean"] is None


def test_fates_are_those_of_the_traces():
    c = compared("a second agent")
    rows = [World(scenario, c.seed, c.pairs.world).rows(lambda piece: piece[:, WHO] < 60) for scenario in (c.a, c.b)]
    remain = [set(table[table[:, WHAT] == H.REMAINS, WHO].tolist()) for table in rows]
    assert [set(np.flatnonzero(fate == Reason.NONE).tolist()) for fate in c.pairs.first] == remain
    assert c.pairs.counts[0].tolist() == [
        len(remain[0] & remain[1]), 60 - len(remain[0] | remain[1]), len(remain[1] - remain[0]),
        len(remain[0] - remain[1]),
    ]  # fmt: skip
    assert c.pairs.counts[:, :3].all()


# Where the difference comes from


@pytest.mark.parametrize("name", OTHERS)
def test_the_parts_add_up_to_the_difference_world_by_world(name):
    c = compared(name)
    assert gap(c, "value").any()
    assert parts(c).sum(axis=1) == pytest.approx(gap(c, "value"), abs=1e-6, rel=0)
    total = sum(own.mean for own in c.sources().values())
    assert total == pytest.approx(c.difference("value").mean, abs=1e-6, rel=0)


def bought(rows: np.ndarray, who: np.ndarray) -> float:
    """Money that some customers spent, from the trace."""
    return rows[(rows[:, WHAT] == H.BOUGHT) & who, VALUE].sum() / MILLIONTHS


def at_the_desk(rows: np.ndarray) -> float:
    """Hours that agents are at the desk, from the trace."""
    rows = rows[np.isin(rows[:, WHAT], (H.CAME_ON, H.WENT_OFF))]
    sign = np.where(rows[:, WHAT] == H.CAME_ON, -1, 1)
    return (sign * rows[:, TICK]).sum() / HOUR


def stay_of(rows: np.ndarray, who: int) -> int:
    """How long a customer of the opening book is in it, from the trace of two years."""
    left = rows[(rows[:, WHO] == who) & (rows[:, WHAT] == H.LOST), TICK]
    return int(left[0]) if len(left) else 2 * YEAR


@pytest.mark.parametrize("world", range(3))
def test_parts_are_what_the_traces_of_all_years_say(world):
    c = compared("a second agent")
    found = dict(zip(PARTS, parts(c)[world].tolist(), strict=True))
    a, b = (far_rows(c, which, world) for which in (0, 1))
    new = [bought(rows, rows[:, WHO] >= 60) for rows in (a, b)]
    assert found["newcomers"] == pytest.approx(0.5 * (new[1] - new[0]))
    assert found["wages"] == pytest.approx(-20 * (at_the_desk(b) - at_the_desk(a)))
    kept = [{int(row[WHO]) for row in rows[rows[:, WHAT] == H.REMAINS] if row[TICK] == 10 * WEEK} for rows in (a, b)]
    old = dict.fromkeys(("saved_by_b", "lost_by_b", "stay_longer", "spend_while_they_stay"), 0.0)
    for who in range(60):
        one, other = (0.5 * bought(rows, rows[:, WHO] == who) for rows in (a, b))
        if (who in kept[0]) != (who in kept[1]):
            old["saved_by_b" if who in kept[1] else "lost_by_b"] += other - one
        else:
            t_a, t_b = stay_of(a, who), stay_of(b, who)
            longer = (t_b - t_a) * (one + other) / (t_a + t_b)
            old["stay_longer"] += longer
            old["spend_while_they_stay"] += other - one - longer
    assert {part: found[part] for part in old} == pytest.approx(old, abs=1e-6)
    assert sum(abs(amount) > 1 for amount in old.values()) >= 3
    assert all(found[part] == 0 for part in PARTS if part in {*COSTS, "only_in_one_book"} - {"wages"})


@pytest.mark.parametrize(
    ("stays", "spent", "longer", "meanwhile"),
    [
        ((2, 6), (4, 12), 8, 0),  # at the same rate, three times as long
        ((5, 5), (4, 12), 0, 8),  # as long, three times as much
        ((2, 6), (4, 6), 5, -3),  # longer, at half the rate: 4 · 10/8, and (1 − 2) · 2·2·6/8
        ((6, 2), (6, 4), -5, 3),  # the other way round
        ((4, 2), (0, 0), 0, 0),
        ((0, 3), (0, 6), 6, 0),
    ],
)
@pytest.mark.parametrize("reasons", [(0, 0), (CARE, NATURAL)])
def test_staying_longer_and_spending_more_meanwhile_by_hand(stays, spent, longer, meanwhile, reasons):
    sides = [outcome(which, 0, [reasons[which]], [spent[which]], [stays[which]]) for which in (0, 1)]
    found = parts_by_hand(paired([(sides[0], sides[1])]), np.zeros((2, len(COLUMNS))))
    assert found.pop("stay_longer") == pytest.approx(0.5 * longer)
    assert found.pop("spend_while_they_stay") == pytest.approx(0.5 * meanwhile)
    assert not {part for part, amount in found.items() if amount and part != "newcomers"}


def parts_by_hand(pairs: Pairs, sums: np.ndarray, **of_b: Any) -> dict[str, float]:
    """The parts in one replication of the corner shop and of another one, from (2, COLUMNS) sums over all months."""
    months = np.stack([sums / 2, sums / 2], axis=1)[:, None]
    return dict(zip(PARTS, parts_of_the_difference(desk(), desk(**of_b), months, pairs)[0].tolist(), strict=True))


def test_every_part_by_hand():
    """Margins are 0.5 and 0.8. One customer is saved, one is lost by B, one comes only in B's larger book."""
    a = outcome(0, 0, [CARE, 0], [10, 30])
    b = outcome(1, 0, [0, CARE, 0], [40, 5, 7])
    sums = np.zeros((2, len(COLUMNS)))
    paid = {"wages": (50, 80), "managers": (5, 3), "colleagues": (1, 4), "advertising": (0, 9), "training": (6, 0),
            "fixed": (10, 12)}  # fmt: skip
    for name, amounts in {"revenue": (100, 152), "margin": (50, 121.6), "cash": (-20, 12), **paid}.items():
        sums[:, PLACE[name]] = amounts
    assert parts_by_hand(paired([(a, b)]), sums, money={"margin": 0.8}) == pytest.approx({
        "saved_by_b": 0.8 * 40 - 0.5 * 10, "lost_by_b": 0.8 * 5 - 0.5 * 30,
        "stay_longer": 0, "spend_while_they_stay": 0,
        "only_in_one_book": 0.8 * 7, "newcomers": 0.8 * (152 - 52) - 0.5 * (100 - 40),
        "wages": -30, "managers": 2, "colleagues": -3, "advertising": -9, "training": 6, "fixed": -2,
        "discounting": (12 - (121.6 - 108)) - (-20 - (50 - 72)),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("name", "part", "amount"),
    [
        ("advertising", "advertising", -900 * 24),
        ("training", "training", -4 * (20 + 70) * 24),
        ("a higher rent", "fixed", -400 * 24),
        ("a manager", "managers", -80 * 3 * (105 + 104)),  # two years have 105 Mondays and 104 Thursdays
    ],
)
def test_what_is_paid_whatever_happens_is_paid_for_two_years(name, part, amount):
    assert compared(name).sources()[part].mean == pytest.approx(amount)


def test_the_wait_of_colleagues_is_a_part():
    c = compared("colleagues who ask")
    assert c.sources()["colleagues"].mean == pytest.approx(-c.months[1, :, :, PLACE["colleagues"]].sum(axis=1).mean())
    assert c.sources()["colleagues"].high < 0


def test_nothing_is_discounted_at_a_rate_of_nought():
    a, b = (desk(money={"discount_rate": 0.0}, **OTHERS[name]) for name in ("nobody is lost", "a second agent"))
    sources = compare(a, b, replications=2).sources()
    assert sources["discounting"].mean == pytest.approx(0, abs=1e-6)
    assert abs(compare(desk(), b, replications=2).sources()["discounting"].mean) > 100


def test_what_is_off_or_alike_has_no_row():
    rows = {str(cell) for cell in sources_of("a second agent").columns[0].cells}
    assert {SOURCES["wages"], SOURCES["newcomers"]} < rows
    assert not rows & {SOURCES[part] for part in (*COSTS[1:], "only_in_one_book")}
    assert SOURCES["only_in_one_book"] in {str(cell) for cell in sources_of("a smaller book").columns[0].cells}


def sources_of(name: str) -> Table:
    """The table of the parts."""
    tables = [part for part in why_parts(compared(name)) if isinstance(part, Table)]
    return next(table for table in tables if str(table.title).startswith("Where the difference"))


# Over the years


def test_differences_by_year_are_those_of_the_months():
    c = compared("a second agent")
    first, second = c.to_dict()["years"]
    assert (first["year"], second["year"], set(first)) == (1, 2, {"year", *YEARLY_NAMES})
    cash = c.months[1, :, :, PLACE["cash"]] - c.months[0, :, :, PLACE["cash"]]
    assert second["cash"]["mean"] == pytest.approx(cash[:, 12:].sum(axis=1).mean())
    assert first["cash"]["mean"] + second["cash"]["mean"] == pytest.approx(c.difference("value").mean)
    ends = c.months[:, :, 23, PLACE["customers"]]
    assert second["customers_end"]["mean"] == pytest.approx((ends[1] - ends[0]).mean())
    assert second["customers_end"]["high"] > second["customers_end"]["mean"]
    assert (second["cash"]["unit"], second["revenue"]["unit"]) == ("CHF", "CHF/year")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({}, {"spending": {"on": False}}),
        ({"spending": {"on": False}}, {}),
        ({"horizon": {"warmup_weeks": 2.0}}, {"horizon": {"warmup_weeks": 2.0}}),
    ],
    ids=["nobody pays in B", "nobody pays in A", "a warm-up"],
)
def test_where_money_over_the_years_means_nothing_there_is_neither_value_nor_parts(a, b):
    c = compare(desk(**a), desk(staff={"agents": 2}, **b), replications=2)
    said = c.to_dict()
    assert said["differences"]["value"]["mean"] is None
    assert (said["sources"], said["years"]) == ({}, None)
    assert said["differences"]["wait_mean"]["mean"] < 0
    assert said["customers"]["kept_by_both"] > 0
    assert not any("year" in words for words in words_of(c))


@pytest.mark.parametrize(
    ("horizon", "said"),
    [
        ({"years": 3.0}, "horizon.years is 2 in A and 3 in B; it must be the same where money over the years is compared."),
        ({"weeks": 7.0}, "horizon.weeks is 10 in A and 7 in B; it must be the same where money over the years is compared."),
    ],
)  # fmt: skip
def test_money_of_unlike_years_is_not_compared(horizon, said):
    with pytest.raises(ScenarioError, match=re.escape(said)):
        compare(desk(), desk(horizon=horizon))
    nobody_pays = {"spending": {"on": False}}
    assert compare(desk(**nobody_pays), desk(horizon=horizon, **nobody_pays), replications=2).replications == 2


def words_of(c: Comparison) -> list[str]:
    """All sentences, and the titles of tables."""
    return [str(part.title) if isinstance(part, Table) else part for part in why_parts(c)]


def answer(c: Comparison) -> str:
    """What is said of money before any table."""
    return words_of(c)[0]


def of_money(*gaps: float, years: float = 10.0, weeks: float = 365 / 7) -> Comparison:
    """Two shops of which B brings so much more in each year, a thousand more or less, in two replications."""
    a, b = (desk(staff={"agents": agents}, horizon={"weeks": weeks, "years": years}) for agents in (1, 2))
    months = np.zeros((2, 2, 12 * len(gaps), len(COLUMNS)))
    metrics = np.zeros((2, 2, len(NAMES)))
    for world, noise in enumerate((-1000.0, 1000.0)):
        months[1, world, 11::12, PLACE["cash"]] = np.array(gaps) + noise * (np.arange(len(gaps)) == 0)
        metrics[1, world, NAMES.index("value")] = sum(gaps) + noise
    return Comparison(a, b, 1, 0.5, metrics, pairs_of(FIVE, TWO), months)


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ((-41_000, 346_000), "In the first year B brings 41.0 k CHF less than A (50 % sure: 40.0 k to 42.0 k). Over ten "
                             "years B brings 305 k CHF more than A in today's money, as simulated (50 % sure: 304 k to 306 k)."),
        ((400, -300), "In the first year B is not shown to bring more or less than A (50 % sure: -600 to 1.40 k CHF). Over "
                      "ten years B is not shown to bring more or less than A in today's money, as simulated "
                      "(50 % sure: -900 to 1.10 k CHF)."),
    ],
)  # fmt: skip
def test_money_is_said_first_of_the_first_year_then_of_all(gaps, said):
    assert answer(of_money(*gaps)).startswith(said)
    assert not any("worth" in words for words in words_of(of_money(*gaps)))


@pytest.mark.parametrize(
    ("years", "words"), [(1.0, "Over one year B"), (2.0, "Over two years B"), (2.5, "Over 2.5 years B"), (15.0, "Over 15 years B")]
)  # fmt: skip
def test_years_are_said_as_people_do(years, words):
    said = answer(of_money(*[50_000] * int(years), years=years))
    assert words in said
    assert ("In the first year" in said) == (years > 1)


@pytest.mark.parametrize(
    ("weeks", "words"), [(365 / 7, "after the first year are"), (26.0, "after the first 26 weeks are")]
)
def test_fates_are_said_to_be_those_of_the_window(weeks, words):
    said = words_of(of_money(9e4, 9e4, weeks=weeks))
    assert any(words in part for part in said)
    assert any("as they stand after" in part and words[6:-4] in part for part in said)
    assert any(part.startswith("Why they were lost in the first ") for part in said)


def test_the_two_largest_parts_are_named_and_discounting_is_no_cause():
    c = compared("advertising")
    causes = {part: gap.mean for part, gap in c.sources().items() if part != "discounting"}
    first, second = sorted(causes, key=lambda part: -abs(causes[part]))[:2]
    said = answer(c)
    assert re.search(rf"What weighs most: {SOURCES[first]} \([^)]+\) and {SOURCES[second]} \([^)]+\)\.$", said)
    assert SOURCES["discounting"] not in said
    assert abs(c.sources()["discounting"].mean) > abs(causes[second])


def test_some_years_are_shown_and_the_last():
    table = next(part for part in why_parts(of_money(*range(1, 13), years=12.0)) if isinstance(part, Table))
    assert [*table.columns[0].cells] == ["1", "2", "3", "5", "10", "12"]
    assert [column.header for column in table.columns] == ["year", "money", "±"]


def test_a_scenario_and_itself_differ_in_nothing():
    c = compare(desk(), desk(), replications=2)
    assert not parts(c).any()
    assert c.pairs.counts[:, 2:].sum() == 0
    assert not picked(c.pairs)
    assert answer(c) == "No setting of B differs from that of A."


@pytest.mark.parametrize("name", OTHERS)
def test_b_and_a_differ_as_a_and_b_do_with_the_sign_turned(name):
    there, back = compared(name), compared(name, swapped=True)
    mirrored = [1, 0, *range(2, len(PARTS))]
    assert parts(back)[:, mirrored] == pytest.approx(-parts(there), abs=1e-6)
    assert back.pairs.counts[:, [0, 1, 3, 2]].tolist() == there.pairs.counts.tolist()
    assert back.pairs.why()["lost_by_both"]["a"] == there.pairs.why()["lost_by_both"]["b"]
    assert picked(back.pairs).keys() == picked(there.pairs).keys()


# Lives


def test_whose_lives_are_told_by_hand():
    reasons, more = (
        [CARE, NATURAL, CARE, CARE, CHANCE, CHANCE, CHANCE, CHANCE],
        [50.0, 99.0, 10.0, 30.0, 70.0, 71.0, 72.0, 73.0],
    )
    saved = pairs_of((reasons, [0] * 8, [0] * 8, more))
    assert {key: FATES[fate] for key, fate in picked(saved).items()} == {3: "saved_by_b"}
    lost = pairs_of(([0] * 8, more, reasons, [0] * 8))
    assert {key: FATES[fate] for key, fate in picked(lost).items()} == {3: "lost_by_b"}
    kept = pairs_of(([0, 0, 0], [5, 9, 5], [0, 0, 0], [5, 5, 9]))
    assert {key: FATES[fate] for key, fate in picked(kept).items()} == {1: "kept_by_both"}
    assert list(picked(pairs_of(FIVE)).values()) == [2, 3, 0]
    no_saved = pairs_of(([0, CARE, 0], [1, 2, 9], [0, WAIT, CARE], [2, 3, 1]))
    assert {key: FATES[fate] for key, fate in picked(no_saved).items()} == {
        2: "lost_by_b", 0: "kept_by_both", 1: "lost_by_both",
    }  # fmt: skip
    blameless = pairs_of(([NATURAL, CHANCE, CHANCE], [1, 1, 1], [0, 0, 0], [2, 4, 3]))
    assert list(picked(blameless)) == [2]


@pytest.fixture(scope="module")
def crowded() -> Comparison:
    """A salon's half year with three agents, and with two."""
    half = ["horizon.weeks=26", "horizon.years=1"]
    salon = [read_scenario("tests/desks/old-salon.toml", [*half, *more]) for more in ((), ("staff.agents=2",))]
    return compare(*salon, replications=2)


def spent_by(c: Comparison, key: int) -> list[float]:
    """What a customer of the first replication spent over all years, in A and in B."""
    return [amount / MILLIONTHS for amount in c.pairs.first_spent[:, key].tolist()]


def test_lives_are_of_the_world_whose_customers_were_chosen(crowded):
    told = lives(crowded)
    assert told.replication == 0
    assert [life.fate for life in told.told] == ["saved_by_b", "lost_by_b", "kept_by_both"]
    for life in told.told:
        for which, rows in enumerate(life.rows):
            all_years = far_rows(crowded, which, told.replication)
            assert bought(all_years, all_years[:, WHO] == life.key) == spent_by(crowded, life.key)[which]
            lost = rows[np.isin(rows[:, WHAT], (H.LOST, H.REMAINS))]
            reason = lost[0, VALUE] if lost[0, WHAT] == H.LOST else Reason.NONE
            assert reason == crowded.pairs.first[which, life.key]


def test_both_engines_tell_the_same_lives():
    c = compared("a second agent")
    assert lives_json(c, lives(c, "reference")) == lives_json(c, lives(c, "fast"))


def test_newcomers_are_those_whom_the_traces_have_won(crowded):
    told = lives(crowded)
    won = [
        set(World(one, 1, 0).rows(lambda piece: piece[:, WHAT] == H.WON)[:, WHO].tolist())
        for one in (crowded.a, crowded.b)
    ]
    assert told.won_by_both + told.won_by_a == len(won[0])
    assert told.won_by_both + told.won_by_b == len(won[1])
    assert told.won_by_both == len(won[0] & won[1]) > told.won_by_a > 0


def test_a_short_life_says_how_often_for_how_much_and_how_it_ended(crowded):
    told = lives(crowded).told
    for life in told:
        short = in_short(crowded, life)
        for which, side in enumerate("ab"):
            rows, text = life.rows[which], short[side]
            came = int((rows[:, WHAT] == H.ARRIVED).sum())
            assert text.startswith(f"Came {times(came)}, was ")
            assert f"spent {bought(rows, rows[:, WHO] == life.key):,.2f} CAD" in text
            assert ("Stays" in text) == (crowded.pairs.first[which, life.key] == Reason.NONE)
            assert ("left the business" in text) != ("Stays" in text)
        a, b = (bought(rows, rows[:, WHO] == life.key) for rows in life.rows)
        assert ("less)" in short["b"]) == (b < a)


def test_what_a_customer_spends_more_over_all_years_is_said_with_the_name(crowded):
    told = lives(crowded)
    said = [str(part) for part in lives_parts(crowded, told, full=False)]
    for life in told.told:
        a, b = spent_by(crowded, life.key)
        words = f"over one year {abs(b - a):,.2f} CAD {'more' if b > a else 'less'} with B:"
        assert sum(part.endswith(words) for part in said) == 1
    assert any("told of the first 26 weeks only" in part for part in said)


def test_lives_of_a_desk_without_loyalty_are_told_too():
    c = compared("nobody is lost")
    same = compare(c.b, desk(loyalty={"on": False}, investment={"minutes_per_visit": 20.0}), replications=2)
    told = lives(same)
    assert [life.fate for life in told.told] == ["kept_by_both"]
    assert "Stays" in in_short(same, told.told[0])["b"]
    assert lives_parts(same, told, full=True)


def test_a_segment_may_be_new_in_b():
    segments = [{"name": "old", "share": 0.5}, {"name": "new", "share": 0.5}]
    c = compare(desk(), checked({**DESK, "staff": {"agents": 2}, "segments": segments}, "test"), replications=2)
    told = lives(c)
    assert told.told
    assert lives_parts(c, told, full=True)


# The command


SALON = Path(__file__).parent.parent / "tests" / "desks" / "old-salon.toml"
SHORT = ["--set", "horizon.weeks=16", "--set", "horizon.years=2", "--to", "staff.agents=2", "--replications", "3"]


def servsim(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Compare the salon's first weeks with another salon's as a person would."""
    return servsim_here("compare", SALON, *SHORT, *args, **env)


@pytest.mark.parametrize("args", [(), ("--lives", "full")], ids=" ".join)
def test_the_command_prints_80_columns_of_plain_text(args):
    result = subprocess.run(
        [*COMMAND, "compare", SALON, *SHORT, *args], capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii()
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    for words in (
        "In the first year B brings ",
        "Over two years B brings ",
        "B − A by year" if result.stdout.count("−") else "B - A by year",
        "Where the difference over two years comes from, CAD",
        "Today's customers per replication",
        "Why they were lost",
    ):
        assert words in result.stdout
    assert "All are of the 1st replication (--replication 0 of `servsim story`)" in " ".join(result.stdout.split())
    assert "is worth" not in result.stdout


def test_what_is_shown_to_differ_has_a_mark_that_survives_a_pipe():
    result = servsim("--no-lives", "--names")
    lines = result.stdout.splitlines()
    words = "* shown to differ: the 95 % interval of B − A leaves out 0; what has no * may be noise."
    assert words in " ".join(result.stdout.split())
    found = json.loads(servsim("--json", "--no-lives").stdout)["differences"]
    marked = {line.split()[0] for line in lines if " * " in line and line.split()[0] in found}
    assert marked == {name for name, gap in found.items() if gap["low"] and (gap["low"] > 0 or gap["high"] < 0)}
    assert {"unserved_share", "costs"} <= marked < found.keys()


@pytest.mark.parametrize("columns", [40, 50, 65])
def test_no_number_is_cut_in_a_narrow_terminal(columns):
    """What finds no room beside the other columns stands below them."""
    narrow, wide = (servsim("--no-lives", COLUMNS=str(many)).stdout for many in (columns, 120))
    assert "…" not in narrow
    assert max(map(len, narrow.splitlines())) <= columns
    numbers = [sorted(re.findall(r"[-+]?[\d,]*\d\.\d+", text)) for text in (narrow, wide)]
    assert numbers[0] == numbers[1]


def test_both_yearly_retentions_say_of_whom_they_are():
    out = servsim("--no-lives", "--names").stdout
    assert re.search(r"^retention [^\n]* today's book\s*$", out, re.MULTILINE)
    assert re.search(r"^retention_rate [^\n]* whole book\s*$", out, re.MULTILINE)
    assert "retention_rate: the share of all in the book" in " ".join(out.split())


def test_lives_may_be_left_out():
    assert "1st replication" not in servsim("--no-lives").stdout


def test_json_adds_to_its_contract():
    result = json.loads(servsim("--json").stdout)
    assert list(result["sources"]) == list(PARTS)
    assert set(result["customers"]) == {*FATES, "reasons", "spent"}
    assert set(result["newcomers"]) == {"replication", "won_by_both", "won_by_a", "won_by_b"}
    assert [set(life) for life in result["lives"]] == [{"customer", "fate", "a", "b"}] * 3
    assert [year["year"] for year in result["years"]] == [1, 2]
    value = sum(gap["mean"] for gap in result["sources"].values())
    assert value == pytest.approx(result["differences"]["value"]["mean"])
    assert "lives" not in json.loads(servsim("--json", "--no-lives").stdout)
