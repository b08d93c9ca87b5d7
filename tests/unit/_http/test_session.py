"""What is told of a request without an answer, by a server that really misbehaves."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

import pytest

pytest.importorskip("requests")

from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import BadOption, NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Access
from ansible_collections.quorum.mesos.plugins.module_utils._http.session import Session, SessionStream

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ANSWER = HEAD + b"Content-Length: 2\r\n\r\n{}"
SILENT = None


class Server:
    """Says one of its texts to every request; without any it closes the connection, and SILENT keeps it open."""

    def __init__(self, *texts: bytes | None, one_each: bool = False) -> None:
        self.texts = list(texts)
        self.heads: list[str] = []
        self.connections = 0
        self._one_each = one_each
        self._closed = threading.Event()
        # Set after each connection that the server has closed itself.
        self.hung_up = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _address = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        self._answer(peer)
        self.hung_up.set()

    def _answer(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            while head := peer.recv(65536):
                self.heads.append(head.decode("latin-1"))
                if not self.texts:
                    return
                text = self.texts.pop(0)
                if text is SILENT:
                    self._closed.wait(10)
                    return
                peer.sendall(text)
                if self._one_each:
                    return

    def close(self) -> None:
        self._closed.set()
        # accept() does not wake up of close() alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def served():
    servers = []

    def start(*texts: bytes | None, **options: bool) -> Server:
        servers.append(Server(*texts, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], "it closed the connection without an answer"),
        ([SILENT], "no answer within 0.3 s"),
        ([b"\x15\x03\x01\x00\x02\x02"], "its answer is not HTTP, maybe HTTPS is spoken there"),
        ([HEAD + b"Content-Length: 20\r\n\r\n{"], "its answer was cut off"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"], "its answer was cut off"),
        ([HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"], "its answer was cut off"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_was_sent_may_have_arrived(served, method, texts, words):
    # A server that says half of an answer also closes behind it.
    server = served(*texts, one_each=True)
    with pytest.raises(NoAnswer) as caught:
        Session(Access(timeout=0.3)).exchange(method, f"http://{server.url}/v2/apps", body=None)
    assert (str(caught.value), caught.value.arrived, caught.value.lasting) == (words, True, False)
    assert len(server.heads) == 1, "nothing is repeated here"


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://127.0.0.1:1", "connection refused"), ("http://nowhere.invalid", "name or service|name resolution")],
)
def test_what_was_never_sent_has_not_arrived(url, words):
    with pytest.raises(NoAnswer, match=f"(?i){words}") as caught:
        Session(Access(connect_timeout=1)).exchange("PUT", url, body={})
    assert (caught.value.arrived, caught.value.lasting) == (False, False)


def test_a_handshake_that_fails_has_sent_nothing(served):
    server = served(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(NoAnswer, match="it does not speak HTTPS there") as caught:
        Session(Access()).exchange("PUT", f"https://{server.url}/v2/apps", body={})
    assert (caught.value.arrived, caught.value.lasting) == (False, True)


def test_reads_share_a_connection_and_every_write_has_its_own(served):
    server = served(*[ANSWER] * 5)
    session = Session(Access())
    seen = []
    for method in ("GET", "GET", "PUT", "PUT", "DELETE"):
        assert session.exchange(method, f"http://{server.url}/", body=None).text == "{}"
        seen.append(server.connections)
    assert seen == [1, 1, 2, 3, 4]


def test_a_read_may_not_fail_because_an_idle_connection_was_closed(served):
    server = served(ANSWER, ANSWER, one_each=True)
    session = Session(Access())
    for _time in range(2):
        assert session.exchange("GET", f"http://{server.url}/").status == 200
        assert server.hung_up.wait(5)
        server.hung_up.clear()


@pytest.mark.parametrize(
    ("access", "login"),
    [
        (Access(), None),
        (Access(token=" abc "), "token=abc"),
        (Access(username="ops", password="s:cret"), "Basic b3BzOnM6Y3JldA=="),
        (Access(username="jürgen", password="ü"), "Basic asO8cmdlbjrDvA=="),
    ],
)
def test_the_login_is_the_one_given_and_no_other(served, monkeypatch, tmp_path, access, login):
    server = served(ANSWER)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    Session(access).exchange("GET", f"http://{server.url}/")
    sent = [line.partition(": ")[2] for line in server.heads[0].split("\r\n") if line.startswith("Authorization")]
    assert sent == ([] if login is None else [login])


def test_what_is_sent(served):
    server = served(ANSWER)
    url = f"http://{server.url}/service/marathon/v2/apps"
    Session(Access()).exchange("PUT", url, {"force": "true", "embed": ["a", "b"]}, {"id": "/ä"})
    line, _separator, rest = server.heads[0].partition("\r\n")
    assert line == "PUT /service/marathon/v2/apps?force=true&embed=a&embed=b HTTP/1.1"
    assert "Content-Type: application/json" in rest and "Accept: application/json" in rest


def test_a_redirect_is_an_answer(served):
    server = served(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    answer = Session(Access()).exchange("GET", f"http://{server.url}/")
    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")


@pytest.mark.parametrize("token", ["", "two words", "tök", "line\nbreak"])
def test_tokens_that_are_none(token):
    with pytest.raises(BadOption, match="url_token is not a token"):
        Session(Access(token=token))


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"client_cert": "/nope.pem"}, "client_cert '/nope.pem' cannot be used: No such file or directory"),
        ({"client_key": "/nope.pem"}, "client_key is set without client_cert"),
    ],
)
def test_a_client_certificate_that_cannot_be_read(scheme, files, words):
    with pytest.raises(BadOption, match=words):
        Session(Access(**files)).prepare([f"{scheme}://127.0.0.1:8080"])


def test_a_server_that_sends_byte_by_byte_has_an_end():
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        peer, _address = listener.accept()
        with peer, contextlib.suppress(OSError):
            peer.recv(65536)
            peer.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
            while not over.wait(0.05):
                peer.sendall(b" ")

    threading.Thread(target=drip, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/v2/apps"
    session = Session(Access(timeout=0.5))
    begun = time.monotonic()
    try:
        with pytest.raises(NoAnswer, match=r"^no whole answer within 0.7 s$") as caught:
            session.exchange("GET", url, seconds=0.7)
        assert (caught.value.arrived, time.monotonic() - begun < 5) == (True, True)
    finally:
        over.set()
        listener.close()


def test_a_silent_server_has_the_time_that_is_left(served):
    server = served(SILENT)
    with pytest.raises(NoAnswer, match=r"within 0.2 s"):
        Session(Access(timeout=30)).exchange("GET", f"http://{server.url}/v2/apps", seconds=0.2)


class TestProxy:
    @pytest.fixture(autouse=True)
    def proxied(self, monkeypatch):
        monkeypatch.delenv("no_proxy")
        for name in ("NO_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        self.set = monkeypatch.setenv

    @pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY"])
    def test_one_that_is_refused_is_named_without_its_login(self, variable):
        self.set(variable, "http://ops:secret@127.0.0.1:1")
        with pytest.raises(NoAnswer) as caught:
            Session(Access()).exchange("GET", "http://m1.example.com:8080/v2/apps")
        assert "the proxy http://" in str(caught.value) and "127.0.0.1:1 fails: connection refused" in str(caught.value)
        assert "secret" not in str(caught.value)
        assert caught.value.remedy == f"correct {variable}, or name m1.example.com in no_proxy"
        assert not caught.value.arrived

    @pytest.mark.parametrize("address", ["http://", "socks9://127.0.0.1:1", "http://ops:secret@127.0.0.1:99999"])
    def test_one_that_cannot_be_used_is_named_without_its_login(self, address):
        self.set("http_proxy", address)
        with pytest.raises(NoAnswer, match=r"the proxy \S+ cannot be used: ") as caught:
            Session(Access()).exchange("GET", "http://m1.example.com:8080/v2/apps")
        assert "secret" not in str(caught.value)
        assert caught.value.remedy == "correct http_proxy, or name m1.example.com in no_proxy"
        assert (caught.value.arrived, caught.value.lasting) == (False, True)

    def test_one_that_wants_a_login(self, served):
        server = served(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        self.set("http_proxy", f"http://{server.url}")
        with pytest.raises(NoAnswer, match=r"requires authentication \(407\)") as caught:
            Session(Access()).exchange("GET", "http://m1.example.com:8080/v2/apps")
        assert caught.value.remedy

    def test_none_for_what_it_is_not_for(self):
        self.set("http_proxy", "http://127.0.0.1:1")
        self.set("no_proxy", "127.0.0.1")
        with pytest.raises(NoAnswer) as caught:
            Session(Access()).exchange("GET", "http://127.0.0.1:1/v2/apps")
        assert (str(caught.value), caught.value.remedy) == ("connection refused", None)


EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
ACCEPT = "text/event-stream"


def stream(*texts: bytes | None, silence: float = 5, **access: Any) -> tuple[SessionStream, Server]:
    server = Server(*texts)
    return Session(Access(**access)).stream(f"http://{server.url}/events", {"a": ["b", "c"]}, ACCEPT, silence), server


@pytest.mark.parametrize(
    "answer",
    [
        EVENTS + b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
        # As a proxy passes it on that does not know how long it will be.
        EVENTS + b"Connection: close\r\n\r\nonetwo",
    ],
)
def test_a_stream_comes_to_its_end(answer: bytes) -> None:
    opened, server = stream(answer, username="me", password="secret")
    assert (opened.refusal, opened.headers["content-type"]) == (None, ACCEPT)
    server.hung_up.clear()
    found = b""
    with contextlib.suppress(NoAnswer):
        for part in opened.parts():
            found += part
            if found == b"onetwo":
                break
    assert found == b"onetwo"
    opened.close()
    assert "GET /events?a=b&a=c " in server.heads[0]
    assert f"Accept: {ACCEPT}" in server.heads[0] and "Authorization: Basic " in server.heads[0]


def test_a_stream_in_which_nothing_comes_any_more() -> None:
    class Half(Server):
        def _answer(self, peer: socket.socket) -> None:
            peer.recv(65536)
            peer.sendall(EVENTS + b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            self._closed.wait(10)

    server = Half()
    parts = Session(Access()).stream(f"http://{server.url}/", {}, ACCEPT, 0.3).parts()
    assert next(parts) == b"one"
    with pytest.raises(NoAnswer, match=r"no answer within 0.3 s"):
        next(parts)


def test_a_stream_that_is_refused() -> None:
    refusal = stream(b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 4\r\n\r\naway")[0].refusal
    assert refusal is not None
    assert (refusal.status, refusal.text, refusal.headers["location"]) == (302, "away", "/there")


def test_a_stream_whose_headers_have_no_end() -> None:
    class Dripping(Server):
        def _answer(self, peer: socket.socket) -> None:
            peer.recv(65536)
            with contextlib.suppress(OSError):
                peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                for _times in range(200):
                    peer.sendall(b"x")
                    time.sleep(0.05)

    server = Dripping()
    with pytest.raises(NoAnswer, match=r"no answer within 0.6 s"):
        Session(Access(connect_timeout=0.3)).stream(f"http://{server.url}/", {}, ACCEPT, 0.3)
