"""The JSON of the master's unversioned endpoints: ``/state``, ``/slaves``, ``/frameworks`` and their kin."""

from __future__ import annotations

from collections import Counter
from typing import Any

from labengine.common.build import build_info
from labengine.common.resources import UNRESERVED, Resources, value_text
from labengine.master.election import CAPABILITIES
from labengine.master.model import Agent, Framework, Offer, Task
from labengine.master.process import MasterProcess
from labengine.master.v1_messages import AGENT_CAPABILITIES, allocated, container

SUMMARY_STATES = (
    "TASK_STAGING",
    "TASK_STARTING",
    "TASK_RUNNING",
    "TASK_KILLING",
    "TASK_FINISHED",
    "TASK_KILLED",
    "TASK_FAILED",
    "TASK_LOST",
    "TASK_ERROR",
    "TASK_UNREACHABLE",
)


def agent_summary(agent: Agent) -> dict[str, Any]:
    result: dict[str, Any] = {
        "id": agent.id,
        "hostname": agent.hostname,
        "port": agent.port,
        "attributes": {one["name"]: value_text(one) for one in agent.info.get("attributes", [])},
        "pid": agent.pid,
        "registered_time": agent.registered,
    }
    if agent.reregistered is not None:
        result["reregistered_time"] = agent.reregistered
    result.update(
        {
            "resources": agent.total.summary(),
            "used_resources": agent.used.summary(),
            "offered_resources": agent.offered.summary(),
            "reserved_resources": {role: agent.total.reserved_for(role).summary() for role in agent.total.roles()},
            "unreserved_resources": agent.total.reserved_for(UNRESERVED).summary(),
            "active": agent.active,
            "deactivated": agent.drain is not None,
            "version": agent.version,
            "capabilities": list(AGENT_CAPABILITIES),
        }
    )
    if agent.drain and "drain_info" in agent.drain:
        result["drain_info"] = agent.drain["drain_info"]
        result["estimated_drain_start_time_seconds"] = agent.drain["started"]
    return result


def agent_full(agent: Agent) -> dict[str, Any]:
    return {
        **agent_summary(agent),
        "reserved_resources_full": {role: agent.total.reserved_for(role).to_json() for role in agent.total.roles()},
        "unreserved_resources_full": agent.total.reserved_for(UNRESERVED).to_json(),
        "used_resources_full": allocated(agent.tasks.values()),
        "offered_resources_full": [
            entry for offer in agent.offers.values() for entry in offer.resources.to_json(allocated_to=offer.role)
        ],
    }


def recovered_agent(info: dict[str, Any]) -> dict[str, Any]:
    """An agent that an earlier leader admitted and that is not back."""
    return {
        "id": info["id"]["value"],
        "hostname": info["hostname"],
        "port": info.get("port", 5051),
        "attributes": {one["name"]: value_text(one) for one in info.get("attributes", [])},
        "resources": Resources.parse(info.get("resources", [])).summary(),
    }


def status_summary(status: dict[str, Any]) -> dict[str, Any]:
    shown = ("state", "timestamp", "labels", "container_status", "healthy")
    result = {key: status[key] for key in shown if key in status}
    if "container_status" in result:
        # The executor's pid is for the v1 API.
        result["container_status"] = {
            name: part for name, part in result["container_status"].items() if name != "executor_pid"
        }
    return result


def task_full(task: Task) -> dict[str, Any]:
    result: dict[str, Any] = {
        "id": task.id,
        "name": task.info.get("name", ""),
        "framework_id": task.framework_id,
        "executor_id": task.executor_id,
        "slave_id": task.agent_id,
        "state": task.state,
        "resources": task.resources.summary(),
        "role": task.role,
        "statuses": [status_summary(status) for status in task.statuses],
    }
    labels = (task.info.get("labels") or {}).get("labels")
    if labels:
        result["labels"] = labels
    for key in ("discovery", "container", "health_check"):
        if key in task.info:
            result[key] = container(task.info[key]) if key == "container" else task.info[key]
    return result


def offer_summary(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.id,
        "framework_id": offer.framework_id,
        "allocation_info": {"role": offer.role},
        "slave_id": offer.agent.id,
        "resources": offer.resources.summary(),
    }


def framework_summary(framework: Framework) -> dict[str, Any]:
    return {
        "id": framework.id,
        "name": framework.name,
        "used_resources": framework.used.summary(),
        "offered_resources": framework.offered.summary(),
        "capabilities": framework.capabilities,
        "hostname": framework.info.get("hostname", ""),
        "webui_url": framework.info.get("webui_url", ""),
        "active": framework.connected,
        "connected": framework.connected,
        "recovered": framework.recovered,
    }


def framework_full(framework: Framework) -> dict[str, Any]:
    result = framework_summary(framework)
    if framework.info.get("principal"):
        result["principal"] = framework.info["principal"]
    result.update(
        {
            "user": framework.info.get("user", ""),
            "failover_timeout": framework.failover_timeout,
            "checkpoint": bool(framework.info.get("checkpoint", False)),
            "registered_time": framework.registered,
            "unregistered_time": framework.unregistered,
            "resources": (framework.used + framework.offered).summary(),
        }
    )
    if framework.reregistered is not None:
        result["reregistered_time"] = framework.reregistered
    if "MULTI_ROLE" in framework.capabilities:
        result["roles"] = framework.roles
    else:
        result["role"] = framework.roles[0]
    result.update(
        {
            "tasks": [task_full(task) for task in framework.tasks.values()],
            "unreachable_tasks": [task_full(task) for task in framework.unreachable.values()],
            "completed_tasks": [task_full(task) for task in framework.completed],
            "offers": [offer_summary(offer) for offer in framework.offers.values()],
            "executors": [],
            "offer_constraints": {},
        }
    )
    return result


def leader_info(info: dict[str, Any]) -> dict[str, Any]:
    return {key: info[key] for key in ("id", "pid", "port", "hostname")}


def state(master: MasterProcess) -> dict[str, Any]:
    cluster, info = master.cluster, master.standing.info
    result = {
        **build_info(),
        "start_time": master.started,
        "elected_time": master.standing.elected_at,
        "id": info["id"],
        "pid": info["pid"],
        "hostname": info["hostname"],
        "capabilities": list(CAPABILITIES),
        "activated_slaves": float(sum(agent.active for agent in cluster.agents.values())),
        "deactivated_slaves": float(sum(not agent.active for agent in cluster.agents.values())),
        "unreachable_slaves": float(len(cluster.unreachable)),
        "leader": info["pid"],
        "leader_info": leader_info(info),
    }
    if master.flags.cluster:
        result["cluster"] = master.flags.cluster
    result.update(
        {"flags": master.flags.as_strings(), **slaves(master, agent_summary), **frameworks(master, orphans=True)}
    )
    return result


def slaves(master: MasterProcess, form: Any = agent_full) -> dict[str, Any]:
    return {
        "slaves": [form(agent) for agent in master.cluster.agents.values()],
        "recovered_slaves": [recovered_agent(info) for info in master.cluster.recovered.values()],
    }


def frameworks(master: MasterProcess, *, orphans: bool = False) -> dict[str, Any]:
    result: dict[str, Any] = {
        "frameworks": [framework_full(one) for one in master.cluster.frameworks.values()],
        "completed_frameworks": [framework_full(one) for one in master.cluster.completed.values()],
    }
    if orphans:
        result["orphan_tasks"] = []
    result["unregistered_frameworks"] = []
    return result


def all_tasks(master: MasterProcess) -> list[Task]:
    everyone = [*master.cluster.frameworks.values(), *master.cluster.completed.values()]
    return [task for one in everyone for task in [*one.tasks.values(), *one.unreachable.values(), *one.completed]]


def tasks(
    master: MasterProcess, *, limit: int, offset: int, newest_first: bool, task_id: str | None = None
) -> dict[str, Any]:
    def started(task: Task) -> float:
        return float(task.statuses[0].get("timestamp", 0.0)) if task.statuses else 0.0

    wanted = [task for task in all_tasks(master) if task_id is None or task.id == task_id]
    ordered = sorted(wanted, key=started, reverse=newest_first)
    return {"tasks": [task_full(task) for task in ordered[offset : offset + limit]]}


def state_summary(master: MasterProcess) -> dict[str, Any]:
    by_agent: dict[str, list[Task]] = {}
    by_framework: dict[str, list[Task]] = {}
    for task in all_tasks(master):
        by_agent.setdefault(task.agent_id, []).append(task)
        by_framework.setdefault(task.framework_id, []).append(task)

    def counts(mine: list[Task]) -> dict[str, int]:
        counted = Counter(task.state for task in mine)
        return {name: counted.get(name, 0) for name in SUMMARY_STATES}

    result: dict[str, Any] = {"hostname": master.standing.info["hostname"]}
    if master.flags.cluster:
        result["cluster"] = master.flags.cluster
    result["slaves"] = []
    for agent in master.cluster.agents.values():
        mine = by_agent.get(agent.id, [])
        active = {task.framework_id for task in mine if task.framework_id in master.cluster.frameworks}
        result["slaves"].append({**agent_summary(agent), **counts(mine), "framework_ids": sorted(active)})
    result["frameworks"] = []
    for framework in master.cluster.frameworks.values():
        mine = by_framework.get(framework.id, [])
        result["frameworks"].append(
            {**framework_summary(framework), **counts(mine), "slave_ids": sorted({task.agent_id for task in mine})}
        )
    return result


def roles(master: MasterProcess) -> dict[str, Any]:
    names: dict[str, list[Framework]] = {}
    for framework in master.cluster.frameworks.values():
        for role in framework.roles:
            names.setdefault(role, []).append(framework)
    for role in {one for agent in master.cluster.agents.values() for one in agent.total.roles()} | master.shares.roles:
        names.setdefault(role, [])
    result = []
    for name, members in sorted(names.items()):
        held = Resources.total(
            task.resources
            for framework in members
            for task in framework.tasks.values()
            if task.role == name and not task.terminal
        )
        offered = Resources.total(
            offer.resources for framework in members for offer in framework.offers.values() if offer.role == name
        )
        reserved = Resources.total(
            agent.total.reserved_for(name) for agent in master.cluster.agents.values() if name != UNRESERVED
        )
        result.append(
            {
                "name": name,
                "weight": master.shares.weight(name),
                "quota": {
                    "role": name,
                    "guarantee": master.shares.guarantees(name),
                    "limit": master.shares.limits(name),
                    "consumed": _present(held),
                },
                "resources": _present(held + offered),
                "allocated": _present(held),
                "offered": _present(offered),
                "reserved": _present(reserved),
                "frameworks": [framework.id for framework in members],
            }
        )
    return {"roles": result}


def _present(resources: Resources) -> dict[str, Any]:
    return {name: value for name, value in resources.summary().items() if value}
