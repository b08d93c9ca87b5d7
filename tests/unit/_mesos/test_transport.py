"""How the masters are logged in to, by a server on loopback that is a DC/OS cluster's login and its masters at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import BadOption
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Access, Login
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import transport_from
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError, Unauthorized
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.transport import LoginTransport, Transport

PASSWORD = "hunter2"


class Handler(BaseHTTPRequestHandler):
    """Each login gives the next token, which is good for as many requests as the server says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        header = self.headers.get("Authorization")
        server.seen.append(header or body.get("uid"))
        if self.path == "/login":
            if body.get("password") != PASSWORD:
                return self._say(401, b"")
            server.uses = server.good_for
            server.token += 1
            return self._say(200, json.dumps({"token": f"t{server.token}"}).encode())
        if server.needed != header and (header != f"token=t{server.token}" or not server.uses):
            return self._say(401, b"expired")
        server.uses -= 1
        return self._say(200, b"answer")

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        state: Any = serving
        state.seen, state.token, state.uses, state.good_for, state.needed = [], 0, 0, 2, ""
        state.url = f"http://127.0.0.1:{serving.server_port}"
        threading.Thread(target=serving.serve_forever, args=(0.02,), daemon=True).start()
        yield serving
        serving.shutdown()


def logging_in(server: Any, password: str = PASSWORD) -> LoginTransport:
    return LoginTransport(Transport(Access()), Login(f"{server.url}/login", "deployer", password))


def test_calls_and_streams_share_a_token_that_is_renewed(server: Any) -> None:
    transport = logging_in(server)
    assert transport.principal == "deployer"
    for _time in range(2):
        assert transport.post(server.url, {}).text == "answer"
        assert b"".join(transport.stream(server.url, {}, 5).parts()) == b"answer"
    assert server.seen == [
        "deployer", "token=t1", "token=t1", "token=t1", "deployer", "token=t2", "token=t2",
    ]  # fmt: skip


def test_a_stream_renews_it_too(server: Any) -> None:
    server.good_for = 1
    transport = logging_in(server)
    assert transport.post(server.url, {}).status == 200
    stream = transport.stream(server.url, {}, 5)
    assert (stream.refusal, stream.status) == (None, 200)
    assert server.seen[2:] == ["token=t1", "deployer", "token=t2"]


def test_a_stream_that_is_refused_says_so(server: Any) -> None:
    server.good_for = 0
    stream = logging_in(server).stream(server.url, {}, 5)
    assert stream.refusal is not None and (stream.status, stream.refusal.text) == (401, "expired")


def test_a_login_that_fails_is_an_error_of_mesos(server: Any) -> None:
    words = r"Mesos was not asked\. The login of deployer at .*/login failed: it was refused \(401: no body\)"
    transport = logging_in(server, "wrong")
    with pytest.raises(Unauthorized, match=words):
        transport.post(server.url, {})
    with pytest.raises(Unauthorized, match=words):
        transport.stream(server.url, {}, 5)
    assert server.seen == ["deployer"] * 2


@pytest.mark.parametrize(
    ("access", "header", "principal"),
    [
        (Access(), None, None),
        (Access(token="abc"), "token=abc", None),
        (Access(username="ops", password="pw"), "Basic b3BzOnB3", "ops"),
    ],
)
def test_a_login_that_is_given(server: Any, monkeypatch: Any, tmp_path: Any, access: Access, header: str | None,
                               principal: str | None) -> None:  # fmt: skip
    # One that is not given is not taken from elsewhere.
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.needed = header
    transport = Transport(access)
    assert transport.principal == principal
    assert transport.post(server.url, {}, {"Mesos-Stream-Id": "s1"}).status == 200
    assert transport.stream(server.url, {}, 5).status == 200
    assert server.seen == [header] * 2


def test_a_token_that_is_none() -> None:
    with pytest.raises(BadOption, match="url_token is not a token"):
        Transport(Access(token="two words"))


@pytest.mark.parametrize("timeout", [0, -1])
def test_a_time_that_is_none(timeout: int) -> None:
    with pytest.raises(MesosError, match=f"timeout is {timeout}: give a number of seconds above 0"):
        transport_from({"timeout": timeout}, pytest.fail)
