"""Answers that do not come whole, from a server on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http import host_session
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Access
from ansible_collections.quorum.mesos.plugins.module_utils._http.host_session import HostSession


class Handler(BaseHTTPRequestHandler):
    """The path says what is answered."""

    def do_GET(self) -> None:
        self.send_response(401 if self.path == "/refusal" else 200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")
        while self.path == "/drops" and not self.server.over.wait(0.2):  # type: ignore[attr-defined]
            self.wfile.write(b"x")
            self.wfile.flush()

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        over = serving.over = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=serving.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}"
        over.set()
        serving.shutdown()


def test_an_answer_that_comes_byte_by_byte_has_an_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_session, "PIECES", 0.2)
    begun = time.monotonic()
    with pytest.raises(NoAnswer, match="no whole answer within 2 s") as failed:
        HostSession(Access(timeout=10)).exchange("GET", f"{url}/drops")
    assert failed.value.arrived
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("path", ["/answer", "/refusal"])
def test_one_that_breaks_off(url: str, path: str) -> None:
    with pytest.raises(NoAnswer):
        HostSession(Access(timeout=20)).exchange("GET", url + path)


@pytest.mark.parametrize("host", ["master..example.com", "m" * 70])
def test_a_host_name_that_cannot_be_one(host: str) -> None:
    with pytest.raises(NoAnswer) as failed:
        HostSession(Access(timeout=5)).exchange("GET", f"http://{host}:5050/")
    assert not failed.value.arrived
