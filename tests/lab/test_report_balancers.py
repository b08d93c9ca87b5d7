"""The closing table's rows of load balancers and names: a small balancer that knows virtual hosts, a real BIND."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dns_process
import pytest

from lab import config, inventory, report

NAME = "web-shop.marathon.mesos"


@contextmanager
def serving(words: dict[str, str]) -> Iterator[int]:
    """A web server that answers each virtual host with its words, and others with 503; '*' is for any."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = words.get(self.headers["Host"], words.get("*"))
            body = (found or "Service Unavailable").encode()
            self.send_response(200 if found else 503)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def bind() -> Iterator[dns_process.Bind]:
    with dns_process.running() as started:
        yield started


def named(bind: dns_process.Bind, *ports: int) -> None:
    """Lets the name of the app lead to these ports of 127.0.0.1."""
    service = "_web-shop._tcp.marathon.mesos"
    lines = [f"update delete {service} SRV", "update add task.marathon.mesos 5 A 127.0.0.1"]
    bind.update(*lines, *(f"update add {service} 5 SRV 0 1 {port} task.marathon.mesos." for port in ports))


def app(port: int, service_port: int, **more: Any) -> dict[str, Any]:
    return {
        "id": "/shop/web", "instances": 1, "tasksRunning": 1,
        "tasks": [{"host": "slave1", "state": "TASK_RUNNING", "ports": [port]}],
        "container": {"portMappings": [{"containerPort": 80, "servicePort": service_port}]},
        "labels": {"HAPROXY_0_VHOST": "shop.example.org, www.example.org"}, **more,
    }  # fmt: skip


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    """A task, its service port at the balancer, and the balancer's port of all virtual hosts."""
    with ExitStack() as stack:
        started = {
            "task": {"*": "Hello"},
            "service": {"*": "Hello"},
            "http": {"shop.example.org": "Hello", "www.example.org": "Hello"},
        }
        yield {name: stack.enter_context(serving(words)) for name, words in started.items()}


def cluster(bind: dns_process.Bind, http: int) -> report.Cluster:
    return report.Cluster(
        zookeeper=[], masters=[], marathon=[], agents=1, addresses={"slave1": "127.0.0.1"},
        balancers={"balancer1": f"127.0.0.1:{http}"}, dns={"balancer1": f"127.0.0.1:{bind.port}"},
    )  # fmt: skip


def told(rows: list[report.Row]) -> list[tuple[str, str, bool]]:
    return [(row.where, row.answer, row.good) for row in rows]


def test_an_app_is_asked_as_its_clients_do(bind: dns_process.Bind, ports: dict[str, int]) -> None:
    named(bind, ports["task"])
    rows = report._app_rows(cluster(bind, ports["http"]), app(ports["task"], ports["service"]))
    assert told(rows) == [
        (f"http://127.0.0.1:{ports['task']}", "200 Hello", True),
        (f"http://shop.example.org:{ports['http']}", "200 Hello, balancer1", True),
        (f"http://www.example.org:{ports['http']}", "200 Hello, balancer1", True),
        (f"http://127.0.0.1:{ports['service']}", "200 Hello, balancer1", True),
        (f"{NAME}:{ports['task']}", "200 Hello, 127.0.0.1 by balancer1", True),
    ]


def test_what_does_not_answer_there_is_marked(bind: dns_process.Bind, ports: dict[str, int]) -> None:
    named(bind, 9)
    labels = {"HAPROXY_0_VHOST": "nobody.example.org"}
    rows = report._app_rows(cluster(bind, ports["http"]), app(ports["task"], 9, labels=labels))
    assert told(rows)[1:] == [
        (f"http://nobody.example.org:{ports['http']}", "503 Service Unavailable, balancer1", False),
        ("http://127.0.0.1:9", "connection refused, balancer1", False),
        (NAME, f"does not lead to 127.0.0.1:{ports['task']}, balancer1", False),
        (f"{NAME}:9", "leads to 127.0.0.1, where no task runs, balancer1", False),
    ]


def test_a_dns_server_that_does_not_answer(bind: dns_process.Bind, ports: dict[str, int]) -> None:
    silent = report.Cluster(
        zookeeper=[], masters=[], marathon=[], agents=1, addresses={"slave1": "127.0.0.1"},
        dns={"balancer1": "127.0.0.1:9"},
    )  # fmt: skip
    (_, row) = report._app_rows(silent, app(ports["task"], 0))
    assert told([row]) == [(NAME, "the DNS server does not answer, balancer1", False)]


def test_an_app_that_promises_no_port_is_not_asked(bind: dns_process.Bind, ports: dict[str, int]) -> None:
    basic = {**app(ports["task"], ports["service"]), "container": {}}
    assert len(report._app_rows(cluster(bind, ports["http"]), basic)) == 1


def test_the_inventory_says_where_balancers_and_names_are(tmp_path: Path) -> None:
    variables = tmp_path / "variables.yml"
    variables.write_text(
        "load_balancers: {haproxy_http_port: 8000}\ndns: {mesos_dns_port: 5353, mesos_dns_domain: cluster}\n"
        "marathon: {marathon_framework_name: prod}\n"
    )
    lab = config.from_environment({"LAB_NAME": "x", "LAB_VARIABLES": str(variables)})
    lab = dataclasses.replace(lab, directory=tmp_path)
    inventory.write(lab, config.Program("/engine.tar.gz", "sha256:" + "0" * 64))
    cluster = report.Cluster.of(lab)
    assert cluster.balancers == {"balancer1": "172.29.77.31:8000"}
    assert cluster.dns == {"balancer1": "172.29.77.31:5353"}
    assert cluster.domain == "prod.cluster"
