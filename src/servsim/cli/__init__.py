"""The command line from its first moment: whatever ends it, it ends with a sentence."""

import os
import sys

from servsim.errors import ServsimError
from servsim.interruption import end_at_once, hear_no_more
from servsim.visible_text import folded


def main() -> None:
    """Run a command; a person's mistake is a sentence and exit code 2, Ctrl-C is 130.

    Ctrl-C pressed again when the command is over is not heard: it would end Python halfway through its tidying up.
    """
    end_at_once()
    open_what_is_closed()
    try:
        try:
            from servsim.cli.commands import app

            app()
        finally:
            sys.stdout.flush()
    except ServsimError as error:
        stop(str(error), 2)
    except KeyboardInterrupt:
        stop("Interrupted.", 130)
    except BrokenPipeError:  # the reader of our output has left; there is nobody to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:  # a full disk, say, behind our output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        stop(f"the output cannot be written: {error.strerror or error}.", 2)
    finally:
        hear_no_more()


def open_what_is_closed() -> None:
    """Where nobody wants our output, or gives us input, have nothing there rather than a file that is opened next."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is not None:
            continue
        try:
            os.fstat(number)
        except OSError:
            place = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            if mode == "w":
                setattr(sys, name, os.fdopen(place, mode, encoding="utf-8"))


def stop(message: str, code: int) -> None:
    """Say why on stderr, and end."""
    sys.stderr.write(folded(message, sys.stderr) + "\n")
    sys.exit(code)
