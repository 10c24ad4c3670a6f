"""Compile what Python calls of the model into shared libraries: build_library.py FOLDER TARGET...

A folder for each target is made in FOLDER, with the library and its description. numba compiles for the plainest
processor, a linker makes a library of it. How numba hands arguments over is its own affair and may change with its
version; so each function gets a way in of ours, which reads one row of 64-bit words
(`servsim.model.compiled_library`), and only this file knows what lies behind.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple


class Target(NamedTuple):
    """A kind of machine: as LLVM and zig call it, its plainest processor, the library's name, its name in a tag."""

    triple: str
    processor: str
    zig: str
    library: str
    machine: str


TARGETS = {
    "x86_64-linux": Target("x86_64-unknown-linux-gnu", "x86-64", "x86_64-linux-gnu.2.17", "loop.so", "x86_64"),
}
HERE = "x86_64-linux"
"""The one that builds."""
SURROUNDINGS = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "", "NUMBA_DISABLE_JIT": "0", "PYTHONHASHSEED": "0"}
"""What must be so from the first import on, for the same library to come out everywhere."""
OLDEST_GLIBC = (2, 17)
"""The oldest C library that a wheel is ever marked with, manylinux2014's."""
WAY_IN = """
declare i32 @"{inside}"(ptr, ptr{types})
define i32 @"{symbol}"(ptr %words, ptr %result) {{
  %failure = alloca ptr
{loads}
  %status = call i32 @"{inside}"(ptr %result, ptr %failure{given})
  ret i32 %status
}}
"""


def surroundings(cache: Path) -> dict[str, str]:
    """The environment in which this file must be run; cache: where numba may keep things."""
    return {**os.environ, **SURROUNDINGS, "XDG_CACHE_HOME": str(cache)}


def compiled_entries() -> dict[str, Any]:
    """What numba made of every function that is to be in the library, called once, most in a replication of a desk.

    A function is compiled anew for other kinds of arguments; Python's come first.
    """
    from servsim.model.compilation import ENTRIES
    from servsim.model.random_numbers import uniform
    from servsim.scenario.read import checked
    from servsim.study.execution.replications import Experiment, Job

    on = {table: {} for table in ("investment", "waiting", "quality", "loyalty", "spending")}
    desk = {"opening": {"monday": "09:00-12:00"}, "demand": {"opening_book": 30}, "horizon": {"weeks": 2, "years": 1}}
    uniform(1, 2, 3, 4, 5)
    Experiment(checked(desk | on, "build"), 1, "fast", controlled=True).simulated(Job(0, 0))
    made = {}
    for entry in ENTRIES:
        made[f"{entry.__module__}.{entry.__qualname__}"] = next(iter(entry.overloads.values()))
    return made


def takes(kind: Any) -> list[str]:
    """What `form_of` calls the arguments that numba has compiled a function for."""
    from numba import types
    from numba.np import numpy_support

    from servsim.model.compiled_library import layout

    if isinstance(kind, types.Array) and kind.layout == "C":
        return [f"{kind.ndim} of {layout(numpy_support.as_dtype(kind.dtype))}"]
    if isinstance(kind, types.BaseTuple):
        return [form for member in kind for form in takes(member)]
    if kind in (types.int64, types.float64):
        return [str(kind)]
    raise SystemExit(f"build_library: no way to hand over {kind}.")


def way_in(module: Any, inside: str, symbol: str) -> str:
    """A function that takes a row of words to what numba made, whose first two arguments are result and failure."""
    kinds = [str(argument.type) for argument in module.get_function(inside).arguments][2:]
    loads = "\n".join(
        f"  %at{place} = getelementptr i64, ptr %words, i64 {place}\n  %word{place} = load {kind}, ptr %at{place}"
        for place, kind in enumerate(kinds)
    )
    given = "".join(f", {kind} %word{place}" for place, kind in enumerate(kinds))
    return WAY_IN.format(inside=inside, symbol=symbol, loads=loads, given=given, types="".join(f", {k}" for k in kinds))


def joined(made: dict[str, Any]) -> tuple[Any, dict[str, dict[str, Any]]]:
    """All functions in one module, of which only the ways in can be seen; and how each is called."""
    from llvmlite import binding

    module, told = binding.parse_assembly(""), {}
    for number, (name, compiled) in enumerate(made.items()):
        inside, symbol = compiled.fndesc.llvm_func_name, f"servsim_{number}"
        own = compiled.library._get_module_for_linking().clone()
        own.get_function(inside).linkage = "external"
        own.link_in(binding.parse_assembly(way_in(own, inside, symbol)))
        module.link_in(own)
        told[name] = {
            "symbol": symbol,
            "takes": [form for kind in compiled.signature.args for form in takes(kind)],
            "gives": str(compiled.signature.return_type),
        }
    shown = {function["symbol"] for function in told.values()}
    for function in module.functions:
        if function.name not in shown and not function.is_declaration:
            function.linkage = "internal"
    for value in module.global_variables:
        if not value.is_declaration:
            value.linkage = "internal"
    return module, told


def object_code(module: Any, target: Target) -> bytes:
    """Machine code for a target that can be placed anywhere; numba's ways in from Python fall away unused."""
    from llvmlite import binding

    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    machine = binding.Target.from_triple(target.triple).create_target_machine(
        cpu=target.processor, opt=3, reloc="pic", codemodel="default"
    )
    module = module.clone()
    module.triple, module.data_layout = target.triple, str(machine.target_data)
    passes = binding.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, binding.create_pass_builder(machine, binding.create_pipeline_tuning_options()))
    return machine.emit_object(module)


def linked(code: bytes, target: Target) -> bytes:
    """A shared library, by zig's linker: it links for other machines, and for C libraries of long ago."""
    with tempfile.TemporaryDirectory() as place:
        Path(place, "loop.o").write_bytes(code)
        command = [sys.executable, "-m", "ziglang", "cc", "-target", target.zig, "-shared", "-s"]
        subprocess.run([*command, "-o", target.library, "loop.o", "-lm"], cwd=place, check=True)
        return Path(place, target.library).read_bytes()


def tag_of(target: Target, library: bytes) -> str:
    """The platform in a wheel's name, by the newest version of the C library that a symbol asks for."""
    asked = [(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", library)]
    return "manylinux_{}_{}_{}".format(*max([OLDEST_GLIBC, *asked]), target.machine)


def build(folder: Path, names: list[str]) -> None:
    """Write a library and its description for each target."""
    import llvmlite
    import numba
    import numpy

    from servsim.model.compilation import LIBRARY_TOO, hash_of_sources
    from servsim.model.compiled_library import DESCRIPTION

    module, told = joined(compiled_entries())
    for name in names:
        target, place = TARGETS[name], folder / name
        library = linked(object_code(module, target), target)
        description = {
            "library": target.library,
            "sha256": hashlib.sha256(library).hexdigest(),
            "sources": hash_of_sources(*LIBRARY_TOO),
            "platform": tag_of(target, library),
            "made_for": f"{target.triple}, {target.processor}",
            "made_by": {"numba": numba.__version__, "llvmlite": llvmlite.__version__, "numpy": numpy.__version__},
            "functions": told,
        }
        place.mkdir(parents=True, exist_ok=True)
        (place / target.library).write_bytes(library)
        (place / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]), sys.argv[2:] or [HERE])
