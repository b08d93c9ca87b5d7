"""Questions to endpoints that answer well, badly, or without end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from lab import probe

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address that answers one connection with the parts given, a tenth of a second apart."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                for part in request.param:
                    connection.sendall(part)
                    time.sleep(0.1)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    thread.join(5)


@pytest.mark.parametrize("endpoint", [[HEAD, *[b"drip "] * 40]], indirect=True)
def test_page_without_end_is_read_for_a_while(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.5)
    started = time.monotonic()
    page = probe.page(f"http://{endpoint}")
    assert time.monotonic() - started < 2
    assert page.status == 200
    assert page.words.startswith("drip drip")


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ([b"220 mail ready\r\n"], "an answer that is not HTTP"),
        ([], "connection closed without an answer"),
        ([HEAD], "an answer that is not JSON"),
        ([HEAD, b"[1, 2]"], "an answer that is not a JSON object"),
        ([HEAD.replace(b"200 OK", b"503 Service Unavailable")], "HTTP 503"),
    ],
    indirect=["endpoint"],
)
def test_reasons(endpoint: str, reason: str) -> None:
    with pytest.raises(probe.NoAnswer, match=f"^{reason}$"):
        probe.document(f"http://{endpoint}")


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ([], "connection closed without an answer"),
        ([b"srvr is not executed because it is not in the whitelist.\n"], "srvr is not executed"),
        ([b"This ZooKeeper instance is not currently serving requests\n"], "This ZooKeeper instance is not currently"),
    ],
    indirect=["endpoint"],
)
def test_zookeeper_that_says_no(endpoint: str, reason: str) -> None:
    with pytest.raises(probe.NoAnswer, match=f"^{reason}"):
        probe.zookeeper(endpoint)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<TITLE lang='en'>A &amp;\n B</TITLE><p>no", "A & B"),
        ("<title> </title><style>p {}</style><!-- no --><p>Hello <b>there</b></p>", "Hello there"),
        ("plain  text\n", "plain text"),
        ("", ""),
    ],
)
def test_first_words(text: str, words: str) -> None:
    assert probe.first_words(text) == words
