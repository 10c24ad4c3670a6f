"""The command line, as a person meets it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import IO

import pytest
from conftest import TINY, servsim_here
from typer.main import get_command

from servsim.cli.commands import app
from servsim.cli.plot_request import Asked
from servsim.cli.renamed_options import RENAMED
from servsim.study.metrics import OWN

ROOT = Path(__file__).parent.parent
SERVSIM = [sys.executable, "-c", "from servsim.cli import main; main()"]


def servsim(
    *args: object, cwd: Path | None = None, stdout: int | IO[str] = subprocess.PIPE, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run servsim as a person would: in a process of its own where its output or its surroundings matter."""
    if stdout == subprocess.PIPE and not env:
        return servsim_here(*args, cwd=cwd)
    return subprocess.run(
        [*SERVSIM, *map(str, args)], stdout=stdout, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **env}, timeout=300, check=False,
    )  # fmt: skip


def no_nan(text: str) -> dict:
    """JSON that has no NaN in it."""

    def refuse(name: str) -> float:
        raise AssertionError(f"{name} in JSON")

    return json.loads(text, parse_constant=refuse)


def test_help_loads_none_of_the_heavy_libraries():
    code = (
        "import sys; sys.argv = ['servsim', '--help']\n"
        "from servsim.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'numba', 'scipy', 'matplotlib', 'pandas', 'simpy', 'servsim.scenario.scenario'}\n"
        "loaded = heavy & set(sys.modules); assert not loaded, loaded"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "evaluate" in result.stdout


@pytest.mark.parametrize("command", ["init", "check", "run", "evaluate", "compare", "worth", "schema", "verify"])
def test_every_command_explains_itself(command):
    result = servsim(command, "--help")
    assert result.returncode == 0
    assert len(result.stdout.split()) > 15


@pytest.mark.parametrize("template", ["shop", "phone", "textbook"])
def test_init_writes_a_scenario_that_checks_without_warning(template, tmp_path):
    assert servsim("init", template, cwd=tmp_path).returncode == 0
    result = servsim("check", f"{template}.toml", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Warning" not in result.stdout


def test_init_says_where_to_find_the_numbers_it_writes(typed, tmp_path):
    typed("init", "shop", "--output", tmp_path / "shop.toml")
    said = (tmp_path / "shop.toml").read_text("utf-8").partition("# Where to find")[2]
    assert "spending.basket_mean: the till" in said
    assert "quality.steepness: cannot be known" in said
    assert max(map(len, said.splitlines())) <= 120


def test_init_never_overwrites(tiny):
    result = servsim("init", "--output", str(tiny))
    assert (result.returncode, result.stderr) == (2, f"{tiny} exists already; choose another name with --output.\n")
    assert tiny.read_text() == TINY


def test_the_version_is_that_of_the_package(typed):
    assert typed("--version") == (0, f"servsim {version('servsim')}\n", "")


def test_the_changelog_begins_with_the_version_that_is_built():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[0] == built


@pytest.mark.parametrize("option", ["--output", "-o"])
def test_init_writes_where_it_is_told(typed, tmp_path, option):
    assert typed("init", "phone", option, tmp_path / "mine.toml")[0] == 0
    assert (tmp_path / "mine.toml").read_text("utf-8").startswith("#")


@pytest.mark.parametrize("words", [
    ("init",), ("plot", "levels", "x.toml"), ("report", "x.toml"), ("film", "x.toml"), ("export", "x.toml"),
    ("results", "export"),
])  # fmt: skip
def test_every_command_that_writes_a_file_has_the_same_option_for_it(typed, words):
    assert re.search(r"--output +-o\b", typed(*words[:2], "--help")[1])
    code, out, err = typed(*words, "--out", "x.y")
    assert (code, out, err) == (2, "", "--out is now called --output.\n")


@pytest.mark.parametrize(("words", "now"), [
    (("export", "x.toml", "--events", "log.csv"), "--output"),
    (("export", "x.toml", "--events=log.csv"), "--output"),
    (("plot", "convergence", "x.toml", "--figure", "value"), "--metric"),
    (("sensitivity", "x.toml", "--worlds", "2"), "--replications-per-point"),
])  # fmt: skip
def test_an_option_that_had_another_name_is_refused_with_its_new_one(typed, words, now):
    old = next(word for word in words if word.startswith("--")).partition("=")[0]
    assert typed(*words) == (2, "", f"{old} is now called {now}.\n")


@pytest.mark.parametrize("words", [("run", "x.toml", "--out", "y"), ("run", "x.toml", "--worlds", "2")])
def test_a_command_that_never_had_an_option_is_not_told_of_another_ones(typed, words):
    code, _, err = typed(*words)
    assert code == 2
    assert f"No such option: {words[2]}" in err
    assert "now called" not in err


def test_new_names_of_options_are_those_of_options():
    takes = {name for command in get_command(app).commands.values() for own in command.params for name in own.opts}
    assert set(RENAMED.values()) <= takes
    assert not set(RENAMED) & takes


def test_run_prints_a_table_of_80_columns_and_nothing_else(tiny):
    result = servsim("run", str(tiny))
    assert result.returncode == 0, result.stderr
    assert "retention" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_run_json_keeps_its_contract(tiny):
    result = no_nan(servsim("run", str(tiny), "--json", "--seed", "7", "--set", "horizon.years=3").stdout)
    keys = ["scenario", "digest", "model", "seed", "replications", "confidence", "interrupted", "stopped", "precision"]
    assert list(result) == [*keys, "metrics", "risk", "years", "segments"]
    assert [own["year"] for own in result["years"]] == [1, 2, 3]
    assert result["years"][0]["cash"].keys() == {"mean", "low", "high", "unit"}
    assert (result["stopped"], result["precision"]) == ("replications", {})
    assert result["seed"] == 7
    assert set(result["metrics"]["retention"]) == {"mean", "low", "high", "unit"}
    assert result["segments"] == {}


def with_segments(path: Path, *names: str) -> str:
    """The tiny scenario with such segments, each of which spends twice as much as the one before."""
    tables = [
        f'[[segments]]\nname = "{name}"\nshare = {1 / len(names)}\nspending = {{basket_mean = {30 * 2**place}}}\n'
        for place, name in enumerate(names)
    ]
    path.write_text(TINY + "".join(tables), encoding="utf-8")
    return str(path)


def test_run_json_has_the_metrics_of_each_segment_in_the_order_of_the_file(tiny):
    result = no_nan(servsim("run", with_segments(tiny, "regulars", "by chance"), "--json").stdout)
    metrics = {own.name: own.unit.replace("money", "EUR") for own in OWN}
    assert list(result["segments"]) == ["regulars", "by chance"]
    for own in result["segments"].values():
        assert {name: metric["unit"] for name, metric in own.items()} == metrics
    customers = [own["customers_end"]["mean"] for own in result["segments"].values()]
    assert sum(customers) == pytest.approx(result["metrics"]["customers_end"]["mean"])


def test_what_is_undefined_of_a_segment_is_null(tiny):
    result = servsim("run", with_segments(tiny, "regulars", "by chance"), "--json", "--set", "quality.on=false")
    own = no_nan(result.stdout)["segments"]["regulars"]
    assert own["satisfaction_mean"] == {"mean": None, "low": None, "high": None, "unit": "0–10"}


def lines_of_segments(path: Path, *names: str) -> list[str]:
    """The lines that `servsim run` prints of segments."""
    result = servsim("run", with_segments(path, *names))
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    titles = [place for place, line in enumerate(lines) if line.startswith("By segment")]
    return lines[titles[0] :]


def test_run_shows_what_each_segment_lives_through_and_pays(tiny):
    """A column for each segment, in lines of 80 columns; contribution is not passed off as profit."""
    lines = lines_of_segments(tiny, "regulars", "by chance", "who come once in a year")
    told = {name: cells for name, *cells in (re.split(r"  +", line.strip()) for line in lines)}
    assert re.split(r"  +", lines[1].strip()) == ["mean of", "regulars", "by chance", "who come once", "unit"]
    assert {"visits served", "not served, of all who came", "today's book kept for a year", "customers lost"} <= set(
        told
    )
    assert len(told["revenue"]) == len(told["contribution"]) == 4
    assert told["contribution"][3] == told["revenue"][3]
    assert any("before wages" in line for line in lines)
    assert not any("…" in line for line in lines)


def test_the_longest_name_of_a_segment_leaves_room_for_its_metrics(tiny):
    lines = lines_of_segments(tiny, "those whose name has forty characters...", "by chance")
    assert any("by chance" in line for line in lines)
    assert any(line.startswith("customers at the end") for line in lines)


def test_run_without_segments_says_nothing_of_them(tiny):
    assert "By segment" not in servsim("run", str(tiny)).stdout


def test_the_two_engines_give_the_same_json(tiny):
    short = ("run", str(tiny), "--json", "--set", "horizon.years=0.5", "--engine")
    fast, reference = (servsim(*short, engine).stdout for engine in ("fast", "reference"))
    assert fast == reference


def test_workers_change_no_number(tiny):
    short = ("run", str(tiny), "--json", "--set", "horizon.years=1", "--workers")
    one, two = (servsim(*short, workers).stdout for workers in ("1", "2"))
    assert one == two


def test_evaluate_json_keeps_its_contract(tiny):
    result = no_nan(servsim("evaluate", str(tiny), "--json").stdout)
    for key in (
        "scenario", "digest", "model", "seed", "lever", "objective", "confidence", "smallest_difference", "levels",
        "today", "best", "not_worse", "gain", "guarantee", "years", "payback", "look_ahead", "interrupted",
    ):  # fmt: skip
        assert key in result
    assert [level["level"] for level in result["levels"]] == [0, 5, 10]
    assert set(result["levels"][0]) == {"level", "replications", "metrics", "vs_today", "breaks", "broken_since_year"}


def test_evaluate_shows_table_advice_and_picture(tiny):
    result = servsim("evaluate", str(tiny), cwd=tiny.parent)
    assert result.returncode == 0, result.stderr
    assert "today" in result.stdout
    assert "minutes of care per visit" in result.stdout
    assert "for chance in the simulation only, not for doubt about the settings" in " ".join(result.stdout.split())
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert (tiny.parent / "tiny-evaluate.png").read_bytes().startswith(b"\x89PNG")


def test_run_shows_the_years_below_its_metrics(tiny, typed):
    def shown(*horizon: str) -> str:
        sets = [word for own in horizon for word in ("--set", f"horizon.{own}")]
        return typed("run", tiny, *sets, "--replications", "2", "--no-store", "--quiet")[1]

    def years(lines: list[str]) -> list[str]:
        return re.findall(r"year (\d+)", " ".join(line for line in lines if line.strip().startswith("year")))

    lines = shown("years=12").splitlines()
    assert lines[0].strip() == "Tiny: in the first 6 weeks"
    (at,) = [place for place, line in enumerate(lines) if line.startswith("By year, with 95 % intervals")]
    assert years(lines[at + 1 :]) == ["1", "2", "3", "5", "10", "12"]
    assert {line.split(",")[0].split()[0] for line in lines[at + 3 : at + 10]} == {
        "cash", "revenue", "profit", "customers", "staying", "unserved", "wait",
    }  # fmt: skip
    assert max(map(len, lines)) <= 80
    assert years(shown("years=4").splitlines()) == ["1", "2", "3", "4"]
    assert shown("weeks=52.142857142857146", "years=1").startswith("Tiny: next year")


@pytest.mark.parametrize("command", ["evaluate", "optimise"])
@pytest.mark.parametrize("typed_as", ["1 % of revenu", "-5", "nan", "some"])
def test_a_smallest_difference_is_a_number_or_a_share_of_revenue(tiny, typed, command, typed_as):
    lever = ["--lever", "staff.agents=1..2"] if command == "optimise" else []
    code, out, err = typed(command, tiny, *lever, "--no-store", "--smallest-difference", typed_as)
    assert (code, out) == (2, "")
    assert err.startswith(f"--smallest-difference: {command}.smallest_difference is ")
    assert err.endswith('; it must be a number of at least 0, or a share such as "1 % of revenue".\n')


def test_one_percent_of_revenue_is_that_of_all_years(tiny, typed):
    options = ("--no-store", "--quiet", "--json", "--set", "horizon.years=1", "--replications", "4")

    def matters(written: str) -> float:
        options_too = ("--no-doubt", "--smallest-difference", written)
        return no_nan(typed("evaluate", tiny, *options, *options_too)[1])["smallest_difference"]

    revenue = no_nan(typed("run", tiny, *options)[1])["years"][0]["revenue"]["mean"]
    assert matters("1 % of revenue") == pytest.approx(0.01 * revenue / 1.1**0.5, rel=0.02)
    assert matters("250") == 250


def test_the_table_and_the_advice_do_not_wait_for_the_doubts(tiny):
    """Where the doubts fail, the table is there already."""
    code = (
        "import sys, servsim.study.sensitivity.one_at_a_time as swings\n"
        "def fail(*args, **given): raise SystemExit('no doubts today')\n"
        "swings.rests_on = fail\n"
        "from servsim.cli import main; main()"
    )
    words = ["evaluate", str(tiny), "--no-store", "--quiet", "--no-picture", "--set", "horizon.years=0.5", "--set"]
    words += ["uncertain.loyalty.yearly_retention=[0.7, 0.9]"]
    result = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert "no doubts today" in result.stderr
    assert "minutes of care per visit" in result.stdout
    assert "cannot be told apart from it; ±" not in result.stdout


def test_evaluate_takes_any_numeric_lever(tiny):
    result = servsim("evaluate", str(tiny), "--lever", "staff.agents", "--levels", "1,2,3", "--json")
    assert no_nan(result.stdout)["lever"] == "staff.agents"


def test_a_segments_own_setting_cannot_hide_a_wrong_lever(tiny):
    result = servsim("evaluate", str(tiny), "--lever", "staff.agnts")
    assert result.returncode == 2
    assert "evaluate.lever" in result.stderr


def test_compare_json_keeps_its_contract(tiny):
    result = no_nan(servsim("compare", str(tiny), "--to", "staff.agents=1", "--json").stdout)
    for key in ("a", "b", "digests", "seed", "confidence", "replications", "differences", "customers"):
        assert key in result
    customers = result["customers"]
    total = sum(customers[key] for key in ("kept_by_both", "lost_by_both", "saved_by_b", "lost_by_b"))
    assert total == pytest.approx(30)


def test_compare_of_a_scenario_with_itself_differs_in_nothing(tiny):
    result = no_nan(servsim("compare", str(tiny), str(tiny), "--json").stdout)
    means = [metric["mean"] for metric in result["differences"].values()]
    assert all(mean in (0, None) for mean in means)


def test_csv_holds_every_world_and_metric(tiny, tmp_path):
    path = tmp_path / "replications.csv"
    assert servsim("run", str(tiny), "--csv", str(path)).returncode == 0
    lines = path.read_text().splitlines()
    assert lines[0] == "replication,metric,value,unit"
    assert sum(",retention," in line for line in lines) == 4


def test_a_mistake_is_a_sentence_without_traceback(tiny):
    tiny.write_text(TINY.replace("prospects_per_hour", "prospects_per_huor"))
    result = servsim("run", str(tiny))
    assert result.returncode == 2
    assert result.stderr.startswith(f"{tiny}:6: demand.prospects_per_huor is not a setting.")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("words", "said"), [
    (("evaluate", "--lever", "nonsense"), '--lever: evaluate.lever is "nonsense"; it must be a numeric setting'),
    (("evaluate", "--objective", "vale"), '--objective: evaluate.objective is "vale"; it must be the name of a metric.'),
    (("evaluate", "--levels", "1,x"), '--levels: evaluate.levels is "[1,x]"; it must be a list'),
    (("optimise", "--front", "costs,vale", "--lever", "staff.agents=1..3"), '--front: optimise.front is "vale"'),
    (("plot", "front", "--lever", "staff.agent=1..3"), "Did you mean optimise.levers.staff.agents?"),
    (("run", "--set", "evaluate.lever=nonsense"), "--set evaluate.lever=nonsense: evaluate.lever is"),
])  # fmt: skip
def test_a_mistake_in_an_option_is_said_by_its_name(tiny, typed, words, said):
    command, *options = words
    kind = [options.pop(0)] if command == "plot" else []
    code, _, err = typed(command, *kind, tiny, *options, "--no-store")
    assert code == 2
    assert said in err


@pytest.mark.parametrize(("words", "said"), [
    (("run", "--csv", "/nowhere/at/all.csv"), "there is no folder /nowhere/at"),
    (("sensitivity", "--csv", "/nowhere/at/all.csv"), "there is no folder /nowhere/at"),
    (("plot", "front", "--lever", "staff.agents=1..3"), "plot front needs two metrics in [optimise]"),
    (("plot", "levels", "--lever", "staff.agents=1,2", "--lever", "staff.agents=3"), "--lever is given twice"),
    (("plot", "heat", "--lever", "staff.agents=1,2", "--set", "evaluate.objective=valu"), "Did you mean value?"),
    (("plot", "heat", "--lever", "staff.agents=1,2", "--set", "evaluate.objective=referrals"),
     "referrals is not defined at every pair of levels"),
    (("plot", "convergence", "--metric", "referrals"), "needs two replications or more in which there is referrals"),
    (("plot", "tornado", "--set", "evaluate.constraints=['occupancy >= 1']"), "No level keeps occupancy >= 1"),
    (("optimise", "--front", "retention,referrals", "--lever", "staff.agents=1..3", "--points", "4",
      "--replications", "2"), "referrals is not defined at any point of this search"),
])  # fmt: skip
def test_what_cannot_be_shown_is_said_by_its_reason(tiny, typed, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    command, *options = words
    kind = [options.pop(0)] if command == "plot" else []
    code, _, err = typed(command, *kind, tiny, *options, "--no-store", "--quiet")
    assert code == 2
    assert said in err


def test_a_plot_has_the_levels_that_are_named_and_no_finer_ones(tiny):
    asked = Asked(tiny, None, ["evaluate.finer=3"], [], ["staff.agents=1,2,4"], None, None, None, None, 1, "paper")
    assert asked.question().evaluate.levels == [1, 2, 4]
    assert asked.question().evaluate.finer == 0


def test_a_question_too_large_is_refused_with_the_estimate(tiny):
    result = servsim("run", str(tiny), "--set", "demand.prospects_per_hour=1000000", "--set", "horizon.weeks=1000",
                     "--set", "horizon.years=20")  # fmt: skip
    assert result.returncode == 2
    assert "visits" in result.stderr
    assert "the limit is" in result.stderr


@pytest.mark.parametrize(
    "question",
    [
        ["run", "--precision", "wait_mean=0.000001", "--budget", "1000000000"],
        ["evaluate", "--smallest-difference", "0.0001", "--budget", "10000000", "--no-doubt"],
        ["optimise", "--lever", "staff.agents=1..3", "--smallest-difference", "1", "--budget", "10000000"],
    ],
)
def test_the_estimate_counts_the_whole_budget(question):
    result = servsim(question[0], "scenarios/salon.toml", *question[1:])
    assert result.returncode == 2
    assert "(1000" in result.stderr
    assert "the limit is" in result.stderr


def test_a_table_that_is_switched_off_is_off_in_the_words():
    short = ["--set", "horizon.years=1", "--replications", "3", "--no-store", "--quiet"]
    off = ["scenarios/salon.toml", "--set", "spending.on=false", *short]
    shown = servsim("run", *off).stdout
    assert "Single replications" not in shown
    assert "By year" not in shown
    asked = ["--objective", "retention", "--levels", "3,6", "--smallest-difference", "0", "--no-doubt", "--no-picture"]
    assert "left over" not in servsim("evaluate", *off, *asked).stdout
    whole = " ".join(servsim("run", *off[:1], *short).stdout.split())
    assert "Single replications, as chance has it: revenue" in whole
    assert "the lowest and the highest of 3" in whole


def test_without_colour_and_without_utf8_it_still_prints(tiny):
    result = servsim("run", str(tiny), NO_COLOR="1", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 0, result.stderr
    assert result.stdout.isascii()
    assert "\x1b" not in result.stdout


def test_schema_is_json_schema_with_a_sentence_for_every_setting():
    schema = no_nan(servsim("schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    for table in schema["$defs"].values():
        assert all("description" in setting for setting in table["properties"].values()), table["title"]
    assert "till" in schema["$defs"]["Spending"]["properties"]["basket_mean"]["where"]


@pytest.mark.parametrize("engine", ["fast", pytest.param("reference", marks=pytest.mark.nightly)])
def test_ctrl_c_keeps_what_is_finished(tiny, engine):
    """Ctrl-C in the middle of a long run: exit 130, and the true number of replications; a busy machine gets more time."""
    for patience in (4, 8, 16, 32, 64):
        code, out = interrupted_after(patience, tiny, engine)
        assert code == 130
        result = no_nan(out) if out else {"replications": 0}
        if result["replications"]:
            break
    assert result["interrupted"] is True
    assert 0 < result["replications"] < 20000


def interrupted_after(seconds: int, path: Path, engine: str) -> tuple[int, str]:
    """(exit code, output) of a run that gets Ctrl-C after some seconds; no output where no replication was finished yet."""
    process = subprocess.Popen(
        [*SERVSIM, "run", str(path), "--replications", "20000", "--json", "--set", "horizon.weeks=200", "--set", "horizon.years=4", "--engine", engine, "--workers", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    return process.returncode, out
