"""Golden traces: a small world in full, meant to be read, and a fingerprint of every scenario of the repository."""

import json
import platform
from pathlib import Path

import pytest

from servsim.model import fast
from servsim.scenario.read import checked, read_scenario
from servsim.sheet import to_sheet
from servsim.study.identity import MODEL
from servsim.words import Happening

GOLDEN = Path(__file__).parent / "golden"
TINY = {
    "opening": {"monday": "09:00-10:00"},
    "demand": {"prospects_per_hour": 5.0, "opening_book": 3, "visit_gap_days": 5.0},
    "staff": {"agents": 1, "inattentive_minutes": 3.0},
    "service": {"core_minutes": 8.0},
    "investment": {},
    "waiting": {"retry_probability": 0.5},
    "quality": {},
    "loyalty": {},
    "spending": {},
    "horizon": {"weeks": 0.5},
}
MOVED = """
Answers have changed: {what}.
If that was not meant, find out which rule moved. If it was meant:
  1. raise MODEL in src/servsim/study/identity.py by one, so that no stored result is mistaken for a new one;
  2. write what changed under "Answers change" in CHANGELOG.md;
  3. write the new traces with `python tests/test_golden.py` and read the difference.
Golden traces are of Linux on x86-64; elsewhere the last bit of an exponential may differ, which is no mistake.
"""


def readable_trace() -> str:
    """The tiny world, one happening a line: when, what, who, agent, value."""
    rows = fast.simulate(to_sheet(checked(TINY, "tiny"))).rows.tolist()
    return "".join(
        f"{tick:>10} {Happening(what).name:<18} {who:>20} {agent:>3} {value}\n"
        for tick, what, who, agent, value in rows
    )


def digests() -> dict[str, str]:
    """The fingerprint of two weeks of every scenario, an hour and a half of the textbook one."""
    return {
        path.stem: fast.simulate(to_sheet(read_scenario(path, short(path)))).digest()
        for path in sorted(Path("scenarios").glob("*.toml"))
    }


def short(path: Path) -> list[str]:
    """Overrides that leave a scenario a short horizon."""
    weeks = "0.01" if path.stem == "erlang-a" else "2"
    return [f"horizon.weeks={weeks}", "horizon.warmup_weeks=0"]


at_home = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="golden traces are of Linux on x86-64"
)


@at_home
def test_the_tiny_world_is_as_it_was():
    assert readable_trace() == (GOLDEN / "tiny.txt").read_text(), MOVED.format(what="the tiny world in tests/golden")


@at_home
def test_every_scenario_is_as_it_was():
    golden = json.loads((GOLDEN / "digests.json").read_text())
    assert golden["model"] == MODEL, "MODEL was raised: write the golden traces anew, python tests/test_golden.py"
    assert golden["digests"] == digests(), MOVED.format(what="the worlds of scenarios/")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / "tiny.txt").write_text(readable_trace())
    (GOLDEN / "digests.json").write_text(json.dumps({"model": MODEL, "digests": digests()}, indent=2) + "\n")
