"""What a scenario is known by: the digest of its settings, the version of the model, what differs from others."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from servsim.scenario.messages import LISTED, table_of
from servsim.scenario.scenario import Scenario

MODEL = 5
"""Changes when, and only when, answers change: tests/test_golden.py holds traces and metrics to it."""

ASKED = {"title", "evaluate", "optimise", "uncertain"}
"""What a scenario says beside its replications: how it is called, and what is asked of it."""


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Every setting that replications depend on, given or by default; what is only shown or asked is left out.

    Of a segment, what is given: a setting that it does not name is the desk's, which need not be the default.
    """
    settings = scenario.model_dump(mode="json", exclude_none=True, exclude=ASKED)
    if not scenario.exceptions:  # a scenario without any is known by what it was before there were exceptions
        del settings["exceptions"]
    settings["segments"] = [segment.model_dump(mode="json", exclude_unset=True) for segment in scenario.segments]
    return settings


def digest_of(scenario: Scenario) -> str:
    """A fingerprint of every setting that replications depend on."""
    return fingerprint(settings_of(scenario))[:16]


def fingerprint(what: object) -> str:
    """A SHA-256, in hexadecimal, of anything that JSON can write."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def model_version() -> int:
    """The version of the model."""
    return MODEL


def machine() -> str:
    """On what kind of machine the last bit of every metric is the same: the system and the family of its processor."""
    return f"{platform.system()} {platform.machine()}"


def answer_to(scenario: Scenario, seed: int) -> dict[str, Any]:
    """What every answer says first, as JSON has it: of which scenario it is, by which model, in which replications."""
    return {"scenario": scenario.title, "digest": digest_of(scenario), "model": model_version(), "seed": seed}


Flat = dict[str, Any]


def flat(settings: Mapping[str, Any], path: str = "") -> Flat:
    """Settings by their full names; segments and exceptions by their number, from 1."""
    found: Flat = {}
    for key, value in settings.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            found |= flat(value, name)
        elif key in LISTED:
            found |= flat({str(number): table for number, table in enumerate(value, 1)}, name)
        else:
            found[name] = value
    return found


@cache
def defaults() -> Flat:
    """Every default; a mechanism's table has them too, but is switched on by being there."""
    settings: dict[str, Any] = settings_of(Scenario())
    for name, field in Scenario.model_fields.items():
        table = table_of(field.annotation)
        if name not in settings and table is not None and not any(f.is_required() for f in table.model_fields.values()):
            settings[name] = table().model_dump(mode="json", exclude_none=True) | {"on": False}
    return flat(settings)


def own_settings(settings: Mapping[str, Any]) -> Flat:
    """The settings that differ from their defaults."""
    default = defaults()
    return {name: value for name, value in flat(settings).items() if name not in default or default[name] != value}


def distinctions(several: Sequence[Mapping[str, Any]]) -> list[Flat]:
    """For each of several scenarios, the settings in which not all of them agree."""
    all_flat = [flat(settings) for settings in several]
    names = sorted(
        {name for one in all_flat for name in one if any(other.get(name) != one[name] for other in all_flat)}
    )
    return [{name: one.get(name) for name in names} for one in all_flat]
