"""Status updates on their way to the master: one at a time a task, in order, until the framework acknowledged it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from labengine.agent.record import TaskRecord
from labengine.common import log
from labengine.common.supervision import supervise

logger = log.get(__name__)

FIRST_RETRY_SECONDS = 10.0
MAX_RETRY_SECONDS = 600.0
UNSENT_RETRY_SECONDS = 1.0

Send = Callable[[TaskRecord, dict[str, Any]], Awaitable[bool]]


class UpdateStreams:
    """``send`` returns False when the master was not reached."""

    def __init__(self, send: Send, save: Callable[[TaskRecord], None], completed: Callable[[TaskRecord], None]) -> None:
        self._send = send
        self._save = save
        self._completed = completed
        self._streams: dict[tuple[str, str], _Stream] = {}

    def emit(self, record: TaskRecord, status: dict[str, Any]) -> None:
        logger.info(
            "Status update %s%s for task %s of framework %s%s",
            status["state"],
            f" (healthy={status['healthy']})" if "healthy" in status else "",
            record.task_id,
            record.framework_id,
            f": {status['message']}" if "message" in status else "",
        )
        if record.state == status["state"]:
            record.statuses.pop()  # as in Mesos, a state's latest status stands for it
        record.statuses.append(status)
        if len(record.pending) > 1 and record.pending[-1]["state"] == status["state"]:
            record.pending.pop()  # not sent yet: health reports must not pile up while no framework is there
        record.pending.append(status)
        self._save(record)
        self.resume(record)

    def resume(self, record: TaskRecord) -> None:
        """Send what is pending; for tasks that were recovered too."""
        if record.pending and record.key not in self._streams:
            stream = _Stream(record, self._send)
            self._streams[record.key] = stream
            stream.start()

    def resend(self, framework_id: str | None = None) -> None:
        """The master, or this framework's scheduler, is new or back: nothing that it was told before counts."""
        for (of_framework, _task_id), stream in self._streams.items():
            if framework_id in (None, of_framework):
                stream.start()

    def acknowledge(self, record: TaskRecord, uuid: str) -> None:
        if not record.pending or record.pending[0]["uuid"] != uuid:
            logger.warning("Ignoring an unexpected acknowledgement for task %s", record.task_id)
            return
        record.pending.pop(0)
        self._save(record)
        stream = self._streams.pop(record.key, None)
        if stream:
            stream.stop()
        if record.pending:
            self.resume(record)
        elif record.terminal:
            self._completed(record)

    def drop(self, record: TaskRecord) -> None:
        if stream := self._streams.pop(record.key, None):
            stream.stop()

    def stop(self) -> None:
        """The agent ends; what is pending is sent by the next one."""
        for stream in self._streams.values():
            stream.stop()


class _Stream:
    def __init__(self, record: TaskRecord, send: Send) -> None:
        self._record = record
        self._send = send
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.stop()
        self._task = supervise(self._run(self._record.pending[0]))

    def stop(self) -> None:
        if self._task:
            self._task.cancel()

    async def _run(self, status: dict[str, Any]) -> None:
        interval = FIRST_RETRY_SECONDS
        while True:
            if await self._send(self._record, status):
                await asyncio.sleep(interval)
                interval = min(interval * 2, MAX_RETRY_SECONDS)
            else:
                await asyncio.sleep(UNSENT_RETRY_SECONDS)
