"""What a master answers has the keys that Mesos 1.11.0 answers with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from local_cluster import ENGINE, Program, free_port
from mesos_clients import AgentEnd, Scheduler, task

from labengine import LAB_ENGINE_VERSION

AGENT_KEYS = {"id", "hostname", "port", "attributes", "pid", "registered_time", "resources", "used_resources",
              "offered_resources", "reserved_resources", "unreserved_resources", "active", "deactivated", "version",
              "capabilities"}
AGENT_FULL_KEYS = AGENT_KEYS | {"reserved_resources_full", "unreserved_resources_full", "used_resources_full",
                                "offered_resources_full"}
FRAMEWORK_KEYS = {"id", "name", "used_resources", "offered_resources", "capabilities", "hostname", "webui_url",
                  "active", "connected", "recovered", "user", "failover_timeout", "checkpoint", "registered_time",
                  "unregistered_time", "resources", "role", "tasks", "unreachable_tasks", "completed_tasks", "offers",
                  "executors", "offer_constraints"}
STATE_KEYS = {"version", "git_sha", "git_tag", "build_date", "build_time", "build_user", "start_time", "elected_time",
              "id", "pid", "hostname", "capabilities", "activated_slaves", "deactivated_slaves", "unreachable_slaves",
              "leader", "leader_info", "cluster", "flags", "slaves", "recovered_slaves", "frameworks",
              "completed_frameworks", "orphan_tasks", "unregistered_frameworks"}
TASK_KEYS = {"id", "name", "framework_id", "executor_id", "slave_id", "state", "resources", "role", "statuses"}
COUNTS = {f"TASK_{state}" for state in ("STAGING", "STARTING", "RUNNING", "KILLING", "FINISHED", "KILLED", "FAILED",
                                        "LOST", "ERROR", "UNREACHABLE")}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One agent, one framework, one running task."""
    directory = tmp_path_factory.mktemp("master")
    port = free_port()
    program = Program("master", [
        sys.executable, "-m", "labengine.master", "--ip=127.0.0.1", "--hostname=127.0.0.1", f"--port={port}",
        f"--work_dir={directory}/work", "--cluster=test", "--allocation_interval=200ms"], directory, "127.0.0.1", port,
        {"PYTHONPATH": str(ENGINE)})
    program.start()
    program.wait_answering("/slaves")
    agent = AgentEnd(program.url)
    agent.subscribed()
    scheduler = Scheduler(program.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    container = {"type": "DOCKER", "docker": {"image": "nginx", "network": "HOST"}}
    scheduler.launch(offer, task(offer, container=container), refuse_seconds=3600)
    scheduler.acknowledge(agent.report(agent.stream.expect("RUN_TASK"), "TASK_RUNNING", container_status={
        "network_infos": [{"ip_addresses": [{"protocol": "IPv4", "ip_address": "127.0.0.1"}]}]}))
    yield program
    program.kill()


def get(master: Program, path: str) -> Any:
    return requests.get(master.url + path, timeout=5).json()


def operator(master: Program, kind: str, **more: Any) -> Any:
    answer = requests.post(master.url + "/api/v1", json={"type": kind, **more}, timeout=5)
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == kind
    return answer.json().get(kind.lower())


@pytest.mark.parametrize("path", ["/state", "/master/state"])
def test_state(master: Program, path: str) -> None:
    state = get(master, path)
    assert set(state) - {"lab_engine"} == STATE_KEYS
    assert state["build_user"] == "quorum-lab-engine"
    assert state["capabilities"] == ["AGENT_UPDATE", "AGENT_DRAINING", "QUOTA_V2"]
    assert state["leader_info"] == {"id": state["id"], "pid": state["pid"], "port": master.port,
                                    "hostname": "127.0.0.1"}
    assert set(state["slaves"][0]) == AGENT_KEYS
    assert state["slaves"][0]["attributes"] == {"rack": "r1"}
    assert state["slaves"][0]["resources"] == {"cpus": 4.0, "mem": 4096.0, "disk": 0.0, "gpus": 0.0,
                                               "ports": "[31000-32000]"}
    assert set(state["frameworks"][0]) == FRAMEWORK_KEYS
    task_seen = state["frameworks"][0]["tasks"][0]
    assert set(task_seen) == TASK_KEYS | {"container"}
    assert set(task_seen["statuses"][0]) == {"state", "timestamp", "container_status"}


def test_the_other_lists(master: Program) -> None:
    assert set(get(master, "/slaves")["slaves"][0]) == AGENT_FULL_KEYS
    used = get(master, "/slaves")["slaves"][0]["used_resources_full"]
    assert used[0] == {"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.5}, "role": "*",
                       "allocation_info": {"role": "*"}}
    assert set(get(master, "/frameworks")) == {"frameworks", "completed_frameworks", "unregistered_frameworks"}
    assert [one["id"] for one in get(master, "/tasks")["tasks"]] == ["t1"]
    assert get(master, "/tasks?limit=0")["tasks"] == []
    assert [one["id"] for one in get(master, "/tasks?task_id=t1")["tasks"]] == ["t1"]
    assert get(master, "/tasks?task_id=t2")["tasks"] == []
    role = get(master, "/roles")["roles"][0]
    assert set(role) == {"name", "weight", "quota", "resources", "allocated", "offered", "reserved", "frameworks"}
    assert role["allocated"] == {"cpus": 0.5, "mem": 64.0}


def test_state_summary(master: Program) -> None:
    summary = get(master, "/state-summary")
    assert set(summary) == {"hostname", "cluster", "slaves", "frameworks"}
    assert set(summary["slaves"][0]) == AGENT_KEYS | COUNTS | {"framework_ids"}
    assert summary["frameworks"][0]["TASK_RUNNING"] == 1
    assert summary["frameworks"][0]["slave_ids"] == [summary["slaves"][0]["id"]]


def test_version_flags_and_metrics(master: Program) -> None:
    version = get(master, "/version")
    assert version["version"] == "1.11.0"
    assert version["lab_engine"] == LAB_ENGINE_VERSION
    flags = get(master, "/flags")["flags"]
    assert (flags["cluster"], flags["agent_ping_timeout"], flags["hostname_lookup"]) == ("test", "15secs", "true")
    metrics = get(master, "/metrics/snapshot")
    assert metrics["master/elected"] == 1.0
    assert metrics["master/cpus_used"] == 0.5
    assert metrics["master/tasks_running"] == 1.0
    assert metrics["registrar/log/recovered"] == 1.0
    assert set(get(master, "/system/stats.json")) == {
        "avg_load_15min", "avg_load_1min", "avg_load_5min", "cpus_total", "mem_free_bytes", "mem_total_bytes"}
    home = requests.get(master.url + "/", timeout=5)
    assert "lab engine" in home.text


def test_operator_reads(master: Program) -> None:
    assert operator(master, "GET_HEALTH") == {"healthy": True}
    assert operator(master, "GET_VERSION")["version_info"]["version"] == "1.11.0"
    info = operator(master, "GET_MASTER")
    assert set(info) == {"master_info", "start_time", "elected_time"}
    assert set(info["master_info"]) == {"id", "ip", "port", "pid", "hostname", "version", "address", "capabilities"}
    assert {"name": "cluster", "value": "test"} in operator(master, "GET_FLAGS")["flags"]
    agents = operator(master, "GET_AGENTS")
    assert set(agents) == {"agents", "recovered_agents"}
    assert set(agents["agents"][0]) == {"agent_info", "active", "deactivated", "version", "pid", "registered_time",
                                        "total_resources", "allocated_resources", "capabilities"}
    tasks = operator(master, "GET_TASKS")
    assert {key: len(value) for key, value in tasks.items()} == {
        "tasks": 1, "unreachable_tasks": 0, "completed_tasks": 0}
    assert set(tasks["tasks"][0]) == {"name", "task_id", "framework_id", "agent_id", "state", "resources", "statuses",
                                      "status_update_state", "status_update_uuid", "container"}
    framework = operator(master, "GET_FRAMEWORKS")["frameworks"][0]
    assert set(framework) == {"framework_info", "active", "connected", "recovered", "registered_time",
                              "reregistered_time", "allocated_resources", "offer_constraints"}
    assert set(operator(master, "GET_STATE")) == {"get_tasks", "get_executors", "get_frameworks", "get_agents"}
    assert operator(master, "GET_ROLES")["roles"][0]["name"] == "*"
    names = {one["name"] for one in operator(master, "GET_METRICS", get_metrics={})["metrics"]}
    assert "registrar/log/recovered" in names


@pytest.mark.parametrize(("headers", "body", "status", "text"), [
    ({"Content-Type": "application/json"}, '{"type":"NO_SUCH_CALL"}', 400,
     "Failed to validate master::Call: Expecting 'type' to be present"),
    ({"Content-Type": "application/json"}, '{"type":"GET_METRICS"}', 400,
     "Failed to validate master::Call: Expecting 'get_metrics' to be present"),
    ({"Content-Type": "application/json"}, '{"type":', 400,
     "Failed to parse body into JSON: syntax error at line 1 near: "),
    ({}, '{"type":"GET_VERSION"}', 400, "Expecting 'Content-Type' to be present"),
])
def test_refused_calls(master: Program, headers: dict[str, str], body: str, status: int, text: str) -> None:
    answer = requests.post(master.url + "/api/v1", data=body.encode(), headers=headers, timeout=5)
    assert (answer.status_code, answer.text) == (status, text)


def test_other_refusals(master: Program) -> None:
    answer = requests.get(master.url + "/api/v1", timeout=5)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.text == "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."
    for path in ("/nonexistent", "/state.json", "/master/state.json"):
        answer = requests.get(master.url + path, timeout=5)
        assert (answer.status_code, answer.text) == (404, "404 Not Found.")


@pytest.mark.parametrize(("body", "status", "text"), [
    ({"type": "REVIVE"}, 400, "framework_id"),
    ({"type": "REVIVE", "framework_id": {"value": "nobody"}}, 400, "Framework cannot be found"),
    ({"type": "SUBSCRIBE"}, 400, "'subscribe'"),
    ({"type": "SUBSCRIBE", "subscribe": {"framework_info": {"user": "root"}}}, 400, "framework_info.name"),
])
def test_refused_scheduler_calls(master: Program, body: dict[str, Any], status: int, text: str) -> None:
    answer = requests.post(master.url + "/api/v1/scheduler", json=body, timeout=5)
    assert answer.status_code == status
    assert text in answer.text


def test_a_call_needs_the_id_of_its_stream(master: Program) -> None:
    framework_id = get(master, "/frameworks")["frameworks"][0]["id"]
    answer = requests.post(master.url + "/api/v1/scheduler", timeout=5,
                           json={"type": "REVIVE", "framework_id": {"value": framework_id}})
    assert answer.status_code == 400
    assert "Mesos-Stream-Id" in answer.text


def test_a_list_of_nothing_is_left_out_of_messages(start_master: Callable[..., Program]) -> None:
    idle = start_master()
    assert operator(idle, "GET_ROLES") == {}
    agent = AgentEnd(idle.url)
    agent.subscribed()
    (shown,) = operator(idle, "GET_AGENTS")["agents"]
    assert "total_resources" in shown and "allocated_resources" not in shown
