"""What a person asks `servsim plot` to show, and the results that it is read from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from servsim.errors import ServsimError
from servsim.scenario.read import Option, called, read_scenario
from servsim.scenario.scenario import Scenario
from servsim.show.plots.style import Size
from servsim.study.cost_estimate import affordable, affordable_evaluation
from servsim.study.execution.options import Execution
from servsim.study.objective import read_question
from servsim.study.sensitivity.plausible_settings import read_doubtful

if TYPE_CHECKING:
    from servsim.study.comparison.compare import Comparison
    from servsim.study.histories.customers import World
    from servsim.study.one_lever.result import Evaluation
    from servsim.study.one_lever.two_lever_grid import LeverLevels


@dataclass(frozen=True)
class Asked:
    """What a person asks to be shown."""

    file: Path
    other: Path | None
    overrides: list[str]
    to: list[str]
    levers: list[str]
    metric: str | None
    day: int | None
    replication: int | None
    replications: int | None
    seed: int
    size: Size

    def given(self) -> dict[str, bool]:
        """The options that only some kinds take, and whether each was given."""
        return {
            "a second scenario": bool(self.other or self.to), "--lever": bool(self.levers),
            "--metric": self.metric is not None, "--day": self.day is not None,
            "--replication": self.replication is not None, "--replications": self.replications is not None,
        }  # fmt: skip

    def scenario(self, times: int = 1) -> Scenario:
        """The scenario, if so many times its replications can be afforded."""
        return affordable(read_question(self.file, self.overrides), called(self.file), self.replications, times)

    def second(self) -> Scenario:
        """The other scenario."""
        file = self.other or self.file
        scenario = read_scenario(file, [*self.overrides, *self.to])
        title = f"{scenario.title}, {', '.join(self.to)}" if self.to else scenario.title
        return affordable(scenario.model_copy(update={"title": title}), called(file), self.replications)

    def world(self, execution: Execution) -> "World":
        """One replication of the scenario."""
        from servsim.study.histories.customers import World

        scenario = affordable(read_scenario(self.file, self.overrides), called(self.file), 1, far=False)
        return World(scenario, self.seed, self.replication or 0, execution.engine)

    def question(self) -> Scenario:
        """The scenario with the lever, where one is named, in place of its own."""
        if len(self.levers) > 1:
            raise ServsimError("--lever is given twice; only plot heat and plot front take more than one.")
        asked = [Option("--lever", f"evaluate.lever={key}") for key in self.levers[:1]]
        if self.levers and "=" in self.levers[0]:
            key, levels = split_lever(self.levers[0])
            own = (f"lever={key}", f"levels={list(levels)}", "finer=0")
            asked = [Option("--lever", f"evaluate.{each}") for each in own]
        scenario = read_doubtful(self.file, [*self.overrides, *asked])
        return affordable_evaluation(scenario, called(self.file), self.replications)

    def evaluation(self, execution: Execution) -> "Evaluation":
        """The evaluation of the lever."""
        from servsim.study.one_lever.evaluate import evaluate

        found = evaluate(self.question(), replications=self.replications, seed=self.seed, execution=execution)
        if found.replications < 2:
            raise ServsimError("nothing to plot: fewer than two replications were finished at every level.")
        return found

    def comparison(self, kind: str, execution: Execution) -> "Comparison":
        """The comparison of both scenarios."""
        from servsim.study.comparison.compare import compare

        if not (self.other or self.to):
            raise ServsimError(f"plot {kind} needs a second scenario file, or --to KEY=VALUE for what differs in it.")
        found = compare(
            self.scenario(2), self.second(), replications=self.replications, seed=self.seed, execution=execution
        )
        if found.replications < 2:
            raise ServsimError("nothing to plot: fewer than two replications were finished in both scenarios.")
        return found


def split_lever(text: str) -> "LeverLevels":
    """A lever and its levels as `--lever` has them."""
    key, _, levels = text.partition("=")
    try:
        return key.strip(), tuple(float(level) for level in levels.split(","))
    except ValueError:
        raise ServsimError(f"--lever {text}: it must be a setting and numbers, such as staff.agents=2,3,4.") from None
