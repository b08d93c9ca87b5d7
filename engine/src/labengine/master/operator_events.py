"""The event stream of the operator API: who subscribed to it is told what happens in the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from labengine.common import log
from labengine.master import v1_messages
from labengine.master.model import Agent, Framework, Task
from labengine.master.streams import EventStream

logger = log.get(__name__)

HEARTBEAT_SECONDS = 15.0
# Of these updates each is told, of others only those that bring a new state.
HEALTH_REASON = "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"


class OperatorEvents:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._streams: list[EventStream] = []

    @property
    def subscribers(self) -> int:
        return len(self._streams)

    def subscribe(self, state: dict[str, Any]) -> EventStream:
        """A stream that begins with ``state``; the oldest ones are closed when there are too many."""
        stream = EventStream(self._streams.remove)
        subscribed = {"get_state": state, "heartbeat_interval_seconds": HEARTBEAT_SECONDS}
        stream.send({"type": "SUBSCRIBED", "subscribed": subscribed})
        self._streams.append(stream)
        logger.info("Added subscriber %s to the list of active subscribers", stream.id)
        while len(self._streams) > self._limit:
            logger.info("More than %d subscribers: the oldest connection is closed", self._limit)
            self._streams[0].close()
        self._beat_later(stream)
        return stream

    def _beat_later(self, stream: EventStream) -> None:
        def beat() -> None:
            if stream.open:
                stream.send({"type": "HEARTBEAT"})
                self._beat_later(stream)

        asyncio.get_running_loop().call_later(HEARTBEAT_SECONDS, beat)

    def task_added(self, task: Task) -> None:
        self._tell("TASK_ADDED", lambda: {"task": v1_messages.task(task)})

    def task_updated(self, task: Task, status: dict[str, Any], before: str | None) -> None:
        """``before`` is the state of the status that came before this one."""
        if status["state"] == before and status.get("reason") != HEALTH_REASON:
            return
        self._tell(
            "TASK_UPDATED",
            lambda: {"framework_id": {"value": task.framework_id}, "status": status, "state": task.state},
        )

    def agent_added(self, agent: Agent) -> None:
        self._tell("AGENT_ADDED", lambda: {"agent": v1_messages.agent(agent)})

    def agent_removed(self, agent: Agent) -> None:
        self._tell("AGENT_REMOVED", lambda: {"agent_id": {"value": agent.id}})

    def framework_added(self, framework: Framework) -> None:
        self._tell("FRAMEWORK_ADDED", lambda: {"framework": _announced(framework)})

    def framework_updated(self, framework: Framework) -> None:
        self._tell("FRAMEWORK_UPDATED", lambda: {"framework": _announced(framework)})

    def framework_removed(self, framework: Framework) -> None:
        self._tell("FRAMEWORK_REMOVED", lambda: {"framework_info": framework.info})

    def _tell(self, kind: str, content: Callable[[], dict[str, Any]]) -> None:
        if not self._streams:
            return
        event = {"type": kind, kind.lower(): content()}
        # A subscriber that does not read is closed by its event, and leaves the list.
        for stream in list(self._streams):
            stream.send(event)


def _announced(framework: Framework) -> dict[str, Any]:
    """In events Mesos tells less of a framework than in its answers."""
    whole = v1_messages.framework(framework)
    shown = ("framework_info", "active", "connected", "recovered", "registered_time", "reregistered_time")
    return {key: whole[key] for key in shown} | {"unregistered_time": v1_messages.nanoseconds(framework.unregistered)}
