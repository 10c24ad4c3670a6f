"""The one door to numba: how a function is compiled, and where the compiled code is kept.

numba's cache on disk looks only at the file that defines a function: edit a rule and a cached loop would silently keep
the old one (numba issues 1833 and 9483). So the folder's name carries a hash of every source file that is compiled.
"""

import hashlib
import os
import re
import tempfile
import warnings
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import config

from servsim.files import own_folder

PACKAGE = Path(__file__).parent.parent
COMPILED_ELSEWHERE = (
    "event_codes.py",
    "units.py",
    "engine_parameters.py",
    "opening_hours_and_rates.py",
    "model/compilation.py",
    "study/tally_places.py",
    "study/trace_totals.py",
    "study/daily_totals.py",
    "study/control_variates.py",
)
"""Files whose text ends up in compiled code although nothing in the model marks them."""
MARKED = re.compile(rb"^@(kernel|part|inner|aside|within)$", re.MULTILINE)
"""What marks a compiled function."""


def source_stamp() -> str:
    """A hash of every source file that ends up in compiled code, and of the compiler's version."""
    marked = (path for path in PACKAGE.glob("model/**/*.py") if MARKED.search(path.read_bytes()))
    sources = sorted({*marked, *(PACKAGE / name for name in COMPILED_ELSEWHERE)})
    text = b"".join(path.read_bytes() for path in sources) + numba.__version__.encode() + np.__version__.encode()
    return hashlib.sha256(text).hexdigest()[:16]


def usable(place: Path, folder: Path) -> bool:
    """Can a folder in this place be made and written to, by this person alone? What others put there would be run."""
    try:
        if not (own_folder(place) and own_folder(folder)):
            return False
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path | None:
    """Where compiled code of exactly these sources is kept: the user's cache, else a temporary folder of the user's
    own, else nowhere.
    """
    stamp = source_stamp()
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    owner = f"-{os.geteuid()}" if hasattr(os, "geteuid") else ""
    for place in (Path(home) / "servsim", Path(tempfile.gettempdir()) / f"servsim{owner}"):
        if usable(place, place / stamp):
            return place / stamp
    return None


settings: Any = config
COMPILED = not settings.DISABLE_JIT
FOLDER = cache_folder() if COMPILED else None
WARM = FOLDER is not None and (FOLDER / "warm").exists()
"""Whether an earlier process has finished compiling these very sources."""


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function of the model, to be called from Python or from other compiled functions."""
    return compiled(function, cache=FOLDER is not None, no_cfunc_wrapper=True)


def part(function: Callable[..., Any]) -> Any:
    """Compile a function that is only ever a part of a larger one, and set it into that."""
    return compiled(function, cache=FOLDER is not None, forceinline=True)


def inner(function: Callable[..., Any]) -> Any:
    """Compile a part of the loop that nobody else calls: without a way in from Python, which costs more to compile."""
    wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return compiled(function, cache=FOLDER is not None, forceinline=True, **wrappers)


def aside(function: Callable[..., Any]) -> Any:
    """Compile a part of the loop that is large and seldom reached, once, rather than wherever it is called."""
    return compiled(function, cache=FOLDER is not None, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def within(function: Callable[..., Any]) -> Any:
    """Compile a part of the loop only as a part of what calls it: sooner done than on its own and once more there."""
    return compiled(function, inline="always")


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Machine code without fastmath, so that it agrees with Python to the last bit; it allocates nothing.

    Compiled functions only read and fill arrays that Python made. Without numba's reference counts (_nrt) of those
    arrays, the loop runs five times faster.
    """
    if not COMPILED:
        return wrapping(function)
    njit: Any = numba.njit
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(FOLDER or "")
    try:
        return njit(fastmath=False, nogil=True, error_model="numpy", _nrt=False, **options)(function)
    finally:
        settings.CACHE_DIR = before


def wrapping(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it stands, with 64-bit integers that wrap around silently, as compiled ones do."""

    @wraps(function)
    def plain(*args: Any) -> Any:
        with np.errstate(over="ignore"):
            return function(*args)

    return plain


def readable(sheet: np.ndarray) -> np.ndarray:
    """The sheet in the form rules read: as it is when compiled, with fields as attributes when not."""
    return sheet if COMPILED else sheet.view(np.recarray)


def mark_warm() -> None:
    """Remember that everything has been compiled, so that the next process need not announce it."""
    if FOLDER is None or WARM:
        return
    try:
        (FOLDER / "warm").touch()
    except OSError as error:  # a full disk costs the next start some seconds, nothing else
        warnings.warn(f"the compile cache in {FOLDER} could not be written: {error}", stacklevel=2)
