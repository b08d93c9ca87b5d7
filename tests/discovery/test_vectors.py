"""What marathon-lb makes of apps is what we make of them; where not, this file says so, and docs/discovery.md why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from marathon_discovery.apps.build import model
from marathon_discovery.apps.model import Backend, Model, Now, Server, Settings
from marathon_discovery.haproxy.text import ids, render

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
CERTIFICATES = {"certificates_directory": "/etc/ssl", "certificates": frozenset({"w.pem"})}


class Everything:
    """Every server is served already, so that a missing result of a health check is no reason to wait."""

    def __contains__(self, _key: object) -> bool:
        return True


def served(vector: dict[str, Any]) -> Model:
    settings = Settings(tuple(vector["groups"]), strict=vector.get("strict", False), **CERTIFICATES)
    known = frozenset() if vector.get("health") else Everything()
    return model(vector["apps"], settings, Now(servers=known))  # type: ignore[arg-type]


def described(found: Model) -> dict[str, Any]:
    """In the form of the vectors."""
    want = {
        "listeners": [listener(backend) for backend in found.backends if backend.listener],
        "http": [route for backend in found.backends for route in routes(found, backend)],
        "app_ids": [list(pair) for pair in found.app_ids],
        "backends": {backend.name: contents(backend) for backend in found.backends},
    }
    return {name: value for name, value in want.items() if value}


def listener(backend: Backend) -> list[str]:
    assert backend.listener
    certificate = backend.listener.certificate
    options = " ".join([*(["ssl", "crt", certificate] if certificate else []), *backend.listener.options])
    bind = f"{backend.listener.address}:{backend.listener.port}"
    return [bind, backend.mode, backend.name, *([options] if options else [])]


def routes(found: Model, backend: Backend) -> list[list[Any]]:
    """All hosts of a backend with the same path are one rule there."""
    rules: dict[str | None, list[str]] = {}
    for route in found.routes:
        if route.backend == backend.name:
            rules.setdefault(route.path, []).append(route.host)
    auth = [backend.auth.realm] if backend.auth else []
    return [[hosts, [path] if path else None, backend.name, *auth] for path, hosts in rules.items()]


def contents(backend: Backend) -> dict[str, Any]:
    found: dict[str, Any] = {"mode": backend.mode, "balance": backend.balance}
    if backend.check and backend.check.path:
        found["http_check_path"] = backend.check.path
    if backend.check and backend.check.timeout and backend.mode == "http":
        found["check_timeout"] = f"{backend.check.timeout}s"
    if backend.sticky:
        found["cookie"] = "mesosphere_server_id"
    if backend.allowed:
        found["allowed"] = list(backend.allowed)
    numbers = ids(backend)
    return {**found, "servers": [entry(backend, one, numbers[one.name]) for one in backend.servers]}


def entry(backend: Backend, server: Server, number: int) -> list[Any]:
    more: dict[str, Any] = {}
    if backend.check:
        interval, fall = backend.check.interval, backend.check.fall
        more["check"] = {"inter": f"{interval}s", "fall": str(fall)} if interval else {}
        if server.check_port:
            more["check"]["port"] = str(server.check_port)
    if backend.sticky:
        text = render(Model(backends=(backend,)), Settings(("external",)))
        (line,) = [line for line in text.splitlines() if line.startswith(f"  server {server.name} ")]
        more["cookie"] = line.split(" cookie ")[1].split()[0]
    if server.weight == 0:
        more["draining"] = True
    return [server.name, f"{server.address}:{server.port}", number, *([more] if more else [])]


def expected(vector: dict[str, Any]) -> dict[str, Any]:
    """Order counts for servers by name; routes are compared by backend, and their order in a test of its own."""
    want = json.loads(json.dumps(vector["want"]))
    for backend in want.get("backends", {}).values():
        backend["servers"].sort()
    for rule in want.get("http", []):
        rule[0] = [host.strip() for host in rule[0]]
    want["http"] = [rule for rule in want.get("http", []) if rule[2] != "https 301"]
    order = list(want.get("backends", {}))
    want["http"].sort(key=lambda rule: order.index(rule[2]))
    return {name: value for name, value in want.items() if value}


# Each has a row in docs/discovery.md, and a test below.
DEVIATIONS = {
    "health-ignored",
    "task-states",
    "mode-label-wins",
    "duplicate-port",
    "null-service-port",
    "no-tasks",
    "same-vhost-collision",
    "redirect-path",
    "map",
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_as_marathon_lb(vector: dict[str, Any]) -> None:
    assert (described(served(vector)) != expected(vector)) is (vector["name"] in DEVIATIONS)


def named(name: str) -> dict[str, Any]:
    return next(vector for vector in VECTORS if vector["name"] == name)


def servers(name: str) -> dict[str, list[tuple[str, int]]]:
    return {
        backend.name: [(server.name, server.weight) for server in backend.servers]
        for backend in served(named(name)).backends
    }


def test_a_task_whose_health_checks_fail_is_not_served() -> None:
    assert [name for name, _ in servers("health-ignored")["h_10000"]] == [
        "10_0_0_1_31001",
        "10_0_0_3_31003",
        "10_0_0_4_31004",
        "10_0_0_5_31005",
    ]


def test_a_task_that_is_being_killed_is_drained() -> None:
    assert ("10_0_0_4_31004", 0) in servers("task-states")["s_10000"]
    assert len(servers("task-states")["s_10000"]) == 4


def test_a_virtual_host_in_the_mode_tcp_leaves_the_app_out() -> None:
    (excluded,) = served(named("mode-label-wins")).excluded
    assert excluded.app == "/w"
    assert excluded.reason == "HAPROXY_0_VHOST: needs the mode http, and the port is in the mode tcp"


def test_a_reserved_port_is_not_given_away() -> None:
    found = served(named("duplicate-port"))
    assert found.backends == ()
    assert [(one.claim, one.kept, one.refused) for one in found.conflicts] == [
        ("port *:80", "the balancer itself", "/a"),
        ("port *:80", "the balancer itself", "/b"),
    ]


def test_a_mapping_without_service_port_shifts_nothing() -> None:
    found = served(named("null-service-port"))
    assert servers("null-service-port") == {"c_10007": [("10_0_0_1_31002", 1)]}
    assert [route.host for route in found.routes] == ["one.example"]


def test_an_app_without_tasks_keeps_its_port_and_virtual_host() -> None:
    found = served(named("no-tasks"))
    assert servers("no-tasks") == {"w_10000": []}
    assert [route.host for route in found.routes] == ["w.example"]


def test_of_two_apps_with_one_virtual_host_one_has_it_and_the_other_is_reported() -> None:
    found = served(named("same-vhost-collision"))
    assert [(route.host, route.backend) for route in found.routes] == [("s.example", "a_10001")]
    assert [(one.claim, one.kept, one.refused) for one in found.conflicts] == [("vhost s.example", "/a", "/b")]
    assert len(found.backends) == 2


@pytest.mark.parametrize("name", ["redirect", "redirect-path"])
def test_a_redirect_is_for_what_comes_in_by_the_virtual_host(name: str) -> None:
    text = render(served(named(name)), Settings(("external",)))
    assert "  http-request redirect scheme https code 301 if { fe_name marathon_http_in }\n" in text


def test_the_heavier_and_the_longer_path_come_first() -> None:
    routes_found = served(named("same-vhost-two-paths")).routes
    assert [route.backend for route in routes_found] == ["c-api2_10002", "b-api_10001", "a-root_10000"]
    assert [route.backend for route in served(named("map")).routes] == ["b_10001", "a_10000"]
