"""`servsim report`: an HTML report on a question, with its plots."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servsim.cli.shared_options import NOTHING_SAID, OUTPUT, File, How, Quiet, Replications, Seed, Set, simulates

if TYPE_CHECKING:
    from servsim.study.report_contents import Findings

Output = Annotated[
    Path | None,
    typer.Option(
        *OUTPUT, metavar="PATH", help="Where the report goes (.html); default: FILE-report.html.", show_default=False
    ),
]


@simulates
def report(
    file: File,
    overrides: Set = None,
    output: Output = None,
    replications: Replications = None,
    seed: Seed = 1,
    how: How = NOTHING_SAID,
    quiet: Quiet = False,
) -> None:
    """Write a report: the question, the advice, plots, what it rests on, all settings. One HTML file, which prints."""
    from servsim.cli.execution_options import answering
    from servsim.cli.output import end_interrupted, named_after, notice, place_of, say
    from servsim.errors import ServsimError
    from servsim.files import insist_ending, ready
    from servsim.scenario.read import called
    from servsim.show.evaluation_summary import lines, parts
    from servsim.study.cost_estimate import affordable_evaluation
    from servsim.study.report_contents import findings
    from servsim.study.sensitivity.plausible_settings import read_doubtful

    path = output or named_after(file, "report.html")
    insist_ending(path, (".html",), OUTPUT[0])
    ready(path)
    scenario = read_doubtful(file, overrides or ())
    scenario = affordable_evaluation(scenario, called(file), replications, 2)
    with answering("Comparing levels", quiet, **how) as execution:
        found = findings(scenario, replications=replications, seed=seed, execution=execution)
    if found.evaluation.replications < 2:
        end_interrupted(found.interrupted)
        raise ServsimError("no report: fewer than two replications were finished at every level.")
    write_report(found, command(file, overrides or [], replications, seed), path)
    say(*parts(lines(found.evaluation, found.staff)))
    notice(f"Report: {place_of(path)}", quiet)
    end_interrupted(found.interrupted)


def command(file: Path, overrides: list[str], replications: int | None, seed: int) -> str:
    """What a person types to get the same numbers again."""
    import shlex

    given = [word for override in overrides for word in ("--set", override)]
    counted = ["--replications", str(replications)] if replications else []
    return shlex.join(["servsim", "report", str(file), *given, *counted, "--seed", str(seed)])


def write_report(found: "Findings", again: str, path: Path) -> None:
    """Write the page, whole or not at all."""
    from servsim.files import write_whole
    from servsim.show.report.html_report import report_page

    page = report_page(found, again)
    write_whole(path, lambda draft: draft.write_text(page, encoding="utf-8"))
