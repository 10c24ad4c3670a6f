"""Why B beats A: customers paired by their keys, parts that add up to the difference, lives told side by side."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.show.spoken import times
from servsim.show.why import why_parts
from servsim.show.why_lives import in_short, lives_json, lives_parts
from servsim.study.contrast.compare import Comparison, compare, shared_worlds
from servsim.study.contrast.why import FATES, Pairs, fate_of, for_each, paired
from servsim.study.contrast.why_lives import lives, picked
from servsim.study.contrast.why_value import PARTS, in_closing_book, parts_of_the_difference
from servsim.study.follow.lives import TICK, VALUE, WHAT, WHO, World
from servsim.study.metrics import NAMES
from servsim.study.statistics import t_quantile
from servsim.study.work.worlds import Job, Outcome
from servsim.units import HOUR, MILLIONTHS
from servsim.words import Happening as H  # noqa: N817 as short as in the figures
from servsim.words import Reason

DESK: dict[str, Any] = {
    "title": "Corner shop",
    "opening": {"monday": "09:00-12:00", "thursday": "09:00-12:00"},
    "demand": {"opening_book": 60, "visit_gap_days": 7.0, "prospects_per_hour": 3.0},
    "staff": {"agents": 1, "wage_per_hour": 20.0, "overtime_factor": 1.0},
    "investment": {}, "waiting": {}, "quality": {}, "loyalty": {"yearly_retention": 0.3}, "spending": {},
    "money": {"currency": "CHF", "margin": 0.5, "discount_rate": 0.4},
    "horizon": {"weeks": 10.0},
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
    "a shorter horizon": {"horizon": {"weeks": 7.0}},
    "a smaller book": {"demand": {"opening_book": 40}},
    "no book": {"demand": {"opening_book": 0}},
    "nobody is lost": {"loyalty": {"on": False}},
    "nobody pays": {"spending": {"on": False}},
}
"""What differs in B."""


def desk(**tables: Any) -> Scenario:
    """The corner shop, some of its tables changed."""
    changed = {name: {**DESK.get(name, {}), **settings} for name, settings in tables.items()}
    return checked({**DESK, **changed}, "test")


@cache
def compared(name: str, swapped: bool = False) -> Comparison:
    """The corner shop as it is and another one, in three worlds."""
    a, b = desk(), desk(**OTHERS[name])
    return compare(*((b, a) if swapped else (a, b)), replications=3)


def parts(c: Comparison) -> np.ndarray:
    """(worlds, parts, 2) where the difference comes from."""
    return parts_of_the_difference(c.a, c.b, c.figures, c.pairs)


def gap(c: Comparison, name: str) -> np.ndarray:
    """(worlds,) B less A."""
    place = NAMES.index(name)
    return c.figures[1, :, place] - c.figures[0, :, place]


def outcome(which: int, world: int, fate: list[int], spent: list[float]) -> Outcome:
    """What came of a world, as far as its customers are concerned."""
    nothing = np.zeros(0)
    amounts = np.array([round(amount * MILLIONTHS) for amount in spent])
    return Outcome(Job(which, world), nothing, nothing, nothing, np.array(fate, np.int8), amounts)


def pairs_of(*worlds: tuple[list[int], list[float], list[int], list[float]]) -> Pairs:
    """Customers by (reason in A, spent in A, reason in B, spent in B) of each world."""
    return paired(
        [(outcome(0, number, a, a_spent), outcome(1, number, b, b_spent))
         for number, (a, a_spent, b, b_spent) in enumerate(worlds)]
    )  # fmt: skip


CARE, WAIT, NATURAL = int(Reason.CARE), int(Reason.WAIT), int(Reason.NATURAL)
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
    assert [saved["per_world"][side]["mean"] for side in ("a", "b", "difference")] == [4.5, 12.5, 8.0]
    assert [saved["each"][side]["mean"] for side in ("a", "b", "difference")] == [4.5, 12.5, 8.0]
    kept = said["spent"]["kept_by_both"]
    assert kept["per_world"]["difference"]["mean"] == pytest.approx(1.25)
    assert kept["each"]["difference"]["mean"] == pytest.approx(2.5 / 3)
    assert {kept["each"]["a"]["unit"], kept["per_world"]["b"]["unit"]} == {"EUR"}


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


def test_worlds_that_only_one_of_them_finished_are_left_out():
    done = [outcome(1, 2, [0], [1]), outcome(0, 1, [0], [1]), outcome(0, 2, [0], [1]), outcome(1, 0, [0], [1])]
    assert [(a.job, b.job) for a, b in shared_worlds(done)] == [(Job(0, 2), Job(1, 2))]
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
    cash, closing = parts(c).sum(axis=1).T
    assert cash == pytest.approx(gap(c, "cash"), abs=1e-6)
    assert closing == pytest.approx(gap(c, "closing_book"), abs=1e-6)
    total = sum(gaps["value"].mean for gaps in c.sources().values())
    assert total == pytest.approx(c.difference("value").mean, abs=1e-6)


def bought(c: Comparison, which: int, world: int) -> float:
    """Money that newcomers spent, from the trace."""
    rows = World((c.a, c.b)[which], c.seed, world).rows(
        lambda piece: (piece[:, WHAT] == H.BOUGHT) & (piece[:, WHO] >= 60)
    )
    return rows[:, VALUE].sum() / MILLIONTHS


def at_the_desk(c: Comparison, which: int, world: int) -> float:
    """Hours that agents are at the desk, from the trace."""
    rows = World((c.a, c.b)[which], c.seed, world).rows(lambda piece: np.isin(piece[:, WHAT], (H.CAME_ON, H.WENT_OFF)))
    sign = np.where(rows[:, WHAT] == H.CAME_ON, -1, 1)
    return (sign * rows[:, TICK]).sum() / HOUR


@pytest.mark.parametrize("world", range(3))
def test_parts_of_cash_are_what_the_traces_say(world):
    c = compared("a second agent")
    found = dict(zip(PARTS, parts(c)[world, :, 0], strict=True))
    assert found["newcomers"] == pytest.approx(0.5 * (bought(c, 1, world) - bought(c, 0, world)))
    assert found["wages"] == pytest.approx(-20 * (at_the_desk(c, 1, world) - at_the_desk(c, 0, world)))
    for place, fate in enumerate(FATES):
        assert found[fate] == pytest.approx(0.5 * (c.pairs.spent[1, world, place] - c.pairs.spent[0, world, place]))
    assert found["advertising"] == found["training"] == found["worth_of_each"] == 0


def test_budgets_are_those_of_the_scenario():
    months = 70 / (365 / 12)
    advertising, training = compared("advertising").sources(), compared("training").sources()
    assert advertising["advertising"]["value"].mean == pytest.approx(-900 * months)
    assert training["training"]["value"].mean == pytest.approx(-4 * (20 + 70) * months)


def test_nothing_is_discounted_at_a_rate_of_nought():
    a, b = (desk(money={"discount_rate": 0.0}, **OTHERS[name]) for name in ("nobody is lost", "a second agent"))
    assert compare(a, b, replications=2).sources()["discounting"]["cash"].mean == pytest.approx(0, abs=1e-6)


def test_the_closing_book_by_hand():
    figures = np.zeros((2, 1, len(NAMES)))
    figures[:, 0, NAMES.index("customers_end")] = 10, 14
    figures[:, 0, NAMES.index("closing_book")] = 1000, 2800
    counts = np.array([[5, 2, 3, 1]])
    found = dict(zip(PARTS, in_closing_book(figures, counts)[0].tolist(), strict=True))
    assert (found["saved_by_b"], found["lost_by_b"]) == (3 * 150, -1 * 150)
    assert found["newcomers"] == (14 - 8) * 150 - (10 - 6) * 150
    assert found["worth_of_each"] == 100 * 12
    assert sum(found.values()) == 1800


def test_an_empty_closing_book_is_worth_less_only_for_being_empty():
    figures = np.zeros((2, 1, len(NAMES)))
    figures[0, 0, NAMES.index("customers_end")], figures[0, 0, NAMES.index("closing_book")] = 10, 1000
    found = dict(zip(PARTS, in_closing_book(figures, np.array([[0, 0, 0, 10]]))[0].tolist(), strict=True))
    assert (found["lost_by_b"], found["worth_of_each"]) == (-1000, 0)


def test_a_scenario_and_itself_differ_in_nothing():
    c = compare(desk(), desk(), replications=2)
    assert not parts(c).any()
    assert c.pairs.counts[:, 2:].sum() == 0
    assert not picked(c.pairs)
    assert not any("difference" in str(getattr(part, "title", "")) for part in why_parts(c))


@pytest.mark.parametrize("name", OTHERS)
def test_b_and_a_differ_as_a_and_b_do_with_the_sign_turned(name):
    there, back = compared(name), compared(name, swapped=True)
    mirrored = [0, 1, 3, 2, *range(4, len(PARTS))]
    assert parts(back)[:, mirrored] == pytest.approx(-parts(there), abs=1e-6)
    assert back.pairs.counts[:, [0, 1, 3, 2]].tolist() == there.pairs.counts.tolist()
    assert back.pairs.why()["lost_by_both"]["a"] == there.pairs.why()["lost_by_both"]["b"]
    assert picked(back.pairs).keys() == picked(there.pairs).keys()


def test_with_a_warm_up_no_parts_are_told():
    c = compare(desk(), desk(horizon={"warmup_weeks": 2.0}), replications=2)
    assert c.to_dict()["sources"]["wages"]["value"]["mean"] is None
    assert not any("difference" in str(getattr(part, "title", "")) for part in why_parts(c))


# Lives


def test_whose_lives_are_told_by_hand():
    reasons, more = [CARE, NATURAL, CARE, CARE, WAIT], [50.0, 99.0, 10.0, 30.0, 70.0]
    saved = pairs_of((reasons, [0] * 5, [0] * 5, more))
    assert {key: FATES[fate] for key, fate in picked(saved).items()} == {3: "saved_by_b"}
    lost = pairs_of(([0] * 5, more, reasons, [0] * 5))
    assert {key: FATES[fate] for key, fate in picked(lost).items()} == {3: "lost_by_b"}
    kept = pairs_of(([0, 0, 0], [5, 9, 5], [0, 0, 0], [5, 5, 9]))
    assert {key: FATES[fate] for key, fate in picked(kept).items()} == {1: "kept_by_both"}
    assert list(picked(pairs_of(FIVE)).values()) == [2, 3, 0]
    no_saved = pairs_of(([0, CARE, 0], [1, 2, 9], [0, WAIT, CARE], [2, 3, 1]))
    assert {key: FATES[fate] for key, fate in picked(no_saved).items()} == {
        2: "lost_by_b", 0: "kept_by_both", 1: "lost_by_both",
    }  # fmt: skip
    blameless = pairs_of(([NATURAL], [1], [0], [2]))
    assert list(picked(blameless)) == [0]


@pytest.fixture(scope="module")
def crowded() -> Comparison:
    """A salon's half year with three agents, and with two."""
    weeks = "horizon.weeks=26"
    salon = [read_scenario("scenarios/salon.toml", [weeks, *more]) for more in ((), ("staff.agents=2",))]
    return compare(*salon, replications=2)


def test_lives_are_of_the_world_whose_customers_were_chosen(crowded):
    told = lives(crowded)
    assert told.world == 0
    assert [life.fate for life in told.told] == ["saved_by_b", "lost_by_b", "kept_by_both"]
    for life in told.told:
        for which, rows in enumerate(life.rows):
            paid = rows[rows[:, WHAT] == H.BOUGHT, VALUE].sum()
            assert paid == crowded.pairs.first_spent[which, life.key]
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
            assert f"spent {crowded.pairs.first_spent[which, life.key] / MILLIONTHS:,.2f} CAD" in text
            assert ("Stays" in text) == (crowded.pairs.first[which, life.key] == Reason.NONE)
            assert ("left the business" in text) != ("Stays" in text)
        assert ("less)" in short["b"]) == (
            crowded.pairs.first_spent[1, life.key] < crowded.pairs.first_spent[0, life.key]
        )


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


def servsim(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Compare the salon's first weeks with another salon's as a person would."""
    command = [sys.executable, "-c", "from servsim.cli import main; main()", "compare"]
    salon = str(Path(__file__).parent.parent / "scenarios" / "salon.toml")
    return subprocess.run(
        [*command, salon, "--set", "horizon.weeks=16", "--to", "staff.agents=2", "--replications", "3", *args],
        capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8", **env},
        timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("args", [(), ("--lives", "full")], ids=" ".join)
def test_the_command_prints_80_columns_of_plain_text(args):
    result = servsim(*args, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii()
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    for words in (
        "Where the difference in value comes from, CAD",
        "Today's customers per world",
        "Why they were lost",
    ):
        assert words in result.stdout
    assert result.stdout.count(" of world 0, ") == 3


def test_what_is_shown_to_differ_has_a_mark_that_survives_a_pipe():
    result = servsim("--no-lives")
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
    out = servsim("--no-lives").stdout
    assert re.search(r"^retention [^\n]* today's book\s*$", out, re.MULTILINE)
    assert re.search(r"^retention_rate [^\n]* whole book\s*$", out, re.MULTILINE)
    assert "retention_rate: the share of all in the book" in " ".join(out.split())


def test_lives_may_be_left_out():
    assert "world 0" not in servsim("--no-lives").stdout


def test_json_adds_to_its_contract():
    result = json.loads(servsim("--json").stdout)
    assert list(result["sources"]) == list(PARTS)
    assert set(result["customers"]) == {*FATES, "reasons", "spent"}
    assert set(result["newcomers"]) == {"world", "won_by_both", "won_by_a", "won_by_b"}
    assert [set(life) for life in result["lives"]] == [{"customer", "fate", "a", "b"}] * 3
    value = sum(gaps["value"]["mean"] for gaps in result["sources"].values())
    assert value == pytest.approx(result["differences"]["value"]["mean"])
    assert "lives" not in json.loads(servsim("--json", "--no-lives").stdout)
