"""A door between a client and a server on loopback: what is open passes both ways, and a closed one refuses all."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class Gate:
    """``port`` stays the same whether it is open or not."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open = threading.Event()
        self._open.set()
        self._pairs: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()
        self._listener.close()

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        """What has passed is through; what would come later is lost."""
        self._open.clear()
        while self._pairs:
            _end(self._pairs.pop())

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                if not self._open.is_set():
                    _end(client)
                    continue
                try:
                    server = socket.create_connection(self._target, 5)
                    server.settimeout(None)
                except OSError:
                    _end(client)
                    continue
                self._pairs += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=_pass, args=(source, target), daemon=True).start()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    _end(target)


def _end(one: socket.socket) -> None:
    # A close alone does not wake up a thread that reads.
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
