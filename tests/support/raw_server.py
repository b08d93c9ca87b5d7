"""A server that answers byte by byte as a test says: what no library would send."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

Say = Callable[[socket.socket], object]


def drip(connection: socket.socket, begin: bytes) -> None:
    """A byte now and then, which no timeout of a socket notices, until the other side is gone."""
    connection.sendall(begin)
    while True:
        connection.sendall(b" ")
        time.sleep(0.1)


class RawServer:
    """``say`` gets each connection after its request, and the connection ends with it."""

    def __init__(self, say: Say) -> None:
        self.asked = 0
        self._say = say
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._answer, args=(self._socket.accept()[0],), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        # A client that goes away ends it.
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                part = connection.recv(65536)
                if not part:
                    return
                request += part
            self.asked += 1
            self._say(connection)


@contextlib.contextmanager
def saying(say: Say) -> Iterator[RawServer]:
    server = RawServer(say)
    try:
        yield server
    finally:
        server.stop()
