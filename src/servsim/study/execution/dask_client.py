"""The connection to a Dask scheduler (extra: servsim[dask]): made, looked at, closed, and what is wrong with it."""

import logging
import socket
from contextlib import suppress
from typing import Any

from servsim.errors import ServsimError, needs_extra
from servsim.study.execution.options import SCHEDULER

SECONDS_TO_CONNECT = 5
"""How long a scheduler has to answer."""


def client_of(address: str) -> Any:
    """A scheduler that answers; ServsimError where there is none."""
    try:
        from distributed import Client
    except ImportError:
        raise needs_extra("A cluster", "Dask", "dask") from None
    insist_answers(address)
    for name in [name for name in logging.root.manager.loggerDict if name.startswith(("distributed", "tornado"))]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it we say ourselves
    try:
        return Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError):
        raise said(address, "what answers there is no Dask scheduler") from None


def leave(client: Any) -> None:
    """Close a client. It may fail over a scheduler that went away meanwhile: what we know of that is said already."""
    with suppress(Exception):
        client.close()


def insist_answers(address: str) -> None:
    """ServsimError where nothing listens at an address: Dask itself would try for long, and leave a trace of it."""
    found = SCHEDULER.fullmatch(address)
    assert found is not None  # as Execution has seen
    scheme, host, port = found.groups()
    if scheme not in (None, "tcp", "tls"):
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_CONNECT).close()
    except socket.gaierror:
        raise said(address, f"there is no host {host}") from None
    except OSError as error:
        raise said(address, f"no scheduler answers there ({error.strerror or error})") from None


def said(address: str, what: str) -> ServsimError:
    """What is wrong with a cluster."""
    return ServsimError(f"dask {address}: {what}".rstrip(".") + ".")


def workers_of(client: Any) -> int:
    """How many replications a cluster simulates at once, by its scheduler; at least one."""
    told = client.scheduler_info()
    return max(1, told.get("total_threads") or sum(each["nthreads"] for each in told["workers"].values()))
