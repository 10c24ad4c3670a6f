"""Start servsim on a bare Python 3.11 or newer: make the environment .venv beside this file once, then run in it."""

import hashlib
import os
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

USAGE = """Usage: python3 start.py servsim ARGS...   run servsim; try: python3 start.py servsim --help
       python3 start.py test [ARGS...]    lint, types, imports and tests; ARGS go to pytest"""
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "start.stamp"
PLACE = ascii(str(ROOT))
EXTRAS = ("", "[page]", "[test]")  # what can be installed with servsim; each holds the one before it
BASE = getattr(sys, "_base_executable", None) or sys.executable  # the Python beneath, if this one is in an environment
IN_ENVIRONMENT = "import sys; sys.exit(sys.prefix == sys.base_prefix)"


class StartError(Exception):
    """A sentence for the person who started us."""


def too_old(version: tuple) -> bool:
    """Is this Python older than servsim can run on?"""
    return tuple(version[:2]) < (3, 11)


def tool(name: str, windows: bool = os.name == "nt") -> str:
    """Where a program of the environment is."""
    return str(VENV / "Scripts" / f"{name}.exe" if windows else VENV / "bin" / name)


def check_commands(arguments: list) -> list:
    """The one check command, step by step."""
    tests = [tool("pytest"), "-q", "-n", "2", "--dist", "worksteal", *arguments]
    return [[tool("ruff"), "check"], [tool("ruff"), "format", "--check"], [tool("mypy")], [tool("lint-imports")], tests]


def install_command(pip: list, extra: str) -> list:
    """How a pip installs servsim, from this place and open to edits."""
    return [*pip, "install", "--no-input", "--disable-pip-version-check", "-e", f"{ROOT}{extra}"]


def pip_commands() -> list:
    """The pips that could fill .venv: its own, that of this Python, and that of the one beneath."""
    outside = [[python, "-m", "pip", "--python", tool("python")] for python in (sys.executable, BASE)]
    return [[tool("python"), "-m", "pip"], *outside]


def stamp(description: str, extra: str, python: str) -> str:
    """What .venv was made for: this place, this text of pyproject.toml, this extra, this interpreter."""
    return PLACE + " " + hashlib.sha256(ascii((description, extra, python)).encode()).hexdigest()


def stamps(extra: str) -> list:
    """The stamps that show servsim to be there with this extra: its own, and those of larger ones."""
    description, python = (ROOT / "pyproject.toml").read_text("utf-8"), os.path.realpath(tool("python"))
    return [stamp(description, held, python) for held in EXTRAS[EXTRAS.index(extra) :]]


def found() -> str:
    """The stamp that .venv bears; empty if a person made it, or nobody."""
    try:
        return STAMP.read_text("ascii", "replace")
    except OSError:
        return ""


def is_ready(extra: str) -> bool:
    """Does .venv hold what is asked for?"""
    return found() in stamps(extra) and os.path.exists(tool("python"))


def is_sound() -> bool:
    """Does .venv run, and was it neither left half-made by a kill nor copied from another place?"""
    return works([tool("python"), "-c", IN_ENVIRONMENT]) and (found() or PLACE).startswith(PLACE)


def works(command: list) -> bool:
    """Does this command end well?"""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    except OSError:
        return False


def working_pip() -> list:
    """The first pip that can read .venv; at worst the one that Python carries along."""
    commands = pip_commands()
    for command in commands:
        if works([*command, "list"]):
            return command
    if works([tool("python"), "-m", "ensurepip"]):
        return commands[0]
    raise StartError(f"{BASE} has no pip 22.3 or newer to fill .venv; install one (Debian: apt install python3-pip).")


def run(command: list) -> int:
    """Run a command that inherits the lock, and show its words only if it fails; its exit code."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, close_fds=False, **streams)
    if done.returncode:
        say(done.stdout.decode(errors="replace").rstrip())
    return done.returncode


def set_up(extra: str) -> None:
    """Make .venv or bring it up to date; a kill leaves a stamp that fits no place, so the next start begins anew."""
    if not is_sound() and run([BASE, "-m", "venv", "--clear", "--without-pip", str(VENV)]):
        raise StartError(f"{BASE} could not make {VENV}, for the reason above.")
    before, command = found(), install_command(working_pip(), extra)
    STAMP.write_text("unfinished", "ascii")
    code = run(command)
    if code >= 0:
        STAMP.write_text(before if code else stamps(extra)[0], "ascii")
    if code:
        raise StartError(f"pip could not install servsim into {VENV}, for the reason above.")


def wait_for(file) -> None:
    """Wait until no other start holds this file; closing it lets the next one in."""
    if os.name != "nt":
        import fcntl

        return fcntl.flock(file, fcntl.LOCK_EX)
    import msvcrt

    file.seek(1 << 30)  # a locked byte cannot be read by others, so lock one that is not there
    while True:
        with suppress(OSError):  # it gives up every ten seconds
            return msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)


@contextmanager
def alone():
    """Let in one start at a time; pip inherits the lock, since it may outlive a start that is killed."""
    with open(__file__, "r+b", buffering=0) as file:
        os.set_inheritable(file.fileno(), True)
        wait_for(file)
        yield


def prepare(extra: str) -> None:
    """See to it that .venv holds servsim with this extra."""
    if is_ready(extra):
        return
    say("Bringing .venv up to date …" if found() else "Setting up servsim in .venv (first time only) …")
    with alone():
        if not is_ready(extra):
            set_up(extra)


def become(command: list) -> int:
    """Go on as this command; on Windows, which cannot, wait for its exit code."""
    return subprocess.run(command).returncode if os.name == "nt" else os.execv(command[0], command)


def check(arguments: list) -> int:
    """Run the checks up to the first that fails; its exit code."""
    for command in check_commands(arguments):
        say("== " + " ".join([Path(command[0]).stem, *command[1:]]))
        code = subprocess.run(command, cwd=ROOT).returncode
        if code:
            return code if code > 0 else 128 - code
    return 0


def say(words: str) -> None:
    """Tell the person, beside what programs write."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def start(arguments: list) -> int:
    """Do what the first argument says; the exit code."""
    if too_old(sys.version_info):
        raise StartError("this is Python {}.{}; servsim needs Python 3.11 or newer.".format(*sys.version_info))
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(USAGE + "\n")
        return 0
    if arguments[0] == "servsim":
        prepare("[page]" if arguments[1:2] == ["page"] else "")
        return become([tool("servsim"), *arguments[1:]])
    if arguments[0] == "test":
        prepare("[test]")
        return check(arguments[1:])
    raise StartError(f"{arguments[0]} is not something to start.\n{USAGE}")


def main(arguments: list) -> int:
    """Start; what stands in the way is one sentence and exit code 2."""
    try:
        return start(arguments)
    except (StartError, OSError) as reason:
        say(f"start.py: {reason}")
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
