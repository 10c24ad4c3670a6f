"""What every table of a scenario file has in common, and how a setting is declared."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from servsim.duration_quantile_tables import QUANTILES
from servsim.visible_text import visible


@dataclass(frozen=True)
class Need:
    """A mark beside a type: what the setting must be, where its type does not say it."""

    words: str


def unsteering(text: str) -> str:
    """A name as it was written; ValueError where it could steer the terminal that shows it; lines it may have."""
    if visible(text, allowed="\n") != text:
        raise ValueError("text in quotes without control characters")
    return text


Name = Annotated[str, AfterValidator(unsteering)]
"""What tables, plots and files call something."""


class Table(BaseModel):
    """A table of a scenario file: unknown keys are refused, numbers are not made out of text."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


class Mechanism(Table):
    """A table that switches its mechanism on by being there."""

    on: bool = True
    """Whether the mechanism works; false switches it off and keeps its settings for another day."""


def setting(default: Any, unit: str = "", *, grade: str = "", desk: bool = False, **limits: Any) -> Any:
    """A setting with its default, unit, limits (ge, gt, le, lt) and the evidence grade of its default.

    Grades: a replicated or meta-analytic, b one good study or industry series, c assumed. A desk setting belongs to the
    desk as a whole and cannot differ between segments.
    """
    extra: dict[str, Any] = {"unit": unit, "grade": grade, "desk": desk}
    factory = {"default_factory": default} if isinstance(default, type) else {"default": default}
    return Field(**factory, **limits, json_schema_extra={key: value for key, value in extra.items() if value})


def declared(field: FieldInfo | None, what: str) -> Any:
    """What `setting` says of a field beside its type: unit, grade, desk; empty where it says nothing."""
    extra = field.json_schema_extra if field else None
    return extra.get(what, "") if isinstance(extra, dict) else ""


def flat(table: Any) -> Any:
    """Tables in tables as one, each value under its dotted key; anything else as it is."""
    if not isinstance(table, dict):
        return table
    found: dict[str, Any] = {}
    for key, value in table.items():
        inner = flat(value)
        found |= {f"{key}.{below}": item for below, item in inner.items()} if isinstance(inner, dict) else {key: inner}
    return found


Sample = Annotated[
    list[Annotated[float, Field(gt=0, le=1e7)]],
    Field(min_length=1, max_length=QUANTILES),
    Need(f'a CSV file such as "sample.csv" beside the scenario, or a list of up to {QUANTILES:,} numbers above 0'),
]
"""Durations or amounts as they were: in a scenario that is read, numbers."""


def with_mean(sample: str, mean: str) -> Any:
    """What a table does before it is checked: where it has a sample and names no mean, the mean is the sample's."""

    def named(settings: Any) -> Any:
        found = settings.get(sample) if isinstance(settings, dict) and mean not in settings else None
        if not isinstance(found, list) or not found:
            return settings
        if not all(type(each) in (int, float) and each > 0 for each in found):
            return settings  # which is refused for that
        return {**settings, mean: float(f"{sum(found) / len(found):.10g}")}

    return model_validator(mode="before")(named)


Ranges = Annotated[dict[str, Any], BeforeValidator(flat)]
"""Numbers for each of some settings, written with their keys: staff.agents = [1, 4]; checked elsewhere."""
