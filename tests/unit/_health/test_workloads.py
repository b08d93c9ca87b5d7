"""Apps and pods of a cluster, where they answer, and what deployments wait for."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._health import workloads

HOST = [{"mode": "host"}]


def app(app_id: str, *hosts: str, **fields: Any) -> dict[str, Any]:
    tasks = [
        {"id": f"{app_id}.{number}", "host": host, "ports": [31000 + number], "state": "TASK_RUNNING"}
        for number, host in enumerate(hosts, 1)
    ]
    known = {"id": app_id, "networks": HOST, "portDefinitions": [{"port": 0, "name": "http", "protocol": "tcp"}]}
    return {**known, "instances": len(hosts), "tasksRunning": len(hosts), "tasks": tasks, **fields}


def pod(*states: str) -> dict[str, Any]:
    instances = [
        {
            "id": f"i{number}",
            "status": state,
            "agentHostname": f"s{number}",
            "containers": [{"name": "main", "endpoints": [{"name": "http", "allocatedHostPort": 31000}]}],
        }
        for number, state in enumerate(states, 1)
    ]
    return {"id": "/p", "spec": {"id": "/p", "scaling": {"instances": len(states)}}, "instances": instances}


def test_apps_by_id_with_health_only_where_it_is_checked() -> None:
    checked = app("/b", "s1", "s2", healthChecks=[{"protocol": "MESOS_TCP"}], tasksHealthy=1, tasksUnhealthy=1)
    first, second = workloads.apps([checked, app("/a", "s1")])
    assert first == {
        "id": "/a", "kind": "app", "instances": 1, "running": 1, "healthy": None, "unhealthy": 0, "at": ["s1:31001"],
    }  # fmt: skip
    assert (second["id"], second["healthy"], second["unhealthy"]) == ("/b", 1, 1)
    assert second["at"] == ["s1:31001", "s2:31002"]


def test_a_pod_runs_where_it_is_stable() -> None:
    (row,) = workloads.pods([pod("STABLE", "DEGRADED")])
    assert (row["kind"], row["instances"], row["running"], row["unhealthy"]) == ("pod", 2, 1, 1)
    assert row["at"] == ["s1:31000", "s2:31000"]


def test_a_deployment_says_for_each_app_what_it_waits_for() -> None:
    entry = {
        "id": "d1",
        "affectedApps": ["/a", "/gone"],
        "affectedPods": ["/p"],
        "currentStep": 1,
        "totalSteps": 2,
        "currentActions": [{"action": "ScaleApplication", "app": "/a"}],
    }
    waiting = app("/a", instances=1, deployments=[{"id": "d1"}], cpus=0.1, mem=32)
    (row,) = workloads.deployments([entry], [waiting], [pod("STAGING")], [])
    assert (row["id"], row["affects"], row["step"], row["steps"]) == ("d1", ["/a", "/gone", "/p"], 1, 2)
    assert [text.partition(": ")[0] for text in row["waits_for"]] == ["/a", "/p"]
    assert all(text.partition(": ")[2] for text in row["waits_for"])


def test_nothing_is_deployed() -> None:
    assert workloads.deployments([], [app("/a", "s1")], [], []) == []
