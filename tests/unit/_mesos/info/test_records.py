"""Records out of answers in the form of those that a Mesos 1.11.0 gave."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.info import records

from ..fakes import agent

NANOSECONDS = {"nanoseconds": 1795222392184038912}
TIME = "2026-11-21T00:53:12Z"
NOTHING = {"cpus": 0.0, "mem": 0.0, "disk": 0.0, "gpus": 0.0}


def scalar(name: str, value: float, role: str = "prod") -> dict[str, Any]:
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}, "allocation_info": {"role": role}}


INFO = {"user": "root", "name": "runner", "id": {"value": "F3"}, "failover_timeout": 0.0, "role": "prod"}
FRAMEWORK = {
    "framework_info": INFO,
    "active": True,
    "connected": True,
    "recovered": False,
    "registered_time": NANOSECONDS,
    "allocated_resources": [scalar("cpus", 0.5)],
}
STATUS = {"state": "TASK_RUNNING", "timestamp": 1795222393.1346262}
TASK = {
    "name": "long",
    "task_id": {"value": "long-1"},
    "framework_id": {"value": "F3"},
    "agent_id": {"value": "S1"},
    "state": "TASK_RUNNING",
    "resources": [scalar("cpus", 0.5), scalar("mem", 64)],
    "statuses": [{"state": "TASK_STARTING", "timestamp": 1795222392.3}, STATUS],
    "container": {"type": "DOCKER", "docker": {"image": "busybox:1"}},
}


def test_an_agent() -> None:
    entry = agent(cpus=4, used=1)
    entry["agent_info"]["attributes"] = [
        {"name": "rack", "type": "TEXT", "text": {"value": "r2"}},
        {"name": "level", "type": "SCALAR", "scalar": {"value": 10}},
        {"name": "keys", "type": "RANGES", "ranges": {"range": [{"begin": 1, "end": 3}]}},
        {"name": "kinds", "type": "SET", "set": {"item": ["a", "b"]}},
    ]
    entry.update(version="1.11.0", registered_time=NANOSECONDS)
    assert records.agents({"agents": [entry]}) == [
        {
            "id": "S1",
            "hostname": "slave1",
            "address": "10.0.0.1:5051",
            "state": "active",
            "version": "1.11.0",
            "attributes": {"rack": "r2", "level": 10.0, "keys": "[1-3]", "kinds": "{a,b}"},
            "resources": {**NOTHING, "cpus": 4.0, "mem": 1024.0},
            "used": {**NOTHING, "cpus": 1.0, "mem": 256.0},
            "registered": TIME,
            "reregistered": None,
        }
    ]


def test_agents_are_in_the_order_of_their_names_and_those_that_are_not_back_yet_are_told() -> None:
    missing = agent(1)["agent_info"]
    found = records.agents({"agents": [agent(3), agent(2)], "recovered_agents": [missing]})
    assert [(one["hostname"], one["state"]) for one in found] == [
        ("slave1", "recovered"),
        ("slave2", "active"),
        ("slave3", "active"),
    ]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "active"),
        ({"active": False}, "inactive"),
        ({"active": False, "connected": False}, "disconnected"),
        ({"active": False, "connected": False, "recovered": True}, "recovered"),
    ],
)
def test_states_of_frameworks(change: dict[str, Any], state: str) -> None:
    assert records.frameworks({"frameworks": [{**FRAMEWORK, **change}]}, False)[0]["state"] == state


def test_a_framework() -> None:
    info = {**INFO, "webui_url": "http://me:secret@web.example.com"}
    ended = {"framework_info": info, "unregistered_time": NANOSECONDS}
    content = {"frameworks": [FRAMEWORK], "completed_frameworks": [ended]}
    assert records.frameworks(content, False) == [
        {
            "id": "F3",
            "name": "runner",
            "state": "active",
            "user": "root",
            "roles": ["prod"],
            "principal": None,
            "hostname": "",
            "webui_url": None,
            "failover_timeout": 0.0,
            "used": {**NOTHING, "cpus": 0.5},
            "registered": TIME,
            "reregistered": None,
            "unregistered": None,
        }
    ]
    last = records.frameworks(content, True)[-1]
    assert (last["state"], last["unregistered"]) == ("completed", TIME)
    assert "secret" not in last["webui_url"]


def test_a_task_has_the_names_of_its_framework_and_its_host() -> None:
    found = records.tasks({"tasks": [TASK]}, {"frameworks": [FRAMEWORK]}, {"agents": [agent()]}, False)
    assert found == [
        {
            "id": "long-1",
            "name": "long",
            "state": "TASK_RUNNING",
            "framework": "runner",
            "framework_id": "F3",
            "hostname": "slave1",
            "agent_id": "S1",
            "role": "prod",
            "resources": {**NOTHING, "cpus": 0.5, "mem": 64.0},
            "image": "busybox:1",
            "healthy": None,
            "message": "",
            "running_since": "2026-11-21T00:53:13Z",
        }
    ]


def test_tasks_that_have_ended_are_told_where_they_are_wanted_even_if_nothing_else_is_known() -> None:
    status = {"state": "TASK_FAILED", "message": "Command exited with status 1"}
    ended = {**TASK, "state": "TASK_FAILED", "statuses": [status], "container": {"type": "MESOS"}}
    lost = {**TASK, "state": "TASK_UNREACHABLE", "statuses": []}
    content = {"tasks": [], "unreachable_tasks": [lost], "completed_tasks": [ended]}
    assert [one["state"] for one in records.tasks(content, {}, {}, False)] == ["TASK_UNREACHABLE"]
    last = records.tasks(content, {}, {}, True)[-1]
    assert (last["framework"], last["hostname"], last["image"]) == ("", "", None)
    assert (last["message"], last["running_since"]) == ("Command exited with status 1", None)


def test_roles() -> None:
    entry = {"name": "prod", "weight": 1.0, "frameworks": [{"value": "F3"}], "resources": [scalar("cpus", 1)]}
    assert records.roles({"roles": [entry]}) == [
        {"name": "prod", "weight": 1.0, "frameworks": ["F3"], "used": {**NOTHING, "cpus": 1.0}}
    ]
    assert records.roles({}) == []


def test_quota() -> None:
    config = {"role": "prod", "guarantees": {"cpus": {"value": 1}}, "limits": {"mem": {"value": 512}, "cpus": {}}}
    assert records.quota({"status": {"infos": [{"role": "prod"}], "configs": [config]}}) == [
        {"role": "prod", "guarantees": {"cpus": 1.0}, "limits": {"cpus": 0.0, "mem": 512.0}}
    ]
    assert records.quota({"status": {}}) == []


def test_maintenance() -> None:
    machine = {"hostname": "slave1", "ip": "10.0.0.1"}
    window = {
        "machine_ids": [machine, {"ip": "10.0.0.2"}],
        "unavailability": {"start": NANOSECONDS, "duration": {"nanoseconds": 3600000000000}},
    }
    endless = {"machine_ids": [machine], "unavailability": {"start": NANOSECONDS}}
    status = {"draining_machines": [{"id": machine}], "down_machines": [{"hostname": "slave3"}]}
    assert records.maintenance({"schedule": {"windows": [window, endless]}}, {"status": status}) == {
        "windows": [
            {"machines": [machine, {"hostname": "", "ip": "10.0.0.2"}], "start": TIME, "duration": 3600.0},
            {"machines": [machine], "start": TIME, "duration": None},
        ],
        "draining": [machine],
        "down": [{"hostname": "slave3", "ip": ""}],
    }
    assert records.maintenance({"schedule": {}}, {"status": {}}) == {"windows": [], "draining": [], "down": []}


def test_flags_without_passwords() -> None:
    entries = [{"name": "zk", "value": "zk://me:secret@10.0.0.1:2181/mesos"}, {"name": "quorum", "value": "2"}]
    assert records.flags({"flags": entries}) == {"zk": "zk://***@10.0.0.1:2181/mesos", "quorum": "2"}


def test_a_metric_that_was_not_computed_in_time_has_no_value() -> None:
    entries = [{"name": "master/elected", "value": 1.0}, {"name": "slow"}]
    assert records.metrics({"metrics": entries}) == {"master/elected": 1.0, "slow": None}


def test_the_leader() -> None:
    info = {"id": "M1", "hostname": "master1", "pid": "master@10.0.0.1:5050", "version": "1.11.0"}
    content = {"master_info": info, "start_time": 1795222086.5, "elected_time": 1795222392.2}
    assert records.leader(content) == {
        "id": "M1",
        "hostname": "master1",
        "address": "10.0.0.1:5050",
        "version": "1.11.0",
        "elected": TIME,
        "started": "2026-11-21T00:48:06Z",
    }
