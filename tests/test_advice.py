"""The advice in words: what it says of money, of time and of how far it came is what the evaluation holds."""

from dataclasses import replace

import pytest

from servsim.scenario.read import checked, read_scenario
from servsim.show.advice import advice, amount, caveats
from servsim.show.doubt import closing
from servsim.show.numbers import plain
from servsim.study.choose.evaluate import evaluate
from servsim.study.outlook import drift

JUDGING = {
    "demand": {"prospects_per_hour": 2.0, "opening_book": 40}, "quality": {"opening_satisfaction": 1.0},
    "investment": {"minutes_per_visit": 8.0}, "horizon": {"weeks": 20.0},
}  # fmt: skip


@pytest.fixture(scope="module")
def salon():
    """Two levels of the salon, today's and one that is better by far, in three worlds."""
    return evaluate(read_scenario("scenarios/salon.toml"), levels=(3, 6), replications=3, smallest_difference=0)


def test_a_gain_in_value_is_split_into_cash_and_the_closing_book(salon):
    cash, book = (salon.difference(6, 3, name) for name in ("cash", "closing_book"))
    said = (
        f"Of that, {amount(cash.mean, 'cash')} CAD ({amount(cash.low, 'cash')} to {amount(cash.high, 'cash')}) is cash"
    )
    assert said in advice(salon)
    assert f"{amount(book.mean, 'closing_book')} is what the customers in the book" in advice(salon)
    assert cash.mean + book.mean == pytest.approx(salon.difference(6, 3).mean)


def test_of_another_objective_no_cash_is_told():
    e = evaluate(
        read_scenario("scenarios/salon.toml"),
        levels=(3, 6),
        replications=3,
        smallest_difference=0,
        objective="retention",
    )
    assert "Of that" not in advice(e)


def test_agents_are_paid_and_minutes_take_hours(salon):
    assert "staff hours a month beyond the transactions" in advice(salon)
    more = evaluate(
        read_scenario("scenarios/salon.toml", ["evaluate.lever=staff.agents", "evaluate.levels=[4]"]), replications=2
    )
    assert "staff hours" not in advice(more)
    assert f"{amount(more.at(more.best, 'costs').mean, 'costs')} CAD/year of wages and budgets" in advice(more)


def test_what_was_interrupted_says_so_and_asks_for_no_budget(salon):
    early = replace(salon, interrupted=True, smallest_difference=10.0)
    assert advice(early).startswith("Interrupted, and so from fewer worlds than asked for: Invest 6 minutes")
    (words,) = [line for line in caveats(early) if line.startswith("No guarantee")]
    assert words == "No guarantee: it was interrupted; the same command goes on where it was."


def test_what_can_be_told_apart_is_told_only_where_it_is_coarser_than_was_asked(salon):
    fine, coarse = (replace(salon, smallest_difference=salon.resolved * factor) for factor in (4.0, 0.5))
    assert not any("but to within" in line for line in caveats(fine))
    assert any(f"(but to within {plain(coarse.resolved)}); more --budget would." in line for line in caveats(coarse))


def test_that_constraints_were_not_looked_at_elsewhere_is_said():
    e = evaluate(
        read_scenario("scenarios/salon.toml", ['evaluate.constraints=["unserved_share <= 90 %"]']),
        levels=(3, 6), replications=2, smallest_difference=0,
    )  # fmt: skip
    from servsim.study.doubt.swings import rests_on

    (words,) = closing(e, rests_on(e))
    assert "Whether constraints are kept there was not looked at." in words


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
