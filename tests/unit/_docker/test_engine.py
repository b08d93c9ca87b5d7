"""The Engine API on a socket, by a small server that answers as Docker does."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker import engine

ASKED: list[tuple[str, str, Any]] = []
LOGINS: list[str | None] = []


class Answers(http.server.BaseHTTPRequestHandler):
    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        LOGINS.append(self.headers.get("X-Registry-Auth"))
        ASKED.append((self.command, self.path, json.loads(body) if body else None))
        code, text = 200, b'{"ok": true}'
        if self.path.startswith("/nodes"):
            code, text = 503, b'{"message": "This node is not a swarm manager."}'
        elif self.path.startswith("/services/missing"):
            code, text = 404, b'{"message": "service missing not found"}'
        elif self.path.startswith("/distribution"):
            code, text = 502, b"<html>" + b"x" * 1000
        elif self.path.startswith("/tasks"):
            text = b"\1\0\0\0\0\0\0\4one\n\2\0\0\0\0\0\0\6two\nte"
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_DELETE = _answer

    def address_string(self) -> str:
        return "socket"

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def docker(tmp_path: Path) -> Iterator[engine.Engine]:
    path = str(tmp_path / "docker.sock")
    ASKED.clear()
    with socketserver.ThreadingUnixStreamServer(path, Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield engine.Engine(path)
        server.shutdown()


def test_what_is_sent(docker: engine.Engine) -> None:
    assert docker.post("/services/create", {"Name": "a"}) == {"ok": True}
    assert docker.post("/swarm/leave", force=True) == {"ok": True}
    assert docker.get("/info", filters=engine.filters(service="a b")) == {"ok": True}
    assert ASKED == [
        ("POST", "/services/create", {"Name": "a"}),
        ("POST", "/swarm/leave?force=true", {}),
        ("GET", "/info?filters=%7B%22service%22%3A+%5B%22a+b%22%5D%7D", None),
    ]


def test_a_refusal_has_the_words_of_docker(docker: engine.Engine) -> None:
    with pytest.raises(engine.EngineRefusal, match=r"This node is not a swarm manager\.") as refused:
        docker.get("/nodes")
    assert refused.value.is_no_manager
    assert docker.found("/services/missing") is None


def test_a_page_of_a_proxy_is_cut(docker: engine.Engine) -> None:
    with pytest.raises(engine.EngineRefusal, match=r"^<html>x{494}$") as refused:
        docker.get("/distribution/a/json")
    assert not refused.value.is_missing


def test_headers_are_sent(docker: engine.Engine) -> None:
    docker.get("/info", headers={"X-Registry-Auth": "one"})
    docker.found("/info", headers={"X-Registry-Auth": "two"})
    assert LOGINS[-2:] == ["one", "two"]


def test_a_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(engine.EngineSilence, match=r"Docker does not answer at .*/none\.sock"):
        engine.Engine(str(tmp_path / "none.sock")).get("/info")


def test_the_last_lines_of_a_task(docker: engine.Engine) -> None:
    assert docker.last_lines("t1", 5) == ["one", "two", "te"]
    assert docker.last_lines("t1", 2) == ["two", "te"]
    assert engine.log_lines(b"of a terminal\n") == ["of a terminal"]


def test_the_words_of_others_are_printable() -> None:
    for error in (engine.EngineRefusal(500, "no\x1b[31m\r\x9b\u202e"), engine.EngineSilence("no\x1b[31m\r\x9b\u202e")):
        assert str(error).isprintable()
