"""What a scenario's settings say that others do not: the defaults, or other scenarios."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from servsim.scenario.messages import table_of
from servsim.scenario.scenario import Scenario
from servsim.study.identity import settings_of

Flat = dict[str, Any]


def flat(settings: Mapping[str, Any], path: str = "") -> Flat:
    """Settings by their full names; segments by their number, from 1."""
    found: Flat = {}
    for key, value in settings.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            found |= flat(value, name)
        elif key == "segments":
            found |= flat({str(number): segment for number, segment in enumerate(value, 1)}, name)
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
