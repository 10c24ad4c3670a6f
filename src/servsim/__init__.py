"""servsim: how much time should a business invest in each customer relationship, and what will it bring?

    import servsim
    salon = servsim.read_scenario("scenarios/salon.toml")
    advice = servsim.evaluate(salon)
    advice.best, advice.gain

Whatever answers a question (`run`, `evaluate`, `optimise`, `sensitivity`, `compare`, `worth`, `lever_grid`, `verify`)
takes the options `engine=`, `workers=`, `store=`, `dask=` and `progress=` (see `Execution`); none of them changes an
answer. `fit` makes a scenario out of a business's own records. `servsim.plots` draws results; `servsim.histories` reads
customers, visits and days off one replication. All else is private, and may move. Names are loaded when they are first
used, so that `import servsim` costs nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # as typing has it, whose import would take longer than all that a command needs to be stopped
if TYPE_CHECKING:
    from typing import Any

    from servsim import histories, plots
    from servsim.engine_parameters import to_sheet
    from servsim.errors import ScenarioError, ServsimError
    from servsim.event_codes import Happening
    from servsim.records.fit import fit
    from servsim.scenario.read import read_scenario
    from servsim.scenario.scenario import Scenario
    from servsim.show.evaluation_advice import advice
    from servsim.study.comparison.compare import compare
    from servsim.study.execution.options import Execution
    from servsim.study.histories.event_log import simulate
    from servsim.study.intervals_and_tables import Interval
    from servsim.study.metrics import METRICS, Listener, Metric, UnknownMetricError
    from servsim.study.one_lever.evaluate import evaluate
    from servsim.study.one_lever.two_lever_grid import lever_grid
    from servsim.study.run import run
    from servsim.study.sensitivity.sensitivity import sensitivity
    from servsim.study.several_levers.optimise import optimise
    from servsim.study.store.store import Store
    from servsim.study.verification.verify import verify
    from servsim.study.worth_of_one_more.worth import worth

HOMES = {
    "METRICS": "study.metrics",
    "Execution": "study.execution.options",
    "Happening": "event_codes",
    "Interval": "study.intervals_and_tables",
    "Listener": "study.metrics",
    "Metric": "study.metrics",
    "Scenario": "scenario.scenario",
    "ScenarioError": "errors",
    "ServsimError": "errors",
    "Store": "study.store.store",
    "UnknownMetricError": "study.metrics",
    "advice": "show.evaluation_advice",
    "compare": "study.comparison.compare",
    "evaluate": "study.one_lever.evaluate",
    "fit": "records.fit",
    "lever_grid": "study.one_lever.two_lever_grid",
    "optimise": "study.several_levers.optimise",
    "read_scenario": "scenario.read",
    "run": "study.run",
    "sensitivity": "study.sensitivity.sensitivity",
    "simulate": "study.histories.event_log",
    "to_sheet": "engine_parameters",
    "verify": "study.verification.verify",
    "worth": "study.worth_of_one_more.worth",
}
MODULES = ("histories", "plots")

__all__ = [  # noqa: RUF022 in the order of use
    "read_scenario", "Scenario", "run", "evaluate", "optimise", "sensitivity", "compare", "worth", "lever_grid",
    "verify", "fit", "simulate", "advice", "Execution", "Store", "METRICS", "Metric", "Listener", "Happening",
    "Interval", "plots", "histories", "to_sheet", "ServsimError", "ScenarioError", "UnknownMetricError",
]  # fmt: skip


def __getattr__(name: str) -> "Any":
    """The public name, from where it lives."""
    if name in MODULES:
        return import_module(f"servsim.{name}")
    if name not in HOMES:
        raise AttributeError(f"module 'servsim' has no attribute {name!r}")
    return getattr(import_module(f"servsim.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    """The public names, for TAB."""
    return sorted(__all__)
