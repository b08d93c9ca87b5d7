"""The closing table, against small servers that answer as a cluster does."""

from __future__ import annotations

import io
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lab import report

NGINX_PAGE = "<!DOCTYPE html>\n<html><head>\n<title>Welcome to\n nginx!</title></head><body><h1>No</h1></body></html>"
SRVR = "Zookeeper version: 3.8.0-1, built on 2022\nLatency min/avg/max: 0/0/0\nMode: {}\nNode count: 7\n"

Start = Callable[..., str]


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield "{}:{}".format(*server.server_address[:2])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def web() -> Iterator[Start]:
    """Starts a web server of the given pages (path -> status and body); returns its host:port."""
    with ExitStack() as stack:

        def start(pages: dict[str, tuple[int, Any]]) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    status, body = pages.get(self.path.split("?")[0], (404, "Not Found"))
                    data = (body if isinstance(body, str) else json.dumps(body)).encode()
                    self.send_response(status)
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

                def log_message(self, *_: object) -> None:
                    pass

            return stack.enter_context(_serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)))

        yield start


@pytest.fixture
def zookeeper() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(mode: str) -> str:
            class Handler(socketserver.BaseRequestHandler):
                def handle(self) -> None:
                    if self.request.recv(4) == b"srvr":
                        self.request.sendall(SRVR.format(mode).encode())

            return stack.enter_context(_serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)))

        yield start


def _master(elected: int, agents: tuple[str, ...] = (), recovered: int = 1) -> dict[str, tuple[int, Any]]:
    slaves = [{"hostname": name, "active": True} for name in agents]
    return {
        "/metrics/snapshot": (200, {"master/elected": elected, "registrar/log/recovered": recovered}),
        "/version": (200, {"version": "1.11.0", "lab_engine": "0.1.0"}),
        "/state": (200, {"slaves": slaves}),
    }


def _docker_app(name: str, *tasks: dict[str, Any], instances: int = 1) -> dict[str, Any]:
    return {
        "id": name, "instances": instances, "tasksRunning": len(tasks), "tasks": list(tasks),
        "container": {"type": "DOCKER", "portMappings": [{"containerPort": 80, "hostPort": 0}]},
    }  # fmt: skip


def _task(address: str) -> dict[str, Any]:
    return {"host": "slave1", "state": "TASK_RUNNING", "ports": [int(address.rsplit(":", 1)[1])]}


def _marathon(web: Start, apps: list[dict[str, Any]], leader: str = "") -> str:
    pages: dict[str, tuple[int, Any]] = {"/v2/apps": (200, {"apps": apps})}
    address = web(pages)
    port = address.rsplit(":", 1)[1]
    info = {"version": "1.11.24", "buildref": "quorum-lab-engine 0.1.0", "frameworkId": "f"}
    pages["/v2/info"] = (200, {**info, "leader": leader or f"master1:{port}"})
    return address


NAMES = {"master1": "127.0.0.1", "slave1": "127.0.0.1"}
BASIC = {
    "id": "/basic-0", "instances": 1, "tasksRunning": 1, "portDefinitions": [{"port": 10000}],
    "tasks": [{"host": "slave1", "state": "TASK_RUNNING", "ports": [31005]}],
}  # fmt: skip


def test_everything_answers(web: Start, zookeeper: Start) -> None:
    nginx = web({"/": (200, NGINX_PAGE)})
    plain = web({"/": (200, "<p>Hello</p>\n<script>no()</script> from\n a task")})
    cluster = report.Cluster(
        zookeeper=[zookeeper("follower"), zookeeper("leader")],
        masters=[web(_master(0)), web(_master(1, ("slave2", "slave1")))],
        marathon=[_marathon(web, [_docker_app("/nginx", _task(nginx)), BASIC, _docker_app("/web", _task(plain))])],
        agents=2,
        addresses=NAMES,
    )
    output = io.StringIO()
    assert report.show_cluster(cluster, 0, output) == 0
    lines = output.getvalue().splitlines()
    table = [" ".join(line.split()) for line in lines]
    assert f"ZooKeeper 2/2 {cluster.zookeeper[1]} leader, 3.8.0" in table
    assert f"Mesos masters 2/2 http://{cluster.masters[1]} leader, 1.11.0 (lab engine 0.1.0)" in table
    assert "Mesos agents 2/2 - registered: slave1 slave2" in table
    assert f"Marathon 1/1 http://{cluster.marathon[0]} leader, 1.11.24 (lab engine 0.1.0)" in table
    assert "/basic-0 1/1 slave1 runs, offers no port" in table
    assert f"/nginx 1/1 http://{nginx} 200 Welcome to nginx!" in table
    assert f"/web 1/1 http://{plain} 200 Hello from a task" in table
    assert table[-1] == "Everything answers."
    assert max(map(len, lines)) <= 100


def test_each_fault_is_named(web: Start, zookeeper: Start) -> None:
    broken = web({"/": (500, "Oops " * 50)})
    silent = "127.0.0.1:9"
    apps = [
        _docker_app("/broken", _task(broken)),
        _docker_app("/deaf", _task(silent)),
        _docker_app("/short", instances=2),
    ]
    cluster = report.Cluster(
        zookeeper=[zookeeper("standalone"), silent],
        masters=[web(_master(1, ("slave1",))), silent],
        marathon=[_marathon(web, apps), silent],
        agents=3,
        addresses=NAMES,
    )
    output = io.StringIO()
    assert report.show_cluster(cluster, 0, output) == 1
    lines = output.getvalue().splitlines()
    table = [" ".join(line.split()) for line in lines]
    assert table.count(f"! http://{silent} connection refused") == 2
    assert f"! {silent} connection refused" in table
    assert "! Mesos agents 1/3 - registered: slave1" in table
    assert any(line.startswith(f"! /broken 1/1 http://{broken} 500 Oops Oops") for line in table)
    assert f"! /deaf 1/1 http://{silent} connection refused" in table
    assert "! /short 0/2 - no task" in table
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    ("master", "words"),
    [(_master(0), "no leader"), (_master(1, recovered=0), "leads without a quorum"), ({}, "no leader")],
)
def test_no_working_master(web: Start, master: dict[str, tuple[int, Any]], words: str) -> None:
    cluster = report.Cluster(zookeeper=[], masters=[web(master)], marathon=[], agents=1)
    rows = report.mesos_rows(cluster)
    assert not rows[0].good
    assert words in rows[0].answer


def test_waits_for_a_task_that_does_not_listen_yet(web: Start, zookeeper: Start) -> None:
    pages: dict[str, tuple[int, Any]] = {"/": (503, "starting")}
    address = web(pages)
    cluster = report.Cluster(
        zookeeper=[zookeeper("standalone")],
        masters=[web(_master(1, ("slave1",)))],
        marathon=[_marathon(web, [_docker_app("/late", _task(address))])],
        agents=1,
        addresses=NAMES,
    )
    later = threading.Timer(0.5, lambda: pages.update({"/": (200, "here")}))
    later.start()
    assert report.show_cluster(cluster, 10, io.StringIO()) == 0
    later.join()


@pytest.mark.parametrize(
    ("app", "listens"),
    [
        (BASIC, False),
        (_docker_app("/a"), True),
        ({"container": {"docker": {"portMappings": [{"containerPort": 80}]}}}, True),
        ({"healthChecks": [{"protocol": "MESOS_HTTP"}]}, True),
        ({"healthChecks": [{"protocol": "COMMAND"}]}, False),
    ],
)
def test_only_apps_that_promise_a_port_are_asked(app: dict[str, Any], listens: bool) -> None:
    assert report.listens(app) is listens
