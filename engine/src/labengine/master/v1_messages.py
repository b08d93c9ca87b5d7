"""Agents, frameworks and tasks as the v1 operator API writes them, in its answers and its events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labengine.common.resources import Resources
from labengine.master.model import Agent, Framework, Task, held

AGENT_CAPABILITIES = (
    "MULTI_ROLE",
    "HIERARCHICAL_ROLE",
    "RESERVATION_REFINEMENT",
    "RESOURCE_PROVIDER",
    "RESIZE_VOLUME",
    "AGENT_OPERATION_FEEDBACK",
    "AGENT_DRAINING",
    "TASK_RESOURCE_LIMITS",
)


def nanoseconds(seconds: float) -> dict[str, int]:
    return {"nanoseconds": int(seconds * 1_000_000_000)}


def allocated(tasks: Iterable[Task]) -> list[dict[str, Any]]:
    """What tasks hold, by the role it is allocated to."""
    by_role: dict[str, list[Task]] = {}
    for one in tasks:
        by_role.setdefault(one.role, []).append(one)
    totals = {role: Resources.total(held(of_role)) for role, of_role in by_role.items()}
    return [entry for role, total in totals.items() for entry in total.to_json(allocated_to=role)]


def container(info: dict[str, Any]) -> dict[str, Any]:
    """With the default that a message of Mesos is always written out with."""
    if "docker" not in info:
        return info
    return {**info, "docker": {"privileged": False, **info["docker"]}}


def agent(one: Agent) -> dict[str, Any]:
    result = {
        "agent_info": {"checkpoint": True, **one.info, "id": {"value": one.id}},
        "active": one.active,
        "deactivated": one.drain is not None,
        "version": one.version,
        "pid": one.pid,
        "registered_time": nanoseconds(one.registered),
    }
    if one.reregistered is not None:
        result["reregistered_time"] = nanoseconds(one.reregistered)
    result["total_resources"] = one.total.to_json()
    if used := allocated(one.tasks.values()):
        result["allocated_resources"] = used
    offered = [entry for offer in one.offers.values() for entry in offer.resources.to_json(allocated_to=offer.role)]
    if offered:
        result["offered_resources"] = offered
    result["capabilities"] = [{"type": name} for name in AGENT_CAPABILITIES]
    if one.drain and "drain_info" in one.drain:
        result["drain_info"] = one.drain["drain_info"]
        result["estimated_drain_start_time"] = nanoseconds(int(one.drain["started"]))
    return result


def task(one: Task) -> dict[str, Any]:
    result: dict[str, Any] = {
        "name": one.info.get("name", ""),
        "task_id": {"value": one.id},
        "framework_id": {"value": one.framework_id},
        "agent_id": {"value": one.agent_id},
        "state": one.state,
        "resources": [_unlabelled(entry) for entry in one.info.get("resources", [])],
        "statuses": one.statuses,
    }
    if one.executor_id:
        result["executor_id"] = {"value": one.executor_id}
    if one.update_state:
        result["status_update_state"], result["status_update_uuid"] = one.update_state, one.update_uuid
    for key in ("labels", "discovery", "container", "health_check", "kill_policy"):
        if key in one.info:
            result[key] = container(one.info[key]) if key == "container" else one.info[key]
    return result


def _unlabelled(resource: dict[str, Any]) -> dict[str, Any]:
    """The v1 API tells a reservation by ``reservations`` alone."""
    return {key: value for key, value in resource.items() if key != "role"}


def framework(one: Framework) -> dict[str, Any]:
    result: dict[str, Any] = {
        "framework_info": one.info,
        "active": one.connected,
        "connected": one.connected,
        "recovered": one.recovered,
        "registered_time": nanoseconds(one.registered),
        "reregistered_time": nanoseconds(one.reregistered or one.registered),
    }
    if one.unregistered:
        result["unregistered_time"] = nanoseconds(one.unregistered)
    if used := allocated(one.tasks.values()):
        result["allocated_resources"] = used
    if one.offers:
        result["offers"] = [offer.to_json() for offer in one.offers.values()]
    if one.inverse_offers:
        result["inverse_offers"] = [offer.to_json() for offer in one.inverse_offers.values()]
    result["offer_constraints"] = {}
    return result
