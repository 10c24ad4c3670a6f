"""What an answer rests on: surfaces and readings against known answers, swings against brute force, words, commands."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from servsim.cli.commands import app
from servsim.errors import ScenarioError
from servsim.scenario.read import checked, read_scenario, with_settings
from servsim.scenario.scenario import Scenario
from servsim.show.sensitivity import LEFT_OUT, bar, closing, few, measure, small_print
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Experiment
from servsim.study.intervals_and_tables import Interval
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.one_lever.result import Evaluation
from servsim.study.sensitivity import sensitivity as study
from servsim.study.sensitivity.all_at_once import MORE, slopes, top_of
from servsim.study.sensitivity.all_at_once import POINTS as POINTS_OF_SCATTER
from servsim.study.sensitivity.metamodel import Basis, fitted
from servsim.study.sensitivity.one_at_a_time import Doubt, doubt_of, ends_of, rests_on
from servsim.study.sensitivity.plausible_settings import Range, candidates, drawn
from servsim.study.sensitivity.sensitivity import POINTS, REPLICATIONS, Sensitivity, sensitivity
from servsim.study.sensitivity.value_of_information import Plausible, indices, plausible, sobol
from servsim.study.store.store import Store

THREE = tuple(Range(f"x{number}", -1.0, 1.0, None, 0.0) for number in range(3))
SIX = tuple(Range(f"x{number}", -1.0, 1.0, None, 0.0) for number in range(6))


# Surfaces


def test_a_surface_finds_a_polynomial_again():
    def truth(x: np.ndarray) -> np.ndarray:
        return (2 + x[:, 0] - x[:, 1] ** 2 + 0.5 * x[:, 0] * x[:, 2])[:, None]

    basis, points, elsewhere = Basis(THREE), drawn(THREE, 64, 1), drawn(THREE, 256, 2)
    surface = fitted(basis, basis.at(points), truth(points))
    assert surface.explained[0] > 0.999
    assert basis.at(elsewhere) @ surface.coefficients == pytest.approx(truth(elsewhere), abs=0.01)


def test_a_surface_through_noise_is_flat_and_foretells_nothing():
    noise = np.random.default_rng(1).standard_normal((128, 1))
    basis = Basis(SIX)
    surface = fitted(basis, basis.at(drawn(SIX, 128, 1)), noise)
    assert surface.explained[0] < 0.05
    assert (basis.at(drawn(SIX, 256, 2)) @ surface.coefficients).std() < 0.3


def test_what_is_known_of_one_setting_is_the_mean_over_all_others():
    ranges = (
        Range("a", 0.0, 2.0, 0.5, 1.0),
        Range("b", 3.0, 9.0, None, 5.0),
        Range("n", 1.0, 4.0, None, 2.0, whole=True),
    )
    basis, everywhere = Basis(ranges), drawn(ranges, 4096, 1)
    coefficients = np.random.default_rng(1).standard_normal(len(basis.terms))
    known = basis.knowing(1) @ coefficients
    for quantile in (0, 31, 63):
        settings = everywhere.copy()
        settings[:, 1] = 3 + 6 * (quantile + 0.5) / 64
        assert known[quantile] == pytest.approx((basis.at(settings) @ coefficients).mean(), abs=0.05)


# Indices


def test_indices_of_a_linear_metric_are_shares_of_its_variance():
    points = drawn(SIX, 128, 1)
    slopes = np.array([4.0, 3.0, 2.0, 1.0, 0.0, 0.0])
    noise = np.random.default_rng(1).standard_normal(128)
    found = indices("today", SIX, points, points @ slopes + noise, 0.95, 1)
    shares = slopes**2 / (slopes**2).sum()
    assert [own.first.mean for own in found.each] == pytest.approx(shares, abs=0.03)
    assert [own.total.mean for own in found.each] == pytest.approx(shares, abs=0.04)
    assert found.deviation == pytest.approx(np.sqrt((slopes**2).sum() / 3), rel=0.05)
    assert found.explained == pytest.approx(10 / 11, abs=0.04)
    assert all(own.first.low <= share <= own.first.high for own, share in zip(found.each, shares, strict=True))


def test_settings_that_work_together_have_larger_total_indices():
    points = drawn(SIX, 256, 1)
    found = indices("gain", SIX, points, points[:, 0] + points[:, 1] + 3 * points[:, 0] * points[:, 1], 0.95, 1)
    first, total = ([getattr(own, kind).mean for own in found.each] for kind in ("first", "total"))
    assert first == pytest.approx([0.2, 0.2, 0, 0, 0, 0], abs=0.03)
    assert total == pytest.approx([0.8, 0.8, 0, 0, 0, 0], abs=0.03)


def test_ishigami():
    """Closed form: Ishigami and Homma (1990), with a = 7 and b = 0.1."""
    angles = tuple(Range(f"x{number}", -np.pi, np.pi, None, 0.0) for number in range(6))
    one, other = np.split(drawn(angles, 4096, 1), 2, axis=1)

    def f(x: np.ndarray) -> np.ndarray:
        return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[None]

    mixed = [f(np.column_stack([other[:, k] if k == place else one[:, k] for k in range(3)])) for place in range(3)]
    first, total = sobol(f(one), f(other), np.array(mixed))
    assert first[0] == pytest.approx([0.3139, 0.4424, 0], abs=0.02)
    assert total[0] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


def test_there_are_no_indices_of_what_never_differs():
    assert indices("gain", THREE, drawn(THREE, 32, 1), np.full(32, 7.0), 0.95, 1) is None


# The advice over plausible settings


LEVELS = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)


def synthetic(settings: np.ndarray) -> np.ndarray:
    """(points, levels) a value whose best level is moved by two of six settings, and which two others move as a whole."""
    best = 5 + 2.5 * settings[:, [0]] + 1.5 * settings[:, [1]]
    return 100 * settings[:, [2]] + 30 * settings[:, [3]] - 4 * (np.array(LEVELS) - best) ** 2


def noisy(settings: np.ndarray, deviation: float, seed: int) -> np.ndarray:
    """The same as a replication would show it: noise that levels share, and noise of each level's own."""
    chance = np.random.default_rng(seed)
    shared, own = chance.standard_normal((len(settings), 1)), chance.standard_normal((len(settings), len(LEVELS)))
    return synthetic(settings) + 20 * shared + deviation * own


def worth_knowing(ranges: tuple[Range, ...], of: int | None) -> float:
    """By brute force: what the choice gains on average if one setting, or all, are known."""
    settings = drawn(ranges, 2**14, 9)
    if of is None:
        return float(synthetic(settings).max(axis=1).mean() - synthetic(settings).mean(axis=0).max())
    known = []
    for value in (np.arange(101) + 0.5) / 50.5 - 1:
        settings[:, of] = value
        known.append(synthetic(settings[:2048]).mean(axis=0))
    return float(np.max(known, axis=1).mean() - np.mean(known, axis=0).max())


def read(metrics: np.ndarray, settings: np.ndarray, seed: int = 1) -> Plausible:
    """What these metrics say."""
    return plausible(
        SIX, settings, metrics, LEVELS, 4.0, smallest_difference=5, confidence=0.95, unit="EUR", seed=seed
    )  # fmt: skip


@pytest.fixture(scope="module")
def readings() -> list[Plausible]:
    """What 128 points of one replication each say, eight times anew."""
    return [read(noisy(points, 7.0, seed), points, seed) for seed in range(8) for points in [drawn(SIX, 128, seed)]]


def test_the_value_of_knowing_is_found_without_optimism(readings):
    truth = worth_knowing(SIX, None)
    raw = []
    for seed in range(8):
        metrics = noisy(drawn(SIX, 128, seed), 7.0, seed)
        raw.append(metrics.max(axis=1).mean() - metrics.mean(axis=0).max())
    assert np.mean(raw) > 1.08 * truth  # the highest of noisy metrics flatters
    assert np.mean([own.everything.mean for own in readings]) == pytest.approx(truth, rel=0.03)
    assert 0.85 * truth < np.mean([own.halves for own in readings]) < truth
    assert sum(own.everything.low <= truth <= own.everything.high for own in readings) >= 7


def test_the_value_of_knowing_one_setting(readings):
    truth = [worth_knowing(SIX, place) for place in range(6)]
    found = np.mean([[worth.mean for worth in own.knowing] for own in readings], axis=0)
    assert truth[0] > truth[1] > 1
    assert found == pytest.approx(truth, rel=0.06, abs=0.4)
    assert all(own.knowing[place].low < 0.5 for own in readings for place in (2, 3, 4, 5))
    assert all(own.knowing[0].low > 0 for own in readings)


def test_in_what_share_of_replications_a_level_is_best_and_what_it_falls_short_by(readings):
    metrics = synthetic(drawn(SIX, 2**14, 9))
    behind = metrics.max(axis=1, keepdims=True) - metrics
    shares = np.bincount(metrics.argmax(axis=1), minlength=6) / len(metrics)
    assert np.mean([[own.best for own in each.standings] for each in readings], axis=0) == pytest.approx(
        shares, abs=0.04
    )
    good, loss = (behind <= 5).mean(axis=0), behind.mean(axis=0)
    assert np.mean([[own.good for own in each.standings] for each in readings], axis=0) == pytest.approx(good, abs=0.04)
    assert np.mean([[own.loss.mean for own in each.standings] for each in readings], axis=0) == pytest.approx(
        loss, rel=0.05
    )
    assert {each.choice for each in readings} <= {4.0, 6.0}
    assert all(own.explained > 0.9 for own in readings)


def test_levels_that_differ_by_noise_alone_are_not_worth_knowing_anything_for():
    settings = drawn(SIX, 128, 1)
    noise = np.random.default_rng(1).standard_normal((128, 6)) * 10
    found = read(100 * settings[:, [0]] + noise, settings)
    assert noise.max(axis=1).mean() > 10
    assert found.everything.mean < 2
    assert found.everything.low == 0
    assert all(worth.low == 0 for worth in found.knowing)


# A desk


TABLES = {
    "title": "Small shop",
    "demand": {"prospects_per_hour": 1.0, "opening_book": 120, "visit_gap_days": 10},
    "staff": {"agents": 1},
    "service": {"core_minutes": 12},
    "investment": {"minutes_per_visit": 0},
    "waiting": {"patience_minutes": 15},
    "quality": {"opening_satisfaction": 5.0},
    "loyalty": {},
    "spending": {"basket_mean": 40, "conversion": 0.5},
    "horizon": {"weeks": 6, "years": 0.25},
    "evaluate": {"levels": [0, 2, 4, 6, 9, 14, 20, 30], "replications": 8},
    "uncertain": {"quality.steepness": [0.5, 4], "loyalty.yearly_retention": [0.7, 0.8, 0.9], "staff.agents": [1, 2]},
}


def small(**changed: object) -> Scenario:
    """A desk that is soon simulated."""
    return checked({**TABLES, **changed}, "small")


@pytest.fixture(scope="module")
def evaluated() -> Evaluation:
    """Its evaluation."""
    return evaluate(small())


@pytest.fixture(scope="module")
def analysed() -> Sensitivity:
    """What it rests on."""
    return sensitivity(small(), points=32, replications=6)


@pytest.fixture(scope="module")
def looked(evaluated) -> Doubt:
    """A short look at what it rests on, as `evaluate` takes one."""
    return rests_on(evaluated, replications=4)


def test_a_swing_is_the_paired_difference_between_two_evaluations(evaluated, analysed):
    e = evaluated
    for swing in analysed.doubt.swings:
        for end in swing.ends:
            there = evaluate(with_settings(small(), {swing.range.key: end.value}), replications=6)
            own = {level: there.sample(level, "value")[:6] for level in e.levels}
            stated = {level: e.sample(level, "value")[:6] for level in e.levels}
            assert end.today.mean == pytest.approx((own[e.today] - stated[e.today]).mean())
            assert end.best.mean == pytest.approx((own[e.best] - stated[e.best]).mean())
            assert end.gain.mean == pytest.approx((own[e.best] - own[e.today]).mean())
            gains = own[e.best] - own[e.today] - (stated[e.best] - stated[e.today])
            assert end.gain_change.mean == pytest.approx(gains.mean())
            assert end.best_level == max(own, key=lambda level: own[level].mean())
            assert end.regret.mean == pytest.approx((own[end.best_level] - own[e.best]).mean())


def test_a_short_look_climbs_to_the_same_levels_as_all_of_them(evaluated, analysed):
    short = rests_on(evaluated, replications=6, confirmed=len(TABLES["uncertain"]))
    assert {swing.range.key for swing in short.swings} == set(TABLES["uncertain"])
    whole = {swing.range.key: swing for swing in analysed.doubt.swings}
    for swing in short.swings:
        for own, other in zip(swing.ends, whole[swing.range.key].ends, strict=True):
            assert (own.value, own.best_level, own.gain) == (other.value, other.best_level, other.gain)


def test_swings_are_sorted_by_what_they_do_to_the_gain(analysed):
    widths = [swing.width() for swing in analysed.doubt.swings]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0


def test_less_may_be_better():
    found = sensitivity(
        small(evaluate={"levels": [0, 2, 6], "objective": "wait_mean", "replications": 6}), points=16, replications=4
    )
    assert found.evaluation.best == 0
    assert all(end.regret.mean >= 0 for swing in found.doubt.swings for end in swing.ends)
    assert found.plausible.standing(0).loss.mean < found.plausible.standing(6).loss.mean
    agents = next(swing for swing in found.doubt.swings if swing.range.key == "staff.agents")
    assert agents.high.today.mean < 0


def test_the_answer_is_the_same_with_any_number_of_workers_and_from_the_store(analysed, tmp_path, monkeypatch):
    store = Store(tmp_path / "worlds.sqlite")
    two = sensitivity(small(), points=32, replications=6, execution=Execution(workers=2, store=store))
    assert two.to_dict() == analysed.to_dict()
    assert two.rows() == analysed.rows()
    monkeypatch.setattr(Experiment, "simulated", lambda *_: pytest.fail("simulated again"))
    again = sensitivity(small(), points=32, replications=6, execution=Execution(workers=2, store=store))
    assert again.to_dict() == analysed.to_dict()


def test_more_points_keep_the_replications_of_fewer(analysed):
    more = sensitivity(small(), points=36, replications=2)
    assert (more.settings[:32] == analysed.settings).all()
    assert (more.metrics[:32] == analysed.metrics).all()


def interrupted_after(replications: int) -> Sensitivity:
    """The analysis with Ctrl-C after so many replications of its own."""
    stated = len(small().evaluate.levels) * small().evaluate.replications

    def progress(done: int, total: int, seconds: float) -> None:
        if total > stated and done >= replications:
            raise KeyboardInterrupt

    return sensitivity(small(), points=40, replications=2, execution=Execution(workers=1, progress=progress))


def test_an_interrupted_analysis_says_what_there_is():
    ends, levels = 6, 8
    none = interrupted_after(1)
    assert none.interrupted
    assert (none.doubt.swings, none.plausible, none.indices, none.rows()) == ((), None, (), [])
    swings = interrupted_after(ends * levels * 2 // 2)
    assert 1 <= len(swings.doubt.swings) <= 2
    assert swings.plausible is None
    points = interrupted_after(ends * levels * 2 + 30 * levels)
    assert len(points.doubt.swings) == 3
    assert 20 <= points.plausible.points == len(points.metrics) < 40
    json.dumps(points.to_dict(), allow_nan=False)


def test_without_ranges_there_is_nothing_to_analyse():
    with pytest.raises(ScenarioError, match="gives no range to a setting that counts"):
        sensitivity(small(uncertain={}))
    assert rests_on(evaluate(small(uncertain={}), replications=2)) is None


def test_a_level_that_breaks_a_constraint_overturns_nothing(evaluated):
    """Not even today's, which is looked at all the same."""
    best, today = evaluated.best, evaluated.today
    swapped = replace(evaluated, best=today, today=best)  # as stated, today's is the better one by far
    free = rests_on(swapped, replications=4)
    assert any(end.best_level == best for swing in free.swings for end in swing.ends)
    breaks = tuple(("costs <= 1",) if level == best else () for level in swapped.levels)
    bound = rests_on(replace(swapped, breaks=breaks), replications=4)
    assert all(end.best_level != best for swing in bound.swings for end in swing.ends)


def test_a_level_that_breaks_a_constraint_is_not_chosen():
    asked = {"levels": [0, 2, 4, 9, 20], "constraints": ["investment_hours <= 30"], "replications": 6}
    e = evaluate(small(evaluate=asked))
    assert set(candidates(e)) < set(e.levels)
    assert sensitivity(small(evaluate=asked), points=0, replications=2).levels == tuple(candidates(e))


# Words


def doubt_like(real: Doubt, regret: Interval, best_level: float) -> Doubt:
    """A doubt in which one end has this regret."""
    swing = real.swings[0]
    flat = replace(swing.low, best_level=real.evaluation.best, regret=Interval(0.0, 0.0, 0.0, "EUR"))
    end = replace(flat, best_level=best_level, regret=regret)
    return replace(real, swings=(replace(swing, low=flat, high=end),))


def test_the_closing_sentences_name_what_would_be_best_elsewhere_and_what_that_costs(evaluated, looked):
    shown = doubt_like(looked, Interval(1500.0, 200.0, 2800.0, "EUR"), 20.0)
    (words,) = closing(evaluated, shown)
    own, end = shown.swings[0].range, shown.swings[0].high
    assert f"hangs most on {own.key}" in words or "keep" in words
    assert (
        f"If {own.key} were {shown.swings[0].low.value:g}, not {own.stated:g}, {evaluated.best:g} minutes of care per "
        f"visit would be best. If it were {end.value:g}, 20 minutes of care per visit would be best, ahead of "
        f"{evaluated.best:g} by 1.50 k EUR (200 to 2.80 k)."
    ) in words
    noise = doubt_like(looked, Interval(1500.0, -200.0, 3200.0, "EUR"), 20.0)
    assert f"though not shown to be better than {evaluated.best:g}" in closing(evaluated, noise)[0]
    small_change = replace(evaluated, smallest_difference=2000.0)
    assert not replace(shown, evaluation=small_change).overturning
    assert closing(replace(evaluated, scenario=small(uncertain={})), None) == [LEFT_OUT]
    assert closing(replace(evaluated, best=None), None) == []


def test_the_closing_sentences_say_where_the_best_level_and_the_gain_lie(evaluated, looked):
    real = looked
    settings = np.zeros((10, len(real.scatter.ranges)))
    levels, gains = np.array([0, 2, 2, 2, 4, 4, 4, 6, 6, 30.0]), np.array([-500.0, *np.linspace(1000, 9000, 9)])
    some = replace(real.scatter, settings=settings, best=levels, gain=gains)
    (words,) = closing(evaluated, replace(real, scatter=some))
    assert words.startswith(
        "Of 10 cases within [uncertain], 8 in 10 have the best at 0 to 6 minutes of care per visit. It"
    )
    assert "In 8 of 10 cases 2 gains 850 to 8.10 k EUR over today; in 10 %, nothing or a loss." in words
    sure = replace(some, best=np.full(10, evaluated.best), gain=np.abs(gains))
    (words,) = closing(evaluated, replace(real, scatter=sure))
    assert f"8 in 10 keep {evaluated.best:g} minutes of care per visit as the best." in words
    assert "brings nothing" not in words
    stays = replace(evaluated, best=evaluated.today)
    assert "The gain over today" not in closing(stays, replace(real, evaluation=stays))[0]


# All settings at once


def test_the_top_of_a_curve_is_that_of_the_parabola_through_its_highest_places():
    levels = (0.0, 1.0, 2.0, 4.0, 6.0, 14.0)  # log(level + 2) at 0, 2, 6 and 14 is evenly spaced
    assert top_of({0: 1.0, 2: 5.0, 4: 1.0}, levels) == 2
    assert top_of({0: 1.0, 2: 5.0, 4: 4.9}, levels) == 4  # half-way, but for a little
    assert top_of({0: 9.0, 2: 5.0, 4: 1.0}, levels) == 0
    assert top_of({0: 1.0, 2: 5.0, 4: 9.0}, levels) == 6
    assert top_of({3: 2.0}, levels) == 4
    assert top_of({0: 1.0, 1: 2.0, 2: 1.0}, (-3.0, -2.0, -1.0)) == -2


def test_slopes_find_again_what_a_plane_is_made_of():
    ranges = (Range("a", 0.0, 4.0, None, 1.0), Range("b", -1.0, 1.0, None, 0.0))
    settings = drawn(ranges, 16, 1)
    found = slopes(ranges, settings, 7.0 + 3.0 * settings[:, 0] - 5.0 * settings[:, 1])
    assert found == pytest.approx([6.0, 5.0])  # from the middle to an end: 2 and 1


def test_a_scatter_moves_all_settings_and_finds_what_the_best_level_hangs_on(evaluated, analysed, looked):
    found = looked.scatter
    assert len(found.best) in (POINTS_OF_SCATTER, MORE)
    assert {own.key for own in found.ranges} == set(TABLES["uncertain"])
    assert set(found.best.tolist()) <= set(evaluated.levels)
    low, high = found.span
    assert low <= np.median(found.best) <= high
    often = [own.level for own in analysed.plausible.standings if own.best >= 0.2]
    assert all(low <= level <= high for level in often)  # another method, other points: where it sees the best often
    for point in (0, 5):
        there = small(**nested(dict(zip((own.key for own in found.ranges), found.settings[point], strict=True))))
        gaps = evaluate(there, levels=(evaluated.best,), replications=point + 2)
        assert found.gain[point] == pytest.approx(gaps.gap(evaluated.best, evaluated.today, "value")[point])


def nested(flat: dict[str, float]) -> dict[str, dict[str, object]]:
    """Settings of the small desk, tables of them, with some at other values; whole numbers rounded."""
    tables = {name: dict(table) for name, table in TABLES.items() if isinstance(table, dict) and name != "uncertain"}
    for key, value in flat.items():
        table, _, name = key.partition(".")
        tables[table][name] = int(value) if name == "agents" else float(value)
    return tables


def test_a_bar_reaches_from_low_to_high_with_the_stated_value_marked():
    assert bar(0, 13, 5, (0, 13)) == "█████│████████"
    assert bar(2, 4, 4, (0, 13)) == "  ██│         "
    assert bar(1, 1, 1, (1, 1)) == "│" + " " * 13


# Commands


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The small shop as a file."""
    lines = ['title = "Small shop"']
    for table, settings in TABLES.items():
        if isinstance(settings, dict):
            lines += [f"[{table}]", *(f"{key} = {value}" for key, value in settings.items())]
    path = tmp_path / "shop.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_scenario(path) == small()
    return path


def asked(*words: object) -> str:
    """What a command prints that succeeds."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_shows_tables_of_80_columns(file):
    text = asked("sensitivity", file, "--points", 16, "--replications", 4)
    for words in ("one setting at a time", "All settings at once, EUR",
                  "What it would bring to know", "Shares of what varies", "16 plausible settings"):  # fmt: skip
        assert words in text
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text.replace(" … ", "")  # no cell is cut
    early = " ".join(text.split()).partition(": chance may have decided what follows.")[0]
    assert early == "A first look only, from 16 plausible settings and 4 replications of every end of a range"
    assert "too few to say more" in asked("sensitivity", file, "--points", 4, "--replications", 4)


def test_a_look_as_long_as_usual_is_no_first_look(analysed):
    usual = replace(analysed, settings=np.zeros((POINTS, 3)), doubt=replace(analysed.doubt, replications=REPLICATIONS))
    assert few(usual) == ""
    assert "Take --points 128, or more" in few(replace(usual, settings=np.zeros((POINTS - 1, 3))))


def test_the_command_prints_json_and_csv(file, tmp_path):
    found = json.loads(
        asked("sensitivity", file, "--points", 16, "--replications", 4, "--json", "--csv", tmp_path / "x.csv")
    )
    assert [own["setting"] for own in found["uncertain"]] == list(TABLES["uncertain"])
    assert {own["setting"] for own in found["tornado"]["swings"]} == set(TABLES["uncertain"])
    assert sum(own["best"] for own in found["plausible"]["levels"]) == pytest.approx(1)
    assert [own["of"] for own in found["indices"]] == ["today", "gain"]
    rows = (tmp_path / "x.csv").read_text().splitlines()
    assert rows[0].startswith("point,quality.steepness,loyalty.yearly_retention,staff.agents,lever,level,replication")
    assert len(rows) == 1 + 16 * 8


def test_evaluate_closes_with_what_it_rests_on(file):
    assert "[uncertain]" in asked("evaluate", file, "--no-picture") or "It rests most on" in asked(
        "evaluate", file, "--no-picture"
    )
    assert "sensitivity" not in asked("evaluate", file, "--no-picture", "--no-doubt")
    found = json.loads(asked("evaluate", file, "--json"))["rests_on"]
    assert set(found) == {"replications", "plausible", "overturned_by", "swings", "interrupted"}
    assert set(found["plausible"]) == {
        "points",
        "best_levels",
        "best_in_8_of_10",
        "gain_in_8_of_10",
        "no_gain_share",
        "hangs_on",
        "moved_by",
    }
    assert json.loads(asked("evaluate", file, "--json", "--no-doubt"))["rests_on"] is None


def test_a_range_that_cannot_be_reached_stops_the_command_at_once(file):
    done = CliRunner().invoke(
        app, ["sensitivity", str(file), "--set", "loyalty.natural_churn=0.15"], catch_exceptions=True
    )
    assert isinstance(done.exception, ScenarioError)
    assert "uncertain.loyalty.yearly_retention reaches 0.9, where" in str(done.exception)


def test_the_command_looks_at_as_much_as_the_function():
    options = {parameter.name: parameter.default for parameter in command_parameters()}
    assert (options["points"], options["replications"], options["replications"]) == (POINTS, REPLICATIONS, REPLICATIONS)


def command_parameters():
    """The options of `servsim sensitivity`."""
    import typer

    return typer.main.get_command(app).commands["sensitivity"].params


def test_ends_that_are_not_finished_are_left_out(evaluated):
    from servsim.study.sensitivity.plausible_settings import Elsewhere

    elsewhere = Elsewhere(evaluated, Execution(workers=1))
    ranges = study.ranges_of(evaluated.scenario, evaluated.lever)
    ends = ends_of(evaluated, ranges, 3)
    assert elsewhere.gather(ends[:3])
    assert [swing.range for swing in doubt_of(elsewhere, ranges, ends).swings] == [ranges[0]]


@pytest.mark.parametrize(
    ("explained", "told", "rough"), [(-0.01, "0 %", True), (0.3, "30 %", True), (0.9, "90 %", False)]
)
def test_shares_that_rest_on_little_are_called_rough(analysed, explained, told, rough):
    (words, *_) = small_print(analysed, replace(analysed.plausible, explained=explained))
    assert f"foretells {told} of how much" in words
    assert ("as rough" in words) == rough


@pytest.mark.parametrize(("known", "said", "unsaid"), [
    (("quality.steepness", "loyalty.yearly_retention"),
     ("Measure loyalty.yearly_retention first (the customer file", "Nobody can measure quality.steepness"), "Measure quality"),
    (("quality.steepness",), ("Nobody can measure quality.steepness", "No other setting"), "Measure "),
    ((), ("No setting is shown to be worth measuring",), "Nobody"),
])  # fmt: skip
def test_how_a_setting_is_measured_is_said_or_that_nobody_can(analysed, known, said, unsaid):
    over, unit = analysed.plausible, "EUR"
    worths = [Interval(9, 5, 13, unit) if own.key in known else Interval(1, -1, 3, unit) for own in analysed.ranges]
    s = replace(analysed, plausible=replace(over, knowing=tuple(worths)))
    words = measure(s, s.plausible)
    assert all(each in words for each in said), words
    assert unsaid not in words
