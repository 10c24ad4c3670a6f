"""The glossary: docs/glossary.md and event_codes.GLOSSARY say the same, and what it points to is there."""

import re
from pathlib import Path

import pytest

import servsim
from servsim.event_codes import GLOSSARY

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "glossary.md").read_text()


def table(head: str) -> list[list[str]]:
    """The cells of the table whose head begins so."""
    lines = PAGE.split(head, 1)[1].splitlines()[2:]
    rows = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


FIELD, METHODS = table("| our word |"), table("| method |")
DESK = table("| word | what it is |")


def test_the_page_has_every_word_of_the_glossary_as_it_says_it():
    found = {word: meaning for word, _, meaning, _ in FIELD} | dict(DESK)
    assert found == GLOSSARY
    assert len(found) == len(FIELD) + len(DESK)


@pytest.mark.parametrize("cell", [row[-1] for row in (*FIELD, *METHODS)])
def test_what_it_points_to_is_there(cell):
    named = re.findall(r"`([^`]+)`", cell)
    assert named
    folder = None
    for name in named:
        if name.startswith("servsim."):
            assert name.removeprefix("servsim.") in servsim.__all__
        elif "/" in name or name.endswith(".py"):
            path = ROOT / "src" / "servsim" / name
            path = path if path.exists() or folder is None else folder / name
            assert path.exists(), name
            folder = path.parent
        else:
            assert name.startswith(("--", "[", "servsim "))


OLD = re.compile(r"\b(worlds|HERE\.means|Means\()")
STILL = ("scenario/messages.py", "cli/renamed_options.py", "study/store/store.py", "study/store/database.py")
"""They say what was renamed, or name the file of the store, which keeps its name so that it is found."""


def test_words_that_were_replaced_are_used_no_more():
    home = ROOT / "src" / "servsim"
    for path in home.rglob("*.py"):
        if path.relative_to(home).as_posix() not in STILL:
            assert not OLD.findall(path.read_text()), path
