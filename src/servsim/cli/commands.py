"""All commands. Each reads, does and shows; what it needs is imported when it runs."""

from typing import Any

import typer
from typer.core import TyperGroup

from servsim.cli.check import check
from servsim.cli.compare import compare
from servsim.cli.evaluate import evaluate
from servsim.cli.export import export
from servsim.cli.film import film
from servsim.cli.fit import fit
from servsim.cli.init import init
from servsim.cli.optimise import optimise
from servsim.cli.page import page
from servsim.cli.plot import plot
from servsim.cli.renamed_options import Command
from servsim.cli.report import report
from servsim.cli.results import results
from servsim.cli.run import run
from servsim.cli.schema import schema
from servsim.cli.sensitivity import sensitivity
from servsim.cli.story import story
from servsim.cli.verify import verify
from servsim.cli.version import before_any_command
from servsim.cli.worth import worth


class Commands(TyperGroup):
    """All commands; whichever is interrupted says so, which typer would not."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            from servsim.cli.output import notice

            notice("Interrupted.")
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="How much time should a business invest in each customer relationship, and what will it bring?",
)
for command in (
    init,
    fit,
    check,
    run,
    evaluate,
    optimise,
    sensitivity,
    compare,
    worth,
    story,
    film,
    export,
    plot,
    report,
    page,
    schema,
    verify,
):
    app.command(cls=Command)(command)
app.callback()(before_any_command)
app.add_typer(results, name="results")
