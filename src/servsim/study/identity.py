"""What a result belongs to: the digest of a scenario, the version of the model that answered, the key of its worlds."""

import hashlib
import json
import platform
from typing import Any

from servsim.scenario.scenario import Scenario

MODEL = 4
"""Changes when, and only when, answers change: tests/test_golden.py holds traces and figures to it."""

ASKED = {"title", "evaluate", "optimise", "uncertain"}
"""What a scenario says beside its worlds: how it is called, and what is asked of it."""


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Every setting that worlds depend on, given or by default; what is only shown or asked is left out.

    Of a segment, what is given: a setting that it does not name is the desk's, which need not be the default.
    """
    settings = scenario.model_dump(mode="json", exclude_none=True, exclude=ASKED)
    settings["segments"] = [segment.model_dump(mode="json", exclude_unset=True) for segment in scenario.segments]
    return settings


def digest_of(scenario: Scenario) -> str:
    """A fingerprint of every setting that worlds depend on."""
    return fingerprint(settings_of(scenario))[:16]


def fingerprint(what: object) -> str:
    """A SHA-256, in hexadecimal, of anything that JSON can write."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def model_version() -> int:
    """The version of the model."""
    return MODEL


def machine() -> str:
    """On what kind of machine the last bit of every figure is the same: the system and the family of its processor."""
    return f"{platform.system()} {platform.machine()}"


def answer_to(scenario: Scenario, seed: int) -> dict[str, Any]:
    """What every answer says first, as JSON has it: of which scenario it is, by which model, in which worlds."""
    return {"scenario": scenario.title, "digest": digest_of(scenario), "model": model_version(), "seed": seed}
