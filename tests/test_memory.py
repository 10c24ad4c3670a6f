"""A replication keeps to the memory and the time that are stated, or ends with a sentence; and arrays hold all they must."""

import re
import tracemalloc

import pytest

import servsim
from servsim.engine_parameters import MOST_MANAGERS, to_sheet
from servsim.errors import ScenarioError
from servsim.model import fast, reference, trace
from servsim.model.fast import state
from servsim.scenario.read import checked
from servsim.scenario.tables.opening_demand_staff_service import MOST_AGENTS
from servsim.study.cost_estimate import affordable
from servsim.study.execution.replications import PIECE, piece_of
from servsim.study.expected_happenings import tries, weekly_happenings
from servsim.units import HOUR, WEEK

OVERLOAD = {
    "opening": {"always": True}, "demand": {"prospects_per_hour": 60.0}, "staff": {"agents": 1},
    "service": {"core_minutes": 5.0}, "horizon": {"weeks": 0.1},
}  # fmt: skip


def desk(**tables):
    """The overloaded desk, with other tables."""
    return checked(OVERLOAD | tables, "desk")


def test_as_many_agents_and_managers_as_may_be_have_their_places():
    full = desk(
        staff={"agents": MOST_AGENTS}, mistakes={"mistake_share": 0.5}, recovery={}, horizon={"weeks": 0.002},
        manager={"managers": MOST_MANAGERS, "escalated_share": 1.0}, quality={},
    )  # fmt: skip
    assert to_sheet(full)[0]["all_agents"] == MOST_AGENTS + MOST_MANAGERS
    assert fast.simulate(to_sheet(full)) == reference.simulate(to_sheet(full))


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"waiting": {"retry_probability": 1.0, "retry_limit": 100, "retry_days": 0.01, "patience_minutes": 1.0},
          "demand": {"prospects_per_hour": 3e4}}, "visits .* lower demand, waiting.retry_limit"),
        ({"internal": {"requests_per_hour": 1e6}, "horizon": {"weeks": 52.0}}, "requests of colleagues .* lower internal"),
        ({"staff": {"agents": 1000, "attentive_minutes": 0.001, "inattentive_minutes": 0.001}},
         "lapses of attention .* lengthen staff.attentive_minutes"),
        ({"staff": {"agents": 1000, "break_minutes": 0.001, "break_after_minutes": 0.001}}, "breaks .*break_after_minutes"),
    ],
)  # fmt: skip
def test_what_multiplies_is_reckoned_with_before_it_is_simulated(tables, words):
    with pytest.raises(ScenarioError) as said:
        affordable(desk(**tables), "desk.toml", 200)
    assert re.search(words, str(said.value))


def test_a_visit_is_tried_as_often_as_the_limit_lets_it_where_hardly_anybody_is_served():
    """At 300 times the load, all but one in 300 of those who try again; never less than once."""
    retrying = {"retry_probability": 0.5, "retry_limit": 3, "patience_minutes": 1.0}
    assert tries(desk()) == 1.0
    assert tries(desk(waiting=retrying, service={"core_minutes": 300.0})) == pytest.approx(
        1 + 1 / 2 + 1 / 4 + 1 / 8, rel=0.01
    )
    assert tries(desk(waiting=retrying, service={"core_minutes": 0.1})) == pytest.approx(1 + 1 / 8 + 1 / 64 + 1 / 512)


def test_what_a_week_is_made_of_is_what_its_trace_holds():
    busy = desk(
        staff={"agents": 20, "attentive_minutes": 4.0, "inattentive_minutes": 1.0, "break_minutes": 5.0,
               "break_after_minutes": 60.0},
        internal={"requests_per_hour": 30.0}, horizon={"weeks": 1.0},
    )  # fmt: skip
    rows = len(fast.simulate(to_sheet(busy)))
    assert sum(each.rows for each in weekly_happenings(busy, 1.0)) == pytest.approx(rows, rel=0.5)


def test_a_moment_needs_no_more_memory_than_what_happens_in_it():
    """A fifth of a second of a million customers an hour."""
    moment = desk(demand={"prospects_per_hour": 1e6}, horizon={"weeks": 3e-7, "years": 1e-8})
    assert affordable(moment, "desk.toml", 1) is moment


def test_pieces_are_short_where_much_happens():
    assert piece_of(100.0) == PIECE
    assert piece_of(1e7) < WEEK
    assert piece_of(1e12) == HOUR


@pytest.mark.parametrize("engine", [fast, reference])
def test_a_trace_too_large_for_memory_ends_with_a_sentence(engine, monkeypatch):
    monkeypatch.setattr(trace, "ROWS_AT_ONCE", 500)
    with pytest.raises(trace.TooMuchError, match=r"stopped in week 1: more than 500 things .* memory holds"):
        engine.simulate(to_sheet(desk(horizon={"weeks": 1.0})))


def test_people_too_many_for_memory_end_with_a_sentence(monkeypatch):
    monkeypatch.setattr(state, "BYTES_AT_MOST", 800_000)
    with pytest.raises(trace.TooMuchError, match="so many customers and requests are to be remembered"):
        fast.simulate(to_sheet(desk(horizon={"weeks": 4.0})))


@pytest.mark.nightly
@pytest.mark.parametrize(
    "tables",
    [
        {"horizon": {"weeks": 8.0}},
        {"demand": {"prospects_per_hour": 3000.0}, "horizon": {"weeks": 1.0},
         "waiting": {"retry_probability": 1.0, "retry_limit": 100, "retry_days": 0.01, "patience_minutes": 5.0}},
        {"internal": {"requests_per_hour": 1e5}, "horizon": {"weeks": 1.0}},
        {"demand": {"prospects_per_hour": 0.0, "opening_book": 1_000_000}, "horizon": {"weeks": 4.0}},
    ],
)  # fmt: skip
def test_a_replication_needs_no_more_than_half_again_what_is_stated(tables, monkeypatch):
    """The estimate as a refusal says it, against the peak that Python's allocator and numpy saw."""
    from servsim.study import cost_estimate

    own = desk(**tables)
    monkeypatch.setattr(cost_estimate, "BYTES_AT_MOST", 0)
    with pytest.raises(ScenarioError, match="would need about") as said:
        affordable(own, "desk.toml", 1)
    stated = float(re.search(r"about ([\d.]+) GB", str(said.value))[1]) * 1e9
    tracemalloc.start()
    servsim.run(own, replications=1, workers=1, controls=False)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 1.5 * max(stated, 1e8), f"{stated / 1e9:.2f} GB stated, {peak / 1e9:.2f} GB needed"
