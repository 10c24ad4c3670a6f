"""The scenarios a page begins with: the file that was named, those of the repository, and the templates."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import servsim
from servsim.errors import ScenarioError
from servsim.scenario.scenario import Scenario
from servsim.show.formatting import capital
from servsim.study.objective import read_question

FIRST = "salon"
"""What a page shows where no file is named and the repository's scenarios are at hand."""
SHOWS = "What it shows:"
"""How the repository's scenarios begin to say what they are about."""


@dataclass(frozen=True)
class Preset:
    """A scenario to begin with: its name on the page, where it is, and what its first comment says."""

    name: str
    file: Path
    about: str

    def scenario(self) -> Scenario:
        """The scenario as its file has it now."""
        return read_question(self.file)


def presets(file: Path | None) -> dict[str, Preset]:
    """Every preset by its name, the one to begin with first; ScenarioError where the named file is not a scenario."""
    named = [] if file is None else [file]
    for path in named:
        read_question(path)
    found: dict[str, Preset] = {}
    for path in (*named, *repository(), *sorted(Path(str(files("servsim") / "templates")).glob("*.toml"))):
        if path not in named and not is_sound(path):
            continue
        name = path.stem if path.stem not in found else f"{path.stem} ({path.parent.name})"
        if not any(path.samefile(other.file) for other in found.values()):
            found[name] = Preset(name, path, about(path))
    return found


def repository() -> list[Path]:
    """The scenarios beside which we are called, or those of the clone that we run from; the salon first."""
    for folder in (Path("scenarios"), Path(servsim.__file__).parents[2] / "scenarios"):
        if found := sorted(folder.glob("*.toml"), key=lambda path: (path.stem != FIRST, path.stem)):
            return found
    return []


def is_sound(path: Path) -> bool:
    """Can a file be read as a scenario?"""
    try:
        read_question(path)
    except ScenarioError:
        return False
    return True


def about(path: Path) -> str:
    """What the first comment of a file says, up to the first line of it that is empty."""
    words = []
    for line in path.read_text("utf-8-sig").splitlines():
        text = line.removeprefix("#").strip()
        if not line.startswith("#") or not text:
            break
        words.append(text)
    return capital(" ".join(words).removeprefix(SHOWS).strip())
