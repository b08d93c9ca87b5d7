"""Health of instances: the leader's own HTTP, HTTPS and TCP probes, and what Mesos reports of its checks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from labengine.common import log
from labengine.common.supervision import supervise
from labengine.marathon import hostports
from labengine.marathon.clock import timestamp
from labengine.marathon.events import EventBus
from labengine.marathon.instances import Instance
from labengine.marathon.tree import App

logger = log.get(__name__)

PROBED = ("HTTP", "HTTPS", "TCP")
STARTING_INTERVAL = 1.0


@dataclass
class Health:
    """Results of one check on one instance."""

    alive: bool = False
    consecutive_failures: int = 0
    first_success: float | None = None
    last_success: float | None = None
    last_failure: float | None = None
    last_failure_cause: str | None = None

    def passed(self) -> None:
        self.alive = True
        self.consecutive_failures = 0
        self.last_success = time.time()
        self.first_success = self.first_success or self.last_success
        self.last_failure_cause = None

    def failed(self, cause: str) -> None:
        self.alive = False
        self.consecutive_failures += 1
        self.last_failure = time.time()
        self.last_failure_cause = cause

    def render(self, instance_id: str) -> dict[str, Any]:
        item: dict[str, Any] = {
            "alive": self.alive,
            "consecutiveFailures": self.consecutive_failures,
            "instanceId": f"instance [{instance_id}]",
        }
        for name, moment in (
            ("firstSuccess", self.first_success),
            ("lastSuccess", self.last_success),
            ("lastFailure", self.last_failure),
        ):
            if moment is not None:
                item[name] = timestamp(moment)
        if self.last_failure_cause is not None:
            item["lastFailureCause"] = self.last_failure_cause
        return item


class HealthMonitor:
    """``changed(instance, healthy)`` hears of turns; ``kill(instance, reason)`` of an instance to be ended."""

    def __init__(
        self,
        events: EventBus,
        *,
        parallel: int,
        changed: Callable[[Instance, bool], None],
        kill: Callable[[Instance, str], None],
        failed: Callable[[str], None],
    ) -> None:
        self._events = events
        self._changed = changed
        self._kill = kill
        self._failed = failed
        self._slots = asyncio.Semaphore(parallel)
        self._http = httpx.AsyncClient(verify=False, trust_env=False, follow_redirects=False)
        self._results: dict[str, dict[str, Health]] = {}
        self._probes: dict[str, list[asyncio.Task[None]]] = {}

    def results(self, instance: Instance) -> list[dict[str, Any]]:
        return [one.render(instance.instance_id) for one in self._results.get(instance.task_id, {}).values()]

    def watch(self, app: App, instance: Instance) -> None:
        """Begin to probe an instance that runs."""
        checks = [check for check in app.get("healthChecks", []) if check["protocol"] in PROBED]
        if checks and instance.task_id not in self._probes:
            self._probes[instance.task_id] = [
                supervise(self._probe(app, instance, check), self._failed) for check in checks
            ]

    def forget(self, instance: Instance) -> None:
        for task in self._probes.pop(instance.task_id, []):
            task.cancel()
        self._results.pop(instance.task_id, None)

    async def close(self) -> None:
        tasks = [task for tasks in self._probes.values() for task in tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    def reported(self, app: App, instance: Instance, healthy: bool, message: str, *, repeated: bool) -> None:
        """What Mesos' own check came to, from a status update; one that is ``repeated`` counts where it is news."""
        known = self._results.get(instance.task_id, {}).get("mesos")
        if repeated and known is not None and known.alive is healthy:
            return
        result = self._results.setdefault(instance.task_id, {}).setdefault("mesos", Health())
        if healthy:
            result.passed()
        else:
            result.failed(message or "The health check of Mesos failed")
        self._settle(app, instance)

    def _settle(self, app: App, instance: Instance) -> None:
        results = self._results.get(instance.task_id, {})
        expected = sum(1 for check in app.get("healthChecks", []) if check["protocol"] in PROBED)
        expected += any(check["protocol"] not in PROBED for check in app.get("healthChecks", []))
        healthy = len(results) >= expected and all(one.alive for one in results.values())
        if healthy is not instance.healthy:
            instance.healthy = healthy
            self._events.publish(
                "health_status_changed_event",
                appId=app["id"],
                instanceId=instance.instance_id,
                version=instance.version,
                alive=healthy,
            )
            self._events.publish(
                "instance_health_changed_event",
                instanceId=instance.instance_id,
                runSpecId=app["id"],
                healthy=healthy,
                runSpecVersion=instance.version,
            )
            self._changed(instance, healthy)

    async def _probe(self, app: App, instance: Instance, check: dict[str, Any]) -> None:
        key = json.dumps(check, sort_keys=True)
        began = time.time()
        while True:
            starting = False
            # An unreachable instance may come back; :meth:`forget` ends this.
            if instance.running:
                async with self._slots:
                    cause = await self._failure(app, instance, check)
                if instance.running:
                    self._judge(app, instance, check, key, cause, began)
                    # One that only starts up is asked often, so that a deployment does not wait for a long interval.
                    starting = cause is not None and self._forgiven(instance, check, key, began)
            await asyncio.sleep(STARTING_INTERVAL if starting else max(STARTING_INTERVAL, check["intervalSeconds"]))

    def _forgiven(self, instance: Instance, check: dict[str, Any], key: str, began: float) -> bool:
        """Within the grace period, and never healthy so far."""
        result = self._results.get(instance.task_id, {}).get(key)
        return (result is None or result.first_success is None) and time.time() - (
            instance.started_at or began
        ) < check["gracePeriodSeconds"]

    def _judge(
        self, app: App, instance: Instance, check: dict[str, Any], key: str, cause: str | None, began: float
    ) -> None:
        results = self._results.setdefault(instance.task_id, {})
        result = results.get(key) or Health()
        if cause is None:
            result.passed()
        else:
            if self._forgiven(instance, check, key, began):
                result.last_failure, result.last_failure_cause = time.time(), cause
            else:
                result.failed(cause)
            self._events.publish(
                "failed_health_check_event", appId=app["id"], taskId=instance.instance_id, healthCheck=check
            )
        results[key] = result
        self._settle(app, instance)
        limit = check["maxConsecutiveFailures"]
        if 0 < limit <= result.consecutive_failures:
            logger.info(
                "Killing %s of %s: its health check failed %d times: %s",
                instance.instance_id,
                app["id"],
                result.consecutive_failures,
                cause,
            )
            self._kill(instance, str(cause))

    async def _failure(self, app: App, instance: Instance, check: dict[str, Any]) -> str | None:
        """Why the probe failed, or None."""
        target = probe_target(app, instance, check)
        if target is None:
            return "The health check names a port that the task does not have"
        host, port = target
        timeout = check["timeoutSeconds"]
        try:
            if check["protocol"] == "TCP":
                async with asyncio.timeout(timeout):
                    _reader, writer = await asyncio.open_connection(host, port)
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
                return None
            path = check.get("path") or "/"
            url = f"{check['protocol'].lower()}://{host}:{port}{path if path.startswith('/') else '/' + path}"
            async with asyncio.timeout(timeout):
                response = await self._http.get(url, timeout=timeout)
        except (TimeoutError, httpx.TimeoutException):
            return f"{check['protocol']} check of {host}:{port} timed out after {timeout} seconds"
        except (OSError, OverflowError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{type(error).__name__}: {error} ({host}:{port})"
        if 200 <= response.status_code < 400:
            return None
        return f"{response.status_code} {response.reason_phrase}"


def probe_target(app: App, instance: Instance, check: dict[str, Any]) -> tuple[str, int] | None:
    """Host and port as the leader reaches them: the agent's, or the container's own where no port is mapped."""
    if check.get("port"):
        return instance.host, check["port"]
    slots = hostports.slots(app)
    index = check.get("portIndex", 0)
    if index >= len(slots):
        return None
    slot = slots[index]
    if slot.wanted is not None:
        position = sum(1 for other in slots[:index] if other.wanted is not None)
        return (instance.host, instance.ports[position]) if position < len(instance.ports) else None
    if instance.ip_addresses and slot.container_port:
        return instance.ip_addresses[0]["ipAddress"], slot.container_port
    return None
