"""The agent's state in the shapes of ``/state``, ``/containers`` and the operator API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from labengine.agent import usage
from labengine.agent.record import TaskRecord
from labengine.common.build import build_info
from labengine.common.resources import UNRESERVED, Resources, reservation, value_text

if TYPE_CHECKING:
    from labengine.agent.agent import Agent

# What Mesos says that the executor of a lone command needs.
COMMAND_EXECUTOR = (("cpus", 0.1), ("mem", 32.0))
CAPABILITIES = ("MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT")


def flags(agent: Agent) -> dict[str, str]:
    return agent.context.flags.as_strings()


def state(agent: Agent) -> dict[str, Any]:
    info, leader = agent.info, agent.link.leader
    full: dict[str, list[dict[str, Any]]] = {UNRESERVED: []}
    for item in info["resources"]:
        full.setdefault(reservation(item), []).append({"role": reservation(item), **item})
    everything = Resources.parse(info["resources"])
    result = build_info() | {
        "start_time": agent.context.counters.started,
        "id": agent.context.agent_id,
        "pid": f"slave(1)@{agent.context.ip}:{info['port']}",
        "hostname": info["hostname"],
        "capabilities": list(CAPABILITIES),
        "resources": everything.summary(),
        "reserved_resources": {role: everything.reserved_for(role).summary() for role in everything.roles()},
        "unreserved_resources": everything.reserved_for(UNRESERVED).summary(),
        "unreserved_resources_full": full.pop(UNRESERVED),
        "reserved_resources_full": full,
        "reserved_resources_allocated": {},
        "unreserved_resources_allocated": Resources.total(
            map(_resources, _by_executor(task.record for task in agent.tasks.values()))
        ).summary(),
        "resource_providers": [],
        "attributes": {item["name"]: value_text(item) for item in info["attributes"]},
        "flags": flags(agent),
        "frameworks": [],
        "completed_frameworks": [],
    }
    if leader:
        result["master_hostname"] = leader.hostname
    for framework_id in _framework_ids(agent):
        entry = _framework(agent, framework_id)
        result["frameworks" if entry["executors"] else "completed_frameworks"].append(entry)
    return result


def _framework_ids(agent: Agent) -> list[str]:
    """Those with tasks here, now or before."""
    live = {task.record.framework_id for task in agent.tasks.values()}
    return sorted(live | {record.framework_id for record in agent.completed})


def _framework(agent: Agent, framework_id: str) -> dict[str, Any]:
    info = agent.frameworks.get(framework_id, {})
    live = [task.record for task in agent.tasks.values() if task.record.framework_id == framework_id]
    over = [record for record in agent.completed if record.framework_id == framework_id]
    return {
        "id": framework_id,
        "name": info.get("name", ""),
        "user": info.get("user", ""),
        "failover_timeout": info.get("failover_timeout", 0.0),
        "checkpoint": info.get("checkpoint", False),
        "hostname": info.get("hostname", ""),
        "role": info.get("role", (info.get("roles") or ["*"])[0]),
        "executors": [_executor(agent, records) for records in _by_executor(live)],
        "completed_executors": [_executor(agent, records) for records in _by_executor(over)],
    }


def _by_executor(records: Iterable[TaskRecord]) -> list[list[TaskRecord]]:
    """The tasks of a group are below one executor, any other task has one of its own."""
    found: dict[str, list[TaskRecord]] = {}
    for record in records:
        found.setdefault(record.group_id or record.container_id, []).append(record)
    return list(found.values())


def _resources(records: list[TaskRecord]) -> Resources:
    executor = records[0].info.get("executor") or {}
    return Resources.parse([*executor.get("resources", []), *(item for record in records for item in record.resources)])


def _executor(agent: Agent, records: list[TaskRecord]) -> dict[str, Any]:
    first, checkpoint, agent_id = records[0], agent.context.checkpoint, agent.context.agent_id
    directory = checkpoint.group_sandbox(agent_id, first) if first.group_id else checkpoint.sandbox(agent_id, first)
    return {
        "id": first.executor_id,
        "name": first.executor_name,
        "source": first.executor_id,
        "container": first.group_id or first.container_id,
        "directory": str(directory),
        "resources": _resources(records).summary(),
        "role": _role(first),
        "tasks": [_task(record) for record in records if not record.terminal],
        "queued_tasks": [],
        "completed_tasks": [_task(record) for record in records if record.terminal],
    }


def _role(record: TaskRecord) -> str:
    return next((item["allocation_info"]["role"] for item in record.resources if "allocation_info" in item), "*")


def _task(record: TaskRecord) -> dict[str, Any]:
    kept = ("state", "timestamp", "healthy", "container_status")
    result = {
        "id": record.task_id,
        "name": record.name,
        "framework_id": record.framework_id,
        "executor_id": record.executor_id if record.group_id else "",
        "slave_id": record.info.get("agent_id", {}).get("value", ""),
        "state": record.state,
        "resources": Resources.parse(record.resources).summary(),
        "role": _role(record),
        "statuses": [
            {key: status_part(key, status[key]) for key in kept if key in status} for status in record.statuses
        ],
    }
    labels = record.info.get("labels", {}).get("labels")
    if labels:
        result["labels"] = labels
    for key in ("discovery", "health_check"):
        if key in record.info:
            result[key] = record.info[key]
    return result


def status_part(key: str, value: Any) -> Any:
    """The executor's pid is for the v1 API."""
    if key != "container_status":
        return value
    return {name: part for name, part in value.items() if name != "executor_pid"}


def task_v1(record: TaskRecord) -> dict[str, Any]:
    result = {
        "name": record.name,
        "task_id": {"value": record.task_id},
        "framework_id": {"value": record.framework_id},
        "agent_id": record.info.get("agent_id", {}),
        "state": record.state,
        "resources": [{key: value for key, value in one.items() if key != "role"} for one in record.resources],
        "statuses": record.statuses,
    }
    if record.statuses:
        result |= {"status_update_state": record.state, "status_update_uuid": record.statuses[-1]["uuid"]}
    return result


def executors_v1(agent: Agent, *, live: bool) -> list[dict[str, Any]]:
    records = [task.record for task in agent.tasks.values()] if live else list(agent.completed)
    launcher = agent.context.flags.launcher_dir
    return [_executor_v1(of_one[0], launcher) for of_one in _by_executor(records)]


def _executor_v1(record: TaskRecord, launcher: str) -> dict[str, Any]:
    if record.group_id:
        return {**record.info["executor"], "framework_id": {"value": record.framework_id}}
    result = {
        "executor_id": {"value": record.executor_id},
        "framework_id": {"value": record.framework_id},
        "command": {
            "shell": False,
            "value": f"{launcher}/mesos-executor",
            "arguments": ["mesos-executor", f"--launcher_dir={launcher}"],
        },
        "resources": [
            {"name": name, "type": "SCALAR", "scalar": {"value": amount}, "allocation_info": {"role": _role(record)}}
            for name, amount in COMMAND_EXECUTOR
        ],
        "name": record.executor_name,
        "source": record.executor_id,
    }
    if record.is_docker:
        result["container"] = {**record.container, "docker": {"privileged": False, **record.container["docker"]}}
    return result


def containers(agent: Agent) -> list[dict[str, Any]]:
    return [{"container_id": entry["status"]["container_id"]["value"], **entry} for entry in _usage(agent)]


def statistics(agent: Agent) -> list[dict[str, Any]]:
    return [{key: value for key, value in entry.items() if key != "status"} for entry in _usage(agent)]


def _usage(agent: Agent) -> Iterable[dict[str, Any]]:
    processes = usage.processes()
    for task in agent.tasks.values():
        record, pid = task.record, task.root_pid()
        if record.terminal or not pid:
            continue
        held = Resources.parse(record.resources)
        own = {} if record.group_id else dict(COMMAND_EXECUTOR)
        yield {
            "executor_id": record.executor_id,
            "executor_name": record.executor_name,
            "framework_id": record.framework_id,
            "source": record.executor_id,
            "statistics": usage.of(
                pid,
                processes,
                cpus=held.scalar("cpus") + own.get("cpus", 0.0),
                mem_mb=held.scalar("mem") + own.get("mem", 0.0),
            ),
            "status": {"container_id": {"value": record.container_id}, "executor_pid": task.process.pid},
        }
