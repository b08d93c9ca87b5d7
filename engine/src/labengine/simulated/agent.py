"""One simulated agent: to the master it is like any other, but its tasks are only told of."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from labengine import MESOS_VERSION
from labengine.agent import messages, task_group
from labengine.agent.master_link import MasterLink
from labengine.agent.record import TaskRecord, new_status
from labengine.agent.updates import UpdateStreams
from labengine.common import log
from labengine.common.poster import Poster
from labengine.common.supervision import supervise
from labengine.common.zk import MasterDetector

logger = log.get(__name__)

REGISTRATION_BACKOFF_SECONDS = 1.0
NOTE = "Simulated by the lab engine: nothing runs"
Key = tuple[str, str]


@dataclass(frozen=True)
class Behaviour:
    """What becomes of tasks: seconds until they run, and the share of those that fail then."""

    start_delay: float = 0.0
    failing: float = 0.0


class SimulatedAgent:
    """``answered`` is set when the master has taken it in, or refused it.

    ``slots`` are for the updates of all agents: what one process could say at once is more than a master takes.

    ``ended(agent)`` is called when the master wants it to end, as when it was marked gone.
    """

    def __init__(
        self,
        info: dict[str, Any],
        ip: str,
        behaviour: Behaviour,
        detector: MasterDetector,
        client: httpx.AsyncClient,
        poster: Poster,
        slots: asyncio.Semaphore,
        ended: Callable[[SimulatedAgent], None],
    ) -> None:
        self.info = info
        self.tasks: dict[Key, TaskRecord] = {}
        self.answered = asyncio.Event()
        self._ip = ip
        self._behaviour = behaviour
        self._slots = slots
        self._ended = ended
        self._frameworks: dict[str, dict[str, Any]] = {}
        self._starting: dict[Key, asyncio.TimerHandle] = {}
        self._background: set[asyncio.Task[Any]] = set()
        self._updates = UpdateStreams(
            self._send_update, save=lambda _record: None, completed=lambda record: self._forget(record.key)
        )
        self._link = MasterLink(
            detector, REGISTRATION_BACKOFF_SECONDS, self._subscription, self._handle, client, poster
        )

    @property
    def id(self) -> str:
        return str((self.info.get("id") or {}).get("value", ""))

    def start(self) -> None:
        self._spawn(self._link.run())

    async def stop(self) -> None:
        """The end of the agent, which its master finds out by itself."""
        for timer in self._starting.values():
            timer.cancel()
        self._updates.stop()
        for job in self._background:
            job.cancel()
        await self._link.close()

    def _spawn(self, job: Any) -> None:
        task = supervise(job)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # The master's side

    def _subscription(self) -> dict[str, Any]:
        return {
            "type": "SUBSCRIBE",
            "agent_info": self.info,
            "ip": self._ip,
            "version": MESOS_VERSION,
            "tasks": [messages.task_entry(self.id, record) for record in self.tasks.values()],
            "frameworks": list(self._frameworks.values()),
        }

    async def _send_update(self, record: TaskRecord, status: dict[str, Any]) -> bool:
        async with self._slots:
            return await self._link.post(messages.status_update(self.id, record.framework_id, status))

    def _handle(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "PING":
            self._spawn(self._link.post(messages.pong(self.id)))
        elif kind == "SUBSCRIBED":
            self.info = {**self.info, "id": event["agent_id"]}
            self.answered.set()
            self._updates.resend()
        elif kind == "RESEND_UPDATES":
            self._updates.resend(event["framework_id"]["value"])
        elif kind == "RUN_TASK":
            self._run(event["framework"], [event["task"]], group_id=None)
        elif kind == "RUN_TASK_GROUP":
            self._run(event["framework"], event["tasks"], group_id=str(uuid.uuid4()))
        elif kind == "KILL_TASK":
            self._kill_task(event["framework_id"]["value"], event["task_id"]["value"])
        elif kind == "ACKNOWLEDGE":
            if record := self.tasks.get((event["framework_id"]["value"], event["task_id"]["value"])):
                self._updates.acknowledge(record, event["uuid"])
        elif kind == "DRAIN":
            for record in list(self.tasks.values()):
                self._kill(record, reason="REASON_SLAVE_DRAINING")
        elif kind == "SHUTDOWN_FRAMEWORK":
            self._shutdown_framework(event["framework_id"]["value"])
        elif kind == "SHUTDOWN":
            logger.info("Agent %s (%s) ends: %s", self.id, self.info["hostname"], event.get("message", ""))
            self.answered.set()
            self._ended(self)
        else:
            logger.warning("Ignoring an event of unknown type '%s'", kind)

    # Tasks

    def _run(self, framework: dict[str, Any], infos: list[dict[str, Any]], *, group_id: str | None) -> None:
        framework_id = framework["id"]["value"]
        self._frameworks[framework_id] = framework
        records = [TaskRecord(framework_id, info, str(uuid.uuid4()), group_id=group_id) for info in infos]
        self.tasks.update({record.key: record for record in records})
        for record in records:
            self._report(record, "TASK_STARTING")
        for record in records:
            if self._behaviour.start_delay:
                self._starting[record.key] = asyncio.get_running_loop().call_later(
                    self._behaviour.start_delay, self._started, record
                )
            else:
                self._started(record)

    def _started(self, record: TaskRecord) -> None:
        self._starting.pop(record.key, None)
        if record.terminal:
            return
        if random.random() < self._behaviour.failing:
            self._report(
                record,
                "TASK_FAILED",
                message=f"{NOTE}; it was picked to fail (--failing={self._behaviour.failing:g})",
                reason="REASON_COMMAND_EXECUTOR_FAILED",
            )
            self._end_group_of(record)
            return
        healthy = True if "health_check" in record.info else None
        self._report(record, "TASK_RUNNING", message=NOTE, healthy=healthy)

    def _kill_task(self, framework_id: str, task_id: str) -> None:
        record = self.tasks.get((framework_id, task_id))
        if record is None:
            framework = self._frameworks.get(framework_id, {})
            self._spawn(self._link.post(messages.unknown_task(self.id, framework_id, framework, task_id)))
        else:
            self._kill(record)

    def _kill(self, record: TaskRecord, *, reason: str | None = None) -> None:
        if record.terminal:
            return
        if timer := self._starting.pop(record.key, None):
            timer.cancel()
        capabilities = self._frameworks[record.framework_id].get("capabilities", [])
        if {"type": "TASK_KILLING_STATE"} in capabilities:
            self._report(record, "TASK_KILLING")
        self._report(record, "TASK_KILLED", message=NOTE, reason=reason)
        self._end_group_of(record)

    def _end_group_of(self, record: TaskRecord) -> None:
        if task_group.ends_the_others(record):
            for other in task_group.members(list(self.tasks.values()), record):
                self._kill(other)

    def _report(self, record: TaskRecord, state: str, **details: Any) -> None:
        self._updates.emit(record, new_status(record, self.id, state, ip_addresses=[self._ip], **details))

    def _shutdown_framework(self, framework_id: str) -> None:
        """Nobody will acknowledge anything any more."""
        for record in [one for one in self.tasks.values() if one.framework_id == framework_id]:
            self._updates.drop(record)
            self._forget(record.key)
        self._frameworks.pop(framework_id, None)

    def _forget(self, key: Key) -> None:
        del self.tasks[key]
        if timer := self._starting.pop(key, None):
            timer.cancel()
