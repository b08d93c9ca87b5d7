"""``POST /api/v1``: the calls of Mesos' operator API that ask, and by ``operator_actions`` those that act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labengine.common.build import build_info
from labengine.master import metrics, views
from labengine.master.model import Agent, Framework, Task
from labengine.master.process import MasterProcess

# GET_* calls of the real master that the engine does not answer.
_UNANSWERED = "The lab engine does not implement the call"


class OperatorCallError(Exception):
    """A call that is refused with 400 and this text."""


def nanoseconds(seconds: float) -> dict[str, int]:
    return {"nanoseconds": int(seconds * 1_000_000_000)}


def call(master: MasterProcess, body: Any) -> dict[str, Any]:
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind.isupper():
        raise OperatorCallError("Failed to validate master::Call: Expecting 'type' to be present")
    answer = _CALLS.get(kind)
    if answer is None:
        raise OperatorCallError(
            "Failed to validate master::Call: Expecting 'type' to be present"
            if kind not in _KNOWN
            else f"{_UNANSWERED} {kind}"
        )
    content = answer(master, body)
    return {"type": kind} if content is None else {"type": kind, kind.lower(): content}


def _master(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    info = {key: value for key, value in master.standing.info.items() if key != "lab_engine"}
    return {"master_info": info, "start_time": master.started, "elected_time": master.standing.elected_at}


def _flags(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    return {"flags": [{"name": name, "value": value} for name, value in master.flags.as_strings().items()]}


def _metrics(master: MasterProcess, body: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(body.get("get_metrics"), dict):
        raise OperatorCallError("Failed to validate master::Call: Expecting 'get_metrics' to be present")
    return {"metrics": [{"name": name, "value": value} for name, value in metrics.snapshot(master).items()]}


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
    result["allocated_resources"] = views.allocated(one.tasks.values())
    offered = [entry for offer in one.offers.values() for entry in offer.resources.to_json(allocated_to=offer.role)]
    if offered:
        result["offered_resources"] = offered
    result["capabilities"] = [{"type": name} for name in views.AGENT_CAPABILITIES]
    if one.drain and "drain_info" in one.drain:
        result["drain_info"] = one.drain["drain_info"]
        result["estimated_drain_start_time"] = nanoseconds(int(one.drain["started"]))
    return result


def _agents(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    return {
        "agents": [agent(one) for one in master.cluster.agents.values()],
        "recovered_agents": list(master.cluster.recovered.values()),
    }


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
    if one.update_state:
        result["status_update_state"], result["status_update_uuid"] = one.update_state, one.update_uuid
    for key in ("labels", "discovery", "container", "health_check", "kill_policy"):
        if key in one.info:
            result[key] = views.container(one.info[key]) if key == "container" else one.info[key]
    return result


def _unlabelled(resource: dict[str, Any]) -> dict[str, Any]:
    """The v1 API tells a reservation by ``reservations`` alone."""
    return {key: value for key, value in resource.items() if key != "role"}


def _tasks(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    everyone = [*master.cluster.frameworks.values(), *master.cluster.completed.values()]
    return {
        "tasks": [task(entry) for one in everyone for entry in one.tasks.values()],
        "unreachable_tasks": [task(entry) for one in everyone for entry in one.unreachable.values()],
        "completed_tasks": [task(entry) for one in everyone for entry in one.completed],
    }


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
    held = views.allocated(one.tasks.values())
    if held:
        result["allocated_resources"] = held
    if one.offers:
        result["offers"] = [offer.to_json() for offer in one.offers.values()]
    result["offer_constraints"] = {}
    return result


def _frameworks(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    return {
        "frameworks": [framework(one) for one in master.cluster.frameworks.values()],
        "completed_frameworks": [framework(one) for one in master.cluster.completed.values()],
    }


def _roles(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    result = []
    for role in views.roles(master)["roles"]:
        entry: dict[str, Any] = {"name": role["name"], "weight": role["weight"]}
        if role["frameworks"]:
            entry["frameworks"] = [{"value": framework_id} for framework_id in role["frameworks"]]
        entry["resources"] = [
            {"name": name, "type": "SCALAR", "scalar": {"value": value}}
            for name, value in role["resources"].items()
            if isinstance(value, float)
        ]
        result.append(entry)
    return {"roles": result}


def _state(master: MasterProcess, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "get_tasks": _tasks(master, body),
        "get_executors": {"executors": []},
        "get_frameworks": _frameworks(master, body),
        "get_agents": _agents(master, body),
    }


_CALLS: dict[str, Callable[[MasterProcess, dict[str, Any]], dict[str, Any] | None]] = {
    "GET_HEALTH": lambda _master, _body: {"healthy": True},
    "GET_VERSION": lambda _master, _body: {"version_info": build_info()},
    "GET_MASTER": _master,
    "GET_FLAGS": _flags,
    "GET_METRICS": _metrics,
    "GET_AGENTS": _agents,
    "GET_TASKS": _tasks,
    "GET_FRAMEWORKS": _frameworks,
    "GET_ROLES": _roles,
    "GET_STATE": _state,
    "GET_EXECUTORS": lambda _master, _body: {"executors": []},
    "GET_OPERATIONS": lambda _master, _body: {},
    "GET_QUOTA": lambda master, _body: {"status": master.shares.status},
    "GET_WEIGHTS": lambda master, _body: {"weight_infos": weights} if (weights := master.shares.weights) else None,
    "GET_LOGGING_LEVEL": lambda master, _body: {"level": master.verbosity.level},
    "GET_MAINTENANCE_SCHEDULE": lambda master, _body: {"schedule": master.maintenance.schedule},
    "GET_MAINTENANCE_STATUS": lambda master, _body: {"status": master.maintenance.status},
}

_KNOWN = frozenset(
    {
        *_CALLS,
        "SET_LOGGING_LEVEL",
        "LIST_FILES",
        "READ_FILE",
        "UPDATE_WEIGHTS",
        "SUBSCRIBE",
        "RESERVE_RESOURCES",
        "UNRESERVE_RESOURCES",
        "CREATE_VOLUMES",
        "DESTROY_VOLUMES",
        "GROW_VOLUME",
        "SHRINK_VOLUME",
        "UPDATE_MAINTENANCE_SCHEDULE",
        "START_MAINTENANCE",
        "STOP_MAINTENANCE",
        "DRAIN_AGENT",
        "DEACTIVATE_AGENT",
        "REACTIVATE_AGENT",
        "UPDATE_QUOTA",
        "SET_QUOTA",
        "REMOVE_QUOTA",
        "TEARDOWN",
        "MARK_AGENT_GONE",
    }
)
