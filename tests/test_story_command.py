"""The command `servsim story`, as a person meets it."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from conftest import COMMAND, servsim_here

SALON = Path(__file__).parent.parent / "scenarios" / "salon.toml"


STORY = ["story", SALON, "--set", "horizon.weeks=2"]


def servsim(*args: str) -> subprocess.CompletedProcess[str]:
    """Tell a story of the salon's first fortnight as a person would ask for it."""
    return servsim_here(*STORY, *args)


def is_plain(told: str) -> bool:
    """Is this a story in lines of 80 columns, with nothing in it that steers a terminal?"""
    assert told.startswith("Walk-in hair salon, seed 1, replication 0\n\n")
    lines = told.splitlines()
    return len(lines) > 5 and max(map(len, lines)) <= 80 and "\x1b" not in told


@pytest.mark.parametrize("args", [("--day", "3"), ("--agent", "0"), ("--agent", "0", "--day", "3")], ids=" ".join)
def test_the_command_prints_80_columns(args):
    result = servsim(*args)
    assert result.returncode == 0, result.stderr
    assert is_plain(result.stdout)


def test_the_command_prints_plain_text_where_nothing_else_can_be_shown():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    result = subprocess.run(
        [*COMMAND, *STORY, "--customer", "first-lost"], capture_output=True, text=True, env=environment, timeout=300,
        check=True,
    )  # fmt: skip
    assert is_plain(result.stdout)
    assert result.stdout.isascii()


def test_json_is_a_list_of_paragraphs():
    told = json.loads(servsim("--customer", "first-won", "--json").stdout)
    assert all(list(one) == ["tick", "when", "text"] for one in told)
    assert told[0]["text"].endswith("is a prospect, who has not been here before.")


@pytest.mark.parametrize(
    "args", [(), ("--customer", "1", "--day", "3"), ("--customer", "1", "--agent", "0")], ids=" ".join
)
def test_exactly_one_is_asked_for(args):
    result = servsim(*args)
    assert result.returncode == 2
    assert result.stderr == "story needs one of --customer, --agent and --day; only --agent may have a --day besides.\n"


def test_nobody_is_a_sentence_and_exit_code_2():
    result = servsim("--customer", "9999")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith("There is no customer 9999 in this world: ")
    assert "Traceback" not in result.stderr
