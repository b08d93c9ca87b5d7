"""What the agent reads of a Marathon: its apps and its events, and the ways in which it fails."""

from __future__ import annotations

import base64
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class StandIn(ThreadingHTTPServer):
    """``fault``: a status, or `html`, `cut`, `silent`, or the URL that it redirects to."""

    daemon_threads = True

    def __init__(self, apps: list[dict[str, Any]] | None = None) -> None:
        self.apps = apps or []
        self.fault: int | str | None = None
        self.login: tuple[str, str] | None = None
        self.reads = 0
        self.paths: list[str] = []
        self._streams: set[queue.SimpleQueue[str | None]] = set()
        self._ended = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.paths.append(self.path)
                if outer.login and self.headers.get("Authorization") != _basic(*outer.login):
                    return self._send(401, "text/plain", b"")
                if isinstance(outer.fault, int):
                    return self._send(outer.fault, "text/plain", b"")
                if outer.fault == "silent":
                    outer._ended.wait(60)
                    return None
                if outer.fault == "html":
                    return self._send(200, "text/html", b"<html>maintenance</html>")
                if isinstance(outer.fault, str) and outer.fault.startswith("http"):
                    self.send_response(302)
                    self.send_header("Location", outer.fault + self.path)
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                if self.path.startswith("/v2/events"):
                    return self._events()
                outer.reads += 1
                body = json.dumps({"apps": outer.apps}).encode()
                if outer.fault == "cut":
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body[: len(body) // 2])
                    return None
                return self._send(200, "application/json", body)

            def _events(self) -> None:
                lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
                outer._streams.add(lines)
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                while (event := lines.get()) is not None:
                    self.wfile.write(event.encode())
                    self.wfile.flush()
                outer._streams.discard(lines)

            def _send(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def listeners(self) -> int:
        return len(self._streams)

    def emit(self, name: str = "status_update_event", more: str = "") -> None:
        for stream in list(self._streams):
            stream.put(f'event: {name}\r\ndata: {{"eventType":"{name}","more":"{more}"}}\r\n\r\n')

    def cut_streams(self) -> None:
        for stream in list(self._streams):
            stream.put(None)

    def stop(self) -> None:
        self._ended.set()
        self.cut_streams()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away."""


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
