"""The compiled loop as a shared library that a wheel brings along: whether it fits these sources, and how it is called.

`tools/build-wheel` writes the library and `library.json` beside it. Every function in it takes one row of 64-bit words,
as `words_of` lays them out, and where to put its result; what of numba's own conventions lies behind, only the build
knows. It is loaded from the package's own folder and from nowhere else, and only if it was made of exactly these
sources.
"""

import ctypes
import hashlib
import json
import struct
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

import numpy as np

DESCRIPTION = "library.json"
RESULTS: dict[str, Any] = {"int64": ctypes.c_int64, "float64": ctypes.c_double, "bool": ctypes.c_bool}
"""What a function's result is, by the name that the description gives it; others give nothing."""
BITS = struct.Struct("=d"), struct.Struct("=q")
"""A float, and the whole number of the same bits."""


@cache
def layout(kind: np.dtype) -> str:
    """What a type's values are like in memory, field by field."""
    if kind.names is None or kind.fields is None:
        return kind.str
    fields = [(name, kind.fields[name][0].base.str, kind.fields[name][0].shape, kind.fields[name][1])
              for name in kind.names]  # fmt: skip
    return f"{kind.itemsize} bytes, {hashlib.sha256(repr(fields).encode()).hexdigest()}"


def form_of(argument: Any) -> str:
    """What the library must know of an argument before it may be handed over; empty for what it cannot take."""
    if isinstance(argument, np.ndarray):
        return f"{argument.ndim} of {layout(argument.dtype)}" if argument.flags.c_contiguous else ""
    if isinstance(argument, float):
        return "float64"
    return "int64" if isinstance(argument, int | np.integer) else ""


def flat(arguments: tuple[Any, ...]) -> list[Any]:
    """Arguments one by one, with what tuples hold in their place."""
    return [value for argument in arguments for value in (argument if isinstance(argument, tuple) else (argument,))]


def words_of(arguments: list[Any]) -> list[int]:
    """Arguments as whole numbers: of an array no owner, its size, its items', its address, shape and strides."""
    words: list[int] = []
    for value in arguments:
        if isinstance(value, np.ndarray):
            words += (0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides)
        elif isinstance(value, float):
            words += BITS[1].unpack(BITS[0].pack(value))
        else:
            words.append(int(value))
    return words


class Library:
    """A library that fits, and what it can do."""

    def __init__(self, loaded: ctypes.CDLL, functions: dict[str, dict[str, Any]]) -> None:
        self.loaded, self.functions = loaded, functions

    def instead_of(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        """The same function in the library, where it is there; arguments of other kinds are left to the plain one."""
        told = self.functions.get(f"{plain.__module__}.{plain.__qualname__}")
        if told is None:
            return plain
        call, takes, result = self.loaded[told["symbol"]], told["takes"], RESULTS.get(told["gives"], ctypes.c_int64)
        gives = told["gives"] in RESULTS

        @wraps(plain)
        def compiled(*arguments: Any) -> Any:
            given = flat(arguments)
            if [form_of(value) for value in given] != takes:
                return plain(*arguments)
            words, found = words_of(given), result()
            if call((ctypes.c_int64 * len(words))(*words), ctypes.byref(found)):
                raise RuntimeError(f"{plain.__qualname__} failed in the compiled library")
            return found.value if gives else None

        return compiled


def load(folder: Path, sources: str) -> Library | None:
    """The library in this folder; None if there is none, or it is damaged, of other sources or for other machines."""
    try:
        told = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        path = folder / Path(told["library"]).name
        if told["sources"] != sources or hashlib.sha256(path.read_bytes()).hexdigest() != told["sha256"]:
            return None
        return Library(ctypes.CDLL(str(path.resolve())), told["functions"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
