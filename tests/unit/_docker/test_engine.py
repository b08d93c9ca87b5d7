"""Questions to Docker by its socket."""

from __future__ import annotations

import base64
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker import engine

ANSWERS = {
    "/one/json": (200, b'{"Descriptor": {"digest": "sha256:1"}}'),
    "/none/json": (404, b'{"message": "manifest unknown"}'),
    "/broken/json": (500, b"<html>"),
    "/list/json": (200, b"[]"),
}


class Handler(BaseHTTPRequestHandler):
    seen: list[str | None] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("X-Registry-Auth"))
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return ""

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[str]:
    # A name of a socket is short.
    path = os.path.relpath(tmp_path / "docker.sock")
    with socketserver.UnixStreamServer(path if len(path) < 100 else str(tmp_path / "docker.sock"), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield str(tmp_path / "docker.sock")
        server.shutdown()


def test_answers(docker: str) -> None:
    found = engine.get(docker, "/one/json", {"X-Registry-Auth": "login"})
    assert (found.status, found.data["Descriptor"]["digest"]) == (200, "sha256:1")
    assert Handler.seen[-1] == "login"
    none = engine.get(docker, "/none/json")
    assert (none.status, none.message) == (404, "manifest unknown")
    assert engine.get(docker, "/broken/json").message == "<html>"
    assert engine.get(docker, "/list/json").data == {}


def test_no_docker(tmp_path: Path) -> None:
    with pytest.raises(engine.NoDocker, match="No such file or directory"):
        engine.get(str(tmp_path / "none.sock"), "/one/json")


def test_the_login_for_docker() -> None:
    assert engine.registry_login({}, "r:5000") == {}
    auth = base64.b64encode(b"me:p:w").decode()
    header = engine.registry_login({"auth": auth}, "r:5000")["X-Registry-Auth"]
    found = json.loads(base64.urlsafe_b64decode(header))
    assert found == {"serveraddress": "r:5000", "username": "me", "password": "p:w"}
    header = engine.registry_login({"identitytoken": "t"}, "r")["X-Registry-Auth"]
    assert json.loads(base64.urlsafe_b64decode(header)) == {"serveraddress": "r", "identitytoken": "t"}
