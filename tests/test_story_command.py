"""The command `servsim story`, as a person meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SALON = Path(__file__).parent.parent / "scenarios" / "salon.toml"
SERVSIM = [sys.executable, "-c", "from servsim.cli import main; main()"]


def servsim(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Tell a story of the salon's first fortnight as a person would ask for it."""
    return subprocess.run(
        [*SERVSIM, "story", str(SALON), "--set", "horizon.weeks=2", *args], capture_output=True, text=True,
        encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8", **env}, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "args",
    [("--customer", "first-lost"), ("--day", "3"), ("--agent", "0"), ("--agent", "0", "--day", "3")],
    ids=" ".join,
)
def test_the_command_prints_80_columns_of_plain_text(args):
    result = servsim(*args, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("Walk-in hair salon, seed 1, replication 0\n\n")
    assert len(result.stdout.splitlines()) > 5
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stdout.isascii()
    assert "\x1b" not in result.stdout


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
