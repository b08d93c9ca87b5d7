"""One ASGI application on one address.

stop = stop_on_signals()          # asyncio.Event set by SIGTERM and SIGINT
await serve(app, "127.0.0.1", 5050, stop=stop)
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

import uvicorn
from starlette.requests import ClientDisconnect

from labengine.common import log
from labengine.common.tls import Port

logger = log.get(__name__)

SHUTDOWN_SECONDS = 1
RETRY_SECONDS = 0.1
HANDSHAKE_SECONDS = 30
_TLS_HANDSHAKE = b"\x16"


class _Server(uvicorn.Server):
    """``tls``: the port speaks it, and with ``tls.plain`` a connection that begins otherwise is taken as it is."""

    def __init__(self, config: uvicorn.Config, tls: Port | None) -> None:
        super().__init__(config)
        self._tls = tls
        self._accepted: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self._tls is None:
            await super().startup(sockets)
            return
        # asyncio's own servers cannot look at the first byte before they choose.
        self.servers = []
        for listener in sockets or []:
            listener.setblocking(False)
            listener.listen(self.config.backlog)
            self._keep(self._accept(listener, self._tls))
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for task in list(self._accepted):
            task.cancel()
        await asyncio.gather(*self._accepted, return_exceptions=True)
        await super().shutdown(sockets)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._accepted.add(task)
        task.add_done_callback(self._accepted.discard)

    async def _accept(self, listener: socket.socket, tls: Port) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                peer, _address = await loop.sock_accept(listener)
            except OSError as error:
                logger.warning("Failed to accept a connection: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            peer.setblocking(False)
            self._keep(self._begin(peer, tls))

    async def _begin(self, peer: socket.socket, tls: Port) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                encrypted = not tls.plain or await _first_byte(peer) == _TLS_HANDSHAKE
                await loop.connect_accepted_socket(self._protocol, peer, ssl=tls.context if encrypted else None)
        except (OSError, TimeoutError) as error:
            logger.info("A connection ended before it began: %s", error or type(error).__name__)
            peer.close()
        except asyncio.CancelledError:
            peer.close()
            raise

    def _protocol(self) -> asyncio.Protocol:
        protocol: Any = self.config.http_protocol_class
        return protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

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


def bind(ip: str, port: int, refuse: Callable[[str], NoReturn] = log.crash) -> socket.socket:
    """A listening socket, or the end of the program with a sentence that names the address."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ip, port))
    except OSError as error:
        listener.close()
        refuse(f"Failed to initialize: Failed to bind on {ip}:{port}: {error.strerror}")
    return listener


async def _first_byte(peer: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(peer, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(peer)
    return peer.recv(1, socket.MSG_PEEK)


async def serve(
    app: Callable[..., Any],
    ip: str,
    port: int,
    *,
    stop: asyncio.Event,
    listener: socket.socket | None = None,
    tls: Port | None = None,
) -> None:
    """Answer requests until ``stop`` is set; open streams are cut after a second.

    ``listener`` is a socket from :func:`bind` when the caller has to know early that the port is free.
    """
    listener = listener or bind(ip, port)

    async def ending_with_the_program(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            # What was not answered in time is no failure of the application, which uvicorn would take it for.
            if not stop.is_set():
                raise
        except ClientDisconnect:
            # Whoever asked waited no longer, or was killed.
            pass

    config = uvicorn.Config(
        ending_with_the_program,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        http="h11",
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    server = _Server(config, tls)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await serving
        listener.close()
