"""[uncertain]: ranges are read, refused and drawn from; nothing of them changes a replication."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servsim.errors import ScenarioError
from servsim.scenario.lever_and_uncertain_ranges import numeric_settings, scenario_schema
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.check.before_simulation import outlook
from servsim.study.scenario_identity import digest_of
from servsim.study.sensitivity.plausible_settings import Range, drawn, ranges_of, read_doubtful, shares
from servsim.study.sensitivity.sensitivity import sensitivity

SALON = "scenarios/salon.toml"
RETENTION = "loyalty.yearly_retention"


def desk(**tables: Any) -> Scenario:
    """A scenario of these tables."""
    return checked(tables, "test")


def written(folder: Path, text: str) -> Path:
    """A scenario file with this text."""
    file = folder / "desk.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_range_is_written_with_its_key_in_any_way_that_toml_has(tmp_path):
    ways = (
        f"[loyalty]\n[uncertain]\n{RETENTION} = [0.7, 0.9]\n",
        f'[loyalty]\n[uncertain]\n"{RETENTION}" = [0.7, 0.9]\n',
        "[loyalty]\n[uncertain.loyalty]\nyearly_retention = [0.7, 0.9]\n",
    )
    found = [read_scenario(written(tmp_path, text)).uncertain for text in ways]
    assert found == [{RETENTION: [0.7, 0.9]}] * 3


def test_ranges_do_not_change_what_a_scenario_is():
    scenario = read_scenario(SALON)
    assert scenario.uncertain
    assert digest_of(scenario) == digest_of(scenario.model_copy(update={"uncertain": {}}))


def test_ranges_of_the_lever_and_of_what_is_switched_off_do_not_count():
    ranges = {"staff.agents": [1, 4], "loyalty.tenure_slope": [0.0, 0.1], "waiting.patience_minutes": [5, 10, 20]}
    tables = {"waiting": {}, "uncertain": ranges}
    on, off = (desk(loyalty={"on": switch}, **tables) for switch in (True, False))
    assert [own.key for own in ranges_of(on, "investment.minutes_per_visit")] == list(ranges)
    assert [own.key for own in ranges_of(on, "staff.agents")] == list(ranges)[1:]
    assert [own.key for own in ranges_of(off, "staff.agents")] == ["waiting.patience_minutes"]
    assert ranges_of(on, "")[0] == Range("staff.agents", 1, 4, None, 2, whole=True)
    assert ranges_of(on, "")[2] == Range("waiting.patience_minutes", 5, 20, 10, 12)


NUMBER = st.floats(-100, 100).map(lambda number: round(number, 3))


@given(ends=st.lists(NUMBER, min_size=2, max_size=3).map(sorted).filter(lambda ends: ends[0] < ends[-1]))
def test_a_setting_is_drawn_from_a_uniform_or_a_triangle(ends):
    low, high, width = ends[0], ends[-1], ends[-1] - ends[0]
    likely = ends[1] if len(ends) == 3 else None
    law = stats.uniform(low, width) if likely is None else stats.triang((likely - low) / width, low, width)
    share = np.linspace(0, 1, 101)
    assert Range("x", low, high, likely, low).at(share) == pytest.approx(law.ppf(share), abs=1e-6 * width)


def test_whole_numbers_are_drawn_whole():
    values = Range("staff.agents", 1, 4, None, 2, whole=True).at(np.linspace(0, 1, 50))
    assert set(values) == {1, 2, 3, 4}


def test_drawn_settings_fill_every_range_evenly_and_fewer_are_a_beginning_of_more():
    ranges = tuple(Range(f"x{number}", 0, 1, None, 0) for number in range(5))
    many, few = drawn(ranges, 128, 1), drawn(ranges, 50, 1)
    assert (many[:50] == few).all()
    for column in many.T:
        assert (np.histogram(column, 64, (0, 1))[0] == 2).all()
    assert (drawn(ranges, 50, 2) != few).any()
    assert shares(0, 3, 1).shape == (0, 3)


def test_an_end_that_cannot_be_is_told_with_its_line(tmp_path):
    file = written(tmp_path, "[loyalty]\nnatural_churn = 0.1\n\n[uncertain]\nloyalty.yearly_retention = [0.6, 0.93]\n")
    assert read_scenario(file).uncertain  # a run may go on: it does not need the range
    with pytest.raises(ScenarioError) as caught:
        read_doubtful(file)
    assert caught.value.messages == [
        f"{file}:5: uncertain.loyalty.yearly_retention reaches 0.93, where loyalty.yearly_retention is 0.93; it must "
        "be below 1 − loyalty.natural_churn, 0.9."
    ]  # fmt: skip


def test_ranges_that_cannot_be_together_are_refused_before_anything_is_simulated():
    ranges = {RETENTION: [0.5, 0.94], "loyalty.natural_churn": [0.01, 0.15]}
    scenario = desk(loyalty={}, uncertain=ranges)
    with pytest.raises(ScenarioError, match=r"^\[uncertain\] allows what cannot be: loyalty.yearly_retention is"):
        sensitivity(scenario, points=64)


def test_check_says_what_is_odd_about_ranges():
    odd = {RETENTION: [0.9, 0.95], "investment.minutes_per_visit": [1, 2]}
    warnings = outlook(desk(loyalty={}, quality={}, investment={}, uncertain=odd), "test").warnings
    assert "loyalty.yearly_retention is 0.8, outside of its range in [uncertain], 0.9 to 0.95." in warnings
    assert (
        "investment.minutes_per_visit is the lever of [evaluate]: its range in [uncertain] counts for nothing."
        in warnings
    )


def test_the_schema_knows_which_settings_may_have_a_range():
    schema = json.loads(json.dumps(scenario_schema()))["properties"]["uncertain"]
    for path in numeric_settings():
        inside = schema
        for key in path:
            assert inside["additionalProperties"] is False
            inside = inside["properties"][key]
        assert (inside["type"], inside["minItems"], inside["maxItems"]) == ("array", 2, 3)
    assert set(schema["properties"]) == {path[0] for path in numeric_settings()} | {"draws"}
    assert schema["properties"]["draws"]["type"] == "string"
