"""The answers that scenarios open with are still what servsim says of them."""

from functools import cache
from pathlib import Path

import pytest

from servsim.scenario.read import read_scenario
from servsim.study.evaluate import Evaluation, evaluate


@cache
def evaluated(name: str) -> Evaluation:
    """The scenario's own question, asked as `servsim evaluate` asks it."""
    return evaluate(read_scenario(f"scenarios/{name}.toml"))


def opening(name: str) -> list[str]:
    """The first two lines of a scenario: its question and its answer."""
    return [line.lstrip("# ") for line in Path(f"scenarios/{name}.toml").read_text().splitlines()[:2]]


def percent(share: float) -> str:
    """A share as answers write it."""
    return f"{100 * share:.0f} %"


def money(amount: float) -> str:
    """Thousands as answers write them."""
    return f"{amount / 1000:.0f} k"


@pytest.mark.parametrize("name", ["recovery", "manager", "promises", "calling-back"])
def test_a_scenario_opens_with_a_question_and_its_answer(name):
    question, answer = opening(name)
    assert question.startswith("What it shows: ")
    assert question.endswith("?")
    assert answer.endswith(".")


def test_how_many_minutes_a_complaint_should_get():
    e, answer = evaluated("recovery"), opening("recovery")[1]
    assert e.best == 20
    assert "About 20: today's 2 win over one complaint in six, 20 three in four" in answer
    assert e.at(2, "recovered_share").mean == pytest.approx(1 / 6, abs=0.02)
    assert e.at(20, "recovered_share").mean == pytest.approx(3 / 4, abs=0.03)
    for level, words in ((20, "retention is {}"), (2, "instead of {}")):
        assert words.format(percent(e.at(level, "retention").mean)) in answer
    assert e.difference(20, 2, "value").low > 0


def test_a_manager_is_worth_it():
    e, answer = evaluated("manager"), opening("manager")[1]
    assert e.best == 1
    assert answer.startswith("Yes")
    for level, words in ((1, "{} stay"), (0, "instead of {}")):
        assert words.format(percent(e.at(level, "retention").mean)) in answer
    gain = e.difference(1, 0, "value")
    assert gain.low > 0
    assert f"rises by {money(gain.mean)} EUR" in answer


def test_promise_later():
    e, answer = evaluated("promises"), opening("promises")[1]
    assert e.best == 5
    assert "at 2 days one promise in four is broken, at 5 one in fifty" in answer
    assert e.at(2, "promises_kept_share").mean == pytest.approx(3 / 4, abs=0.03)
    assert e.at(5, "promises_kept_share").mean == pytest.approx(49 / 50, abs=0.005)
    for level, words in ((5, "{} stay"), (2, "instead of {}")):
        assert words.format(percent(e.at(level, "retention").mean)) in answer
    assert e.difference(5, 2, "value").low > 0
    assert e.difference(14, 5, "value").high < 0


def test_half_an_hour_a_week_of_calling_back_pays():
    e, answer = evaluated("calling-back"), opening("calling-back")[1]
    gain = e.difference(2, 0, "value")
    assert gain.low > 0
    assert answer.startswith("Half an hour")
    assert f"value rises by {money(gain.mean)} EUR" in answer
    for level, words in ((2, "{} stay"), (0, "instead of {}")):
        assert words.format(percent(e.at(level, "retention").mean)) in answer
    for more in (4.33, 8, 12, 40):
        assert e.difference(more, 2, "value").low < 0
