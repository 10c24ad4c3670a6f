"""start.py: what it would run, when .venv is made again, and the sentences in which it refuses."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def load(path):
    """A fresh copy of start.py as a module, so that a test may bend it."""
    spec = importlib.util.spec_from_file_location("start", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project(folder):
    """A project of nothing but start.py and a pyproject.toml."""
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "start.py", folder)
    (folder / "pyproject.toml").write_text("[project]\n", "utf-8")
    return load(folder / "start.py")


@pytest.fixture
def start(tmp_path):
    return project(tmp_path / "project")


@pytest.fixture
def pip(start, monkeypatch):
    """What would be run in place of venv and pip: the commands, and a switch for the exit code of pip."""
    ran = {"commands": [], "code": 0}

    def run(command):
        ran["commands"].append(command)
        if "venv" in command:
            shutil.rmtree(start.VENV, ignore_errors=True)
            Path(start.tool("python")).parent.mkdir(parents=True)
            Path(start.tool("python")).touch()
            return 0
        assert start.found() == "unfinished"
        if isinstance(ran["code"], BaseException):
            raise ran["code"]
        return ran["code"]

    monkeypatch.setattr(start, "run", run)
    monkeypatch.setattr(start, "works", lambda command: os.path.exists(start.tool("python")))
    return ran


def installs(pip):
    """The installations among the commands, and whether .venv was made anew before each."""
    pairs = pairwise([[], *pip["commands"]])
    return [("[test]" * command[-1].endswith("[test]"), "venv" in last) for last, command in pairs if "-e" in command]


STAMPED = [
    ("the same", "[project]", "", "/python3.11", True),
    ("another pyproject.toml", "[project] ", "", "/python3.11", False),
    ("another extra", "[project]", "[test]", "/python3.11", False),
    ("another Python", "[project]", "", "/python3.12", False),
]


@pytest.mark.parametrize(
    ("description", "extra", "python", "same"), [row[1:] for row in STAMPED], ids=[r[0] for r in STAMPED]
)
def test_a_stamp_tells_what_venv_was_made_for(start, description, extra, python, same):
    assert (start.stamp(description, extra, python) == start.stamp("[project]", "", "/python3.11")) is same


def test_a_stamp_from_another_place_fits_nothing(start, tmp_path):
    elsewhere = project(tmp_path / "project2")
    assert elsewhere.stamp("", "", "") != start.stamp("", "", "")
    assert not elsewhere.stamp("", "", "").startswith(start.PLACE)


def test_what_is_installed_stays_until_something_changes(start, pip):
    start.prepare("")
    start.prepare("")
    assert installs(pip) == [("", True)]
    start.prepare("[test]")
    start.prepare("[test]")
    start.prepare("")
    assert installs(pip) == [("", True), ("[test]", False)]
    (start.ROOT / "pyproject.toml").write_text("[project]\nname = 'x'\n", "utf-8")
    start.prepare("")
    assert installs(pip)[2:] == [("", False)]


def test_a_venv_made_by_hand_is_kept(start, pip):
    Path(start.tool("python")).parent.mkdir(parents=True)
    Path(start.tool("python")).touch()
    start.prepare("")
    assert installs(pip) == [("", False)]


def test_a_start_killed_half_way_is_begun_anew(start, pip):
    pip["code"] = KeyboardInterrupt()
    assert start.main(["servsim"]) == 130
    pip["code"] = 0
    start.prepare("")
    assert installs(pip) == [("", True), ("", True)]


def test_a_failed_update_leaves_venv_as_it_was(start, pip, capsys):
    start.prepare("")
    before = start.found()
    pip["code"] = 1
    assert start.main(["test"]) == 2
    assert "pip could not install servsim" in capsys.readouterr().err.splitlines()[-1]
    assert start.found() == before
    assert start.is_ready("")


def test_no_pip_at_all_is_a_sentence(start, pip, monkeypatch, capsys):
    monkeypatch.setattr(start, "works", lambda command: False)
    assert start.main(["servsim"]) == 2
    assert "has no pip 22.3 or newer" in capsys.readouterr().err
    assert not start.found()


def test_the_first_pip_that_works_is_taken(start, monkeypatch):
    own, ours, _ = start.pip_commands()
    monkeypatch.setattr(start, "works", lambda command: True)
    assert start.working_pip() == own == [start.tool("python"), "-m", "pip"]
    monkeypatch.setattr(start, "works", lambda command: "--python" in command)
    assert start.working_pip() == ours == [sys.executable, "-m", "pip", "--python", start.tool("python")]
    monkeypatch.setattr(start, "works", lambda command: "ensurepip" in command)
    assert start.working_pip() == own


def test_pip_installs_the_project_with_its_extra(start):
    command = start.install_command(["pip"], "[test]")
    assert command[:2] == ["pip", "install"]
    assert command[-2:] == ["-e", f"{start.ROOT}[test]"]


def test_the_checks_in_their_order(start):
    commands = [[Path(command[0]).stem, *command[1:]] for command in start.check_commands(["-k", "twins"])]
    assert commands == [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["mypy"],
        ["lint-imports"],
        ["pytest", "-q", "-n", "2", "--dist", "worksteal", "-k", "twins"],
    ]


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize(
    ("codes", "ends"), [([0, 0], 0), ([0, 5, 1], 5), ([0, -9, 1], 137)], ids=["passes", "fails", "killed"]
)
def test_the_first_check_that_fails_is_the_last(start, monkeypatch, capsys, codes, ends):
    steps = [[sys.executable, "-c", f"import os; os.kill(os.getpid(), {-c}) if {c} < 0 else exit({c})"] for c in codes]
    monkeypatch.setattr(start, "check_commands", lambda arguments: steps)
    assert start.check([]) == ends
    assert capsys.readouterr().err.count("== ") == (len(codes) if ends == 0 else 2)


def test_programs_are_found_on_both_systems(start):
    assert start.tool("ruff", windows=False) == str(start.VENV / "bin" / "ruff")
    assert start.tool("ruff", windows=True) == str(start.VENV / "Scripts" / "ruff.exe")


def test_usage(start, capsys):
    assert start.main([]) == start.main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert out == 2 * (start.USAGE + "\n")
    assert err == ""


def test_an_unknown_word_is_named(start, capsys):
    assert start.main(["evaluate"]) == 2
    assert capsys.readouterr().err.startswith("start.py: evaluate is not something to start.\nUsage:")


def test_a_python_too_old_is_told_so(start, monkeypatch, capsys):
    monkeypatch.setattr(start.sys, "version_info", (3, 10, 13))
    assert start.main(["test"]) == 2
    assert capsys.readouterr().err == "start.py: this is Python 3.10; servsim needs Python 3.11 or newer.\n"


@pytest.mark.parametrize(
    ("version", "old"), [((3, 10, 13), True), ((3, 11, 0), False), ((3, 14, 1), False), ((4, 0), False)]
)
def test_from_3_11_on_python_is_new_enough(start, version, old):
    assert start.too_old(version) is old


def test_an_old_python_can_read_it():
    ast.parse((ROOT / "start.py").read_text("utf-8"), feature_version=(3, 7))


def test_starts_come_in_one_at_a_time(start):
    child = f"import sys; sys.path.insert(0, {str(start.ROOT)!r}); import start\nwith start.alone(): print('in')"
    with start.alone():
        second = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(0.3)
    assert second.communicate(timeout=10)[0] == "in\n"


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_ci_runs_the_second_block_of_the_readme(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "README.md").write_text(
        "# x\n```sh\necho one\n```\n\n```\npwd; exit 7\n```\n```\necho three\n```\n", "utf-8"
    )
    done = subprocess.run(["bash", tmp_path / ".ci" / "run"], cwd="/", capture_output=True, text=True)
    assert (done.stdout, done.returncode) == (f"{tmp_path}\n", 7)


@pytest.mark.skipif(not README.exists(), reason="no README.md yet")
def test_the_readme_begins_with_the_two_starts():
    fences = README.read_text("utf-8").split("\n```")
    first, second = (fence.split("\n", 1)[1].strip() for fence in (fences[1], fences[3]))
    assert first.startswith("python3 start.py servsim ")
    assert second == "python3 start.py test"
