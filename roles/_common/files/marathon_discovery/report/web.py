"""/status, /metrics and /ready over HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

_SILENCE_SECONDS = 10


class Reports(Protocol):
    @property
    def ready(self) -> bool: ...

    def snapshot(self) -> dict[str, Any]: ...


def serve(address: tuple[str, int], status: Reports, metrics: Callable[[dict[str, Any]], str]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENCE_SECONDS

        def do_GET(self) -> None:
            code, kind, body = _answer(self.path.partition("?")[0], status, metrics)
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        daemon_threads = True

    server = Server(address, Handler)
    threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
    return server


def _answer(path: str, status: Reports, metrics: Callable[[dict[str, Any]], str]) -> tuple[int, str, bytes]:
    if path == "/status":
        return 200, "application/json", json.dumps(status.snapshot(), indent=1).encode()
    if path == "/metrics":
        return 200, "text/plain; version=0.0.4", metrics(status.snapshot()).encode()
    if path == "/ready":
        return (200, "text/plain", b"ready\n") if status.ready else (503, "text/plain", b"nothing applied yet\n")
    return 404, "text/plain", b"/status, /metrics, /ready\n"
