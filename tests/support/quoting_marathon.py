"""A Marathon that has nothing and refuses every write with words that quote all of it, in several ways."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ANSWERS = {"/v2/info": {"name": "marathon", "version": "1.11.24"}, "/v2/deployments": []}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self._answer(200, _ANSWERS[path]) if path in _ANSWERS else self._answer(404, _missing(path))

    def _refuse(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        quoted = [text, repr(json.loads(text)), " ".join(map(str, _leaves(json.loads(text))))]
        self._answer(422, {"message": f"Object is not valid: {text}", "details": [{"path": "/", "errors": quoted}]})

    do_POST = do_PUT = _refuse

    def _answer(self, status: int, data: Any) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        pass


def _missing(path: str) -> dict[str, Any]:
    name = path.removesuffix("::status").split("/", 3)[-1]
    return {"message": f"Path '/{name}' does not exist", "details": []}


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        for element in value.values() if isinstance(value, dict) else value:
            yield from _leaves(element)
    else:
        yield value


@contextlib.contextmanager
def quoting_marathon() -> Iterator[str]:
    """Its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
