"""The one door to numba: how a function is compiled, and where the compiled code is kept.

A wheel brings compiled code along (`compiled_library`): numba is then neither needed nor imported, and what Python
calls outside the library, it runs itself. Anywhere else numba compiles; it is imported when something is first
simulated, and what Python calls of the model until then, it runs itself, too.

numba's cache on disk looks only at the file that defines a function: edit a rule and a cached loop would silently keep
the old one (numba issues 1833 and 9483). So the folder's name carries a hash of every source file that is compiled.
"""

import hashlib
import os
import re
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from functools import cache, update_wrapper, wraps
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np

from servsim.files import own_folder
from servsim.model import compiled_library

PACKAGE = Path(__file__).parent.parent
COMPILED_ELSEWHERE = (
    "event_codes.py",
    "units.py",
    "engine_parameters.py",
    "opening_hours_and_rates.py",
    "dated_calendar.py",
    "model/compilation.py",
    "study/tally_places.py",
    "study/trace_totals.py",
    "study/daily_totals.py",
    "study/control_variates.py",
)
"""Files whose text ends up in compiled code although nothing in the model marks them."""
LIBRARY_TOO = ("model/compiled_library.py", "scenario/scenario.py", "scenario/tables/*.py")
"""What a library must fit besides: how it is called, and the tables whose settings the sheet holds."""
MARKED = re.compile(rb"^@(entry|kernel|part|inner|aside|within)$", re.MULTILINE)
"""What marks a compiled function."""


def hash_of_sources(*others: str) -> str:
    """A hash of every source file that ends up in compiled code, and of others by their patterns."""
    marked = (path for path in PACKAGE.glob("model/**/*.py") if MARKED.search(path.read_bytes()))
    also = (path for pattern in (*COMPILED_ELSEWHERE, *others) for path in PACKAGE.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted({*marked, *also}))).hexdigest()


def source_stamp() -> str:
    """What compiled code is kept by: its sources, and the compiler's version."""
    versions = version("numba") if COMPILED else "", np.__version__
    return hashlib.sha256("".join((hash_of_sources(), *versions)).encode()).hexdigest()[:16]


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


PLAIN = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
"""Is Python to run everything itself?"""
LIBRARY = None if PLAIN else compiled_library.load(PACKAGE / "model" / "library", hash_of_sources(*LIBRARY_TOO))
"""The library that came with these very sources."""
COMPILED = not PLAIN and LIBRARY is None and find_spec("numba") is not None
"""Does numba compile what is marked?"""
SLOW = not (PLAIN or LIBRARY or COMPILED)
"""Is there neither a library for these sources nor a compiler?"""
FOLDER = cache_folder() if COMPILED else None
WARM = FOLDER is not None and (FOLDER / "warm").exists()
"""Whether an earlier process has finished compiling these very sources."""
STAMP = re.compile("[0-9a-f]{16}")
KEPT, KEPT_SECONDS = 8, 86_400
"""What of older sources is kept: of so many of them, and what was used within a day."""


class Deferred:
    """A marked function as long as numba is not there: Python runs it, unless it is a loop, which calls numba."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        """options: numba's. is_loop: whether to call it is to simulate. compiled: what numba made of it."""
        self.function, self.options, self.plain = function, options, wrapping(function)
        self.is_loop, self.compiled = False, None
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        """What the function returns."""
        if self.is_loop and self.compiled is None:
            call_numba()
        return (self.compiled or self.plain)(*arguments)


DEFERRED: list[Deferred] = []
"""What is to be given to numba once it is there."""
ENTRIES: list[Any] = []
"""What `tools/build_library.py` puts into a library."""
LOCK = threading.Lock()


def numba_is_there() -> bool:
    """Is every marked function numba's?"""
    return COMPILED and "numba" in sys.modules and not DEFERRED


def call_numba() -> None:
    """Import numba, and put what it makes of each function into its place in every module: something is simulated.

    Which functions call each other, numba finds in the names of modules.
    """
    with LOCK:
        if not DEFERRED:
            return
        from numba.core.compiler_lock import global_compiler_lock

        with global_compiler_lock:  # no thread compiles a function some of whose parts are not in their places yet
            teach_high_word()
            while DEFERRED:
                deferred = DEFERRED.pop()
                deferred.compiled = made(deferred.function, deferred.options)
            for name, module in list(sys.modules.items()):
                if name.startswith("servsim."):
                    for label, value in list(vars(module).items()):
                        if isinstance(value, Deferred):
                            setattr(module, label, value.compiled)


def entry(function: Any) -> Any:
    """A compiled function that Python itself calls often; where there is a library, it is in there."""
    if LIBRARY is not None:
        return LIBRARY.instead_of(function)
    ENTRIES.append(function)
    if isinstance(function, Deferred):
        function.is_loop = not function.options["forceinline"]
    return function


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function of the model, to be called from Python or from other compiled functions.

    Whether it is set into what calls it, the compiler decides by its size. That has to be said: of a caller who is to
    be set in itself, numba would else take over that its parts are, too, all the way down, and the loop would hold some
    functions a hundred times.
    """
    return compiled(function, cache=FOLDER is not None, forceinline=False, no_cfunc_wrapper=True)


def part(function: Callable[..., Any]) -> Any:
    """Compile a function that every visit needs, and set it into whatever calls it: a call would cost more."""
    return compiled(function, cache=FOLDER is not None, forceinline=True)


def inner(function: Callable[..., Any]) -> Any:
    """Compile a part of the loop that nobody else calls: without a way in from Python, which costs more to compile."""
    wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return compiled(function, cache=FOLDER is not None, forceinline=True, **wrappers)


def aside(function: Callable[..., Any]) -> Any:
    """Compile a part of the loop that is large and seldom reached, once, rather than wherever it is called."""
    wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return compiled(function, cache=FOLDER is not None, forceinline=False, **wrappers)


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
    if numba_is_there():
        teach_high_word()
        return made(function, options)
    DEFERRED.append(deferred := Deferred(function, options))
    return deferred


def made(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """What numba makes of a function."""
    import numba

    njit, settings = cast(Any, numba.njit), cast(Any, numba.config)
    before, settings.CACHE_DIR = settings.CACHE_DIR, str(FOLDER or "")
    try:
        return njit(fastmath=False, nogil=True, error_model="numpy", _nrt=False, **options)(function)
    finally:
        settings.CACHE_DIR = before


def high_word(a: Any, b: Any) -> Any:
    """The upper of the two words of the product of two 64-bit words."""
    return np.uint64((int(a) * int(b)) >> 64)


@cache
def teach_high_word() -> None:
    """Tell numba of it."""
    from llvmlite import ir
    from numba import types
    from numba.extending import lower_builtin, type_callable

    @type_callable(high_word)
    def its_type(context: Any) -> Any:
        """What a compiled function gets from it."""
        return lambda a, b: types.uint64

    @lower_builtin(high_word, types.uint64, types.uint64)
    def one_instruction(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        """How a compiled function does it: in one instruction of the processor."""
        first, second = (builder.zext(word, ir.IntType(128)) for word in words)
        return builder.trunc(builder.lshr(builder.mul(first, second), ir.IntType(128)(64)), ir.IntType(64))


class Wrapping(threading.local):
    """Whether integers wrap around silently in this thread already."""

    on = False


wrap = Wrapping()


def wrapping(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as it stands, with 64-bit integers that wrap around silently, as compiled ones do."""

    @wraps(function)
    def plain(*args: Any) -> Any:
        if wrap.on:
            return function(*args)
        wrap.on = True
        try:
            with np.errstate(over="ignore"):
                return function(*args)
        finally:
            wrap.on = False

    return plain


def readable(array: np.ndarray) -> np.ndarray:
    """A structured array in the form rules read: with fields as attributes for Python, as it is for numba.

    numba takes the other form, too, but needs twenty times as long to see what it is.
    """
    return array if numba_is_there() else array.view(with_attributes(array.dtype))


@cache
def with_attributes(kind: np.dtype) -> np.dtype:
    """A structured type whose fields are attributes of its values."""
    return np.dtype((np.record, kind))


@cache
def mark_warm() -> None:
    """Remember that everything has been compiled, and when it was used; where it is new, take away what is old."""
    if FOLDER is None:
        return
    try:
        (FOLDER / "warm").touch()
        if not WARM:
            forget_old(FOLDER.parent)
    except OSError as error:  # a full disk costs the next start some seconds, nothing else
        if not WARM:
            warnings.warn(f"the compile cache in {FOLDER} could not be written: {error}", stacklevel=2)


def forget_old(place: Path) -> None:
    """Remove what was compiled of older sources; whoever still runs those compiles them again."""
    stamped = (folder for folder in place.iterdir() if STAMP.fullmatch(folder.name) and not folder.is_symlink())
    used = {folder: max(path.stat().st_mtime for path in (folder, *folder.glob("warm"))) for folder in stamped}
    for folder in sorted(used, key=lambda folder: used[folder])[:-KEPT]:
        if time.time() - used[folder] > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
