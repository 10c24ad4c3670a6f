"""What a command prints: results on stdout, progress and notices on stderr; the tables that it writes."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.segment import Segment

from servsim.csv_files import save_table
from servsim.files import insist_ending, write_whole
from servsim.visible_text import STEERING, folded, visible

Tell = Callable[[int, int, float], None]


class Unsteered(Console):
    """A console that no text can steer."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is printed, with control characters written out."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text, allowed="\n"))


class Paper(Unsteered):
    """One whose reader may leave early, as `head` does: that is no failure."""

    def on_broken_pipe(self) -> None:
        """Nobody reads on."""
        nobody_reads_on()


def nobody_reads_on() -> NoReturn:
    """End in peace."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0)


def stdout() -> Console:
    """Where results go: 80 columns when it is not a terminal, no colour where NO_COLOR or a pipe says so."""
    return Paper(highlight=False, soft_wrap=False)


def stderr() -> Console:
    """Where progress and notices go."""
    return Unsteered(stderr=True, highlight=False)


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
    """Print a result as JSON; every undefined number is null, and control characters are \\u with four digits."""
    text = json.dumps(result, indent=2, allow_nan=False, ensure_ascii=False)
    try:
        sys.stdout.write("\n".join(STEERING.sub(as_json_has_it, line) for line in text.split("\n")) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        nobody_reads_on()


def as_json_has_it(found: "re.Match[str]") -> str:
    """A sign as JSON writes it that it need not, but may."""
    return f"\\u{ord(found[0]):04x}"


def notice(message: str, quiet: bool = False) -> None:
    """One line on stderr, folded between words where that is a terminal; a path must not be folded."""
    if not quiet:
        stderr().print(folded(message, sys.stderr), markup=False, soft_wrap=True)


def place_of(path: Path) -> str:
    """A file that was written, and the folder it is in where its name does not say that."""
    return f"{path}" if path.is_absolute() else f"{path} in {path.resolve().parent}"


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
    from servsim.model.compilation import COMPILED, FOLDER, SLOW, WARM

    if COMPILED and not WARM:
        each_time = "about a minute each time: there is no folder to keep it in that nobody else may write to"
        notice(f"Compiling the model for this machine ({'once, about a minute' if FOLDER else each_time}) …", quiet)
    if SLOW:
        slow = "The model is not compiled for these sources, so it runs some hundred times slower: install numba."
        notice(slow, quiet)


def named_after(file: Path, what: str) -> Path:
    """Where a command writes when nobody says: here, named after the scenario's file."""
    from servsim.scenario.read import is_standard_input

    return Path(f"{'scenario' if is_standard_input(file) else file.stem}-{what}")


def insist_csv(path: Path | None, option: str = "--csv") -> None:
    """ServsimError where a table would go to a file of another kind; a device may have any name."""
    if path is not None and (path.is_file() or not path.exists()):
        insist_ending(path, (".csv",), option)


def write_csv(path: Path | None, rows: Iterable[dict[str, Any]]) -> None:
    """Write tidy rows as CSV, if a path is given."""
    if path is not None:
        table = list(rows)
        head = list(table[0]) if table else []
        write_whole(path, lambda draft: save_table(draft, head, (row.values() for row in table)))


def end_interrupted(interrupted: bool) -> None:
    """Exit code 130 after showing what was finished before Ctrl-C."""
    if interrupted:
        notice("Interrupted: the metrics are of the replications finished until then.")
        sys.exit(130)
