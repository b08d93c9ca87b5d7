"""A label or field that does not have the form it must have leaves its app out, by name, and no other one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from haproxy_process import Haproxy, directory
from marathon_apps import app, built, task

from marathon_discovery.apps.model import Settings
from marathon_discovery.haproxy.text import render

CERTIFICATES = {"certificates_directory": "/etc/ssl", "certificates": frozenset({"w.pem"})}
LONG = "a" * 3000
WEB = {"HAPROXY_0_VHOST": "web.example"}
# Name of a label without its prefix, and a value; most of them would change HAProxy's file if they came into it.
BAD_LABELS = [
    ("VHOST", "a.example\n  http-request deny"),
    ("VHOST", "a.example } { always_true"),
    ("VHOST", "a.example #"),
    ("VHOST", "'a.example"),
    ("VHOST", 'a".example'),
    ("VHOST", "-i"),
    ("VHOST", "m\u00fcller.example"),
    ("VHOST", "\u0430.example"),
    ("VHOST", "a.example,,b.example"),
    ("VHOST", "*.example"),
    ("VHOST", LONG),
    ("VHOST", ("a" * 64) + ".example"),
    ("VHOST", ""),
    ("VHOST", "a.example\x00"),
    ("VHOST", "${HOME}.example"),
    ("PATH", "api"),
    ("PATH", "/a' } { always_true } #"),
    ("PATH", "-f /etc/shadow"),
    ("PATH", "-m reg .*"),
    ("PATH", "/a\n/b"),
    ("PATH", "/\u2028"),
    ("PATH", "/" + LONG),
    ("PATH", "   "),
    ("BACKEND_WEIGHT", "-1"),
    ("BACKEND_WEIGHT", "many"),
    ("SERVER_WEIGHT", "257"),
    ("SERVER_WEIGHT", "\u0661"),
    ("MODE", "health"),
    ("MODE", "http\n  stats enable"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "8080 user root"),
    ("BIND_ADDR", "/tmp/socket"),
    ("BIND_ADDR", "abns@x"),
    ("BIND_ADDR", "unix@/run/x"),
    ("BIND_ADDR", "fe80::1%eth0"),
    ("BIND_ADDR", "fe80::1"),
    ("BIND_ADDR", "ff02::1"),
    ("BIND_ADDR", "224.0.0.1"),
    ("BIND_OPTIONS", "crt /etc/shadow"),
    ("BIND_OPTIONS", "alpn"),
    ("BIND_OPTIONS", "user root mode 777"),
    ("BIND_OPTIONS", "accept-proxy\n  acl a src 0.0.0.0/0"),
    ("SSL_CERT", "/etc/shadow"),
    ("SSL_CERT", "/etc/ssl/../shadow"),
    ("SSL_CERT", "missing.pem"),
    ("SSL_CERT", "w.pem ca-file /etc/shadow"),
    ("BALANCE", "hdr(x) # y"),
    ("BALANCE", "nonsense"),
    ("AUTH", "realm:joe"),
    ("AUTH", "realm:joe:plain"),
    ("AUTH", "re'alm:joe:$5$abc$def"),
    ("AUTH", "realm:jo e:$5$abc$def"),
    ("AUTH", "realm:joe:$6$rounds=999999999$abc$def"),
    ("AUTH", "realm:joe:$2y$31$" + "a" * 53),
    ("AUTH", "realm:joe:$5$abc$def\n  user x"),
    ("BACKEND_NETWORK_ALLOWED_ACL", "10.0.0.0/33"),
    ("BACKEND_NETWORK_ALLOWED_ACL", "-f /etc/shadow"),
    ("BACKEND_NETWORK_ALLOWED_ACL", "fe80::1%'\""),
    ("BACKEND_NETWORK_ALLOWED_ACL", "fe80::%x/64"),
    ("VHOST", ",".join(f"h{number}.example" for number in range(65))),
    ("PATH", " ".join(f"/{number}" for number in range(65))),
    ("BACKEND_NETWORK_ALLOWED_ACL", "10.1.1.1 host.example"),
    ("BACKEND_HEALTHCHECK_PORT_INDEX", "-1"),
    ("HTTP_BACKEND_PROXYPASS_PATH", "/(a+)+$"),
    ("HTTP_BACKEND_PROXYPASS_PATH", "relative"),
    ("HTTP_BACKEND_REVPROXY_PATH", "/a \\1"),
    ("HTTP_BACKEND_REDIR", "//evil.example"),
    ("HTTP_BACKEND_REDIR", "/%[env(HOME)]"),
    ("HTTP_BACKEND_REDIR", "/a code 200"),
]
BAD_FIELDS: list[dict[str, Any]] = [
    {"labels": {"HAPROXY_0_VHOST": 7}},
    {"labels": {"HAPROXY_DEPLOYMENT_GROUP": "a b\n"}},
    {"labels": {"HAPROXY_DEPLOYMENT_TARGET_INSTANCES": "x"}},
    {"labels": {"HAPROXY_0_MODE": "tcp", **WEB}},
    {"labels": {"HAPROXY_0_STICKY": "true"}},
    {"portDefinitions": [{"port": 70000}]},
    {"portDefinitions": "10000"},
    {"tasks": "none"},
    {"healthChecks": [{"protocol": "HTTP", "path": "/health'\n  http-request deny"}], "labels": WEB},
    {"healthChecks": [{"protocol": "HTTP", "path": "health"}], "labels": WEB},
    {"healthChecks": [{"protocol": "TCP", "intervalSeconds": "5s"}]},
    {"healthChecks": [{"protocol": "TCP", "timeoutSeconds": 1e400}]},
    {"healthChecks": [{"protocol": "HTTP", "port": -1}]},
    {"instances": "two"},
]
# Such a task waits, and its app is served by the others.
BAD_TASKS: list[dict[str, Any]] = [
    {"id": "t", "host": "10.0.0.1", "ports": ["31001 #"]},
    {"id": "t", "host": "a b", "ports": [31001]},
    {"id": "t", "host": "10.0.0.1\n", "ports": [31001]},
]
BAD_IDS = ["/a b", "/a\nbackend x", "/", "", "/a//b", "/\u00e4", "/" + "a" * 300, "/a'", "/a#b", "/-a"]


def bad_apps() -> list[dict[str, Any]]:
    found = []
    for number, (label, value) in enumerate(BAD_LABELS):
        labels = {**({} if label in ("MODE", "PORT") else WEB), f"HAPROXY_0_{label}": value}
        found.append(app(f"/label{number}", 11000 + number, [task("t", 31001)], labels=labels))
    for number, fields in enumerate(BAD_FIELDS):
        found.append(app(f"/field{number}", 12000 + number, [task("t", 31001)], **fields))
    for number, name in enumerate(BAD_IDS):
        found.append(app(name, 13000 + number, [task("t", 31001)]))
    return found


def good_apps() -> list[dict[str, Any]]:
    """Every label with a good value."""
    everything = {
        "VHOST": "shop.example, www.shop.example",
        "PATH": '-i /shop /b#a$r"\\',
        "BACKEND_WEIGHT": "5",
        "SERVER_WEIGHT": "100",
        "BIND_ADDR": "127.0.0.1",
        "BALANCE": "uri",
        "STICKY": "true",
        "REDIRECT_TO_HTTPS": "true",
        "USE_HSTS": "yes",
        "AUTH": "My realm:joe:$6$rounds=5000$abcdefgh$" + "a" * 86,
        "BACKEND_NETWORK_ALLOWED_ACL": " ".join(f"10.{number}.0.0/16" for number in range(100)) + " ::1",
        "HTTP_BACKEND_PROXYPASS_PATH": "/shop.v2",
        "HTTP_BACKEND_REVPROXY_PATH": "/shop",
        "HTTP_BACKEND_REDIR": "/shop/?a=1",
        "BIND_OPTIONS": "alpn h2,http/1.1 accept-proxy ssl-min-ver TLSv1.2",
    }
    check = {"protocol": "HTTPS", "path": '/health?a=1#x"\\', "maxConsecutiveFailures": 2}
    labels = {f"HAPROXY_0_{name}": value for name, value in everything.items()}
    full = app("/shop/web", 10001, [task("t", 31001)], labels=labels, healthChecks=[check])
    full["tasks"][0]["healthCheckResults"] = [{"alive": True}]
    allowed = {"HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL": "192.0.2.7", "HAPROXY_0_BALANCE": "source"}
    return [app("/plain", 10000, [task("t", 31001)]), full, app("/tcp", 10002, [task("t", 31002)], labels=allowed)]


@pytest.fixture(scope="module")
def haproxy() -> Iterator[Haproxy]:
    with directory() as made:
        yield made


def test_the_list_is_long_enough() -> None:
    assert len(BAD_LABELS) >= 40


@pytest.mark.parametrize("bad", bad_apps(), ids=lambda bad: ascii(bad["id"])[:20])
def test_a_bad_app_is_left_out_alone(bad: dict[str, Any]) -> None:
    without = built(good_apps(), **CERTIFICATES)
    found = built([*good_apps(), bad], **CERTIFICATES)
    (excluded,) = found.excluded
    assert excluded.reason and "\n" not in excluded.reason and len(excluded.reason) < 300
    if excluded.app != bad["id"]:
        assert excluded.app in ascii(bad["id"]) or excluded.app.endswith("...")
    assert (found.backends, found.routes, found.claims) == (without.backends, without.routes, without.claims)


@pytest.mark.parametrize("bad", BAD_TASKS)
def test_a_bad_task_is_no_server(bad: dict[str, Any]) -> None:
    found = built([app("/x", 10000, [bad, task("u", 31002)])])
    assert found.excluded == ()
    assert [(server.address, server.port) for server in found.backends[0].servers] == [("127.0.0.1", 31002)]


def test_the_reason_names_the_label_and_the_value() -> None:
    labels = {"HAPROXY_0_VHOST": "a b"}
    (excluded,) = built([app("/x", 10000, [], labels=labels)]).excluded
    assert (excluded.app, excluded.reason) == ("/x", "HAPROXY_0_VHOST: 'a b' is not a host name")


def test_the_reason_does_not_show_a_password() -> None:
    labels = {**WEB, "HAPROXY_0_AUTH": "realm:joe:secret"}
    (excluded,) = built([app("/x", 10000, [], labels=labels)]).excluded
    assert "secret" not in excluded.reason and "HAPROXY_0_AUTH" in excluded.reason


def test_haproxy_accepts_what_is_left(haproxy: Haproxy) -> None:
    settings = Settings(("external",), http_port=10080, https_port=None)
    apps = [*good_apps(), *bad_apps()]
    found = built(apps, http_port=10080, https_port=None)
    assert len(found.excluded) == len(BAD_LABELS) + len(BAD_FIELDS) + len(BAD_IDS)
    assert [backend.app for backend in found.backends] == ["/plain", "/shop/web", "/tcp"]
    assert haproxy.accepts(render(found, settings)) == ""


def test_a_label_without_effect_is_reported() -> None:
    labels = {"HAPROXY_0_BACKEND_HTTP_OPTIONS": "  timeout server 1h", "HAPROXY_7_VHOST": "x", "HAPROXY_GRUOP": "x"}
    found = built([app("/x", 10000, [], labels=labels)])
    assert found.excluded == ()
    assert [label for _, label in found.ignored] == sorted(labels)


def test_labels_of_an_app_for_another_balancer_are_not_looked_at() -> None:
    other = app("/X/-", 0, [], labels={"HAPROXY_GROUP": "internal", "HAPROXY_0_VHOST": "a b", "team": None})
    found = built([other])
    assert (found.excluded, found.backends, found.ignored) == ((), (), ())
