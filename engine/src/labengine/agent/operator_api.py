"""The v1 operator API of an agent: the calls that ask, and the one that sets how much is logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labengine.agent import metrics, views
from labengine.common.build import build_info

if TYPE_CHECKING:
    from labengine.agent.agent import Agent


class CallRefused(Exception):
    """Answered with 400 and this text."""


def call(agent: Agent, body: Any) -> dict[str, Any] | None:
    """None: there is nothing to tell."""
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind:
        raise CallRefused("Failed to validate agent::Call: Expecting 'type' to be present")
    key = kind.lower()
    if kind in _WITH_CONTENT and not isinstance(body.get(key), dict):
        raise CallRefused(f"Failed to validate agent::Call: Expecting '{key}' to be present")
    if kind in _WITH_CONTENT:
        return _answer_content(agent, kind, body[key])
    answer = _ANSWERS.get(kind)
    if answer is None:
        known = ", ".join(sorted({*_ANSWERS, *_WITH_CONTENT}))
        raise CallRefused(f"The lab engine's agent does not answer '{kind}'; it answers {known}")
    content = answer(agent)
    return {"type": kind} if content is None else {"type": kind, key: content}


def _answer_content(agent: Agent, kind: str, content: dict[str, Any]) -> dict[str, Any] | None:
    try:
        answer = _WITH_CONTENT[kind](agent, content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CallRefused(f"Failed to validate agent::Call: malformed {kind.lower()}: {error!r}") from None
    return None if answer is None else {"type": kind, kind.lower(): answer}


def _set_logging_level(agent: Agent, content: dict[str, Any]) -> None:
    agent.context.verbosity.set(int(content["level"]), int(content["duration"]["nanoseconds"]) / 1e9)


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


def _containers(agent: Agent) -> dict[str, Any] | None:
    shown = views.containers(agent)
    if not shown:
        return None
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
            for entry in shown
        ]
    }


_ANSWERS = {
    "GET_HEALTH": lambda agent: {"healthy": True},
    "GET_VERSION": lambda agent: {"version_info": build_info()},
    "GET_FLAGS": lambda agent: {
        "flags": [{"name": name, "value": value} for name, value in views.flags(agent).items()]
    },
    "GET_LOGGING_LEVEL": lambda agent: {"level": agent.context.verbosity.level},
    "GET_AGENT": lambda agent: {"agent_info": agent.info},
    "GET_TASKS": _tasks,
    "GET_EXECUTORS": _executors,
    "GET_STATE": _state,
    "GET_FRAMEWORKS": _frameworks,
    "GET_CONTAINERS": _containers,
    "GET_OPERATIONS": lambda agent: {},
    "GET_RESOURCE_PROVIDERS": lambda agent: {},
}

_WITH_CONTENT: dict[str, Callable[[Agent, dict[str, Any]], dict[str, Any] | None]] = {
    "GET_METRICS": lambda agent, _content: {
        "metrics": [{"name": name, "value": value} for name, value in metrics.snapshot(agent).items()]
    },
    "SET_LOGGING_LEVEL": _set_logging_level,
}
