"""Ends connections in time: a server that sends a byte now and then passes every timeout of a socket."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_LOOK_SECONDS = 0.2
_current = threading.local()


class Limit:
    """Shuts down what this thread connects to once the time is over or ``stop`` is set. ``over`` is why, if it did."""

    def __init__(self, seconds: float, stop: threading.Event) -> None:
        self.over: str | None = None
        self._seconds = seconds
        self._stop = stop
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        watcher = threading.Thread(target=self._watch, args=(time.monotonic() + self._seconds,), daemon=True)
        watcher.start()
        _current.limit = self
        try:
            yield
        finally:
            _current.limit = None
            self._done.set()
            watcher.join()
            for one in self._sockets:
                one.close()

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            # A copy, because TLS takes the socket itself over.
            self._sockets.append(connection.dup())
            if self.over:
                self._shut_down()

    def _watch(self, deadline: float) -> None:
        while not self._stop.is_set() and time.monotonic() < deadline:
            if self._done.wait(min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic()))):
                return
        with self._lock:
            ends = "the program ends"
            self.over = ends if self._stop.is_set() else f"the answer does not end within {self._seconds} s"
            self._shut_down()

    def _shut_down(self) -> None:
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class Adapter(HTTPAdapter):
    """Tells the limit of its thread of each connection, before anything is read of it."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class _Told:
    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        limit: Limit | None = getattr(_current, "limit", None)
        if limit:
            limit.opened(made)
        return made


class _Http(_Told, HTTPConnection):
    pass


class _Https(_Told, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https
