"""Where output goes: a full disk, a reader who leaves, links, devices, folders that are not there."""

import subprocess
import sys
from pathlib import Path

import pytest

SERVSIM = [sys.executable, "-c", "from servsim.cli import main; main()"]
SCENARIO = """
title = "tiny"
[demand]
opening_book = 20
[quality]
[loyalty]
[spending]
[investment]
minutes_per_visit = 3
[horizon]
weeks = 1
"""


@pytest.fixture
def tiny(tmp_path):
    """A scenario file."""
    file = tmp_path / "tiny.toml"
    file.write_text(SCENARIO)
    return file


def servsim(*words, **options):
    """A command of servsim in a process of its own."""
    return subprocess.run(
        [*SERVSIM, *map(str, words)], stderr=subprocess.PIPE, text=True, check=False, timeout=300, **options
    )


needs_full = pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this machine has no /dev/full")


@needs_full
@pytest.mark.parametrize("words", [("check",), ("run", "--replications", "2", "--quiet"), ("run", "--json")])
def test_output_onto_a_full_disk_is_a_sentence(tiny, words):
    with open("/dev/full", "w") as full:
        done = servsim(words[0], tiny, *words[1:], stdout=full)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "the output cannot be written: No space left on device."


@needs_full
def test_a_device_is_written_to_and_not_replaced(tiny):
    done = servsim("run", tiny, "--replications", "2", "--quiet", "--csv", "/dev/full", stdout=subprocess.DEVNULL)
    assert done.returncode == 2
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("command", ["run", "evaluate"])
def test_a_reader_who_leaves_is_no_failure(tiny, command):
    words = [*SERVSIM, command, str(tiny), "--replications", "2", "--quiet"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tiny.parent, text=True) as process:
        process.stdout.close()
        assert process.wait(300) == 0
        assert process.stderr.read() == ""


def test_what_a_link_leads_to_is_written(tiny):
    link, target = tiny.with_name("link.csv"), tiny.with_name("target.csv")
    link.symlink_to(target)
    assert (
        servsim("run", tiny, "--replications", "2", "--quiet", "--csv", link, stdout=subprocess.DEVNULL).returncode == 0
    )
    assert link.is_symlink()
    assert target.read_text().startswith("replication,metric,value,unit")


@pytest.mark.parametrize(
    "words", [("evaluate", "--picture"), ("evaluate", "--csv"), ("report", "--out"), ("plot", "--out")]
)
def test_a_folder_that_is_not_there_is_said_before_the_work(tiny, words):
    place = {"--csv": "no/x.csv", "--out": "no/x.html" if words[0] == "report" else "no/x.png"}.get(
        words[1], "no/x.png"
    )
    first = ["plot", "levels"] if words[0] == "plot" else [words[0]]
    done = servsim(*first, tiny, words[1], place, stdout=subprocess.PIPE, cwd=tiny.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{place} cannot be written: there is no folder no; make it, or name another.\n"
