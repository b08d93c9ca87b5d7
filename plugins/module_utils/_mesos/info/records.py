# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: answers of the operator API -> flat records, in which a query in JMESPath finds its way."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Iterable, Mapping

from ... import _masked as masked
from .. import agents as known
from ..agents import AMOUNTS

Content = Mapping[str, Any]
Record = dict[str, Any]


def agents(content: Content) -> list[Record]:
    """Of GET_AGENTS, with those that a new leader knows from the registry and that have not come back yet."""
    found = [_agent(entry) for entry in content.get("agents") or []]
    missing = [_agent({"agent_info": info}, state="recovered") for info in content.get("recovered_agents") or []]
    return sorted(found + missing, key=lambda one: (one["hostname"], one["id"]))


def _agent(entry: Content, state: str | None = None) -> Record:
    info, agent = entry["agent_info"], known.agent(entry)
    total, used = entry.get("total_resources") or info.get("resources"), entry.get("allocated_resources")
    return {
        "id": agent.id,
        "hostname": agent.hostname,
        "address": agent.address,
        "state": state or agent.state,
        "version": entry.get("version") or "",
        "attributes": {one["name"]: value(one) for one in info.get("attributes") or []},
        "resources": _amounts(total),
        "used": _amounts(used),
        "registered": _time(entry.get("registered_time")),
        "reregistered": _time(entry.get("reregistered_time")),
    }


def frameworks(content: Content, completed: bool) -> list[Record]:
    """Of GET_FRAMEWORKS."""
    found = [_framework(entry, _standing(entry)) for entry in content.get("frameworks") or []]
    # In the old form, agents know frameworks that the master does not.
    found += [_framework({"framework_info": info}, "recovered") for info in content.get("recovered_frameworks") or []]
    if completed:
        found += [_framework(entry, "completed") for entry in content.get("completed_frameworks") or []]
    return found


def _standing(entry: Content) -> str:
    if entry.get("recovered"):
        return "recovered"
    if not entry.get("connected"):
        return "disconnected"
    return "active" if entry.get("active") else "inactive"


def _framework(entry: Content, state: str) -> Record:
    info = entry["framework_info"]
    return {
        "id": _id(info.get("id")),
        "name": info.get("name") or "",
        "state": state,
        "user": info.get("user") or "",
        "roles": list(info.get("roles") or [info.get("role") or "*"]),
        "principal": info.get("principal"),
        "hostname": info.get("hostname") or "",
        "webui_url": masked.without_user(info["webui_url"]) if info.get("webui_url") else None,
        "failover_timeout": float(info.get("failover_timeout") or 0),
        "used": _amounts(entry.get("allocated_resources")),
        "registered": _time(entry.get("registered_time")),
        "reregistered": _time(entry.get("reregistered_time")),
        "unregistered": _time(entry.get("unregistered_time")),
    }


def tasks(content: Content, of_frameworks: Content, of_agents: Content, completed: bool) -> list[Record]:
    """Of GET_TASKS; of GET_FRAMEWORKS and GET_AGENTS the names, which a task does not hold."""
    names = {one["id"]: one["name"] for one in frameworks(of_frameworks, completed=True)}
    hosts = {one["id"]: one["hostname"] for one in agents(of_agents)}
    kinds = ["tasks", "unreachable_tasks", *(["completed_tasks"] if completed else [])]
    # Of the first kind some have ended and wait for their framework to acknowledge it.
    return [_task(entry, names, hosts) for kind in kinds for entry in content.get(kind) or []]


def _task(entry: Content, names: Mapping[str, str], hosts: Mapping[str, str]) -> Record:
    statuses = entry.get("statuses") or []
    framework_id, agent_id = _id(entry.get("framework_id")), _id(entry.get("agent_id"))
    running = [one.get("timestamp") for one in statuses if one.get("state") == "TASK_RUNNING"]
    return {
        "id": _id(entry.get("task_id")),
        "name": entry.get("name") or "",
        "state": entry.get("state") or "",
        "framework": names.get(framework_id, ""),
        "framework_id": framework_id,
        "hostname": hosts.get(agent_id, ""),
        "agent_id": agent_id,
        "role": next(
            (one["allocation_info"]["role"] for one in entry.get("resources") or [] if "allocation_info" in one), "*"
        ),
        "resources": _amounts(entry.get("resources")),
        "image": image(entry.get("container") or {}),
        "healthy": statuses[-1].get("healthy") if statuses else None,
        "message": statuses[-1].get("message") or "" if statuses else "",
        "running_since": _seconds(running[0]) if running else None,
    }


def image(container: Content) -> str | None:
    """Of a task that has one, whichever containerizer runs it."""
    docker, mesos = container.get("docker") or {}, (container.get("mesos") or {}).get("image") or {}
    return docker.get("image") or (mesos.get("docker") or {}).get("name")


def roles(content: Content) -> list[Record]:
    """Of GET_ROLES."""
    return [
        {
            "name": one["name"],
            "weight": float(one.get("weight") or 0),
            "frameworks": [_id(framework) for framework in one.get("frameworks") or []],
            "used": _amounts(one.get("resources")),
        }
        for one in content.get("roles") or []
    ]


def quota(content: Content) -> list[Record]:
    """Of GET_QUOTA; Mesos 1.9 has configs, where limits are told too."""
    return [
        {
            "role": one["role"],
            "guarantees": _values(one.get("guarantees")),
            "limits": _values(one.get("limits")),
        }
        for one in (content.get("status") or {}).get("configs") or []
    ]


def maintenance(schedule: Content, status: Content) -> Record:
    """Of GET_MAINTENANCE_SCHEDULE and GET_MAINTENANCE_STATUS. A window without a duration has no end."""
    of_schedule, of_status = schedule.get("schedule") or {}, status.get("status") or {}
    return {
        "windows": [_window(one) for one in of_schedule.get("windows") or []],
        "draining": [_machine(one.get("id") or {}) for one in of_status.get("draining_machines") or []],
        "down": [_machine(one) for one in of_status.get("down_machines") or []],
    }


def _window(entry: Content) -> Record:
    unavailability = entry.get("unavailability") or {}
    duration = (unavailability.get("duration") or {}).get("nanoseconds")
    return {
        "machines": [_machine(one) for one in entry.get("machine_ids") or []],
        "start": _time(unavailability.get("start")),
        "duration": None if duration is None else int(duration) / 1e9,
    }


def _machine(entry: Content) -> Record:
    return {"hostname": entry.get("hostname") or "", "ip": entry.get("ip") or ""}


def flags(content: Content) -> dict[str, str]:
    """Of GET_FLAGS; the URL of ZooKeeper without its password."""
    return {one["name"]: masked.without_user(str(one.get("value") or "")) for one in content.get("flags") or []}


def metrics(content: Content) -> dict[str, float | None]:
    """Of GET_METRICS. One that could not be computed in time has no value."""
    return {one["name"]: one.get("value") for one in content.get("metrics") or []}


def leader(content: Content) -> Record:
    """Of GET_MASTER."""
    info = content.get("master_info") or {}
    return {
        "id": info.get("id") or "",
        "hostname": info.get("hostname") or "",
        "address": (info.get("pid") or "").rpartition("@")[2],
        "version": info.get("version") or "",
        "elected": _seconds(content.get("elected_time")),
        "started": _seconds(content.get("start_time")),
    }


def value(entry: Content) -> Any:
    """Of an attribute: a text or a number, or the text that the agent's flag would have for ranges and sets."""
    if "scalar" in entry:
        return float(entry["scalar"]["value"])
    if "ranges" in entry:
        return "[%s]" % ",".join("%d-%d" % (one["begin"], one["end"]) for one in entry["ranges"].get("range") or [])
    if "set" in entry:
        return "{%s}" % ",".join(entry["set"].get("item") or [])
    return str((entry.get("text") or {}).get("value", ""))


def _amounts(resources: Iterable[Content] | None) -> dict[str, float]:
    return {**dict.fromkeys(AMOUNTS, 0.0), **known.amounts(resources)}


def _values(of: Mapping[str, Content] | None) -> dict[str, float]:
    return {name: float(one.get("value") or 0) for name, one in sorted((of or {}).items())}


def _id(entry: Content | None) -> str:
    return str((entry or {}).get("value") or "")


def _time(entry: Content | None) -> str | None:
    nanoseconds = (entry or {}).get("nanoseconds")
    return None if nanoseconds is None else _seconds(int(nanoseconds) / 1e9)


def _seconds(since_epoch: float | None) -> str | None:
    if since_epoch is None:
        return None
    return datetime.fromtimestamp(since_epoch, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
