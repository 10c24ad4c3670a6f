"""`servsim fit`: from an owner's records to a scenario, its draws, its page and its verdict; nobody is in any of them."""

import csv
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from record_files import log, table, text

from servsim.errors import ServsimError
from servsim.records.calibration import slope
from servsim.records.fit import fit
from servsim.records.read import read_records
from servsim.records.replay import NAMES, Hours
from servsim.records.staff import StaffFrom
from servsim.scenario.read import checked, read_scenario
from servsim.show.records import recognised_lines
from servsim.study.histories.customers import World
from servsim.study.histories.owners_records import COLUMNS, owners_records

RAW = {
    "opening": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00"),
    "demand": {"prospects_per_hour": 24.0, "busyness_cv": 0.15},
    "staff": {"agents": 2},
    "service": {"core_minutes": 5.0, "core_cv": 0.8},
    "waiting": {"patience_distribution": "weibull", "patience_minutes": 5.0, "patience_shape": 0.9, "balk_scale_minutes": 40.0},
    "quality": {}, "spending": {}, "loyalty": {},
    "horizon": {"weeks": 8.0, "years": 1.0},
}  # fmt: skip
TRUTH = {"service.core_minutes": 5.0, "service.core_cv": 0.8, "waiting.patience_shape": 0.9, "demand.busyness_cv": 0.15}


@pytest.fixture(scope="module")
def records():
    """What an owner of the desk would have."""
    return owners_records(World(checked(RAW, "test"), 7))


@pytest.fixture(scope="module")
def files(records, tmp_path_factory):
    """The same as files."""
    folder = tmp_path_factory.mktemp("records")
    for name, rows in records.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS[name], *rows])
    return folder


@pytest.fixture(scope="module")
def found(files):
    """The desk, fitted from its visits and shifts."""
    return fit(files / "visits.csv", files / "shifts.csv", draws=60, draws_name="shop.draws.csv")


def test_what_an_owner_has_tells_no_truth(records):
    words = {str(cell) for rows in records.values() for row in rows for cell in row}
    assert all(records.values())
    assert {row[3] for row in records["visits"]} == {"served", "gave up"}
    assert not any("balk" in word or "C-" in word for word in words)
    assert [row[0] for row in records["visits"]] == sorted(row[0] for row in records["visits"])
    customers = [row[5] for row in records["visits"]]
    assert list(dict.fromkeys(customers)) == [f"C{number:06}" for number in range(1, len(set(customers)) + 1)]


def test_settings_are_recovered(found):
    for key, truth in TRUTH.items():
        spread = found.draws[key].std()
        assert abs(found.desk.settings[key] - truth) < 3.5 * spread, key
    assert found.scenario.opening.monday == "09:00-17:00"
    assert not found.scenario.opening.spans(6)
    assert found.desk.availability.share == pytest.approx(1, abs=0.1)


def test_the_scenario_on_paper_is_the_one_that_is_returned(found, tmp_path):
    assert read_scenario(written_out(tmp_path, found)) == found.scenario


def written_out(folder, found):
    """The scenario as a file with its draws beside it."""
    (folder / "shop.toml").write_text(found.text)
    with (folder / "shop.draws.csv").open("w", newline="") as file:
        csv.writer(file).writerows([list(found.draws), *zip(*found.draws_table.values(), strict=True)])
    return folder / "shop.toml"


def insist_every_line_is_explained(text):
    """Each number has a comment: behind it, above it, or above its table."""
    explained = False
    for before, line in pairwise(["", *text.splitlines()]):
        if line.startswith("["):
            explained = before.startswith("#") and line not in ("[demand]", "[staff]", "[service]", "[waiting]")
        elif " = " in line and not line.startswith("title"):
            assert explained or "#" in line or before.startswith("#") or " = [" in before, line


def test_every_line_of_the_scenario_says_where_its_number_is_from(found):
    insist_every_line_is_explained(found.text)


def test_the_verdict_is_on_days_that_the_fit_had_not_seen(found):
    verdict = found.verdict
    assert verdict is not None
    assert len(verdict.held.day) == 10
    assert verdict.held.day.min() > verdict.desk.tallies.days.day.max()
    assert verdict.main.error < 0.05
    assert verdict.lines[0].startswith("Verdict on the last 10 days, fitted without them: ")


def test_a_template_gives_what_visits_cannot_tell(files, tmp_path):
    template = checked({**RAW, "investment": {"minutes_per_visit": 1.0}, "demand": {"opening_book": 200, "visit_gap_days": 60.0},
                        "uncertain": {"service.core_cv": [0.1, 2.0], "spending.basket_mean": [10, 90]}}, "test")  # fmt: skip
    found = fit(files / "visits.csv", into=template, holdout=0, draws=20, draws_name="shop.draws.csv")
    scenario = found.scenario
    insist_every_line_is_explained(found.text)
    assert read_scenario(written_out(tmp_path, found)).demand == scenario.demand
    assert scenario.demand.opening_book == 200
    assert scenario.service.core_minutes == pytest.approx(4, abs=0.3)
    assert scenario.investment is not None
    assert [key for key in scenario.uncertain if not key.startswith("draws.")] == ["spending.basket_mean"]
    week = 200 * 7 * (1 + 0.5**2) / 60
    alone = fit(files / "visits.csv", holdout=0, draws=20).desk.settings["demand.prospects_per_hour"]
    assert found.desk.settings["demand.prospects_per_hour"] == pytest.approx(alone - week / 40, abs=1e-6)


def test_more_care_than_visits_last_is_refused(files):
    template = checked({**RAW, "investment": {"minutes_per_visit": 9.0}}, "test")
    with pytest.raises(ServsimError, match=r"services take 5\.\d+ min on average, of which 9 min would be care"):
        fit(files / "visits.csv", into=template, holdout=0, draws=20)


@pytest.mark.parametrize(("keep", "sentence"), [
    ([0], "visits.csv: 0 services have a length; servsim fit needs at least 10 of which a column says when they began and ended, or how long they took."),
    ([0, 1, 3], "visits.csv: 0 services have a length; servsim fit needs at least 10 of which a column says when they began and ended, or how long they took."),
])  # fmt: skip
def test_a_log_without_services_is_refused(tmp_path, keep, sentence):
    head, body = table(log())
    path = tmp_path / "visits.csv"
    path.write_text(text([head[place] for place in keep], [[row[place] for place in keep] for row in body]))
    with pytest.raises(ServsimError) as refused:
        fit(path, draws=5)
    assert str(refused.value) == sentence


def test_days_that_are_too_few_or_too_far_apart_are_refused(tmp_path):
    head, body = table(log())
    path = tmp_path / "visits.csv"
    path.write_text(text(head, body[:5]))
    with pytest.raises(ServsimError, match="visits of fewer than two usual days are too few"):
        fit(path, draws=5)
    path.write_text(text(head, [*body, ["9999-12-31 10:00:00", *body[0][1:]]]))
    with pytest.raises(
        ServsimError, match="visits lie between 2023-03-06 and 9999-12-31; dates so far apart are slips to mend"
    ):
        fit(path, draws=5)


CANARY = "Zyx Canary-4711"


def insist_no_canary(records):
    """Nothing that is shown of what was recognised has the canary in it."""
    assert not any("Canary" in text or "4711" in text for text in recognised_lines(records))


def test_a_canary_in_any_cell_is_shown_nowhere(tmp_path):
    head, body = table(log())
    head, body = [*head, "abandoned"], [[*row, "1" if row[3] == "abandoned" else "0"] for row in body]
    path = tmp_path / "visits.csv"
    for row in (0, 1, 57, len(body) - 1):
        for place in range(len(head)):
            cells = [list(one) for one in body]
            cells[row][place] = CANARY
            path.write_text(text(head, cells))
            for columns in ({}, {"outcome": "abandoned", "kind": "outcome"}):
                records = read_records([path], columns)
                assert len(records.visits) >= len(body) - 1
                insist_no_canary(records)


def test_a_canary_in_records_is_in_no_store_and_no_word_of_what_is_simulated_from_them(files, tmp_path):
    """The scenario, its draws and its page are all that leaves the records; what is asked of them knows no more."""
    rows = list(csv.reader((files / "visits.csv").read_text().splitlines()))
    for row in rows[1:]:
        row[5] = f"{CANARY} {row[5]}"
        row[4] = row[4] and f"{CANARY} {row[4]}"
    (tmp_path / "visits.csv").write_text(text(rows[0], rows[1:]))
    words = [sys.executable, "-c", "from servsim.cli import main; main()"]
    for more in (
        ["fit", "visits.csv", "-o", "shop.toml", "--draws", "5"],
        ["run", "shop.toml", "--store", "s.sqlite", "--replications", "2", "--json"],
    ):
        done = subprocess.run([*words, *more], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Canary" not in done.stdout + done.stderr
        assert "4711" not in done.stdout + done.stderr
    (tmp_path / "visits.csv").unlink()
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"shop.toml", "shop.draws.csv", "shop-fit.html", "s.sqlite"} <= set(written)
    assert [name for name, content in written.items() if b"Canary" in content or b"4711" in content] == []


def test_a_canary_is_in_no_sentence_that_refuses(tmp_path):
    path = tmp_path / "visits.csv"
    for content in (
        f"name\n{CANARY}\n",
        f"arrived,wait\n{CANARY},5\n",
        f"date,score\n2023-03-13,{CANARY}\n",
        f"{CANARY}\n" * 30,
    ):
        path.write_text(content)
        with pytest.raises(ServsimError) as refused:
            read_records([path])
        assert "Canary" not in str(refused.value)


def test_the_command_writes_three_files_or_none(files, tmp_path):
    words = [
        sys.executable,
        "-c",
        "from servsim.cli import main; main()",
        "fit",
        str(files / "visits.csv"),
        "--draws",
        "5",
        "--holdout",
        "0",
    ]

    def run(*more):
        return subprocess.run([*words, *more], cwd=tmp_path, capture_output=True, text=True, check=False)

    refused = run("-o", "shop.toml", "--into", "none.toml")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "none.toml does not exist" in refused.stderr
    refused = run()
    assert (
        refused.stderr == "fit needs --output PATH.toml, where the scenario is to go; --dry-run shows what was read.\n"
    )
    assert list(tmp_path.iterdir()) == []
    done = run("-o", "shop.toml")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop-fit.html", "shop.draws.csv", "shop.toml"]
    assert np.isfinite(read_scenario(tmp_path / "shop.toml").service.core_minutes)


def test_kinds_have_the_names_that_belong_to_them_and_rare_ones_none(tmp_path):
    head, body = table(log(days=20, each=30))
    kinds = ["rare", "long"] + ["short"] * 3
    body = [
        [*row, "peculiar" if place == 7 else kinds[place % 5 if place % 50 else 0]] for place, row in enumerate(body)
    ]
    (tmp_path / "visits.csv").write_text(text([*head, "type"], body))
    visits = read_records([tmp_path / "visits.csv"]).visits
    assert set(visits.kinds) == {"rare", "long", "short", ""}
    assert {name: int((visits.kind == number).sum()) for number, name in enumerate(visits.kinds)} == {
        name or "": sum(row[-1] == (name or "peculiar") for row in body) for name in visits.kinds
    }
    assert "peculiar" not in fit(tmp_path / "visits.csv", draws=5, holdout=0).text


def test_a_share_of_agents_at_its_end_is_not_tried_beyond_it():
    tried = []

    def live(settings, seed=1):
        tried.append(settings["staff.availability"])
        return Hours(*(np.full((1, 1), 10 / settings["staff.availability"]) for _ in NAMES))

    assert slope(live, {"staff.availability": 2.0}, "staff.availability", "wait") == pytest.approx(0, abs=1e-9)
    assert max(tried) == 2.0


def test_without_shifts_who_answered_tells_who_was_there(files):
    """Through gaps between visits an agent is there: with a share of about 1 of those who answered, the waits come out."""
    found = fit(files / "visits.csv", draws=5, holdout=0).desk.availability
    assert found.presence.source is StaffFrom.ANSWERS
    assert found.share == pytest.approx(1, abs=0.1)
