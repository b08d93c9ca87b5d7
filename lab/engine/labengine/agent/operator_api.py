"""The v1 operator API of an agent: the calls that ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labengine.agent import metrics, views
from labengine.common.build import build_info

if TYPE_CHECKING:
    from labengine.agent.agent import Agent


class CallRefused(ValueError):
    """Answered with 400 and this text."""


def call(agent: Agent, body: Any) -> dict[str, Any]:
    kind = body.get("type") if isinstance(body, dict) else None
    if not kind:
        raise CallRefused("Failed to validate agent::Call: Expecting 'type' to be present")
    if kind == "GET_METRICS" and "get_metrics" not in body:
        raise CallRefused("Failed to validate agent::Call: Expecting 'get_metrics' to be present")
    answer = _ANSWERS.get(kind)
    if answer is None:
        raise CallRefused(f"The lab engine's agent does not answer '{kind}'; it answers {', '.join(sorted(_ANSWERS))}")
    key = kind.lower()
    return {"type": kind, key: answer(agent)}


def _tasks(agent: Agent) -> dict[str, Any]:
    live = [task.record for task in agent.tasks.values()]
    return {
        "pending_tasks": [],
        "queued_tasks": [views.task_v1(record) for record in live if not record.statuses],
        "launched_tasks": [views.task_v1(record) for record in live if record.statuses and not record.terminal],
        "terminated_tasks": [views.task_v1(record) for record in live if record.terminal],
        "completed_tasks": [views.task_v1(record) for record in agent.completed],
    }


def _frameworks(agent: Agent) -> dict[str, Any]:
    live = {task.record.framework_id for task in agent.tasks.values()}
    shown = [{"framework_info": info} for framework_id, info in agent.frameworks.items() if framework_id in live]
    over = [{"framework_info": info} for framework_id, info in agent.frameworks.items() if framework_id not in live]
    return {"frameworks": shown, "completed_frameworks": over}


def _executors(agent: Agent) -> dict[str, Any]:
    return {
        "executors": [{"executor_info": info} for info in views.executors_v1(agent, live=True)],
        "completed_executors": [{"executor_info": info} for info in views.executors_v1(agent, live=False)],
    }


def _state(agent: Agent) -> dict[str, Any]:
    return {"get_tasks": _tasks(agent), "get_executors": _executors(agent), "get_frameworks": _frameworks(agent)}


def _containers(agent: Agent) -> dict[str, Any]:
    return {
        "containers": [
            {
                "framework_id": {"value": entry["framework_id"]},
                "executor_id": {"value": entry["executor_id"]},
                "executor_name": entry["executor_name"],
                "container_id": entry["status"]["container_id"],
                "container_status": entry["status"],
                "resource_statistics": entry["statistics"],
            }
            for entry in views.containers(agent)
        ]
    }


_ANSWERS = {
    "GET_HEALTH": lambda agent: {"healthy": True},
    "GET_VERSION": lambda agent: {"version_info": build_info()},
    "GET_FLAGS": lambda agent: {
        "flags": [{"name": name, "value": value} for name, value in views.flags(agent).items()]
    },
    "GET_METRICS": lambda agent: {
        "metrics": [{"name": name, "value": value} for name, value in metrics.snapshot(agent).items()]
    },
    "GET_AGENT": lambda agent: {"agent_info": agent.info},
    "GET_TASKS": _tasks,
    "GET_EXECUTORS": _executors,
    "GET_STATE": _state,
    "GET_FRAMEWORKS": _frameworks,
    "GET_CONTAINERS": _containers,
    "GET_OPERATIONS": lambda agent: {},
    "GET_RESOURCE_PROVIDERS": lambda agent: {},
}
