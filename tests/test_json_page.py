"""docs/json.md: the keys that it names are the keys that commands print, all of them and no others."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from servsim.cli.commands import app
from servsim.study.verification.verify import QUICK, Finding, Proof, Twins
from servsim.study.yearly_projection import YEARLY_NAMES

PAGE = Path(__file__).parent.parent / "docs" / "json.md"
SALON, LEVERS, SEGMENTS = (f"scenarios/{name}.toml" for name in ("salon", "several-levers", "equal-or-by-value"))
QUIET = ["--quiet", "--no-store", "--json"]
SHORT = ["--set", "horizon.weeks=8", "--set", "horizon.years=1"]
FEW = ["--set", "optimise.search_replications=2", "--set", "optimise.finalists=2"]
ONE_LEVEL = ["--set", "evaluate.levels=[6]", "--set", "evaluate.finer=0", *SHORT]
COMMANDS = {
    "check": [["check", SALON, "--set", "horizon.warmup_weeks=2", "--json"], ["check", LEVERS, "--json"]],
    "run": [["run", SEGMENTS, "--replications", "2", "--precision", "revenue=0.9", *SHORT, *QUIET]],
    "evaluate": [["evaluate", SALON, "--replications", "3", *ONE_LEVEL, *QUIET]],
    "sensitivity": [["sensitivity", SALON, "--points", "40", "--replications", "2", "--replications", "3", *ONE_LEVEL, *QUIET]],
    "optimise": [["optimise", LEVERS, "--points", "14", "--replications", "3", *FEW, *SHORT, *QUIET]],
    "compare": [["compare", SALON, "--to", "staff.agents=4", "--replications", "3", *SHORT, *QUIET]],
    "worth": [["worth", "scenarios/recovery.toml", "--replications", "2", *SHORT, *QUIET]],
    "verify": [["verify", SALON, "--quick", "--quiet", "--json"]],
    "results list": [["results", "list", "--json"]],
}  # fmt: skip
NAMED = {
    "metrics", "differences", "risk", "segments", "settings", "best", "not_worse[]", "sources", "reasons", "spent",
    "proposed[]", "settled_after_weeks", "precision",
}  # fmt: skip
"""Objects whose keys are names of metrics, settings, segments, groups."""
NAMED_AT = re.compile(r"segments\.\*|customers\.reasons\.\*(\.[ab])?")
YEAR = {"year", *YEARLY_NAMES}
"""The keys of a year, which the page tells of once."""
TOLD_ELSEWHERE = "rests_on"
"""An object that has the keys of `tornado`."""


def keys_of(found: Any, path: str = "", name: str = "") -> Iterator[str]:
    """The keys of an answer, as the page writes them; an interval is one key, and so is a year."""
    is_one = isinstance(found, dict) and (set(found) == {"mean", "low", "high", "unit"} or set(found) == YEAR)
    if isinstance(found, dict) and found and not is_one and name != TOLD_ELSEWHERE:
        for key, own in found.items():
            each = "*" if name in NAMED or (NAMED_AT.fullmatch(path) and key not in ("a", "b")) else key
            yield from keys_of(own, f"{path}.{each}".lstrip("."), each)
    elif isinstance(found, list):
        for own in found or [None]:
            yield from keys_of(own, f"{path}[]", f"{name}[]")
    else:
        yield path


def told_in(section: str) -> set[str]:
    """The keys in the tables of a section of the page."""
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


def excused(key: str, keys: set[str]) -> bool:
    """Is what this key belongs to null or empty here?"""
    parts = key.replace("[]", ".[]").split(".")
    outer = {".".join(parts[:end]).replace(".[]", "[]") for end in range(1, len(parts))}
    return bool(outer & keys)


@cache
def answers(command: str) -> list[Any]:
    """What the command prints in every way that the page tells of."""
    printed = []
    for words in COMMANDS[command]:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        printed.append(json.loads(done.stdout))
    if command == "verify":
        finding = Finding("M/M/1", "wait_mean", 1.0, 1.0, 0.1, True)
        printed.append(Proof(1, QUICK, (finding,), Twins(1, 0, 5, (), ())).to_dict())
    return printed


@pytest.fixture(scope="module")
def store():
    """A store with replications in it, where commands keep theirs."""
    done = CliRunner().invoke(app, ["run", SALON, "--set", "horizon.weeks=1", "--replications", "2", "--quiet"])
    assert done.exit_code == 0, done.output


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_tells_of_every_key_and_of_no_other(command):
    intro, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    (section,) = [own for own in sections if own.startswith(f"`servsim {command}`")]
    printed = {key for answer in answers(command) for key in keys_of(answer)}
    told = told_in(section)
    assert sorted(key for key in printed - told - told_in(intro) if not any(excused(own, {key}) for own in told)) == []
    assert sorted(key for key in told - printed if not excused(key, printed)) == []


def test_the_page_tells_once_what_a_year_holds():
    (told,) = re.findall(r"\*\*A year\*\* is (.*?) each of that year", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert re.findall(r"`(\w+)`", told) == ["year", *YEARLY_NAMES]


def test_what_an_evaluation_rests_on_has_the_keys_that_are_told_of_the_tornado():
    (answer,) = answers("evaluate")
    section = PAGE.read_text(encoding="utf-8").split("\n## `servsim sensitivity`")[1].split("\n## ")[0]
    told = {key.removeprefix("tornado.") for key in told_in(section) if key.startswith("tornado.")}
    printed = set(keys_of(answer[TOLD_ELSEWHERE]))
    assert sorted(key for key in printed - told if not any(excused(own, {key}) for own in told)) == []
    assert sorted(key for key in told - printed if not excused(key, printed)) == []
