"""A proxy in front of a Marathon that counts the requests that really arrive, reads and writes apart."""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

READS = ("GET", "HEAD", "OPTIONS")
_TIMEOUT = 120
# Of one connection, not of the whole way; the proxy sets its own.
_HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


class CountingProxy:
    """with CountingProxy("http://127.0.0.2:8080") as proxy: ... proxy.url ... proxy.taken()"""

    def __init__(self, target: str) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(urlsplit(target), self._count))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def taken(self) -> dict[str, int]:
        """The requests by method since the last time this was asked."""
        with self._lock:
            counts, self._counts = dict(self._counts), Counter()
        return counts

    def _count(self, method: str) -> None:
        with self._lock:
            self._counts[method] += 1

    def __enter__(self) -> CountingProxy:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A client that goes away is its own affair, and a line for each would stand between those of the table.

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def _handler(target, count):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet for one answer; without it every answer waits for the acknowledgement of its head.
        disable_nagle_algorithm = True

        def _pass_on(self) -> None:
            count(self.command)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            upstream = http.client.HTTPConnection(target.hostname, target.port, timeout=_TIMEOUT)
            upstream.connect()
            upstream.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kept = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            upstream.request(self.command, self.path, body, kept)
            answer = upstream.getresponse()
            data = answer.read()
            upstream.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = _pass_on

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler
