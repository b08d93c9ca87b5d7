"""Rounds of the agent in this process, with a real HAProxy: what must not cost anybody a request."""

from __future__ import annotations

import errno
import os
import threading
from typing import Any

import pytest
from haproxy_process import Haproxy, free_ports
from marathon_apps import app, task
from request_stream import RequestStream
from small_servers import Named

from marathon_discovery.agent import Agent
from marathon_discovery.haproxy.runtime import HaproxyError
from marathon_discovery.report.status import Status

VHOST = {"HAPROXY_0_VHOST": "web.example"}


def made(haproxy: Haproxy, **more: Any) -> tuple[Agent, Status]:
    status = Status()
    return Agent(haproxy.config(outside_file=str(haproxy.directory / "none.json"), **more), status, wait()), status


def wait() -> Any:
    return threading.Event().wait


def web(port: int, servers: list[Named], name: str = "/web", **more: Any) -> dict[str, Any]:
    labels = {**VHOST, **more.pop("labels", {})}
    return app(name, port, [task(one.name, one.port) for one in servers], labels=labels, **more)


def test_an_address_on_which_haproxy_cannot_listen_costs_no_request(haproxy: Haproxy, servers: list[Named]) -> None:
    agent, status = made(haproxy)
    port, *others = free_ports(3)
    agent.round([web(port, servers[:1])])
    local = app("/local", others[0], [], labels={"HAPROXY_0_BIND_ADDR": "fe80::1"})
    elsewhere = app("/elsewhere", others[1], [], labels={"HAPROXY_0_BIND_ADDR": "203.0.113.9"})
    with RequestStream(haproxy.http_port, "web.example") as stream:
        stream.wait_for(20)
        agent.round([web(port, servers[:1]), local, elsewhere])
        agent.round([web(port, servers[1:2]), local, elsewhere])
        servers[0].stop()
        stream.wait_for(50)
    assert stream.lost == [] and stream.answered_by["s1"]
    found = status.snapshot()
    assert [one["app"] for one in found["excluded"]] == ["/local"]
    assert [(one["refused"], one["kept_by"]) for one in found["conflicts"]] == [
        ("/elsewhere", "this host (Cannot assign requested address)")
    ]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_file_that_is_gone_closes_no_port(haproxy: Haproxy, servers: list[Named], restarted: bool) -> None:
    agent, status = made(haproxy)
    (port,) = free_ports(1)
    apps = [web(port, servers[:1])]
    agent.round(apps)
    with RequestStream(port) as stream:
        stream.wait_for(10)
        for emptied in (True, False):
            haproxy.backends.write_text("") if emptied else haproxy.backends.unlink()
            if restarted:
                agent, status = made(haproxy)
            agent.round(apps)
            agent.round(apps)
            assert (status.snapshot()["ports"], status.snapshot()["conflicts"]) == ({str(port): f"web_{port}"}, [])
            assert f"bind *:{port}" in haproxy.backends.read_text()
        stream.wait_for(20)
    assert stream.lost == []


def test_a_worker_that_cannot_be_asked_for_a_round_loses_no_port(haproxy: Haproxy, servers: list[Named]) -> None:
    agent, _status = made(haproxy)
    (port,) = free_ports(1)
    agent.round([web(port, servers[:1])])
    sock = haproxy.directory / "worker.sock"
    with RequestStream(port) as stream:
        stream.wait_for(10)
        for again in range(2):
            if again:
                agent, _status = made(haproxy)
            sock.rename(haproxy.directory / "away")
            with pytest.raises(HaproxyError):
                agent.round([web(port, servers[:1])])
            assert f"bind *:{port}" in haproxy.backends.read_text()
            (haproxy.directory / "away").rename(sock)
            agent.round([web(port, servers[:1])])
        stream.wait_for(20)
    assert stream.lost == []


def test_an_app_may_change_the_address_of_its_own_port(haproxy: Haproxy, servers: list[Named]) -> None:
    agent, status = made(haproxy)
    (port,) = free_ports(1)
    agent.round([web(port, servers[:1])])
    agent.round([web(port, servers[:1], labels={"HAPROXY_0_BIND_ADDR": "127.0.0.1"})])
    assert status.snapshot()["conflicts"] == []
    assert f"bind 127.0.0.1:{port}" in haproxy.backends.read_text()


@pytest.mark.parametrize(("holder", "newcomer"), [("127.0.0.1", "203.0.113.9"), ("0.0.0.0", "127.0.0.1")])
def test_who_has_a_port_keeps_it_when_another_app_wants_it_at_another_address(
    haproxy: Haproxy, servers: list[Named], holder: str, newcomer: str
) -> None:
    agent, status = made(haproxy)
    (port,) = free_ports(1)
    first = web(port, servers[:1], labels={"HAPROXY_0_BIND_ADDR": holder})
    second = app("/a", port, [], labels={"HAPROXY_0_BIND_ADDR": newcomer})
    agent.round([first])
    with RequestStream(port) as stream:
        stream.wait_for(10)
        agent.round([first, second])
        agent.round([first, second])
        stream.wait_for(20)
    assert stream.lost == []
    assert [one["refused"] for one in status.snapshot()["conflicts"]] == ["/a"]


def test_a_full_disk_keeps_no_server_from_being_followed(
    haproxy: Haproxy, servers: list[Named], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, status = made(haproxy)
    port, more = free_ports(2)
    agent.round([web(port, servers[:1])])

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched, RequestStream(haproxy.http_port, "web.example") as stream:
        patched.setattr(os, "fsync", full)
        stream.wait_for(10)
        agent.round([web(port, servers[1:2])])
        assert status.snapshot()["problem"] == f"{haproxy.backends}: No space left on device"
        assert status.snapshot()["backends"][f"web_{port}"]["servers"][0]["port"] == servers[1].port
        servers[0].stop()
        # What takes the disk fails, and the servers are followed even so.
        with pytest.raises(HaproxyError, match="No space left"):
            agent.round([web(port, servers[2:3]), app("/more", more, [])])
        servers[1].stop()
        stream.wait_for(50)
    assert stream.lost == [] and set(stream.answered_by) == {"s0", "s1", "s2"}
    agent.round([web(port, servers[2:3])])
    assert status.snapshot()["problem"] is None
    assert f":{servers[2].port} " in haproxy.backends.read_text()


def test_names_of_labels_forge_no_line_of_the_log(
    haproxy: Haproxy, servers: list[Named], caplog: pytest.LogCaptureFixture
) -> None:
    agent, _status = made(haproxy)
    names = {f"HAPROXY_{number}_X": "" for number in range(100)}
    agent.round([web(free_ports(1)[0], servers[:1], labels={"HAPROXY_!\nERROR all is lost": "", **names})])
    said = [one.getMessage() for one in caplog.records if "no effect" in one.getMessage()]
    assert len(said) == 6 and "\n" not in "".join(said) and any("all is lost" in one for one in said)
    assert "/web: 96 more labels have no effect" in said


@pytest.mark.parametrize("way", ["restart", "lists nothing", "groups", "strict"])
def test_after_a_restart_the_guard_holds_what_is_lost_and_follows_the_rest(
    haproxy: Haproxy, servers: list[Named], way: str
) -> None:
    ports = free_ports(4)
    agent, _status = made(haproxy)
    lost = [web(ports[0], servers[:2])] + [
        app(
            f"/b{number}", port, [task(f"b{number}", servers[number].port)],
            labels={"HAPROXY_0_VHOST": f"b{number}.example", "HAPROXY_0_AUTH": f"realm:u:$5$abc${'d' * 43}"},
        )
        for number, port in enumerate(ports[1:3])
    ]  # fmt: skip
    other = app("/a", ports[3], [task("a", servers[2].port)], labels={"HAPROXY_0_MODE": "http"})
    agent.round([*lost, other])
    before, loaded = haproxy.backends.read_text(), haproxy.reloads()
    settings: dict[str, Any] = {"groups": {"groups": ("extern",)}, "strict": {"strict": True}}.get(way, {})
    agent, status = made(haproxy, **settings)
    with RequestStream(haproxy.http_port, "web.example") as stream:
        stream.wait_for(10)
        if settings:
            for _round in range(2):
                agent.round([*lost, other])
                assert haproxy.backends.read_text() == before
        elif way == "lists nothing":
            agent.round([])
            assert haproxy.backends.read_text() == before
        else:
            moved = app("/a", ports[3], [task("a2", servers[3].port)], labels={"HAPROXY_0_MODE": "http"})
            for _round in range(2):
                agent.round([moved])
                with RequestStream(ports[3]) as followed:
                    followed.wait_for(10)
                assert (followed.lost, set(followed.answered_by)) == ([], {"s3"})
        assert haproxy.reloads() == loaded
        assert "would vanish" in status.snapshot()["problem"]
        if way == "restart":
            # Nobody gets what is held, and a new app is served.
            (port,) = free_ports(1)
            taker = app("/taker", ports[0], [], labels=VHOST)
            new = app("/new", port, [task("n", servers[3].port)], labels={"HAPROXY_0_VHOST": "new.example"})
            agent.round([moved, taker, new])
            assert {one["kept_by"] for one in status.snapshot()["conflicts"]} == {"/web"}
            assert haproxy.reloads() > loaded
            with RequestStream(haproxy.http_port, "new.example") as followed:
                followed.wait_for(10)
            assert followed.lost == []
        stream.wait_for(20)
    assert stream.lost == []
    agent, status = made(haproxy, allow_guarded=True)
    agent.round([other])
    assert (status.snapshot()["problem"], list(status.snapshot()["backends"])) == (None, [f"a_{ports[3]}"])
    assert "web.example" not in haproxy.backends.read_text()
