"""What a result belongs to: the digest of a scenario, the version of the model that answered, the key of its worlds."""

import hashlib
import json
import platform

from servsim.scenario.scenario import Scenario

MODEL = 1
"""Changes when, and only when, answers change: tests/test_golden.py holds traces and figures to it."""

ASKED = {"title", "evaluate", "optimise", "uncertain"}
"""What a scenario says beside its worlds: how it is called, and what is asked of it."""


def digest_of(scenario: Scenario) -> str:
    """A fingerprint of every setting, given or by default; what is only shown or asked does not count."""
    settings = scenario.model_dump(mode="json", exclude_none=True, exclude=ASKED)
    return fingerprint(settings)[:16]


def fingerprint(what: object) -> str:
    """A SHA-256, in hexadecimal, of anything that JSON can write."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def model_version() -> int:
    """The version of the model."""
    return MODEL


def machine() -> str:
    """On what kind of machine the last bit of every figure is the same: the system and the family of its processor."""
    return f"{platform.system()} {platform.machine()}"
