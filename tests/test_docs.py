"""Documents kept true: the README's commands run, its tables are whole, scenarios open with what they show."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import servsim_here

from servsim.errors import ScenarioError
from servsim.scenario.read import read_scenario
from servsim.scenario.scenario import Scenario

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SERVSIM = [sys.executable, "-c", "from servsim.cli import main; main()"]


A_MONTH = ["--set", "horizon.weeks=2", "--set", "horizon.years=0.1"]
NO_RACE = ["--replications", "2", "--set", "evaluate.smallest_difference=0"]
FEW = {
    "run": ["--replications", "2", "--budget", "2", *A_MONTH],
    "evaluate": ["--replications", "2", "--budget", "20", *A_MONTH],
    "optimise": [*NO_RACE, "--points", "12", *A_MONTH],
    "sensitivity": ["--replications", "2", "--points", "0", "--replications", "2", *A_MONTH],
    "compare": ["--replications", "2", *A_MONTH],
    "worth": ["--replications", "2", *A_MONTH],
    "report": [*NO_RACE, *A_MONTH],
    "plot payback": NO_RACE,
    "export": ["--set", "horizon.weeks=1"],
}
"""What keeps the commands of the README short, so that the suite stays quick."""


def blocks(language: str) -> list[str]:
    """The README's fenced blocks in a language."""
    return [text for name, text in BLOCKS if name == language]


def commands() -> list[str]:
    """The README's commands, without their comments."""
    return [line.split("#")[0].strip() for text in blocks("sh") for line in text.splitlines() if line.strip()]


def test_the_first_two_blocks_are_the_two_ways_in():
    first, second = (text.strip() for _, text in BLOCKS[:2])
    assert first == "python3 start.py servsim evaluate scenarios/salon.toml"
    assert second == "python3 start.py test"


def test_every_command_of_the_readme_runs(tmp_path):
    """In their order, with fewer and shorter replications so that the suite stays quick."""
    for command in commands():
        words = shlex.split(command)
        assert words[0] == "servsim", command
        few = FEW.get(" ".join(words[1:3]), FEW.get(words[1], []))
        if "--by" in words:
            few = ["--replications", "2", *A_MONTH]
        if words[1] == "verify":
            continue  # tests/test_verify.py runs it
        done = servsim_here(*words[1:], *few, cwd=tmp_path)
        assert done.returncode == 0, f"{command}: {done.stderr}"


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_every_python_block_of_the_readme_runs(number):
    done = subprocess.run(
        [sys.executable, "-c", blocks("python")[number]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout


def shown_output() -> str:
    """What the README says that the first command prints."""
    return README.split("<!-- output: servsim evaluate scenarios/salon.toml -->\n```text\n")[1].split("```")[0]


def shown_row(text: str, level: int) -> list[str]:
    """What a table of levels says of one, up to its value: what does not hang on the other levels."""
    (line,) = re.findall(rf"^{level} .*", text, re.MULTILINE)
    return re.split(r"  +", line.strip())[:6]


def test_the_readme_shows_what_the_first_command_prints_in_short():
    """The last level, which is not raced further, and how the words end; the nightly run compares every sign."""
    few = ["--levels", "20", "--replications", "10", "--set", "evaluate.smallest_difference=0"]
    done = servsim_here("evaluate", *FIRST, *few, "--no-staff", "--no-doubt", cwd=ROOT)
    assert shown_row(shown_output(), 20) == shown_row(done.stdout, 20)
    assert shown_output().split()[-20:] == done.stdout.split()[-20:]


FIRST = ["scenarios/salon.toml", "--no-picture", "--quiet"]


@pytest.mark.nightly
def test_the_readme_shows_what_the_first_command_prints():
    """If this fails because the model changed, paste the new output; if not, find out what changed it."""
    done = servsim_here("evaluate", *FIRST, cwd=ROOT)
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown_output().splitlines()


def test_the_error_that_the_readme_shows_is_the_one_a_person_gets(tmp_path):
    shown = next(text for text in blocks("text") if "agnts" in text)
    lines = ["title = 'My shop'"] + [""] * 30
    lines[15:17] = ["[staff]", "agnts = 3"]
    lines[22:24] = ["[service]", "difficulty_cv = -0.6"]
    path = tmp_path / "shop.toml"
    path.write_text("\n".join(lines))
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    assert str(caught.value).replace(str(path), "shop.toml") == shown.strip()


@pytest.mark.parametrize("table", [name for name in Scenario.model_fields if name not in ("title",)])
def test_every_table_is_in_the_readme(table):
    assert f"[{table}]" in README


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.toml")), ids=lambda path: path.stem)
def test_every_scenario_opens_with_what_it_shows_and_is_in_the_readme(path):
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]
    assert first.startswith("# What it shows: ")
    assert second.startswith("# ")
    assert f"scenarios/{path.name}" in README


def test_no_document_names_a_path_of_one_machine():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("scenarios/*"), *ROOT.glob("src/servsim/templates/*")]:
        assert not re.search(r"(?<![\w.-])/(work|root|tmp|home)/", path.read_text(encoding="utf-8")), path
