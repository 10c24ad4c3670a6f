"""How long something takes, how much memory a process holds, and on what machine."""

import gc
import os
import platform
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

Clock = Callable[[], float]


@dataclass(frozen=True)
class Timing:
    """Seconds of the same work in several rounds, and what the work returned in each."""

    seconds: list[float]
    results: list[Any]

    @property
    def best(self) -> float:
        """The fastest round: the one that was disturbed least."""
        return min(self.seconds)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart."""
        return spread(self.seconds)


def spread(costs: list[float]) -> float:
    """How much more the median costs than the least, as a share of the least."""
    return median(costs) / min(costs) - 1.0


def interleaved(works: dict[str, Callable[[int], Any]], rounds: int, clock: Clock = process_time) -> dict[str, Timing]:
    """Time works in turn, A B C A B C …, each given the number of the round; seconds of processor time, or by a clock.

    What slows the machine down for a while then slows them all, and the best of each is from a quiet moment.
    """
    timings = {name: Timing([], []) for name in works}
    for number in range(rounds):
        for name, work in works.items():
            seconds, result = timed(work, number, clock)
            timings[name].seconds.append(seconds)
            timings[name].results.append(result)
    return timings


def timed(work: Callable[[int], Any], number: int, clock: Clock = process_time) -> tuple[float, Any]:
    """(seconds, what came of it)."""
    gc.collect()
    start = clock()
    result = work(number)
    return clock() - start, result


def fresh(function: Callable[..., Any], *args: Any) -> Any:
    """What a function returns in a process of its own, whose memory nothing else has used."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(function, *args).result()


def resident(peak: bool = False) -> float:
    """Bytes of memory that this process holds now, or held at its peak; NaN where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return 1024.0 * int(fields["VmHWM" if peak else "VmRSS"].split()[0])


def machine() -> dict[str, Any]:
    """What was measured on: processor, cores, and the versions that matter."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{name: installed(name) for name in ("numpy", "numba", "ciw")},
    }


def processor() -> str:
    """The processor's model."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def installed(package: str) -> str | None:
    """The version of a package; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
