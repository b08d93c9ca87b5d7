"""Agents: registration, re-registration, health, loss."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from typing import Any

from labengine.common import log
from labengine.common.flagtable import Flags
from labengine.common.resources import UNRESERVED, Resources
from labengine.master.allocator import Allocator
from labengine.master.frameworks import Frameworks
from labengine.master.machines import Key, machine_key, unavailability
from labengine.master.model import Agent, Cluster, Task
from labengine.master.operator_events import OperatorEvents
from labengine.master.registry import Registry
from labengine.master.streams import EventStream
from labengine.master.tasks import Tasks

logger = log.get(__name__)

PING_SECONDS = 5.0


class Agents:
    def __init__(
        self,
        cluster: Cluster,
        flags: Flags,
        registry: Registry,
        tasks: Tasks,
        frameworks: Frameworks,
        allocator: Allocator,
        events: OperatorEvents,
    ) -> None:
        self._cluster = cluster
        self._registry = registry
        self._tasks = tasks
        self._frameworks = frameworks
        self._allocator = allocator
        self._events = events
        self._next = 0
        # Registrations and losses wait for the registry; one must not see the other half-way.
        self._membership = asyncio.Lock()
        self._reregister_timeout = flags.agent_reregister_timeout
        self._recovering_until = 0.0
        self._patience = flags.agent_ping_timeout * flags.max_agent_ping_timeouts

    def recover(self) -> None:
        """A new leader begins with what the registry holds."""
        self._cluster.recovered.update(self._registry.agents)
        self._cluster.unreachable.update(self._registry.unreachable)
        self._recovering_until = time.monotonic() + self._reregister_timeout

    async def subscribe(self, body: dict[str, Any]) -> EventStream:
        """A new agent, one that comes back, or one that the leader before this one knew."""
        async with self._membership:
            return await self._admit(body)

    async def _admit(self, body: dict[str, Any]) -> EventStream:
        info = dict(body["agent_info"])
        total = Resources.parse(info.get("resources", []))
        known_as = (info.get("id") or {}).get("value")
        await self._replace_namesake(body["ip"], int(info.get("port", 5051)), known_as)
        if known_as in self._registry.gone:
            return self._turned_away("Agent has been marked gone")
        down = {machine_key(one) for one in self._registry.maintenance.get("down", [])}
        machine = machine_key({"hostname": info["hostname"], "ip": body["ip"]})
        if machine in down:
            return self._turned_away("Machine is DOWN")
        self._cluster.count("master/messages_reregister_slave" if known_as else "master/messages_register_slave")
        agent_id = known_as or f"{self._cluster.master_id}-S{self._next}"
        self._next += known_as is None
        info["id"] = {"value": agent_id}
        await self._registry.admit(agent_id, info)
        self._cluster.count("master/slave_reregistrations" if known_as else "master/slave_registrations")
        self._cluster.recovered.pop(agent_id, None)
        was_unreachable = self._cluster.unreachable.pop(agent_id, None) is not None
        stream = EventStream(self._stream_closed)
        agent = self._cluster.agents.get(agent_id)
        is_new = agent is None
        if agent is not None:
            old, agent.stream = agent.stream, None
            if old is not None:
                old.close()
            self._allocator.forget_agent(agent)
            agent.info, agent.total, agent.ip, agent.version = info, total, body["ip"], body["version"]
        else:
            agent = self._cluster.agents[agent_id] = Agent(agent_id, info, body["ip"], body["version"], total)
        if known_as:
            agent.reregistered = time.time()
        agent.unavailability = unavailability(self._registry.maintenance.get("windows", []), machine)
        agent.stream = stream
        agent.last_pong = time.monotonic()
        stream.send({"type": "SUBSCRIBED", "agent_id": {"value": agent.id}})
        self._match_tasks(agent, body.get("tasks", []), body.get("frameworks", []), was_unreachable)
        for kill in agent.pending_kills.values():
            agent.send(kill)
        agent.drain = self._registry.drains.get(agent_id)
        draining = (agent.drain or {}).get("drain_info", {})
        if draining.get("state") == "DRAINING":
            agent.send({"type": "DRAIN", "config": draining["config"]})
        if is_new:
            self._events.agent_added(agent)
        logger.info(
            "Agent %s at %s (%s) is registered with %d tasks", agent.id, agent.pid, agent.hostname, len(agent.tasks)
        )
        self._allocator.wake()
        return stream

    @staticmethod
    def _turned_away(message: str) -> EventStream:
        logger.warning("Refusing an agent: %s", message)
        stream = EventStream(lambda _stream: None)
        stream.send({"type": "SHUTDOWN", "message": message})
        stream.close()
        return stream

    def on_machines(self, keys: Collection[Key]) -> list[Agent]:
        return [
            agent
            for agent in self._cluster.agents.values()
            if machine_key({"hostname": agent.hostname, "ip": agent.ip}) in keys
        ]

    def answers(self, machine: Key) -> list[dict[str, Any]]:
        """What frameworks said to leaving the machine."""
        return self._allocator.inverse.statuses(agent.id for agent in self.on_machines([machine]))

    def schedule(self, windows: list[dict[str, Any]], keys: Collection[Key]) -> None:
        """Frameworks that hold something of these machines are told of the new schedule by new offers."""
        for agent in self.on_machines(keys):
            machine = machine_key({"hostname": agent.hostname, "ip": agent.ip})
            for offer in list(agent.offers.values()):
                self._allocator.rescind(offer)
            self._allocator.inverse.change(agent, unavailability(windows, machine))
        self._allocator.wake()

    async def end(self, agent_id: str, state: str, message: str, *, gone: bool = False) -> None:
        """An operator takes an agent out for good, or until its machine is up again: it ends with its tasks."""
        async with self._membership:
            if gone:
                await self._registry.mark_gone(agent_id, time.time())
            else:
                await self._registry.remove(agent_id)
            self._cluster.recovered.pop(agent_id, None)
            self._cluster.unreachable.pop(agent_id, None)
            agent = self._cluster.agents.get(agent_id)
            if agent is None:
                return
            logger.info("Removing agent %s at %s: %s", agent.id, agent.pid, message)
            agent.send({"type": "SHUTDOWN", "message": message})
            self._end_tasks(agent, state, message, "REASON_SLAVE_REMOVED_BY_OPERATOR")
            self._forget(agent)
            # Of one that is gone or out of reach Mesos does not tell its subscribers.
            if not gone:
                self._events.agent_removed(agent)
            self._cluster.count("master/slave_removals")

    def _end_tasks(self, agent: Agent, state: str, message: str, reason: str = "REASON_SLAVE_REMOVED") -> None:
        for framework_id, task_id in list(agent.tasks):
            framework = self._cluster.frameworks[framework_id]
            self._tasks.end(
                framework,
                framework.tasks[task_id],
                self._tasks.lost_state(framework, state),
                reason,
                message,
            )

    async def _replace_namesake(self, ip: str, port: int, agent_id: str | None) -> None:
        """An agent that lost its work_dir comes as a new one from the address of the old."""
        for agent in list(self._cluster.agents.values()):
            if agent.ip == ip and agent.port == port and agent.id != agent_id:
                await self._remove(agent, "it was replaced by a new one from the same address")

    async def _remove(self, agent: Agent, why: str) -> None:
        logger.info("Removing agent %s at %s: %s", agent.id, agent.pid, why)
        await self._registry.remove(agent.id)
        self._end_tasks(agent, "TASK_GONE", f"Agent {agent.hostname} was removed: {why}")
        self._forget(agent)
        self._events.agent_removed(agent)
        self._cluster.count("master/slave_removals/reason_registered")
        self._cluster.count("master/slave_removals")

    def _match_tasks(
        self, agent: Agent, brought: list[dict[str, Any]], infos: list[dict[str, Any]], was_unreachable: bool
    ) -> None:
        """Adopt the tasks the agent brought; end those it was thought to run and does not."""
        by_id = {info["id"]["value"]: info for info in infos}
        present = set()
        for entry in brought:
            framework_id = entry["framework_id"]["value"]
            info = by_id.get(framework_id) or {"id": {"value": framework_id}, "name": "", "user": ""}
            framework = self._frameworks.recover(info)
            if framework is None:
                agent.send({"type": "SHUTDOWN_FRAMEWORK", "framework_id": {"value": framework_id}})
                continue
            task_id = entry["task"]["task_id"]["value"]
            present.add((framework_id, task_id))
            task = agent.tasks.get((framework_id, task_id))
            lost = framework.unreachable.pop(task_id, None)
            status = entry.get("status")
            if task is None:
                task = lost or Task(entry["task"], framework_id, agent.id, _role(entry["task"]))
                if status or lost:
                    task.record(status or {"state": "TASK_STAGING", "timestamp": time.time()})
                self._tasks.add(framework, agent, task)
            elif status and not task.terminal:
                self._tasks.record(task, status)
            # An earlier leader may have told of the loss: this one does not know the task, but its framework does.
            if (lost or was_unreachable) and not task.terminal:
                self._tasks.returned(framework, task)
        for framework_id, task_id in set(agent.tasks) - present:
            framework = self._cluster.frameworks[framework_id]
            task = agent.tasks[framework_id, task_id]
            self._tasks.end(
                framework,
                task,
                self._tasks.lost_state(framework, "TASK_DROPPED"),
                "REASON_RECONCILIATION",
                "The task is unknown to its agent",
            )

    def status_update(self, body: dict[str, Any]) -> None:
        self._cluster.count("master/messages_status_update")
        agent = self._cluster.agents.get(body["agent_id"]["value"])
        if agent is not None:
            self._tasks.update(agent, body["framework_id"]["value"], body["status"])

    def pong(self, body: dict[str, Any]) -> None:
        agent = self._cluster.agents.get(body["agent_id"]["value"])
        if agent is not None:
            agent.last_pong = time.monotonic()

    async def watch(self) -> None:
        """Pings every few seconds and gives up agents that were silent for too long."""
        while True:
            await asyncio.sleep(min(PING_SECONDS, self._patience / 3))
            for agent in list(self._cluster.agents.values()):
                if not self._answered(agent):
                    async with self._membership:
                        await self._give_up(agent)
                else:
                    agent.send({"type": "PING"})
            if self._cluster.recovered and time.monotonic() > self._recovering_until:
                async with self._membership:
                    await self._give_up_recovered()

    def _stream_closed(self, stream: EventStream) -> None:
        agent = next((one for one in self._cluster.agents.values() if one.stream is stream), None)
        if agent is not None:
            logger.info("Agent %s at %s disconnected", agent.id, agent.pid)
            agent.stream = None
            self._allocator.forget_agent(agent)

    def _answered(self, agent: Agent) -> bool:
        return time.monotonic() - agent.last_pong <= self._patience

    async def _give_up(self, agent: Agent) -> None:
        if self._cluster.agents.get(agent.id) is not agent or self._answered(agent):
            return
        logger.warning("Agent %s at %s is unreachable: no answer for %g seconds", agent.id, agent.pid, self._patience)
        now = time.time()
        await self._registry.mark_unreachable(agent.id, now)
        if self._answered(agent):
            # It did while the registry was written.
            self._cluster.count("master/slave_unreachable_canceled")
            await self._registry.admit(agent.id, agent.info)
            return
        self._cluster.count("master/slave_unreachable_scheduled")
        self._cluster.count("master/slave_unreachable_completed")
        self._cluster.count("master/slave_removals/reason_unhealthy")
        self._cluster.count("master/slave_removals")
        for (framework_id, _task_id), task in list(agent.tasks.items()):
            self._tasks.partition(self._cluster.frameworks[framework_id], task, agent, now)
        self._forget(agent)
        self._cluster.unreachable[agent.id] = now

    async def _give_up_recovered(self) -> None:
        for agent_id in list(self._cluster.recovered):
            logger.warning("Agent %s is unreachable: it did not come back to this leader", agent_id)
            now = time.time()
            await self._registry.mark_unreachable(agent_id, now)
            self._cluster.count("master/recovery_slave_removals")
            del self._cluster.recovered[agent_id]
            self._cluster.unreachable[agent_id] = now

    def _forget(self, agent: Agent) -> None:
        stream, agent.stream = agent.stream, None
        self._allocator.forget_agent(agent)
        self._allocator.inverse.forget_agent(agent)
        del self._cluster.agents[agent.id]
        if stream is not None:
            stream.close()
        for framework in self._cluster.frameworks.values():
            framework.send({"type": "FAILURE", "failure": {"agent_id": {"value": agent.id}}})


def _role(task: dict[str, Any]) -> str:
    for resource in task.get("resources", []):
        if "allocation_info" in resource:
            return str(resource["allocation_info"].get("role", UNRESERVED))
    return UNRESERVED
