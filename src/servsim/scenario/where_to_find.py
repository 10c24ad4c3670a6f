"""Where a business finds the number for each setting: a till, a diary, a stopwatch, customers asked; or nowhere."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

NOWHERE = "cannot be known"
"""How the text of a setting begins that nobody can measure."""


@cache
def texts() -> dict[str, Any]:
    """What `where_to_find.toml` says, table by table."""
    text = (files("servsim.scenario") / "where_to_find.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def where(key: str) -> str:
    """Where the number for a setting comes from, in a clause; as for the table around it where that has one for all.

    Empty where nothing is said.
    """
    found: Any = texts()
    for part in key.split("."):
        if not isinstance(found, dict):
            break
        found = found.get(part, texts()["on"] if part == "on" else "")
    return found if isinstance(found, str) else ""


def is_found(key: str) -> bool:
    """Is there more to say of a setting's number than that its owner decides, or sees it on the door?"""
    return bool(where(key)) and key.split(".")[0] not in ASKED_OR_SEEN and not where(key).startswith("your ")


ASKED_OR_SEEN = ("opening", "evaluate", "optimise", "horizon")
"""Tables whose numbers nobody needs to look for."""


def is_measurable(key: str) -> bool:
    """Can a business find out this number?"""
    return not where(key).startswith(NOWHERE)
