"""The lowest versions that pyproject.toml declares will do, all of them together: on a night, in an environment of its own."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
QUICK = ("test_cli", "test_files", "test_film", "test_page", "test_plots", "test_records_reading", "test_report",
         "test_results", "test_run")  # fmt: skip
"""What runs every command, draws, serves the page and keeps results."""
LEAST = re.compile(r"([\w.-]+)>=([\w.]+)(,.*)?")


def declared() -> list[str]:
    """Everything that servsim, its extras and these tests need; not what only lints, types or drives a browser."""
    extras = PROJECT["optional-dependencies"]
    tools = [needed for needed in extras["test"] if needed.startswith(("httpx", "pytest", "hypothesis"))]
    return [*PROJECT["dependencies"], *extras["frames"], *extras["page"], *extras["dask"], *extras["fit"], *tools]


def test_every_dependency_has_a_lowest_version():
    assert [needed for needed in declared() if not LEAST.fullmatch(needed)] == []


@pytest.mark.nightly
def test_the_lowest_declared_versions_will_do(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "lowest"], check=True)
    python = tmp_path / "lowest" / ("Scripts" if os.name == "nt" else "bin") / "python"
    lowest = [LEAST.sub(r"\1==\2", needed) for needed in declared()]
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "-e", ROOT, "--only-binary", ":all:", *lowest], check=True
    )
    tests = [ROOT / "tests" / f"{name}.py" for name in QUICK]
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ours["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    others = ("-p", "no:cacheprovider", "-o", "filterwarnings=default")  # old versions may deprecate, but not fail
    done = subprocess.run([python, "-m", "pytest", "-q", "-n", "2", *others, *tests], cwd=ROOT, env=ours)
    assert done.returncode == 0
