"""Checks: what probes of a task come to is told, and nothing follows from it. Health checks are in health.py."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from labengine.agent import probes
from labengine.agent.record import TaskRecord
from labengine.common import log

logger = log.get(__name__)

_PASSED = {"COMMAND": {"exit_code": 0}, "HTTP": {"status_code": 200}, "TCP": {"succeeded": True}}


@dataclass(frozen=True)
class Check:
    """A v1 CheckInfo with Mesos' defaults."""

    kind: str
    definition: dict[str, Any]
    delay: float
    interval: float
    timeout: float

    @classmethod
    def of(cls, record: TaskRecord) -> Check | None:
        info = record.info.get("check")
        if not info:
            return None
        try:
            kind = info["type"]
            definition = info[kind.lower()]
            return cls(
                kind,
                definition["command"] if kind == "COMMAND" else definition,
                float(info.get("delay_seconds", 15.0)),
                float(info.get("interval_seconds", 10.0)),
                float(info.get("timeout_seconds", 20.0)),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            logger.error("Task %s runs without its check, which is malformed: %r", record.task_id, error)
            return None

    def status(self, result: dict[str, Any]) -> dict[str, Any]:
        """As a status has it; the result is empty where there is none."""
        return {"type": self.kind, self.kind.lower(): result}

    def passed(self) -> dict[str, Any]:
        return self.status(_PASSED[self.kind])

    async def probe(self, host: str, run_command: probes.RunCommand) -> dict[str, Any]:
        if self.kind == "COMMAND":
            return {"exit_code": await run_command(self.definition, self.timeout)}
        if self.kind == "TCP":
            return {"succeeded": await probes.refusal(host, self.definition, self.timeout) is None}
        # Unlike a health check it knows no scheme.
        http = {"port": self.definition["port"], "path": self.definition.get("path")}
        return {"status_code": await probes.http_status(host, http, self.timeout)}


class Checker:
    """``changed`` is called when the probes come to another result than before, or to none any more."""

    def __init__(self, check: Check, record: TaskRecord, changed: Callable[[], None]) -> None:
        self.check = check
        self._record = record
        self._changed = changed
        told = (status["check_status"] for status in reversed(record.statuses) if "check_status" in status)
        self._status = next(told, check.status({}))

    def status(self, state: str) -> dict[str, Any]:
        """As Mesos' executors tell it: without a result while the task does not run."""
        return self._status if state == "TASK_RUNNING" else self.check.status({})

    async def run(self, started: float, run_probe: Callable[[Check], Awaitable[dict[str, Any]]]) -> None:
        async def probe() -> None:
            try:
                result = await run_probe(self.check)
            except probes.NoResult as problem:
                logger.warning("%s check %s (task %s)", self.check.kind, problem, self._record.task_id)
                result = {}
            except Exception:
                logger.exception("The check of task %s cannot be made", self._record.task_id)
                result = {}
            status = self.check.status(result)
            if status != self._status:
                self._status = status
                self._changed()

        await probes.repeat(started + self.check.delay, self.check.interval, probe)
