"""`servsim results`: what a store holds, as a person asks for it."""

import csv
import json
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import TINY
from test_store import OF_MODEL_2, SEGMENTS, outcome, same, tiny

from servsim.engine_parameters import to_sheet
from servsim.scenario.read import read_scenario
from servsim.study.control_variates import CONTROLS
from servsim.study.execution.options import Execution
from servsim.study.execution.replications import Experiment, Job
from servsim.study.execution.scheduler import Pool
from servsim.study.metrics import NAMES, OWN
from servsim.study.one_lever.evaluate import evaluate
from servsim.study.run import run
from servsim.study.scenario_identity import distinctions, model_version, own_settings, settings_of
from servsim.study.store import catalogue as archive
from servsim.study.store.inquiries import inquiries
from servsim.study.store.store import Store, checksum_of
from servsim.study.yearly_projection import COLUMNS

Said = tuple[int, str, str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with three replications of a question, five of the same with another setting, and two of another seed."""
    path = tmp_path / "worlds.sqlite"
    with closing(Store(path)) as store:
        execution = Execution(workers=1, store=store)
        run(tiny(), replications=3, controls=False, execution=execution)
        run(tiny(waiting={"patience_minutes": 7.0}), replications=5, execution=execution)
        run(tiny(segments=SEGMENTS, title="Tiny groups"), replications=2, seed=2, execution=execution)
    return path


def rows_in(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


FIRST = Experiment(tiny(), 1, "fast")


def listed(typed: Callable[..., Said], path: Path) -> list[dict]:
    """The questions that `list --json` tells of."""
    code, out, _ = typed("results", "list", "--store", path, "--json")
    assert code == 0
    return json.loads(out)["questions"]


def test_list_has_one_line_for_each_question_and_fits_80_columns(typed, path):
    code, out, _ = typed("results", "list", "--all", "--store", path)
    lines = [line for line in out.splitlines() if "Tiny" in line]
    assert code == 0
    assert len(lines) == 3
    assert max(map(len, out.splitlines())) <= 80
    assert "3 scenarios, 10 replications, " in out
    assert [line[:8] for line in lines] == [each["key"][:8] for each in listed(typed, path)]
    assert FIRST.key[:8] in lines[2]
    assert "Tiny, patience_minutes=7 " in lines[1]


def test_rows_of_one_scenario_say_what_sets_them_apart(typed, tmp_path):
    """A lever's levels all of them; what one row has alone that row; of the others, what is usual is not said."""
    path = tmp_path / "worlds.sqlite"
    asked = [tiny(investment={"minutes_per_visit": minutes}) for minutes in (0.0, 2.0, 4.0)]
    odd = tiny(investment={"minutes_per_visit": 4.0}, waiting={"patience_minutes": 7.0})
    with closing(Store(path)) as store:
        for experiment in [Experiment(each, 1, "fast") for each in (*asked, odd)] + [
            Experiment(asked[0], 1, "reference")
        ]:
            store.keep([(experiment, outcome(experiment))])
    out = re.sub(r"\d+ +\d+ +\d{4}-\d\d-\d\d +[\d.]+ k?B", "", typed("results", "list", "--all", "--store", path)[1])
    rows = [words.strip() for words in re.split(r"\b[0-9a-f]{8} Tiny, ", " ".join(out.split()))[1:]]
    assert rows == [
        "engine=reference, minutes_per_visit=0", "minutes_per_visit=4, patience_minutes=7", "minutes_per_visit=4",
        "minutes_per_visit=2", "minutes_per_visit=0",
    ]  # fmt: skip


@pytest.fixture
def asked(typed, tmp_path) -> Path:
    """A store in which a command has evaluated a file, at three levels in two replications, and run it."""
    path, file = tmp_path / "asked.sqlite", tmp_path / "tiny.toml"
    file.write_text(TINY, encoding="utf-8")
    for words in (("evaluate", file, "--no-picture", "--no-staff", "--no-doubt"), ("run", file)):
        assert typed(*words, "--replications", 2, "--quiet", "--store", path)[0] == 0
    return path


def test_list_has_one_line_for_each_command_that_asked_and_says_of_how_many_scenarios(typed, asked, tmp_path):
    code, out, _ = typed("results", "list", "--store", asked)
    told = " ".join(out.split())
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    found = json.loads(typed("results", "list", "--store", asked, "--json")[1])
    assert [(each["what"], each["file"].endswith("tiny.toml")) for each in found["inquiries"]] == [
        ("run", True), ("evaluate", True),
    ]  # fmt: skip
    one, several = found["inquiries"]
    assert (len(one["questions"]), len(several["questions"])) == (1, 3)
    assert set(one["questions"]) <= {each["key"] for each in found["questions"]}
    assert all(each["key"][:8] in told for each in found["inquiries"])
    assert len(typed("results", "list", "--all", "--store", asked)[1].splitlines()) > len(found["questions"])


def test_the_key_of_a_command_stands_for_all_its_scenarios(typed, asked, tmp_path):
    _, several = json.loads(typed("results", "list", "--store", asked, "--json")[1])["inquiries"]
    key, rows = several["key"][:8], tmp_path / "rows.csv"
    assert "minutes_per_visit=10" in "".join(typed("results", "show", key, "--store", asked)[1].split())
    assert typed("results", "export", "--question", key, "-o", rows, "--store", asked)[0] == 0
    assert {row["question"] for row in rows_in(rows)} == set(several["questions"])
    assert typed("results", "forget", key, "--store", asked)[1].startswith("Forgotten: 3 questions")
    assert json.loads(typed("results", "list", "--store", asked, "--json")[1])["inquiries"] == []


def test_what_is_found_again_counts_for_who_asks_too_and_merged_stores_remember_who_asked(typed, asked, tmp_path):
    """The run simulated nothing that the evaluation had not; a part of an older servsim has no inquiries."""
    found = json.loads(typed("results", "list", "--store", asked, "--json")[1])["inquiries"]
    assert typed("results", "merge", asked, "--store", tmp_path / "all.sqlite")[0] == 0
    assert typed("results", "merge", OF_MODEL_2, "--store", tmp_path / "all.sqlite")[0] == 0
    listed = json.loads(typed("results", "list", "--store", tmp_path / "all.sqlite", "--json")[1])
    assert listed["inquiries"] == found
    assert len(listed["questions"]) > 3
    assert "nobody noted" in " ".join(typed("results", "list", "--store", tmp_path / "all.sqlite")[1].split())


def test_a_function_that_answers_is_noted_by_its_name_and_a_function_within_it_is_not(tmp_path):
    path = tmp_path / "worlds.sqlite"
    evaluate(tiny(), levels=(0.0, 2.0), replications=2, store=path, workers=1)  # today's level, too
    with archive.opened(path) as storage:
        (inquiry,) = inquiries(storage)
    assert inquiry.words == "evaluate Tiny"
    assert len(inquiry.questions) == 3


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_an_export_is_grouped_by_level_in_one_line(typed, asked, tmp_path, name):
    pandas = pytest.importorskip("pandas")
    assert typed("results", "export", "--output", tmp_path / name, "--store", asked)[0] == 0
    frame = getattr(pandas, "read_csv" if name.endswith("csv") else "read_parquet")(tmp_path / name)
    means = frame[frame.metric == "revenue"].groupby("investment.minutes_per_visit")["value"].mean()
    assert means.index.tolist() == [0, 5, 10]
    expected = evaluate(read_scenario(asked.parent / "tiny.toml"), replications=2)
    assert means.tolist() == pytest.approx([expected.at(level, "revenue").mean for level in (0, 5, 10)])
    assert not [column for column in frame.columns if "demand" in column]
    assert frame["asked"].str.contains("evaluate").all()


def test_levels_are_told_apart_from_other_staff_and_doubts_in_one_line(typed, tmp_path):
    """An evaluation simulates them, too; `changed` says of each scenario how it is not as most are."""
    pandas = pytest.importorskip("pandas")
    file, store, rows = (tmp_path / name for name in ("desk.toml", "kept.sqlite", "rows.csv"))
    file.write_text(
        "[demand]\nprospects_per_hour = 2.0\n[staff]\nagents = 2\n[investment]\n[quality]\n[spending]\n[waiting]\n"
        "[horizon]\nweeks = 1\nyears = 0.1\n[evaluate]\nlevels = [0, 5, 10]\nreplications = 3\n"
        '[uncertain]\n"quality.steepness" = [1.0, 4.0]\n'
    )
    found = json.loads(typed("evaluate", file, "--replications", 3, "--store", store, "--json")[1])
    assert typed("results", "export", "--output", rows, "--store", store)[0] == 0
    frame, lever = pandas.read_csv(rows), "investment.minutes_per_visit"
    assert {"staff.agents", "quality.steepness"} <= set(frame.columns)
    means = frame[(frame.metric == "value") & frame.changed.fillna("").isin(["", lever])].groupby(lever)["value"].mean()
    assert means.to_dict() == pytest.approx(
        {each["level"]: each["metrics"]["value"]["mean"] for each in found["levels"]}
    )


def test_list_says_where_the_store_is_and_how_large(typed, path):
    found = json.loads(typed("results", "list", "--store", path, "--json")[1])
    assert (found["store"], found["size"]) == (str(path), path.stat().st_size)
    assert [each["replications"] for each in found["questions"]] == [2, 5, 3]
    assert [each["seed"] for each in found["questions"]] == [2, 1, 1]


def test_list_shows_the_latest_and_says_how_many_there_are(typed, path):
    code, out, _ = typed("results", "list", "--all", "--store", path, "--last", 1)
    assert code == 0
    assert len([line for line in out.splitlines() if "Tiny" in line]) == 1
    assert "3 scenarios" in out
    assert "the latest 1; more with --last" in out
    assert listed(typed, path)[0]["key"][:8] in out


def test_long_titles_and_seeds_still_fit(typed, tmp_path):
    path = tmp_path / "long.sqlite"
    with closing(Store(path)) as store:
        for seed in (1, 2**63 - 1):
            experiment = Experiment(tiny(title="A title that is much longer than eighty columns " * 3), seed, "fast")
            store.keep([(experiment, outcome(experiment, number)) for number in range(1200)])
    code, out, _ = typed("results", "list", "--all", "--store", path)
    assert code == 0
    assert max(len(line) for line in out.splitlines() if "A title" in line) <= 80
    assert str(2**63 - 1) in out
    assert "1,200" in out


@pytest.mark.parametrize("what", ["key", "digest"])
def test_show_tells_the_metrics_of_a_question_with_their_true_n(typed, path, what):
    begun = {"key": FIRST.key, "digest": FIRST.digest}[what][:10]
    code, out, err = typed("results", "show", begun, "--store", path)
    assert (code, err) == (0, "")
    assert "3 kept replications, seed 1, fast engine, model " in out
    assert "demand.opening_book" in out
    assert max(map(len, out.splitlines())) <= 80
    metrics = json.loads(typed("results", "show", begun, "--store", path, "--json")[1])
    assert metrics["metrics"] == run(tiny(), replications=3, controls=False).to_dict()["metrics"]
    assert metrics["replications"] == 3
    assert metrics["settings"]["demand.opening_book"] == 30
    assert "title" not in metrics["settings"]


def test_show_tells_of_segments(typed, path):
    (asked,) = [each for each in listed(typed, path) if each["seed"] == 2]
    _, out, _ = typed("results", "show", asked["key"], "--store", path)
    assert "By segment" in out
    metrics = json.loads(typed("results", "show", asked["key"], "--store", path, "--json")[1])
    assert metrics["segments"] == run(tiny(segments=SEGMENTS), replications=2, seed=2).to_dict()["segments"]


def test_a_key_that_is_ambiguous_or_unknown_is_a_sentence(typed, path):
    code, _, err = typed("results", "show", "", "--store", path)
    assert code == 2
    code, _, err = typed("results", "show", "zz", "--store", path)
    assert (code, err) == (2, f"zz: no question in {path} begins so; `servsim results list` shows them.\n")
    with closing(Store(path)) as store:
        again = Experiment(tiny(), 9, "fast")
        store.keep([(again, outcome(again))])
    code, _, err = typed("results", "show", FIRST.digest[:6], "--store", path)
    assert code == 2
    assert err == f"{FIRST.digest[:6]}: 2 questions begin so; say which: {FIRST.key[:8]}, {again.key[:8]}.\n"


def test_export_writes_a_tidy_row_for_each_world_and_metric(typed, path, tmp_path):
    target = tmp_path / "rows.csv"
    assert typed("results", "export", "--output", target, "--store", path)[0] == 0
    rows = rows_in(target)
    assert len(rows) == 10 * len(NAMES) + 2 * 2 * len(OWN)
    table = run(tiny(), replications=3, controls=False)
    for number in range(3):
        found = {
            row["metric"]: row["value"]
            for row in rows
            if row["question"] == FIRST.key and row["replication"] == str(number)
        }
        expected = [row for row in table.rows() if row["replication"] == number]
        assert found == {row["metric"]: "" if row["value"] is None else repr(row["value"]) for row in expected}
    assert {row["segment"] for row in rows if row["seed"] == "2"} == {"", "a", "b"}
    assert {row["unit"] for row in rows if row["metric"] == "revenue"} == {"EUR/year"}


def test_export_of_one_question_as_parquet(typed, path, tmp_path):
    pandas = pytest.importorskip("pandas")
    target = tmp_path / "rows.parquet"
    assert typed("results", "export", "--output", target, "--question", FIRST.key[:8], "--store", path)[0] == 0
    frame = pandas.read_parquet(target)
    assert len(frame) == 3 * len(NAMES)
    values = frame.pivot(index="replication", columns="metric", values="value")[list(NAMES)].to_numpy()
    assert np.array_equal(values, run(tiny(), replications=3, controls=False).metrics, equal_nan=True)
    assert frame["seed"].dtype == "int64"


def test_export_of_nothing_is_a_table_without_rows(typed, tmp_path):
    Store(tmp_path / "empty.sqlite").close()
    for name in ("rows.csv", "rows.parquet"):
        assert typed("results", "export", "--output", tmp_path / name, "--store", tmp_path / "empty.sqlite")[0] == 0
        assert (tmp_path / name).stat().st_size > 0


def test_parquet_without_pyarrow_is_a_sentence_and_leaves_no_file(typed, path, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = typed("results", "export", "--output", tmp_path / "rows.parquet", "--store", path)
    assert (code, err) == (2, "Parquet needs pyarrow; install it with pip install '.[frames]' in servsim's folder.\n")
    assert not [name for name in os.listdir(tmp_path) if "parquet" in name]


def test_export_to_another_kind_of_file_is_a_sentence(typed, path, tmp_path):
    code, _, err = typed("results", "export", "--output", tmp_path / "rows.xlsx", "--store", path)
    assert (code, err) == (2, f"{tmp_path / 'rows.xlsx'}: it must end in .csv or .parquet.\n")


def test_export_says_by_which_option_the_file_is_named(typed, path, tmp_path):
    target = tmp_path / "rows.csv"
    told = f"results export {target}: where the rows go is said with --output {target}.\n"
    assert typed("results", "export", target, "--store", path) == (2, "", told)
    told = "results export needs --output PATH, where the rows are to go: .csv or .parquet.\n"
    assert typed("results", "export", "--store", path) == (2, "", told)
    assert not target.exists()


def test_forget_takes_out_what_is_named_and_gives_the_space_back(typed, path):
    with closing(Store(path)) as store:
        store.keep([(FIRST, outcome(FIRST, number)) for number in range(100, 1100)])
    before = path.stat().st_size
    code, out, _ = typed("results", "forget", FIRST.key[:8], "--store", path)
    assert code == 0
    assert out.startswith("Forgotten: 1 question with 1,003 replications; the store is ")
    assert path.stat().st_size < before / 2
    assert [each["replications"] for each in listed(typed, path)] == [2, 5]


def test_forget_all(typed, path):
    assert typed("results", "forget", "--all", "--store", path)[1].startswith(
        "Forgotten: 3 questions with 10 replications"
    )
    assert listed(typed, path) == []
    with closing(Store(path)) as store:
        assert store.known(FIRST, 0, [0, 1, 2], customers=False) == []


def test_forget_what_was_last_kept_before_a_day(typed, path):
    with closing(Store(path)) as store:
        store.storage.insist("UPDATE question SET last = '2025-12-31T23:59:59+00:00' WHERE seed = 2")
    typed("results", "forget", "--before", "2025-12-31", "--store", path)
    assert len(listed(typed, path)) == 3
    typed("results", "forget", "--before", "2026-01-01", "--store", path)
    assert [each["seed"] for each in listed(typed, path)] == [1, 1]


@pytest.mark.parametrize(("words", "said"), [
    ([], "forget needs one of KEY..., --all, --old, or --before DATE.\n"),
    (["--old", "--all"], "forget needs one of KEY..., --all, --old, or --before DATE.\n"),
    (["--old", "ab"], "forget needs one of KEY..., --all, --old, or --before DATE.\n"),
    (["--all", "ab"], "forget needs one of KEY..., --all, --old, or --before DATE.\n"),
    (["--before", "yesterday"], "--before yesterday: it must be a day, such as 2026-01-31.\n"),
])  # fmt: skip
def test_forget_without_a_clear_word_forgets_nothing(typed, path, words, said):
    assert typed("results", "forget", *words, "--store", path) == (2, "", said)
    assert len(listed(typed, path)) == 3


def test_merge_copies_the_replications_of_others_and_leaves_them_as_they_are(typed, path, tmp_path):
    target, before, beside = tmp_path / "all.sqlite", path.read_bytes(), sorted(os.listdir(tmp_path))
    code, out, _ = typed("results", "merge", path, "--store", target)
    assert code == 0
    assert "10 replications of 3 questions, 10 of them new." in " ".join(out.split())
    assert "0 of them new." in typed("results", "merge", path, "--store", target)[1]
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == sorted([*beside, "all.sqlite"])
    assert [each["key"] for each in listed(typed, target)] == [each["key"] for each in listed(typed, path)]
    with closing(Store(target)) as store:
        told = []
        found = run(tiny(waiting={"patience_minutes": 7.0}), replications=5,
                    execution=Execution(workers=1, store=store, progress=lambda *far: told.append(far[:2])))  # fmt: skip
    assert told == [(5, 5)]
    assert found.metrics.tobytes() == run(tiny(waiting={"patience_minutes": 7.0}), replications=5).metrics.tobytes()


def test_merge_reads_what_a_killed_process_left_in_the_log(typed, path, tmp_path):
    store = Store(path)
    store.keep([(FIRST, outcome(FIRST, 77))])
    part = tmp_path / "part.sqlite"
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{part}{end}")
    store.close()
    typed("results", "merge", part, "--store", tmp_path / "all.sqlite")
    with closing(Store(tmp_path / "all.sqlite")) as merged:
        assert len(merged.known(FIRST, 0, range(100), customers=False)) == 4


def test_merge_of_a_damaged_store_copies_nothing_of_it(typed, path, tmp_path):
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE world SET retention = 0.123 WHERE rowid = (SELECT max(rowid) FROM world)")
        file.commit()
    target = tmp_path / "all.sqlite"
    code, _, err = typed("results", "merge", path, "--store", target)
    assert code == 2
    assert err.startswith(f"{path} is damaged: replication ")
    assert listed(typed, target) == []


@pytest.mark.parametrize("column", ["settings", "seed", "names", "model"])
def test_a_question_that_is_not_as_it_was_asked_is_noticed(typed, path, column):
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"UPDATE question SET {column} = replace({column}, 'wait', 'weight') || '1' WHERE id = 1")
        file.commit()
    code, _, err = typed("results", "show", FIRST.key, "--store", path)
    assert (code, err) == (
        2, f"{path} is damaged: question {FIRST.key[:8]} is not as it was kept; it is left as it is.\n"
    )  # fmt: skip


def test_merge_refuses_itself_foreign_files_and_what_is_not_there(typed, path, tmp_path):
    (tmp_path / "text.sqlite").write_text("no replications")
    for part, said in ((path, "is the store that"), (tmp_path / "text.sqlite", "not a store of servsim"),
                       (tmp_path / "none.sqlite", "there is no store yet")):  # fmt: skip
        code, _, err = typed("results", "merge", part, "--store", path)
        assert code == 2
        assert said in err
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize("command", [["list"], ["show", "ab"], ["export", "-o", "x.csv"], ["forget", "--all"]])
def test_where_there_is_no_store_none_is_made(typed, tmp_path, command):
    path = tmp_path / "none.sqlite"
    assert typed("results", *command, "--store", path) == (2, "", f"{path}: there is no store yet.\n")
    assert not path.exists()


def test_a_question_of_an_older_servsim_is_shown_and_exported_by_its_own_metrics(typed, path, tmp_path, monkeypatch):
    """A metric that is no longer known has no unit; one that was not known then has no value."""
    names = [*NAMES[3:], "forgotten_metric"]
    with monkeypatch.context() as then:
        then.setattr("servsim.study.execution.replications.NAMES", names)
        experiment = Experiment(tiny(), 3, "fast")
        old = outcome(experiment, 5)
        key, row = experiment.key, old.metrics[: len(names)]
    with closing(Store(path)) as store:
        store.storage.widen(names)
        settings = json.dumps(settings_of(tiny()))
        kinds = json.dumps(
            {"figures": names, "own": [own.name for own in OWN], "controls": CONTROLS, "months": COLUMNS}
        )
        store.storage.insist(
            "INSERT INTO question (key, digest, title, model, seed, engine, machine, first, last, names, settings)"
            " SELECT ?, digest, 'Old', model, 3, engine, machine, first, last, ?, ? FROM question WHERE id = 1",
            (key, kinds, settings),
        )
        columns = ", ".join(f'"{name}"' for name in names)
        values = [None if value != value else float(value) for value in row]
        store.storage.insist(
            f"INSERT INTO world (question, replication, own, checksum, {columns})"
            f" VALUES ((SELECT id FROM question WHERE key = ?), 5, x'', ?, {', '.join('?' * len(values))})",
            (key, checksum_of(key, 5, row, b""), *values),
        )
    code, out, err = typed("results", "show", key[:8], "--store", path, "--json")
    assert code == 0, err
    metrics = json.loads(out)["metrics"]
    assert metrics[NAMES[0]]["mean"] is None
    assert metrics[NAMES[10]]["mean"] == row[7]
    typed("results", "export", "--output", tmp_path / "old.csv", "--question", key, "--store", path)
    rows = rows_in(tmp_path / "old.csv")
    assert [each["metric"] for each in rows] == names
    assert rows[-1]["unit"] == ""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store that an earlier version of the model has filled: three replications of a question, two of another."""
    return Path(shutil.copy(OF_MODEL_2, tmp_path / "old.sqlite"))


FORGOTTEN = ("closing_book", "customer_value", "loss_of_one")
"""Metrics that an earlier version of the model had."""


def test_list_says_what_is_of_another_model(typed, path, old):
    assert "another version" not in typed("results", "list", "--all", "--store", path)[1]
    out = typed("results", "list", "--store", old)[1]
    said = "2 questions of another version of the model, not used any more: servsim results forget --old"
    assert " ".join(out.split()).endswith(said)
    assert max(map(len, out.splitlines())) <= 80
    assert [each["model"] for each in listed(typed, old)] == [2, 2]


def test_an_older_models_replications_are_shown_with_the_metrics_that_are_still_known(typed, old):
    tiny_then = next(each for each in listed(typed, old) if each["title"] == "Tiny")
    code, out, err = typed("results", "show", tiny_then["key"], "--store", old)
    assert (code, err) == (0, "")
    assert "3 kept replications, seed 1, fast engine, model 2, " in out
    metrics = json.loads(typed("results", "show", tiny_then["key"], "--store", old, "--json")[1])["metrics"]
    with closing(sqlite3.connect(old)) as file:
        means = file.execute("SELECT avg(wait_mean), avg(value) FROM world WHERE question = 1").fetchone()
    assert (metrics["wait_mean"]["mean"], metrics["value"]["mean"]) == pytest.approx(means)


def test_an_older_models_replications_are_exported_by_the_metrics_that_they_had(typed, old, tmp_path):
    typed("results", "export", "--output", tmp_path / "old.csv", "--store", old)
    rows = rows_in(tmp_path / "old.csv")
    with closing(sqlite3.connect(old)) as file:
        kept = dict(file.execute("SELECT replication, closing_book FROM world WHERE question = 1"))
    told = {int(row["replication"]): float(row["value"]) for row in rows
            if (row["metric"], row["seed"], row["segment"]) == ("closing_book", "1", "")}  # fmt: skip
    assert told == kept
    assert {row["model"] for row in rows} == {"2"}
    assert {row["unit"] for row in rows if row["metric"] in FORGOTTEN} == {""}


def test_forget_old_takes_out_what_other_models_have_answered(typed, old):
    with closing(Store(old)) as store:
        store.keep([(FIRST, outcome(FIRST))])
    before = old.stat().st_size
    code, out, _ = typed("results", "forget", "--old", "--store", old)
    freed = re.fullmatch(r"Forgotten: 2 questions with 5 replications; the store is ([\d.]+) kB smaller\.\n", out)
    assert code == 0
    assert float(freed[1]) * 1000 == pytest.approx(before - old.stat().st_size, rel=0.1)
    assert [(each["key"], each["model"], each["replications"]) for each in listed(typed, old)] == [
        (FIRST.key, model_version(), 1)
    ]
    again = typed("results", "forget", "--old", "--store", old)[1]
    assert again.startswith("Forgotten: 0 questions with 0 replications;")


def test_an_older_store_is_merged_into_one_of_today_and_the_other_way_round(typed, path, old, tmp_path):
    """The one has no column of years. What is kept of today's model is found in both."""
    shutil.copy(path, tmp_path / "path.sqlite")
    shutil.copy(old, tmp_path / "old-too.sqlite")
    for part, target in ((old, tmp_path / "path.sqlite"), (path, tmp_path / "old-too.sqlite")):
        assert typed("results", "merge", part, "--store", target)[0] == 0
        assert sorted(each["replications"] for each in listed(typed, target)) == [2, 2, 3, 3, 5]
        with closing(Store(target)) as store:
            told = []
            execution = Execution(workers=1, store=store, progress=lambda *far, told=told: told.append(far[:2]))
            found = run(tiny(), replications=3, controls=False, execution=execution)
        assert found.metrics.tobytes() == run(tiny(), replications=3, controls=False).metrics.tobytes()
        assert told == [(3, 3)]


@pytest.mark.parametrize("first", [False, True])
def test_merging_adds_the_years_to_a_world_that_lacks_them(typed, tmp_path, first):
    """Whichever of the two is the part. Who asks for the years finds them, who does not finds no value."""
    stores = [tmp_path / "near.sqlite", tmp_path / "far.sqlite"]
    both = [Experiment(tiny(), 1, "fast", far=far) for far in (False, True)]
    for place, replications in zip(stores, both, strict=True):
        with closing(Store(place)) as store:
            store.keep([(replications, outcome(replications))])
    part, target = stores[::-1] if first else stores
    assert "0 of them new" in typed("results", "merge", part, "--store", target)[1]
    with closing(Store(target)) as store:
        for replications in both:
            (found,) = store.known(replications, 0, [0], customers=False)
            assert same(found, outcome(replications))
        assert not store.trouble


def test_merge_of_a_store_whose_years_are_damaged_copies_nothing_of_it(typed, path, tmp_path):
    with closing(sqlite3.connect(path)) as file:
        file.execute("UPDATE world SET years = x'0102030405' WHERE rowid = (SELECT max(rowid) FROM world)")
        file.commit()
    target = tmp_path / "all.sqlite"
    code, _, err = typed("results", "merge", path, "--store", target)
    assert code == 2
    assert re.fullmatch(
        re.escape(str(path))
        + r" is damaged: replication \d of question [0-9a-f]{8} is not as it was kept; it is left as it is\.\n",
        err,
    )
    assert listed(typed, target) == []


def test_value_is_shown_and_exported_of_the_replications_that_have_it(typed, tmp_path):
    """Of three replications two were asked for with their years: value is the mean of these, and left empty in the third."""
    path, rows = tmp_path / "worlds.sqlite", tmp_path / "rows.csv"
    with closing(Store(path)) as store:
        far = run(tiny(), replications=2, controls=False, execution=Execution(workers=1, store=store))
        Pool([tiny()], 1, Execution(workers=1, store=store)).outcomes([Job(0, number) for number in range(3)])
    found = json.loads(typed("results", "show", FIRST.key, "--store", path, "--json")[1])
    assert found["replications"] == 3
    assert found["metrics"]["value"] == far["value"].to_dict()
    assert re.search(r"value +[\d,-]+", typed("results", "show", FIRST.key, "--store", path)[1])
    typed("results", "export", "--output", rows, "--store", path)
    values = {row["replication"]: row["value"] for row in rows_in(rows) if row["metric"] == "value"}
    assert values == {"0": repr(float(far.sample("value")[0])), "1": repr(float(far.sample("value")[1])), "2": ""}


def test_settings_of_their_own_are_those_that_are_not_defaults():
    assert own_settings(settings_of(tiny())) == {
        "opening.monday": "09:00-12:00",
        **{f"opening.{day}": "" for day in ("tuesday", "wednesday", "thursday", "friday")},
        "demand.prospects_per_hour": 3.0, "demand.opening_book": 30, "demand.visit_gap_days": 14.0,
        **{f"{table}.on": True for table in ("investment", "waiting", "quality", "loyalty", "spending")},
        "horizon.weeks": 3.0, "horizon.years": 0.1,
    }  # fmt: skip


def test_distinctions_are_the_settings_in_which_scenarios_differ():
    several = [settings_of(tiny(segments=SEGMENTS)), settings_of(tiny(demand={"opening_book": 31}, segments=SEGMENTS))]
    a, b = distinctions(several)
    assert a == {"demand.opening_book": 30, "demand.prospects_per_hour": 3.0, "demand.visit_gap_days": 14.0}
    assert b["demand.opening_book"] == 31
    assert distinctions(several[:1]) == [{}]


@pytest.mark.parametrize("file", sorted(Path("scenarios").glob("*.toml")), ids=lambda file: file.stem)
def test_a_kept_scenario_is_read_back_as_it_was_asked(tmp_path, file):
    """Its segments, too, which name some settings and take the desk's for the others."""
    experiment = Experiment(read_scenario(file), 1, "fast")
    with closing(Store(tmp_path / "worlds.sqlite")) as store:
        store.keep([(experiment, outcome(experiment))])
    with archive.opened(tmp_path / "worlds.sqlite") as storage:
        (asked,) = archive.questions(storage)
    again, before = to_sheet(asked.scenario), to_sheet(experiment.scenario)
    assert [name for name in before.dtype.names if again[name].tobytes() != before[name].tobytes()] == []
