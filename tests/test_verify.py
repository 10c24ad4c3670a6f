"""`servsim verify`: it passes as things are, fails when something is planted, and tries scenarios of every kind."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from servsim.cli.commands import app
from servsim.engine_parameters import fields, to_sheet
from servsim.event_codes import Happening
from servsim.model import fast, reference
from servsim.model.trace import Trace
from servsim.scenario.consistency import complaints
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.execution.options import Execution
from servsim.study.verification import nearest_theory as beside
from servsim.study.verification import queueing_formulas as known
from servsim.study.verification.random_scenarios import random_scenario
from servsim.study.verification.textbook_desks import Case, erlang_c
from servsim.study.verification.verify import QUICK, Effort, bound, cases, finding, theory, twins

HASTY = Effort(replications=4, share=0.003, sharpness=9.0, twins=2)
"""Passes unless something is badly wrong; takes a second."""


def run(*arguments: str):
    return CliRunner().invoke(app, ["verify", *arguments])


def last_line(result) -> str:
    return result.output.strip().splitlines()[-1]


KEYS = ["passed", "model", "seed", "false_alarm", "limit", "sharpness", "theory", "twins", "invariants"]


def proof_of(*arguments: str) -> dict:
    """A proof that is passed, with the keys that JSON is to have, as sharp as it says."""
    result = run("--quick", "--quiet", "--json", *arguments)
    proof = json.loads(result.stdout)
    assert result.exit_code == 0
    assert proof["passed"]
    assert list(proof) == KEYS
    assert all(row["standard_error"] <= proof["sharpness"] * abs(row["expected"]) for row in proof["theory"])
    assert proof["invariants"] == {"passed": True, "traces": proof["twins"]["scenarios"], "broken": []}
    return proof


def test_a_short_proof_passes_and_says_what_it_did(monkeypatch):
    """All desks of the proof in some of its weeks, and some of its random scenarios."""
    short = replace(QUICK, replications=8, share=QUICK.share / 12, sharpness=QUICK.sharpness * 12, twins=5)
    monkeypatch.setattr("servsim.study.verification.verify.QUICK", short)
    assert proof_of()["twins"]["rows"] > 1_000


@pytest.mark.nightly
def test_the_quick_proof_passes():
    proof = proof_of()
    assert proof["sharpness"] <= 0.02
    assert proof["twins"]["rows"] > 10_000
    assert proof["twins"]["scenarios"] == 60


def test_the_table_fits_80_columns(monkeypatch):
    monkeypatch.setattr("servsim.study.verification.verify.QUICK", HASTY)
    result = run("--quick", "--quiet")
    assert result.exit_code == 0
    assert last_line(result) == "verify: passed"
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "…" not in result.stdout


def test_a_wrong_closed_form_is_found(monkeypatch):
    monkeypatch.setattr(
        "servsim.study.verification.verify.QUICK", Effort(replications=8, share=0.01, sharpness=9.0, twins=2)
    )
    monkeypatch.setattr(known, "erlang_b", lambda agents, load: 0.3)
    result = run("--quick", "--quiet")
    assert result.exit_code == 1
    assert last_line(result).startswith("verify: FAILED (theory: ")


def test_an_engine_that_loses_a_row_is_found(monkeypatch):
    loop = fast.simulate
    monkeypatch.setattr("servsim.study.verification.verify.QUICK", HASTY)
    monkeypatch.setattr(fast, "simulate", lambda sheet: Trace(loop(sheet).rows[:-1]))
    result = run("--quick", "--quiet", "--json")
    proof = json.loads(result.stdout)
    assert result.exit_code == 1
    assert not proof["passed"]
    assert not proof["twins"]["passed"]
    assert len(proof["twins"]["differences"]) == 2
    assert "scenario 0: row" in proof["twins"]["differences"][0] or "rows against" in proof["twins"]["differences"][0]


def test_a_law_that_both_engines_break_is_found():
    def unfinished(sheet: np.ndarray) -> Trace:
        rows = reference.simulate(sheet).rows
        return Trace(rows[rows[:, 1] != Happening.FINISHED])

    found = twins(2, seed=1, story=unfinished, loop=unfinished)
    assert not found.differences
    assert found.broken


def test_a_metric_that_is_not_sharp_or_not_there_is_no_proof():
    case = Case("desk", {}, 1.0, {"wait_mean": 1.0})
    assert finding(case, "wait_mean", np.array([0.9, 1.0, 1.1]), limit=4.0, sharpness=0.1).passed
    assert not finding(case, "wait_mean", np.array([0.5, 1.0, 1.5]), limit=4.0, sharpness=0.1).passed
    assert not finding(case, "wait_mean", np.array([1.9, 2.0, 2.1]), limit=4.0, sharpness=0.1).passed
    missing = finding(case, "wait_mean", np.array([np.nan, 1.0]), limit=4.0, sharpness=0.1)
    assert not missing.passed
    assert missing.to_dict()["z"] is None


@pytest.mark.parametrize(("metrics", "replications"), [(1, 10), (70, 32), (70, 64)])
def test_the_bound_raises_false_alarm_as_often_as_stated(metrics, replications):
    each = 2 * stats.t.sf(bound(metrics, replications, 0.001), replications - 1)
    assert 1 - (1 - each) ** metrics == pytest.approx(0.001)


def test_desks_do_not_share_replications():
    twice = theory([erlang_c(1, 0.5, 1), erlang_c(1, 0.5, 1)], HASTY, seed=1, execution=Execution(workers=1))
    assert twice[0].simulated != twice[len(twice) // 2].simulated


def test_the_same_proof_for_any_number_of_workers():
    desks = cases()[:3]
    assert theory(desks, HASTY, seed=1, execution=Execution(workers=1)) == theory(
        desks, HASTY, seed=1, execution=Execution(workers=3)
    )


# Random scenarios


SEEDS = range(320)


@pytest.fixture(scope="module")
def drawn() -> list[Scenario]:
    return [random_scenario(np.random.default_rng(seed), storm=seed % 2 == 1) for seed in SEEDS]


@pytest.fixture(scope="module")
def sheets(drawn) -> list[np.ndarray]:
    return [to_sheet(scenario) for scenario in drawn]


@pytest.fixture(scope="module")
def traces(sheets) -> list[Trace]:
    return [fast.simulate(sheet) for sheet in sheets]


def test_random_scenarios_are_in_order(drawn):
    for scenario in drawn:
        assert not list(complaints(scenario))
        assert checked(scenario.model_dump(exclude_unset=True) | {"horizon": scenario.horizon.model_dump()}, "again")


def test_random_scenarios_are_small(traces):
    """But for one or two in which friends of customers who come every few ticks bring friends."""
    visits = [len(trace.of(Happening.ARRIVED)) for trace in traces]
    assert np.quantile(visits, 0.99) <= 3000
    assert sum(many > 20_000 for many in visits) <= 2
    assert np.median(visits) >= 50


def test_random_scenarios_set_everything_that_an_engine_reads(sheets):
    for name, _, _ in fields():
        assert len({float(row[name]) for sheet in sheets for row in sheet}) > 1, f"{name} is never drawn"
    assert {len(sheet) for sheet in sheets} == {1, 2, 3}


def test_drift_ends_within_half_of_all_random_scenarios(sheets):
    ends = [bool(sheet[0]["drift_ends"] < sheet[0]["end"]) for sheet in sheets]
    assert 0.4 < np.mean(ends) < 0.6


def test_random_scenarios_bring_about_everything_that_can_happen(traces):
    happened = {what for trace in traces for what in np.unique(trace.column("happening")).tolist()}
    assert happened == set(Happening)


def test_tie_storms_have_ties(traces):
    ties = []
    for trace in traces[1::2]:
        ticks = trace.of(Happening.ARRIVED)[:, 0]
        ties += [1 - len(np.unique(ticks)) / len(ticks)] if len(ticks) > 20 else []
    assert np.mean(ties) > 0.05


def test_the_same_generator_draws_the_same_scenario():
    assert random_scenario(np.random.default_rng(7), True) == random_scenario(np.random.default_rng(7), True)


# A scenario's own desk


def test_a_textbook_desk_is_its_own_closed_form():
    result = beside.beside(read_scenario("scenarios/erlang-a.toml", ["horizon.weeks=0.2"]), replications=4)
    simulated = result.steps[-1][1]["wait_mean"]
    assert [name for name, _ in result.steps] == ["as it is"]
    assert result.nearest.form == "Erlang A"
    assert simulated.mean == pytest.approx(result.nearest.queue().wait, rel=0.1)


def test_a_shop_loses_one_property_after_the_other_and_ends_in_the_textbook():
    shop = read_scenario("scenarios/salon.toml")
    result = beside.beside(shop, replications=3)
    end = result.steps[-1][1]
    assert [name for name, _ in result.steps] == ["as it is", *(name for name, _ in beside.CHANGES[2:])]
    assert end["wait_mean"].mean == pytest.approx(result.nearest.queue().wait, rel=0.1)
    assert end["abandoned_share"].mean == pytest.approx(result.nearest.queue().lost, rel=0.1)


@pytest.mark.parametrize("name", ["recovery", "promises"])
def test_what_goes_wrong_and_what_is_promised_is_taken_away_first(name):
    result = beside.beside(read_scenario(f"scenarios/{name}.toml"), replications=2)
    assert [step for step, _ in result.steps[:2]] == ["as it is", "nothing but visits"]
    assert result.steps[-1][1]["wait_mean"].mean == pytest.approx(result.nearest.queue().wait, rel=0.15)


HOUSE = {
    "training": {"turnover": 0.9, "newcomer_cases": 5}, "internal": {"requests_per_hour": 3.0, "request_priority": 1},
    "recognition": {"own_agent_first": True}, "phone": {"phone_share": 0.5, "phone_order": "first"},
    "load": {"queue_cut": 0.5, "speed_up": 0.3, "fatigue_minutes": 30.0},
}  # fmt: skip
"""What changes visits and not who comes."""
WORLD = {
    "word_of_mouth": {"praises": 1.0, "mentions": 0.5, "referral_share": 0.3, "referral_days": 3.0},
    "competitors": {"newcomer_quality": 9.0, "newcomer_week": 1.0, "return_share": 0.3},
    "advertising": {"elasticity": 0.5, "promised_points": 1.0},
    "budget": {"money_per_month": 5000.0},
}
"""What changes who comes."""
PLAIN = {
    "opening": {"monday": "09:00-19:00", "friday": "09:00-19:00"}, "demand": {"prospects_per_hour": 10.0},
    "staff": {"agents": 3}, "service": {"core_minutes": 12.0}, "waiting": {"patience_minutes": 15.0},
    "horizon": {"weeks": 10.0},
}  # fmt: skip
"""A desk of newcomers, with a load of two thirds."""
RETURNING = PLAIN | {
    "demand": {"prospects_per_hour": 6.0, "opening_book": 100, "visit_gap_days": 20.0},
    "quality": {"should_drift": 1.0}, "loyalty": {}, "mistakes": {},
    "spending": {"price_level": 1.2, "spend_growth": 0.1},
}  # fmt: skip
"""A desk of customers."""


def left_of(*tables: dict, replications: int = 6) -> beside.Beside:
    """What verify leaves of a desk with these tables."""
    merged: dict = {}
    for own in tables:
        merged |= own
    return beside.beside(checked(merged, "test"), replications=replications)


@cache
def left_of_returning() -> beside.Beside:
    """What verify leaves of a desk of customers in a world of which it sees nothing."""
    return left_of(RETURNING)


def without_rate(scenario: Scenario) -> dict:
    """Every setting of a scenario but how many come."""
    settings = scenario.settings()
    return settings | {"demand": settings["demand"] | {"prospects_per_hour": None}}


def test_a_house_full_of_colleagues_and_callers_ends_at_the_same_textbook_desk():
    plain, full = left_of(PLAIN), left_of(PLAIN, HOUSE)
    assert [name for name, _ in full.steps][1] == "nothing but visits"
    assert full.last == plain.last
    assert full.steps[-1][1]["wait_mean"] == plain.steps[-1][1]["wait_mean"]


@pytest.mark.parametrize("others", [[], [{"staff": {"agents": 3, "choice": "fastest", "agent_speed": [0.8, 1.2]}}]])
def test_a_desk_in_a_world_of_its_own_ends_at_the_same_textbook_desk(others):
    """The same but for how many come; and what is left waits as the textbook says."""
    plain, full = left_of_returning(), left_of(RETURNING, HOUSE, WORLD, *others)
    assert without_rate(full.last) | {"staff": None} == without_rate(plain.last) | {"staff": None}
    assert full.nearest.rate > plain.nearest.rate
    assert (full.nearest.visit, full.nearest.agents, full.nearest.patience) == (12.0, 3, 15.0)
    assert full.steps[-1][1]["wait_mean"].mean == pytest.approx(full.nearest.queue().wait, rel=0.15)
    assert full.steps[-1][1]["abandoned_share"].mean == pytest.approx(full.nearest.queue().lost, rel=0.15)


@pytest.mark.parametrize("table", [*HOUSE, *WORLD])
def test_of_every_table_of_the_world_and_the_house_nothing_is_left(table):
    """One at a time, so that none hides behind another."""

    def bare(*tables: dict) -> Scenario:
        desk = checked({name: own for others in tables for name, own in others.items()}, "test")
        return beside.come_by_chance(beside.nothing_but_visits(desk, 10.0), 10.0)

    assert bare(RETURNING, {table: (HOUSE | WORLD)[table]}) == bare(RETURNING)


def test_segments_that_differ_in_the_world_and_the_house_end_at_the_same_textbook_desk():
    plain = left_of_returning()
    few = {"word_of_mouth": {"mentions": 1.0}, "competitors": {"demanding_weight": 1.0}, "recognition": {"recognised_gain": 2.0},
           "phone": {"phone_share": 1.0}}  # fmt: skip
    full = left_of(
        RETURNING,
        HOUSE,
        WORLD,
        {"segments": [{"name": "few", "share": 0.25} | few, {"name": "many", "share": 0.75}]},
        replications=2,
    )
    assert without_rate(full.last) == without_rate(plain.last)


def test_verify_prints_the_way_there_in_80_columns(tmp_path):
    path = tmp_path / "everything.toml"
    path.write_text(
        "[opening]\nmonday = '09:00-17:00'\n[demand]\nopening_book = 50\n[waiting]\n[quality]\n[loyalty]\n[spending]\n"
        + "".join(f"[{table}]\n" for table in (*HOUSE, *WORLD))
        + "[horizon]\nweeks = 4\n"
    )
    result = run(str(path), "--quick", "--quiet")
    assert result.exit_code == 0
    assert "nothing but visits" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_segments_become_one_kind_of_customer():
    patient, hasty = {"patience_minutes": 30.0}, {"patience_minutes": 10.0}
    tables = {"waiting": {}, "segments": [{"name": "patient", "share": 0.75, "waiting": patient},
                                          {"name": "hasty", "share": 0.25, "waiting": hasty}]}  # fmt: skip
    one = beside.one_kind(checked(tables, "two kinds"), 0.0)
    assert one.waiting.patience_minutes == pytest.approx(25.0)
    assert not one.segments


def overloaded(tmp_path) -> str:
    path = tmp_path / "overloaded.toml"
    path.write_text("[demand]\nprospects_per_hour = 30\n[service]\ncore_minutes = 6\n[horizon]\nweeks = 1\n")
    return str(path)


def test_where_there_is_no_closed_form_it_is_said_in_words(tmp_path):
    result = run(overloaded(tmp_path), "--quick", "--quiet")
    assert result.exit_code == 0
    assert "There is no steady state" in result.stdout.replace("\n", " ")
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_an_undefined_closed_form_is_null(tmp_path):
    result = json.loads(run(overloaded(tmp_path), "--quick", "--quiet", "--json").stdout)
    assert result["closed_form"]["load"] == pytest.approx(1.5)
    assert result["closed_form"]["wait_mean"] is None
    assert [step["step"] for step in result["steps"]] == ["as it is", "visits exponential", "every opening hour alike"]
