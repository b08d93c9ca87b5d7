"""The whole agent as a process: a stand-in for Marathon, a real HAProxy, requests through it."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agent_process import AgentProcess
from haproxy_process import Haproxy, free_ports
from marathon_apps import app, task
from marathon_stand_in import StandIn
from raw_server import drip, saying
from request_stream import RequestStream
from small_servers import Named

VHOST = {"HAPROXY_0_VHOST": "web.example"}


class Agent(AgentProcess):
    """``marathon_discovery`` with a configuration of its own."""

    def __init__(self, haproxy: Haproxy, *marathons: StandIn) -> None:
        self.haproxy = haproxy
        values: dict[str, Any] = {
            "marathon": [one.url for one in marathons] or ["http://127.0.0.1:1"],
            "groups": ["external"],
            "base_file": str(haproxy.base),
            "backends_file": str(haproxy.backends),
            "haproxy": haproxy.config().haproxy,
            "socket": haproxy.config().socket,
            "master_socket": haproxy.config().master_socket,
            "certificates": haproxy.config().certificates,
            "http_port": haproxy.http_port,
            "https_port": None,
            "app_id_port": None,
        }
        super().__init__(haproxy.directory, "marathon_discovery", values)


@pytest.fixture
def marathon() -> Iterator[StandIn]:
    started = StandIn()
    yield started
    started.stop()


@pytest.fixture
def agent(haproxy: Haproxy, marathon: StandIn) -> Iterator[Agent]:
    made = Agent(haproxy, marathon)
    yield made
    made.kill()


def web(port: int, servers: list[Named], **more: Any) -> dict[str, Any]:
    return app("/web", port, [task(one.name, one.port) for one in servers], labels=VHOST, **more)


def up(status: dict[str, Any], backend: str) -> int | None:
    """None until the agent has done a round."""
    return status["backends"].get(backend, {}).get("up")


def test_from_events_to_requests_and_through_its_own_death(
    agent: Agent, marathon: StandIn, haproxy: Haproxy, servers: list[Named]
) -> None:
    (port,) = free_ports(1)
    agent.values["interval"] = 600
    marathon.apps = [web(port, servers[:2])]
    agent.start()
    backend = f"web_{port}"
    status = agent.wait_for(lambda status: backend in status["backends"] and status["marathon"]["events_connected"])
    assert (status["ready"], status["problem"]) == (True, None)
    assert status["vhosts"] == {"web.example": backend} and status["ports"] == {str(port): backend}
    assert agent.get("/ready")[0] == 200
    loaded = haproxy.reloads()
    with RequestStream(haproxy.http_port, "web.example") as stream:
        stream.wait_for(30)
        marathon.apps = [web(port, servers)]
        marathon.emit()
        agent.wait_for(lambda status: up(status, backend) == 4)
        # Killed and started again, it changes nothing, and then goes on.
        agent.kill()
        agent.start()
        agent.wait_for(lambda status: status["ready"] and status["marathon"]["events_connected"])
        marathon.apps = [web(port, servers[2:])]
        marathon.emit()
        agent.wait_for(lambda status: up(status, backend) == 2)
        stream.wait_for(30)
    assert stream.lost == []
    assert set(stream.answered_by) == {"s0", "s1", "s2", "s3"}
    assert haproxy.reloads() == loaded
    metrics = agent.get("/metrics")[1]
    assert f'marathon_haproxy_servers{{backend="{backend}",state="up"}} 2' in metrics
    assert "marathon_haproxy_reloads_total 0" in metrics
    assert agent.stop() == 0


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (401, "status 401"),
        (503, "status 503"),
        ("html", "not JSON"),
        ("cut", "broke off"),
        ("empty", "2 of 2 servers would vanish"),
    ],
)
def test_in_every_doubt_what_runs_goes_on(
    fault: int | str, problem: str, agent: Agent, marathon: StandIn, haproxy: Haproxy, servers: list[Named]
) -> None:
    (port,) = free_ports(1)
    marathon.apps = [web(port, servers[:2])]
    agent.start()
    agent.wait_for(lambda status: status["ready"])
    before = haproxy.backends.read_text()
    if fault == "empty":
        marathon.apps = []
    else:
        marathon.fault = fault
    marathon.emit()
    with RequestStream(haproxy.http_port, "web.example") as stream:
        status = agent.wait_for(lambda status: status["problem"])
        assert problem in status["problem"]
        # Its restart in the middle of that makes it no worse.
        agent.kill()
        agent.start()
        assert problem in agent.wait_for(lambda status: status["problem"])["problem"]
        stream.wait_for(20)
    assert stream.lost == []
    assert haproxy.backends.read_text() == before
    marathon.fault, marathon.apps = None, [web(port, servers[:3])]
    agent.wait_for(lambda status: (status["problem"], up(status, f"web_{port}")) == (None, 3))


def test_the_guard_has_an_override(agent: Agent, marathon: StandIn, servers: list[Named], haproxy: Haproxy) -> None:
    (port,) = free_ports(1)
    marathon.apps = [web(port, servers[:2])]
    assert agent.run("--once").returncode == 0
    marathon.apps = []
    refused = agent.run("--once")
    assert (refused.returncode, "2 of 2 servers would vanish" in refused.stderr) == (1, True)
    dry = agent.run("--once", "--dry-run")
    assert (dry.returncode, dry.stdout, "2 of 2 servers would vanish" in dry.stderr) == (1, "", True)
    agent.values["allow_guarded"] = True
    assert agent.run("--once").returncode == 0
    assert haproxy.sockets.servers() == {}


def test_a_host_of_marathon_that_is_gone(agent: Agent, marathon: StandIn, servers: list[Named]) -> None:
    (port,) = free_ports(1)
    marathon.apps = [web(port, servers[:2])]
    agent.values["marathon"] = ["http://127.0.0.1:1", marathon.url]
    agent.start()
    status = agent.wait_for(lambda status: status["ready"] and status["marathon"]["events_connected"])
    assert status["marathon"]["url"] == marathon.url


def test_a_host_of_marathon_that_drips_keeps_no_signal_waiting(agent: Agent) -> None:
    with saying(lambda connection: drip(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n")) as slow:
        agent.values["marathon"] = [slow.url]
        agent.ends_while_it_reads(slow)


def test_a_taken_port_is_reported_and_the_rest_is_served(
    agent: Agent, marathon: StandIn, haproxy: Haproxy, servers: list[Named]
) -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:
        port = other.getsockname()[1]
        marathon.apps = [web(port, servers[:2])]
        agent.start()
        status = agent.wait_for(lambda status: status["ready"])
        assert status["conflicts"] == [
            {"claim": f"port *:{port}", "kept_by": "another program on this host", "refused": "/web"}
        ]
        assert status["vhosts"] == {"web.example": f"web_{port}"}
        with RequestStream(haproxy.http_port, "web.example") as stream:
            stream.wait_for(10)
        assert stream.lost == []
    agent.wait_for(lambda status: status["ports"] == {str(port): f"web_{port}"})


def test_bad_apps_are_left_out_by_name(agent: Agent, marathon: StandIn, servers: list[Named]) -> None:
    ports = free_ports(2)
    bad = app("/bad", ports[1], [], labels={"HAPROXY_0_VHOST": "a b"})
    marathon.apps = [web(ports[0], servers[:1]), bad]
    agent.start()
    status = agent.wait_for(lambda status: status["ready"])
    assert status["excluded"] == [{"app": "/bad", "why": "HAPROXY_0_VHOST: 'a b' is not a host name"}]
    assert status["vhosts"] == {"web.example": f"web_{ports[0]}"}


def test_once_from_a_file_and_a_dry_run(agent: Agent, haproxy: Haproxy, servers: list[Named]) -> None:
    (port,) = free_ports(1)
    file = haproxy.directory / "apps.json"
    file.write_text(json.dumps({"apps": [web(port, servers[:1])]}))
    before = haproxy.backends.read_text()
    dry = agent.run("--once", "--dry-run", "--from-file", str(file))
    assert dry.returncode == 0, dry.stderr
    assert f"+backend web_{port}\n" in dry.stdout and dry.stdout.endswith("reload\n")
    assert (haproxy.backends.read_text(), haproxy.reloads()) == (before, 0)
    done = agent.run("--once", "--from-file", str(file))
    assert done.returncode == 0, done.stderr
    assert haproxy.reloads() == 1
    file.write_text(json.dumps({"apps": [web(port, servers[:2])]}))
    dry = agent.run("--once", "--dry-run", "--from-file", str(file))
    name = f"web_{port}/127_0_0_1_{servers[1].port}"
    assert f"add server {name} 127.0.0.1:{servers[1].port} " in dry.stdout
    assert dry.stdout.endswith(f"enable server {name}\n")
    assert len(haproxy.sockets.servers()) == 1
    file.write_text("<html>")
    failed = agent.run("--once", "--from-file", str(file))
    assert (failed.returncode, failed.stderr) == (1, "the answer is not JSON\n")


def test_a_wrong_configuration_is_one_sentence(agent: Agent) -> None:
    agent.values["groupz"] = []
    refused = agent.run()
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1 and "unknown key 'groupz'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_file_of_servers_from_outside_is_taken_over_at_once_and_a_wrong_one_changes_nothing(
    agent: Agent, marathon: StandIn, haproxy: Haproxy, servers: list[Named], tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    file = tmp_path / "outside.json"
    agent.values.update(interval=600, outside_file=str(file))
    marathon.apps = [web(port, servers[:1])]
    agent.start()
    agent.wait_for(lambda status: up(status, f"web_{port}") == 1)

    def write(share: int) -> None:
        entry = {
            "share": share, "addresses": ["127.0.0.1"], "answering": 1, "ports": {"0": servers[1].port},
            "app": web(port, []),
        }  # fmt: skip
        file.write_text(json.dumps({"/web": entry}))
        if agent.process:
            agent.process.send_signal(signal.SIGHUP)

    write(50)
    status = agent.wait_for(lambda status: up(status, f"web_{port}") == 2)
    assert status["outside"]["shares"] == {"/web": 50}
    found = {server["port"]: server["outside"] for server in status["backends"][f"web_{port}"]["servers"]}
    assert found == {servers[0].port: False, servers[1].port: True}
    before = haproxy.backends.read_text()
    write(300)
    status = agent.wait_for(lambda status: status["problem"])
    assert "/web: share" in status["problem"] and "/web: share" in status["outside"]["wrong"]["/web"]
    assert haproxy.backends.read_text() == before
    # A wrong entry of one app stops no other one.
    marathon.apps = [web(port, servers[:1]), app("/other", free_ports(1)[0], [task("t", servers[2].port)])]
    marathon.emit()
    status = agent.wait_for(lambda status: len(status["backends"]) > 1)
    assert (up(status, f"web_{port}"), status["outside"]["shares"]) == (2, {"/web": 50})
    # A new process knows no earlier entry, and takes no servers away.
    before = haproxy.backends.read_text()
    agent.kill()
    agent.start()
    assert "/web: share" in agent.wait_for(lambda status: status["problem"])["problem"]
    assert haproxy.backends.read_text() == before
    # While Marathon does not answer, the file is still followed.
    agent.kill()
    write(50)
    agent.start()
    agent.wait_for(lambda status: status["ready"] and not status["problem"])
    marathon.fault = 503
    write(100)
    status = agent.wait_for(lambda status: status["outside"]["shares"] == {"/web": 100})
    assert "503" in status["problem"]
    weights = {server["port"]: server["weight"] for server in status["backends"][f"web_{port}"]["servers"]}
    assert weights == {servers[0].port: 0, servers[1].port: 256}
    marathon.fault = None
    # What Marathon has no more is served by the file alone, also after a restart of the agent.
    marathon.apps = []
    write(100)
    agent.wait_for(lambda status: status["guard"]["why"])
    agent.kill()
    agent.values["allow_guarded"] = True
    agent.start()
    status = agent.wait_for(lambda status: up(status, f"web_{port}") == 1 and not status["problem"])
    assert status["ports"] == {str(port): f"web_{port}"}
