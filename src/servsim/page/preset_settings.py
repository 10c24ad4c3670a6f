"""What the page says of a preset: its settings by table, with the sentences of their fields, and its levers."""

import json
import typing
from functools import cache
from typing import Any, Literal

from servsim.engine_parameters import is_on
from servsim.page.presets import Preset
from servsim.page.sliders import LEADING, levers, own_lever, slider
from servsim.scenario.messages import bare, field_at, table_at
from servsim.scenario.scenario import MECHANISMS, Scenario
from servsim.show.model_card.settings import Setting, settings

Told = dict[str, Any]

ELSEWHERE = ("money.currency", "evaluate.lever", "horizon.start")
"""Settings that are not moved: one only names things, one has a place of its own on the page, one names the days."""
OF_OTHERS = ("segments", "exceptions", "optimise", "uncertain")
"""Tables that are not moved: groups of customers and days by date stay as they are, and questions of
other commands are not asked here."""
GRADES = {"a": "replicated", "b": "one good study", "c": "assumed"}
"""How good the evidence for a default is, in words."""


def preset_told(preset: Preset) -> Told:
    """A preset as the page shows it: title, what it is about, levers, settings."""
    scenario = preset.scenario()
    return {
        "name": preset.name,
        "title": scenario.title,
        "about": preset.about,
        "lever": own_lever(scenario),
        "levers": [lever_told(scenario, lever) for lever in levers(scenario)],
        "tables": [table_told(scenario, name) for name in tables()],
        "segments": [segment.name for segment in scenario.segments],
    }


def lever_told(scenario: Scenario, lever: str) -> Told:
    """A lever as the page shows it: a slider with its name and how far it goes."""
    told = setting_told(scenario, by_path()[lever])
    return told | {"label": LEADING.get(lever, told["label"])} | slider(scenario, lever)


@cache
def by_path() -> dict[str, Setting]:
    """Every setting that the page can move, by its key."""
    return {
        setting.path: setting
        for setting in settings()
        if setting.table not in OF_OTHERS and setting.path not in ELSEWHERE
    }


def tables() -> list[str]:
    """The tables that have such settings, in their order."""
    return list(dict.fromkeys(setting.table for setting in by_path().values()))


def table_told(scenario: Scenario, name: str) -> Told:
    """A table as the page shows it: what it is about, whether it works here, and its settings."""
    field, table = Scenario.model_fields[name], table_at((name,))
    assert table is not None
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "meaning": field.description or "",
        "about": (table.__doc__ or "").strip(),
        "mechanism": name in MECHANISMS,
        "on": is_on(scenario, name),
        "absent": getattr(scenario, name) is None,
        "settings": [
            setting_told(scenario, setting)
            for setting in by_path().values()
            if setting.table == name and setting.key != "on"
        ],
    }


def setting_told(scenario: Scenario, setting: Setting) -> Told:
    """A setting as the page shows it: its value here, its unit, its limits, what it means, how good its default is."""
    value = here(scenario, setting)
    kind, choices = kind_of(setting)
    return {
        "key": setting.path,
        "label": setting.key.replace(".", ", ").replace("_", " ").capitalize(),
        "unit": setting.unit.replace("money", scenario.money.currency),
        "value": "" if value is None else written(value),
        "kind": kind,
        "choices": choices,
        "limits": setting.limits.replace("`", ""),
        "meaning": setting.meaning.replace("`", ""),
        "grade": GRADES.get(setting.grade, "") if setting.is_number else "",
    }


def here(scenario: Scenario, setting: Setting) -> Any:
    """A setting's value in a scenario; its default where its table is left out."""
    value: Any = getattr(scenario, setting.table)
    if value is None:
        return setting.default
    for key in setting.key.split("."):
        value = getattr(value, key, None)
    return value


def kind_of(setting: Setting) -> tuple[str, list[str]]:
    """What a setting's field on the page is, and what there is to choose from."""
    field = field_at(tuple(setting.path.split(".")))
    assert field is not None
    kind, _ = bare(field.annotation, [])
    if typing.get_origin(kind) is Literal:
        return "choice", list(typing.get_args(kind))
    return {int: "whole", float: "number", bool: "switch"}.get(kind, "text"), []


def written(value: Any) -> str:
    """A value as it is written in a field, and after `--set`."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return text.removesuffix(".0") if isinstance(value, float) else text
