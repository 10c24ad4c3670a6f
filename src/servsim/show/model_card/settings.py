"""Every setting of a scenario file as its class declares it: unit, default, limits, evidence grade, one sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from servsim.engine_parameters import table_class
from servsim.scenario.messages import LISTED, table_of
from servsim.scenario.scenario import SEGMENT_TABLES, Scenario, Segment
from servsim.scenario.tables.base import declared
from servsim.scenario.tables.exceptions import ExceptionalDay
from servsim.scenario.tables.lists_of_the_day import LENGTHS

LIMITS = {
    "minimum": "at least {}", "exclusiveMinimum": "above {}", "maximum": "at most {}", "exclusiveMaximum": "below {}",
}  # fmt: skip
"""What JSON Schema calls a limit, and what a reader does."""
TABLES = tuple(
    name for name in Scenario.model_fields
    if name not in LISTED and isinstance(table_class(name), type) and issubclass(table_class(name), BaseModel)
)  # fmt: skip
"""Tables of a scenario file, in their order."""


@dataclass(frozen=True)
class Setting:
    """One setting: where it is written, what it may be and is by default, and how good the evidence for that is."""

    table: str
    key: str
    unit: str
    default: Any
    limits: str
    grade: str
    own: bool
    """Whether segments may differ in it."""
    meaning: str

    @property
    def path(self) -> str:
        """Its name in a file and after `--set`: table and key, joined by a dot."""
        return f"{self.table}.{self.key}"

    @property
    def field(self) -> str:
        """Its name in the sheet, where that holds it."""
        return f"{self.table}_on" if self.key == "on" else self.key.replace(".", "_")

    @property
    def is_number(self) -> bool:
        """Is its default a number, and so something that evidence could speak for?"""
        return isinstance(self.default, int | float) and not isinstance(self.default, bool)


@cache
def settings() -> tuple[Setting, ...]:
    """Every setting of every table, in the order of the classes; last `exceptions` and `segments`, lists of tables."""
    found = [row for table in TABLES for row in settings_of(table, table_class(table), table in SEGMENT_TABLES)]
    own = {"name", "share"}
    listed = [row for row in settings_of("segments", Segment, False) if row.key in own]
    return (*found, *settings_of("exceptions", ExceptionalDay, False), *listed)


def settings_of(
    table: str, model: type[BaseModel], own: bool, before: str = "", given: Any = None
) -> Iterator[Setting]:
    """The settings of a table and of the tables in it; `given` holds the defaults that the outer table gives it."""
    schema = model.model_json_schema()
    for key, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True) if given is None else getattr(given, key)
        inside = table_of(field.annotation)
        if inside is not None and table != "segments":
            yield from settings_of(table, inside, own and not declared(field, "desk"), f"{before}{key}.", default)
            continue
        yield Setting(
            table, before + key, declared(field, "unit"), default, limits_of(schema, schema["properties"][key]),
            declared(field, "grade"), own and not declared(field, "desk"), " ".join((field.description or "").split()),
        )  # fmt: skip


def limits_of(schema: dict[str, Any], own: dict[str, Any]) -> str:
    """What a setting may be, in a few words."""
    if "anyOf" in own:
        return limits_of(schema, next(option for option in own["anyOf"] if option.get("type") != "null"))
    if "enum" in own:
        return ", ".join(f"`{word}`" for word in own["enum"])
    if own.get("type") == "array":
        each = limits_of(schema, own["items"])
        return f"{number_of(own)} numbers, each {each}" if each else f"{number_of(own)} numbers"
    if own.get("type") == "boolean":
        return "`true`, `false`"
    if own.get("type") == "string":
        return "hours" if own.get("default") == "" else "text"
    return between(own) or ", ".join(
        words.format(with_commas(own[name])) for name, words in LIMITS.items() if name in own
    )


def between(own: dict[str, Any]) -> str:
    """Limits that both belong to the range, as most do; empty for others."""
    if "minimum" in own and "maximum" in own:
        return f"{with_commas(own['minimum'])} to {with_commas(own['maximum'])}"
    return ""


def number_of(own: dict[str, Any]) -> str:
    """How long a list may be."""
    least, most = own.get("minItems", 0), own.get("maxItems", 0)
    if (least, most) == (min(LENGTHS), max(LENGTHS)):
        return " or ".join(map(str, LENGTHS))
    return f"{least}" if least == most else f"{least} to {most:,}"


def with_commas(value: float) -> str:
    """A number as a person writes it."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


def shown_default(setting: Setting) -> str:
    """A default as a file has it; "given" where there is none, "left out" where leaving out means something."""
    default = setting.default
    if default is PydanticUndefined or default is Ellipsis:
        return "given"
    if default is None or default in ("", {}):
        return "left out"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, str):
        return f'`"{default}"`'
    return ", ".join(map(with_commas, default)) if isinstance(default, list) else with_commas(default)


Grade = Literal["a", "b", "c", ""]
GRADES: tuple[Grade, ...] = ("a", "b", "c", "")


def graded(of: Sequence[Setting], grade: Grade) -> int:
    """How many numbers among these settings have a default of this grade."""
    return sum(setting.is_number and setting.grade == grade for setting in of)
