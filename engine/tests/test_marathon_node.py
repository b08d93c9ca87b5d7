"""A node on the net: credentials, the proxy of a standby, events, what it says about itself."""

from __future__ import annotations

import pytest
from event_stream import Listener
from local_cluster import free_port
from marathon_harness import HOST, Harness, Marathon

from labengine import LAB_ENGINE_VERSION

APP = {"id": "/web", "cmd": "run", "cpus": 0.1, "mem": 16}


@pytest.fixture
def standby(harness: Harness, marathon: Marathon) -> Marathon:
    node = harness.marathon(standby=True)
    node.standing.leader = marathon.address
    return node


def test_it_says_what_it_is(marathon: Marathon) -> None:
    info = marathon.get("/v2/info")
    assert info["version"] == "1.11.24" and info["name"] == "marathon" and info["elected"] is True
    assert info["leader"] == marathon.address and info["buildref"] == f"quorum-lab-engine {LAB_ENGINE_VERSION}"
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
    assert standby.refused("GET", "/v2/apps/none", status=404)["message"] == "App '/none' does not exist"
    assert standby.send("GET", "/ping").text == "pong"
    events = standby.send("GET", "/v2/events?event_type=x", allow_redirects=False)
    assert (events.status_code, events.headers["Location"]) == (302, f"{marathon.url}/v2/events?event_type=x")


@pytest.mark.parametrize(("method", "path", "body", "status"), [
    ("GET", "/v2/apps/none", None, 404), ("PUT", "/v2/apps/web", {"instances": -1}, 422),
    ("PATCH", "/v2/apps/none", {}, 422), ("POST", "/v2/apps", "{", 400), ("DELETE", "/v2/apps", None, 405),
    ("OPTIONS", "/v2/groups", None, 200), ("HEAD", "/v2/pods", None, 200), ("GET", "/nothing", None, 500),
    ("GET", "/metrics/prometheus", None, 200), ("GET", "/v2/info", None, 200)])
def test_a_standby_answers_what_the_leader_does(marathon: Marathon, standby: Marathon, method: str, path: str,
                                                body: object, status: int) -> None:
    options = {"data": body, "headers": {"Content-Type": "application/json"}} if isinstance(body, str) else {}
    own, passed = (node.send(method, path, None if options else body, **options) for node in (marathon, standby))
    assert (own.status_code, passed.status_code) == (status, status)
    assert own.headers.get("Content-Type") == passed.headers.get("Content-Type")
    assert own.headers.get("Allow") == passed.headers.get("Allow")
    assert passed.headers["X-Marathon-Leader"] == marathon.url
    assert passed.headers["X-Marathon-Via"] == f"1.1 {standby.address}"
    if path != "/metrics/prometheus":
        assert own.content == passed.content


def test_a_standby_says_whom_it_asks_for(harness: Harness, marathon: Marathon, standby: Marathon) -> None:
    """Another node on the way is no loop, even if its name begins like this one's."""
    first = harness.marathon(standby=True)
    first.standing.leader = standby.address
    answer = first.send("GET", "/v2/leader", headers={
        "X-Marathon-Via": f"1.1 {standby.address}0", "X-Forwarded-For": "10.0.0.1"})
    assert answer.json() == {"leader": marathon.address}
    assert answer.headers["X-Marathon-Via"] == f"1.1 {standby.address}, 1.1 {first.address}"
    standby.standing.leader = first.address
    loop = first.send("GET", "/v2/leader")
    assert loop.status_code == 502 and "Detected proxying loop." in loop.text


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


def test_abdication_ends_the_program(marathon: Marathon) -> None:
    assert marathon.write("DELETE", "/v2/leader") == {"message": "Leadership abdicated"}
    marathon.wait("the end", lambda: marathon.failures)
    assert marathon.failures == [("the leadership was given up by request", 105)]


def test_long_answers_are_compressed_and_events_are_not(marathon: Marathon, standby: Marathon) -> None:
    for node in (marathon, standby):
        assert node.get("/v2/info", headers={"Accept-Encoding": "gzip"})["version"] == "1.11.24"
    assert marathon.send("GET", "/v2/info", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    stream = Listener(marathon.url)
    marathon.wait("the first event arrives at once", lambda: stream.types() == ["event_stream_attached"])
