"""Health checks that Mesos runs itself (MESOS_HTTP, MESOS_TCP and COMMAND in Marathon's words)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

# Runs a command next to the task, bounded by the seconds: what is wrong, or None.
RunCommand = Callable[[dict[str, Any], float], Awaitable[str | None]]
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


async def probe(check: HealthCheck, host: str, run_command: RunCommand) -> str | None:
    """None: healthy; else what is wrong."""
    if check.kind == "COMMAND":
        return await run_command(check.definition, check.timeout)
    port = check.definition["port"]
    try:
        async with asyncio.timeout(check.timeout or None):
            if check.kind == "TCP":
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                return None
            return await _http(check, host, port)
    except TimeoutError:
        return f"{check.kind} health check of port {port} had no answer within {check.timeout:g} seconds"
    except OSError as error:
        return f"TCP connection to port {port} failed: {error.strerror or error}"


async def _http(check: HealthCheck, host: str, port: int) -> str | None:
    http = check.definition
    bracketed = f"[{host}]" if ":" in host else host
    url = f"{http.get('scheme') or 'http'}://{bracketed}:{port}{http.get('path') or '/'}"
    try:
        async with httpx.AsyncClient(verify=False, follow_redirects=True, trust_env=False, timeout=None) as client:
            response = await client.get(url)
    except httpx.HTTPError as error:
        return f"HTTP request to {url} failed: {error or type(error).__name__}"
    expected = http.get("statuses")
    ok = response.status_code in expected if expected else 200 <= response.status_code < 400
    return None if ok else f"Unexpected HTTP response code: {response.status_code}"


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
        await asyncio.sleep(max(0.0, self._started + self.check.delay - time.time()))
        while True:
            self.judge(await self._probe(self.check))
            await asyncio.sleep(self.check.interval)

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
