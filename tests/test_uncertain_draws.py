"""[uncertain] draws: joint draws are read from beside the scenario, refused with a sentence, and drawn whole."""

import numpy as np
import pytest

from servsim.errors import ScenarioError
from servsim.scenario.read import read_scenario, with_level
from servsim.show.sensitivity import known_words
from servsim.study.sensitivity.all_at_once import Scatter
from servsim.study.sensitivity.plausible_settings import drawn, ranges_of, read_doubtful

DESK = '[staff]\nagents = 2\n\n[uncertain]\nstaff.wage_per_hour = [20, 30]\ndraws = "shop.draws.csv"\n'
HEAD = "service.core_minutes,service.core_cv\n"
ROWS = [(5 + number / 100, 0.5 + number / 1000) for number in range(200)]


def written(tmp_path, draws, scenario=DESK):
    """A scenario with its draws beside it."""
    (tmp_path / "shop.draws.csv").write_text(draws)
    (tmp_path / "shop.toml").write_text(scenario)
    return tmp_path / "shop.toml"


def text(rows):
    """Draws as a file has them."""
    return HEAD + "".join(f"{one!r},{other!r}\n" for one, other in rows)


def test_draws_are_read_from_beside_the_scenario_and_stay_with_it(tmp_path):
    scenario = read_scenario(written(tmp_path, text(ROWS)))
    (tmp_path / "shop.draws.csv").unlink()
    moved = with_level(scenario, "service.core_minutes", 6)
    found = ranges_of(moved, "investment.minutes_per_visit")
    assert [own.key for own in found] == ["staff.wage_per_hour", "service.core_minutes", "service.core_cv"]
    assert found[1].sample == tuple(one for one, _ in ROWS)
    assert (found[1].low, found[1].high) == pytest.approx(np.quantile([one for one, _ in ROWS], (0.05, 0.95)))


def test_joint_draws_are_drawn_whole(tmp_path):
    ranges = ranges_of(read_scenario(written(tmp_path, text(ROWS))), "investment.minutes_per_visit")
    points = drawn(ranges, 64, 1)
    assert {tuple(row) for row in points[:, 1:].tolist()} <= set(ROWS)
    assert len({tuple(row) for row in points[:, 1:].tolist()}) > 50
    assert points[:, 0].min() < 21
    assert points[:, 0].max() > 29


def test_draws_move_no_point_of_ranges_that_are_there_without_them(tmp_path):
    with_draws = ranges_of(read_scenario(written(tmp_path, text(ROWS))), "investment.minutes_per_visit")
    alone = ranges_of(read_scenario(written(tmp_path, text(ROWS), DESK.replace("draws", "# draws"))), "x")
    assert [own.key for own in alone] == ["staff.wage_per_hour"]
    assert drawn(alone, 16, 3)[:, 0].mean() == pytest.approx(drawn(with_draws, 16, 3)[:, 0].mean(), rel=0.02)


def test_a_setting_of_which_all_draws_are_alike_is_no_range(tmp_path):
    ranges = ranges_of(read_scenario(written(tmp_path, text([(one, 0.5) for one, _ in ROWS]))), "x")
    assert [own.key for own in ranges] == ["staff.wage_per_hour", "service.core_minutes"]


@pytest.mark.parametrize(("draws", "sentence"), [
    (HEAD, "uncertain.draws is \"shop.draws.csv\", which has 0 draws; it must have between 2 and 10,000."),
    (HEAD + "5,0.5\n5,x\n", "uncertain.draws is \"shop.draws.csv\", whose row 3 is not 2 numbers; each row must be one joint draw."),
    (HEAD + "5,0.5\n5\n", "uncertain.draws is \"shop.draws.csv\", whose row 3 is not 2 numbers; each row must be one joint draw."),
    ("service.core_minuts\n5\n6\n", "uncertain.draws has service.core_minuts, which is not a numeric setting. Did you mean service.core_minutes?"),
    ("waiting.patience_minutes\n5\n6\n", "uncertain.draws has waiting.patience_minutes, which has no value: it must be written down first."),
    (HEAD + "5,0.5\n-1,0.6\n", "uncertain.draws has service.core_minutes at -1; it must be a number above 0 and at most 10,000."),
])  # fmt: skip
def test_draws_that_cannot_be_used_are_refused(tmp_path, draws, sentence):
    file = written(tmp_path, draws)
    with pytest.raises(ScenarioError) as refused:
        read_scenario(file)
    assert str(refused.value) == f"{file}:6: {sentence}"


def test_a_range_and_draws_of_one_setting_are_refused(tmp_path):
    file = written(
        tmp_path, text(ROWS), DESK.replace("staff.wage_per_hour", "service.core_cv").replace("[20, 30]", "[0.1, 0.9]")
    )
    with pytest.raises(
        ScenarioError, match=r":5: uncertain.service.core_cv is a range, and there are draws of it; leave one out."
    ):
        read_scenario(file)


def test_draws_that_are_not_there_are_refused(tmp_path):
    file = written(tmp_path, text(ROWS))
    (tmp_path / "shop.draws.csv").unlink()
    with pytest.raises(
        ScenarioError, match=r'uncertain.draws is "shop.draws.csv", which cannot be read \(No such file'
    ):
        read_scenario(file)


def test_ends_of_draws_that_cannot_be_are_said_at_their_line(tmp_path):
    scenario = '[loyalty]\nnatural_churn = 0.1\n\n[uncertain]\ndraws = "shop.draws.csv"\n'
    file = written(tmp_path, "loyalty.yearly_retention\n" + "0.7\n0.95\n" * 50, scenario)
    with pytest.raises(ScenarioError) as refused:
        read_doubtful(file)
    assert str(refused.value).startswith(f"{file}:5: uncertain.loyalty.yearly_retention reaches 0.95, where ")


@pytest.mark.parametrize(("strength", "said"), [
    ([1.0, 0.3, 0.2], "2, 1 from your records (service.core_minutes), the others assumed (staff.wage_per_hour)."),
    ([0.1, 0.3, 0.2], "3, 2 from your records (service.core_minutes and service.core_cv), the others assumed "
     "(staff.wage_per_hour)."),
    ([0.1, 1.0, 0.2], "1, 1 from your records (service.core_minutes)."),
    ([1.0, 0.2, 0.2], "1, none from your records (`servsim fit` takes some from a log)."),
])  # fmt: skip
def test_an_answer_says_which_of_what_moves_it_comes_from_records(tmp_path, strength, said):
    ranges = ranges_of(read_scenario(written(tmp_path, text(ROWS))), "investment.minutes_per_visit")
    found = Scatter(ranges, np.empty((0, 3)), np.empty(0), np.empty(0), np.array(strength))
    assert known_words(found) == f"Settings that move the best level: {said}"
