"""The reader of Marathon against small stand-ins: every way to fail is a sentence, and the next host is asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from marathon_apps import app, task
from marathon_stand_in import StandIn
from raw_server import drip, saying

from marathon_discovery import fetch
from marathon_discovery.marathon import answer
from marathon_discovery.marathon.answer import MarathonError
from marathon_discovery.marathon.client import Marathon
from marathon_discovery.marathon.events import Events, backoff
from marathon_discovery.mesos.client import Masters, MesosError
from marathon_discovery.settings_file import Credentials

APPS = [app("/web", 10000, [task("t", 31000)])]


@pytest.fixture
def hosts() -> Iterator[list[StandIn]]:
    started = [StandIn(APPS), StandIn(APPS)]
    yield started
    for one in started:
        one.stop()


def client(*hosts: StandIn, credentials: Credentials | None = None) -> Marathon:
    return Marathon([one.url for one in hosts], credentials, None)


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_all_apps_with_tasks_deployments_and_readiness(hosts: list[StandIn]) -> None:
    assert client(hosts[0]).apps() == APPS
    assert hosts[0].paths == ["/v2/apps?embed=apps.tasks&embed=apps.deployments&embed=apps.readiness"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (401, "status 401 (user name and password are missing or wrong)"),
        (500, "status 500"),
        (503, "status 503"),
        ("html", "not JSON"),
        ("cut", "broke off"),
        ("http://leader.example:8080", "redirects to http://leader.example:8080, which is not in `marathon`"),
    ],
)
def test_a_host_that_fails_is_named_and_the_next_one_asked(
    fault: int | str, sentence: str, hosts: list[StandIn]
) -> None:
    hosts[0].fault = fault
    with pytest.raises(MarathonError) as failed:
        client(hosts[0]).apps()
    assert sentence in str(failed.value) and hosts[0].url in str(failed.value)
    both = client(*hosts)
    assert both.apps() == APPS
    # What answered last is asked first.
    before = len(hosts[0].paths)
    assert both.apps() == APPS
    assert len(hosts[0].paths) == before


def test_a_host_that_says_nothing(hosts: list[StandIn], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "READ_SECONDS", 0.3)
    hosts[0].fault = "silent"
    with pytest.raises(MarathonError, match="no answer in time"):
        client(hosts[0]).apps()


DRIPS = [
    b"HTTP/1.1 200 OK\r\nX-Slow:",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n270f\r\n",
    b"HTTP/1.0 200 OK\r\n\r\n",
]


@pytest.mark.parametrize("begin", DRIPS)
def test_a_host_that_drips_is_given_up_and_the_next_one_asked(
    begin: bytes, hosts: list[StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "WHOLE_SECONDS", 0.7)
    with saying(lambda connection: drip(connection, begin)) as slow:
        with pytest.raises(MarathonError, match="the answer does not end within"):
            Marathon([slow.url], None, None).apps()
        before = time.monotonic()
        assert Marathon([slow.url, hosts[0].url], None, None).apps() == APPS
        assert 0.6 < time.monotonic() - before < 3
        with pytest.raises(MesosError, match="the answer does not end within"):
            Masters([slow.url], None, None).state()


def test_events_of_a_host_that_drips_come_from_the_next_one(
    hosts: list[StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "WHOLE_SECONDS", 0.7)
    with saying(lambda connection: drip(connection, DRIPS[0])) as slow:
        events = Events(Marathon([slow.url, hosts[0].url], None, None), threading.Event(), threading.Event())
        events.start()
        wait_until(lambda: events.connected, 5)
        # The limit is for the headers: a stream goes on.
        time.sleep(1)
        assert (events.connects, hosts[0].listeners) == (1, 1)


def test_a_handshake_that_drips(hosts: list[StandIn], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "WHOLE_SECONDS", 0.7)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def record() -> None:
            with contextlib.suppress(OSError), listening.accept()[0] as connection:
                # A long handshake message of TLS, of which a byte comes now and then.
                drip(connection, b"\x16\x03\x03\x20\x00")

        threading.Thread(target=record, daemon=True).start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        before = time.monotonic()
        assert Marathon([url, hosts[0].url], None, None).apps() == APPS
        assert time.monotonic() - before < 3


def test_the_end_of_the_program_ends_a_read() -> None:
    stop = threading.Event()
    with saying(lambda connection: drip(connection, DRIPS[1])) as slow:
        threading.Timer(0.3, stop.set).start()
        before = time.monotonic()
        with pytest.raises(MarathonError, match="the program ends"):
            Marathon([slow.url, slow.url], None, None, stop).apps()
        assert time.monotonic() - before < 2


def test_a_host_that_is_not_there(hosts: list[StandIn]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(MarathonError, match="no connection"):
            Marathon([url], None, None).apps()
        assert Marathon([url, hosts[0].url], None, None).apps() == APPS


def test_a_leader_of_the_list_is_followed_to(hosts: list[StandIn]) -> None:
    hosts[0].fault = hosts[1].url
    assert client(*hosts).apps() == APPS
    assert hosts[1].reads == 1


@pytest.mark.parametrize("location", [b"http://[::1", b"\xff", b"http://a:b/", b"http://\xc3\x28/", b"http://:0"])
def test_a_redirect_that_is_none(location: bytes, hosts: list[StandIn]) -> None:
    def say(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")

    with saying(say) as wrong:
        with pytest.raises(MarathonError, match=r"header of its answer is not valid|redirects to "):
            Marathon([wrong.url], None, None).apps()
        assert Marathon([wrong.url, hosts[0].url], None, None).apps() == APPS
        with pytest.raises(MesosError, match=r"header of its answer is not valid|not the leading master"):
            Masters([wrong.url], None, None).state()
        events = Events(Marathon([wrong.url, hosts[0].url], None, None), threading.Event(), threading.Event())
        events.start()
        wait_until(lambda: events.connected)


def test_the_thread_of_events_outlives_what_nobody_foresaw(
    hosts: list[StandIn], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    times: list[float] = []
    marathon = client(hosts[0])
    real = marathon.events

    def broken() -> Any:
        times.append(time.monotonic())
        if len(times) < 3:
            raise RuntimeError("odd\nthing")
        return real()

    monkeypatch.setattr(marathon, "events", broken)
    events = Events(marathon, threading.Event(), threading.Event())
    events.start()
    wait_until(lambda: events.connected)
    assert times[1] - times[0] > 0.2
    assert [record.getMessage() for record in caplog.records] == [
        "events of Marathon: unexpected: RuntimeError: odd thing"
    ]


def test_credentials_are_sent(hosts: list[StandIn]) -> None:
    hosts[0].login = ("agent", "p:w")
    assert client(hosts[0], credentials=Credentials("agent", "p:w")).apps() == APPS
    with pytest.raises(MarathonError, match="401") as refused:
        client(hosts[0], credentials=Credentials("agent", "other")).apps()
    assert "other" not in str(refused.value)


def test_a_certificate_is_always_verified(hosts: list[StandIn], tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    hosts[0].socket = context.wrap_socket(hosts[0].socket, server_side=True)
    url = hosts[0].url.replace("http:", "https:")
    with pytest.raises(MarathonError, match="its certificate is not trusted"):
        Marathon([url], None, None).apps()
    assert Marathon([url], None, str(authority.ca)).apps() == APPS


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"apps": {}}',
        b'{"apps": [1]}',
        b'{"apps": [{}]}',
        b'{"apps": [{"id": "/a"}, {"id": "/a"}]}',
    ],
)
def test_a_body_that_is_no_list_of_apps(body: bytes) -> None:
    with pytest.raises(MarathonError):
        answer.apps(body)


def test_fields_that_are_null_are_not_there() -> None:
    assert answer.apps(b'{"apps": [{"id": "/a", "labels": null}]}') == [{"id": "/a"}]


def test_events_are_a_hint_and_so_is_every_connect(hosts: list[StandIn]) -> None:
    hint, stop = threading.Event(), threading.Event()
    events = Events(client(*hosts), hint, stop)
    events.start()
    assert hint.wait(30)
    wait_until(lambda: hosts[0].listeners == 1)
    assert events.connected
    hint.clear()
    hosts[0].emit()
    assert hint.wait(30)
    # A stream that ends is opened again, on another host, and what happened meanwhile is read.
    hint.clear()
    hosts[0].cut_streams()
    assert hint.wait(30)
    wait_until(lambda: hosts[1].listeners == 1)
    assert (events.connects, events.received) == (2, 1)
    stop.set()
    hosts[1].emit()
    wait_until(lambda: not events.connected)


EVENT_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


def in_chunks(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


def packed(stream: Any, text: bytes) -> bytes:
    return bytes(stream.compress(text) + stream.flush(zlib.Z_SYNC_FLUSH))


@pytest.mark.parametrize("way", ["plain", "chunks", "gzip", "gzip in chunks", "gzip in pieces"])
def test_an_event_is_a_hint_at_once_however_it_is_sent(way: str) -> None:
    go, end = threading.Event(), threading.Event()

    def say(connection: socket.socket) -> None:
        headers = (b"Transfer-Encoding: chunked\r\n" if "chunks" in way else b"") + (
            b"Content-Encoding: gzip\r\n" if "gzip" in way else b""
        )
        connection.sendall(EVENT_STREAM + headers + b"\r\n")
        stream = zlib.compressobj(wbits=31)
        for text in (b"\r\n", b'event: a\r\ndata: {}\r\n\r\neve', b"nt: b\n"):
            go.wait(30)
            go.clear()
            part = packed(stream, text) if way.startswith("gzip") else text
            if way == "gzip in pieces":
                part, stream = part + stream.flush(), zlib.compressobj(wbits=31)
            connection.sendall(in_chunks(part) if "chunks" in way else part)
        end.wait(30)

    with saying(say) as server:
        events = Events(Marathon([server.url], None, None), threading.Event(), threading.Event())
        events.start()
        for received in (0, 1, 2):
            go.set()
            wait_until(lambda: events.received == received and not go.is_set(), 5)  # noqa: B023
        end.set()


def test_an_event_after_a_whole_definition_is_a_hint_within_a_second(hosts: list[StandIn]) -> None:
    events = Events(client(hosts[0]), threading.Event(), threading.Event())
    events.start()
    wait_until(lambda: hosts[0].listeners == 1)
    before = time.monotonic()
    hosts[0].emit("api_post_event", "x" * 1_000_000)
    hosts[0].emit()
    wait_until(lambda: events.received == 2)
    assert time.monotonic() - before < 1


def test_a_line_without_an_end_needs_no_memory() -> None:
    sent = threading.Event()

    def say(connection: socket.socket) -> None:
        connection.sendall(EVENT_STREAM + b"\r\ndata: ")
        for _part in range(64):
            connection.sendall(b"x" * 1_000_000)
        connection.sendall(b"\nevent: a\n")
        sent.set()
        time.sleep(5)

    with saying(say) as server, Marathon([server.url], None, None).events() as lines:
        tracemalloc.start()
        try:
            first = next(lines)
            _now, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert first.startswith("data: xxx") and len(first) < 1000
        assert next(lines) == "event: a"
    # The server's million bytes are of this process too.
    assert most < 4_000_000


def test_waits_grow_and_differ_and_end() -> None:
    assert [backoff(number, chance=lambda: 1.0) for number in (0, 1, 2, 3, 4, 20)] == [0.5, 1, 2, 4, 5, 5]
    assert backoff(20, 30, lambda: 1.0) == 30
    assert backoff(3, chance=lambda: 0.0) == 2
    assert len({backoff(5) for _ in range(10)}) > 1
