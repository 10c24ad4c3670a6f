"""The advice comes true: its regret over the years, in replications that were not used for advising (nightly).

Tables go to docs/proof, with the commit they were made on.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from servsim.scenario.read import checked
from servsim.scenario.scenario import Scenario

ROOT = Path(__file__).parent.parent
PROOF = ROOT / "docs" / "proof"
AT_LEAST = 17
"""Of twenty random scenarios, so many must meet the bar."""


def loaded() -> ModuleType:
    """The benchmark that judges."""
    spec = importlib.util.spec_from_file_location("regret", ROOT / "benchmarks" / "regret.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["regret"] = module
    spec.loader.exec_module(module)
    return module


regret = loaded()


def judge_all(asked: Iterable[tuple[str, Scenario, int | None]], name: str, title: str) -> list:
    """Judge questions, and write their table."""
    verdicts = [regret.judged(*each) for each in asked]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    lines = [f"# {title}", "", f"Made on commit {commit.stdout.strip()}; money in thousands.", "", regret.HEAD]
    PROOF.mkdir(exist_ok=True)
    (PROOF / name).write_text("\n".join([*lines, *(own.row() for own in verdicts), ""]))
    return verdicts


@pytest.mark.nightly
def test_the_advice_of_every_scenario_comes_true():
    verdicts = judge_all(regret.stated_questions(), "regret.md", "Regret of the advice, scenario by scenario")
    assert [own.name for own in verdicts if not own.holds] == []


@pytest.mark.nightly
def test_the_advice_of_random_relationships_comes_true():
    title = f"Regret of the advice, {regret.MANY} random relationships of seed {regret.RANDOM_SEED}"
    verdicts = judge_all(regret.random_questions(), "regret-random.md", title)
    assert sum(own.holds for own in verdicts) >= AT_LEAST


def test_every_scenario_is_held_against_its_years_or_it_is_said_why_not():
    asked = {Path(question.file).stem for question in regret.QUESTIONS}
    for path in (ROOT / "scenarios").glob("*.toml"):
        assert (path.stem in asked) != (path.stem in regret.LEFT_OUT), path.stem


def test_one_half_of_the_replications_chooses_and_the_other_judges():
    """Level 1 is best by luck in replication 0 alone; in the others it is as good as level 0, which is advised."""
    value = np.zeros((2, 4))
    value[1, 0] = 8.0
    assert regret.fair_regret(value, 0) == (0.0, 0.0)
    assert regret.fair_regret(np.array([[0.0] * 4, [3.0] * 4]), 0) == (3.0, 0.0)
    assert regret.fair_regret(np.array([[0.0] * 4, [3.0] * 4]), 1) == (0.0, 0.0)


def test_a_small_desk_is_judged_as_a_large_one():
    tables = {
        "opening": {"monday": "09:00-12:00"}, "demand": {"prospects_per_hour": 3.0, "opening_book": 30},
        "investment": {}, "waiting": {}, "quality": {}, "loyalty": {}, "spending": {},
        "horizon": {"years": 1.0}, "evaluate": {"levels": [0.0, 5.0, 10.0]},
    }  # fmt: skip
    found = regret.judged("tiny", checked(tables, "tiny"))
    assert found.advised in (0.0, 5.0, 10.0)
    assert found.error <= regret.SHARP * found.tolerance or found.judging == 3 * regret.MOST
    assert found.row().count("|") == regret.HEAD.splitlines()[0].count("|")
