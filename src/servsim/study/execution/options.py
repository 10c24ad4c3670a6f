"""How a question is executed: engine, workers, store, progress. Nothing of it changes an answer."""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import wraps
from importlib import import_module
from inspect import Parameter, signature
from os import PathLike
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypedDict, TypeVar, get_args, runtime_checkable

from servsim.errors import ServsimError, insist_whole
from servsim.model.trace import Engine

if TYPE_CHECKING:
    from servsim.study.execution.replications import Experiment, Outcome

Progress = Callable[[int, int, float], None]
"""Told after each replication: how many are done, of how many, and the seconds it has taken."""


def quiet(done: int, total: int, seconds: float) -> None:
    """No progress shown."""


class Keeper(Protocol):
    """Whoever keeps finished replications: a store on disk, or a memory."""

    def known(
        self, experiment: "Experiment", place: int, replications: Sequence[int], customers: bool
    ) -> "Iterable[Outcome]":
        """Outcomes of those replications that are kept, as jobs of a place in a pool; with customers where asked."""

    def keep(self, finished: "Sequence[tuple[Experiment, Outcome]]") -> None:
        """Keep finished replications."""


@runtime_checkable
class Archive(Keeper, Protocol):
    """A keeper that remembers for which inquiry replications were kept, or found."""

    def inquiry(self, what: str, arguments: Mapping[str, Any]) -> AbstractContextManager[None]:
        """As long as it lasts, what is kept and found is of what this function was asked."""


def remembered(keeper: Keeper | None, what: str, arguments: Mapping[str, Any]) -> AbstractContextManager[None]:
    """The inquiry of a keeper that remembers them; nothing for others."""
    return keeper.inquiry(what, arguments) if isinstance(keeper, Archive) else nullcontext()


SCHEDULER = re.compile(r"(?:([a-z]+)://)?(\[[\da-fA-F:.]+\]|[\w.-]+):(\d{1,5})/?", re.ASCII)
"""Where a Dask scheduler is: its protocol, host and port."""


def is_address(text: str) -> bool:
    """Is this the address of a scheduler, with its port?"""
    found = SCHEDULER.fullmatch(text)
    return found is not None and 0 < int(found[3]) < 65536


STORE = "servsim.study.store.store"
"""Where stores are made: named here and not imported, for stores know of this."""


@dataclass(frozen=True)
class Execution:
    """The engine that tells the replications, who simulates them, where they are kept, and who is told of progress.

    engine: "fast", the compiled loop, or "reference", the SimPy story. workers: replications at once on this machine;
    None for one on each core. dask: the address of a Dask scheduler, whose workers are used instead. store: a file, or
    a store, where finished replications are kept, and looked up before they are simulated.
    """

    engine: Engine = "fast"
    workers: int | None = None
    dask: str | None = None
    store: "Keeper | str | PathLike[str] | None" = None
    progress: Progress = quiet

    def __post_init__(self) -> None:
        """ServsimError where an option cannot be."""
        if self.engine not in get_args(Engine):
            raise ServsimError(f'engine is {self.engine!r}; it must be "fast" or "reference".')
        if self.workers is not None:
            insist_whole("workers", self.workers, 1)
        if self.dask is not None and not (isinstance(self.dask, str) and is_address(self.dask)):
            raise ServsimError(
                f"dask is {self.dask!r}; it must be the address of a scheduler, host:port or tcp://host:port, such as "
                "tcp://10.0.0.5:8786."
            )
        if not (self.store is None or isinstance(self.store, str | PathLike) or hasattr(self.store, "known")):
            raise ServsimError(f"store is {self.store!r}; it must be a path, or a servsim.Store.")
        if not callable(self.progress):
            raise ServsimError(f"progress is {self.progress!r}; it must be a function of done, asked and seconds.")

    @contextmanager
    def opened(self) -> "Iterator[Execution]":
        """The same, with the store that a path names opened for as long as it lasts."""
        if not isinstance(self.store, str | PathLike):
            yield self
            return
        kept = import_module(STORE).Store(self.store)
        try:
            yield replace(self, store=kept)
        finally:
            kept.close()
            if kept.trouble:
                warnings.warn(kept.trouble, stacklevel=4)

    @property
    def keeper(self) -> Keeper | None:
        """The store, if there is one and it is open."""
        return None if isinstance(self.store, str | PathLike) else self.store


HERE = Execution()
"""The compiled loop on every core of this machine, nothing kept, nothing shown."""


class Options(TypedDict, total=False):
    """What an `Execution` says, as keyword options of whatever answers a question."""

    engine: Engine
    workers: int | None
    dask: str | None
    store: "Keeper | str | PathLike[str] | None"
    progress: Progress


P = ParamSpec("P")
R = TypeVar("R")


def executed(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which takes the `Options` by name, or an `execution` that has them all."""
    declared = signature(function)
    own = [each for each in declared.parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
    others = declared.replace(parameters=own)
    options = [Parameter(name, Parameter.KEYWORD_ONLY, default=getattr(HERE, name)) for name in Options.__annotations__]

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        given: dict[str, Any] = {name: kwargs.pop(name) for name in Options.__annotations__ if name in kwargs}
        asked = others.bind(*args, **kwargs)
        base = asked.arguments.get("execution", HERE)
        if not isinstance(base, Execution):
            raise ServsimError(f"execution is {base!r}; it must be a servsim.Execution.")
        with replace(base, **given).opened() as execution:
            asked.arguments["execution"] = execution
            with remembered(execution.keeper, function.__name__, asked.arguments):
                return function(*asked.args, **asked.kwargs)

    wrapper.__signature__ = declared.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    return wrapper
