"""A node on the net: credentials, the proxy of a standby, events, what it says about itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
import requests
from fake_master import runs
from local_cluster import free_port
from marathon_harness import HOST, Harness, Marathon

from labengine.marathon.events import EventBus

APP = {"id": "/web", "cmd": "run", "cpus": 0.1, "mem": 16}


@pytest.fixture
def standby(harness: Harness, marathon: Marathon) -> Marathon:
    node = harness.marathon(standby=True)
    node.standing.leader = marathon.address
    return node


def test_it_says_what_it_is(marathon: Marathon) -> None:
    info = marathon.get("/v2/info")
    assert info["version"] == "1.11.24" and info["name"] == "marathon" and info["elected"] is True
    assert info["leader"] == marathon.address and info["buildref"] == "quorum-lab-engine 0.1.0"
    assert info["frameworkId"] == "framework-0" or info["frameworkId"].startswith("framework-")
    assert info["marathon_config"]["task_launch_timeout"] == 300000
    assert info["http_config"]["http_port"] == int(marathon.address.rpartition(":")[2])
    assert marathon.get("/v2/leader") == {"leader": marathon.address}
    ping = marathon.send("GET", "/ping")
    assert ping.text == "pong" and ping.headers["Content-Type"].startswith("text/plain")
    assert marathon.get("/metrics")["gauges"]["marathon.apps.active.gauge"] == {"value": 0}
    assert "marathon_apps_active_gauge 0" in marathon.send("GET", "/metrics/prometheus").text


def test_secrets_of_the_zookeeper_url_are_not_shown(harness: Harness) -> None:
    marathon = harness.marathon(zk="zk://user:geheim@zk1:2181/marathon")
    assert "geheim" not in marathon.send("GET", "/v2/info").text


def test_a_standby_passes_everything_on(marathon: Marathon, standby: Marathon) -> None:
    created = standby.send("POST", "/v2/apps?force=true", APP)
    assert created.status_code == 201
    assert created.headers["X-Marathon-Leader"] == marathon.url
    assert created.headers["X-Marathon-Via"] == f"1.1 {standby.address}"
    assert created.headers["Marathon-Deployment-Id"] == created.json()["deployments"][0]["id"]
    assert "X-Marathon-Via" not in marathon.send("GET", "/v2/apps").headers
    assert standby.app("/web")["id"] == "/web"
    assert standby.refused("GET", "/v2/apps/none", status=404) == {"message": "App '/none' does not exist"}
    assert standby.send("GET", "/ping").text == "pong"
    events = standby.send("GET", "/v2/events?event_type=x", allow_redirects=False)
    assert (events.status_code, events.headers["Location"]) == (302, f"{marathon.url}/v2/events?event_type=x")


def test_a_standby_without_a_leader(harness: Harness, standby: Marathon) -> None:
    loop = standby.send("GET", "/v2/apps", headers={"X-Marathon-Via": f"1.1 {standby.address}"})
    assert loop.status_code == 502 and "Detected proxying loop." in loop.text
    standby.standing.leader = f"{HOST}:{free_port(HOST)}"
    refused = standby.send("GET", "/v2/apps")
    assert refused.status_code == 502 and "Connection to leader refused." in refused.text
    standby.standing.leader = None
    nobody = standby.send("GET", "/ping")
    assert nobody.status_code == 502 and "Could not determine the current leader" in nobody.text


def test_credentials(harness: Harness) -> None:
    harness.agent("slave1")
    marathon = harness.marathon(http_credentials="admin:gehéim")
    for path in ("/ping", "/v2/apps", "/nothing"):
        refused = marathon.send("GET", path)
        assert refused.status_code == 401 and refused.headers["WWW-Authenticate"] == 'basic realm="Mesosphere"'
    assert marathon.send("GET", "/ping", auth=("admin", "wrong")).status_code == 401
    assert marathon.send("GET", "/ping", auth=("admin", "gehéim".encode())).status_code == 200
    standby = harness.marathon(standby=True, http_credentials="admin:gehéim")
    standby.standing.leader = marathon.address
    assert standby.send("GET", "/v2/apps", auth=("admin", "gehéim".encode())).status_code == 200


class Listener:
    """Reads an event stream in a thread."""

    def __init__(self, url: str, query: str = "") -> None:
        self.events: list[dict] = []
        self.raw = b""
        self._response = requests.get(f"{url}/v2/events{query}", headers={"Accept": "text/event-stream"}, stream=True,
                                      timeout=30)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for chunk in self._response.iter_content(None):
                self.raw += chunk
        except requests.RequestException:
            return

    def types(self) -> list[str]:
        return [frame.split(b"\r\n")[0].removeprefix(b"event: ").decode()
                for frame in self.raw.split(b"\r\n\r\n") if frame.startswith(b"event: ")]

    def data(self, kind: str) -> list[dict]:
        first = f"event: {kind}\r".encode()
        frames = [frame for frame in self.raw.split(b"\r\n\r\n") if frame.startswith(first)]
        return [json.loads(frame.split(b"\r\n")[1].removeprefix(b"data: ")) for frame in frames]


@pytest.fixture
def listener(marathon: Marathon) -> Iterator[Listener]:
    yield Listener(marathon.url)


def test_events_tell_a_deployment(marathon: Marathon, listener: Listener) -> None:
    created = marathon.write("POST", "/v2/apps", APP, 201)
    marathon.wait("the deployment's end", lambda: listener.data("deployment_success"))
    types = listener.types()
    assert types[0] == "event_stream_attached"
    for kind in ("api_post_event", "group_change_success", "deployment_info", "status_update_event",
                 "instance_changed_event", "deployment_step_success"):
        assert kind in types
    (success,) = listener.data("deployment_success")
    assert success["id"] == created["deployments"][0]["id"] and success["eventType"] == "deployment_success"
    assert success["plan"]["steps"][0]["actions"] == [{"action": "StartApplication", "app": "/web"}]
    assert [one["taskStatus"] for one in listener.data("status_update_event")] == ["TASK_STARTING", "TASK_RUNNING"]
    assert listener.data("api_post_event")[0]["appDefinition"]["portDefinitions"][0]["port"] == 10000


def test_events_are_filtered_and_asked_for_properly(harness: Harness, marathon: Marathon) -> None:
    only = Listener(marathon.url, "?event_type=deployment_failed")
    assert marathon.send("GET", "/v2/events").status_code == 405
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", lambda task: [])
    blocked = marathon.write("PUT", "/v2/apps/web", APP, 201)["deploymentId"]
    marathon.write("PUT", "/v2/apps/web?force=true", {"instances": 2})
    (failed,) = marathon.wait("the cancellation", lambda: only.data("deployment_failed"))
    assert failed["id"] == blocked and failed["reason"] == "The upgrade has been cancelled"
    assert set(only.types()) == {"deployment_failed"}
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", runs)


def test_abdication_ends_the_program(marathon: Marathon) -> None:
    assert marathon.write("DELETE", "/v2/leader") == {"message": "Leadership abdicated"}
    marathon.wait("the end", lambda: marathon.failures)
    assert marathon.failures == ["the leadership was given up by request"]


def test_long_answers_are_compressed_and_events_are_not(marathon: Marathon, standby: Marathon) -> None:
    for node in (marathon, standby):
        assert node.get("/v2/info", headers={"Accept-Encoding": "gzip"})["version"] == "1.11.24"
    assert marathon.send("GET", "/v2/info", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    stream = Listener(marathon.url)
    marathon.wait("the first event arrives at once", lambda: stream.types() == ["event_stream_attached"])


def test_a_client_that_does_not_read_is_cut_off() -> None:
    bus = EventBus(limit=2)
    slow = bus.subscribe(frozenset({"tick"}), "client")
    for number in range(5):
        bus.publish("tick", number=number)
    events = [slow.queue.get_nowait() for _ in range(slow.queue.qsize())]
    assert [event and event["number"] for event in events] == [0, 1, None]
