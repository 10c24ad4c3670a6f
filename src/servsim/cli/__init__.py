"""The command line. Each command reads, does and shows; what it needs is imported when it runs."""

import os
import signal
import sys

import typer

from servsim.cli.check import check
from servsim.cli.compare import compare
from servsim.cli.evaluate import evaluate
from servsim.cli.export import export
from servsim.cli.film import film
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
from servsim.errors import ServsimError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="How much time should a business invest in each customer relationship, and what will it bring?",
)
for command in (
    init,
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


def main() -> None:
    """Run a command; a person's mistake is a sentence and exit code 2, Ctrl-C is 130.

    Ctrl-C pressed again when the command is over is not heard: it would end Python halfway through its tidying up.
    """
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except ServsimError as error:
        stop(str(error), 2)
    except KeyboardInterrupt:
        stop("interrupted.", 130)
    except BrokenPipeError:  # the reader of our output has left; there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:  # a full disk, say, behind our output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        stop(f"the output cannot be written: {error.strerror or error}.", 2)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def stop(message: str, code: int) -> None:
    """Say why on stderr, and end."""
    sys.stderr.write(message + "\n")
    sys.exit(code)
