"""What is told of a request without an answer, by a server that really misbehaves."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

pytest.importorskip("requests")

from ansible_collections.quorum.mesos.plugins.module_utils.http.errors import BadOption, NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils.http.exchange import Access
from ansible_collections.quorum.mesos.plugins.module_utils.http.session import Session

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
