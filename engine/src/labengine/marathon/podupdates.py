"""The containers of an instance of a pod: a Mesos task each, whose states together are the state of the instance."""

from __future__ import annotations

import time
from typing import Any

from labengine.marathon.instances import KILLING, RUNNING, STAGING, UNREACHABLE, Instance, new_task_id
from labengine.marathon.tree import App

Container = dict[str, Any]

# The first of these that a container has is the state of the instance.
_TELLING = (
    "TASK_ERROR",
    "TASK_FAILED",
    "TASK_GONE",
    "TASK_GONE_BY_OPERATOR",
    "TASK_LOST",
    "TASK_DROPPED",
    "TASK_UNKNOWN",
    UNREACHABLE,
    KILLING,
    "TASK_STARTING",
    STAGING,
    RUNNING,
    "TASK_FINISHED",
    "TASK_KILLED",
)


def new_containers(pod: App, instance_id: str, now: float) -> list[Container]:
    return [
        {
            "name": box["name"],
            "task_id": new_task_id(instance_id, box["name"]),
            "state": STAGING,
            "since": now,
            "healthy": None,
        }
        for box in pod["pod"]["containers"]
    ]


def apply(instance: Instance, pod: App | None, status: dict[str, Any]) -> bool:
    """Take over what the status says of one container; whether its state changed."""
    container = next(one for one in instance.containers if one["task_id"] == status["task_id"]["value"])
    now = time.time()
    moved = container["state"] != status["state"]
    if moved:
        container |= {"state": status["state"], "since": now}
    for name in ("message", "reason"):
        if status.get(name):
            container[name] = status[name]
    if "healthy" in status and container["healthy"] is not status["healthy"]:
        container |= {"healthy": bool(status["healthy"]), "health_since": now}
    state = min((one["state"] for one in instance.containers), key=_rank)
    if state != instance.state:
        instance.state, instance.state_since = state, now
    instance.healthy = _healthy(instance, pod)
    return moved


def _rank(state: str) -> int:
    return _TELLING.index(state) if state in _TELLING else 0


def _healthy(instance: Instance, pod: App | None) -> bool | None:
    """None where no container has a health check, or one that runs has no result yet."""
    checked = {box["name"] for box in (pod["pod"]["containers"] if pod else []) if "healthCheck" in box}
    results = [one["healthy"] for one in instance.containers if one["name"] in checked and one["state"] == RUNNING]
    if not results or None in results:
        return None
    return all(results)


def end(instance: Instance) -> dict[str, Any]:
    """State and message of the container whose end is the reason for that of the others."""
    first = min(instance.containers, key=lambda one: (_rank(one["state"]), one["since"]))
    # The agent kills what its health check finds dead: to the pod that is a failure, not an order.
    failed = first["state"] == "TASK_KILLED" and not instance.killing
    message = f"container {first['name']}: {first.get('message') or first['state']}"
    return {"state": "TASK_FAILED" if failed else first["state"], "message": message}
