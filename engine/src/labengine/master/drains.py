"""Agents that operators take out of use: deactivated, drained, gone for good."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from labengine.common import log
from labengine.master.agents import Agents
from labengine.master.allocator import Allocator
from labengine.master.model import Agent, Cluster
from labengine.master.registry import Registry

logger = log.get(__name__)

LOOK_SECONDS = 0.2
DRAINING, DRAINED = "DRAINING", "DRAINED"


class DrainError(Exception):
    """A call that is refused with 400 and this text."""


class Drains:
    def __init__(self, cluster: Cluster, registry: Registry, agents: Agents, allocator: Allocator) -> None:
        self._cluster = cluster
        self._registry = registry
        self._agents = agents
        self._allocator = allocator

    async def drain(self, agent_id: str, limit: dict[str, Any] | None, mark_gone: bool) -> None:
        self._known(agent_id)
        config: dict[str, Any] = {"mark_gone": mark_gone}
        if limit is not None:
            config["max_grace_period"] = limit
        logger.info("Draining agent %s", agent_id)
        agent = self._cluster.agents.get(agent_id)
        before = self._registry.drains.get(agent_id, {})
        await self._set(
            agent_id,
            {"drain_info": {"state": DRAINING, "config": config}, "started": before.get("started", time.time())},
        )
        if agent is not None:
            agent.send({"type": "DRAIN", "config": config})
            # A task whose end nobody acknowledges does not hold up a second call.
            again = "drain_info" in before and all(task.terminal for task in agent.tasks.values())
            await self._look(agent, done=again)

    async def deactivate(self, agent_id: str) -> None:
        self._known(agent_id)
        if agent_id not in self._registry.drains:
            await self._set(agent_id, {})

    async def reactivate(self, agent_id: str) -> None:
        self._known(agent_id)
        drain = self._registry.drains.get(agent_id)
        if drain is None:
            raise DrainError("Agent is not deactivated")
        if drain.get("drain_info", {}).get("state") == DRAINING:
            raise DrainError("Agent is still in the DRAINING state")
        await self._set(agent_id, None)

    async def mark_gone(self, agent_id: str) -> None:
        if agent_id not in self._registry.gone:
            self._known(agent_id)
            await self._agents.end(agent_id, "TASK_GONE_BY_OPERATOR", "Agent has been marked gone", gone=True)

    async def run(self) -> None:
        """An agent that has nothing left to run, and whose updates were all acknowledged, is drained."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for agent in list(self._cluster.agents.values()):
                await self._look(agent)

    async def _look(self, agent: Agent, *, done: bool = False) -> None:
        info = (agent.drain or {}).get("drain_info", {})
        if info.get("state") != DRAINING or not agent.connected or (agent.tasks and not done):
            return
        logger.info("Agent %s is drained", agent.id)
        await self._set(agent.id, {**(agent.drain or {}), "drain_info": {**info, "state": DRAINED}})
        if info["config"].get("mark_gone"):
            await self.mark_gone(agent.id)

    async def _set(self, agent_id: str, drain: dict[str, Any] | None) -> None:
        await self._registry.set_drain(agent_id, drain)
        agent = self._cluster.agents.get(agent_id)
        if agent is not None:
            agent.drain = drain
            if drain is not None:
                self._allocator.forget_agent(agent)
        self._allocator.wake()

    def _known(self, agent_id: str) -> None:
        if not any(
            agent_id in where for where in (self._cluster.agents, self._cluster.recovered, self._cluster.unreachable)
        ):
            raise DrainError("Unknown agent")
