"""mesos_info against masters and agents that run, with what a Marathon runs on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")

KINDS = ["agents", "flags", "frameworks", "leader", "maintenance", "metrics", "quota", "roles", "tasks", "version"]


@pytest.fixture(scope="module")
def mesos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    flags = {"containerizers": "mesos", "resources": "cpus:1;mem:512;disk:512;ports:[31000-31010]",
             "attributes": "rack:r1;level:3"}
    directory = tmp_path_factory.mktemp("info")
    with LocalCluster(directory, masters=3, agents=2, marathons=1, agent_flags=flags) as cluster:
        app = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.2, "mem": 32, "instances": 2}
        assert requests.put(cluster.marathon_url + "/v2/apps/web", json=app, timeout=10).status_code in (200, 201)
        tasks = cluster.marathon_url + "/v2/apps/web"
        wait_until("the app runs", lambda: requests.get(tasks, timeout=5).json()["app"]["tasksRunning"] == 2, 60)
        yield cluster


@pytest.fixture
def gathered(ansible: Any, mesos: LocalCluster) -> Any:
    def run(gather: list[str], *switches: str, **options: Any) -> dict[str, Any]:
        urls = [master.url for master in mesos.masters]
        options = {"module": "quorum.mesos.mesos_info", "url": urls, "gather": gather, **options}
        return ansible.module(*switches, **options)

    return run


def test_everything_at_once(gathered: Any, mesos: LocalCluster) -> None:
    found = gathered(KINDS, "--check")
    assert not found["failed"], found["output"]
    assert found["changed"] is False
    assert len(found["agents"]) == 2
    agent = found["agents"][0]
    assert (agent["state"], agent["attributes"]) == ("active", {"rack": "r1", "level": 3.0})
    assert agent["resources"]["cpus"] == 1.0
    assert sum(one["used"]["mem"] for one in found["agents"]) == 64
    assert [(one["name"], one["state"]) for one in found["frameworks"]] == [("marathon", "active")]
    assert {(one["framework"], one["state"]) for one in found["tasks"]} == {("marathon", "TASK_RUNNING")}
    assert {one["hostname"] for one in found["tasks"]} <= {one["hostname"] for one in found["agents"]}
    leader = mesos.leader()
    assert found["leader"]["address"] == f"{leader.ip}:{leader.port}"
    assert found["flags"]["quorum"] == "2"
    assert found["metrics"]["master/tasks_running"] == 2
    assert found["roles"][0]["frameworks"] == [found["frameworks"][0]["id"]]
    assert found["quota"] == []
    assert found["maintenance"] == {"windows": [], "draining": [], "down": []}
    assert found["version"]["version"].startswith("1.11.0")


def test_through_a_master_that_does_not_lead(gathered: Any, mesos: LocalCluster) -> None:
    follower = next(one for one in mesos.masters if one is not mesos.leader())
    found = gathered(["leader"], url=follower.url)
    assert found["leader"]["address"] == f"{mesos.leader().ip}:{mesos.leader().port}"


def test_a_query_leaves_nothing_else(gathered: Any) -> None:
    found = gathered(["tasks", "agents"], query="tasks[].{id: id, state: state}")
    assert [one["state"] for one in found["selected"]] == ["TASK_RUNNING"] * 2
    assert "tasks" not in found and "agents" not in found


def test_quota_and_maintenance_as_they_were_set(gathered: Any, mesos: LocalCluster) -> None:
    leader = mesos.leader().url
    quota = {"force": True, "quota_configs": [{"role": "prod", "limits": {"cpus": {"value": 1}}}]}
    window = {"machine_ids": [{"hostname": "slave9", "ip": "10.0.0.9"}],
              "unavailability": {"start": {"nanoseconds": 4000000000000000000}}}
    schedule = {"schedule": {"windows": [window]}}
    for kind, content in (("UPDATE_QUOTA", quota), ("UPDATE_MAINTENANCE_SCHEDULE", schedule)):
        body = {"type": kind, kind.lower(): content}
        assert requests.post(leader + "/api/v1", json=body, timeout=10).status_code == 200
    found = gathered(["quota", "maintenance"])
    assert found["quota"] == [{"role": "prod", "guarantees": {}, "limits": {"cpus": 1.0}}]
    machine = {"hostname": "slave9", "ip": "10.0.0.9"}
    assert found["maintenance"]["windows"] == [
        {"machines": [machine], "start": "2096-10-02T07:06:40Z", "duration": None}]
    assert found["maintenance"]["draining"] == [machine]


@pytest.mark.parametrize(("options", "words"), [
    ({"url": "http://127.0.0.1:1"}, "No Mesos master answers at http://127.0.0.1:1 (connection refused): check"),
    ({"url": "master1:5050"}, "url 'master1:5050' is not the address of a Mesos master, like http://"),
    ({"url": "http://me:secret@127.0.0.1:1"}, "url holds a user name or password, which would be shown"),
    ({"gather": ["slaves"]}, "value of gather must be one or more of: agents, flags, frameworks"),
    ({"gather": []}, "gather is an empty list: name what to gather"),
    ({"query": "tasks[*"}, "query 'tasks[*' is not an expression in JMESPath: Incomplete expression"),
    ({"query": "length(version)"}, "query 'length(version)' does not fit what was gathered: "),
    ({"url": "https://127.0.0.1:1", "ca_path": "/nowhere.pem"}, "ca_path '/nowhere.pem' cannot be used: No such file"),
    ({"completed": "some"}, "argument 'completed' is of type"),
])
def test_bad_input(gathered: Any, options: dict[str, Any], words: str) -> None:
    failed = gathered(**{"gather": ["agents"], **options})
    assert failed["failed"]
    assert words in failed["msg"]
    assert "secret" not in str(failed.get("invocation"))


def test_an_address_that_is_no_master(gathered: Any, mesos: LocalCluster) -> None:
    failed = gathered(["agents"], url=mesos.marathon_url)
    assert failed["failed"]
    assert f"{mesos.marathon_url}/api/v1 answers GET_AGENTS with HTTP " in failed["msg"]
    assert "Is this address a Mesos master?" in failed["msg"]
