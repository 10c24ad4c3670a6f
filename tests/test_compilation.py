"""numba is there when something is simulated, and not before; what Python runs of the model until then is the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from servsim.model import compilation as kernel

SALON = Path(__file__).parent.parent / "scenarios" / "salon.toml"
ASKED = """
import json, sys
from servsim.model import compilation
from servsim.model.rules import loyalty, demand
from servsim.engine_parameters import to_sheet
from servsim.scenario.read import read_scenario
sheet = compilation.readable(to_sheet(read_scenario(sys.argv[1]), 1))
def told():
    gaps = [demand.usual_gap(sheet, 0, who) for who in range(40)]
    return gaps + [loyalty.natural_staying(sheet, 0, 7 * who) for who in range(5)]
before, early = told(), "numba" in sys.modules
deferred = demand.usual_gap
from servsim.model import fast
after = told()
replaced = deferred is not demand.usual_gap and deferred(sheet, 0, 3) == after[3]
print(json.dumps([early, "numba" in sys.modules, before == after, replaced]))
"""


@pytest.mark.skipif(not kernel.COMPILED, reason="nothing is compiled here")
def test_before_an_engine_is_there_python_runs_the_rules_and_finds_the_same():
    done = subprocess.run([sys.executable, "-c", ASKED, SALON], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [False, True, True, True]


@pytest.mark.parametrize("words", [["run"], ["evaluate", "--no-picture"]], ids=" ".join)
def test_what_the_store_answers_needs_no_compiler(tiny, tmp_path, words):
    code = (
        "import sys; from servsim.cli import main\ntry: main()\nfinally: sys.stderr.write(str('numba' in sys.modules))"
    )
    asked = [sys.executable, "-c", code, *words, tiny, "--store", tmp_path / "worlds.sqlite", "--quiet"]
    first, second = (subprocess.run(asked, capture_output=True, text=True, check=True) for _ in range(2))
    assert first.stdout == second.stdout != ""
    assert first.stderr == str(kernel.COMPILED)
    assert second.stderr == "False"
