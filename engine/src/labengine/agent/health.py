"""Health checks that Mesos runs itself (MESOS_HTTP, MESOS_TCP and COMMAND in Marathon's words)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from labengine.agent import probes

# (healthy, what is wrong, the task must be killed)
Report = Callable[[bool, str, bool], None]


@dataclass(frozen=True)
class HealthCheck:
    """A v1 HealthCheck with Mesos' defaults."""

    kind: str
    definition: dict[str, Any]
    delay: float = 15.0
    interval: float = 10.0
    timeout: float = 20.0
    consecutive_failures: int = 3
    grace_period: float = 10.0

    @classmethod
    def of(cls, check: dict[str, Any]) -> HealthCheck:
        kind = check.get("type") or ("HTTP" if check.get("http") else "TCP" if check.get("tcp") else "COMMAND")
        given = {
            name: check[key]
            for name, key in (
                ("delay", "delay_seconds"),
                ("interval", "interval_seconds"),
                ("timeout", "timeout_seconds"),
                ("consecutive_failures", "consecutive_failures"),
                ("grace_period", "grace_period_seconds"),
            )
            if check.get(key) is not None
        }
        return cls(kind, check[kind.lower()], **given)


async def probe(check: HealthCheck, host: str, run_command: probes.RunCommand) -> str | None:
    """None: healthy; else what is wrong."""
    try:
        if check.kind == "COMMAND":
            status = await run_command(check.definition, check.timeout)
            return None if status == 0 else f"COMMAND health check returned {status}"
        if check.kind == "TCP":
            return await probes.refusal(host, check.definition, check.timeout)
        status = await probes.http_status(host, check.definition, check.timeout)
    except probes.NoResult as problem:
        return f"{check.kind} health check {problem}"
    expected = check.definition.get("statuses")
    ok = status in expected if expected else 200 <= status < 400
    return None if ok else f"Unexpected HTTP response code: {status}"


class HealthChecker:
    """Failures do not count before the first success while the grace period lasts."""

    def __init__(
        self,
        check: HealthCheck,
        started: float,
        run_probe: Callable[[HealthCheck], Awaitable[str | None]],
        report: Report,
        *,
        was_healthy: bool = False,
    ) -> None:
        self.check = check
        self._started = started
        self._probe = run_probe
        self._report = report
        self._failures = 0
        self._initializing = not was_healthy

    async def run(self) -> None:
        async def probe() -> None:
            self.judge(await self._probe(self.check))

        await probes.repeat(self._started + self.check.delay, self.check.interval, probe)

    def judge(self, problem: str | None) -> None:
        if problem is None:
            if self._initializing or self._failures:
                self._report(True, "", False)
            self._initializing = False
            self._failures = 0
            return
        if self._initializing and time.time() < self._started + self.check.grace_period:
            return
        self._failures += 1
        limit = self.check.consecutive_failures
        # Marathon's 0 means: report, but never kill.
        self._report(False, problem, 0 < limit <= self._failures)
