"""What an ACCEPT wants to launch: tasks, and task groups, which are launched whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from labengine.common.resources import Resources
from labengine.master.framework_rules import id_problem
from labengine.master.model import Agent, Framework


@dataclass(frozen=True)
class Launch:
    """``executor`` is that of a task group."""

    tasks: list[dict[str, Any]]
    executor: dict[str, Any] | None = None


@dataclass(frozen=True)
class Fault:
    state: str
    reason: str
    message: str


def of(operation: dict[str, Any]) -> Iterator[Launch]:
    if operation["type"] == "LAUNCH_GROUP":
        group = operation["launch_group"]
        yield Launch(group["task_group"]["tasks"], group["executor"])
        return
    for info in operation["launch"].get("task_infos", []):
        yield Launch([info])


def check(framework: Framework, agent: Agent, launch: Launch, left: Resources) -> tuple[Fault | None, Resources]:
    """What makes the launch invalid, and what it takes."""
    holders = [*launch.tasks, *([launch.executor] if launch.executor else [])]
    problem = _problem(framework, agent, launch)
    try:
        wanted = Resources.total(Resources.parse(one.get("resources", [])) for one in holders)
    except (KeyError, TypeError, ValueError) as error:
        wanted, problem = Resources(), f"Task's resources are malformed: {error}"
    if problem is None and not left.contains(wanted):
        what = "task" if launch.executor is None else "task group and its executor"
        problem = f"Total resources {wanted.summary()} required by the {what} are more than available {left.summary()}"
    if problem is None:
        return None, wanted
    reason = "REASON_TASK_INVALID" if launch.executor is None else "REASON_TASK_GROUP_INVALID"
    return Fault("TASK_ERROR", reason, problem), wanted


def allocate(launch: Launch, role: str) -> None:
    for holder in [*launch.tasks, *([launch.executor] if launch.executor else [])]:
        for resource in holder.get("resources", []):
            resource.setdefault("allocation_info", {"role": role})


def _problem(framework: Framework, agent: Agent, launch: Launch) -> str | None:
    problems = [_task_problem(framework, agent, info) for info in launch.tasks]
    if launch.executor is not None:
        problems.append(_executor_problem(framework, launch))
    return next((problem for problem in problems if problem), None)


def _executor_problem(framework: Framework, launch: Launch) -> str | None:
    executor = launch.executor or {}
    executor_id = _executor_id(executor)
    if not launch.tasks:
        return "Task group cannot be empty"
    if executor.get("type") != "DEFAULT":
        return "The lab engine launches task groups with the default executor only: 'ExecutorInfo.type' must be DEFAULT"
    if "command" in executor:
        return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor"
    if found := id_problem(executor_id):
        return found
    if (executor.get("framework_id") or {}).get("value") != framework.id:
        return "ExecutorInfo has an invalid FrameworkID"
    if any(task.executor_id == executor_id for task in framework.tasks.values()):
        return f"The lab engine adds no task group to an executor that runs: {executor_id}"
    if any("executor" in info for info in launch.tasks):
        return "'TaskInfo.executor' must not be set in a task group"
    return None


def _task_problem(framework: Framework, agent: Agent, info: dict[str, Any]) -> str | None:
    task_id = str((info.get("task_id") or {}).get("value") or "")
    if found := id_problem(task_id):
        return found
    if task_id in framework.tasks or task_id in framework.unreachable:
        return f"Task has duplicate ID: {task_id}"
    if (info.get("agent_id") or {}).get("value") != agent.id:
        return f"Task uses invalid agent {(info.get('agent_id') or {}).get('value')} while {agent.id} is expected"
    if ("command" in info) == ("executor" in info):
        return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present"
    return id_problem(_executor_id(info["executor"])) if "executor" in info else None


def _executor_id(executor: dict[str, Any]) -> str:
    return str((executor.get("executor_id") or {}).get("value") or "")
