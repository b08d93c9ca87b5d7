"""What the gate hears of services that answer badly or through a socket."""

from __future__ import annotations

import socketserver
import threading
import typing as t
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils.health.http import Unanswered, get


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100" if self.path == "/short" else "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_args: t.Any) -> None:
        pass


@pytest.fixture
def path(tmp_path: Path) -> t.Iterator[str]:
    path = str(tmp_path / "docker.sock")
    with socketserver.ThreadingUnixStreamServer(path, Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield path
        server.shutdown()


def test_an_answer_through_a_socket(path: str) -> None:
    assert get("http://localhost/_ping", None, 5, unix_socket=path)[0] == "OK"


def test_an_answer_that_breaks_off(path: str) -> None:
    with pytest.raises(Unanswered, match="does not answer"):
        get("http://localhost/short", None, 5, unix_socket=path)


def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(Unanswered, match="does not answer"):
        get("http://localhost/_ping", None, 5, unix_socket=str(tmp_path / "nothing.sock"))
