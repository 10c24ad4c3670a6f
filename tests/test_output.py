"""Where output goes: a full disk, a reader who leaves, links, devices, folders that are not there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import SERVSIM, servsim

from servsim.errors import ServsimError
from servsim.files import write_whole

needs_full = pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this machine has no /dev/full")


@needs_full
@pytest.mark.parametrize("words", [
    ("check",), pytest.param(("run", "--replications", "2", "--quiet"), marks=pytest.mark.nightly), ("run", "--json"),
])  # fmt: skip
def test_output_onto_a_full_disk_is_a_sentence(tiny, words):
    with open("/dev/full", "w") as full:
        done = servsim(words[0], tiny, *words[1:], stdout=full)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "the output cannot be written: No space left on device."


@needs_full
def test_a_full_disk_leaves_no_half_written_file(tmp_path):
    def filled(draft: Path) -> None:
        draft.write_text("half")
        Path("/dev/full").write_text("whole")

    path = tmp_path / "x.csv"
    with pytest.raises(ServsimError, match=f"^{re.escape(str(path))} cannot be written: No space left on device.$"):
        write_whole(path, filled)
    assert not list(tmp_path.iterdir())


def test_who_interrupts_leaves_no_half_written_file(tmp_path):
    def interrupted(draft: Path) -> None:
        draft.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "log.csv", interrupted)
    assert not list(tmp_path.iterdir())


@needs_full
def test_a_device_is_written_to_and_not_replaced(tiny):
    done = servsim("run", tiny, "--replications", "2", "--quiet", "--csv", "/dev/full", stdout=subprocess.DEVNULL)
    assert done.returncode == 2
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("words", [
    ("run", "--replications", "2", "--quiet"), pytest.param(("check", "--json"), marks=pytest.mark.nightly), ("schema",),
])  # fmt: skip
def test_a_reader_who_leaves_is_no_failure(tiny, words):
    words = [*SERVSIM, *words, *([] if words[0] == "schema" else [str(tiny)])]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tiny.parent, text=True) as process:
        process.stdout.close()
        assert process.wait(300) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("check",), marks=pytest.mark.nightly),
        ("check", "--json"),
        ("run", "--replications", "2", "--json"),
        ("--version",),
    ],
)
def test_a_closed_output_is_no_failure(tiny, words):
    """As after >&-: there is nobody to tell, and no file that is opened takes the place of the output."""
    options = [str(tiny), "--no-store"] if words[0] == "run" else [str(tiny)] if words[0] == "check" else []
    code = "import os, sys; os.close(1); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    done = subprocess.run([sys.executable, "-c", code, *SERVSIM[1:], *words, *options], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_a_link_leads_to_is_written(tiny):
    link, target = tiny.with_name("link.csv"), tiny.with_name("target.csv")
    link.symlink_to(target)
    assert (
        servsim("run", tiny, "--replications", "2", "--quiet", "--csv", link, stdout=subprocess.DEVNULL).returncode == 0
    )
    assert link.is_symlink()
    assert target.read_text().startswith("replication,metric,value,unit")


@pytest.mark.parametrize(
    ("command", "option", "place"),
    [
        ("run", "--csv", "/nowhere/at/all.csv"),
        ("evaluate", "--picture", "no/x.png"),
        ("evaluate", "--csv", "no/x.csv"),
        ("report", "--output", "no/x.html"),
        ("plot levels", "--output", "no/x.png"),
    ],
)
def test_a_folder_that_is_not_there_is_said_before_the_work(tiny, command, option, place):
    done = servsim(*command.split(), tiny, option, place, cwd=tiny.parent)
    assert (done.returncode, done.stdout) == (2, "")
    folder = Path(place).parent
    assert done.stderr == f"{place} cannot be written: there is no folder {folder}; make it, or name another.\n"
