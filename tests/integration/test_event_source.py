"""The event source quorum.mesos.marathon on a cluster that it loses and finds again."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.quorum.mesos.plugins.module_utils._events import run
from event_source import EventSource
from gate import Gate
from local_cluster import LocalCluster, Program, wait_until, zookeeper_installed
from small_servers import Named

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")

FAILED = {"eventType": "status_update_event", "taskStatus": "TASK_FAILED"}
REQUEST_SECONDS = 60
SECRET = "must-not-be-shown"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Of its own: its Marathons and masters are killed."""
    directory = tmp_path_factory.mktemp("events")
    flags = {"containerizers": "mesos"}
    with LocalCluster(directory, masters=2, quorum=1, agents=1, marathons=2, agent_flags=flags) as cluster:
        yield cluster


def definition(name: str, **more: Any) -> dict[str, Any]:
    return {"id": f"/events/{name}", "cmd": "exec sleep 1000", "cpus": 0.01, "mem": 16, "backoffSeconds": 1, **more}


def leader(cluster: LocalCluster) -> Program:
    def found() -> Program | None:
        for one in cluster.marathons:
            if one.running:
                address = requests.get(f"{one.url}/v2/leader", timeout=REQUEST_SECONDS).json().get("leader", "")
                return next((other for other in cluster.marathons if other.url.endswith(address or "-")), None)
        return None

    return wait_until("a Marathon leads", found)


def get(cluster: LocalCluster, path: str) -> Any:
    return requests.get(leader(cluster).url + path, timeout=REQUEST_SECONDS).json()


def remove(cluster: LocalCluster, name: str) -> None:
    url = f"{leader(cluster).url}/v2/apps/events/{name}"
    requests.delete(url, params={"force": "true"}, timeout=REQUEST_SECONDS).raise_for_status()


def put(cluster: LocalCluster, app: dict[str, Any]) -> None:
    def written() -> bool:
        url = leader(cluster).url
        return requests.put(f"{url}/v2/apps{app['id']}", json=app, params={"force": "true"}, timeout=REQUEST_SECONDS).ok

    wait_until(f"{app['id']} is written", written)


def tasks(cluster: LocalCluster, name: str) -> list[dict[str, Any]]:
    found = get(cluster, f"/v2/apps/events/{name}/tasks").get("tasks", [])
    return [one for one in found if one.get("state") == "TASK_RUNNING"]


def run_app(cluster: LocalCluster, name: str, **more: Any) -> str:
    """The id of its task, which runs."""
    put(cluster, definition(name, **more))
    return wait_until(f"{name} runs", lambda: tasks(cluster, name))[0]["id"]


def fail(cluster: LocalCluster, name: str) -> None:
    """Ends the process of the app's task, which is known by its command."""
    mark = f"EVENTS_OF={name}".encode()
    ended = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if command == b"sleep\x001000\0" and mark in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
                ended += 1
    assert ended, f"no process of {name}"


def gate_to(program: Program) -> Gate:
    return Gate(program.ip, program.port)


def test_events_come_as_they_happen_and_without_secrets(cluster: LocalCluster) -> None:
    urls = [one.url for one in cluster.marathons]
    with EventSource(url=urls, apps=["/events/first"]) as source:
        source.wait("connected", eventType="event_stream_connected")
        put(cluster, definition("first", env={"API_TOKEN": SECRET, "LEVEL": "3"}))
        put(cluster, definition("other", instances=0))
        event = source.wait("the task runs", eventType="status_update_event", taskStatus="TASK_RUNNING")
        assert (event["appId"], event["service"], event["source"]) == ("/events/first", "marathon", "stream")
        source.wait("the deployment is over", eventType="deployment_success", source="stream")
        posted = source.wait("the app is posted", eventType="api_post_event")
        assert posted["appDefinition"]["env"] == {"API_TOKEN": "********", "LEVEL": "3"}
    assert SECRET not in str(source.events)
    assert "/events/other" not in str(source.events)
    assert "difference" not in {event["source"] for event in source.events}


def test_what_happens_while_nothing_comes_through_is_told(cluster: LocalCluster) -> None:
    failing = run_app(cluster, "failing", env={"EVENTS_OF": "failing"})
    put(cluster, definition("removed", instances=0))
    wait_until("all is deployed", lambda: not get(cluster, "/v2/deployments"))
    with gate_to(leader(cluster)) as gate, EventSource(url=[gate.url]) as source:
        source.wait("connected", eventType="event_stream_connected")
        gate.close()
        source.wait("lost", eventType="event_stream_lost")
        fail(cluster, "failing")
        put(cluster, definition("added", instances=0))
        remove(cluster, "removed")
        wait_until("another task runs", lambda: [one for one in tasks(cluster, "failing") if one["id"] != failing])
        # Never to be deployed: it wants more than there is.
        put(cluster, definition("stuck", cpus=1000))
        assert "difference" not in {event["source"] for event in source.events}
        gate.open()
        told = {"source": "difference"}
        missed = source.wait("the failure", **FAILED, taskId=failing, appId="/events/failing", **told)
        assert missed["message"]
        source.wait("the app removed", eventType="app_terminated_event", appId="/events/removed", **told)
        added = source.wait("the app added", eventType="api_post_event", uri="/v2/apps/events/added", **told)
        assert added["appDefinition"]["id"] == "/events/added"
        info = source.wait("the deployment that runs", eventType="deployment_info", **told)
        plan = info["plan"]["id"]
        gate.close()
        wait_until("lost again", lambda: len(source.of_kind("event_stream_lost")) == 2)
        remove(cluster, "stuck")
        gate.open()
        source.wait("the deployment that failed", eventType="deployment_failed", id=plan, **told)


def test_a_marathon_is_killed_and_started_again(cluster: LocalCluster) -> None:
    failing = run_app(cluster, "again", env={"EVENTS_OF": "again"})
    killed = leader(cluster)
    with EventSource(url=[one.url for one in cluster.marathons]) as source:
        source.wait("connected", eventType="event_stream_connected", url=killed.url)
        killed.kill()
        fail(cluster, "again")
        left = leader_other_than(cluster, killed)
        source.wait("connected to the other", eventType="event_stream_connected", url=left.url)
        source.wait("the failure", **FAILED, taskId=failing)
        # A standby: whoever is asked first, the stream is that of the leader.
        killed.start()
        killed.wait_answering("/ping")
        with EventSource(url=[killed.url, left.url]) as through_standby:
            through_standby.wait("connected", eventType="event_stream_connected", url=left.url)
            put(cluster, definition("later", instances=0))
            through_standby.wait("an event", eventType="api_post_event", source="stream")
        source.wait("an event", eventType="api_post_event", source="stream", uri="/v2/apps/events/later")
    assert len(source.of_kind("event_stream_lost")) == 1


def leader_other_than(cluster: LocalCluster, killed: Program) -> Program:
    return wait_until("another leads", lambda: (one := leader(cluster)) is not killed and one)


def test_a_burst_and_rules_that_are_slow(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"burst{one}" for one in range(20)]
    monkeypatch.setattr(run, "Outbox", functools.partial(run.Outbox, most=2))
    with EventSource(url=[leader(cluster).url], event_types=["api_post_event"], pause=0.5) as source:
        source.wait("connected", eventType="event_stream_connected")
        with ThreadPoolExecutor(len(names)) as pool:
            list(pool.map(lambda name: put(cluster, definition(name, instances=0)), names))

        def told() -> set[str]:
            return {event["appDefinition"]["id"] for event in source.of_kind("api_post_event")}

        wait_until("all are told", lambda: told() >= {f"/events/{name}" for name in names}, 120)
    # It fell behind, and said so.
    assert "faster" in source.of_kind("event_stream_lost")[0]["reason"]


def test_a_login_that_is_refused_ends_it(cluster: LocalCluster, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        guarded = cluster.add_marathon(http_credentials="operator:right")
        stack.callback(guarded.kill)
        guarded.wait_answering("/ping")
        password = tmp_path / "password"
        password.write_text(f"{SECRET}\n")
        login = {"url": [guarded.url], "url_username": "operator", "url_password_file": str(password)}
        with EventSource(**login) as source:
            error = str(source.ended())
        assert "401" in error and "url_password" in error and SECRET not in error
        password.write_text("right\n")
        # The leader wants no login, so only its own answer is missing.
        with EventSource(**login) as source:
            lost = source.wait("refused no more", eventType="event_stream_lost")
        assert "which url does not name" in lost["reason"]


def test_a_page_is_no_marathon(cluster: LocalCluster) -> None:
    page = Named("page")
    try:
        here = f"http://127.0.0.1:{page.port}"
        with EventSource(url=[here]) as source:
            lost = source.wait("nothing comes", eventType="event_stream_lost")
            assert "is it Marathon?" in lost["reason"]
        with EventSource(url=[here, leader(cluster).url]) as source:
            source.wait("connected", eventType="event_stream_connected", url=leader(cluster).url)
    finally:
        page.stop()


def test_what_waits_in_the_launch_queue_is_told(cluster: LocalCluster) -> None:
    put(cluster, definition("greedy", cpus=1000))
    try:
        with EventSource(url=[leader(cluster).url], queue_interval=1, apps=["/events/greedy"]) as source:
            event = source.wait_for("it waits", lambda event: event.get("waitingSeconds", 0) > 1)
        assert (event["eventType"], event["appId"], event["count"]) == ("queue_waiting", "/events/greedy", 1)
        assert event["source"] == "queue"
    finally:
        remove(cluster, "greedy")


def test_the_masters_stream_over_a_change_of_the_leader(cluster: LocalCluster) -> None:
    urls = [one.url for one in cluster.masters]
    first = cluster.leader()
    with gate_to(first) as gate, EventSource(mesos={"url": urls}) as source, EventSource(
        mesos={"url": [gate.url]}, event_types=["TASK_ADDED", "TASK_UPDATED"]
    ) as gated:
        source.wait("connected", type="event_stream_connected", url=first.url)
        gated.wait("connected", type="event_stream_connected", url=gate.url)
        task = run_app(cluster, "seen", env={"EVENTS_OF": "seen"})
        added = source.wait_for("the task", lambda event: event["type"] == "TASK_ADDED")
        assert (added["service"], added["source"]) == ("mesos", "stream")
        assert added["task_added"]["task"]["task_id"]["value"] == task
        gate.close()
        gated.wait("lost", type="event_stream_lost")
        fail(cluster, "seen")
        source.wait_for("it failed", lambda event: event["type"] == "TASK_UPDATED"
                        and event["task_updated"]["state"] == "TASK_FAILED")  # fmt: skip
        gate.open()
        missed = gated.wait_for("it failed", lambda event: event["type"] == "TASK_UPDATED"
                                and event["task_updated"]["state"] == "TASK_FAILED")  # fmt: skip
        assert missed["source"] == "difference"
        assert missed["task_updated"]["status"]["task_id"]["value"] == task
        first.kill()
        second = cluster.wait_leader()
        source.wait("connected to the next", type="event_stream_connected", url=second.url)
        cluster.wait_agents(1)
        time.sleep(1)
    # What the next master does not know yet is not gone.
    told = [event for event in source.events if event["source"] == "difference"]
    assert [event for event in told if event["type"] in ("AGENT_REMOVED", "FRAMEWORK_REMOVED")] == []
    assert "TASK_UNKNOWN" not in str(told)
