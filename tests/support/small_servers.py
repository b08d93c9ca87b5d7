"""Small web servers in this process, each of which says which one it is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextlib.contextmanager
def named(number: int) -> Iterator[list[Named]]:
    """s0, s1 and so on."""
    started = [Named(f"s{one}") for one in range(number)]
    try:
        yield started
    finally:
        for server in started:
            server.stop()


class Named(ThreadingHTTPServer):
    """Answers with its name. It ends well: what has come in is answered before it is gone."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str) -> None:
        self.name = name
        self.requests = 0
        self._open = 0
        self._idle = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with outer._idle:
                    outer.requests += 1
                body = f"{outer.name} {self.path}".encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                for header in ("X-Forwarded-For", "X-Forwarded-Port"):
                    if header in self.headers:
                        self.send_header(f"Seen-{header}", self.headers[header])
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._idle:
            self._open += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._idle:
            self._open -= 1
            self._idle.notify_all()

    def stop(self) -> None:
        self.shutdown()
        with self._idle:
            self._idle.wait_for(lambda: self._open == 0, 10)
        self.server_close()
