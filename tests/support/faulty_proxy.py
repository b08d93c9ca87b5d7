"""A server in front of Marathon that does to a request what networks and clusters do to one.

Every fault has a name, and works on what is sent to ``url(name)``; the name is a path in front of the API.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

HOST = "127.0.0.1"
SECONDS = 60
CLOSE, CUT = "close", "cut"
WRITE = "(POST|PUT|DELETE)"


@dataclass
class Reply:
    """What comes instead of Marathon's answer; a body that is no text is sent as JSON."""

    status: int
    body: Any = ""
    headers: dict[str, str] | None = None


@dataclass
class Fault:
    """What happens to ``times`` requests that match, after the first ``skip`` ones.

    ``on`` is the beginning of "METHOD path", as a pattern. ``lost`` requests never arrive at Marathon; others do,
    ``late`` seconds after they were sent. ``meanwhile`` runs before the caller gets ``then``, which is a Reply, CLOSE,
    CUT (Marathon's answer that ends in the middle), seconds of silence, or Marathon's answer.
    """

    on: str
    then: Reply | str | float | None = None
    lost: bool = True
    late: float = 0.0
    skip: int = 0
    times: int = 1
    meanwhile: Callable[[], Any] | None = None


class FaultyProxy:
    """``upstream`` tells the address of a Marathon at every request; ``ask`` is what reaches it."""

    def __init__(
        self, upstream: Callable[[], str], ask: Callable[[], requests.Session], context: ssl.SSLContext | None = None
    ) -> None:
        self._upstream, self._ask = upstream, ask
        self._faults: dict[str, list[Fault]] = {}
        self._logins: dict[str, str] = {}
        self._lock = threading.Lock()
        # What arrived at Marathon and what was asked for, by the name of the fault.
        self.arrived: dict[str, list[str]] = defaultdict(list)
        self.asked: dict[str, list[str]] = defaultdict(list)
        self._released = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        self._server.daemon_threads = True
        self._scheme = "http"
        if context is not None:
            self._scheme = "https"
            # The handshake belongs to the thread of the connection, else one silent client holds up all.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def address(self) -> str:
        return f"{HOST}:{self._server.server_port}"

    def url(self, name: str) -> str:
        return f"{self._scheme}://{self.address}/{name}"

    def add(self, name: str, *faults: Fault, login: str | None = None) -> None:
        """login is the header Authorization without which everything is refused."""
        self._faults[name] = list(faults)
        if login is not None:
            self._logins[name] = login

    def writes(self, name: str) -> list[str]:
        return [request for request in self.arrived[name] if re.match(WRITE, request)]

    @contextmanager
    def serving(self) -> Iterator[FaultyProxy]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._released.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join(SECONDS)

    def _fault(self, name: str, request: str) -> Fault | None:
        with self._lock:
            for fault in self._faults[name]:
                if fault.times and re.match(fault.on, request):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return None

    def _named(self, path: str) -> tuple[str, str]:
        name = max((name for name in self._faults if path.startswith(f"/{name}/")), key=len)
        return name, path.removeprefix(f"/{name}")

    def _passed_on(self, name: str, method: str, path: str, body: bytes | None) -> requests.Response:
        self.arrived[name].append(f"{method} {path}")
        with self._ask() as session:
            return session.request(
                method,
                self._upstream() + path,
                data=body,
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout=SECONDS,
            )

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                name, path = proxy._named(self.path)
                request = f"{self.command} {path}"
                proxy.asked[name].append(request)
                if name in proxy._logins and self.headers.get("Authorization") != proxy._logins[name]:
                    self.reply(401, b"<html>Unauthorized</html>", {"WWW-Authenticate": 'Basic realm="test"'})
                    return
                fault = proxy._fault(name, request) or Fault(on="", lost=False)
                kept_back = fault.lost or fault.late
                answer = None if kept_back else proxy._passed_on(name, self.command, path, body)
                if fault.late:
                    again = (name, self.command, path, body)
                    threading.Timer(fault.late, proxy._passed_on, again).start()
                if fault.meanwhile is not None:
                    fault.meanwhile()
                if isinstance(fault.then, Reply):
                    self.reply_instead(fault.then)
                elif fault.then == CLOSE:
                    self.close_connection = True
                elif isinstance(fault.then, float):
                    proxy._released.wait(fault.then)
                    self.close_connection = True
                else:
                    if answer is None:
                        # It may be another Marathon meanwhile.
                        answer = proxy._passed_on(name, self.command, path, body)
                    self.reply_of(answer, cut=fault.then == CUT)

            def reply_instead(self, reply: Reply) -> None:
                is_text = isinstance(reply.body, str)
                content = (reply.body if is_text else json.dumps(reply.body)).encode()
                kind = "text/html" if is_text else "application/json"
                self.reply(reply.status, content, {"Content-Type": kind, **(reply.headers or {})})

            def reply_of(self, answer: requests.Response, cut: bool) -> None:
                kept = ("Content-Type", "Marathon-Deployment-Id", "Location")
                headers = {name: answer.headers[name] for name in kept if name in answer.headers}
                self.reply(answer.status_code, answer.content, headers, cut)

            def reply(self, status: int, content: bytes, headers: dict[str, str], cut: bool = False) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if cut else content)
                self.close_connection = self.close_connection or cut

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def handle(self) -> None:
                try:
                    super().handle()
                except (ConnectionError, ssl.SSLError):
                    # The caller did not wait, or was not let in.
                    self.close_connection = True

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that takes no connection and refuses none: its queue is full."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(0)
        waiting = []
        try:
            for _ in range(3):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(listener.getsockname())
                waiting.append(one)
            yield listener.getsockname()[1]
        finally:
            for one in waiting:
                one.close()
