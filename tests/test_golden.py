"""Golden traces: a small world in full, meant to be read, and fingerprints of every scenario's trace and metrics.

They hold the version of the model to its promise: it changes when, and only when, answers change.
"""

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from servsim.engine_parameters import to_sheet
from servsim.event_codes import Happening
from servsim.model import fast
from servsim.scenario.read import checked, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.study.execution.replications import Experiment, Job
from servsim.study.metrics import NAMES
from servsim.study.scenario_identity import MODEL, digest_of

GOLDEN = Path(__file__).parent / "golden"
FINGERPRINTS = GOLDEN / "fingerprints.json"
Fingerprints = dict[str, dict[str, str]]
"""By scenario: of its trace, and of each metric by name."""
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
  1. raise MODEL in src/servsim/study/scenario_identity.py by one, so that no stored result is mistaken for a new one;
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


def scenarios() -> list[Path]:
    """The scenarios of the repository."""
    return sorted(Path("scenarios").glob("*.toml"))


def digests() -> Fingerprints:
    """The fingerprint of two weeks of every scenario's trace, an hour and a half of the textbook one, and of its file."""
    return {
        path.stem: {
            "file": digest_of(read_scenario(path))[:8],
            "trace": fast.simulate(to_sheet(read_scenario(path, short(path)))).digest(),
        }
        for path in scenarios()
    }


def metrics() -> Fingerprints:
    """A fingerprint of each metric in the same replications, and of all else that a store keeps of them."""
    return {path.stem: metrics_of(read_scenario(path, short(path))) for path in scenarios()}


def metrics_of(scenario: Scenario) -> dict[str, str]:
    """The same of one scenario."""
    found = Experiment(scenario, 1, "fast", controlled=True, far=True).simulated(Job(0, 0))
    rest = {name: getattr(found, name) for name in ("own", "controls", "fate", "spent", "stayed", "months")}
    columns = {**dict(zip(NAMES, found.metrics, strict=True)), **rest}
    return {name: fingerprint(np.asarray(value)) for name, value in columns.items()}


def fingerprint(numbers: np.ndarray) -> str:
    """Of numbers to eight digits: processors differ in the last bit of a power, and so do sums of money over years."""
    return hashlib.sha256(" ".join(f"{number:.8g}" for number in numbers.ravel().tolist()).encode()).hexdigest()[:8]


def moved(old: Fingerprints, new: Fingerprints) -> list[str]:
    """What is in both and differs: a metric that is new, or gone, moves nothing, nor does a file that says otherwise."""
    return [
        f"{scenario}: {name}"
        for scenario in sorted(old.keys() & new.keys())
        if old[scenario].get("file") == new[scenario].get("file")
        for name in sorted(old[scenario].keys() & new[scenario].keys())
        if old[scenario][name] != new[scenario][name]
    ]


def verdict(golden: dict[str, Any], model: int, now: Fingerprints) -> str:
    """Why the golden file may not be written anew; empty where it may."""
    changed = moved(golden["fingerprints"], now)
    if model == golden["model"] and changed:
        return MOVED.format(what=", ".join(changed[:8]) + (" …" if len(changed) > 8 else ""))
    if model == golden["model"] + 1 and not changed:
        return f"MODEL was raised to {model}, but every answer is as it was; put it back to {golden['model']}."
    if model not in (golden["model"], golden["model"] + 1):
        return f"MODEL is {model}; it must be {golden['model']}, or {golden['model'] + 1} where answers have changed."
    return ""


def rewritten(golden: dict[str, Any], model: int, now: Fingerprints) -> dict[str, Any]:
    """The golden file of these answers; those of the version before stay in it, to compare with.

    A setting that is new changes what a file comes to, whether or not it says anything else: so it does for those before.
    """
    last = golden["fingerprints"]
    if model != golden["model"] or not golden["before"]:
        return {"model": model, "fingerprints": now, "before": golden["before"] if model == golden["model"] else last}
    before = {
        name: {**own, "file": now[name]["file"]}
        if name in now and "file" in own and own["file"] == last.get(name, {}).get("file") else own
        for name, own in golden["before"].items()
    }  # fmt: skip
    return {"model": model, "fingerprints": now, "before": before}


def fingerprints() -> Fingerprints:
    """Traces and metrics; of the tiny world, its trace alone."""
    figured, tiny = metrics(), {"trace": hashlib.sha256(readable_trace().encode()).hexdigest()[:16]}
    return {"the tiny world": tiny, **{name: {**trace, **figured[name]} for name, trace in digests().items()}}


def short(path: Path) -> list[str]:
    """Overrides that leave a scenario a short window, and a little time after it."""
    weeks = "0.01" if path.stem == "erlang-a" else "2"
    return [f"horizon.weeks={weeks}", "horizon.warmup_weeks=0", "horizon.years=0.1"]


at_home = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="golden traces are of Linux on x86-64"
)


@at_home
def test_the_tiny_world_is_as_it_was():
    assert readable_trace() == (GOLDEN / "tiny.txt").read_text(), MOVED.format(what="the tiny world in tests/golden")


@at_home
def test_every_scenario_is_as_it_was():
    """Its trace, and every metric read from it."""
    golden, now = json.loads(FINGERPRINTS.read_text()), fingerprints()
    assert golden["model"] == MODEL, "MODEL was raised: write the golden traces anew, python tests/test_golden.py"
    assert not verdict(golden, MODEL, now), verdict(golden, MODEL, now)
    assert golden["fingerprints"] == now, (
        "A scenario or a metric is new, gone, or says otherwise: write the golden traces anew, python tests/test_golden.py"
    )


def test_the_model_version_was_not_raised_for_nothing():
    golden = json.loads(FINGERPRINTS.read_text())
    assert (golden["before"] is None) == (golden["model"] == 1)
    assert golden["before"] is None or moved(golden["before"], golden["fingerprints"])


OLD = {"model": 3, "before": None, "fingerprints": {"salon": {"trace": "aa", "wait_mean": "01"}}}


@pytest.mark.parametrize(("model", "now", "said"), [
    (3, {"salon": {"trace": "aa", "wait_mean": "01"}}, ""),
    (3, {"salon": {"trace": "aa", "wait_mean": "01", "younger": "05"}, "new": {"trace": "bb"}}, ""),
    (3, {"salon": {"trace": "aa"}}, ""),
    (3, {"salon": {"file": "11", "trace": "ab", "wait_mean": "02"}}, ""),
    (3, {"salon": {"trace": "aa", "wait_mean": "02"}}, "Answers have changed: salon: wait_mean."),
    (3, {"salon": {"trace": "ab", "wait_mean": "01"}}, "Answers have changed: salon: trace."),
    (4, {"salon": {"trace": "aa", "wait_mean": "02"}}, ""),
    (4, {"salon": {"trace": "aa", "wait_mean": "01"}}, "every answer is as it was; put it back to 3."),
    (4, {"salon": {"trace": "aa", "wait_mean": "01", "younger": "05"}}, "every answer is as it was; put it back to 3."),
    (5, {"salon": {"trace": "ab", "wait_mean": "01"}}, "MODEL is 5; it must be 3, or 4"),
    (2, {"salon": {"trace": "ab", "wait_mean": "01"}}, "MODEL is 2; it must be 3, or 4"),
])  # fmt: skip
def test_the_model_version_changes_when_and_only_when_answers_change(model, now, said):
    found = verdict(OLD, model, now)
    assert bool(said) == bool(found)
    assert said in found
    if not said:
        anew = rewritten(OLD, model, now)
        assert anew["before"] == (None if model == 3 else OLD["fingerprints"])
        assert not verdict(anew, model, now)


@pytest.mark.parametrize("name", ["trace", "wait_mean", "own", "spent"])
def test_a_moved_answer_is_noticed_in_every_kind_of_fingerprint(name):
    golden = json.loads(FINGERPRINTS.read_text())
    now = json.loads(json.dumps(golden["fingerprints"]))
    now["salon"][name] = "otherwise"
    assert f"Answers have changed: salon: {name}." in verdict(golden, golden["model"], now)


def write() -> None:
    """Write the golden files anew, or say why that must not be."""
    golden, now = json.loads(FINGERPRINTS.read_text()), fingerprints()
    if why := verdict(golden, MODEL, now):
        sys.exit(why)
    (GOLDEN / "tiny.txt").write_text(readable_trace())
    FINGERPRINTS.write_text(json.dumps(rewritten(golden, MODEL, now), indent=1) + "\n")


if __name__ == "__main__":
    write()
