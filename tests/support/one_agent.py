"""An app with all its instances on one agent, and clients that find it through Marathon."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import requests
from lab_cluster import LabCluster, eventually

from lab.config import Host
from lab.watch import Discovery, Watch

APP = {
    "id": "/together", "cpus": 0.1, "mem": 32, "instances": 2, "networks": [{"mode": "host"}],
    "cmd": "exec python3 -m http.server $PORT0", "portDefinitions": [{"port": 0}],
    "healthChecks": [{"protocol": "MESOS_HTTP", "path": "/", "intervalSeconds": 2, "gracePeriodSeconds": 60}],
}  # fmt: skip


def operator_call(cluster: LabCluster, call: str, agent_id: str) -> None:
    master = eventually("a master leads", 60, cluster.leading_master)
    body = {"type": call, call.lower(): {"agent_id": {"value": agent_id}}}
    answer = requests.post(f"http://{master.address}:5050/api/v1", json=body, timeout=10)
    answer.raise_for_status()


def agents(cluster: LabCluster) -> dict[str, dict[str, Any]]:
    """Host -> its registered agent."""
    master = eventually("a master leads", 60, cluster.leading_master)
    slaves = cluster.get(master, 5050, "/slaves").json()["slaves"]
    return {cluster.host_at(one["hostname"]).name: one for one in slaves if one["active"]}


def places(cluster: LabCluster) -> list[str]:
    """The host of each instance that runs and is healthy."""
    healthy = [
        task
        for task in cluster.running(str(APP["id"]).lstrip("/"))
        if all(result["alive"] for result in task.get("healthCheckResults") or [{"alive": False}])
    ]
    return sorted(cluster.host_at(task["host"]).name for task in healthy)


@contextlib.contextmanager
def app_on(cluster: LabCluster, host: Host) -> Iterator[None]:
    """Both instances on this host, because no other agent gets tasks while they start."""
    marathon = cluster.config.in_group("marathon")[0]
    url = f"http://{marathon.address}:8080/v2/apps{APP['id']}"
    others = [agent["id"] for name, agent in agents(cluster).items() if name != host.name]
    for other in others:
        operator_call(cluster, "DEACTIVATE_AGENT", other)
    try:
        requests.put(url, json=APP, timeout=10).raise_for_status()
        eventually("both instances are healthy", 120, lambda: places(cluster) == [host.name] * 2)
    finally:
        for other in others:
            operator_call(cluster, "REACTIVATE_AGENT", other)
    yield
    requests.delete(url, params={"force": "true"}, timeout=10).raise_for_status()


def watch(cluster: LabCluster) -> Watch:
    def addresses() -> list[str]:
        tasks = cluster.running(str(APP["id"]).lstrip("/"))
        return [f"http://{cluster.host_at(task['host']).address}:{task['ports'][0]}/" for task in tasks]

    return Watch({"the app": Discovery(addresses)})


def nothing_lost(seen: Watch) -> None:
    assert seen.losses("the app").failures == 0, seen.table()
    assert seen.losses("the app").requests > 20


__all__ = ["APP", "agents", "app_on", "nothing_lost", "operator_call", "places", "watch"]
