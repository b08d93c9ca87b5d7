"""The life of tasks: launch, updates, acknowledgements, kills, reconciliation."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from labengine.common import log
from labengine.common.flagtable import Flags
from labengine.master.model import Agent, Cluster, Framework, Task
from labengine.master.operator_events import OperatorEvents

logger = log.get(__name__)


class Tasks:
    """``freed()`` is called when resources of an agent became free; ``is_gone(agent id)`` knows who was marked so."""

    def __init__(
        self,
        cluster: Cluster,
        flags: Flags,
        freed: Callable[[], None],
        events: OperatorEvents,
        is_gone: Callable[[str], bool],
    ) -> None:
        self._cluster = cluster
        self._is_gone = is_gone
        self._flags = flags
        self._freed = freed
        self._events = events

    def add(self, framework: Framework, agent: Agent, task: Task) -> None:
        framework.tasks[task.id] = task
        agent.tasks[framework.id, task.id] = task
        self._events.task_added(task)

    def record(self, task: Task, status: dict[str, Any]) -> None:
        before = task.statuses[-1]["state"] if task.statuses else None
        lived = not task.terminal
        task.record(status)
        framework = self._cluster.frameworks.get(task.framework_id)
        if lived and task.terminal and framework is not None:
            framework.counters[f"tasks/terminal/{task.state.lower()}"] += 1
        self._events.task_updated(task, status, before)

    def launch(self, framework: Framework, agent: Agent, info: dict[str, Any], role: str) -> None:
        task = Task(info, framework.id, agent.id, role)
        self.add(framework, agent, task)
        logger.info(
            "Launching task %s of framework %s on agent %s at %s", task.id, framework.id, agent.id, agent.hostname
        )
        agent.send({"type": "RUN_TASK", "framework": framework.info, "task": info})

    def launch_group(self, framework: Framework, agent: Agent, infos: list[dict[str, Any]], role: str) -> None:
        """Each of the tasks names the executor that they share."""
        for info in infos:
            self.add(framework, agent, Task(info, framework.id, agent.id, role))
        names = ", ".join(info["task_id"]["value"] for info in infos)
        logger.info(
            "Launching task group [%s] of framework %s on agent %s at %s",
            names,
            framework.id,
            agent.id,
            agent.hostname,
        )
        agent.send({"type": "RUN_TASK_GROUP", "framework": framework.info, "tasks": infos})

    def update(self, agent: Agent, framework_id: str, status: dict[str, Any]) -> None:
        """A status from an agent, on its way to the framework."""
        framework = self._cluster.frameworks.get(framework_id)
        task_id = status["task_id"]["value"]
        if framework is None:
            # Nobody will ever acknowledge it, and the agent must not repeat it for ever.
            self._cluster.count("master/invalid_status_updates")
            self._acknowledge_to(agent, framework_id, task_id, status.get("uuid"))
            return
        self._cluster.count("master/valid_status_updates")
        task = framework.tasks.get(task_id)
        if task is not None and not task.terminal:
            self.record(task, status)
            logger.info(
                "Status update %s for task %s of framework %s from agent %s",
                status["state"],
                task_id,
                framework_id,
                agent.id,
            )
            if task.terminal:
                self._count_end(status)
                agent.pending_kills.pop((framework_id, task_id), None)
                self._freed()
        self._forward(framework, status)

    def acknowledge(self, framework: Framework, agent_id: str, task_id: str, uuid: str) -> None:
        task = framework.tasks.get(task_id)
        agent = self._cluster.agents.get(agent_id)
        if agent is None or not agent.connected:
            logger.warning("Ignoring an acknowledgement for task %s: agent %s is not there", task_id, agent_id)
            self._cluster.count("master/invalid_status_update_acknowledgements")
            return
        self._cluster.count("master/valid_status_update_acknowledgements")
        if task is not None and task.terminal and task.update_uuid == uuid:
            self._complete(framework, task)
            if task.executor_id:
                self._tell_of_executor(framework, agent, task.executor_id)
        self._acknowledge_to(agent, framework.id, task_id, uuid)

    def _tell_of_executor(self, framework: Framework, agent: Agent, executor_id: str) -> None:
        """That of a task group ends with the last of its tasks; those of lone commands nobody is told of."""
        if any(of == framework.id and one.executor_id == executor_id for (of, _id), one in agent.tasks.items()):
            return
        self._cluster.count("master/messages_exited_executor")
        ended = {"agent_id": {"value": agent.id}, "executor_id": {"value": executor_id}, "status": 0}
        framework.send({"type": "FAILURE", "failure": ended})

    @staticmethod
    def _acknowledge_to(agent: Agent, framework_id: str, task_id: str, uuid: str | None) -> None:
        agent.send(
            {
                "type": "ACKNOWLEDGE",
                "framework_id": {"value": framework_id},
                "task_id": {"value": task_id},
                "uuid": uuid,
            }
        )

    def end(self, framework: Framework, task: Task, state: str, reason: str, message: str) -> None:
        """The master itself ends a task; no acknowledgement is expected."""
        if task.terminal:
            self._complete(framework, task)
            return
        self.record(task, self._status(task.id, state, reason, message, agent_id=task.agent_id))
        self._count_end(task.statuses[-1])
        self._complete(framework, task)
        self._forward(framework, task.statuses[-1])

    def _count_end(self, status: dict[str, Any]) -> None:
        """By state; and by what ended it, in the names of the older API."""
        state = status["state"].lower()
        self._cluster.count("master/" + state.replace("task_", "tasks_"))
        if "reason" in status:
            source, reason = (status[key].lower().replace("agent", "slave") for key in ("source", "reason"))
            self._cluster.count(f"master/{state}/{source}/{reason}")

    def lost_state(self, framework: Framework, state: str) -> str:
        """``state`` for a partition-aware framework, TASK_LOST for the others."""
        return state if framework.partition_aware else "TASK_LOST"

    def refuse(self, framework: Framework, info: dict[str, Any], state: str, reason: str, message: str) -> None:
        """A launch that never became a task."""
        task_id = info.get("task_id", {}).get("value", "")
        logger.warning("Refusing task %s of framework %s: %s", task_id, framework.id, message)
        agent_id = info.get("agent_id", {}).get("value")
        status = self._status(task_id, state, reason, message, agent_id=agent_id)
        self._count_end(status)
        self._forward(framework, status)

    def partition(self, framework: Framework, task: Task, agent: Agent, since: float) -> None:
        """The task's agent does not answer; the task may well be running."""
        state = self.lost_state(framework, "TASK_UNREACHABLE")
        framework.tasks.pop(task.id, None)
        if not task.terminal:
            status = self._status(
                task.id,
                state,
                "REASON_SLAVE_REMOVED",
                f"Agent {agent.hostname} is unreachable: it did not answer health checks",
                agent_id=agent.id,
                unreachable_time={"nanoseconds": int(since * 1e9)},
            )
            self.record(task, status)
            self._cluster.count("master/" + state.lower().replace("task_", "tasks_"))
            framework.unreachable[task.id] = task
            while len(framework.unreachable) > self._flags.max_unreachable_tasks_per_framework:
                framework.unreachable.pop(next(iter(framework.unreachable)))
            self._forward(framework, status)
        else:
            self._archive(framework, task)

    def returned(self, framework: Framework, task: Task) -> None:
        """The agent of an unreachable task is back and still runs it."""
        self._forward(
            framework,
            self._status(
                task.id,
                task.state,
                "REASON_SLAVE_REREGISTERED",
                "The agent that was unreachable is back",
                agent_id=task.agent_id,
            ),
        )

    def kill(self, framework: Framework, task_id: str, agent_id: str | None, policy: dict[str, Any] | None) -> None:
        task = framework.tasks.get(task_id)
        if task is None:
            self.reconcile(framework, [(task_id, agent_id)])
            return
        if agent_id is not None and agent_id != task.agent_id:
            logger.warning("Cannot kill task %s on agent %s: it belongs to agent %s", task_id, agent_id, task.agent_id)
            return
        agent = self._cluster.agents[task.agent_id]
        event: dict[str, Any] = {
            "type": "KILL_TASK",
            "framework_id": {"value": framework.id},
            "task_id": {"value": task_id},
        }
        if policy:
            event["kill_policy"] = policy
        agent.pending_kills[framework.id, task_id] = event
        agent.send(event)

    def shut_down_executor(self, framework: Framework, agent: Agent, executor_id: str) -> None:
        """An executor that is told to end kills its tasks; that of a lone command has the command's id."""
        for (framework_id, task_id), task in list(agent.tasks.items()):
            if framework_id == framework.id and executor_id == (task.executor_id or task_id) and not task.terminal:
                self.kill(framework, task_id, None, None)

    def reconcile(self, framework: Framework, asked: list[tuple[str, str | None]]) -> None:
        """Tells the latest state of the named tasks, each with its agent where that is known; without any, of all."""
        self._cluster.count("master/messages_reconcile_tasks")
        if not asked:
            for task in list(framework.tasks.values()):
                self._tell_latest(framework, task)
        for task_id, agent_id in asked:
            known = framework.tasks.get(task_id)
            if known is not None:
                self._tell_latest(framework, known)
            else:
                self._tell_of_unknown(framework, task_id, agent_id)

    def _tell_of_unknown(self, framework: Framework, task_id: str, agent_id: str | None) -> None:
        cluster = self._cluster
        if agent_id in cluster.recovered or (agent_id is None and cluster.recovered):
            # An agent is still on its way to this leader: an answer now could end a task that runs.
            return
        more: dict[str, Any] = {}
        if agent_id in cluster.agents:
            state, message = "TASK_GONE", "Task is unknown to the agent"
        elif agent_id in cluster.unreachable:
            state, message = "TASK_UNREACHABLE", "Task is unreachable"
            more["unreachable_time"] = {"nanoseconds": int(cluster.unreachable[agent_id] * 1e9)}
        elif agent_id is not None and self._is_gone(agent_id):
            state, message = "TASK_GONE_BY_OPERATOR", "Task is gone"
        else:
            state, message = "TASK_UNKNOWN", "Task is unknown"
        state, message = self.lost_state(framework, state), f"Reconciliation: {message}"
        self._forward(
            framework, self._status(task_id, state, "REASON_RECONCILIATION", message, agent_id=agent_id, **more)
        )

    def _tell_latest(self, framework: Framework, task: Task) -> None:
        latest = {key: value for key, value in (task.statuses[-1] if task.statuses else {}).items() if key != "uuid"}
        latest.update(
            self._status(
                task.id,
                task.state,
                "REASON_RECONCILIATION",
                "Reconciliation: Latest task state",
                agent_id=task.agent_id,
            )
        )
        self._forward(framework, latest)

    @staticmethod
    def _status(
        task_id: str, state: str, reason: str, message: str, *, agent_id: str | None, **more: Any
    ) -> dict[str, Any]:
        status: dict[str, Any] = {
            "task_id": {"value": task_id},
            "state": state,
            "source": "SOURCE_MASTER",
            "reason": reason,
            "message": message,
            "timestamp": time.time(),
            **more,
        }
        if agent_id:
            status["agent_id"] = {"value": agent_id}
        return status

    def _forward(self, framework: Framework, status: dict[str, Any]) -> None:
        framework.send({"type": "UPDATE", "update": {"status": status}})

    def _complete(self, framework: Framework, task: Task) -> None:
        framework.tasks.pop(task.id, None)
        agent = self._cluster.agents.get(task.agent_id)
        if agent is not None:
            agent.tasks.pop((framework.id, task.id), None)
            agent.pending_kills.pop((framework.id, task.id), None)
        self._archive(framework, task)
        self._freed()

    def _archive(self, framework: Framework, task: Task) -> None:
        framework.completed.append(task)
        while len(framework.completed) > self._flags.max_completed_tasks_per_framework:
            framework.completed.popleft()
