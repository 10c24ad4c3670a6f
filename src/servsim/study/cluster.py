"""The workers of a Dask cluster (extra: servsim[dask]), as an executor like any other."""

from concurrent.futures import Executor
from typing import Any

from servsim.errors import ServsimError
from servsim.study.identity import machine, model_version

SECONDS_TO_ANSWER = 15
"""How long a scheduler has to answer."""


def cluster(address: str) -> Executor:
    """The executor of a scheduler's workers; ServsimError where there is none, or they have another model."""
    try:
        from distributed import Client
    except ImportError:
        raise ServsimError("--dask needs Dask; install it with pip install 'servsim[dask]'.") from None
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ServsimError(f"--dask {address}: no scheduler answers there ({error}).") from None
    if others := unlike(client.run(kind)):
        client.close()
        raise ServsimError(
            f"--dask {address}: its worker {others[0]}; install the same servsim on a like machine there."
        )
    executor: Executor = client.get_executor(pure=False)
    return executor


def kind() -> tuple[int, str]:
    """What a worker must have in common with us for its answers to be ours."""
    return model_version(), machine()


def unlike(workers: dict[str, Any]) -> list[str]:
    """Which workers are of another kind than we are."""
    return [f"{name} has model {found[0]} on {found[1]}" for name, found in workers.items() if tuple(found) != kind()]
