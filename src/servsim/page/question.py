"""A question asked on the page: a preset, what was moved, and the scenarios that answer it.

A setting that was moved is an override, as after `--set` on the command line: what is wrong with it is said in the same
words. `today` is the preset; `new` has all that was moved; the curve of advice is that of `levels`, which has all that
was moved but the lever, so that moving the lever is walking along the curve.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from servsim.errors import ScenarioError, ServsimError
from servsim.page.presets import Preset
from servsim.page.question_size_limits import bounded
from servsim.page.sliders import evaluate_overrides
from servsim.scenario.messages import dotted, every_setting
from servsim.scenario.scenario import Scenario
from servsim.study.objective import read_question

SET = "--set "
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+){0,3}$", max_length=100)]
Text = Annotated[str, Field(max_length=2_000)]


class Asked(BaseModel):
    """What the page sends: which tab asks, from which preset, by which lever, in which replications, with what
    moved.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    tab: Annotated[str, Field(min_length=1, max_length=64)]
    preset: Annotated[str, Field(max_length=300)]
    lever: Annotated[str, Field(max_length=100)] = ""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    changes: Annotated[dict[Key, Text], Field(max_length=500)] = Field(default_factory=dict)
    """What was moved, by its key, as a person writes it in a file."""


class RefusedError(ServsimError):
    """A question that cannot be answered: one message for each mistake, with the setting it belongs to or ""."""

    def __init__(self, messages: list[tuple[str, str]]) -> None:
        """What is wrong, and with what."""
        super().__init__("\n".join(text for _, text in messages))
        self.messages = messages


@dataclass(frozen=True)
class Question:
    """The scenarios that answer a question, the seed of their replications, and how they are called on the command
    line.
    """

    preset: Preset
    seed: int
    lever: str
    today: Scenario
    new: Scenario
    levels: Scenario
    run_overrides: tuple[str, ...]
    levels_overrides: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Is the curve another one than today's?"""
        return self.levels != self.today


def asked_of(body: bytes) -> Asked:
    """What the page sent; RefusedError where it is not that."""
    try:
        return Asked.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = ": ".join(part for part in (dotted(first["loc"]), first["msg"]) if part)
        raise RefusedError([("", f"This is not a question of the page: {what}.")]) from None


def preset_of(name: str, presets: Mapping[str, Preset]) -> Preset:
    """A preset by its name; RefusedError where there is none."""
    if name not in presets:
        raise RefusedError([("", f'There is no preset "{name}"; load the page again.')])
    return presets[name]


def question_of(asked: Asked, presets: Mapping[str, Preset]) -> Question:
    """The scenarios of a question, if sound and small enough; else RefusedError with every mistake and its place."""
    preset, moved = preset_of(asked.preset, presets), [f"{key}={value}" for key, value in asked.changes.items()]
    asks = evaluate_overrides(preset.scenario(), asked.lever)
    questions = [override for override in moved if override.startswith("evaluate.")]
    try:
        today = read_question(preset.file, [*asks, *questions])
        lever = today.evaluate.lever
        levels = [*asks, *(override for override in moved if not override.startswith(f"{lever}="))]
        found = Question(
            preset, asked.seed, lever, today, read_question(preset.file, [*asks, *moved]),
            read_question(preset.file, levels), (*asks, *moved), tuple(levels),
        )  # fmt: skip
        bounded([found.today, found.new, found.levels], preset.name)
    except ScenarioError as error:
        raise RefusedError([placed(message, preset, moved) for message in error.messages]) from None
    return found


def placed(message: str, preset: Preset, moved: Iterable[str]) -> tuple[str, str]:
    """A mistake without the place that the command line would name, and the setting that it belongs to."""
    for override in moved:
        if message.startswith(label := f"{SET}{override}: "):
            return override.partition("=")[0], message.removeprefix(label)
    place, colon, sentence = message.partition(": ")
    text = sentence if colon and place.startswith((str(preset.file), preset.name)) else message
    first = text.split(" ", 1)[0]
    return (first if tuple(first.split(".")) in every_setting() else ""), text
