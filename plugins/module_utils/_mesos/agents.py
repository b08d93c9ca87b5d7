# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the master says of agents and tasks -> one agent, its state, its tasks, and where those could go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from .errors import NotFound

TERMINAL = frozenset(
    {
        "TASK_FINISHED",
        "TASK_FAILED",
        "TASK_KILLED",
        "TASK_ERROR",
        "TASK_LOST",
        "TASK_DROPPED",
        "TASK_GONE",
        "TASK_GONE_BY_OPERATOR",
    }
)
AMOUNTS = ("cpus", "mem", "disk", "gpus")


@dataclass(frozen=True)
class Agent:
    id: str
    hostname: str
    address: str
    connected: bool
    deactivated: bool
    # DRAINING, DRAINED or empty
    drain: str
    registered: int
    free: dict[str, float] = field(default_factory=dict)
    total: dict[str, float] = field(default_factory=dict)

    @property
    def state(self) -> str:
        if self.drain:
            return self.drain.lower()
        if self.deactivated:
            return "deactivated"
        return "active" if self.connected else "disconnected"


@dataclass(frozen=True)
class Task:
    id: str
    framework: str
    state: str
    needs: dict[str, float] = field(default_factory=dict)

    @property
    def summary(self) -> dict[str, str]:
        return {"id": self.id, "framework": self.framework, "state": self.state}

    def __str__(self) -> str:
        return f"{self.id} of {self.framework}, {self.state}"


@dataclass(frozen=True)
class Name:
    """What a task of a playbook calls an agent; every part that is given must fit."""

    id: str | None = None
    hostname: str | None = None
    address: str | None = None

    def __str__(self) -> str:
        given = {"id": self.id, "hostname": self.hostname, "address": self.address}
        return " and ".join(f"{key} {value}" for key, value in given.items() if value)

    def fits(self, agent: Agent) -> bool:
        # The address of an agent that has not come back to a new leader is not known.
        addresses = (None, agent.address, agent.address.rpartition(":")[0].strip("[]"))
        return (
            self.id in (None, agent.id)
            and self.hostname in (None, agent.hostname)
            and (not agent.address or self.address in addresses)
        )


def agents(content: dict[str, Any]) -> list[Agent]:
    """From GET_AGENTS: those that are registered."""
    return [agent(entry) for entry in content.get("agents") or []]


def recovered(content: dict[str, Any]) -> list[Agent]:
    """From GET_AGENTS: those that a new leader knows and that have not come back to it yet."""
    return [agent({"agent_info": entry}) for entry in content.get("recovered_agents") or []]


def agent(entry: Mapping[str, Any]) -> Agent:
    """One entry of GET_AGENTS."""
    info = entry["agent_info"]
    total, used = (amounts(entry.get(kind)) for kind in ("total_resources", "allocated_resources"))
    return Agent(
        id=info["id"]["value"],
        hostname=info["hostname"],
        address=str(entry.get("pid") or "").rpartition("@")[2],
        connected=bool(entry.get("active")),
        deactivated=bool(entry.get("deactivated")),
        drain=str((entry.get("drain_info") or {}).get("state") or ""),
        registered=int((entry.get("registered_time") or {}).get("nanoseconds") or 0),
        free={name: total.get(name, 0) - used.get(name, 0) for name in AMOUNTS},
        total={name: total.get(name, 0) for name in AMOUNTS},
    )


def amounts(resources: Iterable[Mapping[str, Any]] | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for resource in resources or []:
        if resource["name"] in AMOUNTS:
            found[resource["name"]] = found.get(resource["name"], 0) + float(resource["scalar"]["value"])
    return found


def find(everyone: list[Agent], name: Name) -> Agent | None:
    """The agent of this name. One that came back with a new id hides the old one at its address."""
    newest: dict[str, Agent] = {}
    for agent in sorted((agent for agent in everyone if name.fits(agent)), key=lambda agent: agent.registered):
        newest[agent.address] = agent
    if len(newest) > 1:
        found = ", ".join(f"{agent.id} at {agent.address}" for agent in newest.values())
        raise NotFound(f"{len(newest)} agents have the {name} ({found}): name the one that is meant by id or address")
    return next(iter(newest.values()), None)


def not_registered(everyone: list[Agent], name: Name) -> NotFound:
    """The error for a name that none of the registered agents has."""
    known = ", ".join(f"{one.hostname} at {one.address}" for one in everyone) or "none"
    return NotFound(
        f"No registered agent has the {name} (registered: {known}): start it, or correct the name", not_found=True
    )


def tasks_on(agent_id: str, tasks: dict[str, Any], frameworks: dict[str, Any]) -> list[Task]:
    """From GET_TASKS and GET_FRAMEWORKS: what still runs on an agent."""
    entries = [task for task in tasks.get("tasks") or [] if task["agent_id"]["value"] == agent_id]
    return unfinished(entries, frameworks)


def unfinished(entries: Iterable[dict[str, Any]], frameworks: dict[str, Any]) -> list[Task]:
    """Entries of GET_TASKS that have not ended, with the names of GET_FRAMEWORKS."""
    names = {
        entry["framework_info"]["id"]["value"]: entry["framework_info"].get("name") or "a framework without a name"
        for entry in frameworks.get("frameworks") or []
    }
    return [
        Task(
            task["task_id"]["value"],
            names.get(task["framework_id"]["value"], task["framework_id"]["value"]),
            str(task.get("state")),
            amounts(task.get("resources")),
        )
        for task in entries
        if task.get("state") not in TERMINAL
    ]


def homeless(tasks: Iterable[Task], others: Iterable[Agent]) -> list[Task]:
    """The tasks for which no other agent has room, the large ones first. Ports and constraints are not looked at."""
    rooms = [dict(agent.free) for agent in others if agent.state == "active"]
    left = []
    for task in sorted(tasks, key=lambda task: (task.needs.get("mem", 0), task.needs.get("cpus", 0)), reverse=True):
        # Sums of fractions are never exact.
        room = next((room for room in rooms if all(room[k] + 1e-6 >= need for k, need in task.needs.items())), None)
        if room is None:
            left.append(task)
            continue
        for kind, need in task.needs.items():
            room[kind] -= need
    return left


def listed(tasks: list[Task], most: int = 5) -> str:
    """For a sentence."""
    more = f" and {len(tasks) - most} more" if len(tasks) > most else ""
    return "; ".join(map(str, tasks[:most])) + more
