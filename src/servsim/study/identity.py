"""What a result belongs to: the digest of a scenario, and the version of the model that answered."""

import hashlib
import json

from servsim.scenario.scenario import Scenario

MODEL = 1
"""Changes when, and only when, answers change: tests/test_golden.py holds traces to it."""


def digest_of(scenario: Scenario) -> str:
    """A fingerprint of every setting, given or by default; what is only shown does not count."""
    settings = scenario.model_dump(mode="json", exclude_none=True, exclude={"title", "evaluate"})
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def model_version() -> int:
    """The version of the model."""
    return MODEL
