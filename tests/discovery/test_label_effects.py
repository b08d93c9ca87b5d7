"""What each label does to requests through a real HAProxy, on every way to a port."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from certificates import Authority
from haproxy_process import Haproxy, directory, free_ports
from marathon_apps import app, built, task
from small_servers import Named

from marathon_discovery.apps.model import Settings
from marathon_discovery.haproxy.text import render

# Of `secret`, by crypt with SHA-256.
HASH = "$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA"


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Front:
    http: int
    https: int
    app_id: int
    service: dict[str, int]

    def get(self, port: int, path: str = "/", host: str = "", *, tls: bool = False, **headers: str) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = _tls(port, host) if tls else http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("GET", path, headers={**({"Host": host} if host else {}), **given})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()})
        finally:
            connection.close()

    def vhost(self, host: str, path: str = "/", **headers: str) -> Answer:
        return self.get(self.http, path, host, **headers)


def _tls(port: int, host: str) -> http.client.HTTPSConnection:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)


def labels(**values: str) -> dict[str, str]:
    return {f"HAPROXY_0_{name}": value for name, value in values.items()}


APPS = {
    "plain": labels(VHOST="plain.example,other.example"),
    "path": labels(VHOST="plain.example", PATH="/api /files"),
    "deep": labels(VHOST="plain.example", PATH="/api/deep"),
    "case": labels(VHOST="case.example", PATH="-i /Api"),
    "auth": labels(VHOST="auth.example", AUTH=f"My realm:joe:{HASH}"),
    "secure": labels(VHOST="secure.example", REDIRECT_TO_HTTPS="true", USE_HSTS="true"),
    "strip": labels(VHOST="strip.example", PATH="/v1.0", HTTP_BACKEND_PROXYPASS_PATH="/v1.0"),
    "root": labels(VHOST="root.example", HTTP_BACKEND_REDIR="/start?a=1"),
    "closed": labels(VHOST="closed.example", BACKEND_NETWORK_ALLOWED_ACL="192.0.2.0/24 198.51.100.7"),
    "open": labels(VHOST="open.example", BACKEND_NETWORK_ALLOWED_ACL="127.0.0.0/8"),
    "sticky": labels(VHOST="sticky.example", STICKY="true"),
    "tls": labels(MODE="http", SSL_CERT="balancer.pem"),
    "empty": labels(VHOST="empty.example"),
    "tcp": {},
    "tcpclosed": labels(BACKEND_NETWORK_ALLOWED_ACL="192.0.2.1"),
}


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    authority = Authority(tmp_path_factory.mktemp("ca"))
    with directory() as haproxy:
        pem = authority.certificate.read_text() + authority.key.read_text()
        (haproxy.directory / "certificates" / "balancer.pem").write_text(pem)
        yield from _started(haproxy)


def _started(haproxy: Haproxy) -> Iterator[Front]:
    https, app_id, *services = free_ports(2 + len(APPS))
    ports = dict(zip(APPS, services, strict=True))
    servers = {name: Named(name) for name in APPS if name != "empty"}
    servers["sticky2"] = Named("sticky2")
    values: dict[str, Any] = {
        "http_port": haproxy.http_port,
        "https_port": https,
        "app_id_port": app_id,
        "certificates_directory": str(haproxy.directory / "certificates"),
        "certificates": frozenset({"balancer.pem"}),
    }
    apps = []
    for name, port in ports.items():
        tasks = [task(one, servers[one].port) for one in servers if one.rstrip("2") == name]
        apps.append(app(f"/{name}", port, tasks, labels=APPS[name]))
    found = built(apps, **values)
    assert (found.excluded, found.conflicts) == ((), ())
    haproxy.backends.write_text(render(found, Settings(("external",), **values)))
    haproxy.start()
    try:
        yield Front(haproxy.http_port, https, app_id, ports)
    finally:
        haproxy.stop()
        for server in servers.values():
            server.stop()


def test_a_virtual_host_by_http_and_https(front: Front) -> None:
    for host in ("plain.example", "OTHER.example", "plain.example:8080"):
        assert front.vhost(host, "/x").body == "plain /x"
        assert front.get(front.https, "/x", host, tls=True).body == "plain /x"
    assert front.vhost("unknown.example").status == 503


def test_paths_are_prefixes_and_the_longest_comes_first(front: Front) -> None:
    found = {
        path: front.vhost("plain.example", path).body.split()[0] for path in ("/", "/api", "/apiary", "/api/deep/x")
    }
    assert found == {"/": "plain", "/api": "path", "/apiary": "path", "/api/deep/x": "deep"}
    assert front.vhost("plain.example", "/files/a").body == "path /files/a"
    assert front.vhost("plain.example", "/API").body == "plain /API"
    assert front.vhost("case.example", "/aPI/x").body == "case /aPI/x"
    assert front.vhost("case.example", "/").status == 503


def test_a_service_port_and_the_header_with_the_app_id(front: Front) -> None:
    assert front.get(front.service["plain"], "/x").body == "plain /x"
    assert front.get(front.app_id, "/x", X_Marathon_App_Id="/plain").body == "plain /x"
    assert front.get(front.app_id, "/x", X_Marathon_App_Id="/plai").status == 503


def test_a_password_guards_every_way(front: Front) -> None:
    right = "Basic " + base64.b64encode(b"joe:secret").decode()
    wrong = "Basic " + base64.b64encode(b"joe:other").decode()
    ways: list[tuple[int, dict[str, Any]]] = [
        (front.http, {"host": "auth.example"}),
        (front.https, {"host": "auth.example", "tls": True}),
        (front.service["auth"], {}),
        (front.app_id, {"X_Marathon_App_Id": "/auth"}),
    ]
    for port, way in ways:
        asked = front.get(port, "/x", **way)
        assert (asked.status, asked.headers["www-authenticate"]) == (401, 'Basic realm="My realm"')
        assert front.get(port, "/x", **way, Authorization=wrong).status == 401
        assert front.get(port, "/x", **way, Authorization=right).body == "auth /x"


def test_a_redirect_to_https_and_hsts(front: Front) -> None:
    asked = front.vhost("secure.example", "/a?b=c")
    assert (asked.status, asked.headers["location"]) == (301, "https://secure.example/a?b=c")
    answer = front.get(front.https, "/a", "secure.example", tls=True)
    assert (answer.body, answer.headers["strict-transport-security"]) == ("secure /a", "max-age=15768000")
    assert front.get(front.service["secure"], "/a").body == "secure /a"


def test_a_prefix_is_cut(front: Front) -> None:
    paths = {path: front.vhost("strip.example", path).body for path in ("/v1.0/a/b?c=d", "/v1.0", "/v1.0/")}
    assert paths == {"/v1.0/a/b?c=d": "strip /a/b?c=d", "/v1.0": "strip /", "/v1.0/": "strip /"}
    assert front.vhost("strip.example", "/v1.0x").body == "strip /v1.0x"


def test_the_root_leads_elsewhere(front: Front) -> None:
    asked = front.vhost("root.example")
    assert (asked.status, asked.headers["location"]) == (301, "/start?a=1")
    assert front.vhost("root.example", "/start").body == "root /start"
    assert front.get(front.service["root"]).body == "root /"


def test_only_allowed_networks(front: Front) -> None:
    assert front.vhost("closed.example").status == 403
    assert front.get(front.service["closed"]).status == 403
    assert front.vhost("open.example").body == "open /"
    assert front.get(front.service["tcp"], "/x").body == "tcp /x"
    with pytest.raises((OSError, http.client.HTTPException)):
        front.get(front.service["tcpclosed"])


def test_a_cookie_leads_to_the_same_server(front: Front) -> None:
    first = front.vhost("sticky.example", "/x")
    cookie = first.headers["set-cookie"].split(";")[0]
    assert cookie.startswith("mesosphere_server_id=")
    assert {front.vhost("sticky.example", "/x", Cookie=cookie).body for _ in range(6)} == {first.body}
    assert len({front.vhost("sticky.example", "/x").body for _ in range(6)}) == 2


def test_tls_on_a_service_port(front: Front) -> None:
    assert front.get(front.service["tls"], "/x", tls=True).body == "tls /x"


def test_an_app_without_tasks(front: Front) -> None:
    assert front.vhost("empty.example").status == 503
    assert front.get(front.service["empty"]).status == 503


def test_the_app_sees_where_a_request_comes_from(front: Front) -> None:
    answer = front.vhost("plain.example")
    assert (answer.headers["seen-x-forwarded-for"], answer.headers["seen-x-forwarded-port"]) == (
        "127.0.0.1",
        str(front.http),
    )


def test_the_listeners_are_on_all_addresses(front: Front) -> None:
    with socket.create_connection(("127.0.0.2", front.service["tcp"]), 20):
        pass
