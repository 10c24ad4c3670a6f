"""At its ends, and a hair inside them, every number of a scenario gives an answer or a sentence, and never a warning."""

import warnings
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args, get_origin

import numpy as np
import pytest

from servsim.engine_parameters import to_sheet
from servsim.errors import ScenarioError
from servsim.model.trace import TooMuchError
from servsim.scenario.line_numbers import Path
from servsim.scenario.messages import bare, dotted, every_setting, field_at
from servsim.scenario.read import checked
from servsim.scenario.scenario import MECHANISMS, Scenario
from servsim.study import expected_visits, planned_load
from servsim.study.cost_estimate import affordable
from servsim.study.execution import replications
from servsim.study.execution.options import Execution
from servsim.study.run import run

HAIRS = (1e-8, 1e-3)
"""How far above its lowest a number is tried, too."""
HERE = Execution(workers=1)
DESK: dict[str, Any] = {
    "opening": {"monday": "09:00-09:08", "thursday": "09:00-09:08"},
    "demand": {"prospects_per_hour": 20.0, "opening_book": 12, "visit_gap_days": 2.0, "busyness_cv": 0.3},
    "staff": {"agents": 2, "inattentive_minutes": 1.0, "break_minutes": 1.0, "break_after_minutes": 5.0},
    "service": {"core_minutes": 1.0, "difficulty_cv": 0.5},
    "investment": {"minutes_per_visit": 1.0, "recovery_minutes": 2.0, "relationship_hours_per_month": 2.0},
    "waiting": {"balk_scale_minutes": 60.0, "retry_probability": 0.5, "retry_days": 0.5},
    "loyalty": {"early_loss": 0.1},
    "mistakes": {"mistake_share": 0.5, "light_days": 0.5},
    "outreach": {"call_minutes": 1.0},
    "word_of_mouth": {
        "praises": 0.5,
        "warnings": 0.5,
        "mentions": 0.5,
        "referral_days": 1.0,
        "potential_customers": 500,
    },
    "competitors": {"newcomer_quality": 9.0, "newcomer_week": 0.5, "return_share": 0.5},
    "phone": {"phone_share": 0.3},
    "horizon": {"weeks": 1.0, "years": 0.02, "start": date(2026, 1, 5)},
}
"""A few days of a desk where everything happens that a setting could be about."""
ONLY_WITH: dict[str, dict[str, Any]] = {
    "demand.gap_shape": {"gap_distribution": "weibull"},
    "service.core_phases": {"core_distribution": "erlang"},
    "waiting.patience_shape": {"patience_distribution": "weibull"},
    "waiting.patience_cv": {"patience_distribution": "lognormal"},
    "loyalty.yearly_retention": {"natural_churn": 0.0},
    "loyalty.natural_churn": {"yearly_retention": 1e-20},
    "word_of_mouth.delighted_above": {"disappointed_below": 0.0},
    "word_of_mouth.disappointed_below": {"delighted_above": 10.0},
    "staff.half_there_effect": {"while_serving": "half_there"},
    "outreach.block_from_hour": {"call_when": "block"},
    "outreach.block_hours": {"call_when": "block"},
    "outreach.block_agents": {"call_when": "block"},
    "phone.phone_patience_minutes": {"phone_order": "last"},
}
"""What else must be said of a table for a setting to count, or to have all that it may have."""


def numbers() -> Iterator[tuple[Path, type, int, list[Any]]]:
    """Every setting made of numbers that have limits: its path, their kind, how many it is at least (0: it is no list), their limits."""
    for path in every_setting():
        field = field_at(path)
        if field is None or path[0] in ("segments", "uncertain", "optimise"):
            continue
        kind, marks = bare(field.annotation, list(field.metadata))
        many = 0
        if get_origin(kind) is list:
            many = max([1, *(mark.min_length for mark in marks if hasattr(mark, "min_length"))])
            kind, marks = bare(get_args(kind)[0], [])
        if kind in (int, float) and any(hasattr(mark, name) for mark in marks for name in ("ge", "gt")):
            yield path, kind, many, marks


def ends(kind: type, marks: list[Any]) -> tuple[Any, Any]:
    """The lowest and the highest number that these limits permit."""
    said = {
        name: kind(getattr(mark, name)) for mark in marks for name in ("ge", "gt", "le", "lt") if hasattr(mark, name)
    }
    low = said["ge"] if "ge" in said else np.nextafter(said["gt"], np.inf)
    high = said["le"] if "le" in said else np.nextafter(said["lt"], -np.inf)
    return kind(low), kind(high)


def tried(kind: type, marks: list[Any]) -> list[float]:
    """The lowest and the highest number, and, where it need not be whole, some a hair above the lowest."""
    low, high = ends(kind, marks)
    return [low, *([low + hair for hair in HAIRS] if kind is float else []), high]


def desk_with(path: Path, value: Any) -> dict[str, Any]:
    """The desk with one setting at a value."""
    tables: dict[str, Any] = {name: {} for name in MECHANISMS} | {name: dict(own) for name, own in DESK.items()}
    table = tables.setdefault(str(path[0]), {})
    table |= ONLY_WITH.get(dotted(path), {})
    for key in path[1:-1]:
        table = table.setdefault(str(key), {})
    table[str(path[-1])] = value
    return tables


class SheetOnce:
    """`to_sheet` that makes the sheet of a scenario once, however often it is asked for: there are 800 scenarios."""

    def __init__(self) -> None:
        self.scenario: Scenario | None = None
        self.sheet = np.zeros(0)

    def __call__(self, scenario: Scenario) -> np.ndarray:
        if scenario is not self.scenario:
            self.scenario, self.sheet = scenario, to_sheet(scenario)
        return self.sheet.copy()


@pytest.fixture(autouse=True, scope="module")
def once() -> Iterator[None]:
    """Whoever estimates or simulates gets the same sheet."""
    with pytest.MonkeyPatch.context() as patched:
        same = SheetOnce()
        for module in (expected_visits, planned_load, replications):
            patched.setattr(module, "to_sheet", same)
        yield


def refusal(tables: dict[str, Any]) -> str:
    """The sentence with which a desk is refused; nothing where it is answered."""
    try:
        scenario = checked(tables, "desk.toml")
        found = run(affordable(scenario, "desk.toml", 2), replications=2, execution=HERE)
        assert {found[name].unit for name in found.names}
    except (ScenarioError, TooMuchError) as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("path", "kind", "many", "marks"), [pytest.param(*each, id=dotted(each[0])) for each in numbers()]
)
def test_a_number_at_its_ends_is_answered_or_refused_in_a_sentence(path, kind, many, marks):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = [refusal(desk_with(path, [value] * many if many else value)) for value in tried(kind, marks)]
    assert all(sentence.endswith(".") for sentence in told if sentence)
    assert "" in told, "none of these numbers can be had"
