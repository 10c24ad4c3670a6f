"""When a desk has settled: MSER-5 against sums done by hand, and what `servsim check` says of it."""

import numpy as np
import pytest
from typer.testing import CliRunner

from servsim.cli.commands import app
from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario
from servsim.study.check.before_simulation import Outlook, outlook, warnings
from servsim.study.histories.steady_state import BATCH, LOOKS, looks_at, settled, truncation
from servsim.study.planned_load import planned_load


def desk(**tables: object) -> Scenario:
    """A quiet desk with a book of 150 that never changes: nobody loses patience, is lost or won."""
    usual = {
        "opening": {"monday": "09:00-17:00", "tuesday": "09:00-17:00", "thursday": "09:00-17:00"},
        "demand": {"prospects_per_hour": 1.0, "opening_book": 150, "visit_gap_days": 30.0},
        "staff": {"agents": 2},
        "service": {"core_minutes": 10.0},
    }
    return checked(usual | tables, "desk")


def in_batches(*means: float) -> np.ndarray:
    """A series whose means of five are these."""
    return np.repeat(np.array(means), BATCH) + np.tile(np.arange(BATCH) - 2.0, len(means))


@pytest.mark.parametrize(
    ("means", "left_out"),
    [
        ((3.0, 3.0, 3.0, 3.0), 0),
        ((9.0, 3.0, 2.0, 3.0, 2.0, 3.0, 2.0), 1),
        # All eight: 55.5 / 64 = .87. Without the first: 14.86 / 49 = .30; without two: 2.83 / 36 = .079; three: .05.
        ((9.0, 6.0, 4.0, 2.0, 2.5, 3.0, 2.5, 2.0), 3),
        ((8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0), None),
        ((1.0, 2.0), None),
        ((1.0,), None),
        ((), None),
    ],
)  # fmt: skip
def test_observations_are_left_out_until_the_mean_of_the_rest_is_least_in_doubt(means, left_out):
    expected = None if left_out is None else BATCH * left_out
    assert truncation(in_batches(*means)) == expected


@pytest.mark.parametrize("decay", [5, 20, 60])
def test_the_longer_the_way_the_more_is_left_out(decay):
    """An exponential approach in noise of .1: what is left out ends where the approach is lost in the noise."""
    days = np.arange(1000)
    found = [
        truncation(5 * np.exp(-days / decay) + np.random.default_rng(seed).normal(0, 0.1, 1000)) for seed in range(20)
    ]
    at = decay * np.log(5 / 0.1)
    assert all(each is not None and 0.5 * at - BATCH <= each for each in found)
    assert np.median([each for each in found if each is not None]) < 2 * at + BATCH


def test_a_book_that_comes_more_often_settles_sooner():
    """Everybody opens at 8 and is to be disappointed: visit by visit, not day by day."""
    often, seldom = (
        settled(
            desk(
                quality={"opening_satisfaction": 8.0},
                demand={"prospects_per_hour": 1.0, "opening_book": 150, "visit_gap_days": gap},
                horizon={"weeks": 208.0, "warmup_weeks": 1.0},
            )
        )
        for gap in (7.0, 30.0)
    )
    assert set(often) == {"waits", "satisfaction"}
    assert often["satisfaction"] is not None
    assert 0 < often["satisfaction"] < 104
    assert seldom["satisfaction"] is None


def test_a_projection_is_not_asked_whether_it_settles():
    assert outlook(desk(), "test").settled == {}


def test_check_says_when_a_desk_has_settled(tmp_path):
    file = tmp_path / "desk.toml"
    file.write_text('[opening]\nalways = true\n[demand]\nprospects_per_hour = 60\nopening_book = 0\n[waiting]\n'
                    "[staff]\nagents = 6\n[service]\ncore_minutes = 5\n[horizon]\nweeks = 1\nwarmup_weeks = 0.1\n")  # fmt: skip
    shown = CliRunner().invoke(app, ["check", str(file)]).stdout
    assert "Settled (MSER-5 on daily means of 10 replications): waits after" in shown
    assert "horizon.warmup_weeks leaves out 0.1." in " ".join(shown.split())


def test_a_desk_of_very_many_visits_is_looked_at_in_fewer_replications_or_not_at_all():
    small, large, vast = (desk(demand={"prospects_per_hour": rate}, horizon={"weeks": 52, "warmup_weeks": 1})
                          for rate in (1.0, 1000.0, 20_000.0))  # fmt: skip
    assert looks_at(small) == LOOKS
    assert 0 < looks_at(large) < LOOKS
    assert looks_at(vast) == 0
    assert settled(vast) == {}
    said = warnings(Outlook(vast, 40.0, planned_load(vast), (), (), {}, None, ()))
    assert any("is not looked at" in sentence for sentence in said)
