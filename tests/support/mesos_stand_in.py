"""What is read of a master of Mesos: its state, and the ways in which it fails."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class MesosStandIn(ThreadingHTTPServer):
    """``fault``: a status, or `html`."""

    daemon_threads = True

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self.fault: int | str | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status = outer.fault if isinstance(outer.fault, int) else 200
                body = b"<html>" if outer.fault == "html" else json.dumps(outer.state).encode()
                self.send_response(status if self.path == "/master/state" else 404)
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

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
