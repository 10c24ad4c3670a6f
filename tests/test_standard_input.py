"""A scenario from standard input: - in a file's place, whatever the command."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import COMMAND, TINY

from servsim.errors import ScenarioError
from servsim.scenario.read import LARGEST_FILE, read_scenario
from servsim.scenario.scenario import Scenario

SHORT = ("--replications", "2", "--no-store", "--quiet")
READERS = {
    "check": (), "run": (), "evaluate": (), "optimise": (), "sensitivity": (), "worth": (), "report": (), "verify": (),
    "compare": ("--to", "staff.agents=1"), "story": ("--day", "0"), "film": (), "export": ("--output", "log.csv"),
    "plot years": (), "plot day": (), "plot levels": (), "plot front": (),
}  # fmt: skip
"""Every command that reads a scenario file as it is given, and what it needs besides."""


@pytest.fixture
def pipe(monkeypatch, tmp_path):
    """Put a text or bytes into standard input, in a folder with the same in tiny.toml."""
    monkeypatch.chdir(tmp_path)

    def filled(data: str | bytes) -> None:
        data = data if isinstance(data, bytes) else data.encode()
        Path("tiny.toml").write_bytes(data)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    return filled


@pytest.mark.parametrize("command", READERS)
def test_every_command_reads_it_and_names_it_with_the_line(pipe, typed, command):
    pipe(TINY.replace("prospects_per_hour", "prospects_per_huor"))
    code, out, err = typed(*command.split(), "-", *READERS[command])
    assert (code, out) == (2, "")
    assert err.startswith("standard input:6: demand.prospects_per_huor is not a setting.")


def test_what_is_piped_is_answered_as_the_file_is():
    def answer(place: str, piped: str) -> str:
        words = [*COMMAND, "run", place, *SHORT, "--json", "--set", "staff.agents=1"]
        return subprocess.run(words, input=piped, capture_output=True, text=True, check=True, timeout=300).stdout

    salon = Path(__file__).parent / "desks" / "old-salon.toml"
    assert answer("-", salon.read_text("utf-8")) == answer(str(salon), "")


@pytest.mark.parametrize("files", [("-", "tiny.toml"), ("tiny.toml", "-"), ("-", "--to", "staff.agents=2")])
def test_either_side_of_a_comparison_may_be_piped(pipe, typed, files):
    pipe(TINY)
    code, piped, err = typed("compare", *files, *SHORT, "--json")
    assert code == 0, err
    named = typed("compare", *("tiny.toml" if own == "-" else own for own in files), *SHORT, "--json")[1]
    assert piped.replace("(standard input)", "(tiny.toml)") == named


@pytest.mark.parametrize("words", [("compare",), ("plot", "saved"), ("plot", "reasons")])
def test_both_sides_may_not(pipe, typed, words):
    pipe(TINY)
    code, out, err = typed(*words, "-", "-", *SHORT)
    assert (code, out, err) == (2, "", "- -: standard input is one scenario; name a file for the other.\n")


def test_the_page_needs_a_file(pipe, typed):
    pipe(TINY)
    code, _, err = typed("page", "-", "--no-open")
    assert (code, err) == (2, "page -: it must be a file, which the page reads whenever it is asked; save it as one.\n")


def test_a_mistake_found_after_reading_has_its_line_too(pipe, typed):
    pipe(TINY + 'objective = "vale"\n')
    code, _, err = typed("run", "-", *SHORT)
    assert code == 0, err
    code, _, err = typed("evaluate", "-", *SHORT)
    assert code == 2
    line = TINY.count("\n") + 1
    assert err.startswith(f'standard input:{line}: evaluate.objective is "vale"; it must be the name of a metric.')


def test_a_question_too_large_is_refused_by_its_name(pipe, typed):
    pipe(TINY)
    code, _, err = typed(
        "run", "-", "--no-store", "--set", "demand.prospects_per_hour=1000000", "--set", "horizon.years=20"
    )
    assert code == 2
    assert err.startswith("standard input: this would simulate about ")


@pytest.mark.parametrize(("words", "file"), [
    (("plot", "years", "-", "--set", "horizon.years=2"), "scenario-years.png"),
    (("film", "-"), "scenario-film.html"),
    (("evaluate", "-", "--no-doubt", "--no-staff"), "scenario-evaluate.png"),
])  # fmt: skip
def test_a_file_that_nobody_named_has_a_name(pipe, typed, words, file):
    pipe(TINY)
    code, _, err = typed(*words, *(() if words[0] == "film" else SHORT))
    assert code == 0, err
    assert sorted(own.name for own in Path().iterdir()) == [file, "tiny.toml"]


def test_a_report_claims_no_file_that_is_not_there(pipe, typed):
    pipe(TINY)
    code, _, err = typed("report", "-", "-o", "made.html", *SHORT)
    assert code == 0, err
    page = Path("made.html").read_text("utf-8")
    assert "servsim report - --replications 2 --seed 1" in page
    assert not re.search("standard.input.(toml|html)", page)


@pytest.mark.parametrize("blank", ["", " \n\t\n"])
def test_nothing_is_no_scenario_though_an_empty_file_is(pipe, typed, blank):
    pipe(blank)
    code, out, err = typed("run", "-")
    assert (code, out) == (2, "")
    assert err == "standard input is empty; it must be a scenario: cat shop.toml | servsim run -\n"
    Path("tiny.toml").write_text(blank)
    assert read_scenario("tiny.toml") == Scenario()


@pytest.mark.parametrize("data", [
    b'title = "Desk"\n# caf\xe9\n', b"[staff]\nagents = \n", b"#" * (LARGEST_FILE + 1), b"[staff]\r\nagents = -1\r\n",
])  # fmt: skip
def test_a_mistake_is_said_as_of_a_file(pipe, data):
    pipe(data)
    told = []
    for place in ("-", "tiny.toml"):
        with pytest.raises(ScenarioError) as caught:
            read_scenario(place)
        told.append(str(caught.value))
    assert told[0] == told[1].replace("tiny.toml", "standard input")


def test_what_was_piped_before_is_not_what_is_piped_now(pipe):
    for title in ("one", "two"):
        pipe(f'title = "{title}"')
        assert [read_scenario("-").title for _ in range(2)] == [title, title]


def test_a_closed_standard_input_is_a_sentence(monkeypatch, typed):
    monkeypatch.setattr(sys, "stdin", None)
    assert typed("check", "-") == (2, "", "standard input cannot be read: it is closed.\n")
