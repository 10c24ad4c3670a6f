"""What the tests of the model share: a world from a few settings, and a module of the model without the compiler."""

import importlib.util
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from servsim.model import kernel
from servsim.scenario.read import checked
from servsim.sheet import to_sheet

os.environ["SERVSIM_STORE"] = os.path.join(tempfile.mkdtemp(prefix="servsim-tests-"), "worlds.sqlite")

settings.register_profile("servsim", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("servsim")


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


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """What a command ends with, prints, and says on stderr, in this very process."""
    from servsim.cli import main

    def command(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["servsim", *map(str, words)])
        heard = signal.getsignal(signal.SIGINT)
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            signal.signal(signal.SIGINT, heard)
        return int(ended.value.code or 0), *capsys.readouterr()

    return command
