"""`fit --since`: newer records beside a scenario that was fitted before; what has changed is said, and nothing else."""

import copy
import csv

import pytest
from test_records_fit import RAW, written_out

from servsim.errors import ServsimError
from servsim.records.fit import fit
from servsim.records.since import since
from servsim.scenario.read import checked
from servsim.show.records import since_lines
from servsim.study.histories.customers import World
from servsim.study.histories.owners_records import COLUMNS, owners_records

CORE = "service.core_minutes"


def visits(folder, seed, faster=0.0):
    """Eight weeks of the desk as its log has them, or of one that takes this share less for a visit."""
    raw = copy.deepcopy(RAW)
    raw["service"]["core_minutes"] *= 1 - faster
    rows = owners_records(World(checked(raw, "test"), seed))["visits"]
    with (folder / f"{seed}.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS["visits"], *rows])
    return folder / f"{seed}.csv"


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A scenario of the first weeks, with its draws."""
    folder = tmp_path_factory.mktemp("fitted")
    return written_out(folder, fit(visits(folder, 1), holdout=0, draws=60, draws_name="shop.draws.csv"))


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_of_a_desk_that_has_not_changed_nothing_is_said(fitted, tmp_path, seed):
    found = since(visits(tmp_path, seed), scenario=fitted, draws=60)
    assert {CORE, "demand.prospects_per_hour"} <= {change.key for change in found.changes}
    assert not [change for change in found.changes if change.is_shown]


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_visits_that_take_eight_per_cent_less_are_said_to(fitted, tmp_path, seed):
    found = since(visits(tmp_path, seed, faster=0.08), scenario=fitted, draws=60)
    assert [change.key for change in found.changes if change.is_shown] == [CORE]
    (core,) = (change for change in found.changes if change.key == CORE)
    assert core.now / core.before == pytest.approx(0.92, abs=0.03)
    said = since_lines(found)
    assert any(line.startswith(f"{CORE} is ") and " less than in " in line for line in said)
    assert said[-1] == "Fit these records anew before you rely on it."


def test_the_command_says_the_same_and_writes_nothing(fitted, tmp_path, typed):
    newer = visits(tmp_path, 2, faster=0.08)
    code, out, err = typed("fit", newer, "--since", fitted, "--draws", "60")
    assert (code, err) == (0, "")
    assert " ".join(" ".join(since_lines(since(newer, scenario=str(fitted), draws=60))).split()) == " ".join(
        out.split()
    )
    assert [path.name for path in tmp_path.iterdir()] == [newer.name]


def test_what_cannot_be_compared_is_a_sentence(fitted, tmp_path, typed):
    newer = visits(tmp_path, 2)
    code, out, err = typed("fit", newer, "--since", fitted, "-o", tmp_path / "other.toml")
    assert (code, out) == (2, "")
    assert "leave out --output and --into" in " ".join(err.split())
    with pytest.raises(ServsimError, match="has no joint draws; --since needs a scenario that servsim fit has made"):
        since(newer, scenario=checked(RAW, "test"))
