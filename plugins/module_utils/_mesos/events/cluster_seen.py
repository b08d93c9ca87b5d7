# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the state of a Mesos cluster as its operator stream tells it, first whole, then event by event."""

from __future__ import annotations

from typing import Any

from ..agents import TERMINAL

Event = dict[str, Any]

# Of ended tasks, so that one that the next master still lists is not told again.
_MOST_ENDED = 100_000


def id_of(holder: Any, name: str) -> str:
    return str(((holder or {}).get(name) or {}).get("value") or "")


def task_key(task: dict[str, Any]) -> tuple[str, str]:
    return id_of(task, "framework_id"), id_of(task, "task_id")


class ClusterSeen:
    """state is that of SUBSCRIBED, the answer to GET_STATE."""

    def __init__(self, state: dict[str, Any]) -> None:
        agents, frameworks = state.get("get_agents") or {}, state.get("get_frameworks") or {}
        tasks = state.get("get_tasks") or {}
        self.agents = {_agent_id(one): one for one in agents.get("agents") or []}
        # Known from the registry, after an election, and not back yet.
        self.recovered = {id_of(_info(one), "id") for one in agents.get("recovered_agents") or []}
        self.frameworks = {_framework_id(one): one for one in frameworks.get("frameworks") or []}
        self.completed_frameworks = {_framework_id(one) for one in frameworks.get("completed_frameworks") or []}
        self.tasks = {
            task_key(one): one
            for kind in ("tasks", "unreachable_tasks", "orphan_tasks")
            for one in tasks.get(kind) or []
        }
        self.ended = {task_key(one): one for one in tasks.get("completed_tasks") or []}

    def apply(self, event: Event) -> None:
        """An event of the stream."""
        kind = event["type"]
        content = event.get(kind.lower()) or {}
        if kind == "TASK_ADDED":
            task = content.get("task") or {}
            self.tasks[task_key(task)] = task
        elif kind == "TASK_UPDATED":
            self._updated(content)
        elif kind == "AGENT_ADDED":
            self.agents[_agent_id(content.get("agent") or {})] = content.get("agent") or {}
        elif kind == "AGENT_REMOVED":
            self.agents.pop(id_of(content, "agent_id"), None)
        elif kind in ("FRAMEWORK_ADDED", "FRAMEWORK_UPDATED"):
            self.frameworks[_framework_id(content.get("framework") or {})] = content.get("framework") or {}
        elif kind == "FRAMEWORK_REMOVED":
            self.frameworks.pop(_framework_id(content), None)

    def _updated(self, content: dict[str, Any]) -> None:
        key = (id_of(content, "framework_id"), id_of(content.get("status"), "task_id"))
        task = {**self.tasks.get(key, {}), "state": content.get("state")}
        if content.get("state") not in TERMINAL:
            self.tasks[key] = task
            return
        self.tasks.pop(key, None)
        self.ended[key] = task
        if len(self.ended) > _MOST_ENDED:
            del self.ended[next(iter(self.ended))]

    def keep(self, before: ClusterSeen) -> None:
        """What a new leader does not know yet: tasks and frameworks of agents that have not come back to it."""
        if not self.recovered:
            return
        for name, agent in before.agents.items():
            if name in self.recovered:
                self.agents.setdefault(name, agent)
        for key, task in before.tasks.items():
            if id_of(task, "agent_id") in self.recovered:
                self.tasks.setdefault(key, task)
        for name, framework in before.frameworks.items():
            if name not in self.completed_frameworks:
                self.frameworks.setdefault(name, framework)


def difference(before: ClusterSeen, now: ClusterSeen) -> list[Event]:
    """What happened between two states, as the events that the stream would have had. now has kept what it must."""
    return [*_agents(before, now), *_frameworks(before, now), *_tasks(before, now), *_gone(before, now)]


def _agents(before: ClusterSeen, now: ClusterSeen) -> list[Event]:
    added = [_event("AGENT_ADDED", agent=one) for name, one in now.agents.items() if name not in before.agents]
    return added + [
        _event("AGENT_REMOVED", agent_id={"value": name}) for name in before.agents if name not in now.agents
    ]


def _frameworks(before: ClusterSeen, now: ClusterSeen) -> list[Event]:
    found = []
    for name, framework in now.frameworks.items():
        known = before.frameworks.get(name)
        if known is None:
            found.append(_event("FRAMEWORK_ADDED", framework=framework))
        elif any(known.get(key) != framework.get(key) for key in ("active", "connected")):
            found.append(_event("FRAMEWORK_UPDATED", framework=framework))
    return found


def _tasks(before: ClusterSeen, now: ClusterSeen) -> list[Event]:
    found = []
    for key, task in now.tasks.items():
        known = before.tasks.get(key)
        if known is None:
            found.append(_event("TASK_ADDED", task=task))
        elif known.get("state") != task.get("state"):
            found.append(_update(key, task, str(task.get("state"))))
    # Also those that began and ended meanwhile.
    found += [
        _update(key, task, str(task.get("state"))) for key, task in now.ended.items() if key not in before.ended
    ]
    return found + [
        _update(key, task, "TASK_UNKNOWN")
        for key, task in before.tasks.items()
        if key not in now.tasks and key not in now.ended
    ]


def _gone(before: ClusterSeen, now: ClusterSeen) -> list[Event]:
    return [
        _event("FRAMEWORK_REMOVED", framework_info=framework.get("framework_info") or {})
        for name, framework in before.frameworks.items()
        if name not in now.frameworks
    ]


def _update(key: tuple[str, str], task: dict[str, Any], state: str) -> Event:
    framework_id, task_id = key
    statuses = task.get("statuses") or []
    told = statuses[-1] if statuses and statuses[-1].get("state") == state else {}
    status = {"agent_id": task.get("agent_id") or {}, **told, "task_id": {"value": task_id}, "state": state}
    return _event("TASK_UPDATED", framework_id={"value": framework_id}, status=status, state=state)


def _event(kind: str, **content: Any) -> Event:
    return {"type": kind, kind.lower(): content}


def _info(agent: dict[str, Any]) -> dict[str, Any]:
    return agent.get("agent_info") or agent


def _agent_id(agent: dict[str, Any]) -> str:
    return id_of(_info(agent), "id")


def _framework_id(framework: dict[str, Any]) -> str:
    return id_of(framework.get("framework_info"), "id")
