"""The answers that scenarios open with are still what servsim says of them."""

from functools import cache
from pathlib import Path

import pytest

from servsim.scenario.read import read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.comparison.compare import Comparison, compare
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.result import Evaluation
from servsim.study.run import Run, run

ANSWERED = (
    "recovery", "manager", "promises", "calling-back", "train-or-advertise", "equal-or-by-value", "colleagues",
    "a-bad-month", "competitor", "phone-or-counter", "losing-one", "regulars",
    "several-levers", "flower-shop",
)  # fmt: skip
"""Scenarios that open with a question and its answer."""


over_years = pytest.mark.nightly
"""Answers over ten years take a while to be asked for again."""


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
    """The scenario's metrics, asked for as `servsim run` asks for them."""
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


def test_a_year_is_not_made_of_equal_weeks():
    own, equal = projected("flower-shop"), projected("flower-shop", "exceptions=[]", f"demand.month_profile={[1] * 12}")
    lost, in_equal_weeks = (100 * one["unserved_share"].mean for one in (own, equal))
    assert lost == pytest.approx(13.2, abs=0.2)
    assert in_equal_weeks == pytest.approx(11.4, abs=0.2)
    assert "13.2 of 100 visits are in vain, not 11.4" in opening("flower-shop")[1]
    more = [0] * 8 + [8] * 10 + [0] * 6
    staffed = projected("flower-shop", f"exceptions.2.roster={more}", f"exceptions.4.roster={more}")
    kept = own["arrivals"].mean * 52 * (own["unserved_share"].mean - staffed["unserved_share"].mean)
    assert kept == pytest.approx(410, abs=60)
    assert staffed["costs"].mean - own["costs"].mean == pytest.approx(2200, abs=100)


@over_years
def test_how_many_minutes_a_complaint_should_get():
    e, answer = evaluated("recovery"), opening("recovery")[1]
    assert e.best == 20
    assert e.not_worse == [15, 20, 30]
    assert "About 20: today's 2 win over one complaint in six, 20 three in four" in answer
    assert e.at(2, "recovered_share").mean == pytest.approx(1 / 6, abs=0.02)
    assert e.at(20, "recovered_share").mean == pytest.approx(3 / 4, abs=0.03)
    assert_retention(e, "recovery", (20, "retention is {}"), (2, "instead of {}"))
    gain = e.difference(20, 2, "value")
    assert gain.low > 0
    assert f"over ten years that is {money(gain.mean)} EUR, ± {money(gain.half)}" in answer


@over_years
def test_a_manager_is_worth_it():
    e, answer = evaluated("manager"), opening("manager")[1]
    assert e.best == 1
    assert answer.startswith("Yes")
    assert_retention(e, "manager", (1, "{} stay"), (0, "instead of {}"))
    gain = e.difference(1, 0, "value")
    assert gain.low > 0
    assert f"over ten years that is {money(gain.mean)} EUR, ± {money(gain.half)}" in answer
    assert f"only some {e.at(0, 'complaints').mean:.0f}"[:-1] in comment("manager")  # to the nearest ten
    assert e.difference(0.1, 0, "value").low < 0


@over_years
def test_promise_later():
    e, answer = evaluated("promises"), opening("promises")[1]
    assert e.best == 7
    assert "at 3 days one promise in ten is broken, at 7 one in two hundred" in answer
    assert "at 2 days one promise in four is broken" in comment("promises")
    assert e.at(3, "promises_kept_share").mean == pytest.approx(9 / 10, abs=0.02)
    assert e.at(2, "promises_kept_share").mean == pytest.approx(3 / 4, abs=0.03)
    assert e.at(7, "promises_kept_share").mean == pytest.approx(199 / 200, abs=0.002)
    assert_retention(e, "promises", (7, "{} stay"), (3, "instead of {}"), (2, "and {} stay"))
    gain = e.difference(7, 3, "value")
    assert f"7 days bring {money(gain.mean)} EUR more than 3, give or take {money(gain.half)}" in comment("promises")
    assert gain.low > 0
    assert 5 in e.not_worse
    assert e.difference(14, 7, "value").high < 0


@over_years
def test_an_hour_a_week_of_calling_back_pays():
    e, answer = evaluated("calling-back"), opening("calling-back")[1]
    hour, half = e.difference(4.33, 0, "value"), e.difference(2, 0, "value")
    assert half.low > 0
    assert f"it brings {money(hour.mean)} EUR, half an hour {money(half.mean)}" in answer
    assert f"Give or take {money(hour.half)} and {money(half.half)}." in comment("calling-back")
    assert_retention(e, "calling-back", (4.33, "hardly touched: {}"), (0, "instead of {}"))
    for more in (8, 12, 40):
        assert e.difference(more, 4.33, "value").low < 0


@over_years
def test_a_quarter_for_training_and_the_rest_for_advertising():
    name = "train-or-advertise"
    e, answer = evaluated(name), opening(name)[1]
    assert e.best == 0.25
    assert answer.startswith("A quarter for training")
    mistakes = [percent(e.at(level, "mistakes_share").mean) for level in (0, 0.25)]
    assert "mistakes fall from {} of visits to {}".format(*mistakes) in answer
    assert_retention(e, name, (0.25, "{} stay"), (0, "instead of {}"))
    gain, half = e.difference(0.25, 0, "value"), e.difference(0.5, 0, "value")
    assert gain.low > 0
    assert f"in ten years {money(gain.mean)} EUR" in answer
    assert f"Give or take {money(gain.half)}" in comment(name)
    assert e.difference(0.25, 0, "cash").low < 0
    assert f"over ten years, {money(half.mean)} EUR" in comment(name)
    won, loss = [e.at(level, "customers_won").mean for level in (0, 1)], e.difference(1, 0, "value")
    assert loss.high < 0
    said = f"lose {percent(1 - won[1] / won[0])} of newcomers in the first year, and {money(loss.mean)} EUR over ten"
    assert said in comment(name)
    assert f"from 0.5 to {e.at(0, 'knowledge_mean').mean:.2f}" in comment(name)


@over_years
def test_serving_those_who_spend_most_first_brings_money_and_costs_households():
    name, by_value = "equal-or-by-value", "waiting.queue_policy=by_value"
    c, answer = compared(name, by_value), opening(name)[1]
    gain, fewer = c.difference("value"), c.difference("customers_end")
    assert gain.low > 0
    assert fewer.high < 0
    assert f"brings {money(gain.mean)} EUR, though fewer customers remain" in answer
    before, after = projected(name), projected(name, by_value)
    for group, words in (("tradespeople", "wait {:.1f} minutes instead of {:.1f}"),
                         ("households", "households {:.1f} instead of {:.1f}")):  # fmt: skip
        waits = [metrics.of_segment(group)["wait_mean"].mean for metrics in (after, before)]
        assert words.format(*waits) in comment(name)
    stay = [metrics.of_segment("tradespeople")["customers_end"].mean for metrics in (after, before)]
    assert stay[0] > stay[1]
    gaps = [c.of(number, "satisfaction_gap").mean for number in (0, 1)]
    assert f"second to households by {-gaps[0]:.1f} points" in comment(name)
    assert f"ahead of them by {gaps[1]:.1f}" in comment(name)
    assert f"Give or take {money(gain.half)}" in comment(name)


@over_years
def test_patients_are_not_first_where_the_wards_time_is_paid():
    e, answer, text = evaluated("colleagues"), opening("colleagues")[1], comment("colleagues")
    waits = [e.at(level, "request_wait_mean").mean for level in (-1, 0)]
    assert "wait {:.0f} minutes instead of {:.0f}".format(*waits) in text
    mistakes = [100 * e.at(level, "mistakes_share").mean for level in (0, -1)]
    assert "mistakes rise from {:.1f} to {:.1f} %".format(*mistakes) in text
    loss, gain = e.difference(-1, 0, "value"), e.difference(1, 0, "value")
    assert loss.high < 0
    assert gain.low < 0 < gain.high
    assert f"patients first would cost {money(loss.mean)} EUR" in answer
    assert f"Give or take {money(loss.half)}. Wards first cannot be told apart" in text
    assert evaluated("colleagues", "internal.wage_per_hour=0").best == -1  # what made neglect win before


@over_years
def test_a_bad_month_costs_by_the_customers_who_lived_through_it():
    e, answer, text = evaluated("a-bad-month"), opening("a-bad-month")[1], comment("a-bad-month")
    untold = evaluated("a-bad-month", "word_of_mouth.warnings=0")
    affair, mild = e.difference(3.5, 7.9), e.difference(7.7, 7.9)
    assert affair.high < 0 < mild.high
    assert f"3.5 of 10 costs {money(affair.mean)} EUR, a quarter of it in the first year" in answer
    assert f"Give or take {money(affair.half)}" in text
    assert e.difference(3.5, 7.9, "cash").mean == pytest.approx(affair.mean / 4, rel=0.15)
    assert abs(untold.difference(3.5, 7.9).mean - affair.mean) < -affair.mean / 10
    assert f"up to {-affair.mean / 1410:.0f} EUR for each of the 1,410" in text
    assert f"leaves 7.7 costs {-e.difference(7.7, 7.9, 'cash').mean / 1000:.1f} k in the first year" in text
    month = projected("a-bad-month", "horizon.weeks=4", "staff.agents=1", "evaluate.replications=10")
    assert month["satisfaction_mean"].mean == pytest.approx(7.7, abs=0.05)


@over_years
def test_a_rival_is_answered_with_what_was_best_before():
    e, answer, text = evaluated("competitor"), opening("competitor")[1], comment("competitor")
    alone = evaluated("competitor", "competitors.newcomer_quality=0")
    assert (e.best, alone.best) == (10, 8)
    assert e.not_worse == [8, 10]
    before = alone.at(5, "value").mean
    assert f"costs {money(before - e.at(5, 'value').mean)} EUR over ten years" in answer
    gain = e.difference(10, 5, "value")
    assert gain.low > 0
    assert f"10 minutes win {money(gain.mean)} of it back" in answer
    assert e.difference(10, 5, "cash").high < 0
    assert_retention(e, "competitor", (5, "At 5 minutes {} stay"), (10, "at 10 minutes {} do"))
    assert_retention(alone, "competitor", (5, "year instead of {}"))
    unserved = [100 * e.at(level, "unserved_share").mean for level in (10, 5)]
    assert "{:.0f} visits in 100 unserved instead of {:.0f}".format(*unserved) in text


@over_years
def test_whether_the_telephone_goes_first_hardly_matters():
    e, answer = evaluated("phone-or-counter"), opening("phone-or-counter")[1]
    last = compared("phone-or-counter", "phone.phone_order=last").difference("value")
    first = compared("phone-or-counter", "phone.phone_order=first").difference("value")
    third = e.difference(3, 2, "value")
    text = comment("phone-or-counter")
    assert e.best == 2
    assert last.low < 0 < last.high
    assert first.low > 0 > third.high
    assert third.high < -10 * first.high
    assert f"callers first bring {money(first.mean)} EUR in ten years" in answer
    lost = [percent(metrics["phone_lost_share"].mean) for metrics in (
        projected("phone-or-counter", "phone.phone_order=first"), projected("phone-or-counter"))]  # fmt: skip
    assert "{} of calls are lost instead of {}".format(*lost) in text
    without = percent(e.at(3, "phone_lost_share").mean)
    assert f"with a third agent {without}, but that costs {money(third.mean)} EUR over ten years" in text


@over_years
def test_what_losing_a_hundred_customers_costs():
    e, answer, text = evaluated("losing-one"), opening("losing-one")[1], comment("losing-one")
    hundred, two = e.difference(1550, 1650, "value"), e.difference(1450, 1650, "value")
    assert hundred.high < 0
    assert two.high < 0
    assert f"{money(hundred.mean)} EUR over ten years, give or take {money(hundred.half)}" in answer
    assert e.difference(1550, 1650, "cash").mean == pytest.approx(hundred.mean / 3, rel=0.15)
    assert f"Two hundred cost {money(two.mean)}." in answer
    assert f"that is in the {money(hundred.mean)}" in text


@over_years
def test_notes_pay_if_they_cost_little_time():
    free, text = evaluated("regulars").difference(0.75, 0, "value"), comment("regulars")
    own = compared("regulars", "recognition.own_agent_first=true")
    half, whole = (
        compared("regulars", "recognition.notes_share=0.5", f"service.core_minutes={minutes}").difference("value")
        for minutes in (25.5, 26)
    )
    assert free.low > 0
    assert f"they bring {money(free.mean)} EUR in ten years" in opening("regulars")[1]
    assert f"Give or take {money(free.half)}" in text
    assert own.difference("value").low > 0
    assert f"own agent first brings {money(own.difference('value').mean)} EUR" in text
    assert own.difference("cash").low > 0
    assert f"{own.difference('cash').mean / 1000:.1f} k of it in the first year" in text
    assert half.low > 0
    assert f"half the time bring {money(half.mean)} EUR" in text
    assert whole.low < 0 < whole.high
    assert "not shown to bring anything if it takes a minute" in text
