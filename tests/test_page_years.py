"""Replications that go on: told year by year they are those told at once, none is begun again, and few are kept."""

import threading
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY_DESK

from servsim.engine_parameters import horizon_of
from servsim.page import resumable_replications as ongoing
from servsim.page.background_jobs import Answers, SupersededError
from servsim.page.json_answer import curve as curve_told
from servsim.page.json_answer import sides as sides_told
from servsim.page.presets import Preset
from servsim.page.progressive_answer import Curve, Round, Sides, plan, rounds
from servsim.page.question import Question
from servsim.page.replication_cache import Memory
from servsim.page.resumable_replications import Ongoing, cut, stops
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import (
    Experiment,
    Job,
    Outcome,
    Telling,
    WorldHaltedError,
    outcome_of,
    sheet_of,
)
from servsim.study.metrics import NAMES
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.run import run
from servsim.units import YEAR

HEAD = TINY_DESK.partition("[horizon]")[0]
NIGHT = {
    "opening": dict.fromkeys(("monday", "tuesday", "friday", "saturday", "sunday"), "00:00-24:00"),
    "demand": {"prospects_per_hour": 0.2, "opening_book": 30, "visit_gap_days": 14},
}
DESKS: dict[str, dict[str, Any]] = {
    "small": {},
    "by night": NIGHT,
    "with colleagues": NIGHT | {"internal": {"requests_per_hour": 0.5}},
    "talked about": {"word_of_mouth": {}},
    "with managers": {"manager": {}, "mistakes": {"mistake_share": 0.1}, "recovery": {}},
}
"""Desks at which something goes on over midnight, over the end of a year, or by the week."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Scenario]:
    """A small desk with other tables: desk(horizon={"years": 10}); its window is a year, unless that is said."""
    path = tmp_path_factory.mktemp("years") / "tiny.toml"
    path.write_text(HEAD)
    raw = read_scenario(path).model_dump(exclude_unset=True, exclude_none=True)

    def made(**tables: Any) -> Scenario:
        asked = {"evaluate": {"levels": [0, 5, 10]}, "horizon": {"years": 4}}
        return checked(raw | asked | tables, "test")

    return made


def question(scenario: Scenario, new: Scenario | None = None) -> Question:
    """A question about a scenario, whatever it may have been read from."""
    preset = Preset("tiny", Path("tiny.toml"), "")
    new = new or scenario
    return Question(preset, 1, scenario.evaluate.lever, scenario, new, new, (), ())


def same(one: Outcome, other: Outcome) -> bool:
    """Is all that is known of two replications equal to the bit?"""
    own = [field.name for field in fields(Outcome) if field.name != "job"]
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in own)


@pytest.mark.parametrize("name", DESKS)
def test_a_world_told_year_by_year_is_the_one_told_at_once(desk, name):
    scenario = desk(**DESKS[name], horizon={"years": 10})
    experiment = Experiment(scenario, 3, "fast", True, True)
    world = ongoing.World(experiment, 2)
    for years in (1.0, 3.0, 5.0, 10.0):
        told = world.until(round(years * YEAR), lambda: False)
        at_once = Experiment(cut(scenario, years), 3, "fast", True, True).simulated(Job(0, 2), customers=False)
        assert len(told.months) == 12 * years
        assert same(told, at_once)
    assert same(told, experiment.simulated(Job(0, 2), customers=False))
    assert np.isfinite(told.metrics[NAMES.index("value")])


def test_an_engine_that_goes_on_may_be_the_reference(desk):
    scenario = desk(horizon={"weeks": 6, "years": 1.25})
    experiment = Experiment(scenario, 1, "reference", False, True)
    telling = Telling(scenario, sheet_of(experiment), 1, 0, "reference", None, True)
    telling.go_on(YEAR)
    first = telling.reading_until(YEAR).value()
    telling.go_on(telling.end)
    assert (
        first
        != telling.reading_until(telling.end).value()
        == experiment.simulated(Job(0, 0), False).metrics[NAMES.index("value")]
    )


def test_telling_stops_where_it_is_and_never_tells_twice(desk):
    experiment = Experiment(desk(), 1, "fast", False, True)
    telling = Telling(experiment.scenario, sheet_of(experiment), 1, 0, "fast", None, True)
    reached = []
    for until in (1, 1, YEAR, YEAR - 1, 4 * YEAR, 9 * YEAR):
        telling.go_on(until)
        reached.append(telling.told)
    assert reached[0] == reached[1] <= YEAR == reached[2] == reached[3]
    assert reached[4:] == [telling.end] * 2 == [4 * YEAR] * 2
    assert same(
        outcome_of(Job(0, 0), telling.reading(), None, True), replace(experiment.simulated(Job(0, 0)), job=Job(0, 0))
    )


@pytest.mark.parametrize(
    ("horizon", "expected"),
    [
        ({"years": 10}, [1, 3, 5, 10]),
        ({"years": 20}, [1, 3, 5, 10, 20]),
        ({"years": 3}, [1, 3]),
        ({"years": 7.5}, [1, 3, 5, 7.5]),
        ({"years": 1}, [1]),
        ({"weeks": 6, "years": 0.2}, [0.2]),
        ({"weeks": 6}, [1, 3, 5, 10]),
        ({"weeks": 104}, [2, 3, 5, 10]),
        ({"weeks": 104, "years": 2}, [2]),
        ({"weeks": 52, "warmup_weeks": 4}, [10]),
    ],
)
def test_the_first_stop_holds_the_window_and_the_last_is_the_end(desk, horizon, expected):
    scenario = desk(horizon=horizon)
    assert stops(scenario) == expected
    assert [cut(scenario, stop).horizon.years for stop in expected] == expected
    assert cut(scenario, 0.01).horizon.years == expected[0]
    assert cut(scenario, 1e9) is scenario


@pytest.mark.parametrize(
    ("evaluate", "years", "expected"),
    [
        ({}, 10, [(1, 3), (3, 3), (5, 3), (10, 3), (10, 6), (10, 12), (10, 20)]),
        ({"replications": 4}, 3, [(1, 3), (3, 3), (3, 4)]),
        ({"replications": 2}, 3, [(1, 2), (3, 2)]),
        ({"replications": 12}, 1, [(1, 6), (1, 12)]),
        ({"objective": "wait_mean"}, 10, [(10, 6), (10, 12), (10, 20)]),
        ({"objective": "wait_mean", "constraints": ["value >= today"]}, 3, [(1, 3), (3, 3), (3, 6), (3, 12), (3, 20)]),
    ],
)
def test_years_come_before_replications(desk, evaluate, years, expected):
    asked = question(desk(evaluate={"levels": [0, 5], **evaluate}, horizon={"years": years}))
    first, *others = plan(asked)
    assert first == Round(1, min(3, asked.new.evaluate.replications), True)
    assert [(own.years, own.replications) for own in others] == expected


def answers_of(asked: Question) -> list[Sides | Curve]:
    """All that is found out of a question."""
    answers = Answers()
    return list(rounds(asked, answers.ongoing, answers.execution(threading.Event())))


def test_every_round_is_what_the_command_line_says_of_so_many_years(desk):
    scenario = desk(evaluate={"levels": [0, 5, 10], "replications": 4, "smallest_difference": 0})
    for found in answers_of(question(scenario, desk(staff={"agents": 1}, evaluate=scenario.evaluate.model_dump()))):
        if isinstance(found, Sides):
            own = run(found.new.scenario, replications=len(found.new.metrics))
            np.testing.assert_array_equal(found.new.metrics, own.metrics)
            np.testing.assert_array_equal(found.new.months, own.months)
        else:
            own = evaluate(found.new.scenario, levels=found.new.levels, replications=found.new.replications)
            assert found.new.best == own.best
            for mine, other in zip(found.new.metrics, own.metrics, strict=True):
                np.testing.assert_array_equal(mine, other)


def test_where_nobody_says_how_many_replications_it_begins_with_few(desk):
    curves = [found for found in answers_of(question(desk(horizon={"years": 2}))) if isinstance(found, Curve)]
    assert [(one.told, one.new.replications) for one in curves[:-1]] == [(1, 3), (2, 3), (2, 6), (2, 10)]
    assert curves[-1].is_last
    assert curves[-1].new.guarantee is not None


def test_no_world_is_begun_again(desk, monkeypatch):
    begun: list[tuple[str, int]] = []

    class Counted(ongoing.World):
        def __init__(self, experiment: Experiment, replication: int) -> None:
            begun.append((experiment.key, replication))
            super().__init__(experiment, replication)

    monkeypatch.setattr(ongoing, "World", Counted)
    shelf, levels = Ongoing(Memory()), [desk(investment={"minutes_per_visit": minutes}) for minutes in (0.0, 5.0)]
    for years in (1, 3, 4):
        shelf.bring(levels, years, 3, 1, Execution(store=shelf.memory))
        assert len(shelf.standing) == (6 if years < 4 else 0)
    assert len(begun) == len(set(begun)) == 6
    assert shelf.size == 0
    shelf.bring([levels[0], levels[0]], 4, 4, 1, Execution(store=shelf.memory))
    assert len(begun) == 7


def test_what_goes_on_is_bounded_and_what_was_dropped_is_begun_again(desk, monkeypatch):
    scenario = desk()
    each = ongoing.BYTES_EACH + ongoing.BYTES_PER_CUSTOMER * scenario.demand.opening_book
    monkeypatch.setattr(ongoing, "BYTES_AT_MOST", 2 * each)
    shelf = Ongoing(Memory())
    shelf.bring([scenario], 1, 5, 1, Execution(store=shelf.memory))
    assert (len(shelf.standing), shelf.size) == (2, 2 * each)
    shelf.bring([scenario], 4, 5, 1, Execution(store=shelf.memory))
    whole = Experiment(scenario, 1, "fast", True, True)
    for told in shelf.memory.known(whole, 0, range(5), False):
        assert same(told, whole.simulated(Job(0, told.job.replication), customers=False))
    assert shelf.memory.many == 5


def test_a_world_that_stands_goes_on_for_another_question_unless_that_goes_further(desk):
    shelf, horizons = Ongoing(Memory()), {years: desk(horizon={"years": years}) for years in (4, 6)}
    for years in (6, 4, 6):
        shelf.bring([horizons[years]], 1 if years == 6 and not shelf.standing else years, 1, 1, Execution())
    (told,) = shelf.memory.known(Experiment(horizons[6], 1, "fast", True, True), 0, [0], False)
    assert same(told, Experiment(horizons[6], 1, "fast", True, True).simulated(Job(0, 0), customers=False))
    shelf.bring([horizons[4]], 1, 2, 2, Execution())
    shelf.bring([horizons[6]], 6, 2, 2, Execution())
    (first, _) = shelf.memory.known(Experiment(horizons[6], 2, "fast", True, True), 0, [0, 1], False)
    assert len(first.months) == 72


def test_a_world_that_is_stopped_goes_on_from_between_two_pieces(desk):
    scenario = desk()
    experiment, looks = Experiment(scenario, 1, "fast", True, True), iter([False, False, True])
    shelf = Ongoing(Memory())
    with pytest.raises(WorldHaltedError):
        shelf.told(experiment, Experiment(cut(scenario, 3), 1, "fast", True, True), 0, lambda: next(looks))
    ((_, world),) = shelf.standing.items()
    assert 0 < world.telling.told < YEAR
    _, told = shelf.told(experiment, experiment, 0, lambda: False)
    assert same(told, experiment.simulated(Job(0, 0), customers=False))


def test_who_does_not_wait_any_more_stops_all_of_them(desk):
    answers, stop = Answers(), threading.Event()
    stop.set()
    with pytest.raises(SupersededError):
        answers.ongoing.bring([desk()], 4, 9, 1, answers.execution(stop))
    assert answers.memory.many < 9


def test_where_nobody_asks_any_more_no_world_is_to_go_on(desk):
    answers = Answers()
    one, other = answers.begin("one"), answers.begin("other")
    answers.ongoing.bring([desk()], 1, 2, 1, answers.execution(other))
    answers.end("one", one)
    assert len(answers.ongoing.standing) == 2
    answers.end("other", other)
    assert (len(answers.ongoing.standing), answers.ongoing.size) == (0, 0)


def far(scenario: Scenario, years: float | None = None, controlled: bool = False) -> Experiment:
    """The replications of a scenario, or of its first years."""
    return Experiment(scenario if years is None else cut(scenario, years), 1, "fast", controlled, True)


def test_what_is_known_of_ten_years_is_known_of_three_and_of_none(desk):
    scenario, memory, value = desk(), Memory(), NAMES.index("value")
    memory.keep([(far(scenario), far(scenario).simulated(Job(0, 5)))])
    assert len(scenario.evaluate.levels) == 3
    for years in (1, 3, 4):
        (told,) = memory.known(far(scenario, years), 7, range(9), False)
        assert same(told, far(scenario, years).simulated(Job(0, 5), customers=False))
        assert told.job == Job(7, 5)
    (window,) = memory.known(Experiment(scenario, 1, "fast"), 0, [5], False)
    assert len(window.months) == 0
    assert np.isnan(window.metrics[value])
    assert list(memory.known(far(scenario), 0, [5], True)) == []
    assert list(memory.known(far(desk(horizon={"years": 6})), 0, [5], False)) == []
    assert list(memory.known(far(desk(horizon={"years": 3.5})), 0, [5], False)) == []


def test_what_is_known_further_is_not_forgotten_for_less(desk):
    scenario, memory = desk(), Memory()
    whole, window = far(scenario), Experiment(scenario, 1, "fast", True)
    memory.keep([(whole, whole.simulated(Job(0, 0)))])
    memory.keep([(window, window.simulated(Job(0, 0)))])
    for replications in (whole, far(scenario, 3), far(scenario, controlled=True)):
        (told,) = memory.known(replications, 0, [0], False)
        assert len(told.months) == round(12 * replications.scenario.horizon.years)
        assert told.controls.any()
    assert memory.many == 1


def test_the_first_year_is_said_to_be_that_and_no_advice_is_drawn_from_it(desk):
    asked = question(desk(horizon={"years": 3}, evaluate={"levels": [0, 5], "replications": 6}))
    found = answers_of(asked)
    curves = [curve_told(one) for one in found if isinstance(one, Curve)]
    sides = [sides_told(one) for one in found if isinstance(one, Sides)]
    money = [told["series"][0] for told in curves]
    assert [one["label"] for one in money] == [
        "Money of the first year only", "Money of 3 years", "Money of 3 years", "Money of 3 years",
    ]  # fmt: skip
    assert [one["early"] for one in money] == [True, False, False, False]
    assert money[0]["unit"] == "EUR in today's money"
    assert curves[0]["draft"].startswith("So far the curve shows the first year only.")
    assert [told["best"] is None for told in curves] == [True, False, False, False]
    assert [bool(told["advice"]) for told in curves] == [False, False, True, True]
    labels = {name: metric["label"] for name, metric in sides[0]["metrics"].items()}
    assert labels["cash"] == "Cash next year"
    assert labels["customers_end"] == "Customers in a year"
    assert labels["value"] == "Money of the first year only"
    assert "closing" not in str(curves + sides).lower()


def test_years_are_told_as_they_come(desk):
    today = desk(horizon={"years": 3}, evaluate={"levels": [0, 5], "replications": 4})
    new = desk(horizon={"years": 3}, evaluate={"levels": [0, 5], "replications": 4}, staff={"agents": 1})
    first, *_, last = [sides_told(one) for one in answers_of(question(today, new)) if isinstance(one, Sides)]
    assert [(row["year"], len(row["cells"])) for row in first["years"]["rows"]] == [(1, 3), (2, 0), (3, 0)]
    assert first["years"]["labels"] == ["Cash", "Customers at its end", "Leave unserved"]
    run_today, run_new = run(today), run(new)
    for row in last["years"]["rows"]:
        cash, customers, _ = row["cells"]
        assert cash["new"]["mean"] == run_new.of_year(row["year"], "cash").mean
        assert customers["today"]["mean"] == run_today.of_year(row["year"], "customers_end").mean
        assert customers["change"]["mean"] == pytest.approx(customers["new"]["mean"] - customers["today"]["mean"])
        assert customers["better"] == 1


def test_another_window_is_called_by_its_length(desk):
    asked = question(desk(horizon={"weeks": 6, "years": 0.2}, evaluate={"levels": [0, 5], "replications": 3}))
    first = next(sides_told(one) for one in answers_of(asked) if isinstance(one, Sides))
    assert first["metrics"]["cash"]["label"] == "Cash in the first 6 weeks"
    assert first["metrics"]["customers_end"]["label"] == "Customers after 6 weeks"
    assert first["metrics"]["value"]["label"] == "Money of 0.2 years"
    assert first["years"]["rows"] == []


def test_without_money_nothing_is_said_of_years(desk):
    asked = question(desk(spending={"on": False}, evaluate={"levels": [0, 5], "objective": "wait_mean"}))
    found = answers_of(asked)
    sides = [sides_told(one) for one in found if isinstance(one, Sides)]
    curves = [curve_told(one) for one in found if isinstance(one, Curve)]
    assert {told["told"] for told in sides} == {told["told"] for told in curves} == {None}
    assert horizon_of(asked.new) > YEAR
    assert all("value" not in told["metrics"] for told in sides)
    assert curves[-1]["series"][0]["name"] == "wait_mean"
    assert not any(one["early"] for told in curves for one in told["series"])
