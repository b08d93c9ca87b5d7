"""One ASGI application on one address.

stop = stop_on_signals()          # asyncio.Event set by SIGTERM and SIGINT
await serve(app, "127.0.0.1", 5050, stop=stop)
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from labengine.common import log

SHUTDOWN_SECONDS = 1


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # The programs own their signals: a master must leave its election before the port closes.
        yield


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. Call it inside the running loop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def bind(ip: str, port: int) -> socket.socket:
    """A listening socket, or the end of the program with a sentence that names the address."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ip, port))
    except OSError as error:
        listener.close()
        log.die(f"Failed to initialize: Failed to bind on {ip}:{port}: {error.strerror}")
    return listener


async def serve(
    app: Callable[..., Any],
    ip: str,
    port: int,
    *,
    stop: asyncio.Event,
    listener: socket.socket | None = None,
    **uvicorn_options: Any,
) -> None:
    """Answer requests until ``stop`` is set; open streams are cut after a second.

    ``listener`` is a socket from :func:`bind` when the caller has to know early that the port is free.
    ``uvicorn_options`` reach ``uvicorn.Config`` (TLS files, for instance).
    """
    listener = listener or bind(ip, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        http="h11",
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        **uvicorn_options,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await serving
        listener.close()
