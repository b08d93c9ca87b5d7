"""``POST /api/v1``: the calls of Mesos' operator API that ask, and by ``operator_actions`` those that act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labengine.common.build import build_info
from labengine.master import metrics, views
from labengine.master.process import MasterProcess
from labengine.master.v1_messages import agent, framework, task

# Of calls of the real master that the engine has not.
_UNANSWERED = "The lab engine does not implement the call"


class OperatorCallError(Exception):
    """A call that is refused with 400 and this text."""


def kind_of(body: Any) -> str:
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or kind not in _KNOWN:
        raise OperatorCallError("Failed to validate master::Call: Expecting 'type' to be present")
    return kind


def framework_id_of(body: dict[str, Any]) -> str:
    """Of a TEARDOWN."""
    try:
        return str(body["teardown"]["framework_id"]["value"])
    except (KeyError, TypeError):
        raise OperatorCallError("Failed to validate master::Call: Expecting 'teardown' to be present") from None


def call(master: MasterProcess, body: dict[str, Any]) -> dict[str, Any]:
    """A call of a kind that is known."""
    kind = body["type"]
    answer = _CALLS.get(kind)
    if answer is None:
        raise OperatorCallError(f"{_UNANSWERED} {kind}")
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


def _agents(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    return {
        "agents": [agent(one) for one in master.cluster.agents.values()],
        "recovered_agents": list(master.cluster.recovered.values()),
    }


def _tasks(master: MasterProcess, _body: dict[str, Any]) -> dict[str, Any]:
    everyone = [*master.cluster.frameworks.values(), *master.cluster.completed.values()]
    return {
        "tasks": [task(entry) for one in everyone for entry in one.tasks.values()],
        "unreachable_tasks": [task(entry) for one in everyone for entry in one.unreachable.values()],
        "completed_tasks": [task(entry) for one in everyone for entry in one.completed],
    }


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
        resources = [
            {"name": name, "type": "SCALAR", "scalar": {"value": value}}
            for name, value in role["resources"].items()
            if isinstance(value, float)
        ]
        if resources:
            entry["resources"] = resources
        result.append(entry)
    return {"roles": result} if result else {}


def state(master: MasterProcess, body: dict[str, Any]) -> dict[str, Any]:
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
    "GET_STATE": state,
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
        "SUBSCRIBE",
        "SET_LOGGING_LEVEL",
        "LIST_FILES",
        "READ_FILE",
        "UPDATE_WEIGHTS",
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
