"""The answers that scenarios open with are still what servsim says of them."""

from functools import cache
from pathlib import Path

import pytest

from servsim.scenario.read import read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.choose.evaluate import evaluate
from servsim.study.choose.evaluation import Evaluation
from servsim.study.contrast.compare import Comparison, compare
from servsim.study.run import Run, run

ANSWERED = (
    "recovery", "manager", "promises", "calling-back", "train-or-advertise", "equal-or-by-value", "colleagues",
    "a-bad-month", "competitor", "phone-or-counter", "losing-one", "regulars",
    "several-levers",
)  # fmt: skip
"""Scenarios that open with a question and its answer."""


of_one_year = pytest.mark.xfail(
    reason="the scenario opens with the value of one year and a formula; it is to be measured again over the years",
    run=False,
)


def scenario(name: str, *changed: str) -> Scenario:
    """A scenario of the repository with some settings changed."""
    return read_scenario(f"scenarios/{name}.toml", changed)


@cache
def evaluated(name: str, *changed: str) -> Evaluation:
    """The scenario's own question, asked as `servsim evaluate` asks it."""
    return evaluate(scenario(name, *changed))


@cache
def compared(name: str, *to: str) -> Comparison:
    """The scenario as it is and with some settings changed, asked as `servsim compare --to` asks it."""
    return compare(scenario(name), scenario(name, *to))


@cache
def projected(name: str, *changed: str) -> Run:
    """The scenario's figures, asked for as `servsim run` asks for them."""
    return run(scenario(name, *changed))


def opening(name: str) -> list[str]:
    """The first two lines of a scenario: its question and its answer."""
    return [line.lstrip("# ") for line in Path(f"scenarios/{name}.toml").read_text().splitlines()[:2]]


def comment(name: str) -> str:
    """All that a scenario opens with, as one line."""
    lines = Path(f"scenarios/{name}.toml").read_text().split("\ntitle = ")[0].splitlines()
    return " ".join(line.lstrip("# ") for line in lines)


def percent(share: float) -> str:
    """A share as answers write it."""
    return f"{100 * share:.0f} %"


def money(amount: float) -> str:
    """Thousands as answers write them."""
    return f"{abs(amount) / 1000:.0f} k"


def assert_retention(e: Evaluation, name: str, *said: tuple[float, str]) -> None:
    """The answer says, in words with {} for the share, how many stay at each of these levels."""
    for level, words in said:
        assert words.format(percent(e.at(level, "retention").mean)) in comment(name)


@pytest.mark.parametrize("name", ANSWERED)
def test_a_scenario_opens_with_a_question_and_its_answer(name):
    question, answer = opening(name)
    assert question.startswith("What it shows: ")
    assert question.endswith("?")
    assert answer.endswith(".")


@of_one_year
def test_how_many_minutes_a_complaint_should_get():
    e, answer = evaluated("recovery"), opening("recovery")[1]
    assert e.best == 20
    assert "About 20: today's 2 win over one complaint in six, 20 three in four" in answer
    assert e.at(2, "recovered_share").mean == pytest.approx(1 / 6, abs=0.02)
    assert e.at(20, "recovered_share").mean == pytest.approx(3 / 4, abs=0.03)
    assert_retention(e, "recovery", (20, "retention is {}"), (2, "instead of {}"))
    assert e.difference(20, 2, "value").low > 0


@of_one_year
def test_a_manager_is_worth_it():
    e, answer = evaluated("manager"), opening("manager")[1]
    assert e.best == 1
    assert answer.startswith("Yes")
    assert_retention(e, "manager", (1, "{} stay"), (0, "instead of {}"))
    gain = e.difference(1, 0, "value")
    assert gain.low > 0
    assert f"rises by {money(gain.mean)} EUR" in answer


@of_one_year
def test_promise_later():
    e, answer = evaluated("promises"), opening("promises")[1]
    assert e.best == 5
    assert "at 2 days one promise in four is broken, at 5 one in fifty" in answer
    assert e.at(2, "promises_kept_share").mean == pytest.approx(3 / 4, abs=0.03)
    assert e.at(5, "promises_kept_share").mean == pytest.approx(49 / 50, abs=0.005)
    assert_retention(e, "promises", (5, "{} stay"), (2, "instead of {}"))
    assert e.difference(5, 2, "value").low > 0
    assert e.difference(14, 5, "value").high < 0


@of_one_year
def test_half_an_hour_a_week_of_calling_back_pays():
    e, answer = evaluated("calling-back"), opening("calling-back")[1]
    gain = e.difference(2, 0, "value")
    assert gain.low > 0
    assert answer.startswith("Half an hour")
    assert f"value rises by {money(gain.mean)} EUR" in answer
    assert_retention(e, "calling-back", (2, "{} stay"), (0, "instead of {}"))
    for more in (4.33, 8, 12, 40):
        assert e.difference(more, 2, "value").low < 0


@of_one_year
def test_half_for_training_and_half_for_advertising():
    name = "train-or-advertise"
    e, answer = evaluated(name), opening(name)[1]
    assert e.best == 0.5
    assert answer.startswith("Half and half")
    mistakes = [percent(e.at(level, "mistakes_share").mean) for level in (0, 0.5)]
    assert "mistakes fall from {} of visits to {}".format(*mistakes) in answer
    assert_retention(e, name, (0.5, "{} stay"), (0, "instead of {}"))
    gain = e.difference(0.5, 0, "value")
    assert gain.low > 0
    assert f"rises by {money(gain.mean)} EUR" in answer
    won, loss = [e.at(level, "customers_won").mean for level in (0, 1)], e.difference(1, 0, "value")
    assert 0.25 in e.not_worse
    assert loss.high < 0
    assert f"lose {percent(1 - won[1] / won[0])} of newcomers, and {money(loss.mean)} EUR" in comment(name)
    assert f"from 0.5 to {e.at(0, 'knowledge_mean').mean:.2f}" in comment(name)


@of_one_year
def test_serving_those_who_spend_most_first_brings_money_and_costs_households():
    name, by_value = "equal-or-by-value", "waiting.queue_policy=by_value"
    c, answer = compared(name, by_value), opening(name)[1]
    gain, fewer = c.difference("value"), c.difference("customers_end")
    assert gain.low > 0
    assert fewer.high < 0
    assert f"rises by {money(gain.mean)} EUR, though fewer customers remain" in answer
    before, after = projected(name), projected(name, by_value)
    for group, words in (("tradespeople", "wait {:.1f} minutes instead of {:.1f}"),
                         ("households", "households {:.1f} instead of {:.1f}")):  # fmt: skip
        waits = [figures.of_segment(group)["wait_mean"].mean for figures in (after, before)]
        assert words.format(*waits) in comment(name)
    stay = [figures.of_segment("tradespeople")["customers_end"].mean for figures in (after, before)]
    assert stay[0] == pytest.approx(stay[1], rel=0.01)
    assert f"second by {-c.of(0, 'satisfaction_gap').mean:.1f} points" in comment(name)
    assert abs(c.of(1, "satisfaction_gap").mean) < 0.1


@of_one_year
def test_patients_before_wards_unless_their_time_is_dear():
    e, answer, text = evaluated("colleagues"), opening("colleagues")[1], comment("colleagues")
    assert e.best == -1
    waits = [e.at(level, "request_wait_mean").mean for level in (-1, 0)]
    assert "wait {:.0f} minutes instead of {:.0f}".format(*waits) in answer
    mistakes = [100 * e.at(level, "mistakes_share").mean for level in (0, -1)]
    assert "mistakes rise from {:.1f} to {:.1f} %".format(*mistakes) in answer
    gain, profit = e.difference(-1, 0, "value"), e.difference(-1, 0, "profit").mean
    assert gain.low > 0
    assert f"rises by {money(gain.mean)} EUR" in answer
    hours = e.at(0, "requests").mean * 365 / 7 * (waits[0] - waits[1]) / 60
    assert f"wait {round(hours, -2):,.0f} hours more in a year, while profit rises by {money(profit)} EUR" in text
    assert f"worth more than {profit / hours:.0f} EUR" in text
    assert evaluated("colleagues", "internal.neglect_effect=1", "evaluate.replications=5").best == -1


@of_one_year
def test_a_bad_month_costs_by_the_customers_who_lived_through_it():
    e, answer, text = evaluated("a-bad-month"), opening("a-bad-month")[1], comment("a-bad-month")
    untold = evaluated("a-bad-month", "word_of_mouth.warnings=0")
    affair, mild = e.difference(3.5, 7), e.difference(6.8, 7)
    assert affair.high < 0
    assert mild.high < 0
    assert f"3.5 of 10 costs {money(affair.mean)} EUR, a month that leaves 6.8 costs {money(mild.mean)}" in answer
    assert 0 < untold.difference(3.5, 7).mean - affair.mean < -affair.mean / 10
    assert f"up to {-affair.mean / 700:.0f} EUR for each of the 700" in text
    month = projected("a-bad-month", "horizon.weeks=4", "staff.agents=1", "evaluate.replications=10")
    assert month["satisfaction_mean"].mean == pytest.approx(6.8, abs=0.05)


@of_one_year
def test_a_rival_is_answered_with_what_was_best_before():
    e, answer, text = evaluated("competitor"), opening("competitor")[1], comment("competitor")
    alone = evaluated("competitor", "competitors.newcomer_quality=0")
    assert e.best == alone.best == 8
    before = alone.at(3, "value").mean
    assert f"costs {money(before - e.at(3, 'value').mean)} EUR" in answer
    assert e.at(5, "value").mean < before < e.at(6, "value").mean
    assert_retention(e, "competitor", (3, "At 3 minutes {} stay"), (6, "at 6 minutes {} do"))
    assert_retention(alone, "competitor", (3, "instead of {}"))
    unserved = [100 * e.at(level, "unserved_share").mean for level in (6, 3)]
    assert "{:.0f} visits in 100 unserved instead of {:.0f}".format(*unserved) in text


@of_one_year
def test_whether_the_telephone_goes_first_hardly_matters():
    e, answer = evaluated("phone-or-counter"), opening("phone-or-counter")[1]
    last = compared("phone-or-counter", "phone.phone_order=last").difference("value")
    first = compared("phone-or-counter", "phone.phone_order=first").difference("value")
    third = e.difference(3, 2, "value")
    assert last.low > 0
    assert first.low < 0 < first.high
    assert third.low > 10 * last.high
    assert f"the counter first brings {money(last.mean)} EUR; a third agent brings {money(third.mean)}" in answer
    lost = [percent(e.at(agents, "phone_lost_share").mean) for agents in (3, 2)]
    assert "{} of calls are lost, not {}".format(*lost) in answer
    assert abs(e.difference(3, 2, "profit").mean) < 5000


@of_one_year
def test_what_losing_a_customer_costs():
    e, answer, text = evaluated("losing-one"), opening("losing-one")[1], comment("losing-one")
    r = projected("losing-one")
    private, restaurant = (r.of_segment(group)["loss_of_one"].mean for group in ("private customers", "restaurants"))
    assert f"{private:.0f} EUR if it is a private customer, {restaurant:,.0f} EUR if it is a restaurant" in answer
    hundred = e.difference(700, 800, "value")
    assert hundred.high < 0
    assert f"a hundred lost at once cost {money(hundred.mean)} EUR" in answer
    mean = e.at(800, "loss_of_one").mean
    assert f"mean of {mean:.0f} EUR" in text
    assert -hundred.mean == pytest.approx(0.8 * 100 * mean, rel=0.1)
    customers = (800 + e.at(800, "customers_end").mean) / 2
    assert customers / e.at(800, "referrals").mean == pytest.approx(12, abs=1)


@of_one_year
def test_own_agent_first_and_notes_that_are_short():
    own = compared("regulars", "recognition.own_agent_first=true").difference("value")
    half, whole = (
        compared("regulars", "recognition.notes_share=0.5", f"service.core_minutes={minutes}").difference("value")
        for minutes in (25.5, 26)
    )
    assert own.low > 0
    assert f"that brings {money(own.mean)} EUR" in opening("regulars")[1]
    assert half.low > 0
    assert f"bring {money(half.mean)} EUR" in comment("regulars")
    assert whole.high < 0
    assert f"lose {money(whole.mean)} EUR" in comment("regulars")
