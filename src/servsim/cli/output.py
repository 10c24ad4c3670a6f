"""What a command prints: results on stdout, progress and notices on stderr; files written whole or not at all."""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from servsim.errors import ServsimError

Tell = Callable[[int, int, float], None]


class Paper(Console):
    """A console whose reader may leave early, as `head` does: that is no failure."""

    def on_broken_pipe(self) -> None:
        """Nobody reads on: end in peace."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


def stdout() -> Console:
    """Where results go: 80 columns when it is not a terminal, no colour where NO_COLOR or a pipe says so."""
    return Paper(highlight=False, soft_wrap=False)


def stderr() -> Console:
    """Where progress and notices go."""
    return Console(stderr=True, highlight=False)


def say(*parts: RenderableType) -> None:
    """Print parts of a result one under the other; without signs that the terminal cannot show."""
    console = stdout()
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    if not encoding.startswith("utf"):
        with console.capture() as captured:
            for part in parts:
                console.print(part, markup=False)
        sys.stdout.write(ascii_only(captured.get()).encode(encoding, "replace").decode(encoding))
        return
    for part in parts:
        console.print(part, markup=False)


def shows_curves() -> bool:
    """Is there room for a curve of Braille dots: a terminal of 80 columns or more that shows such signs?"""
    console = stdout()
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    return console.is_terminal and not console.is_dumb_terminal and console.width >= 80 and encoding.startswith("utf")


def ascii_only(text: str) -> str:
    """Text with the signs servsim uses spelled in ASCII."""
    for sign, plain in (
        ("…", ".."),
        ("−", "-"),
        ("–", "-"),
        ("±", "+/-"),
        ("─", "-"),
        ("→", "->"),
        ("·", "."),
        ("×", "x"),
        ("█", "#"),
        ("│", "+"),
    ):
        text = text.replace(sign, plain)
    return text


def print_json(result: dict[str, Any]) -> None:
    """Print a result as JSON; every undefined number is null."""
    sys.stdout.write(json.dumps(result, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def notice(message: str, quiet: bool = False) -> None:
    """One line on stderr."""
    if not quiet:
        stderr().print(message, markup=False, soft_wrap=True)  # a path must not be folded


@contextmanager
def progress(what: str, quiet: bool) -> Iterator[Tell]:
    """A bar with the time left on stderr, if that is a terminal; what to call after each replication."""
    console = stderr()
    if quiet or not console.is_terminal:
        yield lambda done, total, seconds: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[replications]}"),
               TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None, replications="")
        yield lambda done, total, seconds: bar.update(
            task, completed=done, total=total, replications=f"{done}/{total} replications"
        )


@cache
def announce_compiling(quiet: bool) -> None:
    """Say so, once, when the model must be compiled for this machine first, or cannot be."""
    from servsim.model.compilation import COMPILED, SLOW, WARM

    if COMPILED and not WARM:
        notice("Compiling the model for this machine (once, about a minute) …", quiet)
    if SLOW:
        notice(
            "The model is not compiled for these sources, so it runs some hundred times slower: install numba.", quiet
        )


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let a file be written beside its place and moved there when complete; a sentence where it cannot be.

    What a link leads to is written, a device is written to, and a file that must not be written is left as it is.
    """
    ready(path)
    place = path.resolve()
    is_device = place.exists() and not place.is_file()
    draft = place if is_device else place.with_name(f".{os.getpid()}.{place.name}")
    try:
        write(draft)
        if not is_device:
            draft.replace(place)
    except OSError as error:
        discard(draft, place)
        raise ServsimError(f"{path} cannot be written: {error.strerror or error}.") from None
    except BaseException:  # such as Ctrl-C, after which no draft may be left behind
        discard(draft, place)
        raise


def discard(draft: Path, place: Path) -> None:
    """Take a draft away."""
    if draft != place:
        draft.unlink(missing_ok=True)


def ready(path: Path | None, *read: Path | None) -> None:
    """ServsimError where a file cannot be put: better before hours of work than after. read: files asked of."""
    if path is None:
        return
    insist_not_read(path, read)
    if not path.parent.is_dir():
        raise ServsimError(f"{path} cannot be written: there is no folder {path.parent}; make it, or name another.")
    if path.is_dir():
        raise ServsimError(f"{path} cannot be written: it is a folder; name a file.")
    if path.exists() and not os.access(path, os.W_OK):
        raise ServsimError(f"{path} cannot be written: it is write-protected; name another place.")


def insist_not_read(path: Path, read: Iterable[Path | None]) -> None:
    """ServsimError where a file would be put in the place of one that is read, by whatever name or link."""
    from servsim.scenario.read import READ, identity

    asked = {identity(file) for file in read if file is not None and file.is_file()}
    if path.is_file() and identity(path) in READ | asked:
        raise ServsimError(f"{path} is the scenario that is read; name another file to write.")


def named_after(file: Path, what: str) -> Path:
    """Where a command writes when nobody says: here, named after the scenario's file."""
    from servsim.scenario.read import is_standard_input

    return Path(f"{'scenario' if is_standard_input(file) else file.stem}-{what}")


def insist_csv(path: Path | None, option: str = "--csv") -> None:
    """ServsimError where a table would go to a file of another kind; a device may have any name."""
    if path is not None and path.suffix != ".csv" and (path.is_file() or not path.exists()):
        raise ServsimError(f"{option} {path}: it must end in .csv.")


def write_csv(path: Path | None, rows: Iterable[dict[str, Any]]) -> None:
    """Write tidy rows as CSV, if a path is given."""
    if path is None:
        return
    table = list(rows)

    def write(draft: Path) -> None:
        with draft.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(table[0]) if table else [])
            writer.writeheader()
            writer.writerows(table)

    write_whole(path, write)


def end_interrupted(interrupted: bool) -> None:
    """Exit code 130 after showing what was finished before Ctrl-C."""
    if interrupted:
        notice("Interrupted: the metrics are of the replications finished until then.")
        sys.exit(130)
