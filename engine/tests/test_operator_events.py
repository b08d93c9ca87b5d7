"""SUBSCRIBE of the operator API: the events, their order, the limit of subscribers, and who is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, Program, wait_until, zookeeper_installed
from mesos_clients import AgentEnd, Scheduler, operator_events, task

FRAMEWORK_KEYS = {"framework_info", "active", "connected", "recovered", "registered_time", "reregistered_time",
                  "unregistered_time"}


def post(master: Program, path: str, body: Any) -> None:
    answer = requests.post(master.url + path, json=body, timeout=5)
    assert answer.status_code == 200, answer.text


def subscribers(master: Program) -> float:
    metrics = requests.get(master.url + "/metrics/snapshot", timeout=5).json()
    return metrics["master/operator_event_stream_subscribers"]


def test_the_life_of_a_framework_a_task_and_an_agent(master: Program) -> None:
    events = operator_events(master.url)
    assert events.response.headers["Content-Type"] == "application/json"
    assert "Mesos-Stream-Id" not in events.response.headers
    first = events.expect("SUBSCRIBED", ignore=False)["subscribed"]
    assert first["heartbeat_interval_seconds"] == 15.0
    assert set(first["get_state"]) == {"get_tasks", "get_executors", "get_frameworks", "get_agents"}
    assert first["get_state"]["get_agents"]["agents"] == []

    agent = AgentEnd(master.url)
    agent.subscribed()
    added = events.expect("AGENT_ADDED", ignore=False)["agent_added"]["agent"]
    (shown,) = requests.post(master.url + "/api/v1", json={"type": "GET_AGENTS"}, timeout=5).json()[
        "get_agents"]["agents"]
    assert added == shown

    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    framework = events.expect("FRAMEWORK_ADDED", ignore=False)["framework_added"]["framework"]
    assert set(framework) == FRAMEWORK_KEYS
    assert framework["framework_info"] | {"id": {"value": scheduler.id}, "name": "test"} == framework["framework_info"]
    assert (framework["active"], framework["recovered"]) == (True, False)

    offer = scheduler.offer()
    scheduler.launch(offer, task(offer), refuse_seconds=3600)
    launched = events.expect("TASK_ADDED", ignore=False)["task_added"]["task"]
    assert launched | {"task_id": {"value": "t1"}, "state": "TASK_STAGING", "statuses": []} == launched
    run = agent.stream.expect("RUN_TASK")
    status = agent.report(run, "TASK_RUNNING")
    updated = events.expect("TASK_UPDATED", ignore=False)["task_updated"]
    assert updated == {"framework_id": {"value": scheduler.id}, "state": "TASK_RUNNING", "status": status}
    agent.report(run, "TASK_RUNNING")
    agent.report(run, "TASK_RUNNING", healthy=True, reason="REASON_TASK_HEALTH_CHECK_STATUS_UPDATED")
    status = events.expect("TASK_UPDATED", ignore=False)["task_updated"]["status"]
    assert status["healthy"] is True, "of a repeated state only a check's result is told"

    again = Scheduler(master.url, framework_id=scheduler.id)
    again.subscribed()
    assert set(events.expect("FRAMEWORK_UPDATED", ignore=False)["framework_updated"]["framework"]) == FRAMEWORK_KEYS
    assert again.call("UPDATE_FRAMEWORK", framework_info=again.info).status_code == 200
    again.call("UPDATE_FRAMEWORK", framework_info=again.info | {"webui_url": "http://here"})
    renewed = events.expect("FRAMEWORK_UPDATED", ignore=False)["framework_updated"]["framework"]
    assert renewed["framework_info"]["webui_url"] == "http://here", "what changes nothing is not told"

    again.call("TEARDOWN")
    ended = events.expect("TASK_UPDATED", ignore=False)["task_updated"]
    assert (ended["state"], ended["status"]["reason"]) == ("TASK_KILLED", "REASON_FRAMEWORK_REMOVED")
    removed = events.expect("FRAMEWORK_REMOVED", ignore=False)["framework_removed"]
    assert removed["framework_info"]["id"] == {"value": scheduler.id}

    machine = {"hostname": "agent", "ip": "127.0.0.1"}
    window = {"machine_ids": [machine], "unavailability": {"start": {"nanoseconds": 0}}}
    post(master, "/maintenance/schedule", {"windows": [window]})
    post(master, "/machine/down", [machine])
    removed = events.expect("AGENT_REMOVED", ignore=False)["agent_removed"]
    assert removed == {"agent_id": {"value": agent.id}}
    snapshot = operator_events(master.url).expect("SUBSCRIBED")["subscribed"]["get_state"]
    assert [one["task_id"]["value"] for one in snapshot["get_tasks"]["completed_tasks"]] == ["t1"]


def test_an_agent_out_of_reach_and_back(start_master: Callable[..., Program]) -> None:
    master = start_master(agent_ping_timeout="1secs", max_agent_ping_timeouts="2")
    agent = AgentEnd(master.url)
    agent.subscribed()
    scheduler = Scheduler(master.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.launch(offer, task(offer), refuse_seconds=3600)
    run = agent.stream.expect("RUN_TASK")
    scheduler.acknowledge(agent.report(run, "TASK_RUNNING"))
    events = operator_events(master.url)
    (known,) = events.expect("SUBSCRIBED")["subscribed"]["get_state"]["get_tasks"]["tasks"]
    assert known["state"] == "TASK_RUNNING"

    agent.silent = True
    lost = events.expect("TASK_UPDATED", 15, ignore=False)["task_updated"]
    assert (lost["state"], "unreachable_time" in lost["status"]) == ("TASK_UNREACHABLE", True)
    back = AgentEnd(master.url, agent_id=agent.id, frameworks=[run["framework"]], tasks=[
        {"framework_id": run["framework"]["id"], "task": run["task"], "status": {"state": "TASK_RUNNING"}}])
    back.subscribed()
    # As Mesos: no AGENT_REMOVED of an agent that was only lost sight of, but it is added again, with its tasks.
    assert events.expect("TASK_ADDED", ignore=False)["task_added"]["task"]["state"] == "TASK_RUNNING"
    assert events.expect("AGENT_ADDED", ignore=False)["agent_added"]["agent"]["agent_info"]["id"]["value"] == agent.id


def test_heartbeats_begin_after_an_interval(master: Program) -> None:
    events = operator_events(master.url)
    events.expect("SUBSCRIBED")
    began = time.monotonic()
    assert events.expect("HEARTBEAT", 20, ignore=False) == {"type": "HEARTBEAT"}
    assert time.monotonic() - began > 13
    events.close()


def test_the_oldest_subscriber_makes_room(start_master: Callable[..., Program]) -> None:
    master = start_master(max_operator_event_stream_subscribers="2")
    first, second = operator_events(master.url), operator_events(master.url)
    assert subscribers(master) == 2.0
    third = operator_events(master.url)
    assert first.ended.wait(5)
    assert subscribers(master) == 2.0
    AgentEnd(master.url).subscribed()
    for stream in (second, third):
        stream.expect("AGENT_ADDED")
        stream.close()
    wait_until("the closed ones are forgotten", lambda: subscribers(master) == 0.0, 5)


@pytest.mark.parametrize(("headers", "status", "text"), [
    ({"Content-Type": "application/x-protobuf"}, 415, "protobuf"),
    ({"Content-Type": "text/plain"}, 415, "Expecting 'Content-Type' of application/json or application/x-protobuf"),
    ({"Content-Type": "application/json; charset=utf-8"}, 415,
     "Expecting 'Content-Type' of application/json or application/x-protobuf"),
    ({"Accept": "application/x-protobuf"}, 406, "protobuf"),
    ({"Accept": "text/html"}, 406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'"),
    ({"Accept": "application/json;q=0, text/*"}, 406, "Expecting 'Accept' to allow"),
    ({"Accept": "text/html, application/*;q=0.1"}, 200, ""),
])
def test_media_types(master: Program, headers: dict[str, str], status: int, text: str) -> None:
    with requests.post(master.url + "/api/v1", data=b'{"type":"SUBSCRIBE"}', stream=True, timeout=5,
                       headers={"Content-Type": "application/json"} | headers) as answer:
        assert answer.status_code == status
        if status != 200:
            assert text in answer.text


def test_a_subscribing_scheduler_has_no_stream_yet(master: Program) -> None:
    body = {"type": "SUBSCRIBE", "subscribe": {"framework_info": {"user": "root", "name": "test"}}}
    answer = requests.post(master.url + "/api/v1/scheduler", json=body, headers={"Mesos-Stream-Id": "1"}, timeout=5)
    assert (answer.status_code, answer.text) == (
        400, "Subscribe calls should not include the 'Mesos-Stream-Id' header")
    answer = requests.post(master.url + "/api/v1/scheduler", json=body, headers={"Accept": "text/html"}, timeout=5)
    assert answer.status_code == 406


@pytest.mark.skipif(not zookeeper_installed(), reason="ZooKeeper is not here")
def test_a_new_leader_tells_what_it_learns(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=2, quorum=1, agents=1, marathons=1) as cluster:
        leader = cluster.leader()
        (follower,) = (one for one in cluster.masters if one is not leader)
        answer = requests.post(follower.url + "/api/v1", json={"type": "SUBSCRIBE"}, timeout=5, allow_redirects=False)
        assert answer.status_code == 307
        assert answer.headers["Location"] == f"//{leader.ip}:{leader.port}/master/api/v1"

        events = operator_events(leader.url)
        events.expect("SUBSCRIBED")
        app = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
        assert requests.post(cluster.marathon_url + "/v2/apps", json=app, timeout=10).status_code == 201
        added = events.expect("TASK_ADDED", 30)["task_added"]["task"]
        updated = events.expect("TASK_UPDATED", 30)["task_updated"]
        while updated["state"] != "TASK_RUNNING":
            updated = events.expect("TASK_UPDATED", 30)["task_updated"]
        assert updated["status"]["task_id"] == added["task_id"]

        leader.kill()
        assert events.ended.wait(10)
        events = operator_events(cluster.wait_leader().url)
        state = events.expect("SUBSCRIBED")["subscribed"]["get_state"]
        found = [one["task_id"] for one in state["get_tasks"]["tasks"]]
        # The agent comes back before or after the subscription: either way the task is known, once.
        if not found:
            found = [events.expect("TASK_ADDED", 30)["task_added"]["task"]["task_id"]]
        assert found == [added["task_id"]]
