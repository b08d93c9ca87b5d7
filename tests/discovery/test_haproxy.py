"""A model becomes what a real HAProxy serves: by the runtime API where that is enough, else by a reload."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from haproxy_process import Haproxy, free_ports
from marathon_apps import app, task
from request_stream import RequestStream
from small_servers import Named, named

from marathon_discovery.apps import outside
from marathon_discovery.apps.build import model
from marathon_discovery.apps.model import Now, Settings
from marathon_discovery.haproxy import apply
from marathon_discovery.haproxy.apply import Applied, Balancer
from marathon_discovery.haproxy.changes import Running
from marathon_discovery.haproxy.runtime import HaproxyError, ask

PORT_LABELS = {"HAPROXY_0_VHOST": "web.example"}


@pytest.fixture
def servers() -> Iterator[list[Named]]:
    with named(10) as started:
        yield started


class Round:
    """Apps to HAProxy, as the agent does it, on one service port."""

    def __init__(self, haproxy: Haproxy) -> None:
        self.haproxy = haproxy
        self.balancer = Balancer(haproxy.config())
        (self.port,) = free_ports(1)

    def settings(self) -> Settings:
        return Settings(("external",), http_port=self.haproxy.http_port, https_port=None, app_id_port=None)

    def web(self, servers: list[Named], states: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        tasks = [task(one.name, one.port, state=(states or {}).get(one.name, "TASK_RUNNING")) for one in servers]
        return app("/web", self.port, tasks, labels={**PORT_LABELS, **more.pop("labels", {})}, **more)

    def apply(self, *apps: dict[str, Any]) -> Applied:
        saved = self.balancer.saved()

        def build(rejected: Any) -> Any:
            return model(apps, self.settings(), Now(saved.servers, saved.claims, {}, rejected, numbers=saved.numbers))

        return self.balancer.apply(build, self.settings())


def get(port: int, host: str = "", path: str = "/x", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={**({"Host": host} if host else {}), **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_scaling_and_moving_takes_no_reload_and_loses_no_request(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    assert step.apply(step.web(servers[:2])).how == "reload"
    loaded = haproxy.reloads()
    with RequestStream(haproxy.http_port, "web.example") as stream:
        stream.wait_for(50)
        assert step.apply(step.web(servers)).how == "runtime"
        stream.wait_for(200)
        # Down to two: drained first, then gone, as Marathon shows it.
        killing = {one.name: "TASK_KILLING" for one in servers[2:]}
        assert step.apply(step.web(servers, killing)).how == "runtime"
        stream.wait_for(30)
        for one in servers[2:]:
            one.stop()
        assert step.apply(step.web(servers[:2])).how == "runtime"
        stream.wait_for(50)
        # A move: another one is there before the first is drained.
        moved = Named("moved")
        step.apply(step.web([servers[0], moved]))
        servers[1].stop()
        stream.wait_for(100)
    assert stream.lost == []
    assert haproxy.reloads() == loaded
    assert set(stream.answered_by) == {one.name for one in servers} | {"moved"}
    assert {name for name, _ in haproxy.sockets.servers()} == {f"web_{step.port}"}
    # A restart serves the same, because the file says what runs.
    haproxy.stop()
    haproxy.start()
    assert {get(haproxy.http_port, "web.example")[1] for _ in range(4)} == {"s0 /x", "moved /x"}
    moved.stop()


def test_a_killed_task_that_was_not_drained_costs_the_request_it_had(haproxy: Haproxy, servers: list[Named]) -> None:
    """It refuses connections before HAProxy is told: another server gets what comes after."""
    step = Round(haproxy)
    step.apply(step.web(servers[:3]))
    with RequestStream(haproxy.http_port, "web.example") as stream:
        stream.wait_for(50)
        servers[0].stop()
        stream.wait_for(100)
        step.apply(step.web(servers[1:3]))
        stream.wait_for(50)
    # The stream asks one after another.
    assert len(stream.lost) <= 1


def test_another_structure_is_a_reload_that_loses_no_request(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    step.apply(step.web(servers[:2]))
    (port,) = free_ports(1)
    with RequestStream(haproxy.http_port, "web.example") as stream:
        stream.wait_for(50)
        other = app("/other", port, [task("o", servers[5].port)], labels={"HAPROXY_0_MODE": "http"})
        assert step.apply(step.web(servers[:2]), other).how == "reload"
        assert get(port) == (200, "s5 /x")
        stream.wait_for(50)
        assert step.apply(step.web(servers[:2])).how == "reload"
        stream.wait_for(50)
    assert stream.lost == []
    with pytest.raises(OSError):
        get(port)


def test_the_same_apps_change_nothing(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    step.apply(step.web(servers[:2]))
    before = haproxy.backends.stat()
    loaded = haproxy.reloads()
    done = step.apply(step.web(servers[:2]))
    assert (done.how, done.commands) == ("nothing", ())
    # Another agent, as after its restart.
    step.balancer = Balancer(haproxy.config())
    assert step.apply(step.web(servers[:2])).how == "nothing"
    assert haproxy.backends.stat() == before
    assert haproxy.reloads() == loaded


def test_a_server_with_the_number_of_one_that_runs_takes_another_one(haproxy: Haproxy) -> None:
    step = Round(haproxy)
    found: dict[int, int] = {}
    for port in range(31000, 33000):
        number = int(hashlib.sha256(f"127_0_0_1_{port}".encode()).hexdigest(), 16) % 32767
        if number in found:
            break
        found[number] = port
    later, first = task("later", port), task("first", found[number])
    step.apply(app("/web", step.port, [later]))
    # Its name comes before that of the other.
    assert step.apply(app("/web", step.port, [later, first])).how == "runtime"
    text = haproxy.backends.read_text()
    assert f" 127.0.0.1:{port} id {number} " in text
    assert step.apply(app("/web", step.port, [later, first])).how == "nothing"
    assert haproxy.backends.read_text() == text


def test_what_somebody_changed_in_the_worker_is_set_right(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    step.apply(step.web(servers[:2]))
    backend = f"web_{step.port}"
    ask(str(haproxy.directory / "worker.sock"), f"set server {backend}/127_0_0_1_{servers[0].port} state maint")
    assert step.apply(step.web(servers[:2])).how == "runtime"
    assert {one.admin for one in haproxy.sockets.servers().values()} == {0}


def test_a_place_that_comes_back_before_its_server_was_deleted(haproxy: Haproxy, servers: list[Named]) -> None:
    """A connection that stays open keeps the server in HAProxy; the next task at its place is served all the same."""
    step = Round(haproxy)
    listener = socket.create_server(("127.0.0.1", 0))
    long = task("long", listener.getsockname()[1])
    apps = [app("/tcp", step.port, [long])]
    step.apply(*apps)
    with socket.create_connection(("127.0.0.1", step.port)) as client:
        client.sendall(b"x")
        accepted, _ = listener.accept()
        assert accepted.recv(1) == b"x"
        key = (f"tcp_{step.port}", f"127_0_0_1_{long['ports'][0]}")
        step.apply(app("/tcp", step.port, []))
        assert haproxy.sockets.servers()[key].admin & 1
        # What is open goes on.
        accepted.sendall(b"y")
        assert client.recv(1) == b"y"
        assert step.apply(*apps).how == "runtime"
        assert haproxy.sockets.servers()[key] == Running("127.0.0.1", long["ports"][0], 1, 0, 0)
        accepted.close()
    step.apply(app("/tcp", step.port, []))
    deadline = time.monotonic() + 20
    while key in haproxy.sockets.servers() and time.monotonic() < deadline:
        step.apply(app("/tcp", step.port, []))
        time.sleep(0.1)
    assert key not in haproxy.sockets.servers()
    listener.close()


def test_a_sticky_backend_takes_a_server_by_a_reload(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    sticky = {"HAPROXY_0_STICKY": "true"}
    step.apply(step.web(servers[:1], labels=sticky))
    assert step.apply(step.web(servers[:2], labels=sticky)).how == "reload"
    assert step.apply(step.web(servers[1:2], labels=sticky)).how == "runtime"
    assert {get(haproxy.http_port, "web.example")[1] for _ in range(3)} == {"s1 /x"}


def test_weights_are_set_without_a_reload(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    step.apply(step.web(servers[:1]))
    assert step.apply(step.web(servers[:1], labels={"HAPROXY_0_SERVER_WEIGHT": "20"})).how == "runtime"
    assert [one.weight for one in haproxy.sockets.servers().values()] == [20]


def test_a_worker_that_cannot_start_leaves_the_previous_file(
    haproxy: Haproxy, servers: list[Named], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "_WORKER_SECONDS", 5.0)
    step = Round(haproxy)
    step.apply(step.web(servers[:2]))
    before = haproxy.backends.read_text()
    with socket.create_server(("127.0.0.1", 0)) as other:
        bad = app("/bad", other.getsockname()[1], [], labels={"HAPROXY_0_BIND_ADDR": "127.0.0.1"})
        done = step.apply(step.web(servers[:2]), bad)
        assert [(one.app, one.reason) for one in done.model.excluded] == [
            ("/bad", "HAProxy does not start with it; its log says why")
        ]
        # HAProxy itself pauses its listeners while it tries, so the agent looks at new ports before (test_rounds.py).
        with RequestStream(haproxy.http_port, "web.example") as stream:
            stream.wait_for(50)
            # The others are followed, without another try.
            loaded = haproxy.reloads()
            assert step.apply(step.web(servers[1:3]), bad).how == "runtime"
            servers[0].stop()
            stream.wait_for(50)
        assert stream.lost == []
        assert haproxy.reloads() == loaded
        assert "/bad" not in haproxy.backends.read_text() and before != haproxy.backends.read_text()
        # Of several new apps only those that are the cause are left out.
        ports = free_ports(3)
        good = [app(f"/good{index}", port, [task("g", servers[1].port)]) for index, port in enumerate(ports)]
        worse = app("/worse", bad["portDefinitions"][0]["port"], [], labels={"HAPROXY_0_BIND_ADDR": "127.0.0.1"})
        third = socket.create_server(("127.0.0.1", 0))
        first = app("/first", third.getsockname()[1], [], labels={"HAPROXY_0_BIND_ADDR": "127.0.0.1"})
        done = step.apply(step.web(servers[1:3]), first, worse, *good)
        third.close()
        assert [one.app for one in done.model.excluded] == ["/first", "/worse"]
        assert [get(port)[0] for port in ports] == [200, 200, 200]
    # It is tried again once its definition is another one.
    changed = app("/bad", step.port + 1, [], labels={"HAPROXY_0_BIND_ADDR": "127.0.0.2"})
    assert step.apply(step.web(servers[1:3]), changed).model.excluded == ()


def test_where_nothing_new_can_be_the_cause_the_servers_are_followed_all_the_same(
    haproxy: Haproxy, servers: list[Named], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Round(haproxy)
    step.apply(step.web(servers[:2]))
    haproxy.base.write_text(haproxy.base.read_text() + "listen broken\n  bind nonsense\n")
    with RequestStream(haproxy.http_port, "web.example") as stream:
        stream.wait_for(20)
        with pytest.raises(HaproxyError, match="refuses its file without any app"):
            step.apply(step.web(servers[1:3]), app("/more", free_ports(1)[0], []))
        # What it was asked before is answered.
        stream.wait_for(10)
        servers[0].stop()
        stream.wait_for(50)
    assert stream.lost == [] and stream.answered_by["s2"]
    assert "more" not in haproxy.backends.read_text()


def test_an_app_that_haproxy_refuses_is_left_out_and_the_others_are_served(
    haproxy: Haproxy, servers: list[Named]
) -> None:
    """A certificate that is none is seen by HAProxy alone."""
    step = Round(haproxy)
    (haproxy.directory / "certificates" / "broken.pem").write_text("no certificate\n")
    ports = free_ports(6)
    good = [app(f"/good{index}", port, [task(f"g{index}", servers[0].port)]) for index, port in enumerate(ports[:5])]
    bad = app("/bad", ports[5], [], labels={"HAPROXY_0_SSL_CERT": "broken.pem"})
    settings = step.settings()

    def build(rejected: Any) -> Any:
        certificates = {"certificates_directory": str(haproxy.directory / "certificates")}
        known = Settings(**{**vars(settings), **certificates, "certificates": frozenset({"broken.pem"})})
        return model([*good, bad], known, Now(rejected=rejected))

    done = step.balancer.apply(build, settings)
    (excluded,) = done.model.excluded
    assert excluded.app == "/bad"
    assert excluded.reason.startswith("HAProxy refuses it: parsing [line ") and "broken.pem" in excluded.reason
    assert [backend.app for backend in done.model.backends] == [f"/good{index}" for index in range(5)]
    assert get(ports[0]) == (200, "s0 /x")
    # It is not asked about again each time, and stays reported.
    again = step.balancer.apply(build, settings)
    assert (again.how, again.model.excluded) == ("nothing", done.model.excluded)


def test_a_base_that_is_refused_changes_nothing(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    step.apply(step.web(servers[:1]))
    before = haproxy.backends.read_text()
    haproxy.base.write_text(haproxy.base.read_text() + "listen broken\n  bind nonsense\n")
    with pytest.raises(HaproxyError, match="refuses its file without any app"):
        step.apply(step.web(servers[:1]), app("/more", free_ports(1)[0], []))
    assert haproxy.backends.read_text() == before
    assert step.apply(step.web(servers[:2])).how == "runtime"


def test_where_haproxy_does_not_run_the_file_is_ready_for_its_start(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    haproxy.stop()
    with pytest.raises(HaproxyError, match="HAProxy does not run"):
        step.apply(step.web(servers[:1]))
    haproxy.start()
    assert get(haproxy.http_port, "web.example") == (200, "s0 /x")


def test_a_reload_by_somebody_else_is_no_reason_for_another(haproxy: Haproxy, servers: list[Named]) -> None:
    step = Round(haproxy)
    step.apply(step.web(servers[:1]))
    worker = haproxy.sockets.worker()
    haproxy.sockets.reload()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if haproxy.sockets.worker() != worker:
                break
        except HaproxyError:
            pass
        time.sleep(0.05)
    assert step.apply(step.web(servers[:1])).how == "nothing"


def test_servers_from_outside_get_their_share_without_a_reload_and_nothing_is_lost(
    haproxy: Haproxy, servers: list[Named]
) -> None:
    old, new = servers[:2], servers[2]
    step = Round(haproxy)

    def share(percent: int | None, *apps: dict[str, Any]) -> str:
        saved = step.balancer.saved()
        entry = {
            "share": percent, "addresses": ["127.0.0.1", "127.0.0.9"], "answering": 1, "ports": {"0": new.port},
            "app": step.web([]),
        }  # fmt: skip
        known = {} if percent is None else {"/web": entry}
        others = outside.read(json.dumps(known).encode())

        def build(rejected: Any) -> Any:
            return model(apps, step.settings(), Now(saved.servers, saved.claims, {}, rejected), others)

        return step.balancer.apply(build, step.settings()).how

    assert share(None, step.web(old)) == "reload"
    with RequestStream(haproxy.http_port, "web.example") as stream:
        # It may ask again what a server did not answer, which is a reload once.
        assert share(0, step.web(old)) == "reload"
        for percent in (10, 50):
            assert share(percent, step.web(old)) == "runtime"
            stream.wait_for(100)
        assert set(stream.answered_by) == {"s0", "s1", "s2"}
        assert share(100, step.web(old)) == "runtime"
        stream.wait_for(20)
        before = (stream.answered_by["s0"], stream.answered_by["s1"])
        stream.wait_for(50)
        assert (stream.answered_by["s0"], stream.answered_by["s1"]) == before
        # Scaled to 0, then gone from Marathon: the vhost and the port stay, so nothing is reloaded.
        assert share(100, step.web([])) == "runtime"
        for one in old:
            one.stop()
        assert share(100) == "nothing"
        stream.wait_for(50)
    assert stream.lost == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_server_from_outside_breaks_off_is_asked_again_if_that_is_harmless(
    haproxy: Haproxy, servers: list[Named], method: str
) -> None:
    """A container that is killed ends without a word what it was answering."""
    step = Round(haproxy)
    with socket.create_server(("127.0.0.1", 0)) as broken:
        accepted: list[int] = []

        def break_off() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _address = broken.accept()
                    # The check of HAProxy sends nothing.
                    accepted.append(len(connection.recv(1000)))
                    connection.close()

        threading.Thread(target=break_off, daemon=True).start()
        entry = {
            "share": 99, "addresses": ["127.0.0.1"], "answering": 1, "ports": {"0": broken.getsockname()[1]},
            "app": step.web([]),
        }  # fmt: skip
        others = outside.read(json.dumps({"/web": entry}).encode())
        found = model([step.web(servers[:1])], step.settings(), Now(), others)
        step.balancer.apply(lambda _rejected: found, step.settings())
        answers = []
        for number in range(5):
            connection = http.client.HTTPConnection("127.0.0.1", haproxy.http_port, timeout=10)
            connection.request(method, f"/{number}", headers={"Host": "web.example"})
            answers.append(connection.getresponse().status)
            connection.close()
        broken.shutdown(socket.SHUT_RDWR)
    assert any(accepted)
    assert set(answers) == {200} if method == "GET" else 502 in answers
