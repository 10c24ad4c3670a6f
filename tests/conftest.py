"""What tests share: a replication from a few settings, the model without the compiler, a small desk, its page, a command."""

import importlib.util
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings

from servsim import files
from servsim.engine_parameters import to_sheet
from servsim.model import compilation as kernel
from servsim.scenario.read import checked
from servsim.study.execution.options import Execution
from servsim.study.verification.verify import Effort, theory

if TYPE_CHECKING:
    from servsim.model.trace import Engine
    from servsim.page.server import Served
    from servsim.study.verification.textbook_desks import Case

os.environ["SERVSIM_STORE"] = os.path.join(tempfile.mkdtemp(prefix="servsim-tests-"), "worlds.sqlite")

settings.register_profile("servsim", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("servsim")

TINY_DESK = """
title = "Tiny"
[opening]
monday = "09:00-12:00"
[demand]
prospects_per_hour = 3
opening_book = 30
visit_gap_days = 14
[investment]
[waiting]
[quality]
[loyalty]
[spending]
[horizon]
weeks = 6
years = 1
"""
"""A desk that is simulated at once."""
TINY = f"""{TINY_DESK}[evaluate]
levels = [0, 5, 10]
replications = 4
"""
"""The desk with a question about it."""


COMMAND = [sys.executable, "-c", "from servsim.cli import main; main()"]


def pytest_configure(config: pytest.Config) -> None:
    """Compile the model once, before several processes begin that would all compile it; one by itself does as it goes."""
    starts_workers = getattr(config.option, "numprocesses", None) and not config.option.collectonly
    if not starts_workers or kernel.WARM or not kernel.COMPILED or kernel.FOLDER is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tiny.toml")
        path.write_text(TINY)
        subprocess.run([*COMMAND, "evaluate", path, "--no-store", "--json"], stdout=subprocess.DEVNULL, check=True)


@pytest.fixture(scope="session")
def world() -> Callable[..., np.ndarray]:
    """A sheet in the form that rules read, from the tables of a scenario: world(staff={"agents": 1})."""

    def made(seed: int = 1, replication: int = 0, **tables: Any) -> np.ndarray:
        return kernel.readable(to_sheet(checked(tables, "test"), seed, replication))

    return made


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A module of the model as Python itself runs it, by its name."""

    def loaded(name: str) -> ModuleType:
        monkeypatch.setattr(kernel, "COMPILED", False)
        spec = importlib.util.spec_from_file_location(f"plain_{name}", kernel.PACKAGE / "model" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return loaded


def meets_the_textbook(
    case: "Case",
    share: float = 1.0,
    replications: int = 24,
    seed: int = 1,
    engine: "Engine" = "fast",
    sharpness: float = 0.02,
) -> None:
    """An engine meets the textbook at a desk, with this share of the weeks that the full proof takes."""
    for found in theory([case], Effort(replications, share, sharpness, twins=0), seed, Execution(engine, workers=1)):
        assert found.standard_error <= sharpness * abs(found.expected), f"{found.metric}: {found} is not sharp"
        assert abs(found.z) <= 3, f"{found.metric}: {found} is off by {found.z:.1f} standard errors"


@pytest.fixture(
    params=[
        pytest.param(("fast", 1.0, 0.02), id="fast"),
        pytest.param(("reference", 1 / 16, 0.15), id="reference"),
        pytest.param(("reference", 1.0, 0.02), id="reference, sharply", marks=pytest.mark.nightly),
    ]
)
def told(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Each engine at a desk and with a share: by day the story with a sixteenth of it, and as sharply as that permits.

    Where the weeks are asked for, it has fewer replications of them.
    """
    engine, part, sharpness = request.param

    def meets(case: "Case", share: float = 1.0) -> None:
        replications = 8 if case.asked and part < 1 else 24
        meets_the_textbook(case, share * part, replications, engine=engine, sharpness=sharpness)

    return meets


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A small scenario in a folder of its own."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="module")
def served(file: Path) -> Iterator["Served"]:
    """A page that is being served, of the module's own `file`."""
    from servsim.page.server import Served

    page = Served(file)
    thread = threading.Thread(target=page.run)
    thread.start()
    while not page.server.started:
        time.sleep(0.01)
    yield page
    page.stop()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(autouse=True, scope="session")
def compiled_already() -> Iterator[None]:
    """Nothing is said of compiling, whichever test is the first to simulate."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kernel, "WARM", True)
        yield


@contextmanager
def as_typed(
    words: Sequence[object], environment: dict[str, str]
) -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    """This process as one that these words start; what it prints, and says on stderr."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    heard = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment.items():
            patched.setenv(name, value)
        patched.setattr(files, "IN_USE", {})
        patched.setattr(sys, "argv", ["servsim", *map(str, words)])
        patched.setattr(sys, "stdout", out)
        patched.setattr(sys, "stderr", err)
        try:
            yield out, err
        finally:
            for number, handler in heard.items():
                signal.signal(number, handler)


def servsim_here(*words: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command ends with, prints, and says on stderr, in this very process: two seconds sooner than in another."""
    from servsim.cli import main

    with as_typed(words, environment) as printed, chdir(cwd or "."), pytest.raises(SystemExit) as ended:
        main()
    told = (stream.buffer.getvalue().decode() for stream in printed)
    return subprocess.CompletedProcess([*map(str, words)], int(ended.value.code or 0), *told)


@pytest.fixture
def typed() -> Callable[..., tuple[int, str, str]]:
    """A command's exit code, what it prints, and what it says on stderr."""

    def command(*words: object) -> tuple[int, str, str]:
        done = servsim_here(*words)
        return done.returncode, done.stdout, done.stderr

    return command
