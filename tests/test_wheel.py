"""The compiled library of a wheel: it is taken only where it fits, and it tells the traces of both engines."""

import hashlib
import json
import os
import runpy
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from mutations import PACKAGE

from servsim.model import compilation as kernel
from servsim.model.compiled_library import Library, form_of, load

ROOT = Path(__file__).parent.parent
ADDS = "int adds(long long *words, long long *result) { *result = ((long long *) words[4])[1] + words[7]; return 0; }"
"""A function as a library has it: the second item of an array, and a number."""
WHOLES = np.array([1, 20, 300])


def adds(array: np.ndarray, number: int) -> int:
    """What Python itself would say, a thousand higher."""
    return int(array[1]) + number + 1000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small library and its description."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler here")
    folder = tmp_path_factory.mktemp("library")
    command = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", folder / "loop.so"]
    subprocess.run(command, input=ADDS, text=True, check=True)
    digest = hashlib.sha256((folder / "loop.so").read_bytes()).hexdigest()
    function = {"symbol": "adds", "takes": [form_of(WHOLES), form_of(1)], "gives": "int64"}
    told = {"library": "loop.so", "sources": "these", "sha256": digest, "functions": {f"{__name__}.adds": function}}
    (folder / "library.json").write_text(json.dumps(told))
    return folder


def test_a_function_is_called_in_the_library_where_its_arguments_fit(folder):
    library = load(folder, "these")
    assert isinstance(library, Library)
    found = library.instead_of(adds)
    assert found(WHOLES, 4) == 24
    assert found(np.array([[1, 20], [300, 5]])[:, 0], 4) == 1304  # not one after the other in memory
    assert found(WHOLES.astype(np.int32), 4) == 1024
    assert found(WHOLES, 4.0) == 1024
    assert library.instead_of(form_of) is form_of


@pytest.mark.parametrize("harm", ["other sources", "a damaged library", "none", "a damaged description"])
def test_a_library_that_does_not_fit_is_not_loaded(folder, tmp_path, harm):
    place = shutil.copytree(folder, tmp_path / "library")
    if harm == "a damaged library":
        (place / "loop.so").write_bytes((place / "loop.so").read_bytes() + b" ")
    elif harm == "none":
        (place / "loop.so").unlink()
    elif harm == "a damaged description":
        (place / "library.json").write_text('{"library": "loop.so"}')
    assert load(place, "those" if harm == "other sources" else "these") is None


def test_a_changed_rule_or_table_is_not_answered_by_a_library_of_before(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "PACKAGE", shutil.copytree(PACKAGE, tmp_path / "servsim"))
    seen = {kernel.hash_of_sources(*kernel.LIBRARY_TOO)}
    changed = [
        "model/rules/loyalty.py", "model/fast/engine.py", "model/compiled_library.py", "study/trace_totals.py",
        "scenario/tables/base.py", "engine_parameters.py",
    ]  # fmt: skip
    for name in changed:
        path = tmp_path / "servsim" / name
        path.write_text(path.read_text() + "\n")
        seen.add(kernel.hash_of_sources(*kernel.LIBRARY_TOO))
    assert len(seen) == len(changed) + 1


TRACES = """
import json, sys
import numpy as np
from pathlib import Path
from servsim.engine_parameters import to_sheet
from servsim.model import compilation, fast, reference
from servsim.scenario.read import read_scenario
from servsim.study.execution.replications import Experiment, Job
from servsim.study.verification.random_scenarios import random_scenario
of_file = [read_scenario(path) for path in sorted(Path(sys.argv[1]).glob("*.toml"))]
drawn = [random_scenario(np.random.default_rng(n), n % 2 == 0) for n in range(100)]
digests = {"fast": [], "reference": []}
for scenario in of_file + drawn:
    sheet = to_sheet(scenario)
    sheet["end"] = np.minimum(sheet["end"], 8 * 86_400_000)
    for engine in (fast, reference) if "twins" in sys.argv else (fast,):
        digests[engine.__name__.split(".")[-1]].append(engine.simulate(sheet).digest())
told = [Experiment(scenario, 1, "fast", controlled=True).simulated(Job(0, 0)) for scenario in drawn[:20]]
metrics = [[one.metrics.tobytes().hex(), one.controls.tobytes().hex()] for one in told]
print(json.dumps([compilation.LIBRARY is not None, "numba" in sys.modules, digests, metrics]))
"""


def told_by(package: Path, *words: str) -> list:
    """What a copy of the package tells of every scenario and of a hundred drawn at random."""
    command = [sys.executable, "-c", TRACES, ROOT / "scenarios", *words]
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


@pytest.mark.nightly
@pytest.mark.skipif(find_spec("ziglang") is None or find_spec("numba") is None, reason="no library can be built here")
def test_library_compiler_and_reference_tell_one_trace_and_a_changed_rule_is_compiled_anew(tmp_path):
    package = shutil.copytree(PACKAGE, tmp_path / "servsim", ignore=shutil.ignore_patterns("__pycache__", "library"))
    tool = runpy.run_path(str(ROOT / "tools" / "build_library.py"))
    build = [sys.executable, ROOT / "tools" / "build_library.py", tmp_path / "libraries"]
    environment = {**tool["surroundings"](tmp_path / "cache"), "PYTHONPATH": str(package.parent)}
    subprocess.run(build, check=True, env=environment)
    shutil.copytree(tmp_path / "libraries" / tool["HERE"], package / "model" / "library")
    by_library, by_compiler = told_by(package), told_by(PACKAGE, "twins")
    assert by_library[:2] == [True, False]
    assert by_compiler[:2] == [False, True]
    assert by_library[2]["fast"] == by_compiler[2]["fast"] == by_compiler[2]["reference"]
    assert by_library[3] == by_compiler[3]
    rule = package / "model" / "rules" / "dispatch.py"
    rule.write_text(rule.read_text().replace("return joined - ahead", "return -joined - ahead"))
    changed = told_by(package)
    assert changed[:2] == [False, True]
    assert changed[2] != by_library[2]
