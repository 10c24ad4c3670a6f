"""How the page comes into the person's browser: by a file that only they can read, for all can read command lines."""

import os
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

SECONDS_TO_OPEN = 60.0
"""How long the file is there at most: a browser may have to start first."""
LEADS_TO = """<!doctype html><meta charset="utf-8">
<meta http-equiv="refresh" content="0; url={0}"><title>servsim</title>
<a href="{0}">servsim page</a>
"""


@contextmanager
def in_browser(address: str, opener: Callable[[str], bool] = webbrowser.open) -> Iterator[None]:
    """Open the page without waiting for it; what leads there is taken away a little later, and when all is over."""
    handle, name = tempfile.mkstemp(prefix="servsim-", suffix=".html")  # which only its owner may read
    file = Path(name)

    def opened() -> None:
        opener(file.as_uri())
        sleep(SECONDS_TO_OPEN)
        file.unlink(missing_ok=True)

    try:
        with os.fdopen(handle, "w", encoding="ascii") as written:
            written.write(LEADS_TO.format(address))
        threading.Thread(target=opened, daemon=True).start()
        yield
    finally:
        file.unlink(missing_ok=True)
