"""An answer that goes on, from a server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Access
from ansible_collections.quorum.mesos.plugins.module_utils._http.host_stream import HostStream


class Handler(BaseHTTPRequestHandler):
    """The path says what is answered."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers), body))  # type: ignore[attr-defined]
        if self.path == "/long-refusal":
            self.send_response(403)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"x" * 100_000)
            return
        if self.path == "/refused":
            self.send_response(307)
            self.send_header("Location", "//other:5050")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"away")
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Mesos-Stream-Id", "stream-1")
        self.end_headers()
        for part in (b"one", b"two"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
        if self.path == "/whole":
            self.wfile.write(b"0\r\n\r\n")
        elif self.path == "/silent":
            self.server.done.wait(10)  # type: ignore[attr-defined]
        self.close_connection = True

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        serving.seen, serving.done = [], threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield serving
        serving.done.set()  # type: ignore[attr-defined]
        serving.shutdown()


def opened(server: Any, path: str, silence: float = 5) -> HostStream:
    access = Access(username="me", password="secret")
    return HostStream(access, f"http://127.0.0.1:{server.server_port}{path}", {"type": "SUBSCRIBE"}, silence)


def test_parts_come_as_they_are_sent(server: Any) -> None:
    stream = opened(server, "/whole")
    assert stream.refusal is None
    assert stream.headers.get("Mesos-Stream-Id") == "stream-1"
    assert b"".join(stream.parts()) == b"onetwo"
    headers, body = server.seen[0]
    assert body == b'{"type": "SUBSCRIBE"}'
    assert (headers["Content-Type"], headers["Accept"]) == ("application/json", "application/json")
    assert headers["Authorization"].startswith("Basic ")


def test_a_redirect_is_not_followed(server: Any) -> None:
    refusal = opened(server, "/refused").refusal
    assert refusal is not None
    assert (refusal.status, refusal.text, refusal.headers["Location"]) == (307, "away", "//other:5050")


@pytest.mark.parametrize(("path", "silence"), [("/cut", 5), ("/silent", 0.3)])
def test_one_that_breaks_off(server: Any, path: str, silence: float) -> None:
    parts = opened(server, path, silence).parts()
    assert next(parts)
    with pytest.raises(NoAnswer):
        list(parts)


def test_nobody_listens() -> None:
    with pytest.raises(NoAnswer, match="connection refused"):
        HostStream(Access(), "http://127.0.0.1:1/", {}, 5)


def test_what_is_closed_gives_no_more(server: Any) -> None:
    stream = opened(server, "/silent")
    parts = stream.parts()
    assert next(parts)
    stream.close()
    assert list(parts) == []


def test_of_the_words_of_a_refusal_only_the_beginning_is_kept(server: Any) -> None:
    refusal = opened(server, "/long-refusal").refusal
    assert refusal is not None
    assert len(refusal.text) == 65536


@pytest.mark.parametrize("host", ["master..example.com", "m" * 70])
def test_a_host_name_that_cannot_be_one(host: str) -> None:
    with pytest.raises(NoAnswer) as failed:
        HostStream(Access(), f"http://{host}:5050/", {}, 5)
    assert not failed.value.arrived
