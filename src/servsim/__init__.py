"""servsim: how much time should a business invest in each customer relationship, and what will it bring?

    from servsim import read_scenario, evaluate
    advice = evaluate(read_scenario("scenarios/salon.toml"))
    advice.best, advice.gain

Names are loaded when they are first used, so that `import servsim` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servsim.engine_parameters import to_sheet
    from servsim.errors import ScenarioError, ServsimError
    from servsim.model.fast import simulate
    from servsim.scenario.read import read_scenario
    from servsim.scenario.scenario import Scenario
    from servsim.study.comparison.compare import compare
    from servsim.study.execution.options import Means
    from servsim.study.metrics import METRICS
    from servsim.study.one_lever.evaluate import evaluate
    from servsim.study.run import run
    from servsim.study.sensitivity.sensitivity import sensitivity
    from servsim.study.several_levers.optimise import optimise
    from servsim.study.worth_of_one_more.worth import worth

HOMES = {
    "METRICS": "servsim.study.metrics",
    "Scenario": "servsim.scenario.scenario",
    "ScenarioError": "servsim.errors",
    "ServsimError": "servsim.errors",
    "Means": "servsim.study.execution.options",
    "compare": "servsim.study.comparison.compare",
    "evaluate": "servsim.study.one_lever.evaluate",
    "optimise": "servsim.study.several_levers.optimise",
    "sensitivity": "servsim.study.sensitivity.sensitivity",
    "read_scenario": "servsim.scenario.read",
    "run": "servsim.study.run",
    "simulate": "servsim.model.fast",
    "to_sheet": "servsim.engine_parameters",
    "worth": "servsim.study.worth_of_one_more.worth",
}

__all__ = [  # noqa: RUF022 in the order of use
    "read_scenario", "Scenario", "run", "evaluate", "optimise", "sensitivity", "compare", "worth", "Means", "METRICS",
    "to_sheet", "simulate", "ServsimError", "ScenarioError",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """The public name, from where it lives."""
    if name not in HOMES:
        raise AttributeError(f"module 'servsim' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
