"""The advice in words: what it says of money, of customers, of time and of how sure it is is what the evaluation holds."""

from dataclasses import replace

import numpy as np
import pytest

from servsim.scenario.read import checked, read_scenario
from servsim.show.evaluation_advice import advice
from servsim.show.evaluation_summary import doubts
from servsim.show.formatting import amount, ends, ranged, short, window_words, with_half, years_words
from servsim.show.optimisation import effects
from servsim.show.sensitivity import closing
from servsim.show.years_ahead import looks
from servsim.study.check.before_simulation import drift
from servsim.study.intervals_and_tables import Interval
from servsim.study.metrics import NAMES
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.payback import Ahead, Look
from servsim.study.one_lever.result import Evaluation, Guarantee
from servsim.study.yearly_projection import COLUMNS, PLACE

JUDGING = {
    "demand": {"prospects_per_hour": 2.0, "opening_book": 40}, "quality": {"opening_satisfaction": 1.0},
    "investment": {"minutes_per_visit": 8.0}, "horizon": {"weeks": 20.0},
}  # fmt: skip
DESK = {
    "title": "Counter", "investment": {"minutes_per_visit": 3.0}, "quality": {}, "loyalty": {}, "waiting": {},
    "spending": {}, "money": {"currency": "CAD"}, "horizon": {"years": 2.0},
}  # fmt: skip


def caveats(e):
    """What is said of the table, of constraints, of how sure the answer is, and of what it leaves out."""
    by = {about: text for about, text in doubts(e, None, asked=False) if about != "Kept"}
    kept = [text for about, text in doubts(e, None, asked=False) if about == "Kept"]
    return [by["Table"], *kept, by["How sure"], by["Numbers"]]


REPLICATIONS = np.array([-1.0, 1.0, -1.0, 1.0])
"""What is better in some replications and worse in others: nought on average, 1.15 in standard deviation."""
CERTAIN = {"unserved_share": 0.2, "retention": 0.6, "investment_hours": 30.0, "costs": 5000.0}


def paths(gains):
    """(replications, 24, COLUMNS) of 1,000 a month, and for two years so much more in each; replications differ by little."""
    months = np.zeros((len(REPLICATIONS), 24, len(COLUMNS)))
    months[:, :, PLACE["cash"]] = 1000.0 + np.asarray(gains)[None, :] * (1 + 0.1 * REPLICATIONS[:, None])
    return months


def told(gains, best, tables=None, metrics=None, **changed):
    """An evaluation whose levels bring so much more than today's 3 in each of 24 months; metrics: of some levels."""
    scenario, levels = checked({**DESK, **(tables or {})}, "test"), tuple(sorted({3.0, *gains}))
    months = {level: paths(np.broadcast_to(gains.get(level, 0.0), 24)) for level in levels}
    rows = []
    for level in levels:
        own = {**CERTAIN, **(metrics or {}).get(level, {}), "value": months[level][:, :, PLACE["cash"]].sum(axis=1),
               "cash": months[level][:, :12, PLACE["cash"]].sum(axis=1)}  # fmt: skip
        table = np.full((len(REPLICATIONS), len(NAMES)), np.nan)
        for name, value in own.items():
            table[:, NAMES.index(name)] = value
        rows.append(table)
    e = Evaluation(
        scenario, 1, "investment.minutes_per_visit", "value", 0.95, 0.0, levels, 3.0, tuple(rows), best, len(levels),
        ((),) * len(levels), None, months=tuple(months[level] for level in levels),
    )  # fmt: skip
    return replace(e, **changed)


def blurred(e, *levels):
    """The same, with levels better by 500 in some replications and worse in others."""
    for level in levels:
        e.metrics[e.levels.index(level)][:, NAMES.index("value")] += 500 * REPLICATIONS
    return e


# The first sentence: what to choose, next year's money, and what changes for customers


def test_the_first_sentence_is_the_level_next_years_money_and_what_changes_for_customers():
    e = told({6.0: 100.0}, 6.0, metrics={6.0: {"unserved_share": 0.28, "retention": 0.67 + 0.01 * REPLICATIONS}})
    money = e.difference(6.0, 3.0, "cash")
    assert money.mean == pytest.approx(1200)
    low, high = (
        100 * end for end in (e.difference(6.0, 3.0, "retention").low, e.difference(6.0, 3.0, "retention").high)
    )
    assert advice(e).startswith(
        f"Invest 6 minutes of care per visit instead of 3: next year about 1.20 k CAD more left over (95 % sure: "
        f"{ends(money, 'cash')}); of 100 who come, 28 leave unserved instead of 20 (8.0 to 8.0 more); of 100 customers "
        f"of today, 67 are still there after a year instead of 60 ({low:.1f} to {high:.1f} more). "
    )


@pytest.mark.parametrize(
    ("horizon", "said"),
    [
        ({}, "next year"), ({"weeks": 365 / 7}, "next year"), ({"weeks": 52.0}, "in the first 52 weeks"),
        ({"weeks": 8.0}, "in the first 8 weeks"), ({"weeks": 52.0, "warmup_weeks": 2.0}, "in the 50 weeks after the warm-up"),
    ],
)  # fmt: skip
def test_next_year_is_said_of_a_window_of_365_days_only(horizon, said):
    assert window_words(checked({**DESK, "horizon": horizon}, "test")) == said


@pytest.mark.parametrize(("years", "said"), [(1, "one year"), (2.5, "2.5 years"), (10, "ten years"), (20, "20 years")])
def test_years_are_counted_in_words(years, said):
    assert years_words(checked({**DESK, "horizon": {"years": years}}, "test")) == said


def test_money_that_goes_down_next_year_is_said_to():
    e = told({6.0: np.where(np.arange(24) < 12, -100.0, 300.0)}, 6.0)
    assert "next year about 1.20 k CAD less left over (95 % sure: 0.9" in advice(e)


def test_what_is_not_shown_to_change_is_said_not_to_be():
    noisy = {"unserved_share": 0.21 + 0.05 * REPLICATIONS, "retention": 0.6 + 0.1 * REPLICATIONS}
    said = advice(told({6.0: 100.0}, 6.0, metrics={6.0: noisy}))
    assert "of 100 who come, 21 leave unserved, about as now (-" in said
    assert "of 100 customers of today, 60 are still there after a year, about as now (-" in said
    e = told({6.0: np.where(np.arange(24) < 12, 0.0, 200.0)}, 6.0)
    e.metrics[1][:, NAMES.index("cash")] += 50 * REPLICATIONS
    assert "next year the money left over is not shown to change (95 % sure: -" in advice(e)


def test_less_than_one_in_a_hundred_is_told_with_a_decimal():
    assert "20.3 leave unserved instead of 20.0 (0.3 to 0.3 more)" in advice(
        told({6.0: 100.0}, 6.0, metrics={6.0: {"unserved_share": 0.203}})
    )


def test_of_another_objective_its_own_change_is_told_first_and_no_years_where_there_are_none():
    hour = {"wait_mean": 2.0 + 0.01 * REPLICATIONS}
    e = told({6.0: 100.0}, 6.0, objective="wait_mean", metrics={3.0: {"wait_mean": 3.0}, 6.0: hour})
    without = replace(e, months=tuple(own[:, :0] for own in e.months))
    assert "instead of 3: wait_mean falls by 1.00 min (95 % sure:" in advice(without)
    assert "left over" in advice(without)
    assert "If all else" not in advice(without)
    assert looks(e) == []


def test_who_spends_nothing_has_no_till():
    e = told({6.0: 100.0}, 6.0, {"spending": {"on": False}})
    assert "left over" not in advice(e)


# The years after, and the payback


def test_the_years_after_are_projected_by_the_model():
    gains = np.where(np.arange(24) < 12, 100.0, 300.0)
    e = told({6.0: gains}, 6.0)
    change = e.difference(6.0, 3.0, "value")
    assert change.mean == pytest.approx(4800)
    assert (
        "If all else stayed as it is for two years, the model projects 4.80 k CAD more in today's money (95 % sure: "
        f"{ends(change, 'value')}), more than half of it after year 1. It is ahead of today's at once." in advice(e)
    )


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        (np.full(24, 100.0), "It is ahead of today's at once."),
        (np.where(np.arange(24) < 3, -100.0, 55.0), "All money counted, it is ahead of today's from month 9 on; at its lowest, in month 3, it is 300 CAD behind (2"),
        (np.where(np.arange(24) < 3, -100.0, 5.0), "less in today's money"),
    ],
    ids=["at once", "month 9", "never"],
)  # fmt: skip
def test_the_payback_is_told_in_months(gains, said):
    """−300 in three months, then 55 a month: 5.45 months later, in the ninth month."""
    assert said in advice(told({6.0: gains}, 6.0))


def test_what_ends_below_nought_is_not_shown_to_pay_back():
    said = advice(told({6.0: np.where(np.arange(24) < 3, -100.0, 5.0)}, 6.0))
    assert "the model projects 195 CAD less in today's money" in said
    assert "It is not shown to pay back within two years." in said


def paying_back(crossings):
    """6 costs 100 in the first month of each replication, and has paid back a little after so many months; inf: never."""
    gaps = np.where(np.arange(24)[None, :] < 1, -100.0, 99.9 / (np.array(crossings)[:, None] - 1))
    e = told({6.0: 0.0}, 6.0)
    today = np.repeat(paths(np.zeros(24))[:1], len(crossings), axis=0)
    best, metrics = today.copy(), [np.repeat(own[:1], len(crossings), axis=0) for own in e.metrics]
    best[:, :, PLACE["cash"]] += gaps
    metrics[1][:, NAMES.index("value")] += gaps.sum(axis=1)
    return replace(e, metrics=tuple(metrics), months=(today, best))


@pytest.mark.parametrize(
    ("crossings", "said"),
    [
        ([4.0, *[8.0] * 10, 12.0], ""),
        ([*[4.0] * 3, *[8.0] * 8, 12.0], "; in 8 of 10 replications between 5 and 9)"),
        ([*[4.0] * 3, *[8.0] * 7, np.inf, np.inf], "; in 1 of 10 replications by month 5, in 17 % of them not at all)"),
        ([*[4.0] * 3, *[8.0] * 6], ""),
    ],
    ids=["nearly all alike", "spread", "never in some", "nine replications"],
)
def test_of_ten_replications_it_is_said_when_eight_have_paid_back(crossings, said):
    words = advice(paying_back(crossings))
    assert "from month" in words
    assert (said in words) if said else ("replications" not in words)


def test_a_year_that_is_all_there_is_is_not_told_twice():
    e = told({6.0: 100.0}, 6.0, {"horizon": {"weeks": 2 * 365 / 7, "years": 2.0}})
    assert "If all else" not in advice(e)
    assert "It is ahead of today's at once." in advice(e)


def test_nothing_is_worth_anything_and_no_cause_is_named_that_was_not_tested():
    e = told({6.0: 100.0, 10.0: -100.0}, 6.0)
    said = advice(e)
    assert "10 and more do worse than 6." in said
    assert not any(word in said for word in ("worth", "queue", "because"))


# Levels that cannot be told apart, ends of the range, steps


@pytest.mark.parametrize(
    ("noise", "said"),
    [
        ({4.0: 95.0}, "4 and 6 cannot be told apart: 6 did best on average, 4 changes least."),
        ({4.0: 95.0, 5.0: 98.0}, "4 to 6 cannot be told apart: 6 did best on average, 4 changes least."),
        ({8.0: 95.0}, "6 and 8 cannot be told apart: 6 did best on average, and changes least."),
        ({}, ""),
    ],
)
def test_levels_that_cannot_be_told_apart_are_named_with_the_one_nearest_to_today(noise, said):
    e = blurred(told({6.0: 100.0, 20.0: -500.0, **noise}, 6.0), *noise)
    assert e.not_worse == sorted({6.0, *noise})
    assert (said in advice(e)) if said else ("told apart" not in advice(e))


def test_today_stays_where_it_is_not_shown_to_be_worse():
    said = advice(blurred(told({6.0: 10.0}, 6.0), 6.0))
    assert said.startswith(
        "Stay at 3 minutes of care per visit: 6 did best, but today's is not shown to be worse. With 6 instead: next"
    )
    assert "3 and 6 cannot be told apart." in said
    assert "the model does not show that it would bring more or less (95 % sure: -" in said
    assert "Care would take 30.00 staff hours a month" in said


def test_today_stays_where_it_is_best():
    said = advice(told({6.0: -100.0}, 3.0))
    assert said.startswith(
        "Stay at 3 minutes of care per visit: no other level that was tried brings more over two years. Care takes"
    )
    assert "The step from 3 to 6 minutes would cost 2.40 k CAD over two years (" in said


@pytest.mark.parametrize(
    ("lever", "levels", "today", "best", "said"),
    [
        ("investment.minutes_per_visit", (3.0, 6.0), 3.0, 6.0, "6 minutes of care per visit is the largest level tried: try larger ones, too (--levels)."),
        ("investment.minutes_per_visit", (0.0, 3.0), 3.0, 0.0, ""),
        ("staff.agents", (2.0, 3.0), 2.0, 3.0, "3 agents at the desk is the largest level tried: try larger ones, too (--levels)."),
        ("staff.agents", (2.0, 3.0), 3.0, 2.0, "2 agents at the desk is the smallest level tried: try smaller ones, too (--levels)."),
        ("budget.training_share", (0.0, 0.75), 0.0, 0.75, "0.75 of the budget on training is the largest level tried: try larger ones, too (--levels)."),
        ("budget.training_share", (0.0, 1.0), 0.0, 1.0, ""),
    ],
)  # fmt: skip
def test_a_best_level_at_an_end_asks_for_more_where_there_can_be_more(lever, levels, today, best, said):
    e = told({6.0: 100.0}, 6.0)
    e = replace(e, lever=lever, levels=levels, today=today, best=best, metrics=e.metrics, months=e.months)
    assert (said in advice(e)) if said else ("level tried" not in advice(e))


def test_the_first_step_alone_is_told_where_the_best_is_further():
    e = told({4.0: 50.0, 6.0: 100.0, 8.0: 20.0}, 6.0)
    change = e.difference(4.0, 3.0)
    assert (
        f"The step from 3 to 4 minutes alone would bring 1.20 k CAD over two years ({ends(change, 'value')})."
        in advice(e)
    )
    assert "The step" not in advice(told({4.0: 50.0, 8.0: 20.0}, 4.0))


def test_minutes_take_hours_and_agents_cost_money():
    e = told({6.0: 100.0}, 6.0, metrics={6.0: {"investment_hours": 63.55 + 0.5 * REPLICATIONS}})
    own = with_half(e.at(6.0, "investment_hours"))
    assert own.startswith(("63.5 ± ", "63.6 ± "))
    assert f"Care takes {own} staff hours a month in all (today: 30.00)." in advice(e)
    agents = replace(e, lever="staff.agents")
    assert "All costs come to 5.00 k CAD a year (today: 5.00)." in advice(agents)
    assert "staff hours" not in advice(agents)


def test_interrupted_says_so_first_and_asks_for_no_budget():
    early = told({6.0: 100.0}, 6.0, interrupted=True, smallest_difference=10.0)
    assert advice(early).startswith("Interrupted, and so from fewer replications than asked for. Invest 6 minutes")
    (words,) = [line for line in caveats(early) if line.startswith("No guarantee")]
    assert words == "No guarantee: it was interrupted; the same command goes on where it was."


def test_without_a_level_that_keeps_to_it_there_is_none_to_choose():
    e = told({6.0: 100.0}, None, breaks=(("wait_mean <= 1",), ("wait_mean <= 1",)))
    assert advice(e) == "No level keeps wait_mean <= 1: try others."


def test_effects_are_a_sentence_of_their_own():
    e = told({6.0: 100.0}, 6.0)
    assert effects(e, 6.0).startswith("Next year about 1.20 k CAD more left over (95 % sure:")
    assert effects(e, 3.0) == ""


# How far one looks


def ahead(*looks_at, rates=((0.05, (6.0,)), (0.1, (6.0,)), (0.15, (6.0,)))):
    """Looks of so many years at levels that are best then, and of ten years at some rates."""
    nothing = Interval(0.0, 0.0, 0.0, "CAD")
    years = [*looks_at, (10.0, (6.0,))]
    return Ahead(
        tuple(Look(length, 0.1, levels[0], levels, nothing) for length, levels in years),
        tuple(Look(10.0, rate, levels[0], levels, nothing) for rate, levels in rates), 10,
    )  # fmt: skip


END = "This was looked at in 10 replications only, and how sure the advice is does not cover it."


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ahead((1.0, (6.0,)), (2.0, (6.0,))), "Looking 1 or 2 years ahead, or with later money discounted by 5 or 15 % a year, 6 stays best."),
        (
            ahead((1.0, (4.0, 5.0, 6.0)), (2.0, (5.0, 6.0)), (3.0, (5.0, 6.0))),
            "Looking 1, 2 or 3 years ahead, or with later money discounted by 5 or 15 % a year, 6 stays among the best: for 1 "
            "year these are 4 to 6; for 2 or 3 years these are 5 and 6; at 5 or 15 % a year it is 6.",
        ),
        (
            ahead((1.0, (4.0, 5.0)), (2.0, (6.0,))),
            "Looking 2 years ahead, or with later money discounted by 5 or 15 % a year, 6 stays best. Looking 1 year ahead, it is not: "
            "best are 4 and 5.",
        ),
        (
            ahead((1.0, (3.0,)), (2.0, (6.0,)), rates=((0.05, (6.0,)), (0.1, (6.0,)), (0.15, (4.0,)))),
            "Looking 2 years ahead, or with later money discounted by 5 % a year, 6 stays best. Looking 1 year ahead, the advice changes: "
            "best is 3. With later money discounted by 15 % a year, the advice changes: best is 4.",
        ),
        (ahead((1.0, (3.0,)), rates=()), "Looking 1 year ahead, the advice changes: best is 3."),
    ],
)  # fmt: skip
def test_how_far_one_looks_is_told_by_what_is_best_then(monkeypatch, found, said):
    e = blurred(told({4.0: 50.0, 5.0: 99.0, 6.0: 100.0}, 6.0), 5.0)
    assert e.not_worse == [5.0, 6.0]
    monkeypatch.setattr(Evaluation, "look_ahead", found)
    assert looks(e) == [f"{said} {END}"]


def test_what_is_best_by_then_is_read_from_the_years():
    """4 brings 300 at once and nothing later, 6 brings nothing in the first year and 100 a month in the second."""
    gains = {4.0: np.where(np.arange(24) < 1, 300.0, 0.0), 6.0: np.where(np.arange(24) < 12, 0.0, 100.0)}
    assert looks(told(gains, 6.0)) == [
        "With later money discounted by 5 or 15 % a year, 6 stays best. Looking 1 year ahead, the advice changes: best is 4. This was "
        "looked at in 4 replications only, and how sure the advice is does not cover it."
    ]


# How sure that is


def test_the_mark_of_a_tie_is_explained_where_one_stands():
    marks, *_ = caveats(told({6.0: 0.0}, 6.0))
    assert "~: cannot be told apart from it; " in marks


def test_how_sure_is_told_in_plain_words():
    e = told({6.0: 100.0}, 6.0, guarantee=Guarantee(0.95, 500.0, "CAD"), smallest_difference=500.0)
    marks, sure, limits = caveats(e)
    assert marks.startswith("best: highest average; ±")
    assert "4 replications, seed 1" in marks
    assert sure == "95 % sure: no level tried beats 6 by more than 500 CAD, and every ± holds."
    assert limits == (
        "Value: the profit of two years in today's money (at today's prices, later years discounted by 10 % a year), all "
        "costs paid; the average of 4 replications. Other commands average over others, so theirs may differ a "
        "little. All ranges allow for chance in the simulation only, not for doubt about the settings."
    )


def test_what_can_be_told_apart_is_told_only_where_it_is_coarser_than_was_asked():
    e = told({6.0: 100.0}, 6.0)
    fine, coarse = (replace(e, smallest_difference=e.resolved * factor) for factor in (4.0, 0.5))
    assert not any("but to within" in line for line in caveats(fine))
    said = f"(but to within {amount(coarse.resolved, 'value')} CAD); a larger budget would."
    assert any(said in line for line in caveats(coarse))


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (((), (), (0,)), "wait_mean <= 4: broken (!) by 8."),
        (((), (3,), (0,)), "wait_mean <= 4: broken (!) by 8; by 6, first in year 3."),
        (((), (2,), (2,)), "wait_mean <= 4: broken (!) by 6 and 8, first in year 2."),
        (((), (), ()), "wait_mean <= 4: kept by all of these."),
    ],
)
def test_a_constraint_that_is_broken_names_the_year_in_which_it_is_first(since, said):
    text = "wait_mean <= 4"
    e = told({6.0: 100.0, 8.0: 90.0}, 3.0, {"evaluate": {"constraints": [text]}})
    e = replace(e, breaks=tuple((text,) if own else () for own in since), broken_since=since)
    assert said in caveats(e)


def test_that_constraints_were_not_looked_at_elsewhere_is_said():
    e = evaluate(
        read_scenario("scenarios/salon.toml", ['evaluate.constraints=["unserved_share <= 90 %"]', "horizon.weeks=4", "horizon.years=0.1"]),
        levels=(3, 6), replications=2, smallest_difference=0,
    )  # fmt: skip
    from servsim.study.sensitivity.one_at_a_time import rests_on

    (words,) = closing(e, rests_on(e))
    assert "Whether constraints are kept there was not looked at." in words


# Words and numbers


@pytest.mark.parametrize(
    ("levels", "said"),
    [((6.0,), "6"), ((5.0, 6.0), "5 and 6"), ((4.0, 5.0, 6.0), "4 to 6"), ((3.0, 5.0), "3 and 5"),
     ((3.0, 4.0, 5.0, 8.0), "3 to 5 and 8"), ((5.0, 6.0, 8.0), "5 to 8"), ((), "")],
)  # fmt: skip
def test_neighbours_are_told_as_a_range(levels, said):
    assert ranged(levels, (3.0, 4.0, 5.0, 6.0, 8.0)) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(903.0, 2110.0, "0.90 k to 2.11 k"), (12.0, 99.0, "12.00 to 99.00"), (-20_000.0, 35_000.0, "-20.0 k to 35.0 k"),
     (950e3, 1.2e6, "0.95 M to 1.20 M")],
)  # fmt: skip
def test_both_ends_of_an_interval_are_counted_alike(low, high, said):
    assert ends(Interval(0.0, low, high, "CAD"), "cash") == said


def test_money_is_short():
    assert [short(number) for number in (830.0, 1530.0, 41_000.0, 395_000.0, 2.5e6)] == [
        "830",
        "1.53 k",
        "41.0 k",
        "395 k",
        "2.50 M",
    ]


@pytest.mark.parametrize(
    ("mean", "half", "said"),
    [(308.47, 4.6, "308.5 ± 4.6"), (760.8, 12.0, "761 ± 12"), (5.659, 0.04, "5.66 ± 0.04"), (0.5, 0.004, "0.500 ± 0.004"),
     (30.0, 0.0, "30.00")],
)  # fmt: skip
def test_a_mean_has_the_digits_that_are_known(mean, half, said):
    assert with_half(Interval(mean, mean - half, mean + half, "h")) == said


def test_the_way_there_is_told_of_books_that_are_there_and_open_elsewhere():
    (words,) = drift(checked(JUDGING, "test"))
    assert words.startswith("quality.opening_satisfaction is 1, but")
    segments = [{"name": name, "share": 0.5, "quality": {"opening_satisfaction": 8.0}} for name in ("one", "two")]
    assert drift(checked({**JUDGING, "segments": segments}, "test")) == []
    segments[1]["quality"] = {"opening_satisfaction": 2.0}
    (words,) = drift(checked({**JUDGING, "segments": segments}, "test"))
    assert words.startswith("quality.opening_satisfaction of two is 2, but")
    nobody = {"prospects_per_hour": 0.0, "opening_book": 0}
    assert drift(checked({**JUDGING, "demand": nobody}, "test")) == []
